//! Plain words for what the law says: at most fifteen words a sentence, school words, nobody blamed. The tests hold them
//! to that. Names of laws and offices stand as they are.

use std::fmt::Display;

use super::advice::Todo;
use super::compare::{Cell, Column};
use super::facts::*;
use super::in_force::InForce;
use super::revocation::{Revocation, TakesEffect};
use super::span::Span;
use super::{Law, PlanDate};

const NOT_CHECKED: &str = "We have not checked this yet.";

/// The sentence, and where it is from memory, that it is.
pub(super) fn unchecked(sentence: String, status: Status) -> String {
    match status {
        Status::Verified => sentence,
        Status::Mem => format!("{sentence} {NOT_CHECKED}"),
    }
}

pub(super) fn todo(todo: &Todo) -> String {
    match todo {
        Todo::NameInstrument(open) => {
            let names = open.iter().map(|instrument| instrument.law().name.as_str());
            format!("Say which paper this is: {}.", list(names, "or"))
        }
        Todo::Age { min } => age(*min),
        Todo::Sign => "Sign it, with the day.".into(),
        Todo::SignIfLifeSustaining => "If you say no to care that keeps you alive, sign it.".into(),
        Todo::MakeWith(with) => made_with(*with),
        Todo::Witnesses { needed, have, or_notary } => {
            let notary = if *or_notary { " Or sign it with a notary." } else { "" };
            format!("{}, to see you sign. You have {have} so far.{notary}", ask_people(*needed))
        }
        Todo::WitnessIfLifeSustaining { needed } => {
            format!("If you say no to care that keeps you alive: {}.", lower(&ask_people(*needed)))
        }
        Todo::OtherWitness { is, .. } => format!("Ask another witness. {}", witness_not(*is)),
        Todo::WitnessMust(must) => witness_must(*must),
        Todo::WitnessNot(not) => witness_not(*not),
        Todo::WitnessSays(says) => format!("Ask your witness to write this: {}", witness_says(*says)),
        Todo::Notary => "Sign it with a notary.".into(),
        Todo::ShowCapacity(how) => capacity(*how),
        Todo::NotWhile(when) => barred(*when),
        Todo::SetEnd => "Set a last day for it.".into(),
        Todo::EndsSooner { on } => format!("The law ends it sooner than you say, on {on}."),
        Todo::MakeNewBefore { on } => format!("It ends on {on}. Make a new one before that day."),
        Todo::MakeNew { ended } => format!("It is past its date, {ended}. Make a new one when you can."),
        Todo::YearlyUpdate => "Look at it again each year.".into(),
        Todo::Register(kept) => register(kept),
        Todo::GiveToDoctor => "Give a copy to your doctor. It works only from then on.".into(),
        Todo::AgentAccepts => "Ask the one who speaks for you to say yes in writing.".into(),
        Todo::AgentPower(power) => agent_power(*power),
        Todo::BindingNeed(need) => format!("Write down {}.", binding_need(*need)),
        Todo::SayIfRevocable => "Say if you can cancel it in a time when you cannot decide.".into(),
    }
}

/// What it does, the exceptions, and what else to know before signing.
pub(super) fn statement(law: &Law, today: Effect) -> Vec<String> {
    let mut said = Vec::new();
    if law.is_unknown() {
        said.push("This plan names no law that we know.".to_owned());
    }
    said.extend(effect(law.effect.is));
    if law.effect.status == Status::Mem {
        said.push(NOT_CHECKED.to_owned());
    }
    if today != law.effect.is {
        said.push("Something is still missing.".to_owned());
        said.push("Until it is there, this plan counts as your wish.".to_owned());
    }
    for column in [Column::Override, Column::EmergencyExempt, Column::AdmissionMaxDays, Column::Also] {
        let Some(cell) = cell(law, column) else { continue };
        said.extend(cell.sentences);
        if cell.status == Status::Mem {
            said.push(NOT_CHECKED.to_owned());
        }
    }
    said
}

pub(super) fn in_force(found: &InForce) -> String {
    let past = |ended: &PlanDate| format!("This plan is past its date, {ended}.");
    match found {
        InForce::NotYet { from } => format!("This plan begins on {from}."),
        InForce::Yes { until: None } => "This plan is in force.".into(),
        InForce::Yes { until: Some(until) } => format!("This plan is in force until {until}."),
        InForce::EndNotShown { after, .. } => {
            format!("The law ends this plan {} after it was signed. That day is not shown here.", span(*after))
        }
        InForce::StillInUse { ended, since } => {
            format!(
                "{} It is still in force. Since {since} the person cannot decide, as others have found.",
                past(ended)
            )
        }
        InForce::PastUnlessIncapable { ended } => {
            format!("{} It is in force if the person cannot decide since that day or before.", past(ended))
        }
        InForce::Past { ended } => format!("{} We do not know if the law keeps it in force.", past(ended)),
        InForce::Over { ended, capable_since: None } => format!("{} It is over.", past(ended)),
        InForce::Over { ended, capable_since: Some(day) } => {
            format!("{} The person can decide again since {day}. It is over.", past(ended))
        }
    }
}

