//! Every browser's audio over one UDP port.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{SocketAddr, UdpSocket};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use dispatch_core::ids::UserId;
use str0m::net::{Protocol, Receive};
use str0m::{Input, Rtc};
use tracing::{error, info, warn};

use super::EventSink;
use super::seat::{Seat, Turn};
use crate::room::MediaEvent;
use crate::rtp::Sound;

/// Datagrams read at once: 200 seats send 10 packets each in 200 ms.
const READS_MAX: usize = 2_048;
/// Addresses that are remembered; more than seats, because a browser has several.
const ADDRESSES_MAX: usize = 1_024;

/// Whose audio arrives, for everybody to ask.
#[derive(Debug, Default)]
pub(crate) struct SeatsUp(Mutex<BTreeSet<UserId>>);

impl SeatsUp {
    pub(crate) fn contains(&self, user: UserId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&user)
    }

    pub(crate) fn all(&self) -> Vec<UserId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    fn set(&self, user: UserId, up: bool) {
        let mut users = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if up {
            users.insert(user);
        } else {
            users.remove(&user);
        }
    }
}

/// The port and the seats behind it.
#[derive(Debug)]
pub(crate) struct SeatDoor {
    socket: UdpSocket,
    /// Our address as the browsers know it.
    address: SocketAddr,
    seats: BTreeMap<UserId, Seat>,
    by_address: BTreeMap<SocketAddr, UserId>,
    pressed: Vec<(UserId, char)>,
    up: Arc<SeatsUp>,
    not_sent: u64,
}

impl SeatDoor {
    pub(crate) fn new(socket: UdpSocket, address: SocketAddr, up: Arc<SeatsUp>) -> Self {
        let (seats, by_address) = (BTreeMap::new(), BTreeMap::new());
        Self { socket, address, seats, by_address, pressed: Vec::new(), up, not_sent: 0 }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    pub(crate) fn open(&mut self, user: UserId, rtc: Box<Rtc>, now: Instant) {
        self.by_address.retain(|_, owner| *owner != user);
        let before = self.seats.remove(&user);
        self.seats.insert(user, Seat::new(rtc, before, now));
        info!(user.id = %user, "A seat connects");
    }

    pub(crate) fn close(&mut self, user: UserId, events: &mut EventSink) {
        self.by_address.retain(|_, owner| *owner != user);
        if self.seats.remove(&user).is_some_and(|seat| seat.is_up()) {
            self.up.set(user, false);
            events.tell(MediaEvent::SeatLost { user });
        }
    }

    pub(crate) fn echo(&mut self, user: UserId, on: bool) {
        if let Some(seat) = self.seats.get_mut(&user) {
            seat.echo(on);
        }
    }

    /// Whether a browser is in its handshake, whose every step waits for us.
    pub(crate) fn connecting(&self, now: Instant) -> bool {
        self.seats.values().any(|seat| seat.connecting(now))
    }

    /// Reads what came.
    pub(crate) fn receive(&mut self, now: Instant, events: &mut EventSink) {
        let mut datagram = [0u8; 2_048];
        for _ in 0..READS_MAX {
            let Ok((bytes, from)) = self.socket.recv_from(&mut datagram) else { break };
            let taken = guarded(|| {
                self.take(&datagram[..bytes], from, now, events);
                true
            });
            if !taken && let Some(user) = self.by_address.get(&from).copied() {
                self.close(user, events);
            }
        }
        // Timers of connections that nothing came for: a handshake repeats what was lost.
        self.turn(now, events, |seat, turn| if seat.is_due(now) { seat.timeout(turn) } else { true });
    }

    fn take(&mut self, datagram: &[u8], from: SocketAddr, now: Instant, events: &mut EventSink) {
        let Ok(receive) = Receive::new(Protocol::Udp, from, self.address, datagram) else { return };
        let input = Input::Receive(now, receive);
        let known = self.by_address.get(&from).copied().filter(|user| self.seats.contains_key(user));
        let accepting = || self.seats.iter().find(|(_, seat)| seat.accepts(&input)).map(|(user, _)| *user);
        let Some(user) = known.filter(|user| self.seats[user].accepts(&input)).or_else(accepting) else {
            return;
        };
        if known != Some(user) && self.by_address.len() < ADDRESSES_MAX {
            self.by_address.insert(from, user);
        }
        let Some(seat) = self.seats.get_mut(&user) else { return };
        let mut turn = Turn::new(now, &self.socket);
        let alive = seat.input(input, &mut turn);
        finish(user, turn, &mut self.pressed, &mut self.not_sent, &self.up, events);
        if !alive {
            self.close(user, events);
        }
    }

    /// One frame of everybody.
    pub(crate) fn pull(&mut self) {
        self.seats.values_mut().for_each(Seat::pull);
    }

    /// The keys that were pressed since.
    pub(crate) fn take_pressed(&mut self) -> Vec<(UserId, char)> {
        std::mem::take(&mut self.pressed)
    }

    /// Whether a seat's sound arrives, and its frame of this tick.
    pub(crate) fn heard(&self, user: UserId) -> (bool, Option<Sound>) {
        self.seats.get(&user).map_or((false, None), |seat| (seat.is_up(), seat.heard()))
    }

    /// What a seat hears in one of its rooms.
    pub(crate) fn fill<'a>(&mut self, user: UserId, sounds: impl Iterator<Item = &'a Sound>) {
        if let Some(seat) = self.seats.get_mut(&user) {
            seat.fill(sounds);
        }
    }

    /// Sends everybody their frame and looks who is gone.
    pub(crate) fn send(&mut self, now: Instant, events: &mut EventSink) {
        self.turn(now, events, Seat::send);
    }

    pub(crate) fn skip(&mut self, frames: u32) {
        self.seats.values_mut().for_each(|seat| seat.skip(frames));
    }

    /// Does one thing with every seat; a seat for which it gives `false` is over.
    fn turn(
        &mut self,
        now: Instant,
        events: &mut EventSink,
        mut step: impl FnMut(&mut Seat, &mut Turn<'_>) -> bool,
    ) {
        let mut over = Vec::new();
        for (user, seat) in &mut self.seats {
            let mut turn = Turn::new(now, &self.socket);
            if !guarded(|| step(seat, &mut turn)) {
                over.push(*user);
            }
            finish(*user, turn, &mut self.pressed, &mut self.not_sent, &self.up, events);
        }
        for user in over {
            self.close(user, events);
        }
    }
}

/// Does what foreign code has a part in. A panic there costs one seat its connection, which the page opens again, and
/// not every call its sound. `false` when it panicked.
fn guarded(step: impl FnOnce() -> bool) -> bool {
    std::panic::catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|_| {
        error!("A seat's connection panicked and is closed");
        false
    })
}

/// Tells what a seat did in its turn.
fn finish(
    user: UserId,
    turn: Turn<'_>,
    pressed: &mut Vec<(UserId, char)>,
    not_sent: &mut u64,
    up: &SeatsUp,
    events: &mut EventSink,
) {
    pressed.extend(turn.pressed.into_iter().map(|key| (user, key)));
    if turn.not_sent > 0 {
        if *not_sent == 0 {
            warn!("The system does not take all packets for browsers");
        }
        *not_sent += turn.not_sent;
    }
    if let Some(is_up) = turn.became_up {
        up.set(user, is_up);
        events.tell(if is_up { MediaEvent::SeatUp { user } } else { MediaEvent::SeatLost { user } });
    }
}
