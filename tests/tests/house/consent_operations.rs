//! `Consent/$preview` and `Consent/$explain`: to the person's own app, to which everything is open, and to nobody else.

use std::collections::BTreeSet;

use sayso_consent::Themselves;
use sayso_exchange::sharing::{Choice, Party};
use sayso_plan::{ItemId, PlanId, PlanKind, Purpose, Section};
use sayso_tests::generate::Choices;
use sayso_tests::world::{Asked, BASE, Observed};
use serde_json::{Value, json};
use time::Duration;

use crate::consents::ALL;
use crate::home::{HER_WORDS, Home, app, id, other_ehr, riverside};
use crate::preview::{some, wide_choice};

const FHIR: &str = "application/fhir+json";
const TREATMENT: Purpose = Purpose::Treat;
/// How many choices are made, previewed and looked at.
const CASES: u64 = 120;

async fn operation(home: &Home, name: &str, parameters: Value, token: &str) -> Observed {
    let asked = Asked::new("POST", &format!("/fhir/Consent/${name}")).body(FHIR, parameters.to_string());
    home.ask(asked, Some(token)).await
}

fn parameters(more: &[Value]) -> Value {
    json!({"resourceType": "Parameters", "parameter": more})
}

/// Whether these bytes stand in those.
fn holds(all: &[u8], part: &[u8]) -> bool {
    !part.is_empty() && all.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn what_the_preview_holds_is_to_the_byte_what_the_recipient_reads_and_the_causes_say_the_same() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Themselves::signed_in(home.ama);
    let (hers, theirs) = (home.app_of(home.ama, ALL).await, home.ehr("system/*.rs").await);
    let own = home.world.exchange.own_plans(ama).await.unwrap();
    let items: Vec<ItemId> = own.iter().flat_map(|plan| plan.get().items.iter().map(|item| item.id)).collect();
    let plans: Vec<PlanId> = own.iter().map(|plan| plan.get().id).collect();
    let sections: Vec<Section> = Section::all().collect();
    let (mut choices, mut shown, mut empty) = (Choices::new(0x9e38), 0, 0);
    for case in 0..CASES {
        let nothing = case % 10 == 9;
        let choice = if nothing {
            Choice::default()
        } else if case % 4 == 0 {
            wide_choice(&plans, &mut choices)
        } else {
            Choice {
                kinds: some(&PlanKind::ALL, 12, &mut choices).into_iter().collect(),
                sections: some(&sections, 12, &mut choices).into_iter().collect(),
                items: some(&items, 40, &mut choices).into_iter().collect(),
                documents: choices.once_in(4),
                ..Choice::default()
            }
        };
        let party = Party::Organization(riverside());
        let _ = home.world.exchange.share(ama, party, TREATMENT, &choice, None).await.unwrap();
        let preview = operation(&home, "preview", home.recipient(), &hers).await;
        let explained = operation(&home, "explain", home.recipient(), &hers).await;
        assert_eq!((preview.status, explained.status), (200, 200), "{preview:?} {explained:?}");
        let bundle = preview.json();
        let mut read = BTreeSet::new();
        for kind in sayso_tests::step::TYPES {
            let whose = if kind == "Patient" { "_id" } else { "patient" };
            let path = format!("/fhir/{kind}?{whose}={}&_count=500", home.ama);
            let found = home.ask(Asked::new("GET", &path), Some(&theirs)).await.json();
            for entry in found["entry"].as_array().into_iter().flatten() {
                let url = entry["fullUrl"].as_str().unwrap();
                let one = home.ask(Asked::new("GET", url.strip_prefix(BASE).unwrap()), Some(&theirs)).await;
                assert!(holds(&preview.body, &one.body), "case {case}: the preview has not the bytes of {url}");
                read.insert(url.to_owned());
            }
        }
        let previewed: BTreeSet<String> = bundle["entry"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|e| e["fullUrl"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(previewed, read, "case {case}");
        causes(&home, &explained.json(), &items, &choice, case).await;
        shown += u32::from(!read.is_empty());
        empty += u32::from(read.is_empty());
        home.world.wait(Duration::seconds(1));
    }
    assert!(shown > 60 && empty > 3, "{shown} showed something, {empty} nothing");
}

/// The causes name each part once, released is what the recipient's plan has, and the consent that allows it stands.
async fn causes(home: &Home, explained: &Value, items: &[ItemId], choice: &Choice, case: u64) {
    let value = |part: &Value, name: &str, kind: &str| {
        let one = part["part"].as_array().unwrap().iter().find(|one| one["name"] == name);
        one.map(|one| one[kind].clone()).unwrap_or(Value::Null)
    };
    let previewed = home
        .world
        .exchange
        .preview(Themselves::signed_in(home.ama), Party::Organization(riverside()), TREATMENT, choice)
        .await
        .unwrap()
        .shown;
    let released: BTreeSet<String> =
        previewed.iter().flat_map(|plan| plan.get().items.iter().map(|item| item.id.to_string())).collect();
    let parts = explained["parameter"].as_array().unwrap();
    assert_eq!(parts.len(), items.len(), "case {case}");
    let snapshot = home.world.exchange.store().snapshot(home.ama).await.unwrap().unwrap();
    for part in parts {
        let item = value(part, "item", "valueId").as_str().unwrap().to_owned();
        let open = value(part, "released", "valueBoolean") == true;
        assert_eq!(open, released.contains(&item), "case {case}: {part}");
        assert_eq!(open, value(part, "cause", "valueCode") == "permitted", "case {case}: {part}");
        assert!(value(part, "because", "valueString").is_string());
        let consent = value(part, "consent", "valueId");
        assert!(!open || snapshot.consents.iter().any(|one| consent == one.id.to_string()), "case {case}: {part}");
    }
}

#[tokio::test]
async fn a_client_is_asked_for_by_its_own_purpose_and_one_plan_by_its_id() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let hers = home.app_of(home.ama, ALL).await;
    let client = |id| json!({"name": "client", "valueId": id});
    let riverside_record = operation(&home, "preview", parameters(&[client(crate::home::ehr())]), &hers).await;
    let by_organization = operation(&home, "preview", home.recipient(), &hers).await;
    assert_eq!(riverside_record.body, by_organization.body);
    let one = parameters(&[client(crate::home::ehr()), json!({"name": "plan", "valueId": home.plan})]);
    let only = operation(&home, "preview", one, &hers).await.json();
    let plans = only["entry"].as_array().unwrap().iter().filter(|e| e["resource"]["resourceType"] == "CarePlan");
    assert_eq!(plans.count(), 1);
    let other = operation(&home, "preview", parameters(&[client(other_ehr())]), &hers).await;
    assert_eq!(other.json(), json!({"resourceType": "Bundle", "type": "collection"}));
    let nobody = operation(&home, "preview", parameters(&[client(id(0x7f))]), &hers).await;
    assert_eq!(nobody.status, 404);
}

#[tokio::test]
async fn why_is_said_by_its_cause() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (ama, party) = (Themselves::signed_in(home.ama), Party::Organization(id(0x02)));
    let hers = home.app_of(home.ama, ALL).await;
    let harbour = parameters(&[
        json!({"name": "organization", "valueId": id::<sayso_plan::OrganizationId>(0x02)}),
        json!({"name": "purpose", "valueCode": "TREAT"}),
    ]);
    let causes = async || {
        let told = operation(&home, "explain", harbour.clone(), &hers).await.json();
        let parts = told["parameter"].as_array().unwrap().clone();
        let cause = |part: &Value| {
            let named = part["part"].as_array().unwrap().iter().find(|one| one["name"] == "cause").unwrap();
            named["valueCode"].as_str().unwrap().to_owned()
        };
        parts.iter().map(cause).collect::<BTreeSet<String>>()
    };
    assert_eq!(causes().await, ["never-opened".to_owned()].into());
    let helps = Choice { sections: [Section::Helps].into(), ..Choice::default() };
    let _ = home.world.exchange.share(ama, party, Purpose::Coc, &helps, None).await.unwrap();
    assert!(causes().await.contains("other-purpose"));
    let _ = home.world.exchange.share(ama, party, TREATMENT, &helps, None).await.unwrap();
    assert!(causes().await.contains("permitted"));
    let _ = home.world.exchange.refuse(ama, party, false).await.unwrap();
    assert_eq!(causes().await, ["refused".to_owned()].into());
}

