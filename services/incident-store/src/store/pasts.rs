//! What earlier calls of a number turned out to be.

use std::collections::BTreeMap;

use dispatch_core::call::Call;
use dispatch_core::ids::{CallId, IncidentId};
use dispatch_core::private::Private;
use dispatch_core::screening::NumberRule;
use dispatch_core::time::Timestamp;

use super::Store;
use crate::engine::{Row, Value};
use crate::error::StoreError;
use crate::records::{NumberPast, NumberRecord};

/// A call that turned out to be a prank or silent says nothing of the incident that it was attached to.
const COUNTED: &str = "COUNT(CASE WHEN disposition = 'prank' THEN 1 END), \
    COUNT(CASE WHEN disposition = 'ghost' THEN 1 END), \
    COUNT(DISTINCT CASE WHEN disposition NOT IN ('prank', 'ghost') THEN incident END), MAX(lifted_us)";
/// Calls that are read at once for their numbers.
const READ_AT_ONCE: usize = 256;

impl Store {
    /// Of each number with pranks, silent calls, incidents or a lifted restriction since then, what its calls were; of so many numbers at
    /// most, those that called last.
    pub async fn number_pasts(&self, since: Timestamp, limit: u32) -> Result<Vec<NumberPast>, StoreError> {
        let sql = format!(
            "SELECT {COUNTED}, MAX(id) FROM call WHERE arrived_us >= $1 AND number_hash IS NOT NULL \
             AND is_out = 0 AND is_test = 0 AND (disposition IN ('prank', 'ghost') OR incident IS NOT NULL OR lifted_us IS NOT NULL) \
             GROUP BY number_hash ORDER BY MAX(arrived_us) DESC LIMIT $2"
        );
        let rows = self.readers().rows(&sql, vec![since.into(), i64::from(limit).into()]).await?;
        let mut pasts = Vec::with_capacity(rows.len());
        for page in rows.chunks(READ_AT_ONCE) {
            let ids: Vec<CallId> = page.iter().map(|row| row.parse(4)).collect::<Result<_, _>>()?;
            for call in self.calls_by_id(&ids).await? {
                let row = page.iter().zip(&ids).find(|(_, id)| **id == call.id).map(|(row, _)| row);
                pasts.extend(row.map(|row| past(row, &call)).transpose()?.flatten());
            }
        }
        let mut rules: BTreeMap<String, NumberRule> =
            self.number_rules().await?.into_iter().map(|rule| (rule.number.reveal().clone(), rule)).collect();
        for past in &mut pasts {
            past.rule = rules.remove(past.number.reveal());
        }
        let unheard =
            |rule: NumberRule| NumberPast { rule: Some(rule.clone()), ..NumberPast::nothing_of(rule.number) };
        // First, as they are told: the trunk keeps what it is told last, and those are told in reverse.
        pasts.splice(0..0, rules.into_values().map(unheard));
        Ok(pasts)
    }

