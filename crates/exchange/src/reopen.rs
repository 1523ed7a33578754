//! What a no keeps back: who would newly see what if the person ended it. A permit that was given before a no stands behind
//! it, so ending the no can open something, and the person is told before they do.

use std::collections::BTreeSet;

use sayso_auth::{Client, ClientKind};
use sayso_consent::{Ask, Audience, Class, Consent, Effect, Known, Provision, Purposes, Recipient, Status, What};
use sayso_plan::{ConsentId, OrganizationId, Purpose};
use sayso_store::Snapshot;
use time::OffsetDateTime;

use crate::answer_consents::Newly;
use crate::prospects::{asker, asks};
use crate::sharing::{is_live, known, touched};
use crate::{Exchange, Refusal};

/// What somebody would newly see, once something that keeps it from them has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opens {
    /// Who.
    pub recipient: Recipient,
    /// For which purpose.
    pub purpose: Purpose,
    /// What of what is written now, by the law of consent itself.
    pub newly: Newly,
}

impl Exchange {
    /// What would be newly seen, by whom and for what, if consents changed so.
    pub(crate) fn opens(
        &self,
        snapshot: &Snapshot,
        changes: &[Consent],
        services: &Services,
        at: OffsetDateTime,
    ) -> Vec<Opens> {
        let mut opens: Vec<Opens> = Vec::new();
        for ask in questions(snapshot, changes, services, at) {
            let Some(purpose) = ask.purpose else { continue };
            let (recipient, newly) = (asker(&ask), self.newly(snapshot, changes, &ask));
            if newly.is_nothing() {
                continue;
            }
            // Who asks both as a crisis service and as others do is told of once, with the more.
            match opens.iter_mut().find(|one| (one.recipient, one.purpose) == (recipient, purpose)) {
                Some(one) => one.newly.add(newly),
                None => opens.push(Opens { recipient, purpose, newly }),
            }
        }
        opens
    }

    /// Which organizations ask as crisis services, and which ask as others do; some ask as both.
    pub(crate) async fn services(&self) -> Result<Services, Refusal> {
        let clients = self.inner.store.clients().await?;
        let clients = clients.into_iter().filter_map(|row| serde_json::from_value::<Client>(row.document).ok());
        let mut services = Services::default();
        for client in clients.filter(Client::is_active) {
            match (client.organization, client.kind) {
                (Some(organization), ClientKind::CrisisService) => drop(services.crisis.insert(organization)),
                (Some(organization), ClientKind::Ehr) => drop(services.others.insert(organization)),
                (None, _) | (_, ClientKind::PatientApp) => {}
            }
        }
        Ok(services)
    }
}

/// As what organizations ask.
#[derive(Default)]
pub(crate) struct Services {
    pub(crate) crisis: BTreeSet<OrganizationId>,
    others: BTreeSet<OrganizationId>,
}

impl Services {
    /// As which classes an organization asks, that of crisis services last. Who has no software here yet may get some.
    pub(crate) fn classes_of(&self, organization: OrganizationId) -> Vec<Option<Class>> {
        let crisis = self.crisis.contains(&organization).then_some(Some(Class::CrisisServices));
        let plain = (crisis.is_none() || self.others.contains(&organization)).then_some(None);
        plain.into_iter().chain(crisis).collect()
    }

    /// As whom they ask whom a permit to somebody reaches: by their name, or as one of a class.
    fn as_asked(&self, who: Recipient, permitted_to: Recipient) -> Vec<Audience> {
        let (organization, practitioner) = match who {
            Recipient::Organization(organization) => (organization, None),
            Recipient::Practitioner(organization, who) => (organization, Some(who)),
            Recipient::Everyone | Recipient::Class(_) | Recipient::App(_) | Recipient::Supporter(_) => {
                return Vec::new();
            }
        };
        let reached = |class: &Option<Class>| {
            let by_class = class.is_some_and(|class| permitted_to == Recipient::Class(class));
            by_class || permitted_to == Recipient::Organization(organization)
        };
        let classes = self.classes_of(organization).into_iter().filter(reached);
        classes.map(|class| Audience::Organization { organization, practitioner, class }).collect()
    }
}

/// Each question that a permit in force answers, as the asker would ask it, and as those would ask it to whom the changed
/// consents speak.
fn questions(snapshot: &Snapshot, changes: &[Consent], services: &Services, at: OffsetDateTime) -> Vec<Ask> {
    let provisions = changes.iter().flat_map(|consent| &consent.provisions);
    let spoken_to: Vec<Recipient> = provisions.filter_map(|one| known(one.recipient)).collect();
    let mut questions: Vec<Ask> = Vec::new();
    for ask in asks(snapshot, at, usize::MAX) {
        let permitted_to = asker(&ask);
        let named = matches!(permitted_to, Recipient::Organization(_));
        let mut audiences: Vec<Audience> = (!named).then(|| ask.audience.clone()).into_iter().collect();
        for who in spoken_to.iter().copied().chain([permitted_to]) {
            audiences.extend(services.as_asked(who, permitted_to));
        }
        for audience in audiences {
            let question = Ask { audience, ..ask.clone() };
            if !questions.contains(&question) {
                questions.push(question);
            }
        }
    }
    questions
}

