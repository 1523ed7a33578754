//! The house on a real socket, with a hook by which the kit sets up its situations: fresh persons for each.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use sayso_consent::{Consent, Effect, Known, Origin, Period, Provision, Purposes, Recipient, Status, Themselves, What};
use sayso_exchange::sharing::{Choice, Party};
use sayso_plan::{
    ClientId, Content, Identifier, IdentifierState, Lang, OrganizationId, Person, PersonId, PlanId, ProvisionId,
    Purpose, Section, Share, Words,
};
use sayso_tests::world::{Asked, BASE, World};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use tokio::net::TcpListener;
use tokio::sync::watch;

const PLAN: &str = include_str!("../../../../fixtures/persons/ama/joint-crisis.plan.json");
const NUMBERS: &str = "urn:oid:2.16.840.1.113883.2.1.4.1";
const HELPS: &str = "red scarf";
const TREATMENT: &str = "My neck locked";
const CLOSE: &str = "held me down on a ward";
const TITLE: &str = "What we do when it gets too bright";

/// The situations that this house sets up; what it has no word for is not among them.
pub(crate) const SITUATIONS: [&str; 20] = [
    "open",
    "closed",
    "parts",
    "places",
    "close",
    "split",
    "edited-before",
    "refused",
    "refused-then-permitted",
    "draft",
    "proposed",
    "rejected",
    "inactive",
    "entered-in-error",
    "for-another",
    "ended",
    "not-begun",
    "other-purpose",
    "emergency-only",
    "unverified",
];

/// Those of them that no Consent can make: who is there, what stands in their plan, and what is opened by parts.
const BEFORE: [&str; 7] = ["closed", "parts", "places", "close", "split", "edited-before", "unverified"];

/// What persons do in it.
pub(crate) const ACTS: [&str; 4] = ["withdraw", "edit-hidden", "edit-open", "confirm"];

/// How what the Consents of the kit say comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// Most of it is put on record as it is; an app of the person's sends only what there is no other way to say.
    Record,
    /// An app of the person's sends all of it.
    App,
    /// The hospital sends all of it, in its own matter.
    Hospital,
}

/// An open house.
pub(crate) struct House {
    world: World,
    persons: AtomicU64,
}

fn id<T: std::str::FromStr>(n: u64) -> T
where
    T::Err: std::fmt::Debug,
{
    format!("00000000-0000-4000-8000-{n:012x}").parse().unwrap()
}

fn riverside() -> OrganizationId {
    id(1)
}

fn harbour() -> OrganizationId {
    id(2)
}

fn sections(sections: &[Section]) -> Choice {
    Choice { sections: sections.iter().copied().collect(), ..Choice::default() }
}

fn everything() -> Choice {
    Choice { sections: Section::all().collect(), ..Choice::default() }
}

