//! The walk along the log that names the first entry which is not as it was written.

use std::collections::BTreeMap;

use ed25519_dalek::VerifyingKey;

use crate::checkpoint::{CheckpointError, SignedCheckpoint, verify};
use crate::hash::{Hash, LogId, chain};
use crate::leaf::{Leaf, LeafError};

/// One stored entry: the exact leaf bytes and the hash that was stored beside them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The bytes that were hashed.
    pub leaf: Vec<u8>,
    /// What [`chain`] gave when the entry was written.
    pub hash: Hash,
}

/// Where a checkpoint comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// From beside the entries; whoever can change those can take it away too.
    Log,
    /// Kept elsewhere: on paper, by a third party. It also shows that a whole log was rolled back.
    Kept,
}

/// Checks entries one after the other, in the order of the log.
///
/// Feed entries with [`push`](Verifier::push) and each checkpoint with [`expect`](Verifier::expect) before
/// the log passes its size, then ask [`finish`](Verifier::finish) for the verdict. Some faults are named one
/// push later, because only the next entry tells a swap from a removal; no log is good before `finish` says
/// so.
///
/// Memory: one map entry for each stream (its name and last version, about 100 bytes for a UUID) and one for
/// each checkpoint that is still ahead. A million streams are about 100 MB; the entries themselves are not
/// kept.
#[derive(Debug)]
pub struct Verifier {
    log_id: LogId,
    key: Option<VerifyingKey>,
    entries: u64,
    head: Hash,
    /// The hash before the last entry: tells a forged entry with a good hash from a repeated one.
    before_head: Option<Hash>,
    versions: BTreeMap<String, u64>,
    suspect: Option<Suspect>,
    ahead: BTreeMap<u64, Vec<(Hash, Origin)>>,
    last_logged: Option<Hash>,
    checkpoints: u64,
    vouched: u64,
    /// Greatest size under a good signature. All checkpoints have been met when `finish` succeeds, so this
    /// is then also how far the signatures reach.
    signed_up_to: u64,
}

/// The verdict on a log that is as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// How many entries the log has.
    pub entries: u64,
    /// The hash of the last one.
    pub head: Hash,
    /// How many checkpoints agreed.
    pub checkpoints: u64,
    /// Up to which entry a signature vouches that was checked with the key; 0 without key or checkpoint.
    /// What comes after is only as good as the place that it was read from.
    pub signed_up_to: u64,
}

/// The first entry that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("bad entry={entry}: {reason}")]
pub struct BadEntry {
    /// The number of the entry that was due where the log first fails; 0 stands for what precedes the first.
    pub entry: u64,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What can be wrong with an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The hash of the stored bytes is not the stored hash.
    #[error("its bytes do not give its hash: it was altered")]
    Altered,
    /// A later entry stands in this place.
    #[error("entry {found} stands in its place: it was removed")]
    Removed {
        /// The index of the entry that was found.
        found: u64,
    },
    /// An earlier entry stands in this place.
    #[error("entry {found} stands in its place a second time: an entry was repeated or inserted")]
    Repeated {
        /// The index of the entry that was found.
        found: u64,
    },
    /// A foreign entry stands before it.
    #[error("a foreign entry stands before it: an entry was inserted")]
    Inserted,
    /// Two different entries follow the same predecessor.
    #[error("two entries claim this place: one of them was inserted")]
    TwoEntries,
    /// It changed places with the next one.
    #[error("entry {found} stands before it: the two were swapped")]
    Swapped {
        /// The index of the other entry.
        found: u64,
    },
    /// Its bytes are no leaf.
    #[error("it cannot be read: {0}")]
    Undecodable(LeafError),
    /// Its stream has a gap or a repetition.
    #[error("version {expected} of its stream was due, but it has version {found}")]
    StreamVersion {
        /// The version that was due.
        expected: u64,
        /// The version that was found.
        found: u64,
    },
    /// A readable copy beside the leaf says something else than the leaf.
    #[error("the readable copy of its {field} differs from the entry itself")]
    CopyDiffers {
        /// The copied field.
        field: &'static str,
    },
    /// The log stops before an entry that it knew itself.
    #[error("the log ends before it, but had {known} entries: it was cut off")]
    Truncated {
        /// How many entries the head row or a checkpoint of the log knows.
        known: u64,
    },
    /// The log is whole in itself but older than a checkpoint that was kept elsewhere.
    #[error("the log ends before it, but a kept checkpoint knows {known} entries: it was rolled back")]
    RolledBack {
        /// How many entries the kept checkpoint knows.
        known: u64,
    },
    /// The log goes on after its recorded head.
    #[error("the log should have ended with entry {head}: an entry was added behind its head")]
    BeyondHead {
        /// The recorded number of entries.
        head: u64,
    },
    /// The recorded head hash is another one.
    #[error("the recorded head is not the hash of the last entry")]
    HeadDiffers,
    /// A checkpoint saw another hash here.
    #[error("a checkpoint names another hash here: entries after {after} were rewritten")]
    Rewritten {
        /// The last entry for which a checkpoint vouches.
        after: u64,
    },
    /// A checkpoint speaks of another log.
    #[error("the checkpoint for it belongs to another log")]
    ForeignCheckpoint,
    /// A checkpoint is not signed as it must be.
    #[error("the checkpoint for it is not to be trusted: {0}")]
    Checkpoint(CheckpointError),
    /// A checkpoint does not name the one before it.
    #[error("the checkpoint for it does not follow the one before: a checkpoint is missing or was exchanged")]
    CheckpointOrder,
    /// A checkpoint was given after the log had passed its size, or stands at the wrong place.
    #[error("the checkpoint for entry {size} stands in the wrong place")]
    CheckpointPlace {
        /// The size that the checkpoint states.
        size: u64,
    },
}

