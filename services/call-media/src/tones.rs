//! Keys as tones in the sound itself (ITU-T Q.23, Q.24), for the other sides that speak no telephone-event: a caller
//! behind such a gateway must be able to press 5 as well.

use std::collections::VecDeque;

use crate::announcement::{FRAME_BYTES, Frame};
use crate::dtmf::{KEYS_WAITING_MAX, event_of, key_of};
use crate::rtp::{Codec, Sound};

/// The tones of the rows and columns of a keypad, in hertz.
const ROWS: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
const COLUMNS: [f64; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];
const KEYPAD: [[char; 4]; 4] =
    [['1', '2', '3', 'A'], ['4', '5', '6', 'B'], ['7', '8', '9', 'C'], ['*', '0', '#', 'D']];
/// Frames of a key that we send, and of the pause behind it: 100 ms and 60 ms.
const HELD_FRAMES: usize = 5;
const PAUSE_FRAMES: usize = 3;
/// Height of each of the two tones: -10 dB each, -7 dB together.
const HEIGHT: f64 = 9_000.0;
/// The least energy of a frame that can be a key: a sine 36 dB below full scale.
const ENERGY_MIN: f64 = 160.0 * 260_000.0;
/// Of a frame's energy so much lies in the two tones. Speech puts it elsewhere.
const SHARE_MIN: f64 = 0.82;
/// One tone is at most 9 dB stronger than the other (Q.24 allows networks to twist them by 8 dB).
const TWIST_MAX: f64 = 8.0;
/// Frames that have to say the same key: 40 ms, the shortest key of Q.24.
const SAME_FRAMES: u8 = 2;
/// Frames without it until the same key can be pressed again.
const UP_FRAMES: u8 = 2;

/// The tone of a number that rings in Indonesia (ITU-T Q.35 supplement 2): 425 Hz, 1 s, and 4 s of nothing.
const RINGBACK_HZ: f64 = 425.0;
const RINGBACK_FRAMES: usize = 50;
const RINGBACK_CYCLE_FRAMES: usize = 250;
/// Its height: -15 dB.
const RINGBACK_HEIGHT: f64 = 6_000.0;

/// The `position`-th frame of a number that rings, in A-law.
pub fn ringback(position: usize) -> Frame {
    let position = position % RINGBACK_CYCLE_FRAMES;
    if position >= RINGBACK_FRAMES {
        return [Codec::Pcma.silence(); FRAME_BYTES];
    }
    std::array::from_fn(|n| {
        let at = (position * FRAME_BYTES + n) as f64 / 8_000.0;
        Codec::Pcma.encode((RINGBACK_HEIGHT * (std::f64::consts::TAU * RINGBACK_HZ * at).sin()) as i16)
    })
}

/// Hears keys in the sound of one stream.
#[derive(Clone, Copy, Debug, Default)]
pub struct ToneReceiver {
    candidate: Option<char>,
    same: u8,
    pressed: Option<char>,
    absent: u8,
}

impl ToneReceiver {
    /// The key that this frame completes, if it does.
    pub fn take(&mut self, sound: &Sound) -> Option<char> {
        let key = key_in(sound);
        self.same = if key.is_some() && key == self.candidate { self.same.saturating_add(1) } else { 1 };
        self.candidate = key;
        if self.pressed.is_some() && key != self.pressed {
            self.absent += 1;
            if self.absent >= UP_FRAMES {
                self.pressed = None;
            }
        } else {
            self.absent = 0;
        }
        let complete = key.filter(|_| self.same >= SAME_FRAMES && self.pressed.is_none())?;
        self.pressed = Some(complete);
        self.absent = 0;
        Some(complete)
    }
}

fn key_in(sound: &Sound) -> Option<char> {
    let samples: [f64; FRAME_BYTES] = sound.bytes.map(|byte| f64::from(sound.codec.linear(byte)));
    let energy: f64 = samples.iter().map(|sample| sample * sample).sum();
    if energy < ENERGY_MIN {
        return None;
    }
    let (row, low) = strongest(&samples, &ROWS);
    let (column, high) = strongest(&samples, &COLUMNS);
    let twist = low.max(high) / low.min(high).max(1.0);
    (low + high >= SHARE_MIN * energy && twist <= TWIST_MAX).then(|| KEYPAD[row][column])
}

/// Which of four tones is strongest, and the energy that it has in the frame (Goertzel).
fn strongest(samples: &[f64; FRAME_BYTES], tones: &[f64; 4]) -> (usize, f64) {
    let mut best = (0, 0.0);
    for (place, hertz) in tones.iter().enumerate() {
        let turn = 2.0 * (std::f64::consts::TAU * hertz / 8_000.0).cos();
        let (mut before, mut last) = (0.0, 0.0);
        for sample in samples {
            (before, last) = (last, sample + turn * last - before);
        }
        let power = before * before + last * last - turn * before * last;
        let energy = 2.0 * power / FRAME_BYTES as f64;
        if energy > best.1 {
            best = (place, energy);
        }
    }
    best
}

