//! Supervisors on a call: they listen, whisper to the call-taker, or speak with everybody. Each step is on record.

use call_link::order::{OrderError, OrderReply};
use call_media::room::SeatRole;
use dispatch_core::call::fact::{CallFact, SuperviseMode};
use dispatch_core::ids::UserId;

use super::Call;
use crate::registry::Signal;

/// Supervisors on one call at once.
const SUPERVISORS_MAX: usize = 4;

impl Call {
    pub(super) async fn supervise(
        &mut self,
        by: UserId,
        mode: SuperviseMode,
    ) -> Result<OrderReply, OrderError> {
        let room = self.room.as_ref().ok_or(OrderError::NotPossible)?;
        let full = self.centre.supervisors.len() >= SUPERVISORS_MAX;
        if self.centre.talker() == Some(by) || (full && !self.centre.supervisors.contains_key(&by)) {
            return Err(OrderError::NotPossible);
        }
        if !self.core.media.seat_connected(by) {
            return Err(OrderError::NoSeat);
        }
        // On record before the first word is heard.
        self.record(CallFact::SupervisorJoined { by, mode }).await;
        let role = match mode {
            SuperviseMode::Listen => SeatRole::Listen,
            SuperviseMode::Whisper => SeatRole::Whisper,
            SuperviseMode::Barge => SeatRole::Barge,
        };
        room.seat(by, role);
        let before = self.core.seats.supervise(by, self.id);
        if let Some(entry) = before.and_then(|call| self.core.registry.call(call)) {
            // One pair of ears: whoever joins another call leaves this one.
            entry.signals.try_send(Signal::Seat { user: by, up: false }).ok();
        }
        self.centre.supervisors.insert(by, mode);
        Ok(OrderReply::Done)
    }

    pub(super) async fn stop_supervising(&mut self, by: UserId) -> Result<OrderReply, OrderError> {
        if self.centre.supervisors.remove(&by).is_none() {
            return Err(OrderError::NotPossible);
        }
        self.unseat(by);
        self.core.seats.forget_call(by, self.id);
        self.record(CallFact::SupervisorLeft { by }).await;
        Ok(OrderReply::Done)
    }
}
