//! Answers to a form become a plan, word for word; and what is checked is told and not kept.

use sayso_consent::Themselves;
use sayso_exchange::Act;
use sayso_tests::world::{Asked, BASE, Observed};
use serde_json::{Value, json};

use crate::home::Home;

fn post(path: &str, body: &Value) -> Asked {
    Asked::new("POST", path).body("application/fhir+json", body.to_string())
}

fn issues(answer: &Observed) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["resourceType"], "OperationOutcome", "{answer:?}");
    answer.json()["issue"].as_array().unwrap().clone()
}

fn errors(answer: &Observed) -> Vec<Value> {
    issues(answer).into_iter().filter(|issue| issue["severity"] == "error").collect()
}

/// The address inside a Location, without the version.
fn place(answer: &Observed) -> String {
    assert_eq!(answer.status, 201, "{answer:?}");
    let location = answer.header("location").unwrap();
    let path = location.strip_prefix(BASE).unwrap().split("/_history/").next().unwrap();
    assert!(path.starts_with("/fhir/CarePlan/"), "{location}");
    path.to_owned()
}

#[tokio::test]
async fn answers_become_a_draft_with_the_same_words() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let app = home.app_of(home.ama, "patient/*.cruds").await;
    let mut answers = home.answers();
    let words = " They sit  with me\u{202e} \u{1f944}\u{200d}.\r\n\tNo hurry. ";
    answers["item"][0]["item"][0]["answer"][0]["valueString"] = words.into();
    let sent = post("/fhir/QuestionnaireResponse", &answers).header("idempotency-key", "form-1");
    let made = home.ask(sent.clone(), Some(&app)).await;
    assert_eq!(made.json()["resourceType"], "CarePlan", "{made:?}");
    let path = place(&made);

    let native = path.replace("/fhir/CarePlan/", "/plans/");
    let plan = home.ask(Asked::new("GET", &native), Some(&app)).await.json();
    assert_eq!((&plan["status"], &plan["kind"]), (&json!("draft"), &json!("safety-plan")));
    assert_eq!(plan["items"][0]["words"], json!({"text": words, "lang": "en-GB"}));
    assert_eq!(plan["parties"][0]["name"], "Joyce");
    assert_eq!(plan["items"][1]["party"], plan["parties"][0]["id"]);
    let shown = home.ask(Asked::new("GET", &path), Some(&app)).await;
    assert_eq!((shown.status, shown.etag()), (200, made.etag()));

    let before = home.kept().await;
    assert_eq!(place(&home.ask(sent, Some(&app)).await), path, "the same again is the same plan");
    answers["status"] = "amended".into();
    let other = post("/fhir/QuestionnaireResponse", &answers).header("idempotency-key", "form-1");
    assert_eq!(home.ask(other, Some(&app)).await.status, 409);
    assert_eq!(home.kept().await, before);
}

#[tokio::test]
async fn an_app_that_may_only_send_answers_is_not_shown_the_plan() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let app = home.app_of(home.ama, "patient/QuestionnaireResponse.c").await;
    let sent = post("/fhir/QuestionnaireResponse", &home.answers()).header("idempotency-key", "form-2");
    for _ in 0..2 {
        let made = home.ask(sent.clone(), Some(&app)).await;
        let path = place(&made);
        assert_eq!(made.json()["resourceType"], "OperationOutcome", "{made:?}");
        assert!(!String::from_utf8_lossy(&made.body).contains("quiet with me"));
        assert_eq!(home.ask(Asked::new("GET", &path), Some(&app)).await.status, 403);
    }
}

#[tokio::test]
async fn a_section_that_is_not_open_to_the_app_is_named_in_the_form() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let only = sayso_exchange::sharing::Choice {
        sections: [sayso_plan::Section::Helps].into_iter().collect(),
        ..sayso_exchange::sharing::Choice::default()
    };
    let party = sayso_exchange::sharing::Party::App(crate::home::app());
    let ama = Themselves::signed_in(home.ama);
    let standing = home.world.exchange.share(ama, party, sayso_plan::Purpose::Patrqt, &only, None).await;
    let _ = standing.unwrap();
    let app = home.app_of(home.ama, "patient/*.cruds").await;
    let before = home.kept().await;
    let refused = home.ask(post("/fhir/QuestionnaireResponse", &home.answers()), Some(&app)).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    assert_eq!(refused.json()["issue"][0]["expression"][0], "QuestionnaireResponse.item[1].item[0]");
    assert_eq!(home.kept().await, before);
    // What is checked does not depend on that.
    let checked = home.ask(post("/fhir/QuestionnaireResponse/$validate", &home.answers()), Some(&app)).await;
    assert_eq!(errors(&checked), Vec::<Value>::new());
}

