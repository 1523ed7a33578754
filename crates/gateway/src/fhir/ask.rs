//! From path, query and headers to one typed question.

use form_urlencoded::parse;
use http::HeaderMap;
use sayso_auth::{Caller, ResourceType};
use sayso_exchange::Whom;
use sayso_plan::PersonId;

use super::search::is_understood;
use crate::fault::Fault;

/// The most parameters of one search.
const PARAMETERS_MAX: usize = 64;
/// The most resources on one page.
pub(super) const COUNT_MAX: usize = 500;

/// The parameters of a search, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(super) fn read(query: &str) -> Result<Self, Fault> {
        let mut list = Vec::new();
        for (name, value) in parse(query.as_bytes()) {
            if list.len() == PARAMETERS_MAX {
                return Err(Fault::Parameter { name: "query".into(), text: "at most 64 parameters" });
            }
            list.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(list))
    }

    pub(super) fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }

    pub(super) fn one(&self, name: &'static str) -> Result<Option<&str>, Fault> {
        let mut found = self.0.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str());
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => Err(Fault::Parameter { name: name.into(), text: "give it once" }),
            (first, _) => Ok(first),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }
}

/// How much of a search is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) from: usize,
    pub(super) count: usize,
    pub(super) count_only: bool,
}

/// A search as it was understood.
#[derive(Debug, Clone)]
pub(super) struct Search {
    /// None: all who share with the caller's organization.
    pub(super) whom: Option<Whom>,
    pub(super) id: Option<String>,
    pub(super) filters: Vec<(Filter, String)>,
    pub(super) page: Page,
    pub(super) echo: String,
}

/// A filter over what is released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filter {
    Status,
    Category,
    Code,
    Type,
    LastUpdated,
    Identifier,
}

fn filter(kind: ResourceType, name: &str) -> Option<Filter> {
    use ResourceType as R;
    Some(match (kind, name) {
        (_, "_lastUpdated") => Filter::LastUpdated,
        (
            R::CarePlan | R::CareTeam | R::DocumentReference | R::Consent | R::Observation | R::Composition | R::Task,
            "status",
        ) => Filter::Status,
        (R::Goal, "lifecycle-status") => Filter::Status,
        (R::CarePlan | R::Observation | R::DocumentReference | R::Consent | R::Composition, "category") => {
            Filter::Category
        }
        (R::Observation | R::Task, "code") => Filter::Code,
        (R::DocumentReference | R::Composition, "type") => Filter::Type,
        (R::Patient, "identifier") => Filter::Identifier,
        _ => return None,
    })
}

/// Understands a search, or refuses it: what would be ignored silently would return too much.
pub(super) fn search(
    kind: ResourceType,
    caller: &Caller,
    parameters: &Parameters,
    headers: &HeaderMap,
) -> Result<Search, Fault> {
    let mut search = Search {
        whom: None,
        id: None,
        filters: Vec::new(),
        page: Page { from: 0, count: COUNT_MAX, count_only: false },
        echo: String::new(),
    };
    let mut whom = None;
    let mut echo = form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters.iter() {
        let person = |value: &str| {
            Whom::Person(
                value
                    .strip_prefix("Patient/")
                    .unwrap_or(value)
                    .parse()
                    .unwrap_or_else(|_| PersonId::from_stored([0; 16])),
            )
        };
        match name {
            "patient" | "subject" if kind != ResourceType::Patient => set(&mut whom, name, person(value))?,
            "patient:identifier" | "subject:identifier" | "patient.identifier" | "subject.identifier"
                if kind != ResourceType::Patient =>
            {
                set(&mut whom, name, identifier(name, value)?)?;
            }
            "identifier" if kind == ResourceType::Patient => {
                set(&mut whom, name, identifier(name, value)?)?;
                search.filters.push((Filter::Identifier, value.to_owned()));
            }
            "_id" => {
                if whom.is_none() {
                    whom = Some(by_id(kind, value));
                }
                search.id = Some(value.to_owned());
            }
            "_count" => search.page.count = value.parse::<usize>().map_err(|_| bad(name, "a number"))?.min(COUNT_MAX),
            "_summary" if value == "count" => search.page.count_only = true,
            "_summary" if value == "false" => {}
            "_total" if matches!(value, "accurate" | "none" | "estimate") => {}
            "_format" if value.contains("json") => continue,
            "_pretty" => continue,
            "_page" => continue,
            other => match filter(kind, other) {
                Some(Filter::LastUpdated) if !value.split(',').all(is_understood) => {
                    return Err(bad(
                        other,
                        "write a day (2026-11-28) or an instant with its zone, after ge, gt, le, lt or eq",
                    ));
                }
                Some(filter) => search.filters.push((filter, value.to_owned())),
                None if lenient(headers) => continue,
                None => return Err(bad(other, "this search parameter is not known here; leave it out")),
            },
        }
        echo.append_pair(name, value);
    }
    search.echo = echo.finish();
    search.whom = match (whom, caller.person) {
        (Some(whom), _) => Some(whom),
        (None, Some(own)) => Some(Whom::Person(own)),
        (None, None) if kind == ResourceType::Task => {
            return Err(bad("patient", "name the person: patient or patient.identifier"));
        }
        (None, None) => None,
    };
    if search.page.count == 0 {
        search.page.count_only = true;
    }
    Ok(search)
}

fn set(whom: &mut Option<Whom>, name: &str, found: Whom) -> Result<(), Fault> {
    match whom.replace(found) {
        None => Ok(()),
        Some(_) => Err(bad(name, "name one person, once")),
    }
}

fn by_id(kind: ResourceType, value: &str) -> Whom {
    let id: Option<PersonId> = value.parse().ok();
    match (kind, id) {
        (ResourceType::Patient, Some(person)) => Whom::Person(person),
        (_, Some(id)) => Whom::OwnerOf(*id.as_bytes()),
        (_, None) => Whom::Person(PersonId::from_stored([0; 16])),
    }
}

pub(super) fn lenient(headers: &HeaderMap) -> bool {
    headers.get_all("prefer").iter().any(|v| v.to_str().is_ok_and(|v| v.contains("handling=lenient")))
}

pub(super) fn bad(name: &str, text: &'static str) -> Fault {
    Fault::Parameter { name: name.chars().take(64).collect(), text }
}

/// `system|value`: both are needed, a number without its system could be anybody's.
pub(super) fn identifier(name: &str, value: &str) -> Result<Whom, Fault> {
    match value.split_once('|') {
        Some((system, value)) if !system.is_empty() && !value.is_empty() => {
            Ok(Whom::Identifier { system: system.to_owned(), value: value.to_owned() })
        }
        _ => Err(bad(name, "give system and number: system|value")),
    }
}

/// The search parameters of a type and their forms, for the CapabilityStatement.
pub(super) fn parameters_of(kind: ResourceType) -> impl Iterator<Item = (&'static str, &'static str)> {
    let person = if kind == ResourceType::Patient { None } else { Some(("patient", "reference")) };
    let all = [
        ("identifier", "token"),
        ("status", "token"),
        ("lifecycle-status", "token"),
        ("category", "token"),
        ("code", "token"),
        ("type", "token"),
        ("_lastUpdated", "date"),
    ];
    let own = all.into_iter().filter(move |(name, _)| filter(kind, name).is_some());
    [("_id", "token")].into_iter().chain(person).chain(own)
}
