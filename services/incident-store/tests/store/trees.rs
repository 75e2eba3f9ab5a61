//! The tree over the log: grown with every commit, taken in from an old store, good for proofs.

use std::time::{Duration, Instant};

use dispatch_core::ids::CallId;
use dispatch_core::time::Timestamp;
use incident_store::{Desk, Store, verify_store, verify_store_after};
use supervision_log::{
    Claim, Frontier, Hash, Proof, Reason, SignedCheckpoint, Trust, leaf_hash, verify_proof,
};

use crate::support::words::{NUMBER, arrival, fact, uuid};
use crate::support::{Engine, Place, RunningDesk, beside, on_both, signing_key, until};

/// Calls that arrive, many at once, until the log has so many entries.
async fn entries(desk: &Desk, place: &Place, count: u64) {
    let missing = count - desk.store().head().await.unwrap().index;
    let (writers, at) = (8.min(missing), place.clock.now());
    let mut waiting = Vec::new();
    for writer in 0..writers {
        let desk = desk.clone();
        let share = missing / writers + u64::from(writer < missing % writers);
        waiting.push(tokio::spawn(async move {
            for _ in 0..share {
                desk.submit(fact(CallId(uuid()), at, arrival(NUMBER))).await.unwrap();
            }
        }));
    }
    for task in waiting {
        task.await.unwrap();
    }
}

async fn signed_at(desk: &Desk, size: u64) -> SignedCheckpoint {
    until("the log is signed", || async { desk.store().checkpoint_of(size).await.unwrap().is_some() }).await;
    let text = desk.store().checkpoint_of(size).await.unwrap().unwrap().text;
    SignedCheckpoint::parse(&text).unwrap()
}

/// The tree over the leaves themselves.
async fn tree_of(store: &Store, size: u64) -> Frontier {
    let mut tree = Frontier::new();
    while tree.size() < size {
        let some = (size - tree.size()).min(500) as u32;
        for entry in store.log_entries(tree.size(), some).await.unwrap() {
            tree.append(leaf_hash(&entry.leaf), |_, _| {});
        }
    }
    tree
}

fn trust() -> Trust {
    Trust { key: Some(signing_key().verifying_key()), ..Trust::default() }
}

async fn is_proven(store: &Store, index: u64, checkpoint: &SignedCheckpoint) -> bool {
    let Some(hashes) = store.inclusion_proof(index, checkpoint.checkpoint.size).await.unwrap() else {
        return false;
    };
    let leaf = store.leaf(index).await.unwrap().unwrap();
    let claim = Claim::Inclusion { index, leaf, checkpoint: checkpoint.clone() };
    let proof = Proof { claim, hashes, key: signing_key().verifying_key() };
    verify_proof(&proof.encode(), &trust()).is_ok()
}

async fn goes_on(store: &Store, older: &SignedCheckpoint, newer: &SignedCheckpoint) -> bool {
    let sizes = (older.checkpoint.size, newer.checkpoint.size);
    let Some(hashes) = store.consistency_proof(sizes.0, sizes.1).await.unwrap() else { return false };
    let claim = Claim::Consistency { older: older.clone(), newer: newer.clone() };
    let proof = Proof { claim, hashes, key: signing_key().verifying_key() };
    verify_proof(&proof.encode(), &trust()).is_ok()
}

#[test]
fn every_entry_of_a_signed_log_can_be_proven_and_that_it_only_grew() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let mut signed = Vec::new();
        for size in [1, 7, 256, 300, 777] {
            entries(&desk, &place, size).await;
            let checkpoint = signed_at(&desk, size).await;
            assert_eq!(checkpoint.checkpoint.root, Some(tree_of(desk.store(), size).await.root()), "{size}");
            signed.push(checkpoint);
        }
        let store = desk.store();
        for checkpoint in &signed {
            let size = checkpoint.checkpoint.size;
            for index in [1, 2, size / 2, size.saturating_sub(1), size]
                .into_iter()
                .filter(|index| (1..=size).contains(index))
            {
                assert!(is_proven(store, index, checkpoint).await, "{index} of {size}");
            }
            assert!(!is_proven(store, size + 1, checkpoint).await);
            for newer in signed.iter().filter(|newer| newer.checkpoint.size >= size) {
                assert!(goes_on(store, checkpoint, newer).await, "{size} to {}", newer.checkpoint.size);
            }
        }
        assert_eq!(store.inclusion_proof(0, 7).await.unwrap(), None);
        assert_eq!(store.inclusion_proof(1, 778).await.unwrap(), None, "the log is not so long");
        assert_eq!(store.consistency_proof(7, 1).await.unwrap(), None);
        desk.stop().await;
    });
}

