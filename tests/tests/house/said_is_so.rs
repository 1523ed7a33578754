//! What the person reads on the pages about sharing is what others then get: of services that are let in as a class, of
//! what an app asked for as a whole, of what begins later, and of what waits behind a no that ends.

use sayso_consent::{Consent, Effect, Known, Origin, Period, Provision, Purposes, Recipient, Status, What};
use sayso_exchange::sharing::{Choice, Party};
use sayso_plan::{ClientId, ConsentId, OrganizationId, PractitionerId, ProvisionId, Purpose, Section};
use sayso_tests::world::Asked;
use serde_json::{Value, json};
use time::Duration;

use crate::consents::{ALL, FHIR, confirm, put, send};
use crate::home::{HER_WORDS, Home, id, riverside};
use crate::receipts::{Visitor, instant};
use crate::supporters::supporter;

pub(crate) fn lantern() -> OrganizationId {
    id(0x03)
}

/// A token of a crisis service that asks in an emergency.
pub(crate) async fn line(home: &Home) -> String {
    let client: ClientId = id(0x0c);
    home.world.organization(lantern(), "Lantern Line").await;
    home.world.system(client, lantern(), "crisis-service", &["ETREAT"]).await;
    home.world.token(client, None, "system/*.rs", 77).await
}

fn harbour() -> OrganizationId {
    id(0x02)
}

/// A permit to Harbour with this label.
fn permit(home: &Home, system: &str, code: &str) -> Value {
    let mut permit = home.permit_with(system, code);
    let inside = &mut permit["provision"]["provision"][0];
    inside["actor"][0]["reference"]["identifier"]["value"] = harbour().to_string().into();
    permit
}

pub(crate) async fn sees(home: &Home, token: &str) -> bool {
    let asked = Asked::new("GET", &format!("/fhir/CarePlan?patient={}", home.ama));
    home.ask(asked, Some(token)).await.json()["total"].as_u64().unwrap() > 0
}

#[tokio::test]
async fn of_a_crisis_service_she_reads_what_it_sees_by_its_class_too() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let token = line(&home).await;
    let place = format!("/me/sharing/{}", lantern());
    assert!(ama.get(&home, "/me/sharing/others").await.text.contains("You have not said anything yet."));
    let helps = Choice { sections: [Section::Helps].into(), ..Choice::default() };
    let her = ama.themselves();
    let _ = home.world.exchange.share(her, Party::CrisisServices, Purpose::Etreat, &helps, None).await.unwrap();
    assert!(sees(&home, &token).await);

    let by_class = "They are a crisis service.";
    for page in ["/me/sharing/others", place.as_str()] {
        assert!(ama.get(&home, page).await.text.contains(by_class), "{page}");
    }
    let why = ama.get(&home, &format!("{place}/why?purpose=ETREAT")).await.text;
    assert!(why.contains("They see this."), "{why}");
    let (seen, _) = home.world.exchange.standing(her).await.unwrap();
    let preview =
        ama.post(&home, &format!("{place}/preview"), &format!("purpose=ETREAT&seen={seen}&section=place")).await;
    assert!(preview.text.contains("red scarf"), "what they see by their class: {preview:?}");
    let app = home.app_of(home.ama, ALL).await;
    let asked = json!({"resourceType": "Parameters", "parameter": [
        {"name": "organization", "valueId": lantern()}, {"name": "purpose", "valueCode": "ETREAT"}]});
    let asked = Asked::new("POST", "/fhir/Consent/$preview").body(FHIR, asked.to_string());
    assert!(home.ask(asked, Some(&app)).await.shows_something());

    // A no to them by name that an app sends keeps it from them, and she reads so until she ends it.
    let mut no = home.refusal();
    let provision = no["provision"].as_object_mut().unwrap();
    provision["actor"][0]["reference"]["identifier"]["value"] = lantern().to_string().into();
    drop((provision.remove("securityLabel"), provision.remove("purpose")));
    assert_eq!(home.sent(&no).await.status, 201);
    assert!(!sees(&home, &token).await);
    for page in ["/me/sharing/others", place.as_str()] {
        assert!(!ama.get(&home, page).await.text.contains(by_class), "{page}");
    }
    let kept = home.world.exchange.kept_back(her).await.unwrap();
    let _ = home.world.exchange.restore_consent(her, kept[0].id, kept[0].seen).await.unwrap();
    assert!(sees(&home, &token).await);

    // Stopping with them by name leaves what is open to their class, and she is told so.
    let _ =
        home.world.exchange.share(her, Party::Organization(lantern()), Purpose::Etreat, &helps, None).await.unwrap();
    let stopped = ama.post(&home, &format!("{place}/stop"), "").await;
    assert!(sees(&home, &token).await && stopped.text.contains(by_class), "{stopped:?}");
    let stopped = ama.post(&home, "/me/sharing/crisis-services/stop", "").await;
    assert!(!sees(&home, &token).await && !stopped.text.contains(by_class), "{stopped:?}");
}

