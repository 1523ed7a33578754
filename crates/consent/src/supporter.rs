//! Somebody whom a person calls their supporter: by which account they read, whom of a plan's parties they are, and until
//! when they may take away in the person's name.
//!
//! Permits for supporters are for one purpose, [`PURPOSE`]: family and friends are one support network, and two purposes
//! would only make it possible to mean one and choose the other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use sayso_plan::{AccountId, PartyId, PersonId, Plan, PlanId, Purpose, SupporterId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::naming::Objection;
use crate::provision::Period;
use crate::tri::Tri;

/// For what a supporter reads.
pub const PURPOSE: Purpose = Purpose::Supnwk;

/// A supporter of one person. `Debug` prints the id only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supporter {
    /// Id.
    pub id: SupporterId,
    /// Whom they support.
    pub person: PersonId,
    /// What the person calls them.
    pub name: String,
    /// What the invitation calls the person: how they were called when they made it.
    pub from: String,
    /// The account by which they read; none as long as they did not take the invitation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// When the person made them their supporter.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// When the person, or they themselves, ended that.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub ended_at: Option<OffsetDateTime>,
    /// Whether it was they who ended it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left: bool,
    /// Whom of each plan's parties they are.
    #[serde(default)]
    pub named: Named,
    /// When they may take away in the person's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegated: Option<Period>,
    /// As what they would rather not be named. It has no part in any decision.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objections: Vec<Objection>,
}

impl Supporter {
    /// Whether they read by this account now.
    #[must_use]
    pub fn reads_by(&self, account: AccountId) -> bool {
        self.ended_at.is_none() && self.account == Some(account)
    }

    /// Whether they may take away in the person's name at this moment.
    #[must_use]
    pub fn may_take_away(&self, at: OffsetDateTime) -> bool {
        self.ended_at.is_none() && self.delegated.is_some_and(|period| period.holds(at) == Tri::True)
    }
}

impl fmt::Debug for Supporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Supporter({})", self.id)
    }
}

/// Whom of each plan's parties somebody is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Named(BTreeMap<PlanId, Bound>);

/// Whom of one plan's parties somebody is, as the person said when they looked at these parties.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bound {
    /// Those they are: mostly one, or none.
    pub is: BTreeSet<PartyId>,
    /// Those they are not.
    pub is_not: BTreeSet<PartyId>,
    /// When the person said so.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

impl Named {
    /// What the person said of a plan.
    #[must_use]
    pub fn of(&self, plan: PlanId) -> Option<&Bound> {
        self.0.get(&plan)
    }

    /// The person says it of a plan.
    pub fn say(&mut self, plan: PlanId, bound: Bound) {
        self.0.insert(plan, bound);
    }

    /// Whether they are among these parties. That they are not is said only by the person, of the party as it was then: one
    /// that came later, or was changed since, may be them. The person themself is nobody's supporter.
    pub(crate) fn among<'a>(&self, plan: &Plan, parties: impl IntoIterator<Item = &'a PartyId>) -> Tri {
        let others = parties.into_iter().filter(|party| !party.is_person());
        others.map(|party| self.is(plan, party)).fold(Tri::False, Tri::or)
    }

    /// Whether they are this party for sure: the person said so, and it is nobody else since.
    pub(crate) fn surely(&self, plan: &Plan, party: &PartyId) -> bool {
        let Some(bound) = self.of(plan.id) else { return false };
        let changed = plan.parties_changed_at.get(party).is_some_and(|at| *at > bound.at);
        bound.is.contains(party) && !changed && !party.is_person()
    }

    fn is(&self, plan: &Plan, party: &PartyId) -> Tri {
        let Some(bound) = self.of(plan.id) else { return Tri::Unknown };
        let changed = plan.parties_changed_at.get(party).is_some_and(|at| *at > bound.at);
        if bound.is.contains(party) {
            Tri::True
        } else if bound.is_not.contains(party) && !changed {
            Tri::False
        } else {
            Tri::Unknown
        }
    }
}
