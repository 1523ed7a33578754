//! Between the decision and its record the person takes everything back: the answer is decided anew.

use std::sync::Arc;

use sayso_consent::Themselves;
use sayso_exchange::sharing::Party;
use sayso_exchange::{Act, Between};
use sayso_tests::world::Asked;

use crate::home::{HER_WORDS, Home, NUMBERS, number, riverside};

/// What Ama does once, between the next decision and its record: she stops sharing.
fn stops(home: &Home) -> Between {
    let (exchange, ama) = (home.world.exchange.clone(), Themselves::signed_in(home.ama));
    Arc::new(move || {
        let exchange = exchange.clone();
        Box::pin(async move {
            let _ = exchange.stop_sharing(ama, Party::Organization(riverside())).await.unwrap();
        })
    })
}

#[tokio::test]
async fn c03_what_was_decided_before_a_withdrawal_does_not_leave_after_it() {
    let _honest = crate::honest();
    let number = |home: &Home| format!("{NUMBERS}%7C{}", number(home.ama));
    let paths: [(&str, &dyn Fn(&Home) -> String); 8] = [
        ("read", &|home| format!("/fhir/CarePlan/{}", home.plan)),
        ("read", &|home| format!("/fhir/Patient/{}", home.ama)),
        ("document", &|home| format!("/fhir/Bundle/{}", home.plan)),
        ("read", &|home| format!("/plans/{}", home.plan)),
        ("search", &|home| format!("/fhir/CarePlan?patient={}", home.ama)),
        ("search", &|home| format!("/fhir/Patient?identifier={}", number(home))),
        ("current-plan", &|home| format!("/fhir/Patient/$current-plan?identifier={}", number(home))),
        ("history", &|home| format!("/fhir/CarePlan/{}/_history", home.plan)),
    ];
    for (operation, path) in paths {
        let home = Home::open().await;
        let token = home.ehr("system/*.rs").await;
        let asked = Asked::new("GET", &path(&home)).bearer(&token);
        let before = home.world.call(&asked).await;
        assert!(before.shows_something(), "{} {before:?}", asked.path);
        home.world.once_between(stops(&home));
        let after = home.world.call(&asked).await;
        assert!(!after.shows_something(), "{} {after:?}", asked.path);
        assert!(!String::from_utf8_lossy(&after.body).contains(HER_WORDS), "{}", asked.path);
        let happened = home.world.exchange.happened(Themselves::signed_in(home.ama), None, 10).await.unwrap();
        let acts: Vec<&Act> = happened.iter().filter_map(|recorded| recorded.act.as_ref()).collect();
        let refused = |act: &Act| matches!(act, Act::ReadRefused { operation: done, .. } if done.as_str() == operation);
        assert!(refused(acts[0]), "{}: {:?}", asked.path, acts[0]);
        assert!(matches!(acts[1], Act::ConsentChanged { .. }), "{}: {:?}", asked.path, acts[1]);
    }
}

#[tokio::test]
async fn c03_what_was_decided_before_a_change_is_answered_as_it_is_after_it() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.ehr("system/*.rs").await;
    let asked = Asked::new("GET", &format!("/fhir/CarePlan/{}", home.plan)).bearer(&token);
    let before = home.world.call(&asked).await;
    let (exchange, ama, plan) = (home.world.exchange.clone(), Themselves::signed_in(home.ama), home.plan);
    home.world.wait(time::Duration::minutes(1));
    home.world.once_between(Arc::new(move || {
        let exchange = exchange.clone();
        Box::pin(async move {
            let now = exchange.own_plan(ama, plan).await.unwrap().unwrap();
            let mut content = now.get().as_content();
            content.items.retain(|draft| !draft.item.words.as_ref().is_some_and(|w| w.text().contains(HER_WORDS)));
            let base = now.fingerprint().to_string();
            let _ = exchange.write_own_plan(ama, Some((plan, &base)), content).await.unwrap();
        })
    }));
    let after = home.world.call(&asked).await;
    assert_eq!(after.status, 200);
    assert_ne!(before.etag(), after.etag());
    assert!(String::from_utf8_lossy(&before.body).contains(HER_WORDS));
    assert!(!String::from_utf8_lossy(&after.body).contains(HER_WORDS));
}
