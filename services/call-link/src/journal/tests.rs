use std::fs;

use dispatch_core::call::fact::{
    Arrival, Caller, Defect, Direction, EndReason, HeldDialog, IdentitySource, RecordingFault,
};
use dispatch_core::ids::UserId;
use dispatch_core::private::Private;
use tempfile::TempDir;

use super::*;

fn clock() -> Clock {
    Clock::new(|| Timestamp::from_micros(1_790_000_000_000_000))
}

fn call(n: u8) -> CallId {
    CallId(uuid::Uuid::from_bytes([n; 16]))
}

fn arrived(n: usize) -> CallFact {
    CallFact::Arrived(Box::new(Arrival {
        trunk: "telco".to_owned(),
        dialled: "sip:112@x".to_owned(),
        sip_call_id: format!("call-{n}"),
        caller: None,
        fixes: Vec::new(),
        access_network: None,
        user_agent: None,
        defects: Vec::new(),
        test: false,
        direction: Direction::In,
    }))
}

fn ended() -> CallFact {
    CallFact::Ended { reason: EndReason::CallerHungUp }
}

fn open(recovery: &Recovery) -> Vec<CallId> {
    recovery.open_calls.iter().map(|open| open.call).collect()
}

fn only_segment(dir: &TempDir) -> PathBuf {
    segment::path_of(dir.path(), 1)
}

/// Waits until the writer thread let go of the directory.
async fn reopen(dir: &TempDir) -> (Journal, Recovery) {
    for _ in 0..500 {
        match Journal::open(dir.path(), clock()) {
            Err(JournalError::Locked { .. }) => tokio::time::sleep(std::time::Duration::from_millis(2)).await,
            opened => return opened.unwrap(),
        }
    }
    panic!("the journal stayed locked");
}

