//! What every task of the trunk shares, and what each may do with it.

use std::net::{IpAddr, SocketAddr, UdpSocket as StdUdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use call_link::journal::Journal;
use call_link::order::LineEvents;
use call_media::plane::MediaPlane;
use call_media::recorder::RecordingStart;
use call_media::room::RoomOptions;
use dispatch_core::call::fact::{CallFact, EndReason};
use dispatch_core::ids::CallId;
use dispatch_core::time::Clock;
use rsipstack::dialog::DialogId;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::transaction::endpoint::EndpointInnerRef;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info};

use crate::admission;
use crate::config::TrunkConfig;
use crate::guard::expected::Ours;
use crate::guard::repair::Wire;
use crate::outbound::Notices;
use crate::peers::Peers;
use crate::queue::Queue;
use crate::registry::{LiveEntry, Registry};
use crate::resumable::Resumable;
use crate::screen::Screen;
use crate::seats::Seats;
use crate::speech::Said;
use crate::stats::{TrunkStats, count};
use crate::tls::Tls;

/// A disk that takes longer does not hold up a caller: the fact follows when it can.
const JOURNAL_WITHIN: Duration = Duration::from_secs(2);

/// What every task of the trunk shares.
pub(crate) struct Core {
    pub(crate) config: TrunkConfig,
    pub(crate) clock: Clock,
    pub(crate) stats: Arc<TrunkStats>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) resumable: Arc<Resumable>,
    pub(crate) endpoint: EndpointInnerRef,
    pub(crate) dialogs: Arc<DialogLayer>,
    pub(crate) media: MediaPlane,
    pub(crate) line: LineEvents,
    pub(crate) peers: Peers,
    /// What our own test calls carry.
    pub(crate) test_mark: String,
    pub(crate) tls: Option<Arc<Tls>>,
    pub(crate) seats: Seats,
    pub(crate) screen: Screen,
    /// The dialogs that we began, for the guard.
    pub(crate) ours: Arc<Ours>,
    pub(crate) queue: Queue,
    pub(crate) notices: Notices,
    pub(crate) said: Said,
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
    pub(crate) journal: Journal,
    pub(crate) journal_alarm: AtomicBool,
    pub(crate) draining: AtomicBool,
    /// Where SIP is spoken over UDP and TCP.
    pub(crate) local: SocketAddr,
    /// And over TLS.
    pub(crate) local_tls: Option<SocketAddr>,
}

impl std::fmt::Debug for Core {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Core").field("local", &self.local).finish_non_exhaustive()
    }
}

impl Core {
    /// Writes a fact. A journal that fails or is slow never stops a call; it is counted and said once.
    pub(crate) async fn record(&self, call: CallId, fact: CallFact) {
        // Every call is counted at both of its ends.
        let counter = if matches!(fact, CallFact::Arrived(_)) {
            Some(&self.stats.recorded)
        } else if matches!(fact, CallFact::Ended { .. }) {
            Some(&self.stats.ended)
        } else {
            None
        };
        if matches!(timeout(JOURNAL_WITHIN, self.journal.append(call, fact)).await, Ok(Ok(_))) {
            counter.map(count);
            return;
        }
        count(&self.stats.journal_failed);
        if !self.journal_alarm.swap(true, Ordering::Relaxed) {
            error!("The journal does not take call facts; calls go on without it");
        }
    }

    /// Writes a fact that nobody waits for, in its order; `false` when the journal has no room for it now.
    pub(crate) fn note(&self, call: CallId, fact: CallFact) -> bool {
        self.journal.note(call, fact)
    }

