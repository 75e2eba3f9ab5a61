//! RTP as far as one G.711 stream needs it (RFC 3550 section 5.1, RFC 3551).

use serde::{Deserialize, Serialize};

use crate::announcement::{FRAME_BYTES, Frame};
use crate::g711::{self, ALAW_SILENCE, ULAW_SILENCE};

/// Bytes of the fixed header.
pub const HEADER_BYTES: usize = 12;
/// Bytes of one packet of ours.
pub const PACKET_BYTES: usize = HEADER_BYTES + FRAME_BYTES;
/// 20 ms in microseconds.
const FRAME_MICROS: i64 = 20_000;

/// The voice codecs that we speak.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Codec {
    /// G.711 A-law, static payload type 8: what Indonesian networks speak.
    Pcma,
    /// G.711 µ-law, static payload type 0.
    Pcmu,
}

impl Codec {
    /// The payload type of RFC 3551 table 4.
    pub const fn static_payload_type(self) -> u8 {
        match self {
            Self::Pcma => 8,
            Self::Pcmu => 0,
        }
    }

    /// The encoding name of RFC 3551.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pcma => "PCMA",
            Self::Pcmu => "PCMU",
        }
    }

    /// The byte of silence.
    pub const fn silence(self) -> u8 {
        match self {
            Self::Pcma => ALAW_SILENCE,
            Self::Pcmu => ULAW_SILENCE,
        }
    }

    /// One byte as a linear sample of 16 bits.
    pub const fn linear(self, byte: u8) -> i16 {
        match self {
            Self::Pcma => g711::linear_from_alaw(byte),
            Self::Pcmu => g711::linear_from_ulaw(byte),
        }
    }

    /// A linear sample as one byte.
    pub const fn encode(self, sample: i16) -> u8 {
        match self {
            Self::Pcma => g711::alaw_from_linear(sample),
            Self::Pcmu => g711::ulaw_from_linear(sample),
        }
    }
}

/// 20 ms of sound and the law that it is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sound {
    /// The law.
    pub codec: Codec,
    /// The samples, one byte each.
    pub bytes: Frame,
}

impl Sound {
    /// 20 ms of nothing.
    pub const fn silence(codec: Codec) -> Self {
        Self { codec, bytes: [codec.silence(); FRAME_BYTES] }
    }

    /// The same sound in the law that is wanted; the same bytes when it is in that law already.
    pub fn in_law(&self, wanted: Codec) -> Frame {
        match (self.codec, wanted) {
            (Codec::Pcma, Codec::Pcma) | (Codec::Pcmu, Codec::Pcmu) => self.bytes,
            (Codec::Pcma, Codec::Pcmu) => self.bytes.map(g711::ulaw_from_alaw),
            (Codec::Pcmu, Codec::Pcma) => self.bytes.map(g711::alaw_from_ulaw),
        }
    }
}

/// How far an outgoing stream has come: enough to go on with it in another process, so that the other side hears
/// the same stream and not a new one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StreamPosition {
    /// Our SSRC.
    pub ssrc: u32,
    /// The next sequence number with its rollovers above the lower 16 bits (RFC 3711 section 3.3.1 calls it the index).
    pub sequence: u32,
    /// The next timestamp, 8000 a second.
    pub timestamp: u32,
    /// When that was, in microseconds since 1970-01-01 UTC.
    pub at_micros: i64,
}

impl StreamPosition {
    /// Packets that a restart leaves out, so that no number is used twice even when the clock of the machine
    /// stepped back a little: half a second.
    const MARGIN_FRAMES: u32 = 25;

    /// Where the stream would be now had it sent a packet every 20 ms since; with nobody who wants to hear it
    /// (`sending`), only its clock went on. Numbers must not run far ahead of those that were sent: the other side of
    /// an encrypted stream would count another rollover than we.
    #[must_use]
    pub fn moved_to(self, now_micros: i64, sending: bool) -> Self {
        let passed = now_micros.saturating_sub(self.at_micros).max(0) / FRAME_MICROS;
        let frames = u32::try_from(passed).unwrap_or(0).saturating_add(Self::MARGIN_FRAMES);
        Self {
            ssrc: self.ssrc,
            sequence: self.sequence.wrapping_add(if sending { frames } else { Self::MARGIN_FRAMES }),
            timestamp: self.timestamp.wrapping_add(frames.wrapping_mul(FRAME_BYTES as u32)),
            at_micros: now_micros,
        }
    }
}

