//! The small world: every case in it has a number, and every number below [`size`] is one case and no other.
//!
//! Two layers, one behind the other. *Alone*: one provision, every value of every condition against every question; a
//! refusal stands against a permit that is made for the question, because where nothing is permitted a refusal changes
//! nothing. *Together*: two consents with up to two provisions each, to see how provisions weigh against each other.
//! Provisions of a consent and consents of a person are multisets: another order is no other case, because it
//! is another test that order has no meaning.

use sayso_consent::{
    Ask, Audience, Class, Consent, Effect, Known, Origin, Part, Period, Provision, Purposes, Recipient, Status, Tri,
    What,
};
use sayso_plan::{
    ClientId, ConsentId, ItemId, OrganizationId, PersonId, PlanId, PlanKind, PractitionerId, ProvisionId, Purpose,
    Section, Share,
};
use time::{Duration, OffsetDateTime};

/// One case: what the person decided, and one question about one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What the person decided.
    pub consents: Vec<Consent>,
    /// Who asks, for what, when.
    pub ask: Ask,
    /// About which part.
    pub part: Part,
}

/// What stands in a consent besides its provisions.
#[derive(Debug, Clone, Copy)]
struct Standing {
    status: Known<Status>,
    origin: Origin,
    withdrawn: bool,
}

const fn standing(status: Known<Status>, origin: Origin, withdrawn: bool) -> Standing {
    Standing { status, origin, withdrawn }
}

/// Every status, and what else makes a consent count or not. *Together* takes the first three.
const STANDINGS: [Standing; 10] = [
    standing(Known::Is(Status::Active), Origin::Person, false),
    standing(Known::Is(Status::Active), Origin::Sent, false),
    standing(Known::Unknown, Origin::Person, false),
    standing(Known::Unknown, Origin::Sent, false),
    standing(Known::Is(Status::Active), Origin::Person, true),
    standing(Known::Is(Status::Draft), Origin::Person, false),
    standing(Known::Is(Status::Proposed), Origin::Person, false),
    standing(Known::Is(Status::Rejected), Origin::Person, false),
    standing(Known::Is(Status::Inactive), Origin::Person, false),
    standing(Known::Is(Status::EnteredInError), Origin::Person, false),
];

const EFFECTS: [Effect; 2] = [Effect::Permit, Effect::Deny];

fn organization(n: u8) -> OrganizationId {
    OrganizationId::from_stored([n; 16])
}

fn practitioner(n: u8) -> PractitionerId {
    PractitionerId::from_stored([n; 16])
}

fn client(n: u8) -> ClientId {
    ClientId::from_stored([n; 16])
}

fn plan(n: u8) -> PlanId {
    PlanId::from_stored([n; 16])
}

fn item(n: u8) -> ItemId {
    ItemId::from_stored([n; 16])
}

/// Instants are whole hours.
fn instant(hours: u8) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::hours(hours.into())
}

/// The instants of the questions: before, at the begin of, within, at the end of and after most periods.
const INSTANTS: [u8; 5] = [0, 1, 2, 3, 4];

const LONG: (u8, u8) = (0, 4);
const SHORT: (u8, u8) = (1, 3);

/// The last two are not understood: the end is not after the start.
fn periods() -> [Known<Period>; 5] {
    let period = |(from, until)| Known::Is(Period { from: instant(from), until: instant(until) });
    [period(LONG), period(SHORT), Known::Unknown, period((3, 1)), period((2, 2))]
}

fn recipients() -> [Known<Recipient>; 6] {
    [
        Known::Is(Recipient::Organization(organization(1))),
        Known::Is(Recipient::Practitioner(organization(1), practitioner(1))),
        Known::Is(Recipient::App(client(1))),
        Known::Is(Recipient::Class(Class::CrisisServices)),
        Known::Is(Recipient::Everyone),
        Known::Unknown,
    ]
}

const PURPOSES: [Known<Purposes>; 5] = [
    Known::Is(Purposes::Only(Purpose::Treat)),
    Known::Is(Purposes::Only(Purpose::Etreat)),
    Known::Is(Purposes::Only(Purpose::Btg)),
    Known::Is(Purposes::Any),
    Known::Unknown,
];

fn whats() -> [Known<What>; 11] {
    [
        Known::Is(What::Kind(PlanKind::JointCrisisPlan)),
        Known::Is(What::Plan(plan(1))),
        Known::Is(What::Section(Section::Helps)),
        Known::Is(What::Item(item(1))),
        Known::Is(What::Item(item(3))),
        Known::Is(What::Documents),
        Known::Is(What::Level(Share::Open)),
        Known::Is(What::Level(Share::Care)),
        Known::Is(What::Level(Share::Close)),
        Known::Is(What::Everything),
        Known::Unknown,
    ]
}

