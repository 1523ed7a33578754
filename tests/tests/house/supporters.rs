//! Those who support a person: how they come in, what they read, what they never read, and how it ends.

use std::sync::Arc;

use sayso_auth::sign_in::{COOKIE_HTTPS, SUPPORTER_COOKIE_HTTPS};
use sayso_consent::supporter::PURPOSE;
use sayso_consent::{Themselves, Verdict};
use sayso_exchange::sharing::{Choice, Party};
use sayso_exchange::supporters::Said;
use sayso_exchange::with::Taker;
use sayso_exchange::{Act, SupporterSession};
use sayso_plan::{DraftItem, PartyId, PersonId, Section, SupporterId};
use sayso_tests::world::{Asked, Observed};
use serde_json::json;
use time::Duration;

use crate::home::{HER_WORDS, Home};
use crate::pages::cookie;

/// Words about Kofi that stand in no plan of Ama's before a test writes them.
const ABOUT_KOFI: &str = "Kofi shouts when he is afraid.";
/// An id that nothing here has.
const NOBODY: &str = "00000000-0000-4000-8000-0000000000ff";
pub(crate) const PASSWORD: &str = "a boat that comes home";

pub(crate) fn ama(home: &Home) -> Themselves {
    Themselves::signed_in(home.ama)
}

pub(crate) fn text(answer: &Observed) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// The cookie of a supporter's session.
pub(crate) fn cookie_of(session: &SupporterSession) -> String {
    format!("{SUPPORTER_COOKIE_HTTPS}={}", session.cookie())
}

/// Somebody whom a person invited, and who took the invitation.
pub(crate) async fn supporter(home: &Home, person: PersonId, name: &str) -> (SupporterId, SupporterSession) {
    let exchange = &home.world.exchange;
    let invitation = exchange.invite_supporter(Themselves::signed_in(person), name).await.unwrap();
    let taker = Taker::New { name, password: PASSWORD };
    let session = exchange.take_invitation(invitation.secret.expose(), taker).await.unwrap();
    (invitation.supporter, session)
}

/// The person opens this to a supporter.
pub(crate) async fn opens(home: &Home, supporter: SupporterId, choice: &Choice) {
    let shared = home.world.exchange.share(ama(home), Party::Supporter(supporter), PURPOSE, choice, None).await;
    let _ = shared.unwrap();
}

pub(crate) fn all() -> Choice {
    Choice { sections: Section::all().collect(), ..Choice::default() }
}

/// Whom of the parties of all of Ama's plans a supporter is, as she says when she has looked at all of them.
pub(crate) async fn says_who(home: &Home, supporter: SupporterId, party: &str) {
    let mut said = Said::new();
    for plan in home.world.exchange.own_plans(ama(home)).await.unwrap() {
        let others = plan.get().parties.iter().map(|party| party.id.clone()).filter(|id| !id.is_person());
        let shown: std::collections::BTreeSet<PartyId> = others.collect();
        let is = shown.iter().filter(|id| id.as_str() == party).cloned().collect();
        said.insert(plan.get().id, (shown, is));
    }
    let now = home.world.exchange.now();
    let _ = home.world.exchange.name_supporter(ama(home), supporter, &said, now).await.unwrap();
}

/// Case 33, of two pages that do not know of each other.
#[tokio::test]
async fn an_older_page_does_not_unsay_whom_somebody_is() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (kofi, _) = supporter(&home, home.ama, "kofi").await;
    let looked_at = home.world.exchange.now();
    home.world.wait(Duration::minutes(1));
    says_who(&home, kofi, "brother").await;
    let shown: std::collections::BTreeSet<PartyId> = [PartyId::try_from("brother").unwrap()].into();
    let unsaid: Said = [(home.plan, (shown, std::collections::BTreeSet::new()))].into();
    let older = home.world.exchange.name_supporter(ama(&home), kofi, &unsaid, looked_at).await;
    assert!(matches!(older, Err(sayso_exchange::Refusal::Moved)), "{older:?}");
    home.world.wait(Duration::minutes(1));
    let now = home.world.exchange.now();
    assert!(home.world.exchange.name_supporter(ama(&home), kofi, &unsaid, now).await.is_ok());
}

pub(crate) async fn get(home: &Home, cookie: &str, path: &str) -> Observed {
    home.world.call(&Asked::new("GET", path).header("cookie", cookie)).await
}

