//! One act as a sentence. What was shown is told by the titles the person knows; why nothing was, by its cause.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use sayso_auth::ClientKind;
use sayso_consent::Recipient;
use sayso_exchange::consent_receipts::{ConsentReceipt, Happened};
use sayso_exchange::sharing::Party;
use sayso_exchange::{Act, ConsentChange, Recorded, Shown};
use sayso_plan::{ClientId, LeafId, OrganizationId, Purpose, SupporterId};

use crate::Pages;
use crate::admit::Visitor;
use crate::consent_receipts;
use crate::fault::Fault;
use crate::sharing::{address, changed_party};
use crate::words::en as w;

/// An act in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) text: String,
    /// What was shown, or why nothing was.
    pub(crate) more: Vec<String>,
    pub(crate) saw_nothing: bool,
    /// Where the person sees why.
    pub(crate) why: Option<String>,
    /// Where the person's receipt of it is.
    pub(crate) receipt: Option<String>,
    /// Where the person undoes it.
    pub(crate) undo: Option<String>,
    /// Whether acts that are alike on one day become one line.
    pub(crate) may_repeat: bool,
}

/// The names of everybody in a list of acts.
#[derive(Default)]
pub(crate) struct Names {
    pub(crate) organizations: BTreeMap<OrganizationId, String>,
    pub(crate) clients: BTreeMap<ClientId, Software>,
    pub(crate) supporters: BTreeMap<SupporterId, String>,
    /// The receipts of those that have one. The act alone does not tell the end of a no from that of a yes, nor everyone
    /// from the crisis services.
    pub(crate) receipts: BTreeMap<LeafId, ConsentReceipt>,
}

/// A client, as far as the sentences need it.
pub(crate) struct Software {
    pub(crate) name: String,
    pub(crate) is_app: bool,
}

impl Names {
    /// Finds the names of all who act in the list.
    pub(crate) async fn find(pages: &Pages, visitor: &Visitor, happened: &[Recorded]) -> Result<Self, Fault> {
        let supporters = pages.exchange().supporters_ever(visitor.themselves()).await?;
        let supporters = supporters.into_iter().map(|one| (one.id, one.name)).collect();
        let receipts = pages.exchange().receipts_of(visitor.themselves(), happened).await?;
        let mut names = Self { supporters, receipts, ..Self::default() };
        for one in happened {
            let recipient = one.act.as_ref().and_then(recipient);
            for id in one.organization.into_iter().chain(recipient) {
                if let Entry::Vacant(free) = names.organizations.entry(id) {
                    let name = pages.exchange().organization_name(id).await?;
                    free.insert(name.unwrap_or_else(|| w::UNKNOWN_PARTY.to_owned()));
                }
            }
            if let Some(id) = one.act.as_ref().and_then(client)
                && !names.clients.contains_key(&id)
                && let Some(client) = pages.exchange().client(id).await?
            {
                names.clients.insert(id, Software { name: client.name, is_app: client.kind == ClientKind::PatientApp });
            }
        }
        Ok(names)
    }

    /// Who acted: the person's app by its own name, everybody else by the organization's.
    fn actor(&self, organization: Option<OrganizationId>, client: Option<ClientId>) -> (String, bool) {
        let software = client.and_then(|id| self.clients.get(&id));
        if let Some(app) = software.filter(|software| software.is_app) {
            return (app.name.clone(), true);
        }
        let known = organization.and_then(|id| self.organizations.get(&id)).cloned();
        let name = known.or_else(|| software.map(|software| software.name.clone()));
        (name.unwrap_or_else(|| w::SOMEONE.to_owned()), false)
    }

    fn app(&self, client: ClientId) -> String {
        self.clients.get(&client).map_or_else(|| w::UNKNOWN_APP.to_owned(), |software| software.name.clone())
    }

    fn supporter(&self, id: SupporterId) -> String {
        self.supporters.get(&id).cloned().unwrap_or_else(|| w::SOMEONE.to_owned())
    }

