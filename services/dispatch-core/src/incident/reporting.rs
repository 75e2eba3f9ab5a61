//! What agencies and channels report of an assignment: taken, declined, and every step to the end.

use super::apply::state_of;
use super::assignment::{Assignment, AssignmentState, Because, ReportSource};
use super::command::{Change, ChannelReport};
use super::decide::Course;
use super::event::IncidentEvent;
use super::refusal::IncidentRefusal;
use crate::ids::{AssignmentId, UnitId, UserId};
use crate::limits::STEP_BACK_WITHIN;
use crate::private::Private;
use crate::routing::Role;
use crate::unit;

impl Course<'_> {
    /// Who takes or declines a task: a person, or whoever holds the telephone that it was sent to.
    fn somebody_of(&self, source: ReportSource) -> Result<Option<UserId>, IncidentRefusal> {
        if source.is_channel() { Ok(None) } else { self.reporter() }
    }

    /// What a channel says twice is written down once, and what it says after the proof not at all.
    pub(super) fn channel_tried(&mut self, a: &Assignment, report: ChannelReport) {
        let ChannelReport { channel, delivered, waits, result, notification, reference, called } = report;
        let state = state_of(delivered, waits);
        if a.channel_try(&notification).is_some_and(|known| known.state >= state) {
            return;
        }
        let assignment = a.id;
        self.emit(IncidentEvent::ChannelTried {
            assignment,
            channel,
            delivered,
            result,
            waits,
            notification,
            reference,
            called,
        });
    }

    pub(super) fn change_assignment(
        &mut self,
        id: AssignmentId,
        change: Change,
        source: ReportSource,
    ) -> Result<(), IncidentRefusal> {
        let a = self.assignment(id)?;
        self.must_not_be_merged()?;
        match change {
            Change::Delivered if a.delivered_at.is_some() || !a.progress.is_engaged() => Ok(()),
            Change::Delivered => {
                self.emit(IncidentEvent::Delivered { assignment: id });
                Ok(())
            }
            Change::Seen if a.seen_at.is_some() => Ok(()),
            Change::Seen => {
                self.emit(IncidentEvent::Seen { assignment: id });
                Ok(())
            }
            Change::Acknowledge { unit } => self.acknowledge(&a, unit, source),
            Change::Decline { reason } => self.decline(&a, reason, source),
            Change::EnRoute => self.progress(&a, AssignmentState::EnRoute, None, source),
            Change::OnScene => self.progress(&a, AssignmentState::OnScene, None, source),
            Change::Working => self.progress(&a, AssignmentState::Working, None, source),
            Change::UnderControl => self.progress(&a, AssignmentState::UnderControl, None, source),
            Change::Complete { note } => self.progress(&a, AssignmentState::Completed, note, source),
            Change::TakeBack => self.take_back(&a),
        }
    }

    /// One wins. The winner who asks twice is told that it is so; anybody else is told who won.
    fn acknowledge(
        &mut self,
        a: &Assignment,
        unit: Option<String>,
        source: ReportSource,
    ) -> Result<(), IncidentRefusal> {
        let person = self.somebody_of(source)?;
        if let Some((at, by)) = a.acknowledged {
            return if by == person { Ok(()) } else { Err(IncidentRefusal::AlreadyAcknowledged { by, at }) };
        }
        self.must_be_open()?;
        if !a.progress.awaits_acknowledgement() {
            let (from, to) = (a.progress.state().name(), AssignmentState::Acknowledged.name());
            return Err(IncidentRefusal::NotInThisState { from, to });
        }
        let (assignment, by) = (a.id, person);
        self.emit(IncidentEvent::Acknowledged { assignment, by, unit, source, pressed_at: None });
        Ok(())
    }

    /// A declined assignment asks the next agency at once.
    fn decline(
        &mut self,
        a: &Assignment,
        reason: Private<String>,
        source: ReportSource,
    ) -> Result<(), IncidentRefusal> {
        let by = self.somebody_of(source)?;
        self.must_be_open()?;
        if reason.reveal().trim().is_empty() {
            return Err(IncidentRefusal::ReasonMissing);
        }
        let state = a.progress.state();
        // A key in a call says no to what was asked; it does not call off who took it meanwhile and drives.
        let too_late = source.is_channel() && !a.progress.awaits_acknowledgement();
        if state > AssignmentState::EnRoute || too_late {
            let (from, to) = (state.name(), AssignmentState::Declined.name());
            return Err(IncidentRefusal::NotInThisState { from, to });
        }
        self.emit(IncidentEvent::Declined { assignment: a.id, by, reason, source });
        if self.incident.taken_transfer().is_some() {
            // It is a neighbour's: nobody is asked in its place, and without the last one it ends here.
            self.end_if_theirs();
        } else if a.role != Role::Notify {
            self.ask_next(a, Because::Declined);
        }
        Ok(())
    }

    pub(super) fn progress(
        &mut self,
        a: &Assignment,
        to: AssignmentState,
        note: Option<Private<String>>,
        source: ReportSource,
    ) -> Result<(), IncidentRefusal> {
        self.reporter()?;
        let a = &self.taken_by_its_crew(a, source)?;
        let from = a.progress.state();
        if from == to {
            return Ok(());
        }
        // Forward only, from acknowledged on; a step may be left out, because a crew that is busy saving
        // somebody presses one key later, not three.
        let follows = from >= AssignmentState::Acknowledged && from < to && a.progress.is_engaged();
        if !follows || to > AssignmentState::Completed {
            return Err(IncidentRefusal::NotInThisState { from: from.name(), to: to.name() });
        }
        let others_done = self.incident.unfinished().all(|other| other.id == a.id);
        let last = to == AssignmentState::Completed && others_done && self.incident.is_open();
        let close_due_at = last.then(|| self.now.after(self.policy.rules.close_within));
        let pressed_at = self.pressed_at;
        let assignment = a.id;
        self.emit(IncidentEvent::Progressed { assignment, to, note, close_due_at, source, pressed_at });
        Ok(())
    }

    /// Whoever pressed the wrong key says so within a moment. The crews of a completion come back with it, except those that
    /// are on another task since.
    fn take_back(&mut self, a: &Assignment) -> Result<(), IncidentRefusal> {
        self.must_be_open()?;
        let from = a.progress.state();
        let is_step = from > AssignmentState::Acknowledged && from <= AssignmentState::Completed;
        let is_fresh =
            a.stepped.is_some_and(|(at, by)| by == self.actor && self.now < at.after(STEP_BACK_WITHIN));
        if !is_step || !is_fresh {
            return Err(IncidentRefusal::NotInThisState { from: from.name(), to: "taken_back" });
        }
        let (assignment, to) = (a.id, a.state_before());
        self.emit(IncidentEvent::StepTakenBack { assignment, to });
        Ok(())
    }

    /// A merge may bring a crew under an assignment that nobody has acknowledged yet. A crew that reports from it has it:
    /// the agency is asked no further.
    fn taken_by_its_crew(
        &mut self,
        a: &Assignment,
        source: ReportSource,
    ) -> Result<Assignment, IncidentRefusal> {
        if self.actor.unit().is_some() && self.incident.is_open() && a.progress.awaits_acknowledgement() {
            let (assignment, by, unit, pressed_at) = (a.id, None, None, None);
            self.emit(IncidentEvent::Acknowledged { assignment, by, unit, source, pressed_at });
        }
        self.assignment(a.id)
    }

    /// Somebody has to hear it now: a note alone waits until somebody looks.
    pub(super) fn crew_help(
        &mut self,
        id: AssignmentId,
        text: Private<String>,
        raise_to: Option<u8>,
    ) -> Result<(), IncidentRefusal> {
        self.crews_task(id, "help_asked")?;
        self.emit(IncidentEvent::HelpAsked { assignment: id, text: text.clone() });
        raise_to.map_or(Ok(()), |to| self.raise_alarm(to, Some(text)))
    }

    /// Whoever is the last of its agency before anybody arrived declines for it, and the next agency is asked. One that
    /// leaves others behind, or a scene, is heard instead, because nobody follows by itself.
    pub(super) fn crew_unable(
        &mut self,
        id: AssignmentId,
        reason: Private<String>,
    ) -> Result<(), IncidentRefusal> {
        let (a, unit) = self.crews_task(id, "unable")?;
        let others = a.unit.is_some() || a.units.iter().any(|one| one.id != unit);
        if !others && a.progress.state() <= AssignmentState::EnRoute {
            return self.decline(&a, reason, ReportSource::Responder);
        }
        self.emit(IncidentEvent::HelpAsked { assignment: id, text: reason });
        self.leave_unit(id, unit)
    }

    /// The assignment that holds the unit whose crew speaks: one that is over, or its incident, holds nobody.
    fn crews_task(
        &self,
        id: AssignmentId,
        wished: &'static str,
    ) -> Result<(Assignment, UnitId), IncidentRefusal> {
        let a = self.assignment(id)?;
        self.must_be_open()?;
        let unit = self.actor.unit().ok_or(IncidentRefusal::NotAPerson(self.actor))?;
        if unit::holders(&self.incident).contains(&(unit, id)) {
            return Ok((a, unit));
        }
        Err(IncidentRefusal::NotInThisState { from: a.progress.state().name(), to: wished })
    }
}
