//! What a law can ask for, in closed lists, so that a table can hold it and every reader knows what to do with it.

use serde::{Deserialize, Serialize};

use super::span::Span;
use crate::item::PlanDate;

/// One cell of the table: what the law says, and how sure that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact<T> {
    /// What it says.
    pub is: T,
    /// How sure it is.
    pub status: Status,
    /// Where it was read: keys of the record's sources. A verified fact has one or more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

/// How sure a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Read in its sources.
    Verified,
    /// From memory; to be checked before anybody relies on it.
    Mem,
}

/// Where facts were read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What it is.
    pub title: String,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When it was last read.
    pub checked_at: PlanDate,
}

/// In which form a directive counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// In writing.
    pub written: bool,
    /// As a sound or film recording.
    pub recorded: bool,
    /// By word of mouth.
    pub oral: bool,
}

/// For which directives something is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Needed {
    /// For all.
    Always,
    /// Only where treatment is refused that keeps the person alive.
    LifeSustaining,
    /// For none.
    Never,
}

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signer {
    /// When the person must sign.
    pub when: Needed,
    /// Whether somebody may sign for them as they ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<bool>,
}

/// Whom the law wants to make it with the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MadeWith {
    /// The clinician who is responsible for the care.
    ResponsibleClinician,
    /// A consultant who works for no care provider.
    IndependentConsultant,
}

/// Who must see the person sign, and say what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Witnesses {
    /// For which directives.
    pub when: Needed,
    /// How many at least.
    pub min: u8,
    /// What they must be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must_be: Vec<WitnessMust>,
    /// What they may not be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not: Vec<WitnessNot>,
    /// What they must state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statement: Vec<WitnessSays>,
}

/// What a witness must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WitnessMust {
    /// An adult.
    Adult,
    /// Of a job on the law's list.
    PrescribedClass,
    /// At least one must not be family.
    OneOutsideFamily,
}

/// What a witness may not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WitnessNot {
    /// Who speaks for the person.
    Agent,
    /// Who treats the person.
    TreatingClinician,
    /// Family of who treats the person.
    RelativeOfTreatingClinician,
    /// Who owns or runs the place of care.
    FacilityOwner,
    /// Family of who owns or runs the place of care.
    RelativeOfFacilityOwner,
    /// Family of the person.
    Family,
    /// Who signs for the person.
    Proxy,
}

/// What a witness must state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WitnessSays {
    /// The person is able to decide this.
    Capacity,
    /// The person understands what they sign.
    Understands,
    /// Nobody put pressure on them.
    FreeWill,
    /// They saw the person sign.
    SawSigning,
    /// They are an adult.
    IsAdult,
    /// They know the person.
    KnowsPerson,
}

/// What a notary is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notary {
    /// Not asked for.
    None,
    /// Instead of witnesses.
    Alternative,
    /// Asked for.
    Required,
}

/// How it is shown that the person was able to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capacity {
    /// Nothing to show.
    Presumed,
    /// A witness says so.
    WitnessCertifies,
    /// A doctor says so.
    DoctorAttests,
    /// A psychiatrist or psychologist who does not treat the person says so.
    IndependentExpert,
}

/// When a directive cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Barred {
    /// While a court's order keeps the person in care.
    InvoluntaryCommitment,
}

/// When a directive is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Applies {
    /// When.
    pub when: AppliesWhen,
    /// Who must find that it is so: alternatives, each a list of people, each with what they may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found_by: Vec<Vec<Vec<Finder>>>,
}

/// When a directive is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AppliesWhen {
    /// While the person cannot decide.
    Incapable,
    /// When what the person described has come.
    AsDescribed,
    /// At any time.
    Always,
}

/// Who finds that a person cannot decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finder {
    /// A court.
    Court,
    /// A psychiatrist.
    Psychiatrist,
    /// A physician; a psychiatrist is one.
    Physician,
    /// A psychologist.
    Psychologist,
    /// Another professional who treats mental health.
    OtherProfessional,
}

/// How long a directive holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// No end.
    None,
    /// The person may set an end.
    Optional,
    /// The person must set an end.
    Chosen,
    /// This long from signing.
    For(Span),
}

/// Where it is to be told or kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// What is kept.
    pub kept: Kept,
    /// By whom, as they are called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// What a register keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kept {
    /// There is none.
    None,
    /// The directive, where the person wants it.
    Optional,
    /// Only where the directive is.
    WhereHeld,
    /// That there is one, once it was told.
    Notice,
    /// The directive, for those who treat.
    Online,
}

/// What a directive does, from strong to weak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// A no must be followed.
    BindingRefusal,
    /// It must be followed, but for grounds that the law lists.
    FollowUnless,
    /// It must be considered.
    HaveRegard,
    /// It is a wish.
    Wish,
}

