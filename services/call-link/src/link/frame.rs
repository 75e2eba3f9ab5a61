//! One message as bytes: `length u32 little-endian · JSON`. The length counts the JSON alone.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The largest message. One fact is at most 512 KiB, a page of facts 256 KiB and one fact more, and a session
/// description a few KiB.
pub const FRAME_BYTES_MAX: usize = 1024 * 1024;

/// Why a frame could not be sent or read.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The line is broken, or the other side has closed it.
    #[error("the line is broken")]
    Line(#[from] io::Error),
    /// Larger than [`FRAME_BYTES_MAX`].
    #[error("a message of {bytes} bytes")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// Not a message of this protocol.
    #[error("not a message of this protocol")]
    NotAMessage(#[source] serde_json::Error),
}

/// Sends one message.
pub(super) async fn write<T: Serialize>(
    output: &mut (impl AsyncWrite + Unpin),
    message: &T,
) -> Result<(), FrameError> {
    let mut bytes = vec![0; 4];
    serde_json::to_writer(&mut bytes, message).map_err(FrameError::NotAMessage)?;
    let length = bytes.len() - 4;
    let head = u32::try_from(length).ok().filter(|_| length <= FRAME_BYTES_MAX);
    let head = head.ok_or(FrameError::TooLarge { bytes: length })?;
    bytes[..4].copy_from_slice(&head.to_le_bytes());
    output.write_all(&bytes).await?;
    Ok(())
}

/// Reads one message. Not to be dropped half-way: the bytes read so far would be lost.
pub(super) async fn read<T: DeserializeOwned>(
    input: &mut (impl AsyncRead + Unpin),
    buffer: &mut Vec<u8>,
) -> Result<T, FrameError> {
    let mut head = [0; 4];
    input.read_exact(&mut head).await?;
    let length = u32::from_le_bytes(head) as usize;
    if length > FRAME_BYTES_MAX {
        return Err(FrameError::TooLarge { bytes: length });
    }
    buffer.resize(length, 0);
    input.read_exact(buffer).await?;
    serde_json::from_slice(buffer).map_err(FrameError::NotAMessage)
}
