//! Transaction Bundles: read, and mapped to the content of a plan.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sayso_fhir::incoming::Transaction;
use sayso_plan::PersonId;

const BASE: &str = "https://sayso.example/fhir";

fuzz_target!(|bytes: &[u8]| {
    let person = PersonId::from_stored([7; 16]);
    let mapped = Transaction::read(bytes).and_then(|sent| sent.into_pushed(person, BASE, None));
    if let Err(faults) = mapped {
        assert!(!faults.is_empty(), "refused without a word");
    }
});
