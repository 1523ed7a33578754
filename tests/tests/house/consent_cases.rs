//! Edge cases of the law of consent (`tests/cases.toml`) as they are seen over HTTP, each by its number.

use std::sync::Arc;

use sayso_consent::Themselves;
use sayso_exchange::sharing::{Choice, Party};
use sayso_exchange::{Act, Refusal};
use sayso_gateway::{Policy, routes};
use sayso_plan::{ClientId, OrganizationId, PlanId, Purpose, Section, Share, Words};
use sayso_tests::world::{Asked, BASE, Observed};
use serde_json::{Value, json};
use time::Duration;

use crate::home::{HER_WORDS, Home, NUMBERS, id, number, riverside};

const FHIR: &str = "application/fhir+json";
/// Words of hers about what helps, and words about treatment, each in no other section.
const HELPS: &str = "red scarf";
const TREATMENT: &str = "My neck locked";
/// What is said at the end of everything that is released.
const SENTENCE: &str = "The person chose what to share here. There may be more.";
/// An id that nothing here has.
const NOTHING: &str = "00000000-0000-4000-8000-0000000000ff";

fn harbour() -> OrganizationId {
    id(0x02)
}

fn ama(home: &Home) -> Themselves {
    Themselves::signed_in(home.ama)
}

fn sections<const N: usize>(sections: [Section; N]) -> Choice {
    Choice { sections: sections.into(), ..Choice::default() }
}

/// Ama opens this to Harbour Clinic, to which nothing was open.
async fn opens(home: &Home, choice: &Choice) {
    let shared = home.world.exchange.share(ama(home), Party::Organization(harbour()), Purpose::Treat, choice, None);
    let _ = shared.await.unwrap();
}

async fn stops(home: &Home) {
    let _ = home.world.exchange.stop_sharing(ama(home), Party::Organization(harbour())).await.unwrap();
}

/// Harbour Clinic asks.
async fn get(home: &Home, path: &str) -> Observed {
    let token = home.other_ehr("system/*.rs").await;
    home.ask(Asked::new("GET", path), Some(&token)).await
}

fn text(observed: &Observed) -> String {
    String::from_utf8_lossy(&observed.body).into_owned()
}

fn care_plan(home: &Home) -> String {
    format!("/fhir/CarePlan/{}", home.plan)
}

fn current(number: &str, more: &str) -> String {
    format!("/fhir/Patient/$current-plan?identifier={NUMBERS}%7C{number}&kind=joint-crisis-plan{more}")
}

/// Ama writes other words where these stood.
async fn rewords(home: &Home, plan: PlanId, from: &str, to: &str) {
    let now = home.world.exchange.own_plan(ama(home), plan).await.unwrap().unwrap();
    let mut content = now.get().as_content();
    let stands = |words: &Option<Words>| words.as_ref().is_some_and(|words| words.text().contains(from));
    let said = content.items.iter_mut().find(|draft| stands(&draft.item.words)).unwrap();
    let lang = said.item.words.as_ref().unwrap().lang().clone();
    said.item.words = Some(Words::new(to.to_owned(), lang).unwrap());
    let base = now.fingerprint().to_string();
    let _ = home.world.exchange.write_own_plan(ama(home), Some((plan, &base)), content).await.unwrap();
}

/// The answer without what names who was asked about.
fn without(observed: &Observed, named: &str) -> (u16, String) {
    (observed.status, text(observed).replace(named, "?"))
}

