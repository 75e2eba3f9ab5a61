//! RTCP as far as one voice stream needs it (RFC 3550 section 6): what was sent, what was heard, a name, a goodbye.
//!
//! Pure: bytes and numbers. When and where to they go is [`crate::engine`]'s.

#[cfg(test)]
mod tests;

use std::time::Instant;

use crate::rtp::Received;

/// Packet types of RFC 3550 section 12.1.
const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SOURCE_DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;
/// The one item that every participant has to send (RFC 3550 section 6.5.1).
const CNAME: u8 = 1;
/// Bytes of a name of ours: 96 random bits in hexadecimal, new for each leg (RFC 7022 section 4.2).
pub const NAME_BYTES: usize = 24;
/// Bytes of one report block.
const BLOCK_BYTES: usize = 24;
/// Bytes of the sender's part of a sender report, header and SSRC included.
const SENDER_BYTES: usize = 28;
/// Bytes of the largest packet of ours: a sender report with one block, the name, a goodbye.
const COMPOUND_BYTES: usize = SENDER_BYTES + BLOCK_BYTES + 4 + 4 + 2 + NAME_BYTES + 2 + 8;
/// A sequence number that is further ahead begins the stream anew (RFC 3550 appendix A.1).
const DROPOUT_MAX: u16 = 3_000;
/// One that is at most so far behind is late.
const MISORDER_MAX: u16 = 100;
/// A second: a clock that moves so far at once was set anew, and is no jitter.
const JUMP: u32 = 8_000;
/// Seconds from 1900, where NTP begins, to 1970.
const NTP_BEGINS_BEFORE_S: u64 = 2_208_988_800;
/// Timestamp units of a millisecond.
const TICKS_PER_MS: u128 = 8;

/// What is told of one stream by whoever hears it (RFC 3550 section 6.4.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Block {
    /// Whose stream.
    pub ssrc: u32,
    /// Lost since the last report, in 256ths of what was expected.
    pub fraction_lost: u8,
    /// Lost since the beginning; negative when more came than was expected.
    pub lost: i32,
    /// The highest sequence number, with its rollovers.
    pub highest: u32,
    /// How unevenly it came, in timestamp units: 8 are a millisecond.
    pub jitter: u32,
    /// The middle of the NTP time of the last sender report that was heard; 0 without one.
    pub last_report: u32,
    /// Since that report, in 65536ths of a second.
    pub delay: u32,
}

/// What we sent (RFC 3550 section 6.4.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sent {
    /// Now, as [`ntp`] gives it.
    pub ntp: u64,
    /// The same moment in the stream.
    pub timestamp: u32,
    /// Packets since the beginning.
    pub packets: u32,
    /// Bytes of their payloads.
    pub octets: u32,
}

/// How the other side's stream comes in: what a report about it says.
#[derive(Clone, Debug)]
pub struct Reception {
    begun: Instant,
    stream: Option<Stream>,
    last_report: Option<(u32, Instant)>,
}

#[derive(Clone, Copy, Debug)]
struct Stream {
    ssrc: u32,
    first: u32,
    highest: u32,
    received: u32,
    expected_before: u32,
    received_before: u32,
    transit: Option<u32>,
    /// In 16ths of a timestamp unit (RFC 3550 appendix A.8).
    jitter: u32,
}

/// What was expected and what came since the last report.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Since {
    /// Packets that the numbers promise.
    pub expected: u32,
    /// Of them did not come, as far as one can tell now.
    pub lost: u32,
}

impl Stream {
    const fn begun_by(packet: &Received<'_>) -> Self {
        let first = packet.sequence as u32;
        Self {
            ssrc: packet.ssrc,
            first,
            highest: first,
            received: 0,
            expected_before: 0,
            received_before: 0,
            transit: None,
            jitter: 0,
        }
    }

    const fn expected(&self) -> u32 {
        self.highest.wrapping_sub(self.first).wrapping_add(1)
    }
}

impl Reception {
    /// Nothing came yet.
    pub const fn new(now: Instant) -> Self {
        Self { begun: now, stream: None, last_report: None }
    }

    /// Whose stream it is.
    pub fn ssrc(&self) -> Option<u32> {
        self.stream.map(|stream| stream.ssrc)
    }

