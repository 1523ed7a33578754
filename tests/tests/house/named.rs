//! Somebody whom a plan names hears of it where others read it, learns nothing else, and may object; she decides.

use std::collections::BTreeSet;

use sayso_consent::NamedAs;
use sayso_exchange::sharing::{Choice, Party};
use sayso_exchange::{Act, SupporterSession};
use sayso_plan::{DraftItem, ItemId, Purpose, Section, SupporterId};
use sayso_tests::world::{Asked, Observed};
use serde_json::json;
use time::Duration;

use crate::home::{HER_WORDS, Home, riverside};
use crate::pages::cookie;
use crate::supporters::{ama, cookie_of, get, opens, post, says_who, supporter, text};

/// Kofi, to whom nothing is open, and who Ama says is the Kofi of her plans.
async fn kofi(home: &Home) -> (SupporterId, SupporterSession) {
    let (kofi, session) = supporter(home, home.ama, "Kofi").await;
    says_who(home, kofi, "kofi").await;
    (kofi, session)
}

fn named(kofi: SupporterId) -> String {
    format!("/with/{kofi}/named")
}

async fn says(home: &Home, session: &SupporterSession, kofi: SupporterId, named_as: &str, say: &str) -> Observed {
    let (path, token) = (named(kofi), session.form_token(&named(kofi)));
    let asked = Asked::new("POST", &path).header("cookie", &cookie_of(session));
    let body = format!("form={token}&as={named_as}&say={say}");
    home.world.call(&asked.body("application/x-www-form-urlencoded", body)).await
}

/// As what he reads that he is named, of all that there are.
async fn told(home: &Home, session: &SupporterSession, kofi: SupporterId) -> BTreeSet<&'static str> {
    let page = text(&get(home, &cookie_of(session), &named(kofi)).await);
    NamedAs::ALL.into_iter().map(NamedAs::code).filter(|code| page.contains(&format!("value=\"{code}\""))).collect()
}

async fn hospital(home: &Home) -> String {
    let token = home.ehr("system/*.rs").await;
    text(&home.ask(Asked::new("GET", &format!("/plans/{}", home.plan)), Some(&token)).await)
}

/// Riverside sees these sections and nothing else.
async fn only(home: &Home, sections: &[Section]) {
    let choice = Choice { sections: sections.iter().copied().collect(), ..Choice::default() };
    let party = Party::Organization(riverside());
    let _ = home.world.exchange.share(ama(home), party, Purpose::Treat, &choice, None).await.unwrap();
}

async fn last_act(home: &Home) -> Act {
    home.world.exchange.happened(ama(home), None, 1).await.unwrap().remove(0).act.unwrap()
}

async fn writes(home: &Home, item: serde_json::Value) {
    let now = home.world.exchange.own_plan(ama(home), home.plan).await.unwrap().unwrap();
    let mut content = now.get().as_content();
    let item: DraftItem = serde_json::from_value(item).unwrap();
    content.absences.remove(&item.item.section);
    content.items.push(item);
    let base = now.fingerprint().to_string();
    let _ = home.world.exchange.write_own_plan(ama(home), Some((home.plan, &base)), content).await.unwrap();
}

/// The contact of hers that is Kofi.
async fn contact(home: &Home) -> ItemId {
    let plan = home.world.exchange.own_plan(ama(home), home.plan).await.unwrap().unwrap();
    let his = |item: &&sayso_plan::StoredItem| {
        item.item.section == Section::AskForHelp && item.item.parties().any(|party| party.as_str() == "kofi")
    };
    plan.get().items.iter().find(his).unwrap().id
}

