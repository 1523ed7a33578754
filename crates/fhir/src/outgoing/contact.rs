//! RelatedPerson and CareTeam: people and services to turn to. Who is not to be contacted is never among them.

use sayso_plan::item::{Contact, ItemKind, Reach, ReachBy};
use sayso_plan::{PartyId, PartyRole, StoredItem};
use serde_json::{Map, Value};

use super::said::{is_never, native_name};
use super::statement::{Home, carry, home_of};
use super::view::View;
use super::{Shown, narrative, parts};
use crate::{object, profile};

/// Whether the item is the RelatedPerson of a party.
pub(super) fn stands_for(view: &View<'_>, item: &StoredItem, party: &PartyId) -> bool {
    matches!(&item.item.kind, ItemKind::Contact(contact) if contact.party == *party)
        && home_of(view, item) == Home::RelatedPerson
}

fn contact_of(item: &StoredItem) -> Option<&Contact> {
    let ItemKind::Contact(contact) = &item.item.kind else {
        return None;
    };
    (!is_never(item)).then_some(contact)
}

/// The RelatedPerson of an item.
pub(super) fn related_person(view: &View<'_>, item: &StoredItem) -> Option<Shown> {
    let contact = contact_of(item)?;
    let id = item.id.to_string();
    let meta = parts::part_meta(view, item, &[profile::CONTACT]);
    let mut resource = parts::resource("RelatedPerson", &id, meta, None);
    resource.insert("text".into(), parts::narrative(&narrative::one_item(view, item)));
    let mut extensions = carry(item, false);
    extensions.extend(rule(contact));
    parts::put_list(&mut resource, "extension", extensions);
    resource.insert("identifier".into(), Value::from([parts::item_identifier(item.id)]));
    resource.insert("patient".into(), parts::reference(&view.patient()));
    resource.insert("relationship".into(), Value::from([relationship(contact)]));
    resource.insert("name".into(), Value::from([object! { "text": parts::string(&view.name(&contact.party)) }]));
    parts::put_list(&mut resource, "telecom", telecom(contact));
    Some(Shown { kind: "RelatedPerson", id, json: resource.into() })
}

fn relationship(contact: &Contact) -> Value {
    let mut concept = Map::new();
    if let Some(relationship) = &contact.relationship {
        parts::put_list(&mut concept, "coding", relationship.code.iter().map(parts::code).collect());
    }
    concept.insert("text".into(), parts::string(&role_text(contact)));
    concept.into()
}

/// What they are and do, and the condition: a reader that shows nothing else must not miss it.
fn role_text(contact: &Contact) -> String {
    let mut text: Vec<String> = contact.relationship.iter().map(|r| r.words.clone()).collect();
    text.extend(contact.roles.iter().map(native_name));
    text.extend(contact.only_if.iter().map(|words| format!("contact only if: «{words}»")));
    text.extend(contact.may_be_told.iter().map(|told| format!("may be told: {}", native_name(told))));
    text.extend(contact.limits.iter().map(|words| format!("limits: «{words}»")));
    if text.is_empty() { "contact".to_owned() } else { text.join("; ") }
}

fn telecom(contact: &Contact) -> Vec<Value> {
    let point = |(place, reach): (usize, &Reach)| {
        let system = match reach.by {
            ReachBy::Phone | ReachBy::VideoRelay => "phone",
            ReachBy::Text => "sms",
            ReachBy::Email => "email",
            ReachBy::Other => "other",
        };
        object! { "system": system, "value": parts::string(&reach.value), "rank": place + 1 }
    };
    contact.reach.iter().enumerate().map(point).collect()
}

fn rule(contact: &Contact) -> Option<Value> {
    let mut inner = vec![object! { "url": "contact", "valueCode": native_name(&contact.contact) }];
    let mut words = |url: &str, text: &Option<String>| {
        inner.extend(text.as_ref().map(|text| object! { "url": url, "valueString": parts::string(text) }));
    };
    words("only-if", &contact.only_if);
    words("limits", &contact.limits);
    inner.extend(contact.may_be_told.map(|told| object! { "url": "may-be-told", "valueCode": native_name(&told) }));
    Some(object! { "url": profile::EXT_CONTACT_RULE, "extension": inner })
}

/// The CareTeam of the plan; none where nobody is to be contacted.
pub(super) fn care_team(view: &View<'_>) -> Option<Shown> {
    let mut participants = Vec::new();
    let mut contained = Vec::new();
    let mut lines = Vec::new();
    let contacts = view.sections().flat_map(|section| view.items_of(section));
    for item in contacts.filter(|item| contact_of(item).is_some()) {
        let Some(contact) = contact_of(item) else { continue };
        let member = match home_of(view, item) {
            Home::RelatedPerson => view.refer(&contact.party),
            Home::CarePlan | Home::Observation | Home::Goal => {
                contained.extend(outside_family(view, item, contact));
                object! { "reference": format!("#{}", item.id) }
            }
        };
        participants
            .push(object! { "role": [object! { "text": parts::string(&role_text(contact)) }], "member": member });
        let reach: Vec<String> = contact.reach.iter().map(|r| narrative::words(&r.value, view.lang())).collect();
        let name = narrative::words(&view.name(&contact.party), view.lang());
        lines.push(format!("{name} {}", reach.join(", ")).trim_end().to_owned());
    }
    if participants.is_empty() {
        return None;
    }
    let id = view.id.to_string();
    let meta = parts::assembled_meta(view, &[profile::CARE_TEAM]);
    let mut resource = parts::resource("CareTeam", &id, meta, Some(view.lang()));
    let title = "People and services to turn to";
    resource.insert("text".into(), parts::narrative(&narrative::lines(view, title, &lines)));
    parts::put_list(&mut resource, "contained", contained);
    resource.insert("status".into(), "active".into());
    resource.insert("name".into(), title.into());
    resource.insert("subject".into(), parts::reference(&view.patient()));
    resource.insert("participant".into(), participants.into());
    Some(Shown { kind: "CareTeam", id, json: resource.into() })
}

/// A service as Organization, a clinician as Practitioner: neither is a RelatedPerson, and we keep no register of
/// either that the reference could lead to.
fn outside_family(view: &View<'_>, item: &StoredItem, contact: &Contact) -> Option<Value> {
    let party = view.party(&contact.party);
    let name = parts::string(&view.name(&contact.party));
    let is_service = party.is_some_and(|party| party.role == PartyRole::Service);
    let mut resource = Map::new();
    resource.insert("resourceType".into(), if is_service { "Organization" } else { "Practitioner" }.into());
    resource.insert("id".into(), item.id.to_string().into());
    resource.insert("name".into(), if is_service { name } else { Value::from([object! { "text": name }]) });
    parts::put_list(&mut resource, "telecom", telecom(contact));
    Some(resource.into())
}
