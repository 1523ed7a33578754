//! Words for the receipt of what the person decided: who, what, for what, until when, and how to take it back.

use super::say;

say! {
    MY_RECEIPTS = "My receipts";
    MY_RECEIPTS_LEAD = "You get one each time you change who sees what. They stay here.";
    MY_RECEIPTS_OPENED = "You also get one for each look in an emergency.";
    MY_RECEIPTS_NONE = "There is no receipt yet.";
    RECEIPT_TITLE = "Your receipt";
    RECEIPT_SEE = "See your receipt";

    RECEIPT_GIVEN = "What you opened";
    RECEIPT_KEPT = "What stays open as before";
    RECEIPT_BEHIND = "What you opened before, which counts again";
    RECEIPT_ENDED = "What is closed now";
    RECEIPT_REFUSED = "What you said no to";
    RECEIPT_NO_ENDED = "The no that has ended";
    RECEIPT_ASKED = "What was asked for";
    RECEIPT_SHOWN = "What they saw";

    RECEIPT_LATER = "What closes later, from the day it says";
    RECEIPT_WAITS = "What waits for your yes";
    RECEIPT_SHOWN_ONLY = "What is not sure yet. It does not count";
    RECEIPT_SAID_BEFORE = "What was said before, and stays so";
    RECEIPT_TAKEN_BACK = "What was taken back";
    RECEIPT_OF_OTHERS = "Not taken, because it was about others";
    RECEIPT_OVER = "Not taken, because its time was over";
    RECEIPT_TOO_MANY = "Not taken, because too much waits for you";
    RECEIPT_NOT_UNDERSTOOD = "Not taken, because we could not fully read it";
    RECEIPT_NOT_IN_FORCE = "Not taken, because they were not sure yet";
    RECEIPT_NO_EFFECT = "Not taken, because it changed nothing";
    RECEIPT_UNREAD = "We could not read all of what was sent. What we could not read opens nothing.";
    RECEIPT_SPOT = "Where it stood";
    RECEIPT_BESIDE = "At the top of what was sent";
    RECEIPT_WHOLE = "In what was sent as a whole";

    RECEIPT_WHO = "Who";
    RECEIPT_THROUGH = "Done with";
    RECEIPT_BY = "Done for you by";
    RECEIPT_WHEN = "When";
    RECEIPT_FOR = "For what";
    RECEIPT_FROM = "From";
    RECEIPT_UNTIL = "Until";
    RECEIPT_UNTIL_YOU = "You end it";
    RECEIPT_ANY_REASON = "Any reason";
    RECEIPT_EMERGENCY = "Even in an emergency";
    RECEIPT_NOT_CLEAR = "A part that we could not fully read";
    RECEIPT_ALL = "All of my plans";
    RECEIPT_ONE_PLAN = "One whole plan";
    RECEIPT_OPEN_LEVEL = "All that is marked as open";
    RECEIPT_CARE_LEVEL = "All that is not very private";
    RECEIPT_NOT_OPEN_LEVEL = "All that is not marked as open";
    RECEIPT_CLOSE_LEVEL = "All that is very private";
    RECEIPT_EVERYONE = "everyone";
    RECEIPT_SOMEBODY_THERE = "one person there";

    RECEIPT_BACK = "How to take it back";
    RECEIPT_BACK_TEXT = "You can stop or change this at any time. You need no reason.";
    RECEIPT_BACK_LINK = "Stop or change this";
    RECEIPT_AGAIN = "How to change it";
    RECEIPT_AGAIN_TEXT = "You can change your mind at any time.";
    RECEIPT_AGAIN_LINK = "Choose again";
    RECEIPT_FORMER_TEXT = "They do not support you any more. You can invite them again.";
    RECEIPT_FORMER_LINK = "See who supports you";
    RECEIPT_NOTHING_OPENED = "This opens nothing by itself.";

    RECEIPT_PROOF = "For your files";
    RECEIPT_WORDS = "The words you read";
    RECEIPT_WORDS_NONE = "This was not done on a page of ours.";
    RECEIPT_WORDS_LEFT = "You read none: they did this themselves.";
    RECEIPT_WORDS_NOT_KEPT = "We have not kept which words you read.";
    RECEIPT_WORDS_BY = "You read none: this was done for you.";
    RECEIPT_ENGLISH = "English";
    RECEIPT_NUMBER = "Receipt number";
    RECEIPT_LAW = "Law";
    RECEIPT_RUN_BY = "Who runs this site";
    RECEIPT_RUN_BY_NONE = "The people who run this site have not said how to reach them.";
    RECEIPT_POLICY = "How they keep what you write";
    RECEIPT_FILE = "Save as a file";
    RECEIPT_FILE_HELP = "The file is for other programs. To keep a page to read, print it.";
}