/// An entry that does not follow its predecessor; the next entry will tell why.
#[derive(Debug)]
struct Suspect {
    found: Result<u64, LeafError>,
    hash: Hash,
}

impl Verifier {
    /// A verifier for one log. Without a key, checkpoints are compared but their signatures are not checked.
    pub fn new(log_id: LogId, key: Option<VerifyingKey>) -> Verifier {
        Verifier {
            log_id,
            key,
            entries: 0,
            head: Hash::genesis(log_id),
            before_head: None,
            versions: BTreeMap::new(),
            suspect: None,
            ahead: BTreeMap::new(),
            last_logged: None,
            checkpoints: 0,
            vouched: 0,
            signed_up_to: 0,
        }
    }

    /// How many entries were found good so far.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Takes the next entry of the log.
    pub fn push(&mut self, entry: &Entry) -> Result<(), BadEntry> {
        if let Some(suspect) = &self.suspect {
            return Err(self.name(suspect, Some(entry)));
        }
        let leaf = Leaf::decode(&entry.leaf);
        if chain(self.head, &entry.leaf) != entry.hash {
            if self.is_second_claim(entry, &leaf) {
                return Err(bad(self.entries, Reason::TwoEntries));
            }
            self.suspect = Some(Suspect { found: leaf.map(|leaf| leaf.index), hash: entry.hash });
            return Ok(());
        }
        // From here on the hash is good: what is wrong was written so, by one who could compute hashes.
        let due = self.entries + 1;
        let leaf = leaf.map_err(|error| bad(due, Reason::Undecodable(error)))?;
        if leaf.index != due {
            return Err(bad(due, misplaced(leaf.index, due)));
        }
        self.take_version(&leaf)?;
        self.before_head = Some(self.head);
        self.head = entry.hash;
        self.entries = due;
        self.meet_checkpoints()
    }

    /// Takes a checkpoint that the log must agree with. Those of the log itself come in their order; all come
    /// before the entry that follows their size.
    pub fn expect(&mut self, signed: &SignedCheckpoint, origin: Origin) -> Result<(), BadEntry> {
        if self.suspect.is_some() {
            return Ok(()); // An earlier entry is bad already, and will be named.
        }
        let checkpoint = &signed.checkpoint;
        if checkpoint.log_id != self.log_id {
            return Err(bad(checkpoint.size, Reason::ForeignCheckpoint));
        }
        if let Some(key) = &self.key {
            verify(signed, key).map_err(|error| bad(checkpoint.size, Reason::Checkpoint(error)))?;
            self.signed_up_to = self.signed_up_to.max(checkpoint.size);
        }
        match origin {
            Origin::Log if checkpoint.previous != self.last_logged => {
                return Err(bad(checkpoint.size, Reason::CheckpointOrder));
            }
            Origin::Log => self.last_logged = Some(signed.hash()),
            Origin::Kept => {}
        }
        if checkpoint.size < self.entries {
            return Err(bad(self.entries, Reason::CheckpointPlace { size: checkpoint.size }));
        }
        self.ahead.entry(checkpoint.size).or_default().push((checkpoint.head, origin));
        self.meet_checkpoints()
    }

