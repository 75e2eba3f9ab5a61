//! Keeping what is being typed.

use dispatch_core::ids::UserId;
use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;

use super::batch::begin;
use crate::engine::{Connection, Failure, Value};
use crate::form_draft::{DraftKept, FORM_DRAFT_KEPT, FORM_DRAFTS_EACH_MAX, FormPlace};
use crate::records::LogHead;
use crate::store::form_draft_of;

/// What a console hands in of a form.
#[derive(Debug)]
pub(super) struct Typed {
    pub(super) place: FormPlace,
    pub(super) author: UserId,
    /// The revision that this console knows; 0 when it knows none.
    pub(super) seen: u64,
    pub(super) content: Private<String>,
}

/// Keeps it, unless another console wrote in between. The same words a second time change nothing.
pub(super) async fn keep(
    connection: &mut Connection,
    seen: LogHead,
    now: Timestamp,
    typed: &Typed,
) -> Result<DraftKept, Failure> {
    begin(connection, Some(seen)).await?;
    let sql = "SELECT place, author, revision, at_us, content FROM form_draft WHERE place = $1";
    let present = connection.row(sql, vec![Value::of(typed.place)]).await?;
    let present = present.map(|row| form_draft_of(&row)).transpose()?;
    let is_same =
        present.as_ref().is_some_and(|one| one.content == typed.content && one.author == typed.author);
    if let Some(present) = present.as_ref().filter(|one| is_same || one.revision != typed.seen) {
        connection.script("ROLLBACK").await?;
        let kept = DraftKept::Kept(present.revision, present.at);
        return Ok(if is_same { kept } else { DraftKept::Overtaken(Box::new(present.clone())) });
    }
    let revision = typed.seen + 1;
    let upsert = "INSERT INTO form_draft (place, author, revision, at_us, content) VALUES ($1, $2, $3, $4, $5) \
                  ON CONFLICT (place) DO UPDATE SET author = excluded.author, revision = excluded.revision, \
                  at_us = excluded.at_us, content = excluded.content";
    let values = vec![
        Value::of(typed.place),
        Value::of(typed.author),
        revision.into(),
        now.into(),
        typed.content.reveal().as_str().into(),
    ];
    connection.run(upsert, values).await?;
    if present.is_none() {
        let surplus = "DELETE FROM form_draft WHERE place IN \
                       (SELECT place FROM form_draft WHERE author = $1 ORDER BY at_us DESC LIMIT 100 OFFSET $2)";
        connection.run(surplus, vec![Value::of(typed.author), FORM_DRAFTS_EACH_MAX.into()]).await?;
    }
    connection.script("COMMIT").await?;
    Ok(DraftKept::Kept(revision, now))
}

/// Forgets it: the form was handed in, or thrown away.
pub(super) async fn drop(
    connection: &mut Connection,
    seen: LogHead,
    place: FormPlace,
) -> Result<(), Failure> {
    begin(connection, Some(seen)).await?;
    connection.run("DELETE FROM form_draft WHERE place = $1", vec![Value::of(place)]).await?;
    Ok(connection.script("COMMIT").await?)
}

/// Forgets what nobody handed in.
pub(super) async fn forget_old(
    connection: &mut Connection,
    now: Timestamp,
    limit: u32,
) -> Result<(), Failure> {
    let old = "DELETE FROM form_draft WHERE place IN \
               (SELECT place FROM form_draft WHERE at_us <= $1 ORDER BY at_us LIMIT $2)";
    connection.run(old, vec![now.before(FORM_DRAFT_KEPT).into(), limit.into()]).await?;
    Ok(())
}
