//! What happens in both houses while somebody looks: the person lets in, takes back, writes; time passes.

use sayso_consent::{Released, Sent, Themselves, What as About};
use sayso_exchange::sharing::Choice;
use sayso_plan::proposal::Reply;
use sayso_plan::{Content, DraftItem, Proposal, State};
use serde::{Deserialize, Serialize};
use time::Duration;

use super::difference::{At, words};
use super::house::House;
use super::layout::{Layout, client, person};
use super::plans::{self, MARK};
use crate::generate::Choices;

/// Something that happens in both houses. Where: `at` or `subject`; which: `n`, begun anew beyond the last; with which
/// words: `seed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "happens")]
#[allow(missing_docs, reason = "the fields are told above")]
pub enum Event {
    /// One more section is opened.
    Grant { subject: usize, n: u64 },
    /// One section is closed again.
    Narrow { subject: usize, n: u64 },
    /// Everything is taken back.
    StopSharing { subject: usize },
    /// What was open at first is open again.
    GrantAgain { subject: usize },
    /// The one who looks is refused for good.
    Refuse { subject: usize },
    /// Other words in a visible item.
    Reword { at: At, n: u64, seed: u64 },
    /// A visible item more.
    Add { at: At, n: u64, seed: u64 },
    /// A visible item less, one that no plan needs.
    Remove { at: At, n: u64 },
    /// Another title.
    Retitle { at: At, seed: u64 },
    /// The person answers what the one who looks proposed last.
    Answer { subject: usize, n: u64 },
    /// The person answers the consent that the one who looks sent last: says yes or no, or takes a refusal back.
    AnswerConsent { subject: usize, n: u64 },
    /// Time passes.
    Wait { hours: u64 },
}

impl Event {
    /// Its name, for counting.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Grant { .. } => "grant",
            Self::Narrow { .. } => "narrow",
            Self::StopSharing { .. } => "stop sharing",
            Self::GrantAgain { .. } => "grant again",
            Self::Refuse { .. } => "refuse",
            Self::Reword { .. } => "reword",
            Self::Add { .. } => "add",
            Self::Remove { .. } => "remove",
            Self::Retitle { .. } => "retitle",
            Self::Answer { .. } => "answer",
            Self::AnswerConsent { .. } => "answer a consent",
            Self::Wait { .. } => "wait",
        }
    }

    /// All names.
    pub const NAMES: [&'static str; 12] = [
        "grant",
        "narrow",
        "stop sharing",
        "grant again",
        "refuse",
        "reword",
        "add",
        "remove",
        "retitle",
        "answer",
        "answer a consent",
        "wait",
    ];

    /// Whether there are other items after it.
    #[must_use]
    pub const fn makes_items(&self) -> bool {
        matches!(self, Self::Add { .. } | Self::Remove { .. } | Self::Answer { .. })
    }

    /// One that fits the layout.
    pub fn any(layout: &Layout, choices: &mut Choices) -> Self {
        let subject = choices.below(layout.adversary.subjects() as u64) as usize;
        let at = At { subject, plan: choices.below(3) as usize };
        let (n, seed) = (choices.below(64), choices.below(1 << 32));
        match choices.below(40) {
            0..=4 => Self::Grant { subject, n },
            5..=7 => Self::Narrow { subject, n },
            8 => Self::StopSharing { subject },
            9..=12 => Self::GrantAgain { subject },
            13 if choices.once_in(8) => Self::Refuse { subject },
            13..=21 => Self::Reword { at, n, seed },
            22..=29 => Self::Add { at, n, seed },
            30..=33 => Self::Remove { at, n },
            34..=35 => Self::Retitle { at, seed },
            36..=37 => Self::Answer { subject, n },
            38 => Self::AnswerConsent { subject, n },
            _ => Self::Wait { hours: 1 + choices.below(30) },
        }
    }
}

impl House {
    /// Lets it happen, and notes its name when it could.
    pub async fn happen(&mut self, event: &Event) -> bool {
        let happened = self.try_happen(event).await;
        self.stay_connected().await;
        if happened {
            self.done.push(event.name());
        }
        happened
    }

    async fn try_happen(&mut self, event: &Event) -> bool {
        match event {
            Event::Grant { subject, n } => {
                let later = &self.layout.subjects[*subject].later;
                let Some(section) = later.get(*n as usize % later.len().max(1)).copied() else { return false };
                let new = self.choices[*subject].sections.insert(section);
                self.share(*subject).await;
                new
            }
            Event::Narrow { subject, n } => {
                let sections = &mut self.choices[*subject].sections;
                let place = *n as usize % sections.len().max(1);
                let Some(section) = sections.iter().nth(place).copied() else { return false };
                sections.remove(&section);
                self.share(*subject).await;
                true
            }
            Event::StopSharing { subject } => {
                self.choices[*subject] = Choice::default();
                let themselves = Themselves::signed_in(person(*subject));
                self.world.exchange.stop_sharing(themselves, self.party(*subject)).await.is_ok()
            }
            Event::GrantAgain { subject } => {
                self.choices[*subject] = super::house::first_choice(&self.layout, *subject);
                self.share(*subject).await;
                true
            }
            Event::Refuse { subject } => {
                let themselves = Themselves::signed_in(person(*subject));
                self.world.exchange.refuse(themselves, self.party(*subject), true).await.is_ok()
            }
            Event::Reword { at, n, seed } => self.reword_visible(*at, *n, *seed).await,
            Event::Add { at, n, seed } => self.add_visible(*at, *n, *seed).await,
            Event::Remove { at, n } => self.remove_visible(*at, *n).await,
            Event::Retitle { at, seed } => {
                let plan = self.plan(*at);
                let title = words(&plans::text(&mut Choices::new(*seed)));
                self.edit(person(at.subject), plan, |content| {
                    content.head.title = title;
                    true
                })
                .await
            }
            Event::Answer { subject, n } => self.answer(*subject, *n).await,
            Event::AnswerConsent { subject, n } => self.answer_consent(*subject, *n).await,
            Event::Wait { hours } => {
                self.world.wait(Duration::hours(i64::try_from(*hours).unwrap_or(1)));
                true
            }
        }
    }

