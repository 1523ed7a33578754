//! Somebody who supports persons changes how they sign in, and leaves by themselves; who was supported reads it.

use sayso_auth::sign_in::SUPPORTER_COOKIE_HTTPS;
use sayso_consent::Themselves;
use sayso_consent::supporter::PURPOSE;
use sayso_exchange::sharing::Party;
use sayso_exchange::with::Taker;
use sayso_exchange::{Act, Entered, SignInFault};

use crate::home::Home;
use crate::pages::cookie;
use crate::supporters::{all, ama, cookie_of, get, opens, post, supporter, text};

/// The password with which supporters begin in these tests.
const FIRST: &str = "a boat that comes home";
const SECOND: &str = "another boat, a slower one";

#[tokio::test]
async fn a_supporter_changes_name_and_password_with_the_one_until_now_and_other_sessions_end() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let exchange = &home.world.exchange;
    let (kofi, session) = supporter(&home, home.ama, "kofi").await;
    opens(&home, kofi, &all()).await;
    let _ = exchange.put_account(home.bea, "bea", FIRST).await.unwrap();
    let _other = supporter(&home, home.bea, "joyce").await;
    let his = cookie_of(&session);
    let Entered::Supporter(elsewhere) = exchange.enter("kofi", FIRST).await.unwrap() else { panic!("a supporter") };
    let page = get(&home, &his, "/with/account").await;
    assert_eq!(page.status, 200);
    for (name, current, password) in [
        ("kofi", "not this one", SECOND),
        ("kofi", "", SECOND),
        ("kofi", FIRST, FIRST),
        ("kofi", FIRST, "short"),
        ("", FIRST, SECOND),
        ("bea", FIRST, SECOND),
        ("joyce", FIRST, SECOND),
    ] {
        let fields = [("name", name), ("current", current), ("password", password)];
        let refused = post(&home, &his, &page, "/with/account", &fields).await;
        assert_eq!(refused.status, 422, "{name} {current} {password}: {refused:?}");
    }
    assert_eq!(get(&home, &cookie_of(&elsewhere), "/with").await.status, 200, "nothing was changed");
    let fields = [("name", "Kofi M"), ("current", FIRST), ("password", SECOND)];
    let changed = post(&home, &his, &page, "/with/account", &fields).await;
    assert_eq!((changed.status, changed.header("location")), (303, Some("/with/account?done=saved")), "{changed:?}");
    let new = changed.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    assert!(new.starts_with(SUPPORTER_COOKIE_HTTPS), "{new}");
    for old in [his, cookie_of(&elsewhere)] {
        assert_eq!(get(&home, &old, "/with").await.status, 303, "all sessions until now end");
    }
    assert!(text(&get(&home, &new, "/with").await).contains("Ama"));
    for (name, password) in [("kofi", FIRST), ("kofi", SECOND), ("kofi m", FIRST)] {
        assert!(matches!(exchange.enter(name, password).await, Err(SignInFault::Wrong)), "{name} {password}");
    }
    assert!(matches!(exchange.enter("kofi m", SECOND).await, Ok(Entered::Supporter(_))));
}