#[tokio::test]
async fn case_01_without_consent_the_answer_is_that_of_no_plan() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (ama, her_number) = (home.ama.to_string(), number(home.ama));
    let plan = home.plan.to_string();
    for (path, hers, nobodys) in [
        ("/fhir/CarePlan/{}", plan.as_str(), NOTHING),
        ("/fhir/CarePlan/{}/_history", &plan, NOTHING),
        ("/fhir/Bundle/{}", &plan, NOTHING),
        ("/plans/{}", &plan, NOTHING),
        ("/fhir/Patient/{}", &ama, NOTHING),
        ("/fhir/CarePlan?patient={}", &ama, NOTHING),
        ("/fhir/Observation?patient={}&_summary=count", &ama, NOTHING),
        ("/fhir/Patient?identifier=urn:oid:2.16.840.1.113883.2.1.4.1%7C{}", &her_number, "999999999"),
        ("/fhir/Patient/$current-plan?identifier=urn:oid:2.16.840.1.113883.2.1.4.1%7C{}", &her_number, "999999999"),
    ] {
        let hidden = get(&home, &path.replace("{}", hers)).await;
        let absent = get(&home, &path.replace("{}", nobodys)).await;
        assert!(!hidden.shows_something(), "{path}: {hidden:?}");
        assert_eq!(without(&hidden, hers), without(&absent, nobodys), "{path}");
    }
}

#[tokio::test]
async fn case_10_sharing_anew_opens_nothing_while_her_no_stands() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let _ = home.world.exchange.refuse(ama(&home), Party::Organization(harbour()), false).await.unwrap();
    home.world.wait(Duration::hours(1));
    opens(&home, &sections([Section::Helps])).await;
    assert_eq!(get(&home, &care_plan(&home)).await.status, 404, "what is newer is not stronger");
    let behind = home.world.exchange.behind_no(ama(&home), Party::Organization(harbour())).await.unwrap();
    assert_eq!(behind.len(), 1, "and she is told what ending it opens: {behind:?}");
    let (seen, _) = home.world.exchange.standing(ama(&home)).await.unwrap();
    let _ = home.world.exchange.end_refusal(ama(&home), Party::Organization(harbour()), seen).await.unwrap();
    assert_eq!(get(&home, &care_plan(&home)).await.status, 200, "her own word ended it");
}

/// What happened to Ama last.
async fn last_act(home: &Home) -> Act {
    home.world.exchange.happened(ama(home), None, 1).await.unwrap().remove(0).act.unwrap()
}

#[tokio::test]
async fn case_12_a_request_without_a_purpose_has_the_first_of_its_client() {
    let _honest = crate::honest();
    let home = Home::open().await;
    opens(&home, &sections([Section::Helps])).await;
    assert_eq!(get(&home, &current(&number(home.ama), "")).await.status, 200);
    let act = last_act(&home).await;
    assert!(matches!(act, Act::ReadAllowed { purpose: Some(Purpose::Treat), .. }), "{act:?}");
    // A purpose for which it is not registered is none.
    assert_eq!(get(&home, &current(&number(home.ama), "&purpose=ETREAT")).await.status, 404);
    let act = last_act(&home).await;
    assert!(matches!(act, Act::ReadRefused { purpose: None, .. }), "{act:?}");
}

#[tokio::test]
async fn case_13_two_purposes_in_one_request_are_refused() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.ehr("system/*.rs").await;
    let mut answers = Vec::new();
    for number in [number(home.ama), "999999999".into()] {
        for two in ["&purpose=TREAT&purpose=ETREAT", "&purpose=TREAT&purpose=TREAT"] {
            let answer = home.ask(Asked::new("GET", &current(&number, two)), Some(&token)).await;
            assert_eq!(answer.status, 400, "{two} {answer:?}");
            answers.push(answer);
        }
        let mut body = home.parameters();
        let purposes = body["parameter"].as_array_mut().unwrap();
        purposes[0]["valueIdentifier"]["value"] = number.into();
        purposes.extend(["TREAT", "BTG"].map(|code| json!({"name": "purpose", "valueCode": code})));
        let asked = Asked::new("POST", "/fhir/Patient/$current-plan").body(FHIR, body.to_string());
        let answer = home.ask(asked, Some(&token)).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        answers.push(answer);
    }
    assert_eq!(answers[..3], answers[3..], "nothing is looked up for it");
    let form = "application/x-www-form-urlencoded";
    let two = format!(
        "grant_type=client_credentials&scope=system/Patient.rs&purpose_of_use=TREAT&purpose_of_use=BTG&{}",
        home.proof("two")
    );
    assert_eq!(home.ask(Asked::new("POST", "/oauth/token").body(form, two), None).await.status, 400);
}

