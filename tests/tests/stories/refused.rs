//! A house that would be unsafe does not open, and says why in one line (G10).

use std::os::unix::fs::PermissionsExt;

use crate::house::{Ground, run, run_with};

const LOOPBACK: &str = "127.0.0.1:0";

/// A configuration as text, with one line for each setting.
fn written(ground: &Ground, changes: &[(&str, &str)]) -> String {
    let (data, key) = (ground.text("data"), ground.text("key"));
    let usual = [
        ("data", data.as_str()),
        ("public", "https://plans.example.org"),
        ("listen", LOOPBACK),
        ("operations", LOOPBACK),
        ("key_file", &key),
    ];
    let kept = usual.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    let all = kept.chain(changes.iter().filter(|(_, value)| !value.is_empty()));
    all.map(|(name, value)| format!("{name} = \"{value}\"\n")).collect()
}

/// Both `serve` and `doctor` refuse it, in one line that holds these words.
#[track_caller]
fn refused(ground: &Ground, config: &str, environment: &[(&str, &str)], told: &[&str]) {
    let file = ground.put("sayso.toml", config);
    for command in ["serve", "doctor"] {
        let done = run_with(&[command, "--config", &file], environment);
        let err = String::from_utf8(done.stderr).unwrap();
        assert!(!done.status.success(), "{command} takes it: {config}");
        assert!(err.starts_with("sayso: ") && err.lines().count() == 1, "not one clear line: {err}");
        for words in told {
            assert!(err.contains(words), "{command}: nothing of {words:?} in {err}");
        }
    }
}

#[test]
fn g10_an_address_that_anybody_can_listen_to_is_refused() {
    let ground = Ground::configured();
    let open = written(&ground, &[("public", "http://127.0.0.1:8080"), ("listen", "0.0.0.0:0")]);
    refused(&ground, &open, &[], &["public", "not https"]);
    let open = written(&ground, &[("public", "http://plans.example.org")]);
    refused(&ground, &open, &[], &["public", "https"]);
    let open = written(&ground, &[("public", "https://plans.example.org/path?x=1")]);
    refused(&ground, &open, &[], &["public"]);
    let open = written(&ground, &[("operations", "0.0.0.0:0")]);
    refused(&ground, &open, &[], &["operations", "127.0.0.1"]);
    let open = written(&ground, &[("operations", "[::]:0")]);
    refused(&ground, &open, &[], &["operations"]);
}

#[test]
fn g10_a_key_that_is_not_kept_apart_is_refused() {
    let ground = Ground::configured();
    let usual = written(&ground, &[]);
    let key = std::fs::read_to_string(ground.path("key")).unwrap();
    std::fs::set_permissions(ground.path("key"), std::fs::Permissions::from_mode(0o640)).unwrap();
    refused(&ground, &usual, &[], &["key_file", "others can read", "chmod 600"]);
    std::fs::set_permissions(ground.path("key"), std::fs::Permissions::from_mode(0o600)).unwrap();

    std::fs::create_dir(ground.path("data")).unwrap();
    std::fs::copy(ground.path("key"), ground.path("data/key")).unwrap();
    std::os::unix::fs::symlink(ground.path("data"), ground.path("alias")).unwrap();
    for name in ["data/key", "alias/key", "alias/../data/key"] {
        let inside = written(&ground, &[("key_file", &ground.text(name))]);
        refused(&ground, &inside, &[], &["key_file", "data folder"]);
    }
    let in_file = written(&ground, &[("key_file", ""), ("key", key.trim())]);
    refused(&ground, &in_file, &[], &["key", "never in the configuration file"]);
    refused(&ground, &usual, &[("SAYSO_KEY", key.trim())], &["two wrapping keys"]);
    let shown = run_with(&["serve", "--config", &ground.text("sayso.toml")], &[("SAYSO_KEY", key.trim())]);
    assert!(!String::from_utf8_lossy(&shown.stderr).contains(key.trim()), "a key is never printed");
}

#[test]
fn g10_a_house_without_its_key_does_not_open() {
    let ground = Ground::configured();
    refused(&ground, &written(&ground, &[("key_file", "")]), &[], &["no wrapping key", "sayso key"]);
    refused(&ground, &written(&ground, &[("key_file", "/nowhere/key")]), &[], &["key_file", "/nowhere/key"]);
    let short = ground.put("short", "c2hvcnQ=");
    std::fs::set_permissions(&short, std::fs::Permissions::from_mode(0o600)).unwrap();
    refused(&ground, &written(&ground, &[("key_file", &short)]), &[], &["key", "32 bytes"]);
    refused(&ground, &written(&ground, &[("key_file", "")]), &[("SAYSO_KEY", "c2hvcnQ=")], &["32 bytes"]);
}

