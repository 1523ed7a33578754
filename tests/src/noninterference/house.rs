//! One of the two houses: opened, furnished with what both have, and then with what it alone has.

use std::collections::BTreeSet;

use sayso_consent::{Consent, Effect, Known, Origin, Period, Provision, Purposes, Recipient, Status, Themselves, What};
use sayso_exchange::sharing::{Choice, Party};
use sayso_plan::item::PlanDate;
use sayso_plan::{
    ConsentId, Content, Identifier, IdentifierState, ItemId, Lang, PartyId, Person, PersonId, PlanId, PractitionerId,
    ProvisionId, Purpose, Section, SupporterId,
};
use time::{Duration, OffsetDateTime};

use super::difference::{Difference, Side};
use super::layout::{Adversary, Layout, PEOPLE, Reason, client, harbour, lantern, other_client, person, riverside};
use super::{mix, plans};
use crate::generate::Choices;
use crate::world::World;

/// Hours from the beginning to the stages of furnishing.
const EARLY_HOURS: i64 = 2;
const GRANT_HOURS: i64 = 4;
const LATE_HOURS: i64 = 6;
const LOOK_HOURS: i64 = 8;
/// When the permits of [`super::layout::Openness::ending`] end, in hours from the beginning.
const ENDING_HOURS: i64 = 72;

/// What record systems may: read everything that is open to them, and propose.
const SYSTEM_SCOPES: &str = "system/*.rs system/Task.crs system/Consent.c";
/// What an app may: all that a star says, and send consents, which opens nothing.
const APP_SCOPES: &str = "launch/patient patient/*.cruds patient/Consent.cu";
/// And of one that sees what the person decided: it asked for that by its name.
const OVERSEER_SCOPES: &str = "launch/patient patient/*.cruds patient/Consent.crus";

/// The system of the persons' numbers.
pub const NUMBERS: &str = "urn:oid:2.16.840.1.113883.2.1.4.1";

const fn scopes(adversary: Adversary) -> &'static str {
    match adversary {
        Adversary::App | Adversary::WholeApp => APP_SCOPES,
        Adversary::Overseer => OVERSEER_SCOPES,
        Adversary::Partly | Adversary::Nothing | Adversary::Crisis | Adversary::Supporter => SYSTEM_SCOPES,
    }
}

/// One of the two houses.
#[derive(Debug)]
pub struct House {
    /// The house itself.
    pub world: World,
    /// Which of the two.
    pub side: Side,
    /// What both have.
    pub layout: Layout,
    /// The token of the one who looks.
    pub token: String,
    /// How often an app that had lost its token got another one.
    keys: u64,
    /// The token of the other hospital.
    pub other_token: String,
    /// What is open to the one who looks by the persons' own choice.
    pub choices: [Choice; 2],
    /// Items that were refused one by one, in this house.
    pub refused: BTreeSet<ItemId>,
    /// As whom the one who looks supports each person.
    pub ties: Vec<SupporterId>,
    /// The parties of plans that are the one who looks, as the persons said.
    pub them: BTreeSet<PartyId>,
    /// As whom they supported the neighbour, who ended it, in this house.
    pub former: Option<SupporterId>,
    /// The pairing code that was made last, in this house.
    pub code: Option<String>,
    /// Which person said yes to what the one who looks had proposed, and for whom: that is its own, and it is told its end.
    pub confirmed: Vec<(usize, Recipient)>,
    /// The plans that both houses have, by person.
    pub common: Vec<Vec<PlanId>>,
    /// Names of what was really done, for counting.
    pub done: Vec<&'static str>,
}

