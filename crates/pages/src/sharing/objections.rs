//! Those who support the person and would rather not be named: as what, in which part, who sees it, and what the person can
//! do about it. Nothing has changed by what they said.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::response::Response;
use sayso_consent::{NamedAs, Projection, Released};
use sayso_exchange::Refusal;
use sayso_exchange::named::{Objected, OpenPart};
use sayso_exchange::sharing::Party;
use sayso_plan::{ItemId, PlanId};

use super::name_of;
use super::sent::{OwnLine, own_item};
use crate::Pages;
use crate::admit::Visitor;
use crate::door::{Policy, Route};
use crate::fault::{Fault, go_to};
use crate::fields::Fields;
use crate::plans::view::{Said, title};
use crate::words::en as w;
use crate::words::en::Calendar;

const STOP: &str = "/me/sharing/objections/stop";

/// Where the page of sharing tells of objections.
pub(crate) const PLACE: &str = "/me/sharing#objections";

pub(super) fn routes() -> Vec<Route> {
    vec![Route::post(STOP, Policy::SignedInForm, stop)]
}

/// Somebody who would rather not be named as something.
pub(crate) struct ObjectionLine {
    pub(crate) text: String,
    pub(crate) told: String,
    pub(crate) parts: Vec<PartLine>,
}

/// A part that names them so.
pub(crate) struct PartLine {
    pub(crate) own: Option<OwnLine>,
    pub(crate) plan: Said,
    pub(crate) plan_address: String,
    /// Who sees it.
    pub(crate) open_to: String,
    pub(crate) item: String,
    pub(crate) action: &'static str,
    pub(crate) form: String,
}

/// All of them, newest first.
pub(crate) async fn lines(pages: &Pages, visitor: &Visitor, calendar: Calendar) -> Result<Vec<ObjectionLine>, Fault> {
    let objected = pages.exchange().objections(visitor.themselves()).await?;
    let plans = if objected.is_empty() { Vec::new() } else { pages.exchange().own_plans(visitor.themselves()).await? };
    let mut lines = Vec::new();
    for one in &objected {
        let mut parts = Vec::new();
        for part in &one.parts {
            parts.extend(line(pages, visitor, &plans, part).await?);
        }
        lines.push(ObjectionLine { text: text(one), told: w::objection_told(&calendar.moment(one.at)), parts });
    }
    Ok(lines)
}

fn text(one: &Objected) -> String {
    w::rather_not_named(&one.name, w::named_as_inside(one.named_as))
}

async fn line(
    pages: &Pages,
    visitor: &Visitor,
    plans: &[Released<Projection>],
    part: &OpenPart,
) -> Result<Option<PartLine>, Fault> {
    let Some(plan) = plans.iter().map(Released::get).find(|plan| plan.id == part.plan) else { return Ok(None) };
    Ok(Some(PartLine {
        own: own_item(plan, part.item),
        plan: title(plan),
        plan_address: format!("/me/plans/{}", plan.id),
        open_to: w::objection_open_to(&names(pages, visitor, &part.open_to).await?.join(", ")),
        item: part.item.to_string(),
        action: STOP,
        form: visitor.form_token(STOP),
    }))
}

async fn names(pages: &Pages, visitor: &Visitor, parties: &[Party]) -> Result<Vec<String>, Fault> {
    let mut names = Vec::new();
    for party in parties {
        names.push(name_of(pages, visitor, *party).await?);
    }
    Ok(names)
}

/// What stands at the top of a plan in which somebody is named who would rather not be.
pub(crate) async fn of_plan(pages: &Pages, visitor: &Visitor, plan: PlanId) -> Result<Vec<String>, Fault> {
    let objected = pages.exchange().objections(visitor.themselves()).await?;
    let here = |one: &&Objected| one.parts.iter().any(|part| part.plan == plan);
    let said: BTreeSet<(&str, NamedAs)> =
        objected.iter().filter(here).map(|one| (one.name.as_str(), one.named_as)).collect();
    Ok(said.into_iter().map(|(who, named_as)| w::rather_not_named(who, w::named_as_inside(named_as))).collect())
}

/// Nobody else sees this part from now on.
async fn stop(State(pages): State<Pages>, visitor: Visitor, fields: Fields) -> Result<Response, Fault> {
    let item: ItemId = fields.one("item").and_then(|item| item.parse().ok()).ok_or(Fault::Unreadable)?;
    match pages.exchange().stop_sharing_part(visitor.themselves(), item).await {
        Ok(()) => Ok(go_to("/me/sharing#kept")),
        Err(Refusal::NotPossible(_)) => Err(Fault::NotHere),
        Err(other) => Err(other.into()),
    }
}
