//! What a caller hears from us: text and tones as frames of 20 ms, and in which order.

use std::sync::Arc;

use crate::g711::{self, ALAW_SILENCE};
use crate::rtp::Codec;
use crate::wav::{self, WavError};

/// Samples in a frame of 20 ms at 8000 Hz; in G.711 as many bytes.
pub const FRAME_BYTES: usize = 160;
/// Frames from the beginning of one queue text to the beginning of the next: 20 s.
const REPEAT_FRAMES: usize = 1_000;

/// One frame of sound.
pub type Frame = [u8; FRAME_BYTES];

const QUEUE_WAV: &[u8] = include_bytes!("../../../sip-config/announcements/antrean.wav");
const CONNECTED_WAV: &[u8] = include_bytes!("../../../sip-config/announcements/terhubung.wav");
const TONE_WAV: &[u8] = include_bytes!("../../../sip-config/announcements/nada-tunggu.wav");

/// What to play.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Announcement {
    /// The queue text, then the comfort tone, again every 20 s.
    Queue,
    /// "Petugas akan segera bicara", then the comfort tone until a person speaks.
    Connected,
}

/// Every sound, ready to be sent in either law. Made once at start.
#[derive(Debug)]
pub struct Sounds {
    alaw: Set,
    ulaw: Set,
}

#[derive(Debug)]
struct Set {
    queue: Vec<Frame>,
    connected: Vec<Frame>,
    tone: Vec<Frame>,
}

impl Sounds {
    /// The sounds that are part of the program.
    ///
    /// # Errors
    /// When one of the files is not A-law at 8000 Hz; the program was then built from a broken tree.
    pub fn built_in() -> Result<Arc<Self>, WavError> {
        let alaw = Set {
            queue: frames(wav::read_alaw(QUEUE_WAV)?),
            connected: frames(wav::read_alaw(CONNECTED_WAV)?),
            tone: frames(wav::read_alaw(TONE_WAV)?),
        };
        let ulaw = Set {
            queue: in_ulaw(&alaw.queue),
            connected: in_ulaw(&alaw.connected),
            tone: in_ulaw(&alaw.tone),
        };
        Ok(Arc::new(Self { alaw, ulaw }))
    }

    /// The `position`-th frame of an announcement; it goes on for ever.
    pub fn frame(&self, announcement: Announcement, codec: Codec, position: usize) -> &Frame {
        let set = match codec {
            Codec::Pcma => &self.alaw,
            Codec::Pcmu => &self.ulaw,
        };
        let (text, position) = match announcement {
            Announcement::Queue => (&set.queue, position % REPEAT_FRAMES.max(set.queue.len())),
            Announcement::Connected => (&set.connected, position),
        };
        match text.get(position) {
            Some(frame) => frame,
            None => &set.tone[(position - text.len()) % set.tone.len()],
        }
    }
}

fn frames(samples: &[u8]) -> Vec<Frame> {
    samples
        .chunks(FRAME_BYTES)
        .map(|chunk| {
            let mut frame = [ALAW_SILENCE; FRAME_BYTES];
            frame[..chunk.len()].copy_from_slice(chunk);
            frame
        })
        .collect()
}

fn in_ulaw(frames: &[Frame]) -> Vec<Frame> {
    frames.iter().map(|frame| frame.map(g711::ulaw_from_alaw)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queue_text_comes_again_after_20_s_with_the_tone_between() {
        let sounds = Sounds::built_in().unwrap();
        let text = wav::read_alaw(QUEUE_WAV).unwrap();
        let tone = wav::read_alaw(TONE_WAV).unwrap();
        let text_frames = text.len().div_ceil(FRAME_BYTES);
        assert!(text_frames < REPEAT_FRAMES, "the text leaves room for the tone");
        let frame = |n| sounds.frame(Announcement::Queue, Codec::Pcma, n);
        assert_eq!(frame(3)[..], text[480..640]);
        assert_eq!(frame(text_frames)[..], tone[..FRAME_BYTES]);
        assert_eq!(frame(1_003), frame(3));
    }

    #[test]
    fn a_short_last_frame_ends_in_silence() {
        let made = frames(&[1; 170]);
        assert_eq!(made.len(), 2);
        assert_eq!((made[1][9], made[1][10], made[1][159]), (1, ALAW_SILENCE, ALAW_SILENCE));
    }

    #[test]
    fn connected_ends_in_the_tone_and_does_not_repeat_its_words() {
        let sounds = Sounds::built_in().unwrap();
        let frame = |n| sounds.frame(Announcement::Connected, Codec::Pcmu, n);
        let words = sounds.ulaw.connected.len();
        assert_eq!(frame(0), &sounds.ulaw.connected[0]);
        assert_eq!(frame(words), &sounds.ulaw.tone[0]);
        assert_eq!(frame(words + sounds.ulaw.tone.len() * 500), &sounds.ulaw.tone[0]);
    }
}