impl House {
    /// Opens and furnishes a house.
    pub async fn open(place: sayso_store::Place, layout: Layout, side: Side, differences: &[Difference]) -> Self {
        let world = World::open(place).await;
        world.reseed(mix(&[layout.seed, 2]));
        register(&world).await;
        let who = (client(layout.adversary), layout.adversary.is_app().then(|| person(0)));
        let scopes = scopes(layout.adversary);
        let mine: Vec<&Difference> = differences.iter().filter(|d| d.only_in == side).collect();
        let mut house = Self {
            side,
            token: String::new(),
            keys: 0,
            other_token: world.token(other_client(), None, SYSTEM_SCOPES, mix(&[layout.seed, 3])).await,
            choices: [0, 1].map(|n| first_choice(&layout, n)),
            refused: BTreeSet::new(),
            ties: Vec::new(),
            them: BTreeSet::new(),
            former: None,
            code: None,
            confirmed: Vec::new(),
            common: Vec::new(),
            done: Vec::new(),
            world,
            layout,
        };
        house.people(&mine).await;
        house.token = if house.layout.adversary.is_supporter() {
            house.be_invited().await
        } else {
            house.world.token(who.0, who.1, scopes, mix(&[house.layout.seed, 4])).await
        };
        house.world.set(Duration::hours(EARLY_HOURS));
        house.differ(&mine, true).await;
        house.world.set(Duration::hours(GRANT_HOURS));
        house.world.reseed(mix(&[house.layout.seed, 6]));
        house.grants().await;
        house.world.set(Duration::hours(LATE_HOURS));
        house.differ(&mine, false).await;
        house.world.set(Duration::hours(LOOK_HOURS));
        house.stay_signed_in().await;
        house
    }

    /// An app that lost its token gets another one: there is always something to ask with.
    pub async fn stay_connected(&mut self) {
        let layout = &self.layout;
        if layout.adversary.is_app() && self.world.exchange.caller(&self.token).await.unwrap().is_none() {
            self.keys += 1;
            let (client, seed) = (client(layout.adversary), mix(&[layout.seed, 4, self.keys]));
            self.token = self.world.token(client, Some(person(0)), scopes(layout.adversary), seed).await;
        }
    }

    /// To whom consents are given that open something of this person's to the one who looks.
    #[must_use]
    pub fn party(&self, subject: usize) -> Party {
        match self.ties.get(subject) {
            Some(tie) => Party::Supporter(*tie),
            None => self.layout.adversary.party(),
        }
    }

    async fn differ(&mut self, mine: &[&Difference], early: bool) {
        for (n, difference) in mine.iter().enumerate() {
            if difference.what.is_early() == early {
                self.world.reseed(mix(&[self.layout.seed, 7, n as u64, u64::from(early)]));
                self.world.wait(Duration::minutes(1));
                self.make(&difference.what).await;
            }
        }
    }

    async fn people(&mut self, mine: &[&Difference]) {
        for n in 0..PEOPLE {
            let mut one = self.somebody(n);
            for difference in mine {
                let made = difference.what.change_person(n, &mut one);
                self.done.extend(made);
            }
            let _ = self.world.exchange.create_person(one).await.unwrap();
        }
        self.world.wait(Duration::hours(1));
        for n in 0..PEOPLE {
            let mut choices = Choices::new(mix(&[self.layout.seed, 5, n as u64]));
            let mut made = Vec::new();
            for content in plans::of_person(n % 2, &mut choices) {
                self.world.wait(Duration::minutes(1));
                made.push(self.create(person(n), content).await.unwrap());
            }
            self.common.push(made);
        }
    }

    /// A person, with a number that Riverside has verified.
    #[must_use]
    pub fn somebody(&self, n: usize) -> Person {
        let state = IdentifierState::Verified { by: "Riverside".into(), at: self.world.now() };
        Person {
            id: person(n),
            name: format!("Somebody {n}"),
            language: Lang::try_from("en-GB").unwrap(),
            zone_minutes: 0,
            birth_date: Some(PlanDate(time::macros::date!(1984 - 03 - 02))),
            identifiers: vec![Identifier { system: NUMBERS.into(), value: number(n), state }],
        }
    }

    /// The person makes a plan.
    pub async fn create(&self, person: PersonId, content: Content) -> Option<PlanId> {
        let made = self.world.exchange.write_own_plan(Themselves::signed_in(person), None, content).await;
        made.ok().map(|written| written.sheet.plan())
    }

