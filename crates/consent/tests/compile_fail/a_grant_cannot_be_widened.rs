//! A grant is what was decided: no field of it can be turned on afterwards, and a fingerprint cannot be made up.

use sayso_consent::{Fingerprint, Grant};

fn widen(mut grant: Grant) -> Grant {
    grant.head = true;
    grant
}

fn make_up() -> Fingerprint {
    Fingerprint([0; 16])
}

fn main() {}
