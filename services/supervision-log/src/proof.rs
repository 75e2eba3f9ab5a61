//! Proofs over the tree: that an entry is in it, and that one tree goes on from another.
//!
//! What a proof is made of is told as [`Span`]s, so that a store fetches the few hashes that it needs. The
//! checks are the algorithms of RFC 9162 sections 2.1.3.2 and 2.1.4.2.

use crate::hash::Hash;
use crate::tree::{Span, node_hash};

/// What the proof is made of that leaf `index` (from 0) is in the tree of the first `size` leaves; none when it
/// is not in it. The hash of each span is one hash of the proof.
pub fn inclusion_spans(index: u64, size: u64) -> Option<Vec<Span>> {
    if index >= size {
        return None;
    }
    let (mut from, mut to, mut spans) = (0, size, Vec::new());
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            spans.push(Span { from: middle, to });
            to = middle;
        } else {
            spans.push(Span { from, to: middle });
            from = middle;
        }
    }
    spans.reverse();
    Some(spans)
}

/// What the proof is made of that the tree of `newer` leaves goes on from the tree of `older` leaves; none when
/// it has fewer. Nothing needs to be proven about the empty tree, nor of a tree about itself.
pub fn consistency_spans(older: u64, newer: u64) -> Option<Vec<Span>> {
    if older > newer {
        return None;
    }
    if older == 0 || older == newer {
        return Some(Vec::new());
    }
    let (mut from, mut to, mut spans) = (0, newer, Vec::new());
    while to != older {
        let middle = from + split(to - from);
        if older <= middle {
            spans.push(Span { from: middle, to });
            to = middle;
        } else {
            spans.push(Span { from, to: middle });
            from = middle;
        }
    }
    // A tree that begins with the first leaf is the older tree itself: who checks has its root.
    if from > 0 {
        spans.push(Span { from, to });
    }
    spans.reverse();
    Some(spans)
}

