//! A view takes `&Released<_>`: neither a sealed plan nor a bare projection will do.

use sayso_consent::{Projection, Released, Sealed};
use sayso_plan::Plan;

fn view(_: &Released<Projection>) {}

fn of_sealed(sealed: &Sealed<Plan>) {
    view(sealed);
}

fn of_bare(projection: &Projection) {
    view(projection);
}

fn main() {}
