//! The tree over the leaves as the writer grows it: its edge in the head row, some of its inner nodes as rows.

use supervision_log::{Frontier, Hash, Node, leaf_hash};

use super::batch::begin;
use crate::engine::{Connection, Failure, Row, Value};
use crate::error::StoreError;
use crate::records::LogHead;
use crate::store::TREE_LEVELS;

/// Entries of an old log that one transaction takes into the tree: about a megabyte, so that who submits something
/// in between waits some milliseconds.
const ENTRIES_AT_ONCE: u32 = 1_000;

/// A tree that grows within a transaction.
#[derive(Debug)]
pub(super) struct Growing {
    tree: Frontier,
    nodes: Vec<(Node, Hash)>,
}

impl Growing {
    /// Goes on from this edge.
    pub(super) const fn new(tree: Frontier) -> Self {
        Self { tree, nodes: Vec::new() }
    }

    /// Takes the next leaf.
    pub(super) fn append(&mut self, leaf_bytes: &[u8]) {
        let nodes = &mut self.nodes;
        self.tree.append(leaf_hash(leaf_bytes), |node, hash| {
            if node.level % TREE_LEVELS == 0 {
                nodes.push((node, hash));
            }
        });
    }

    /// Writes the nodes. The edge is the head row's: [`edge`](Self::edge).
    pub(super) async fn write_nodes(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        let row =
            |(node, hash): (Node, Hash)| vec![node.level.into(), Value::from(node.index), hash.0.into()];
        let rows = self.nodes.drain(..).map(row).collect();
        let tail = " ON CONFLICT (level, idx) DO UPDATE SET hash = excluded.hash";
        connection.insert("INSERT INTO tree_node (level, idx, hash) VALUES ", rows, tail).await
    }

    /// The values of `tree_idx` and `tree`.
    pub(super) fn edge(&self) -> [Value; 2] {
        [self.tree.size().into(), self.tree.to_bytes().into()]
    }
}

/// Reads `tree_idx` and `tree` of the head row. An edge that cannot be read is begun anew: it is computed from the
/// leaves.
pub(super) fn read_edge(row: &Row, at: usize) -> Result<Frontier, StoreError> {
    let bytes = row.maybe_blob(at + 1)?.unwrap_or_default();
    Ok(Frontier::from_bytes(row.count(at)?, bytes).unwrap_or_default())
}

/// Takes some more entries of a log from before into the tree. Says whether the tree has them all now.
pub(super) async fn take_in(connection: &mut Connection, seen: LogHead) -> Result<bool, Failure> {
    let locked = begin(connection, Some(seen)).await?;
    let has_all = |tree: &Frontier| tree.size() >= locked.head.index;
    if has_all(&locked.tree) {
        connection.script("ROLLBACK").await?;
        return Ok(true);
    }
    let sql = "SELECT leaf FROM event WHERE idx > $1 ORDER BY idx LIMIT $2";
    let values = vec![locked.tree.size().into(), ENTRIES_AT_ONCE.into()];
    let rows = connection.rows(sql, values).await?;
    let mut growing = Growing::new(locked.tree);
    for row in &rows {
        growing.append(row.blob(0)?);
    }
    growing.write_nodes(connection).await?;
    let update = "UPDATE log_head SET tree_idx = $1, tree = $2 WHERE id = 1";
    connection.run(update, growing.edge().into()).await?;
    connection.script("COMMIT").await?;
    // A log with a hole in it is for the verifier to name; it is not asked for again and again.
    Ok(rows.is_empty() || has_all(&growing.tree))
}
