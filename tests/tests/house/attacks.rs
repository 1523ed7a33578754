//! Single attacks of the ledger (`tests/ledger.toml`) that no other test stands for, each under its id.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use sayso_auth::Place;
use sayso_consent::Themselves;
use sayso_exchange::Act;
use sayso_exchange::sharing::{Choice, Party};
use sayso_pages::{Pages, router};
use sayso_plan::{ClientId, Identifier, IdentifierState, OrganizationId, PlanId, Purpose, Section, Share};
use sayso_tests::world::{Asked, BASE, Observed};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::bad_input::{Target, refused, targets};
use crate::home::{DIRECTIVE, HER_WORDS, Home, NUMBERS, id, number};
use crate::pages::cookie;

const FHIR: &str = "application/fhir+json";
/// Far more than a linear reader needs for the largest body, unoptimised, and far less than a quadratic one.
const LINEAR: Duration = Duration::from_secs(10);

#[tokio::test]
async fn d04_no_content_coding_is_unpacked_so_nothing_can_swell() {
    let _honest = crate::honest();
    let home = Home::open().await;
    for target in targets(&home).await {
        for coding in ["gzip", "br", "zstd", "deflate", "gzip, gzip", "identity, gzip", "GZIP", "x"] {
            let asked = target.with(target.valid.clone()).header("content-encoding", coding);
            assert_eq!(home.world.call(&asked).await.status, if is_oauth(&target) { 400 } else { 415 }, "{coding}");
            refused(&home, &target, coding, &asked).await;
        }
        // A packed body that does not say so: gzip, zstd.
        for magic in [b"\x1f\x8b\x08\0\0\0\0\0".as_slice(), b"\x28\xb5\x2f\xfd"] {
            refused(&home, &target, "packed in silence", &target.with([magic, &target.valid].concat())).await;
        }
    }
}

fn is_oauth(target: &Target) -> bool {
    target.name == "token"
}

#[tokio::test]
async fn d19_ten_thousand_parameters_are_refused_and_many_members_are_read_in_linear_time() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (ehr, app) = (home.ehr("system/*.rs").await, home.app_of(home.ama, "patient/*.cruds").await);
    let many: String = (0..10_000).map(|n| format!("&{n:x}")).collect();
    let begun = Instant::now();
    for path in ["/fhir/CarePlan", "/fhir/Patient", "/fhir/Patient/$current-plan", "/fhir/DocumentReference"] {
        let address = format!("{path}?identifier={NUMBERS}%7C1{many}");
        assert_eq!(home.ask(Asked::new("GET", &address), Some(&ehr)).await.status, 400, "{path}");
    }
    for target in targets(&home).await.iter().filter(|target| target.media.contains("form")) {
        let form = [target.valid.as_slice(), many.as_bytes()].concat();
        assert_eq!(home.world.call(&target.with(form)).await.status, 400, "{}", target.name);
    }
    // One object of as many members as fit, none of them twice.
    let members: String = (0..150_000).map(|n| format!(",\"m{n}\":0")).collect();
    for (path, media) in [("/plans", "application/json"), ("/fhir", FHIR), ("/fhir/DocumentReference", FHIR)] {
        let body = format!("{{\"resourceType\":\"Bundle\"{members}}}");
        assert!(body.len() < sayso_gateway::limits::BODY_MAX_BYTES);
        let answer = home.ask(Asked::new("POST", path).body(media, body), Some(&app)).await;
        assert_eq!(answer.status, 422, "{path}");
    }
    assert!(begun.elapsed() < LINEAR, "{:?}", begun.elapsed());
}

/// What somebody would put into a narrative; each holds the word by which it is found again.
const HOSTILE: [&str; 9] = [
    "<script>evil()</script>",
    "<p onload=\"evil()\">x</p>",
    "<svg onload=\"evil()\"></svg>",
    "<p style=\"background:url(https://evil.example)\">x</p>",
    "<a href=\"javascript:evil()\">x</a>",
    "<math><mtext></p><style><img src=\"x\" onerror=\"evil()\"/></style></mtext></math>",
    "<img src=\"https://evil.example/x.png\" alt=\"\"/>",
    "<iframe src=\"https://evil.example\"></iframe>",
    "<!DOCTYPE evil [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>&e;",
];

