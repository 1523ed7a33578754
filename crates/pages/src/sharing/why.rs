//! Why a party sees each thing, or does not: the cause, in plain words, for the person only.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::Uri;
use sayso_consent::decide::Why;
use sayso_consent::{Explained, Projection, Released, Verdict};
use sayso_plan::{ItemId, Purpose, Section};

use super::{address, named, purpose_of, purposes};
use crate::Pages;
use crate::admit::Visitor;
use crate::fault::Fault;
use crate::layout::{Frame, Here, shown};
use crate::plans::item::{headline, lead};
use crate::plans::view::{Names, Said};
use crate::words::en as w;
use crate::words::en::Calendar;

#[derive(Template)]
#[template(path = "why.html")]
pub(crate) struct WhyPage {
    pub(crate) frame: Frame,
    pub(crate) who: String,
    pub(crate) purpose: &'static str,
    pub(crate) sections: Vec<WhySection>,
    pub(crate) back: String,
}

/// A section and its things.
pub(crate) struct WhySection {
    pub(crate) code: &'static str,
    pub(crate) title: &'static str,
    pub(crate) lines: Vec<WhyLine>,
}

/// One thing, or several with the same answer.
pub(crate) struct WhyLine {
    pub(crate) things: Vec<Thing>,
    pub(crate) sees: bool,
    /// That they do, or do not.
    pub(crate) said: &'static str,
    pub(crate) because: String,
}

/// A thing by its words, with what keeps them from being read as their opposite.
#[derive(Clone)]
pub(crate) struct Thing {
    pub(crate) lead: Option<&'static str>,
    pub(crate) words: Said,
}

/// The page.
pub(crate) async fn page(State(pages): State<Pages>, visitor: Visitor, uri: Uri) -> Result<Response, Fault> {
    let (party, who) = named(&pages, &visitor, &uri).await?;
    let first = purposes(party).first().copied().unwrap_or(Purpose::Treat);
    let purpose = purpose_of(&uri, party).unwrap_or(first);
    let me = pages.exchange().own_self(visitor.themselves()).await?;
    let calendar = Calendar::of(me.zone_minutes, pages.exchange().now());
    let explained = pages.exchange().explain(visitor.themselves(), party, purpose).await?;
    let plans = pages.exchange().own_plans(visitor.themselves()).await?;
    Ok(shown(&WhyPage {
        frame: Frame::of(&visitor, w::WHY_TITLE, Here::Sharing),
        who,
        purpose: w::purpose_title(purpose),
        sections: sections(&explained, &plans, purpose, calendar),
        back: format!("{}?purpose={purpose}", address(party)),
    }))
}

/// The answers by section, things with the same answer together.
pub(crate) fn sections(
    explained: &[Explained],
    plans: &[Released<Projection>],
    purpose: Purpose,
    calendar: Calendar,
) -> Vec<WhySection> {
    let headlines = headlines(plans);
    // Whole documents stand in no section, and come last.
    let mut by_section: BTreeMap<(bool, Option<Section>), Vec<WhyLine>> = BTreeMap::new();
    for one in explained {
        let (sees, because) = because(&one.verdict, calendar);
        let lines = by_section.entry((one.section.is_none(), one.section)).or_default();
        let thing = headlines.get(&one.item).cloned();
        let said = match sees {
            // Nobody can break glass yet.
            true if purpose == Purpose::Btg => w::WHY_READY,
            true => w::WHY_SEES,
            false => w::WHY_NOT,
        };
        match lines.iter_mut().find(|line| line.sees == sees && line.because == because) {
            Some(line) => line.things.extend(thing),
            None => lines.push(WhyLine { things: thing.into_iter().collect(), sees, said, because }),
        }
    }
    by_section
        .into_iter()
        .map(|((_, section), lines)| match section {
            Some(section) => WhySection { code: section.code(), title: section.title(), lines },
            None => WhySection { code: "documents", title: w::DOCUMENTS_TITLE, lines },
        })
        .collect()
}

fn headlines(plans: &[Released<Projection>]) -> BTreeMap<ItemId, Thing> {
    let mut said = BTreeMap::new();
    for plan in plans.iter().map(Released::get) {
        let names = Names::of(plan);
        said.extend(plan.items.iter().filter_map(|stored| {
            let words = headline(&stored.item, &names)?;
            Some((stored.id, Thing { lead: lead(&stored.item), words }))
        }));
        said.extend(plan.document.iter().map(|kept| {
            let words = match &kept.document.title {
                Some(title) => Said::text(title, plan.head.language.as_str()),
                None => Said::text(w::DOCUMENT_UNNAMED, w::LANG),
            };
            (kept.id, Thing { lead: None, words })
        }));
    }
    said
}

fn because(verdict: &Verdict, calendar: Calendar) -> (bool, String) {
    match verdict {
        Verdict::Released { since, .. } => (true, w::opened_since(&calendar.day(*since))),
        Verdict::Withheld(why) => (false, why_not(*why).to_owned()),
    }
}

const fn why_not(why: Why) -> &'static str {
    match why {
        Why::NeverAsked => w::WHY_NEVER_ASKED,
        Why::Refused(_) => w::WHY_REFUSED,
        Why::RefusedEvenInEmergency(_) => w::WHY_REFUSED_EMERGENCY,
        Why::RefusalNotUnderstood(_) => w::WHY_NOT_CLEAR,
        Why::NotNow(_) => w::WHY_NOT_NOW,
        Why::OtherPurpose(_) => w::WHY_OTHER_PURPOSE,
        Why::Close(_) => w::WHY_CLOSE,
        Why::AboutThem(_) => w::WHY_ABOUT_THEM,
        Why::NotShared => w::WHY_STATE,
    }
}
