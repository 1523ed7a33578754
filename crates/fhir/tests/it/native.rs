//! Native plans: what the schema refuses, with which path, and that the schema and the plan room mean the same.

use sayso_fhir::native::{SCHEMA, read, read_as};
use sayso_plan::{PlanId, PlanKind, Section};
use serde_json::{Value, json};

use crate::world::{joint_plan, plan, whole};

fn refused(change: impl FnOnce(&mut Value)) -> Vec<(String, String)> {
    let mut native = joint_plan();
    change(&mut native);
    let faults = read(&serde_json::to_vec(&native).unwrap()).unwrap_err();
    faults.iter().map(|fault| (fault.path.clone(), fault.why.to_string())).collect()
}

#[test]
fn what_the_schema_does_not_know_is_refused_with_its_path_and_advice() {
    let cases: Vec<(&str, Box<dyn FnOnce(&mut Value)>)> = vec![
        ("", Box::new(|p| p["colour"] = json!(1))),
        ("/items/0", Box::new(|p| p["items"][0]["colour"] = json!(1))),
        ("/items/0/rungs/1", Box::new(|p| p["items"][0]["rungs"][1]["x"] = json!(1))),
        ("/items/7/about", Box::new(|p| p["items"][7]["about"]["x"] = json!(1))),
        ("/items/2/words/lang", Box::new(|p| p["items"][2]["words"]["lang"] = json!("en_GB"))),
        ("/items/2/since", Box::new(|p| p["items"][2]["since"] = json!("2026-02-31"))),
        ("/items/2/section", Box::new(|p| p["items"][2]["section"] = json!("diagnosis"))),
        (
            "/items/2",
            Box::new(|p| {
                p["items"][2].as_object_mut().unwrap().remove("voice");
            }),
        ),
        ("/items/2/type", Box::new(|p| p["items"][2]["type"] = json!("poem"))),
        ("/items/2/words/text", Box::new(|p| p["items"][2]["words"]["text"] = json!("🥄".repeat(20_001)))),
        ("/items", Box::new(|p| p["items"] = Value::Array(vec![p["items"][2].clone(); 501]))),
        (
            "/items/0/rungs",
            Box::new(|p| p["items"][0]["rungs"] = Value::Array(vec![p["items"][0]["rungs"][0].clone(); 21])),
        ),
        ("/items/10/parties", Box::new(|p| p["items"][10]["parties"] = json!(vec!["self"; 13]))),
        ("/items/4/order", Box::new(|p| p["items"][4]["order"] = json!(1.5))),
        ("/absences", Box::new(|p| p["absences"]["diagnosis"] = json!("not-asked"))),
        ("/document/data", Box::new(|p| p["document"] = json!({ "content_type": "text/plain", "data": "?????" }))),
    ];
    for (path, change) in cases {
        let faults = refused(change);
        assert!(faults.iter().any(|(at, why)| at == path && !why.is_empty()), "{path}: {faults:?}");
        assert!(faults.iter().all(|(_, why)| !why.contains("colour") && !why.contains("poem")), "{faults:?}");
    }
}

#[test]
fn bytes_that_are_no_plan_are_refused_and_never_panic() {
    let whole = serde_json::to_vec(&joint_plan()).unwrap();
    for end in (0..whole.len()).step_by(7) {
        assert!(read(&whole[..end]).is_err());
    }
    let texts: [&[u8]; 6] =
        [b"", b"[]", b"\xff", b"{\"kind\":\"safety-plan\",\"kind\":\"safety-plan\"}", b"null", b"{}"];
    for text in texts {
        assert!(!read(text).unwrap_err().is_empty());
    }
    assert!(read("[".repeat(100_000).as_bytes()).is_err());
}

#[test]
fn a_body_read_from_one_plan_is_not_written_to_another() {
    let released = whole(&plan(&joint_plan()));
    let body = sayso_fhir::native::write(&released);
    assert!(read_as(&body, released.get().id).is_ok());
    let faults = read_as(&body, PlanId::from_stored([9; 16])).unwrap_err();
    assert_eq!(faults[0].path, "/id");
}

#[test]
fn the_schema_and_the_plan_room_name_the_same_things() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let sections: Vec<&str> = Section::all().map(Section::code).collect();
    assert_eq!(schema["$defs"]["section"]["enum"], json!(sections));
    let kinds: Vec<&str> = PlanKind::ALL.iter().map(|kind| kind.code()).collect();
    assert_eq!(schema["properties"]["kind"]["enum"], json!(kinds));
    assert_eq!(schema["properties"]["items"]["maxItems"], sayso_plan::item::ITEMS_MAX);
    assert_eq!(schema["$defs"]["words"]["properties"]["text"]["maxLength"], sayso_plan::words::WORDS_MAX_SCALARS);
}

/// Every address that a schema refers to.
fn references(schema: &Value) -> Vec<&str> {
    match schema {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, inner)| match (name.as_str(), inner) {
                ("$ref" | "$dynamicRef" | "$recursiveRef", Value::String(to)) => vec![to.as_str()],
                _ => references(inner),
            })
            .collect(),
        Value::Array(members) => members.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn d14_no_schema_leads_elsewhere_and_none_that_does_is_read() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let all = references(&schema);
    assert!(all.len() > 20 && all.iter().all(|to| to.starts_with("#/")), "{all:?}");
    // A listener that hears whether anybody asks for the schema.
    let elsewhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let port = elsewhere.local_addr().unwrap().port();
    for to in [format!("http://127.0.0.1:{port}/x"), "https://evil.example/x".into(), "file:///etc/hostname".into()] {
        assert!(jsonschema::validator_for(&json!({ "$ref": to })).is_err(), "{to}");
    }
    assert!(elsewhere.accept().is_err(), "nobody came");
}

#[test]
fn d14_a_plan_that_is_nested_without_end_is_refused_before_the_schema_is_asked() {
    let endless = format!("{}{}", r#"{"items":["#.repeat(50_000), "]}".repeat(50_000));
    let begun = std::time::Instant::now();
    let faults = read(endless.as_bytes()).unwrap_err();
    assert_eq!(faults.len(), 1, "one fault, and no list of what the schema misses");
    assert!(begun.elapsed() < std::time::Duration::from_secs(1), "{:?}", begun.elapsed());
}
