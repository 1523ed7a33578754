//! Bodies that are none: each write route answers 4xx and says where, stores nothing, and never breaks (D01 to D06).

use std::collections::BTreeMap;

use sayso_tests::generate::Choices;
use sayso_tests::world::{Asked, Observed};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::home::{DIRECTIVE, Home, NUMBERS, number};

const FHIR: &str = "application/fhir+json";
const FORM: &str = "application/x-www-form-urlencoded";
/// Random changes of the valid body, for each route.
const MUTATIONS: u64 = 400;
const SEED: u64 = 0x5a75_0000_0000_0005;
/// How many write routes there are, and others that take a body.
const TARGETS: usize = 24;
const DEEP: usize = 100_000;

/// How a route says what is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// OperationOutcome.
    Fhir,
    /// OperationOutcome, and 200 even where there are errors in it: to say so is what was asked for.
    Checked,
    /// Problem details.
    Native,
    /// RFC 6749.
    OAuth,
}

/// A write route with a body that it takes.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    asked: Asked,
    pub(crate) media: &'static str,
    pub(crate) valid: Vec<u8>,
    says: Says,
    /// What it answers to the valid body.
    good: u16,
}

impl Target {
    pub(crate) fn with(&self, body: impl Into<bytes::Bytes>) -> Asked {
        self.asked.clone().body(self.media, body)
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.valid).unwrap_or(Value::Null)
    }

    /// Whether the valid body is JSON.
    fn is_json(&self) -> bool {
        self.media != FORM
    }
}

pub(crate) async fn targets(home: &Home) -> Vec<Target> {
    let (app, ehr) = (home.app_of(home.ama, crate::consents::ALL).await, home.ehr("system/*.rs system/Task.crs").await);
    let (plan, version) = home.native().await;
    let draft = DIRECTIVE.replace("\"status\": \"active\"", "\"status\": \"draft\"").trim().to_owned();
    let of = |name, asked: Asked, token: &str, media, valid: String, says, good| Target {
        name,
        asked: asked.bearer(token),
        media,
        valid: valid.into_bytes(),
        says,
        good,
    };
    let post = |path: &str| Asked::new("POST", path);
    let put = Asked::new("PUT", &format!("/plans/{}", home.plan)).header("if-match", &format!("W/\"{version}\""));
    let search = format!("identifier={NUMBERS}%7C{}&_count=5", number(home.ama));
    let mut asks = home.parameters();
    asks["parameter"].as_array_mut().unwrap().push(json!({"name": "reason", "valueString": "They are coming."}));
    let token = format!("grant_type=client_credentials&scope=system/Patient.rs&{}", home.proof("bad-input"));
    let transaction = home.transaction().await.to_string();
    let document = home.document().to_string();
    let sharing = home.app_of(home.ama, "patient/Consent.cu").await;
    let clinic = home.ehr("system/Consent.c").await;
    let sent = home.sent(&home.permit()).await;
    let address = format!("/fhir/Consent/{}", sent.json()["id"].as_str().unwrap());
    let narrower = Asked::new("PUT", &address).header("if-match", &format!("W/\"{}\"", sent.etag().unwrap()));
    let (refusal, again) = (home.refusal().to_string(), sent.json().to_string());
    let plan_as_document = home.plan_as_document().await.to_string();
    vec![
        of("create native", post("/plans"), &app, "application/json", draft, Says::Native, 201),
        of("update native", put, &app, "application/json", plan.to_string(), Says::Native, 200),
        of("transaction", post("/fhir"), &app, FHIR, transaction, Says::Fhir, 200),
        of("care plan", post("/fhir/CarePlan"), &app, FHIR, home.care_plan().to_string(), Says::Fhir, 201),
        of("plan as a document", post("/fhir/Bundle"), &app, FHIR, plan_as_document.clone(), Says::Fhir, 201),
        of("document", post("/fhir/DocumentReference"), &app, FHIR, document.clone(), Says::Fhir, 201),
        of(
            "current plan",
            post("/fhir/Patient/$current-plan"),
            &ehr,
            FHIR,
            home.parameters().to_string(),
            Says::Fhir,
            200,
        ),
        of("preview", post("/fhir/Consent/$preview"), &app, FHIR, home.recipient().to_string(), Says::Fhir, 200),
        of("explain", post("/fhir/Consent/$explain"), &app, FHIR, home.recipient().to_string(), Says::Fhir, 200),
        of("consent", post("/fhir/Consent"), &sharing, FHIR, refusal.clone(), Says::Fhir, 201),
        of("narrower consent", narrower, &sharing, FHIR, again, Says::Fhir, 200),
        of("consent of a record system", post("/fhir/Consent"), &clinic, FHIR, refusal.clone(), Says::Fhir, 202),
        of("check a consent", post("/fhir/Consent/$validate"), &sharing, FHIR, refusal, Says::Checked, 200),
        of("ask to share", post("/fhir/Patient/$ask-to-share"), &ehr, FHIR, asks.to_string(), Says::Fhir, 202),
        of("answers", post("/fhir/QuestionnaireResponse"), &app, FHIR, home.answers().to_string(), Says::Fhir, 201),
        of(
            "check a plan",
            post("/fhir/CarePlan/$validate"),
            &app,
            FHIR,
            home.care_plan().to_string(),
            Says::Checked,
            200,
        ),
        of(
            "check a push",
            post("/fhir/Bundle/$validate"),
            &app,
            FHIR,
            home.new_plan().await.to_string(),
            Says::Checked,
            200,
        ),
        of(
            "check a plan as a document",
            post("/fhir/Bundle/$validate"),
            &app,
            FHIR,
            plan_as_document,
            Says::Checked,
            200,
        ),
        of("check a document", post("/fhir/DocumentReference/$validate"), &app, FHIR, document, Says::Checked, 200),
        of(
            "check answers",
            post("/fhir/QuestionnaireResponse/$validate"),
            &app,
            FHIR,
            home.answers().to_string(),
            Says::Checked,
            200,
        ),
        of("propose", post("/fhir/Task"), &ehr, FHIR, home.proposal().to_string(), Says::Fhir, 201),
        of(
            "propose native",
            post(&format!("/plans/{}/proposals", home.plan)),
            &ehr,
            "application/json",
            home.suggestion().to_string(),
            Says::Native,
            201,
        ),
        of("search", post("/fhir/Patient/_search"), &ehr, FORM, search, Says::Fhir, 200),
        Target {
            name: "token",
            asked: post("/oauth/token"),
            media: FORM,
            valid: token.into_bytes(),
            says: Says::OAuth,
            good: 200,
        },
    ]
}

