//! Words around a plan: what stands beside the person's own words, so that none of them reads as its opposite.

use sayso_plan::item::{
    AboutKind, Accepted, ArrangementFor, ContactRole, Direction, Intent, MayBeTold, NeedKind, Position, ReachBy, Sense,
    Strength, Translator, VoiceRole,
};
use sayso_plan::people::PartyRole;
use sayso_plan::plan::FormalityKind;
use sayso_plan::proposal::AnswerKind;
use sayso_plan::{Absence, State};

use super::say;

say! {
    PLAN = "My plan";
    PLANS_LEAD = "These are your plans, in your own words.";
    ALL_PLANS = "All my plans";
    PEOPLE = "People in this plan";
    IN_TREATING_TEAM = "part of the team that treats me";
    NOT_IN_TREATING_TEAM = "not part of the team that treats me";
    NO_LAW = "This plan names no law. It counts as your wish.";
    FROM = "From";
    UNTIL = "Until";
    REVIEW = "To look at again on";
    REVIEW_STARTS = "Who starts that";
    IF_NOT_FOLLOWED = "If this plan was not followed";
    FORMALITIES = "Signed and seen by";
    DOCUMENT = "A document kept whole";
    DOCUMENT_HELP = "We keep it just as it came. It is shared as one piece or not at all.";
    DOCUMENT_SAVE = "Save this document";
    DOCUMENT_UNNAMED = "A document without a name";
    WHO_SEES_THIS = "See who can see this";

    I = "I";
    ME = "me";
    CLOSE = "Very private: shown only if you pick this one thing";
    SAID_BY = "Said by";
    ONLY_IF = "Only if";
    UNLESS = "Unless";
    BECAUSE = "Because";
    INSTEAD = "Instead";
    IF_IMPOSSIBLE = "If that cannot be";
    ABOUT = "About";
    WORSE = "This makes it worse";
    NEVER_TELL = "Do not call or tell";
    REFUSE = "I say no to";
    PREFER = "I want";
    ACCEPT = "I am fine with";
    WHO = "Who";
    THEY_ARE = "Who they are to me";
    REACH = "How to reach them";
    ROLE = "What they do for me";
    AGENT_ORDER = "Their place in line to speak for me";
    MAY_BE_TOLD = "They may be told";
    LIMITS = "Limits";
    WHY = "Why it matters";
    STEP = "Step";
    PROGRESS = "How it goes";
    DONE = "done";
    BY_WHEN = "by";
    THEN = "Then";
    GO_ON_IF = "Go on if";
    WHAT_WE_SAID = "What we said";
    BETWEEN = "Between";
    IF_BROKEN = "If it is not kept";
    FOR = "For";
    TAKES_OVER = "Who takes over";
    THEY_SAID = "Did they say yes";
    KEY_FACTS = "Good to know";
    WHERE_THINGS_ARE = "Where things are";
    NEED = "What I need";
    LANGUAGE = "Language";
    SINCE = "Since";
    COMES_FROM = "Comes from";
    CODE = "An app noted as a code";
    CHECKED_BY = "checked by";

    STATE_DRAFT = "Draft. No one but you and your apps can see it.";
    STATE_IN_TALKS = "You are talking about it with the people it names. It is not in force.";
    STATE_READY = "Ready for signing. It is not in force.";
    STATE_ACTIVE = "In force";
    STATE_UNDER_REVIEW = "In force. You are looking at it again.";
    STATE_REVOKE_REQUESTED = "You said no to this plan. The law wants more than that, so it is still in force. All who read it see your no first.";
    STATE_SUPERSEDED = "Replaced by a newer plan";
    STATE_CANCELLED = "You cancelled this plan.";
    STATE_ENDED = "Its time is over.";
    CANCEL = "Cancel this plan";
    CANCEL_LEAD = "To cancel says: this plan does not count any more. To stop sharing is something else.";
    CANCEL_STOP_SHARING = "Stop sharing instead";
    CANCEL_AFTER = "People you share it with then see that you cancelled it, and nothing of it. You keep your words.";
    CANCEL_WORDS = "You can say why, in your own words. They will read it.";
    CANCEL_IN_FORM = "I have cancelled it in the way that the law asks for";
    CANCEL_NOW = "Cancel this plan now";
    CANCEL_KEEP = "Keep it";
    SUGGESTIONS = "What others suggest";
    SUGGESTIONS_LEAD = "Others can suggest something. Your plan stays as it is until you decide. You do not have to answer.";
    SUGGESTIONS_NONE = "No one waits for your answer.";
    SUGGESTIONS_FROZEN = "This plan cannot be changed as it is now. It may be ready to be signed, or over. Nothing was changed.";
    SUGGESTIONS_ANSWERED = "What you answered";
    SUGGESTIONS_BACK = "Back to the plan";
    SUGGESTION_ABOUT = "It is about";
    SUGGESTION_BEFORE = "Your plan says of them already";
    SUGGESTION_BEFORE_STAYS = "That stays.";
    SUGGESTION_ACCEPT = "Put it in my plan";
    SUGGESTION_DECLINE = "No";
    SUGGESTION_WORDS = "Your own words. Put them in the plan instead, or use them to say why not.";
    SUGGESTION_REASON = "You can say why not, in your own words. They will read it.";
    SUGGESTION_CHANGE = "Put my words in my plan instead";
    ANSWER_ACCEPTED = "You put it in your plan.";
    ANSWER_CHANGED = "You put your own words in your plan.";
    ANSWER_DECLINED = "You said no.";
    NO_SAID = "You said no";
    LAW = "What the law makes of it";
    LAW_TO_DO = "What you can do to make it count";
    NOTHING_TO_SAY = "You had nothing to say here.";
    ASKED_DECLINED = "You did not want to say.";
    NOT_ASKED = "No one has asked you.";
}

