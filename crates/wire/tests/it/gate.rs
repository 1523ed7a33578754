//! What the typed reader would lose or change is refused with its path; what it keeps passes.

use sayso_wire::{Reason, Tree, loss, parse, strict, write};

fn faults(text: &str) -> Vec<(String, Reason)> {
    match loss(text.as_bytes()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.into_iter().map(|f| (f.path.pointer(), f.reason)).collect(),
    }
}

const SUBJECT: &str = r#""subject":{"reference":"Patient/1"}"#;

#[test]
fn a_resource_comes_back_as_it_was_sent() {
    let text = r#"{"resourceType":"CarePlan","status":"active","intent":"plan","subject":{"reference":"Patient/1"},
        "title":"\u202bخطة\u202c 🥄👩‍👩‍👧","_title":{"extension":[{"url":"urn:x","valueString":"y"}]},"created":"2026-03",
        "contained":[{"resourceType":"Goal","lifecycleStatus":"active","description":{"text":"x"},"subject":{"reference":"Patient/1"}}],
        "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"}}"#;
    let kept = loss(text.as_bytes()).unwrap();
    let back = strict::read(&write(&kept.resource).unwrap()).unwrap();
    assert!(sayso_wire::compare(&kept.tree, &back).is_empty());
}

#[test]
fn the_same_moment_in_another_spelling_is_no_loss() {
    for issued in ["2026-03-01T10:00:00.000Z", "2026-03-01T10:00:00+00:00", "2026-03-01T10:00:00.120+05:30"] {
        let text =
            format!(r#"{{"resourceType":"Observation","status":"final","code":{{"text":"x"}},"issued":"{issued}"}}"#);
        assert_eq!(faults(&text), [], "{issued}");
    }
}

#[test]
fn what_would_be_lost_is_refused_with_its_path() {
    let plan =
        |more: &str| format!(r#"{{"resourceType":"CarePlan","status":"active","intent":"plan",{SUBJECT}{more}}}"#);
    let cases = [
        (r#","colour":"red""#, "/colour", Reason::Unknown),
        (r#","period":{"start":"2026","until":"2027"}"#, "/period/until", Reason::Unknown),
        (r#","goal":[]"#, "/goal", Reason::Empty),
        (r#","title":null"#, "/title", Reason::Empty),
        (
            r#","activity":[{"detail":{"status":"not-started","scheduledString":"a","scheduledPeriod":{"start":"2026"}}}]"#,
            "/activity/0/detail/scheduledPeriod",
            Reason::Unknown,
        ),
        (
            r#","activity":[{"detail":{"status":"not-started","quantity":{"value":1.10}}}]"#,
            "/activity/0/detail/quantity/value",
            Reason::Changed,
        ),
    ];
    for (more, path, reason) in cases {
        let found = faults(&plan(more));
        assert!(found.contains(&(path.to_owned(), reason)), "{more}: {found:?}");
    }
    let binary = r#"{"resourceType":"Binary","contentType":"text/plain","data":"YQ== \n"}"#;
    assert!(!faults(binary).is_empty());
}

#[test]
fn what_the_typed_reader_refuses_is_found_in_the_body_and_not_quoted() {
    let text = format!(
        r#"{{"resourceType":"CarePlan","status":"my secret","intent":"plan",{SUBJECT},"activity":[{{"detail":{{"status":"not-started"}}}}]}}"#
    );
    let fault = parse(text.as_bytes()).unwrap_err();
    assert!(!fault.to_string().contains("secret"), "{fault}");
    assert_eq!(
        fault.to_string(),
        "/status: not valid FHIR R4 here: the code is not in the value set that is required here"
    );

    let text = format!(r#"{{"resourceType":"CarePlan","status":3,"intent":"plan",{SUBJECT}}}"#);
    let fault = parse(text.as_bytes()).unwrap_err();
    assert_eq!(fault.to_string(), "/status: not valid FHIR R4 here: expected a string");

    let text = format!(
        r#"{{"resourceType":"CarePlan","status":"active","intent":"plan",{SUBJECT},"activity":[{{}},{{"detail":{{"status":"no","description":"d"}}}}]}}"#
    );
    let fault = parse(text.as_bytes()).unwrap_err();
    assert!(fault.path.pointer().starts_with("/activity"), "{fault}");

    assert!(parse(br#"{"resourceType":"Spoon"}"#).is_err());
    assert!(parse(br#"{"id":"x"}"#).is_err());
    assert!(parse(b"[]").is_err());
}

#[test]
fn the_deepest_accepted_resource_does_not_overflow_a_worker_stack() {
    // tokio's workers have 2 MiB.
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(|| {
            let extension = r#"{"url":"a","extension":["#;
            for depth in [10, 18, 25, 60, 100_000] {
                let text = format!(
                    r#"{{"resourceType":"CarePlan","status":"active","intent":"plan",{SUBJECT},"extension":[{}{{"url":"a","valueString":"x"}}{}]}}"#,
                    extension.repeat(depth),
                    "]}".repeat(depth)
                );
                assert_eq!(loss(text.as_bytes()).is_ok(), depth < 19, "{depth}");
            }
            let bundle = r#"{"resourceType":"Bundle","type":"collection","entry":[{"resource":"#;
            for depth in [3, 12, 60] {
                let text = format!(
                    r#"{}{{"resourceType":"CarePlan","status":"active","intent":"plan",{SUBJECT}}}{}"#,
                    bundle.repeat(depth),
                    "}]}".repeat(depth)
                );
                assert_eq!(loss(text.as_bytes()).is_ok(), depth < 13, "{depth}");
            }
        })
        .unwrap()
        .join()
        .unwrap();
}

/// The tree of what was sent, and of what is written of it.
fn there_and_back(text: &str) -> (Tree, Tree) {
    let kept = loss(text.as_bytes()).unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
    let back = strict::read(&write(&kept.resource).unwrap()).unwrap();
    (kept.tree, back)
}

#[test]
fn d06_the_edges_of_primitives_come_back_or_are_refused() {
    let observation = |more: &str| {
        format!(
            r#"{{"resourceType":"Observation","status":"final","code":{{"text":"x"}},"subject":{{"reference":"Patient/1"}}{more}}}"#
        )
    };
    for kept in [
        r#","effectiveDateTime":"2026""#,
        r#","effectiveDateTime":"2026-02""#,
        r#","effectiveDateTime":"2024-02-29""#,
        r#","effectiveDateTime":"2026-03-01T23:59:59.123456-11:00""#,
        r#","valueInteger":-2147483648"#,
        r#","valueInteger":2147483647"#,
        r#","valueTime":"23:59:59""#,
        r#","valueString":"  \t\r\n  edges \u00a0""#,
        r#","valueBoolean":false,"_valueBoolean":{"id":"a","extension":[{"url":"urn:x","valueCode":"y"}]}"#,
        r#","_valueString":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}"#,
    ] {
        let text = observation(kept);
        let (sent, back) = there_and_back(&text);
        assert_eq!(sent, back, "{kept}");
    }
    // Names that are partly absent: the two lists stay in step.
    let patient = r#"{"resourceType":"Patient","name":[{"given":["Ama",null,"Efua"],
        "_given":[null,{"extension":[{"url":"urn:x","valueString":"not known"}]},{"id":"third"}]}],"birthDate":"1988"}"#;
    let (sent, back) = there_and_back(patient);
    assert_eq!(sent, back);
    for refused in [
        r#","effectiveDateTime":"2026-02-30""#,
        r#","effectiveDateTime":"2026-13""#,
        r#","effectiveDateTime":"2026-03-01T25:00:00Z""#,
        r#","effectiveDateTime":"2026-03-01T10:00:00""#,
        r#","valueInteger":2147483648"#,
        r#","valueInteger":1.5"#,
        r#","valueBoolean":"false""#,
        r#","valueQuantity":{"value":1.10}"#,
        r#","valueQuantity":{"value":0.1234567890123456789}"#,
        r#","valueQuantity":{"value":1e999999}"#,
        r#","valueString":"a","_valueString":[null]"#,
    ] {
        assert_ne!(faults(&observation(refused)), [], "{refused}");
    }
}
