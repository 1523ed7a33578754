//! Each act by which a person changes who sees what gives them one receipt, as a page and as a file that is valid by the
//! published schema; it says what the consents say, is theirs alone, and never changes.

use std::collections::BTreeMap;

use jsonschema::{Draft, Validator};
use sayso_auth::Place;
use sayso_consent::leak::Leak;
use sayso_consent::{Consent, Effect, Known, Origin, Period, Provision, Purposes, Recipient, Status, Themselves, What};
use sayso_exchange::sharing::{Choice, Party};
use sayso_exchange::{Act, ConsentChange, Decided, Decision, Exchange, Session, ShownWords};
use sayso_plan::{
    ClientId, ConsentId, ItemId, LeafId, OrganizationId, PersonId, PlanKind, ProvisionId, Purpose, Section,
};
use sayso_store::{Change, NewLeaf, Write};
use sayso_tests::generate::Choices;
use sayso_tests::world::{Asked, BASE};
use serde_json::Value;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::consents::put;
use crate::home::{HER_WORDS, Home, app, id, riverside};
use crate::pages::{Page, visit};
use crate::planted::Planted;
use crate::said_is_so::permit_of;
use crate::supporters::{all, opens, supporter};

const SCHEMA: &str = include_str!("../../../profiles/consent-receipt.schema.json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
/// How many acts are done, one after the other, some of them by her app.
const ACTS: u64 = 180;

/// The schema that is published here, and what Kantara asks of each member, as far as its schema says it.
pub(crate) struct Schemas {
    pub(crate) ours: Validator,
    kantara: Validator,
}

pub(crate) fn schema() -> Schemas {
    let ours: Value = serde_json::from_str(SCHEMA).unwrap();
    let ours = jsonschema::options().with_draft(Draft::Draft202012).build(&ours).unwrap();
    Schemas { ours, kantara: crate::kantara::schema() }
}

pub(crate) fn valid(schemas: &Schemas, json: &Value) {
    for schema in [&schemas.ours, &schemas.kantara] {
        let faults: Vec<String> = schema.iter_errors(json).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(faults.is_empty(), "{faults:?}\n{json:#}");
    }
}

/// Somebody who is signed in.
pub(crate) struct Visitor {
    person: PersonId,
    session: Session,
}

impl Visitor {
    pub(crate) async fn of(home: &Home, person: PersonId) -> Self {
        let once = home.world.exchange.invite(person).await.unwrap();
        Self { person, session: home.world.exchange.sign_in_by_link(once.expose()).await.unwrap() }
    }

    pub(crate) fn themselves(&self) -> Themselves {
        Themselves::signed_in(self.person)
    }

    fn cookie(&self) -> String {
        format!("{}={}", sayso_auth::sign_in::cookie_name(&Place::at(BASE).unwrap()), self.session.cookie())
    }

    pub(crate) async fn get(&self, home: &Home, path: &str) -> Page {
        visit(home, "GET", path, &[("cookie", &self.cookie())], "").await
    }

    pub(crate) async fn post(&self, home: &Home, path: &str, fields: &str) -> Page {
        let body = format!("form={}&{fields}", self.session.form_token(path));
        visit(home, "POST", path, &[FORM, ("cookie", &self.cookie())], &body).await
    }

    /// The page and the file of a receipt.
    pub(crate) async fn receipt(&self, home: &Home, id: LeafId) -> (String, String) {
        let page = self.get(home, &format!("/me/sharing/receipts/{id}")).await;
        let file = self.get(home, &format!("/me/sharing/receipts/{id}.json")).await;
        assert_eq!((page.status, file.status), (200, 200), "{page:?} {file:?}");
        let header = |name: &str| file.headers[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-disposition"), format!("attachment; filename=\"receipt-{id}.json\""));
        assert_eq!((header("cache-control"), header("content-type")), ("no-store".into(), "application/json".into()));
        (page.text, file.text)
    }

    /// The ids of all receipts, newest first.
    pub(crate) async fn receipts(&self, home: &Home) -> Vec<LeafId> {
        let all = home.world.exchange.consent_receipts(self.themselves(), None, 100_000).await.unwrap();
        assert_eq!(all.1, None);
        all.0.iter().map(|receipt| receipt.id).collect()
    }
}

fn harbour() -> OrganizationId {
    id(0x02)
}

/// The words that the pages of these tests have.
fn words() -> ShownWords {
    sayso_exchange::consent_receipts::words_version("en", &["Let them see this"])
}

/// The consents that stand.
async fn standing(home: &Home, person: PersonId) -> BTreeMap<ConsentId, Consent> {
    let snapshot = home.world.exchange.store().snapshot(person).await.unwrap().unwrap();
    snapshot.consents.iter().map(|consent| (consent.id, consent.clone())).collect()
}

fn some<T: Copy>(all: &[T], one_in: u64, choices: &mut Choices) -> Vec<T> {
    all.iter().copied().filter(|_| choices.once_in(one_in)).collect()
}