#[tokio::test]
async fn of_a_document_that_is_kept_whole_it_is_said_why_as_of_a_section() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (ama, party) = (Themselves::signed_in(home.ama), Party::Organization(riverside()));
    let hers = home.app_of(home.ama, ALL).await;
    let asked = Asked::new("POST", "/fhir/DocumentReference").body(FHIR, home.document().to_string());
    let sent = home.ask(asked, Some(&hers)).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    let document = sent.json()["id"].as_str().unwrap().to_owned();
    let explained = async || {
        let told = operation(&home, "explain", home.recipient(), &hers).await.json();
        let parts = told["parameter"].as_array().unwrap().clone();
        let named = |part: &Value, name: &str, kind: &str| {
            let one = part["part"].as_array().unwrap().iter().find(|one| one["name"] == name);
            one.map_or(Value::Null, |one| one[kind].clone())
        };
        let whole = |part: &&Value| named(part, "document", "valueId").is_string();
        let of: Vec<&Value> = parts.iter().filter(whole).collect();
        assert_eq!(of.len(), 1, "{parts:?}");
        assert_eq!(named(of[0], "plan", "valueId"), document.as_str(), "the address of its DocumentReference");
        for without in ["section", "item"] {
            assert!(of[0]["part"].as_array().unwrap().iter().all(|one| one["name"] != without));
        }
        let preview = operation(&home, "preview", home.recipient(), &hers).await;
        let shown = String::from_utf8_lossy(&preview.body).contains(&document);
        assert_eq!(named(of[0], "released", "valueBoolean"), shown);
        (named(of[0], "cause", "valueCode").as_str().unwrap().to_owned(), named(of[0], "consent", "valueId"))
    };
    let choice = |documents| Choice { sections: Section::all().collect(), documents, ..Choice::default() };
    // All sections are open, and no document by that.
    let _ = home.world.exchange.share(ama, party, TREATMENT, &choice(false), None).await.unwrap();
    assert_eq!(explained().await, ("never-opened".into(), Value::Null));
    let _ = home.world.exchange.share(ama, party, Purpose::Coc, &choice(true), None).await.unwrap();
    assert_eq!(explained().await.0, "other-purpose");
    let _ = home.world.exchange.share(ama, party, TREATMENT, &choice(true), None).await.unwrap();
    let (cause, consent) = explained().await;
    assert!(cause == "permitted" && consent.is_string(), "{cause} {consent}");
    let _ = home.world.exchange.refuse(ama, party, false).await.unwrap();
    let (cause, consent) = explained().await;
    assert!(cause == "refused" && consent.is_string(), "{cause} {consent}");
    // Her own page says the same, by its name.
    let why = home.world.exchange.explain(ama, party, TREATMENT).await.unwrap();
    let whole: Vec<_> = why.iter().filter(|one| one.section.is_none()).collect();
    assert!(whole.len() == 1 && !whole[0].verdict.is_released(), "{why:?}");
}

