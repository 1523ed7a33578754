//! The person's plans, in their own words: strengths first, nothing cut, nothing put in place of a word.

mod cancel;
pub(crate) mod item;
mod suggestions;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod view;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use sayso_consent::{Projection, Released};
use sayso_plan::law::{Advice, Law, Period, in_force};
use sayso_plan::{Jurisdiction, PlanDate, PlanId, StoredDocument};

use crate::Pages;
use crate::admit::Visitor;
use crate::door::{Policy, Route};
use crate::fault::Fault;
use crate::layout::{Frame, Here, shown};
use crate::sharing::objections;
use crate::words::en as w;
use view::{DueLine, PlanLine, PlanView};

pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::get("/me/plans", Policy::SignedIn, list),
        Route::get("/me/plans/{plan}", Policy::SignedIn, one),
        Route::get("/me/plans/{plan}/document", Policy::SignedIn, document),
    ];
    routes.extend(cancel::routes());
    routes.extend(suggestions::routes());
    routes
}

#[derive(Template)]
#[template(path = "plans.html")]
struct PlansPage {
    frame: Frame,
    plans: Vec<PlanLine>,
}

#[derive(Template)]
#[template(path = "plan.html")]
pub(crate) struct PlanPage {
    pub(crate) frame: Frame,
    pub(crate) plan: PlanView,
    pub(crate) law: LawView,
    /// What is due of its time.
    pub(crate) due: Vec<DueLine>,
    /// Where the person cancels it, where there is something to cancel.
    pub(crate) cancel: Option<String>,
    /// Where the person reads what others suggest, and how much of it waits.
    pub(crate) suggestions: String,
    pub(crate) waiting: usize,
    /// Who would rather not be named in what others see of it.
    pub(crate) objections: Vec<String>,
}

/// What the law makes of a plan today, in plain words.
#[derive(Default)]
pub(crate) struct LawView {
    pub(crate) in_force: Option<String>,
    pub(crate) statement: Vec<String>,
    pub(crate) advice: Vec<String>,
}

impl LawView {
    fn of(plan: &Projection, born: Option<PlanDate>, today: PlanDate) -> Self {
        let law = Law::of(&plan.head);
        let content = plan.as_content();
        let has_time = plan.state.is_in_force() && (plan.head.until.is_some() || plan.head.from.is_some());
        let in_force = in_force(today, law, &Period::of(&content), None);
        let place = !matches!(plan.head.jurisdiction, None | Some(Jurisdiction::Unknown));
        let open = if place && !plan.state.is_final() { Law::advice_on(&content, born, today) } else { Vec::new() };
        Self {
            in_force: has_time.then(|| in_force.sentence()),
            statement: if law.is_unknown() { Vec::new() } else { law.statement(&open).sentences },
            advice: open.iter().map(Advice::sentence).collect(),
        }
    }
}

async fn list(State(pages): State<Pages>, visitor: Visitor) -> Result<Response, Fault> {
    let plans = pages.exchange().own_plans(visitor.themselves()).await?;
    let me = pages.exchange().own_self(visitor.themselves()).await?;
    let frame = Frame::of(&visitor, w::PLANS, Here::Plans);
    Ok(shown(&PlansPage { frame, plans: lines(&plans, me.day_of(pages.exchange().now())) }))
}

/// The plans as a list: in force first, then drafts, then replaced ones.
pub(crate) fn lines(plans: &[Released<Projection>], today: PlanDate) -> Vec<PlanLine> {
    let mut sorted: Vec<&Projection> = plans.iter().map(Released::get).collect();
    sorted.sort_by_key(|plan| (view::state_rank(plan.state), plan.kind, plan.id));
    sorted.into_iter().map(|plan| PlanLine::of(plan, today)).collect()
}

async fn one(State(pages): State<Pages>, visitor: Visitor, Path(plan): Path<String>) -> Result<Response, Fault> {
    let plan = own(&pages, &visitor, &plan).await?;
    let me = pages.exchange().own_self(visitor.themselves()).await?;
    let today = me.day_of(pages.exchange().now());
    let (law, due) = (LawView::of(plan.get(), me.birth_date, today), DueLine::all(plan.get(), today));
    let cancel = plan.get().state.is_in_force().then(|| cancel::address(plan.get().id));
    let waiting = suggestions::waiting(&pages, &visitor, plan.get()).await?;
    let suggestions = suggestions::address(plan.get().id);
    let objections = objections::of_plan(&pages, &visitor, plan.get().id).await?;
    let frame = Frame::of(&visitor, w::PLAN, Here::Plans);
    let plan = PlanView::of(plan.get());
    Ok(shown(&PlanPage { frame, plan, law, due, cancel, suggestions, waiting, objections }))
}

async fn own(pages: &Pages, visitor: &Visitor, plan: &str) -> Result<Released<Projection>, Fault> {
    let plan: PlanId = plan.parse().map_err(|_| Fault::NotHere)?;
    pages.exchange().own_plan(visitor.themselves(), plan).await?.ok_or(Fault::NotHere)
}

/// The whole document, to be saved and never shown inside our pages: it may hold anything.
async fn document(State(pages): State<Pages>, visitor: Visitor, Path(plan): Path<String>) -> Result<Response, Fault> {
    let plan = own(&pages, &visitor, &plan).await?;
    saved(plan.get().document.as_ref().ok_or(Fault::NotHere)?)
}

/// A whole document as an answer.
pub(crate) fn saved(kept: &StoredDocument) -> Result<Response, Fault> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(&kept.document.data).map_err(|_| Fault::Unreadable)?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (CONTENT_DISPOSITION, HeaderValue::from_static(file_name(&kept.document.content_type))),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox")),
    ];
    Ok((headers, bytes).into_response())
}

/// A name that tells nothing of what is inside.
fn file_name(content_type: &str) -> &'static str {
    match content_type.split(';').next().unwrap_or_default().trim() {
        "application/pdf" => "attachment; filename=\"document.pdf\"",
        "application/json" | "application/fhir+json" => "attachment; filename=\"document.json\"",
        "application/xml" | "text/xml" | "application/fhir+xml" => "attachment; filename=\"document.xml\"",
        "text/plain" => "attachment; filename=\"document.txt\"",
        _ => "attachment; filename=\"document.bin\"",
    }
}
