//! What the demo says: in words for people, as JSON for scripts.

use std::path::Path;

use sayso_auth::{ClientKind, Place};
use sayso_exchange::Exchange;
use serde_json::{Value, json};

use super::record_system::RecordSystem;
use super::seed::{PASSWORD, Seeded, SeededClient, SeededPerson};

/// Both forms of the description.
pub(crate) struct Said {
    pub(crate) json: Value,
    pub(crate) words: String,
}

/// Describes the running demo. Sign-in links work once, so each description has new ones.
pub(crate) async fn describe(
    exchange: &Exchange,
    place: &Place,
    seeded: &Seeded,
    system: &RecordSystem,
) -> Result<Said, String> {
    let base = place.issuer();
    let mut persons = Vec::new();
    let mut ama_link = String::new();
    for person in &seeded.persons {
        let once = exchange.invite(person.id).await.map_err(|why| why.to_string())?;
        let link = format!("{base}/me/sign-in?once={}", once.expose());
        persons.push(person_json(person, &link));
        if person.folder == "ama" {
            let once = exchange.invite(person.id).await.map_err(|why| why.to_string())?;
            ama_link = format!("{base}/me/sign-in?once={}", once.expose());
        }
    }
    let riverside = seeded.organization("Riverside Hospital").ok_or("no Riverside Hospital")?;
    let works = seeded.persons.iter().find(|p| p.shares_with.contains(&riverside.id)).ok_or("nobody shares")?;
    let refused = seeded.person("ama").ok_or("no Ama")?;
    let token = system.token().await?;
    let curl = |person: &SeededPerson| {
        format!("curl -s -H 'Authorization: Bearer {token}' '{}/CarePlan?patient={}'", place.fhir(), person.id)
    };
    let (works_curl, refused_curl) = (curl(works), curl(refused));
    let json = json!({
        "base": base,
        "fhir": place.fhir(),
        "organizations": seeded.organizations.iter().map(|o| json!({"id": o.id, "name": o.name})).collect::<Vec<_>>(),
        "persons": persons,
        "clients": seeded.clients.iter().map(|c| client_json(c, place)).collect::<Vec<_>>(),
        "curl": {"works": works_curl, "refused": refused_curl},
    });
    let works_name = &works.name;
    let words = format!(
        "\nSayso is open at {base}. Everyone in it is invented.\n\n\
         1  Ama's page (this link signs her in, once; later: name ama, password {PASSWORD})\n   {ama_link}\n\n\
         2  What Riverside Hospital sees, beside Ama's switches\n   {base}/demo\n\n\
         3  A call that works: {works_name} shares with Riverside\n   {works_curl}\n\n\
         4  A call that is refused: Ama shares nothing with Riverside\n   {refused_curl}\n   \
         The answer is the one for a person who does not exist. Ama's page tells her that they asked,\n   \
         and that they saw nothing because she has not opened anything to them: {base}/me/receipts\n\n\
         5  What Ama's brother reads (name kofi, the same password), and her friend, who may take back for her (joyce)\n   \
         {base}/with\n\n\
         The token in 3 and 4 works for five minutes. Stop with Ctrl-C.\n"
    );
    Ok(Said { json, words })
}

fn person_json(person: &SeededPerson, link: &str) -> Value {
    let plans: Vec<Value> = person.plans.iter().map(|(id, kind)| json!({"id": id, "kind": kind})).collect();
    json!({
        "id": person.id,
        "name": person.name,
        "login": person.login,
        "identifier": {"system": person.identifier.0, "value": person.identifier.1},
        "sign_in": link,
        "shares_with": person.shares_with,
        "plans": plans,
    })
}

fn client_json(seeded: &SeededClient, place: &Place) -> Value {
    let client = &seeded.client;
    let kind = match client.kind {
        ClientKind::Ehr => "ehr",
        ClientKind::PatientApp => "patient-app",
        ClientKind::CrisisService => "crisis-service",
    };
    json!({
        "client_id": client.id,
        "kind": kind,
        "organization": client.organization,
        "scopes": client.scopes.to_string(),
        "purposes": client.purposes,
        "token_endpoint": place.token(),
        "redirect_uris": client.redirect_uris,
        "key": seeded.key,
    })
}

/// Writes the description where only its owner can read it, whole or not at all: it holds keys.
pub(crate) fn write(file: &Path, json: &Value) -> Result<(), String> {
    use std::io::Write;
    let fault = |error: std::io::Error| format!("{}: {error}", file.display());
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut new = tempfile::NamedTempFile::new_in(folder).map_err(fault)?;
    let text = serde_json::to_string_pretty(json).map_err(|error| error.to_string())?;
    new.write_all(text.as_bytes()).map_err(fault)?;
    new.persist(file).map_err(|error| fault(error.error))?;
    Ok(())
}