#[tokio::test]
async fn d07_nothing_of_a_hostile_narrative_is_shown_again() {
    let _honest = crate::honest();
    let mut taken = 0;
    for hostile in HOSTILE {
        let home = Home::open().await;
        let app = home.app_of(home.ama, "patient/*.cruds").await;
        let mut bundle = home.transaction().await;
        let mut put = 0;
        for entry in bundle["entry"].as_array_mut().unwrap() {
            if let Some(div) = entry["resource"]["text"]["div"].as_str() {
                let spoilt = div.replacen('>', &format!(">{hostile}"), 1);
                entry["resource"]["text"]["div"] = spoilt.into();
                put += 1;
            }
        }
        assert!(put > 10, "the narratives are there to be spoilt");
        let before = home.kept().await;
        let answer = home.ask(Asked::new("POST", "/fhir").body(FHIR, bundle.to_string()), Some(&app)).await;
        match answer.status {
            200 => taken += 1,
            422 => assert_eq!(home.kept().await, before, "{hostile}"),
            _ => panic!("{hostile}: {answer:?}"),
        }
        for path in [format!("/fhir/CarePlan/{}", home.plan), format!("/fhir/Bundle/{}", home.plan)] {
            let read = home.ask(Asked::new("GET", &path), Some(&app)).await;
            assert!(read.status == 200 && text(&read).contains("<div xmlns="), "{path}");
            assert!(!text(&read).contains("evil"), "{hostile}: {path}");
        }
        let page = page(&home, &format!("/me/plans/{}", home.plan)).await;
        assert!(page.status == 200 && text(&page).contains(HER_WORDS) && !text(&page).contains("evil"), "{hostile}");
    }
    println!("{taken} of {} were taken, and written anew", HOSTILE.len());
}

/// A page of the person's door, as Ama sees it.
async fn page(home: &Home, path: &str) -> Observed {
    let cookie = cookie(home, home.ama).await;
    let pages = router(Pages::new(home.world.exchange.clone(), Place::at(BASE).unwrap()));
    let request = Request::builder().uri(path).header("cookie", cookie).body(Full::<Bytes>::default()).unwrap();
    let (head, body) = pages.oneshot(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let headers = head.headers.iter().map(|(n, v)| (n.to_string(), v.to_str().unwrap_or_default().to_owned()));
    Observed { status: head.status.as_u16(), headers: headers.collect(), body }
}

#[tokio::test]
async fn d11_an_attachment_is_handed_out_to_be_saved_and_never_under_what_it_says_it_is() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let app = home.app_of(home.ama, "patient/*.cruds").await;
    let polyglot = b"%PDF-1.7\n<html><script>evil()</script></html>";
    for (stated, file) in [
        ("text/html", "document.bin"),
        ("image/svg+xml", "document.bin"),
        ("application/x-msdownload", "document.bin"),
        ("application/pdf", "document.pdf"),
        ("application/pdf; name=\"../../evil.html\"", "document.pdf"),
    ] {
        let mut sent = home.document();
        let attachment = &mut sent["content"][0]["attachment"];
        attachment["contentType"] = stated.into();
        attachment["data"] = STANDARD.encode(polyglot).into();
        attachment["title"] = "../../etc/evil.html\" onload=\"evil()<script>".into();
        let asked = Asked::new("POST", "/fhir/DocumentReference").body(FHIR, sent.to_string());
        let made = home.ask(asked, Some(&app)).await;
        assert_eq!(made.status, 201, "{stated}: {made:?}");
        let own = home.world.exchange.own_plans(Themselves::signed_in(home.ama)).await.unwrap();
        let kept = own.iter().filter(|plan| plan.get().document.is_some()).max_by_key(|plan| plan.get().terms_since);
        let plan = kept.unwrap().get().id;
        let saved = page(&home, &format!("/me/plans/{plan}/document")).await;
        assert_eq!((saved.status, saved.body.as_ref()), (200, polyglot.as_slice()), "{stated}");
        assert_eq!(saved.header("content-type"), Some("application/octet-stream"), "{stated}");
        let wanted = format!("attachment; filename=\"{file}\"");
        assert_eq!(saved.header("content-disposition"), Some(wanted.as_str()), "{stated}");
        assert_eq!(saved.header("x-content-type-options"), Some("nosniff"), "{stated}");
        assert!(saved.header("content-security-policy").is_some_and(|policy| policy.contains("sandbox")), "{stated}");
        let shown = page(&home, &format!("/me/plans/{plan}")).await;
        assert_eq!(shown.status, 200);
        assert!(!text(&shown).contains("<script>") && !text(&shown).contains("\" onload=\""), "{}", text(&shown));
        let search = Asked::new("GET", &format!("/fhir/DocumentReference?patient={}", home.ama));
        let read = home.ask(search, Some(&app)).await;
        assert!(read.header("content-type").unwrap().starts_with(FHIR), "never by itself, always inside FHIR");
        home.world.wait(time::Duration::minutes(1));
    }
}

