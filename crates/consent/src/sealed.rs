//! Sealed: what the store hands out. It cannot be read, only released by the decision, or opened by the person.

use std::fmt;
use std::sync::Arc;

use sayso_plan::draft::{Fresh, NotTaken, Seen};
use sayso_plan::law::{Capability, InForce, Law, Period, TakesEffect, in_force, revocation};
use sayso_plan::plan::{Content, No};
use sayso_plan::{
    ItemId, OrganizationId, Person, PersonId, Plan, PlanDate, PlanId, PlanKind, PlanVersionId, Proposal, ProposalId,
    State,
};
use time::OffsetDateTime;

use crate::release::{Projection, Released};

/// Something of a person's that nobody has been allowed to see yet. It has no getter; `Debug` prints nothing of it.
/// Cheap to clone: what is sealed never changes.
pub struct Sealed<T>(pub(crate) Arc<T>);

impl<T> Clone for Sealed<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed")
    }
}

/// The bytes from the store were not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored bytes are not what this version of the program can read")]
pub struct NotReadable;

macro_rules! storable {
    ($what:ty) => {
        impl Sealed<$what> {
            /// Seals it.
            #[must_use]
            pub fn new(what: $what) -> Self {
                Self(Arc::new(what))
            }

            /// Seals what the store kept as bytes.
            ///
            /// # Errors
            /// [`NotReadable`] when the bytes are not what [`Self::to_storage`] made.
            pub fn from_storage(bytes: &[u8]) -> Result<Self, NotReadable> {
                serde_json::from_slice(bytes).map(Self::new).map_err(|_| NotReadable)
            }

            /// The bytes to keep; the store encrypts them under the person's key before they touch a disk.
            ///
            /// # Errors
            /// [`NotReadable`] when it cannot be written as JSON, which no value of this type is known to do.
            pub fn to_storage(&self) -> Result<Vec<u8>, NotReadable> {
                serde_json::to_vec(&*self.0).map_err(|_| NotReadable)
            }
        }
    };
}
storable!(Plan);
storable!(Person);
storable!(Proposal);

impl Sealed<Proposal> {
    /// Id.
    #[must_use]
    pub fn id(&self) -> ProposalId {
        self.0.id
    }

    /// To which plan.
    #[must_use]
    pub fn plan(&self) -> PlanId {
        self.0.plan
    }

    /// To whose plan.
    #[must_use]
    pub fn person(&self) -> PersonId {
        self.0.person
    }

    /// Which state of it this is, counted from 1.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.0.version
    }

    /// Who brought it; none for an app of the person's.
    #[must_use]
    pub fn organization(&self) -> Option<OrganizationId> {
        self.0.organization
    }

    /// Whether the person has not answered yet.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.answer.is_none()
    }
}

impl Sealed<Plan> {
    /// Id of the plan.
    #[must_use]
    pub fn id(&self) -> PlanId {
        self.0.id
    }

