//! Every route of the router's own table, with every method and every caller: only the granted cells answer (A01, A16).

use std::collections::{BTreeMap, BTreeSet};

use sayso_auth::{Interaction, ResourceType};
use sayso_gateway::{Policy, RouteInfo, routes};
use sayso_tests::world::{Asked, Observed};

use crate::home::{HER_WORDS, Home, NUMBERS, ehr, number};

const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"];
const FORM: &str = "application/x-www-form-urlencoded";

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Caller {
    NoToken,
    Garbage,
    Expired,
    OtherOrganization,
    OtherPerson,
    NarrowScope,
    Right,
}

const CALLERS: [Caller; 7] = [
    Caller::NoToken,
    Caller::Garbage,
    Caller::Expired,
    Caller::OtherOrganization,
    Caller::OtherPerson,
    Caller::NarrowScope,
    Caller::Right,
];

/// What must come of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// Content, or at least 2xx.
    Granted,
    /// This status.
    Status(u16),
    /// 2xx, and nothing of Ama's.
    NothingOfHers,
    /// 404, or an empty list.
    NothingThere,
}

fn letter(interaction: Interaction) -> char {
    match interaction {
        Interaction::Create => 'c',
        Interaction::Read | Interaction::Vread | Interaction::HistoryInstance => 'r',
        Interaction::Update => 'u',
        Interaction::Search | Interaction::HistoryType => 's',
        other => panic!("say which letter allows {other:?}"),
    }
}

/// The scope that opens a route, and one that does not.
fn scopes(policy: Policy, app: bool) -> (String, String) {
    let context = if app { "patient" } else { "system" };
    match policy {
        Policy::Public | Policy::ClientItself => (format!("{context}/*.rs"), format!("{context}/Goal.s")),
        Policy::EachEntry => (format!("{context}/*.cruds"), format!("{context}/Goal.r")),
        Policy::Scope(kind, interaction) | Policy::OwnApp(kind, interaction) => {
            let other = if kind == ResourceType::Goal { "CareTeam" } else { "Goal" };
            (format!("{context}/{kind}.{}", letter(interaction)), format!("{context}/{other}.{}", letter(interaction)))
        }
        Policy::WholePlans(interaction) | Policy::OwnAppWholePlans(interaction) => {
            let on = |kind: &str| format!("{context}/{kind}.{}", letter(interaction));
            (format!("{} {}", on("CarePlan"), on("DocumentReference")), on("CarePlan"))
        }
        Policy::OwnAppDecisions => {
            let star = format!("{context}/*.cruds");
            (format!("{star} {context}/Consent.r"), star)
        }
    }
}

/// Whether a route is for apps that act for a person.
fn is_for_apps(policy: Policy) -> bool {
    match policy {
        Policy::OwnApp(..) | Policy::OwnAppWholePlans(_) | Policy::OwnAppDecisions | Policy::EachEntry => true,
        Policy::Public | Policy::ClientItself | Policy::Scope(..) | Policy::WholePlans(_) => false,
    }
}

/// Whether a route is about all who share with an organization: an app acts for one person.
fn follows_all(path: &str) -> bool {
    path.ends_with("/_history") && !path.contains('{')
}

/// The table of expectations. A route with a policy that is not spoken of here does not compile.
fn expected(route: &RouteInfo, caller: Caller) -> Expected {
    let names_a_resource = route.path.contains('{');
    match (route.policy, caller) {
        (Policy::Public, _) | (_, Caller::Right) => Expected::Granted,
        // The client proves itself in the body, and only the right caller does.
        (Policy::ClientItself, _) => Expected::Status(401),
        (_, Caller::NoToken | Caller::Garbage | Caller::Expired) => Expected::Status(401),
        (_, Caller::NarrowScope) => Expected::Status(403),
        (policy, Caller::OtherOrganization) if is_for_apps(policy) => Expected::Status(403),
        (policy, Caller::OtherPerson) if is_for_apps(policy) && policy != Policy::EachEntry && !names_a_resource => {
            Expected::NothingOfHers
        }
        // What was sent is Ama's own document, and says so.
        (Policy::EachEntry, Caller::OtherPerson) if route.path == "/fhir/Bundle" => Expected::Status(422),
        (policy, Caller::OtherPerson) if is_for_apps(policy) => Expected::Status(404),
        // Whoever asks to be let in always hears the same; an app cannot ask.
        (Policy::Scope(..), Caller::OtherOrganization) if route.path.ends_with("$ask-to-share") => {
            Expected::NothingOfHers
        }
        (Policy::Scope(..), Caller::OtherPerson)
            if route.path.ends_with("$ask-to-share") || follows_all(&route.path) =>
        {
            Expected::Status(400)
        }
        // A record system always hears the same; an app speaks of its own person.
        (Policy::Scope(_, Interaction::Create), Caller::OtherOrganization | Caller::OtherPerson)
            if route.path == "/fhir/Consent" =>
        {
            Expected::NothingOfHers
        }
        (_, Caller::OtherOrganization | Caller::OtherPerson) => Expected::NothingThere,
    }
}

