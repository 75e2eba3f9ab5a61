//! The live figures. Only open rows and today's calls are looked at, over indexes.

use std::collections::BTreeMap;

use dispatch_core::category::Priority;
use dispatch_core::ids::AgencyCode;
use dispatch_core::incident::IncidentStatus;
use dispatch_core::metrics::Ledger;
use dispatch_core::time::{Seconds, Timestamp, Zone, zone};

use super::metrics::calls_of;
use super::{Store, incidents::status_name};
use crate::engine::{Row, Value};
use crate::error::StoreError;
use crate::records::{AgencyFigures, CallTakerFigures, WallboardFigures};

const DAY_US: i64 = 86_400 * 1_000_000;

/// Within so many seconds a call is answered in time (NENA-STA-020.1-2020).
const ANSWER_WITHIN_S: u32 = 15;
/// Calls of this long say how many come now.
pub const ARRIVED_WITHIN_S: i64 = 3_600;
/// Calls of this long say how long one takes: more than for how many come, because few are enough for nothing.
pub const HANDLED_WITHIN_S: i64 = 4 * 3_600;

const WAITING: &str = "SELECT COUNT(*), MIN(arrived_us) FROM call WHERE is_open = 1 AND is_out = 0 AND phase IN ('ringing', 'queued', 'offered')";
const ARRIVED: &str = "SELECT COUNT(*) FROM call WHERE arrived_us >= $1 AND is_test = 0 AND is_out = 0";
const HANDLED: &str = "SELECT COUNT(handled_us), CAST(COALESCE(SUM(handled_us - answered_us), 0) AS BIGINT) FROM call \
    WHERE arrived_us >= $1 AND is_test = 0 AND is_out = 0 AND handled_us IS NOT NULL";
const CALL_BACKS: &str =
    "SELECT COUNT(*), COUNT(CASE WHEN call_back_overdue = 1 THEN 1 END) FROM call WHERE call_back = 'open'";
const STATUSES: &str = "SELECT status, COUNT(*) FROM incident WHERE is_open = 1 GROUP BY status";
const UNACKNOWLEDGED: &str = "SELECT priority, COUNT(*), MIN(sent_us) FROM assignment WHERE is_open = 1 AND is_waiting = 1 GROUP BY priority";
const CALL_TAKERS: &str = "SELECT COALESCE(duty.duty_state, 'off'), COUNT(*) FROM users LEFT JOIN duty ON duty.id = users.id \
    WHERE users.role = 'call_taker' AND users.active = 1 GROUP BY 1";
const TALKING: &str =
    "SELECT COUNT(DISTINCT call_taker) FROM call WHERE is_open = 1 AND phase IN ('connected', 'held')";
const AGENCIES: &str = "SELECT agency.id, agency.code, COUNT(*), COUNT(CASE WHEN is_waiting = 1 THEN 1 END) \
    FROM assignment JOIN agency ON agency.id = assignment.agency WHERE is_open = 1 GROUP BY agency.id, agency.code ORDER BY agency.code";

