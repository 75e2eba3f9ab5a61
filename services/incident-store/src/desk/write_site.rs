//! Writing the site's own tables.

use dispatch_core::area::Area;
use dispatch_core::place::Place;
use dispatch_core::policy::AgencyEntry;

use super::book::{Book, SiteWrite};
use crate::change::StreamId;
use crate::engine::{Connection, Value};
use crate::error::StoreError;
use crate::records::UserRecord;
use crate::store::{coordinates, folded, level_name};

pub(super) async fn write(connection: &mut Connection, book: &Book) -> Result<(), StoreError> {
    let Some(slot) = book.streams.get(&StreamId::Site).filter(|slot| slot.is_touched) else { return Ok(()) };
    connection.run("UPDATE site SET version = $1 WHERE id = 1", vec![slot.version.into()]).await?;
    for change in &book.site_writes {
        write_one(connection, book, change).await?;
    }
    Ok(())
}

async fn write_one(connection: &mut Connection, book: &Book, change: &SiteWrite) -> Result<(), StoreError> {
    match change {
        SiteWrite::Founded { demo } => {
            let sql = "UPDATE site SET demo = $1, founded_us = $2 WHERE id = 1";
            connection.run(sql, vec![(*demo).into(), book.now.into()]).await.map(drop)
        }
        SiteWrite::UserAdded { user, password_hash } => {
            let sql = "INSERT INTO users (id, username, username_folded, name, role, agency, active, password_hash) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
            connection.run(sql, user_values(user, password_hash)).await.map(drop)
        }
        SiteWrite::UserChanged { user } => {
            let sql = "UPDATE users SET name = $2, role = $3, agency = $4, active = $5 WHERE id = $1";
            let values = vec![
                Value::of(user.id),
                user.name.reveal().as_str().into(),
                user.role.code().into(),
                Value::maybe(user.agency),
                user.active.into(),
            ];
            connection.run(sql, values).await.map(drop)
        }
        SiteWrite::Password { user, hash } => {
            let sql = "UPDATE users SET password_hash = $2 WHERE id = $1";
            connection.run(sql, vec![Value::of(user), hash.as_str().into()]).await.map(drop)
        }
        SiteWrite::SessionOpened { user, token_hash, expires_at } => {
            let sql =
                "INSERT INTO session (token_hash, user_id, opened_us, expires_us) VALUES ($1, $2, $3, $4)";
            let values = vec![(*token_hash).into(), Value::of(user), book.now.into(), (*expires_at).into()];
            connection.run(sql, values).await.map(drop)
        }
        SiteWrite::SessionClosed { token_hash } => {
            let sql = "DELETE FROM session WHERE token_hash = $1";
            connection.run(sql, vec![(*token_hash).into()]).await.map(drop)
        }
        SiteWrite::SessionsClosed { user } => {
            connection.run("DELETE FROM session WHERE user_id = $1", vec![Value::of(user)]).await.map(drop)
        }
        SiteWrite::Agency { entry } => write_agency(connection, entry).await,
        SiteWrite::Areas { areas } => write_areas(connection, areas).await,
        SiteWrite::Places { source, places, replace } => {
            if *replace {
                connection.run("DELETE FROM place WHERE source = $1", vec![source.as_str().into()]).await?;
            }
            write_places(connection, places).await
        }
        SiteWrite::Rules { rules } => {
            let text = serde_json::to_string(rules).map_err(|_| StoreError::Unreadable { what: "rules" })?;
            let sql = "INSERT INTO policy (version, rules, adopted_us) VALUES ($1, $2, $3)";
            connection.run(sql, vec![rules.version.into(), text.into(), book.now.into()]).await.map(drop)
        }
        SiteWrite::Cards { set } => {
            let text = serde_json::to_string(&**set).map_err(|_| StoreError::Unreadable { what: "cards" })?;
            let sql = "INSERT INTO card_set (version, cards, adopted_us) VALUES ($1, $2, $3)";
            connection.run(sql, vec![set.version.into(), text.into(), book.now.into()]).await.map(drop)
        }
        SiteWrite::CardDraft { draft } => {
            let text =
                serde_json::to_string(draft).map_err(|_| StoreError::Unreadable { what: "a draft" })?;
            let sql = "INSERT INTO card_draft (id, changed_us, draft) VALUES ($1, $2, $3) \
                       ON CONFLICT (id) DO UPDATE SET changed_us = excluded.changed_us, draft = excluded.draft";
            connection.run(sql, vec![Value::of(draft.id), book.now.into(), text.into()]).await.map(drop)
        }
    }
}

