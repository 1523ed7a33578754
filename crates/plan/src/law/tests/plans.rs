//! What follows for plans: advice, effect, cancelling, two laws side by side.

use super::facts::*;
use super::*;
use crate::item::{About, AboutKind, Direction, Intent};
use FormalityKind::{CapacityEvidence, Notary, Signature, Witness};

const TODAY: time::Date = date!(2026 - 11 - 25);

fn missing(content: &Content) -> Vec<Todo> {
    let all = Law::advice_on(content, Some(on(date!(1980 - 01 - 01))), on(TODAY));
    all.into_iter().filter(|advice| advice.sure == Sure::Missing).map(|advice| advice.todo).collect()
}

fn all(content: &Content) -> Vec<Todo> {
    Law::advice_on(content, None, on(TODAY)).into_iter().map(|advice| advice.todo).collect()
}

fn people(content: Content) -> Content {
    let content = with_party(content, "ann", PartyRole::Supporter, None);
    let content = with_party(content, "ben", PartyRole::Supporter, None);
    let content = with_party(content, "kin", PartyRole::Family, None);
    let content = with_party(content, "sib", PartyRole::Family, None);
    let content = with_party(content, "doc", PartyRole::Clinician, Some(true));
    with_party(content, "rep", PartyRole::Agent, None)
}

fn signed(instrument: Instrument, formalities: &[(FormalityKind, &str)]) -> Content {
    let mut content = people(directive(instrument));
    content.head.formalities = formalities.iter().map(|(is, by)| formality(*is, by, date!(2026 - 10 - 01))).collect();
    content
}

/// What is missing of a directive with these formalities, one case per law: with none, and with all that it asks for.
#[test]
fn what_is_missing_is_named_and_goes_away_when_it_is_there() {
    let two = Todo::Witnesses { needed: 2, have: 0, or_notary: false };
    let one = Todo::Witnesses { needed: 1, have: 0, or_notary: false };
    let or_notary = Todo::Witnesses { needed: 2, have: 0, or_notary: true };
    let full: &[(FormalityKind, &str)] = &[(Signature, "self"), (Witness, "ann"), (Witness, "ben")];
    let doctor: &[(FormalityKind, &str)] =
        &[(Signature, "self"), (Witness, "ann"), (Witness, "ben"), (CapacityEvidence, "doc")];
    type Case = (Instrument, Vec<Todo>, &'static [(FormalityKind, &'static str)]);
    let cases: Vec<Case> = vec![
        (Instrument::GbEawAdrt, vec![], &[]),
        (Instrument::GbEawStatement, vec![], &[]),
        (Instrument::GbEawChoiceDocument, vec![], &[]),
        (Instrument::GbSctStatement, vec![Todo::Sign, one.clone()], full),
        (Instrument::IeDirective, vec![Todo::Sign, two.clone()], full),
        (
            Instrument::NlSelfBinding,
            vec![Todo::Sign, Todo::ShowCapacity(Capacity::IndependentExpert), Todo::SetEnd],
            &[(Signature, "self"), (CapacityEvidence, "doc")],
        ),
        (Instrument::NlCrisisCard, vec![], &[]),
        (Instrument::DePatientenverfuegung, vec![Todo::Sign], full),
        (Instrument::InDirective, vec![Todo::Sign, two.clone(), Todo::ShowCapacity(Capacity::DoctorAttests)], doctor),
        (Instrument::AuVicStatement, vec![Todo::Sign, one], full),
        (Instrument::NzDirective, vec![], &[]),
        (Instrument::UsWaDirective, vec![Todo::Sign, two.clone()], full),
        (Instrument::UsOrDeclaration, vec![Todo::Sign, or_notary], full),
        (Instrument::UsPaDeclaration, vec![Todo::Sign, two], full),
        (Instrument::Unknown, vec![], &[]),
    ];
    let named: Vec<Instrument> = cases.iter().map(|(instrument, ..)| *instrument).collect();
    assert_eq!(named, Instrument::ALL);
    for (instrument, bare, formalities) in cases {
        let mut content = signed(instrument, &[]);
        if instrument == Instrument::NlCrisisCard {
            content.kind = PlanKind::CrisisCard;
        }
        assert_eq!(missing(&content), bare, "{instrument}");
        content.head.formalities = signed(instrument, formalities).head.formalities;
        content.head.until = Some(on(date!(2027 - 06 - 01)));
        assert_eq!(missing(&content), [], "{instrument}");
    }
}

