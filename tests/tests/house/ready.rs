//! What lies ready before somebody asks: it is what would have been answered, and asking for it is decided anew.

use sayso_consent::Themselves;
use sayso_exchange::sharing::{Choice, Party};
use sayso_plan::{Purpose, Section};
use sayso_tests::world::{Asked, Observed};
use time::Duration;

use crate::home::{Home, NUMBERS, number, riverside};

/// Everything that a hospital asks for after a change.
fn questions(home: &Home) -> Vec<String> {
    let whom = format!("identifier={NUMBERS}%7C{}", number(home.ama));
    let search = |kind: &str| format!("/fhir/{kind}?patient={}", home.ama);
    let mut all: Vec<String> = ["CarePlan", "Goal", "Observation", "DocumentReference"].map(search).to_vec();
    all.extend([
        format!("/fhir/Patient/$current-plan?{whom}"),
        format!("/fhir/Patient/$current-plan?{whom}&kind=advance-directive"),
        format!("/fhir/Patient/$current-plan?{whom}&kind=joint-crisis-plan"),
        format!("/fhir/Bundle/{}", home.plan),
        format!("/fhir/CarePlan/{}", home.directive),
    ]);
    all
}

async fn answers(home: &Home, token: &str) -> Vec<Observed> {
    let mut answers = Vec::new();
    for question in questions(home) {
        answers.push(home.ask(Asked::new("GET", &question), Some(token)).await);
    }
    answers
}

/// Ama opens some sections to Riverside in place of all.
async fn changes(home: &Home) {
    home.world.wait(Duration::minutes(1));
    let choice = Choice { sections: Section::all().skip(3).collect(), ..Choice::default() };
    let (ama, riverside) = (Themselves::signed_in(home.ama), Party::Organization(riverside()));
    let _ = home.world.exchange.share(ama, riverside, Purpose::Treat, &choice, None).await.unwrap();
}

#[tokio::test]
async fn after_a_change_nothing_is_assembled_for_who_asks_and_the_bytes_are_the_same() {
    let _honest = crate::honest();
    let (ready, cold) = (Home::open().await, Home::open().await);
    for home in [&ready, &cold] {
        changes(home).await;
    }
    ready.world.gateway.make_ready(ready.ama).await;
    let made = ready.world.gateway.assembled();
    let expected = answers(&cold, &cold.ehr("system/*.rs").await).await;
    assert_eq!(answers(&ready, &ready.ehr("system/*.rs").await).await, expected);
    assert!(expected.iter().all(|answer| answer.status == 200), "{expected:?}");
    assert_eq!(ready.world.gateway.assembled(), made, "something had to be assembled when it was asked for");
    assert!(cold.world.gateway.assembled() > 3);
}

#[tokio::test]
async fn what_lies_ready_is_not_answered_after_it_was_taken_back() {
    let _honest = crate::honest();
    let home = Home::open().await;
    home.world.gateway.make_ready(home.ama).await;
    let token = home.ehr("system/*.rs").await;
    let ama = Themselves::signed_in(home.ama);
    let _ = home.world.exchange.stop_sharing(ama, Party::Organization(riverside())).await.unwrap();
    for answer in answers(&home, &token).await {
        let nothing = answer.status == 404 || answer.json()["total"] == 0;
        assert!(nothing, "{answer:?}");
    }
}

#[tokio::test]
async fn each_change_is_made_ready_by_itself() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let gateway = home.world.gateway.clone();
    let keeping = tokio::spawn(async move { gateway.keep_ready().await });
    // The task has to listen before something changes.
    tokio::task::yield_now().await;
    let before = home.world.gateway.assembled();
    changes(&home).await;
    // It is done beside everything else: until something is there and nothing more comes.
    let mut made = before;
    for _ in 0..100 {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        let now = home.world.gateway.assembled();
        if now > before && now == made {
            break;
        }
        made = now;
    }
    assert!(made > before, "nothing was made ready");
    let _ = answers(&home, &home.ehr("system/*.rs").await).await;
    assert_eq!(home.world.gateway.assembled(), made, "something had to be assembled when it was asked for");
    keeping.abort();
}