    /// Where the receipt of an act is.
    fn receipt(&self, one: &Recorded) -> Option<String> {
        self.receipts.contains_key(&one.leaf).then(|| consent_receipts::address(one.leaf))
    }

    fn party(&self, party: Party) -> String {
        match party {
            Party::Organization(id) => {
                self.organizations.get(&id).cloned().unwrap_or_else(|| w::UNKNOWN_PARTY.to_owned())
            }
            Party::App(client) => self.app(client),
            Party::Supporter(id) => self.supporter(id),
            Party::CrisisServices => w::CRISIS_SERVICES_INSIDE.to_owned(),
        }
    }
}

fn recipient(act: &Act) -> Option<OrganizationId> {
    if let Act::AskDeclined { organization } = act {
        return Some(*organization);
    }
    if let Act::ConsentChanged { recipient, .. } | Act::ConsentSent { recipient, .. } = act { *recipient } else { None }
}

fn client(act: &Act) -> Option<ClientId> {
    match act {
        Act::ReadAllowed { client, .. }
        | Act::ReadRefused { client, .. }
        | Act::PlanWritten { client, .. }
        | Act::PersonWritten { client, .. }
        | Act::WriteRefused { client, .. }
        | Act::Checked { client }
        | Act::ConsentChanged { client, .. }
        | Act::ConsentSent { client, .. }
        | Act::AskedToShare { client, .. }
        | Act::Proposed { client, .. }
        | Act::TokenRefused { client, .. } => *client,
        Act::TokenIssued { client, .. } | Act::GrantEnded { client, .. } => Some(*client),
        Act::ProposalAnswered { .. }
        | Act::AskDeclined { .. }
        | Act::SignedIn { .. }
        | Act::SignInFailed { .. }
        | Act::SupporterLooked { .. }
        | Act::SupporterChanged { .. }
        | Act::Operated { .. } => None,
    }
}

impl Told {
    fn that(text: String) -> Self {
        Self { text, more: Vec::new(), saw_nothing: false, why: None, receipt: None, undo: None, may_repeat: true }
    }

    fn once(text: String) -> Self {
        Self { may_repeat: false, ..Self::that(text) }
    }

    fn with(mut self, more: impl IntoIterator<Item = String>) -> Self {
        self.more.extend(more);
        self
    }
}

