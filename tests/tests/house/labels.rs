//! Case 24: of the labels on a part and inside it the highest counts. A closer one that is sent is kept, a more open one
//! opens nothing, and one that cannot be kept is refused at its place.

use sayso_consent::Themselves;
use sayso_exchange::sharing::{Choice, Party};
use sayso_plan::{Purpose, Share};
use sayso_tests::world::{Asked, Observed};
use serde_json::{Value, json};
use time::Duration;

use crate::home::{Home, NUMBERS, number};

const FHIR: &str = "application/fhir+json";
/// Words of hers about what helps: open by their section, and shared with Riverside.
const HELPS: &str = "red scarf";
/// DS4P, inline security labels (hl7.org/fhir/uv/security-label-ds4p).
const INLINE: &str = "http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label";

fn confidentiality(code: &str) -> Value {
    json!({"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": code})
}

fn inline(code: &str) -> Value {
    json!({"url": INLINE, "valueCoding": confidentiality(code)})
}

/// The resource of the push that holds these words.
fn resource<'b>(bundle: &'b mut Value, kind: &str, words: &str) -> &'b mut Value {
    let entries = bundle["entry"].as_array_mut().unwrap().iter_mut();
    let mut resources = entries.map(|entry| &mut entry["resource"]);
    resources.find(|one| one["resourceType"] == kind && one.to_string().contains(words)).unwrap()
}

/// The same push with these labels on what she says of the red scarf, and no others.
fn labelled(bundle: &Value, labels: &[&str]) -> Value {
    let mut bundle = bundle.clone();
    let scarf = resource(&mut bundle, "Observation", HELPS);
    scarf["meta"]["security"] = labels.iter().map(|code| confidentiality(code)).collect();
    if labels.is_empty() {
        let _ = scarf["meta"].as_object_mut().unwrap().remove("security");
    }
    bundle
}

async fn pushed(home: &Home, path: &str, body: &Value) -> Observed {
    let token = home.app_of(home.ama, "patient/*.cruds").await;
    home.ask(Asked::new("POST", path).body(FHIR, body.to_string()), Some(&token)).await
}

