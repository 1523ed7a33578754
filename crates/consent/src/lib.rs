//! Decides what may leave and says why; the only maker of [`Released`]. Pure and total: no clock, no I/O, no panic.

#[macro_use]
mod honest;

pub mod audience;
pub mod capacity;
pub mod compile;
pub mod decide;
pub mod explain;
#[cfg(feature = "leaks")]
pub mod leak;
pub mod life;
pub mod naming;
pub mod provision;
pub mod release;
pub mod sealed;
pub mod supporter;
pub mod tri;

pub use audience::{Ask, Audience, Class};
pub use capacity::{Advance, Capacity, Taken};
pub use compile::Compiled;
pub use decide::{Part, Verdict, Why, decide};
pub use explain::{Explained, explain, is_open_whole};
pub use life::Life;
pub use naming::{NamedAs, Naming, Objection, own_mentions};
pub use provision::{Consent, Effect, Origin, Period, Provision, Purposes, Recipient, Sent, Status, What, refuses};
pub use release::{
    Fingerprint, FingerprintKey, Grant, Past, Projection, Released, Subject, Withheld, judge, judge_past, naming, own,
    own_decision, own_grant, own_proposal, own_self, proposal, subject,
};
pub use sealed::{Sealed, Themselves};
pub use supporter::{Bound, Named, Supporter};
pub use tri::{Known, Tri};
