//! Placeholders: `{closed.plan}` is what the description says of a situation, `{next}` what was kept of an answer.

use std::collections::BTreeMap;

use crate::server::Var;

/// What a situation is called at this server: `patient`, `plan`, `number`, words.
pub(crate) type Vars = BTreeMap<String, Var>;

/// What names who is asked about: in comparisons, these are held to be equal.
const NAMES: [&str; 3] = ["patient", "plan", "number"];

/// All that placeholders can mean in one case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    pub(crate) situations: BTreeMap<String, Vars>,
    pub(crate) kept: BTreeMap<String, String>,
}

/// In which place a placeholder stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a path or query: percent-encoded.
    Path,
    /// In a body, a header or a list of words: as it is.
    Plain,
}

impl Known {
    /// What a placeholder means. `None` where the description does not say it.
    fn meaning(&self, name: &str) -> Option<Vec<String>> {
        let Some((situation, name)) = name.split_once('.') else {
            return self.kept.get(name).map(|text| vec![text.clone()]);
        };
        let vars = self.situations.get(situation)?;
        if let Some(id) = name.strip_suffix("_id") {
            let whole = vars.get(id)?.all();
            return Some(whole.iter().map(|text| text.rsplit('/').next().unwrap_or(text).to_owned()).collect());
        }
        vars.get(name).map(Var::all)
    }

    /// A text with its placeholders filled; the name of one that is not known otherwise.
    pub(crate) fn fill(&self, text: &str, place: Place) -> Result<String, String> {
        // The address of the next page is taken as the server wrote it.
        if let Some(kept) = placeholder(text).and_then(|name| self.kept.get(name)) {
            return Ok(kept.clone());
        }
        let mut filled = String::new();
        for part in parts(text) {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Name(name) => {
                    let found = self.meaning(name).ok_or_else(|| name.to_owned())?;
                    let one = found.first().ok_or_else(|| name.to_owned())?;
                    match place {
                        Place::Path => filled.push_str(&percent(one)),
                        Place::Plain => filled.push_str(one),
                    }
                }
            }
        }
        Ok(filled)
    }

    /// A list of words, in which one placeholder may mean several.
    pub(crate) fn words(&self, texts: &[String]) -> Result<Vec<String>, String> {
        let mut words = Vec::new();
        for text in texts {
            match placeholder(text) {
                Some(name) => words.extend(self.meaning(name).ok_or_else(|| name.to_owned())?),
                None => words.push(self.fill(text, Place::Plain)?),
            }
        }
        Ok(words)
    }

    /// Texts that name who is asked about, longest first, with what stands in their place in comparisons.
    pub(crate) fn names(&self) -> Vec<(String, String)> {
        let mut names = Vec::new();
        for vars in self.situations.values() {
            for name in NAMES {
                for whole in vars.get(name).map(Var::all).unwrap_or_default() {
                    names.push((percent(&whole), format!("<{name}>")));
                    for (n, part) in whole.split(['/', '|']).enumerate().skip(1) {
                        names.push((part.to_owned(), format!("<{name} {n}>")));
                    }
                    names.push((whole, format!("<{name}>")));
                }
            }
        }
        names.retain(|(text, _)| text.len() > 3);
        names.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        names
    }
}

/// Somebody who is not there, with names of the same form as those of somebody who is.
pub(crate) fn absent(like: &Vars) -> Result<Vars, String> {
    let mut vars = Vars::new();
    for name in NAMES {
        if let Some(Var::One(text)) = like.get(name) {
            let (kept, changed) = match text.rsplit_once(['/', '|']) {
                Some((_, end)) => text.split_at(text.len() - end.len()),
                None => ("", text.as_str()),
            };
            vars.insert(name.to_owned(), Var::One(format!("{kept}{}", alike(changed)?)));
        }
    }
    Ok(vars)
}

