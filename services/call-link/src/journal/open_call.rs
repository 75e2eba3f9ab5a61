//! A call that the journal begins and does not end: what another process needs to go on with it.

use dispatch_core::call::fact::{CallFact, CallerClass, HeldDialog};
use dispatch_core::ids::{CallId, UserId};
use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;

use super::Entry;

/// A call without an end, as far as its facts tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenCall {
    /// Which call.
    pub call: CallId,
    /// When its INVITE arrived.
    pub since: Timestamp,
    /// What its INVITE said of itself. `None` when the journal has lost the arrival.
    pub invite: Option<OpenInvite>,
    /// How far it came.
    pub progress: Progress,
    /// The caller's side had acknowledged our 200: it does not send its INVITE again.
    pub confirmed: bool,
    /// What the trunk wrote down last to go on with the established call. It tells all that is needed by itself:
    /// of a long call the earlier facts may be deleted.
    pub held: Option<HeldDialog>,
    /// The class in which it waited, if it was put into one.
    pub class: Option<CallerClass>,
    /// It rang at a seat: it has had its turn.
    pub had_turn: bool,
    /// The index of the first of its facts that the journal still has.
    pub first_index: u64,
}

/// What tells the INVITE of a call from any other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenInvite {
    /// Its Call-ID header, or the one that was made up.
    pub sip_call_id: String,
    /// The trunk that it came over.
    pub trunk: String,
    /// The caller's number, if it named one.
    pub caller: Option<Private<String>>,
}

/// How far a call came before its process ended. What is named here is in the journal already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// It rang.
    Arrived,
    /// It was answered with the queue announcement.
    QueueAnswered,
    /// A call-taker had answered.
    Answered {
        /// Who.
        by: UserId,
    },
}

impl OpenCall {
    pub(super) fn begun_by(entry: &Entry) -> Self {
        Self {
            call: entry.call,
            since: entry.at,
            invite: None,
            progress: Progress::Arrived,
            confirmed: false,
            held: None,
            class: None,
            had_turn: false,
            first_index: entry.index,
        }
    }

    /// Takes in a fact; the end of a call is the caller's to see.
    pub(super) fn learn(&mut self, fact: CallFact) {
        match fact {
            CallFact::Arrived(arrival) => {
                self.invite = Some(OpenInvite {
                    sip_call_id: arrival.sip_call_id,
                    trunk: arrival.trunk,
                    caller: arrival.caller.map(|caller| caller.number),
                });
            }
            CallFact::QueueAnswered if self.progress == Progress::Arrived => {
                self.progress = Progress::QueueAnswered;
            }
            CallFact::Answered { by } => self.progress = Progress::Answered { by },
            CallFact::Confirmed => self.confirmed = true,
            CallFact::DialogHeld(held) => {
                self.confirmed = true;
                self.held = Some(*held);
            }
            CallFact::Screened { class, .. } => self.class = Some(class),
            CallFact::Offered { .. } => self.had_turn = true,
            // What a person at the centre did with the call is the desk's to know, and the held dialog's.
            CallFact::QueueAnswered
            | CallFact::OfferEnded { .. }
            | CallFact::SeatLost { .. }
            | CallFact::SeatBack { .. }
            | CallFact::Held { .. }
            | CallFact::Resumed { .. }
            | CallFact::PartyAdded { .. }
            | CallFact::Overflowed { .. }
            | CallFact::PartyAnswered { .. }
            | CallFact::PartyLeft { .. }
            | CallFact::CallTakerLeft { .. }
            | CallFact::SupervisorJoined { .. }
            | CallFact::SupervisorLeft { .. }
            | CallFact::Digit { .. }
            | CallFact::VoiceHeard
            | CallFact::Prompted { .. }
            | CallFact::RestrictionLifted { .. }
            | CallFact::RecordingEnded(_)
            | CallFact::RecordingFailed { .. }
            | CallFact::Restored
            | CallFact::DefectFound { .. }
            | CallFact::Ended { .. } => {}
        }
    }
}
