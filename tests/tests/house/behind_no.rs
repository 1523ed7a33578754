//! A no that ends may open something, because an older yes stands behind it. She is told what before she ends it, and it is
//! just what they see then.

use std::collections::BTreeMap;

use sayso_consent::{Recipient, Themselves};
use sayso_exchange::Refusal;
use sayso_exchange::reopen::Opens;
use sayso_exchange::sharing::{Choice, Party};
use sayso_plan::{ClientId, Lang, OrganizationId, Purpose, Section, Words};
use sayso_tests::generate::Choices;
use sayso_tests::world::Asked;
use serde_json::{Value, json};
use time::Duration;

use crate::home::{Home, ehr, id, other_ehr, riverside};
use crate::receipts::Visitor;

/// How many noes are ended, one after the other.
const ROUNDS: u64 = 200;
const KINDS: &str = "https://sayso.example/fhir/CodeSystem/plan-kind";
/// Sections that stand in Ama's plans.
const SECTIONS: [Section; 4] = [Section::Helps, Section::Harms, Section::Treatment, Section::Strengths];

fn harbour() -> OrganizationId {
    id(0x02)
}

/// The organization that is a crisis service.
fn line() -> OrganizationId {
    id(0x03)
}

fn line_client() -> ClientId {
    id(0x43)
}

/// How many things of which section somebody's record system is shown.
async fn sees(home: &Home, client: ClientId) -> BTreeMap<String, usize> {
    let token = home.token_for(client, None, "system/*.rs", Duration::minutes(5)).await;
    let mut seen = BTreeMap::new();
    for plan in [home.plan, home.directive] {
        let answer = home.ask(Asked::new("GET", &format!("/plans/{plan}")), Some(&token)).await;
        if answer.status == 200 {
            for item in answer.json()["items"].as_array().unwrap() {
                *seen.entry(item["section"].as_str().unwrap().to_owned()).or_default() += 1;
            }
        }
    }
    seen
}

async fn all_see(home: &Home) -> Vec<(OrganizationId, BTreeMap<String, usize>)> {
    let mut all = Vec::new();
    for (organization, client) in [(riverside(), ehr()), (harbour(), other_ehr()), (line(), line_client())] {
        all.push((organization, sees(home, client).await));
    }
    all
}

/// What she was told that they would newly see.
fn told(opens: &[Opens], to: impl Fn(Recipient) -> bool) -> BTreeMap<String, usize> {
    let newly = opens.iter().find(|one| to(one.recipient)).map(|one| one.newly.clone()).unwrap_or_default();
    newly.sections.into_iter().map(|(section, count)| (section.code().to_owned(), count)).collect()
}

/// A refusal as an app sends it: of a section, or of everything, to somebody or to everyone.
fn refusal(home: &Home, choices: &mut Choices) -> Value {
    let mut refusal = home.refusal();
    let to = choices.of(&[Some(riverside()), Some(harbour()), Some(line()), None]).unwrap();
    let provision = refusal["provision"].as_object_mut().unwrap();
    match to {
        Some(to) => provision["actor"][0]["reference"]["identifier"]["value"] = to.to_string().into(),
        None => drop(provision.remove("actor")),
    }
    if choices.once_in(5) {
        drop(provision.remove("securityLabel"));
    } else {
        provision["securityLabel"][0]["code"] = choices.of(&SECTIONS).unwrap().code().into();
    }
    if choices.once_in(3) {
        drop(provision.remove("purpose"));
    } else if choices.once_in(3) {
        provision["purpose"][0]["code"] = "COC".into();
        let even = "https://sayso.example/fhir/StructureDefinition/even-in-emergency";
        provision.insert("extension".into(), json!([{"url": even, "valueBoolean": true}]));
    }
    refusal
}

