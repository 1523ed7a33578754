//! Narrative: the released plan as XHTML that a reader understands as a whole, even one that reads nothing else.

use sayso_plan::{Absence, Section, State, StoredItem};

use super::said::native_name;
use super::view::View;
use crate::profile;

mod html;
mod item;

use html::{bdi, escape};
pub(crate) use html::{has_hidden_words, text_runs};

/// A whole plan.
pub(crate) fn plan(view: &View<'_>) -> String {
    let mut body = head(view);
    for section in view.sections() {
        body.push_str(&self::section(view, section, "h3"));
    }
    #[cfg(feature = "leaks")]
    view.leaked.iter().for_each(|words| body.push_str(&paragraph(&escape(words))));
    body.push_str(&closing(view));
    wrap(view, &body)
}

/// One section of a plan, for a document.
pub(crate) fn one_section(view: &View<'_>, section: Section) -> String {
    wrap(view, &self::section(view, section, "h3"))
}

/// Sections of several plans under one title, for the crisis extract.
pub(crate) fn merged_section(views: &[&View<'_>], section: Section) -> Option<String> {
    let first = views.first()?;
    let mut body = heading("h3", section.title());
    for view in views {
        body.push_str(&paragraph(&format!("{}: {}{}", escape(view.kind.label()), title(view), dates(view))));
        body.push_str(&list(view, section));
    }
    Some(wrap(first, &body))
}

/// One item, for its own resource.
pub(crate) fn one_item(view: &View<'_>, item: &StoredItem) -> String {
    let body = format!("{}{}", heading("h3", item.item.section.title()), item::item(view, item));
    wrap(view, &body)
}

/// A line of fixed text.
pub(crate) fn fixed(view: &View<'_>, text: &str) -> String {
    wrap(view, &paragraph(&escape(text)))
}

/// A list of lines that are HTML already.
pub(crate) fn lines(view: &View<'_>, title: &str, lines: &[String]) -> String {
    let list: String = lines.iter().map(|line| format!("<li>{line}</li>")).collect();
    wrap(view, &format!("{}<ul>{list}</ul>", heading("h3", title)))
}

/// The head and the sentence at the end, for documents.
pub(crate) fn cover(view: &View<'_>) -> String {
    let note = view.note.map(|note| format!("<p lang=\"en\" dir=\"ltr\">{}</p>", escape(note)));
    wrap(view, &format!("{}{}{}", note.unwrap_or_default(), head(view), closing(view)))
}

/// Text of somebody's, isolated in its own direction.
pub(crate) fn words(text: &str, lang: &str) -> String {
    bdi(text, lang)
}

fn wrap(view: &View<'_>, body: &str) -> String {
    let lang = escape(view.lang());
    format!("<div xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"{lang}\" xml:lang=\"{lang}\" dir=\"auto\">{body}</div>")
}

fn heading(level: &str, text: &str) -> String {
    format!("<{level} lang=\"en\" dir=\"ltr\">{}</{level}>", escape(text))
}

fn paragraph(html: &str) -> String {
    format!("<p>{html}</p>")
}

fn title(view: &View<'_>) -> String {
    bdi(view.head.title.text(), view.head.title.lang().as_str())
}

fn head(view: &View<'_>) -> String {
    let dated = view.head.from.is_some() || view.head.until.is_some();
    let state = match view.state {
        State::Draft => "Draft, not in force",
        State::InTalks => "Being talked about, not in force",
        State::Ready => "Ready for signing, not in force",
        // Whoever reads it later must not be told that it holds: its dates say so, or do not.
        State::Active if dated => "In force within its dates",
        State::UnderReview if dated => "In force within its dates, being looked at again",
        State::Active => "In force",
        State::UnderReview => "In force, being looked at again",
        State::RevokeRequested => "In force, and the person has said no to it",
        State::Superseded => "Replaced by a newer plan",
        State::Cancelled => "Cancelled by the person",
        State::Ended => "Its time is over",
    };
    let mut body = no(view);
    body.push_str(&format!("<h2>{}</h2>", title(view)));
    body.push_str(&paragraph(&format!("{} · {state}", escape(view.kind.label()))));
    for (label, day) in [("From", view.head.from), ("Until", view.head.until)] {
        if let Some(day) = day {
            body.push_str(&paragraph(&format!("{label} {day}")));
        }
    }
    if let Some(review) = &view.head.review {
        let starts = review.starts.as_ref().map(|p| format!(", begun by {}", bdi(&view.name(p), view.lang())));
        body.push_str(&paragraph(&format!("To be looked at again on {}{}", review.on, starts.unwrap_or_default())));
    }
    let others: Vec<String> = view.parties.iter().filter(|p| !p.id.is_person()).map(|p| party(view, p)).collect();
    if !others.is_empty() {
        let list: String = others.iter().map(|line| format!("<li>{line}</li>")).collect();
        body.push_str(&format!("{}<ul>{list}</ul>", paragraph("People in this plan:")));
    }
    if let Some(document) = view.document {
        let name = document.document.title.as_deref().unwrap_or("without title");
        let kind = escape(&document.document.content_type);
        body.push_str(&paragraph(&format!("One document kept whole: {} ({kind})", bdi(name, view.lang()))));
    }
    body
}

/// The dates of a plan, behind its title.
fn dates(view: &View<'_>) -> String {
    let dates = [("from", view.head.from), ("until", view.head.until)];
    dates.iter().filter_map(|(label, day)| day.map(|day| format!(" · {label} {day}"))).collect()
}

/// The person's no stands before everything else.
fn no(view: &View<'_>) -> String {
    let Some(no) = &view.no else { return String::new() };
    let said = no.words.as_ref().map(|words| format!(": {}", bdi(words.text(), words.lang().as_str())));
    paragraph(&format!("On {} the person said no to this plan{}", no.at.date(), said.unwrap_or_default()))
}

fn party(view: &View<'_>, party: &sayso_plan::Party) -> String {
    let mut line = format!("{}, {}", bdi(&party.name, view.lang()), native_name(&party.role));
    if let Some(organization) = &party.organization {
        line.push_str(&format!(", {}", bdi(organization, view.lang())));
    }
    line
}

fn closing(view: &View<'_>) -> String {
    let mut body = String::new();
    if let Some(words) = &view.head.if_not_followed {
        body.push_str(&heading("h3", "If this plan was not followed"));
        body.push_str(&paragraph(&bdi(words.text(), words.lang().as_str())));
    }
    if view.whole {
        for formality in &view.head.formalities {
            let words = formality.words.as_ref().map(|w| format!(": {}", bdi(w.text(), w.lang().as_str())));
            let name = bdi(&view.name(&formality.party), view.lang());
            let is = native_name(&formality.is);
            body.push_str(&paragraph(&format!("{is}, {name}, {}{}", formality.on, words.unwrap_or_default())));
        }
    }
    body.push_str(&format!("<p lang=\"en\" dir=\"ltr\">{}</p>", escape(profile::NOTICE)));
    body
}

fn section(view: &View<'_>, section: Section, level: &str) -> String {
    let mut body = heading(level, section.title());
    if let Some(absence) = view.absences.get(&section) {
        body.push_str(&paragraph(match absence {
            Absence::NothingToSay => "Asked: nothing to say.",
            Absence::AskedDeclined => "Asked: did not want to say.",
            Absence::NotAsked => "Not asked.",
        }));
    }
    body.push_str(&list(view, section));
    body
}

fn list(view: &View<'_>, section: Section) -> String {
    let items = view.items_of(section);
    if items.is_empty() {
        return String::new();
    }
    let lines: String = items.iter().map(|item| format!("<li>{}</li>", item::item(view, item))).collect();
    format!("<ul>{lines}</ul>")
}
