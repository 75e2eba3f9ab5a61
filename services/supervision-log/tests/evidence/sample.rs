//! Small logs with fixed keys and times, as the desk would write them.

use supervision_log::{
    Checkpoint, Entry, Frontier, Hash, Leaf, LogId, Origin, SignedCheckpoint, SigningKey, Verified, Verifier,
    chain, key_id, leaf_hash, sign,
};

pub const LOG_ID: LogId = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

pub fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// A log with what its store keeps beside the entries.
#[derive(Clone)]
pub struct Log {
    pub entries: Vec<Entry>,
    pub checkpoints: Vec<SignedCheckpoint>,
    pub head: Option<(u64, Hash)>,
}

/// Six entries of three streams, with checkpoints after the third and the last.
pub fn log() -> Log {
    Log::of(&leaves(), &[3, 6])
}

pub fn leaves() -> Vec<Leaf> {
    let events = [
        ("call/0198a1", 1, "call.received", r#"{"defects":[],"trunk":"telco"}"#),
        ("call/0198a1", 2, "call.answered", r#"{"seat":"seat-1"}"#),
        ("incident/0198b2", 1, "incident.opened", r#"{"category":"a","number":"112-0001","score":0.25}"#),
        ("incident/0198b2", 2, "agency.assigned", "{\"agency\":\"damkar\",\n \"rung\":0}"),
        ("call/0198c3", 1, "call.received", "not json"),
        ("incident/0198b2", 3, "assignment.acknowledged", "null"),
    ];
    let leaf = |(place, (stream, version, kind, body)): (u64, (&str, u64, &str, &str))| Leaf {
        index: place,
        stream: stream.to_owned(),
        version,
        key: format!("key-{place}"),
        kind: kind.to_owned(),
        actor: "user/petugas1".to_owned(),
        policy: 1,
        at_us: 1_794_365_545_000_000 + 250_000 * place as i64,
        body: body.as_bytes().to_vec(),
    };
    (1..).zip(events).map(leaf).collect()
}

impl Log {
    /// A log of these leaves, as an honest writer makes it.
    pub fn of(leaves: &[Leaf], checkpoints_at: &[u64]) -> Log {
        let bytes: Vec<Vec<u8>> = leaves.iter().map(Leaf::encode).collect();
        Log::of_bytes(&bytes, checkpoints_at)
    }

    /// A log of these leaf bytes, whatever they are, with good hashes and signatures.
    pub fn of_bytes(leaves: &[Vec<u8>], checkpoints_at: &[u64]) -> Log {
        Log::with_trees_from(0, leaves, checkpoints_at)
    }

    /// As [`Log::of_bytes`], by a program whose checkpoints have a root from this size on.
    pub fn with_trees_from(first_root: u64, leaves: &[Vec<u8>], checkpoints_at: &[u64]) -> Log {
        let (mut head, mut tree) = (Hash::genesis(LOG_ID), Frontier::new());
        let mut log = Log { entries: Vec::new(), checkpoints: Vec::new(), head: None };
        let root = |tree: &Frontier| (tree.size() >= first_root).then(|| tree.root());
        log.checkpoint_if_due(head, root(&tree), checkpoints_at);
        for leaf in leaves {
            head = chain(head, leaf);
            tree.append(leaf_hash(leaf), |_, _| {});
            log.entries.push(Entry { leaf: leaf.clone(), hash: head });
            log.checkpoint_if_due(head, root(&tree), checkpoints_at);
        }
        log.head = Some((leaves.len() as u64, head));
        log
    }

    fn checkpoint_if_due(&mut self, head: Hash, root: Option<Hash>, checkpoints_at: &[u64]) {
        let size = self.entries.len() as u64;
        if checkpoints_at.contains(&size) {
            let previous = self.checkpoints.last().map(SignedCheckpoint::hash);
            self.checkpoints.push(signed(size, (head, root), previous, &signing_key()));
        }
    }

    pub fn verify(&self) -> Result<Verified, supervision_log::BadEntry> {
        self.verify_against(&[])
    }

    /// Verifies with checkpoints that were kept elsewhere.
    pub fn verify_against(&self, kept: &[SignedCheckpoint]) -> Result<Verified, supervision_log::BadEntry> {
        let mut verifier = Verifier::new(LOG_ID, Some(signing_key().verifying_key()));
        for checkpoint in kept {
            verifier.expect(checkpoint, Origin::Kept)?;
        }
        for checkpoint in &self.checkpoints {
            verifier.expect(checkpoint, Origin::Log)?;
        }
        for entry in &self.entries {
            verifier.push(entry)?;
        }
        verifier.finish(self.head)
    }
}

/// The right edge of the tree over the first `size` entries.
pub fn tree(log: &Log, size: u64) -> Frontier {
    let mut tree = Frontier::new();
    for entry in &log.entries[..size as usize] {
        tree.append(leaf_hash(&entry.leaf), |_, _| {});
    }
    tree
}

/// A checkpoint with this head and root.
pub fn signed(
    size: u64,
    (head, root): (Hash, Option<Hash>),
    previous: Option<Hash>,
    key: &SigningKey,
) -> SignedCheckpoint {
    let key_id = key_id(&key.verifying_key());
    let at_us = 1_794_365_605_000_000 + size as i64;
    sign(&Checkpoint { log_id: LOG_ID, size, head, root, at_us, previous, key_id }, key)
        .expect("the checkpoint names its own key")
}
