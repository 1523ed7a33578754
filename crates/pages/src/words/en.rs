//! English. Short sentences, calm verbs, reading grade 6 at most: the test beside this file holds us to it.

mod happened;
mod plan;
mod receipt;
mod sharing;
mod supporters;

pub(crate) use happened::*;
pub(crate) use plan::*;
pub(crate) use receipt::*;
pub(crate) use sharing::*;
pub(crate) use supporters::*;

use time::{Date, Duration, Month, OffsetDateTime, UtcOffset};

/// Names fixed texts, and lists them for the test of our words.
macro_rules! say {
    ($($name:ident = $text:expr;)*) => {
        $(pub(crate) const $name: &str = $text;)*
        #[cfg(test)]
        pub(crate) const SAID: &[&str] = &[$($name),*];
    };
}
pub(super) use say;

/// The language tag of this file.
pub(crate) const LANG: &str = "en";
/// What we are called.
pub(crate) const PRODUCT: &str = "Sayso";

say! {
    SKIP = "Skip to the main part";
    LEAVE = "Leave this site";
    HOME = "My page";
    PLANS = "My plans";
    SHARING = "Who sees what";
    RECEIPTS = "What happened";
    SIGN_OUT = "Sign out";
    GO_HOME = "Go to my page";

    SIGN_IN = "Sign in";
    SIGN_IN_LEAD = "Sign in to see your own page.";
    SIGN_IN_FOR_APP = "An app asks to use your plans. First sign in. Then you decide.";
    SIGN_IN_NAME = "Your sign-in name";
    SIGN_IN_PASSWORD = "Your password";
    SIGN_IN_WRONG = "That did not work. Check the name and the password, then try again.";
    SIGN_IN_LINK_USED = "This link does not work any more. Each link works once. Ask for a new one, or sign in here.";
    SIGN_IN_BUSY = "Many people are signing in right now. Please try again in a minute.";
    SIGN_IN_HELP = "No password yet? Ask the people who run this site for a link.";
    SIGNED_OUT = "You are signed out. You can close this page.";

    ACCOUNT = "How I sign in";
    ACCOUNT_LEAD = "Choose a name and a password. Then you can come back without a link.";
    ACCOUNT_NAME_HELP = "Any name you like. No one else sees it.";
    ACCOUNT_CURRENT = "Your password until now";
    ACCOUNT_CURRENT_WRONG = "That is not your password until now. Please try again.";
    ACCOUNT_SAME = "That is the password you have now. Please choose another one.";
    ACCOUNT_WAIT = "That was tried too often. Please wait some minutes and try again.";
    ACCOUNT_PASSWORD = "A new password";
    ACCOUNT_PASSWORD_HELP = "At least 12 letters, numbers or signs. A few words in a row work well.";
    ACCOUNT_SAVE = "Save";
    ACCOUNT_SAVED = "Saved. On other devices you are signed out now.";
    ACCOUNT_NAME_WRONG = "Please choose a name that is not so long.";
    ACCOUNT_TAKEN = "Someone else has this name. Please choose another one.";
    ACCOUNT_SHORT = "This password is too short. It needs at least 12 letters, numbers or signs.";
    ACCOUNT_LONG = "This password is too long. Please choose a shorter one.";
    ACCOUNT_GUESSABLE = "This password is easy to guess. Please choose another one.";

    NUMBERS = "Numbers I am found by";
    NUMBERS_LEAD = "A hospital or service can find your plans only by a number that was checked.";
    NUMBERS_NONE = "There is no number here. No one can find your plans by a number.";
    NUMBER_CLAIMED = "No one has checked this number. No one finds you by it.";
    NUMBER_CONTESTED = "Someone else has the same number here. No one is found by it until this is cleared up. Ask the people who run this site.";

    START_LEAD = "Your plans are yours. No one sees them unless you say so.";
    START_ASKED = "Who has asked";
    START_OPEN = "Who can see something now";
    START_CHANGE = "Look or change";
    START_HAPPENED = "See all that happened";
    START_WHO = "See or change who sees what";
    NO_PLANS = "You have no plan here yet. An app that you choose can put one here.";
    NOBODY_SEES = "No one can see anything.";
    NOBODY_ASKED = "No one is waiting for an answer.";

    FAULT_NOT_HERE = "This page is not here";
    FAULT_NOT_HERE_TEXT = "It may have moved, or the link may be wrong. Nothing is lost.";
    FAULT_FORM = "This form is too old";
    FAULT_FORM_TEXT = "Nothing was changed. Please open the page again and choose once more.";
    FAULT_ANSWERED = "You have answered this already";
    FAULT_ANSWERED_TEXT = "Your first answer counts. If the app does not go on, go back to it and begin again.";
    FAULT_UNREADABLE = "We could not read that";
    FAULT_UNREADABLE_TEXT = "Nothing was changed. Please go back and try again.";
    FAULT_TOO_LARGE = "That was too much at once";
    FAULT_TOO_LARGE_TEXT = "Nothing was changed. Please choose less and try again.";
    FAULT_MOVED = "Something changed while you were here";
    FAULT_MOVED_TEXT = "Nothing new is shared. Please look again and then decide.";
    FAULT_DOWN = "We cannot do this right now";
    FAULT_DOWN_TEXT = "The fault is ours. Nothing was changed. Please try again in a few minutes.";
    FAULT_METHOD = "That does not work here";
    FAULT_METHOD_TEXT = "Nothing was changed. Please go to your page and try from there.";
    FAULT_APP = "This app cannot ask you";
    FAULT_APP_UNKNOWN = "We do not know this app. It gets nothing from here.";
    FAULT_APP_ADDRESS = "The app gave an address that we do not know. We did not send anything there.";
    FAULT_APP_UNREADABLE = "We could not read what the app asks. It gets nothing from here.";

    APP_LEAD = "You decide what this app may do. You can stop it at any time.";
    APP_WHERE = "Your answer goes to";
    APP_FROM = "It is run by";
    APP_NO_OWNER = "No hospital or service runs this app.";
    APP_ASKS = "What the app asks for";
    APP_SEE_PERSON = "It asks to see your name and the numbers of yours that were checked.";
    APP_SEE_PLANS = "It asks to read your plans.";
    APP_WRITE_PLANS = "It asks to write in your plans: to add things and to change them.";
    APP_SEE_DOCUMENTS = "It asks to see documents that you keep whole.";
    APP_ADD_DOCUMENTS = "It asks to add whole documents.";
    APP_SEE_SHARING = "It asks to see whom you let in, and to whom you said no.";
    APP_CHANGE_SHARING = "It asks to stop sharing for you. What it would share more, you decide on your page.";
    APP_PARTS = "Which parts may it use?";
    APP_PARTS_HELP = "Untick what it may not use. It will not see that part.";
    APP_NOTHING_CHOSEN = "Nothing is ticked. Tick at least one part, or do not allow the app.";
    APP_SAID_NO = "You said no to this app, or to everyone. End your no first, on the page “Sharing”.";
    APP_CLOSE_HELP = "Some parts are very private. They stay off unless you tick them.";
    APP_DOCUMENTS = "Whole documents";
    APP_DOCUMENTS_LABEL = "It may use documents that I keep whole";
    APP_OFFLINE = "When I am not here";
    APP_OFFLINE_HELP = "The app asks to go on when you are not using it. Without this, it asks you again after an hour.";
    APP_OFFLINE_LABEL = "It may go on when I am not here";
    APP_ALLOW = "Allow this";
    APP_DENY = "Do not allow";
    APP_AFTER = "After your answer you go back to the app.";

    TREAT = "for treatment";
    ETREAT = "in an emergency";
    BTG = "without asking first";
    COC = "for shared care";
    CAREMGT = "to plan care";
    PATRQT = "for you, in an app";
    FAMRQT = "for your family";
    PWATRNY = "to speak for you";
    SUPNWK = "as your support";
    NO_PURPOSE = "for no reason that counts";
}

