//! One call's sound, as the signalling handles it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI8, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use dispatch_core::call::fact::{RecordingFault, RecordingSummary};
use dispatch_core::ids::{CallId, PartyId, UserId};
use serde::{Deserialize, Serialize};

use crate::announcement::Announcement;
use crate::engine::reports::{Reports, SharedReports};
use crate::engine::{Command, Line, RoomNumber};
use crate::level::QUIET_DB;
use crate::plane::{MediaError, now_micros};
use crate::ports::Ports;
use crate::recorder::RecordingStart;
use crate::rtp::{Codec, StreamPosition};
use crate::srtp::SdesKeys;

/// Which leg of a call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(tag = "leg", content = "id", rename_all = "snake_case")]
pub enum LegId {
    /// The one who called, or was called back.
    Caller,
    /// An agency or a neighbouring centre.
    Party(PartyId),
    /// A call-taker's desk phone.
    PhoneSeat(UserId),
}

/// Where a sound or a digit comes from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LegOrSeat {
    /// A leg.
    Leg(LegId),
    /// A browser.
    Seat(UserId),
}

/// What a seat may say and hear in a room. Everybody but `Whisper` hears the call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SeatRole {
    /// Speaks with the caller.
    Talk,
    /// Hears all and is heard by nobody.
    Listen,
    /// Hears all and is heard by those who talk, not by the caller or an agency.
    Whisper,
    /// Hears all and is heard by all.
    Barge,
}

/// The other side of a stream, as its session description gives it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Remote {
    /// Where to send; `None` until the first packet tells (no usable session description).
    pub address: Option<SocketAddr>,
    /// Packets from this address may tell the true port. Without a description it is the signalling peer.
    pub latch: IpAddr,
    /// What to speak.
    pub codec: Codec,
    /// Under which payload type.
    pub payload_type: u8,
    /// The payload type of telephone-event (RFC 4733), if the other side takes it.
    pub telephone_event: Option<u8>,
    /// Whether the other side wants to hear us; on hold it does not.
    pub sending: bool,
}

/// How a leg begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LegOptions {
    /// The port that it had before a restart; `None` takes the next free one.
    pub port: Option<u16>,
    /// Where its stream stopped before a restart.
    pub resume: Option<StreamPosition>,
    /// Keys when the leg is encrypted.
    pub srtp: Option<SdesKeys>,
}

/// How a room begins.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RoomOptions {
    /// Whether and where it is recorded. Without a folder in the configuration nothing is.
    pub record: Option<RecordingStart>,
}

/// What one leg counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RtpCounts {
    /// Packets sent.
    pub packets_out: u64,
    /// Packets that the system did not take.
    pub packets_lost_out: u64,
    /// Packets received from the other side.
    pub packets_in: u64,
    /// Their bytes.
    pub bytes_in: u64,
    /// Packets from elsewhere, not used (RTP bleed: anyone may send to an open port).
    pub packets_foreign: u64,
}

/// How loud it is in a room, in dB below full scale: 0 is the loudest, -96 is silence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Levels {
    /// The caller.
    pub caller_db: i8,
    /// Everybody else who speaks with the caller.
    pub centre_db: i8,
    /// Whether the caller speaks right now.
    pub caller_voice: bool,
}

/// What the media plane has to tell. The channel is bounded; what it tells about a call is rare.
#[derive(Clone, PartialEq, Debug)]
pub enum MediaEvent {
    /// Somebody pressed a key.
    Digit {
        /// In which call.
        call: CallId,
        /// Who.
        from: LegOrSeat,
        /// `0` to `9`, `*`, `#`, `A` to `D`. Personal: it may be a secret.
        digit: char,
    },
    /// A seat's sound arrives.
    SeatUp {
        /// Whose.
        user: UserId,
    },
    /// A seat that was up sends nothing for 1.5 s, or is gone.
    SeatLost {
        /// Whose.
        user: UserId,
    },
    /// The caller spoke for the first time.
    VoiceHeard {
        /// In which call.
        call: CallId,
    },
    /// Nothing comes from a leg.
    LegSilent {
        /// In which call.
        call: CallId,
        /// Which leg.
        leg: LegId,
        /// For how long now.
        silent_for: Duration,
    },
    /// A silent leg is heard again.
    LegBack {
        /// In which call.
        call: CallId,
        /// Which leg.
        leg: LegId,
    },
    /// The recording is whole and on the disk.
    RecordingEnded {
        /// Of which call.
        call: CallId,
        /// What there is.
        summary: RecordingSummary,
    },
    /// The call goes on, but its recording does not, or not without gaps ([`RecordingFault::DiskSlow`]).
    RecordingFailed {
        /// Of which call.
        call: CallId,
        /// Why.
        why: RecordingFault,
    },
}

