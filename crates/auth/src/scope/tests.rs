//! The grammar by examples, and the one law of granting by all requests: never wider than asked or registered.

use proptest::prelude::*;

use super::*;

#[test]
fn b05_one_grammar_and_nothing_near_it() {
    for good in [
        "patient/CarePlan.rs",
        "user/*.c",
        "system/*.cruds",
        "patient/Goal.read",
        "patient/*.write",
        "system/Patient.*",
        "openid",
        "fhirUser",
        "launch",
        "launch/patient",
        "offline_access",
        "online_access",
    ] {
        let read = Scopes::parse_whole(good).unwrap();
        assert_eq!(read.to_string(), good);
    }
    for bad in [
        "patient/CarePlan.dus",
        "patient/CarePlan.",
        "patient/CarePlan.rr",
        "patient/CarePlan.sr",
        "patient/CarePlan.READ",
        "patient/CarePlan.Rs",
        "patient/CarePlan.reads",
        "patient/careplan.rs",
        "Patient/CarePlan.rs",
        "patient/Encounter.rs",
        "patient/CarePlan.rs?category=assess-plan",
        "patient/*.cruds?",
        "patient%2FCarePlan.rs",
        "patient:CarePlan.rs",
        "patient/CarePlan",
        "patient/.rs",
        "patient/**.rs",
        "patient/CarePlan.rs.rs",
        "/CarePlan.rs",
        "*/*.cruds",
        "system/*.*s",
        "OPENID",
        "launch/encounter",
    ] {
        assert_eq!(Scopes::parse(bad), Ok(Scopes::default()), "{bad}");
        assert_eq!(Scopes::parse_whole(bad), Err(ScopeFault::NotOffered), "{bad}");
    }
}

#[test]
fn what_no_scope_may_contain_refuses_the_whole_list() {
    for bad in ["patient/*.rs\tpatient/Goal.rs", "patient/*.rs\n", "\"", "a\\b", "patient/Gänse.rs", "a\0"] {
        assert_eq!(Scopes::parse(bad), Err(ScopeFault::Character), "{bad:?}");
    }
    assert_eq!(Scopes::parse(&"a".repeat(SCOPE_MAX_BYTES + 1)), Err(ScopeFault::TooLong));
    let long = "patient/CarePlan.rs ".repeat(1_700);
    assert!(long.len() > 32 * 1024);
    assert_eq!(Scopes::parse(&long).map(|s| s.to_string()), Ok("patient/CarePlan.rs".to_owned()));
}

#[test]
fn letters_and_older_words_mean_the_interactions_that_smart_says() {
    use Interaction as I;
    let rows = [
        ("c", vec![I::Create]),
        ("r", vec![I::Read, I::Vread, I::HistoryInstance]),
        ("u", vec![I::Update]),
        ("d", vec![I::Delete]),
        ("s", vec![I::Search, I::HistoryType]),
        ("read", vec![I::Read, I::Vread, I::HistoryInstance, I::Search, I::HistoryType]),
        ("write", vec![I::Create, I::Update, I::Delete]),
        ("*", I::ALL.to_vec()),
        ("cruds", I::ALL.to_vec()),
    ];
    for (rights, means) in rows {
        let scopes = Scopes::parse_whole(&format!("patient/Goal.{rights}")).unwrap();
        for interaction in I::ALL {
            let allowed = scopes.allows(Context::Patient, ResourceType::Goal, interaction);
            assert_eq!(allowed, means.contains(&interaction), "{rights} {interaction:?}");
            assert!(!scopes.allows(Context::System, ResourceType::Goal, interaction));
            assert!(!scopes.allows(Context::Patient, ResourceType::CarePlan, interaction));
        }
    }
}

