//! What a no keeps back: who would newly see what if the person ended it. A permit that was given before a no stands behind
//! it, so ending the no can open something, and the person is told before they do.

use std::collections::BTreeSet;

use sayso_auth::{Client, ClientKind};
use sayso_consent::{
    Ask, Audience, Class, Consent, Effect, Known, Period, Provision, Purposes, Recipient, Status, Tri, What, refuses,
};
use sayso_plan::{ConsentId, OrganizationId, Purpose};
use sayso_store::{Snapshot, StoreError};
use time::OffsetDateTime;

use crate::Exchange;
use crate::answer_consents::Newly;
use crate::prospects::{asker, asks};
use crate::sharing::{is_live, known, touched};

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

    /// The permits that count again by these changes. Who is a crisis service is asked only where a no has ended, so that
    /// taking something back waits for nothing.
    pub(crate) async fn behind(
        &self,
        consents: &[Consent],
        changes: &[Consent],
        at: OffsetDateTime,
    ) -> Result<Vec<ConsentId>, StoreError> {
        let mut ended = changes.iter().filter(|one| one.has_ended()).flat_map(|one| &one.provisions);
        if !ended.any(|one| one.effect == Effect::Deny) {
            return Ok(Vec::new());
        }
        Ok(behind(consents, changes, &self.services().await?, at))
    }

    /// Which organizations ask as crisis services, and which ask as others do; some ask as both.
    pub(crate) async fn services(&self) -> Result<Services, StoreError> {
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
fn behind(consents: &[Consent], changes: &[Consent], services: &Services, at: OffsetDateTime) -> Vec<ConsentId> {
    let is_no = |one: &&Provision| one.effect == Effect::Deny;
    // What did not count, or had not begun, kept nothing back.
    let counted = |change: &&Consent| {
        let counts = |one: &Consent| matches!(one.status, Known::Is(Status::Active) | Known::Unknown);
        change.has_ended() && consents.iter().any(|one| one.id == change.id && counts(one))
    };
    // A time that ends before it begins is one that was not understood, and a no then holds.
    let begun = |period: Period| period.from <= at || period.until <= period.from;
    let had_begun = |one: &&Provision| known(one.period).is_none_or(begun);
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
            && ended.iter().any(|no| to.is_some_and(|to| kept_from(no, to, services)) && meet(&about(no), &about(one)))
            && !noes.iter().any(|no| keeps_all(no, one, at))
    };
    stand.into_iter().filter(|one| stays(one) && one.provisions.iter().any(counts)).map(|one| one.id).collect()
}

/// For what a provision is, and about what.
pub(crate) struct About {
    pub(crate) purposes: Known<Purposes>,
    pub(crate) even_in_emergency: bool,
    pub(crate) what: Known<What>,
}

const fn about(one: &Provision) -> About {
    About { purposes: one.purposes, even_in_emergency: one.even_in_emergency, what: one.what }
}

/// Whether a no is for what a permit is for, too.
fn is_for(no: &About, permit: &About) -> Tri {
    match known(permit.purposes) {
        Some(Purposes::Only(purpose)) => refuses(no.purposes, no.even_in_emergency, purpose),
        Some(Purposes::Any) | None => Tri::Unknown,
    }
}

/// Whether a no and a permit can be about the same: not where both name one thing, and another one.
pub(crate) fn meet(no: &About, permit: &About) -> bool {
    let whats = match (known(no.what), known(permit.what)) {
        (Some(What::Section(no)), Some(What::Section(permit))) => no == permit,
        (Some(What::Kind(no)), Some(What::Kind(permit))) => no == permit,
        (Some(What::Plan(no)), Some(What::Plan(permit))) => no == permit,
        (Some(What::Item(no)), Some(What::Item(permit))) => no == permit,
        _ => true,
    };
    whats && is_for(no, permit) != Tri::False
}

