//! What others sent about who may see what: the person lets it be, or not, and takes back what keeps something from
//! somebody.

use axum::extract::{Path, State};
use axum::response::Response;
use sayso_consent::{Class, Projection, Recipient, Released, Sent, What};
use sayso_exchange::Refusal;
use sayso_exchange::answer_consents::{KeptBack, Newly, WaitingConsent};
use sayso_exchange::reopen::Opens;
use sayso_exchange::sharing::Party;
use sayso_plan::{ConsentId, ItemId, Share, StoredItem};
use time::OffsetDateTime;

use super::{name_of, registered_name};
use crate::Pages;
use crate::admit::Visitor;
use crate::consent_receipts::FOR_GOOD;
use crate::door::{Policy, Route};
use crate::fault::{Fault, go_to};
use crate::fields::Fields;
use crate::layout::Button;
use crate::plans::item::{headline, lead};
use crate::plans::view::{Names, Said, title};
use crate::words::en as w;
use crate::words::en::Calendar;

/// Something that waits for the person's word.
pub(crate) struct ProposedLine {
    pub(crate) id: String,
    /// Who sent it, and when.
    pub(crate) from: String,
    /// For what, and until when.
    pub(crate) terms: String,
    /// "Pine Hill would newly see:", or that they would see nothing new.
    pub(crate) newly: String,
    pub(crate) things: Vec<String>,
    /// What it names, also where nothing is written there yet.
    pub(crate) names: String,
    /// The person's own words of the single things, and the titles of the plans, that it names.
    pub(crate) own: Vec<OwnLine>,
    /// None where it names somebody whom the person cannot let in.
    pub(crate) confirm: Option<Confirm>,
    pub(crate) decline: Button,
}

/// Something of the person's that is named by itself.
pub(crate) struct OwnLine {
    pub(crate) lead: Option<&'static str>,
    pub(crate) words: Said,
}

/// The form that says yes, to just what was looked at.
pub(crate) struct Confirm {
    pub(crate) button: Button,
    pub(crate) seen: u64,
}

/// Something that is kept from somebody.
pub(crate) struct KeptLine {
    pub(crate) text: String,
    pub(crate) own: Vec<OwnLine>,
    pub(crate) from: Option<String>,
    /// From when, where it has not begun, and until when, where it ends by itself.
    pub(crate) time: Option<String>,
    /// What would be newly seen without it, by whom and for what.
    pub(crate) opens: Vec<OpensLine>,
    pub(crate) unclear: bool,
    pub(crate) draft: bool,
    /// Whether an organization sent it, of its own accord.
    pub(crate) by_others: bool,
    pub(crate) restore: Confirm,
}

/// "Pine Hill would newly see, for your treatment:", and what.
pub(crate) struct OpensLine {
    pub(crate) newly: String,
    pub(crate) things: Vec<String>,
}

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::post("/me/sharing/proposed/{consent}/confirm", Policy::SignedInForm, confirm),
        Route::post("/me/sharing/proposed/{consent}/decline", Policy::SignedInForm, decline),
        Route::post("/me/sharing/kept/{consent}/restore", Policy::SignedInForm, restore),
    ]
}

/// What waits, newest first.
pub(crate) async fn proposed(pages: &Pages, visitor: &Visitor, calendar: Calendar) -> Result<Vec<ProposedLine>, Fault> {
    let (seen, waiting) = pages.exchange().waiting_consents(visitor.themselves()).await?;
    let plans = if waiting.is_empty() { Vec::new() } else { pages.exchange().own_plans(visitor.themselves()).await? };
    let mut lines = Vec::new();
    for one in waiting {
        let who = recipient(pages, visitor, Some(one.recipient)).await?;
        let at = |end: &str| format!("/me/sharing/proposed/{}/{end}", one.id);
        let button = Button::of(visitor, at("confirm"), w::LET_THEM.to_owned());
        lines.push(ProposedLine {
            id: one.id.to_string(),
            from: w::sent_this(&sender(pages, one.sent).await?, &calendar.moment(one.at)),
            terms: terms(&one, calendar),
            newly: if one.newly.is_nothing() { w::nothing_new(&who) } else { w::would_newly_see(&who) },
            things: things(&one.newly),
            names: w::it_names(&one.whats.iter().map(|what| permitted(*what)).collect::<Vec<_>>().join(", ")),
            own: own(&plans, &one.whats),
            confirm: one.is_possible.then_some(Confirm { button, seen }),
            decline: Button::of(visitor, at("decline"), w::PROPOSED_DECLINE.to_owned()),
        });
    }
    Ok(lines)
}