/// Says what happened; `when` is "on 3 May at 10:02", or "3 times on 3 May".
pub(crate) fn tell(one: &Recorded, names: &Names, when: &str) -> Told {
    let Some(act) = &one.act else { return Told::that(w::at(w::NOT_READABLE, when)) };
    match act {
        Act::ReadAllowed { client, operation, .. } if operation.as_str() == sayso_exchange::consents::OPERATION => {
            let (who, _) = names.actor(one.organization, *client);
            Told::that(w::app_looked_who_sees(&who, when))
        }
        Act::ReadAllowed { client, purpose, shown, .. } => {
            let (who, is_app) = names.actor(one.organization, *client);
            let text = if is_app { w::app_looked(&who, when) } else { w::asked_to_see(&who, why(*purpose), when) };
            Told::that(text).with(shown.iter().filter(|_| !is_app).map(saw))
        }
        Act::ReadRefused { client, purpose, reason, .. } => {
            let (who, is_app) = names.actor(one.organization, *client);
            if is_app {
                return Told { saw_nothing: true, ..Told::that(w::app_refused(&who, when)) };
            }
            let cause = match reason.as_str() {
                "not-released" => w::SAW_NOTHING_NOT_OPEN,
                "no-purpose" => w::SAW_NOTHING_NO_PURPOSE,
                "no-such-version" => w::SAW_NOTHING_OLDER,
                _ => w::SAW_NOTHING,
            };
            let told = Told::that(w::asked_to_see(&who, why(*purpose), when)).with([cause.to_owned()]);
            // Why what stands now is open, or is not, says nothing of a version.
            let why = one.organization.filter(|_| reason.as_str() != "no-such-version");
            Told { saw_nothing: true, why: why.map(|id| why_page(id, *purpose)), ..told }
        }
        Act::PlanWritten { client, kind, change, .. } => {
            let who = client.map_or_else(|| w::YOU.to_owned(), |client| names.app(client));
            Told::that(w::wrote(&who, kind.label(), change.as_str(), when))
        }
        Act::PersonWritten { change, .. } => Told::that(w::at(person_written(change.as_str()), when)),
        Act::WriteRefused { client, .. } => {
            let (who, _) = names.actor(one.organization, *client);
            Told::that(w::write_refused(&who, when))
        }
        Act::Checked { client } => {
            let (who, _) = names.actor(one.organization, *client);
            Told::that(w::checked(&who, when))
        }
        Act::ConsentChanged { change, recipient, purpose, sections, client, supporter, by, decided: done, .. } => {
            let party = changed_party(*recipient, *client, *supporter);
            let kept = names.receipts.get(&one.leaf);
            let is_all = kept.is_some_and(|kept| kept.towards == Some(Recipient::Everyone));
            let who = if is_all { w::RECEIPT_EVERYONE.to_owned() } else { names.party(party) };
            let titles: Vec<String> = sections.iter().map(|section| section.title().to_owned()).collect();
            let about = (!titles.is_empty()).then(|| w::it_was_about(&titles.join(", ")));
            let receipt = names.receipt(one);
            if let Some(by) = by {
                let all = *change == ConsentChange::Withdrawn;
                let text = w::taken_back_for_you(&names.supporter(*by), &who, all, when);
                let undo = Some(format!("{}?undo={}", address(party), one.person_seq));
                return Told { undo, receipt, ..Told::once(text).with(about) };
            }
            // What was chosen once more as it was is no less and no more.
            if done.as_ref().is_some_and(|done| done.given.is_empty() && done.ended.is_empty()) {
                return Told { receipt, ..Told::once(w::receipt_nothing(&who, when)) };
            }
            // A no to one thing is told by what it kept.
            if kept.is_some_and(|kept| kept.happened == Happened::NoEnded) && *change != ConsentChange::Restored {
                return Told { receipt, ..Told::once(w::receipt_no_ended(&who, when)).with(about) };
            }
            Told { receipt, ..Told::once(decided(*change, &who, *purpose, when)).with(about) }
        }
        Act::SupporterLooked { supporter, operation, shown } => {
            looked(&names.supporter(*supporter), operation.as_str(), shown, when)
        }
        Act::SupporterChanged { supporter, change } => {
            let told = Told::once(w::supporter_changed(&names.supporter(*supporter), change.as_str(), when));
            Told { receipt: names.receipt(one), ..told }
        }
        Act::ConsentSent { client, did, recipient, sections, .. } => {
            let (who, _) = names.actor(one.organization, *client);
            let about = recipient.map(|id| w::it_concerned(&names.party(Party::Organization(id))));
            let titles: Vec<String> = sections.iter().map(|section| section.title().to_owned()).collect();
            let parts = (!titles.is_empty()).then(|| w::it_was_about(&titles.join(", ")));
            let more = did.iter().map(|change| w::sent_came_of(*change).to_owned());
            let told = Told::once(w::sent_who_sees(&who, when)).with(more).with(about).with(parts);
            Told { receipt: names.receipt(one), ..told }
        }
        Act::AskedToShare { client, purpose } => {
            let (who, _) = names.actor(one.organization, *client);
            let told = Told::that(w::asked_in(&who, why(*purpose), when));
            Told { why: one.organization.map(|id| why_page(id, *purpose)), ..told }
        }
        Act::AskDeclined { organization } => {
            Told::once(w::ask_declined(&names.party(Party::Organization(*organization)), when))
        }
        Act::Proposed { client, kind, .. } => {
            let (who, _) = names.actor(one.organization, *client);
            Told::once(w::suggested(&who, kind.label(), when))
        }
        Act::ProposalAnswered { kind, answer, .. } => {
            Told::once(w::answered_suggestion(kind.label(), answer.as_str(), when))
        }
        Act::SignedIn { by } if by.as_str() == "link" => Told::that(w::at(w::SIGNED_IN_LINK, when)),
        Act::SignedIn { .. } => Told::that(w::at(w::SIGNED_IN_PASSWORD, when)),
        Act::SignInFailed { .. } => Told::that(w::at(w::SIGN_IN_FAILED, when)),
        Act::Operated { done, .. } if done.as_str() == "person-invited" => Told::that(w::at(w::INVITED, when)),
        Act::Operated { done, .. } if done.as_str() == "pairing-code" => Told::that(w::at(w::CODE_MADE, when)),
        Act::Operated { .. } => Told::that(w::at(w::OPERATED, when)),
        Act::TokenIssued { client, .. } => Told::that(w::app_let_in(&names.app(*client), when)),
        Act::TokenRefused { client, .. } => {
            let (who, _) = names.actor(one.organization, *client);
            Told::that(w::app_key_refused(&who, when))
        }
        Act::GrantEnded { client, .. } => Told::that(w::app_ended(&names.app(*client), when)),
    }
}