#[test]
fn what_is_granted_is_written_as_it_was_asked() {
    let registered = Scopes::parse_whole("launch/patient offline_access patient/*.rs patient/CarePlan.cu").unwrap();
    let rows = [
        ("patient/*.read openid launch/patient", "patient/*.read launch/patient"),
        ("patient/CarePlan.cruds", "patient/CarePlan.rs patient/CarePlan.cu"),
        ("patient/CarePlan.crus", "patient/CarePlan.crus"),
        ("patient/Goal.*", "patient/Goal.read"),
        ("patient/Goal.write", ""),
        ("system/*.rs user/*.rs", ""),
        ("patient/Goal.rs patient/Goal.rs", "patient/Goal.rs"),
    ];
    for (asked, granted) in rows {
        let asked = Scopes::parse(asked).unwrap();
        assert_eq!(asked.granted(&registered).to_string(), granted, "{asked}");
    }
}

#[test]
fn a_patient_scope_names_a_person() {
    for (text, names) in [("patient/Goal.r", true), ("launch/patient", true), ("system/*.rs", false), ("openid", false)]
    {
        assert_eq!(Scopes::parse(text).unwrap().names_a_person(), names, "{text}");
    }
}

fn any_scope() -> impl Strategy<Value = String> {
    let types = ["*", "CarePlan", "Goal", "Patient", "Binary", "Encounter"];
    let rights = ["c", "r", "rs", "cu", "crus", "cruds", "read", "write", "*", "s", "dus", "d?x=1"];
    let resource = (prop::sample::select(vec!["patient", "user", "system"]), prop::sample::select(types.to_vec()))
        .prop_flat_map(move |(context, on)| {
            prop::sample::select(rights.to_vec()).prop_map(move |rights| format!("{context}/{on}.{rights}"))
        });
    let word = prop::sample::select(vec!["openid", "launch/patient", "offline_access", "unknown"]);
    prop_oneof![5 => resource, 1 => word.prop_map(str::to_owned)]
}

fn any_scopes() -> impl Strategy<Value = Scopes> {
    prop::collection::vec(any_scope(), 0..6).prop_map(|list| Scopes::parse(&list.join(" ")).unwrap())
}

#[test]
fn what_is_asked_for_by_name_is_allowed_by_name_and_a_star_is_not() {
    let registered = Scopes::parse_whole("patient/*.cruds patient/Consent.crus").unwrap();
    let by_name = |asked: &str, interaction| {
        let granted = Scopes::parse_whole(asked).unwrap().granted(&registered);
        granted.allows_by_name(Context::Patient, ResourceType::Consent, interaction)
    };
    assert!(by_name("patient/Consent.rs", Interaction::Read) && !by_name("patient/Consent.rs", Interaction::Create));
    assert!(!by_name("patient/*.cruds", Interaction::Read) && !by_name("patient/CarePlan.rs", Interaction::Read));
}

proptest! {
    #[test]
    fn b05_granted_is_exactly_what_is_asked_and_registered(asked in any_scopes(), registered in any_scopes()) {
        let granted = asked.granted(&registered);
        for context in [Context::Patient, Context::User, Context::System] {
            for resource in ResourceType::ALL {
                for interaction in Interaction::ALL {
                    let both = asked.allows(context, *resource, interaction)
                        && registered.allows(context, *resource, interaction);
                    prop_assert_eq!(granted.allows(context, *resource, interaction), both);
                }
            }
        }
        prop_assert!(asked.covers(&granted) && registered.covers(&granted));
        prop_assert_eq!(Scopes::parse_whole(&granted.to_string()), Ok(granted));
    }

    #[test]
    fn oa14_a_list_covers_another_only_if_it_allows_all_of_it(wide in any_scopes(), narrow in any_scopes()) {
        if wide.covers(&narrow) {
            prop_assert_eq!(narrow.granted(&wide), narrow);
        }
    }

    #[test]
    fn any_text_is_read_or_refused_and_never_widens(text in ".{0,200}") {
        if let Ok(scopes) = Scopes::parse(&text) {
            prop_assert_eq!(Scopes::parse_whole(&scopes.to_string()), Ok(scopes));
        }
    }
}
