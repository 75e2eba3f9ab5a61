//! Writing a batch: the log, then what follows from it.

use std::collections::BTreeSet;

use dispatch_core::escalation::Step;
use dispatch_core::ids::{AgencyId, AssignmentId, TransferId};
use dispatch_core::incident::{Effect, TransferMessage, next_deadline};
use dispatch_core::policy::Policy;
use dispatch_core::time::Timestamp;
use dispatch_core::{call, incident};
use serde::{Deserialize, Serialize};
use supervision_log::{Hash, Leaf, chain};

use super::book::{Book, Slot};
use super::load::{form_counter, incident_counter, record_keys, referral_counter};
use super::seal::seal;
use super::tree::Growing;
use super::{write_records, write_site};
use crate::change::{Record, StreamId};
use crate::engine::{Connection, Value, in_list};
use crate::error::StoreError;

/// Writes everything of the batch; the tree grows with it, unless it does not yet have all that came before.
/// Returns the new hash of the log.
pub(super) async fn write(
    connection: &mut Connection,
    book: &Book,
    number_key: &[u8; 32],
    mut tree: Option<&mut Growing>,
) -> Result<Hash, StoreError> {
    let hash = write_events(connection, book, tree.as_deref_mut()).await?;
    write_records::write(connection, book, number_key).await?;
    write_deadlines(connection, book).await?;
    write_outbox(connection, book).await?;
    write_site::write(connection, book).await?;
    write_receipts(connection, book).await?;
    write_counters(connection, book).await?;
    write_head(connection, book, hash, tree).await?;
    if let (Some(notify), false) = (connection.dialect().notify, book.events.is_empty()) {
        connection.rows(notify, vec![Value::of(book.last_index())]).await?;
    }
    Ok(hash)
}

async fn write_head(
    connection: &mut Connection,
    book: &Book,
    hash: Hash,
    tree: Option<&mut Growing>,
) -> Result<(), StoreError> {
    let mut sql =
        "UPDATE log_head SET idx = $1, hash = $2, directory_version = directory_version + $3".to_owned();
    let mut values = vec![book.last_index().into(), hash.0.into(), book.directory_changed.into()];
    if let Some(tree) = tree {
        tree.write_nodes(connection).await?;
        sql.push_str(", tree_idx = $4, tree = $5");
        values.extend(tree.edge());
    }
    sql.push_str(" WHERE id = 1");
    connection.run(&sql, values).await.map(drop)
}

async fn write_events(
    connection: &mut Connection,
    book: &Book,
    mut tree: Option<&mut Growing>,
) -> Result<Hash, StoreError> {
    let mut hash = book.head.hash;
    if book.events.is_empty() {
        return Ok(hash);
    }
    let streams: BTreeSet<StreamId> = book.events.iter().map(|event| event.change.stream).collect();
    let (keys, new) = record_keys(connection, &streams).await?;
    let (mut events, mut personal) = (Vec::new(), Vec::new());
    for decided in &book.events {
        let change = &decided.change;
        let key = keys.get(&change.stream).ok_or(StoreError::Random)?;
        let mut body = decided.json.clone();
        for value in seal(&mut body, change.index, key)? {
            personal.push(vec![
                change.index.into(),
                value.place.into(),
                Value::of(change.stream),
                value.salt.into(),
                value.value.into(),
            ]);
        }
        let leaf = Leaf {
            index: change.index,
            stream: change.stream.to_string(),
            version: change.version,
            key: decided.key.clone(),
            kind: decided.kind.clone(),
            actor: change.actor.to_string(),
            policy: change.policy,
            at_us: change.at.as_micros(),
            body: body.to_string().into_bytes(),
        }
        .encode();
        hash = chain(hash, &leaf);
        if let Some(tree) = &mut tree {
            tree.append(&leaf);
        }
        events.push(vec![
            change.index.into(),
            Value::of(change.stream),
            change.version.into(),
            decided.kind.as_str().into(),
            change.at.into(),
            leaf.into(),
            hash.0.into(),
        ]);
    }
    let new_keys = new.iter().filter_map(|stream| Some(vec![Value::of(stream), (*keys.get(stream)?).into()]));
    connection.insert("INSERT INTO record_key (stream, wrapped) VALUES ", new_keys.collect(), "").await?;
    let insert = "INSERT INTO event (idx, stream, version, kind, at_us, leaf, hash) VALUES ";
    connection.insert(insert, events, "").await?;
    connection.insert("INSERT INTO personal (idx, n, stream, salt, value) VALUES ", personal, "").await?;
    Ok(hash)
}