    /// A packet of sound came.
    pub fn take_sound(&mut self, packet: &Received<'_>, now: Instant) {
        let arrived = self.ticks(now);
        let stream = self.take(packet);
        let transit = arrived.wrapping_sub(packet.timestamp);
        if let Some(before) = stream.transit.replace(transit) {
            let difference = (transit.wrapping_sub(before) as i32).unsigned_abs();
            if difference < JUMP {
                stream.jitter = stream.jitter + difference - ((stream.jitter + 8) >> 4);
            }
        }
    }

    /// A packet of a key came: all of one key bear its first moment, so that nothing is learned of its timing.
    pub fn take_key(&mut self, packet: &Received<'_>) {
        self.take(packet);
    }

    fn take(&mut self, packet: &Received<'_>) -> &mut Stream {
        let known = self.stream.filter(|stream| stream.ssrc == packet.ssrc);
        let mut stream = known.unwrap_or(Stream::begun_by(packet));
        let ahead = packet.sequence.wrapping_sub(stream.highest as u16);
        if ahead < DROPOUT_MAX {
            stream.highest = stream.highest.wrapping_add(u32::from(ahead));
        } else if ahead <= u16::MAX - MISORDER_MAX {
            stream = Stream::begun_by(packet);
        }
        stream.received = stream.received.wrapping_add(1);
        self.stream.insert(stream)
    }

    /// The other side reported what it sent.
    pub const fn take_report(&mut self, middle_of_ntp: u32, now: Instant) {
        self.last_report = Some((middle_of_ntp, now));
    }

    /// What there is to report; the next report counts from here.
    pub fn report(&mut self, now: Instant) -> Option<(Block, Since)> {
        let last_report = self.last_report;
        let stream = self.stream.as_mut()?;
        let (expected, received) = (stream.expected(), stream.received);
        let since_expected = expected.wrapping_sub(stream.expected_before);
        let since_received = received.wrapping_sub(stream.received_before);
        (stream.expected_before, stream.received_before) = (expected, received);
        let lost = since_expected.saturating_sub(since_received);
        let fraction = (u64::from(lost) << 8).checked_div(u64::from(since_expected)).unwrap_or(0);
        let delay = last_report.map_or(0, |(_, at)| {
            let passed = now.saturating_duration_since(at).as_micros() * 65_536 / 1_000_000;
            u32::try_from(passed).unwrap_or(u32::MAX)
        });
        let block = Block {
            ssrc: stream.ssrc,
            fraction_lost: u8::try_from(fraction).unwrap_or(u8::MAX),
            lost: expected.wrapping_sub(received) as i32,
            highest: stream.highest,
            jitter: stream.jitter >> 4,
            last_report: last_report.map_or(0, |(middle, _)| middle),
            delay,
        };
        Some((block, Since { expected: since_expected, lost }))
    }

    fn ticks(&self, now: Instant) -> u32 {
        // The clock of the stream wraps; so does this.
        (now.saturating_duration_since(self.begun).as_micros() * TICKS_PER_MS / 1_000) as u32
    }
}

/// The moment as NTP writes it: seconds since 1900 and their fraction. `micros` since 1970-01-01 UTC.
pub fn ntp(micros: i64) -> u64 {
    let micros = u64::try_from(micros).unwrap_or(0);
    let (seconds, rest) = (micros / 1_000_000 + NTP_BEGINS_BEFORE_S, micros % 1_000_000);
    (seconds << 32) | ((rest << 32) / 1_000_000)
}

/// A packet of ours, ready to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Compound {
    bytes: [u8; COMPOUND_BYTES],
    length: usize,
}

