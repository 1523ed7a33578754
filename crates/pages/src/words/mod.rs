//! Every fixed word a person reads here, one file per language. The person's own words never come from here.

pub(crate) mod en;
#[cfg(test)]
mod lint;
pub(crate) mod shown;
