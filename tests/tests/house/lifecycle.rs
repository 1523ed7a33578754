//! The life of a plan as record systems see it: in force, on a day, refused by the person, cancelled, over.

use sayso_consent::Themselves;
use sayso_exchange::Act;
use sayso_exchange::sharing::{Choice, Party};
use sayso_plan::proposal::Reply;
use sayso_plan::{Content, Lang, PlanDate, PlanId, Purpose, Section, State, Words};
use sayso_tests::world::{Asked, Observed};
use time::Duration;

use crate::home::{DIRECTIVE, Home, NUMBERS, id, number};
use crate::receipts::Visitor;

fn current(home: &Home, more: &str) -> Asked {
    let path =
        format!("/fhir/Patient/$current-plan?identifier={NUMBERS}%7C{}&kind=advance-directive{more}", number(home.ama));
    Asked::new("GET", &path)
}

async fn asks(home: &Home, asked: Asked) -> Observed {
    let token = home.ehr("system/*.rs").await;
    home.ask(asked, Some(&token)).await
}

/// The person changes a plan of hers.
async fn changes(home: &Home, plan: PlanId, change: impl FnOnce(&mut Content)) {
    let ama = Themselves::signed_in(home.ama);
    let now = home.world.exchange.own_plan(ama, plan).await.unwrap().unwrap();
    let mut content = now.get().as_content();
    change(&mut content);
    let base = now.fingerprint().to_string();
    let _ = home.world.exchange.write_own_plan(ama, Some((plan, &base)), content).await.unwrap();
}

fn words(text: &str) -> Words {
    Words::new(text.into(), Lang::try_from("en-GB").unwrap()).unwrap()
}

fn day(home: &Home, later: i64) -> PlanDate {
    PlanDate((home.world.now() + Duration::days(later)).date())
}

fn text(observed: &Observed) -> String {
    String::from_utf8_lossy(&observed.body).into_owned()
}

