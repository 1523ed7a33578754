//! One thing in a plan: the words first, then what belongs to them, then where others stand.

use sayso_plan::item::{
    Agreement, Arrangement, Code, Contact, Contactable, Direction, Goal, Item, ItemKind, Ladder, Need, Preference,
    Rung, Step,
};
use sayso_plan::{Section, Share};

use super::view::{Line, Names, Said};
use crate::words::en as w;

/// One thing as it is shown.
pub(crate) struct ItemView {
    /// What the words mean, where they could be read as their opposite: "I say no to".
    pub(crate) lead: Option<&'static str>,
    pub(crate) words: Option<Said>,
    /// Conditions stand right after the words that they turn on or off.
    pub(crate) conditions: Vec<Line>,
    pub(crate) lines: Vec<Line>,
    pub(crate) ordered: bool,
    pub(crate) steps: Vec<StepView>,
    pub(crate) stances: Vec<StanceLine>,
    pub(crate) translations: Vec<TranslationLine>,
    pub(crate) close: bool,
}

/// One step, or one rung of a ladder.
pub(crate) struct StepView {
    pub(crate) words: Said,
    pub(crate) lines: Vec<Line>,
}

/// Where somebody stands.
pub(crate) struct StanceLine {
    /// None is the person.
    pub(crate) who: Option<Said>,
    pub(crate) position: &'static str,
    pub(crate) differs: bool,
    pub(crate) words: Option<Said>,
    pub(crate) at: Option<String>,
}

/// The words in another language.
pub(crate) struct TranslationLine {
    pub(crate) by: String,
    pub(crate) said: Said,
}

impl ItemView {
    pub(crate) fn of(item: &Item, names: &Names<'_>) -> Self {
        let lang = item.words.as_ref().map_or(names.lang(), |words| words.lang().as_str());
        let mut view = Self {
            lead: lead(item),
            words: headline(item, names),
            conditions: item
                .when
                .iter()
                .map(|c| Line::said(w::sense(c.sense), vec![Said::text(&c.words, lang)]))
                .collect(),
            lines: Vec::new(),
            ordered: false,
            steps: Vec::new(),
            stances: stances(item, names),
            translations: translations(item),
            close: item.share_level() == Share::Close,
        };
        view.add_kind(item, names, lang);
        view.add_rest(item, names, lang);
        view
    }

    fn add_kind(&mut self, item: &Item, names: &Names<'_>, lang: &str) {
        match &item.kind {
            ItemKind::Words(_) => {}
            ItemKind::Contact(contact) => self.lines = contact_lines(contact, item, names, lang),
            ItemKind::Preference(preference) => self.lines = preference_lines(preference, item, lang),
            ItemKind::Goal(goal) => {
                self.lines = goal_lines(goal, lang);
                self.steps = goal.steps.iter().map(|step| step_view(step, names, lang)).collect();
            }
            ItemKind::Ladder(ladder) => {
                self.ordered = ladder.ordered;
                self.steps = rungs(ladder, names, lang);
            }
            ItemKind::Agreement(agreement) => self.lines = agreement_lines(agreement, item, names, lang),
            ItemKind::Arrangement(arrangement) => self.lines = arrangement_lines(arrangement, item, names, lang),
            ItemKind::Need(need) => self.lines = need_lines(need, item),
        }
    }

    fn add_rest(&mut self, item: &Item, names: &Names<'_>, lang: &str) {
        if let Some(name) = names.of_other(&item.voice.party) {
            let mut line = Line::said(w::SAID_BY, vec![name]);
            line.note = w::voice(item.voice.role).to_owned();
            self.lines.push(line);
        }
        self.lines.extend(item.since.map(|day| Line::note(w::SINCE, w::date(day.0))));
        self.lines.extend(one(w::COMES_FROM, item.framework.as_deref(), lang));
        let code = |code: &Code| Said::text(&format!("{} ({})", code.code, code.system), "und");
        self.lines.extend(item.codes().map(|it| Line::said(w::CODE, vec![code(it)])));
    }
}

