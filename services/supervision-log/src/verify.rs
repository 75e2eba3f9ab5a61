//! The walk along the log that names the first entry which is not as it was written.

use std::collections::BTreeMap;

use ed25519_dalek::VerifyingKey;

use crate::checkpoint::{SignedCheckpoint, verify};
use crate::hash::{Hash, LogId, chain};
use crate::leaf::{Leaf, LeafError};
use crate::reason::{BadEntry, Reason};
use crate::streams::{StreamKey, Versions};
use crate::tree::{Frontier, leaf_hash};

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
/// Memory: one map entry for each stream (at most about 60 bytes) and one for each checkpoint that is still
/// ahead; the entries themselves are not kept.
#[derive(Debug)]
pub struct Verifier {
    log_id: LogId,
    key: Option<VerifyingKey>,
    entries: u64,
    head: Hash,
    /// The hash before the last entry: tells a forged entry with a good hash from a repeated one.
    before_head: Option<Hash>,
    versions: Versions,
    begun_after: u64,
    tree: Frontier,
    suspect: Option<Suspect>,
    ahead: BTreeMap<u64, Vec<(Seen, Origin)>>,
    last_logged: Option<Hash>,
    checkpoints: u64,
    vouched: u64,
    /// Greatest size under a good signature. All checkpoints have been met when `finish` succeeds, so this
    /// is then also how far the signatures reach.
    signed_up_to: u64,
}

/// What a checkpoint saw at its size.
#[derive(Debug, Clone, Copy)]
struct Seen {
    head: Hash,
    root: Option<Hash>,
}

/// What can be found out about an entry by itself, whatever stands before it.
#[derive(Debug)]
pub(crate) struct Prepared {
    leaf: Result<Leaf, LeafError>,
    leaf_hash: Hash,
    stream: StreamKey,
}

impl Prepared {
    pub(crate) fn of(leaf_bytes: &[u8]) -> Prepared {
        let leaf = Leaf::decode(leaf_bytes);
        let stream = StreamKey::of(leaf.as_ref().map_or("", |leaf| &leaf.stream));
        Prepared { leaf, leaf_hash: leaf_hash(leaf_bytes), stream }
    }

    pub(crate) fn leaf(&self) -> Result<&Leaf, &LeafError> {
        self.leaf.as_ref()
    }
}

/// The verdict on a log that is as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// How many entries the log has.
    pub entries: u64,
    /// The hash of the last one.
    pub head: Hash,
    /// The root of the tree over them.
    pub root: Hash,
    /// How many entries were not looked at, because a checkpoint vouches for them; 0 unless the verifier began
    /// at one.
    pub begun_after: u64,
    /// How many checkpoints agreed.
    pub checkpoints: u64,
    /// Up to which entry a signature vouches that was checked with the key; 0 without key or checkpoint.
    /// What comes after is only as good as the place that it was read from.
    pub signed_up_to: u64,
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
            versions: Versions::of_whole_log(),
            tree: Frontier::new(),
            begun_after: 0,
            suspect: None,
            ahead: BTreeMap::new(),
            last_logged: None,
            checkpoints: 0,
            vouched: 0,
            signed_up_to: 0,
        }
    }

    /// A verifier for what came after a checkpoint that is trusted, for example one that was kept elsewhere.
    /// `tree` is the right edge of the tree at its size, from any source: it must have the checkpoint's root.
    /// The versions of streams that began before the checkpoint are taken as they come, then counted on.
    pub fn resume(
        from: &SignedCheckpoint,
        tree: Frontier,
        key: Option<VerifyingKey>,
    ) -> Result<Verifier, BadEntry> {
        let checkpoint = &from.checkpoint;
        if let Some(key) = &key {
            verify(from, key).map_err(|error| bad(checkpoint.size, Reason::Checkpoint(error)))?;
        }
        if tree.size() != checkpoint.size || checkpoint.root != Some(tree.root()) {
            return Err(bad(checkpoint.size, Reason::RootDiffers { after: 0 }));
        }
        Ok(Verifier {
            entries: checkpoint.size,
            head: checkpoint.head,
            versions: Versions::of_later_part(),
            tree,
            begun_after: checkpoint.size,
            last_logged: Some(from.hash()),
            vouched: checkpoint.size,
            signed_up_to: key.map_or(0, |_| checkpoint.size),
            ..Verifier::new(checkpoint.log_id, key)
        })
    }

    /// How many entries were found good so far.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Takes the next entry of the log.
    pub fn push(&mut self, entry: &Entry) -> Result<(), BadEntry> {
        self.push_prepared(entry, &Prepared::of(&entry.leaf))
    }

    /// As [`push`](Verifier::push), with what somebody else found out about the entry by itself.
    pub(crate) fn push_prepared(&mut self, entry: &Entry, prepared: &Prepared) -> Result<(), BadEntry> {
        if let Some(suspect) = &self.suspect {
            return Err(self.name(suspect, Some(entry)));
        }
        if chain(self.head, &entry.leaf) != entry.hash {
            if self.is_second_claim(entry, prepared) {
                return Err(bad(self.entries, Reason::TwoEntries));
            }
            let found = prepared.leaf().map(|leaf| leaf.index).map_err(LeafError::clone);
            self.suspect = Some(Suspect { found, hash: entry.hash });
            return Ok(());
        }
        // From here on the hash is good: what is wrong was written so, by one who could compute hashes.
        let due = self.entries + 1;
        let leaf = prepared.leaf().map_err(|error| bad(due, Reason::Undecodable(error.clone())))?;
        if leaf.index != due {
            return Err(bad(due, misplaced(leaf.index, due)));
        }
        if let Err(expected) = self.versions.take(prepared.stream, leaf.version) {
            return Err(bad(due, Reason::StreamVersion { expected, found: leaf.version }));
        }
        self.tree.append(prepared.leaf_hash, |_, _| {});
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
        let seen = Seen { head: checkpoint.head, root: checkpoint.root };
        self.ahead.entry(checkpoint.size).or_default().push((seen, origin));
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
            root: self.tree.root(),
            begun_after: self.begun_after,
            checkpoints: self.checkpoints,
            signed_up_to: self.signed_up_to,
        })
    }

    /// The fault that waits for the next entry, named without it.
    pub(crate) fn pending_fault(&self) -> Option<BadEntry> {
        self.suspect.as_ref().map(|suspect| self.name(suspect, None))
    }

    /// A different entry that follows the last but one: it has a good hash and the index of the last one.
    fn is_second_claim(&self, entry: &Entry, prepared: &Prepared) -> bool {
        let same_index = prepared.leaf().is_ok_and(|leaf| leaf.index == self.entries);
        let follows = self.before_head.is_some_and(|before| chain(before, &entry.leaf) == entry.hash);
        same_index && follows && entry.hash != self.head
    }

    fn meet_checkpoints(&mut self) -> Result<(), BadEntry> {
        if self.ahead.first_key_value().is_none_or(|(size, _)| *size != self.entries) {
            return Ok(());
        }
        for (seen, _) in self.ahead.remove(&self.entries).unwrap_or_default() {
            if seen.head != self.head {
                return Err(bad(self.entries, Reason::Rewritten { after: self.vouched }));
            }
            if seen.root.is_some_and(|root| root != self.tree.root()) {
                return Err(bad(self.entries, Reason::RootDiffers { after: self.vouched }));
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
