//! `Released` has no constructor outside the gate.

use sayso_consent::{Fingerprint, Projection, Released};

fn forge(projection: Projection, fingerprint: Fingerprint) -> Released<Projection> {
    Released { inner: projection, fingerprint }
}

fn main() {}
