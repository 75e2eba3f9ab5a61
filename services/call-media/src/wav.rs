//! Reads RIFF/WAVE: the announcements, which are A-law (format tag 6), 8000 Hz, one channel, 8 bits; and what a speech
//! program makes, which is linear (format tag 1), one channel, 16 bits. Nothing is guessed: a wrong file is a mistake of
//! whoever made it.

/// Why a file cannot be played.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WavError {
    /// Not RIFF/WAVE.
    #[error("not a RIFF/WAVE file")]
    NotWave,
    /// A chunk is longer than the file.
    #[error("the chunk {name} is cut off")]
    CutOff {
        /// Its four letters.
        name: String,
    },
    /// `fmt ` or `data` is not there.
    #[error("the chunk {name} is missing")]
    Missing {
        /// Its four letters.
        name: &'static str,
    },
    /// Another coding, rate or number of channels.
    #[error("format {tag}, {channels} channels, {rate} Hz, {bits} bits; wanted {wanted}")]
    Format {
        /// WAVE format tag.
        tag: u16,
        /// Channels.
        channels: u16,
        /// Samples per second.
        rate: u32,
        /// Bits per sample.
        bits: u16,
        /// What would be right.
        wanted: &'static str,
    },
    /// No sound.
    #[error("the file has no sound")]
    Empty,
}

/// The A-law samples of the file.
///
/// # Errors
/// When the file is anything but what this module reads.
pub fn read_alaw(file: &[u8]) -> Result<&[u8], WavError> {
    let (format, data) = format_and_data(file, false)?;
    match format {
        Format { tag: 6, channels: 1, rate: 8_000, bits: 8 } => Ok(data),
        Format { .. } => Err(format.is_not("A-law (6), 1, 8000 Hz, 8")),
    }
}

/// The rate of a file of linear sound, and its samples. A program that writes to a pipe cannot know the length when it
/// writes the head: its sound ends where the file ends.
///
/// # Errors
/// When the file is anything but 16 bits linear, one channel, at one of `rates`.
pub fn read_linear(file: &[u8], rates: &[u32]) -> Result<(u32, Vec<i16>), WavError> {
    let (format, data) = format_and_data(file, true)?;
    match format {
        Format { tag: 1, channels: 1, rate, bits: 16 } if rates.contains(&rate) => {
            let samples = data.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
            Ok((rate, samples.collect()))
        }
        Format { .. } => Err(format.is_not("linear (1), 1, 8000, 16000 or 22050 Hz, 16")),
    }
}

/// What `fmt ` says.
#[derive(Clone, Copy)]
struct Format {
    tag: u16,
    channels: u16,
    rate: u32,
    bits: u16,
}

impl Format {
    fn read(chunk: &[u8]) -> Result<Self, WavError> {
        let Some(fields) = chunk.first_chunk::<16>() else {
            return Err(WavError::CutOff { name: "fmt ".to_owned() });
        };
        let half = |at: usize| u16::from_le_bytes([fields[at], fields[at + 1]]);
        let rate = u32::from_le_bytes([fields[4], fields[5], fields[6], fields[7]]);
        Ok(Self { tag: half(0), channels: half(2), rate, bits: half(14) })
    }

    const fn is_not(self, wanted: &'static str) -> WavError {
        let Self { tag, channels, rate, bits } = self;
        WavError::Format { tag, channels, rate, bits, wanted }
    }
}

/// `open_end`: the data may say that they are longer than the file.
fn format_and_data(file: &[u8], open_end: bool) -> Result<(Format, &[u8]), WavError> {
    if file.len() < 12 || &file[..4] != b"RIFF" || &file[8..12] != b"WAVE" {
        return Err(WavError::NotWave);
    }
    let mut rest = &file[12..];
    let mut format = None;
    while let Some((head, body)) = rest.split_first_chunk::<8>() {
        let size =
            usize::try_from(u32::from_le_bytes([head[4], head[5], head[6], head[7]])).unwrap_or(usize::MAX);
        let name = &head[..4];
        let whole = body.get(..size).or_else(|| (open_end && name == b"data").then_some(body));
        let Some(chunk) = whole else {
            return Err(WavError::CutOff { name: String::from_utf8_lossy(name).into_owned() });
        };
        match (name, format) {
            (b"fmt ", _) => format = Some(Format::read(chunk)?),
            (b"data", None) => return Err(WavError::Missing { name: "fmt " }),
            (b"data", Some(_)) if chunk.is_empty() => return Err(WavError::Empty),
            (b"data", Some(format)) => return Ok((format, chunk)),
            (_, _) => {}
        }
        // Chunks begin at even places.
        rest = body.get(size + (size & 1)..).unwrap_or_default();
    }
    Err(WavError::Missing { name: if format.is_some() { "data" } else { "fmt " } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(tag: u16, data: &[u8]) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WAVEfmt \x12\0\0\0".to_vec();
        file.extend_from_slice(&tag.to_le_bytes());
        file.extend_from_slice(&[1, 0, 0x40, 0x1F, 0, 0, 0x40, 0x1F, 0, 0, 1, 0, 8, 0, 0, 0]);
        file.extend_from_slice(b"odd \x01\0\0\0x\0data");
        file.extend_from_slice(&u32::try_from(data.len()).unwrap().to_le_bytes());
        file.extend_from_slice(data);
        file
    }

    #[test]
    fn finds_the_samples_behind_other_chunks() {
        assert_eq!(read_alaw(&wave(6, b"sound")).unwrap(), b"sound");
    }

    #[test]
    fn refuses_every_other_file_and_every_cut() {
        let whole = wave(6, b"sound");
        for end in 0..whole.len() {
            assert!(read_alaw(&whole[..end]).is_err(), "cut at {end}");
        }
        assert!(matches!(read_alaw(&wave(7, b"x")), Err(WavError::Format { tag: 7, .. })));
        assert_eq!(read_alaw(&wave(6, b"")), Err(WavError::Empty));
    }
}
