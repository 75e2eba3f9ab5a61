//! A proof file proves what it says and nothing else.

use proptest::prelude::*;
use supervision_log::{
    Claim, Frontier, Hash, Leaf, Node, Proof, SignedCheckpoint, SigningKey, Span, Trust, consistency_spans,
    fold, inclusion_spans, leaf_hash, verify_proof,
};

use crate::sample::{Log, leaves, log, signing_key};

fn hashes(log: &Log, spans: &[Span]) -> Vec<Hash> {
    let node = |node: Node| {
        let (from, count) = node.leaves();
        let mut tree = Frontier::new();
        for entry in &log.entries[from as usize..(from + count) as usize] {
            tree.append(leaf_hash(&entry.leaf), |_, _| {});
        }
        tree.root()
    };
    let of = |span: &Span| span.nodes().into_iter().map(node).collect::<Vec<_>>();
    spans.iter().map(|span| fold(&of(span)).expect("a span is not empty")).collect()
}

pub fn inclusion(log: &Log, index: u64, checkpoint: &SignedCheckpoint) -> Proof {
    let spans = inclusion_spans(index - 1, checkpoint.checkpoint.size).expect("it is in this log");
    let leaf = log.entries[index as usize - 1].leaf.clone();
    let claim = Claim::Inclusion { index, leaf, checkpoint: checkpoint.clone() };
    Proof { claim, hashes: hashes(log, &spans), key: signing_key().verifying_key() }
}

pub fn consistency(log: &Log, older: &SignedCheckpoint, newer: &SignedCheckpoint) -> Proof {
    let spans =
        consistency_spans(older.checkpoint.size, newer.checkpoint.size).expect("the newer is not smaller");
    let claim = Claim::Consistency { older: older.clone(), newer: newer.clone() };
    Proof { claim, hashes: hashes(log, &spans), key: signing_key().verifying_key() }
}

fn trust(kept: &[SignedCheckpoint]) -> Trust {
    Trust { key: Some(signing_key().verifying_key()), checkpoints: kept.to_vec(), from: None }
}

fn refused(proof: &Proof, trust: &Trust) -> String {
    verify_proof(&proof.encode(), trust).expect_err("it is not proven").to_string()
}

#[test]
fn every_entry_and_every_step_is_proven_by_a_file() {
    let log = Log::of(&leaves(), &[1, 2, 3, 4, 5, 6]);
    for checkpoint in &log.checkpoints {
        for index in 1..=checkpoint.checkpoint.size {
            let proof = inclusion(&log, index, checkpoint);
            assert_eq!(Proof::parse(&proof.encode()).unwrap(), proof);
            let verified = verify_proof(&proof.encode(), &trust(&log.checkpoints)).unwrap();
            assert_eq!(verified.leaf.as_ref(), Some(&leaves()[index as usize - 1]));
            assert_eq!((verified.kept_agree, verified.key_from_proof), (1, false));
        }
        for newer in
            log.checkpoints.iter().filter(|newer| newer.checkpoint.size >= checkpoint.checkpoint.size)
        {
            let text = consistency(&log, checkpoint, newer).encode();
            assert!(verify_proof(&text, &trust(&[])).is_ok());
            assert!(verify_proof(&text, &Trust::default()).unwrap().key_from_proof);
        }
    }
}

#[test]
fn a_changed_moved_or_foreign_entry_is_not_proven() {
    let log = log();
    let good = inclusion(&log, 2, &log.checkpoints[0]);
    let with = |change: &dyn Fn(&mut Leaf)| {
        let mut leaf = leaves()[1].clone();
        change(&mut leaf);
        let claim =
            Claim::Inclusion { index: 2, leaf: leaf.encode(), checkpoint: log.checkpoints[0].clone() };
        Proof { claim, ..good.clone() }
    };
    let not_included = "bad entry=2: the entry is not in the log that the checkpoint speaks of: it was altered, or stands elsewhere";
    assert_eq!(refused(&with(&|leaf| leaf.actor = "user/nobody".into()), &trust(&[])), not_included);
    let moved = with(&|leaf| leaf.index = 3);
    assert_eq!(refused(&moved, &trust(&[])), "bad entry=2: the entry says of itself that it is entry 3");
    let other_size = Proof {
        claim: Claim::Inclusion {
            index: 2,
            leaf: log.entries[1].leaf.clone(),
            checkpoint: log.checkpoints[1].clone(),
        },
        ..good.clone()
    };
    assert_eq!(refused(&other_size, &trust(&[])), not_included);
    let other_key = Trust { key: Some(SigningKey::from_bytes(&[8; 32]).verifying_key()), ..Trust::default() };
    assert!(refused(&good, &other_key).starts_with("bad entry=2: the proof names the key "));
    let stranger = Proof { key: SigningKey::from_bytes(&[8; 32]).verifying_key(), ..good };
    assert!(refused(&stranger, &Trust::default()).contains("is not to be trusted"));
}

#[test]
fn a_rewritten_log_does_not_go_on_from_the_kept_checkpoint() {
    let (log, mut changed) = (log(), leaves());
    changed[1].actor = "user/nobody".into();
    // Whoever has the key, too, can sign a whole other log; a checkpoint that was kept elsewhere shows it.
    let rewritten = Log::of(&changed, &[3, 6]);
    let step = consistency(&rewritten, &log.checkpoints[0], &rewritten.checkpoints[1]);
    let found = refused(&step, &trust(&[]));
    assert!(found.starts_with("bad entry=3: the newer log does not go on from the older one"), "{found}");
    let alone = consistency(&rewritten, &rewritten.checkpoints[0], &rewritten.checkpoints[1]);
    assert!(verify_proof(&alone.encode(), &trust(&[])).is_ok(), "control: it is whole in itself");
    let rewritten_at_3 = "bad entry=3: a checkpoint that was kept elsewhere names another hash at the same size: the log was rewritten";
    assert_eq!(refused(&alone, &trust(&log.checkpoints)), rewritten_at_3);
    let backwards = consistency(&log, &log.checkpoints[0], &log.checkpoints[1]);
    let Claim::Consistency { older, newer } = backwards.claim else { panic!("made above") };
    let backwards = Proof { claim: Claim::Consistency { older: newer, newer: older }, ..alone };
    assert!(refused(&backwards, &trust(&[])).starts_with("bad entry=6: the newer log does not go on"));
}

#[test]
fn a_checkpoint_without_a_root_proves_nothing_about_an_entry() {
    let bytes: Vec<Vec<u8>> = leaves().iter().map(Leaf::encode).collect();
    let old = Log::with_trees_from(7, &bytes, &[6]);
    let proof = inclusion(&old, 1, &old.checkpoints[0]);
    assert_eq!(refused(&proof, &trust(&[])), "bad entry=1: a checkpoint of the proof has no root of a tree");
}

proptest! {
    #[test]
    fn no_byte_of_a_proof_can_be_changed(at in any::<prop::sample::Index>(), to in 32u8..127, step in any::<bool>()) {
        let log = log();
        let proof = if step {
            consistency(&log, &log.checkpoints[0], &log.checkpoints[1])
        } else {
            inclusion(&log, 5, &log.checkpoints[1])
        };
        let text = proof.encode();
        let mut bytes = text.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = to;
        let changed = String::from_utf8(bytes).unwrap();
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
        let same = value(&changed) == value(&text);
        prop_assert_eq!(verify_proof(&changed, &trust(&[])).is_ok(), same, "{}", changed);
    }
}
