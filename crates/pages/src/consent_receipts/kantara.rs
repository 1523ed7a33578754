//! A receipt as a file: JSON in the shape of the Kantara Consent Receipt Specification 1.1.0
//! (<https://kantarainitiative.org/file-downloads/consent-receipt-specification-v1-1-0/>), and in its member `record` what that shape has no place for, in the
//! terms of ISO/IEC TS 27560:2023. The schema is `profiles/consent-receipt.schema.json`.
//!
//! `services` tells what is allowed after the act and by it: it is empty after a withdrawal or a no, so that nobody reads
//! a yes out of it. There is no word of the person's in it.

use sayso_consent::{Effect, Known, Origin, Purposes, Recipient, What};
use sayso_exchange::Shown;
use sayso_exchange::consent_receipts::{ConsentReceipt, Happened, Term};
use sayso_exchange::sharing::Party;
use sayso_plan::Purpose;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Names, sent};
use crate::operator::Operator;
use crate::sharing::{self, level_code};
use crate::words::en as w;
use crate::words::shown::written;

/// What stands where the configuration says nothing of the operator.
const NOT_STATED: &str = "not stated";
/// The code system of purposes.
const PURPOSES: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";

/// The file. `base` is the public address, without a slash at its end.
pub(crate) fn file(receipt: &ConsentReceipt, names: &Names, operator: &Operator, base: &str) -> Vec<u8> {
    let mut bytes = format!("{:#}", of(receipt, names, operator, base)).into_bytes();
    bytes.push(b'\n');
    bytes
}

fn of(receipt: &ConsentReceipt, names: &Names, operator: &Operator, base: &str) -> Value {
    let language = receipt.words.as_ref().map_or(w::LANG, |words| words.language.as_str());
    json!({
        "version": "KI-CR-v1.1.0",
        "jurisdiction": stated(&operator.jurisdiction),
        "consentTimestamp": receipt.at.unix_timestamp(),
        "collectionMethod": method(receipt),
        "consentReceiptID": receipt.id.to_string(),
        "language": language,
        "piiPrincipalId": receipt.person.to_string(),
        "piiControllers": [controller(operator)],
        "policyUrl": stated(&operator.privacy_policy),
        "services": [{
            "service": "Sayso: a person's plans for hard times, and who may see which part of them",
            "purposes": purposes(receipt, names),
        }],
        "sensitive": true,
        "spiCat": ["Health"],
        "record": record(receipt, names, base),
    })
}

fn stated(said: &str) -> &str {
    if said.trim().is_empty() { NOT_STATED } else { said }
}

fn controller(operator: &Operator) -> Value {
    let mut controller = json!({
        "piiController": stated(&operator.name),
        "onBehalf": false,
        "contact": stated(&operator.contact),
        "address": {
            "streetAddress": stated(&operator.address),
            "addressCountry": stated(&operator.country),
        },
        "email": stated(&operator.email),
        "phone": stated(&operator.phone),
    });
    if !operator.website.is_empty()
        && let Some(controller) = controller.as_object_mut()
    {
        controller.insert("piiControllerUrl".to_owned(), operator.website.clone().into());
    }
    controller
}

const fn method(receipt: &ConsentReceipt) -> &'static str {
    match (receipt.happened, receipt.words.is_some(), receipt.through.is_some()) {
        _ if receipt.by.is_some() => "somebody whom the person lets take things back in their name",
        (Happened::Left, ..) => "somebody who supported the person, by leaving",
        (Happened::Opened, ..) => "a look in an emergency, under what the person had allowed before",
        (_, true, _) => "the person's own act, signed in, on the page of this service",
        (_, false, true) if receipt.own_matter => "a record system, about what its own organization sees",
        (_, false, true) => "an app that acts for the person",
        (_, false, false) => "the person's own act",
    }
}

/// What is allowed after the act, as far as it was about it: one entry for each purpose, end and recipient.
fn purposes(receipt: &ConsentReceipt, names: &Names) -> Vec<Value> {
    if receipt.happened == Happened::Opened {
        let sections = receipt.shown.iter().flat_map(|shown| &shown.sections).map(|section| section.title());
        let mut titles: Vec<&str> = sections.collect();
        titles.sort_unstable();
        titles.dedup();
        let code = receipt.purpose.map(Purpose::code).unwrap_or_default();
        return vec![entry(code, &titles, "shown once, when it was looked at", names.towards(receipt))];
    }
    if matches!(
        receipt.happened,
        Happened::Asked
            | Happened::AskEnded
            | Happened::Declined
            | Happened::Refused
            | Happened::NoEnded
            | Happened::Restored
    ) {
        return Vec::new();
    }
    let mut all: Vec<Allowed> = Vec::new();
    let permits = receipt.given.iter().chain(&receipt.kept).filter(|term| term.effect == Effect::Permit);
    for term in permits {
        let (until, part) = (until(term).unwrap_or_default(), part_title(term));
        let same =
            |one: &&mut Allowed| (one.purposes, one.recipient, &one.until) == (term.purposes, term.recipient, &until);
        match all.iter_mut().find(same) {
            Some(one) => one.parts.push(part),
            None => all.push(Allowed { purposes: term.purposes, recipient: term.recipient, until, parts: vec![part] }),
        }
    }
    let each = |one: &Allowed| {
        let parts: Vec<&str> = one.parts.iter().map(String::as_str).collect();
        let termination = format!("{}, or at once when the person takes it back", one.until);
        let who = if let Known::Is(recipient) = one.recipient { names.of(recipient) } else { names.towards(receipt) };
        entry(purpose_code(one.purposes), &parts, &termination, who)
    };
    all.iter().map(each).collect()
}

