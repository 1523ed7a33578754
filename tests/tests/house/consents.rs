//! Consents from outside: what narrows counts at once, what opens waits for the person; nobody else sees what she decided.

use sayso_consent::{Recipient, Themselves};
use sayso_exchange::Refusal;
use sayso_exchange::sharing::{Choice, Party};
use sayso_plan::{ClientId, ConsentId, LeafId, Purpose, Section};
use sayso_tests::generate::Choices;
use sayso_tests::world::{Asked, Observed};
use serde_json::{Value, json};

use crate::home::{Home, NUMBERS, app, id, number, riverside};
use crate::pages;

pub(crate) const FHIR: &str = "application/fhir+json";
/// What her app may do where she let it: see what she decided, send, take back.
pub(crate) const ALL: &str = "patient/*.cruds patient/Consent.crus";

pub(crate) async fn send(home: &Home, token: &str, consent: &Value) -> Observed {
    home.ask(Asked::new("POST", "/fhir/Consent").body(FHIR, consent.to_string()), Some(token)).await
}

pub(crate) async fn put(home: &Home, token: &str, consent: &Value, etag: &str) -> Observed {
    let path = format!("/fhir/Consent/{}", consent["id"].as_str().unwrap());
    let asked = Asked::new("PUT", &path).body(FHIR, consent.to_string());
    home.ask(asked.header("if-match", &format!("W/\"{etag}\"")), Some(token)).await
}

/// She says yes to what was proposed last.
pub(crate) async fn confirm(home: &Home) -> LeafId {
    let (seen, waiting) = home.world.exchange.waiting_consents(ama(home)).await.unwrap();
    home.world.exchange.confirm_consent(ama(home), waiting[0].id, seen).await.unwrap().leaf()
}

async fn get(home: &Home, token: &str, path: &str) -> Observed {
    home.ask(Asked::new("GET", path), Some(token)).await
}

/// What Riverside sees of her plan: the sections that stand in its items.
async fn riverside_sees(home: &Home) -> String {
    let token = home.ehr("system/*.rs").await;
    String::from_utf8_lossy(&get(home, &token, &format!("/fhir/Bundle/{}", home.plan)).await.body).into_owned()
}

fn ama(home: &Home) -> Themselves {
    Themselves::signed_in(home.ama)
}

fn consent_id(sent: &Observed) -> ConsentId {
    sent.json()["id"].as_str().unwrap().parse().unwrap()
}

/// A permit for Harbour, to which nothing is open.
fn for_harbour(home: &Home) -> Value {
    let mut permit = home.permit();
    permit["provision"]["provision"][0]["actor"][0]["reference"]["identifier"]["value"] =
        id::<sayso_plan::OrganizationId>(2).to_string().into();
    permit
}

async fn harbour_sees(home: &Home) -> bool {
    let token = home.other_ehr("system/*.rs").await;
    get(home, &token, &format!("/fhir/CarePlan?patient={}", home.ama)).await.json()["total"] != 0
}

