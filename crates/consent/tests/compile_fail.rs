//! What must not compile: a view of something that did not come through the gate.

use sayso_consent::Sealed;
use sayso_plan::{Person, Plan};

#[test]
fn no_view_can_be_built_from_unreleased_content() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}

/// Compiles only while `Self` lacks all the traits below: with one of them the call is ambiguous.
trait StaysShut<Way> {
    fn check() {}
}
impl<T> StaysShut<()> for T {}
impl<T: serde::Serialize> StaysShut<[(); 1]> for T {}
impl<T: std::fmt::Display> StaysShut<[(); 2]> for T {}
impl<T: std::ops::Deref> StaysShut<[(); 3]> for T {}
impl<T: std::borrow::Borrow<Plan>> StaysShut<[(); 4]> for T {}
impl<T: AsRef<Plan>> StaysShut<[(); 5]> for T {}
impl<T: Into<Plan>> StaysShut<[(); 6]> for T {}
impl<T: PartialEq> StaysShut<[(); 7]> for T {}

#[test]
fn a_sealed_thing_is_neither_written_nor_shown_nor_borrowed_nor_compared() {
    <Sealed<Plan> as StaysShut<_>>::check();
    <Sealed<Person> as StaysShut<_>>::check();
}
