//! The receipt of a consent that an app or a record system sent: what came of each part of it, as a page and as a file that
//! is valid by the published schema, and the same after the person answered.

use sayso_consent::Themselves;
use sayso_exchange::consent_receipts::Happened;
use sayso_plan::LeafId;
use sayso_tests::world::{Asked, Observed};
use serde_json::{Value, json};
use time::Duration;

use crate::consents::put;
use crate::home::{Home, id};
use crate::receipts::{Visitor, schema, valid};

async fn send(home: &Home, token: &str, consent: &Value) -> Observed {
    home.world.wait(Duration::minutes(1));
    crate::consents::send(home, token, consent).await
}

/// The newest receipt, as its page and its file, which is valid.
async fn newest(home: &Home, ama: &Visitor) -> (LeafId, String, Value) {
    let id = ama.receipts(home).await[0];
    let (page, file) = ama.receipt(home, id).await;
    let json: Value = serde_json::from_str(&file).unwrap();
    valid(&schema(), &json);
    (id, page, json)
}

/// Effect, part, and what came of it and why.
fn came(json: &Value) -> Vec<(String, String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of = |one: &Value| {
        let came = &one["came"];
        (text(&one["effect"]), text(&one["what"]["code"]), text(&came["outcome"]), text(&came["because"]))
    };
    json["record"]["sent"].as_array().into_iter().flatten().map(of).collect()
}

fn told(effect: &str, part: &str, outcome: &str, because: &str) -> (String, String, String, String) {
    (effect.into(), part.into(), outcome.into(), because.into())
}

/// A provision of this effect for a section, to Riverside or to somebody else.
fn provision(home: &Home, effect: &str, section: &str, organization: u8) -> Value {
    let permit = home.permit();
    let mut one = permit["provision"]["provision"][0].clone();
    one["type"] = effect.into();
    one["securityLabel"][0]["code"] = section.into();
    one["period"] = json!({"start": "2026-01-01", "end": "2026-12-31"});
    let organization: sayso_plan::OrganizationId = id(organization);
    one["actor"][0]["reference"]["identifier"]["value"] = organization.to_string().into();
    one
}

fn consent(home: &Home, inside: &[Value]) -> Value {
    let mut consent = home.permit();
    consent["provision"]["provision"] = inside.into();
    consent
}

#[tokio::test]
async fn of_what_an_app_sent_the_receipt_says_for_each_part_that_it_counts_or_waits_and_never_changes() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let token = home.app_of(home.ama, "patient/*.cruds patient/Consent.crus").await;
    let inside = [provision(&home, "permit", "place", 2), provision(&home, "deny", "harms", 2)];
    let sent = send(&home, &token, &consent(&home, &inside)).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    let (first, page, json) = newest(&home, &ama).await;
    assert_eq!(came(&json), [told("deny", "harms", "counts", ""), told("permit", "place", "waits", "")]);
    assert_eq!(json["record"]["sent"][0]["came"]["since"], json["record"]["event"]["event_time"]);
    assert_eq!(json["services"][0]["purposes"], json!([]), "nobody reads a yes out of it");
    for words in ["What is closed since ", "What makes it worse", "What waits for your yes", "An app closed something"]
    {
        assert!(page.contains(words), "{words} in {page}");
    }

    // She says yes to what waits, and its consent is another one by that; the receipt is what it was.
    let her = Themselves::signed_in(home.ama);
    let (seen, waiting) = home.world.exchange.waiting_consents(her).await.unwrap();
    home.world.wait(Duration::minutes(5));
    let _ = home.world.exchange.confirm_consent(her, waiting[0].id, seen).await.unwrap();
    let (page_after, file_after) = ama.receipt(&home, first).await;
    assert_eq!((page_after, serde_json::from_str::<Value>(&file_after).unwrap()), (page, json));

    // The same refusal again is said before; what is in a permit and permits has no effect.
    let mut root = provision(&home, "permit", "helps", 2);
    root["provision"] = json!([provision(&home, "permit", "services", 2), provision(&home, "deny", "harms", 2)]);
    let mut in_a_permit = home.permit();
    in_a_permit["provision"] = root;
    assert_eq!(send(&home, &token, &in_a_permit).await.status, 201);
    let (_, page, json) = newest(&home, &ama).await;
    let wanted = [
        told("permit", "services", "refused", "no-effect"),
        told("deny", "harms", "said-before", ""),
        told("permit", "helps", "waits", ""),
    ];
    assert_eq!(came(&json), wanted);
    assert_eq!(json["record"]["sent"][0]["came"]["at"], "Consent.provision.provision[0]");
    assert!(
        page.contains("Not taken, because it changed nothing") && page.contains("In part 1 of what was sent"),
        "{page}"
    );

    // It makes narrower what waits, and takes it back.
    let waiting = home.world.exchange.waiting_consents(her).await.unwrap().1;
    let path = format!("/fhir/Consent/{}", waiting[0].id);
    for (change, outcome, sort, words) in [
        ("period", "waits", "asked", "An app asked you to share more"),
        ("status", "taken-back", "ask-ended", "An app took back what it had asked for"),
    ] {
        let read = home.ask(Asked::new("GET", &path), Some(&token)).await;
        let mut narrower = read.json();
        if change == "period" {
            narrower["provision"]["provision"][0]["period"]["end"] = "2026-11-30".into();
        } else {
            narrower["status"] = "inactive".into();
        }
        home.world.wait(Duration::minutes(1));
        let answer = put(&home, &token, &narrower, read.etag().unwrap()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        // Nothing had been open by it, so nothing is closed.
        let (_, page, json) = newest(&home, &ama).await;
        assert_eq!(came(&json), [told("permit", "helps", outcome, "")]);
        assert_eq!(json["record"]["event"]["event_type"], sort);
        assert!(page.contains(words) && !page.contains("stopped sharing"), "{change}: {page}");
    }
}