fn diagnostics(answer: &Observed) -> String {
    let json = answer.json();
    let issue = if json["resourceType"] == "Bundle" { &json["entry"][0]["resource"]["issue"] } else { &json["issue"] };
    issue.as_array().unwrap().iter().map(|one| one["diagnostics"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn what_an_app_refuses_for_her_counts_at_once_and_she_can_take_it_back_with_one_click() {
    let _honest = crate::honest();
    let home = Home::open().await;
    assert!(riverside_sees(&home).await.contains("plan-section\",\"code\":\"helps\""));
    let token = home.app_of(home.ama, "patient/Consent.c").await;
    let sent = send(&home, &token, &home.refusal()).await;
    assert_eq!(
        (sent.status, &sent.json()["status"], &sent.json()["provision"]["type"]),
        (201, &json!("active"), &json!("deny"))
    );
    let place = format!("https://sayso.example/fhir/Consent/{}/_history/{}", consent_id(&sent), sent.etag().unwrap());
    assert_eq!(sent.header("location"), Some(place.as_str()));
    assert!(!riverside_sees(&home).await.contains("plan-section\",\"code\":\"helps\""));
    // The same again is the same.
    assert_eq!(consent_id(&send(&home, &token, &home.refusal()).await), consent_id(&sent));

    let kept = home.world.exchange.kept_back(ama(&home)).await.unwrap();
    assert_eq!((kept.len(), kept[0].id, kept[0].sent.unwrap().client), (1, consent_id(&sent), app()));
    // What she said to them as a whole is as it was: it is a part that is kept back.
    let (_, standing) = home.world.exchange.standing(ama(&home)).await.unwrap();
    let theirs = standing.iter().find(|one| one.party == Party::Organization(riverside())).unwrap();
    assert!(theirs.refused.is_none() && theirs.open.sections.contains(&Section::Helps));
    // What she had opened stands behind it, so she is told what that is, and her word is for just what she looked at.
    let opens = &kept[0].opens;
    assert_eq!((opens.len(), opens[0].recipient), (1, Recipient::Organization(riverside())));
    assert_eq!(opens[0].newly.sections.keys().copied().collect::<Vec<_>>(), [Section::Helps]);
    let old = home.world.exchange.restore_consent(ama(&home), consent_id(&sent), kept[0].seen - 1).await;
    assert!(matches!(old, Err(Refusal::Moved)), "{old:?}");
    let _ = home.world.exchange.restore_consent(ama(&home), consent_id(&sent), kept[0].seen).await.unwrap();
    assert!(riverside_sees(&home).await.contains("plan-section\",\"code\":\"helps\""));
    let again = home.world.exchange.restore_consent(ama(&home), consent_id(&sent), kept[0].seen + 1).await;
    assert!(matches!(again, Err(Refusal::Moved)), "{again:?}");
}

#[tokio::test]
async fn what_an_app_would_open_waits_for_her_word_and_the_page_says_what_they_would_newly_see() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.app_of(home.ama, ALL).await;
    let sent = send(&home, &token, &for_harbour(&home)).await;
    assert_eq!((sent.status, &sent.json()["status"]), (201, &json!("proposed")));
    assert!(!harbour_sees(&home).await);
    let (seen, waiting) = home.world.exchange.waiting_consents(ama(&home)).await.unwrap();
    let newly: Vec<Section> = waiting[0].newly.sections.keys().copied().collect();
    assert_eq!((waiting.len(), newly), (1, vec![Section::Helps]));

    // The app cannot say her yes for her.
    let mut active = sent.json();
    active["status"] = "active".into();
    let refused = put(&home, &token, &active, sent.etag().unwrap()).await;
    assert_eq!((refused.status, &refused.json()["issue"][0]["expression"][0]), (422, &json!("Consent.status")));

    // She decides on what she looked at.
    let stale = home.world.exchange.confirm_consent(ama(&home), consent_id(&sent), seen + 1).await;
    assert!(matches!(stale, Err(Refusal::Moved)) && !harbour_sees(&home).await);
    let _ = home.world.exchange.confirm_consent(ama(&home), consent_id(&sent), seen).await.unwrap();
    assert!(harbour_sees(&home).await);
    let read = get(&home, &token, &format!("/fhir/Consent/{}", consent_id(&sent))).await.json();
    assert_eq!(read["status"], "active");
    // It is her own word now, and stops like any.
    let party = Party::Organization(id(2));
    let _ = home.world.exchange.stop_sharing(ama(&home), party).await.unwrap();
    assert!(!harbour_sees(&home).await);

    let sent = send(&home, &token, &for_harbour(&home)).await;
    let _ = home.world.exchange.decline_consent(ama(&home), consent_id(&sent)).await.unwrap();
    assert!(!harbour_sees(&home).await);
    let read = get(&home, &token, &format!("/fhir/Consent/{}", consent_id(&sent))).await.json();
    assert_eq!(read["status"], "rejected", "the app reads what she said");
    assert!(home.world.exchange.waiting_consents(ama(&home)).await.unwrap().1.is_empty());
}

#[tokio::test]
async fn what_does_both_is_kept_as_two_and_the_answer_says_so() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.app_of(home.ama, ALL).await;
    let mut both = for_harbour(&home);
    let mut refusal = home.refusal()["provision"].clone();
    refusal["securityLabel"][0]["code"] = "harms".into();
    both["provision"]["provision"].as_array_mut().unwrap().push(refusal);
    let sent = send(&home, &token, &both).await;
    let json = sent.json();
    assert_eq!((sent.status, &json["type"], json["entry"].as_array().unwrap().len()), (201, &json!("collection"), 3));
    assert!(diagnostics(&sent).contains("counts at once") && diagnostics(&sent).contains("decides on their page"));
    let statuses = [&json["entry"][1]["resource"]["status"], &json["entry"][2]["resource"]["status"]];
    assert_eq!(statuses, [&json!("active"), &json!("proposed")]);
    assert!(sent.header("location").unwrap().contains(json["entry"][1]["resource"]["id"].as_str().unwrap()));
    assert!(!harbour_sees(&home).await && !riverside_sees(&home).await.contains("plan-section\",\"code\":\"harms\""));
}

#[tokio::test]
async fn an_app_takes_back_and_makes_narrower_and_never_wider() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.app_of(home.ama, ALL).await;
    // What she let Riverside see of one section, as she decided it on her page.
    let all =
        get(&home, &token, &format!("/fhir/Consent?patient={}&category=59284-0&status=active", home.ama)).await.json();
    let of = |one: &&Value| {
        let permit = &one["resource"]["provision"]["provision"][0];
        permit["securityLabel"][0]["code"] == "helps" && permit["actor"][0]["reference"]["type"] == "Organization"
    };
    let helps = all["entry"].as_array().unwrap().iter().find(of).unwrap()["resource"].clone();
    assert_eq!(helps["provision"]["provision"][0]["actor"][0]["reference"]["display"], "Riverside Hospital");
    let etag = helps["meta"]["versionId"].as_str().unwrap().to_owned();

    let mut longer = helps.clone();
    longer["provision"]["provision"][0]["period"]["end"] = "2099-01-01T00:00:00Z".into();
    let refused = put(&home, &token, &longer, &etag).await;
    assert_eq!((refused.status, &refused.json()["issue"][0]["expression"][0]), (422, &json!("Consent.provision")));
    let mut other = helps.clone();
    other["provision"]["provision"][0]["securityLabel"][0]["code"] = "harms".into();
    assert_eq!(put(&home, &token, &other, &etag).await.status, 422);
    assert_eq!(put(&home, &token, &helps, "0").await.status, 412);
    let path = format!("/fhir/Consent/{}", helps["id"].as_str().unwrap());
    let without = home.ask(Asked::new("PUT", &path).body(FHIR, helps.to_string()), Some(&token)).await;
    assert_eq!(without.status, 428);

    // What counts does not wait again, and a status that is not kept is not taken in silence.
    let mut waiting = helps.clone();
    waiting["status"] = "proposed".into();
    let refused = put(&home, &token, &waiting, &etag).await;
    assert_eq!((refused.status, &refused.json()["issue"][0]["expression"][0]), (422, &json!("Consent.status")));
    assert!(diagnostics(&refused).contains("inactive to take it back"), "{refused:?}");

    let mut shorter = helps.clone();
    let end = home.world.now() + time::Duration::days(2);
    shorter["provision"]["provision"][0]["period"]["end"] =
        end.format(&time::format_description::well_known::Rfc3339).unwrap().into();
    let narrowed = put(&home, &token, &shorter, &etag).await;
    assert_eq!(narrowed.status, 200, "{narrowed:?}");
    assert_ne!(narrowed.etag().unwrap(), etag);
    assert!(riverside_sees(&home).await.contains("plan-section\",\"code\":\"helps\""));
    let mut back = narrowed.json();
    back["status"] = "inactive".into();
    let withdrawn = put(&home, &token, &back, narrowed.etag().unwrap()).await;
    assert_eq!((withdrawn.status, &withdrawn.json()["status"]), (200, &json!("inactive")));
    assert!(!riverside_sees(&home).await.contains("plan-section\",\"code\":\"helps\""));
    // It has ended for good.
    assert_eq!(put(&home, &token, &back, withdrawn.etag().unwrap()).await.status, 404);

    // A refusal is ended by her alone.
    let sent = send(&home, &token, &home.refusal()).await;
    let mut ended = sent.json();
    ended["status"] = "inactive".into();
    let refused = put(&home, &token, &ended, sent.etag().unwrap()).await;
    assert_eq!((refused.status, &refused.json()["issue"][0]["expression"][0]), (422, &json!("Consent.status")));
}

