//! The media plane: session descriptions, RTP, announcements.
//!
//! A [`session::MediaSession`] is the caller's leg: one RTP port from the answer to the end of the call. Today
//! it plays announcements; a bridge to a call-taker is another source for the same leg, which keeps its
//! sequence numbers, timestamps and SSRC over every change of source, so that the caller's phone never
//! sees a new stream.
//!
//! Architecture invariants: this crate knows no SIP and no database; nothing it reads from the network can make
//! it panic or allocate without bound.

pub mod announcement;
pub mod g711;
mod pacer;
mod ports;
pub mod rtp;
pub mod sdp;
pub mod session;
pub mod wav;
