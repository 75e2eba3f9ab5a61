//! A call: one INVITE that reached us, from ring to disposition.
//!
//! A call is not an incident: ten callers report one fire. The trunk role owns the live call and tells what
//! happened as [`fact::CallFact`]s; the desk keeps the record and decides what people still owe it.
//!
//! Invariant: a call that is over has a disposition, or somebody owes it one by a deadline, or it stands on
//! the call-back list with a deadline. Nobody who called 112 is lost.

mod apply;
mod command;
mod deadline;
mod decide;
pub mod fact;
pub mod number;
mod state;
mod voice;

pub use apply::apply;
pub use command::{CallCommand, CallEvent, CallRefusal, Surroundings};
pub use deadline::next_deadline;
pub use decide::decide;
pub use state::{
    Answered, Call, CallBack, CallBackAttempt, CallBackOutcome, CallBackState, CallState, Disposition,
    DispositionKind, Party, PartyState, RestrictionLifted, Supervisor,
};
