//! The arrows between the rooms, who sees which foreign crate, and under which licences we stand on others.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails says where")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The rooms and their levels: a room uses only lower ones (crates/README.md).
const ROOMS: [(&str, u8); 12] = [
    ("sayso-plan", 0),
    ("sayso-ledger", 0),
    ("sayso-consent", 1),
    ("sayso-auth", 1),
    ("sayso-wire", 1),
    ("sayso-fhir", 2),
    ("sayso-egress", 2),
    ("sayso-store", 2),
    ("sayso-exchange", 3),
    ("sayso-gateway", 4),
    ("sayso-pages", 4),
    ("sayso", 5),
];

/// Beside the house: commands, tests, benchmarks. Nothing depends on them.
const OUTSIDE: [&str; 6] = ["xtask", "sayso-tests", "sayso-bench", "sayso-votes", "sayso-consent-kit", "sayso-races"];

/// Of these only the tests know anything of the house: the program itself is for others, and stands alone.
const STANDS_ALONE: &str = "sayso-consent-kit";

/// Arrows that the levels would allow and that must not be there.
///
/// The store hands out what is sealed, so whoever holds it and could release it would be a second gate: only the use
/// cases do, and the wiring in cli, which opens the one and passes it to the other. Gateway and pages ask the use cases.
const FORBIDDEN: [(&str, &str); 6] = [
    ("sayso-gateway", "sayso-store"),
    ("sayso-pages", "sayso-store"),
    ("sayso-gateway", "sayso-ledger"),
    ("sayso-pages", "sayso-ledger"),
    ("sayso-gateway", "sayso-egress"),
    ("sayso-pages", "sayso-egress"),
];

/// Foreign crates, and the rooms that alone see them.
const SEEN_BY: [(&str, &[&str]); 19] = [
    ("sqlx", &["sayso-store"]),
    ("libsqlite3-sys", &[]),
    ("axum", &["sayso-gateway", "sayso-pages", "sayso"]),
    ("hyper", &["sayso-gateway"]),
    ("hyper-util", &["sayso-gateway", "sayso"]),
    ("tower", &["sayso-gateway", "sayso"]),
    ("fhir-sdk", &["sayso-wire", "sayso-fhir"]),
    ("fhir-model", &[]),
    ("jsonschema", &["sayso-fhir"]),
    ("jsonwebtoken", &["sayso-auth", "sayso"]),
    ("reqwest", &["sayso-egress"]),
    ("askama", &["sayso-pages", "sayso"]),
    ("ct-merkle", &["sayso-ledger"]),
    ("aes-gcm", &["sayso-store"]),
    ("argon2", &["sayso-exchange"]),
    ("governor", &["sayso-gateway"]),
    ("clap", &["sayso"]),
    ("figment", &["sayso"]),
    // A second opinion for the tests, never the judge.
    ("cedar-policy", &[]),
];

/// The pure rooms: nothing in them waits, listens or asks the machine for anything.
const PURE: [&str; 5] = ["sayso-plan", "sayso-ledger", "sayso-consent", "sayso-wire", "sayso-fhir"];

/// What a pure room never sees.
const IMPURE: [&str; 5] = ["tokio", "getrandom", "tracing", "metrics", "tempfile"];

/// All that the store may know of consent: what it keeps, and what it hands out, neither of which can be read there; and
/// to whom a consent speaks, by which persons are found. A leaf says each provision that was sent.
const STORE_KNOWS: [&str; 8] = ["Consent", "Provision", "Sealed", "Supporter", "Class", "Effect", "Known", "Recipient"];

/// Licences under which our work, Apache-2.0, may stand on that of others without a further duty to its users.
const LICENCES: [&str; 14] = [
    "Apache-2.0",
    "MIT",
    "MIT-0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MPL-2.0",
    "OpenSSL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn metadata(more: &[&str]) -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version", "1", "--offline"]).args(more).current_dir(root());
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap_or_default()
}

/// Package → what it depends on, for running or for building it. What its own tests use is an arrow too.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let found = metadata(&["--no-deps"]);
    let packages = found["packages"].as_array().unwrap();
    let arrows_of = |package: &Value| {
        let all = package["dependencies"].as_array().unwrap();
        all.iter().map(|one| text(one, "name").to_owned()).collect()
    };
    packages.iter().map(|package| (text(package, "name").to_owned(), arrows_of(package))).collect()
}

