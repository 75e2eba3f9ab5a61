//! The pure rules of Sigap 112.
//!
//! Everything that decides lives here: what a call, an incident and an assignment are, which command may
//! change them, who is sent, when silence escalates. Nothing here waits, reads a clock, draws a random
//! number or opens a file: time and ids come in as arguments, so that replaying the same events gives the
//! same state everywhere.
//!
//! Entry points: [`call::decide`], [`incident::decide`], [`duty::decide`] and their `apply` and
//! `next_deadline`; [`classification`]; [`card::assess`]; [`routing::propose`]; [`place::read`] and [`place::PlaceIndex`]; [`duplicate::Index`];
//! [`unit::decide`], [`unit::recommend`], [`unit::gaps`].
//!
//! Architecture invariant: this crate names no tokio, sqlx, axum, clock or random source in its Cargo.toml.

pub mod acd;
pub mod actor;
pub mod alarm;
pub mod area;
pub mod broadcast;
pub mod call;
pub mod card;
pub mod category;
pub mod classification;
pub mod disaster;
pub mod draft;
pub mod duplicate;
pub mod duty;
pub mod erlang;
pub mod escalation;
pub mod ids;
pub mod incident;
pub mod limits;
pub mod metrics;
pub mod neighbour;
pub mod paper;
pub mod place;
pub mod policy;
pub mod private;
pub mod referral;
pub mod roster;
pub mod routing;
pub mod screening;
pub mod site;
pub mod time;
pub mod trunk;
pub mod unit;
