//! One recording on disk: a WAV file that can be read at any moment, and beside it the chain.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use dispatch_core::call::fact::RecordingSummary;
use dispatch_core::time::Timestamp;

use super::chain::{Chain, Link, hex};

/// Bytes before the first sample.
pub const HEADER_BYTES: usize = 58;
/// Bytes of one frame of 20 ms: both channels, byte by byte in turn.
pub const STEREO_FRAME_BYTES: usize = 320;
/// Bytes of one second.
pub(super) const SECOND_BYTES: u64 = 16_000;
/// The first line of the file beside.
const SIDE_VERSION: &str = "sigap-recording 1";

/// The header of a WAV file with so many bytes of sound: A-law (format tag 6), 8000 Hz, two channels.
pub fn header(data_bytes: u64) -> [u8; HEADER_BYTES] {
    // Beyond 4 GiB, which is three days, the sizes stay at their largest; players then read to the end of the file.
    let data = u32::try_from(data_bytes).unwrap_or(u32::MAX);
    let mut header = [0; HEADER_BYTES];
    let mut place = 0;
    let mut put = |bytes: &[u8]| {
        header[place..place + bytes.len()].copy_from_slice(bytes);
        place += bytes.len();
    };
    put(b"RIFF");
    put(&data.saturating_add(HEADER_BYTES as u32 - 8).to_le_bytes());
    put(b"WAVEfmt ");
    put(&18u32.to_le_bytes());
    put(&6u16.to_le_bytes());
    put(&2u16.to_le_bytes());
    put(&8_000u32.to_le_bytes());
    put(&16_000u32.to_le_bytes());
    put(&2u16.to_le_bytes());
    put(&8u16.to_le_bytes());
    put(&0u16.to_le_bytes());
    put(b"fact");
    put(&4u32.to_le_bytes());
    put(&(data / 2).to_le_bytes());
    put(b"data");
    put(&data.to_le_bytes());
    header
}

/// The chain's file beside a recording.
pub fn side_of(recording: &Path) -> PathBuf {
    recording.with_extension("sha")
}

/// A recording that is being written.
#[derive(Debug)]
pub(crate) struct RecordingFile {
    name: String,
    wav: File,
    side: File,
    data_bytes: u64,
    chain: Chain,
    started_at: i64,
    /// Frames in which nothing of the caller arrived.
    silent_frames: u64,
    /// What stands beside fits what was recorded; a file that was continued may have been touched.
    pub(super) intact: bool,
}

/// What the file beside says.
#[derive(Debug, Default)]
struct Side {
    started_at: Option<i64>,
    links: Vec<String>,
    silent_frames: u64,
    ended: bool,
}

impl RecordingFile {
    /// Opens a recording, new or again. What an earlier process left is cut to whole samples and kept.
    ///
    /// # Errors
    /// When the folder or the disk does not let us.
    pub(crate) fn open(folder: &Path, name: &str, now: i64) -> io::Result<Self> {
        let path = folder.join(name);
        let open = |path: &Path| {
            // Nobody but us reads what people said.
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
        };
        let (wav, side) = (open(&path)?, open(&side_of(&path))?);
        let before = Side::read(&side)?;
        let length = wav.metadata()?.len().saturating_sub(HEADER_BYTES as u64);
        let data_bytes = length - length % 2;
        let started_at =
            before.started_at.unwrap_or_else(|| now - (data_bytes * 1_000_000 / SECOND_BYTES) as i64);
        let mut file = Self {
            name: name.to_owned(),
            wav,
            side,
            data_bytes,
            chain: Chain::new(started_at),
            started_at,
            silent_frames: before.silent_frames,
            intact: true,
        };
        file.rebuild(&before)?;
        Ok(file)
    }

    /// Reads the sound that is there, so that the chain can go on, and writes both files anew to where they are good.
    fn rebuild(&mut self, before: &Side) -> io::Result<()> {
        let mut links: Vec<Link> = Vec::new();
        self.wav.seek(SeekFrom::Start(HEADER_BYTES as u64))?;
        let mut reader = BufReader::with_capacity(64 * 1024, (&self.wav).take(self.data_bytes));
        loop {
            let bytes = reader.fill_buf()?;
            if bytes.is_empty() {
                break;
            }
            self.chain.take(bytes, |_, link| links.push(link));
            let taken = bytes.len();
            reader.consume(taken);
        }
        self.intact = before.links.iter().zip(&links).all(|(there, link)| *there == hex(link));
        self.write_sizes()?;
        self.wav.set_len(HEADER_BYTES as u64 + self.data_bytes)?;
        if !self.intact {
            // What was written beside is evidence that the sound was changed; nothing is written over it.
            self.side.seek(SeekFrom::End(0))?;
            return Ok(());
        }
        let mut text = format!("{SIDE_VERSION}\nstarted {}\n", self.started_at);
        for (n, link) in links.iter().enumerate() {
            text.push_str(&block_line(n as u64 + 1, link, before.silent_frames));
        }
        self.side.set_len(0)?;
        self.side.seek(SeekFrom::Start(0))?;
        self.side.write_all(text.as_bytes())
    }

