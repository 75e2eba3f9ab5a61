//! Two reports of one thing, and one report of two: merging and splitting, which lose no caller.
//!
//! Nothing is copied and nothing is thrown away. A merged incident stays as it is, with its calls and its agencies as
//! they were at that moment; the one that goes on ([`Absorbed`]) says what it took over from it. Splitting gives
//! exactly that back, with what the agencies have done meanwhile.
//!
//! Invariant: a call that was attached is on exactly one incident that is not merged ([`merge`] and [`unmerge`] are
//! carried out whole or not at all).

use serde::{Deserialize, Serialize};

use super::assignment::{Assignment, AssignmentState, Because};
use super::command::{Edit, IncidentCommand};
use super::decide::{Course, dispatch_within};
use super::event::IncidentEvent;
use super::refusal::IncidentRefusal;
use super::state::{Ending, Incident, IncidentStatus};
use crate::actor::Actor;
use crate::card::Flag;
use crate::ids::{AssignmentId, CallId, IncidentId, UnitId};
use crate::limits::{ASSIGNMENTS_PER_INCIDENT_MAX, CALLS_PER_INCIDENT_MAX};
use crate::routing::{Role, Target};
use crate::time::Timestamp;
use crate::unit::UnitTag;

/// An incident that was merged into another one, as the other one keeps it in mind.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Absorbed {
    /// Which.
    pub from: IncidentId,
    /// When.
    pub at: Timestamp,
    /// The calls that came with it, as long as they are here.
    pub calls: Vec<CallId>,
    /// The agencies that came with it.
    pub assignments: Vec<TakenOver>,
    /// What held of it, and holds here as long as it is part of this.
    #[serde(default)]
    pub flags: Vec<Flag>,
    /// The crews that came with it to an agency that was asked on both. None in stores that are older than it.
    #[serde(default)]
    pub crews: Vec<CrewCame>,
}

/// An agency's assignment that went on with another incident.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TakenOver {
    /// What it was.
    pub was: AssignmentId,
    /// What it is.
    pub is: AssignmentId,
}

/// A crew that goes on under the assignment that its agency had on the other incident already.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CrewCame {
    /// Which.
    pub unit: UnitId,
    /// The assignment that it was on.
    pub was: AssignmentId,
    /// The assignment that it is on.
    pub is: AssignmentId,
}

/// That an incident is the master of a mass event.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Master {
    /// Since when.
    pub at: Timestamp,
    /// Who said so.
    pub by: Actor,
}

/// What has to be done, all of it or nothing and in this order, to merge one incident into another.
pub fn merge(from: &Incident, into: &Incident) -> [(IncidentId, IncidentCommand); 2] {
    let number = into.number.clone();
    [
        (from.id, IncidentCommand::MergeInto { into: into.id, number }),
        (into.id, IncidentCommand::Absorb { from: Box::new(from.clone()) }),
    ]
}

/// What has to be done, all of it or nothing and in this order, to split a merged incident out again.
pub fn unmerge(incident: &Incident, from: &Incident) -> [(IncidentId, IncidentCommand); 2] {
    let number = incident.number.clone();
    [
        (from.id, IncidentCommand::Release { incident: incident.id, number }),
        (incident.id, IncidentCommand::Unmerge { from: Box::new(from.clone()) }),
    ]
}