fn text(observed: &Observed) -> String {
    String::from_utf8_lossy(&observed.body).into_owned()
}

/// Ama changes what the hospital may see of a plan.
async fn rewords(home: &Home, plan: PlanId, to: &str) {
    let ama = Themselves::signed_in(home.ama);
    let now = home.world.exchange.own_plan(ama, plan).await.unwrap().unwrap();
    let mut content = now.get().as_content();
    let open = |item: &sayso_plan::DraftItem| item.item.share_level() != Share::Close && item.item.words.is_some();
    let item = content.items.iter_mut().find(|item| open(item)).unwrap();
    let lang = item.item.words.as_ref().unwrap().lang().clone();
    item.item.words = Some(sayso_plan::Words::new(to.to_owned(), lang).unwrap());
    let base = now.fingerprint().to_string();
    let _ = home.world.exchange.write_own_plan(ama, Some((plan, &base)), content).await.unwrap();
}

#[tokio::test]
async fn c09_a_copy_that_a_record_system_holds_is_known_to_be_old_and_none_is_to_be_kept() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.ehr("system/*.rs").await;
    let number = number(home.ama);
    let paths = [
        format!("/fhir/CarePlan/{}", home.directive),
        format!("/fhir/Bundle/{}", home.directive),
        format!("/fhir/Patient/$current-plan?identifier={NUMBERS}%7C{number}&kind=advance-directive"),
    ];
    let mut held = Vec::new();
    for path in &paths {
        let read = home.ask(Asked::new("GET", path), Some(&token)).await;
        assert_eq!((read.status, read.header("cache-control")), (200, Some("no-store")), "{path}");
        let etag = format!("W/\"{}\"", read.etag().unwrap());
        let again = home.ask(Asked::new("GET", path).header("if-none-match", &etag), Some(&token)).await;
        // Of a document an old copy is never said to be current.
        let fresh = if path.contains("/CarePlan/") { 304 } else { 200 };
        assert_eq!((again.status, again.header("cache-control")), (fresh, Some("no-store")), "{path}");
        held.push(etag);
    }
    // What is said of the person is part of a document; the plan by itself has not changed.
    let mut ama = home.world.exchange.own_self(Themselves::signed_in(home.ama)).await.unwrap();
    let state = IdentifierState::Verified { by: "Riverside".into(), at: home.world.now() };
    ama.identifiers.push(Identifier { system: "urn:oid:1.2.3".into(), value: "7".into(), state });
    home.world.put_person(ama).await;
    for ((path, etag), status) in paths.iter().zip(&held).zip([304, 200, 200]) {
        let read = home.ask(Asked::new("GET", path).header("if-none-match", etag), Some(&token)).await;
        assert_eq!(read.status, status, "{path}");
    }
    home.world.wait(time::Duration::days(1));
    rewords(&home, home.directive, "Only tea from now on.").await;
    for (path, etag) in paths.iter().zip(&held) {
        let read = home.ask(Asked::new("GET", path).header("if-none-match", etag), Some(&token)).await;
        assert_eq!(
            (read.status, read.header("cache-control")),
            (200, Some("no-store")),
            "{path}: an old copy is no copy"
        );
        assert!(text(&read).contains("Only tea from now on."), "{path}");
    }
    let history = home.ask(Asked::new("GET", &format!("{}/_history", paths[0])), Some(&token)).await;
    assert_eq!(history.json()["total"], 2, "both states, each with its time");

    home.world.wait(time::Duration::days(1));
    let mut newer: Value = serde_json::from_str(DIRECTIVE).unwrap();
    newer["items"][0]["words"]["text"] = "This one takes its place.".into();
    let content = serde_json::from_value(newer).unwrap();
    let ama = Themselves::signed_in(home.ama);
    let _ = home.world.exchange.write_own_plan(ama, None, content).await.unwrap();
    let replaced = home.ask(Asked::new("GET", &paths[0]), Some(&token)).await;
    let absent = home.ask(Asked::new("GET", "/fhir/CarePlan/00000000-0000-4000-8000-0000000000ff"), Some(&token)).await;
    assert_eq!((replaced.status, &replaced.body), (404, &absent.body), "what was replaced is not handed out");
    let current = home.ask(Asked::new("GET", &paths[2]), Some(&token)).await;
    assert!(current.status == 200 && text(&current).contains("This one takes its place."));
    assert!(!text(&current).contains("Only tea from now on."));
}

