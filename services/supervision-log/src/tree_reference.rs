//! The tree as RFC 6962 section 2.1 defines it, word for word and without any thought of speed, for the tests.

use crate::hash::Hash;
use crate::tree::node_hash;

/// The leaves of the published tests of certificate-transparency.
pub(crate) fn reference_leaves() -> Vec<Vec<u8>> {
    let hex =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    hex.iter().map(|leaf| hex::decode(leaf).expect("the leaves are hex")).collect()
}

/// MTH of section 2.1, over leaf hashes.
pub(crate) fn root_of(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of(b""),
        [leaf] => *leaf,
        more => {
            let (left, right) = more.split_at(split(more.len()));
            node_hash(root_of(left), root_of(right))
        }
    }
}

/// PATH of section 2.1.1.
pub(crate) fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut hashes, other) = match index.checked_sub(left.len()) {
        None => (path(index, left), root_of(right)),
        Some(index) => (path(index, right), root_of(left)),
    };
    hashes.push(other);
    hashes
}

/// SUBPROOF of section 2.1.2; `whole` says that the older tree is this one from its first leaf on.
pub(crate) fn subproof(older: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if older == leaves.len() {
        return if whole { Vec::new() } else { vec![root_of(leaves)] };
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut hashes, other) = if older <= left.len() {
        (subproof(older, left, whole), root_of(right))
    } else {
        (subproof(older - left.len(), right, false), root_of(left))
    };
    hashes.push(other);
    hashes
}

/// The greatest power of two below `count`.
fn split(count: usize) -> usize {
    count.next_power_of_two() / 2
}
