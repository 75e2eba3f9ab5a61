//! The hash chain over a recording's sound (docs/recording-format.md).

use sha2::{Digest, Sha256};

/// Bytes of one block: 10 s of two channels at 8000 Hz.
pub const BLOCK_BYTES: usize = 160_000;
/// What the first link hashes, so that no other file's chain fits.
const VERSION: &[u8] = b"sigap-recording 1\n";

/// A link of the chain.
pub type Link = [u8; 32];

/// Follows the bytes of the data chunk as they are written.
#[derive(Clone, Debug)]
pub struct Chain {
    last: Link,
    block: Sha256,
    filled: usize,
    blocks: u64,
}

impl Chain {
    /// The chain of a recording that begins at `started_at`, in microseconds since 1970-01-01 UTC.
    pub fn new(started_at: i64) -> Self {
        let first = Sha256::new().chain_update(VERSION).chain_update(started_at.to_be_bytes()).finalize();
        Self::after(first.into(), 0)
    }

    fn after(last: Link, blocks: u64) -> Self {
        Self { last, block: Sha256::new().chain_update(last), filled: 0, blocks }
    }

    /// Takes the next bytes; gives every block that became full with its number, from 1.
    pub fn take(&mut self, mut bytes: &[u8], mut full: impl FnMut(u64, Link)) {
        while !bytes.is_empty() {
            let (now, rest) = bytes.split_at(bytes.len().min(BLOCK_BYTES - self.filled));
            self.block.update(now);
            self.filled += now.len();
            bytes = rest;
            if self.filled == BLOCK_BYTES {
                *self = Self::after(self.head(), self.blocks + 1);
                full(self.blocks, self.last);
            }
        }
    }

    /// The last link, over the block that is not full too.
    pub fn head(&self) -> Link {
        if self.filled == 0 { self.last } else { self.block.clone().finalize().into() }
    }

    /// Blocks that are full.
    pub const fn blocks(&self) -> u64 {
        self.blocks
    }
}

/// A link as people read it.
pub fn hex(link: &Link) -> String {
    use std::fmt::Write as _;
    link.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_does_not_depend_on_the_pieces_and_every_byte_counts() {
        let bytes: Vec<u8> = (0..400_000u32).map(|n| (n / 7) as u8).collect();
        let mut whole = Chain::new(5);
        let mut links = Vec::new();
        whole.take(&bytes, |n, link| links.push((n, link)));
        let mut pieces = Chain::new(5);
        let mut again = Vec::new();
        for piece in bytes.chunks(7_001) {
            pieces.take(piece, |n, link| again.push((n, link)));
        }
        assert_eq!((whole.head(), &links), (pieces.head(), &again));
        assert_eq!(links.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [1, 2]);
        for place in [0, 200_000, 399_999] {
            let mut other = bytes.clone();
            other[place] ^= 1;
            let mut chain = Chain::new(5);
            chain.take(&other, |_, _| {});
            assert_ne!(chain.head(), whole.head(), "{place}");
        }
        assert_ne!(Chain::new(6).head(), Chain::new(5).head());
    }

    #[test]
    fn the_chain_is_the_one_that_is_written_down() {
        // By hand: H0 = SHA-256("sigap-recording 1\n" + 8 bytes of time), H1 = SHA-256(H0 + block).
        let first: Link = Sha256::digest([VERSION, &0i64.to_be_bytes()].concat()).into();
        let block = vec![0xD5; BLOCK_BYTES];
        let second: Link = Sha256::digest([&first[..], &block].concat()).into();
        let third: Link = Sha256::digest([&second[..], b"rest"].concat()).into();
        let mut chain = Chain::new(0);
        assert_eq!(chain.head(), first);
        chain.take(&block, |n, link| assert_eq!((n, link), (1, second)));
        assert_eq!(chain.head(), second);
        chain.take(b"rest", |_, _| {});
        assert_eq!(chain.head(), third);
        assert_eq!(hex(&[0xAB; 32]), "ab".repeat(32));
    }
}
