//! Places that were found, what a location text says, and where a point lies.

use dispatch_core::area::{self, Level, LocatedBy};
use dispatch_core::ids::AreaCode;
use dispatch_core::incident;
use dispatch_core::place;
use serde::Serialize;
use utoipa::ToSchema;

use crate::names::Names;
use crate::phone_book::PhoneBook;
use crate::wire::{AreaBy, MatchedBy, Notation};

/// What a location text may mean.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Places {
    /// Places with such a name, best first.
    pub hits: Vec<PlaceHit>,
    /// What the text says beside names.
    pub reading: Reading,
    /// Where the point of the question lies.
    pub here: Option<Whereabouts>,
}

/// A place that was found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlaceHit {
    /// `area:` and a Kemendagri code, or the list and the id in it.
    pub id: String,
    /// Its name; of a road with the kilometre that was asked for.
    pub name: String,
    /// `kabupaten`, `kecamatan`, `desa`, or the word for what it is (`pasar`, `pelabuhan`, `kolong` …).
    pub kind: String,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Metres of uncertainty; null when the list does not say.
    pub accuracy_m: Option<f64>,
    /// Why it was found.
    pub matched_by: MatchedBy,
    /// The other name of it that was typed.
    pub alias: Option<String>,
    /// Metres from the point of the question.
    pub distance_m: Option<f64>,
    /// What was typed besides its name.
    pub rest: String,
    /// Where it lies.
    pub whereabouts: Whereabouts,
}

/// A code with its name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NamedArea {
    /// Kemendagri code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// Where a point lies.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Whereabouts {
    /// The most specific area.
    pub area_code: Option<String>,
    /// How it was found.
    pub area_by: Option<AreaBy>,
    /// The kecamatan.
    pub kecamatan: Option<NamedArea>,
    /// The desa or kelurahan, when desa are loaded.
    pub desa: Option<NamedArea>,
    /// Whether it lies outside the kabupaten.
    pub outside: bool,
    /// The neighbour that owns it, or whose area begins nearby.
    pub border: Option<Border>,
}

/// A neighbour's area at or near a point.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Border {
    /// The neighbouring government.
    pub owner: NamedArea,
    /// Its area.
    pub area: NamedArea,
    /// Metres to it; 0 when the point lies in it.
    pub distance_m: f64,
    /// What the neighbour's centre is called in the phone book, when it stands there by the government's code.
    pub contact: Option<String>,
}

/// What a location text says beside names.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Reading {
    /// Coordinates or a Plus code.
    pub point: Option<ReadPoint>,
    /// A road post.
    pub kilometre: Option<Kilometre>,
    /// Rukun tetangga.
    pub rt: Option<u16>,
    /// Rukun warga.
    pub rw: Option<u16>,
    /// Names after the word for what they are.
    pub named: Vec<NamedPart>,
    /// What has to be asked back.
    pub doubts: Vec<Doubt>,
}

/// A point that was written down.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReadPoint {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Metres of uncertainty that the writing leaves.
    pub accuracy_m: f64,
    /// How it was written.
    pub notation: Notation,
    /// What to say to the caller, in Indonesian.
    pub read_back_id: String,
    /// The same in English.
    pub read_back_en: String,
    /// Where it lies.
    pub whereabouts: Whereabouts,
}

/// A road post.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Kilometre {
    /// As it is written: `KM 7+600`.
    pub text: String,
    /// What to say to the caller, in Indonesian.
    pub read_back_id: String,
    /// The same in English.
    pub read_back_en: String,
}

/// A name after the word for what it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NamedPart {
    /// `dusun`, `desa`, `kelurahan`, `kecamatan`, `street` or `alley`.
    pub kind: String,
    /// The name.
    pub name: String,
}

/// Something that has to be asked back.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Doubt {
    /// A stable name for it.
    pub code: String,
    /// The question, in Indonesian.
    pub question_id: String,
    /// The question, in English.
    pub question_en: String,
}

impl NamedArea {
    fn of(code: &AreaCode, names: &Names) -> Self {
        Self { code: code.to_string(), name: names.government(code) }
    }
}

