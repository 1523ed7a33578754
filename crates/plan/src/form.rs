//! A form: what is asked of each section, so that every answer is exactly one thing in the plan and nothing is guessed.
//!
//! Whoever shows a form need not know plans. So each question asks for all that its item must say: a preference for its
//! direction, a contact for whether to call them at all. An item of which no form can ask everything is not asked for:
//! an agreement needs the stance of each of its parties, and they are not at the form.

use crate::item::ItemType;
use crate::kind::PlanKind;
use crate::section::{Cardinality, Section};

/// One question, or a group of them.
#[derive(Debug, PartialEq, Eq)]
pub struct Question {
    /// Its name among its siblings.
    pub name: &'static str,
    /// What is asked.
    pub text: &'static str,
    /// What an answer is.
    pub answer: Answer,
    /// Whether what it belongs to says nothing without it.
    pub needed: bool,
    /// Whether it may be answered more than once.
    pub many: bool,
    /// When it is asked at all; always, where nothing is said.
    pub only: Option<Only>,
}

/// What an answer is.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// Own words, of any length that words have.
    Text,
    /// A short text: a name, a number.
    Line,
    /// Yes or no.
    YesNo,
    /// One of these.
    Choice(Choice),
    /// Answers to these.
    Group(&'static [Question]),
}

/// Codes to choose from, each with what is shown for it.
#[derive(Debug, PartialEq, Eq)]
pub struct Choice {
    /// The published list they are from.
    pub list: &'static str,
    /// Code and display of each.
    pub options: &'static [(&'static str, &'static str)],
}

/// The sibling, and the answers to it that make a question be asked.
#[derive(Debug, PartialEq, Eq)]
pub struct Only {
    /// The sibling, which is a choice.
    pub name: &'static str,
    /// One of these codes.
    pub is: &'static [(&'static str, &'static str)],
}

/// The longest [`Answer::Line`], in Unicode scalar values.
pub const LINE_MAX_SCALARS: usize = 1_000;

/// The sections a form for this kind of plan asks about, in reading order.
pub fn sections(kind: PlanKind) -> impl Iterator<Item = Section> {
    let belongs = move |section: &Section| section.cardinality(kind) != Cardinality::Extra;
    Section::all().filter(belongs).filter(|section| questions(*section).next().is_some())
}

/// The questions of a section: one for each type of item that belongs there and can be asked for. Its name is the
/// type's.
pub fn questions(section: Section) -> impl Iterator<Item = (ItemType, &'static Question)> {
    section.types().iter().filter_map(move |kind| Some((*kind, question(section, *kind)?)))
}

/// The question that makes items of this type.
const fn question(section: Section, kind: ItemType) -> Option<&'static Question> {
    match kind {
        ItemType::Words => Some(&WORDS),
        // Under a title that says what helps, a refusal would read as its opposite; so would a wish under what harms.
        ItemType::Preference if matches!(section, Section::Helps) => Some(&WELCOME),
        ItemType::Preference if matches!(section, Section::Harms) => Some(&UNWELCOME),
        ItemType::Preference => Some(&PREFERENCE),
        // The same with those who are to be called, and those who are not.
        ItemType::Contact if matches!(section, Section::NotInvolve) => Some(&AVOIDED),
        ItemType::Contact if matches!(section, Section::CarePeople | Section::VisitsNews) => Some(&SOMEBODY),
        ItemType::Contact => Some(&CONTACT),
        ItemType::Goal => Some(&GOAL),
        ItemType::Ladder => Some(&LADDER),
        ItemType::Arrangement => Some(&ARRANGEMENT),
        ItemType::Need => Some(&NEED),
        ItemType::Agreement => None,
    }
}

const fn ask(name: &'static str, text: &'static str, answer: Answer) -> Question {
    Question { name, text, answer, needed: false, many: false, only: None }
}

const fn group(name: &'static str, text: &'static str, parts: &'static [Question]) -> Question {
    ask(name, text, Answer::Group(parts))
}

const fn choice(
    name: &'static str,
    text: &'static str,
    list: &'static str,
    options: &'static [(&'static str, &'static str)],
) -> Question {
    ask(name, text, Answer::Choice(Choice { list, options }))
}

impl Question {
    const fn needed(mut self) -> Self {
        self.needed = true;
        self
    }

    const fn many(mut self) -> Self {
        self.many = true;
        self
    }

    const fn only(mut self, name: &'static str, is: &'static [(&'static str, &'static str)]) -> Self {
        self.only = Some(Only { name, is });
        self
    }
}

const WORDS: Question = ask("words", "In my own words", Answer::Text).many();

const EXACTLY: Question = ask("words", "What exactly, in my own words", Answer::Text).needed();

// Preferences.

type Codes = &'static [(&'static str, &'static str)];

const WANTS: (&str, &str) = ("prefer", "Wants");
const ACCEPTS: (&str, &str) = ("accept", "Accepts");
const REFUSES: (&str, &str) = ("refuse", "Refuses");
const WISH: (&str, &str) = ("wish", "Wish");
const CONSENT: (&str, &str) = ("advance-consent", "Advance consent");
const REFUSAL: (&str, &str) = ("advance-refusal", "Advance refusal");