/// Ids to put into the addresses: of each type one that Riverside may see.
struct Addresses {
    by_type: BTreeMap<String, (String, String)>,
    native: (String, String),
}

async fn addresses(home: &Home) -> Addresses {
    let token = home.ehr("system/*.rs").await;
    let mut by_type = BTreeMap::new();
    for kind in ResourceType::ALL {
        let path = match kind {
            ResourceType::Patient => format!("/fhir/Patient?_id={}", home.ama),
            ResourceType::Bundle | ResourceType::Binary | ResourceType::QuestionnaireResponse => continue,
            _ => format!("/fhir/{kind}?patient={}", home.ama),
        };
        let found = home.ask(Asked::new("GET", &path), Some(&token)).await;
        let resource = &found.json()["entry"][0]["resource"];
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_else(|| panic!("{path}: {found:?}")).to_owned();
        by_type.insert(kind.to_string(), (text(&resource["id"]), text(&resource["meta"]["versionId"])));
    }
    by_type.insert("Bundle".into(), (home.plan.to_string(), String::new()));
    Addresses { by_type, native: (home.plan.to_string(), home.native().await.1) }
}

impl Addresses {
    /// The address of a route. A route with a place that nothing here fills fails the test.
    fn of(&self, path: &str) -> String {
        let kind = path.trim_start_matches("/fhir/").split('/').next().unwrap_or_default();
        let (id, version) = match self.by_type.get(kind) {
            Some(found) => found.clone(),
            None => self.native.clone(),
        };
        let filled = path.replace("{id}", &id).replace("{version}", &version);
        assert!(!filled.contains('{'), "say what stands for the place in {path}");
        filled
    }
}