#[test]
fn a_witness_counts_once_and_never_the_person_or_whom_the_law_rules_out() {
    let case = |instrument, witnesses: &[&str]| {
        let mut formalities = vec![(Signature, "self")];
        formalities.extend(witnesses.iter().map(|by| (Witness, *by)));
        missing(&signed(instrument, &formalities))
    };
    let or = |needed, have| Todo::Witnesses { needed, have, or_notary: true };
    let pa = |needed, have| Todo::Witnesses { needed, have, or_notary: false };
    let other = |by: &str, is| Todo::OtherWitness { party: party(by), is };
    assert_eq!(case(Instrument::UsOrDeclaration, &["ann", "ann"]), [or(2, 1)]);
    assert_eq!(case(Instrument::UsOrDeclaration, &["ann", "self"]), [or(2, 1)]);
    let kin = other("kin", WitnessNot::Family);
    assert_eq!(case(Instrument::UsOrDeclaration, &["ann", "kin"]), [kin, or(2, 1)]);
    let doc = other("doc", WitnessNot::TreatingClinician);
    assert_eq!(case(Instrument::UsOrDeclaration, &["doc", "doc"]), [doc.clone(), or(2, 0)]);
    let rep = other("rep", WitnessNot::Agent);
    assert_eq!(case(Instrument::UsWaDirective, &["rep", "doc"]), [rep, doc.clone(), pa(2, 0)]);
    assert_eq!(case(Instrument::UsPaDeclaration, &["kin", "doc"]), []);
    assert_eq!(case(Instrument::IeDirective, &["kin", "sib"]), [Todo::WitnessMust(WitnessMust::OneOutsideFamily)]);
    assert_eq!(case(Instrument::IeDirective, &["kin", "ann"]), []);
    // One too many is no lack: it is said, and takes nothing away.
    assert_eq!(case(Instrument::UsOrDeclaration, &["ann", "ben", "doc"]), []);
    assert!(
        all(&signed(Instrument::UsOrDeclaration, &[(Witness, "ann"), (Witness, "ben"), (Witness, "doc")]))
            .contains(&doc)
    );
}

#[test]
fn who_signs_for_the_person_is_no_witness_and_an_agent_named_in_an_item_is_an_agent() {
    let proxy = signed(Instrument::UsPaDeclaration, &[(Signature, "ann"), (Witness, "ann"), (Witness, "ben")]);
    let asked = Todo::OtherWitness { party: party("ann"), is: WitnessNot::Proxy };
    assert_eq!(missing(&proxy), [asked, Todo::Witnesses { needed: 2, have: 1, or_notary: false }]);
    let mut agent = signed(Instrument::UsWaDirective, &[(Signature, "self"), (Witness, "ann"), (Witness, "ben")]);
    assert_eq!(missing(&agent), []);
    agent.items.push(contact("ann", vec![ContactRole::Agent]));
    assert_eq!(missing(&agent).len(), 2);
}

#[test]
fn a_notary_stands_in_for_witnesses_only_where_the_law_says_so() {
    let notarized: &[(FormalityKind, &str)] = &[(Signature, "self"), (Notary, "ann")];
    assert_eq!(missing(&signed(Instrument::UsOrDeclaration, notarized)), []);
    assert_eq!(missing(&signed(Instrument::UsPaDeclaration, notarized)).len(), 1);
}

#[test]
fn a_witness_who_must_state_something_and_wrote_nothing_is_asked_to() {
    let mut content = signed(Instrument::GbSctStatement, &[(Signature, "self"), (Witness, "ann")]);
    assert_eq!(missing(&content), []);
    content.head.formalities[1].words = None;
    assert_eq!(missing(&content), [Todo::WitnessSays(WitnessSays::Capacity)]);
}

