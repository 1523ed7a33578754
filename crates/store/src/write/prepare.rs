//! What is done before the writer is asked: reading the bodies, encrypting, hashing.

use sayso_consent::{Consent, Sealed};
use sayso_plan::people::IdentifierState;
use sayso_plan::{Person, PersonId, Plan, PlanVersionId, Proposal};

use super::{Change, Refused, Write};
use crate::error::StoreError;
use crate::keys::{Belongs, DataKey, Keys, Use};
use crate::moment;
use crate::outbox::EventRow;
use crate::proposals::proposal_place;
use crate::reach::{Lists, Reached};
use crate::retry::OnceRow;
use crate::snapshot::{person_place, plan_place};
use crate::store::Store;
use crate::supporters::SupporterRow;

/// A write as rows.
pub(super) struct Prepared {
    pub(super) person: PersonId,
    pub(super) changes: Vec<Row>,
    pub(super) events: Vec<EventRow>,
    pub(super) once: Option<OnceRow>,
    pub(super) now: i64,
    pub(super) lists: Lists,
}

/// One change as rows.
pub(super) enum Row {
    Plan(PlanRow),
    Consent(ConsentRow),
    Person(PersonRow),
    Proposal(ProposalRow),
    Supporter(SupporterRow),
    CloseAsks([u8; 16], Option<[u8; 32]>),
}

pub(super) struct PlanRow {
    pub(super) plan: [u8; 16],
    pub(super) version: [u8; 16],
    pub(super) replaces: Option<PlanVersionId>,
    pub(super) draft: bool,
    pub(super) recorded_at: i64,
    pub(super) active_slot: Option<[u8; 32]>,
    pub(super) body: Vec<u8>,
    pub(super) addresses: Vec<[u8; 16]>,
}

pub(super) struct ConsentRow {
    pub(super) id: [u8; 16],
    pub(super) version: i64,
    pub(super) standing: bool,
    pub(super) body: Vec<u8>,
    pub(super) addresses: Vec<[u8; 16]>,
    pub(super) reached: Vec<Reached>,
}

pub(super) struct PersonRow {
    pub(super) body: Vec<u8>,
    pub(super) identifiers: Vec<IdentifierRow>,
}

pub(super) struct ProposalRow {
    pub(super) id: [u8; 16],
    pub(super) plan: [u8; 16],
    pub(super) version: u32,
    pub(super) body: Vec<u8>,
    pub(super) addresses: Vec<[u8; 16]>,
}

pub(super) struct IdentifierRow {
    pub(super) fingerprint: [u8; 32],
    pub(super) state: i64,
    pub(super) mac: [u8; 32],
}

impl Prepared {
    /// Whether a decision made before this write may be another one after it.
    pub(super) fn moves(&self) -> bool {
        self.changes.iter().any(|row| !matches!(row, Row::CloseAsks(..) | Row::Proposal(_)))
    }

    pub(super) fn changes_consent(&self) -> bool {
        self.changes.iter().any(|row| matches!(row, Row::Consent(_)))
    }
}

impl Store {
    pub(super) async fn prepare(&self, write: &Write) -> Result<Prepared, Refused> {
        let person = write.fence.person;
        let key = self.data_key(person).await?;
        let mut changes = Vec::with_capacity(write.changes.len());
        for change in &write.changes {
            changes.push(match change {
                Change::Plan { body, replaces, addresses } => {
                    let mut row = plan(self.keys(), &key, person, body, *replaces, addresses)?;
                    row.addresses = self.leading_nowhere(person, row.addresses).await?;
                    Row::Plan(row)
                }
                Change::Consent(consent) => Row::Consent(self.consent(&key, person, consent).await?),
                Change::Person(body) if body.id() == person => Row::Person(self::person(self.keys(), &key, body)?),
                Change::Person(_) => return Err(Refused::Exists),
                Change::Proposal(body) => Row::Proposal(self.proposal(&key, person, body).await?),
                Change::Supporter(supporter) => Row::Supporter(self.supporter_row(&key, person, supporter).await?),
                Change::CloseAsks { organization, purpose } => {
                    let purpose = purpose.map(|purpose| self.ask_purpose(person, purpose));
                    Row::CloseAsks(*organization.as_bytes(), purpose)
                }
            });
        }
        // A plan that is superseded makes room for the one that follows it.
        changes.sort_by_key(|row| matches!(row, Row::Plan(plan) if plan.active_slot.is_some()));
        let events = write.events.iter().map(EventRow::from).collect();
        let once = match &write.once {
            Some(once) => Some(self.once_row(&key, person, once)?),
            None => None,
        };
        let (now, lists) = (moment::to_micros(write.leaf.at), self.growing());
        Ok(Prepared { person, changes, events, once, now, lists })
    }

    /// Seals a row as its next version, which is part of the ciphertext's place and counts up; the fence keeps it true until
    /// the commit. `before` asks for the version that is there, by person and id.
    pub(crate) async fn next_version(
        &self,
        key: &DataKey,
        (table, before): (&'static str, &'static str),
        (person, id): (PersonId, [u8; 16]),
        row: &impl serde::Serialize,
    ) -> Result<(i64, Vec<u8>), StoreError> {
        let before: Option<i64> = sqlx::query_scalar(before)
            .bind(person.as_bytes().as_slice())
            .bind(id.as_slice())
            .fetch_optional(self.readers())
            .await?;
        let version = before.unwrap_or(0) + 1;
        let plain = zeroize::Zeroizing::new(serde_json::to_vec(row).map_err(|_| StoreError::Damaged(table))?);
        let place = Belongs { table, person, record: &id, version: &version.to_be_bytes() };
        Ok((version, key.seal(place, &plain)?))
    }

