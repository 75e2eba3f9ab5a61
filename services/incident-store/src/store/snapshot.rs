//! What is open, as of one point of the log.

use std::sync::Arc;

use dispatch_core::limits::UNITS_MAX;

use super::calls::OPEN_CALLS;
use super::incidents::{OPEN_INCIDENTS, OPEN_INCIDENTS_OF};
use super::log::HEAD;
use super::units::{UNITS, UNITS_OF};
use super::{Store, at_most, read_head};
use crate::engine::Value;
use crate::error::StoreError;
use crate::records::{Snapshot, SnapshotScope};

impl Store {
    /// What a console needs to know at first, read in one transaction: whatever follows its cursor is not in
    /// it, whatever does not is.
    pub async fn snapshot(&self, scope: &SnapshotScope) -> Result<Snapshot, StoreError> {
        let limit = Value::from(at_most(scope.limit));
        let mut moment = self.readers().moment().await?;
        let head = moment.ask(HEAD, vec![]).await?;
        let calls = if scope.calls { moment.ask(OPEN_CALLS, vec![limit.clone()]).await? } else { vec![] };
        let incidents = match scope.agency {
            Some(agency) => moment.ask(OPEN_INCIDENTS_OF, vec![limit, Value::of(agency)]).await?,
            None => moment.ask(OPEN_INCIDENTS, vec![limit]).await?,
        };
        let on_shift = "SELECT state FROM duty WHERE duty_state <> 'off' ORDER BY id";
        let duties = if scope.duties { moment.ask(on_shift, vec![]).await? } else { vec![] };
        let at_most_units = Value::from(UNITS_MAX);
        let units = match scope.agency {
            Some(agency) => moment.ask(UNITS_OF, vec![at_most_units, Value::of(agency)]).await?,
            None => moment.ask(UNITS, vec![at_most_units]).await?,
        };
        moment.finish().await?;
        let head = read_head(head.first().ok_or(StoreError::NotAStore)?)?;
        Ok(Snapshot {
            cursor: head.index,
            epoch: head.epoch,
            calls: calls.iter().map(|row| row.json(0).map(Arc::new)).collect::<Result<_, _>>()?,
            incidents: incidents.iter().map(|row| row.json(0).map(Arc::new)).collect::<Result<_, _>>()?,
            duties: duties.iter().map(|row| row.json(0)).collect::<Result<_, _>>()?,
            units: units.iter().map(|row| row.json(0).map(Arc::new)).collect::<Result<_, _>>()?,
        })
    }
}