/// One call's sound. Dropping it closes it; its legs go with it.
#[derive(Debug)]
pub struct Room {
    pub(crate) call: CallId,
    pub(crate) number: RoomNumber,
    pub(crate) commands: SyncSender<Command>,
    pub(crate) ports: Arc<Ports>,
    pub(crate) reports: Arc<SharedReports>,
    pub(crate) levels: Arc<SharedLevels>,
    pub(crate) recording: Option<String>,
    pub(crate) silent_after: Duration,
}

impl Room {
    /// Which call it is.
    pub const fn call(&self) -> CallId {
        self.call
    }

    /// The name of its recording in the recordings folder, if it is recorded.
    pub fn recording(&self) -> Option<&str> {
        self.recording.as_deref()
    }

    /// Binds an RTP port and takes the leg in. It hears comfort silence until something else is played or somebody
    /// speaks.
    ///
    /// # Errors
    /// When no port is free, or the one asked for is taken.
    pub fn add_leg(&self, id: LegId, remote: Remote, options: LegOptions) -> Result<Leg, MediaError> {
        let socket = match options.port {
            Some(port) => self.ports.bind_again(port).ok_or(MediaError::PortTaken { port })?,
            None => self.ports.bind().ok_or(MediaError::NoPort)?,
        };
        let local_port = socket.local_addr().map(|address| address.port()).unwrap_or_default();
        let resume = options.resume.map(|position| position.moved_to(now_micros(), remote.sending));
        let reports = Reports::new(self.ports.above(local_port), self.reports.clone());
        let line = Line::new(id, socket, remote, resume, options.srtp)
            .telling_silence_after(self.silent_after)
            .reporting(reports);
        let shared = line.shared();
        let room = self.number;
        self.commands
            .send(Command::AddLeg { room, line: Box::new(line) })
            .map_err(|_| MediaError::Stopped)?;
        Ok(Leg { id, room, local_port, shared, commands: self.commands.clone() })
    }

    /// Gives a seat its place, or another role. The seat's audio may come later, or again.
    pub fn seat(&self, user: UserId, role: SeatRole) {
        self.tell(Command::Seat { room: self.number, user, role });
    }

    /// The seat leaves.
    pub fn unseat(&self, user: UserId) {
        self.tell(Command::Unseat { room: self.number, user });
    }

    /// On hold the caller hears music and is heard by nobody but the recording; the others speak on.
    pub fn hold(&self, on: bool) {
        self.tell(Command::Hold { room: self.number, on });
    }

    /// What the leg hears while nobody speaks with it; a prompt is spoken once, over whatever it hears.
    pub fn play(&self, leg: LegId, announcement: Announcement) {
        self.tell(Command::Play { room: self.number, leg, announcement });
    }

    /// The seats and desk phones hear a number ring, or no more.
    pub fn ringback(&self, on: bool) {
        self.tell(Command::Ringback { room: self.number, on });
    }

    /// Where the caller stands in the queue, from 1: told behind each queue text from now on. `None` tells nothing.
    pub fn tell_place(&self, place: Option<usize>) {
        self.levels.place.store(place.unwrap_or(0), Ordering::Relaxed);
    }

    /// Presses keys towards the leg (RFC 4733). What is no key is left out.
    pub fn send_digits(&self, leg: LegId, digits: &str) {
        self.tell(Command::SendDigits { room: self.number, leg, digits: digits.to_owned() });
    }