/// What is kept back, newest first.
pub(crate) async fn kept(pages: &Pages, visitor: &Visitor, calendar: Calendar) -> Result<Vec<KeptLine>, Fault> {
    let mut lines = Vec::new();
    let kept = pages.exchange().kept_back(visitor.themselves()).await?;
    let plans = if kept.is_empty() { Vec::new() } else { pages.exchange().own_plans(visitor.themselves()).await? };
    for one in kept {
        let who = recipient(pages, visitor, one.recipient).await?;
        let from = match one.sent {
            Some(_) => Some(w::sent_this(&sender(pages, one.sent).await?, &calendar.moment(one.at))),
            None => None,
        };
        let restore = format!("/me/sharing/kept/{}/restore", one.id);
        lines.push(KeptLine {
            text: kept_text(&one, &who),
            own: own(&plans, one.what.as_slice()),
            from,
            unclear: one.counts && !one.is_understood,
            draft: !one.counts,
            time: kept_time(&one, calendar, pages.exchange().now()),
            opens: if one.counts { opens_lines(pages, visitor, &one.opens).await? } else { Vec::new() },
            by_others: one.sent.is_some_and(|sent| sent.organization.is_some()),
            restore: Confirm { button: Button::of(visitor, restore, w::KEPT_RESTORE.to_owned()), seen: one.seen },
        });
    }
    Ok(lines)
}

/// What ending a no would open.
pub(super) async fn opens_lines(pages: &Pages, visitor: &Visitor, opens: &[Opens]) -> Result<Vec<OpensLine>, Fault> {
    let mut lines = Vec::new();
    for one in opens {
        let who = recipient(pages, visitor, Some(one.recipient)).await?;
        let newly = w::would_newly_see_for(&who, w::purpose(one.purpose));
        lines.push(OpensLine { newly, things: things(&one.newly) });
    }
    Ok(lines)
}

