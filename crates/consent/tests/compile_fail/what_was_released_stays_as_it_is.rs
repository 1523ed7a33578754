//! Nothing can be put into a release after the gate.

use sayso_consent::{Projection, Released};

fn add(released: &mut Released<Projection>) {
    released.get().items.clear();
}

fn main() {}
