//! Admitting: the policy of a route is checked here, before its handler runs.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CONTENT_ENCODING};
use http::{HeaderMap, HeaderValue};
use sayso_auth::{Caller, Interaction, ResourceType};
use sayso_consent::or_leak;

use crate::Gateway;
use crate::fault::{Fault, Speaks};
use crate::policy::Policy;

/// The policy of one route.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    pub(crate) policy: Policy,
}

/// Checks the policy; a handler behind a token policy finds its [`Caller`] as an extension.
pub(crate) async fn admit(
    State((gateway, rule)): State<(Gateway, Rule)>,
    mut request: Request,
    next: Next,
) -> Response {
    let speaks = Speaks::of(request.uri().path());
    let packed = rule.policy != Policy::ClientItself && is_packed(request.headers());
    match check(&gateway, rule.policy, request.headers()).await {
        Ok(_) if packed => speaks.say(&Fault::Packed).into_response(),
        Ok(None) => next.run(request).await,
        Ok(Some(caller)) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(fault) => speaks.say(&fault).into_response(),
    }
}

/// Whether the body comes in a content coding (RFC 9110 §8.4): what is small on the way may be without end unpacked.
pub(crate) fn is_packed(headers: &HeaderMap) -> bool {
    let plain = |value: &HeaderValue| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity");
    headers.get_all(CONTENT_ENCODING).iter().any(|value| !plain(value))
}

async fn check(gateway: &Gateway, policy: Policy, headers: &HeaderMap) -> Result<Option<Caller>, Fault> {
    if matches!(policy, Policy::Public | Policy::ClientItself) {
        return Ok(None);
    }
    let caller = caller(gateway, headers).await?;
    let own = caller.person.is_some();
    let allowed = match policy {
        Policy::Public | Policy::ClientItself | Policy::EachEntry => true,
        Policy::Scope(kind, interaction) => caller.allows(kind, interaction),
        Policy::OwnApp(kind, interaction) => own && caller.allows(kind, interaction),
        Policy::WholePlans(interaction) => caller.allows_whole_plans(interaction),
        Policy::OwnAppWholePlans(interaction) => own && caller.allows_whole_plans(interaction),
        Policy::OwnAppDecisions => {
            let by_name = caller.allows_by_name(ResourceType::Consent, Interaction::Read);
            let by_name = or_leak!(by_name, DecisionsByStar => caller.allows(ResourceType::Consent, Interaction::Read));
            own && by_name && caller.allows_whole_plans(Interaction::Read)
        }
    };
    if allowed { Ok(Some(caller)) } else { Err(Fault::Scope) }
}

async fn caller(gateway: &Gateway, headers: &HeaderMap) -> Result<Caller, Fault> {
    let mut presented = headers.get_all(AUTHORIZATION).iter();
    let token = match (presented.next(), presented.next()) {
        (Some(value), None) => value.to_str().ok().and_then(bearer).ok_or(Fault::BadToken)?,
        (None, _) => return Err(Fault::NoToken),
        (Some(_), Some(_)) => return Err(Fault::BadToken),
    };
    let caller = gateway.exchange().caller(token).await.map_err(|_| Fault::Unrecorded)?.ok_or(Fault::BadToken)?;
    gateway.limits().client(&caller)?;
    Ok(caller)
}

/// RFC 6750 §2.1; the scheme's name is case-insensitive (RFC 9110 §11.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}
