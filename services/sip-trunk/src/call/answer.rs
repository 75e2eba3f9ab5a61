//! The caller's side: what is heard first, the answers, the end from our side.

use call_link::journal::Progress;
use call_link::order::{Answered, OrderError};
use call_media::announcement::Announcement;
use call_media::room::LegId;
use dispatch_core::call::fact::{CallFact, Defect, Direction, EndReason};
use dispatch_core::ids::UserId;
use rsipstack::sip::{Header, StatusCode};
use tracing::{info, warn};

use super::centre::Hand;
use super::timers::Timer;
use super::{Call, timer_headers};
use crate::guard::reply::ALLOW;
use crate::queue::QueueInput;
use crate::reliable;

impl Call {
    /// What the caller hears first. What the journal knows from an earlier process is done again, not written again.
    pub(super) async fn begin(&mut self) -> Result<(), ()> {
        if let Direction::Out { by, .. } = self.arrival.direction {
            return self.begin_dialled(by).await;
        }
        match self.begun_as {
            Progress::Answered { by } => {
                self.centre.hand = Hand::With(by);
                self.accept(Announcement::Connected).await?;
                self.take_seat(by);
                Ok(())
            }
            Progress::QueueAnswered => {
                self.wait_in_queue().await;
                self.accept(self.core.screen.queue_text(self.core.clock.now())).await
            }
            Progress::Arrived => {
                self.ring_caller()?;
                // The caller hears ringing already; nobody else waits for these lines.
                self.screen().await;
                self.wait_in_queue().await;
                Ok(())
            }
        }
    }

    fn ring_caller(&mut self) -> Result<(), ()> {
        self.timers.set(Timer::Queue, self.core.config.queue_answer_after);
        let dialog = self.dialog.as_ref().ok_or(())?;
        match &self.handling {
            Some(handling) if self.signalling.reliable_only => {
                reliable::ring(&self.core, &self.entry, dialog, &handling.transaction)
            }
            Some(_) | None => dialog.ringing(None, None).map_err(|_| ()),
        }
    }

    /// The first call-taker wins; the fact is in the journal before the caller hears it.
    pub(super) async fn answer(&mut self, by: UserId) -> Result<Answered, OrderError> {
        if let Some(winner) = self.centre.holder() {
            return Err(OrderError::AlreadyAnswered { by: winner });
        }
        if !self.arrival.direction.is_in() {
            return Err(OrderError::NotPossible);
        }
        if self.hangup_wanted || self.dialog.as_ref().is_none_or(|dialog| dialog.state().is_terminated()) {
            return Err(OrderError::Ended);
        }
        self.record(CallFact::Answered { by }).await;
        let at = self.core.clock.now();
        let was_queued = self.entry.view().accepted;
        self.centre.hand = Hand::With(by);
        self.centre.may_come_back = None;
        self.centre.offers.clear();
        self.timers.clear(Timer::SeatBack);
        if self.centre.supervisors.contains_key(&by) {
            // Who takes the call does not supervise it any more.
            self.stop_supervising(by).await.ok();
        }
        self.timers.clear(Timer::Challenge);
        self.publish();
        if was_queued {
            self.play(Announcement::Connected);
        } else {
            self.accept(Announcement::Connected).await.map_err(|()| OrderError::Signalling)?;
        }
        let audio = self.take_seat(by);
        self.core.queue.tell(QueueInput::Answered { call: self.id, user: by }).await;
        // A caller who hung up in these milliseconds was answered all the same: the fact is on record, and whoever
        // answered owes the call a disposition.
        info!(was_queued, ?audio, "Call answered");
        Ok(Answered { at, was_queued, audio })
    }

    /// Nobody answered in time: the caller is told so by a voice, and the call can no longer be lost to a telco's
    /// ring timeout.
    pub(super) async fn answer_into_queue(&mut self) -> Result<(), ()> {
        self.timers.clear(Timer::Queue);
        let over = self.dialog.as_ref().is_none_or(|dialog| dialog.state().is_terminated());
        if self.entry.view().accepted || over {
            return Ok(());
        }
        self.record(CallFact::QueueAnswered).await;
        self.accept(self.core.screen.queue_text(self.core.clock.now())).await?;
        self.challenge().await;
        self.timers.set(Timer::Speechless, self.core.config.speechless_after);
        Ok(())
    }

    /// Our 200 with our media.
    async fn accept(&mut self, announcement: Announcement) -> Result<(), ()> {
        self.timers.clear(Timer::Queue);
        self.open_room(announcement).await;
        let sdp = self.entry.leg().describe(self.signalling.offer.as_ref());
        let mut headers = vec![Header::ContentType("application/sdp".into()), Header::Allow(ALLOW.into())];
        headers.extend(timer_headers(self.signalling.timer));
        if self.signalling.offer.is_none() {
            self.entry.exchange.offer_sent();
        }
        self.entry.change(|view| view.accepted = true);
        self.publish();
        self.restart_session_timer();
        let dialog = self.dialog.as_ref().ok_or(())?;
        dialog.accept(Some(headers), Some(sdp.into_bytes())).map_err(|_| ())
    }

    /// Opens the audio of the call, with the caller in it and the recording running. Without audio the call goes on:
    /// its number and its location are worth an answer.
    pub(super) async fn open_room(&mut self, first: Announcement) {
        let options = self.core.room_options();
        let opened = self.core.media.open_room(self.id, options).and_then(|room| {
            let stream = self.signalling.offer.as_ref().map(|(_, stream)| stream);
            let mut leg = self.entry.leg();
            if stream.is_none() && !self.signalling.offer_is_ours {
                // Nobody will tell a key in answer to ours.
                leg.go_plain();
            }
            leg.open(&room, LegId::Caller, stream)?;
            Ok(room)
        });
        self.core.count_unencrypted(&self.entry);
        match opened {
            Ok(room) => {
                room.play(LegId::Caller, first);
                let room = std::sync::Arc::new(room);
                self.entry.show_room(&room);
                self.room = Some(room);
            }
            Err(error) => {
                warn!(%error, "Call without media");
                self.core.count_no_media();
                self.record(CallFact::DefectFound { defect: Defect::NoMedia }).await;
            }
        }
    }

    pub(super) fn play(&self, announcement: Announcement) {
        if let Some(room) = &self.room {
            room.play(LegId::Caller, announcement);
        }
    }

    /// Ends the call from our side. `None`: the caller has to acknowledge our 200 first (RFC 3261 section 15).
    pub(super) fn hang_up(&mut self, refusal: StatusCode, reason: EndReason) -> Option<EndReason> {
        let view = self.entry.view();
        if !view.accepted {
            match &self.dialog {
                Some(dialog) => drop(dialog.reject(Some(refusal), None)),
                None => drop(self.outside.drop_leg(&self.core, LegId::Caller)),
            }
            return Some(reason);
        }
        if view.confirmed {
            return Some(self.send_bye(reason));
        }
        self.hangup_wanted = true;
        None
    }

    pub(super) fn send_bye(&self, reason: EndReason) -> EndReason {
        if let Some(dialog) = &self.dialog {
            super::outside::hang_up(&self.core, dialog.clone());
        }
        reason
    }
}
