//! The one who looks at pages: how they came to support both persons, and what only one house has of that.

use sayso_auth::Opaque;
use sayso_auth::secret::of;
use sayso_consent::Themselves;
use sayso_exchange::Act;
use sayso_exchange::sharing::{Choice, Party};
use sayso_exchange::supporters::Said;
use sayso_exchange::with::Taker;
use sayso_plan::{AccountId, Content, ItemType, LeafId, PartyId, Section, Share, State, SupporterId};
use sayso_store::NewLeaf;
use time::Duration;

use super::difference::At;
use super::house::House;
use super::layout::person;
use super::{mix, plans};
use crate::generate::Choices;

/// How long the second person lets them take away, in days.
const DELEGATED_DAYS: i64 = 365;

/// The account of the one who looks.
fn account() -> AccountId {
    AccountId::from_stored([0x66; 16])
}

impl House {
    /// Both persons invite them; they take both invitations, and the second person lets them take away. The cookie.
    pub(super) async fn be_invited(&mut self) -> String {
        self.world.reseed(mix(&[self.layout.seed, 11]));
        let leaf = self.leaf();
        let store = self.world.exchange.store();
        let _ = store.put_supporter_account(account(), "kofi", "no hash at all", leaf).await.unwrap();
        let cookie = Opaque::<of::Session>::from_random([0x66; 32]).expose().to_owned();
        self.token = cookie.clone();
        self.stay_signed_in().await;
        for n in 0..2 {
            let tie = self.invite_them(n).await;
            self.ties.push(tie);
            self.name_them(n).await;
        }
        let delegated = self.world.exchange.delegate(Themselves::signed_in(person(1)), self.ties[1], DELEGATED_DAYS);
        let _ = delegated.await.unwrap();
        cookie
    }

    /// A session that is never over.
    pub(super) async fn stay_signed_in(&self) {
        if !self.layout.adversary.is_supporter() {
            return;
        }
        let (store, now) = (self.world.exchange.store(), self.world.now());
        store.close_supporter_session(&self.token).await.unwrap();
        let lasts = (now, now + Duration::hours(1));
        let _ = store.open_supporter_session(&self.token, account(), lasts, self.leaf()).await.unwrap();
    }

    fn leaf(&self) -> NewLeaf {
        let act = Act::SignedIn { by: "supporter".into() };
        NewLeaf { id: LeafId::from_random(self.world.exchange.fresh()), at: self.world.now(), organization: None, act }
    }

    async fn invite_them(&self, n: usize) -> SupporterId {
        let exchange = &self.world.exchange;
        let invitation = exchange.invite_supporter(Themselves::signed_in(person(n)), "Kofi").await.unwrap();
        let session = exchange.supporter_session(&self.token).await.unwrap().unwrap();
        let _ = exchange.take_invitation(invitation.secret.expose(), Taker::Known(session)).await.unwrap();
        invitation.supporter
    }

    /// They are the first whom each plan names, and none of the others.
    async fn name_them(&mut self, n: usize) {
        let themselves = Themselves::signed_in(person(n));
        let mut said = Said::new();
        for plan in self.world.exchange.own_plans(themselves).await.unwrap() {
            let others = plan.get().parties.iter().map(|party| party.id.clone()).filter(|id| !id.is_person());
            let shown: Vec<PartyId> = others.collect();
            let is = shown.iter().take(1).cloned().collect();
            self.them.extend(shown.iter().take(1).cloned());
            said.insert(plan.get().id, (shown.into_iter().collect(), is));
        }
        let named = self.world.exchange.name_supporter(themselves, self.ties[n], &said, self.world.now()).await;
        let _ = named.unwrap();
    }

    /// Whether a party is the supporter who looks, as the person said it of their plans.
    pub(super) fn is_them(&self, party: &str) -> bool {
        self.them.iter().any(|them| them.as_str() == party)
    }

    /// An item that names them and is shown to nobody: it is close, or the plan is a draft.
    pub(super) async fn named_in_closed(&mut self, at: At, n: u64, seed: u64) -> bool {
        let naming = [ItemType::Contact, ItemType::Agreement, ItemType::Arrangement];
        let names = |one: &Section| *one != Section::NotInvolve && one.types().iter().any(|each| naming.contains(each));
        let sections: Vec<Section> = Section::all().filter(names).collect();
        let Some(section) = sections.get(n as usize % sections.len().max(1)).copied() else { return false };
        let change = |content: &mut Content| {
            let Some(them) = content.parties.iter().find(|party| !party.id.is_person()) else { return false };
            let share = (content.status != State::Draft).then_some(Share::Close);
            // Of those that could stand here the first that names them.
            let mut some = (0..16).map(|k| plans::more(&mut Choices::new(seed + k), section, share, them.id.as_str()));
            let Some(mut item) = some.find(|one| one.item.parties().any(|party| *party == them.id)) else {
                return false;
            };
            item.item.order = None;
            content.items.push(item);
            content.document.is_none() && !content.absences.contains_key(&section)
        };
        self.edit_hidden(at, change).await
    }

    /// An item about them in a section that is open to them.
    pub(super) async fn about_them(&mut self, at: At, n: u64, seed: u64) -> bool {
        let open = self.layout.subjects[at.subject].open.clone();
        let Some(section) = open.get(n as usize % open.len().max(1)).copied() else { return false };
        let change = |content: &mut Content| {
            let Some(them) = content.parties.iter().find(|party| !party.id.is_person()) else { return false };
            let mut item = plans::more(&mut Choices::new(seed), section, None, "self");
            item.item.about_parties = vec![them.id.clone()];
            item.item.order = None;
            content.items.push(item);
            content.document.is_none() && !content.absences.contains_key(&section)
        };
        self.edit_hidden(at, change).await
    }

    /// Changes a plan; the items that are new then are hidden from whoever looks.
    async fn edit_hidden(&mut self, at: At, change: impl FnOnce(&mut Content) -> bool) -> bool {
        let plan = self.plan(at);
        let before = self.items(at.subject, plan).await;
        let made = self.edit(person(at.subject), plan, change).await;
        let new = self.items(at.subject, plan).await.into_iter().filter(|id| !before.contains(id));
        self.refused.extend(new);
        made
    }

    /// Somebody else supports the person, and sees all of it.
    pub(super) async fn other_supporter(&self, subject: usize, all: &Choice) -> bool {
        let themselves = Themselves::signed_in(person(subject));
        let exchange = &self.world.exchange;
        let Ok(other) = exchange.invite_supporter(themselves, "Joyce").await else { return false };
        let party = Party::Supporter(other.supporter);
        exchange.share(themselves, party, self.layout.adversary.purpose(), all, None).await.is_ok()
    }

    /// Somebody let them in and ended it.
    pub(super) async fn formerly(&mut self, n: usize) -> bool {
        if self.former.is_some() || !self.layout.adversary.is_supporter() {
            return false;
        }
        self.stay_signed_in().await;
        let themselves = Themselves::signed_in(person(n));
        let tie = self.invite_them(n).await;
        self.former = Some(tie);
        let all = Choice { sections: Section::all().collect(), documents: true, ..Choice::default() };
        let exchange = &self.world.exchange;
        let shared = exchange.share(themselves, Party::Supporter(tie), self.layout.adversary.purpose(), &all, None);
        let _ = shared.await.unwrap();
        exchange.end_supporter(themselves, tie).await.is_ok()
    }
}