/// Who checked a number.
pub(crate) fn number_checked_by(who: &str) -> String {
    format!("Checked by {who}. You can be found by it.")
}

/// The tab's title: the name of the page and ours, never anything of the person's.
pub(crate) fn tab(page: &str) -> String {
    format!("{page} – {PRODUCT}")
}

/// Above the sign-in form, after many failures.
pub(crate) fn wait(seconds: i64) -> String {
    let minutes = (seconds + 59) / 60;
    if minutes <= 1 {
        "That did not work a few times. Please wait a minute, then try again.".to_owned()
    } else {
        format!("That did not work a few times. Please wait {minutes} minutes, then try again.")
    }
}

/// A purpose, to go after "to see your plans".
pub(crate) const fn purpose(purpose: sayso_plan::Purpose) -> &'static str {
    use sayso_plan::Purpose;
    match purpose {
        Purpose::Treat => TREAT,
        Purpose::Etreat => ETREAT,
        Purpose::Btg => BTG,
        Purpose::Coc => COC,
        Purpose::Caremgt => CAREMGT,
        Purpose::Patrqt => PATRQT,
        Purpose::Famrqt => FAMRQT,
        Purpose::Pwatrny => PWATRNY,
        Purpose::Supnwk => SUPNWK,
    }
}

/// The heading of the page where an app asks.
pub(crate) fn app_asks(app: &str) -> String {
    format!("{app} asks you")
}