/// Who asks. *Together* takes the first three: a named practitioner of a crisis service, somebody there whom no token
/// names, and the person's own app.
fn askers() -> [Audience; 6] {
    let of = |organization, practitioner, class| Audience::Organization { organization, practitioner, class };
    let crisis = Some(Class::CrisisServices);
    [
        of(organization(1), Some(practitioner(1)), crisis),
        of(organization(1), None, None),
        Audience::App { client: client(1) },
        of(organization(1), Some(practitioner(2)), None),
        of(organization(2), Some(practitioner(1)), crisis),
        Audience::App { client: client(2) },
    ]
}

/// What is asked for. *Together* takes the first four.
const ASKED: [Option<Purpose>; 5] =
    [Some(Purpose::Treat), Some(Purpose::Etreat), None, Some(Purpose::Btg), Some(Purpose::Coc)];

/// The parts without their level: two items, a whole document, what stands above the items of a section, and what a
/// plan says as a whole. *Together* takes the first four.
fn parts() -> [Part; 5] {
    let part = |n, kind, section, item| Part {
        plan: plan(n),
        kind,
        section,
        item,
        level: Share::Open,
        about_asker: Tri::False,
    };
    let crisis = PlanKind::JointCrisisPlan;
    [
        part(1, crisis, Some(Section::Helps), Some(item(1))),
        part(1, crisis, Some(Section::Harms), Some(item(2))),
        part(1, crisis, None, Some(item(3))),
        part(2, PlanKind::AdvanceDirective, Some(Section::Helps), None),
        part(1, crisis, None, None),
    ]
}

const LEVELS: [Share; 3] = [Share::Open, Share::Care, Share::Close];

type Conditions = (Known<Recipient>, Known<Purposes>, Known<What>, Known<Period>);

/// The provisions of *Together*, once as a permit and once as a refusal: they overlap in most questions.
fn forms() -> [Conditions; 8] {
    let [organization, practitioner, app, class, everyone, nobody_knows] = recipients();
    let [treat, etreat, btg, any, _] = PURPOSES;
    let [kind, plan, section, item, _, documents, _, care, _, everything, unclear] = whats();
    let [long, short, ..] = periods();
    [
        (organization, treat, kind, long),
        (practitioner, treat, section, short),
        (class, etreat, care, long),
        (organization, treat, item, long),
        (app, treat, plan, short),
        (everyone, any, everything, long),
        (organization, treat, unclear, long),
        (nobody_knows, btg, documents, long),
    ]
}

/// How many of the standings *Together* has.
const STANDINGS_TOGETHER: u64 = 3;
const PROVISIONS_TOGETHER: u64 = 2 * 8;
/// None, one or two of them, equal ones too.
const SETS: u64 = 1 + PROVISIONS_TOGETHER + multisets(PROVISIONS_TOGETHER);
const CONSENTS: u64 = STANDINGS_TOGETHER * SETS;
const QUESTIONS_TOGETHER: u64 = 3 * 4 * 5 * 4 * 3;
const TOGETHER: u64 = multisets(CONSENTS) * QUESTIONS_TOGETHER;

const PROVISIONS_ALONE: u64 = 2 * 6 * 5 * 11 * 5;
/// Instants and levels, the last digits of a question.
const QUESTIONS_OF_A_PERMIT: u64 = 5 * 3;
const QUESTIONS_ALONE: u64 = 6 * 5 * 5 * QUESTIONS_OF_A_PERMIT;
const ALONE: u64 = 10 * PROVISIONS_ALONE * QUESTIONS_ALONE;

/// How many cases there are.
#[must_use]
pub const fn size() -> u64 {
    ALONE + TOGETHER
}

/// How many pairs there are of `n` things, without order and with equal ones.
const fn multisets(n: u64) -> u64 {
    n * (n + 1) / 2
}

/// The pair with this number, the lesser one first.
fn pair(number: u64) -> (u64, u64) {
    let greater = ((8 * number + 1).isqrt() - 1) / 2;
    (number - multisets(greater), greater)
}

fn pair_number((lesser, greater): (u64, u64)) -> u64 {
    multisets(greater) + lesser
}

/// A case by its parts, each by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// One provision, and the permit that it stands against when it is a refusal.
    Alone {
        /// In what state the consent is.
        standing: u64,
        /// The provision.
        provision: u64,
        /// The question.
        question: u64,
    },
    /// Two consents.
    Together {
        /// The consents, by standing and provisions; the lesser number first.
        consents: (u64, u64),
        /// The question.
        question: u64,
    },
}

/// What a person decided, as a key: equal when the consents of two cases are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decided(u64);

