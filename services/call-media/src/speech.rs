//! The sound that a speech program makes, as frames of a call: its rate becomes 8000 Hz, its samples A-law.

use std::f32::consts::PI;

use crate::announcement::{self, Frame};
use crate::g711;
use crate::wav::{self, WavError};

/// What speech programs make: of telephones, of most of them, of espeak-ng and piper.
const RATES: [u32; 3] = [CALL_RATE, 16_000, 22_050];
const CALL_RATE: u32 = 8_000;
/// What a call can carry ends here, with a little room for the filter's slope.
const HIGHEST_HZ: f32 = 3_600.0;
/// Samples of the source on either side that a sample of the call is made of.
const REACH: usize = 32;
/// Shorter than a second is no announcement, whatever the program says.
const FRAMES_MIN: usize = 50;
/// 30 s, as the recorded pieces: it is said twice, and a line is held meanwhile.
const FRAMES_MAX: usize = 1_500;

/// Why a sound cannot be said.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SpeechSoundError {
    /// Another file.
    #[error(transparent)]
    Wav(#[from] WavError),
    /// Too short or too long.
    #[error("{ms} ms of sound; wanted 1 to 30 s")]
    Length {
        /// How long it is.
        ms: usize,
    },
}

/// The frames of a WAV of 16 bits, one channel, 8000, 16000 or 22050 Hz. A-law.
///
/// # Errors
/// When it is another file, or shorter than a second or longer than 30.
pub fn frames(file: &[u8]) -> Result<Vec<Frame>, SpeechSoundError> {
    let (rate, samples) = wav::read_linear(file, &RATES)?;
    let ms = (samples.len() as u64 * 1_000 / u64::from(rate)) as usize;
    if !(FRAMES_MIN * 20..=FRAMES_MAX * 20).contains(&ms) {
        return Err(SpeechSoundError::Length { ms });
    }
    let alaw: Vec<u8> = at_call_rate(&samples, rate).into_iter().map(g711::alaw_from_linear).collect();
    Ok(announcement::frames(&alaw))
}

/// A windowed sinc: what is above the band of a call would come back as a whistle.
fn at_call_rate(samples: &[i16], rate: u32) -> Vec<i16> {
    if rate == CALL_RATE {
        return samples.to_vec();
    }
    let (from, to) = (rate as usize, CALL_RATE as usize);
    let step = common_divisor(from, to);
    // A sample of the call lies at one of these places between two of the source.
    let weights: Vec<[f32; 2 * REACH]> =
        (0..to / step).map(|place| weights((place * step) as f32 / to as f32, rate)).collect();
    let made = |n: usize| {
        let (whole, place) = (n * from / to, n * from % to / step);
        let sum: f32 = (weights[place].iter().enumerate())
            .filter_map(|(k, weight)| {
                Some(weight * f32::from(*samples.get((whole + k + 1).checked_sub(REACH)?)?))
            })
            .sum();
        // A cast of a number that is too large ends at the largest.
        sum.round() as i16
    };
    (0..samples.len() * to / from).map(made).collect()
}

/// How much each sample around counts for one that lies `after` the middle one; together 1.
fn weights(after: f32, rate: u32) -> [f32; 2 * REACH] {
    let band = 2.0 * HIGHEST_HZ / rate as f32;
    let mut weights: [f32; 2 * REACH] = std::array::from_fn(|k| {
        let t = k as f32 + 1.0 - REACH as f32 - after;
        let x = PI * band * t;
        let sinc = if x.abs() < 1e-6 { 1.0 } else { x.sin() / x };
        sinc * (0.5 + 0.5 * (PI * t / REACH as f32).cos())
    });
    let sum: f32 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= sum);
    weights
}

const fn common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a program writes it to a pipe: the lengths are not known.
    fn wave(rate: u32, channels: u16, samples: &[i16]) -> Vec<u8> {
        let mut file = b"RIFF\xFF\xFF\xFF\x7FWAVEfmt \x10\0\0\0\x01\0".to_vec();
        file.extend_from_slice(&channels.to_le_bytes());
        file.extend_from_slice(&rate.to_le_bytes());
        file.extend_from_slice(&(rate * 2).to_le_bytes());
        file.extend_from_slice(b"\x02\0\x10\0data\0\xF0\xFF\x7F");
        file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        file
    }

    fn tone(rate: u32, hz: f32, ms: u32) -> Vec<i16> {
        let sample = |n| (10_000.0 * (2.0 * PI * hz * n as f32 / rate as f32).sin()) as i16;
        (0..rate * ms / 1_000).map(sample).collect()
    }

    /// The loudness (root mean square) of all but the ends, where the source begins and ends.
    fn loudness(samples: &[i16]) -> f32 {
        let middle = &samples[200..samples.len() - 200];
        (middle.iter().map(|s| f32::from(*s).powi(2)).sum::<f32>() / middle.len() as f32).sqrt()
    }

    #[test]
    fn every_rate_keeps_length_pitch_and_loudness() {
        let wanted = tone(CALL_RATE, 1_000.0, 2_000);
        for rate in RATES {
            let made = at_call_rate(&tone(rate, 1_000.0, 2_000), rate);
            assert_eq!(made.len(), 16_000, "{rate} Hz");
            let off: Vec<i16> = made.iter().zip(&wanted).map(|(a, b)| a - b).collect();
            assert!(loudness(&off) < 150.0, "{rate} Hz: {} beside {}", loudness(&off), loudness(&wanted));
            assert_eq!(frames(&wave(rate, 1, &tone(rate, 1_000.0, 2_000))).unwrap().len(), 100, "{rate} Hz");
        }
    }

    #[test]
    fn what_a_call_cannot_carry_does_not_come_back_as_another_tone() {
        for (rate, hz) in [(16_000, 5_500.0), (22_050, 5_500.0), (22_050, 9_000.0)] {
            let made = at_call_rate(&tone(rate, hz, 1_000), rate);
            assert!(loudness(&made) < 100.0, "{hz} Hz of {rate}: {}", loudness(&made));
        }
    }

    #[test]
    fn every_other_file_is_refused_with_the_reason() {
        assert_eq!(frames(b"maaf"), Err(WavError::NotWave.into()));
        let second = tone(CALL_RATE, 500.0, 1_500);
        for (rate, channels) in [(44_100, 1), (CALL_RATE, 2)] {
            let refused = frames(&wave(rate, channels, &second)).unwrap_err();
            assert!(refused.to_string().contains("wanted linear (1)"), "{refused}");
        }
        assert_eq!(frames(&wave(CALL_RATE, 1, &second[..800])), Err(SpeechSoundError::Length { ms: 100 }));
        let long = tone(CALL_RATE, 500.0, 31_000);
        assert_eq!(frames(&wave(CALL_RATE, 1, &long)), Err(SpeechSoundError::Length { ms: 31_000 }));
    }
}
