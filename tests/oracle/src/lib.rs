//! The oracle: somebody else's validator over what leaves and over what is published, and the JSON schema of R4 beside it.

pub mod codes;
pub mod leaving;
pub mod profiles;
pub mod published;
pub mod schema;