/// The request that the right caller makes of a route. A route that is not spoken of here fails the test.
async fn request(home: &Home, addresses: &Addresses, route: &RouteInfo, caller: Caller) -> Asked {
    let path = addresses.of(&route.path);
    let number = format!("{NUMBERS}%7C{}", number(home.ama));
    let asked = Asked::new(route.method.as_str(), &path);
    let with = |query: String| Asked::new(route.method.as_str(), &format!("{path}?{query}"));
    let fhir = |json: serde_json::Value| asked.clone().body("application/fhir+json", json.to_string());
    match (route.method.as_str(), route.path.as_str()) {
        ("GET", "/fhir/Patient") => with(format!("identifier={number}")),
        ("GET", "/fhir/Patient/$current-plan") => with(format!("identifier={number}")),
        ("GET", path)
            if path.starts_with("/fhir/") && path.matches('/').count() == 2 && !path.ends_with("metadata") =>
        {
            with(format!("patient={}", home.ama))
        }
        ("GET", _) => asked,
        ("POST", "/fhir/Patient/_search") => asked.body(FORM, format!("identifier={number}")),
        ("POST", path) if path.ends_with("/_search") => asked.body(FORM, format!("patient={}", home.ama)),
        ("POST", "/fhir/Patient/$current-plan" | "/fhir/Patient/$ask-to-share") => fhir(home.parameters()),
        ("POST", "/fhir" | "/fhir/") => fhir(home.transaction().await),
        ("POST", "/fhir/CarePlan") => {
            let mut plan = home.care_plan();
            if caller == Caller::OtherPerson {
                plan["subject"]["reference"] = format!("Patient/{}", home.bea).into();
            }
            fhir(plan)
        }
        ("PUT", "/fhir/CarePlan/{id}") => {
            let (plan, etag) = home.own_care_plan().await;
            // What is sent has the id of its address.
            let put = Asked::new("PUT", &format!("/fhir/CarePlan/{}", home.plan));
            put.body("application/fhir+json", plan.to_string()).header("if-match", &format!("W/\"{etag}\""))
        }
        ("POST", "/fhir/Bundle") => fhir(home.plan_as_document().await),
        ("POST", "/fhir/DocumentReference") => {
            let mut document = home.document();
            if caller == Caller::OtherPerson {
                document["subject"]["reference"] = format!("Patient/{}", home.bea).into();
            }
            fhir(document)
        }
        ("POST", "/fhir/QuestionnaireResponse") => {
            let mut answers = home.answers();
            if caller == Caller::OtherPerson {
                answers["subject"]["reference"] = format!("Patient/{}", home.bea).into();
            }
            fhir(answers)
        }
        ("POST", "/fhir/Consent/$preview" | "/fhir/Consent/$explain") => fhir(home.recipient()),
        ("POST", "/fhir/Consent" | "/fhir/Consent/$validate") => {
            let mut consent = home.refusal();
            if caller == Caller::OtherPerson {
                consent["patient"]["reference"] = format!("Patient/{}", home.bea).into();
            }
            fhir(consent)
        }
        ("PUT", "/fhir/Consent/{id}") => {
            let sent = home.sent(&home.permit()).await;
            let (id, etag) = (sent.json()["id"].as_str().unwrap().to_owned(), sent.etag().unwrap().to_owned());
            let mut consent = sent.json();
            if caller == Caller::OtherPerson {
                consent["patient"]["reference"] = format!("Patient/{}", home.bea).into();
                consent["performer"] = serde_json::json!([consent["patient"]]);
            }
            let put = Asked::new("PUT", &format!("/fhir/Consent/{id}"));
            put.body("application/fhir+json", consent.to_string()).header("if-match", &format!("W/\"{etag}\""))
        }
        ("POST", "/fhir/CarePlan/$validate") => fhir(home.care_plan()),
        ("POST", "/fhir/Bundle/$validate") => fhir(home.new_plan().await),
        ("POST", "/fhir/DocumentReference/$validate") => fhir(home.document()),
        ("POST", "/fhir/QuestionnaireResponse/$validate") => fhir(home.answers()),
        ("POST", "/fhir/Task") => fhir(home.proposal()),
        ("POST", "/plans/{id}/proposals") => asked.body("application/json", home.suggestion().to_string()),
        ("POST", "/plans") => {
            let plan = crate::home::DIRECTIVE.replace("\"status\": \"active\"", "\"status\": \"draft\"");
            asked.body("application/json", plan)
        }
        ("PUT", "/plans/{id}") => {
            let (plan, version) = home.native().await;
            asked.header("if-match", &format!("W/\"{version}\"")).body("application/json", plan.to_string())
        }
        ("POST", "/oauth/token") => {
            let proof = if caller == Caller::Right { home.proof("token") } else { format!("client_id={}", ehr()) };
            asked.body(FORM, format!("grant_type=client_credentials&scope=system/Patient.rs&{proof}"))
        }
        ("POST", "/oauth/revoke" | "/oauth/introspect") => {
            let proof = if caller == Caller::Right { home.proof(&route.path) } else { format!("client_id={}", ehr()) };
            asked.body(FORM, format!("token=nothing&{proof}"))
        }
        (method, path) => panic!("say what is asked of {method} {path}"),
    }
}

async fn token(home: &Home, route: &RouteInfo, caller: Caller) -> Option<String> {
    let app = is_for_apps(route.policy);
    let (opens, does_not) = scopes(route.policy, app);
    let (as_app, _) = scopes(route.policy, true);
    match caller {
        Caller::NoToken => None,
        Caller::Right if route.policy == Policy::ClientItself => None,
        Caller::Garbage => Some("A".repeat(43)),
        Caller::Expired => {
            let (client, person) = if app { (crate::home::app(), Some(home.ama)) } else { (ehr(), None) };
            let token = home.token_for(client, person, &opens, time::Duration::minutes(5)).await;
            home.world.wait(time::Duration::minutes(5));
            Some(token)
        }
        Caller::OtherOrganization => {
            let (opens, _) = scopes(route.policy, false);
            Some(home.other_ehr(&opens).await)
        }
        Caller::OtherPerson => Some(home.app_of(home.bea, &as_app).await),
        Caller::NarrowScope if app => Some(home.app_of(home.ama, &does_not).await),
        Caller::NarrowScope => Some(home.ehr(&does_not).await),
        Caller::Right if app => Some(home.app_of(home.ama, &opens).await),
        Caller::Right => Some(home.ehr(&opens).await),
    }
}

