//! Official documents of figures: printed, anchored in the log, sealed.

use std::sync::Arc;

use axum::extract::FromRef;
use dispatch_core::site::RecapKind;
use dispatch_core::time::{Clock, Timestamp};
use incident_store::Store;
use jiff::Zoned;
use official_documents::Document;
use supervision_log::SignedCheckpoint;

use crate::paper::CentreName;
use crate::paper_words::zoned;
use crate::problem::{Code, Problem};
use crate::reports::paper::{Anchor, document};
use crate::reports::{Period, Table, recap};
use crate::seal::SealFiles;
use crate::state::ApiState;
use crate::views::{PublicKey, ResponseReport};

/// Prints documents and seals them.
#[derive(Clone)]
pub struct Sealer {
    store: Store,
    clock: Clock,
    centre: CentreName,
    seal: SealFiles,
    public_key: Arc<PublicKey>,
}

impl FromRef<ApiState> for Sealer {
    fn from_ref(state: &ApiState) -> Self {
        Self {
            store: FromRef::from_ref(state),
            clock: FromRef::from_ref(state),
            centre: FromRef::from_ref(state),
            seal: FromRef::from_ref(state),
            public_key: FromRef::from_ref(state),
        }
    }
}

impl Sealer {
    /// The sealed document of a report, with the newest signed root of the log on it.
    ///
    /// # Errors
    /// When the store is away; `internal` when it cannot be written or sealed.
    pub async fn report(&self, report: ResponseReport) -> Result<Vec<u8>, Problem> {
        let anchor = self.anchor().await?;
        let centre = self.centre.clone();
        self.sealed(move |at| document(&report, &centre, anchor.as_ref(), at)).await
    }

    /// The sealed document of a recap.
    ///
    /// # Errors
    /// `internal` when it cannot be written or sealed.
    pub async fn recap(&self, of: (RecapKind, Period), table: Table) -> Result<Vec<u8>, Problem> {
        let centre = self.centre.clone();
        self.sealed(move |at| recap::document(of, &table, &centre, at)).await
    }

    async fn sealed(
        &self,
        make: impl FnOnce(&Zoned) -> Document + Send + 'static,
    ) -> Result<Vec<u8>, Problem> {
        let (at, seal) = (zoned(self.clock.now()), self.seal.clone());
        // A month has thousands of lines: not where others wait for the same thread.
        let made = tokio::task::spawn_blocking(move || {
            let document = make(&at);
            let printed = official_documents::pdf(&document).map_err(|error| defect(&error))?;
            let seal = seal.open().map_err(|error| defect(&error))?;
            seal.sign_pdf(&printed, &document.title, &at).map_err(|error| defect(&error))
        });
        made.await.map_err(|_| Problem::new(Code::Internal))?
    }

    /// The newest checkpoint, if it speaks of the tree.
    async fn anchor(&self) -> Result<Option<Anchor>, Problem> {
        let Some(newest) = self.store.latest_checkpoint().await? else { return Ok(None) };
        let signed = SignedCheckpoint::parse(&newest.text).map_err(|error| defect(&error))?;
        Ok(signed.checkpoint.root.map(|root| Anchor {
            entries: signed.checkpoint.size,
            at: Timestamp::from_micros(signed.checkpoint.at_us),
            root: root.to_string(),
            key_id: self.public_key.key_id.clone(),
        }))
    }
}

/// What nobody but the operator can mend.
pub(crate) fn defect(error: &(dyn std::error::Error + 'static)) -> Problem {
    tracing::error!(error, "A sealed document could not be made");
    Problem::new(Code::Internal)
}