    /// The person changes a plan; says whether that was taken.
    pub async fn edit(&self, person: PersonId, plan: PlanId, change: impl FnOnce(&mut Content) -> bool) -> bool {
        let themselves = Themselves::signed_in(person);
        let Ok(Some(now)) = self.world.exchange.own_plan(themselves, plan).await else { return false };
        let mut content = now.get().as_content();
        if !change(&mut content) {
            return false;
        }
        let base = now.fingerprint().to_string();
        self.world.exchange.write_own_plan(themselves, Some((plan, &base)), content).await.is_ok()
    }

    async fn grants(&mut self) {
        for n in 0..self.layout.adversary.subjects() {
            let openness = self.layout.subjects[n].clone();
            let (begin, purpose) = (self.world.now(), self.layout.adversary.purpose());
            let mut said = Vec::new();
            for section in &openness.ending {
                let until = begin + Duration::hours(ENDING_HOURS);
                let ending = self.provision(Effect::Permit, What::Section(*section), Period { from: begin, until });
                said.push(self.consent(person(n), vec![ending]));
            }
            self.share(n).await;
            for (section, reason) in &openness.never {
                said.extend(self.closed(person(n), *section, *reason));
            }
            if let Some(level) = openness.refused_level {
                let refused = self.provision(Effect::Deny, What::Level(level), self.always());
                said.push(self.consent(person(n), vec![refused]));
            }
            // Somebody else may see all of it, for the same purpose and for their own. Whatever the other hospital
            // refuses to see in one house alone, another one sees in both: so as what a supporter is named where others
            // see it is the same.
            let others =
                if self.layout.adversary.is_supporter() { vec![harbour(), riverside()] } else { vec![harbour()] };
            for (organization, purpose) in others.into_iter().flat_map(|one| {
                BTreeSet::from([purpose, Purpose::Treat]).into_iter().map(move |purpose| (one, purpose))
            }) {
                let all = Section::all().map(|section| Provision {
                    recipient: Known::Is(Recipient::Organization(organization)),
                    purposes: Known::Is(Purposes::Only(purpose)),
                    ..self.provision(Effect::Permit, What::Section(section), self.always())
                });
                said.push(self.consent(person(n), all.collect()));
            }
            assert!(self.world.put_consents(said).await);
        }
    }

    /// The person's own choice towards the one who looks, as their page would store it.
    pub async fn share(&self, n: usize) {
        let adversary = self.layout.adversary;
        let themselves = Themselves::signed_in(person(n));
        let choice = &self.choices[n];
        let shared = self.world.exchange.share(themselves, self.party(n), adversary.purpose(), choice, None).await;
        let _ = shared.unwrap();
    }

    /// A period that holds as long as anybody looks.
    #[must_use]
    pub fn always(&self) -> Period {
        Period { from: self.world.now(), until: self.world.now() + Duration::days(20_000) }
    }

    /// A provision towards the one who looks, for its purpose.
    #[must_use]
    pub fn provision(&self, effect: Effect, what: What, period: Period) -> Provision {
        Provision {
            id: ProvisionId::from_random(self.world.exchange.fresh()),
            effect,
            recipient: Known::Is(self.layout.adversary.recipient()),
            purposes: Known::Is(Purposes::Only(self.layout.adversary.purpose())),
            what: Known::Is(what),
            period: Known::Is(period),
            even_in_emergency: false,
            after_death: false,
        }
    }

    /// A consent of the person's own with these provisions.
    #[must_use]
    pub fn consent(&self, person: PersonId, mut provisions: Vec<Provision>) -> Consent {
        let subject = (0..self.ties.len()).find(|n| super::layout::person(*n) == person);
        for provision in &mut provisions {
            if let (Known::Is(Recipient::Supporter(_)), Some(n)) = (provision.recipient, subject) {
                provision.recipient = Known::Is(Recipient::Supporter(self.ties[n]));
            }
        }
        Consent {
            id: ConsentId::from_random(self.world.exchange.fresh()),
            person,
            status: Known::Is(Status::Active),
            origin: Origin::Person,
            given_at: self.world.now(),
            withdrawn_at: None,
            earlier_of: None,
            narrowed_at: None,
            sent: None,
            provisions,
        }
    }