/// Whether a no surely keeps all of a permit back, for as long as it lasts. Of a level a no is about what is closer, and a
/// permit about what is more open.
fn keeps_all(no: &Provision, permit: &Provision, at: OffsetDateTime) -> bool {
    let for_all = is_for(&about(no), &about(permit)) == Tri::True;
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

/// Whether a no may keep something from them: an organization that is a crisis service asks as one of that class, too.
fn kept_from(no: &Provision, to: Recipient, services: &Services) -> bool {
    match (known(no.recipient), to) {
        (None | Some(Recipient::Everyone), _) => true,
        (
            Some(Recipient::Organization(one) | Recipient::Practitioner(one, _)),
            Recipient::Class(Class::CrisisServices),
        )
        | (
            Some(Recipient::Class(Class::CrisisServices)),
            Recipient::Organization(one) | Recipient::Practitioner(one, _),
        ) => services.crisis.contains(&one),
        (Some(Recipient::Practitioner(at, _)), Recipient::Organization(to))
        | (Some(Recipient::Organization(at)), Recipient::Practitioner(to, _)) => at == to,
        (Some(from), to) => from == to,
    }
}

#[cfg(test)]
mod tests {
    use sayso_consent::Origin;
    use sayso_plan::{PersonId, PractitionerId, ProvisionId, Section, Share};
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-05-03 12:00 UTC);

    fn lantern() -> OrganizationId {
        OrganizationId::from_stored([1; 16])
    }

    fn pine_hill() -> OrganizationId {
        OrganizationId::from_stored([2; 16])
    }

    fn hours(from: i64, until: i64) -> Known<Period> {
        Known::Is(Period { from: NOW + time::Duration::hours(from), until: NOW + time::Duration::hours(until) })
    }

    fn says(effect: Effect, recipient: Recipient, purposes: Purposes, what: What) -> Provision {
        Provision {
            id: ProvisionId::from_stored([7; 16]),
            effect,
            recipient: Known::Is(recipient),
            purposes: Known::Is(purposes),
            what: Known::Is(what),
            period: hours(-9, 9),
            even_in_emergency: false,
            after_death: false,
        }
    }

    fn consent(number: u8, provision: Provision) -> Consent {
        Consent {
            id: ConsentId::from_stored([number; 16]),
            person: PersonId::from_stored([9; 16]),
            status: Known::Is(Status::Active),
            origin: Origin::Person,
            given_at: NOW,
            withdrawn_at: None,
            earlier_of: None,
            narrowed_at: None,
            sent: None,
            provisions: vec![provision],
        }
    }

    /// Whether a permit counts again when a no ends, beside others that stand.
    fn again(no: &Consent, permit: &Provision, others: &[Provision]) -> bool {
        let others = (20..).zip(others).map(|(number, other)| consent(number, other.clone()));
        let all: Vec<Consent> = [no.clone(), consent(2, permit.clone())].into_iter().chain(others).collect();
        let services = Services { crisis: [lantern()].into(), others: [pine_hill()].into() };
        !behind(&all, &[crate::sharing::ended(no, NOW)], &services, NOW).is_empty()
    }

    #[test]
    fn an_ended_no_lets_count_again_what_it_kept_back_and_no_other_no_does() {
        let one = Purposes::Only;
        let (helps, harms) = (What::Section(Section::Helps), What::Section(Section::Harms));
        let (there, here) = (Recipient::Organization(pine_hill()), Recipient::Organization(lantern()));
        let somebody = |at| Recipient::Practitioner(at, PractitionerId::from_stored([3; 16]));
        let class = Recipient::Class(Class::CrisisServices);
        let no = |to, purposes, what| consent(1, says(Effect::Deny, to, purposes, what));
        let yes = |to, purpose, what| says(Effect::Permit, to, one(purpose), what);
        let treat = no(there, one(Purpose::Treat), helps);
        for (is, no, permit) in [
            (true, treat.clone(), yes(there, Purpose::Treat, helps)),
            (true, treat.clone(), yes(there, Purpose::Coc, helps)),
            (false, treat.clone(), yes(there, Purpose::Famrqt, helps)),
            (false, treat.clone(), yes(there, Purpose::Treat, harms)),
            (true, treat.clone(), yes(there, Purpose::Treat, What::Everything)),
            (false, treat.clone(), yes(here, Purpose::Treat, helps)),
            (true, treat.clone(), yes(somebody(pine_hill()), Purpose::Treat, helps)),
            (false, treat.clone(), yes(somebody(lantern()), Purpose::Treat, helps)),
            (false, no(there, Purposes::Any, helps), yes(class, Purpose::Etreat, helps)),
            (true, no(here, Purposes::Any, helps), yes(class, Purpose::Etreat, helps)),
            (true, no(class, Purposes::Any, helps), yes(here, Purpose::Etreat, helps)),
            (true, no(class, Purposes::Any, helps), yes(somebody(lantern()), Purpose::Etreat, helps)),
            (false, no(class, Purposes::Any, helps), yes(there, Purpose::Treat, helps)),
            (true, no(Recipient::Everyone, Purposes::Any, helps), yes(there, Purpose::Treat, helps)),
        ] {
            assert_eq!(again(&no, &permit, &[]), is, "{no:?} {permit:?}");
        }
        let permit = yes(there, Purpose::Treat, helps);
        let with = |change: &dyn Fn(&mut Consent)| {
            let mut no = treat.clone();
            change(&mut no);
            again(&no, &permit, &[])
        };
        assert!(!with(&|no| no.status = Known::Is(Status::Draft)), "a draft kept nothing back");
        assert!(!with(&|no| no.provisions[0].period = hours(1, 9)), "nor what had not begun");
        assert!(with(&|no| no.provisions[0].period = hours(9, 1)), "a time that was not understood");
        assert!(with(&|no| no.provisions[0].period = Known::Unknown));

        let stands = |to, purposes, what| says(Effect::Deny, to, purposes, what);
        for (is, other) in [
            (false, stands(there, Purposes::Any, What::Everything)),
            (false, stands(Recipient::Everyone, Purposes::Any, What::Everything)),
            (false, stands(there, one(Purpose::Treat), helps)),
            (true, stands(there, one(Purpose::Coc), helps)),
            (true, stands(there, one(Purpose::Treat), harms)),
            (true, stands(here, Purposes::Any, What::Everything)),
            (true, Provision { period: hours(-9, 1), ..stands(there, Purposes::Any, What::Everything) }),
            (true, Provision { period: hours(1, 9), ..stands(there, Purposes::Any, What::Everything) }),
        ] {
            assert_eq!(again(&treat, &permit, std::slice::from_ref(&other)), is, "{other:?}");
        }
        // What is open by a level is more than what a no to that level keeps.
        let (no_to_level, level) =
            (stands(there, one(Purpose::Treat), What::Level(Share::Care)), What::Level(Share::Care));
        assert!(again(&treat, &yes(there, Purpose::Treat, level), &[no_to_level]));
    }
}