/// The answer says what is wrong and where, in the dialect of its route.
fn says_where(says: Says, answer: &Observed) -> bool {
    let json = answer.json();
    let text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    match says {
        Says::OAuth => text(&json["error"]) && text(&json["error_description"]),
        // What is wrong with the whole (its type, its size, a parameter) is said in words.
        _ if answer.status != 422 && answer.status != 200 => {
            text(&json["detail"]) || text(&json["issue"][0]["diagnostics"])
        }
        Says::Native => json["errors"].as_array().is_some_and(|errors| {
            !errors.is_empty() && errors.iter().all(|error| error["pointer"].is_string() && text(&error["detail"]))
        }),
        Says::Fhir | Says::Checked => json["issue"].as_array().is_some_and(|issues| {
            !issues.is_empty()
                && issues.iter().all(|issue| text(&issue["expression"][0]) && text(&issue["diagnostics"]))
        }),
    }
}

/// Whether a check found something that would be refused.
fn finds_errors(answer: &Observed) -> bool {
    let json = answer.json();
    json["issue"].as_array().is_some_and(|issues| issues.iter().any(|issue| issue["severity"] == "error"))
}

/// Sends a bad body and checks all that must hold.
pub(crate) async fn refused(home: &Home, target: &Target, what: &str, asked: &Asked) {
    let before = home.kept().await;
    let answer = home.world.call(asked).await;
    let told = || {
        let body = String::from_utf8_lossy(&asked.body);
        format!("{}, {what}: {answer:?}\n{}", target.name, body.chars().take(300).collect::<String>())
    };
    let checked = target.says == Says::Checked && answer.status == 200 && finds_errors(&answer);
    assert!(checked || (400..500).contains(&answer.status), "{}", told());
    assert!(says_where(target.says, &answer), "no path in {}", told());
    assert_eq!(home.kept().await, before, "stored in spite of {}", told());
}