/// One line for a list: the words, or what stands for them.
pub(crate) fn headline(item: &Item, names: &Names<'_>) -> Option<Said> {
    let lang = item.words.as_ref().map_or(names.lang(), |words| words.lang().as_str());
    let ours = |text: &str| Some(Said::text(text, w::LANG));
    spoken(item).or_else(|| match &item.kind {
        ItemKind::Contact(contact) => Some(names.said(&contact.party)),
        ItemKind::Preference(preference) => match &preference.about.words {
            Some(words) => Some(Said::text(words, lang)),
            None => ours(w::about(preference.about.kind)),
        },
        ItemKind::Agreement(agreement) => Some(Said::text(&agreement.what, lang)),
        ItemKind::Arrangement(arrangement) => ours(w::arrangement(arrangement.what_for)),
        ItemKind::Need(need) => ours(w::need(need.need)),
        ItemKind::Words(_) | ItemKind::Goal(_) | ItemKind::Ladder(_) => None,
    })
}

fn spoken(item: &Item) -> Option<Said> {
    item.words.as_ref().filter(|words| !words.text().is_empty()).map(Said::words)
}

/// A refusal never reads as a wish, and what harms never as what helps.
pub(crate) fn lead(item: &Item) -> Option<&'static str> {
    let bare = spoken(item).is_none();
    match &item.kind {
        ItemKind::Preference(p) if p.direction == Direction::Refuse => Some(w::REFUSE),
        ItemKind::Preference(_) | ItemKind::Words(_) if item.section == Section::Harms => Some(w::WORSE),
        ItemKind::Preference(p) if p.stands_alone => None,
        ItemKind::Preference(p) if bare || !item.when.is_empty() => Some(w::direction(p.direction)),
        ItemKind::Contact(c) if bare && c.contact == Contactable::Never => Some(w::NEVER_TELL),
        ItemKind::Words(_)
        | ItemKind::Preference(_)
        | ItemKind::Contact(_)
        | ItemKind::Goal(_)
        | ItemKind::Ladder(_)
        | ItemKind::Agreement(_)
        | ItemKind::Arrangement(_)
        | ItemKind::Need(_) => None,
    }
}

fn one(label: &'static str, text: Option<&str>, lang: &str) -> Option<Line> {
    text.map(|text| Line::said(label, vec![Said::text(text, lang)]))
}

fn stances(item: &Item, names: &Names<'_>) -> Vec<StanceLine> {
    use sayso_plan::item::Position;
    let all = item.stances.iter();
    all.map(|stance| StanceLine {
        who: names.of_other(&stance.party),
        position: w::position(stance.position, stance.party.is_person()),
        differs: matches!(stance.position, Position::Disagreed | Position::AgreedInPart),
        words: stance.words.as_ref().map(Said::words),
        at: stance.at.map(|day| w::date(day.0)),
    })
    .collect()
}

fn translations(item: &Item) -> Vec<TranslationLine> {
    let all = item.translations.iter();
    all.map(|translation| {
        let checked =
            translation.checked_by.as_ref().map(|who| format!(", {} {who}", w::CHECKED_BY)).unwrap_or_default();
        TranslationLine {
            by: format!("{}{checked}", w::translation(translation.by)),
            said: Said::text(&translation.text, translation.lang.as_str()),
        }
    })
    .collect()
}

fn contact_lines(contact: &Contact, item: &Item, names: &Names<'_>, lang: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    if spoken(item).is_some() {
        let label = if contact.contact == Contactable::Never { w::NEVER_TELL } else { w::WHO };
        lines.push(Line::said(label, vec![names.said(&contact.party)]));
    }
    lines.extend(one(w::THEY_ARE, contact.relationship.as_ref().map(|r| r.words.as_str()), lang));
    for reach in &contact.reach {
        lines.push(Line::said(w::reach(reach.by), vec![Said::text(&reach.value, lang)]));
    }
    let roles: Vec<&str> = contact.roles.iter().map(|role| w::contact_role(*role)).collect();
    if !roles.is_empty() {
        lines.push(Line::note(w::ROLE, roles.join(", ")));
    }
    lines.extend(contact.agent_order.map(|order| Line::note(w::AGENT_ORDER, order.to_string())));
    lines.extend(one(w::ONLY_IF, contact.only_if.as_deref(), lang));
    lines.extend(contact.may_be_told.map(|told| Line::note(w::MAY_BE_TOLD, w::may_be_told(told))));
    lines.extend(one(w::LIMITS, contact.limits.as_deref(), lang));
    lines
}