/// One act of Ama's towards somebody.
async fn act(exchange: &Exchange, ama: Themselves, items: &[ItemId], choices: &mut Choices) -> LeafId {
    let parties =
        [Party::Organization(riverside()), Party::Organization(harbour()), Party::CrisisServices, Party::App(app())];
    let party = choices.of(&parties).unwrap();
    let done = match choices.below(8) {
        0 => exchange.stop_sharing(ama, party).await,
        1 => exchange.refuse(ama, party, choices.once_in(2)).await,
        2 => {
            let (seen, _) = exchange.standing(ama).await.unwrap();
            exchange.end_refusal(ama, party, seen).await
        }
        3 => {
            // One section less than what is open.
            let (_, standing) = exchange.standing(ama).await.unwrap();
            let open = standing.iter().find(|one| one.party == party && one.open.sections.len() > 1);
            let Some(mut less) = open.cloned() else { return Box::pin(act(exchange, ama, items, choices)).await };
            less.open.sections.pop_first();
            exchange.share(ama, party, less.purpose, &less.open, None).await
        }
        _ => {
            let sections: Vec<Section> = Section::all().collect();
            let purpose = match party {
                Party::App(_) => Purpose::Patrqt,
                _ => choices.of(&[Purpose::Treat, Purpose::Etreat, Purpose::Coc]).unwrap(),
            };
            let choice = Choice {
                kinds: some(&PlanKind::ALL, 8, choices).into_iter().collect(),
                sections: some(&sections, 6, choices).into_iter().collect(),
                items: some(items, 30, choices).into_iter().collect(),
                documents: choices.once_in(4),
                ..Choice::default()
            };
            exchange.share(ama, party, purpose, &choice, None).await
        }
    };
    done.unwrap().leaf()
}

/// An app of hers that stays let in.
fn hand() -> ClientId {
    id(0x77)
}

/// By FHIR, an app of hers takes back something that she opened, or lets it end a second earlier; none where nothing is
/// open.
async fn act_of_app(home: &Home, token: &str, choices: &mut Choices) -> bool {
    let all = format!("/fhir/Consent?patient={}&category=59284-0&status=active&_count=200", home.ama);
    let all = home.ask(Asked::new("GET", &all), Some(token)).await.json();
    let resources = all["entry"].as_array().into_iter().flatten().map(|entry| &entry["resource"]);
    let is_own = |one: &Value| one.to_string().contains(&hand().to_string());
    let is_permit = |one: &Value| one["provision"]["provision"][0]["type"] == "permit";
    let permits: Vec<&Value> = resources.filter(|one| is_permit(one) && !is_own(one)).collect();
    let Some(one) = choices.of(&permits) else { return false };
    let mut less = one.clone();
    if choices.once_in(3) {
        less["status"] = "inactive".into();
    } else {
        let end = less["provision"]["provision"][0]["period"]["end"].as_str().unwrap();
        let end = OffsetDateTime::parse(end, &Rfc3339).unwrap() - Duration::seconds(1);
        less["provision"]["provision"][0]["period"]["end"] = instant(end).into();
    }
    let answer = put(home, token, &less, less["meta"]["versionId"].as_str().unwrap()).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    true
}

pub(crate) fn instant(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap()
}

/// The terms of a receipt by consent, as the consents themselves say it.
fn expected(consents: &BTreeMap<ConsentId, Consent>) -> BTreeMap<String, (String, String, String, String, String)> {
    let of = |consent: &Consent| {
        let one = &consent.provisions[0];
        let effect = if one.effect == Effect::Permit { "permit" } else { "deny" };
        let purpose = match one.purposes {
            Known::Is(Purposes::Only(purpose)) => purpose.to_string(),
            _ => "any".into(),
        };
        let what = match one.what {
            Known::Is(What::Section(section)) => format!("section {section}"),
            Known::Is(What::Kind(kind)) => format!("kind {kind}"),
            Known::Is(What::Item(item)) => format!("item {item}"),
            Known::Is(What::Documents) => "documents ".into(),
            _ => "everything ".into(),
        };
        let recipient = match one.recipient {
            Known::Is(Recipient::Organization(id)) => id.to_string(),
            Known::Is(Recipient::App(id)) => id.to_string(),
            _ => "crisis-services".into(),
        };
        let Known::Is(period) = one.period else { panic!("{one:?}") };
        (effect.to_owned(), purpose, what, recipient, format!("{} {}", instant(period.from), instant(period.until)))
    };
    consents.values().map(|consent| (consent.id.to_string(), of(consent))).collect()
}