const ABOUT: Question = choice(
    "about",
    "What it is about",
    "about-kind",
    &[
        ("medicine", "Medicine"),
        ("therapy", "Therapy"),
        ("ect", "Electroconvulsive therapy"),
        ("place", "Place"),
        ("person", "Person"),
        ("approach", "Approach"),
        ("restraint", "Restraint"),
        ("admission", "Admission"),
        ("other", "Other"),
    ],
)
.needed();

const fn direction(options: Codes) -> Question {
    choice("direction", "Whether I want it, accept it or refuse it", "preference-direction", options).needed()
}

const fn intent(options: Codes) -> Question {
    choice("intent", "How it is meant", "preference-intent", options).needed()
}

const BECAUSE: Question = ask("because", "Why", Answer::Text);
const INSTEAD: Question = ask("instead", "What instead, the best first", Answer::Text).many();
const IF_IMPOSSIBLE: Question = ask("if-impossible", "What if that is impossible", Answer::Text);

const fn preference(parts: &'static [Question]) -> Question {
    group("preference", "What I want, accept or refuse", parts).many()
}

const PREFERENCE: Question = preference(&[
    ABOUT,
    EXACTLY,
    direction(&[WANTS, ACCEPTS, REFUSES]),
    intent(&[WISH, CONSENT, REFUSAL]),
    BECAUSE,
    INSTEAD,
    IF_IMPOSSIBLE,
]);
const WELCOME: Question = preference(&[
    ABOUT,
    EXACTLY,
    direction(&[WANTS, ACCEPTS]),
    intent(&[WISH, CONSENT]),
    BECAUSE,
    INSTEAD,
    IF_IMPOSSIBLE,
]);
const UNWELCOME: Question =
    preference(&[ABOUT, EXACTLY, direction(&[REFUSES]), intent(&[WISH, REFUSAL]), BECAUSE, INSTEAD, IF_IMPOSSIBLE]);

// Contacts.

const YES: (&str, &str) = ("yes", "Yes");
const ONLY_IF: (&str, &str) = ("only-if", "Only if");
const NEVER: (&str, &str) = ("never", "Never");

const NAME: Question = ask("name", "Who it is", Answer::Line).needed();

const ROLE: Question = choice(
    "role",
    "What they are in this plan",
    "party-role",
    &[
        ("supporter", "Supporter"),
        ("peer", "Peer"),
        ("clinician", "Clinician"),
        ("facilitator", "Facilitator"),
        ("agent", "Agent"),
        ("witness", "Witness"),
        ("service", "Service"),
        ("family", "Family"),
    ],
)
.needed();

const RELATIONSHIP: Question = ask("relationship", "What they are to me", Answer::Line);

const fn contactable(options: Codes) -> Question {
    choice("contact", "Whether to contact them", "contactable", options).needed()
}

const CONDITION: Question = ask("only-if", "Only if what", Answer::Text).needed().only("contact", &[ONLY_IF]);

const PHONE: Question = ask("phone", "Phone", Answer::Line).many().only("contact", &[YES, ONLY_IF]);

const MAY_BE_TOLD: Question = choice(
    "may-be-told",
    "What they may be told",
    "may-be-told",
    &[
        ("nothing", "Nothing"),
        ("that-i-am-in-crisis", "That I am in crisis"),
        ("where-i-am", "Where I am"),
        ("plan-items", "What the plan says"),
    ],
)
.only("contact", &[YES, ONLY_IF]);

const ROLES: Question = choice(
    "roles",
    "What they do for me",
    "contact-role",
    &[
        ("supporter", "Supporter"),
        ("first-call", "First call"),
        ("agent", "Agent"),
        ("deputy", "Deputy"),
        ("peer", "Peer"),
        ("clinician", "Clinician"),
        ("facilitator", "Facilitator"),
        ("witness", "Witness"),
    ],
)
.many()
.only("contact", &[YES, ONLY_IF]);

const LIMITS: Question = ask("limits", "Within which limits", Answer::Text).only("contact", &[YES, ONLY_IF]);
const MORE: Question = ask("words", "What else to know, in my own words", Answer::Text);

const fn contact(parts: &'static [Question]) -> Question {
    group("contact", "A person or service", parts).many()
}

const CONTACT: Question = contact(&[
    NAME,
    ROLE,
    RELATIONSHIP,
    contactable(&[YES, ONLY_IF]),
    CONDITION,
    PHONE,
    MAY_BE_TOLD,
    ROLES,
    LIMITS,
    MORE,
]);
const SOMEBODY: Question = contact(&[
    NAME,
    ROLE,
    RELATIONSHIP,
    contactable(&[YES, ONLY_IF, NEVER]),
    CONDITION,
    PHONE,
    MAY_BE_TOLD,
    ROLES,
    LIMITS,
    MORE,
]);
const AVOIDED: Question = contact(&[NAME, ROLE, RELATIONSHIP, contactable(&[NEVER, ONLY_IF]), CONDITION, MORE]);

