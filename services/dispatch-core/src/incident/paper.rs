//! What stands on a paper form, typed in when the system is back.
//!
//! Both times are kept: when it was, as somebody wrote it by hand, and when it was typed in, which is the log's. Clocks
//! count from the entry, because nobody could answer before it; figures count what was written ([`super::Stamp`]), and say
//! that a person wrote it.

use serde::{Deserialize, Serialize};

use super::assignment::{AssignmentState, Because, Relayed, ReportSource};
use super::decide::Course;
use super::event::IncidentEvent;
use super::refusal::IncidentRefusal;
use crate::ids::{AgencyCode, AgencyId, AssignmentId};
use crate::limits::{PAPER_AGE_MAX, PAPER_CLOCK_OFF_MAX};
use crate::paper::FormNumber;
use crate::private::Private;
use crate::routing::{self, Role, Situation, Target};
use crate::time::Timestamp;

/// What stands on a form, besides what every report says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PaperReport {
    /// The form.
    pub form: FormNumber,
    /// When the report was taken, as it was written.
    pub received_at: Timestamp,
    /// Who took it.
    pub taken_by: Option<Private<String>>,
    /// Who was told by telephone.
    pub tasks: Vec<PaperTask>,
    /// That it was over on paper.
    pub end: Option<PaperEnd>,
}

/// An agency that was told by telephone, with the times as they were written.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PaperTask {
    /// Which agency.
    pub agency: AgencyId,
    /// Its code.
    pub code: AgencyCode,
    /// When it was told.
    pub told_at: Timestamp,
    /// Who told it.
    pub told_by: Option<Private<String>>,
    /// Who answered there.
    pub heard_by: Option<Private<String>>,
    /// When it took the task.
    pub acknowledged_at: Option<Timestamp>,
    /// When it left.
    pub en_route_at: Option<Timestamp>,
    /// When it was there.
    pub on_scene_at: Option<Timestamp>,
    /// When it was done.
    pub completed_at: Option<Timestamp>,
}

/// It was over on paper.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PaperEnd {
    /// When, as far as it was written.
    pub at: Option<Timestamp>,
    /// How; needed where no agency was told.
    pub note: Option<Private<String>>,
}

/// An entry of a form that cannot be so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PaperFault {
    /// Which, as the API names it: `received_at`, `tasks[0].told_at` …
    pub field: String,
    /// Why not.
    pub fault: TimeFault,
}

/// Why an entry cannot be so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimeFault {
    /// It has not come yet.
    Future,
    /// It is too long ago.
    TooOld,
    /// It lies before what comes first.
    BeforePrevious {
        /// When that was.
        previous: Timestamp,
    },
    /// The agency stands there twice.
    Twice,
    /// It must be said.
    Missing,
}

impl PaperTask {
    /// The steps after it was told, in their order.
    fn steps(&self) -> [(&'static str, AssignmentState, Option<Timestamp>); 4] {
        [
            ("acknowledged_at", AssignmentState::Acknowledged, self.acknowledged_at),
            ("en_route_at", AssignmentState::EnRoute, self.en_route_at),
            ("on_scene_at", AssignmentState::OnScene, self.on_scene_at),
            ("completed_at", AssignmentState::Completed, self.completed_at),
        ]
    }
}

impl PaperReport {
    /// What the form says of an agency.
    pub fn task(&self, agency: AgencyId) -> Option<&PaperTask> {
        self.tasks.iter().find(|task| task.agency == agency)
    }

    /// The last moment before its end that stands on the form.
    pub(super) fn last_written_at(&self) -> Timestamp {
        let steps =
            |task: &PaperTask| task.steps().into_iter().filter_map(|(_, _, at)| at).chain([task.told_at]);
        self.tasks.iter().flat_map(steps).fold(self.received_at, Timestamp::max)
    }

    /// Everything that cannot be so, in the order of the form. It may be older than the form: where no form was left,
    /// somebody wrote on what there was, and copied it.
    pub fn faults(&self, now: Timestamp) -> Vec<PaperFault> {
        let mut found = Found { now, faults: Vec::new() };
        let received = if self.received_at.after(PAPER_AGE_MAX) < now {
            found.fault("received_at".to_owned(), TimeFault::TooOld);
            None
        } else {
            found.in_order("received_at".to_owned(), self.received_at, None)
        };
        let mut last = received;
        for (place, task) in self.tasks.iter().enumerate() {
            let field = |name: &str| format!("tasks[{place}].{name}");
            if self.tasks.iter().take(place).any(|other| other.agency == task.agency) {
                found.fault(field("agency"), TimeFault::Twice);
            }
            let mut previous = found.in_order(field("told_at"), task.told_at, received);
            for (name, _, at) in task.steps() {
                if let Some(at) = at {
                    previous = found.in_order(field(name), at, previous);
                }
            }
            last = last.max(previous);
        }
        if let Some(end) = &self.end {
            if let Some(at) = end.at {
                found.in_order("end.at".to_owned(), at, last);
            }
            let said = end.note.as_ref().is_some_and(|note| !note.reveal().trim().is_empty());
            if self.tasks.is_empty() && !said {
                found.fault("end.note".to_owned(), TimeFault::Missing);
            }
        }
        found.faults
    }
}

struct Found {
    now: Timestamp,
    faults: Vec<PaperFault>,
}

impl Found {
    fn fault(&mut self, field: String, fault: TimeFault) {
        self.faults.push(PaperFault { field, fault });
    }

