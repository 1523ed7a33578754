//! Consent: what the person decided about who may see what, for the apps that they let see it; and what apps and record
//! systems send. What narrows counts at once, what opens waits for the person on their page.
//! <https://hl7.org/fhir/R4/consent.html>

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use sayso_auth::{Caller, Interaction, ResourceType};
use sayso_exchange::publish_plan::IdempotencyKey;
use sayso_exchange::{Disclosure, Kept, SeenDecision, Whom};
use sayso_fhir::incoming::{self, About, SentConsent};
use sayso_fhir::{Shown, Why};
use sayso_plan::{ConsentId, PersonId};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::push::is_json;
use crate::Gateway;
use crate::answer::{Answer, FHIR_JSON, answer, strip};
use crate::fault::{Fault, Issue, Speaks};
use crate::plans::{faults, idempotency_key, issue};

/// Whether this caller may see what the person decided: an app of theirs whose scope names Consent.
pub(super) fn sees(caller: &Caller, interaction: Interaction) -> bool {
    let sees = caller.person.is_some() && caller.allows_by_name(ResourceType::Consent, interaction);
    #[cfg(feature = "leaks")]
    let sees = sees || crate::leaks::consents_are_told();
    sees
}

/// A Consent as it is shown, with its version.
pub(super) struct Seen {
    pub(super) shown: Shown,
    version: String,
    last_updated: OffsetDateTime,
}

/// What the person decided, as this caller may see it, and what it sees of the plans.
pub(super) async fn seen(
    gateway: &Gateway,
    caller: &Caller,
    whom: Whom,
    one: Option<ConsentId>,
) -> Result<(Disclosure, Vec<Seen>), Fault> {
    let (disclosure, decisions) = gateway.exchange().decisions(caller, whom, one).await?;
    Ok((disclosure, decisions.into_iter().flat_map(each).collect()))
}

fn each(decision: SeenDecision) -> Vec<Seen> {
    let SeenDecision { shown, version, last_updated, .. } = decision;
    shown.into_iter().map(|shown| Seen { shown, version: version.clone(), last_updated }).collect()
}

/// A decision by its id, for a read or the read of a version; none where it is not one that this caller sees, so that the
/// id may be that of an item.
pub(super) async fn read(
    gateway: &Gateway,
    caller: &Caller,
    id: &str,
    version: Option<&str>,
    headers: &HeaderMap,
) -> Result<Option<Response>, Fault> {
    let Ok(consent) = id.parse::<ConsentId>() else { return Ok(None) };
    if !sees(caller, Interaction::Read) {
        return Ok(None);
    }
    let (disclosure, seen) = seen(gateway, caller, Whom::OwnerOf(*consent.as_bytes()), Some(consent)).await?;
    let meant = |one: &Seen| one.shown.id == id && version.is_none_or(|version| version == one.version);
    let found = seen.into_iter().find(meant);
    Ok(found.map(|one| {
        let body = Answer::ok(FHIR_JSON, one.shown.bytes().into()).version(one.version, one.last_updated);
        answer(&disclosure.receipt, headers, body)
    }))
}

