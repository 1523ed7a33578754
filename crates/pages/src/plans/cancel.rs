//! The person cancels a plan that is in force: a legal act, and another one than to stop sharing.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use sayso_plan::law::{Capability, Law, revocation};
use sayso_plan::{Lang, Words};

use super::own;
use super::view::{Said, title};
use crate::Pages;
use crate::admit::Visitor;
use crate::door::{Policy, Route};
use crate::fault::Fault;
use crate::fields::Fields;
use crate::layout::{Frame, Here, shown};
use crate::words::en as w;

/// Where the form posts, and where it is.
pub(crate) fn address(plan: impl std::fmt::Display) -> String {
    format!("/me/plans/{plan}/cancel")
}

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/me/plans/{plan}/cancel", Policy::SignedIn, form),
        Route::post("/me/plans/{plan}/cancel", Policy::SignedInForm, cancel),
    ]
}

#[derive(Template)]
#[template(path = "cancel.html")]
struct CancelPage {
    frame: Frame,
    title: Said,
    back: String,
    action: String,
    form: String,
    lang: String,
    /// What the law says of cancelling, in plain words.
    law: Vec<String>,
    /// Whether the law asks for more than a click.
    asks_form: bool,
}

async fn form(State(pages): State<Pages>, visitor: Visitor, Path(plan): Path<String>) -> Result<Response, Fault> {
    let plan = own(&pages, &visitor, &plan).await?;
    let plan = plan.get();
    if !plan.state.is_in_force() {
        return Err(Fault::NotHere);
    }
    let asked = revocation(Law::of(&plan.head), Capability::Capable, None);
    let action = address(plan.id);
    Ok(shown(&CancelPage {
        frame: Frame::of(&visitor, w::CANCEL, Here::Plans),
        title: title(plan),
        back: format!("/me/plans/{}", plan.id),
        form: visitor.form_token(&action),
        action,
        lang: plan.head.language.as_str().to_owned(),
        law: asked.sentences(),
        asks_form: !asked.counts_as_said(),
    }))
}

async fn cancel(
    State(pages): State<Pages>,
    visitor: Visitor,
    Path(plan): Path<String>,
    fields: Fields,
) -> Result<Response, Fault> {
    let plan = own(&pages, &visitor, &plan).await?;
    let typed = fields.one("words").filter(|typed| !typed.is_empty());
    let lang = fields.one("lang").and_then(|tag| Lang::try_from(tag).ok()).unwrap_or_else(Lang::undetermined);
    let words = typed.map(|typed| Words::new(typed.to_owned(), lang)).transpose().map_err(|_| Fault::TooLarge)?;
    let in_form = fields.is_ticked("in-form");
    let id = plan.get().id;
    pages.exchange().refuse_plan(visitor.themselves(), id, words, in_form).await?;
    Ok(Redirect::to(&format!("/me/plans/{id}")).into_response())
}
