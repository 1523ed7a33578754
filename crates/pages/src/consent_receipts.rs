//! The person's receipts: a list, each one as a page to read or print, and as a file in the shape of Kantara's consent
//! receipt. Page and file are made from the same receipt, for the person alone.

mod kantara;
mod list;
mod page;
mod sent;
#[cfg(test)]
pub(crate) mod tests;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::Uri;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use sayso_consent::{Known, Recipient};
use sayso_exchange::consent_receipts::{ConsentReceipt, Happened};
use sayso_exchange::sharing::Party;
use sayso_plan::{LeafId, Purpose, SupporterId};
use time::Duration;

use crate::Pages;
use crate::admit::Visitor;
use crate::door::{Policy, Route};
use crate::fault::Fault;
use crate::layout::shown;
use crate::sharing;
use crate::words::en as w;
use crate::words::en::Calendar;

/// Where the receipts are.
const BASE: &str = "/me/sharing/receipts";
/// What lasts longer than a life ends when the person ends it.
pub(crate) const FOR_GOOD: Duration = Duration::days(50 * 365);
/// How the address of the file ends.
const FILE: &str = ".json";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(BASE, Policy::SignedIn, list::page),
        Route::get(format!("{BASE}/{{receipt}}"), Policy::SignedIn, one),
    ]
}

/// The address of a receipt.
pub(crate) fn address(id: LeafId) -> String {
    format!("{BASE}/{id}")
}

/// The receipt that an address leads on with, after something was decided.
pub(crate) fn after(uri: &Uri) -> Option<String> {
    sharing::query(uri, "receipt")?.parse().ok().map(address)
}

/// A receipt as a page, or as a file where the address ends so. Another person's is not here.
async fn one(State(pages): State<Pages>, visitor: Visitor, uri: Uri) -> Result<Response, Fault> {
    let name = uri.path().strip_prefix(BASE).and_then(|rest| rest.strip_prefix('/')).ok_or(Fault::NotHere)?;
    let id: LeafId = name.strip_suffix(FILE).unwrap_or(name).parse().map_err(|_| Fault::NotHere)?;
    let receipt = pages.exchange().consent_receipt(visitor.themselves(), id).await?.ok_or(Fault::NotHere)?;
    let names = Names::find(&pages, &visitor, [&receipt]).await?;
    if !name.ends_with(FILE) {
        let me = pages.exchange().own_self(visitor.themselves()).await?;
        let calendar = Calendar::of(me.zone_minutes, pages.exchange().now());
        return Ok(shown(&page::ReceiptPage::of(&visitor, &receipt, &names, calendar, pages.operator())));
    }
    let file = kantara::file(&receipt, &names, pages.operator(), pages.place().issuer());
    let disposition = format!("attachment; filename=\"receipt-{id}.json\"");
    let headers = [
        (CONTENT_TYPE, "application/json".to_owned()),
        (CONTENT_DISPOSITION, disposition),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, file).into_response())
}

/// The names of all who stand in some receipts, as the registry knows them today.
#[derive(Default)]
pub(crate) struct Names {
    parties: Vec<(Recipient, String)>,
    through: Vec<(sayso_plan::ClientId, String)>,
    /// Those who did it in the person's name.
    by: Vec<(SupporterId, String)>,
    /// Those who supported the person and do not any more, who have no page.
    former: Vec<SupporterId>,
}

impl Names {
    async fn find(
        pages: &Pages,
        visitor: &Visitor,
        receipts: impl IntoIterator<Item = &ConsentReceipt>,
    ) -> Result<Self, Fault> {
        let mut names = Self::default();
        let ever = pages.exchange().supporters_ever(visitor.themselves()).await?;
        let supporter = |id: SupporterId| {
            let known = ever.iter().find(|one| one.id == id).map(|one| one.name.clone());
            known.unwrap_or_else(|| w::SOMEONE.to_owned())
        };
        for receipt in receipts {
            let sent = receipt.sent.iter().map(|one| &one.term);
            let terms = receipt.given.iter().chain(&receipt.kept).chain(&receipt.ended).chain(sent);
            let named = terms.filter_map(|term| if let Known::Is(one) = term.recipient { Some(one) } else { None });
            for one in named.chain(receipt.towards) {
                if !names.parties.iter().any(|(known, _)| *known == one) {
                    let name =
                        if let Recipient::Supporter(id) = one { supporter(id) } else { name_of(pages, one).await? };
                    names.parties.push((one, name));
                }
            }
            if let Some(Recipient::Supporter(one)) = receipt.towards
                && ever.iter().any(|other| other.id == one && other.ended_at.is_some())
            {
                names.former.push(one);
            }
            if let Some(by) = receipt.by {
                names.by.push((by, supporter(by)));
            }
            if let Some(client) = receipt.through {
                let name = pages.exchange().client_name(client).await?.unwrap_or_else(|| w::UNKNOWN_APP.to_owned());
                names.through.push((client, name));
            }
        }
        Ok(names)
    }