#[test]
fn age_is_that_of_the_day_of_signing() {
    let law = Instrument::NlSelfBinding.law();
    let mut content = signed(Instrument::NlSelfBinding, &[]);
    let age = |content: &Content, born| {
        let advice = law.advice(content, born, on(TODAY));
        advice.into_iter().find(|a| a.todo == Todo::Age { min: 16 }).map(|a| a.sure)
    };
    assert_eq!(age(&content, None), Some(Sure::Check));
    assert_eq!(age(&content, Some(on(date!(2010 - 11 - 25)))), None);
    assert_eq!(age(&content, Some(on(date!(2010 - 11 - 26)))), Some(Sure::Missing));
    content.head.formalities.push(formality(Signature, "self", date!(2026 - 11 - 24)));
    assert_eq!(age(&content, Some(on(date!(2010 - 11 - 25)))), Some(Sure::Missing));
}

#[test]
fn the_end_is_told_before_it_comes() {
    let mut content = signed(Instrument::UsOrDeclaration, &[(Signature, "self"), (Notary, "ann")]);
    let told = |content: &Content, today| {
        let advice = Instrument::UsOrDeclaration.law().advice(content, None, on(today));
        let about_end = |t: &Todo| {
            matches!(t, Todo::MakeNew { .. } | Todo::MakeNewBefore { .. } | Todo::EndsSooner { .. } | Todo::SetEnd)
        };
        advice.into_iter().map(|a| a.todo).filter(about_end).collect::<Vec<_>>()
    };
    let end = on(date!(2029 - 10 - 01));
    assert_eq!(told(&content, date!(2029 - 08 - 02)), []);
    assert_eq!(told(&content, date!(2029 - 08 - 03)), [Todo::MakeNewBefore { on: end }]);
    assert_eq!(told(&content, date!(2029 - 10 - 01)), [Todo::MakeNewBefore { on: end }]);
    assert_eq!(told(&content, date!(2029 - 10 - 02)), [Todo::MakeNew { ended: end }]);
    content.head.until = Some(on(date!(2031 - 01 - 01)));
    assert_eq!(told(&content, TODAY), [Todo::EndsSooner { on: end }]);
}

#[test]
fn the_rest_of_the_advice_follows_from_the_law_and_from_what_the_plan_holds() {
    let mut oregon = signed(Instrument::UsOrDeclaration, &[]);
    oregon.items.push(contact("rep", vec![ContactRole::Agent]));
    let said = all(&oregon);
    for todo in [Todo::AgentAccepts, Todo::GiveToDoctor, Todo::WitnessMust(WitnessMust::Adult), Todo::Age { min: 18 }] {
        assert!(said.contains(&todo), "{todo:?}");
    }
    let pennsylvania = all(&signed(Instrument::UsPaDeclaration, &[]));
    assert!(pennsylvania.contains(&Todo::AgentPower(AgentPower::Ect)));
    assert!(pennsylvania.contains(&Todo::NotWhile(Barred::InvoluntaryCommitment)));
    assert!(all(&signed(Instrument::UsWaDirective, &[])).contains(&Todo::SayIfRevocable));
    assert!(all(&signed(Instrument::GbEawAdrt, &[])).contains(&Todo::WitnessIfLifeSustaining { needed: 1 }));
    let register = |todo: &Todo| matches!(todo, Todo::Register(r) if r.kept == Kept::WhereHeld);
    assert!(all(&signed(Instrument::GbSctStatement, &[])).iter().any(register));

    let mut dutch = directive(Instrument::NlSelfBinding);
    assert!(!all(&dutch).contains(&Todo::BindingNeed(BindingNeed::HowItEnds)));
    dutch.items.push(item(Section::SelfBinding, ItemKind::Preference(preference())));
    let said = all(&dutch);
    assert!(said.contains(&Todo::BindingNeed(BindingNeed::HowItEnds)));
    assert!(said.contains(&Todo::MakeWith(MadeWith::ResponsibleClinician)));
    // Nobody is named, so nothing is said of agents.
    assert!(!all(&directive(Instrument::UsOrDeclaration)).contains(&Todo::AgentAccepts));
}

fn preference() -> Preference {
    Preference {
        about: About { kind: AboutKind::Admission, words: None, code: None },
        direction: Direction::Accept,
        intent: Intent::AdvanceConsent,
        because: None,
        instead: vec![],
        if_impossible: None,
        stands_alone: false,
    }
}

