//! Scopes: what is granted is never wider than what was registered.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sayso_auth::Scopes;

fuzz_target!(|text: &str| {
    let registered = Scopes::parse_whole("system/Patient.rs system/CarePlan.rs patient/*.cruds launch/patient")
        .expect("these scopes are offered");
    if let Ok(asked) = Scopes::parse(text) {
        let granted = asked.granted(&registered);
        assert!(registered.covers(&granted), "wider than registered");
        assert!(asked.covers(&granted), "wider than asked");
        let again = Scopes::parse_whole(&granted.to_string());
        assert!(granted.is_empty() || again.is_ok_and(|again| again.covers(&granted) && granted.covers(&again)));
    }
});