    /// Adds sound, `silent` frames of which hold nothing of the caller. Afterwards the file can be read to its end.
    pub(crate) fn append(&mut self, bytes: &[u8], silent: u64) -> io::Result<()> {
        self.wav.write_all_at(bytes, HEADER_BYTES as u64 + self.data_bytes)?;
        self.data_bytes += bytes.len() as u64;
        self.silent_frames += silent;
        let mut lines = String::new();
        let silent_frames = self.silent_frames;
        self.chain.take(bytes, |n, link| lines.push_str(&block_line(n, &link, silent_frames)));
        if !lines.is_empty() {
            self.side.write_all(lines.as_bytes())?;
        }
        self.write_sizes()
    }

    fn write_sizes(&self) -> io::Result<()> {
        self.wav.write_all_at(&header(self.data_bytes), 0)
    }

    /// Seconds of silence that a recording lacks that should have gone on until `now`.
    pub(crate) fn gap_frames(&self, now: i64) -> u64 {
        let recorded = (self.data_bytes * 1_000_000 / SECOND_BYTES) as i64;
        u64::try_from((now - self.started_at - recorded) / 20_000).unwrap_or(0)
    }

    /// A second pair of handles, for whoever waits for the disk.
    pub(crate) fn handles(&self) -> io::Result<(File, File)> {
        Ok((self.wav.try_clone()?, self.side.try_clone()?))
    }

    /// Writes the last line of the chain.
    pub(crate) fn end(&mut self) -> io::Result<RecordingSummary> {
        let summary = RecordingSummary {
            recording: self.name.clone(),
            started_at: Timestamp::from_micros(self.started_at),
            seconds: self.data_bytes as f64 / SECOND_BYTES as f64,
            bytes: self.data_bytes + HEADER_BYTES as u64,
            sha256: hex(&self.chain.head()),
            silence_s: self.silent_frames as f64 * 0.02,
        };
        let (bytes, silent) = (self.data_bytes, self.silent_frames);
        writeln!(self.side, "end {bytes} {} {silent}", summary.sha256)?;
        Ok(summary)
    }
}

fn block_line(number: u64, link: &Link, silent_frames: u64) -> String {
    format!("{number} {} {silent_frames}\n", hex(link))
}

impl Side {
    fn read(file: &File) -> io::Result<Self> {
        let mut side = Self::default();
        for line in BufReader::new(file).lines() {
            // A last line that was cut off, or something else altogether.
            let Ok(line) = line else { break };
            let mut words = line.split_ascii_whitespace();
            match (words.next(), words.next(), words.next(), words.next()) {
                (Some("started"), Some(at), _, _) => side.started_at = at.parse().ok(),
                (Some("end"), Some(_), Some(_), silent) => {
                    side.ended = true;
                    side.count(silent);
                }
                // The last line may be cut: half a link is none.
                (Some(number), Some(link), silent, _)
                    if number.parse() == Ok(side.links.len() + 1) && link.len() == 64 =>
                {
                    side.links.push(link.to_owned());
                    side.count(silent);
                }
                _ => {}
            }
        }
        Ok(side)
    }

    fn count(&mut self, silent: Option<&str>) {
        self.silent_frames = silent.and_then(|n| n.parse().ok()).unwrap_or(self.silent_frames);
    }
}

/// Whether a recording was ended properly: its sizes are right and the chain has its last line.
pub(super) fn is_ended(path: &Path) -> bool {
    let ended = || -> io::Result<bool> {
        let mut head = [0; HEADER_BYTES];
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.read_exact(&mut head)?;
        let side = Side::read(&File::open(side_of(path))?)?;
        Ok(side.ended && head == header(length - HEADER_BYTES as u64))
    };
    ended().unwrap_or(false)
}
