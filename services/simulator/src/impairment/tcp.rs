//! Streams between callers and a server: late, or cut in the middle.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::SimulatorError;
use crate::seeded::Seeded;

/// Connections at once; a telco keeps a handful.
const CONNECTIONS_MAX: usize = 64;

/// How bad the streams are.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct StreamImpairment {
    /// Every piece is this late.
    pub delay: Duration,
    /// Share of pieces after which the connection is cut.
    pub cut: f64,
    /// Bytes of the largest piece; a small one cuts messages in the middle.
    pub piece_bytes: usize,
    /// The same seed gives the same connections the same fate.
    pub seed: u64,
}

/// A running proxy. Dropping it ends it and its connections.
#[derive(Debug)]
pub struct TcpProxy {
    local: SocketAddr,
    cuts: Arc<AtomicU64>,
    _tasks: JoinSet<()>,
}

impl TcpProxy {
    /// Opens the proxy before a server on this machine.
    ///
    /// # Errors
    /// When the server is elsewhere, or the port cannot be opened.
    pub async fn open(server: SocketAddr, impairment: StreamImpairment) -> Result<Self, SimulatorError> {
        if !server.ip().is_loopback() {
            return Err(SimulatorError::NotLoopback(server));
        }
        let listener = TcpListener::bind((server.ip(), 0)).await.map_err(SimulatorError::Socket)?;
        let local = listener.local_addr().map_err(SimulatorError::Socket)?;
        let cuts = Arc::new(AtomicU64::new(0));
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, server, impairment, Arc::clone(&cuts)));
        Ok(Self { local, cuts, _tasks: tasks })
    }

    /// Where callers connect to.
    pub const fn local(&self) -> SocketAddr {
        self.local
    }

    /// Connections that were cut.
    pub fn cuts(&self) -> u64 {
        self.cuts.load(Ordering::Relaxed)
    }
}

async fn accept(
    listener: TcpListener,
    server: SocketAddr,
    impairment: StreamImpairment,
    cuts: Arc<AtomicU64>,
) {
    let mut connections = JoinSet::new();
    let mut number = 0_u64;
    while let Ok((caller, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        if connections.len() >= CONNECTIONS_MAX {
            continue;
        }
        let chance = |way: u64| Seeded::new(impairment.seed ^ (number * 2 + way));
        let (up, down, cuts) = (chance(0), chance(1), Arc::clone(&cuts));
        number += 1;
        connections.spawn(async move {
            let Ok(inside) = TcpStream::connect(server).await else { return };
            caller.set_nodelay(true).ok();
            inside.set_nodelay(true).ok();
            let (caller_read, caller_write) = caller.into_split();
            let (inside_read, inside_write) = inside.into_split();
            // Whichever direction ends takes the other with it, as a broken road does.
            let cut = tokio::select! {
                cut = carry(caller_read, inside_write, impairment, up) => cut,
                cut = carry(inside_read, caller_write, impairment, down) => cut,
            };
            cuts.fetch_add(u64::from(cut), Ordering::Relaxed);
        });
    }
}

/// Carries one direction; `true` when it was cut here.
async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    impairment: StreamImpairment,
    mut chance: Seeded,
) -> bool {
    let mut buffer = vec![0; impairment.piece_bytes.max(1)];
    loop {
        let Ok(bytes @ 1..) = from.read(&mut buffer).await else { return false };
        if chance.chance(impairment.cut) {
            return true;
        }
        tokio::time::sleep(impairment.delay).await;
        if to.write_all(&buffer[..bytes]).await.is_err() {
            return false;
        }
    }
}