// The others.

const GOAL: Question = group(
    "goal",
    "What I want",
    &[EXACTLY, ask("why", "Why it matters", Answer::Text), ask("steps", "Steps on the way", Answer::Text).many()],
)
.many();

const LADDER: Question = group(
    "ladder",
    "What I notice, and what to do then",
    &[
        ask("ordered", "One after the other, in this order", Answer::YesNo).needed(),
        group(
            "rung",
            "One step",
            &[
                ask("cue", "What I notice", Answer::Text).needed(),
                ask("do", "What to do then", Answer::Text).many(),
                ask("go-on-if", "When to go on to the next step", Answer::Text),
            ],
        )
        .needed()
        .many(),
    ],
);

const ARRANGEMENT: Question = group(
    "arrangement",
    "Who or what is to be looked after",
    &[
        choice(
            "for",
            "For whom or what",
            "arrangement-for",
            &[
                ("child", "Child"),
                ("adult", "Adult"),
                ("pet", "Pet"),
                ("home", "Home"),
                ("work-study", "Work or study"),
                ("money", "Money"),
                ("belongings", "Belongings"),
                ("other", "Other"),
            ],
        )
        .needed(),
        EXACTLY,
        group(
            "who",
            "Who takes over",
            &[
                NAME,
                ROLE,
                choice(
                    "accepted",
                    "Whether they agreed to that",
                    "acceptance",
                    &[("yes", "Yes"), ("no", "No"), ("unknown", "Not known")],
                )
                .needed(),
            ],
        ),
        ask("key-facts", "What they need to know", Answer::Text),
        ask("where", "Where things are", Answer::Text),
    ],
)
.many();

const NEED: Question = group(
    "need",
    "Something I need",
    &[
        choice(
            "kind",
            "What it is about",
            "need-kind",
            &[
                ("language", "Language"),
                ("interpreter", "Interpreter"),
                ("easy-read", "Easy words"),
                ("format", "Format"),
                ("hearing", "Hearing"),
                ("sight", "Sight"),
                ("sensory", "Senses"),
                ("mobility", "Moving"),
                ("neurodivergence", "Neurodivergence"),
                ("faith", "Faith"),
                ("food", "Food"),
                ("culture", "Culture"),
                ("name-pronouns", "Name and pronouns"),
                ("staff-gender", "Gender of staff"),
                ("device", "Device"),
            ],
        )
        .needed(),
        choice("strength", "How much it matters", "need-strength", &[("must", "Must"), ("helps", "Helps")]).needed(),
        EXACTLY,
    ],
)
.many();

#[cfg(test)]
mod tests {
    use super::*;

    fn part<'q>(question: &'q Question, name: &str) -> &'q Question {
        let Answer::Group(parts) = &question.answer else { panic!("{} has no parts", question.name) };
        parts.iter().find(|part| part.name == name).unwrap()
    }

    fn codes(question: &Question) -> Vec<&str> {
        let Answer::Choice(choice) = &question.answer else { panic!("{} is no choice", question.name) };
        choice.options.iter().map(|(code, _)| *code).collect()
    }

    #[test]
    fn nothing_can_be_answered_that_reads_as_its_opposite_under_the_title_of_its_section() {
        let of = |section, kind| question(section, kind).unwrap();
        let direction = |section| codes(part(of(section, ItemType::Preference), "direction"));
        assert_eq!(direction(Section::Harms), ["refuse"]);
        assert_eq!(direction(Section::Helps), ["prefer", "accept"]);
        assert_eq!(direction(Section::Treatment), ["prefer", "accept", "refuse"]);
        let contact = |section| codes(part(of(section, ItemType::Contact), "contact"));
        assert_eq!(contact(Section::NotInvolve), ["never", "only-if"]);
        assert_eq!(contact(Section::AskForHelp), ["yes", "only-if"]);
        assert!(of(Section::NotInvolve, ItemType::Contact) == &AVOIDED);
    }

    #[test]
    fn a_form_asks_of_every_section_but_agreements() {
        let all: Vec<Section> = Section::all().filter(|section| questions(*section).next().is_none()).collect();
        assert_eq!(all, [Section::Agreements]);
        for kind in PlanKind::ALL {
            assert!(sections(kind).all(|section| section.cardinality(kind) != Cardinality::Extra));
        }
    }

    #[test]
    fn what_a_question_depends_on_is_asked_before_it() {
        fn check(parts: &[Question]) {
            for (place, part) in parts.iter().enumerate() {
                if let Some(only) = &part.only {
                    let before = parts[..place].iter().find(|earlier| earlier.name == only.name).unwrap();
                    // A code that is not offered here can never be the answer.
                    assert!(codes(before).iter().any(|code| only.is.iter().any(|(is, _)| is == code)), "{}", part.name);
                }
                if let Answer::Group(parts) = &part.answer {
                    check(parts);
                }
            }
        }
        for section in Section::all() {
            for (_, question) in questions(section) {
                check(std::slice::from_ref(question));
            }
        }
    }
}
