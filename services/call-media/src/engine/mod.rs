//! The media thread. It is a thread and not a task, so that a busy runtime never makes a caller's sound stutter, and
//! one for all, so that no two rooms ever wait for each other's lock: there is none.
//!
//! Every 20 ms: read what came, make one frame of each input, mix, send. Commands come over a bounded channel and are
//! carried out between two ticks. While a browser connects, its port is looked at every few milliseconds.

mod line;
mod mix;
pub(crate) mod reports;
mod room;
pub(crate) mod seat;
pub(crate) mod seat_offer;
pub(crate) mod seats;
mod tap;

use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError};
use std::time::{Duration, Instant};

use dispatch_core::ids::{CallId, UserId};
use str0m::Rtc;
use tokio::sync::mpsc::Sender;
use tracing::{error, warn};

use crate::announcement::{Announcement, Sounds};
use crate::recorder::{RecordingStart, ToRecorder};
use crate::room::{LegId, MediaEvent, Remote, SeatRole, SharedLevels};
use crate::srtp::SdesKeys;

pub(crate) use line::Line;
use room::{RoomState, Scratch};
use seats::SeatDoor;
use tap::Tap;

/// Commands that wait for the media thread, which looks every 20 ms at least. Above it the one who commands waits.
pub(crate) const COMMANDS_WAITING_MAX: usize = 4_096;
/// One frame.
pub(crate) const TICK: Duration = Duration::from_millis(20);
/// When the machine slept longer than this the missed frames are left out: nobody wants to hear them in a burst.
const LATE_MAX: Duration = Duration::from_millis(200);
/// How often the seats' port is read while a browser connects: a handshake has six ways back and forth.
const HANDSHAKE_POLL: Duration = Duration::from_millis(3);
/// Kernel buffer of a socket that many speak to: 4 MiB hold all seats' packets of half a second.
const SOCKET_BUFFER_BYTES: usize = 4 * 1024 * 1024;

/// Which room; a call that is opened again gets another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct RoomNumber(pub(crate) u64);

/// What the handles ask the media thread to do.
#[derive(Debug)]
pub(crate) enum Command {
    OpenRoom { room: RoomNumber, call: CallId, levels: Arc<SharedLevels>, record: Option<RecordingStart> },
    CloseRoom { room: RoomNumber },
    AddLeg { room: RoomNumber, line: Box<Line> },
    RemoveLeg { room: RoomNumber, leg: u64 },
    SetRemote { room: RoomNumber, leg: u64, remote: Remote },
    SetSrtp { room: RoomNumber, leg: u64, keys: Option<SdesKeys> },
    Play { room: RoomNumber, leg: LegId, announcement: Announcement },
    SendDigits { room: RoomNumber, leg: LegId, digits: String },
    Seat { room: RoomNumber, user: UserId, role: SeatRole },
    Unseat { room: RoomNumber, user: UserId },
    Hold { room: RoomNumber, on: bool },
    Ringback { room: RoomNumber, on: bool },
    OpenSeat { user: UserId, rtc: Box<Rtc> },
    CloseSeat { user: UserId },
    Echo { user: UserId, on: bool },
}

/// Where events go; says once when nobody takes them.
#[derive(Debug)]
pub(crate) struct EventSink {
    sender: Sender<MediaEvent>,
    lost: u64,
}

impl EventSink {
    pub(crate) fn tell(&mut self, event: MediaEvent) {
        if self.sender.try_send(event).is_err() {
            self.lost += 1;
            if self.lost == 1 && !self.sender.is_closed() {
                error!("Nobody takes the events of the media plane");
            }
        }
    }
}

/// Everything that the thread has.
#[derive(Debug)]
pub(crate) struct Engine {
    inbox: Receiver<Command>,
    events: EventSink,
    sounds: Arc<Sounds>,
    rooms: BTreeMap<RoomNumber, RoomState>,
    seats: SeatDoor,
    scratch: Scratch,
    open: Arc<AtomicUsize>,
    recorder: Option<SyncSender<ToRecorder>>,
    /// Rooms whose recording has to end as soon as the recorder takes it.
    ending: Vec<RoomNumber>,
}

impl Engine {
    pub(crate) fn new(
        inbox: Receiver<Command>,
        events: Sender<MediaEvent>,
        sounds: Arc<Sounds>,
        seats: SeatDoor,
        open: Arc<AtomicUsize>,
        recorder: Option<SyncSender<ToRecorder>>,
    ) -> Self {
        let events = EventSink { sender: events, lost: 0 };
        let (rooms, scratch, ending) = (BTreeMap::new(), Scratch::default(), Vec::new());
        Self { inbox, events, sounds, rooms, seats, scratch, open, recorder, ending }
    }

    /// Runs until every handle is dropped.
    pub(crate) fn run(mut self) {
        let mut due = Instant::now();
        loop {
            if self.rooms.is_empty() && self.seats.is_empty() && self.ending.is_empty() {
                let Ok(command) = self.inbox.recv() else { return };
                self.carry_out(command);
                due = Instant::now();
            }
            if !self.wait_until(due) {
                return;
            }
            // Whatever is wrong with one call must not take the sound from all.
            if std::panic::catch_unwind(AssertUnwindSafe(|| self.tick(Instant::now()))).is_err() {
                error!("The media thread panicked in a tick and goes on");
            }
            due += TICK;
            let late = Instant::now().saturating_duration_since(due);
            if late > LATE_MAX {
                due += self.skip(late);
            }
        }
    }

