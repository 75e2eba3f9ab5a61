//! The root in the checkpoints, logs from before there were roots, and verification that goes on from a checkpoint.

use proptest::prelude::*;
use supervision_log::{
    BadEntry, Begin, CheckpointError, Frontier, Hash, Header, Leaf, Reason, SignedCheckpoint, SigningKey,
    Trust, Verified, Verifier, checkpoint_line, entry_line, header_line, sign,
};

use crate::export::{export, verdict};
use crate::sample::{LOG_ID, Log, leaves, log, signed, signing_key, tree};

fn bytes() -> Vec<Vec<u8>> {
    leaves().iter().map(Leaf::encode).collect()
}

/// What [`export`] writes, without the entries that a checkpoint vouches for.
pub fn later_part(log: &Log, from: usize) -> String {
    let (checkpoint, key) = (log.checkpoints[from].clone(), signing_key().verifying_key());
    let size = checkpoint.checkpoint.size;
    let (entries, head) = log.head.expect("the sample has a head");
    let from = Some(Begin { tree: tree(log, size), checkpoint });
    let header = header_line(&Header { log_id: LOG_ID, key, certificate: None, entries, head, from });
    let later = log.entries.iter().skip(size as usize).map(|entry| entry_line(entry).expect("a good leaf"));
    let last = log.checkpoints.iter().filter(|signed| signed.checkpoint.size > size).map(checkpoint_line);
    std::iter::once(header).chain(later).chain(last).map(|line| line + "\n").collect()
}

fn trust_from(from: &SignedCheckpoint) -> Trust {
    let key = Some(signing_key().verifying_key());
    Trust { key, from: Some(from.clone()), ..Trust::default() }
}

#[test]
fn a_log_that_began_without_trees_verifies_whole() {
    for first_root in 0..=7 {
        let log = Log::with_trees_from(first_root, &bytes(), &[0, 2, 3, 5, 6]);
        let with_root = log.checkpoints.iter().filter(|signed| signed.checkpoint.root.is_some()).count();
        assert_eq!(with_root, [0, 2, 3, 5, 6].iter().filter(|size| **size >= first_root).count());
        let verified = log.verify().unwrap();
        assert_eq!((verified.checkpoints, verified.root), (5, tree(&log, 6).root()));
        assert_eq!(verdict(export(&log).as_bytes(), &Trust::default()).unwrap().log, verified);
    }
}

#[test]
fn an_export_of_the_first_version_is_read() {
    let old = export(&Log::with_trees_from(7, &bytes(), &[3, 6])).replace("\"version\":2,", "\"version\":1,");
    assert_eq!(verdict(old.as_bytes(), &Trust::default()).unwrap().log.entries, 6);
}

#[test]
fn a_checkpoint_with_a_good_head_and_another_root_is_found() {
    let mut wrong = log();
    let head = wrong.entries[5].hash;
    let previous = Some(wrong.checkpoints[0].hash());
    wrong.checkpoints[1] = signed(6, (head, Some(Hash([4; 32]))), previous, &signing_key());
    assert_eq!(wrong.verify(), Err(BadEntry { entry: 6, reason: Reason::RootDiffers { after: 3 } }));
}

#[test]
fn what_came_after_a_checkpoint_verifies_alone() {
    let log = log();
    let verified = verdict(later_part(&log, 0).as_bytes(), &trust_from(&log.checkpoints[0])).unwrap();
    let whole = log.verify().unwrap();
    assert_eq!(verified.log, Verified { begun_after: 3, checkpoints: 1, ..whole });
    assert!(!verified.begin_from_export && !verified.key_from_export);
    let on_its_word = verdict(later_part(&log, 0).as_bytes(), &Trust::default()).unwrap();
    assert!(on_its_word.begin_from_export && on_its_word.key_from_export);
    let nothing_new = verdict(later_part(&log, 1).as_bytes(), &trust_from(&log.checkpoints[1])).unwrap();
    assert_eq!(
        (nothing_new.log.entries, nothing_new.log.begun_after, nothing_new.log.root),
        (6, 6, whole.root)
    );
    let in_a_whole_export = verdict(export(&log).as_bytes(), &trust_from(&log.checkpoints[0])).unwrap();
    assert_eq!((in_a_whole_export.log.begun_after, in_a_whole_export.log.checkpoints), (0, 3));
}