#[tokio::test]
async fn what_she_is_told_that_ending_a_no_opens_is_just_what_they_newly_see_then() {
    let _honest = crate::honest();
    let home = Home::open().await;
    home.world.organization(line(), "The Line").await;
    home.world.system(line_client(), line(), "crisis-service", &["ETREAT"]).await;
    let (ama, exchange) = (Themselves::signed_in(home.ama), &home.world.exchange);
    let parties = [
        Party::Organization(riverside()),
        Party::Organization(harbour()),
        Party::Organization(line()),
        Party::CrisisServices,
    ];
    let mut choices = Choices::new(0x0b_e41d);
    let (mut opened, mut nothing) = (0, 0);
    for round in 0..ROUNDS {
        for _ in 0..3 {
            home.world.wait(Duration::seconds(1));
            let party = choices.of(&parties).unwrap();
            match choices.below(6) {
                0 => drop(exchange.refuse(ama, party, choices.once_in(2)).await.unwrap()),
                1 | 2 => {
                    let body = refusal(&home, &mut choices).to_string();
                    // A no to everyone is one to her app too, which then loses its key.
                    let token = home.app_of(home.ama, "patient/Consent.c").await;
                    let asked = Asked::new("POST", "/fhir/Consent").body("application/fhir+json", body);
                    assert_eq!(home.ask(asked, Some(&token)).await.status, 201);
                }
                _ => {
                    let sections = SECTIONS.into_iter().filter(|_| choices.once_in(2)).collect();
                    let choice = Choice { sections, ..Choice::default() };
                    let in_an_emergency = [Party::Organization(line()), Party::CrisisServices].contains(&party);
                    let purpose = if in_an_emergency { Purpose::Etreat } else { Purpose::Treat };
                    let _ = exchange.share(ama, party, purpose, &choice, None).await.unwrap();
                }
            }
        }
        home.world.wait(Duration::seconds(1));
        let before = all_see(&home).await;
        let kept = exchange.kept_back(ama).await.unwrap();
        let (seen, standing) = exchange.standing(ama).await.unwrap();
        let refused: Vec<Party> = standing.iter().filter(|one| one.refused.is_some()).map(|one| one.party).collect();
        let opens = if !refused.is_empty() && choices.once_in(2) {
            let party = choices.of(&refused).unwrap();
            let opens = exchange.behind_no(ama, party).await.unwrap();
            let _ = exchange.end_refusal(ama, party, seen).await.unwrap();
            opens
        } else if let Some(one) = usize::try_from(choices.below(kept.len() as u64)).ok().and_then(|n| kept.get(n)) {
            let _ = exchange.restore_consent(ama, one.id, one.seen).await.unwrap();
            one.opens.clone()
        } else {
            continue;
        };
        for ((organization, before), (_, after)) in before.iter().zip(all_see(&home).await) {
            let mut newly = after;
            newly.retain(|section, count| {
                *count -= before.get(section).copied().unwrap_or_default();
                *count > 0
            });
            let by_name = told(&opens, |to| to == Recipient::Organization(*organization));
            let of_class = told(&opens, |to| matches!(to, Recipient::Class(_)));
            // What any crisis service would see, one that she said no to by name does not.
            let as_one_of_them = *organization == line() && by_name.is_empty() && newly == of_class;
            assert!(by_name == newly || as_one_of_them, "round {round}, {organization}: {newly:?}, but {opens:?}");
            opened += u32::from(!newly.is_empty());
            nothing += u32::from(newly.is_empty());
        }
    }
    assert!(opened > 15 && nothing > 300, "{opened} opened something, {nothing} nothing");
}