/// The same, as a file says it.
fn told(terms: &Value) -> BTreeMap<String, (String, String, String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of = |term: &Value| {
        let what = format!("{} {}", text(&term["what"]["type"]), text(&term["what"]["code"]));
        let period = format!("{} {}", text(&term["from"]), text(&term["until"]));
        let recipient = text(&term["recipient"]["id"]);
        (text(&term["effect"]), text(&term["purpose"]), what, recipient, period)
    };
    terms.as_array().unwrap().iter().map(|term| (text(&term["consent"]), of(term))).collect()
}

#[tokio::test]
async fn every_act_gives_one_receipt_that_says_what_the_consents_say_and_never_changes() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (ama, schema) = (Visitor::of(&home, home.ama).await, schema());
    let own = home.world.exchange.own_plans(ama.themselves()).await.unwrap();
    let items: Vec<ItemId> = own.iter().flat_map(|plan| plan.get().items.iter().map(|item| item.id)).collect();
    let by_page = home.world.exchange.showing(words());
    let mut choices = Choices::new(0x7ece);
    let mut kept: Vec<(LeafId, String, String)> = Vec::new();
    let mut types: BTreeMap<String, u32> = BTreeMap::new();
    home.world.app(hand()).await;
    let let_in = Choice { sections: [Section::Helps].into(), ..Choice::default() };
    let party = Party::App(hand());
    let _ = home.world.exchange.share(ama.themselves(), party, Purpose::Patrqt, &let_in, None).await.unwrap();
    let mut count = ama.receipts(&home).await.len();
    let mut by_app = 0;
    for n in 0..ACTS {
        let token = home.token_for(hand(), Some(home.ama), "patient/Consent.rus", Duration::minutes(5)).await;
        if choices.once_in(5) && act_of_app(&home, &token, &mut choices).await {
            let all = ama.receipts(&home).await;
            assert_eq!(all.len(), count + 1, "act {n}, by the app");
            (count, by_app) = (count + 1, by_app + 1);
            let (page, file) = ama.receipt(&home, all[0]).await;
            valid(&schema, &serde_json::from_str(&file).unwrap());
            kept.push((all[0], page, file));
            home.world.wait(Duration::seconds(i64::try_from(choices.below(2)).unwrap()));
            continue;
        }
        let before = standing(&home, home.ama).await;
        let on_page = choices.once_in(2);
        let exchange = if on_page { &by_page } else { &home.world.exchange };
        let leaf = act(exchange, ama.themselves(), &items, &mut choices).await;
        let after = standing(&home, home.ama).await;
        let all = ama.receipts(&home).await;
        assert_eq!(all.len(), count + 1, "act {n}");
        assert_eq!(all[0], leaf, "act {n}: the newest stands first");
        count += 1;

        let (page, file) = ama.receipt(&home, leaf).await;
        let json: Value = serde_json::from_str(&file).unwrap();
        valid(&schema, &json);
        let mut given = after.clone();
        given.retain(|id, _| !before.contains_key(id));
        let mut ended = before.clone();
        ended.retain(|id, _| !after.contains_key(id));
        assert_eq!(told(&json["record"]["given"]), expected(&given), "act {n}");
        assert_eq!(told(&json["record"]["ended"]), expected(&ended), "act {n}");
        for (consent, term) in told(&json["record"]["kept"]) {
            assert_eq!(expected(&after).get(&consent), Some(&term), "act {n}: what is kept stands");
        }
        assert_eq!(json["record"]["privacy_notice"].is_object(), on_page, "act {n}");
        assert_eq!(json["piiPrincipalId"], home.ama.to_string());
        same(&page, &json, n);
        *types.entry(json["record"]["event"]["event_type"].as_str().unwrap().to_owned()).or_default() += 1;
        kept.push((leaf, page, file));
        // The clock may stand still between two acts.
        home.world.wait(Duration::seconds(i64::try_from(choices.below(2)).unwrap()));
    }
    for sort in ["given", "changed", "narrowed", "withdrawn", "refused", "refusal-ended", "confirmed"] {
        assert!(types.get(sort).is_some_and(|count| *count > 1), "{sort} was hardly tried: {types:?}");
    }
    assert!(by_app > 20, "her app hardly did anything: {by_app}");
    for (leaf, page, file) in kept {
        assert_eq!(ama.receipt(&home, leaf).await, (page, file), "a receipt changed after later acts");
    }
}

/// What the page and the file of one receipt say is the same.
fn same(page: &str, json: &Value, n: u64) {
    let words: String = page.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text).collect();
    let mut said = vec![json["consentReceiptID"].clone(), json["record"]["recipient"]["name"].clone()];
    said.extend(["piiController", "contact", "email", "phone"].map(|name| json["piiControllers"][0][name].clone()));
    said.push(json["policyUrl"].clone());
    said.extend(json["record"]["privacy_notice"].get("version").cloned());
    for heap in ["given", "kept", "ended"] {
        let sections = json["record"][heap].as_array().unwrap().iter().map(|term| &term["what"]);
        let sections = sections.filter(|what| what["type"] == "section").map(|what| what["code"].as_str().unwrap());
        said.extend(sections.map(|code| Value::from(code.parse::<Section>().unwrap().title())));
    }
    for text in said {
        assert!(words.contains(text.as_str().unwrap()), "act {n}: the page does not say {text}: {words}");
    }
    let purposes = json["services"][0]["purposes"].as_array().unwrap();
    for part in purposes.iter().flat_map(|one| one["piiCategory"].as_array().unwrap()) {
        let part = part.as_str().unwrap();
        assert!(part.starts_with("1 thing") || words.contains(part), "act {n}: {part}: {words}");
    }
    assert!(!words.contains(HER_WORDS) && !json.to_string().contains(HER_WORDS), "act {n}");
}

