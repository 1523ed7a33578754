//! Races between a person who decides and those who read, and what the time of an answer tells.

pub mod home;
pub mod model;
pub mod replay;
pub mod threads;
pub mod timing;
