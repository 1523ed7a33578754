//! What came of each part of a consent that an app or a record system sent, on the page and in the file.

use sayso_consent::Known;
use sayso_exchange::consent_receipts::{ConsentReceipt, SentTerm, Term};
use sayso_exchange::{Outcome, Spot};
use serde_json::{Value, json};

use super::page::{Group, Heap, groups};
use super::{Names, kantara};
use crate::words::en as w;
use crate::words::en::Calendar;

/// The parts with the same end together, in the order in which a person would ask for them.
pub(super) fn heaps(receipt: &ConsentReceipt, calendar: Calendar) -> Vec<Heap> {
    let moment = format!("{} at {}", w::date(calendar.date(receipt.at)), calendar.time(receipt.at));
    // What begins only later is told apart from what counts already.
    let came = |one: &SentTerm| (one.outcome, begins(one, receipt));
    let mut outcomes: Vec<(Outcome, bool)> = receipt.sent.iter().map(came).collect();
    outcomes.sort_unstable();
    outcomes.dedup();
    let heap = |(outcome, later): (Outcome, bool)| {
        let mut all: Vec<Group> = Vec::new();
        let mut spots: Vec<Option<Spot>> = Vec::new();
        for one in receipt.sent.iter().filter(|one| came(one) == (outcome, later)) {
            if !spots.contains(&one.spot) {
                spots.push(one.spot);
            }
        }
        for spot in spots {
            let here = |one: &&SentTerm| came(one) == (outcome, later) && one.spot == spot;
            let terms: Vec<Term> = receipt.sent.iter().filter(here).map(|one| one.term.clone()).collect();
            let ended = (outcome == Outcome::TakenBack).then_some(receipt.at);
            let place = spot.map(place);
            all.extend(
                groups(&terms, calendar, ended).into_iter().map(|group| Group { place: place.clone(), ..group }),
            );
        }
        let title = if later { w::RECEIPT_LATER.to_owned() } else { title(outcome, &moment) };
        Heap { title, groups: all }
    };
    outcomes.into_iter().map(heap).collect()
}

/// Whether a part counts, and begins only after it was sent.
fn begins(one: &SentTerm, receipt: &ConsentReceipt) -> bool {
    let from = if let Known::Is(period) = one.term.period { Some(period.from) } else { None };
    one.outcome == Outcome::Counts && from.is_some_and(|from| receipt.at < from)
}

fn title(outcome: Outcome, moment: &str) -> String {
    match outcome {
        Outcome::Counts => return w::receipt_counts(moment),
        Outcome::OnlyCloses => return w::receipt_only_closes(moment),
        Outcome::Narrower => return w::receipt_narrower(moment),
        Outcome::Waits => w::RECEIPT_WAITS,
        Outcome::ShownOnly => w::RECEIPT_SHOWN_ONLY,
        Outcome::SaidBefore => w::RECEIPT_SAID_BEFORE,
        Outcome::TakenBack => w::RECEIPT_TAKEN_BACK,
        Outcome::OfOthers => w::RECEIPT_OF_OTHERS,
        Outcome::Over => w::RECEIPT_OVER,
        Outcome::TooMany => w::RECEIPT_TOO_MANY,
        Outcome::NotUnderstood => w::RECEIPT_NOT_UNDERSTOOD,
        Outcome::NotInForce => w::RECEIPT_NOT_IN_FORCE,
        Outcome::NoEffect => w::RECEIPT_NO_EFFECT,
    }
    .to_owned()
}

/// Where it stood, as a person would say it.
fn place(spot: Spot) -> String {
    match spot {
        Spot::Head => w::RECEIPT_BESIDE.to_owned(),
        Spot::Root => w::RECEIPT_WHOLE.to_owned(),
        Spot::Beneath(n) => w::receipt_part(usize::from(n) + 1),
    }
}

/// The part in the file: what it said, and `came` of it.
pub(super) fn told(one: &SentTerm, receipt: &ConsentReceipt, names: &Names) -> Value {
    let mut said = kantara::term(&one.term, names);
    let (outcome, because) = codes(one.outcome);
    let mut came = json!({"outcome": outcome});
    if let Some(came) = came.as_object_mut() {
        if matches!(one.outcome, Outcome::Counts | Outcome::OnlyCloses | Outcome::Narrower | Outcome::TakenBack) {
            let since = if begins(one, receipt) { one.term.period } else { Known::Unknown };
            let since = if let Known::Is(period) = since { period.from } else { receipt.at };
            came.insert("since".to_owned(), kantara::instant(since).into());
        }
        if let Some(because) = because {
            came.insert("because".to_owned(), because.into());
        }
        if let Some(spot) = one.spot {
            came.insert("at".to_owned(), spot.path().into());
        }
    }
    if let Some(said) = said.as_object_mut() {
        if one.consent.is_none() {
            let _ = said.remove("consent");
        }
        said.insert("came".to_owned(), came);
    }
    said
}

/// What came of it, and why it was refused.
const fn codes(outcome: Outcome) -> (&'static str, Option<&'static str>) {
    match outcome {
        Outcome::Counts => ("counts", None),
        Outcome::OnlyCloses => ("only-closes", None),
        Outcome::Narrower => ("narrower", None),
        Outcome::Waits => ("waits", None),
        Outcome::ShownOnly => ("shown-only", None),
        Outcome::SaidBefore => ("said-before", None),
        Outcome::TakenBack => ("taken-back", None),
        Outcome::OfOthers => ("refused", Some("of-others")),
        Outcome::Over => ("refused", Some("over")),
        Outcome::TooMany => ("refused", Some("too-many")),
        Outcome::NotUnderstood => ("refused", Some("not-understood")),
        Outcome::NotInForce => ("refused", Some("not-in-force")),
        Outcome::NoEffect => ("refused", Some("no-effect")),
    }
}
