//! Every change to a stored log is found, and the first bad entry is named.

use proptest::prelude::*;
use supervision_log::{BadEntry, CheckpointError, Entry, Hash, Leaf, Reason, SigningKey, chain};

use crate::sample::{LOG_ID, Log, leaves, log, signed};

fn bad(entry: u64, reason: Reason) -> Result<supervision_log::Verified, BadEntry> {
    Err(BadEntry { entry, reason })
}

/// The same log without anything that was kept beside its entries.
fn bare(entries: Vec<Entry>) -> Log {
    Log { entries, checkpoints: Vec::new(), head: None }
}

#[test]
fn an_honest_log_is_good() {
    let verified = log().verify().unwrap();
    assert_eq!((verified.entries, Some(verified.head)), (6, log().entries.last().map(|last| last.hash)));
    assert_eq!((verified.checkpoints, verified.signed_up_to), (2, 6));
    let empty = Log::of(&[], &[0]).verify().unwrap();
    assert_eq!((empty.entries, empty.head, empty.checkpoints), (0, Hash::genesis(LOG_ID), 1));
}

#[test]
fn every_flipped_bit_is_found_and_its_entry_named() {
    let good = log();
    for (place, entry) in (1..).zip(&good.entries) {
        let flips = entry.leaf.len() + entry.hash.0.len();
        for (at, bit) in (0..flips).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let mut mutated = good.clone();
            let changed = &mut mutated.entries[place as usize - 1];
            match at.checked_sub(entry.leaf.len()) {
                None => changed.leaf[at] ^= 1 << bit,
                Some(at) => changed.hash.0[at] ^= 1 << bit,
            }
            let found = mutated.verify().unwrap_err();
            assert_eq!(found.entry, place, "byte {at}, bit {bit}: {found}");
            let without_head = bare(mutated.entries).verify().unwrap_err();
            assert_eq!(without_head.entry, place, "byte {at}, bit {bit}: {without_head}");
            if let Reason::Removed { .. } | Reason::Repeated { .. } | Reason::Inserted = found.reason {
                panic!("an altered entry was called something else: {found}");
            }
        }
    }
}

#[test]
fn every_dropped_entry_is_named() {
    for place in 1..=6 {
        let mut mutated = log();
        mutated.entries.remove(place as usize - 1);
        let last = place == 6;
        let reason = if last { Reason::Truncated { known: 6 } } else { Reason::Removed { found: place + 1 } };
        assert_eq!(mutated.verify(), bad(place, reason.clone()));
        if !last {
            assert_eq!(bare(mutated.entries).verify(), bad(place, reason));
        }
    }
}

#[test]
fn every_swap_of_neighbours_is_named() {
    for place in 1..=5 {
        let mut mutated = log();
        mutated.entries.swap(place as usize - 1, place as usize);
        let reason = Reason::Swapped { found: place + 1 };
        assert_eq!(mutated.verify(), bad(place, reason.clone()));
        assert_eq!(bare(mutated.entries).verify(), bad(place, reason));
    }
}

#[test]
fn every_inserted_copy_is_named() {
    for (from, to) in (0..6).flat_map(|from| (0..=6).map(move |to| (from, to))) {
        let mut mutated = log();
        mutated.entries.insert(to, mutated.entries[from].clone());
        // A copy right before the original: the original is the first that is too many.
        let place = if from == to { to + 2 } else { to + 1 } as u64;
        assert_eq!(mutated.verify().unwrap_err().entry, place, "entry {} copied to {to}", from + 1);
        assert_eq!(bare(mutated.entries).verify().unwrap_err().entry, place);
    }
}

#[test]
fn an_inserted_forgery_with_a_good_hash_is_named() {
    for place in 1..=7_u64 {
        let mut mutated = log();
        let forged =
            Leaf { index: place, stream: "forged".into(), version: 1, ..leaves()[0].clone() }.encode();
        let previous = match place {
            1 => Hash::genesis(LOG_ID),
            _ => mutated.entries[place as usize - 2].hash,
        };
        let hash = chain(previous, &forged);
        mutated.entries.insert(place as usize - 1, Entry { leaf: forged, hash });
        mutated.checkpoints.clear();
        let reason = if place == 7 { Reason::BeyondHead { head: 6 } } else { Reason::TwoEntries };
        assert_eq!(mutated.verify(), bad(place, reason));
    }
}