#[tokio::test]
async fn the_valid_bodies_are_taken() {
    let _honest = crate::honest();
    for place in 0..TARGETS {
        let home = Home::open().await;
        let targets = targets(&home).await;
        assert_eq!(targets.len(), TARGETS);
        let (target, before) = (&targets[place], home.kept().await);
        let answer = home.world.call(&target.with(target.valid.clone())).await;
        assert_eq!(answer.status, target.good, "{}: {answer:?}", target.name);
        if target.says == Says::Checked {
            assert!(!finds_errors(&answer), "{}: {answer:?}", target.name);
            assert!(says_where(target.says, &answer), "{}: {answer:?}", target.name);
            assert_eq!(home.kept().await, before, "stored by {}", target.name);
        }
    }
}

/// Bodies that no route can take, whatever it reads.
fn hopeless(target: &Target) -> Vec<(&'static str, Vec<u8>)> {
    let valid = &target.valid;
    let cut = |part: usize| valid[..valid.len() * part / 8].to_vec();
    let mut bodies = vec![("nothing", Vec::new()), ("invalid UTF-8", insert(valid, b"\xff\xfe"))];
    if !target.is_json() {
        return bodies;
    }
    for part in 1..8 {
        bodies.push(("truncated", cut(part)));
    }
    bodies.push(("one byte less", valid[..valid.len() - 1].to_vec()));
    for (what, body) in [("null", "null"), ("a list", "[]"), ("a text", "\"plan\""), ("a number", "1e999999")] {
        bodies.push((what, body.into()));
    }
    bodies.push(("two values", [valid.as_slice(), valid].concat()));
    bodies.push(("a byte order mark", [b"\xef\xbb\xbf", valid.as_slice()].concat()));
    bodies.push(("NUL", insert(valid, b"\0")));
    bodies.push(("deep lists", "[".repeat(DEEP).into_bytes()));
    bodies.push(("deep closed lists", ["[".repeat(DEEP), "]".repeat(DEEP)].concat().into_bytes()));
    bodies.push(("deep objects", "{\"a\":".repeat(DEEP).into_bytes()));
    bodies.push(("deep in a member", member(valid, &["[".repeat(DEEP), "]".repeat(DEEP)].concat())));
    bodies.push(("many elements", member(valid, &format!("[{}0]", "0,".repeat(500_000)))));
    bodies.push(("a large number", member(valid, "1e999999")));
    bodies.push(("a long number", member(valid, &"9".repeat(100_000))));
    bodies.push(("an unknown member", member(valid, "true")));
    bodies.push(("XML", b"<Bundle xmlns=\"http://hl7.org/fhir\"/>".to_vec()));
    bodies
}

fn insert(valid: &[u8], bytes: &[u8]) -> Vec<u8> {
    let (before, after) = valid.split_at(valid.len() / 2);
    [before, bytes, after].concat()
}

/// The object with one more member in front.
fn member(valid: &[u8], value: &str) -> Vec<u8> {
    [b"{\"verbatim\":", value.as_bytes(), b",", &valid[1..]].concat()
}

#[tokio::test]
async fn d01_to_d05_what_is_no_body_is_refused_everywhere() {
    let _honest = crate::honest();
    let home = Home::open().await;
    for target in targets(&home).await {
        for (what, body) in hopeless(&target) {
            if target.name == "search" && what == "nothing" {
                // A search without parameters is refused for that, and in a form nothing is a form.
                continue;
            }
            refused(&home, &target, what, &target.with(body)).await;
        }
    }
}

