//! Calls.

use call_link::order::{LiveCall, LiveState};
use dispatch_core::call;
use dispatch_core::call::fact;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::person::Named;
use crate::names::Names;
use crate::wire::{
    CallBackOutcome, CallBackState, CallDefect, DispositionKind, EndReason, FixSource, IdentitySource, Time,
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

/// One call to 112.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Call {
    /// Id.
    pub id: Uuid,
    /// Where it is.
    pub state: CallState,
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
    /// Who answered.
    pub answered_by: Option<Named>,
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
    /// Until when somebody must say what it was.
    pub disposition_due_at: Option<Time>,
    /// What is known of the number besides this call.
    pub number_history: NumberHistory,
    /// Grows with everything that becomes known of the call.
    pub version: u32,
}

/// Who calls.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Caller {
    /// The number, E.164 where it could be normalised.
    pub number: String,
    /// The display name.
    pub name: Option<String>,
    /// Who says so.
    pub source: Option<IdentitySource>,
}

/// One location of the caller.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Fix {
    /// The point with its radius of uncertainty.
    pub point: Option<FixPoint>,
    /// A URI to fetch the location from.
    pub reference: Option<String>,
    /// A civic address.
    pub civic: Option<String>,
    /// Who measured it.
    pub source: FixSource,
    /// When it was measured.
    pub measured_at: Option<Time>,
}

/// A point with its radius of uncertainty.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FixPoint {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Metres.
    pub radius_m: f64,
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

impl Call {
    /// The view of a record.
    pub fn of(call: &call::Call, history: NumberHistory, names: &Names) -> Self {
        let (state, ended) = match call.state {
            call::CallState::Ringing => (CallState::Ringing, None),
            call::CallState::Queued => (CallState::Queued, None),
            call::CallState::Offered { .. } => (CallState::Offered, None),
            call::CallState::Connected => (CallState::Connected, None),
            call::CallState::Held => (CallState::Held, None),
            call::CallState::Ended { at, reason } => (CallState::Ended, Some((at, reason))),
        };
        let arrival = &call.arrival;
        Self {
            id: call.id.0,
            state,
            trunk: arrival.trunk.clone(),
            dialled: arrival.dialled.clone(),
            caller: arrival.caller.as_ref().map(caller),
            fixes: arrival.fixes.iter().map(fix).collect(),
            access_network: arrival.access_network.as_ref().map(|text| text.reveal().clone()),
            defects: arrival.defects.iter().map(|defect| CallDefect(*defect)).collect(),
            test: arrival.test,
            arrived_at: call.arrived_at.into(),
            queue_answered_at: call.queue_answered_at.map(Time),
            answered_at: call.answered.map(|answered| answered.at.into()),
            answered_by: call.answered.map(|answered| Named::of(answered.by, names)),
            ended_at: ended.map(|(at, _)| at.into()),
            end_reason: ended.map(|(_, reason)| reason.into()),
            disposition: call.disposition.as_ref().map(|d| disposition(d, names)),
            incident_id: call.incident.map(|incident| incident.0),
            call_back: call.call_back.as_ref().map(|duty| call_back(duty, names)),
            disposition_due_at: call.disposition_due_at.map(Time),
            number_history: history,
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

/// A call as the trunk's memory knows it, when the store is away.
pub fn live_call(live: &LiveCall, names: &Names) -> Call {
    let state = match live.state {
        LiveState::Ringing => CallState::Ringing,
        LiveState::Queued => CallState::Queued,
        LiveState::Offered => CallState::Offered,
        LiveState::Connected => CallState::Connected,
        LiveState::Held => CallState::Held,
    };
    let number = |number: &dispatch_core::private::Private<String>| Caller {
        number: number.reveal().clone(),
        name: None,
        source: None,
    };
    Call {
        id: live.call.0,
        state,
        trunk: String::new(),
        dialled: String::new(),
        caller: live.caller.as_ref().map(number),
        fixes: Vec::new(),
        access_network: None,
        defects: Vec::new(),
        test: false,
        arrived_at: live.since.into(),
        queue_answered_at: None,
        answered_at: None,
        answered_by: live.answered_by.map(|user| Named::of(user, names)),
        ended_at: None,
        end_reason: None,
        disposition: None,
        incident_id: None,
        call_back: None,
        disposition_due_at: None,
        number_history: NumberHistory::default(),
        version: 0,
    }
}

fn caller(caller: &fact::Caller) -> Caller {
    Caller {
        number: caller.number.reveal().clone(),
        name: caller.name.as_ref().map(|name| name.reveal().clone()),
        source: Some(caller.source.into()),
    }
}

fn fix(fix: &fact::Fix) -> Fix {
    let point = |p: &fact::FixPoint| FixPoint { lat: p.lat, lon: p.lon, radius_m: p.radius_m };
    Fix {
        point: fix.point.as_ref().map(|p| point(p.reveal())),
        reference: fix.reference.as_ref().map(|text| text.reveal().clone()),
        civic: fix.civic.as_ref().map(|text| text.reveal().clone()),
        source: fix.source.into(),
        measured_at: fix.measured_at.map(Time),
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
