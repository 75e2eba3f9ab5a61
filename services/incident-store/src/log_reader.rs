//! Reading the log for those who check it: read-only, as of one moment, of a store that nobody serves as well as
//! of one that is being written.

use std::sync::Arc;

use dispatch_core::policy::Policy;
use dispatch_core::time::Timestamp;
use supervision_log::{
    BadEntry, Entry, Frontier, Hash, LogId, Origin, Reason, SignedCheckpoint, Span, Verified, Verifier,
    VerifyingKey, consistency_spans, inclusion_spans,
};

use crate::engine::{Connection, SCHEMA, StoreUrl, Target, schema_of};
use crate::error::StoreError;
use crate::records::{CheckpointEntry, LogHead, UserRecord};
use crate::store::{
    AGENCIES, Counted, HEAD, RULES, USER_COLUMNS, count, nodes, proof, read_checkpoint, read_entry,
    read_head, read_policy, read_user,
};

/// Entries read at once; an entry is about half a kilobyte.
const ENTRIES_PER_PAGE: u32 = 1_000;

const NO_TREE: StoreError = StoreError::Unreadable { what: "the tree of the log" };

/// Some entries, and the checkpoints that speak of them.
#[derive(Clone, Debug)]
pub struct LogPage {
    /// In order.
    pub entries: Vec<Entry>,
    /// In order; of sizes up to the last entry of the page. The last page has no entries and all checkpoints
    /// that are left: those of entries that the log does not have.
    pub checkpoints: Vec<CheckpointEntry>,
}

/// The log as of one moment.
pub struct LogReader {
    connection: Connection,
    log_id: LogId,
    head: LogHead,
    read: u64,
    is_done: bool,
}

impl LogReader {
    /// Opens the store at this address, changing nothing.
    pub async fn open(url: &StoreUrl) -> Result<Self, StoreError> {
        let mut connection = Target::new(url)?.connect_read_only().await?;
        match schema_of(&mut connection).await? {
            None => return Err(StoreError::NotAStore),
            Some(found) if found > SCHEMA => return Err(StoreError::SchemaTooNew { found, known: SCHEMA }),
            Some(_) => {}
        }
        let begin = connection.dialect().begin_read;
        connection.script(begin).await?;
        let head = connection.row(HEAD, vec![]).await?.ok_or(StoreError::NotAStore)?;
        let id = connection.row("SELECT log_id FROM log_head WHERE id = 1", vec![]).await?;
        let log_id = id.ok_or(StoreError::NotAStore)?.bytes(0)?;
        Ok(Self { connection, log_id, head: read_head(&head)?, read: 0, is_done: false })
    }

    /// The log's identity.
    pub fn log_id(&self) -> LogId {
        self.log_id
    }

    /// Where the log says that it ends.
    pub fn head(&self) -> LogHead {
        self.head
    }

    /// Goes on from a checkpoint: the pages then hold what came after it. Returns the right edge of the tree at its
    /// size, which the checkpoint's root must confirm.
    pub async fn begin_after(&mut self, size: u64) -> Result<Frontier, StoreError> {
        self.require_tree().await?;
        let hashes = nodes(&mut self.connection, Frontier::nodes(size)).await?;
        self.read = size;
        Frontier::restore(size, hashes).ok_or(NO_TREE)
    }

    /// The newest checkpoint that has a root.
    pub async fn newest_root(&mut self) -> Result<Option<SignedCheckpoint>, StoreError> {
        let sql = "SELECT text FROM checkpoint ORDER BY idx DESC LIMIT 1";
        let row = self.connection.row(sql, vec![]).await?;
        let unreadable = |_| StoreError::Unreadable { what: "a checkpoint" };
        let newest = row.map(|row| SignedCheckpoint::parse(row.text(0)?).map_err(unreadable)).transpose()?;
        Ok(newest.filter(|signed| signed.checkpoint.root.is_some()))
    }

    /// The proof that an entry is among the first `size`: its leaf and the hashes; none when it is not.
    pub async fn inclusion_proof(
        &mut self,
        index: u64,
        size: u64,
    ) -> Result<Option<(Vec<u8>, Vec<Hash>)>, StoreError> {
        let spans = index.checked_sub(1).and_then(|at| inclusion_spans(at, size));
        let leaf = self.connection.row("SELECT leaf FROM event WHERE idx = $1", vec![index.into()]).await?;
        let (Some(spans), Some(leaf)) = (spans, leaf) else { return Ok(None) };
        Ok(Some((leaf.blob(0)?.to_vec(), self.proof(spans).await?)))
    }

    /// The hashes that prove that the log of `newer` entries goes on from that of `older`; none when it is smaller.
    pub async fn consistency_proof(
        &mut self,
        older: u64,
        newer: u64,
    ) -> Result<Option<Vec<Hash>>, StoreError> {
        let Some(spans) = consistency_spans(older, newer) else { return Ok(None) };
        self.proof(spans).await.map(Some)
    }

