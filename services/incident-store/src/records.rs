//! What questions are asked with, and what they are answered with.

use std::collections::BTreeMap;
use std::sync::Arc;

use dispatch_core::call::Call;
use dispatch_core::category::{Category, Priority};
use dispatch_core::duty::Duty;
use dispatch_core::ids::{AgencyCode, AgencyId, AreaCode, CallId, IncidentId, UserId};
use dispatch_core::incident::{Incident, IncidentStatus, Point};
use dispatch_core::private::Private;
use dispatch_core::screening::NumberRule;
use dispatch_core::site::UserRole;
use dispatch_core::time::Timestamp;
use dispatch_core::unit::Unit;
use supervision_log::Hash;
use uuid::Uuid;

/// Some of many, newest first.
#[derive(Clone, PartialEq, Debug)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins, if there is one: the `before` of the next question.
    pub next: Option<PageCursor>,
}

/// A place in a list that is ordered by time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PageCursor {
    /// The time of the last item.
    pub at: Timestamp,
    /// The id of the last item.
    pub id: Uuid,
}

impl std::fmt::Display for PageCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.at.as_micros(), self.id)
    }
}

/// A text is not a page cursor.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a page cursor")]
pub struct PageCursorError;

impl std::str::FromStr for PageCursor {
    type Err = PageCursorError;

    fn from_str(text: &str) -> Result<Self, PageCursorError> {
        let (at, id) = text.split_once('.').ok_or(PageCursorError)?;
        let at = at.parse().map(Timestamp::from_micros).map_err(|_| PageCursorError)?;
        let id = Uuid::parse_str(id).map_err(|_| PageCursorError)?;
        Ok(Self { at, id })
    }
}

/// Which calls.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct CallFilter {
    /// In this state.
    pub phase: Option<CallPhase>,
    /// Open (not ended, or owing a disposition or a call-back) or not.
    pub open: Option<bool>,
    /// Only those whose caller must still be called back.
    pub call_back_open: bool,
    /// Attached to this incident by their disposition.
    pub incident: Option<IncidentId>,
    /// Arrived at this time or later.
    pub from: Option<Timestamp>,
    /// Arrived before this time.
    pub to: Option<Timestamp>,
    /// At most so many; 1 to 500.
    pub limit: u32,
    /// Only what comes after this place.
    pub before: Option<PageCursor>,
}

/// Where a call is, without what that state knows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CallPhase {
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

/// Which incidents.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct IncidentFilter {
    /// By status.
    pub status: Option<StatusFilter>,
    /// Of this category.
    pub category: Option<Category>,
    /// With an assignment of this agency, whatever became of it.
    pub agency: Option<AgencyId>,
    /// In this area or one within it.
    pub area_code: Option<AreaCode>,
    /// Number, landmark, address or narrative holds this text, without regard to case. Searched are the newest
    /// `SEARCH_WINDOW_MAX` (5,000) incidents.
    pub q: Option<String>,
    /// Within a radius.
    pub near: Option<Near>,
    /// Opened at this time or later.
    pub from: Option<Timestamp>,
    /// Opened before this time.
    pub to: Option<Timestamp>,
    /// At most so many; 1 to 500.
    pub limit: u32,
    /// Only what comes after this place.
    pub before: Option<PageCursor>,
}

/// A status, or a group of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StatusFilter {
    /// Not closed, cancelled or merged.
    Open,
    /// Closed, cancelled or merged.
    Ended,
    /// Exactly this.
    Is(IncidentStatus),
}

/// A circle on the map.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Near {
    /// Its centre.
    pub point: Point,
    /// Its radius.
    pub radius_m: f64,
}

/// What is known of a caller's number, besides the call in hand.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct NumberHistory {
    /// Other calls.
    pub calls: u64,
    /// Of them pranks.
    pub prank: u64,
    /// Of them silent.
    pub ghost: u64,
    /// Different incidents that they reported.
    pub incidents: u64,
    /// When the last other call arrived.
    pub last_at: Option<Timestamp>,
}

/// What the earlier calls of a number turned out to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NumberPast {
    /// The number.
    pub number: Private<String>,
    /// Calls that were pranks.
    pub pranks: u64,
    /// Calls in which nobody spoke.
    pub ghosts: u64,
    /// Different incidents that the others reported.
    pub incidents: u64,
    /// When a supervisor last wanted the number treated like any other.
    pub lifted_at: Option<Timestamp>,
    /// What people decided of the number, while it holds.
    pub rule: Option<NumberRule>,
}

impl NumberPast {
    /// A number that never called.
    pub const fn nothing_of(number: Private<String>) -> Self {
        Self { number, pranks: 0, ghosts: 0, incidents: 0, lifted_at: None, rule: None }
    }
}

