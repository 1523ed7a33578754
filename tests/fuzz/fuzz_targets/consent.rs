//! Consents about who may see what: read as the person's app sends them, and as a record system does.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sayso_fhir::incoming::{self, RULES_MAX};

const BASE: &str = "https://sayso.example/fhir";

fuzz_target!(|bytes: &[u8]| {
    for read in [incoming::sharing, incoming::sharing_of_others] {
        match incoming::tree(bytes, "Consent").and_then(|tree| read(tree, BASE)) {
            Ok(sent) => assert!(sent.rules.len() <= RULES_MAX + 1),
            Err(faults) => assert!(!faults.is_empty(), "refused without a word"),
        }
    }
});
