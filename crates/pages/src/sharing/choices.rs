//! The page where the person chooses what one party may see for one purpose.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::Uri;
use sayso_consent::{Effect, Known, Projection, Purposes, Released, What};
use sayso_exchange::sharing::{Choice, Party};
use sayso_exchange::standing::{SaidNo, Standing};
use sayso_plan::{PlanId, PlanKind, Purpose, Section, Share};

use super::choice::level_code;
use super::overview::{later, level_title, short, someone};
use super::sent::{Confirm, OpensLine, opens_lines};
use super::{action, at_purpose, named, purpose_of, purposes, query, undoing};
use crate::Pages;
use crate::admit::Visitor;
use crate::consent_receipts;
use crate::fault::Fault;
use crate::layout::{Button, Frame, Here, shown};
use crate::plans::item::{headline, lead};
use crate::plans::view::{Names, Said, title};
use crate::words::en as w;
use crate::words::en::Calendar;

#[derive(Template)]
#[template(path = "choices.html")]
pub(crate) struct ChoicesPage {
    pub(crate) frame: Frame,
    pub(crate) heading: String,
    pub(crate) done: Option<&'static str>,
    /// The act of a supporter that is to be undone, and whether nothing of it can be ticked.
    pub(crate) undo: Option<u64>,
    pub(crate) nothing_to_undo: bool,
    /// The receipt of what was just done.
    pub(crate) receipt: Option<String>,
    pub(crate) asked: Vec<String>,
    pub(crate) class_help: bool,
    /// Whether they also see what is open to any crisis service.
    pub(crate) by_class: bool,
    /// What is not open yet, and from when.
    pub(crate) later: Option<String>,
    /// What one person who works there sees.
    pub(crate) someone: Option<String>,
    pub(crate) purposes: Vec<PurposeLink>,
    pub(crate) purpose: Purpose,
    /// Where the parts that are suggested for this purpose are ticked.
    pub(crate) suggested: Option<String>,
    pub(crate) seen: u64,
    pub(crate) preview: String,
    pub(crate) preview_form: String,
    /// What is said of what an app or a service asked for.
    pub(crate) besides_help: Vec<&'static str>,
    pub(crate) switches: Switches,
    pub(crate) stop: Option<Button>,
    pub(crate) never: Never,
    pub(crate) why: String,
    /// The page about a supporter.
    pub(crate) about: Option<String>,
}

/// A purpose to choose.
pub(crate) struct PurposeLink {
    pub(crate) address: String,
    pub(crate) title: &'static str,
    pub(crate) help: &'static str,
    pub(crate) is_here: bool,
    /// What is open for it now.
    pub(crate) open: String,
    /// Whether something that is to be undone was taken back for it, too.
    pub(crate) taken: bool,
}

/// All that can be ticked.
#[derive(Default)]
pub(crate) struct Switches {
    pub(crate) sections: Vec<Switch>,
    pub(crate) close: Vec<ItemSwitch>,
    /// All other things, one by one, for who wants to open one of a section and not the rest.
    pub(crate) single: Vec<ItemSwitch>,
    pub(crate) documents: Vec<ItemSwitch>,
    pub(crate) all_documents: bool,
    /// What an app or a service asked for and the person let be: single plans, levels, everything.
    pub(crate) besides: Vec<BesideSwitch>,
    pub(crate) kinds: Vec<Switch>,
    pub(crate) kinds_open: bool,
}

/// A box with words of ours.
pub(crate) struct Switch {
    pub(crate) code: &'static str,
    pub(crate) label: String,
    pub(crate) help: String,
    pub(crate) on: bool,
}

/// A box with the person's own words.
pub(crate) struct ItemSwitch {
    pub(crate) id: String,
    pub(crate) lead: Option<&'static str>,
    pub(crate) words: Said,
    pub(crate) place: String,
    pub(crate) on: bool,
}

/// A box for what is open and cannot be chosen on the page, so that it can be ended there.
pub(crate) struct BesideSwitch {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) own: Option<Said>,
}

/// Saying no for good.
pub(crate) struct Never {
    /// The no that stands, in words.
    pub(crate) refused: Option<&'static str>,
    pub(crate) action: String,
    pub(crate) form: String,
    /// Whether they can take back in the person's name, which a no ends.
    pub(crate) ends_delegation: bool,
    /// What ending it would open.
    pub(crate) opens: Vec<OpensLine>,
    pub(crate) end: Confirm,
}

