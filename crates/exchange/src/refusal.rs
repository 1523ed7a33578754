//! Why a use case gave no answer. The doors turn each into one status and one text; none holds a person's words.

use sayso_plan::draft::NotTaken;
use sayso_plan::proposal::NotProposed;
use sayso_store::{Receipt, Refused, StoreError};

use crate::read_released::Sheet;

/// Why a use case gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Withheld, revoked, or never there: one and the same.
    #[error("there is nothing here for you")]
    Absent(Receipt),
    /// What was handed in breaks a rule; the path is a JSON pointer into the native plan.
    #[error("{0}")]
    NotTaken(NotTaken),
    /// What was proposed cannot be proposed.
    #[error("{0}")]
    NotProposed(NotProposed),
    /// An update without the fingerprint it is based on.
    #[error("say which version you change: send If-Match with the ETag you read")]
    NeedsIfMatch,
    /// The plan changed since the caller read it; with the caller's view of the base (when it is known) and of now, on
    /// record as a look, where the caller may read plans.
    #[error("the plan has changed since you read it; read it again and decide which words stand")]
    Stale {
        /// What the caller based the change on, as far as it can still be shown to them.
        base: Option<Box<Sheet>>,
        /// What is there now, for this caller.
        current: Option<Box<Sheet>>,
        /// The version of what is there now.
        version: String,
    },
    /// The same idempotency key with another request.
    #[error("this Idempotency-Key was used for another request")]
    KeyReused,
    /// The same request was already answered: the id of the plan it made.
    #[error("already done")]
    AlreadyDone(Vec<u8>),
    /// The app tries to write where it may not look, so that it could not show the person what it wrote.
    #[error("this app may not write here; the person did not open this section to it")]
    SectionNotOpen {
        /// Where, as a JSON pointer.
        path: String,
    },
    /// The app would make an item more open than it was.
    #[error("this would be seen by more people than before; only the person opens anything")]
    MoreOpen {
        /// Where, as a JSON pointer.
        path: String,
    },
    /// The app names somebody whom no item names, so that it would not see them again.
    #[error("no item names this party, so this app would not see it again; name it in an item, or leave it out")]
    PartyNotNamed {
        /// Where, as a JSON pointer.
        path: String,
    },
    /// A plan of this kind is in force, and the writer does not see the whole of it.
    #[error("a plan of this kind is in force; change that one, or let the person replace it on their page")]
    InForce,
    /// It would take the place of a plan that is in force now, and is itself for another time.
    #[error("this plan is for another time, and one of its kind is in force; keep it as a draft or ready until then")]
    OtherTime,
    /// The consent changed since the caller read it; the version of it now.
    #[error("the consent has changed since you read it; read it again")]
    OldConsent(String),
    /// Only the person opens anything, and only on their own page.
    #[error("this would open something; send what is wider as a new Consent, and the person decides on their page")]
    WouldOpen {
        /// Where, as FHIRPath.
        path: String,
    },
    /// A rule that could never hold: its period is over, or ends before it begins.
    #[error("its period is over, or ends before it begins")]
    PeriodOver {
        /// Where, as FHIRPath.
        path: String,
    },
    /// What waits for the person's yes has one begin and one end.
    #[error("what is proposed for two times is two proposals")]
    TwoTimes {
        /// Where, as FHIRPath.
        path: String,
    },
    /// What counts cannot wait again, and what is only shown cannot count.
    #[error("its status does not change so; send the status that you read, or inactive to take it back")]
    StatusStays {
        /// Where, as FHIRPath.
        path: String,
    },
    /// A consent would open something to somebody, or something, that is not here, or that this app does not see.
    #[error("this names nothing that is here and that this app sees")]
    NamesNothing {
        /// Where, as FHIRPath.
        path: String,
    },
    /// Somebody else changed what this change is based on.
    #[error("something changed meanwhile; look again and decide")]
    Moved,
    /// The store did not take it; nothing was done, and nothing is answered without its record.
    #[error("nothing could be recorded, so nothing was done; try again later")]
    Unrecorded(StoreError),
    /// It is already there.
    #[error("already there")]
    Exists,
    /// What was chosen cannot be chosen.
    #[error("{0}")]
    NotPossible(&'static str),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Unrecorded(error)
    }
}

impl From<NotTaken> for Refusal {
    fn from(why: NotTaken) -> Self {
        Self::NotTaken(why)
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Moved | Refused::Stale | Refused::SecondActive => Self::Moved,
            Refused::Repeated(done) => Self::AlreadyDone(done.answer),
            Refused::KeyReused => Self::KeyReused,
            Refused::Exists => Self::Exists,
            Refused::Unrecorded(error) => Self::Unrecorded(error),
        }
    }
}