impl Compound {
    /// A report and a name: what every packet begins with (RFC 3550 section 6.1). Who sent nothing since the last one
    /// only tells what they heard.
    pub fn report(ssrc: u32, sent: Option<&Sent>, heard: Option<&Block>, name: &[u8; NAME_BYTES]) -> Self {
        let mut compound = Self { bytes: [0; COMPOUND_BYTES], length: 0 };
        let count = u8::from(heard.is_some());
        let words = 1 + if sent.is_some() { 5 } else { 0 } + 6 * u16::from(count);
        let kind = if sent.is_some() { SENDER_REPORT } else { RECEIVER_REPORT };
        compound.head(count, kind, words);
        compound.push(&ssrc.to_be_bytes());
        if let Some(sent) = sent {
            compound.push(&sent.ntp.to_be_bytes());
            for word in [sent.timestamp, sent.packets, sent.octets] {
                compound.push(&word.to_be_bytes());
            }
        }
        if let Some(block) = heard {
            compound.push_block(block);
        }
        // One chunk: SSRC, the item, and the zeros that end it and fill its last word.
        compound.head(1, SOURCE_DESCRIPTION, 1 + (2 + NAME_BYTES as u16 + 2) / 4);
        compound.push(&ssrc.to_be_bytes());
        compound.push(&[CNAME, NAME_BYTES as u8]);
        compound.push(name);
        compound.push(&[0, 0]);
        compound
    }

    /// The same, and that it was the last one (RFC 3550 section 6.6).
    #[must_use]
    pub fn and_goodbye(mut self, ssrc: u32) -> Self {
        self.head(1, GOODBYE, 1);
        self.push(&ssrc.to_be_bytes());
        self
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    fn head(&mut self, count: u8, kind: u8, words: u16) {
        self.push(&[0x80 | count, kind]);
        self.push(&words.to_be_bytes());
    }

    fn push_block(&mut self, block: &Block) {
        let lost = block.lost.clamp(-0x80_0000, 0x7F_FFFF) as u32 & 0xFF_FFFF;
        let word = (u32::from(block.fraction_lost) << 24) | lost;
        for word in [block.ssrc, word, block.highest, block.jitter, block.last_report, block.delay] {
            self.push(&word.to_be_bytes());
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes[self.length..self.length + bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }
}

/// What the other side told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Told {
    /// Who tells.
    pub ssrc: u32,
    /// The middle of the NTP time of its sender report, if it was one.
    pub sent_at: Option<u32>,
    /// How our stream comes in there.
    pub about_us: Option<Block>,
    /// It was the last one.
    pub leaves: bool,
}

/// Reads a compound packet; `None` when it is none, or contradicts itself (RFC 3550 appendix A.2). `ours` is our SSRC.
pub fn read(datagram: &[u8], ours: u32) -> Option<Told> {
    let mut told: Option<Told> = None;
    let mut rest = datagram;
    while !rest.is_empty() {
        let head = rest.get(..4)?;
        let length = 4 * (usize::from(u16::from_be_bytes([head[2], head[3]])) + 1);
        let (packet, after) = (rest.get(..length)?, rest.get(length..)?);
        let (version, is_padded, count, kind) = (head[0] >> 6, head[0] & 0x20 != 0, head[0] & 0x1F, head[1]);
        if version != 2 || (is_padded && !after.is_empty()) {
            return None;
        }
        match (&mut told, kind) {
            (None, SENDER_REPORT | RECEIVER_REPORT) => {
                let sends = kind == SENDER_REPORT;
                let begin = if sends { SENDER_BYTES } else { 8 };
                let blocks = packet.get(begin..begin + BLOCK_BYTES * usize::from(count))?;
                told = Some(Told {
                    ssrc: word(packet, 4),
                    sent_at: sends.then(|| word(packet, 10)),
                    about_us: blocks.chunks_exact(BLOCK_BYTES).map(block).find(|block| block.ssrc == ours),
                    leaves: false,
                });
            }
            // The first of them must be a report.
            (None, _) => return None,
            (Some(told), GOODBYE) => told.leaves = true,
            (Some(_), _) => {}
        }
        rest = after;
    }
    told
}

fn block(bytes: &[u8]) -> Block {
    let lost = word(bytes, 4);
    Block {
        ssrc: word(bytes, 0),
        fraction_lost: (lost >> 24) as u8,
        // 24 bits with a sign.
        lost: ((lost << 8) as i32) >> 8,
        highest: word(bytes, 8),
        jitter: word(bytes, 12),
        last_report: word(bytes, 16),
        delay: word(bytes, 20),
    }
}

/// Four bytes that are there.
fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