/// All that Riverside is shown of what helps, in every plan of hers.
async fn riverside(home: &Home) -> String {
    let token = home.ehr("system/*.rs").await;
    let path = format!("/fhir/Observation?patient={}&_count=100", home.ama);
    let answer = home.ask(Asked::new("GET", &path), Some(&token)).await;
    assert!(answer.shows_something(), "{answer:?}");
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// How close what she says of the red scarf is kept, in each of her plans.
async fn levels(home: &Home) -> Vec<Share> {
    let plans = home.world.exchange.own_plans(Themselves::signed_in(home.ama)).await.unwrap();
    let items = plans.iter().flat_map(|plan| &plan.get().items);
    let scarf = items.filter(|one| one.item.words.as_ref().is_some_and(|words| words.text().contains(HELPS)));
    scarf.map(|one| one.item.share_level()).collect()
}

#[tokio::test]
async fn case_24_of_the_labels_on_a_part_that_is_sent_the_closest_counts_and_a_more_open_one_opens_nothing() {
    let _honest = crate::honest();
    let home = Home::open().await;
    assert_eq!(levels(&home).await, [Share::Open]);
    assert!(riverside(&home).await.contains(HELPS), "it is open by its section");
    for (labels, level, seen) in [
        (vec!["N"], Share::Open, true),
        (vec!["R"], Share::Care, true),
        (vec!["L", "N"], Share::Care, true),
        (vec![], Share::Care, true),
        (vec!["N", "V", "R"], Share::Close, false),
        (vec!["R"], Share::Close, false),
        (vec!["N", "U"], Share::Close, false),
        (vec![], Share::Close, false),
    ] {
        let push = labelled(&home.transaction().await, &labels);
        let answer = pushed(&home, "/fhir", &push).await;
        assert_eq!(answer.status, 200, "{labels:?} {answer:?}");
        assert_eq!(levels(&home).await, [level], "{labels:?}");
        assert_eq!(riverside(&home).await.contains(HELPS), seen, "{labels:?}");
    }
    // Her own app goes on seeing it, and how close it is.
    let mut again = home.transaction().await;
    let labels = &resource(&mut again, "Observation", HELPS)["meta"]["security"];
    assert!(labels.as_array().unwrap().contains(&confidentiality("V")), "{labels}");
}

#[tokio::test]
async fn case_24_a_plan_that_is_sent_anew_is_as_close_as_it_was_labelled() {
    let _honest = crate::honest();
    for (code, level, seen) in [("V", Share::Close, false), ("R", Share::Care, true), ("N", Share::Open, true)] {
        for (path, status) in [("/fhir", 200), ("/fhir/Bundle", 201)] {
            let home = Home::open().await;
            let plan = if path == "/fhir" { home.new_plan().await } else { home.plan_as_document().await };
            let answer = pushed(&home, path, &labelled(&plan, &[code])).await;
            assert_eq!(answer.status, status, "{path} {code} {answer:?}");
            // The plan that was there says it as openly as before; the new one has taken its place.
            let kept = levels(&home).await;
            assert!(
                kept.contains(&level) && kept.iter().all(|one| [Share::Open, level].contains(one)),
                "{path} {kept:?}"
            );
            assert_eq!(riverside(&home).await.contains(HELPS), seen, "{path} {code}");
        }
    }
}

#[tokio::test]
async fn case_24_a_label_inside_a_part_is_refused_at_its_place() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (transaction, document) = (home.transaction().await, home.plan_as_document().await);
    let before = home.kept().await;
    type Put = fn(&mut Value);
    let ways: [(&str, &str, Put); 7] = [
        ("Observation", ".extension", |r| r["extension"].as_array_mut().unwrap().push(inline("V"))),
        ("Observation", ".valueString", |r| r["_valueString"] = json!({"extension": [inline("V")]})),
        ("Observation", ".code.extension", |r| r["code"]["extension"] = json!([inline("R")])),
        ("Observation", ".subject.extension", |r| r["subject"]["extension"] = json!([inline("N")])),
        ("Observation", ".contained", |r| {
            let inner = json!({"resourceType": "Observation", "id": "in", "meta": {"security": [confidentiality("V")]},
                               "status": "final", "code": {"text": "within"}});
            r["contained"] = json!([inner]);
        }),
        ("CarePlan", ".title", |r| r["_title"] = json!({"extension": [inline("V")]})),
        ("CarePlan", ".category[0].coding[0].extension", |r| {
            r["category"][0]["coding"][0]["extension"] = json!([inline("V")]);
        }),
    ];
    for (path, push) in [("/fhir", &transaction), ("/fhir/Bundle", &document)] {
        for (kind, place, put) in ways {
            let mut push = push.clone();
            let words = if kind == "Observation" { HELPS } else { "" };
            put(resource(&mut push, kind, words));
            refused(&home, path, &push, place).await;
        }
    }
    let mut alone = home.care_plan();
    alone["_title"] = json!({"extension": [inline("V")]});
    refused(&home, "/fhir/CarePlan", &alone, "CarePlan.title").await;
    let mut answers = home.answers();
    answers["item"][0]["item"][0]["answer"][0]["_valueString"] = json!({"extension": [inline("V")]});
    refused(&home, "/fhir/QuestionnaireResponse", &answers, ".answer[0]").await;
    let mut whole = home.document();
    whole["content"][0]["attachment"]["_title"] = json!({"extension": [inline("V")]});
    refused(&home, "/fhir/DocumentReference", &whole, ".attachment.title").await;
    assert_eq!(home.kept().await, before, "nothing of it is kept");
}

