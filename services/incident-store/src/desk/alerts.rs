//! The disaster mode, and words to agencies.

use std::collections::BTreeSet;

use dispatch_core::actor::Actor;
use dispatch_core::broadcast::{Broadcast, BroadcastRefusal};
use dispatch_core::disaster::{Disaster, DisasterRefusal, DisasterStep};
use dispatch_core::ids::{AgencyId, BroadcastId, DisasterId};
use dispatch_core::private::Private;
use dispatch_core::site::SiteEvent;

use super::book::{Book, SiteWrite};
use crate::engine::{Connection, Value, in_list};
use crate::error::{SiteRefusal, StoreError};
use crate::store::DISASTER;

/// An event, and what is to be written with it.
type Happens = (SiteEvent, SiteWrite);

pub(super) async fn load(
    connection: &mut Connection,
    book: &mut Book,
    disaster: bool,
    broadcasts: &BTreeSet<BroadcastId>,
) -> Result<(), StoreError> {
    if disaster {
        let row = connection.row(DISASTER, vec![]).await?;
        book.site.disaster = row.map(|row| row.json(0)).transpose()?;
    }
    if !broadcasts.is_empty() {
        let (list, values) = in_list(1, broadcasts.iter().map(Value::of));
        let sql = format!("SELECT broadcast FROM broadcast WHERE id IN {list}");
        for row in connection.rows(&sql, values).await? {
            let broadcast: Broadcast = row.json(0)?;
            book.site.broadcasts.insert(broadcast.id, broadcast);
        }
    }
    Ok(())
}

/// Touches the switch of the disaster mode.
pub(super) fn step(
    book: &mut Book,
    id: DisasterId,
    step: DisasterStep,
    actor: Actor,
) -> Result<Happens, SiteRefusal> {
    let by = actor.user().ok_or(DisasterRefusal::NotAPerson)?;
    let next = Disaster::stepped(book.site.disaster.as_ref(), id, &step, by, book.now)?;
    book.site.disaster = Some(next.clone());
    Ok((SiteEvent::DisasterStepped { disaster: id, step }, SiteWrite::Disaster { disaster: Box::new(next) }))
}

/// Says something to agencies.
pub(super) fn broadcast(
    book: &mut Book,
    (id, text, urgent): (BroadcastId, Private<String>, bool),
    named: Vec<AgencyId>,
    actor: Actor,
) -> Result<Happens, SiteRefusal> {
    let by = actor.user().ok_or(BroadcastRefusal::NotAPerson)?;
    let known = &book.policy.directory.agencies;
    let in_use = || known.values().filter(|agency| agency.active).map(|agency| agency.id).collect();
    if named.iter().any(|agency| !known.contains_key(agency)) {
        return Err(BroadcastRefusal::Agencies.into());
    }
    let agencies = if named.is_empty() { in_use() } else { named.into_iter().collect() };
    let sent = Broadcast::new(id, text.clone(), urgent, agencies, by, book.now)?;
    let event = SiteEvent::BroadcastSent { broadcast: id, text, urgent, agencies: sent.agencies.clone() };
    Ok((event, keep(book, sent)))
}

/// Somebody of an agency read it; nothing happens when somebody of it did before.
pub(super) fn read(
    book: &mut Book,
    id: BroadcastId,
    agency: AgencyId,
    actor: Actor,
) -> Result<Option<Happens>, SiteRefusal> {
    let by = actor.user().ok_or(BroadcastRefusal::NotAPerson)?;
    let sent = book.site.broadcasts.get(&id).ok_or(BroadcastRefusal::Unknown)?;
    let Some(next) = sent.read_by(agency, by, book.now)? else { return Ok(None) };
    Ok(Some((SiteEvent::BroadcastRead { broadcast: id, agency }, keep(book, next))))
}

fn keep(book: &mut Book, broadcast: Broadcast) -> SiteWrite {
    book.site.broadcasts.insert(broadcast.id, broadcast.clone());
    SiteWrite::Broadcast { broadcast: Box::new(broadcast) }
}

pub(super) async fn write_disaster(
    connection: &mut Connection,
    disaster: &Disaster,
) -> Result<(), StoreError> {
    let text =
        serde_json::to_string(disaster).map_err(|_| StoreError::Unreadable { what: "a disaster mode" })?;
    let sql = "INSERT INTO disaster (id, at_us, disaster) VALUES ($1, $2, $3) \
               ON CONFLICT (id) DO UPDATE SET disaster = excluded.disaster";
    let values = vec![Value::of(disaster.id), disaster.proposed_at.into(), text.into()];
    connection.run(sql, values).await.map(drop)
}

pub(super) async fn write_broadcast(
    connection: &mut Connection,
    broadcast: &Broadcast,
) -> Result<(), StoreError> {
    let text =
        serde_json::to_string(broadcast).map_err(|_| StoreError::Unreadable { what: "a broadcast" })?;
    let sql = "INSERT INTO broadcast (id, at_us, broadcast) VALUES ($1, $2, $3) \
               ON CONFLICT (id) DO UPDATE SET broadcast = excluded.broadcast";
    let values = vec![Value::of(broadcast.id), broadcast.sent.at.into(), text.into()];
    connection.run(sql, values).await.map(drop)
}
