//! One transaction, one snapshot: rows, ciphertext, and the ledger on disk.
//!
//! All of it is methods of [`Store`], which is cheap to clone. Times and ids are arguments; secrets (tokens, codes,
//! cookies) are given as text and kept only as keyed hashes. Everything about a person is ciphertext under the person's
//! own data key.
//!
//! | To | Call |
//! |---|---|
//! | open | `Store::open(Place, WrappingKey) -> Result<Store, StoreError>`, `close(self)`; `ready() -> Result<(), StoreError>` asks the writer; `keyed_hash_key() -> KeyedHashKey` for fingerprints; `latest_record_at() -> Option<OffsetDateTime>` (time never goes below it) |
//! | record an act about a person | `record(ReadLeaf { leaf: NewLeaf, fence: Fence }) -> Result<Receipt, Fenced>`; `Fenced::Moved`: decide again on a new snapshot. For somebody who does not exist: the fence of `snapshot(nobody())`, same work |
//! | record an act without a decision | `note(Option<PersonId>, NewLeaf) -> Result<Receipt, StoreError>` (sign-in failed, token refused, operator act) |
//! | a leaf | `NewLeaf { id: LeafId, at, organization: Option<OrganizationId>, act: Act }`; no organization: our own house's chain |
//! | see what a decision needs | `snapshot(PersonId) -> Result<Option<Arc<Snapshot>>, StoreError>`: `person`, `fence()`, `consent_version`, `demographics: Option<Sealed<Person>>`, `plans: Vec<Sealed<Plan>>` (current versions, drafts too), `consents: Vec<Consent>`, `supporters: Vec<Supporter>` |
//! | one consent, ended or not | `one_consent(PersonId, ConsentId) -> Result<Option<Consent>, _>` |
//! | find | `person_by_identifier(system, value) -> Result<Option<PersonId>, _>` (verified and unambiguous only); `owner_of(id: &[u8; 16]) -> Result<Option<Owner { person, plan: Option<PlanId> }>, _>` for ids of plans, items, whole documents, consents and what `Change::Plan::addresses` added; `persons() -> Vec<PersonId>` |
//! | who may share | `reached(OrganizationId, Option<Class>) -> Vec<PersonId>`: who has ever let them in, in the order of their ids; decides nothing |
//! | what a reader holds | `held(&Reader, PersonId) -> Arc<Held>`, `record_held(ReadLeaf, &Reader, Held) -> Result<Receipt, Fenced>`: the leaf, and what was shown, in one transaction |
//! | read history | `versions(PersonId, PlanId) -> Result<Vec<Version { plan: Sealed<Plan>, recorded_at, until_at, current }>, _>`, newest first |
//! | make a person | `create_person(Sealed<Person>, at, NewLeaf) -> Result<Receipt, Refused>` |
//! | write | `write(Write { fence, leaf, changes: Vec<Change>, events: Vec<Event>, once: Option<Once> }) -> Result<Written { receipt, fence }, Refused>`; one transaction. `Refused::{Moved, Stale, SecondActive, Repeated(Done), KeyReused, Exists, Unrecorded(StoreError)}` |
//! | a change | `Change::Plan { body: Box<Sealed<Plan>>, replaces: Option<PlanVersionId>, addresses: Vec<[u8; 16]> }` (a replaced draft is overwritten, a replaced active version kept), `Change::Consent(Box<Consent>)` (new, or the same id again), `Change::Person(Box<Sealed<Person>>)` (identifiers follow from it), `Change::Proposal(Box<Sealed<Proposal>>)` (new, or the next state of the same), `Change::Supporter(Box<Supporter>)` (new, or the same again), `Change::CloseAsks { organization, purpose: Option<Purpose> }` |
//! | retry safely | `done(ClientId, key, now) -> Result<Option<Done { request: [u8; 32], answer: Vec<u8> }>, _>`, `Once { client, key, request, answer, expires_at }` in the write |
//! | registry | `put_organization(Organization, NewLeaf)`, `organization(id)`, `organizations()`, `put_client(Client, NewLeaf)`, `client(id)`, `clients()`; both have a `document: serde_json::Value` |
//! | ask to share | `ask(Ask, NewLeaf) -> Result<Receipt, StoreError>` (person may be `nobody()`; one open ask per person, organization and purpose), `asks(PersonId) -> Vec<Ask>` |
//! | proposals | `proposals(PersonId) -> Vec<Sealed<Proposal>>`; written by `Change::Proposal` |
//! | sign in | `put_account(PersonId, name, password_hash, NewLeaf)`, `account(name) -> Option<Account { person, password_hash }>`, `put_link(secret, PersonId, expires_at)`, `redeem_link(secret, now) -> Option<PersonId>` |
//! | sessions | `open_session(secret, Session { person, at, expires_at, document }, NewLeaf) -> Receipt`, `session(secret, now) -> Option<Session>`, `close_session(secret)`, `close_sessions_of(PersonId)` |
//! | supporters | `supporters(PersonId) -> Vec<Supporter>`, also those that have ended; `put_supporter_account(AccountId, name, password_hash, NewLeaf)`, `supporter_account(name)`, `supported_by(AccountId) -> Vec<Supporting>`; `put_supporter_link(secret, Supporting, expires_at)`, `supporter_link(secret, now)` (look only), `redeem_supporter_link(secret, now)`; `open_supporter_session(secret, AccountId, (at, expires_at), NewLeaf)`, `supporter_session(secret, now) -> Option<(AccountId, at)>`, `close_supporter_session(secret)` |
//! | codes | `put_code(secret, AuthorizationCode { grant: Grant, document, expires_at }, NewLeaf)`, `code(secret) -> Option<AuthorizationCode>` (look only, also at used or expired ones), `redeem_code(secret, now, Vec<NewToken>, leaf: NewLeaf, if_reused: NewLeaf) -> Redeemed::{Fresh(Receipt), Reused(Receipt), Unknown}` (single use; a second use revokes the grant) |
//! | tokens | `issue(Grant, Vec<NewToken>, NewLeaf) -> Receipt`, `rotate(secret, now, Vec<NewToken>, leaf, if_reused) -> Redeemed` (refresh; reuse revokes the grant), `token(secret, now) -> Option<Arc<Token { kind, grant: Grant, document, issued_at, expires_at }>>`, `revoke_grant(GrantId, at, NewLeaf) -> Receipt`, `grants_of(PersonId) -> Vec<Grant>` |
//! | replay | `first_use(issuer, jti, expires_at, now) -> bool` |
//! | tidy | `tidy(now) -> u64`: codes, tokens, links and sessions that ended more than a day ago go |
//! | tell others | `events(limit) -> Vec<Waiting>`, `events_done(Vec<EventId>)` |
//! | the person's list | `acts_of_person(PersonId, before: Option<u64>, limit: u32) -> Vec<Recorded>`, `acts_of_organization(OrganizationId, before, limit)`; newest first, `Recorded { leaf, at, organization, person, person_seq, organization_seq, kind, act: Option<Act> }` |
//! | the log | `audit_verify() -> Result<Report, StoreError>`, `audit_verify_since(&[TreeHead])`, `tree_head()`, `seal_now()`, `proof(PersonId, seq) -> Option<Proof>` |
//! | built-in ids | `nobody() -> PersonId` (absorbs what is asked about people who do not exist), `house() -> OrganizationId` (our own acts) |

