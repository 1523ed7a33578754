//! Case 38: records of persons are never joined here. Where two stand under one number, neither is found by it, what each
//! permits opens nothing of the other, what each refuses closes nothing of the other, and once it is settled whose the
//! number is, each answers to the byte as before.

use std::collections::BTreeMap;

use sayso_consent::Themselves;
use sayso_exchange::sharing::{Choice, Party};
use sayso_plan::{Identifier, IdentifierState, Lang, Person, PersonId, PlanId, PlanKind, Purpose, Section};
use sayso_tests::world::{Asked, Observed};
use serde_json::{Value, json};

use crate::home::{DIRECTIVE, HER_WORDS, Home, NUMBERS, app, id, number, riverside};

const FHIR: &str = "application/fhir+json";
/// The title of the second record's plan.
const OTHER_WORDS: &str = "A word of the second record";

/// The second record: under Ama's number, open to Harbour Clinic, and closed to Riverside by a no.
struct Second {
    person: PersonId,
    plan: PlanId,
}

fn second(home: &Home, verified: bool) -> Person {
    let state = match verified {
        true => IdentifierState::Verified { by: "Harbour".into(), at: home.world.now() },
        false => IdentifierState::Claimed,
    };
    Person {
        id: id(0x12),
        name: "Ama Testwell".into(),
        language: Lang::try_from("en-GB").unwrap(),
        zone_minutes: 0,
        birth_date: None,
        identifiers: vec![Identifier { system: NUMBERS.into(), value: number(home.ama), state }],
    }
}

/// Ama as she is on record, with her number verified, or only claimed.
async fn first(home: &Home, verified: bool) -> Person {
    let mut ama = home.world.exchange.own_self(Themselves::signed_in(home.ama)).await.unwrap();
    for one in &mut ama.identifiers {
        one.state = match verified {
            true => IdentifierState::Verified { by: "Riverside".into(), at: home.world.now() },
            false => IdentifierState::Claimed,
        };
    }
    ama
}

async fn with_a_second(home: &Home) -> Second {
    let person = second(home, false);
    let themselves = Themselves::signed_in(person.id);
    let _ = home.world.exchange.create_person(person.clone()).await.unwrap();
    let mut plan: Value = serde_json::from_str(DIRECTIVE).unwrap();
    plan["title"]["text"] = OTHER_WORDS.into();
    let content = serde_json::from_value(plan).unwrap();
    let plan = home.world.exchange.write_own_plan(themselves, None, content).await.unwrap().sheet.plan();
    let kinds = [PlanKind::AdvanceDirective].into();
    let all = Choice { sections: Section::all().collect(), kinds, ..Choice::default() };
    for (party, purpose) in [(Party::Organization(id(0x02)), Purpose::Treat), (Party::App(app()), Purpose::Patrqt)] {
        let _ = home.world.exchange.share(themselves, party, purpose, &all, None).await.unwrap();
    }
    let _ = home.world.exchange.refuse(themselves, Party::Organization(riverside()), true).await.unwrap();
    Second { person: person.id, plan }
}

/// What both hospitals and the app of each are answered, by who asks and what for.
async fn answers(home: &Home, second: &Second) -> BTreeMap<String, Observed> {
    let by_number = format!("identifier={NUMBERS}%7C{}", number(home.ama));
    let mut paths = vec![
        format!("/fhir/Patient?{by_number}"),
        format!("/fhir/Patient/$current-plan?{by_number}"),
        format!("/fhir/Patient/$current-plan?{by_number}&kind=advance-directive"),
        format!("/fhir/CarePlan?patient.{by_number}"),
        "/fhir/CarePlan?category=assess-plan&_lastUpdated=gt2020-01-01".to_owned(),
    ];
    for (person, plan) in [(home.ama, home.plan), (second.person, second.plan)] {
        paths.extend([
            format!("/fhir/Patient/{person}"),
            format!("/fhir/CarePlan?patient={person}"),
            format!("/fhir/Observation?patient={person}&_count=100"),
            format!("/fhir/CarePlan/{plan}"),
            format!("/fhir/CarePlan/{plan}/_history"),
            format!("/fhir/Bundle/{plan}"),
            format!("/plans/{plan}"),
        ]);
    }
    let callers = [
        ("riverside", home.ehr("system/*.rs").await),
        ("harbour", home.other_ehr("system/*.rs").await),
        ("first app", home.app_of(home.ama, "patient/*.rs").await),
        ("second app", home.app_of(second.person, "patient/*.rs").await),
    ];
    let mut all = BTreeMap::new();
    for (who, token) in &callers {
        for path in &paths {
            all.insert(format!("{who} {path}"), home.ask(Asked::new("GET", path), Some(token)).await);
        }
    }
    all
}

