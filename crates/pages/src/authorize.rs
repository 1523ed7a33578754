//! An app asks; the person decides. What it asks is said in plain words, with where the answer will go.

use askama::Template;
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use sayso_auth::grant::PageReason;
use sayso_auth::{Refused, Scopes};
use sayso_exchange::{AuthorizationView, Decision, NotAuthorized, Wish};
use sayso_plan::{Section, Share};

use crate::Pages;
use crate::admit::{FORM_TOKEN, Visitor, read_form, refuse_foreign, to_sign_in, visitor};
use crate::door::{Policy, Route};
use crate::fault::{Fault, FaultPage, go_to};
use crate::fields::Fields;
use crate::headers::FormLeadsTo;
use crate::layout::{Frame, Here, page};
use crate::words::en as w;

const ADDRESS: &str = "/oauth/authorize";
/// Longest address that a sign-in leads back to, in bytes; a longer request is asked to come again shorter.
const BACK_MAX_BYTES: usize = 12 * 1024;

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get(ADDRESS, Policy::Open, ask), Route::post(ADDRESS, Policy::Open, answer)]
}

#[derive(Template)]
#[template(path = "authorize.html")]
pub(crate) struct AuthorizePage {
    pub(crate) frame: Frame,
    pub(crate) heading: String,
    pub(crate) trouble: Option<&'static str>,
    pub(crate) origin: String,
    pub(crate) organization: Option<String>,
    pub(crate) wishes: Vec<&'static str>,
    pub(crate) sections: Vec<Tick>,
    pub(crate) close: Vec<Tick>,
    pub(crate) documents: bool,
    pub(crate) stay: bool,
    pub(crate) form: String,
    pub(crate) form_state: String,
}

/// A section to tick.
pub(crate) struct Tick {
    pub(crate) code: &'static str,
    pub(crate) title: &'static str,
}

/// An app sent the person here with a link.
async fn ask(State(pages): State<Pages>, request: Request) -> Result<Response, Fault> {
    let (parts, _) = request.into_parts();
    let visitor = visitor(&pages, &parts.headers).await?;
    asked(&pages, visitor, parts.uri.query().unwrap_or_default(), None).await
}

/// The person's answer; or an app that asks by a form (SMART App Launch, `authorize-post`).
async fn answer(State(pages): State<Pages>, request: Request) -> Result<Response, Fault> {
    let (parts, body) = request.into_parts();
    let fields = read_form(&parts.headers, body).await?;
    let visitor = visitor(&pages, &parts.headers).await?;
    if fields.one("form_state").is_none() {
        let body = fields.to_text();
        return asked(&pages, visitor, parts.uri.query().unwrap_or_default(), Some(&body)).await;
    }
    refuse_foreign(&parts.headers)?;
    let visitor = visitor.ok_or(Fault::OldForm)?;
    decided(&pages, &visitor, &fields).await
}

async fn asked(pages: &Pages, visitor: Option<Visitor>, query: &str, body: Option<&str>) -> Result<Response, Fault> {
    let view = match pages.exchange().begin_authorization(query, body).await {
        Ok(view) => view,
        Err(why) => return refused(why),
    };
    match visitor {
        Some(visitor) => Ok(question(&visitor, view, None, StatusCode::OK)),
        None => {
            let back = format!("{ADDRESS}?{}", shortened(query, body.unwrap_or_default()));
            if back.len() > BACK_MAX_BYTES { Err(Fault::TooLarge) } else { Ok(to_sign_in(&back)) }
        }
    }
}

/// The same request with only the scopes that mean something here: apps send tens of thousands of letters of them.
fn shortened(query: &str, body: &str) -> String {
    let mut out = url::form_urlencoded::Serializer::new(String::new());
    for text in [query, body] {
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            match Scopes::parse(&value).ok().filter(|_| name == "scope") {
                Some(scopes) => out.append_pair(&name, &scopes.to_string()),
                None => out.append_pair(&name, &value),
            };
        }
    }
    out.finish()
}

fn question(visitor: &Visitor, view: AuthorizationView, trouble: Option<&'static str>, status: StatusCode) -> Response {
    let leads_to = FormLeadsTo(form_action(&view.redirect_origin));
    let mut response = page(status, &AuthorizePage::of(visitor, view, trouble));
    response.extensions_mut().insert(leads_to);
    response
}

/// A private scheme is a source by its colon.
fn form_action(origin: &str) -> String {
    if origin.contains("://") { origin.to_owned() } else { format!("{origin}:") }
}

impl AuthorizePage {
    pub(crate) fn of(visitor: &Visitor, view: AuthorizationView, trouble: Option<&'static str>) -> Self {
        let on_plans = view.wishes.contains(&Wish::SeePlans) || view.wishes.contains(&Wish::WritePlans);
        let on_documents = view.wishes.contains(&Wish::SeeDocuments) || view.wishes.contains(&Wish::AddDocuments);
        let ticks = |close: bool| -> Vec<Tick> {
            let sections = Section::all().filter(|section| (section.default_share() == Share::Close) == close);
            let ticks = sections.map(|section| Tick { code: section.code(), title: section.title() });
            ticks.filter(|_| on_plans).collect()
        };
        Self {
            frame: Frame::of(visitor, w::APP_ASKS, Here::Elsewhere),
            heading: w::app_asks(&view.client_name),
            trouble,
            wishes: view.wishes.iter().filter_map(|wish| said(*wish)).collect(),
            sections: ticks(false),
            close: ticks(true),
            documents: on_documents,
            stay: view.asks_to_stay(),
            form: view.form_token(visitor.session()),
            origin: view.redirect_origin,
            organization: view.organization,
            form_state: view.form_state,
        }
    }
}