impl Switches {
    /// Whether things stand among the very private ones because they were picked one by one.
    pub(crate) fn has_picked(&self) -> bool {
        self.close.iter().any(|one| one.on)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.sections.is_empty()
            && self.close.is_empty()
            && self.documents.is_empty()
            && !self.all_documents
            && self.kinds.is_empty()
            && self.besides.is_empty()
    }

    /// What can be ticked for these plans, with what is open already ticked.
    /// The person's own app is the person's own hand: it also sees what is in the making, may write where nothing stands
    /// yet, and what is close goes with its section.
    pub(crate) fn of(plans: &[Released<Projection>], open: &Choice, own_app: bool) -> Self {
        let shared = |plan: &&Projection| plan.state.is_in_force() || (own_app && plan.state.is_in_the_making());
        let plans: Vec<&Projection> = plans.iter().map(Released::get).filter(shared).collect();
        let named = Section::all().filter(|section| own_app || open.sections.contains(section));
        let mut counts: BTreeMap<Section, usize> = named.map(|section| (section, 0)).collect();
        let mut switches = Self { all_documents: open.documents, ..Self::default() };
        for plan in &plans {
            let names = Names::of(plan);
            for stored in &plan.items {
                let is_close = !own_app && stored.item.share_level() == Share::Close;
                if !is_close {
                    *counts.entry(stored.item.section).or_default() += 1;
                }
                let on = open.items.contains(&stored.id);
                let place = stored.item.section.title().to_owned();
                let words = headline(&stored.item, &names).unwrap_or_else(|| Said::text(&place, w::LANG));
                let switch = ItemSwitch { id: stored.id.to_string(), lead: lead(&stored.item), words, place, on };
                if is_close || on {
                    switches.close.push(switch);
                } else if !own_app {
                    switches.single.push(switch);
                }
            }
            switches.documents.extend(document(plan, open));
        }
        switches.sections = counts.into_iter().map(|(section, count)| section_switch(section, count, open)).collect();
        switches.add_kinds(&plans, open);
        switches.besides = besides(&plans, open);
        switches
    }

    fn add_kinds(&mut self, plans: &[&Projection], open: &Choice) {
        let with_items = plans.iter().filter(|plan| plan.document.is_none()).map(|plan| plan.kind);
        let kinds: BTreeSet<PlanKind> = with_items.chain(open.kinds.iter().copied()).collect();
        self.kinds_open = !open.kinds.is_empty();
        self.kinds = kinds
            .into_iter()
            .map(|kind| Switch {
                code: kind.code(),
                label: w::whole_plan(kind.label()),
                help: String::new(),
                on: open.kinds.contains(&kind),
            })
            .collect();
    }
}

fn besides(plans: &[&Projection], open: &Choice) -> Vec<BesideSwitch> {
    let beside = |name, value: String, label: String, own| BesideSwitch { name, value, label, own };
    let named = |id: &PlanId| plans.iter().find(|plan| plan.id == *id).map(|plan| title(plan));
    let single = open.plans.iter().map(|id| beside("plan", id.to_string(), w::whole_plans(1), named(id)));
    let levels = open
        .levels
        .iter()
        .map(|level| beside("level", level_code(*level).to_owned(), level_title(*level).to_owned(), None));
    let all = open.everything.then(|| beside("everything", "yes".to_owned(), w::LEVEL_CARE.to_owned(), None));
    single.chain(levels).chain(all).collect()
}

fn section_switch(section: Section, count: usize, open: &Choice) -> Switch {
    Switch {
        code: section.code(),
        label: section.title().to_owned(),
        help: w::things(count),
        on: open.sections.contains(&section),
    }
}

fn document(plan: &Projection, open: &Choice) -> Option<ItemSwitch> {
    let kept = plan.document.as_ref()?;
    let plan_title = title(plan);
    let own = kept.document.title.as_deref().filter(|title| !title.trim().is_empty());
    let words = own.map_or_else(|| plan_title.clone(), |title| Said::text(title, plan.head.language.as_str()));
    Some(ItemSwitch {
        id: kept.id.to_string(),
        lead: None,
        words,
        place: plan.kind.label().to_owned(),
        on: open.items.contains(&kept.id),
    })
}

