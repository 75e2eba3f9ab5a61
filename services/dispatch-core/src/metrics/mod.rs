//! Figures: what the events say about how long people waited, and how sure that is (Peraturan Bupati Bangka Selatan
//! 22/2021 Pasal 24(4)c; Permenkominfo 10/2016 Pasal 15(2)).
//!
//! [`CallTimes`] and [`IncidentTimes`] are what is kept of a call and an incident for this: their time stamps T0 to T10 and
//! what they are grouped by, and nothing personal. [`Ledger`] is a period of them, [`Ledger::report`] the figures. The live
//! board, the screens, the files and `sigap report` all ask this one function, so that a figure has one value.
//!
//! The rules: statistics are per call for T0 to T1, per incident for T1 to T4 and for the first on scene, per assignment
//! for T4 to T9. A call that was given up stands in bands of its own and not among the answered. A merged report counts
//! as a call and not as an incident; what is no emergency (P0) or was cancelled counts for the answer alone. A stamp that
//! is missing is missing: it is never made up, and the coverage says how many there were. Percentiles are of the nearest
//! rank: every one was measured. What a person wrote down later counts and is told as manual. An interval that ends before
//! it begins is left out and told.

mod cases;
mod distribution;
mod figures;
mod ledger;
mod rhythm;
mod times;

pub use distribution::Distribution;
pub use figures::{
    AssignmentFigures, CallBackFigures, CallFigures, Figures, IncidentFigures, IntervalFigures,
    ObjectiveFigures, ServiceLevel,
};
pub use ledger::{By, Group, Key, Ledger, MetricsReport};
pub use rhythm::{DayCount, Rhythm};
pub use times::{AssignmentTimes, CallBackTimes, CallOutcome, CallTimes, IncidentEnd, IncidentTimes};
