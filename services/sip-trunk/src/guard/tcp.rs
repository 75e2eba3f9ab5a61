//! The TCP port. Each connection has a reader, which frames and guards, and a writer; both are bounded in time,
//! in bytes and in number, so that idle or slow connections cannot shut the trunk out.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rsipstack::platform::mpsc as stack_mpsc;
use rsipstack::transport::channel::ChannelConnection;
use rsipstack::transport::{SipAddr, SipConnection, TransportEvent};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::frame::{Framer, Piece};
use super::repair::Wire;
use super::udp::Intake;
use super::{Sender, WayBack};
use crate::stats::{TrunkStats, count};
use crate::tls::Tls;

/// Connections at once; a telco keeps a handful.
const CONNECTIONS_MAX: u64 = 512;
/// Connections of one trusted address.
const CONNECTIONS_PER_TRUNK_ADDRESS_MAX: usize = 64;
/// Connections of one address that is no trunk: room for one mistake, not for a flood.
const CONNECTIONS_PER_STRANGER_MAX: usize = 2;
/// Connections of one address that must show a certificate first.
const CONNECTIONS_PER_TLS_ADDRESS_MAX: usize = 8;
/// A TLS handshake takes two round trips; who takes longer wants a place and no call.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(5);
/// A trunk may be quiet at night; its keep-alives come each 30 s to 120 s.
pub(crate) const IDLE_TRUNK: Duration = Duration::from_secs(900);
/// A stranger has to say what it wants at once.
const IDLE_STRANGER: Duration = Duration::from_secs(5);
/// A sender that pauses this long inside a message is taken at its word so far.
const PAUSE: Duration = Duration::from_millis(500);
/// A peer that takes no bytes for this long is gone.
const WRITE_WITHIN: Duration = Duration::from_secs(5);
/// Messages that wait to be written to one connection.
const WRITES_WAITING_MAX: usize = 256;

type PerAddress = Arc<Mutex<BTreeMap<IpAddr, usize>>>;

/// A port that takes connections.
pub(crate) struct Port {
    pub(crate) listener: TcpListener,
    pub(crate) local: SocketAddr,
    /// Where it speaks TLS.
    pub(crate) tls: Option<Arc<Tls>>,
}