impl Border {
    /// The view of a border, with the neighbour's centre when there is a phone book.
    pub fn of(border: &area::Border, names: &Names, book: Option<&PhoneBook>) -> Self {
        let contact =
            book.and_then(|book| book.by_code(&border.owner.0)).map(|contact| contact.label.clone());
        Self {
            owner: NamedArea::of(&border.owner, names),
            area: NamedArea::of(&border.area, names),
            distance_m: border.distance_m.round(),
            contact,
        }
    }
}

impl Whereabouts {
    /// Where a point lies.
    pub fn of(point: area::Point, names: &Names, book: &PhoneBook) -> Self {
        let found = names.areas().whereabouts(point, f64::from(names.policy().rules.border_within_m));
        let by = match found.located.by {
            LocatedBy::Polygon => incident::AreaBy::Polygon,
            LocatedBy::NearestOutline | LocatedBy::NearestCentre => incident::AreaBy::Nearest,
        };
        let named = |code: &Option<AreaCode>| code.as_ref().map(|code| NamedArea::of(code, names));
        Self {
            area_by: found.located.area.as_ref().map(|_| by.into()),
            kecamatan: named(&found.kecamatan),
            desa: named(&found.desa),
            outside: found.located.outside,
            border: found.border.map(|border| Border::of(&border, names, Some(book))),
            area_code: found.located.area.map(|code| code.0),
        }
    }

    /// Where an area lies: in those above it.
    fn of_area(code: &AreaCode, names: &Names) -> Self {
        let level = |level| names.areas().at_level(code, level).map(|code| NamedArea::of(&code, names));
        Self {
            area_code: Some(code.to_string()),
            area_by: Some(incident::AreaBy::Given.into()),
            kecamatan: level(Level::Kecamatan),
            desa: level(Level::Desa),
            outside: names.areas().get(code).is_some_and(|area| area.neighbour),
            border: None,
        }
    }
}

impl PlaceHit {
    /// The view of a place that was found.
    pub fn of(hit: place::Hit, names: &Names, book: &PhoneBook) -> Self {
        let whereabouts = match (hit.kind, &hit.area) {
            (place::HitKind::Area(_), Some(code)) => Whereabouts::of_area(code, names),
            (place::HitKind::Area(_), None) | (place::HitKind::Place(_), _) => {
                Whereabouts::of(hit.point, names, book)
            }
        };
        Self {
            id: hit.id,
            name: hit.name,
            kind: hit.kind.word().to_owned(),
            lat: hit.point.lat,
            lon: hit.point.lon,
            accuracy_m: hit.accuracy_m,
            matched_by: hit.matched_by.into(),
            alias: hit.alias,
            distance_m: hit.distance_m,
            rest: hit.rest,
            whereabouts,
        }
    }
}

impl Reading {
    /// The view of a reading.
    pub fn of(reading: place::Reading, names: &Names, book: &PhoneBook) -> Self {
        let point = reading.point.map(|read| ReadPoint {
            lat: read.point.lat,
            lon: read.point.lon,
            accuracy_m: read.accuracy_m,
            notation: read.notation.into(),
            read_back_id: read.read_back_id(),
            read_back_en: read.read_back_en(),
            whereabouts: Whereabouts::of(read.point, names, book),
        });
        let kilometre = reading.kilometre.map(|at| Kilometre {
            text: at.to_string(),
            read_back_id: at.read_back_id(),
            read_back_en: at.read_back_en(),
        });
        let named = |part: place::Named| NamedPart { kind: part.kind.code().to_owned(), name: part.name };
        let doubt = |doubt: &place::Doubt| Doubt {
            code: doubt.code().to_owned(),
            question_id: doubt.question_id(),
            question_en: doubt.question_en(),
        };
        Self {
            point,
            kilometre,
            rt: reading.rt,
            rw: reading.rw,
            named: reading.named.into_iter().map(named).collect(),
            doubts: reading.doubts.iter().map(doubt).collect(),
        }
    }
}
