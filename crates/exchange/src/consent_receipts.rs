//! The person's receipts: one for each act that changes who sees what, and for each opening in an emergency. A receipt is
//! read from the record and from the consents that the act made or ended, so there is no second truth that could differ;
//! it tells only what never changes afterwards, so it is the same each time.

use std::collections::BTreeMap;

use sayso_consent::{Class, Consent, Effect, Known, Origin, Period, Purposes, Recipient, Themselves, What};
use sayso_ledger::Hash;
use sayso_plan::{ClientId, ConsentId, LeafId, PersonId, Purpose, SupporterId};
use sayso_store::{ACTS_MAX, Act, Came, Code, ConsentChange, Decided, Outcome, Recorded, Shown, ShownWords, Spot};
use time::OffsetDateTime;

use crate::reopen::{About, meet};
use crate::sharing::known;
use crate::{Exchange, Refusal};

/// The most acts that one page of receipts looks through.
const ACTS_EACH_PAGE: usize = 20_000;

/// What sort of act a receipt is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Happened {
    /// Something was opened to somebody who saw nothing for this purpose.
    Given,
    /// Something was opened beside what stood, or in its place.
    Changed,
    /// Less is open than before.
    Narrowed,
    /// Nothing is open any more.
    Withdrawn,
    /// Somebody who supported the person left; nothing is open to them any more.
    Left,
    /// A no was said.
    Refused,
    /// The person ended a no of theirs; nothing is open by that.
    NoEnded,
    /// The person ended a no that somebody else had sent in their name.
    Restored,
    /// An app asked for more; nothing is open by that.
    Asked,
    /// The person said no to what was proposed; nothing had been open by that.
    Declined,
    /// An app took back what it had asked for; nothing had been open by that.
    AskEnded,
    /// The person said again what stood already.
    Nothing,
    /// Somebody looked in an emergency and was shown something.
    Opened,
}

/// One provision, as it was said and never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The consent.
    pub consent: ConsentId,
    /// Since when it was said.
    pub given_at: OffsetDateTime,
    /// By whom it was said.
    pub origin: Origin,
    /// Allowed or refused.
    pub effect: Effect,
    /// To whom.
    pub recipient: Known<Recipient>,
    /// For what.
    pub purposes: Known<Purposes>,
    /// What of the plans.
    pub what: Known<What>,
    /// From when until when.
    pub period: Known<Period>,
    /// A no that no emergency opens.
    pub even_in_emergency: bool,
}

/// One provision of a consent that somebody sent, and what came of it then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentTerm {
    /// What it said.
    pub term: Term,
    /// The consent that it was kept as; none where it was not taken.
    pub consent: Option<ConsentId>,
    /// What came of it.
    pub outcome: Outcome,
    /// Where it stood, where it was not taken.
    pub spot: Option<Spot>,
}

/// The receipt of one act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentReceipt {
    /// Its id: that of the leaf of the act.
    pub id: LeafId,
    /// The place of the act in the person's record.
    pub number: u64,
    /// Whose.
    pub person: PersonId,
    /// When it happened.
    pub at: OffsetDateTime,
    /// What sort of act it was.
    pub happened: Happened,
    /// Towards whom; not known where the act said it in words that were not understood.
    pub towards: Option<Recipient>,
    /// The purpose it was about; none where it was about all.
    pub purpose: Option<Purpose>,
    /// What the act said.
    pub given: Vec<Term>,
    /// What stood beside it and was left as it was.
    pub kept: Vec<Term>,
    /// What the act ended.
    pub ended: Vec<Term>,
    /// What came of each part, of a consent that was sent.
    pub sent: Vec<SentTerm>,
    /// Where in it something stood that was not understood.
    pub unread: Vec<Spot>,
    /// What was shown, of an opening.
    pub shown: Vec<Shown>,
    /// The software through which, where it was not the person on their page.
    pub through: Option<ClientId>,
    /// Whether that software is a record system that spoke of what its own organization sees.
    pub own_matter: bool,
    /// Who did it in the person's name; none for the person.
    pub by: Option<SupporterId>,
    /// Whether by it somebody supports the person no more, so that there is no page of theirs.
    pub is_tie_ended: bool,
    /// The words that the person read; none where it was not done on their page.
    pub words: Option<ShownWords>,
}