/// Posts a form that stands on a page, with its hidden field and these fields.
pub(crate) async fn post(
    home: &Home,
    cookie: &str,
    page: &Observed,
    action: &str,
    fields: &[(&str, &str)],
) -> Observed {
    let html = text(page);
    let form = html.split(&format!("action=\"{action}\"")).nth(1).unwrap_or_else(|| panic!("no {action}: {html}"));
    let token = form.split("name=\"form\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.append_pair("form", token).extend_pairs(fields);
    let asked = Asked::new("POST", action).header("cookie", cookie);
    home.world.call(&asked.body("application/x-www-form-urlencoded", body.finish())).await
}

fn set_cookies(answer: &Observed) -> Vec<String> {
    let set = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
    set.map(|(_, value)| value.split(';').next().unwrap().to_owned()).collect()
}

async fn last_act(home: &Home) -> Act {
    home.world.exchange.happened(ama(home), None, 1).await.unwrap().remove(0).act.unwrap()
}

/// Ama writes an item about a party of her plan.
async fn writes_about(home: &Home, party: &str) {
    let now = home.world.exchange.own_plan(ama(home), home.plan).await.unwrap().unwrap();
    let mut content = now.get().as_content();
    let item: DraftItem = serde_json::from_value(json!({
        "section": "helps", "type": "words", "voice": {"party": "self", "role": "person"},
        "words": {"text": ABOUT_KOFI, "lang": "en-GB"}, "about_parties": [party],
    }))
    .unwrap();
    content.items.push(item);
    let base = now.fingerprint().to_string();
    let _ = home.world.exchange.write_own_plan(ama(home), Some((home.plan, &base)), content).await.unwrap();
}

#[tokio::test]
async fn an_invitation_is_good_once_and_opens_nothing_by_itself() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let her = cookie(&home, home.ama).await;
    let people = get(&home, &her, "/me/sharing/people").await;
    let made = post(&home, &her, &people, "/me/sharing/people", &[("name", "Kofi")]).await;
    assert_eq!(made.status, 200, "{made:?}");
    let html = text(&made);
    let link = html.split("https://sayso.example").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(link.starts_with("/with/invited?once="), "{link}");
    let again = get(&home, &her, "/me/sharing/people").await;
    assert!(!text(&again).contains("once="), "the link is shown once");
    // A mail program opens it, then he does.
    assert_eq!(get(&home, "", &link).await.status, 200);
    let invited = get(&home, "", &link).await;
    assert!(text(&invited).contains("Ama") && !text(&invited).contains(HER_WORDS), "{invited:?}");
    let before = set_cookies(&invited).join("; ");
    let once = link.split("once=").nth(1).unwrap();
    let weak = [("once", once), ("name", "kofi"), ("password", "short")];
    let refused = post(&home, &before, &invited, "/with/invited", &weak).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    let fields = [("once", once), ("name", "kofi"), ("password", PASSWORD)];
    let taken = post(&home, &before, &invited, "/with/invited", &fields).await;
    assert_eq!((taken.status, taken.header("location")), (303, Some("/with")), "{taken:?}");
    let his = set_cookies(&taken).join("; ");
    assert!(his.starts_with(SUPPORTER_COOKIE_HTTPS), "{his}");
    let used = get(&home, "", &link).await;
    let never = get(&home, "", &format!("/with/invited?once={}", "A".repeat(43))).await;
    assert_eq!((used.status, text(&used).contains("Ama")), (403, false));
    let body = |page: &Observed| text(page).split("<main").nth(1).map(str::to_owned);
    assert_eq!(body(&used), body(&never), "used and never made look the same");
    // Nothing is open by that, and Ama reads what happened.
    assert!(!text(&get(&home, &his, "/with").await).contains("Ama"));
    let happened = text(&get(&home, &her, "/me/receipts").await);
    for line in ["You invited Kofi", "Kofi used your link", "Kofi, who supports you, looked"] {
        assert!(happened.contains(line), "{line}: {happened}");
    }
}

#[tokio::test]
async fn a_link_that_is_too_old_or_was_replaced_is_good_no_more() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let exchange = &home.world.exchange;
    let first = exchange.invite_supporter(ama(&home), "Kofi").await.unwrap();
    let second = exchange.invite_again(ama(&home), first.supporter).await.unwrap();
    assert!(exchange.invitation(first.secret.expose()).await.unwrap().is_none(), "replaced");
    assert!(exchange.invitation(second.secret.expose()).await.unwrap().is_some());
    home.world.wait(Duration::hours(25));
    assert!(exchange.invitation(second.secret.expose()).await.unwrap().is_none(), "too old");
    let third = exchange.invite_again(ama(&home), first.supporter).await.unwrap();
    let _ = exchange.end_supporter(ama(&home), first.supporter).await.unwrap();
    let taker = Taker::New { name: "kofi", password: PASSWORD };
    assert!(exchange.take_invitation(third.secret.expose(), taker).await.is_err(), "ended");
}

