//! Who has asked, who can see something now, who was told no, and whom else the person could let in.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use sayso_exchange::sharing::{Choice, Party};
use sayso_exchange::standing::{SaidNo, Standing};
use sayso_plan::{OrganizationId, Purpose, Share};
use time::OffsetDateTime;

use super::objections::{self, ObjectionLine};
use super::sent::{self, KeptLine, ProposedLine};
use super::{action, address, alone, name_of};
use crate::Pages;
use crate::admit::Visitor;
use crate::fault::{Fault, go_to};
use crate::layout::{Button, Frame, Here, shown};
use crate::plans::view::Said;
use crate::words::en as w;
use crate::words::en::Calendar;

/// What stands between the person and others now.
pub(crate) struct Overview {
    pub(crate) asked: Vec<AskLine>,
    /// What others sent that would open something.
    pub(crate) proposed: Vec<ProposedLine>,
    /// What is kept back from somebody, in part or by what others sent.
    pub(crate) kept: Vec<KeptLine>,
    /// Who would rather not be named in what others see.
    pub(crate) objections: Vec<ObjectionLine>,
    pub(crate) open: Vec<PartyLine>,
    pub(crate) told_no: Vec<NameLine>,
    /// Whether crisis services have not been decided about yet.
    pub(crate) offer_crisis: bool,
}

/// Somebody who asked and waits.
pub(crate) struct AskLine {
    pub(crate) who: String,
    pub(crate) address: String,
    pub(crate) text: String,
    pub(crate) reason: Option<Said>,
    /// Says no to it; none where it is only told of.
    pub(crate) decline: Option<Button>,
}

/// Somebody who can see something.
pub(crate) struct PartyLine {
    pub(crate) who: String,
    pub(crate) address: String,
    pub(crate) purposes: Vec<OpenLine>,
    pub(crate) stop: Button,
}

/// What is open for one purpose.
pub(crate) struct OpenLine {
    pub(crate) title: &'static str,
    /// How much, in one short line.
    pub(crate) short: String,
    pub(crate) parts: Vec<String>,
    /// What one person who works there sees.
    pub(crate) someone: Option<String>,
    /// What is not open yet, and from when.
    pub(crate) later: Option<String>,
    pub(crate) until: String,
    /// Whether it is made ready for when glass is broken, which nobody can do yet.
    pub(crate) is_ready_only: bool,
    /// Whether a no keeps all of it closed.
    pub(crate) kept_closed: bool,
}

/// Somebody, the address of the page about them, and what the person has said to them.
pub(crate) struct NameLine {
    pub(crate) who: String,
    pub(crate) address: String,
    pub(crate) said: &'static str,
}

#[derive(Template)]
#[template(path = "sharing.html")]
pub(crate) struct SharingPage {
    pub(crate) frame: Frame,
    pub(crate) overview: Overview,
}

#[derive(Template)]
#[template(path = "others.html")]
pub(crate) struct OthersPage {
    pub(crate) frame: Frame,
    pub(crate) others: Vec<NameLine>,
}

impl Overview {
    pub(crate) async fn read(pages: &Pages, visitor: &Visitor) -> Result<Self, Fault> {
        let me = pages.exchange().own_self(visitor.themselves()).await?;
        let calendar = Calendar::of(me.zone_minutes, pages.exchange().now());
        let (_, standing) = pages.exchange().standing(visitor.themselves()).await?;
        Ok(Self {
            asked: asked(pages, visitor, calendar).await?,
            proposed: sent::proposed(pages, visitor, calendar).await?,
            kept: sent::kept(pages, visitor, calendar).await?,
            objections: objections::lines(pages, visitor, calendar).await?,
            open: open(pages, visitor, &standing, calendar).await?,
            told_no: told_no(pages, visitor, &standing).await?,
            offer_crisis: !standing.iter().any(|one| one.party == Party::CrisisServices),
        })
    }
}