    /// The calls and incidents of a period, as [`crate::Store::ledger`] gives them. A store of an older program has no
    /// rows for that yet.
    pub async fn ledger(&mut self, from: Timestamp, to: Timestamp) -> Result<Counted, StoreError> {
        let found = schema_of(&mut self.connection).await?.unwrap_or(0);
        if found < SCHEMA {
            return Err(StoreError::SchemaTooOld { found, known: SCHEMA });
        }
        count(&mut self.connection, from, to).await
    }

    /// The rules in force.
    pub async fn policy(&mut self) -> Result<Arc<Policy>, StoreError> {
        let rules = self.connection.row(RULES, vec![]).await?;
        read_policy(rules, &self.connection.rows(AGENCIES, vec![]).await?)
    }

    /// Everybody who has an account.
    pub async fn accounts(&mut self) -> Result<Vec<UserRecord>, StoreError> {
        let sql = format!("SELECT {USER_COLUMNS} FROM users ORDER BY username_folded");
        self.connection.rows(&sql, vec![]).await?.iter().map(|row| read_user(row, 0)).collect()
    }

    async fn proof(&mut self, spans: Vec<Span>) -> Result<Vec<Hash>, StoreError> {
        self.require_tree().await?;
        proof(&mut self.connection, spans).await
    }

    /// A store that only older programs have opened has no tree.
    async fn require_tree(&mut self) -> Result<(), StoreError> {
        let has_table = self.connection.dialect().has_table;
        let tables = self.connection.row(has_table, vec!["tree_node".into()]).await?;
        if tables.map_or(Ok(0), |row| row.int(0))? == 0 { Err(NO_TREE) } else { Ok(()) }
    }

    /// The next page; none after the last one.
    pub async fn next_page(&mut self) -> Result<Option<LogPage>, StoreError> {
        if self.is_done {
            return Ok(None);
        }
        let sql = "SELECT idx, leaf, hash FROM event WHERE idx > $1 ORDER BY idx LIMIT $2";
        let rows = self.connection.rows(sql, vec![self.read.into(), ENTRIES_PER_PAGE.into()]).await?;
        let entries = rows.iter().map(read_entry).collect::<Result<Vec<_>, _>>()?;
        let after = self.read;
        self.is_done = entries.is_empty();
        self.read = entries.last().map_or(u64::MAX, |entry| entry.index);
        let sql = "SELECT idx, text, at_us FROM checkpoint WHERE idx > $1 AND idx <= $2 ORDER BY idx";
        let rows = self.connection.rows(sql, vec![after.into(), self.read.into()]).await?;
        let checkpoints = rows.iter().map(read_checkpoint).collect::<Result<_, _>>()?;
        let entries = entries.into_iter().map(|entry| Entry { leaf: entry.leaf, hash: entry.hash }).collect();
        Ok(Some(LogPage { entries, checkpoints }))
    }
}

/// Verifies the log of a store against its own checkpoints and those that were kept elsewhere. The outer error
/// says that the store cannot be read, the inner one which entry is not as it was written.
pub async fn verify_store(
    url: &StoreUrl,
    key: Option<VerifyingKey>,
    kept: &[SignedCheckpoint],
) -> Result<Result<Verified, BadEntry>, StoreError> {
    let reader = LogReader::open(url).await?;
    let verifier = Verifier::new(reader.log_id(), key);
    verify_pages(reader, verifier, kept).await
}

/// As [`verify_store`], for what came after a checkpoint that is trusted.
pub async fn verify_store_after(
    url: &StoreUrl,
    from: &SignedCheckpoint,
    key: Option<VerifyingKey>,
    kept: &[SignedCheckpoint],
) -> Result<Result<Verified, BadEntry>, StoreError> {
    let mut reader = LogReader::open(url).await?;
    let size = from.checkpoint.size;
    if from.checkpoint.log_id != reader.log_id() {
        return Ok(Err(BadEntry { entry: size, reason: Reason::ForeignCheckpoint }));
    }
    if reader.head().index < size {
        let due = reader.head().index + 1;
        return Ok(Err(BadEntry { entry: due, reason: Reason::RolledBack { known: size } }));
    }
    let tree = reader.begin_after(size).await?;
    match Verifier::resume(from, tree, key) {
        Ok(verifier) => verify_pages(reader, verifier, kept).await,
        Err(bad) => Ok(Err(bad)),
    }
}

async fn verify_pages(
    mut reader: LogReader,
    mut verifier: Verifier,
    kept: &[SignedCheckpoint],
) -> Result<Result<Verified, BadEntry>, StoreError> {
    for signed in kept {
        if let Err(bad) = verifier.expect(signed, Origin::Kept) {
            return Ok(Err(bad));
        }
    }
    while let Some(page) = reader.next_page().await? {
        if let Err(bad) = take(&mut verifier, &page) {
            return Ok(Err(bad));
        }
    }
    let head = reader.head();
    Ok(verifier.finish(Some((head.index, head.hash))))
}

fn take(verifier: &mut Verifier, page: &LogPage) -> Result<(), BadEntry> {
    for checkpoint in &page.checkpoints {
        let bad = |error| BadEntry { entry: checkpoint.size, reason: Reason::Checkpoint(error) };
        verifier.expect(&SignedCheckpoint::parse(&checkpoint.text).map_err(bad)?, Origin::Log)?;
    }
    page.entries.iter().try_for_each(|entry| verifier.push(entry))
}
