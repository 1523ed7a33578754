//! Our value sets: which codes a required binding to one of them allows. Those of R4 come with the validator.

use std::collections::{BTreeMap, BTreeSet};

use helios_fhir_validator::Deferred;
use serde_json::Value;

use crate::profiles::Fault;

/// The codes of each set, with their systems.
pub struct Codes(BTreeMap<String, BTreeSet<(String, String)>>);

impl Codes {
    /// Reads the value sets among the resources: lists of codes, and whole code systems of ours.
    ///
    /// # Panics
    /// When one is made in any other way.
    #[must_use]
    pub fn of(package: &[Value]) -> Self {
        let sets = package.iter().filter(|one| one["resourceType"] == "ValueSet");
        Self(sets.map(|set| (text(&set["url"]), codes(set, package))).collect())
    }

    /// How many sets there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Every required binding to one of the sets that does not hold.
    #[must_use]
    pub fn faults(&self, deferred: &[Deferred]) -> Vec<Fault> {
        let mut faults = Vec::new();
        for one in deferred {
            let Deferred::Binding { path, binding, value, .. } = one else { continue };
            let Some(set) = self.0.get(&binding.value_set).filter(|_| binding.strength.as_deref() == Some("required"))
            else {
                continue;
            };
            if !allows(set, value) {
                faults.push(Fault { at: path.clone(), says: format!("{value} is not in {}", binding.value_set) });
            }
        }
        faults
    }
}

/// A code by itself, a coding, or a concept with one of the codings.
fn allows(set: &BTreeSet<(String, String)>, value: &Value) -> bool {
    if let Some(code) = value.as_str() {
        return set.iter().any(|(_, there)| there == code);
    }
    if let Some(codings) = value["coding"].as_array() {
        return codings.iter().any(|coding| allows(set, coding));
    }
    set.contains(&(text(&value["system"]), text(&value["code"])))
}

fn codes(set: &Value, package: &[Value]) -> BTreeSet<(String, String)> {
    let mut codes = BTreeSet::new();
    for include in set["compose"]["include"].as_array().unwrap() {
        assert!(
            include.get("filter").is_none() && include.get("valueSet").is_none(),
            "{} is made otherwise",
            set["url"]
        );
        let system = &include["system"];
        let all = || package.iter().find(|one| one["resourceType"] == "CodeSystem" && one["url"] == *system);
        let listed = include.get("concept").or_else(|| all().map(|one| &one["concept"]));
        let listed = listed.unwrap_or_else(|| panic!("the codes of {system} are not here"));
        codes.extend(listed.as_array().unwrap().iter().map(|one| (text(system), text(&one["code"]))));
    }
    codes
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