impl House {
    /// Opens it, and returns its description for the kit.
    pub(crate) async fn open(by: By) -> String {
        let world = World::open(sayso_store::Place::Memory).await;
        world.reseed(1);
        // The kit names days by the clock of its machine.
        world.wait(OffsetDateTime::now_utc() - world.now());
        world.organization(riverside(), "Riverside Hospital").await;
        world.organization(harbour(), "Harbour Clinic").await;
        let (hospital, other, emergency): (ClientId, ClientId, ClientId) = (id(0x11), id(0x12), id(0x13));
        world.system(hospital, riverside(), "ehr", &["TREAT"]).await;
        world.system(other, harbour(), "ehr", &["TREAT"]).await;
        world.system(emergency, riverside(), "ehr", &["ETREAT"]).await;
        world.app(id(0x14)).await;
        let mut readers = String::new();
        for (n, (name, client)) in
            [("hospital", hospital), ("other", other), ("emergency", emergency)].iter().enumerate()
        {
            let token = world.token(*client, None, "system/*.rs system/Consent.c", 500 + n as u64).await;
            readers += &format!("[reader.{name}]\ntoken = \"{token}\"\n");
        }
        let doors = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/fhir", doors.local_addr().unwrap());
        let (stop, stopped) = watch::channel(false);
        // The house is open as long as this process lives.
        std::mem::forget(stop);
        drop(tokio::spawn(sayso_gateway::serve::serve(doors, sayso_gateway::router(world.gateway.clone()), stopped)));
        let hook = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = format!("http://{}/", hook.local_addr().unwrap());
        let house = Arc::new(Self { world, persons: AtomicU64::new(0x1000) });
        drop(tokio::spawn(
            async move { axum::serve(hook, Router::new().route("/", post(told)).with_state(house)).await },
        ));
        let can = "can = ['conditional', 'count', 'head', 'history', 'identifier', 'paging', 'parts', 'post-search', \
                   'purpose', 'read', 'search', 'tokens', 'verify', 'vread']";
        let (hook, sender): (&[&str], _) = match by {
            By::Record => (&SITUATIONS, "owner"),
            By::App => (&BEFORE, "owner"),
            By::Hospital => (&BEFORE, "hospital"),
        };
        let number = |organization: OrganizationId| format!("{BASE}/fhir/NamingSystem/organization|{organization}");
        format!(
            "name = 'sayso, in the test'\nbase = '{base}'\npublic = '{BASE}/fhir'\n{can}\n[hook]\nurl = '{at}'\n\
             situations = {hook:?}\nacts = {ACTS:?}\n\
             [consents]\nas = '{sender}'\nof = 'closed'\nconfirm = 'confirm'\n\
             labels = ['{BASE}/fhir/CodeSystem/plan-section|helps']\n\
             [given]\nrecipient = '{}'\nother_recipient = '{}'\n{readers}",
            number(riverside()),
            number(harbour()),
        )
    }