/// What is on record of a number whose calls were pranks or silent, or for which a rule holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NumberRecord {
    /// What its calls turned out to be.
    pub past: NumberPast,
    /// When it called last; never, when only a rule names it.
    pub last_at: Option<Timestamp>,
    /// The last call.
    pub last_call: Option<CallId>,
    /// When the last of its pranks and silent calls was.
    pub newest_outcome_at: Option<Timestamp>,
}

/// A person who may log in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UserRecord {
    /// Id.
    pub id: UserId,
    /// The name to log in with.
    pub username: Private<String>,
    /// The name to show.
    pub name: Private<String>,
    /// As what.
    pub role: UserRole,
    /// For which agency, when a dispatcher.
    pub agency: Option<AgencyId>,
    /// Whether the account may be used.
    pub active: bool,
    /// Whether somebody else made the password: the person chooses another one first.
    pub temporary: bool,
}

/// A session that is open: its person is active and it has not expired.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionRecord {
    /// Whose, as the account is now.
    pub user: UserRecord,
    /// Since when.
    pub opened_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

/// How the store came to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Founding {
    /// Whether it is a demo store.
    pub demo: bool,
    /// When.
    pub at: Timestamp,
}

/// What a console needs to know at first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SnapshotScope {
    /// Whether it gets the open calls.
    pub calls: bool,
    /// Whether it gets the duties.
    pub duties: bool,
    /// Only incidents with an open assignment of this agency.
    pub agency: Option<AgencyId>,
    /// At most so many of each.
    pub limit: u32,
}

/// What is open at one point of the log, all of it as of that point.
#[derive(Clone, PartialEq, Debug)]
pub struct Snapshot {
    /// The index of the last event that is in it.
    pub cursor: u64,
    /// The epoch of the store: another one than before means another history.
    pub epoch: u64,
    /// Open calls, oldest first.
    pub calls: Vec<Arc<Call>>,
    /// Open incidents, oldest first.
    pub incidents: Vec<Arc<Incident>>,
    /// Duties that are not off.
    pub duties: Vec<Duty>,
    /// Units; with an agency only its own.
    pub units: Vec<Arc<Unit>>,
}

/// The live figures.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct WallboardFigures {
    /// Callers who wait for a person.
    pub calls_waiting: u64,
    /// Since when the first of them waits.
    pub waiting_since: Option<Timestamp>,
    /// Calls of today (where the centre is) that a call-taker answered, tests left out.
    pub answered_today: u64,
    /// Of them answered within 15 seconds.
    pub answered_within_15s: u64,
    /// Calls of the last hour, tests left out.
    pub arrived_lately: u64,
    /// Calls of the last four hours that a call-taker is done with.
    pub handled_lately: u64,
    /// How long they took from the answer until their outcome was written down, all together, in microseconds.
    pub handled_lately_us: u64,
    /// Callers who must still be called back.
    pub call_backs_open: u64,
    /// Of them late.
    pub call_backs_overdue: u64,
    /// Open incidents by status.
    pub incidents_by_status: BTreeMap<IncidentStatus, u64>,
    /// Assignments that no person has acknowledged, by the priority of their incident.
    pub unacknowledged: BTreeMap<Priority, u64>,
    /// When the oldest of them was sent.
    pub unacknowledged_since: Option<Timestamp>,
    /// Call-takers.
    pub call_takers: CallTakerFigures,
    /// Open assignments by agency; only agencies that have any.
    pub open_by_agency: Vec<AgencyFigures>,
}

/// Hand-overs between centres by state, those with none included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HandOverFigures {
    /// What we offered to neighbouring centres.
    pub offered: BTreeMap<&'static str, u64>,
    /// What they offered to us.
    pub received: BTreeMap<&'static str, u64>,
}

/// How many call-takers there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CallTakerFigures {
    /// Ready to take a call, or talking.
    pub ready: u64,
    /// On shift, taking none.
    pub paused: u64,
    /// Not on shift.
    pub off: u64,
    /// Talking to a caller.
    pub talking: u64,
}

/// An agency's open assignments.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AgencyFigures {
    /// Which agency.
    pub agency: AgencyId,
    /// Its code.
    pub code: AgencyCode,
    /// Sent and not finished.
    pub open: u64,
    /// Of them not acknowledged.
    pub unacknowledged: u64,
}

/// One entry of the log as it is hashed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogEntry {
    /// Its index.
    pub index: u64,
    /// The exact bytes; `supervision_log::Leaf::decode` reads them.
    pub leaf: Vec<u8>,
    /// The chain's hash up to and with it.
    pub hash: Hash,
}

/// Where the log ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LogHead {
    /// Which store life: raised whenever a desk becomes writer.
    pub epoch: u64,
    /// The number of entries.
    pub index: u64,
    /// The hash of the last; the genesis hash of an empty log.
    pub hash: Hash,
}

/// A signed checkpoint as it was stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckpointEntry {
    /// How many entries it vouches for.
    pub size: u64,
    /// The signed text.
    pub text: String,
    /// When it was made.
    pub at: Timestamp,
}