fn text(observed: &Observed) -> String {
    String::from_utf8_lossy(&observed.body).into_owned()
}

/// Who is shown words of the first record, and of the second.
fn seen_by(answers: &BTreeMap<String, Observed>, words: &str) -> Vec<String> {
    let seen = answers.iter().filter(|(_, answer)| text(answer).contains(words));
    let mut who: Vec<String> = seen.map(|(asked, _)| asked.split(" /").next().unwrap().to_owned()).collect();
    who.dedup();
    who
}

#[tokio::test]
async fn case_38_two_records_under_one_number_are_never_joined_and_once_it_is_settled_each_answers_as_before() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let other = with_a_second(&home).await;
    let (ama, two) = (first(&home, true).await, second(&home, true));
    home.world.put_person(ama.clone()).await;
    let before = answers(&home, &other).await;
    // By number only the one is found for whom it is verified.
    let found = |answers: &BTreeMap<String, Observed>, who: &str| {
        let asked = |of: &str| answers.iter().find(|(asked, _)| asked.starts_with(&format!("{who} {of}"))).unwrap().1;
        [asked("/fhir/Patient?").shows_something(), asked("/fhir/Patient/$current-plan?").status == 200]
    };
    assert_eq!((found(&before, "riverside"), found(&before, "harbour")), ([true; 2], [false; 2]));
    let nobody = async |who: &str| {
        let token =
            if who == "riverside" { home.ehr("system/*.rs").await } else { home.other_ehr("system/*.rs").await };
        let path = format!("/fhir/Patient/$current-plan?identifier={NUMBERS}%7C999999999");
        home.ask(Asked::new("GET", &path), Some(&token)).await
    };

    // Both hold it: the number is nobody's, in the same bytes as one that nobody has.
    home.world.put_person(two.clone()).await;
    let contested = answers(&home, &other).await;
    assert_eq!((found(&contested, "riverside"), found(&contested, "harbour")), ([false; 2], [false; 2]));
    for who in ["riverside", "harbour"] {
        let asked =
            |(asked, _): &(&String, &Observed)| asked.starts_with(&format!("{who} /fhir/Patient/$current-plan?"));
        assert_eq!(contested.iter().find(asked).unwrap().1, &nobody(who).await, "{who}");
    }
    // By the address of each all is as it was: no permit opens the other's, and no refusal closes it.
    let by_address = |answers: &BTreeMap<String, Observed>| {
        // Where the second person themselves is shown, their number is too, once it is verified.
        let shown = [format!("Patient/{}", two.id), format!("Bundle/{}", other.plan), "identifier=".into()];
        let by_number = |asked: &String| shown.iter().any(|one| asked.contains(one));
        let mut left = answers.clone();
        left.retain(|asked, _| !by_number(asked));
        left
    };
    assert_eq!(by_address(&before), by_address(&contested));
    for answers in [&before, &contested] {
        assert_eq!(seen_by(answers, HER_WORDS), ["first app", "riverside"]);
        assert_eq!(seen_by(answers, OTHER_WORDS), ["harbour", "second app"]);
    }

    // It turns out to be the second's: found by those whom the second lets in, and by nobody whom only the first did.
    home.world.put_person(first(&home, false).await).await;
    let turned = answers(&home, &other).await;
    assert_eq!((found(&turned, "riverside"), found(&turned, "harbour")), ([false; 2], [true; 2]));
    assert_eq!(seen_by(&turned, HER_WORDS), ["first app", "riverside"]);
    assert_eq!(seen_by(&turned, OTHER_WORDS), ["harbour", "second app"]);

    // And then the first's after all: every answer is the one from before.
    home.world.put_person(second(&home, false)).await;
    home.world.put_person(ama).await;
    let after = answers(&home, &other).await;
    for (asked, answer) in &before {
        assert_eq!(answer, &after[asked], "{asked}");
    }
}

