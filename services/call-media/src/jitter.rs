//! One incoming stream, made even: packets come as the network brings them, 160 samples go out every 20 ms.
//!
//! Samples are placed by their RTP timestamp, so any packet length, reordering and duplication come out right by
//! themselves. The buffer starts one frame deep and grows when packets come late, shrinks when they no longer do.

use crate::announcement::FRAME_BYTES;
use crate::rtp::{Codec, Received, Sound};

/// Samples kept: 512 ms. What lies further ahead is another stream.
const RING: usize = 4_096;
/// One frame, as a timestamp counts it.
const FRAME: u32 = FRAME_BYTES as u32;
/// The longest packet that is taken: 120 ms. RFC 3551 section 4.2 asks receivers for 200 ms; nobody sends that.
const PAYLOAD_MAX: usize = 960;
/// The depth that the buffer grows to at most: 120 ms.
const DEPTH_MAX: u32 = 6 * FRAME;
/// Above this much waiting sound (240 ms) the oldest is left out at once: a conversation needs the present.
const WAITING_MAX: u32 = 12 * FRAME;
/// Frames in which nothing came until the stream counts as paused: 200 ms. The next packet starts it anew.
const PAUSE_FRAMES: u32 = 10;
/// Frames that are made up for lost ones.
const CONCEAL_FRAMES: u32 = 2;
/// Frames of one look at the depth: 1 s.
const WINDOW_FRAMES: u32 = 50;
/// Late packets within a window that make the buffer deeper.
const LATE_IN_WINDOW: u32 = 3;
/// Windows without a late packet until the buffer becomes shallower.
const CALM_WINDOWS: u32 = 10;

/// What became of the packets of a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct JitterCounts {
    /// Packets that came too late or twice.
    pub useless: u64,
    /// Frames that were wholly or partly made up.
    pub concealed: u64,
    /// Times that the stream began anew: a pause, another SSRC, a jump of its clock.
    pub restarts: u64,
}

/// The buffer of one incoming stream.
#[derive(Debug)]
pub struct JitterBuffer {
    ring: Box<[u8; RING]>,
    have: Box<[bool; RING]>,
    codec: Codec,
    ssrc: Option<u32>,
    running: bool,
    /// Something of this run was heard already.
    primed: bool,
    /// The timestamp of the next sample to play.
    play: u32,
    /// One past the newest sample that waits, never behind `play`.
    end: u32,
    /// One past the newest sample that ever came.
    received: u32,
    seen: Seen,
    /// How deep it wants to be, beyond one packet.
    depth: u32,
    /// Samples of the newest packet: the buffer is never shallower.
    packet: u32,
    /// Frames since the last sample came out.
    empty: u32,
    last: Sound,
    window: Window,
    counts: JitterCounts,
}

/// What was seen within the last second.
#[derive(Clone, Copy, Debug)]
struct Window {
    frames: u32,
    waiting_min: u32,
    late: u32,
    calm: u32,
}

impl Window {
    const fn new(calm: u32) -> Self {
        Self { frames: 0, waiting_min: u32::MAX, late: 0, calm }
    }
}

/// The numbers of the last 64 packets: what comes twice is not late, it is twice.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    newest: u16,
    bits: u64,
}

impl Seen {
    const fn from(sequence: u16) -> Self {
        Self { newest: sequence, bits: 1 }
    }

    /// Notes a number; `true` when it was noted before.
    const fn again(&mut self, sequence: u16) -> bool {
        let ahead = sequence.wrapping_sub(self.newest) as i16;
        if ahead > 0 {
            self.bits = if ahead < 64 { self.bits << ahead | 1 } else { 1 };
            self.newest = sequence;
            return false;
        }
        let bit = match ahead.unsigned_abs() {
            behind @ 0..64 => 1 << behind,
            // Older than we remember; its timestamp decides.
            _ => 0,
        };
        let again = self.bits & bit != 0;
        self.bits |= bit;
        again
    }
}

impl Default for JitterBuffer {
    fn default() -> Self {
        Self {
            ring: Box::new([0; RING]),
            have: Box::new([false; RING]),
            codec: Codec::Pcma,
            ssrc: None,
            running: false,
            primed: false,
            play: 0,
            end: 0,
            received: 0,
            seen: Seen::default(),
            depth: FRAME,
            packet: FRAME,
            empty: 0,
            last: Sound::silence(Codec::Pcma),
            window: Window::new(0),
            counts: JitterCounts::default(),
        }
    }
}

impl JitterBuffer {
    /// What became of the packets so far.
    pub const fn counts(&self) -> JitterCounts {
        self.counts
    }

    /// Takes a packet of sound.
    pub fn push(&mut self, packet: &Received<'_>, codec: Codec) {
        let length = packet.payload.len();
        if length == 0 || length > PAYLOAD_MAX {
            return;
        }
        let length = length as u32;
        self.packet = length;
        if !self.running || self.ssrc != Some(packet.ssrc) || self.codec != codec {
            self.restart(packet, codec, length);
        } else if self.seen.again(packet.sequence) {
            self.counts.useless += 1;
            return;
        }
        let mut offset = packet.timestamp.wrapping_sub(self.play) as i32;
        if offset <= -(RING as i32) || offset > RING as i32 - length as i32 {
            self.restart(packet, codec, length);
            offset = packet.timestamp.wrapping_sub(self.play) as i32;
        }
        if offset < 0 {
            offset = self.late(packet.timestamp, offset, length);
        }
        self.store(packet.payload, offset);
        let end = packet.timestamp.wrapping_add(length);
        if (end.wrapping_sub(self.received) as i32) > 0 {
            self.received = end;
        }
        if (end.wrapping_sub(self.end) as i32) > 0 {
            self.end = end;
        }
    }