/// Names a text version of ours: over all texts that somebody reads before they decide. `language` is a BCP 47 tag.
#[must_use]
pub fn words_version(language: &'static str, texts: &[&str]) -> ShownWords {
    let parts: Vec<&[u8]> = texts.iter().map(|text| text.as_bytes()).collect();
    let digest = Hash::of("sayso words v1", &parts);
    let first = digest.as_bytes().iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    ShownWords { language: Code::new(language), version: first }
}

impl Exchange {
    /// One receipt of the person's; none where there is no such act of theirs, or it is one without a receipt.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn consent_receipt(&self, person: Themselves, id: LeafId) -> Result<Option<ConsentReceipt>, Refusal> {
        let whose = person.person();
        #[cfg(feature = "leaks")]
        let whose = self.whose_receipt(whose, id).await;
        let Some(recorded) = self.inner.store.act_of_person(whose, id).await? else { return Ok(None) };
        let consents = self.all_consents(whose).await?;
        Ok(receipt(whose, &recorded, &consents))
    }

    /// The person's receipts, newest first: `wanted` or some more of them, of acts before the number `before`; with the
    /// number to go on from, where there may be older ones.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn consent_receipts(
        &self,
        person: Themselves,
        before: Option<u64>,
        wanted: usize,
    ) -> Result<(Vec<ConsentReceipt>, Option<u64>), Refusal> {
        let whose = person.person();
        let consents = self.all_consents(whose).await?;
        let (mut receipts, mut last, mut looked) = (Vec::new(), before, 0);
        loop {
            let acts = self.inner.store.acts_of_person(whose, last, ACTS_MAX).await?;
            let is_end = u32::try_from(acts.len()).is_ok_and(|count| count < ACTS_MAX);
            for recorded in &acts {
                looked += 1;
                last = Some(recorded.person_seq);
                receipts.extend(receipt(whose, recorded, &consents));
                if receipts.len() >= wanted {
                    return Ok((receipts, last));
                }
            }
            if is_end || looked >= ACTS_EACH_PAGE {
                return Ok((receipts, last.filter(|_| !is_end)));
            }
        }
    }

    /// The receipts of some acts of the person's, of those that have one.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn receipts_of(
        &self,
        person: Themselves,
        acts: &[Recorded],
    ) -> Result<BTreeMap<LeafId, ConsentReceipt>, Refusal> {
        let whose = person.person();
        let consents = self.all_consents(whose).await?;
        let receipts = acts.iter().filter_map(|recorded| receipt(whose, recorded, &consents));
        Ok(receipts.map(|one| (one.id, one)).collect())
    }

    async fn all_consents(&self, person: PersonId) -> Result<BTreeMap<ConsentId, Consent>, Refusal> {
        let all = self.inner.store.consents_of(person).await?;
        #[cfg(feature = "leaks")]
        let all = crate::leaks::of_today(all);
        Ok(all.into_iter().map(|consent| (consent.id, consent)).collect())
    }
}