/// The hospital of a record system that is registered for emergencies too.
fn gate_street() -> OrganizationId {
    id(0x31)
}

#[tokio::test]
async fn c10_an_emergency_opens_nothing_that_was_not_opened_for_it_before() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ama = Themselves::signed_in(home.ama);
    home.world.organization(gate_street(), "Gate Street Hospital").await;
    let (system, desk): (ClientId, ClientId) = (id(0x32), id(0x33));
    home.world.system(system, gate_street(), "ehr", &["TREAT", "ETREAT", "BTG"]).await;
    home.world.system(desk, gate_street(), "crisis-service", &["ETREAT", "BTG"]).await;
    let tokens = [
        home.token_for(system, None, "system/*.rs", time::Duration::days(1)).await,
        home.token_for(desk, None, "system/*.rs", time::Duration::days(1)).await,
    ];
    let address = |number: &str, purpose: &str| {
        format!("/fhir/Patient/$current-plan?identifier={NUMBERS}%7C{number}{purpose}&kind=advance-directive")
    };
    let purposes = ["", "&purpose=TREAT", "&purpose=ETREAT", "&purpose=BTG"];
    let asks = async |token: &str, purpose: &str| {
        let answer = home.ask(Asked::new("GET", &address(&number(home.ama), purpose)), Some(token)).await;
        let nobody = home.ask(Asked::new("GET", &address("999999999", purpose)), Some(token)).await;
        assert!(answer.status == 200 || answer == nobody, "closed is as if there were nobody: {answer:?}");
        answer.status == 200
    };
    // What is open for treatment, also to this very hospital, is not open for an emergency.
    let all = Choice { sections: Section::all().collect(), documents: true, ..Choice::default() };
    let hospital = Party::Organization(gate_street());
    for token in &tokens {
        for purpose in purposes {
            assert!(!asks(token, purpose).await, "{purpose}: she has opened nothing");
        }
    }
    let _ = home.world.exchange.share(ama, hospital, Purpose::Treat, &all, None).await.unwrap();
    assert!(asks(&tokens[0], "&purpose=TREAT").await && asks(&tokens[0], "").await);
    for purpose in &purposes[2..] {
        assert!(!asks(&tokens[0], purpose).await && !asks(&tokens[1], purpose).await, "{purpose}");
    }
    // What she opens beforehand for an emergency is open for that, and no further.
    let some = Choice { sections: [Section::Place].into(), ..Choice::default() };
    let _ = home.world.exchange.share(ama, Party::CrisisServices, Purpose::Etreat, &some, None).await.unwrap();
    assert!(asks(&tokens[1], "&purpose=ETREAT").await && !asks(&tokens[1], "&purpose=BTG").await);
    assert!(!asks(&tokens[0], "&purpose=ETREAT").await, "a hospital is not of that class");
    let shown = home.ask(Asked::new("GET", &address(&number(home.ama), "&purpose=ETREAT")), Some(&tokens[1])).await;
    assert!(text(&shown).contains("Cannon Lane") && !text(&shown).contains("electroconvulsive"), "{}", text(&shown));
    let happened = home.world.exchange.happened(ama, None, 1).await.unwrap();
    let act = happened[0].act.as_ref().unwrap();
    assert!(matches!(act, Act::ReadAllowed { purpose: Some(Purpose::Etreat), .. }), "she reads that, and why: {act:?}");
    // Her no closes that too.
    let _ = home.world.exchange.refuse(ama, Party::CrisisServices, true).await.unwrap();
    for purpose in purposes {
        assert!(!asks(&tokens[1], purpose).await, "{purpose}");
    }
}

