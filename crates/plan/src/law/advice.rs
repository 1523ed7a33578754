//! What is still to do to make a directive count: reasons with their numbers, and plain words. Advice only; nothing
//! here stops anybody from saving.

use std::collections::BTreeSet;

use super::facts::{
    AgentPower, Also, Barred, BindingNeed, Capacity, Kept, MadeWith, Needed, Notary, Register, RevokeForm, Status,
    Validity, WhileIncapable, WitnessMust, WitnessNot, WitnessSays, Witnesses,
};
use super::in_force::Period;
use super::{Fact, Instrument, Law, say};
use crate::item::{ContactRole, ItemKind, PlanDate};
use crate::jurisdiction::Jurisdiction;
use crate::people::{Party, PartyId, PartyRole};
use crate::plan::{Content, Formality, FormalityKind};
use crate::section::Section;

/// How many days before its end a directive is worth making anew: the time in which its end is told.
pub const RENEW_DAYS: i64 = 60;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// What.
    pub todo: Todo,
    /// Whether it is seen to be missing, or cannot be seen from here.
    pub sure: Sure,
    /// How sure the fact behind it is.
    pub status: Status,
    /// Where that fact was read: keys of the law's sources.
    pub sources: Vec<String>,
}

/// Whether something is seen to be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sure {
    /// The plan shows that it is missing; while it is, the plan counts as a wish.
    Missing,
    /// The plan cannot show whether it was done.
    Check,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Todo {
    /// Say which instrument it is, one of these.
    NameInstrument(Vec<Instrument>),
    /// Wait until this age.
    Age {
        /// In years.
        min: u8,
    },
    /// Sign it.
    Sign,
    /// Sign it, if it refuses treatment that keeps the person alive.
    SignIfLifeSustaining,
    /// Make it with somebody.
    MakeWith(MadeWith),
    /// Find witnesses.
    Witnesses {
        /// How many it takes.
        needed: u8,
        /// How many count so far.
        have: u8,
        /// Whether a notary does instead.
        or_notary: bool,
    },
    /// Find a witness, if it refuses treatment that keeps the person alive.
    WitnessIfLifeSustaining {
        /// How many it takes.
        needed: u8,
    },
    /// This witness does not count.
    OtherWitness {
        /// Who.
        party: PartyId,
        /// What they are and may not be.
        is: WitnessNot,
    },
    /// The witnesses must be this.
    WitnessMust(WitnessMust),
    /// The witnesses may not be this.
    WitnessNot(WitnessNot),
    /// The witnesses must write this.
    WitnessSays(WitnessSays),
    /// See a notary.
    Notary,
    /// Have it stated that the person can decide.
    ShowCapacity(Capacity),
    /// It cannot be made at such a time.
    NotWhile(Barred),
    /// Set a last day.
    SetEnd,
    /// The law ends it sooner than the plan says.
    EndsSooner {
        /// The last day in law.
        on: PlanDate,
    },
    /// Make a new one before it ends.
    MakeNewBefore {
        /// The last day.
        on: PlanDate,
    },
    /// It is past its end; make a new one.
    MakeNew {
        /// The last day.
        ended: PlanDate,
    },
    /// Look at it again each year.
    YearlyUpdate,
    /// Tell a register.
    Register(Register),
    /// Give a copy to a doctor.
    GiveToDoctor,
    /// Have the agent accept in writing.
    AgentAccepts,
    /// Say whether the agent may decide this.
    AgentPower(AgentPower),
    /// Say this where the person binds themselves.
    BindingNeed(BindingNeed),
    /// Say whether it can be cancelled while the person cannot decide.
    SayIfRevocable,
}

impl Advice {
    /// The advice in plain words: one or two short sentences.
    #[must_use]
    pub fn sentence(&self) -> String {
        say::unchecked(say::todo(&self.todo), self.status)
    }
}