/// The receipt of an act; none for acts that have none.
fn receipt(person: PersonId, recorded: &Recorded, consents: &BTreeMap<ConsentId, Consent>) -> Option<ConsentReceipt> {
    let empty = ConsentReceipt {
        id: recorded.leaf,
        number: recorded.person_seq,
        person,
        at: recorded.at,
        happened: Happened::Nothing,
        towards: None,
        purpose: None,
        given: Vec::new(),
        kept: Vec::new(),
        ended: Vec::new(),
        sent: Vec::new(),
        unread: Vec::new(),
        shown: Vec::new(),
        through: None,
        own_matter: false,
        by: None,
        is_tie_ended: false,
        words: None,
    };
    match recorded.act.as_ref()? {
        Act::ConsentChanged { change, recipient, purpose, client, supporter, decided, by, .. } => {
            let named = match (recipient, client, supporter) {
                (Some(organization), ..) => Recipient::Organization(*organization),
                (None, Some(client), _) => Recipient::App(*client),
                (None, None, Some(supporter)) => Recipient::Supporter(*supporter),
                (None, None, None) => Recipient::Class(Class::CrisisServices),
            };
            let decided = decided.clone().unwrap_or_else(|| by_time(recorded.at, named, consents));
            let terms = |ids: &[ConsentId], which| -> Vec<Term> {
                ids.iter().flat_map(|id| terms_then(*id, which, consents)).collect()
            };
            let given = terms(&decided.given, Text::First);
            let mut kept = terms(&decided.kept, Text::At(recorded.at));
            let mut ended = terms(&decided.ended, Text::Last);
            // Of a consent that became narrower, what is left stands as another one.
            ended.retain(|term| !kept.iter().any(|stays| Term { consent: stays.consent, ..term.clone() } == *stays));
            let towards = given.iter().chain(&ended).chain(&kept).find_map(|term| known(term.recipient));
            let towards = towards.unwrap_or(named);
            // On the person's page an app that is itself the party is no software through which anything was done.
            let through = client.filter(|client| towards != Recipient::App(*client) && decided.words.is_none());
            let happened = happened(*change, &given, &kept, &ended);
            // Of a consent that says several things, some were open all the while.
            if matches!(happened, Happened::NoEnded | Happened::Restored) {
                let again = |permit: &Term| ended.iter().any(|no| meet(&of_term(no), &of_term(permit)));
                kept.retain(|term| term.effect == Effect::Deny || again(term));
            }
            let (purpose, towards, by, words) = (*purpose, Some(towards), *by, decided.words);
            Some(ConsentReceipt { happened, towards, purpose, given, kept, ended, through, by, words, ..empty })
        }
        // Somebody supports the person no more, by the person's word or their own: all that was open to them ended with
        // it.
        Act::SupporterChanged { supporter, change } if matches!(change.as_str(), "ended" | "left") => {
            let named = Recipient::Supporter(*supporter);
            let then = by_time(recorded.at, named, consents).ended;
            let ended: Vec<Term> = then.iter().flat_map(|id| terms_then(*id, Text::Last, consents)).collect();
            let happened = if change.as_str() == "left" { Happened::Left } else { Happened::Withdrawn };
            let (towards, is_tie_ended) = (Some(named), true);
            (!ended.is_empty()).then_some(ConsentReceipt { happened, towards, ended, is_tie_ended, ..empty })
        }
        // What somebody sent is told by its leaf alone: the consents that it became change with the person's answer.
        Act::ConsentSent { client, own_matter, did, recipient, came, unread, .. } => {
            // Leaves of before it was told for each part name one organization, or say too little for a receipt.
            if recipient.is_none() && came.is_empty() {
                return None;
            }
            let happened = match did.first() {
                Some(ConsentChange::Proposed) => Happened::Asked,
                Some(ConsentChange::Withdrawn) => Happened::Withdrawn,
                Some(ConsentChange::Refused | ConsentChange::Narrowed) => Happened::Narrowed,
                // Nothing that is sent gives, and only the person declines and restores.
                Some(ConsentChange::Given | ConsentChange::Declined | ConsentChange::Restored) => return None,
                // What is said again and again is no news; what was not taken is.
                None if came.iter().all(|one| one.outcome == Outcome::SaidBefore) && unread.is_empty() => return None,
                None if !came.is_empty() && came.iter().all(|one| one.outcome == Outcome::TakenBack) => {
                    Happened::AskEnded
                }
                None => Happened::Nothing,
            };
            let first = || came.iter().find_map(|one| known(one.said.recipient));
            let towards = recipient.map(Recipient::Organization).or_else(first);
            let towards = towards.or_else(|| recorded.organization.map(Recipient::Organization));
            let sent = came.iter().map(|one| sent_term(one, recorded)).collect();
            let (through, own_matter, unread) = (*client, *own_matter, unread.clone());
            Some(ConsentReceipt { happened, towards, through, own_matter, sent, unread, ..empty })
        }
        Act::ReadAllowed { client, purpose: Some(purpose @ (Purpose::Etreat | Purpose::Btg)), shown, .. } => {
            let towards = Recipient::Organization(recorded.organization.filter(|_| !shown.is_empty())?);
            let (happened, towards, purpose) = (Happened::Opened, Some(towards), Some(*purpose));
            Some(ConsentReceipt { happened, towards, purpose, shown: shown.clone(), through: *client, ..empty })
        }
        Act::ReadAllowed { .. }
        | Act::ReadRefused { .. }
        | Act::PlanWritten { .. }
        | Act::PersonWritten { .. }
        | Act::WriteRefused { .. }
        | Act::Checked { .. }
        | Act::AskedToShare { .. }
        | Act::AskDeclined { .. }
        | Act::Proposed { .. }
        | Act::ProposalAnswered { .. }
        | Act::SignedIn { .. }
        | Act::SignInFailed { .. }
        | Act::Operated { .. }
        | Act::TokenIssued { .. }
        | Act::TokenRefused { .. }
        | Act::GrantEnded { .. }
        | Act::SupporterLooked { .. }
        | Act::SupporterChanged { .. } => None,
    }
}

