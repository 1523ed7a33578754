//! Codes, and those who should not have them.

use time::Duration;

use crate::world::{CALLBACK, VERIFIER, World, app, code_of, exchange_of, other_app};

async fn fails(world: &World, body: &str) {
    assert_eq!(code_of(world.token(body).await.unwrap_err()), "invalid_grant", "{body}");
}

#[tokio::test]
async fn oa1_a_code_with_another_verifier_is_burned() {
    let world = World::new().await;
    for verifier in [&"a".repeat(43), &"a".repeat(42), &"a".repeat(129), crate::world::CHALLENGE] {
        let code = world.code(app(), false).await;
        let good = exchange_of(app(), &code);
        fails(&world, &good.replace(VERIFIER, verifier)).await;
        if verifier.len() == 43 {
            fails(&world, &good).await;
        }
    }
}

#[tokio::test]
async fn oa2_b03_a_code_counts_once_and_a_second_use_ends_what_the_first_one_gave() {
    let world = World::new().await;
    let good = exchange_of(app(), &world.code(app(), true).await);
    let tokens = world.token(&good).await.unwrap();
    assert!(world.caller(&tokens).await.is_some());
    fails(&world, &good).await;
    assert!(world.caller(&tokens).await.is_none());
    fails(&world, &crate::world::refresh_of(app(), &tokens)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa2_of_two_parallel_exchanges_one_wins_and_nothing_stays_open() {
    let world = World::new().await;
    let good = exchange_of(app(), &world.code(app(), true).await);
    let (one, two) = tokio::join!(world.token(&good), world.token(&good));
    let won: Vec<_> = [one, two].into_iter().filter_map(Result::ok).collect();
    assert_eq!(won.len(), 1);
    assert!(world.caller(&won[0]).await.is_none());
}

#[tokio::test]
async fn oa3_a_code_belongs_to_one_app_and_one_address() {
    let world = World::new().await;
    let code = world.code(app(), false).await;
    fails(&world, &exchange_of(other_app(), &code)).await;
    fails(&world, &exchange_of(app(), &code)).await;
    let code = world.code(app(), false).await;
    fails(&world, &exchange_of(app(), &code).replace(CALLBACK, "http://127.0.0.1:3000/cb")).await;
}

#[tokio::test]
async fn a_code_ends_after_a_minute_and_an_unknown_one_is_nothing() {
    let world = World::new().await;
    let code = world.code(app(), false).await;
    world.later(Duration::seconds(60));
    fails(&world, &exchange_of(app(), &code)).await;
    fails(&world, &exchange_of(app(), &"A".repeat(43))).await;
    fails(&world, &exchange_of(app(), "short")).await;
    let late = world.code(app(), false).await;
    world.later(Duration::seconds(59));
    assert!(world.token(&exchange_of(app(), &late)).await.is_ok());
}

#[tokio::test]
async fn a_disabled_app_gets_nothing_for_its_code_and_its_tokens_stop() {
    let world = World::new().await;
    let tokens = world.tokens().await;
    let code = world.code(app(), false).await;
    world.change(app(), |client| client.state = sayso_auth::ClientState::Disabled).await;
    assert_eq!(code_of(world.token(&exchange_of(app(), &code)).await.unwrap_err()), "invalid_client");
    assert!(world.caller(&tokens).await.is_none());
}

#[tokio::test]
async fn an_access_token_ends_by_the_clock_and_a_refresh_token_opens_no_data() {
    let world = World::new().await;
    let tokens = world.tokens().await;
    assert!(world.exchange.caller(tokens["refresh_token"].as_str().unwrap()).await.unwrap().is_none());
    assert!(world.exchange.caller("").await.unwrap().is_none());
    world.later(Duration::seconds(3_600));
    assert!(world.caller(&tokens).await.is_none());
}