#[tokio::test]
async fn one_account_supports_two_persons_and_signs_in_where_everybody_does() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let exchange = &home.world.exchange;
    let (of_ama, session) = supporter(&home, home.ama, "kofi").await;
    let by_bea = exchange.invite_supporter(Themselves::signed_in(home.bea), "My neighbour").await.unwrap();
    let known = Taker::Known(session.clone());
    let _ = exchange.take_invitation(by_bea.secret.expose(), known).await.unwrap();
    opens(&home, of_ama, &all()).await;
    let of_bea = Themselves::signed_in(home.bea);
    let shared = exchange.share(of_bea, Party::Supporter(by_bea.supporter), PURPOSE, &all(), None).await;
    let _ = shared.unwrap();
    let sign_in = get(&home, "", "/me/sign-in").await;
    let before = set_cookies(&sign_in).join("; ");
    let fields = [("name", "Kofi"), ("password", PASSWORD), ("back", "/me/receipts")];
    let entered = post(&home, &before, &sign_in, "/me/sign-in", &fields).await;
    assert_eq!((entered.status, entered.header("location")), (303, Some("/with")), "{entered:?}");
    let his = set_cookies(&entered).join("; ");
    let list = text(&get(&home, &his, "/with").await);
    assert!(list.contains("Ama") && list.contains("Bea"), "{list}");
    assert!(exchange.sign_in("kofi", PASSWORD).await.is_err(), "he is no person here");
    // A name is one account's, whoever comes second.
    assert!(exchange.put_account(home.bea, "kofi", PASSWORD).await.is_err());
    let _ = exchange.put_account(home.bea, "bea", PASSWORD).await.unwrap();
    let again = exchange.invite_supporter(ama(&home), "B").await.unwrap();
    let taker = Taker::New { name: "bea", password: PASSWORD };
    assert!(exchange.take_invitation(again.secret.expose(), taker).await.is_err());
}

#[tokio::test]
async fn neither_session_is_the_other_ones() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (kofi, session) = supporter(&home, home.ama, "kofi").await;
    opens(&home, kofi, &all()).await;
    let her = cookie(&home, home.ama).await;
    let (theirs, hers) = (session.cookie(), her.split_once('=').unwrap().1);
    for path in ["/me", "/me/plans", "/me/sharing", "/me/sharing/people", "/me/receipts", "/me/account"] {
        for given in [cookie_of(&session), format!("{COOKIE_HTTPS}={theirs}")] {
            let answer = get(&home, &given, path).await;
            assert_eq!(answer.status, 303, "{path} by {given}: {answer:?}");
        }
    }
    for path in ["/with".to_owned(), format!("/with/{kofi}"), format!("/with/{kofi}/sharing")] {
        for given in [her.clone(), format!("{SUPPORTER_COOKIE_HTTPS}={hers}")] {
            let answer = get(&home, &given, &path).await;
            assert_eq!(answer.status, 303, "{path} by {given}: {answer:?}");
        }
    }
    let his = cookie_of(&session);
    let list = get(&home, &his, "/with").await;
    assert_eq!(post(&home, &his, &list, "/with/sign-out", &[]).await.status, 200);
    assert_eq!(get(&home, &cookie_of(&session), "/with").await.status, 303, "signed out");
}

#[tokio::test]
async fn a_supporter_reads_what_was_previewed_and_she_reads_that_they_looked() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (kofi, session) = supporter(&home, home.ama, "kofi").await;
    let (her, his) = (cookie(&home, home.ama).await, cookie_of(&session));
    let party = format!("/me/sharing/supporter/{kofi}");
    let choices = get(&home, &her, &party).await;
    let (_, standing) = home.world.exchange.standing(ama(&home)).await.unwrap();
    assert!(!standing.iter().any(|one| one.party == Party::Supporter(kofi)));
    let html = text(&choices);
    let seen = html.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let fields = [("purpose", "SUPNWK"), ("seen", seen), ("section", "helps"), ("section", "about-me")];
    let previewed = post(&home, &her, &choices, &format!("{party}/preview"), &fields).await;
    let plans = |page: &Observed| -> Vec<String> {
        text(page)
            .split("<article class=\"shown\">")
            .skip(1)
            .map(|one| one.split("</article>").next().unwrap().trim().to_owned())
            .collect()
    };
    assert_eq!(get(&home, &his, &format!("/with/{kofi}")).await.status, 404, "a preview shares nothing");
    let shared = post(&home, &her, &previewed, &format!("{party}/share"), &fields).await;
    assert_eq!(shared.status, 303, "{shared:?}");
    let read = get(&home, &his, &format!("/with/{kofi}")).await;
    assert_eq!(plans(&previewed), plans(&read), "to the byte");
    assert!(!plans(&read).is_empty());
    let act = last_act(&home).await;
    let Act::SupporterLooked { supporter, operation, shown } = act else { panic!("{act:?}") };
    assert_eq!((supporter, operation.as_str(), shown.is_empty()), (kofi, "plans", false));
    let receipts = text(&get(&home, &her, "/me/receipts").await);
    assert!(receipts.contains("kofi, who supports you, looked at what you share"), "{receipts}");
    assert!(text(&get(&home, &her, "/me/sharing").await).contains(&party), "the overview shows him");
}