#[tokio::test]
async fn ama_lets_riverside_see_what_helps_stops_says_no_and_gets_a_receipt_each_time() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let there = format!("/me/sharing/{}", harbour());
    let (seen, _) = home.world.exchange.standing(ama.themselves()).await.unwrap();
    let shared = ama.post(&home, &format!("{there}/share"), &format!("purpose=TREAT&seen={seen}&section=helps")).await;
    assert_eq!(shared.status, 303, "{shared:?}");
    let led = ama.get(&home, &shared.location).await;
    let receipt = ama.receipts(&home).await[0];
    assert!(led.text.contains(&format!("/me/sharing/receipts/{receipt}")), "{led:?}");
    let (page, file) = ama.receipt(&home, receipt).await;
    for told in [
        "You let Harbour Clinic see something for treatment on ",
        "What helps",
        "You need no reason.",
        "English, text ",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let json: Value = serde_json::from_str(&file).unwrap();
    assert_eq!(json["services"][0]["purposes"][0]["piiCategory"], serde_json::json!(["What helps"]));
    assert_eq!(json["record"]["withdrawal_method"], format!("{BASE}{there}"));
    assert_eq!(json["record"]["event"]["event_state"], "consent given");

    let stopped = ama.post(&home, &format!("{there}/stop"), "").await;
    let receipt = ama.receipts(&home).await[0];
    assert!(stopped.text.contains(&format!("/me/sharing/receipts/{receipt}")), "{stopped:?}");
    let (page, file) = ama.receipt(&home, receipt).await;
    assert!(page.contains("You stopped sharing with Harbour Clinic"), "{page}");
    assert_eq!(serde_json::from_str::<Value>(&file).unwrap()["services"][0]["purposes"], serde_json::json!([]));

    for (act, sentence) in
        [("never", "You said no to Harbour Clinic on "), ("never/end", "You ended your no to Harbour Clinic on ")]
    {
        let (seen, _) = home.world.exchange.standing(Themselves::signed_in(home.ama)).await.unwrap();
        let done = ama.post(&home, &format!("{there}/{act}"), &format!("emergency=yes&seen={seen}")).await;
        let led = ama.get(&home, &done.location).await;
        let receipt = ama.receipts(&home).await[0];
        assert!(led.text.contains(&format!("/me/sharing/receipts/{receipt}")), "{led:?}");
        assert!(ama.receipt(&home, receipt).await.0.contains(sentence));
    }
    let list = ama.get(&home, "/me/sharing/receipts").await;
    let happened = ama.get(&home, "/me/receipts").await;
    // Once for the yes that was ended, and not for the no.
    assert_eq!(happened.text.matches("You stopped sharing with Harbour Clinic").count(), 1, "{happened:?}");
    assert!(happened.text.contains("You ended your no to Harbour Clinic on "), "{happened:?}");
    for receipt in ama.receipts(&home).await {
        let link = format!("/me/sharing/receipts/{receipt}");
        assert!(list.text.contains(&link) && happened.text.contains(&link), "{link}");
    }
    assert_eq!(ama.get(&home, "/me/sharing/receipts?before=x").await.status, 200);
    assert!(ama.get(&home, "/me/sharing/receipts?before=1").await.text.contains("There is no receipt yet."));
}

#[tokio::test]
async fn that_somebody_supports_her_no_more_gives_a_receipt_of_all_that_ended_with_it() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let (kofi, _) = supporter(&home, home.ama, "kofi").await;
    opens(&home, kofi, &all()).await;
    home.world.wait(Duration::minutes(1));
    let leaf = home.world.exchange.end_supporter(ama.themselves(), kofi).await.unwrap().leaf();
    assert_eq!(ama.receipts(&home).await[0], leaf);
    let (page, file) = ama.receipt(&home, leaf).await;
    let json: Value = serde_json::from_str(&file).unwrap();
    valid(&schema(), &json);
    assert_eq!(told(&json["record"]["ended"]).len(), all().sections.len(), "{json:#}");
    assert!(page.contains("You stopped sharing with kofi on "), "{page}");
    let (joyce, _) = supporter(&home, home.ama, "joyce").await;
    let _ = home.world.exchange.end_supporter(ama.themselves(), joyce).await.unwrap();
    assert_eq!(ama.receipts(&home).await[0], leaf, "nothing was open, so nothing ended");
}

