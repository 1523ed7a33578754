//! Situations as FHIR resources: a Patient, a plan and Consents, or the Consents alone, as far as a server takes them.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::arrange::Trouble;
use crate::ask::{Answer, Request};
use crate::fill::{Known, Place, Vars};
use crate::run::Asking;
use crate::server::{Consents, Var};

static SITUATIONS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/situations");

/// Who sends what a situation begins with.
const MANAGER: &str = "manager";
/// What a server answers that does not take a Consent as it is.
const NOT_TAKEN: [u16; 4] = [400, 409, 412, 422];

/// Resources that are sent for a situation, and what they make it to be called.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    #[serde(default)]
    vars: BTreeMap<String, Var>,
    /// Who does not take its Consents opens nothing by them: the case can go on.
    #[serde(default)]
    may_be_refused: bool,
    resources: Vec<Value>,
}

/// Whether the kit has resources for this situation.
pub(crate) fn is_known(name: &str) -> bool {
    SITUATIONS.contains(format!("{name}.json"))
}

/// Reads one file, with `{run}` in it made unlike that of any other run.
fn read(asking: &Asking<'_>, name: &str, file: &str) -> Result<Sent, String> {
    let text = match file.strip_prefix("kit:") {
        Some(own) => {
            SITUATIONS.get_file(format!("{own}.json")).and_then(|file| file.contents_utf8()).map(str::to_owned)
        }
        None => std::fs::read_to_string(asking.server.folder.join(file)).ok(),
    };
    let text = text.ok_or_else(|| format!("{file} cannot be read"))?;
    let mut known = Known::default();
    known.kept.insert("run".into(), format!("{}-{name}", asking.run));
    for (day, days) in [("yesterday", -1), ("last-year", -365), ("next-year", 365), ("in-ten-years", 3_650)] {
        let date = (time::OffsetDateTime::now_utc() + time::Duration::days(days)).date();
        known.kept.insert(day.into(), date.to_string());
    }
    known.situations.insert("given".into(), asking.server.given.clone());
    let text = known.fill(&text, Place::Plain).map_err(|name| format!("{file}: `{name}` is not described"))?;
    serde_json::from_str(&text).map_err(|why| format!("{file}: {why}"))
}

fn text<'a>(resource: &'a Value, name: &str) -> &'a str {
    resource.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn is_consent(resource: &Value) -> bool {
    text(resource, "resourceType") == "Consent"
}

/// Sends all resources of one file as `manager`.
pub(crate) async fn file(asking: &mut Asking<'_>, name: &str, file: &str, vars: &mut Vars) -> Result<(), String> {
    let sent = read(asking, name, file)?;
    for resource in sent.resources {
        let answer = put(asking, &resource).await?;
        let may_be_refused = sent.may_be_refused && is_consent(&resource);
        if !taken(asking, &answer, name, &format!("PUT {} as `{MANAGER}`", address(&resource)), may_be_refused)? {
            continue;
        }
        if is_consent(&resource) {
            asking.consents.entry(name.to_owned()).or_default().push(resource);
        }
    }
    for (var, value) in sent.vars {
        vars.entry(var).or_insert(value);
    }
    Ok(())
}

/// Sends the Consents of a situation alone, about somebody who is there. Returns whether one is meant to be in force, so
/// that the person may have to say yes to it.
pub(crate) async fn about(asking: &mut Asking<'_>, how: &Consents, name: &str, vars: &Vars) -> Result<bool, Trouble> {
    let sent = read(asking, name, &format!("kit:{name}")).map_err(Trouble::Failed)?;
    let patient = vars.get("patient").map(Var::all).and_then(|all| all.into_iter().next());
    let patient = patient.ok_or_else(|| Trouble::NotDescribed(format!("`{}` has no `patient`", how.of)))?;
    let token = match how.reader.as_str() {
        "owner" => vars.get("owner_token").map(Var::all).and_then(|all| all.into_iter().next()),
        reader => asking.tokens.get(reader).cloned(),
    };
    let token = token.ok_or_else(|| Trouble::NotDescribed(format!("there is no token of `{}`", how.reader)))?;
    let mut waits = false;
    for mut consent in sent.resources.into_iter().filter(is_consent) {
        let is_meant = text(&consent, "status") == "active";
        said_here(&mut consent, &patient, how).map_err(Trouble::Failed)?;
        let request = Request {
            method: "POST",
            url: format!("{}/Consent", asking.server.base),
            body: Some(("application/fhir+json", consent.to_string())),
            reader: how.reader.clone(),
            ..Request::default()
        };
        let answer = request.send(asking.client, Some(&token)).await.map_err(Trouble::Failed)?;
        let what = format!("POST Consent as `{}`", how.reader);
        waits |= taken(asking, &answer, name, &what, sent.may_be_refused).map_err(Trouble::Failed)? && is_meant;
    }
    Ok(waits)
}

