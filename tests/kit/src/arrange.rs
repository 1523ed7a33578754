//! Setting up: situations that are preset, sent as FHIR resources, or made by a hook; and what persons do.

use std::collections::BTreeMap;
use std::process::Stdio;

use include_dir::{Dir, include_dir};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::ask::Request;
use crate::fill::{Known, Place, Vars};
use crate::run::Asking;
use crate::server::{Act, Var};

static SITUATIONS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/situations");

/// Who sends what a situation begins with.
const MANAGER: &str = "manager";
/// The act that a consent which is sent again, inactive, does.
const WITHDRAW: &str = "withdraw";

/// Why something was not set up.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The description does not say how.
    NotDescribed(String),
    /// It was tried.
    Failed(String),
}

/// Resources that are sent for a situation, and what they make it to be called.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    #[serde(default)]
    vars: BTreeMap<String, Var>,
    resources: Vec<Value>,
}

/// What a hook answers.
#[derive(Debug, Default, Deserialize)]
struct Answered {
    #[serde(default)]
    vars: BTreeMap<String, Var>,
}

/// Sets up a situation, and says what it is called.
pub(crate) async fn situation(asking: &mut Asking<'_>, name: &str) -> Result<Vars, Trouble> {
    let server = asking.server;
    let Some(described) = server.situation.get(name) else {
        let known = server.hook.as_ref().is_some_and(|hook| hook.situations.contains(name));
        let own = SITUATIONS.contains(format!("{name}.json"));
        if server.sends_consents && own && !known {
            let mut vars = Vars::new();
            send(asking, name, &format!("kit:{name}"), &mut vars).await.map_err(Trouble::Failed)?;
            return Ok(vars);
        }
        if !known {
            return Err(Trouble::NotDescribed(format!("the description has no situation `{name}`")));
        }
        return hook(asking, &json!({"do": "set-up", "situation": name, "run": asking.run})).await;
    };
    let mut vars = described.vars.clone();
    for file in &described.resources {
        send(asking, name, file, &mut vars).await.map_err(Trouble::Failed)?;
    }
    asking.known.situations.insert(name.to_owned(), vars.clone());
    for one in &described.acts {
        vars.extend(act(asking, one, name).await?);
    }
    Ok(vars)
}

/// A person does something; says what is called otherwise now.
pub(crate) async fn act(asking: &mut Asking<'_>, name: &str, of: &str) -> Result<Vars, Trouble> {
    let server = asking.server;
    let told = json!({
        "do": "act", "act": name, "situation": of, "vars": asking.known.situations.get(of), "run": asking.run,
    });
    let Some(described) = server.act.get(name) else {
        let known = server.hook.as_ref().is_some_and(|hook| hook.acts.contains(name));
        if server.sends_consents && name == WITHDRAW && !known {
            return again(asking, of, "inactive").await.map(|()| Vars::new()).map_err(Trouble::Failed);
        }
        if !known {
            return Err(Trouble::NotDescribed(format!("the description does not say how a person does `{name}`")));
        }
        return hook(asking, &told).await;
    };
    if let Some(status) = &described.consents {
        return again(asking, of, status).await.map(|()| Vars::new()).map_err(Trouble::Failed);
    }
    let done = by(asking, described, &told).await.map_err(Trouble::Failed)?;
    Ok(done)
}

async fn by(asking: &Asking<'_>, act: &Act, told: &Value) -> Result<Vars, String> {
    if let Some(command) = &act.command {
        return run(asking, command, told).await;
    }
    let url = act.url.as_ref().ok_or("an act needs consents, command or url")?;
    let fill = |text: &str| asking.known.fill(text, Place::Path).map_err(|name| format!("{name} is not described"));
    let body = match &act.form {
        Some(form) => ("application/x-www-form-urlencoded", fill(form)?),
        None => ("application/json", told.to_string()),
    };
    post(asking, &fill(url)?, body).await
}

async fn hook(asking: &Asking<'_>, told: &Value) -> Result<Vars, Trouble> {
    let hook = asking.server.hook.as_ref();
    let done = match hook.map(|hook| (&hook.command, &hook.url)) {
        Some((Some(command), _)) => run(asking, command, told).await,
        Some((None, Some(url))) => post(asking, url, ("application/json", told.to_string())).await,
        Some((None, None)) | None => Err("the hook has neither command nor url".into()),
    };
    done.map_err(Trouble::Failed)
}