#[test]
fn a_later_part_of_another_log_or_checkpoint_is_refused() {
    let log = log();
    let part = later_part(&log, 0);
    let refused = |part: &str, trust: &Trust| verdict(part.as_bytes(), trust).unwrap_err().to_string();
    let other_begin =
        "bad entry=0: line 1: the export begins after entry 3, at another checkpoint than the given one";
    assert_eq!(refused(&part, &trust_from(&log.checkpoints[1])), other_begin);
    let other_log = hex::encode([9; 16]);
    let foreign = part.replacen(&hex::encode(LOG_ID), &other_log, 1);
    assert_eq!(refused(&foreign, &Trust::default()), other_begin);
    let mut rewritten = leaves();
    rewritten[1].actor = "user/nobody".into();
    let rewritten = Log::of(&rewritten, &[3, 6]);
    assert_eq!(refused(&later_part(&rewritten, 0), &trust_from(&log.checkpoints[0])), other_begin);
    // The forger who leaves the checkpoint as it is fails at the first entry that rests on another hash.
    let patched = later_part(&Log { checkpoints: log.checkpoints.clone(), ..rewritten }, 0);
    let tree_of = |log: &Log| hex::encode(tree(log, 3).to_bytes());
    let kept = &trust_from(&log.checkpoints[0]);
    let root =
        "bad entry=3: a checkpoint names another root of the tree here: entries after 0 were rewritten";
    assert_eq!(refused(&patched, kept), root);
    let changed = Log::of(
        &{
            let mut changed = leaves();
            changed[1].actor = "user/nobody".into();
            changed
        },
        &[],
    );
    let with_true_tree = patched.replace(&tree_of(&changed), &tree_of(&log));
    assert_eq!(refused(&with_true_tree, kept), "bad entry=4: its bytes do not give its hash: it was altered");
}

#[test]
fn a_verifier_resumes_only_at_a_signed_checkpoint_with_this_root() {
    let log = log();
    let key = Some(signing_key().verifying_key());
    let resume = |from: &SignedCheckpoint, tree: Frontier| Verifier::resume(from, tree, key).map(|_| ());
    assert_eq!(resume(&log.checkpoints[0], tree(&log, 3)), Ok(()));
    let root = |entry| Err(BadEntry { entry, reason: Reason::RootDiffers { after: 0 } });
    assert_eq!(resume(&log.checkpoints[0], tree(&log, 4)), root(3));
    let without_root = Log::with_trees_from(7, &bytes(), &[3]).checkpoints.remove(0);
    assert_eq!(resume(&without_root, tree(&log, 3)), root(3));
    let other_key = SigningKey::from_bytes(&[8; 32]);
    let mut forged = log.checkpoints[0].clone();
    forged.checkpoint.key_id = supervision_log::key_id(&other_key.verifying_key());
    let forged = sign(&forged.checkpoint, &other_key).unwrap();
    let found = resume(&forged, tree(&log, 3)).unwrap_err();
    assert!(matches!(found.reason, Reason::Checkpoint(CheckpointError::Key { .. })), "{found}");
}

proptest! {
    /// The oracle: the first line of the later part that differs from the true one.
    #[test]
    fn any_change_of_a_later_part_is_named(
        change in 0..5,
        (at, to) in (0usize..3, 0usize..3),
        byte in any::<prop::sample::Index>(),
    ) {
        let good = log();
        let mut changed = good.clone();
        let entries = &mut changed.entries;
        match change {
            0 => {
                let length = entries[3 + at].leaf.len();
                entries[3 + at].leaf[byte.index(length)] ^= 1;
            }
            1 => drop(entries.remove(3 + at)),
            2 => entries.swap(3 + at, 3 + to),
            3 => entries.insert(3 + at, good.entries[3 + to].clone()),
            _ => entries.truncate(3 + at),
        }
        let same = good.entries.iter().zip(&changed.entries).take_while(|(a, b)| a == b).count();
        let expected = (changed.entries != good.entries).then_some(same as u64 + 1);
        // An altered leaf is perhaps none; the export of such a log cannot be written, so the walk is asked.
        let mut verifier =
            Verifier::resume(&good.checkpoints[0], tree(&good, 3), Some(signing_key().verifying_key())).unwrap();
        let pushed = changed.entries[3..].iter().try_for_each(|entry| verifier.push(entry));
        let named = pushed.and_then(|()| verifier.finish(good.head)).err().map(|found| found.entry);
        prop_assert_eq!(named, expected);
    }
}