#[tokio::test]
async fn nothing_shared_taken_back_and_never_invited_look_the_same() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (kofi, session) = supporter(&home, home.ama, "kofi").await;
    let (joyce, hers) = supporter(&home, home.ama, "joyce").await;
    let (marek, his) = supporter(&home, home.ama, "marek").await;
    for taken in [joyce, marek] {
        opens(&home, taken, &all()).await;
    }
    let _ = home.world.exchange.stop_sharing(ama(&home), Party::Supporter(joyce)).await.unwrap();
    let _ = home.world.exchange.end_supporter(ama(&home), marek).await.unwrap();
    // What is the visitor's own (the field of the sign-out form) and what they asked for is left out.
    let seen = |answer: Observed, id: &str| {
        let html = text(&answer).replace(id, "?");
        let without: String =
            html.split("value=\"").map(|part| part.split_once('"').map_or(part, |(_, rest)| rest)).collect();
        (answer.status, answer.headers, without)
    };
    let mut answers = Vec::new();
    for (id, session) in [
        (kofi.to_string(), &session),
        (joyce.to_string(), &hers),
        (marek.to_string(), &his),
        (NOBODY.to_owned(), &session),
        (joyce.to_string(), &session),
    ] {
        let mut of_one = Vec::new();
        for path in [
            "/with".to_owned(),
            format!("/with/{id}"),
            format!("/with/{id}/sharing"),
            format!("/with/{id}/document/{}", home.plan),
        ] {
            let mut answer = get(&home, &cookie_of(session), &path).await;
            answer.headers.retain(|(name, _)| name != "content-length");
            of_one.push(seen(answer, &id));
        }
        answers.push(of_one);
    }
    for other in &answers {
        assert_eq!(other, &answers[0]);
    }
}

#[tokio::test]
async fn c08_after_an_acknowledged_withdrawal_no_answer_with_content_begins() {
    let _honest = crate::honest();
    for end in [false, true] {
        let home = Home::open().await;
        let (kofi, session) = supporter(&home, home.ama, "kofi").await;
        opens(&home, kofi, &all()).await;
        let paths = [format!("/with/{kofi}"), "/with".to_owned()];
        for path in &paths {
            assert!(text(&get(&home, &cookie_of(&session), path).await).contains("Ama"), "{path}");
        }
        let (exchange, her) = (home.world.exchange.clone(), ama(&home));
        // Between the decision and its record, with a session that was there before.
        home.world.once_between(Arc::new(move || {
            let exchange = exchange.clone();
            Box::pin(async move {
                let _ = match end {
                    true => exchange.end_supporter(her, kofi).await.unwrap(),
                    false => exchange.stop_sharing(her, Party::Supporter(kofi)).await.unwrap(),
                };
            })
        }));
        for path in &paths {
            let after = text(&get(&home, &cookie_of(&session), path).await);
            assert!(!after.contains(HER_WORDS) && !after.contains("Ama"), "{path}: {after}");
        }
        let again = home.world.exchange.enter("kofi", PASSWORD).await.unwrap();
        let sayso_exchange::Entered::Supporter(again) = again else { panic!("a supporter") };
        assert_eq!(get(&home, &cookie_of(&again), &paths[0]).await.status, 404, "a new session sees no more");
        let act = last_act(&home).await;
        assert!(matches!(&act, Act::SupporterLooked { shown, .. } if shown.is_empty()), "{act:?}");
    }
}

#[tokio::test]
async fn c08_a_new_link_takes_the_place_of_who_read_before() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (kofi, lost) = supporter(&home, home.ama, "kofi").await;
    opens(&home, kofi, &all()).await;
    let link = home.world.exchange.invite_again(ama(&home), kofi).await.unwrap();
    assert_eq!(get(&home, &cookie_of(&lost), &format!("/with/{kofi}")).await.status, 200, "not before it is taken");
    let taker = Taker::New { name: "kofi two", password: PASSWORD };
    let new = home.world.exchange.take_invitation(link.secret.expose(), taker).await.unwrap();
    assert_eq!(get(&home, &cookie_of(&new), &format!("/with/{kofi}")).await.status, 200);
    assert_eq!(get(&home, &cookie_of(&lost), &format!("/with/{kofi}")).await.status, 404);
}