#[tokio::test]
async fn what_an_app_asked_for_as_a_whole_is_told_ticked_and_stopped_like_anything() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let (app, other) = (home.app_of(home.ama, ALL).await, home.other_ehr("system/*.rs").await);
    let plan_tag = "https://sayso.example/fhir/CodeSystem/plan-tag";
    let levels = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
    let place = format!("/me/sharing/{}", harbour());
    for (system, code, told) in
        [(plan_tag, home.plan.to_string(), "1 whole plan"), (levels, "R".to_owned(), "all but very private things")]
    {
        let sent = send(&home, &app, &permit(&home, system, &code)).await;
        assert_eq!(sent.status, 201, "{sent:?}");
        let _ = confirm(&home).await;
        assert!(sees(&home, &other).await);
        for page in ["/me/sharing", place.as_str()] {
            let page = ama.get(&home, page).await.text;
            assert!(page.contains(told) && page.contains(&format!("{place}/stop")), "{page}");
        }
        // Saving the page with the box ticked keeps it; without, it ends.
        let (seen, standing) = home.world.exchange.standing(ama.themselves()).await.unwrap();
        let open = standing.iter().find(|one| one.party == Party::Organization(harbour())).unwrap().open.clone();
        let box_of = if open.plans.is_empty() { "level=care".to_owned() } else { format!("plan={}", home.plan) };
        let saved = ama.post(&home, &format!("{place}/share"), &format!("purpose=TREAT&seen={seen}&{box_of}")).await;
        assert!(saved.status == 303 && sees(&home, &other).await, "{saved:?}");
        let (seen, _) = home.world.exchange.standing(ama.themselves()).await.unwrap();
        let _ = ama.post(&home, &format!("{place}/share"), &format!("purpose=TREAT&seen={seen}")).await;
        assert!(!sees(&home, &other).await);
    }
    // And it stops with the rest.
    let _ = send(&home, &app, &permit(&home, plan_tag, &home.plan.to_string())).await;
    let (seen, waiting) = home.world.exchange.waiting_consents(ama.themselves()).await.unwrap();
    let confirm = format!("/me/sharing/proposed/{}/confirm", waiting[0].id);
    let twice = [(); 2].map(|()| format!("seen={seen}"));
    for fields in &twice {
        // The second of two clicks finds it shared, and says nothing else.
        assert_eq!(ama.post(&home, &confirm, fields).await.status, 303);
    }
    assert!(sees(&home, &other).await);
    // It ends before what she opens beside it now, and the page says which end it tells.
    let (seen, _) = home.world.exchange.standing(ama.themselves()).await.unwrap();
    let both = format!("purpose=TREAT&seen={seen}&plan={}&section=helps", home.plan);
    let _ = ama.post(&home, &format!("{place}/share"), &both).await;
    let page = ama.get(&home, "/me/sharing").await.text;
    assert!(page.contains("The first of it ends by itself on 31 December."), "{page}");
    let stopped = ama.post(&home, &format!("{place}/stop"), "").await;
    assert!(stopped.status == 200 && !sees(&home, &other).await);
}

#[tokio::test]
async fn behind_a_no_that_ends_she_reads_what_the_permit_will_show_then() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let token = home.other_ehr("system/Consent.c system/CarePlan.rs").await;
    let mut no = home.refusal();
    no["provision"]["actor"][0]["reference"]["identifier"]["value"] = harbour().to_string().into();
    no["provision"].as_object_mut().unwrap().remove("securityLabel");
    no["provision"]["period"] = json!({"end": instant(home.world.now() + Duration::minutes(5))});
    assert_eq!(send(&home, &token, &no).await.status, 202);
    let helps = permit(&home, "https://sayso.example/fhir/CodeSystem/plan-section", "helps");
    assert_eq!(send(&home, &token, &helps).await.status, 202);
    let page = ama.get(&home, "/me/sharing").await.text;
    assert!(page.contains("Harbour Clinic would newly see:") && !page.contains("would see nothing new"), "{page}");
    let _ = confirm(&home).await;
    assert!(!sees(&home, &token).await);
    let page = ama.get(&home, "/me/sharing").await.text;
    assert!(page.contains("A no of yours keeps all of it closed right now."), "{page}");
    home.world.wait(Duration::minutes(6));
    assert!(sees(&home, &token).await);
    assert!(!ama.get(&home, "/me/sharing").await.text.contains("keeps all of it closed"));
}