#[tokio::test]
async fn case_37_an_app_that_does_not_see_all_hears_what_an_unknown_operation_is_answered_with() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let hers = home.app_of(home.ama, ALL).await;
    let unknown = home.ask(Asked::new("POST", "/fhir/Nothing/$preview").body(FHIR, "{}"), Some(&hers)).await;
    let ama = Themselves::signed_in(home.ama);
    for name in ["preview", "explain"] {
        assert_eq!(operation(&home, name, home.recipient(), &hers).await.status, 200);
    }
    // A refusal to the app, one section less, no documents: each makes it an app that does not see all.
    let all = Choice { sections: Section::all().collect(), documents: true, ..Choice::default() };
    let mut less = all.clone();
    less.sections.remove(&Section::PastToKnow);
    let without_documents = Choice { documents: false, ..all.clone() };
    for choice in [less, without_documents] {
        let _ = home.world.exchange.share(ama, Party::App(app()), Purpose::Patrqt, &choice, None).await.unwrap();
        for name in ["preview", "explain"] {
            for plan in [None, Some(home.plan.to_string()), Some(riverside().to_string())] {
                let mut asked = home.recipient();
                if let Some(plan) = plan {
                    asked["parameter"].as_array_mut().unwrap().push(json!({"name": "plan", "valueId": plan}));
                }
                let answer = operation(&home, name, asked, &hers).await;
                assert_eq!((answer.status, &answer.body), (unknown.status, &unknown.body), "{name}: {answer:?}");
            }
        }
    }
    let _ = home.world.exchange.share(ama, Party::App(app()), Purpose::Patrqt, &all, None).await.unwrap();
    assert_eq!(operation(&home, "explain", home.recipient(), &hers).await.status, 200);
    // With a no to it, or nothing open, its key has ended; one that it got all the same shows it as little.
    for refused in [false, true] {
        let nothing = Choice::default();
        let _ = if refused {
            home.world.exchange.refuse(ama, Party::App(app()), false).await.unwrap()
        } else {
            home.world.exchange.share(ama, Party::App(app()), Purpose::Patrqt, &nothing, None).await.unwrap()
        };
        assert_eq!(operation(&home, "explain", home.recipient(), &hers).await.status, 401);
        let other = home.app_of(home.ama, ALL).await;
        let answer = operation(&home, "explain", home.recipient(), &other).await;
        assert_eq!((answer.status, answer.body), (unknown.status, unknown.body.clone()));
    }
    // Each asking is on record, the refused ones too.
    let happened = home.world.exchange.happened(ama, None, 1).await.unwrap().remove(0);
    assert!(format!("{:?}", happened.act).contains("not-everything-open"), "{happened:?}");
}