async fn post(asking: &Asking<'_>, url: &str, body: (&'static str, String)) -> Result<Vars, String> {
    let request = Request {
        method: "POST",
        url: url.to_owned(),
        body: Some(body),
        reader: "nobody".into(),
        ..Request::default()
    };
    let answer = request.send(asking.client, None).await?;
    if answer.status >= 400 {
        return Err(format!("{url} says {}: {}", answer.status, answer.text().chars().take(300).collect::<String>()));
    }
    Ok(serde_json::from_slice::<Answered>(&answer.body).unwrap_or_default().vars)
}

async fn run(asking: &Asking<'_>, command: &[String], told: &Value) -> Result<Vars, String> {
    let (program, arguments) = command.split_first().ok_or("the command is empty")?;
    let beside = asking.server.folder.join(program);
    // A bare name is looked for beside the description first, and then where programs are.
    let program = std::fs::canonicalize(beside).map_or_else(|_| program.into(), std::path::PathBuf::into_os_string);
    let shown = program.to_string_lossy().into_owned();
    let fault = |why: std::io::Error| format!("{shown}: {why}");
    let mut started = tokio::process::Command::new(&program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(fault)?;
    if let Some(mut input) = started.stdin.take() {
        // A program that does not read what it is told closes this; that is its own business.
        let _ = input.write_all(told.to_string().as_bytes()).await;
    }
    let done = started.wait_with_output().await.map_err(fault)?;
    if !done.status.success() {
        let said: String = String::from_utf8_lossy(&done.stderr).chars().take(300).collect();
        return Err(format!("{shown}: {}: {said}", done.status));
    }
    if done.stdout.trim_ascii().is_empty() {
        return Ok(Vars::new());
    }
    let answered: Answered =
        serde_json::from_slice(&done.stdout).map_err(|why| format!("{shown} says no JSON: {why}"))?;
    Ok(answered.vars)
}

/// Sends the resources of one file, with `{run}` in them made unlike that of any other run.
async fn send(asking: &mut Asking<'_>, name: &str, file: &str, vars: &mut Vars) -> Result<(), String> {
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
    let sent: Sent = serde_json::from_str(&text).map_err(|why| format!("{file}: {why}"))?;
    for resource in sent.resources {
        put(asking, &resource).await?;
        if resource.get("resourceType").and_then(Value::as_str) == Some("Consent") {
            asking.consents.entry(name.to_owned()).or_default().push(resource);
        }
    }
    for (var, value) in sent.vars {
        vars.entry(var).or_insert(value);
    }
    Ok(())
}

/// Sends one resource under its own id.
async fn put(asking: &Asking<'_>, resource: &Value) -> Result<(), String> {
    let part = |name| resource.get(name).and_then(Value::as_str).unwrap_or_default();
    let (kind, id) = (part("resourceType"), part("id"));
    if id.is_empty() {
        return Err(format!("a {kind} that is sent needs an id"));
    }
    let request = Request {
        method: "PUT",
        url: format!("{}/{kind}/{id}", asking.server.base),
        headers: Vec::new(),
        body: Some(("application/fhir+json", resource.to_string())),
        reader: MANAGER.into(),
    };
    let token = asking.tokens.get(MANAGER).map(String::as_str);
    let answer = request.send(asking.client, token).await?;
    if (200..300).contains(&answer.status) {
        return Ok(());
    }
    let said: String = answer.text().chars().take(300).collect();
    Err(format!("PUT {kind}/{id} as `{MANAGER}` is answered with {}: {said}", answer.status))
}

/// Sends the consents of a situation again, with another status.
async fn again(asking: &Asking<'_>, of: &str, status: &str) -> Result<(), String> {
    let consents = asking.consents.get(of).filter(|consents| !consents.is_empty());
    for consent in consents.ok_or_else(|| format!("no Consent was sent for `{of}`"))? {
        let mut consent = consent.clone();
        if let Some(members) = consent.as_object_mut() {
            members.insert("status".into(), status.into());
        }
        put(asking, &consent).await?;
    }
    Ok(())
}
