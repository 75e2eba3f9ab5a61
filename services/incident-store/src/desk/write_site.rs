//! Writing the site's own tables.

use dispatch_core::area::Area;
use dispatch_core::paper::PaperForm;
use dispatch_core::place::Place;
use dispatch_core::policy::AgencyEntry;
use dispatch_core::roster::{RosterEvent, Shift, Swap};

use super::book::{Book, SiteWrite};
use super::{alerts, numbers};
use crate::change::StreamId;
use crate::engine::{Connection, Value};
use crate::error::StoreError;
use crate::records::UserRecord;
use crate::store::{coordinates, folded, level_name, office_name};

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
            let sql = "INSERT INTO users (id, username, username_folded, name, role, agency, active, password_hash, \
                       temporary) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
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
        SiteWrite::Password { user, hash, temporary } => {
            let sql = "UPDATE users SET password_hash = $2, temporary = $3 WHERE id = $1";
            let values = vec![Value::of(user), hash.as_str().into(), (*temporary).into()];
            connection.run(sql, values).await.map(drop)
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
        SiteWrite::RulesDraft { draft } => {
            let text =
                serde_json::to_string(draft).map_err(|_| StoreError::Unreadable { what: "a draft" })?;
            let sql = "INSERT INTO rules_draft (id, changed_us, draft) VALUES ($1, $2, $3) \
                       ON CONFLICT (id) DO UPDATE SET changed_us = excluded.changed_us, draft = excluded.draft";
            connection.run(sql, vec![Value::of(draft.id), book.now.into(), text.into()]).await.map(drop)
        }
        SiteWrite::Cards { set } => {
            let text = serde_json::to_string(&**set).map_err(|_| StoreError::Unreadable { what: "cards" })?;
            let sql = "INSERT INTO card_set (version, cards, adopted_us) VALUES ($1, $2, $3)";
            connection.run(sql, vec![set.version.into(), text.into(), book.now.into()]).await.map(drop)
        }
        SiteWrite::Roster { event } => write_roster(connection, event).await,
        SiteWrite::Referral { referral } => {
            let text =
                serde_json::to_string(referral).map_err(|_| StoreError::Unreadable { what: "a referral" })?;
            let sql = "INSERT INTO referral (id, at_us, is_open, referral) VALUES ($1, $2, $3, $4) \
                       ON CONFLICT (id) DO UPDATE SET is_open = excluded.is_open, referral = excluded.referral";
            let is_open = referral.forwarded.is_none();
            let values = vec![Value::of(referral.id), referral.at.into(), is_open.into(), text.into()];
            connection.run(sql, values).await.map(drop)
        }
        SiteWrite::Forms { forms } => write_forms(connection, forms).await,
        SiteWrite::ShiftHandover { handover } => {
            let text = serde_json::to_string(handover)
                .map_err(|_| StoreError::Unreadable { what: "a hand-over" })?;
            let sql = "INSERT INTO shift_handover (id, office, at_us, is_open, handover) VALUES ($1, $2, $3, $4, $5) \
                       ON CONFLICT (id) DO UPDATE SET is_open = excluded.is_open, handover = excluded.handover";
            let values = vec![
                Value::of(handover.id),
                office_name(handover.office).into(),
                handover.at.into(),
                handover.taken.is_none().into(),
                text.into(),
            ];
            connection.run(sql, values).await.map(drop)
        }
        SiteWrite::TakenBack { name: (sender, transfer), what } => {
            let sql = "INSERT INTO taken_back (sender, transfer, at_us, came) VALUES ($1, $2, $3, $4) \
                       ON CONFLICT (transfer, sender) DO UPDATE SET at_us = excluded.at_us, came = excluded.came";
            let values = vec![Value::of(sender), Value::of(transfer), what.at.into(), what.came.into()];
            connection.run(sql, values).await.map(drop)
        }
        SiteWrite::ChannelTest { test } => {
            let text =
                serde_json::to_string(test).map_err(|_| StoreError::Unreadable { what: "a channel test" })?;
            let sql = "INSERT INTO channel_test (id, asked_us, test) VALUES ($1, $2, $3) \
                       ON CONFLICT (id) DO UPDATE SET test = excluded.test";
            let values = vec![test.id.as_str().into(), test.asked_at.into(), text.into()];
            connection.run(sql, values).await.map(drop)
        }
        SiteWrite::Alarms { user, window } => {
            let text =
                serde_json::to_string(window).map_err(|_| StoreError::Unreadable { what: "alarms" })?;
            let sql = "INSERT INTO alarm_window (user_id, from_us, alarms) VALUES ($1, $2, $3)";
            let values = vec![Value::of(*user), window.from.into(), text.into()];
            connection.run(sql, values).await.map(drop)
        }
        SiteWrite::Disaster { disaster } => alerts::write_disaster(connection, disaster).await,
        SiteWrite::Broadcast { broadcast } => alerts::write_broadcast(connection, broadcast).await,
        SiteWrite::Trunks { trunks } => {
            let text =
                serde_json::to_string(trunks).map_err(|_| StoreError::Unreadable { what: "trunks" })?;
            let sql = "INSERT INTO trunk_setup (at_us, trunks) VALUES ($1, $2) \
                       ON CONFLICT (at_us) DO UPDATE SET trunks = excluded.trunks";
            connection.run(sql, vec![book.now.into(), text.into()]).await.map(drop)
        }
        SiteWrite::NumberRule { number, rule } => {
            numbers::write(connection, book, number, rule.as_deref()).await
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

async fn write_forms(connection: &mut Connection, forms: &[PaperForm]) -> Result<(), StoreError> {
    let row = |form: &PaperForm| {
        let text = serde_json::to_string(form).map_err(|_| StoreError::Unreadable { what: "a form" })?;
        Ok(vec![Value::of(form.number), Value::of(form.batch), form.state.name().into(), text.into()])
    };
    let rows = forms.iter().map(row).collect::<Result<Vec<_>, StoreError>>()?;
    let insert = "INSERT INTO paper_form (number, batch, state, form) VALUES ";
    let tail = " ON CONFLICT (number) DO UPDATE SET state = excluded.state, form = excluded.form";
    connection.insert(insert, rows, tail).await
}

async fn write_roster(connection: &mut Connection, event: &RosterEvent) -> Result<(), StoreError> {
    match event {
        RosterEvent::PersonSet { person } => {
            let text =
                serde_json::to_string(person).map_err(|_| StoreError::Unreadable { what: "a person" })?;
            let sql = "INSERT INTO roster_person (id, person) VALUES ($1, $2) \
                       ON CONFLICT (id) DO UPDATE SET person = excluded.person";
            connection.run(sql, vec![Value::of(person.id), text.into()]).await.map(drop)
        }
        RosterEvent::ShiftsPlanned { shifts, decree: _ } => write_shifts(connection, shifts).await,
        RosterEvent::ShiftCut { shift } => write_shifts(connection, std::slice::from_ref(shift)).await,
        RosterEvent::ShiftCancelled { shift } => {
            connection.run("DELETE FROM roster_shift WHERE id = $1", vec![Value::of(shift)]).await.map(drop)
        }
        RosterEvent::SwapMoved { swap } => write_swap(connection, swap).await,
        RosterEvent::SwapApproved { swap, shifts } => {
            write_swap(connection, swap).await?;
            write_shifts(connection, shifts).await
        }
    }
}

async fn write_shifts(connection: &mut Connection, shifts: &[Shift]) -> Result<(), StoreError> {
    let row = |s: &Shift| vec![Value::of(s.id), Value::of(s.person), s.from.into(), s.to.into()];
    let insert = "INSERT INTO roster_shift (id, person, from_us, to_us) VALUES ";
    let tail = " ON CONFLICT (id) DO UPDATE SET person = excluded.person, to_us = excluded.to_us";
    connection.insert(insert, shifts.iter().map(row).collect(), tail).await
}

async fn write_swap(connection: &mut Connection, swap: &Swap) -> Result<(), StoreError> {
    let text = serde_json::to_string(swap).map_err(|_| StoreError::Unreadable { what: "a swap" })?;
    let sql = "INSERT INTO roster_swap (id, asked_us, is_open, swap) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (id) DO UPDATE SET is_open = excluded.is_open, swap = excluded.swap";
    let values = vec![Value::of(swap.id), swap.asked_at.into(), swap.state.is_open().into(), text.into()];
    connection.run(sql, values).await.map(drop)
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
        user.temporary.into(),
    ]
}

async fn write_agency(connection: &mut Connection, entry: &AgencyEntry) -> Result<(), StoreError> {
    let functions =
        serde_json::to_string(&entry.functions).map_err(|_| StoreError::Unreadable { what: "functions" })?;
    let sql = "INSERT INTO agency (id, code, name, functions, active) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (id) DO UPDATE SET name = excluded.name, functions = excluded.functions, \
               active = excluded.active";
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
