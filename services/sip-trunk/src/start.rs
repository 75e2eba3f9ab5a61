//! Starting and stopping the trunk role.

use std::net::{IpAddr, SocketAddr, UdpSocket as StdUdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use call_link::journal::{Journal, Recovery};
use call_link::order::{CallOrders, LineEvents};
use call_link::random::new_call_id;
use call_media::plane::{MediaConfig, MediaError, MediaPlane};
use call_media::recorder::{RecordingStart, recover_recording};
use call_media::room::RoomOptions;
use dispatch_core::call::fact::{CallFact, EndReason};
use dispatch_core::ids::CallId;
use dispatch_core::time::Clock;
use rsipstack::EndpointBuilder;
use rsipstack::dialog::DialogId;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::transaction::endpoint::{EndpointInnerRef, EndpointOption};
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{SipConnection, TransportLayer};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info};

use crate::config::{TlsPort, TrunkConfig};
use crate::guard::expected::Ours;
use crate::guard::repair::Wire;
use crate::guard::udp::{Intake, SendingSocket};
use crate::guard::{Guard, REFUSED_WAITING_MAX, Refused, tcp, udp};
use crate::peers::{Peers, TrunkHealth};
use crate::queue::Queue;
use crate::registry::{LiveEntry, Registry, Signal};
use crate::resumable::Resumable;
use crate::screen::Screen;
use crate::seats::Seats;
use crate::stats::{StatsSnapshot, TrunkStats, count, kernel_drops};
use crate::tls::{Tls, TlsError};
use crate::{admission, arrival, call, ears, orders, peers, queue, router};

/// A disk that takes longer does not hold up a caller: the fact follows when it can.
const JOURNAL_WITHIN: Duration = Duration::from_secs(2);
/// How often gauges are read that nobody reports.
const GAUGES_EVERY: Duration = Duration::from_secs(5);
/// Tries to find a port that is free for UDP and TCP.
const PORT_TRIES: u32 = 64;

