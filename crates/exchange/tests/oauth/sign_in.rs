//! Ama signs in, and others try to.

use sayso_exchange::{AccountFault, SignInFault};
use sayso_plan::PersonId;
use time::Duration;

use crate::world::World;

const PASSWORD: &str = "three wet umbrellas";

async fn with_account() -> World {
    let world = World::new().await;
    let _ = world.exchange.put_account(world.ama, "Ama@example.org", PASSWORD).await.unwrap();
    world
}

#[tokio::test]
async fn ama_signs_in_with_name_and_password_into_a_new_session_each_time() {
    let world = with_account().await;
    let one = world.exchange.sign_in(" ama@EXAMPLE.org", PASSWORD).await.unwrap();
    let two = world.exchange.sign_in("ama@example.org", PASSWORD).await.unwrap();
    assert_ne!(one.cookie(), two.cookie());
    let found = world.exchange.session(one.cookie()).await.unwrap().unwrap();
    assert_eq!(found.themselves().person(), world.ama);
    world.exchange.sign_out(one.cookie()).await.unwrap();
    assert!(world.exchange.session(one.cookie()).await.unwrap().is_none());
    assert!(world.exchange.session(two.cookie()).await.unwrap().is_some());
    assert!(world.exchange.session("nonsense").await.unwrap().is_none());
}

#[tokio::test]
async fn oa24_a_wrong_password_and_an_unknown_name_are_answered_alike() {
    let world = with_account().await;
    let wrong = world.exchange.sign_in("ama@example.org", "something else").await.unwrap_err();
    let unknown = world.exchange.sign_in("nobody@example.org", PASSWORD).await.unwrap_err();
    let empty = world.exchange.sign_in("", "").await.unwrap_err();
    assert_eq!((&wrong, &unknown, &empty), (&SignInFault::Wrong, &SignInFault::Wrong, &SignInFault::Wrong));
}

#[tokio::test]
async fn guessing_is_slowed_whether_or_not_there_is_such_a_name() {
    let world = with_account().await;
    for name in ["ama@example.org", "nobody@example.org"] {
        let mut waits = None;
        for _ in 0..12 {
            if let Err(SignInFault::Wait { seconds }) = world.exchange.sign_in(name, "a guess").await {
                waits = Some(seconds);
            }
        }
        assert!(waits.is_some_and(|seconds| seconds > 0), "{name}");
    }
    let right = world.exchange.sign_in("ama@example.org", PASSWORD).await;
    assert!(matches!(right, Err(SignInFault::Wait { .. })));
    world.later(Duration::minutes(16));
    assert!(world.exchange.sign_in("ama@example.org", PASSWORD).await.is_ok());
    assert!(world.exchange.sign_in("ama@example.org", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn a_link_signs_in_once_and_ends_after_a_day() {
    let world = World::new().await;
    let once = world.exchange.invite(world.ama).await.unwrap();
    assert!(world.exchange.sign_in_by_link(once.expose()).await.is_ok());
    assert_eq!(world.exchange.sign_in_by_link(once.expose()).await.unwrap_err(), SignInFault::Wrong);
    let late = world.exchange.invite(world.ama).await.unwrap();
    world.later(Duration::hours(24));
    assert_eq!(world.exchange.sign_in_by_link(late.expose()).await.unwrap_err(), SignInFault::Wrong);
    assert_eq!(world.exchange.sign_in_by_link("x").await.unwrap_err(), SignInFault::Wrong);
    assert!(world.exchange.invite(PersonId::from_random([9; 16])).await.is_err());
}

#[tokio::test]
async fn a_session_ends_after_half_an_hour_unused_and_after_twelve_hours_anyway() {
    let world = World::new().await;
    let session = world.signed_in().await;
    for _ in 0..24 {
        world.later(Duration::minutes(29));
        assert!(world.exchange.session(session.cookie()).await.unwrap().is_some());
    }
    world.later(Duration::minutes(29));
    assert!(world.exchange.session(session.cookie()).await.unwrap().is_none());
    let idle = world.signed_in().await;
    world.later(Duration::minutes(30));
    assert!(world.exchange.session(idle.cookie()).await.unwrap().is_none());
}

#[tokio::test]
async fn b07_a_new_password_ends_the_other_sessions() {
    let world = World::new().await;
    let before = world.signed_in().await;
    let after = world.exchange.set_password(&before, "", "ama", PASSWORD).await.unwrap();
    assert!(world.exchange.session(before.cookie()).await.unwrap().is_none());
    assert!(world.exchange.session(after.cookie()).await.unwrap().is_some());
    assert!(world.exchange.sign_in("ama", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn a_name_is_one_persons_and_a_password_is_not_easy_to_guess() {
    let world = with_account().await;
    let session = world.signed_in().await;
    let weak = world.exchange.set_password(&session, "", "ama", "password1234").await.unwrap_err();
    assert!(matches!(weak, AccountFault::Password(_)));
    let other = PersonId::from_random([0xb; 16]);
    let person = sayso_plan::Person { id: other, ..world.exchange.own_self(session.themselves()).await.unwrap() };
    let _ = world.exchange.create_person(person).await.unwrap();
    let taken = world.exchange.put_account(other, "ama@example.org", PASSWORD).await.unwrap_err();
    assert_eq!(taken, AccountFault::Taken);
    assert_eq!(world.exchange.put_account(other, "  ", PASSWORD).await.unwrap_err(), AccountFault::Name);
}

#[tokio::test]
async fn b07_an_open_screen_is_not_enough_for_a_new_password() {
    let world = with_account().await;
    let session = world.exchange.sign_in("ama@example.org", PASSWORD).await.unwrap();
    let change = async |current: &str, new: &str| {
        world.exchange.set_password(&session, current, "ama", new).await.map(|session| session.is_by_password())
    };
    assert_eq!(change("", "a quiet boat at night").await.unwrap_err(), AccountFault::Current);
    assert_eq!(change("not the one before", "a quiet boat at night").await.unwrap_err(), AccountFault::Current);
    assert_eq!(change(PASSWORD, PASSWORD).await.unwrap_err(), AccountFault::Same);
    assert!(change(PASSWORD, "a quiet boat at night").await.unwrap());
    let session = world.exchange.sign_in("ama", "a quiet boat at night").await.unwrap();
    let guess = async || world.exchange.set_password(&session, "guessed", "ama", PASSWORD).await.unwrap_err();
    for _ in 0..10 {
        guess().await;
    }
    assert!(matches!(guess().await, AccountFault::Wait { .. }), "guessing is slowed here too");
}

#[tokio::test]
async fn oa18_a_form_token_is_its_sessions_and_its_actions() {
    let world = World::new().await;
    let (one, two) = (world.signed_in().await, world.signed_in().await);
    let token = one.form_token("share");
    assert!(one.has_form_token("share", &token));
    assert!(!two.has_form_token("share", &token) && !one.has_form_token("stop", &token));
}
