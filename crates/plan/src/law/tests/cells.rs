//! One case per cell: what each record must say, written out by hand beside the table of sources, never taken from the
//! files. A cell that is not listed here must be absent there.

use serde_json::{Value, json};

use super::*;
use Column as C;
use Instrument as I;

/// Read in its sources.
const V: &str = "verified";
/// From memory.
const M: &str = "mem";

type Row = (Instrument, &'static [&'static str], Vec<(Column, &'static str, Value)>, Vec<(&'static str, &'static str)>);

/// Instrument, places, cells, and what else to know.
#[rustfmt::skip]
fn table() -> Vec<Row> {
    vec![
        (I::GbEawAdrt, &["GB-EAW", "GB-ENG", "GB-WLS"], vec![
            (C::MinAge, V, json!(18)),
            (C::Form, V, json!({"written": true, "recorded": true, "oral": true})),
            (C::Signer, V, json!({"when": "life-sustaining"})),
            (C::Witnesses, V, json!({"when": "life-sustaining", "min": 1})),
            (C::Notary, M, json!("none")),
            (C::Capacity, M, json!("presumed")),
            (C::Applies, V, json!({"when": "incapable"})),
            (C::Validity, V, json!("none")),
            (C::Register, V, json!({"kept": "none"})),
            (C::Effect, V, json!("binding-refusal")),
            (C::Override, M, json!({"who": ["clinician"], "grounds": ["detained-but-ect"]})),
            (C::Revoke, M, json!({"form": ["any"], "capacity_required": true, "while_incapable": "no", "parts": true})),
            (C::SelfBinding, V, json!({"allowed": false})),
        ], vec![("agent-in-other-paper", M)]),
        (I::GbEawStatement, &["GB-EAW", "GB-ENG", "GB-WLS"], vec![
            (C::Form, M, json!({"written": true, "recorded": true, "oral": true})),
            (C::Signer, M, json!({"when": "never"})),
            (C::Witnesses, V, json!({"when": "never", "min": 0})),
            (C::Notary, M, json!("none")),
            (C::Capacity, M, json!("presumed")),
            (C::Applies, M, json!({"when": "incapable"})),
            (C::Validity, V, json!("none")),
            (C::Register, V, json!({"kept": "none"})),
            (C::Effect, V, json!("wish")),
            (C::Revoke, M, json!({"form": ["any"], "capacity_required": true, "while_incapable": "no", "parts": true})),
            (C::SelfBinding, V, json!({"allowed": false})),
        ], vec![("agent-in-other-paper", M)]),
        (I::GbEawChoiceDocument, &["GB-EAW", "GB-ENG", "GB-WLS"], vec![
            (C::Form, M, json!({"written": true, "recorded": false, "oral": false})),
            (C::Witnesses, M, json!({"when": "never", "min": 0})),
            (C::Notary, M, json!("none")),
            (C::Capacity, M, json!("presumed")),
            (C::Applies, M, json!({"when": "incapable"})),
            (C::Validity, V, json!("none")),
            (C::Register, V, json!({"kept": "none"})),
            (C::Effect, V, json!("wish")),
            (C::Revoke, M, json!({"form": ["any"], "capacity_required": true, "while_incapable": "no"})),
            (C::SelfBinding, V, json!({"allowed": false})),
        ], vec![("not-yet-law", V), ("services-will-help", V), ("agent-in-other-paper", M)]),
        (I::GbSctStatement, &["GB-SCT"], vec![
            (C::Form, V, json!({"written": true, "recorded": false, "oral": false})),
            (C::Signer, V, json!({"when": "always"})),
            (C::Witnesses, V, json!({"when": "always", "min": 1, "must_be": ["prescribed-class"], "statement": ["capacity"]})),
            (C::Notary, M, json!("none")),
            (C::Capacity, V, json!("witness-certifies")),
            (C::Applies, V, json!({"when": "incapable"})),
            (C::Validity, V, json!("none")),
            (C::Register, V, json!({"kept": "where-held", "at": "Mental Welfare Commission for Scotland"})),
            (C::Effect, V, json!("have-regard")),
            (C::Override, V, json!({"who": ["tribunal", "clinician"],
                "duty": {"reason": "written", "tell": ["person", "commission", "others-named-by-law"]}})),
            (C::Revoke, V, json!({"form": ["same-as-making"], "capacity_required": true, "while_incapable": "no"})),
            (C::SelfBinding, V, json!({"allowed": false})),
        ], vec![("presumed-valid", V)]),
        (I::IeDirective, &["IE"], vec![
            (C::MinAge, V, json!(18)),
            (C::Form, V, json!({"written": true, "recorded": true, "oral": false})),
            (C::Signer, V, json!({"when": "always"})),
            (C::Witnesses, V, json!({"when": "always", "min": 2, "must_be": ["one-outside-family"]})),
            (C::Notary, M, json!("none")),
            (C::Capacity, M, json!("presumed")),
            (C::Applies, V, json!({"when": "incapable"})),
            (C::Validity, V, json!("none")),
            (C::Register, M, json!({"kept": "notice", "at": "Decision Support Service"})),
            (C::Effect, V, json!("binding-refusal")),
            (C::Override, V, json!({"who": ["clinician"], "grounds": ["does-not-fit", "detained-on-risk"],
                "duty": {"reason": "written", "only_requests": true, "deadline": {"days": 7, "working": true}, "tell": ["agent"]}})),
            (C::Revoke, M, json!({"form": ["written"], "capacity_required": true, "while_incapable": "no"})),
            (C::Agent, V, json!({"allowed": true})),
        ], vec![("requests-considered", V), ("holds-when-detained", V), ("change-planned", V)]),
        (I::NlSelfBinding, &["NL"], vec![
            (C::MinAge, V, json!(16)),
            (C::Form, M, json!({"written": true, "recorded": false, "oral": false})),
            (C::Signer, M, json!({"when": "always"})),
            (C::MadeWith, V, json!("responsible-clinician")),
            (C::Witnesses, M, json!({"when": "never", "min": 0})),
            (C::Notary, M, json!("none")),
            (C::Capacity, V, json!("independent-expert")),
            (C::Applies, V, json!({"when": "as-described"})),
            (C::Validity, V, json!("chosen")),
            (C::Register, M, json!({"kept": "none"})),
            (C::Effect, M, json!("have-regard")),
            (C::Override, M, json!({"who": ["court"]})),
            (C::Revoke, V, json!({"form": ["any"], "capacity_required": true, "while_incapable": "no"})),
            (C::SelfBinding, V, json!({"allowed": true, "needs": ["circumstances", "care", "longest-time", "how-it-ends",
                "validity", "whom-to-contact", "care-plan"]})),
        ], vec![("order-needed", V)]),
        (I::NlCrisisCard, &["NL"], vec![
            (C::Signer, M, json!({"when": "never"})),
            (C::MadeWith, V, json!("independent-consultant")),
            (C::Witnesses, V, json!({"when": "never", "min": 0})),
            (C::Notary, V, json!("none")),
            (C::Capacity, M, json!("presumed")),
            (C::Applies, M, json!({"when": "always"})),
            (C::Validity, V, json!("none")),
            (C::Register, V, json!({"kept": "optional", "at": "Crisiskaart Nederland"})),
            (C::Effect, V, json!("wish")),
            (C::Revoke, V, json!({"form": ["any"], "capacity_required": false, "while_incapable": "yes"})),
        ], vec![("yearly-update", V)]),
        (I::DePatientenverfuegung, &["DE"], vec![
            (C::MinAge, V, json!(18)),
            (C::Form, V, json!({"written": true, "recorded": false, "oral": false})),
            (C::Signer, M, json!({"when": "always"})),
            (C::Witnesses, V, json!({"when": "never", "min": 0})),
            (C::Notary, V, json!("none")),
            (C::Capacity, M, json!("presumed")),
            (C::Applies, V, json!({"when": "incapable"})),
            (C::Validity, V, json!("none")),
            (C::Register, M, json!({"kept": "optional"})),
            (C::Effect, V, json!("binding-refusal")),
            (C::Override, V, json!({"who": ["court", "clinician"], "grounds": ["does-not-fit", "protect-others"]})),
            (C::Revoke, M, json!({"form": ["any"], "parts": true})),
        ], vec![("agreement-like-contract", V)]),
        (I::InDirective, &["IN"], vec![
            (C::MinAge, V, json!(18)),
            (C::Form, V, json!({"written": true, "recorded": false, "oral": false})),
            (C::Signer, V, json!({"when": "always"})),
            (C::Witnesses, V, json!({"when": "always", "min": 2})),
            (C::Notary, M, json!("none")),
            (C::Capacity, V, json!("doctor-attests")),
            (C::Applies, V, json!({"when": "incapable"})),
            (C::Validity, V, json!("none")),
            (C::Register, V, json!({"kept": "online", "at": "Mental Health Review Board"})),
            (C::Effect, V, json!("follow-unless")),
            (C::Override, V, json!({"who": ["clinician", "relative", "carer"], "grounds": ["board-allows"]})),
            (C::EmergencyExempt, V, json!(true)),
            (C::Revoke, V, json!({"form": ["same-as-making"]})),
            (C::Agent, V, json!({"allowed": true})),
        ], vec![]),
        (I::AuVicStatement, &["AU-VIC"], vec![
            (C::Form, V, json!({"written": true, "recorded": false, "oral": false})),
            (C::Signer, V, json!({"when": "always"})),
            (C::Witnesses, V, json!({"when": "always", "min": 1, "must_be": ["adult"],
                "statement": ["understands", "free-will", "saw-signing", "is-adult"]})),
            (C::Notary, M, json!("none")),
            (C::Capacity, V, json!("witness-certifies")),
            (C::Validity, V, json!("none")),
            (C::Register, V, json!({"kept": "none"})),
            (C::Effect, V, json!("follow-unless")),
            (C::Override, V, json!({"who": ["psychiatrist"], "grounds": ["not-appropriate", "unavailable"],
                "duty": {"reason": "written", "deadline": {"days": 10, "working": true}, "tell": ["person"]}})),
            (C::Revoke, M, json!({"form": ["same-as-making"]})),
        ], vec![("cannot-be-amended", V), ("service-must-ask", V)]),
        (I::NzDirective, &["NZ"], vec![
            (C::Form, V, json!({"written": true, "recorded": true, "oral": true})),
            (C::Signer, V, json!({"when": "never"})),
            (C::Witnesses, V, json!({"when": "never", "min": 0})),
            (C::Notary, V, json!("none")),
            (C::Capacity, M, json!("presumed")),
            (C::Applies, V, json!({"when": "incapable"})),
            (C::Validity, V, json!("none")),
            (C::Register, V, json!({"kept": "none"})),
            (C::Effect, M, json!("binding-refusal")),
            (C::Override, M, json!({"who": ["clinician"], "grounds": ["detained"]})),
            (C::Revoke, M, json!({"form": ["any"], "capacity_required": true, "while_incapable": "no"})),
        ], vec![("agent-in-other-paper", V)]),
        (I::UsWaDirective, &["US-WA"], vec![
            (C::Form, V, json!({"written": true, "recorded": false, "oral": false})),
            (C::Signer, M, json!({"when": "always"})),
            (C::Witnesses, M, json!({"when": "always", "min": 2, "must_be": ["adult"], "not": ["agent", "treating-clinician"]})),
            (C::Notary, M, json!("none")),
            (C::Capacity, V, json!("presumed")),
            (C::Applies, M, json!({"when": "incapable"})),
            (C::Validity, V, json!("optional")),
            (C::Register, V, json!({"kept": "optional", "at": "Washington health care declarations registry"})),
            (C::Effect, V, json!("follow-unless")),
            (C::Override, M, json!({"who": ["provider"], "grounds": ["not-appropriate", "unavailable", "against-law", "emergency"]})),
            (C::AdmissionMaxDays, V, json!(14)),
            (C::Revoke, V, json!({"form": ["written"], "capacity_required": true, "while_incapable": "as-chosen",
                "parts": true, "when_told": true})),
            (C::SelfBinding, V, json!({"allowed": true, "max": "P14D", "needs": ["whether-revocable"]})),
            (C::Agent, V, json!({"allowed": true})),
        ], vec![("presumed-valid", V), ("parts-stand-alone", V), ("honoured-from-elsewhere", M)]),
        (I::UsOrDeclaration, &["US-OR"], vec![
            (C::MinAge, V, json!(18)),
            (C::Form, V, json!({"written": true, "recorded": false, "oral": false})),
            (C::Signer, V, json!({"when": "always"})),
            (C::Witnesses, V, json!({"when": "always", "min": 2, "must_be": ["adult"],
                "not": ["treating-clinician", "relative-of-treating-clinician", "facility-owner",
                    "relative-of-facility-owner", "family", "agent"],
                "statement": ["knows-person", "saw-signing", "capacity", "free-will"]})),
            (C::Notary, V, json!("alternative")),
            (C::Capacity, V, json!("witness-certifies")),
            (C::Applies, V, json!({"when": "incapable",
                "found_by": [[["court"]], [["physician", "psychologist"], ["physician", "psychologist"]]]})),
            (C::Validity, V, json!("P3Y")),
            (C::ContinuesWhileIncapable, V, json!(true)),
            (C::Register, V, json!({"kept": "none"})),
            (C::Effect, V, json!("follow-unless")),
            (C::Override, V, json!({"who": ["clinician", "provider"], "grounds": ["committed", "emergency"]})),
            (C::EmergencyExempt, V, json!(true)),
            (C::AdmissionMaxDays, V, json!(17)),
            (C::Revoke, M, json!({"form": ["any"], "capacity_required": true, "while_incapable": "no",
                "parts": true, "when_told": true})),
            (C::Agent, V, json!({"allowed": true, "accepts_in_writing": true})),
        ], vec![("must-reach-doctor", V)]),
        (I::UsPaDeclaration, &["US-PA"], vec![
            (C::MinAge, V, json!(18)),
            (C::Form, V, json!({"written": true, "recorded": false, "oral": false})),
            (C::Signer, V, json!({"when": "always", "proxy": true})),
            (C::Witnesses, V, json!({"when": "always", "min": 2, "must_be": ["adult"], "not": ["proxy"]})),
            (C::Notary, M, json!("none")),
            (C::Capacity, M, json!("presumed")),
            (C::Barred, V, json!("involuntary-commitment")),
            (C::Applies, V, json!({"when": "incapable",
                "found_by": [[["psychiatrist"], ["psychiatrist", "psychologist", "physician", "other-professional"]]]})),
            (C::Validity, V, json!("P2Y")),
            (C::ContinuesWhileIncapable, V, json!(true)),
            (C::Register, V, json!({"kept": "none"})),
            (C::Effect, V, json!("follow-unless")),
            (C::Override, V, json!({"who": ["provider"], "grounds": ["cannot-comply"],
                "duty": {"reason": "said", "tell": ["person", "agent"]}})),
            (C::Revoke, V, json!({"form": ["oral", "written"], "capacity_required": true, "while_incapable": "no",
                "parts": true, "when_told": true})),
            (C::Agent, V, json!({"allowed": true, "only_if_said": ["ect", "research"]})),
        ], vec![("must-reach-doctor", V), ("parts-stand-alone", V), ("honoured-from-elsewhere", V)]),
        (I::Unknown, &[], vec![(C::Effect, V, json!("wish"))], vec![]),
    ]
}

/// Every cell in which a record and its row differ, and how many cells were looked at.
fn differences(record: &Value, (_, places, cells, also): &Row) -> (usize, Vec<String>) {
    let mut found = Vec::new();
    if record["places"] != json!(places) {
        found.push("places".to_owned());
    }
    for column in Column::ALL {
        let said = record.get(column.code());
        let same = if column == C::Also {
            let pair = |fact: &Value| (fact["is"].clone(), fact["status"].clone());
            let said = said.and_then(Value::as_array).into_iter().flatten().map(pair);
            said.eq(also.iter().map(|(is, status)| (json!(is), json!(status))))
        } else {
            let mut asked = cells.iter().filter(|(c, ..)| *c == column);
            match (asked.next(), said) {
                (Some((_, status, is)), Some(said)) => (&said["is"], &said["status"]) == (is, &json!(status)),
                (asked, said) => asked.is_none() && said.is_none(),
            }
        };
        if !same {
            found.push(format!("{}: {said:?}", column.code()));
        }
    }
    (Column::ALL.len(), found)
}

#[test]
fn every_cell_says_what_its_source_says() {
    let table = table();
    let rows: Vec<Instrument> = table.iter().map(|(instrument, ..)| *instrument).collect();
    assert_eq!(rows, Instrument::ALL, "one row per instrument, in order");
    let mut cases = 0;
    for row in &table {
        let record = serde_json::to_value(row.0.law()).unwrap();
        let (looked_at, found) = differences(&record, row);
        assert_eq!(found, Vec::<String>::new(), "{}", row.0);
        cases += looked_at;
        for column in Column::ALL {
            let words = row.0.law().cell(column);
            assert_eq!(words.is_some(), record.get(column.code()).is_some(), "{} {column:?}", row.0);
            assert!(words.is_none_or(|cell| !cell.sentences.is_empty()), "{} {column:?}", row.0);
        }
    }
    assert_eq!(cases, 15 * 20, "fifteen rows of twenty columns");
}

/// The table can fail: a cell that is changed, made surer, taken away or added is found, every one of them.
#[test]
fn a_planted_change_in_any_cell_is_found() {
    let mut planted = 0;
    for row in table() {
        let good = serde_json::to_value(row.0.law()).unwrap();
        let mut find = |column: Column, plant: &dyn Fn(&mut Value)| {
            let mut bad = good.clone();
            plant(&mut bad);
            let (_, found) = differences(&bad, &row);
            assert!(found.len() == 1 && found[0].starts_with(column.code()), "{} {column:?}: {found:?}", row.0);
            planted += 1;
        };
        for column in Column::ALL {
            let code = column.code();
            if good.get(code).is_none() {
                find(column, &|law| law[code] = json!([{ "is": "none", "status": M }]));
                continue;
            }
            find(column, &|law| law.as_object_mut().unwrap().retain(|name, _| name != code));
            let fact = |law: &mut Value| match law[code].as_array_mut() {
                Some(facts) => facts.remove(0),
                None => law[code].take(),
            };
            find(column, &|law| {
                let mut fact = fact(law);
                fact["is"] = json!("unheard-of");
                law[code] = if column == C::Also { json!([fact]) } else { fact };
            });
            if column != C::Also {
                find(column, &|law| {
                    let other = if law[code]["status"] == V { M } else { V };
                    law[code]["status"] = json!(other);
                });
            }
        }
    }
    assert!(planted > 500, "{planted}");
}
