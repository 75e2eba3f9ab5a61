//! Starting and stopping the trunk role.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use call_link::journal::{Journal, Recovery};
use call_link::order::{CallOrders, LineEvents};
use call_link::random::new_call_id;
use call_media::plane::{MediaConfig, MediaError, MediaPlane};
use call_media::recorder::{RecordingStart, recover_recording};
use call_media::room::MediaEvent;
use dispatch_core::call::fact::{CallFact, EndReason};
use dispatch_core::ids::CallId;
use dispatch_core::time::Clock;
use rsipstack::EndpointBuilder;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::transaction::Endpoint;
use rsipstack::transaction::endpoint::EndpointOption;
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{SipConnection, TransportLayer};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info};

use crate::config::{TlsPort, TrunkConfig};
use crate::guard::udp::{Intake, SendingSocket};
use crate::guard::{Guard, REFUSED_WAITING_MAX, Refused, tcp, udp};
use crate::outbound::Notices;
use crate::peers::{Peers, TrunkHealth};
use crate::queue::Queue;
use crate::registry::Signal;
use crate::resumable::Resumable;
use crate::screen::Screen;
use crate::seats::Seats;
use crate::shared::Core;
use crate::speech::Said;
use crate::stats::{StatsSnapshot, TrunkStats, kernel_drops};
use crate::tls::{Tls, TlsError};
use crate::{arrival, call, ears, orders, peers, queue, router};

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

/// The ports of the signalling, bound.
struct Ports {
    listener: TcpListener,
    socket: Arc<UdpSocket>,
    local: SocketAddr,
    tls: Option<tcp::Port>,
}

impl Ports {
    async fn bind(config: &TrunkConfig) -> Result<Self, TrunkError> {
        let (listener, socket, local) = bind_both(config.bind).await?;
        Ok(Self { listener, socket, local, tls: bind_tls(config.tls.as_ref()).await? })
    }
}

/// The SIP stack over our own socket.
async fn stack(
    config: &TrunkConfig,
    ports: &Ports,
    stop: &CancellationToken,
) -> Result<(Endpoint, UdpConnection), TrunkError> {
    let external = config.public_address.map(|ip| SocketAddr::new(ip, ports.local.port()));
    let socket = Arc::new(SendingSocket(ports.socket.clone()));
    let connection =
        UdpConnection::from_socket(socket, external, Some(stop.child_token())).await.map_err(stack_error)?;
    let transport = TransportLayer::new(stop.child_token());
    transport.add_transport(SipConnection::Udp(connection.clone()));
    let endpoint = EndpointBuilder::new()
        .with_user_agent("Sigap112")
        .with_option(EndpointOption { t1: config.t1, t1x64: config.t1 * 64, ..EndpointOption::default() })
        .with_transport_layer(transport)
        .with_cancel_token(stop.child_token())
        .build();
    Ok((endpoint, connection))
}

fn media(config: &TrunkConfig) -> Result<(MediaPlane, mpsc::Receiver<MediaEvent>), MediaError> {
    MediaPlane::start(&MediaConfig {
        bind: config.bind.ip(),
        ports: config.rtp_ports.clone(),
        seats: config.seats,
        seat_address: config.seat_address.unwrap_or(config.seats.ip()),
        recordings: config.recordings.clone(),
        silent_after: config.silent_after,
    })
}

/// Binds the ports and takes calls. Of the calls that a crash left open, those that were established go on, those
/// whose caller may still send the INVITE again wait for it for 64*T1, and the others end.
///
/// # Errors
/// When a port cannot be bound or the built-in sounds cannot be read.
pub async fn start(
    config: TrunkConfig,
    journal: Journal,
    recovery: &Recovery,
    clock: Clock,
) -> Result<Trunk, TrunkError> {
    let ports = Ports::bind(&config).await?;
    let (media, heard) = media(&config)?;
    let stop = CancellationToken::new();
    let (endpoint, connection) = stack(&config, &ports, &stop).await?;
    let incoming = endpoint.incoming_transactions().map_err(stack_error)?;
    let (held, open): (Vec<_>, Vec<_>) = recovery.open_calls.iter().partition(|open| open.held.is_some());
    let (resumable, ended) = Resumable::new(open.into_iter());
    let (queue, waiting) = Queue::channel();
    let core = Arc::new(Core {
        peers: Peers::new(&config.trunks),
        config,
        test_mark: new_call_id(&clock).to_string(),
        clock,
        stats: Arc::default(),
        registry: Arc::default(),
        resumable: Arc::new(resumable),
        endpoint: endpoint.inner.clone(),
        dialogs: Arc::new(DialogLayer::new(endpoint.inner.clone())),
        media,
        line: LineEvents::default(),
        tls: ports.tls.as_ref().and_then(|port| port.tls.clone()),
        seats: Seats::default(),
        screen: Screen::default(),
        ours: Arc::default(),
        queue,
        notices: Notices::default(),
        said: Said::default(),
        tasks: TaskTracker::new(),
        stop,
        journal,
        journal_alarm: AtomicBool::new(false),
        draining: AtomicBool::new(false),
        local: ports.local,
        local_tls: ports.tls.as_ref().map(|port| port.local),
    });
    // Before anybody can ask for them: their dialogs are in every table when the first request is read.
    let gone = held.into_iter().filter(|open| !call::go_on(&core, open));
    let gone: Vec<_> = gone.map(|open| (open.call, EndReason::Restarted)).collect();
    core.tasks.spawn(end_the_others(core.clone(), ended.into_iter().chain(gone).collect()));
    core.tasks.spawn(wait_for_callers(core.clone()));
    tokio::spawn(async move { endpoint.serve().await });
    tokio::spawn(router::serve(core.clone(), incoming));
    tokio::spawn(queue::serve(core.clone(), waiting));
    tokio::spawn(ears::listen(core.clone(), heard));
    Ok(serve(core, ports, connection))
}

/// Reads the ports, takes the desk's orders, watches the peers.
fn serve(core: Arc<Core>, ports: Ports, connection: UdpConnection) -> Trunk {
    let (orders, inbox) = CallOrders::channel();
    let (refused_sender, refused) = mpsc::channel(REFUSED_WAITING_MAX);
    let guard = Guard::new(core.config.trunks.clone(), core.stats.clone(), core.ours.clone());
    let intake = Intake {
        guard: Arc::new(guard),
        endpoint: core.endpoint.clone(),
        refused: refused_sender,
        resumable: core.resumable.clone(),
        stop: core.stop.clone(),
    };
    tokio::spawn(orders::serve(core.clone(), inbox));
    tokio::spawn(record_refused(core.clone(), refused));
    tokio::spawn(watch_gauges(core.clone()));
    tokio::spawn(ears::measure(core.clone()));
    let Ports { listener, socket, local, tls } = ports;
    tokio::spawn(udp::serve(socket, connection, intake.clone()));
    peers::watch(&core, &core.config, &intake);
    let sip_tls = tls.as_ref().map(|port| port.local);
    for port in [Some(tcp::Port { listener, local, tls: None }), tls].into_iter().flatten() {
        tokio::spawn(tcp::serve(port, intake.clone(), core.stats.clone()));
    }
    info!(sip = %local, "Trunk role takes calls");
    let (line, stats) = (core.line.clone(), core.stats.clone());
    Trunk { sip_udp: local, sip_tcp: local, sip_tls, orders, line, stats, core }
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