#[tokio::test]
async fn that_a_supporter_leaves_gives_a_receipt_that_says_who_ended_it() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let (kofi, his) = supporter(&home, home.ama, "kofi").await;
    opens(&home, kofi, &all()).await;
    let open = ama.receipts(&home).await;
    home.world.wait(Duration::minutes(1));
    home.world.exchange.leave(&his, kofi).await.unwrap();
    let now = ama.receipts(&home).await;
    assert_eq!(now.len(), open.len() + 1);
    let (page, file) = ama.receipt(&home, now[0]).await;
    assert!(page.contains("You read none: they did this themselves."), "{page}");
    let json: Value = serde_json::from_str(&file).unwrap();
    valid(&schema(), &json);
    let record = &json["record"];
    assert_eq!(
        (&record["event"]["event_type"], &record["event"]["event_state"]),
        (&"left".into(), &"consent withdrawn".into())
    );
    assert_eq!(record["event"]["entity_id"], kofi.to_string());
    assert_eq!(json["collectionMethod"], "somebody who supported the person, by leaving");
    assert_eq!(told(&record["ended"]).len(), all().sections.len(), "{json:#}");
    assert!(page.contains("kofi left on ") && !page.contains("You stopped"), "{page}");
    let link = format!("/me/sharing/receipts/{}", now[0]);
    assert!(ama.get(&home, "/me/receipts").await.text.contains(&link), "{link}");
    // He has no page any more: hers of all who support her is where she begins again.
    for receipt in [now[0], open[0]] {
        let (page, _) = ama.receipt(&home, receipt).await;
        assert!(
            page.contains(r#"href="/me/sharing/people""#) && !page.contains(&format!("supporter/{kofi}")),
            "{page}"
        );
        assert!(page.contains("They do not support you any more.") && !page.contains("Stop or change this"), "{page}");
    }
    assert_eq!(json["services"][0]["purposes"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn the_receipt_of_a_no_to_what_was_proposed_says_that_nothing_was_open() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let mut permit = home.permit();
    permit["provision"]["provision"][0]["actor"][0]["reference"]["identifier"]["value"] = harbour().to_string().into();
    assert_eq!(home.sent(&permit).await.status, 201);
    let (_, waiting) = home.world.exchange.waiting_consents(ama.themselves()).await.unwrap();
    let declined = home.world.exchange.decline_consent(ama.themselves(), waiting[0].id).await.unwrap().leaf();
    let (page, file) = ama.receipt(&home, declined).await;
    let json: Value = serde_json::from_str(&file).unwrap();
    valid(&schema(), &json);
    let event = &json["record"]["event"];
    assert_eq!((&event["event_type"], &event["event_state"]), (&"declined".into(), &"consent refused".into()));
    assert!(page.contains("You were asked to share more with Harbour Clinic. You said no on "), "{page}");
    assert!(page.contains("What was asked for") && page.contains("This opens nothing by itself."), "{page}");
    assert!(!page.contains("You stopped sharing") && !page.contains("What is closed now"), "{page}");
    assert!(page.contains("1 January 2027"), "until when it was asked for: {page}");
}

#[tokio::test]
async fn saying_again_what_stands_gives_a_receipt_of_what_stands() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let choice = Choice { sections: [Section::Helps].into(), ..Choice::default() };
    let party = Party::Organization(harbour());
    for _ in 0..2 {
        let _ = home.world.exchange.share(ama.themselves(), party, Purpose::Treat, &choice, None).await.unwrap();
        home.world.wait(Duration::minutes(1));
    }
    let (page, file) = ama.receipt(&home, ama.receipts(&home).await[0]).await;
    let json: Value = serde_json::from_str(&file).unwrap();
    assert_eq!(json["record"]["event"]["event_state"], "consent given");
    assert_eq!(json["services"][0]["purposes"][0]["piiCategory"], serde_json::json!(["What helps"]));
    assert!(page.contains("all stayed as it was") && page.contains("What stays open as before"), "{page}");
}

#[tokio::test]
async fn the_receipt_of_an_ended_no_names_only_what_counts_again() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let (exchange, whole) = (&home.world.exchange, Party::Organization(riverside()));
    let _ = exchange.refuse(ama.themselves(), whole, false).await.unwrap();
    for (number, section) in [(8, Section::Helps), (9, Section::Harms)] {
        let permit = permit_of(&home, number, Recipient::Organization(riverside()), What::Section(section));
        assert!(home.world.put_consent(permit).await);
    }
    // A no of her app's to one section, and her own to everything: the one ends, the other stands.
    assert_eq!(home.sent(&home.refusal()).await.status, 201);
    let kept = |file: &str| -> Vec<Value> {
        let json: Value = serde_json::from_str(file).unwrap();
        json["record"]["kept"].as_array().unwrap().iter().map(|term| term["what"]["code"].clone()).collect()
    };
    let back = exchange.kept_back(ama.themselves()).await.unwrap().remove(0);
    let ended = exchange.restore_consent(ama.themselves(), back.id, back.seen).await.unwrap().leaf();
    let (page, file) = ama.receipt(&home, ended).await;
    assert!(kept(&file).is_empty() && page.contains("This opens nothing by itself."), "{page}");
    // The other ends, and another no to the one section stands.
    assert_eq!(home.sent(&home.refusal()).await.status, 201);
    let (seen, _) = exchange.standing(ama.themselves()).await.unwrap();
    let ended = exchange.end_refusal(ama.themselves(), whole, seen).await.unwrap().leaf();
    assert_eq!(kept(&ama.receipt(&home, ended).await.1), ["harms"]);
    let back = exchange.kept_back(ama.themselves()).await.unwrap().remove(0);
    let ended = exchange.restore_consent(ama.themselves(), back.id, back.seen).await.unwrap().leaf();
    assert_eq!(kept(&ama.receipt(&home, ended).await.1), ["helps"]);
    // A no to treatment is one to what belongs to it, too: its end opens a part for coordination.
    let coc = Choice { sections: [Section::Helps].into(), ..Choice::default() };
    let _ = exchange.share(ama.themselves(), whole, Purpose::Coc, &coc, None).await.unwrap();
    assert_eq!(home.sent(&home.refusal()).await.status, 201);
    let back = exchange.kept_back(ama.themselves()).await.unwrap().remove(0);
    assert!(back.opens.iter().any(|one| one.purpose == Purpose::Coc), "{back:?}");
    let ended = exchange.restore_consent(ama.themselves(), back.id, back.seen).await.unwrap().leaf();
    let (page, file) = ama.receipt(&home, ended).await;
    assert_eq!(kept(&file), ["helps", "helps"], "for treatment, and for coordination");
    assert!(!page.contains("This opens nothing by itself."), "{page}");
}