#[tokio::test]
async fn what_an_app_sent_stays_its_own_when_another_app_makes_it_narrower() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let first = home.app_of(home.ama, "patient/Consent.cu").await;
    let sent = send(&home, &first, &for_harbour(&home)).await;
    let (seen, _) = home.world.exchange.waiting_consents(ama(&home)).await.unwrap();
    let _ = home.world.exchange.confirm_consent(ama(&home), consent_id(&sent), seen).await.unwrap();

    let other = ClientId::from_random([0x77; 16]);
    home.world.app(other).await;
    // A token that outlived what let the app in reads no decision.
    let outlived = home.world.token(other, Some(home.ama), ALL, 4_241).await;
    let one = format!("/fhir/Consent/{}", consent_id(&sent));
    assert_eq!(get(&home, &outlived, &one).await.status, 404);
    assert_eq!(put(&home, &outlived, &sent.json(), sent.etag().unwrap()).await.status, 404, "nor by sending it again");
    let let_in = Choice { sections: [Section::Helps].into(), ..Choice::default() };
    let share = home.world.exchange.share(ama(&home), Party::App(other), Purpose::Patrqt, &let_in, None);
    let _ = share.await.unwrap();
    let all = home.world.token(other, Some(home.ama), ALL, 4_242).await;
    let read = get(&home, &all, &format!("/fhir/Consent/{}", consent_id(&sent))).await;
    let (mut shorter, end) = (read.json(), home.world.now() + time::Duration::days(2));
    shorter["provision"]["provision"][0]["period"]["end"] =
        end.format(&time::format_description::well_known::Rfc3339).unwrap().into();
    home.world.wait(time::Duration::minutes(1));
    let narrowed = put(&home, &all, &shorter, read.etag().unwrap()).await;
    assert_eq!(narrowed.status, 200, "{narrowed:?}");
    let updated = |read: &Observed| read.json()["meta"]["lastUpdated"].as_str().unwrap().to_owned();
    assert!(updated(&read) < updated(&narrowed), "it says when: {narrowed:?}");

    let mut back = narrowed.json();
    back["status"] = "inactive".into();
    let withdrawn = put(&home, &first, &back, narrowed.etag().unwrap()).await;
    assert_eq!((withdrawn.status, &withdrawn.json()["status"]), (200, &json!("inactive")));
}

