//! Bundles of answers: searchset, history, transaction-response.

use serde_json::{Map, Value, json};

use crate::outgoing::Shown;

/// Why an entry is in a searchset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It matched.
    Match,
    /// It was asked to be included.
    Include,
    /// It says something about the search.
    Outcome,
}

/// One page of search results.
#[derive(Debug, Default)]
pub struct Page<'a> {
    /// How many matched in all; none where that was not asked for.
    pub total: Option<usize>,
    /// Address of this page.
    pub self_link: String,
    /// Address of the next page, when there is one.
    pub next_link: Option<String>,
    /// The entries of this page.
    pub entries: Vec<(&'a Shown, ModeOrMatch)>,
}

/// The mode of an entry; a match by default.
pub type ModeOrMatch = Option<Mode>;

/// A searchset Bundle. It has no id and no time of its own: the same page is the same bytes.
#[must_use]
pub fn searchset(page: &Page<'_>, base: &str) -> Value {
    let mut links = vec![json!({ "relation": "self", "url": page.self_link })];
    links.extend(page.next_link.as_ref().map(|next| json!({ "relation": "next", "url": next })));
    let entries = page.entries.iter().map(|(shown, mode)| {
        let mode = match mode.unwrap_or(Mode::Match) {
            Mode::Match => "match",
            Mode::Include => "include",
            Mode::Outcome => "outcome",
        };
        json!({ "fullUrl": address(shown, base), "resource": shown.json, "search": { "mode": mode } })
    });
    bundle("searchset", page.total, links, entries.collect())
}

/// A history Bundle of versions, newest first. Each version is said to have been put: how a plan came to be is the
/// person's own business.
#[must_use]
pub fn history(versions: &[Shown], self_link: &str, base: &str) -> Value {
    let entries = versions.iter().map(|shown| {
        let meta = |key: &str| shown.json.get("meta").and_then(|meta| meta.get(key)).and_then(Value::as_str);
        json!({
            "fullUrl": address(shown, base),
            "resource": shown.json,
            "request": { "method": "PUT", "url": format!("{}/{}", shown.kind, shown.id) },
            "response": {
                "status": "200 OK",
                "etag": format!("W/\"{}\"", meta("versionId").unwrap_or_default()),
                "lastModified": meta("lastUpdated").unwrap_or_default()
            }
        })
    });
    let links = vec![json!({ "relation": "self", "url": self_link })];
    bundle("history", Some(versions.len()), links, entries.collect())
}

/// What became of one entry of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// For instance `201 Created`.
    pub status: &'static str,
    /// `Type/id` where it can be read.
    pub location: Option<String>,
    /// Its entity tag, with `W/` and quotes.
    pub etag: Option<String>,
}

/// A transaction-response Bundle, entries in the order they were sent.
#[must_use]
pub fn transaction_response(done: &[Done]) -> Value {
    let entries = done.iter().map(|done| {
        let mut response = Map::new();
        response.insert("status".into(), done.status.into());
        if let Some(location) = &done.location {
            response.insert("location".into(), location.clone().into());
        }
        if let Some(etag) = &done.etag {
            response.insert("etag".into(), etag.clone().into());
        }
        json!({ "response": response })
    });
    bundle("transaction-response", None, Vec::new(), entries.collect())
}

fn address(shown: &Shown, base: &str) -> String {
    format!("{base}/{}/{}", shown.kind, shown.id)
}

fn bundle(kind: &str, total: Option<usize>, links: Vec<Value>, entries: Vec<Value>) -> Value {
    let mut object = Map::new();
    object.insert("resourceType".into(), "Bundle".into());
    object.insert("type".into(), kind.into());
    if let Some(total) = total {
        object.insert("total".into(), total.into());
    }
    for (key, list) in [("link", links), ("entry", entries)] {
        if !list.is_empty() {
            object.insert(key.into(), list.into());
        }
    }
    object.into()
}
