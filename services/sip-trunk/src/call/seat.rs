//! A call-taker's audio in the call: the browser, or a telephone that is rung.

use std::time::Duration;

use call_link::order::SeatAudio;
use call_media::announcement::Announcement;
use call_media::room::{LegId, SeatRole};
use dispatch_core::call::fact::{CallFact, EndReason, PartyEnd};
use dispatch_core::duty::Audio;
use dispatch_core::ids::{CallId, UserId};
use rsipstack::sip::StatusCode;
use tracing::info;

use super::Call;
use super::centre::Hand;
use super::party::Party;
use super::timers::Timer;
use crate::outbound::{self, Invitation};
use crate::queue::QueueInput;
use crate::registry::Signal;

/// A desk phone that is not picked up so long is no seat.
const PHONE_RINGS_FOR: Duration = Duration::from_secs(20);
/// So long a page may take to come back after a reload, and find its call.
const SEAT_BACK_WITHIN: Duration = Duration::from_secs(10);

impl Call {
    /// The call-taker is on the call from now on. A call that they talked on before waits with music.
    pub(super) fn take_seat(&mut self, user: UserId) -> SeatAudio {
        let audio = self.audio_of(user);
        let before = self.core.seats.take(user, self.id);
        if audio != SeatAudio::None {
            self.hold_elsewhere(user, before);
        }
        audio
    }

    /// One mouth, one caller: the other call of the person waits with music.
    fn hold_elsewhere(&self, user: UserId, other: Option<CallId>) {
        if let Some(entry) = other.and_then(|call| self.core.registry.call(call)) {
            entry.signals.try_send(Signal::TalkerElsewhere { user }).ok();
        }
    }

    /// The person speaks on this call again, and not on the one between.
    pub(super) fn take_back(&self, user: UserId) {
        let other = self.core.seats.take(user, self.id);
        self.hold_elsewhere(user, other);
    }

    fn audio_of(&mut self, user: UserId) -> SeatAudio {
        let Some(room) = &self.room else { return SeatAudio::None };
        match self.core.seats.audio(user) {
            Audio::Browser => {
                // A page that opens its audio later takes this place.
                room.seat(user, SeatRole::Talk);
                if self.core.media.seat_connected(user) { SeatAudio::Browser } else { SeatAudio::None }
            }
            Audio::Phone { uri } => {
                if self.ring_phone(user, &uri) {
                    SeatAudio::Phone
                } else {
                    SeatAudio::None
                }
            }
        }
    }

    /// Rings a call-taker's telephone; `false` when there is no way to it.
    pub(super) fn ring_phone(&mut self, user: UserId, uri: &str) -> bool {
        let leg = LegId::PhoneSeat(user);
        let invitation = Invitation {
            routes: outbound::routes(&self.core, uri),
            on_behalf: self.entry.caller.clone(),
            fixes: Vec::new(),
            ring_for: PHONE_RINGS_FOR,
        };
        if invitation.routes.is_empty() {
            return false;
        }
        self.ring(leg, invitation)
    }

    /// The telephone was picked up: in a call of ours the number is rung now.
    pub(super) fn on_phone_answer(&mut self, user: UserId) {
        info!("A call-taker's telephone is picked up");
        if self.still_to_ring() && self.centre.talker() == Some(user) {
            self.ring_dialled().ok();
        }
    }

    /// The telephone did not answer, or its receiver is down again.
    pub(super) async fn on_phone_over(&mut self, user: UserId, why: PartyEnd) -> Option<EndReason> {
        if self.centre.talker() != Some(user) {
            return None;
        }
        if !self.arrival.direction.is_in() && !self.entry.view().accepted {
            return self.hang_up(StatusCode::Decline, EndReason::CentreHungUp);
        }
        if why != PartyEnd::HungUp {
            self.lose_seat(user).await;
            return None;
        }
        if self.parties.values().any(Party::talks) {
            self.call_taker_goes(user).await;
            return None;
        }
        // Putting the receiver down is how a telephone says goodbye.
        self.hang_up(StatusCode::Decline, EndReason::CentreHungUp)
    }

    /// A person's audio came up or died.
    pub(super) async fn on_seat(&mut self, user: UserId, up: bool) -> Option<EndReason> {
        if up {
            if self.centre.may_come_back == Some(user) && self.centre.hand == Hand::Again {
                self.give_back(user).await;
            }
            return None;
        }
        if self.centre.supervisors.contains_key(&user) {
            self.stop_supervising(user).await.ok();
        }
        if self.centre.talker() == Some(user) {
            self.lose_seat(user).await;
        }
        None
    }

    /// The call-taker's audio is gone: the caller is told to wait, and is the first whom anybody gets.
    pub(super) async fn lose_seat(&mut self, user: UserId) {
        self.end_hold();
        self.release(user).await;
        self.core.seats.lose(user, self.id);
        self.centre.hand = Hand::Again;
        self.centre.may_come_back = Some(user);
        self.timers.set(Timer::SeatBack, SEAT_BACK_WITHIN);
        self.play(Announcement::Wait);
        self.publish();
        self.record(CallFact::SeatLost { user }).await;
        self.wait_at_head().await;
        info!("The call-taker's audio is gone; the caller waits at the head of the queue");
    }

    async fn give_back(&mut self, user: UserId) {
        self.centre.may_come_back = None;
        self.timers.clear(Timer::SeatBack);
        self.centre.hand = Hand::With(user);
        self.centre.offers.clear();
        self.publish();
        self.record(CallFact::SeatBack { user }).await;
        self.take_seat(user);
        self.core.queue.tell(QueueInput::Answered { call: self.id, user }).await;
        info!("The call-taker's audio is back");
    }

    /// The person is no longer heard and hears nothing.
    pub(super) async fn release(&mut self, user: UserId) {
        self.unseat(user);
        self.outside.drop_leg(&self.core, LegId::PhoneSeat(user));
        self.free(user).await;
    }

    /// The call is off the person's hands; the queue may ring them unless they hold another one.
    pub(super) async fn free(&self, user: UserId) {
        let idle = self.core.seats.release(user, self.id);
        let input = if idle { QueueInput::Released { user } } else { QueueInput::Engaged { user } };
        self.core.queue.tell(input).await;
    }

    pub(super) fn unseat(&self, user: UserId) {
        if let Some(room) = &self.room {
            room.unseat(user);
        }
    }

    /// Another call has the call-taker now.
    pub(super) async fn talker_is_elsewhere(&mut self, user: UserId) {
        if self.centre.talker() == Some(user)
            && !self.centre.held
            && let Some(room) = &self.room
        {
            room.hold(true);
            self.centre.held = true;
            self.publish();
            self.record(CallFact::Held { by: user }).await;
        }
    }
}