/// What stands above the parts of a plan, that a part is said to be empty, and that a plan is cancelled are something new too.
#[tokio::test]
async fn what_is_no_part_of_a_plan_is_told_as_newly_seen_as_well() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (ama, exchange) = (Themselves::signed_in(home.ama), &home.world.exchange);
    let system = home.ehr("system/*.rs").await;
    let title = "What we do when it gets too bright";
    let shows = async |what: &str| {
        let path = format!("/fhir/CarePlan?patient={}", home.ama);
        let answer = home.ask(Asked::new("GET", &path), Some(&system)).await;
        String::from_utf8_lossy(&answer.body).contains(what)
    };
    // All sections are open to Riverside by themselves, and an app proposes the whole kind.
    assert_eq!(home.sent(&home.permit_with(KINDS, "joint-crisis-plan")).await.status, 201);
    let here = Visitor::of(&home, home.ama).await;
    let page = here.get(&home, "/me/sharing").await.text;
    assert!(page.contains("<li>The title of your plan") && !page.contains("would see nothing new"), "{page}");
    assert!(!shows(title).await);
    let (seen, waiting) = exchange.waiting_consents(ama).await.unwrap();
    assert_eq!((waiting[0].newly.titles, waiting[0].newly.sections.len()), (1, 0));
    let _ = exchange.confirm_consent(ama, waiting[0].id, seen).await.unwrap();
    assert!(shows(title).await);

    // Of a cancelled plan it is that it is cancelled, and why.
    let party = Party::Organization(riverside());
    let _ = exchange.stop_sharing(ama, party).await.unwrap();
    let why = Words::new("I see it differently now.".into(), Lang::try_from("en-GB").unwrap()).unwrap();
    let _ = exchange.refuse_plan(ama, home.directive, Some(why), false).await.unwrap();
    assert_eq!(home.sent(&home.permit_with(KINDS, "advance-directive")).await.status, 201);
    let page = here.get(&home, "/me/sharing").await.text;
    assert!(
        page.contains("<li>That you cancelled 1 plan, and why") && !page.contains("would see nothing new"),
        "{page}"
    );
    let (seen, waiting) = exchange.waiting_consents(ama).await.unwrap();
    let _ = exchange.confirm_consent(ama, waiting[0].id, seen).await.unwrap();
    assert!(shows("I see it differently now.").await);

    // That nothing stands in a part, because she said so.
    let mut plan = exchange.own_plan(ama, home.plan).await.unwrap().unwrap().get().as_content();
    plan.items.retain(|draft| draft.item.section != Section::Strengths);
    plan.absences.insert(Section::Strengths, sayso_plan::plan::Absence::AskedDeclined);
    let base = exchange.own_plan(ama, home.plan).await.unwrap().unwrap().fingerprint().to_string();
    let _ = exchange.write_own_plan(ama, Some((home.plan, &base)), plan).await.unwrap();
    let two = Choice { sections: [Section::Helps].into(), ..Choice::default() };
    let _ = exchange.share(ama, party, Purpose::Treat, &two, None).await.unwrap();
    let mut empty = home.permit();
    empty["provision"]["provision"][0]["securityLabel"][0]["code"] = "strengths".into();
    assert_eq!(home.sent(&empty).await.status, 201);
    let page = here.get(&home, "/me/sharing").await.text;
    assert!(page.contains("<li>That you left 1 part empty") && !page.contains("would see nothing new"), "{page}");
}

#[tokio::test]
async fn her_no_to_a_hospital_as_a_whole_ends_by_itself_and_what_else_is_kept_back_stays() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (ama, exchange) = (Themselves::signed_in(home.ama), &home.world.exchange);
    let token = home.app_of(home.ama, "patient/Consent.c").await;
    let part = Asked::new("POST", "/fhir/Consent").body("application/fhir+json", home.refusal().to_string());
    assert_eq!(home.ask(part, Some(&token)).await.status, 201);
    let party = Party::Organization(riverside());
    let _ = exchange.refuse(ama, party, true).await.unwrap();
    let choice = Choice { sections: [Section::Helps, Section::Harms].into(), ..Choice::default() };
    let _ = exchange.share(ama, party, Purpose::Treat, &choice, None).await.unwrap();
    assert!(sees(&home, ehr()).await.is_empty(), "what is newer is not stronger");

    let here = Visitor::of(&home, home.ama).await;
    let page = here.get(&home, &format!("/me/sharing/{}", riverside())).await.text;
    assert!(page.contains("If you end this no: Riverside Hospital would newly see, for treatment:"), "{page}");
    assert!(page.contains("<li>What makes it worse (") && !page.contains("<li>What helps ("), "{page}");
    let (seen, _) = exchange.standing(ama).await.unwrap();
    let stale = exchange.end_refusal(ama, party, seen - 1).await;
    assert!(matches!(stale, Err(Refusal::Moved)), "{stale:?}");
    let receipt = exchange.end_refusal(ama, party, seen).await.unwrap();
    let seen = sees(&home, ehr()).await;
    assert!(seen.contains_key("harms") && !seen.contains_key("helps"), "a part is still kept back: {seen:?}");
    assert_eq!(exchange.kept_back(ama).await.unwrap().len(), 1);
    let (page, _) = here.receipt(&home, receipt.leaf()).await;
    for said in
        ["You ended your no to Riverside Hospital", "What you opened before, which counts again", "What makes it worse"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("This opens nothing by itself."), "{page}");
}

