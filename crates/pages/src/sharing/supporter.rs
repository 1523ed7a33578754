//! One supporter: who they are in the person's plans, whether they may take back in the person's name, a new link, the end.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use sayso_consent::{Projection, Supporter};
use sayso_exchange::sharing::Party;
use sayso_exchange::supporters::Said as SaidOf;
use sayso_plan::{PartyId, PlanId, SupporterId};
use time::OffsetDateTime;

use super::{people, query};
use crate::Pages;
use crate::admit::Visitor;
use crate::door::{Policy, Route};
use crate::fault::{Fault, go_to};
use crate::fields::Fields;
use crate::layout::{Button, Frame, Here, shown};
use crate::plans::view::{Said, title};
use crate::words::en as w;
use crate::words::en::Calendar;

/// The delegations a person can choose, in days.
const DAYS: [i64; 4] = [30, 90, 180, 365];

pub(super) fn routes() -> Vec<Route> {
    let about = "/me/sharing/supporter/{supporter}/about";
    let under = |end: &str| format!("{about}/{end}");
    vec![
        Route::get(about, Policy::SignedIn, page),
        Route::post(under("named"), Policy::SignedInForm, name),
        Route::post(under("delegate"), Policy::SignedInForm, delegate),
        Route::post(under("delegate/end"), Policy::SignedInForm, end_delegation),
        Route::post(under("link"), Policy::SignedInForm, new_link),
        Route::post(under("end"), Policy::SignedInForm, end),
    ]
}

/// The address of the page about a supporter.
pub(super) fn address(supporter: SupporterId) -> String {
    format!("{}/about", super::address(Party::Supporter(supporter)))
}

#[derive(Template)]
#[template(path = "supporter.html")]
struct SupporterPage {
    frame: Frame,
    heading: String,
    done: Option<&'static str>,
    open: String,
    plans: Vec<PlanNames>,
    named: String,
    named_form: String,
    /// When the parties were looked at, in microseconds since 1970.
    looked_at: String,
    delegated: Option<String>,
    delegate: String,
    delegate_form: String,
    days: [i64; 4],
    end_delegation: Button,
    link: Button,
    end: Button,
}

/// A plan and the people that it names.
struct PlanNames {
    title: Said,
    people: Vec<PersonName>,
}

/// Somebody whom a plan names.
struct PersonName {
    /// Plan and party, as the form sends them.
    code: String,
    name: Said,
    is: bool,
}

async fn of(pages: &Pages, visitor: &Visitor, supporter: &str) -> Result<Supporter, Fault> {
    let id: SupporterId = supporter.parse().map_err(|_| Fault::NotHere)?;
    let all = pages.exchange().supporters(visitor.themselves()).await?;
    all.into_iter().find(|one| one.id == id).ok_or(Fault::NotHere)
}

async fn page(
    State(pages): State<Pages>,
    visitor: Visitor,
    Path(supporter): Path<String>,
    uri: Uri,
) -> Result<Response, Fault> {
    let one = of(&pages, &visitor, &supporter).await?;
    let me = pages.exchange().own_self(visitor.themselves()).await?;
    let now = pages.exchange().now();
    let calendar = Calendar::of(me.zone_minutes, now);
    let plans = pages.exchange().own_plans(visitor.themselves()).await?;
    let action = |end: &str| format!("{}/{end}", address(one.id));
    let button = |end: &str, label: String| Button::of(&visitor, action(end), label);
    let (named, delegate) = (action("named"), action("delegate"));
    Ok(shown(&SupporterPage {
        frame: Frame::of(&visitor, w::PEOPLE_TITLE, Here::Sharing),
        heading: w::about_supporter(&one.name),
        done: query(&uri, "done").and_then(|done| told(&done)),
        open: super::address(Party::Supporter(one.id)),
        plans: plans.iter().filter_map(|plan| names(plan.get(), &one)).collect(),
        named_form: visitor.form_token(&named),
        named,
        looked_at: (now.unix_timestamp_nanos() / 1_000).to_string(),
        delegated: people::delegated(&one, now, calendar),
        delegate_form: visitor.form_token(&delegate),
        delegate,
        days: DAYS,
        end_delegation: button("delegate/end", w::DELEGATE_END.to_owned()),
        link: button("link", w::SUPPORTER_NEW_LINK.to_owned()),
        end: button("end", w::end_supporter(&one.name)),
    }))
}

