//! "For real, in ten lines": the commands of the README as they stand there, a house behind a proxy, and its end.

use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::browser::Browser;
use crate::house::{Ground, binary, run_with};
use crate::keys::Key;
use crate::systems::{System, backend};
use crate::web;

const NHS: &str = "https://fhir.nhs.uk/Id/nhs-number";
const TOKEN_ENDPOINT: &str = "https://plans.example.org/oauth/token";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The ten lines, on other ground: only the paths differ, and the editor is one that knows what to change.
fn ten_lines(ground: &Ground) -> String {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, after) = readme.split_once("## For real, in ten lines").expect("the README has its ten lines");
    let block = after.split("```").nth(1).unwrap();
    assert_eq!(block.trim().lines().count(), 10);
    let (lines, serve) = block.trim().rsplit_once('\n').unwrap();
    assert_eq!(serve, "target/release/sayso serve --config /etc/sayso/sayso.toml");
    let lines = lines.strip_prefix("cargo build --release\n").unwrap();
    let here = ground.text("");
    let here = here.trim_end_matches('/');
    let edit = format!(
        "sed -e 's|/var/lib/sayso|{here}/data|' -e 's|/etc/sayso|{here}|' -e 's|127.0.0.1:808.|127.0.0.1:0|' \"$1\" \
         > edited; mv edited \"$1\""
    );
    let lines = lines.replace("target/release/sayso", binary().to_str().unwrap()).replace("/etc/sayso", here);
    format!("set -eu\neditor() {{ {edit}; }}\n{lines}\necho \"organization $ORG\"\n")
}

fn shell(ground: &Ground, script: &str) -> String {
    let done = Command::new("sh").args(["-c", script]).current_dir(ground.path("")).output().unwrap();
    let (out, err) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
    assert!(done.status.success(), "{script}\n{out}{err}");
    out
}

