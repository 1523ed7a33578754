//! What others suggest to a plan: the person takes it in, says it in their own words, or says no.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use sayso_consent::Projection;
use sayso_exchange::Refusal;
use sayso_plan::proposal::{Proposed, Reply};
use sayso_plan::{ItemId, Lang, PartyId, Proposal, Words};

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
    format!("/me/plans/{plan}/suggestions")
}

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/me/plans/{plan}/suggestions", Policy::SignedIn, list),
        Route::post("/me/plans/{plan}/suggestions", Policy::SignedInForm, reply),
    ]
}

#[derive(Template)]
#[template(path = "suggestions.html")]
struct SuggestionsPage {
    frame: Frame,
    title: Said,
    back: String,
    action: String,
    form: String,
    lang: String,
    /// Those that wait for an answer, newest first.
    waiting: Vec<Suggested>,
    /// Those that were answered.
    answered: Vec<Suggested>,
    /// The plan cannot take it as it is now.
    frozen: bool,
}

/// One suggestion in words.
struct Suggested {
    id: String,
    who: Said,
    /// In which role, and for whom they work.
    role: String,
    /// What they do: say something in a section, or where they stand.
    what: String,
    /// The words of the plan that it is about.
    about: Option<Said>,
    words: Option<Said>,
    /// Where somebody of this name stands on it already.
    before: Vec<Stand>,
    /// Whether the person can say it in words of their own instead.
    can_change: bool,
    on: String,
    answer: Option<&'static str>,
    reason: Option<Said>,
}

/// Where somebody stands, in words.
struct Stand {
    position: &'static str,
    words: Option<Said>,
}

impl Suggested {
    fn of(proposal: &Proposal, plan: &Projection, organization: Option<String>) -> Self {
        let suggestion = &proposal.suggestion;
        let role = w::voice(suggestion.by.role);
        let (what, words) = match &suggestion.proposed {
            Proposed::Words { section, words, .. } => (w::suggests_words(section.title()), Some(words)),
            Proposed::Stance { position, words, .. } => {
                (w::suggests_stance(w::position(*position, false)), words.as_ref())
            }
        };
        Self {
            id: proposal.id.to_string(),
            who: Said::text(&suggestion.by.name, plan.head.language.as_str()),
            role: organization.map_or_else(|| role.to_owned(), |organization| format!("{role}, {organization}")),
            what,
            about: suggestion.proposed.about().and_then(|item| about(plan, item)),
            words: words.map(Said::words),
            before: before(plan, &suggestion.proposed, &suggestion.by.name),
            can_change: matches!(suggestion.proposed, Proposed::Words { .. }),
            on: w::date(proposal.at.date()),
            answer: proposal.answer.as_ref().map(|answer| w::answered(answer.is)),
            reason: proposal.answer.as_ref().and_then(|answer| answer.reason.as_ref()).map(Said::words),
        }
    }
}

/// What the plan says already of where somebody of this name stands.
fn before(plan: &Projection, proposed: &Proposed, name: &str) -> Vec<Stand> {
    let Proposed::Stance { about, .. } = proposed else { return Vec::new() };
    let named = |party: &PartyId| plan.parties.iter().any(|one| one.id == *party && one.name == name);
    let stances = plan.items.iter().filter(|stored| stored.id == *about).flat_map(|stored| &stored.item.stances);
    let theirs = stances.filter(|stance| named(&stance.party));
    theirs
        .map(|one| Stand { position: w::position(one.position, false), words: one.words.as_ref().map(Said::words) })
        .collect()
}

/// What the person says in an item, or the title of its section.
fn about(plan: &Projection, item: ItemId) -> Option<Said> {
    let item = &plan.items.iter().find(|stored| stored.id == item)?.item;
    Some(item.words.as_ref().map_or_else(|| Said::text(item.section.title(), w::LANG), Said::words))
}

async fn list(state: State<Pages>, visitor: Visitor, plan: Path<String>) -> Result<Response, Fault> {
    page(&state.0, &visitor, &plan.0, false).await
}

async fn page(pages: &Pages, visitor: &Visitor, plan: &str, frozen: bool) -> Result<Response, Fault> {
    let plan = own(pages, visitor, plan).await?;
    let plan = plan.get();
    let (mut waiting, mut answered) = (Vec::new(), Vec::new());
    for proposal in pages.exchange().own_proposals(visitor.themselves()).await? {
        let proposal = proposal.get();
        if proposal.plan != plan.id {
            continue;
        }
        let organization = match proposal.organization {
            Some(id) => pages.exchange().organization_name(id).await?,
            None => None,
        };
        let one = Suggested::of(proposal, plan, organization);
        if proposal.answer.is_none() { waiting.push(one) } else { answered.push(one) }
    }
    let action = address(plan.id);
    Ok(shown(&SuggestionsPage {
        frame: Frame::of(visitor, w::SUGGESTIONS, Here::Plans),
        title: title(plan),
        back: format!("/me/plans/{}", plan.id),
        form: visitor.form_token(&action),
        action,
        lang: plan.head.language.as_str().to_owned(),
        waiting,
        answered,
        frozen,
    }))
}

async fn reply(
    State(pages): State<Pages>,
    visitor: Visitor,
    Path(plan): Path<String>,
    fields: Fields,
) -> Result<Response, Fault> {
    let id = own(&pages, &visitor, &plan).await?.get().id;
    let proposal = fields.one("proposal").and_then(|id| id.parse().ok()).ok_or(Fault::Unreadable)?;
    let typed = fields.one("words").filter(|typed| !typed.trim().is_empty());
    let lang = fields.one("lang").and_then(|tag| Lang::try_from(tag).ok()).unwrap_or_else(Lang::undetermined);
    let words = typed.map(|typed| Words::new(typed.to_owned(), lang)).transpose().map_err(|_| Fault::TooLarge)?;
    let reply = match (fields.one("reply"), words) {
        (Some("accept"), _) => Reply::Accept,
        (Some("change"), Some(words)) => Reply::Change(words),
        (Some("decline"), reason) => Reply::Decline(reason),
        _ => return Err(Fault::Unreadable),
    };
    match pages.exchange().answer_proposal(visitor.themselves(), proposal, &reply).await {
        Ok(_) => Ok(Redirect::to(&address(id)).into_response()),
        Err(Refusal::NotTaken(_)) => page(&pages, &visitor, &plan, true).await,
        Err(other) => Err(other.into()),
    }
}

/// How many suggestions to this plan wait for an answer.
pub(crate) async fn waiting(pages: &Pages, visitor: &Visitor, plan: &Projection) -> Result<usize, Fault> {
    let all = pages.exchange().own_proposals(visitor.themselves()).await?;
    Ok(all.iter().filter(|one| one.get().plan == plan.id && one.get().answer.is_none()).count())
}