    /// Sleeps until the time has come and carries out what was commanded until then; `false` when nobody can command
    /// any more.
    fn wait_until(&mut self, due: Instant) -> bool {
        loop {
            let now = Instant::now();
            let connecting = self.seats.connecting(now);
            if connecting {
                self.seats.receive(now, &mut self.events);
            }
            let Some(wait) = due.checked_duration_since(now).filter(|wait| !wait.is_zero()) else {
                return self.carry_out_waiting();
            };
            // Nobody wakes this thread: a command changes nothing before the next tick, and to be woken for each would
            // cost a short call more than its sound does.
            std::thread::sleep(if connecting { wait.min(HANDSHAKE_POLL) } else { wait });
        }
    }

    fn carry_out_waiting(&mut self) -> bool {
        for _ in 0..COMMANDS_WAITING_MAX {
            match self.inbox.try_recv() {
                Ok(command) => self.carry_out(command),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
        true
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::OpenRoom { room, call, levels, record } => {
                let tap = record.zip(self.recorder.as_ref()).map(|(start, recorder)| {
                    Tap::open(recorder.clone(), room, call, &start, &mut self.events)
                });
                self.rooms.insert(room, RoomState::new(call, levels, tap));
                self.open.store(self.rooms.len(), Ordering::Relaxed);
            }
            Command::CloseRoom { room } => {
                if self.rooms.remove(&room).is_some_and(|room| room.is_recorded()) {
                    self.ending.push(room);
                    self.end_recordings();
                }
                self.open.store(self.rooms.len(), Ordering::Relaxed);
            }
            Command::AddLeg { room, line } => self.in_room(room, |room| room.add_line(*line)),
            Command::RemoveLeg { room, leg } => self.in_room(room, |room| room.remove_line(leg)),
            Command::SetRemote { room, leg, remote } => {
                self.in_room(room, |room| room.set_remote(leg, remote))
            }
            Command::SetSrtp { room, leg, keys } => self.in_room(room, |room| room.set_srtp(leg, keys)),
            Command::Play { room, leg, announcement } => {
                self.in_room(room, |room| room.play(leg, announcement))
            }
            Command::SendDigits { room, leg, digits } => self.in_room(room, |room| room.press(leg, &digits)),
            Command::Seat { room, user, role } => self.in_room(room, |room| room.seat(user, role)),
            Command::Unseat { room, user } => self.in_room(room, |room| room.unseat(user)),
            Command::Hold { room, on } => self.in_room(room, |room| room.hold(on)),
            Command::Ringback { room, on } => self.in_room(room, |room| room.ringback(on)),
            Command::OpenSeat { user, rtc } => self.seats.open(user, rtc, Instant::now()),
            Command::CloseSeat { user } => self.seats.close(user, &mut self.events),
            Command::Echo { user, on } => self.seats.echo(user, on),
        }
    }

    /// A room that is gone already has nothing to change.
    fn in_room(&mut self, room: RoomNumber, change: impl FnOnce(&mut RoomState)) {
        if let Some(room) = self.rooms.get_mut(&room) {
            change(room);
        }
    }

    /// Ends recordings of rooms that are closed. A recorder that is behind is asked again in 20 ms.
    fn end_recordings(&mut self) {
        let Some(recorder) = &self.recorder else { return };
        self.ending.retain(|room| {
            matches!(recorder.try_send(ToRecorder::End { room: *room }), Err(TrySendError::Full(_)))
        });
    }

    fn tick(&mut self, now: Instant) {
        self.end_recordings();
        self.seats.receive(now, &mut self.events);
        self.seats.pull();
        for (user, key) in self.seats.take_pressed() {
            for room in self.rooms.values_mut() {
                room.seat_pressed(user, key, &mut self.events);
            }
        }
        for room in self.rooms.values_mut() {
            room.tick(now, &mut self.seats, &self.sounds, &mut self.scratch, &mut self.events);
        }
        self.seats.send(now, &mut self.events);
    }

    /// The machine slept: leaves the missed frames out of every stream. Gives the time that was left out.
    fn skip(&mut self, late: Duration) -> Duration {
        let frames = u32::try_from(late.as_millis() / TICK.as_millis()).unwrap_or(u32::MAX);
        warn!(frames, "The media thread slept; frames are left out");
        for room in self.rooms.values_mut() {
            room.skip(frames);
        }
        self.seats.skip(frames);
        TICK * frames
    }
}

/// Gives a socket a large kernel buffer. The system may give less; `doctor` tells.
pub(crate) fn widen(socket: &UdpSocket) {
    let socket = socket2::SockRef::from(socket);
    socket.set_recv_buffer_size(SOCKET_BUFFER_BYTES).ok();
    socket.set_send_buffer_size(SOCKET_BUFFER_BYTES).ok();
}
