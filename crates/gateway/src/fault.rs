//! Every failure becomes an answer here: one table from reason to status, in FHIR's or in the native dialect.

use axum::Json;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Method, StatusCode};
use sayso_exchange::{Receipt, Refusal};
use serde_json::{Value, json};

/// Why a request was not answered as asked. No variant holds a person's words.
#[derive(Debug)]
pub enum Fault {
    /// No token.
    NoToken,
    /// A token that is unknown, expired, revoked or malformed.
    BadToken,
    /// The token does not allow this interaction.
    Scope,
    /// Withheld, revoked or never there: the one answer. The receipt proves that the asking is on record.
    Absent(Receipt),
    /// No such route.
    NoRoute,
    /// The route does not know the method.
    Method,
    /// The body is larger than the limit.
    TooLarge,
    /// The body or its type is not one that is read here.
    MediaType,
    /// The body is packed; nothing is unpacked here.
    Packed,
    /// A parameter or header is not understood.
    Parameter {
        /// Which.
        name: String,
        /// What to do.
        text: &'static str,
    },
    /// The body breaks rules.
    Body(Vec<Issue>),
    /// An update without `If-Match`.
    NeedsIfMatch,
    /// The base is stale; with the caller's views.
    Stale(Box<Stale>),
    /// In conflict with something else.
    Conflict(&'static str),
    /// Too many requests.
    TooMany,
    /// The record of the act could not be written, so nothing is answered.
    Unrecorded,
}

/// The two views of a plan that was changed by somebody else.
#[derive(Debug, Clone, PartialEq)]
pub struct Stale {
    /// What the change was based on, as the caller may see it.
    pub base: Option<Value>,
    /// What is there now, as the caller may see it.
    pub current: Option<Value>,
    /// Its ETag.
    pub etag: String,
}

/// One thing that is wrong with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// FHIR issue type.
    pub code: &'static str,
    /// Where: FHIRPath or JSON pointer.
    pub path: String,
    /// What, and what to do.
    pub text: String,
}

/// The one text for what is not there, is withheld or never was.
const ABSENT: &str = "There is nothing here for you. It may not exist, or the person has not opened it to you.";

/// In which dialect a route speaks of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaks {
    /// OperationOutcome.
    Fhir,
    /// Problem details, RFC 9457.
    Native,
}

struct Row {
    status: StatusCode,
    code: &'static str,
    text: String,
}

fn row(fault: &Fault) -> Row {
    let (status, code, text): (StatusCode, &'static str, String) = match fault {
        Fault::NoToken => (StatusCode::UNAUTHORIZED, "login", "Send an access token: Authorization: Bearer …".into()),
        Fault::BadToken => (StatusCode::UNAUTHORIZED, "login", "This token is not valid here; get a new one.".into()),
        Fault::Scope => (StatusCode::FORBIDDEN, "forbidden", "The scopes of this token do not allow this.".into()),
        Fault::Absent(_) => (StatusCode::NOT_FOUND, "not-found", ABSENT.into()),
        Fault::NoRoute => (StatusCode::NOT_FOUND, "not-supported", "There is no such address on this server.".into()),
        Fault::Method => {
            (StatusCode::METHOD_NOT_ALLOWED, "not-supported", "This address does not know that method.".into())
        }
        Fault::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-long", "The body is larger than 2 MiB.".into()),
        Fault::MediaType => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not-supported",
            "JSON is read here: application/fhir+json or application/json.".into(),
        ),
        Fault::Packed => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not-supported",
            "Send the body as it is: no Content-Encoding is unpacked here.".into(),
        ),
        Fault::Parameter { name, text } => (StatusCode::BAD_REQUEST, "invalid", format!("{name}: {text}")),
        Fault::Body(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "invalid", "The body was not taken; nothing was stored.".into())
        }
        Fault::NeedsIfMatch => (
            StatusCode::PRECONDITION_REQUIRED,
            "required",
            "Say which version you change: If-Match with the ETag you read.".into(),
        ),
        Fault::Stale(_) => (
            StatusCode::PRECONDITION_FAILED,
            "conflict",
            "It has changed since you read it. Nothing was stored. Look at what is there now and decide what stands."
                .into(),
        ),
        Fault::Conflict(text) => (StatusCode::CONFLICT, "conflict", (*text).into()),
        Fault::TooMany => (StatusCode::TOO_MANY_REQUESTS, "throttled", "Too many requests; wait a moment.".into()),
        Fault::Unrecorded => (
            StatusCode::SERVICE_UNAVAILABLE,
            "transient",
            "Nothing could be recorded, so nothing is answered; try again later.".into(),
        ),
    };
    Row { status, code, text }
}

