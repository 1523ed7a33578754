//! Every URL, code and published rule of our FHIR profiles, in one place.

/// Root of our canonical URLs.
pub const CANONICAL: &str = "https://sayso.example/fhir";

macro_rules! canonical {
    ($($(#[$doc:meta])* $name:ident = $path:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = concat!("https://sayso.example/fhir/", $path);)*
    };
}

canonical! {
    /// Profile of CarePlan: the working view of a plan.
    CARE_PLAN = "StructureDefinition/sayso-care-plan";
    /// Profile of Observation: words, a preference, a need, or somebody not to be contacted.
    STATEMENT = "StructureDefinition/sayso-statement";
    /// Profile of Goal.
    GOAL = "StructureDefinition/sayso-goal";
    /// Profile of RelatedPerson: a contact.
    CONTACT = "StructureDefinition/sayso-contact";
    /// Profile of CareTeam: the contacts of a plan.
    CARE_TEAM = "StructureDefinition/sayso-care-team";
    /// Profile of Consent: an advance consent or an advance refusal of treatment.
    TREATMENT_CONSENT = "StructureDefinition/sayso-treatment-consent";
    /// Profile of Consent: who speaks for the person.
    AGENT_CONSENT = "StructureDefinition/sayso-agent-consent";
    /// Profile of Consent: who may see what, as the person decided.
    SHARING_CONSENT = "StructureDefinition/sayso-sharing-consent";
    /// Profile of Composition: the plan as a document.
    COMPOSITION = "StructureDefinition/sayso-composition";
    /// Profile of Composition: the crisis extract.
    CRISIS_EXTRACT = "StructureDefinition/sayso-crisis-extract";
    /// Profile of Bundle: a plan, or the crisis extract, as one document.
    BUNDLE = "StructureDefinition/sayso-document";
    /// Profile of DocumentReference: the index entry of a plan, or a document kept whole.
    DOCUMENT = "StructureDefinition/sayso-document-reference";
    /// Profile of Provenance: who made a plan.
    PROVENANCE = "StructureDefinition/sayso-provenance";
    /// Profile of Patient: name and verified identifiers.
    PATIENT = "StructureDefinition/sayso-patient";
    /// Profile of Task: what somebody proposes to a plan.
    PROPOSAL = "StructureDefinition/sayso-proposal";

    /// Extension: one item's envelope; its parts have the names of the native plan (plan.schema.json).
    EXT_ITEM = "StructureDefinition/item";
    /// Extension on CarePlan: an item that stands in a resource of its own; together with `item` it gives the order.
    EXT_ITEM_REFERENCE = "StructureDefinition/item-reference";
    /// Extension on CarePlan: head, parties and absences; its parts have the names of the native plan.
    EXT_PLAN = "StructureDefinition/plan";
    /// Extension: the words byte for byte as UTF-8 in base64, where the FHIR element cannot or may not hold them bare.
    EXT_OWN_WORDS = "StructureDefinition/own-words";
    /// Modifier extension on a Consent provision: the rule holds only under a condition.
    EXT_CONDITION = "StructureDefinition/condition";
    /// Modifier extension on a Consent provision: what an agent may not do, in words.
    EXT_AGENT_LIMITS = "StructureDefinition/agent-limits";
    /// Extension: which agent speaks first.
    EXT_AGENT_ORDER = "StructureDefinition/agent-order";
    /// Extension: prefer, accept or refuse, and how binding it is meant.
    EXT_DIRECTION = "StructureDefinition/direction";
    /// Extension: what a contact may be told, limits, and under which condition to contact them.
    EXT_CONTACT_RULE = "StructureDefinition/contact-rule";
    /// Extension: which rung of which ladder an activity is.
    EXT_RUNG = "StructureDefinition/rung";
    /// Extension: for whom or what an arrangement is, and whether they accepted.
    EXT_ARRANGEMENT = "StructureDefinition/arrangement";
    /// Extension: where a party stands.
    EXT_STANCE = "StructureDefinition/stance";
    /// Extension: the day on which somebody signed, witnessed or attested.
    EXT_FORMALITY_DAY = "StructureDefinition/formality-day";
    /// Extension: the item that a derived resource or activity was made from.
    EXT_OF_ITEM = "StructureDefinition/of-item";

    /// Extension on a Consent provision: the refusal holds even in an emergency.
    EXT_EVEN_IN_EMERGENCY = "StructureDefinition/even-in-emergency";
    /// Extension on a Consent provision: the permit outlasts the person's death.
    EXT_AFTER_DEATH = "StructureDefinition/after-death";
    /// Modifier extension on a Consent provision of R5 and R6: whether it permits or refuses.
    EXT_EFFECT = "StructureDefinition/provision-effect";

    /// Code system of the 36 sections.
    SECTIONS = "CodeSystem/plan-section";
    /// Code system of the seven kinds of plan.
    KINDS = "CodeSystem/plan-kind";
    /// Code system whose codes are item ids: the security label of one single item.
    ITEMS = "CodeSystem/plan-item";
    /// Code system whose codes are plan ids: the label by which a consent is about one plan.
    PLANS = "CodeSystem/plan-tag";
    /// Code system of what a consent can be about beside sections, items, kinds and plans.
    CONSENT_PARTS = "CodeSystem/consent-part";
    /// Code system of the eight item types.
    ITEM_TYPES = "CodeSystem/item-type";
    /// Code system of what can be proposed to a plan: words, or a stance.
    PROPOSALS = "CodeSystem/proposal";
    /// Code system of the parts of a proposal: who speaks, where, about what, and where they stand.
    PROPOSAL_PARTS = "CodeSystem/proposal-part";
    /// Code system of what the person answers to a proposal.
    PROPOSAL_ANSWERS = "CodeSystem/proposal-answer";
    /// Code system of what a contact does for the person.
    CONTACT_ROLES = "CodeSystem/contact-role";
    /// Code system of what somebody is in a plan, and in which role they speak.
    PARTY_ROLES = "CodeSystem/party-role";
    /// Code system of what gives a plan weight in law.
    FORMALITY_KINDS = "CodeSystem/formality-kind";
    /// Naming system of items, for `RelatedPerson.identifier` and the references to a contact.
    ITEM_IDS = "NamingSystem/item";
    /// Naming system of plans, for `CarePlan.identifier` and document identifiers.
    PLAN_IDS = "NamingSystem/plan";
    /// Naming system of the organizations that are registered here.
    ORGANIZATION_IDS = "NamingSystem/organization";
    /// Naming system of the apps that are registered here.
    APP_IDS = "NamingSystem/app";
    /// Naming system of practitioners at an organization: the id of the organization, a dot, the id of the practitioner.
    PRACTITIONER_IDS = "NamingSystem/practitioner-role";
    /// Naming system of classes of recipients that a person can choose.
    RECIPIENT_CLASSES = "NamingSystem/recipient-class";
    /// Naming system of those who support one person.
    SUPPORTER_IDS = "NamingSystem/supporter";
}

/// The class of verified crisis services, among [`RECIPIENT_CLASSES`].
pub const CRISIS_SERVICES: &str = "crisis-services";
/// Documents that are kept whole, among [`CONSENT_PARTS`].
pub const DOCUMENTS: &str = "documents";
/// LOINC: consent document; the category of consents about who may see what.
pub const CONSENT_DOCUMENT: &str = "59284-0";

/// LOINC.
pub const LOINC: &str = "http://loinc.org";
/// SNOMED CT.
pub const SNOMED: &str = "http://snomed.info/sct";
/// HL7 confidentiality codes.
pub const CONFIDENTIALITY: &str = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
/// HL7 observation values; holds `SUBSETTED`.
pub const OBSERVATION_VALUE: &str = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";
/// US Core categories of Observation.
pub const US_CORE_CATEGORY: &str = "http://hl7.org/fhir/us/core/CodeSystem/us-core-category";
/// US Core category of CarePlan.
pub const US_CORE_CARE_PLAN: &str = "http://hl7.org/fhir/us/core/CodeSystem/careplan-category";
/// US Core profile of CarePlan, claimed where it is satisfied.
pub const US_CORE_CARE_PLAN_PROFILE: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-careplan";
/// US Core profile of a treatment intervention preference.
pub const US_CORE_TREATMENT: &str =
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-treatment-intervention-preference";
/// US Core profile of a care experience preference.
pub const US_CORE_EXPERIENCE: &str =
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-care-experience-preference";

/// LOINC and SNOMED CT codes that a section also gets; none where none was found.
#[must_use]
pub const fn standard_code(section: sayso_plan::Section) -> Option<(&'static str, &'static str)> {
    use sayso_plan::Section as S;
    match section {
        S::Goals => Some((LOINC, "81340-2")),
        S::Helps | S::WellnessTools => Some((LOINC, "81360-0")),
        S::Harms | S::Triggers => Some((LOINC, "81362-6")),
        S::Treatment | S::Force | S::Place => Some((LOINC, "107905-2")),
        S::WhoDecides => Some((LOINC, "81335-2")),
        S::WhatMatters | S::Hopes => Some((SNOMED, "370819000")),
        S::VisitsNews => Some((SNOMED, "223449006")),
        S::AboutMe
        | S::WellMe
        | S::Strengths
        | S::RolesBelonging
        | S::AccessNeeds
        | S::PastToKnow
        | S::DailyCare
        | S::EarlySigns
        | S::GettingWorse
        | S::CrisisSigns
        | S::ApproachMe
        | S::CopeAlone
        | S::PeoplePlaces
        | S::AskForHelp
        | S::Services
        | S::SaferSpace
        | S::ReasonsToLive
        | S::NotInvolve
        | S::CarePeople
        | S::BodyHealth
        | S::LookAfter
        | S::Agreements
        | S::SelfBinding
        | S::AfterCrisis => None,
    }
}

/// The code of a document of this kind: a standard one where there is one.
#[must_use]
pub const fn document_code(kind: sayso_plan::PlanKind) -> Option<(&'static str, &'static str, &'static str)> {
    use sayso_plan::PlanKind as K;
    match kind {
        K::AdvanceDirective => Some((LOINC, "104144-1", "Mental health advance directive")),
        K::JointCrisisPlan => Some((SNOMED, "736253002", "Mental health crisis plan")),
        K::WellnessPlan | K::ContingencyPlan | K::SafetyPlan | K::RecoveryPlan | K::CrisisCard => None,
    }
}

/// The kind of plan that a document is kept as, by the code that somebody else gave it.
pub(crate) fn kind_of_document(system: &str, code: &str) -> Option<sayso_plan::PlanKind> {
    use sayso_plan::PlanKind as K;
    match (system, code) {
        (LOINC, "42348-3" | "75320-2" | "81334-5" | "86533-7" | "64298-3" | "92664-2" | "104144-1")
        | (SNOMED, "371538006" | "736366004") => Some(K::AdvanceDirective),
        (SNOMED, "736253002") => Some(K::JointCrisisPlan),
        (SNOMED, "325691000000100") => Some(K::ContingencyPlan),
        _ => None,
    }
}

/// The sentence that every release carries, whole or not.
pub const NOTICE: &str = "The person chose what to share here. There may be more.";

/// Elements that the server makes. What is sent in them is not kept, and sending them is no loss; `*` is any resource.
/// Narrative is looked at all the same: words in it that are not in the plan are refused; and so are the confidentiality
/// labels in `meta`, of which a closer one counts. What a person is called, and
/// by which numbers they are found, is their own act and no document's.
pub const SERVER_OWNED: [(&str, &str); 14] = [
    ("*", "id"),
    ("*", "meta"),
    ("*", "text"),
    ("Bundle", "identifier"),
    ("Bundle", "timestamp"),
    ("CarePlan", "identifier"),
    ("Composition", "date"),
    ("Composition", "identifier"),
    ("DocumentReference", "date"),
    ("Patient", "identifier"),
    ("Patient", "name"),
    ("Provenance", "activity"),
    ("Provenance", "recorded"),
    ("QuestionnaireResponse", "authored"),
];

/// Elements in which a moment (with a time) is the server's record of when a statement last changed; a day in them is
/// the person's `since`, and is kept.
pub const SERVER_OWNED_MOMENTS: [(&str, &str); 2] = [("Observation", "effectiveDateTime"), ("Consent", "dateTime")];