async fn count(home: &Home) -> usize {
    home.world.exchange.own_plans(Themselves::signed_in(home.ama)).await.unwrap().len()
}

#[tokio::test]
async fn f13_a_request_that_is_sent_again_is_done_once() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let app = home.app_of(home.ama, "patient/*.cruds").await;
    let draft = DIRECTIVE.replace("\"status\": \"active\"", "\"status\": \"draft\"");
    let pushed = home.new_plan().await;
    let mut conditional = pushed.clone();
    for entry in conditional["entry"].as_array_mut().unwrap() {
        if entry["resource"]["resourceType"] == "CarePlan" {
            entry["request"]["ifNoneExist"] = "identifier=urn:app|7".into();
        }
    }
    let document = home.document().to_string();
    let with_key = |path: &str, media: &str, body: String, key: &str| {
        Asked::new("POST", path).body(media, body).header("idempotency-key", key)
    };
    let again = [
        with_key("/plans", "application/json", draft.clone(), "one"),
        with_key("/fhir", FHIR, pushed.to_string(), "two"),
        with_key("/fhir/DocumentReference", FHIR, document, "three"),
        with_key("/fhir/QuestionnaireResponse", FHIR, home.answers().to_string(), "four"),
        Asked::new("POST", "/fhir").body(FHIR, conditional.to_string()),
    ];
    for asked in again {
        let before = count(&home).await;
        let first = home.ask(asked.clone(), Some(&app)).await;
        assert!([200, 201].contains(&first.status), "{} {first:?}", asked.path);
        assert_eq!(count(&home).await, before + 1, "{}", asked.path);
        home.world.wait(time::Duration::seconds(30));
        let second = home.ask(asked.clone(), Some(&app)).await;
        assert_eq!((first.status, first.header("location")), (second.status, second.header("location")));
        assert_eq!(
            (first.etag(), &first.body),
            (second.etag(), &second.body),
            "{}: the first answer again",
            asked.path
        );
        assert_eq!(count(&home).await, before + 1, "{}: and nothing new", asked.path);
    }
    let before = count(&home).await;
    let other = with_key("/plans", "application/json", draft.replace("say it myself", "say it"), "one");
    assert_eq!(home.ask(other, Some(&app)).await.status, 409, "one key is one request");
    assert_eq!(count(&home).await, before);
}

