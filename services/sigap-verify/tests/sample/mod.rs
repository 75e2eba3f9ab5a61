//! A log as an honest desk writes it.

use supervision_log::{
    Begin, Checkpoint, Entry, Frontier, Hash, Header, Leaf, LogId, Node, SignedCheckpoint, SigningKey, Span,
    chain, checkpoint_line, entry_line, fold, header_line, key_id, leaf_hash, sign,
};

const LOG_ID: LogId = [7; 16];
/// More than one block of lines for each worker, so that their order is put together again.
pub const ENTRIES: u64 = 3_000;
const SIGNED_EVERY: u64 = 500;

pub fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

pub fn leaves() -> Vec<Leaf> {
    let leaf = |index: u64| Leaf {
        index,
        stream: format!("call:{}", (index - 1) / 4),
        version: (index - 1) % 4 + 1,
        key: format!("key-{index}"),
        kind: "call.answered".into(),
        actor: "user:petugas1".into(),
        policy: 1,
        at_us: 1_795_316_400_000_000 + index as i64,
        body: format!("{{\"seat\":\"meja-{}\",\"n\":{index}}}", index % 9).into_bytes(),
    };
    (1..=ENTRIES).map(leaf).collect()
}

/// Entries and checkpoints.
pub struct Log {
    pub entries: Vec<Entry>,
    pub checkpoints: Vec<SignedCheckpoint>,
}

impl Log {
    pub fn new(leaves: Vec<Leaf>) -> Log {
        let (mut head, mut tree) = (Hash::genesis(LOG_ID), Frontier::new());
        let mut log = Log { entries: Vec::new(), checkpoints: Vec::new() };
        for leaf in &leaves {
            let bytes = leaf.encode();
            head = chain(head, &bytes);
            tree.append(leaf_hash(&bytes), |_, _| {});
            log.entries.push(Entry { leaf: bytes, hash: head });
            if tree.size().is_multiple_of(SIGNED_EVERY) {
                log.sign(head, &tree);
            }
        }
        log
    }

    fn sign(&mut self, head: Hash, tree: &Frontier) {
        let statement = Checkpoint {
            log_id: LOG_ID,
            size: tree.size(),
            head,
            root: Some(tree.root()),
            at_us: 1_795_316_400_000_000 + tree.size() as i64,
            previous: self.checkpoints.last().map(SignedCheckpoint::hash),
            key_id: key_id(&key().verifying_key()),
        };
        self.checkpoints.push(sign(&statement, &key()).expect("its own key"));
    }

    pub fn head(&self) -> Hash {
        self.entries.last().map_or(Hash::genesis(LOG_ID), |last| last.hash)
    }

    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.header(None)];
        lines.extend(self.body(0));
        lines
    }

    pub fn header(&self, from: Option<Begin>) -> String {
        let (key, entries, head) = (key().verifying_key(), self.entries.len() as u64, self.head());
        header_line(&Header { log_id: LOG_ID, key, certificate: None, entries, head, from })
    }

    pub fn body(&self, after: u64) -> Vec<String> {
        let mut lines = Vec::new();
        for (size, entry) in (1..).zip(&self.entries).skip(after as usize) {
            lines.push(entry_line(entry).expect("a good leaf"));
            let here = self.checkpoints.iter().filter(|signed| signed.checkpoint.size == size);
            lines.extend(here.map(checkpoint_line));
        }
        lines
    }

    pub fn tree(&self, size: u64) -> Frontier {
        tree_of(&self.entries[..size as usize])
    }

    pub fn hashes(&self, spans: &[Span]) -> Vec<Hash> {
        let node = |node: Node| {
            let (from, count) = node.leaves();
            tree_of(&self.entries[from as usize..(from + count) as usize]).root()
        };
        let of = |span: &Span| fold(&span.nodes().into_iter().map(node).collect::<Vec<_>>());
        spans.iter().map(|span| of(span).expect("a span is not empty")).collect()
    }
}

fn tree_of(entries: &[Entry]) -> Frontier {
    let mut tree = Frontier::new();
    entries.iter().for_each(|entry| tree.append(leaf_hash(&entry.leaf), |_, _| {}));
    tree
}
