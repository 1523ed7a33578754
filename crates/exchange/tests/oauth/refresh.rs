//! Refresh tokens: replaced at each use, and worth nothing after it.

use sayso_auth::ClientState;
use time::Duration;

use crate::world::{World, app, code_of, other_app, refresh_of};

#[tokio::test]
async fn oa13_b04_an_old_token_ends_the_whole_family() {
    let world = World::new().await;
    let first = world.tokens().await;
    let second = world.token(&refresh_of(app(), &first)).await.unwrap();
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert!(world.caller(&second).await.is_some());
    world.later(Duration::seconds(11));
    assert_eq!(code_of(world.token(&refresh_of(app(), &first)).await.unwrap_err()), "invalid_grant");
    for tokens in [&first, &second] {
        assert!(world.caller(tokens).await.is_none());
        assert_eq!(code_of(world.token(&refresh_of(app(), tokens)).await.unwrap_err()), "invalid_grant");
    }
}

#[tokio::test]
async fn oa13_a_lost_answer_is_given_again_within_ten_seconds() {
    let world = World::new().await;
    let first = world.tokens().await;
    let second = world.token(&refresh_of(app(), &first)).await.unwrap();
    world.later(Duration::seconds(9));
    let again = world.token(&refresh_of(app(), &first)).await.unwrap();
    assert_eq!((&again["access_token"], &again["refresh_token"]), (&second["access_token"], &second["refresh_token"]));
    assert_eq!(again["scope"], second["scope"]);
    let third = world.token(&refresh_of(app(), &second)).await.unwrap();
    assert!(world.caller(&third).await.is_some());
    assert_eq!(code_of(world.token(&refresh_of(app(), &first)).await.unwrap_err()), "invalid_grant");
    assert!(world.caller(&third).await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa13_two_refreshes_at_once_are_one_lineage() {
    let world = World::new().await;
    let first = world.tokens().await;
    let body = refresh_of(app(), &first);
    let (one, two) = tokio::join!(world.token(&body), world.token(&body));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one["refresh_token"], two["refresh_token"]);
    assert!(world.caller(&one).await.is_some());
}

#[tokio::test]
async fn oa13_another_app_cannot_use_it_and_ends_it_by_trying() {
    let world = World::new().await;
    let tokens = world.tokens().await;
    assert_eq!(code_of(world.token(&refresh_of(other_app(), &tokens)).await.unwrap_err()), "invalid_grant");
    assert!(world.caller(&tokens).await.is_none());
}

#[tokio::test]
async fn oa13_a_disabled_app_refreshes_nothing() {
    let world = World::new().await;
    let tokens = world.tokens().await;
    world.change(app(), |client| client.state = ClientState::Disabled).await;
    assert_eq!(code_of(world.token(&refresh_of(app(), &tokens)).await.unwrap_err()), "invalid_client");
}

#[tokio::test]
async fn oa14_b06_nothing_wider_is_given_and_asking_changes_nothing() {
    let world = World::new().await;
    let tokens = world.tokens().await;
    for wider in ["patient/*.crus", "user/*.rs", "system/*.rs", "patient/*.rs+openid", "nonsense"] {
        let body = format!("{}&scope={wider}", refresh_of(app(), &tokens));
        assert_eq!(code_of(world.token(&body).await.unwrap_err()), "invalid_scope", "{wider}");
    }
    assert!(world.token(&refresh_of(app(), &tokens)).await.is_ok());
}

#[tokio::test]
async fn oa14_one_access_token_may_have_less_and_the_next_one_all_again() {
    let world = World::new().await;
    let tokens = world.tokens().await;
    let less = world.token(&format!("{}&scope=patient/CarePlan.rs", refresh_of(app(), &tokens))).await.unwrap();
    assert_eq!(less["scope"], "patient/CarePlan.rs");
    assert_eq!(world.caller(&less).await.unwrap().scopes.to_string(), "patient/CarePlan.rs");
    let all = world.token(&refresh_of(app(), &less)).await.unwrap();
    assert_eq!(all["scope"], tokens["scope"]);
    world.change(app(), |client| client.scopes = sayso_auth::Scopes::parse("patient/Goal.rs").unwrap()).await;
    assert_eq!(world.caller(&all).await.unwrap().scopes.to_string(), "patient/Goal.rs");
}

#[tokio::test]
async fn a_refresh_token_outlives_three_months_but_not_ama_s_year() {
    let world = World::new().await;
    let mut tokens = world.tokens().await;
    for _ in 0..3 {
        world.later(Duration::days(120));
        tokens = world.token(&refresh_of(app(), &tokens)).await.unwrap();
    }
    world.later(Duration::days(10));
    assert_eq!(code_of(world.token(&refresh_of(app(), &tokens)).await.unwrap_err()), "invalid_grant");
}
