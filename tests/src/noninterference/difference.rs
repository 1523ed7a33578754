//! What one house has and the other has not: nothing that the one who looks may see.

use sayso_consent::{Effect, Recipient, Themselves, What as About};
use sayso_exchange::sharing::{Choice, Party};
use sayso_plan::item::PlanDate;
use sayso_plan::plan::{Absence, Formality, FormalityKind};
use sayso_plan::{
    Content, DraftItem, Identifier, IdentifierState, ItemId, ItemType, Lang, PartyId, PartyRole, Person, PlanId,
    PlanKind, Purpose, Section, Share, State, Words,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::house::{House, NUMBERS, number};
use super::layout::{Adversary, PEOPLE, Reason, harbour, lantern, person};
use super::script::HELPER;
use super::{mix, plans};
use crate::generate::Choices;
use crate::world::Asked;

/// One of the two houses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The one.
    A,
    /// The other.
    B,
}

/// One thing that one house alone has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Which house.
    pub only_in: Side,
    /// What.
    pub what: What,
}

/// A plan that both houses have, by person who is looked at and place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// The person.
    pub subject: usize,
    /// The plan; numbers beyond the last begin anew.
    pub plan: usize,
}

/// How a hidden item is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hiding {
    /// It stands in a section that is never open.
    Section,
    /// It is close, in a section that is open.
    Close,
    /// It was refused by itself, in a section that is open.
    Refused,
}

/// How a hidden plan is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlanHiding {
    /// It is a draft.
    Draft,
    /// It was refused as a whole.
    Refused,
}

/// What one house alone has. Where: `at` or `subject`; which: `n`, begun anew beyond the last; with which words: `seed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
#[allow(missing_docs, reason = "the fields are told above")]
pub enum What {
    /// A hidden item.
    Item { at: At, hiding: Hiding, seed: u64, early: bool },
    /// A close item between others, which make place for it.
    Between { at: At, seed: u64 },
    /// A document that is kept whole, where documents are hidden.
    Document { subject: usize, seed: u64 },
    /// Other words in a hidden item.
    Reworded { at: At, n: u64, seed: u64, early: bool },
    /// A hidden item less.
    Removed { at: At, n: u64, early: bool },
    /// A party that nothing visible names, or another name of the one there is.
    Somebody { at: At, seed: u64 },
    /// The absence of a hidden section.
    Absence { at: At, n: u64 },
    /// Another title, review and wish, where they are hidden.
    Title { at: At, seed: u64 },
    /// A signature.
    Formality { at: At },
    /// An item that was taken away before the one who looks was let in.
    Former { at: At, n: u64, seed: u64 },
    /// An item that was seen for a while, and was then made close or moved out of sight, and perhaps removed.
    ClosedSince { at: At, n: u64, seed: u64 },
    /// A visible item is about somebody; recipients never see whom.
    AboutSomebody { at: At, n: u64 },
    /// A visible item is less open than it was, or more; recipients do not see levels.
    Level { at: At, n: u64, level: Share },
    /// Another plan.
    Plan { subject: usize, hiding: PlanHiding, seed: u64 },
    /// A draft that was changed again and again.
    Drafting { at: At, seed: u64 },
    /// Another person.
    Person { seed: u64 },
    /// The neighbour wrote more.
    Neighbour { seed: u64 },
    /// A consent that opens nothing to the one who looks.
    Consent { subject: usize, n: u64, reason: Reason },
    /// Everything is open to another hospital.
    OtherGrant { subject: usize },
    /// Another hospital was refused.
    OtherRefusal { subject: usize },
    /// Another hospital has read, and was refused.
    OtherReads { subject: usize },
    /// Another hospital has asked to be let in.
    OtherAsk { subject: usize },
    /// Another hospital has proposed something.
    OtherProposal { at: At, n: u64 },
    /// The person has typed a number that nobody verified.
    Claimed { subject: usize },
    /// The neighbour has typed the person's number.
    ClaimedByNeighbour { subject: usize },
    /// The person has made a pairing code.
    PairingCode { subject: usize },
    /// Another birth date, and the neighbour lives in another zone.
    Particulars { subject: usize },
    /// An item about the one who looks, who supports the person, in a section that is open to them.
    AboutThem { at: At, n: u64, seed: u64, early: bool },
    /// An item that names the one who looks, who supports the person, and is closed to everybody, or stands in a draft.
    NamedInClosed { at: At, n: u64, seed: u64 },
    /// The neighbour let the one who looks support them, opened everything, and ended it.
    FormerSupporter,
    /// Another hospital has sent a consent: it refuses itself a section, and would see another.
    OtherConsent { subject: usize, n: u64 },
}

