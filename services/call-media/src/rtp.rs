//! RTP as far as one G.711 stream needs it (RFC 3550 section 5.1, RFC 3551).

use crate::announcement::{FRAME_BYTES, Frame};

/// Bytes of the fixed header.
pub const HEADER_BYTES: usize = 12;
/// Bytes of one packet of ours.
pub const PACKET_BYTES: usize = HEADER_BYTES + FRAME_BYTES;

/// The voice codecs that we speak.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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
}

/// Numbers the packets of one outgoing stream. It is never reset: a new source, a hold or a bridge goes on with
/// the same SSRC, the next sequence number and the time that has passed.
#[derive(Clone, Debug)]
pub struct Packetizer {
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    marker: bool,
}

impl Packetizer {
    /// Starts at the random numbers given (RFC 3550 section 5.1 wants them unpredictable).
    pub const fn new(ssrc: u32, sequence: u16, timestamp: u32) -> Self {
        Self { ssrc, sequence, timestamp, marker: true }
    }

    /// Marks the next packet as the beginning of a talkspurt (RFC 3551 section 4.1).
    pub const fn begin_talkspurt(&mut self) {
        self.marker = true;
    }

    /// The next packet.
    pub fn packet(&mut self, payload_type: u8, frame: &Frame) -> [u8; PACKET_BYTES] {
        let mut packet = [0; PACKET_BYTES];
        packet[0] = 0x80;
        packet[1] = (u8::from(self.marker) << 7) | (payload_type & 0x7F);
        packet[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        packet[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        packet[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        packet[HEADER_BYTES..].copy_from_slice(frame);
        self.marker = false;
        self.sequence = self.sequence.wrapping_add(1);
        self.pass_frame();
        packet
    }

    /// 20 ms pass in which nothing is sent: the clock goes on, the sequence does not.
    pub const fn pass_frame(&mut self) {
        self.timestamp = self.timestamp.wrapping_add(FRAME_BYTES as u32);
    }
}

/// Whether the bytes can be RTP version 2: enough to latch on, not enough to believe.
pub fn looks_like_rtp(packet: &[u8]) -> bool {
    // Payload types 72 to 76 are RTCP's 200 to 204 seen as RTP (RFC 5761 section 4).
    packet.len() >= HEADER_BYTES && packet[0] >> 6 == 2 && !(72..=76).contains(&(packet[1] & 0x7F))
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
}
