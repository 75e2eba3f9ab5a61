//! Third parties: agencies, the neighbouring centre, the overflow group. They are rung into the call, and may go on
//! with the caller when the call-taker leaves.

use std::sync::Arc;
use std::time::Duration;

use call_link::order::{OrderError, OrderReply};
use call_link::random::new_call_id;
use call_media::announcement::Announcement;
use call_media::room::LegId;
use dispatch_core::call::fact::{CallFact, EndReason, PartyEnd};
use dispatch_core::ids::{PartyId, UserId};
use dispatch_core::private::Private;
use tracing::info;

use super::Call;
use super::centre::Hand;
use super::leg::{Leg, session_number};
use super::outside::OutsideEvent;
use crate::outbound::{self, Invitation};
use crate::queue::QueueInput;
use crate::registry::LiveEntry;

/// Third parties on one call at once: an agency, another one, and the neighbouring centre.
const PARTIES_MAX: usize = 3;
/// A party that rings longer does not pick up.
pub(super) const RING_FOR: Duration = Duration::from_secs(45);

/// What the queue's own party is called on record: nobody gave it a name.
const OVERFLOW_LABEL: &str = "Limpahan";

/// A third party as the call's task knows it.
#[derive(Debug)]
pub(super) struct Party {
    pub(super) state: PartyState,
    /// Who leaves the call when this one answers.
    pub(super) takes_over_from: Option<UserId>,
    /// Where it is called, in case the caller's own network does not do it.
    pub(super) target: Private<String>,
}

/// Where a third party is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum PartyState {
    /// We ring it.
    Calling,
    /// The caller's own network connects it (REFER).
    Referred,
    /// It is on the call.
    Talking,
}

impl Party {
    pub(super) fn talks(&self) -> bool {
        self.state == PartyState::Talking
    }
}

impl Call {
    pub(super) async fn add_party(
        &mut self,
        by: UserId,
        target: Private<String>,
        label: String,
    ) -> Result<OrderReply, OrderError> {
        let party = self.begin_party(by, target, label, None).await?;
        Ok(OrderReply::PartyAdded { party })
    }

    /// Puts a party on record and rings it. `leaving`: who is off the call when it answers.
    pub(super) async fn begin_party(
        &mut self,
        by: UserId,
        target: Private<String>,
        label: String,
        leaving: Option<UserId>,
    ) -> Result<PartyId, OrderError> {
        self.only(by)?;
        let invitation = self.invitation_for(&target)?;
        let party = self.new_party_id();
        self.record(CallFact::PartyAdded { party, by, label, target: target.clone() }).await;
        self.ring_party(party, target, leaving, invitation).await;
        Ok(party)
    }

    /// What an INVITE to a party says; refused when there is no room or no way.
    pub(super) fn invitation_for(&self, target: &Private<String>) -> Result<Invitation, OrderError> {
        if self.parties.len() >= PARTIES_MAX || self.room.is_none() {
            return Err(OrderError::NotPossible);
        }
        let routes = outbound::routes(&self.core, target.reveal());
        if routes.is_empty() {
            return Err(OrderError::NoTrunk);
        }
        let on_behalf = self.entry.caller.clone();
        Ok(Invitation { routes, on_behalf, fixes: self.arrival.fixes.clone(), ring_for: RING_FOR })
    }

    pub(super) fn new_party_id(&self) -> PartyId {
        PartyId(new_call_id(&self.core.clock).0)
    }

    /// Its failure to begin is the party's end, as any later one.
    pub(super) async fn ring_party(
        &mut self,
        party: PartyId,
        target: Private<String>,
        leaving: Option<UserId>,
        invitation: Invitation,
    ) {
        let state = PartyState::Calling;
        self.parties.insert(party, Party { state, takes_over_from: leaving, target });
        if !self.ring(LegId::Party(party), invitation) {
            self.parties.remove(&party);
            self.record(CallFact::PartyLeft { party, why: PartyEnd::Failed }).await;
        }
        self.publish();
    }

    /// Opens a leg and rings; `false` when there is no audio for it.
    pub(super) fn ring(&mut self, leg: LegId, invitation: Invitation) -> bool {
        let Some(room) = &self.room else { return false };
        let mut media = Leg::unanswered(session_number(self.id));
        if media.open(room, leg, None).is_err() {
            self.core.count_no_media();
            return false;
        }
        let signals = self.entry.signals.clone();
        let number = self.entry.caller.clone();
        let entry = Arc::new(LiveEntry::new(self.id, leg, self.entry.since, number, signals, media));
        self.outside.ring(&self.core, leg, entry, invitation);
        true
    }

    pub(super) async fn on_outside(&mut self, event: OutsideEvent) -> Option<EndReason> {
        match event {
            OutsideEvent::Ringing { leg } => {
                self.ringback(leg, true);
                None
            }
            OutsideEvent::Described { leg, body } => {
                self.ringback(leg, false);
                self.take_description(leg, &body);
                None
            }
            OutsideEvent::Answered { leg, dialog, body, timer } => {
                self.ringback(leg, false);
                if !self.take_description(leg, &body) {
                    info!("An answer without audio that we speak");
                    self.outside.drop_leg(&self.core, leg);
                    return self.on_over(leg, PartyEnd::Failed).await;
                }
                match leg {
                    LegId::Caller => self.on_dialled_answer(dialog, timer).await,
                    LegId::Party(party) => self.on_party_answer(party).await,
                    LegId::PhoneSeat(user) => self.on_phone_answer(user),
                }
                self.restart_leg_timer(leg);
                None
            }
            OutsideEvent::Failed { leg, why } | OutsideEvent::Over { leg, why } => {
                self.on_over(leg, why).await
            }
        }
    }

