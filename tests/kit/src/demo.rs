//! A description of a running `sayso demo`, of the file that it wrote of itself.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::server::{Reader, Server, Situation, Smart, Var};

#[derive(Deserialize)]
struct Demo {
    fhir: String,
    organizations: Vec<Organization>,
    persons: Vec<Person>,
    clients: Vec<Client>,
}

#[derive(Deserialize)]
struct Organization {
    id: String,
    name: String,
}

#[derive(Deserialize)]
struct Person {
    id: String,
    login: String,
    identifier: Identifier,
    plans: Vec<Plan>,
}

#[derive(Deserialize)]
struct Identifier {
    system: String,
    value: String,
}

#[derive(Deserialize)]
struct Plan {
    id: String,
    kind: String,
}

#[derive(Deserialize)]
struct Client {
    client_id: String,
    kind: String,
    organization: Option<String>,
    scopes: String,
    token_endpoint: String,
    key: Option<Value>,
}

/// What the house can do, of what cases ask for.
pub(crate) const SAYSO_CAN: [&str; 14] = [
    "conditional",
    "count",
    "head",
    "history",
    "identifier",
    "paging",
    "parts",
    "post-search",
    "purpose",
    "read",
    "search",
    "tokens",
    "verify",
    "vread",
];

/// Words of a situation, by the name that cases ask for.
type Words = &'static [(&'static str, &'static [&'static str])];

/// Whose plan stands for what, and words of it (fixtures/persons): Ama shares nothing with Riverside, Jordan some parts.
const PRESET: [(&str, &str, &str, Words); 3] = [
    ("closed", "ama", "joint-crisis-plan", &[]),
    ("open", "jordan", "wellness-plan", &[("words", &["river stone"])]),
    (
        "parts",
        "jordan",
        "wellness-plan",
        &[
            ("words", &["river stone"]),
            ("hidden", &["Freeze six", "wobbly things", "one sad song max"]),
            ("hidden_title", &["Nine spoons"]),
        ],
    ),
];

/// The description, as TOML.
pub(crate) fn describe(file: &Path) -> Result<String, String> {
    let fault = |why: String| format!("{}: {why}", file.display());
    let text = std::fs::read_to_string(file).map_err(|why| fault(why.to_string()))?;
    let demo: Demo = serde_json::from_str(&text).map_err(|why| fault(why.to_string()))?;
    let mut server = Server {
        name: "sayso demo".into(),
        base: demo.fhir,
        can: SAYSO_CAN.into_iter().map(str::to_owned).collect(),
        ..Server::default()
    };
    let riverside = demo.organizations.iter().find(|known| known.name.starts_with("Riverside"));
    let of_riverside =
        |client: &&Client| riverside.is_some_and(|known| client.organization.as_ref() == Some(&known.id));
    for (name, found) in [
        ("hospital", demo.clients.iter().filter(|client| client.kind == "ehr").find(of_riverside)),
        ("other", demo.clients.iter().filter(|client| client.kind == "ehr").find(|client| !of_riverside(client))),
    ] {
        let Some((client, key)) = found.and_then(|client| Some((client, client.key.clone()?))) else { continue };
        let smart = Smart {
            token_endpoint: client.token_endpoint.clone(),
            client_id: client.client_id.clone(),
            scopes: client.scopes.clone(),
            jwk: Some(key),
            pem_file: None,
            kid: None,
            more: BTreeMap::new(),
        };
        server.reader.insert(name.into(), Reader { smart: Some(smart), ..Reader::default() });
    }
    for (situation, login, kind, words) in PRESET {
        let Some(person) = demo.persons.iter().find(|person| person.login == login) else { continue };
        let Some(plan) = person.plans.iter().find(|plan| plan.kind == kind) else { continue };
        let number = format!("{}|{}", person.identifier.system, person.identifier.value);
        let one = |text: String| Var::One(text);
        let mut vars = BTreeMap::from([
            ("patient".to_owned(), one(person.id.clone())),
            ("plan".to_owned(), one(format!("CarePlan/{}", plan.id))),
            ("number".to_owned(), one(number)),
        ]);
        for (name, words) in words {
            vars.insert((*name).into(), Var::Many(words.iter().map(|&word| word.to_owned()).collect()));
        }
        server.situation.insert(situation.into(), Situation { vars, ..Situation::default() });
    }
    if !server.situation.contains_key("closed") || !server.reader.contains_key("hospital") {
        return Err(fault("this is not what a demo says of itself".into()));
    }
    toml::to_string(&server).map_err(|why| why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_demo_says_becomes_a_description_that_can_be_read() {
        let person = |n: u8, login: &str, kind: &str| {
            serde_json::json!({
                "id": format!("id-{n}"), "name": login, "login": login, "shares_with": [], "sign_in": "http://x",
                "identifier": {"system": "https://x", "value": n.to_string()},
                "plans": [{"id": format!("plan-{n}"), "kind": kind}],
            })
        };
        let demo = serde_json::json!({
            "base": "http://127.0.0.1:1", "fhir": "http://127.0.0.1:1/fhir", "curl": {},
            "organizations": [{"id": "o1", "name": "Riverside Hospital"}],
            "persons": [person(1, "ama", "joint-crisis-plan"), person(2, "jordan", "wellness-plan")],
            "clients": [{
                "client_id": "c1", "kind": "ehr", "organization": "o1", "scopes": "system/CarePlan.rs", "purposes": [],
                "token_endpoint": "http://127.0.0.1:1/oauth/token", "redirect_uris": [], "key": {"kty": "EC"},
            }],
        });
        let folder = std::env::temp_dir().join(format!("consent-kit-{}", std::process::id()));
        let read = std::fs::write(&folder, demo.to_string()).map_err(|why| why.to_string());
        let text = read.and_then(|()| describe(&folder));
        let _ = std::fs::remove_file(&folder);
        let server: Result<Server, String> = text.and_then(|text| toml::from_str(&text).map_err(|why| why.to_string()));
        let found = server.map(|server| (server.reader.len(), server.situation.len(), server.base));
        assert_eq!(found, Ok((1, 3, "http://127.0.0.1:1/fhir".into())));
    }
}