#[tokio::test]
async fn case_25_what_is_about_a_supporter_is_kept_from_them_until_she_says_that_they_are_somebody_else() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (kofi, session) = supporter(&home, home.ama, "kofi").await;
    opens(&home, kofi, &all()).await;
    writes_about(&home, "kofi").await;
    let reads = || async { text(&get(&home, &cookie_of(&session), &format!("/with/{kofi}")).await) };
    let mut seen = Vec::new();
    for who in ["", "kofi", "joyce"] {
        if !who.is_empty() {
            says_who(&home, kofi, who).await;
        }
        let page = reads().await;
        assert!(page.contains("<article"), "the rest is shown: {who}");
        seen.push(page.contains(ABOUT_KOFI));
    }
    assert_eq!(seen, [false, false, true], "not said, him, somebody else");
    let why = home.world.exchange.explain(ama(&home), Party::Supporter(kofi), PURPOSE).await.unwrap();
    assert!(why.iter().any(|one| matches!(one.verdict, Verdict::Released { .. })));
    // A party that came later, or was changed since, may be him.
    home.world.wait(Duration::minutes(1));
    let now = home.world.exchange.own_plan(ama(&home), home.plan).await.unwrap().unwrap();
    let mut content = now.get().as_content();
    content.parties.iter_mut().find(|party| party.id.as_str() == "kofi").unwrap().name = "Kofi, the other one".into();
    let base = now.fingerprint().to_string();
    let _ = home.world.exchange.write_own_plan(ama(&home), Some((home.plan, &base)), content).await.unwrap();
    assert!(!reads().await.contains(ABOUT_KOFI), "changed since she said who he is");
    // The hospital sees what it always saw.
    let token = home.ehr("system/*.rs").await;
    let hospital = home.ask(Asked::new("GET", &format!("/fhir/CarePlan/{}", home.plan)), Some(&token)).await;
    assert!(text(&hospital).contains("Kofi shouts"), "an organization is no such party");
}

#[tokio::test]
async fn what_nobody_should_send_is_answered_with_a_page_and_changes_nothing() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (kofi, session) = supporter(&home, home.ama, "kofi").await;
    let (her, his) = (cookie(&home, home.ama).await, cookie_of(&session));
    let before = home.world.exchange.supporters(ama(&home)).await.unwrap();
    let people = get(&home, &her, "/me/sharing/people").await;
    for name in ["", "   ", "a\u{7}b", &"x".repeat(81)] {
        let answer = post(&home, &her, &people, "/me/sharing/people", &[("name", name)]).await;
        assert_eq!(answer.status, 422, "{name:?}: {answer:?}");
    }
    let about = format!("/me/sharing/supporter/{kofi}/about");
    let page = get(&home, &her, &about).await;
    let party = format!("{}:kofi", home.plan);
    let (named, now) = (format!("{about}/named"), "1780000000000000");
    for fields in [
        vec![("looked_at", now), ("is", &party)],
        vec![("looked_at", now), ("shown", "x:kofi")],
        vec![("looked_at", now), ("shown", &party), ("is", "kofi")],
        vec![("looked_at", "x"), ("shown", &party)],
        vec![("looked_at", "9999999999999999999999999999999999999"), ("shown", &party)],
        vec![("shown", &party)],
    ] {
        assert_eq!(post(&home, &her, &page, &named, &fields).await.status, 400, "{fields:?}");
    }
    for days in ["", "0", "31", "366", "-30", "x"] {
        let answer = post(&home, &her, &page, &format!("{about}/delegate"), &[("days", days)]).await;
        assert_eq!(answer.status, 400, "{days}");
    }
    for path in [
        "/with/x".to_owned(),
        "/with/%00".to_owned(),
        format!("/with/{kofi}/document/x"),
        format!("/with/{kofi}/x/y"),
        format!("/with/{}", home.plan),
        "/with/invited?once=%00".to_owned(),
        "/with/invited".to_owned(),
        format!("/with/{}", "x".repeat(3_000)),
    ] {
        let answer = get(&home, &his, &path).await;
        assert!([403, 404].contains(&answer.status), "{path}: {answer:?}");
    }
    assert_eq!(home.world.exchange.supporters(ama(&home)).await.unwrap(), before);
}
