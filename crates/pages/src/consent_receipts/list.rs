//! All receipts, newest first, by day. Openings that are alike stand in one line.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::Uri;
use sayso_exchange::consent_receipts::{ConsentReceipt, Happened};

use super::{BASE, Names, address, sentence};
use crate::Pages;
use crate::admit::Visitor;
use crate::fault::Fault;
use crate::layout::{Frame, Here, shown};
use crate::sharing::query;
use crate::words::en as w;
use crate::words::en::Calendar;

/// How many receipts one page asks for.
const RECEIPTS_EACH_PAGE: usize = 60;

#[derive(Template)]
#[template(path = "my_receipts.html")]
pub(crate) struct MyReceiptsPage {
    pub(crate) frame: Frame,
    pub(crate) days: Vec<DayView>,
    pub(crate) older: Option<String>,
    pub(crate) is_first: bool,
}

/// A day with its receipts.
pub(crate) struct DayView {
    pub(crate) day: String,
    pub(crate) lines: Vec<LineView>,
}

/// One receipt, or several openings that are alike.
pub(crate) struct LineView {
    pub(crate) text: String,
    pub(crate) address: String,
    /// The others that are alike: their time and address.
    pub(crate) more: Vec<(String, String)>,
}

/// The page. `before` is the number of the last act already seen.
pub(crate) async fn page(State(pages): State<Pages>, visitor: Visitor, uri: Uri) -> Result<Response, Fault> {
    let before: Option<u64> = query(&uri, "before").and_then(|number| number.parse().ok());
    let me = pages.exchange().own_self(visitor.themselves()).await?;
    let calendar = Calendar::of(me.zone_minutes, pages.exchange().now());
    let found = pages.exchange().consent_receipts(visitor.themselves(), before, RECEIPTS_EACH_PAGE).await?;
    let (receipts, older) = found;
    let names = Names::find(&pages, &visitor, &receipts).await?;
    Ok(shown(&MyReceiptsPage {
        frame: Frame::of(&visitor, w::MY_RECEIPTS, Here::Sharing),
        days: by_day(&receipts, &names, calendar),
        older: older.map(|number| format!("{BASE}?before={number}")),
        is_first: before.is_none(),
    }))
}

/// The receipts by day.
pub(crate) fn by_day(receipts: &[ConsentReceipt], names: &Names, calendar: Calendar) -> Vec<DayView> {
    let mut days: Vec<(DayView, Vec<&ConsentReceipt>)> = Vec::new();
    for receipt in receipts {
        let day = w::date(calendar.date(receipt.at));
        if days.last().is_none_or(|(last, _)| last.day != day) {
            days.push((DayView { day, lines: Vec::new() }, Vec::new()));
        }
        let Some((today, first)) = days.last_mut() else { continue };
        match first.iter().position(|one| is_alike(one, receipt)).and_then(|place| today.lines.get_mut(place)) {
            Some(line) => line.more.push((calendar.time(receipt.at), address(receipt.id))),
            None => {
                let text = sentence(receipt, names, calendar);
                today.lines.push(LineView { text, address: address(receipt.id), more: Vec::new() });
                first.push(receipt);
            }
        }
    }
    days.into_iter().map(|(day, _)| day).collect()
}

/// A service that looks again and again is one line; what the person did stands by itself.
fn is_alike(one: &ConsentReceipt, other: &ConsentReceipt) -> bool {
    one.happened == Happened::Opened
        && other.happened == Happened::Opened
        && (one.towards, one.purpose) == (other.towards, other.purpose)
}
