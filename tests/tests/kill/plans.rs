//! A patient app that writes without pause, and its journal of what was acknowledged.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::systems::{App, System};
use crate::web::{Answer, JSON};
use crate::wire;

/// The parts of each plan. All carry the number of the write that made them, so that half a write shows.
const SECTIONS: [&str; 6] = ["about-me", "strengths", "what-matters", "hopes", "roles-belonging", "well-me"];
/// After this many writes of one plan the next one is made.
const WRITES_OF_ONE_PLAN: u64 = 12;

/// What the app was told of one plan.
struct Known {
    number: u64,
    etag: String,
    plan: Value,
}

/// The write whose answer never came.
struct InFlight {
    /// Of an update; none when it was to make a plan.
    plan: Option<String>,
    number: u64,
}

/// One app of one person.
pub(crate) struct Writer {
    login: String,
    app: Option<System>,
    known: BTreeMap<String, Known>,
    in_flight: Option<InFlight>,
    numbers: u64,
    acknowledged: u64,
    /// The plan that is being written, and how often it was.
    current: Option<(String, u64)>,
}

impl Writer {
    pub(crate) fn new(login: &str) -> Self {
        let known = BTreeMap::new();
        Self { login: login.into(), app: None, known, in_flight: None, numbers: 0, acknowledged: 0, current: None }
    }

    pub(crate) const fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// The person signs in by this start's link and lets the app in. An app that is in stays in.
    pub(crate) fn let_in(&mut self, door: SocketAddr, described: &Value) {
        if self.app.as_ref().is_some_and(|system| system.door == door) {
            return;
        }
        let of = |list: &str, name: &str, is: &str| -> Value {
            let all = described[list].as_array().unwrap();
            all.iter().find(|one| one[name] == is).unwrap_or_else(|| panic!("no {is} among the {list}")).clone()
        };
        let client = of("clients", "kind", "patient-app");
        let person = of("persons", "login", &self.login);
        let app = App {
            id: client["client_id"].as_str().unwrap().into(),
            redirect: client["redirect_uris"][0].as_str().unwrap().into(),
            aud: described["fhir"].as_str().unwrap().into(),
        };
        let mut browser = Browser::new(door);
        let _ = browser.open(person["sign_in"].as_str().unwrap()).ok();
        self.app = Some(app.let_in(door, &mut browser).system);
    }

    /// One write. False when the process is gone.
    pub(crate) fn writes(&mut self, killed: &AtomicBool) -> bool {
        self.numbers += 1;
        let number = self.numbers;
        let again = self.current.take().filter(|(_, times)| *times < WRITES_OF_ONE_PLAN);
        let plan = again.as_ref().map(|(id, _)| id.clone());
        self.in_flight = Some(InFlight { plan: plan.clone(), number });
        let answer = match plan.as_ref().map(|id| (id, &self.known[id])) {
            Some((id, known)) => {
                self.send("PUT", &format!("/plans/{id}"), Some(&known.etag), &numbered(&known.plan, number))
            }
            None => self.send("POST", "/plans", None, &new_plan(number)),
        };
        let Some(answer) = answer else {
            assert!(killed.load(Ordering::SeqCst), "a connection broke while the process was alive");
            return false;
        };
        if answer.status == 409 {
            // What is open was changed meanwhile, and the app is told to look again: nothing was written.
            self.in_flight = None;
            self.current = again;
            return true;
        }
        let status = if plan.is_some() { 200 } else { 201 };
        let id = self.keep(answer.is(status), number);
        self.current = Some((id, again.map_or(0, |(_, times)| times) + 1));
        self.in_flight = None;
        self.acknowledged += 1;
        true
    }

    fn send(&self, method: &str, path: &str, etag: Option<&str>, plan: &Value) -> Option<Answer> {
        let app = self.app.as_ref().unwrap();
        let bearer = format!("Bearer {}", app.token);
        let mut headers = vec![("authorization", bearer.as_str()), JSON];
        headers.extend(etag.map(|etag| ("if-match", etag)));
        wire::send(app.door, method, path, &headers, plan.to_string().as_bytes())
    }

    fn keep(&mut self, answer: Answer, number: u64) -> String {
        let plan = answer.json();
        let id = plan["id"].as_str().unwrap().to_owned();
        let etag = answer.header("etag").unwrap().to_owned();
        self.known.insert(id.clone(), Known { number, etag, plan });
        id
    }

    /// All that was acknowledged is there as it was written; what was in flight is there whole or not at all.
    pub(crate) fn finds_everything(&mut self) {
        let app = self.app.clone().unwrap();
        let in_flight = self.in_flight.take();
        let listed = app.get("/plans").is(200).json();
        let ours: BTreeMap<&str, &Value> = listed
            .as_array()
            .unwrap()
            .iter()
            .filter(|plan| plan["title"]["text"].as_str().is_some_and(|title| title.starts_with("Written by write ")))
            .map(|plan| (plan["id"].as_str().unwrap(), plan))
            .collect();
        for id in self.known.keys() {
            assert!(ours.contains_key(id.as_str()), "{}: the plan {id} was acknowledged and is lost", self.login);
        }
        let mut changed = Vec::new();
        for (id, plan) in ours {
            let number = number_of(plan);
            let known = self.known.get(id).map(|known| known.number);
            if known == Some(number) {
                continue;
            }
            let expected = in_flight.as_ref().filter(|write| match (&write.plan, known) {
                (Some(of), Some(_)) => of == id,
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            });
            let expected = expected.map(|write| write.number);
            assert_eq!(
                expected,
                Some(number),
                "{}: the plan {id} is not what was acknowledged ({known:?})",
                self.login
            );
            changed.push((id.to_owned(), number));
        }
        assert!(changed.len() <= 1, "one write was in flight, {} plans changed", changed.len());
        for (id, number) in changed {
            self.keep(app.get(&format!("/plans/{id}")).is(200), number);
        }
        // The version of the plan that is written on is the one that was acknowledged, not only its words.
        if let Some((id, _)) = &self.current {
            let etag = app.get(&format!("/plans/{id}")).is(200).header("etag").unwrap().to_owned();
            assert_eq!(etag, self.known[id].etag, "{}: the version of {id}", self.login);
        }
    }
}

fn words(number: u64) -> Value {
    json!({"text": format!("Written by write {number}."), "lang": "en-GB"})
}

fn new_plan(number: u64) -> Value {
    let item = |section: &&str| {
        let voice = json!({"party": "self", "role": "person"});
        json!({"section": section, "type": "words", "words": words(number), "voice": voice})
    };
    json!({
        "kind": "wellness-plan", "status": "draft", "title": words(number), "language": "en-GB",
        "parties": [{"id": "self", "name": "The one who writes", "role": "person"}],
        "items": SECTIONS.iter().map(item).collect::<Vec<_>>(),
    })
}

/// The same plan with all its words written anew.
fn numbered(plan: &Value, number: u64) -> Value {
    let mut plan = plan.clone();
    plan["title"] = words(number);
    for item in plan["items"].as_array_mut().unwrap() {
        item["words"] = words(number);
    }
    plan
}

/// The number that every word of the plan carries.
#[track_caller]
fn number_of(plan: &Value) -> u64 {
    let text = |words: &Value| words["text"].as_str().unwrap().to_owned();
    let title = text(&plan["title"]);
    let items = plan["items"].as_array().unwrap();
    assert_eq!(items.len(), SECTIONS.len(), "half a plan: {plan}");
    assert!(items.iter().all(|item| text(&item["words"]) == title), "half a write: {plan}");
    title.trim_start_matches("Written by write ").trim_end_matches('.').parse().unwrap()
}
