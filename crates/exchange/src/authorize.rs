//! An app asks, the person decides: what the page shows, and the answer that goes back to the app.
//!
//! The page calls [`Exchange::begin_authorization`] with the raw parameters, shows [`AuthorizationView`], posts
//! [`AuthorizationView::form_state`] back untouched together with [`AuthorizationView::form_token`] of the session, and
//! calls [`Exchange::complete_authorization`]. Nothing of the request is taken from the form piece by piece: it is read
//! again from the parameters that the app sent.

use std::collections::BTreeSet;

use sayso_auth::grant::{Asked, AuthorizationRequest, AuthorizeError, ErrorRedirect, PageReason};
use sayso_auth::records::{CODE_LIFETIME_SECONDS, CodeRecord};
use sayso_auth::scope::{On, ResourceScope, Scope};
use sayso_auth::secret::of;
use sayso_auth::{Client, Interaction, Opaque, Refused, ResourceType, Scopes};
use sayso_consent::{Recipient, Themselves};
use sayso_plan::{ClientId, Purpose, Section};
use sayso_store::{Act, Grant, Receipt, StoreError};
use time::Duration;

use crate::keys::is_refused;
use crate::sharing::{Choice, Party};
use crate::sign_in::Session;
use crate::{Exchange, Refusal};

/// The purpose for which an app reads that the person allowed: at the person's own request.
pub const APP_PURPOSE: Purpose = Purpose::Patrqt;
/// How long a page with the question may stay open, in seconds: as long as a session.
const FORM_LIFETIME_SECONDS: i64 = sayso_auth::sign_in::SESSION_MAX_SECONDS;
/// Under which name answered pages are remembered, so that none is answered twice.
const FORM_ISSUER: &str = "sayso authorize page";

/// What an app asks for, in kinds that a page has plain words for. The order is that of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wish {
    /// See who the person is: name, date of birth, numbers.
    SeePerson,
    /// See plans, as far as the person opens sections.
    SeePlans,
    /// Write and change plans, as far as the person opens sections.
    WritePlans,
    /// See documents that are kept whole.
    SeeDocuments,
    /// Add documents that are kept whole.
    AddDocuments,
    /// See whom the person let in, and to whom they said no.
    SeeSharing,
    /// Bring what the person would let others see, which they decide about on their page; close what is open at once.
    ChangeSharing,
    /// Keep all this when the person is not there, until they take it back (`offline_access`).
    StayConnected,
}

/// What the person is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationView {
    /// The app.
    pub client: ClientId,
    /// Its registered name.
    pub client_name: String,
    /// The organization that runs it, by its registered name.
    pub organization: Option<String>,
    /// Where the answer will go, as the person can check it: the origin of the registered address, or its private
    /// scheme.
    pub redirect_origin: String,
    /// What the app asks for. [`Wish::StayConnected`] is a choice of its own, off unless the person ticks it.
    pub wishes: BTreeSet<Wish>,
    /// The request as it came, to be posted back untouched in a hidden field; it counts once.
    pub form_state: String,
}

/// What the person decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    /// Yes or no.
    pub allow: bool,
    /// The sections that are open to the app.
    pub sections: BTreeSet<Section>,
    /// Whether documents that are kept whole are open to the app.
    pub documents: bool,
    /// Whether the app may stay connected when the person is not there.
    pub stay_connected: bool,
}

/// Why there is no question to show, or no answer to send.
#[derive(Debug, thiserror::Error)]
pub enum NotAuthorized {
    /// The request is refused, on a page or to the app, as it says.
    #[error("the request is refused")]
    Refused(Refused),
    /// The form is not from this session or was changed: 403, and nothing was done.
    #[error("this page is no longer valid; go back to the app and begin again")]
    Form,
    /// The form was posted before, and that answer counts: 409, and nothing more was done.
    #[error("this was answered already; go back to the app and begin again")]
    Answered,
    /// Allowed, but with nothing open: the page asks again.
    #[error("choose at least one section, or say no")]
    NothingChosen,
    /// Allowed, but the person's no to the app stands, and only they end it: the page says so.
    #[error("you said no to this app; end your no first, on the page about it")]
    SaidNo,
    /// It could not be stored or recorded; nothing is open and the app gets nothing.
    #[error(transparent)]
    Unrecorded(#[from] Refusal),
}

impl From<Refused> for NotAuthorized {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<StoreError> for NotAuthorized {
    fn from(error: StoreError) -> Self {
        Self::Unrecorded(error.into())
    }
}

impl AuthorizationView {
    /// The second hidden field: ties the question to the session of the person who answers it.
    #[must_use]
    pub fn form_token(&self, session: &Session) -> String {
        session.form_token(&action(&self.form_state))
    }

