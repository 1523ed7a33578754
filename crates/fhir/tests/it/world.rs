//! Plans to look at, and the person they belong to.

use sayso_consent::provision::{Consent, Effect, Origin, Period, Provision, Purposes, Recipient, Status, What};
use sayso_consent::release::Subject;
use sayso_consent::{
    Ask, Audience, Compiled, FingerprintKey, Grant, Known, Projection, Released, Sealed, Themselves, judge, own,
    own_grant, subject,
};
use sayso_fhir::Shown;
use sayso_plan::{
    ConsentId, Identifier, IdentifierState, Lang, OrganizationId, Person, PersonId, Plan, ProvisionId, Purpose, Section,
};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) const BASE: &str = "https://plans.example/fhir";
pub(crate) const NOW: OffsetDateTime = datetime!(2026-03-02 10:00:00.123456789 UTC);

pub(crate) fn person() -> PersonId {
    PersonId::from_stored([0xaa; 16])
}

pub(crate) fn key() -> FingerprintKey {
    FingerprintKey::new([7; 32])
}

pub(crate) fn counter(from: u8) -> impl FnMut() -> [u8; 16] {
    let mut count: u128 = u128::from(from) << 64;
    move || {
        count += 1;
        (count << 8).to_be_bytes()
    }
}

pub(crate) fn plan(native: &Value) -> Plan {
    numbered_plan(native, 1)
}

/// A plan with ids of its own among several of one person.
pub(crate) fn numbered_plan(native: &Value, number: u8) -> Plan {
    let content = sayso_fhir::native::read(&serde_json::to_vec(native).unwrap()).unwrap();
    Plan::begin(person(), content, NOW, &mut counter(number)).unwrap()
}

pub(crate) fn whole(plan: &Plan) -> Released<Projection> {
    own(&Sealed::<Plan>::new(plan.clone()), &Themselves::signed_in(person()), &key()).unwrap()
}

/// What a hospital sees that the person lets see one section.
pub(crate) fn grant(plan: &Plan, section: Section) -> Grant {
    permitted(plan, What::Section(section)).unwrap()
}

/// What a hospital sees that the person lets see this; none where nothing of the plan may leave.
pub(crate) fn permitted(plan: &Plan, what: What) -> Option<Grant> {
    let hospital = OrganizationId::from_stored([3; 16]);
    let period = Period { from: datetime!(2026-01-01 00:00 UTC), until: datetime!(2027-01-01 00:00 UTC) };
    let provision = Provision {
        id: ProvisionId::from_stored([4; 16]),
        effect: Effect::Permit,
        recipient: Known::Is(Recipient::Organization(hospital)),
        purposes: Known::Is(Purposes::Only(Purpose::Treat)),
        what: Known::Is(what),
        period: Known::Is(period),
        even_in_emergency: false,
        after_death: false,
    };
    let consent = Consent {
        id: ConsentId::from_stored([5; 16]),
        person: person(),
        status: Known::Is(Status::Active),
        origin: Origin::Person,
        given_at: period.from,
        withdrawn_at: None,
        earlier_of: None,
        narrowed_at: None,
        sent: None,
        provisions: vec![provision],
    };
    let audience = Audience::Organization { organization: hospital, practitioner: None, class: None };
    let ask = Ask { audience, purpose: Some(Purpose::Treat), at: NOW };
    judge(&Sealed::<Plan>::new(plan.clone()), &Compiled::of(&[consent]), &ask, &key()).ok()
}

pub(crate) fn shown_section(plan: &Plan, section: Section) -> Released<Projection> {
    grant(plan, section).open(&Sealed::<Plan>::new(plan.clone())).unwrap()
}

pub(crate) fn somebody(plan: &Plan) -> Released<Subject> {
    let verified = IdentifierState::Verified { by: "Riverside".into(), at: NOW };
    let number = |value: &str, state| Identifier { system: "urn:oid:1.2.3".into(), value: value.into(), state };
    let person = Person {
        id: person(),
        name: "Ama Testwell".into(),
        language: Lang::try_from("en-GB").unwrap(),
        zone_minutes: 0,
        birth_date: None,
        identifiers: vec![number("999-001", verified), number("claimed-77", IdentifierState::Claimed)],
    };
    let own = own_grant(&Sealed::<Plan>::new(plan.clone()), &Themselves::signed_in(crate::world::person()), &key());
    subject(&Sealed::<Person>::new(person), &[own.unwrap()], &key()).unwrap()
}

/// A push of what was shown: as an update of what was read, or as new.
pub(crate) fn push(shown: &[Shown], update: bool) -> Value {
    let mut entries = Vec::new();
    for one in shown {
        if !matches!(one.kind, "CarePlan" | "Observation" | "Goal" | "RelatedPerson" | "CareTeam" | "Consent") {
            continue;
        }
        let (method, url) =
            if update { ("PUT", format!("{}/{}", one.kind, one.id)) } else { ("POST", one.kind.into()) };
        entries.push(json!({
            "fullUrl": format!("{BASE}/{}/{}", one.kind, one.id),
            "resource": one.json,
            "request": { "method": method, "url": url }
        }));
    }
    json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries })
}