#[tokio::test]
async fn case_37_only_an_app_that_she_let_see_them_by_name_sees_her_decisions() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let _ = home.world.exchange.refuse(ama(&home), Party::Organization(id(2)), true).await.unwrap();
    let path = format!("/fhir/Consent?patient={}&category=http://loinc.org%7C59284-0", home.ama);
    let named = home.app_of(home.ama, "patient/Consent.rs").await;
    let all = get(&home, &named, &path).await.json();
    assert!(all["total"].as_u64().unwrap() > 2, "{all}");
    let even =
        json!([{"url": "https://sayso.example/fhir/StructureDefinition/even-in-emergency", "valueBoolean": true}]);
    let refusal = all["entry"].as_array().unwrap().iter().find(|one| one["resource"]["provision"]["extension"] == even);
    let refusal = refusal.unwrap()["resource"]["id"].as_str().unwrap().to_owned();
    // Each can be read by its address, and by that of its version, and is the same.
    let read = get(&home, &named, &format!("/fhir/Consent/{refusal}")).await;
    assert_eq!(read.status, 200);
    let version = get(&home, &named, &format!("/fhir/Consent/{refusal}/_history/{}", read.etag().unwrap())).await;
    assert_eq!((version.status, &version.body), (200, &read.body));
    let nowhere = get(&home, &named, &format!("/fhir/Consent/{refusal}/_history/{}", "0".repeat(32))).await;
    assert_eq!(nowhere.status, 404);

    let absent = "00000000-0000-4000-8000-000000000000";
    for token in [
        home.app_of(home.ama, "patient/*.cruds").await,
        home.app_of(home.bea, "patient/Consent.rs").await,
        home.ehr("system/Consent.rs").await,
        home.other_ehr("system/Consent.rs").await,
    ] {
        assert_eq!(get(&home, &token, &path).await.json()["total"], 0);
        let hidden = get(&home, &token, &format!("/fhir/Consent/{refusal}")).await;
        assert_eq!(hidden, get(&home, &token, &format!("/fhir/Consent/{absent}")).await);
        assert_eq!(hidden.status, 404);
    }
    // What stands in her plan is there beside it, and can be told from it.
    let items = get(&home, &named, &format!("/fhir/Consent?patient={}&category=acd", home.ama)).await.json();
    let everything = get(&home, &named, &format!("/fhir/Consent?patient={}", home.ama)).await.json();
    let (items, both) = (items["total"].as_u64().unwrap(), everything["total"].as_u64().unwrap());
    assert_eq!((items > 0, both), (true, items + all["total"].as_u64().unwrap()));
    // She reads that the app looked.
    let happened = home.world.exchange.happened(ama(&home), None, 20).await.unwrap();
    assert!(format!("{happened:?}").contains("decisions"));
}

#[tokio::test]
async fn an_app_that_may_only_send_reaches_what_it_sent_and_learns_of_nothing_else() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.app_of(home.ama, "patient/Consent.cu").await;
    let seer = home.app_of(home.ama, "patient/Consent.rs").await;
    let all = get(&home, &seer, &format!("/fhir/Consent?patient={}&category=59284-0", home.ama)).await.json();
    let hers = all["entry"][0]["resource"].clone();
    let mut nothing = hers.clone();
    nothing["id"] = "00000000-0000-4000-8000-000000000000".into();
    let etag = hers["meta"]["versionId"].as_str().unwrap();
    let (hidden, absent) = (put(&home, &token, &hers, etag).await, put(&home, &token, &nothing, etag).await);
    assert_eq!((hidden.status, &hidden.body), (404, &absent.body));
    // A star says nothing to her of consents.
    let star = home.app_of(home.ama, "patient/*.cruds").await;
    assert_eq!(send(&home, &star, &home.refusal()).await.status, 403);
    // It speaks of its own person.
    let bea = home.app_of(home.bea, "patient/Consent.c").await;
    let refused = send(&home, &bea, &home.refusal()).await;
    assert_eq!((refused.status, &refused.json()["issue"][0]["expression"][0]), (422, &json!("Consent.patient")));
    let sent = send(&home, &token, &for_harbour(&home)).await;
    let mut back = sent.json();
    back["status"] = "inactive".into();
    assert_eq!(put(&home, &token, &back, sent.etag().unwrap()).await.json()["status"], "inactive");
}