#[tokio::test]
async fn allowing_an_app_gives_a_receipt_that_names_the_app_and_what_it_may_use() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let _ = home.world.exchange.disconnect(ama.themselves(), app()).await.unwrap();
    home.world.wait(Duration::seconds(1));
    let exchange = home.world.exchange.showing(words());
    let query = format!(
        "response_type=code&client_id={}&redirect_uri=https://app.example/cb&scope=launch/patient+patient/*.rs&state=s1\
         &aud={BASE}/fhir&code_challenge={}&code_challenge_method=S256",
        app(),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
    let view = exchange.begin_authorization(&query, None).await.unwrap();
    let decision = Decision { allow: true, sections: [Section::Helps].into(), ..Decision::default() };
    let token = view.form_token(&ama.session);
    let _ = exchange.complete_authorization(&ama.session, &view.form_state, &token, &decision).await.unwrap();
    let (page, file) = ama.receipt(&home, ama.receipts(&home).await[0]).await;
    let json: Value = serde_json::from_str(&file).unwrap();
    valid(&schema(), &json);
    assert!(page.contains("You let An app use parts of your plans on "), "{page}");
    assert_eq!(json["record"]["recipient"]["type"], "app");
    assert_eq!(json["services"][0]["purposes"][0]["piiCategory"], serde_json::json!(["What helps"]));
    assert!(json["record"]["privacy_notice"]["version"].is_string());
}

#[tokio::test]
async fn a_look_in_an_emergency_gives_a_receipt_of_what_was_seen_and_a_usual_look_none() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let (lantern, desk) = (id(0x03), id(0x1e));
    home.world.organization(lantern, "Lantern Line").await;
    home.world.system(desk, lantern, "crisis-service", &["ETREAT"]).await;
    let open = Choice { sections: [Section::Helps].into(), ..Choice::default() };
    let shared = home.world.exchange.share(ama.themselves(), Party::CrisisServices, Purpose::Etreat, &open, None);
    let _ = shared.await.unwrap();
    let before = ama.receipts(&home).await.len();
    let look = Asked::new("GET", &format!("/fhir/CarePlan?patient={}", home.ama));
    let usual = home.ehr("system/*.rs").await;
    assert_eq!(home.ask(look.clone(), Some(&usual)).await.json()["total"], 2);
    assert_eq!(ama.receipts(&home).await.len(), before, "a usual look is told under What happened");
    let token = home.token_for(desk, None, "system/*.rs", Duration::days(1)).await;
    assert_eq!(home.ask(look, Some(&token)).await.json()["total"], 2);
    let all = ama.receipts(&home).await;
    assert_eq!(all.len(), before + 1);
    let (page, file) = ama.receipt(&home, all[0]).await;
    let json: Value = serde_json::from_str(&file).unwrap();
    valid(&schema(), &json);
    assert!(page.contains("Lantern Line looked at your plans in an emergency on "), "{page}");
    assert!(page.contains("What they saw") && page.contains("What helps"), "{page}");
    assert_eq!(json["record"]["event"]["event_type"], "opened");
    assert_eq!(json["record"]["shown"][0]["sections"], serde_json::json!(["helps"]));
    assert_eq!(json["services"][0]["purposes"][0]["thirdPartyName"], "Lantern Line");
}