#[tokio::test]
async fn case_24_a_level_where_none_is_kept_and_a_label_that_nobody_knows_are_refused_at_their_place() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (transaction, document) = (home.transaction().await, home.plan_as_document().await);
    let before = home.kept().await;
    let unknown = json!({"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "NODSCLCD"});
    for (path, push) in [("/fhir", &transaction), ("/fhir/Bundle", &document)] {
        for (kind, words, label) in [
            ("CarePlan", "", confidentiality("V")),
            ("CarePlan", "", confidentiality("R")),
            ("CareTeam", "", confidentiality("V")),
            ("CarePlan", "", unknown.clone()),
            ("Observation", HELPS, unknown.clone()),
            ("Observation", HELPS, confidentiality("X")),
            ("Observation", HELPS, json!({"code": "V"})),
        ] {
            let mut push = push.clone();
            resource(&mut push, kind, words)["meta"]["security"] = json!([confidentiality("N"), label]);
            refused(&home, path, &push, "resource.meta.security[1]").await;
        }
        let mut whole = push.clone();
        whole["meta"]["security"] = json!([confidentiality("V")]);
        refused(&home, path, &whole, "Bundle.meta.security[0]").await;
    }
    for (path, mut push, label) in [
        ("/fhir/CarePlan", home.care_plan(), "R"),
        ("/fhir/QuestionnaireResponse", home.answers(), "R"),
        ("/fhir/DocumentReference", home.document(), "V"),
    ] {
        push["meta"]["security"] = json!([confidentiality(label)]);
        refused(&home, path, &push, ".meta.security[0]").await;
    }
    let mut labelled = home.document();
    labelled["securityLabel"] = json!([{"coding": [confidentiality("V")]}]);
    refused(&home, "/fhir/DocumentReference", &labelled, "DocumentReference.securityLabel").await;
    let mut task = home.proposal();
    task["meta"]["security"] = json!([confidentiality("V")]);
    let token = home.ehr("system/Task.c").await;
    let answer = home.ask(Asked::new("POST", "/fhir/Task").body(FHIR, task.to_string()), Some(&token)).await;
    assert!(answer.status == 422 && says(&answer, "Task.meta.security[0]"), "{answer:?}");
    assert_eq!(home.kept().await, before, "nothing of it is kept");
}

#[tokio::test]
async fn case_24_the_label_of_a_section_in_which_a_part_does_not_stand_is_refused_at_its_place() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let section = |code: &str| json!({"system": "https://sayso.example/fhir/CodeSystem/plan-section", "code": code});
    let (transaction, document) = (home.transaction().await, home.plan_as_document().await);
    let before = home.kept().await;
    for (path, push) in [("/fhir", &transaction), ("/fhir/Bundle", &document)] {
        for (kind, words) in [("Observation", HELPS), ("CarePlan", "")] {
            let mut push = push.clone();
            resource(&mut push, kind, words)["meta"]["security"] = json!([confidentiality("N"), section("harms")]);
            refused(&home, path, &push, "resource.meta.security[1]").await;
        }
    }
    assert_eq!(home.kept().await, before, "nothing of it is kept");
    let mut own = transaction;
    resource(&mut own, "Observation", HELPS)["meta"]["security"] = json!([section("helps")]);
    assert_eq!(pushed(&home, "/fhir", &own).await.status, 200);
}

async fn refused(home: &Home, path: &str, body: &Value, place: &str) {
    let answer = pushed(home, path, body).await;
    assert!(answer.status == 422 && says(&answer, place), "{path} {place}: {answer:?}");
}

/// Whether an issue names this place; the place of a primitive's extension is that of the primitive.
fn says(answer: &Observed, place: &str) -> bool {
    let outcome = answer.json();
    let issues = outcome["issue"].as_array().into_iter().flatten();
    let mut places = issues.flat_map(|issue| issue["expression"].as_array().into_iter().flatten());
    places.any(|one| one.as_str().is_some_and(|one| one.replace("._", ".").contains(place)))
}

/// Puts the plan as native JSON, with what the red scarf's item became.
async fn put_scarf(home: &Home, token: &str, change: impl Fn(&mut Value)) -> (Observed, usize) {
    let address = format!("/plans/{}", home.plan);
    let read = home.ask(Asked::new("GET", &address), Some(token)).await;
    let mut plan = read.json();
    let items = plan["items"].as_array_mut().unwrap();
    let place = items.iter().position(|item| item.to_string().contains(HELPS)).unwrap();
    change(&mut items[place]);
    let put = Asked::new("PUT", &address).header("if-match", &format!("W/\"{}\"", read.etag().unwrap()));
    (home.ask(put.body("application/json", plan.to_string()), Some(token)).await, place)
}

