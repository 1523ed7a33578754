//! Everything that goes out by network, under one policy.
