//! Released plan to paper: cards and documents.
