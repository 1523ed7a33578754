//! Plans of every kind, with text that breaks careless programs.

use proptest::prelude::*;
use sayso_plan::section::Cardinality;
use sayso_plan::{Instrument, ItemType, PlanKind, Section, State};
use serde_json::{Value, json};

/// Text that breaks careless programs.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("\u{202e}مرحبا\u{2066}".to_owned()),
        Just("👩‍👩‍👧‍👦🥄".to_owned()),
        Just("\r\n".to_owned()),
        Just(" ".to_owned()),
        Just("\u{a0}\u{3000}\u{2028}".to_owned()),
        Just("\u{7}\u{1b}\u{85}".to_owned()),
        Just("\u{fffe}\u{ffff}\u{feff}".to_owned()),
        Just("]]><script>alert(1)</script>&amp;\"'".to_owned()),
        Just("Patient/other «x» \\u0041".to_owned()),
        Just("e\u{301}é".to_owned()),
        any::<String>(),
        "[a-z ]{1,30}",
    ];
    prop::collection::vec(pieces, 0..5).prop_map(|parts| parts.concat().replace('\0', ""))
}

fn text() -> impl Strategy<Value = String> {
    hostile().prop_map(|text| if text.is_empty() { "x".to_owned() } else { text })
}

/// A short text.
fn line() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.chars().take(1000).collect())
}

fn code() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!({ "system": "http://snomed.info/sct", "code": "386837002" }),
        json!({ "system": "urn:x:ñ", "code": "a b\u{202e}c" }),
    ])
}

fn maybe<S: Strategy<Value = Value>>(name: &'static str, value: S) -> impl Strategy<Value = Vec<(String, Value)>> {
    prop::option::of(value).prop_map(move |v| v.map(|v| (name.to_owned(), v)).into_iter().collect())
}

fn lang() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["en-GB", "de", "ar", "cy", "ja", "hi", "und", "x-klingon"])
}

fn words() -> impl Strategy<Value = Value> {
    (hostile(), lang()).prop_map(|(text, lang)| json!({ "text": text, "lang": lang }))
}

fn party() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["self", "p1", "p2", "p3", "p4", "p5"])
}

fn day() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![json!("2026-02-28"), json!("1999-12-31")])
}

fn members(value: Value) -> Vec<(String, Value)> {
    value.as_object().unwrap().clone().into_iter().collect()
}

fn merge(parts: Vec<Vec<(String, Value)>>) -> Value {
    Value::Object(parts.into_iter().flatten().collect())
}

fn own(kind: &'static str) -> BoxedStrategy<Vec<(String, Value)>> {
    let text_value = || text().prop_map(Value::from);
    let set = members;
    match kind {
        "words" => words().prop_map(|w| vec![("words".to_owned(), w)]).boxed(),
        "contact" => (
            party(),
            prop::sample::select(vec!["yes", "only-if", "never"]),
            line(),
            maybe("limits", text_value()),
            maybe("only_if", text_value()),
            maybe("words", words()),
            maybe("may_be_told", prop::sample::select(vec![json!("nothing"), json!("plan-items")])),
            maybe("relationship", (line(), code()).prop_map(|(words, code)| json!({ "words": words, "code": code }))),
        )
            .prop_map(move |(p, c, reach, limits, only_if, words, told, relationship)| {
                let mut v = set(json!({ "party": p, "contact": c, "roles": ["deputy"], "agent_order": 2,
                    "reach": [{ "by": "video-relay", "value": reach }] }));
                v.extend(limits.into_iter().chain(only_if).chain(words).chain(told).chain(relationship));
                v
            })
            .boxed(),
        "preference" => (
            prop::sample::select(vec!["prefer", "accept", "refuse"]),
            prop::sample::select(vec!["wish", "advance-consent", "advance-refusal"]),
            maybe("words", words()),
            maybe("because", words()),
            maybe("if_impossible", text_value()),
            text(),
            any::<bool>(),
            maybe("code", code()),
        )
            .prop_map(move |(d, i, w, b, f, instead, alone, code)| {
                let about = merge(vec![set(json!({ "kind": "ect", "words": instead })), code]);
                let mut v =
                    set(json!({ "direction": d, "intent": i, "about": about, "instead": [{ "words": instead }] }));
                if alone {
                    v.push(("stands_alone".into(), json!(true)));
                }
                v.extend(w.into_iter().chain(b).chain(f));
                v
            })
            .boxed(),
        "goal" => (words(), text(), maybe("why", text_value()), party())
            .prop_map(move |(w, step, why, who)| {
                let mut v =
                    set(json!({ "words": w, "steps": [{ "words": step, "who": who, "done": true }, { "words": step }],
                    "progress": [step], "chime": ["hope", "identity"] }));
                v.extend(why);
                v
            })
            .boxed(),
        "ladder" => (any::<bool>(), prop::collection::vec((text(), text(), party()), 1..4), maybe("words", words()))
            .prop_map(move |(ordered, rungs, w)| {
                let rungs: Vec<Value> = rungs
                    .into_iter()
                    .map(|(cue, todo, who)| json!({ "cue": cue, "do": [todo, cue], "who": [who], "go_on_if": todo }))
                    .collect();
                let mut v = set(json!({ "ordered": ordered, "rungs": rungs }));
                v.extend(w);
                v
            })
            .boxed(),
        "agreement" => (text(), party(), maybe("words", words()), maybe("until", day()))
            .prop_map(move |(what, p, w, until)| {
                let mut v = set(json!({ "what": what, "parties": [p, "self"], "if_broken": what }));
                v.extend(w.into_iter().chain(until));
                v
            })
            .boxed(),
        "arrangement" => (maybe("words", words()), maybe("key_facts", text_value()), party())
            .prop_map(move |(w, k, p)| {
                let mut v = set(json!({ "for": "work-study", "accepted_by_them": "unknown", "who": p }));
                v.extend(w.into_iter().chain(k));
                v
            })
            .boxed(),
        _ => maybe("words", words())
            .prop_map(move |w| {
                let mut v = set(json!({ "need": "easy-read", "strength": "helps" }));
                v.extend(w);
                v
            })
            .boxed(),
    }
}

