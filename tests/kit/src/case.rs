//! A case as it stands in its file.

use std::collections::BTreeMap;
use std::path::Path;

use include_dir::{Dir, include_dir};
use serde::Deserialize;
use serde_json::Value;

static CASES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/cases");

/// A case: what must hold, what is set up for it, what is asked, and what is expected.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// The number of the edge case of the law of consent, and a word: `01-read`.
    pub(crate) id: String,
    /// What must hold, in plain words.
    pub(crate) title: String,
    /// What is wrong with a server where it does not.
    pub(crate) wrong: String,
    /// What a server must be able to do for it.
    #[serde(default)]
    pub(crate) can: Vec<String>,
    /// The situations of persons that are set up for it, in this order. `absent` is made by the kit.
    pub(crate) situations: Vec<String>,
    /// What is asked and done, in order.
    pub(crate) step: Vec<Step>,
}

/// One request, or one act of a person.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    /// How other steps and the report call it.
    pub(crate) name: String,
    /// Who asks: a reader of the description, or `owner` of a situation (`owner:closed`), or `nobody` (no token).
    #[serde(default = "hospital", rename = "as")]
    pub(crate) reader: String,
    /// Shows that something is there to be seen. Where it does not hold, nothing is known.
    #[serde(default)]
    pub(crate) control: bool,
    /// Is left out where the description knows no such reader.
    #[serde(default)]
    pub(crate) if_there: bool,
    /// A GET of this path below the base.
    pub(crate) get: Option<String>,
    /// A HEAD.
    pub(crate) head: Option<String>,
    /// A POST.
    pub(crate) post: Option<String>,
    /// The body of a POST as a form.
    pub(crate) form: Option<String>,
    /// The body of a POST as FHIR JSON.
    pub(crate) body: Option<String>,
    /// Headers beside those that every request has.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// What a person does, by the hooks of the description: `withdraw`, `edit-hidden`, …
    pub(crate) act: Option<String>,
    /// Of which situation it is the person.
    pub(crate) of: Option<String>,
    /// What is kept of the answer for later steps: `header:NAME`, `json:/POINTER`, `link:next`.
    #[serde(default)]
    pub(crate) keep: BTreeMap<String, String>,
    /// What the answer must be.
    #[serde(default)]
    pub(crate) expect: Expect,
}

fn hospital() -> String {
    "hospital".into()
}

/// What an answer must be. What is not said may be anything.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    /// One of these: `404`, `4xx`.
    #[serde(default)]
    pub(crate) status: Vec<String>,
    /// Whether something is shown: 2xx, and if it is a list, one with entries or a count.
    pub(crate) shows: Option<bool>,
    /// The same status, headers and body, to the byte, as another step's; ids that were asked for are held to be equal.
    pub(crate) same_as: Option<String>,
    /// Members (JSON pointers) that are left out of that comparison.
    #[serde(default)]
    pub(crate) same_but: Vec<String>,
    /// Another body than another step's.
    pub(crate) differs_from: Option<String>,
    /// Words that stand in the body.
    #[serde(default)]
    pub(crate) has: Vec<String>,
    /// Words that stand neither in the body nor in a header.
    #[serde(default)]
    pub(crate) lacks: Vec<String>,
    /// `Bundle.total`, where it is there, is the number of entries of this step's answer.
    pub(crate) total_of: Option<String>,
    /// What stands in the JSON.
    #[serde(default)]
    pub(crate) json: Vec<At>,
    /// What stands in the headers.
    #[serde(default)]
    pub(crate) header: Vec<Header>,
}

/// A rule for one place in the JSON.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct At {
    /// The JSON pointer.
    pub(crate) at: String,
    /// The value.
    pub(crate) is: Option<Value>,
    /// Whether it is there.
    pub(crate) there: Option<bool>,
}

/// A rule for one header.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    /// Its name.
    pub(crate) name: String,
    /// The value.
    pub(crate) is: Option<String>,
    /// Whether it is there.
    pub(crate) there: Option<bool>,
}