fn user_values(user: &UserRecord, password_hash: &str) -> Vec<Value> {
    vec![
        Value::of(user.id),
        user.username.reveal().as_str().into(),
        folded(user.username.reveal()).into(),
        user.name.reveal().as_str().into(),
        user.role.code().into(),
        Value::maybe(user.agency),
        user.active.into(),
        password_hash.into(),
    ]
}

async fn write_agency(connection: &mut Connection, entry: &AgencyEntry) -> Result<(), StoreError> {
    let functions =
        serde_json::to_string(&entry.functions).map_err(|_| StoreError::Unreadable { what: "functions" })?;
    let sql = "INSERT INTO agency (id, code, name, functions, active) VALUES ($1, $2, $3, $4, $5)";
    let values = vec![
        Value::of(entry.id),
        Value::of(&entry.code),
        entry.name.as_str().into(),
        functions.into(),
        entry.active.into(),
    ];
    connection.run(sql, values).await.map(drop)
}

async fn write_areas(connection: &mut Connection, areas: &[Area]) -> Result<(), StoreError> {
    // One code twice in one statement is an error on PostgreSQL; the later one holds, as in `AreaIndex`.
    let by_code: std::collections::BTreeMap<_, _> = areas.iter().map(|area| (&area.code, area)).collect();
    let rows = by_code.into_values().map(area_values).collect::<Result<Vec<_>, _>>()?;
    let insert =
        "INSERT INTO area (code, name, level, parent, lat, lon, polygon, aliases, neighbour) VALUES ";
    let tail = " ON CONFLICT (code) DO UPDATE SET name = excluded.name, level = excluded.level, \
        parent = excluded.parent, lat = excluded.lat, lon = excluded.lon, polygon = excluded.polygon, \
        aliases = excluded.aliases, neighbour = excluded.neighbour";
    connection.insert(insert, rows, tail).await
}

fn area_values(area: &Area) -> Result<Vec<Value>, StoreError> {
    let unreadable = |_| StoreError::Unreadable { what: "an area" };
    let polygon = area.polygon.as_ref().map(|outline| serde_json::to_string(&coordinates(outline)));
    Ok(vec![
        Value::of(&area.code),
        area.name.as_str().into(),
        level_name(area.level).into(),
        Value::maybe(area.parent.as_ref()),
        area.centre.lat.into(),
        area.centre.lon.into(),
        Value::from(polygon.transpose().map_err(unreadable)?),
        serde_json::to_string(&area.aliases).map_err(unreadable)?.into(),
        area.neighbour.into(),
    ])
}

async fn write_places(connection: &mut Connection, places: &[Place]) -> Result<(), StoreError> {
    // One id twice in one statement is an error on PostgreSQL; the later one holds.
    let by_id: std::collections::BTreeMap<_, _> = places.iter().map(|place| (&place.id, place)).collect();
    let rows = by_id.into_values().map(place_values).collect::<Result<Vec<_>, _>>()?;
    let insert = "INSERT INTO place (source, id, name, kind, lat, lon, accuracy_m, aliases, road_m) VALUES ";
    let tail = " ON CONFLICT (source, id) DO UPDATE SET name = excluded.name, kind = excluded.kind, \
        lat = excluded.lat, lon = excluded.lon, accuracy_m = excluded.accuracy_m, \
        aliases = excluded.aliases, road_m = excluded.road_m";
    connection.insert(insert, rows, tail).await
}

fn place_values(place: &Place) -> Result<Vec<Value>, StoreError> {
    let aliases =
        serde_json::to_string(&place.aliases).map_err(|_| StoreError::Unreadable { what: "a place" })?;
    Ok(vec![
        place.source.as_str().into(),
        place.id.as_str().into(),
        place.name.as_str().into(),
        place.kind.word().into(),
        place.point.lat.into(),
        place.point.lon.into(),
        Value::from(place.accuracy_m),
        aliases.into(),
        Value::Int(place.kilometre.map(|at| i64::from(at.in_metres()))),
    ])
}
