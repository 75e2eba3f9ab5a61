//! Questions about the rules and changes of them.

use dispatch_core::ids::RulesDraftId;
use dispatch_core::limits::DRAFTS_LISTED_MAX;
use dispatch_core::policy::Rules;
use dispatch_core::policy::draft::RulesDraft;

use super::Store;
use crate::engine::Value;
use crate::error::StoreError;

impl Store {
    /// The rules of a version that holds or held; those of the program before any was adopted.
    pub async fn rules_of(&self, version: u64) -> Result<Option<Rules>, StoreError> {
        let sql = "SELECT rules FROM policy WHERE version = $1";
        let row = self.readers().row(sql, vec![Value::from(version)]).await?;
        if let Some(row) = row {
            return row.json(0).map(Some);
        }
        let first =
            Rules::default_rules().map_err(|_| StoreError::Unreadable { what: "the default rules" })?;
        Ok(Some(first).filter(|rules| rules.version == version))
    }

    /// Changes of the rules, the one that was touched last first.
    pub async fn rules_drafts(&self) -> Result<Vec<RulesDraft>, StoreError> {
        let sql = "SELECT draft FROM rules_draft ORDER BY changed_us DESC, id LIMIT $1";
        let rows = self.readers().rows(sql, vec![DRAFTS_LISTED_MAX.into()]).await?;
        rows.iter().map(|row| row.json(0)).collect()
    }

    /// One change.
    pub async fn rules_draft(&self, id: RulesDraftId) -> Result<Option<RulesDraft>, StoreError> {
        let sql = "SELECT draft FROM rules_draft WHERE id = $1";
        self.readers().row(sql, vec![Value::of(id)]).await?.map(|row| row.json(0)).transpose()
    }
}
