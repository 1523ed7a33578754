//! A document that is kept whole: DocumentReference with the bytes attached. It is never looked into, and it is
//! released or withheld as one piece.

use std::collections::BTreeMap;

use sayso_plan::plan::{DocumentType, Jurisdiction};
use sayso_plan::{Content, Head, Lang, PersonId, PlanId, PlanKind, State, WholeDocument, Words};
use sayso_wire::{Path, Tree};

use super::gate::Written;
use super::references::stand_in;
use super::transaction::{Sent, stop};
use super::{lossless, tree};
use crate::fault::{Fault, Why};
use crate::profile;

const ROOT: &str = "DocumentReference";
/// What is missing where nothing says what the document is.
const KINDS_ASKED: &str = "what it is: a code of plan-kind, or for instance LOINC 42348-3, an advance directive,";

/// Reads a DocumentReference with `content.attachment.data` as the content of a new plan of `person`. `base` is the
/// FHIR base without a slash at its end.
///
/// # Errors
/// Faults with FHIRPaths for each element that would not come back as it was sent, and for another person's.
pub fn whole_document(bytes: &[u8], person: PersonId, base: &str) -> Result<Content, Vec<Fault>> {
    whole_document_of(tree(bytes, ROOT)?, person, base)
}

/// As [`whole_document`], for a tree that was read before.
///
/// # Errors
/// As [`whole_document`].
pub fn whole_document_of(tree: Tree, person: PersonId, base: &str) -> Result<Content, Vec<Fault>> {
    let mut tree = lossless(tree, ROOT)?;
    if tree.text("resourceType") != Some(ROOT) {
        return Err(vec![Fault::new(ROOT, Why::Value("send a DocumentReference"))]);
    }
    subject(&mut tree, person, base).map_err(|fault| vec![fault])?;
    let content = read(&tree).map_err(|fault| vec![fault])?;
    let plan = PlanId::from_stored(*stand_in(0).as_bytes());
    let written = Written::of(&content, plan, person, &[], None, base)?;
    let sent = Sent {
        kind: ROOT.to_owned(),
        id: None,
        full_url: None,
        resource: tree,
        if_match: None,
        if_none_exist: None,
        root: ROOT.to_owned(),
    };
    let mut faults = Vec::new();
    written.find(&sent, &format!("{ROOT}/{plan}"), &mut faults);
    stop(faults)?;
    Ok(content)
}

/// Every reference must be the person; the absolute form is written as the relative one.
fn subject(tree: &mut Tree, person: PersonId, base: &str) -> Result<(), Fault> {
    if tree.get("subject").is_none() {
        return Err(Fault::new(format!("{ROOT}.subject"), Why::Missing("the person, as Patient reference,")));
    }
    let own = format!("Patient/{person}");
    let absolute = format!("{base}/{own}");
    let Tree::Object(members) = tree else {
        return Err(Fault::new(ROOT, Why::NotMapped));
    };
    for (key, value) in members.iter_mut().filter(|(key, _)| key == "subject" || key == "author") {
        let path = Path::default().key(key);
        let references: Vec<_> = match value {
            Tree::Array(all) => all.iter_mut().enumerate().map(|(n, one)| (path.index(n), one)).collect(),
            one @ (Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::String(_) | Tree::Object(_)) => {
                vec![(path, one)]
            }
        };
        for (path, reference) in references {
            let Tree::Object(parts) = reference else { continue };
            for (_, to) in parts.iter_mut().filter(|(part, _)| part == "reference") {
                if to.as_str() == Some(&absolute) {
                    *to = Tree::String(own.clone());
                }
                if to.as_str() != Some(&own) {
                    return Err(Fault::at(ROOT, &path.key("reference"), Why::OtherPerson));
                }
            }
        }
    }
    Ok(())
}

