//! An incident: something that happened somewhere, the agencies that are asked to help, and what they did.
//!
//! An assignment is one agency on one incident and has its own state. The incident's status is derived from
//! them, never set by hand ([`Incident::status`]).
//!
//! Invariants: every open incident has an owner or a deadline; the second assignment of an agency never
//! hides the first; an incident closes only when every agency has reported, or a supervisor says why not.

mod apply;
mod assignment;
mod carding;
mod command;
mod deadline;
mod decide;
mod event;
mod force;
mod handing_over;
mod merging;
mod paper;
mod refusal;
mod reporting;
mod stamps;
mod state;
mod transfer;

pub use apply::apply;
pub use assignment::{
    Assignment, AssignmentState, Because, Called, ChannelState, ChannelTry, Progress, Raised, Relayed,
    ReportSource,
};
pub use carding::GivenAnswer;
pub use command::{Change, ChannelReport, Edit, IncidentCommand, Report};
pub use deadline::{Due, clocks, next_deadline, next_rung};
pub use decide::{Decision, Effect, decide};
pub use event::{EscalationCause, IncidentEvent};
pub use merging::{Absorbed, CrewCame, Master, TakenOver, merge, unmerge};
pub use paper::{PaperEnd, PaperFault, PaperReport, PaperTask, TimeFault};
pub use refusal::IncidentRefusal;
pub use stamps::Stamp;
pub use state::{AreaBy, Ending, Incident, IncidentStatus, Location, Note, Point, PointSource, Reporter};
pub(crate) use transfer::brought_along;
pub use transfer::{
    Neighbour, Origin, OriginState, PacketState, Returned, Transfer, TransferAnswer, TransferCommand,
    TransferMessage, TransferState,
};
