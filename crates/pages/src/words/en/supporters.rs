//! Words for those who support the person, and for the person who lets them.

use super::say;

say! {
    PEOPLE_TITLE = "People who support me";
    PEOPLE_LEAD = "Family, friends, peers: those you trust. They see just what you open to them.";
    PEOPLE_NONE = "You have not invited anyone yet.";
    PEOPLE_ABOUT = "Who they are, and what they may do for me";
    PEOPLE_BACK = "Back to the people who support me";
    PEOPLE_LINK_HELP = "Let someone close to you see parts of your plans.";
    PEOPLE_NAME_WRONG = "Please write a name that is not so long. You can invite up to 50 people.";
    INVITE_TITLE = "Invite someone";
    INVITE_LEAD = "You get a link to hand over. It shows them nothing until you choose what they may see.";
    INVITE_NAME = "What you call them";
    INVITE_BUTTON = "Make a link";
    INVITED_WAITS = "They have not used your link yet.";

    HAND_OVER_TITLE = "Hand over this link";
    HAND_OVER_LEAD = "Give it to no one but";
    HAND_OVER_ONCE = "It works once. We show it this one time.";
    HAND_OVER_SAFE = "Whoever opens it first can read what you open to them. If it gets lost, make a new one.";
    HAND_OVER_NEXT_NAMES = "Say who they are in my plans";
    HAND_OVER_NEXT_OPEN = "Choose what they may see";

    NAMES_TITLE = "Who they are in my plans";
    NAMES_LEAD = "Tick their name. Then they never see what is marked as about them. Until you save this, we hide all that could be about them.";
    NAMES_NONE = "Your plans name no one else.";
    NAMES_SAVE = "Save who they are";
    DONE_NAMED = "Saved. They do not see what is about them.";
    DELEGATE_TITLE = "Let them take things back for me";
    DELEGATE_LEAD = "They could see who may see which part, but not your words. They could stop that for you.";
    DELEGATE_NEVER = "They can never open anything. You read all they do, and you can undo it.";
    DELEGATE_HOW_LONG = "For how long?";
    DELEGATE_BUTTON = "Let them do this";
    DELEGATE_END = "End this now";
    DONE_DELEGATED = "Saved. They can take things back for you.";
    DONE_DELEGATION_ENDED = "It has ended. They can take back nothing more.";
    SUPPORTER_LINK_TITLE = "A new link";
    SUPPORTER_LINK_HELP = "For a link that was lost, or a lost password. Who uses it takes the place of who read before.";
    SUPPORTER_NEW_LINK = "Make a new link";
    SUPPORTER_END_TITLE = "End their part";
    SUPPORTER_END_HELP = "They see nothing more from you, at once. They are not told why.";

    INVITED_TITLE = "Somebody trusts you";
    INVITED_LEAD = "wants you to be there for them in a hard time.";
    INVITED_SEES = "You see just what they open to you, and it may change.";
    INVITED_TOLD = "They can read when you looked, and at what.";
    INVITED_ENDS = "They can end it at any time. Please keep what you read to yourself.";
    INVITED_CHOOSE = "Choose a name and a password, so that you can come back.";
    INVITED_PASSWORD = "Your new password";
    INVITED_BUTTON = "I will be there";
    INVITED_KNOWN = "You are signed in. You can add this to what you have.";
    INVITED_ADD = "Add this";
    INVITED_HAS_NAME = "Do you support someone here already? Sign in first, then open the link once more.";
    INVITED_GONE = "This link does not work. It may be used or too old. Ask for a new one.";

    WITH_HOME = "People who share with me";
    WITH_LEAD = "They chose what you can read. They see when you look.";
    WITH_NOBODY = "No one shares anything with you right now.";
    WITH_PLANS = "What they share";
    WITH_CHOSE = "They chose what you see here. There may be more.";
    WITH_TOLD = "They can read that you looked.";
    WITH_DOCUMENT = "Save the whole document";
    WITH_BACK = "Back to the people who share with me";
    WITH_SHARING = "Take things back for them";
    WITH_SHARING_LEAD = "This is who may see which part of their plans. You can stop it for them. You cannot open anything.";
    WITH_SHARING_TOLD = "They read what you do, and can undo it.";
    WITH_SHARING_NONE = "There is nothing to take back.";
    WITH_TAKE = "Take back";
    WITH_TAKEN = "Done. It counts from now on.";
    WITH_THINGS = "Single things they picked";

    WITH_LEAVE_ASK = "I cannot be there for them any more";
    WITH_LEAVE_HELP = "You see nothing more from them, at once. They read that you left, and no reason. Only they can invite you again.";
    WITH_LEAVE = "Leave";
    WITH_LEFT = "Done. You support them no more.";
    WITH_END_TITLE = "Leave for good";
    WITH_END_HELP = "You support no one here any more, and your sign-in is gone. They read that you left.";
    WITH_END = "Leave all, and end my sign-in";
    PEOPLE_LEFT = "They see nothing more from you.";
    WITH_NAMED = "How they name you";
    WITH_NAMED_LEAD = "Someone else can read a part of their plans that names you.";
    WITH_NAMED_NOT_TOLD = "You do not see what it says, or who reads it.";
    WITH_NAMED_NOT_NOW = "Right now no one else reads a part that names you.";
    WITH_NAMED_OBJECT = "Would you rather not be named? You can tell them here. They read it at once. It is up to them what they do.";
    WITH_OBJECT = "I would rather not be named";
    WITH_OBJECT_END = "I am fine with it now";
    WITH_OBJECTED = "You told them that you would rather not be named for this.";
    WITH_OBJECTION_TOLD = "Done. They can read it now.";
    WITH_OBJECTION_ENDED = "Done. They can read that you are fine with it.";
    NAMED_AS_CONTACT = "Someone to call or to turn to";
    NAMED_AS_AGREEMENT = "Someone who agreed to something";
    NAMED_AS_TASK = "Someone who does a part";
    NAMED_AS_VOICE = "Someone whose words or view are in it";
    NAMED_INSIDE_CONTACT = "someone to call or to turn to";
    NAMED_INSIDE_AGREEMENT = "someone who agreed to something";
    NAMED_INSIDE_TASK = "someone who does a part";
    NAMED_INSIDE_VOICE = "someone whose words or view are in it";

    OBJECTIONS_TITLE = "Someone would rather not be named";
    OBJECTIONS_LEAD = "You decide. Who sees what is as it was.";
    OBJECTION_LEAVE_OUT = "To leave them out, change the plan in your app. Or stop sharing that part here.";
    OBJECTION_NOT_OPEN = "No one else sees such a part right now.";
    OBJECTION_STOP = "Stop sharing this part";
    OBJECTION_WHAT_YOU_CAN_DO = "See what you can do";

    SUPPORTER_SAW_NAMED = "They saw that a plan of yours names them.";
    SUPPORTER_SAW_NAMED_AS = "They saw as what, and nothing of the plan.";
    SUPPORTER_SAW_NAME = "They saw your name.";
    SUPPORTER_UNDO = "See it and undo it";
    WHY_ABOUT_THEM = "You opened it, but it is about them, or it could be. So we keep it from them.";
    HELP_SUPNWK = "When they help you in daily life or in a crisis.";
}

