//! Reports as files: tables that a spreadsheet opens and a program reads.

pub mod csv;
pub(crate) mod paper;
pub(crate) mod recap;
mod tables;
pub mod xlsx;

use dispatch_core::metrics::By;
use dispatch_core::policy::Rules;
use dispatch_core::time::{Seconds, Timestamp, zone};

use crate::views::ReportFrame;
use crate::wire::Counter;

pub(crate) use tables::interval_word;
pub use tables::{Cell, Table, TableName, table};

/// A period: from a moment until before another one.
pub type Period = (Timestamp, Timestamp);

/// Reads the begin of a period: a time (RFC 3339), or a day `YYYY-MM-DD` where the centre is.
pub fn begin(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| Timestamp::midnight_of(text, zone::here()))
}

/// Reads the end of a period: a time, or the day with whose end it ends.
pub fn end(text: &str) -> Option<Timestamp> {
    let day = || Timestamp::midnight_of(text, zone::here()).map(|begin| begin.after(Seconds(86_400)));
    text.parse().ok().or_else(day)
}

/// Reads by what a report is divided.
pub fn by(text: &str) -> Option<By> {
    By::ALL.into_iter().find(|by| by.name() == text)
}

/// What a report says of itself.
pub fn frame((from, to): Period, by: Option<By>, log_entries: u64, rules: &Rules) -> ReportFrame {
    ReportFrame {
        from: from.into(),
        to: to.into(),
        by: by.map(By::name),
        zone: zone::here().name(),
        log_entries: Counter(log_entries),
        policy_version: Counter(rules.version),
        decree: rules.decree.clone(),
    }
}
