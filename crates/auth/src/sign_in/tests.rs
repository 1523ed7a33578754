//! Passwords, sessions and waiting.

use time::macros::datetime;

use super::*;

const NOW: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

#[test]
fn a_password_is_long_and_not_the_first_guess() {
    assert!(Password::choose("a kettle by the window", "ama").is_ok());
    assert!(Password::choose("äöü ß 日本語 kettle", "ama").is_ok());
    use PasswordFault as F;
    let long = "kettle ".repeat(100);
    for (bad, fault) in [
        ("kettle", F::Short),
        (long.as_str(), F::Long),
        ("aaaaaaaaaaaaaaaa", F::Guessable),
        ("123456789012", F::Guessable),
        ("abcdefghijklmn", F::Guessable),
        ("password1234", F::Guessable),
        ("ama-at-the-lake-house", F::Guessable),
    ] {
        assert_eq!(Password::choose(bad, "Ama").err(), Some(fault), "{bad}");
    }
    assert_eq!(format!("{:?}", Password::typed("x").unwrap()), "Password(..)");
}

#[test]
fn a_session_ends_by_rest_and_by_age() {
    let mut session = Session::start(&Opaque::from_random([1; 32]), PersonId::from_random([5; 16]), NOW);
    assert!(session.is_live(NOW + Duration::minutes(29)));
    assert!(!session.is_live(NOW + Duration::minutes(30)));
    session.seen = NOW + Duration::hours(12);
    assert!(!session.is_live(NOW + Duration::hours(12)));
}

#[test]
fn a_link_signs_in_once() {
    let link = Once::issue(&Opaque::from_random([1; 32]), PersonId::from_random([5; 16]), NOW);
    assert!(link.is_open(NOW));
    assert!(!link.is_open(NOW + Duration::hours(24)));
    assert!(!Once { used: Some(NOW), ..link }.is_open(NOW));
}

#[test]
fn guessing_is_slowed_and_never_locked_for_good() {
    let mut attempts = Attempts::default();
    for _ in 0..ATTEMPTS_FREE {
        assert_eq!(attempts.wait_seconds(NOW), 0);
        attempts = attempts.failed_at(NOW);
    }
    assert_eq!(attempts.wait_seconds(NOW), 1);
    attempts = attempts.failed_at(NOW);
    assert_eq!(attempts.wait_seconds(NOW), 2);
    for _ in 0..500 {
        attempts = attempts.failed_at(NOW);
    }
    assert_eq!(attempts.wait_seconds(NOW), ATTEMPTS_WAIT_MAX_SECONDS);
    assert_eq!(attempts.wait_seconds(NOW + Duration::minutes(15)), 0);
}
