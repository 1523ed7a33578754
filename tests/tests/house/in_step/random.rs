//! Over random sequences of grants, edits, withdrawals, refusals and time: a follower holds after each round what a load
//! anew gives, nothing more and nothing less.

use sayso_consent::{Consent, Effect, Known, Origin, Period, Provision, Purposes, Recipient, Status, Themselves, What};
use sayso_exchange::sharing::{Choice, Party};
use sayso_plan::{
    ConsentId, Content, Identifier, IdentifierState, Lang, Person, PersonId, PlanId, ProvisionId, Purpose, Section,
    Words,
};
use sayso_tests::generate::Choices;
use sayso_tests::noninterference::plans;
use sayso_tests::step::Follower;
use sayso_tests::world::{Asked, World};
use time::Duration;

use crate::home::{NUMBERS, id};

/// How many sequences are tried, and how many things happen in each.
const SEQUENCES: u64 = 12;
const STEPS: u64 = 40;
const PERSONS: u8 = 4;

fn person(n: u64) -> PersonId {
    id(0x40 + u8::try_from(n % u64::from(PERSONS)).unwrap())
}

fn hospital() -> Party {
    Party::Organization(id(0x01))
}

/// A small world of persons with plans, and who looks at them.
struct Town {
    world: World,
    token: String,
    plans: Vec<Vec<PlanId>>,
    /// What happened, for counting.
    done: Vec<&'static str>,
}

impl Town {
    async fn open(seed: u64) -> Self {
        let world = World::open(sayso_store::Place::Memory).await;
        world.reseed(seed);
        world.organization(id(0x01), "Riverside Hospital").await;
        world.system(id(0x0e), id(0x01), "ehr", &["TREAT"]).await;
        let mut made = Vec::new();
        for n in 0..u64::from(PERSONS) {
            let state = IdentifierState::Verified { by: "Riverside".into(), at: world.now() };
            let one = Person {
                id: person(n),
                name: format!("Somebody {n}"),
                language: Lang::try_from("en").unwrap(),
                zone_minutes: 0,
                birth_date: None,
                identifiers: vec![Identifier { system: NUMBERS.into(), value: format!("77{n}"), state }],
            };
            let _ = world.exchange.create_person(one).await.unwrap();
            let mut own = Vec::new();
            for content in plans::of_person(usize::try_from(n % 2).unwrap(), &mut Choices::new(seed ^ n)) {
                let written = world.exchange.write_own_plan(Themselves::signed_in(person(n)), None, content).await;
                own.push(written.unwrap().sheet.plan());
            }
            made.push(own);
        }
        let token = world.token(id(0x0e), None, "system/*.rs", seed ^ 0x77).await;
        Self { world, token, plans: made, done: Vec::new() }
    }

    /// Something happens, to one person or to the clock.
    async fn happen(&mut self, choices: &mut Choices) {
        let who = choices.below(u64::from(PERSONS));
        let themselves = Themselves::signed_in(person(who));
        let exchange = self.world.exchange.clone();
        self.world.wait(Duration::seconds(1 + i64::try_from(choices.below(90)).unwrap()));
        let (name, done) = match choices.below(20) {
            0..=4 => {
                let sections = Section::all().filter(|_| choices.once_in(2)).collect();
                let choice = Choice { sections, documents: choices.once_in(3), ..Choice::default() };
                ("share", exchange.share(themselves, hospital(), Purpose::Treat, &choice, None).await.is_ok())
            }
            5 => ("stop sharing", exchange.stop_sharing(themselves, hospital()).await.is_ok()),
            6 => ("refuse", exchange.refuse(themselves, hospital(), false).await.is_ok()),
            7..=8 => {
                let (seen, _) = exchange.standing(themselves).await.unwrap();
                ("end refusal", exchange.end_refusal(themselves, hospital(), seen).await.is_ok())
            }
            9 => ("share for a while", self.for_a_while(person(who), Effect::Permit, choices).await),
            10 => ("refuse for a while", self.for_a_while(person(who), Effect::Deny, choices).await),
            11..=14 => ("edit", self.edit(who, choices).await),
            15 if choices.once_in(3) => {
                let plan = self.plan(who, choices);
                ("cancel", exchange.refuse_plan(themselves, plan, None, true).await.is_ok())
            }
            15 | 16 => ("look", self.look(who, choices).await),
            17 => {
                self.world.wait(Duration::days(1 + i64::try_from(choices.below(60)).unwrap()));
                ("days", exchange.end_plans().await.is_ok())
            }
            _ => {
                self.world.wait(Duration::hours(1 + i64::try_from(choices.below(6)).unwrap()));
                ("hours", true)
            }
        };
        self.done.extend(done.then_some(name));
    }

    fn plan(&self, who: u64, choices: &mut Choices) -> PlanId {
        choices.of(&self.plans[usize::try_from(who).unwrap()]).unwrap()
    }

