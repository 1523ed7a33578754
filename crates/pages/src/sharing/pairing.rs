//! A code to read out: somebody at a desk can then ask to be let in.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use sayso_exchange::pair::PairingCode;

use crate::Pages;
use crate::admit::Visitor;
use crate::fault::Fault;
use crate::layout::{Button, Frame, Here, shown};
use crate::words::en as w;
use crate::words::en::Calendar;

#[derive(Template)]
#[template(path = "pairing.html")]
pub(crate) struct PairingPage {
    pub(crate) frame: Frame,
    pub(crate) made: Option<Made>,
    pub(crate) make: Button,
}

/// A code, and until when it is good.
pub(crate) struct Made {
    pub(crate) code: PairingCode,
    pub(crate) until: String,
}

const ADDRESS: &str = "/me/sharing/code";

/// What a code is for. There is none before the person makes one, so that none lies about.
pub(crate) async fn page(visitor: Visitor) -> Response {
    with(&visitor, None)
}

/// Makes a code and shows it, this once.
pub(crate) async fn make(State(pages): State<Pages>, visitor: Visitor) -> Result<Response, Fault> {
    let (code, until) = pages.exchange().pairing_code(visitor.themselves()).await?;
    let me = pages.exchange().own_self(visitor.themselves()).await?;
    let calendar = Calendar::of(me.zone_minutes, pages.exchange().now());
    Ok(with(&visitor, Some(Made { code, until: w::code_ends(&calendar.moment(until)) })))
}

fn with(visitor: &Visitor, made: Option<Made>) -> Response {
    let label = if made.is_some() { w::CODE_AGAIN } else { w::CODE_MAKE };
    let make = Button::of(visitor, ADDRESS.to_owned(), label.to_owned());
    shown(&PairingPage { frame: Frame::of(visitor, w::CODE_TITLE, Here::Sharing), made, make })
}