/// `POST /fhir/Consent`: by an app of the person's, or by a record system in its own matter.
pub(super) async fn create(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = match (is_json(&headers), caller.person) {
        (false, _) => Err(Fault::MediaType),
        (true, Some(person)) => send(&gateway, &caller, person, &headers, &body).await,
        (true, None) => import(&gateway, &caller, &headers, &body).await,
    };
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

/// `PUT /fhir/Consent/{id}` with `If-Match`: takes it back, or makes it narrower.
pub(super) async fn update(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = match is_json(&headers) {
        true => narrow(&gateway, &caller, &id, &headers, &body).await,
        false => Err(Fault::MediaType),
    };
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

async fn send(
    gateway: &Gateway,
    caller: &Caller,
    person: PersonId,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Fault> {
    if !caller.allows_by_name(ResourceType::Consent, Interaction::Create) {
        return Err(Fault::Scope);
    }
    let tree = incoming::tree(body, "Consent").map_err(faults)?;
    let sent = new_of(tree, person, gateway.fhir_base()).map_err(faults)?;
    let once = match idempotency_key(headers, body)? {
        Some(key) => Some(key),
        None => if_none_exist(headers, body),
    };
    let kept = gateway.exchange().send_consent(caller, &sent, once).await?;
    said(gateway, headers, kept, &sent.without_effect, StatusCode::CREATED)
}

/// A new consent of an app's: about its person, and in force or proposed.
pub(super) fn new_of(
    tree: sayso_wire::Tree,
    person: PersonId,
    base: &str,
) -> Result<SentConsent, Vec<sayso_fhir::Fault>> {
    let sent = own_of(tree, person, base)?;
    sent.check_new()?;
    Ok(sent)
}

fn own_of(tree: sayso_wire::Tree, person: PersonId, base: &str) -> Result<SentConsent, Vec<sayso_fhir::Fault>> {
    let sent = incoming::sharing(tree, base)?;
    let why = match sent.about {
        About::Person(about) if about == person => return Ok(sent),
        About::Person(_) => Why::OtherPerson,
        About::Number { .. } => Why::Value("name the person by their id, as the reference Patient/…"),
    };
    Err(vec![sayso_fhir::Fault { path: "Consent.patient".into(), why }])
}

async fn narrow(
    gateway: &Gateway,
    caller: &Caller,
    id: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Fault> {
    let person = caller.person.ok_or(Fault::Scope)?;
    if !caller.allows_by_name(ResourceType::Consent, Interaction::Update) {
        return Err(Fault::Scope);
    }
    let tree = incoming::tree(body, "Consent").map_err(faults)?;
    let other = tree.text("id").is_some_and(|named| named != id);
    let sent = own_of(tree, person, gateway.fhir_base()).map_err(faults)?;
    if other {
        let text = "this is another id than that of the address".to_owned();
        return Err(Fault::Body(vec![Issue { code: "value", path: "Consent.id".into(), text }]));
    }
    let base = headers.get("if-match").and_then(|value| value.to_str().ok());
    let base = base.map(|tag| strip(tag).unwrap_or_default());
    let id = id.parse().unwrap_or(ConsentId::from_stored([0; 16]));
    let kept = gateway.exchange().narrow_consent(caller, id, base, &sent).await?;
    said(gateway, headers, kept, &sent.without_effect, StatusCode::OK)
}

/// The consent as it now stands. Where it was split, or something in it has no effect, a collection of what it was kept
/// as, with an outcome in front that says so.
fn said(
    gateway: &Gateway,
    headers: &HeaderMap,
    kept: Kept,
    without_effect: &[sayso_fhir::Fault],
    status: StatusCode,
) -> Result<Response, Fault> {
    let waiting = kept.decisions.iter().filter(|one| one.waits).count();
    let counting = kept.decisions.len() - waiting;
    let all: Vec<Seen> = kept.decisions.into_iter().flat_map(each).collect();
    let first = all.first().ok_or(Fault::Unrecorded)?;
    let location = format!("{}/Consent/{}/_history/{}", gateway.fhir_base(), first.shown.id, first.version);
    let (version, last_updated) = (first.version.clone(), first.last_updated);
    let body = match all.as_slice() {
        [only] if without_effect.is_empty() => only.shown.bytes(),
        all => {
            let outcome = outcome(counting, waiting, without_effect);
            let entry = |one: &Seen| {
                let url = format!("{}/Consent/{}", gateway.fhir_base(), one.shown.id);
                json!({"fullUrl": url, "resource": one.shown.json})
            };
            let entries: Vec<Value> =
                std::iter::once(json!({ "resource": outcome })).chain(all.iter().map(entry)).collect();
            json!({"resourceType": "Bundle", "type": "collection", "entry": entries}).to_string().into_bytes()
        }
    };
    let mut said = Answer::ok(FHIR_JSON, body.into()).version(version, last_updated);
    said.status = status;
    said.location = Some(location);
    Ok(answer(&kept.receipt, headers, said))
}

/// What came of a consent, in words.
pub(super) fn outcome(counting: usize, waiting: usize, without_effect: &[sayso_fhir::Fault]) -> Value {
    let text = summary(counting, waiting);
    let first = json!({"severity": "information", "code": "informational", "diagnostics": text});
    let warnings = without_effect.iter().cloned().map(issue).map(|Issue { path, text, .. }| {
        json!({"severity": "warning", "code": "informational", "diagnostics": text, "expression": [path]})
    });
    let issues: Vec<Value> = std::iter::once(first).chain(warnings).collect();
    json!({"resourceType": "OperationOutcome", "issue": issues})
}

pub(super) fn summary(counting: usize, waiting: usize) -> String {
    let of = |count: usize| if count == 1 { "1 Consent".to_owned() } else { format!("{count} Consents") };
    match (counting, waiting) {
        (0, waiting) => {
            format!("{} of proposals: the person decides on their page, and nothing is open by it.", of(waiting))
        }
        (counting, 0) => format!("{} of what closes something: it counts at once.", of(counting)),
        (counting, waiting) => format!(
            "{} of what closes something: it counts at once. {} of proposals: the person decides on their page, and \
             nothing is open by it.",
            of(counting),
            of(waiting)
        ),
    }
}

async fn import(gateway: &Gateway, caller: &Caller, headers: &HeaderMap, body: &[u8]) -> Result<Response, Fault> {
    let tree = incoming::tree(body, "Consent").map_err(faults)?;
    let sent = incoming::sharing_of_others(tree, gateway.fhir_base()).map_err(faults)?;
    gateway.limits().asked(caller, &format!("consent {:?}", sent.about))?;
    let receipt = gateway.exchange().import_consent(caller, &sent).await?;
    let text = "If there is such a person here, they now see what you sent about your own organization. What it refuses \
                counts at once, until they take it back. What it permits waits for their own word. Nothing of it speaks \
                for others.";
    let outcome = json!({
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "information", "code": "informational", "diagnostics": text}],
    });
    let mut said = Answer::ok(FHIR_JSON, outcome.to_string().into());
    said.status = StatusCode::ACCEPTED;
    Ok(answer(&receipt, headers, said))
}

/// The same condition and body again is the same answer again.
fn if_none_exist(headers: &HeaderMap, body: &[u8]) -> Option<IdempotencyKey> {
    let condition = headers.get("if-none-exist").and_then(|value| value.to_str().ok())?;
    let digest: String = Sha256::digest(condition.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let key = format!("if-none-exist consent {digest}");
    Some(IdempotencyKey { key, request: Sha256::digest(body).into() })
}