#[tokio::test]
async fn case_19_a_permit_without_an_end_ends_after_twelve_months() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let given = home.world.now();
    opens(&home, &sections([Section::Helps])).await;
    let (_, standing) = home.world.exchange.standing(ama(&home)).await.unwrap();
    let to_harbour = standing.iter().find(|one| one.party == Party::Organization(harbour())).unwrap();
    assert_eq!(to_harbour.until, Some(given + Duration::days(365)));
    home.world.wait(Duration::days(365) - Duration::SECOND);
    assert_eq!(get(&home, &care_plan(&home)).await.status, 200);
    home.world.wait(Duration::SECOND);
    assert_eq!(get(&home, &care_plan(&home)).await.status, 404, "not one instant longer");
}

#[tokio::test]
async fn c04_f10_case_20_a_clock_that_goes_back_opens_nothing_that_was_closed() {
    let _honest = crate::honest();
    let home = Home::open().await;
    opens(&home, &sections([Section::Helps])).await;
    let token = home.other_ehr("system/*.rs").await;
    let reads = async || home.ask(Asked::new("GET", &care_plan(&home)), Some(&token)).await.status;
    assert_eq!(reads().await, 200);
    home.world.set(Duration::days(400));
    assert_eq!(reads().await, 404, "it has run out");
    for days in [399, 300, 1, 0, -4_000] {
        home.world.set(Duration::days(days));
        assert_eq!(reads().await, 404, "the clock says {days} days, and the record says more");
    }
    // What she opens now begins after what is on record, and a clock that is right again changes nothing.
    opens(&home, &sections([Section::Helps])).await;
    assert_eq!(reads().await, 200);
    home.world.set(Duration::days(401));
    assert_eq!(reads().await, 200);
    let happened = home.world.exchange.happened(ama(&home), None, 50).await.unwrap();
    let times: Vec<_> = happened.iter().map(|recorded| recorded.at).collect();
    assert!(times.len() > 8 && times.is_sorted_by(|newer, older| newer >= older), "{times:?}");
}

#[tokio::test]
async fn a07_case_21_a_link_to_the_next_page_carries_no_rights() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let all = Choice { sections: Section::all().collect(), ..Choice::default() };
    opens(&home, &all).await;
    let first = get(&home, &format!("/fhir/Observation?patient={}&_count=2", home.ama)).await;
    let links = first.json()["link"].clone();
    let next = links.as_array().unwrap().iter().find(|link| link["relation"] == "next").unwrap();
    let next = next["url"].as_str().unwrap().strip_prefix(BASE).unwrap().to_owned();
    let second = get(&home, &next).await;
    assert!(second.shows_something() && second.json()["entry"].as_array().unwrap().len() == 2, "{second:?}");
    // In the hands of another client it is none, though that one may see the same.
    let riverside = home.ehr("system/*.rs").await;
    let other = home.ask(Asked::new("GET", &next), Some(&riverside)).await;
    assert!(other.status == 400 && !text(&other).contains(HER_WORDS), "{other:?}");
    stops(&home).await;
    let after = get(&home, &next).await;
    assert_eq!((after.status, &after.json()["total"], &after.json()["entry"]), (200, &json!(0), &Value::Null));
    opens(&home, &all).await;
    home.world.wait(Duration::days(365));
    let after = get(&home, &next).await;
    assert_eq!((after.status, &after.json()["total"], &after.json()["entry"]), (200, &json!(0), &Value::Null));
}