    async fn consent(&self, key: &DataKey, person: PersonId, consent: &Consent) -> Result<ConsentRow, Refused> {
        if consent.person != person {
            return Err(Refused::Exists);
        }
        let id = *consent.id.as_bytes();
        let table = ("consent", "SELECT version FROM consent WHERE person_id = ? AND id = ?");
        let (version, body) = self.next_version(key, table, (person, id), consent).await?;
        let addresses = self.leading_nowhere(person, vec![id]).await?;
        let reached = Reached::by(consent);
        Ok(ConsentRow { id, version, standing: !consent.has_ended(), body, addresses, reached })
    }

    async fn proposal(
        &self,
        key: &DataKey,
        person: PersonId,
        sealed: &Sealed<Proposal>,
    ) -> Result<ProposalRow, Refused> {
        if sealed.person() != person {
            return Err(Refused::Exists);
        }
        let (id, version) = (*sealed.id().as_bytes(), sealed.version());
        let plain = zeroize::Zeroizing::new(sealed.to_storage().map_err(|_| StoreError::Damaged("proposal"))?);
        let body = key.seal(proposal_place(person, &id, &version.to_be_bytes()), &plain)?;
        let addresses = self.leading_nowhere(person, vec![id]).await?;
        Ok(ProposalRow { id, plan: *sealed.plan().as_bytes(), version, body, addresses })
    }

    /// Those of the ids that lead nowhere yet. An id leads to one person for ever.
    async fn leading_nowhere(&self, person: PersonId, mut ids: Vec<[u8; 16]>) -> Result<Vec<[u8; 16]>, Refused> {
        ids.sort_unstable();
        ids.dedup();
        let mut new = Vec::with_capacity(ids.len());
        for id in ids {
            match self.owner_of(&id).await? {
                None => new.push(id),
                Some(owner) if owner.person == person => {}
                Some(_) => return Err(Refused::Exists),
            }
        }
        Ok(new)
    }
}

fn plan(
    keys: &Keys,
    key: &DataKey,
    person: PersonId,
    body: &Sealed<Plan>,
    replaces: Option<PlanVersionId>,
    addresses: &[[u8; 16]],
) -> Result<PlanRow, Refused> {
    let plain = zeroize::Zeroizing::new(body.to_storage().map_err(|_| StoreError::Damaged("plan"))?);
    let plan: Plan = serde_json::from_slice(&plain).map_err(|_| StoreError::Damaged("plan"))?;
    if plan.person != person {
        return Err(Refused::Exists);
    }
    let (id, version) = (*plan.id.as_bytes(), *plan.version.as_bytes());
    let mut leads_here = vec![id];
    leads_here.extend(plan.items.iter().map(|item| *item.id.as_bytes()));
    leads_here.extend(plan.document.iter().map(|document| *document.id.as_bytes()));
    leads_here.extend_from_slice(addresses);
    Ok(PlanRow {
        plan: id,
        version,
        replaces,
        draft: plan.state.is_in_the_making(),
        recorded_at: moment::to_micros(plan.recorded_at),
        active_slot: active_slot(keys, &plan)?,
        body: key.seal(plan_place(person, &id, &version), &plain)?,
        addresses: leads_here,
    })
}

/// One plan in force per person, kind and law (place and instrument); none named is the same as unknown. A document that is kept whole
/// takes no slot: what it says is not known here, so it cannot be said to replace anything.
fn active_slot(keys: &Keys, plan: &Plan) -> Result<Option<[u8; 32]>, StoreError> {
    if !plan.state.is_in_force() || plan.document.is_some() {
        return Ok(None);
    }
    let law = serde_json::to_vec(&plan.head.law()).map_err(|_| StoreError::Damaged("plan"))?;
    let parts = [plan.person.as_bytes().as_slice(), plan.kind.code().as_bytes(), &law];
    Ok(Some(keys.hash(Use::ActiveSlot, &parts)))
}

pub(super) fn person(keys: &Keys, key: &DataKey, body: &Sealed<Person>) -> Result<PersonRow, StoreError> {
    let plain = zeroize::Zeroizing::new(body.to_storage().map_err(|_| StoreError::Damaged("person"))?);
    let person: Person = serde_json::from_slice(&plain).map_err(|_| StoreError::Damaged("person"))?;
    let identifiers = person
        .identifiers
        .iter()
        .map(|identifier| {
            let state = match identifier.state {
                IdentifierState::Claimed => 0,
                IdentifierState::Verified { .. } => 1,
                IdentifierState::Contested => 2,
            };
            let fingerprint = identifier_fingerprint(keys, &identifier.system, &identifier.value);
            IdentifierRow { fingerprint, state, mac: identifier_mac(keys, person.id, &fingerprint, state) }
        })
        .collect();
    let identifiers = surest(identifiers);
    Ok(PersonRow { body: key.seal(person_place(person.id), &plain)?, identifiers })
}

pub(crate) fn identifier_fingerprint(keys: &Keys, system: &str, value: &str) -> [u8; 32] {
    keys.hash(Use::Identifier, &[system.as_bytes(), value.as_bytes()])
}

/// The state of an identifier is believed only with this.
pub(crate) fn identifier_mac(keys: &Keys, person: PersonId, fingerprint: &[u8; 32], state: i64) -> [u8; 32] {
    keys.hash(Use::IdentifierState, &[person.as_bytes(), fingerprint, &state.to_be_bytes()])
}

/// The same number twice in one person's list counts as the surest of them.
fn surest(mut rows: Vec<IdentifierRow>) -> Vec<IdentifierRow> {
    rows.sort_by_key(|row| (row.fingerprint, std::cmp::Reverse(row.state)));
    rows.dedup_by_key(|row| row.fingerprint);
    rows
}