pub(super) fn revocation(found: &Revocation) -> Vec<String> {
    let mut said = vec![
        match found.takes_effect {
            TakesEffect::Yes => "You can cancel this plan now.",
            TakesEffect::No => "The law does not let you cancel it while you cannot decide.",
            TakesEffect::AsChosen => "It depends on what you said when you signed.",
            TakesEffect::Unknown => "We do not know if the law lets you cancel it now.",
        }
        .to_owned(),
    ];
    if found.takes_effect == TakesEffect::Yes {
        said.extend(revoke_forms(&found.form));
        said.extend(found.when_told.then(|| TOLD.to_owned()));
    } else {
        said.push("Your no is shown first to all who read the plan.".to_owned());
    }
    if found.status == Status::Mem {
        said.push(NOT_CHECKED.to_owned());
    }
    said.push("You can stop sharing at any time, at once.".to_owned());
    said
}

pub(super) fn compared() -> Vec<String> {
    vec![
        "Here are the rules of both places.".to_owned(),
        "We do not say which of them counts.".to_owned(),
        "Someone who knows the law can tell you.".to_owned(),
    ]
}

pub(super) fn cell(law: &Law, column: Column) -> Option<Cell> {
    match column {
        Column::MinAge => one(&law.min_age, |min| vec![age(*min)]),
        Column::Form => one(&law.form, form),
        Column::Signer => one(&law.signer, signer),
        Column::MadeWith => one(&law.made_with, |with| vec![made_with(*with)]),
        Column::Witnesses => one(&law.witnesses, witnesses),
        Column::Notary => one(&law.notary, |is| vec![notary(*is)]),
        Column::Capacity => one(&law.capacity, |how| vec![capacity(*how)]),
        Column::Barred => one(&law.barred, |when| vec![barred(*when)]),
        Column::Applies => one(&law.applies, applies),
        Column::Validity => one(&law.validity, |is| vec![validity(*is)]),
        Column::ContinuesWhileIncapable => one(&law.continues_while_incapable, |yes| vec![continues(*yes)]),
        Column::Register => one(&law.register, |kept| vec![register(kept)]),
        Column::Effect => Some(Cell { sentences: effect(law.effect.is), status: law.effect.status }),
        Column::Override => one(&law.departure, departure),
        Column::EmergencyExempt => one(&law.emergency_exempt, |yes| vec![emergency(*yes)]),
        Column::AdmissionMaxDays => one(&law.admission_max_days, |days| {
            vec![format!("With it you can say yes to {days} days in hospital at most.")]
        }),
        Column::Revoke => one(&law.revoke, revoke),
        Column::SelfBinding => one(&law.self_binding, self_binding),
        Column::Agent => one(&law.agent, agent),
        Column::Also => (!law.also.is_empty()).then(|| Cell {
            sentences: law.also.iter().map(|fact| unchecked(also(fact.is).to_owned(), fact.status)).collect(),
            // Each sentence says for itself whether it is from memory.
            status: Status::Verified,
        }),
    }
}

fn one<T>(fact: &Option<Fact<T>>, say: impl Fn(&T) -> Vec<String>) -> Option<Cell> {
    fact.as_ref().map(|fact| Cell { sentences: say(&fact.is), status: fact.status })
}

fn age(min: u8) -> String {
    format!("You must be at least {min} years old.")
}

fn form(form: &Form) -> Vec<String> {
    let ways = [(form.written, "in writing"), (form.recorded, "on sound or film"), (form.oral, "by word of mouth")];
    vec![format!("It counts {}.", list(ways.iter().filter(|(yes, _)| *yes).map(|(_, way)| *way), "or"))]
}

fn signer(signer: &Signer) -> Vec<String> {
    let when = match signer.when {
        Needed::Always => "You must sign it.",
        Needed::LifeSustaining => "You must sign it if you say no to care that keeps you alive.",
        Needed::Never => "You do not have to sign it.",
    };
    let mut said = vec![when.to_owned()];
    if signer.proxy == Some(true) {
        said.push("Someone else may sign for you, if you ask.".to_owned());
    }
    said
}

