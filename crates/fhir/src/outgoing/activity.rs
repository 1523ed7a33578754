//! CarePlan.activity: rungs of ladders, agreements, arrangements, and the steps towards goals.

use sayso_plan::item::{Agreement, Arrangement, Goal, ItemKind, Ladder, Position, Stance};
use sayso_plan::{PartyId, PlanDate, Section, StoredItem};
use serde_json::{Map, Value};

use super::parts;
use super::said::{native_name, said};
use super::statement::stance_of;
use super::view::View;
use crate::{object, profile};

/// The activities of an item.
pub(super) fn activities(view: &View<'_>, item: &StoredItem) -> Vec<Value> {
    let details = match &item.item.kind {
        ItemKind::Ladder(l) => ladder(view, item, l),
        ItemKind::Agreement(a) => vec![agreement(view, item, a)],
        ItemKind::Arrangement(a) => vec![arrangement(view, item, a)],
        ItemKind::Goal(g) => steps(view, item, g),
        ItemKind::Words(_) | ItemKind::Contact(_) | ItemKind::Preference(_) | ItemKind::Need(_) => Vec::new(),
    };
    details.into_iter().map(|detail| object! { "detail": detail }).collect()
}

fn detail(item: &StoredItem, extensions: Vec<Value>, text: &str) -> Map<String, Value> {
    let mut detail = Map::new();
    let mut all = vec![parts::of_item(item)];
    all.extend(extensions);
    detail.insert("extension".into(), all.into());
    let coding = parts::section_coding(item.item.section);
    detail.insert("code".into(), object! { "coding": [coding], "text": parts::string(text) });
    detail
}

/// The members in the order of the specification; `not-started` says that the plan stands ready, not that it is late, and
/// `on-hold` that not all agree to it.
fn finish(mut detail: Map<String, Value>, view: &View<'_>, more: More<'_>) -> Value {
    parts::put_list(&mut detail, "goal", more.goal.into_iter().map(|goal| parts::reference(&goal)).collect());
    let (status, reason) = match (more.done, more.not_agreed) {
        (true, _) => ("completed", None),
        (false, true) => ("on-hold", Some("not agreed by all")),
        (false, false) => ("not-started", Some("stands ready")),
    };
    detail.insert("status".into(), status.into());
    parts::put(&mut detail, "statusReason", reason.map(|text| object! { "text": text }));
    if more.do_not {
        detail.insert("doNotPerform".into(), true.into());
    }
    parts::put(&mut detail, "scheduledPeriod", period(more.from, more.until));
    parts::put_list(&mut detail, "performer", more.who.iter().map(|party| view.refer(party)).collect());
    if !more.text.is_empty() {
        detail.insert("description".into(), parts::string(&more.text));
    }
    detail.into()
}

#[derive(Default)]
struct More<'a> {
    text: String,
    who: Vec<&'a sayso_plan::PartyId>,
    goal: Option<String>,
    from: Option<PlanDate>,
    until: Option<PlanDate>,
    done: bool,
    /// Somebody whom it concerns does not agree, or is not sure.
    not_agreed: bool,
    do_not: bool,
}

/// `Period` from days; none where there is neither.
pub(super) fn period(from: Option<PlanDate>, until: Option<PlanDate>) -> Option<Value> {
    let mut period = Map::new();
    parts::put(&mut period, "start", from.map(|day| day.to_string().into()));
    parts::put(&mut period, "end", until.map(|day| day.to_string().into()));
    (!period.is_empty()).then(|| period.into())
}

fn ladder(view: &View<'_>, item: &StoredItem, ladder: &Ladder) -> Vec<Value> {
    let mut details = Vec::new();
    for (place, rung) in ladder.rungs.iter().enumerate() {
        let mut inner = vec![object! { "url": "place", "valueInteger": place + 1 }];
        inner.push(object! { "url": "ordered", "valueBoolean": ladder.ordered });
        if let Some(go_on) = &rung.go_on_if {
            inner.push(object! { "url": "go-on-if", "valueString": parts::string(go_on) });
        }
        let extension = object! { "url": profile::EXT_RUNG, "extension": inner };
        let mut text = rung.todo.clone();
        text.extend(rung.reach.clone());
        let do_not = item.item.section == Section::Harms;
        let more = More { text: text.join("\n"), who: rung.who.iter().collect(), do_not, ..More::default() };
        details.push(finish(detail(item, vec![extension], &rung.cue), view, more));
    }
    details
}

fn agreement(view: &View<'_>, item: &StoredItem, agreement: &Agreement) -> Value {
    let stances = item.item.stances.iter().map(|stance| stance_of(view, stance)).collect();
    let stand = |party: &PartyId| item.item.stances.iter().rfind(|stance| stance.party == *party);
    let agrees = |party: &&PartyId| match stand(party).map(|stance| stance.position) {
        Some(Position::Agreed | Position::AgreedInPart) => true,
        Some(Position::Disagreed | Position::NotSure | Position::NotPresent | Position::NotAsked) => false,
        // Where nobody has said where they stand, those it lists are those it is between.
        None => item.item.stances.is_empty(),
    };
    let against = |stance: &&Stance| matches!(stance.position, Position::Disagreed | Position::NotSure);
    let mut text: Vec<String> = said(view, item).map(|said| said.text()).into_iter().collect();
    text.extend(item.item.stances.iter().filter(against).map(|stance| {
        let name = if stance.party.is_person() { "The person".to_owned() } else { view.name(&stance.party) };
        format!("{name}: {}", native_name(&stance.position).replace('-', " "))
    }));
    let more = More {
        text: text.join("\n"),
        who: agreement.parties.iter().filter(agrees).collect(),
        from: agreement.from,
        until: agreement.until,
        not_agreed: item.item.stances.iter().any(|stance| against(&stance)),
        do_not: stand(&PartyId::person()).is_some_and(|stance| stance.position == Position::Disagreed),
        ..More::default()
    };
    finish(detail(item, stances, &agreement.what), view, more)
}

fn arrangement(view: &View<'_>, item: &StoredItem, arrangement: &Arrangement) -> Value {
    let extension = object! {
        "url": profile::EXT_ARRANGEMENT,
        "extension": [
            object! { "url": "for", "valueCode": native_name(&arrangement.what_for) },
            object! { "url": "accepted-by-them", "valueCode": native_name(&arrangement.accepted_by_them) }
        ]
    };
    let mut text: Vec<String> = said(view, item).map(|said| said.text()).into_iter().collect();
    text.extend(arrangement.key_facts.clone());
    text.extend(arrangement.where_things_are.clone());
    let more = More { text: text.join("\n"), who: arrangement.who.iter().collect(), ..More::default() };
    finish(detail(item, vec![extension], &native_name(&arrangement.what_for)), view, more)
}

fn steps(view: &View<'_>, item: &StoredItem, goal: &Goal) -> Vec<Value> {
    let mut details = Vec::new();
    for step in &goal.steps {
        let more = More {
            text: step.words.clone(),
            who: step.who.iter().collect(),
            goal: Some(format!("Goal/{}", item.id)),
            until: step.by_when,
            done: step.done == Some(true),
            ..More::default()
        };
        details.push(finish(detail(item, Vec::new(), item.item.section.title()), view, more));
    }
    details
}