#[tokio::test]
async fn d02_a_member_that_stands_twice_is_refused_at_every_depth() {
    let _honest = crate::honest();
    let home = Home::open().await;
    for target in targets(&home).await.iter().filter(|target| target.is_json()) {
        let text = String::from_utf8(target.valid.clone()).unwrap();
        // Behind every brace, its first member once more.
        let braces: Vec<usize> = text.match_indices('{').map(|(at, _)| at).collect();
        for at in braces.iter().step_by(braces.len().div_ceil(40)) {
            let Some(name) = text[at + 1..].split('"').nth(1) else { continue };
            if text[at + 1..].trim_start().starts_with('"') {
                let twice = format!("{}{{\"{name}\":null,{}", &text[..*at], &text[at + 1..]);
                refused(&home, target, "a member twice", &target.with(twice)).await;
            }
        }
    }
    for target in targets(&home).await.iter().filter(|target| !target.is_json()) {
        let text = String::from_utf8(target.valid.clone()).unwrap();
        let first = text.split('&').next().unwrap();
        refused(&home, target, "a parameter twice", &target.with(format!("{text}&{first}"))).await;
    }
}

#[tokio::test]
async fn what_has_the_wrong_type_is_refused_with_its_place() {
    let _honest = crate::honest();
    let home = Home::open().await;
    for target in targets(&home).await.iter().filter(|target| target.is_json()) {
        let valid = target.json();
        for name in valid.as_object().unwrap().keys().filter(|name| *name != "notice") {
            for wrong in [json!(1), json!(true), json!([[]]), json!({"x": 1}), json!("\u{0000}"), json!("")] {
                if valid[name].is_string() == wrong.is_string() && ["id", "fullUrl"].contains(&name.as_str()) {
                    continue;
                }
                let mut mistyped = valid.clone();
                mistyped[name] = wrong;
                refused(&home, target, name, &target.with(mistyped.to_string())).await;
            }
        }
    }
}

#[tokio::test]
async fn d05_text_that_cannot_be_kept_is_refused() {
    let _honest = crate::honest();
    let home = Home::open().await;
    for target in targets(&home).await.iter().filter(|target| target.is_json()) {
        let text = String::from_utf8(target.valid.clone()).unwrap();
        let words =
            ["All right", "We can", "They are", "Note", "999", "text\":\"", "text\": \"", "value\":\"", "Code\":\""];
        let at = words.iter().find_map(|word| text.find(word).map(|at| at + word.len())).unwrap();
        for bad in ["\\ud800", "\\udc00", "\\ud800\\u0041", "\\u0000", "\u{1}", "\n"] {
            let body = format!("{}{bad}{}", &text[..at], &text[at..]);
            refused(&home, target, bad, &target.with(body)).await;
        }
    }
}

#[tokio::test]
async fn another_media_type_is_refused() {
    let _honest = crate::honest();
    let home = Home::open().await;
    for target in targets(&home).await {
        for media in ["text/plain", "application/xml", "application/fhir+xml", "multipart/form-data; boundary=x", ""] {
            let asked = target.asked.clone().body(media, target.valid.clone());
            refused(&home, &target, media, &asked).await;
        }
        let none = Asked { body: target.valid.clone().into(), ..target.asked.clone() };
        refused(&home, &target, "no media type", &none).await;
    }
}

#[tokio::test]
async fn a09_a10_the_data_of_a_second_person_is_refused() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let all = targets(&home).await;
    let (ama, bea) = (format!("Patient/{}", home.ama), format!("Patient/{}", home.bea));
    for target in all.iter().filter(|target| {
        [
            "transaction",
            "plan as a document",
            "document",
            "answers",
            "check a push",
            "check a document",
            "check answers",
        ]
        .contains(&target.name)
    }) {
        let text = String::from_utf8(target.valid.clone()).unwrap();
        refused(&home, target, "all of another person", &target.with(text.replace(&ama, &bea))).await;
        for (at, _) in text.match_indices(&ama).step_by(7) {
            let one = format!("{}{bea}{}", &text[..at], &text[at + ama.len()..]);
            refused(&home, target, "one reference to another person", &target.with(one)).await;
        }
        let mut contained = target.json();
        let patient = json!({"resourceType": "Patient", "id": "p", "name": [{"text": "Bea"}]});
        match contained["entry"].as_array().map(Vec::len) {
            Some(_) => contained["entry"][0]["resource"]["contained"] = json!([patient]),
            None => contained["contained"] = json!([patient]),
        }
        refused(&home, target, "a contained person", &target.with(contained.to_string())).await;
    }
    let transaction = all.iter().find(|target| target.name == "transaction").unwrap();
    let mut second = transaction.json();
    let patient = json!({"resource": {"resourceType": "Patient", "name": [{"text": "Bea"}]},
                         "request": {"method": "POST", "url": "Patient"}});
    second["entry"].as_array_mut().unwrap().push(patient);
    refused(&home, transaction, "a second person's entry", &transaction.with(second.to_string())).await;
    let update = all.iter().find(|target| target.name == "update native").unwrap();
    let mut other = update.json();
    other["id"] = home.directive.to_string().into();
    refused(&home, update, "another plan's id", &update.with(other.to_string())).await;
}

