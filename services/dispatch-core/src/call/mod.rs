//! A call: one INVITE that reached us, from ring to disposition.
//!
//! A call is not an incident: ten callers report one fire. The trunk role owns the live call and tells what
//! happened as [`fact::CallFact`]s; the desk keeps the record and decides what people still owe it.

pub mod fact;