#[tokio::test]
async fn what_was_in_force_on_a_day_is_answered_as_it_stood_then() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let first = day(&home, 0);
    home.world.wait(Duration::days(10));
    changes(&home, home.directive, |content| {
        content.items.retain(|draft| draft.item.words.is_none());
        content.items.push(
            serde_json::from_value(serde_json::json!({
                "section": "place", "type": "preference", "about": {"kind": "place", "words": "home"},
                "words": {"text": "I want to be at home from now on.", "lang": "en-GB"},
                "voice": {"party": "self", "role": "person"}, "direction": "prefer", "intent": "wish",
            }))
            .unwrap(),
        );
    })
    .await;
    let now = text(&asks(&home, current(&home, "")).await);
    assert!(now.contains("at home from now on") && !now.contains("as it stood then"));
    let then = asks(&home, current(&home, &format!("&date={first}"))).await;
    assert_eq!(then.status, 200);
    assert!(!text(&then).contains("at home from now on") && text(&then).contains("as it stood then"));
    let before = asks(&home, current(&home, "&date=2020-01-01")).await;
    let nobody = asks(
        &home,
        Asked::new("GET", "/fhir/Patient/$current-plan?identifier=x%7C1&kind=advance-directive&date=2020-01-01"),
    )
    .await;
    assert_eq!((before.status, &before.body), (404, &nobody.body), "of a day before there is nothing to say");
    for wrong in ["&date=2026-02-30", "&date=yesterday", "&date=2026-01-01&date=2026-01-02"] {
        assert_eq!(asks(&home, current(&home, wrong)).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_day_before_the_permit_stays_closed() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let first = day(&home, 0);
    home.world.wait(Duration::days(3));
    // A change out of their sight ends nothing for them; one that they would see does.
    changes(&home, home.directive, |content| content.head.title = words("Second")).await;
    home.world.wait(Duration::days(1));
    let second = day(&home, 0);
    changes(&home, home.directive, |content| {
        let said = content.items.iter_mut().find(|draft| draft.item.share_level() != sayso_plan::Share::Close);
        said.unwrap().item.words = Some(words("Otherwise."));
    })
    .await;
    let ama = Themselves::signed_in(home.ama);
    let party = sayso_exchange::sharing::Party::Organization(crate::home::riverside());
    let _ = home.world.exchange.stop_sharing(ama, party).await.unwrap();
    home.world.wait(Duration::days(3));
    let all = sayso_exchange::sharing::Choice { sections: sayso_plan::Section::all().collect(), ..Default::default() };
    let _ = home.world.exchange.share(ama, party, sayso_plan::Purpose::Treat, &all, None).await.unwrap();
    assert_eq!(asks(&home, current(&home, "")).await.status, 200);
    assert_eq!(asks(&home, current(&home, &format!("&date={first}"))).await.status, 404);
    assert_eq!(asks(&home, current(&home, &format!("&date={second}"))).await.status, 404, "though it still stands");
    let today = day(&home, 0);
    home.world.wait(Duration::days(3));
    assert_eq!(asks(&home, current(&home, &format!("&date={today}"))).await.status, 200);
}

#[tokio::test]
async fn a_cancelled_directive_leaves_only_its_dated_stone_and_stop_sharing_is_another_act() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Themselves::signed_in(home.ama);
    let read = || Asked::new("GET", &format!("/fhir/CarePlan/{}", home.directive));
    let before = asks(&home, read()).await;
    assert!(before.json()["status"] == "active");
    let history = format!("/fhir/CarePlan/{}/_history", home.directive);
    let version = before.json()["meta"]["versionId"].as_str().unwrap().to_owned();
    let older = || Asked::new("GET", &format!("{history}/{version}"));
    let (in_force, past) = (day(&home, 0), || Asked::new("GET", &history));
    // What Riverside proposed, and what she answered.
    let system = async || home.ehr("system/*.rs system/Task.crs").await;
    let proposals = format!("/plans/{}/proposals", home.directive);
    let propose = || Asked::new("POST", &proposals).body("application/json", home.suggestion().to_string());
    let made = home.ask(propose(), Some(&system().await)).await;
    assert_eq!(made.status, 201, "{made:?}");
    let no = Reply::Decline(Some(words("It is too loud there.")));
    let id = made.json()["id"].as_str().unwrap().parse().unwrap();
    let _ = home.world.exchange.answer_proposal(ama, id, &no).await.unwrap();
    let answered = || Asked::new("GET", &proposals);
    assert!(text(&home.ask(answered(), Some(&system().await)).await).contains("too loud there"));
    assert_eq!(asks(&home, older()).await.status, 200);
    home.world.wait(Duration::days(1));
    assert_eq!(asks(&home, current(&home, &format!("&date={in_force}"))).await.status, 200);
    let why = words("I see it differently now. 🌱");
    let said = home.world.exchange.refuse_plan(ama, home.directive, Some(why), false).await.unwrap();
    assert_eq!(said.state, State::Cancelled, "no law is named, so nobody asks for more");
    let stone = asks(&home, read()).await;
    assert_eq!(stone.json()["status"], "revoked");
    assert!(text(&stone).contains("I see it differently now. 🌱") && text(&stone).contains("said no to this plan"));
    assert!(stone.json().get("activity").is_none() && stone.json().get("supportingInfo").is_none());
    let title =
        serde_json::from_str::<serde_json::Value>(DIRECTIVE).unwrap()["title"]["text"].as_str().unwrap().to_owned();
    assert!(!text(&stone).contains(&title), "nothing of what it said");
    assert_eq!(asks(&home, current(&home, "")).await.status, 404, "it is never taken for current");
    let stones = asks(&home, past()).await;
    assert!(stones.json()["total"] == 1 && !text(&stones).contains(&title), "nor what it once said: {stones:?}");
    assert_eq!(asks(&home, older()).await.status, 404, "an older version is none");
    assert_eq!(asks(&home, current(&home, &format!("&date={in_force}"))).await.status, 404, "nor of a day before");
    for path in [proposals.clone(), format!("/fhir/Task?patient={}", home.ama), format!("/fhir/Task/{id}")] {
        let answer = home.ask(Asked::new("GET", &path), Some(&system().await)).await;
        assert!(!text(&answer).contains("too loud there"), "{path}: {answer:?}");
    }
    assert_eq!(home.ask(propose(), Some(&system().await)).await.status, 404, "nor is there anything to propose to");
    let visitor = Visitor::of(&home, home.ama).await;
    let told = visitor.get(&home, "/me/receipts").await.text;
    assert!(told.contains("and nothing that stood in it."), "{told}");
    let app = home.app_of(home.ama, "patient/*.rs").await;
    assert!(home.ask(past(), Some(&app)).await.json()["total"].as_u64().unwrap() > 1, "her own app has what she wrote");
    let own = home.world.exchange.own_plan(ama, home.directive).await.unwrap().unwrap();
    assert!(!own.get().items.is_empty(), "the person keeps their words");
    let party = sayso_exchange::sharing::Party::Organization(crate::home::riverside());
    let _ = home.world.exchange.stop_sharing(ama, party).await.unwrap();
    assert_eq!(asks(&home, read()).await.status, 404);
}

