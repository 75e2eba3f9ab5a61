//! One caller's media: an RTP port, a stream out, whatever comes in counted.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::announcement::{Announcement, Sounds};
use crate::pacer::Pacer;
use crate::ports::Ports;
use crate::rtp::{Codec, Packetizer, looks_like_rtp};
use crate::wav::WavError;

/// Datagrams read from one port in one tick. A caller sends one; more is a flood, and the rest waits.
const READS_PER_TICK_MAX: usize = 8;

/// Where and how RTP is spoken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MediaConfig {
    /// The address that RTP ports are bound to.
    pub bind: IpAddr,
    /// The ports; a call takes an even one.
    pub ports: RangeInclusive<u16>,
}

/// Why there is no media.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// Every port of the range is taken.
    #[error("no RTP port is free")]
    NoPort,
    /// A built-in sound is broken.
    #[error("a built-in announcement cannot be read")]
    Sound(#[from] WavError),
    /// The thread that sends could not be started.
    #[error("the RTP thread could not be started")]
    Thread(#[source] std::io::Error),
}

/// The other side of a stream, as its session description gives it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Remote {
    /// Where to send; `None` until the first packet tells (no usable session description).
    pub address: Option<SocketAddr>,
    /// Packets from this address may tell the true port. Without a description it is the signalling peer.
    pub latch: IpAddr,
    /// What to speak.
    pub codec: Codec,
    /// Under which payload type.
    pub payload_type: u8,
    /// Whether the other side wants to hear us; on hold it does not.
    pub sending: bool,
}

/// What one session counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RtpCounts {
    /// Packets sent.
    pub packets_out: u64,
    /// Packets that the system did not take.
    pub packets_lost_out: u64,
    /// Packets received from the caller.
    pub packets_in: u64,
    /// Their bytes.
    pub bytes_in: u64,
    /// Packets from elsewhere, not used (RTP bleed: anyone may send to an open port).
    pub packets_foreign: u64,
}

/// Makes sessions. Cheap to clone.
#[derive(Clone, Debug)]
pub struct MediaPlane {
    ports: Arc<Ports>,
    pacer: Arc<Pacer>,
}

impl MediaPlane {
    /// Reads the sounds and starts the thread that paces every stream.
    ///
    /// # Errors
    /// When a sound or the thread is missing.
    pub fn start(config: &MediaConfig) -> Result<Self, MediaError> {
        let pacer = Pacer::start(Sounds::built_in()?).map_err(MediaError::Thread)?;
        Ok(Self { ports: Arc::new(Ports::new(config.bind, &config.ports)), pacer: Arc::new(pacer) })
    }

    /// Binds a port and begins to play. The session ends when it is dropped.
    ///
    /// # Errors
    /// When no port is free.
    pub fn open(&self, remote: Remote, first: Announcement) -> Result<MediaSession, MediaError> {
        let socket = self.ports.bind().ok_or(MediaError::NoPort)?;
        let stream = Arc::new(Stream::new(socket, remote, first));
        self.pacer.add(stream.clone());
        Ok(MediaSession { stream })
    }

    /// Sessions that are open.
    pub fn open_sessions(&self) -> usize {
        self.pacer.open_streams()
    }
}

/// One caller's media, from the answer to the end of the call. Dropping it closes the port.
#[derive(Debug)]
pub struct MediaSession {
    stream: Arc<Stream>,
}

impl MediaSession {
    /// Our RTP port.
    pub fn local_port(&self) -> u16 {
        self.stream.socket.local_addr().map(|address| address.port()).unwrap_or_default()
    }

    /// Plays something else from its beginning, in the same stream.
    pub fn play(&self, announcement: Announcement) {
        let mut state = self.stream.lock();
        state.announcement = announcement;
        state.position = 0;
        state.packetizer.begin_talkspurt();
    }

