//! Signing in, by name and password or by a link that works once; signing out; leaving at once.

use askama::Template;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{LOCATION, RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use sayso_auth::Opaque;
use sayso_auth::secret::of;
use sayso_auth::sign_in::{SESSION_MAX_SECONDS, cookie_name, supporter_cookie_name};
use sayso_exchange::Entered;
use sayso_exchange::sign_in::SignInFault;

use crate::Pages;
use crate::admit::{Companion, FORM_TOKEN, Visitor, cookie, is_ours, is_with, read_form, refuse_foreign};
use crate::door::{Policy, Route};
use crate::fault::{Fault, go_to};
use crate::layout::{Frame, SIGN_OUT, page, shown};
use crate::words::en as w;

const SIGN_IN: &str = "/me/sign-in";
/// How long somebody may take to fill in the sign-in form, in seconds.
const FORM_SECONDS: i64 = 3_600;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(SIGN_IN, Policy::Open, form),
        Route::post(SIGN_IN, Policy::Open, sign_in),
        Route::get("/me/leave", Policy::Open, leave),
        Route::post(SIGN_OUT, Policy::SignedInForm, sign_out),
    ]
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    lead: &'static str,
    trouble: Option<String>,
    name: String,
    back: String,
    form: String,
}

/// Why the form is shown.
#[derive(Default)]
struct Shown {
    trouble: Option<String>,
    name: String,
    back: String,
    status: StatusCode,
}

/// The form; or, with `once`, the link itself.
async fn form(State(pages): State<Pages>, headers: HeaderMap, uri: Uri) -> Result<Response, Fault> {
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let find = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    if let Some(once) = find("once") {
        return by_link(&pages, &headers, &once).await;
    }
    let back = find("back").filter(|back| is_ours(back)).unwrap_or_default();
    Ok(sign_in_page(&pages, &headers, Shown { back, ..Shown::default() }))
}

async fn by_link(pages: &Pages, headers: &HeaderMap, once: &str) -> Result<Response, Fault> {
    match pages.exchange().sign_in_by_link(once).await {
        Ok(session) => {
            end_old_session(pages, headers).await?;
            Ok(welcome(pages, session.cookie(), "/me"))
        }
        Err(SignInFault::Unrecorded(_)) => Err(Fault::Down),
        Err(SignInFault::Wrong | SignInFault::Wait { .. } | SignInFault::Busy) => {
            let trouble = Some(w::SIGN_IN_LINK_USED.to_owned());
            Ok(sign_in_page(pages, headers, Shown { trouble, status: StatusCode::FORBIDDEN, ..Shown::default() }))
        }
    }
}