/// What lasts longer than a life ends when the person ends it.
fn kept_time(one: &KeptBack, calendar: Calendar, now: OffsetDateTime) -> Option<String> {
    let period = one.period?;
    let from = (now < period.from).then(|| w::begins_on(&calendar.day(period.from)));
    let until = (period.until - now < FOR_GOOD).then(|| w::holds_until(&calendar.last_day(period.until)));
    let parts: Vec<String> = from.into_iter().chain(until).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// What is named by itself, so that nobody says yes to a number.
fn own(plans: &[Released<Projection>], whats: &[What]) -> Vec<OwnLine> {
    let mut lines = Vec::new();
    for plan in plans.iter().map(Released::get) {
        let names = Names::of(plan);
        let whole = whats.contains(&What::Plan(plan.id));
        let document = plan.document.as_ref().is_some_and(|kept| whats.contains(&What::Item(kept.id)));
        lines.extend((whole || document).then(|| OwnLine { lead: None, words: title(plan) }));
        let named = plan.items.iter().filter(|stored| whats.contains(&What::Item(stored.id)));
        lines.extend(named.map(|stored| own_line(stored, &names)));
    }
    lines
}

fn own_line(stored: &StoredItem, names: &Names<'_>) -> OwnLine {
    let words = headline(&stored.item, names).unwrap_or_else(|| Said::text(stored.item.section.title(), w::LANG));
    OwnLine { lead: lead(&stored.item), words }
}

/// The same of one thing in a plan.
pub(super) fn own_item(plan: &Projection, item: ItemId) -> Option<OwnLine> {
    let stored = plan.items.iter().find(|stored| stored.id == item)?;
    Some(own_line(stored, &Names::of(plan)))
}

fn kept_text(one: &KeptBack, who: &str) -> String {
    let what = one.what.map_or_else(|| w::KEPT_ALL.to_owned(), refused);
    w::does_not_see(who, &what, one.purpose.map(w::purpose))
}

fn terms(one: &WaitingConsent, calendar: Calendar) -> String {
    let from = one.from.map(|from| w::begins_on(&calendar.day(from)));
    let until = w::holds_until(&calendar.last_day(one.until));
    [Some(w::meant_for(w::purpose(one.purpose))), from, Some(until)].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// How much of what, in the titles the person knows.
fn things(newly: &Newly) -> Vec<String> {
    let sections = newly.sections.iter().map(|(section, count)| w::part_with(section.title(), *count));
    let documents = (newly.documents > 0).then(|| w::whole_documents(newly.documents));
    let beside = [
        (newly.titles, w::titles as fn(usize) -> String),
        (newly.empty, w::said_empty),
        (newly.cancelled, w::that_cancelled),
    ];
    let beside = beside.into_iter().filter(|(count, _)| *count > 0).map(|(count, told)| told(count));
    sections.chain(documents).chain(beside).collect()
}

fn permitted(what: What) -> String {
    match what {
        What::Level(Share::Open) => w::LEVEL_OPEN.to_owned(),
        What::Level(Share::Care | Share::Close) => w::LEVEL_CARE.to_owned(),
        What::Everything | What::Kind(_) | What::Plan(_) | What::Section(_) | What::Item(_) | What::Documents => {
            named(what)
        }
    }
}

fn refused(what: What) -> String {
    match what {
        What::Level(Share::Open) => w::KEPT_ALL.to_owned(),
        What::Level(Share::Care) => w::KEPT_CARE.to_owned(),
        What::Level(Share::Close) => w::KEPT_CLOSE.to_owned(),
        What::Everything | What::Kind(_) | What::Plan(_) | What::Section(_) | What::Item(_) | What::Documents => {
            named(what)
        }
    }
}

fn named(what: What) -> String {
    match what {
        What::Everything | What::Level(_) => w::KEPT_ALL.to_owned(),
        What::Section(section) => format!("“{}”", section.title()),
        What::Kind(kind) => format!("“{}”", kind.label()),
        What::Plan(_) => w::ONE_PLAN.to_owned(),
        What::Item(_) => w::private_things(1),
        What::Documents => w::DOCUMENTS_INSIDE.to_owned(),
    }
}

/// How somebody is called inside a sentence.
async fn recipient(pages: &Pages, visitor: &Visitor, recipient: Option<Recipient>) -> Result<String, Fault> {
    Ok(match recipient {
        None | Some(Recipient::Everyone) => w::EVERYONE.to_owned(),
        Some(Recipient::Organization(id)) => registered_name(pages, Party::Organization(id)).await?,
        Some(Recipient::Practitioner(at, _)) => w::someone_at(&registered_name(pages, Party::Organization(at)).await?),
        Some(Recipient::Class(Class::CrisisServices)) => registered_name(pages, Party::CrisisServices).await?,
        Some(Recipient::App(id)) => registered_name(pages, Party::App(id)).await?,
        Some(Recipient::Supporter(id)) => name_of(pages, visitor, Party::Supporter(id)).await?,
    })
}

async fn sender(pages: &Pages, sent: Option<Sent>) -> Result<String, Fault> {
    match sent {
        Some(Sent { organization: Some(id), .. }) => registered_name(pages, Party::Organization(id)).await,
        Some(Sent { client, .. }) => registered_name(pages, Party::App(client)).await,
        None => Ok(w::UNKNOWN_PARTY.to_owned()),
    }
}

fn consent(id: &str) -> Result<ConsentId, Fault> {
    id.parse().map_err(|_| Fault::NotHere)
}

async fn confirm(
    State(pages): State<Pages>,
    visitor: Visitor,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Fault> {
    let id = consent(&id)?;
    match pages.exchange().confirm_consent(visitor.themselves(), id, seen(&fields)?).await {
        Ok(_recorded) => {}
        // The second of two clicks on one button: it is shared already, and saying that nothing is would not be true.
        Err(Refusal::Moved) if pages.exchange().is_confirmed(visitor.themselves(), id).await? => {}
        Err(other) => return Err(other.into()),
    }
    Ok(go_to("/me/sharing"))
}

async fn decline(State(pages): State<Pages>, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Fault> {
    let _recorded = pages.exchange().decline_consent(visitor.themselves(), consent(&id)?).await?;
    Ok(go_to("/me/sharing"))
}

async fn restore(
    State(pages): State<Pages>,
    visitor: Visitor,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Fault> {
    let id = consent(&id)?;
    match pages.exchange().restore_consent(visitor.themselves(), id, seen(&fields)?).await {
        Ok(_recorded) => {}
        // The second of two clicks on one button: nothing of it is kept back any more.
        Err(Refusal::Moved) => {
            let kept = pages.exchange().kept_back(visitor.themselves()).await?;
            if kept.iter().any(|one| one.id == id) {
                return Err(Fault::Moved);
            }
        }
        Err(other) => return Err(other.into()),
    }
    Ok(go_to("/me/sharing"))
}

/// The version of their consents that the person looked at.
pub(super) fn seen(fields: &Fields) -> Result<u64, Fault> {
    fields.one("seen").and_then(|seen| seen.parse().ok()).ok_or(Fault::Unreadable)
}
