//! A kabupaten's own places as they come in files: one row, its checks, and the mistakes of all rows at once.

use std::collections::BTreeMap;

use super::kilometre::{self, Kilometre};
use super::kind::PlaceKind;
use super::token;
use crate::area::Point;
use crate::limits::{ALIASES_PER_PLACE_MAX, PLACES_MAX, SHORT_TEXT_BYTES_MAX};

/// Bytes of an id within its source.
const ID_BYTES_MAX: usize = 100;

/// A place of the kabupaten's own list.
#[derive(Clone, PartialEq, Debug)]
pub struct Place {
    /// The list it comes from.
    pub source: String,
    /// Its id in that list.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: PlaceKind,
    /// Where it is.
    pub point: Point,
    /// Metres of uncertainty; none when the list does not say.
    pub accuracy_m: Option<f64>,
    /// Other names.
    pub aliases: Vec<String>,
    /// The post of a road: rows with one name and a kilometre each are one road.
    pub kilometre: Option<Kilometre>,
}

/// What is wrong with one row.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct Mistake {
    /// The line of a CSV file, the position of a GeoJSON feature; both from 1.
    pub line: usize,
    /// What.
    pub reason: MistakeReason,
}

/// Why a row cannot be taken.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum MistakeReason {
    /// A column or property is not there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A text of more bytes than it may have, or with control characters.
    #[error("{0} is too long or has control characters")]
    Text(&'static str),
    /// A word that names no kind.
    #[error("kind {0:?} is not known; known are {known}", known = PlaceKind::words().collect::<Vec<_>>().join(", "))]
    Kind(String),
    /// Not a number.
    #[error("{0} {1:?} is not a number")]
    Number(&'static str, String),
    /// A point off the earth.
    #[error("latitude {0} and longitude {1} are not on the earth")]
    OffEarth(f64, f64),
    /// Not a kilometre.
    #[error("kilometre {0:?} is not of the form 7+600")]
    Kilometre(String),
    /// The id was there before, with another content.
    #[error("id {0:?} stands in the file twice")]
    Twice(String),
    /// More names than are kept.
    #[error("more than {ALIASES_PER_PLACE_MAX} other names")]
    TooManyAliases,
    /// A row with another number of fields than the header.
    #[error("{found} fields, the header has {expected}")]
    Fields {
        /// How many.
        found: usize,
        /// How many the header has.
        expected: usize,
    },
    /// A quote that is not closed.
    #[error("a quotation mark is not closed")]
    OpenQuote,
    /// The header names a column that is not known.
    #[error("column {0:?} is not known")]
    Column(String),
    /// Not a Point, and no middle can be found.
    #[error("the geometry has no point")]
    Geometry,
    /// More rows than are kept.
    #[error("more than {PLACES_MAX} places")]
    TooMany,
    /// Not a file of this kind at all.
    #[error("{0}")]
    File(&'static str),
}

/// What a file holds: its places, and every mistake in it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Rows {
    /// The rows without mistakes.
    pub places: Vec<Place>,
    /// The mistakes, by line.
    pub mistakes: Vec<Mistake>,
    /// The line of each id.
    ids: BTreeMap<String, usize>,
}

/// One row as text.
#[derive(Clone, Debug, Default)]
pub(super) struct RawRow {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) point: Option<Result<Point, MistakeReason>>,
    pub(super) accuracy_m: Option<Result<f64, MistakeReason>>,
    pub(super) aliases: Vec<String>,
    pub(super) kilometre: Option<String>,
}

impl Rows {
    /// Takes over one row, or its mistakes: all of them.
    pub(super) fn take(&mut self, line: usize, source: &str, row: RawRow) {
        let mut wrong = Vec::new();
        let mut text = |field: &'static str, text: Option<String>, bytes_max: usize| {
            let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
            let Some(text) = text else {
                wrong.push(MistakeReason::Missing(field));
                return String::new();
            };
            if text.len() > bytes_max || text.chars().any(char::is_control) {
                wrong.push(MistakeReason::Text(field));
            }
            text
        };
        let id = text("id", row.id, ID_BYTES_MAX);
        let name = text("nama", row.name, SHORT_TEXT_BYTES_MAX);
        let aliases: Vec<String> =
            row.aliases.into_iter().map(|alias| text("alias", Some(alias), SHORT_TEXT_BYTES_MAX)).collect();
        if aliases.len() > ALIASES_PER_PLACE_MAX {
            wrong.push(MistakeReason::TooManyAliases);
        }
        let kind = kind_of(row.kind.as_deref(), &mut wrong);
        let point = match row.point {
            Some(Ok(point)) if point.is_on_earth() => Some(point),
            Some(Ok(point)) => {
                wrong.push(MistakeReason::OffEarth(point.lat, point.lon));
                None
            }
            Some(Err(reason)) => {
                wrong.push(reason);
                None
            }
            None => {
                wrong.push(MistakeReason::Missing("lat, lon"));
                None
            }
        };
        let accuracy_m = row.accuracy_m.and_then(|read| read.map_err(|reason| wrong.push(reason)).ok());
        let kilometre = row.kilometre.and_then(|text| {
            let read = kilometre_of(&text);
            if read.is_none() {
                wrong.push(MistakeReason::Kilometre(shortened(&text)));
            }
            read
        });
        if !id.is_empty() && self.ids.insert(id.clone(), line).is_some() {
            wrong.push(MistakeReason::Twice(shortened(&id)));
        }
        if self.places.len() >= PLACES_MAX {
            wrong.push(MistakeReason::TooMany);
        }
        match (point, kind, wrong.is_empty()) {
            (Some(point), Some(kind), true) => {
                let source = source.to_owned();
                self.places.push(Place { source, id, name, kind, point, accuracy_m, aliases, kilometre });
            }
            (_, _, _) => self.mistakes.extend(wrong.into_iter().map(|reason| Mistake { line, reason })),
        }
    }

    /// A mistake of the file itself.
    pub(super) fn wrong(&mut self, line: usize, reason: MistakeReason) {
        self.mistakes.push(Mistake { line, reason });
    }
}

fn kind_of(word: Option<&str>, wrong: &mut Vec<MistakeReason>) -> Option<PlaceKind> {
    let Some(word) = word.map(str::trim).filter(|word| !word.is_empty()) else {
        wrong.push(MistakeReason::Missing("jenis"));
        return None;
    };
    let kind = PlaceKind::named(word);
    if kind.is_none() {
        wrong.push(MistakeReason::Kind(shortened(word)));
    }
    kind
}

/// A kilometre as it stands in a file: "7+600", "KM 7+600", "7,6".
fn kilometre_of(text: &str) -> Option<Kilometre> {
    let tokens = token::tokens(text);
    let named = tokens.first().is_some_and(|first| first.is("km"));
    let with_word = if named { tokens } else { token::tokens(&format!("km {text}")) };
    kilometre::find(&with_word)?.read.ok()
}

/// A number in a file: with a point or with a comma.
pub(super) fn number(field: &'static str, text: &str) -> Result<f64, MistakeReason> {
    let read = text.trim().replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite());
    read.ok_or_else(|| MistakeReason::Number(field, shortened(text)))
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
