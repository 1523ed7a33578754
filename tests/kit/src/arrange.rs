//! Setting up: situations that are preset, sent as FHIR resources, or made by a hook; and what persons do.

use std::collections::BTreeMap;
use std::process::Stdio;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::ask::Request;
use crate::fill::{Place, Vars};
use crate::run::Asking;
use crate::send::{self, again};
use crate::server::{Act, Consents, Server, Var};

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

/// What a hook answers.
#[derive(Debug, Default, Deserialize)]
struct Answered {
    #[serde(default)]
    vars: BTreeMap<String, Var>,
}

/// Sets up a situation, and says what it is called.
pub(crate) async fn situation(asking: &mut Asking<'_>, name: &str) -> Result<Vars, Trouble> {
    let server = asking.server;
    if server.situation.contains_key(name) || knows(server, name) {
        return there(asking, name).await;
    }
    if !send::is_known(name) {
        return Err(not_described(name));
    }
    match &server.consents {
        Some(how) => by_consents(asking, how, name).await,
        None if server.sends_consents => {
            let mut vars = Vars::new();
            send::file(asking, name, &format!("kit:{name}"), &mut vars).await.map_err(Trouble::Failed)?;
            Ok(vars)
        }
        None => Err(not_described(name)),
    }
}

fn knows(server: &Server, name: &str) -> bool {
    server.hook.as_ref().is_some_and(|hook| hook.situations.contains(name))
}

fn not_described(name: &str) -> Trouble {
    Trouble::NotDescribed(format!("the description has no situation `{name}`"))
}

/// A situation that the description presets, or its hook makes.
async fn there(asking: &mut Asking<'_>, name: &str) -> Result<Vars, Trouble> {
    let Some(described) = asking.server.situation.get(name) else {
        if !knows(asking.server, name) {
            return Err(not_described(name));
        }
        return hook(asking, &json!({"do": "set-up", "situation": name, "run": asking.run})).await;
    };
    let mut vars = described.vars.clone();
    for file in &described.resources {
        send::file(asking, name, file, &mut vars).await.map_err(Trouble::Failed)?;
    }
    asking.known.situations.insert(name.to_owned(), vars.clone());
    for one in &described.acts {
        vars.extend(act(asking, one, name).await?);
    }
    Ok(vars)
}

/// A person who is there, about whom Consents are sent; and who says yes, where that is how permits begin.
async fn by_consents(asking: &mut Asking<'_>, how: &Consents, name: &str) -> Result<Vars, Trouble> {
    let mut vars = there(asking, &how.of).await?;
    asking.known.situations.insert(name.to_owned(), vars.clone());
    let waits = send::about(asking, how, name, &vars).await?;
    if let Some(confirm) = how.confirm.as_ref().filter(|_| waits) {
        vars.extend(act(asking, confirm, name).await?);
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