fn name_of(kind: ItemType) -> &'static str {
    match kind {
        ItemType::Words => "words",
        ItemType::Contact => "contact",
        ItemType::Preference => "preference",
        ItemType::Goal => "goal",
        ItemType::Ladder => "ladder",
        ItemType::Agreement => "agreement",
        ItemType::Arrangement => "arrangement",
        ItemType::Need => "need",
    }
}

/// Any item that may stand anywhere.
fn item() -> impl Strategy<Value = Value> {
    let places: Vec<(Section, ItemType)> =
        Section::all().flat_map(|section| section.types().iter().map(move |kind| (section, *kind))).collect();
    prop::sample::select(places).prop_flat_map(|(section, kind)| item_in(section, kind))
}

/// An item of a type in a section.
fn item_in(section: Section, kind: ItemType) -> BoxedStrategy<Value> {
    let condition = (text(), any::<bool>(), maybe("code", code())).prop_map(|(words, unless, code)| {
        let sense = if unless { "unless" } else { "if" };
        json!([merge(vec![members(json!({ "sense": sense, "words": words })), code])])
    });
    let stance = (party(), words()).prop_map(|(p, w)| json!([{ "party": p, "position": "disagreed", "words": w }]));
    let translation =
        (text(), lang()).prop_map(|(t, l)| json!([{ "text": t, "lang": l, "by": "human", "checked_by": "B" }]));
    (
        own(name_of(kind)),
        maybe("when", condition),
        maybe("stances", stance),
        maybe("translations", translation),
        maybe("since", day()),
        maybe("order", (0..9u32).prop_map(Value::from)),
        party(),
        maybe("share", prop::sample::select(vec![json!("open"), json!("close")])),
        maybe("framework", line().prop_map(Value::from)),
        maybe("about_parties", party().prop_map(|p| json!([p]))),
    )
        .prop_map(move |(own, when, stances, translations, since, order, voice, share, framework, about)| {
            let kind = name_of(kind);
            let role = if voice == "self" { "person" } else { "peer" };
            let base = json!({ "section": section.code(), "type": kind, "voice": { "party": voice, "role": role } });
            let mut item =
                merge(vec![members(base), own, when, stances, translations, since, order, share, framework, about]);
            if section == Section::NotInvolve && item["contact"] == "yes" {
                item["contact"] = "only-if".into();
            }
            item
        })
        .boxed()
}

/// The states that a writer may begin with.
const BEGINS: [State; 4] = [State::Draft, State::InTalks, State::Ready, State::Active];

/// A plan of any kind, in any state that a writer may begin with.
pub(crate) fn any_plan() -> impl Strategy<Value = Value> {
    prop::sample::select(PlanKind::ALL.to_vec()).prop_flat_map(plan_of)
}

/// A plan of a kind, in any state that a writer may begin with.
pub(crate) fn plan_of(kind: PlanKind) -> BoxedStrategy<Value> {
    prop::sample::select(BEGINS.to_vec()).prop_flat_map(move |state| plan_in(kind, state)).boxed()
}

/// A plan of a kind in a state, with all that its kind needs where the state asks for it.
pub(crate) fn plan_in(kind: PlanKind, state: State) -> BoxedStrategy<Value> {
    let full = matches!(state, State::Ready | State::Active);
    let more = prop::collection::vec(item(), if full { 0..3 } else { 0..7 });
    let needed: Vec<BoxedStrategy<Value>> = if full { needed(kind) } else { Vec::new() };
    (more, needed, any::<bool>(), head(), prop::collection::vec(line(), 5))
        .prop_map(move |(more, needed, first, head, names)| {
            let items: Vec<Value> = if first { [needed, more].concat() } else { [more, needed].concat() };
            let said = |code: &str| items.iter().any(|item| item["section"] == code);
            let absences = [("hopes", "asked-declined"), ("goals", "not-asked"), ("past-to-know", "nothing-to-say")];
            let absences = absences.into_iter().filter(|(code, _)| !said(code));
            let absences = absences.map(|(code, why)| (code.to_owned(), json!(why))).collect::<serde_json::Map<_, _>>();
            let base = json!({
                "kind": kind.code(), "status": state.code(), "items": items, "parties": parties(&names),
                "absences": absences
            });
            let mut plan = merge(vec![members(base), members(head)]);
            if full {
                complete(kind, &mut plan);
            }
            plan
        })
        .boxed()
}