#[tokio::test]
async fn a_retry_with_its_key_is_the_same_and_does_nothing_twice() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.app_of(home.ama, ALL).await;
    for (name, value) in [("idempotency-key", "k-1"), ("if-none-exist", "identifier=x")] {
        let asked =
            |consent: &Value| Asked::new("POST", "/fhir/Consent").body(FHIR, consent.to_string()).header(name, value);
        let first = home.ask(asked(&for_harbour(&home)), Some(&token)).await;
        assert_eq!(first.status, 201, "{first:?}");
        let again = home.ask(asked(&for_harbour(&home)), Some(&token)).await;
        assert_eq!(again, first);
        let other = home.ask(asked(&home.refusal()), Some(&token)).await;
        assert_eq!(other.status, 409, "{other:?}");
        let _ = home.world.exchange.decline_consent(ama(&home), consent_id(&first)).await.unwrap();
        let after = home.ask(asked(&for_harbour(&home)), Some(&token)).await;
        assert_eq!((after.status, &after.json()["status"]), (201, &json!("rejected")), "as it now stands");
    }
}

#[tokio::test]
async fn at_most_twenty_proposals_of_an_app_wait() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.app_of(home.ama, ALL).await;
    let mut made = 0;
    let refused = loop {
        let mut permit = for_harbour(&home);
        permit["provision"]["provision"][0]["period"]["end"] = format!("2027-01-{:02}T00:00:00Z", made + 1).into();
        let sent = send(&home, &token, &permit).await;
        if sent.status != 201 {
            break sent;
        }
        made += 1;
    };
    assert_eq!((made, refused.status), (sayso_exchange::consents::WAITING_MAX, 400), "{refused:?}");
    // Closing is never held up by that.
    assert_eq!(send(&home, &token, &home.refusal()).await.status, 201);
}

#[tokio::test]
async fn a_record_system_speaks_in_its_own_matter_and_is_told_nothing() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.ehr("system/Consent.c").await;
    let told = send(&home, &token, &home.refusal()).await;
    assert_eq!(told.status, 202);
    assert!(!riverside_sees(&home).await.contains("plan-section\",\"code\":\"helps\""), "its refusal counts at once");
    let kept = home.world.exchange.kept_back(ama(&home)).await.unwrap();
    assert_eq!((kept.len(), kept[0].sent.unwrap().organization), (1, Some(riverside())));

    // By number, about nobody, once more, what it would see more of, what speaks of others: the same bytes.
    let mut by_number = home.refusal();
    by_number["patient"] = json!({"identifier": {"system": NUMBERS, "value": number(home.ama)}});
    let mut nobody = home.refusal();
    nobody["patient"] = json!({"reference": "Patient/00000000-0000-4000-8000-000000000000"});
    let mut no_number = home.refusal();
    no_number["patient"] = json!({"identifier": {"system": NUMBERS, "value": "404"}});
    let mut unread = home.refusal();
    unread["provision"]["class"] = json!([{"code": "x"}]);
    for consent in [by_number, nobody, no_number, home.refusal(), home.permit(), for_harbour(&home), unread] {
        assert_eq!(send(&home, &token, &consent).await, told, "{consent}");
    }
    let kept = home.world.exchange.kept_back(ama(&home)).await.unwrap();
    assert_eq!(kept.len(), 1, "what is said already is not said twice: {kept:?}");
    let (_, waiting) = home.world.exchange.waiting_consents(ama(&home)).await.unwrap();
    assert_eq!(waiting.len(), 1, "what it says of another hospital is none of its business");
    assert_eq!(waiting[0].sent.unwrap().organization, Some(riverside()));
    assert!(!harbour_sees(&home).await);

    // She is told, and takes it back with one click.
    let happened = format!("{:?}", home.world.exchange.happened(ama(&home), None, 40).await.unwrap());
    assert!(happened.contains("ConsentSent"), "{happened}");
    let _ = home.world.exchange.restore_consent(ama(&home), kept[0].id, kept[0].seen).await.unwrap();
    assert!(riverside_sees(&home).await.contains("plan-section\",\"code\":\"helps\""));
}