/// Numbers the packets of one outgoing stream. It is never reset: a new source, a hold or a bridge goes on with
/// the same SSRC, the next sequence number and the time that has passed.
#[derive(Clone, Debug)]
pub struct Packetizer {
    ssrc: u32,
    /// With the rollovers above the lower 16 bits.
    index: u32,
    timestamp: u32,
    marker: bool,
}

impl Packetizer {
    /// Starts at the random numbers given (RFC 3550 section 5.1 wants them unpredictable).
    pub const fn new(ssrc: u32, sequence: u16, timestamp: u32) -> Self {
        Self { ssrc, index: sequence as u32, timestamp, marker: true }
    }

    /// Goes on where another process stopped.
    pub const fn resumed(position: StreamPosition) -> Self {
        let StreamPosition { ssrc, sequence, timestamp, .. } = position;
        Self { ssrc, index: sequence, timestamp, marker: true }
    }

    /// SSRC, next index and next timestamp.
    pub const fn numbers(&self) -> (u32, u32, u32) {
        (self.ssrc, self.index, self.timestamp)
    }

    /// The numbers on the wire go on, and their rollovers are counted anew.
    pub(crate) const fn forget_rollovers(&mut self) {
        self.index &= 0xFFFF;
    }

    /// Marks the next packet as the beginning of a talkspurt (RFC 3551 section 4.1).
    pub const fn begin_talkspurt(&mut self) {
        self.marker = true;
    }

    /// The next packet of sound; 20 ms pass.
    pub fn packet(&mut self, payload_type: u8, frame: &Frame) -> [u8; PACKET_BYTES] {
        let mut packet = [0; PACKET_BYTES];
        packet[..HEADER_BYTES].copy_from_slice(&self.header(payload_type, self.marker, self.timestamp));
        packet[HEADER_BYTES..].copy_from_slice(frame);
        self.marker = false;
        self.pass_frame();
        packet
    }

    /// The header of the next packet, whatever it carries; takes a sequence number and no time. Packets of one
    /// telephone-event all bear the timestamp of its beginning (RFC 4733 section 2.5.1).
    pub fn header(&mut self, payload_type: u8, marker: bool, timestamp: u32) -> [u8; HEADER_BYTES] {
        let mut header = [0; HEADER_BYTES];
        header[0] = 0x80;
        header[1] = (u8::from(marker) << 7) | (payload_type & 0x7F);
        header[2..4].copy_from_slice(&(self.index as u16).to_be_bytes());
        header[4..8].copy_from_slice(&timestamp.to_be_bytes());
        header[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        self.index = self.index.wrapping_add(1);
        header
    }

    /// 20 ms pass in which nothing is sent: the clock goes on, the sequence does not.
    pub const fn pass_frame(&mut self) {
        self.pass_frames(1);
    }

    /// So many times 20 ms pass.
    pub const fn pass_frames(&mut self, frames: u32) {
        self.timestamp = self.timestamp.wrapping_add(frames.wrapping_mul(FRAME_BYTES as u32));
    }
}

/// Whether the bytes can be RTP version 2: enough to latch on, not enough to believe.
pub fn looks_like_rtp(packet: &[u8]) -> bool {
    // Payload types 72 to 76 are RTCP's 200 to 204 seen as RTP (RFC 5761 section 4).
    packet.len() >= HEADER_BYTES && packet[0] >> 6 == 2 && !(72..=76).contains(&(packet[1] & 0x7F))
}

/// A packet that was received.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Received<'a> {
    /// What it carries.
    pub payload_type: u8,
    /// Its place in the stream.
    pub sequence: u16,
    /// Its time in the stream, 8000 a second.
    pub timestamp: u32,
    /// Which stream.
    pub ssrc: u32,
    /// The sound or the event, without header extension and padding.
    pub payload: &'a [u8],
}

