//! Reading an offer.

use std::net::IpAddr;

use super::{Crypto, Direction, Voice};
use crate::rtp::Codec;

/// Bytes of a description that are read. A browser's is 6 KB; a telco's under 1 KB.
const SDP_BYTES_MAX: usize = 64 * 1024;
/// m= lines that are kept, and so answered.
const MEDIA_LINES_MAX: usize = 16;
/// Formats kept of one m= line.
const FORMATS_MAX: usize = 64;

/// An offer, as far as it matters.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Offer {
    /// The streams in their order.
    pub lines: Vec<MediaLine>,
}

/// One m= line with what belongs to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MediaLine {
    /// `audio`, `video` …
    pub kind: String,
    /// The port; 0 when the stream is refused or out of range.
    pub port: u16,
    /// `RTP/AVP` …
    pub protocol: String,
    /// Payload types as sent.
    pub formats: Vec<String>,
    /// The address of the stream, or of the session.
    pub address: Option<IpAddr>,
    /// Which way.
    pub direction: Direction,
    /// `a=rtpmap`: payload type and encoding, lower case.
    rtpmap: Vec<(u8, String)>,
    /// The first `a=crypto` that we can use.
    pub(super) crypto: Option<Crypto>,
}

/// Why an offer gives no voice stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OfferError {
    /// Not a session description.
    #[error("not a session description")]
    Broken,
    /// No voice stream in a codec and protocol that we speak.
    #[error("no common codec")]
    NoCommonCodec,
}

impl Offer {
    /// Reads what can be read.
    ///
    /// # Errors
    /// When there is no m= line at all.
    pub fn parse(body: &[u8]) -> Result<Self, OfferError> {
        let text = String::from_utf8_lossy(&body[..body.len().min(SDP_BYTES_MAX)]);
        let mut lines: Vec<MediaLine> = Vec::new();
        let mut session_address = None;
        let mut session_direction = Direction::SendRecv;
        for line in text.split(['\n', '\r']) {
            let Some((kind, value)) = line.trim().split_once('=') else { continue };
            if kind == "m" {
                if lines.len() == MEDIA_LINES_MAX {
                    break;
                }
                lines.extend(media_line(value, session_address, session_direction));
                continue;
            }
            match (kind, lines.last_mut()) {
                ("c", None) => session_address = connection(value),
                ("c", Some(media)) => media.address = connection(value),
                ("a", None) => session_direction = direction(value).unwrap_or(session_direction),
                ("a", Some(media)) => media.attribute(value),
                _ => {}
            }
        }
        if lines.is_empty() { Err(OfferError::Broken) } else { Ok(Self { lines }) }
    }

    /// The first voice stream that we can speak, with the codec that the other side likes best among ours.
    ///
    /// # Errors
    /// When there is none.
    pub fn voice(&self) -> Result<Voice, OfferError> {
        let found = self.lines.iter().enumerate().find_map(|(place, line)| line.voice(place));
        found.ok_or(OfferError::NoCommonCodec)
    }
}

impl MediaLine {
    fn attribute(&mut self, value: &str) {
        if let Some(way) = direction(value) {
            self.direction = way;
        } else if let Some(value) = value.strip_prefix("crypto:") {
            self.crypto = self.crypto.or_else(|| Crypto::parse(value));
        } else if let Some((payload_type, encoding)) =
            value.strip_prefix("rtpmap:").and_then(|map| map.trim().split_once([' ', '\t']))
            && let Ok(payload_type) = payload_type.parse::<u8>()
            && self.rtpmap.len() < FORMATS_MAX
        {
            self.rtpmap.push((payload_type, encoding.trim().to_ascii_lowercase()));
        }
    }

    fn voice(&self, place: usize) -> Option<Voice> {
        let plain_rtp = matches!(self.protocol.as_str(), "RTP/AVP" | "RTP/AVPF");
        if plain_rtp { self.stream(place) } else { None }
    }

    /// The stream whatever protects it.
    pub(super) fn stream(&self, place: usize) -> Option<Voice> {
        if self.kind != "audio" || self.port == 0 {
            return None;
        }
        let offered = || self.formats.iter().filter_map(|format| format.parse::<u8>().ok());
        let (payload_type, codec) = offered().find_map(|format| Some((format, self.codec_of(format)?)))?;
        let telephone_event =
            offered().find(|format| self.encoding_of(*format) == Some("telephone-event/8000"));
        // 0.0.0.0 is how RFC 2543 phones ask for a hold (RFC 3264 section 8.4).
        let address = self.address.filter(|address| !address.is_unspecified());
        let direction =
            if self.address.is_some() && address.is_none() { Direction::Inactive } else { self.direction };
        Some(Voice { place, address, port: self.port, codec, payload_type, telephone_event, direction })
    }

    fn encoding_of(&self, payload_type: u8) -> Option<&str> {
        self.rtpmap.iter().find(|(mapped, _)| *mapped == payload_type).map(|(_, encoding)| encoding.as_str())
    }

    fn codec_of(&self, payload_type: u8) -> Option<Codec> {
        match (self.encoding_of(payload_type), payload_type) {
            (Some("pcma/8000" | "pcma/8000/1"), _) | (None, 8) => Some(Codec::Pcma),
            (Some("pcmu/8000" | "pcmu/8000/1"), _) | (None, 0) => Some(Codec::Pcmu),
            _ => None,
        }
    }
}

fn media_line(value: &str, address: Option<IpAddr>, direction: Direction) -> Option<MediaLine> {
    let mut words = value.split_ascii_whitespace();
    let (kind, port, protocol) = (words.next()?, words.next()?, words.next()?);
    // `49170/2` counts ports; a number that is no port is no stream.
    let port = port.split('/').next().and_then(|port| port.parse().ok()).unwrap_or(0);
    let safe = |word: &str| word.chars().filter(|c| c.is_ascii_graphic()).take(64).collect::<String>();
    Some(MediaLine {
        kind: safe(kind).to_ascii_lowercase(),
        port,
        protocol: safe(protocol).to_ascii_uppercase(),
        formats: words.take(FORMATS_MAX).map(safe).collect(),
        address,
        direction,
        rtpmap: Vec::new(),
        crypto: None,
    })
}

fn connection(value: &str) -> Option<IpAddr> {
    let mut words = value.split_ascii_whitespace();
    let (_in, _family, address) = (words.next()?, words.next()?, words.next()?);
    // A multicast address may carry `/ttl`.
    address.split('/').next()?.parse().ok()
}

fn direction(attribute: &str) -> Option<Direction> {
    match attribute.trim() {
        "sendrecv" => Some(Direction::SendRecv),
        "sendonly" => Some(Direction::SendOnly),
        "recvonly" => Some(Direction::RecvOnly),
        "inactive" => Some(Direction::Inactive),
        _ => None,
    }
}
