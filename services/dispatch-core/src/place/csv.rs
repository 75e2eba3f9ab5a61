//! Places in a CSV file (RFC 4180): `id,nama,jenis,lat,lon` and, where they are known, `alias`, `km`, `akurasi_m`.
//!
//! Spreadsheets set to Indonesian write semicolons and decimal commas; both are read.

use super::import::{MistakeReason, RawRow, Rows, number};
use crate::area::Point;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Column {
    Id,
    Name,
    Kind,
    Lat,
    Lon,
    Alias,
    Kilometre,
    Accuracy,
    /// Notes of the list's owner; not taken over.
    Note,
}

impl Column {
    fn named(name: &str) -> Option<Self> {
        match name.trim().trim_start_matches('\u{feff}').to_lowercase().as_str() {
            "id" | "kode" => Some(Self::Id),
            "nama" | "name" => Some(Self::Name),
            "jenis" | "kind" => Some(Self::Kind),
            "lat" | "lintang" | "latitude" => Some(Self::Lat),
            "lon" | "lng" | "bujur" | "longitude" => Some(Self::Lon),
            "alias" => Some(Self::Alias),
            "km" => Some(Self::Kilometre),
            "akurasi_m" | "accuracy_m" => Some(Self::Accuracy),
            "catatan" | "note" => Some(Self::Note),
            _ => None,
        }
    }
}

/// Reads a CSV file; `source` is the list's name. Every mistake of every line is in the answer.
pub fn parse(text: &str, source: &str) -> Rows {
    let mut rows = Rows::default();
    let header = text.lines().next().unwrap_or_default();
    let separator = if header.matches(';').count() > header.matches(',').count() { ';' } else { ',' };
    let mut lines = records(text, separator, &mut rows).into_iter();
    let Some((line, header)) = lines.next() else {
        rows.wrong(1, MistakeReason::File("the file is empty"));
        return rows;
    };
    let before = rows.mistakes.len();
    let columns: Vec<Option<Column>> = header.iter().map(|name| Column::named(name)).collect();
    for (name, column) in header.iter().zip(&columns) {
        if column.is_none() {
            rows.wrong(line, MistakeReason::Column(name.chars().take(40).collect()));
        }
    }
    let needed = [
        (Column::Id, "id"),
        (Column::Name, "nama"),
        (Column::Kind, "jenis"),
        (Column::Lat, "lat"),
        (Column::Lon, "lon"),
    ];
    for (column, name) in needed {
        if !columns.contains(&Some(column)) {
            rows.wrong(line, MistakeReason::Missing(name));
        }
    }
    if rows.mistakes.len() > before {
        return rows;
    }
    for (line, fields) in lines {
        if fields.len() == columns.len() {
            rows.take(line, source, row(&columns, fields));
        } else {
            rows.wrong(line, MistakeReason::Fields { found: fields.len(), expected: columns.len() });
        }
    }
    rows
}

fn row(columns: &[Option<Column>], fields: Vec<String>) -> RawRow {
    let mut row = RawRow::default();
    let (mut lat, mut lon) = (None, None);
    for (column, field) in columns.iter().zip(fields) {
        let Some(column) = column.filter(|_| !field.trim().is_empty()) else { continue };
        match column {
            Column::Id => row.id = Some(field),
            Column::Name => row.name = Some(field),
            Column::Kind => row.kind = Some(field),
            Column::Lat => lat = Some(number("lat", &field)),
            Column::Lon => lon = Some(number("lon", &field)),
            Column::Alias => row.aliases.extend(field.split('|').map(str::to_owned)),
            Column::Kilometre => row.kilometre = Some(field),
            Column::Accuracy => row.accuracy_m = Some(number("akurasi_m", &field)),
            Column::Note => {}
        }
    }
    row.point = lat.zip(lon).map(|(lat, lon)| Ok(Point { lat: lat?, lon: lon? }));
    row
}

/// The records of the file with the line where each begins; empty lines are left out.
fn records(text: &str, separator: char, rows: &mut Rows) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    let (mut fields, mut field) = (Vec::new(), String::new());
    let (mut line, mut began, mut quoted) = (1, 1, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\n' {
            line += 1;
        }
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted || field.is_empty() => quoted = !quoted,
            '\n' if !quoted => {
                fields.push(std::mem::take(&mut field));
                end(&mut found, began, std::mem::take(&mut fields));
                began = line;
            }
            '\r' if !quoted && chars.peek() == Some(&'\n') => {}
            other if other == separator && !quoted => fields.push(std::mem::take(&mut field)),
            other => field.push(other),
        }
    }
    if quoted {
        rows.wrong(began, MistakeReason::OpenQuote);
    } else {
        fields.push(field);
        end(&mut found, began, fields);
    }
    found
}

fn end(found: &mut Vec<(usize, Vec<String>)>, line: usize, fields: Vec<String>) {
    if fields.iter().any(|field| !field.trim().is_empty()) {
        found.push((line, fields));
    }
}
