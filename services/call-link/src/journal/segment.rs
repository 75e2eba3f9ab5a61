//! One file of the journal: `journal-<index of its first entry, 20 digits>.sj`.
//!
//! Header, 40 bytes: magic `SIGAPJNL` · version u32 · journal id 16 bytes · first index u64 · crc32 u32 of all before.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use super::crc::crc32;
use super::frame::{self, FrameError, HEAD_BYTES};
use super::{Entry, JournalError, JournalId};

const MAGIC: &[u8; 8] = b"SIGAPJNL";
const VERSION: u32 = 1;
/// Bytes before the first entry.
pub(super) const HEADER_BYTES: usize = 40;

pub(super) fn path_of(dir: &Path, first_index: u64) -> PathBuf {
    dir.join(format!("journal-{first_index:020}.sj"))
}

/// The first indexes of all segments in `dir`, ascending.
pub(super) fn list(dir: &Path) -> Result<Vec<u64>, JournalError> {
    let files = std::fs::read_dir(dir).map_err(|source| file_error(dir, source))?;
    let mut found = Vec::new();
    for file in files {
        let name = file.map_err(|source| file_error(dir, source))?.file_name();
        let digits = name
            .to_str()
            .and_then(|name| name.strip_prefix("journal-")?.strip_suffix(".sj").map(str::to_owned));
        if let Some(first) = digits.filter(|digits| digits.len() == 20).and_then(|digits| digits.parse().ok())
        {
            found.push(first);
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Makes the file with its header and syncs both the file and the directory.
pub(super) fn create(dir: &Path, id: JournalId, first_index: u64) -> Result<File, JournalError> {
    let path = path_of(dir, first_index);
    let make = || -> io::Result<File> {
        let mut file = OpenOptions::new().append(true).create_new(true).open(&path)?;
        file.write_all(&header(id, first_index))?;
        file.sync_all()?;
        File::open(dir)?.sync_all()?;
        Ok(file)
    };
    make().map_err(|source| file_error(&path, source))
}

fn header(id: JournalId, first_index: u64) -> [u8; HEADER_BYTES] {
    let mut bytes = [0; HEADER_BYTES];
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
    bytes[12..28].copy_from_slice(&id.0);
    bytes[28..36].copy_from_slice(&first_index.to_le_bytes());
    let crc = crc32(&[&bytes[..36]]);
    bytes[36..].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// Why a header is not one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum HeaderError {
    /// The file ends inside the header: the crash came while it was made.
    Short,
    /// It is something else.
    Foreign(&'static str),
}

fn read_header(bytes: &[u8], first_index: u64) -> Result<JournalId, HeaderError> {
    let Some(bytes) = bytes.first_chunk::<HEADER_BYTES>() else {
        return Err(HeaderError::Short);
    };
    if &bytes[..8] != MAGIC {
        return Err(HeaderError::Foreign("the magic bytes are missing"));
    }
    if bytes[8..12] != VERSION.to_le_bytes() {
        return Err(HeaderError::Foreign("the format version is unknown"));
    }
    if bytes[36..] != crc32(&[&bytes[..36]]).to_le_bytes() {
        return Err(HeaderError::Foreign("the header's checksum does not fit"));
    }
    if bytes[28..36] != first_index.to_le_bytes() {
        return Err(HeaderError::Foreign("the first index is not the one of the file's name"));
    }
    let mut id = [0; 16];
    id.copy_from_slice(&bytes[12..28]);
    Ok(JournalId(id))
}

/// Reads a segment from its beginning, entry by entry.
#[derive(Debug)]
pub(super) struct Scan {
    input: BufReader<File>,
    next_index: u64,
    offset: u64,
    payload: Vec<u8>,
}

/// What a segment turned out to be at its beginning.
pub(super) enum Opened {
    /// A segment of the named journal.
    Segment(JournalId, Scan),
    /// A file that does not even hold a header.
    NoHeader,
}

/// Opens a segment for reading.
pub(super) fn open(dir: &Path, first_index: u64) -> Result<Opened, JournalError> {
    let path = path_of(dir, first_index);
    let file = File::open(&path).map_err(|source| file_error(&path, source))?;
    let mut input = BufReader::with_capacity(256 * 1024, file);
    let mut bytes = Vec::with_capacity(HEADER_BYTES);
    (&mut input)
        .take(HEADER_BYTES as u64)
        .read_to_end(&mut bytes)
        .map_err(|source| file_error(&path, source))?;
    match read_header(&bytes, first_index) {
        Ok(id) => {
            let offset = HEADER_BYTES as u64;
            Ok(Opened::Segment(id, Scan { input, next_index: first_index, offset, payload: Vec::new() }))
        }
        Err(HeaderError::Short) => Ok(Opened::NoHeader),
        Err(HeaderError::Foreign(reason)) => Err(JournalError::Foreign { path, reason }),
    }
}

/// How far a scan came.
#[derive(Debug)]
pub(super) enum Step {
    /// The next entry.
    Entry(Box<Entry>),
    /// The file ends here, between two entries.
    End,
    /// From [`Scan::offset`] on the bytes are no entry.
    Bad(FrameError),
}

impl Scan {
    /// The index that the next entry must have.
    pub(super) const fn next_index(&self) -> u64 {
        self.next_index
    }

    /// Bytes of the file that are read and sound.
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    /// Reads the next entry.
    pub(super) fn step(&mut self) -> io::Result<Step> {
        let mut head = [0u8; HEAD_BYTES];
        let got = read_up_to(&mut self.input, &mut head)?;
        if got == 0 {
            return Ok(Step::End);
        }
        let head = match frame::decode_head(&head[..got], self.next_index) {
            Ok(head) => head,
            Err(bad) => return Ok(Step::Bad(bad)),
        };
        self.payload.resize(head.length, 0);
        if read_up_to(&mut self.input, &mut self.payload)? < head.length {
            return Ok(Step::Bad(FrameError::Short));
        }
        match frame::decode_payload(head, &self.payload) {
            Ok(entry) => {
                self.offset += (HEAD_BYTES + head.length) as u64;
                self.next_index += 1;
                Ok(Step::Entry(Box::new(entry)))
            }
            Err(bad) => Ok(Step::Bad(bad)),
        }
    }
}

fn read_up_to(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match input.read(&mut buffer[got..]) {
            Ok(0) => break,
            Ok(n) => got += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}

pub(super) fn file_error(path: &Path, source: io::Error) -> JournalError {
    JournalError::File { path: path.to_owned(), source }
}
