//! What passes between the half that holds live calls (the trunk role) and the half that holds incidents
//! (the desk role), and nothing else does.
//!
//! * Up: [`journal::Journal`], an append-only file of call facts. The trunk appends a fact *before* it sends
//!   the answer that depends on it; the desk reads by cursor, at least once, and may fall behind for hours.
//! * Down: [`order::CallOrders`], what a person at a desk asks the trunk to do with a live call. The trunk's
//!   memory decides races, because only the trunk knows whether the caller is still there.
//!
//! In one process both are channels and calls. Between two processes a local socket carries the same messages
//! ([`link`]).
//!
//! Architecture invariant: nothing here waits for a database or for a network.

pub mod journal;
pub mod link;
pub mod order;
pub mod random;