impl What {
    /// Its name, for counting.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Item { hiding: Hiding::Section, .. } => "item in a closed section",
            Self::Item { hiding: Hiding::Close, .. } => "close item",
            Self::Item { hiding: Hiding::Refused, .. } => "refused item",
            Self::Between { .. } => "close item between others",
            Self::Document { .. } => "document",
            Self::Reworded { .. } => "other words",
            Self::Removed { .. } => "hidden item removed",
            Self::Somebody { .. } => "party",
            Self::Absence { .. } => "absence",
            Self::Title { .. } => "title",
            Self::Formality { .. } => "formality",
            Self::Former { .. } => "former item",
            Self::ClosedSince { .. } => "item closed since",
            Self::AboutSomebody { .. } => "about somebody",
            Self::Level { .. } => "level",
            Self::Plan { hiding: PlanHiding::Draft, .. } => "draft plan",
            Self::Plan { hiding: PlanHiding::Refused, .. } => "refused plan",
            Self::Drafting { .. } => "drafting",
            Self::Person { .. } => "person",
            Self::Neighbour { .. } => "neighbour",
            Self::Consent { .. } => "consent that opens nothing",
            Self::OtherGrant { .. } => "consent for others",
            Self::OtherRefusal { .. } => "refusal of others",
            Self::OtherReads { .. } => "reads by others",
            Self::OtherAsk { .. } => "ask by others",
            Self::OtherProposal { .. } => "proposal of others",
            Self::Claimed { .. } => "claimed number",
            Self::ClaimedByNeighbour { .. } => "number claimed by another",
            Self::PairingCode { .. } => "pairing code",
            Self::Particulars { .. } => "particulars",
            Self::AboutThem { .. } => "item about the supporter",
            Self::NamedInClosed { .. } => "closed item that names the supporter",
            Self::FormerSupporter => "former supporter",
            Self::OtherConsent { .. } => "consent sent by others",
        }
    }

    /// All names.
    pub const NAMES: [&'static str; 34] = [
        "item in a closed section",
        "close item",
        "refused item",
        "close item between others",
        "document",
        "other words",
        "hidden item removed",
        "party",
        "absence",
        "title",
        "formality",
        "former item",
        "item closed since",
        "about somebody",
        "level",
        "draft plan",
        "refused plan",
        "drafting",
        "person",
        "neighbour",
        "consent that opens nothing",
        "consent for others",
        "refusal of others",
        "reads by others",
        "ask by others",
        "proposal of others",
        "claimed number",
        "number claimed by another",
        "pairing code",
        "particulars",
        "item about the supporter",
        "former supporter",
        "consent sent by others",
        "closed item that names the supporter",
    ];

    /// Whether it is made before the one who looks is let in.
    #[must_use]
    pub const fn is_early(&self) -> bool {
        match self {
            Self::Item { early, .. }
            | Self::Reworded { early, .. }
            | Self::Removed { early, .. }
            | Self::AboutThem { early, .. } => *early,
            Self::Former { .. } | Self::Between { .. } => true,
            _ => false,
        }
    }

    /// What it changes of a person when the person is entered.
    pub fn change_person(&self, n: usize, one: &mut Person) -> Option<&'static str> {
        let claim = |value: String| Identifier { system: NUMBERS.into(), value, state: IdentifierState::Claimed };
        match self {
            Self::Claimed { subject } if *subject == n => one.identifiers.push(claim("77".into())),
            Self::ClaimedByNeighbour { subject } if n == PEOPLE - 1 => one.identifiers.push(claim(number(*subject))),
            Self::Particulars { subject } if *subject == n => {
                one.birth_date = Some(PlanDate(time::macros::date!(1999 - 12 - 31)));
            }
            // Where a day of theirs ends is told to those who see what is in force on a day, and to nobody else.
            Self::Particulars { .. } if n == PEOPLE - 1 => one.zone_minutes = 120,
            _ => return None,
        }
        Some(self.name())
    }

    /// Of one from whom nothing of the plans is hidden: only what the person decided about others, and others themselves.
    fn of_others(subject: usize, choices: &mut Choices, looking: bool) -> Self {
        let (n, seed) = (choices.below(64), choices.below(1 << 32));
        match choices.below(if looking { 9 } else { 12 }) {
            0 | 1 => Self::OtherGrant { subject },
            2 | 3 => Self::OtherRefusal { subject },
            4 => Self::OtherConsent { subject, n },
            5 => Self::OtherAsk { subject },
            6 => Self::OtherReads { subject },
            7 => Self::Neighbour { seed },
            // It is good for minutes only.
            8 if looking => Self::PairingCode { subject },
            8 => Self::Person { seed },
            9 => Self::Claimed { subject },
            10 => Self::ClaimedByNeighbour { subject },
            _ => Self::Particulars { subject },
        }
    }

    /// Of one who sees what the person decided: only what stands in the plans, and others themselves.
    fn of_plans(layout: &super::layout::Layout, subject: usize, choices: &mut Choices) -> Self {
        let at = At { subject, plan: usize::try_from(choices.below(3)).unwrap_or(0) };
        let (n, seed) = (choices.below(64), choices.below(1 << 32));
        match choices.below(12) {
            0..=2 => Self::Item { at, hiding: Hiding::Section, seed, early: false },
            3 | 4 => Self::Reworded { at, n, seed, early: false },
            5 => Self::Removed { at, n, early: false },
            6 => Self::Somebody { at, seed },
            7 => Self::Absence { at, n },
            8 if !layout.subjects[subject].documents => Self::Document { subject, seed },
            8 => Self::Formality { at },
            9 => Self::OtherProposal { at, n },
            10 => Self::OtherReads { subject },
            _ => Self::Neighbour { seed },
        }
    }

    /// One that fits the layout, from a stream of choices; `looking` says that somebody looks already.
    pub fn any(layout: &super::layout::Layout, choices: &mut Choices, looking: bool) -> Self {
        let subject = usize::try_from(choices.below(layout.adversary.subjects() as u64)).unwrap_or(0);
        let at = At { subject, plan: usize::try_from(choices.below(3)).unwrap_or(0) };
        if layout.adversary == Adversary::WholeApp {
            return Self::of_others(subject, choices, looking);
        }
        if layout.adversary == Adversary::Overseer {
            return Self::of_plans(layout, subject, choices);
        }
        let (n, seed, early) = (choices.below(64), choices.below(1 << 32), !looking && choices.once_in(3));
        let hiding = [Hiding::Section, Hiding::Section, Hiding::Close, Hiding::Refused];
        let mut hiding = choices.of(&hiding).unwrap_or(Hiding::Section);
        if layout.adversary.is_app() && hiding == Hiding::Close {
            hiding = Hiding::Refused;
        }
        let app = layout.adversary.is_app();
        if layout.adversary.is_supporter() && choices.once_in(5) {
            return match choices.below(6) {
                0 => Self::FormerSupporter,
                // Of the person in whose name they may take away.
                1 => Self::OtherRefusal { subject: 1 },
                2 | 3 => Self::NamedInClosed { at, n, seed },
                _ => Self::AboutThem { at, n, seed, early },
            };
        }
        match choices.below(if looking { 27 } else { 36 }) {
            0..=2 => Self::Item { at, hiding, seed, early: early && hiding != Hiding::Refused },
            3 | 4 => Self::Reworded { at, n, seed, early },
            5 => Self::Removed { at, n, early },
            6 => Self::Somebody { at, seed },
            7 => Self::Absence { at, n },
            8 if layout.hides_title(subject) => Self::Title { at, seed },
            8 | 9 => Self::Formality { at },
            // A supporter sees what it is about, by not seeing it.
            10 if !app && !layout.adversary.is_supporter() => Self::AboutSomebody { at, n },
            11 if !app => Self::Level { at, n, level: if choices.once_in(2) { Share::Open } else { Share::Care } },
            12 if !app => Self::Plan { subject, hiding: PlanHiding::Draft, seed },
            13 if !app => Self::Drafting { at: At { subject: 1, plan: 1 }, seed },
            10..=13 => Self::Plan { subject, hiding: PlanHiding::Refused, seed },
            14 => Self::Person { seed },
            15 => Self::Neighbour { seed },
            16 | 17 => Self::Consent { subject, n, reason: choices.of(&Reason::ALL).unwrap_or(Reason::Ended) },
            18 => Self::OtherGrant { subject },
            19 => Self::OtherRefusal { subject },
            20 => Self::OtherConsent { subject, n },
            21 => Self::OtherAsk { subject },
            23 | 24 => Self::OtherProposal { at, n },
            22 if !layout.subjects[subject].documents => Self::Document { subject, seed },
            22 => Self::OtherReads { subject },
            32 | 33 if !app => Self::Between { at, seed },
            // It is good for minutes only.
            25 | 26 if looking => Self::PairingCode { subject },
            25 => Self::Claimed { subject },
            26 => Self::ClaimedByNeighbour { subject },
            27 => Self::Particulars { subject },
            28 | 29 => Self::OtherReads { subject },
            30 => Self::Person { seed },
            34 | 35 => Self::ClosedSince { at, n, seed },
            _ => Self::Former { at, n, seed },
        }
    }
}

