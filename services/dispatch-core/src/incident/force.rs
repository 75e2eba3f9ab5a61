//! Who and how much goes to an incident: agencies, units on their assignments, and its alarm level.

use super::assignment::{Assignment, AssignmentState, Because, Progress};
use super::decide::Course;
use super::event::IncidentEvent;
use super::merging::is_at_work;
use super::refusal::IncidentRefusal;
use crate::ids::{AssignmentId, UnitId};
use crate::limits::UNITS_PER_ASSIGNMENT_MAX;
use crate::private::Private;
use crate::routing::{ALARM_LEVEL_MAX, Target};
use crate::unit::UnitTag;

impl Course<'_> {
    pub(super) fn assign(&mut self, target: Target, because: Because, note: Option<Private<String>>) {
        let assignment = Box::new(self.new_assignment(target, because, note));
        self.emit(IncidentEvent::Assigned { assignment });
    }

    pub(super) fn new_assignment(
        &self,
        target: Target,
        because: Because,
        note: Option<Private<String>>,
    ) -> Assignment {
        let ordinal = u32::try_from(self.incident.assignments.len()).unwrap_or(u32::MAX);
        Assignment {
            id: AssignmentId::nth(self.id, ordinal, self.now),
            agency: target.agency,
            code: target.code,
            role: target.role,
            because,
            sent_at: self.now,
            progress: Progress::Sent,
            delivered_at: None,
            seen_at: None,
            acknowledged: None,
            en_route_at: None,
            on_scene_at: None,
            working_at: None,
            under_control_at: None,
            completed_at: None,
            unit: None,
            units: Vec::new(),
            note,
            raised: Vec::new(),
            turnout_raised: false,
            welfare_asked_at: None,
            console_off_at: None,
            relayed: Vec::new(),
            stepped: None,
            taken_back: 0,
            tries: Vec::new(),
        }
    }

    /// A unit goes once its agency has taken the task. Whether it may is for the unit itself to say
    /// ([`crate::unit::decide`]), in the same transaction.
    pub(super) fn join_unit(&mut self, id: AssignmentId, unit: UnitTag) -> Result<(), IncidentRefusal> {
        let a = self.assignment(id)?;
        self.must_be_open()?;
        let state = a.progress.state();
        let is_at_work = (AssignmentState::Acknowledged..AssignmentState::Completed).contains(&state);
        if !is_at_work {
            return Err(IncidentRefusal::NotInThisState { from: state.name(), to: "unit_joined" });
        }
        if a.units.iter().any(|known| known.id == unit.id) {
            return Ok(());
        }
        if a.units.len() >= UNITS_PER_ASSIGNMENT_MAX {
            return Err(IncidentRefusal::TooMany { what: "units", max: UNITS_PER_ASSIGNMENT_MAX });
        }
        self.emit(IncidentEvent::UnitJoined { assignment: id, unit });
        Ok(())
    }

    /// Nothing, once the assignment is over: its list says who was there.
    pub(super) fn leave_unit(&mut self, id: AssignmentId, unit: UnitId) -> Result<(), IncidentRefusal> {
        let a = self.assignment(id)?;
        let goes_on = self.incident.is_open() && is_at_work(&a);
        if goes_on && a.units.iter().any(|known| known.id == unit) {
            self.emit(IncidentEvent::UnitLeft { assignment: id, unit });
        }
        Ok(())
    }

    /// Asks nobody by itself: the plan of the level is proposed, and a person sends.
    pub(super) fn raise_alarm(
        &mut self,
        to: u8,
        reason: Option<Private<String>>,
    ) -> Result<(), IncidentRefusal> {
        self.must_be_open()?;
        self.reporter()?;
        let (from, to) = (self.incident.alarm, to.min(ALARM_LEVEL_MAX));
        if to > from {
            self.emit(IncidentEvent::AlarmRaised { from, to, reason });
        }
        Ok(())
    }
}
