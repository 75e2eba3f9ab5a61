//! The messages of the feed, as they go out.

use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::ProblemBody;
use crate::views::{
    AssignmentWithIncident, Call, Duty, Escalation, Incident, Named, PersonOnDuty, QueuePlace, Resemblance,
    Suspected, SystemMode, Unit,
};
use crate::wire::{Counter, Speaker, Time};

/// A message to a console.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type")]
#[allow(clippy::large_enum_variant)] // serialised at once, never kept
pub enum FeedMessage {
    /// Everything that is open, as of the cursor. Replaces what the console has.
    #[serde(rename = "snapshot")]
    Snapshot(Snapshot),
    /// The cursor that was sent is known; what came after it follows.
    #[serde(rename = "resumed")]
    Resumed {
        /// The cursor that was sent.
        cursor: Counter,
        /// When.
        at: Time,
        /// Whether the telephone part answers.
        trunk_answers: bool,
    },
    /// A call changed.
    #[serde(rename = "call.updated")]
    CallUpdated {
        /// Index of the change.
        cursor: Counter,
        /// When.
        at: Time,
        /// The call as it is now.
        call: Call,
    },
    /// An incident changed.
    #[serde(rename = "incident.updated")]
    IncidentUpdated {
        /// Index of the change.
        cursor: Counter,
        /// When.
        at: Time,
        /// The incident as it is now.
        incident: Incident,
    },
    /// An assignment changed.
    #[serde(rename = "assignment.updated")]
    AssignmentUpdated {
        /// Index of the change.
        cursor: Counter,
        /// When.
        at: Time,
        /// The incident it belongs to.
        incident_id: uuid::Uuid,
        /// The assignment as it is now.
        assignment: AssignmentWithIncident,
        /// The incident as it is now: its status follows its assignments.
        incident: Incident,
    },
    /// Something was silent for too long.
    #[serde(rename = "escalation.raised")]
    EscalationRaised {
        /// Index of the change.
        cursor: Counter,
        /// When.
        at: Time,
        /// What was raised.
        escalation: Escalation,
        /// The assignment as it is now, when it is about one.
        assignment: Option<AssignmentWithIncident>,
        /// The incident as it is now, when it is about one.
        incident: Option<Incident>,
        /// The call as it is now, when it is about one.
        call: Option<Call>,
    },
    /// A person's duty changed.
    #[serde(rename = "duty.updated")]
    DutyUpdated {
        /// Index of the change.
        cursor: Counter,
        /// When.
        at: Time,
        /// Whose.
        user: Named,
        /// The duty as it is now.
        duty: Duty,
    },
    /// Question cards, or a change of them that waits for somebody, are to be read again.
    #[serde(rename = "cards.updated")]
    CardsUpdated {
        /// Index of the change.
        cursor: Counter,
        /// When.
        at: Time,
        /// The version of the cards that holds.
        version: u32,
    },
    /// The policy, or a change of it that waits for somebody, is to be read again.
    #[serde(rename = "policy.updated")]
    PolicyUpdated {
        /// Index of the change.
        cursor: Counter,
        /// When.
        at: Time,
        /// The version of the policy that holds.
        version: Counter,
    },
    /// Agencies, areas or places are to be read again.
    #[serde(rename = "reference.updated")]
    ReferenceUpdated {
        /// Index of the change.
        cursor: Counter,
        /// When.
        at: Time,
    },
    /// Duty rosters, hand-overs of shifts or referrals are to be read again.
    #[serde(rename = "roster.updated")]
    RosterUpdated {
        /// Index of the change.
        cursor: Counter,
        /// When.
        at: Time,
    },
    /// The disaster mode or the words to agencies are to be read again.
    #[serde(rename = "alerts.updated")]
    AlertsUpdated {
        /// Index of the change.
        cursor: Counter,
        /// When.
        at: Time,
    },
    /// A unit changed. To its agency and to the centre.
    #[serde(rename = "unit.updated")]
    UnitUpdated {
        /// Index of the change.
        cursor: Counter,
        /// When.
        at: Time,
        /// The unit as it is now.
        unit: Unit,
    },
    /// What is heard on a call right now. Has no cursor and is lost to a slow console. Only to who has the call, and
    /// to supervisors.
    #[serde(rename = "call.activity")]
    CallActivity {
        /// When.
        at: Time,
        /// Which call.
        call_id: uuid::Uuid,
        /// How loud the caller is: dBov, 0 is full scale, -127 silence; null in a message about a digit.
        caller_db: Option<i8>,
        /// How loud the centre is.
        centre_db: Option<i8>,
        /// Whether the caller speaks.
        voice: Option<bool>,
        /// A key that was pressed.
        digit: Option<String>,
        /// On which side.
        from: Option<Speaker>,
    },
    /// Somebody's audio came up or went away. Has no cursor. To its owner, and to those who see duties.
    #[serde(rename = "seat.updated")]
    SeatUpdated {
        /// When.
        at: Time,
        /// Whose.
        user_id: uuid::Uuid,
        /// Whether it works.
        connected: bool,
    },
    /// Somebody who is ready closed their last console, so that no call rings there, or is back. Has no cursor. To those
    /// who see duties, and to the person.
    #[serde(rename = "seat.away")]
    SeatAway {
        /// When.
        at: Time,
        /// Who.
        user_id: uuid::Uuid,
        /// Whether calls pass them by.
        away: bool,
    },
    /// A call-taker's telephone begins to ring, for a call that is theirs already, or is picked up or let alone. Has no
    /// cursor. To the person alone.
    #[serde(rename = "seat.rings")]
    SeatRings {
        /// When.
        at: Time,
        /// Whether it rings.
        rings: bool,
    },
    /// The telephone part stopped answering, or answers again. Has no cursor.
    #[serde(rename = "trunk.answers")]
    TrunkAnswers {
        /// When.
        at: Time,
        /// Whether it does.
        answers: bool,
    },
    /// Who waits, after each change. Has no cursor.
    #[serde(rename = "queue.updated")]
    QueueUpdated {
        /// When.
        at: Time,
        /// First in line first.
        waiting: Vec<QueuePlace>,
    },
    /// Which waiting calls may tell of something known, and which incidents very many call about; all of it, after each
    /// change. Has no cursor. To those who see calls.
    #[serde(rename = "duplicates.updated")]
    DuplicatesUpdated {
        /// When.
        at: Time,
        /// Waiting calls that may be second reports; the others are not here.
        calls: Vec<Resemblance>,
        /// Incidents that are a mass event, or look like one.
        mass_events: Vec<Suspected>,
    },
    /// The store went away or came back. Has no cursor: it is no entry of the log.
    #[serde(rename = "system.mode")]
    SystemMode {
        /// When.
        at: Time,
        /// What holds now.
        mode: SystemMode,
        /// Since when.
        since: Time,
        /// The calls as the trunk's memory knows them, while the store is away; null for agencies.
        live_calls: Option<Vec<Call>>,
    },
    /// The feed lives; nothing up to the cursor is outstanding.
    #[serde(rename = "heartbeat")]
    Heartbeat {
        /// Index of the last change that was sent or passed over.
        cursor: Counter,
        /// When.
        at: Time,
    },
    /// The console is too far behind: connect again without a cursor.
    #[serde(rename = "resync")]
    Resync {
        /// When.
        at: Time,
    },
    /// A message of the console was not understood or refused.
    #[serde(rename = "error")]
    Error {
        /// When.
        at: Time,
        /// Why.
        problem: ProblemBody,
    },
}