#[tokio::test]
async fn an_act_of_before_there_were_receipts_has_one_too() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let (store, at) = (home.world.exchange.store(), home.world.now() + Duration::nanoseconds(1_234_567));
    let consent = Consent {
        id: ConsentId::from_random([0x51; 16]),
        person: home.ama,
        status: Known::Is(Status::Active),
        origin: Origin::Person,
        given_at: at,
        withdrawn_at: None,
        earlier_of: None,
        narrowed_at: None,
        sent: None,
        provisions: vec![Provision {
            id: ProvisionId::from_random([0x52; 16]),
            effect: Effect::Permit,
            recipient: Known::Is(Recipient::Organization(harbour())),
            purposes: Known::Is(Purposes::Only(Purpose::Treat)),
            what: Known::Is(What::Section(Section::Harms)),
            period: Known::Is(Period { from: at, until: at + Duration::days(30) }),
            even_in_emergency: false,
            after_death: false,
        }],
    };
    let act = Act::ConsentChanged {
        consent: consent.id,
        change: ConsentChange::Given,
        recipient: Some(harbour()),
        purpose: Some(Purpose::Treat),
        sections: vec![Section::Harms],
        client: None,
        supporter: None,
        by: None,
        decided: None,
    };
    let plain = serde_json::to_value(&act).unwrap();
    assert!(plain.get("decided").is_none(), "as such leaves stand in a log: {plain}");
    assert_eq!(serde_json::from_value::<Act>(plain).unwrap(), act);
    let fence = store.snapshot(home.ama).await.unwrap().unwrap().fence();
    let leaf = NewLeaf { id: LeafId::from_random([0x53; 16]), at, organization: None, act };
    let changes = vec![Change::Consent(Box::new(consent.clone()))];
    let _ = store.write(Write { fence, leaf, changes, events: Vec::new(), once: None }).await.unwrap();
    let (page, file) = ama.receipt(&home, LeafId::from_random([0x53; 16])).await;
    let json: Value = serde_json::from_str(&file).unwrap();
    valid(&schema(), &json);
    assert_eq!(told(&json["record"]["given"]), expected(&[(consent.id, consent)].into()));
    assert!(page.contains("This was not done on a page of ours."), "{page}");
}

#[tokio::test]
async fn what_an_app_closes_for_her_and_what_she_opens_again_have_a_receipt_each() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let store = home.world.exchange.store();
    let mut refusal = Consent {
        id: ConsentId::from_random([0x61; 16]),
        person: home.ama,
        status: Known::Is(Status::Active),
        origin: Origin::Sent,
        given_at: home.world.now(),
        withdrawn_at: None,
        earlier_of: None,
        narrowed_at: None,
        sent: None,
        provisions: vec![Provision {
            id: ProvisionId::from_random([0x62; 16]),
            effect: Effect::Deny,
            recipient: Known::Is(Recipient::Organization(riverside())),
            purposes: Known::Is(Purposes::Only(Purpose::Treat)),
            what: Known::Is(What::Section(Section::Harms)),
            period: Known::Unknown,
            even_in_emergency: false,
            after_death: false,
        }],
    };
    let mut told = Vec::new();
    for (n, ends) in [(0x63, false), (0x64, true)] {
        home.world.wait(Duration::seconds(1));
        let at = home.world.now();
        if ends {
            (refusal.status, refusal.withdrawn_at) = (Known::Is(Status::Inactive), Some(at));
        }
        let (ids, none) = (vec![refusal.id], Vec::new());
        let (given, ended) = if ends { (none, ids) } else { (ids, none) };
        let act = Act::ConsentChanged {
            consent: refusal.id,
            change: if ends { ConsentChange::Withdrawn } else { ConsentChange::Narrowed },
            recipient: Some(riverside()),
            purpose: Some(Purpose::Treat),
            sections: vec![Section::Harms],
            client: (!ends).then_some(app()),
            supporter: None,
            by: None,
            decided: Some(Decided { given, kept: Vec::new(), ended, words: ends.then(words) }),
        };
        let fence = store.snapshot(home.ama).await.unwrap().unwrap().fence();
        let leaf = NewLeaf { id: LeafId::from_random([n; 16]), at, organization: None, act };
        let changes = vec![Change::Consent(Box::new(refusal.clone()))];
        let _ = store.write(Write { fence, leaf, changes, events: Vec::new(), once: None }).await.unwrap();
        let (page, file) = ama.receipt(&home, LeafId::from_random([n; 16])).await;
        let json: Value = serde_json::from_str(&file).unwrap();
        valid(&schema(), &json);
        assert!(page.contains("What makes it worse"), "{page}");
        assert_eq!(json["services"][0]["purposes"], serde_json::json!([]));
        told.push((page, json));
    }
    let [closed, restored] = &told[..] else { panic!("two acts") };
    assert!(closed.0.contains("An app closed something to Riverside Hospital for you on "), "{}", closed.0);
    assert_eq!(closed.1["record"]["event"]["entity_id"], app().to_string());
    assert_eq!(closed.1["record"]["given"][0]["given_by"], "sent");
    assert!(restored.0.contains("You took back a no that was sent for you."), "{}", restored.0);
    assert_eq!(restored.1["record"]["event"]["event_type"], "restored");
}

