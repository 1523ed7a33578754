//! Others propose, the person answers: nothing is overwritten, and nothing is seen by who does not see the plan.

use sayso_consent::Themselves;
use sayso_exchange::Refusal;
use sayso_exchange::sharing::{Choice, Party};
use sayso_plan::proposal::Reply;
use sayso_plan::{Lang, ProposalId, Purpose, Section, Words};
use sayso_tests::world::{Asked, Observed};
use serde_json::{Value, json};

use crate::home::{Home, app, riverside};

fn words(text: &str) -> Words {
    Words::new(text.to_owned(), Lang::try_from("en-GB").unwrap()).unwrap()
}

async fn propose(home: &Home, token: &str, body: &Value) -> Observed {
    home.ask(Asked::new("POST", "/fhir/Task").body("application/fhir+json", body.to_string()), Some(token)).await
}

/// The address of what was made.
fn place(made: &Observed) -> String {
    assert_eq!(made.status, 201, "{made:?}");
    format!("/fhir/Task/{}", made.json()["id"].as_str().unwrap())
}

fn id(made: &Observed) -> ProposalId {
    made.json()["id"].as_str().unwrap().parse().unwrap()
}

/// The native items of her plan, as she reads it.
async fn items(home: &Home) -> Vec<Value> {
    home.native().await.0["items"].as_array().unwrap().clone()
}

/// An item of hers of this type, by its id.
async fn item(home: &Home, kind: &str) -> String {
    let all = items(home).await;
    all.iter().find(|item| item["type"] == kind).unwrap()["id"].as_str().unwrap().to_owned()
}

/// Where Riverside's doctor stands on an item.
fn stance(home: &Home, about: &str) -> Value {
    let ours = |list: &str, code: &str| json!({"coding": [{"system": format!("https://sayso.example/fhir/CodeSystem/{list}"), "code": code}]});
    let mut task = home.proposal();
    task["code"] = ours("proposal", "stance");
    task["description"] = "I would not do this at night.".into();
    let part = |name: &str, key: &str, value: &str| json!({"type": ours("proposal-part", name), key: value});
    task["input"] = json!([
        part("role", "valueCode", "clinician"),
        part("about", "valueId", about),
        part("position", "valueCode", "disagreed"),
    ]);
    task
}

#[tokio::test]
async fn what_is_taken_in_stands_beside_her_words_in_the_voice_of_who_said_it() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Themselves::signed_in(home.ama);
    let token = home.ehr("system/*.rs system/Task.crs").await;
    let before = items(&home).await;
    let made = propose(&home, &token, &home.proposal()).await;
    assert_eq!(items(&home).await, before, "a proposal changes nothing");
    assert_eq!((&made.json()["status"], &made.json()["intent"]), (&json!("requested"), &json!("proposal")));

    let _ = home.world.exchange.answer_proposal(ama, id(&made), &Reply::Accept).await.unwrap();
    let after = items(&home).await;
    assert_eq!(after[..before.len()], before[..], "what stood there stands there");
    let new = after.last().unwrap();
    assert_eq!(new["words"]["text"], "We can keep a side room free on Fridays.");
    assert_eq!((&new["section"], &new["voice"]["role"]), (&json!("helps"), &json!("clinician")));
    let plan = home.native().await.0;
    let party = plan["parties"].as_array().unwrap().iter().find(|party| party["id"] == new["voice"]["party"]).unwrap();
    assert_eq!((&party["name"], &party["role"]), (&json!("Dr Okafor"), &json!("clinician")));

    // Who proposed it reads the answer.
    let read = home.ask(Asked::new("GET", &place(&made)), Some(&token)).await.json();
    assert_eq!(
        (&read["status"], &read["businessStatus"]["coding"][0]["code"]),
        (&json!("completed"), &json!("accepted"))
    );
    // Once.
    let again = home.world.exchange.answer_proposal(ama, id(&made), &Reply::Decline(None)).await;
    assert!(matches!(again, Err(Refusal::Moved)), "{again:?}");
    assert_eq!(items(&home).await.len(), before.len() + 1);
}

/// Whoever proposes may give any name, and one of that name may stand where they do not see it.
#[tokio::test]
async fn who_proposes_is_not_taken_for_one_of_that_name_who_stands_in_the_plan() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Themselves::signed_in(home.ama);
    let now = home.world.exchange.own_plan(ama, home.plan).await.unwrap().unwrap();
    let mut content = now.get().as_content();
    let okafor = json!({"id": "okafor", "name": "Dr Okafor", "role": "clinician", "organization": "Lakeside Unit"});
    content.parties.push(serde_json::from_value(okafor).unwrap());
    let base = now.fingerprint().to_string();
    let _ = home.world.exchange.write_own_plan(ama, Some((home.plan, &base)), content).await.unwrap();
    let token = home.ehr("system/*.rs system/Task.crs").await;
    let made = propose(&home, &token, &home.proposal()).await;
    let _ = home.world.exchange.answer_proposal(ama, id(&made), &Reply::Accept).await.unwrap();
    for path in [format!("/fhir/CarePlan/{}", home.plan), format!("/plans/{}", home.plan)] {
        let read = home.ask(Asked::new("GET", &path), Some(&token)).await;
        let text = String::from_utf8_lossy(&read.body);
        assert!(text.contains("Dr Okafor") && !text.contains("Lakeside"), "{text}");
    }
}