pub(crate) const fn state(state: State) -> &'static str {
    match state {
        State::Draft => STATE_DRAFT,
        State::InTalks => STATE_IN_TALKS,
        State::Ready => STATE_READY,
        State::Active => STATE_ACTIVE,
        State::UnderReview => STATE_UNDER_REVIEW,
        State::RevokeRequested => STATE_REVOKE_REQUESTED,
        State::Superseded => STATE_SUPERSEDED,
        State::Cancelled => STATE_CANCELLED,
        State::Ended => STATE_ENDED,
    }
}

/// The link to what others suggest.
pub(crate) fn suggestions_wait(count: usize) -> String {
    match count {
        0 => SUGGESTIONS.to_owned(),
        1 => format!("{SUGGESTIONS}: 1 waits for you"),
        count => format!("{SUGGESTIONS}: {count} wait for you"),
    }
}

/// Somebody would say something in a section.
pub(crate) fn suggests_words(section: &str) -> String {
    format!("They suggest for “{section}”:")
}

/// Somebody says where they stand.
pub(crate) fn suggests_stance(position: &str) -> String {
    format!("They say where they stand. The plan would say that this person {position}.")
}

pub(crate) const fn answered(answer: AnswerKind) -> &'static str {
    match answer {
        AnswerKind::Accepted => ANSWER_ACCEPTED,
        AnswerKind::Changed => ANSWER_CHANGED,
        AnswerKind::Declined => ANSWER_DECLINED,
    }
}

pub(crate) const fn absence(absence: Absence) -> &'static str {
    match absence {
        Absence::NothingToSay => NOTHING_TO_SAY,
        Absence::AskedDeclined => ASKED_DECLINED,
        Absence::NotAsked => NOT_ASKED,
    }
}

/// Where a party stands, after their name; `me` when it is the person.
pub(crate) const fn position(position: Position, me: bool) -> &'static str {
    match (position, me) {
        (Position::Agreed, true) => "agree",
        (Position::Agreed, false) => "agrees",
        (Position::AgreedInPart, true) => "agree in part",
        (Position::AgreedInPart, false) => "agrees in part",
        (Position::Disagreed, true) => "do not agree",
        (Position::Disagreed, false) => "does not agree",
        (Position::NotSure, true) => "am not sure",
        (Position::NotSure, false) => "is not sure",
        (Position::NotPresent, true) => "was not there",
        (Position::NotPresent, false) => "was not there",
        (Position::NotAsked, true) => "was not asked",
        (Position::NotAsked, false) => "was not asked",
    }
}

/// What stands before the words of a preference.
pub(crate) const fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Prefer => PREFER,
        Direction::Accept => ACCEPT,
        Direction::Refuse => REFUSE,
    }
}

pub(crate) const fn intent(intent: Intent) -> &'static str {
    match intent {
        Intent::Wish => "a wish",
        Intent::AdvanceConsent => "my yes, said ahead of time",
        Intent::AdvanceRefusal => "my no, said ahead of time",
    }
}

/// Before what [`intent`] says.
pub(crate) const MEANT_AS: &str = "I mean this as";

pub(crate) const fn sense(sense: Sense) -> &'static str {
    match sense {
        Sense::If => ONLY_IF,
        Sense::Unless => UNLESS,
    }
}

pub(crate) const fn about(kind: AboutKind) -> &'static str {
    match kind {
        AboutKind::Medicine => "a medicine",
        AboutKind::Therapy => "a therapy",
        AboutKind::Ect => "ECT",
        AboutKind::Place => "a place",
        AboutKind::Person => "a person",
        AboutKind::Approach => "how to come near me",
        AboutKind::Restraint => "force",
        AboutKind::Admission => "going to hospital",
        AboutKind::Other => "something else",
    }
}

pub(crate) const fn reach(by: ReachBy) -> &'static str {
    match by {
        ReachBy::Phone => "Phone",
        ReachBy::Text => "Text",
        ReachBy::VideoRelay => "Video relay",
        ReachBy::Email => "Email",
        ReachBy::Other => "Other",
    }
}