fn made_with(with: MadeWith) -> String {
    match with {
        MadeWith::ResponsibleClinician => "Make it with the doctor or nurse who leads your care.",
        MadeWith::IndependentConsultant => "Make it with a helper who does not treat you.",
    }
    .to_owned()
}

fn ask_people(count: u8) -> String {
    if count == 1 { "Ask 1 witness".to_owned() } else { format!("Ask {count} witnesses") }
}

fn witnesses(asked: &Witnesses) -> Vec<String> {
    let mut said = vec![match asked.when {
        Needed::Always => format!("{}, to see you sign.", ask_people(asked.min)),
        Needed::LifeSustaining => {
            format!("If you say no to care that keeps you alive: {}.", lower(&ask_people(asked.min)))
        }
        Needed::Never => "It takes no witness.".to_owned(),
    }];
    said.extend(asked.must_be.iter().map(|must| witness_must(*must)));
    said.extend(asked.not.iter().map(|not| witness_not(*not)));
    said.extend(asked.statement.iter().map(|says| format!("Ask your witness to write this: {}", witness_says(*says))));
    said
}

fn witness_must(must: WitnessMust) -> String {
    match must {
        WitnessMust::Adult => "Your witness must be an adult.",
        WitnessMust::PrescribedClass => "Your witness must have a job that is on the list in the law.",
        WitnessMust::OneOutsideFamily => "At least one witness must not be family.",
    }
    .to_owned()
}

fn witness_not(not: WitnessNot) -> String {
    match not {
        WitnessNot::Agent => "A witness may not be the one who speaks for you.",
        WitnessNot::TreatingClinician => "A witness may not be one of those who treat you.",
        WitnessNot::RelativeOfTreatingClinician => "A witness may not be family of those who treat you.",
        WitnessNot::FacilityOwner => "A witness may not own or run the place that cares for you.",
        WitnessNot::RelativeOfFacilityOwner => "A witness may not be family of who owns or runs that place.",
        WitnessNot::Family => "A witness may not be your family.",
        WitnessNot::Proxy => "A witness may not be the one who signs for you.",
    }
    .to_owned()
}

const fn witness_says(says: WitnessSays) -> &'static str {
    match says {
        WitnessSays::Capacity => "you can decide this.",
        WitnessSays::Understands => "you know what this paper is and what it does.",
        WitnessSays::FreeWill => "you do this of your own free will.",
        WitnessSays::SawSigning => "they saw you sign.",
        WitnessSays::IsAdult => "they are an adult.",
        WitnessSays::KnowsPerson => "they know you.",
    }
}

fn notary(is: Notary) -> String {
    match is {
        Notary::None => "It takes no notary.",
        Notary::Alternative => "A notary can stand in for the witnesses.",
        Notary::Required => "Sign it with a notary.",
    }
    .to_owned()
}

fn capacity(how: Capacity) -> String {
    match how {
        Capacity::Presumed => "You do not have to show that you can decide.",
        Capacity::WitnessCertifies => "Your witness says that you can decide this.",
        Capacity::DoctorAttests => "Ask a doctor to write that you can decide this.",
        Capacity::IndependentExpert => "Ask an expert who does not treat you to write that you can decide this.",
    }
    .to_owned()
}

fn barred(when: Barred) -> String {
    match when {
        Barred::InvoluntaryCommitment => "You cannot make it while a court keeps you in care.",
    }
    .to_owned()
}

fn applies(applies: &Applies) -> Vec<String> {
    let when = match applies.when {
        AppliesWhen::Incapable => "It is used while you cannot decide.",
        AppliesWhen::AsDescribed => "It is used when what you wrote down has come.",
        AppliesWhen::Always => "It can be used at any time.",
    };
    let mut said = vec![when.to_owned()];
    for (place, way) in applies.found_by.iter().enumerate() {
        let start = if place == 0 { "This is found by" } else { "Or it is found by" };
        let mut ones = way.iter().map(|one| list(one.iter().map(|finder| self::finder(*finder)), "or"));
        if way.len() == 1 {
            said.extend(ones.next().map(|one| format!("{start} {one}.")));
        } else {
            said.push(format!("{start} {} people.", way.len()));
            said.extend(ones.map(|one| format!("One is {one}.")));
        }
    }
    said
}

const fn finder(finder: Finder) -> &'static str {
    match finder {
        Finder::Court => "a court",
        Finder::Psychiatrist => "a psychiatrist",
        Finder::Physician => "a doctor",
        Finder::Psychologist => "a psychologist",
        Finder::OtherProfessional => "a therapist",
    }
}

