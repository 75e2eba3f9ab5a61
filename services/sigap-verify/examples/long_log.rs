//! Writes the export of a long log to the standard output, entry by entry, for measurements:
//! `long_log ENTRIES [FROM]`. With `FROM` it writes only what came after that checkpoint, and the checkpoint to the
//! file `from.txt`. Leaves are like those of a busy centre: about 330 bytes, eight to a call; a checkpoint every
//! 10,000 entries.

use std::error::Error;
use std::io::{BufWriter, Write};

use supervision_log::{
    Begin, Checkpoint, Entry, Frontier, Hash, Header, Leaf, LogId, SignedCheckpoint, SigningKey, chain,
    checkpoint_line, entry_line, header_line, key_id, leaf_hash, sign,
};

const LOG_ID: LogId = [12; 16];
const SIGNED_EVERY: u64 = 10_000;
const EVENTS_OF_A_CALL: u64 = 8;

fn leaf(index: u64) -> Leaf {
    let call = (index - 1) / EVENTS_OF_A_CALL;
    let commitment = Hash::of(&index.to_be_bytes());
    Leaf {
        index,
        stream: format!("call:01935a00-0000-7aaa-8aaa-{call:012}"),
        version: (index - 1) % EVENTS_OF_A_CALL + 1,
        key: format!("journal:0123456789abcdef0123456789abcdef:{index}"),
        kind: "call.noted".to_owned(),
        actor: "user:01935a00-0000-7aaa-8aaa-000000000011".to_owned(),
        policy: 3,
        at_us: 1_795_316_400_000_000 + index as i64 * 250_000,
        body: format!(
            "{{\"note\":{{\"$commit\":\"{commitment}\",\"ref\":\"{index}.0\",\"shape\":\"text\"}}}}"
        )
        .into_bytes(),
    }
}

/// The log as far as it has grown.
struct Grown {
    head: Hash,
    tree: Frontier,
    last: Option<SignedCheckpoint>,
    key: SigningKey,
}

impl Grown {
    fn new() -> Self {
        let key = SigningKey::from_bytes(&[7; 32]);
        Self { head: Hash::genesis(LOG_ID), tree: Frontier::new(), last: None, key }
    }

    fn next(&mut self) -> (Entry, bool) {
        let bytes = leaf(self.tree.size() + 1).encode();
        self.head = chain(self.head, &bytes);
        self.tree.append(leaf_hash(&bytes), |_, _| {});
        (Entry { leaf: bytes, hash: self.head }, self.tree.size().is_multiple_of(SIGNED_EVERY))
    }

    fn sign(&mut self) -> Result<SignedCheckpoint, Box<dyn Error>> {
        let statement = Checkpoint {
            log_id: LOG_ID,
            size: self.tree.size(),
            head: self.head,
            root: Some(self.tree.root()),
            at_us: 1_795_316_400_000_000 + self.tree.size() as i64 * 250_000,
            previous: self.last.as_ref().map(SignedCheckpoint::hash),
            key_id: key_id(&self.key.verifying_key()),
        };
        let signed = sign(&statement, &self.key)?;
        self.last = Some(signed.clone());
        Ok(signed)
    }

    /// Grows to so many entries without a word.
    fn grow(&mut self, entries: u64) -> Result<(), Box<dyn Error>> {
        while self.tree.size() < entries {
            if self.next().1 {
                self.sign()?;
            }
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = std::env::args().skip(1).map(|word| word.parse::<u64>());
    let entries = numbers.next().ok_or("long_log ENTRIES [FROM]")??;
    let after = numbers.next().transpose()?.unwrap_or(0);
    // The header names the end, so the log is grown twice.
    let mut end = Grown::new();
    end.grow(entries)?;
    let mut log = Grown::new();
    log.grow(after)?;
    let from = if after == 0 { None } else { Some(log.last.clone().ok_or("FROM is a multiple of 10,000")?) };
    if let Some(signed) = &from {
        std::fs::write("from.txt", signed.encode())?;
    }
    let from = from.map(|checkpoint| Begin { checkpoint, tree: log.tree.clone() });
    let key = log.key.verifying_key();
    let mut out = BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    let header = Header { log_id: LOG_ID, key, certificate: None, entries, head: end.head, from };
    writeln!(out, "{}", header_line(&header))?;
    while log.tree.size() < entries {
        let (entry, is_due) = log.next();
        writeln!(out, "{}", entry_line(&entry)?)?;
        if is_due {
            writeln!(out, "{}", checkpoint_line(&log.sign()?))?;
        }
    }
    Ok(out.flush()?)
}
