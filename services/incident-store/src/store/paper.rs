//! Questions about paper forms.

use std::collections::BTreeMap;

use dispatch_core::ids::FormBatchId;
use dispatch_core::limits::{PAPER_FORMS_LISTED_MAX, PAPER_FORMS_PER_BATCH_MAX};
use dispatch_core::paper::{FormNumber, PaperForm};

use super::Store;
use crate::engine::Value;
use crate::error::StoreError;

impl Store {
    /// Paper forms: those that nobody has accounted for, then the others; the newest first.
    pub async fn paper_forms(&self) -> Result<Vec<PaperForm>, StoreError> {
        let sql = "SELECT form FROM paper_form \
                   ORDER BY CASE WHEN state IN ('out', 'missing') THEN 0 ELSE 1 END, number DESC LIMIT $1";
        let rows = self.readers().rows(sql, vec![PAPER_FORMS_LISTED_MAX.into()]).await?;
        rows.iter().map(|row| row.json(0)).collect()
    }

    /// The forms that were printed together, in the order of their numbers.
    pub async fn paper_forms_of(&self, batch: FormBatchId) -> Result<Vec<PaperForm>, StoreError> {
        let sql = "SELECT form FROM paper_form WHERE batch = $1 ORDER BY number LIMIT $2";
        let values = vec![Value::of(batch), PAPER_FORMS_PER_BATCH_MAX.into()];
        self.readers().rows(sql, values).await?.iter().map(|row| row.json(0)).collect()
    }

    /// One form.
    pub async fn paper_form(&self, number: FormNumber) -> Result<Option<PaperForm>, StoreError> {
        let sql = "SELECT form FROM paper_form WHERE number = $1";
        self.readers().row(sql, vec![Value::of(number)]).await?.map(|row| row.json(0)).transpose()
    }

    /// How many forms are `out`, `used`, `spoiled` and `missing`.
    pub async fn paper_form_counts(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        let sql = "SELECT state, COUNT(*) FROM paper_form GROUP BY state";
        let rows = self.readers().rows(sql, vec![]).await?;
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.count(1)?))).collect()
    }
}
