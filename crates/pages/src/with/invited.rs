//! An invitation to support somebody: what it means in plain words, then a name and a password.

use askama::Template;
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};
use sayso_exchange::with::{NotInvited, Taker};

use crate::Pages;
use crate::account::why_not;
use crate::admit::{FORM_TOKEN, companion, read_form, refuse_foreign};
use crate::door::{Policy, Route};
use crate::fault::Fault;
use crate::layout::{Frame, page};
use crate::plans::view::Said;
use crate::sign_in::{before, before_or_new, keep_before, welcome_with};
use crate::words::en as w;

const INVITED: &str = "/with/invited";

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get(INVITED, Policy::Open, read), Route::post(INVITED, Policy::Open, take)]
}

/// The address of an invitation, below the address of the house.
pub(crate) fn link(secret: &str) -> String {
    format!("{INVITED}?once={secret}")
}

#[derive(Template)]
#[template(path = "invited.html")]
struct InvitedPage {
    frame: Frame,
    trouble: Option<&'static str>,
    /// Who invites; none when the invitation is not good.
    from: Option<Said>,
    /// Whether the visitor supports others already and is signed in.
    known: bool,
    once: String,
    name: String,
    form: String,
}

/// Why the page is shown again.
#[derive(Default)]
struct Again {
    trouble: Option<&'static str>,
    name: String,
}

/// The invitation. Reading it does not use it up.
async fn read(State(pages): State<Pages>, headers: HeaderMap, uri: Uri) -> Result<Response, Fault> {
    let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let once = query.into_owned().find(|(key, _)| key == "once").map(|(_, value)| value).unwrap_or_default();
    shown(&pages, &headers, &once, Again::default()).await
}

async fn shown(pages: &Pages, headers: &HeaderMap, once: &str, again: Again) -> Result<Response, Fault> {
    let from = pages.exchange().invitation(once).await?;
    let (before, is_new) = before_or_new(pages, headers);
    let status = match (&from, again.trouble) {
        (None, _) => StatusCode::FORBIDDEN,
        (Some(_), Some(_)) => StatusCode::UNPROCESSABLE_ENTITY,
        (Some(_), None) => StatusCode::OK,
    };
    let template = InvitedPage {
        frame: Frame::open(w::INVITED_TITLE),
        trouble: again.trouble,
        once: if from.is_some() { once.to_owned() } else { String::new() },
        from: from.map(|name| Said::text(&name, "und")),
        known: companion(pages, headers).await?.is_some(),
        name: again.name,
        form: before.form_token(INVITED).expose().to_owned(),
    };
    let mut response = page(status, &template);
    if is_new {
        keep_before(&mut response, pages, &before);
    }
    Ok(response)
}

/// Takes it, with the account of this browser's session or with a new one.
async fn take(State(pages): State<Pages>, request: Request) -> Result<Response, Fault> {
    let (parts, body) = request.into_parts();
    refuse_foreign(&parts.headers)?;
    let fields = read_form(&parts.headers, body).await?;
    let before = before(&pages, &parts.headers).ok_or(Fault::OldForm)?;
    if !before.has_form_token(INVITED, fields.one(FORM_TOKEN).unwrap_or_default()) {
        return Err(Fault::OldForm);
    }
    let once = fields.one("once").unwrap_or_default();
    let name = fields.one("name").unwrap_or_default();
    let known = companion(&pages, &parts.headers).await?;
    let password = fields.one("password").unwrap_or_default();
    let taker = match known {
        Some(known) => Taker::Known(known.session().clone()),
        None => Taker::New { name, password },
    };
    match pages.exchange().take_invitation(once, taker).await {
        Ok(session) => Ok(welcome_with(&pages, session.cookie(), "/with")),
        Err(NotInvited::Gone) => shown(&pages, &parts.headers, "", Again::default()).await,
        Err(NotInvited::Account(fault)) => {
            let trouble = Some(why_not(&fault).ok_or(Fault::Down)?);
            shown(&pages, &parts.headers, once, Again { trouble, name: name.to_owned() }).await
        }
    }
}
