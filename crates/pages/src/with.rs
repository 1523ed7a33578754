//! The pages of somebody who supports persons: who shares with them, and what. They see no page of a person's, and a person
//! sees none of theirs; what a person shared with nobody, took back, or never had, looks the same here.

pub(crate) mod account;
pub(crate) mod invited;
pub(crate) mod naming;
mod taking;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use sayso_exchange::Disclosure;
use sayso_exchange::with::LookAt;
use sayso_plan::{PlanId, SupporterId};

use crate::Pages;
use crate::admit::Companion;
use crate::door::{Policy, Route};
use crate::fault::Fault;
use crate::layout::{Frame, WITH_SIGN_OUT, shown};
use crate::plans::saved;
use crate::plans::view::Said;
use crate::sharing::narrative;
use crate::sign_in::supporter_signs_out;
use crate::words::en as w;

pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::get("/with", Policy::Supporter, people),
        Route::get("/with/{supporter}", Policy::Supporter, plans),
        Route::get("/with/{supporter}/document/{plan}", Policy::Supporter, document),
        Route::post(WITH_SIGN_OUT, Policy::SupporterForm, supporter_signs_out),
    ];
    routes.extend(account::routes());
    routes.extend(naming::routes());
    routes.extend(taking::routes());
    routes.extend(invited::routes());
    routes
}

/// The address of what one person shares.
fn address(supporter: SupporterId) -> String {
    format!("/with/{supporter}")
}

#[derive(Template)]
#[template(path = "with.html")]
struct WithPage {
    frame: Frame,
    people: Vec<PersonLine>,
    left: bool,
}

/// A person who shares, or lets the visitor take back in their name, or whose plan names them.
struct PersonLine {
    name: Said,
    plans: Option<String>,
    taking: Option<String>,
    named: Option<String>,
    leave: String,
    leave_form: String,
}

#[derive(Template)]
#[template(path = "with_plans.html")]
struct PlansPage {
    frame: Frame,
    name: Said,
    plans: Vec<PlanShown>,
}

/// One plan as it was released.
struct PlanShown {
    /// The narrative, already HTML, the same that the person's preview shows.
    html: String,
    /// Where a whole document is saved.
    document: Option<String>,
}

/// Who shares with the visitor. Each of them reads that the visitor looked.
async fn people(State(pages): State<Pages>, companion: Companion, uri: Uri) -> Result<Response, Fault> {
    let people = pages.exchange().people_with(companion.session()).await?;
    let people = people.into_iter().map(|one| PersonLine {
        name: Said::text(&one.name, "und"),
        plans: one.shares.then(|| address(one.supporter)),
        taking: one.delegated.then(|| taking::address(one.supporter)),
        named: one.named.then(|| naming::address(one.supporter)),
        leave_form: companion.form_token(&account::leave_address(one.supporter)),
        leave: account::leave_address(one.supporter),
    });
    let left = uri.query() == Some("done=left");
    Ok(shown(&WithPage { frame: Frame::with(&companion, w::WITH_HOME), people: people.collect(), left }))
}

/// What one person shares.
async fn plans(
    State(pages): State<Pages>,
    companion: Companion,
    Path(supporter): Path<String>,
) -> Result<Response, Fault> {
    let seen = look(&pages, &companion, &supporter, LookAt::Plans).await?;
    let subject = seen.subject().ok_or(Fault::NotHere)?;
    let mut plans = Vec::new();
    for released in seen.sheets.iter().filter_map(|sheet| sheet.open().ok()) {
        let kept = released.get().document.is_some();
        let document = kept.then(|| format!("/with/{supporter}/document/{}", released.get().id));
        plans.push(PlanShown { html: narrative(&released), document });
    }
    let person = &subject.get().person;
    let name = Said::text(&person.name, person.language.as_str());
    Ok(shown(&PlansPage { frame: Frame::with(&companion, w::WITH_PLANS), name, plans }))
}

/// A whole document that was opened.
async fn document(
    State(pages): State<Pages>,
    companion: Companion,
    Path((supporter, plan)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let plan: PlanId = plan.parse().map_err(|_| Fault::NotHere)?;
    let seen = look(&pages, &companion, &supporter, LookAt::Document(plan)).await?;
    let released = seen.sheets.first().and_then(|sheet| sheet.open().ok()).ok_or(Fault::NotHere)?;
    saved(released.get().document.as_ref().ok_or(Fault::NotHere)?)
}

async fn look(pages: &Pages, companion: &Companion, supporter: &str, at: LookAt) -> Result<Disclosure, Fault> {
    let supporter: SupporterId = supporter.parse().map_err(|_| Fault::NotHere)?;
    Ok(pages.exchange().look_with(companion.session(), supporter, at).await?)
}