fn check(route: &RouteInfo, caller: Caller, head: bool, answer: &Observed) {
    let cell = format!("{} {} by {caller:?}: {answer:?}", route.method, route.path);
    let granted = (200..300).contains(&answer.status);
    let hers = String::from_utf8_lossy(&answer.body).contains(HER_WORDS);
    match expected(route, caller) {
        Expected::Granted => {
            assert!(granted, "{cell}");
            let empty = answer.body.is_empty() || answer.json()["total"] == 0;
            assert_eq!(empty, head, "{cell}");
        }
        Expected::Status(status) => {
            assert_eq!(answer.status, status, "{cell}");
            assert!(!hers, "{cell}");
        }
        Expected::NothingOfHers => assert!(granted && !hers, "{cell}"),
        Expected::NothingThere => {
            let found = answer.json()["total"].as_u64().unwrap_or(0) > 0;
            let json = answer.json();
            let none = json["total"] == 0 || (follows_all(&route.path) && json["entry"].is_null());
            let list = granted && (head || none);
            assert!((answer.status == 404 || list) && !found && !hers, "{cell}");
        }
    }
}

#[tokio::test]
async fn a01_only_the_granted_cells_of_the_matrix_answer() {
    let _honest = crate::honest();
    let (mut cells, shared) = (0, Home::open().await);
    let found = addresses(&shared).await;
    for route in routes() {
        for caller in CALLERS {
            // What writes has a home of its own, so that the next cell finds what the first one found.
            let writes = route.method != http::Method::GET && !route.path.ends_with("_search");
            let own = if writes { Some(Home::open().await) } else { None };
            let home = own.as_ref().unwrap_or(&shared);
            let token = token(home, &route, caller).await;
            let asked = request(home, &found, &route, caller).await;
            let head = Asked { method: "HEAD".into(), ..asked.clone() };
            check(&route, caller, false, &home.ask(asked, token.as_deref()).await);
            cells += 1;
            if route.method == http::Method::GET {
                check(&route, caller, true, &home.ask(head, token.as_deref()).await);
                cells += 1;
            }
        }
    }
    println!("{cells} cells");
}

#[tokio::test]
async fn a16_methods_that_an_address_does_not_know_are_refused_to_everybody() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let addresses = addresses(&home).await;
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for route in routes() {
        let methods = known.entry(route.path).or_default();
        methods.insert(route.method.to_string());
        if route.method == http::Method::GET {
            methods.insert("HEAD".into());
        }
    }
    let tokens = [None, Some(home.ehr("system/*.rs").await), Some(home.app_of(home.ama, "patient/*.cruds").await)];
    for (path, methods) in &known {
        for method in METHODS.into_iter().filter(|method| !methods.contains(*method)) {
            for token in &tokens {
                let asked = Asked::new(method, &addresses.of(path)).header("x-http-method-override", "GET");
                let answer = home.ask(asked, token.as_deref()).await;
                assert_eq!(answer.status, 405, "{method} {path}: {answer:?}");
                assert!(answer.header("allow").is_some(), "{method} {path}: {answer:?}");
            }
        }
    }
    let overridden = Asked::new("GET", &format!("/plans/{}", home.plan)).header("x-http-method-override", "DELETE");
    assert_eq!(home.ask(overridden, tokens[2].as_deref()).await.status, 200);
}

#[tokio::test]
async fn addresses_that_are_not_in_the_table_are_nowhere() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.ehr("system/*.rs").await;
    for path in [
        "/fhir/Nothing",
        "/fhir/Nothing/1",
        "/fhir/CarePlan/1/2/3/4",
        "/fhir/$everything",
        "/fhir/metadata/",
        "/metrics",
        "/health/live",
        "/admin",
        "/fhir/Patient/x/$everything",
        "//fhir/CarePlan",
        "/fhir/..%2fplans",
    ] {
        for token in [None, Some(token.as_str())] {
            let answer = home.ask(Asked::new("GET", path), token).await;
            assert_eq!(answer.status, 404, "{path}: {answer:?}");
            assert_eq!(answer.json()["resourceType"], "OperationOutcome", "{path}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn b16_a_token_in_the_address_opens_nothing() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.ehr("system/*.rs").await;
    for name in ["access_token", "token", "Authorization"] {
        for path in [format!("/fhir/CarePlan?patient={}&{name}={token}", home.ama), format!("/plans?{name}={token}")] {
            assert_eq!(home.ask(Asked::new("GET", &path), None).await.status, 401, "{path}");
        }
    }
    let twice = Asked::new("GET", &format!("/fhir/CarePlan?patient={}", home.ama)).bearer(&token).bearer(&token);
    assert_eq!(home.world.call(&twice).await.status, 401);
    let spoofed = Asked::new("GET", &format!("/fhir/CarePlan?patient={}", home.ama))
        .header("x-tenant-id", &crate::home::riverside().to_string());
    let other = home.other_ehr("system/*.rs").await;
    assert_eq!(home.ask(spoofed, Some(&other)).await.json()["total"], 0, "A20");
}
