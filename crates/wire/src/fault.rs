//! Why bytes were refused, and where: a reason and a path, never a value, because values are a person's words.

use std::fmt;

/// One step into a JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into the member of an object.
    Key(String),
    /// Into the element of an array, counted from 0.
    Index(usize),
}

/// Where in a JSON text something is; empty for the whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Path(pub Vec<Step>);

/// Longest part of a member name that is repeated in a path, in characters: names come from outside too.
const KEY_SHOWN_MAX_CHARS: usize = 64;

impl Path {
    /// The path with one member step more.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Key(key.to_owned()));
        Self(steps)
    }

    /// The path with one index step more.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Index(index));
        Self(steps)
    }

    /// The path that leads through `self` and then through `rest`.
    #[must_use]
    pub fn join(&self, rest: &Self) -> Self {
        Self(self.0.iter().chain(&rest.0).cloned().collect())
    }

    /// As JSON pointer (RFC 6901); the whole is the empty string.
    #[must_use]
    pub fn pointer(&self) -> String {
        let mut out = String::new();
        for step in &self.0 {
            out.push('/');
            match step {
                Step::Key(key) => out.push_str(&shown(key).replace('~', "~0").replace('/', "~1")),
                Step::Index(index) => out.push_str(&index.to_string()),
            }
        }
        out
    }

    /// As the simple FHIRPath that `OperationOutcome.issue.expression` wants, beginning with the type of the root.
    #[must_use]
    pub fn expression(&self, root: &str) -> String {
        let mut out = root.to_owned();
        for step in &self.0 {
            match step {
                Step::Key(key) => {
                    out.push('.');
                    out.push_str(&shown(key));
                }
                Step::Index(index) => {
                    out.push('[');
                    out.push_str(&index.to_string());
                    out.push(']');
                }
            }
        }
        out
    }
}

fn shown(key: &str) -> String {
    key.chars().filter(|c| !c.is_control()).take(KEY_SHOWN_MAX_CHARS).collect()
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pointer())
    }
}

/// What was wrong; the text says what to do and holds nothing of the body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The bytes are no UTF-8.
    #[error("the body is not valid UTF-8; send UTF-8 without a byte order mark")]
    NotUtf8,
    /// The text begins with a byte order mark.
    #[error("the body begins with a byte order mark; send UTF-8 without one")]
    ByteOrderMark,
    /// The text is no JSON (RFC 8259).
    #[error("not valid JSON near byte {at}")]
    NotJson {
        /// Offset in bytes from the start of the text.
        at: usize,
    },
    /// Objects and arrays are nested deeper than the limit.
    #[error("nested deeper than {max} levels")]
    TooDeep {
        /// The limit, in levels.
        max: usize,
    },
    /// One object has a member twice: readers would disagree about which one counts.
    #[error("the same member is given twice; send each member once")]
    DuplicateKey,
    /// A string holds U+0000, which neither FHIR nor PostgreSQL can hold.
    #[error("a string or member name holds U+0000; leave it out")]
    Nul,
    /// The value has the wrong JSON type or no resource type.
    #[error("not a FHIR resource: expected an object with a resourceType")]
    NotAResource,
    /// The typed reader refused the element: unknown type, code outside a required binding, wrong data type, missing
    /// required element.
    #[error("not valid FHIR R4 here{}", .hint.as_ref().map(|h| format!(": {h}")).unwrap_or_default())]
    NotFhir {
        /// What the typed reader wanted, in words of the specification only.
        hint: Option<String>,
    },
    /// The element is not one that R4 has there, or it is the second value of a choice; it would be lost.
    #[error("this element is not known here and would be lost; leave it out")]
    Unknown,
    /// An empty array, object or text, or a null that stands for nothing.
    #[error("empty arrays, objects and texts and null say nothing in FHIR; leave the element out")]
    Empty,
    /// The value would come back in another form, for example a decimal `1.10` as `1.1`.
    #[error("this value would not come back exactly as sent (decimal digits, time zone or base64 form)")]
    Changed,
    /// Writing failed.
    #[error("the resource cannot be written")]
    NotWritten,
}

/// A refusal: what was wrong and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct Fault {
    /// Where.
    pub path: Path,
    /// Why.
    pub reason: Reason,
}

impl Fault {
    /// A fault at a path.
    #[must_use]
    pub const fn at(path: Path, reason: Reason) -> Self {
        Self { path, reason }
    }

    /// The fault as seen from further outside.
    #[must_use]
    pub fn under(self, outer: &Path) -> Self {
        Self { path: outer.join(&self.path), reason: self.reason }
    }
}