fn parties(names: &[String]) -> Value {
    let roles = ["supporter", "service", "clinician", "family"];
    let party = |(n, role): (usize, &str)| json!({ "id": format!("p{}", n + 1), "name": names[n], "role": role });
    let mut parties: Vec<Value> = roles.into_iter().enumerate().map(party).collect();
    let facilitator = json!({ "id": "p5", "name": names[4], "role": "facilitator", "organization": names[4],
        "in_treating_team": false });
    parties.push(facilitator);
    parties.into()
}

/// An item for each section that the kind needs, and for a directive something to direct.
fn needed(kind: PlanKind) -> Vec<BoxedStrategy<Value>> {
    let needed = Section::all().filter(|section| section.cardinality(kind) == Cardinality::Needed);
    let core = (kind == PlanKind::AdvanceDirective).then_some(Section::Treatment);
    needed.chain(core).map(|section| item_in(section, section.types()[0])).collect()
}

fn head() -> impl Strategy<Value = Value> {
    let review = (day(), party()).prop_map(|(on, starts)| json!({ "on": on, "starts": starts }));
    let formality = (party(), day(), words()).prop_map(|(party, on, words)| {
        json!([{ "is": "witness", "party": party, "on": on, "words": words }, { "is": "signature", "party": "self", "on": on }])
    });
    let instruments: Vec<Value> = Instrument::ALL.iter().map(|instrument| json!(instrument.code())).collect();
    let places = ["unknown", "IE", "GB-SCT", "US-OR"].map(|place| json!(place)).to_vec();
    (
        words(),
        lang(),
        maybe("if_not_followed", words()),
        maybe("from", day()),
        maybe("until", day()),
        maybe("review", review),
        maybe("formalities", formality),
        maybe("jurisdiction", prop::sample::select(places)),
        maybe("instrument", prop::sample::select(instruments)),
    )
        .prop_map(|(title, lang, wish, from, until, review, formalities, place, instrument)| {
            let base = members(json!({ "language": lang, "title": title }));
            merge(vec![base, wish, from, until, review, formalities, place, instrument])
        })
}

/// What else a plan of the kind needs before it can be ready or in force.
fn complete(kind: PlanKind, plan: &mut Value) {
    match kind {
        PlanKind::AdvanceDirective => default(plan, "jurisdiction", json!("unknown")),
        PlanKind::ContingencyPlan => default(plan, "review", json!({ "on": "2026-12-31" })),
        PlanKind::WellnessPlan
        | PlanKind::JointCrisisPlan
        | PlanKind::SafetyPlan
        | PlanKind::RecoveryPlan
        | PlanKind::CrisisCard => {}
    }
    for item in plan["items"].as_array_mut().into_iter().flatten() {
        match kind {
            PlanKind::WellnessPlan => item["voice"] = json!({ "party": "self", "role": "person" }),
            PlanKind::ContingencyPlan | PlanKind::JointCrisisPlan => agree(item),
            PlanKind::CrisisCard => shorten(item),
            PlanKind::SafetyPlan | PlanKind::AdvanceDirective | PlanKind::RecoveryPlan => {}
        }
    }
}

fn default(plan: &mut Value, name: &str, value: Value) {
    if plan.get(name).is_none() {
        plan[name] = value;
    }
}

/// Everybody who promises or does something says where they stand.
fn agree(item: &mut Value) {
    let rungs = item["rungs"].as_array().into_iter().flatten().filter_map(|rung| rung["who"].as_array()).flatten();
    let all = item["parties"].as_array().into_iter().flatten().chain(rungs);
    let mut open: Vec<String> = all.filter_map(|party| party.as_str().map(str::to_owned)).collect();
    let stances = item["stances"].as_array().cloned().unwrap_or_default();
    open.retain(|party| stances.iter().all(|stance| stance["party"] != party.as_str()));
    open.sort_unstable();
    open.dedup();
    let more = open.into_iter().map(|party| json!({ "party": party, "position": "agreed-in-part" }));
    let stances: Vec<Value> = stances.into_iter().chain(more).collect();
    if !stances.is_empty() {
        item["stances"] = stances.into();
    }
}

/// So few words that they fit on a card.
fn shorten(item: &mut Value) {
    const MOST: usize = 60;
    if let Some(Value::String(text)) = item.get_mut("words").and_then(|words| words.get_mut("text")) {
        *text = text.chars().take(MOST).collect();
    }
}