async fn asked(pages: &Pages, visitor: &Visitor, calendar: Calendar) -> Result<Vec<AskLine>, Fault> {
    let mut lines = Vec::new();
    for ask in pages.exchange().waiting(visitor.themselves()).await? {
        let party = Party::Organization(ask.organization);
        lines.push(AskLine {
            who: name_of(pages, visitor, party).await?,
            address: format!("{}?purpose={}", address(party), ask.purpose),
            text: w::they_asked(&calendar.moment(ask.at), w::purpose(ask.purpose)),
            decline: Some(Button::of(visitor, declines(ask.organization, ask.purpose), w::ASK_DECLINE.to_owned())),
            reason: ask.reason.as_deref().filter(|reason| !reason.is_empty()).map(|reason| Said::text(reason, "und")),
        });
    }
    Ok(lines)
}

async fn open(
    pages: &Pages,
    visitor: &Visitor,
    standing: &[Standing],
    calendar: Calendar,
) -> Result<Vec<PartyLine>, Fault> {
    let refused = refused(standing);
    let kept_closed = pages.exchange().kept_closed(visitor.themselves(), standing).await?;
    let mut by_party: BTreeMap<Party, Vec<OpenLine>> = BTreeMap::new();
    let is_told = |one: &&Standing| one.is_open() || one.later.is_some();
    for one in standing.iter().filter(is_told).filter(|one| !refused.contains(&one.party)) {
        let later = later(one, calendar);
        let line = OpenLine {
            title: w::purpose_title(one.purpose),
            short: told(one, later.clone()),
            parts: parts(&one.open),
            someone: someone(one),
            later,
            until: one.until.map(|until| ends(until, one.last_until, calendar)).unwrap_or_default(),
            is_ready_only: one.purpose == Purpose::Btg,
            kept_closed: kept_closed.contains(&(one.party, one.purpose)),
        };
        by_party.entry(one.party).or_default().push(line);
    }
    let mut lines = Vec::new();
    for (party, purposes) in by_party {
        let who = name_of(pages, visitor, party).await?;
        let stop = Button::of(visitor, action(party, "stop"), w::stop_with(&who));
        let who = alone(party, who);
        lines.push(PartyLine { who, address: address(party), purposes, stop });
    }
    Ok(lines)
}

async fn told_no(pages: &Pages, visitor: &Visitor, standing: &[Standing]) -> Result<Vec<NameLine>, Fault> {
    let mut lines = Vec::new();
    for party in refused(standing) {
        let who = alone(party, name_of(pages, visitor, party).await?);
        lines.push(NameLine { who, address: address(party), said: said_to(party, standing) });
    }
    Ok(lines)
}

/// What the person has said to a party: nothing yet, yes to something, no, or no even in an emergency.
pub(super) fn said_to(party: Party, standing: &[Standing]) -> &'static str {
    let theirs = || standing.iter().filter(|one| one.party == party);
    match theirs().filter_map(|one| one.refused).max() {
        Some(SaidNo::EvenInEmergency) => w::SAID_NO_EMERGENCY,
        Some(SaidNo::Usual) => w::SAID_NO,
        None if theirs().any(Standing::is_open) => w::SAID_YES,
        None => w::SAID_NOTHING,
    }
}

fn refused(standing: &[Standing]) -> BTreeSet<Party> {
    standing.iter().filter(|one| one.refused.is_some()).map(|one| one.party).collect()
}

/// When it ends by itself, or when the first of it does.
fn ends(first: OffsetDateTime, last: Option<OffsetDateTime>, calendar: Calendar) -> String {
    let day = calendar.last_day(first);
    if last.is_some_and(|last| calendar.last_day(last) != day) { w::first_ends(&day) } else { w::holds_until(&day) }
}

/// What is not open yet, and from when.
pub(super) fn later(one: &Standing, calendar: Calendar) -> Option<String> {
    let (from, later) = one.later.as_ref()?;
    Some(w::open_from(&calendar.day(*from), &parts(later).join(", ")))
}