/// Why the trunk role does not start.
#[derive(Debug, thiserror::Error)]
pub enum TrunkError {
    /// The SIP port is taken or not ours.
    #[error("SIP port {address}")]
    Bind {
        /// Which.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The TLS files are of no use.
    #[error("TLS")]
    Tls(#[from] TlsError),
    /// No media.
    #[error("media")]
    Media(#[from] MediaError),
    /// The SIP stack refused to start.
    #[error("SIP stack: {reason}")]
    Stack {
        /// What it said.
        reason: String,
    },
}

/// The running trunk role.
#[derive(Debug)]
pub struct Trunk {
    /// Where SIP over UDP is spoken.
    pub sip_udp: SocketAddr,
    /// Where SIP over TCP is spoken.
    pub sip_tcp: SocketAddr,
    /// Where SIP over TLS is spoken, if it is.
    pub sip_tls: Option<SocketAddr>,
    /// The desk's way to live calls.
    pub orders: CallOrders,
    /// What moves on the lines too fast for the journal.
    pub line: LineEvents,
    /// What it counts.
    pub stats: Arc<TrunkStats>,
    core: Arc<Core>,
}

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
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
    journal: Journal,
    journal_alarm: AtomicBool,
    draining: AtomicBool,
    local: SocketAddr,
    local_tls: Option<SocketAddr>,
}

impl std::fmt::Debug for Core {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Core").field("local", &self.local).finish_non_exhaustive()
    }
}

/// Binds the ports and takes calls. Of the calls that a crash left open, those whose caller may still send the
/// INVITE again wait for it for 64*T1; the others end.
///
/// # Errors
/// When a port cannot be bound or the built-in sounds cannot be read.
pub async fn start(
    config: TrunkConfig,
    journal: Journal,
    recovery: &Recovery,
    clock: Clock,
) -> Result<Trunk, TrunkError> {
    let (listener, socket, local) = bind_both(config.bind).await?;
    let tls_port = bind_tls(config.tls.as_ref()).await?;
    let local_tls = tls_port.as_ref().map(|port| port.local);
    let (media, heard) = MediaPlane::start(&MediaConfig {
        bind: config.bind.ip(),
        ports: config.rtp_ports.clone(),
        seats: config.seats,
        seat_address: config.seat_address.unwrap_or(config.seats.ip()),
        recordings: config.recordings.clone(),
    })?;
    let (queue, waiting) = Queue::channel();
    let stats = Arc::new(TrunkStats::default());
    let stop = CancellationToken::new();
    let external = config.public_address.map(|ip| SocketAddr::new(ip, local.port()));
    let connection = UdpConnection::from_socket(
        Arc::new(SendingSocket(socket.clone())),
        external,
        Some(stop.child_token()),
    )
    .await
    .map_err(stack_error)?;
    let transport = TransportLayer::new(stop.child_token());
    transport.add_transport(SipConnection::Udp(connection.clone()));
    let endpoint = EndpointBuilder::new()
        .with_user_agent("Sigap112")
        .with_option(EndpointOption { t1: config.t1, t1x64: config.t1 * 64, ..EndpointOption::default() })
        .with_transport_layer(transport)
        .with_cancel_token(stop.child_token())
        .build();
    let incoming = endpoint.incoming_transactions().map_err(stack_error)?;
    let (held, open): (Vec<_>, Vec<_>) = recovery.open_calls.iter().partition(|open| open.held.is_some());
    let (resumable, ended) = Resumable::new(open.into_iter());
    let ours = Arc::<Ours>::default();
    let guard = Arc::new(Guard::new(config.trunks.clone(), stats.clone(), ours.clone()));
    let peers = Peers::new(&config.trunks);
    let core = Arc::new(Core {
        config,
        clock: clock.clone(),
        stats: stats.clone(),
        registry: Arc::default(),
        resumable: Arc::new(resumable),
        endpoint: endpoint.inner.clone(),
        dialogs: Arc::new(DialogLayer::new(endpoint.inner.clone())),
        media,
        line: LineEvents::default(),
        peers,
        test_mark: new_call_id(&clock).to_string(),
        tls: tls_port.as_ref().and_then(|port| port.tls.clone()),
        seats: Seats::default(),
        screen: Screen::default(),
        ours,
        queue,
        tasks: TaskTracker::new(),
        stop: stop.clone(),
        journal,
        journal_alarm: AtomicBool::new(false),
        draining: AtomicBool::new(false),
        local,
        local_tls,
    });
    // Before anybody can ask for them: their dialogs are in every table when the first request is read.
    let gone = held.into_iter().filter(|open| !call::go_on(&core, open));
    let gone: Vec<_> = gone.map(|open| (open.call, EndReason::Restarted)).collect();
    core.tasks.spawn(end_the_others(core.clone(), ended.into_iter().chain(gone).collect()));
    core.tasks.spawn(wait_for_callers(core.clone()));
    let (orders, inbox) = CallOrders::channel();
    let (refused_sender, refused) = mpsc::channel(REFUSED_WAITING_MAX);
    let intake = Intake {
        guard,
        endpoint: endpoint.inner.clone(),
        refused: refused_sender,
        resumable: core.resumable.clone(),
        stop,
    };
    tokio::spawn(async move { endpoint.serve().await });
    tokio::spawn(router::serve(core.clone(), incoming));
    tokio::spawn(orders::serve(core.clone(), inbox));
    tokio::spawn(record_refused(core.clone(), refused));
    tokio::spawn(watch_gauges(core.clone()));
    tokio::spawn(queue::serve(core.clone(), waiting));
    tokio::spawn(ears::listen(core.clone(), heard));
    tokio::spawn(ears::measure(core.clone()));
    tokio::spawn(udp::serve(socket, connection, intake.clone()));
    peers::watch(&core, &core.config, &intake);
    for port in [Some(tcp::Port { listener, local, tls: None }), tls_port].into_iter().flatten() {
        tokio::spawn(tcp::serve(port, intake.clone(), stats.clone()));
    }
    info!(sip = %local, "Trunk role takes calls");
    let line = core.line.clone();
    Ok(Trunk { sip_udp: local, sip_tcp: local, sip_tls: local_tls, orders, line, stats, core })
}

/// Ends the calls of an earlier process that nobody can go on with. Those that go on do not wait for it.
async fn end_the_others(core: Arc<Core>, calls: Vec<(CallId, EndReason)>) {
    let ended: Vec<CallId> = calls.iter().map(|(call, _)| *call).collect();
    core.end_together(calls).await;
    let Some(folder) = core.config.recordings.clone() else { return };
    for call in ended {
        let (folder, file) = (folder.clone(), RecordingStart::New.file_of(call));
        // Its chain is calculated from its beginning: a second of a core for two hours of sound.
        let recovered = tokio::task::spawn_blocking(move || {
            folder.join(&file).exists().then(|| recover_recording(&folder, &file))
        });
        match recovered.await {
            Ok(Some(Ok(recovered))) => {
                core.record(call, CallFact::RecordingEnded(Box::new(recovered.summary))).await;
            }
            Ok(Some(Err(error))) => error!(call.id = %call, %error, "A recording cannot be recovered"),
            Ok(None) | Err(_) => {}
        }
    }
}

/// Ends the calls of an earlier process whose caller gives up, and after 64*T1 all that are left.
async fn wait_for_callers(core: Arc<Core>) {
    let until = Instant::now() + core.config.t1 * 64;
    while !core.resumable.is_empty() {
        tokio::select! {
            () = core.stop.cancelled() => return,
            () = core.resumable.changed() => core.end_together(core.resumable.take_given_up()).await,
            () = sleep_until(until) => core.end_together(core.resumable.take_all()).await,
        }
    }
}

fn stack_error(error: rsipstack::Error) -> TrunkError {
    TrunkError::Stack { reason: error.to_string() }
}

/// The TLS port, with its certificates read.
async fn bind_tls(port: Option<&TlsPort>) -> Result<Option<tcp::Port>, TrunkError> {
    let Some(port) = port else { return Ok(None) };
    let tls = Some(Arc::new(Tls::load(port)?));
    let failed = |source| TrunkError::Bind { address: port.bind, source };
    let listener = TcpListener::bind(port.bind).await.map_err(failed)?;
    let local = listener.local_addr().map_err(failed)?;
    Ok(Some(tcp::Port { listener, local, tls }))
}

/// UDP and TCP on one port; with port 0, on one that is free for both.
async fn bind_both(wanted: SocketAddr) -> Result<(TcpListener, Arc<UdpSocket>, SocketAddr), TrunkError> {
    let mut tries = 0;
    loop {
        tries += 1;
        let failed = |source| TrunkError::Bind { address: wanted, source };
        let listener = TcpListener::bind(wanted).await.map_err(failed)?;
        let local = listener.local_addr().map_err(failed)?;
        match udp::bind(local) {
            Ok(socket) => return Ok((listener, socket, local)),
            Err(error) if wanted.port() == 0 && tries < PORT_TRIES => {
                tracing::debug!(%error, port = local.port(), "Port is free for TCP only");
            }
            Err(source) => return Err(failed(source)),
        }
    }
}

impl Core {
    /// Writes a fact. A journal that fails or is slow never stops a call; it is counted and said once.
    pub(crate) async fn record(&self, call: CallId, fact: CallFact) {
        let counter = match &fact {
            CallFact::Arrived(_) => Some(&self.stats.recorded),
            CallFact::Ended { .. } => Some(&self.stats.ended),
            CallFact::QueueAnswered
            | CallFact::Answered { .. }
            | CallFact::Confirmed
            | CallFact::DefectFound { .. }
            | CallFact::Offered { .. }
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
            | CallFact::RecordingEnded(_)
            | CallFact::RecordingFailed { .. }
            | CallFact::Restored
            | CallFact::DialogHeld(_) => None,
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
    async fn end_together(self: &Arc<Self>, calls: Vec<(CallId, EndReason)>) {
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

/// INVITEs that the guard refused: on record first, answered then.
async fn record_refused(core: Arc<Core>, mut refused: mpsc::Receiver<Refused>) {
    while let Some(Refused { profile, message, reason, reply, way_back }) = refused.recv().await {
        let arrival = arrival::read_fragments(&message, core.config.trunks.get(profile), reason);
        let call = match core.resumable.claim(&arrival) {
            Some(open) => open.call,
            None => {
                let call = new_call_id(&core.clock);
                core.record(call, CallFact::Arrived(Box::new(arrival))).await;
                call
            }
        };
        core.record(call, CallFact::Ended { reason }).await;
        info!(call.id = %call, ?reason, "INVITE refused; it is on the call-back list");
        way_back.send(reply).await;
    }
}

async fn watch_gauges(core: Arc<Core>) {
    let mut tick = tokio::time::interval(GAUGES_EVERY);
    loop {
        tokio::select! {
            () = core.stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        core.refresh_gauges();
        let port = core.local.port();
        // /proc answers from memory; with thousands of RTP sockets it is still some milliseconds.
        if let Ok(drops) = tokio::task::spawn_blocking(move || kernel_drops(port)).await {
            core.stats.udp_kernel_drops.store(drops, Ordering::Relaxed);
        }
    }
}

impl Trunk {
    /// Everything it counts, now.
    pub fn snapshot(&self) -> StatsSnapshot {
        self.core.refresh_gauges();
        self.stats.snapshot()
    }

    /// Every trunk: whether its peer answers, and how its last test call went.
    pub fn health(&self) -> Vec<TrunkHealth> {
        self.core.peers.health()
    }

    /// Takes no new calls, lets the live ones go on for at most `limit`, then ends what is left and stops.
    pub async fn shutdown(self, limit: Duration) {
        self.core.drain();
        let until = Instant::now() + limit;
        while self.core.registry.load() > 0 && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for entry in self.core.registry.entries() {
            entry.signals.send(Signal::Stop).await.ok();
        }
        self.core.end_together(self.core.resumable.take_all()).await;
        self.core.tasks.close();
        // Time for the last facts and for the BYEs to be answered.
        timeout(Duration::from_secs(2), self.core.tasks.wait()).await.ok();
        self.core.stop.cancel();
        info!("Trunk role stopped");
    }
}