#[tokio::test]
async fn she_says_it_in_her_own_words_or_says_no_with_a_reason_or_without() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Themselves::signed_in(home.ama);
    let token = home.ehr("system/*.rs system/Task.crs").await;
    let before = items(&home).await;
    let mut answers = Vec::new();
    let own = " A room with a window.\n\u{1f54a}\u{200d} ";
    for reply in [Reply::Decline(None), Reply::Decline(Some(words("It is too loud there."))), Reply::Change(words(own))]
    {
        let made = propose(&home, &token, &home.proposal()).await;
        let _ = home.world.exchange.answer_proposal(ama, id(&made), &reply).await.unwrap();
        let read = home.ask(Asked::new("GET", &place(&made)), Some(&token)).await.json();
        answers.push((
            read["status"].clone(),
            read["businessStatus"]["coding"][0]["code"].clone(),
            read["statusReason"]["text"].clone(),
        ));
    }
    assert_eq!(
        answers,
        [
            (json!("rejected"), json!("declined"), Value::Null),
            (json!("rejected"), json!("declined"), json!("It is too loud there.")),
            (json!("completed"), json!("changed"), Value::Null),
        ]
    );
    let after = items(&home).await;
    assert_eq!((&after[..before.len()], after.len()), (&before[..], before.len() + 1));
    let new = after.last().unwrap();
    assert_eq!((&new["words"]["text"], &new["voice"]), (&json!(own), &json!({"party": "self", "role": "person"})));
}

#[tokio::test]
async fn a_stance_stands_beside_the_item_and_a_second_one_beside_the_first() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Themselves::signed_in(home.ama);
    let token = home.ehr("system/*.rs system/Task.crs").await;
    let about = item(&home, "words").await;
    for _ in 0..2 {
        let made = propose(&home, &token, &stance(&home, &about)).await;
        let _ = home.world.exchange.answer_proposal(ama, id(&made), &Reply::Accept).await.unwrap();
    }
    let all = items(&home).await;
    let item = all.iter().find(|item| item["id"] == about.as_str()).unwrap();
    let theirs: Vec<&Value> = item["stances"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["words"]["text"] == "I would not do this at night.")
        .collect();
    assert_eq!(theirs.len(), 2, "what was said before still stands: somebody else may have said it under this name");
    assert_eq!(theirs[0]["position"], "disagreed");
    // Her own words are no answer to where somebody else stands.
    let made = propose(&home, &token, &stance(&home, &about)).await;
    let refused = home.world.exchange.answer_proposal(ama, id(&made), &Reply::Change(words("No."))).await;
    assert!(matches!(refused, Err(Refusal::Moved)), "{refused:?}");
}

#[tokio::test]
async fn who_does_not_see_the_plan_or_the_item_cannot_propose_and_not_read_what_was_proposed() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.ehr("system/*.rs system/Task.crs").await;
    let other = home.other_ehr("system/*.rs system/Task.crs").await;
    let made = propose(&home, &token, &home.proposal()).await;
    let absent = home.ask(Asked::new("GET", "/fhir/Task/00000000-0000-4000-8000-000000000000"), Some(&other)).await;
    assert_eq!(absent.status, 404);
    let hidden = home.ask(Asked::new("GET", &place(&made)), Some(&other)).await;
    assert_eq!((hidden.status, &hidden.body), (404, &absent.body));
    assert_eq!(propose(&home, &other, &home.proposal()).await.status, 404);
    // About something that is close, and so not shown.
    let hidden = items(&home).await.into_iter().find(|item| item["share"] == "close");
    let unknown = "00000000-0000-4000-8000-000000000001".to_owned();
    let hidden = hidden.map_or(unknown.clone(), |item| item["id"].as_str().unwrap().to_owned());
    let (close, none) =
        (propose(&home, &token, &stance(&home, &hidden)).await, propose(&home, &token, &stance(&home, &unknown)).await);
    assert_eq!((close.status, &close.body), (none.status, &none.body));
    assert_eq!(none.status, 404);
    // For somebody else.
    let mut for_bea = home.proposal();
    for_bea["for"]["reference"] = format!("Patient/{}", home.bea).into();
    assert_eq!(propose(&home, &token, &for_bea).await.status, 404);
    // The person stops sharing: what was proposed is out of sight too, and her later answer with it.
    let ama = Themselves::signed_in(home.ama);
    let _ = home.world.exchange.stop_sharing(ama, Party::Organization(riverside())).await.unwrap();
    let _ = home.world.exchange.answer_proposal(ama, id(&made), &Reply::Decline(Some(words("No.")))).await.unwrap();
    assert_eq!(home.ask(Asked::new("GET", &place(&made)), Some(&token)).await.status, 404);
    let found = home.ask(Asked::new("GET", &format!("/fhir/Task?patient={}", home.ama)), Some(&token)).await;
    assert_eq!(found.json()["total"], 0);
}

