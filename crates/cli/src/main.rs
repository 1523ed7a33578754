//! The only `main`.
fn main() {}
