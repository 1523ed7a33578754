//! One transaction, one snapshot: rows, ciphertext, and the ledger on disk.
