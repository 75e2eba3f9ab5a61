//! Calls.

use call_link::order::Waiting;
use dispatch_core::call;
use dispatch_core::call::fact;
use dispatch_core::ids::UserId;
use dispatch_core::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::{Caller, Fix};
use super::person::Named;
use super::talk::{CallDirection, Party, Prompted, QueuePlace, Recording, Restriction, Supervisor};
use crate::names::Names;
use crate::wire::{
    CallBackOutcome, CallBackState, CallDefect, CallerClass, DispositionKind, EndReason, ScreenReason, Time,
};

/// Where a call is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// It rings.
    Ringing,
    /// The caller hears the queue announcement.
    Queued,
    /// It rings at a seat.
    Offered,
    /// A call-taker has it.
    Connected,
    /// A call-taker has it, and the caller hears music.
    Held,
    /// It is over.
    Ended,
}

/// One call, to 112 or from it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Call {
    /// Id.
    pub id: Uuid,
    /// Where it is.
    pub state: CallState,
    /// Which way it goes. Of a call from the centre `caller` is whom it calls.
    pub direction: CallDirection,
    /// The call that this one answers, when it is a call-back.
    pub call_back_of: Option<Uuid>,
    /// The trunk it came by; empty when only the trunk's memory is at hand.
    pub trunk: String,
    /// The Request-URI.
    pub dialled: String,
    /// Who calls.
    pub caller: Option<Caller>,
    /// Where the caller is, best first.
    pub fixes: Vec<Fix>,
    /// P-Access-Network-Info as sent: the cell.
    pub access_network: Option<String>,
    /// What was missing or wrong in the signalling.
    pub defects: Vec<CallDefect>,
    /// A test of the trunk.
    pub test: bool,
    /// T0.
    pub arrived_at: Time,
    /// When the queue announcement answered.
    pub queue_answered_at: Option<Time>,
    /// T1.
    pub answered_at: Option<Time>,
    /// Who answered first.
    pub answered_by: Option<Named>,
    /// Who has the call now.
    pub call_taker: Option<Named>,
    /// Who took it over after the seat of whoever answered first was lost.
    pub taken_over_by: Option<Named>,
    /// Whose audio died, while the caller waits for anybody.
    pub seat_lost: Option<Named>,
    /// At whose seats it rings now.
    pub offered_to: Vec<Named>,
    /// The caller's place in the queue.
    pub position: Option<u32>,
    /// How long the caller may still wait, in seconds.
    pub wait_estimate_s: Option<u32>,
    /// In which class the caller waits or waited.
    pub class: Option<CallerClass>,
    /// Why in that class.
    pub because: Vec<ScreenReason>,
    /// What is held against a caller who waits, until when, and who lifted it.
    pub restriction: Option<Restriction>,
    /// Who else is or was on it.
    pub parties: Vec<Party>,
    /// The supervisors on it now; null for those who are not to know.
    pub supervisors: Option<Vec<Supervisor>>,
    /// The keys that the caller pressed.
    pub digits: String,
    /// The keys that the centre pressed.
    pub digits_sent: String,
    /// When the caller was first heard to speak.
    pub voice_heard_at: Option<Time>,
    /// The recorded questions that were put to the caller.
    pub prompted: Vec<Prompted>,
    /// The finished recording.
    pub recording: Option<Recording>,
    /// At least a part of it is not recorded ("tanpa rekaman").
    pub without_recording: bool,
    /// It outlived a restart of the telephone part.
    pub restored: bool,
    /// When it ended.
    pub ended_at: Option<Time>,
    /// Why it ended.
    pub end_reason: Option<EndReason>,
    /// What it turned out to be.
    pub disposition: Option<Disposition>,
    /// The incident it reports.
    pub incident_id: Option<Uuid>,
    /// The duty to call back.
    pub call_back: Option<CallBack>,
    /// The earlier call of this number whose call-back also answers this one.
    pub call_back_with: Option<Uuid>,
    /// Until when somebody must say what it was.
    pub disposition_due_at: Option<Time>,
    /// What is known of the number besides this call.
    pub number_history: NumberHistory,
    /// Grows with everything that becomes known of the call.
    pub version: u32,
}