/// The root of a tree of `size` leaves that has `leaf` at `index` (from 0), if the proof is one of that size.
pub fn root_by_inclusion(leaf: Hash, index: u64, size: u64, proof: &[Hash]) -> Option<Hash> {
    let (mut at, mut last, mut hash) = (index, size.checked_sub(1).filter(|last| index <= *last)?, leaf);
    for other in proof {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(*other, hash);
            let skipped = if at == 0 { 0 } else { at.trailing_zeros() };
            (at, last) = (at >> skipped, last >> skipped);
        } else {
            hash = node_hash(hash, *other);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    (last == 0).then_some(hash)
}

/// Whether the proof shows that the tree with `newer_root` goes on from the tree with `older_root`.
pub fn is_consistent(older: (u64, Hash), newer: (u64, Hash), proof: &[Hash]) -> bool {
    let ((older, older_root), (newer, newer_root)) = (older, newer);
    if older > newer {
        return false;
    }
    if older == newer {
        return proof.is_empty() && older_root == newer_root;
    }
    if older == 0 {
        return proof.is_empty() && older_root == Hash::of(b"");
    }
    // The root of a perfect older tree is known, and left out of the proof.
    let known = older.is_power_of_two().then_some(older_root);
    let mut hashes = known.iter().chain(proof).copied();
    let Some(first) = hashes.next() else { return false };
    let skipped = (older - 1).trailing_ones();
    let (mut at, mut last) = ((older - 1) >> skipped, (newer - 1) >> skipped);
    let (mut old, mut new) = (first, first);
    for other in hashes {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            (old, new) = (node_hash(other, old), node_hash(other, new));
            let skipped = if at == 0 { 0 } else { at.trailing_zeros() };
            (at, last) = (at >> skipped, last >> skipped);
        } else {
            new = node_hash(new, other);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && old == older_root && new == newer_root
}

/// The greatest power of two below `count`, which is at least 2.
fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::tree::{Frontier, Node, fold, leaf_hash};
    use crate::tree_reference::{path, reference_leaves, root_of, subproof};

    const SIZES: usize = 300;

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count as u64).map(|n| leaf_hash(&n.to_be_bytes())).collect()
    }

    /// All perfect trees of a log, as a store could keep them.
    struct Nodes(BTreeMap<Node, Hash>);

    impl Nodes {
        fn of(leaves: &[Hash]) -> Nodes {
            let (mut tree, mut nodes) = (Frontier::new(), BTreeMap::new());
            for (index, leaf) in (0..).zip(leaves) {
                nodes.insert(Node { level: 0, index }, *leaf);
                tree.append(*leaf, |node, hash| {
                    nodes.insert(node, hash);
                });
            }
            Nodes(nodes)
        }

        fn hashes(&self, spans: &[Span]) -> Vec<Hash> {
            let of = |span: &Span| span.nodes().iter().map(|node| self.0[node]).collect::<Vec<_>>();
            spans.iter().map(|span| fold(&of(span)).expect("a span is not empty")).collect()
        }
    }

    #[test]
    fn paths_and_proofs_of_certificate_transparency() {
        let leaves: Vec<Hash> = reference_leaves().iter().map(|leaf| leaf_hash(leaf)).collect();
        let nodes = Nodes::of(&leaves);
        let to_text = |hashes: Vec<Hash>| hashes.iter().map(Hash::to_string).collect::<Vec<_>>();
        let path = to_text(nodes.hashes(&inclusion_spans(5, 8).unwrap()));
        let expected = [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ];
        assert_eq!(path, expected);
        let proof = to_text(nodes.hashes(&consistency_spans(6, 8).unwrap()));
        let expected = [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ];
        assert_eq!(proof, expected);
    }

    #[test]
    fn every_entry_of_every_tree_is_proven_as_the_rfc_says() {
        let all = leaves(SIZES);
        let nodes = Nodes::of(&all);
        for size in 1..=SIZES {
            let (leaves, root) = (&all[..size], root_of(&all[..size]));
            for index in 0..size {
                let proof = nodes.hashes(&inclusion_spans(index as u64, size as u64).unwrap());
                if size <= 70 || size % 64 < 2 {
                    assert_eq!(proof, path(index, leaves), "{index} in {size}");
                }
                let told = root_by_inclusion(leaves[index], index as u64, size as u64, &proof);
                assert_eq!(told, Some(root), "{index} in {size}");
            }
            assert_eq!(inclusion_spans(size as u64, size as u64), None);
        }
    }

    #[test]
    fn every_tree_goes_on_from_every_smaller_one_as_the_rfc_says() {
        let all = leaves(SIZES);
        let roots: Vec<Hash> = (0..=SIZES).map(|size| root_of(&all[..size])).collect();
        let nodes = Nodes::of(&all);
        for (older, newer) in (1..=SIZES).flat_map(|newer| (1..=newer).map(move |older| (older, newer))) {
            let proof = nodes.hashes(&consistency_spans(older as u64, newer as u64).unwrap());
            // The definition computes every hash many times over, so it is asked for some of the pairs only.
            if newer <= 70 || newer % 64 < 2 {
                assert_eq!(proof, subproof(older, &all[..newer], true), "{older} to {newer}");
            }
            let (from, to) = ((older as u64, roots[older]), (newer as u64, roots[newer]));
            assert!(is_consistent(from, to, &proof), "{older} to {newer}");
            assert!(older == newer || !is_consistent((from.0, to.1), to, &proof));
            assert!(!is_consistent(from, (to.0, Hash([0; 32])), &proof));
        }
        let nothing = (0, Hash::of(b""));
        assert!(is_consistent(nothing, (7, roots[7]), &[]));
        assert!(!is_consistent((0, roots[1]), (7, roots[7]), &[]));
        assert!(!is_consistent(nothing, (7, roots[7]), &[roots[1]]));
        assert!(!is_consistent((8, roots[8]), (7, roots[7]), &[]));
        assert_eq!(consistency_spans(8, 7), None);
    }

    proptest! {
        #[test]
        fn a_changed_proof_shows_nothing(
            (size, at) in (2usize..SIZES).prop_flat_map(|size| (Just(size), 1..size)),
            place in any::<prop::sample::Index>(),
            change in 0..3,
        ) {
            let all = leaves(size);
            let root = root_of(&all);
            let changed = |proof: &[Hash]| {
                let (mut proof, place) = (proof.to_vec(), place.index(proof.len()));
                match change {
                    0 => proof[place].0[7] ^= 1,
                    1 => drop(proof.remove(place)),
                    _ => proof.insert(place, Hash([3; 32])),
                }
                proof
            };
            let entry = changed(&path(at, &all));
            prop_assert_ne!(root_by_inclusion(all[at], at as u64, size as u64, &entry), Some(root));
            let older = (at as u64, root_of(&all[..at]));
            let steps = changed(&subproof(at, &all, true));
            prop_assert!(!is_consistent(older, (size as u64, root), &steps));
        }

        #[test]
        fn another_leaf_or_place_shows_nothing(size in 2usize..SIZES, at in any::<prop::sample::Index>()) {
            let (all, at) = (leaves(size), at.index(size));
            let proof = path(at, &all);
            let root = Some(root_of(&all));
            prop_assert_ne!(root_by_inclusion(Hash([5; 32]), at as u64, size as u64, &proof), root);
            let other = (at + 1) % size;
            prop_assert_ne!(root_by_inclusion(all[at], other as u64, size as u64, &proof), root);
            prop_assert_eq!(root_by_inclusion(all[at], size as u64, size as u64, &proof), None);
        }

        #[test]
        fn sizes_of_any_length_are_answered(index in any::<u64>(), size in any::<u64>()) {
            let spans = inclusion_spans(index, size);
            prop_assert_eq!(spans.is_some(), index < size);
            prop_assert!(spans.is_none_or(|spans| spans.len() <= 64));
            prop_assert_eq!(consistency_spans(index, size).is_some(), index <= size);
        }
    }
}