/// The next deadline of every stream that was looked at, also when nothing happened to it: rules may have
/// changed since it was set.
async fn write_deadlines(connection: &mut Connection, book: &Book) -> Result<(), StoreError> {
    let (mut due, mut none) = (Vec::new(), Vec::new());
    for (stream, slot) in book.streams.iter().filter(|(_, slot)| slot.is_touched) {
        match deadline_of(slot, &book.policy) {
            Some(at) => due.push(vec![Value::of(stream), at.into()]),
            None if slot.before.is_some() => none.push(Value::of(stream)),
            None => {}
        }
    }
    if !none.is_empty() {
        let (list, values) = in_list(1, none);
        connection.run(&format!("DELETE FROM deadline WHERE stream IN {list}"), values).await?;
    }
    let tail = " ON CONFLICT (stream) DO UPDATE SET due_us = excluded.due_us";
    connection.insert("INSERT INTO deadline (stream, due_us) VALUES ", due, tail).await
}

fn deadline_of(slot: &Slot, policy: &Policy) -> Option<Timestamp> {
    match slot.now.as_ref()? {
        Record::Call(state) => call::next_deadline(state),
        Record::Incident(state) => next_deadline(state, policy),
        Record::Duty(_) | Record::Unit(_) => None,
    }
}

/// An effect as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
enum StoredEffect {
    Notify { agency: AgencyId, assignment: AssignmentId, step: Step },
    TellNeighbour { transfer: TransferId, message: TransferMessage },
}

pub(super) fn effect_text(effect: &incident::Effect) -> Result<String, StoreError> {
    let stored = match effect {
        Effect::Notify { agency, assignment, step } => {
            StoredEffect::Notify { agency: *agency, assignment: *assignment, step: *step }
        }
        Effect::TellNeighbour { transfer, message } => {
            StoredEffect::TellNeighbour { transfer: *transfer, message: *message }
        }
    };
    serde_json::to_string(&stored).map_err(|_| StoreError::Unreadable { what: "an effect" })
}

pub(super) fn effect_from(text: &str) -> Result<Effect, StoreError> {
    let stored = serde_json::from_str(text).map_err(|_| StoreError::Unreadable { what: "an effect" })?;
    Ok(match stored {
        StoredEffect::Notify { agency, assignment, step } => Effect::Notify { agency, assignment, step },
        StoredEffect::TellNeighbour { transfer, message } => Effect::TellNeighbour { transfer, message },
    })
}

async fn write_outbox(connection: &mut Connection, book: &Book) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for new in &book.effects {
        rows.push(vec![
            new.id.0.as_str().into(),
            Value::of(new.incident),
            effect_text(&new.effect)?.into(),
            book.now.into(),
            Value::from(0u64),
            Value::from(0u64),
        ]);
    }
    let insert = "INSERT INTO outbox (id, incident, effect, due_us, attempts, lease_until_us) VALUES ";
    connection.insert(insert, rows, "").await?;
    if !book.completed.is_empty() {
        let (list, values) = in_list(1, book.completed.iter().map(|id| id.0.as_str().into()));
        connection.run(&format!("DELETE FROM outbox WHERE id IN {list}"), values).await?;
    }
    Ok(())
}

async fn write_receipts(connection: &mut Connection, book: &Book) -> Result<(), StoreError> {
    let row = |(key, answered): &(String, super::book::Answered)| {
        vec![
            key.as_str().into(),
            Value::from(answered.fingerprint.map(|fingerprint| fingerprint.to_vec())),
            answered.first_index.into(),
            answered.last_index.into(),
            Value::from(answered.answer.clone()),
            book.now.into(),
        ]
    };
    let rows = book.receipts.iter().map(row).collect();
    let insert = "INSERT INTO receipt (idem, fingerprint, first_idx, last_idx, answer, at_us) VALUES ";
    connection.insert(insert, rows, "").await
}

async fn write_counters(connection: &mut Connection, book: &Book) -> Result<(), StoreError> {
    let counters = [
        (incident_counter(book), book.incidents_of_year),
        (referral_counter(book), book.site.referrals_of_day),
        (form_counter(book), book.site.forms_of_year),
    ];
    let counted = counters.into_iter().filter(|(_, value)| *value > 0);
    let rows = counted.map(|(name, value)| vec![name.into(), value.into()]).collect();
    let tail = " ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    connection.insert("INSERT INTO counter (name, value) VALUES ", rows, tail).await?;
    let cursors =
        book.journals.iter().map(|(journal, next)| vec![hex::encode(journal).into(), (*next).into()]);
    let tail = " ON CONFLICT (journal) DO UPDATE SET next_index = excluded.next_index";
    connection
        .insert("INSERT INTO journal_cursor (journal, next_index) VALUES ", cursors.collect(), tail)
        .await
}
