//! A scan for words and secrets in all that a house leaves: its log at the finest level of ours, its metrics, every file
//! of its data folder while it is open and after (G01, G07, G08, B16).

use std::path::Path;

use crate::browser::Browser;
use crate::house::{Ground, House};
use crate::keys::Key;
use crate::systems::{App, System, backend};
use crate::web;

const NAME: &str = "Ysolde Canarywing";
const NUMBER: &str = "9990472157";
const NOBODYS_NUMBER: &str = "7778889990";
const TYPED: [&str; 4] = [
    "The marzipan lighthouse hums when nobody listens.",
    "quixotic-tangerine-seventeen",
    "Zephyrine Quillfeather",
    "0117 496 7731",
];
const REASON: &str = "obsidian parsnip ward";
const SCOPES: &str = "system/Patient.rs system/CarePlan.rs system/DocumentReference.rs";
const ORIGIN: &str = "https://plans.example.org";

/// Ama's directive in the words of another person.
fn plan() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/persons/ama/advance-directive.plan.json");
    let words = [
        ("Dark, quiet, a person who stays. Talk to me about the harbour.", TYPED[0]),
        ("If I cannot say it myself", TYPED[1]),
        ("Joyce Hallmark", TYPED[2]),
        ("0117 496 0112", TYPED[3]),
        ("Ama Testwell", NAME),
    ];
    words.iter().fold(std::fs::read_to_string(file).unwrap(), |plan, (old, new)| {
        assert!(plan.contains(old), "{old}");
        plan.replace(old, new)
    })
}

/// What was said in this house, and what opens it.
struct Said {
    words: Vec<String>,
    secrets: Vec<String>,
}

fn live(ground: &Ground, house: &House, client: &str, app: &str, key: &Key, link: &str) -> Said {
    let once = web::parameter(link, "once").unwrap();
    let mut page = Browser::new(house.doors);
    page.open(link).ok();
    let app =
        App { id: app.into(), redirect: "https://app.example.org/callback".into(), aud: format!("{ORIGIN}/fhir") };
    let let_in = app.let_in(house.doors, &mut page);
    let made = let_in.system.call("POST", "/plans", &[web::JSON], plan().as_bytes());
    assert_eq!(made.status, 201, "{}", made.whole());
    let broken = plan().replace("\"words\"", "\"wordz\"");
    assert!(let_in.system.call("POST", "/plans", &[web::JSON], broken.as_bytes()).status >= 400);
    assert!(let_in.system.get("/plans").is(200).text().contains(TYPED[0]), "the words are there for the person");

    let assertion = key.assertion(client, &format!("{ORIGIN}/oauth/token"));
    let token = backend(house.doors, &assertion, SCOPES).is(200).json();
    let riverside = System { door: house.doors, token: token["access_token"].as_str().unwrap().to_owned() };
    for number in [NUMBER, NOBODYS_NUMBER] {
        riverside.get(&format!("/fhir/Patient?identifier=urn:nhs%7C{number}")).is(200);
        riverside.get(&format!("/fhir/Patient/$current-plan?identifier=urn:nhs%7C{number}")).is(404);
        riverside.get(&format!("/fhir/Patient?name={number}")).is(400);
        riverside.get(&format!("/fhir/{number}")).is(404);
        riverside.ask_to_share("urn:nhs", number, REASON).is(202);
    }
    let organization = ground.sayso(&["org", "add", "Another Hospital"]);
    page.open(&format!("/me/sharing/{organization}?purpose=TREAT")).ok();
    page.open("/me/receipts").ok();
    page.open("/me/sharing").ok();
    sign_in_fails(house);

    let words = [NAME, NUMBER, NOBODYS_NUMBER, REASON].into_iter().chain(TYPED).map(str::to_owned).collect();
    let mut secrets = [let_in.secrets, page.secrets(), vec![once, riverside.token, assertion]].concat();
    secrets.push("a-password-nobody-has".into());
    Said { words, secrets }
}

/// A password that is typed at the wrong place is still somebody's password.
fn sign_in_fails(house: &House) {
    let mut stranger = Browser::new(house.doors);
    let form = stranger
        .open("/me/sign-in")
        .ok()
        .form("/me/sign-in")
        .with("name", NAME)
        .with("password", "a-password-nobody-has");
    assert_eq!(stranger.press(&form, None).status, 403);
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let all = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    all.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect()
}

fn holds(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window.eq_ignore_ascii_case(needle.as_bytes()))
}

#[test]
fn g01_g07_words_and_secrets_are_in_no_log_no_metric_and_no_file() {
    let ground = Ground::configured();
    let key = Key::new();
    let keys = ground.put("keys.json", &key.set());
    let organization = ground.sayso(&["org", "add", "Riverside Hospital"]);
    let add = ["client", "add", "Record", "--kind", "ehr", "--purpose", "TREAT", "--organization", &organization];
    let client = ground.sayso(&[&add[..], &["--jwks-file", &keys, "--scopes", SCOPES]].concat());
    let add = ["client", "add", "Notes", "--kind", "patient-app", "--purpose", "PATRQT", "--scopes"];
    let asks = ["launch/patient offline_access patient/*.cruds", "--redirect-uri", "https://app.example.org/callback"];
    let app = ground.sayso(&[&add[..], &asks].concat());
    let number = format!("urn:nhs|{NUMBER}");
    let link = ground.sayso(&["person", "invite", NAME, "--verified-identifier", &number]);

    let house = ground.serve("trace");
    let said = live(&ground, &house, &client, &app, &key, &link);
    let wrapping = std::fs::read_to_string(ground.path("key")).unwrap().trim().to_owned();
    let metrics = web::get(house.operations, "/metrics").is(200).body;
    let mut sinks = vec![("metrics".to_owned(), metrics)];
    let open = files(&ground.path("data"));
    assert!(open.iter().any(|(name, bytes)| name.ends_with("-wal") && bytes.len() > 10_000), "the log of the database");
    sinks.extend(open);
    house.stop();
    sinks.extend(files(&ground.path("data")));
    sinks.push(("log".into(), std::fs::read(ground.path("log")).unwrap()));
    // The scan finds what is there.
    for there in ["INSERT INTO leaf", "/fhir/Patient/$ask-to-share", "CREATE TABLE consent", "kanarienvogel-is-not"] {
        let found = sinks.iter().any(|(_, bytes)| holds(bytes, there));
        assert_eq!(found, !there.ends_with("-not"), "{there}");
    }
    for (name, bytes) in &sinks {
        for word in said.words.iter().chain(&said.secrets).chain([&wrapping]) {
            assert!(word.len() >= 8 && !holds(bytes, word), "{word:?} stands in {name}");
        }
    }
}
