//! `Patient/$current-plan`: the plan in force, or the crisis extract, as one FHIR document.

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use bytes::Bytes;
use http::HeaderMap;
use sayso_auth::Caller;
use sayso_exchange::{Disclosure, Look, Wanted, Whom};
use sayso_plan::{PlanDate, PlanId, PlanKind, Purpose};

use super::ask::{Parameters, identifier};
use crate::Gateway;
use crate::answer::{Answer, FHIR_JSON, answer};
use crate::fault::{Fault, Issue, Speaks};
use crate::views::Form;

/// What the operation was asked.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) whom: Option<Whom>,
    kind: Option<PlanKind>,
    day: Option<PlanDate>,
    pub(super) purpose: Option<Purpose>,
    pub(super) reason: Option<String>,
    pub(super) code: Option<String>,
}

impl Asked {
    fn set(&mut self, name: &str, value: &str) -> Result<(), Fault> {
        let bad = |text| Fault::Parameter { name: name.chars().take(64).collect(), text };
        let twice = || bad("give it once");
        match name {
            "identifier" if self.whom.is_some() => return Err(twice()),
            "identifier" => self.whom = Some(identifier(name, value)?),
            "kind" if self.kind.is_some() => return Err(twice()),
            "kind" => self.kind = Some(value.parse().map_err(|_| bad("not a kind of plan"))?),
            "date" if self.day.is_some() => return Err(twice()),
            "date" => self.day = Some(value.parse().map_err(|_| bad("not a day; write YYYY-MM-DD"))?),
            "purpose" if self.purpose.is_some() => return Err(bad("one request has one purpose")),
            "purpose" => self.purpose = Some(value.parse().map_err(|_| bad("not a purpose that can be allowed here"))?),
            "reason" if self.reason.is_none() => self.reason = Some(value.to_owned()),
            "code" if self.code.is_none() => self.code = Some(value.to_owned()),
            "_format" | "_pretty" => {}
            _ => return Err(bad("this parameter is not known here; leave it out")),
        }
        Ok(())
    }

    pub(super) fn of_query(query: &str) -> Result<Self, Fault> {
        let mut asked = Self::default();
        for (name, value) in Parameters::read(query)?.iter() {
            asked.set(name, value)?;
        }
        Ok(asked)
    }

    /// A Parameters resource: `identifier` as valueIdentifier, `kind` and `purpose` as valueCode, `date` as valueDate.
    pub(super) fn of_body(body: &[u8]) -> Result<Self, Fault> {
        super::parameters::read(body)?.into_iter().try_fold(Self::default(), |mut asked, (name, value)| {
            asked.set(&name, &value)?;
            Ok(asked)
        })
    }
}

/// `GET Patient/$current-plan?identifier=system|value&kind=…`.
pub(super) async fn by_get(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
) -> Response {
    let asked = Asked::of_query(query.as_deref().unwrap_or_default());
    let done = current(&gateway, &caller, asked).await;
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

/// `POST Patient/$current-plan` with Parameters.
pub(super) async fn by_post(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = match super::push::is_json(&headers) {
        true => current(&gateway, &caller, Asked::of_body(&body)).await,
        false => Err(Fault::MediaType),
    };
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

async fn current(gateway: &Gateway, caller: &Caller, asked: Result<Asked, Fault>) -> Result<Response, Fault> {
    let asked = asked?;
    if asked.code.is_some() {
        return Err(Fault::Parameter {
            name: "code".into(),
            text: "a code is for asking to be let in, not for looking",
        });
    }
    let whom = match (asked.whom, caller.person) {
        (Some(whom), _) => whom,
        (None, Some(own)) => Whom::Person(own),
        (None, None) => {
            let issue =
                Issue { code: "required", path: "identifier".into(), text: "name the person by identifier".into() };
            return Err(Fault::Body(vec![issue]));
        }
    };
    if asked.day.is_some() && asked.kind.is_none() {
        let issue = Issue { code: "required", path: "kind".into(), text: "a date needs a kind of plan".into() };
        return Err(Fault::Body(vec![issue]));
    }
    gateway.limits().asked(caller, &format!("{whom:?}"))?;
    let disclosure = gateway.exchange().current_plan(caller, whom, asked.kind, asked.day, asked.purpose).await?;
    #[cfg(feature = "leaks")]
    crate::leaks::hidden(&disclosure, sayso_consent::leak::Leak::CurrentForbidden)?;
    say(gateway, disclosure, asked.kind.is_none())
}

/// `GET /fhir/Bundle/{plan}`: one plan as a document, where DocumentReference points to.
pub(super) async fn document(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Response {
    let done = document_of(&gateway, &caller, &id).await;
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

async fn document_of(gateway: &Gateway, caller: &Caller, id: &str) -> Result<Response, Fault> {
    gateway.limits().asked(caller, &("Bundle", id))?;
    let plan = id.parse().unwrap_or(PlanId::from_stored([0; 16]));
    let whom = Whom::OwnerOf(*plan.as_bytes());
    let look = Look { whom, wanted: Wanted::Plan(plan), purpose: None, operation: "document" };
    let disclosure = gateway.exchange().look(caller, &look).await?;
    #[cfg(feature = "leaks")]
    crate::leaks::hidden(&disclosure, sayso_consent::leak::Leak::BundleForbidden)?;
    say(gateway, disclosure, false)
}

fn say(gateway: &Gateway, disclosure: Disclosure, extract: bool) -> Result<Response, Fault> {
    let form = if extract { Form::Extract } else { Form::Plan { note: disclosure.note.clone() } };
    let made = |subject| gateway.views().document(&subject, &disclosure.sheets, &form, gateway.fhir_base());
    let Some(document) = disclosure.subject().and_then(made) else {
        return Err(Fault::Absent(disclosure.receipt));
    };
    let last_updated = disclosure.sheets.iter().map(sayso_exchange::Sheet::last_updated).max();
    let mut body = Answer::ok(FHIR_JSON, document.bytes.clone());
    if let (Some(version), Some(at)) = (&document.version, last_updated) {
        body = body.version(version.clone(), at);
    }
    // Whatever the caller holds: what a document says of the person and of the plan's time can change where the plan does
    // not, and an old copy must never be said to be current.
    Ok(answer(&disclosure.receipt, &HeaderMap::new(), body))
}
