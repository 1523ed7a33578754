//! Every failure becomes a page here that says what happened, what did not, and where to go on.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use sayso_exchange::Refusal;

use crate::admit::to_sign_in;
use crate::layout::{Frame, page};
use crate::words::en as w;

/// Why a page could not be shown. No variant holds a person's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nobody is signed in.
    SignInFirst {
        /// Where to go after it.
        back: String,
    },
    /// There is no such page, or it is another person's.
    NotHere,
    /// No such method at this address.
    Method,
    /// The form was not made for this session and address.
    OldForm,
    /// An app's question was answered with this form before.
    Answered,
    /// The form cannot be read.
    Unreadable,
    /// The form is larger than any of ours.
    TooLarge,
    /// Something changed since the page was made.
    Moved,
    /// The store or the record does not answer; nothing was done.
    Down,
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Moved | Refusal::Stale { .. } | Refusal::OldConsent(_) => Self::Moved,
            Refusal::Absent(_) => Self::NotHere,
            Refusal::Unrecorded(why) => {
                tracing::error!(%why, "a page could not be served");
                Self::Down
            }
            Refusal::NotTaken(_)
            | Refusal::NotProposed(_)
            | Refusal::NeedsIfMatch
            | Refusal::KeyReused
            | Refusal::WouldOpen { .. }
            | Refusal::NamesNothing { .. }
            | Refusal::PeriodOver { .. }
            | Refusal::TwoTimes { .. }
            | Refusal::StatusStays { .. }
            | Refusal::MoreOpen { .. }
            | Refusal::AlreadyDone(_)
            | Refusal::SectionNotOpen { .. }
            | Refusal::PartyNotNamed { .. }
            | Refusal::InForce
            | Refusal::OtherTime
            | Refusal::Exists
            | Refusal::NotPossible(_) => Self::Unreadable,
        }
    }
}

/// A page that says what went wrong.
#[derive(Template)]
#[template(path = "fault.html")]
pub(crate) struct FaultPage {
    pub(crate) frame: Frame,
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let (status, title, text) = match self {
            Self::SignInFirst { back } => return to_sign_in(&back),
            Self::NotHere => (StatusCode::NOT_FOUND, w::FAULT_NOT_HERE, w::FAULT_NOT_HERE_TEXT),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, w::FAULT_METHOD, w::FAULT_METHOD_TEXT),
            Self::OldForm => (StatusCode::FORBIDDEN, w::FAULT_FORM, w::FAULT_FORM_TEXT),
            Self::Answered => (StatusCode::CONFLICT, w::FAULT_ANSWERED, w::FAULT_ANSWERED_TEXT),
            Self::Unreadable => (StatusCode::BAD_REQUEST, w::FAULT_UNREADABLE, w::FAULT_UNREADABLE_TEXT),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, w::FAULT_TOO_LARGE, w::FAULT_TOO_LARGE_TEXT),
            Self::Moved => (StatusCode::CONFLICT, w::FAULT_MOVED, w::FAULT_MOVED_TEXT),
            Self::Down => return down(),
        };
        page(status, &FaultPage { frame: Frame::open(title), title, text })
    }
}

/// Without a template, because it is also what is said when a template cannot be rendered.
fn down() -> Response {
    let (title, text, home) = (w::FAULT_DOWN, w::FAULT_DOWN_TEXT, w::GO_HOME);
    let html = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title>\
         <link rel=\"stylesheet\" href=\"/me/style.css\"></head>\
         <body><main><h1>{title}</h1><p>{text}</p><p><a href=\"/me\">{home}</a></p></main></body></html>",
        w::LANG,
        w::tab(title),
    );
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (RETRY_AFTER, "30")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, html).into_response()
}

/// The answer for addresses under ours that are not in the table.
pub(crate) async fn no_such_page() -> Response {
    Fault::NotHere.into_response()
}

/// The answer for methods that an address does not know.
pub(crate) async fn wrong_method() -> Response {
    Fault::Method.into_response()
}

/// Elsewhere, after a form was taken.
pub(crate) fn go_to(address: &str) -> Response {
    Redirect::to(address).into_response()
}
