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

/// How many acts are read at once.
const ACTS_AT_ONCE: u32 = 300;
/// The most acts one page stands for: a system that looks again and again must not push everything else off the page.
const ACTS_EACH_PAGE: usize = 3_000;
/// How many lines fill a page.
const LINES_EACH_PAGE: usize = 60;

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
    let (days, last) = told(&pages, &visitor, before, calendar).await?;
    Ok(shown(&ReceiptsPage {
        frame: Frame::of(&visitor, w::RECEIPTS, Here::Receipts),
        days,
        older: last.map(|last| format!("/me/receipts?before={last}")),
        is_first: before.is_none(),
    }))
}

/// As many acts as make a full page, and the number of the last of them where there may be older ones.
async fn told(
    pages: &Pages,
    visitor: &Visitor,
    before: Option<u64>,
    calendar: Calendar,
) -> Result<(Vec<DayView>, Option<u64>), Fault> {
    let (mut happened, mut last) = (Vec::new(), before);
    loop {
        let more = pages.exchange().happened(visitor.themselves(), last, ACTS_AT_ONCE).await?;
        let is_end = u32::try_from(more.len()).is_ok_and(|count| count < ACTS_AT_ONCE);
        last = more.last().map(|act| act.person_seq).or(last);
        happened.extend(more);
        let names = Names::find(pages, visitor, &happened).await?;
        let days = by_day(&happened, &names, calendar);
        let lines: usize = days.iter().map(|day| day.lines.len()).sum();
        if is_end || lines >= LINES_EACH_PAGE || happened.len() >= ACTS_EACH_PAGE {
            return Ok((days, last.filter(|_| !is_end)));
        }
    }
}
