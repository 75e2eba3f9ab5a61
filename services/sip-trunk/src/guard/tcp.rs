//! The TCP port. Each connection has a reader, which frames and guards, and a writer; both are bounded in time,
//! in bytes and in number, so that idle or slow connections cannot shut the trunk out.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rsipstack::platform::mpsc as stack_mpsc;
use rsipstack::sip::Transport;
use rsipstack::transport::channel::ChannelConnection;
use rsipstack::transport::{SipAddr, SipConnection, TransportEvent};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::WayBack;
use super::frame::{Framer, Piece};
use super::repair::Wire;
use super::udp::Intake;
use crate::stats::{TrunkStats, count};

/// Connections at once; a telco keeps a handful.
const CONNECTIONS_MAX: u64 = 512;
/// Connections of one trusted address.
const CONNECTIONS_PER_TRUNK_ADDRESS_MAX: usize = 64;
/// Connections of one address that is no trunk: room for one mistake, not for a flood.
const CONNECTIONS_PER_STRANGER_MAX: usize = 2;
/// A trunk may be quiet at night; its keep-alives come each 30 s to 120 s.
const IDLE_TRUNK: Duration = Duration::from_secs(900);
/// A stranger has to say what it wants at once.
const IDLE_STRANGER: Duration = Duration::from_secs(5);
/// A sender that pauses this long inside a message is taken at its word so far.
const PAUSE: Duration = Duration::from_millis(500);
/// A peer that takes no bytes for this long is gone.
const WRITE_WITHIN: Duration = Duration::from_secs(5);
/// Messages that wait to be written to one connection.
const WRITES_WAITING_MAX: usize = 256;

type PerAddress = Arc<Mutex<BTreeMap<IpAddr, usize>>>;

/// Takes connections until the stop.
pub(crate) async fn serve(listener: TcpListener, local: SocketAddr, intake: Intake, stats: Arc<TrunkStats>) {
    let open: PerAddress = Arc::default();
    loop {
        let accepted = tokio::select! {
            () = intake.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
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
        let Some(place) = Place::take(&open, &stats, peer.ip(), trusted) else {
            count(&stats.tcp_refused);
            continue;
        };
        let intake = intake.clone();
        tokio::spawn(async move {
            let idle = if trusted { IDLE_TRUNK } else { IDLE_STRANGER };
            connection(stream, peer, local, &intake, idle).await;
            drop(place);
        });
    }
}

/// One connection's place under the limits; given back when dropped.
struct Place {
    open: PerAddress,
    stats: Arc<TrunkStats>,
    ip: IpAddr,
}

impl Place {
    fn take(open: &PerAddress, stats: &Arc<TrunkStats>, ip: IpAddr, trusted: bool) -> Option<Self> {
        let max = if trusted { CONNECTIONS_PER_TRUNK_ADDRESS_MAX } else { CONNECTIONS_PER_STRANGER_MAX };
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

async fn connection(stream: TcpStream, peer: SocketAddr, local: SocketAddr, intake: &Intake, idle: Duration) {
    stream.set_nodelay(true).ok();
    let (mut read, write) = stream.into_split();
    let closed = intake.stop.child_token();
    let (outgoing, from_stack) = stack_mpsc::channel(WRITES_WAITING_MAX);
    let (answers, from_guard) = mpsc::channel(WRITES_WAITING_MAX);
    let Some(stack_side) = stack_connection(outgoing, local, closed.clone()).await else { return };
    let writer = tokio::spawn(write_all(write, from_stack, from_guard, closed.clone()));
    let back = WayBack::Tcp(answers);

    let mut framer = Framer::default();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let wait = if framer.is_empty() { idle } else { PAUSE };
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
                Piece::Message(message) => intake.take(&message, peer, Wire::Tcp, &back, &stack_side).await,
                Piece::KeepAlive => back.send(b"\r\n".to_vec()).await,
                Piece::Garbage(bytes) => {
                    debug!(source = %peer.ip(), bytes, "No SIP on the SIP port");
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
    writer.await.ok();
}

/// The connection as the stack sees it: messages it sends come out of the channel.
async fn stack_connection(
    outgoing: stack_mpsc::Sender<TransportEvent>,
    local: SocketAddr,
    closed: CancellationToken,
) -> Option<SipConnection> {
    // The way in is the endpoint itself; this channel is part of the type and stays empty.
    #[expect(clippy::disallowed_methods, reason = "nothing is ever sent into it: its sender is dropped here")]
    let (_, nothing) = stack_mpsc::unbounded_channel();
    let address = SipAddr { r#type: Some(Transport::Tcp), addr: local.into() };
    let made = ChannelConnection::create_connection_bounded(nothing, outgoing, address, Some(closed)).await;
    made.ok().map(SipConnection::Channel)
}

async fn write_all(
    mut write: OwnedWriteHalf,
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