/// Everything under this name, wherever it stands.
fn all_named<'a>(name: &str, value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                if key == name {
                    found.push(value);
                }
                all_named(name, value, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| all_named(name, value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn case_26_what_is_released_refers_to_nothing_that_is_withheld() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let plan = home.native().await.0;
    let (mut documents, mut withheld_names) = (0, 0);
    for section in Section::all() {
        let said: Vec<&Value> =
            plan["items"].as_array().unwrap().iter().filter(|item| item["section"] == section.code()).collect();
        if said.is_empty() {
            continue;
        }
        opens(&home, &sections([section])).await;
        let document = get(&home, &format!("/fhir/Bundle/{}", home.plan)).await;
        if document.status == 404 {
            // What is close is opened item by item.
            assert_eq!(section.default_share(), Share::Close, "{section:?}");
            continue;
        }
        documents += 1;
        let json = document.json();
        let there: Vec<&str> =
            json["entry"].as_array().unwrap().iter().map(|entry| entry["fullUrl"].as_str().unwrap()).collect();
        let mut references = Vec::new();
        all_named("reference", &json, &mut references);
        assert!(!references.is_empty());
        for reference in references.iter().map(|reference| reference.as_str().unwrap()) {
            let leads = reference.starts_with('#') || there.contains(&format!("{BASE}/fhir/{reference}").as_str());
            let to_the_plan = reference.ends_with(&home.plan.to_string());
            assert!(leads || to_the_plan, "{section:?}: {reference} leads nowhere");
        }
        // Nobody is named whom nothing of it names.
        let said = serde_json::to_string(&said).unwrap();
        for party in plan["parties"].as_array().unwrap().iter().filter(|party| party["role"] != "person") {
            let (key, name) = (party["id"].as_str().unwrap(), party["name"].as_str().unwrap());
            if !said.contains(&format!("\"{key}\"")) && !said.contains(name) {
                assert!(!text(&document).contains(name), "{section:?} names {name}");
                withheld_names += 1;
            }
        }
    }
    assert!(documents >= 15 && withheld_names >= 30, "{documents} documents, {withheld_names} names");
}

#[tokio::test]
async fn case_27_counts_and_filters_see_only_what_is_released() {
    let _honest = crate::honest();
    let home = Home::open().await;
    opens(&home, &sections([Section::Helps])).await;
    let of = |more: &str| format!("/fhir/Observation?patient={}{more}", home.ama);
    let all = get(&home, &of("")).await.json();
    let shown = all["entry"].as_array().unwrap();
    assert!(!shown.is_empty());
    let count = shown.len();
    let riverside = home.ehr("system/*.rs").await;
    let wide = home.ask(Asked::new("GET", &of("")), Some(&riverside)).await.json();
    assert!(wide["total"].as_u64().unwrap() > count as u64, "there is more, for others");
    for more in ["", "&_summary=count", "&_count=1", "&_count=0", "&_total=accurate", "&_lastUpdated=ge2000-01-01"] {
        assert_eq!(get(&home, &of(more)).await.json()["total"], count, "{more}");
    }
    // Each filter that finds a withheld part for somebody else finds nothing here.
    let own: Vec<&Value> = shown.iter().map(|entry| &entry["resource"]["id"]).collect();
    let mut withheld = 0;
    for entry in wide["entry"].as_array().unwrap() {
        let resource = &entry["resource"];
        if own.contains(&&resource["id"]) {
            continue;
        }
        withheld += 1;
        let by_id = get(&home, &of(&format!("&_id={}", resource["id"].as_str().unwrap()))).await;
        assert_eq!(by_id.json()["total"], 0, "{resource}");
        let mut codes = Vec::new();
        all_named("coding", &resource["category"], &mut codes);
        for code in codes.iter().flat_map(|codings| codings.as_array().unwrap()) {
            let code = code["code"].as_str().unwrap();
            let found = get(&home, &of(&format!("&category={code}"))).await.json();
            let ids: Vec<Value> =
                found["entry"].as_array().into_iter().flatten().map(|e| e["resource"]["id"].clone()).collect();
            assert!(ids.iter().all(|id| own.contains(&id)), "{code}");
            assert_eq!(found["total"], ids.len(), "{code}");
        }
    }
    assert!(withheld >= 5, "{withheld}");
}

#[tokio::test]
async fn case_28_history_begins_with_the_permit() {
    let _honest = crate::honest();
    let home = Home::open().await;
    home.world.wait(Duration::days(1));
    rewords(&home, home.plan, HELPS, "Let me hold the green shawl.").await;
    home.world.wait(Duration::days(1));
    let riverside = home.ehr("system/*.rs").await;
    let history = format!("{}/_history", care_plan(&home));
    let before = home.ask(Asked::new("GET", &history), Some(&riverside)).await.json();
    let versions: Vec<String> = before["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["resource"]["meta"]["versionId"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(versions.len(), 2, "who could see both sees both");
    opens(&home, &sections([Section::Helps])).await;
    let seen = get(&home, &history).await;
    assert_eq!(seen.json()["total"], 1);
    assert!(
        text(&seen).contains("green shawl") && !text(&seen).contains(HELPS),
        "what was removed before stays removed"
    );
    let absent = get(&home, &format!("{history}/{}", "0".repeat(32))).await;
    for version in &versions {
        let old = get(&home, &format!("{history}/{version}")).await;
        assert_eq!((old.status, &old.body), (404, &absent.body), "a version of another reader's is none");
    }
    home.world.wait(Duration::days(1));
    rewords(&home, home.plan, "green shawl", "Let me hold the blue hat.").await;
    let seen = get(&home, &history).await;
    assert!(seen.json()["total"] == 2 && text(&seen).contains("green shawl") && text(&seen).contains("blue hat"));
}

#[tokio::test]
async fn case_29_every_way_to_the_same_plan_shows_the_same_of_it() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ways = [
        care_plan(&home),
        format!("/fhir/Bundle/{}", home.plan),
        format!("/fhir/CarePlan?patient={}", home.ama),
        format!("/fhir/CarePlan/{}/_history", home.plan),
        format!("/plans/{}", home.plan),
        current(&number(home.ama), ""),
    ];
    let token = home.other_ehr("system/*.rs").await;
    for (choice, helps, treatment) in [
        (sections([Section::Helps]), true, false),
        (sections([Section::Treatment]), false, true),
        (sections([Section::Helps, Section::Treatment]), true, true),
        (Choice::default(), false, false),
    ] {
        opens(&home, &choice).await;
        for way in &ways {
            let answer = home.ask(Asked::new("GET", way), Some(&token)).await;
            let shows = |words| text(&answer).contains(words);
            assert_eq!((shows(HELPS), shows(TREATMENT)), (helps, treatment), "{way}: {answer:?}");
        }
        // Part by part.
        let parts = home.ask(Asked::new("GET", &format!("/fhir/Observation?patient={}", home.ama)), Some(&token)).await;
        assert!(!text(&parts).contains(HELPS) || helps);
        assert!(!text(&parts).contains(TREATMENT) || treatment);
    }
}

#[tokio::test]
async fn case_30_contained_parts_narrative_and_provenance_speak_of_the_released_alone() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let plan = home.native().await.0;
    let items = plan["items"].as_array().unwrap();
    let (mut narratives, mut contained, mut provenances) = (0, 0, 0);
    let open = [Section::Helps, Section::AskForHelp, Section::Services, Section::LookAfter, Section::Goals];
    for section in open {
        opens(&home, &sections([section])).await;
        let document = get(&home, &format!("/fhir/Bundle/{}", home.plan)).await.json();
        let mut texts = Vec::new();
        all_named("div", &document, &mut texts);
        narratives += texts.len();
        let mut inside = Vec::new();
        all_named("contained", &document, &mut inside);
        contained += inside.len();
        let entries = document["entry"].as_array().unwrap().iter().map(|entry| &entry["resource"]);
        let made: Vec<&Value> = entries.filter(|resource| resource["resourceType"] == "Provenance").collect();
        provenances += made.len();
        let withheld = items.iter().filter(|item| item["section"] != section.code());
        let words: Vec<&str> = withheld.filter_map(|item| item["words"]["text"].as_str()).collect();
        assert!(words.len() > 20);
        for place in texts.into_iter().chain(inside).chain(made) {
            for words in &words {
                let start: String = words.chars().take(24).collect();
                assert!(!place.to_string().contains(&start), "{section:?}: {start}");
            }
        }
    }
    let counted = (narratives > 10, contained > 0, provenances == open.len());
    assert_eq!(counted, (true, true, true), "{narratives} {contained} {provenances}");
}

