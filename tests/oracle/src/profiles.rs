//! Judging by profiles: the validator of helios, its R4, and our definitions over it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use helios_fhir::FhirVersion;
use helios_fhir_validator::converter::convert;
use helios_fhir_validator::packs::core_registry;
use helios_fhir_validator::{
    CompositeResolver, CoreTerminology, SchemaRegistry, SchemaResolver as _, UnknownProfilePolicy, ValidationError,
    ValidationOptions, Validator, core_terminology,
};
use serde_json::{Value, json};

use crate::codes::Codes;
use crate::published::OURS;

/// Profiles of others that we claim and that are not at hand here.
const US_CORE: &str = "http://hl7.org/fhir/us/core/StructureDefinition/";

/// What is wrong, and where: a path with dots, as in `Bundle.entry.0.resource`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The path.
    pub at: String,
    /// What the validator says.
    pub says: String,
}

impl Fault {
    /// Whether it is at this element or inside it; the places in lists do not count.
    #[must_use]
    pub fn is_within(&self, element: &str) -> bool {
        let named: Vec<&str> = self.at.split('.').filter(|part| part.parse::<usize>().is_err()).collect();
        let (at, element) = (named.join("."), element.trim_end_matches("[x]"));
        at == element || at.strip_prefix(element).is_some_and(|rest| rest.starts_with('.'))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.says)
    }
}

/// The validator with our definitions.
pub struct Profiles {
    validator: Validator,
    terms: Arc<CoreTerminology>,
    /// Our value sets.
    pub codes: Codes,
    known: BTreeSet<String>,
    core: Arc<SchemaRegistry>,
    /// What it cannot judge of our definitions, in its own words.
    pub not_judged: Vec<String>,
}

impl Profiles {
    /// Takes the package in.
    ///
    /// # Panics
    /// When one of its definitions cannot be taken in.
    #[must_use]
    pub fn of(package: &[Value]) -> Self {
        let core = core_registry(FhirVersion::R4);
        let values = values(&core);
        let mut ours = SchemaRegistry::new();
        let (mut known, mut not_judged) = (BTreeSet::new(), Vec::new());
        for one in package.iter().filter(|one| one["resourceType"] == "StructureDefinition") {
            let converted = convert(&spelt_out(one, &values)).unwrap_or_else(|error| panic!("{}: {error}", one["url"]));
            not_judged.extend(converted.warnings.iter().map(|said| format!("{}: {said}", one["id"].as_str().unwrap())));
            known.insert(one["url"].as_str().unwrap().to_owned());
            assert!(ours.insert(converted.schema), "{}", one["url"]);
        }
        let both = CompositeResolver::new(vec![Arc::new(ours), core.clone()]);
        Self {
            validator: Validator::new(Arc::new(both)),
            terms: core_terminology(FhirVersion::R4),
            codes: Codes::of(package),
            known,
            core,
            not_judged,
        }
    }

    /// Our profiles that the resource claims.
    #[must_use]
    pub fn claimed<'a>(&self, resource: &'a Value) -> Vec<&'a str> {
        let named = resource["meta"]["profile"].as_array().into_iter().flatten().filter_map(Value::as_str);
        named.filter(|profile| self.known.contains(*profile)).collect()
    }

    /// What is wrong with a resource by all that it claims, and with every extension in it by its own definition.
    #[must_use]
    pub fn faults(&self, resource: &Value) -> Vec<Fault> {
        let kind = resource["resourceType"].as_str().unwrap_or_default();
        let claimed = resource["meta"]["profile"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let claimed: Vec<&str> = claimed.filter(|profile| !profile.starts_with(US_CORE)).collect();
        let mut faults = self.by(resource, &claimed);
        self.extensions(resource, kind, &mut faults);
        faults.sort();
        faults.dedup();
        faults
    }

    /// What is wrong by these profiles, and by R4. Invariants (FHIRPath) are not evaluated.
    #[must_use]
    pub fn by(&self, one: &Value, profiles: &[&str]) -> Vec<Fault> {
        let options = ValidationOptions {
            profiles: profiles.iter().map(|&profile| profile.to_owned()).collect(),
            use_meta_profiles: false,
            unknown_profile: UnknownProfilePolicy::Error,
            ..ValidationOptions::default()
        };
        let outcome = self.validator.validate_sync(one, &options);
        let fault = |error: ValidationError| Fault { at: error.path, says: error.message };
        let bindings = self.terms.required_binding_errors(&outcome.deferred);
        let mut faults: Vec<Fault> = outcome.errors.into_iter().chain(bindings).map(fault).collect();
        faults.extend(self.codes.faults(&outcome.deferred));
        faults
    }

    /// The validator looks at an extension only where a profile names it, and never at one that modifies.
    fn extensions(&self, value: &Value, at: &str, faults: &mut Vec<Fault>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    self.extensions(member, &format!("{at}.{name}"), faults);
                }
                // A resource in a Bundle is judged by itself, and so are the extensions of what is in it.
                if let Some(url) = members.get("url").and_then(Value::as_str).filter(|_| is_extension(at)) {
                    let found = self.extension(value, url);
                    faults.extend(found.into_iter().map(|one| Fault { at: format!("{at}{}", one.at), ..one }));
                }
            }
            Value::Array(entries) => {
                for (place, entry) in entries.iter().enumerate() {
                    self.extensions(entry, &format!("{at}.{place}"), faults);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn extension(&self, extension: &Value, url: &str) -> Vec<Fault> {
        // A part is named by a word, and judged with the whole.
        if !url.contains(':') {
            return Vec::new();
        }
        if self.known.contains(url) || (!url.starts_with(OURS) && self.core.resolve(url).is_some()) {
            return self.by(extension, &[url]);
        }
        vec![Fault { at: String::new(), says: format!("{url} is defined nowhere") }]
    }
}

/// The names that a choice of any type has behind its own: `String`, `CodeableConcept` and all others.
fn values(core: &SchemaRegistry) -> Vec<String> {
    let extension = core.resolve("Extension").expect("R4 has extensions");
    let value = extension.elements.as_ref().and_then(|elements| elements.get("value")).expect("they have values");
    let names = value.choices.iter().flatten().filter_map(|name| name.strip_prefix("value")).map(str::to_owned);
    names.collect()
}

/// The validator does not see that a choice is excluded (`value[x]` at most 0 times), so it is told of each type.
fn spelt_out(definition: &Value, values: &[String]) -> Value {
    let mut definition = definition.clone();
    let elements = definition["differential"]["element"].as_array_mut().unwrap();
    let is_excluded = |element: &&Value| element["max"] == "0" && element["path"].as_str().unwrap().ends_with("[x]");
    let excluded: Vec<Value> = elements.iter().filter(is_excluded).cloned().collect();
    for element in excluded {
        for value in values {
            let typed = |name: &str| element[name].as_str().unwrap().replace("[x]", value);
            elements.push(json!({ "id": typed("id"), "path": typed("path"), "max": "0" }));
        }
    }
    definition
}

fn is_extension(at: &str) -> bool {
    let holder = at.rsplit('.').find(|part| part.parse::<usize>().is_err());
    matches!(holder, Some("extension" | "modifierExtension"))
}
