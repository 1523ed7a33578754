//! The door for the person: plans, sharing, receipts, sign-in.