async fn sign_in(State(pages): State<Pages>, request: Request) -> Result<Response, Fault> {
    let (parts, body) = request.into_parts();
    refuse_foreign(&parts.headers)?;
    let fields = read_form(&parts.headers, body).await?;
    let before = before(&pages, &parts.headers).ok_or(Fault::OldForm)?;
    if !before.has_form_token(SIGN_IN, fields.one(FORM_TOKEN).unwrap_or_default()) {
        return Err(Fault::OldForm);
    }
    let name = fields.one("name").unwrap_or_default();
    let back = fields.one("back").filter(|back| is_ours(back)).unwrap_or_default().to_owned();
    match pages.exchange().enter(name, fields.one("password").unwrap_or_default()).await {
        Ok(Entered::Supporter(session)) => {
            end_old_supporter_session(&pages, &parts.headers).await?;
            Ok(welcome_with(&pages, session.cookie(), if is_with(&back) { &back } else { "/with" }))
        }
        Ok(Entered::Person(session)) => {
            end_old_session(&pages, &parts.headers).await?;
            Ok(welcome(&pages, session.cookie(), if back.is_empty() || is_with(&back) { "/me" } else { &back }))
        }
        Err(fault) => {
            let (status, trouble, seconds) = told(&fault)?;
            let shown = Shown { trouble: Some(trouble), name: name.to_owned(), back, status };
            let mut response = sign_in_page(&pages, &parts.headers, shown);
            if let Some(seconds) = seconds {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            Ok(response)
        }
    }
}

fn told(fault: &SignInFault) -> Result<(StatusCode, String, Option<i64>), Fault> {
    match fault {
        SignInFault::Wrong => Ok((StatusCode::FORBIDDEN, w::SIGN_IN_WRONG.to_owned(), None)),
        SignInFault::Wait { seconds } => Ok((StatusCode::TOO_MANY_REQUESTS, w::wait(*seconds), Some(*seconds))),
        SignInFault::Busy => Ok((StatusCode::TOO_MANY_REQUESTS, w::SIGN_IN_BUSY.to_owned(), Some(30))),
        SignInFault::Unrecorded(_) => Err(Fault::Down),
    }
}

/// A session of another sign-in in this browser ends with the new one.
async fn end_old_session(pages: &Pages, headers: &HeaderMap) -> Result<(), Fault> {
    if let Some(old) = cookie(headers, cookie_name(pages.place())) {
        pages.exchange().sign_out(&old).await?;
    }
    Ok(())
}

/// The same for the session of somebody who supports persons.
async fn end_old_supporter_session(pages: &Pages, headers: &HeaderMap) -> Result<(), Fault> {
    if let Some(old) = cookie(headers, supporter_cookie_name(pages.place())) {
        pages.exchange().supporter_signs_out(&old).await?;
    }
    Ok(())
}

/// A supporter signs out.
pub(crate) async fn supporter_signs_out(State(pages): State<Pages>, companion: Companion) -> Result<Response, Fault> {
    pages.exchange().supporter_signs_out(companion.session().cookie()).await?;
    let shown = Shown { trouble: Some(w::SIGNED_OUT.to_owned()), ..Shown::default() };
    let mut response = sign_in_page(&pages, &HeaderMap::new(), shown);
    set_cookie(&mut response, &pages, supporter_cookie_name(pages.place()), "", 0);
    Ok(response)
}

async fn sign_out(State(pages): State<Pages>, visitor: Visitor) -> Result<Response, Fault> {
    pages.exchange().sign_out(visitor.cookie()).await?;
    let headers = HeaderMap::new();
    let shown = Shown { trouble: Some(w::SIGNED_OUT.to_owned()), ..Shown::default() };
    let mut response = sign_in_page(&pages, &headers, shown);
    set_cookie(&mut response, &pages, cookie_name(pages.place()), "", 0);
    Ok(response)
}

/// Away from here at once, signed out. Another site's link only leads away: it cannot sign anybody out.
async fn leave(State(pages): State<Pages>, headers: HeaderMap) -> Result<Response, Fault> {
    let from_here = headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin");
    let location = HeaderValue::from_str(pages.leave_to()).unwrap_or(HeaderValue::from_static(crate::LEAVE_TO));
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response();
    if from_here {
        end_old_session(&pages, &headers).await?;
        end_old_supporter_session(&pages, &headers).await?;
        set_cookie(&mut response, &pages, cookie_name(pages.place()), "", 0);
        set_cookie(&mut response, &pages, supporter_cookie_name(pages.place()), "", 0);
    }
    Ok(response)
}

pub(crate) fn welcome(pages: &Pages, session: &str, to: &str) -> Response {
    let mut response = go_to(to);
    set_cookie(&mut response, pages, cookie_name(pages.place()), session, SESSION_MAX_SECONDS);
    response
}

/// The same for somebody who supports persons.
pub(crate) fn welcome_with(pages: &Pages, session: &str, to: &str) -> Response {
    let mut response = go_to(to);
    set_cookie(&mut response, pages, supporter_cookie_name(pages.place()), session, SESSION_MAX_SECONDS);
    response
}

/// The secret that ties the sign-in form to this browser before anybody is signed in: without it another site could
/// sign the person in as somebody else.
pub(crate) fn before(pages: &Pages, headers: &HeaderMap) -> Option<Opaque<of::Session>> {
    Opaque::parse(&cookie(headers, before_name(pages))?).ok()
}

fn before_name(pages: &Pages) -> &'static str {
    if pages.place().is_https() { "__Host-sayso-before" } else { "sayso-before" }
}

/// That secret, made where there is none yet; then the browser has to be given it.
pub(crate) fn before_or_new(pages: &Pages, headers: &HeaderMap) -> (Opaque<of::Session>, bool) {
    match before(pages, headers) {
        Some(before) => (before, false),
        None => (Opaque::from_random(random(pages)), true),
    }
}

/// Gives the browser that secret.
pub(crate) fn keep_before(response: &mut Response, pages: &Pages, before: &Opaque<of::Session>) {
    set_cookie(response, pages, before_name(pages), before.expose(), FORM_SECONDS);
}

fn sign_in_page(pages: &Pages, headers: &HeaderMap, why: Shown) -> Response {
    let (before, is_new) = before_or_new(pages, headers);
    let template = SignInPage {
        frame: Frame::open(w::SIGN_IN),
        lead: if why.back.starts_with("/oauth/") { w::SIGN_IN_FOR_APP } else { w::SIGN_IN_LEAD },
        trouble: why.trouble,
        name: why.name,
        back: why.back,
        form: before.form_token(SIGN_IN).expose().to_owned(),
    };
    let mut response = if why.status == StatusCode::OK { shown(&template) } else { page(why.status, &template) };
    if is_new {
        keep_before(&mut response, pages, &before);
    }
    response
}

fn random(pages: &Pages) -> [u8; 32] {
    let (one, two) = (pages.exchange().fresh(), pages.exchange().fresh());
    let mut both = [0; 32];
    both.iter_mut().zip(one.into_iter().chain(two)).for_each(|(to, from)| *to = from);
    both
}

/// `Lax`, because the person comes back from an app's site with a top-level GET (SMART App Launch).
fn set_cookie(response: &mut Response, pages: &Pages, name: &str, value: &str, seconds: i64) {
    let secure = if pages.place().is_https() { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}
