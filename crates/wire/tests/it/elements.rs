//! Every element of FHIR R4 by itself (D06): each is sent with each value that readers drop or repair in silence, in the
//! smallest resource that has it. What is taken is written again as it was sent; anything else is refused.

use std::collections::{BTreeMap, BTreeSet};

use sayso_wire::{Path, Step, Tree, loss, strict, write};

/// Made from the definitions of R4 by `profiles/generator/elements.mjs`, which says how it is read.
const LIST: &str = include_str!("elements.txt");

/// Places at which an element of R4 can stand in a resource: each type of a choice is one, and a data type is looked
/// into where it is met first.
const PLACES: usize = 8310;

/// Values refused at another place than their own, at most: the typed reader names no place, and the search for it stops
/// at a required element beside, or at what R4B requires and R4 does not have. May only become fewer.
const ELSEWHERE_MAX: usize = 979;

/// An element as it is defined.
struct Element {
    name: &'static str,
    must: bool,
    many: bool,
    types: Vec<&'static str>,
    inside: Vec<Self>,
}

/// A type: what it builds on, and its own elements.
struct Definition {
    base: &'static str,
    own: Vec<Element>,
}

struct Definitions(BTreeMap<&'static str, Definition>);

/// The elements of this depth and what is in them.
fn elements(lines: &mut std::iter::Peekable<std::str::Lines<'static>>, depth: usize) -> Vec<Element> {
    let mut found = Vec::new();
    while let Some(line) = lines.next_if(|line| line.starts_with(' ') && line.len() - line.trim_start().len() == depth)
    {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap();
        let (must, many) = (name.contains('!'), name.ends_with('*'));
        let types = words.collect();
        found.push(Element {
            name: name.trim_end_matches(['!', '*']),
            must,
            many,
            types,
            inside: elements(lines, depth + 1),
        });
    }
    found
}

impl Definitions {
    fn read() -> Self {
        let mut lines = LIST.lines().peekable();
        let mut all = BTreeMap::new();
        while let Some(line) = lines.next() {
            let (name, base) = line.split_once(' ').unwrap_or((line, ""));
            all.insert(name, Definition { base, own: elements(&mut lines, 1) });
        }
        Self(all)
    }

    fn is_resource(&self, name: &str) -> bool {
        name == "Resource" || self.0.get(name).is_some_and(|one| self.is_resource(one.base))
    }

    /// The elements of what it builds on, then its own.
    fn of_type(&self, name: &str) -> Vec<&Element> {
        let Some(one) = self.0.get(name) else { return Vec::new() };
        self.of_type(one.base).into_iter().chain(&one.own).collect()
    }

    /// What is in an element that has this type.
    fn inside<'d>(&'d self, element: &'d Element, kind: &str) -> Vec<&'d Element> {
        let part = |own: &'d [Element], of: &str| self.of_type(of).into_iter().chain(own).collect();
        if !element.inside.is_empty() {
            return part(&element.inside, if kind == "Element" { kind } else { "BackboneElement" });
        }
        let Some(other) = kind.strip_prefix('#') else { return self.of_type(kind) };
        let (root, path) = other.split_once('.').unwrap();
        let found = path.split('.').fold(None, |at: Option<&Element>, step| {
            let among = at.map_or(&self.0[root].own, |at| &at.inside);
            among.iter().find(|one| one.name == step)
        });
        part(&found.unwrap().inside, "BackboneElement")
    }

    /// The members that must be there, without one element.
    fn least(&self, elements: &[&Element], without: Option<&Element>) -> Vec<(String, Tree)> {
        let needed = elements.iter().filter(|one| one.must && without.is_none_or(|out| !std::ptr::eq(**one, out)));
        needed.map(|one| (one.member(one.kind()), one.wrapped(vec![self.value(one, one.kind())]))).collect()
    }

    /// The smallest value.
    fn value(&self, element: &Element, kind: &str) -> Tree {
        if let Some(first) = spellings(kind).into_iter().next() {
            return first;
        }
        if kind == "Resource" {
            let kind = |text: &str| Tree::String(text.into());
            let code = Tree::Object(vec![("text".into(), kind("x"))]);
            return Tree::Object(vec![("resourceType".into(), kind("Basic")), ("code".into(), code)]);
        }
        let inside = self.inside(element, kind);
        let least = self.least(&inside, None);
        if !least.is_empty() {
            return Tree::Object(least);
        }
        let first = inside.iter().find(|one| !spellings(one.kind()).is_empty()).unwrap();
        Tree::Object(vec![(first.member(first.kind()), first.wrapped(vec![self.value(first, first.kind())]))])
    }
}

impl Element {
    /// Its first type; none where it has its own elements.
    fn kind(&self) -> &'static str {
        self.types.first().copied().unwrap_or_default()
    }

    /// Its name in JSON: a choice is named by its type.
    fn member(&self, kind: &str) -> String {
        let Some(name) = self.name.strip_suffix("[x]") else { return self.name.to_owned() };
        let kind = kind.split('=').next().unwrap();
        format!("{name}{}{}", kind[..1].to_uppercase(), &kind[1..])
    }

    fn wrapped(&self, values: Vec<Tree>) -> Tree {
        if self.many { Tree::Array(values) } else { values.into_iter().next().unwrap() }
    }
}

