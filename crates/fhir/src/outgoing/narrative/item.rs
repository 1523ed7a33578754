//! One item in the narrative: its sentence first, then what its type adds, line by line.

use sayso_plan::item::{Agreement, Arrangement, Contact, Goal, ItemKind, Ladder, Preference};
use sayso_plan::{PartyId, StoredItem};

use super::html::{bdi, escape};
use crate::outgoing::said::{Piece, is_never, native_name, said};
use crate::outgoing::view::View;
use crate::phrases;

/// Lines below the sentence of an item.
struct Lines<'v> {
    view: &'v View<'v>,
    lang: String,
    html: Vec<String>,
}

impl Lines<'_> {
    fn text(&mut self, label: &str, text: &str) {
        self.html.push(format!("{}: {}", escape(label), bdi(text, &self.lang)));
    }

    fn maybe(&mut self, label: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(label, text);
        }
    }

    fn plain(&mut self, label: &str, text: &str) {
        self.html.push(format!("{}: {}", escape(label), escape(text)));
    }

    fn who(&mut self, label: &str, party: &PartyId) {
        self.html.push(format!("{}: {}", escape(label), name(self.view, party)));
    }

    fn all(self) -> String {
        if self.html.is_empty() {
            return String::new();
        }
        let lines: String = self.html.iter().map(|line| format!("<li>{line}</li>")).collect();
        format!("<ul>{lines}</ul>")
    }
}

fn name(view: &View<'_>, party: &PartyId) -> String {
    if party.is_person() { "I".to_owned() } else { bdi(&view.name(party), view.lang()) }
}

/// An item as HTML.
pub(super) fn item(view: &View<'_>, stored: &StoredItem) -> String {
    let lang = stored.item.words.as_ref().map_or(view.lang(), |w| w.lang().as_str()).to_owned();
    let mut lines = Lines { view, lang, html: Vec::new() };
    match &stored.item.kind {
        ItemKind::Words(_) => {}
        ItemKind::Contact(c) => contact(&mut lines, c, is_never(stored)),
        ItemKind::Preference(p) => preference(&mut lines, p),
        ItemKind::Goal(g) => goal(&mut lines, g),
        ItemKind::Ladder(l) => ladder(&mut lines, l),
        ItemKind::Agreement(a) => agreement(&mut lines, a),
        ItemKind::Arrangement(a) => arrangement(&mut lines, a),
        ItemKind::Need(n) => {
            lines.plain("Need", &native_name(&n.need));
            lines.maybe("Language", n.language.as_ref().map(sayso_plan::Lang::as_str));
            lines.plain("How much", &native_name(&n.strength));
        }
    }
    envelope(&mut lines, stored);
    format!("{}{}", sentence(view, stored), lines.all())
}

fn sentence(view: &View<'_>, stored: &StoredItem) -> String {
    let Some(said) = said(view, stored) else {
        return String::new();
    };
    let bare = said.is_bare();
    let mut html = String::new();
    for piece in &said.0 {
        if !html.is_empty() {
            html.push(' ');
        }
        match piece {
            Piece::Phrase(phrase, lang) => html.push_str(&format!("<b lang=\"{lang}\">{}:</b>", escape(phrase))),
            Piece::Words(text, lang) if bare => html.push_str(&bdi(text, lang)),
            Piece::Words(text, lang) => html.push_str(&format!("«{}»", bdi(text, lang))),
        }
    }
    format!("<p>{html}</p>")
}

fn envelope(lines: &mut Lines<'_>, stored: &StoredItem) {
    let item = &stored.item;
    if !item.voice.party.is_person() {
        let who = name(lines.view, &item.voice.party);
        lines.html.push(format!("Said by {who} ({})", native_name(&item.voice.role)));
    }
    for stance in &item.stances {
        let words = stance.words.as_ref().map(|w| format!(": «{}»", bdi(w.text(), w.lang().as_str())));
        let who = name(lines.view, &stance.party);
        lines.html.push(format!("{who}: {}{}", native_name(&stance.position), words.unwrap_or_default()));
    }
    for translation in &item.translations {
        let text = bdi(&translation.text, translation.lang.as_str());
        let checked = translation.checked_by.as_ref().map(|who| format!(", checked by {}", bdi(who, "und")));
        let by = native_name(&translation.by);
        lines.html.push(format!("Translation by {by}{}: {text}", checked.unwrap_or_default()));
    }
    for code in item.codes() {
        lines.html.push(format!("Code: {} ({})", bdi(&code.code, "und"), bdi(&code.system, "und")));
    }
    if let Some(since) = item.since {
        lines.plain("Since", &since.to_string());
    }
    lines.maybe("From", item.framework.as_deref());
}

