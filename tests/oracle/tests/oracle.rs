//! Nothing that leaves is refused; each failing example is, for the reason that the list gives.

use std::collections::{BTreeMap, BTreeSet};

use sayso_oracle::leaving::{Leaving, leaving};
use sayso_oracle::profiles::{Fault, Profiles};
use sayso_oracle::published::{examples, package};
use sayso_oracle::schema::Schema;
use serde_json::Value;

/// How many faults are shown.
const SHOWN: usize = 25;

fn kind(resource: &Value) -> &str {
    resource["resourceType"].as_str().unwrap()
}

fn none_of(what: &str, faults: &BTreeMap<String, (usize, String)>) {
    let lines: Vec<String> =
        faults.iter().take(SHOWN).map(|(fault, (count, of))| format!("{count} times, as in {of}: {fault}")).collect();
    assert!(faults.is_empty(), "{what}: {} faults\n{}", faults.len(), lines.join("\n"));
}

fn gather(into: &mut BTreeMap<String, (usize, String)>, of: &str, faults: Vec<Fault>) {
    for fault in faults {
        let at: Vec<&str> = fault.at.split('.').filter(|part| part.parse::<usize>().is_err()).collect();
        let said = into.entry(format!("{}: {}", at.join("."), fault.says)).or_insert((0, of.to_owned()));
        said.0 += 1;
    }
}

fn schema(of: &[Leaving], more: &[Value]) -> Schema {
    let types: BTreeSet<String> =
        of.iter().map(|one| &one.resource).chain(more).map(|one| kind(one).to_owned()).collect();
    Schema::of(&sayso_oracle::published::r4_schema(), &types)
}

#[test]
fn nothing_that_leaves_is_refused_by_its_profiles() {
    let profiles = Profiles::of(&package());
    let mut found = BTreeMap::new();
    for Leaving { of, resource } in leaving() {
        gather(&mut found, &of, profiles.faults(&resource));
    }
    none_of("profiles", &found);
}

#[test]
fn nothing_that_leaves_is_refused_by_the_schema() {
    let leaving = leaving();
    let schema = schema(&leaving, &[]);
    let mut found = BTreeMap::new();
    for Leaving { of, resource } in &leaving {
        gather(&mut found, of, schema.faults(resource));
    }
    none_of("schema", &found);
}

#[test]
fn what_is_published_is_itself_valid() {
    let package = package();
    let profiles = Profiles::of(&package);
    let schema = schema(&[], &package);
    let mut found = BTreeMap::new();
    for one in &package {
        let name = format!("{} {}", kind(one), one["id"]);
        gather(&mut found, &name, profiles.faults(one));
        gather(&mut found, &name, schema.faults(one));
    }
    none_of("package", &found);
}

