//! The use cases, one file each; the only place where store, consent and ledger meet.
