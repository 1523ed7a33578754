//! The shipped binary holds none of the leaks that are planted for the tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test that fails says where"
)]

use std::path::{Path, PathBuf};

use sayso_consent::leak::{Leak, plant, planted};

/// What a planted leak leaves in a binary: the name of its switch, and its module in mangled names of both manglings.
const TRACES: [&str; 3] = ["SAYSO_PLANTED_LEAK", "sayso_consent4leak", "sayso_consent::leak"];

/// Of each binary: a name that every build of ours has, so that a stripped binary is not taken for a clean one.
const OURS: &str = "sayso_consent";

/// The largest binary that we ship, in bytes.
const SIZE_MAX_BYTES: usize = 200 * 1024 * 1024;

fn contains(bytes: &[u8], word: &str) -> bool {
    let word = word.as_bytes();
    let first = word[0];
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|b| *b == first) {
        at += next;
        if bytes[at..].starts_with(word) {
            return true;
        }
        at += 1;
    }
    false
}

fn traces(file: &Path) -> (usize, bool, Vec<String>) {
    let bytes = std::fs::read(file).unwrap();
    let mut words: Vec<String> = TRACES.iter().map(|&word| word.to_owned()).collect();
    // Leaks whose name is one plain word would be found by chance.
    words.extend(Leak::PLANTED.iter().map(|leak| format!("{leak:?}")).filter(|name| name.len() > 9));
    words.push(format!("{:?}", Leak::PermitAll));
    let found = words.into_iter().filter(|word| contains(&bytes, word)).collect();
    (bytes.len(), contains(&bytes, OURS), found)
}

/// The binary that `cargo xtask test` builds by itself, `-p sayso`, beside the tests. In a workspace build the features
/// of the tests would be in it.
fn shipped() -> Option<PathBuf> {
    std::env::var_os("SAYSO_BIN").map(PathBuf::from).filter(|file| file.is_file())
}

#[test]
fn the_shipped_binary_holds_no_planted_leak() {
    let Some(file) = shipped() else {
        assert!(std::env::var_os("CI").is_none(), "SAYSO_BIN names no binary: nothing was looked at");
        println!("not looked at: set SAYSO_BIN, or use `cargo xtask test`");
        return;
    };
    let (size, named, found) = traces(&file);
    println!("the shipped binary has {size} bytes");
    assert!(named, "the binary has no names at all: this scan would prove nothing");
    assert_eq!(found, Vec::<String>::new(), "in {}", file.display());
    assert!(size < SIZE_MAX_BYTES, "{size} bytes");
}

#[test]
fn the_same_scan_finds_the_leaks_where_they_are() {
    plant(Leak::None);
    for leak in Leak::PLANTED.iter().copied() {
        assert!(!planted(leak), "{leak:?}");
    }
    let (_, named, found) = traces(&std::env::current_exe().unwrap());
    assert!(named);
    assert!(found.iter().any(|word| word == "SAYSO_PLANTED_LEAK"), "{found:?}");
    assert!(found.iter().any(|word| word.starts_with("sayso_consent")), "{found:?}");
    let names = Leak::PLANTED.iter().filter(|leak| found.contains(&format!("{leak:?}"))).count();
    assert!(names >= 12, "{found:?}");
}