#[tokio::test]
async fn a_permit_that_begins_later_is_told_as_that_and_stays_when_she_decides_about_now() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let (app, other) = (home.app_of(home.ama, ALL).await, home.other_ehr("system/*.rs").await);
    let mut later = permit(&home, "https://sayso.example/fhir/CodeSystem/plan-section", "helps");
    let begins = home.world.now() + Duration::days(3);
    later["provision"]["provision"][0]["period"]["start"] = instant(begins).into();
    assert_eq!(send(&home, &app, &later).await.status, 201);
    assert!(ama.get(&home, "/me/sharing").await.text.contains("It begins on 31 May."));
    let _ = confirm(&home).await;
    let place = format!("/me/sharing/{}", harbour());
    for page in ["/me", "/me/sharing", place.as_str()] {
        let page = ama.get(&home, page).await.text;
        assert!(page.contains("Not yet open. From 31 May: What helps."), "{page}");
    }
    assert!(!ama.get(&home, &place).await.text.contains("value=\"helps\" aria-describedby=\"help-helps\" checked"));
    // She opens it now too, and closes that again: what begins later is as it was.
    for (fields, now) in [("&section=helps", true), ("", false)] {
        let (seen, _) = home.world.exchange.standing(ama.themselves()).await.unwrap();
        let _ = ama.post(&home, &format!("{place}/share"), &format!("purpose=TREAT&seen={seen}{fields}")).await;
        assert_eq!(sees(&home, &other).await, now);
    }
    home.world.wait(Duration::days(4));
    assert!(sees(&home, &other).await);
    let ama = Visitor::of(&home, home.ama).await;
    let _ = ama.post(&home, &format!("{place}/stop"), "").await;
    assert!(!sees(&home, &other).await);
}

#[tokio::test]
async fn a_yes_is_possible_only_to_somebody_who_supports_her() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let app = home.app_of(home.ama, ALL).await;
    let (kofi, _) = supporter(&home, home.ama, "kofi").await;
    let (others, _) = supporter(&home, home.bea, "joyce").await;
    for (who, possible) in [(others, false), (id(0xfe), false), (kofi, true)] {
        let mut sent = home.permit();
        let inside = &mut sent["provision"]["provision"][0];
        inside["purpose"][0]["code"] = "SUPNWK".into();
        inside["actor"][0]["reference"] = json!({"identifier": {
            "system": "https://sayso.example/fhir/NamingSystem/supporter", "value": who.to_string()
        }});
        let answer = send(&home, &app, &sent).await;
        assert_eq!(answer.status, 201, "an app is not told who supports her: {answer:?}");
        let (seen, waiting) = home.world.exchange.waiting_consents(ama.themselves()).await.unwrap();
        assert_eq!((waiting.len(), waiting[0].is_possible), (1, possible));
        let page = ama.get(&home, "/me/sharing").await.text;
        let (confirm, decline) =
            ["confirm", "decline"].map(|end| format!("/me/sharing/proposed/{}/{end}", waiting[0].id)).into();
        assert_eq!(page.contains(&format!("action=\"{confirm}\"")), possible, "{page}");
        assert_eq!(page.contains("It names somebody who does not support you now."), !possible, "{page}");
        let said = ama.post(&home, &confirm, &format!("seen={seen}")).await;
        assert_eq!(said.status, if possible { 303 } else { 409 }, "{}", said.text);
        if !possible {
            assert_eq!(ama.post(&home, &decline, "").await.status, 303);
            let receipt = ama.receipts(&home).await[0];
            let page = ama.receipt(&home, receipt).await.0;
            assert!(!page.contains("They do not support you any more."), "they never did: {page}");
        }
    }
    assert!(home.world.exchange.waiting_consents(ama.themselves()).await.unwrap().1.is_empty());
}