#[tokio::test]
async fn the_schema_refuses_what_is_no_receipt() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let (_, file) = ama.receipt(&home, ama.receipts(&home).await[0]).await;
    let (schema, good) = (schema(), serde_json::from_str::<Value>(&file).unwrap());
    valid(&schema, &good);
    for name in good.as_object().unwrap().keys() {
        let mut less = good.clone();
        less.as_object_mut().unwrap().remove(name);
        assert!(!schema.ours.is_valid(&less), "without {name}");
        let optional = ["language", "record"].contains(&name.as_str());
        assert_eq!(schema.kantara.is_valid(&less), optional, "Kantara's, without {name}");
    }
    let spoiled: [(&str, Value); 6] = [
        ("/version", "KI-CR-v1.0.0".into()),
        ("/consentTimestamp", "2026-05-03".into()),
        ("/services/0/purposes/0/purpose", Value::Null),
        ("/piiControllers/0/email", "".into()),
        ("/record/event/event_type", "shared".into()),
        ("/record/given", Value::Null),
    ];
    for (place, value) in spoiled {
        let mut other = good.clone();
        *other.pointer_mut(place).unwrap() = value;
        assert!(!schema.ours.is_valid(&other), "{place}");
    }
    let mut more = good;
    more["record"]["diagnosis"] = "none of anybody's business".into();
    assert!(!schema.ours.is_valid(&more) && schema.kantara.is_valid(&more));
    let served = home.ask(Asked::new("GET", "/schemas/consent-receipt.json"), None).await;
    assert_eq!(served.body, SCHEMA);
}

/// Whether Bea can tell a receipt of Ama's from one that is nowhere.
async fn bea_can_tell(home: &Home) -> bool {
    let (ama, bea) = (Visitor::of(home, home.ama).await, Visitor::of(home, home.bea).await);
    let hers = ama.receipts(home).await[0];
    let nowhere = LeafId::from_random([0x77; 16]);
    let mut told = false;
    for ending in ["", ".json", ".json.json", "/", "%00"] {
        let get = async |id| bea.get(home, &format!("/me/sharing/receipts/{id}{ending}")).await;
        let (hers, nothing) = (get(hers).await, get(nowhere).await);
        assert_eq!(nothing.status, 404, "{nothing:?}");
        told |= (hers.status, hers.text) != (nothing.status, nothing.text);
    }
    told
}

/// Whether the receipt of a yes is another one after it was taken back.
async fn changes_later(home: &Home) -> bool {
    let ama = Visitor::of(home, home.ama).await;
    let given = ama.receipts(home).await.pop().unwrap();
    let before = ama.receipt(home, given).await;
    let _ = home.world.exchange.stop_sharing(ama.themselves(), Party::Organization(riverside())).await.unwrap();
    ama.receipt(home, given).await != before
}

#[tokio::test]
async fn what_is_planted_on_the_pages_is_found() {
    let _alone = crate::alone();
    for leak in Leak::ON_PAGES.iter().copied() {
        let home = Home::open().await;
        let found = async || match leak {
            Leak::ReceiptOfOthers => bea_can_tell(&home).await,
            Leak::ReceiptOfToday => changes_later(&home).await,
            other => panic!("say how {other:?} shows"),
        };
        let planted = Planted::new(leak);
        let found = found().await;
        drop(planted);
        assert!(found, "{leak:?} was not found");
    }
    let home = Home::open().await;
    assert!(!bea_can_tell(&home).await && !changes_later(&home).await);
}

#[tokio::test]
async fn the_pages_of_the_house_record_the_words_that_stand_on_them() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let _ = ama.post(&home, &format!("/me/sharing/{}/stop", riverside()), "").await;
    let first = ama.receipt(&home, ama.receipts(&home).await[0]).await;
    let version = |file: &str| {
        serde_json::from_str::<Value>(file).unwrap()["record"]["privacy_notice"]["version"].as_str().unwrap().to_owned()
    };
    let _ = ama.post(&home, &format!("/me/sharing/{}/never", riverside()), "").await;
    let second = ama.receipt(&home, ama.receipts(&home).await[0]).await;
    assert_eq!(version(&first.1), version(&second.1), "one program, one text");
}
