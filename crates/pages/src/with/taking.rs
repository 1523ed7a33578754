//! A delegate takes back, in the person's name, what is open to others. Nothing on this page opens anything.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use sayso_exchange::Refusal;
use sayso_exchange::delegate::{TakeAway, Taken};
use sayso_exchange::sharing::{Choice, Party};
use sayso_plan::SupporterId;

use crate::Pages;
use crate::admit::Companion;
use crate::door::{Policy, Route};
use crate::fault::{Fault, go_to};
use crate::fields::Fields;
use crate::layout::{Frame, shown};
use crate::sharing::{alone, level, level_code, level_title, registered_name};
use crate::words::en as w;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/with/{supporter}/sharing", Policy::Supporter, page),
        Route::post("/with/{supporter}/sharing", Policy::SupporterForm, take),
    ]
}

/// The address of the page for one person.
pub(super) fn address(supporter: SupporterId) -> String {
    format!("/with/{supporter}/sharing")
}

#[derive(Template)]
#[template(path = "with_sharing.html")]
struct TakingPage {
    frame: Frame,
    done: bool,
    parties: Vec<PartyOpen>,
    action: String,
    form: String,
}

/// Somebody to whom something is open.
struct PartyOpen {
    who: String,
    code: String,
    all: String,
    parts: Vec<PartOpen>,
}

/// A part, by its name.
struct PartOpen {
    title: String,
    code: String,
}

async fn page(
    State(pages): State<Pages>,
    companion: Companion,
    Path(supporter): Path<String>,
    uri: Uri,
) -> Result<Response, Fault> {
    let supporter: SupporterId = supporter.parse().map_err(|_| Fault::NotHere)?;
    let open = pages.exchange().look_at_sharing(companion.session(), supporter).await?.ok_or(Fault::NotHere)?;
    let mut parties = Vec::new();
    for (party, choice) in open {
        let who = registered_name(&pages, party).await?;
        let all = w::stop_with(&who);
        parties.push(PartyOpen { who: alone(party, who), code: code(party), all, parts: parts(&choice) });
    }
    parties.sort_by(|one, two| (&one.who, &one.code).cmp(&(&two.who, &two.code)));
    let action = address(supporter);
    Ok(shown(&TakingPage {
        frame: Frame::with(&companion, w::WITH_SHARING),
        done: uri.query() == Some("done=taken"),
        parties,
        form: companion.form_token(&action),
        action,
    }))
}

async fn take(
    State(pages): State<Pages>,
    companion: Companion,
    Path(supporter): Path<String>,
    fields: Fields,
) -> Result<Response, Fault> {
    let supporter: SupporterId = supporter.parse().map_err(|_| Fault::NotHere)?;
    let from = fields.one("from").and_then(party).ok_or(Fault::Unreadable)?;
    let what = fields.one("what").and_then(taken).ok_or(Fault::Unreadable)?;
    match pages.exchange().take_away(companion.session(), supporter, TakeAway { from, what }).await {
        Ok(_recorded) => Ok(go_to(&format!("{}?done=taken", address(supporter)))),
        // Who may not, and who comes too late, get the same.
        Err(Refusal::NotPossible(_)) => Err(Fault::NotHere),
        Err(other) => Err(other.into()),
    }
}

fn parts(open: &Choice) -> Vec<PartOpen> {
    let part = |title: String, code: String| PartOpen { title, code };
    let sections = open.sections.iter().map(|one| part(one.title().to_owned(), format!("section:{one}")));
    let kinds = open.kinds.iter().map(|one| part(w::whole_plan(one.label()), format!("kind:{one}")));
    let levels =
        open.levels.iter().map(|one| part(level_title(*one).to_owned(), format!("level:{}", level_code(*one))));
    let picked = !open.items.is_empty() || !open.plans.is_empty();
    let things = picked.then(|| part(w::WITH_THINGS.to_owned(), "things".to_owned()));
    let documents = open.documents.then(|| part(w::DOCUMENTS_TITLE.to_owned(), "documents".to_owned()));
    sections.chain(kinds).chain(levels).chain(things).chain(documents).collect()
}

fn taken(code: &str) -> Option<Taken> {
    match code.split_once(':') {
        Some(("section", section)) => section.parse().ok().map(Taken::Section),
        Some(("kind", kind)) => kind.parse().ok().map(Taken::Kind),
        Some(("level", code)) => level(code).map(Taken::Level),
        Some(_) => None,
        None if code == "all" => Some(Taken::All),
        None if code == "things" => Some(Taken::Things),
        None if code == "documents" => Some(Taken::Documents),
        None => None,
    }
}

fn code(party: Party) -> String {
    match party {
        Party::CrisisServices => "crisis-services".to_owned(),
        Party::Organization(id) => format!("organization:{id}"),
        Party::App(id) => format!("app:{id}"),
        Party::Supporter(id) => format!("supporter:{id}"),
    }
}

fn party(code: &str) -> Option<Party> {
    match code.split_once(':') {
        Some(("organization", id)) => id.parse().ok().map(Party::Organization),
        Some(("app", id)) => id.parse().ok().map(Party::App),
        Some(_) => None,
        None => (code == "crisis-services").then_some(Party::CrisisServices),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sayso_plan::{ClientId, OrganizationId, PlanKind, Section, Share};

    #[test]
    fn what_is_taken_comes_back_from_a_form_as_it_went_in() {
        let all = [Party::CrisisServices, Party::Organization(OrganizationId::from_random([7; 16]))];
        for one in all.into_iter().chain([Party::App(ClientId::from_random([9; 16]))]) {
            assert_eq!(party(&code(one)), Some(one));
        }
        assert_eq!(party(&code(Party::Supporter(SupporterId::from_random([1; 16])))), None, "no delegate says this");
        let open = Choice {
            sections: [Section::Helps].into(),
            kinds: [PlanKind::CrisisCard].into(),
            plans: [sayso_plan::PlanId::from_random([3; 16])].into(),
            levels: [Share::Open, Share::Care].into(),
            documents: true,
            ..Choice::default()
        };
        let codes: Vec<Option<Taken>> = parts(&open).iter().map(|part| taken(&part.code)).collect();
        let levels = [Taken::Level(Share::Open), Taken::Level(Share::Care)];
        let wide = [Taken::Section(Section::Helps), Taken::Kind(PlanKind::CrisisCard)].into_iter().chain(levels);
        let expected: Vec<Option<Taken>> = wide.chain([Taken::Things, Taken::Documents]).map(Some).collect();
        assert_eq!(codes, expected);
        for bad in ["", "section:diagnosis", "open:all", "item:1", "level:close"] {
            assert_eq!(taken(bad), None, "{bad}");
        }
    }
}
