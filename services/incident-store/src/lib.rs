//! The only SQL of Sigap 112, and the one way in.
//!
//! * [`Store`]: opens SQLite or PostgreSQL, brings the schema up to date, answers questions.
//! * [`Desk::submit`]: the only writer. Facts from the line, consoles, couriers and the clock all pass it. One
//!   task gathers what is waiting, decides it in memory in the order of arrival (the rules are
//!   `dispatch_core`'s) and commits it as one transaction: events, leaves of the supervision log, records,
//!   deadlines, outbox, receipts.
//! * [`Feed`]: what was committed, in commit order, without gaps.
//! * [`LogReader`] and [`verify_store`]: the log for those who check it, read-only, beside a running server.
//!
//! Architecture invariant: nothing else writes. A future that a caller may drop (a request handler) never
//! holds the writing connection, because a cancelled transaction can lose later writes that were acknowledged
//! (sqlx 0.9.0, transact-rs/sqlx#4393).
//!
//! Architecture invariant: what a leaf holds is hashed and kept for ever; a personal value is never in it (see
//! [`desk`]).

mod change;
pub mod desk;
mod engine;
mod error;
mod feed;
mod form_draft;
mod log_reader;
mod rebuild;
mod records;
mod replay;
mod store;
mod submission;

pub use change::{Change, DeskEvent, Record, StreamId};
pub use desk::{CheckpointSigner, Desk, DeskConfig, Due, Mode, OutboxItem};
pub use engine::StoreUrl;
pub use error::{SiteRefusal, StoreError, SubmitError};
pub use feed::{After, Feed};
pub use form_draft::{
    DraftKept, FORM_DRAFT_KEPT, FORM_DRAFTS_EACH_MAX, FormDraft, FormPlace, FormPlaceError,
};
pub use log_reader::{LogPage, LogReader, verify_store, verify_store_after};
pub use rebuild::{Difference, rebuild_check};
pub use records::{
    AgencyFigures, CallFilter, CallPhase, CallTakerFigures, CheckpointEntry, Founding, HandOverFigures,
    IncidentFilter, LogEntry, LogHead, Near, NumberHistory, NumberPast, NumberRecord, Page, PageCursor,
    SessionRecord, Snapshot, SnapshotScope, StatusFilter, UserRecord, WallboardFigures,
};
pub use replay::Replay;
pub use store::{Counted, Store, StoreConfig, polygon_geojson};
pub use submission::{
    DeskCommand, IdempotencyKey, JournalPosition, KeyError, OutboxId, Outcome, Receipt, SiteCommand,
    Submission,
};
