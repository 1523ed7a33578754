//! Admission: who the visitor is, and whether the form they send is one that we made for them.

use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{HeaderMap, Uri};
use sayso_auth::sign_in::{cookie_name, supporter_cookie_name};
use sayso_consent::Themselves;
use sayso_exchange::{Session, SupporterSession};

use crate::Pages;
use crate::door::Policy;
use crate::fault::Fault;
use crate::fields::{BODY_MAX_BYTES, Fields};

/// Name of the hidden field that ties a form to its session and address.
pub(crate) const FORM_TOKEN: &str = "form";

/// What one address asks.
#[derive(Clone)]
pub(crate) struct Rule {
    pub(crate) pages: Pages,
    pub(crate) policy: Policy,
}

/// The person who is signed in.
#[derive(Clone)]
pub(crate) struct Visitor {
    session: Session,
}

impl Visitor {
    /// The visitor of this session.
    pub(crate) const fn of(session: Session) -> Self {
        Self { session }
    }

    /// Proof of who it is.
    pub(crate) const fn themselves(&self) -> Themselves {
        self.session.themselves()
    }

    /// The hidden field of a form that posts to this address.
    pub(crate) fn form_token(&self, address: &str) -> String {
        self.session.form_token(address)
    }

    /// Whether a posted hidden field was made for this session and address.
    pub(crate) fn has_form_token(&self, address: &str, posted: &str) -> bool {
        self.session.has_form_token(address, posted)
    }

    /// The session.
    pub(crate) const fn session(&self) -> &Session {
        &self.session
    }

    /// The value of the session's cookie.
    pub(crate) fn cookie(&self) -> &str {
        self.session.cookie()
    }
}

/// Somebody who supports persons and is signed in. Nothing makes a [`Visitor`] of it.
#[derive(Clone)]
pub(crate) struct Companion {
    session: SupporterSession,
}

impl Companion {
    /// The companion of this session.
    pub(crate) const fn of(session: SupporterSession) -> Self {
        Self { session }
    }

    /// The session.
    pub(crate) const fn session(&self) -> &SupporterSession {
        &self.session
    }

    /// The hidden field of a form that posts to this address.
    pub(crate) fn form_token(&self, address: &str) -> String {
        self.session.form_token(address)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Companion {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        parts.extensions.get::<Self>().cloned().ok_or(Fault::SignInFirst { back: "/with".to_owned() })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        parts.extensions.get::<Self>().cloned().ok_or(Fault::SignInFirst { back: "/me".to_owned() })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Fields {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        parts.extensions.get::<Self>().cloned().ok_or(Fault::OldForm)
    }
}

/// Lets the request through to its handler, or answers it here.
pub(crate) async fn admit(State(rule): State<Rule>, request: Request, next: Next) -> Response {
    match admitted(&rule, request).await {
        Ok(request) => next.run(request).await,
        Err(fault) => fault.into_response(),
    }
}

async fn admitted(rule: &Rule, mut request: Request) -> Result<Request, Fault> {
    match rule.policy {
        Policy::Open => Ok(request),
        Policy::SignedIn => {
            let back = request.uri().path_and_query().map_or("/me", |whole| whole.as_str()).to_owned();
            let visitor = visitor(&rule.pages, request.headers()).await?.ok_or(Fault::SignInFirst { back })?;
            request.extensions_mut().insert(visitor);
            Ok(request)
        }
        Policy::SignedInForm => {
            let visitor = visitor(&rule.pages, request.headers()).await?;
            let visitor = visitor.ok_or(Fault::SignInFirst { back: "/me".to_owned() })?;
            let is_ours = |address: &str, posted: &str| visitor.has_form_token(address, posted);
            let mut request = with_form(request, is_ours).await?;
            request.extensions_mut().insert(visitor);
            Ok(request)
        }
        Policy::Supporter => {
            let back = request.uri().path().to_owned();
            let companion = companion(&rule.pages, request.headers()).await?.ok_or(Fault::SignInFirst { back })?;
            request.extensions_mut().insert(companion);
            Ok(request)
        }
        Policy::SupporterForm => {
            let companion = companion(&rule.pages, request.headers()).await?;
            let companion = companion.ok_or(Fault::SignInFirst { back: "/with".to_owned() })?;
            let is_ours = |address: &str, posted: &str| companion.session.has_form_token(address, posted);
            let mut request = with_form(request, is_ours).await?;
            request.extensions_mut().insert(companion);
            Ok(request)
        }
    }
}

/// The request with the fields of a form that was made for this session and address.
async fn with_form(request: Request, is_ours: impl Fn(&str, &str) -> bool) -> Result<Request, Fault> {
    let (mut parts, body) = request.into_parts();
    refuse_foreign(&parts.headers)?;
    let fields = read_form(&parts.headers, body).await?;
    if !is_ours(parts.uri.path(), fields.one(FORM_TOKEN).unwrap_or_default()) {
        return Err(Fault::OldForm);
    }
    parts.extensions.insert(fields);
    Ok(Request::from_parts(parts, Body::empty()))
}

/// The supporter of the supporters' cookie, if the session lives.
pub(crate) async fn companion(pages: &Pages, headers: &HeaderMap) -> Result<Option<Companion>, Fault> {
    let Some(value) = cookie(headers, supporter_cookie_name(pages.place())) else { return Ok(None) };
    Ok(pages.exchange().supporter_session(&value).await?.map(Companion::of))
}

/// The visitor of the session cookie, if the session lives.
pub(crate) async fn visitor(pages: &Pages, headers: &HeaderMap) -> Result<Option<Visitor>, Fault> {
    let Some(value) = cookie(headers, cookie_name(pages.place())) else { return Ok(None) };
    Ok(pages.exchange().session(&value).await?.map(Visitor::of))
}

/// The value of a cookie; none when it is there twice, because then one of them is not ours.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers.get_all(http::header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut found = pairs
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned());
    let first = found.next();
    if found.next().is_some() { None } else { first }
}

