//! As what plans of a person name the visitor, where others read it; and that they would rather not be named. Not what is
//! said, nor in which plan, nor who reads it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use sayso_consent::NamedAs;
use sayso_exchange::Refusal;
use sayso_exchange::named::SeenNaming;
use sayso_plan::SupporterId;

use crate::Pages;
use crate::admit::Companion;
use crate::door::{Policy, Route};
use crate::fault::{Fault, go_to};
use crate::fields::Fields;
use crate::layout::{Frame, shown};
use crate::plans::view::Said;
use crate::words::en as w;

/// What a form says for: I would rather not be named so.
pub(crate) const RATHER_NOT: &str = "rather-not";
/// What a form says for: I am fine with it now.
pub(crate) const FINE: &str = "fine";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/with/{supporter}/named", Policy::Supporter, page),
        Route::post("/with/{supporter}/named", Policy::SupporterForm, answer),
    ]
}

/// The address of the page for one person.
pub(super) fn address(supporter: SupporterId) -> String {
    format!("/with/{supporter}/named")
}

#[derive(Template)]
#[template(path = "with_named.html")]
struct NamedPage {
    frame: Frame,
    from: Said,
    done: Option<&'static str>,
    /// Whether others read a part that names them now.
    now: bool,
    lines: Vec<NamedLine>,
    action: String,
    form: String,
}

/// As what they are named, and whether they would rather not be.
struct NamedLine {
    what: &'static str,
    code: &'static str,
    objects: bool,
    /// The name of the button for those who hear the page.
    label: String,
}

async fn page(
    State(pages): State<Pages>,
    companion: Companion,
    Path(supporter): Path<String>,
    uri: Uri,
) -> Result<Response, Fault> {
    let supporter: SupporterId = supporter.parse().map_err(|_| Fault::NotHere)?;
    let seen = pages.exchange().look_at_naming(companion.session(), supporter).await?;
    let SeenNaming { from, now, not_now } = seen.ok_or(Fault::NotHere)?;
    let line = |named_as: NamedAs, objects| NamedLine {
        what: w::named_as(named_as),
        code: named_as.code(),
        objects,
        label: w::about_being_named(w::named_as(named_as), objects),
    };
    let is_named = !now.is_empty();
    let all = now.into_iter().chain(not_now.into_iter().map(|named_as| (named_as, true)));
    let action = address(supporter);
    Ok(shown(&NamedPage {
        frame: Frame::with(&companion, w::WITH_NAMED),
        from: Said::text(&from, "und"),
        done: match uri.query() {
            Some("done=told") => Some(w::WITH_OBJECTION_TOLD),
            Some("done=ended") => Some(w::WITH_OBJECTION_ENDED),
            Some(_) | None => None,
        },
        now: is_named,
        lines: all.map(|(named_as, objects)| line(named_as, objects)).collect(),
        form: companion.form_token(&action),
        action,
    }))
}

async fn answer(
    State(pages): State<Pages>,
    companion: Companion,
    Path(supporter): Path<String>,
    fields: Fields,
) -> Result<Response, Fault> {
    let supporter: SupporterId = supporter.parse().map_err(|_| Fault::NotHere)?;
    let named_as = fields.one("as").and_then(NamedAs::of).ok_or(Fault::Unreadable)?;
    let objects = match fields.one("say") {
        Some(RATHER_NOT) => true,
        Some(FINE) => false,
        Some(_) | None => return Err(Fault::Unreadable),
    };
    match pages.exchange().object(companion.session(), supporter, named_as, objects).await {
        // What nobody reads any more, and was not objected to, is told no more either.
        Ok(_recorded) if objects => Ok(go_to(&format!("{}?done=told", address(supporter)))),
        Ok(_recorded) => {
            let seen = pages.exchange().look_at_naming(companion.session(), supporter).await?;
            let there = format!("{}?done=ended", address(supporter));
            Ok(go_to(if seen.is_some() { &there } else { "/with" }))
        }
        // Who may not, and who comes too late, get the same.
        Err(Refusal::NotPossible(_)) => Err(Fault::NotHere),
        Err(other) => Err(other.into()),
    }
}
