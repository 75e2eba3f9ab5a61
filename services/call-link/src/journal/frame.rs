//! One entry as bytes: `length u32 · crc32 u32 · index u64 · payload`, numbers little-endian, payload JSON.
//! The CRC covers index and payload. The length counts the payload alone.

use dispatch_core::call::fact::CallFact;
use dispatch_core::ids::CallId;
use dispatch_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::crc::crc32;
use super::{Entry, PAYLOAD_BYTES_MAX};

/// Bytes before the payload.
pub(super) const HEAD_BYTES: usize = 16;

#[derive(Serialize)]
struct PayloadOut<'a> {
    call: CallId,
    at: Timestamp,
    fact: &'a CallFact,
}

#[derive(Deserialize)]
struct Payload {
    call: CallId,
    at: Timestamp,
    fact: CallFact,
}

/// Why bytes are not an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FrameError {
    /// The bytes end before the entry does.
    Short,
    /// The length cannot be one.
    Length,
    /// The checksum does not fit.
    Checksum,
    /// The index is not the next one.
    Index,
    /// The payload is not a fact that this program knows.
    Payload,
}

impl FrameError {
    /// For the recovery report.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Short => "the entry is cut off",
            Self::Length => "the length is impossible",
            Self::Checksum => "the checksum does not fit",
            Self::Index => "the index is not the next one",
            Self::Payload => "the payload is not a call fact",
        }
    }
}

/// Appends the entry to `out`. `Err` gives the size of a payload that is too large.
pub(super) fn encode(
    out: &mut Vec<u8>,
    index: u64,
    call: CallId,
    at: Timestamp,
    fact: &CallFact,
) -> Result<(), usize> {
    let start = out.len();
    out.extend_from_slice(&[0; HEAD_BYTES]);
    if serde_json::to_writer(&mut *out, &PayloadOut { call, at, fact }).is_err() {
        out.truncate(start);
        return Err(0);
    }
    let payload_bytes = out.len() - start - HEAD_BYTES;
    let Some(length) = u32::try_from(payload_bytes).ok().filter(|length| *length <= PAYLOAD_BYTES_MAX) else {
        out.truncate(start);
        return Err(payload_bytes);
    };
    let crc = crc32(&[&index.to_le_bytes(), &out[start + HEAD_BYTES..]]);
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
    out[start + 4..start + 8].copy_from_slice(&crc.to_le_bytes());
    out[start + 8..start + 16].copy_from_slice(&index.to_le_bytes());
    Ok(())
}

/// What stands before a payload.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) length: usize,
    crc: u32,
    pub(super) index: u64,
}

/// Reads the head of the entry that must have `expected` as its index.
pub(super) fn decode_head(bytes: &[u8], expected: u64) -> Result<Head, FrameError> {
    let Some(head) = bytes.first_chunk::<HEAD_BYTES>() else {
        return Err(FrameError::Short);
    };
    let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let index = u64::from(word(8)) | (u64::from(word(12)) << 32);
    let length = word(0);
    if length == 0 || length > PAYLOAD_BYTES_MAX {
        return Err(FrameError::Length);
    }
    if index != expected {
        return Err(FrameError::Index);
    }
    Ok(Head { length: length as usize, crc: word(4), index })
}

/// Checks the payload against its head.
pub(super) fn decode_payload(head: Head, payload: &[u8]) -> Result<Entry, FrameError> {
    if crc32(&[&head.index.to_le_bytes(), payload]) != head.crc {
        return Err(FrameError::Checksum);
    }
    let Payload { call, at, fact } = serde_json::from_slice(payload).map_err(|_| FrameError::Payload)?;
    Ok(Entry { index: head.index, call, at, fact })
}