#[tokio::test]
async fn case_25_a_supporter_whom_a_plan_names_reads_as_what_and_nothing_of_the_plan() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (kofi, session) = supporter(&home, home.ama, "Kofi").await;
    let (her, his) = (cookie(&home, home.ama).await, cookie_of(&session));
    assert_eq!(get(&home, &his, &named(kofi)).await.status, 404, "she has not said who he is");
    says_who(&home, kofi, "kofi").await;
    let list = text(&get(&home, &his, "/with").await);
    assert!(list.contains("Ama") && list.contains(&named(kofi)), "{list}");
    let happened = text(&get(&home, &her, "/me/receipts").await);
    assert!(happened.contains("They saw that a plan of yours names them."), "{happened}");
    let page = get(&home, &his, &named(kofi)).await;
    let html = text(&page);
    assert!(page.status == 200 && html.contains("Ama") && html.contains("Someone to call or to turn to"), "{html}");
    assert_eq!(told(&home, &session, kofi).await, BTreeSet::from(["agreement", "contact", "task", "voice"]));
    let own = home.world.exchange.own_plan(ama(&home), home.plan).await.unwrap().unwrap();
    let words = own.get().items.iter().filter_map(|item| item.item.words.as_ref()).map(|words| words.text().to_owned());
    let never = words.chain([own.get().head.title.text().to_owned(), "Riverside".into(), HER_WORDS.into()]);
    for never in never.chain([home.plan.to_string(), own.get().kind.label().to_owned()]) {
        assert!(!html.contains(&never), "{never}: {html}");
    }
    assert_eq!(get(&home, &his, &format!("/with/{kofi}")).await.status, 404, "nothing is open to him by that");
    assert!(matches!(last_act(&home).await, Act::SupporterLooked { .. }));
    let looked = text(&get(&home, &her, "/me/receipts").await);
    for line in ["looked at how your plans name them", "They saw as what, and nothing of the plan."] {
        assert!(looked.contains(line), "{line}: {looked}");
    }
}

#[tokio::test]
async fn case_25_nobody_is_told_that_they_are_named_where_no_one_else_is_shown_it() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (kofi, session) = kofi(&home).await;
    let nothing = || async {
        let without = |id: &SupporterId, answer: Observed| {
            let html = text(&answer).replace(&id.to_string(), "?");
            let fields = html.split("value=\"").map(|part| part.split_once('"').map_or(part, |(_, rest)| rest));
            (answer.status, fields.collect::<String>())
        };
        let never = "00000000-0000-4000-8000-0000000000ff".parse().unwrap();
        let nobody = without(&never, get(&home, &cookie_of(&session), &named(never)).await);
        assert_eq!(without(&kofi, get(&home, &cookie_of(&session), &named(kofi)).await), nobody);
        assert!(!text(&get(&home, &cookie_of(&session), "/with").await).contains("Ama"));
    };
    only(&home, &[Section::AskForHelp]).await;
    assert_eq!(told(&home, &session, kofi).await, BTreeSet::from(["contact"]), "just what is open to somebody else");
    only(&home, &[Section::Helps]).await;
    nothing().await;
    // Her own app is her own hand, and what is open to himself he reads there.
    opens(&home, kofi, &Choice { sections: [Section::AskForHelp].into(), ..Choice::default() }).await;
    assert_eq!(get(&home, &cookie_of(&session), &named(kofi)).await.status, 404);
    let _ = home.world.exchange.stop_sharing(ama(&home), Party::Supporter(kofi)).await.unwrap();
    // That somebody is kept out is told to the hospital and never to them, nor what is about them.
    for more in [
        json!({"section": "not-involve", "type": "contact", "party": "kofi", "contact": "never", "share": "open",
            "voice": {"party": "self", "role": "person"}}),
        json!({"section": "ask-for-help", "type": "contact", "party": "kofi", "contact": "yes", "share": "close",
            "reach": [{"by": "phone", "value": "020 7946 0000"}], "voice": {"party": "self", "role": "person"}}),
        json!({"section": "helps", "type": "words", "voice": {"party": "self", "role": "person"},
            "words": {"text": "He says so himself.", "lang": "en-GB"}, "about_parties": ["kofi"],
            "stances": [{"party": "kofi", "position": "agreed"}]}),
    ] {
        writes(&home, more).await;
    }
    only(&home, &[Section::Helps, Section::NotInvolve]).await;
    assert!(hospital(&home).await.contains("He says so himself."));
    nothing().await;
    // Another hospital, by any way that opens it, is somebody else; and the end of the day is the end.
    only(&home, &[Section::AskForHelp, Section::NotInvolve]).await;
    assert_eq!(told(&home, &session, kofi).await, BTreeSet::from(["contact"]));
    home.world.wait(Duration::days(400));
    let entered = home.world.exchange.enter("Kofi", "a boat that comes home").await.unwrap();
    let sayso_exchange::Entered::Supporter(session) = entered else { panic!("a supporter") };
    assert_eq!(get(&home, &cookie_of(&session), &named(kofi)).await.status, 404, "the permit is over");
}