    /// Checks one entry, and says what the next one is measured against: one mistake is told once.
    fn in_order(&mut self, field: String, at: Timestamp, previous: Option<Timestamp>) -> Option<Timestamp> {
        if at > self.now.after(PAPER_CLOCK_OFF_MAX) {
            self.fault(field, TimeFault::Future);
            return previous;
        }
        match previous {
            Some(previous) if at < previous => {
                self.fault(field, TimeFault::BeforePrevious { previous });
                Some(previous)
            }
            Some(_) | None => Some(at),
        }
    }
}

impl Course<'_> {
    /// Takes over what stands on the form. What was done by telephone is written down as done; what is still to be done
    /// has its clock from now on.
    pub(super) fn enter_paper(&mut self, paper: PaperReport) -> Result<(), IncidentRefusal> {
        self.must_be_open()?;
        self.person()?;
        if self.incident.paper.is_some() || !self.incident.assignments.is_empty() {
            return Err(IncidentRefusal::Exists);
        }
        let faults = paper.faults(self.now);
        if !faults.is_empty() {
            return Err(IncidentRefusal::PaperFaulty { faults });
        }
        self.emit(IncidentEvent::PaperEntered { paper: Box::new(paper.clone()) });
        for (task, target) in paper.tasks.iter().zip(self.targets_of(&paper.tasks)) {
            self.tell_of(task, target, paper.end.is_some())?;
        }
        match paper.end {
            Some(end) => self.close(end.note, true),
            None => Ok(()),
        }
    }

    /// Whom the form names, in the roles that the plan gives them; somebody leads.
    fn targets_of(&self, tasks: &[PaperTask]) -> Vec<Target> {
        let planned = routing::propose(self.policy, &Situation::of(&self.incident), &[]).targets;
        let target = |task: &PaperTask| {
            let because = "Diberi tahu lewat telepon (formulir kertas)".to_owned();
            let role =
                planned.iter().find(|one| one.agency == task.agency).map_or(Role::Support, |one| one.role);
            Target { agency: task.agency, code: task.code.clone(), role, because }
        };
        let mut targets: Vec<Target> = tasks.iter().map(target).collect();
        if !targets.iter().any(|target| target.role == Role::Lead)
            && let Some(first) = targets.first_mut()
        {
            first.role = Role::Lead;
        }
        targets
    }

    fn tell_of(&mut self, task: &PaperTask, target: Target, is_over: bool) -> Result<(), IncidentRefusal> {
        let (source, by, at) = (ReportSource::Paper, self.actor.user(), self.now);
        let told = Relayed { state: AssignmentState::Sent, source, by, at, pressed_at: Some(task.told_at) };
        let mut assignment = self.new_assignment(target, Because::Dispatch, None);
        let id = assignment.id;
        assignment.relayed.push(told);
        self.emit(IncidentEvent::Assigned { assignment: Box::new(assignment) });
        let done = if is_over { Some(AssignmentState::Completed) } else { None };
        let written = task.steps().into_iter().filter(|(_, _, at)| at.is_some()).map(|(_, state, _)| state);
        let Some(reached) = written.max().max(done) else { return Ok(()) };
        // Whoever left has taken it, also where nobody wrote down when.
        let (assignment, pressed_at) = (id, task.acknowledged_at);
        self.emit(IncidentEvent::Acknowledged { assignment, by: None, unit: None, source, pressed_at });
        for (_, state, at) in task.steps().into_iter().skip(1) {
            if at.is_some() || (is_over && state == reached) {
                self.step_of(id, state, at)?;
            }
        }
        Ok(())
    }

    fn step_of(
        &mut self,
        id: AssignmentId,
        state: AssignmentState,
        at: Option<Timestamp>,
    ) -> Result<(), IncidentRefusal> {
        self.pressed_at = at;
        let a = self.assignment(id)?;
        self.progress(&a, state, None, ReportSource::Paper)
    }
}