#[tokio::test]
async fn entries_come_back_in_order_after_a_restart_and_the_id_stays() {
    let dir = TempDir::new().unwrap();
    let (journal, recovery) = Journal::open(dir.path(), clock()).unwrap();
    assert_eq!((recovery.entries, recovery.last_index), (0, 0));
    let id = journal.id();
    assert_eq!(journal.append(call(1), arrived(1)).await.unwrap(), 1);
    assert_eq!(journal.append(call(2), arrived(2)).await.unwrap(), 2);
    assert_eq!(journal.append(call(1), ended()).await.unwrap(), 3);
    drop(journal);

    let (journal, recovery) = reopen(&dir).await;
    assert_eq!(journal.id(), id);
    assert_eq!((recovery.entries, recovery.last_index, recovery.torn_bytes), (3, 3, 0));
    assert_eq!(open(&recovery), [call(2)]);
    assert_eq!(journal.append(call(2), ended()).await.unwrap(), 4);
    let all = journal.read_after(0, 10).await.unwrap();
    assert_eq!(all.iter().map(|e| e.index).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!((all[0].call, &all[0].fact), (call(1), &arrived(1)));
}

#[tokio::test]
async fn an_open_call_comes_back_with_what_its_invite_said_and_how_far_it_was() {
    let dir = TempDir::new().unwrap();
    let (journal, _) = Journal::open(dir.path(), clock()).unwrap();
    let by = UserId(call(9).0);
    let CallFact::Arrived(mut arrival) = arrived(1) else { panic!("an arrival") };
    let number = Private::new("+62811717171".to_owned());
    arrival.caller = Some(Caller { number: number.clone(), name: None, source: IdentitySource::From });
    let facts = [
        (4, CallFact::Arrived(arrival)),
        (3, arrived(3)),
        (3, CallFact::QueueAnswered),
        (2, arrived(2)),
        (2, CallFact::QueueAnswered),
        (2, CallFact::Confirmed),
        (2, CallFact::Answered { by }),
        (2, CallFact::DefectFound { defect: Defect::NoMedia }),
        (1, CallFact::Confirmed),
    ];
    for (n, fact) in facts {
        journal.append(call(n), fact).await.unwrap();
    }
    drop(journal);
    let (_journal, recovery) = reopen(&dir).await;
    let found: Vec<_> = recovery
        .open_calls
        .iter()
        .map(|open| {
            let invite = open.invite.as_ref();
            (open.call, invite.map(|i| i.sip_call_id.as_str()), open.progress, open.confirmed)
        })
        .collect();
    assert_eq!(
        found,
        [
            (call(4), Some("call-1"), Progress::Arrived, false),
            (call(3), Some("call-3"), Progress::QueueAnswered, false),
            (call(2), Some("call-2"), Progress::Answered { by }, true),
            (call(1), None, Progress::Arrived, true),
        ]
    );
    let invite = recovery.open_calls[0].invite.clone().unwrap();
    assert_eq!((invite.trunk.as_str(), invite.caller), ("telco", Some(number)));
    assert_eq!(recovery.open_calls[0].since, clock().now());
}

#[tokio::test]
async fn a_torn_last_entry_is_cut_at_every_byte_and_kept_aside() {
    let dir = TempDir::new().unwrap();
    let (journal, _) = Journal::open(dir.path(), clock()).unwrap();
    journal.append(call(1), arrived(1)).await.unwrap();
    let sound = fs::metadata(only_segment(&dir)).unwrap().len();
    journal.append(call(2), arrived(2)).await.unwrap();
    drop(journal);
    let whole = fs::read(only_segment(&dir)).unwrap();

    for cut in usize::try_from(sound).unwrap() + 1..whole.len() {
        let torn = TempDir::new().unwrap();
        fs::write(only_segment(&torn), &whole[..cut]).unwrap();
        let (journal, recovery) = Journal::open(torn.path(), clock()).unwrap();
        assert_eq!((recovery.entries, recovery.last_index), (1, 1), "cut at {cut}");
        assert_eq!(recovery.torn_bytes, cut as u64 - sound, "cut at {cut}");
        assert_eq!(fs::read(&recovery.torn_files[0]).unwrap(), &whole[usize::try_from(sound).unwrap()..cut]);
        assert_eq!(open(&recovery), [call(1)]);
        assert_eq!(journal.append(call(3), arrived(3)).await.unwrap(), 2, "cut at {cut}");
        assert_eq!(journal.read_after(0, 10).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn any_flipped_byte_is_found_and_the_prefix_kept() {
    let dir = TempDir::new().unwrap();
    let (journal, _) = Journal::open(dir.path(), clock()).unwrap();
    journal.append(call(1), arrived(1)).await.unwrap();
    let start = usize::try_from(fs::metadata(only_segment(&dir)).unwrap().len()).unwrap();
    journal.append(call(2), arrived(2)).await.unwrap();
    let end = usize::try_from(fs::metadata(only_segment(&dir)).unwrap().len()).unwrap();
    journal.append(call(3), arrived(3)).await.unwrap();
    drop(journal);
    let whole = fs::read(only_segment(&dir)).unwrap();
    for place in start..end {
        let broken = TempDir::new().unwrap();
        let mut bytes = whole.clone();
        bytes[place] ^= 0x20;
        fs::write(only_segment(&broken), &bytes).unwrap();
        let (_journal, recovery) = Journal::open(broken.path(), clock()).unwrap();
        assert_eq!((recovery.entries, recovery.last_index), (1, 1), "byte {place}");
        assert!(recovery.torn_reason.is_some(), "byte {place}");
        assert_eq!(recovery.torn_bytes, (whole.len() - start) as u64, "byte {place}");
    }
}

#[tokio::test]
async fn a_header_that_was_cut_off_is_set_aside_and_a_foreign_file_is_refused() {
    let dir = TempDir::new().unwrap();
    fs::write(only_segment(&dir), b"SIGAPJNL\x01").unwrap();
    let (journal, recovery) = Journal::open(dir.path(), clock()).unwrap();
    assert_eq!(recovery.torn_bytes, 9);
    assert_eq!(journal.append(call(1), arrived(1)).await.unwrap(), 1);

    let dir = TempDir::new().unwrap();
    fs::write(only_segment(&dir), [b'x'; 100]).unwrap();
    assert!(matches!(Journal::open(dir.path(), clock()), Err(JournalError::Foreign { .. })));
    assert_eq!(fs::read(only_segment(&dir)).unwrap(), [b'x'; 100]);
}

#[tokio::test]
async fn two_processes_cannot_share_it() {
    let dir = TempDir::new().unwrap();
    let first = Journal::open(dir.path(), clock()).unwrap();
    assert!(matches!(Journal::open(dir.path(), clock()), Err(JournalError::Locked { .. })));
    drop(first);
    reopen(&dir).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_wait_together_share_one_sync() {
    let dir = TempDir::new().unwrap();
    let (journal, _) = Journal::open(dir.path(), clock()).unwrap();
    let waiting: Vec<_> = (0..2_000usize)
        .map(|n| {
            let journal = journal.clone();
            tokio::spawn(async move {
                journal.append(call(u8::try_from(n % 200).unwrap()), arrived(n)).await.unwrap()
            })
        })
        .collect();
    let mut indexes = Vec::new();
    for one in waiting {
        indexes.push(one.await.unwrap());
    }
    indexes.sort_unstable();
    assert_eq!(indexes, (1..=2_000).collect::<Vec<u64>>());
    let stats = journal.stats();
    assert_eq!(stats.appended, 2_000);
    assert!(stats.commits < 1_000, "{} syncs for 2,000 facts", stats.commits);
}

#[tokio::test]
async fn a_cursor_reads_across_segments_and_acknowledged_ones_go() {
    let dir = TempDir::new().unwrap();
    let (journal, _) = Journal::open_with_segments_of(dir.path(), clock(), 2_000).unwrap();
    for n in 0..100 {
        journal.append(call(n), arrived(n.into())).await.unwrap();
        journal.append(call(n), ended()).await.unwrap();
    }
    let segments = segment::list(dir.path()).unwrap();
    assert!(segments.len() > 5, "{segments:?}");
    drop(journal);

    // A fresh process has nothing in memory: everything below comes from the files.
    let (journal, recovery) = reopen_small(&dir).await;
    assert_eq!(recovery.entries, 200);
    let mut cursor = 0;
    let mut seen = Vec::new();
    loop {
        let page = journal.read_after(cursor, 7).await.unwrap();
        let Some(last) = page.last() else { break };
        cursor = last.index;
        seen.extend(page.iter().map(|e| e.index));
    }
    assert_eq!(seen, (1..=200).collect::<Vec<u64>>());

    journal.acknowledge(150);
    journal.append(call(1), arrived(1)).await.unwrap();
    journal.append(call(1), ended()).await.unwrap();
    let left = segment::list(dir.path()).unwrap();
    assert!(left[0] > 100 && left[0] <= 151, "{left:?}");
    assert_eq!(journal.read_after(150, 1).await.unwrap()[0].index, 151);
    assert_eq!(journal.read_after(0, 1).await.unwrap()[0].index, left[0], "starts at the oldest kept entry");
}

async fn reopen_small(dir: &TempDir) -> (Journal, Recovery) {
    for _ in 0..500 {
        match Journal::open_with_segments_of(dir.path(), clock(), 2_000) {
            Err(JournalError::Locked { .. }) => tokio::time::sleep(std::time::Duration::from_millis(2)).await,
            opened => return opened.unwrap(),
        }
    }
    panic!("the journal stayed locked");
}

#[tokio::test]
async fn a_segment_with_an_open_call_is_kept() {
    let dir = TempDir::new().unwrap();
    let (journal, _) = Journal::open_with_segments_of(dir.path(), clock(), 1_000).unwrap();
    journal.append(call(250), arrived(0)).await.unwrap();
    for n in 0..20 {
        journal.append(call(n), arrived(n.into())).await.unwrap();
        journal.append(call(n), ended()).await.unwrap();
    }
    journal.acknowledge(41);
    journal.append(call(1), arrived(1)).await.unwrap();
    assert_eq!(segment::list(dir.path()).unwrap()[0], 1);
    journal.append(call(250), ended()).await.unwrap();
    journal.append(call(2), arrived(1)).await.unwrap();
    assert!(segment::list(dir.path()).unwrap()[0] > 1);
}

fn held(text: &str) -> CallFact {
    CallFact::DialogHeld(Box::new(HeldDialog {
        dialog: Private::new(text.to_owned()),
        media: Private::new(String::new()),
        seat: None,
        recording: None,
    }))
}

#[tokio::test]
async fn a_long_call_keeps_no_old_segment_and_is_found_all_the_same() {
    let dir = TempDir::new().unwrap();
    let (journal, _) = Journal::open_with_segments_of(dir.path(), clock(), 1_000).unwrap();
    for (n, text) in [(250, "first"), (251, "other")] {
        journal.append(call(n), arrived(0)).await.unwrap();
        journal.append(call(n), CallFact::Confirmed).await.unwrap();
        journal.append(call(n), held(text)).await.unwrap();
    }
    journal.append(call(250), held("last")).await.unwrap();
    for n in 0..200 {
        let last = journal.append(call(n), arrived(n.into())).await.unwrap();
        journal.acknowledge(last - 1);
        journal.append(call(n), ended()).await.unwrap();
        assert!(segment::list(dir.path()).unwrap().len() <= 4, "after {n} calls");
    }
    journal.append(call(251), ended()).await.unwrap();
    assert!(segment::list(dir.path()).unwrap()[0] > 100);
    drop(journal);

    // The arrival is long deleted; what is held of the call is there, in its last form.
    let (journal, recovery) = reopen_small(&dir).await;
    assert_eq!(open(&recovery), [call(250)]);
    let found = &recovery.open_calls[0];
    assert!(found.confirmed && found.invite.is_none());
    assert_eq!(found.held.as_ref().map(|held| held.dialog.reveal().as_str()), Some("last"));
    // The new process carries it on in the same way.
    for n in 0..50 {
        let last = journal.append(call(n), arrived(n.into())).await.unwrap();
        journal.acknowledge(last - 1);
        journal.append(call(n), ended()).await.unwrap();
    }
    assert!(segment::list(dir.path()).unwrap()[0] > found.first_index);
    drop(journal);
    assert_eq!(open(&reopen_small(&dir).await.1), [call(250)]);
}

#[tokio::test]
async fn what_follows_the_end_of_a_call_does_not_open_it_again() {
    let dir = TempDir::new().unwrap();
    let (journal, _) = Journal::open_with_segments_of(dir.path(), clock(), 1_000).unwrap();
    journal.append(call(1), arrived(1)).await.unwrap();
    journal.append(call(1), ended()).await.unwrap();
    let late = CallFact::RecordingFailed { why: RecordingFault::DiskFull };
    journal.append(call(1), late).await.unwrap();
    for n in 2..30 {
        let last = journal.append(call(n), arrived(n.into())).await.unwrap();
        journal.append(call(n), ended()).await.unwrap();
        journal.acknowledge(last);
    }
    assert!(segment::list(dir.path()).unwrap()[0] > 3, "it keeps its segment");
    drop(journal);
    assert_eq!(open(&reopen_small(&dir).await.1), []);
}

#[tokio::test]
async fn readers_wake_and_find_what_woke_them() {
    let dir = TempDir::new().unwrap();
    let (journal, _) = Journal::open(dir.path(), clock()).unwrap();
    let mut changed = journal.changed();
    let reader = journal.clone();
    let waiting = tokio::spawn(async move {
        changed.changed().await.unwrap();
        reader.read_after(0, 10).await.unwrap().len()
    });
    tokio::task::yield_now().await;
    journal.append(call(1), arrived(1)).await.unwrap();
    assert_eq!(waiting.await.unwrap(), 1);
}

#[tokio::test]
async fn after_a_disk_error_nothing_is_called_durable_but_the_facts_are_readable() {
    let dir = TempDir::new().unwrap();
    // Every append rotates, and rotation fails once the directory has gone.
    let (journal, _) = Journal::open_with_segments_of(dir.path(), clock(), 1).unwrap();
    journal.append(call(1), arrived(1)).await.unwrap();
    fs::remove_dir_all(dir.path()).unwrap();
    assert!(matches!(journal.append(call(2), arrived(2)).await, Err(JournalError::Failed)));
    fs::create_dir_all(dir.path()).unwrap();
    assert!(matches!(journal.append(call(2), ended()).await, Err(JournalError::Failed)), "not tried again");
    assert!(journal.stats().failed);
    let seen = journal.read_after(0, 10).await.unwrap();
    assert_eq!(seen.iter().map(|e| e.index).collect::<Vec<_>>(), [1, 2, 3]);
}