/// A text of the same form: digits for digits, letters for letters, the version of a UUID kept.
fn alike(text: &str) -> Result<String, String> {
    let mut random = vec![0; text.len()];
    getrandom::fill(&mut random).map_err(|_| "the system gives no randomness".to_owned())?;
    let uuid = text.len() == 36 && text.matches('-').count() == 4;
    let other = |(n, (c, random)): (usize, (char, u8))| match c {
        _ if uuid && (n == 14 || n == 19) => c,
        '0'..='9' => char::from(b'0' + random % 10),
        'a'..='f' => char::from(b'a' + random % 6),
        'g'..='z' => char::from(b'g' + random % 20),
        'A'..='Z' => char::from(b'A' + random % 26),
        _ => c,
    };
    Ok(text.chars().zip(random).enumerate().map(other).collect())
}

/// RFC 3986, 2.3: all but the unreserved, and `/`, is escaped.
pub(crate) fn percent(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

enum Part<'a> {
    Text(&'a str),
    Name(&'a str),
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
}

/// The name, where the whole text is one placeholder.
fn placeholder(text: &str) -> Option<&str> {
    text.strip_prefix('{')?.strip_suffix('}').filter(|name| is_name(name))
}

/// Text and placeholders in turn. Braces around anything else, as in JSON, are text.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut searched = 0;
    while let Some(open) = rest.get(searched..).and_then(|rest| rest.find('{')).map(|at| at + searched) {
        let (before, from) = rest.split_at(open);
        let name = from.strip_prefix('{').and_then(|from| from.split_once('}')).filter(|(name, _)| is_name(name));
        match name {
            Some((name, after)) => {
                parts.push(Part::Text(before));
                parts.push(Part::Name(name));
                (rest, searched) = (after, 0);
            }
            None => searched = open + 1,
        }
    }
    parts.push(Part::Text(rest));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let one = |text: &str| Var::One(text.into());
        let vars = Vars::from([
            ("plan".into(), one("CarePlan/12-ab")),
            ("number".into(), one("urn:x|99 1")),
            ("words".into(), Var::Many(vec!["red".into(), "blue".into()])),
        ]);
        Known {
            situations: BTreeMap::from([("closed".into(), vars)]),
            kept: BTreeMap::from([("next".into(), "CarePlan?a=%7C".into())]),
        }
    }

    #[test]
    fn placeholders_are_filled_and_other_braces_stay() {
        let known = known();
        let path = |text| known.fill(text, Place::Path);
        assert_eq!(path("{closed.plan}/_history"), Ok("CarePlan/12-ab/_history".into()));
        assert_eq!(path("CarePlan?_id={closed.plan_id}"), Ok("CarePlan?_id=12-ab".into()));
        assert_eq!(path("Patient?identifier={closed.number}"), Ok("Patient?identifier=urn%3Ax%7C99%201".into()));
        assert_eq!(path("{next}"), Ok("CarePlan?a=%7C".into()));
        assert_eq!(path("{closed.title}"), Err("closed.title".into()));
        assert_eq!(
            known.fill(r#"{"a":{"b":"{closed.plan}"}}"#, Place::Plain),
            Ok(r#"{"a":{"b":"CarePlan/12-ab"}}"#.into())
        );
        assert_eq!(
            known.words(&["{closed.words}".into(), "green".into()]),
            Ok(vec!["red".into(), "blue".into(), "green".into()])
        );
    }

    #[test]
    fn somebody_absent_has_names_of_the_same_form() {
        let known = known();
        let vars = known.situations.get("closed").cloned().unwrap_or_default();
        let absent = absent(&vars).unwrap_or_default();
        let of = |vars: &Vars, name| vars.get(name).map(Var::all).unwrap_or_default().concat();
        assert!(of(&absent, "plan").starts_with("CarePlan/"), "{absent:?}");
        assert!(of(&absent, "number").starts_with("urn:x|"), "{absent:?}");
        for name in ["plan", "number"] {
            assert_eq!(of(&absent, name).len(), of(&vars, name).len());
        }
        let id = alike("00000000-0000-4000-8000-00000000abcd").unwrap_or_default();
        assert!(id.get(14..15) == Some("4") && id != "00000000-0000-4000-8000-00000000abcd", "{id}");
    }
}