    /// How loud it is right now.
    pub fn levels(&self) -> Levels {
        Levels {
            caller_db: self.levels.caller_db.load(Ordering::Relaxed),
            centre_db: self.levels.centre_db.load(Ordering::Relaxed),
            caller_voice: self.levels.caller_voice.load(Ordering::Relaxed),
        }
    }

    /// The thread is gone only when the process ends; then there is nobody to tell.
    fn tell(&self, command: Command) {
        self.commands.send(command).ok();
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.tell(Command::CloseRoom { room: self.number });
    }
}

/// One RTP leg of a room. Dropping it closes its port.
#[derive(Debug)]
pub struct Leg {
    id: LegId,
    room: RoomNumber,
    local_port: u16,
    shared: Arc<SharedLeg>,
    commands: SyncSender<Command>,
}

impl Leg {
    /// Which leg of the call it is.
    pub const fn id(&self) -> LegId {
        self.id
    }

    /// Our RTP port.
    pub const fn local_port(&self) -> u16 {
        self.local_port
    }

    /// The other side moved, held or changed its codec.
    pub fn set_remote(&self, remote: Remote) {
        self.commands.send(Command::SetRemote { room: self.room, leg: self.shared.number, remote }).ok();
    }

    /// Encrypts from here on with these keys, or no more: a new offer inside the call may change them.
    pub fn set_srtp(&self, keys: Option<SdesKeys>) {
        self.commands.send(Command::SetSrtp { room: self.room, leg: self.shared.number, keys }).ok();
    }

    /// What it counted so far.
    pub fn counts(&self) -> RtpCounts {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        RtpCounts {
            packets_out: load(&self.shared.packets_out),
            packets_lost_out: load(&self.shared.packets_lost_out),
            packets_in: load(&self.shared.packets_in),
            bytes_in: load(&self.shared.bytes_in),
            packets_foreign: load(&self.shared.packets_foreign),
        }
    }

    /// How far its outgoing stream has come; kept by the signalling, it lets another process go on with it.
    pub fn position(&self) -> StreamPosition {
        let numbers = self.shared.index_and_timestamp.load(Ordering::Relaxed);
        StreamPosition {
            ssrc: self.shared.ssrc.load(Ordering::Relaxed),
            sequence: (numbers >> 32) as u32,
            timestamp: numbers as u32,
            at_micros: now_micros(),
        }
    }
}

impl Drop for Leg {
    fn drop(&mut self) {
        self.commands.send(Command::RemoveLeg { room: self.room, leg: self.shared.number }).ok();
    }
}

/// What the media thread writes and a [`Leg`] reads.
#[derive(Debug, Default)]
pub(crate) struct SharedLeg {
    pub(crate) number: u64,
    pub(crate) packets_out: AtomicU64,
    pub(crate) packets_lost_out: AtomicU64,
    pub(crate) packets_in: AtomicU64,
    pub(crate) bytes_in: AtomicU64,
    pub(crate) packets_foreign: AtomicU64,
    pub(crate) ssrc: AtomicU32,
    /// In one word, so that the two always belong together.
    pub(crate) index_and_timestamp: AtomicU64,
}

/// What the media thread writes and a [`Room`] reads, and the one thing that goes the other way without a command:
/// in a long queue every call that leaves moves all behind it.
#[derive(Debug)]
pub(crate) struct SharedLevels {
    /// The caller's place in the queue, from 1; 0 is none.
    pub(crate) place: AtomicUsize,
    pub(crate) caller_db: AtomicI8,
    pub(crate) centre_db: AtomicI8,
    pub(crate) caller_voice: AtomicBool,
}

impl Default for SharedLevels {
    fn default() -> Self {
        Self {
            place: AtomicUsize::new(0),
            caller_db: AtomicI8::new(QUIET_DB),
            centre_db: AtomicI8::new(QUIET_DB),
            caller_voice: AtomicBool::new(false),
        }
    }
}