fn preference_lines(preference: &Preference, item: &Item, lang: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let is_headline = spoken(item).is_none();
    match preference.about.words.as_deref().filter(|_| !is_headline) {
        Some(words) => {
            let mut about = Line::said(w::ABOUT, vec![Said::text(words, lang)]);
            about.note = w::about(preference.about.kind).to_owned();
            lines.push(about);
        }
        None => lines.push(Line::note(w::ABOUT, w::about(preference.about.kind))),
    }
    lines.push(Line::note(w::MEANT_AS, w::intent(preference.intent)));
    lines.extend(preference.because.as_ref().map(|because| Line::said(w::BECAUSE, vec![Said::words(because)])));
    let instead: Vec<Said> = preference.instead.iter().map(|instead| Said::text(&instead.words, lang)).collect();
    if !instead.is_empty() {
        lines.push(Line::said(w::INSTEAD, instead));
    }
    lines.extend(one(w::IF_IMPOSSIBLE, preference.if_impossible.as_deref(), lang));
    lines
}

fn goal_lines(goal: &Goal, lang: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = one(w::WHY, goal.why.as_deref(), lang).into_iter().collect();
    lines.extend(goal.progress.iter().map(|progress| Line::said(w::PROGRESS, vec![Said::text(progress, lang)])));
    lines
}

fn step_view(step: &Step, names: &Names<'_>, lang: &str) -> StepView {
    let mut lines = Vec::new();
    lines.extend(step.who.as_ref().map(|who| Line::said(w::WHO, vec![names.said(who)])));
    lines.extend(step.by_when.map(|day| Line::note(w::BY_WHEN, w::date(day.0))));
    if step.done == Some(true) {
        lines.push(Line::note(w::STEP, w::DONE));
    }
    StepView { words: Said::text(&step.words, lang), lines }
}

fn rungs(ladder: &Ladder, names: &Names<'_>, lang: &str) -> Vec<StepView> {
    let view = |rung: &Rung| {
        let mut lines = Vec::new();
        let todo: Vec<Said> = rung.todo.iter().map(|todo| Said::text(todo, lang)).collect();
        if !todo.is_empty() {
            lines.push(Line::said(w::THEN, todo));
        }
        let who: Vec<Said> = rung.who.iter().map(|party| names.said(party)).collect();
        if !who.is_empty() {
            lines.push(Line::said(w::WHO, who));
        }
        lines.extend(one(w::REACH, rung.reach.as_deref(), lang));
        lines.extend(one(w::GO_ON_IF, rung.go_on_if.as_deref(), lang));
        StepView { words: Said::text(&rung.cue, lang), lines }
    };
    ladder.rungs.iter().map(view).collect()
}

fn agreement_lines(agreement: &Agreement, item: &Item, names: &Names<'_>, lang: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    if spoken(item).is_some() {
        lines.push(Line::said(w::WHAT_WE_SAID, vec![Said::text(&agreement.what, lang)]));
    }
    lines.push(Line::said(w::BETWEEN, agreement.parties.iter().map(|party| names.said(party)).collect()));
    lines.extend(agreement.from.map(|day| Line::note(w::FROM, w::date(day.0))));
    lines.extend(agreement.until.map(|day| Line::note(w::UNTIL, w::date(day.0))));
    lines.extend(one(w::IF_BROKEN, agreement.if_broken.as_deref(), lang));
    lines
}

fn arrangement_lines(arrangement: &Arrangement, item: &Item, names: &Names<'_>, lang: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    if spoken(item).is_some() {
        lines.push(Line::note(w::FOR, w::arrangement(arrangement.what_for)));
    }
    lines.extend(arrangement.who.as_ref().map(|who| Line::said(w::TAKES_OVER, vec![names.said(who)])));
    lines.push(Line::note(w::THEY_SAID, w::accepted(arrangement.accepted_by_them)));
    lines.extend(one(w::KEY_FACTS, arrangement.key_facts.as_deref(), lang));
    lines.extend(one(w::WHERE_THINGS_ARE, arrangement.where_things_are.as_deref(), lang));
    lines
}

fn need_lines(need: &Need, item: &Item) -> Vec<Line> {
    let mut lines = Vec::new();
    if spoken(item).is_some() {
        lines.push(Line::note(w::NEED, w::need(need.need)));
    }
    lines.extend(need.language.as_ref().map(|lang| Line::note(w::LANGUAGE, lang.as_str())));
    lines.push(Line::note("", w::strength(need.strength)));
    lines
}