/// The page.
pub(crate) async fn page(State(pages): State<Pages>, visitor: Visitor, uri: Uri) -> Result<Response, Fault> {
    let (party, who) = named(&pages, &visitor, &uri).await?;
    let me = pages.exchange().own_self(visitor.themselves()).await?;
    let calendar = Calendar::of(me.zone_minutes, pages.exchange().now());
    let (seen, standing) = pages.exchange().standing(visitor.themselves()).await?;
    let by_class = pages.exchange().seeing_by_class(visitor.themselves(), &standing).await?.contains(&party);
    let standing: Vec<Standing> = standing.into_iter().filter(|one| one.party == party).collect();
    let waiting = pages.exchange().waiting(visitor.themselves()).await?;
    let waiting: Vec<_> = waiting.into_iter().filter(|ask| Party::Organization(ask.organization) == party).collect();
    let first_open = standing.iter().find(|one| one.is_open()).map(|one| one.purpose);
    let asked_for = waiting.first().map(|ask| ask.purpose);
    let usual = [first_open, asked_for].into_iter().flatten().find(|purpose| purposes(party).contains(purpose));
    let first = purposes(party).first().copied().unwrap_or(Purpose::Treat);
    let undo = Undo::asked(&pages, &visitor, &uri, party, &standing).await?;
    let taken = undo.as_ref().and_then(|undo| undo.taken.keys().next().copied());
    let purpose = purpose_of(&uri, party).or(taken).or(usual).unwrap_or(first);
    let nothing = Choice::default();
    let here = standing.iter().find(|one| one.purpose == purpose);
    let open = here.map_or(&nothing, |one| &one.open);
    let plans = pages.exchange().own_plans(visitor.themselves()).await?;
    let suggests = query(&uri, "suggested").is_some();
    let refused = standing.iter().filter_map(|one| one.refused).max();
    let mut ticked = if suggests { with_suggested(open, purpose) } else { open.clone() };
    let done = done(&uri).filter(|_| refused.is_none());
    // What was left unticked and saved just now was meant so.
    let again = undo.as_ref().filter(|_| done.is_none());
    for what in again.and_then(|undo| undo.taken.get(&purpose)).into_iter().flatten() {
        ticked.add(*what);
    }
    let asked_for = |choice: &Choice| choice.plans.len() + choice.levels.len() + usize::from(choice.everything);
    let besides_help = [
        (asked_for(open) > 0).then_some(w::BESIDES_HELP),
        (asked_for(&ticked) > asked_for(open)).then_some(w::BESIDES_UNDO_HELP),
    ];
    let preview = action(party, "preview");
    let is_open = standing.iter().any(|one| one.is_open() || one.later.is_some());
    let opens = match refused {
        Some(_) => pages.exchange().behind_no(visitor.themselves(), party).await?,
        None => Vec::new(),
    };
    let opens = opens_lines(&pages, &visitor, &opens).await?;
    Ok(shown(&ChoicesPage {
        frame: Frame::of(&visitor, w::SHARING_TITLE, Here::Sharing),
        heading: w::may_see(&who),
        undo: undo.as_ref().map(|undo| undo.number),
        nothing_to_undo: again.is_some_and(|undo| undo.taken.is_empty()),
        done,
        receipt: consent_receipts::after(&uri),
        asked: waiting.iter().map(|ask| w::they_asked(&calendar.moment(ask.at), w::purpose(ask.purpose))).collect(),
        class_help: party == Party::CrisisServices,
        by_class,
        later: here.and_then(|one| later(one, calendar)),
        someone: here.and_then(someone),
        purposes: purpose_links(party, purpose, &standing, undo.as_ref()),
        purpose,
        suggested: suggested(purpose)
            .next()
            .filter(|_| !suggests)
            .map(|_| format!("{}&suggested=yes", at_purpose(party, purpose))),
        seen,
        preview_form: visitor.form_token(&preview),
        preview,
        besides_help: besides_help.into_iter().flatten().collect(),
        switches: Switches::of(&plans, &ticked, matches!(party, Party::App(_))),
        stop: is_open.then(|| Button::of(&visitor, action(party, "stop"), w::stop_with(&who))),
        never: never(&visitor, party, refused, is_delegate(&pages, &visitor, party).await?, opens, seen),
        why: format!("{}?purpose={purpose}", action(party, "why")),
        about: if let Party::Supporter(id) = party { Some(super::supporter::address(id)) } else { None },
    }))
}

/// The parts that are suggested for a purpose; nothing of it is open before the person says so. For an emergency in which
/// nobody can be asked: what a responder needs, and of that nothing that is very private.
fn suggested(purpose: Purpose) -> impl Iterator<Item = Section> {
    let for_responders = |section: &Section| section.in_crisis_extract() && section.default_share() != Share::Close;
    Section::all().filter(move |section| purpose == Purpose::Btg && for_responders(section))
}

