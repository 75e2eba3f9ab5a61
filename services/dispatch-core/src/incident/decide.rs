//! What may happen to an incident, and what follows from it.

use std::collections::BTreeSet;

use super::apply::apply;
use super::assignment::{Assignment, AssignmentState, Because, ReportSource};
use super::command::{IncidentCommand, Report};
use super::deadline;
use super::event::{EscalationCause, IncidentEvent};
use super::handing_over::receive;
use super::refusal::IncidentRefusal;
use super::state::{Ending, Incident, IncidentStatus};
use super::transfer::TransferMessage;
use crate::actor::Actor;
use crate::escalation::Step;
use crate::ids::{AgencyId, AssignmentId, IncidentId, TransferId, UserId};
use crate::limits::ASSIGNMENTS_PER_INCIDENT_MAX;
use crate::policy::Policy;
use crate::private::Private;
use crate::routing::{self, Role, Situation, Target};
use crate::time::{Seconds, Timestamp};

/// What follows from a command: facts to keep, and things to do once they are kept.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Decision {
    /// To be appended, in this order.
    pub events: Vec<IncidentEvent>,
    /// To be done after the commit, at least once each.
    pub effects: Vec<Effect>,
}

/// Something to be done outside, after the commit. What comes of it returns as a command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Tell an agency over a channel other than its console.
    Notify {
        /// Which agency.
        agency: AgencyId,
        /// About which assignment.
        assignment: AssignmentId,
        /// Which rung asks for it.
        step: Step,
    },
    /// Tell a neighbouring centre's system.
    TellNeighbour {
        /// About which offer.
        transfer: TransferId,
        /// What.
        message: TransferMessage,
    },
}

/// What follows from a command of `actor` at `now`. `incident` is `None` before it is opened.
pub fn decide(
    incident: Option<&Incident>,
    id: IncidentId,
    command: IncidentCommand,
    actor: Actor,
    policy: &Policy,
    now: Timestamp,
) -> Result<Decision, IncidentRefusal> {
    match (incident, command) {
        (None, IncidentCommand::Open(report)) => open(*report, actor, policy, now),
        (None, IncidentCommand::Receive { report, origin }) => Ok(receive(*report, *origin, policy, now)),
        (None, _command) => Err(IncidentRefusal::Unknown),
        (Some(incident), command) => {
            let mut course = Course {
                incident: incident.clone(),
                id,
                actor,
                policy,
                now,
                pressed_at: None,
                decision: Decision::default(),
            };
            course.run(command)?;
            Ok(course.decision)
        }
    }
}

fn open(report: Report, actor: Actor, policy: &Policy, now: Timestamp) -> Result<Decision, IncidentRefusal> {
    let by = actor.user().ok_or(IncidentRefusal::NotAPerson(actor))?;
    let dispatch_due_at = now.after(dispatch_within(report.priority, policy));
    let opened = IncidentEvent::Opened { report: Box::new(report), by: Some(by), dispatch_due_at };
    Ok(Decision { events: vec![opened], effects: vec![] })
}

pub(super) fn dispatch_within(priority: crate::category::Priority, policy: &Policy) -> Seconds {
    policy.rules.dispatch_within.get(&priority).copied().unwrap_or(Seconds(60))
}

/// One decision in the making: every event is applied at once, so that the next one sees its result.
pub(super) struct Course<'a> {
    pub(super) incident: Incident,
    pub(super) id: IncidentId,
    pub(super) actor: Actor,
    pub(super) policy: &'a Policy,
    pub(super) now: Timestamp,
    /// When the crew that reports pressed the button.
    pub(super) pressed_at: Option<Timestamp>,
    pub(super) decision: Decision,
}

