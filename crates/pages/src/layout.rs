//! What all pages have around them, and how a page becomes an answer.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;

use crate::admit::{Companion, FORM_TOKEN, Visitor};
use crate::fault::Fault;
use crate::words::en as w;

/// Where the sign-out form posts.
pub(crate) const SIGN_OUT: &str = "/me/sign-out";

/// Where the sign-out form of a supporter posts.
pub(crate) const WITH_SIGN_OUT: &str = "/with/sign-out";

/// Around a page.
pub(crate) struct Frame {
    pub(crate) tab: String,
    /// The hidden field of the sign-out form; none when nobody is signed in.
    pub(crate) sign_out: Option<String>,
    /// Where in the menu the page stands.
    pub(crate) here: Here,
    /// Whether it is a page of somebody who supports persons, with a menu of its own.
    pub(crate) with: bool,
}

/// A place in the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Here {
    Home,
    Plans,
    Sharing,
    Receipts,
    Elsewhere,
}

impl Frame {
    /// For a person who is signed in.
    pub(crate) fn of(visitor: &Visitor, page: &str, here: Here) -> Self {
        Self { tab: w::tab(page), sign_out: Some(visitor.form_token(SIGN_OUT)), here, with: false }
    }

    /// For somebody who supports persons and is signed in.
    pub(crate) fn with(companion: &Companion, page: &str) -> Self {
        let sign_out = Some(companion.form_token(WITH_SIGN_OUT));
        Self { tab: w::tab(page), sign_out, here: Here::Elsewhere, with: true }
    }

    /// For somebody we do not know.
    pub(crate) fn open(page: &str) -> Self {
        Self { tab: w::tab(page), sign_out: None, here: Here::Elsewhere, with: false }
    }
}

/// The name of the hidden field, for templates.
pub(crate) const FORM: &str = FORM_TOKEN;

/// A form with nothing but a button.
pub(crate) struct Button {
    pub(crate) action: String,
    pub(crate) form: String,
    pub(crate) label: String,
}

impl Button {
    /// A button of this visitor's that posts to an address.
    pub(crate) fn of(visitor: &Visitor, action: String, label: String) -> Self {
        Self { form: visitor.form_token(&action), action, label }
    }
}

/// A page as an answer.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response(),
        Err(_) => Fault::Down.into_response(),
    }
}

/// A page that went well.
pub(crate) fn shown(template: &impl Template) -> Response {
    page(StatusCode::OK, template)
}