#[tokio::test]
async fn a_no_that_was_sent_is_shown_with_its_time_and_ends_by_itself() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.app_of(home.ama, "patient/Consent.c").await;
    let mut later = home.refusal();
    let day = |days: i64| {
        let at = home.world.exchange.now() + Duration::days(days);
        at.date().to_string()
    };
    later["provision"]["period"] = json!({"start": day(3), "end": day(9)});
    let asked = Asked::new("POST", "/fhir/Consent").body("application/fhir+json", later.to_string());
    assert_eq!(home.ask(asked, Some(&token)).await.status, 201);
    let here = Visitor::of(&home, home.ama).await;
    let page = here.get(&home, "/me/sharing").await.text;
    assert!(page.contains("It begins on ") && page.contains("It ends by itself on "), "{page}");
    let receipt = here.receipts(&home).await[0];
    let (page, file) = here.receipt(&home, receipt).await;
    assert!(page.contains("What closes later, from the day it says"), "{page}");
    assert!(!page.contains("What is closed since"), "{page}");
    crate::receipts::valid(&crate::receipts::schema(), &serde_json::from_str(&file).unwrap());
    assert!(sees(&home, ehr()).await.contains_key("helps"), "it has not begun");
    home.world.wait(Duration::days(5));
    assert!(!sees(&home, ehr()).await.contains_key("helps"), "it holds");
    home.world.wait(Duration::days(6));
    assert!(sees(&home, ehr()).await.contains_key("helps"), "it is over");
    let page = here.get(&home, "/me/sharing").await.text;
    assert!(!page.contains("Do not keep this back"), "{page}");
}

#[tokio::test]
async fn a_preview_says_what_stays_hidden_all_the_same_and_why() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.app_of(home.ama, "patient/Consent.c").await;
    let mut refusal = home.refusal();
    refusal["provision"]["actor"][0]["reference"]["identifier"]["value"] = harbour().to_string().into();
    let asked = Asked::new("POST", "/fhir/Consent").body("application/fhir+json", refusal.to_string());
    assert_eq!(home.ask(asked, Some(&token)).await.status, 201);
    let here = Visitor::of(&home, home.ama).await;
    let (seen, _) = home.world.exchange.standing(here.themselves()).await.unwrap();
    let preview = async |fields: &str| {
        let path = format!("/me/sharing/{}/preview", harbour());
        here.post(&home, &path, &format!("purpose=TREAT&seen={seen}&{fields}")).await.text
    };
    let page = preview("section=helps").await;
    for said in ["They will see nothing.", "What stays hidden all the same", "You said no.", "/me/sharing#kept"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let page = preview("section=helps&section=harms").await;
    assert!(page.contains("What stays hidden all the same") && !page.contains("They will see nothing."), "{page}");
    let page = preview("section=harms").await;
    assert!(!page.contains("What stays hidden all the same"), "{page}");
    let page = preview("section=hopes").await;
    assert!(page.contains("Nothing is written in the parts you chose."), "{page}");
}