#[test]
fn each_example_holds_or_breaks_the_rule_that_the_list_names() {
    let profiles = Profiles::of(&package());
    let mut wrong = Vec::new();
    for example in examples() {
        let passing = profiles.faults(&example.passing);
        if !passing.is_empty() {
            wrong.push(format!("{} should hold: {passing:?}", example.name));
        }
        let failing = profiles.faults(&example.failing);
        if failing.is_empty() || !failing.iter().all(|fault| fault.is_within(&example.element)) {
            wrong.push(format!("{} should break {}: {failing:?}", example.name, example.element));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A fault put into an example that holds, and where it must be found.
struct Planted {
    into: &'static str,
    at: &'static str,
    plant: fn(&mut Value),
}

/// The part of this name.
fn part<'a>(of: &'a mut Value, name: &str) -> &'a mut Value {
    of["extension"].as_array_mut().unwrap().iter_mut().find(|one| one["url"].as_str().unwrap().ends_with(name)).unwrap()
}

/// The first permit of a Consent.
fn permit(consent: &mut Value) -> &mut Value {
    &mut consent["provision"]["provision"][0]
}

const PLANTED: [Planted; 18] = [
    Planted {
        into: "sayso-patient",
        at: "Patient.deceasedBoolean",
        plant: |one| one["deceasedBoolean"] = false.into(),
    },
    Planted { into: "sayso-care-plan", at: "CarePlan.mood", plant: |one| one["mood"] = "good".into() },
    Planted { into: "sayso-care-plan", at: "CarePlan.title", plant: |one| one["title"] = 7.into() },
    Planted { into: "sayso-care-plan", at: "CarePlan.status", plant: |one| one["status"] = "in-force".into() },
    Planted {
        into: "sayso-care-plan",
        at: "CarePlan.activity.detail.extension",
        plant: |one| drop(one["activity"][0]["detail"].as_object_mut().unwrap().remove("extension")),
    },
    Planted {
        into: "sayso-statement",
        at: "Observation.extension",
        plant: |one| part(part(one, "/item"), "type")["valueCode"] = "poem".into(),
    },
    Planted {
        into: "sayso-statement",
        at: "Observation.extension",
        plant: |one| part(one, "/item")["valueString"] = "beside its parts".into(),
    },
    Planted {
        into: "sayso-statement",
        at: "Observation.meta.security",
        plant: |one| one["meta"]["security"][0]["code"] = "weather".into(),
    },
    Planted {
        into: "sayso-goal",
        at: "Goal.extension",
        plant: |one| part(one, "/item")["url"] = "https://sayso.example/fhir/StructureDefinition/thing".into(),
    },
    Planted {
        into: "sayso-contact",
        at: "RelatedPerson.telecom.system",
        plant: |one| one["telecom"][0]["system"] = "pigeon".into(),
    },
    Planted {
        into: "sayso-treatment-consent",
        at: "Consent.provision.modifierExtension",
        plant: |one| part(&mut one["provision"]["modifierExtension"][0], "sense")["valueCode"] = "perhaps".into(),
    },
    Planted {
        into: "sayso-sharing-consent",
        at: "Consent.provision.type",
        plant: |one| one["provision"]["type"] = "permit".into(),
    },
    Planted {
        into: "sayso-sharing-consent",
        at: "Consent.provision.provision.period.end",
        plant: |one| drop(permit(one)["period"].as_object_mut().unwrap().remove("end")),
    },
    Planted {
        into: "sayso-sharing-consent",
        at: "Consent.provision.provision.actor",
        plant: |one| {
            let actor = permit(one)["actor"][0].clone();
            permit(one)["actor"].as_array_mut().unwrap().push(actor);
        },
    },
    Planted {
        into: "sayso-sharing-consent",
        at: "Consent.provision.provision.actor.reference",
        plant: |one| permit(one)["actor"][0]["reference"]["reference"] = "Organization/1".into(),
    },
    Planted {
        into: "sayso-sharing-consent",
        at: "Consent.provision.provision.purpose",
        plant: |one| permit(one)["purpose"][0]["code"] = "HMARKT".into(),
    },
    Planted {
        into: "sayso-sharing-consent",
        at: "Consent.policyRule",
        plant: |one| one["policyRule"]["coding"][0]["code"] = "EVERYTHING".into(),
    },
    Planted {
        into: "sayso-composition",
        at: "Composition.section.code.coding",
        plant: |one| one["section"][0]["code"]["coding"].as_array_mut().unwrap().clear(),
    },
];

#[test]
fn a_fault_that_is_planted_is_found_where_it_was_planted() {
    let profiles = Profiles::of(&package());
    let examples = examples();
    for Planted { into, at, plant } in &PLANTED {
        let mut resource = examples.iter().find(|one| one.name == *into).unwrap().passing.clone();
        plant(&mut resource);
        let faults = profiles.faults(&resource);
        assert!(faults.iter().any(|fault| fault.is_within(at)), "{into} at {at}: {faults:?}");
    }
}

/// Faults in what is published beside the profiles, each of which both must find.
const IN_THE_PACKAGE: [(&str, fn(&mut Value)); 8] = [
    ("OperationDefinition", |one| one["kind"] = "procedure".into()),
    ("OperationDefinition", |one| drop(one.as_object_mut().unwrap().remove("code"))),
    ("OperationDefinition", |one| one["parameter"][0]["use"] = "inout".into()),
    ("OperationDefinition", |one| drop(one["parameter"][0].as_object_mut().unwrap().remove("min"))),
    ("NamingSystem", |one| one["kind"] = "number".into()),
    ("NamingSystem", |one| drop(one.as_object_mut().unwrap().remove("uniqueId"))),
    ("NamingSystem", |one| one["uniqueId"][0]["type"] = "url".into()),
    ("NamingSystem", |one| one["date"] = "some day".into()),
];

#[test]
fn a_fault_in_an_operation_or_a_naming_system_is_found_by_both() {
    let package = package();
    let (profiles, schema) = (Profiles::of(&package), schema(&[], &package));
    let mut tried = 0;
    for (sort, plant) in &IN_THE_PACKAGE {
        for one in package.iter().filter(|one| kind(one) == *sort) {
            let mut planted = one.clone();
            plant(&mut planted);
            let found = (!profiles.faults(&planted).is_empty(), !schema.faults(&planted).is_empty());
            assert_eq!(found, (true, true), "{sort} {}: {planted}", one["id"]);
            tried += 1;
        }
    }
    assert!(tried >= 4 * (5 + 7), "{tried}");
}

#[test]
fn every_naming_system_of_ours_is_used_by_what_leaves_and_no_other_of_ours_is() {
    let package = package();
    let systems = package.iter().filter(|one| kind(one) == "NamingSystem");
    let published: BTreeSet<&str> = systems.map(|one| one["uniqueId"][0]["value"].as_str().unwrap()).collect();
    let leaving = leaving();
    let mut used = BTreeSet::new();
    for one in &leaving {
        named(&one.resource, &mut used);
    }
    assert_eq!(used, published);
}

/// The naming systems of ours in identifiers and labels.
fn named<'a>(value: &'a Value, used: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(members) => {
            let system = members.get("system").and_then(Value::as_str);
            used.extend(system.filter(|system| system.starts_with("https://sayso.example/fhir/NamingSystem/")));
            members.values().for_each(|member| named(member, used));
        }
        Value::Array(entries) => entries.iter().for_each(|entry| named(entry, used)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn what_persons_decided_is_seen_in_every_form() {
    let profile = "https://sayso.example/fhir/StructureDefinition/sayso-sharing-consent";
    let leaving = leaving();
    let ours = || leaving.iter().filter(|one| one.resource["meta"]["profile"][0] == profile);
    let of = |what: &str| ours().filter(|one| one.of.ends_with(what)).count();
    let persons: BTreeSet<&str> = ours().filter_map(|one| one.of.strip_suffix(" decided")).collect();
    assert_eq!(persons.len(), 12, "{persons:?}");
    assert!(of("generated decisions") >= 400, "{}", of("generated decisions"));
    assert!(ours().filter(|one| one.of.contains("/fhir/Consent")).count() >= 10, "what the house answered");
    let (mut statuses, mut actors) = (BTreeSet::new(), BTreeSet::new());
    for one in ours() {
        statuses.insert(one.resource["status"].as_str().unwrap());
        let root = &one.resource["provision"];
        let inside = root["provision"].as_array().into_iter().flatten();
        for actor in inside.chain([root]).filter_map(|one| one["actor"][0]["reference"]["type"].as_str()) {
            actors.insert(actor);
        }
    }
    let all = ["active", "draft", "entered-in-error", "inactive", "proposed", "rejected"];
    assert_eq!(statuses.into_iter().collect::<Vec<_>>(), all);
    let all = ["Device", "Group", "Organization", "PractitionerRole", "RelatedPerson"];
    assert_eq!(actors.into_iter().collect::<Vec<_>>(), all);
}

#[test]
fn the_schema_refuses_what_is_no_r4() {
    let examples = examples();
    let passing: Vec<Value> = examples.iter().map(|one| one.passing.clone()).collect();
    let schema = schema(&[], &passing);
    for one in &passing {
        assert_eq!(schema.faults(one), [], "{}", kind(one));
        for plant in [|one: &mut Value| one["mood"] = "good".into(), |one: &mut Value| one["id"] = "no id".into()] {
            let mut planted = one.clone();
            plant(&mut planted);
            assert!(!schema.faults(&planted).is_empty(), "{}", kind(one));
        }
    }
}

/// Of each type at least so many that differ.
const FEWEST: [(&str, usize); 21] = [
    ("Bundle collection", 3),
    ("Bundle document", 400),
    ("Bundle history", 5),
    ("Bundle searchset", 10),
    ("Bundle transaction-response", 1),
    ("CapabilityStatement", 1),
    ("CarePlan", 250),
    ("CareTeam", 50),
    ("Composition", 400),
    ("Consent", 500),
    ("DocumentReference", 150),
    ("Goal", 10),
    ("Observation", 400),
    ("OperationOutcome", 5),
    ("Organization", 5),
    ("Parameters", 3),
    ("Patient", 6),
    ("Practitioner", 5),
    ("Provenance", 400),
    ("RelatedPerson", 60),
    ("Task", 2),
];

/// The type, and of a Bundle also which it is.
fn sort(resource: &Value) -> String {
    let bundle = resource["type"].as_str().filter(|_| kind(resource) == "Bundle");
    [kind(resource)].into_iter().chain(bundle).collect::<Vec<_>>().join(" ")
}

/// What has no profile of ours: answers of the server, and whoever is only contained.
fn is_ours(sort: &str) -> bool {
    let without = ["CapabilityStatement", "OperationOutcome", "Organization", "Parameters", "Practitioner"];
    !without.contains(&sort) && (!sort.starts_with("Bundle") || sort == "Bundle document")
}

#[test]
fn every_type_and_every_definition_is_seen_often_enough_to_say_something() {
    let package = package();
    let profiles = Profiles::of(&package);
    let (mut types, mut used) = (BTreeMap::new(), BTreeMap::new());
    let leaving = leaving();
    for Leaving { of, resource } in &leaving {
        let (sort, claimed) = (sort(resource), profiles.claimed(resource));
        assert!(is_ours(&sort) != claimed.is_empty(), "{of}: {sort} claims {claimed:?}");
        *types.entry(sort).or_insert(0_usize) += 1;
        claimed.into_iter().for_each(|profile| *used.entry(profile).or_insert(0_usize) += 1);
        extensions(resource, &mut used);
    }
    println!("{} in all: {types:?}", leaving.len());
    assert_eq!(
        types.keys().map(String::as_str).collect::<Vec<_>>(),
        FEWEST.map(|(name, _)| name),
        "a type is new, or missing"
    );
    for (name, fewest) in FEWEST {
        assert!(types[name] >= fewest, "{name}: {}", types[name]);
    }
    for one in package.iter().filter(|one| one["resourceType"] == "StructureDefinition") {
        let url = one["url"].as_str().unwrap();
        assert!(used.get(url).is_some_and(|times| *times >= 6), "{url} is used {:?}", used.get(url));
    }
}

fn extensions<'a>(value: &'a Value, used: &mut BTreeMap<&'a str, usize>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == "extension" || name == "modifierExtension" {
                    let urls = member.as_array().into_iter().flatten().filter_map(|one| one["url"].as_str());
                    urls.for_each(|url| *used.entry(url).or_insert(0) += 1);
                }
                extensions(member, used);
            }
        }
        Value::Array(entries) => entries.iter().for_each(|entry| extensions(entry, used)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What the validator cannot tell apart: the first and the second entry of a document are told by the types of their
/// resources. Each is judged by itself, by the profile it claims.
const NOT_JUDGED: [&str; 2] = ["sayso-document: slice 'composition'", "sayso-document: slice 'person'"];

#[test]
fn what_the_validator_cannot_judge_of_our_definitions_is_no_more_than_is_known() {
    let profiles = Profiles::of(&package());
    let is_known = |said: &&String| NOT_JUDGED.iter().any(|known| said.starts_with(known));
    let more: Vec<&String> = profiles.not_judged.iter().filter(|said| !is_known(said)).collect();
    assert!(more.is_empty(), "{more:?}");
    assert!(profiles.codes.count() >= 20, "our value sets are not read");
}