/// The permits that count again once these noes have ended: all to those from whom they kept something, but for those that
/// cannot be about the same, or that another no keeps back all the same.
pub(crate) fn behind(consents: &[Consent], changes: &[Consent], at: OffsetDateTime) -> Vec<ConsentId> {
    let is_no = |one: &&Provision| one.effect == Effect::Deny;
    // What did not count, or had not begun, kept nothing back.
    let counted = |change: &&Consent| {
        let counts = |one: &Consent| matches!(one.status, Known::Is(Status::Active) | Known::Unknown);
        change.has_ended() && consents.iter().any(|one| one.id == change.id && counts(one))
    };
    let had_begun = |one: &&Provision| known(one.period).is_none_or(|period| period.from <= at);
    let ended = changes.iter().filter(counted).flat_map(|change| touched(change, changes));
    let ended: Vec<&Provision> = ended.filter(is_no).filter(had_begun).collect();
    let stays = |one: &&Consent| !changes.iter().any(|change| change.id == one.id);
    let stand = consents.iter().filter(stays).chain(changes).filter(|one| one.status == Known::Is(Status::Active));
    let stand: Vec<&Consent> = stand.collect();
    let noes: Vec<&Provision> = stand.iter().flat_map(|one| &one.provisions).filter(is_no).collect();
    let counts = |one: &Provision| {
        let to = known(one.recipient);
        one.effect == Effect::Permit
            && is_live(one, at)
            && ended.iter().any(|no| to.is_some_and(|to| kept_from(no, to)) && meet(no, one))
            && !noes.iter().any(|no| keeps_all(no, one, at))
    };
    stand.into_iter().filter(|one| stays(one) && one.provisions.iter().any(counts)).map(|one| one.id).collect()
}

/// Whether a no and a permit can be about the same: not where both name one thing, and another one.
fn meet(no: &Provision, permit: &Provision) -> bool {
    let purposes = match (known(no.purposes), known(permit.purposes)) {
        (Some(Purposes::Only(no)), Some(Purposes::Only(permit))) => no.covers_when_refused(permit),
        _ => true,
    };
    let whats = match (known(no.what), known(permit.what)) {
        (Some(What::Section(no)), Some(What::Section(permit))) => no == permit,
        (Some(What::Kind(no)), Some(What::Kind(permit))) => no == permit,
        (Some(What::Plan(no)), Some(What::Plan(permit))) => no == permit,
        (Some(What::Item(no)), Some(What::Item(permit))) => no == permit,
        _ => true,
    };
    purposes && whats
}

/// Whether a no surely keeps all of a permit back, for as long as it lasts. Of a level a no is about what is closer, and a
/// permit about what is more open.
fn keeps_all(no: &Provision, permit: &Provision, at: OffsetDateTime) -> bool {
    let for_all = match (known(no.purposes), known(permit.purposes)) {
        (Some(Purposes::Any), _) => true,
        (Some(Purposes::Only(no)), Some(Purposes::Only(permit))) => no.covers_when_refused(permit),
        _ => false,
    };
    let of_all = match (known(no.what), known(permit.what)) {
        (Some(What::Everything), _) => true,
        (Some(What::Level(_)), _) => false,
        (no, permit) => no.is_some() && no == permit,
    };
    let as_long = match (known(no.period), known(permit.period)) {
        (Some(no), Some(permit)) => no.from <= at && permit.until <= no.until,
        _ => false,
    };
    let to_all = no.recipient == permit.recipient || no.recipient == Known::Is(Recipient::Everyone);
    to_all && for_all && of_all && as_long
}

/// Whether a no may keep something from them. An organization may belong to a class.
fn kept_from(no: &Provision, to: Recipient) -> bool {
    match (known(no.recipient), to) {
        (None | Some(Recipient::Everyone), _)
        | (Some(Recipient::Organization(_) | Recipient::Practitioner(..)), Recipient::Class(_))
        | (Some(Recipient::Class(_)), Recipient::Organization(_) | Recipient::Practitioner(..)) => true,
        (Some(Recipient::Practitioner(at, _)), Recipient::Organization(to))
        | (Some(Recipient::Organization(at)), Recipient::Practitioner(to, _)) => at == to,
        (Some(from), to) => from == to,
    }
}
