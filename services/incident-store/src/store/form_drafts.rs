//! Questions about what is being typed.

use dispatch_core::ids::UserId;
use dispatch_core::private::Private;

use super::Store;
use crate::engine::{Row, Value};
use crate::error::StoreError;
use crate::form_draft::{FORM_DRAFTS_EACH_MAX, FormDraft, FormPlace};

const COLUMNS: &str = "SELECT place, author, revision, at_us, content FROM form_draft";

impl Store {
    /// What a person has typed and not handed in, the newest first.
    pub async fn form_drafts_of(&self, author: UserId) -> Result<Vec<FormDraft>, StoreError> {
        let sql = format!("{COLUMNS} WHERE author = $1 ORDER BY at_us DESC LIMIT $2");
        let values = vec![Value::of(author), FORM_DRAFTS_EACH_MAX.into()];
        self.readers().rows(&sql, values).await?.iter().map(form_draft_of).collect()
    }

    /// What is kept of one form.
    pub async fn form_draft(&self, place: FormPlace) -> Result<Option<FormDraft>, StoreError> {
        let sql = format!("{COLUMNS} WHERE place = $1");
        self.readers().row(&sql, vec![Value::of(place)]).await?.as_ref().map(form_draft_of).transpose()
    }
}

pub(crate) fn form_draft_of(row: &Row) -> Result<FormDraft, StoreError> {
    Ok(FormDraft {
        place: row.parse(0)?,
        author: row.parse(1)?,
        revision: row.count(2)?,
        at: row.time(3)?,
        content: Private::new(row.text(4)?.to_owned()),
    })
}
