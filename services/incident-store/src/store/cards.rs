//! Questions about question cards.

use dispatch_core::card::CardSet;
use dispatch_core::card::draft::CardDraft;
use dispatch_core::ids::CardDraftId;
use dispatch_core::limits::DRAFTS_LISTED_MAX;

use super::Store;
use crate::engine::{Row, Value};
use crate::error::StoreError;

/// The cards that hold.
pub(crate) const CARDS: &str = "SELECT cards FROM card_set ORDER BY version DESC LIMIT 1";

impl Store {
    /// The cards that hold: those adopted last, else those of the program.
    pub async fn cards(&self) -> Result<CardSet, StoreError> {
        read_cards(self.readers().row(CARDS, vec![]).await?)
    }

    /// The cards of a version that holds or held.
    pub async fn cards_of(&self, version: u32) -> Result<Option<CardSet>, StoreError> {
        let sql = "SELECT cards FROM card_set WHERE version = $1";
        let row = self.readers().row(sql, vec![Value::from(version)]).await?;
        let adopted = row.map(|row| row.json(0)).transpose()?;
        let first = read_cards(None)?;
        Ok(adopted.or(Some(first).filter(|set| set.version == version)))
    }

    /// Changes of cards, the one that was touched last first.
    pub async fn card_drafts(&self) -> Result<Vec<CardDraft>, StoreError> {
        let sql = "SELECT draft FROM card_draft ORDER BY changed_us DESC, id LIMIT $1";
        let rows = self.readers().rows(sql, vec![DRAFTS_LISTED_MAX.into()]).await?;
        rows.iter().map(|row| row.json(0)).collect()
    }

    /// One change.
    pub async fn card_draft(&self, id: CardDraftId) -> Result<Option<CardDraft>, StoreError> {
        let sql = "SELECT draft FROM card_draft WHERE id = $1";
        self.readers().row(sql, vec![Value::of(id)]).await?.map(|row| row.json(0)).transpose()
    }
}

pub(crate) fn read_cards(row: Option<Row>) -> Result<CardSet, StoreError> {
    match row {
        Some(row) => row.json(0),
        None => CardSet::default_set().map_err(|_| StoreError::Unreadable { what: "the default cards" }),
    }
}
