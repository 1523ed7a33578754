//! A receipt to read: who, what, for what, from when until when, how to take it back, and what to keep as proof.

use askama::Template;
use sayso_consent::{Effect, Known, Purposes, Recipient, What};
use sayso_exchange::ShownWords;
use sayso_exchange::consent_receipts::{ConsentReceipt, Happened, Term};
use sayso_exchange::sharing::Party;
use sayso_plan::Share;
use time::OffsetDateTime;

use super::{FILE, FOR_GOOD, Names, address, sent, sentence};
use crate::admit::Visitor;
use crate::layout::{Frame, Here};
use crate::operator::Operator;
use crate::sharing;
use crate::words::en as w;
use crate::words::en::Calendar;
use crate::words::shown::written;

#[derive(Template)]
#[template(path = "receipt.html")]
pub(crate) struct ReceiptPage {
    pub(crate) frame: Frame,
    pub(crate) sentence: String,
    pub(crate) notes: Vec<&'static str>,
    pub(crate) who: String,
    pub(crate) through: Option<String>,
    pub(crate) by: Option<String>,
    pub(crate) when: String,
    pub(crate) heaps: Vec<Heap>,
    pub(crate) back: Back,
    pub(crate) words: String,
    pub(crate) id: String,
    pub(crate) number: u64,
    pub(crate) operator: Operator,
    pub(crate) file: String,
}

/// What the act did to some parts.
pub(crate) struct Heap {
    pub(crate) title: String,
    pub(crate) groups: Vec<Group>,
}

/// Parts for one purpose and one time.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Group {
    /// For what; of what was seen: from which plan.
    pub(crate) purpose: String,
    pub(crate) parts: Vec<String>,
    pub(crate) from: Option<String>,
    pub(crate) until: Option<String>,
    /// Where in what was sent it stood, where it was not taken.
    pub(crate) place: Option<String>,
}

/// How to change it.
pub(crate) struct Back {
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
    pub(crate) link: &'static str,
    pub(crate) address: Option<String>,
}

impl ReceiptPage {
    pub(crate) fn of(
        visitor: &Visitor,
        receipt: &ConsentReceipt,
        names: &Names,
        calendar: Calendar,
        operator: &Operator,
    ) -> Self {
        let frame = Frame::of(visitor, w::RECEIPT_TITLE, Here::Sharing);
        Self::made(frame, receipt, names, calendar, operator)
    }

    pub(crate) fn made(
        frame: Frame,
        receipt: &ConsentReceipt,
        names: &Names,
        calendar: Calendar,
        operator: &Operator,
    ) -> Self {
        Self {
            frame,
            sentence: sentence(receipt, names, calendar),
            notes: notes(receipt),
            who: names.towards(receipt).to_owned(),
            through: names.through(receipt).map(str::to_owned),
            by: names.by(receipt).map(str::to_owned),
            when: format!("{}, {}", w::date(calendar.date(receipt.at)), calendar.time(receipt.at)),
            heaps: heaps(receipt, calendar),
            back: back(receipt, names.is_former(receipt)),
            words: words(receipt),
            id: receipt.id.to_string(),
            number: receipt.number,
            operator: operator.clone(),
            file: format!("{}{FILE}", address(receipt.id)),
        }
    }
}

/// The text that the person read, or why there is none.
fn words(receipt: &ConsentReceipt) -> String {
    match &receipt.words {
        Some(words) => text_version(words),
        None if receipt.by.is_some() => w::RECEIPT_WORDS_BY.to_owned(),
        None if receipt.happened == Happened::Left => w::RECEIPT_WORDS_LEFT.to_owned(),
        None if matches!((receipt.towards, receipt.through), (Some(Recipient::Supporter(_)), None)) => {
            w::RECEIPT_WORDS_NOT_KEPT.to_owned()
        }
        None => w::RECEIPT_WORDS_NONE.to_owned(),
    }
}

fn text_version(words: &ShownWords) -> String {
    let tag = words.language.as_str();
    w::receipt_text(if tag == w::LANG { w::RECEIPT_ENGLISH } else { tag }, &written(words))
}