#[tokio::test]
async fn case_38_no_request_joins_two_records() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let other = with_a_second(&home).await;
    let before = (home.kept().await, answers(&home, &other).await);
    let (one, two) = (home.ama, other.person);
    let reference = |person: PersonId| json!({"reference": format!("Patient/{person}")});
    let link = |person| json!([{"other": reference(person), "type": "replaced-by"}]);
    let patient = |id: PersonId, to| json!({"resourceType": "Patient", "id": id, "link": link(to)});
    let parameters = json!({"resourceType": "Parameters", "parameter": [
        {"name": "source-patient", "valueReference": reference(one)},
        {"name": "target-patient", "valueReference": reference(two)},
    ]});
    let linkage = json!({"resourceType": "Linkage", "active": true, "item": [
        {"type": "source", "resource": reference(one)}, {"type": "alternate", "resource": reference(two)}]});
    let person = json!({"resourceType": "Person", "link": [{"target": reference(one)}, {"target": reference(two)}]});
    let mut asks: Vec<(&str, String, Value)> = vec![
        ("POST", "/fhir/Patient/$merge".into(), parameters.clone()),
        ("POST", format!("/fhir/Patient/{one}/$merge"), parameters.clone()),
        ("POST", "/fhir/Patient/$link".into(), parameters.clone()),
        ("POST", "/fhir/Patient/$match".into(), parameters),
        ("PUT", format!("/fhir/Patient/{one}"), patient(one, two)),
        ("PATCH", format!("/fhir/Patient/{one}"), patient(one, two)),
        ("POST", "/fhir/Patient".into(), patient(one, two)),
        ("DELETE", format!("/fhir/Patient/{one}"), Value::Null),
        ("POST", "/fhir/Linkage".into(), linkage.clone()),
        ("POST", "/fhir/Person".into(), person.clone()),
    ];
    // What a push brings beside the plan, and a plan that would take the place of the other's.
    for resource in [patient(one, two), linkage, person] {
        let mut push = home.transaction().await;
        let url = resource["resourceType"].clone();
        let entry = json!({"resource": resource, "request": {"method": "POST", "url": url}});
        push["entry"].as_array_mut().unwrap().push(entry);
        asks.push(("POST", "/fhir".into(), push));
    }
    let mut document = home.plan_as_document().await;
    let entries = document["entry"].as_array_mut().unwrap().iter_mut().map(|entry| &mut entry["resource"]);
    entries.filter(|one| one["resourceType"] == "Patient").for_each(|one| one["link"] = link(two));
    asks.push(("POST", "/fhir/Bundle".into(), document));
    let mut plan = home.care_plan();
    plan["replaces"] = json!([{"reference": format!("CarePlan/{}", other.plan)}]);
    asks.push(("POST", "/fhir/CarePlan".into(), plan));
    let callers = [
        home.app_of(one, "patient/*.cruds").await,
        home.app_of(two, "patient/*.cruds").await,
        home.ehr("system/*.rs system/Task.crs").await,
        home.other_ehr("system/*.rs").await,
    ];
    for (method, path, body) in &asks {
        let mut statuses = Vec::new();
        for token in &callers {
            let asked = Asked::new(method, path).body(FHIR, body.to_string());
            let answer = home.ask(asked, Some(token)).await;
            assert!((400..500).contains(&answer.status), "{method} {path}: {answer:?}");
            assert!(!text(&answer).contains(HER_WORDS) && !text(&answer).contains(OTHER_WORDS), "{method} {path}");
            statuses.push(answer.status);
        }
        // Her own app, which may push, hears what is wrong with it and where.
        if ["/fhir", "/fhir/Bundle", "/fhir/CarePlan"].contains(&path.as_str()) {
            assert_eq!(statuses[0], 422, "{method} {path}");
        }
    }
    assert_eq!((home.kept().await, answers(&home, &other).await), before);
}
