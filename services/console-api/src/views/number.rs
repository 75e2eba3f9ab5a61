//! Numbers against which something is on record.

use dispatch_core::screening::Signs;
use dispatch_core::time::{Seconds, Timestamp};
use incident_store::NumberRecord as Record;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Named;
use crate::names::Names;
use crate::screening::{OUTCOMES_COUNT_FOR_S, past_of};
use crate::wire::{CallerClass, NumberRule, ScreenReason, Time};

/// What is on record of a number.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NumberRecord {
    /// The number.
    pub number: String,
    /// Calls of the last 90 days that were pranks.
    pub pranks: u64,
    /// Calls of the last 90 days in which nobody spoke.
    pub ghosts: u64,
    /// Different incidents of the last 90 days that it reported.
    pub incidents: u64,
    /// When it called last; null when only a rule names it.
    pub last_at: Option<Time>,
    /// That call.
    pub last_call_id: Option<Uuid>,
    /// When the last of its pranks and silent calls stops to count.
    pub counts_until: Option<Time>,
    /// In which class its next call waits by what is on record, before anything else is known of that call.
    pub class: CallerClass,
    /// What counts, for and against it.
    pub because: Vec<ScreenReason>,
    /// Until when its calls are treated like any other, because of a call whose restriction was lifted or of a rule.
    pub lifted_until: Option<Time>,
    /// What people decided of it, while it holds.
    pub rule: Option<NumberDecision>,
}

/// A rule that holds.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NumberDecision {
    /// What it says.
    pub rule: NumberRule,
    /// Until when.
    pub until: Time,
    /// Why.
    pub reason: String,
    /// By which decree or letter, where one was named.
    pub decree: Option<String>,
    /// Who decided.
    pub by: Option<Named>,
    /// When.
    pub at: Time,
}

impl NumberRecord {
    /// The record as it is now.
    pub fn of(record: &Record, now: Timestamp, names: &Names) -> Self {
        let past = past_of(record.past.clone());
        let signs = Signs {
            has_number: true,
            pranks: past.pranks,
            ghosts: past.ghosts,
            incidents: past.incidents,
            restriction_lifted: past.lifted_until.is_some_and(|until| now < until),
            restricted: past.restricted_until.is_some_and(|until| now < until),
            ..Signs::default()
        };
        let screening = signs.screening();
        let counts_for = Seconds(u32::try_from(OUTCOMES_COUNT_FOR_S).unwrap_or(u32::MAX));
        Self {
            number: record.past.number.reveal().clone(),
            pranks: record.past.pranks,
            ghosts: record.past.ghosts,
            incidents: record.past.incidents,
            last_at: record.last_at.map(Time),
            last_call_id: record.last_call.map(|call| call.0),
            counts_until: record.newest_outcome_at.map(|at| Time(at.after(counts_for))),
            class: CallerClass(screening.class),
            because: screening.because.into_iter().map(ScreenReason).collect(),
            lifted_until: past.lifted_until.filter(|until| now < *until).map(Time),
            rule: record.past.rule.as_ref().map(|rule| NumberDecision {
                rule: NumberRule(rule.rule),
                until: Time(rule.until),
                reason: rule.reason.reveal().clone(),
                decree: rule.decree.clone(),
                by: rule.by.map(|by| Named::of(by, names)),
                at: Time(rule.at),
            }),
        }
    }
}