    /// Numbers with pranks or silent calls since then, and those that a rule holds for; the worst first, of so many at most.
    pub async fn number_records(
        &self,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<NumberRecord>, StoreError> {
        let bad = "COUNT(CASE WHEN disposition IN ('prank', 'ghost') THEN 1 END)";
        let sql = format!(
            "SELECT {COUNTED}, MAX(id), MAX(arrived_us), \
             MAX(CASE WHEN disposition IN ('prank', 'ghost') THEN arrived_us END) FROM call \
             WHERE arrived_us >= $1 AND number_hash IS NOT NULL AND is_out = 0 AND is_test = 0 \
             GROUP BY number_hash HAVING {bad} > 0 ORDER BY 1 DESC, 2 DESC, 6 DESC LIMIT $2"
        );
        let rows = self.readers().rows(&sql, vec![since.into(), i64::from(limit).into()]).await?;
        let rules = self.number_rules().await?;
        let mut records = Vec::new();
        for page in rows.chunks(READ_AT_ONCE) {
            let ids: Vec<CallId> = page.iter().map(|row| row.parse(4)).collect::<Result<_, _>>()?;
            for call in self.calls_by_id(&ids).await? {
                let row = page.iter().zip(&ids).find(|(_, id)| **id == call.id).map(|(row, _)| row);
                records.extend(row.map(|row| record(row, &call)).transpose()?.flatten());
            }
        }
        let mut rules: BTreeMap<String, NumberRule> =
            rules.into_iter().map(|rule| (rule.number.reveal().clone(), rule)).collect();
        for record in &mut records {
            record.past.rule = rules.remove(record.past.number.reveal());
        }
        // Of the others the past is asked for one by one: rules are few.
        for rule in rules.into_values() {
            let past = self.number_past(&rule.number, since).await?;
            records.push(NumberRecord { past, last_at: None, last_call: None, newest_outcome_at: None });
        }
        records.sort_by_key(|one| {
            let past = &one.past;
            std::cmp::Reverse((past.rule.is_some(), past.pranks, past.ghosts, one.last_at))
        });
        records.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(records)
    }

    /// The same of the number of one call; `None` when it names none.
    pub async fn number_past_of(
        &self,
        call: &Call,
        since: Timestamp,
    ) -> Result<Option<NumberPast>, StoreError> {
        let sql = format!(
            "SELECT {COUNTED} FROM call WHERE number_hash = (SELECT number_hash FROM call WHERE id = $1) \
             AND arrived_us >= $2 AND is_out = 0 AND is_test = 0"
        );
        let row = self.readers().row(&sql, vec![Value::of(call.id), since.into()]).await?;
        let found = row.map(|row| past(&row, call)).transpose()?.flatten();
        let Some(mut found) = found else { return Ok(None) };
        found.rule = self.number_rule(found.number.reveal()).await?;
        Ok(Some(found))
    }

    /// The same of a number, whether it ever called or not.
    pub async fn number_past(
        &self,
        number: &Private<String>,
        since: Timestamp,
    ) -> Result<NumberPast, StoreError> {
        let sql = format!(
            "SELECT {COUNTED} FROM call WHERE number_hash = $1 AND arrived_us >= $2 AND is_out = 0 AND is_test = 0"
        );
        let hash = self.hash_of(number.reveal());
        let row = self.readers().row(&sql, vec![hash.into(), since.into()]).await?;
        let counted = row.map(|row| counts(&row, number.clone())).transpose()?;
        let mut found = counted.unwrap_or_else(|| NumberPast::nothing_of(number.clone()));
        found.rule = self.number_rule(number.reveal()).await?;
        Ok(found)
    }
}

impl Store {
    /// The incidents that calls of this call's number reported since then, the newest calls' first; its own included.
    pub async fn incidents_of_number(
        &self,
        call: CallId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<IncidentId>, StoreError> {
        let sql = "SELECT incident, MAX(arrived_us) FROM call WHERE incident IS NOT NULL AND is_out = 0 \
                   AND arrived_us >= $2 AND (id = $1 OR number_hash = (SELECT number_hash FROM call WHERE id = $1)) \
                   GROUP BY incident ORDER BY 2 DESC LIMIT $3";
        let values = vec![Value::of(call), since.into(), i64::from(limit).into()];
        self.readers().rows(sql, values).await?.iter().map(|row| row.parse(0)).collect()
    }
}

fn past(row: &Row, call: &Call) -> Result<Option<NumberPast>, StoreError> {
    let number = call.arrival.caller.as_ref().map(|caller| caller.number.clone());
    let Some(number): Option<Private<String>> = number else { return Ok(None) };
    counts(row, number).map(Some)
}

fn counts(row: &Row, number: Private<String>) -> Result<NumberPast, StoreError> {
    let (pranks, ghosts, incidents) = (row.count(0)?, row.count(1)?, row.count(2)?);
    Ok(NumberPast { number, pranks, ghosts, incidents, lifted_at: row.maybe_time(3)?, rule: None })
}

fn record(row: &Row, call: &Call) -> Result<Option<NumberRecord>, StoreError> {
    let Some(past) = past(row, call)? else { return Ok(None) };
    Ok(Some(NumberRecord {
        past,
        last_call: Some(call.id),
        last_at: row.maybe_time(5)?,
        newest_outcome_at: row.maybe_time(6)?,
    }))
}
