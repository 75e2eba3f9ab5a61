//! Questions about units.

use dispatch_core::ids::{AgencyId, UnitId};
use dispatch_core::limits::UNITS_MAX;
use dispatch_core::unit::Unit;

use super::Store;
use crate::engine::Value;
use crate::error::StoreError;

/// Every unit that is not gone for ever.
pub(crate) const UNITS: &str = "SELECT state FROM unit WHERE is_retired = 0 ORDER BY id LIMIT $1";
/// Those of one agency.
pub(crate) const UNITS_OF: &str =
    "SELECT state FROM unit WHERE is_retired = 0 AND agency = $2 ORDER BY id LIMIT $1";

impl Store {
    /// The units of an agency, or of all, without those that are gone for ever.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn units(&self, of: Option<AgencyId>) -> Result<Vec<Unit>, StoreError> {
        let (sql, agency) = match of {
            Some(agency) => (UNITS_OF, Some(Value::of(agency))),
            None => (UNITS, None),
        };
        let values = [Value::from(UNITS_MAX)].into_iter().chain(agency).collect();
        let rows = self.readers().rows(sql, values).await?;
        rows.iter().map(|row| row.json(0)).collect()
    }

    /// One unit.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn unit(&self, id: UnitId) -> Result<Option<Unit>, StoreError> {
        let row = self.readers().row("SELECT state FROM unit WHERE id = $1", vec![Value::of(id)]).await?;
        row.map(|row| row.json(0)).transpose()
    }
}
