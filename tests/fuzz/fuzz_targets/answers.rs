//! QuestionnaireResponse to a questionnaire of ours.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sayso_fhir::incoming;
use sayso_plan::PersonId;

const BASE: &str = "https://sayso.example/fhir";

fuzz_target!(|bytes: &[u8]| {
    if let Err(faults) = incoming::answers(bytes, PersonId::from_stored([7; 16]), BASE) {
        assert!(!faults.is_empty(), "refused without a word");
    }
});