#[tokio::test]
async fn what_is_checked_is_told_with_its_place_and_not_kept() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let app = home.app_of(home.ama, "patient/*.cruds").await;
    let before = home.kept().await;
    let ask = async |path: &str, body: &Value| home.ask(post(path, body), Some(&app)).await;

    // A form with too little for a plan in force: it can be sent, and what is missing is told.
    let said = issues(&ask("/fhir/QuestionnaireResponse/$validate", &home.answers()).await);
    assert!(said.iter().all(|issue| issue["severity"] == "information"), "{said:?}");
    assert_eq!(said[0]["expression"][0], "QuestionnaireResponse");
    assert!(said[1..].iter().any(|issue| issue["diagnostics"].as_str().unwrap().contains("early-signs")), "{said:?}");
    // A whole plan lacks nothing.
    assert_eq!(issues(&ask("/fhir/Bundle/$validate", &home.new_plan().await).await).len(), 1);
    assert_eq!(issues(&ask("/fhir/DocumentReference/$validate", &home.document()).await).len(), 1);

    let mut plan = home.care_plan();
    plan["status"] = "active".into();
    let said = errors(&ask("/fhir/CarePlan/$validate", &plan).await);
    assert_eq!(
        (said.len(), &said[0]["code"], &said[0]["expression"][0]),
        (1, &json!("business-rule"), &json!("CarePlan"))
    );
    plan["activity"] = json!([{"detail": {"status": "scheduled", "description": "sing"}}]);
    let said = errors(&ask("/fhir/CarePlan/$validate", &plan).await);
    assert!(said[0]["expression"][0].as_str().unwrap().starts_with("CarePlan.activity"), "{said:?}");
    let mut answers = home.answers();
    answers["item"][1]["item"][0]["item"][2]["answer"][0]["valueCoding"]["code"] = "never".into();
    let said = errors(&ask("/fhir/QuestionnaireResponse/$validate", &answers).await);
    assert_eq!(said[0]["expression"][0], "QuestionnaireResponse.item[1].item[0].item[2].answer[0].valueCoding");
    assert!(!said[0].to_string().contains("Joyce"), "{said:?}");
    // Another type, no JSON at all.
    assert_eq!(errors(&ask("/fhir/CarePlan/$validate", &home.document()).await)[0]["expression"][0], "CarePlan");
    let broken = Asked::new("POST", "/fhir/Bundle/$validate").body("application/fhir+json", "{");
    assert_eq!(errors(&home.ask(broken, Some(&app)).await)[0]["code"], "structure");

    assert_eq!(home.kept().await, before);
}

#[tokio::test]
async fn the_resource_may_stand_in_parameters() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let app = home.app_of(home.ama, "patient/*.cruds").await;
    let with = |parameters: Value| {
        post("/fhir/CarePlan/$validate", &json!({"resourceType": "Parameters", "parameter": parameters}))
    };
    let resource = json!({"name": "resource", "resource": home.care_plan()});
    let mode = |mode: &str| json!({"name": "mode", "valueCode": mode});
    assert_eq!(errors(&home.ask(with(json!([resource])), Some(&app)).await), Vec::<Value>::new());
    assert_eq!(errors(&home.ask(with(json!([mode("create"), resource])), Some(&app)).await), Vec::<Value>::new());
    let profile = json!({"name": "profile", "valueUri": "urn:x"});
    for wrong in [json!([]), json!([mode("update"), resource]), json!([resource, resource]), json!([resource, profile])]
    {
        let answer = home.ask(with(wrong), Some(&app)).await;
        assert_eq!(answer.status, 422, "{answer:?}");
        assert!(answer.json()["issue"][0]["expression"][0].as_str().unwrap().starts_with("Parameters"), "{answer:?}");
    }
    let query = post("/fhir/CarePlan/$validate?profile=urn:x", &home.care_plan());
    assert_eq!(home.ask(query, Some(&app)).await.status, 400);
}

#[tokio::test]
async fn that_something_was_checked_is_on_record_and_not_what() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let app = home.app_of(home.ama, "patient/*.cruds").await;
    let ama = Themselves::signed_in(home.ama);
    for body in [home.answers(), json!({"resourceType": "Nothing"})] {
        let before = home.world.exchange.happened(ama, None, 100).await.unwrap().len();
        let _ = home.ask(post("/fhir/QuestionnaireResponse/$validate", &body), Some(&app)).await;
        let happened = home.world.exchange.happened(ama, None, 100).await.unwrap();
        assert_eq!(happened.len(), before + 1);
        let checked = Act::Checked { client: Some(crate::home::app()) };
        assert!(happened.iter().any(|one| one.act.as_ref() == Some(&checked)), "{happened:?}");
        assert!(!format!("{happened:?}").contains("quiet with me"));
    }
}