#[test]
fn a_place_without_an_instrument_is_asked_for_one_and_the_unknown_law_asks_for_nothing() {
    let mut content = directive(Instrument::GbEawAdrt);
    content.head.instrument = None;
    let open = vec![Instrument::GbEawAdrt, Instrument::GbEawStatement, Instrument::GbEawChoiceDocument];
    assert_eq!(all(&content), [Todo::NameInstrument(open)]);
    content.head.jurisdiction = Some("US-UT".parse().unwrap());
    assert_eq!(all(&content), []);
    content.head.jurisdiction = None;
    assert_eq!(all(&content), []);
    content.head.instrument = Some(Instrument::UsOrDeclaration);
    assert_eq!(all(&content), []);
}

#[test]
fn advice_says_how_sure_it_is_and_where_that_was_read() {
    let content = directive(Instrument::UsWaDirective);
    let advice = Law::advice_on(&content, None, on(TODAY));
    let of = |todo: &Todo| advice.iter().find(|a| a.todo == *todo).unwrap();
    let witnesses = of(&Todo::Witnesses { needed: 2, have: 0, or_notary: false });
    assert_eq!((witnesses.status, witnesses.sources.len()), (Status::Mem, 0));
    assert!(witnesses.sentence().ends_with("We have not checked this yet."));
    let revocable = of(&Todo::SayIfRevocable);
    assert_eq!((revocable.status, revocable.sources.as_slice()), (Status::Verified, &["71.32.080".to_owned()][..]));
    assert!(!revocable.sentence().contains("checked"));
    let firm: Vec<bool> = advice.iter().map(|a| a.sure == Sure::Missing).collect();
    assert!(firm.is_sorted_by(|a, b| a >= b), "what is missing comes first");
}

#[test]
fn before_signing_it_says_must_follow_must_consider_or_is_a_wish() {
    let first = |instrument: Instrument| {
        let statement = instrument.law().statement(&[]);
        (statement.effect, statement.sentences[0].clone())
    };
    let follow = "Those who treat you must follow this plan.";
    let no = "Those who treat you must follow your no.";
    let consider = "Those who treat you must think about what you say here.";
    let wish = "This plan is your wish.";
    let cases = [
        (Instrument::GbEawAdrt, Effect::BindingRefusal, no),
        (Instrument::GbEawStatement, Effect::Wish, wish),
        (Instrument::GbEawChoiceDocument, Effect::Wish, wish),
        (Instrument::GbSctStatement, Effect::HaveRegard, consider),
        (Instrument::IeDirective, Effect::BindingRefusal, no),
        (Instrument::NlSelfBinding, Effect::HaveRegard, consider),
        (Instrument::NlCrisisCard, Effect::Wish, wish),
        (Instrument::DePatientenverfuegung, Effect::BindingRefusal, no),
        (Instrument::InDirective, Effect::FollowUnless, follow),
        (Instrument::AuVicStatement, Effect::FollowUnless, follow),
        (Instrument::NzDirective, Effect::BindingRefusal, no),
        (Instrument::UsWaDirective, Effect::FollowUnless, follow),
        (Instrument::UsOrDeclaration, Effect::FollowUnless, follow),
        (Instrument::UsPaDeclaration, Effect::FollowUnless, follow),
        (Instrument::Unknown, Effect::Wish, "This plan names no law that we know."),
    ];
    for (instrument, effect, sentence) in cases {
        assert_eq!(first(instrument), (effect, sentence.to_owned()), "{instrument}");
    }
    assert_eq!(cases.map(|(instrument, ..)| instrument), Instrument::ALL);
    let india = Instrument::InDirective.law().statement(&[]).sentences;
    assert!(india.iter().any(|s| s == "It does not hold in an emergency."));
}

#[test]
fn while_something_is_missing_it_is_a_wish() {
    let law = Instrument::UsOrDeclaration.law();
    let open = law.advice(&signed(Instrument::UsOrDeclaration, &[]), None, on(TODAY));
    let statement = law.statement(&open);
    assert_eq!((statement.effect, statement.today), (Effect::FollowUnless, Effect::Wish));
    assert!(statement.sentences.iter().any(|s| s.contains("counts as your wish")));
    let full = signed(Instrument::UsOrDeclaration, &[(Signature, "self"), (Notary, "ann")]);
    let statement = law.statement(&law.advice(&full, None, on(TODAY)));
    assert_eq!(statement.today, Effect::FollowUnless);
    // Past its date it may still be in force, so nothing is said to be a wish for that.
    let statement = law.statement(&law.advice(&full, None, on(date!(2035 - 01 - 01))));
    assert_eq!(statement.today, Effect::FollowUnless);
}