#[tokio::test]
async fn case_25_nobody_is_told_of_a_name_that_may_be_somebody_elses_by_now() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (kofi, session) = kofi(&home).await;
    only(&home, &[Section::AskForHelp]).await;
    assert_eq!(told(&home, &session, kofi).await, BTreeSet::from(["contact"]));
    home.world.wait(Duration::minutes(1));
    let now = home.world.exchange.own_plan(ama(&home), home.plan).await.unwrap().unwrap();
    let mut content = now.get().as_content();
    content.parties.iter_mut().find(|party| party.id.as_str() == "kofi").unwrap().name = "Maria".into();
    let base = now.fingerprint().to_string();
    let _ = home.world.exchange.write_own_plan(ama(&home), Some((home.plan, &base)), content).await.unwrap();
    assert_eq!(get(&home, &cookie_of(&session), &named(kofi)).await.status, 404, "it is somebody else's name now");
}

#[tokio::test]
async fn case_25_an_objection_withholds_nothing_and_she_reads_it_and_closes_the_part_with_one_button() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (kofi, session) = kofi(&home).await;
    // Her directive names him as her agent; here it is about the contact of her crisis plan alone.
    only(&home, &[Section::AskForHelp, Section::Helps]).await;
    let (her, his) = (cookie(&home, home.ama).await, cookie_of(&session));
    let (before, seen) = (hospital(&home).await, home.world.exchange.standing(ama(&home)).await.unwrap());
    let page = get(&home, &his, &named(kofi)).await;
    let said = post(&home, &his, &page, &named(kofi), &[("as", "contact"), ("say", "rather-not")]).await;
    assert_eq!((said.status, said.header("location")), (303, Some(&*format!("{}?done=told", named(kofi)))), "{said:?}");
    let Act::SupporterChanged { supporter, change } = last_act(&home).await else { panic!("an act of his") };
    assert_eq!((supporter, change.as_str()), (kofi, "objected"));
    assert_eq!(hospital(&home).await, before, "it withholds nothing");
    assert_eq!(home.world.exchange.standing(ama(&home)).await.unwrap(), seen, "what she is deciding on is as it was");

    let sentence = "Kofi would rather not be named as someone to call or to turn to.";
    for path in ["/me".to_owned(), "/me/sharing".into(), format!("/me/plans/{}", home.plan)] {
        let page = text(&get(&home, &her, &path).await);
        assert!(page.contains(sentence), "{path}: {page}");
    }
    let sharing = get(&home, &her, "/me/sharing").await;
    let html = text(&sharing);
    assert!(html.contains("change the plan in your app") && html.contains("This part is open to Riverside Hospital."));
    let happened = text(&get(&home, &her, "/me/receipts").await);
    assert!(happened.contains("that they would rather not be named."), "{happened}");

    let item = contact(&home).await;
    let stop = "/me/sharing/objections/stop";
    let stopped = post(&home, &her, &sharing, stop, &[("item", &item.to_string())]).await;
    assert_eq!(stopped.status, 303, "{stopped:?}");
    let after = hospital(&home).await;
    assert!(before.contains(&item.to_string()) && !after.contains(&item.to_string()), "{after}");
    let app = home.app_of(home.ama, "patient/*.rs").await;
    let own = home.ask(Asked::new("GET", &format!("/plans/{}", home.plan)), Some(&app)).await;
    assert!(text(&own).contains(&item.to_string()), "her app sees it, to leave him out");
    let receipt = home.world.exchange.consent_receipts(ama(&home), None, 1).await.unwrap().0.remove(0);
    let receipt = text(&get(&home, &her, &format!("/me/sharing/receipts/{}", receipt.id)).await);
    assert!(receipt.contains("You let Riverside Hospital see less on "), "{receipt}");
    let sharing = text(&get(&home, &her, "/me/sharing").await);
    assert!(sharing.contains(sentence) && sharing.contains("No one else sees such a part right now."), "{sharing}");

    // He is told that it is not read any more, and can take back what he said.
    let page = get(&home, &his, &named(kofi)).await;
    assert!(text(&page).contains("I am fine with it now"), "{page:?}");
    let fine = post(&home, &his, &page, &named(kofi), &[("as", "contact"), ("say", "fine")]).await;
    assert_eq!(fine.status, 303, "{fine:?}");
    assert!(!text(&get(&home, &her, "/me/sharing").await).contains(sentence));
    let kept = home.world.exchange.kept_back(ama(&home)).await.unwrap();
    assert_eq!(kept.len(), 1);
    let _ = home.world.exchange.restore_consent(ama(&home), kept[0].id, kept[0].seen).await.unwrap();
    assert!(hospital(&home).await.contains(&item.to_string()), "she can open it again");
    let happened = text(&get(&home, &her, "/me/receipts").await);
    for line in ["that they are fine with being named.", "You stopped keeping something from Riverside Hospital"] {
        assert!(happened.contains(line), "{line}: {happened}");
    }
}

