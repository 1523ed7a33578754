//! Words for deciding who sees what: who will see it is always said before it is asked.

use super::say;

say! {
    SHARING_TITLE = "Who sees my plans";
    SHARING_LEAD = "You decide. You can change your mind at any time.";
    ASKED_TITLE = "Who has asked";
    OPEN_TITLE = "Who can see something now";
    NO_TITLE = "Who I said no to";
    MORE_TITLE = "Let someone else in";
    CRISIS_SERVICES = "Any crisis service";
    CRISIS_SERVICES_INSIDE = "any crisis service";
    CRISIS_HELP = "This means each crisis team that we have checked. It also means those that join later.";
    CRISIS_LINK_HELP = "Crisis teams that help people at any hour.";
    OTHERS = "Hospitals and services";
    OTHERS_LEAD = "These can be let in. None of them sees your plans unless you say so.";
    OTHERS_LINK = "See the list of hospitals and services";
    OTHERS_NONE = "No hospital or service has joined yet.";
    SAID_NOTHING = "You have not said anything yet.";
    SAID_YES = "They can see something.";
    SAID_BY_CLASS = "They are a crisis service. They see what any crisis service may see.";
    SAID_NO = "You said no.";
    SAID_NO_EMERGENCY = "You said no, even in an emergency.";
    CODE_TITLE = "Read out a code";
    CODE_LINK_HELP = "For a desk or a phone call, so that they can ask you.";
    CODE_LEAD = "Read the code to somebody, or show it. Then they can ask to see your plans.";
    CODE_OPENS_NOTHING = "The code opens nothing. You still decide.";
    CODE_ONCE = "It works once.";
    CODE_THEN = "When they ask, you see it under “Who has asked”.";
    CODE_MAKE = "Make a code";
    CODE_AGAIN = "Make a new code";
    UNKNOWN_PARTY = "A service that has left";
    UNKNOWN_APP = "An app that has left";
    THEIR_REASON = "What they wrote";
    ASK_DECLINE = "No, not now";
    SOMEONE_STAYS = "Only “Stop sharing” ends that.";
    READY_ONLY = "It is made ready. Nobody can use it yet.";
    OPEN_BUT_NO = "A no of yours keeps all of it closed right now.";

    PROPOSED_TITLE = "What I am asked to share";
    PROPOSED_LEAD = "Nothing of this is shared yet. You decide.";
    PROPOSED_DECLINE = "No, do not share this";
    PROPOSED_TO_NOBODY = "It names somebody who does not support you now. So you cannot say yes to it.";
    KEPT_TITLE = "What I keep back";
    KEPT_LEAD = "They do not see this, whatever else you let them see.";
    KEPT_RESTORE = "Do not keep this back";
    KEPT_UNCLEAR = "We could not read all of it. What we could not read counts.";
    NO_ENDED_THEN = "If you end this no:";
    KEPT_DRAFT = "They sent this as a draft. It does not count.";
    KEPT_ALL = "any of your plans";
    KEPT_CARE = "what is private or very private";
    KEPT_CLOSE = "what is very private";
    LEVEL_OPEN = "all that is not private";
    LEVEL_CARE = "all but very private things";
    ONE_PLAN = "one whole plan";
    DOCUMENTS_INSIDE = "whole documents";
    EVERYONE = "Everyone";

    WHEN = "When may they look?";
    PARTS = "Parts of my plans";
    PARTS_HELP = "Tick what they may see. You see a preview before anything is shared.";
    PARTS_HELP_MORE = "A part can stand in more than one of your plans.";
    PARTS_EMPTY = "You have no plan in force yet. There is nothing to share.";
    BESIDES_TITLE = "What an app or a service asked for";
    BESIDES_UNDO_HELP = "Some of this was taken back for you. Leave it ticked to open it again.";
    UNDO_NOTHING = "Nothing of it is left to tick. It is open again, or it would not hold now.";
    UNDO_HERE_TOO = "Something was taken back for this, too.";
    BESIDES_HELP = "You said yes to this. Untick it to end it.";
    CLOSE_TITLE = "Very private things";
    CLOSE_HELP = "These are shared one by one. Tick only what you want them to know.";
    SINGLE_TITLE = "One thing at a time";
    SINGLE_HELP = "To show one thing and not the rest of its part. You need not tick what is in a part you ticked.";
    CLOSE_OR_PICKED = "Very private things, and things you picked";
    DOCUMENTS_TITLE = "Whole documents";
    DOCUMENTS_ALL = "All documents that I keep whole";
    DOCUMENTS_ALL_HELP = "This also means those that you add later.";
    KINDS_TITLE = "Whole plans";
    KINDS_HELP = "They see the plan, its title and what you add to it later. Very private things stay hidden.";
    PREVIEW_BUTTON = "Preview what they will see";
    CHOICES_BACK = "Back to who sees what";

    PREVIEW_TITLE = "What they will see";
    PREVIEW_NOTHING_YET = "Nothing is shared yet. First look, then decide.";
    PREVIEW_EMPTY = "They will see nothing.";
    PREVIEW_NOT_WRITTEN = "Nothing is written in the parts you chose.";
    PREVIEW_HIDDEN = "What stays hidden all the same";
    PREVIEW_HIDDEN_LINK = "See what you keep back";
    PREVIEW_NAME = "They also see your name.";
    PREVIEW_NUMBERS = "They also see these numbers of yours, which were checked:";
    PREVIEW_NAMES = "It names people beside you:";
    PREVIEW_NAMES_TELL = "We do not tell them. You may want to.";
    PREVIEW_STOP_ANY_TIME = "You can stop at any time.";
    PREVIEW_CHANGE = "Go back and change it";
    LET_THEM = "Let them see this";
    LET_THEM_NOTHING = "Yes, show them nothing";

    STOP_TITLE = "Stop sharing";
    STOP_HELP = "This takes back all you share with them, at once. You need no reason.";
    STOPPED_TEXT = "All you had opened to them is closed from now on. They are not told why.";
    STOPPED_COPIES = "What they saw before, they may have kept. We cannot take that back.";
    STOPPED_CLASS = "They are a crisis service. They still see what any crisis service may see.";
    STOPPED_CLASS_LINK = "See what any crisis service may see";
    STOPPED_UNDO = "Was that a slip?";
    STOPPED_UNDO_BUTTON = "Share it again";

    NEVER_TITLE = "Say no for good";
    NEVER_HELP = "They see nothing until you change this. They are not told.";
    NEVER_DELEGATE = "Then they can take nothing back for you either.";
    NEVER_EMERGENCY = "Not even in an emergency";
    NEVER_BUTTON = "Never let them see anything";
    NEVER_NOW = "You said no to them. They see nothing.";
    NEVER_NOW_EMERGENCY = "You said no to them, even in an emergency. They see nothing.";
    NEVER_END_HELP = "If you end this no, they still see nothing. Then you can choose.";
    NEVER_END_BUTTON = "End my no";

    DONE_SHARED = "Saved. This holds from now on.";
    DONE_ENDED = "Your no has ended.";

    WHY_TITLE = "Why do they see this, or not?";
    WHY_LINK = "Why they see something, or not";
    WHY_LEAD = "This is each thing in your plans, and why it is shown or not.";
    WHY_SEES = "They see this.";
    WHY_READY = "This is made ready. Nobody can use it yet.";
    WHY_NOT = "They do not see this.";
    WHY_NEVER_ASKED = "You have not opened it to them.";
    WHY_REFUSED = "You said no.";
    WHY_REFUSED_EMERGENCY = "You said no, even in an emergency.";
    WHY_NOT_CLEAR = "There is a no that we could not fully read. It counts until you clear it up.";
    WHY_NOT_NOW = "You opened it for a time that is over, or has not begun.";
    WHY_OTHER_PURPOSE = "You opened it for another reason.";
    WHY_CLOSE = "It is very private. You open such things one by one.";
    WHY_STATE = "The plan is a draft, was replaced, or its time is over.";
    WHY_EMPTY = "You have no plan yet.";

    PURPOSE_TREAT = "For treatment";
    PURPOSE_ETREAT = "In an emergency";
    PURPOSE_COC = "For shared care";
    PURPOSE_CAREMGT = "To plan care";
    PURPOSE_BTG = "Without asking first";
    PURPOSE_PATRQT = "For me, in an app";
    PURPOSE_FAMRQT = "For my family";
    PURPOSE_PWATRNY = "As the one who speaks for me";
    PURPOSE_SUPNWK = "As my support";
    HELP_TREAT = "When they treat you, or get ready to.";
    HELP_ETREAT = "When you need help at once.";
    HELP_COC = "When more than one team helps you.";
    HELP_CAREMGT = "When they plan your care over time.";
    HELP_BTG = "When you cannot answer. This gets it ready: no service can use it yet.";
    SUGGESTED = "Tick the parts that help most in an emergency";
    SUGGESTED_HELP = "It only ticks them. You still see a preview.";
    HELP_PATRQT = "When you use the app.";
}

