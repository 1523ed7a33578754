//! The policy against addresses, and the limits against a local server that misbehaves.
