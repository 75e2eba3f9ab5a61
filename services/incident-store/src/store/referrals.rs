//! Questions about what was handed on to other services.

use dispatch_core::ids::ReferralId;
use dispatch_core::limits::REFERRALS_LISTED_MAX;
use dispatch_core::referral::Referral;

use super::Store;
use crate::engine::Value;
use crate::error::StoreError;

impl Store {
    /// Referrals: those that have not reached their service, then the newest of the others.
    pub async fn referrals(&self) -> Result<Vec<Referral>, StoreError> {
        let sql = "SELECT referral FROM referral ORDER BY is_open DESC, at_us DESC, id LIMIT $1";
        let rows = self.readers().rows(sql, vec![REFERRALS_LISTED_MAX.into()]).await?;
        rows.iter().map(|row| row.json(0)).collect()
    }

    /// One referral.
    pub async fn referral(&self, id: ReferralId) -> Result<Option<Referral>, StoreError> {
        let sql = "SELECT referral FROM referral WHERE id = $1";
        self.readers().row(sql, vec![Value::of(id)]).await?.map(|row| row.json(0)).transpose()
    }
}