#[tokio::test]
async fn what_a_record_system_sends_and_nobody_understands_refuses_and_never_permits() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.ehr("system/Consent.c").await;
    let mut odd = home.permit();
    odd["provision"]["provision"][0]["class"] = json!([{"code": "x"}]);
    odd["provision"]["provision"].as_array_mut().unwrap().push(home.refusal()["provision"].clone());
    odd["provision"]["provision"][1]["purpose"][0]["code"] = "NOBODYKNOWS".into();
    assert_eq!(send(&home, &token, &odd).await.status, 202);
    assert!(home.world.exchange.waiting_consents(ama(&home)).await.unwrap().1.is_empty());
    let kept = home.world.exchange.kept_back(ama(&home)).await.unwrap();
    assert!(kept.iter().any(|one| !one.is_understood), "{kept:?}");
    assert!(!riverside_sees(&home).await.contains("plan-section\",\"code\":\"helps\""));
    // What is no consent of the sort is refused to everybody alike.
    let mut treatment = home.refusal();
    treatment["scope"]["coding"][0]["code"] = "treatment".into();
    let mut of_nobody = treatment.clone();
    of_nobody["patient"] = json!({"reference": "Patient/00000000-0000-4000-8000-000000000000"});
    let refused = send(&home, &token, &treatment).await;
    assert_eq!((refused.status, &refused), (422, &send(&home, &token, &of_nobody).await));
}

#[tokio::test]
async fn case_11_a_refusal_that_is_sent_as_a_draft_is_shown_and_does_not_count() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.ehr("system/Consent.c").await;
    for status in ["draft", "proposed", "inactive", "rejected", "entered-in-error"] {
        let mut refusal = home.refusal();
        refusal["status"] = status.into();
        assert_eq!(send(&home, &token, &refusal).await.status, 202, "{status}");
        assert!(riverside_sees(&home).await.contains("plan-section\",\"code\":\"helps\""), "{status}");
    }
    let kept = home.world.exchange.kept_back(ama(&home)).await.unwrap();
    assert_eq!((kept.len(), kept[0].counts), (1, false), "{kept:?}");
    let cookie = pages::cookie(&home, home.ama).await;
    let page = pages::visit(&home, "GET", "/me/sharing", &[("cookie", &cookie)], "").await.text;
    assert!(page.contains("They sent this as a draft. It does not count."), "{page}");
    // In force it counts, whatever the draft said.
    assert_eq!(send(&home, &token, &home.refusal()).await.status, 202);
    assert!(!riverside_sees(&home).await.contains("plan-section\",\"code\":\"helps\""));
}

#[tokio::test]
async fn more_refusals_of_a_record_system_than_are_kept_refuse_everything_to_it() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.ehr("system/Consent.c").await;
    let mut many = home.refusal();
    let sections = Section::all().filter(|one| *one != Section::Helps);
    let label =
        |one: Section| json!({"system": "https://sayso.example/fhir/CodeSystem/plan-section", "code": one.code()});
    many["provision"]["securityLabel"] = sections.map(label).collect();
    for _ in 0..2 {
        assert_eq!(send(&home, &token, &many).await.status, 202);
        let kept = home.world.exchange.kept_back(ama(&home)).await.unwrap();
        assert_eq!(kept.len(), sayso_exchange::consents::WAITING_MAX + 1);
        assert!(!riverside_sees(&home).await.contains("plan-section"));
    }
}

#[tokio::test]
async fn a_check_says_what_would_come_of_it_and_stores_nothing() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.app_of(home.ama, "patient/Consent.c").await;
    let before = home.kept().await;
    let check = async |consent: &Value| {
        let asked = Asked::new("POST", "/fhir/Consent/$validate").body(FHIR, consent.to_string());
        home.ask(asked, Some(&token)).await
    };
    let good = check(&for_harbour(&home)).await;
    assert!(diagnostics(&good).contains("0 refusals") && diagnostics(&good).contains("1 permits"), "{good:?}");
    let mut nested = for_harbour(&home);
    nested["provision"]["provision"][0]["provision"] = json!([{"type": "deny"}]);
    let bad = check(&nested).await;
    assert_eq!(bad.json()["issue"][0]["expression"][0], "Consent.provision.provision[0].provision");
    assert_eq!(home.kept().await, before);
}

#[tokio::test]
async fn of_a_single_thing_her_page_shows_her_own_words() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.app_of(home.ama, ALL).await;
    let plan = home.world.exchange.own_plan(ama(&home), home.plan).await.unwrap().unwrap();
    let item = plan.get().items.iter().find(|one| one.item.words.is_some()).unwrap();
    let mut permit = for_harbour(&home);
    permit["provision"]["provision"][0]["securityLabel"] =
        json!([{"system": "https://sayso.example/fhir/CodeSystem/plan-item", "code": item.id}]);
    assert_eq!(send(&home, &token, &permit).await.status, 201);
    let cookie = pages::cookie(&home, home.ama).await;
    let page = pages::visit(&home, "GET", "/me/sharing", &[("cookie", &cookie)], "").await.text;
    let begins: String = item.item.words.as_ref().unwrap().text().split(['\'', '"', '&']).next().unwrap().into();
    assert!(page.contains(&begins), "{begins}: {page}");
}

