//! Holds our own words to the rules of kind, plain writing. It never looks at a person's words.

use super::en;

/// Words that hurt, blame or belong to somebody else's desk.
const AVOID: &[&str] = &[
    "patient",
    "non-compliant",
    "noncompliant",
    "refuses",
    "lacks insight",
    "manipulative",
    "attention-seeking",
    "committed suicide",
    "failed",
    "successful",
    "restrain",
    "risk score",
    "schizophrenic",
    "contract",
    "burden",
    "episode of illness",
    "override",
    "consent",
    "provision",
    "resource",
    "token",
    "scope",
    "careplan",
    "fhir",
    "disorder",
    "illness",
    "are you sure",
    "error",
    "invalid",
    "unauthorized",
    "forbidden",
    "!",
];
const SENTENCE_MAX_WORDS: usize = 15;
const GRADE_MAX: f64 = 6.0;
/// Shorter texts say too little about grade: one long name would decide it.
const GRADE_FROM_WORDS: usize = 8;

fn words(text: &str) -> Vec<&str> {
    let apart = |c: char| !(c.is_alphanumeric() || c == '\'' || c == '’' || c == '-' || c == ':');
    text.split(apart).filter(|word| word.chars().any(char::is_alphanumeric)).collect()
}

fn sentences(text: &str) -> Vec<&str> {
    text.split(['.', '?']).flat_map(|part| part.split(": ")).filter(|sentence| !words(sentence).is_empty()).collect()
}

/// Groups of vowels, without a silent e at the end; good enough for a ruler.
fn syllables(word: &str) -> usize {
    let word = word.to_lowercase();
    if word.chars().all(|c| c.is_ascii_digit() || c == ':') {
        return 1;
    }
    let vowel = |c: char| "aeiouy".contains(c);
    let chars: Vec<char> = word.chars().collect();
    let mut groups = 0;
    for (place, c) in chars.iter().enumerate() {
        if vowel(*c) && (place == 0 || !vowel(chars[place - 1])) {
            groups += 1;
        }
    }
    let silent = word.ends_with('e') && !word.ends_with("le")
        || word.ends_with("ed") && !word.ends_with("ted") && !word.ends_with("ded");
    if silent && groups > 1 { groups - 1 } else { groups.max(1) }
}

/// Flesch-Kincaid grade.
fn grade(text: &str) -> f64 {
    let words = words(text);
    let spoken: usize = words.iter().map(|word| syllables(word)).sum();
    let (words, sentences) = (words.len() as f64, sentences(text).len().max(1) as f64);
    0.39 * words / sentences + 11.8 * spoken as f64 / words - 15.59
}

#[test]
fn the_ruler_measures_what_it_should() {
    assert!(grade("The cat sat on the mat. It was a big cat. You can see it.") < 2.0);
    assert!(
        grade("Notwithstanding the aforementioned provisions, authorisation necessitates institutional validation.")
            > 14.0
    );
    assert_eq!([syllables("see"), syllables("private"), syllables("nothing"), syllables("looked")], [1, 2, 2, 1]);
}

#[test]
fn none_of_our_words_hurts_or_comes_from_a_form() {
    for text in en::everything() {
        let lower = text.to_lowercase();
        for avoid in AVOID {
            assert!(!lower.contains(avoid), "«{avoid}» in: {text}");
        }
    }
}

#[test]
fn every_sentence_of_ours_is_short() {
    for text in en::everything() {
        for sentence in sentences(&text) {
            assert!(words(sentence).len() <= SENTENCE_MAX_WORDS, "{} words: {sentence}", words(sentence).len());
        }
    }
}

#[test]
fn our_words_can_be_read_in_year_six() {
    let all = en::everything();
    let mut hard: Vec<String> = Vec::new();
    for text in all.iter().filter(|text| words(text).len() >= GRADE_FROM_WORDS) {
        if grade(text) > GRADE_MAX {
            hard.push(format!("{:.1}: {text}", grade(text)));
        }
    }
    assert!(hard.is_empty(), "too hard:\n{}", hard.join("\n"));
    assert!(grade(&all.join(". ")) < GRADE_MAX);
}

#[test]
fn templates_hold_no_words_of_their_own() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let source = std::fs::read_to_string(&path).unwrap();
        let text = without(&without(&without(&without(&source, "{#", "#}"), "{%", "%}"), "{{", "}}"), "<", ">");
        let letters: String = text.chars().filter(|c| c.is_alphabetic()).collect();
        assert!(letters.is_empty(), "{}: {letters}", path.display());
        for attribute in ["alt=\"", "title=\"", "aria-label=\"", "placeholder=\""] {
            for (_, after) in source.match_indices(attribute).map(|(at, found)| source.split_at(at + found.len())) {
                assert!(after.starts_with("{{"), "{}: fixed {attribute}", path.display());
            }
        }
    }
}

fn without(text: &str, from: &str, to: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(from) {
        out.push_str(before);
        out.push(' ');
        rest = after.split_once(to).map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    out
}
