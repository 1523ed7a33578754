//! W5 against Cedar: the same ten provisions, the same question, both ready to decide.

use std::hint::black_box;
use std::time::Instant;

use sayso_consent::{
    Ask, Audience, Compiled, Consent, Effect, Known, Origin, Part, Period, Provision, Purposes, Recipient, Status,
    What, decide,
};
use sayso_plan::{ConsentId, ItemId, OrganizationId, PersonId, PlanId, PlanKind, ProvisionId, Purpose, Section, Share};
use sayso_votes::cedar::{Cedar, Translation};
use time::{Duration, OffsetDateTime};

/// How many provisions.
const PROVISIONS: usize = 10;
/// Decisions of one round.
const DECISIONS: u32 = 2_000_000;
/// Cedar's of one round.
const OF_CEDAR: u32 = 100_000;

/// Measures a yes and a no, each side in turn, and says the ratios of the medians.
pub(crate) fn measure(rounds: u32) {
    let consents = consents();
    let compiled = Compiled::of(&consents);
    let questions = [Section::Harms, Section::PastToKnow].map(question);
    let mut cedar = Cedar::new(Translation::default(), &questions);
    let policies = cedar.policies(&consents);
    assert_eq!((compiled.len(), policies.policies().count()), (PROVISIONS, PROVISIONS));
    for (number, ((ask, part), released)) in questions.iter().zip([true, false]).enumerate() {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..=rounds {
            let decided = || decide(black_box(&compiled), black_box(part), black_box(ask)).is_released();
            let sayso = each(DECISIONS, released, decided);
            let cedars = || cedar.releases(black_box(&policies), black_box(number)) == Ok(true);
            let cedars = each(OF_CEDAR, released, cedars);
            // The first is to warm up.
            if round > 0 {
                ours.push(sayso);
                theirs.push(cedars);
            }
        }
        let (sayso, cedar) = (median(ours), median(theirs));
        let word = if released { "released" } else { "withheld" };
        println!("W5, {PROVISIONS} provisions, {word}: {sayso:.0} ns, Cedar {cedar:.0} ns, {:.0} times", cedar / sayso);
    }
}

fn each(many: u32, released: bool, mut once: impl FnMut() -> bool) -> f64 {
    let begun = Instant::now();
    for _ in 0..many {
        assert_eq!(black_box(once()), released);
    }
    begun.elapsed().as_secs_f64() * 1e9 / f64::from(many)
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn at() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::days(20_000)
}

fn question(section: Section) -> (Ask, Part) {
    let organization = OrganizationId::from_stored([1; 16]);
    let audience = Audience::Organization { organization, practitioner: None, class: None };
    let part = Part {
        plan: PlanId::from_stored([2; 16]),
        kind: PlanKind::JointCrisisPlan,
        section: Some(section),
        item: Some(ItemId::from_stored([3; 16])),
        level: Share::Open,
        about_asker: sayso_consent::Tri::False,
    };
    (Ask { audience, purpose: Some(Purpose::Treat), at: at() }, part)
}

/// As in the benchmarks: refusals to others first, then permits for this organization, the last of them for the part.
fn consents() -> Vec<Consent> {
    let sections = [
        Section::Helps,
        Section::ApproachMe,
        Section::Place,
        Section::Force,
        Section::Treatment,
        Section::CrisisSigns,
        Section::Harms,
    ];
    let period = Period { from: at() - Duration::days(10), until: at() + Duration::days(300) };
    let provision = |n: u8, effect, organization: u8, purposes, what| Provision {
        id: ProvisionId::from_stored([n; 16]),
        effect,
        recipient: Known::Is(Recipient::Organization(OrganizationId::from_stored([organization; 16]))),
        purposes: Known::Is(purposes),
        what: Known::Is(what),
        period: Known::Is(period),
        even_in_emergency: false,
        after_death: false,
    };
    let refusals = (0..3).map(|n| provision(n, Effect::Deny, 10 + n, Purposes::Any, What::Everything));
    let permits = sections
        .iter()
        .zip(10..)
        .map(|(section, n)| provision(n, Effect::Permit, 1, Purposes::Only(Purpose::Treat), What::Section(*section)));
    vec![Consent {
        id: ConsentId::from_stored([4; 16]),
        person: PersonId::from_stored([5; 16]),
        status: Known::Is(Status::Active),
        origin: Origin::Person,
        given_at: period.from,
        withdrawn_at: None,
        earlier_of: None,
        narrowed_at: None,
        sent: None,
        provisions: refusals.chain(permits).collect(),
    }]
}
