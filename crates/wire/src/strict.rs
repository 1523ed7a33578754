//! The strict JSON reader: RFC 8259 without its freedoms. No duplicate members, no byte order mark, no U+0000, a limit
//! on depth, and numbers as their text.

use std::collections::HashSet;

use crate::fault::{Fault, Path, Reason, Step};
use crate::tree::Tree;

/// Deepest nesting of objects and arrays, in levels.
pub const DEPTH_MAX: usize = 64;

/// Reads one JSON text.
///
/// # Errors
/// The first thing that is wrong, with its path.
pub fn read(bytes: &[u8]) -> Result<Tree, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::at(Path::default(), Reason::NotUtf8))?;
    if text.starts_with('\u{feff}') {
        return Err(Fault::at(Path::default(), Reason::ByteOrderMark));
    }
    let mut reader = Reader { text, at: 0, path: Vec::new() };
    let tree = reader.value()?;
    reader.space();
    if reader.at < text.len() { Err(reader.wrong()) } else { Ok(tree) }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    path: Vec<Step>,
}

impl<'t> Reader<'t> {
    fn fault(&self, reason: Reason) -> Fault {
        Fault::at(Path(self.path.clone()), reason)
    }

    fn wrong(&self) -> Fault {
        self.fault(Reason::NotJson { at: self.at })
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, literal: &str) -> bool {
        let found = self.rest().starts_with(literal);
        if found {
            self.at += literal.len();
        }
        found
    }

    fn value(&mut self) -> Result<Tree, Fault> {
        self.space();
        match self.peek() {
            Some(b'{') => self.object(),
            Some(b'[') => self.array(),
            Some(b'"') => self.string().map(Tree::String),
            Some(b'-' | b'0'..=b'9') => self.number().map(Tree::Number),
            _ if self.take("null") => Ok(Tree::Null),
            _ if self.take("true") => Ok(Tree::Bool(true)),
            _ if self.take("false") => Ok(Tree::Bool(false)),
            _ => Err(self.wrong()),
        }
    }

    /// The path has one step per open level, so its length is the depth: the recursion ends here.
    fn enter(&mut self) -> Result<(), Fault> {
        self.at += 1;
        if self.path.len() >= DEPTH_MAX { Err(self.fault(Reason::TooDeep { max: DEPTH_MAX })) } else { Ok(()) }
    }

    fn array(&mut self) -> Result<Tree, Fault> {
        self.enter()?;
        let mut elements = Vec::new();
        self.space();
        if self.take("]") {
            return Ok(Tree::Array(elements));
        }
        loop {
            self.path.push(Step::Index(elements.len()));
            elements.push(self.value()?);
            self.path.pop();
            self.space();
            if self.take("]") {
                return Ok(Tree::Array(elements));
            }
            if !self.take(",") {
                return Err(self.wrong());
            }
        }
    }

    fn object(&mut self) -> Result<Tree, Fault> {
        self.enter()?;
        let mut members: Vec<(String, Tree)> = Vec::new();
        let mut seen: HashSet<String> = HashSet::new();
        self.space();
        if self.take("}") {
            return Ok(Tree::Object(members));
        }
        loop {
            self.space();
            let key = self.string()?;
            self.path.push(Step::Key(key.clone()));
            if !seen.insert(key.clone()) {
                return Err(self.fault(Reason::DuplicateKey));
            }
            self.space();
            if !self.take(":") {
                return Err(self.wrong());
            }
            members.push((key, self.value()?));
            self.path.pop();
            self.space();
            if self.take("}") {
                return Ok(Tree::Object(members));
            }
            if !self.take(",") {
                return Err(self.wrong());
            }
        }
    }

    /// The end of the string is found here; what escapes mean is left to `serde_json`.
    fn string(&mut self) -> Result<String, Fault> {
        let rest = self.rest();
        let mut bytes = rest.bytes().enumerate();
        if bytes.next().map(|(_, b)| b) != Some(b'"') {
            return Err(self.wrong());
        }
        let mut escaped = false;
        for (at, byte) in bytes {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    let quoted = rest.get(..=at).unwrap_or("");
                    let text: String = serde_json::from_str(quoted).map_err(|_| self.wrong())?;
                    if text.contains('\0') {
                        return Err(self.fault(Reason::Nul));
                    }
                    self.at += at + 1;
                    return Ok(text);
                }
                _ => {}
            }
        }
        Err(self.wrong())
    }

    fn number(&mut self) -> Result<String, Fault> {
        let start = self.at;
        self.take("-");
        if !self.take("0") && self.digits() == 0 {
            return Err(self.wrong());
        }
        if self.take(".") && self.digits() == 0 {
            return Err(self.wrong());
        }
        if self.take("e") || self.take("E") {
            if !self.take("+") {
                self.take("-");
            }
            if self.digits() == 0 {
                return Err(self.wrong());
            }
        }
        Ok(self.text.get(start..self.at).unwrap_or("").to_owned())
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> (String, Reason) {
        let fault = read(text.as_bytes()).unwrap_err();
        (fault.path.pointer(), fault.reason)
    }

    #[test]
    fn what_is_read_is_written_back_to_the_same_tree() {
        let text = r#" {"a":[1.10,-0,1e400,"\ud83e\udd44\u200d\n"],"b":{"":null,"c":true}} "#;
        let tree = read(text.as_bytes()).unwrap();
        assert_eq!(read(&tree.to_bytes()).unwrap(), tree);
        assert_eq!(tree.get("a").unwrap().elements()[0], Tree::Number("1.10".into()));
        assert_eq!(tree.get("a").unwrap().elements()[3].as_str(), Some("\u{1f944}\u{200d}\n"));
    }

    #[test]
    fn what_readers_disagree_about_is_refused_with_its_path() {
        assert_eq!(reason(r#"{"a":{"b":1,"\u0062":2}}"#), ("/a/b".into(), Reason::DuplicateKey));
        assert_eq!(reason(r#"{"a":["x","\u0000"]}"#), ("/a/1".into(), Reason::Nul));
        assert_eq!(reason("\u{feff}{}").1, Reason::ByteOrderMark);
        assert_eq!(read(b"{\"a\":\"\xff\"}").unwrap_err().reason, Reason::NotUtf8);
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "01",
            "1.",
            ".5",
            "1e",
            "+1",
            "NaN",
            "'a'",
            "[1] 2",
            "\"\\ud800\"",
            "\"\t\"",
            "tru",
            "{a:1}",
            "\"",
        ] {
            assert!(matches!(read(text.as_bytes()).unwrap_err().reason, Reason::NotJson { .. }), "{text}");
        }
    }

    #[test]
    fn nesting_of_a_hundred_thousand_levels_is_a_fault_and_no_overflow() {
        for open in ["[", "{\"a\":"] {
            let fault = read(open.repeat(100_000).as_bytes()).unwrap_err();
            assert_eq!(fault.reason, Reason::TooDeep { max: DEPTH_MAX });
        }
        let deepest = format!("{}{}", "[".repeat(DEPTH_MAX), "]".repeat(DEPTH_MAX));
        assert!(read(deepest.as_bytes()).is_ok());
    }
}
