//! Consent of R4 as Consent of R5 and of R6 (6.0.0-ballot), and back: JSON in, JSON out, and the decision stays.
//!
//! In R4 each rule says whether it permits or refuses. In R5 and R6 the root decides, and each level negates the one above
//! it. A refusal with conditions has no such form that a reader who knows nothing of us could not read as "all the rest is
//! open"; so it stands under a root that denies, with [`EFFECT`], a modifier extension: who does not know it withholds.
//! <https://hl7.org/fhir/R5/consent.html>, <https://hl7.org/fhir/6.0.0-ballot4/consent.html>

use serde_json::{Map, Value, json};

use crate::aliases;

/// Modifier extension on a provision of R5 and R6: whether it permits or refuses, whatever the level above it says.
pub const EFFECT: &str = crate::profile::EXT_EFFECT;
/// What R4 said of the status, where the other has no code for it (cross-version extension).
const R4_STATUS: &str = "http://hl7.org/fhir/4.0/StructureDefinition/extension-Consent.status";
/// The moment that R4 said, where the other keeps the day only (cross-version extension).
const R4_MOMENT: &str = "http://hl7.org/fhir/4.0/StructureDefinition/extension-Consent.dateTime";

/// The release that is not R4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// R5 (5.0.0).
    R5,
    /// R6 (6.0.0-ballot).
    R6,
}

/// There is no form of this element on the other side that says the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} has no counterpart that keeps the decision; leave it out")]
pub struct Unmapped(pub String);

type Mapped<T> = Result<T, Unmapped>;

/// Members that are the same on both sides.
const SAME: [&str; 9] =
    ["resourceType", "id", "meta", "implicitRules", "language", "text", "contained", "modifierExtension", "identifier"];
/// Conditions of a provision that are the same on both sides.
const CONDITIONS: [&str; 9] =
    ["extension", "period", "actor", "action", "securityLabel", "purpose", "code", "dataPeriod", "data"];

/// The Consent of R4 in the form of the other release.
///
/// # Errors
/// [`Unmapped`] with the FHIRPath of what cannot be said there.
pub fn from_r4(consent: &Value, version: Version) -> Mapped<Value> {
    let from = object(consent, "Consent")?;
    known(
        from,
        "Consent",
        &SAME,
        &[
            "extension",
            "status",
            "scope",
            "category",
            "patient",
            "dateTime",
            "performer",
            "organization",
            "sourceAttachment",
            "sourceReference",
            "policy",
            "policyRule",
            "verification",
            "provision",
        ],
    )?;
    let mut to = Map::new();
    let mut extensions = list(from.get("extension"));
    copy(from, &mut to, &SAME);
    if let Some(status) = text(from, "status") {
        let (code, kept) = match status {
            "proposed" => ("draft", true),
            "rejected" => ("not-done", false),
            other => (other, false),
        };
        to.insert("status".into(), code.into());
        extensions.extend(kept.then(|| json!({ "url": R4_STATUS, "valueCode": status })));
    }
    let mut categories: Vec<Value> = from.get("scope").cloned().into_iter().collect();
    categories.extend(list(from.get("category")));
    put(&mut to, "category", categories);
    rename(from, &mut to, "patient", "subject");
    if let Some(moment) = text(from, "dateTime") {
        let day = moment.get(..10).unwrap_or(moment);
        to.insert("date".into(), day.into());
        extensions.extend((day != moment).then(|| json!({ "url": R4_MOMENT, "valueDateTime": moment })));
    }
    rename(from, &mut to, "performer", "grantor");
    rename(from, &mut to, "organization", "controller");
    for one in ["sourceAttachment", "sourceReference"] {
        put(&mut to, one, from.get(one).cloned().into_iter().collect());
    }
    put(&mut to, "regulatoryBasis", from.get("policyRule").cloned().into_iter().collect());
    match list(from.get("policy")).as_slice() {
        [] => {}
        [one] if object(one, "Consent.policy")?.len() == 1 && one.get("uri").is_some() => {
            let basis = if version == Version::R5 { "url" } else { "uri" };
            to.insert("policyBasis".into(), json!({ basis: one.get("uri") }));
        }
        _ => return Err(Unmapped("Consent.policy".into())),
    }
    let verified = list(from.get("verification"));
    let verified: Vec<Value> =
        verified.iter().map(|one| verification(one, date_of(version), true)).collect::<Mapped<_>>()?;
    put(&mut to, "verification", verified);
    if let Some(root) = from.get("provision") {
        provisions_from_r4(object(root, "Consent.provision")?, &mut to)?;
    }
    put(&mut to, "extension", extensions);
    Ok(to.into())
}

