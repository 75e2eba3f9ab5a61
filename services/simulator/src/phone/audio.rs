//! The sound of a phone: a tone out every 20 ms, and an account of all that comes in.

use std::collections::VecDeque;
use std::f64::consts::TAU;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// Samples of one packet: 20 ms at 8000 a second.
const FRAME: usize = 160;
const RATE: f64 = 8_000.0;
/// RFC 3551 section 6.
const PCMA: u8 = 8;
/// A packet whose energy lies in the tone by this share is that tone; speech and music stay far below.
const TONE_SHARE: f64 = 0.6;
/// Packets that are remembered: 20 s.
const PACKETS_KEPT: usize = 1_000;

/// A packet that came.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Packet {
    /// When.
    pub at: Instant,
    /// Which stream.
    pub ssrc: u32,
    /// Sequence number.
    pub sequence: u16,
    /// RTP timestamp.
    pub timestamp: u32,
    /// Whether it is the tone that this phone listens for.
    pub tone: bool,
}

/// Everything that was heard.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// All packets.
    pub packets: u64,
    /// Packets whose sequence number did not follow the one before, in the same stream.
    pub breaks: u64,
    /// Streams after the first: a caller's phone takes each for a new call.
    pub new_streams: u64,
    /// The longest silence between two packets.
    pub longest_gap: Duration,
    /// The last ones.
    pub last: VecDeque<Packet>,
}

impl Heard {
    /// How long after `begin` the tone was first heard, if it was.
    pub fn tone_after(&self, begin: Instant) -> Option<Duration> {
        self.last.iter().find(|packet| packet.tone && packet.at >= begin).map(|packet| packet.at - begin)
    }

    /// Packets since `begin`, and how many of them were the tone.
    pub fn since(&self, begin: Instant) -> (usize, usize) {
        let since = self.last.iter().filter(|packet| packet.at >= begin);
        (since.clone().count(), since.filter(|packet| packet.tone).count())
    }

    fn note(&mut self, packet: Packet) {
        if let Some(before) = self.last.back() {
            self.longest_gap = self.longest_gap.max(packet.at - before.at);
            if before.ssrc != packet.ssrc {
                self.new_streams += 1;
            } else if packet.sequence != before.sequence.wrapping_add(1) {
                self.breaks += 1;
            }
        }
        self.packets += 1;
        if self.last.len() >= PACKETS_KEPT {
            self.last.pop_front();
        }
        self.last.push_back(packet);
    }
}

/// One RTP port that speaks and listens.
#[derive(Debug)]
pub struct Audio {
    socket: UdpSocket,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Where to speak; nowhere before the call is answered.
    to: Option<SocketAddr>,
    sent: u64,
    heard: Heard,
}

impl Audio {
    /// Around a bound socket.
    pub fn new(socket: UdpSocket) -> Arc<Self> {
        Arc::new(Self { socket, state: Mutex::new(State { to: None, sent: 0, heard: Heard::default() }) })
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.socket.local_addr().map_or(9, |address| address.port())
    }

    /// Speaks there from now on.
    pub fn speak_to(&self, to: Option<SocketAddr>) {
        self.lock().to = to;
    }

    /// Packets that went out so far. A phone on a busy machine leaves some out.
    pub fn sent(&self) -> u64 {
        self.lock().sent
    }

    /// What was heard so far.
    pub fn heard(&self) -> Heard {
        self.lock().heard.clone()
    }

    /// Forgets what was heard.
    pub fn forget(&self) {
        self.lock().heard = Heard::default();
    }

    /// Sends the tone every 20 ms, for as long as this runs.
    pub async fn speak(self: Arc<Self>, hz: u32, ssrc: u32) {
        let tone = tone(hz);
        let mut tick = interval(Duration::from_millis(20));
        // A phone that was late does not send a burst.
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let (mut sequence, mut timestamp) = (ssrc as u16, ssrc.wrapping_mul(7));
        let mut packet = [0; 12 + FRAME];
        packet[0] = 0x80;
        packet[1] = PCMA;
        packet[8..12].copy_from_slice(&ssrc.to_be_bytes());
        loop {
            tick.tick().await;
            let Some(to) = self.lock().to else { continue };
            sequence = sequence.wrapping_add(1);
            timestamp = timestamp.wrapping_add(FRAME as u32);
            packet[2..4].copy_from_slice(&sequence.to_be_bytes());
            packet[4..8].copy_from_slice(&timestamp.to_be_bytes());
            let from = usize::from(sequence) % (tone.len() / FRAME) * FRAME;
            packet[12..].copy_from_slice(&tone[from..from + FRAME]);
            // The port on the other side may be closed for a moment; a phone goes on.
            if self.socket.send_to(&packet, to).await.is_ok() {
                self.lock().sent += 1;
            }
        }
    }