    fn of(&self, one: Recipient) -> &str {
        let found = self.parties.iter().find(|(known, _)| *known == one);
        found.map_or(w::UNKNOWN_PARTY, |(_, name)| name)
    }

    fn towards(&self, receipt: &ConsentReceipt) -> &str {
        receipt.towards.map_or(w::SOMEONE, |one| self.of(one))
    }

    /// Whether it is about somebody who does not support the person any more.
    fn is_former(&self, receipt: &ConsentReceipt) -> bool {
        matches!(receipt.towards, Some(Recipient::Supporter(one)) if self.former.contains(&one))
    }

    fn by(&self, receipt: &ConsentReceipt) -> Option<&str> {
        let by = receipt.by?;
        self.by.iter().find(|(known, _)| *known == by).map(|(_, name)| name.as_str())
    }

    fn through(&self, receipt: &ConsentReceipt) -> Option<&str> {
        let client = receipt.through?;
        self.through.iter().find(|(known, _)| *known == client).map(|(_, name)| name.as_str())
    }
}

async fn name_of(pages: &Pages, one: Recipient) -> Result<String, Fault> {
    match (one, Party::under(one)) {
        (Recipient::Practitioner(organization, _), _) => {
            let there = sharing::registered_name(pages, Party::Organization(organization)).await?;
            Ok(format!("{there} ({})", w::RECEIPT_SOMEBODY_THERE))
        }
        (_, Some(party)) => sharing::registered_name(pages, party).await,
        (_, None) => Ok(w::RECEIPT_EVERYONE.to_owned()),
    }
}

/// What happened, in one sentence.
fn sentence(receipt: &ConsentReceipt, names: &Names, calendar: Calendar) -> String {
    let moment = &w::full_moment(&w::date(calendar.date(receipt.at)), &calendar.time(receipt.at));
    let who = names.towards(receipt);
    let purpose = receipt.purpose.map(w::purpose);
    if let Some(by) = names.by(receipt) {
        return w::taken_back_for_you(by, who, receipt.happened == Happened::Withdrawn, moment);
    }
    match receipt.happened {
        Happened::Given if receipt.purpose == Some(Purpose::Patrqt) => w::receipt_app_allowed(who, moment),
        Happened::Given => w::let_see(who, purpose.unwrap_or(w::NO_PURPOSE), moment),
        Happened::Changed => w::receipt_changed(who, moment),
        Happened::Narrowed => match names.through(receipt) {
            Some(system) if receipt.own_matter => w::receipt_sees_less(system, who, moment),
            Some(app) => w::receipt_narrowed_by(app, who, moment),
            None => w::narrowed(who, moment),
        },
        Happened::Withdrawn => match (names.through(receipt), purpose) {
            (Some(app), _) => w::taken_back_for_you(app, who, true, moment),
            (None, Some(purpose)) => w::receipt_stopped(who, purpose, moment),
            (None, None) => w::stopped(who, moment),
        },
        Happened::Left => w::supporter_changed(who, "left", moment),
        Happened::Refused => w::said_no(who, moment),
        Happened::NoEnded => w::receipt_no_ended(who, moment),
        Happened::Restored => w::receipt_restored(who, moment),
        Happened::Declined => w::declined(who, moment),
        Happened::Asked => w::proposed(names.through(receipt).unwrap_or(who), moment),
        Happened::AskEnded => w::receipt_ask_ended(names.through(receipt).unwrap_or(who), who, moment),
        Happened::Nothing => match names.through(receipt).filter(|_| !receipt.sent.is_empty()) {
            Some(app) => w::receipt_nothing_came(app, who, moment),
            None => w::receipt_nothing(who, moment),
        },
        Happened::Opened => w::receipt_opened(who, purpose.unwrap_or(w::NO_PURPOSE), moment),
    }
}
