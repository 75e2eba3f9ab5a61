//! What people at desks want done with the call.

use call_link::order::{Order, OrderError, OrderReply, PendingOrder};
use call_media::announcement::Announcement;
use call_media::room::LegId;
use dispatch_core::call::fact::{CallFact, EndReason, OfferEnd, Prompt, Speaker};
use dispatch_core::ids::UserId;
use dispatch_core::private::Private;
use rsipstack::sip::StatusCode;

use super::Call;
use crate::queue::QueueInput;

/// Digits in one order: a number with its prefixes, a menu's answers.
const DIGITS_MAX: usize = 32;

type Outcome = Result<OrderReply, OrderError>;

impl Call {
    pub(super) async fn on_order(&mut self, order: PendingOrder) -> Option<EndReason> {
        let (outcome, ended) = match &order.order {
            Order::Answer { by, .. } => {
                let answered = self.answer(*by).await;
                let lost = answered == Err(OrderError::Signalling);
                (answered.map(OrderReply::Answered), lost.then_some(EndReason::Lost))
            }
            Order::Hangup { .. } => {
                (Ok(OrderReply::HungUp), self.hang_up(StatusCode::Decline, EndReason::CentreHungUp))
            }
            Order::Transfer { by, target, label, .. } => {
                self.transfer(*by, target.clone(), label.clone()).await
            }
            Order::Refuse { by, .. } => (self.refuse(*by).await, None),
            Order::Hold { by, .. } => (self.hold(*by).await, None),
            Order::Resume { by, .. } => (self.resume(*by).await, None),
            Order::AddParty { by, target, label, .. } => {
                (self.add_party(*by, target.clone(), label.clone()).await, None)
            }
            Order::DropParty { by, party, .. } => self.drop_party(*by, *party).await,
            Order::Leave { by, .. } => (self.leave(*by).await, None),
            Order::Supervise { by, mode, .. } => (self.supervise(*by, *mode).await, None),
            Order::StopSupervising { by, .. } => (self.stop_supervising(*by).await, None),
            Order::PressDigits { by, digits, .. } => (self.press(*by, digits.clone()).await, None),
            Order::Prompt { prompt, .. } => (self.prompt(*prompt).await, None),
            Order::LiftRestriction { by, .. } => (self.lift_restriction(*by).await, None),
            Order::Live
            | Order::Floor
            | Order::Drain
            | Order::OpenSeat { .. }
            | Order::CloseSeat { .. }
            | Order::SetSeat { .. }
            | Order::Learn { .. }
            | Order::MassEvent { .. }
            | Order::Notify { .. }
            | Order::SetRingRules { .. }
            | Order::Echo { .. }
            | Order::Dial { .. } => (Err(OrderError::UnknownCall), None),
        };
        self.publish();
        order.settle(outcome);
        ended
    }

    /// Only who has the call may do this with it.
    pub(super) fn only(&self, by: UserId) -> Result<(), OrderError> {
        if self.centre.talker() == Some(by) { Ok(()) } else { Err(OrderError::NotYours) }
    }

    async fn refuse(&mut self, by: UserId) -> Outcome {
        if !self.centre.offers.remove(&by) {
            return Err(OrderError::NotYours);
        }
        self.record(CallFact::OfferEnded { to: by, why: OfferEnd::Refused }).await;
        self.core.queue.tell(QueueInput::Refused { call: self.id, user: by }).await;
        Ok(OrderReply::Done)
    }

    async fn hold(&mut self, by: UserId) -> Outcome {
        self.only(by)?;
        let room = self.room.as_ref().ok_or(OrderError::NotPossible)?;
        if !self.centre.held {
            room.hold(true);
            self.centre.held = true;
            self.record(CallFact::Held { by }).await;
        }
        Ok(OrderReply::Done)
    }

    async fn resume(&mut self, by: UserId) -> Outcome {
        self.only(by)?;
        if self.centre.held {
            self.end_hold();
            self.take_back(by);
            self.record(CallFact::Resumed { by }).await;
        }
        Ok(OrderReply::Done)
    }

    /// Takes the caller off the music without a word on record: somebody else's fact says why.
    pub(super) fn end_hold(&mut self) {
        if std::mem::take(&mut self.centre.held)
            && let Some(room) = &self.room
        {
            room.hold(false);
        }
    }

    async fn press(&mut self, by: UserId, digits: Private<String>) -> Outcome {
        self.only(by)?;
        let room = self.room.as_ref().ok_or(OrderError::NotPossible)?;
        let wanted = digits.reveal();
        let is_key = |key: char| key.is_ascii_digit() || matches!(key, '*' | '#' | 'A'..='D' | 'a'..='d');
        if wanted.is_empty() || wanted.chars().count() > DIGITS_MAX || !wanted.chars().all(is_key) {
            return Err(OrderError::NotPossible);
        }
        room.send_digits(LegId::Caller, wanted);
        for digit in wanted.chars() {
            let digit = Private::new(digit.to_ascii_uppercase());
            self.record(CallFact::Digit { from: Speaker::Centre, digit }).await;
        }
        Ok(OrderReply::Done)
    }

    /// Asks the caller something that needs no voice.
    pub(super) async fn prompt(&mut self, prompt: Prompt) -> Outcome {
        let announcement = match prompt {
            Prompt::SilentCall => Announcement::SilentCall,
            Prompt::Challenge => Announcement::Challenge,
        };
        if self.room.is_none() || !self.entry.view().accepted {
            return Err(OrderError::NotPossible);
        }
        self.play(announcement);
        self.record(CallFact::Prompted { prompt }).await;
        Ok(OrderReply::Done)
    }
}
