//! What may happen to an incident between two centres, and what follows from it ([`super::transfer`]).

use super::assignment::ReportSource;
use super::command::Report;
use super::decide::{Course, Decision, Effect, dispatch_within};
use super::event::{EscalationCause, IncidentEvent};
use super::refusal::IncidentRefusal;
use super::state::Ending;
use super::transfer::{
    Neighbour, Origin, OriginState, PacketState, Returned, Transfer, TransferAnswer, TransferCommand,
    TransferMessage, TransferState,
};
use crate::category::Priority;
use crate::escalation::Step;
use crate::ids::{AreaCode, AssignmentId, TransferId};
use crate::limits::{NOTE_BYTES_MAX, SHORT_TEXT_BYTES_MAX, TRANSFERS_PER_INCIDENT_MAX};
use crate::policy::Policy;
use crate::private::Private;
use crate::time::{Seconds, Timestamp};

/// How long a neighbouring centre has to answer.
fn answer_within(priority: Priority, policy: &Policy) -> Seconds {
    policy.rules.neighbour_answer_within.get(&priority).copied().unwrap_or(Seconds(120))
}

/// Opens what a neighbouring centre hands over. Nobody here opened it; the time to send somebody runs at once.
pub(super) fn receive(report: Report, origin: Origin, policy: &Policy, now: Timestamp) -> Decision {
    let dispatch_due_at = now.after(dispatch_within(report.priority, policy));
    let opened = IncidentEvent::Opened { report: Box::new(report), by: None, dispatch_due_at };
    let received = IncidentEvent::Received { origin: Box::new(origin) };
    Decision { events: vec![opened, received], effects: vec![] }
}

