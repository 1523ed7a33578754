//! `GET /fhir/metadata`: what this server can do, from the router table itself.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::Method;
use http::header::CONTENT_TYPE;
use sayso_auth::ResourceType;
use serde_json::{Value, json};

use super::{SEARCHED, consent_operations, validate};
use crate::Gateway;
use crate::answer::FHIR_JSON;
use crate::router::Route;

/// The CapabilityStatement. The `oauth-uris` extension is deprecated, but some clients read nothing else.
pub(super) async fn metadata(State(gateway): State<Gateway>) -> Response {
    ([(CONTENT_TYPE, FHIR_JSON)], statement(&gateway).to_string()).into_response()
}

fn statement(gateway: &Gateway) -> Value {
    let place = gateway.place();
    let uri = |name: &str, value: String| json!({"url": name, "valueUri": value});
    let resources = resources();
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-01",
        "kind": "instance",
        "software": {"name": "Sayso", "version": env!("CARGO_PKG_VERSION")},
        "implementation": {"description": "Plans that flow only on the person's say-so", "url": place.fhir()},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [{
            "mode": "server",
            "security": {
                "cors": true,
                "service": [{"coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                    "code": "SMART-on-FHIR",
                }]}],
                "extension": [{
                    "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
                    "extension": [
                        uri("authorize", place.authorize()),
                        uri("token", place.token()),
                        uri("revoke", place.revoke()),
                        uri("introspect", place.introspect()),
                    ],
                }],
            },
            "resource": resources,
            "interaction": [{"code": "transaction"}],
        }],
    })
}

/// What is read and searched, and after it what is only sent here.
fn resources() -> Vec<Value> {
    let sent = validate::types().filter(|kind| !SEARCHED.contains(kind));
    let routes = super::routes();
    SEARCHED.iter().copied().chain([ResourceType::Task]).chain(sent).map(|kind| resource(kind, &routes)).collect()
}

fn resource(kind: ResourceType, routes: &[Route]) -> Value {
    let address = format!("/fhir/{}", kind.name());
    let has = |method: &Method, rest: &str| {
        routes.iter().any(|route| route.method == *method && route.path == format!("{address}{rest}"))
    };
    let is_searched = has(&Method::GET, "");
    let keeps_history = has(&Method::GET, "/{id}/_history");
    let read = ["read", "vread", "history-instance", "search-type"];
    let mut interactions: Vec<&str> = read.into_iter().filter(|_| is_searched).collect();
    if !keeps_history {
        interactions.retain(|one| !matches!(*one, "vread" | "history-instance"));
    }
    if has(&Method::GET, "/_history") {
        interactions.push("history-type");
    }
    if has(&Method::POST, "") {
        interactions.push("create");
    }
    if has(&Method::PUT, "/{id}") {
        interactions.push("update");
    }
    let mut members = vec![("type", json!(kind.name()))];
    if !interactions.is_empty() {
        members.push(("interaction", interactions.iter().map(|code| json!({"code": code})).collect()));
    }
    if is_searched {
        let parameters = super::ask::parameters_of(kind).map(|(name, form)| json!({"name": name, "type": form}));
        members.push(("versioning", json!(if keeps_history { "versioned-update" } else { "versioned" })));
        members.push(("searchParam", parameters.collect()));
    }
    let operations = operations(kind);
    if !operations.is_empty() {
        members.push(("operation", json!(operations)));
    }
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn operations(kind: ResourceType) -> Vec<Value> {
    let own: &[&str] = match kind {
        ResourceType::Patient => &["current-plan", "ask-to-share"],
        ResourceType::Consent => &consent_operations::NAMES,
        ResourceType::CarePlan
        | ResourceType::Goal
        | ResourceType::CareTeam
        | ResourceType::Observation
        | ResourceType::RelatedPerson
        | ResourceType::DocumentReference
        | ResourceType::Binary
        | ResourceType::Composition
        | ResourceType::Provenance
        | ResourceType::Bundle
        | ResourceType::QuestionnaireResponse
        | ResourceType::Task => &[],
    };
    let checked = validate::types().any(|one| one == kind).then_some("validate");
    let definition = |name: &str| format!("{}/OperationDefinition/{name}", sayso_fhir::profile::CANONICAL);
    own.iter().copied().chain(checked).map(|name| json!({"name": name, "definition": definition(name)})).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What can be done with a type; the published statement also names profiles and definitions.
    fn able(resource: &Value) -> Value {
        let parameters = resource["searchParam"].as_array().into_iter().flatten();
        let parameters: Vec<Value> = parameters.map(|one| json!({"name": one["name"], "type": one["type"]})).collect();
        json!({
            "type": resource["type"],
            "interaction": resource["interaction"],
            "versioning": resource["versioning"],
            "searchParam": parameters,
            "operation": resource["operation"],
        })
    }

    #[test]
    fn the_published_statement_says_of_each_type_what_the_router_table_says() {
        let published = include_str!("../../../../profiles/generated/CapabilityStatement-server.json");
        let published: Value = serde_json::from_str(published).unwrap();
        let said: Vec<Value> = published["rest"][0]["resource"].as_array().unwrap().iter().map(able).collect();
        let meant: Vec<Value> = resources().iter().map(able).collect();
        assert_eq!(said, meant);
    }
}
