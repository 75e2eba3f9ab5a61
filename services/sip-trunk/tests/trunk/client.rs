//! A trunk of its own for each test, and what it writes down.

use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use call_link::journal::{Entry, Journal};
use call_link::order::{CallOrders, LiveCall};
use dispatch_core::call::fact::{Arrival, CallFact, Defect, EndReason};
use dispatch_core::ids::{CallId, UserId};
use dispatch_core::time::{Clock, Timestamp};
use sip_trunk::{Trunk, TrunkConfig, TrunkProfile};
use tempfile::TempDir;
use tokio::time::{Instant, timeout};

pub use crate::phone::{Phone, Received, SDP};

/// Long enough for a busy machine, short enough for a test that fails.
pub const PATIENCE: Duration = Duration::from_secs(8);

static NEXT_RTP: AtomicU16 = AtomicU16::new(30_000);

/// One running trunk.
pub struct Centre {
    pub trunk: Trunk,
    pub journal: Journal,
    pub dir: TempDir,
}

/// The usual settings of a test: a short queue wait and a short T1; trusts 127.0.0.1 alone.
pub fn config() -> TrunkConfig {
    let first = NEXT_RTP.fetch_add(40, Ordering::Relaxed);
    let profile = TrunkProfile {
        test_callers: vec!["+62800000000".to_owned()],
        ..TrunkProfile::new("telco", vec!["127.0.0.1/32".parse().unwrap()])
    };
    TrunkConfig {
        queue_answer_after: Duration::from_secs(60),
        rtp_ports: first..=first + 39,
        t1: Duration::from_millis(20),
        ..TrunkConfig::new("127.0.0.1:0".parse().unwrap(), vec![profile])
    }
}

/// The machine's time of day.
pub fn clock() -> Clock {
    Clock::new(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Timestamp::from_micros(since.as_micros().try_into().unwrap())
    })
}

pub async fn centre() -> Centre {
    centre_with(config()).await
}

pub async fn centre_with(config: TrunkConfig) -> Centre {
    let dir = TempDir::new().unwrap();
    let (journal, recovery) = Journal::open(dir.path(), clock()).unwrap();
    let trunk = sip_trunk::start(config, journal.clone(), &recovery, clock()).await.unwrap();
    Centre { trunk, journal, dir }
}

impl Centre {
    pub fn orders(&self) -> &CallOrders {
        &self.trunk.orders
    }

    /// What happened. What the trunk keeps for itself is not among it.
    pub async fn facts(&self) -> Vec<Entry> {
        let mut facts = self.journal.read_after(0, 100_000).await.unwrap();
        facts.retain(|entry| !matches!(entry.fact, CallFact::DialogHeld(_)));
        facts
    }

    /// How often what is held of a call was written down.
    pub async fn times_held(&self, call: CallId) -> usize {
        let all = self.journal.read_after(0, 100_000).await.unwrap();
        all.iter().filter(|e| e.call == call && matches!(e.fact, CallFact::DialogHeld(_))).count()
    }

    /// Waits until the journal holds what is asked for.
    pub async fn wait_for<T>(&self, mut wanted: impl FnMut(&[Entry]) -> Option<T>) -> T {
        let mut changed = self.journal.changed();
        let until = Instant::now() + PATIENCE;
        loop {
            changed.mark_unchanged();
            let facts = self.facts().await;
            if let Some(found) = wanted(&facts) {
                return found;
            }
            assert!(Instant::now() < until, "not in the journal; it holds {:?}", names(&facts));
            timeout(Duration::from_millis(200), changed.changed()).await.ok();
        }
    }

    /// The `n`-th call that arrived.
    pub async fn arrival(&self, n: usize) -> (CallId, Arrival) {
        self.wait_for(|facts| arrivals(facts).nth(n)).await
    }

    /// The end of a call, and all its facts.
    pub async fn end_of(&self, call: CallId) -> (EndReason, Vec<CallFact>) {
        let until = Instant::now() + PATIENCE;
        let of_call = |facts: &[Entry]| {
            let facts: Vec<_> = facts.iter().filter(|e| e.call == call).map(|e| e.fact.clone()).collect();
            match facts.last() {
                Some(CallFact::Ended { reason }) => Some((*reason, facts)),
                _ if Instant::now() > until => panic!("call {call} does not end: {facts:?}"),
                _ => None,
            }
        };
        self.wait_for(of_call).await
    }

    pub async fn live(&self) -> Vec<LiveCall> {
        self.orders().live().await.unwrap()
    }

    /// Nothing is left of any call: no dialog, no port, no place, and each call ended once.
    pub async fn assert_clean(&self) {
        let until = Instant::now() + PATIENCE;
        loop {
            let now = self.trunk.snapshot();
            if (now.live_calls, now.dialogs) == (0, 0) {
                break;
            }
            assert!(Instant::now() < until, "left behind: {now:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let facts = self.facts().await;
        for (call, _) in arrivals(&facts) {
            let ends =
                facts.iter().filter(|e| e.call == call && matches!(e.fact, CallFact::Ended { .. })).count();
            assert_eq!(ends, 1, "call {call} has {ends} ends: {:?}", names(&facts));
        }
    }
}

pub fn arrivals(facts: &[Entry]) -> impl Iterator<Item = (CallId, Arrival)> + '_ {
    facts.iter().filter_map(|entry| {
        let CallFact::Arrived(arrival) = &entry.fact else { return None };
        Some((entry.call, (**arrival).clone()))
    })
}

/// The facts by name, for comparing and for messages.
pub fn names(facts: &[Entry]) -> Vec<String> {
    facts.iter().map(|entry| name(&entry.fact)).collect()
}

pub fn name(fact: &CallFact) -> String {
    match fact {
        CallFact::Arrived(_) => "arrived".to_owned(),
        CallFact::QueueAnswered => "queued".to_owned(),
        CallFact::Answered { .. } => "answered".to_owned(),
        CallFact::Confirmed => "confirmed".to_owned(),
        CallFact::DefectFound { defect } => format!("defect {defect:?}"),
        CallFact::Ended { reason } => format!("ended {reason:?}"),
        CallFact::Offered { .. }
        | CallFact::OfferEnded { .. }
        | CallFact::SeatLost { .. }
        | CallFact::SeatBack { .. }
        | CallFact::Held { .. }
        | CallFact::Resumed { .. }
        | CallFact::PartyAdded { .. }
        | CallFact::Overflowed { .. }
        | CallFact::PartyAnswered { .. }
        | CallFact::PartyLeft { .. }
        | CallFact::CallTakerLeft { .. }
        | CallFact::SupervisorJoined { .. }
        | CallFact::SupervisorLeft { .. }
        | CallFact::Digit { .. }
        | CallFact::VoiceHeard
        | CallFact::Prompted { .. }
        | CallFact::Screened { .. }
        | CallFact::RestrictionLifted { .. }
        | CallFact::RecordingEnded(_)
        | CallFact::RecordingFailed { .. }
        | CallFact::Restored
        | CallFact::DialogHeld(_) => format!("{fact:?}"),
    }
}

pub fn names_of(facts: &[CallFact]) -> Vec<String> {
    facts.iter().map(name).collect()
}

pub fn petugas(n: u8) -> UserId {
    UserId(uuid::Uuid::from_bytes([n; 16]))
}

/// Exactly these defects.
pub fn assert_defects(arrival: &Arrival, wanted: &[Defect]) {
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    assert_eq!(arrival.defects, wanted);
}
