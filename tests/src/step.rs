//! A record system that keeps in step as the recipe says (`profiles/keeping-in-step.md`), and what it holds.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::world::{Asked, BASE, Observed, World};

/// The types it keeps.
pub const TYPES: [&str; 10] = [
    "Patient",
    "CarePlan",
    "Goal",
    "CareTeam",
    "Observation",
    "RelatedPerson",
    "Consent",
    "DocumentReference",
    "Composition",
    "Provenance",
];

/// What a record system holds, and how it asks.
#[derive(Debug, Clone)]
pub struct Follower {
    /// Its token.
    pub token: String,
    /// How many entries it takes on a page.
    pub count: u64,
    /// What it holds, by address.
    pub copy: BTreeMap<String, Value>,
    /// From when on the next round asks.
    pub since: Option<String>,
    /// The addresses that were purged in the last round.
    pub purged: Vec<String>,
}

impl Follower {
    /// One that holds nothing yet.
    #[must_use]
    pub const fn new(token: String, count: u64) -> Self {
        Self { token, count, copy: BTreeMap::new(), since: None, purged: Vec::new() }
    }

    /// One round: the first load, or what became different since the last one. `between` two pages says whether it goes
    /// on; false where it was broken off: then the next round asks from the same moment.
    pub async fn round(&mut self, world: &World, between: &mut impl AsyncFnMut() -> bool) -> bool {
        let mut began: Option<String> = None;
        self.purged.clear();
        if self.since.is_none() {
            self.copy.clear();
        }
        for kind in TYPES {
            let mut path = match &self.since {
                None => format!("/fhir/{kind}?_count={}", self.count),
                Some(since) => format!("/fhir/{kind}/_history?_since={since}&_count={}", self.count),
            };
            loop {
                let page = self.page(world, &path).await;
                began.get_or_insert(page["meta"]["lastUpdated"].as_str().unwrap_or_default().to_owned());
                self.take(&page);
                match next(&page) {
                    Some(next) => path = next,
                    None => break,
                }
                if !between().await {
                    return false;
                }
            }
        }
        self.since = began;
        true
    }

    /// What somebody holds who loads all anew.
    pub async fn fresh(&self, world: &World) -> BTreeMap<String, Value> {
        let mut fresh = Self::new(self.token.clone(), 500);
        fresh.round(world, &mut async || true).await;
        fresh.copy
    }

    async fn page(&self, world: &World, path: &str) -> Value {
        let answer: Observed = world.call(&Asked::new("GET", path).bearer(&self.token)).await;
        assert!(answer.status == 200, "{path}: {answer:?}");
        answer.json()
    }

    fn take(&mut self, page: &Value) {
        for entry in page["entry"].as_array().into_iter().flatten() {
            let address = entry["fullUrl"].as_str().unwrap_or_default();
            let address = address.strip_prefix(&format!("{BASE}/fhir/")).unwrap_or(address).to_owned();
            if entry["request"]["method"] == "DELETE" {
                assert!(entry["resource"].is_null(), "{entry}");
                self.copy.remove(&address);
                self.purged.push(address);
            } else {
                self.copy.insert(address, entry["resource"].clone());
            }
        }
    }
}

/// Path and query of the next page.
#[must_use]
pub fn next(page: &Value) -> Option<String> {
    let links = page["link"].as_array().into_iter().flatten();
    let next = links.filter(|link| link["relation"] == "next").filter_map(|link| link["url"].as_str()).next()?;
    Some(next.strip_prefix(BASE).unwrap_or(next).to_owned())
}
