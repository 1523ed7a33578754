//! Ama opens and closes sections to Riverside without pause, and what Riverside may see after a kill.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::house::{Ground, run};
use crate::systems::System;
use crate::web::FORM;
use crate::wire;

/// The switches that are flipped, one after the other; both sections stand in Ama's joint crisis plan.
const SECTIONS: [&str; 2] = ["helps", "harms"];

/// What Ama was told: whether a section is open.
#[derive(Default)]
pub(crate) struct Switches {
    open: BTreeMap<&'static str, bool>,
    in_flight: Option<&'static str>,
    acknowledged: u64,
}

impl Switches {
    pub(crate) const fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// One flip. False when the process is gone.
    pub(crate) fn flip(&mut self, door: SocketAddr, killed: &AtomicBool) -> bool {
        let section = SECTIONS[usize::try_from(self.acknowledged / 3).unwrap() % SECTIONS.len()];
        self.in_flight = Some(section);
        let headers = [FORM, ("sec-fetch-site", "same-origin")];
        let answer = wire::send(door, "POST", "/demo", &headers, format!("section={section}").as_bytes());
        let Some(answer) = answer else {
            assert!(killed.load(Ordering::SeqCst), "a connection broke while the process was alive");
            return false;
        };
        if answer.status == 409 {
            // Her own app wrote between what she saw and what she said: nothing was changed, and she is told so.
            self.in_flight = None;
            return true;
        }
        let _ = answer.is(303);
        let open = self.open.entry(section).or_default();
        *open = !*open;
        self.in_flight = None;
        self.acknowledged += 1;
        true
    }

    /// Riverside sees exactly what Ama was told that it sees; what was in flight is open or closed, and then stays so.
    pub(crate) fn still_hold(&mut self, ground: &Ground, door: SocketAddr, described: &Value) {
        let token = run(&["token", "--describe", &ground.text("demo.json")]);
        let riverside = System { door, token };
        let ama = described["persons"].as_array().unwrap().iter().find(|one| one["login"] == "ama").unwrap();
        let path = format!("/fhir/CarePlan?patient={}", ama["id"].as_str().unwrap());
        let seen = riverside.get(&path).is(200);
        let in_flight = self.in_flight.take();
        for section in SECTIONS {
            let told = self.open.get(section).copied().unwrap_or_default();
            let visible = seen.text().contains(words_of(section).as_str());
            if in_flight == Some(section) {
                self.open.insert(section, visible);
            } else {
                assert_eq!(
                    visible, told,
                    "Ama was told that `{section}` is open: {told}; Riverside sees it: {visible}"
                );
            }
        }
        if self.open.values().all(|open| !open) {
            assert_eq!(seen.json()["total"], 0, "nothing is open, and something is found: {}", seen.text());
        }
    }
}

/// Plain words of Ama's joint crisis plan in this section, as they stand in any form of it.
fn words_of(section: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/persons/ama/joint-crisis.plan.json");
    let plan: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let items = plan["items"].as_array().unwrap();
    let open = items.iter().filter(|item| item["section"] == section && item["share"] != "close");
    let texts = open.filter_map(|item| item["words"]["text"].as_str());
    let plain = |c: char| !(c.is_ascii_alphanumeric() || " ,.".contains(c));
    let pieces = texts.flat_map(|text| text.split(plain)).map(str::trim);
    let longest = pieces.max_by_key(|piece| piece.len()).unwrap();
    assert!(longest.len() > 15, "{section}: {longest}");
    longest.to_owned()
}