    /// Puts a consent with one provision on record.
    pub async fn say(&self, person: PersonId, provision: Provision) {
        assert!(self.world.put_consent(self.consent(person, vec![provision])).await);
    }

    /// A section stays closed to the one who looks, for this reason.
    pub async fn close(&self, person: PersonId, section: Section, reason: Reason) {
        assert!(self.world.put_consents(self.closed(person, section, reason)).await);
    }

    /// What is said so that a section stays closed to the one who looks.
    fn closed(&self, person: PersonId, section: Section, reason: Reason) -> Vec<Consent> {
        let adversary = self.layout.adversary;
        let (now, always) = (self.world.now(), self.always());
        let mut permit = self.provision(Effect::Permit, What::Section(section), always);
        let mut said = Vec::new();
        match reason {
            Reason::NeverAsked => return said,
            Reason::Ended => {
                permit.period = Known::Is(Period { from: now - Duration::days(9), until: now - Duration::minutes(1) });
            }
            Reason::NotBegun => permit.period = Known::Is(begins_late(now)),
            Reason::OtherPurpose => permit.purposes = Known::Is(Purposes::Only(adversary.other_purpose())),
            Reason::OtherOrganization => permit.recipient = Known::Is(Recipient::Organization(harbour())),
            Reason::Practitioner => {
                let somebody = PractitionerId::from_stored([9; 16]);
                permit.recipient = Known::Is(Recipient::Practitioner(riverside(), somebody));
            }
            Reason::Proposed | Reason::TakenBack => {}
            Reason::Refused => {
                let refusal = self.provision(Effect::Deny, What::Section(section), always);
                said.push(self.consent(person, vec![refusal]));
            }
        }
        let mut consent = self.consent(person, vec![permit]);
        match reason {
            Reason::Proposed => consent.origin = Origin::Sent,
            Reason::TakenBack => {
                consent.status = Known::Is(Status::Inactive);
                consent.withdrawn_at = Some(now);
            }
            Reason::NeverAsked
            | Reason::Ended
            | Reason::NotBegun
            | Reason::OtherPurpose
            | Reason::OtherOrganization
            | Reason::Practitioner
            | Reason::Refused => {}
        }
        said.push(consent);
        said
    }
}

fn begins_late(now: OffsetDateTime) -> Period {
    Period { from: now + Duration::days(10_000), until: now + Duration::days(20_000) }
}

/// The number of a person.
#[must_use]
pub fn number(n: usize) -> String {
    format!("99900000{n:02}")
}

pub(super) fn first_choice(layout: &Layout, n: usize) -> Choice {
    let openness = &layout.subjects[n];
    let mut choice = Choice { documents: openness.documents, ..Choice::default() };
    if openness.by_kind {
        choice.kinds.insert(sayso_plan::PlanKind::AdvanceDirective);
    } else {
        choice.sections = openness.open.iter().copied().collect();
    }
    if layout.adversary == Adversary::Nothing { Choice::default() } else { choice }
}

async fn register(world: &World) {
    for (id, name) in [(riverside(), "Riverside Hospital"), (harbour(), "Harbour Clinic"), (lantern(), "Lantern Line")]
    {
        world.organization(id, name).await;
    }
    world.system(client(Adversary::Partly), riverside(), "ehr", &[Purpose::Treat.code()]).await;
    world.system(client(Adversary::Crisis), lantern(), "crisis-service", &[Purpose::Etreat.code()]).await;
    world.system(other_client(), harbour(), "ehr", &[Purpose::Treat.code(), Purpose::Coc.code()]).await;
    world.app(client(Adversary::App)).await;
}
