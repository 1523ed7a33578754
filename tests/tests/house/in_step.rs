//! A record system keeps in step with all who share with its organization: what it is shown, what it must purge, and that
//! after each round it holds what a load anew would give.

mod random;

use sayso_consent::Themselves;
use sayso_exchange::Act;
use sayso_exchange::sharing::{Choice, Party};
use sayso_plan::{PersonId, Purpose, Section};
use sayso_tests::step::{Follower, next};
use sayso_tests::world::{Asked, Observed};
use time::Duration;

use crate::home::{HER_WORDS, Home, riverside};

async fn get(home: &Home, path: &str) -> Observed {
    let token = home.ehr("system/*.rs").await;
    home.ask(Asked::new("GET", path), Some(&token)).await
}

/// The addresses on a page: what it shows, and what it says is gone.
fn addresses(page: &Observed) -> (Vec<String>, Vec<String>) {
    let json = page.json();
    let entries = json["entry"].as_array().cloned().unwrap_or_default();
    let url = |entry: &serde_json::Value| {
        let url = entry["fullUrl"].as_str().unwrap();
        url.rsplit('/').take(2).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("/")
    };
    let (gone, shown) = entries.iter().partition(|entry| entry["request"]["method"] == "DELETE");
    let urls = |list: Vec<&serde_json::Value>| list.into_iter().map(url).collect::<Vec<_>>();
    (urls(shown), urls(gone))
}

async fn share(home: &Home, person: PersonId, sections: &[Section]) {
    let choice = Choice { sections: sections.iter().copied().collect(), ..Choice::default() };
    let party = Party::Organization(riverside());
    let shared = home.world.exchange.share(Themselves::signed_in(person), party, Purpose::Treat, &choice, None);
    let _ = shared.await.unwrap();
}

async fn stops(home: &Home, person: PersonId) {
    let party = Party::Organization(riverside());
    let _ = home.world.exchange.stop_sharing(Themselves::signed_in(person), party).await.unwrap();
}

async fn acts(home: &Home, person: PersonId) -> Vec<Act> {
    let happened = home.world.exchange.happened(Themselves::signed_in(person), None, 200).await.unwrap();
    happened.into_iter().filter_map(|one| one.act).collect()
}

#[tokio::test]
async fn the_stock_query_of_us_core_finds_plans_with_a_person_and_without() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let system = "http://hl7.org/fhir/us/core/CodeSystem/careplan-category%7C";
    for whose in [String::new(), format!("patient={}&", home.ama)] {
        for category in ["assess-plan".to_owned(), format!("{system}assess-plan")] {
            let found = get(&home, &format!("/fhir/CarePlan?{whose}category={category}&status=active")).await;
            let (shown, gone) = addresses(&found);
            assert_eq!(shown.len(), 2, "{found:?}");
            assert!(shown.contains(&format!("CarePlan/{}", home.plan)) && gone.is_empty(), "{shown:?}");
        }
        let other = get(&home, &format!("/fhir/CarePlan?{whose}category=other")).await;
        assert_eq!((other.status, addresses(&other).0.len()), (200, 0), "{other:?}");
    }
}

#[tokio::test]
async fn who_shares_nothing_is_neither_shown_nor_recorded_and_who_does_has_a_leaf() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (hers, beas) = (acts(&home, home.ama).await.len(), acts(&home, home.bea).await.len());
    let found = get(&home, "/fhir/Patient").await;
    assert_eq!(addresses(&found).0, [format!("Patient/{}", home.ama)], "{found:?}");
    assert!(found.json()["total"].is_null(), "nobody is counted");
    assert_eq!(acts(&home, home.bea).await.len(), beas, "nothing happened to Bea");
    let now = acts(&home, home.ama).await;
    assert_eq!(now.len(), hers + 1);
    assert!(matches!(&now[0], Act::ReadAllowed { operation, .. } if operation.as_str() == "search"), "{:?}", now[0]);
    // Nobody shares with Harbour: the look is in its own chain all the same.
    let token = home.other_ehr("system/*.rs").await;
    let nothing = home.ask(Asked::new("GET", "/fhir/CarePlan"), Some(&token)).await;
    assert_eq!((nothing.status, nothing.shows_something()), (200, false), "{nothing:?}");
    let store = home.world.exchange.store();
    let recorded = store.acts_of_organization(crate::home::id(0x02), None, 1).await.unwrap();
    assert!(recorded[0].person.is_none(), "{recorded:?}");
    assert!(matches!(recorded[0].act, Some(Act::ReadRefused { .. })), "{recorded:?}");
}