#[tokio::test]
async fn a_supporter_leaves_and_all_is_closed_in_the_same_act_and_she_reads_it() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let exchange = &home.world.exchange;
    let (of_ama, session) = supporter(&home, home.ama, "kofi").await;
    let bea = Themselves::signed_in(home.bea);
    let of_bea = exchange.invite_supporter(bea, "My neighbour").await.unwrap();
    let known = Taker::Known(session.clone());
    let _ = exchange.take_invitation(of_bea.secret.expose(), known).await.unwrap();
    opens(&home, of_ama, &all()).await;
    let _ = exchange.delegate(ama(&home), of_ama, 30).await.unwrap();
    let _ = exchange.share(bea, Party::Supporter(of_bea.supporter), PURPOSE, &all(), None).await.unwrap();
    let (her, his) = (cookie(&home, home.ama).await, cookie_of(&session));
    let list = get(&home, &his, "/with").await;
    let leave = format!("/with/{of_ama}/leave");
    let left = post(&home, &his, &list, &leave, &[]).await;
    assert_eq!((left.status, left.header("location")), (303, Some("/with?done=left")), "{left:?}");
    let happened = exchange.happened(ama(&home), None, 1).await.unwrap().remove(0);
    let Some(Act::SupporterChanged { supporter, change }) = happened.act else { panic!("one act: {happened:?}") };
    assert_eq!((supporter, change.as_str()), (of_ama, "left"));
    let (_, standing) = exchange.standing(ama(&home)).await.unwrap();
    assert!(!standing.iter().any(|one| one.party == Party::Supporter(of_ama)), "nothing is open to him");
    for path in [format!("/with/{of_ama}"), format!("/with/{of_ama}/sharing"), format!("/with/{of_ama}/named")] {
        assert_eq!(get(&home, &his, &path).await.status, 404, "{path}");
    }
    let list = text(&get(&home, &his, "/with").await);
    assert!(!list.contains("Ama") && list.contains("Bea"), "the other one is as before: {list}");
    let told = text(&get(&home, &her, "/me/receipts").await);
    assert!(told.contains("kofi left on ") && told.contains("They do not support you any more"), "{told}");
    let people = text(&get(&home, &her, "/me/sharing/people").await);
    assert!(people.contains("kofi left on ") && !people.contains(&format!("/me/sharing/supporter/{of_ama}/about")));
    // Once more, and of somebody whom he does not support: the same answer, and nothing is done.
    let before = exchange.happened(ama(&home), None, 1).await.unwrap().remove(0).person_seq;
    for nobody in [of_ama.to_string(), "00000000-0000-4000-8000-0000000000ff".to_owned()] {
        let path = format!("/with/{nobody}/leave");
        let asked = sayso_tests::world::Asked::new("POST", &path).header("cookie", &his);
        let body = format!("form={}", session.form_token(&path));
        let again = home.world.call(&asked.body("application/x-www-form-urlencoded", body)).await;
        assert_eq!((again.status, &again.headers, &again.body), (left.status, &left.headers, &left.body), "{nobody}");
    }
    assert_eq!(exchange.happened(ama(&home), None, 1).await.unwrap().remove(0).person_seq, before);
}

#[tokio::test]
async fn who_leaves_for_good_supports_nobody_and_signs_in_no_more() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let exchange = &home.world.exchange;
    let (of_ama, session) = supporter(&home, home.ama, "kofi").await;
    let bea = Themselves::signed_in(home.bea);
    // Also of her who has opened nothing to him, whom his page does not show.
    let of_bea = exchange.invite_supporter(bea, "My neighbour").await.unwrap();
    let known = Taker::Known(session.clone());
    let _ = exchange.take_invitation(of_bea.secret.expose(), known).await.unwrap();
    opens(&home, of_ama, &all()).await;
    let his = cookie_of(&session);
    let page = get(&home, &his, "/with/account").await;
    let end = post(&home, &his, &page, "/with/account/end", &[]).await;
    assert_eq!(end.status, 200, "{end:?}");
    let mut set = end.headers.iter().filter(|(name, value)| name == "set-cookie" && value.contains("Max-Age=0"));
    assert!(set.any(|(_, value)| value.starts_with(SUPPORTER_COOKIE_HTTPS)), "{end:?}");
    assert_eq!(get(&home, &his, "/with").await.status, 303);
    assert!(matches!(exchange.enter("kofi", FIRST).await, Err(SignInFault::Wrong)));
    for person in [ama(&home), bea] {
        assert!(exchange.supporters(person).await.unwrap().is_empty());
        let last = exchange.happened(person, None, 1).await.unwrap().remove(0);
        let left = |act: &Act| matches!(act, Act::SupporterChanged { change, .. } if change.as_str() == "left");
        assert!(last.act.as_ref().is_some_and(left), "{last:?}");
    }
    let again = exchange.invite_supporter(ama(&home), "Kofi").await.unwrap();
    let taker = Taker::New { name: "kofi", password: SECOND };
    assert!(exchange.take_invitation(again.secret.expose(), taker).await.is_ok(), "the name is free");
}
