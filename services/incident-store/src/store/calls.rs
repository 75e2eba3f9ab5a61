//! Questions about calls.

use std::collections::BTreeMap;

use dispatch_core::call::fact::Arrival;
use dispatch_core::call::{Call, CallState};
use dispatch_core::ids::CallId;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::condition::Conditions;
use super::{Store, at_most};
use crate::engine::{Value, in_list};
use crate::error::StoreError;
use crate::records::{CallFilter, CallPhase, NumberHistory, Page, PageCursor};

impl Store {
    /// One call.
    pub async fn call(&self, id: CallId) -> Result<Option<Call>, StoreError> {
        let row = self.readers().row("SELECT state FROM call WHERE id = $1", vec![Value::of(id)]).await?;
        row.map(|row| row.json(0)).transpose()
    }

    /// These calls, oldest first; those that do not exist are left out.
    pub async fn calls_by_id(&self, ids: &[CallId]) -> Result<Vec<Call>, StoreError> {
        let (list, values) = in_list(1, ids.iter().map(Value::of));
        let sql = format!("SELECT state FROM call WHERE id IN {list} ORDER BY arrived_us, id");
        self.readers().rows(&sql, values).await?.iter().map(|row| row.json(0)).collect()
    }

    /// Calls by a filter, newest first.
    pub async fn calls(&self, filter: &CallFilter) -> Result<Page<Call>, StoreError> {
        let mut conditions = Conditions::default();
        if let Some(phase) = filter.phase {
            conditions.with("phase = ?", phase.name());
        }
        match filter.open {
            Some(true) => conditions.fixed("is_open = 1"),
            Some(false) => conditions.fixed("is_open = 0"),
            None => {}
        }
        if filter.call_back_open {
            conditions.fixed("call_back = 'open'");
        }
        if let Some(incident) = filter.incident {
            conditions.with("incident = ?", Value::of(incident));
        }
        if let Some(from) = filter.from {
            conditions.with("arrived_us >= ?", from);
        }
        if let Some(to) = filter.to {
            conditions.with("arrived_us < ?", to);
        }
        if let Some(before) = filter.before {
            conditions.before("arrived_us", before);
        }
        let limit = at_most(filter.limit);
        let last = conditions.place(limit + 1);
        let sql = format!(
            "SELECT state FROM call{} ORDER BY arrived_us DESC, id DESC LIMIT {last}",
            conditions.text()
        );
        let rows = self.readers().rows(&sql, conditions.values).await?;
        let items: Vec<Call> = rows.iter().map(|row| row.json(0)).collect::<Result<_, _>>()?;
        Ok(page(items, limit, |call| PageCursor { at: call.arrived_at, id: call.id.0 }))
    }

    /// Calls to which anything is still owed, oldest first.
    pub async fn open_calls(&self, limit: u32) -> Result<Vec<Call>, StoreError> {
        let rows = self.readers().rows(OPEN_CALLS, vec![at_most(limit).into()]).await?;
        rows.iter().map(|row| row.json(0)).collect()
    }

    /// What is known of the numbers of these calls, from the calls that came in. Numbers are found by their HMAC, over an index.
    pub async fn number_histories(
        &self,
        calls: &[CallId],
    ) -> Result<BTreeMap<CallId, NumberHistory>, StoreError> {
        let (list, values) = in_list(1, calls.iter().map(Value::of));
        let sql = format!(
            "SELECT one.id, COUNT(*), \
             COUNT(CASE WHEN other.disposition = 'prank' THEN 1 END), \
             COUNT(CASE WHEN other.disposition = 'ghost' THEN 1 END), \
             COUNT(DISTINCT other.incident), MAX(other.arrived_us) \
             FROM call one JOIN call other ON other.number_hash = one.number_hash AND other.id <> one.id \
             AND other.is_out = 0 \
             WHERE one.id IN {list} GROUP BY one.id"
        );
        let mut found: BTreeMap<CallId, NumberHistory> = BTreeMap::new();
        for row in self.readers().rows(&sql, values).await? {
            let history = NumberHistory {
                calls: row.count(1)?,
                prank: row.count(2)?,
                ghost: row.count(3)?,
                incidents: row.count(4)?,
                last_at: row.maybe_time(5)?,
            };
            found.insert(row.parse(0)?, history);
        }
        Ok(calls.iter().map(|id| (*id, found.get(id).copied().unwrap_or_default())).collect())
    }
}

pub(super) const OPEN_CALLS: &str =
    "SELECT state FROM call WHERE is_open = 1 ORDER BY arrived_us, id LIMIT $1";

/// Cuts a list of one more than was asked for into a page.
pub(super) fn page<T>(mut items: Vec<T>, limit: u32, place: impl Fn(&T) -> PageCursor) -> Page<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(place);
    Page { items, next }
}

impl CallPhase {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ringing => "ringing",
            Self::Queued => "queued",
            Self::Offered => "offered",
            Self::Connected => "connected",
            Self::Held => "held",
            Self::Ended => "ended",
        }
    }
}

pub(crate) fn call_phase(call: &Call) -> CallPhase {
    match call.state {
        CallState::Ringing => CallPhase::Ringing,
        CallState::Queued => CallPhase::Queued,
        CallState::Offered { .. } => CallPhase::Offered,
        CallState::Connected => CallPhase::Connected,
        CallState::Held => CallPhase::Held,
        CallState::Ended { .. } => CallPhase::Ended,
    }
}

/// Under what a caller's number is found again. Without the key, ten billion numbers are tried in hours.
pub(crate) fn number_hash(key: &[u8; 32], arrival: &Arrival) -> Option<Vec<u8>> {
    arrival.caller.as_ref().map(|caller| hash_of_number(key, caller.number.reveal()))
}

/// The same of a number itself.
pub(crate) fn hash_of_number(key: &[u8; 32], number: &str) -> Vec<u8> {
    // HMAC takes a key of any length.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.chain_update(number.as_bytes()).finalize().into_bytes().to_vec()
}