impl House {
    /// Makes it, and notes its name when it could be made.
    pub async fn make(&mut self, what: &What) {
        if self.try_make(what).await {
            self.done.push(what.name());
        }
    }

    async fn try_make(&mut self, what: &What) -> bool {
        match what {
            What::Item { at, hiding, seed, .. } => self.hidden_item(*at, *hiding, *seed, false).await,
            What::Between { at, seed } => self.hidden_item(*at, Hiding::Close, *seed, true).await,
            What::Document { subject, seed } => {
                let mut document = plans::document(&mut Choices::new(*seed));
                document.head.title = words(&plans::text(&mut Choices::new(*seed)));
                self.create(person(*subject), document).await.is_some()
            }
            What::Reworded { at, n, seed, .. } => self.reword(*at, *n, *seed).await,
            What::Removed { at, n, .. } => self.remove(*at, *n).await,
            What::Somebody { at, seed } => self.somebody_more(*at, *seed).await,
            What::Absence { at, n } => self.absent(*at, *n).await,
            What::Title { at, seed } => self.retitle(*at, *seed).await,
            What::Formality { at } => self.sign(*at).await,
            What::Former { at, n, seed } => self.former(*at, *n, *seed).await,
            What::ClosedSince { at, n, seed } => self.closed_since(*at, *n, *seed).await,
            What::AboutSomebody { at, n } => {
                let somebody = PartyId::try_from(plans::UNNAMED).unwrap();
                let about = |draft: &mut DraftItem| draft.item.about_parties = vec![somebody];
                self.change_visible(*at, *n, about).await
            }
            What::Level { at, n, level } => {
                // Only where consent speaks of sections and kinds is a level without meaning.
                let level = *level;
                let refused = self.layout.subjects[at.subject].refused_level.is_some();
                !refused && self.change_visible(*at, *n, |draft| draft.item.share = Some(level)).await
            }
            What::Plan { subject, hiding, seed } => self.hidden_plan(*subject, *hiding, *seed).await,
            What::PairingCode { subject } => self.pairing_code(*subject).await,
            What::Drafting { at, seed } => self.drafting(*at, *seed).await,
            What::Person { seed } => self.another_person(*seed).await,
            What::Neighbour { seed } => self.neighbour(*seed).await,
            What::Consent { subject, n, reason } => self.idle_consent(*subject, *n, *reason).await,
            What::OtherGrant { subject } => self.other_grant(*subject).await,
            What::AboutThem { at, n, seed, .. } => self.about_them(*at, *n, *seed).await,
            What::NamedInClosed { at, n, seed } => self.named_in_closed(*at, *n, *seed).await,
            What::FormerSupporter => self.formerly(2).await,
            What::OtherRefusal { subject } => {
                let themselves = Themselves::signed_in(person(*subject));
                // A delegate reads to whom something is open: the one who is refused is one to whom nothing is.
                let supporter = self.layout.adversary.is_supporter();
                let whom = if supporter { lantern() } else { harbour() };
                if self.confirmed.contains(&(*subject, Recipient::Organization(whom))) {
                    return false;
                }
                let party = Party::Organization(whom);
                let refused = self.world.exchange.refuse(themselves, party, false).await.is_ok();
                // Nor what stands behind that no.
                if supporter {
                    let behind = Choice { sections: [Section::Helps].into(), ..Choice::default() };
                    let share = self.world.exchange.share(themselves, party, Purpose::Treat, &behind, None);
                    let _ = share.await.unwrap();
                }
                refused
            }
            What::OtherReads { subject } => self.other_reads(*subject).await,
            What::OtherAsk { subject } => self.other_ask(*subject).await,
            What::OtherConsent { subject, n } => self.other_consent(*subject, *n).await,
            What::OtherProposal { at, n } => self.other_proposal(*at, *n).await,
            What::Claimed { .. } | What::ClaimedByNeighbour { .. } | What::Particulars { .. } => false,
        }
    }

