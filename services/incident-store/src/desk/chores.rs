//! The writer's own work: checkpoints, leases of the couriers, tidying up.

use std::time::Duration;

use dispatch_core::time::{Seconds, Timestamp};
use supervision_log::{Checkpoint, Frontier, LogId, SignedCheckpoint, key_id, sign};

use super::batch::begin;
use super::form_drafts;
use super::late_offers::remembered_since;
use super::write::effect_from;
use super::{CheckpointSigner, OutboxItem};
use crate::engine::{Connection, Failure};
use crate::error::StoreError;
use crate::records::LogHead;
use crate::submission::OutboxId;

/// How long the first answer to a submission is kept word for word.
const ANSWERS_KEPT: Duration = Duration::from_secs(24 * 3_600);
/// How long what sounded at a console is kept to be shown.
const ALARM_WINDOWS_KEPT: Seconds = Seconds(8 * 24 * 3_600);
/// Rows that one tidying touches, so that nobody waits for it.
const TIDIED_AT_ONCE_MAX: u32 = 1_000;

/// Signs how long the log is, if it has grown since the last checkpoint.
pub(super) async fn checkpoint(
    connection: &mut Connection,
    seen: LogHead,
    log_id: LogId,
    signer: &CheckpointSigner,
    now: Timestamp,
) -> Result<(), Failure> {
    let locked = begin(connection, Some(seen)).await?;
    let head = locked.head;
    let last = connection.row("SELECT idx, text FROM checkpoint ORDER BY idx DESC LIMIT 1", vec![]).await?;
    let size = last.as_ref().map_or(Ok(0), |row| row.count(0))?;
    if size >= head.index {
        return Ok(connection.script("ROLLBACK").await?);
    }
    let unreadable = |_| StoreError::Unreadable { what: "a checkpoint" };
    let previous = last.map(|row| SignedCheckpoint::parse(row.text(1)?).map_err(unreadable)).transpose()?;
    let statement = Checkpoint {
        log_id,
        size: head.index,
        head: head.hash,
        // A log from before has no tree until it is taken in.
        root: locked.whole_tree().map(Frontier::root),
        at_us: now.as_micros(),
        previous: previous.map(|previous| previous.hash()),
        key_id: key_id(&signer.0.verifying_key()),
    };
    let signed = sign(&statement, &signer.0).map_err(unreadable)?;
    let insert = "INSERT INTO checkpoint (idx, text, at_us) VALUES ($1, $2, $3)";
    connection.run(insert, vec![head.index.into(), signed.encode().into(), now.into()]).await?;
    Ok(connection.script("COMMIT").await?)
}

/// Takes what is due for a courier, so that no other courier takes it before `until`.
pub(super) async fn lease(
    connection: &mut Connection,
    seen: LogHead,
    limit: u32,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<OutboxItem>, Failure> {
    begin(connection, Some(seen)).await?;
    let sql = "UPDATE outbox SET lease_until_us = $1, attempts = attempts + 1 WHERE id IN \
               (SELECT id FROM outbox WHERE due_us <= $2 AND lease_until_us <= $2 ORDER BY due_us, id LIMIT $3) \
               RETURNING id, incident, effect, attempts";
    let rows = connection.rows(sql, vec![until.into(), now.into(), limit.into()]).await?;
    let mut items = Vec::new();
    for row in &rows {
        items.push(OutboxItem {
            id: OutboxId(row.text(0)?.to_owned()),
            incident: row.parse(1)?,
            effect: effect_from(row.text(2)?)?,
            attempts: u32::try_from(row.count(3)?).unwrap_or(u32::MAX),
        });
    }
    connection.script("COMMIT").await?;
    Ok(items)
}

/// Gives an item back, to be tried again later.
pub(super) async fn give_back(
    connection: &mut Connection,
    seen: LogHead,
    id: &OutboxId,
    due: Timestamp,
) -> Result<(), Failure> {
    begin(connection, Some(seen)).await?;
    let sql = "UPDATE outbox SET due_us = $2, lease_until_us = 0 WHERE id = $1";
    connection.run(sql, vec![id.0.as_str().into(), due.into()]).await?;
    Ok(connection.script("COMMIT").await?)
}

/// Forgets old answers, expired sessions, offers that will not come any more, and forms that nobody hands in.
pub(super) async fn tidy(connection: &mut Connection, seen: LogHead, now: Timestamp) -> Result<(), Failure> {
    begin(connection, Some(seen)).await?;
    let kept_us = i64::try_from(ANSWERS_KEPT.as_micros()).unwrap_or(i64::MAX);
    let oldest = Timestamp::from_micros(now.as_micros().saturating_sub(kept_us));
    let answers = "UPDATE receipt SET answer = NULL WHERE idem IN \
                   (SELECT idem FROM receipt WHERE answer IS NOT NULL AND at_us < $1 ORDER BY at_us LIMIT $2)";
    connection.run(answers, vec![oldest.into(), TIDIED_AT_ONCE_MAX.into()]).await?;
    let sessions = "DELETE FROM session WHERE token_hash IN \
                    (SELECT token_hash FROM session WHERE expires_us < $1 ORDER BY expires_us LIMIT $2)";
    connection.run(sessions, vec![now.into(), TIDIED_AT_ONCE_MAX.into()]).await?;
    let taken_back = "DELETE FROM taken_back WHERE (transfer, sender) IN \
                      (SELECT transfer, sender FROM taken_back WHERE at_us <= $1 ORDER BY at_us LIMIT $2)";
    connection.run(taken_back, vec![remembered_since(now).into(), TIDIED_AT_ONCE_MAX.into()]).await?;
    // The log keeps what was counted; this table only feeds the tab that looks a week back.
    let alarms = "DELETE FROM alarm_window WHERE from_us < $1";
    connection.run(alarms, vec![now.before(ALARM_WINDOWS_KEPT).into()]).await?;
    form_drafts::forget_old(connection, now, TIDIED_AT_ONCE_MAX).await?;
    Ok(connection.script("COMMIT").await?)
}
