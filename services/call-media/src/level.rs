//! How loud a stream is, and whether somebody speaks. Cheap: the energy of each frame, by table.

use crate::rtp::Sound;

/// What is shown for silence, in dB below full scale.
pub const QUIET_DB: i8 = -96;
/// Voice is at least this loud, in dB below full scale: quieter is a room.
const VOICE_DB_MIN: f32 = -48.0;
/// And at least this much louder than the noise of the line.
const VOICE_ABOVE_NOISE_DB: f32 = 9.0;
/// How fast the idea of the noise rises: 3 dB a second, so that a word is no noise. It falls at once.
const NOISE_RISE_DB: f32 = 0.06;
/// Loud frames until it is speech and no click: 120 ms.
const LOUD_FRAMES: u8 = 6;
/// Frames that speech goes on after its last loud one: 400 ms bridges the gaps between words.
const HANG_FRAMES: u8 = 20;

/// The level of one frame in dB below full scale (0 is the loudest, [`QUIET_DB`] is silence).
pub fn decibels(sound: &Sound) -> f32 {
    // Every second sample is enough to know how loud it is, not what it says.
    let energy: i64 = sound
        .bytes
        .iter()
        .step_by(2)
        .map(|byte| i64::from(sound.codec.linear(*byte)))
        .map(|sample| sample * sample)
        .sum();
    let mean = energy as f32 / (sound.bytes.len() / 2) as f32;
    // The smallest step of A-law is 8, so silence is not zero.
    if mean <= 64.0 { f32::from(QUIET_DB) } else { 10.0 * (mean / (32_768.0 * 32_768.0)).log10() }
}

/// Follows one stream.
#[derive(Clone, Copy, Debug)]
pub struct LevelMeter {
    shown: f32,
    noise: f32,
    loud: u8,
    hang: u8,
}

impl Default for LevelMeter {
    fn default() -> Self {
        Self { shown: f32::from(QUIET_DB), noise: -60.0, loud: 0, hang: 0 }
    }
}

impl LevelMeter {
    /// Takes the next 20 ms; `None` is nothing received.
    pub fn take(&mut self, sound: Option<&Sound>) {
        let level = sound.map_or(f32::from(QUIET_DB), decibels);
        // Rises at once, falls by 50 dB a second: what an eye can follow.
        self.shown = level.max(self.shown - 1.0);
        let voice = level > VOICE_DB_MIN && level > self.noise + VOICE_ABOVE_NOISE_DB;
        self.noise =
            if level < self.noise { level.max(-70.0) } else { (self.noise + NOISE_RISE_DB).min(level) };
        self.loud = if voice { (self.loud + 1).min(LOUD_FRAMES) } else { self.loud.saturating_sub(1) };
        if self.loud == LOUD_FRAMES {
            self.hang = HANG_FRAMES;
        } else {
            self.hang = self.hang.saturating_sub(1);
        }
    }

    /// The level to show, in dB below full scale.
    pub fn shown(&self) -> i8 {
        self.shown.clamp(f32::from(QUIET_DB), 0.0) as i8
    }

    /// Whether somebody speaks.
    pub const fn voice(&self) -> bool {
        self.hang > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::announcement::FRAME_BYTES;
    use crate::rtp::Codec;

    /// Frame `n` of a tone, `amplitude` of 32767.
    fn tone(n: usize, amplitude: f64) -> Sound {
        let sample = |k: usize| {
            let time = (n * FRAME_BYTES + k) as f64 / 8_000.0;
            Codec::Pcma.encode((amplitude * (time * 440.0 * std::f64::consts::TAU).sin()) as i16)
        };
        Sound { codec: Codec::Pcma, bytes: std::array::from_fn(sample) }
    }

    #[test]
    fn a_tone_has_the_level_that_it_was_made_with() {
        // A sine is 3 dB under its peak.
        for (amplitude, wanted) in [(32_767.0, -3.0), (3_276.7, -23.0), (327.67, -43.0)] {
            let level = decibels(&tone(3, amplitude));
            assert!((level - wanted).abs() < 0.7, "{amplitude}: {level}");
        }
        assert!(decibels(&Sound::silence(Codec::Pcmu)) <= f32::from(QUIET_DB));
    }

    #[test]
    fn speech_is_speech_and_clicks_noise_and_a_steady_hum_are_not() {
        let mut meter = LevelMeter::default();
        let mut hears = |amplitude: f64, frames: usize| {
            (0..frames)
                .filter(|n| {
                    meter.take(Some(&tone(*n, amplitude)));
                    meter.voice()
                })
                .count()
        };
        assert_eq!(hears(100.0, 200), 0, "a quiet line");
        assert_eq!(hears(9_000.0, 3), 0, "a click");
        assert_eq!(hears(100.0, 50), 0);
        let spoken = hears(6_000.0, 20);
        assert!((12..=20).contains(&spoken), "{spoken}");
        let after = hears(100.0, 50);
        assert!((10..=25).contains(&after), "ends soon: {after}");
        hears(2_000.0, 900);
        assert_eq!(hears(2_000.0, 100), 0, "a hum becomes the noise of the line");
    }

    #[test]
    fn the_shown_level_falls_slowly() {
        let mut meter = LevelMeter::default();
        meter.take(Some(&tone(0, 32_767.0)));
        assert!(meter.shown() >= -4);
        meter.take(None);
        assert!(meter.shown() >= -5);
        for _ in 0..200 {
            meter.take(None);
        }
        assert_eq!(meter.shown(), QUIET_DB);
    }
}