pub(crate) const fn contact_role(role: ContactRole) -> &'static str {
    match role {
        ContactRole::Supporter => "supports me",
        ContactRole::FirstCall => "the first to call",
        ContactRole::Agent => "speaks for me",
        ContactRole::Deputy => "stands in for the one who speaks for me",
        ContactRole::Peer => "a peer",
        ContactRole::Clinician => "treats me",
        ContactRole::Facilitator => "helped me write this",
        ContactRole::Witness => "saw me sign",
    }
}

pub(crate) const fn may_be_told(what: MayBeTold) -> &'static str {
    match what {
        MayBeTold::Nothing => "nothing",
        MayBeTold::ThatIAmInCrisis => "that I am in crisis",
        MayBeTold::WhereIAm => "where I am",
        MayBeTold::PlanItems => "things in my plan",
    }
}

pub(crate) const fn party_role(role: PartyRole) -> &'static str {
    match role {
        PartyRole::Person => "me",
        PartyRole::Supporter => "supports me",
        PartyRole::Peer => "a peer",
        PartyRole::Clinician => "treats me",
        PartyRole::Facilitator => "helped us talk",
        PartyRole::Agent => "speaks for me",
        PartyRole::Witness => "a witness",
        PartyRole::Service => "a service",
        PartyRole::Family => "family",
    }
}

pub(crate) const fn voice(role: VoiceRole) -> &'static str {
    match role {
        VoiceRole::Person => "me",
        VoiceRole::Supporter => "supports me",
        VoiceRole::Peer => "a peer",
        VoiceRole::Clinician => "treats me",
        VoiceRole::Facilitator => "helped us talk",
        VoiceRole::Agent => "speaks for me",
    }
}

pub(crate) const fn arrangement(what: ArrangementFor) -> &'static str {
    match what {
        ArrangementFor::Child => "a child",
        ArrangementFor::Adult => "a grown-up",
        ArrangementFor::Pet => "a pet",
        ArrangementFor::Home => "my home",
        ArrangementFor::WorkStudy => "my work or school",
        ArrangementFor::Money => "my money",
        ArrangementFor::Belongings => "my things",
        ArrangementFor::Other => "something else",
    }
}

pub(crate) const fn accepted(accepted: Accepted) -> &'static str {
    match accepted {
        Accepted::Yes => "yes",
        Accepted::No => "no",
        Accepted::Unknown => "not known",
    }
}

pub(crate) const fn need(need: NeedKind) -> &'static str {
    match need {
        NeedKind::Language => "my language",
        NeedKind::Interpreter => "an interpreter",
        NeedKind::EasyRead => "easy words",
        NeedKind::Format => "another format",
        NeedKind::Hearing => "help with hearing",
        NeedKind::Sight => "help with seeing",
        NeedKind::Sensory => "care with light, sound or touch",
        NeedKind::Mobility => "help to move",
        NeedKind::Neurodivergence => "room for how my mind works",
        NeedKind::Faith => "my faith",
        NeedKind::Food => "food",
        NeedKind::Culture => "my culture",
        NeedKind::NamePronouns => "my name and pronouns",
        NeedKind::StaffGender => "who the staff are",
        NeedKind::Device => "a device",
    }
}

pub(crate) const fn strength(strength: Strength) -> &'static str {
    match strength {
        Strength::Must => "I must have this",
        Strength::Helps => "This helps",
    }
}

pub(crate) const fn formality(kind: FormalityKind) -> &'static str {
    match kind {
        FormalityKind::Signature => "signed",
        FormalityKind::Witness => "saw me sign",
        FormalityKind::CapacityEvidence => "said that I can decide this",
        FormalityKind::Notary => "signed as a notary",
    }
}

/// Before a translation.
pub(crate) const fn translation(by: Translator) -> &'static str {
    match by {
        Translator::Machine => "Put into another language by a machine",
        Translator::Human => "Put into another language by a person",
    }
}

/// That a plan ends soon.
pub(crate) fn ends_on(day: &str) -> String {
    format!("It holds until {day}. If you still want it then, make it anew before that day.")
}

/// That the day has come on which the person wanted to look at it again.
pub(crate) fn review_since(day: &str) -> String {
    format!("You wanted to look at it again on {day}. It holds as it is until you change it.")
}

#[cfg(test)]
pub(super) fn samples() -> Vec<String> {
    let me = [Position::Agreed, Position::AgreedInPart, Position::Disagreed, Position::NotSure];
    let mut all: Vec<String> = me.into_iter().map(|one| format!("{I} {}.", position(one, true))).collect();
    all.extend(["supports me", "stands in for the one who speaks for me", MEANT_AS].map(str::to_owned));
    all.push(translation(Translator::Machine).to_owned());
    all.extend([ends_on("3 May"), review_since("3 May")]);
    all.extend([suggestions_wait(1), suggests_words("What helps"), suggests_stance("does not agree")]);
    all
}
