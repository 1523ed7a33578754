//! A JSON value exactly as it was written: numbers as their text, members in their order, none twice.

use std::fmt;

/// A JSON value. Numbers keep the text they were written in, so that `1.10` and `1.1` differ.
#[derive(Clone, PartialEq, Eq)]
pub enum Tree {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// The number's text.
    Number(String),
    /// The string, escapes resolved.
    String(String),
    /// The elements in order.
    Array(Vec<Tree>),
    /// The members in the order they were written.
    Object(Vec<(String, Tree)>),
}

impl Tree {
    /// The member of an object.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.members().iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }

    /// The members of an object; none for anything else.
    #[must_use]
    pub fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Object(members) => members,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Array(_) => &[],
        }
    }

    /// The elements of an array; none for anything else.
    #[must_use]
    pub fn elements(&self) -> &[Self] {
        match self {
            Self::Array(elements) => elements,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Object(_) => &[],
        }
    }

    /// The members of an object, to be changed; none for anything else.
    #[must_use]
    pub fn members_mut(&mut self) -> &mut [(String, Self)] {
        match self {
            Self::Object(members) => members,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Array(_) => &mut [],
        }
    }

    /// The elements of an array, to be changed; none for anything else.
    #[must_use]
    pub fn elements_mut(&mut self) -> &mut [Self] {
        match self {
            Self::Array(elements) => elements,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Object(_) => &mut [],
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// The text of the string member `key`.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Self::as_str)
    }

    /// Whether it is an empty array, an empty object or null.
    #[must_use]
    pub const fn says_nothing(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Array(elements) => elements.is_empty(),
            Self::Object(members) => members.is_empty(),
            Self::Bool(_) | Self::Number(_) | Self::String(_) => false,
        }
    }

    /// The value as JSON text, numbers as they were written.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = String::new();
        self.put(&mut out);
        out.into_bytes()
    }

    fn put(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(true) => out.push_str("true"),
            Self::Bool(false) => out.push_str("false"),
            Self::Number(text) => out.push_str(text),
            Self::String(text) => put_string(text, out),
            Self::Array(elements) => {
                out.push('[');
                for (n, element) in elements.iter().enumerate() {
                    if n > 0 {
                        out.push(',');
                    }
                    element.put(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (n, (key, value)) in members.iter().enumerate() {
                    if n > 0 {
                        out.push(',');
                    }
                    put_string(key, out);
                    out.push(':');
                    value.put(out);
                }
                out.push('}');
            }
        }
    }
}

fn put_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

impl fmt::Debug for Tree {
    /// The kind only: a tree holds a person's words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        })
    }
}