impl Speaks {
    /// The dialect of a path.
    #[must_use]
    pub fn of(path: &str) -> Self {
        if path.starts_with("/plans") || path.starts_with("/schemas") { Self::Native } else { Self::Fhir }
    }

    /// Says it.
    #[must_use]
    pub fn say(self, fault: &Fault) -> Response {
        let row = row(fault);
        let body = match self {
            Self::Fhir => outcome(fault, &row),
            Self::Native => problem(fault, &row),
        };
        let mut response = (row.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static(match self {
                Self::Fhir => crate::answer::FHIR_JSON,
                Self::Native => "application/problem+json",
            }),
        );
        match fault {
            Fault::NoToken => drop(headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            Fault::BadToken => {
                let value = HeaderValue::from_static("Bearer error=\"invalid_token\"");
                headers.insert(WWW_AUTHENTICATE, value);
            }
            Fault::Scope => {
                let value = HeaderValue::from_static("Bearer error=\"insufficient_scope\"");
                headers.insert(WWW_AUTHENTICATE, value);
            }
            Fault::TooMany | Fault::Unrecorded => drop(headers.insert(RETRY_AFTER, HeaderValue::from_static("5"))),
            Fault::Stale(stale) => crate::answer::put_etag(headers, &stale.etag),
            Fault::Absent(_)
            | Fault::NoRoute
            | Fault::Method
            | Fault::TooLarge
            | Fault::MediaType
            | Fault::Packed
            | Fault::Parameter { .. }
            | Fault::Body(_)
            | Fault::NeedsIfMatch
            | Fault::Conflict(_) => {}
        }
        response
    }
}

fn outcome(fault: &Fault, row: &Row) -> Value {
    let one = |i: &Issue| json!({"severity": "error", "code": i.code, "diagnostics": i.text, "expression": [i.path]});
    let issues: Vec<Value> = if let Fault::Body(issues) = fault {
        issues.iter().map(one).collect()
    } else {
        vec![json!({"severity": "error", "code": row.code, "diagnostics": row.text})]
    };
    let mut outcome = json!({"resourceType": "OperationOutcome", "issue": issues});
    if let Fault::Stale(stale) = fault {
        let contained: Vec<&Value> = stale.base.iter().chain(&stale.current).collect();
        if let Some(object) = outcome.as_object_mut() {
            object.insert("contained".into(), json!(contained));
        }
    }
    outcome
}

fn problem(fault: &Fault, row: &Row) -> Value {
    let mut problem = json!({
        "type": "about:blank",
        "title": row.status.canonical_reason().unwrap_or_default(),
        "status": row.status.as_u16(),
        "detail": row.text,
    });
    let mut extra = Vec::new();
    if let Fault::Body(issues) = fault {
        let errors: Vec<Value> = issues.iter().map(|i| json!({"pointer": i.path, "detail": i.text})).collect();
        extra.push(("errors", json!(errors)));
    }
    if let Fault::Stale(stale) = fault {
        extra.extend([("base", json!(stale.base)), ("current", json!(stale.current))]);
    }
    if let Some(object) = problem.as_object_mut() {
        object.extend(extra.into_iter().map(|(key, value)| (key.to_owned(), value)));
    }
    problem
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Absent(receipt) => Self::Absent(receipt),
            Refusal::NotTaken(why) => {
                let (path, text) = (why.path(), why.to_string());
                Self::Body(vec![Issue { code: "business-rule", path, text }])
            }
            Refusal::NotProposed(why) => {
                let (path, text) = (why.path().to_owned(), why.to_string());
                Self::Body(vec![Issue { code: "business-rule", path, text }])
            }
            Refusal::NeedsIfMatch => Self::NeedsIfMatch,
            Refusal::Stale { version: etag, .. } | Refusal::OldConsent(etag) => {
                Self::Stale(Box::new(Stale { base: None, current: None, etag }))
            }
            Refusal::WouldOpen { path } => {
                let text = "This would open something. Only the person does that, on their own page: send what is wider as a \
                            new Consent, and they decide. A refusal is ended there too.";
                Self::Body(vec![Issue { code: "business-rule", path, text: text.into() }])
            }
            Refusal::PeriodOver { path } => {
                let text = "Its period is over, or ends before it begins. Send one that can still hold, or inactive to take \
                            back what stands.";
                Self::Body(vec![Issue { code: "business-rule", path, text: text.into() }])
            }
            Refusal::TwoTimes { path } => {
                let text = "One yes of the person has one begin and one end. Say each thing once, all that is proposed for the \
                            same period, and what is for another time in a new Consent.";
                Self::Body(vec![Issue { code: "business-rule", path, text: text.into() }])
            }
            Refusal::StatusStays { path } => {
                let text = "Its status does not change so. Send the status that you read, or inactive to take it back.";
                Self::Body(vec![Issue { code: "business-rule", path, text: text.into() }])
            }
            Refusal::NamesNothing { path } => {
                let text = "Nothing of this id is here that this app can see. Name an organization or an app that is \
                            registered here, or a plan or part as this app read it.";
                Self::Body(vec![Issue { code: "not-found", path, text: text.into() }])
            }
            Refusal::KeyReused => Self::Conflict("This Idempotency-Key was used for another request; use a new one."),
            Refusal::AlreadyDone(_) | Refusal::Exists => Self::Conflict("This is already there."),
            Refusal::MoreOpen { path } => {
                let text = "More people than before would see this part. An app makes nothing more open: send the level that \
                            you read, or a closer one, and whom it is about as you read it; a part that moves to another \
                            section is close. The person opens single things on their own page.";
                Self::Body(vec![Issue { code: "business-rule", path, text: text.into() }])
            }
            Refusal::SectionNotOpen { path } => {
                let text = "The person did not open this section to this app, so it may not write here.".into();
                Self::Body(vec![Issue { code: "forbidden", path, text }])
            }
            Refusal::PartyNotNamed { path } => {
                let text = "No item names this party, so this app would not see it again. Name it in an item, or leave it out.".into();
                Self::Body(vec![Issue { code: "business-rule", path, text }])
            }
            Refusal::InForce => Self::Conflict(
                "A plan of this kind is in force. Change that one, or let the person replace it on their page.",
            ),
            Refusal::OtherTime => Self::Conflict(
                "A plan of this kind is in force now, and this one is for another time. Keep it as a draft or ready until \
                 its time begins.",
            ),
            Refusal::Moved => Self::Conflict("Something changed meanwhile; read again and decide."),
            Refusal::Unrecorded(_) => Self::Unrecorded,
            Refusal::NotPossible(text) => Self::Parameter { name: "request".into(), text },
        }
    }
}

/// The answer for addresses that are not in the table.
pub(crate) async fn no_such_route(request: Request) -> Response {
    Speaks::of(request.uri().path()).say(&Fault::NoRoute)
}

/// The answer for methods that an address does not know.
pub(crate) async fn wrong_method(request: Request) -> Response {
    let mut response = Speaks::of(request.uri().path()).say(&Fault::Method);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed(request.uri().path(), request.method())));
    response
}

/// RFC 9110 §15.5.6 wants the methods named. PATCH and DELETE are nowhere.
fn allowed(path: &str, _method: &Method) -> &'static str {
    match path {
        "/fhir" | "/fhir/" | "/oauth/token" | "/oauth/revoke" | "/oauth/introspect" => "POST, OPTIONS",
        _ => "GET, HEAD, POST, PUT, OPTIONS",
    }
}