#[tokio::test]
async fn case_24_through_an_app_nothing_becomes_more_open_neither_by_its_level_nor_by_moving() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.app_of(home.ama, "patient/*.cruds").await;
    let (closed, _) = put_scarf(&home, &token, |item| item["share"] = "close".into()).await;
    assert_eq!((closed.status, levels(&home).await), (200, vec![Share::Close]), "{closed:?}");
    type Change = fn(&mut Value);
    let changes: [Change; 5] = [
        |item| item["share"] = "care".into(),
        |item| item["share"] = "open".into(),
        |item| drop(item.as_object_mut().unwrap().remove("share")),
        |item| {
            item["section"] = "about-me".into();
            drop(item.as_object_mut().unwrap().remove("share"));
        },
        // As if it were a new one.
        |item| {
            let item = item.as_object_mut().unwrap();
            drop((item.remove("id"), item.remove("share")));
        },
    ];
    for change in changes {
        let (answer, place) = put_scarf(&home, &token, change).await;
        assert_eq!(answer.status, 422, "{answer:?}");
        assert!(String::from_utf8_lossy(&answer.body).contains(&format!("/items/{place}/share")), "{answer:?}");
        assert_eq!(levels(&home).await, [Share::Close]);
        assert!(!riverside(&home).await.contains(HELPS));
    }
    // By its section alone it is as close; and by FHIR it stays so where it moves to one that is more open.
    let (moved, _) = put_scarf(&home, &token, |item| {
        item["section"] = "past-to-know".into();
        drop(item.as_object_mut().unwrap().remove("share"));
    })
    .await;
    assert_eq!((moved.status, levels(&home).await), (200, vec![Share::Close]), "{moved:?}");
    let mut push = home.transaction().await;
    let scarf = resource(&mut push, "Observation", HELPS);
    *scarf = serde_json::from_str(&scarf.to_string().replace("past-to-know", "helps")).unwrap();
    for gone in ["meta", "text"] {
        let _ = scarf.as_object_mut().unwrap().remove(gone);
    }
    let _ = scarf["code"].as_object_mut().unwrap().remove("text");
    for coding in scarf["code"]["coding"].as_array_mut().unwrap() {
        let _ = coding.as_object_mut().unwrap().remove("display");
    }
    for gone in ["supportingInfo", "text"] {
        let _ = resource(&mut push, "CarePlan", "").as_object_mut().unwrap().remove(gone);
    }
    let answer = pushed(&home, "/fhir", &push).await;
    assert_eq!((answer.status, levels(&home).await), (200, vec![Share::Close]), "{answer:?}");
    assert!(!riverside(&home).await.contains(HELPS));
}

/// Refused at that member of the red scarf's item, and Riverside sees just what it saw.
async fn opens_nothing(home: &Home, token: &str, member: &str, change: impl Fn(&mut Value)) {
    let before = riverside(home).await;
    let (answer, place) = put_scarf(home, token, change).await;
    let pointer = format!("/items/{place}/{member}");
    assert!(answer.status == 422 && String::from_utf8_lossy(&answer.body).contains(&pointer), "{answer:?}");
    assert_eq!(riverside(home).await, before);
}

#[tokio::test]
async fn case_24_through_an_app_nothing_moves_into_a_section_that_others_may_see() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (ama, exchange) = (Themselves::signed_in(home.ama), &home.world.exchange);
    let token = home.app_of(home.ama, "patient/*.cruds").await;
    let but_helps = Choice {
        sections: sayso_plan::Section::all().filter(|one| *one != sayso_plan::Section::Helps).collect(),
        ..Choice::default()
    };
    let party = Party::Organization(crate::home::riverside());
    let _ = exchange.share(ama, party, Purpose::Treat, &but_helps, None).await.unwrap();
    assert!(!riverside(&home).await.contains(HELPS));
    let to = |section: &str, share: Option<&str>| {
        let (section, share) = (section.to_owned(), share.map(str::to_owned));
        move |item: &mut Value| {
            item["section"] = section.clone().into();
            if let Some(share) = &share {
                item["share"] = share.clone().into();
            }
        }
    };
    opens_nothing(&home, &token, "section", to("about-me", None)).await;
    opens_nothing(&home, &token, "section", to("about-me", Some("care"))).await;
    opens_nothing(&home, &token, "section", |item| {
        to("about-me", None)(item);
        drop(item.as_object_mut().unwrap().remove("id"));
    })
    .await;
    let (moved, _) = put_scarf(&home, &token, to("about-me", Some("close"))).await;
    assert_eq!((moved.status, levels(&home).await), (200, vec![Share::Close]), "{moved:?}");
    assert!(!riverside(&home).await.contains(HELPS));
}