#[tokio::test]
async fn what_cannot_be_proposed_is_refused_with_its_place() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.ehr("system/*.rs system/Task.crs").await;
    type Break = fn(&mut Value);
    let cases: [(&str, Break); 9] = [
        ("Task.status", |task| task["status"] = "accepted".into()),
        ("Task.intent", |task| task["intent"] = "order".into()),
        ("Task.description", |task| drop(task.as_object_mut().unwrap().remove("description"))),
        ("Task.requester.display", |task| task["requester"] = json!({"display": " "})),
        ("Task.focus", |task| drop(task.as_object_mut().unwrap().remove("focus"))),
        ("Task.input[0].type", |task| task["input"][0]["type"]["coding"][0]["code"] = "who".into()),
        ("Task.input.where(type.coding.code='section')", |task| task["input"][1]["valueCode"] = "nowhere".into()),
        ("Task.input.where(type.coding.code='role')", |task| task["input"][0]["valueCode"] = "person".into()),
        ("Task.note", |task| task["note"] = json!([{"text": "And this."}])),
    ];
    for (path, breaks) in cases {
        let mut task = home.proposal();
        breaks(&mut task);
        let refused = propose(&home, &token, &task).await;
        assert_eq!(refused.status, 422, "{path}: {refused:?}");
        assert_eq!(refused.json()["issue"][0]["expression"][0], path, "{refused:?}");
    }
}

#[tokio::test]
async fn at_most_twenty_wait_and_what_happened_is_on_record() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.ehr("system/*.rs system/Task.crs").await;
    let mut made = 0;
    let refused = loop {
        let mut task = home.proposal();
        task["description"] = format!("Another thing, {made}.").into();
        let answer = propose(&home, &token, &task).await;
        if answer.status != 201 {
            break answer;
        }
        made += 1;
        // A retry finds what waits already.
        assert_eq!(propose(&home, &token, &task).await.json()["id"], answer.json()["id"]);
    };
    // One waited already.
    assert_eq!((made, refused.status), (sayso_exchange::propose::WAITING_MAX - 1, 400), "{refused:?}");
    let happened = home.world.exchange.happened(Themselves::signed_in(home.ama), None, 100).await.unwrap();
    let proposed = |act: &sayso_exchange::Act| matches!(act, sayso_exchange::Act::Proposed { .. });
    assert_eq!(happened.iter().filter(|one| one.act.as_ref().is_some_and(proposed)).count(), 2 * made + 1);
    assert!(!format!("{happened:?}").contains("side room"));
}

#[tokio::test]
async fn what_an_app_does_not_see_any_more_is_not_counted_among_those_that_wait() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.app_of(home.ama, "patient/*.cruds").await;
    let into = |section: &str, n: usize| {
        let mut task = home.proposal();
        task["input"][1]["valueCode"] = section.into();
        task["description"] = format!("Another thing, {n}.").into();
        task
    };
    for n in 0..sayso_exchange::propose::WAITING_MAX {
        let _ = propose(&home, &token, &into("helps", n)).await;
    }
    assert_eq!(propose(&home, &token, &into("harms", 0)).await.status, 400, "twenty that it sees wait");
    let ama = Themselves::signed_in(home.ama);
    let left = Choice { sections: [Section::Harms].into(), ..Choice::default() };
    let _ = home.world.exchange.share(ama, Party::App(app()), Purpose::Patrqt, &left, None).await.unwrap();
    assert_eq!(propose(&home, &token, &into("helps", 99)).await.status, 404, "nothing is kept where it sees nothing");
    assert_eq!(propose(&home, &token, &into("harms", 0)).await.status, 201);
}

#[tokio::test]
async fn the_native_list_is_the_same_and_her_app_sees_all_of_it() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let app = home.app_of(home.ama, "patient/*.cruds").await;
    let path = format!("/plans/{}/proposals", home.plan);
    // Her app brings what her brother says.
    let brother = json!({
        "by": {"name": "Kofi", "role": "supporter"}, "proposes": "stance", "about": item(&home, "words").await,
        "position": "agreed", "words": {"text": "I know this one.", "lang": "en-GB"},
    });
    let made = home.ask(Asked::new("POST", &path).body("application/json", brother.to_string()), Some(&app)).await;
    assert_eq!(made.status, 201, "{made:?}");
    let all = home.ask(Asked::new("GET", &path), Some(&app)).await.json();
    let names: Vec<&str> = all.as_array().unwrap().iter().map(|one| one["by"]["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 2);
    assert!(names.contains(&"Kofi") && names.contains(&"Dr Okafor"), "{names:?}");
    // Riverside sees its own.
    let token = home.ehr("system/*.rs system/Task.crs").await;
    let own = home.ask(Asked::new("GET", &path), Some(&token)).await;
    assert_eq!(own.json().as_array().unwrap().len(), 1);
    assert!(!String::from_utf8_lossy(&own.body).contains("Kofi"));
}