/// A wish in plain words; staying connected is asked on its own.
const fn said(wish: Wish) -> Option<&'static str> {
    match wish {
        Wish::SeePerson => Some(w::APP_SEE_PERSON),
        Wish::SeePlans => Some(w::APP_SEE_PLANS),
        Wish::WritePlans => Some(w::APP_WRITE_PLANS),
        Wish::SeeDocuments => Some(w::APP_SEE_DOCUMENTS),
        Wish::AddDocuments => Some(w::APP_ADD_DOCUMENTS),
        Wish::SeeSharing => Some(w::APP_SEE_SHARING),
        Wish::ChangeSharing => Some(w::APP_CHANGE_SHARING),
        Wish::StayConnected => None,
    }
}

async fn decided(pages: &Pages, visitor: &Visitor, fields: &Fields) -> Result<Response, Fault> {
    let form_state = fields.one("form_state").ok_or(Fault::Unreadable)?;
    let form_token = fields.one(FORM_TOKEN).unwrap_or_default();
    let decision = decision(fields)?;
    match pages.exchange().complete_authorization(visitor.session(), form_state, form_token, &decision).await {
        Ok(location) => Ok(go_to(&location)),
        Err(NotAuthorized::NothingChosen) => ask_again(pages, visitor, form_state, w::APP_NOTHING_CHOSEN).await,
        Err(NotAuthorized::SaidNo) => ask_again(pages, visitor, form_state, w::APP_SAID_NO).await,
        Err(why) => refused(why),
    }
}

fn decision(fields: &Fields) -> Result<Decision, Fault> {
    let allow = match fields.one("decision") {
        Some("allow") => true,
        Some("deny") => false,
        _ => return Err(Fault::Unreadable),
    };
    let sections: Result<_, _> = fields.all("section").map(str::parse::<Section>).collect();
    Ok(Decision {
        allow,
        sections: sections.map_err(|_| Fault::Unreadable)?,
        documents: fields.is_ticked("documents"),
        stay_connected: fields.is_ticked("offline"),
    })
}

/// Allowed, but with nothing ticked, or where a no stands.
async fn ask_again(pages: &Pages, visitor: &Visitor, form_state: &str, why: &'static str) -> Result<Response, Fault> {
    let (_, parameters) = form_state.split_once('.').ok_or(Fault::OldForm)?;
    match pages.exchange().begin_authorization(parameters, None).await {
        Ok(view) => Ok(question(visitor, view, Some(why), StatusCode::UNPROCESSABLE_ENTITY)),
        Err(why) => refused(why),
    }
}

fn refused(why: NotAuthorized) -> Result<Response, Fault> {
    match why {
        NotAuthorized::Refused(Refused::Redirect(to)) => Ok(go_to(&to.location())),
        NotAuthorized::Refused(Refused::Page(reason)) => {
            let text = match reason {
                PageReason::Unreadable(_) => w::FAULT_APP_UNREADABLE,
                PageReason::Client => w::FAULT_APP_UNKNOWN,
                PageReason::Redirect => w::FAULT_APP_ADDRESS,
            };
            let frame = Frame::open(w::FAULT_APP);
            Ok(page(StatusCode::BAD_REQUEST, &FaultPage { frame, title: w::FAULT_APP, text }))
        }
        NotAuthorized::Form => Err(Fault::OldForm),
        NotAuthorized::Answered => Err(Fault::Answered),
        NotAuthorized::NothingChosen | NotAuthorized::SaidNo => Err(Fault::Unreadable),
        NotAuthorized::Unrecorded(refusal) => Err(refusal.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_request_comes_back_short_and_means_the_same() {
        let query = format!("client_id=x&scope={}&state=a%26b", "patient/*.rs+nonsense+".repeat(1_000));
        let short = shortened(&query, "aud=y");
        assert_eq!(short, "client_id=x&scope=patient%2F*.rs&state=a%26b&aud=y");
        assert!(
            form_action("org.example.app").ends_with(':') && form_action("https://a.example") == "https://a.example"
        );
    }

    #[test]
    fn an_answer_is_yes_or_no_and_nothing_else() {
        let read = |text: &str| decision(&Fields::parse(text.as_bytes()).unwrap());
        let yes = read("decision=allow&section=helps&section=harms&offline=yes").unwrap();
        assert!(yes.allow && yes.sections.len() == 2 && yes.stay_connected && !yes.documents);
        assert!(!read("decision=deny").unwrap().allow);
        assert!(read("decision=maybe").is_err() && read("").is_err());
        assert!(read("decision=allow&section=everything").is_err());
        assert!(read("decision=allow&decision=deny").is_err());
    }
}
