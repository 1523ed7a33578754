//! What is good once is good once, whoever hurries.

use sayso_plan::{ClientId, PersonId, Purpose};
use sayso_store::{
    Act, Ask, AuthorizationCode, Client, Code, Grant, GrantId, NewLeaf, NewToken, Organization, Redeemed, Session,
    Store, StoreError, TokenKind, nobody,
};
use serde_json::json;

use crate::world::*;

fn grant(person: Option<PersonId>) -> Grant {
    Grant {
        id: GrantId::from_stored(fresh()),
        client: EHR,
        person,
        at: at(1),
        document: json!({"scope": "patient/CarePlan.rs"}),
    }
}

fn pair(n: usize) -> Vec<NewToken> {
    let token = |kind, name: &str| NewToken {
        secret: format!("{name}-{n}").into(),
        kind,
        document: serde_json::json!({"scopes": "system/CarePlan.rs"}),
        issued_at: at(2),
        expires_at: at(3600),
    };
    vec![token(TokenKind::Access, "access"), token(TokenKind::Refresh, "refresh")]
}

fn reused() -> NewLeaf {
    NewLeaf { act: Act::TokenRefused { client: Some(EHR), reason: Code::new("replayed") }, ..leaf(4) }
}

async fn code(store: &Store, secret: &str) -> Grant {
    let ama = ama(store).await;
    let grant = grant(Some(ama));
    let code = AuthorizationCode { grant: grant.clone(), document: json!({"pkce": "x"}), expires_at: at(60) };
    let _receipt = store.put_code(secret, code.clone(), leaf(1)).await.unwrap();
    assert_eq!(store.code(secret).await.unwrap(), Some(code));
    grant
}