    async fn situation(&self, name: &str) -> Option<Value> {
        let n = self.persons.fetch_add(1, Ordering::SeqCst);
        let number = format!("{n:010}");
        let state = match name {
            "unverified" => IdentifierState::Claimed,
            _ => IdentifierState::Verified { by: "Riverside".into(), at: self.world.now() },
        };
        let person: PersonId = id(n);
        let identifiers = vec![Identifier { system: NUMBERS.into(), value: number.clone(), state }];
        let language = Lang::try_from("en-GB").unwrap();
        let name_of_hers = "Ama Testwell".to_owned();
        let one = Person { id: person, name: name_of_hers, language, zone_minutes: 0, birth_date: None, identifiers };
        let _ = self.world.exchange.create_person(one).await.unwrap();
        let her = Themselves::signed_in(person);
        let content: Content = serde_json::from_str(PLAN).unwrap();
        let plan = self.world.exchange.write_own_plan(her, None, content).await.unwrap().sheet.plan();
        self.share(her, Party::App(id(0x14)), Purpose::Patrqt, &everything()).await;
        self.world.wait(Duration::hours(1));
        let mut vars = json!({
            "patient": person, "plan": format!("CarePlan/{plan}"), "document": format!("Bundle/{plan}"),
            "number": format!("{NUMBERS}|{number}"), "words": HELPS,
            "owner_token": self.world.token(id(0x14), Some(person), "patient/*.cruds patient/Consent.c", n).await,
        });
        match name {
            "closed" => {}
            "open" | "unverified" => self.treat(her, riverside(), &everything()).await,
            "for-another" => self.treat(her, harbour(), &everything()).await,
            "other-purpose" => self.share(her, Party::Organization(riverside()), Purpose::Coc, &everything()).await,
            "emergency-only" => self.share(her, Party::Organization(riverside()), Purpose::Etreat, &everything()).await,
            "refused" => {
                let refused = self.world.exchange.refuse(her, Party::Organization(riverside()), false).await;
                drop(refused.unwrap());
                // Her own page ends permits where she refuses; here both stand.
                self.say(person, |_| {}).await;
            }
            "refused-then-permitted" => {
                let refused = self.world.exchange.refuse(her, Party::Organization(riverside()), false).await;
                drop(refused.unwrap());
                self.world.wait(Duration::hours(1));
                self.treat(her, riverside(), &everything()).await;
            }
            "parts" => {
                self.treat(her, riverside(), &sections(&[Section::Helps])).await;
                let part = self.hidden_part(&vars, n).await;
                let hidden = [TREATMENT, "Cannon Lane", "second alto", "at ten past three"];
                let people = ["Pearl Goodenough", "Marek Lantern", "Dr Ines Fairweather"];
                let more = json!({
                    "hidden": hidden, "hidden_people": people, "hidden_title": TITLE, "hidden_absence": "safer-space",
                });
                vars.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                if let Some(part) = part {
                    vars["hidden_part"] = part.into();
                }
            }
            "places" => {
                // A close word of hers before the others, all in their places.
                let before = |content: &mut Content| {
                    let place = content.items.iter().position(|draft| draft.item.section == Section::Helps).unwrap();
                    let mut draft = content.items[place].clone();
                    (draft.id, draft.item.share) = (None, Some(Share::Close));
                    let words = Words::new("A close word of hers".into(), Lang::try_from("en-GB").unwrap());
                    draft.item.words = Some(words.unwrap());
                    content.items.insert(place, draft);
                    let helps = content.items.iter_mut().filter(|draft| draft.item.section == Section::Helps);
                    helps.zip(1..).for_each(|(draft, n)| draft.item.order = Some(n));
                };
                self.edit(her, plan, before).await;
                self.treat(her, riverside(), &sections(&[Section::Helps])).await;
                vars["hidden"] = "A close word of hers".into();
                vars["hidden_place"] = "\"url\":\"order\",\"valueInteger\":5".into();
            }
            "close" => {
                self.treat(her, riverside(), &sections(&[Section::Helps, Section::PastToKnow])).await;
                vars["hidden"] = json!([CLOSE, "Our mother died"]);
            }
            "split" => {
                self.treat(her, riverside(), &sections(&[Section::Helps])).await;
                self.treat(her, harbour(), &sections(&[Section::Treatment])).await;
                vars["other_words"] = TREATMENT.into();
            }
            "edited-before" => {
                self.reword(her, plan, HELPS, "Let me hold the green shawl.").await;
                self.world.wait(Duration::hours(1));
                self.treat(her, riverside(), &everything()).await;
                (vars["words"], vars["old_words"]) = ("green shawl".into(), HELPS.into());
            }
            "draft" => self.say(person, |consent| consent.status = Known::Is(Status::Draft)).await,
            "proposed" => self.say(person, |consent| consent.status = Known::Is(Status::Proposed)).await,
            "rejected" => self.say(person, |consent| consent.status = Known::Is(Status::Rejected)).await,
            "entered-in-error" => self.say(person, |consent| consent.status = Known::Is(Status::EnteredInError)).await,
            "inactive" => {
                let now = self.world.now();
                let taken_back = |consent: &mut Consent| {
                    consent.status = Known::Is(Status::Inactive);
                    consent.withdrawn_at = Some(now);
                };
                self.say(person, taken_back).await;
            }
            "ended" | "not-begun" => {
                let now = self.world.now();
                let (from, until) = if name == "ended" { (-9, -1) } else { (90, 900) };
                let period = Period { from: now + Duration::days(from), until: now + Duration::days(until) };
                self.say(person, |consent| consent.provisions[0].period = Known::Is(period)).await;
            }
            _ => return None,
        }
        Some(vars)
    }

    /// A part of the plan that its owner sees and the hospital does not; none where what is planted shows both the same.
    async fn hidden_part(&self, vars: &Value, n: u64) -> Option<String> {
        let path = format!("/fhir/Observation?patient={}", vars["patient"].as_str().unwrap());
        let hospital = self.world.token(id(0x11), None, "system/*.rs", 1_000_000 + n).await;
        let seen = async |token: &str| {
            let json = self.world.call(&Asked::new("GET", &path).bearer(token)).await.json();
            let ids = json["entry"].as_array().into_iter().flatten().map(|entry| entry["resource"]["id"].clone());
            ids.collect::<Vec<_>>()
        };
        let shown = seen(&hospital).await;
        let all = seen(vars["owner_token"].as_str().unwrap()).await;
        let hidden = all.iter().find(|part| !shown.contains(part))?;
        Some(format!("Observation/{}", hidden.as_str()?))
    }

