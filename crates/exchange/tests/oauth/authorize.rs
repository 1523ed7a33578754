//! An app asks, Ama decides.

use sayso_auth::Refused;
use sayso_auth::grant::AuthorizeError;
use sayso_exchange::sharing::{Choice, Party};
use sayso_exchange::{Decision, NotAuthorized, Wish};
use sayso_plan::{Purpose, Section};

use crate::world::{BASE, CALLBACK, World, allow, answer, app, code_of, exchange_of, query, refresh_of};

#[tokio::test]
async fn ama_sees_who_asks_for_what_and_where_the_answer_goes() {
    let world = World::new().await;
    let view = world.exchange.begin_authorization(&query(app()), None).await.unwrap();
    assert_eq!((view.client_name.as_str(), view.redirect_origin.as_str()), ("My Plan", "https://app.example"));
    let wishes: Vec<Wish> = view.wishes.iter().copied().collect();
    assert_eq!(wishes, [Wish::SeePerson, Wish::SeePlans, Wish::SeeDocuments, Wish::StayConnected]);
    assert!(view.asks_to_stay());
    let posted = world.exchange.begin_authorization("", Some(&query(app()))).await.unwrap();
    assert_eq!(posted.wishes, view.wishes);
}

#[tokio::test]
async fn what_ama_ticks_is_what_the_app_may_see_and_staying_connected_is_off_by_default() {
    let world = World::new().await;
    let code = world.code(app(), false).await;
    let session = world.signed_in().await;
    let (_, standing) = world.exchange.standing(session.themselves()).await.unwrap();
    let open = standing.iter().find(|s| s.party == Party::App(app())).unwrap();
    assert_eq!(open.purpose, Purpose::Patrqt);
    assert!(open.open.sections.contains(&Section::Helps) && open.open.sections.len() == 2 && !open.open.documents);
    let tokens = world.token(&exchange_of(app(), &code)).await.unwrap();
    assert_eq!(tokens["scope"], "launch/patient patient/*.rs");
    assert_eq!(tokens["patient"], world.ama.to_string());
    assert_eq!(tokens.get("refresh_token"), None);
    assert_eq!(tokens["token_type"], "Bearer");
    assert!(tokens["expires_in"].as_i64().unwrap() <= 3_600);
    let caller = world.caller(&tokens).await.unwrap();
    assert_eq!((caller.person, caller.client), (Some(world.ama), app()));
}

#[tokio::test]
async fn oa7_every_answer_says_who_answers_and_gives_state_back_exactly() {
    let world = World::new().await;
    let session = world.signed_in().await;
    for decision in [allow(), Decision::default()] {
        let view = world.exchange.begin_authorization(&query(app()), None).await.unwrap();
        let token = view.form_token(&session);
        let done = world.exchange.complete_authorization(&session, &view.form_state, &token, &decision).await;
        let answer = answer(&done.unwrap());
        assert_eq!((answer.get("iss"), answer.get("state")), (Some(BASE), Some("s&ä 1")));
        assert_eq!(answer.get("code").is_some(), decision.allow);
        assert_eq!(answer.get("error"), (!decision.allow).then_some("access_denied"));
    }
    let (_, standing) = world.exchange.standing(session.themselves()).await.unwrap();
    assert_eq!(standing.len(), 1);
}

#[tokio::test]
async fn allowing_with_nothing_open_is_asked_again() {
    let world = World::new().await;
    let session = world.signed_in().await;
    let view = world.exchange.begin_authorization(&query(app()), None).await.unwrap();
    let nothing = Decision { allow: true, ..Decision::default() };
    let token = view.form_token(&session);
    let done = world.exchange.complete_authorization(&session, &view.form_state, &token, &nothing).await;
    assert!(matches!(done, Err(NotAuthorized::NothingChosen)));
    let again = world.exchange.complete_authorization(&session, &view.form_state, &token, &allow()).await;
    assert!(again.is_ok());
}

#[tokio::test]
async fn an_app_that_is_told_no_loses_its_key_and_is_let_in_again_only_when_the_no_has_ended() {
    let world = World::new().await;
    let (session, me) = (world.signed_in().await, Party::App(app()));
    let themselves = session.themselves();
    for by in ["no", "nothing ticked"] {
        let tokens = world.tokens().await;
        assert!(world.caller(&tokens).await.is_some());
        if by == "no" {
            let _ = world.exchange.refuse(themselves, me, false).await.unwrap();
            let view = world.exchange.begin_authorization(&query(app()), None).await.unwrap();
            let token = view.form_token(&session);
            let done = world.exchange.complete_authorization(&session, &view.form_state, &token, &allow()).await;
            assert!(matches!(done, Err(NotAuthorized::SaidNo)), "{done:?}");
            let denied = Decision::default();
            let done = world.exchange.complete_authorization(&session, &view.form_state, &token, &denied).await;
            assert!(done.is_ok(), "she can still say no to it");
            let (seen, _) = world.exchange.standing(themselves).await.unwrap();
            let _ = world.exchange.end_refusal(themselves, me, seen).await.unwrap();
        } else {
            let _ = world.exchange.share(themselves, me, Purpose::Patrqt, &Choice::default(), None).await.unwrap();
        }
        assert!(world.caller(&tokens).await.is_none(), "{by}: its key is gone");
        assert!(world.exchange.connected(themselves).await.unwrap().is_empty());
    }
}

