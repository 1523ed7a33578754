//! Keeping in step: search and history of a type without a person, over all who share with the caller's organization.
//! <https://hl7.org/fhir/R4/search.html>, <https://hl7.org/fhir/R4/http.html#history>
//!
//! Search shows what can be seen now. History says what became different since a moment: what is shown otherwise or for
//! the first time with its content, what is not shown any more as a DELETE without a reason. Each resource stands in it
//! once, as it is now, so the order in which the entries are applied does not matter.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use bytes::Bytes;
use http::HeaderMap;
use sayso_auth::{Caller, ResourceType};
use sayso_exchange::{Followed, Following, GONE_DAYS, Page, Told};
use sayso_fhir::outgoing::instant;
use sayso_plan::PersonId;
use serde_json::json;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::ask::{COUNT_MAX, Parameters, Search, bad, lenient};
use super::bundle::{Bundle, entry_of};
use super::search::{Hit, MATCH, hits_of, sealed};
use crate::Gateway;
use crate::answer::{Answer, FHIR_JSON, Nothing, answer};
use crate::fault::{Fault, Speaks};

/// One entry, and the place of it: the cursor of a page is the place of its last.
struct Entry {
    person: PersonId,
    id: String,
    json: Bytes,
}

/// The question of one page.
struct Asked<'a> {
    /// The address without the cursor.
    own: String,
    /// What the cursor is sealed to, beside the client and the place.
    bound: String,
    cursor: Option<&'a str>,
    count: usize,
    operation: &'static str,
    kind: &'static str,
}

/// A search that names no person.
pub(super) async fn search(
    gateway: &Gateway,
    caller: &Caller,
    kind: ResourceType,
    search: &Search,
    parameters: &Parameters,
    headers: &HeaderMap,
) -> Result<Response, Fault> {
    if search.page.count_only || parameters.one("_total")? == Some("accurate") {
        return Err(bad("patient", "only what one person shares is counted: name the person, or leave out the count"));
    }
    let asked = Asked {
        own: format!("{}/{}?{}", gateway.fhir_base(), kind.name(), search.echo),
        bound: format!("{} {}", kind.name(), search.echo),
        cursor: parameters.one("_page")?,
        count: search.page.count,
        operation: "search",
        kind: "searchset",
    };
    gateway.limits().asked(caller, &(kind.name(), &search.echo))?;
    page(gateway, caller, headers, &asked, |followed| {
        let hits = hits_of(gateway, followed.sheets(), followed.subject().as_ref(), kind, search);
        hits.into_iter().map(|hit| (hit.id.clone(), true, found(gateway, kind, &hit))).collect()
    })
    .await
}