/// What a package needs to run, and nothing that only its tests need.
fn runs_on(name: &str) -> Vec<String> {
    let found = metadata(&["--no-deps"]);
    let package = found["packages"].as_array().unwrap().iter().find(|package| text(package, "name") == name).unwrap();
    let needed = package["dependencies"].as_array().unwrap().iter().filter(|one| one["kind"] != "dev");
    needed.map(|one| text(one, "name").to_owned()).collect()
}

fn level(room: &str) -> Option<u8> {
    ROOMS.iter().find(|(name, _)| *name == room).map(|(_, level)| *level)
}

/// Every arrow that should not be there, in words.
fn wrong(arrows: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (from, all) in arrows {
        let here = level(from);
        for to in all {
            if let (Some(here), Some(there)) = (here, level(to))
                && there >= here
            {
                wrong.push(format!("{from} (level {here}) → {to} (level {there})"));
            }
            let its_tests = OUTSIDE.contains(&from.as_str()) && to == "sayso-tests";
            if (OUTSIDE.contains(&to.as_str()) && !its_tests) || FORBIDDEN.contains(&(from.as_str(), to.as_str())) {
                wrong.push(format!("{from} → {to}"));
            }
            let seen_by = SEEN_BY.iter().find(|(foreign, _)| foreign == to);
            if here.is_some() && seen_by.is_some_and(|(_, rooms)| !rooms.contains(&from.as_str())) {
                wrong.push(format!("{from} sees {to}"));
            }
            if PURE.contains(&from.as_str()) && IMPURE.contains(&to.as_str()) {
                wrong.push(format!("{from} is pure and uses {to}"));
            }
        }
    }
    wrong
}

#[test]
fn every_arrow_leads_to_a_lower_room_and_every_foreign_crate_to_its_own_room() {
    assert_eq!(wrong(&arrows()), Vec::<String>::new());
}

#[test]
fn wrong_arrows_are_seen() {
    for (from, to) in [
        ("sayso-fhir", "sayso-store"),
        ("sayso-store", "sayso-fhir"),
        ("sayso-gateway", "sayso-pages"),
        ("sayso-pages", "sayso-gateway"),
        ("sayso-gateway", "sayso-store"),
        ("sayso-pages", "sayso-store"),
        ("sayso-consent", "sayso-store"),
        ("sayso-exchange", "sayso"),
        ("sayso-plan", "sayso-consent"),
        ("sayso", "sayso-tests"),
        ("sayso-exchange", "sqlx"),
        ("sayso-exchange", "axum"),
        ("sayso-plan", "tokio"),
    ] {
        let arrows = BTreeMap::from([(from.to_owned(), BTreeSet::from([to.to_owned()]))]);
        assert_eq!(wrong(&arrows).len(), 1, "{from} → {to}: {:?}", wrong(&arrows));
    }
}

#[test]
fn the_kit_for_others_shares_no_code_with_the_house() {
    let needed = runs_on(STANDS_ALONE);
    assert!(needed.len() > 5, "{needed:?}");
    let ours: Vec<&String> = needed.iter().filter(|name| name.starts_with("sayso")).collect();
    assert!(ours.is_empty(), "{STANDS_ALONE} runs on {ours:?}");
}

#[test]
fn every_room_of_the_house_is_known_here_and_in_its_map() {
    let map = std::fs::read_to_string(root().join("crates/README.md")).unwrap();
    let found: BTreeSet<String> = arrows().into_keys().collect();
    for name in &found {
        assert!(level(name).is_some() || OUTSIDE.contains(&name.as_str()), "{name} has no level");
    }
    for (room, level) in ROOMS {
        assert!(found.contains(room), "{room} is not there any more");
        let short = if room == "sayso" { "cli" } else { room.trim_start_matches("sayso-") };
        assert!(map.contains(&format!("| {level} | {short} |")), "crates/README.md does not have {short} at {level}");
    }
}

