//! The proof that an entry stands in the signed log.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use incident_store::Store;
use supervision_log::{Claim, Proof};

use super::prove_growth::{newest_root, proof_file};
use crate::authority::{Authority, CanReadLog};
use crate::input::Id;
use crate::problem::{Code, Problem};
use crate::views::PublicKey;

/// The proof that an entry stands in the log that is signed: a file for `sigap-verify`, which needs nothing else but the key.
/// 409 while no checkpoint speaks of the entry; one is signed every minute.
#[utoipa::path(get, path = "/api/v1/log/{index}/proof", operation_id = "prove_entry", tag = "Supervision",
    params(("index" = String, Path, description = "The entry")),
    responses((status = 200, description = "The proof (docs/log-format.md)", body = serde_json::Value)))]
pub async fn handler(
    _may: Authority<CanReadLog>,
    State(store): State<Store>,
    State(key): State<Arc<PublicKey>>,
    Id(index): Id<u64>,
) -> Result<Response, Problem> {
    let leaf = store.leaf(index).await?.ok_or(Problem::new(Code::NotFound))?;
    let checkpoint = newest_root(&store).await?;
    let hashes = store.inclusion_proof(index, checkpoint.checkpoint.size).await?;
    let hashes = hashes.ok_or(Problem::new(Code::NotSignedYet))?;
    let claim = Claim::Inclusion { index, leaf, checkpoint };
    let proof = Proof { claim, hashes, key: key.verifying_key()? };
    Ok(proof_file(&format!("bukti-entri-{index}.json"), &proof))
}