#[tokio::test]
async fn where_the_law_asks_for_witnesses_a_no_is_shown_first_until_it_has_its_form() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Themselves::signed_in(home.ama);
    changes(&home, home.directive, |content| {
        content.head.jurisdiction = Some("GB-SCT".parse().unwrap());
        content.head.instrument = Some("gb-sct-statement".parse().unwrap());
    })
    .await;
    let said = home.world.exchange.refuse_plan(ama, home.directive, Some(words("No.")), false).await.unwrap();
    assert_eq!(said.state, State::RevokeRequested);
    let shown = asks(&home, current(&home, "")).await;
    let narrative = shown.json()["entry"][0]["resource"]["text"]["div"].as_str().unwrap().to_owned();
    let place = |what: &str| narrative.find(what).unwrap_or_else(|| panic!("{what}: {narrative}"));
    assert!(place("said no to this plan") < place("<h2>"), "{narrative}");
    let care_plan = asks(&home, Asked::new("GET", &format!("/fhir/CarePlan/{}", home.directive))).await;
    assert!(care_plan.json()["status"] == "active" && text(&care_plan).contains("revoke-requested"));
    assert!(home.world.exchange.refuse_plan(ama, home.directive, None, false).await.is_err(), "it was said already");
    let said = home.world.exchange.refuse_plan(ama, home.directive, None, true).await.unwrap();
    assert_eq!(said.state, State::Cancelled);
}

#[tokio::test]
async fn what_is_past_its_day_is_not_current_and_ends_and_a_directive_says_that_it_is_past() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Themselves::signed_in(home.ama);
    let last = day(&home, 5);
    for plan in [home.plan, home.directive] {
        changes(&home, plan, |content| content.head.until = Some(last)).await;
    }
    let joint = || {
        Asked::new(
            "GET",
            &format!("/fhir/Patient/$current-plan?identifier={NUMBERS}%7C{}&kind=joint-crisis-plan", number(home.ama)),
        )
    };
    assert_eq!(asks(&home, joint()).await.status, 200);
    assert_eq!(home.world.exchange.end_plans().await.unwrap(), 0);
    home.world.wait(Duration::days(6));
    assert_eq!(asks(&home, joint()).await.status, 404, "also before anything was moved");
    let directive = asks(&home, current(&home, "")).await;
    assert!(directive.status == 200 && text(&directive).contains("past its date"), "{}", text(&directive));
    assert_eq!(home.world.exchange.end_plans().await.unwrap(), 1);
    assert_eq!(home.world.exchange.end_plans().await.unwrap(), 0);
    let own = home.world.exchange.own_plan(ama, home.plan).await.unwrap().unwrap();
    assert_eq!(own.get().state, State::Ended);
}