    /// A permit or refusal that the clock begins or ends.
    async fn for_a_while(&self, person: PersonId, effect: Effect, choices: &mut Choices) -> bool {
        let (exchange, at) = (&self.world.exchange, self.world.now());
        let what = match choices.below(3) {
            0 => What::Section(plans::any_section(choices)),
            1 if effect == Effect::Deny => What::Everything,
            _ => What::Kind(choices.of(&sayso_plan::PlanKind::ALL).unwrap()),
        };
        let from = at + Duration::hours(i64::try_from(choices.below(4)).unwrap());
        let provision = Provision {
            id: ProvisionId::from_random(exchange.fresh()),
            effect,
            recipient: Known::Is(Recipient::Organization(id(0x01))),
            purposes: Known::Is(Purposes::Only(Purpose::Treat)),
            what: Known::Is(what),
            period: Known::Is(Period { from, until: from + Duration::hours(3) }),
            even_in_emergency: false,
            after_death: false,
        };
        let consent = Consent {
            id: ConsentId::from_random(exchange.fresh()),
            person,
            status: Known::Is(Status::Active),
            origin: Origin::Person,
            given_at: at,
            withdrawn_at: None,
            earlier_of: None,
            narrowed_at: None,
            sent: None,
            provisions: vec![provision],
        };
        self.world.put_consent(consent).await
    }

    /// An item more, one less, or other words.
    async fn edit(&self, who: u64, choices: &mut Choices) -> bool {
        let (themselves, plan) = (Themselves::signed_in(person(who)), self.plan(who, choices));
        let Ok(Some(now)) = self.world.exchange.own_plan(themselves, plan).await else { return false };
        let mut content: Content = now.get().as_content();
        if content.document.is_some() {
            return false;
        }
        match choices.below(3) {
            0 => {
                let section = plans::any_section(choices);
                content.items.push(plans::more(choices, section, None, "self"));
            }
            1 => drop(content.items.pop()),
            _ => {
                let words = Words::new(format!("Words {}", choices.below(1 << 20)), Lang::try_from("en").unwrap());
                let place = usize::try_from(choices.below(content.items.len().max(1) as u64)).unwrap();
                let Some(item) = content.items.get_mut(place).filter(|item| item.item.words.is_some()) else {
                    return false;
                };
                item.item.words = words.ok();
            }
        }
        let base = now.fingerprint().to_string();
        self.world.exchange.write_own_plan(themselves, Some((plan, &base)), content).await.is_ok()
    }

    /// The hospital looks at one person, beside following.
    async fn look(&self, who: u64, choices: &mut Choices) -> bool {
        let plan = self.plan(who, choices);
        let path = match choices.below(4) {
            0 => format!("/fhir/CarePlan?patient={}", person(who)),
            1 => format!("/fhir/Patient/{}", person(who)),
            2 => format!("/fhir/CarePlan/{plan}"),
            _ => format!("/plans/{plan}"),
        };
        let answer = self.world.call(&Asked::new("GET", &path).bearer(&self.token)).await;
        answer.status == 200
    }
}

#[tokio::test]
async fn a_follower_holds_after_each_round_what_a_load_anew_gives() {
    let _honest = crate::honest();
    let (mut done, mut compared, mut held, mut purged) = (Vec::new(), 0, 0, 0);
    for seed in 0..SEQUENCES {
        let mut town = Town::open(seed).await;
        let mut choices = Choices::new(seed ^ 0x1357);
        let mut hospital = Follower::new(town.token.clone(), 1 + choices.below(30));
        for step in 0..STEPS {
            for _ in 0..choices.below(4) {
                town.happen(&mut choices).await;
            }
            let world = town.world.clone();
            if choices.once_in(5) {
                // It goes on while the record system loads, and the load may break off.
                let mut between = async || {
                    if choices.once_in(4) {
                        town.happen(&mut choices).await;
                    }
                    !choices.once_in(6)
                };
                hospital.round(&world, &mut between).await;
            }
            assert!(hospital.round(&world, &mut async || true).await);
            purged += hospital.purged.len();
            // Seldom, so that what a load anew notes as shown does not help the follower.
            if choices.once_in(3) || step + 1 == STEPS {
                let fresh = hospital.fresh(&world).await;
                assert_eq!(hospital.copy, fresh, "seed {seed}, step {step}: {:?}", town.done);
                (compared, held) = (compared + 1, held + fresh.len());
            }
        }
        done.extend(town.done);
    }
    println!("{compared} comparisons of {held} resources, {purged} purged");
    assert!(held > compared * 10 && purged > 300, "{held} resources in {compared} comparisons, {purged} purged");
    for name in [
        "share",
        "stop sharing",
        "refuse",
        "end refusal",
        "share for a while",
        "refuse for a while",
        "edit",
        "cancel",
        "look",
        "days",
        "hours",
    ] {
        assert!(done.iter().filter(|one| **one == name).count() > 3, "{name} hardly happened");
    }
}