    /// Whoever dialled a number hears it ring, until its own sound comes.
    fn ringback(&self, leg: LegId, on: bool) {
        if let Some(room) = self.room.as_ref().filter(|_| leg == LegId::Caller) {
            room.ringback(on);
        }
    }

    fn take_description(&self, leg: LegId, body: &[u8]) -> bool {
        let Some(entry) = self.outside.entry(leg) else { return false };
        let taken = entry.leg().take_answer(body);
        self.core.count_unencrypted(entry);
        taken
    }

    /// The other side said BYE in a way that the stack did not take.
    pub(super) async fn on_outside_gone(&mut self, leg: LegId) -> Option<EndReason> {
        if self.outside.drop_leg(&self.core, leg) { self.on_over(leg, PartyEnd::HungUp).await } else { None }
    }

    async fn on_party_answer(&mut self, id: PartyId) {
        let Some(party) = self.parties.get_mut(&id) else { return };
        party.state = PartyState::Talking;
        let leaving = party.takes_over_from.take();
        self.record(CallFact::PartyAnswered { party: id }).await;
        if let Some(user) = leaving.filter(|user| self.centre.talker() == Some(*user)) {
            self.call_taker_goes(user).await;
        } else if self.centre.waits() {
            // The overflow took it: nobody of the centre needs to be rung any more.
            self.core.queue.tell(QueueInput::Gone { call: self.id }).await;
        }
        self.publish();
    }

    /// A dialog of ours is over, whoever ended it.
    pub(super) async fn on_over(&mut self, leg: LegId, why: PartyEnd) -> Option<EndReason> {
        match leg {
            LegId::Caller => Some(Self::end_of_dialled(self.entry.view().accepted, why)),
            LegId::PhoneSeat(user) => self.on_phone_over(user, why).await,
            LegId::Party(party) => {
                if self.parties.remove(&party).is_some() {
                    self.record(CallFact::PartyLeft { party, why }).await;
                    self.after_party_left().await;
                }
                None
            }
        }
    }

    /// The last party is gone and no call-taker is there: the caller is the first whom anybody gets.
    async fn after_party_left(&mut self) {
        let alone = !self.parties.values().any(Party::talks);
        match self.centre.hand {
            Hand::Left(user) if alone => {
                self.centre.hand = Hand::Again;
                self.play(Announcement::Wait);
                self.core.seats.forget_call(user, self.id);
                self.wait_at_head().await;
            }
            Hand::Nobody | Hand::Again if alone && self.parties.is_empty() => {
                self.play(self.core.screen.queue_text(self.core.clock.now()));
                self.wait_in_queue().await;
            }
            Hand::Nobody | Hand::Again | Hand::With(_) | Hand::Left(_) => {}
        }
        self.publish();
    }

    pub(super) async fn drop_party(
        &mut self,
        by: UserId,
        party: PartyId,
    ) -> (Result<OrderReply, OrderError>, Option<EndReason>) {
        if let Err(error) = self.only(by) {
            return (Err(error), None);
        }
        if !self.parties.contains_key(&party) {
            return (Err(OrderError::NotPossible), None);
        }
        self.outside.drop_leg(&self.core, LegId::Party(party));
        let ended = self.on_over(LegId::Party(party), PartyEnd::Dropped).await;
        (Ok(OrderReply::Done), ended)
    }

    pub(super) async fn leave(&mut self, by: UserId) -> Result<OrderReply, OrderError> {
        self.only(by)?;
        if !self.parties.values().any(Party::talks) {
            // Nobody would be with the caller.
            return Err(OrderError::NotPossible);
        }
        self.call_taker_goes(by).await;
        Ok(OrderReply::Done)
    }

    pub(super) async fn call_taker_goes(&mut self, user: UserId) {
        self.end_hold();
        self.centre.hand = Hand::Left(user);
        self.release(user).await;
        self.record(CallFact::CallTakerLeft { by: user }).await;
        self.publish();
    }

    /// Nobody of the centre took the caller in time: somebody outside is rung, and the first of both has them.
    pub(super) async fn overflow(&mut self, target: Private<String>) -> Option<EndReason> {
        if !self.centre.waits() || !self.parties.is_empty() {
            return None;
        }
        if self.answer_into_queue().await.is_err() {
            return Some(EndReason::Lost);
        }
        let Ok(invitation) = self.invitation_for(&target) else { return None };
        let party = self.new_party_id();
        let label = OVERFLOW_LABEL.to_owned();
        self.record(CallFact::Overflowed { party, label, target: target.clone() }).await;
        self.ring_party(party, target, None, invitation).await;
        if self.parties.contains_key(&party) {
            self.play(Announcement::Diverted);
        }
        None
    }
}
