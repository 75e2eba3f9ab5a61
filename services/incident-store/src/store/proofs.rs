//! The hashes that prove something about the log, out of the few inner nodes that are kept and the leaves.

use supervision_log::{Frontier, Hash, Node, Span, consistency_spans, fold, inclusion_spans, leaf_hash};

use super::log::read_checkpoint;
use super::{Store, at_most};
use crate::engine::Ask;
use crate::error::StoreError;
use crate::records::CheckpointEntry;

/// Every how many levels of the tree the nodes are kept. Between them they are hashed again: a proof reads at most
/// 255 hashes of each kept level and 255 leaves.
pub(crate) const TREE_LEVELS: u32 = 8;

impl Store {
    /// The checkpoint of this very size.
    pub async fn checkpoint_of(&self, size: u64) -> Result<Option<CheckpointEntry>, StoreError> {
        let sql = "SELECT idx, text, at_us FROM checkpoint WHERE idx = $1";
        self.readers().row(sql, vec![size.into()]).await?.as_ref().map(read_checkpoint).transpose()
    }

    /// The newest checkpoints with a size of at most `size`, newest first.
    pub async fn checkpoints_before(
        &self,
        size: u64,
        limit: u32,
    ) -> Result<Vec<CheckpointEntry>, StoreError> {
        let sql = "SELECT idx, text, at_us FROM checkpoint WHERE idx <= $1 ORDER BY idx DESC LIMIT $2";
        let rows = self.readers().rows(sql, vec![size.into(), at_most(limit).into()]).await?;
        rows.iter().map(read_checkpoint).collect()
    }

    /// The leaf bytes of an entry.
    pub async fn leaf(&self, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.readers().row("SELECT leaf FROM event WHERE idx = $1", vec![index.into()]).await?;
        row.map(|row| row.blob(0).map(<[u8]>::to_vec)).transpose()
    }

    /// The hashes that prove that entry `index` is among the first `size`; none when it is not, or when the tree
    /// does not yet reach so far.
    pub async fn inclusion_proof(&self, index: u64, size: u64) -> Result<Option<Vec<Hash>>, StoreError> {
        let Some(at) = index.checked_sub(1) else { return Ok(None) };
        self.proof(inclusion_spans(at, size), size).await
    }

    /// The hashes that prove that the log of `newer` entries goes on from that of `older`; none as above.
    pub async fn consistency_proof(&self, older: u64, newer: u64) -> Result<Option<Vec<Hash>>, StoreError> {
        self.proof(consistency_spans(older, newer), newer).await
    }

    async fn proof(&self, spans: Option<Vec<Span>>, size: u64) -> Result<Option<Vec<Hash>>, StoreError> {
        let Some(spans) = spans else { return Ok(None) };
        let head = self.readers().row("SELECT tree_idx FROM log_head WHERE id = 1", vec![]).await?;
        if head.ok_or(StoreError::NotAStore)?.count(0)? < size {
            return Ok(None);
        }
        proof(&mut self.readers(), spans).await.map(Some)
    }
}

/// The hashes of a proof.
pub(crate) async fn proof(reader: &mut impl Ask, spans: Vec<Span>) -> Result<Vec<Hash>, StoreError> {
    let mut hashes = Vec::with_capacity(spans.len());
    for span in spans {
        let nodes = nodes(reader, span.nodes()).await?;
        hashes.push(fold(&nodes).ok_or(StoreError::Unreadable { what: "the tree of the log" })?);
    }
    Ok(hashes)
}

/// The hashes of these nodes, in their order.
pub(crate) async fn nodes(reader: &mut impl Ask, nodes: Vec<Node>) -> Result<Vec<Hash>, StoreError> {
    let mut hashes = Vec::with_capacity(nodes.len());
    for node in nodes {
        hashes.push(of_node(reader, node).await?);
    }
    Ok(hashes)
}

/// The hash of a node out of the kept nodes below it, or the leaves.
async fn of_node(reader: &mut impl Ask, node: Node) -> Result<Hash, StoreError> {
    let kept = node.level / TREE_LEVELS * TREE_LEVELS;
    let (from, count) = (node.index << (node.level - kept), 1 << (node.level - kept));
    let hashes = if kept == 0 {
        let sql = "SELECT leaf FROM event WHERE idx > $1 AND idx <= $2 ORDER BY idx";
        let rows = reader.ask(sql, vec![from.into(), (from + count).into()]).await?;
        rows.iter().map(|row| row.blob(0).map(leaf_hash)).collect::<Result<Vec<_>, _>>()?
    } else {
        let sql = "SELECT hash FROM tree_node WHERE level = $1 AND idx >= $2 AND idx < $3 ORDER BY idx";
        let rows = reader.ask(sql, vec![kept.into(), from.into(), (from + count).into()]).await?;
        rows.iter().map(|row| row.bytes(0).map(Hash)).collect::<Result<Vec<_>, _>>()?
    };
    if hashes.len() as u64 != count {
        return Err(StoreError::Unreadable { what: "the tree of the log" });
    }
    let mut tree = Frontier::new();
    hashes.into_iter().for_each(|hash| tree.append(hash, |_, _| {}));
    Ok(tree.root())
}
