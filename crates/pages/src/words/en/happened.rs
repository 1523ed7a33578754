//! Words for what happened: who asked, when, for what, and what they were shown. Facts, no blame.

use super::say;

say! {
    HAPPENED_LEAD = "Each look at your plans is on this list. So is each look that we refused.";
    HAPPENED_NOTHING = "Nothing has happened yet.";
    HAPPENED_OLDER = "Show older ones";
    HAPPENED_NEWEST = "Back to the newest";
    EACH_ONE = "Show each one";
    RECORD = "Record";

    SAW_NOTHING_NOT_OPEN = "They saw nothing: this is not open to them.";
    SAW_NOTHING_NO_PURPOSE = "They saw nothing: they gave no reason that counts.";
    SAW_NOTHING = "They saw nothing.";
    SAW_NOTHING_OLDER = "They saw nothing: there is no such older text for them.";
    SAW_DOCUMENT = "a whole document";
    SAW_CANCELLED = "that you cancelled it, and nothing that stood in it";
    YOU = "You";
    SOMEONE = "Someone";

    SIGNED_IN_PASSWORD = "You signed in with your password";
    SIGNED_IN_LINK = "You signed in with a link";
    SIGN_IN_FAILED = "A sign-in to your page did not work";
    PAGE_MADE = "Your page was made";
    PASSWORD_SET = "Your sign-in name and password were set";
    DETAILS_CHANGED = "Your details were changed";
    INVITED = "A sign-in link was made for you";
    CODE_MADE = "You made a code to read out";
    OPERATED = "The people who run this site changed its setup";
    NOT_READABLE = "Something happened that this page cannot tell";
}

/// `moment` is "on 3 May at 10:02" here and below.
pub(crate) fn asked_to_see(who: &str, purpose: &str, moment: &str) -> String {
    format!("{who} asked to see your plans {purpose} {moment}.")
}

/// For a system that looks again and again; goes where a moment goes.
pub(crate) fn times_on(count: usize, day: &str) -> String {
    format!("{count} times on {day}")
}

pub(crate) fn first_and_last(first: &str, last: &str) -> String {
    if first == last { format!("All at {first}.") } else { format!("First at {first}, last at {last}.") }
}

/// What they were shown; `parts` are titles of sections, in a list.
pub(crate) fn saw(parts: &str, plan: &str) -> String {
    format!("They saw from “{plan}”: {parts}.")
}

pub(crate) fn saw_cancelled(plan: &str) -> String {
    format!("They saw that you cancelled “{plan}”, and nothing that stood in it.")
}

pub(crate) fn app_looked(who: &str, moment: &str) -> String {
    format!("{who}, an app you use, looked at your plans {moment}.")
}

pub(crate) fn app_refused(who: &str, moment: &str) -> String {
    format!("{who}, an app, asked for something of yours {moment}. It got nothing.")
}

pub(crate) fn asked_in(who: &str, purpose: &str, moment: &str) -> String {
    format!("{who} asked to be let in {purpose} {moment}.")
}

pub(crate) fn wrote(who: &str, plan: &str, change: &str, moment: &str) -> String {
    let did = match change {
        "created" => "wrote",
        "superseded" => "replaced",
        "cancelled" => "cancelled",
        "revoke-requested" => "said no to",
        _ => "changed",
    };
    format!("{who} {did} “{plan}” {moment}.")
}

pub(crate) fn suggested(who: &str, plan: &str, moment: &str) -> String {
    format!("{who} suggested something for “{plan}” {moment}. The plan is as it was.")
}

pub(crate) fn answered_suggestion(plan: &str, answer: &str, moment: &str) -> String {
    let did = match answer {
        "accepted" => "put a suggestion into",
        "changed" => "put your own words, in place of a suggestion, into",
        _ => "said no to a suggestion for",
    };
    format!("You {did} “{plan}” {moment}.")
}

pub(crate) fn write_refused(who: &str, moment: &str) -> String {
    format!("{who} tried to change something {moment}. It was not taken and nothing was changed.")
}

pub(crate) fn checked(who: &str, moment: &str) -> String {
    format!("{who}, an app you use, had a plan checked {moment}. It was not kept.")
}

pub(crate) fn let_see(who: &str, purpose: &str, moment: &str) -> String {
    format!("You let {who} see something {purpose} {moment}.")
}

