//! Consent: who speaks for the person when they cannot. It is about decisions and never about who may read.

use sayso_plan::item::{Contact, ContactRole, ItemKind, Sense};
use sayso_plan::{Section, StoredItem};
use serde_json::{Map, Value};

use super::said::{Piece, Said, is_never, native_name};
use super::statement::{Home, home_of};
use super::view::View;
use super::{Shown, activity, consent, parts};
use crate::{object, phrases, profile};

/// The scope that readers of PACIO ADI look for: LOINC, preferences about healthcare agents.
const AGENT_SCOPE: &str = "81377-4";
/// HL7 classes of roles; holds `AGNT`.
const ROLE_CLASS: &str = "http://terminology.hl7.org/CodeSystem/v3-RoleClass";

/// The contact of an item that says who speaks for the person. Who is never to be contacted does not, and nobody is
/// their own agent.
fn agent_of(item: &StoredItem) -> Option<&Contact> {
    let ItemKind::Contact(contact) = &item.item.kind else {
        return None;
    };
    let speaks = contact.roles.iter().any(is_agent) && !contact.party.is_person() && !is_never(item);
    (speaks && item.item.section == Section::WhoDecides).then_some(contact)
}

fn is_agent(role: &ContactRole) -> bool {
    matches!(role, ContactRole::Agent | ContactRole::Deputy)
}

/// The Consent of an item that says who speaks for the person; none for any other.
pub(super) fn agent(view: &View<'_>, item: &StoredItem) -> Option<Shown> {
    let contact = agent_of(item)?;
    let scope = [
        parts::coding(profile::LOINC, AGENT_SCOPE),
        parts::coding("http://terminology.hl7.org/CodeSystem/consentscope", "adr"),
    ];
    let mut resource = consent::begun(view, item, profile::AGENT_CONSENT, &scope);
    // Invariant ppc-1: either a policy or a policyRule.
    resource.insert("policyRule".into(), object! { "text": "Who speaks for the person" });
    resource.insert("provision".into(), provision(view, item, contact));
    Some(Shown { kind: "Consent", id: item.id.to_string(), json: resource.into() })
}

/// What bounds it stands in modifier extensions: without them it would say more than the person did.
fn provision(view: &View<'_>, item: &StoredItem, contact: &Contact) -> Value {
    let mut provision = Map::new();
    let mut bounds = consent::conditions(item);
    bounds.extend(contact.only_if.as_ref().map(|words| consent::condition(Sense::If, words, None)));
    let limits = |words: &String| object! { "url": profile::EXT_AGENT_LIMITS, "valueString": parts::string(words) };
    bounds.extend(contact.limits.as_ref().map(limits));
    parts::put_list(&mut provision, "modifierExtension", bounds);
    provision.insert("type".into(), "permit".into());
    parts::put(&mut provision, "period", activity::period(view.head.from, view.head.until));
    provision.insert("actor".into(), Value::from([actor(view, item, contact)]));
    provision
        .insert("code".into(), Value::from([object! { "text": parts::string(&sentence(view, item, contact).text()) }]));
    provision.into()
}

fn actor(view: &View<'_>, item: &StoredItem, contact: &Contact) -> Value {
    let mut actor = Map::new();
    let order = |order| object! { "url": profile::EXT_AGENT_ORDER, "valuePositiveInt": order };
    parts::put_list(&mut actor, "extension", contact.agent_order.map(order).into_iter().collect());
    let mut codings = vec![parts::coding(ROLE_CLASS, "AGNT")];
    codings.extend(contact.agent_order.and_then(place).map(|code| parts::coding(profile::LOINC, code)));
    let roles = contact.roles.iter().filter(|role| is_agent(role));
    codings.extend(roles.map(|role| parts::coding(profile::CONTACT_ROLES, &native_name(role))));
    actor.insert("role".into(), object! { "coding": codings });
    let whom = match home_of(view, item) {
        Home::RelatedPerson => parts::contact(item.id, Some(parts::string(&view.name(&contact.party)))),
        Home::CarePlan | Home::Observation | Home::Goal => view.refer(&contact.party),
    };
    actor.insert("reference".into(), whom);
    actor.into()
}

/// LOINC has a code for the first agent and for the one after them.
const fn place(order: u32) -> Option<&'static str> {
    match order {
        1 => Some("75783-1"),
        2 => Some("75784-9"),
        _ => None,
    }
}

/// Who speaks for the person, and all that bounds it, in one sentence for readers who show nothing else.
fn sentence(view: &View<'_>, item: &StoredItem, contact: &Contact) -> Said {
    let phrases = phrases::of(&view.head.language);
    let lang = item.item.words.as_ref().map_or(view.lang(), |words| words.lang().as_str());
    let words = |text: &str| Piece::Words(text.to_owned(), lang.to_owned());
    let phrase = |text| Piece::Phrase(text, phrases.lang);
    let mut pieces = vec![phrase(phrases.speaks_for_me), words(&view.name(&contact.party))];
    pieces.extend(item.item.words.as_ref().map(|own| words(own.text())));
    let conditions = item.item.when.iter().map(|condition| (condition.sense, &condition.words));
    for (sense, text) in conditions.chain(contact.only_if.iter().map(|text| (Sense::If, text))) {
        pieces.extend([phrase(phrases.of_sense(sense)), words(text)]);
    }
    if let Some(limits) = &contact.limits {
        pieces.extend([phrase(phrases.limits), words(limits)]);
    }
    Said(pieces)
}