/// Leaves of before there were receipts do not name their consents: those that were given or ended at that instant.
fn by_time(at: OffsetDateTime, named: Recipient, consents: &BTreeMap<ConsentId, Consent>) -> Decided {
    // The record keeps microseconds, a consent what the clock said.
    let then = |moment: OffsetDateTime| moment.unix_timestamp_nanos() / 1_000 == at.unix_timestamp_nanos() / 1_000;
    let theirs = |c: &&Consent| c.earlier_of.is_none() && c.provisions.iter().any(|p| p.recipient == Known::Is(named));
    let those = |which: &dyn Fn(&Consent) -> bool| {
        consents.values().filter(theirs).filter(|c| which(c)).map(|c| c.id).collect()
    };
    Decided {
        given: those(&|c| then(c.given_at)),
        kept: Vec::new(),
        ended: those(&|c| c.withdrawn_at.is_some_and(then)),
        words: None,
    }
}

fn sent_term(one: &Came, recorded: &Recorded) -> SentTerm {
    let Came { consent, said, outcome, spot } = one;
    let term = Term {
        consent: consent.unwrap_or(ConsentId::from_stored([0; 16])),
        given_at: recorded.at,
        origin: Origin::Sent,
        effect: said.effect,
        recipient: said.recipient,
        purposes: said.purposes,
        what: said.what,
        period: said.period,
        even_in_emergency: said.even_in_emergency,
    };
    SentTerm { term, consent: *consent, outcome: *outcome, spot: *spot }
}

/// Which text of a consent an act is about. An app may have made it narrower since.
#[derive(Clone, Copy)]
enum Text {
    /// What it said when the person gave it: nothing comes before that.
    First,
    /// What it said at this moment, in the microseconds that the record keeps.
    At(OffsetDateTime),
    /// What it said when it ended: nothing comes after that.
    Last,
}

fn terms_then(id: ConsentId, which: Text, consents: &BTreeMap<ConsentId, Consent>) -> Vec<Term> {
    let micros = |moment: OffsetDateTime| moment.unix_timestamp_nanos() / 1_000;
    let holds = |until: OffsetDateTime| match which {
        Text::First => true,
        Text::At(at) => micros(until) > micros(at),
        Text::Last => false,
    };
    let earlier = consents.values().filter(|one| one.earlier_of == Some(id) && one.withdrawn_at.is_some_and(holds));
    let then = earlier.min_by_key(|one| one.withdrawn_at).or_else(|| consents.get(&id));
    then.map_or_else(Vec::new, |one| terms_of(one, id))
}

fn terms_of(consent: &Consent, id: ConsentId) -> Vec<Term> {
    let of = |provision: &sayso_consent::Provision| Term {
        consent: id,
        given_at: consent.given_at,
        origin: consent.origin,
        effect: provision.effect,
        recipient: provision.recipient,
        purposes: provision.purposes,
        what: provision.what,
        period: provision.period,
        even_in_emergency: provision.even_in_emergency,
    };
    consent.provisions.iter().map(of).collect()
}

const fn of_term(term: &Term) -> About {
    About { purposes: term.purposes, even_in_emergency: term.even_in_emergency, what: term.what }
}

fn happened(change: ConsentChange, given: &[Term], kept: &[Term], ended: &[Term]) -> Happened {
    let refuses = |term: &Term| term.effect == Effect::Deny;
    let sent = |terms: &[Term]| terms.iter().any(|term| term.origin == Origin::Sent);
    if change == ConsentChange::Proposed {
        Happened::Asked
    } else if change == ConsentChange::Declined {
        Happened::Declined
    } else if given.is_empty() && ended.is_empty() {
        Happened::Nothing
    } else if given.iter().any(refuses) {
        // A no to one thing leaves the rest as it is.
        let narrower = sent(given) || change == ConsentChange::Narrowed;
        if narrower { Happened::Narrowed } else { Happened::Refused }
    } else if !given.is_empty() {
        if kept.is_empty() && ended.is_empty() { Happened::Given } else { Happened::Changed }
    } else if ended.iter().all(refuses) {
        if sent(ended) { Happened::Restored } else { Happened::NoEnded }
    } else if kept.iter().all(refuses) {
        Happened::Withdrawn
    } else {
        Happened::Narrowed
    }
}