/// A purpose as a choice of the person's.
pub(crate) const fn purpose_title(purpose: sayso_plan::Purpose) -> &'static str {
    use sayso_plan::Purpose;
    match purpose {
        Purpose::Treat => PURPOSE_TREAT,
        Purpose::Etreat => PURPOSE_ETREAT,
        Purpose::Btg => PURPOSE_BTG,
        Purpose::Coc => PURPOSE_COC,
        Purpose::Caremgt => PURPOSE_CAREMGT,
        Purpose::Patrqt => PURPOSE_PATRQT,
        Purpose::Famrqt => PURPOSE_FAMRQT,
        Purpose::Pwatrny => PURPOSE_PWATRNY,
        Purpose::Supnwk => PURPOSE_SUPNWK,
    }
}

/// What a purpose means; empty where nobody can choose it yet.
pub(crate) const fn purpose_help(purpose: sayso_plan::Purpose) -> &'static str {
    use sayso_plan::Purpose;
    match purpose {
        Purpose::Treat => HELP_TREAT,
        Purpose::Etreat => HELP_ETREAT,
        Purpose::Coc => HELP_COC,
        Purpose::Caremgt => HELP_CAREMGT,
        Purpose::Patrqt => HELP_PATRQT,
        Purpose::Btg => HELP_BTG,
        Purpose::Supnwk => super::HELP_SUPNWK,
        Purpose::Famrqt | Purpose::Pwatrny => "",
    }
}