fn validity(is: Validity) -> String {
    match is {
        Validity::None => "It has no last day.".to_owned(),
        Validity::Optional => "You may set a last day.".to_owned(),
        Validity::Chosen => "You must set a last day.".to_owned(),
        Validity::For(time) => format!("It ends {} after you sign.", span(time)),
    }
}

fn span(span: Span) -> String {
    let (count, unit) = match span {
        Span::Years(n) => (n, "year"),
        Span::Months(n) => (n, "month"),
        Span::Days(n) => (n, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn continues(yes: bool) -> String {
    if yes {
        "If it is in use on its last day, it goes on. It ends when you can decide again.".to_owned()
    } else {
        "It stops on its last day, even if it is in use.".to_owned()
    }
}

fn register(register: &Register) -> String {
    let told = match register.kept {
        Kept::None => "There is no list to put it on",
        Kept::Optional => "You can put it on file",
        Kept::WhereHeld => "Have them told where it is kept",
        Kept::Notice => "Tell them that you made it",
        Kept::Online => "Have it put on their list",
    };
    match &register.at {
        Some(at) => format!("{told}: {at}."),
        None => format!("{told}."),
    }
}

fn effect(effect: Effect) -> Vec<String> {
    let said: &[&str] = match effect {
        Effect::BindingRefusal => &["Those who treat you must follow your no.", "Other parts may count less."],
        Effect::FollowUnless => &["Those who treat you must follow this plan.", "The law sets limits to that."],
        Effect::HaveRegard => {
            &["Those who treat you must think about what you say here.", "They may decide otherwise."]
        }
        Effect::Wish => &["This plan is your wish.", "The law does not make anyone follow it."],
    };
    said.iter().map(|sentence| (*sentence).to_owned()).collect()
}

fn departure(departure: &Departure) -> Vec<String> {
    let act = if departure.grounds.contains(&Ground::BoardAllows) { "ask a board to set" } else { "set" };
    let who = list(departure.who.iter().map(|who| self::who(*who)), "or");
    let mut said = vec![format!("Who can {act} it aside: {who}.")];
    said.extend(departure.grounds.iter().map(|ground| format!("They can do that {}.", self::ground(*ground))));
    let Some(duty) = &departure.duty else { return said };
    let start = if duty.only_requests { "If they do not do what you ask for" } else { "If they do" };
    let reason = match duty.reason {
        Reasons::Said => "they must say so, and why",
        Reasons::Written => "they must write down why",
    };
    said.push(format!("{start}, {reason}."));
    said.extend(duty.deadline.map(|deadline| {
        let kind = if deadline.working { "working days" } else { "days" };
        format!("They have {} {kind} for that.", deadline.days)
    }));
    said.extend(duty.tell.iter().map(|who| format!("They must tell {}.", self::who(*who))));
    said
}

const fn who(who: Who) -> &'static str {
    match who {
        Who::Person => "you",
        Who::Agent => "the one who speaks for you",
        Who::Relative => "your family",
        Who::Carer => "who cares for you at home",
        Who::Clinician => "those who treat you",
        Who::Psychiatrist => "a psychiatrist",
        Who::Provider => "your care service",
        Who::Tribunal => "a mental health court",
        Who::Board => "a board",
        Who::Court => "a court",
        Who::Commission => "the office that watches over this law",
        Who::OthersNamedByLaw => "others the law names",
    }
}

const fn ground(ground: Ground) -> &'static str {
    match ground {
        Ground::DetainedButEct => "if the law keeps you in hospital. For ECT there are other rules",
        Ground::Detained => "if you are held or treated under mental health law",
        Ground::DetainedOnRisk => "if you are held in hospital because of risk",
        Ground::Committed => "if a court has ordered care",
        Ground::DoesNotFit => "if it is unclear or does not fit what happens",
        Ground::ProtectOthers => "if that keeps other people safe",
        Ground::BoardAllows => "if a board says so",
        Ground::NotAppropriate => "if it is not right as care",
        Ground::Unavailable => "if there is no way to get it",
        Ground::AgainstLaw => "if it is against the law",
        Ground::Emergency => "if your life or health is in danger",
        Ground::CannotComply => "if it is not in their power. Then they help you find others",
    }
}

fn emergency(yes: bool) -> String {
    if yes { "It does not hold in an emergency." } else { "It holds in an emergency too." }.to_owned()
}

const TOLD: &str = "It is cancelled once those who treat you are told.";

fn revoke_forms(forms: &[RevokeForm]) -> Option<String> {
    let form = |form: &RevokeForm| match form {
        RevokeForm::Any => "in any way",
        RevokeForm::Oral => "by saying so",
        RevokeForm::Written => "in writing",
        RevokeForm::SameAsMaking => "in the same way as you made it",
    };
    (!forms.is_empty()).then(|| format!("Cancel it {}.", list(forms.iter().map(form), "or")))
}

fn revoke(revoke: &Revoke) -> Vec<String> {
    let mut said: Vec<String> = revoke_forms(&revoke.form).into_iter().collect();
    if revoke.capacity_required == Some(true) && revoke.while_incapable != Some(WhileIncapable::AsChosen) {
        said.push("You must be able to decide at that time.".to_owned());
    }
    match revoke.while_incapable {
        Some(WhileIncapable::Yes) => said.push("You can cancel it at any time.".to_owned()),
        Some(WhileIncapable::No) => said.push("While you cannot decide, it stays.".to_owned()),
        Some(WhileIncapable::AsChosen) => {
            said.push("You say when you sign if you can cancel it while you cannot decide.".to_owned());
        }
        None => said.push("We do not know if you can cancel it while you cannot decide.".to_owned()),
    }
    if revoke.parts == Some(true) {
        said.push("You can cancel a part of it.".to_owned());
    }
    if revoke.when_told == Some(true) {
        said.push(TOLD.to_owned());
    }
    said
}

fn self_binding(binding: &SelfBinding) -> Vec<String> {
    if !binding.allowed {
        return vec!["You cannot bind yourself with it for a later time.".to_owned()];
    }
    let mut said = vec!["You can ask to be held to it later, even if you then say no.".to_owned()];
    said.extend(binding.max.map(|max| format!("That holds for {} at most.", span(max))));
    said.extend(binding.needs.iter().map(|need| format!("Write down {}.", binding_need(*need))));
    said
}

const fn binding_need(need: BindingNeed) -> &'static str {
    match need {
        BindingNeed::Circumstances => "when you want to be held to it",
        BindingNeed::Care => "which care you then want",
        BindingNeed::LongestTime => "how long it may last at most",
        BindingNeed::HowItEnds => "how it ends",
        BindingNeed::Validity => "until when this paper holds",
        BindingNeed::WhomToContact => "whom to contact then",
        BindingNeed::CarePlan => "your care plan, or add it",
        BindingNeed::WhetherRevocable => "if you can cancel it while you cannot decide",
    }
}

