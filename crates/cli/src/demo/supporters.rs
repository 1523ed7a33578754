//! Seeding those who support a person: invited, taken, named in the plans, with what is open to them.

use sayso_consent::Themselves;
use sayso_consent::supporter::PURPOSE;
use sayso_exchange::Exchange;
use sayso_exchange::sharing::{Choice, Party};
use sayso_exchange::supporters::Said;
use sayso_exchange::with::Taker;
use sayso_plan::{PartyId, Section};
use serde::Deserialize;

use super::seed::PASSWORD;

/// One supporter of a person, in `supporters.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SupporterFile {
    /// What the person calls them.
    name: String,
    /// By which name they sign in; the password is that of the demo.
    login: String,
    /// Whom of the plans' parties they are.
    party: PartyId,
    /// What is open to them.
    sections: Vec<Section>,
    /// For how many days they may take back in the person's name.
    #[serde(default)]
    delegated_days: Option<i64>,
}

pub(super) async fn seed(exchange: &Exchange, person: Themselves, all: Vec<SupporterFile>) -> Result<(), String> {
    for one in all {
        let told = |why: &dyn std::fmt::Display| format!("{}: {why}", one.login);
        let invitation = exchange.invite_supporter(person, &one.name).await.map_err(|why| told(&why))?;
        let supporter = invitation.supporter;
        let taker = Taker::New { name: &one.login, password: PASSWORD };
        exchange.take_invitation(invitation.secret.expose(), taker).await.map_err(|why| told(&why))?;
        let mut said = Said::new();
        for plan in exchange.own_plans(person).await.map_err(|why| told(&why))? {
            let others = plan.get().parties.iter().map(|party| party.id.clone()).filter(|id| !id.is_person());
            let shown: std::collections::BTreeSet<PartyId> = others.collect();
            let is = shown.iter().filter(|id| **id == one.party).cloned().collect();
            said.insert(plan.get().id, (shown, is));
        }
        let named = exchange.name_supporter(person, supporter, &said, exchange.now()).await;
        let _receipt = named.map_err(|why| told(&why))?;
        let choice = Choice { sections: one.sections.iter().copied().collect(), ..Choice::default() };
        let shared = exchange.share(person, Party::Supporter(supporter), PURPOSE, &choice, None).await;
        let _receipt = shared.map_err(|why| told(&why))?;
        if let Some(days) = one.delegated_days {
            let _receipt = exchange.delegate(person, supporter, days).await.map_err(|why| told(&why))?;
        }
    }
    Ok(())
}