#[tokio::test]
async fn what_a_hospital_saw_at_a_time_is_told_by_the_record_of_its_looks() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (ama, riverside) = (Themselves::signed_in(home.ama), crate::home::riverside());
    let party = Party::Organization(riverside);
    let mut looks = Vec::new();
    for sections in [vec![Section::Helps], vec![Section::Helps, Section::Harms], vec![]] {
        let choice = Choice { sections: sections.iter().copied().collect(), ..Choice::default() };
        let _ = home.world.exchange.share(ama, party, Purpose::Treat, &choice, None).await.unwrap();
        let answer = asks(&home, Asked::new("GET", &format!("/fhir/CarePlan/{}", home.plan))).await;
        assert_eq!(answer.status, if sections.is_empty() { 404 } else { 200 });
        looks.push((home.world.now(), sections));
        home.world.wait(Duration::days(3));
        changes(&home, home.plan, |content| content.head.title = words(&format!("After {} looks", looks.len()))).await;
    }
    let happened = home.world.exchange.happened(ama, None, 200).await.unwrap();
    for (time, sections) in looks {
        let last = happened.iter().find(|one| one.at <= time && one.organization == Some(riverside)).unwrap();
        let seen: Vec<Section> = match last.act.as_ref().unwrap() {
            Act::ReadAllowed { shown, .. } => shown.iter().flat_map(|one| one.sections.clone()).collect(),
            Act::ReadRefused { .. } => Vec::new(),
            other => panic!("{other:?}"),
        };
        assert_eq!(seen, sections, "at {time}");
    }
}

