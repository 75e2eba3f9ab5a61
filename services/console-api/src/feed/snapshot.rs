//! Everything that is open, for a console that begins.

use std::collections::BTreeSet;

use dispatch_core::ids::{CallId, UserId};
use dispatch_core::incident::{Assignment, AssignmentState, Incident};
use dispatch_core::time::Timestamp;
use incident_store::{Mode, SnapshotScope, Store, StoreError};

use super::message::{FeedMessage, Snapshot};
use super::visible::{Viewer, sees_calls, sees_duties, sees_supervisors, trunk_answers};
use crate::floor::FloorNow;
use crate::limits::SNAPSHOT_ITEMS_MAX;
use crate::show::Show;
use crate::views::{self, AssignmentWithIncident, Duty, PersonOnDuty, QueuePlace};
use crate::wire::Counter;

/// Escalations that a console begins with.
const ESCALATIONS: u32 = 50;

/// The snapshot for a viewer, and its cursor.
///
/// # Errors
/// When the store does not answer.
pub async fn take(
    viewer: Viewer,
    store: &Store,
    show: &Show,
    floor: &FloorNow,
    mode: Mode,
    now: Timestamp,
) -> Result<(u64, FeedMessage), StoreError> {
    let scope = SnapshotScope {
        calls: sees_calls(viewer.role),
        duties: sees_duties(viewer.role),
        agency: viewer.agency,
        limit: SNAPSHOT_ITEMS_MAX,
    };
    let taken = store.snapshot(&scope).await?;
    let own_duty = store.duty(viewer.user).await?;
    let raised = if sees_calls(viewer.role) { store.escalations(ESCALATIONS).await? } else { Vec::new() };
    let ids: Vec<CallId> = taken.calls.iter().map(|call| call.id).collect();
    let histories = show.histories(&ids).await;
    let names = show.names();
    let history = |id| histories.get(&id).copied().unwrap_or_default();
    let of_stream = |stream| {
        let found = taken.incidents.iter().find(|i| incident_store::StreamId::Incident(i.id) == stream);
        found.map(|incident| &**incident)
    };
    let supervisors = sees_supervisors(viewer.role);
    let ids_of = |users: &BTreeSet<UserId>| match sees_duties(viewer.role) {
        true => users.iter().map(|user| user.0).collect(),
        false => Vec::new(),
    };
    let queue = if sees_calls(viewer.role) {
        floor.waiting.iter().copied().map(QueuePlace::from).collect()
    } else {
        Vec::new()
    };
    let snapshot = Snapshot {
        cursor: Counter(taken.cursor),
        at: now.into(),
        epoch: Counter(taken.epoch),
        calls: taken
            .calls
            .iter()
            .map(|call| show.with_history(call, history(call.id), supervisors))
            .collect(),
        incidents: taken.incidents.iter().map(|incident| views::Incident::of(incident, &names)).collect(),
        assignments: taken
            .incidents
            .iter()
            .flat_map(|incident| assignments(incident, viewer, &names))
            .collect(),
        duty: Duty::of(own_duty.as_ref()),
        seat_connected: floor.seats.contains(&viewer.user),
        seats_connected: ids_of(&floor.seats),
        seats_away: ids_of(&floor.away),
        phone_rings: floor.phones_ringing.contains(&viewer.user),
        queue,
        duties: taken.duties.iter().map(|duty| PersonOnDuty::of(duty, &names)).collect(),
        units: taken.units.iter().map(|unit| views::Unit::of(unit, &names)).collect(),
        escalations: raised.iter().filter_map(|c| views::escalation(c, of_stream(c.stream))).collect(),
        mode: mode.into(),
        trunk_answers: trunk_answers(floor, viewer.role),
        cards_version: names.cards().version,
        policy_version: Counter(names.policy().rules.version),
    };
    Ok((taken.cursor, FeedMessage::Snapshot(snapshot)))
}

fn assignments(
    incident: &Incident,
    viewer: Viewer,
    names: &crate::names::Names,
) -> impl Iterator<Item = AssignmentWithIncident> {
    let open = |a: &&Assignment| a.progress.is_engaged() && a.progress.state() != AssignmentState::Completed;
    let theirs = move |a: &&Assignment| viewer.agency.is_none_or(|agency| agency == a.agency);
    incident
        .assignments
        .iter()
        .filter(open)
        .filter(theirs)
        .map(move |a| AssignmentWithIncident::of(a, incident, names))
}