#[test]
fn an_inserted_forgery_with_a_bad_hash_is_named() {
    for place in 1..=6_u64 {
        let mut mutated = log();
        let leaf = Leaf { index: place, ..leaves()[0].clone() }.encode();
        mutated.entries.insert(place as usize - 1, Entry { leaf, hash: Hash([9; 32]) });
        assert_eq!(mutated.verify(), bad(place, Reason::Inserted));
    }
}

#[test]
fn a_cut_tail_is_found_by_the_head_and_by_a_checkpoint() {
    for kept in 0..6 {
        let mut mutated = log();
        mutated.entries.truncate(kept);
        let verdict = bad(kept as u64 + 1, Reason::Truncated { known: 6 });
        assert_eq!(mutated.verify(), verdict);
        mutated.head = None;
        assert_eq!(mutated.verify(), verdict, "by the checkpoint alone");
        // The forger who also sets the head row back is found by the checkpoint that stays.
        mutated.head = mutated.entries.last().map(|last| (kept as u64, last.hash));
        assert_eq!(mutated.verify(), verdict, "with the head set back");
    }
}

#[test]
fn a_rolled_back_log_is_found_by_a_kept_checkpoint_only() {
    let old = Log::of(&leaves()[..4], &[3]);
    assert_eq!(old.verify().map(|verified| verified.entries), Ok(4), "an old copy is good in itself");
    let kept = log().checkpoints;
    assert_eq!(old.verify_against(&kept), bad(5, Reason::RolledBack { known: 6 }));
    assert_eq!(old.verify_against(&kept[..1]).map(|verified| verified.entries), Ok(4));
}

/// A whole log with good hashes in which one event was changed, by one who does not have the key.
fn rewritten_from(place: usize) -> Log {
    let mut changed = leaves();
    changed[place - 1].actor = "user/nobody".into();
    Log { checkpoints: Vec::new(), ..Log::of(&changed, &[]) }
}

#[test]
fn a_rewritten_log_is_found_by_a_signed_checkpoint_inside_or_kept_outside() {
    for place in 1..=6 {
        let mut rewritten = rewritten_from(place);
        assert!(rewritten.verify().is_ok(), "control: hashes alone cannot show this");
        let (entry, after) = if place <= 3 { (3, 0) } else { (6, 3) };
        let verdict = bad(entry, Reason::Rewritten { after });
        assert_eq!(rewritten.verify_against(&log().checkpoints), verdict);
        rewritten.checkpoints = log().checkpoints;
        assert_eq!(rewritten.verify(), verdict);
    }
}

#[test]
fn a_forged_checkpoint_is_found() {
    let other_key = SigningKey::from_bytes(&[8; 32]);
    let mut rewritten = rewritten_from(2);
    let head = rewritten.entries[5].hash;
    rewritten.checkpoints = vec![signed(6, (head, None), None, &other_key)];
    let found = rewritten.verify().unwrap_err();
    assert!(matches!(found.reason, Reason::Checkpoint(CheckpointError::Key { .. })), "{found}");
    rewritten.checkpoints[0].checkpoint.key_id = log().checkpoints[0].checkpoint.key_id.clone();
    assert_eq!(rewritten.verify(), bad(6, Reason::Checkpoint(CheckpointError::Signature)));
}

#[test]
fn a_missing_late_or_foreign_checkpoint_is_found() {
    let mut without_first = log();
    without_first.checkpoints.remove(0);
    assert_eq!(without_first.verify(), bad(6, Reason::CheckpointOrder));

    let mut verifier = supervision_log::Verifier::new(LOG_ID, None);
    for entry in &log().entries {
        verifier.push(entry).unwrap();
    }
    let late = verifier.expect(&log().checkpoints[0], supervision_log::Origin::Log);
    assert_eq!(late, Err(BadEntry { entry: 6, reason: Reason::CheckpointPlace { size: 3 } }));

    let mut verifier = supervision_log::Verifier::new([9; 16], None);
    let foreign = verifier.expect(&log().checkpoints[0], supervision_log::Origin::Kept);
    assert_eq!(foreign, Err(BadEntry { entry: 3, reason: Reason::ForeignCheckpoint }));
}

#[test]
fn a_wrong_head_row_is_found() {
    let mut wrong = log();
    wrong.head = Some((6, Hash([1; 32])));
    assert_eq!(wrong.verify(), bad(6, Reason::HeadDiffers));
    wrong.head = Some((5, wrong.entries[4].hash));
    assert_eq!(wrong.verify(), bad(6, Reason::BeyondHead { head: 5 }));
    let empty = Log { head: Some((0, Hash([1; 32]))), ..Log::of(&[], &[]) };
    assert_eq!(empty.verify(), bad(0, Reason::HeadDiffers));
}

