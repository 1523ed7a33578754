//! What a law asks for, as data: one file per instrument, and what follows from it for a plan. It gives advice, says
//! what a directive does, and whether one is in force; it never refuses to save, and decides nothing for anybody.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::item::PlanDate;
use crate::jurisdiction::{Jurisdiction, Place};
use crate::kind::PlanKind;
use crate::plan::Head;

pub mod advice;
pub mod compare;
pub mod facts;
pub mod in_force;
pub mod revocation;
pub mod span;
pub mod statement;

mod say;

pub use advice::{Advice, Sure, Todo};
pub use compare::{Column, Compared, compare};
pub use facts::{Effect, Fact, Status};
pub use in_force::{Attester, Episode, InForce, Period, in_force};
pub use revocation::{Capability, Revocation, TakesEffect, revocation};
pub use statement::Statement;

use facts::{
    Agent, Also, Applies, Barred, Capacity, Departure, Form, MadeWith, Notary, Register, Revoke, SelfBinding, Signer,
    Source, Validity, Witnesses,
};

/// A legal instrument whose rules are known here, by code; `unknown` is one. The list only ever grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Instrument {
    /// England and Wales: advance decision to refuse treatment.
    GbEawAdrt,
    /// England and Wales: advance statement.
    GbEawStatement,
    /// England and Wales: advance choice document.
    GbEawChoiceDocument,
    /// Scotland: advance statement.
    GbSctStatement,
    /// Ireland: advance healthcare directive.
    IeDirective,
    /// The Netherlands: self-binding declaration (zelfbindingsverklaring).
    NlSelfBinding,
    /// The Netherlands: crisis card.
    NlCrisisCard,
    /// Germany: Patientenverfügung.
    DePatientenverfuegung,
    /// India: advance directive.
    InDirective,
    /// Victoria: advance statement of preferences.
    AuVicStatement,
    /// New Zealand: advance directive.
    NzDirective,
    /// Washington: mental health advance directive.
    UsWaDirective,
    /// Oregon: declaration for mental health treatment.
    UsOrDeclaration,
    /// Pennsylvania: mental health declaration.
    UsPaDeclaration,
    /// None named, or none whose rules are known here: the plan is a wish, and nothing is asked for.
    Unknown,
}

/// The code names no instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an instrument whose rules are known here; unknown is one")]
pub struct UnknownInstrument;

impl Instrument {
    /// All instruments, `unknown` last.
    pub const ALL: [Self; 15] = [
        Self::GbEawAdrt,
        Self::GbEawStatement,
        Self::GbEawChoiceDocument,
        Self::GbSctStatement,
        Self::IeDirective,
        Self::NlSelfBinding,
        Self::NlCrisisCard,
        Self::DePatientenverfuegung,
        Self::InDirective,
        Self::AuVicStatement,
        Self::NzDirective,
        Self::UsWaDirective,
        Self::UsOrDeclaration,
        Self::UsPaDeclaration,
        Self::Unknown,
    ];

    /// The code, for instance `us-or-declaration`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::GbEawAdrt => "gb-eaw-adrt",
            Self::GbEawStatement => "gb-eaw-statement",
            Self::GbEawChoiceDocument => "gb-eaw-choice-document",
            Self::GbSctStatement => "gb-sct-statement",
            Self::IeDirective => "ie-directive",
            Self::NlSelfBinding => "nl-self-binding",
            Self::NlCrisisCard => "nl-crisis-card",
            Self::DePatientenverfuegung => "de-patientenverfuegung",
            Self::InDirective => "in-directive",
            Self::AuVicStatement => "au-vic-statement",
            Self::NzDirective => "nz-directive",
            Self::UsWaDirective => "us-wa-directive",
            Self::UsOrDeclaration => "us-or-declaration",
            Self::UsPaDeclaration => "us-pa-declaration",
            Self::Unknown => "unknown",
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Self::GbEawAdrt => include_str!("law/gb-eaw-adrt.json"),
            Self::GbEawStatement => include_str!("law/gb-eaw-statement.json"),
            Self::GbEawChoiceDocument => include_str!("law/gb-eaw-choice-document.json"),
            Self::GbSctStatement => include_str!("law/gb-sct-statement.json"),
            Self::IeDirective => include_str!("law/ie-directive.json"),
            Self::NlSelfBinding => include_str!("law/nl-self-binding.json"),
            Self::NlCrisisCard => include_str!("law/nl-crisis-card.json"),
            Self::DePatientenverfuegung => include_str!("law/de-patientenverfuegung.json"),
            Self::InDirective => include_str!("law/in-directive.json"),
            Self::AuVicStatement => include_str!("law/au-vic-statement.json"),
            Self::NzDirective => include_str!("law/nz-directive.json"),
            Self::UsWaDirective => include_str!("law/us-wa-directive.json"),
            Self::UsOrDeclaration => include_str!("law/us-or-declaration.json"),
            Self::UsPaDeclaration => include_str!("law/us-pa-declaration.json"),
            Self::Unknown => include_str!("law/unknown.json"),
        }
    }

    /// Its law.
    #[must_use]
    pub fn law(self) -> &'static Law {
        LAWS.get(&self).unwrap_or(&NOTHING_KNOWN)
    }
}