pub(crate) fn about_supporter(who: &str) -> String {
    format!("About {who}")
}

pub(crate) fn end_supporter(who: &str) -> String {
    format!("{who} no longer supports me")
}

/// Somebody who left by themselves.
pub(crate) fn left_on(who: &str, day: &str) -> String {
    format!("{who} left on {day}.")
}

pub(crate) fn delegated_until(day: &str) -> String {
    format!("They can take things back for you until {day}.")
}

pub(crate) fn days(count: i64) -> String {
    match count {
        365 => "One year".to_owned(),
        many => format!("{many} days"),
    }
}

/// The name of a button for those who hear the page.
pub(crate) fn take_back(part: &str, who: &str) -> String {
    format!("Take back “{part}” from {who}")
}

/// `moment` is "on 3 May at 10:02" here and below.
pub(crate) fn supporter_looked(who: &str, moment: &str) -> String {
    format!("{who}, who supports you, looked at what you share {moment}.")
}

pub(crate) fn supporter_listed(who: &str, moment: &str) -> String {
    format!("{who}, who supports you, looked for who shares with them {moment}.")
}

pub(crate) fn supporter_saved(who: &str, moment: &str) -> String {
    format!("{who}, who supports you, saved a whole document {moment}.")
}

pub(crate) fn supporter_looked_at_sharing(who: &str, moment: &str) -> String {
    format!("{who} looked, for you, at who sees what {moment}.")
}

