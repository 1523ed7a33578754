//! The demo's record-system page: left what Riverside sees, fetched live; right Ama's switches.

use askama::Template;
use axum::Router;
use axum::extract::{RawForm, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use http::StatusCode;
use sayso_consent::Themselves;
use sayso_exchange::Exchange;
use sayso_exchange::sharing::{Choice, Party};
use sayso_plan::{Purpose, Section};
use serde_json::Value;

use super::record_system::RecordSystem;
use super::seed::{Seeded, SeededPerson};

#[derive(Clone)]
struct Page {
    exchange: Exchange,
    system: RecordSystem,
    seeded: Seeded,
}

/// The page, for the demo only.
pub(crate) fn router(exchange: Exchange, system: RecordSystem, seeded: Seeded) -> Router {
    Router::new().route("/demo", get(show).post(flip)).with_state(Page { exchange, system, seeded })
}

#[derive(Template)]
#[template(path = "demo.html")]
struct View {
    person: String,
    organization: String,
    calls: Vec<Call>,
    narratives: Vec<String>,
    switches: Vec<Switch>,
}

/// One real call of the record system.
struct Call {
    path: String,
    status: String,
    found: String,
}

struct Switch {
    section: Section,
    open: bool,
}

impl Page {
    fn ama(&self) -> Option<(&SeededPerson, Party, &str)> {
        let organization = self.seeded.organization("Riverside Hospital")?;
        Some((self.seeded.person("ama")?, Party::Organization(organization.id), &organization.name))
    }

    async fn choice(&self, person: Themselves, party: Party) -> Result<Choice, String> {
        let (_, standing) = self.exchange.standing(person).await.map_err(|why| why.to_string())?;
        let found = standing.into_iter().find(|s| s.party == party && s.purpose == Purpose::Treat);
        Ok(found.map(|s| s.open).unwrap_or_default())
    }
}

async fn show(State(page): State<Page>) -> Response {
    match view(&page).await.and_then(|view| view.render().map_err(|error| error.to_string())) {
        Ok(html) => (
            [
                (
                    "content-security-policy",
                    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
                ),
                ("cache-control", "no-store"),
            ],
            Html(html),
        )
            .into_response(),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, why).into_response(),
    }
}

async fn view(page: &Page) -> Result<View, String> {
    let (ama, party, organization) = page.ama().ok_or("Ama is not here")?;
    let token = page.system.token().await?;
    let (system, value) = &ama.identifier;
    let mut calls = Vec::new();
    let mut narratives = Vec::new();
    let paths = [
        format!("/fhir/Patient?identifier={system}%7C{value}"),
        format!("/fhir/CarePlan?patient={}", ama.id),
        format!("/fhir/Patient/$current-plan?identifier={system}%7C{value}&kind=joint-crisis-plan"),
    ];
    for path in paths {
        let (status, answer) = page.system.get(&token, &path).await?;
        let found = match answer.get("total").and_then(Value::as_u64) {
            Some(0) => "nothing".to_owned(),
            Some(n) => format!("{n} found"),
            None if status.is_success() => "a document".to_owned(),
            None => "nothing".to_owned(),
        };
        if path.starts_with("/fhir/CarePlan") {
            let entries = answer.get("entry").and_then(Value::as_array).cloned().unwrap_or_default();
            narratives = entries
                .iter()
                .filter_map(|entry| entry.pointer("/resource/text/div").and_then(Value::as_str).map(str::to_owned))
                .collect();
        }
        calls.push(Call { path, status: status.as_u16().to_string(), found });
    }
    let person = Themselves::signed_in(ama.id);
    let choice = page.choice(person, party).await?;
    let plans = page.exchange.own_plans(person).await.map_err(|why| why.to_string())?;
    let used = |section: &Section| plans.iter().any(|p| p.get().items.iter().any(|i| i.item.section == *section));
    let switches = Section::all()
        .filter(used)
        .map(|section| Switch { section, open: choice.sections.contains(&section) })
        .collect();
    Ok(View { person: ama.name.clone(), organization: organization.to_owned(), calls, narratives, switches })
}

/// Ama flips one switch: the same use case as on her own page.
async fn flip(State(page): State<Page>, headers: HeaderMap, RawForm(form): RawForm) -> Response {
    // The demo page has no sign-in; a page of another site must not flip her switches.
    let same_site = headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin");
    let form = String::from_utf8_lossy(&form).into_owned();
    let section = form.strip_prefix("section=").and_then(|code| code.parse::<Section>().ok());
    let (Some((ama, party, _)), Some(section), true) = (page.ama(), section, same_site) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let person = Themselves::signed_in(ama.id);
    let Ok(mut choice) = page.choice(person, party).await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    if !choice.sections.remove(&section) {
        choice.sections.insert(section);
    }
    match page.exchange.share(person, party, Purpose::Treat, &choice, None).await {
        Ok(_receipt) => Redirect::to("/demo").into_response(),
        Err(why) => (StatusCode::CONFLICT, why.to_string()).into_response(),
    }
}