/// Whom what she says of the red scarf is about.
async fn about(home: &Home) -> Vec<String> {
    let plan = home.world.exchange.own_plan(Themselves::signed_in(home.ama), home.plan).await.unwrap().unwrap();
    let mut items = plan.get().items.iter();
    let scarf = items.find(|one| one.item.words.as_ref().is_some_and(|words| words.text().contains(HELPS))).unwrap();
    scarf.item.about_parties.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn case_25_through_an_app_nothing_stops_being_about_somebody() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.app_of(home.ama, "patient/*.cruds").await;
    let (said, _) = put_scarf(&home, &token, |item| item["about_parties"] = json!(["kofi", "joyce"])).await;
    assert_eq!((said.status, about(&home).await), (200, vec!["kofi".to_owned(), "joyce".to_owned()]), "{said:?}");
    type Change = fn(&mut Value);
    let changes: [Change; 3] = [
        |item| drop(item.as_object_mut().unwrap().remove("about_parties")),
        |item| item["about_parties"] = json!(["joyce"]),
        |item| {
            let item = item.as_object_mut().unwrap();
            drop((item.remove("id"), item.remove("about_parties")));
        },
    ];
    for change in changes {
        opens_nothing(&home, &token, "about_parties", change).await;
        assert_eq!(about(&home).await.len(), 2);
    }
    // By FHIR it stays said, also where what is sent does not know of it.
    let mut push = home.transaction().await;
    let _ = resource(&mut push, "Observation", HELPS).as_object_mut().unwrap().remove("extension");
    for derived in ["supportingInfo", "text"] {
        let _ = resource(&mut push, "CarePlan", "").as_object_mut().unwrap().remove(derived);
    }
    let answer = pushed(&home, "/fhir", &push).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(about(&home).await.len(), 2);
}

/// Closed by its label or by where it stands, it is gone from what was, too; where it was only removed, it is not.
#[tokio::test]
async fn case_28_what_she_makes_closer_leaves_the_older_versions_that_were_open() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let asks = async |path: &str| home.ask(Asked::new("GET", path), Some(&home.ehr("system/*.rs").await)).await;
    let shows = async |path: &str| {
        let answer = asks(path).await;
        (answer.status, String::from_utf8_lossy(&answer.body).contains(HELPS))
    };
    let plan = format!("/fhir/CarePlan/{}", home.plan);
    let first = asks(&plan).await.json();
    let (history, version) = (format!("{plan}/_history"), first["meta"]["versionId"].as_str().unwrap().to_owned());
    let day = home.world.now().date();
    let whom = format!("identifier={NUMBERS}%7C{}", number(home.ama));
    let on_the_day = format!("/fhir/Patient/$current-plan?{whom}&kind=joint-crisis-plan&date={day}");
    let all = asks(&format!("/fhir/Observation?patient={}&_count=100", home.ama)).await.json();
    let scarf = all["entry"].as_array().unwrap().iter().find(|one| one.to_string().contains(HELPS)).unwrap();
    let item = format!("/fhir/Observation/{}/_history", scarf["resource"]["id"].as_str().unwrap());
    home.world.wait(Duration::days(1));
    for path in [&history, &format!("{history}/{version}"), &on_the_day, &item] {
        assert_eq!(shows(path).await, (200, true), "{path}");
    }
    let token = home.app_of(home.ama, "patient/*.cruds").await;
    let (closed, _) = put_scarf(&home, &token, |item| item["share"] = "close".into()).await;
    assert_eq!(closed.status, 200);
    for (path, status) in [(&history, 200), (&format!("{history}/{version}"), 404), (&on_the_day, 200), (&item, 404)] {
        assert_eq!(shows(path).await, (status, false), "{path}");
    }
}