/// Takes connections until the stop.
pub(crate) async fn serve(port: Port, intake: Intake, stats: Arc<TrunkStats>) {
    let open: PerAddress = Arc::default();
    loop {
        let accepted = tokio::select! {
            () = intake.stop.cancelled() => return,
            accepted = port.listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors: the ones that are open go on, and one may close.
                warn!(%error, "SIP connection not accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let trusted = intake.guard.profile_of(peer.ip()).is_some();
        let max = match (trusted, &port.tls) {
            (true, _) => CONNECTIONS_PER_TRUNK_ADDRESS_MAX,
            (false, Some(_)) => CONNECTIONS_PER_TLS_ADDRESS_MAX,
            (false, None) => CONNECTIONS_PER_STRANGER_MAX,
        };
        let Some(place) = Place::take(&open, &stats, peer.ip(), max) else {
            count(&stats.tcp_refused);
            continue;
        };
        let (intake, tls, local) = (intake.clone(), port.tls.clone(), port.local);
        tokio::spawn(async move {
            stream.set_nodelay(true).ok();
            match tls {
                Some(tls) => encrypted(&tls, stream, peer, local, &intake).await,
                None => {
                    let idle = if trusted { IDLE_TRUNK } else { IDLE_STRANGER };
                    let sender = Sender { source: peer, wire: Wire::Tcp, proven: None };
                    let end = Line { sender, address: sip_address(Wire::Tcp, local), idle };
                    connection(stream, end, &intake, |_| ()).await;
                }
            }
            drop(place);
        });
    }
}

/// A connection that has to show whose it is before it may say anything.
async fn encrypted(tls: &Tls, stream: TcpStream, peer: SocketAddr, local: SocketAddr, intake: &Intake) {
    let stats = &intake.guard.stats;
    match timeout(HANDSHAKE_WITHIN, tls.accept(stream, &intake.guard.profiles)).await {
        Ok(Ok((stream, Some(profile)))) => {
            let sender = Sender { source: peer, wire: Wire::Tls, proven: Some(profile) };
            let end = Line { sender, address: sip_address(Wire::Tls, local), idle: IDLE_TRUNK };
            connection(stream, end, intake, |_| ()).await;
        }
        Ok(Ok((_, None))) => {
            count(&stats.tls_refused);
            warn!(source = %peer.ip(), "A certificate of our authority that belongs to no trunk");
        }
        Ok(Err(error)) => {
            count(&stats.tls_refused);
            debug!(source = %peer.ip(), %error, "TLS handshake");
        }
        Err(_) => {
            count(&stats.tls_refused);
        }
    }
}

pub(crate) fn sip_address(wire: Wire, address: SocketAddr) -> SipAddr {
    SipAddr { r#type: Some(wire.transport()), addr: address.into() }
}

/// One connection's place under the limits; given back when dropped.
struct Place {
    open: PerAddress,
    stats: Arc<TrunkStats>,
    ip: IpAddr,
}

impl Place {
    fn take(open: &PerAddress, stats: &Arc<TrunkStats>, ip: IpAddr, max: usize) -> Option<Self> {
        let mut addresses = open.lock().unwrap_or_else(PoisonError::into_inner);
        let of_this = addresses.get(&ip).copied().unwrap_or(0);
        if of_this >= max || stats.tcp_open.load(Ordering::Relaxed) >= CONNECTIONS_MAX {
            return None;
        }
        addresses.insert(ip, of_this + 1);
        stats.tcp_open.fetch_add(1, Ordering::Relaxed);
        Some(Self { open: open.clone(), stats: stats.clone(), ip })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut addresses = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = addresses.get_mut(&self.ip) {
            *open -= 1;
            if *open == 0 {
                addresses.remove(&self.ip);
            }
        }
        self.stats.tcp_open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One connection with its two ends.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// Who is on the other side.
    pub(crate) sender: Sender,
    /// The address under which the stack knows it: ours where they came to us, theirs where we went to them.
    pub(crate) address: SipAddr,
    /// Silence after which it is closed.
    pub(crate) idle: Duration,
}

/// Reads and writes a connection until it ends. `opened` gets it as the stack sees it, and what it returns lives as
/// long as the connection.
pub(crate) async fn connection<Stream, Kept>(
    stream: Stream,
    line: Line,
    intake: &Intake,
    opened: impl FnOnce(&StackSide) -> Kept,
) where
    Stream: AsyncRead + AsyncWrite + Send + 'static,
{
    let (mut read, write) = tokio::io::split(stream);
    let closed = intake.stop.child_token();
    let (outgoing, from_stack) = stack_mpsc::channel(WRITES_WAITING_MAX);
    let (answers, from_guard) = mpsc::channel(WRITES_WAITING_MAX);
    let Some(stack_side) = stack_connection(outgoing, line.address, closed.clone()).await else { return };
    let kept = opened(&stack_side);
    let writer = tokio::spawn(write_all(write, from_stack, from_guard, closed.clone()));
    let back = WayBack::Tcp(answers);

    let mut framer = Framer::default();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let wait = if framer.is_empty() { line.idle } else { PAUSE };
        let read = tokio::select! {
            () = closed.cancelled() => break,
            read = timeout(wait, read.read(&mut buffer)) => read,
        };
        let (paused, last) = match read {
            Ok(Ok(0) | Err(_)) => (true, true),
            Ok(Ok(bytes)) => {
                framer.push(&buffer[..bytes]);
                (false, false)
            }
            Err(_) if framer.is_empty() => break,
            Err(_) => (true, false),
        };
        while let Some(piece) = framer.next(paused) {
            match piece {
                Piece::Message(message) => {
                    intake.take(&message, line.sender, &back, &stack_side.connection).await;
                }
                Piece::KeepAlive => back.send(b"\r\n".to_vec()).await,
                Piece::Garbage(bytes) => {
                    debug!(source = %line.sender.source.ip(), bytes, "No SIP on the SIP port");
                    count(&intake.guard.stats.garbage);
                }
            }
        }
        if last {
            // Some senders close their half and still read: let the answers out.
            tokio::time::sleep(PAUSE).await;
            break;
        }
    }
    closed.cancel();
    drop(kept);
    writer.await.ok();
}

/// A connection as the stack sees it.
pub(crate) struct StackSide {
    /// The stack's handle.
    pub(crate) connection: SipConnection,
    /// The way into the stack that we do not take; while it is open the stack keeps a registered connection.
    _held: stack_mpsc::UnboundedSender<TransportEvent>,
}

/// The connection as the stack sees it: messages it sends come out of the channel.
async fn stack_connection(
    outgoing: stack_mpsc::Sender<TransportEvent>,
    address: SipAddr,
    closed: CancellationToken,
) -> Option<StackSide> {
    // The way in is the endpoint itself; this channel is part of the type and stays empty.
    #[expect(clippy::disallowed_methods, reason = "nothing is ever sent into it")]
    let (held, nothing) = stack_mpsc::unbounded_channel();
    let made = ChannelConnection::create_connection_bounded(nothing, outgoing, address, Some(closed)).await;
    Some(StackSide { connection: SipConnection::Channel(made.ok()?), _held: held })
}

async fn write_all<Stream: AsyncWrite + Send + 'static>(
    mut write: WriteHalf<Stream>,
    mut from_stack: stack_mpsc::Receiver<TransportEvent>,
    mut from_guard: mpsc::Receiver<Vec<u8>>,
    closed: CancellationToken,
) {
    loop {
        let bytes = tokio::select! {
            biased;
            Some(event) = from_stack.recv() => match event {
                TransportEvent::Incoming(message, _, _) => message.to_bytes(),
                TransportEvent::New(_) | TransportEvent::Closed(_) => continue,
            },
            Some(bytes) = from_guard.recv() => bytes,
            () = closed.cancelled() => break,
            else => break,
        };
        match timeout(WRITE_WITHIN, write.write_all(&bytes)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => break,
        }
    }
    closed.cancel();
    write.shutdown().await.ok();
}
