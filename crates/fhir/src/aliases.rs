//! Other spellings of the systems of codes that consents use (case 15): the same list under the address it had in an older
//! release, or under its object identifier. What is not in this table is not known, and never opens anything.

/// HL7 v3-ActReason: purposes of use.
pub const PURPOSES: &str = sayso_plan::purpose::PURPOSE_SYSTEM;
/// What a consent is about.
pub const CONSENT_SCOPES: &str = "http://terminology.hl7.org/CodeSystem/consentscope";
/// HL7 v3-ActCode: consent directives, and what is disclosed.
pub const ACT_CODES: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
/// HL7 v3-ParticipationType: in which role somebody is named.
pub const PARTICIPATIONS: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

/// The spelling, and the system that it means.
const ALIASES: [(&str, &str); 20] = [
    (PURPOSES, PURPOSES),
    ("http://hl7.org/fhir/v3/ActReason", PURPOSES),
    ("urn:oid:2.16.840.1.113883.5.8", PURPOSES),
    // The value set is often written where its code system is meant; the codes in it are those of ActReason.
    ("http://terminology.hl7.org/ValueSet/v3-PurposeOfUse", PURPOSES),
    ("urn:oid:2.16.840.1.113883.1.11.20448", PURPOSES),
    (crate::profile::CONFIDENTIALITY, crate::profile::CONFIDENTIALITY),
    ("http://hl7.org/fhir/v3/Confidentiality", crate::profile::CONFIDENTIALITY),
    ("urn:oid:2.16.840.1.113883.5.25", crate::profile::CONFIDENTIALITY),
    (ACT_CODES, ACT_CODES),
    ("http://hl7.org/fhir/v3/ActCode", ACT_CODES),
    ("urn:oid:2.16.840.1.113883.5.4", ACT_CODES),
    (PARTICIPATIONS, PARTICIPATIONS),
    ("http://hl7.org/fhir/v3/ParticipationType", PARTICIPATIONS),
    ("urn:oid:2.16.840.1.113883.5.90", PARTICIPATIONS),
    (CONSENT_SCOPES, CONSENT_SCOPES),
    ("http://hl7.org/fhir/consentscope", CONSENT_SCOPES),
    (crate::profile::LOINC, crate::profile::LOINC),
    ("urn:oid:2.16.840.1.113883.6.1", crate::profile::LOINC),
    ("http://terminology.hl7.org/CodeSystem/consentcategorycodes", CONSENT_CATEGORIES),
    ("http://hl7.org/fhir/consentcategorycodes", CONSENT_CATEGORIES),
];

/// Kinds of consent.
pub const CONSENT_CATEGORIES: &str = "http://terminology.hl7.org/CodeSystem/consentcategorycodes";

/// The system that a spelling means; itself where it is one of ours; none where it is not known.
#[must_use]
pub fn system(spelling: &str) -> Option<&str> {
    let known = ALIASES.iter().find(|(alias, _)| *alias == spelling).map(|(_, system)| *system);
    known.or_else(|| spelling.starts_with(crate::profile::CANONICAL).then_some(spelling))
}