    /// The plan that is meant.
    #[must_use]
    pub fn plan(&self, at: At) -> PlanId {
        let plans = &self.common[at.subject];
        plans[at.plan % plans.len()]
    }

    fn is_hidden(&self, subject: usize, draft: &DraftItem) -> bool {
        let refused = draft.id.is_some_and(|id| self.refused.contains(&id));
        refused || self.layout.hides(subject, draft.item.section, draft.item.share_level())
    }

    /// Whether the one who looks sees the item from the start.
    #[must_use]
    pub fn is_visible(&self, subject: usize, draft: &DraftItem) -> bool {
        let refused = draft.id.is_some_and(|id| self.refused.contains(&id));
        !refused && self.layout.shows(subject, draft.item.section, draft.item.share_level())
    }

    async fn hidden_item(&mut self, at: At, hiding: Hiding, seed: u64, between: bool) -> bool {
        let mut choices = Choices::new(seed);
        let openness = &self.layout.subjects[at.subject];
        let never: Vec<Section> = openness.never.iter().map(|(section, _)| *section).collect();
        let (sections, share) = match hiding {
            Hiding::Section => (never, [None, Some(Share::Open), Some(Share::Care)][seed as usize % 3]),
            Hiding::Close => (openness.open.clone(), Some(Share::Close)),
            Hiding::Refused => (openness.open.clone(), None),
        };
        let Some(section) = choices.of(&sections) else { return false };
        let plan = self.plan(at);
        let before: Vec<ItemId> = self.items(at.subject, plan).await;
        let made = self
            .edit(person(at.subject), plan, |content| {
                let mut party = any_party(content, &mut choices);
                // Where others see it, it is no secret to them that they are named.
                if hiding != Hiding::Close && self.is_them(&party) {
                    party = "self".into();
                }
                let mut item = plans::more(&mut choices, section, share, &party);
                if between {
                    make_place(content, &mut item, 1 + (seed % 3) as u32);
                }
                let place = usize::try_from(choices.below(content.items.len() as u64 + 1)).unwrap_or(0);
                content.items.insert(place, item);
                content.document.is_none()
            })
            .await;
        if made && hiding == Hiding::Refused {
            for new in self.items(at.subject, plan).await.into_iter().filter(|id| !before.contains(id)) {
                self.refused.insert(new);
                let refusal = self.provision(Effect::Deny, About::Item(new), self.always());
                self.say(person(at.subject), refusal).await;
            }
        }
        made
    }

