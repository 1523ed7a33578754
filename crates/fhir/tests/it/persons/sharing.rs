//! `sharing.json` as the demo applies it: a permit for what is named and one purpose, a refusal of everything.

use std::path::Path;

use sayso_consent::provision::{Consent, Effect, Origin, Period, Provision, Purposes, Recipient, Status, What};
use sayso_consent::{Ask, Audience, Class, Compiled, Known};
use sayso_plan::{ClientId, ConsentId, OrganizationId, PersonId, PlanKind, ProvisionId, Purpose, Section};
use serde::Deserialize;
use time::{Duration, OffsetDateTime};

/// Somebody of the demo who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asker {
    /// A hospital.
    Hospital(u8),
    /// A crisis service, by its class and not by its name.
    CrisisService,
    /// The person's own app.
    App,
}

pub(super) const RIVERSIDE: Asker = Asker::Hospital(1);
pub(super) const NORTHSIDE: Asker = Asker::Hospital(2);
pub(super) const OWN_APP: Asker = Asker::App;

/// The recipients of the demo, by the names they have there.
pub(super) const RECIPIENTS: [(&str, Asker); 3] = [
    ("Riverside Hospital", RIVERSIDE),
    ("Northside Clinic", NORTHSIDE),
    ("Crisis services, for instance Lantern Crisis Line", Asker::CrisisService),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    effect: Effect,
    recipient: To,
    purpose: Purpose,
    what: Of,
    #[serde(default)]
    even_in_emergency: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum To {
    Organization(String),
    Class(Class),
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Of {
    Section(Section),
    Kind(PlanKind),
}

const fn client() -> ClientId {
    ClientId::from_stored([9; 16])
}

const fn hospital(number: u8) -> OrganizationId {
    OrganizationId::from_stored([number; 16])
}

/// The question of an asker.
pub(super) fn ask(asker: Asker, purpose: Purpose, at: OffsetDateTime) -> Ask {
    let audience = match asker {
        Asker::Hospital(number) => {
            Audience::Organization { organization: hospital(number), practitioner: None, class: None }
        }
        Asker::CrisisService => {
            Audience::Organization { organization: hospital(3), practitioner: None, class: Some(Class::CrisisServices) }
        }
        Asker::App => Audience::App { client: client() },
    };
    Ask { audience, purpose: Some(purpose), at }
}

/// Each provision as a consent of its own, from `at` for as long as the demo lets it stand.
fn consents(person: PersonId, at: OffsetDateTime, said: impl IntoIterator<Item = Provision>) -> Vec<Consent> {
    let consent = |(number, provision): (u8, Provision)| Consent {
        id: ConsentId::from_stored([number; 16]),
        person,
        status: Known::Is(Status::Active),
        origin: Origin::Person,
        given_at: at,
        withdrawn_at: None,
        earlier_of: None,
        narrowed_at: None,
        sent: None,
        provisions: vec![Provision { id: ProvisionId::from_stored([number; 16]), ..provision }],
    };
    (1..).zip(said).map(consent).collect()
}

fn provision(effect: Effect, recipient: Recipient, purposes: Purposes, what: What, at: OffsetDateTime) -> Provision {
    Provision {
        id: ProvisionId::from_stored([0; 16]),
        effect,
        recipient: Known::Is(recipient),
        purposes: Known::Is(purposes),
        what: Known::Is(what),
        period: Known::Is(Period { from: at, until: at + Duration::days(365) }),
        even_in_emergency: false,
        after_death: false,
    }
}

/// What the person has decided at the start, as it is decided by.
pub(super) fn at_the_start(folder: &Path, person: PersonId, at: OffsetDateTime) -> Compiled {
    Compiled::of(&decided(folder, person, at))
}

/// What the person has decided at the start.
pub(crate) fn decided(folder: &Path, person: PersonId, at: OffsetDateTime) -> Vec<Consent> {
    let said: Vec<Said> = serde_json::from_slice(&std::fs::read(folder.join("sharing.json")).unwrap()).unwrap();
    let one = |said: Said| {
        let recipient = match said.recipient {
            To::Class(class) => Recipient::Class(class),
            To::Organization(name) => match name.as_str() {
                "riverside" => Recipient::Organization(hospital(1)),
                "northside" => Recipient::Organization(hospital(2)),
                other => panic!("no organization {other}"),
            },
        };
        let what = match said.what {
            Of::Section(section) => What::Section(section),
            Of::Kind(kind) => What::Kind(kind),
        };
        // Whatever a refusal names, the demo refuses the recipient altogether.
        let (purposes, what) = match said.effect {
            Effect::Permit => (Purposes::Only(said.purpose), what),
            Effect::Deny => (Purposes::Any, What::Everything),
        };
        let even_in_emergency = said.even_in_emergency;
        Provision { even_in_emergency, ..provision(said.effect, recipient, purposes, what, at) }
    };
    consents(person, at, said.into_iter().map(one))
}

/// An app of the person's to which they opened everything, as it is decided by.
pub(super) fn own_app(person: PersonId, at: OffsetDateTime) -> Compiled {
    Compiled::of(&to_own_app(person, at))
}

/// An app of the person's to which they opened everything.
pub(crate) fn to_own_app(person: PersonId, at: OffsetDateTime) -> Vec<Consent> {
    let whats = Section::all().map(What::Section).chain([What::Documents]);
    let purposes = Purposes::Only(Purpose::Patrqt);
    let permit = |what| provision(Effect::Permit, Recipient::App(client()), purposes, what, at);
    consents(person, at, whats.map(permit))
}