/// The Consent of the other release in the form of R4.
///
/// # Errors
/// [`Unmapped`] with the FHIRPath of what R4 cannot say.
pub fn to_r4(consent: &Value, version: Version) -> Mapped<Value> {
    let from = object(consent, "Consent")?;
    known(
        from,
        "Consent",
        &SAME,
        &[
            "extension",
            "status",
            "category",
            "subject",
            "date",
            "period",
            "grantor",
            "controller",
            "sourceAttachment",
            "sourceReference",
            "policyBasis",
            "regulatoryBasis",
            "verification",
            "decision",
            "provision",
        ],
    )?;
    let mut to = Map::new();
    copy(from, &mut to, &SAME);
    let (mut status, mut moment) = (text(from, "status"), text(from, "date"));
    let mut extensions = Vec::new();
    let all = list(from.get("extension"));
    for one in &all {
        match one.get("url").and_then(Value::as_str) {
            Some(R4_STATUS) => status = one.get("valueCode").and_then(Value::as_str),
            Some(R4_MOMENT) => moment = one.get("valueDateTime").and_then(Value::as_str),
            _ => extensions.push(one.clone()),
        }
    }
    match status {
        Some("unknown") => return Err(Unmapped("Consent.status".into())),
        Some("not-done") => drop(to.insert("status".into(), "rejected".into())),
        Some(other) => drop(to.insert("status".into(), other.into())),
        None => {}
    }
    let categories = list(from.get("category"));
    let scope = categories.iter().position(is_scope);
    let others = categories.iter().enumerate().filter(|(n, _)| Some(*n) != scope).map(|(_, one)| one.clone());
    put(&mut to, "category", others.collect());
    if let Some(scope) = scope.and_then(|n| categories.get(n)) {
        to.insert("scope".into(), scope.clone());
    }
    rename(from, &mut to, "subject", "patient");
    to.extend(moment.map(|moment| ("dateTime".to_owned(), moment.into())));
    rename(from, &mut to, "grantor", "performer");
    rename(from, &mut to, "controller", "organization");
    for (theirs, ours) in [
        ("sourceAttachment", "sourceAttachment"),
        ("sourceReference", "sourceReference"),
        ("regulatoryBasis", "policyRule"),
    ] {
        match list(from.get(theirs)).as_slice() {
            [] => {}
            [one] => drop(to.insert(ours.into(), one.clone())),
            _ => return Err(Unmapped(format!("Consent.{theirs}"))),
        }
    }
    if let Some(basis) = from.get("policyBasis") {
        let name = if version == Version::R5 { "url" } else { "uri" };
        let uri = basis.get(name).filter(|_| basis.as_object().is_some_and(|all| all.len() == 1));
        let uri = uri.ok_or_else(|| Unmapped("Consent.policyBasis".into()))?;
        to.insert("policy".into(), json!([{ "uri": uri }]));
    }
    let verified = list(from.get("verification"));
    let verified: Vec<Value> =
        verified.iter().map(|one| verification(one, date_of(version), false)).collect::<Mapped<_>>()?;
    put(&mut to, "verification", verified);
    if let Some(provision) = provisions_to_r4(from)? {
        to.insert("provision".into(), provision);
    }
    put(&mut to, "extension", extensions);
    Ok(to.into())
}

