//! The visitor's own account: another name and password; and leaving, one person or all for good.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{StatusCode, Uri};
use sayso_plan::SupporterId;

use crate::Pages;
use crate::account::why_not;
use crate::admit::Companion;
use crate::door::{Policy, Route};
use crate::fault::{Fault, go_to};
use crate::fields::Fields;
use crate::layout::{Frame, page, shown};
use crate::sign_in::{supporter_signs_out, welcome_with};
use crate::words::en as w;

/// Where the account is.
pub(crate) const ACCOUNT: &str = "/with/account";
/// Where the form posts that ends it.
const END: &str = "/with/account/end";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(ACCOUNT, Policy::Supporter, form),
        Route::post(ACCOUNT, Policy::SupporterForm, save),
        Route::post(END, Policy::SupporterForm, end),
        Route::post("/with/{supporter}/leave", Policy::SupporterForm, leave),
    ]
}

/// Where the form posts by which they leave one person.
pub(super) fn leave_address(supporter: SupporterId) -> String {
    format!("/with/{supporter}/leave")
}

#[derive(Template)]
#[template(path = "with_account.html")]
struct AccountPage {
    frame: Frame,
    notice: Option<&'static str>,
    name: String,
    action: &'static str,
    form: String,
    end_action: &'static str,
    end_form: String,
}

impl AccountPage {
    fn of(companion: &Companion, notice: Option<&'static str>, name: &str) -> Self {
        Self {
            frame: Frame::with(companion, w::ACCOUNT),
            notice,
            name: name.to_owned(),
            action: ACCOUNT,
            form: companion.form_token(ACCOUNT),
            end_action: END,
            end_form: companion.form_token(END),
        }
    }
}

async fn form(companion: Companion, uri: Uri) -> Response {
    let saved = (uri.query() == Some("done=saved")).then_some(w::ACCOUNT_SAVED);
    shown(&AccountPage::of(&companion, saved, ""))
}

async fn save(State(pages): State<Pages>, companion: Companion, fields: Fields) -> Result<Response, Fault> {
    let name = fields.one("name").unwrap_or_default();
    let password = fields.one("password").unwrap_or_default();
    let current = fields.one("current").unwrap_or_default();
    let why = match pages.exchange().set_supporter_password(companion.session(), current, name, password).await {
        Ok(session) => return Ok(welcome_with(&pages, session.cookie(), "/with/account?done=saved")),
        Err(fault) => why_not(&fault).ok_or(Fault::Down)?,
    };
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &AccountPage::of(&companion, Some(why), name)))
}

/// They support this person no more. Of somebody whom they do not support nothing is done, and the answer is the same.
async fn leave(
    State(pages): State<Pages>,
    companion: Companion,
    Path(supporter): Path<String>,
) -> Result<Response, Fault> {
    let supporter: SupporterId = supporter.parse().map_err(|_| Fault::NotHere)?;
    pages.exchange().leave(companion.session(), supporter).await?;
    Ok(go_to("/with?done=left"))
}

async fn end(State(pages): State<Pages>, companion: Companion) -> Result<Response, Fault> {
    pages.exchange().leave_all(companion.session()).await?;
    supporter_signs_out(State(pages), companion).await
}
