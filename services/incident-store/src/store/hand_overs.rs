//! How many hand-overs between centres stand where.

use dispatch_core::incident::{Incident, OriginState, TransferState};
use dispatch_core::time::Timestamp;

use super::Store;
use crate::error::StoreError;
use crate::records::HandOverFigures;

const DAY_US: i64 = 86_400 * 1_000_000;
/// Over an index that holds nothing but incidents that were handed over.
const HANDED: &str = "SELECT state FROM incident WHERE is_handed = 1 AND (is_open = 1 OR opened_us >= $1)";

impl Store {
    /// Hand-overs by state, of the incidents that are open and of those that were opened within a day.
    pub async fn hand_overs(&self, now: Timestamp) -> Result<HandOverFigures, StoreError> {
        let since = Timestamp::from_micros(now.as_micros().saturating_sub(DAY_US));
        let mut figures = HandOverFigures {
            offered: TransferState::NAMES.map(|name| (name, 0)).into(),
            received: OriginState::NAMES.map(|name| (name, 0)).into(),
        };
        for row in self.readers().rows(HANDED, vec![since.into()]).await? {
            let incident: Incident = row.json(0)?;
            for transfer in &incident.transfers {
                *figures.offered.entry(transfer.state.name()).or_default() += 1;
            }
            if let Some(origin) = &incident.origin {
                *figures.received.entry(origin.state.name()).or_default() += 1;
            }
        }
        Ok(figures)
    }
}
