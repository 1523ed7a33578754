//! Native plans: any bytes are a plan, or a list of faults that is not empty.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sayso_fhir::native;

fuzz_target!(|bytes: &[u8]| {
    if let Err(faults) = native::read(bytes) {
        assert!(!faults.is_empty(), "refused without a word");
    }
});
