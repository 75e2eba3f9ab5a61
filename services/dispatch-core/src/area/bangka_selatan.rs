//! The example area: Kabupaten Bangka Selatan and its neighbours.
//!
//! Codes and names are those of Kepmendagri 300.2.2-2430 of 2025; the centres are single points, not outlines.
//! A site imports its official layer over them ([`crate::area::geojson`]).

use crate::area::{Area, Level, Point};
use crate::ids::AreaCode;

/// Code, name, latitude, longitude, other spellings and former names.
type Row = (&'static str, &'static str, f64, f64, &'static [&'static str]);

const OWN: [Row; 9] = [
    ("19.03", "Kabupaten Bangka Selatan", -2.7786, 106.3491, &["Bangka Selatan", "Basel"]),
    ("19.03.01", "Toboali", -2.911, 106.509, &["Tuboali"]),
    ("19.03.02", "Lepar", -2.958, 106.812, &["Lepar Pongok", "Pulau Lepar"]),
    ("19.03.03", "Airgegas", -2.719, 106.374, &["Air Gegas"]),
    ("19.03.04", "Simpang Rimba", -2.651, 105.983, &["Simpangrimba"]),
    ("19.03.05", "Payung", -2.624, 106.138, &[]),
    ("19.03.06", "Tukak Sadai", -3.025, 106.666, &["Tukak", "Sadai"]),
    ("19.03.07", "Pulau Besar", -2.801, 106.140, &["Pulaubesar"]),
    ("19.03.08", "Kepulauan Pongok", -2.872, 107.060, &["Pongok", "Pulau Pongok"]),
];

/// Sub-districts on the other side of the land border and of the strait, so that the nearest centre can say
/// that a call comes from outside.
const ACROSS: [Row; 11] = [
    ("19.02.01", "Tanjungpandan", -2.757, 107.695, &["Tanjung Pandan"]),
    ("19.02.02", "Membalong", -3.047, 107.695, &[]),
    ("19.02.03", "Selat Nasik", -2.885, 107.423, &[]),
    ("19.02.04", "Sijuk", -2.627, 107.772, &[]),
    ("19.02.05", "Badau", -2.799, 107.784, &[]),
    ("19.04.01", "Koba", -2.499, 106.305, &[]),
    ("19.04.02", "Pangkalan Baru", -2.193, 106.138, &["Pangkalanbaru"]),
    ("19.04.03", "Sungai Selan", -2.392, 106.009, &["Sungaiselan"]),
    ("19.04.04", "Simpang Katis", -2.281, 106.095, &["Simpangkatis"]),
    ("19.04.05", "Namang", -2.331, 106.203, &[]),
    ("19.04.06", "Lubuk Besar", -2.595, 106.606, &[]),
];

/// Kabupaten Bangka Tengah itself; the point is the middle of its kecamatan.
const MIDDLE: Row = ("19.04", "Kabupaten Bangka Tengah", -2.382, 106.226, &["Bangka Tengah", "Bateng"]);

/// The neighbouring governments to which a call across the border is transferred: code and name.
pub const NEIGHBOURS: [(&str, &str); 6] = [
    ("19.01", "Kabupaten Bangka"),
    ("19.02", "Kabupaten Belitung"),
    ("19.04", "Kabupaten Bangka Tengah"),
    ("19.05", "Kabupaten Bangka Barat"),
    ("19.06", "Kabupaten Belitung Timur"),
    ("19.71", "Kota Pangkal Pinang"),
];

/// The kabupaten, its eight kecamatan, and the neighbouring kecamatan.
pub fn areas() -> Vec<Area> {
    let own = OWN.iter().map(|row| area(row, false));
    own.chain(ACROSS.iter().map(|row| area(row, true))).collect()
}

/// The same land as Kabupaten Bangka Tengah sees it: its kecamatan are its own, and all others lie across the border.
pub fn areas_of_bangka_tengah() -> Vec<Area> {
    let is_own = |row: &Row| row.0.starts_with(MIDDLE.0);
    let rows = [&MIDDLE].into_iter().chain(&OWN).chain(&ACROSS);
    rows.map(|row| area(row, !is_own(row))).collect()
}

/// The government that an area code belongs to, when it is a neighbour.
pub fn neighbour_of(code: &AreaCode) -> Option<(&'static str, &'static str)> {
    NEIGHBOURS.into_iter().find(|(neighbour, _)| {
        code.0.strip_prefix(neighbour).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

fn area(&(code, name, lat, lon, aliases): &Row, neighbour: bool) -> Area {
    let is_kecamatan = code.len() > "PP.KK".len();
    Area {
        code: AreaCode(code.to_owned()),
        name: name.to_owned(),
        level: if is_kecamatan { Level::Kecamatan } else { Level::Kabupaten },
        parent: code.rsplit_once('.').filter(|_| is_kecamatan).map(|(above, _)| AreaCode(above.to_owned())),
        centre: Point { lat, lon },
        polygon: None,
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        neighbour,
    }
}
