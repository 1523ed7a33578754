//! The plan in the person's own words: what it contains, its kinds, its versions. Pure: no clock, no randomness, no I/O.

pub mod draft;
pub mod due;
pub mod form;
pub mod id;
pub mod item;
pub mod jurisdiction;
pub mod kind;
pub mod law;
pub mod lifecycle;
pub mod people;
pub mod plan;
pub mod proposal;
pub mod purpose;
pub mod section;
pub mod words;

pub use id::{
    AccountId, ClientId, ConsentId, ItemId, ItemVersion, LeafId, OrganizationId, PersonId, PlanId, PlanVersionId,
    PractitionerId, ProposalId, ProvisionId, SupporterId,
};
pub use item::{DraftItem, Item, ItemKind, ItemType, PlanDate, Share};
pub use jurisdiction::{Jurisdiction, Place};
pub use kind::PlanKind;
pub use law::{Instrument, Law};
pub use lifecycle::State;
pub use people::{Identifier, IdentifierState, Party, PartyId, PartyRole, Person};
pub use plan::{Absence, Content, Head, Opened, Plan, Removal, StoredDocument, StoredItem, WholeDocument};
pub use proposal::Proposal;
pub use purpose::Purpose;
pub use section::Section;
pub use words::{Lang, Words};