pub(crate) fn narrowed(who: &str, moment: &str) -> String {
    format!("You let {who} see less {moment}.")
}

pub(crate) fn stopped(who: &str, moment: &str) -> String {
    format!("You stopped sharing with {who} {moment}.")
}

pub(crate) fn proposed(who: &str, moment: &str) -> String {
    format!("{who} asked you to share more {moment}. Nothing is shared by that.")
}

pub(crate) fn declined(who: &str, moment: &str) -> String {
    format!("You were asked to share more with {who}. You said no {moment}.")
}

/// To who had asked to be let in.
pub(crate) fn ask_declined(who: &str, moment: &str) -> String {
    format!("{who} had asked you. You said no {moment}.")
}

pub(crate) fn restored(who: &str, moment: &str) -> String {
    format!("You stopped keeping something from {who} {moment}.")
}

pub(crate) fn app_looked_who_sees(who: &str, moment: &str) -> String {
    format!("{who}, an app you use, looked at who sees what {moment}.")
}

/// Somebody sent something about who may see what.
pub(crate) fn sent_who_sees(who: &str, moment: &str) -> String {
    format!("{who} sent something about who sees your plans {moment}.")
}

/// What came of it.
pub(crate) const fn sent_came_of(change: sayso_exchange::ConsentChange) -> &'static str {
    use sayso_exchange::ConsentChange as C;
    match change {
        C::Proposed => "Some of it would share more. Nothing is shared by that until you say so.",
        C::Refused => "Some of it keeps things back, from now on. You can take that back.",
        C::Narrowed => "Less is shared now.",
        C::Withdrawn => "Something is not shared any more.",
        C::Given | C::Declined | C::Restored => "",
    }
}

pub(crate) fn it_concerned(who: &str) -> String {
    format!("It concerned {who}.")
}

pub(crate) fn said_no(who: &str, moment: &str) -> String {
    format!("You said no to {who} {moment}.")
}

/// The parts that a choice was about.
pub(crate) fn it_was_about(parts: &str) -> String {
    format!("This was about: {parts}.")
}

pub(crate) fn app_let_in(who: &str, moment: &str) -> String {
    format!("{who} got the key you allowed it {moment}.")
}

pub(crate) fn app_key_refused(who: &str, moment: &str) -> String {
    format!("{who} asked for a key {moment} and did not get one.")
}

pub(crate) fn app_ended(who: &str, moment: &str) -> String {
    format!("{who} lost its key {moment}. It can see nothing more.")
}

/// A fixed text with the moment, as a sentence.
pub(crate) fn at(text: &str, moment: &str) -> String {
    format!("{text} {moment}.")
}

#[cfg(test)]
pub(super) fn samples() -> Vec<String> {
    let moment = "on 3 May at 10:02";
    vec![
        asked_to_see("Pine Hill", super::CAREMGT, moment),
        asked_to_see("Pine Hill", super::TREAT, &times_on(4, "3 May")),
        first_and_last("10:02", "10:08"),
        saw("What helps and First signs", "Our crisis plan"),
        saw_cancelled("Our crisis plan"),
        app_looked("Pal", moment),
        app_refused("Pal", moment),
        asked_in("Pine Hill", super::ETREAT, moment),
        wrote("Pal", "My card", "created", moment),
        write_refused("Pal", moment),
        checked("Pal", moment),
        let_see("Pine Hill", super::COC, moment),
        narrowed("Pine Hill", moment),
        stopped("Pine Hill", moment),
        proposed("Pal", moment),
        said_no("Pine Hill", moment),
        declined("Pine Hill", moment),
        ask_declined("Pine Hill", "on 3 May at 10:02"),
        restored("Pine Hill", moment),
        app_looked_who_sees("Pal", moment),
        sent_who_sees("Pal", moment),
        sent_came_of(sayso_exchange::ConsentChange::Proposed).to_owned(),
        sent_came_of(sayso_exchange::ConsentChange::Refused).to_owned(),
        it_concerned("Pine Hill"),
        it_was_about("What helps"),
        app_let_in("Pal", moment),
        app_key_refused("Pal", moment),
        app_ended("Pal", moment),
        at(SIGNED_IN_PASSWORD, moment),
        at(SIGN_IN_FAILED, moment),
        at(OPERATED, moment),
        at(NOT_READABLE, moment),
    ]
}