pub(crate) fn may_see(who: &str) -> String {
    format!("What may {who} see?")
}

pub(crate) fn they_asked(when: &str, purpose: &str) -> String {
    format!("They asked {when}, {purpose}.")
}

pub(crate) fn code_ends(moment: &str) -> String {
    format!("It ends {moment}.")
}

pub(crate) fn stop_with(who: &str) -> String {
    format!("Stop sharing with {who}")
}

pub(crate) fn stopped_with(who: &str) -> String {
    format!("You stopped sharing with {who}")
}

pub(crate) fn preview_for(who: &str, purpose: &str) -> String {
    format!("{who} will see just this, {purpose}.")
}

/// How long it will hold.
pub(crate) fn holds_until(day: &str) -> String {
    format!("It ends by itself on {day}.")
}

/// When the first of several things ends.
pub(crate) fn first_ends(day: &str) -> String {
    format!("The first of it ends by itself on {day}.")
}

/// How long what is newly opened will hold.
pub(crate) fn new_holds_until(day: &str) -> String {
    format!("What you open now ends by itself on {day}. What was open before keeps its own end.")
}

/// What will be open from a day on.
pub(crate) fn open_from(day: &str, parts: &str) -> String {
    format!("Not yet open. From {day}: {parts}.")
}

/// What is open to one person who works somewhere.
pub(crate) fn someone_sees(parts: &str) -> String {
    format!("Someone who works there sees: {parts}.")
}

/// Single plans that are open as a whole.
pub(crate) fn whole_plans(count: usize) -> String {
    if count == 1 { "1 whole plan".to_owned() } else { format!("{count} whole plans") }
}

/// How much the person wrote in a section.
pub(crate) fn things(count: usize) -> String {
    match count {
        0 => "Nothing written yet".to_owned(),
        1 => "1 thing you wrote".to_owned(),
        many => format!("{many} things you wrote"),
    }
}