    /// The other side moved, held or changed its codec.
    pub fn set_remote(&self, remote: Remote) {
        let mut state = self.stream.lock();
        if state.remote.address != remote.address {
            state.latched = None;
        }
        if remote.sending && !state.remote.sending {
            state.packetizer.begin_talkspurt();
        }
        state.remote = remote;
    }

    /// What it counted so far.
    pub fn counts(&self) -> RtpCounts {
        let counters = &self.stream.counters;
        RtpCounts {
            packets_out: counters.packets_out.load(Ordering::Relaxed),
            packets_lost_out: counters.packets_lost_out.load(Ordering::Relaxed),
            packets_in: counters.packets_in.load(Ordering::Relaxed),
            bytes_in: counters.bytes_in.load(Ordering::Relaxed),
            packets_foreign: counters.packets_foreign.load(Ordering::Relaxed),
        }
    }
}

impl Drop for MediaSession {
    fn drop(&mut self) {
        self.stream.lock().closed = true;
    }
}

#[derive(Debug, Default)]
struct Counters {
    packets_out: AtomicU64,
    packets_lost_out: AtomicU64,
    packets_in: AtomicU64,
    bytes_in: AtomicU64,
    packets_foreign: AtomicU64,
}

/// What the pacer thread works on.
#[derive(Debug)]
pub(crate) struct Stream {
    socket: UdpSocket,
    counters: Counters,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    remote: Remote,
    latched: Option<SocketAddr>,
    announcement: Announcement,
    position: usize,
    packetizer: Packetizer,
    closed: bool,
}

impl Stream {
    fn new(socket: UdpSocket, remote: Remote, announcement: Announcement) -> Self {
        let mut random = [0u8; 10];
        // Without a random source the numbers are merely predictable.
        getrandom::fill(&mut random).ok();
        let word =
            |at: usize| u32::from_be_bytes([random[at], random[at + 1], random[at + 2], random[at + 3]]);
        let packetizer = Packetizer::new(word(0), u16::from_be_bytes([random[8], random[9]]), word(4));
        let state = State { remote, latched: None, announcement, position: 0, packetizer, closed: false };
        Self { socket, counters: Counters::default(), state: Mutex::new(state) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// 20 ms of this stream; `false` when it is over.
    pub(crate) fn tick(&self, sounds: &Sounds) -> bool {
        let mut state = self.lock();
        if state.closed {
            return false;
        }
        self.receive(&mut state);
        let position = state.position;
        state.position = position.wrapping_add(1);
        let Some(to) = state.latched.or(state.remote.address).filter(|_| state.remote.sending) else {
            state.packetizer.pass_frame();
            return true;
        };
        let frame = sounds.frame(state.announcement, state.remote.codec, position);
        let payload_type = state.remote.payload_type;
        let packet = state.packetizer.packet(payload_type, frame);
        let counter = match self.socket.send_to(&packet, to) {
            Ok(_) => &self.counters.packets_out,
            // The next frame comes in 20 ms; a voice packet that waits is worse than one that is lost.
            Err(_) => &self.counters.packets_lost_out,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        true
    }

    fn receive(&self, state: &mut State) {
        let mut packet = [0u8; 1_500];
        for _ in 0..READS_PER_TICK_MAX {
            let Ok((bytes, from)) = self.socket.recv_from(&mut packet) else { return };
            let described = state.remote.address.map_or(state.remote.latch, |address| address.ip());
            if from.ip() != described || !looks_like_rtp(&packet[..bytes]) {
                self.counters.packets_foreign.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            // Symmetric RTP (RFC 4961): the port that speaks is the port that hears. The first one is kept, so
            // that a second sender on the same host cannot take the stream over.
            match state.latched {
                None => state.latched = Some(from),
                Some(latched) if latched == from => {}
                Some(_) => {
                    self.counters.packets_foreign.fetch_add(1, Ordering::Relaxed);
                    continue;
                }
            }
            self.counters.packets_in.fetch_add(1, Ordering::Relaxed);
            self.counters.bytes_in.fetch_add(bytes as u64, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests;