    /// The ids of the items of a plan.
    pub async fn items(&self, subject: usize, plan: PlanId) -> Vec<ItemId> {
        let own = self.world.exchange.own_plan(Themselves::signed_in(person(subject)), plan).await;
        own.ok().flatten().map(|own| own.get().items.iter().map(|i| i.id).collect()).unwrap_or_default()
    }

    async fn reword(&mut self, at: At, n: u64, seed: u64) -> bool {
        let plan = self.plan(at);
        self.edit(person(at.subject), plan, |content| {
            let hidden = |draft: &&mut DraftItem| draft.item.words.is_some() && self.is_hidden(at.subject, draft);
            let mut hidden: Vec<&mut DraftItem> = content.items.iter_mut().filter(hidden).collect();
            let count = hidden.len().max(1);
            let Some(draft) = hidden.get_mut(n as usize % count) else { return false };
            draft.item.words = Some(words(&plans::text(&mut Choices::new(seed))));
            true
        })
        .await
    }

    async fn remove(&mut self, at: At, n: u64) -> bool {
        let plan = self.plan(at);
        self.edit(person(at.subject), plan, |content| {
            let places: Vec<usize> =
                (0..content.items.len()).filter(|p| self.is_hidden(at.subject, &content.items[*p])).collect();
            let names_them = |draft: &DraftItem| draft.item.parties().any(|party| self.is_them(party.as_str()));
            let told = |draft: &DraftItem| names_them(draft) && draft.item.share_level() != Share::Close;
            let places: Vec<usize> = places.into_iter().filter(|place| !told(&content.items[*place])).collect();
            let Some(place) = places.get(n as usize % places.len().max(1)) else { return false };
            content.items.remove(*place);
            true
        })
        .await
    }