fn agent(agent: &Agent) -> Vec<String> {
    if !agent.allowed {
        return vec!["You cannot name someone in it to decide for you.".to_owned()];
    }
    let mut said = vec!["You can name someone in it to speak for you.".to_owned()];
    if agent.accepts_in_writing {
        said.push("They must say yes in writing.".to_owned());
    }
    said.extend(agent.only_if_said.iter().map(|power| agent_power(*power)));
    said
}

fn agent_power(power: AgentPower) -> String {
    match power {
        AgentPower::Ect => "Say if the one who speaks for you may decide on ECT.",
        AgentPower::Research => "Say if the one who speaks for you may decide on research.",
    }
    .to_owned()
}

const fn also(also: Also) -> &'static str {
    match also {
        Also::PresumedValid => "It is taken as valid unless someone shows that it is not.",
        Also::PartsStandAlone => "If one part fails, the rest still stands.",
        Also::CannotBeAmended => "You cannot change it once it is signed. You make a new one.",
        Also::ServiceMustAsk => "Your care service must ask if you have one.",
        Also::HonouredFromElsewhere => "One from another state counts if it is valid there.",
        Also::MustReachDoctor => "It works only once your doctor has a copy.",
        Also::OrderNeeded => "It does not force care by itself. A court or the mayor must first decide.",
        Also::NotYetLaw => "This law was made but was not yet in force when we looked.",
        Also::ServicesWillHelp => "Once it is, care services must tell you of it and help.",
        Also::ChangePlanned => "There are plans to change this law.",
        Also::RequestsConsidered => "What you ask for does not bind, but they must think about it.",
        Also::HoldsWhenDetained => "It can count in hospital too when you are held there.",
        Also::YearlyUpdate => "Look at it again each year.",
        Also::AgreementLikeContract => "If you agree it with a clinic, it is much like a contract.",
        Also::AgentInOtherPaper => "To name someone who decides for you takes another paper.",
    }
}

/// "a", "a or b", "a, b or c".
fn list<T: Display>(words: impl Iterator<Item = T>, last: &str) -> String {
    let mut words: Vec<String> = words.map(|word| word.to_string()).collect();
    match (words.pop(), words.is_empty()) {
        (None, _) => String::new(),
        (Some(only), true) => only,
        (Some(end), false) => format!("{} {last} {end}", words.join(", ")),
    }
}

fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
