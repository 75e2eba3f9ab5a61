//! Rules for single numbers, and how the trunks are configured.

use dispatch_core::screening::NumberRule;
use dispatch_core::time::Timestamp;
use dispatch_core::trunk::TrunkSetup;

use super::{Store, hash_of_number};
use crate::engine::Value;
use crate::error::StoreError;

/// Rules that are read at once. People make them one by one.
const RULES_MAX: i64 = 1_000;

/// How the trunks were configured last.
pub(crate) const TRUNKS: &str = "SELECT trunks, at_us FROM trunk_setup ORDER BY at_us DESC LIMIT 1";

impl Store {
    /// How the trunks were configured last, and since when.
    pub async fn trunk_setup(&self) -> Result<Option<(Vec<TrunkSetup>, Timestamp)>, StoreError> {
        self.readers().row(TRUNKS, vec![]).await?.map(|row| Ok((row.json(0)?, row.time(1)?))).transpose()
    }

    /// The rules that hold now, the one that ends last first.
    pub async fn number_rules(&self) -> Result<Vec<NumberRule>, StoreError> {
        let sql = "SELECT rule FROM number_rule WHERE until_us > $1 ORDER BY until_us DESC LIMIT $2";
        let values = vec![self.clock().now().into(), RULES_MAX.into()];
        self.readers().rows(sql, values).await?.iter().map(|row| row.json(0)).collect()
    }

    /// The rule that holds for a number.
    pub(super) async fn number_rule(&self, number: &str) -> Result<Option<NumberRule>, StoreError> {
        let sql = "SELECT rule FROM number_rule WHERE number_hash = $1 AND until_us > $2";
        let values: Vec<Value> = vec![self.hash_of(number).into(), self.clock().now().into()];
        self.readers().row(sql, values).await?.map(|row| row.json(0)).transpose()
    }

    /// Under what a number is found again.
    pub(super) fn hash_of(&self, number: &str) -> Vec<u8> {
        hash_of_number(self.number_key(), number)
    }
}
