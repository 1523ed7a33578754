//! The decision agrees with a second, deliberately naive reading of the law of consent.

/// One file for two rooms: the other has a foreign engine beside it, which these tests need not compile.
#[path = "../votes/src/reference.rs"]
mod reference;

use std::collections::BTreeMap;

use sayso_consent::{
    Ask, Audience, Compiled, Consent, Effect, Known, Life, Origin, Part, Period, Provision, Purposes, Recipient,
    Status, Tri, Verdict, What, Why, decide,
};
use sayso_plan::{ConsentId, PersonId, ProvisionId, Share};
use sayso_tests::generate::Choices;

use crate::reference::rule;

const CASES: u32 = 100_000;
const SEED: u64 = 0x5a75_0000_0000_0001;

/// Why something stays, often enough to be met in each run.
const CAUSES: [&str; 7] = [
    "never asked",
    "refused",
    "refused even in an emergency",
    "refusal not understood",
    "not now",
    "other purpose",
    "close",
];

/// Counts a verdict under its name, so that the run can show that it was worth something.
fn name(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Released { .. } => "released",
        Verdict::Withheld(Why::NeverAsked) => "never asked",
        Verdict::Withheld(Why::Refused(_)) => "refused",
        Verdict::Withheld(Why::RefusedEvenInEmergency(_)) => "refused even in an emergency",
        Verdict::Withheld(Why::RefusalNotUnderstood(_)) => "refusal not understood",
        Verdict::Withheld(Why::NotNow(_)) => "not now",
        Verdict::Withheld(Why::OtherPurpose(_)) => "other purpose",
        Verdict::Withheld(Why::Close(_)) => "close",
        Verdict::Withheld(Why::AboutThem(_)) => "about them",
        Verdict::Withheld(Why::NotShared) => "not shared",
    }
}

fn case(choices: &mut Choices) -> (Vec<Consent>, Part, Ask, Life) {
    (choices.consents(), choices.part(), choices.ask(), choices.life())
}

#[test]
fn the_decision_and_the_naive_reading_agree_a_hundred_thousand_times() {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for n in 0..CASES {
        let (consents, part, ask, life) = case(&mut Choices::new(SEED + u64::from(n)));
        let verdict = decide(&Compiled::of(&consents).in_life(life), &part, &ask);
        let ruling = rule(&consents, &part, &ask, &life);
        assert!(
            ruling.agrees_with(&verdict),
            "seed {:#x}: {verdict:?} is not\n{ruling:#?}\nof {consents:#?}\n{part:#?}\n{ask:#?}\n{life:?}",
            SEED + u64::from(n)
        );
        *counts.entry(name(&verdict)).or_default() += 1;
    }
    let often = |name: &str| counts.get(name).copied().unwrap_or(0);
    assert!(often("released") * 10 >= CASES, "{counts:?}");
    for cause in CAUSES {
        assert!(often(cause) * 200 >= CASES, "{cause}: {counts:?}");
    }
    assert!(often("about them") > 20, "{counts:?}");
}

/// The reference is worth nothing if it agrees with anything: a verdict that was turned round is not agreed with.
#[test]
fn the_naive_reading_contradicts_a_verdict_that_was_turned_round() {
    let somebody = ProvisionId::from_stored([9; 16]);
    for n in 0..2_000 {
        let (consents, part, ask, life) = case(&mut Choices::new(SEED + n));
        let verdict = decide(&Compiled::of(&consents).in_life(life), &part, &ask);
        let wrong = match verdict {
            Verdict::Released { .. } => Verdict::Withheld(Why::NeverAsked),
            Verdict::Withheld(_) => Verdict::Released { by: somebody, since: ask.at },
        };
        assert!(!rule(&consents, &part, &ask, &life).agrees_with(&wrong));
    }
}

/// Cases in which the cause that is named is taken away, or what is said to be missing is there, and the answer is another.
const FLIPS: u32 = 20_000;
/// Not more than so many cases are needed to find them.
const CASES_OF_FLIPS: u32 = 60_000;

/// Consents with the provisions that a question is decided on.
#[derive(Clone)]
struct Decided {
    consents: Vec<Consent>,
    part: Part,
    ask: Ask,
    life: Life,
}