/// Days and times as the person lives them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calendar {
    offset: UtcOffset,
    today: Date,
}

impl Calendar {
    /// The calendar of a person whose day is `zone_minutes` east of UTC.
    pub(crate) fn of(zone_minutes: i16, now: OffsetDateTime) -> Self {
        let offset = UtcOffset::from_whole_seconds(i32::from(zone_minutes) * 60).unwrap_or(UtcOffset::UTC);
        Self { offset, today: now.to_offset(offset).date() }
    }

    /// "3 May", with the year when it is another one.
    pub(crate) fn day(self, at: OffsetDateTime) -> String {
        let day = at.to_offset(self.offset).date();
        if day.year() == self.today.year() { format!("{} {}", day.day(), month(day.month())) } else { date(day) }
    }

    /// The last day of what ends at a moment: at midnight, the day before.
    pub(crate) fn last_day(self, until: OffsetDateTime) -> String {
        self.day(until - Duration::seconds(1))
    }

    /// "10:02".
    pub(crate) fn time(self, at: OffsetDateTime) -> String {
        let at = at.to_offset(self.offset);
        format!("{:02}:{:02}", at.hour(), at.minute())
    }

    /// "on 3 May at 10:02".
    pub(crate) fn moment(self, at: OffsetDateTime) -> String {
        format!("on {} at {}", self.day(at), self.time(at))
    }

    /// The day itself.
    pub(crate) fn date(self, at: OffsetDateTime) -> Date {
        at.to_offset(self.offset).date()
    }
}

/// "3 May 2026".
pub(crate) fn date(day: Date) -> String {
    format!("{} {} {}", day.day(), month(day.month()), day.year())
}

const fn month(month: Month) -> &'static str {
    match month {
        Month::January => "January",
        Month::February => "February",
        Month::March => "March",
        Month::April => "April",
        Month::May => "May",
        Month::June => "June",
        Month::July => "July",
        Month::August => "August",
        Month::September => "September",
        Month::October => "October",
        Month::November => "November",
        Month::December => "December",
    }
}

#[cfg(test)]
pub(crate) fn everything() -> Vec<String> {
    let fixed = [SAID, plan::SAID, sharing::SAID, happened::SAID, receipt::SAID, supporters::SAID].concat();
    let mut all: Vec<String> = fixed.into_iter().map(str::to_owned).collect();
    all.extend([wait(30), wait(600), app_asks("Pal")]);
    all.extend(plan::samples());
    all.extend(sharing::samples());
    all.extend(happened::samples());
    all.extend(receipt::samples());
    all.extend(supporters::samples());
    all
}
