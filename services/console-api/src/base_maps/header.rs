//! What the first bytes of a PMTiles file of version 3 promise.

use crate::views::BaseMapFault;

/// Bytes of the header.
pub const HEADER_BYTES: usize = 127;
/// Where the header names the root directory, the metadata, the leaf directories and the tiles: offset and length.
const SECTIONS: [usize; 4] = [8, 24, 40, 56];
const INTERNAL_PACKING: usize = 97;
const TILE_PACKING: usize = 98;
const TILE_TYPE: usize = 99;
/// Mapbox vector tiles.
const VECTOR: u8 = 1;
/// Plain and gzip: what a browser unpacks by itself.
const PACKINGS: [u8; 2] = [1, 2];

/// Whether a file of so many bytes that begins like this can be used.
pub fn fault(header: &[u8], bytes: u64) -> Option<BaseMapFault> {
    if !header.starts_with(b"PMTiles") {
        return Some(BaseMapFault::Foreign);
    }
    if header.get(7).is_some_and(|version| *version != 3) {
        return Some(BaseMapFault::Foreign);
    }
    let Ok(header) = <&[u8; HEADER_BYTES]>::try_from(header) else { return Some(BaseMapFault::Truncated) };
    let ends = SECTIONS.map(|at| number(header, at).saturating_add(number(header, at + 8)));
    if ends.into_iter().any(|end| end > bytes) {
        return Some(BaseMapFault::Truncated);
    }
    if header[TILE_TYPE] != VECTOR {
        return Some(BaseMapFault::NotVector);
    }
    let known = |at: usize| PACKINGS.contains(&header[at]);
    (!known(INTERNAL_PACKING) || !known(TILE_PACKING)).then_some(BaseMapFault::Packing)
}

fn number(header: &[u8; HEADER_BYTES], at: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&header[at..at + 8]);
    u64::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> [u8; HEADER_BYTES] {
        let mut header = [0; HEADER_BYTES];
        header[..8].copy_from_slice(b"PMTiles\x03");
        header[56] = 127;
        header[64] = 73;
        header[97..100].copy_from_slice(&[1, 2, 1]);
        header
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let changed = |at: usize, byte: u8| {
            let mut header = whole();
            header[at] = byte;
            fault(&header, 200)
        };
        assert_eq!(fault(&whole(), 200), None);
        assert_eq!(fault(&whole(), 199), Some(BaseMapFault::Truncated));
        assert_eq!(fault(&whole()[..40], 40), Some(BaseMapFault::Truncated));
        assert_eq!(fault(b"", 0), Some(BaseMapFault::Foreign));
        assert_eq!(fault(b"SQLite format 3\0", 16), Some(BaseMapFault::Foreign));
        assert_eq!(changed(7, 2), Some(BaseMapFault::Foreign));
        assert_eq!(changed(99, 2), Some(BaseMapFault::NotVector));
        assert_eq!(changed(98, 4), Some(BaseMapFault::Packing));
        assert_eq!(changed(97, 0), Some(BaseMapFault::Packing));
        // An offset beyond all numbers does not wrap round.
        let mut far = whole();
        far[8..24].fill(0xff);
        assert_eq!(fault(&far, 200), Some(BaseMapFault::Truncated));
    }
}
