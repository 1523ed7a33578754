//! `expected/`: what the person's own app gets, everything being open to it. The whole document of the plan that a
//! responder reads first, and of every other plan its CarePlan.

use std::collections::BTreeSet;
use std::ffi::OsString;

use sayso_consent::{Sealed, judge, subject};
use sayso_fhir::outgoing;
use sayso_plan::{Person, PlanKind, Purpose};
use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

use super::{Somebody, TOUR, Written, everybody, sharing, written};
use crate::world::{BASE, key};

/// Of the plans in force, the one of the kind that comes first here; of several of one kind, the first by its name.
pub(super) fn read_first(of: &Somebody) -> &Written {
    let rank = |kind: PlanKind| match kind {
        PlanKind::CrisisCard => 0,
        PlanKind::SafetyPlan => 1,
        PlanKind::AdvanceDirective => 2,
        PlanKind::JointCrisisPlan => 3,
        PlanKind::ContingencyPlan | PlanKind::RecoveryPlan | PlanKind::WellnessPlan => 4,
    };
    of.plans.iter().filter(|one| one.plan.state().is_in_force()).min_by_key(|one| rank(one.plan.kind())).unwrap()
}

/// The name of the file that shows a plan.
pub(super) fn file(of: &Somebody, plan: &Written) -> String {
    let what = if plan.name == read_first(of).name { "document" } else { "care-plan" };
    format!("{}.{what}.json", plan.name)
}

fn pretty(value: &Value) -> String {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b" "))).unwrap();
    String::from_utf8(bytes).unwrap() + "\n"
}

/// What leaves of a plan.
fn leaves(of: &Somebody, plan: &Written) -> String {
    let ask = sharing::ask(sharing::OWN_APP, Purpose::Patrqt, TOUR);
    let grant = judge(&plan.plan, &sharing::own_app(of.person.id, TOUR), &ask, &key()).unwrap();
    let released = grant.open(&plan.plan).unwrap();
    assert!(released.get().whole, "everything is open to the app");
    let whom = subject(&Sealed::<Person>::new(of.person.clone()), &[grant], &key()).unwrap();
    let shown = match plan.name == read_first(of).name {
        true => outgoing::document(&whom, &released, None, BASE),
        false => outgoing::resources(&released, BASE).remove(0),
    };
    assert!(shown.typed().is_ok(), "{}: {:?}", plan.name, shown.typed().err());
    pretty(&shown.json)
}

#[test]
fn each_plan_leaves_as_what_stands_beside_it() {
    for one in everybody() {
        let folder = one.folder.join("expected");
        for plan in &one.plans {
            written(&folder.join(file(&one, plan)), &leaves(&one, plan));
        }
        let entries = std::fs::read_dir(&folder).unwrap();
        let there: BTreeSet<OsString> = entries.map(|entry| entry.unwrap().file_name()).collect();
        let meant: BTreeSet<OsString> = one.plans.iter().map(|plan| file(&one, plan).into()).collect();
        assert_eq!(there, meant, "{}: nothing else stands there", folder.display());
    }
}
