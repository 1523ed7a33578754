//! Bytes to FHIR resource and back, nothing else.
