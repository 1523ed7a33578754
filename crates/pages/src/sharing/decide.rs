//! What the person does: preview, let them see, stop, say no, end a no.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::Uri;
use sayso_consent::{Projection, Released};
use sayso_exchange::sharing::{PERMIT_DAYS_DEFAULT, Party};
use sayso_exchange::{Receipt, Refusal};
use time::Duration;

use super::choice::{Hidden, Posted, hidden};
use super::overview::someone;
use super::why::{WhySection, sections};
use super::{action, address, at_purpose, name_of, named, party_at, sent, undoing};
use crate::Pages;
use crate::admit::Visitor;
use crate::consent_receipts;
use crate::fault::{Fault, go_to};
use crate::fields::Fields;
use crate::layout::{Frame, Here, shown};
use crate::plans::view::Said;
use crate::words::en as w;
use crate::words::en::Calendar;

#[derive(Template)]
#[template(path = "preview.html")]
pub(crate) struct PreviewPage {
    pub(crate) frame: Frame,
    pub(crate) lead: String,
    pub(crate) until: String,
    pub(crate) name: Said,
    pub(crate) numbers: Vec<String>,
    /// Other people whom it names.
    pub(crate) named: Vec<Said>,
    /// The narrative of each plan, as a record system gets it; already HTML, made from released parts only.
    pub(crate) plans: Vec<String>,
    /// What was chosen and stays hidden, and why.
    pub(crate) hidden: Vec<WhySection>,
    /// Whether some of that is because of a no.
    pub(crate) is_kept_back: bool,
    pub(crate) is_choice_empty: bool,
    /// What one person who works there sees, whatever is chosen here.
    pub(crate) someone: Option<String>,
    pub(crate) share: String,
    pub(crate) form: String,
    pub(crate) fields: Vec<Hidden>,
    pub(crate) back: String,
}

#[derive(Template)]
#[template(path = "stopped.html")]
pub(crate) struct StoppedPage {
    pub(crate) frame: Frame,
    pub(crate) heading: String,
    /// Whether they still see what is open to any crisis service.
    pub(crate) by_class: bool,
    pub(crate) receipt: String,
    pub(crate) undo: Vec<Undo>,
    pub(crate) back: String,
}

/// What was open for one purpose, ready to be opened again after a preview.
pub(crate) struct Undo {
    pub(crate) purpose: &'static str,
    pub(crate) action: String,
    pub(crate) form: String,
    pub(crate) fields: Vec<Hidden>,
}

/// Shows just what they would see. Nothing is stored.
pub(crate) async fn preview(
    State(pages): State<Pages>,
    visitor: Visitor,
    uri: Uri,
    fields: Fields,
) -> Result<Response, Fault> {
    let (party, who) = named(&pages, &visitor, &uri).await?;
    let posted = Posted::read(&fields, party)?;
    let themselves = visitor.themselves();
    let preview = pages.exchange().preview(themselves, party, posted.purpose, &posted.choice).await?;
    let plans = if preview.hidden.is_empty() { Vec::new() } else { pages.exchange().own_plans(themselves).await? };
    let me = pages.exchange().own_self(themselves).await?;
    let now = pages.exchange().now();
    let calendar = Calendar::of(me.zone_minutes, now);
    let until = calendar.day(now + Duration::days(PERMIT_DAYS_DEFAULT));
    let share = action(party, "share");
    let (_, standing) = pages.exchange().standing(themselves).await?;
    let verified = me.identifiers.iter().filter(|identifier| identifier.is_verified());
    Ok(shown(&PreviewPage {
        frame: Frame::of(&visitor, w::PREVIEW_TITLE, Here::Sharing),
        lead: w::preview_for(&who, w::purpose(posted.purpose)),
        until: w::new_holds_until(&until),
        name: Said::text(&me.name, me.language.as_str()),
        // A supporter reads the name alone.
        numbers: verified
            .filter(|_| !matches!(party, Party::Supporter(_)))
            .map(|identifier| identifier.value.clone())
            .collect(),
        named: others(&preview.shown),
        plans: preview.shown.iter().map(narrative).collect(),
        is_kept_back: preview.hidden.iter().any(|part| part.verdict.is_refused()),
        hidden: sections(&preview.hidden, &plans, posted.purpose, calendar),
        is_choice_empty: posted.choice.is_empty(),
        someone: standing.iter().find(|one| one.party == party && one.purpose == posted.purpose).and_then(someone),
        form: visitor.form_token(&share),
        share,
        fields: posted.hidden(),
        back: format!("{}{}", at_purpose(party, posted.purpose), undoing(posted.undo)),
    }))
}

/// The people whom what is released names, the person left out, each name once.
fn others(released: &[Released<Projection>]) -> Vec<Said> {
    let mut named: Vec<Said> = Vec::new();
    for plan in released.iter().map(Released::get) {
        for party in plan.parties.iter().filter(|party| !party.id.is_person()) {
            let said = Said::text(&party.name, plan.head.language.as_str());
            if !named.iter().any(|known| known.text == said.text) {
                named.push(said);
            }
        }
    }
    named
}