#[tokio::test]
async fn f14_of_two_devices_the_second_is_shown_both_versions_and_merges_nothing() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let app = home.app_of(home.ama, "patient/*.cruds").await;
    let (plan, version) = home.native().await;
    let edited = |words: &str| {
        let mut plan: Value = plan.clone();
        plan["items"][0]["words"]["text"] = words.into();
        plan.to_string()
    };
    let put = |words: &str| {
        Asked::new("PUT", &format!("/plans/{}", home.plan))
            .body("application/json", edited(words))
            .header("if-match", &format!("W/\"{version}\""))
    };
    home.world.wait(time::Duration::hours(1));
    assert_eq!(home.ask(put("Written on the telephone."), Some(&app)).await.status, 200);
    let (kept, now) = home.native().await;
    let second = home.ask(put("Written on the tablet."), Some(&app)).await;
    assert_eq!((second.status, second.etag()), (412, Some(now.as_str())));
    let said = second.json();
    let first_words = |plan: &Value| plan["items"][0]["words"]["text"].clone();
    assert_eq!(first_words(&said["base"]), first_words(&plan), "what both began with");
    assert_eq!(first_words(&said["current"]), json!("Written on the telephone."), "what is there now");
    let looked = home.world.exchange.happened(Themselves::signed_in(home.ama), None, 1).await.unwrap().remove(0);
    assert!(
        matches!(looked.act, Some(Act::ReadAllowed { shown, .. }) if shown.len() == 1 && !shown[0].sections.is_empty()),
        "what is shown is on record"
    );
    assert_eq!(home.native().await, (kept, now.clone()), "nothing was stored");
    // Who may write and not read is told that it is old, and nothing of it; nor after a write.
    let writes = home.app_of(home.ama, "patient/CarePlan.cu").await;
    let blind = home.ask(put("Written blindly."), Some(&writes)).await;
    assert_eq!((blind.status, blind.etag()), (412, Some(now.as_str())));
    assert_eq!((&blind.json()["base"], &blind.json()["current"]), (&Value::Null, &Value::Null));
    let fits = Asked { headers: Vec::new(), ..put("Written blindly.") }.body("application/json", edited("Blindly."));
    let written = home.ask(fits.header("if-match", &format!("W/\"{now}\"")), Some(&writes)).await;
    assert_eq!((written.status, written.json()), (200, json!({"id": home.plan})));
    // Nor who reads plans and no documents: the native form holds all that stands in a plan.
    let no_documents = home.app_of(home.ama, "patient/CarePlan.crus").await;
    let path = format!("/plans/{}", home.plan);
    assert_eq!(home.ask(Asked::new("GET", &path), Some(&no_documents)).await.status, 403);
    let old = home.ask(put("Written blindly."), Some(&no_documents)).await;
    assert_eq!((old.status, &old.json()["base"], &old.json()["current"]), (412, &Value::Null, &Value::Null));
    let none = Asked { headers: Vec::new(), ..put("Written on the tablet.") };
    let none = none.body("application/json", edited("Written on the tablet."));
    assert_eq!(home.ask(none, Some(&app)).await.status, 428, "whoever does not say what they saw changes nothing");
}

/// Questions that would look into what is hidden, or lead to it. None of them is known here.
const REACHING: [&str; 24] = [
    "_has:Observation:patient:code=x",
    "_has:Consent:patient:status=active",
    "patient.name=Ama",
    "patient:Patient.name=Ama",
    "subject.birthdate=1990-01-01",
    "subject:Patient.identifier=x",
    "activity-reference.status=x",
    "_filter=status%20eq%20active",
    "_sort=_lastUpdated",
    "_elements=id",
    "_summary=data",
    "_include=CarePlan:subject",
    "_include=*",
    "_include:iterate=CarePlan:care-team",
    "_include:recurse=CarePlan:care-team",
    "_revinclude=Provenance:target",
    "_revinclude:iterate=Consent:data",
    "_contained=true",
    "_containedType=container",
    "_query=everything",
    "_text=scarf",
    "_content=scarf",
    "_list=42",
    "_type=CarePlan",
];

