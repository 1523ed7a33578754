//! `GET /fhir/metadata`: what this server can do, from the router table itself.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use sayso_auth::{Interaction, ResourceType};
use serde_json::{Value, json};

use super::SEARCHED;
use crate::Gateway;
use crate::answer::FHIR_JSON;
use crate::policy::Policy;

/// The CapabilityStatement. The `oauth-uris` extension is deprecated, but some clients read nothing else.
pub(super) async fn metadata(State(gateway): State<Gateway>) -> Response {
    ([(CONTENT_TYPE, FHIR_JSON)], statement(&gateway).to_string()).into_response()
}

fn statement(gateway: &Gateway) -> Value {
    let place = gateway.place();
    let uri = |name: &str, value: String| json!({"url": name, "valueUri": value});
    let resources: Vec<Value> = SEARCHED.iter().map(|kind| resource(*kind)).collect();
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

fn resource(kind: ResourceType) -> Value {
    let mut interactions = vec!["read", "vread", "history-instance", "search-type"];
    let creates = super::routes().iter().any(|route| route.policy == Policy::OwnApp(kind, Interaction::Create));
    if creates {
        interactions.push("create");
    }
    let codes: Vec<Value> = interactions.iter().map(|code| json!({"code": code})).collect();
    let parameters: Vec<Value> =
        super::ask::parameters_of(kind).map(|(name, form)| json!({"name": name, "type": form})).collect();
    let mut resource = json!({
        "type": kind.name(),
        "interaction": codes,
        "versioning": "versioned-update",
        "searchParam": parameters,
    });
    if kind == ResourceType::Patient
        && let Some(object) = resource.as_object_mut()
    {
        let operation = |name: &str| json!({"name": name, "definition": format!("{}/OperationDefinition/{name}", sayso_fhir::profile::CANONICAL)});
        object.insert("operation".into(), json!([operation("current-plan"), operation("ask-to-share")]));
    }
    resource
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What can be done with a type; the published statement also names profiles and definitions.
    fn able(resource: &Value) -> Value {
        let parameters = resource["searchParam"].as_array().unwrap().iter();
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
        let meant: Vec<Value> = SEARCHED.iter().map(|kind| able(&resource(*kind))).collect();
        assert_eq!(said, meant);
    }
}