#[tokio::test]
async fn case_31_one_sentence_stands_on_every_release_whether_or_not_something_is_withheld() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let plan = home.world.exchange.own_plan(ama(&home), home.plan).await.unwrap().unwrap();
    let every_item = plan.get().items.iter().map(|item| item.id).collect();
    let all = Choice { sections: Section::all().collect(), items: every_item, ..Choice::default() };
    for choice in [sections([Section::Helps]), sections([Section::Helps, Section::Treatment]), all] {
        opens(&home, &choice).await;
        let riverside = home.ehr("system/*.rs").await;
        for path in [care_plan(&home), format!("/fhir/Bundle/{}", home.plan), current(&number(home.ama), "")] {
            let said = |answer: &Observed| text(answer).matches(SENTENCE).count();
            let answer = get(&home, &path).await;
            assert!(answer.status == 200 && said(&answer) > 0, "{path}: {answer:?}");
            let other = home.ask(Asked::new("GET", &path), Some(&riverside)).await;
            assert_eq!(said(&answer), said(&other), "{path}: as often for those who see more");
        }
    }
}

#[tokio::test]
async fn case_32_tag_and_time_change_with_what_is_released_and_with_nothing_else() {
    let _honest = crate::honest();
    let home = Home::open().await;
    opens(&home, &sections([Section::Helps])).await;
    let token = home.other_ehr("system/*.rs").await;
    let paths =
        [care_plan(&home), format!("/fhir/Bundle/{}", home.plan), format!("/fhir/CarePlan?patient={}", home.ama)];
    let look = async || {
        let mut seen = Vec::new();
        for path in &paths {
            seen.push(home.ask(Asked::new("GET", path), Some(&token)).await);
        }
        seen
    };
    let before = look().await;
    assert!(before[0].etag().is_some() && before[0].header("last-modified").is_some(), "{:?}", before[0]);
    home.world.wait(Duration::days(1));
    rewords(&home, home.plan, TREATMENT, "Other words about treatment.").await;
    assert_eq!(look().await, before, "nothing that is withheld shows: tag, time, length, body");
    home.world.wait(Duration::days(1));
    rewords(&home, home.plan, HELPS, "Other words about what helps.").await;
    let after = look().await;
    for (before, after) in before.iter().zip(&after) {
        assert_ne!(before.body, after.body);
        if before.etag().is_some() {
            assert_ne!(before.etag(), after.etag());
            assert_ne!(before.header("last-modified"), after.header("last-modified"));
        }
    }
    let updated = |seen: &Observed| seen.json()["meta"]["lastUpdated"].clone();
    assert_ne!(updated(&before[0]), updated(&after[0]));
}