fn is_id(line: &str) -> bool {
    line.len() == 36 && line.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

#[test]
fn the_ten_lines_of_the_readme_open_a_house_that_works() {
    let ground = Ground::new();
    let key = Key::new();
    ground.put("riverside.jwks.json", &key.set());
    std::fs::create_dir(ground.path("deploy")).unwrap();
    std::fs::copy(root().join("deploy/sayso.toml"), ground.path("deploy/sayso.toml")).unwrap();
    let out = shell(&ground, &ten_lines(&ground));
    assert!(out.contains("ok    log: whole") && !out.contains("  do  "), "{out}");
    let client = out.lines().find(|line| is_id(line)).expect("the id of the client");
    let link = out.lines().find(|line| line.starts_with("https://plans.example.org/me/sign-in?once=")).expect("a link");
    let organization = out.lines().find_map(|line| line.strip_prefix("organization ")).unwrap();
    assert!(is_id(organization), "{out}");

    let house = ground.serve("info");
    let page = Browser::new(house.doors).open("/me");
    assert!(page.text.contains("name=\"password\""), "not signed in: {}", page.text);
    let mut ama = Browser::new(house.doors);
    assert!(ama.open(link).ok().words().contains("Ama Testwell"));
    assert!(ama.open(&format!("/me/sharing/{organization}")).ok().words().contains("Riverside Hospital"));
    let again = Browser::new(house.doors).open(link);
    assert_eq!(again.status, 403, "the link works once: {}", again.text);

    let scopes = "system/Patient.rs system/CarePlan.rs";
    let token = backend(house.doors, &key.assertion(client, TOKEN_ENDPOINT), scopes).is(200).json();
    let riverside = System { door: house.doors, token: token["access_token"].as_str().unwrap().to_owned() };
    let found = riverside.get(&format!("/fhir/Patient?identifier={NHS}%7C9990472157")).is(200).json();
    assert_eq!(found["total"], 0, "nothing is open to anybody: {found}");
    let asked = ama.open("/me/receipts").ok().words();
    assert!(asked.contains("Riverside Hospital asked to see your plans for treatment on"), "{asked}");
    house.stop();
    assert!(ground.sayso(&["audit", "verify"]).starts_with("The log is whole"));
}

#[test]
fn a_client_that_cannot_be_trusted_is_not_registered() {
    let ground = Ground::configured();
    let organization = ground.sayso(&["org", "add", "Riverside Hospital"]);
    let good = ground.put("good.json", &Key::new().set());
    let with_secret = Key::new().set().replace("\"use\"", "\"d\":\"AAAA\",\"use\"");
    let with_secret = ground.put("secret.json", &with_secret);
    let shared = r#"{"keys": [{"kty": "oct", "kid": "1", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}]}"#;
    let shared = ground.put("shared.json", shared);
    let empty = ground.put("empty.json", r#"{"keys": []}"#);
    let broken = ground.put("broken.json", "{");
    let config = ground.text("sayso.toml");
    let add = |keys: &[&str], organization: &str, scopes: &str| {
        let fixed = ["client", "add", "Riverside", "--kind", "ehr", "--purpose", "TREAT", "--config", &config];
        let chosen = [&["--organization", organization, "--scopes", scopes], keys].concat();
        let done = run_with(&[&fixed[..], &chosen].concat(), &[]);
        (done.status.success(), String::from_utf8(done.stderr).unwrap(), String::from_utf8(done.stdout).unwrap())
    };
    let scope = "system/CarePlan.rs";
    let somebody = "00000000-0000-4000-8000-000000000001";
    for (keys, organization, scopes, told) in [
        (vec!["--jwks-file", &with_secret], organization.as_str(), scope, "jwks-file"),
        (vec!["--jwks-file", &shared], &organization, scope, "jwks-file"),
        (vec!["--jwks-file", &empty], &organization, scope, "jwks-file"),
        (vec!["--jwks-file", &broken], &organization, scope, "jwks-file"),
        (vec!["--jwks-file", "/nowhere/keys.json"], &organization, scope, "jwks-file"),
        (vec!["--jwks-url", "http://riverside.example/keys"], &organization, scope, "https"),
        (vec!["--jwks-file", &good], &organization, "system/Everything.rs", "scopes"),
        (vec!["--jwks-file", &good], &organization, "patient/CarePlan.rs", "scope"),
        (vec!["--jwks-file", &good], somebody, scope, "organization"),
        (vec![], &organization, scope, "key"),
    ] {
        let (done, err, out) = add(&keys, organization, scopes);
        assert!(!done && out.is_empty(), "{keys:?} {scopes}: {out}");
        assert!(err.starts_with("sayso: ") && err.lines().count() == 1, "{keys:?} {scopes}: {err}");
        assert!(err.to_lowercase().contains(told), "{keys:?} {scopes}: {err}");
    }
    let (done, err, out) = add(&["--jwks-file", &good], &organization, scope);
    assert!(done && is_id(out.trim()), "{err}");
}

#[test]
fn health_and_metrics_stand_on_their_own_address_and_name_nobody() {
    let ground = Ground::configured();
    let link = ground.sayso(&["person", "invite", "Ama Testwell"]);
    let house = ground.serve("info");
    assert_eq!(web::get(house.operations, "/health/live").is(200).text(), "live\n");
    assert_eq!(web::get(house.operations, "/health/ready").is(200).text(), "ready\n", "the canary was refused");
    for path in ["/metrics", "/health/live", "/health/ready"] {
        house.get(path).is(404);
    }
    Browser::new(house.doors).open(&link).ok();
    let somebody = "5c0e9e0a-8a1c-4a44-9c6e-4b9d3c8f1a11";
    house.get(&format!("/fhir/CarePlan/{somebody}")).is(401);
    house.get(&format!("/nobody-{somebody}")).is(404);
    house.get("/fhir/metadata").is(200);

    let metrics = web::get(house.operations, "/metrics").is(200);
    let metrics = metrics.text();
    assert!(metrics.contains(r#"sayso_requests_total{route="/fhir/metadata",class="2xx"} 1"#), "{metrics}");
    assert!(metrics.contains(r#"route="/fhir/CarePlan/{id}",class="4xx""#), "{metrics}");
    let inside = |line: &str| Some(line.split_once('{')?.1.rsplit_once('}')?.0.to_owned());
    let labels: Vec<String> = metrics.lines().filter(|line| !line.starts_with('#')).filter_map(inside).collect();
    for label in labels.iter().flat_map(|labels| labels.split("\",")) {
        let name = label.split('=').next().unwrap();
        assert!(["route", "class", "quantile", "le"].contains(&name), "an unknown label: {label}");
    }
    for nobody in [somebody, "5c0e9e0a", "Ama", "once", "canary", "Canary"] {
        assert!(!metrics.contains(nobody), "{nobody}: {metrics}");
    }
    let start: Vec<Value> = house.log().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(start.iter().any(|line| line["fields"]["message"] == "open"));
    assert!(start.iter().any(|line| line["fields"]["route"] == "/fhir/CarePlan/{id}"));
    house.stop();
}

#[test]
fn f15_a_stop_lets_open_requests_finish_and_ends_in_ten_seconds() {
    let ground = Ground::configured();
    let mut house = ground.serve("info");
    let mut idle = web::connect(house.doors);
    idle.write_all(b"GET /fhir/metadata HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut first = [0; 12];
    idle.read_exact(&mut first).unwrap();
    let mut open = web::connect(house.doors);
    open.write_all(b"POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\ngrant_type=client").unwrap();
    std::thread::sleep(Duration::from_millis(300));

    let begun = Instant::now();
    house.terminate();
    std::thread::sleep(Duration::from_millis(700));
    assert!(std::net::TcpStream::connect(house.doors).is_err(), "nobody new is let in");
    open.write_all(b"_credentials&scope=a%20").unwrap();
    let mut raw = Vec::new();
    open.read_to_end(&mut raw).unwrap();
    let answer = web::parse(&raw, "POST").expect("a whole answer");
    assert!(answer.status == 400 || answer.status == 401, "{}", answer.whole());
    let status = house.ended(Duration::from_secs(10));
    assert!(status.success() && begun.elapsed() < Duration::from_secs(10), "{status}: {:?}", begun.elapsed());
    assert!(house.log().contains("\"closed\""));
    assert!(ground.sayso(&["audit", "verify"]).starts_with("The log is whole"));
}
