//! The use cases, one file each; the only place where store, consent and ledger meet.
//!
//! | Use case | File |
//! |---|---|
//! | a system or app looks at what it may see | [`read_released`] |
//! | a record system follows all who share with its organization | [`follow`] |
//! | what a reader holds after a look | `holding` |
//! | the current directive, or the crisis extract, in one call | [`current_plan`] |
//! | versions that were in force during the reader's permit | [`history`] |
//! | an app or the person writes a plan | [`publish_plan`] |
//! | an app has a plan checked before it writes it | [`check_plan`] |
//! | somebody proposes something to a plan; the person answers | [`propose`] |
//! | an app or a record system sends a consent; the person's apps see what they decided | [`consents`] |
//! | the person answers what was sent | [`answer_consents`] |
//! | what ending a no would open | [`reopen`] |
//! | an organization asks to be let in | [`ask_to_share`] |
//! | the person makes a code to read out, so that somebody can ask | [`pair`] |
//! | the person decides who sees what; previews it; takes it back | [`sharing`] |
//! | what they have said to whom, as their pages tell it | [`standing`] |
//! | an app that is the person's hand asks what a recipient would get, and why | [`consent_operations`] |
//! | each of these acts gives the person a receipt | [`consent_receipts`] |
//! | the person says who supports them, and who may take away in their name | [`supporters`] |
//! | somebody takes an invitation, and reads what a person opened to them | [`with`] |
//! | somebody whom a plan names hears of it, and may object | [`named`] |
//! | somebody who supports persons changes how they sign in, or leaves | `supporter_leaves` |
//! | a delegate takes away what a person had opened to others | [`delegate`] |
//! | the person reads their own plans and what happened to them | [`own_pages`] |
//! | what others would see now lies ready before they ask | [`prospects`] |
//! | what changed is told by the outbox | [`notify`] |
//! | the operator registers organizations, clients, persons | [`administer`] |
//! | a person signs in, gets a link, keeps a session | [`sign_in`] |
//! | an app asks and the person decides | [`authorize`] |
//! | tokens are given, replaced, taken back, told about | [`issue_token`] |
//! | an access token becomes a caller | [`caller`] |
//! | the canary nobody may read | [`canary`] |

pub mod administer;
pub mod answer_consents;
pub mod ask_to_share;
pub mod authorize;
pub mod caller;
pub mod canary;
pub mod check_plan;
mod clients;
pub mod consent_operations;
pub mod consent_receipts;
pub mod consents;
pub mod current_plan;
pub mod delegate;
pub mod follow;
pub mod history;
mod holding;
pub mod issue_token;
mod keys;
#[cfg(feature = "leaks")]
mod leaks;
pub mod named;
pub mod notify;
pub mod own_pages;
pub mod pair;
pub mod propose;
pub mod prospects;
pub mod publish_plan;
pub mod read_released;
mod refusal;
pub mod refuse_plan;
pub mod reopen;
pub mod sharing;
pub mod sign_in;
pub mod standing;
mod supporter_leaves;
pub mod supporters;
mod surroundings;
pub mod with;

use std::sync::Arc;

use sayso_auth::Place;
use sayso_auth::secret::TokenKey;
use sayso_consent::FingerprintKey;
use sayso_egress::Egress;
use sayso_plan::LeafId;
use sayso_store::{NewLeaf, Store};
use time::OffsetDateTime;

pub use authorize::{AuthorizationView, Decision, NotAuthorized, Wish};
pub use consents::{Kept, SeenDecision};
pub use follow::{Followed, Following, Page, Told};
pub use holding::GONE_DAYS;
pub use issue_token::NotIssued;
pub use own_pages::{Number, Standing};
pub use prospects::Prospect;
pub use read_released::{Disclosure, Look, Sheet, Wanted, Whom};
pub use refusal::Refusal;
pub use refuse_plan::NoSaid;
pub use sayso_store::{Act, Came, ConsentChange, Decided, Outcome, Receipt, Recorded, Shown, ShownWords, Spot};
pub use sign_in::{AccountFault, Entered, Session, SignInFault};
#[cfg(feature = "leaks")]
pub use surroundings::Between;
pub use surroundings::{Clock, Entropy, Surroundings};
pub use with::SupporterSession;

/// The use cases over one store. Cheap to clone.
#[derive(Clone)]
pub struct Exchange {
    pub(crate) inner: Arc<Inner>,
    /// The words of the page through which these use cases are asked, for the record.
    pub(crate) words: Option<ShownWords>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) surroundings: Surroundings,
    pub(crate) fingerprints: FingerprintKey,
    pub(crate) compiled: read_released::CompiledCache,
    pub(crate) place: Place,
    pub(crate) egress: Egress,
    pub(crate) clients: clients::Clients,
    pub(crate) door: sign_in::Door,
    pub(crate) refreshing: issue_token::Lanes,
    pub(crate) successors: TokenKey,
    pub(crate) changed: prospects::Changed,
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Exchange")
    }
}

impl Exchange {
    /// The use cases over a store, with the clock and randomness that the binary brings, with this way out, at this
    /// public address.
    #[must_use]
    pub fn new(store: Store, surroundings: Surroundings, egress: Egress, place: Place) -> Self {
        let key = store.keyed_hash_key();
        let inner = Inner {
            fingerprints: FingerprintKey::new(*key.as_bytes()),
            compiled: read_released::CompiledCache::default(),
            clients: clients::Clients::default(),
            door: sign_in::Door::default(),
            refreshing: issue_token::Lanes::default(),
            successors: TokenKey::new(key.derive("refresh token successors")),
            changed: prospects::Changed::default(),
            store,
            surroundings,
            place,
            egress,
        };
        Self { inner: Arc::new(inner), words: None }
    }

    /// The same use cases, asked through a page with these words: what the person decides there is recorded with them.
    #[must_use]
    pub fn showing(&self, words: ShownWords) -> Self {
        Self { inner: Arc::clone(&self.inner), words: Some(words) }
    }

    /// The store, for the binary's own tasks: sealing, verifying, closing.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The time that decisions are made at: never earlier than the last recorded event (case 20 of the law of consent).
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        let clock = self.inner.surroundings.now();
        self.inner.store.latest_record_at().map_or(clock, |last| last.max(clock))
    }

    /// 16 fresh random bytes.
    #[must_use]
    pub fn fresh(&self) -> [u8; 16] {
        self.inner.surroundings.fresh()
    }

    /// A keyed hash over something that the server wants back unchanged, such as a page's position.
    #[must_use]
    pub fn seal_of(&self, bound: &[u8]) -> String {
        self.inner.fingerprints.seal(bound).to_string()
    }

    pub(crate) fn leaf(
        &self,
        at: OffsetDateTime,
        organization: Option<sayso_plan::OrganizationId>,
        act: Act,
    ) -> NewLeaf {
        NewLeaf { id: LeafId::from_random(self.fresh()), at, organization, act }
    }
}