/// What is allowed to one recipient for one purpose until one time.
struct Allowed {
    purposes: Known<Purposes>,
    recipient: Known<Recipient>,
    until: String,
    parts: Vec<String>,
}

fn entry(code: &str, parts: &[&str], termination: &str, who: &str) -> Value {
    let purpose = code.parse::<Purpose>().map_or(w::RECEIPT_NOT_CLEAR, w::purpose_title);
    json!({
        "purpose": purpose,
        "purposeCategory": [format!("{PURPOSES}#{code}")],
        "consentType": "EXPLICIT",
        "piiCategory": parts,
        "primaryPurpose": true,
        "termination": termination,
        "thirdPartyDisclosure": true,
        "thirdPartyName": who,
    })
}

fn record(receipt: &ConsentReceipt, names: &Names, base: &str) -> Value {
    let terms = |all: &[Term]| all.iter().map(|term| self::term(term, names)).collect::<Vec<_>>();
    let mut record = json!({
        "schema_version": "ISO/IEC TS 27560:2023",
        "record_id": receipt.id.to_string(),
        "record_number": receipt.number,
        "pii_principal_id": receipt.person.to_string(),
        "event": {
            "event_time": instant(receipt.at),
            "event_type": event_type(receipt.happened),
            "event_state": event_state(receipt),
            "entity_id": entity(receipt),
        },
        "given": terms(&receipt.given),
        "kept": terms(&receipt.kept),
        "ended": terms(&receipt.ended),
        "shown": receipt.shown.iter().map(shown).collect::<Vec<_>>(),
    });
    if let Some(record) = record.as_object_mut() {
        let mut put = |name: &str, value: Option<Value>| value.map(|value| record.insert(name.to_owned(), value));
        put("recipient", receipt.towards.map(|one| recipient(one, names)));
        put("purpose", receipt.purpose.map(|purpose| purpose.code().into()));
        let notice = |words| json!({"language": receipt.words.as_ref().map(|w| w.language.as_str()), "version": words});
        put("privacy_notice", receipt.words.as_ref().map(written).map(notice));
        let page = match receipt.towards.and_then(Party::under) {
            Some(_) if receipt.is_tie_ended => Some(sharing::PEOPLE.to_owned()),
            party => party.map(sharing::address),
        };
        put("withdrawal_method", page.map(|address| format!("{base}{address}").into()));
        let came: Vec<Value> = receipt.sent.iter().map(|one| sent::told(one, receipt, names)).collect();
        put("sent", (!came.is_empty()).then(|| came.into()));
        let unread: Vec<String> = receipt.unread.iter().map(|spot| spot.path()).collect();
        put("not_understood", (!unread.is_empty()).then(|| unread.into()));
    }
    record
}

/// Who acted.
fn entity(receipt: &ConsentReceipt) -> String {
    match (receipt.by, receipt.through, receipt.towards) {
        (Some(supporter), ..) => supporter.to_string(),
        (None, None, Some(Recipient::Supporter(who))) if receipt.happened == Happened::Left => who.to_string(),
        (None, Some(client), _) => client.to_string(),
        (None, None, _) => receipt.person.to_string(),
    }
}

pub(super) fn term(term: &Term, names: &Names) -> Value {
    let mut said = Map::new();
    let mut put = |name: &str, value: Value| said.insert(name.to_owned(), value);
    put("consent", term.consent.to_string().into());
    put("given_at", instant(term.given_at).into());
    put("given_by", given_by(term.origin).into());
    put("effect", if term.effect == Effect::Permit { "permit" } else { "deny" }.into());
    if let Known::Is(one) = term.recipient {
        put("recipient", recipient(one, names));
    }
    put("purpose", purpose_code(term.purposes).into());
    put("what", what(term.what));
    if let Known::Is(period) = term.period {
        put("from", instant(period.from).into());
        put("until", instant(period.until).into());
    }
    put("even_in_emergency", term.even_in_emergency.into());
    said.into()
}

