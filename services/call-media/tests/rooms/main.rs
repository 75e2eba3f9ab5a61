//! Rooms with real sockets: phones that speak RTP and browsers that speak WebRTC.
#![allow(clippy::unwrap_used, reason = "tests")]

mod bridge;
mod phone;
mod single;