/// All cases of the program, or of a folder, by their ids.
pub(crate) fn all(folder: Option<&Path>) -> Result<Vec<Case>, String> {
    let mut files = Vec::new();
    match folder {
        None => {
            for file in CASES.files() {
                files.push((file.path().display().to_string(), file.contents_utf8().unwrap_or_default().to_owned()));
            }
        }
        Some(folder) => {
            let fault = |why: std::io::Error| format!("{}: {why}", folder.display());
            for entry in std::fs::read_dir(folder).map_err(fault)? {
                let path = entry.map_err(fault)?.path();
                if path.extension().is_some_and(|end| end == "toml") {
                    files.push((path.display().to_string(), std::fs::read_to_string(&path).map_err(fault)?));
                }
            }
        }
    }
    let mut cases = Vec::new();
    for (name, text) in files {
        cases.extend(read(&text).map_err(|why| format!("{name}: {why}"))?);
    }
    cases.sort_by(|one, other| one.id.cmp(&other.id));
    let twice = cases.windows(2).find_map(|pair| match pair {
        [one, other] if one.id == other.id => Some(one.id.clone()),
        _ => None,
    });
    twice.map_or(Ok(cases), |id| Err(format!("two cases are called {id}")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

/// The cases of one file, each one that can be asked.
fn read(text: &str) -> Result<Vec<Case>, String> {
    let file: File = toml::from_str(text).map_err(|why| why.to_string())?;
    for case in &file.case {
        let fault = |why: &str| Err(format!("{}: {why}", case.id));
        for (n, step) in case.step.iter().enumerate() {
            let ways = [&step.get, &step.head, &step.post, &step.act].into_iter().flatten().count();
            if ways != 1 {
                return fault(&format!("{:?} is not one of get, head, post, act", step.name));
            }
            let before = case.step.get(..n).unwrap_or_default();
            let others = [&step.expect.same_as, &step.expect.differs_from, &step.expect.total_of];
            for other in others.into_iter().flatten() {
                if !before.iter().any(|step| step.name == *other) {
                    return fault(&format!("{:?} speaks of {other:?}, which does not come before", step.name));
                }
            }
        }
        if !case.step.iter().any(|step| step.control) {
            return fault("has no control: where nothing can be seen at all, it would hold by itself");
        }
        if !case.step.iter().any(|step| !step.control && step.act.is_none()) {
            return fault("asks nothing");
        }
    }
    Ok(file.case)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: &str = "name = 'a'\nget = 'x'";

    fn with(steps: &[&str]) -> Result<Vec<Case>, String> {
        let head = "[[case]]\nid = '01-a'\ntitle = 't'\nwrong = 'w'\nsituations = []\n";
        let steps: Vec<String> = steps.iter().map(|step| format!("[[case.step]]\n{step}\n")).collect();
        read(&format!("{head}{}", steps.concat()))
    }

    #[test]
    fn a_case_without_control_or_question_or_with_a_wrong_name_is_refused() {
        let control = "name = 'c'\nget = 'x'\ncontrol = true";
        assert!(with(&[control, STEP]).is_ok());
        assert!(with(&[STEP]).is_err(), "no control");
        assert!(with(&[control]).is_err(), "no question");
        assert!(with(&[control, "name = 'b'\nget = 'x'\nhead = 'y'"]).is_err(), "two ways");
        assert!(with(&[control, "name = 'b'\nget = 'x'\nexpect.same_as = 'z'"]).is_err(), "no such step");
        assert!(with(&[control, "name = 'b'\nget = 'x'\nexpects = 1"]).is_err(), "no such rule");
    }

    #[test]
    fn the_cases_of_the_program_can_be_read_and_are_many() {
        let cases = all(None).unwrap_or_default();
        assert!(cases.len() >= 25, "{}", cases.len());
        for case in cases {
            let number: Option<u8> = case.id.get(..2).and_then(|number| number.parse().ok());
            assert!(number.is_some_and(|number| (1..=42).contains(&number)), "{} has no number of a case", case.id);
        }
    }
}
