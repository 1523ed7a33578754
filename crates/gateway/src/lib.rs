//! The door for systems: FHIR, native plans, OAuth endpoints.