#[tokio::test]
async fn a04_a05_case_27_questions_that_reach_further_are_refused_alike_for_hidden_and_absent() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let nobody = "00000000-0000-4000-8000-0000000000ff";
    let (sees, does_not) = (home.ehr("system/*.rs").await, home.other_ehr("system/*.rs").await);
    for kind in ["CarePlan", "Observation", "Goal", "Consent", "DocumentReference", "Composition", "Patient", "Task"] {
        let person = if kind == "Patient" { "_id" } else { "patient" };
        for question in REACHING {
            let mut answers = Vec::new();
            for (token, whom) in
                [(&does_not, nobody), (&does_not, &home.ama.to_string()), (&sees, &home.ama.to_string())]
            {
                let query = format!("{person}={whom}&{question}");
                let form = "application/x-www-form-urlencoded";
                for asked in [
                    Asked::new("GET", &format!("/fhir/{kind}?{query}")),
                    Asked::new("POST", &format!("/fhir/{kind}/_search")).body(form, query.clone()),
                ] {
                    let answer = home.ask(asked, Some(token)).await;
                    assert_eq!(answer.status, 400, "{kind} {question}: {answer:?}");
                    answers.push(answer);
                }
            }
            assert!(answers.iter().all(|answer| *answer == answers[0]), "{kind} {question}: {answers:?}");
            // Whoever says that what is not known may be ignored is answered as if it had not been asked.
            let lenient = async |query: &str| {
                let asked = Asked::new("GET", &format!("/fhir/{kind}?{query}")).header("prefer", "handling=lenient");
                home.ask(asked, Some(&does_not)).await
            };
            let hidden = lenient(&format!("{person}={}&{question}", home.ama)).await;
            assert_eq!(hidden, lenient(&format!("{person}={}", home.ama)).await, "{kind} {question}");
            assert_eq!(hidden.json()["total"], 0, "{kind} {question}");
        }
    }
}

#[tokio::test]
async fn d06_dates_numbers_and_absent_values_at_their_edges_are_refused_with_their_place_and_store_nothing() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let app = home.app_of(home.ama, "patient/*.cruds").await;
    let bundle = home.transaction().await;
    let entry = bundle["entry"].as_array().unwrap().iter();
    let place = entry.clone().position(|entry| entry["resource"]["resourceType"] == "CarePlan").unwrap();
    // A number keeps its digits only as text: it is put in there.
    let with = |member: &str, value: &str| {
        let mut spoilt = bundle.clone();
        spoilt["entry"][place]["resource"][member] = "PUT HERE".into();
        spoilt.to_string().replacen("\"PUT HERE\"", value, 1)
    };
    let extension = |value: &str| format!("[{{\"url\":\"urn:x\",{value}}}]");
    let edges = [
        ("period", "{\"start\":\"2026-02-30\"}".to_owned()),
        ("period", "{\"start\":\"2026-13\"}".into()),
        ("period", "{\"start\":\"0000-00-00\"}".into()),
        ("period", "{\"start\":\"2026-03-01T25:00:00Z\"}".into()),
        ("period", "{\"start\":\"2026-03-01T10:00:00\"}".into()),
        ("period", "{\"start\":\"+12026-03-01\"}".into()),
        ("period", "{\"start\":20260301}".into()),
        ("period", "{\"start\":null}".into()),
        ("period", "{\"_start\":[null]}".into()),
        ("created", "\"\"".into()),
        ("extension", extension("\"valueInteger\":2147483648")),
        ("extension", extension("\"valueInteger\":1.5")),
        ("extension", extension("\"valueDecimal\":1e999999")),
        ("extension", extension("\"valueDecimal\":0.12345678901234567890123456789")),
        ("extension", extension("\"valueBoolean\":\"false\"")),
        ("title", "\"a\",\"_title\":[null]".into()),
        ("title", "null".into()),
    ];
    let before = home.kept().await;
    for (member, value) in edges {
        let asked = Asked::new("POST", "/fhir").body(FHIR, with(member, &value));
        let answer = home.ask(asked, Some(&app)).await;
        assert!([400, 422].contains(&answer.status), "{member} {value}: {answer:?}");
        let issues = &answer.json()["issue"];
        assert!(issues[0]["expression"][0].is_string() || issues[0]["diagnostics"].is_string(), "{value}: {answer:?}");
    }
    let (plan, version) = home.native().await;
    for day in
        ["2026-02-30", "2026-13-01", "0000-00-00", "2026-3-1", "26-03-01", "+12026-03-01", "2026-03-01T00:00:00Z", ""]
    {
        let mut spoilt = plan.clone();
        spoilt["until"] = day.into();
        let asked = Asked::new("PUT", &format!("/plans/{}", home.plan)).header("if-match", &format!("W/\"{version}\""));
        let answer = home.ask(asked.body("application/json", spoilt.to_string()), Some(&app)).await;
        assert_eq!(answer.status, 422, "{day:?}: {answer:?}");
        assert!(text(&answer).contains("until"), "{day:?}: {answer:?}");
    }
    assert_eq!(home.kept().await, before, "nothing was stored");
}