/// What can be written for a primitive: the plain form first, then those that readers make equal.
fn spellings(kind: &str) -> Vec<Tree> {
    let texts = |all: &[&str]| all.iter().map(|text| Tree::String((*text).to_owned())).collect::<Vec<_>>();
    let numbers = |all: &[&str]| all.iter().map(|text| Tree::Number((*text).to_owned())).collect::<Vec<_>>();
    const MOMENTS: [&str; 7] = [
        "2026-11-28T10:11:12Z",
        "2026-11-28T10:11:12+05:30",
        "2026-11-28T10:11:12-00:00",
        "2026-11-28T10:11:12.120-11:00",
        "2026-11-28T10:11:12.000Z",
        "2026-11-28T10:11:12.1234567891Z",
        "2026-12-31T23:59:60Z",
    ];
    match kind.split_once('=').unwrap_or((kind, "en")) {
        ("boolean", _) => vec![Tree::Bool(true), Tree::Bool(false)],
        ("integer", _) => numbers(&["1", "0", "-1", "2147483647", "1.0", "1e0"]),
        ("unsignedInt", _) => numbers(&["1", "0", "2147483647", "1.0"]),
        ("positiveInt", _) => numbers(&["1", "2147483647", "1.0"]),
        ("decimal", _) => numbers(&[
            "0.5",
            "1",
            "-0.25",
            "1.0",
            "1.10",
            "-0",
            "1e3",
            "1E-2",
            "0.000000001",
            "12345678901234567890.5",
            "1e400",
        ]),
        ("date", _) => texts(&["2026-11-28", "2026-11", "2026"]),
        ("dateTime", _) => [texts(&["2026-11-28", "2026-11", "2026"]), texts(&MOMENTS)].concat(),
        ("instant", _) => texts(&MOMENTS),
        ("time", _) => texts(&["10:11:12", "10:11:12.5", "10:11:12.500", "10:11"]),
        ("base64Binary", _) => texts(&["YWJj", "YQ==", "YQ", "YR==", "YW Jj", "YWJj\n"]),
        ("string", _) => texts(&["x", " a\tb\r\n ", "ä🥄\u{200d}\u{202e}"]),
        ("markdown", _) => texts(&["# x\n\n* y ", " x"]),
        ("code", code) => texts(&[code]),
        ("id", _) => texts(&["a-1.B"]),
        ("uri", _) => texts(&["urn:x", "HTTPS://X.example:443/../a"]),
        ("url", _) => texts(&["https://x.example", "HTTPS://X.example:443/../a"]),
        ("canonical", _) => texts(&["https://x.example/a|1"]),
        ("oid", _) => texts(&["urn:oid:1.2.3"]),
        ("uuid", _) => {
            texts(&["urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "urn:uuid:C757873D-EC9A-4326-A141-556F43239520"])
        }
        ("xhtml", _) => texts(&["<div xmlns=\"http://www.w3.org/1999/xhtml\">x &amp; <br/></div>"]),
        _ => Vec::new(),
    }
}

fn extended() -> Tree {
    strict::read(br#"{"id":"e","extension":[{"url":"urn:x","valueString":"y"}]}"#).unwrap()
}

/// The ways in which a member is sent: its own value and that of its sibling with `_`.
fn ways(definitions: &Definitions, element: &Element, kind: &str) -> Vec<(Option<Tree>, Option<Tree>)> {
    let plain = definitions.value(element, kind);
    let values = spellings(kind);
    let is_primitive = !values.is_empty();
    let only = |tree: Tree| (Some(tree), None);
    let mut ways: Vec<_> = if is_primitive { values } else { vec![plain.clone()] }
        .into_iter()
        .map(|value| only(element.wrapped(vec![value])))
        .collect();
    let empty = [Tree::Null, Tree::Array(Vec::new()), Tree::Object(Vec::new()), Tree::String(String::new())];
    ways.extend(empty.clone().map(only));
    // One where many may stand, and many where there is one.
    ways.push(only(if element.many { plain.clone() } else { Tree::Array(vec![plain.clone()]) }));
    if element.many {
        ways.push(only(Tree::Array(vec![plain.clone(), plain.clone()])));
        ways.extend(empty.map(|nothing| only(Tree::Array(vec![plain.clone(), nothing]))));
    }
    if let Tree::Object(members) = &plain {
        let mut more = members.clone();
        more.push(("nobodyKnowsThis".into(), Tree::Bool(true)));
        ways.push(only(element.wrapped(vec![Tree::Object(more)])));
    }
    if is_primitive {
        let sibling = element.wrapped(vec![extended()]);
        ways.push((None, Some(sibling.clone())));
        ways.push((Some(element.wrapped(vec![plain.clone()])), Some(sibling)));
        if element.many {
            let second = Tree::Array(vec![Tree::Null, extended()]);
            ways.push((Some(Tree::Array(vec![plain.clone(), Tree::Null])), Some(second.clone())));
            ways.push((Some(Tree::Array(vec![plain])), Some(second)));
        }
    }
    ways
}

/// Whether what came back says the same in the same way. The order of members means nothing in JSON, and a moment keeps
/// what it says when the zeros at the end of its fraction are gone.
fn same(sent: &Tree, back: &Tree) -> bool {
    let all =
        |a: &Tree, b: &Tree| a.members().iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)));
    match (sent, back) {
        (Tree::Object(a), Tree::Object(b)) => a.len() == b.len() && all(sent, back),
        (Tree::Array(a), Tree::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Tree::String(a), Tree::String(b)) => a == b || moment(a).is_some_and(|a| moment(b) == Some(a)),
        _ => sent == back,
    }
}

