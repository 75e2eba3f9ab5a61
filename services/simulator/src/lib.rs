//! A seeded city of callers, call-takers and agencies, and the outside checker of what the server keeps.
//!
//! The simulator shares no code with the server: its SIP agent, its HTTP client and its reading of the feed
//! are its own, so that a mistake of the server cannot hide in the program that looks for it. It only ever
//! talks to loopback addresses.
//!
//! * [`city`] draws who calls, when and why; the same seed gives the same city.
//! * [`sip_agent`] places calls; [`callers`] places all calls of a city.
//! * [`impairment`] is a bad network between them and the server.
//! * [`phone`] is a phone with sound, for calls that last.
//! * [`console`] answers, reports, dispatches and acknowledges, and follows the feed.
//! * [`ledger`] keeps what was acknowledged and compares it with what is there.
//! * [`simulate`] is `sigap simulate`.

pub mod callers;
pub mod city;
pub mod console;
mod error;
pub mod impairment;
pub mod ledger;
pub mod percentile;
pub mod phone;
pub mod seeded;
pub mod simulate;
pub mod sip_agent;
pub mod stopwatch;

pub use error::SimulatorError;
pub use simulate::{SimulateOptions, SimulateReport, simulate};