#[test]
fn what_was_written_wrong_with_good_hashes_is_found() {
    let check = |place: usize, change: &dyn Fn(&mut Leaf), reason: Reason| {
        let mut changed = leaves();
        change(&mut changed[place - 1]);
        assert_eq!(Log::of(&changed, &[]).verify(), bad(place as u64, reason));
    };
    check(4, &|leaf| leaf.version = 3, Reason::StreamVersion { expected: 2, found: 3 });
    check(4, &|leaf| leaf.version = 1, Reason::StreamVersion { expected: 2, found: 1 });
    check(1, &|leaf| leaf.version = 0, Reason::StreamVersion { expected: 1, found: 0 });
    check(5, &|leaf| leaf.version = 2, Reason::StreamVersion { expected: 1, found: 2 });
    check(2, &|leaf| leaf.index = 7, Reason::Removed { found: 7 });
    check(2, &|leaf| leaf.index = 1, Reason::Repeated { found: 1 });
    let not_a_leaf = [leaves()[0].encode(), b"no leaf".to_vec()];
    let undecodable = Reason::Undecodable(supervision_log::LeafError::Tag);
    assert_eq!(Log::of_bytes(&not_a_leaf, &[]).verify(), bad(2, undecodable));
}

#[test]
fn a_verifier_that_found_a_fault_never_calls_the_log_good() {
    let mut verifier = supervision_log::Verifier::new(LOG_ID, None);
    let entries = log().entries;
    verifier.push(&entries[1]).unwrap();
    for entry in &entries {
        assert_eq!(verifier.push(entry).unwrap_err().entry, 1);
    }
    assert_eq!(verifier.finish(None).unwrap_err().entry, 1);
}

#[test]
fn reasons_read_as_sentences() {
    let cases = [
        (Reason::Altered, "bad entry=3: its bytes do not give its hash: it was altered"),
        (Reason::Removed { found: 4 }, "bad entry=3: entry 4 stands in its place: it was removed"),
        (
            Reason::Truncated { known: 9 },
            "bad entry=3: the log ends before it, but had 9 entries: it was cut off",
        ),
    ];
    for (reason, text) in cases {
        assert_eq!(BadEntry { entry: 3, reason }.to_string(), text);
    }
}

#[derive(Debug, Clone)]
enum Edit {
    Flip { entry: prop::sample::Index, byte: prop::sample::Index, bits: u8 },
    Drop(prop::sample::Index),
    Move { from: prop::sample::Index, to: prop::sample::Index },
    Copy { from: prop::sample::Index, to: prop::sample::Index },
    Cut(prop::sample::Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        (index(), index(), 1u8..).prop_map(|(entry, byte, bits)| Edit::Flip { entry, byte, bits }),
        index().prop_map(Edit::Drop),
        (index(), index()).prop_map(|(from, to)| Edit::Move { from, to }),
        (index(), index()).prop_map(|(from, to)| Edit::Copy { from, to }),
        index().prop_map(Edit::Cut),
    ]
}

fn apply(entries: &mut Vec<Entry>, edit: &Edit) {
    if entries.is_empty() {
        return;
    }
    let length = entries.len();
    match edit {
        Edit::Flip { entry, byte, bits } => {
            let entry = &mut entries[entry.index(length)];
            let byte = byte.index(entry.leaf.len() + 32);
            match byte.checked_sub(entry.leaf.len()) {
                None => entry.leaf[byte] ^= bits,
                Some(byte) => entry.hash.0[byte] ^= bits,
            }
        }
        Edit::Drop(at) => drop(entries.remove(at.index(length))),
        Edit::Move { from, to } => {
            let entry = entries.remove(from.index(length));
            entries.insert(to.index(length), entry);
        }
        Edit::Copy { from, to } => {
            let entry = entries[from.index(length)].clone();
            entries.insert(to.index(length + 1), entry);
        }
        Edit::Cut(at) => entries.truncate(at.index(length + 1)),
    }
}

proptest! {
    /// The oracle: the first place where the edited log differs from the true one.
    #[test]
    fn any_edits_are_named_at_the_first_difference(edits in prop::collection::vec(edit(), 1..4)) {
        let good = log();
        let mut edited = good.clone();
        for edit in &edits {
            apply(&mut edited.entries, edit);
        }
        let same = good.entries.iter().zip(&edited.entries).take_while(|(a, b)| a == b).count();
        let named = edited.verify().err().map(|found| found.entry);
        let expected = (edited.entries != good.entries).then_some(same as u64 + 1);
        prop_assert_eq!(named, expected);
    }
}
