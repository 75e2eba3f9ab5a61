//! The wire under all calls: one socket for many calls, told apart by Call-ID.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::Transport;
use super::message::{Message, frame_length};
use crate::SimulatorError;

/// Messages that wait for one call. A call gets a handful of messages in its life; more is a flood.
const INBOX_MESSAGES_MAX: usize = 64;
/// Bytes of a SIP message.
const MESSAGE_BYTES_MAX: usize = 65_535;
/// Receive buffer of the generator: 100 calls a second must never be lost on our own side.
const RECEIVE_BUFFER_BYTES: usize = 4 << 20;

/// The wire. Dropping it ends its reader.
#[derive(Debug)]
pub struct Link {
    wire: Wire,
    local: SocketAddr,
    server: SocketAddr,
    calls: Arc<Switchboard>,
    reader: JoinHandle<()>,
}

#[derive(Debug)]
enum Wire {
    Udp(Arc<UdpSocket>),
    Tcp(tokio::sync::Mutex<OwnedWriteHalf>),
}

/// Who waits for which Call-ID.
#[derive(Debug, Default)]
struct Switchboard {
    inboxes: Mutex<HashMap<String, mpsc::Sender<Message>>>,
    unreadable: AtomicU64,
    stray: AtomicU64,
}

impl Link {
    /// Opens the wire to a server. The caller has checked that it is a loopback address.
    pub async fn open(server: SocketAddr, transport: Transport) -> Result<Self, SimulatorError> {
        let calls = Arc::new(Switchboard::default());
        let reading = Arc::clone(&calls);
        match transport {
            Transport::Udp => {
                let socket = Arc::new(udp_socket(server).map_err(SimulatorError::Socket)?);
                let local = socket.local_addr().map_err(SimulatorError::Socket)?;
                let reader = tokio::spawn(read_datagrams(Arc::clone(&socket), reading));
                Ok(Self { wire: Wire::Udp(socket), local, server, calls, reader })
            }
            Transport::Tcp => {
                let stream = TcpStream::connect(server).await.map_err(SimulatorError::Socket)?;
                stream.set_nodelay(true).map_err(SimulatorError::Socket)?;
                let local = stream.local_addr().map_err(SimulatorError::Socket)?;
                let (read, write) = stream.into_split();
                let reader = tokio::spawn(read_stream(read, reading));
                Ok(Self { wire: Wire::Tcp(tokio::sync::Mutex::new(write)), local, server, calls, reader })
            }
        }
    }

    /// Our own address.
    pub const fn local(&self) -> SocketAddr {
        self.local
    }

    /// Messages that could not be read, and messages for no call of ours.
    pub fn dropped(&self) -> (u64, u64) {
        (self.calls.unreadable.load(Ordering::Relaxed), self.calls.stray.load(Ordering::Relaxed))
    }

    /// Opens the inbox of a call.
    pub fn join(&self, call_id: &str) -> mpsc::Receiver<Message> {
        let (sender, receiver) = mpsc::channel(INBOX_MESSAGES_MAX);
        self.calls.inboxes().insert(call_id.to_owned(), sender);
        receiver
    }

    /// Closes the inbox of a call.
    pub fn leave(&self, call_id: &str) {
        self.calls.inboxes().remove(call_id);
    }

    /// Sends a message. A lost datagram is the retransmission's business, so an error is not the caller's.
    pub async fn send(&self, message: &[u8]) {
        // A broken stream shows as silence: the transaction timers decide what it means for each call.
        let _sent = match &self.wire {
            Wire::Udp(socket) => socket.send_to(message, self.server).await.map(|_| ()),
            Wire::Tcp(stream) => stream.lock().await.write_all(message).await,
        };
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Switchboard {
    fn inboxes(&self) -> std::sync::MutexGuard<'_, HashMap<String, mpsc::Sender<Message>>> {
        self.inboxes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn deliver(&self, bytes: &[u8]) {
        let Some(message) = Message::parse(bytes) else {
            self.unreadable.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let inbox = message.header("call-id").and_then(|call_id| self.inboxes().get(call_id).cloned());
        // A full inbox drops like a full socket would; the other side retransmits.
        if inbox.is_none_or(|inbox| inbox.try_send(message).is_err()) {
            self.stray.fetch_add(1, Ordering::Relaxed);
        }
    }
}

async fn read_datagrams(socket: Arc<UdpSocket>, calls: Arc<Switchboard>) {
    let mut buffer = vec![0_u8; MESSAGE_BYTES_MAX];
    loop {
        // An ICMP error (the server is down for a moment) must not end the reader.
        if let Ok((length, _)) = socket.recv_from(&mut buffer).await
            && length > 4
        {
            calls.deliver(&buffer[..length]);
        }
    }
}

async fn read_stream(mut stream: OwnedReadHalf, calls: Arc<Switchboard>) {
    let mut pending: Vec<u8> = Vec::new();
    let mut buffer = vec![0_u8; 16 * 1024];
    while let Ok(length) = stream.read(&mut buffer).await {
        if length == 0 || pending.len() > MESSAGE_BYTES_MAX {
            return;
        }
        pending.extend_from_slice(&buffer[..length]);
        loop {
            let blank = pending.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            pending.drain(..blank);
            let Some(whole) = frame_length(&pending) else { break };
            calls.deliver(&pending[..whole]);
            pending.drain(..whole);
        }
    }
}

/// A UDP socket beside the server, with a large receive buffer.
pub fn udp_socket(server: SocketAddr) -> std::io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(server), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddr::new(server.ip(), 0).into())?;
    UdpSocket::from_std(socket.into())
}