    async fn somebody_more(&mut self, at: At, seed: u64) -> bool {
        let plan = self.plan(at);
        self.edit(person(at.subject), plan, |content| {
            // One of the name that the one who looks proposes under is somebody else all the same.
            let namesake = seed % 4 == 1;
            let name = if namesake { HELPER.to_owned() } else { plans::text(&mut Choices::new(seed)) };
            let known = content.parties.iter_mut().find(|party| party.id.as_str() == plans::UNNAMED);
            match known {
                Some(known) if seed.is_multiple_of(2) => known.name = name,
                Some(_) | None => {
                    let place = seed as usize % (content.parties.len() + 1);
                    let mut newcomer = plans::somebody("newcomer", name);
                    if namesake {
                        newcomer.role = PartyRole::Clinician;
                        newcomer.organization = Some("Lakeside Unit".to_owned());
                    }
                    content.parties.insert(place, newcomer);
                }
            }
            true
        })
        .await
    }

    async fn absent(&mut self, at: At, n: u64) -> bool {
        let plan = self.plan(at);
        let hidden: Vec<Section> =
            Section::all().filter(|s| self.layout.hides(at.subject, *s, s.default_share())).collect();
        self.edit(person(at.subject), plan, |content| {
            let Some(section) = hidden.get(n as usize % hidden.len().max(1)) else { return false };
            if content.items.iter().any(|draft| draft.item.section == *section) {
                return false;
            }
            if content.absences.remove(section).is_none() {
                content.absences.insert(*section, Absence::AskedDeclined);
            }
            content.document.is_none()
        })
        .await
    }

    async fn retitle(&mut self, at: At, seed: u64) -> bool {
        let plan = self.plan(at);
        self.edit(person(at.subject), plan, |content| {
            content.head.title = words(&plans::text(&mut Choices::new(seed)));
            content.head.if_not_followed = Some(words("Tell me."));
            content.head.review = None;
            content.head.language = Lang::try_from("fr").unwrap();
            true
        })
        .await
    }

    async fn sign(&mut self, at: At) -> bool {
        let plan = self.plan(at);
        self.edit(person(at.subject), plan, |content| {
            content.head.formalities.push(Formality {
                is: FormalityKind::Signature,
                party: PartyId::person(),
                on: PlanDate(time::macros::date!(2026 - 04 - 01)),
                words: None,
            });
            true
        })
        .await
    }

    /// An item comes and goes before anybody is let in.
    async fn former(&mut self, at: At, n: u64, seed: u64) -> bool {
        let plan = self.plan(at);
        let openness = &self.layout.subjects[at.subject];
        let sections: Vec<Section> = openness.open.iter().chain(&openness.later).copied().collect();
        let Some(section) = sections.get(n as usize % sections.len().max(1)).copied() else { return false };
        let mut choices = Choices::new(seed);
        let came = self
            .edit(person(at.subject), plan, |content| {
                content.items.push(plans::more(&mut choices, section, None, "self"));
                content.document.is_none()
            })
            .await;
        self.world.wait(time::Duration::seconds(20));
        let goes = |content: &mut Content| content.items.pop().is_some();
        came && self.edit(person(at.subject), plan, goes).await
    }

    /// An item comes into sight, and is then made close or moves out of sight; or it is made close, and removed. Nobody
    /// looks meanwhile.
    async fn closed_since(&mut self, at: At, n: u64, seed: u64) -> bool {
        let plan = self.plan(at);
        let mut choices = Choices::new(seed);
        let shown = |section: &Section| self.layout.shows(at.subject, *section, section.default_share());
        let shown: Vec<Section> = Section::all().filter(shown).collect();
        let Some(section) = choices.of(&shown) else { return false };
        let item = plans::more(&mut choices, section, None, "self");
        let never = self.layout.subjects[at.subject].never.iter().map(|(section, _)| *section);
        // Whom to keep out is said of somebody else than whom to call.
        let never = never.filter(|one| *one != Section::NotInvolve);
        let takes: Vec<Section> = never.filter(|one| one.types().contains(&item.item.item_type())).collect();
        let moves_to = choices.of(&takes).filter(|_| n % 3 == 1 || self.layout.adversary.is_app());
        if moves_to.is_none() && self.layout.adversary.is_app() {
            return false;
        }
        let came = self
            .edit(person(at.subject), plan, |content| {
                content.items.push(item);
                content.document.is_none()
            })
            .await;
        self.world.wait(time::Duration::seconds(20));
        let leaves = |content: &mut Content| {
            let Some(draft) = content.items.last_mut() else { return false };
            match moves_to {
                Some(section) => {
                    draft.item.section = section;
                    let _absent = content.absences.remove(&section);
                }
                None => draft.item.share = Some(Share::Close),
            }
            true
        };
        if came {
            assert!(self.edit(person(at.subject), plan, leaves).await, "it would stay in sight");
        }
        let removed = |content: &mut Content| content.items.pop().is_some();
        came && (n % 3 != 2 || self.edit(person(at.subject), plan, removed).await)
    }