/// A permit of Ama's for nine days, that no page of hers makes.
pub(crate) fn permit_of(home: &Home, number: u8, recipient: Recipient, what: What) -> Consent {
    let now = home.world.now();
    let provision = Provision {
        id: ProvisionId::from_random([number; 16]),
        effect: Effect::Permit,
        recipient: Known::Is(recipient),
        purposes: Known::Is(Purposes::Only(Purpose::Treat)),
        what: Known::Is(what),
        period: Known::Is(Period { from: now, until: now + Duration::days(9) }),
        even_in_emergency: false,
        after_death: false,
    };
    Consent {
        id: ConsentId::from_random([number; 16]),
        person: home.ama,
        status: Known::Is(Status::Active),
        origin: Origin::Person,
        given_at: now,
        withdrawn_at: None,
        earlier_of: None,
        narrowed_at: None,
        sent: None,
        provisions: vec![provision],
    }
}

#[tokio::test]
async fn what_is_open_to_somebody_who_works_at_a_place_stops_with_the_place() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let works_there = Recipient::Practitioner(harbour(), PractitionerId::from_random([2; 16]));
    let consent = permit_of(&home, 3, works_there, What::Section(Section::Helps));
    assert!(home.world.put_consent(consent).await);
    let place = format!("/me/sharing/{}", harbour());
    assert!(ama.get(&home, "/me/sharing").await.text.contains(&format!("{place}/stop")));
    let _ = ama.post(&home, &format!("{place}/stop"), "").await;
    let (_, standing) = home.world.exchange.standing(ama.themselves()).await.unwrap();
    assert!(!standing.iter().any(|one| one.party == Party::Organization(harbour())), "{standing:?}");
}

#[tokio::test]
async fn what_is_open_to_one_who_works_at_a_place_is_never_opened_to_the_place_by_saving_its_page() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let works_there = Recipient::Practitioner(harbour(), PractitionerId::from_random([2; 16]));
    assert!(home.world.put_consent(permit_of(&home, 3, works_there, What::Section(Section::Harms))).await);
    let place = format!("/me/sharing/{}", harbour());
    for page in ["/me/sharing", place.as_str()] {
        let text = ama.get(&home, page).await.text;
        assert!(text.contains("Someone who works there sees: What makes it worse"), "{page}: {text}");
    }
    let page = ama.get(&home, &place).await.text;
    let ticked = page.split("<input").find(|one| one.contains("id=\"section-harms\"")).unwrap();
    assert!(!ticked.contains("checked"), "{ticked}");
    for fields in ["&section=helps", "", ""] {
        let (seen, _) = home.world.exchange.standing(ama.themselves()).await.unwrap();
        let fields = format!("purpose=TREAT&seen={seen}{fields}");
        let preview = ama.post(&home, &format!("{place}/preview"), &fields).await.text;
        assert!(preview.contains("Someone who works there sees"), "{preview}");
        assert_eq!(ama.post(&home, &format!("{place}/share"), &fields).await.status, 303);
        let (_, standing) = home.world.exchange.standing(ama.themselves()).await.unwrap();
        let here = standing.iter().find(|one| one.party == Party::Organization(harbour())).unwrap();
        assert!(!here.open.sections.contains(&Section::Harms) && here.someone.sections.contains(&Section::Harms));
    }
    let happened = ama.get(&home, "/me/receipts").await.text;
    assert_eq!(happened.matches("For Harbour Clinic all stayed as it was").count(), 1, "the last time: {happened}");
}

#[tokio::test]
async fn what_a_service_sees_by_its_name_stands_in_the_preview_where_its_class_is_told_no() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    home.world.organization(lantern(), "Lantern Line").await;
    home.world.system(id(0x0c), lantern(), "crisis-service", &["ETREAT"]).await;
    home.world.system(id(0x0d), lantern(), "ehr", &["ETREAT"]).await;
    let _ = home.world.exchange.refuse(ama.themselves(), Party::CrisisServices, false).await.unwrap();
    let place = format!("/me/sharing/{}", lantern());
    let (seen, _) = home.world.exchange.standing(ama.themselves()).await.unwrap();
    let fields = format!("purpose=ETREAT&seen={seen}&section=helps");
    let preview = ama.post(&home, &format!("{place}/preview"), &fields).await.text;
    assert!(preview.contains("class=\"shown\"") && !preview.contains("They will see nothing"), "{preview}");
    assert_eq!(ama.post(&home, &format!("{place}/share"), &fields).await.status, 303);
    for (client, is_seen) in [(0x0c, false), (0x0d, true)] {
        let token = home.world.token(id(client), None, "system/*.rs", u64::from(client)).await;
        assert_eq!(sees(&home, &token).await, is_seen, "{client:#x}");
    }
    let why = ama.get(&home, &format!("{place}/why?purpose=ETREAT")).await.text;
    assert!(why.contains("They see this."), "{why}");
}