/// The narrative that the party's record system would get. Inline style is not allowed on our pages; the class does
/// the same. Words cannot look like the attribute, because quotes in them are escaped.
pub(crate) fn narrative(released: &Released<Projection>) -> String {
    let html = sayso_fhir::outgoing::narrative(released);
    html.replace(" style=\"white-space: pre-wrap\"", " class=\"lines-kept\"")
        .replace(" xmlns=\"http://www.w3.org/1999/xhtml\"", "")
}

/// Lets them see it, from now on.
pub(crate) async fn share(
    State(pages): State<Pages>,
    visitor: Visitor,
    uri: Uri,
    fields: Fields,
) -> Result<Response, Fault> {
    let (party, _) = named(&pages, &visitor, &uri).await?;
    let Posted { purpose, choice, seen, undo } = Posted::read(&fields, party)?;
    let receipt = match pages.exchange().share(visitor.themselves(), party, purpose, &choice, Some(seen)).await {
        Ok(recorded) => receipt_of(&recorded),
        // The second of two clicks on one button: what it asks for is so already, and saying no would not be true.
        Err(Refusal::Moved) => {
            let (_, standing) = pages.exchange().standing(visitor.themselves()).await?;
            let mut so = standing.iter().filter(|one| one.party == party && one.purpose == purpose);
            if !so.any(|one| one.open == choice && one.refused.is_none()) {
                return Err(Fault::Moved);
            }
            String::new()
        }
        Err(other) => return Err(other.into()),
    };
    Ok(go_to(&format!("{}&done=shared{receipt}{}", at_purpose(party, purpose), undoing(undo))))
}

/// Takes back all, at once. Works for parties that have left the registry too.
pub(crate) async fn stop(State(pages): State<Pages>, visitor: Visitor, uri: Uri) -> Result<Response, Fault> {
    let party = party_at(uri.path()).ok_or(Fault::NotHere)?;
    let who = name_of(&pages, &visitor, party).await?;
    let (_, before) = pages.exchange().standing(visitor.themselves()).await?;
    let recorded = match party {
        Party::App(app) => pages.exchange().disconnect(visitor.themselves(), app).await?,
        Party::Organization(_) | Party::CrisisServices | Party::Supporter(_) => {
            pages.exchange().stop_sharing(visitor.themselves(), party).await?
        }
    };
    let (seen, standing) = pages.exchange().standing(visitor.themselves()).await?;
    let by_class = pages.exchange().seeing_by_class(visitor.themselves(), &standing).await?.contains(&party);
    let preview = action(party, "preview");
    let was_open = before.iter().filter(|one| one.party == party && !one.open.is_empty());
    // An app also lost its key; only the app can ask for a new one.
    let undo = was_open.filter(|_| !matches!(party, Party::App(_))).map(|one| Undo {
        purpose: w::purpose_title(one.purpose),
        action: preview.clone(),
        form: visitor.form_token(&preview),
        fields: hidden(one.purpose, &one.open, seen),
    });
    Ok(shown(&StoppedPage {
        frame: Frame::of(&visitor, w::STOP_TITLE, Here::Sharing),
        heading: w::stopped_with(&who),
        by_class,
        receipt: consent_receipts::address(recorded.leaf()),
        undo: undo.collect(),
        back: address(party),
    }))
}

/// Says no for good.
pub(crate) async fn never(
    State(pages): State<Pages>,
    visitor: Visitor,
    uri: Uri,
    fields: Fields,
) -> Result<Response, Fault> {
    let (party, _) = named(&pages, &visitor, &uri).await?;
    let even_in_emergency = fields.is_ticked("emergency");
    let recorded = pages.exchange().refuse(visitor.themselves(), party, even_in_emergency).await?;
    Ok(go_to(&format!("{}?done=never{}", address(party), receipt_of(&recorded))))
}

/// Ends a no. What would be open by that stood on the page.
pub(crate) async fn end_never(
    State(pages): State<Pages>,
    visitor: Visitor,
    uri: Uri,
    fields: Fields,
) -> Result<Response, Fault> {
    let party = party_at(uri.path()).ok_or(Fault::NotHere)?;
    let receipt = match pages.exchange().end_refusal(visitor.themselves(), party, sent::seen(&fields)?).await {
        Ok(recorded) => receipt_of(&recorded),
        // The second of two clicks on one button: the no has ended, and saying that nothing changed would not be true.
        Err(Refusal::Moved) => {
            let (_, standing) = pages.exchange().standing(visitor.themselves()).await?;
            if standing.iter().any(|one| one.party == party && one.refused.is_some()) {
                return Err(Fault::Moved);
            }
            String::new()
        }
        Err(other) => return Err(other.into()),
    };
    Ok(go_to(&format!("{}?done=ended{receipt}", address(party))))
}

/// The part of an address that leads on to the receipt of what was just done.
fn receipt_of(recorded: &Receipt) -> String {
    format!("&receipt={}", recorded.leaf())
}