#[tokio::test]
async fn case_21_a_permit_that_ends_between_two_pages_of_all_who_share_has_ended() {
    let _honest = crate::honest();
    let home = Home::open().await;
    share(&home, home.bea, &Section::all().collect::<Vec<_>>()).await;
    let first = get(&home, "/fhir/CarePlan?_count=1").await;
    assert_eq!(addresses(&first).0.len(), 1, "{first:?}");
    let cursor = next(&first.json()).unwrap();
    let second = get(&home, &cursor).await;
    assert!(second.shows_something(), "{second:?}");
    // Twelve months later the permits have ended; the page is decided anew.
    home.world.wait(Duration::days(366));
    let after = get(&home, &cursor).await;
    assert_eq!((after.status, after.shows_something()), (200, false), "{after:?}");
    // A cursor is good for the client and the question it was made for.
    let token = home.other_ehr("system/*.rs").await;
    let stolen = home.ask(Asked::new("GET", &cursor), Some(&token)).await;
    assert_eq!(stolen.status, 400, "{stolen:?}");
    assert_eq!(get(&home, &cursor.replace("CarePlan", "Goal")).await.status, 400);
    assert_eq!(get(&home, &cursor.replace("_count=1", "_count=2")).await.status, 400);
}

#[tokio::test]
async fn a_plan_from_long_ago_turns_up_when_it_is_opened_and_is_purged_when_it_is_closed() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let mut hospital = Follower::new(home.ehr("system/*.rs").await, 7);
    home.world.wait(Duration::minutes(1));
    assert!(hospital.round(&home.world, &mut async || true).await);
    assert!(hospital.copy.contains_key(&format!("Patient/{}", home.ama)));
    assert!(!hospital.copy.contains_key(&format!("Patient/{}", home.bea)));

    home.world.wait(Duration::days(40));
    let since = hospital.since.clone().unwrap();
    share(&home, home.bea, &Section::all().collect::<Vec<_>>()).await;
    let by_search = get(&home, &format!("/fhir/Patient?_lastUpdated=ge{since}")).await;
    assert_eq!(addresses(&by_search).0, [format!("Patient/{}", home.bea)], "{by_search:?}");
    assert!(hospital.round(&home.world, &mut async || true).await);
    assert!(hospital.purged.is_empty(), "{:?}", hospital.purged);
    assert!(hospital.copy.contains_key(&format!("Patient/{}", home.bea)));
    assert_eq!(hospital.copy, hospital.fresh(&home.world).await);

    // Ama closes all but two sections: what stood in the others is purged, and nothing says why.
    home.world.wait(Duration::minutes(15));
    share(&home, home.ama, &[Section::Helps, Section::EarlySigns]).await;
    assert!(hospital.round(&home.world, &mut async || true).await);
    assert!(hospital.purged.len() > 5, "{:?}", hospital.purged);
    assert!(!format!("{:?}", hospital.copy).contains(HER_WORDS));
    assert_eq!(hospital.copy, hospital.fresh(&home.world).await);

    home.world.wait(Duration::minutes(15));
    stops(&home, home.ama).await;
    assert!(hospital.round(&home.world, &mut async || true).await);
    for address in [format!("Patient/{}", home.ama), format!("CarePlan/{}", home.plan)] {
        assert!(hospital.purged.contains(&address), "{address}: {:?}", hospital.purged);
    }
    assert_eq!(hospital.copy, hospital.fresh(&home.world).await);
    let last = acts(&home, home.ama).await.remove(0);
    assert!(matches!(last, Act::ReadRefused { .. }), "the person reads that nothing was seen: {last:?}");
}