#[tokio::test]
async fn case_33_what_is_withdrawn_while_a_request_is_on_its_way_does_not_leave() {
    let _honest = crate::honest();
    let home = Home::open().await;
    opens(&home, &sections([Section::Helps])).await;
    let (exchange, person) = (home.world.exchange.clone(), ama(&home));
    home.world.once_between(Arc::new(move || {
        let exchange = exchange.clone();
        Box::pin(async move {
            let _ = exchange.stop_sharing(person, Party::Organization(harbour())).await.unwrap();
        })
    }));
    let on_its_way = get(&home, &care_plan(&home)).await;
    assert!(on_its_way.status == 404 && !text(&on_its_way).contains(HELPS), "{on_its_way:?}");
}

#[tokio::test]
async fn case_33_of_two_devices_the_narrower_word_holds_in_either_order() {
    let _honest = crate::honest();
    let narrower = sections([Section::Helps]);
    let wider = sections([Section::Helps, Section::Treatment, Section::Place]);
    let other = sections([Section::Helps, Section::Place]);
    let party = Party::Organization(harbour());
    for (first, second, left) in [
        (&narrower, &wider, &narrower),
        (&wider, &narrower, &narrower),
        (&other, &sections([Section::Treatment, Section::Helps]), &narrower),
        (&wider, &Choice::default(), &Choice::default()),
    ] {
        let home = Home::open().await;
        opens(&home, &sections([Section::Helps, Section::Treatment])).await;
        // Both devices show the same, and she decides on each.
        let (seen, _) = home.world.exchange.standing(ama(&home)).await.unwrap();
        let decides = async |choice: &Choice| {
            home.world.exchange.share(ama(&home), party, Purpose::Treat, choice, Some(seen)).await
        };
        let _ = decides(first).await.unwrap();
        let late = decides(second).await;
        assert!(matches!(late, Err(Refusal::Moved)), "the second is told to look again: {late:?}");
        let (_, standing) = home.world.exchange.standing(ama(&home)).await.unwrap();
        let open = standing.into_iter().find(|one| one.party == party).map(|one| one.open).unwrap_or_default();
        assert_eq!(&open, left, "{first:?}, then {second:?}");
        let answer = get(&home, &care_plan(&home)).await;
        assert!(!text(&answer).contains(TREATMENT), "{answer:?}");
        // She looks, and decides: then that is so.
        let (seen, _) = home.world.exchange.standing(ama(&home)).await.unwrap();
        let _ = home.world.exchange.share(ama(&home), party, Purpose::Treat, &wider, Some(seen)).await.unwrap();
        assert!(text(&get(&home, &care_plan(&home)).await).contains(TREATMENT));
    }
}

