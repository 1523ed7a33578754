//! Making ready: when something of a person's changed, what others may see of it is assembled before they ask.
//!
//! It is done once their changes have settled, one document after the other with room for others in between: who asks is
//! never kept waiting behind it, and whoever writes again and again does not make everything each time.

use std::collections::BTreeMap;
use std::time::Duration;

use sayso_exchange::{Prospect, Wanted};
use sayso_plan::PersonId;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use crate::Gateway;
use crate::views::Form;

/// After how long without another change of a person's it is made.
const SETTLED: Duration = Duration::from_millis(300);
/// After how long at the latest, where changes go on and on.
const AT_LATEST: Duration = Duration::from_secs(10);

/// When a person's plans or consents changed first and last since they were made ready.
#[derive(Clone, Copy)]
struct Changes {
    first: Instant,
    last: Instant,
}

impl Changes {
    fn due(&self) -> Instant {
        (self.last + SETTLED).min(self.first + AT_LATEST)
    }
}

impl Gateway {
    /// Makes ready what each change makes others see, for as long as the house is open.
    pub async fn keep_ready(&self) {
        let mut changed = self.exchange().hear_changes();
        let mut waiting: BTreeMap<PersonId, Changes> = BTreeMap::new();
        loop {
            let next = waiting.values().map(Changes::due).min();
            let heard = match next {
                None => Some(changed.recv().await),
                Some(due) => tokio::time::timeout_at(due, changed.recv()).await.ok(),
            };
            let now = Instant::now();
            match heard {
                Some(Ok(person)) => {
                    waiting.entry(person).and_modify(|one| one.last = now).or_insert(Changes { first: now, last: now });
                }
                // Whoever was passed over is made ready when somebody asks.
                Some(Err(RecvError::Lagged(_))) | None => {}
                Some(Err(RecvError::Closed)) => return,
            }
            let due: Vec<PersonId> =
                waiting.iter().filter(|(_, one)| one.due() <= now).map(|(person, _)| *person).collect();
            for person in due {
                waiting.remove(&person);
                self.make_ready(person).await;
            }
        }
    }

    /// Assembles what each party with a permit of this person's would see now, where it is not at hand.
    pub async fn make_ready(&self, person: PersonId) {
        // When it cannot be done now, it is done when somebody asks.
        for prospect in self.exchange().prospects(person).await.unwrap_or_default() {
            self.assemble(&prospect);
            tokio::task::yield_now().await;
        }
    }

    fn assemble(&self, prospect: &Prospect) {
        let form = match prospect.wanted {
            Wanted::Plans(_) | Wanted::Plan(_) | Wanted::Part(_) => {
                prospect.sheets.iter().for_each(|sheet| drop(self.views().of(sheet, self.fhir_base())));
                return;
            }
            Wanted::CrisisExtract => Form::Extract,
            Wanted::Current(_) | Wanted::On(..) => Form::Plan { note: prospect.note.clone() },
        };
        if let Some(subject) = prospect.subject() {
            let _ = self.views().document(&subject, &prospect.sheets, &form, self.fhir_base());
        }
    }

    /// How many answers were assembled since the house was opened, because they were not at hand.
    #[must_use]
    pub fn assembled(&self) -> u64 {
        self.views().assembled()
    }
}