fn read(tree: &Tree) -> Result<Content, Fault> {
    let attachments = tree.get("content").map(Tree::elements).unwrap_or_default();
    let [content] = attachments else {
        return Err(Fault::new(
            format!("{ROOT}.content"),
            Why::Value("exactly one attachment is kept as one document"),
        ));
    };
    let attachment = content.get("attachment");
    let path = format!("{ROOT}.content[0].attachment");
    let text = |key: &str| attachment.and_then(|a| a.text(key)).map(str::to_owned);
    let data =
        text("data").ok_or_else(|| Fault::new(format!("{path}.data"), Why::Missing("the document in base64")))?;
    let content_type =
        text("contentType").ok_or_else(|| Fault::new(format!("{path}.contentType"), Why::Missing("contentType")))?;
    // R4, datatypes, code: no blank at its ends, and single ones inside.
    if content_type.split(' ').any(str::is_empty) || content_type.chars().any(|c| c.is_control()) {
        return Err(Fault::new(
            format!("{path}.contentType"),
            Why::Value("write a media type, for instance application/pdf"),
        ));
    }
    if sayso_plan::plan::bytes_in_base64(&data) > sayso_plan::plan::DOCUMENT_MAX_BYTES {
        return Err(Fault::new(format!("{path}.data"), Why::Value("at most 1 MiB is kept as one document")));
    }
    let kind = kind_of(tree).ok_or_else(|| Fault::new(format!("{ROOT}.type"), Why::Missing(KINDS_ASKED)))?;
    let lang = tree.text("language").and_then(|tag| Lang::try_from(tag).ok()).unwrap_or_else(Lang::undetermined);
    let title = tree.text("description").map(str::to_owned).or_else(|| text("title"));
    let title = Words::new(title.unwrap_or_else(|| kind.label().to_owned()), lang.clone());
    let title = title.map_err(|_| Fault::new(format!("{ROOT}.description"), Why::Value("too long for a title")))?;
    let head = Head {
        title,
        language: lang,
        from: day(tree, "start")?,
        until: day(tree, "end")?,
        review: None,
        jurisdiction: Some(Jurisdiction::Unknown),
        instrument: None,
        if_not_followed: None,
        formalities: Vec::new(),
    };
    let status = if tree.text("docStatus") == Some("preliminary") { State::Draft } else { State::Active };
    Ok(Content {
        kind,
        status,
        head,
        parties: Vec::new(),
        absences: BTreeMap::new(),
        items: Vec::new(),
        document: Some(WholeDocument {
            content_type,
            data,
            title: text("title"),
            creation: text("creation"),
            types: types(tree),
        }),
    })
}

fn type_codings(tree: &Tree) -> &[Tree] {
    tree.get("type").and_then(|kind| kind.get("coding")).map(Tree::elements).unwrap_or_default()
}

/// The sender's codes; ours says the kind, which is kept by itself.
fn types(tree: &Tree) -> Vec<DocumentType> {
    let foreign = type_codings(tree).iter().filter(|coding| coding.text("system") != Some(profile::KINDS));
    let read = |coding: &Tree| {
        let text = |key: &str| coding.text(key).map(str::to_owned);
        Some(DocumentType { system: text("system")?, code: text("code")?, display: text("display") })
    };
    foreign.filter_map(read).collect()
}

/// The kind that our code names, else that of a code of others that names one. None is guessed: what is no directive
/// must not be found by who asks for the directive.
fn kind_of(tree: &Tree) -> Option<PlanKind> {
    let codings = type_codings(tree);
    let ours = codings.iter().filter(|coding| coding.text("system") == Some(profile::KINDS));
    let named = ours.filter_map(|coding| coding.text("code")?.parse().ok()).next();
    named.or_else(|| {
        let of = |coding: &Tree| profile::kind_of_document(coding.text("system")?, coding.text("code")?);
        codings.iter().find_map(of)
    })
}

fn day(tree: &Tree, end: &str) -> Result<Option<sayso_plan::PlanDate>, Fault> {
    let Some(day) = tree.get("context").and_then(|c| c.get("period")).and_then(|p| p.text(end)) else {
        return Ok(None);
    };
    let read = serde_json::from_value(serde_json::Value::from(day));
    read.map(Some)
        .map_err(|_| Fault::new(format!("{ROOT}.context.period.{end}"), Why::Value("write a day as YYYY-MM-DD")))
}