/// What a call turned out to be.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Disposition {
    /// The outcome.
    pub kind: DispositionKind,
    /// Who said so; null when the system did.
    pub by: Option<Named>,
    /// When.
    pub at: Time,
    /// A remark.
    pub note: Option<String>,
}

/// The duty to call back.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CallBack {
    /// By when.
    pub due_at: Time,
    /// Open or done.
    pub state: CallBackState,
    /// Whose duty it is: given to a free call-taker by itself, or taken on. Null while it is anybody's.
    pub owner: Option<Named>,
    /// The owner has taken it on by themselves: a colleague may take it only when it is late.
    pub taken: bool,
    /// The later call in which the same person reached us by themselves.
    pub settled_by: Option<Uuid>,
    /// What was tried.
    pub attempts: Vec<CallBackAttempt>,
    /// Whether it is late.
    pub overdue: bool,
}

/// One try to call back.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CallBackAttempt {
    /// When.
    pub at: Time,
    /// By whom.
    pub by: Named,
    /// With what result.
    pub outcome: CallBackOutcome,
    /// A remark.
    pub note: Option<String>,
}

/// What is known of a number besides the call in hand.
#[derive(Clone, Copy, Default, Debug, Serialize, ToSchema)]
pub struct NumberHistory {
    /// Other calls.
    pub calls: u64,
    /// Of them pranks.
    pub prank: u64,
    /// Of them silent.
    pub ghost: u64,
    /// Incidents that they reported.
    pub incidents: u64,
    /// When the last one arrived.
    pub last_at: Option<Time>,
}

/// Some calls, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CallPage {
    /// The calls.
    pub items: Vec<Call>,
    /// The `before` of the next page, if there is one.
    pub next: Option<String>,
    /// `darurat` when the store is away and these are the trunk's live calls.
    pub mode: super::figures::SystemMode,
}

impl From<incident_store::NumberHistory> for NumberHistory {
    fn from(h: incident_store::NumberHistory) -> Self {
        let last_at = h.last_at.map(Time);
        Self { calls: h.calls, prank: h.prank, ghost: h.ghost, incidents: h.incidents, last_at }
    }
}

/// What stands beside the record of a call.
pub struct Beside<'a> {
    /// The names as of now.
    pub names: &'a Names,
    /// What is known of the number.
    pub history: NumberHistory,
    /// Its place in the queue.
    pub waiting: Option<Waiting>,
    /// Whether the viewer may know who supervises.
    pub supervisors: bool,
}

impl Call {
    /// The view of a record.
    pub fn of(call: &call::Call, beside: &Beside<'_>) -> Self {
        let names = beside.names;
        let (state, ended) = match call.state {
            call::CallState::Ringing => (CallState::Ringing, None),
            call::CallState::Queued => (CallState::Queued, None),
            call::CallState::Offered { .. } => (CallState::Offered, None),
            call::CallState::Connected => (CallState::Connected, None),
            call::CallState::Held => (CallState::Held, None),
            call::CallState::Ended { at, reason } => (CallState::Ended, Some((at, reason))),
        };
        let arrival = &call.arrival;
        let person = |user: UserId| Named::of(user, names);
        // A place that the record has outlived is none.
        let place = beside.waiting.filter(|_| call.is_waiting()).map(QueuePlace::from);
        let prompted =
            |(kind, at): (&fact::Prompt, &Timestamp)| Prompted { kind: (*kind).into(), at: (*at).into() };
        let (direction, call_back_of) = direction(&arrival.direction);
        Self {
            id: call.id.0,
            state,
            direction,
            call_back_of,
            trunk: arrival.trunk.clone(),
            dialled: arrival.dialled.clone(),
            caller: arrival.caller.as_ref().map(Caller::of),
            fixes: arrival.fixes.iter().map(Fix::of).collect(),
            access_network: arrival.access_network.as_ref().map(|text| text.reveal().clone()),
            defects: arrival.defects.iter().map(|defect| CallDefect(*defect)).collect(),
            test: arrival.test,
            arrived_at: call.arrived_at.into(),
            queue_answered_at: call.queue_answered_at.map(Time),
            answered_at: call.answered.map(|answered| answered.at.into()),
            answered_by: call.answered.map(|answered| person(answered.by)),
            call_taker: call.call_taker().map(person),
            taken_over_by: call.taken_over.map(|taken| person(taken.by)),
            seat_lost: call.seat_lost.filter(|_| call.is_waiting()).map(person),
            offered_to: call.offered_to.iter().copied().map(person).collect(),
            position: place.as_ref().map(|place| place.position),
            wait_estimate_s: place.and_then(|place| place.wait_estimate_s),
            class: call.class.map(CallerClass),
            because: call.because.iter().copied().map(ScreenReason).collect(),
            restriction: Restriction::of(call, names),
            parties: call.parties.iter().map(|party| Party::of(party, names)).collect(),
            supervisors: beside.supervisors.then(|| {
                call.supervisors.iter().map(|supervisor| Supervisor::of(supervisor, names)).collect()
            }),
            digits: call.digits.reveal().clone(),
            digits_sent: call.digits_sent.reveal().clone(),
            voice_heard_at: call.voice_heard_at.map(Time),
            prompted: call.prompted.iter().map(prompted).collect(),
            recording: call.recording.as_ref().map(|summary| Recording::of(call.id, summary)),
            without_recording: call.without_recording,
            restored: call.restored,
            ended_at: ended.map(|(at, _)| at.into()),
            end_reason: ended.map(|(_, reason)| reason.into()),
            disposition: call.disposition.as_ref().map(|d| disposition(d, names)),
            incident_id: call.incident.map(|incident| incident.0),
            call_back: call.call_back.as_ref().map(|duty| call_back(duty, names)),
            call_back_with: call.call_back_with.map(|call| call.0),
            disposition_due_at: call.disposition_due_at.map(Time),
            number_history: beside.history,
            version: version(call),
        }
    }
}