impl fmt::Display for Instrument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Instrument {
    type Err = UnknownInstrument;

    fn from_str(code: &str) -> Result<Self, UnknownInstrument> {
        Self::ALL.into_iter().find(|i| i.code() == code).ok_or(UnknownInstrument)
    }
}

/// What the law says of one instrument. A cell that is absent is not known here; that is never the same as "nothing is
/// asked for". Not legal advice: data for a lawyer of the place to check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Law {
    /// The instrument.
    pub instrument: Instrument,
    /// Which state of this record; every change of the file makes it one more.
    pub version: u32,
    /// What the law calls it.
    pub name: String,
    /// Where it is law.
    pub places: Vec<Place>,
    /// Which kinds of plan can be one.
    pub kinds: Vec<PlanKind>,
    /// When the record as a whole was last looked at.
    pub checked_at: PlanDate,
    /// Where its facts were read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<String, Source>,
    /// The youngest who can make one, in years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_age: Option<Fact<u8>>,
    /// In which form it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Fact<Form>>,
    /// Who signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<Fact<Signer>>,
    /// With whom it is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_with: Option<Fact<MadeWith>>,
    /// Who must see the person sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witnesses: Option<Fact<Witnesses>>,
    /// What a notary is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notary: Option<Fact<Notary>>,
    /// How it is shown that the person was able to decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Fact<Capacity>>,
    /// When it cannot be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub barred: Option<Fact<Barred>>,
    /// When it is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies: Option<Fact<Applies>>,
    /// How long it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validity: Option<Fact<Validity>>,
    /// Whether one in use holds past its end until the person can decide again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues_while_incapable: Option<Fact<bool>>,
    /// Where it is to be told or kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub register: Option<Fact<Register>>,
    /// What it does.
    pub effect: Fact<Effect>,
    /// Who may depart from it.
    #[serde(rename = "override", default, skip_serializing_if = "Option::is_none")]
    pub departure: Option<Fact<Departure>>,
    /// Whether it does not hold in an emergency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency_exempt: Option<Fact<bool>>,
    /// For how many days, at most, it can agree to a stay in hospital.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admission_max_days: Option<Fact<u16>>,
    /// How it is cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoke: Option<Fact<Revoke>>,
    /// Whether the person can have themselves held to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_binding: Option<Fact<SelfBinding>>,
    /// Whether somebody can be named to decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Fact<Agent>>,
    /// What else to know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Fact<Also>>,
}

static LAWS: LazyLock<BTreeMap<Instrument, Law>> = LazyLock::new(|| {
    let read = |i: Instrument| Law::read(i).ok().map(|law| (i, law));
    Instrument::ALL.into_iter().filter_map(read).collect()
});

/// Stands in where a file cannot be read, which the tests rule out: nothing is known, so nothing binds.
static NOTHING_KNOWN: LazyLock<Law> = LazyLock::new(|| Law {
    instrument: Instrument::Unknown,
    version: 1,
    name: String::new(),
    places: Vec::new(),
    kinds: PlanKind::ALL.to_vec(),
    checked_at: PlanDate(time::Date::MIN),
    sources: BTreeMap::new(),
    min_age: None,
    form: None,
    signer: None,
    made_with: None,
    witnesses: None,
    notary: None,
    capacity: None,
    barred: None,
    applies: None,
    validity: None,
    continues_while_incapable: None,
    register: None,
    effect: Fact { is: Effect::Wish, status: Status::Verified, sources: Vec::new() },
    departure: None,
    emergency_exempt: None,
    admission_max_days: None,
    revoke: None,
    self_binding: None,
    agent: None,
    also: Vec::new(),
});

impl Law {
    fn read(instrument: Instrument) -> Result<Self, serde_json::Error> {
        serde_json::from_str(instrument.file())
    }

    /// The law a plan is written under: the instrument it names, if that is law in the place it names. All else is
    /// unknown: nothing is guessed.
    #[must_use]
    pub fn of(head: &Head) -> &'static Self {
        let law = head.instrument.unwrap_or(Instrument::Unknown).law();
        match head.jurisdiction {
            Some(Jurisdiction::Place(place)) if law.places.contains(&place) => law,
            Some(Jurisdiction::Place(_) | Jurisdiction::Unknown) | None => Instrument::Unknown.law(),
        }
    }

    /// The laws known here for a plan of this kind in this place, to choose from.
    pub fn at(place: Place, kind: PlanKind) -> impl Iterator<Item = &'static Self> {
        let laws = Instrument::ALL.into_iter().map(Instrument::law);
        laws.filter(move |law| law.places.contains(&place) && law.kinds.contains(&kind))
    }

    /// Whether no law is named, or none that is known here.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.instrument == Instrument::Unknown
    }
}

#[cfg(test)]
mod tests;
