//! A person with a plan of two parts in a real house, and one hospital that reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sayso_consent::Themselves;
use sayso_exchange::Between;
use sayso_exchange::sharing::{Choice, Party};
use sayso_gateway::Limits;
use sayso_plan::{ClientId, Content, Lang, OrganizationId, Person, PersonId, PlanId, Purpose, Section, Words};
use sayso_tests::world::{Asked, BASE, NO_LIMITS, Observed, World};
use serde_json::json;

use crate::model::Way;

/// Of which version the words of a part are.
const VERSION: &str = "version ";

/// The house.
#[derive(Clone)]
pub struct House {
    /// All of it.
    pub world: World,
    /// The hospital's token, issued before anything is decided.
    pub token: String,
    persons: Arc<AtomicU64>,
}

/// One person in it.
#[derive(Debug, Clone)]
pub struct Home {
    /// The person.
    pub person: PersonId,
    /// The plan.
    pub plan: PlanId,
}

/// An id of this number.
#[must_use]
pub fn id<T: std::str::FromStr>(n: u64) -> T
where
    T::Err: std::fmt::Debug,
{
    format!("00000000-0000-4000-8000-{n:012x}").parse().unwrap()
}

fn hospital() -> OrganizationId {
    id(1)
}

/// A card with as little on it as a card needs.
fn content(version: u8) -> Content {
    let voice = json!({"party": "self", "role": "person"});
    let words = |section: &str, text: String| json!({"section": section, "type": "words", "voice": voice, "words": {"text": text, "lang": "en-GB"}});
    let plan = json!({
        "kind": "crisis-card", "status": "active", "title": {"text": "Mine", "lang": "en-GB"}, "language": "en-GB",
        "parties": [
            {"id": "self", "name": "Ama Testwell", "role": "person"},
            {"id": "kofi", "name": "Kofi Testwell", "role": "family"},
        ],
        "items": [
            words("crisis-signs", "When I have not slept for three nights.".into()),
            words("helps", format!("Part 1 of {VERSION}{version}.")),
            words("helps", format!("Part 2 of {VERSION}{version}.")),
            {"section": "ask-for-help", "type": "contact", "voice": voice, "party": "kofi", "contact": "yes"},
        ],
    });
    serde_json::from_value(plan).unwrap()
}

impl House {
    /// Opens an empty house with a hospital.
    ///
    /// # Panics
    /// When it does not stand.
    pub async fn open() -> Self {
        Self::limited(NO_LIMITS).await
    }

    /// The same, with limits.
    ///
    /// # Panics
    /// When it does not stand.
    pub async fn limited(limits: Limits) -> Self {
        let world = World::limited(sayso_store::Place::Memory, limits).await;
        world.reseed(1);
        let client: ClientId = id(2);
        world.organization(hospital(), "Riverside Hospital").await;
        world.system(client, hospital(), "ehr", &["TREAT"]).await;
        let token = world.token(client, None, "system/*.rs", 77).await;
        Self { world, token, persons: Arc::new(AtomicU64::new(0x1000)) }
    }

    /// Somebody new moves in, with a plan that is open or not.
    ///
    /// # Panics
    /// When that is refused.
    pub async fn person(&self, open: bool) -> Home {
        let person = id(self.persons.fetch_add(1, Ordering::SeqCst));
        let one = Person {
            id: person,
            name: "Ama Testwell".into(),
            language: Lang::try_from("en-GB").unwrap(),
            zone_minutes: 0,
            birth_date: None,
            identifiers: Vec::new(),
        };
        let _ = self.world.exchange.create_person(one).await.unwrap();
        let her = Themselves::signed_in(person);
        let plan = self.world.exchange.write_own_plan(her, None, content(1)).await.unwrap().sheet.plan();
        let home = Home { person, plan };
        if open {
            self.grant(&home).await;
        }
        home
    }

    /// The person opens the plan.
    ///
    /// # Panics
    /// When that is refused.
    pub async fn grant(&self, home: &Home) {
        let choice = Choice { sections: [Section::Helps].into(), ..Choice::default() };
        let (her, party) = (Themselves::signed_in(home.person), Party::Organization(hospital()));
        let _ = self.world.exchange.share(her, party, Purpose::Treat, &choice, None).await.unwrap();
    }

    /// The person takes that back; when this returns, it is acknowledged.
    ///
    /// # Panics
    /// When that is refused.
    pub async fn withdraw(&self, home: &Home) {
        let (her, party) = (Themselves::signed_in(home.person), Party::Organization(hospital()));
        let _ = self.world.exchange.stop_sharing(her, party).await.unwrap();
    }

    /// The person writes the next version of both parts.
    ///
    /// # Panics
    /// When that is refused.
    pub async fn edit(&self, home: &Home, version: u8) {
        let her = Themselves::signed_in(home.person);
        let now = self.world.exchange.own_plan(her, home.plan).await.unwrap().unwrap();
        let mut content = now.get().as_content();
        let parts = content.items.iter_mut().filter(|draft| draft.item.section == Section::Helps);
        for (draft, n) in parts.zip(1..) {
            let text = format!("Part {n} of {VERSION}{version}.");
            draft.item.words = Some(Words::new(text, Lang::try_from("en-GB").unwrap()).unwrap());
        }
        let base = now.fingerprint().to_string();
        let _ = self.world.exchange.write_own_plan(her, Some((home.plan, &base)), content).await.unwrap();
    }

    /// Something that happens once, between the next decision and its record.
    pub fn between(&self, act: Between) {
        self.world.once_between(act);
    }

    /// The hospital asks.
    pub async fn ask(&self, home: &Home, way: Way, cursor: Option<&str>) -> Observed {
        let path = match (way, cursor) {
            (Way::Next, Some(cursor)) => cursor.to_owned(),
            (Way::First, _) | (Way::Next, None) => format!("/fhir/Observation?patient={}&_count=1", home.person),
        };
        self.world.call(&Asked::new("GET", &path).bearer(&self.token)).await
    }

    /// The hospital reads the plan.
    pub async fn read(&self, home: &Home) -> Observed {
        self.world.call(&Asked::new("GET", &format!("/fhir/CarePlan/{}", home.plan)).bearer(&self.token)).await
    }
}

/// The version that an answer shows.
#[must_use]
pub fn version(answer: &Observed) -> Option<u8> {
    let text = String::from_utf8_lossy(&answer.body);
    let digits: String = text.split_once(VERSION)?.1.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// The link to the next page.
#[must_use]
pub fn next(answer: &Observed) -> Option<String> {
    let json = answer.json();
    let next = json["link"].as_array()?.iter().find(|link| link["relation"] == "next")?["url"].as_str()?.to_owned();
    next.strip_prefix(BASE).map(str::to_owned)
}