/// The root of R4 as decision and provisions.
fn provisions_from_r4(root: &Map<String, Value>, to: &mut Map<String, Value>) -> Mapped<()> {
    let path = "Consent.provision";
    known(root, path, &CONDITIONS, &["type", "provision"])?;
    let permits = text(root, "type") == Some("permit");
    let bare = !CONDITIONS.iter().any(|one| root.contains_key(*one));
    let inside = list(root.get("provision"));
    let refuses = |one: &Value| one.get("type").and_then(Value::as_str) == Some("deny");
    let all_refuse = !inside.is_empty() && inside.iter().all(refuses);
    if !permits && bare && all_refuse {
        // The root refuses everything already, and beside it there would be no telling.
        return Err(Unmapped("Consent.provision.provision".into()));
    }
    let negated = |one: &Value, above: &str| -> Mapped<Value> {
        let one = object(one, path)?;
        known(one, "Consent.provision.provision", &CONDITIONS, &["type"])?;
        let effect = text(one, "type").ok_or_else(|| Unmapped("Consent.provision.provision.type".into()))?;
        let mut provision = Map::new();
        copy(one, &mut provision, &CONDITIONS);
        if effect == above {
            provision.insert("modifierExtension".into(), json!([{ "url": EFFECT, "valueCode": effect }]));
        }
        Ok(provision.into())
    };
    let (decision, provisions) = match (permits, bare, inside.is_empty()) {
        // The default of R5 is what is left of a root without conditions.
        (true, true, _) => ("permit", inside.iter().map(|one| negated(one, "permit")).collect::<Mapped<Vec<_>>>()?),
        (false, true, _) => ("deny", inside.iter().map(|one| negated(one, "deny")).collect::<Mapped<Vec<_>>>()?),
        (true, false, _) => {
            let mut provision = Map::new();
            copy(root, &mut provision, &CONDITIONS);
            let exceptions = inside.iter().map(|one| negated(one, "permit")).collect::<Mapped<Vec<_>>>()?;
            put(&mut provision, "provision", exceptions);
            ("deny", vec![provision.into()])
        }
        (false, false, true) => {
            let mut provision = Map::new();
            copy(root, &mut provision, &CONDITIONS);
            provision.insert("modifierExtension".into(), json!([{ "url": EFFECT, "valueCode": "deny" }]));
            ("deny", vec![provision.into()])
        }
        (false, false, false) => return Err(Unmapped(path.into())),
    };
    to.insert("decision".into(), decision.into());
    put(to, "provision", provisions);
    Ok(())
}

/// Decision and provisions as the root of R4.
fn provisions_to_r4(from: &Map<String, Value>) -> Mapped<Option<Value>> {
    let path = "Consent.provision";
    let (decision, period) = (text(from, "decision"), from.get("period"));
    let provisions = list(from.get("provision"));
    let Some(decision) = decision else {
        let stray = !provisions.is_empty() || period.is_some();
        return if stray { Err(Unmapped("Consent.decision".into())) } else { Ok(None) };
    };
    let negated = if decision == "permit" { "deny" } else { "permit" };
    let mut read = Vec::new();
    for one in &provisions {
        let one = object(one, path)?;
        known(one, path, &CONDITIONS, &["modifierExtension", "provision"])?;
        let mut conditions = Map::new();
        copy(one, &mut conditions, &CONDITIONS);
        if let (Some(period), false) = (period, conditions.contains_key("period")) {
            conditions.insert("period".into(), period.clone());
        }
        read.push((effect(one, negated)?, conditions, list(one.get("provision"))));
    }
    let root = match (decision, read.as_slice()) {
        ("permit" | "deny", []) => {
            let mut root = Map::from_iter([("type".to_owned(), decision.into())]);
            root.extend(period.map(|period| ("period".to_owned(), period.clone())));
            root
        }
        // What is permitted, but for some of it; and one refusal by itself.
        ("deny", [("permit", conditions, exceptions)]) if !exceptions.is_empty() => {
            let mut root = typed("permit", conditions);
            let mut inside = Vec::new();
            for one in exceptions {
                let one = object(one, path)?;
                known(one, "Consent.provision.provision", &CONDITIONS, &["modifierExtension"])?;
                let mut conditions = Map::new();
                copy(one, &mut conditions, &CONDITIONS);
                inside.push(Value::from(typed(effect(one, "deny")?, &conditions)));
            }
            put(&mut root, "provision", inside);
            root
        }
        ("deny", [("deny", conditions, exceptions)]) if exceptions.is_empty() => typed("deny", conditions),
        ("deny", all) if all.iter().all(|(effect, _, _)| *effect == "deny") => return Err(Unmapped(path.into())),
        ("permit" | "deny", all) if all.iter().all(|(_, _, exceptions)| exceptions.is_empty()) => {
            let mut root = Map::from_iter([("type".to_owned(), decision.into())]);
            let inside = all.iter().map(|(effect, conditions, _)| typed(effect, conditions).into());
            put(&mut root, "provision", inside.collect());
            root
        }
        _ => return Err(Unmapped(path.into())),
    };
    Ok(Some(root.into()))
}

