//! Search: over what is released to this caller of one person, and over nothing else.
//! <https://hl7.org/fhir/R4/search.html>

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use bytes::Bytes;
use http::HeaderMap;
use sayso_auth::{Caller, Interaction, ResourceType};
use sayso_consent::Released;
use sayso_consent::release::Subject;
use sayso_exchange::{Disclosure, Look, Sheet, Wanted};
use sayso_fhir::Shown;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::ask::{Filter, Page, Parameters, Search, search};
use super::bundle::Bundle;
use super::{consents, follow, tasks};
use crate::Gateway;
use crate::answer::{Answer, FHIR_JSON, Nothing, answer};
use crate::fault::{Fault, Speaks};

/// `GET /fhir/{type}?…`.
pub(super) async fn by_get(
    State(gateway): State<Gateway>,
    Extension(kind): Extension<ResourceType>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let parameters = Parameters::read(query.as_deref().unwrap_or_default());
    let done = find(&gateway, &caller, kind, parameters, &headers).await;
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

/// `POST /fhir/{type}/_search`: the same, with the identifier out of every log on the way.
pub(super) async fn by_post(
    State(gateway): State<Gateway>,
    Extension(kind): Extension<ResourceType>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !form.starts_with("application/x-www-form-urlencoded") {
        return Speaks::Fhir.say(&Fault::MediaType);
    }
    let body = std::str::from_utf8(&body).map_err(|_| Fault::MediaType);
    let parameters = body
        .and_then(Parameters::read)
        .and_then(|sent| Parameters::read(query.as_deref().unwrap_or_default()).map(|more| sent.and(more)));
    let done = find(&gateway, &caller, kind, parameters, &headers).await;
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

async fn find(
    gateway: &Gateway,
    caller: &Caller,
    kind: ResourceType,
    parameters: Result<Parameters, Fault>,
    headers: &HeaderMap,
) -> Result<Response, Fault> {
    let parameters = parameters?;
    let mut search = search(kind, caller, &parameters, headers)?;
    let Some(whom) = search.whom.clone() else {
        return follow::search(gateway, caller, kind, &search, &parameters, headers).await;
    };
    search.page.from = match parameters.one("_page")? {
        Some(cursor) => position(gateway, caller, kind, &search, cursor)?,
        None => 0,
    };
    gateway.limits().asked(caller, &(kind.name(), &search.echo))?;
    let look = Look { whom, wanted: Wanted::Plans(None), purpose: None, operation: "search" };
    let (disclosure, hits) = if kind == ResourceType::Task {
        let (disclosure, seen) = tasks::seen(gateway, caller, &look).await?;
        (disclosure, seen.iter().filter_map(|one| alone(&one.shown, &search)).collect())
    } else if kind == ResourceType::Consent && consents::sees(caller, Interaction::Search) {
        let (disclosure, seen) = consents::seen(gateway, caller, look.whom, None).await?;
        let mut hits: Vec<Hit> = seen.iter().filter_map(|one| alone(&one.shown, &search)).collect();
        hits.extend(self::hits(gateway, &disclosure, kind, &search));
        (disclosure, hits)
    } else {
        let disclosure = gateway.exchange().look(caller, &look).await?;
        let hits = hits(gateway, &disclosure, kind, &search);
        (disclosure, hits)
    };
    let total = hits.len();
    #[cfg(feature = "leaks")]
    let total = crate::leaks::total_by_id(gateway, crate::leaks::total(total, &disclosure), search.id.as_deref()).await;
    #[cfg(feature = "leaks")]
    crate::leaks::hidden(&disclosure, sayso_consent::leak::Leak::SearchForbidden)?;
    let bundle = bundle(gateway, caller, kind, &search, &hits, total);
    let mut said = answer(&disclosure.receipt, headers, Answer::ok(FHIR_JSON, bundle));
    if disclosure.sheets.is_empty() {
        said.extensions_mut().insert(Nothing);
    }
    #[cfg(feature = "leaks")]
    let said = crate::leaks::counted(said, &disclosure);
    Ok(said)
}

/// What the entry of something that was found has beside it.
pub(super) const MATCH: &str = ",\"search\":{\"mode\":\"match\"}";

/// One resource that was found: where, and its bytes as they would be read.
pub(super) struct Hit {
    pub(super) kind: &'static str,
    pub(super) id: String,
    pub(super) bytes: Bytes,
}

fn alone(shown: &Shown, search: &Search) -> Option<Hit> {
    let wanted = search.id.as_ref().is_none_or(|id| *id == shown.id) && fits(&shown.json, &search.filters);
    wanted.then(|| Hit { kind: shown.kind, id: shown.id.clone(), bytes: shown.bytes().into() })
}

fn hits(gateway: &Gateway, disclosure: &Disclosure, kind: ResourceType, search: &Search) -> Vec<Hit> {
    let subject = disclosure.subject().filter(|_| disclosure.person().is_some());
    hits_of(gateway, &disclosure.sheets, subject.as_ref(), kind, search)
}

/// What of one person was found.
pub(super) fn hits_of(
    gateway: &Gateway,
    sheets: &[Sheet],
    subject: Option<&Released<Subject>>,
    kind: ResourceType,
    search: &Search,
) -> Vec<Hit> {
    let mut hits = Vec::new();
    if kind == ResourceType::Patient {
        if let Some(subject) = subject {
            let shown = sayso_fhir::outgoing::patient(subject);
            let wanted = search.id.as_ref().is_none_or(|id| *id == shown.id);
            if wanted && fits(&shown.json, &search.filters) {
                hits.push(Hit { kind: "Patient", bytes: shown.bytes().into(), id: shown.id });
            }
        }
        return hits;
    }
    for sheet in sheets {
        for view in gateway.views().of(sheet, gateway.fhir_base()).iter() {
            let shown = &view.shown;
            let wanted = shown.kind == kind.name() && search.id.as_ref().is_none_or(|id| *id == shown.id);
            if wanted && fits(&shown.json, &search.filters) {
                hits.push(Hit { kind: shown.kind, id: shown.id.clone(), bytes: view.bytes.clone() });
            }
        }
    }
    hits
}

fn fits(resource: &Value, filters: &[(Filter, String)]) -> bool {
    filters.iter().all(|(filter, value)| value.split(',').any(|one| fits_one(resource, *filter, one)))
}

fn fits_one(resource: &Value, filter: Filter, value: &str) -> bool {
    match filter {
        Filter::Status => {
            let status = resource.get("status").or_else(|| resource.get("lifecycleStatus")).and_then(Value::as_str);
            status == Some(value.rsplit_once('|').map_or(value, |(_, code)| code))
        }
        Filter::Category => resource.get("category").is_some_and(|c| has_token(c, value)),
        Filter::Code => resource.get("code").is_some_and(|c| has_token(c, value)),
        Filter::Type => resource.get("type").is_some_and(|c| has_token(c, value)),
        Filter::Identifier => resource.get("identifier").and_then(Value::as_array).is_some_and(|list| {
            list.iter().any(|i| {
                let text = |key| i.get(key).and_then(Value::as_str).unwrap_or_default();
                format!("{}|{}", text("system"), text("value")) == value
            })
        }),
        Filter::LastUpdated => {
            let at = resource.pointer("/meta/lastUpdated").and_then(Value::as_str);
            at.and_then(|at| OffsetDateTime::parse(at, &Rfc3339).ok()).is_some_and(|at| compares(at, value))
        }
    }
}

/// Token search: `code`, `system|code`, `|code`, `system|`.
fn has_token(element: &Value, value: &str) -> bool {
    let concepts: Vec<&Value> = element.as_array().map_or_else(|| vec![element], |list| list.iter().collect());
    concepts.iter().filter_map(|c| c.get("coding").and_then(Value::as_array)).flatten().any(|coding| {
        let text = |key| coding.get(key).and_then(Value::as_str).unwrap_or_default();
        match value.split_once('|') {
            Some((system, "")) => text("system") == system,
            Some((system, code)) => text("system") == system && text("code") == code,
            None => text("code") == value,
        }
    })
}

/// The comparison and the time of a date parameter, from its first instant to the first after it: `ge`, `gt`, `le`, `lt`,
/// `eq` before an instant or a day; a day without prefix is the whole day, in UTC. None for anything else.
fn asked_time(value: &str) -> Option<(&str, OffsetDateTime, OffsetDateTime)> {
    let (prefix, rest) = match value.get(..2) {
        Some(prefix @ ("ge" | "gt" | "le" | "lt" | "eq")) => (prefix, value.get(2..).unwrap_or_default()),
        _ => ("eq", value),
    };
    let day = time::format_description::parse_borrowed::<2>("[year]-[month]-[day]").ok();
    let instant = OffsetDateTime::parse(rest, &Rfc3339).ok();
    let as_day = day.and_then(|form| time::Date::parse(rest, &form).ok()).map(|d| d.midnight().assume_utc());
    match (instant, as_day) {
        (Some(instant), _) => Some((prefix, instant, instant.checked_add(time::Duration::milliseconds(1))?)),
        (None, Some(day)) => Some((prefix, day, day.checked_add(time::Duration::days(1))?)),
        (None, None) => None,
    }
}

/// Whether a time can be compared with this; what could not would find nothing, and look like news of nothing.
pub(super) fn is_understood(value: &str) -> bool {
    asked_time(value).is_some()
}

fn compares(at: OffsetDateTime, value: &str) -> bool {
    let Some((prefix, from, until)) = asked_time(value) else { return false };
    match prefix {
        "ge" => at >= from,
        "gt" => at >= until,
        "le" => at < until,
        "lt" => at < from,
        _ => at >= from && at < until,
    }
}

/// A searchset Bundle, put together from the bytes of its resources as they are.
fn bundle(
    gateway: &Gateway,
    caller: &Caller,
    kind: ResourceType,
    search: &Search,
    hits: &[Hit],
    total: usize,
) -> Bytes {
    let Page { from, count, count_only } = search.page;
    let base = gateway.fhir_base();
    let own = format!("{base}/{}?{}", kind.name(), search.echo);
    let mut links = vec![("self", own.clone())];
    let until = from.saturating_add(count);
    if !count_only && until < hits.len() {
        let cursor = seal(gateway, caller, kind, search, until);
        links.push(("next", format!("{own}&_page={cursor}")));
    }
    let links: Vec<Value> = links.iter().map(|(r, url)| json!({"relation": r, "url": url})).collect();
    let head = json!({"resourceType": "Bundle", "type": "searchset", "total": total, "link": links});
    let mut bundle = Bundle::begin(&head);
    let page = if count_only { 0 } else { count };
    for hit in hits.iter().skip(from).take(page) {
        bundle.resource(&format!("{base}/{}/{}", hit.kind, hit.id), &hit.bytes, MATCH);
    }
    bundle.end()
}

/// A cursor is a position, sealed to the client and the question; there are no rights in it.
fn seal(gateway: &Gateway, caller: &Caller, kind: ResourceType, search: &Search, position: usize) -> String {
    format!("{position}-{}", sealed(gateway, caller, &format!("{} {} {position}", kind.name(), search.echo)))
}

/// The seal of a position, for one client.
pub(super) fn sealed(gateway: &Gateway, caller: &Caller, bound: &str) -> String {
    gateway.exchange().seal_of(format!("{} {bound}", caller.client).as_bytes())
}

fn position(
    gateway: &Gateway,
    caller: &Caller,
    kind: ResourceType,
    search: &Search,
    cursor: &str,
) -> Result<usize, Fault> {
    let bad = || Fault::Parameter { name: "_page".into(), text: "this page link was not made for you; search again" };
    let position: usize = cursor.split_once('-').and_then(|(p, _)| p.parse().ok()).ok_or_else(bad)?;
    if seal(gateway, caller, kind, search, position) == cursor { Ok(position) } else { Err(bad()) }
}