/// A supporter looked; at the list of who shares with them they saw the name and nothing of a plan.
fn looked(who: &str, operation: &str, shown: &[Shown], when: &str) -> Told {
    let text = match operation {
        "list" | "list-named" => w::supporter_listed(who, when),
        "named" | "named-refused" => w::supporter_looked_at_naming(who, when),
        "document" => w::supporter_saved(who, when),
        "sharing" | "sharing-refused" => w::supporter_looked_at_sharing(who, when),
        _ => w::supporter_looked(who, when),
    };
    let saw_nothing = shown.is_empty() && !["sharing", "named", "list-named"].contains(&operation);
    let told = Told { saw_nothing, ..Told::that(text) };
    if saw_nothing {
        return told.with([w::SAW_NOTHING_NOT_OPEN.to_owned()]);
    }
    match operation {
        "list" => told.with([w::SUPPORTER_SAW_NAME.to_owned()]),
        "list-named" => told.with([w::SUPPORTER_SAW_NAME.to_owned(), w::SUPPORTER_SAW_NAMED.to_owned()]),
        "named" => told.with([w::SUPPORTER_SAW_NAMED_AS.to_owned()]),
        "plans" => told.with(shown.iter().map(saw)),
        _ => told,
    }
}

fn why(purpose: Option<Purpose>) -> &'static str {
    purpose.map_or(w::NO_PURPOSE, w::purpose)
}

fn why_page(organization: OrganizationId, purpose: Option<Purpose>) -> String {
    let query = purpose.map(|purpose| format!("?purpose={purpose}")).unwrap_or_default();
    format!("{}/why{query}", address(Party::Organization(organization)))
}

fn saw(shown: &Shown) -> String {
    let titles: Vec<String> = shown.sections.iter().map(|section| section.title().to_owned()).collect();
    match titles.is_empty() {
        true if shown.cancelled => w::saw_cancelled(shown.kind.label()),
        true => w::saw(w::SAW_DOCUMENT, shown.kind.label()),
        false => w::saw(&titles.join(", "), shown.kind.label()),
    }
}

fn person_written(change: &str) -> &'static str {
    match change {
        "created" => w::PAGE_MADE,
        "password-set" => w::PASSWORD_SET,
        _ => w::DETAILS_CHANGED,
    }
}

fn decided(change: ConsentChange, who: &str, purpose: Option<Purpose>, when: &str) -> String {
    match change {
        ConsentChange::Given => w::let_see(who, why(purpose), when),
        ConsentChange::Narrowed => w::narrowed(who, when),
        ConsentChange::Withdrawn => w::stopped(who, when),
        ConsentChange::Proposed => w::proposed(who, when),
        ConsentChange::Refused => w::said_no(who, when),
        ConsentChange::Declined => w::declined(who, when),
        ConsentChange::Restored => w::restored(who, when),
    }
}