impl Law {
    /// What is still to do to make this plan count, most needed first. `born` is the person's birth date, if they told
    /// it. Empty for the unknown law: nothing is asked for.
    #[must_use]
    pub fn advice(&self, content: &Content, born: Option<PlanDate>, today: PlanDate) -> Vec<Advice> {
        let mut found = Found { all: Vec::new() };
        self.advise_age(content, born, today, &mut found);
        self.advise_signing(content, &mut found);
        self.advise_witnesses(content, &mut found);
        self.advise_capacity(content, &mut found);
        self.advise_time(content, today, &mut found);
        self.advise_after(content, &mut found);
        found.all.sort_by_key(|advice| advice.sure == Sure::Check);
        found.all
    }

    /// The advice on a plan as it stands, under the law it names; where it names a place but no instrument that is law
    /// there, the advice is to name one.
    #[must_use]
    pub fn advice_on(content: &Content, born: Option<PlanDate>, today: PlanDate) -> Vec<Advice> {
        let law = Self::of(&content.head);
        let open = match content.head.jurisdiction {
            Some(Jurisdiction::Place(place)) if law.is_unknown() => Self::at(place, content.kind).collect(),
            Some(Jurisdiction::Place(_) | Jurisdiction::Unknown) | None => Vec::new(),
        };
        if open.is_empty() {
            return law.advice(content, born, today);
        }
        let todo = Todo::NameInstrument(open.into_iter().map(|law| law.instrument).collect());
        vec![Advice { todo, sure: Sure::Missing, status: Status::Verified, sources: Vec::new() }]
    }

    fn advise_age(&self, content: &Content, born: Option<PlanDate>, today: PlanDate, found: &mut Found) {
        let Some(min_age) = &self.min_age else { return };
        let todo = Todo::Age { min: min_age.is };
        let when = Period::of(content).made.unwrap_or(today);
        match born {
            Some(born) if years_old(born, when) < i32::from(min_age.is) => found.missing(todo, min_age),
            Some(_) => {}
            None => found.check(todo, min_age),
        }
    }

    fn advise_signing(&self, content: &Content, found: &mut Found) {
        if let Some(made_with) = &self.made_with {
            found.check(Todo::MakeWith(made_with.is), made_with);
        }
        let Some(signer) = &self.signer else { return };
        let signed = of_kind(content, FormalityKind::Signature).next().is_some();
        match signer.is.when {
            Needed::Always if !signed => found.missing(Todo::Sign, signer),
            Needed::LifeSustaining if !signed => found.check(Todo::SignIfLifeSustaining, signer),
            Needed::Always | Needed::LifeSustaining | Needed::Never => {}
        }
    }

    fn advise_witnesses(&self, content: &Content, found: &mut Found) {
        let notary = self.notary.as_ref().map_or(Notary::None, |notary| notary.is);
        let notarized = of_kind(content, FormalityKind::Notary).next().is_some();
        if let Some(fact) = self.notary.as_ref().filter(|_| notary == Notary::Required && !notarized) {
            found.missing(Todo::Notary, fact);
        }
        let Some(fact) = &self.witnesses else { return };
        let asked = &fact.is;
        if asked.min == 0 || (notary == Notary::Alternative && notarized) {
            return;
        }
        let seen = Seen::witnesses(content, asked);
        let have = u8::try_from(seen.count.len()).unwrap_or(u8::MAX);
        for (party, is) in seen.barred {
            let sure = if have < asked.min { Sure::Missing } else { Sure::Check };
            found.add(Todo::OtherWitness { party, is }, sure, fact);
        }
        let or_notary = notary == Notary::Alternative;
        match asked.when {
            Needed::Always if have < asked.min => {
                found.missing(Todo::Witnesses { needed: asked.min, have, or_notary }, fact);
            }
            Needed::LifeSustaining if have < asked.min => {
                found.check(Todo::WitnessIfLifeSustaining { needed: asked.min }, fact);
            }
            Needed::Always | Needed::LifeSustaining | Needed::Never => {}
        }
        for must in &asked.must_be {
            let all_family = *must == WitnessMust::OneOutsideFamily && have >= asked.min && seen.all_family;
            found.add(Todo::WitnessMust(*must), if all_family { Sure::Missing } else { Sure::Check }, fact);
        }
        for not in &asked.not {
            found.check(Todo::WitnessNot(*not), fact);
        }
        for says in &asked.statement {
            let silent = have > 0 && seen.silent;
            found.add(Todo::WitnessSays(*says), if silent { Sure::Missing } else { Sure::Check }, fact);
        }
    }