/// A form that another site posts is refused before it is read. Browsers send the header to https and loopback
/// addresses (Fetch Metadata), and we are at no others.
pub(crate) fn refuse_foreign(headers: &HeaderMap) -> Result<(), Fault> {
    match headers.get("sec-fetch-site").map(http::HeaderValue::as_bytes) {
        None | Some(b"same-origin") => Ok(()),
        Some(_) => Err(Fault::OldForm),
    }
}

/// Reads the body of a form.
pub(crate) async fn read_form(headers: &HeaderMap, body: Body) -> Result<Fields, Fault> {
    let kind = headers.get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Fault::Unreadable);
    }
    let bytes = axum::body::to_bytes(body, BODY_MAX_BYTES).await.map_err(|_| Fault::TooLarge)?;
    Fields::parse(&bytes)
}

/// To the sign-in, and back here after it.
pub(crate) fn to_sign_in(back: &str) -> Response {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("back", back).finish();
    Redirect::to(&format!("/me/sign-in?{query}")).into_response()
}

/// Whether an address is one of a supporter's pages.
pub(crate) fn is_with(address: &str) -> bool {
    address == "/with" || address.starts_with("/with/") || address.starts_with("/with?")
}

/// Whether an address is one of ours that a sign-in may lead back to.
pub(crate) fn is_ours(back: &str) -> bool {
    let persons =
        back == "/me" || back.starts_with("/me/") || back.starts_with("/me?") || back.starts_with("/oauth/authorize?");
    let known = persons || is_with(back);
    known && back.len() <= BODY_MAX_BYTES && back.bytes().all(|b| b.is_ascii_graphic()) && back.parse::<Uri>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_leads_back_to_our_own_pages_only() {
        for good in ["/me", "/me/sharing", "/me/receipts?before=3", "/oauth/authorize?client_id=x", "/with", "/with/x"]
        {
            assert!(is_ours(good), "{good}");
        }
        for bad in [
            "//evil.example/me",
            "https://evil.example",
            "/\\evil.example",
            "/meow",
            "/without",
            "/me/\r\nx: y",
            "",
            "/oauth/token",
        ] {
            assert!(!is_ours(bad), "{bad}");
        }
    }

    #[test]
    fn a_cookie_that_is_there_twice_is_no_cookie() {
        let headers = |value: &str| HeaderMap::from_iter([(http::header::COOKIE, value.parse().unwrap())]);
        assert_eq!(cookie(&headers("a=1; sayso=x"), "sayso").as_deref(), Some("x"));
        assert_eq!(cookie(&headers("sayso=x; sayso=y"), "sayso"), None);
        assert_eq!(cookie(&headers("not-sayso=x"), "sayso"), None);
    }

    #[test]
    fn forms_of_other_sites_are_refused() {
        let from = |site: &str| {
            refuse_foreign(&HeaderMap::from_iter([("sec-fetch-site".parse().unwrap(), site.parse().unwrap())]))
        };
        assert!(from("same-origin").is_ok());
        for site in ["cross-site", "same-site", "none"] {
            assert!(from(site).is_err(), "{site}");
        }
    }
}