impl Decided {
    /// A case in which each provision has an id of its own.
    fn any(n: u32) -> Self {
        let (mut consents, part, ask, life) = case(&mut Choices::new(SEED ^ (u64::from(n) << 20)));
        for (n, provision) in consents.iter_mut().flat_map(|consent| &mut consent.provisions).enumerate() {
            provision.id = ProvisionId::from_stored([u8::try_from(n + 1).unwrap(); 16]);
        }
        Self { consents, part, ask, life }
    }

    fn verdict(&self) -> Verdict {
        decide(&Compiled::of(&self.consents).in_life(self.life), &self.part, &self.ask)
    }

    fn without(&self, gone: &[ProvisionId]) -> Self {
        let mut left = self.clone();
        left.consents.iter_mut().for_each(|consent| consent.provisions.retain(|one| !gone.contains(&one.id)));
        left
    }

    /// The same with one provision changed.
    fn with(&self, id: ProvisionId, change: impl Fn(&mut Provision)) -> Self {
        let mut changed = self.clone();
        let all = changed.consents.iter_mut().flat_map(|consent| &mut consent.provisions);
        all.filter(|one| one.id == id).for_each(change);
        changed
    }

    /// The same with a permit that is given for now and for what is asked, by the living person.
    fn mended(&self, id: ProvisionId) -> Self {
        let (now, purpose) = (self.ask.at, self.ask.purpose);
        let hour = time::Duration::hours(1);
        let mut mended = self.with(id, |permit| {
            permit.period = Known::Is(Period { from: now - hour, until: now + hour });
            if let Some(purpose) = purpose {
                permit.purposes = Known::Is(Purposes::Only(purpose));
            }
        });
        mended.part.about_asker = Tri::False;
        mended.life = Life { died: Known::Is(None), of_age: Known::Is(now - hour) };
        // Given by itself, so that nothing else comes to life with it.
        let holds = |consent: &&Consent| consent.provisions.iter().any(|one| one.id == id);
        let given = mended.consents.iter().find(holds).cloned().unwrap();
        let permit = given.provisions.iter().find(|one| one.id == id).cloned().unwrap();
        let mut mended = mended.without(&[id]);
        let origin = if given.origin == Origin::ForAChild { Origin::Person } else { given.origin };
        mended.consents.push(Consent { origin, provisions: vec![permit], ..given });
        mended
    }

    /// The same with a permit for just what is asked, which outlasts the person; none where no permit could open it.
    fn permitted(&self) -> Option<Self> {
        let recipient = match &self.ask.audience {
            Audience::Organization { organization, .. } => Recipient::Organization(*organization),
            Audience::App { client } => Recipient::App(*client),
            Audience::Supporter { supporter, .. } => Recipient::Supporter(*supporter),
        };
        let what = match (self.part.item, self.part.section) {
            (Some(item), _) => What::Item(item),
            (None, _) if self.part.level == Share::Close => return None,
            (None, Some(section)) => What::Section(section),
            (None, None) => What::Plan(self.part.plan),
        };
        let hour = time::Duration::hours(1);
        let (from, until) = (self.ask.at - hour, self.ask.at + hour);
        let permit = Provision {
            id: ProvisionId::from_stored([0xee; 16]),
            effect: Effect::Permit,
            recipient: Known::Is(recipient),
            purposes: Known::Is(Purposes::Only(self.ask.purpose?)),
            what: Known::Is(what),
            period: Known::Is(Period { from, until }),
            even_in_emergency: false,
            after_death: true,
        };
        let mut permitted = self.clone();
        permitted.part.about_asker = Tri::False;
        permitted.consents.push(Consent {
            id: ConsentId::from_stored([0xee; 16]),
            person: PersonId::from_stored([1; 16]),
            status: Known::Is(Status::Active),
            origin: Origin::Person,
            given_at: from,
            withdrawn_at: None,
            sent: None,
            narrowed_at: None,
            earlier_of: None,
            provisions: vec![permit],
        });
        Some(permitted)
    }

    /// All causes of the same answer, each named once those before it are gone.
    fn named(&self) -> Vec<ProvisionId> {
        let mut named = Vec::new();
        while let Some(next) = cause(&self.without(&named).verdict(), self.verdict().is_released()) {
            named.push(next);
        }
        named
    }
}

