//! Session descriptions (RFC 8866) and the answers to them (RFC 3264), as far as a call with one voice stream
//! needs them.
//!
//! Reading is lenient: whatever names an address, a port and a codec that we speak is usable. Writing is strict.

mod crypto;
mod offer;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::net::IpAddr;

pub use crypto::{Crypto, SecureVoice, write_secure_answer, write_secure_offer};
pub use offer::{MediaLine, Offer, OfferError};
use serde::{Deserialize, Serialize};

use crate::rtp::Codec;

/// The payload type under which we offer telephone-event (RFC 4733).
const OUR_TELEPHONE_EVENT: u8 = 101;

/// Which way a stream flows, seen from whoever wrote it (RFC 8866 section 6.7).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Direction {
    /// Both ways.
    #[default]
    SendRecv,
    /// From the writer only: it put us on hold.
    SendOnly,
    /// To the writer only.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl Direction {
    /// The answer to it (RFC 3264 section 6.1).
    pub const fn mirrored(self) -> Self {
        match self {
            Self::SendRecv => Self::SendRecv,
            Self::SendOnly => Self::RecvOnly,
            Self::RecvOnly => Self::SendOnly,
            Self::Inactive => Self::Inactive,
        }
    }

    /// Whether the writer of this wants to hear something.
    pub const fn wants_sound(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    const fn attribute(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }
}

/// Our end of the stream, for the session description that we send.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Ours {
    /// The address that the caller's network can reach.
    pub address: IpAddr,
    /// Our RTP port.
    pub port: u16,
    /// Constant for the call (`sess-id` of the o= line).
    pub session: u64,
    /// One more for each description that we send in the call (`sess-version`).
    pub version: u64,
}

/// The answer to an offer: the stream at `place` is taken with `codec`, all others are refused with port 0
/// (RFC 3264 section 6: as many m= lines as the offer, in its order).
pub fn write_answer(offer: &Offer, voice: &Voice, ours: Ours) -> String {
    let mut sdp = head(ours);
    for (place, line) in offer.lines.iter().enumerate() {
        if place == voice.place {
            write_voice(&mut sdp, &line.protocol, voice, ours.port);
        } else {
            write_other(&mut sdp, line);
        }
    }
    sdp
}

/// A description when the other side gave none that we can answer: both laws, A-law first.
pub fn write_offer(ours: Ours) -> String {
    let mut sdp = head(ours);
    let _ = write!(
        sdp,
        "m=audio {} RTP/AVP 8 0 {OUR_TELEPHONE_EVENT}\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:{OUR_TELEPHONE_EVENT} telephone-event/8000\r\na=fmtp:{OUR_TELEPHONE_EVENT} 0-15\r\n\
         a=ptime:20\r\na=sendrecv\r\n",
        ours.port
    );
    sdp
}

fn head(ours: Ours) -> String {
    let Ours { address, session, version, .. } = ours;
    let family = if address.is_ipv4() { "IP4" } else { "IP6" };
    format!(
        "v=0\r\no=sigap {session} {version} IN {family} {address}\r\ns=112\r\nc=IN {family} {address}\r\nt=0 0\r\n"
    )
}

/// Refuses a stream.
fn write_other(sdp: &mut String, line: &MediaLine) {
    let format = line.formats.first().map_or("0", |format| format);
    // Writing into a String cannot fail.
    let _ = write!(sdp, "m={} 0 {} {format}\r\n", line.kind, line.protocol);
}

fn write_voice(sdp: &mut String, protocol: &str, voice: &Voice, port: u16) {
    let Voice { codec, payload_type, telephone_event, direction, .. } = *voice;
    let _ = write!(sdp, "m=audio {port} {protocol} {payload_type}");
    if let Some(event) = telephone_event {
        let _ = write!(sdp, " {event}");
    }
    let _ = write!(sdp, "\r\na=rtpmap:{payload_type} {}/8000\r\n", codec.name());
    if let Some(event) = telephone_event {
        let _ = write!(sdp, "a=rtpmap:{event} telephone-event/8000\r\na=fmtp:{event} 0-15\r\n");
    }
    let _ = write!(sdp, "a=ptime:20\r\na={}\r\n", direction.mirrored().attribute());
}

/// The voice stream of an offer that we can speak.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Voice {
    /// Which m= line, from 0.
    pub place: usize,
    /// Where the other side listens; `None` when the address is a name or the old sign of a hold (0.0.0.0).
    pub address: Option<IpAddr>,
    /// The port there.
    pub port: u16,
    /// What to speak.
    pub codec: Codec,
    /// Under which payload type.
    pub payload_type: u8,
    /// The payload type of telephone-event at 8000 Hz, if offered.
    pub telephone_event: Option<u8>,
    /// Which way, seen from the other side.
    pub direction: Direction,
}