impl Place {
    /// The place of a number below [`size`].
    #[must_use]
    pub fn of(index: u64) -> Self {
        assert!(index < size(), "there are {} cases", size());
        if index < ALONE {
            let (rest, question) = (index / QUESTIONS_ALONE, index % QUESTIONS_ALONE);
            Self::Alone { standing: rest / PROVISIONS_ALONE, provision: rest % PROVISIONS_ALONE, question }
        } else {
            let index = index - ALONE;
            Self::Together { consents: pair(index / QUESTIONS_TOGETHER), question: index % QUESTIONS_TOGETHER }
        }
    }

    /// Its number: the questions to the same consents stand beside each other.
    #[must_use]
    pub fn index(self) -> u64 {
        match self {
            Self::Alone { standing, provision, question } => {
                (standing * PROVISIONS_ALONE + provision) * QUESTIONS_ALONE + question
            }
            Self::Together { consents, question } => ALONE + pair_number(consents) * QUESTIONS_TOGETHER + question,
        }
    }

    /// The key of its consents.
    #[must_use]
    pub fn decided(self) -> Decided {
        Decided(match self {
            // The permit is the same at every instant and for every level.
            Self::Alone { question, .. } => (self.index() - question) + question / QUESTIONS_OF_A_PERMIT,
            Self::Together { consents, .. } => ALONE + pair_number(consents),
        })
    }

    /// Its consents.
    #[must_use]
    pub fn consents(self) -> Vec<Consent> {
        match self {
            Self::Alone { standing, provision, question } => {
                let provision = named(1, provision_alone(provision));
                let against = (provision.effect == Effect::Deny).then(|| permit_for(question)).flatten();
                let against = against.map(|permit| consent(2, 0, vec![named(2, permit)]));
                [consent(1, standing, vec![provision])].into_iter().chain(against).collect()
            }
            Self::Together { consents: (lesser, greater), .. } => {
                vec![consent_together(1, lesser), consent_together(2, greater)]
            }
        }
    }

    /// Its number among [`questions`].
    #[must_use]
    pub fn question(self) -> usize {
        let place = match self {
            Self::Alone { question, .. } => question,
            Self::Together { question, .. } => QUESTIONS_ALONE + question,
        };
        usize::try_from(place).expect("there are a few thousand questions")
    }
}

/// All questions: those of *Alone*, then those of *Together*.
#[must_use]
pub fn questions() -> Vec<(Ask, Part)> {
    let alone = (0..QUESTIONS_ALONE).map(|question| asked(question, [6, 5, 5]));
    alone.chain((0..QUESTIONS_TOGETHER).map(|question| asked(question, [3, 4, 4]))).collect()
}

/// The case with this number.
#[must_use]
pub fn case(index: u64) -> Case {
    let place = Place::of(index);
    let (ask, part) = match place {
        Place::Alone { question, .. } => asked(question, [6, 5, 5]),
        Place::Together { question, .. } => asked(question, [3, 4, 4]),
    };
    Case { consents: place.consents(), ask, part }
}

/// Takes the last digit from a number: one of these.
fn digit<T: Copy>(number: &mut u64, all: &[T]) -> T {
    let (rest, place) = (*number / all.len() as u64, *number % all.len() as u64);
    *number = rest;
    all[usize::try_from(place).expect("a digit is small")]
}

fn asked(mut question: u64, [askers_of, purposes_of, parts_of]: [usize; 3]) -> (Ask, Part) {
    let level = digit(&mut question, &LEVELS);
    let at = instant(digit(&mut question, &INSTANTS));
    let part = Part { level, ..digit(&mut question, &parts()[..parts_of]) };
    let purpose = digit(&mut question, &ASKED[..purposes_of]);
    let who: [usize; 6] = std::array::from_fn(|n| n);
    let audience = askers()[digit(&mut question, &who[..askers_of])].clone();
    assert_eq!(question, 0, "a question too many");
    (Ask { audience, purpose, at }, part)
}

/// The narrowest permit for what is asked, at every instant, which no permit of *Together* is; none when no purpose is
/// stated, because every permit names one.
fn permit_for(question: u64) -> Option<(Effect, Conditions)> {
    let (ask, part) = asked(question, [6, 5, 5]);
    let recipient = match ask.audience {
        Audience::Organization { organization, .. } => Recipient::Organization(organization),
        Audience::App { client } => Recipient::App(client),
        // None of the askers of this world is one.
        Audience::Supporter { supporter, .. } => Recipient::Supporter(supporter),
    };
    let what = match (part.item, part.section) {
        (Some(item), _) => What::Item(item),
        (None, Some(section)) => What::Section(section),
        (None, None) => What::Plan(part.plan),
    };
    let purposes = Purposes::Only(ask.purpose?);
    let period = Period { from: instant(0), until: instant(5) };
    Some((Effect::Permit, (Known::Is(recipient), Known::Is(purposes), Known::Is(what), Known::Is(period))))
}