#[tokio::test]
async fn random_changes_of_a_valid_body_never_break_anything() {
    let _honest = crate::honest();
    let mut statuses: BTreeMap<(&str, u16), u64> = BTreeMap::new();
    for place in 0..TARGETS {
        let mut home = Home::open().await;
        let mut target = targets(&home).await.swap_remove(place);
        let mut choices = Choices::new(SEED + place as u64);
        for n in 0..MUTATIONS {
            let body = mutated(&target.valid, &mut choices);
            let before = home.kept().await;
            let answer = home.world.call(&target.with(body.clone())).await;
            *statuses.entry((target.name, answer.status)).or_default() += 1;
            let told =
                || format!("{} {n} of seed {SEED:#x}: {answer:?}\n{}", target.name, String::from_utf8_lossy(&body));
            assert!(answer.status < 500, "{}", told());
            if answer.status >= 400 || target.says == Says::Checked {
                assert!(says_where(target.says, &answer), "no path in {}", told());
                assert_eq!(home.kept().await, before, "stored in spite of {}", told());
            } else if home.kept().await != before {
                // It was taken: the next change is made to the same home as the first.
                home = Home::open().await;
                target = targets(&home).await.swap_remove(place);
            }
        }
    }
    println!("{statuses:?}");
}

/// One to three bytes changed, taken out or put in, or a piece doubled.
fn mutated(valid: &[u8], choices: &mut Choices) -> Vec<u8> {
    let mut body = valid.to_vec();
    for _ in 0..=choices.below(3) {
        let at = usize::try_from(choices.below(body.len().max(1) as u64)).unwrap();
        let byte = u8::try_from(choices.below(256)).unwrap();
        match choices.below(5) {
            0 if !body.is_empty() => drop(body.remove(at)),
            1 => body.insert(at, byte),
            2 => body.insert(at, choices.of(b"{}[]\",:0-\\").unwrap()),
            3 => {
                let end = (at + usize::try_from(choices.below(64)).unwrap()).min(body.len());
                let piece = body[at.min(end)..end].to_vec();
                body.splice(at..at, piece);
            }
            _ if !body.is_empty() => body[at] = byte,
            _ => {}
        }
    }
    body
}

/// Too large is refused at the socket, before anything reads it, whether the length is told or not.
#[tokio::test]
async fn d03_a_body_that_is_too_large_is_refused_at_the_socket() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let all = targets(&home).await;
    let before = home.kept().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let router = sayso_gateway::router(home.world.gateway.clone());
    let server = tokio::spawn(sayso_gateway::serve::serve(listener, router, stopped));
    let large = sayso_gateway::limits::BODY_MAX_BYTES + 1;
    for target in all {
        let mut head =
            format!("{} {} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n", target.asked.method, target.asked.path);
        for (name, value) in &target.asked.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-type: {}\r\n", target.media));
        let told = format!("{head}content-length: {large}\r\n\r\n").into_bytes();
        let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n{large:x}\r\n").into_bytes();
        let body = vec![b' '; large];
        for (what, head) in [("told", told), ("chunked", chunked)] {
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            let _ = stream.write_all(&head).await;
            // The server may have answered and closed before all of it was sent.
            let _ = stream.write_all(&body).await;
            let _ = stream.write_all(b"\r\n0\r\n\r\n").await;
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer).await;
            let answer = String::from_utf8_lossy(&answer);
            assert!(answer.starts_with("HTTP/1.1 413"), "{} {what}: {answer}", target.name);
        }
    }
    assert_eq!(home.kept().await, before);
    stop.send(true).unwrap();
    server.await.unwrap();
}
