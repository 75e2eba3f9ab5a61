//! A few well-known public places of Kabupaten Bangka Selatan, so that the example can be searched.
//!
//! Written down by hand from common knowledge: each point is good to a kilometre or two and says so. A site
//! imports its own list (`sigap area places`).

use super::import::Place;
use super::kind::PlaceKind;
use crate::area::Point;

/// The name of this list.
pub const SOURCE: &str = "contoh";

/// Id, name, kind, latitude, longitude, metres of uncertainty, other names.
type Row = (&'static str, &'static str, PlaceKind, f64, f64, f64, &'static [&'static str]);

const ROWS: &[Row] = &[
    ("toboali", "Kota Toboali", PlaceKind::Settlement, -3.011, 106.455, 1_500.0, &["Tobuali", "Habang"]),
    (
        "pasar-toboali",
        "Pasar Toboali",
        PlaceKind::Market,
        -3.011,
        106.453,
        1_000.0,
        &["Pasar Terminal Toboali"],
    ),
    (
        "simpang-lima",
        "Simpang Lima Toboali",
        PlaceKind::Landmark,
        -3.012,
        106.459,
        1_000.0,
        &["Himpang Lime", "Bundaran Toboali"],
    ),
    ("nek-aji", "Pantai Nek Aji", PlaceKind::Beach, -3.018, 106.447, 1_000.0, &["Pantai Laut Nek Aji"]),
    ("batu-perahu", "Pantai Batu Perahu", PlaceKind::Beach, -3.024, 106.459, 1_500.0, &["Batu Perau"]),
    ("batu-kapur", "Pantai Batu Kapur", PlaceKind::Beach, -3.018, 106.437, 1_500.0, &[]),
    (
        "benteng",
        "Benteng Toboali",
        PlaceKind::Ground,
        -3.014,
        106.449,
        800.0,
        &["Fort Toboali", "Benteng Belanda"],
    ),
    (
        "rsud",
        "RSUD Bangka Selatan",
        PlaceKind::Health,
        -2.985,
        106.487,
        2_000.0,
        &["Rumah Sakit Toboali", "RSUD Toboali"],
    ),
    ("pkm-toboali", "Puskesmas Toboali", PlaceKind::Health, -3.006, 106.457, 1_500.0, &[]),
    ("pkm-airgegas", "Puskesmas Air Gegas", PlaceKind::Health, -2.741, 106.366, 2_000.0, &[]),
    (
        "kantor-bupati",
        "Kantor Bupati Bangka Selatan",
        PlaceKind::Office,
        -2.980,
        106.487,
        2_000.0,
        &["Kompleks Pemkab"],
    ),
    ("polres", "Polres Bangka Selatan", PlaceKind::Police, -2.988, 106.480, 2_000.0, &[]),
    (
        "gunung-namak",
        "Bukit Nangka Gunung Namak",
        PlaceKind::Hill,
        -2.990,
        106.470,
        2_000.0,
        &["Gunung Namak"],
    ),
    (
        "sadai",
        "Pelabuhan Sadai",
        PlaceKind::Harbour,
        -3.005,
        106.738,
        1_000.0,
        &["Dermaga Sadai", "Pelabuhan Penyeberangan Sadai", "Sade"],
    ),
    ("tukak", "Tukak", PlaceKind::Settlement, -2.972, 106.656, 1_500.0, &[]),
    (
        "tanjung-kerasak",
        "Pantai Tanjung Kerasak",
        PlaceKind::Beach,
        -3.064,
        106.713,
        1_500.0,
        &["Tanjung Kerasak"],
    ),
    (
        "tanjung-labu",
        "Pelabuhan Tanjung Labu",
        PlaceKind::Harbour,
        -2.953,
        106.926,
        1_500.0,
        &["Tanjung Labu"],
    ),
    ("penutuk", "Pelabuhan Penutuk", PlaceKind::Harbour, -2.980, 106.800, 1_500.0, &["Penutuk"]),
    ("lepar", "Pulau Lepar", PlaceKind::Island, -2.945, 106.820, 2_000.0, &["Lepar Pongok"]),
    ("pongok", "Pulau Pongok", PlaceKind::Island, -2.873, 107.055, 1_500.0, &[]),
    ("celagen", "Pulau Celagen", PlaceKind::Island, -2.858, 107.028, 1_500.0, &["Selagen"]),
    ("burung", "Pulau Burung", PlaceKind::Island, -3.010, 106.770, 2_000.0, &[]),
    ("anak-air", "Pulau Anak Air", PlaceKind::Island, -3.040, 106.780, 2_000.0, &[]),
    ("permis", "Permis", PlaceKind::Settlement, -2.644, 105.972, 1_500.0, &["Gunung Permisan"]),
    ("sebagin", "Sebagin", PlaceKind::Settlement, -2.620, 105.950, 2_000.0, &[]),
    ("rias", "Rias", PlaceKind::Settlement, -2.953, 106.512, 2_000.0, &["Sawah Rias"]),
    ("serdang", "Serdang", PlaceKind::Settlement, -2.882, 106.415, 2_000.0, &[]),
    ("gadung", "Gadung", PlaceKind::Settlement, -2.948, 106.475, 2_000.0, &[]),
    ("bikang", "Bikang", PlaceKind::Settlement, -2.900, 106.445, 2_000.0, &[]),
    ("jeriji", "Jeriji", PlaceKind::Settlement, -2.845, 106.468, 2_000.0, &[]),
    ("kepoh", "Kepoh", PlaceKind::Settlement, -2.845, 106.407, 2_000.0, &[]),
    ("bencah", "Bencah", PlaceKind::Settlement, -2.770, 106.420, 2_000.0, &[]),
    ("nyelanding", "Nyelanding", PlaceKind::Settlement, -2.810, 106.345, 2_000.0, &[]),
    ("pergam", "Pergam", PlaceKind::Settlement, -2.770, 106.300, 2_000.0, &[]),
    ("payung", "Payung", PlaceKind::Settlement, -2.624, 106.140, 2_000.0, &[]),
    ("batu-betumpang", "Batu Betumpang", PlaceKind::Settlement, -2.845, 106.080, 2_000.0, &["Betumpang"]),
];

/// The example places.
pub fn places() -> Vec<Place> {
    let place = |&(id, name, kind, lat, lon, accuracy_m, aliases): &Row| Place {
        source: SOURCE.to_owned(),
        id: id.to_owned(),
        name: name.to_owned(),
        kind,
        point: Point { lat, lon },
        accuracy_m: Some(accuracy_m),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        kilometre: None,
    };
    ROWS.iter().map(place).collect()
}