    /// Whether the app asks to stay connected.
    #[must_use]
    pub fn asks_to_stay(&self) -> bool {
        self.wishes.contains(&Wish::StayConnected)
    }
}

impl Exchange {
    /// Reads what an app asks: the query, and the body when it came as a POST. An app always asks anew; that it was
    /// allowed before changes nothing.
    ///
    /// # Errors
    /// [`NotAuthorized::Refused`] and [`NotAuthorized::Unrecorded`].
    pub async fn begin_authorization(
        &self,
        query: &str,
        body: Option<&str>,
    ) -> Result<AuthorizationView, NotAuthorized> {
        let parameters = match body {
            Some(body) if query.is_empty() => body.to_owned(),
            Some(body) => format!("{query}&{body}"),
            None => query.to_owned(),
        };
        let (client, request) = self.asked(&parameters).await?;
        let organization = match client.organization {
            Some(id) => self.organization_name(id).await?,
            None => None,
        };
        let nonce = Opaque::<of::Form>::from_random(self.inner.surroundings.secret());
        Ok(AuthorizationView {
            client: client.id,
            organization,
            redirect_origin: origin(request.redirect.as_str()).to_owned(),
            wishes: wishes(&request.scopes),
            form_state: format!("{}.{parameters}", nonce.expose()),
            client_name: client.name,
        })
    }

    /// Carries out what the person decided. The address to redirect the browser to, with 303.
    ///
    /// # Errors
    /// [`NotAuthorized`].
    pub async fn complete_authorization(
        &self,
        session: &Session,
        form_state: &str,
        form_token: &str,
        decision: &Decision,
    ) -> Result<String, NotAuthorized> {
        if !session.has_form_token(&action(form_state), form_token) {
            return Err(NotAuthorized::Form);
        }
        let (nonce, parameters) = form_state.split_once('.').ok_or(NotAuthorized::Form)?;
        let (client, request) = self.asked(parameters).await?;
        let open = Choice { sections: decision.sections.clone(), documents: decision.documents, ..Choice::default() };
        if decision.allow && open.is_empty() {
            return Err(NotAuthorized::NothingChosen);
        }
        if decision.allow {
            let snapshot = self.snapshot_of(session.themselves()).await?;
            if is_refused(&snapshot.consents, Recipient::App(client.id), APP_PURPOSE, self.now()) {
                return Err(NotAuthorized::SaidNo);
            }
        }
        let now = self.now();
        let until = now + Duration::seconds(FORM_LIFETIME_SECONDS);
        if !self.inner.store.first_use(FORM_ISSUER, nonce, until, now).await? {
            return Err(NotAuthorized::Answered);
        }
        if !decision.allow {
            return Ok(request.denied());
        }
        let code = self.give_code(session.themselves(), &client, &request, decision.stay_connected).await?;
        // Only now is anything open; a code that could not be followed by this is never told.
        let _recorded = self.share(session.themselves(), Party::App(client.id), APP_PURPOSE, &open, None).await?;
        Ok(request.allowed(&code))
    }

    /// Takes back everything from an app: what is open to it, and its tokens.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when it could not be stored.
    pub async fn disconnect(&self, person: Themselves, app: ClientId) -> Result<Receipt, Refusal> {
        let recorded = self.stop_sharing(person, Party::App(app)).await?;
        self.take_keys(person.person(), Party::App(app)).await?;
        Ok(recorded)
    }

    /// The apps that still hold tokens on the person's behalf, newest first.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn connected(&self, person: Themselves) -> Result<Vec<Grant>, Refusal> {
        Ok(self.inner.store.grants_of(person.person()).await?)
    }

    async fn asked(&self, parameters: &str) -> Result<(Client, AuthorizationRequest), NotAuthorized> {
        let asked = Asked::read(parameters, None)?;
        let client = self.client_now(asked.client_id(), self.now()).await?;
        let request = asked.decide(client.as_deref(), &self.inner.place)?;
        let client = client.ok_or(Refused::Page(PageReason::Client))?;
        if !client.purposes.contains(&APP_PURPOSE) {
            return Err(refused(&request, AuthorizeError::UnauthorizedClient));
        }
        Ok((Client::clone(&client), request))
    }

