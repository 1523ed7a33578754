//! Those who support the person: who they are, and inviting one more.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use sayso_consent::Supporter;
use sayso_exchange::Refusal;
use sayso_exchange::sharing::Party;
use sayso_exchange::supporters::Invitation;
use time::{Duration, OffsetDateTime};

use super::{address, supporter};
use crate::Pages;
use crate::admit::Visitor;
use crate::door::{Policy, Route};
use crate::fault::Fault;
use crate::fields::Fields;
use crate::layout::{Frame, Here, page, shown};
use crate::plans::view::Said;
use crate::with::invited;
use crate::words::en as w;
use crate::words::en::Calendar;

/// How long the page tells of somebody who left; what happened tells it for ever.
const LEFT_SHOWN: Duration = Duration::days(90);
pub(crate) const PEOPLE: &str = "/me/sharing/people";

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get(PEOPLE, Policy::SignedIn, list), Route::post(PEOPLE, Policy::SignedInForm, invite)]
}

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    frame: Frame,
    trouble: Option<&'static str>,
    people: Vec<Line>,
    /// Those who left by themselves a short while ago.
    left: Vec<String>,
    action: &'static str,
    form: String,
}

/// A supporter in the list.
struct Line {
    name: Said,
    said: Vec<String>,
    address: String,
    about: String,
}

#[derive(Template)]
#[template(path = "people_invited.html")]
struct InvitedPage {
    frame: Frame,
    name: Said,
    link: String,
    until: String,
    about: String,
    open: String,
}

async fn list(State(pages): State<Pages>, visitor: Visitor) -> Result<Response, Fault> {
    Ok(shown(&people(&pages, &visitor, None).await?))
}

async fn people(pages: &Pages, visitor: &Visitor, trouble: Option<&'static str>) -> Result<PeoplePage, Fault> {
    let me = pages.exchange().own_self(visitor.themselves()).await?;
    let now = pages.exchange().now();
    let calendar = Calendar::of(me.zone_minutes, now);
    let all = pages.exchange().supporters(visitor.themselves()).await?;
    let (_, standing) = pages.exchange().standing(visitor.themselves()).await?;
    let ever = pages.exchange().supporters_ever(visitor.themselves()).await?;
    let lately = |one: &&Supporter| one.left && one.ended_at.is_some_and(|at| now - at < LEFT_SHOWN);
    let mut left: Vec<(OffsetDateTime, &Supporter)> =
        ever.iter().filter(lately).filter_map(|one| Some((one.ended_at?, one))).collect();
    left.sort_by_key(|(at, one)| std::cmp::Reverse((*at, one.id)));
    let left = left.into_iter().map(|(at, one)| w::left_on(&one.name, &calendar.day(at))).collect();
    let line = |one: &Supporter| {
        let party = Party::Supporter(one.id);
        let sees = super::overview::said_to(party, &standing);
        let waits = one.account.is_none().then(|| w::INVITED_WAITS.to_owned());
        let said = waits.into_iter().chain([sees.to_owned()]).chain(delegated(one, now, calendar)).collect();
        let name = Said::text(&one.name, me.language.as_str());
        Line { name, said, address: address(party), about: supporter::address(one.id) }
    };
    Ok(PeoplePage {
        frame: Frame::of(visitor, w::PEOPLE_TITLE, Here::Sharing),
        trouble,
        people: all.iter().map(line).collect(),
        left,
        action: PEOPLE,
        form: visitor.form_token(PEOPLE),
    })
}

/// Until when somebody may take back in the person's name, in words.
pub(super) fn delegated(one: &Supporter, now: OffsetDateTime, calendar: Calendar) -> Option<String> {
    let period = one.delegated.filter(|_| one.may_take_away(now))?;
    Some(w::delegated_until(&calendar.day(period.until)))
}

/// Invites somebody and shows the link, this once.
async fn invite(State(pages): State<Pages>, visitor: Visitor, fields: Fields) -> Result<Response, Fault> {
    let name = fields.one("name").unwrap_or_default();
    match pages.exchange().invite_supporter(visitor.themselves(), name).await {
        Ok(invitation) => hand_over(&pages, &visitor, name.trim(), &invitation).await,
        Err(Refusal::NotPossible(_)) => {
            let page_again = people(&pages, &visitor, Some(w::PEOPLE_NAME_WRONG)).await?;
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &page_again))
        }
        Err(other) => Err(other.into()),
    }
}

/// The link, to hand over.
pub(super) async fn hand_over(
    pages: &Pages,
    visitor: &Visitor,
    name: &str,
    invitation: &Invitation,
) -> Result<Response, Fault> {
    let me = pages.exchange().own_self(visitor.themselves()).await?;
    let calendar = Calendar::of(me.zone_minutes, pages.exchange().now());
    Ok(shown(&InvitedPage {
        frame: Frame::of(visitor, w::PEOPLE_TITLE, Here::Sharing),
        name: Said::text(name, me.language.as_str()),
        link: format!("{}{}", pages.place().issuer(), invited::link(invitation.secret.expose())),
        until: w::code_ends(&calendar.moment(invitation.until)),
        about: supporter::address(invitation.supporter),
        open: address(Party::Supporter(invitation.supporter)),
    }))
}