/// What is on record as shown at the last look of the hospital.
async fn last_shown(home: &Home) -> Vec<Vec<Section>> {
    let ama = Themselves::signed_in(home.ama);
    let happened = home.world.exchange.happened(ama, None, 200).await.unwrap();
    let last = happened.iter().find(|one| one.organization == Some(crate::home::riverside())).unwrap();
    match last.act.as_ref().unwrap() {
        Act::ReadAllowed { shown, .. } => shown.iter().map(|one| one.sections.clone()).collect(),
        Act::ReadRefused { .. } => Vec::new(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_older_versions_showed_is_on_record() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let party = Party::Organization(crate::home::riverside());
    let both = Choice { sections: [Section::Strengths, Section::Helps].into(), ..Choice::default() };
    let ama = Themselves::signed_in(home.ama);
    let _ = home.world.exchange.share(ama, party, Purpose::Treat, &both, None).await.unwrap();
    let read = || Asked::new("GET", &format!("/fhir/CarePlan/{}", home.plan));
    let version = asks(&home, read()).await.json()["meta"]["versionId"].as_str().unwrap().to_owned();
    assert_eq!(last_shown(&home).await, [[Section::Strengths, Section::Helps]]);
    home.world.wait(Duration::days(1));
    changes(&home, home.plan, |content| content.items.retain(|one| one.item.section != Section::Strengths)).await;
    let now = asks(&home, read()).await.json()["meta"]["versionId"].as_str().unwrap().to_owned();
    assert_eq!(last_shown(&home).await, [[Section::Helps]]);
    let history = format!("/fhir/CarePlan/{}/_history", home.plan);
    for (path, shown) in [
        (history.clone(), vec![vec![Section::Strengths, Section::Helps]]),
        (format!("{history}/{version}"), vec![vec![Section::Strengths, Section::Helps]]),
        (format!("{history}/{now}"), vec![vec![Section::Helps]]),
        (format!("{history}/{}", "0".repeat(32)), Vec::new()),
    ] {
        let answer = asks(&home, Asked::new("GET", &path)).await;
        assert_eq!(answer.status, if shown.is_empty() { 404 } else { 200 }, "{path}");
        assert_eq!(last_shown(&home).await, shown, "{path}");
    }
    let page = Visitor::of(&home, home.ama).await.get(&home, "/me/receipts").await.text;
    assert!(page.contains("there is no such older text for them"), "{page}");
    // And what was not shown is not held: nothing is told to be gone when she stops.
    let (token, stops) = (home.other_ehr("system/*.rs").await, Party::Organization(id(0x02)));
    let _ = home.world.exchange.share(ama, stops, Purpose::Treat, &both, None).await.unwrap();
    let none = Asked::new("GET", &format!("{history}/{}", "0".repeat(32)));
    assert_eq!(home.ask(none, Some(&token)).await.status, 404);
    let _ = home.world.exchange.stop_sharing(ama, stops).await.unwrap();
    let gone = home.ask(Asked::new("GET", "/fhir/CarePlan/_history?_since=2026-05-01T00:00:00Z"), Some(&token)).await;
    assert!(!text(&gone).contains(&home.plan.to_string()), "{gone:?}");
}

#[tokio::test]
async fn a_plan_for_another_time_takes_the_place_of_none_that_is_in_force() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let app = home.app_of(home.ama, "patient/*.cruds").await;
    let (later, past) = (day(&home, 400), day(&home, -400));
    for (from, until) in [(later, None), (day(&home, -800), Some(past))] {
        let mut plan: serde_json::Value = serde_json::from_str(DIRECTIVE).unwrap();
        plan["from"] = from.to_string().into();
        if let Some(until) = until {
            plan["until"] = until.to_string().into();
        }
        // Of another kind of law it would stand beside the other.
        let sent = Asked::new("POST", "/plans").body("application/json", plan.to_string());
        let answer = home.ask(sent, Some(&app)).await;
        assert_eq!(answer.status, if until.is_some() { answer.status } else { 409 }, "{answer:?}");
        let now = asks(&home, current(&home, "")).await;
        assert_eq!(now.status, 200, "what is in force stays in force");
    }
}

#[tokio::test]
async fn a_plan_whose_time_is_over_is_seen_by_no_system_before_it_is_written_that_it_ended() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let read = || Asked::new("GET", &format!("/fhir/CarePlan/{}", home.plan));
    let search = || Asked::new("GET", &format!("/fhir/CarePlan?patient={}", home.ama));
    let until = day(&home, 3);
    changes(&home, home.plan, |content| content.head.until = Some(until)).await;
    let before = asks(&home, read()).await;
    assert!(before.status == 200 && text(&before).contains("In force within its dates"), "{before:?}");
    home.world.wait(Duration::days(5));
    assert_eq!(asks(&home, read()).await.status, 404);
    assert!(!text(&asks(&home, search()).await).contains(&home.plan.to_string()));
    let app = home.app_of(home.ama, "patient/*.rs").await;
    assert_eq!(home.ask(read(), Some(&app)).await.status, 200, "her own app still has it");
}

