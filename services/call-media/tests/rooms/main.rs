//! Rooms with real sockets: phones that speak RTP and browsers that speak WebRTC.
#![allow(clippy::unwrap_used, reason = "tests")]

mod bridge;
mod browser;
mod load;
mod phone;
mod recorded;
mod reports;
mod seats;
mod single;
