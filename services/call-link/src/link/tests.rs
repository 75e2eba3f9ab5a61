//! The link over a real socket: what a desk sees of a trunk that comes, goes and comes back.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dispatch_core::call::fact::{CallFact, EndReason};
use dispatch_core::ids::{CallId, UserId};
use dispatch_core::time::{Clock, Timestamp};
use tempfile::TempDir;
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::journal::Journal;
use crate::order::{CallOrders, LineEvents, OrderError};

/// For a busy machine; nothing here takes long.
const PATIENCE: Duration = Duration::from_secs(20);

fn clock() -> Clock {
    Clock::new(|| Timestamp::from_micros(1_790_000_000_000_000))
}

fn call(n: u64) -> CallId {
    CallId(uuid::Uuid::from_u64_pair(1, n))
}

/// A trunk that refuses every order but Live and counts what it was asked.
struct Trunk {
    journal: Journal,
    line: LineEvents,
    asked: Arc<AtomicU64>,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl Trunk {
    async fn start(dir: &Path) -> Self {
        let until = Instant::now() + PATIENCE;
        let (journal, recovery) = loop {
            match Journal::open(&dir.join("journal"), clock()) {
                Ok(opened) => break opened,
                Err(error) => assert!(Instant::now() < until, "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        let (orders, mut inbox) = CallOrders::channel();
        let asked = Arc::new(AtomicU64::new(0));
        let count = asked.clone();
        tokio::spawn(async move {
            while let Some(pending) = inbox.next().await {
                count.fetch_add(1, Ordering::Relaxed);
                let live = pending.order == Order::Live;
                let unknown = OrderReply::Refused { error: OrderError::UnknownCall };
                pending.reply(if live { OrderReply::Live { calls: Vec::new() } } else { unknown });
            }
        });
        let (line, stop) = (LineEvents::default(), CancellationToken::new());
        let figures = asked.clone();
        let served = LinkServed {
            journal: journal.clone(),
            durable_at_start: recovery.last_index,
            orders,
            line: line.clone(),
            figures: Arc::new(move || {
                Figures(BTreeMap::from([("asked".to_owned(), figures.load(Ordering::Relaxed))]))
            }),
        };
        let end = TrunkEnd::bind(&dir.join("sock")).unwrap();
        let serving = tokio::spawn(end.serve(served, stop.clone()));
        Self { journal, line, asked, stop, serving }
    }

    /// Everything of it is gone afterwards.
    async fn die(self) {
        self.stop.cancel();
        self.serving.await.unwrap();
    }
}

async fn until(desk: &DeskEnd, wanted: impl Fn(LinkState) -> bool) -> LinkState {
    let mut state = desk.state();
    let found = timeout(PATIENCE, state.wait_for(|now| wanted(*now))).await;
    *found.expect("the state does not come").unwrap()
}

async fn here(desk: &DeskEnd) -> FoundJournal {
    let LinkState::Here(found) = until(desk, |now| matches!(now, LinkState::Here(_))).await else {
        panic!("not here")
    };
    found
}

#[tokio::test]
async fn facts_orders_line_events_and_figures_cross_the_socket() {
    let dir = TempDir::new().unwrap();
    let trunk = Trunk::start(dir.path()).await;
    assert_eq!(std::fs::metadata(dir.path().join("sock")).unwrap().permissions().mode() & 0o777, 0o600);
    let (desk, hold) = DeskEnd::start(&dir.path().join("sock"), CancellationToken::new());
    tokio::spawn(hold);
    assert_eq!(here(&desk).await.id, trunk.journal.id());

    let facts = FactSource::Linked(desk.facts.clone());
    let mut changed = facts.changed();
    changed.mark_unchanged();
    for n in 1..=5 {
        trunk.journal.append(call(n), CallFact::Confirmed).await.unwrap();
    }
    timeout(PATIENCE, changed.changed()).await.unwrap().unwrap();
    let entries = facts.read_after(2, 2).await.unwrap();
    assert_eq!(
        entries.iter().map(|entry| (entry.index, entry.call)).collect::<Vec<_>>(),
        [(3, call(3)), (4, call(4))]
    );
    facts.acknowledge(4);
    let deadline = Instant::now() + PATIENCE;
    while trunk.journal.stats().acknowledged != 4 {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    assert_eq!(desk.orders.live().await, Ok(Vec::new()));
    let by = UserId(call(9).0);
    assert_eq!(desk.orders.answer(call(1), by).await.map(|_| ()), Err(OrderError::UnknownCall));
    let mut figures = desk.figures();
    let two = |figures: &Figures| figures.0.get("asked") == Some(&2);
    timeout(PATIENCE, figures.wait_for(two)).await.unwrap().unwrap();

    let mut line = desk.line.subscribe();
    let event = LineEvent::SeatState { user: by, connected: true };
    trunk.line.tell(event.clone());
    assert_eq!(timeout(PATIENCE, line.recv()).await.unwrap().unwrap(), event);
}

#[tokio::test]
async fn a_desk_finds_a_trunk_that_was_away_and_reads_on() {
    let dir = TempDir::new().unwrap();
    let (desk, hold) = DeskEnd::start(&dir.path().join("sock"), CancellationToken::new());
    tokio::spawn(hold);
    // Nobody there: said at once, not after a wait.
    assert_eq!(timeout(PATIENCE, desk.orders.live()).await.unwrap(), Err(OrderError::TrunkBusy));
    assert!(desk.facts.read_after(0, 9).await.is_err());

    let trunk = Trunk::start(dir.path()).await;
    let first = here(&desk).await;
    trunk.journal.append(call(1), CallFact::Confirmed).await.unwrap();
    assert_eq!(desk.facts.read_after(0, 9).await.unwrap().len(), 1);
    trunk.die().await;
    until(&desk, |now| now == LinkState::Away).await;
    assert_eq!(timeout(PATIENCE, desk.orders.live()).await.unwrap(), Err(OrderError::TrunkBusy));

    let trunk = Trunk::start(dir.path()).await;
    let second = here(&desk).await;
    assert_eq!((second.id, second.durable_at_start), (first.id, 1));
    assert!(second.session != first.session && second.process != first.process);
    trunk.journal.append(call(1), CallFact::Ended { reason: EndReason::Lost }).await.unwrap();
    let entries = desk.facts.read_after(1, 9).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.index).collect::<Vec<_>>(), [2]);
    assert_eq!(desk.orders.live().await, Ok(Vec::new()));
    assert_eq!(trunk.asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_large_backlog_comes_in_pages_that_fit_a_frame() {
    let dir = TempDir::new().unwrap();
    let trunk = Trunk::start(dir.path()).await;
    let (desk, hold) = DeskEnd::start(&dir.path().join("sock"), CancellationToken::new());
    tokio::spawn(hold);
    here(&desk).await;
    let held = dispatch_core::call::fact::HeldDialog {
        dialog: "x".repeat(100_000).into(),
        media: String::new().into(),
        seat: None,
        recording: None,
    };
    for n in 0..8 {
        trunk.journal.append(call(n), CallFact::DialogHeld(Box::new(held.clone()))).await.unwrap();
    }
    let mut cursor = 0;
    let mut pages = 0;
    while cursor < 8 {
        let page = desk.facts.read_after(cursor, 256).await.unwrap();
        assert_eq!(page.first().map(|entry| entry.index), Some(cursor + 1));
        cursor = page.last().unwrap().index;
        pages += 1;
    }
    assert!(pages > 1, "800 kB in {pages} page");
    // The line stands all the while.
    assert_eq!(here(&desk).await.session, 1);
}

#[tokio::test]
async fn versions_that_do_not_fit_are_refused_by_name_on_both_sides() {
    let dir = TempDir::new().unwrap();
    let _trunk = Trunk::start(dir.path()).await;
    let mut old = UnixStream::connect(dir.path().join("sock")).await.unwrap();
    frame::write(&mut old, &FromDesk::Hello { protocol: PROTOCOL + 1 }).await.unwrap();
    let heard: FromTrunk = frame::read(&mut old, &mut Vec::new()).await.unwrap();
    assert_eq!(heard, FromTrunk::Refused { protocol: PROTOCOL, reason: Refusal::OtherProtocol });

    let newer = UnixListener::bind(dir.path().join("newer")).unwrap();
    let (desk, hold) = DeskEnd::start(&dir.path().join("newer"), CancellationToken::new());
    tokio::spawn(hold);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = newer.accept().await.unwrap();
            refuse_in_words(&mut stream).await;
        }
    });
    until(&desk, |now| now == LinkState::Refused(Refusal::OtherProtocol)).await;
    assert_eq!(desk.orders.live().await, Err(OrderError::TrunkBusy));
}

async fn refuse_in_words(stream: &mut UnixStream) {
    let refusal = FromTrunk::Refused { protocol: PROTOCOL + 1, reason: Refusal::OtherProtocol };
    frame::write(stream, &refusal).await.unwrap();
}

#[tokio::test]
async fn garbage_ends_one_line_and_no_other() {
    let dir = TempDir::new().unwrap();
    let trunk = Trunk::start(dir.path()).await;
    let (desk, hold) = DeskEnd::start(&dir.path().join("sock"), CancellationToken::new());
    tokio::spawn(hold);
    here(&desk).await;
    let too_long = u32::try_from(FRAME_BYTES_MAX + 1).unwrap().to_le_bytes();
    for garbage in [&b"\x05\x00\x00\x00hello"[..], &too_long, b"GET / HTTP/1.1\r\n\r\n"] {
        let mut stream = UnixStream::connect(dir.path().join("sock")).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, garbage).await.unwrap();
        let ended = timeout(PATIENCE, frame::read::<FromTrunk>(&mut stream, &mut Vec::new())).await;
        assert!(ended.expect("the trunk does not hang up").is_err());
    }
    assert_eq!(desk.orders.live().await, Ok(Vec::new()));
    assert_eq!(here(&desk).await.session, 1);
    trunk.die().await;
}

#[tokio::test]
async fn a_trunk_that_hangs_is_taken_for_gone() {
    let dir = TempDir::new().unwrap();
    let listener = UnixListener::bind(dir.path().join("sock")).unwrap();
    let (desk, hold) = DeskEnd::start(&dir.path().join("sock"), CancellationToken::new());
    tokio::spawn(hold);
    let (mut stream, _) = listener.accept().await.unwrap();
    let journal = crate::journal::JournalId([7; 16]);
    let hello = FromTrunk::Hello {
        protocol: PROTOCOL,
        journal,
        process: [1; 16],
        durable_at_start: 0,
        last_index: 0,
    };
    frame::write(&mut stream, &hello).await.unwrap();
    here(&desk).await;
    // It holds the line and says nothing: an order waits no longer than the silence may last.
    let asked = timeout(SILENCE_MAX + PATIENCE, desk.orders.live()).await;
    assert_eq!(asked.expect("the order waits for ever"), Err(OrderError::TrunkBusy));
    assert_eq!(*desk.state().borrow(), LinkState::Away);
}