#[tokio::test]
async fn a_plan_sent_as_a_document_is_a_new_plan_with_the_same_words() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let app = home.app_of(home.ama, "patient/*.cruds").await;
    let mut document = home.plan_as_document().await;
    let entries = document["entry"].as_array_mut().unwrap();
    let made = ["DocumentReference", "Provenance", "Consent"];
    entries.retain(|entry| !made.contains(&entry["resource"]["resourceType"].as_str().unwrap()));
    for entry in entries {
        let resource = entry["resource"].as_object_mut().unwrap();
        // What it says of its state is in the narrative too.
        resource.remove("text");
        let status = match resource["resourceType"].as_str().unwrap() {
            "CarePlan" => "draft",
            "Composition" => "preliminary",
            _ => continue,
        };
        resource.insert("status".into(), status.into());
    }
    let first = home.native().await.0;

    assert_eq!(errors(&home.ask(post("/fhir/Bundle/$validate", &document), Some(&app)).await), Vec::<Value>::new());
    let sent = post("/fhir/Bundle", &document).header("idempotency-key", "document-1");
    let made = home.ask(sent.clone(), Some(&app)).await;
    let path = place(&made);
    assert_ne!(path, format!("/fhir/CarePlan/{}", home.plan));
    let words = |plan: &Value| -> Vec<Value> {
        plan["items"].as_array().unwrap().iter().map(|item| item["words"].clone()).collect()
    };
    let plan = home.ask(Asked::new("GET", &path.replace("/fhir/CarePlan/", "/plans/")), Some(&app)).await.json();
    assert_eq!(plan["status"], "draft");
    assert_eq!(words(&plan), words(&first));

    let before = home.kept().await;
    assert_eq!(place(&home.ask(sent, Some(&app)).await), path, "the same again is the same plan");
    assert_eq!(home.kept().await, before);

    let reads_nothing = home.app_of(home.ama, "patient/CarePlan.c patient/Observation.c").await;
    let refused = home.ask(post("/fhir/Bundle", &document), Some(&reads_nothing)).await;
    assert_eq!(refused.status, 403, "each entry needs its scope: {refused:?}");
    let scopes = "patient/CarePlan.c patient/Observation.c patient/Goal.c patient/RelatedPerson.c patient/CareTeam.c \
                  patient/Consent.c";
    let only_sends = home.app_of(home.ama, scopes).await;
    let sent = post("/fhir/Bundle", &document).header("idempotency-key", "document-2");
    let made = home.ask(sent, Some(&only_sends)).await;
    assert_eq!((made.status, &made.json()["resourceType"]), (201, &json!("OperationOutcome")), "{made:?}");

    let mut theirs = document.clone();
    let at = theirs["entry"].as_array().unwrap().iter().position(|e| e["resource"]["resourceType"] == "Patient");
    theirs["entry"][at.unwrap()]["resource"]["id"] = home.bea.to_string().into();
    let refused = home.ask(post("/fhir/Bundle", &theirs), Some(&app)).await;
    assert_eq!(refused.status, 422, "{refused:?}");
}

#[tokio::test]
async fn a_care_plan_by_itself_makes_a_plan_or_changes_one_and_keeps_what_it_refers_to() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let app = home.app_of(home.ama, "patient/*.cruds").await;
    let new = post("/fhir/CarePlan", &home.care_plan()).header("idempotency-key", "care-plan-1");
    let made = home.ask(new.clone(), Some(&app)).await;
    let path = place(&made);
    assert_eq!(made.json()["title"], "All right, a start");
    assert_eq!(place(&home.ask(new, Some(&app)).await), path, "the same again is the same plan");

    let before = home.native().await.0;
    let (mut plan, etag) = home.own_care_plan().await;
    plan["title"] = "What we do now \u{1f944}".into();
    plan.as_object_mut().unwrap().remove("text");
    let put = |plan: &Value| Asked { method: "PUT".into(), ..post(&format!("/fhir/CarePlan/{}", home.plan), plan) };
    assert_eq!(home.ask(put(&plan), Some(&app)).await.status, 428, "without If-Match nothing is changed");
    let tag = format!("W/\"{etag}\"");
    let changed = home.ask(put(&plan).header("if-match", &tag), Some(&app)).await;
    assert_eq!((changed.status, &changed.json()["title"]), (200, &plan["title"]), "{changed:?}");
    let after = home.native().await.0;
    assert_eq!(after["items"].as_array().unwrap().len(), before["items"].as_array().unwrap().len());
    assert_eq!(after["title"]["text"], "What we do now \u{1f944}");
    assert_eq!(home.ask(put(&plan).header("if-match", &tag), Some(&app)).await.status, 412, "what is old is refused");

    plan["id"] = home.directive.to_string().into();
    assert_eq!(home.ask(put(&plan).header("if-match", &tag), Some(&app)).await.status, 422, "of another plan");
    let (mut plan, etag) = home.own_care_plan().await;
    plan["goal"] = json!([{"reference": format!("Goal/{}", home.bea)}]);
    let lost = home.ask(put(&plan).header("if-match", &format!("W/\"{etag}\"")), Some(&app)).await;
    assert_eq!(lost.status, 422, "{lost:?}");
}