#[tokio::test]
async fn a_time_that_cannot_be_compared_is_refused_and_not_answered_with_nothing() {
    let _honest = crate::honest();
    let home = Home::open().await;
    for wrong in ["2026", "ne2026-01-01", "sa2026-01-01", "ap2026-01", "gt2026-11-28T17:00:00", "gt2026-13-01", "", "x"]
    {
        let asked = Asked::new("GET", &format!("/fhir/CarePlan?patient={}&_lastUpdated={wrong}", home.ama));
        assert_eq!(asks(&home, asked).await.status, 400, "{wrong}");
    }
    let asked = Asked::new("GET", &format!("/fhir/CarePlan?patient={}&_lastUpdated=ge2020-01-01", home.ama));
    assert!(asks(&home, asked).await.json()["total"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn on_the_page_of_choices_stands_what_is_in_force_also_while_she_looks_at_it_again() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let visitor = Visitor::of(&home, home.ama).await;
    let place = format!("/me/sharing/{}", crate::home::riverside());
    let before = visitor.get(&home, &place).await.text;
    let helps =
        |page: &str| page.split("id=\"help-helps\">").nth(1).map(|rest| rest.split('<').next().unwrap().to_owned());
    assert!(helps(&before).is_some_and(|count| count.contains("you wrote")), "{before}");
    for plan in [home.plan, home.directive] {
        changes(&home, plan, |content| content.status = State::UnderReview).await;
    }
    let read = Asked::new("GET", &format!("/fhir/CarePlan/{}", home.plan));
    assert_eq!(asks(&home, read).await.status, 200, "they see it as before");
    let after = visitor.get(&home, &place).await.text;
    assert_eq!(helps(&after), helps(&before));
    assert!(!after.contains("no plan in force"));
}

#[tokio::test]
async fn a14_a22_of_a_plan_that_is_kept_from_it_an_app_hears_at_most_that_one_is_in_force() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let app = home.app_of(home.ama, "patient/*.cruds").await;
    let ours = |kind: &str, list: &str| format!("https://sayso.example/fhir/{kind}/{list}");
    let mut no = home.refusal();
    let provision = no["provision"].as_object_mut().unwrap();
    provision.remove("purpose");
    provision["securityLabel"][0] =
        serde_json::json!({"system": ours("CodeSystem", "plan-tag"), "code": home.directive.to_string()});
    provision["actor"][0]["reference"] = serde_json::json!({
        "type": "Device", "identifier": {"system": ours("NamingSystem", "app"), "value": crate::home::app()},
    });
    assert_eq!(home.sent(&no).await.status, 201);
    let read = home.ask(Asked::new("GET", &format!("/plans/{}", home.directive)), Some(&app)).await;
    assert_eq!(read.status, 404, "it is kept from it");
    let put_in_force = || async {
        let mut plan: serde_json::Value = serde_json::from_str(DIRECTIVE).unwrap();
        plan["status"] = "active".into();
        // An app to which something is closed writes none.
        plan.as_object_mut().unwrap().remove("formalities");
        let items = plan["items"].to_string();
        plan["parties"].as_array_mut().unwrap().retain(|party| items.contains(&party["id"].to_string()));
        let sent = Asked::new("POST", "/plans").body("application/json", plan.to_string());
        home.ask(sent, Some(&app)).await
    };
    let first = put_in_force().await;
    assert_eq!(first.status, 409, "{first:?}");
    changes(&home, home.directive, |content| {
        content.head.title = words("Quite another one");
        let said = content.items.iter_mut().find(|draft| draft.item.words.is_some());
        said.unwrap().item.words = Some(words("Otherwise."));
    })
    .await;
    assert_eq!(put_in_force().await, first, "whatever it says");
    assert!(!text(&first).contains(&home.directive.to_string()));
}

#[tokio::test]
async fn of_a_plan_whose_time_is_over_no_page_says_that_somebody_sees_it() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let visitor = Visitor::of(&home, home.ama).await;
    let place = format!("/me/sharing/{}", crate::home::riverside());
    let until = day(&home, 3);
    for plan in [home.plan, home.directive] {
        changes(&home, plan, |content| content.head.until = Some(until)).await;
    }
    let why = format!("{place}/why?purpose=TREAT");
    let fields = "purpose=TREAT&seen=0&section=helps&section=strengths";
    assert!(visitor.get(&home, &why).await.text.contains("They see this."));
    let before = visitor.post(&home, &format!("{place}/preview"), fields).await.text;
    assert_eq!(before.matches("<article class=\"shown\">").count(), 2);
    home.world.wait(Duration::days(5));
    let visitor = Visitor::of(&home, home.ama).await;
    // The directive is shown with the facts: nobody attests a time of incapacity yet.
    let page = visitor.get(&home, &why).await.text;
    assert!(page.contains("The plan is a draft, was replaced, or its time is over."), "{page}");
    let after = visitor.post(&home, &format!("{place}/preview"), fields).await.text;
    assert_eq!(after.matches("<article class=\"shown\">").count(), 1);
    assert_eq!(asks(&home, Asked::new("GET", &format!("/fhir/CarePlan/{}", home.plan))).await.status, 404);
}