fn notes(receipt: &ConsentReceipt) -> Vec<&'static str> {
    let mut notes = notes_of(receipt);
    notes.extend((!receipt.unread.is_empty()).then_some(w::RECEIPT_UNREAD));
    notes
}

fn notes_of(receipt: &ConsentReceipt) -> Vec<&'static str> {
    match receipt.happened {
        Happened::Withdrawn if receipt.purpose.is_none() => vec![w::STOPPED_TEXT, w::STOPPED_COPIES],
        Happened::Withdrawn | Happened::Left | Happened::Narrowed | Happened::Refused => vec![w::STOPPED_COPIES],
        Happened::NoEnded | Happened::Restored if receipt.kept.is_empty() => vec![w::RECEIPT_NOTHING_OPENED],
        Happened::Asked | Happened::AskEnded | Happened::Declined => vec![w::RECEIPT_NOTHING_OPENED],
        Happened::Given
        | Happened::Changed
        | Happened::NoEnded
        | Happened::Restored
        | Happened::Nothing
        | Happened::Opened => Vec::new(),
    }
}

fn back(receipt: &ConsentReceipt, is_former: bool) -> Back {
    if is_former {
        let address = Some(sharing::PEOPLE.to_owned());
        let (title, text, link) = (w::RECEIPT_AGAIN, w::RECEIPT_FORMER_TEXT, w::RECEIPT_FORMER_LINK);
        return Back { title, text, link, address };
    }
    let address = receipt.towards.and_then(Party::under).map(sharing::address);
    let open = match receipt.happened {
        Happened::Given | Happened::Changed | Happened::Narrowed | Happened::Opened => true,
        Happened::Nothing => receipt.sent.is_empty(),
        Happened::Withdrawn
        | Happened::Left
        | Happened::Refused
        | Happened::NoEnded
        | Happened::Restored
        | Happened::Asked
        | Happened::Declined
        | Happened::AskEnded => false,
    };
    if open {
        Back { title: w::RECEIPT_BACK, text: w::RECEIPT_BACK_TEXT, link: w::RECEIPT_BACK_LINK, address }
    } else {
        Back { title: w::RECEIPT_AGAIN, text: w::RECEIPT_AGAIN_TEXT, link: w::RECEIPT_AGAIN_LINK, address }
    }
}

fn heaps(receipt: &ConsentReceipt, calendar: Calendar) -> Vec<Heap> {
    let given = if receipt.happened == Happened::Asked {
        w::RECEIPT_ASKED
    } else if receipt.given.iter().any(|term| term.effect == Effect::Deny) {
        w::RECEIPT_REFUSED
    } else {
        w::RECEIPT_GIVEN
    };
    let ended_a_no = matches!(receipt.happened, Happened::NoEnded | Happened::Restored);
    let kept = if ended_a_no { w::RECEIPT_BEHIND } else { w::RECEIPT_KEPT };
    let declined = receipt.happened == Happened::Declined;
    let no_more = if declined { w::RECEIPT_ASKED } else { w::RECEIPT_ENDED };
    let ended_at = (!declined).then_some(receipt.at);
    let (no_longer, refused): (Vec<Term>, Vec<Term>) =
        receipt.ended.iter().cloned().partition(|term| term.effect == Effect::Permit);
    let still_open: Vec<Term> = receipt.kept.iter().filter(|term| term.effect == Effect::Permit).cloned().collect();
    let all = [
        (given, groups(&receipt.given, calendar, None)),
        (no_more, groups(&no_longer, calendar, ended_at)),
        (w::RECEIPT_NO_ENDED, groups(&refused, calendar, Some(receipt.at))),
        (kept, groups(&still_open, calendar, None)),
        (w::RECEIPT_SHOWN, receipt.shown.iter().map(seen).collect()),
    ];
    let told = all.into_iter().filter(|(_, groups)| !groups.is_empty());
    let told = told.map(|(title, groups)| Heap { title: title.to_owned(), groups });
    told.chain(sent::heaps(receipt, calendar)).collect()
}