/// Day and time to the second, fraction, and zone of a moment.
fn moment(text: &str) -> Option<(&str, &str, &str)> {
    let (whole, rest) = text.split_at_checked("2026-11-28T10:11:12".len()).filter(|(whole, _)| whole.contains('T'))?;
    let (fraction, zone) = rest.split_at(rest.find(['Z', '+', '-'])?);
    Some((whole, fraction.trim_end_matches('0').trim_end_matches('.'), if zone == "Z" { "+00:00" } else { zone }))
}

/// A step into the resource that is built: what stands beside, and the member.
struct Level {
    beside: Vec<(String, Tree)>,
    member: String,
    many: bool,
}

#[derive(Default, Debug)]
struct Seen {
    places: usize,
    kept: usize,
    refused: usize,
    refused_around: usize,
    /// Types and places at which nothing at all is taken.
    closed: BTreeSet<String>,
    /// Data types that were looked into.
    types: BTreeSet<&'static str>,
    refused_elsewhere: usize,
    /// What was taken and came back changed.
    changed: Vec<String>,
}

enum Outcome {
    Kept,
    Refused,
    Around,
    Elsewhere,
    Changed,
}

fn outcome(sent: &Tree, place: &str) -> Outcome {
    let faults = match loss(&sent.to_bytes()) {
        Ok(kept) => {
            let back = strict::read(&write(&kept.resource).unwrap()).unwrap();
            let all = kept.tree == *sent && same(sent, &back);
            return if all { Outcome::Kept } else { Outcome::Changed };
        }
        Err(faults) => faults,
    };
    let paths: Vec<String> = faults.iter().map(|fault| fault.path.pointer().replace("/_", "/")).collect();
    let inside = |path: &String| path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if paths.iter().any(inside) {
        Outcome::Refused
    } else if paths.iter().any(|path| place.starts_with(path.as_str())) {
        Outcome::Around
    } else {
        Outcome::Elsewhere
    }
}

struct Walk<'d> {
    definitions: &'d Definitions,
    seen: Seen,
}