fn told(done: &str) -> Option<&'static str> {
    match done {
        "named" => Some(w::DONE_NAMED),
        "delegated" => Some(w::DONE_DELEGATED),
        "delegation-ended" => Some(w::DONE_DELEGATION_ENDED),
        _ => None,
    }
}

/// The people that a plan names; none where it names nobody.
fn names(plan: &Projection, one: &Supporter) -> Option<PlanNames> {
    let known = one.named.of(plan.id);
    let others = plan.parties.iter().filter(|party| !party.id.is_person());
    let people: Vec<PersonName> = others
        .map(|party| PersonName {
            code: format!("{}:{}", plan.id, party.id),
            name: Said::text(&party.name, plan.head.language.as_str()),
            is: known.is_some_and(|bound| bound.is.contains(&party.id)),
        })
        .collect();
    (!people.is_empty()).then(|| PlanNames { title: title(plan), people })
}

/// Whom of each plan's parties they are. Who was not on the page is not spoken of.
async fn name(
    State(pages): State<Pages>,
    visitor: Visitor,
    Path(supporter): Path<String>,
    fields: Fields,
) -> Result<Response, Fault> {
    let one = of(&pages, &visitor, &supporter).await?;
    let mut said = SaidOf::new();
    for (plan, party) in codes(&fields, "shown")? {
        said.entry(plan).or_default().0.insert(party);
    }
    for (plan, party) in codes(&fields, "is")? {
        let (shown, ticked): &mut (BTreeSet<PartyId>, BTreeSet<PartyId>) = said.entry(plan).or_default();
        if !shown.contains(&party) {
            return Err(Fault::Unreadable);
        }
        ticked.insert(party);
    }
    let micros: i128 = fields.one("looked_at").and_then(|at| at.parse().ok()).ok_or(Fault::Unreadable)?;
    let nanos = micros.checked_mul(1_000).ok_or(Fault::Unreadable)?;
    let looked_at = OffsetDateTime::from_unix_timestamp_nanos(nanos).map_err(|_| Fault::Unreadable)?;
    let _recorded = pages.exchange().name_supporter(visitor.themselves(), one.id, &said, looked_at).await?;
    Ok(go_to(&format!("{}?done=named", address(one.id))))
}

fn codes(fields: &Fields, name: &str) -> Result<Vec<(PlanId, PartyId)>, Fault> {
    let code = |code: &str| {
        let (plan, party) = code.split_once(':')?;
        Some((plan.parse().ok()?, PartyId::try_from(party).ok()?))
    };
    fields.all(name).map(|text| code(text).ok_or(Fault::Unreadable)).collect()
}

async fn delegate(
    State(pages): State<Pages>,
    visitor: Visitor,
    Path(supporter): Path<String>,
    fields: Fields,
) -> Result<Response, Fault> {
    let one = of(&pages, &visitor, &supporter).await?;
    let days = fields.one("days").and_then(|days| days.parse().ok()).filter(|days| DAYS.contains(days));
    let days = days.ok_or(Fault::Unreadable)?;
    let _recorded = pages.exchange().delegate(visitor.themselves(), one.id, days).await?;
    Ok(go_to(&format!("{}?done=delegated", address(one.id))))
}

async fn end_delegation(
    State(pages): State<Pages>,
    visitor: Visitor,
    Path(supporter): Path<String>,
) -> Result<Response, Fault> {
    let one = of(&pages, &visitor, &supporter).await?;
    let _recorded = pages.exchange().end_delegation(visitor.themselves(), one.id).await?;
    Ok(go_to(&format!("{}?done=delegation-ended", address(one.id))))
}

async fn new_link(
    State(pages): State<Pages>,
    visitor: Visitor,
    Path(supporter): Path<String>,
) -> Result<Response, Fault> {
    let one = of(&pages, &visitor, &supporter).await?;
    let invitation = pages.exchange().invite_again(visitor.themselves(), one.id).await?;
    people::hand_over(&pages, &visitor, &one.name, &invitation).await
}

async fn end(State(pages): State<Pages>, visitor: Visitor, Path(supporter): Path<String>) -> Result<Response, Fault> {
    let one = of(&pages, &visitor, &supporter).await?;
    let _recorded = pages.exchange().end_supporter(visitor.themselves(), one.id).await?;
    Ok(go_to(super::PEOPLE))
}