#[tokio::test]
async fn the_second_click_on_a_button_that_ends_a_no_says_what_is_so() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let place = format!("/me/sharing/{}", riverside());
    let _ = ama.post(&home, &format!("{place}/never"), "").await;
    let (seen, _) = home.world.exchange.standing(ama.themselves()).await.unwrap();
    for _click in 0..2 {
        let ended = ama.post(&home, &format!("{place}/never/end"), &format!("seen={seen}")).await;
        assert_eq!(ended.status, 303, "{}", ended.text);
    }
    let app = home.app_of(home.ama, ALL).await;
    assert_eq!(send(&home, &app, &home.refusal()).await.status, 201);
    let kept = home.world.exchange.kept_back(ama.themselves()).await.unwrap().remove(0);
    for _click in 0..2 {
        let path = format!("/me/sharing/kept/{}/restore", kept.id);
        let restored = ama.post(&home, &path, &format!("seen={}", kept.seen)).await;
        assert_eq!(restored.status, 303, "{}", restored.text);
    }
}

#[tokio::test]
async fn of_what_is_proposed_for_two_times_she_reads_both_and_answers_each() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let app = home.app_of(home.ama, ALL).await;
    let mut sent = permit(&home, "https://sayso.example/fhir/CodeSystem/plan-section", "helps");
    let mut later = sent["provision"]["provision"][0].clone();
    later["securityLabel"][0]["code"] = "harms".into();
    later["period"]["start"] = instant(home.world.now() + Duration::days(9)).into();
    sent["provision"]["provision"].as_array_mut().unwrap().push(later);
    assert_eq!(send(&home, &app, &sent).await.status, 201);
    let (_, waiting) = home.world.exchange.waiting_consents(ama.themselves()).await.unwrap();
    let told: Vec<(usize, bool)> = waiting.iter().map(|one| (one.whats.len(), one.from.is_some())).collect();
    assert!(told.contains(&(1, false)) && told.contains(&(1, true)) && told.len() == 2, "{told:?}");
}

#[tokio::test]
async fn what_waits_for_her_keeps_one_begin_and_one_end() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let app = home.app_of(home.ama, ALL).await;
    let mut sent = permit(&home, "https://sayso.example/fhir/CodeSystem/plan-section", "helps");
    let mut beside = sent["provision"]["provision"][0].clone();
    beside["securityLabel"][0]["code"] = "harms".into();
    sent["provision"]["provision"].as_array_mut().unwrap().push(beside);
    let kept = send(&home, &app, &sent).await;
    let (etag, kept) = (kept.etag().unwrap().to_owned(), kept.json());
    let sooner: Value = instant(home.world.now() + Duration::days(2)).into();
    let mut two = kept.clone();
    two["provision"]["provision"][1]["period"]["end"] = sooner.clone();
    let refused = put(&home, &app, &two, &etag).await;
    let place = &refused.json()["issue"][0]["expression"][0];
    assert_eq!((refused.status, place), (422, &json!("Consent.provision.provision.period")), "{refused:?}");
    // What stood once is not taken up twice.
    let mut twice = kept.clone();
    let mut again = twice["provision"]["provision"][0].clone();
    again["period"]["end"] = sooner.clone();
    twice["provision"]["provision"].as_array_mut().unwrap().push(again);
    assert_eq!(put(&home, &app, &twice, &etag).await.status, 422);
    let first = twice["provision"]["provision"][0].clone();
    twice["provision"]["provision"][2] = first;
    let refused = put(&home, &app, &twice, &etag).await;
    let place = &refused.json()["issue"][0]["expression"][0];
    assert_eq!((refused.status, place), (422, &json!("Consent.provision.provision.period")), "{refused:?}");
    let waiting = async || home.world.exchange.waiting_consents(ama.themselves()).await.unwrap().1;
    assert_eq!(waiting().await.iter().map(|one| one.whats.len()).collect::<Vec<_>>(), [2]);
    let mut both = kept.clone();
    for one in both["provision"]["provision"].as_array_mut().unwrap() {
        one["period"]["end"] = sooner.clone();
    }
    assert_eq!(put(&home, &app, &both, &etag).await.status, 200);
    assert_eq!(waiting().await.iter().map(|one| one.whats.len()).collect::<Vec<_>>(), [2]);
}