/// Puts keys into the sound.
#[derive(Debug, Default)]
pub struct ToneSender {
    waiting: VecDeque<char>,
    frame: usize,
}

impl ToneSender {
    /// Takes keys to send; what is no key is left out, and so is what does not fit any more.
    pub fn press(&mut self, keys: &str) {
        let room = KEYS_WAITING_MAX.saturating_sub(self.waiting.len());
        let known = keys.chars().filter_map(|key| event_of(key).and_then(key_of));
        self.waiting.extend(known.take(room));
    }

    /// The sound of this frame instead of any other; `None` when no key is down.
    pub fn frame(&mut self, codec: Codec) -> Option<Frame> {
        let key = *self.waiting.front()?;
        let begin = self.frame * FRAME_BYTES;
        let down = self.frame < HELD_FRAMES;
        self.frame += 1;
        if self.frame == HELD_FRAMES + PAUSE_FRAMES {
            self.frame = 0;
            self.waiting.pop_front();
        }
        let place = KEYPAD.iter().position(|row| row.contains(&key)).unwrap_or_default();
        let column = KEYPAD[place].iter().position(|known| *known == key).unwrap_or_default();
        Some(std::array::from_fn(|n| {
            if !down {
                return codec.silence();
            }
            let time = (begin + n) as f64 * std::f64::consts::TAU / 8_000.0;
            let sample = (time * ROWS[place]).sin() + (time * COLUMNS[column]).sin();
            codec.encode((HEIGHT * sample) as i16)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_rings_for_a_second_in_five() {
        let loud = |n: usize| ringback(n).iter().any(|byte| Codec::Pcma.linear(*byte).abs() > 5_000);
        assert!((0..50).all(loud) && !(50..250).any(loud) && loud(250));
        let sound = Sound { codec: Codec::Pcma, bytes: ringback(7) };
        assert_eq!(ToneReceiver::default().take(&sound), None, "it is no key");
    }

    fn heard(sounds: impl Iterator<Item = Sound>) -> String {
        let mut receiver = ToneReceiver::default();
        sounds.filter_map(|sound| receiver.take(&sound)).collect()
    }

    fn sent(keys: &str, codec: Codec) -> Vec<Sound> {
        let mut sender = ToneSender::default();
        sender.press(keys);
        std::iter::from_fn(|| sender.frame(codec)).map(|bytes| Sound { codec, bytes }).collect()
    }

    #[test]
    fn every_key_that_is_sent_is_heard_once_in_both_laws_and_at_any_place_in_a_frame() {
        let keys = "1234567890*#ABCD5511";
        for codec in [Codec::Pcma, Codec::Pcmu] {
            let frames = sent(keys, codec);
            assert_eq!(heard(frames.iter().copied()), keys);
            let bytes: Vec<u8> = frames.iter().flat_map(|frame| frame.bytes).collect();
            for shift in [1, 40, 80, 159] {
                let moved = bytes[shift..].chunks_exact(FRAME_BYTES);
                let moved = moved.map(|chunk| Sound { codec, bytes: chunk.try_into().unwrap() });
                assert_eq!(heard(moved), keys, "{shift}");
            }
        }
    }

    #[test]
    fn quiet_keys_are_heard_and_tones_noise_and_speech_like_sound_are_not() {
        let quiet = sent("58#", Codec::Pcma).into_iter().map(|sound| Sound {
            codec: Codec::Pcma,
            bytes: sound.bytes.map(|byte| Codec::Pcma.encode(Codec::Pcma.linear(byte) / 8)),
        });
        assert_eq!(heard(quiet), "58#");
        let made = |wave: &dyn Fn(f64) -> f64| {
            let frames: Vec<_> = (0..500)
                .map(|n| Sound {
                    codec: Codec::Pcma,
                    bytes: std::array::from_fn(|k| {
                        Codec::Pcma.encode((8_000.0 * wave((n * FRAME_BYTES + k) as f64 / 8_000.0)) as i16)
                    }),
                })
                .collect();
            heard(frames.into_iter())
        };
        let sine = |hertz: f64, time: f64| (std::f64::consts::TAU * hertz * time).sin();
        assert_eq!(made(&|time| sine(440.0, time)), "");
        assert_eq!(made(&|time| sine(697.0, time)), "");
        assert_eq!(made(&|time| 0.5 * (sine(440.0, time) + sine(480.0, time))), "", "a ringing tone");
        // A voice: a fundamental that glides, with all its harmonics.
        let voice = |time: f64| {
            let pitch = 140.0 + 60.0 * (time * 3.0).sin();
            (1..20).map(|n| sine(pitch * f64::from(n), time) / f64::from(n)).sum::<f64>() * 0.5
        };
        assert_eq!(made(&voice), "");
        let noise = |time: f64| ((time * 8_000.0 * 78.233).sin() * 43_758.545).fract();
        assert_eq!(made(&noise), "");
    }
}
