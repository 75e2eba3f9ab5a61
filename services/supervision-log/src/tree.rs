//! The Merkle tree over the leaves (RFC 6962 section 2.1, RFC 9162 section 2.1), kept by its right edge.
//!
//! Leaf bytes are hashed as SHA-256(0x00 ‖ leaf), two halves as SHA-256(0x01 ‖ left ‖ right). A tree of any size
//! is a row of perfect trees, the greatest first, one for each bit of its size that is set: that row is all
//! that a writer has to keep.

use sha2::{Digest, Sha256};

use crate::hash::Hash;

const LEAF_PREFIX: [u8; 1] = [0x00];
const NODE_PREFIX: [u8; 1] = [0x01];
const HASH_BYTES: usize = 32;

/// The hash of one leaf: SHA-256(0x00 ‖ leaf bytes).
pub fn leaf_hash(leaf_bytes: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update(LEAF_PREFIX).chain_update(leaf_bytes).finalize().into())
}

/// The hash of two halves: SHA-256(0x01 ‖ left ‖ right).
pub fn node_hash(left: Hash, right: Hash) -> Hash {
    Hash(Sha256::new().chain_update(NODE_PREFIX).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// A perfect tree within the log: that of the 2^`level` leaves from `index` · 2^`level` on (leaves count from 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// 0 is a leaf.
    pub level: u32,
    /// Its place among the nodes of its level, from 0.
    pub index: u64,
}

impl Node {
    /// Its first leaf, and how many it has.
    pub fn leaves(self) -> (u64, u64) {
        (self.index << self.level, 1 << self.level)
    }
}

/// The right edge of the tree: at most 64 hashes, from which it can grow and its root be told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    /// One for each bit of the size that is set, the greatest tree first.
    hashes: Vec<Hash>,
}

impl Frontier {
    /// The edge of the empty tree.
    pub fn new() -> Frontier {
        Frontier::default()
    }

    /// An edge that was kept; none when the number of hashes does not fit the size. Compare its
    /// [`root`](Frontier::root) with one that is trusted.
    pub fn restore(size: u64, hashes: Vec<Hash>) -> Option<Frontier> {
        (size.count_ones() as usize == hashes.len()).then_some(Frontier { size, hashes })
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hashes of the perfect trees, the greatest first.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// The perfect trees that the edge is made of, in the order of [`hashes`](Frontier::hashes).
    pub fn nodes(size: u64) -> Vec<Node> {
        Span { from: 0, to: size }.nodes()
    }

    /// Takes one more leaf by its [`leaf_hash`], and tells every perfect tree above the leaves that it completes.
    pub fn append(&mut self, leaf: Hash, mut completed: impl FnMut(Node, Hash)) {
        let (mut hash, mut level) = (leaf, 0);
        while self.size >> level & 1 == 1
            && let Some(left) = self.hashes.pop()
        {
            hash = node_hash(left, hash);
            level += 1;
            completed(Node { level, index: self.size >> level }, hash);
        }
        self.hashes.push(hash);
        self.size += 1;
    }

    /// The root of the tree; that of the empty tree is the SHA-256 of nothing.
    pub fn root(&self) -> Hash {
        fold(&self.hashes).unwrap_or_else(|| Hash::of(b""))
    }

    /// The hashes one after the other, as a store keeps them.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.hashes.iter().flat_map(|hash| hash.0).collect()
    }

    /// What [`to_bytes`](Frontier::to_bytes) gave.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Frontier> {
        let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
        if !rest.is_empty() {
            return None;
        }
        Frontier::restore(size, hashes.iter().map(|hash| Hash(*hash)).collect())
    }
}

/// Leaves `from` to `to` (not included) that are one side of a branching of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub(crate) from: u64,
    pub(crate) to: u64,
}

impl Span {
    /// The perfect trees that it is made of, the greatest first. Only the last side of a tree needs more than one.
    pub fn nodes(self) -> Vec<Node> {
        let (mut from, mut nodes) = (self.from, Vec::new());
        while from < self.to {
            let level = (self.to - from).ilog2().min(from.trailing_zeros());
            nodes.push(Node { level, index: from >> level });
            from += 1 << level;
        }
        nodes
    }
}

/// The hash of a row of perfect trees, the greatest first; none of none.
pub fn fold(hashes: &[Hash]) -> Option<Hash> {
    hashes.iter().rev().copied().reduce(|right, left| node_hash(left, right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree_reference::{reference_leaves, root_of};

    /// Roots of the first 1 to 8 leaves, as the tests of certificate-transparency publish them.
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    #[test]
    fn roots_are_those_of_certificate_transparency() {
        let mut tree = Frontier::new();
        let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(tree.root().to_string(), nothing);
        for (leaf, root) in reference_leaves().iter().zip(ROOTS) {
            tree.append(leaf_hash(leaf), |_, _| {});
            assert_eq!(tree.root().to_string(), root, "size {}", tree.size());
        }
    }

    #[test]
    fn the_edge_grows_as_the_whole_tree_does_and_tells_each_node_once() {
        let leaves: Vec<Hash> = (0u64..300).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        let (mut tree, mut told) = (Frontier::new(), std::collections::BTreeMap::new());
        for (leaf, size) in leaves.iter().zip(1..) {
            tree.append(*leaf, |node, hash| {
                assert_eq!(told.insert(node, hash), None);
            });
            assert_eq!(tree.root(), root_of(&leaves[..size]), "size {size}");
            let kept = Frontier::from_bytes(size as u64, &tree.to_bytes());
            assert_eq!(kept.as_ref(), Some(&tree));
            let trees = Frontier::nodes(size as u64).into_iter().map(|node| {
                let (from, count) = node.leaves();
                root_of(&leaves[from as usize..(from + count) as usize])
            });
            assert!(trees.eq(tree.hashes().iter().copied()), "size {size}");
        }
        for (node, hash) in &told {
            let (from, count) = node.leaves();
            assert_eq!(*hash, root_of(&leaves[from as usize..(from + count) as usize]), "{node:?}");
        }
        assert_eq!(told.len(), 300 - 300u64.count_ones() as usize);
    }

    #[test]
    fn an_edge_that_does_not_fit_its_size_is_refused() {
        let hash = Hash([1; 32]);
        assert_eq!(Frontier::restore(3, vec![hash]), None);
        assert_eq!(Frontier::from_bytes(1, &[1; 31]), None);
        assert_eq!(Frontier::from_bytes(0, &[]), Some(Frontier::new()));
    }
}
