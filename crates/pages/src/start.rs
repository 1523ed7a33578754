//! My page: who has asked, my plans, who sees what. Nothing else, and nothing to hurry.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::Pages;
use crate::admit::Visitor;
use crate::fault::{Fault, go_to};
use crate::layout::{Frame, Here, shown};
use crate::plans::lines;
use crate::plans::view::{PlanLine, Said};
use crate::sharing::overview::{AskLine, Overview, PartyLine};
use crate::words::en as w;

#[derive(Template)]
#[template(path = "start.html")]
pub(crate) struct StartPage {
    pub(crate) frame: Frame,
    pub(crate) name: Said,
    pub(crate) asked: Vec<AskLine>,
    pub(crate) plans: Vec<PlanLine>,
    pub(crate) open: Vec<PartyLine>,
}

/// The address without a path leads to the person's page.
pub(crate) async fn front_door() -> Response {
    go_to("/me")
}

/// The page.
pub(crate) async fn page(State(pages): State<Pages>, visitor: Visitor) -> Result<Response, Fault> {
    let me = pages.exchange().own_self(visitor.themselves()).await?;
    let overview = Overview::read(&pages, &visitor).await?;
    let plans = pages.exchange().own_plans(visitor.themselves()).await?;
    let news = |who: &str, place, text| AskLine {
        who: who.to_owned(),
        address: format!("/me/sharing#{place}"),
        text,
        reason: None,
        decline: None,
    };
    let proposed = overview.proposed.into_iter().map(|one| news(w::PROPOSED_TITLE, "proposed", one.from));
    let objections = overview.objections.into_iter().map(|one| news(w::OBJECTIONS_TITLE, "objections", one.text));
    let by_others = overview.kept.into_iter().filter(|one| one.by_others).filter_map(|one| one.from);
    let kept = by_others.map(|from| news(w::KEPT_TITLE, "kept", from));
    Ok(shown(&StartPage {
        frame: Frame::of(&visitor, w::HOME, Here::Home),
        name: Said::text(&me.name, me.language.as_str()),
        asked: overview.asked.into_iter().chain(proposed).chain(objections).chain(kept).collect(),
        plans: lines(&plans, me.day_of(pages.exchange().now())),
        open: overview.open,
    }))
}
