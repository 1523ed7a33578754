//! What happened, in plain sentences: each act once, a system that looks again and again in one line with a count.

mod group;
mod tell;
#[cfg(test)]
mod tests;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::Uri;

use crate::Pages;
use crate::admit::Visitor;
use crate::door::{Policy, Route};
use crate::fault::Fault;
use crate::layout::{Frame, Here, shown};
use crate::words::en as w;
use crate::words::en::Calendar;
use group::{DayView, by_day};
use tell::Names;

/// How many acts one page tells of.
const ACTS_EACH_PAGE: u32 = 300;

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get("/me/receipts", Policy::SignedIn, page)]
}

#[derive(Template)]
#[template(path = "receipts.html")]
pub(crate) struct ReceiptsPage {
    pub(crate) frame: Frame,
    pub(crate) days: Vec<DayView>,
    pub(crate) older: Option<String>,
    pub(crate) is_first: bool,
}

/// The page. `before` is the number of the last act already seen.
async fn page(State(pages): State<Pages>, visitor: Visitor, uri: Uri) -> Result<Response, Fault> {
    let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let before: Option<u64> =
        query.into_owned().find(|(key, _)| key == "before").and_then(|(_, value)| value.parse().ok());
    let me = pages.exchange().own_self(visitor.themselves()).await?;
    let calendar = Calendar::of(me.zone_minutes, pages.exchange().now());
    let happened = pages.exchange().happened(visitor.themselves(), before, ACTS_EACH_PAGE).await?;
    let names = Names::find(&pages, &happened).await?;
    let is_full = u32::try_from(happened.len()).is_ok_and(|count| count == ACTS_EACH_PAGE);
    let last = happened.last().filter(|_| is_full).map(|last| last.person_seq);
    Ok(shown(&ReceiptsPage {
        frame: Frame::of(&visitor, w::RECEIPTS, Here::Receipts),
        days: by_day(&happened, &names, calendar),
        older: last.map(|last| format!("/me/receipts?before={last}")),
        is_first: before.is_none(),
    }))
}
