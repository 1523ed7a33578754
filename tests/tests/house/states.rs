//! What she has said to somebody is one of four things, and the page, the decision and the receipt know them apart.

use std::collections::BTreeSet;

use sayso_consent::Known;
use sayso_exchange::sharing::{Choice, Party};
use sayso_plan::{Purpose, Section, Share};
use sayso_tests::world::Asked;
use serde_json::{Value, json};

use crate::home::{Home, riverside};
use crate::receipts::{Visitor, schema, valid};
use crate::said_is_so::{lantern, line, sees};

const MARK: &str = "https://sayso.example/fhir/StructureDefinition/even-in-emergency";

/// What `Consent/$explain` gives as the causes towards Lantern.
async fn causes(home: &Home) -> BTreeSet<String> {
    let hers = home.app_of(home.ama, "patient/*.rs patient/Consent.r").await;
    let asked = json!({"resourceType": "Parameters", "parameter": [
        {"name": "organization", "valueId": lantern()},
        {"name": "purpose", "valueCode": "ETREAT"},
    ]});
    let sent = Asked::new("POST", "/fhir/Consent/$explain").body("application/fhir+json", asked.to_string());
    let answer = home.ask(sent, Some(&hers)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let parts = answer.json()["parameter"].as_array().unwrap().clone();
    let cause = |part: &Value| {
        let all = part["part"].as_array().unwrap();
        all.iter().find(|one| one["name"] == "cause").unwrap()["valueCode"].as_str().unwrap().to_owned()
    };
    parts.iter().map(cause).collect()
}

#[tokio::test]
async fn nothing_said_a_yes_a_no_and_a_no_even_in_an_emergency_are_told_apart() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = line(&home).await;
    let (ama, party) = (Visitor::of(&home, home.ama).await, Party::Organization(lantern()));
    let (place, her, exchange) = (format!("/me/sharing/{}", lantern()), ama.themselves(), &home.world.exchange);
    let said = [
        "You have not said anything yet.",
        "They can see something.",
        "You said no.",
        "You said no, even in an emergency.",
    ];
    let helps = Choice { sections: [Section::Helps].into(), ..Choice::default() };
    for (state, cause) in ["never-opened", "permitted", "refused", "refused-even-in-emergency"].into_iter().enumerate()
    {
        match state {
            0 => {}
            1 => drop(exchange.share(her, party, Purpose::Etreat, &helps, None).await.unwrap()),
            _ => {
                let emergency = if state == 3 { "emergency=yes" } else { "" };
                let done = ama.post(&home, &format!("{place}/never"), emergency).await;
                assert!(done.status < 400, "{done:?}");
            }
        }
        let others = ama.get(&home, "/me/sharing/others").await.text;
        let line = others.split("Lantern Line").nth(1).unwrap();
        let line = line.split("</li>").next().unwrap();
        for (other, sentence) in said.iter().enumerate() {
            assert_eq!(line.contains(sentence), state == other, "{sentence}: {line}");
        }
        assert!(causes(&home).await.contains(cause), "{cause}: {:?}", causes(&home).await);
        assert_eq!(sees(&home, &token).await, state == 1);
        let choices = ama.get(&home, &place).await.text;
        assert_eq!(choices.contains("You said no to them. They see nothing."), state == 2);
        assert_eq!(choices.contains("You said no to them, even in an emergency. They see nothing."), state == 3);
        if state >= 2 {
            let why = ama.get(&home, &format!("{place}/why?purpose=ETREAT")).await.text;
            assert_eq!(why.contains("You said no, even in an emergency."), state == 3, "{why}");
            assert!(!why.contains("They see this."));
        }
    }
    // She ends it, and has said nothing again.
    let (seen, _) = exchange.standing(her).await.unwrap();
    let _ = exchange.end_refusal(her, party, seen).await.unwrap();
    assert_eq!(causes(&home).await, ["never-opened".to_owned()].into());
}

#[tokio::test]
async fn a_no_even_in_an_emergency_that_is_sent_for_another_purpose_closes_emergencies() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = line(&home).await;
    let ama = Visitor::of(&home, home.ama).await;
    let helps = Choice { sections: [Section::Helps].into(), ..Choice::default() };
    let party = Party::Organization(lantern());
    let _ = home.world.exchange.share(ama.themselves(), party, Purpose::Etreat, &helps, None).await.unwrap();
    let mut no = home.refusal();
    no["provision"]["actor"][0]["reference"]["identifier"]["value"] = lantern().to_string().into();
    no["provision"]["purpose"][0]["code"] = "COC".into();
    assert_eq!(home.sent(&no).await.status, 201);
    assert!(sees(&home, &token).await, "a no to coordination is none to an emergency");
    no["provision"]["extension"] = json!([{"url": MARK, "valueBoolean": true}]);
    assert_eq!(home.sent(&no).await.status, 201);
    assert!(!sees(&home, &token).await);
    assert!(causes(&home).await.contains("refused-even-in-emergency"));
    // Ending it tells that it opens this again, and so it does.
    let kept = home.world.exchange.kept_back(ama.themselves()).await.unwrap();
    let marked = kept.iter().find(|one| !one.opens.is_empty()).unwrap();
    let receipt = home.world.exchange.restore_consent(ama.themselves(), marked.id, marked.seen).await.unwrap().leaf();
    assert!(sees(&home, &token).await);
    let page = ama.receipt(&home, receipt).await.0;
    assert!(page.contains("What helps") && page.contains("Lantern Line"), "{page}");
}