/// The provision that an answer is because of: a permit for a yes, a refusal for a no.
fn cause(verdict: &Verdict, released: bool) -> Option<ProvisionId> {
    match verdict {
        Verdict::Released { by, .. } if released => Some(*by),
        Verdict::Withheld(Why::Refused(id) | Why::RefusedEvenInEmergency(id) | Why::RefusalNotUnderstood(id))
            if !released =>
        {
            Some(*id)
        }
        Verdict::Released { .. } | Verdict::Withheld(_) => None,
    }
}

/// Counterfactuals: take away what is named, or mend what is said to be missing, and the answer is another one.
#[test]
fn the_cause_that_is_named_decides() {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let (mut flips, mut n) = (0, 0);
    while flips < FLIPS {
        let case = Decided::any(n);
        n += 1;
        assert!(n < CASES_OF_FLIPS, "only {flips} in {n} cases: {counts:?}");
        let verdict = case.verdict();
        *counts.entry(name(&verdict)).or_default() += 1;
        let permits =
            || case.consents.iter().flat_map(|one| &one.provisions).filter(|one| one.effect == Effect::Permit);
        match verdict {
            Verdict::Released { .. }
            | Verdict::Withheld(Why::Refused(_) | Why::RefusedEvenInEmergency(_) | Why::RefusalNotUnderstood(_)) => {
                // A no has something to keep back only where it would be a yes without it.
                let permitted = if verdict.is_released() { Some(case.clone()) } else { case.permitted() };
                if let Some(case) = permitted {
                    let named = case.named();
                    assert_eq!(case.verdict().is_released(), verdict.is_released(), "case {n}");
                    let without = case.without(&named).verdict();
                    assert_ne!(without.is_released(), verdict.is_released(), "case {n}: it flips");
                    flips += 1;
                }
                let named = case.named();
                for one in &named {
                    let others: Vec<ProvisionId> = named.iter().filter(|other| *other != one).copied().collect();
                    let alone = case.without(&others).verdict();
                    assert_eq!(cause(&alone, verdict.is_released()), Some(*one), "case {n}: each of them is enough");
                }
            }
            Verdict::Withheld(Why::NotNow(id) | Why::OtherPurpose(id)) if case.ask.purpose.is_some() => {
                assert!(case.mended(id).verdict().is_released(), "case {n}: for now and for this it would be a yes");
                flips += 1;
            }
            Verdict::Withheld(Why::Close(_)) => {
                let mut open = case.clone();
                open.part.level = Share::Open;
                open.part.about_asker = Tri::False;
                assert!(open.verdict().is_released(), "case {n}: were it not close, it would be a yes");
                flips += 1;
            }
            Verdict::Withheld(Why::AboutThem(id)) => {
                let mut other = case.clone();
                other.part.about_asker = Tri::False;
                assert!(other.verdict().is_released(), "case {n}: were it not about them, it would be a yes");
                flips += 1;
                assert!(
                    !other.named().is_empty() && cause(&other.without(&[id]).verdict(), true) != Some(id),
                    "case {n}"
                );
            }
            Verdict::Withheld(Why::NeverAsked) => {
                let mut counting = permits().filter(|permit| counts_at_all(&case, permit.id));
                let nearly = counting.find(|permit| case.mended(permit.id).verdict().is_released());
                assert!(nearly.is_none(), "case {n}: a permit that came near should have been named: {nearly:?}");
                if let Some(permitted) = case.permitted() {
                    assert!(permitted.verdict().is_released(), "case {n}: once she says so it is a yes");
                }
            }
            // No purpose was stated, and no permit is for none.
            Verdict::Withheld(Why::NotNow(_) | Why::OtherPurpose(_)) => assert_eq!(case.ask.purpose, None, "case {n}"),
            Verdict::Withheld(Why::NotShared) => unreachable!("the state of a plan is no part of a case"),
        }
    }
    for cause in CAUSES.into_iter().chain(["released"]) {
        assert!(counts.get(cause).is_some_and(|count| count * 200 >= FLIPS), "{cause}: {counts:?}");
    }
}

/// Whether a permit is one of those that a decision looks at: not one for any purpose, which none can be, nor one that
/// became the person's own only by being mended.
fn counts_at_all(case: &Decided, id: ProvisionId) -> bool {
    let own = |consent: &&Consent| consent.origin != Origin::ForAChild;
    let mut all = case.consents.iter().filter(own).flat_map(|consent| &consent.provisions);
    all.any(|one| one.id == id && one.purposes != Known::Is(Purposes::Any))
}
