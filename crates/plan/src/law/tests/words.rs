//! The words: short sentences that a person can read in a bad hour, and that blame nobody.

use std::collections::BTreeSet;

use super::facts::*;
use super::*;

/// The longest sentence, in words.
const SENTENCE_MAX_WORDS: usize = 15;
/// The highest school grade of all the words of one kind together (Flesch and Kincaid).
const GRADE_MAX: f64 = 6.0;
/// Long words that no shorter one replaces.
const LONG_WORDS: &[&str] = &["emergency", "psychologist", "psychiatrist"];
/// Words that name people by their illness, or say that they obey.
const NEVER: &[&str] = &[
    "patient",
    "patients",
    "complian",
    "comply",
    "refuses",
    "insight",
    "manipulat",
    "attention-seeking",
    "failed",
    "suicide",
    "restrain",
    "risk score",
    "schizophren",
    "contract for safety",
    "burden",
    "non-",
    "must not save",
    "not allowed",
    "invalid",
    "illegal",
    "your fault",
    "error",
];

fn every_todo() -> Vec<Todo> {
    let mut all = vec![
        Todo::NameInstrument(vec![Instrument::GbEawAdrt, Instrument::GbEawStatement, Instrument::GbEawChoiceDocument]),
        Todo::Age { min: 18 },
        Todo::Sign,
        Todo::SignIfLifeSustaining,
        Todo::Witnesses { needed: 2, have: 0, or_notary: true },
        Todo::Witnesses { needed: 1, have: 0, or_notary: false },
        Todo::WitnessIfLifeSustaining { needed: 1 },
        Todo::Notary,
        Todo::NotWhile(Barred::InvoluntaryCommitment),
        Todo::SetEnd,
        Todo::EndsSooner { on: on(date!(2026 - 05 - 01)) },
        Todo::MakeNewBefore { on: on(date!(2026 - 05 - 01)) },
        Todo::MakeNew { ended: on(date!(2026 - 05 - 01)) },
        Todo::YearlyUpdate,
        Todo::GiveToDoctor,
        Todo::AgentAccepts,
        Todo::SayIfRevocable,
    ];
    all.extend([MadeWith::ResponsibleClinician, MadeWith::IndependentConsultant].map(Todo::MakeWith));
    let musts = [WitnessMust::Adult, WitnessMust::PrescribedClass, WitnessMust::OneOutsideFamily];
    all.extend(musts.map(Todo::WitnessMust));
    let nots = [
        WitnessNot::Agent,
        WitnessNot::TreatingClinician,
        WitnessNot::RelativeOfTreatingClinician,
        WitnessNot::FacilityOwner,
        WitnessNot::RelativeOfFacilityOwner,
        WitnessNot::Family,
        WitnessNot::Proxy,
    ];
    all.extend(nots.map(|is| Todo::OtherWitness { party: party("ann"), is }));
    all.extend(nots.map(Todo::WitnessNot));
    let says = [
        WitnessSays::Capacity,
        WitnessSays::Understands,
        WitnessSays::FreeWill,
        WitnessSays::SawSigning,
        WitnessSays::IsAdult,
        WitnessSays::KnowsPerson,
    ];
    all.extend(says.map(Todo::WitnessSays));
    let shown = [Capacity::Presumed, Capacity::WitnessCertifies, Capacity::DoctorAttests, Capacity::IndependentExpert];
    all.extend(shown.map(Todo::ShowCapacity));
    let kept = [Kept::None, Kept::Optional, Kept::WhereHeld, Kept::Notice, Kept::Online];
    all.extend(kept.map(|kept| Todo::Register(Register { kept, at: Some("The Office".into()) })));
    all.extend(kept.map(|kept| Todo::Register(Register { kept, at: None })));
    all.extend([AgentPower::Ect, AgentPower::Research].map(Todo::AgentPower));
    let needs = [
        BindingNeed::Circumstances,
        BindingNeed::Care,
        BindingNeed::LongestTime,
        BindingNeed::HowItEnds,
        BindingNeed::Validity,
        BindingNeed::WhomToContact,
        BindingNeed::CarePlan,
        BindingNeed::WhetherRevocable,
    ];
    all.extend(needs.map(Todo::BindingNeed));
    all
}

fn advice_texts() -> Vec<String> {
    every_todo()
        .into_iter()
        .flat_map(|todo| {
            [Status::Verified, Status::Mem]
                .map(|status| Advice { todo: todo.clone(), sure: Sure::Check, status, sources: vec![] }.sentence())
        })
        .collect()
}

fn cell_texts() -> Vec<String> {
    let laws = Instrument::ALL.into_iter().map(Instrument::law);
    laws.flat_map(|law| Column::ALL.into_iter().filter_map(|column| law.cell(column)))
        .flat_map(|c| c.sentences)
        .collect()
}