#[test]
fn g10_another_key_than_the_folders_is_refused_and_changes_nothing() {
    let ground = Ground::configured();
    ground.sayso(&["person", "invite", "Ama Testwell"]);
    let other = ground.text("other");
    crate::house::run(&["key", &other]);
    let before = std::fs::read(ground.path("data/sayso.sqlite")).unwrap();
    let file = ground.put("other.toml", &written(&ground, &[("key_file", &other)]));
    for command in [&["serve"][..], &["audit", "verify"], &["org", "add", "Northside"]] {
        let done = run_with(&[command, &["--config", &file]].concat(), &[]);
        let err = String::from_utf8(done.stderr).unwrap();
        assert!(!done.status.success() && err.contains("not the wrapping key"), "{command:?}: {err}");
        assert_eq!(err.lines().count(), 1, "{err}");
    }
    let doctor = run_with(&["doctor", "--config", &file], &[]);
    assert!(!doctor.status.success() && String::from_utf8_lossy(&doctor.stdout).contains("not the wrapping key"));
    assert!(before == std::fs::read(ground.path("data/sayso.sqlite")).unwrap());
    assert!(ground.sayso(&["audit", "verify"]).starts_with("The log is whole"));
}

#[test]
fn g10_what_is_not_understood_is_not_ignored() {
    let ground = Ground::configured();
    let usual = written(&ground, &[]);
    refused(&ground, &format!("{usual}publik = \"https://x.example\"\n"), &[], &["config", "publik"]);
    refused(&ground, &usual, &[("SAYSO_PUBLIK", "https://x.example")], &["config", "publik"]);
    refused(&ground, &usual.replace(LOOPBACK, "everywhere"), &[], &["config", "listen"]);
    refused(&ground, &format!("{usual}private_networks = \"perhaps\"\n"), &[], &["config", "private_networks"]);
    refused(&ground, &written(&ground, &[("data", "")]), &[], &["--data"]);
    // What a person's receipt leads to is a web address.
    let operator = format!("{usual}\n[operator]\nprivacy_policy = \"javascript:alert(1)\"\n");
    refused(&ground, &operator, &[], &["operator.privacy_policy"]);
    refused(&ground, &format!("{usual}\n[operator]\nfax = \"1\"\n"), &[], &["config", "fax"]);
    refused(&ground, &usual, &[("SAYSO_OPERATOR__EMAIL", "nobody")], &["operator.email"]);
    let done = run_with(&["serve", "--config", "/nowhere/sayso.toml"], &[]);
    assert!(!done.status.success() && String::from_utf8_lossy(&done.stderr).contains("no file /nowhere/sayso.toml"));
}

#[test]
fn a_key_file_is_never_overwritten_and_only_its_owner_can_read_it() {
    let ground = Ground::configured();
    let before = std::fs::read(ground.path("key")).unwrap();
    assert_eq!(std::fs::metadata(ground.path("key")).unwrap().permissions().mode() & 0o777, 0o600);
    let done = run_with(&["key", &ground.text("key")], &[]);
    assert!(!done.status.success() && before == std::fs::read(ground.path("key")).unwrap());
}

#[test]
fn c14_a_number_that_is_verified_for_somebody_is_not_verified_for_another() {
    let ground = Ground::configured();
    let config = ground.text("sayso.toml");
    let number = "urn:nhs|943 476 5919";
    let invite =
        |name: &str| run_with(&["person", "invite", name, "--verified-identifier", number, "--config", &config], &[]);
    assert!(invite("Ama Testwell").status.success());
    let again = invite("Ben Testwell");
    let (out, err) = (String::from_utf8(again.stdout).unwrap(), String::from_utf8(again.stderr).unwrap());
    // The operator is told, and of nobody who is here.
    assert!(!again.status.success() && err.contains("verified for another person here"), "{err}");
    assert!(out.is_empty() && !err.contains("Ama") && !err.contains("5919"), "{out}{err}");
}

/// The commands that a help text lists.
fn commands(of: &[&str]) -> Vec<String> {
    let help = run(&[of, &["--help"]].concat());
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let named = listed.filter_map(|line| line.split_whitespace().next());
    named.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn a23_case_35_no_command_reads_or_opens_a_plan() {
    // Whoever adds a command says here that it neither shows what persons keep nor opens it to anybody.
    let all = ["demo", "serve", "org", "client", "person", "audit", "doctor", "key", "token"];
    assert_eq!(commands(&[]), all);
    for (group, own) in [("org", "add"), ("client", "add"), ("person", "invite"), ("audit", "verify")] {
        assert_eq!(commands(&[group]), [own], "{group}");
    }
    // An invitation is for somebody new, never into the place of somebody who is here.
    let invites = run(&["person", "invite", "--help"]);
    assert!(!invites.contains("--person") && !invites.contains("<ID>"), "{invites}");
    // A token is for a client of the demo, by that client's own key.
    assert!(run(&["token", "--help"]).contains("demo"), "of the demo only");
}
