//! The way into the media plane: starting it, opening rooms and seats.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dispatch_core::ids::{CallId, UserId};
use tokio::sync::mpsc;

use crate::announcement::Sounds;
pub use crate::engine::reports::ReportCounts;
use crate::engine::reports::SharedReports;
use crate::engine::seat_offer::SeatFactory;
use crate::engine::seats::{SeatDoor, SeatsUp};
use crate::engine::{self, COMMANDS_WAITING_MAX, Command, Engine, RoomNumber};
use crate::ports::Ports;
use crate::recorder;
use crate::room::{MediaEvent, Room, RoomOptions, SharedLevels};
use crate::wav::WavError;

/// Events that wait for the signalling. A call makes a handful; what does not fit is counted and lost.
const EVENTS_WAITING_MAX: usize = 4_096;

/// Where and how media is spoken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MediaConfig {
    /// The address that RTP ports are bound to.
    pub bind: IpAddr,
    /// The ports; a leg takes an even one.
    pub ports: RangeInclusive<u16>,
    /// Where browsers' audio is bound: one UDP port for all of them, 0 for any free one.
    pub seats: SocketAddr,
    /// The address under which browsers reach it.
    pub seat_address: IpAddr,
    /// The folder of the recordings; without one nothing is recorded.
    pub recordings: Option<PathBuf>,
    /// A leg of which nothing is heard for so long is told as [`MediaEvent::LegSilent`].
    pub silent_after: Duration,
}

impl MediaConfig {
    /// What [`Self::silent_after`] usually is: long for a network, short for a person who waits.
    pub const SILENT_AFTER: Duration = Duration::from_secs(10);
}

