//! Consent of the scope patient-privacy: what the person decided about who may see what, in the form that withholds where
//! a reader does not understand it. Never about treatment; those are Consents of items, with other scopes and profiles.

use sayso_consent::{Class, Consent, Effect, Known, Period, Provision, Purposes, Recipient, Released, Status, What};
use sayso_plan::Share;
use serde_json::{Map, Value};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use super::{Shown, parts, view};
use crate::{aliases, object, profile};

/// The Consents that a decision of the person's is shown as: its permits as one, under the id of the decision, and each
/// refusal as its own. `named` is how a recipient is called here.
#[must_use]
pub fn sharing(released: &Released<Consent>, named: &dyn Fn(Recipient) -> Option<String>) -> Vec<Shown> {
    let consent = released.get();
    let version = released.fingerprint().to_string();
    consents(consent, named, &version)
}

/// The same of a decision that was not stored: for checking that what leaves is what came.
pub(crate) fn consents(consent: &Consent, named: &dyn Fn(Recipient) -> Option<String>, version: &str) -> Vec<Shown> {
    let frame = Frame { consent, named, version };
    let of = |effect| consent.provisions.iter().filter(move |one| one.effect == effect);
    let permits: Vec<Value> = of(Effect::Permit).filter_map(|one| frame.permit(one)).collect();
    let alone = consent.provisions.len() == 1;
    let mut shown = Vec::new();
    if !permits.is_empty() {
        let root = object! { "type": "deny", "provision": permits };
        shown.push(frame.consent(consent.id.to_string(), status_of_permits(consent), "OPTINR", root));
    }
    for one in of(Effect::Deny) {
        let id = if alone { consent.id.to_string() } else { one.id.to_string() };
        shown.push(frame.consent(id, status_of_refusals(consent), "OPTOUTE", frame.refusal(one)));
    }
    shown
}

fn code(status: Status) -> &'static str {
    match status {
        Status::Draft => "draft",
        Status::Proposed => "proposed",
        Status::Active => "active",
        Status::Rejected => "rejected",
        Status::Inactive => "inactive",
        Status::EnteredInError => "entered-in-error",
    }
}

/// A permit that was taken back, or of which nobody can say where it stands, permits nothing.
fn status_of_permits(consent: &Consent) -> &'static str {
    match consent.status {
        Known::Is(Status::Active) if consent.withdrawn_at.is_some() => "inactive",
        Known::Is(status) => code(status),
        Known::Unknown => "inactive",
    }
}

/// A refusal of which nobody can say where it stands refuses.
fn status_of_refusals(consent: &Consent) -> &'static str {
    match consent.status {
        Known::Is(status) => code(status),
        Known::Unknown => "active",
    }
}

struct Frame<'a> {
    consent: &'a Consent,
    named: &'a dyn Fn(Recipient) -> Option<String>,
    version: &'a str,
}

