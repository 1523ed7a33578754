//! A sealed plan has no field, no getter and no deref that leads to its words.

use sayso_consent::Sealed;
use sayso_plan::{Plan, StoredItem};

fn inside(sealed: &Sealed<Plan>) -> &Plan {
    &sealed.0
}

fn items(sealed: &Sealed<Plan>) -> &[StoredItem] {
    &sealed.items
}

fn deref(sealed: &Sealed<Plan>) -> &Plan {
    sealed
}

fn main() {}