#[tokio::test]
async fn what_is_asked_for_somebody_or_something_that_is_not_here_never_reaches_her_page() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.app_of(home.ama, ALL).await;
    let nobody: sayso_plan::OrganizationId = id(0x77);
    let mut unknown = for_harbour(&home);
    unknown["provision"]["provision"][0]["actor"][0]["reference"]["identifier"]["value"] = nobody.to_string().into();
    let of_item = |item: &str| {
        let mut permit = for_harbour(&home);
        permit["provision"]["provision"][0]["securityLabel"] =
            json!([{"system": "https://sayso.example/fhir/CodeSystem/plan-item", "code": item}]);
        permit
    };
    let others = home.world.exchange.own_plans(Themselves::signed_in(home.bea)).await.unwrap();
    let of_bea = of_item(&others[0].get().items[0].id.to_string());
    let of_nobody = of_item(&id::<sayso_plan::ItemId>(0x78).to_string());
    let mut of_a_plan = of_nobody.clone();
    of_a_plan["provision"]["provision"][0]["securityLabel"][0] =
        json!({"system": "https://sayso.example/fhir/CodeSystem/plan-tag", "code": others[0].get().id});
    let place = |answer: &Observed| answer.json()["issue"][0]["expression"][0].clone();
    for (consent, path) in [
        (unknown, "Consent.provision.provision[0].actor"),
        (of_bea, "Consent.provision.provision[0].securityLabel"),
        (of_nobody, "Consent.provision.provision[0].securityLabel"),
        (of_a_plan, "Consent.provision.provision[0].securityLabel"),
    ] {
        let answer = send(&home, &token, &consent).await;
        assert_eq!((answer.status, place(&answer)), (422, json!(path)), "{answer:?}");
    }
    assert_eq!(home.world.exchange.waiting_consents(ama(&home)).await.unwrap().1.len(), 0);

    // What is hers and out of the app's sight is answered like what is not there.
    let plan = home.world.exchange.own_plan(ama(&home), home.plan).await.unwrap().unwrap();
    let hidden = plan.get().items.iter().find(|one| one.item.section == Section::Helps).unwrap().id.to_string();
    assert_eq!(send(&home, &token, &of_item(&hidden)).await.status, 201);
    let all = sayso_exchange::sharing::Choice {
        sections: Section::all().filter(|section| *section != Section::Helps).collect(),
        ..Default::default()
    };
    let (party, purpose) = (Party::App(app()), sayso_plan::Purpose::Patrqt);
    let _ = home.world.exchange.share(ama(&home), party, purpose, &all, None).await.unwrap();
    let there = send(&home, &token, &of_item(&hidden)).await;
    let not_there = send(&home, &token, &of_item(&id::<sayso_plan::ItemId>(0x79).to_string())).await;
    assert_eq!((there.status, &there.body), (422, &not_there.body));
    // A refusal closes, whatever it names.
    let mut refusal = home.refusal();
    refusal["provision"]["actor"][0]["reference"]["identifier"]["value"] = nobody.to_string().into();
    assert_eq!(send(&home, &token, &refusal).await.status, 201);
}