    fn advise_capacity(&self, content: &Content, found: &mut Found) {
        if let Some(barred) = &self.barred {
            found.check(Todo::NotWhile(barred.is), barred);
        }
        let Some(capacity) = &self.capacity else { return };
        let shown = of_kind(content, FormalityKind::CapacityEvidence).any(|f| !f.party.is_person());
        match capacity.is {
            Capacity::DoctorAttests | Capacity::IndependentExpert if !shown => {
                found.missing(Todo::ShowCapacity(capacity.is), capacity);
            }
            // A witness who certifies is asked to by what the witnesses must state.
            Capacity::Presumed | Capacity::WitnessCertifies | Capacity::DoctorAttests | Capacity::IndependentExpert => {
            }
        }
    }

    fn advise_time(&self, content: &Content, today: PlanDate, found: &mut Found) {
        let period = Period::of(content);
        if let Some(validity) = &self.validity {
            if validity.is == Validity::Chosen && period.until.is_none() {
                found.missing(Todo::SetEnd, validity);
            }
            let in_law = period.end_in_law(self);
            if let (Some(on), Some(until)) = (in_law, period.until)
                && on < until
            {
                found.check(Todo::EndsSooner { on }, validity);
            }
            match period.end(self) {
                // Past its end it may still be in force, so it is not said to be a wish: see `in_force`.
                Some(ended) if ended < today => found.check(Todo::MakeNew { ended }, validity),
                Some(on) if (on.0 - today.0).whole_days() < RENEW_DAYS => {
                    found.check(Todo::MakeNewBefore { on }, validity);
                }
                Some(_) | None => {}
            }
        }
    }

    fn advise_after(&self, content: &Content, found: &mut Found) {
        if let Some(register) = &self.register
            && register.is.kept != Kept::None
        {
            found.check(Todo::Register(register.is.clone()), register);
        }
        for also in &self.also {
            match also.is {
                Also::MustReachDoctor => found.check(Todo::GiveToDoctor, also),
                Also::YearlyUpdate => found.check(Todo::YearlyUpdate, also),
                Also::PresumedValid
                | Also::PartsStandAlone
                | Also::CannotBeAmended
                | Also::ServiceMustAsk
                | Also::HonouredFromElsewhere
                | Also::OrderNeeded
                | Also::NotYetLaw
                | Also::ServicesWillHelp
                | Also::ChangePlanned
                | Also::RequestsConsidered
                | Also::HoldsWhenDetained
                | Also::AgreementLikeContract
                | Also::AgentInOtherPaper => {}
            }
        }
        if let Some(agent) = self.agent.as_ref().filter(|_| !agents(content).is_empty()) {
            if agent.is.accepts_in_writing {
                found.check(Todo::AgentAccepts, agent);
            }
            for power in &agent.is.only_if_said {
                found.check(Todo::AgentPower(*power), agent);
            }
        }
        let binds = content.items.iter().any(|i| i.item.section == Section::SelfBinding);
        if let Some(binding) = self.self_binding.as_ref().filter(|fact| fact.is.allowed && binds) {
            // The last day has a place of its own in the plan, and so has whether it can be cancelled.
            let apart = |need: &&BindingNeed| !matches!(need, BindingNeed::Validity | BindingNeed::WhetherRevocable);
            for need in binding.is.needs.iter().filter(apart) {
                found.check(Todo::BindingNeed(*need), binding);
            }
        }
        if let Some(revoke) = &self.revoke
            && revoke.is.while_incapable == Some(WhileIncapable::AsChosen)
        {
            found.check(Todo::SayIfRevocable, revoke);
        }
    }