impl Course<'_> {
    fn run(&mut self, command: IncidentCommand) -> Result<(), IncidentRefusal> {
        self.must_be_the_crews(&command)?;
        match command {
            IncidentCommand::Open(_) => Err(IncidentRefusal::Exists),
            IncidentCommand::Edit { version, edit } => {
                self.must_be_open()?;
                if version != self.incident.version {
                    return Err(IncidentRefusal::VersionConflict { current: self.incident.version });
                }
                let before = self.incident.priority;
                self.emit(IncidentEvent::Edited { edit });
                if self.incident.priority < before {
                    self.hasten();
                }
                Ok(())
            }
            IncidentCommand::Dispatch { targets, note } => self.dispatch(targets, note),
            IncidentCommand::Assignment { id, change, source } => self.change_assignment(id, change, source),
            IncidentCommand::CrewReport { id, change, pressed_at } => {
                self.pressed_at = pressed_at;
                self.change_assignment(id, change, ReportSource::Responder)
            }
            IncidentCommand::CrewHelp { id, text, raise_to } => self.crew_help(id, text, raise_to),
            IncidentCommand::CrewUnable { id, reason } => self.crew_unable(id, reason),
            IncidentCommand::Reassign { id, to, reason } => self.reassign(id, to, reason),
            IncidentCommand::ConsoleOff { id } => self.console_off(id),
            IncidentCommand::JoinUnit { assignment, unit } => self.join_unit(assignment, unit),
            IncidentCommand::LeaveUnit { assignment, unit } => self.leave_unit(assignment, unit),
            IncidentCommand::RaiseAlarm { to, reason } => self.raise_alarm(to, reason),
            IncidentCommand::AddNote { text } => {
                self.emit(IncidentEvent::Noted { text });
                Ok(())
            }
            IncidentCommand::IssueReport { report, sha256, purpose } => {
                self.emit(IncidentEvent::ReportIssued { report, sha256, purpose });
                Ok(())
            }
            IncidentCommand::AnswerCard { answers } => self.answer(answers),
            IncidentCommand::AttachCall { call } => self.attach(call),
            IncidentCommand::Close { reason, may_override } => self.close(reason, may_override),
            IncidentCommand::Reopen { reason } => self.reopen(reason),
            IncidentCommand::Cancel { reason } => {
                self.must_be_open()?;
                self.settle_transfers(Some(&reason));
                self.cancel_unfinished();
                self.emit(IncidentEvent::Cancelled { reason });
                Ok(())
            }
            IncidentCommand::MergeInto { into, number } => self.merge(into, number),
            IncidentCommand::Absorb { from } => self.absorb(&from),
            IncidentCommand::Release { incident, number } => self.release(incident, number),
            IncidentCommand::Unmerge { from } => self.unmerge(&from),
            IncidentCommand::DetachCall { call } => self.detach(call),
            IncidentCommand::DeclareMassEvent => self.declare_mass_event(),
            IncidentCommand::EndMassEvent => self.end_mass_event(),
            IncidentCommand::ChannelTried { id, report } => {
                let a = self.assignment(id)?;
                self.channel_tried(&a, report);
                Ok(())
            }
            IncidentCommand::Receive { origin, .. } => self.received_again(&origin),
            IncidentCommand::EnterPaper(paper) => self.enter_paper(*paper),
            IncidentCommand::Transfer(command) => self.transfer(command),
            IncidentCommand::DeadlineReached => {
                self.escalate();
                Ok(())
            }
        }
    }

    pub(super) fn emit(&mut self, event: IncidentEvent) {
        let before = self.incident.clone();
        if let Some(after) = apply(Some(before), self.id, &event, self.actor, self.now) {
            self.incident = after;
        }
        self.decision.events.push(event);
    }

    pub(super) fn must_be_open(&self) -> Result<(), IncidentRefusal> {
        self.must_not_be_merged()?;
        if self.incident.is_open() { Ok(()) } else { Err(IncidentRefusal::Ended) }
    }

    /// What is done about a merged incident is done about the one that goes on.
    pub(super) fn must_not_be_merged(&self) -> Result<(), IncidentRefusal> {
        match &self.incident.ending {
            None | Some(Ending::Closed { .. } | Ending::Cancelled { .. }) => Ok(()),
            Some(Ending::Merged { into, number, .. }) => {
                Err(IncidentRefusal::Merged { into: *into, number: number.clone() })
            }
        }
    }

    pub(super) fn person(&self) -> Result<UserId, IncidentRefusal> {
        self.actor.user().ok_or(IncidentRefusal::NotAPerson(self.actor))
    }

    /// Who reports: a person by name, or the crew of a unit by none.
    pub(super) fn reporter(&self) -> Result<Option<UserId>, IncidentRefusal> {
        if self.actor.unit().is_some() { Ok(None) } else { self.person().map(Some) }
    }

    /// A crew reports of the task that it is on, and of nothing else.
    fn must_be_the_crews(&self, command: &IncidentCommand) -> Result<(), IncidentRefusal> {
        let Some(unit) = self.actor.unit() else { return Ok(()) };
        let is_on = |a: &Assignment| a.progress.is_engaged() && a.units.iter().any(|known| known.id == unit);
        let theirs = match command {
            IncidentCommand::CrewReport { id, .. }
            | IncidentCommand::CrewHelp { id, .. }
            | IncidentCommand::CrewUnable { id, .. } => self.incident.assignment(*id).is_some_and(is_on),
            IncidentCommand::Open(_)
            | IncidentCommand::Edit { .. }
            | IncidentCommand::Dispatch { .. }
            | IncidentCommand::Assignment { .. }
            | IncidentCommand::Reassign { .. }
            | IncidentCommand::ConsoleOff { .. }
            | IncidentCommand::JoinUnit { .. }
            | IncidentCommand::LeaveUnit { .. }
            | IncidentCommand::RaiseAlarm { .. }
            | IncidentCommand::AddNote { .. }
            | IncidentCommand::IssueReport { .. }
            | IncidentCommand::AnswerCard { .. }
            | IncidentCommand::AttachCall { .. }
            | IncidentCommand::Close { .. }
            | IncidentCommand::Reopen { .. }
            | IncidentCommand::Cancel { .. }
            | IncidentCommand::MergeInto { .. }
            | IncidentCommand::Absorb { .. }
            | IncidentCommand::Release { .. }
            | IncidentCommand::Unmerge { .. }
            | IncidentCommand::DetachCall { .. }
            | IncidentCommand::DeclareMassEvent
            | IncidentCommand::EndMassEvent
            | IncidentCommand::ChannelTried { .. }
            | IncidentCommand::Receive { .. }
            | IncidentCommand::EnterPaper(_)
            | IncidentCommand::Transfer(_)
            | IncidentCommand::DeadlineReached => false,
        };
        if theirs { Ok(()) } else { Err(IncidentRefusal::NotAPerson(self.actor)) }
    }

    pub(super) fn assignment(&self, id: AssignmentId) -> Result<Assignment, IncidentRefusal> {
        self.incident.assignment(id).cloned().ok_or(IncidentRefusal::UnknownAssignment)
    }

    fn dispatch(
        &mut self,
        targets: Vec<Target>,
        note: Option<Private<String>>,
    ) -> Result<(), IncidentRefusal> {
        self.must_be_open()?;
        if targets.is_empty() {
            return Err(IncidentRefusal::NobodyToSend);
        }
        let mut asked: BTreeSet<AgencyId> = self.asked().collect();
        let named: Vec<AgencyId> = targets.iter().map(|t| t.agency).collect();
        // `insert` is false for one that is asked already, and for one that was named twice.
        let new: Vec<Target> = targets.into_iter().filter(|t| asked.insert(t.agency)).collect();
        if new.is_empty() {
            return Err(IncidentRefusal::AlreadyAssigned { agencies: named });
        }
        if self.incident.assignments.len() + new.len() > ASSIGNMENTS_PER_INCIDENT_MAX {
            return Err(IncidentRefusal::TooMany { what: "assignments", max: ASSIGNMENTS_PER_INCIDENT_MAX });
        }
        // Whoever sends somebody has taken it.
        self.take_origin();
        for target in new {
            self.assign(target, Because::Dispatch, note.clone());
        }
        Ok(())
    }

    /// One goes, another one comes, in one act: nobody stands in between with neither. Who is there already is not called off.
    fn reassign(
        &mut self,
        id: AssignmentId,
        to: Target,
        reason: Private<String>,
    ) -> Result<(), IncidentRefusal> {
        self.must_be_open()?;
        let a = self.assignment(id)?;
        if reason.reveal().trim().is_empty() {
            return Err(IncidentRefusal::ReasonMissing);
        }
        let state = a.progress.state();
        if state > AssignmentState::EnRoute {
            let (from, to) = (state.name(), AssignmentState::Cancelled.name());
            return Err(IncidentRefusal::NotInThisState { from, to });
        }
        self.dispatch(vec![Target { role: a.role, ..to }], None)?;
        self.emit(IncidentEvent::AssignmentCancelled { assignment: id, reason: Some(reason) });
        Ok(())
    }

    /// Agencies that are asked at present: a declined or cancelled one may be asked again by a person.
    pub(super) fn asked(&self) -> impl Iterator<Item = AgencyId> {
        self.incident.assignments.iter().filter(|a| a.progress.is_engaged()).map(|a| a.agency)
    }

    /// Nobody can have it on a screen: the second channel need not wait for its time on the ladder.
    fn console_off(&mut self, id: AssignmentId) -> Result<(), IncidentRefusal> {
        let a = self.assignment(id)?;
        let waits = self.incident.is_open() && a.progress.state() == AssignmentState::Sent;
        if waits && a.role != Role::Notify && a.console_off_at.is_none() {
            self.emit(IncidentEvent::ConsoleOff { assignment: id });
            let (agency, step) = (a.agency, Step::SecondChannel);
            self.decision.effects.push(Effect::Notify { agency, assignment: id, step });
        }
        Ok(())
    }

    pub(super) fn ask_next(&mut self, instead_of: &Assignment, because: Because) {
        let already: Vec<AgencyId> = self.incident.assignments.iter().map(|a| a.agency).collect();
        let next = routing::next_agency(self.policy, &Situation::of(&self.incident), &already);
        let room = self.incident.assignments.len() < ASSIGNMENTS_PER_INCIDENT_MAX;
        match next.filter(|_| room) {
            Some(target) => self.assign(Target { role: instead_of.role, ..target }, because, None),
            None => self.emit(IncidentEvent::PlanExhausted { assignment: instead_of.id }),
        }
    }

    pub(super) fn close(
        &mut self,
        reason: Option<Private<String>>,
        may_override: bool,
    ) -> Result<(), IncidentRefusal> {
        self.must_be_open()?;
        let unfinished: Vec<_> = self.incident.unfinished().map(|a| a.code.clone()).collect();
        let nobody_reported = self.incident.status() != IncidentStatus::Completed;
        if nobody_reported && !may_override {
            return Err(IncidentRefusal::AgenciesUnfinished { agencies: unfinished });
        }
        if nobody_reported && reason.as_ref().is_none_or(|r| r.reveal().trim().is_empty()) {
            return Err(IncidentRefusal::ReasonMissing);
        }
        // Whoever closes what was handed to us and sent nobody has sent it back.
        let nobody = self.incident.engaged().next().is_none();
        self.settle_transfers(reason.as_ref().filter(|_| nobody));
        self.cancel_unfinished();
        self.emit(IncidentEvent::Closed { reason });
        Ok(())
    }

    fn reopen(&mut self, reason: Private<String>) -> Result<(), IncidentRefusal> {
        if self.incident.is_open() {
            return Err(IncidentRefusal::NotEnded);
        }
        self.must_not_be_merged()?;
        let dispatch_due_at = self.now.after(dispatch_within(self.incident.priority, self.policy));
        self.emit(IncidentEvent::Reopened { reason, dispatch_due_at });
        Ok(())
    }

    pub(super) fn cancel_unfinished(&mut self) {
        let open = self.incident.assignments.iter().filter(|a| a.progress.is_engaged());
        let open = open.filter(|a| a.progress.state() != AssignmentState::Completed);
        let ids: Vec<AssignmentId> = open.map(|a| a.id).collect();
        for assignment in ids {
            self.emit(IncidentEvent::AssignmentCancelled { assignment, reason: None });
        }
    }

    /// Climbs every rung that is due, each once, in the order in which they fell due.
    ///
    /// After a long stop several rungs of one ladder are late at once; every pass re-reads the incident,
    /// and a pass without a late rung ends it. A rung is climbed once, so this ends.
    fn escalate(&mut self) {
        while let Some(due) = deadline::overdue(&self.incident, self.policy, self.now).first().copied() {
            self.emit(IncidentEvent::Escalated { cause: due.cause, step: due.step, due_at: due.at });
            let assignment = due.cause.assignment().and_then(|id| self.incident.assignment(id).cloned());
            if let Some(a) = assignment {
                self.act_on(&a, due.cause, due.step);
            }
            if let EscalationCause::NotAccepted { transfer } = due.cause {
                self.unanswered(transfer);
            }
        }
    }

    fn act_on(&mut self, a: &Assignment, cause: EscalationCause, step: Step) {
        match step {
            Step::SecondChannel | Step::RenotifyAndCallDuty | Step::AgencyHead | Step::HeadAndSekda => {
                let (agency, assignment) = (a.agency, a.id);
                self.decision.effects.push(Effect::Notify { agency, assignment, step });
            }
            Step::SupervisorAndNextAgency if matches!(cause, EscalationCause::NotAcknowledged { .. }) => {
                self.ask_next(a, Because::Escalated);
            }
            Step::SupervisorAndNextAgency | Step::Supervisor | Step::WelfareCheck | Step::NextDayList => {}
        }
    }
}
