//! A plan as its page shows it: sections in reading order, each thing with its language, people by name.

use std::collections::BTreeMap;

use sayso_consent::Projection;
use sayso_plan::due::{Due, due};
use sayso_plan::section::Cardinality;
use sayso_plan::{Law, PartyId, PlanDate, PlanKind, Section, State, Words};

use super::item::ItemView;
use crate::words::en as w;

/// Words with the language they are in. They are shown with the direction they have.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) lang: String,
}

impl Said {
    /// Words as kept.
    pub(crate) fn words(words: &Words) -> Self {
        Self { text: words.text().to_owned(), lang: words.lang().as_str().to_owned() }
    }

    /// Text in the language of what stands around it.
    pub(crate) fn text(text: &str, lang: &str) -> Self {
        Self { text: text.to_owned(), lang: lang.to_owned() }
    }
}

/// A label of ours with words of somebody's after it, or with a fixed word.
pub(crate) struct Line {
    pub(crate) label: &'static str,
    pub(crate) said: Vec<Said>,
    pub(crate) note: String,
}

impl Line {
    pub(crate) fn said(label: &'static str, said: Vec<Said>) -> Self {
        Self { label, said, note: String::new() }
    }

    pub(crate) fn note(label: &'static str, note: impl Into<String>) -> Self {
        Self { label, said: Vec::new(), note: note.into() }
    }
}

/// A plan in a list.
pub(crate) struct PlanLine {
    pub(crate) address: String,
    pub(crate) title: Said,
    pub(crate) kind: &'static str,
    pub(crate) state: &'static str,
    /// What is due of its time, and whether it is near.
    pub(crate) due: Vec<DueLine>,
}

/// That a plan ends soon, or is to be looked at again.
pub(crate) struct DueLine {
    pub(crate) text: String,
    pub(crate) near: bool,
}

impl DueLine {
    pub(crate) fn all(plan: &Projection, today: PlanDate) -> Vec<Self> {
        let line = |due: Due| match due {
            Due::Ends { on, near } => Self { text: w::ends_on(&w::date(on.0)), near },
            Due::Review { on } => Self { text: w::review_since(&w::date(on.0)), near: false },
        };
        due(&plan.head, plan.state, today).into_iter().map(line).collect()
    }
}

impl PlanLine {
    pub(crate) fn of(plan: &Projection, today: PlanDate) -> Self {
        Self {
            due: DueLine::all(plan, today),
            address: format!("/me/plans/{}", plan.id),
            title: title(plan),
            kind: plan.kind.label(),
            state: w::state(plan.state),
        }
    }
}

/// A plan as a page.
pub(crate) struct PlanView {
    pub(crate) title: Said,
    pub(crate) kind: &'static str,
    pub(crate) state: &'static str,
    pub(crate) no: Option<NoView>,
    pub(crate) no_law: bool,
    pub(crate) facts: Vec<Line>,
    pub(crate) people: Vec<PersonLine>,
    pub(crate) sections: Vec<SectionView>,
    pub(crate) document: Option<DocumentView>,
    pub(crate) if_not_followed: Option<Said>,
    pub(crate) formalities: Vec<FormalityLine>,
}

/// The person's no to a plan.
pub(crate) struct NoView {
    pub(crate) on: String,
    pub(crate) words: Option<Said>,
}

/// Somebody the plan names.
pub(crate) struct PersonLine {
    pub(crate) name: Said,
    pub(crate) notes: String,
    pub(crate) organization: Option<Said>,
}

/// A section with what stands in it.
pub(crate) struct SectionView {
    pub(crate) code: &'static str,
    pub(crate) title: &'static str,
    pub(crate) absence: Option<&'static str>,
    pub(crate) items: Vec<ItemView>,
}

/// A whole document.
pub(crate) struct DocumentView {
    pub(crate) title: Option<Said>,
    pub(crate) kind: String,
    pub(crate) address: String,
}

/// A signature, a witness, evidence.
pub(crate) struct FormalityLine {
    pub(crate) who: Option<Said>,
    pub(crate) did: &'static str,
    pub(crate) on: String,
    pub(crate) words: Option<Said>,
}

/// The names of a plan's parties.
pub(crate) struct Names<'p> {
    by_id: BTreeMap<&'p PartyId, &'p str>,
    lang: &'p str,
}

impl<'p> Names<'p> {
    pub(crate) fn of(plan: &'p Projection) -> Self {
        let by_id = plan.parties.iter().map(|party| (&party.id, party.name.as_str())).collect();
        Self { by_id, lang: plan.head.language.as_str() }
    }

    /// The name; none for the person, who is "I".
    pub(crate) fn of_other(&self, party: &PartyId) -> Option<Said> {
        if party.is_person() {
            return None;
        }
        let name = self.by_id.get(party).copied().unwrap_or_else(|| party.as_str());
        Some(Said::text(name, self.lang))
    }