    async fn act(&self, name: &str, vars: &Value) -> Option<Value> {
        let person: PersonId = vars["patient"].as_str()?.parse().ok()?;
        let plan: PlanId = vars["plan"].as_str()?.strip_prefix("CarePlan/")?.parse().ok()?;
        let her = Themselves::signed_in(person);
        self.world.wait(if name == "confirm" { Duration::minutes(1) } else { Duration::days(1) });
        match name {
            "withdraw" => {
                let stopped = self.world.exchange.stop_sharing(her, Party::Organization(riverside())).await;
                drop(stopped.unwrap());
            }
            "confirm" => self.confirm(her).await,
            "edit-hidden" => self.reword(her, plan, TREATMENT, "Other words about treatment.").await,
            "edit-open" => self.reword(her, plan, HELPS, "Let me hold the blue hat.").await,
            _ => return None,
        }
        Some(json!({}))
    }

    /// She says yes on her page to all that waits for her.
    async fn confirm(&self, her: Themselves) {
        loop {
            let (seen, waiting) = self.world.exchange.waiting_consents(her).await.unwrap();
            let Some(first) = waiting.first() else { return };
            let _ = self.world.exchange.confirm_consent(her, first.id, seen).await.unwrap();
        }
    }

    async fn share(&self, her: Themselves, party: Party, purpose: Purpose, choice: &Choice) {
        let _ = self.world.exchange.share(her, party, purpose, choice, None).await.unwrap();
    }

    async fn treat(&self, her: Themselves, organization: OrganizationId, choice: &Choice) {
        self.share(her, Party::Organization(organization), Purpose::Treat, choice).await;
    }

    async fn edit(&self, her: Themselves, plan: PlanId, change: impl FnOnce(&mut Content)) {
        let now = self.world.exchange.own_plan(her, plan).await.unwrap().unwrap();
        let mut content = now.get().as_content();
        change(&mut content);
        let base = now.fingerprint().to_string();
        let _ = self.world.exchange.write_own_plan(her, Some((plan, &base)), content).await.unwrap();
    }

    async fn reword(&self, her: Themselves, plan: PlanId, from: &str, to: &str) {
        let change = |content: &mut Content| {
            let stands = |words: &Option<Words>| words.as_ref().is_some_and(|words| words.text().contains(from));
            let said = content.items.iter_mut().find(|draft| stands(&draft.item.words)).unwrap();
            said.item.words = Some(Words::new(to.to_owned(), Lang::try_from("en-GB").unwrap()).unwrap());
        };
        self.edit(her, plan, change).await;
    }

    /// Puts a permit of everything on record that is changed before, so that it is none.
    async fn say(&self, person: PersonId, and: impl FnOnce(&mut Consent)) {
        let at = self.world.now();
        let permit = |section| Provision {
            id: ProvisionId::from_random(self.world.exchange.fresh()),
            effect: Effect::Permit,
            recipient: Known::Is(Recipient::Organization(riverside())),
            purposes: Known::Is(Purposes::Only(Purpose::Treat)),
            what: Known::Is(What::Section(section)),
            period: Known::Is(Period { from: at, until: at + Duration::days(20_000) }),
            even_in_emergency: false,
            after_death: false,
        };
        let mut consent = Consent {
            id: sayso_plan::ConsentId::from_random(self.world.exchange.fresh()),
            person,
            status: Known::Is(Status::Active),
            origin: Origin::Person,
            given_at: at,
            withdrawn_at: None,
            earlier_of: None,
            narrowed_at: None,
            sent: None,
            provisions: vec![permit(Section::Helps)],
        };
        and(&mut consent);
        assert!(self.world.put_consent(consent).await);
    }
}

async fn told(State(house): State<Arc<House>>, body: Bytes) -> (StatusCode, String) {
    let told: Value = serde_json::from_slice(&body).unwrap();
    let vars = match told["do"].as_str() {
        Some("set-up") => house.situation(told["situation"].as_str().unwrap()).await,
        Some("act") => house.act(told["act"].as_str().unwrap(), &told["vars"]).await,
        Some(_) | None => None,
    };
    match vars {
        Some(vars) => (StatusCode::OK, json!({ "vars": vars }).to_string()),
        None => (StatusCode::NOT_FOUND, "this house does not know that".into()),
    }
}
