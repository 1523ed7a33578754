//! A preview is exactly what they will get: the same bytes, for whatever the person chooses.

use sayso_consent::Themselves;
use sayso_exchange::sharing::{Choice, Party};
use sayso_fhir::{native, outgoing};
use sayso_plan::{ItemId, PlanId, PlanKind, Purpose, Section, Share};
use sayso_tests::generate::Choices;
use sayso_tests::world::{Asked, BASE};
use serde_json::Value;
use time::Duration;

use crate::home::{Home, riverside};
use crate::receipts::Visitor;

/// How many choices are previewed, made and looked at.
const CASES: u64 = 1_000;

/// Some of these, each with the same chance.
pub(crate) fn some<T: Copy>(all: &[T], one_in: u64, choices: &mut Choices) -> Vec<T> {
    all.iter().copied().filter(|_| choices.once_in(one_in)).collect()
}

/// Whole plans, levels, or everything: what an app or a record system asks for, and the person may say yes to.
pub(crate) fn wide_choice(plans: &[PlanId], choices: &mut Choices) -> Choice {
    Choice {
        plans: some(plans, 2, choices).into_iter().collect(),
        levels: some(&[Share::Open, Share::Care], 3, choices).into_iter().collect(),
        everything: choices.once_in(6),
        ..Choice::default()
    }
}

/// The choice as the form sends it.
fn fields(choice: &Choice) -> String {
    let kinds = choice.kinds.iter().map(|kind| format!("&kind={}", kind.code()));
    let sections = choice.sections.iter().map(|section| format!("&section={}", section.code()));
    let items = choice.items.iter().map(|item| format!("&item={item}"));
    let documents = choice.documents.then(|| "&documents=yes".to_owned());
    let plans = choice.plans.iter().map(|plan| format!("&plan={plan}"));
    let levels =
        choice.levels.iter().map(|level| format!("&level={}", if *level == Share::Open { "open" } else { "care" }));
    let everything = choice.everything.then(|| "&everything=yes".to_owned());
    let parts = kinds.chain(sections).chain(items).chain(documents);
    format!("purpose=TREAT&seen=0{}", parts.chain(plans).chain(levels).chain(everything).collect::<String>())
}

/// A narrative as our pages carry it: a class instead of the style, and no namespace.
fn on_the_page(div: &str) -> String {
    div.replace(" style=\"white-space: pre-wrap\"", " class=\"lines-kept\"")
        .replace(" xmlns=\"http://www.w3.org/1999/xhtml\"", "")
}

#[tokio::test]
async fn what_was_previewed_is_to_the_byte_what_is_answered_then() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (ama, party) = (Themselves::signed_in(home.ama), Party::Organization(riverside()));
    let token = home.ehr("system/*.rs").await;
    let visitor = Visitor::of(&home, home.ama).await;
    let own = home.world.exchange.own_plans(ama).await.unwrap();
    let items: Vec<ItemId> = own.iter().flat_map(|plan| plan.get().items.iter().map(|item| item.id)).collect();
    let plans: Vec<PlanId> = own.iter().map(|plan| plan.get().id).collect();
    let sections: Vec<Section> = Section::all().collect();
    let mut choices = Choices::new(0x9e37);
    let (mut shown, mut empty, mut several, mut single, mut wide) = (0, 0, 0, 0, 0);
    for case in 0..CASES {
        let choice = if case % 4 == 0 {
            wide_choice(&plans, &mut choices)
        } else {
            Choice {
                kinds: some(&PlanKind::ALL, 12, &mut choices).into_iter().collect(),
                sections: some(&sections, 8, &mut choices).into_iter().collect(),
                items: some(&items, 40, &mut choices).into_iter().collect(),
                documents: choices.once_in(4),
                ..Choice::default()
            }
        };
        wide += u32::from(!choice.plans.is_empty() || !choice.levels.is_empty() || choice.everything);
        let purpose = Purpose::Treat;
        let previewed = home.world.exchange.preview(ama, party, purpose, &choice).await.unwrap().shown;
        let mut expected: Vec<(String, Vec<u8>, Vec<u8>)> = previewed
            .iter()
            .map(|released| {
                let all = outgoing::resources(released, &format!("{BASE}/fhir"));
                (released.get().id.to_string(), all[0].bytes(), native::write(released))
            })
            .collect();
        expected.sort();
        let resources: Vec<(&str, String, Vec<u8>)> = previewed
            .iter()
            .flat_map(|released| outgoing::resources(released, &format!("{BASE}/fhir")))
            .map(|one| (one.kind, one.id.clone(), one.bytes()))
            .collect();

        let page = visitor.post(&home, &format!("/me/sharing/{}/preview", riverside()), &fields(&choice)).await;
        let _ = home.world.exchange.share(ama, party, purpose, &choice, None).await.unwrap();
        let mut found = Vec::new();
        for plan in own.iter().map(|plan| plan.get().id) {
            let read = home.ask(Asked::new("GET", &format!("/fhir/CarePlan/{plan}")), Some(&token)).await;
            let bare = home.ask(Asked::new("GET", &format!("/plans/{plan}")), Some(&token)).await;
            if read.status == 200 {
                let narrative = on_the_page(read.json()["text"]["div"].as_str().unwrap());
                assert!(page.text.contains(&narrative), "case {case}, {plan}: the page shows something else");
                found.push((plan.to_string(), read.body.to_vec(), bare.body.to_vec()));
            }
        }
        found.sort();
        assert_eq!(page.text.matches("<article class=\"shown\">").count(), found.len(), "case {case}");
        // Every tenth time each resource by itself.
        for (kind, id, bytes) in resources.iter().filter(|_| case % 10 == 0) {
            let read = home.ask(Asked::new("GET", &format!("/fhir/{kind}/{id}")), Some(&token)).await;
            assert!(read.body[..] == bytes[..], "case {case}: {kind}/{id} is not the same bytes");
            single += 1;
        }
        assert_eq!(found.len(), expected.len(), "case {case}: {choice:?}");
        for ((plan, resource, native), (_, expected, expected_native)) in found.iter().zip(&expected) {
            let read = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
            assert_eq!(read(resource), read(expected), "case {case}, {plan}");
            assert!(resource == expected && native == expected_native, "case {case}, {plan}: not the same bytes");
        }
        shown += u32::from(!found.is_empty());
        empty += u32::from(found.is_empty());
        several += u32::from(found.len() > 1);
        home.world.wait(Duration::seconds(1));
    }
    assert!(
        shown > 700 && empty > 5 && several > 100 && single > 500 && wide > 150,
        "{shown} showed something, {empty} nothing, {several} several plans, {single} resources, {wide} wide choices"
    );
}