#[tokio::test]
async fn a23_case_35_no_route_and_no_scope_opens_what_the_person_did_not() {
    let _honest = crate::honest();
    // Each route of systems asks for a token of a client; a consent that a client sends opens nothing (consents.rs), and
    // no other route takes one.
    for route in routes() {
        let writes = !["GET", "HEAD"].contains(&route.method.as_str()) && !route.path.ends_with("/_search");
        match route.policy {
            Policy::Public => assert!(!writes, "{} {}", route.method, route.path),
            Policy::ClientItself => assert!(route.path.starts_with("/oauth/"), "{} {}", route.method, route.path),
            Policy::Scope(..)
            | Policy::OwnApp(..)
            | Policy::WholePlans(_)
            | Policy::OwnAppWholePlans(_)
            | Policy::OwnAppDecisions
            | Policy::EachEntry => {
                let sends =
                    ["", "/{id}", "/$validate", "/$preview", "/$explain"].map(|end| format!("/fhir/Consent{end}"));
                let other = writes && route.path.contains("Consent") && !sends.contains(&route.path);
                assert!(!other, "{} {}", route.method, route.path);
            }
        }
    }
    // Each route of persons is for the one who is signed in there, and for what is theirs.
    for row in sayso_pages::routes() {
        match row.policy {
            sayso_pages::Policy::Open
            | sayso_pages::Policy::SignedIn
            | sayso_pages::Policy::SignedInForm
            | sayso_pages::Policy::Supporter
            | sayso_pages::Policy::SupporterForm => {}
        }
    }
    // Whoever runs the house can register what they like: it opens nothing.
    let home = Home::open().await;
    let (house, own): (OrganizationId, ClientId) = (id(0x41), id(0x42));
    home.world.organization(house, "The house itself").await;
    home.world.system(own, house, "ehr", &["TREAT", "ETREAT", "BTG", "COC", "CAREMGT"]).await;
    let kept = home.kept().await;
    for scopes in ["system/*.rs", "system/*.cruds", "system/*.cruds user/*.cruds patient/*.cruds"] {
        let token = home.token_for(own, None, scopes, Duration::days(1)).await;
        for purpose in ["", "&purpose=TREAT", "&purpose=ETREAT", "&purpose=BTG"] {
            let answer = home.ask(Asked::new("GET", &current(&number(home.ama), purpose)), Some(&token)).await;
            assert!(!answer.shows_something(), "{scopes} {purpose}: {answer:?}");
        }
        for path in [care_plan(&home), format!("/fhir/Consent?patient={}", home.ama), "/plans".into()] {
            let answer = home.ask(Asked::new("GET", &path), Some(&token)).await;
            assert!(!answer.shows_something() && !text(&answer).contains(HER_WORDS), "{scopes} {path}: {answer:?}");
        }
        let consent = json!({"resourceType": "Consent", "status": "active", "provision": {"type": "permit"}});
        for (method, path) in [("POST", "/fhir/Consent"), ("PUT", "/fhir/Consent/1"), ("POST", "/fhir")] {
            let asked = Asked::new(method, path).body(FHIR, consent.to_string());
            let answer = home.ask(asked, Some(&token)).await;
            assert!((400..500).contains(&answer.status), "{method} {path}: {answer:?}");
        }
    }
    assert_eq!(home.kept().await, kept, "and nothing of hers was changed");
}