#[tokio::test]
async fn what_an_app_makes_narrower_by_fhir_leaves_the_receipts_of_her_own_acts_as_they_were() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let token = home.app_of(home.ama, "patient/*.cruds patient/Consent.crus").await;
    let inside = [provision(&home, "permit", "place", 2), provision(&home, "permit", "helps", 2)];
    assert_eq!(send(&home, &token, &consent(&home, &inside)).await.status, 201);
    let her = ama.themselves();
    let (seen, waiting) = home.world.exchange.waiting_consents(her).await.unwrap();
    home.world.wait(Duration::minutes(5));
    let given = home.world.exchange.confirm_consent(her, waiting[0].id, seen).await.unwrap().leaf();
    let mut kept = vec![(given, ama.receipt(&home, given).await)];
    let file: Value = serde_json::from_str(&kept[0].1.1).unwrap();
    assert_eq!(file["record"]["given"].as_array().unwrap().len(), 2, "{file:#}");

    let harbour = id::<sayso_plan::OrganizationId>(2).to_string();
    let path = format!("/fhir/Consent/{}", waiting[0].id);
    for change in ["period", "one part less", "status"] {
        let read = home.ask(Asked::new("GET", &path), Some(&token)).await;
        let mut narrower = read.json();
        match change {
            "period" => narrower["provision"]["provision"][0]["period"]["end"] = "2026-11-30".into(),
            "status" => narrower["status"] = "inactive".into(),
            _ => drop(narrower["provision"]["provision"].as_array_mut().unwrap().remove(0)),
        }
        home.world.wait(Duration::minutes(1));
        let answer = put(&home, &token, &narrower, read.etag().unwrap()).await;
        assert_eq!((answer.status, &answer.json()["id"]), (200, &read.json()["id"]), "{answer:?}");
        // Who did it stands in the first words.
        let (id, page, _) = newest(&home, &ama).await;
        let did = if change == "status" { "An app stopped sharing with" } else { "An app closed something to" };
        assert!(page.contains(&format!("{did} Harbour Clinic for you")), "{change}: {page}");
        kept.push((id, ama.receipt(&home, id).await));
        for (id, before) in &kept {
            assert_eq!(&ama.receipt(&home, *id).await, before, "{change}: a receipt changed after a later act");
        }
        // What is kept of it for the receipts is shown to nobody as a decision of hers.
        let all =
            home.ask(Asked::new("GET", &format!("/fhir/Consent?patient={}", home.ama)), Some(&token)).await.json();
        let place = |entry: &&Value| entry["resource"].to_string().contains(&harbour);
        let theirs = all["entry"].as_array().into_iter().flatten().filter(place).count();
        assert_eq!(theirs, usize::from(change != "status"), "{change}: {all:#}");
    }
}