#[tokio::test]
async fn an_opt_out_without_a_provision_closes_what_its_sender_saw() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let token = home.ehr("system/Consent.c system/CarePlan.rs").await;
    for (policy, closes) in [("OPTIN", false), ("OPTOUT", true)] {
        let mut bare = home.refusal();
        bare.as_object_mut().unwrap().remove("provision");
        bare["policyRule"]["coding"][0]["code"] = policy.into();
        assert_eq!(send(&home, &token, &bare).await.status, 202);
        assert_eq!(sees(&home, &token).await, !closes, "{policy}");
    }
    let kept = home.world.exchange.kept_back(ama.themselves()).await.unwrap();
    assert_eq!((kept.len(), kept[0].recipient), (1, Some(Recipient::Organization(riverside()))));
    let page = ama.receipt(&home, ama.receipts(&home).await[0]).await.0;
    assert!(page.contains("Riverside Hospital sent us a no on "), "{page}");
}

#[tokio::test]
async fn a_change_that_could_never_hold_is_refused_at_its_place_and_one_that_changes_nothing_is_no_news() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let app = home.app_of(home.ama, ALL).await;
    let mut later = permit(&home, "https://sayso.example/fhir/CodeSystem/plan-section", "helps");
    later["provision"]["provision"][0]["period"]["start"] = instant(home.world.now() + Duration::days(9)).into();
    let sent = send(&home, &app, &later).await.json();
    let receipts = ama.receipts(&home).await;
    home.world.wait(Duration::minutes(1));

    let mut before_it_begins = sent.clone();
    before_it_begins["provision"]["provision"][0]["period"] =
        json!({"end": instant(home.world.now() + Duration::days(2))});
    let etag = sent["meta"]["versionId"].as_str().unwrap();
    let refused = put(&home, &app, &before_it_begins, etag).await;
    assert_eq!(
        (refused.status, &refused.json()["issue"][0]["expression"][0]),
        (422, &json!("Consent.provision.period"))
    );
    assert_eq!(home.world.exchange.waiting_consents(ama.themselves()).await.unwrap().1.len(), 1);

    let same = put(&home, &app, &sent, etag).await;
    assert_eq!((same.status, same.etag()), (200, Some(etag)), "{same:?}");
    assert_eq!(ama.receipts(&home).await, receipts);

    let mut over = later;
    over["provision"]["provision"][0]["period"] = json!({"start": "2025-01-01", "end": "2025-02-01"});
    let refused = send(&home, &app, &over).await;
    let place = json!("Consent.provision.provision[0].period");
    assert_eq!((refused.status, &refused.json()["issue"][0]["expression"][0]), (422, &place), "{refused:?}");
}

#[tokio::test]
async fn who_asked_is_told_no_by_one_button_and_hears_nothing_of_it() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let token = home.other_ehr("system/*.rs").await;
    let number = json!({"system": crate::home::NUMBERS, "value": crate::home::number(home.ama)});
    let asks = json!({"resourceType": "Parameters", "parameter": [{"name": "identifier", "valueIdentifier": number}]});
    let asks = || Asked::new("POST", "/fhir/Patient/$ask-to-share").body(FHIR, asks.to_string());
    let first = home.ask(asks(), Some(&token)).await;
    let page = ama.get(&home, "/me/sharing").await.text;
    let decline = format!("/me/sharing/asked/{}/TREAT/decline", harbour());
    assert!(page.contains(&decline) && page.contains("Harbour Clinic"), "{page}");
    assert_eq!(ama.post(&home, &decline, "").await.status, 303);
    assert!(!ama.get(&home, "/me/sharing").await.text.contains(&decline));
    assert!(ama.get(&home, "/me/receipts").await.text.contains("Harbour Clinic had asked you. You said no "));
    // They are answered as before and may ask again; who is told no for good is not heard any more.
    assert_eq!(home.ask(asks(), Some(&token)).await, first);
    assert!(ama.get(&home, "/me/sharing").await.text.contains(&decline));
    let never = format!("/me/sharing/{}/never", harbour());
    assert_eq!(ama.post(&home, &never, "").await.status, 303);
    assert!(!ama.get(&home, "/me/sharing").await.text.contains(&decline));
    assert_eq!(home.ask(asks(), Some(&token)).await, first);
    assert!(!ama.get(&home, "/me/sharing").await.text.contains(&decline));
    assert!(!sees(&home, &token).await && !ama.get(&home, "/me").await.text.contains(HER_WORDS));
}
