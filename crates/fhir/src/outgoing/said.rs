//! What an item says in one sentence: the person's words, and around them what keeps them from reading as their
//! opposite.

use sayso_plan::item::{Contactable, Direction, Intent, ItemKind, Preference};
use sayso_plan::{Section, StoredItem};

use super::view::View;
use crate::phrases::{self, Phrases};

/// A piece of a sentence.
pub(crate) enum Piece {
    /// A fixed phrase, in the language it is in.
    Phrase(&'static str, &'static str),
    /// Somebody's words in a language, to be quoted when something stands around them.
    Words(String, String),
}

/// A sentence.
pub(crate) struct Said(pub(crate) Vec<Piece>);

impl Said {
    /// Whether it is the words and nothing else.
    pub(crate) fn is_bare(&self) -> bool {
        matches!(self.0.as_slice(), [Piece::Words(..)])
    }

    /// The sentence as plain text; bare words stand without quotation marks.
    pub(crate) fn text(&self) -> String {
        if let [Piece::Words(text, _)] = self.0.as_slice() {
            return text.clone();
        }
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Phrase(phrase, _) => {
                    if !out.is_empty() {
                        out.push(' ');
                    }
                    out.push_str(phrase);
                    out.push(':');
                }
                Piece::Words(text, _) => {
                    if !out.is_empty() {
                        out.push(' ');
                    }
                    out.push('«');
                    out.push_str(text);
                    out.push('»');
                }
            }
        }
        out
    }
}

/// The sentence of an item; none when it has no words to make one of.
pub(crate) fn said(view: &View<'_>, item: &StoredItem) -> Option<Said> {
    let phrases = phrases::of(&view.head.language);
    let lang = item.item.words.as_ref().map_or(view.lang(), |w| w.lang().as_str()).to_owned();
    let words = subject_words(view, item)?;
    let mut pieces = Vec::new();
    if let Some(phrase) = around(item, phrases) {
        pieces.push(Piece::Phrase(phrase, phrases.lang));
    }
    pieces.push(Piece::Words(words, lang.clone()));
    if let (true, Some(own)) = (is_never(item), &item.item.words) {
        pieces.push(Piece::Words(own.text().to_owned(), lang.clone()));
    }
    for condition in &item.item.when {
        pieces.push(Piece::Phrase(phrases.of_sense(condition.sense), phrases.lang));
        pieces.push(Piece::Words(condition.words.clone(), lang.clone()));
    }
    Some(Said(pieces))
}

/// Whether the item names somebody who is not to be contacted or told.
pub(crate) fn is_never(item: &StoredItem) -> bool {
    matches!(&item.item.kind, ItemKind::Contact(contact) if contact.contact == Contactable::Never)
}

/// The item's words, or what they are about where it has none.
fn subject_words(view: &View<'_>, item: &StoredItem) -> Option<String> {
    if let (false, Some(words)) = (is_never(item), &item.item.words) {
        return Some(words.text().to_owned());
    }
    match &item.item.kind {
        ItemKind::Preference(p) => Some(p.about.words.clone().unwrap_or_else(|| native_name(&p.about.kind))),
        ItemKind::Need(n) => Some(match &n.language {
            Some(language) => format!("{}: {language}", native_name(&n.need)),
            None => native_name(&n.need),
        }),
        ItemKind::Contact(c) => Some(view.name(&c.party)),
        ItemKind::Words(_)
        | ItemKind::Goal(_)
        | ItemKind::Ladder(_)
        | ItemKind::Agreement(_)
        | ItemKind::Arrangement(_) => None,
    }
}

/// The name that a code of the plan has in native JSON.
pub(crate) fn native_name<T: serde::Serialize>(code: &T) -> String {
    serde_json::to_value(code).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// What a preference comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// It is refused.
    Refuses,
    /// It makes it worse.
    Worse,
    /// It is wanted.
    Wants,
    /// It is accepted.
    Accepts,
}

impl Meaning {
    /// Its phrase.
    pub(crate) const fn phrase(self, phrases: &Phrases) -> &'static str {
        match self {
            Self::Refuses => phrases.refuse,
            Self::Worse => phrases.worse,
            Self::Wants => phrases.want,
            Self::Accepts => phrases.accept,
        }
    }

    /// Whether it is a no.
    pub(crate) const fn is_no(self) -> bool {
        matches!(self, Self::Refuses | Self::Worse)
    }
}

/// What a preference comes to. Where a part of it says no and another does not, it is a no: a no that is followed by
/// mistake can be taken back, what was done against a no cannot.
pub(crate) fn meaning(item: &StoredItem, preference: &Preference) -> Meaning {
    match preference.direction {
        Direction::Refuse => Meaning::Refuses,
        Direction::Prefer | Direction::Accept if preference.intent == Intent::AdvanceRefusal => Meaning::Refuses,
        Direction::Prefer | Direction::Accept if item.item.section == Section::Harms => Meaning::Worse,
        Direction::Prefer => Meaning::Wants,
        Direction::Accept => Meaning::Accepts,
    }
}

/// The phrase without which the words could read as a wish.
fn around(item: &StoredItem, phrases: &'static Phrases) -> Option<&'static str> {
    let conditional = !item.item.when.is_empty();
    match &item.item.kind {
        ItemKind::Preference(p) if p.stands_alone && !meaning(item, p).is_no() => None,
        ItemKind::Preference(p) => match meaning(item, p) {
            meaning if meaning.is_no() || conditional || item.item.words.is_none() => Some(meaning.phrase(phrases)),
            Meaning::Refuses | Meaning::Worse | Meaning::Wants | Meaning::Accepts => None,
        },
        ItemKind::Contact(c) if c.contact == Contactable::Never => Some(phrases.never_contact),
        ItemKind::Words(_) if item.item.section == Section::Harms => Some(phrases.worse),
        ItemKind::Contact(_)
        | ItemKind::Words(_)
        | ItemKind::Goal(_)
        | ItemKind::Ladder(_)
        | ItemKind::Agreement(_)
        | ItemKind::Arrangement(_)
        | ItemKind::Need(_) => None,
    }
}
