//! The strict JSON reader: what it reads it writes and reads again, the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sayso_wire::strict;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(tree) = strict::read(bytes) {
        let again = strict::read(&tree.to_bytes());
        assert_eq!(again.as_ref().ok(), Some(&tree), "what was written is read as something else");
    }
});
