//! The person chooses a name and a password, so that they can come back without a link, and reads by which numbers
//! others find them.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{StatusCode, Uri};
use sayso_auth::sign_in::PasswordFault;
use sayso_exchange::{AccountFault, Number, Standing};

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
    asks_current: bool,
    numbers: Vec<NumberView>,
    form: String,
}

/// A number of the person's, and whether others find them by it.
struct NumberView {
    number: String,
    system: String,
    standing: String,
}

impl NumberView {
    fn of(number: &Number) -> Self {
        let standing = match &number.standing {
            Standing::Found { by } => w::number_checked_by(by),
            Standing::Claimed => w::NUMBER_CLAIMED.to_owned(),
            Standing::Contested => w::NUMBER_CONTESTED.to_owned(),
        };
        Self { number: number.value.clone(), system: number.system.clone(), standing }
    }
}

async fn account_page(
    pages: &Pages,
    visitor: &Visitor,
    notice: Option<&'static str>,
    name: &str,
) -> Result<AccountPage, Fault> {
    let numbers = pages.exchange().own_numbers(visitor.themselves()).await?;
    Ok(AccountPage {
        frame: Frame::of(visitor, w::ACCOUNT, Here::Elsewhere),
        notice,
        name: name.to_owned(),
        asks_current: visitor.session().is_by_password(),
        numbers: numbers.iter().map(NumberView::of).collect(),
        form: visitor.form_token(ACCOUNT),
    })
}

async fn form(State(pages): State<Pages>, visitor: Visitor, uri: Uri) -> Result<Response, Fault> {
    let saved = (uri.query() == Some("done=saved")).then_some(w::ACCOUNT_SAVED);
    Ok(shown(&account_page(&pages, &visitor, saved, "").await?))
}

async fn save(State(pages): State<Pages>, visitor: Visitor, fields: Fields) -> Result<Response, Fault> {
    let name = fields.one("name").unwrap_or_default();
    let password = fields.one("password").unwrap_or_default();
    let current = fields.one("current").unwrap_or_default();
    let why = match pages.exchange().set_password(visitor.session(), current, name, password).await {
        Ok(session) => return Ok(welcome(&pages, session.cookie(), "/me/account?done=saved")),
        Err(fault) => why_not(&fault).ok_or(Fault::Down)?,
    };
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &account_page(&pages, &visitor, Some(why), name).await?))
}

/// Why an account was not made or changed, in words; none when nothing could be recorded.
pub(crate) const fn why_not(fault: &AccountFault) -> Option<&'static str> {
    Some(match fault {
        AccountFault::Name => w::ACCOUNT_NAME_WRONG,
        AccountFault::Taken => w::ACCOUNT_TAKEN,
        AccountFault::Password(PasswordFault::Short) => w::ACCOUNT_SHORT,
        AccountFault::Password(PasswordFault::Long) => w::ACCOUNT_LONG,
        AccountFault::Password(PasswordFault::Guessable) => w::ACCOUNT_GUESSABLE,
        AccountFault::Current => w::ACCOUNT_CURRENT_WRONG,
        AccountFault::Same => w::ACCOUNT_SAME,
        AccountFault::Wait { .. } => w::ACCOUNT_WAIT,
        AccountFault::Busy => w::SIGN_IN_BUSY,
        AccountFault::Unrecorded(_) => return None,
    })
}
