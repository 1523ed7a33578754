//! The form of a token request.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sayso_auth::TokenRequest;
use sayso_auth::form::Form;

fuzz_target!(|text: &str| {
    let _ = TokenRequest::parse(text, false);
    if let Ok(form) = Form::parse(text) {
        assert!(form.get("client_id").is_none_or(|value| !value.is_empty()));
    }
});
