//! Generated plans with ids that count up, and what somebody sees of them as one comparable tree.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sayso_consent::{FingerprintKey, Grant, Projection, Sealed};
use sayso_plan::item::{ItemKind, NoMore, Voice, VoiceRole};
use sayso_plan::plan::{Formality, FormalityKind, Review};
use sayso_plan::{
    Absence, Content, DraftItem, Head, Item, Lang, Party, PartyId, PartyRole, Plan, PlanDate, Section, Share, State,
    StoredItem, WholeDocument, Words,
};
use serde_json::{Value, json};
use time::Date;

use super::{KINDS, LEVELS, SECTIONS, at, id};

/// When the first version of every generated plan was recorded.
pub const BEGAN_HOURS: i64 = -40;

pub fn key() -> FingerprintKey {
    FingerprintKey::new([7; 32])
}

/// Ids that count up from `from`.
pub fn counter(from: u128) -> impl FnMut() -> [u8; 16] {
    let mut n = from;
    move || {
        n += 1;
        n.to_be_bytes()
    }
}

pub fn words(text: &str) -> Words {
    Words::new(text.to_owned(), Lang::try_from("en").unwrap()).unwrap()
}

pub fn party(n: u8) -> PartyId {
    PartyId::try_from(format!("p{n}").as_str()).unwrap()
}

/// Words in a section, in the voice of the n-th party, about others.
pub fn item(section: Section, text: &str, share: Option<Share>, voice: u8, about: Option<u8>) -> Item {
    Item {
        section,
        words: Some(words(text)),
        kind: ItemKind::Words(NoMore {}),
        translations: vec![],
        voice: Voice { party: party(voice), role: VoiceRole::Supporter },
        stances: vec![],
        when: vec![],
        order: None,
        share,
        about_parties: about.map(party).into_iter().collect(),
        since: None,
        framework: None,
    }
}

pub fn items() -> impl Strategy<Value = Item> {
    let share = prop::option::of(prop::sample::select(&LEVELS[..]));
    let order = prop::option::weighted(0.6, 1u32..=5);
    (prop::sample::select(&SECTIONS[..]), "[a-z]{1,3}", share, 1u8..=4, prop::option::weighted(0.3, 1u8..=4), order)
        .prop_map(|(section, text, share, voice, about, order)| Item {
            order,
            ..item(section, &text, share, voice, about)
        })
}

/// Four parties, any of whom nothing may name.
pub fn parties() -> Vec<Party> {
    (1..=4)
        .map(|n| Party {
            id: party(n),
            name: format!("Party {n}"),
            role: PartyRole::Supporter,
            organization: None,
            in_treating_team: None,
        })
        .collect()
}

pub fn signed_by(n: u8) -> Formality {
    let on = PlanDate(Date::from_calendar_date(2026, time::Month::March, 2).unwrap());
    Formality { is: FormalityKind::Signature, party: party(n), on, words: None }
}

pub fn head() -> impl Strategy<Value = Head> {
    ("[a-z]{1,3}", prop::option::of(1u8..=4), prop::option::of(1u8..=4)).prop_map(|(title, starts, signed)| Head {
        title: words(&title),
        language: Lang::try_from("en").unwrap(),
        from: None,
        until: None,
        review: starts.map(|n| Review { on: signed_by(n).on, starts: Some(party(n)) }),
        jurisdiction: None,
        instrument: None,
        if_not_followed: None,
        formalities: signed.map(signed_by).into_iter().collect(),
    })
}

pub fn absences() -> impl Strategy<Value = BTreeMap<Section, Absence>> {
    let why = prop::sample::select(vec![Absence::NothingToSay, Absence::AskedDeclined, Absence::NotAsked]);
    prop::collection::btree_map(prop::sample::select(&SECTIONS[..]), why, 0..3)
}

/// A plan as it is kept, active, with the items 1 to 4 at most; or, seldom, a whole document.
pub fn plans() -> impl Strategy<Value = Plan> {
    let items = prop::collection::vec(items(), 0..5);
    (prop::sample::select(&KINDS[..]), head(), absences(), items, prop::bool::weighted(0.1)).prop_map(
        |(kind, head, absences, items, whole)| {
            let document = whole.then(|| WholeDocument {
                content_type: "application/pdf".into(),
                types: vec![],
                data: "JVBERg==".into(),
                title: None,
                creation: None,
            });
            let items = if whole { vec![] } else { items };
            let items = items.into_iter().map(|item| DraftItem { id: None, item }).collect();
            let content =
                Content { kind, status: State::Draft, head, parties: parties(), absences: [].into(), items, document };
            let mut plan = Plan::begin(id(1), content, at(BEGAN_HOURS), &mut counter(1_000)).unwrap();
            // The kinds ask for more than these laws are about; what is active here is as good as complete.
            plan.state = State::Active;
            // Somebody who saw no item of a section may have said why it has none.
            plan.absences_changed_at = absences.keys().map(|section| (*section, at(BEGAN_HOURS))).collect();
            plan.absences = absences;
            plan.id = id(1);
            plan.items.iter_mut().zip(1..).for_each(|(item, n)| item.id = id(n));
            plan.document.iter_mut().for_each(|d| d.id = id(1));
            plan
        },
    )
}

/// A plan in force with these items, which have the ids 1, 2, 3 …, and four parties.
pub fn a_plan(items: Vec<Item>) -> Plan {
    let mut plan = plans().new_tree(&mut TestRunner::deterministic()).unwrap().current();
    let stored = |(n, item)| StoredItem {
        id: id(n),
        version: id(n),
        changed_at: at(-40),
        moved_at: None,
        opened: Vec::new(),
        item,
    };
    plan.items = (1..).zip(items).map(stored).collect();
    (plan.document, plan.parties) = (None, parties());
    plan
}

/// Everything of a projection that a view could show.
pub fn tree(p: &Projection) -> Value {
    json!({
        "plan": [p.id.to_string(), p.person.to_string(), p.kind.code()], "state": p.state, "head": p.head,
        "own head": p.head_visible, "parties": p.parties, "sections": p.sections, "absences": p.absences,
        "items": p.items.iter().map(|i| json!([i.id, i.item])).collect::<Vec<_>>(), "document": p.document,
        "updated": p.last_updated.unix_timestamp(), "own": [p.whole, p.own_app],
    })
}

/// What a grant opens, as a tree.
pub fn opened(grant: &Grant, plan: &Plan) -> Value {
    tree(grant.open(&Sealed::<Plan>::new(plan.clone())).unwrap().get())
}