#[tokio::test]
async fn an_app_of_somebody_else_and_a_record_system_learn_nothing_of_ama() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let bea = home.app_of(home.bea, ALL).await;
    for name in ["preview", "explain"] {
        let mut asked = home.recipient();
        asked["parameter"].as_array_mut().unwrap().push(json!({"name": "plan", "valueId": home.plan}));
        let answer = operation(&home, name, asked, &bea).await;
        assert_eq!(answer.status, 200);
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(!text.contains(HER_WORDS) && !text.contains(&home.plan.to_string()), "{text}");
        let system = home.ehr("system/*.rs").await;
        assert_eq!(operation(&home, name, home.recipient(), &system).await.status, 403);
    }
}

#[tokio::test]
async fn case_37_an_app_that_asked_for_all_by_a_star_is_not_told_what_she_decided_about_others() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let whole = "patient/CarePlan.r patient/DocumentReference.r";
    let (star, bare, plans) = ("patient/*.cruds", "patient/Consent.r", "patient/CarePlan.r patient/Consent.r");
    for name in ["preview", "explain"] {
        for scopes in [star, bare, plans, whole] {
            let token = home.app_of(home.ama, scopes).await;
            assert_eq!(operation(&home, name, home.recipient(), &token).await.status, 403, "{name} by {scopes}");
        }
        let token = home.app_of(home.ama, &format!("{whole} {bare}")).await;
        assert_eq!(operation(&home, name, home.recipient(), &token).await.status, 200);
    }
}
