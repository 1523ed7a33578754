//! The kit against our own house: it passes, and fails where a fault is planted, in the case that names the fault.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::mem_forget,
    clippy::disallowed_methods,
    reason = "a test that fails says where"
)]

mod house;

use std::collections::BTreeMap;
use std::process::{Command, Output};
use std::sync::Mutex;

use house::{By, House};
use sayso_consent::leak::{Leak, plant};
use serde::Deserialize;

/// Leaks are planted for the whole process: one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// How many faults are found at least.
const FOUND_MIN: usize = 27;
/// What an app's Consent must not say, or not any more. The kit goes on: nothing is open by it.
const NOT_TAKEN_OF_AN_APP: &[&str] = &["draft", "ended", "entered-in-error", "inactive", "policy-only", "rejected"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Leaks {
    found: BTreeMap<String, String>,
    found_as_sent: BTreeMap<String, String>,
    not_seen: BTreeMap<String, String>,
    elsewhere: BTreeMap<String, String>,
}

impl Leaks {
    fn read() -> Self {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/leaks.toml");
        toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
    }
}

/// A house that answers, and a folder with its description.
struct Open {
    _runtime: tokio::runtime::Runtime,
    folder: tempfile::TempDir,
    description: String,
}

impl Open {
    fn house(by: By) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let description = runtime.block_on(House::open(by));
        let open = Self { _runtime: runtime, folder: tempfile::tempdir().unwrap(), description };
        open.describe(&open.description);
        open
    }

    fn describe(&self, description: &str) {
        std::fs::write(self.folder.path().join("server.toml"), description).unwrap();
    }

    fn kit(&self, more: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sayso-consent-kit"));
        command.args(["run", "--server", "server.toml"]).args(more).current_dir(self.folder.path());
        command.output().unwrap()
    }

    fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn count(text: &str, called: &str) -> usize {
    let last = text.trim_end().lines().last().unwrap();
    let of = last.split(", ").find(|part| part.ends_with(called)).unwrap();
    of.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn every_case_applies_to_our_own_house_and_passes() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let open = Open::house(By::Record);
    let honest = open.kit(&["--junit", "junit.xml", "--testreport", "testreport.json"]);
    let text = said(&honest);
    println!("{text}");
    assert_eq!(honest.status.code(), Some(0), "{text}");
    assert!(count(&text, "passed") >= 60 && count(&text, "not applicable") == 0, "{text}");
    for token in open.description.lines().filter_map(|line| line.strip_prefix("token = ")) {
        let token = token.trim_matches('"');
        let written = [&text, &open.file("junit.xml"), &open.file("testreport.json")];
        assert!(token.len() > 20 && written.iter().all(|report| !report.contains(token)), "a token is printed");
    }
    testreport(&open.file("testreport.json"), &text);
    let junit = open.file("junit.xml");
    let listed = count(&text, "passed") + count(&text, "not applicable");
    assert_eq!(junit.matches("<testcase ").count(), listed, "{junit}");
    assert!(junit.contains("failures=\"0\"") && junit.contains("01-read "), "{junit}");
}

#[test]
fn what_the_consents_of_the_kit_say_holds_when_an_app_or_the_hospital_sends_them() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let none: &[&str] = &[];
    for (by, not_taken) in [(By::App, NOT_TAKEN_OF_AN_APP), (By::Hospital, none)] {
        let output = Open::house(by).kit(&[]);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(0), "{by:?}: {text}");
        assert_eq!(count(&text, "not applicable"), 0, "{by:?}: {text}");
        // Which Consents were not taken at all is known, so that no case passes because everything is refused.
        let mut refused: Vec<&str> = text
            .lines()
            .filter(|line| line.contains(": the server did not take the Consent ("))
            .filter_map(|line| line.split('`').nth(1))
            .collect();
        refused.sort_unstable();
        assert_eq!(refused, not_taken, "{by:?}: {text}");
    }
}

/// Which house a fault is planted in, and in which case it is found.
fn planted(leaks: &Leaks) -> [(By, &BTreeMap<String, String>); 2] {
    [(By::Record, &leaks.found), (By::App, &leaks.found_as_sent)]
}

fn leak(name: &str) -> Leak {
    let leak = Leak::PLANTED.iter().copied().find(|leak| format!("{leak:?}") == name);
    leak.unwrap_or_else(|| panic!("nothing like {name} can be planted"))
}

#[test]
fn each_fault_that_can_be_planted_is_found_or_it_is_said_why_not() {
    let leaks = Leaks::read();
    let found = || planted(&leaks).into_iter().flat_map(|(_, found)| found.keys());
    let named: Vec<&String> = found().chain(leaks.not_seen.keys()).chain(leaks.elsewhere.keys()).collect();
    let all: Vec<String> = Leak::PLANTED.iter().map(|leak| format!("{leak:?}")).collect();
    let unknown: Vec<&&String> = named.iter().filter(|name| !all.contains(name)).collect();
    assert!(unknown.is_empty(), "no such leaks: {unknown:?}");
    let nowhere: Vec<&String> = all.iter().filter(|leak| !named.contains(leak)).collect();
    assert!(nowhere.is_empty(), "stand nowhere in leaks.toml (SAYSO_SEARCH=1 looks for the cases): {nowhere:?}");
    let twice: Vec<&String> = all.iter().filter(|leak| named.iter().filter(|name| *name == leak).count() > 1).collect();
    assert!(twice.is_empty(), "in two lists: {twice:?}");
    assert!(leaks.not_seen.values().chain(leaks.elsewhere.values()).all(|why| why.len() > 20));
    assert!(found().count() >= FOUND_MIN, "{}", found().count());
}

