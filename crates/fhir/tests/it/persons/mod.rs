//! The invented persons as the demo puts them in the house: what leaves of each plan (`expected/`), and who sees what
//! (`seen.md`). Both are written anew with `SAYSO_BLESS=1`; a stale or extra file fails.

mod expected;
mod line;
mod seen;
mod sharing;
mod supporters;

pub(crate) use sharing::{decided, to_own_app};

use std::path::{Path, PathBuf};

use sayso_consent::{Sealed, Themselves};
use sayso_plan::{Person, PersonId, Plan};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::leaving;

/// The day of the tour: all plans are put in the house, and all is decided, at this moment.
pub(crate) const TOUR: OffsetDateTime = datetime!(2026-11-25 09:00 UTC);

/// A plan of somebody, by the name of its file.
struct Written {
    name: String,
    plan: Sealed<Plan>,
}

/// Somebody, and what they wrote.
struct Somebody {
    folder: PathBuf,
    person: Person,
    plans: Vec<Written>,
}

impl Somebody {
    fn themselves(&self) -> Themselves {
        Themselves::signed_in(self.person.id)
    }

    /// What they are called by those who know them: the name without the one that all share.
    fn called(&self) -> &str {
        self.person.name.split(' ').next().unwrap()
    }
}

/// Ids of one plan, by its number among all of them.
fn ids(number: u8) -> impl FnMut() -> [u8; 16] {
    let mut count: u32 = 0;
    move || {
        count += 1;
        let mut id = [0; 16];
        id[0] = number;
        id[12..].copy_from_slice(&count.to_be_bytes());
        id
    }
}

/// All of them, each with ids of their own; a later plan of the same kind and law takes the place of an earlier one.
fn everybody() -> Vec<Somebody> {
    let mut plans = 1..;
    let folders = leaving::persons().into_iter().zip(1..);
    folders.map(|(folder, number)| somebody(folder, PersonId::from_stored([number; 16]), &mut plans)).collect()
}

fn somebody(folder: PathBuf, id: PersonId, numbers: &mut impl Iterator<Item = u8>) -> Somebody {
    let mut plans: Vec<Written> = Vec::new();
    for path in leaving::inside(&folder).into_iter().filter(|path| path.to_string_lossy().ends_with(".plan.json")) {
        let content = sayso_fhir::native::read(&std::fs::read(&path).unwrap()).unwrap();
        let mut fresh = ids(numbers.next().unwrap());
        let plan = Sealed::<Plan>::new(Plan::begin(id, content, TOUR, &mut fresh).unwrap());
        for older in plans.iter_mut().filter(|older| plan.takes_place_of(&older.plan)) {
            older.plan = older.plan.supersede(TOUR, &mut fresh).unwrap();
        }
        plans.push(Written { name: leaving::name(&path), plan });
    }
    Somebody { person: Person { id, ..leaving::somebody(&folder) }, folder, plans }
}

/// Whether the file says what it is to say; with `SAYSO_BLESS=1` it is written.
fn written(path: &Path, text: &str) {
    if std::env::var_os("SAYSO_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let there = std::fs::read_to_string(path).unwrap_or_default();
    assert!(there == text, "{} is stale; SAYSO_BLESS=1 writes it anew", path.display());
}