    async fn give_code(
        &self,
        person: Themselves,
        client: &Client,
        request: &AuthorizationRequest,
        stay_connected: bool,
    ) -> Result<Opaque<of::Code>, NotAuthorized> {
        let now = self.now();
        let code = Opaque::<of::Code>::from_random(self.inner.surroundings.secret());
        let grant = sayso_auth::GrantId::from_random(self.fresh());
        let allowed = if stay_connected { request.scopes.clone() } else { without_offline(&request.scopes) };
        let record = CodeRecord::issue(&code, request, &allowed, person.person(), grant, now);
        let grant = Grant {
            id: sayso_store::GrantId::from_stored(*grant.as_bytes()),
            client: client.id,
            person: Some(person.person()),
            at: now,
            document: serde_json::json!({ "scopes": record.scopes }),
        };
        let act = Act::TokenIssued { client: client.id, grant: grant.id };
        let document = serde_json::to_value(&record).map_err(|_| StoreError::Damaged("code"))?;
        let expires_at = now + Duration::seconds(CODE_LIFETIME_SECONDS);
        let kept = sayso_store::AuthorizationCode { grant, document, expires_at };
        let _recorded =
            self.inner.store.put_code(code.expose(), kept, self.leaf(now, client.organization, act)).await?;
        Ok(code)
    }
}

fn action(form_state: &str) -> String {
    format!("authorize {form_state}")
}

fn refused(request: &AuthorizationRequest, error: AuthorizeError) -> NotAuthorized {
    NotAuthorized::Refused(Refused::Redirect(Box::new(ErrorRedirect {
        to: request.redirect.clone(),
        error,
        state: Some(request.state.clone()),
        iss: request.issuer.clone(),
    })))
}

fn without_offline(scopes: &Scopes) -> Scopes {
    let kept: Vec<String> = scopes.iter().filter(|s| *s != Scope::OfflineAccess).map(|s| s.to_string()).collect();
    Scopes::parse(&kept.join(" ")).unwrap_or_default()
}

/// Scheme, host and port of a redirect address that was found among the registered ones; the scheme alone where it is
/// a private one.
fn origin(address: &str) -> &str {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.split(':').next().unwrap_or(address);
    };
    let host = rest.find(['/', '?']).unwrap_or(rest.len());
    address.get(..scheme.len() + 3 + host).unwrap_or(address)
}

fn wishes(scopes: &Scopes) -> BTreeSet<Wish> {
    let stay = scopes.contains(Scope::OfflineAccess).then_some(Wish::StayConnected);
    scopes.resources().flat_map(wishes_of).chain(stay).collect()
}

fn wishes_of(scope: &ResourceScope) -> Vec<Wish> {
    let sees = [Interaction::Read, Interaction::Search].into_iter().any(|i| scope.letters.allow(i));
    let writes =
        [Interaction::Create, Interaction::Update, Interaction::Delete].into_iter().any(|i| scope.letters.allow(i));
    let types: Vec<ResourceType> = match scope.on {
        On::All => ResourceType::ALL.to_vec(),
        On::Type(one) => vec![one],
    };
    let wish = |resource: ResourceType| {
        let (see, write) = match resource {
            ResourceType::Patient => (Wish::SeePerson, None),
            ResourceType::DocumentReference | ResourceType::Binary => (Wish::SeeDocuments, Some(Wish::AddDocuments)),
            ResourceType::CarePlan
            | ResourceType::Goal
            | ResourceType::CareTeam
            | ResourceType::Observation
            | ResourceType::RelatedPerson
            | ResourceType::Consent
            | ResourceType::Composition
            | ResourceType::Provenance
            | ResourceType::Bundle
            | ResourceType::QuestionnaireResponse
            | ResourceType::Task => (Wish::SeePlans, Some(Wish::WritePlans)),
        };
        [sees.then_some(see), write.filter(|_| writes)]
    };
    // What the person decided about others is asked for by name.
    let named = scope.on == On::Type(ResourceType::Consent);
    let sharing = [(sees, Wish::SeeSharing), (writes, Wish::ChangeSharing)];
    let sharing = sharing.into_iter().filter_map(|(asked, wish)| (asked && named).then_some(wish));
    types.into_iter().flat_map(wish).flatten().chain(sharing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<Wish> {
        wishes(&Scopes::parse(text).unwrap()).into_iter().collect()
    }

    #[test]
    fn what_an_app_asks_is_told_in_kinds_that_have_plain_words() {
        assert_eq!(of("patient/CarePlan.rs patient/Goal.rs"), [Wish::SeePlans]);
        assert_eq!(of("patient/CarePlan.cu offline_access"), [Wish::WritePlans, Wish::StayConnected]);
        assert_eq!(of("patient/QuestionnaireResponse.c"), [Wish::WritePlans]);
        assert_eq!(of("patient/Patient.r patient/DocumentReference.c"), [Wish::SeePerson, Wish::AddDocuments]);
        assert_eq!(of("patient/Consent.r"), [Wish::SeePlans, Wish::SeeSharing]);
        assert_eq!(of("patient/Consent.cu"), [Wish::WritePlans, Wish::ChangeSharing]);
        let all = of("patient/*.cruds launch/patient offline_access");
        assert_eq!(all.len(), 6);
    }

    #[test]
    fn oa25_the_page_shows_where_the_answer_goes() {
        assert_eq!(origin("https://app.example/cb?tenant=1"), "https://app.example");
        assert_eq!(origin("http://127.0.0.1:51004/cb"), "http://127.0.0.1:51004");
        assert_eq!(origin("org.example.app:/cb"), "org.example.app");
    }

    #[test]
    fn staying_connected_is_left_out_unless_it_was_chosen() {
        let scopes = Scopes::parse("launch/patient patient/*.read offline_access").unwrap();
        assert_eq!(without_offline(&scopes).to_string(), "launch/patient patient/*.read");
    }
}