impl<'d> Walk<'d> {
    fn resource(&mut self, name: &'static str) {
        let of = ("resourceType".to_owned(), Tree::String(name.into()));
        let all = self.definitions.of_type(name);
        let least = [vec![of.clone()], self.definitions.least(&all, None)].concat();
        if loss(&Tree::Object(least).to_bytes()).is_err() {
            self.seen.closed.insert(name.into());
        }
        self.elements(name, &all, &[of], &mut Vec::new());
    }

    fn elements(&mut self, root: &str, all: &[&'d Element], first: &[(String, Tree)], levels: &mut Vec<Level>) {
        for element in all {
            let beside = [first.to_vec(), self.definitions.least(all, Some(element))].concat();
            let own = [""];
            let kinds: &[&'static str] = if element.types.is_empty() { &own } else { &element.types };
            for kind in kinds {
                levels.push(Level { beside: beside.clone(), member: element.member(kind), many: element.many });
                self.element(root, element, kind, levels);
                levels.pop();
            }
        }
    }

    fn element(&mut self, root: &str, element: &'d Element, kind: &'static str, levels: &mut Vec<Level>) {
        self.seen.places += 1;
        let place = pointer(levels);
        let kept = self.seen.kept;
        for (own, sibling) in ways(self.definitions, element, kind) {
            let sent = built(levels, own, sibling);
            match outcome(&sent, &place) {
                Outcome::Kept => self.seen.kept += 1,
                Outcome::Refused => self.seen.refused += 1,
                Outcome::Around => self.seen.refused_around += 1,
                Outcome::Elsewhere => self.seen.refused_elsewhere += 1,
                Outcome::Changed => {
                    let text = String::from_utf8(sent.to_bytes()).unwrap();
                    self.seen.changed.push(format!("{root}{place}: {text}"));
                }
            }
        }
        if kept == self.seen.kept {
            self.seen.closed.insert(format!("{root}{place}"));
        }
        // A data type is the same everywhere; a resource in a resource is looked into by itself.
        let is_type = spellings(kind).is_empty() && kind != "Resource" && !kind.starts_with('#');
        if is_type && (!element.inside.is_empty() || self.seen.types.insert(kind)) {
            self.elements(root, &self.definitions.inside(element, kind), &[], levels);
        }
    }
}

/// The JSON pointer of the innermost member.
fn pointer(levels: &[Level]) -> String {
    let mut steps = Vec::new();
    for (n, level) in levels.iter().enumerate() {
        steps.push(Step::Key(level.member.clone()));
        if level.many && n + 1 < levels.len() {
            steps.push(Step::Index(0));
        }
    }
    Path(steps).pointer()
}

/// The resource with these values in the innermost member and its sibling.
fn built(levels: &[Level], own: Option<Tree>, sibling: Option<Tree>) -> Tree {
    let (last, outer) = levels.split_last().unwrap();
    let mut members = last.beside.clone();
    members.extend(own.map(|own| (last.member.clone(), own)));
    members.extend(sibling.map(|sibling| (format!("_{}", last.member), sibling)));
    outer.iter().rev().fold(Tree::Object(members), |inner, level| {
        let mut members = level.beside.clone();
        members.push((level.member.clone(), if level.many { Tree::Array(vec![inner]) } else { inner }));
        Tree::Object(members)
    })
}

#[test]
fn every_element_of_r4_comes_back_as_it_was_sent_or_is_refused() {
    let definitions = Definitions::read();
    let abstracts = ["Resource", "DomainResource"];
    let resources = definitions.0.keys().filter(|name| definitions.is_resource(name) && !abstracts.contains(name));
    let mut walk = Walk { definitions: &definitions, seen: Seen::default() };
    resources.for_each(|name| walk.resource(name));
    let seen = walk.seen;
    let counts = format!(
        "{} places, {} kept, {} refused, {} around, {} elsewhere, nothing taken at {}, {} data types",
        seen.places,
        seen.kept,
        seen.refused,
        seen.refused_around,
        seen.refused_elsewhere,
        seen.closed.len(),
        seen.types.len(),
    );
    assert!(seen.changed.is_empty(), "{counts}; changed: {:#?}", &seen.changed[..seen.changed.len().min(40)]);
    assert!(seen.places >= PLACES && seen.kept > 19_000 && seen.refused > 50_000, "{counts}");
    assert!(seen.refused_elsewhere <= ELSEWHERE_MAX && seen.refused_around < seen.refused / 8, "{counts}");
}