/// How many parts are open.
pub(crate) fn parts_open(count: usize) -> String {
    if count == 1 { "1 part".to_owned() } else { format!("{count} parts") }
}

/// What is open, where not all of it has a section's name.
pub(crate) fn private_things(count: usize) -> String {
    if count == 1 { "1 thing you picked".to_owned() } else { format!("{count} things you picked") }
}

/// A kind of plan as a choice.
pub(crate) fn whole_plan(label: &str) -> String {
    format!("All of “{label}”")
}

/// Somebody whose name is not known here.
pub(crate) fn someone_at(who: &str) -> String {
    format!("Someone at {who}")
}

pub(crate) fn sent_this(who: &str, moment: &str) -> String {
    format!("{who} sent this {moment}.")
}

/// Stands above a list.
pub(crate) fn would_newly_see(who: &str) -> String {
    format!("{who} would newly see:")
}

/// Stands above a list, after "If you end this no:".
pub(crate) fn would_newly_see_for(who: &str, purpose: &str) -> String {
    format!("{who} would newly see, {purpose}:")
}

/// When something that is kept back begins.
pub(crate) fn begins_on(day: &str) -> String {
    format!("It begins on {day}.")
}

pub(crate) fn nothing_new(who: &str) -> String {
    format!("{who} would see nothing new right now.")
}

pub(crate) fn it_names(parts: &str) -> String {
    format!("It is about {parts}.")
}

pub(crate) fn meant_for(purpose: &str) -> String {
    format!("They could look {purpose}.")
}

pub(crate) fn part_with(title: &str, count: usize) -> String {
    format!("{title} ({})", things(count))
}

pub(crate) fn whole_documents(count: usize) -> String {
    if count == 1 { "1 whole document".to_owned() } else { format!("{count} whole documents") }
}

/// What is written above the parts of plans.
pub(crate) fn titles(count: usize) -> String {
    let plans = if count == 1 { "your plan".to_owned() } else { format!("{count} of your plans") };
    format!("The title of {plans}, the review, and your wish if not followed")
}

pub(crate) fn said_empty(count: usize) -> String {
    if count == 1 { "That you left 1 part empty".to_owned() } else { format!("That you left {count} parts empty") }
}

pub(crate) fn that_cancelled(count: usize) -> String {
    let plans = if count == 1 { "1 plan".to_owned() } else { format!("{count} plans") };
    format!("That you cancelled {plans}, and why")
}

pub(crate) fn does_not_see(who: &str, what: &str, purpose: Option<&str>) -> String {
    match purpose {
        Some(purpose) => format!("{who}: not {what}, {purpose}."),
        None => format!("{who}: not {what}."),
    }
}

pub(crate) fn opened_since(day: &str) -> String {
    format!("You opened it on {day}.")
}

#[cfg(test)]
pub(super) fn samples() -> Vec<String> {
    vec![
        may_see("Pine Hill"),
        they_asked("on 3 May at 10:02", super::TREAT),
        stop_with("Pine Hill"),
        stopped_with("Pine Hill"),
        preview_for("Pine Hill", super::COC),
        holds_until("3 May"),
        first_ends("3 May"),
        new_holds_until("3 May"),
        open_from("3 May", "What helps"),
        someone_sees("What helps"),
        whole_plans(2),
        things(0),
        things(2),
        parts_open(2),
        private_things(2),
        whole_plan("My card"),
        opened_since("3 May"),
        someone_at("Pine Hill"),
        sent_this("Pal", "on 3 May at 10:02"),
        would_newly_see("Pine Hill"),
        would_newly_see_for("Pine Hill", super::TREAT),
        begins_on("3 May"),
        nothing_new("Pine Hill"),
        it_names("“What helps”"),
        meant_for(super::TREAT),
        part_with("What helps", 2),
        whole_documents(2),
        titles(1),
        titles(2),
        said_empty(2),
        that_cancelled(1),
        does_not_see("Pine Hill", "“What helps”", Some(super::TREAT)),
        code_ends("on 3 May at 10:02"),
    ]
}