fn provision_alone(mut number: u64) -> (Effect, Conditions) {
    let period = digit(&mut number, &periods());
    let what = digit(&mut number, &whats());
    let purposes = digit(&mut number, &PURPOSES);
    let recipient = digit(&mut number, &recipients());
    let effect = digit(&mut number, &EFFECTS);
    (effect, (recipient, purposes, what, period))
}

fn provision_together(mut number: u64) -> (Effect, Conditions) {
    let conditions = digit(&mut number, &forms());
    (digit(&mut number, &EFFECTS), conditions)
}

fn consent_together(n: u8, number: u64) -> Consent {
    let (standing, set) = (number / SETS, number % SETS);
    let numbers = match set.checked_sub(1 + PROVISIONS_TOGETHER) {
        Some(of_two) => vec![pair(of_two).0, pair(of_two).1],
        None => set.checked_sub(1).into_iter().collect(),
    };
    let provisions =
        numbers.into_iter().zip(1..).map(|(number, place)| named(10 * n + place, provision_together(number)));
    consent(n, standing, provisions.collect())
}

fn named(id: u8, (effect, (recipient, purposes, what, period)): (Effect, Conditions)) -> Provision {
    let id = ProvisionId::from_stored([id; 16]);
    Provision { id, effect, recipient, purposes, what, period, even_in_emergency: false, after_death: false }
}

/// The first is given when the long periods begin, the second an hour later: each may be what says since when.
fn consent(n: u8, standing: u64, provisions: Vec<Provision>) -> Consent {
    let Standing { status, origin, withdrawn } = digit(&mut { standing }, &STANDINGS);
    Consent {
        id: ConsentId::from_stored([n; 16]),
        person: PersonId::from_stored([1; 16]),
        status,
        origin,
        given_at: instant(n - 1),
        withdrawn_at: withdrawn.then(|| instant(2)),
        earlier_of: None,
        narrowed_at: None,
        sent: None,
        provisions,
    }
}

/// A spread of numbers over the whole world, each once: a step coprime to its size, near its golden section, so that
/// the first `n` lie evenly however many they are.
#[must_use]
pub fn spread(n: u64) -> u64 {
    let index = u128::from(n) * u128::from(step()) % u128::from(size());
    u64::try_from(index).expect("below the size")
}

/// The step of the spread.
#[must_use]
pub const fn step() -> u64 {
    let mut step = size() / 1000 * 618;
    while common(step, size()) != 1 {
        step += 1;
    }
    step
}

const fn common(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_world_has_as_many_cases_as_are_written_down() {
        assert_eq!((ALONE, TOGETHER, size()), (74_250_000, 76_010_400, 150_260_400));
        assert_eq!(questions().len(), 2_250 + 720);
        assert_eq!(common(step(), size()), 1);
    }

    #[test]
    fn a_number_is_one_case_and_a_case_one_number() {
        let ends = [0, 1, ALONE - 1, ALONE, ALONE + 1, size() - 1];
        for index in (0..200_000).map(spread).chain(ends) {
            assert_eq!(Place::of(index).index(), index);
        }
        assert!((0..100_000).all(|number| pair_number(pair(number)) == number && pair(number).0 <= pair(number).1));
    }

    #[test]
    fn no_two_cases_are_equal_as_data() {
        // The first of each layer differ in the last digits, the spread in all.
        let some = (0..10_000).chain(ALONE..ALONE + 10_000).chain((0..10_000).map(spread));
        let numbers: HashSet<u64> = some.collect();
        let cases: HashSet<String> = numbers.iter().map(|&index| as_data(index)).collect();
        assert_eq!(cases.len(), numbers.len());
        let provisions: HashSet<String> = (0..PROVISIONS_ALONE).map(|n| format!("{:?}", provision_alone(n))).collect();
        assert_eq!(provisions.len() as u64, PROVISIONS_ALONE);
        let consents: HashSet<String> = (0..CONSENTS).map(|n| format!("{:?}", consent_together(1, n))).collect();
        assert_eq!(consents.len() as u64, CONSENTS);
    }

    fn as_data(index: u64) -> String {
        let case = case(index);
        assert!(case.consents.len() == 1 || case.consents.len() == 2);
        format!("{case:?}")
    }

    #[test]
    fn the_question_of_a_case_stands_in_the_list_of_questions() {
        let questions = questions();
        for index in (0..10_000).map(spread) {
            let (ask, part) = &questions[Place::of(index).question()];
            let case = case(index);
            assert_eq!((ask, part), (&case.ask, &case.part));
            assert_eq!(case.consents, Place::of(index).consents());
        }
    }
}