#[test]
fn only_the_use_cases_have_both_what_is_sealed_and_what_releases_it() {
    let arrows = arrows();
    let with_store = arrows.iter().filter(|(_, all)| all.contains("sayso-store")).map(|(from, _)| from.as_str());
    let rooms: Vec<&str> = with_store.filter(|from| level(from).is_some()).collect();
    assert_eq!(rooms, ["sayso", "sayso-exchange"]);
    let mut looked_at = 0;
    for file in sources(&root().join("crates/store/src")) {
        let code = std::fs::read_to_string(&file).unwrap();
        for used in code.split("sayso_consent::").skip(1) {
            looked_at += 1;
            let names = match used.strip_prefix('{') {
                Some(list) => list.split('}').next().unwrap().split([',', '\n', ' ']).collect(),
                None => used.split(|c: char| !c.is_alphanumeric() && c != '_').take(1).collect::<Vec<_>>(),
            };
            let names = names.into_iter().filter(|name| !name.is_empty());
            let strange: Vec<&str> = names.filter(|name| !STORE_KNOWS.contains(name)).collect();
            assert!(strange.is_empty(), "{}: the store knows {strange:?} of consent", file.display());
        }
    }
    assert!(looked_at > 0, "the store hands out nothing sealed?");
    // In cli nothing but the wiring: it opens the store, and never asks consent to release.
    for file in sources(&root().join("crates/cli/src")) {
        let code = std::fs::read_to_string(&file).unwrap();
        for call in ["sayso_consent::judge", "sayso_consent::own", "sayso_consent::subject", ".open(&sealed"] {
            assert!(!code.contains(call), "{}: {call}", file.display());
        }
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            all.push(path);
        }
    }
    all
}

#[test]
fn everything_foreign_comes_from_crates_io_under_a_licence_that_asks_nothing_of_our_users() {
    let found = metadata(&[]);
    let packages = found["packages"].as_array().unwrap();
    let mut foreign = 0;
    for package in packages {
        let name = format!("{} {}", text(package, "name"), text(package, "version"));
        let licence = text(package, "license");
        let Some(source) = package["source"].as_str() else {
            assert_eq!(licence, "Apache-2.0", "{name} is ours");
            assert!(Path::new(text(package, "manifest_path")).starts_with(root()), "{name} lies outside");
            continue;
        };
        foreign += 1;
        assert!(source.starts_with("registry+") && source.ends_with("crates.io-index"), "{name} comes from {source}");
        assert!(allowed(licence), "{name}: {licence}");
    }
    assert!(foreign > 100, "only {foreign} foreign packages were seen");
}

#[test]
fn a_licence_expression_is_read_as_spdx_means_it() {
    for good in ["MIT", "MIT/Apache-2.0", "GPL-3.0-only OR MIT", "(MIT OR GPL-2.0-only) AND ISC", "Apache-2.0 / MIT"] {
        assert!(allowed(good), "{good}");
    }
    for bad in ["", "GPL-3.0-only", "MIT AND GPL-2.0-only", "SSPL-1.0", "MIT OR", "(MIT", "MIT ISC"] {
        assert!(!allowed(bad), "{bad}");
    }
    assert!(allowed("Apache-2.0 WITH LLVM-exception"), "an exception only adds rights");
}

/// Whether an SPDX expression (annex D; the older `/` is read as OR) can be met by allowed licences alone.
fn allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    either(&mut rest).is_some_and(|met| met && rest.is_empty())
}

fn either(rest: &mut &[&str]) -> Option<bool> {
    let mut met = both(rest)?;
    while rest.first() == Some(&"OR") {
        *rest = &rest[1..];
        met |= both(rest)?;
    }
    Some(met)
}

fn both(rest: &mut &[&str]) -> Option<bool> {
    let mut met = one(rest)?;
    while rest.first() == Some(&"AND") {
        *rest = &rest[1..];
        met &= one(rest)?;
    }
    Some(met)
}

fn one(rest: &mut &[&str]) -> Option<bool> {
    let (&first, more) = rest.split_first()?;
    *rest = more;
    if first == "(" {
        let met = either(rest)?;
        let (&last, more) = rest.split_first()?;
        *rest = more;
        return (last == ")").then_some(met);
    }
    if rest.first() == Some(&"WITH") {
        *rest = rest.get(2..)?;
    }
    Some(LICENCES.contains(&first))
}
