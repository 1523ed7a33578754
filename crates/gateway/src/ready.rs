//! Making ready: when something of a person's changed, what others may see of it is assembled before they ask.

use std::collections::BTreeSet;

use sayso_exchange::Wanted;
use sayso_plan::PersonId;
use tokio::sync::broadcast::error::RecvError;

use crate::Gateway;
use crate::views::Form;

impl Gateway {
    /// Makes ready what each change makes others see, for as long as the house is open.
    pub async fn keep_ready(&self) {
        let mut changed = self.exchange().hear_changes();
        loop {
            let mut persons = match changed.recv().await {
                Ok(person) => BTreeSet::from([person]),
                // Whoever was passed over is made ready when somebody asks.
                Err(RecvError::Lagged(_)) => BTreeSet::new(),
                Err(RecvError::Closed) => return,
            };
            while let Ok(person) = changed.try_recv() {
                persons.insert(person);
            }
            for person in persons {
                self.make_ready(person).await;
                tokio::task::yield_now().await;
            }
        }
    }

    /// Assembles what each party with a permit of this person's would see now, where it is not at hand.
    pub async fn make_ready(&self, person: PersonId) {
        // When it cannot be done now, it is done when somebody asks.
        for prospect in self.exchange().prospects(person).await.unwrap_or_default() {
            let form = match prospect.wanted {
                Wanted::Plans(_) | Wanted::Plan(_) | Wanted::Part(_) => {
                    prospect.sheets.iter().for_each(|sheet| drop(self.views().of(sheet, self.fhir_base())));
                    continue;
                }
                Wanted::CrisisExtract => Form::Extract,
                Wanted::Current(_) | Wanted::On(..) => Form::Plan { note: prospect.note.clone() },
            };
            if let Some(subject) = prospect.subject() {
                let _ = self.views().document(&subject, &prospect.sheets, &form, self.fhir_base());
            }
        }
    }

    /// How many answers were assembled since the house was opened, because they were not at hand.
    #[must_use]
    pub fn assembled(&self) -> u64 {
        self.views().assembled()
    }
}