fn recipient(one: Recipient, names: &Names) -> Value {
    let (kind, id) = match one {
        Recipient::Everyone => ("everyone", None),
        Recipient::Organization(id) => ("organization", Some(id.to_string())),
        Recipient::Practitioner(_, id) => ("practitioner", Some(id.to_string())),
        Recipient::Class(_) => ("class", Some("crisis-services".to_owned())),
        Recipient::App(id) => ("app", Some(id.to_string())),
        Recipient::Supporter(id) => ("supporter", Some(id.to_string())),
    };
    match id {
        Some(id) => json!({"type": kind, "id": id, "name": names.of(one)}),
        None => json!({"type": kind, "name": names.of(one)}),
    }
}

fn what(what: Known<What>) -> Value {
    let one = |kind: &str, value: String| json!({"type": kind, "code": value});
    match what {
        Known::Is(What::Everything) => json!({"type": "everything"}),
        Known::Is(What::Documents) => json!({"type": "documents"}),
        Known::Is(What::Kind(kind)) => one("kind", kind.code().to_owned()),
        Known::Is(What::Plan(id)) => one("plan", id.to_string()),
        Known::Is(What::Section(section)) => one("section", section.code().to_owned()),
        Known::Is(What::Item(id)) => one("item", id.to_string()),
        Known::Is(What::Level(level)) => one("level", level_code(level).to_owned()),
        Known::Unknown => json!({"type": "not-understood"}),
    }
}

fn part_title(term: &Term) -> String {
    match term.what {
        Known::Is(What::Everything) => w::RECEIPT_ALL.to_owned(),
        Known::Is(What::Documents) => w::DOCUMENTS_ALL.to_owned(),
        Known::Is(What::Kind(kind)) => w::whole_plan(kind.label()),
        Known::Is(What::Plan(_)) => w::RECEIPT_ONE_PLAN.to_owned(),
        Known::Is(What::Section(section)) => section.title().to_owned(),
        Known::Is(What::Item(_)) => w::private_things(1),
        Known::Is(What::Level(level)) => level_code(level).to_owned(),
        Known::Unknown => w::RECEIPT_NOT_CLEAR.to_owned(),
    }
}

const fn purpose_code(purposes: Known<Purposes>) -> &'static str {
    match purposes {
        Known::Is(Purposes::Only(purpose)) => purpose.code(),
        Known::Is(Purposes::Any) => "any",
        Known::Unknown => "not-understood",
    }
}

const fn given_by(origin: Origin) -> &'static str {
    match origin {
        Origin::Person => "person",
        Origin::ForAChild => "for-a-child",
        Origin::Sent => "sent",
    }
}

fn shown(shown: &Shown) -> Value {
    let sections: Vec<&str> = shown.sections.iter().map(|section| section.code()).collect();
    let (plan, kind) = (shown.plan.to_string(), shown.kind.code());
    if shown.cancelled {
        return json!({"plan": plan, "kind": kind, "sections": sections, "cancelled": true});
    }
    json!({"plan": plan, "kind": kind, "sections": sections})
}

const fn event_type(happened: Happened) -> &'static str {
    match happened {
        Happened::Given => "given",
        Happened::Changed => "changed",
        Happened::Narrowed => "narrowed",
        Happened::Withdrawn => "withdrawn",
        Happened::Left => "left",
        Happened::Refused => "refused",
        Happened::NoEnded => "refusal-ended",
        Happened::Restored => "restored",
        Happened::Asked => "asked",
        Happened::Declined => "declined",
        Happened::AskEnded => "ask-ended",
        Happened::Nothing => "confirmed",
        Happened::Opened => "opened",
    }
}

const fn event_state(receipt: &ConsentReceipt) -> &'static str {
    match receipt.happened {
        Happened::Nothing if receipt.kept.is_empty() => "consent unknown",
        // By a no to some parts, which leaves the rest as it is.
        Happened::Narrowed if receipt.kept.is_empty() => "consent refused",
        Happened::Given | Happened::Changed | Happened::Narrowed | Happened::Nothing | Happened::Opened => {
            "consent given"
        }
        Happened::Withdrawn | Happened::Left => "consent withdrawn",
        Happened::Refused | Happened::Declined => "consent refused",
        Happened::NoEnded | Happened::Restored | Happened::AskEnded => "consent unknown",
        Happened::Asked => "consent requested",
    }
}

fn until(term: &Term) -> Option<String> {
    if let Known::Is(period) = term.period { Some(instant(period.until)) } else { None }
}

pub(super) fn instant(at: OffsetDateTime) -> String {
    at.to_offset(time::UtcOffset::UTC).format(&Rfc3339).unwrap_or_default()
}