    /// The verdict, when all entries were pushed. `stored_head` is what the log itself keeps about its end:
    /// the number of entries and the last hash.
    pub fn finish(self, stored_head: Option<(u64, Hash)>) -> Result<Verified, BadEntry> {
        let due = self.entries + 1;
        if let Some(suspect) = &self.suspect {
            // No next entry tells; a stored head that ends right here says that the entry is in its place.
            let in_place = stored_head == Some((due, suspect.hash)) && suspect.found.is_ok();
            return Err(if in_place { bad(due, Reason::Altered) } else { self.name(suspect, None) });
        }
        let known = |origin: Origin| {
            let sizes = self.ahead.iter().filter(|(_, heads)| heads.iter().any(|(_, from)| *from == origin));
            sizes.map(|(size, _)| *size).max()
        };
        let known_by_log = known(Origin::Log).max(stored_head.map(|(size, _)| size));
        if let Some(known) = known_by_log.filter(|known| *known > self.entries) {
            return Err(bad(due, Reason::Truncated { known }));
        }
        if let Some(known) = known(Origin::Kept) {
            return Err(bad(due, Reason::RolledBack { known }));
        }
        if let Some((size, head)) = stored_head {
            if size < self.entries {
                return Err(bad(size + 1, Reason::BeyondHead { head: size }));
            }
            if head != self.head {
                return Err(bad(self.entries, Reason::HeadDiffers));
            }
        }
        Ok(Verified {
            entries: self.entries,
            head: self.head,
            checkpoints: self.checkpoints,
            signed_up_to: self.signed_up_to,
        })
    }

    /// The fault that waits for the next entry, named without it.
    pub(crate) fn pending_fault(&self) -> Option<BadEntry> {
        self.suspect.as_ref().map(|suspect| self.name(suspect, None))
    }

    /// A different entry that follows the last but one: it has a good hash and the index of the last one.
    fn is_second_claim(&self, entry: &Entry, leaf: &Result<Leaf, LeafError>) -> bool {
        let same_index = leaf.as_ref().is_ok_and(|leaf| leaf.index == self.entries);
        let follows = self.before_head.is_some_and(|before| chain(before, &entry.leaf) == entry.hash);
        same_index && follows && entry.hash != self.head
    }

    fn take_version(&mut self, leaf: &Leaf) -> Result<(), BadEntry> {
        let last = self.versions.get(&leaf.stream).copied().unwrap_or(0);
        if last.checked_add(1) != Some(leaf.version) {
            let reason = Reason::StreamVersion { expected: last.saturating_add(1), found: leaf.version };
            return Err(bad(leaf.index, reason));
        }
        match self.versions.get_mut(&leaf.stream) {
            Some(version) => *version = leaf.version,
            None => {
                self.versions.insert(leaf.stream.clone(), leaf.version);
            }
        }
        Ok(())
    }

    fn meet_checkpoints(&mut self) -> Result<(), BadEntry> {
        for (head, _) in self.ahead.remove(&self.entries).unwrap_or_default() {
            if head != self.head {
                return Err(bad(self.entries, Reason::Rewritten { after: self.vouched }));
            }
            self.vouched = self.entries;
            self.checkpoints += 1;
        }
        Ok(())
    }

    /// Names what is wrong with a suspect, with the help of the entry after it.
    fn name(&self, suspect: &Suspect, next: Option<&Entry>) -> BadEntry {
        let due = self.entries + 1;
        let follows = |previous: Hash, index: u64| {
            next.is_some_and(|next| {
                chain(previous, &next.leaf) == next.hash
                    && Leaf::decode(&next.leaf).is_ok_and(|leaf| leaf.index == index)
            })
        };
        let reason = match &suspect.found {
            Ok(found) if *found == due + 1 && follows(self.head, due) => Reason::Swapped { found: *found },
            Ok(_) | Err(_) if follows(self.head, due) => Reason::Inserted,
            Err(error) => Reason::Undecodable(error.clone()),
            // The next entry rests on the stored hash: the place is right, the bytes are not.
            Ok(_) if follows(suspect.hash, due + 1) => Reason::Altered,
            Ok(found) => misplaced(*found, due),
        };
        bad(due, reason)
    }
}

fn misplaced(found: u64, due: u64) -> Reason {
    match found.cmp(&due) {
        std::cmp::Ordering::Greater => Reason::Removed { found },
        std::cmp::Ordering::Less => Reason::Repeated { found },
        std::cmp::Ordering::Equal => Reason::Altered,
    }
}

fn bad(entry: u64, reason: Reason) -> BadEntry {
    BadEntry { entry, reason }
}
