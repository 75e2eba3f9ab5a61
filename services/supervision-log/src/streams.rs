//! The versions of the streams, in little memory: a log of years has millions of streams.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Place;

use crate::hash::Hash;

/// A stream by the first half of the SHA-256 of its name. Nobody finds two names with the same half
/// (2^64 attempts), and 16 bytes are compared faster than a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StreamKey(u128);

impl StreamKey {
    pub(crate) fn of(name: &str) -> StreamKey {
        let hash = Hash::of(name.as_bytes()).0;
        StreamKey(hash.iter().take(16).fold(0, |key, byte| key << 8 | u128::from(*byte)))
    }
}

/// The last version of each stream that was met.
#[derive(Debug)]
pub(crate) struct Versions {
    last: BTreeMap<StreamKey, u64>,
    /// A stream that is met first may have begun before.
    began_before: bool,
}

impl Versions {
    /// Every stream begins with version 1.
    pub(crate) fn of_whole_log() -> Versions {
        Versions { last: BTreeMap::new(), began_before: false }
    }

    /// A stream may begin with any version, and is counted on from there.
    pub(crate) fn of_later_part() -> Versions {
        Versions { last: BTreeMap::new(), began_before: true }
    }

    /// Takes the next version of a stream, or says which one was due.
    pub(crate) fn take(&mut self, stream: StreamKey, version: u64) -> Result<(), u64> {
        match self.last.entry(stream) {
            Place::Vacant(place) if version == 1 || self.began_before && version > 0 => {
                place.insert(version);
                Ok(())
            }
            Place::Vacant(_) => Err(1),
            Place::Occupied(mut place) if place.get().checked_add(1) == Some(version) => {
                place.insert(version);
                Ok(())
            }
            Place::Occupied(place) => Err(place.get().saturating_add(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_counted_apart() {
        let (call, incident) = (StreamKey::of("call/1"), StreamKey::of("incident/1"));
        let mut versions = Versions::of_whole_log();
        assert_eq!([versions.take(call, 1), versions.take(incident, 1)], [Ok(()), Ok(())]);
        assert_eq!([versions.take(call, 2), versions.take(call, 2)], [Ok(()), Err(3)]);
        assert_eq!(versions.take(StreamKey::of("call/2"), 2), Err(1));
        let mut later = Versions::of_later_part();
        assert_eq!([later.take(call, 0), later.take(call, 7), later.take(call, 9)], [Err(1), Ok(()), Err(8)]);
    }
}
