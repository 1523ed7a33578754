//! Released plan to FHIR, FHIR to draft; loss is an error with a path.