impl Call {
    /// The same call after it was ended by us, before its record says so.
    pub fn just_ended(self) -> Self {
        Self { state: CallState::Ended, end_reason: Some(EndReason(fact::EndReason::CentreHungUp)), ..self }
    }
}

/// Which way a call goes, and the call that it answers.
pub(super) fn direction(direction: &fact::Direction) -> (CallDirection, Option<Uuid>) {
    match direction {
        fact::Direction::In => (CallDirection::In, None),
        fact::Direction::Out { call_back_of, .. } => (CallDirection::Out, call_back_of.map(|call| call.0)),
    }
}

fn disposition(d: &call::Disposition, names: &Names) -> Disposition {
    Disposition {
        kind: d.kind.into(),
        by: d.by.user().map(|user| Named::of(user, names)),
        at: d.at.into(),
        note: d.note.as_ref().map(|note| note.reveal().clone()),
    }
}

fn call_back(duty: &call::CallBack, names: &Names) -> CallBack {
    let attempt = |a: &call::CallBackAttempt| CallBackAttempt {
        at: a.at.into(),
        by: Named::of(a.by, names),
        outcome: a.outcome.into(),
        note: a.note.as_ref().map(|note| note.reveal().clone()),
    };
    CallBack {
        due_at: duty.due_at.into(),
        state: duty.state.into(),
        owner: duty.owner.map(|user| Named::of(user, names)),
        taken: duty.taken,
        settled_by: duty.settled_by.map(|call| call.0),
        attempts: duty.attempts.iter().map(attempt).collect(),
        overdue: duty.overdue,
    }
}

/// Counts what is known, and what came and went (`turns`). Every event of a call adds to it or leaves it, and
/// none takes away, so that a console can tell an older view from a newer one.
fn version(call: &call::Call) -> u32 {
    let known = [
        call.queue_answered_at.is_some(),
        call.answered.is_some(),
        call.is_ended(),
        call.disposition.is_some(),
        call.incident.is_some(),
        call.call_back.is_some(),
        call.call_back.as_ref().is_some_and(|duty| duty.overdue),
        call.call_back.as_ref().is_some_and(|duty| duty.state == call::CallBackState::Done),
    ];
    // A try may take the "overdue" away again; it counts for two, so that the sum still grows.
    let tries = call.call_back.as_ref().map_or(0, |duty| 2 * duty.attempts.len());
    let counted = 1 + call.arrival.defects.len() + tries + known.into_iter().filter(|fact| *fact).count();
    u32::try_from(counted).unwrap_or(u32::MAX).saturating_add(call.turns)
}
