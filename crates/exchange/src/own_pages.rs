//! The person reads: their own plans, and what happened to them.

use std::sync::Arc;

use sayso_consent::{Projection, Released, Themselves};
use sayso_plan::people::IdentifierState;
use sayso_plan::{ClientId, Identifier, OrganizationId, Person, PlanId};
use sayso_store::{Recorded, Snapshot, StoreError};

use crate::{Exchange, Refusal};

/// A number of the person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// The naming system.
    pub system: String,
    /// The number.
    pub value: String,
    /// What it is good for.
    pub standing: Standing,
}

/// Whether others find a person by a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// They do: it was verified.
    Found {
        /// By whom.
        by: String,
    },
    /// Nobody has verified it.
    Claimed,
    /// It stands for somebody else too, so it matches nothing until that is resolved.
    Contested,
}

impl Exchange {
    /// The numbers that are kept of the person, and whether others find them by each.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn own_numbers(&self, person: Themselves) -> Result<Vec<Number>, Refusal> {
        let mut numbers = Vec::new();
        for Identifier { system, value, state } in self.own_self(person).await?.identifiers {
            let found = self.inner.store.person_by_identifier(&system, &value).await? == Some(person.person());
            let standing = match state {
                IdentifierState::Verified { by, .. } if found => Standing::Found { by },
                IdentifierState::Verified { .. } | IdentifierState::Contested => Standing::Contested,
                IdentifierState::Claimed => Standing::Claimed,
            };
            numbers.push(Number { system, value, standing });
        }
        Ok(numbers)
    }

    pub(crate) async fn snapshot_of(&self, person: Themselves) -> Result<Arc<Snapshot>, Refusal> {
        let snapshot = self.inner.store.snapshot(person.person()).await?;
        snapshot.ok_or(Refusal::Unrecorded(StoreError::NoSuchPerson))
    }

    /// What is kept of the person.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn own_self(&self, person: Themselves) -> Result<Person, Refusal> {
        let snapshot = self.snapshot_of(person).await?;
        let demographics = snapshot.demographics.as_ref().ok_or(Refusal::Unrecorded(StoreError::NoSuchPerson))?;
        sayso_consent::own_self(demographics, &person).cloned().map_err(|_| Refusal::Moved)
    }

    /// The person's plans, whole, in any state.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn own_plans(&self, person: Themselves) -> Result<Vec<Released<Projection>>, Refusal> {
        let snapshot = self.snapshot_of(person).await?;
        let key = &self.inner.fingerprints;
        Ok(snapshot.plans.iter().filter_map(|sealed| sayso_consent::own(sealed, &person, key).ok()).collect())
    }

    /// One of the person's plans.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn own_plan(&self, person: Themselves, plan: PlanId) -> Result<Option<Released<Projection>>, Refusal> {
        Ok(self.own_plans(person).await?.into_iter().find(|released| released.get().id == plan))
    }

    /// What happened to the person's plans, newest first: releases, refusals, writes, consents, sign-ins. `before` is
    /// the number of the last one already seen.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn happened(
        &self,
        person: Themselves,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Recorded>, Refusal> {
        Ok(self.inner.store.acts_of_person(person.person(), before, limit).await?)
    }

    /// The name of an organization, for a page.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn organization_name(&self, id: OrganizationId) -> Result<Option<String>, Refusal> {
        Ok(self.organization(id).await?.map(|organization| organization.name))
    }

    /// The name of a client, for a page.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn client_name(&self, id: ClientId) -> Result<Option<String>, Refusal> {
        Ok(self.client(id).await?.map(|client| client.name))
    }
}
