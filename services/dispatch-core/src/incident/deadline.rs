//! When silence becomes an escalation. Deadlines are data: a clock asks for those that are due.

use super::assignment::{Assignment, AssignmentState};
use super::event::EscalationCause;
use super::state::Incident;
use crate::escalation::{Rung, Step};
use crate::policy::Policy;
use crate::routing::Role;
use crate::time::{Seconds, Timestamp};

/// One clock that runs: a thing that will be late unless somebody acts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Due {
    /// When.
    pub at: Timestamp,
    /// What is silent.
    pub cause: EscalationCause,
    /// What happens then.
    pub step: Step,
}

/// Every clock that runs on this incident, the next one to ring first.
pub fn clocks(incident: &Incident, policy: &Policy) -> Vec<Due> {
    let mut due: Vec<Due> = deadlines(incident, policy).collect();
    due.sort_by_key(|due| due.at);
    due
}

/// When the next thing about this incident becomes late, if anything can.
pub fn next_deadline(incident: &Incident, policy: &Policy) -> Option<Timestamp> {
    deadlines(incident, policy).map(|due| due.at).min()
}

/// Everything that is late at `now`, the longest overdue first.
pub(super) fn overdue(incident: &Incident, policy: &Policy, now: Timestamp) -> Vec<Due> {
    let mut due = clocks(incident, policy);
    due.retain(|due| due.at <= now);
    due
}

/// The next rung of the ladder for an assignment that nobody has acknowledged: its place, itself, its time.
///
/// A rung that only counts while nothing was delivered is passed over once a terminal has the assignment. The clock of a
/// rung begins when the one before it was climbed, and goes by the rules that held then (`docs/adr/0024`): when they are
/// others than those under which the assignment was sent, it comes as long after the one before as they say.
///
/// A ladder that became another one on the way, by its rules or by the priority, may have its alarm where this assignment
/// is past already. Then that comes next: nobody stays unanswered without a person of the centre hearing of it.
pub fn next_rung(
    assignment: &Assignment,
    incident: &Incident,
    policy: &Policy,
) -> Option<(u32, Rung, Timestamp)> {
    if !assignment.progress.awaits_acknowledgement() || assignment.role == Role::Notify {
        return None;
    }
    let (sent_at, last) = (assignment.sent_at, assignment.raised.last());
    let begun = last.map_or(sent_at, |raised| raised.at);
    let ladder = policy.rules.ladder(incident.priority, &assignment.code, sent_at, begun)?;
    let climbed = assignment.raised.iter().map(|raised| raised.rung + 1).max().unwrap_or(0);
    let counts = |rung: &Rung| !rung.only_if_undelivered || assignment.delivered_at.is_none();
    let rungs = || (0u32..).zip(&ladder.rungs);
    let mut ahead = rungs().filter(|(place, rung)| *place >= climbed && counts(rung));
    let next = ahead.next();
    let heard = assignment.raised.iter().any(|raised| raised.step.is_alarm());
    let comes = next.into_iter().chain(ahead).any(|(_, rung)| rung.step.is_alarm());
    if !heard
        && !comes
        && let Some((place, owed)) = rungs().find(|(_, rung)| rung.step.is_alarm())
    {
        return Some((place, *owed, sent_at.after(owed.after).max(begun)));
    }
    let (place, rung) = next?;
    let changed = policy.rules.clocks_changed(sent_at, begun);
    let before = last.filter(|_| changed).and_then(|raised| ladder.rungs.get(raised.rung as usize));
    let at = match before {
        Some(before) => begun.after(Seconds(rung.after.0.saturating_sub(before.after.0))),
        None => sent_at.after(rung.after),
    };
    Some((place, *rung, at))
}

fn deadlines<'a>(incident: &'a Incident, policy: &'a Policy) -> impl Iterator<Item = Due> {
    let open = incident.is_open();
    let own = [
        incident.dispatch_due_at.map(|at| (at, EscalationCause::NotDispatched)),
        incident.close_due_at.map(|at| (at, EscalationCause::NotClosed)),
    ];
    let own = own.into_iter().flatten().map(|(at, cause)| Due { at, cause, step: Step::Supervisor });
    let offered = incident.waiting_transfer().map(|transfer| Due {
        at: transfer.due_at,
        cause: EscalationCause::NotAccepted { transfer: transfer.id },
        step: Step::Supervisor,
    });
    let theirs = incident.assignments.iter().filter(|a| a.progress.is_engaged());
    let theirs = theirs.flat_map(move |a| assignment_deadlines(a, incident, policy)).flatten();
    own.chain(offered).chain(theirs).filter(move |_| open)
}

fn assignment_deadlines(a: &Assignment, incident: &Incident, policy: &Policy) -> [Option<Due>; 3] {
    let silent = next_rung(a, incident, policy).map(|(rung, step, at)| Due {
        at,
        cause: EscalationCause::NotAcknowledged { assignment: a.id, rung },
        step: step.step,
    });
    [silent, turnout(a, incident, policy), welfare(a, policy)]
}

/// Acknowledged, but nobody has left (domain F.4: P1 within three minutes).
fn turnout(a: &Assignment, incident: &Incident, policy: &Policy) -> Option<Due> {
    let (acknowledged_at, _) = a.acknowledged?;
    let within = policy.rules.en_route_limit(incident.priority, acknowledged_at)?;
    let waiting = a.progress.state() == AssignmentState::Acknowledged && !a.turnout_raised;
    waiting.then(|| Due {
        at: acknowledged_at.after(within),
        cause: EscalationCause::NotEnRoute { assignment: a.id },
        step: Step::Supervisor,
    })
}

/// Nothing heard from the scene for too long (domain F.4: 30 minutes); asked again as long as it stays silent.
fn welfare(a: &Assignment, policy: &Policy) -> Option<Due> {
    let there = matches!(
        a.progress.state(),
        AssignmentState::OnScene | AssignmentState::Working | AssignmentState::UnderControl
    );
    let heard = a.last_progress_at().max(a.welfare_asked_at.unwrap_or(a.sent_at));
    there.then(|| Due {
        at: heard.after(policy.rules.welfare_limit(heard)),
        cause: EscalationCause::SilentOnScene { assignment: a.id },
        step: Step::WelfareCheck,
    })
}