/// `moment` is "on 3 May 2026 at 10:02" here and below.
pub(crate) fn receipt_app_allowed(app: &str, moment: &str) -> String {
    format!("You let {app} use parts of your plans {moment}.")
}

pub(crate) fn receipt_changed(who: &str, moment: &str) -> String {
    format!("You changed what {who} may see {moment}.")
}

pub(crate) fn receipt_stopped(who: &str, purpose: &str, moment: &str) -> String {
    format!("You stopped sharing with {who} {purpose} {moment}.")
}

pub(crate) fn receipt_narrowed_by(app: &str, who: &str, moment: &str) -> String {
    format!("{app} closed something to {who} for you {moment}.")
}

/// A record system sent a no in its organization's own matter.
pub(crate) fn receipt_sees_less(system: &str, who: &str, moment: &str) -> String {
    format!("{who} sent us a no {moment}. It sees less by that. It came from {system}.")
}

/// What an app had asked for, it does not ask any more.
pub(crate) fn receipt_ask_ended(app: &str, who: &str, moment: &str) -> String {
    format!("{app} took back what it had asked for {moment}. It was about {who}.")
}

pub(crate) fn receipt_no_ended(who: &str, moment: &str) -> String {
    format!("You ended your no to {who} {moment}.")
}

pub(crate) fn receipt_restored(who: &str, moment: &str) -> String {
    format!("You took back a no that was sent for you. It was to {who}. You did it {moment}.")
}

pub(crate) fn receipt_nothing(who: &str, moment: &str) -> String {
    format!("For {who} all stayed as it was {moment}.")
}

pub(crate) fn receipt_nothing_came(app: &str, who: &str, moment: &str) -> String {
    format!("{app} sent something about {who} {moment}. Nothing came of it.")
}

/// Where something stood in what was sent, counted from one.
pub(crate) fn receipt_part(n: usize) -> String {
    format!("In part {n} of what was sent")
}

/// The title of what closes since a moment.
pub(crate) fn receipt_counts(moment: &str) -> String {
    format!("What is closed since {moment}")
}

/// The title of what opens less since a moment.
pub(crate) fn receipt_narrower(moment: &str) -> String {
    format!("What is still open, but less, since {moment}")
}

/// The title of what was not understood, and closes since a moment.
pub(crate) fn receipt_only_closes(moment: &str) -> String {
    format!("What we could not fully read. It only closes, since {moment}")
}

pub(crate) fn receipt_opened(who: &str, purpose: &str, moment: &str) -> String {
    format!("{who} looked at your plans {purpose} {moment}.")
}

/// A moment by its full date.
pub(crate) fn full_moment(day: &str, time: &str) -> String {
    format!("on {day} at {time}")
}

/// The name of a text of ours.
pub(crate) fn receipt_text(language: &str, version: &str) -> String {
    format!("{language}, text {version}")
}

#[cfg(test)]
pub(super) fn samples() -> Vec<String> {
    let moment = &full_moment("3 May 2026", "10:02");
    vec![
        receipt_app_allowed("Pal", moment),
        receipt_changed("Pine Hill", moment),
        receipt_stopped("Pine Hill", super::COC, moment),
        receipt_narrowed_by("Pal", "Pine Hill", moment),
        receipt_sees_less("Pal", "Pine Hill", moment),
        receipt_ask_ended("Pal", "Pine Hill", moment),
        receipt_no_ended("Pine Hill", moment),
        receipt_restored("Pine Hill", moment),
        receipt_nothing("Pine Hill", moment),
        receipt_nothing_came("Pal", "Pine Hill", moment),
        receipt_part(1),
        receipt_counts("3 May 2026 at 10:02"),
        receipt_only_closes("3 May 2026 at 10:02"),
        receipt_narrower("3 May 2026 at 10:02"),
        receipt_opened("Pine Hill", super::ETREAT, moment),
        receipt_text(RECEIPT_ENGLISH, "7f"),
    ]
}
