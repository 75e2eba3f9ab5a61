//! Reading a recording from outside: stereo A-law WAV, the caller on the left, the centre on the right.

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

/// Frames a second.
const RATE: usize = 8_000;
/// A second whose energy lies in the tone by this share holds the tone; a recording beside it may have comfort
/// noise and a second that is cut.
const TONE_SHARE: f64 = 0.3;

/// A recording.
#[derive(Debug)]
pub struct Sound {
    frames: Vec<[u8; 2]>,
}

/// The recording of a call: its file is named after it.
pub fn find(folder: &Path, call: &str) -> anyhow::Result<PathBuf> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("{}", folder.display()))?;
    let mut names = entries.filter_map(Result::ok).map(|entry| entry.path());
    let of_call = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.contains(call) && name.ends_with(".wav")
    };
    names.find(of_call).context("no file of the recording")
}

/// Reads a file; its header must agree with its length.
pub fn read(file: &Path) -> anyhow::Result<Sound> {
    let bytes = std::fs::read(file).with_context(|| format!("{}", file.display()))?;
    let data = data_of(&bytes)?;
    Ok(Sound { frames: data.chunks_exact(2).map(|frame| [frame[0], frame[1]]).collect() })
}

/// The bytes of the `data` chunk of a RIFF file with format 6, 2 channels, 8000 a second.
fn data_of(bytes: &[u8]) -> anyhow::Result<&[u8]> {
    ensure!(bytes.len() > 12 && &bytes[..4] == b"RIFF" && &bytes[8..12] == b"WAVE", "not a WAV file");
    let word =
        |at: usize| bytes.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize);
    let mut at = 12;
    let mut right_format = false;
    while let Some(length) = word(at + 4) {
        let body = at + 8;
        match &bytes[at..at + 4] {
            b"fmt " => {
                let format = word(body).context("a cut header")?;
                ensure!(format == 0x0002_0006, "not stereo A-law: {format:#x}");
                ensure!(word(body + 4) == Some(RATE), "not 8000 frames a second");
                right_format = true;
            }
            b"data" => {
                ensure!(right_format, "no format before the data");
                return bytes.get(body..body + length).context("the header tells more than there is");
            }
            _ => {}
        }
        at = body + length + (length & 1);
    }
    anyhow::bail!("no data")
}

impl Sound {
    /// How long it is.
    pub fn seconds(&self) -> f64 {
        self.frames.len() as f64 / RATE as f64
    }

    /// Whole seconds in which one side is without this tone.
    pub fn seconds_without(&self, left: bool, hz: u32) -> usize {
        let side = usize::from(!left);
        // In tenths: where a packet came late the tone goes on in another phase, which is no silence.
        let lacks = |tenth: &[[u8; 2]]| share_of(hz, tenth.iter().map(|frame| frame[side])) < TONE_SHARE;
        let tenths = |second: &[[u8; 2]]| second.chunks_exact(RATE / 10).filter(|tenth| lacks(tenth)).count();
        self.frames.chunks_exact(RATE).filter(|second| tenths(second) > 5).count()
    }
}

/// The share of the energy that lies at `hz` (Goertzel).
fn share_of(hz: u32, samples: impl Iterator<Item = u8>) -> f64 {
    let turn = 2.0 * (f64::from(hz) * TAU / RATE as f64).cos();
    let (mut one, mut two, mut energy, mut count) = (0.0, 0.0, 0.0, 0.0);
    for byte in samples {
        let sample = linear(byte);
        energy += sample * sample;
        count += 1.0;
        (one, two) = (sample + turn * one - two, one);
    }
    if energy < 1e5 { 0.0 } else { 2.0 * (one * one + two * two - turn * one * two) / (energy * count) }
}

/// G.711 A-law.
fn linear(byte: u8) -> f64 {
    let code = byte ^ 0x55;
    let (exponent, mantissa) = (i32::from(code >> 4 & 7), i32::from(code & 0x0F));
    let magnitude =
        if exponent == 0 { (mantissa << 4) + 8 } else { ((mantissa << 4) + 0x108) << (exponent - 1) };
    f64::from(if code & 0x80 == 0 { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(frames: &[[u8; 2]], told: usize) -> Vec<u8> {
        let mut bytes = b"RIFF\0\0\0\0WAVEfmt ".to_vec();
        bytes.extend_from_slice(&16u32.to_le_bytes());
        bytes.extend_from_slice(&[6, 0, 2, 0]);
        bytes.extend_from_slice(&8_000u32.to_le_bytes());
        bytes.extend_from_slice(&16_000u32.to_le_bytes());
        bytes.extend_from_slice(&[2, 0, 8, 0]);
        bytes.extend_from_slice(b"data");
        bytes.extend_from_slice(&(told as u32).to_le_bytes());
        bytes.extend(frames.iter().flatten());
        bytes
    }

    #[test]
    fn both_sides_are_told_apart_and_a_header_that_promises_too_much_is_refused() {
        // A square wave of 500 Hz on the left, silence on the right; its first harmonic holds 81 % of the energy.
        let frames: Vec<[u8; 2]> =
            (0..20_000).map(|n| [if n / 8 % 2 == 0 { 0xAA } else { 0x2A }, 0xD5]).collect();
        let whole = file(&frames, frames.len() * 2);
        let sound = Sound {
            frames: data_of(&whole).expect("readable").chunks_exact(2).map(|f| [f[0], f[1]]).collect(),
        };
        assert_eq!((sound.seconds(), sound.seconds_without(true, 500)), (2.5, 0));
        assert_eq!((sound.seconds_without(false, 500), sound.seconds_without(true, 440)), (2, 2));
        assert!(data_of(&file(&frames, frames.len() * 2 + 2)).is_err());
        assert!(data_of(b"RIFF").is_err());
    }
}
