//! The media plane: rooms, RTP legs, browsers' audio, announcements, session descriptions.
//!
//! A [`room::Room`] is one call's sound. Callers, agencies and desk phones come in as RTP legs, call-takers and
//! supervisors as seats; who hears whom is decided every 20 ms by one thread ([`engine`]). Every participant is an
//! input and an output. An output is one RTP stream with one SSRC from its beginning to its end, over every change
//! of its source: announcement, voice, hold, three voices mixed.
//!
//! Architecture invariants: this crate knows no SIP and no database, and is the only one that knows str0m; nothing
//! it reads from the network can make it panic or allocate without bound; the media thread waits for nobody.

pub mod announcement;
pub mod dtmf;
mod engine;
pub mod g711;
pub mod jitter;
pub mod level;
pub mod plane;
mod ports;
pub mod recorder;
pub mod room;
pub mod rtcp;
pub mod rtp;
pub mod sdp;
pub mod speech;
pub mod spoken;
pub mod srtp;
pub mod tones;
pub mod wav;