#[tokio::test]
async fn what_is_suggested_for_broken_glass_opens_when_she_saves_it_and_not_before() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Visitor::of(&home, home.ama).await;
    let place = format!("/me/sharing/{}", riverside());
    let btg = async || {
        let standing = home.world.exchange.standing(ama.themselves()).await.unwrap().1;
        let here = standing
            .into_iter()
            .find(|one| one.purpose == Purpose::Btg && one.party == Party::Organization(riverside()));
        here.map(|one| one.open)
    };
    let ticked = |page: &str| -> BTreeSet<&'static str> {
        let is_ticked = |section: &Section| {
            let code = section.code();
            page.contains(&format!("value=\"{code}\" aria-describedby=\"help-{code}\" checked"))
        };
        Section::all().filter(is_ticked).map(Section::code).collect()
    };
    let plain = ama.get(&home, &format!("{place}?purpose=BTG")).await.text;
    assert!(
        ticked(&plain).is_empty() && plain.contains("suggested=yes"),
        "the set that is suggested is not ticked for her"
    );
    let page = ama.get(&home, &format!("{place}?purpose=BTG&suggested=yes")).await.text;
    let suggested: BTreeSet<&str> = Section::all()
        .filter(|section| section.in_crisis_extract() && section.default_share() != Share::Close)
        .map(Section::code)
        .collect();
    assert!(ticked(&page) == suggested && suggested.len() > 2, "{:?}", ticked(&page));
    let (seen, _) = home.world.exchange.standing(ama.themselves()).await.unwrap();
    let fields = suggested.iter().map(|code| format!("&section={code}")).collect::<String>();
    let fields = format!("purpose=BTG&seen={seen}{fields}");
    assert_eq!(ama.post(&home, &format!("{place}/preview"), &fields).await.status, 200);
    assert_eq!(btg().await, None, "neither to look nor to preview opens anything");
    assert_eq!(ama.post(&home, &format!("{place}/share"), &fields).await.status, 303);
    let open = btg().await.unwrap();
    assert_eq!(open.sections.iter().map(|section| section.code()).collect::<BTreeSet<_>>(), suggested);
    assert!(open.items.is_empty() && !open.documents && open.kinds.is_empty() && open.levels.is_empty());
    let snapshot = home.world.exchange.store().snapshot(home.ama).await.unwrap().unwrap();
    let marked =
        snapshot.consents.iter().flat_map(|one| &one.provisions).filter(|one| {
            one.purposes == Known::Is(sayso_consent::Purposes::Only(Purpose::Btg)) && one.even_in_emergency
        });
    assert_eq!(marked.count(), 0);
    // It has a receipt like any other, and so has taking it back.
    let receipts = ama.receipts(&home).await;
    let (page, file) = ama.receipt(&home, receipts[0]).await;
    let file: serde_json::Value = serde_json::from_str(&file).unwrap();
    valid(&schema(), &file);
    assert!(page.contains("Riverside Hospital") && page.contains("Without asking first"), "{page}");
    assert!(file.to_string().contains("BTG") && !file.to_string().contains("ETREAT"), "{file}");
    for code in &suggested {
        assert!(file.to_string().contains(code), "{code}: {file}");
    }
    let party = Party::Organization(riverside());
    let taken_back = home.world.exchange.stop_sharing(ama.themselves(), party).await.unwrap().leaf();
    let (_, file) = ama.receipt(&home, taken_back).await;
    valid(&schema(), &serde_json::from_str(&file).unwrap());
    assert!(file.contains("BTG"), "{file}");
}

#[tokio::test]
async fn who_asks_what_for_and_why_stands_on_her_page() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let bea = Visitor::of(&home, home.bea).await;
    let code = home.world.exchange.pairing_code(bea.themselves()).await.unwrap().0.to_string();
    let reason = "You are at our desk <today> & we \"wait\".";
    let parameters = json!([
        {"name": "code", "valueString": code},
        {"name": "reason", "valueString": reason},
    ]);
    let body = json!({"resourceType": "Parameters", "parameter": parameters}).to_string();
    let asked = Asked::new("POST", "/fhir/Patient/$ask-to-share").body("application/fhir+json", body);
    assert_eq!(home.ask(asked, Some(&home.ehr("system/Patient.rs").await)).await.status, 202);
    let page = bea.get(&home, "/me/sharing").await.text;
    let asks = page.split("class=\"asks\"").nth(1).unwrap().split("</li>").next().unwrap();
    for said in ["Riverside Hospital", "They asked ", "for treatment", "What they wrote", "at our desk"] {
        assert!(asks.contains(said), "{said}: {asks}");
    }
    assert!(!asks.contains("<today>"), "their words are words");
    // It is asked about all that she has: which parts is hers to say, and none is ticked.
    let choices = bea.get(&home, &format!("/me/sharing/{}", riverside())).await.text;
    assert!(choices.contains("They asked ") && !choices.contains(" checked"), "{choices}");
}