/// What one person who works there sees, and not the whole place.
pub(super) fn someone(one: &Standing) -> Option<String> {
    (!one.someone.is_empty()).then(|| w::someone_sees(&parts(&one.someone).join(", ")))
}

/// How much is open, in one line: also where it is to one person there, or later.
fn told(one: &Standing, later: Option<String>) -> String {
    let now = (!one.open.is_empty()).then(|| short(&one.open));
    let told: Vec<String> = now.into_iter().chain(someone(one)).collect();
    if told.is_empty() { later.unwrap_or_default() } else { told.join(" · ") }
}

/// Where the person says no to what an organization asked.
fn declines(organization: OrganizationId, purpose: Purpose) -> String {
    format!("/me/sharing/asked/{organization}/{purpose}/decline")
}

/// The person says no to what was asked; nothing else changes.
pub(super) async fn decline(
    State(pages): State<Pages>,
    visitor: Visitor,
    Path((organization, purpose)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let organization = organization.parse().map_err(|_| Fault::NotHere)?;
    let purpose = purpose.parse().map_err(|_| Fault::NotHere)?;
    let _recorded = pages.exchange().decline_ask(visitor.themselves(), organization, purpose).await?;
    Ok(go_to("/me/sharing"))
}

/// What is open, in the titles the person knows.
pub(crate) fn parts(open: &Choice) -> Vec<String> {
    let sections = open.sections.iter().map(|section| section.title().to_owned());
    around(open, sections.collect())
}

/// How much is open, with a count where there are many parts.
pub(crate) fn short(open: &Choice) -> String {
    let sections = (!open.sections.is_empty()).then(|| w::parts_open(open.sections.len()));
    around(open, sections.into_iter().collect()).join(" · ")
}

fn around(open: &Choice, sections: Vec<String>) -> Vec<String> {
    let kinds = open.kinds.iter().map(|kind| w::whole_plan(kind.label()));
    let mut parts: Vec<String> = kinds.chain(sections).collect();
    if !open.items.is_empty() {
        parts.push(w::private_things(open.items.len()));
    }
    if open.documents {
        parts.push(w::DOCUMENTS_TITLE.to_owned());
    }
    parts.extend((!open.plans.is_empty()).then(|| w::whole_plans(open.plans.len())));
    parts.extend(open.levels.iter().map(|level| level_title(*level).to_owned()));
    parts.extend(open.everything.then(|| w::LEVEL_CARE.to_owned()));
    parts
}

/// What a permit for all that is at most so close opens.
pub(crate) const fn level_title(level: Share) -> &'static str {
    match level {
        Share::Open => w::LEVEL_OPEN,
        Share::Care | Share::Close => w::LEVEL_CARE,
    }
}

/// The page.
pub(crate) async fn page(State(pages): State<Pages>, visitor: Visitor) -> Result<Response, Fault> {
    let overview = Overview::read(&pages, &visitor).await?;
    Ok(shown(&SharingPage { frame: Frame::of(&visitor, w::SHARING_TITLE, Here::Sharing), overview }))
}

/// Everybody who could be let in.
pub(crate) async fn others(State(pages): State<Pages>, visitor: Visitor) -> Result<Response, Fault> {
    let (_, standing) = pages.exchange().standing(visitor.themselves()).await?;
    let by_class = pages.exchange().seeing_by_class(visitor.themselves(), &standing).await?;
    let mut others = Vec::new();
    for organization in pages.exchange().organizations().await? {
        let party = Party::Organization(organization.id);
        let who = name_of(&pages, &visitor, party).await?;
        let mut said = said_to(party, &standing);
        if said == w::SAID_NOTHING && by_class.contains(&party) {
            said = w::SAID_BY_CLASS;
        }
        others.push(NameLine { who, address: address(party), said });
    }
    others.sort_by_key(|line| line.who.to_lowercase());
    Ok(shown(&OthersPage { frame: Frame::of(&visitor, w::OTHERS, Here::Sharing), others }))
}