#[tokio::test]
async fn of_what_a_record_system_sent_the_receipt_says_what_was_not_understood_and_what_was_not_taken_and_where() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let token = home.ehr("system/Consent.c").await;
    let mut over = provision(&home, "permit", "services", 1);
    over["period"] = json!({"start": "2026-01-01", "end": "2026-02-28"});
    let inside = [
        provision(&home, "deny", "harms", 1),
        provision(&home, "permit", "helps", 1),
        provision(&home, "permit", "place", 2),
        over.clone(),
    ];
    assert_eq!(send(&home, &token, &consent(&home, &inside)).await.status, 202);
    let (_, page, json) = newest(&home, &ama).await;
    let mut all = came(&json);
    all.sort();
    let mut wanted = [
        told("deny", "harms", "counts", ""),
        told("permit", "helps", "waits", ""),
        told("permit", "place", "refused", "of-others"),
        told("permit", "services", "refused", "over"),
    ];
    wanted.sort();
    assert_eq!(all, wanted);
    for words in ["because it was about others", "because its time was over", "What is closed since "] {
        assert!(page.contains(words), "{words} in {page}");
    }
    // It spoke of itself, and not for her.
    assert_eq!(json["collectionMethod"], "a record system, about what its own organization sees");
    assert!(page.contains("Riverside Hospital sent us a no on ") && !page.contains("for you on "), "{page}");

    // Something that nobody understands: its refusals close, wider if need be, and its permits are not taken.
    let mut unclear = provision(&home, "deny", "treatment", 1);
    unclear["purpose"] = json!([{"system": "https://example.org/why", "code": "because"}]);
    unclear["class"] = json!([{"code": "x"}]);
    let inside = [provision(&home, "permit", "place", 1), unclear];
    assert_eq!(send(&home, &token, &consent(&home, &inside)).await.status, 202);
    let (_, page, json) = newest(&home, &ama).await;
    let all = came(&json);
    assert!(all.contains(&told("permit", "place", "refused", "not-understood")), "{all:?}");
    assert!(all.contains(&told("deny", "treatment", "only-closes", "")), "{all:?}");
    assert!(all.iter().all(|(effect, _, outcome, _)| effect == "deny" || outcome == "refused"), "{all:?}");
    assert_eq!(json["record"]["not_understood"], json!(["Consent.provision.provision[1]"]));
    let place = json["record"]["sent"].as_array().unwrap().iter().find(|one| one["what"]["code"] == "place").unwrap();
    assert_eq!(place["came"]["at"], "Consent.provision.provision[0]");
    for words in
        ["because we could not fully read it", "It only closes, since ", "We could not read all of what was sent"]
    {
        assert!(page.contains(words), "{words} in {page}");
    }

    // Nothing of it is taken: she reads that too. The same again is no news.
    assert_eq!(send(&home, &token, &consent(&home, &[provision(&home, "permit", "place", 2)])).await.status, 202);
    let (nothing, page, json) = newest(&home, &ama).await;
    assert_eq!(json["record"]["event"]["event_type"], "confirmed");
    assert!(came(&json).contains(&told("permit", "place", "refused", "of-others")), "{json}");
    assert!(page.contains("Nothing came of it"), "{page}");
    let mut again = home.refusal();
    again["provision"] = provision(&home, "deny", "harms", 1);
    assert_eq!(send(&home, &token, &again).await.status, 202);
    assert_eq!(newest(&home, &ama).await.0, nothing);
    let receipts = home.world.exchange.consent_receipts(Themselves::signed_in(home.ama), None, 10).await.unwrap().0;
    assert!(receipts.iter().any(|one| one.happened == Happened::Nothing && !one.sent.is_empty()));
}

#[tokio::test]
async fn the_schema_refuses_a_part_whose_fate_is_not_told_or_told_twice() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let token = home.ehr("system/Consent.c").await;
    let inside = [provision(&home, "deny", "harms", 1), provision(&home, "permit", "place", 2)];
    assert_eq!(send(&home, &token, &consent(&home, &inside)).await.status, 202);
    let (_, _, good) = newest(&home, &ama).await;
    let sent = good["record"]["sent"].as_array().unwrap();
    let at = |outcome: &str| sent.iter().position(|one| one["came"]["outcome"] == outcome).unwrap();
    let (counts, refused) = (at("counts"), at("refused"));
    let spoiled: [(usize, &str, Value); 8] = [
        (counts, "/came", Value::Null),
        (counts, "/came", json!({"outcome": "counts"})),
        (counts, "/came/outcome", "waited".into()),
        (counts, "/came/because", "over".into()),
        (counts, "/consent", Value::Null),
        (counts, "/given_by", "person".into()),
        (refused, "/came/because", Value::Null),
        (refused, "/came/at", "Consent.provision[0].anything".into()),
    ];
    let schema = schema();
    for (n, place, value) in spoiled {
        let mut other = good.clone();
        let (parent, name) = place.rsplit_once('/').unwrap();
        let part = other["record"]["sent"][n].pointer_mut(parent).unwrap().as_object_mut().unwrap();
        match value {
            Value::Null => drop(part.remove(name)),
            value => drop(part.insert(name.to_owned(), value)),
        }
        assert!(!schema.ours.is_valid(&other), "{place}");
    }
    let mut empty = good;
    empty["record"]["sent"] = json!([]);
    assert!(!schema.ours.is_valid(&empty));
}