#[test]
fn cancelling_takes_effect_as_the_law_says() {
    use Capability::{Capable, Disputed, Incapable};
    use TakesEffect::{AsChosen, No, Unknown, Yes};
    let no = [Yes, No, Unknown];
    let unknown = [Yes, Unknown, Unknown];
    let cases = [
        (Instrument::GbEawAdrt, None, no),
        (Instrument::GbEawStatement, None, no),
        (Instrument::GbEawChoiceDocument, None, no),
        (Instrument::GbSctStatement, None, no),
        (Instrument::IeDirective, None, no),
        (Instrument::NlSelfBinding, None, no),
        (Instrument::NlCrisisCard, None, [Yes, Yes, Yes]),
        (Instrument::DePatientenverfuegung, None, unknown),
        (Instrument::InDirective, None, unknown),
        (Instrument::AuVicStatement, None, unknown),
        (Instrument::NzDirective, None, no),
        (Instrument::UsWaDirective, None, [Yes, AsChosen, Unknown]),
        (Instrument::UsWaDirective, Some(true), [Yes, Yes, Yes]),
        (Instrument::UsWaDirective, Some(false), [Yes, No, Unknown]),
        (Instrument::UsOrDeclaration, None, no),
        // What a person chose counts only where the law lets them choose.
        (Instrument::UsOrDeclaration, Some(true), no),
        (Instrument::UsPaDeclaration, None, no),
        (Instrument::Unknown, None, unknown),
        (Instrument::Unknown, Some(true), unknown),
    ];
    for (instrument, chosen, asked) in cases {
        let found = [Capable, Incapable, Disputed].map(|c| revocation(instrument.law(), c, chosen).takes_effect);
        assert_eq!(found, asked, "{instrument} {chosen:?}");
    }
    for instrument in Instrument::ALL {
        assert!(cases.iter().any(|(case, ..)| *case == instrument), "{instrument}");
    }
    let scotland = revocation(Instrument::GbSctStatement.law(), Capable, None);
    assert_eq!((scotland.form, scotland.when_told), (vec![RevokeForm::SameAsMaking], false));
    let pennsylvania = revocation(Instrument::UsPaDeclaration.law(), Incapable, None);
    assert_eq!((pennsylvania.form.len(), pennsylvania.when_told), (2, true));
    let said = pennsylvania.takes_effect == No && scotland.takes_effect == Yes;
    assert!(said);
}

#[test]
fn a_person_who_travels_sees_both_laws_and_no_verdict() {
    let shown = compare(Instrument::UsPaDeclaration.law(), Instrument::UsOrDeclaration.law());
    assert_eq!(
        (shown.first.instrument, shown.second.instrument),
        (Instrument::UsPaDeclaration, Instrument::UsOrDeclaration)
    );
    let row = |column| shown.rows.iter().find(|row| row.column == column).unwrap();
    let words = |cell: &Option<compare::Cell>| cell.as_ref().map(|cell| cell.sentences.join(" "));
    let validity = row(Column::Validity);
    assert_eq!(words(&validity.first).as_deref(), Some("It ends 2 years after you sign."));
    assert_eq!(words(&validity.second).as_deref(), Some("It ends 3 years after you sign."));
    assert_eq!(row(Column::AdmissionMaxDays).first, None);
    assert_eq!(row(Column::Barred).second, None);
    assert!(words(&row(Column::Also).first).unwrap().contains("One from another state counts if it is valid there."));
    assert!(shown.rows.iter().all(|row| row.first.is_some() || row.second.is_some()));
    let back = compare(shown.second, shown.first);
    let swapped: Vec<_> = back.rows.iter().map(|row| (&row.second, &row.first)).collect();
    assert_eq!(swapped, shown.rows.iter().map(|row| (&row.first, &row.second)).collect::<Vec<_>>());
    assert!(Compared::sentences().iter().any(|s| s == "We do not say which of them counts."));
    let unknown = compare(Instrument::UsOrDeclaration.law(), Instrument::Unknown.law());
    assert!(unknown.rows.iter().all(|row| row.second.is_some() == (row.column == Column::Effect)));
}