    /// Takes note of every packet, for as long as this runs.
    pub async fn listen(self: Arc<Self>, hz: u32) {
        let mut buffer = [0; 2_048];
        loop {
            // An ICMP error of an earlier packet is no end.
            let Ok((length, _)) = self.socket.recv_from(&mut buffer).await else { continue };
            let packet = &buffer[..length];
            if length != 12 + FRAME || packet[0] >> 6 != 2 || packet[1] & 0x7F != PCMA {
                continue;
            }
            let word =
                |at: usize| u32::from_be_bytes([packet[at], packet[at + 1], packet[at + 2], packet[at + 3]]);
            let noted = Packet {
                at: Instant::now(),
                ssrc: word(8),
                sequence: u16::from_be_bytes([packet[2], packet[3]]),
                timestamp: word(4),
                tone: share_of(hz, &packet[12..]) >= TONE_SHARE,
            };
            self.lock().heard.note(noted);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One second of a tone as A-law; it begins again without a click where `hz` is whole.
fn tone(hz: u32) -> Vec<u8> {
    let sample = |n: u32| (f64::from(n) * f64::from(hz) * TAU / RATE).sin() * 8_000.0;
    (0..8_000).map(|n| alaw(sample(n) as i16)).collect()
}

/// The share of the energy that lies at `hz` (Goertzel), 0 to 1.
fn share_of(hz: u32, payload: &[u8]) -> f64 {
    let turn = 2.0 * (f64::from(hz) * TAU / RATE).cos();
    let (mut one, mut two, mut energy) = (0.0, 0.0, 0.0);
    for byte in payload {
        let sample = f64::from(linear(*byte));
        energy += sample * sample;
        (one, two) = (sample + turn * one - two, one);
    }
    let at_hz = one * one + two * two - turn * one * two;
    // Near silence there is no tone, whatever the shares are.
    if energy < 1e6 { 0.0 } else { 2.0 * at_hz / (energy * payload.len() as f64) }
}

/// G.711 A-law, from its definition: sign, three bits of exponent, four of mantissa, even bits inverted.
fn alaw(sample: i16) -> u8 {
    let sign = if sample >= 0 { 0x80 } else { 0 };
    let magnitude = (i32::from(sample).abs() >> 3).min(4_095);
    let exponent = (31 - magnitude.max(1).leading_zeros() as i32 - 4).max(0);
    let mantissa = if exponent == 0 { magnitude >> 1 } else { magnitude >> exponent } & 0x0F;
    (sign | (exponent as u8) << 4 | mantissa as u8) ^ 0x55
}

fn linear(byte: u8) -> i16 {
    let code = byte ^ 0x55;
    let (exponent, mantissa) = (i32::from(code >> 4 & 7), i32::from(code & 0x0F));
    let magnitude =
        if exponent == 0 { (mantissa << 4) + 8 } else { ((mantissa << 4) + 0x108) << (exponent - 1) };
    (if code & 0x80 == 0 { -magnitude } else { magnitude }) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_a_law_comes_back_as_itself() {
        for code in 0..=255 {
            assert_eq!(alaw(linear(code)), code, "{code:#x} is {}", linear(code));
        }
        assert_eq!((alaw(0), linear(0xD5), alaw(i16::MAX), alaw(i16::MIN)), (0xD5, 8, 0xAA, 0x2A));
    }

    #[test]
    fn a_tone_is_told_from_another_from_noise_and_from_silence() {
        let (a, b) = (tone(440), tone(620));
        for frame in a.chunks(FRAME) {
            assert!(share_of(440, frame) > 0.9 && share_of(620, frame) < 0.2, "{}", share_of(440, frame));
        }
        assert!(b.chunks(FRAME).all(|frame| share_of(440, frame) < 0.2));
        let noise: Vec<u8> = (0..FRAME as u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert!(share_of(440, &noise) < TONE_SHARE);
        assert_eq!(share_of(440, &[0xD5; FRAME]), 0.0);
    }

    #[test]
    fn breaks_new_streams_and_gaps_are_counted() {
        let begin = Instant::now();
        let packet = |ms, ssrc, sequence| Packet {
            at: begin + Duration::from_millis(ms),
            ssrc,
            sequence,
            timestamp: 0,
            tone: ms >= 100,
        };
        let mut heard = Heard::default();
        for noted in [packet(0, 1, 65_535), packet(20, 1, 0), packet(100, 1, 4), packet(120, 2, 9)] {
            heard.note(noted);
        }
        let counts = (heard.packets, heard.breaks, heard.new_streams, heard.longest_gap.as_millis());
        assert_eq!(counts, (4, 1, 1, 80));
        assert_eq!(heard.tone_after(begin + Duration::from_millis(30)), Some(Duration::from_millis(70)));
        assert_eq!(heard.since(begin + Duration::from_millis(20)), (3, 2));
    }
}