/// Why there is no media.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// Every port of the range is taken.
    #[error("no RTP port is free")]
    NoPort,
    /// The port that a leg had before cannot be bound again.
    #[error("RTP port {port} is taken")]
    PortTaken {
        /// Which.
        port: u16,
    },
    /// A built-in sound is broken.
    #[error("a built-in announcement cannot be read")]
    Sound(#[from] WavError),
    /// The port of the browsers' audio cannot be bound.
    #[error("the port {address} for browsers' audio cannot be bound")]
    Seats {
        /// Which.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// No certificate could be made for DTLS.
    #[error("no DTLS certificate could be made")]
    Certificate,
    /// The thread could not be started.
    #[error("the media thread could not be started")]
    Thread(#[source] std::io::Error),
    /// The media thread has ended.
    #[error("the media thread has ended")]
    Stopped,
}

/// Why a browser's offer is not taken.
#[derive(Debug, thiserror::Error)]
pub enum SeatError {
    /// Not a WebRTC offer.
    #[error("the offer cannot be read")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No audio in a codec that we speak.
    #[error("the offer has no audio in PCMA or PCMU")]
    NoVoice,
    /// The media thread has ended.
    #[error("the media thread has ended")]
    Stopped,
}

/// The media plane. Cheap to clone; the thread ends when nobody holds it, a room or a leg any more.
#[derive(Clone, Debug)]
pub struct MediaPlane {
    ports: Arc<Ports>,
    reports: Arc<SharedReports>,
    commands: SyncSender<Command>,
    numbers: Arc<std::sync::atomic::AtomicU64>,
    open: Arc<std::sync::atomic::AtomicUsize>,
    factory: Arc<SeatFactory>,
    up: Arc<SeatsUp>,
    seat_addr: SocketAddr,
    recorded: bool,
    silent_after: Duration,
}

impl MediaPlane {
    /// Reads the sounds, binds the seats' port and starts the media thread.
    ///
    /// # Errors
    /// When a sound, the port or the thread is missing.
    pub fn start(config: &MediaConfig) -> Result<(Self, mpsc::Receiver<MediaEvent>), MediaError> {
        let sounds = Sounds::built_in()?;
        let seats_error = |source| MediaError::Seats { address: config.seats, source };
        let socket = bind_seats(config.seats).map_err(seats_error)?;
        let bound = socket.local_addr().map_err(seats_error)?;
        let seat_addr = SocketAddr::new(config.seat_address, bound.port());
        let factory = SeatFactory::new(seat_addr).ok_or(MediaError::Certificate)?;
        let (commands, inbox) = std::sync::mpsc::sync_channel(COMMANDS_WAITING_MAX);
        let (events, outbox) = mpsc::channel(EVENTS_WAITING_MAX);
        let up = Arc::new(SeatsUp::default());
        let open = Arc::default();
        let door = SeatDoor::new(socket, seat_addr, up.clone());
        let folder = config.recordings.clone();
        let recorder = folder
            .map(|folder| recorder::start(folder, events.clone()))
            .transpose()
            .map_err(MediaError::Thread)?;
        let recorded = recorder.is_some();
        let engine = Engine::new(inbox, events, sounds, door, Arc::clone(&open), recorder);
        std::thread::Builder::new()
            .name("media".to_owned())
            .spawn(move || engine.run())
            .map_err(MediaError::Thread)?;
        let plane = Self {
            ports: Arc::new(Ports::new(config.bind, &config.ports)),
            reports: Arc::default(),
            commands,
            numbers: Arc::default(),
            open,
            factory: Arc::new(factory),
            up,
            seat_addr,
            recorded,
            silent_after: config.silent_after,
        };
        Ok((plane, outbox))
    }

    /// Opens a call's room. It ends when it is dropped.
    ///
    /// # Errors
    /// When the media thread has ended.
    pub fn open_room(&self, call: CallId, options: RoomOptions) -> Result<Room, MediaError> {
        let record = options.record.filter(|_| self.recorded);
        let recording = record.as_ref().map(|start| start.file_of(call));
        let number = RoomNumber(self.numbers.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        let levels = Arc::new(SharedLevels::default());
        self.commands
            .send(Command::OpenRoom { room: number, call, levels: levels.clone(), record })
            .map_err(|_| MediaError::Stopped)?;
        let (commands, ports, reports) = (self.commands.clone(), self.ports.clone(), self.reports.clone());
        let silent_after = self.silent_after;
        Ok(Room { call, number, commands, ports, reports, levels, recording, silent_after })
    }

    /// What the legs reported of their streams and were told of them.
    pub fn reports(&self) -> ReportCounts {
        self.reports.now()
    }

    /// Rooms that are open.
    pub fn open_rooms(&self) -> usize {
        self.open.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Takes a browser's offer and gives the answer. A seat that is open already is replaced: a page that was
    /// loaded again takes its place in its rooms again.
    ///
    /// # Errors
    /// When the offer is no offer of audio that we speak.
    pub fn open_seat(&self, user: UserId, offer: &str) -> Result<String, SeatError> {
        let (rtc, answer) = self.factory.answer(offer)?;
        self.commands.send(Command::OpenSeat { user, rtc }).map_err(|_| SeatError::Stopped)?;
        Ok(answer)
    }

    /// Closes a browser's audio. The seat keeps its place in its rooms until it is taken away there.
    pub fn close_seat(&self, user: UserId) {
        self.commands.send(Command::CloseSeat { user }).ok();
    }

    /// Whether a browser's audio arrives.
    pub fn seat_connected(&self, user: UserId) -> bool {
        self.up.contains(user)
    }

    /// Whose browsers' audio arrives.
    pub fn seats_connected(&self) -> Vec<UserId> {
        self.up.all()
    }

    /// Where browsers send their audio.
    pub const fn seat_addr(&self) -> SocketAddr {
        self.seat_addr
    }

    /// Lets a seat hear itself half a second later, for the check at the start of a shift.
    pub fn echo(&self, user: UserId, on: bool) {
        self.commands.send(Command::Echo { user, on }).ok();
    }
}

/// The wall clock in microseconds since 1970: only for what outlives this process.
pub(crate) fn now_micros() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_micros()).ok())
        .unwrap_or_default()
}

fn bind_seats(address: SocketAddr) -> std::io::Result<UdpSocket> {
    let socket = UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    engine::widen(&socket);
    Ok(socket)
}