/// Who may depart from a directive, why, and what they then owe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Departure {
    /// Who.
    pub who: Vec<Who>,
    /// On which grounds; none listed means the law lists none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grounds: Vec<Ground>,
    /// What they owe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duty: Option<Duty>,
}

/// Somebody with a part in law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say all")]
pub enum Who {
    Person,
    Agent,
    Relative,
    Carer,
    Clinician,
    Psychiatrist,
    Provider,
    Tribunal,
    Board,
    Court,
    Commission,
    OthersNamedByLaw,
}

/// Why a directive may not be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// The person is held in hospital under mental health law; rules for ECT stay.
    DetainedButEct,
    /// The person is held or treated under mental health law.
    Detained,
    /// The person is held because of risk.
    DetainedOnRisk,
    /// A court has ordered care.
    Committed,
    /// It is not clear enough, or does not fit what happens.
    DoesNotFit,
    /// To keep others safe.
    ProtectOthers,
    /// A board allows it.
    BoardAllows,
    /// It is not right as care.
    NotAppropriate,
    /// It cannot be had.
    Unavailable,
    /// It is against the law.
    AgainstLaw,
    /// Life or health is in danger.
    Emergency,
    /// The provider cannot do it, and helps to find another.
    CannotComply,
}

/// What is owed by who departs from a directive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    /// How reasons are given.
    pub reason: Reasons,
    /// Whether it is owed only where something the person asks for is not done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_requests: bool,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
    /// Whom to tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tell: Vec<Who>,
}

/// How reasons are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say all")]
pub enum Reasons {
    Said,
    Written,
}

/// A number of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// How many.
    pub days: u16,
    /// Whether only working days count.
    pub working: bool,
}

/// How a directive is cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revoke {
    /// In which form; one of them is enough.
    pub form: Vec<RevokeForm>,
    /// Whether the person must be able to decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_required: Option<bool>,
    /// Whether it takes effect while they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub while_incapable: Option<WhileIncapable>,
    /// Whether a part can be cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<bool>,
    /// Whether it takes effect only once it was told to who treats the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when_told: Option<bool>,
}

/// The form of cancelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevokeForm {
    /// Any.
    Any,
    /// By word of mouth.
    Oral,
    /// In writing.
    Written,
    /// As it was made, witnesses included.
    SameAsMaking,
}

/// Whether cancelling takes effect while the person cannot decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say all")]
pub enum WhileIncapable {
    Yes,
    No,
    AsChosen,
}

/// Whether a person can have themselves held to it later, against their own word then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelfBinding {
    /// Whether.
    pub allowed: bool,
    /// For how long at most, where the law says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Span>,
    /// What it must say or have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<BindingNeed>,
}

/// What self-binding must say or have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BindingNeed {
    /// In which circumstances.
    Circumstances,
    /// Which care.
    Care,
    /// For how long at most.
    LongestTime,
    /// How it ends.
    HowItEnds,
    /// Until when the paper holds.
    Validity,
    /// Whom to contact.
    WhomToContact,
    /// A care plan with it.
    CarePlan,
    /// Whether it can be cancelled while the person cannot decide.
    WhetherRevocable,
}

/// Whether somebody can be named to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// Whether.
    pub allowed: bool,
    /// Whether they must accept in writing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accepts_in_writing: bool,
    /// What they may decide only where the person says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_if_said: Vec<AgentPower>,
}

/// A power that an agent has only where it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say all")]
pub enum AgentPower {
    Ect,
    Research,
}

/// Something else that a person should know before they sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Also {
    /// It is taken as valid until somebody shows that it is not.
    PresumedValid,
    /// A part that fails does not void the rest.
    PartsStandAlone,
    /// It cannot be changed; a new one is made.
    CannotBeAmended,
    /// The service must ask whether there is one.
    ServiceMustAsk,
    /// One that is valid where it was made is honoured.
    HonouredFromElsewhere,
    /// It works only once a doctor has a copy.
    MustReachDoctor,
    /// Nobody is forced by it alone: a court or a mayor must decide.
    OrderNeeded,
    /// The law is made but not yet in force.
    NotYetLaw,
    /// Once in force, services must tell of it and help to make it.
    ServicesWillHelp,
    /// A change of the law is under way.
    ChangePlanned,
    /// What is asked for, beside refusals, must be considered.
    RequestsConsidered,
    /// It holds for people who are held in hospital too.
    HoldsWhenDetained,
    /// It is looked at again each year.
    YearlyUpdate,
    /// An agreement about treatment is much like a contract.
    AgreementLikeContract,
    /// Who decides for the person is named in another paper.
    AgentInOtherPaper,
}