/// A joint crisis plan with something of everything; the words of each section are told apart by their text.
pub(crate) fn joint_plan() -> Value {
    json!({
        "kind": "joint-crisis-plan", "status": "active", "language": "en-GB",
        "title": { "text": "My crisis plan 🥄", "lang": "en-GB" }, "from": "2026-01-01", "until": "2026-12-31",
        "review": { "on": "2026-09-01", "starts": "team" }, "jurisdiction": "unknown",
        "if_not_followed": { "text": "Tell me why, in writing.", "lang": "en-GB" },
        "parties": [
            { "id": "self", "name": "Ama", "role": "person" },
            { "id": "kofi", "name": "Kofi", "role": "supporter" },
            { "id": "team", "name": "Dr Example", "role": "clinician", "organization": "Community team", "in_treating_team": true },
            { "id": "line", "name": "Night line", "role": "service" },
            { "id": "jo", "name": "Jo", "role": "facilitator", "in_treating_team": false },
            { "id": "x", "name": "Aunt Efua", "role": "family" }
        ],
        "absences": { "goals": "nothing-to-say", "strengths": "asked-declined" },
        "items": [
            { "section": "early-signs", "type": "ladder", "voice": { "party": "self", "role": "person" },
              "words": { "text": "First I get quiet.", "lang": "en-GB" }, "ordered": true,
              "rungs": [ { "cue": "I stop answering", "do": ["Text me", "Come by"], "who": ["kofi"], "go_on_if": "two days pass" },
                         { "cue": "I do not sleep", "do": ["Call the team"], "who": ["kofi", "team"], "reach": "555 0100" } ] },
            { "section": "crisis-signs", "type": "words", "voice": { "party": "self", "role": "person" },
              "words": { "text": "I pace.\r\n I talk fast. ", "lang": "en-GB" } },
            { "section": "helps", "type": "words", "voice": { "party": "self", "role": "person" }, "since": "2025-11-01",
              "words": { "text": "A quiet room & <no> questions", "lang": "en-GB" },
              "translations": [ { "text": "Une pièce calme", "lang": "fr", "by": "machine" } ] },
            { "section": "harms", "type": "words", "voice": { "party": "self", "role": "person" },
              "words": { "text": "Bright lights", "lang": "en-GB" } },
            { "section": "ask-for-help", "type": "contact", "order": 1, "voice": { "party": "self", "role": "person" },
              "party": "kofi", "contact": "only-if", "only_if": "I say so or cannot speak", "roles": ["first-call", "supporter"],
              "relationship": { "words": "my brother", "code": { "system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "BRO" } },
              "reach": [ { "by": "phone", "value": "+44 7700 900001" }, { "by": "text", "value": "+44 7700 900001" } ],
              "may_be_told": "that-i-am-in-crisis" },
            { "section": "services", "type": "contact", "voice": { "party": "self", "role": "person" },
              "party": "line", "contact": "yes", "reach": [ { "by": "phone", "value": "555 0199" } ] },
            { "section": "not-involve", "type": "contact", "voice": { "party": "self", "role": "person" },
              "party": "x", "contact": "never", "words": { "text": "She must not learn where I am.", "lang": "en-GB" },
              "reach": [ { "by": "phone", "value": "555 0666" } ] },
            { "section": "treatment", "type": "preference", "voice": { "party": "self", "role": "person" },
              "words": { "text": "Haloperidol", "lang": "en-GB" },
              "about": { "kind": "medicine", "words": "haloperidol", "code": { "system": "http://snomed.info/sct", "code": "386837002" } },
              "direction": "refuse", "intent": "advance-refusal", "when": [ { "sense": "unless", "words": "I cannot drink any more" } ],
              "because": { "text": "Cramps in 2019", "lang": "en-GB" }, "instead": [ { "words": "Lorazepam" } ],
              "if_impossible": "Ask Kofi", "stances": [ { "party": "team", "position": "disagreed",
                "words": { "text": "Works slower", "lang": "en-GB" }, "at": "2026-01-05" } ] },
            { "section": "place", "type": "preference", "voice": { "party": "self", "role": "person" },
              "words": { "text": "At home with Kofi", "lang": "en-GB" }, "about": { "kind": "place" },
              "direction": "prefer", "intent": "advance-consent" },
            { "section": "access-needs", "type": "need", "voice": { "party": "self", "role": "person" },
              "need": "interpreter", "language": "tw", "strength": "must" },
            { "section": "agreements", "type": "agreement", "voice": { "party": "jo", "role": "facilitator" },
              "what": "A call within a day", "parties": ["self", "team"], "from": "2026-01-01", "if_broken": "Jo is told",
              "stances": [ { "party": "self", "position": "agreed" }, { "party": "team", "position": "agreed-in-part" } ] },
            { "section": "look-after", "type": "arrangement", "voice": { "party": "self", "role": "person" },
              "for": "pet", "who": "kofi", "accepted_by_them": "yes", "key_facts": "Cat, twice a day", "where_things_are": "Hall" },
            { "section": "past-to-know", "type": "words", "share": "close", "voice": { "party": "self", "role": "person" },
              "words": { "text": "SECRET-PAST", "lang": "en-GB" }, "about_parties": ["x"] }
        ]
    })
}