/// Everything that is open, for one console.
#[derive(Serialize, ToSchema)]
pub struct Snapshot {
    /// Index of the last change that is in it.
    pub cursor: Counter,
    /// When.
    pub at: Time,
    /// Another one than before means another history: forget all cursors.
    pub epoch: Counter,
    /// Open calls; none for an agency.
    pub calls: Vec<Call>,
    /// Open incidents; for an agency those it is on.
    pub incidents: Vec<Incident>,
    /// Assignments of these incidents; for an agency its own.
    pub assignments: Vec<AssignmentWithIncident>,
    /// One's own duty.
    pub duty: Duty,
    /// Whether one's own audio works.
    pub seat_connected: bool,
    /// Whose audio works, for those who see duties.
    pub seats_connected: Vec<uuid::Uuid>,
    /// Who is ready and has no console open, for those who see duties.
    pub seats_away: Vec<uuid::Uuid>,
    /// Whether one's own telephone rings, for a call that is one's own already.
    pub phone_rings: bool,
    /// Who waits, first in line first, for those who see calls.
    pub queue: Vec<QueuePlace>,
    /// Who is on duty, for a supervisor.
    pub duties: Vec<PersonOnDuty>,
    /// Units; for an agency its own.
    pub units: Vec<Unit>,
    /// What was escalated lately.
    pub escalations: Vec<Escalation>,
    /// Whether the store works.
    pub mode: SystemMode,
    /// Whether the telephone part answers.
    pub trunk_answers: bool,
    /// The version of the question cards that holds.
    pub cards_version: u32,
    /// The version of the policy that holds.
    pub policy_version: Counter,
}