    /// The newest of those that wait, so that it is the same in both houses.
    async fn answer(&self, subject: usize, n: u64) -> bool {
        let themselves = Themselves::signed_in(person(subject));
        let own = self.world.exchange.own_proposals(themselves).await.unwrap_or_default();
        let theirs = |one: &&Released<Proposal>| {
            one.get().answer.is_none() && one.get().organization == self.layout.adversary.organization()
        };
        let Some(last) = own.iter().find(theirs) else { return false };
        let reply = match n % 4 {
            0 => Reply::Change(words("In my own words.")),
            1 => Reply::Decline(Some(words("Not now."))),
            2 => Reply::Decline(None),
            _ => Reply::Accept,
        };
        self.world.exchange.answer_proposal(themselves, last.get().id, &reply).await.is_ok()
    }

    /// Of what the one who looks sent; and yes only to what is or may be open to it in any case.
    async fn answer_consent(&mut self, subject: usize, n: u64) -> bool {
        let (themselves, exchange) = (Themselves::signed_in(person(subject)), &self.world.exchange);
        let theirs = |sent: Option<Sent>| sent.is_some_and(|sent| sent.client == client(self.layout.adversary));
        let openness = &self.layout.subjects[subject];
        let open = |what: &About| {
            let About::Section(section) = what else { return false };
            openness.open.contains(section) || openness.later.contains(section)
        };
        if n.is_multiple_of(3) {
            let kept = exchange.kept_back(themselves).await.unwrap_or_default();
            let Some(one) = kept.iter().find(|one| theirs(one.sent)) else { return false };
            return exchange.restore_consent(themselves, one.id, one.seen).await.is_ok();
        }
        let Ok((seen, waiting)) = exchange.waiting_consents(themselves).await else { return false };
        let Some(one) = waiting.iter().find(|one| theirs(one.sent)) else { return false };
        if n % 3 == 1 && one.whats.iter().all(open) {
            let confirmed = exchange.confirm_consent(themselves, one.id, seen).await.is_ok();
            if confirmed {
                self.confirmed.push((subject, one.recipient));
            }
            return confirmed;
        }
        exchange.decline_consent(themselves, one.id).await.is_ok()
    }

    async fn reword_visible(&self, at: At, n: u64, seed: u64) -> bool {
        let plan = self.plan(at);
        self.edit(person(at.subject), plan, |content| {
            let visible = |d: &&mut DraftItem| d.item.words.is_some() && self.is_visible(at.subject, d);
            let mut visible: Vec<&mut DraftItem> = content.items.iter_mut().filter(visible).collect();
            let count = visible.len().max(1);
            let Some(draft) = visible.get_mut(n as usize % count) else { return false };
            draft.item.words = Some(words(&plans::text(&mut Choices::new(seed))));
            true
        })
        .await
    }

    async fn add_visible(&self, at: At, n: u64, seed: u64) -> bool {
        let plan = self.plan(at);
        let open = self.layout.subjects[at.subject].open.clone();
        let Some(section) = open.get(n as usize % open.len().max(1)).copied() else { return false };
        self.edit(person(at.subject), plan, |content| {
            let mut item = plans::more(&mut Choices::new(seed), section, None, "self");
            // Its place is beside something visible: a number alone says where it stands among the hidden ones.
            let beside = |d: &&DraftItem| d.item.section == section && self.is_visible(at.subject, d);
            let places: Vec<u32> = content.items.iter().filter(beside).filter_map(|d| d.item.order).collect();
            item.item.order = item.item.order.and_then(|n| places.get(n as usize % places.len().max(1)).copied());
            content.items.push(item);
            content.document.is_none()
        })
        .await
    }

    /// Whether the plan stays ready when the item is taken away.
    pub async fn would_take(&self, event: &Event) -> bool {
        let Event::Remove { at, n } = event else { return true };
        let themselves = Themselves::signed_in(person(at.subject));
        let Ok(Some(now)) = self.world.exchange.own_plan(themselves, self.plan(*at)).await else { return false };
        let mut content = now.get().as_content();
        self.take_away(*at, *n, &mut content)
            && (content.status == State::Draft || content.kind.missing(&content, plans::TODAY).is_empty())
    }

    async fn remove_visible(&self, at: At, n: u64) -> bool {
        let plan = self.plan(at);
        self.edit(person(at.subject), plan, |content| self.take_away(at, n, content)).await
    }

    fn take_away(&self, at: At, n: u64, content: &mut Content) -> bool {
        let ours = |d: &DraftItem| d.item.words.as_ref().is_some_and(|words| words.text().starts_with(MARK));
        let removable =
            |place: &usize| content.items.get(*place).is_some_and(|d| ours(d) && self.is_visible(at.subject, d));
        let places: Vec<usize> = (0..content.items.len()).filter(removable).collect();
        let Some(place) = places.get(n as usize % places.len().max(1)) else { return false };
        content.items.remove(*place);
        true
    }
}
