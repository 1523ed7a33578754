//! CapabilityStatement: what the router offers, said in FHIR. The router brings the rows; nothing is listed twice.

use serde_json::{Map, Value, json};

/// One resource type as it is offered.
#[derive(Debug, Clone)]
pub struct Offered {
    /// The resource type.
    pub kind: &'static str,
    /// Our profile of it.
    pub profile: Option<&'static str>,
    /// Interactions: codes of type-restful-interaction, for instance `read`.
    pub interactions: Vec<&'static str>,
    /// Search parameters: name and type (`token`, `reference`, `date`, `string`, `uri`).
    pub search: Vec<(&'static str, &'static str)>,
    /// Operations: name without `$`, and canonical URL of its definition.
    pub operations: Vec<(&'static str, &'static str)>,
}

/// Where clients get their tokens.
#[derive(Debug, Clone)]
pub struct Doors {
    /// FHIR base without a slash at its end.
    pub base: String,
    /// Address of the authorization page.
    pub authorize: String,
    /// Address of the token endpoint.
    pub token: String,
    /// Version of the software.
    pub version: &'static str,
    /// The date of the statement, YYYY-MM-DD: that of the build, so that the same build says the same bytes.
    pub date: &'static str,
}

/// The CapabilityStatement.
#[must_use]
pub fn statement(doors: &Doors, offered: &[Offered]) -> Value {
    let security = json!({
        "extension": [{
            "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
            "extension": [
                { "url": "authorize", "valueUri": doors.authorize },
                { "url": "token", "valueUri": doors.token }
            ]
        }],
        "cors": true,
        "service": [{
            "coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/restful-security-service", "code": "SMART-on-FHIR"
            }],
            "text": "OAuth2 using SMART-on-FHIR profile (see http://docs.smarthealthit.org)"
        }]
    });
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": doors.date,
        "kind": "instance",
        "software": { "name": "Sayso", "version": doors.version },
        "implementation": { "description": "Plans that flow on the person's say-so", "url": doors.base },
        "fhirVersion": "4.0.1",
        "format": ["json", "application/fhir+json"],
        "rest": [{
            "mode": "server",
            "security": security,
            "resource": offered.iter().map(resource).collect::<Vec<_>>(),
            "interaction": [{ "code": "transaction" }]
        }]
    })
}

fn resource(offered: &Offered) -> Value {
    let mut object = Map::new();
    object.insert("type".into(), offered.kind.into());
    if let Some(profile) = offered.profile {
        object.insert("supportedProfile".into(), json!([profile]));
    }
    let list = |values: Vec<Value>| (!values.is_empty()).then(|| Value::Array(values));
    let interactions = offered.interactions.iter().map(|code| json!({ "code": code })).collect();
    let search = offered.search.iter().map(|(name, kind)| json!({ "name": name, "type": kind })).collect();
    let operations = offered.operations.iter().map(|(name, url)| json!({ "name": name, "definition": url })).collect();
    for (key, values) in [("interaction", interactions), ("searchParam", search), ("operation", operations)] {
        if let Some(values) = list(values) {
            object.insert(key.into(), values);
        }
    }
    object.into()
}