fn contact(lines: &mut Lines<'_>, contact: &Contact, never: bool) {
    if !never {
        lines.who("Who", &contact.party);
    }
    lines.maybe("Relationship", contact.relationship.as_ref().map(|r| r.words.as_str()));
    for reach in contact.reach.iter().filter(|_| !never) {
        lines.text(&native_name(&reach.by), &reach.value);
    }
    let roles: Vec<String> = contact.roles.iter().map(native_name).collect();
    if !roles.is_empty() {
        lines.plain("Role", &roles.join(", "));
    }
    if let Some(order) = contact.agent_order {
        lines.plain("Speaks for me as number", &order.to_string());
    }
    lines.maybe("Contact only if", contact.only_if.as_deref());
    if let Some(told) = &contact.may_be_told {
        lines.plain("May be told", &native_name(told));
    }
    lines.maybe("Limits", contact.limits.as_deref());
}

fn preference(lines: &mut Lines<'_>, preference: &Preference) {
    let phrases = phrases::of(&lines.view.head.language);
    let about = native_name(&preference.about.kind);
    match &preference.about.words {
        Some(words) => lines.text(&about, words),
        None => lines.plain("About", &about),
    }
    lines.plain("Meant as", &format!("{}, {}", native_name(&preference.direction), native_name(&preference.intent)));
    if let Some(because) = &preference.because {
        lines.html.push(format!("{}: {}", escape(phrases.because), bdi(because.text(), because.lang().as_str())));
    }
    for instead in &preference.instead {
        lines.text(phrases.instead, &instead.words);
    }
    lines.maybe(phrases.if_impossible, preference.if_impossible.as_deref());
}

fn goal(lines: &mut Lines<'_>, goal: &Goal) {
    lines.maybe("Why it matters", goal.why.as_deref());
    for step in &goal.steps {
        let mut line = format!("Step: {}", bdi(&step.words, &lines.lang));
        if let Some(who) = &step.who {
            line.push_str(&format!(" ({})", name(lines.view, who)));
        }
        if let Some(day) = step.by_when {
            line.push_str(&format!(" by {day}"));
        }
        line.push_str(if step.done == Some(true) { " – done" } else { "" });
        lines.html.push(line);
    }
    for progress in &goal.progress {
        lines.text("How it goes", progress);
    }
}

fn ladder(lines: &mut Lines<'_>, ladder: &Ladder) {
    for rung in &ladder.rungs {
        let mut line = bdi(&rung.cue, &lines.lang);
        for todo in &rung.todo {
            line.push_str(&format!(" → {}", bdi(todo, &lines.lang)));
        }
        let who: Vec<String> = rung.who.iter().map(|party| name(lines.view, party)).collect();
        if !who.is_empty() {
            line.push_str(&format!(" ({})", who.join(", ")));
        }
        if let Some(reach) = &rung.reach {
            line.push_str(&format!(" {}", bdi(reach, &lines.lang)));
        }
        if let Some(go_on) = &rung.go_on_if {
            line.push_str(&format!(" – go on if: {}", bdi(go_on, &lines.lang)));
        }
        lines.html.push(line);
    }
}

fn agreement(lines: &mut Lines<'_>, agreement: &Agreement) {
    lines.text("What", &agreement.what);
    let who: Vec<String> = agreement.parties.iter().map(|party| name(lines.view, party)).collect();
    lines.html.push(format!("Between: {}", who.join(", ")));
    for (label, day) in [("From", agreement.from), ("Until", agreement.until)] {
        if let Some(day) = day {
            lines.plain(label, &day.to_string());
        }
    }
    lines.maybe("If it is broken", agreement.if_broken.as_deref());
}

fn arrangement(lines: &mut Lines<'_>, arrangement: &Arrangement) {
    lines.plain("For", &native_name(&arrangement.what_for));
    if let Some(who) = &arrangement.who {
        lines.who("Who takes over", who);
    }
    lines.plain("They accepted", &native_name(&arrangement.accepted_by_them));
    lines.maybe("Key facts", arrangement.key_facts.as_deref());
    lines.maybe("Where things are", arrangement.where_things_are.as_deref());
}