#[tokio::test]
async fn case_25_what_nobody_can_object_to_is_answered_as_what_is_not_there_and_changes_nothing() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (kofi, session) = kofi(&home).await;
    let (joyce, hers) = supporter(&home, home.ama, "Joyce").await;
    only(&home, &[Section::AskForHelp]).await;
    let her = cookie(&home, home.ama).await;
    let before = (home.world.exchange.supporters(ama(&home)).await.unwrap(), home.kept().await);
    for (session, tie, named_as, say, status) in [
        (&session, kofi, "agreement", "rather-not", 404),
        (&session, kofi, "contact", "fine", 404),
        (&session, joyce, "contact", "rather-not", 404),
        (&hers, kofi, "contact", "rather-not", 404),
        (&hers, joyce, "contact", "rather-not", 404),
        (&session, kofi, "diagnosis", "rather-not", 400),
        (&session, kofi, "contact", "never", 400),
        (&session, kofi, "", "", 400),
    ] {
        let answer = says(&home, session, tie, named_as, say).await;
        assert_eq!(answer.status, status, "{named_as} {say}: {answer:?}");
    }
    // Without the form that was made for it, and of what nobody objected to.
    let forged = Asked::new("POST", &named(kofi)).header("cookie", &cookie_of(&session));
    let forged = forged.body("application/x-www-form-urlencoded", "form=x&as=contact&say=rather-not");
    assert_eq!(home.world.call(&forged).await.status, 403);
    let item = contact(&home).await;
    let stop = home.world.exchange.stop_sharing_part(ama(&home), item).await;
    assert!(stop.is_err(), "nobody objected");
    assert_eq!((home.world.exchange.supporters(ama(&home)).await.unwrap(), home.kept().await), before);
    let _ = says(&home, &session, kofi, "contact", "rather-not").await;
    assert_eq!(says(&home, &session, kofi, "contact", "rather-not").await.status, 404, "said already");
    let page = get(&home, &her, "/me/sharing").await;
    let nowhere = "00000000-0000-4000-8000-0000000000ee";
    for (item, status) in [("", 400), ("x", 400), (nowhere, 404)] {
        let answer = post(&home, &her, &page, "/me/sharing/objections/stop", &[("item", item)]).await;
        assert_eq!(answer.status, status, "{item}: {answer:?}");
    }
    // Who is her supporter no more objects to nothing, and she reads of it no more.
    let _ = home.world.exchange.end_supporter(ama(&home), kofi).await.unwrap();
    assert_eq!(says(&home, &session, kofi, "contact", "fine").await.status, 404);
    assert!(home.world.exchange.objections(ama(&home)).await.unwrap().is_empty());
}