    async fn change_visible(&mut self, at: At, n: u64, change: impl FnOnce(&mut DraftItem)) -> bool {
        let plan = self.plan(at);
        self.edit(person(at.subject), plan, |content| {
            let visible = |draft: &&mut DraftItem| self.is_visible(at.subject, draft);
            let mut visible: Vec<&mut DraftItem> = content.items.iter_mut().filter(visible).collect();
            let count = visible.len().max(1);
            let Some(draft) = visible.get_mut(n as usize % count) else { return false };
            change(draft);
            true
        })
        .await
    }

    async fn hidden_plan(&mut self, subject: usize, hiding: PlanHiding, seed: u64) -> bool {
        let mut content = plans::another(subject, &mut Choices::new(seed));
        if hiding == PlanHiding::Draft {
            content.status = State::Draft;
        }
        if content.kind == PlanKind::AdvanceDirective && hiding == PlanHiding::Draft && seed.is_multiple_of(2) {
            content.kind = PlanKind::JointCrisisPlan;
        }
        let Some(plan) = self.create(person(subject), content).await else { return false };
        if hiding == PlanHiding::Refused {
            let refusal = self.provision(Effect::Deny, About::Plan(plan), self.always());
            self.say(person(subject), refusal).await;
        }
        true
    }

    async fn drafting(&mut self, at: At, seed: u64) -> bool {
        let plan = self.plan(at);
        let mut choices = Choices::new(seed);
        self.edit(person(at.subject), plan, |content| {
            let section = plans::any_section(&mut choices);
            content.items.push(plans::more(&mut choices, section, None, "self"));
            content.status == State::Draft
        })
        .await
    }

    async fn another_person(&mut self, seed: u64) -> bool {
        let made = self.world.exchange.create_person(self.somebody(PEOPLE)).await;
        let content = plans::another(0, &mut Choices::new(seed));
        // They share with another hospital, which is nobody's business here.
        let all = Choice { sections: Section::all().collect(), ..Choice::default() };
        let (themselves, party) = (Themselves::signed_in(person(PEOPLE)), Party::Organization(harbour()));
        let purpose = self.layout.adversary.purpose();
        made.is_ok()
            && self.create(person(PEOPLE), content).await.is_some()
            && self.world.exchange.share(themselves, party, purpose, &all, None).await.is_ok()
    }

    async fn neighbour(&mut self, seed: u64) -> bool {
        let mut choices = Choices::new(seed);
        let plan = self.common[PEOPLE - 1][0];
        self.edit(person(PEOPLE - 1), plan, |content| {
            let section = plans::any_section(&mut choices);
            content.items.push(plans::more(&mut choices, section, None, "self"));
            true
        })
        .await
    }

    async fn idle_consent(&mut self, subject: usize, n: u64, reason: Reason) -> bool {
        let never = &self.layout.subjects[subject].never;
        let Some((section, _)) = never.get(n as usize % never.len().max(1)).copied() else { return false };
        self.close(person(subject), section, reason).await;
        true
    }

    async fn other_grant(&mut self, subject: usize) -> bool {
        let all = Choice { kinds: PlanKind::ALL.into(), documents: true, ..Choice::default() };
        if self.layout.adversary.is_supporter() {
            return self.other_supporter(subject, &all).await;
        }
        let (themselves, party) = (Themselves::signed_in(person(subject)), Party::Organization(harbour()));
        let purpose = sayso_plan::Purpose::Coc;
        self.world.exchange.share(themselves, party, purpose, &all, None).await.is_ok()
    }

    async fn other_reads(&mut self, subject: usize) -> bool {
        let mut seen = 0;
        for kind in ["CarePlan", "Observation", "DocumentReference"] {
            let path = format!("/fhir/{kind}?patient={}", person(subject));
            seen += self.world.call(&Asked::new("GET", &path).bearer(&self.other_token)).await.status;
        }
        for path in [format!("/fhir/Bundle/{}", self.common[subject][0]), format!("/fhir/Patient/{}", person(2))] {
            let _ = self.world.call(&Asked::new("GET", &path).bearer(&self.other_token)).await;
        }
        seen == 600
    }