/// Takes a packet apart; `None` when it is not RTP or contradicts itself.
pub fn parse(packet: &[u8]) -> Option<Received<'_>> {
    if !looks_like_rtp(packet) {
        return None;
    }
    let word = |at: usize| u32::from_be_bytes([packet[at], packet[at + 1], packet[at + 2], packet[at + 3]]);
    let mut begin = HEADER_BYTES + 4 * usize::from(packet[0] & 0x0F);
    if packet[0] & 0x10 != 0 {
        let words = packet.get(begin + 2..begin + 4)?;
        begin += 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
    }
    let mut end = packet.len();
    if packet[0] & 0x20 != 0 {
        let padding = usize::from(*packet.last()?);
        end = end.checked_sub(padding).filter(|_| padding > 0)?;
    }
    Some(Received {
        payload_type: packet[1] & 0x7F,
        sequence: u16::from_be_bytes([packet[2], packet[3]]),
        timestamp: word(4),
        ssrc: word(8),
        payload: packet.get(begin..end)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_over_the_wrap_and_over_silence() {
        let mut packetizer = Packetizer::new(0x0102_0304, u16::MAX, u32::MAX - 159);
        let first = packetizer.packet(8, &[7; FRAME_BYTES]);
        assert_eq!(&first[..13], &[0x80, 0x88, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x60, 1, 2, 3, 4, 7]);
        packetizer.pass_frame();
        let second = packetizer.packet(8, &[7; FRAME_BYTES]);
        assert_eq!(&second[..8], &[0x80, 0x08, 0, 0, 0, 0, 0, 160]);
        packetizer.begin_talkspurt();
        assert_eq!(packetizer.packet(0, &[7; FRAME_BYTES])[1], 0x80);
        assert_eq!(packetizer.numbers(), (0x0102_0304, 0x1_0002, 480), "the rollover is counted");
        packetizer.forget_rollovers();
        assert_eq!(packetizer.numbers(), (0x0102_0304, 2, 480));
    }

    #[test]
    fn a_resumed_stream_is_ahead_of_all_that_was_sent() {
        let position =
            StreamPosition { ssrc: 7, sequence: 65_530, timestamp: u32::MAX, at_micros: 1_000_000 };
        let later = position.moved_to(3_000_000, true);
        assert_eq!((later.ssrc, later.sequence), (7, 65_530 + 100 + 25));
        assert_eq!(later.timestamp, 125 * 160 - 1);
        assert_eq!(
            position.moved_to(0, true).sequence,
            65_555,
            "a clock that stepped back moves nothing back"
        );
        let on_hold = position.moved_to(3_000_000, false);
        assert_eq!((on_hold.sequence, on_hold.timestamp), (65_555, later.timestamp), "only time passed");
    }

    #[test]
    fn extensions_sources_and_padding_are_left_out() {
        let mut packet = vec![0x80 | 0x20 | 0x10 | 0x02, 8, 0, 9, 0, 0, 0, 160, 1, 2, 3, 4];
        packet.extend_from_slice(&[0; 8]);
        packet.extend_from_slice(&[0xBE, 0xDE, 0, 1, 9, 9, 9, 9]);
        packet.extend_from_slice(b"sound\0\0\x03");
        let read = parse(&packet).unwrap();
        assert_eq!((read.sequence, read.timestamp, read.ssrc), (9, 160, 0x0102_0304));
        assert_eq!(read.payload, b"sound");
        for end in 0..packet.len() {
            // A cut may leave something that is still a packet; it must never panic.
            let _ = parse(&packet[..end]);
        }
        *packet.last_mut().unwrap() = 200;
        assert_eq!(parse(&packet), None, "more padding than packet");
        *packet.last_mut().unwrap() = 0;
        assert_eq!(parse(&packet), None, "padding that does not count itself");
    }

    #[test]
    fn rtcp_and_noise_are_not_rtp() {
        let mut packet = [0u8; 12];
        packet[0] = 0x80;
        packet[1] = 8;
        assert!(looks_like_rtp(&packet));
        packet[1] = 200;
        assert!(!looks_like_rtp(&packet));
        assert!(!looks_like_rtp(b"GET / HTTP/1.1"));
        assert!(!looks_like_rtp(&packet[..11]));
    }

    #[test]
    fn a_law_is_changed_by_table_or_not_at_all() {
        let sound = Sound { codec: Codec::Pcma, bytes: [0x2A; FRAME_BYTES] };
        assert_eq!(sound.in_law(Codec::Pcma), sound.bytes);
        assert_eq!(sound.in_law(Codec::Pcmu), [g711::ulaw_from_alaw(0x2A); FRAME_BYTES]);
        assert_eq!(Sound::silence(Codec::Pcmu).in_law(Codec::Pcma), [ALAW_SILENCE; FRAME_BYTES]);
    }
}