/// Whether a provision permits or refuses: the negation of what is above it, unless it says so itself.
fn effect<'a>(provision: &'a Map<String, Value>, negated: &'a str) -> Mapped<&'a str> {
    match list_of(provision.get("modifierExtension")) {
        [] => Ok(negated),
        [one] if one.get("url").and_then(Value::as_str) == Some(EFFECT) => {
            let said = one.get("valueCode").and_then(Value::as_str);
            said.filter(|said| matches!(*said, "permit" | "deny")).ok_or_else(unknown_modifier)
        }
        _ => Err(unknown_modifier()),
    }
}

fn unknown_modifier() -> Unmapped {
    Unmapped("Consent.provision.modifierExtension".into())
}

fn typed(effect: &str, conditions: &Map<String, Value>) -> Map<String, Value> {
    let mut provision = Map::from_iter([("type".to_owned(), effect.into())]);
    provision.extend(conditions.clone());
    provision
}

/// How the day of a verification is called.
const fn date_of(version: Version) -> &'static str {
    match version {
        Version::R5 => "verificationDate",
        Version::R6 => "date",
    }
}

fn verification(one: &Value, theirs: &str, from_r4: bool) -> Mapped<Value> {
    let path = "Consent.verification";
    let one = object(one, path)?;
    let (before, after) = if from_r4 { ("verificationDate", theirs) } else { (theirs, "verificationDate") };
    known(one, path, &["verified", "verifiedWith"], &[before])?;
    let mut to = Map::new();
    copy(one, &mut to, &["verified", "verifiedWith"]);
    match (one.get(before), from_r4) {
        (Some(day), true) => drop(to.insert(after.into(), json!([day]))),
        (Some(days), false) => match list_of(Some(days)) {
            [day] => drop(to.insert(after.into(), day.clone())),
            _ => return Err(Unmapped(format!("{path}.{before}"))),
        },
        (None, _) => {}
    }
    Ok(to.into())
}

fn is_scope(category: &Value) -> bool {
    let systems = list_of(category.get("coding")).iter().filter_map(|one| one.get("system").and_then(Value::as_str));
    systems.filter_map(aliases::system).any(|system| system == aliases::CONSENT_SCOPES)
}

fn object<'a>(value: &'a Value, path: &str) -> Mapped<&'a Map<String, Value>> {
    value.as_object().ok_or_else(|| Unmapped(path.to_owned()))
}

/// Refuses any other member: what is not mapped is not dropped.
fn known(object: &Map<String, Value>, path: &str, same: &[&str], own: &[&str]) -> Mapped<()> {
    let strange = object.keys().find(|key| !same.contains(&key.as_str()) && !own.contains(&key.as_str()));
    strange.map_or(Ok(()), |key| Err(Unmapped(format!("{path}.{key}"))))
}

fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str)
}

fn list_of(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn list(value: Option<&Value>) -> Vec<Value> {
    list_of(value).to_vec()
}

fn put(object: &mut Map<String, Value>, key: &str, list: Vec<Value>) {
    if !list.is_empty() {
        object.insert(key.to_owned(), list.into());
    }
}

fn copy(from: &Map<String, Value>, to: &mut Map<String, Value>, keys: &[&str]) {
    to.extend(keys.iter().filter_map(|key| Some(((*key).to_owned(), from.get(*key)?.clone()))));
}

fn rename(from: &Map<String, Value>, to: &mut Map<String, Value>, old: &str, new: &str) {
    to.extend(from.get(old).map(|value| (new.to_owned(), value.clone())));
}