impl Frame<'_> {
    fn consent(&self, id: String, status: &str, rule: &str, provision: Value) -> Shown {
        let meta = object! {
            "versionId": self.version,
            "lastUpdated": view::instant(self.consent.last_updated()),
            "profile": [profile::SHARING_CONSENT]
        };
        let mut resource = parts::resource("Consent", &id, meta, None);
        resource.insert("status".into(), status.into());
        let scope = parts::coding(aliases::CONSENT_SCOPES, "patient-privacy");
        resource.insert("scope".into(), object! { "coding": [scope] });
        let category = parts::coding(profile::LOINC, profile::CONSENT_DOCUMENT);
        resource.insert("category".into(), Value::from([object! { "coding": [category] }]));
        let person = parts::reference(&format!("Patient/{}", self.consent.person));
        resource.insert("patient".into(), person.clone());
        resource.insert("dateTime".into(), view::instant(self.consent.given_at).into());
        resource.insert("performer".into(), Value::from([person]));
        // Invariant ppc-1: either a policy or a policyRule.
        resource.insert("policyRule".into(), object! { "coding": [parts::coding(aliases::ACT_CODES, rule)] });
        resource.insert("provision".into(), provision);
        Shown { kind: "Consent", id, json: resource.into() }
    }

    /// A permit with exactly one actor, purpose and label, and a period; none where it permits nothing whoever asks.
    fn permit(&self, provision: &Provision) -> Option<Value> {
        let (Known::Is(recipient), Known::Is(Purposes::Only(purpose)), Known::Is(what), Known::Is(period)) =
            (provision.recipient, provision.purposes, provision.what, provision.period)
        else {
            return None;
        };
        if recipient == Recipient::Everyone || what == What::Everything || period.until <= period.from {
            return None;
        }
        // What is close is never permitted by its level.
        let what = if what == What::Level(Share::Close) { What::Level(Share::Care) } else { what };
        let mut permit = Map::new();
        let after = provision.after_death.then(|| mark(profile::EXT_AFTER_DEATH));
        parts::put_list(&mut permit, "extension", after.into_iter().collect());
        permit.insert("type".into(), "permit".into());
        permit.insert("period".into(), object! { "start": exact(period.from), "end": exact(period.until) });
        parts::put_list(&mut permit, "actor", self.actor(recipient).into_iter().collect());
        permit.insert("purpose".into(), Value::from([parts::coding(aliases::PURPOSES, purpose.code())]));
        put_what(&mut permit, what);
        Some(permit.into())
    }

    /// A refusal; what was not understood of it is left open, because it counts as holding.
    fn refusal(&self, provision: &Provision) -> Value {
        let mut refusal = Map::new();
        let even = provision.even_in_emergency.then(|| mark(profile::EXT_EVEN_IN_EMERGENCY));
        parts::put_list(&mut refusal, "extension", even.into_iter().collect());
        refusal.insert("type".into(), "deny".into());
        let period = match provision.period {
            Known::Is(Period { from, until }) if from < until && until < without_end() => {
                object! { "start": exact(from), "end": exact(until) }
            }
            Known::Is(Period { from, until }) if from < until => object! { "start": exact(from) },
            Known::Is(_) | Known::Unknown => object! { "start": ALWAYS },
        };
        refusal.insert("period".into(), period);
        if let Known::Is(recipient) = provision.recipient {
            parts::put_list(&mut refusal, "actor", self.actor(recipient).into_iter().collect());
        }
        if let Known::Is(Purposes::Only(purpose)) = provision.purposes {
            refusal.insert("purpose".into(), Value::from([parts::coding(aliases::PURPOSES, purpose.code())]));
        }
        if let Known::Is(what) = provision.what {
            put_what(&mut refusal, what);
        }
        refusal.into()
    }

    fn actor(&self, recipient: Recipient) -> Option<Value> {
        let (kind, system, value) = match recipient {
            Recipient::Everyone => return None,
            Recipient::Organization(id) => ("Organization", profile::ORGANIZATION_IDS, id.to_string()),
            Recipient::Practitioner(at, who) => ("PractitionerRole", profile::PRACTITIONER_IDS, format!("{at}.{who}")),
            Recipient::Class(Class::CrisisServices) => {
                ("Group", profile::RECIPIENT_CLASSES, profile::CRISIS_SERVICES.to_owned())
            }
            Recipient::App(id) => ("Device", profile::APP_IDS, id.to_string()),
            Recipient::Supporter(id) => ("RelatedPerson", profile::SUPPORTER_IDS, id.to_string()),
        };
        let mut reference = Map::new();
        reference.insert("type".into(), kind.into());
        reference.insert("identifier".into(), object! { "system": system, "value": value });
        parts::put(&mut reference, "display", (self.named)(recipient).map(|name| parts::string(&name)));
        let role = object! { "coding": [parts::coding(aliases::PARTICIPATIONS, "IRCP")] };
        Some(object! { "role": role, "reference": reference })
    }
}

/// Since always, where the begin of a refusal was not understood.
const ALWAYS: &str = "0001-01-01T00:00:00Z";

/// A refusal without an end is kept with this one.
#[must_use]
pub const fn without_end() -> OffsetDateTime {
    time::macros::datetime!(9999-01-01 00:00 UTC)
}

/// An instant to the last digit: it comes back as what it was.
fn exact(at: OffsetDateTime) -> String {
    at.to_offset(UtcOffset::UTC).format(&Rfc3339).unwrap_or_else(|_| ALWAYS.to_owned())
}

fn mark(url: &str) -> Value {
    object! { "url": url, "valueBoolean": true }
}

/// The label; and for a plan also the plan. An engine that knows plans and no labels of ours withholds by the label.
fn put_what(provision: &mut Map<String, Value>, what: What) {
    let label = match what {
        What::Everything => return,
        What::Section(section) => parts::section_coding(section),
        What::Item(item) => parts::coding(profile::ITEMS, &item.to_string()),
        What::Kind(kind) => parts::shown_coding(profile::KINDS, kind.code(), kind.label()),
        What::Plan(plan) => parts::coding(profile::PLANS, &plan.to_string()),
        What::Documents => parts::coding(profile::CONSENT_PARTS, profile::DOCUMENTS),
        What::Level(level) => parts::coding(
            profile::CONFIDENTIALITY,
            match level {
                Share::Open => "N",
                Share::Care => "R",
                Share::Close => "V",
            },
        ),
    };
    provision.insert("securityLabel".into(), Value::from([label]));
    if let What::Plan(plan) = what {
        let reference = parts::reference(&format!("CarePlan/{plan}"));
        provision.insert("data".into(), Value::from([object! { "meaning": "instance", "reference": reference }]));
    }
}
