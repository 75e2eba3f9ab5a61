//! The connection to the peer of a TCP or TLS trunk: opened by us, kept open, and read like any other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rsipstack::transport::SipConnection;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tracing::{debug, warn};

use crate::config::TrunkTransport;
use crate::guard::Sender;
use crate::guard::repair::Wire;
use crate::guard::tcp::{IDLE_TRUNK, Line, StackSide, connection, sip_address};
use crate::guard::udp::Intake;
use crate::shared::Core;

/// A peer that takes longer to accept a connection is as good as away.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Between two tries. A border that restarts is back within seconds.
const RECONNECT_AFTER: Duration = Duration::from_secs(1);

/// Opens the connection again and again until the stop.
pub(super) async fn keep(core: Arc<Core>, profile: usize, peer: String, intake: Intake) {
    while !core.stop.is_cancelled() {
        match open(&core, profile, &peer, &intake).await {
            Ok(()) => debug!(profile, "The connection to the trunk's peer ended"),
            Err(error) => debug!(profile, %error, "No connection to the trunk's peer"),
        }
        tokio::select! {
            () = core.stop.cancelled() => {}
            () = tokio::time::sleep(RECONNECT_AFTER) => {}
        }
    }
}

/// The peer's address now.
pub(super) async fn resolve(peer: &str) -> std::io::Result<SocketAddr> {
    let unknown = || std::io::Error::other("the name has no address");
    tokio::net::lookup_host(peer).await?.next().ok_or_else(unknown)
}

/// One connection from its beginning to its end.
async fn open(core: &Arc<Core>, profile: usize, peer: &str, intake: &Intake) -> std::io::Result<()> {
    let late = |_| std::io::Error::from(std::io::ErrorKind::TimedOut);
    let address = resolve(peer).await?;
    let stream = timeout(CONNECT_WITHIN, TcpStream::connect(address)).await.map_err(late)??;
    stream.set_nodelay(true)?;
    let line = |wire| Line {
        sender: Sender { source: address, wire, proven: Some(profile) },
        address: sip_address(wire, address),
        idle: IDLE_TRUNK,
    };
    let encrypted = core.config.trunks.get(profile).is_some_and(|p| p.transport == TrunkTransport::Tls);
    if !encrypted {
        connection(stream, line(Wire::Tcp), intake, register(core, profile, address)).await;
        return Ok(());
    }
    let Some(tls) = &core.tls else {
        warn!(profile, "The trunk wants TLS, and no TLS port is configured");
        core.stop.cancelled().await;
        return Ok(());
    };
    let host = peer.rsplit_once(':').map_or(peer, |(host, _)| host).trim_matches(['[', ']']);
    let stream = timeout(CONNECT_WITHIN, tls.connect(stream, host)).await.map_err(late)??;
    connection(stream, line(Wire::Tls), intake, register(core, profile, address)).await;
    Ok(())
}

/// While it lives the stack sends to this peer over this connection.
struct Registered {
    core: Arc<Core>,
    profile: usize,
    connection: SipConnection,
}

fn register(core: &Arc<Core>, profile: usize, address: SocketAddr) -> impl FnOnce(&StackSide) -> Registered {
    let core = core.clone();
    move |side| {
        core.endpoint.transport_layer.add_connection(side.connection.clone());
        core.peers.set_address(profile, Some(address));
        Registered { core, profile, connection: side.connection.clone() }
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.core.peers.set_address(self.profile, None);
        self.core.endpoint.transport_layer.remove_connection(&self.connection);
    }
}
