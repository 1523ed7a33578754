//! W5: one decision over ten provisions, against a naive walk over the same consents as JSON.

use std::hint::black_box;
use std::time::Instant;

use sayso_consent::leak::{Leak, plant};
use sayso_consent::{
    Ask, Audience, Compiled, Consent, Effect, Known, Origin, Part, Period, Provision, Purposes, Recipient, Status,
    What, decide,
};
use sayso_plan::{ConsentId, ItemId, OrganizationId, PersonId, PlanId, PlanKind, ProvisionId, Purpose, Section, Share};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// How many provisions.
const PROVISIONS: usize = 10;
/// Decisions of one round.
const DECISIONS: u32 = 2_000_000;

/// Nanoseconds for one decision, in each round.
pub(crate) struct Decisions {
    pub(crate) sayso: Vec<f64>,
    pub(crate) permit_all: Vec<f64>,
    pub(crate) naive: Vec<f64>,
}

pub(crate) fn measure(rounds: u32, smoke: bool) -> Decisions {
    println!("W5: a decision over {PROVISIONS} provisions");
    let consents = consents();
    let rules = Compiled::of(&consents);
    assert_eq!(rules.len(), PROVISIONS);
    let json = serde_json::to_value(&consents).unwrap();
    let (part, ask) = (part(), ask());
    assert!(decide(&rules, &part, &ask).is_released(), "what is measured is a yes");
    assert!(naive(&json, &part, &ask), "and the naive walk agrees");
    let many = if smoke { DECISIONS / 10 } else { DECISIONS };
    let mut done = Decisions { sayso: Vec::new(), permit_all: Vec::new(), naive: Vec::new() };
    for round in 0..=rounds {
        let sayso = each(many, || decide(black_box(&rules), black_box(&part), black_box(&ask)).is_released());
        plant(Leak::PermitAll);
        let permit_all = each(many, || decide(black_box(&rules), black_box(&part), black_box(&ask)).is_released());
        plant(Leak::None);
        let naive = each(many / 20, || naive(black_box(&json), black_box(&part), black_box(&ask)));
        if round > 0 {
            println!("  round {round}: {sayso:.0} ns, permit-all {permit_all:.0} ns, naive {naive:.0} ns");
            done.sayso.push(sayso);
            done.permit_all.push(permit_all);
            done.naive.push(naive);
        }
    }
    done
}

fn each(many: u32, mut once: impl FnMut() -> bool) -> f64 {
    let begun = Instant::now();
    let mut released = 0;
    for _ in 0..many {
        released += u32::from(once());
    }
    assert_eq!(black_box(released), many);
    begun.elapsed().as_secs_f64() * 1e9 / f64::from(many)
}

fn at() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_780_000_000).unwrap()
}

fn riverside() -> OrganizationId {
    OrganizationId::from_stored([1; 16])
}

fn part() -> Part {
    Part {
        plan: PlanId::from_stored([2; 16]),
        kind: PlanKind::JointCrisisPlan,
        section: Some(Section::Harms),
        item: Some(ItemId::from_stored([3; 16])),
        level: Share::Open,
        about_asker: sayso_consent::Tri::False,
    }
}

fn ask() -> Ask {
    let audience = Audience::Organization { organization: riverside(), practitioner: None, class: None };
    Ask { audience, purpose: Some(Purpose::Treat), at: at() }
}

/// Refusals to others first, then permits for this organization; only the last of them covers the part.
fn consents() -> Vec<Consent> {
    let sections =
        [Section::Helps, Section::ApproachMe, Section::Place, Section::Force, Section::Treatment, Section::CrisisSigns];
    let period = Period { from: at() - time::Duration::days(10), until: at() + time::Duration::days(300) };
    let provision = |n: u8, effect, organization: u8, what| Provision {
        id: ProvisionId::from_stored([n; 16]),
        effect,
        recipient: Known::Is(Recipient::Organization(OrganizationId::from_stored([organization; 16]))),
        purposes: Known::Is(if effect == Effect::Deny { Purposes::Any } else { Purposes::Only(Purpose::Treat) }),
        what: Known::Is(what),
        period: Known::Is(period),
        even_in_emergency: false,
        after_death: false,
    };
    let refusals = (0..3).map(|n| provision(n, Effect::Deny, 10 + n, What::Everything));
    let permits =
        sections.iter().zip(10..).map(|(section, n)| provision(n, Effect::Permit, 1, What::Section(*section)));
    let last = provision(30, Effect::Permit, 1, What::Section(Section::Harms));
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
        provisions: refusals.chain(permits).chain([last]).collect(),
    }]
}

/// What a program does that keeps consents as documents: walks them, compares texts, reads dates.
fn naive(consents: &Value, part: &Part, ask: &Ask) -> bool {
    let is = |value: &Value, name: &str| value.get("is").and_then(|is| is.get(name)).cloned();
    let time = |value: &Value| OffsetDateTime::parse(value.as_str().unwrap_or_default(), &Rfc3339).ok();
    let mut permitted = false;
    for consent in consents.as_array().into_iter().flatten() {
        let active = consent["status"]["is"] == "active" && consent["withdrawn_at"].is_null();
        for provision in consent["provisions"].as_array().into_iter().flatten() {
            let recipient = is(&provision["recipient"], "organization");
            let Audience::Organization { organization, .. } = &ask.audience else { continue };
            if !active || recipient.and_then(|id| id.as_str().map(str::to_owned)) != Some(organization.to_string()) {
                continue;
            }
            let section = part.section.map(|section| section.to_string());
            let everything = provision["what"]["is"] == "everything";
            if !everything && is(&provision["what"], "section").and_then(|s| s.as_str().map(str::to_owned)) != section {
                continue;
            }
            let purpose = ask.purpose.and_then(|purpose| serde_json::to_value(purpose).ok());
            let any = provision["purposes"]["is"] == "any";
            if !any && is(&provision["purposes"], "only") != purpose {
                continue;
            }
            let (from, until) = (time(&provision["period"]["is"]["from"]), time(&provision["period"]["is"]["until"]));
            if !(from.is_some_and(|from| from <= ask.at) && until.is_some_and(|until| ask.at < until)) {
                continue;
            }
            match provision["effect"].as_str() {
                Some("deny") => return false,
                _ => permitted = true,
            }
        }
    }
    permitted
}