pub(crate) fn supporter_looked_at_naming(who: &str, moment: &str) -> String {
    format!("{who} looked at how your plans name them {moment}.")
}

/// As what somebody is named, alone.
pub(crate) const fn named_as(one: sayso_consent::NamedAs) -> &'static str {
    use sayso_consent::NamedAs as N;
    match one {
        N::Contact => NAMED_AS_CONTACT,
        N::Agreement => NAMED_AS_AGREEMENT,
        N::Task => NAMED_AS_TASK,
        N::Voice => NAMED_AS_VOICE,
    }
}

/// The same inside a sentence.
pub(crate) const fn named_as_inside(one: sayso_consent::NamedAs) -> &'static str {
    use sayso_consent::NamedAs as N;
    match one {
        N::Contact => NAMED_INSIDE_CONTACT,
        N::Agreement => NAMED_INSIDE_AGREEMENT,
        N::Task => NAMED_INSIDE_TASK,
        N::Voice => NAMED_INSIDE_VOICE,
    }
}

/// The name of a button for those who hear the page.
pub(crate) fn about_being_named(what: &str, objects: bool) -> String {
    format!("{}: {what}", if objects { WITH_OBJECT_END } else { WITH_OBJECT })
}

pub(crate) fn rather_not_named(who: &str, what: &str) -> String {
    format!("{who} would rather not be named as {what}.")
}

pub(crate) fn objection_told(moment: &str) -> String {
    format!("They told you {moment}.")
}

pub(crate) fn objection_open_to(who: &str) -> String {
    format!("This part is open to {who}.")
}

/// What somebody became, or was no more.
pub(crate) fn supporter_changed(who: &str, change: &str, moment: &str) -> String {
    match change {
        "invited" => format!("You invited {who} {moment}."),
        "link-made" => format!("You made a new link for {who} {moment}."),
        "accepted" => format!("{who} used your link {moment}."),
        "named" => format!("You said who {who} is in your plans {moment}."),
        "delegated" => format!("You let {who} take things back for you {moment}."),
        "delegation-ended" => format!("You ended that {who} takes things back for you {moment}."),
        "ended" => format!("You ended the part of {who} {moment}. They see nothing more."),
        "left" => format!("{who} left {moment}. They do not support you any more and see nothing."),
        "objected" => format!("{who} told you {moment} that they would rather not be named."),
        "objection-ended" => format!("{who} told you {moment} that they are fine with being named."),
        _ => format!("Something about {who} was changed {moment}."),
    }
}

pub(crate) fn taken_back_for_you(by: &str, from: &str, all: bool, moment: &str) -> String {
    if all {
        format!("{by} stopped sharing with {from} for you {moment}.")
    } else {
        format!("{by} let {from} see less, for you, {moment}.")
    }
}

#[cfg(test)]
pub(super) fn samples() -> Vec<String> {
    let moment = "on 3 May at 10:02";
    let changes = [
        "invited",
        "link-made",
        "accepted",
        "named",
        "delegated",
        "delegation-ended",
        "ended",
        "left",
        "objected",
        "objection-ended",
        "",
    ];
    let mut all: Vec<String> = changes.iter().map(|change| supporter_changed("Kofi", change, moment)).collect();
    all.extend([
        about_supporter("Kofi"),
        end_supporter("Kofi"),
        left_on("Kofi", "3 May"),
        delegated_until("3 May"),
        days(30),
        days(365),
        take_back("What helps", "Pine Hill"),
        supporter_looked("Kofi", moment),
        supporter_listed("Kofi", moment),
        supporter_saved("Kofi", moment),
        supporter_looked_at_sharing("Kofi", moment),
        supporter_looked_at_naming("Kofi", moment),
        about_being_named(NAMED_AS_CONTACT, true),
        rather_not_named("Kofi", NAMED_INSIDE_CONTACT),
        rather_not_named("Kofi", NAMED_INSIDE_TASK),
        objection_told(moment),
        objection_open_to("Pine Hill"),
        taken_back_for_you("Kofi", "Pine Hill", true, moment),
        taken_back_for_you("Kofi", "Pine Hill", false, moment),
    ]);
    all
}
