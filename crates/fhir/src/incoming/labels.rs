//! How close what is sent asks to be kept: the confidentiality labels of a resource (`meta.security`, FHIR R4,
//! resource.html#Meta). The highest of them counts, and a more open one than what is kept opens nothing. A label inside a
//! part (DS4P, inline security labels) is an extension that maps to nothing, and is refused at its place.

use sayso_plan::Share;
use sayso_wire::{Path, Tree};

use crate::fault::{Fault, Why};
use crate::profile;

/// What to do with a label that nobody here can keep to.
const UNKNOWN: &str = "this label is not known here and could not be kept to; label parts with v3-Confidentiality (U, L, M, N, R or V), or leave it out";
/// What to do with the label of a section in which the part does not stand.
const OTHER_SECTION: &str =
    "this part does not stand in that section; label it with the section it stands in, or leave the label out";
/// What to do with a level where none is kept.
const NO_LEVEL: &str =
    "only a part has a level of its own; label the Observation, Goal or RelatedPerson, or leave it out";

/// The highest level that the labels of a resource ask for; none where they ask for none.
///
/// # Errors
/// A fault at each label that is not known: whoever sent it meant that somebody must not see what it stands at.
pub(super) fn asked(resource: &Tree, root: &str) -> Result<Option<Share>, Vec<Fault>> {
    let (mut highest, mut faults) = (None, Vec::new());
    for (at, label) in labels(resource) {
        match level(label) {
            Ok(level) => highest = highest.max(level),
            Err(why) => faults.push(Fault::at(root, &at, why)),
        }
    }
    if faults.is_empty() { Ok(highest) } else { Err(faults) }
}

/// The level of a resource as it would be shown: that of its labels, else of everybody who sees the plan; a document that
/// is kept whole is for people the person chose.
pub(super) fn kept(shown: &Tree) -> Share {
    let attached =
        |content: &Tree| content.get("attachment").is_some_and(|attachment| attachment.get("data").is_some());
    let whole = shown.get("content").map(Tree::elements).unwrap_or_default().iter().any(attached);
    let labelled = labels(shown).filter_map(|(_, label)| level(label).ok().flatten()).max();
    labelled.unwrap_or(if whole { Share::Care } else { Share::Open })
}

/// Refuses labels that ask for more than what is kept.
pub(super) fn nothing_above<'t>(kept: Share, resource: &'t Tree, root: &'t str) -> impl Iterator<Item = Fault> + 't {
    labels(resource).filter_map(move |(at, label)| match level(label) {
        Ok(level) if level <= Some(kept) => None,
        Ok(_) => Some(Fault::at(root, &at, Why::Value(NO_LEVEL))),
        Err(why) => Some(Fault::at(root, &at, why)),
    })
}

/// Refuses the label of a section in which the part does not stand as it would be shown: whoever sent it meant that what
/// the person said of that section holds for it.
pub(super) fn no_other_section<'t>(
    shown: &'t Tree,
    resource: &'t Tree,
    root: &'t str,
) -> impl Iterator<Item = Fault> + 't {
    let section = |label: &'t Tree| label.text("code").filter(|_| label.text("system") == Some(profile::SECTIONS));
    let is_shown = move |code: &str| labels(shown).filter_map(|(_, label)| section(label)).any(|own| own == code);
    labels(resource)
        .filter(move |(_, label)| section(label).is_some_and(|code| !is_shown(code)))
        .map(|(at, _)| Fault::at(root, &at, Why::Value(OTHER_SECTION)))
}

/// Each label with its place.
fn labels(resource: &Tree) -> impl Iterator<Item = (Path, &Tree)> {
    let all = resource.get("meta").and_then(|meta| meta.get("security")).map(Tree::elements).unwrap_or_default();
    let place = Path::default().key("meta").key("security");
    all.iter().enumerate().map(move |(n, label)| (place.index(n), label))
}

/// The level a label asks for; none of those that only say which part it is, as we say it ourselves.
fn level(label: &Tree) -> Result<Option<Share>, Why> {
    match (label.text("system"), label.text("code")) {
        (Some(profile::SECTIONS | profile::ITEMS), _) => Ok(None),
        (Some(profile::CONFIDENTIALITY), Some("U" | "L" | "M" | "N")) => Ok(Some(Share::Open)),
        (Some(profile::CONFIDENTIALITY), Some("R")) => Ok(Some(Share::Care)),
        (Some(profile::CONFIDENTIALITY), Some("V")) => Ok(Some(Share::Close)),
        _ => Err(Why::Value(UNKNOWN)),
    }
}
