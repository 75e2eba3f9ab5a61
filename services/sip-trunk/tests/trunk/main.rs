//! The trunk over real sockets: what a telco, a broken phone and a stranger send, and what then is in the journal.

#![allow(clippy::unwrap_used, reason = "the helpers of the tests are tests")]

mod answered;
mod client;
mod conformance;
mod ended;
mod hostile;
mod inside;
mod malformed;
mod media;
mod peers;
mod phone;
mod restored;
mod resumed;
mod silence;
mod sipp;
mod table;
mod tcp;
mod tls;
mod torture;
mod voice;