impl Course<'_> {
    pub(super) fn attach(&mut self, call: CallId) -> Result<(), IncidentRefusal> {
        self.must_not_be_merged()?;
        let came_with = |one: &Absorbed| one.calls.contains(&call);
        if self.incident.calls.contains(&call) && !self.incident.absorbed.iter().any(came_with) {
            return Ok(());
        }
        self.must_be_open()?;
        if self.incident.calls.len() >= CALLS_PER_INCIDENT_MAX {
            return Err(IncidentRefusal::TooMany { what: "calls", max: CALLS_PER_INCIDENT_MAX });
        }
        self.emit(IncidentEvent::CallAttached { call });
        Ok(())
    }

    pub(super) fn detach(&mut self, call: CallId) -> Result<(), IncidentRefusal> {
        self.must_not_be_merged()?;
        if self.incident.calls.contains(&call) {
            self.emit(IncidentEvent::CallDetached { call });
        }
        Ok(())
    }

    pub(super) fn merge(&mut self, into: IncidentId, number: String) -> Result<(), IncidentRefusal> {
        self.must_be_open()?;
        self.person()?;
        if into == self.id {
            return Err(IncidentRefusal::IntoItself);
        }
        self.settle_transfers(None);
        self.emit(IncidentEvent::Merged { into, number });
        Ok(())
    }

    /// Takes over callers and agencies. An agency that is at work here already stays as it is; one that was asked only
    /// there, or has finished here or only hears of it, is asked here from now on, as far as it was: nobody who is on
    /// the way is called off by a merge.
    pub(super) fn absorb(&mut self, from: &Incident) -> Result<(), IncidentRefusal> {
        self.must_be_open()?;
        let calls: Vec<CallId> =
            from.calls.iter().filter(|call| !self.incident.calls.contains(call)).copied().collect();
        if self.incident.calls.len() + calls.len() > CALLS_PER_INCIDENT_MAX {
            return Err(IncidentRefusal::TooMany { what: "calls", max: CALLS_PER_INCIDENT_MAX });
        }
        let stands = |a: &Assignment| self.incident.assignments.iter().any(|here| stands_for(here, a));
        let going_on: Vec<&Assignment> =
            from.assignments.iter().filter(|a| is_at_work(a) && !stands(a)).collect();
        if self.incident.assignments.len() + going_on.len() > ASSIGNMENTS_PER_INCIDENT_MAX {
            return Err(IncidentRefusal::TooMany { what: "assignments", max: ASSIGNMENTS_PER_INCIDENT_MAX });
        }
        // Whoever counts another report to it has taken it.
        if self.incident.unanswered_origin().is_some() {
            self.answer_origin(None);
        }
        let (number, flags) = (from.number.clone(), from.flags());
        // The same agency is on the way to the same thing: its crews go on under the assignment that stays.
        let joining = self.joining(from);
        let crews: Vec<CrewCame> = joining.iter().map(|(crew, _)| *crew).collect();
        self.emit(IncidentEvent::Absorbed { from: from.id, number, calls, flags, crews });
        for (crew, unit) in joining {
            self.emit(IncidentEvent::UnitJoined { assignment: crew.is, unit });
        }
        for a in going_on {
            let ordinal = u32::try_from(self.incident.assignments.len()).unwrap_or(u32::MAX);
            let id = AssignmentId::nth(self.id, ordinal, self.now);
            let assignment = Box::new(Assignment { id, ..a.clone() });
            self.emit(IncidentEvent::TakenOver { assignment, was: a.id, from: from.id });
        }
        if from.priority < self.incident.priority {
            let edit = Edit { priority: Some(from.priority), ..Edit::default() };
            self.emit(IncidentEvent::Edited { edit: Box::new(edit) });
            self.hasten();
        }
        if from.alarm > self.incident.alarm {
            let (from, to) = (self.incident.alarm, from.alarm);
            self.emit(IncidentEvent::AlarmRaised { from, to, reason: None });
        }
        if from.master.is_some() && self.incident.master.is_none() {
            self.emit(IncidentEvent::MassEventDeclared);
        }
        Ok(())
    }

    fn joining(&self, from: &Incident) -> Vec<(CrewCame, UnitTag)> {
        let stays = |a: &Assignment| self.incident.assignments.iter().find(|here| stands_for(here, a));
        let at_work = from.assignments.iter().filter(|a| is_at_work(a));
        let of = |(a, here): (&Assignment, &Assignment)| {
            let (was, is) = (a.id, here.id);
            let new = a.units.iter().filter(|unit| !is_on(here, unit.id));
            new.map(|unit| (CrewCame { unit: unit.id, was, is }, unit.clone())).collect::<Vec<_>>()
        };
        at_work.filter_map(|a| Some((a, stays(a)?))).flat_map(of).collect()
    }

    pub(super) fn release(&mut self, merged: IncidentId, number: String) -> Result<(), IncidentRefusal> {
        self.must_be_open()?;
        self.person()?;
        let absorbed = self.incident.absorbed.iter().find(|one| one.from == merged);
        let absorbed = absorbed.ok_or(IncidentRefusal::NotMergedHere)?.clone();
        for taken in &absorbed.assignments {
            let stay: Vec<UnitId> =
                crews_of_others(&self.incident, merged, taken.is).map(|c| c.unit).collect();
            match self.incident.assignment(taken.is).filter(|a| is_at_work(a)).cloned() {
                Some(a) if !stay.is_empty() => {
                    self.crews_leave(a.id, a.units.iter().map(|u| u.id).filter(|id| !stay.contains(id)));
                }
                Some(a) => self.emit(IncidentEvent::AssignmentCancelled { assignment: a.id, reason: None }),
                None => {}
            }
        }
        for crew in &absorbed.crews {
            if is_still_here(&self.incident, crew) {
                self.crews_leave(crew.is, [crew.unit]);
            }
        }
        let (dispatch_due_at, close_due_at) = self.owed(&self.incident);
        let calls = absorbed.calls;
        self.emit(IncidentEvent::Released { incident: merged, number, calls, dispatch_due_at, close_due_at });
        Ok(())
    }

    fn crews_leave(&mut self, assignment: AssignmentId, units: impl IntoIterator<Item = UnitId>) {
        for unit in units {
            self.emit(IncidentEvent::UnitLeft { assignment, unit });
        }
    }

    /// Goes on where it stood. Agencies that went on with the other incident have come as far as they are there; one
    /// that was asked on both and has not answered here is asked anew, because its clock stood still.
    pub(super) fn unmerge(&mut self, from: &Incident) -> Result<(), IncidentRefusal> {
        let is_there = matches!(&self.incident.ending, Some(Ending::Merged { into, .. }) if *into == from.id);
        let absorbed = from.absorbed.iter().find(|one| one.from == self.id).filter(|_| is_there);
        let absorbed = absorbed.ok_or(IncidentRefusal::NotMergedHere)?;
        let back = |taken: &TakenOver| {
            let mut a = Assignment { id: taken.was, ..from.assignment(taken.is)?.clone() };
            a.units.retain(|unit| !crews_of_others(from, self.id, taken.is).any(|crew| crew.unit == unit.id));
            Some(a)
        };
        let assignments: Vec<Assignment> = absorbed
            .assignments
            .iter()
            .filter_map(back)
            .chain(self.without_who_left(absorbed, from))
            .collect();
        let mut after = self.incident.clone();
        after.ending = None;
        given_back(&mut after, &assignments);
        let (dispatch_due_at, close_due_at) = self.owed(&after);
        self.emit(IncidentEvent::Unmerged {
            from: from.id,
            number: from.number.clone(),
            calls: absorbed.calls.clone(),
            assignments,
            dispatch_due_at,
            close_due_at,
        });
        self.ask_anew(absorbed);
        Ok(())
    }

    /// What was asked here all the time, of which a crew has left on the other incident meanwhile: it does not come back.
    fn without_who_left(&self, absorbed: &Absorbed, from: &Incident) -> Vec<Assignment> {
        let left = |a: &Assignment, unit: UnitId| {
            let came = absorbed.crews.iter().find(|crew| crew.was == a.id && crew.unit == unit);
            came.is_some_and(|crew| !is_still_here(from, crew))
        };
        let without = |a: &Assignment| {
            let mut after = a.clone();
            after.units.retain(|unit| !left(a, unit.id));
            (after.units.len() < a.units.len()).then_some(after)
        };
        self.incident.assignments.iter().filter_map(without).collect()
    }

    /// Until when somebody must be sent, if nobody is on it; until when it must be closed, if everybody has finished.
    fn owed(&self, incident: &Incident) -> (Option<Timestamp>, Option<Timestamp>) {
        let status = incident.status();
        let dispatch_by = || self.now.after(dispatch_within(incident.priority, self.policy));
        let close_by = || self.now.after(self.policy.rules.close_within);
        (
            (status == IncidentStatus::New).then(dispatch_by),
            (status == IncidentStatus::Completed).then(close_by),
        )
    }

    fn ask_anew(&mut self, absorbed: &Absorbed) {
        let stood_still = |a: &&Assignment| {
            is_at_work(a)
                && a.progress.awaits_acknowledgement()
                && !absorbed.assignments.iter().any(|taken| taken.was == a.id)
        };
        let unanswered: Vec<Assignment> =
            self.incident.assignments.iter().filter(stood_still).cloned().collect();
        for a in unanswered {
            if self.incident.assignments.len() >= ASSIGNMENTS_PER_INCIDENT_MAX {
                return;
            }
            self.emit(IncidentEvent::AssignmentCancelled { assignment: a.id, reason: None });
            let target = Target { agency: a.agency, code: a.code, role: a.role, because: String::new() };
            self.assign(target, Because::Dispatch, a.note);
        }
    }

    pub(super) fn declare_mass_event(&mut self) -> Result<(), IncidentRefusal> {
        self.must_be_open()?;
        self.person()?;
        if self.incident.master.is_none() {
            self.emit(IncidentEvent::MassEventDeclared);
        }
        Ok(())
    }

    pub(super) fn end_mass_event(&mut self) -> Result<(), IncidentRefusal> {
        self.must_not_be_merged()?;
        self.person()?;
        if self.incident.master.is_some() {
            self.emit(IncidentEvent::MassEventEnded);
        }
        Ok(())
    }
}