#[test]
fn a_log_from_before_is_taken_in_while_it_grows() {
    on_both(|place| async move {
        let desk = place.desk().await;
        entries(&desk, &place, 2_300).await;
        desk.stop().await;
        // As the migration leaves it: the log is there, the tree is not.
        beside(&place, "UPDATE log_head SET tree_idx = 0, tree = NULL").await.unwrap();
        beside(&place, "DELETE FROM tree_node").await.unwrap();
        let desk = place.desk().await;
        entries(&desk, &place, 2_400).await;
        let whole = async || desk.store().inclusion_proof(1, 2_400).await.unwrap().is_some();
        until("the tree has them all", whole).await;
        entries(&desk, &place, 2_500).await;
        let checkpoint = signed_at(&desk, 2_500).await;
        assert_eq!(checkpoint.checkpoint.root, Some(tree_of(desk.store(), 2_500).await.root()));
        for index in [1, 256, 257, 1_000, 1_001, 2_300, 2_301, 2_500] {
            assert!(is_proven(desk.store(), index, &checkpoint).await, "{index}");
        }
        desk.stop().await;
        let key = signing_key().verifying_key();
        let verified = verify_store(&place.url, Some(key), &[]).await.unwrap().unwrap();
        assert_eq!((verified.entries, verified.root), (2_500, checkpoint.checkpoint.root.unwrap()));
    });
}

#[test]
fn an_edge_that_somebody_broke_is_made_anew() {
    on_both(|place| async move {
        let desk = place.desk().await;
        entries(&desk, &place, 300).await;
        desk.stop().await;
        beside(&place, "UPDATE log_head SET tree_idx = 299").await.unwrap();
        let desk = place.desk().await;
        let whole = async || desk.store().inclusion_proof(1, 300).await.unwrap().is_some();
        until("the tree has them all", whole).await;
        entries(&desk, &place, 301).await;
        let checkpoint = signed_at(&desk, 301).await;
        assert_eq!(checkpoint.checkpoint.root, Some(tree_of(desk.store(), 301).await.root()));
        desk.stop().await;
    });
}

#[test]
fn what_came_after_a_checkpoint_is_verified_alone() {
    on_both(|place| async move {
        let desk = place.desk().await;
        entries(&desk, &place, 600).await;
        let from = signed_at(&desk, 600).await;
        entries(&desk, &place, 620).await;
        desk.stop().await;
        let key = Some(signing_key().verifying_key());
        let verify = async || verify_store_after(&place.url, &from, key, &[]).await.unwrap();
        let verified = verify().await.unwrap();
        assert_eq!((verified.entries, verified.begun_after, verified.signed_up_to), (620, 600, 620));
        let whole = verify_store(&place.url, key, &[]).await.unwrap().unwrap();
        assert_eq!((verified.head, verified.root), (whole.head, whole.root));

        let triggers = match place.engine {
            Engine::Sqlite => "DROP TRIGGER event_no_update; DROP TRIGGER event_no_delete",
            Engine::Postgres => "DROP TRIGGER event_no_change ON event",
        };
        beside(&place, triggers).await.unwrap();
        let change = "UPDATE event SET leaf = (SELECT leaf FROM event WHERE idx = 1) WHERE idx = ";
        beside(&place, &format!("{change} 610")).await.unwrap();
        assert_eq!(verify().await.unwrap_err().entry, 610);
        beside(&place, "DELETE FROM event WHERE idx > 605").await.unwrap();
        assert_eq!(verify().await.unwrap_err().entry, 606);
        // Inner nodes are no evidence, but a wrong one must not pass for a good tree.
        beside(&place, "UPDATE tree_node SET hash = (SELECT hash FROM event WHERE idx = 1)").await.unwrap();
        assert_eq!(verify().await.unwrap_err().reason, Reason::RootDiffers { after: 0 });
    });
}

#[test]
fn a_day_ends_with_a_checkpoint() {
    on_both(|place| async move {
        let interval = Duration::from_secs(24 * 3_600);
        let store = place.open().await.unwrap();
        let desk = RunningDesk::with_checkpoints(store, place.clock.clock(), interval).await;
        // 2026-11-22T16:59:50Z is ten seconds to midnight in western Indonesia.
        place.clock.set(Timestamp::from_micros(1_795_366_790_000_000));
        entries(&desk, &place, 3).await;
        let started = Instant::now();
        while started.elapsed() < Duration::from_millis(2_500) {
            assert_eq!(desk.store().latest_checkpoint().await.unwrap(), None, "the day has not ended");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        place.clock.pass(11);
        let signed = signed_at(&desk, 3).await;
        assert_eq!(signed.checkpoint.at_us, place.clock.now().as_micros());
        assert_ne!(signed.checkpoint.root, None::<Hash>);
        desk.stop().await;
    });
}

#[test]
#[ignore = "a measurement: ten thousand submissions on both engines"]
fn how_fast_calls_are_written() {
    on_both(|place| async move {
        let desk = place.desk().await;
        for round in 1..=5 {
            let started = Instant::now();
            entries(&desk, &place, round * 1_000).await;
            println!(
                "{:?}: 1,000 calls in {:.0} ms",
                place.engine,
                started.elapsed().as_secs_f64() * 1_000.0
            );
        }
        desk.stop().await;
    });
}