async fn refused(world: &World, query: &str) -> Refused {
    match world.exchange.begin_authorization(query, None).await {
        Err(NotAuthorized::Refused(refused)) => refused,
        other => panic!("{query}: {other:?}"),
    }
}

#[tokio::test]
async fn oa4_without_a_proper_challenge_there_is_no_question_and_no_code() {
    let world = World::new().await;
    let good = query(app());
    for (from, to) in [
        ("&code_challenge_method=S256", ""),
        ("&code_challenge_method=S256", "&code_challenge_method="),
        ("&code_challenge_method=S256", "&code_challenge_method=plain"),
        ("&code_challenge=", "&other="),
        ("-cM&", "-c&"),
    ] {
        let Refused::Redirect(error) = refused(&world, &good.replace(from, to)).await else { panic!("{to}") };
        assert_eq!((error.error, error.error.code()), (AuthorizeError::Challenge, "invalid_request"));
        assert_eq!(error.state.as_deref(), Some("s&ä 1"));
        assert!(error.location().contains("iss=https%3A%2F%2Fsayso.example"));
    }
}

#[tokio::test]
async fn oa5_an_address_that_is_not_registered_gets_a_page_and_never_a_redirect() {
    let world = World::new().await;
    let good = query(app());
    for attack in [
        "https://app.example/cb/",
        "https://app.example/cb/../evil",
        "https://app.example/%252e%252e/cb",
        "https://APP.example/cb",
        "https://evil.app.example/cb",
        "https://app.example%40evil.example/cb",
        "https://app.example/cb%23f",
        "https://app.example/cb?x=1",
        "http://app.example/cb",
        "javascript:alert(1)",
        "http://localhost:3000/cb",
        "",
        "https://app.example/cb&redirect_uri=https://app.example/cb",
    ] {
        let asked = good.replace(&format!("redirect_uri={CALLBACK}"), &format!("redirect_uri={attack}"));
        assert!(matches!(refused(&world, &asked).await, Refused::Page(_)), "{attack}");
    }
    let native = good.replace(CALLBACK, "http://127.0.0.1:51004/cb");
    assert!(world.exchange.begin_authorization(&native, None).await.is_ok());
}

#[tokio::test]
async fn oa6_a_parameter_twice_is_refused_wherever_it_stands() {
    let world = World::new().await;
    let twice = world.exchange.begin_authorization(&query(app()), Some(&query(app()))).await;
    assert!(matches!(twice, Err(NotAuthorized::Refused(Refused::Page(_)))));
    let Refused::Redirect(error) = refused(&world, &format!("{}&scope=patient/*.rs", query(app()))).await else {
        panic!("a page")
    };
    assert_eq!(error.error, AuthorizeError::Repeated);
}

#[tokio::test]
async fn oa8_the_audience_must_be_this_server() {
    let world = World::new().await;
    let other = query(app()).replace(&format!("aud={BASE}/fhir"), "aud=https://evil.example/fhir");
    let Refused::Redirect(error) = refused(&world, &other).await else { panic!("a page") };
    assert_eq!(error.error, AuthorizeError::Audience);
}

#[tokio::test]
async fn oa18_a_form_counts_once_for_its_session_and_as_it_was_shown() {
    let world = World::new().await;
    let (ama, other) = (world.signed_in().await, world.signed_in().await);
    let view = world.exchange.begin_authorization(&query(app()), None).await.unwrap();
    let token = view.form_token(&ama);
    let complete =
        async |session, state: &str| world.exchange.complete_authorization(session, state, &token, &allow()).await;
    assert!(matches!(complete(&other, &view.form_state).await, Err(NotAuthorized::Form)));
    let more = view.form_state.replace("patient/*.rs", "patient/*.crus");
    assert!(matches!(complete(&ama, &more).await, Err(NotAuthorized::Form)));
    assert!(matches!(complete(&ama, "").await, Err(NotAuthorized::Form)));
    assert!(complete(&ama, &view.form_state).await.is_ok());
    assert!(matches!(complete(&ama, &view.form_state).await, Err(NotAuthorized::Answered)));
}

#[tokio::test]
async fn oa13_an_app_must_ask_again_after_ama_stopped_sharing() {
    let world = World::new().await;
    let tokens = world.tokens().await;
    let session = world.signed_in().await;
    let _ = world.exchange.stop_sharing(session.themselves(), Party::App(app())).await.unwrap();
    world.later(time::Duration::seconds(1));
    assert_eq!(code_of(world.token(&refresh_of(app(), &tokens)).await.unwrap_err()), "invalid_grant");
    assert!(world.caller(&tokens).await.is_none());
    assert!(world.exchange.begin_authorization(&query(app()), None).await.is_ok());
}

#[tokio::test]
async fn disconnecting_an_app_ends_its_tokens_at_once() {
    let world = World::new().await;
    let tokens = world.tokens().await;
    let session = world.signed_in().await;
    assert_eq!(world.exchange.connected(session.themselves()).await.unwrap().len(), 1);
    let _ = world.exchange.disconnect(session.themselves(), app()).await.unwrap();
    assert!(world.caller(&tokens).await.is_none());
    assert!(world.exchange.connected(session.themselves()).await.unwrap().is_empty());
}