/// Whether what an agency does on the other incident can go on under this assignment: it is at work under it, and not
/// only told of the incident while it is sent to the other one.
fn stands_for(here: &Assignment, there: &Assignment) -> bool {
    here.agency == there.agency
        && is_at_work(here)
        && (here.role != Role::Notify || there.role == Role::Notify)
}

/// Whether an agency is asked and has not finished.
pub(super) fn is_at_work(a: &Assignment) -> bool {
    a.progress.is_engaged() && a.progress.state() != AssignmentState::Completed
}

fn is_on(a: &Assignment, unit: UnitId) -> bool {
    a.units.iter().any(|known| known.id == unit)
}

fn is_still_here(incident: &Incident, crew: &CrewCame) -> bool {
    incident.assignment(crew.is).is_some_and(|a| is_at_work(a) && is_on(a, crew.unit))
}

/// The crews under an assignment that came with another one than `merged`: they stay when that one is split out.
fn crews_of_others(
    incident: &Incident,
    merged: IncidentId,
    assignment: AssignmentId,
) -> impl Iterator<Item = &CrewCame> {
    let others = incident.absorbed.iter().filter(move |one| one.from != merged);
    let crews = others.flat_map(|one| &one.crews);
    crews.filter(move |crew| crew.is == assignment && is_still_here(incident, crew))
}