#[tokio::test]
async fn what_an_ordinary_look_showed_is_purged_too_and_what_no_look_showed_is_not_named() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let begin = home.world.now().format(&time::format_description::well_known::Rfc3339).unwrap();
    assert!(get(&home, &format!("/fhir/CarePlan/{}", home.plan)).await.shows_something());
    home.world.wait(Duration::minutes(1));
    stops(&home, home.ama).await;
    let history = |kind: &str| format!("/fhir/{kind}/_history?_since={begin}");
    let (shown, gone) = addresses(&get(&home, &history("CarePlan")).await);
    assert_eq!((shown, gone), (vec![], vec![format!("CarePlan/{}", home.plan)]), "her directive was never shown");
    assert_eq!(addresses(&get(&home, &history("Patient")).await).1, [format!("Patient/{}", home.ama)]);
    // Opened and closed again while nobody looked: there is nothing to purge, and nothing is said.
    share(&home, home.bea, &Section::all().collect::<Vec<_>>()).await;
    stops(&home, home.bea).await;
    for kind in sayso_tests::step::TYPES {
        let text = String::from_utf8(get(&home, &history(kind)).await.body.to_vec()).unwrap();
        assert!(!text.contains(&home.bea.to_string()), "{text}");
    }
    // Asked again from the same moment it says the same.
    assert_eq!(addresses(&get(&home, &history("CarePlan")).await).1, [format!("CarePlan/{}", home.plan)]);
}

#[tokio::test]
async fn c03_a_withdrawal_between_decision_and_record_leaves_nothing_on_the_page() {
    let _honest = crate::honest();
    for path in ["/fhir/CarePlan", "/fhir/CarePlan/_history"] {
        let home = Home::open().await;
        let (exchange, ama) = (home.world.exchange.clone(), Themselves::signed_in(home.ama));
        home.world.once_between(std::sync::Arc::new(move || {
            let exchange = exchange.clone();
            Box::pin(async move {
                let _ = exchange.stop_sharing(ama, Party::Organization(riverside())).await.unwrap();
            })
        }));
        let page = get(&home, path).await;
        assert_eq!((page.status, addresses(&page).0.len()), (200, 0), "{page:?}");
        assert!(!String::from_utf8_lossy(&page.body).contains(HER_WORDS), "{page:?}");
    }
}

#[tokio::test]
async fn what_is_not_understood_of_a_question_about_all_is_refused() {
    let _honest = crate::honest();
    let home = Home::open().await;
    for wrong in [
        "/fhir/CarePlan?_summary=count",
        "/fhir/CarePlan?_count=0",
        "/fhir/CarePlan?_total=accurate",
        "/fhir/CarePlan?_lastUpdated=yesterday",
        "/fhir/CarePlan?_page=1-0000",
        "/fhir/CarePlan?_sort=-_lastUpdated",
        "/fhir/Task",
        "/fhir/CarePlan/_history?_since=2026-05-28",
        "/fhir/CarePlan/_history?_since=2020-01-01T00:00:00Z",
        "/fhir/CarePlan/_history?_since=2026-05-28T00:00:00Z&_since=2026-05-29T00:00:00Z",
        "/fhir/CarePlan/_history?_at=2026-05-28T00:00:00Z",
        "/fhir/CarePlan/_history?_count=0",
        "/fhir/CarePlan/_history?_count=-1",
        "/fhir/CarePlan/_history?_page=x.y.z",
        "/fhir/CarePlan/_history?patient=1",
    ] {
        let answer = get(&home, wrong).await;
        assert_eq!(answer.status, 400, "{wrong}: {answer:?}");
        assert_eq!(answer.json()["resourceType"], "OperationOutcome", "{wrong}: {answer:?}");
    }
    let app = home.app_of(home.ama, "patient/*.cruds").await;
    assert_eq!(home.ask(Asked::new("GET", "/fhir/CarePlan/_history"), Some(&app)).await.status, 400);
    let narrow = home.ehr("system/Goal.rs").await;
    assert_eq!(home.ask(Asked::new("GET", "/fhir/CarePlan/_history"), Some(&narrow)).await.status, 403);
}