#[tokio::test]
async fn c15_case_36_without_the_store_nothing_is_answered() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (ehr, app) = (home.ehr("system/*.rs").await, home.app_of(home.ama, "patient/*.cruds").await);
    let paths = [
        care_plan(&home),
        format!("/fhir/Bundle/{}", home.plan),
        format!("/fhir/CarePlan?patient={}", home.ama),
        format!("/fhir/CarePlan/{}/_history", home.plan),
        format!("/plans/{}", home.plan),
        current(&number(home.ama), ""),
        format!("/fhir/CarePlan/{NOTHING}"),
    ];
    for path in &paths[..6] {
        let token = if path.starts_with("/plans") { &app } else { &ehr };
        assert!(home.ask(Asked::new("GET", path), Some(token)).await.shows_something(), "{path}");
    }
    home.world.exchange.store().clone().close().await;
    for path in &paths {
        for token in [&ehr, &app] {
            let answer = home.ask(Asked::new("GET", path), Some(token)).await;
            assert_eq!(answer.status, 503, "{path}: {answer:?}");
            assert!(!text(&answer).contains(HER_WORDS) && !text(&answer).contains(HELPS), "{path}: {answer:?}");
            assert!(answer.header("retry-after").is_some(), "{path}: {answer:?}");
        }
    }
    assert!(home.world.exchange.stop_sharing(ama(&home), Party::Organization(riverside())).await.is_err());
}

#[tokio::test]
async fn case_37_a_refusal_looks_like_never_having_been_asked() {
    let _honest = crate::honest();
    let (never, refused) = (Home::open().await, Home::open().await);
    let _ = refused.world.exchange.refuse(ama(&refused), Party::Organization(harbour()), true).await.unwrap();
    let asks = async |home: &Home| {
        home.world.reseed(77);
        let token = home.other_ehr("system/*.rs system/Task.crs").await;
        let ask = json!({"resourceType": "Parameters", "parameter": [
            {"name": "identifier", "valueIdentifier": {"system": NUMBERS, "value": number(home.ama)}},
            {"name": "purpose", "valueCode": "TREAT"},
        ]});
        let mut answers = Vec::new();
        for asked in [
            Asked::new("GET", &care_plan(home)),
            Asked::new("GET", &format!("/fhir/Consent?patient={}", home.ama)),
            Asked::new("GET", &format!("/fhir/Patient?identifier={NUMBERS}%7C{}", number(home.ama))),
            Asked::new("GET", &current(&number(home.ama), "")),
            Asked::new("POST", "/fhir/Patient/$ask-to-share").body(FHIR, ask.to_string()),
            Asked::new("POST", "/fhir/Task").body(FHIR, home.proposal().to_string()),
        ] {
            answers.push(home.ask(asked, Some(&token)).await);
        }
        answers
    };
    let (of_never, of_refused) = (asks(&never).await, asks(&refused).await);
    assert_eq!(of_never, of_refused);
    assert!(of_never.iter().all(|answer| !answer.shows_something() || answer.status == 202 || answer.status == 200));
    // To those to whom something is open, nothing is said of others.
    let riverside = refused.ehr("system/*.rs").await;
    let consents =
        refused.ask(Asked::new("GET", &format!("/fhir/Consent?patient={}", refused.ama)), Some(&riverside)).await;
    assert!(consents.status == 200 && !text(&consents).contains("Harbour Clinic"), "{consents:?}");
}
