//! The published code systems say what the program says.

use std::fmt::Write as _;

use sayso_plan::{PlanKind, Section};

pub(crate) fn written(name: &str, text: &str) {
    let path = format!("{}/../../profiles/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("SAYSO_BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(there, text, "{name} is stale; SAYSO_BLESS=1 writes it anew");
}

fn code_system(id: &str, title: &str, description: &str, codes: impl Iterator<Item = [&'static str; 3]>) -> String {
    let mut out = format!(
        "// Generated from crates/plan by a test of crates/fhir (SAYSO_BLESS=1); do not edit.\n\nCodeSystem: {}\nId: {id}\nTitle: \"{title}\"\nDescription: \"{description}\"\n* ^status = #active\n* ^experimental = false\n* ^version = \"1\"\n* ^caseSensitive = true\n* ^content = #complete\n",
        id.split('-').map(|w| w[..1].to_uppercase() + &w[1..]).collect::<String>(),
    );
    for [code, display, meaning] in codes {
        writeln!(out, "* #{code} \"{display}\" \"{meaning}\"").unwrap();
    }
    out
}

#[test]
fn the_published_sections_are_the_sections_of_the_plan_room() {
    let codes = Section::all().map(|section| [section.code(), section.title(), section.meaning()]);
    let text = code_system(
        "plan-section",
        "Sections of a plan",
        "The 36 sections, in reading order. Frozen: the list only grows.",
        codes,
    );
    written("fsh/plan-section.fsh", &text);
}

#[test]
fn the_published_kinds_are_the_kinds_of_the_plan_room() {
    let codes = PlanKind::ALL.into_iter().map(|kind| [kind.code(), kind.label(), kind.meaning()]);
    let text = code_system(
        "plan-kind",
        "Kinds of plan",
        "A kind is a list of sections with cardinalities and a few rules.",
        codes,
    );
    written("fsh/plan-kind.fsh", &text);
}