/// What a supporter took back from this party in the person's name, to be ticked again where the person wants to undo it:
/// for each purpose what of it would hold now and is not open. It only ticks: they still see a preview, and decide.
struct Undo {
    number: u64,
    taken: BTreeMap<Purpose, Vec<What>>,
}

impl Undo {
    async fn asked(
        pages: &Pages,
        visitor: &Visitor,
        uri: &Uri,
        party: Party,
        standing: &[Standing],
    ) -> Result<Option<Self>, Fault> {
        let (whose, now) = (visitor.themselves(), pages.exchange().now());
        let Some(number) = query(uri, "undo").and_then(|number| number.parse::<u64>().ok()) else { return Ok(None) };
        let one = pages.exchange().happened(whose, number.checked_add(1), 1).await?.into_iter().next();
        let Some(one) = one.filter(|one| one.person_seq == number) else { return Ok(None) };
        let receipt = pages.exchange().consent_receipt(whose, one.leaf).await?;
        let Some(receipt) = receipt.filter(|receipt| receipt.by.is_some()) else { return Ok(None) };
        let is_open = |purpose: Purpose, what| {
            let open = standing.iter().find(|one| one.purpose == purpose).map(|one| &one.open);
            open.is_some_and(|open| open.whats().contains(&what))
        };
        let mut taken: BTreeMap<Purpose, Vec<What>> = BTreeMap::new();
        for term in receipt.ended {
            if let (Known::Is(recipient), Known::Is(Purposes::Only(purpose)), Known::Is(what), Known::Is(period)) =
                (term.recipient, term.purposes, term.what, term.period)
                && term.effect == Effect::Permit
                && Party::of(recipient) == Some(party)
                && purposes(party).contains(&purpose)
                && period.from <= now
                && now < period.until
                && !is_open(purpose, what)
            {
                taken.entry(purpose).or_default().push(what);
            }
        }
        Ok(Some(Self { number, taken }))
    }
}

fn with_suggested(open: &Choice, purpose: Purpose) -> Choice {
    let mut more = open.clone();
    more.sections.extend(suggested(purpose));
    more
}

fn done(uri: &Uri) -> Option<&'static str> {
    match query(uri, "done")?.as_str() {
        "shared" => Some(w::DONE_SHARED),
        "ended" => Some(w::DONE_ENDED),
        _ => None,
    }
}

fn purpose_links(party: Party, here: Purpose, standing: &[Standing], undo: Option<&Undo>) -> Vec<PurposeLink> {
    let asked = undoing(undo.map(|undo| undo.number));
    let taken = |purpose: &Purpose| undo.is_some_and(|undo| *purpose != here && undo.taken.contains_key(purpose));
    let link = |purpose: &Purpose| {
        let open = standing.iter().find(|one| one.purpose == *purpose && !one.open.is_empty());
        PurposeLink {
            address: format!("{}{asked}", at_purpose(party, *purpose)),
            title: w::purpose_title(*purpose),
            help: w::purpose_help(*purpose),
            is_here: *purpose == here,
            open: open.map(|one| short(&one.open)).unwrap_or_default(),
            taken: taken(purpose),
        }
    };
    purposes(party).iter().map(link).collect()
}

fn never(
    visitor: &Visitor,
    party: Party,
    refused: Option<SaidNo>,
    ends_delegation: bool,
    opens: Vec<OpensLine>,
    seen: u64,
) -> Never {
    let refused = refused.map(|said| match said {
        SaidNo::Usual => w::NEVER_NOW,
        SaidNo::EvenInEmergency => w::NEVER_NOW_EMERGENCY,
    });
    let address = action(party, "never");
    let button = Button::of(visitor, action(party, "never/end"), w::NEVER_END_BUTTON.to_owned());
    let (form, end) = (visitor.form_token(&address), Confirm { button, seen });
    Never { refused, form, action: address, ends_delegation, opens, end }
}

async fn is_delegate(pages: &Pages, visitor: &Visitor, party: Party) -> Result<bool, Fault> {
    let Party::Supporter(id) = party else { return Ok(false) };
    let now = pages.exchange().now();
    let all = pages.exchange().supporters(visitor.themselves()).await?;
    Ok(all.iter().any(|one| one.id == id && one.may_take_away(now)))
}
