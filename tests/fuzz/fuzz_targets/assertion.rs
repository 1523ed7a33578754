//! Client assertions: no bytes are believed without a key.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sayso_auth::{Assertion, KeySet};

fuzz_target!(|text: &str| {
    let _ = KeySet::registered(text.as_bytes());
    if let Ok(assertion) = Assertion::read(text) {
        let _ = (assertion.kid().len(), assertion.client());
    }
});
