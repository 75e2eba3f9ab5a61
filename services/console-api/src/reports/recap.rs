//! The recaps that every local 112 service must be able to give (Permenkominfo 10/2016 Pasal 15(2)): of calls, with
//! number, location and time received (letter d), and of information that was sent, with the time sent (letter e).

use std::collections::BTreeMap;

use dispatch_core::incident::Incident;
use dispatch_core::site::RecapKind;
use jiff::Zoned;
use official_documents::{Block, Column, Document, Table as PaperTable};

use super::Period;
use super::paper::period_of;
use super::tables::{Cell, Table};
use crate::paper::CentreName;
use crate::paper_words as words;
use crate::views;

/// The table of calls, oldest first. `incidents` are those that they report.
pub fn of_calls(calls: &[views::Call], incidents: &BTreeMap<uuid::Uuid, views::Incident>) -> Table {
    let row = |call: &views::Call| {
        let incident = call.incident_id.and_then(|id| incidents.get(&id));
        vec![
            text(words::stamp(call.arrived_at.0)),
            text(call.caller.as_ref().map_or("tanpa nomor", |caller| &caller.number)),
            text(place(call, incident)),
            call.answered_at.map_or(Cell::Nothing, |at| text(words::stamp(at.0))),
            call.answered_by.as_ref().map_or(Cell::Nothing, |by| text(&*by.name)),
            call.disposition.as_ref().map_or(Cell::Nothing, |end| text(words::disposition(end.kind.0))),
            incident.map_or(Cell::Nothing, |incident| text(&*incident.number)),
        ]
    };
    Table {
        title: "Rekap panggilan",
        head: vec!["waktu diterima", "nomor pemanggil", "lokasi", "dijawab", "oleh", "hasil", "insiden"],
        rows: calls.iter().rev().map(row).collect(),
    }
}

/// Where the incident is that a call reports; else where the network says that the caller was.
fn place(call: &views::Call, incident: Option<&views::Incident>) -> String {
    if let Some(incident) = incident {
        return words::place(&incident.location);
    }
    let fix = call.fixes.iter().find_map(|fix| fix.point.as_ref());
    fix.map_or("tidak diketahui".to_owned(), |point| format!("{:.6}, {:.6}", point.lat, point.lon))
}

/// The table of what was sent to agencies, by the incidents that were opened in the period, oldest first.
pub fn of_sent(incidents: &[(views::Incident, String)]) -> Table {
    let rows = incidents.iter().rev().flat_map(|(incident, kind)| {
        let row = move |one: &views::Assignment| {
            vec![
                text(words::stamp(one.sent_at.0)),
                text(&*one.agency.name),
                text(&*incident.number),
                text(content(incident, kind, one)),
                one.delivered_at.map_or(Cell::Nothing, |at| text(words::stamp(at.0))),
                one.acknowledged_at.map_or(Cell::Nothing, |at| text(words::stamp(at.0))),
                text(words::state(one.state.0)),
            ]
        };
        incident.assignments.iter().map(row)
    });
    Table {
        title: "Rekap informasi terkirim",
        head: vec!["waktu dikirim", "instansi", "insiden", "isi informasi", "sampai", "diterima", "keadaan"],
        rows: rows.collect(),
    }
}

/// What an agency was told.
fn content(incident: &views::Incident, kind: &str, assignment: &views::Assignment) -> String {
    let told = [
        format!("{} {kind}", incident.priority.0.code()),
        words::place(&incident.location),
        incident.narrative.clone(),
        assignment.note.clone().unwrap_or_default(),
    ];
    told.into_iter().filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join(" — ")
}

/// What an incident is called: its type, else its category.
pub fn kind_of(incident: &Incident, rules: &dispatch_core::policy::Rules) -> String {
    let kind = incident.kind.as_ref().and_then(|code| rules.kind(code)).map(|rule| rule.label_id.clone());
    let category = || rules.category(incident.category).map(|rule| rule.label_local.clone());
    kind.or_else(category).unwrap_or_default()
}

/// The document of a recap.
pub fn document(
    (what, (from, to)): (RecapKind, Period),
    table: &Table,
    centre: &CentreName,
    at: &Zoned,
) -> Document {
    let (basis, shares) = match what {
        RecapKind::Calls => ("Pasal 15 ayat (2) huruf d", [1.45, 1.6, 2.6, 1.45, 1.25, 0.95, 1.35]),
        RecapKind::Sent => ("Pasal 15 ayat (2) huruf e", [1.45, 1.4, 1.35, 3.2, 1.45, 1.45, 0.95]),
    };
    let columns = table.head.iter().zip(shares).map(|(head, share)| Column::words(*head, share));
    let rows = table.rows.iter().map(|row| row.iter().map(shown).collect());
    let count = words::count(table.rows.len() as u64);
    let intro = format!("{count} baris. Dasar: Permenkominfo Nomor 10 Tahun 2016 {basis}.");
    Document {
        letterhead: centre.letterhead(),
        title: table.title.to_owned(),
        subtitle: period_of(from, to),
        blocks: vec![
            Block::Text(intro),
            Block::Table(PaperTable { columns: columns.collect(), rows: rows.collect() }),
        ],
        foot: format!("{} · memuat data pribadi, jangan disebarkan", table.title),
        language: "id-ID",
        made_at: at.clone(),
        attachments: Vec::new(),
    }
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Text(words) => words.clone(),
        Cell::Count(count) => words::count(*count),
        Cell::Real(real) => real.to_string(),
        Cell::YesNo(yes) => if *yes { "ya" } else { "tidak" }.to_owned(),
        Cell::Nothing => "—".to_owned(),
    }
}

fn text(words: impl Into<String>) -> Cell {
    Cell::Text(words.into())
}
