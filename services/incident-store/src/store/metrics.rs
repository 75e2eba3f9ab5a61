//! The calls and incidents of a period, for figures.

use dispatch_core::category::{Category, Priority};
use dispatch_core::ids::AreaCode;
use dispatch_core::metrics::{CallTimes, IncidentTimes, Ledger};
use dispatch_core::time::Timestamp;
use serde::de::DeserializeOwned;

use super::{HEAD, Store, read_head};
use crate::engine::{Ask, Row, Value, in_list};
use crate::error::StoreError;

/// Rows read at once: a page of some megabytes.
const ROWS_PER_PAGE: u32 = 10_000;
/// Ids asked for at once.
const IDS_PER_QUESTION: usize = 500;

const CALLS: &str = "SELECT at_us, id, times FROM call_times \
    WHERE (at_us, id) > ($1, $2) AND at_us < $3 ORDER BY at_us, id LIMIT $4";
const INCIDENTS: &str = "SELECT at_us, id, times FROM incident_times \
    WHERE (at_us, id) > ($1, $2) AND at_us < $3 ORDER BY at_us, id LIMIT $4";

/// What belongs to a period, as of one moment.
#[derive(Clone, Debug)]
pub struct Counted {
    /// Its calls and incidents.
    pub ledger: Ledger,
    /// The last entry of the log that is counted.
    pub log_entries: u64,
}

impl Store {
    /// The calls that arrived and the incidents that were reported from `from` until before `to`, as of one moment, with
    /// what they name of outside that time.
    pub async fn ledger(&self, from: Timestamp, to: Timestamp) -> Result<Counted, StoreError> {
        let mut moment = self.readers().moment().await?;
        let counted = count(&mut moment, from, to).await?;
        moment.finish().await?;
        Ok(counted)
    }
}

/// As [`Store::ledger`], over any connection that sees one moment.
pub(crate) async fn count(
    moment: &mut impl Ask,
    from: Timestamp,
    to: Timestamp,
) -> Result<Counted, StoreError> {
    let head = moment.ask(HEAD, vec![]).await?;
    let head = read_head(head.first().ok_or(StoreError::NotAStore)?)?;
    let calls = calls_of(moment, from, to).await?;
    let incidents: Vec<IncidentTimes> = pages(moment, INCIDENTS, from, to).await?;
    let mut ledger = Ledger::new(calls, incidents);
    for ids in ledger.calls_wanted().chunks(IDS_PER_QUESTION) {
        let (list, values) = in_list(1, ids.iter().map(|id| Value::of(*id)));
        let sql = format!("SELECT id, arrived_us, answered_us FROM call WHERE id IN {list}");
        for row in moment.ask(&sql, values).await? {
            ledger.learn_call(row.parse(0)?, row.time(1)?, row.maybe_time(2)?);
        }
    }
    for ids in ledger.incidents_wanted().chunks(IDS_PER_QUESTION) {
        let (list, values) = in_list(1, ids.iter().map(|id| Value::of(*id)));
        let sql = format!("SELECT id, category, priority, area_code FROM incident WHERE id IN {list}");
        for row in moment.ask(&sql, values).await? {
            let area = row.maybe_text(3)?.map(|code| AreaCode(code.to_owned()));
            ledger.learn_incident(row.parse(0)?, category(&row)?, priority(&row)?, area);
        }
    }
    Ok(Counted { ledger, log_entries: head.index })
}

/// The calls that arrived from `from` until before `to`.
pub(super) async fn calls_of(
    moment: &mut impl Ask,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<CallTimes>, StoreError> {
    pages(moment, CALLS, from, to).await
}

async fn pages<T: DeserializeOwned>(
    moment: &mut impl Ask,
    sql: &str,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    // Behind nothing: the smallest key of `from` itself comes after the empty text.
    let (mut at, mut id) = (Value::from(from), Value::from(""));
    loop {
        let rows = moment.ask(sql, vec![at, id, to.into(), ROWS_PER_PAGE.into()]).await?;
        for row in &rows {
            found.push(row.json(2)?);
        }
        match rows.last() {
            Some(last) if rows.len() == ROWS_PER_PAGE as usize => {
                (at, id) = (last.time(0)?.into(), last.text(1)?.into());
            }
            Some(_) | None => return Ok(found),
        }
    }
}

fn category(row: &Row) -> Result<Category, StoreError> {
    let letter = row.text(1)?;
    let found = Category::ALL.into_iter().find(|category| category.letter() == letter);
    found.ok_or(StoreError::Unreadable { what: "a category" })
}

fn priority(row: &Row) -> Result<Priority, StoreError> {
    let code = row.text(2)?;
    let found = Priority::ALL.into_iter().find(|priority| priority.code() == code);
    found.ok_or(StoreError::Unreadable { what: "a priority" })
}