pub(super) fn taken_over(
    incident: &mut Incident,
    assignment: &Assignment,
    was: AssignmentId,
    from: IncidentId,
) {
    incident.dispatch_due_at = None;
    incident.close_due_at = None;
    if let Some(absorbed) = incident.absorbed.iter_mut().rev().find(|one| one.from == from) {
        absorbed.assignments.push(TakenOver { was, is: assignment.id });
    }
    incident.assignments.push(assignment.clone());
}

pub(super) fn released(
    incident: &mut Incident,
    merged: IncidentId,
    dispatch_due_at: Option<Timestamp>,
    close_due_at: Option<Timestamp>,
) {
    (incident.dispatch_due_at, incident.close_due_at) = (dispatch_due_at, close_due_at);
    let Some(place) = incident.absorbed.iter().position(|one| one.from == merged) else { return };
    let absorbed = incident.absorbed.remove(place);
    incident.calls.retain(|call| !absorbed.calls.contains(call));
    // An assignment that stays for the crew of another one is that one's from now on.
    for is in absorbed.assignments.iter().map(|taken| taken.is) {
        let stays = incident.assignment(is).is_some_and(is_at_work);
        let heir = |one: &&mut Absorbed| one.crews.iter().any(|crew| crew.is == is);
        let Some(heir) = incident.absorbed.iter_mut().find(heir).filter(|_| stays) else { continue };
        let came = heir.crews.iter().find(|crew| crew.is == is).map(|crew| crew.was);
        heir.crews.retain(|crew| crew.is != is);
        heir.assignments.extend(came.map(|was| TakenOver { was, is }));
    }
}

pub(super) fn given_back(incident: &mut Incident, assignments: &[Assignment]) {
    for back in assignments {
        if let Some(a) = incident.assignments.iter_mut().find(|a| a.id == back.id) {
            a.clone_from(back);
        }
    }
}

/// Somebody said that the call tells of this very incident: it stays here, whatever is split out.
pub(super) fn keep(incident: &mut Incident, call: CallId) {
    for absorbed in &mut incident.absorbed {
        absorbed.calls.retain(|one| *one != call);
    }
}

pub(super) fn detach(incident: &mut Incident, call: CallId) {
    incident.calls.retain(|one| *one != call);
    keep(incident, call);
}