/// The attack by its name: a CarePlan that is about Ama for who reads the first subject, and about Bea for who reads the last.
#[tokio::test]
async fn d02_of_two_subjects_neither_counts() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let app = home.app_of(home.ama, "patient/*.cruds").await;
    let (ama, bea) = (format!("Patient/{}", home.ama), format!("Patient/{}", home.bea));
    let before = home.kept().await;
    for (path, valid, place) in [
        ("/fhir/CarePlan", home.care_plan(), "CarePlan.subject"),
        ("/fhir", home.new_plan().await, "resource.subject"),
        ("/fhir/Bundle", home.plan_as_document().await, "resource.subject"),
        ("/fhir/DocumentReference", home.document(), "DocumentReference.subject"),
        ("/fhir/QuestionnaireResponse", home.answers(), "QuestionnaireResponse.subject"),
    ] {
        let valid = valid.to_string();
        let one = format!("\"subject\":{{\"reference\":\"{ama}\"}}");
        assert!(valid.contains(&one), "{path}");
        let other = one.replace(&ama, &bea);
        for twice in [format!("{one},{other}"), format!("{other},{one}"), format!("{one},{one}")] {
            let asked = Asked::new("POST", path).body(FHIR, valid.replacen(&one, &twice, 1));
            let answer = home.ask(asked, Some(&app)).await;
            let says = answer.json()["issue"][0]["expression"][0].as_str().is_some_and(|path| path.ends_with(place));
            assert!((400..500).contains(&answer.status) && says, "{path} {twice}: {answer:?}");
        }
    }
    assert_eq!(home.kept().await, before, "for neither of them anything is kept");
}

/// What is packed is as long as what repeats in it, and a guess that repeats it makes it shorter (BREACH): nothing is packed,
/// whatever a client could read.
#[tokio::test]
async fn g12_hidden_and_absent_are_of_one_length_and_tag_and_no_answer_is_packed() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (riverside, harbour) = (home.ehr("system/*.rs").await, home.other_ehr("system/*.rs").await);
    let nothing = "00000000-0000-4000-8000-0000000000ff";
    let (plan, ama) = (home.plan.to_string(), home.ama.to_string());
    for (path, hers) in [
        ("/fhir/CarePlan/{}", &plan),
        ("/fhir/CarePlan/{}/_history", &plan),
        ("/fhir/Bundle/{}", &plan),
        ("/plans/{}", &plan),
        ("/fhir/Patient/{}", &ama),
        ("/fhir/CarePlan?patient={}", &ama),
        ("/fhir/Observation?patient={}&_count=100", &ama),
    ] {
        let ask = async |of: &str, token: &str, codings: Option<&str>| {
            let asked = Asked::new("GET", &path.replace("{}", of));
            let asked = codings.into_iter().fold(asked, |asked, one| asked.header("accept-encoding", one));
            home.ask(asked, Some(token)).await
        };
        let plain =
            [ask(hers, &riverside, None).await, ask(hers, &harbour, None).await, ask(nothing, &harbour, None).await];
        assert!(plain[0].shows_something() && !plain[1].shows_something(), "{path}");
        let told = |one: &Observed| (one.status, one.etag().map(str::to_owned), one.body.len());
        assert_eq!(told(&plain[1]), told(&plain[2]), "{path}: hidden and absent");
        for codings in ["gzip", "br", "zstd", "deflate", "gzip, deflate, br, zstd", "*", "identity;q=0, gzip"] {
            let coded = [
                ask(hers, &riverside, Some(codings)).await,
                ask(hers, &harbour, Some(codings)).await,
                ask(nothing, &harbour, Some(codings)).await,
            ];
            assert_eq!(coded, plain, "{path} {codings}");
            assert!(coded.iter().all(|one| one.header("content-encoding").is_none()), "{path} {codings}");
        }
    }
}