    /// In which forms it is cancelled; empty where that is not known here.
    #[must_use]
    pub fn revoke_forms(&self) -> &[RevokeForm] {
        self.revoke.as_ref().map_or(&[], |revoke| revoke.is.form.as_slice())
    }
}

/// The advice found so far.
struct Found {
    all: Vec<Advice>,
}

impl Found {
    fn add<T>(&mut self, todo: Todo, sure: Sure, fact: &Fact<T>) {
        self.all.push(Advice { todo, sure, status: fact.status, sources: fact.sources.clone() });
    }

    fn missing<T>(&mut self, todo: Todo, fact: &Fact<T>) {
        self.add(todo, Sure::Missing, fact);
    }

    fn check<T>(&mut self, todo: Todo, fact: &Fact<T>) {
        self.add(todo, Sure::Check, fact);
    }
}

/// The witnesses that a plan shows, held against what the law asks of them.
struct Seen {
    /// Who counts; nobody counts twice, and the person never.
    count: BTreeSet<PartyId>,
    /// Who does not, and why.
    barred: Vec<(PartyId, WitnessNot)>,
    /// Whether all who count are family.
    all_family: bool,
    /// Whether one who counts wrote nothing.
    silent: bool,
}

impl Seen {
    fn witnesses(content: &Content, asked: &Witnesses) -> Self {
        let mut seen = Self { count: BTreeSet::new(), barred: Vec::new(), all_family: true, silent: false };
        let agents = agents(content);
        for formality in of_kind(content, FormalityKind::Witness).filter(|f| !f.party.is_person()) {
            let party = content.parties.iter().find(|p| p.id == formality.party);
            let is = |not: &&WitnessNot| party.is_some_and(|p| is_this(p, **not, content, &agents));
            match asked.not.iter().find(is) {
                Some(not) if seen.barred.iter().all(|(known, _)| *known != formality.party) => {
                    seen.barred.push((formality.party.clone(), *not));
                }
                Some(_) => {}
                None => {
                    seen.count.insert(formality.party.clone());
                    seen.silent |= formality.words.is_none();
                    seen.all_family &= party.is_some_and(|p| p.role == PartyRole::Family);
                }
            }
        }
        seen
    }
}

/// Whether the plan itself says that a party is what a witness may not be.
fn is_this(party: &Party, not: WitnessNot, content: &Content, agents: &BTreeSet<PartyId>) -> bool {
    match not {
        WitnessNot::Agent => agents.contains(&party.id),
        WitnessNot::TreatingClinician => party.in_treating_team == Some(true),
        WitnessNot::Family => party.role == PartyRole::Family,
        WitnessNot::Proxy => of_kind(content, FormalityKind::Signature).any(|f| f.party == party.id),
        // The plan does not say whose relative somebody else is, or who owns what.
        WitnessNot::RelativeOfTreatingClinician | WitnessNot::FacilityOwner | WitnessNot::RelativeOfFacilityOwner => {
            false
        }
    }
}

fn agents(content: &Content) -> BTreeSet<PartyId> {
    let named = content.items.iter().filter_map(|draft| match &draft.item.kind {
        ItemKind::Contact(contact) if contact.roles.contains(&ContactRole::Agent) => Some(contact.party.clone()),
        ItemKind::Contact(_)
        | ItemKind::Words(_)
        | ItemKind::Preference(_)
        | ItemKind::Goal(_)
        | ItemKind::Ladder(_)
        | ItemKind::Agreement(_)
        | ItemKind::Arrangement(_)
        | ItemKind::Need(_) => None,
    });
    let by_role = content.parties.iter().filter(|p| p.role == PartyRole::Agent).map(|p| p.id.clone());
    named.chain(by_role).collect()
}

fn of_kind(content: &Content, kind: FormalityKind) -> impl Iterator<Item = &Formality> {
    content.head.formalities.iter().filter(move |f| f.is == kind)
}

fn years_old(born: PlanDate, on: PlanDate) -> i32 {
    let birthday_came = (u8::from(on.0.month()), on.0.day()) >= (u8::from(born.0.month()), born.0.day());
    on.0.year() - born.0.year() - i32::from(!birthday_came)
}