    /// The name, or "me".
    pub(crate) fn said(&self, party: &PartyId) -> Said {
        self.of_other(party).unwrap_or_else(|| Said::text(w::ME, w::LANG))
    }

    /// The language where a thing has none of its own.
    pub(crate) const fn lang(&self) -> &'p str {
        self.lang
    }
}

/// The title, or the kind's name where the person gave none.
pub(crate) fn title(plan: &Projection) -> Said {
    if plan.head.title.text().trim().is_empty() {
        Said::text(plan.kind.label(), w::LANG)
    } else {
        Said::words(&plan.head.title)
    }
}

/// The place of a state in a list.
pub(crate) const fn state_rank(state: State) -> u8 {
    match state {
        State::RevokeRequested => 0,
        State::Active | State::UnderReview => 1,
        State::Ready | State::InTalks | State::Draft => 2,
        State::Superseded | State::Cancelled | State::Ended => 3,
    }
}

/// All sections in reading order; those that are not part of the kind come last.
pub(crate) fn reading_order(kind: PlanKind) -> impl Iterator<Item = Section> {
    let own = Section::all().filter(move |section| section.cardinality(kind) != Cardinality::Extra);
    own.chain(Section::all().filter(move |section| section.cardinality(kind) == Cardinality::Extra))
}

impl PlanView {
    pub(crate) fn of(plan: &Projection) -> Self {
        let names = Names::of(plan);
        let lang = plan.head.language.as_str();
        Self {
            title: title(plan),
            kind: plan.kind.label(),
            state: w::state(plan.state),
            no: plan
                .no
                .as_ref()
                .map(|no| NoView { on: w::date(no.at.date()), words: no.words.as_ref().map(Said::words) }),
            no_law: plan.head.jurisdiction.is_some() && Law::of(&plan.head).is_unknown(),
            facts: facts(plan, &names),
            people: people(plan, lang),
            sections: reading_order(plan.kind).filter_map(|section| section_view(plan, &names, section)).collect(),
            document: plan.document.as_ref().map(|kept| DocumentView {
                title: kept.document.title.as_deref().map(|title| Said::text(title, lang)),
                kind: kept.document.content_type.clone(),
                address: format!("/me/plans/{}/document", plan.id),
            }),
            if_not_followed: plan.head.if_not_followed.as_ref().map(Said::words),
            formalities: formalities(plan, &names),
        }
    }
}

fn facts(plan: &Projection, names: &Names<'_>) -> Vec<Line> {
    let mut facts = Vec::new();
    for (label, day) in [(w::FROM, plan.head.from), (w::UNTIL, plan.head.until)] {
        facts.extend(day.map(|day| Line::note(label, w::date(day.0))));
    }
    if let Some(review) = &plan.head.review {
        facts.push(Line::note(w::REVIEW, w::date(review.on.0)));
        facts.extend(review.starts.as_ref().map(|who| Line::said(w::REVIEW_STARTS, vec![names.said(who)])));
    }
    facts
}

fn people(plan: &Projection, lang: &str) -> Vec<PersonLine> {
    let others = plan.parties.iter().filter(|party| !party.id.is_person());
    others
        .map(|party| {
            let team =
                party.in_treating_team.map(|inside| if inside { w::IN_TREATING_TEAM } else { w::NOT_IN_TREATING_TEAM });
            let notes: Vec<&str> = [w::party_role(party.role)].into_iter().chain(team).collect();
            PersonLine {
                name: Said::text(&party.name, lang),
                notes: notes.join(", "),
                organization: party.organization.as_deref().map(|name| Said::text(name, lang)),
            }
        })
        .collect()
}

fn section_view(plan: &Projection, names: &Names<'_>, section: Section) -> Option<SectionView> {
    let mut items: Vec<_> = plan.items.iter().filter(|stored| stored.item.section == section).collect();
    items.sort_by_key(|stored| stored.item.order.unwrap_or(u32::MAX));
    let absence = plan.absences.get(&section).map(|absence| w::absence(*absence));
    if items.is_empty() && absence.is_none() {
        return None;
    }
    let items = items.into_iter().map(|stored| ItemView::of(&stored.item, names)).collect();
    Some(SectionView { code: section.code(), title: section.title(), absence, items })
}

fn formalities(plan: &Projection, names: &Names<'_>) -> Vec<FormalityLine> {
    let all = plan.head.formalities.iter();
    all.map(|formality| FormalityLine {
        who: names.of_other(&formality.party),
        did: w::formality(formality.is),
        on: w::date(formality.on.0),
        words: formality.words.as_ref().map(Said::words),
    })
    .collect()
}