fn seen(shown: &sayso_exchange::Shown) -> Group {
    let titles: Vec<String> = shown.sections.iter().map(|section| section.title().to_owned()).collect();
    let parts = match titles.is_empty() {
        true if shown.cancelled => vec![w::SAW_CANCELLED.to_owned()],
        true => vec![w::SAW_DOCUMENT.to_owned()],
        false => titles,
    };
    Group { purpose: format!("“{}”", shown.kind.label()), parts, from: None, until: None, place: None }
}

/// What was said for the same purpose and time stands together. What the act ended lasted until then at the latest.
pub(crate) fn groups(terms: &[Term], calendar: Calendar, ended: Option<OffsetDateTime>) -> Vec<Group> {
    let mut groups: Vec<(Group, usize)> = Vec::new();
    for term in terms {
        let mut group = Group { purpose: purpose(term), parts: Vec::new(), from: None, until: None, place: None };
        match term.period {
            Known::Is(period) => {
                group.from = Some(w::date(calendar.date(period.from)));
                let last = ended.map_or(period.until, |ended| ended.min(period.until));
                let for_good = period.until - period.from > FOR_GOOD;
                let is_open_end = term.effect == Effect::Deny && ended.is_none() && for_good;
                let until = || w::date(calendar.date(last));
                group.until = Some(if is_open_end { w::RECEIPT_UNTIL_YOU.to_owned() } else { until() });
            }
            Known::Unknown => {}
        }
        let same = |(one, _): &&mut (Group, usize)| {
            (&one.purpose, &one.from, &one.until) == (&group.purpose, &group.from, &group.until)
        };
        let place = match groups.iter_mut().find(same) {
            Some(place) => place,
            None => {
                groups.push((group, 0));
                let Some(place) = groups.last_mut() else { continue };
                place
            }
        };
        match part(term) {
            Some(part) => place.0.parts.push(part),
            None => place.1 += 1,
        }
    }
    let told = |(mut group, picked): (Group, usize)| {
        group.parts.extend((picked > 0).then(|| w::private_things(picked)));
        group
    };
    groups.into_iter().map(told).collect()
}

fn purpose(term: &Term) -> String {
    let text = match term.purposes {
        Known::Is(Purposes::Only(purpose)) => w::purpose_title(purpose),
        Known::Is(Purposes::Any) => w::RECEIPT_ANY_REASON,
        Known::Unknown => w::RECEIPT_NOT_CLEAR,
    };
    if term.even_in_emergency { format!("{text}. {}.", w::RECEIPT_EMERGENCY) } else { text.to_owned() }
}

/// A part by its name; none for what was picked one by one, which is counted.
fn part(term: &Term) -> Option<String> {
    Some(match term.what {
        Known::Is(What::Everything) => w::RECEIPT_ALL.to_owned(),
        Known::Is(What::Kind(kind)) => w::whole_plan(kind.label()),
        Known::Is(What::Plan(_)) => w::RECEIPT_ONE_PLAN.to_owned(),
        Known::Is(What::Section(section)) => section.title().to_owned(),
        Known::Is(What::Item(_)) => return None,
        Known::Is(What::Documents) => w::DOCUMENTS_ALL.to_owned(),
        Known::Is(What::Level(level)) => level_name(level, term.effect).to_owned(),
        Known::Unknown => w::RECEIPT_NOT_CLEAR.to_owned(),
    })
}

/// A permit for a level is for it and all more open ones, a no for it and all closer ones.
const fn level_name(level: Share, effect: Effect) -> &'static str {
    match (level, effect) {
        (Share::Open, Effect::Permit) => w::RECEIPT_OPEN_LEVEL,
        (Share::Care | Share::Close, Effect::Permit) => w::RECEIPT_CARE_LEVEL,
        (Share::Open, Effect::Deny) => w::RECEIPT_ALL,
        (Share::Care, Effect::Deny) => w::RECEIPT_NOT_OPEN_LEVEL,
        (Share::Close, Effect::Deny) => w::RECEIPT_CLOSE_LEVEL,
    }
}
