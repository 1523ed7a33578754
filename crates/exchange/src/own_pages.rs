//! The person reads: their own plans, and what happened to them.

use std::sync::Arc;

use sayso_consent::{Projection, Released, Themselves};
use sayso_plan::{ClientId, OrganizationId, Person, PlanId};
use sayso_store::{Ask, Recorded, Snapshot, StoreError};

use crate::{Exchange, Refusal};

impl Exchange {
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

    /// Who has asked to be let in and is still waiting.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn waiting(&self, person: Themselves) -> Result<Vec<Ask>, Refusal> {
        Ok(self.inner.store.asks(person.person()).await?)
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