/// The hidden field of this name behind the form that posts to an address.
fn hidden(page: &str, action: &str, name: &str) -> String {
    let form = page.split(&format!("action=\"{action}\"")).nth(1).unwrap_or_else(|| panic!("no {action} in {page}"));
    let value = form.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
    value.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn her_page_says_what_they_would_newly_see_and_who_keeps_what_back_and_she_answers_there() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.app_of(home.ama, ALL).await;
    let (proposed, declined) = (send(&home, &token, &for_harbour(&home)).await, {
        let mut other = for_harbour(&home);
        other["provision"]["provision"][0]["purpose"][0]["code"] = "COC".into();
        send(&home, &token, &other).await
    });
    assert_eq!(send(&home, &home.ehr("system/Consent.c").await, &home.refusal()).await.status, 202);
    let cookie = pages::cookie(&home, home.ama).await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    let look = async || pages::visit(&home, "GET", "/me/sharing", &[("cookie", &cookie)], "").await.text;
    let page = look().await;
    for said in [
        "Harbour Clinic would newly see:",
        "What helps (",
        "It is about “What helps”.",
        "An app sent this on",
        "Riverside Hospital: not “What helps”, for treatment.",
        "Riverside Hospital sent this on",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let start = pages::visit(&home, "GET", "/me", &[("cookie", &cookie)], "").await.text;
    assert!(start.contains("href=\"/me/sharing#proposed\"") && start.contains("href=\"/me/sharing#kept\""), "{start}");
    let post = async |action: String, more: String| {
        let body = format!("form={}{more}", hidden(&look().await, &action, "form"));
        let page = pages::visit(&home, "POST", &action, &[form, ("cookie", &cookie)], &body).await;
        assert_eq!((page.status, page.location.as_str()), (303, "/me/sharing"), "{page:?}");
    };
    post(format!("/me/sharing/proposed/{}/decline", consent_id(&declined)), String::new()).await;
    assert!(!harbour_sees(&home).await);
    let confirm = format!("/me/sharing/proposed/{}/confirm", consent_id(&proposed));
    let seen = hidden(&look().await, &confirm, "seen");
    post(confirm, format!("&seen={seen}")).await;
    assert!(harbour_sees(&home).await);
    let kept = home.world.exchange.kept_back(ama(&home)).await.unwrap();
    let restore = format!("/me/sharing/kept/{}/restore", kept[0].id);
    let page = look().await;
    assert!(page.contains("If you end this no: Riverside Hospital would newly see, for treatment:"), "{page}");
    assert!(page.contains("<li>What helps ("), "{page}");
    let seen = hidden(&page, &restore, "seen");
    post(restore, format!("&seen={seen}")).await;
    assert!(riverside_sees(&home).await.contains("plan-section\",\"code\":\"helps\""));
    let page = look().await;
    assert!(!page.contains("would newly see") && !page.contains("Riverside Hospital: not"), "{page}");
    // What happened is told in words.
    let told = pages::visit(&home, "GET", "/me/receipts", &[("cookie", &cookie)], "").await.text;
    for said in [
        "sent something about who sees your plans",
        "You can take that back.",
        "You said no on",
        "You stopped keeping something",
    ] {
        assert!(told.contains(said), "{said}: {told}");
    }
}

/// Random changes of what is sent, by an app and by a record system: whatever is taken, nobody sees more than before.
#[tokio::test]
async fn whatever_is_sent_nobody_sees_more_before_she_says_so() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (app, ehr) = (home.app_of(home.ama, ALL).await, home.ehr("system/Consent.c").await);
    let mut choices = Choices::new(0x5a75_0000_0000_0011);
    let (mut taken, mut before) = (0, riverside_sees(&home).await);
    for n in 0..300 {
        let mut consent = if choices.once_in(2) { for_harbour(&home) } else { home.permit() };
        change(&mut consent, &mut choices);
        let token = if choices.once_in(2) { &app } else { &ehr };
        let answer = send(&home, token, &consent).await;
        assert!(answer.status < 500, "{answer:?}");
        taken += u64::from(answer.status < 300);
        assert!(!harbour_sees(&home).await, "{n}: {consent}");
        let now = riverside_sees(&home).await;
        let count = |text: &str| text.matches("plan-section").count();
        assert!(count(&now) <= count(&before), "{n}: {consent}");
        before = now;
        if n % 20 == 19 {
            let (_, waiting) = home.world.exchange.waiting_consents(ama(&home)).await.unwrap();
            for one in waiting {
                let _ = home.world.exchange.decline_consent(ama(&home), one.id).await.unwrap();
            }
        }
    }
    assert!(taken > 50, "{taken}");
}

fn change(consent: &mut Value, choices: &mut Choices) {
    let place = usize::try_from(choices.below(60)).unwrap();
    match choices.below(6) {
        0 => text_at(consent, &mut { place }, &|text| *text = "permit".into()),
        1 => text_at(consent, &mut { place }, &|text| *text = "active".into()),
        2 => text_at(consent, &mut { place }, &|text| *text = format!("{}x", text.as_str().unwrap()).into()),
        3 => consent["provision"]["type"] = "permit".into(),
        4 => drop(consent["provision"]["provision"][0].as_object_mut().unwrap().remove("type")),
        _ => {
            let inside = consent["provision"]["provision"][0].clone();
            consent["provision"]["provision"][0]["provision"] = json!([inside]);
        }
    }
}

fn text_at(json: &mut Value, n: &mut usize, how: &dyn Fn(&mut Value)) {
    match json {
        Value::String(_) => {
            if *n == 0 {
                how(json);
            }
            *n = n.wrapping_sub(1);
        }
        Value::Array(all) => all.iter_mut().for_each(|one| text_at(one, n, how)),
        Value::Object(all) => all.values_mut().for_each(|one| text_at(one, n, how)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