fn fresh_ones(outcomes: &[Redeemed]) -> usize {
    outcomes.iter().filter(|outcome| matches!(outcome, Redeemed::Fresh(_))).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_is_redeemed_once_and_a_second_use_takes_everything_back() {
    let store = in_memory().await;
    let grant = code(&store, "code").await;
    let mut attempts = tokio::task::JoinSet::new();
    for n in 0..20 {
        let store = store.clone();
        attempts.spawn(async move { store.redeem_code("code", at(5), pair(n), leaf(5), reused()).await.unwrap() });
    }
    let outcomes = attempts.join_all().await;
    assert_eq!(fresh_ones(&outcomes), 1);
    assert!(outcomes.iter().any(|outcome| matches!(outcome, Redeemed::Reused(_))));
    for n in 0..20 {
        assert!(store.token(&format!("access-{n}"), at(6)).await.unwrap().is_none());
    }
    assert!(store.grants_of(grant.person.unwrap()).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_expired_or_unknown_code_gives_nothing() {
    let store = in_memory().await;
    code(&store, "code").await;
    let late = store.redeem_code("code", at(60), pair(1), leaf(5), reused()).await.unwrap();
    assert_eq!(late, Redeemed::Unknown);
    let unknown = store.redeem_code("other", at(5), pair(1), leaf(5), reused()).await.unwrap();
    assert_eq!(unknown, Redeemed::Unknown);
    assert!(store.token("access-1", at(6)).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_interleaving_of_refresh_and_revocation_leaves_a_live_token() {
    let store = in_memory().await;
    for round in 0..20 {
        let secret = format!("code-{round}");
        let grant = code(&store, &secret).await;
        let base = round * 1000;
        let first = store.redeem_code(&secret, at(5), pair(base), leaf(5), reused()).await.unwrap();
        assert!(matches!(first, Redeemed::Fresh(_)));
        assert_eq!(store.token(&format!("access-{base}"), at(6)).await.unwrap().unwrap().grant, grant);
        let refresh = format!("refresh-{base}");
        let (rotated, looked, revoked) = tokio::join!(
            store.rotate(&refresh, at(7), pair(base + 1), leaf(7), reused()),
            store.token(&refresh, at(7)),
            store.revoke_grant(grant.id, at(7), leaf(7)),
        );
        rotated.unwrap();
        looked.unwrap();
        let _receipt = revoked.unwrap();
        for n in [base, base + 1] {
            for name in ["access", "refresh"] {
                assert!(store.token(&format!("{name}-{n}"), at(8)).await.unwrap().is_none());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refresh_token_used_twice_revokes_its_family() {
    let store = in_memory().await;
    code(&store, "code").await;
    let _first = store.redeem_code("code", at(5), pair(0), leaf(5), reused()).await.unwrap();
    assert!(store.token("refresh-0", at(6)).await.unwrap().is_some());
    let next = store.rotate("refresh-0", at(6), pair(1), leaf(6), reused()).await.unwrap();
    assert!(matches!(next, Redeemed::Fresh(_)));
    assert!(store.token("refresh-0", at(6)).await.unwrap().is_none(), "used up");
    assert!(store.token("access-1", at(6)).await.unwrap().is_some());
    let thief = store.rotate("refresh-0", at(7), pair(2), leaf(7), reused()).await.unwrap();
    assert!(matches!(thief, Redeemed::Reused(_)));
    assert!(store.token("access-1", at(7)).await.unwrap().is_none());
    let after = store.rotate("refresh-1", at(7), pair(3), leaf(7), reused()).await.unwrap();
    assert_eq!(after, Redeemed::Unknown);
}

#[tokio::test]
async fn a_backend_token_ends_with_its_time_or_its_grant() {
    let store = in_memory().await;
    let grant = grant(None);
    let _receipt = store.issue(grant.clone(), pair(1), leaf(2)).await.unwrap();
    let token = store.token("access-1", at(3)).await.unwrap().unwrap();
    assert_eq!((&token.grant, token.kind), (&grant, TokenKind::Access));
    assert!(store.token("access-1", at(3600)).await.unwrap().is_none());
    let _receipt = store.revoke_grant(grant.id, at(4), leaf(4)).await.unwrap();
    assert!(store.token("access-1", at(4)).await.unwrap().is_none());
    assert_eq!(store.revoke_grant(grant.id, at(4), leaf(4)).await.unwrap_err(), StoreError::Conflict);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_assertion_is_good_once() {
    let store = in_memory().await;
    let mut uses = tokio::task::JoinSet::new();
    for _ in 0..30 {
        let store = store.clone();
        uses.spawn(async move { store.first_use("issuer", "jti", at(300), at(1)).await.unwrap() });
    }
    assert_eq!(uses.join_all().await.into_iter().filter(|first| *first).count(), 1);
    assert!(store.first_use("other", "jti", at(300), at(1)).await.unwrap());
}

#[tokio::test]
async fn a_link_signs_in_once_and_a_session_ends() {
    let store = in_memory().await;
    let ama = ama(&store).await;
    store.put_link("link", ama, at(60)).await.unwrap();
    store.put_link("late", ama, at(60)).await.unwrap();
    assert_eq!(store.redeem_link("link", at(5)).await.unwrap(), Some(ama));
    assert_eq!(store.redeem_link("link", at(5)).await.unwrap(), None);
    assert_eq!(store.redeem_link("late", at(60)).await.unwrap(), None);

    let session = Session { person: ama, at: at(5), expires_at: at(500), document: json!({"form": "x"}) };
    let _receipt = store.open_session("cookie", session.clone(), leaf(5)).await.unwrap();
    assert_eq!(store.session("cookie", at(6)).await.unwrap(), Some(session.clone()));
    assert_eq!(store.session("cookie", at(500)).await.unwrap(), None);
    store.close_session("cookie").await.unwrap();
    assert_eq!(store.session("cookie", at(6)).await.unwrap(), None);
    let _receipt = store.open_session("second", session, leaf(5)).await.unwrap();
    store.close_sessions_of(ama).await.unwrap();
    assert_eq!(store.session("second", at(6)).await.unwrap(), None);
}

#[tokio::test]
async fn a_name_belongs_to_one_person_and_a_person_has_one_name() {
    let store = in_memory().await;
    let (ama, ben) = (ama(&store).await, ama(&store).await);
    let _receipt = store.put_account(ama, "ama", "$argon2id$1", leaf(1)).await.unwrap();
    let _receipt = store.put_account(ama, "ama", "$argon2id$2", leaf(1)).await.unwrap();
    assert_eq!(store.put_account(ben, "ama", "$argon2id$3", leaf(1)).await.unwrap_err(), StoreError::Conflict);
    let account = store.account("ama").await.unwrap().unwrap();
    assert_eq!((account.person, account.password_hash.as_str()), (ama, "$argon2id$2"));
    assert!(store.account("Ama").await.unwrap().is_none());
    let _receipt = store.put_account(ama, "ama-again", "$argon2id$4", leaf(1)).await.unwrap();
    assert!(store.account("ama").await.unwrap().is_none(), "the old name and password are gone");
}

#[tokio::test]
async fn the_registry_keeps_organizations_clients_and_asks() {
    let store = in_memory().await;
    let hospital = Organization { id: HOSPITAL, document: json!({"name": "Riverside Hospital"}) };
    let client = Client { id: EHR, organization: Some(HOSPITAL), document: json!({"scopes": ["system/Patient.rs"]}) };
    assert_eq!(store.put_client(client.clone(), leaf(1)).await.unwrap_err(), StoreError::Conflict);
    let _receipt = store.put_organization(hospital.clone(), leaf(1)).await.unwrap();
    let _receipt = store.put_client(client.clone(), leaf(1)).await.unwrap();
    assert_eq!(store.organizations().await.unwrap(), [hospital]);
    assert_eq!(store.client(EHR).await.unwrap(), Some(client.clone()));
    assert_eq!(store.clients().await.unwrap(), [client]);
    assert_eq!(store.client(ClientId::from_stored([1; 16])).await.unwrap(), None);

    let ama = ama(&store).await;
    let ask = |person, second| Ask {
        person,
        organization: HOSPITAL,
        client: EHR,
        purpose: Purpose::Treat,
        at: at(second),
        reason: Some("she is on our ward".to_owned()),
    };
    for person in [ama, nobody()] {
        let _receipt = store.ask(ask(person, 2), read_leaf(2)).await.unwrap();
        let _receipt = store.ask(ask(person, 3), read_leaf(3)).await.unwrap();
        assert_eq!(store.asks(person).await.unwrap(), [ask(person, 3)]);
    }
    let other = Ask { purpose: Purpose::Etreat, ..ask(ama, 4) };
    let _receipt = store.ask(other.clone(), read_leaf(4)).await.unwrap();
    let before = fence(&store, ama).await;
    for (purpose, left) in
        [(Some(Purpose::Treat), vec![other.clone()]), (Some(Purpose::Btg), vec![other]), (None, vec![])]
    {
        let close = sayso_store::Change::CloseAsks { organization: HOSPITAL, purpose };
        let written = store.write(write(before, vec![close])).await.unwrap();
        assert_eq!(written.fence, before, "an answered ask changes no decision");
        assert_eq!(store.asks(ama).await.unwrap(), left, "{purpose:?}");
    }
}

#[tokio::test]
async fn what_ended_more_than_a_day_ago_goes_and_what_lives_stays() {
    let store = in_memory().await;
    let grant = grant(None);
    let _receipt = store.issue(grant.clone(), pair(1), leaf(2)).await.unwrap();
    store.put_link("link", ama(&store).await, at(60)).await.unwrap();
    assert_eq!(store.tidy(at(10)).await.unwrap(), 0);
    assert!(store.token("access-1", at(11)).await.unwrap().is_some());
    let long_after = at(400 * 24 * 3_600);
    assert!(store.tidy(long_after).await.unwrap() >= 3, "the access token, the refresh token, the link, the grant");
    assert_eq!(store.tidy(long_after).await.unwrap(), 0);
    assert!(store.audit_verify().await.unwrap().is_whole());
}
