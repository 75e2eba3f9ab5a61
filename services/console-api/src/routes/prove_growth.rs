//! The proof that the signed log only grew.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use incident_store::Store;
use supervision_log::{Claim, Proof, SignedCheckpoint};

use crate::authority::{Authority, CanReadLog};
use crate::files::download;
use crate::input::Id;
use crate::problem::{Code, Problem};
use crate::views::PublicKey;

/// The proof that the log of the newest checkpoint goes on from that of an older one, unchanged: a file for `sigap-verify`.
#[utoipa::path(get, path = "/api/v1/log/checkpoints/{size}/growth", operation_id = "prove_growth", tag = "Supervision",
    params(("size" = String, Path, description = "How many entries the older checkpoint vouches for")),
    responses((status = 200, description = "The proof (docs/log-format.md)", body = serde_json::Value)))]
pub async fn handler(
    _may: Authority<CanReadLog>,
    State(store): State<Store>,
    State(key): State<Arc<PublicKey>>,
    Id(size): Id<u64>,
) -> Result<Response, Problem> {
    let older = store.checkpoint_of(size).await?.ok_or(Problem::new(Code::NotFound))?;
    let older = SignedCheckpoint::parse(&older.text).map_err(|_| Problem::new(Code::Internal))?;
    let newer = newest_root(&store).await?;
    let hashes = store.consistency_proof(size, newer.checkpoint.size).await?;
    let hashes = hashes.ok_or(Problem::new(Code::NotSignedYet))?;
    let proof = Proof { claim: Claim::Consistency { older, newer }, hashes, key: key.verifying_key()? };
    Ok(proof_file(&format!("bukti-pertumbuhan-{size}.json"), &proof))
}

/// The newest checkpoint that speaks of the tree.
pub(super) async fn newest_root(store: &Store) -> Result<SignedCheckpoint, Problem> {
    let newest = store.latest_checkpoint().await?.ok_or(Problem::new(Code::NotSignedYet))?;
    let newest = SignedCheckpoint::parse(&newest.text).map_err(|_| Problem::new(Code::Internal))?;
    if newest.checkpoint.root.is_none() {
        return Err(Problem::new(Code::NotSignedYet));
    }
    Ok(newest)
}

/// The answer that a browser keeps as a file.
pub(super) fn proof_file(name: &str, proof: &Proof) -> Response {
    download(StatusCode::OK, "application/json", name, proof.encode().into())
}
