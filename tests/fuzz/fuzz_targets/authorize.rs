//! The query and body of a request to the authorize page: with no client it is refused on the page, never redirected.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sayso_auth::Place;
use sayso_auth::Refused;
use sayso_auth::grant::Asked;

fuzz_target!(|texts: (&str, Option<&str>)| {
    let place = Place::at("https://sayso.example").expect("a place");
    if let Ok(asked) = Asked::read(texts.0, texts.1) {
        assert!(matches!(asked.decide(None, &place), Err(Refused::Page(_))), "an unknown client is not followed");
    }
});