#[test]
fn each_planted_fault_is_found_in_the_case_that_names_it() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let leaks = Leaks::read();
    let mut missed = Vec::new();
    for (by, found) in planted(&leaks) {
        let open = Open::house(by);
        for (name, case) in found {
            plant(leak(name));
            let output = open.kit(&["--only", case, "--quiet"]);
            plant(Leak::None);
            let text = said(&output);
            println!("{name}: {case}: {}", text.lines().find(|line| line.contains("why: ")).unwrap_or_default().trim());
            // It names the case, says what it means, and how it can be seen again.
            let told = [format!("{case} FAILED: "), "means: ".into(), "$ curl -si".into()];
            if output.status.code() != Some(1) || !told.iter().all(|part| text.contains(part.as_str())) {
                missed.push(format!("{name}: {text}"));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// With `SAYSO_SEARCH=1`: looks for the cases in which faults show that are not known to be found.
#[test]
fn cases_are_looked_for_where_it_is_asked() {
    if std::env::var_os("SAYSO_SEARCH").is_none() {
        return;
    }
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let leaks = Leaks::read();
    let known: Vec<&String> = planted(&leaks).into_iter().flat_map(|(_, found)| found.keys()).collect();
    for leak in Leak::PLANTED.iter().filter(|leak| !known.contains(&&format!("{leak:?}"))) {
        for by in [By::Record, By::App, By::Hospital] {
            let open = Open::house(by);
            plant(*leak);
            let text = said(&open.kit(&["--quiet"]));
            plant(Leak::None);
            let failed = text.lines().filter_map(|line| line.split_once(" FAILED: ")).map(|(case, _)| case);
            let failed: Vec<&str> = failed.collect();
            println!("{leak:?} {by:?}: {failed:?}");
            if !failed.is_empty() {
                break;
            }
        }
    }
}

/// It is a TestReport of R4, and says the same as the terminal.
fn testreport(json: &str, text: &str) {
    let read: fhir_sdk::r4b::resources::TestReport = serde_json::from_str(json).unwrap();
    let again = serde_json::to_value(&read).unwrap();
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(again, json, "nothing in it is unknown to R4");
    let results = |wanted: &str| {
        let tests = json["test"].as_array().unwrap().iter();
        tests.filter(|test| test["action"][0]["assert"]["result"] == wanted).count()
    };
    for (result, called) in [("pass", "passed"), ("fail", "failed"), ("skip", "not applicable"), ("error", "set up")] {
        assert_eq!(results(result), count(text, called), "{result}");
    }
    assert_eq!((&json["status"], &json["result"]), (&"completed".into(), &"pass".into()));
}

#[test]
fn what_is_not_there_is_never_passed() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let open = Open::house(By::Record);
    // A server that can do less: its cases do not apply, and are not counted as passed.
    open.describe(&open.description.replace("'history', ", ""));
    let output = open.kit(&["--only", "01-history", "--testreport", "report.json"]);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("not applicable") && text.contains("`history`"), "{text}");
    assert!(open.file("report.json").contains("\"skip\"") && !open.file("report.json").contains("\"score\""));
    // A token that opens nothing: everything would look hidden, and the control says so.
    let token = open.description.split("[reader.hospital]\ntoken = \"").nth(1).unwrap().split('"').next().unwrap();
    open.describe(&open.description.replace(token, "nobody-has-this-token"));
    let output = open.kit(&["--only", "01-", "--junit", "junit.xml"]);
    let text = said(&output);
    assert_eq!((output.status.code(), count(&text, "passed")), (Some(2), 0), "{text}");
    assert!(text.contains("could not be set up") && !text.contains("nobody-has-this-token"), "{text}");
    assert!(open.file("junit.xml").contains("<error "));
    // Nobody at home.
    open.describe("name = 'none'\nbase = 'http://127.0.0.1:1/fhir'\ncan = ['read']\n[hook]\nurl = 'http://127.0.0.1:1'\nsituations = ['open']\n");
    assert_eq!(open.kit(&[]).status.code(), Some(2));
    // A description that is none.
    open.describe("name = 'none'\nbase = 'x'\ncan = []\ncann = 1\n");
    let output = open.kit(&[]);
    assert!(output.status.code() == Some(2) && said(&output).contains("cann"), "{}", said(&output));
}

#[test]
fn a_hook_may_be_a_program() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let open = Open::house(By::Record);
    let url = open.description.split("[hook]\nurl = '").nth(1).unwrap().split('\'').next().unwrap().to_owned();
    // The program is told what the address would be, and says what that says; here it asks the address itself.
    let program = format!(
        "#!/bin/sh\ntell=$(cat)\nprintf 'POST / HTTP/1.0\\r\\nContent-Type: application/json\\r\\nContent-Length: %s\\r\\n\\r\\n%s' \
         \"${{#tell}}\" \"$tell\" | bash -c 'exec 3<>/dev/tcp/{}; cat >&3; cat <&3' | sed '1,/^\\r$/d'\n",
        url.trim_start_matches("http://").trim_end_matches('/').replace(':', "/")
    );
    let file = open.folder.path().join("hook.sh");
    std::fs::write(&file, program).unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    open.describe(&open.description.replace(&format!("url = '{url}'"), "command = ['hook.sh']"));
    let output = open.kit(&["--only", "33-withdrawn"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}