/// The Consent in the words of this server: the person by their id there, who is permitted by their number, and what by the
/// labels that its parts have.
fn said_here(consent: &mut Value, patient: &str, how: &Consents) -> Result<(), String> {
    let members = consent.as_object_mut().ok_or("a Consent is an object")?;
    members.remove("id");
    members.insert("patient".into(), json!({"reference": format!("Patient/{patient}")}));
    let labels: Vec<Value> = how.labels.iter().filter_map(|label| token(label)).collect();
    let Some(provision) = members.get_mut("provision").and_then(Value::as_object_mut) else { return Ok(()) };
    if !labels.is_empty() {
        provision.insert("securityLabel".into(), labels.into());
    }
    for actor in provision.get_mut("actor").and_then(Value::as_array_mut).into_iter().flatten() {
        let named = actor.pointer("/reference/reference").and_then(Value::as_str).and_then(|text| text.split_once('|'));
        let named = named.map(|(system, value)| json!({"system": system, "value": value}));
        if let (Some(identifier), Some(actor)) = (named, actor.as_object_mut()) {
            actor.insert("reference".into(), json!({"type": "Organization", "identifier": identifier}));
        }
    }
    Ok(())
}

/// `system|code` as a coding.
fn token(label: &str) -> Option<Value> {
    label.split_once('|').map(|(system, code)| json!({"system": system, "code": code}))
}

/// Whether a server took what it was sent. Where it may refuse it, and did, that is noted.
fn taken(
    asking: &mut Asking<'_>,
    answer: &Answer,
    name: &str,
    what: &str,
    may_be_refused: bool,
) -> Result<bool, String> {
    if (200..300).contains(&answer.status) {
        return Ok(true);
    }
    if may_be_refused && NOT_TAKEN.contains(&answer.status) {
        asking.notes.push(format!("`{name}`: the server did not take the Consent ({})", answer.status));
        return Ok(false);
    }
    let said: String = answer.text().chars().take(300).collect();
    Err(format!("{what} is answered with {}: {said}", answer.status))
}

fn address(resource: &Value) -> String {
    format!("{}/{}", text(resource, "resourceType"), text(resource, "id"))
}

/// Sends one resource under its own id.
async fn put(asking: &Asking<'_>, resource: &Value) -> Result<Answer, String> {
    if text(resource, "id").is_empty() {
        return Err(format!("a {} that is sent needs an id", text(resource, "resourceType")));
    }
    let request = Request {
        method: "PUT",
        url: format!("{}/{}", asking.server.base, address(resource)),
        headers: Vec::new(),
        body: Some(("application/fhir+json", resource.to_string())),
        reader: MANAGER.into(),
    };
    request.send(asking.client, asking.tokens.get(MANAGER).map(String::as_str)).await
}

/// Sends the consents of a situation again, with another status.
pub(crate) async fn again(asking: &mut Asking<'_>, of: &str, status: &str) -> Result<(), String> {
    let consents = asking.consents.get(of).filter(|consents| !consents.is_empty());
    for mut consent in consents.ok_or_else(|| format!("no Consent was sent for `{of}`"))?.clone() {
        if let Some(members) = consent.as_object_mut() {
            members.insert("status".into(), status.into());
        }
        let answer = put(asking, &consent).await?;
        let what = format!("PUT {} as `{MANAGER}`", address(&consent));
        let _ = taken(asking, &answer, of, &what, false)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consent_names_the_person_the_reader_and_the_part_as_the_server_does() {
        let how = Consents {
            reader: "owner".into(),
            of: "closed".into(),
            confirm: None,
            labels: vec!["https://a|helps".into(), "https://a|harms".into()],
        };
        let mut consent = json!({
            "resourceType": "Consent", "id": "kit-1", "patient": {"reference": "Patient/kit-1"},
            "provision": {"type": "permit", "actor": [{"reference": {"reference": "https://o|7"}}]},
        });
        assert_eq!(said_here(&mut consent, "12", &how), Ok(()));
        let wanted = json!({
            "resourceType": "Consent", "patient": {"reference": "Patient/12"},
            "provision": {
                "type": "permit",
                "actor": [{"reference": {"type": "Organization", "identifier": {"system": "https://o", "value": "7"}}}],
                "securityLabel": [{"system": "https://a", "code": "helps"}, {"system": "https://a", "code": "harms"}],
            },
        });
        assert_eq!(consent, wanted);
        // What points to a policy alone has nothing to be named in.
        let mut policy = json!({"resourceType": "Consent", "policy": [{"uri": "http://x"}]});
        assert_eq!(said_here(&mut policy, "12", &how), Ok(()));
        assert_eq!(policy["provision"], Value::Null);
    }
}