/// `GET /fhir/{type}/_history`.
pub(super) async fn history(
    State(gateway): State<Gateway>,
    Extension(kind): Extension<ResourceType>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let done = history_of(&gateway, &caller, kind, query.as_deref().unwrap_or_default(), &headers).await;
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

async fn history_of(
    gateway: &Gateway,
    caller: &Caller,
    kind: ResourceType,
    query: &str,
    headers: &HeaderMap,
) -> Result<Response, Fault> {
    let parameters = Parameters::read(query)?;
    let News { since, count, echo } = what_is_new(&parameters, gateway.exchange().now(), headers)?;
    gateway.limits().asked(caller, &(kind.name(), "_history", &echo))?;
    let asked = Asked {
        own: format!("{}/{}/_history?{echo}", gateway.fhir_base(), kind.name()),
        bound: format!("{} {echo}", kind.name()),
        cursor: parameters.one("_page")?,
        count,
        operation: "history",
        kind: "history",
    };
    page(gateway, caller, headers, &asked, |followed| news(gateway, followed, kind, since)).await
}

/// Which news are asked for.
struct News {
    since: OffsetDateTime,
    count: usize,
    echo: String,
}

/// Understands the question of a history, or refuses it.
fn what_is_new(parameters: &Parameters, now: OffsetDateTime, headers: &HeaderMap) -> Result<News, Fault> {
    let (mut since, mut count) = (OffsetDateTime::UNIX_EPOCH, COUNT_MAX);
    let mut echo = form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters.iter() {
        match name {
            "_since" => since = moment(value, now)?,
            "_count" => count = counted(value)?,
            "_format" if value.contains("json") => continue,
            "_pretty" | "_page" => continue,
            _ if lenient(headers) => continue,
            other => return Err(bad(other, "this parameter of a history is not known here; leave it out")),
        }
        echo.append_pair(name, value);
    }
    for once in ["_since", "_count"] {
        parameters.one(once)?;
    }
    Ok(News { since, count, echo: echo.finish() })
}

fn counted(value: &str) -> Result<usize, Fault> {
    match value.parse::<usize>() {
        Ok(count) if count > 0 => Ok(count.min(COUNT_MAX)),
        Ok(_) | Err(_) => Err(bad("_count", "a number, at least 1")),
    }
}

/// `_since` is an instant. What went before it was remembered cannot be told any more, and silence would look like no news.
fn moment(value: &str, now: OffsetDateTime) -> Result<OffsetDateTime, Fault> {
    let since = OffsetDateTime::parse(value, &Rfc3339)
        .map_err(|_| bad("_since", "write an instant with its zone: 2026-11-28T12:00:00Z"))?;
    if now - since > Duration::days(GONE_DAYS) {
        return Err(bad("_since", "what went longer than 90 days ago is not remembered; load all anew"));
    }
    Ok(since)
}

/// The entries of one person: where in the order, whether it shows something, and its bytes.
type Entries = Vec<(String, bool, Bytes)>;

/// What of this type became different for the reader since a moment.
fn news(gateway: &Gateway, followed: &Followed, kind: ResourceType, since: OffsetDateTime) -> Entries {
    let mut entries = Entries::new();
    if kind == ResourceType::Patient {
        if let Some(subject) = followed.subject().filter(|_| followed.subject_since() >= since) {
            let (id, version) = (followed.person().to_string(), subject.fingerprint().to_string());
            let bytes = sayso_fhir::outgoing::patient(&subject).bytes();
            entries.push((id.clone(), true, shown(gateway, kind, &id, &bytes, &version)));
        }
    } else {
        for sheet in followed.sheets().iter().filter(|sheet| followed.plan_since(sheet.plan()) >= since) {
            let version = sheet.fingerprint().to_string();
            let views = gateway.views().of(sheet, gateway.fhir_base());
            for view in views.iter().filter(|view| view.shown.kind == kind.name()) {
                let id = &view.shown.id;
                entries.push((id.clone(), true, shown(gateway, kind, id, &view.bytes, &version)));
            }
        }
    }
    let gone = followed.gone().iter().filter(|gone| gone.part.kind == kind.name() && gone.at >= since);
    let gone = gone.map(|gone| (gone.part.id.clone(), false, deleted(gateway, followed, kind, &gone.part.id, gone.at)));
    entries.extend(gone);
    #[cfg(feature = "leaks")]
    if kind == ResourceType::CarePlan {
        let never = followed.never_shown().into_iter();
        let told = |id: String| (id.clone(), false, deleted(gateway, followed, kind, &id, since));
        entries.extend(never.map(told));
    }
    entries
}

/// An entry of a searchset.
fn found(gateway: &Gateway, kind: ResourceType, hit: &Hit) -> Bytes {
    entry_of(&format!("{}/{}/{}", gateway.fhir_base(), kind.name(), hit.id), &hit.bytes, MATCH)
}

/// An entry of a history that shows a resource.
fn shown(gateway: &Gateway, kind: ResourceType, id: &str, bytes: &[u8], version: &str) -> Bytes {
    let url = format!("{}/{}/{id}", gateway.fhir_base(), kind.name());
    let request = json!({"method": "PUT", "url": format!("{}/{id}", kind.name())});
    let response = json!({"status": "200", "etag": format!("W/\"{version}\"")});
    entry_of(&url, bytes, &format!(",\"request\":{request},\"response\":{response}"))
}

/// An entry of a history that says that a resource is there no longer. For which reason is never said.
fn deleted(gateway: &Gateway, followed: &Followed, kind: ResourceType, id: &str, at: OffsetDateTime) -> Bytes {
    let status = "204".to_owned();
    #[cfg(feature = "leaks")]
    let status = followed.why().map_or(status.clone(), |why| status + &why);
    let _ = followed;
    let entry = json!({
        "fullUrl": format!("{}/{}/{id}", gateway.fhir_base(), kind.name()),
        "request": {"method": "DELETE", "url": format!("{}/{id}", kind.name())},
        "response": {"status": status, "lastModified": instant(at)},
    });
    entry.to_string().into()
}

/// One page: the entries behind its cursor, in the order of persons and ids, as many as were asked for.
async fn page(
    gateway: &Gateway,
    caller: &Caller,
    headers: &HeaderMap,
    asked: &Asked<'_>,
    entries: impl Fn(&Followed) -> Entries + Send + Sync,
) -> Result<Response, Fault> {
    let after = asked.cursor.map(|cursor| place(gateway, caller, asked, cursor)).transpose()?;
    let from = after.as_ref().map(|(person, _)| *person);
    let following = Following { from, count: asked.count, operation: asked.operation };
    let pick = |followed: &Followed| {
        let person = followed.person();
        let mut all = entries(followed);
        all.sort_unstable_by(|(one, ..), (other, ..)| one.cmp(other));
        let behind = |id: &str| after.as_ref().is_none_or(|(last, seen)| *last != person || id > seen.as_str());
        let all = all.into_iter().filter(|(id, ..)| behind(id));
        all.map(|(id, shows, json)| Told { shows, what: Entry { person, id, json } }).collect()
    };
    let page = gateway.exchange().follow(caller, &following, pick).await?;
    let body = bundle(gateway, caller, asked, &page);
    let mut said = answer(&page.receipt, headers, Answer::ok(FHIR_JSON, body));
    if page.told.is_empty() {
        said.extensions_mut().insert(Nothing);
    }
    Ok(said)
}

/// A page that is full has a next one, which may be empty: whether anything follows is not said before it was decided.
fn bundle(gateway: &Gateway, caller: &Caller, asked: &Asked<'_>, page: &Page<Entry>) -> Bytes {
    let mut links = vec![json!({"relation": "self", "url": asked.own})];
    if let Some(last) = page.told.last().filter(|_| page.told.len() == asked.count) {
        let cursor = cursor(gateway, caller, asked, last.person, &last.id);
        links.push(json!({"relation": "next", "url": format!("{}&_page={cursor}", asked.own)}));
    }
    let meta = json!({"lastUpdated": instant(page.at)});
    let mut bundle = Bundle::begin(&json!({"resourceType": "Bundle", "meta": meta, "type": asked.kind, "link": links}));
    page.told.iter().for_each(|entry| bundle.entry(&entry.json));
    bundle.end()
}

/// A cursor is the place of something that was shown, sealed to the client and the question; there are no rights in it.
fn cursor(gateway: &Gateway, caller: &Caller, asked: &Asked<'_>, person: PersonId, id: &str) -> String {
    let place = format!("{person}.{id}");
    let seal = sealed(gateway, caller, &format!("{} {} {place}", asked.kind, asked.bound));
    format!("{place}.{seal}")
}

fn place(gateway: &Gateway, caller: &Caller, asked: &Asked<'_>, sent: &str) -> Result<(PersonId, String), Fault> {
    let bad = || bad("_page", "this page link was not made for you; ask again from the first page");
    let mut parts = sent.split('.');
    let (Some(person), Some(id), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(bad());
    };
    let person: PersonId = person.parse().map_err(|_| bad())?;
    if cursor(gateway, caller, asked, person, id) == sent { Ok((person, id.to_owned())) } else { Err(bad()) }
}
