//! The person chooses a name and a password, so that they can come back without a link.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{StatusCode, Uri};
use sayso_auth::sign_in::PasswordFault;
use sayso_exchange::AccountFault;

use crate::Pages;
use crate::admit::Visitor;
use crate::door::{Policy, Route};
use crate::fault::Fault;
use crate::fields::Fields;
use crate::layout::{Frame, Here, page, shown};
use crate::sign_in::welcome;
use crate::words::en as w;

const ACCOUNT: &str = "/me/account";

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get(ACCOUNT, Policy::SignedIn, form), Route::post(ACCOUNT, Policy::SignedInForm, save)]
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    notice: Option<&'static str>,
    name: String,
    form: String,
}

fn account_page(visitor: &Visitor, notice: Option<&'static str>, name: &str) -> AccountPage {
    AccountPage {
        frame: Frame::of(visitor, w::ACCOUNT, Here::Elsewhere),
        notice,
        name: name.to_owned(),
        form: visitor.form_token(ACCOUNT),
    }
}

async fn form(visitor: Visitor, uri: Uri) -> Response {
    let saved = (uri.query() == Some("done=saved")).then_some(w::ACCOUNT_SAVED);
    shown(&account_page(&visitor, saved, ""))
}

async fn save(State(pages): State<Pages>, visitor: Visitor, fields: Fields) -> Result<Response, Fault> {
    let name = fields.one("name").unwrap_or_default();
    let password = fields.one("password").unwrap_or_default();
    let why = match pages.exchange().set_password(visitor.themselves(), name, password).await {
        Ok(session) => return Ok(welcome(&pages, session.cookie(), "/me/account?done=saved")),
        Err(AccountFault::Name) => w::ACCOUNT_NAME_WRONG,
        Err(AccountFault::Taken) => w::ACCOUNT_TAKEN,
        Err(AccountFault::Password(PasswordFault::Short)) => w::ACCOUNT_SHORT,
        Err(AccountFault::Password(PasswordFault::Long)) => w::ACCOUNT_LONG,
        Err(AccountFault::Password(PasswordFault::Guessable)) => w::ACCOUNT_GUESSABLE,
        Err(AccountFault::Busy) => w::SIGN_IN_BUSY,
        Err(AccountFault::Unrecorded(_)) => return Err(Fault::Down),
    };
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &account_page(&visitor, Some(why), name)))
}