mod act;
mod acts;
mod asks;
mod audit;
mod cache;
mod came;
mod consents;
mod error;
mod find;
mod granted;
mod held;
mod keys;
mod moment;
mod outbox;
mod pairing;
mod proposals;
mod reach;
mod receipt;
mod record;
mod registry;
mod replay;
mod retry;
mod sign_in;
mod snapshot;
mod store;
mod supporter_accounts;
mod supporters;
mod tidy;
mod versions;
mod witness;
mod write;
mod writer;

pub use act::{Act, Code, ConsentChange, Decided, NewLeaf, Shown, ShownWords};
pub use acts::{ACTS_MAX, Recorded};
pub use asks::Ask;
pub use audit::{NotWhole, Report};
pub use came::{Came, Outcome, Spot};
pub use error::StoreError;
pub use find::Owner;
pub use granted::{AuthorizationCode, Grant, GrantId, NewToken, OfGrant, Redeemed, Token, TokenKind};
pub use held::{Gone, Held, HeldPart, HeldPlan, HeldSubject, Reader};
pub use keys::{KeyedHashKey, WrappingKey};
pub use outbox::{Event, EventId, OfEvent, Waiting};
pub use receipt::Receipt;
pub use record::{Fenced, ReadLeaf};
pub use registry::{Client, Organization};
pub use retry::{Done, Once};
pub use sign_in::{Account, Session};
pub use snapshot::{Fence, Revision, Snapshot};
pub use store::{Place, Store, house, nobody};
pub use supporters::{SupporterAccount, Supporting};
pub use versions::Version;
pub use write::{Change, Refused, Write, Written};