    /// The next 20 ms; `None` when there is nothing to hear: the stream has not begun, or pauses.
    pub fn pull(&mut self) -> Option<Sound> {
        if !self.running {
            return None;
        }
        self.adapt();
        let mut bytes = [0; FRAME_BYTES];
        let mut got = 0;
        let mut missing = [false; FRAME_BYTES];
        for (n, byte) in bytes.iter_mut().enumerate() {
            let place = self.play.wrapping_add(n as u32) as usize % RING;
            if std::mem::replace(&mut self.have[place], false) {
                *byte = self.ring[place];
                got += 1;
            } else {
                missing[n] = true;
            }
        }
        self.play = self.play.wrapping_add(FRAME);
        if (self.end.wrapping_sub(self.play) as i32) < 0 {
            self.end = self.play;
        }
        self.sound_of(bytes, got, &missing)
    }

    fn sound_of(
        &mut self,
        mut bytes: [u8; FRAME_BYTES],
        got: usize,
        missing: &[bool; FRAME_BYTES],
    ) -> Option<Sound> {
        self.primed |= got > 0;
        if got == FRAME_BYTES {
            self.empty = 0;
            self.last = Sound { codec: self.codec, bytes };
            return Some(self.last);
        }
        if got == 0 {
            self.empty += 1;
            if self.empty >= PAUSE_FRAMES {
                self.running = false;
            }
            if self.empty > CONCEAL_FRAMES || !self.primed {
                return None;
            }
        }
        // The last frame again, each time half as loud, is what G.711 without its appendix I can do.
        let quieter = self.last.bytes.map(|byte| self.codec.encode(self.codec.linear(byte) / 2));
        for (n, byte) in bytes.iter_mut().enumerate() {
            if missing[n] {
                *byte = quieter[n];
            }
        }
        if got > 0 {
            self.empty = 0;
        }
        self.counts.concealed += 1;
        self.last = Sound { codec: self.codec, bytes };
        Some(self.last)
    }

    fn restart(&mut self, packet: &Received<'_>, codec: Codec, length: u32) {
        self.have.fill(false);
        self.ssrc = Some(packet.ssrc);
        self.codec = codec;
        self.last = Sound::silence(codec);
        self.running = true;
        self.primed = false;
        self.empty = 0;
        self.play = packet.timestamp.wrapping_sub(self.depth.max(length));
        self.end = self.play;
        self.received = packet.timestamp;
        self.seen = Seen::from(packet.sequence);
        self.window = Window::new(0);
        self.counts.restarts += 1;
    }

    /// A packet whose time has passed. Gives the place where it goes after all, negative when it is of no use.
    fn late(&mut self, timestamp: u32, offset: i32, length: u32) -> i32 {
        self.window.late += 1;
        let newest = (timestamp.wrapping_sub(self.received) as i32) >= 0;
        if newest && self.empty > 0 {
            // The whole stream is late: what was played meanwhile was made up, and from here on there is more room.
            self.play = timestamp;
            self.end = timestamp;
            self.deepen(FRAME / 2);
            return 0;
        }
        if self.window.late >= LATE_IN_WINDOW && self.depth < DEPTH_MAX {
            self.window.late = 0;
            self.deepen(FRAME);
            self.play = self.play.wrapping_sub(FRAME);
            return offset + FRAME as i32;
        }
        if offset + length as i32 <= 0 {
            self.counts.useless += 1;
        }
        offset
    }

    fn deepen(&mut self, by: u32) {
        self.depth = (self.depth + by).min(DEPTH_MAX);
        self.window.calm = 0;
    }

    fn store(&mut self, payload: &[u8], offset: i32) {
        let skip = usize::try_from(-offset).unwrap_or(0);
        let mut fresh = false;
        for (n, byte) in payload.iter().enumerate().skip(skip) {
            let place = self.play.wrapping_add((offset + n as i32) as u32) as usize % RING;
            fresh |= !self.have[place];
            self.ring[place] = *byte;
            self.have[place] = true;
        }
        if !fresh && skip < payload.len() {
            self.counts.useless += 1;
        }
    }

    /// Looks once a second whether the buffer is deeper than it needs to be.
    fn adapt(&mut self) {
        let waiting = self.end.wrapping_sub(self.play);
        let depth = self.depth.max(self.packet);
        if waiting > WAITING_MAX + depth {
            self.leave_out(waiting - depth - FRAME);
        }
        self.window.frames += 1;
        self.window.waiting_min = self.window.waiting_min.min(waiting);
        if self.window.frames < WINDOW_FRAMES {
            return;
        }
        let Window { waiting_min, late, calm, .. } = self.window;
        let calm = if late == 0 { calm + 1 } else { 0 };
        self.window = Window::new(calm);
        if calm >= CALM_WINDOWS && self.depth > FRAME {
            self.window.calm = 0;
            self.depth -= FRAME / 2;
        }
        if waiting_min >= depth + 2 * FRAME {
            self.leave_out(FRAME);
        }
    }

    fn leave_out(&mut self, samples: u32) {
        for n in 0..samples {
            self.have[self.play.wrapping_add(n) as usize % RING] = false;
        }
        self.play = self.play.wrapping_add(samples);
    }
}

#[cfg(test)]
mod tests;