    /// Whose it is.
    #[must_use]
    pub fn person(&self) -> PersonId {
        self.0.person
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> PlanKind {
        self.0.kind
    }

    /// Its state.
    #[must_use]
    pub fn state(&self) -> State {
        self.0.state
    }

    /// Whether it is a document that is kept whole, without items.
    #[must_use]
    pub fn is_document(&self) -> bool {
        self.0.document.is_some()
    }

    /// The id of the document that is kept whole, if it is one.
    #[must_use]
    pub fn document_id(&self) -> Option<ItemId> {
        self.0.document.as_ref().map(|kept| kept.id)
    }

    /// Id of this version; internal.
    #[must_use]
    pub fn version(&self) -> PlanVersionId {
        self.0.version
    }

    /// When this version was recorded.
    #[must_use]
    pub fn recorded_at(&self) -> OffsetDateTime {
        self.0.recorded_at
    }

    /// The next version, still sealed: `content` speaks of what the writer saw in `base`, nothing else is touched.
    ///
    /// # Errors
    /// [`NotTaken`] with the path of what was not taken.
    pub fn revise(
        &self,
        content: Content,
        base: &Released<Projection>,
        now: OffsetDateTime,
        fresh: Fresh<'_>,
    ) -> Result<Self, NotTaken> {
        let base = base.get();
        let seen = Seen {
            items: base.items.iter().map(|i| (i.id, i.item.order)).collect(),
            parties: base.parties.iter().map(|p| p.id.clone()).collect(),
            sections: base.sections.clone(),
            document: base.document.is_some() || base.whole,
            head: base.head_visible,
            formalities: base.whole,
            themselves: base.whole && !base.own_app,
        };
        self.0.revise(content, &seen, now, fresh).map(Self::new)
    }

    /// Whether this one, put in force, takes the place of the other: both in force, of one kind and under one law. A
    /// document that is kept whole takes nobody's place, and nothing takes its.
    #[must_use]
    pub fn takes_place_of(&self, other: &Self) -> bool {
        let law = |plan: &Plan| plan.head.law();
        let (new, old) = (&*self.0, &*other.0);
        new.state.is_in_force()
            && old.state.is_in_force()
            && new.id != old.id
            && new.kind == old.kind
            && law(new) == law(old)
            && new.document.is_none()
            && old.document.is_none()
    }

    /// Whether it holds on this day: its state says so, and it is not past or before its time. Where a law may keep it
    /// in use past its end and nobody here knows, it is not said to be over.
    #[must_use]
    pub fn holds_on(&self, day: PlanDate) -> bool {
        self.0.holds_on(day)
    }

    /// Whether its time is over on this day.
    #[must_use]
    pub fn is_over_on(&self, day: PlanDate) -> bool {
        self.0.is_over_on(day)
    }

    /// What its dates say on this day, as far as every reader of the plan may know them: not the day of signing.
    #[must_use]
    pub fn in_force_on(&self, day: PlanDate) -> InForce {
        let head = &self.0.head;
        in_force(day, Law::of(head), &Period { from: head.from, until: head.until, made: None }, None)
    }

    /// The plan with the person's no, by their own act. Nobody here has found that the person cannot decide, so what is
    /// asked is the form alone: where the law wants it made as the plan was made, `in_form` says that it was.
    ///
    /// # Errors
    /// [`NotTaken::NoSuchMove`] when it is not in force.
    pub fn refuse(&self, _by: &Themselves, no: No, in_form: bool, fresh: Fresh<'_>) -> Result<Self, NotTaken> {
        let law = Law::of(&self.0.head);
        let asked = revocation(law, Capability::Capable, None);
        let with_effect = asked.takes_effect == TakesEffect::Yes && (in_form || asked.counts_as_said());
        self.0.refuse(no, with_effect, fresh).map(Self::new)
    }

    /// The plan at the end of its time; none while it is not over on `day`.
    #[must_use]
    pub fn ended_by(&self, day: PlanDate, now: OffsetDateTime, fresh: Fresh<'_>) -> Option<Self> {
        if !self.0.is_over_on(day) {
            return None;
        }
        self.0.end(now, fresh).ok().map(Self::new)
    }

    /// This version as replaced by a newer plan of its kind.
    ///
    /// # Errors
    /// [`NotTaken::NoSuchMove`] when it is not in force.
    pub fn supersede(&self, now: OffsetDateTime, fresh: Fresh<'_>) -> Result<Self, NotTaken> {
        self.0.supersede(now, fresh).map(Self::new)
    }
}

impl Sealed<Person> {
    /// The day it is for the person at a moment: in their own zone.
    #[must_use]
    pub fn day_of(&self, at: OffsetDateTime) -> PlanDate {
        self.0.day_of(at)
    }

    /// The zone in which a day of theirs begins and ends.
    #[must_use]
    pub fn zone(&self) -> time::UtcOffset {
        self.0.zone()
    }

    /// Id of the person.
    #[must_use]
    pub fn id(&self) -> PersonId {
        self.0.id
    }
}

/// Proof that the one who reads is the person whose plan it is. Made by the sign-in, for one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Themselves(PersonId);

impl Themselves {
    /// The person has signed in. Only the use case of signing in says this.
    #[must_use]
    pub const fn signed_in(person: PersonId) -> Self {
        Self(person)
    }

    /// Who.
    #[must_use]
    pub const fn person(&self) -> PersonId {
        self.0
    }
}
