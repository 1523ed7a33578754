//! The plan in the person's own words: what it contains, its kinds, its versions. Pure: no clock, no randomness, no I/O.

pub mod id;
pub mod item;
pub mod kind;
pub mod people;
pub mod plan;
pub mod section;
pub mod words;
pub mod draft;
pub mod lifecycle;

pub use id::{
    ClientId, ConsentId, ItemId, ItemVersion, LeafId, OrganizationId, PersonId, PlanId, PlanVersionId, PractitionerId,
    ProvisionId,
};
pub use item::{Item, ItemKind, Share};
pub use kind::PlanKind;
pub use people::{Identifier, Party, PartyId, Person};
pub use plan::{Content, Head, Plan, Removal, StoredItem, WholeDocument};
pub use section::Section;
pub use words::{Lang, Words};