    /// An item of the plan that is hidden from the one who looks.
    async fn hidden_of(&self, subject: usize, plan: PlanId) -> Option<ItemId> {
        let own = self.world.exchange.own_plan(Themselves::signed_in(person(subject)), plan).await.ok()??;
        let content = own.get().as_content();
        content.items.iter().find(|draft| self.is_hidden(subject, draft)).and_then(|draft| draft.id)
    }

    /// To an app of the person's it is hidden in a section that is not open, or about an item that is not shown; to an
    /// organization always.
    async fn other_proposal(&mut self, at: At, n: u64) -> bool {
        let never: Vec<Section> = self.layout.subjects[at.subject].never.iter().map(|(section, _)| *section).collect();
        let sections = if self.layout.adversary.is_app() { never } else { Section::all().collect() };
        let open = self.layout.subjects[at.subject].open.first().copied().unwrap_or(Section::Helps);
        let takes: Vec<Section> = sections.into_iter().filter(|one| one.types().contains(&ItemType::Words)).collect();
        let Some(section) = takes.get(n as usize % takes.len().max(1)) else { return false };
        let mut body = json!({"by": {"name": "Dr Other", "role": "clinician"}, "proposes": "words",
            "section": section.code(), "words": {"text": format!("Other words {n}"), "lang": "en"}});
        let plan = self.plan(at);
        if n.is_multiple_of(2) {
            let Some(item) = self.hidden_of(at.subject, plan).await else { return false };
            (body["section"], body["about"]) = (open.code().into(), item.to_string().into());
        }
        let path = format!("/plans/{plan}/proposals");
        let asked = Asked::new("POST", &path).bearer(&self.other_token);
        self.world.call(&asked.body("application/json", body.to_string())).await.status == 201
    }

    async fn pairing_code(&mut self, subject: usize) -> bool {
        let made = self.world.exchange.pairing_code(Themselves::signed_in(person(subject))).await;
        self.code = made.ok().map(|(code, _)| code.to_string());
        self.code.is_some()
    }

    async fn other_consent(&mut self, subject: usize, n: u64) -> bool {
        let section = |n: u64| {
            let found = Section::all().nth(n as usize % Section::all().count());
            super::script::section_label(found.unwrap_or(Section::Helps))
        };
        let patient = format!("{{\"reference\":\"Patient/{}\"}}", person(subject));
        let body = super::script::consent_of(&patient, harbour(), &section(n), &section(n / 2), 1);
        let asked = Asked::new("POST", "/fhir/Consent").bearer(&self.other_token);
        self.world.call(&asked.body("application/fhir+json", body)).await.status == 202
    }

    async fn other_ask(&mut self, subject: usize) -> bool {
        let parameters = json!({"resourceType": "Parameters", "parameter": [
            {"name": "identifier", "valueIdentifier": {"system": NUMBERS, "value": number(subject)}},
            {"name": "reason", "valueString": "They are coming to us."},
        ]});
        let asked = Asked::new("POST", "/fhir/Patient/$ask-to-share").bearer(&self.other_token);
        self.world.call(&asked.body("application/fhir+json", parameters.to_string())).await.status == 202
    }
}

/// Puts the item at this place of its section; those from there on move on by one.
fn make_place(content: &mut Content, item: &mut DraftItem, place: u32) {
    item.item.order = Some(place);
    let section = item.item.section;
    let others = content.items.iter_mut().filter(|draft| draft.item.section == section);
    others.filter_map(|draft| draft.item.order.as_mut()).filter(|order| **order >= place).for_each(|order| *order += 1);
}

fn any_party(content: &Content, choices: &mut Choices) -> String {
    let place = choices.below(content.parties.len() as u64 + 1) as usize;
    content.parties.get(place).map_or_else(|| "self".into(), |party| party.id.to_string())
}

pub(super) fn words(text: &str) -> Words {
    Words::new(text.to_owned(), Lang::try_from("en").unwrap()).unwrap()
}

/// What one case has: some differences of every sort.
#[must_use]
pub fn some(layout: &super::layout::Layout) -> Vec<Difference> {
    let mut choices = Choices::new(mix(&[layout.seed, 8]));
    (0..3 + choices.below(7))
        .map(|_| Difference {
            only_in: if choices.once_in(2) { Side::A } else { Side::B },
            what: What::any(layout, &mut choices, false),
        })
        .collect()
}