fn statement_texts() -> Vec<String> {
    let missing = Advice { todo: Todo::Sign, sure: Sure::Missing, status: Status::Verified, sources: vec![] };
    let laws = Instrument::ALL.into_iter().map(Instrument::law);
    laws.flat_map(|law| [law.statement(&[]), law.statement(std::slice::from_ref(&missing))])
        .flat_map(|statement| statement.sentences)
        .collect()
}

fn time_texts() -> Vec<String> {
    let [ended, day] = [on(date!(2026 - 05 - 01)), on(date!(2026 - 04 - 01))];
    [
        InForce::NotYet { from: day },
        InForce::Yes { until: None },
        InForce::Yes { until: Some(ended) },
        InForce::EndNotShown { after: span::Span::Years(3), until: None },
        InForce::StillInUse { ended, since: day },
        InForce::PastUnlessIncapable { ended },
        InForce::Past { ended },
        InForce::Over { ended, capable_since: None },
        InForce::Over { ended, capable_since: Some(ended) },
    ]
    .iter()
    .map(InForce::sentence)
    .collect()
}

fn revocation_texts() -> Vec<String> {
    let laws = Instrument::ALL.into_iter().map(Instrument::law);
    let cases = [Capability::Capable, Capability::Incapable, Capability::Disputed];
    laws.flat_map(|law| cases.map(|capability| revocation(law, capability, None)))
        .flat_map(|found| found.sentences())
        .chain(Compared::sentences())
        .collect()
}

/// Names of laws and offices stand as they are; everything else is ours to keep simple.
fn without_names(text: &str) -> String {
    let mut text = text.to_owned();
    for law in Instrument::ALL.into_iter().map(Instrument::law) {
        let office = law.register.as_ref().and_then(|register| register.is.at.as_deref());
        for name in [Some(law.name.as_str()), office].into_iter().flatten().filter(|name| !name.is_empty()) {
            text = text.replace(name, "name");
        }
    }
    text
}

fn sentences(text: &str) -> Vec<String> {
    text.split_inclusive(['.', ':']).map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect()
}

fn words_of(sentence: &str) -> Vec<String> {
    let trim = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    sentence.split_whitespace().map(trim).filter(|word| !word.is_empty()).collect()
}

/// Groups of vowels, without a silent e: what readability formulas count.
fn syllables(word: &str) -> usize {
    if word.chars().any(|c| c.is_ascii_digit()) {
        return 1;
    }
    let vowel = |c: char| "aeiouy".contains(c);
    let letters: Vec<char> = word.chars().collect();
    let starts = letters.iter().enumerate().filter(|(n, c)| vowel(**c) && (*n == 0 || !vowel(letters[n - 1]))).count();
    let silent = word.ends_with('e') && !word.ends_with("le") && starts > 1;
    (starts - usize::from(silent)).max(1)
}

#[test]
fn syllables_are_counted_as_people_speak() {
    for (word, count) in [("sign", 1), ("notary", 3), ("able", 2), ("decide", 2), ("you", 1), ("emergency", 4)] {
        assert_eq!(syllables(word), count, "{word}");
    }
}

#[test]
fn every_sentence_is_short_plain_and_blames_nobody() {
    let kinds = [
        ("advice", advice_texts(), 100),
        ("cells", cell_texts(), 200),
        ("statements", statement_texts(), 100),
        ("times", time_texts(), 9),
        ("cancelling", revocation_texts(), 100),
    ];
    let mut faults = Vec::new();
    for (kind, texts, least) in kinds {
        assert!(texts.len() >= least, "{kind}: {}", texts.len());
        let texts: BTreeSet<String> = texts.iter().map(|text| without_names(text)).collect();
        let (mut all_sentences, mut all_words, mut all_syllables) = (0.0, 0.0, 0.0);
        for text in &texts {
            let low = text.to_lowercase();
            if text.contains('!') || !text.ends_with('.') {
                faults.push(format!("{kind}: ends otherwise: {text}"));
            }
            let never = NEVER.iter().filter(|never| low.contains(**never));
            faults.extend(never.map(|never| format!("{kind}: «{never}» in {text}")));
            for sentence in sentences(text) {
                let words = words_of(&sentence);
                if words.len() > SENTENCE_MAX_WORDS {
                    faults.push(format!("{kind}: {} words: {sentence}", words.len()));
                }
                for word in &words {
                    if syllables(word) >= 4 && !LONG_WORDS.contains(&word.as_str()) {
                        faults.push(format!("{kind}: «{word}» in {sentence}"));
                    }
                    all_syllables += f64::from(u32::try_from(syllables(word)).unwrap());
                }
                all_sentences += 1.0;
                all_words += f64::from(u32::try_from(words.len()).unwrap());
            }
        }
        let grade = 0.39 * all_words / all_sentences + 11.8 * all_syllables / all_words - 15.59;
        if grade > GRADE_MAX {
            faults.push(format!("{kind}: grade {grade:.1}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