impl Store {
    /// The live figures at `now`, all as of one moment.
    pub async fn wallboard(&self, now: Timestamp) -> Result<WallboardFigures, StoreError> {
        let mut moment = self.readers().moment().await?;
        let waiting = one(moment.ask(WAITING, vec![]).await?)?;
        let midnight = Timestamp::from_micros(last_midnight(now, zone::here()));
        let today = calls_of(&mut moment, midnight, now.after(Seconds(1))).await?;
        let answered = Ledger::new(today, Vec::new()).answered_within(Seconds(ANSWER_WITHIN_S));
        let ago = |seconds: i64| Value::from(now.as_micros() - seconds * 1_000_000);
        let arrived = one(moment.ask(ARRIVED, vec![ago(ARRIVED_WITHIN_S)]).await?)?;
        let handled = one(moment.ask(HANDLED, vec![ago(HANDLED_WITHIN_S)]).await?)?;
        let call_backs = one(moment.ask(CALL_BACKS, vec![]).await?)?;
        let statuses = moment.ask(STATUSES, vec![]).await?;
        let unacknowledged = moment.ask(UNACKNOWLEDGED, vec![]).await?;
        let call_takers = moment.ask(CALL_TAKERS, vec![]).await?;
        let talking = one(moment.ask(TALKING, vec![]).await?)?;
        let agencies = moment.ask(AGENCIES, vec![]).await?;
        moment.finish().await?;

        let since = unacknowledged.iter().map(|row| row.time(2)).collect::<Result<Vec<_>, _>>()?;
        Ok(WallboardFigures {
            calls_waiting: waiting.count(0)?,
            waiting_since: waiting.maybe_time(1)?,
            answered_today: answered.answered,
            answered_within_15s: answered.answered_within,
            arrived_lately: arrived.count(0)?,
            handled_lately: handled.count(0)?,
            handled_lately_us: handled.count(1)?,
            call_backs_open: call_backs.count(0)?,
            call_backs_overdue: call_backs.count(1)?,
            incidents_by_status: by_status(&statuses)?,
            unacknowledged: by_priority(&unacknowledged)?,
            unacknowledged_since: since.into_iter().min(),
            call_takers: call_taker_figures(&call_takers, talking.count(0)?)?,
            open_by_agency: agencies.iter().map(agency_figures).collect::<Result<_, _>>()?,
        })
    }
}

fn last_midnight(now: Timestamp, zone: Zone) -> i64 {
    let ahead = zone.minutes() * 60 * 1_000_000;
    let local = now.as_micros() + ahead;
    local - local.rem_euclid(DAY_US) - ahead
}

fn one(rows: Vec<Row>) -> Result<Row, StoreError> {
    rows.into_iter().next().ok_or(StoreError::Unreadable { what: "a figure" })
}

fn by_status(rows: &[Row]) -> Result<BTreeMap<IncidentStatus, u64>, StoreError> {
    const OPEN: [IncidentStatus; 8] = [
        IncidentStatus::New,
        IncidentStatus::Dispatched,
        IncidentStatus::Acknowledged,
        IncidentStatus::EnRoute,
        IncidentStatus::OnScene,
        IncidentStatus::Working,
        IncidentStatus::UnderControl,
        IncidentStatus::Completed,
    ];
    let mut figures = BTreeMap::new();
    for row in rows {
        let name = row.text(0)?;
        let status = OPEN.into_iter().find(|status| status_name(*status) == name);
        figures.insert(status.ok_or(StoreError::Unreadable { what: "a status" })?, row.count(1)?);
    }
    Ok(figures)
}

fn by_priority(rows: &[Row]) -> Result<BTreeMap<Priority, u64>, StoreError> {
    let mut figures = BTreeMap::new();
    for row in rows {
        let code = row.text(0)?;
        let priority = Priority::ALL.into_iter().find(|priority| priority.code() == code);
        figures.insert(priority.ok_or(StoreError::Unreadable { what: "a priority" })?, row.count(1)?);
    }
    Ok(figures)
}

fn call_taker_figures(rows: &[Row], talking: u64) -> Result<CallTakerFigures, StoreError> {
    let mut figures = CallTakerFigures { talking, ..CallTakerFigures::default() };
    for row in rows {
        match row.text(0)? {
            "ready" => figures.ready = row.count(1)?,
            "paused" => figures.paused = row.count(1)?,
            _off => figures.off = row.count(1)?,
        }
    }
    Ok(figures)
}

fn agency_figures(row: &Row) -> Result<AgencyFigures, StoreError> {
    Ok(AgencyFigures {
        agency: row.parse(0)?,
        code: AgencyCode::new(row.text(1)?),
        open: row.count(2)?,
        unacknowledged: row.count(3)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn today_began_at_the_midnight_of_the_room() {
        let at = |text: &str| text.parse::<Timestamp>().map(Timestamp::as_micros).ok();
        let now: Option<Timestamp> = "2026-11-22T15:30:00Z".parse().ok();
        let since = |zone| now.map(|now| last_midnight(now, zone));
        assert_eq!(since(Zone::Wib), at("2026-11-21T17:00:00Z"));
        assert_eq!(since(Zone::Wita), at("2026-11-21T16:00:00Z"));
        assert_eq!(since(Zone::Wit), at("2026-11-22T15:00:00Z"), "the next day has begun there");
    }
}