    /// Ends calls that have no task. Together, because each waits for the disk.
    pub(crate) async fn end_together(self: &Arc<Self>, calls: Vec<(CallId, EndReason)>) {
        let mut endings = JoinSet::new();
        for (call, reason) in calls {
            let core = self.clone();
            endings.spawn(async move {
                core.record(call, CallFact::Ended { reason }).await;
                info!(call.id = %call, ?reason, "Call of an earlier process ended");
            });
        }
        endings.join_all().await;
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    pub(crate) fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Counts a leg that goes on without the encryption that its trunk demands; each once.
    pub(crate) fn count_unencrypted(&self, entry: &LiveEntry) {
        if entry.leg().went_without() {
            count(&self.stats.unencrypted);
            info!(call.id = %entry.call, "The trunk demands encrypted audio, and the other side has none");
        }
    }

    pub(crate) fn count_no_media(&self) {
        count(&self.stats.no_media);
    }

    /// The call's place in every table is given back, else it would stay for ever.
    pub(crate) fn forget(&self, dialog: Option<&DialogId>, call: CallId) {
        self.registry.remove(call);
        if let Some(dialog) = dialog {
            self.forget_dialog(dialog);
        }
        self.refresh_gauges();
    }

    /// The same of one dialog.
    pub(crate) fn forget_dialog(&self, dialog: &DialogId) {
        self.registry.remove_dialog(&dialog.to_string());
        self.dialogs.remove_dialog(dialog);
    }

    /// Whether there is a place for the newest call of a trunk, which is counted already.
    pub(crate) fn admits(&self, trunk: usize) -> bool {
        let live = self.registry.load_of_trunks();
        admission::admits(self.config.live_calls_max, &self.config.trunks, &live, trunk)
    }

    /// How the audio of a call begins: recorded, where there is a folder for recordings.
    pub(crate) fn room_options(&self) -> RoomOptions {
        RoomOptions { record: Some(RecordingStart::New) }
    }

    /// The same after a restart: what was recorded goes on in its file.
    pub(crate) fn room_options_again(&self, file: Option<String>) -> RoomOptions {
        let record = file.map_or(RecordingStart::New, |file| RecordingStart::Continue { file });
        RoomOptions { record: Some(record) }
    }

    /// The file that a call is recorded to.
    pub(crate) fn recording_of(&self, call: CallId) -> Option<String> {
        self.config.recordings.as_ref().map(|_| RecordingStart::New.file_of(call))
    }

    pub(crate) fn refresh_gauges(&self) {
        let (up, down) = self.peers.counted();
        self.stats.peers_up.store(up, Ordering::Relaxed);
        self.stats.peers_down.store(down, Ordering::Relaxed);
        let reports = self.media.reports();
        let told = [
            (&self.stats.rtcp_sent, reports.sent),
            (&self.stats.rtcp_received, reports.received),
            (&self.stats.rtcp_foreign, reports.foreign),
            (&self.stats.rtcp_without_port, reports.without_port),
            (&self.stats.rtp_expected, reports.expected),
            (&self.stats.rtp_lost, reports.lost),
            (&self.stats.rtp_lost_there, reports.lost_there),
            (&self.stats.rtp_jittery, reports.jittery),
        ];
        for (figure, value) in told {
            figure.store(value, Ordering::Relaxed);
        }
        self.stats.live_calls.store(self.registry.load() as u64, Ordering::Relaxed);
        self.stats.dialogs.store(self.dialogs.len() as u64, Ordering::Relaxed);
    }

    /// Our address as a peer reaches it.
    pub(crate) fn address_towards(&self, peer: IpAddr) -> IpAddr {
        let bound = self.local.ip();
        if let Some(address) = self.config.public_address {
            return address;
        }
        if !bound.is_unspecified() {
            return bound;
        }
        // Connecting a datagram socket sends nothing; it makes the system choose the route.
        let chosen = StdUdpSocket::bind(SocketAddr::new(bound, 0))
            .and_then(|socket| socket.connect(SocketAddr::new(peer, 9)).and_then(|()| socket.local_addr()));
        chosen.map_or(bound, |address| address.ip())
    }

    /// The port of a transport; UDP and TCP share one.
    pub(crate) fn sip_port(&self, wire: Wire) -> u16 {
        let plain = self.local.port();
        match wire {
            Wire::Udp | Wire::Tcp => plain,
            Wire::Tls => self.local_tls.map_or(plain, |tls| tls.port()),
        }
    }
}