impl Course<'_> {
    /// The same offer again changes nothing.
    pub(super) fn received_again(&self, origin: &Origin) -> Result<(), IncidentRefusal> {
        let same = |known: &Origin| known.transfer == origin.transfer && known.from.code == origin.from.code;
        if self.incident.origin.as_deref().is_some_and(same) { Ok(()) } else { Err(IncidentRefusal::Exists) }
    }

    pub(super) fn transfer(&mut self, command: TransferCommand) -> Result<(), IncidentRefusal> {
        match command {
            TransferCommand::Offer { to } => self.offer(to),
            TransferCommand::Answered { id, from, answer } => {
                let transfer = self.transfer_to(id, Some(&from))?;
                // Who answers an offer has it, whatever became of our try to bring it.
                self.told(id, PacketState::Delivered { at: self.now })?;
                self.answered(&transfer, answer.cut(), ReportSource::Console)
            }
            TransferCommand::Heard { id, answer } => {
                self.person()?;
                let transfer = self.transfer_to(id, None)?;
                self.answered(&transfer, answer, ReportSource::Telephone)
            }
            TransferCommand::Withdraw { id } => {
                self.person()?;
                let transfer = self.transfer_to(id, None)?;
                match transfer.state {
                    TransferState::Waiting => {
                        self.come_back(&transfer, Returned::Withdrawn);
                        Ok(())
                    }
                    TransferState::Returned { why: Returned::Withdrawn, .. } => Ok(()),
                    TransferState::Accepted { .. } | TransferState::Returned { .. } => {
                        Err(not_from(&transfer.state, "withdrawn"))
                    }
                }
            }
            TransferCommand::Accept => self.accept_origin(),
            TransferCommand::Refuse { reason } => self.refuse_origin(reason),
            TransferCommand::TakenBack { from, id } => self.taken_back(&from, id),
            TransferCommand::Hastened { from, id, answer_by, priority } => {
                self.origin_hastened(&from, id, answer_by, priority)
            }
            TransferCommand::Told { id, packet } => self.told(id, packet),
        }
    }

    fn offer(&mut self, to: Neighbour) -> Result<(), IncidentRefusal> {
        self.must_be_open()?;
        let by = self.person()?;
        if self.incident.unanswered_origin().is_some() {
            return Err(IncidentRefusal::NotInThisState { from: "asked", to: "waiting" });
        }
        if let Some(other) = self.incident.waiting_transfer().or_else(|| self.incident.taken_transfer()) {
            return Err(IncidentRefusal::TransferStands { to: other.to.name.clone() });
        }
        if self.incident.transfers.len() >= TRANSFERS_PER_INCIDENT_MAX {
            return Err(IncidentRefusal::TooMany { what: "transfers", max: TRANSFERS_PER_INCIDENT_MAX });
        }
        let ordinal = u32::try_from(self.incident.transfers.len()).unwrap_or(u32::MAX);
        let id = TransferId::nth(self.id, ordinal, self.now);
        let due_at = self.now.after(answer_within(self.incident.priority, self.policy));
        let (packet, state) = (PacketState::Pending, TransferState::Waiting);
        let transfer = Transfer { id, to, at: self.now, by, due_at, packet, state };
        self.emit(IncidentEvent::TransferOffered { transfer: Box::new(transfer) });
        self.tell(id, TransferMessage::Offer);
        Ok(())
    }

    fn answered(
        &mut self,
        transfer: &Transfer,
        answer: TransferAnswer,
        source: ReportSource,
    ) -> Result<(), IncidentRefusal> {
        let (TransferAnswer::Accepted { name, .. } | TransferAnswer::Refused { name, .. }) = &answer;
        // What is only told has to have been told by somebody.
        let missing = !source.is_console() && name.reveal().trim().is_empty();
        if missing || name.reveal().len() > SHORT_TEXT_BYTES_MAX {
            return Err(IncidentRefusal::NameMissing);
        }
        match (&transfer.state, answer) {
            (TransferState::Accepted { source: heard, .. }, TransferAnswer::Accepted { name, reference }) => {
                // Said on the telephone first, and now by their own system: that one knows their number.
                if source.is_console() && !heard.is_console() {
                    let transfer = transfer.id;
                    self.emit(IncidentEvent::TransferAccepted { transfer, name, reference, source });
                }
                Ok(())
            }
            (TransferState::Returned { .. }, TransferAnswer::Refused { .. }) => Ok(()),
            (TransferState::Waiting, TransferAnswer::Refused { name, reason }) => {
                self.must_be_open()?;
                // Their system may know no reasons; a no is a no.
                if !source.is_console() {
                    must_say_why(&reason)?;
                }
                self.come_back(transfer, Returned::Refused { name, reason, source });
                Ok(())
            }
            (TransferState::Accepted { at, source: heard, .. }, TransferAnswer::Refused { name, reason })
                if source.is_console() && !heard.is_console() =>
            {
                self.not_theirs_after_all(transfer, *at, name, reason);
                Ok(())
            }
            (
                TransferState::Waiting | TransferState::Returned { why: Returned::Unanswered, .. },
                TransferAnswer::Accepted { name, reference },
            ) => self.handed_over(transfer, name, reference, source),
            (state @ TransferState::Accepted { .. }, TransferAnswer::Refused { .. }) => {
                Err(not_from(state, "refused"))
            }
            (state @ TransferState::Returned { .. }, TransferAnswer::Accepted { .. }) => {
                Err(not_from(state, "accepted"))
            }
        }
    }

    /// It is theirs. It ends here unless agencies of ours are at work: nobody who drives is called off by a neighbour.
    fn handed_over(
        &mut self,
        transfer: &Transfer,
        name: Private<String>,
        reference: Option<String>,
        source: ReportSource,
    ) -> Result<(), IncidentRefusal> {
        self.must_be_open()?;
        if let Some(other) = self.incident.waiting_transfer().filter(|other| other.id != transfer.id) {
            return Err(IncidentRefusal::TransferStands { to: other.to.name.clone() });
        }
        if let Some(other) = self.incident.taken_transfer() {
            return Err(IncidentRefusal::TransferStands { to: other.to.name.clone() });
        }
        self.emit(IncidentEvent::TransferAccepted { transfer: transfer.id, name, reference, source });
        // Whom nobody has answered for drives nowhere: no ladder of ours asks further for what is theirs.
        let unheard = self.incident.assignments.iter().filter(|a| a.progress.awaits_acknowledgement());
        let unheard: Vec<AssignmentId> = unheard.map(|a| a.id).collect();
        for assignment in unheard {
            self.emit(IncidentEvent::AssignmentCancelled { assignment, reason: None });
        }
        self.end_if_theirs();
        Ok(())
    }

    /// What is a neighbour's ends here with the last agency of ours.
    pub(super) fn end_if_theirs(&mut self) {
        if self.incident.is_open() && self.incident.unfinished().next().is_none() {
            self.cancel_unfinished();
            self.emit(IncidentEvent::Closed { reason: None });
        }
    }

    /// Somebody there said yes on the telephone, and their system says no: it is ours, and it never was anybody else's.
    fn not_theirs_after_all(
        &mut self,
        transfer: &Transfer,
        accepted_at: Timestamp,
        name: Private<String>,
        reason: Private<String>,
    ) {
        let nobody = self.incident.engaged().next().is_none();
        let ended_by_it = |at: Timestamp| at == accepted_at || nobody;
        if matches!(&self.incident.ending, Some(Ending::Closed { at, .. }) if ended_by_it(*at)) {
            let dispatch_due_at = self.now.after(dispatch_within(self.incident.priority, self.policy));
            self.emit(IncidentEvent::Reopened { reason: reason.clone(), dispatch_due_at });
        }
        let source = ReportSource::Console;
        self.come_back(transfer, Returned::Refused { name, reason, source });
    }

    /// It has become more urgent: who is waited for has less time, and has to know.
    pub(super) fn hasten(&mut self) {
        let within = answer_within(self.incident.priority, self.policy);
        let Some(offer) = self.incident.waiting_transfer() else { return };
        let (transfer, due_at) = (offer.id, self.now.after(within));
        if due_at < offer.due_at {
            self.emit(IncidentEvent::TransferHastened { transfer, due_at });
        }
        self.tell(transfer, TransferMessage::Hastened);
    }

    /// It is ours again: somebody must be sent, unless somebody is, and the supervisor hears of it at once.
    fn come_back(&mut self, transfer: &Transfer, why: Returned) {
        // What their own system refused it knows already; what somebody told us it does not.
        let (refused, known) = match &why {
            Returned::Refused { source, .. } => (true, source.is_console()),
            Returned::Unanswered | Returned::Withdrawn | Returned::Reopened { .. } => (false, false),
        };
        let nobody = self.incident.is_open() && self.incident.engaged().next().is_none();
        let again = self.now.after(dispatch_within(self.incident.priority, self.policy));
        let dispatch_due_at =
            nobody.then(|| self.incident.dispatch_due_at.map_or(again, |due| due.min(again)));
        self.emit(IncidentEvent::TransferReturned { transfer: transfer.id, why, dispatch_due_at });
        if refused {
            let cause = EscalationCause::NotAccepted { transfer: transfer.id };
            self.emit(IncidentEvent::Escalated { cause, step: Step::Supervisor, due_at: self.now });
        }
        if !known {
            self.tell(transfer.id, TransferMessage::TakenBack);
        }
    }

    /// Nobody answered in time. The alarm stands already.
    pub(super) fn unanswered(&mut self, id: TransferId) {
        if let Some(transfer) = self.incident.transfer(id).cloned() {
            self.come_back(&transfer, Returned::Unanswered);
        }
    }

    /// The incident ends some other way: an offer that waits is taken back, one that waits for us is answered.
    pub(super) fn settle_transfers(&mut self, refused_because: Option<&Private<String>>) {
        if let Some(transfer) = self.incident.waiting_transfer().cloned() {
            self.come_back(&transfer, Returned::Withdrawn);
        }
        if self.incident.unanswered_origin().is_some() {
            self.answer_origin(refused_because.cloned());
        }
    }

    /// Whoever sends somebody has taken it; what they took back they may still want, and decide that.
    pub(super) fn take_origin(&mut self) {
        let state = self.incident.origin.as_deref().map(|origin| &origin.state);
        if matches!(state, Some(OriginState::Asked | OriginState::TakenBack { .. })) {
            self.answer_origin(None);
        }
    }

    fn accept_origin(&mut self) -> Result<(), IncidentRefusal> {
        self.person()?;
        let origin = self.incident.origin.as_deref().ok_or(IncidentRefusal::NotHandedOver)?;
        match &origin.state {
            OriginState::Accepted { .. } => Ok(()),
            // They may still want it: the sender decides.
            OriginState::Asked | OriginState::TakenBack { .. } => {
                self.must_be_open()?;
                self.answer_origin(None);
                Ok(())
            }
            OriginState::Refused { .. } => {
                Err(IncidentRefusal::NotInThisState { from: "refused", to: "accepted" })
            }
        }
    }

    /// Sends it back: it ends here as none of ours.
    fn refuse_origin(&mut self, reason: Private<String>) -> Result<(), IncidentRefusal> {
        self.person()?;
        let origin = self.incident.origin.as_deref().ok_or(IncidentRefusal::NotHandedOver)?;
        match &origin.state {
            OriginState::Refused { .. } => Ok(()),
            OriginState::Asked => {
                self.must_be_open()?;
                must_say_why(&reason)?;
                self.answer_origin(Some(reason.clone()));
                self.cancel_unfinished();
                self.emit(IncidentEvent::Cancelled { reason });
                Ok(())
            }
            OriginState::Accepted { .. } => {
                Err(IncidentRefusal::NotInThisState { from: "accepted", to: "refused" })
            }
            OriginState::TakenBack { .. } => {
                Err(IncidentRefusal::NotInThisState { from: "taken_back", to: "refused" })
            }
        }
    }

    /// Answers the neighbouring centre: with a reason no, without one yes.
    pub(super) fn answer_origin(&mut self, refused_because: Option<Private<String>>) {
        let Some(transfer) = self.incident.origin.as_deref().map(|origin| origin.transfer) else { return };
        let Ok(by) = self.person() else { return };
        let idle = self.incident.engaged().next().is_none() && self.incident.dispatch_due_at.is_none();
        let again = self.now.after(dispatch_within(self.incident.priority, self.policy));
        let dispatch_due_at = (idle && refused_because.is_none()).then_some(again);
        self.emit(IncidentEvent::OriginAnswered { by, refused_because, dispatch_due_at });
        self.tell(transfer, TransferMessage::Answer);
    }

    /// They have it again. Whoever had begun to read it here closes it, or takes it all the same.
    fn taken_back(&mut self, from: &AreaCode, id: TransferId) -> Result<(), IncidentRefusal> {
        match &self.origin_of(from, id)?.state {
            OriginState::Asked => {
                let close_due_at = self.now.after(self.policy.rules.close_within);
                let close_due_at = self.incident.is_open().then_some(close_due_at);
                self.emit(IncidentEvent::OriginTakenBack { close_due_at });
                Ok(())
            }
            // Our answer is on its way to them, or has reached them.
            OriginState::Accepted { .. } | OriginState::Refused { .. } | OriginState::TakenBack { .. } => {
                Ok(())
            }
        }
    }

    /// Until we have answered it is theirs, and so is how urgent it is: ours follows where theirs is higher.
    fn origin_hastened(
        &mut self,
        from: &AreaCode,
        id: TransferId,
        answer_by: Timestamp,
        theirs: Option<Priority>,
    ) -> Result<(), IncidentRefusal> {
        let origin = self.origin_of(from, id)?;
        let (sooner, known) = (answer_by.min(origin.answer_by), origin.answer_by);
        let priority = theirs.filter(|to| *to < self.incident.priority);
        if origin.state != OriginState::Asked || (sooner == known && priority.is_none()) {
            return Ok(());
        }
        let within = |to| self.now.after(dispatch_within(to, self.policy));
        let due = self.incident.dispatch_due_at;
        let dispatch_due_at = due.map(|due| priority.map_or(due, |to| due.min(within(to))));
        self.emit(IncidentEvent::OriginHastened { answer_by: sooner, priority, dispatch_due_at });
        Ok(())
    }

    /// Where it came from, if the offer that is spoken of is the one, and the speaker whose it is.
    fn origin_of(&self, from: &AreaCode, id: TransferId) -> Result<&Origin, IncidentRefusal> {
        let origin = self.incident.origin.as_deref();
        let origin = origin.filter(|o| o.transfer == id && o.from.code == *from);
        origin.ok_or(IncidentRefusal::NotHandedOver)
    }

    fn told(&mut self, id: TransferId, packet: PacketState) -> Result<(), IncidentRefusal> {
        let known = match (self.incident.transfer(id), self.incident.origin.as_deref()) {
            (Some(transfer), _) => &transfer.packet,
            (None, Some(origin)) if origin.transfer == id => &origin.told,
            (None, Some(_) | None) => return Err(IncidentRefusal::NotHandedOver),
        };
        if !matches!(known, PacketState::Delivered { .. }) && *known != packet {
            self.emit(IncidentEvent::NeighbourTold { transfer: id, packet });
        }
        Ok(())
    }

    fn transfer_to(&self, id: TransferId, from: Option<&AreaCode>) -> Result<Transfer, IncidentRefusal> {
        let found = self.incident.transfer(id).filter(|t| from.is_none_or(|code| t.to.code == *code));
        found.cloned().ok_or(IncidentRefusal::NotHandedOver)
    }

    fn tell(&mut self, transfer: TransferId, message: TransferMessage) {
        self.decision.effects.push(Effect::TellNeighbour { transfer, message });
    }
}

const fn not_from(state: &TransferState, to: &'static str) -> IncidentRefusal {
    let from = match state {
        TransferState::Waiting => "waiting",
        TransferState::Accepted { .. } => "accepted",
        TransferState::Returned { .. } => "returned",
    };
    IncidentRefusal::NotInThisState { from, to }
}

fn must_say_why(reason: &Private<String>) -> Result<(), IncidentRefusal> {
    let text = reason.reveal();
    let said = !text.trim().is_empty() && text.len() <= NOTE_BYTES_MAX;
    if said { Ok(()) } else { Err(IncidentRefusal::ReasonMissing) }
}
