//! Places by what somebody types.

use axum::Json;
use axum::extract::State;
use dispatch_core::area::Point;
use dispatch_core::limits::PLACE_TEXT_BYTES_MAX;
use dispatch_core::place;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::authority::{Authority, CanReport};
use crate::input::Query;
use crate::names::NameBook;
use crate::phone_book::PhoneBook;
use crate::problem::{Code, Problem};
use crate::views::{Places, PlaceHit, Reading, Whereabouts};

/// Places in an answer, unless the question says how many: what one sees without scrolling.
const HITS: usize = 8;
/// Places in an answer at most.
const HITS_MAX: usize = 20;

/// What somebody looks for.
#[derive(Deserialize, IntoParams)]
pub struct PlaceQuery {
    /// A name, coordinates, a Plus code, a road post, as typed.
    q: Option<String>,
    /// Degrees north of where the caller is thought to be; nearer places come first.
    lat: Option<f64>,
    /// Degrees east.
    lon: Option<f64>,
    /// At most so many, 1 to 20.
    limit: Option<usize>,
}

impl PlaceQuery {
    fn near(&self) -> Result<Option<Point>, Problem> {
        match (self.lat, self.lon) {
            (None, None) => Ok(None),
            (Some(lat), Some(lon)) => {
                let point = Point { lat, lon };
                if point.is_on_earth() { Ok(Some(point)) } else { Err(invalid("lat, lon")) }
            }
            (Some(_), None) => Err(invalid("lon")),
            (None, Some(_)) => Err(invalid("lat")),
        }
    }
}

/// What a location text may mean: places with such a name, with slips and other spellings forgiven, and what it
/// says of coordinates, kilometres, RT and RW. With a point also where that point lies. Nothing is stored.
#[utoipa::path(get, path = "/api/v1/places", operation_id = "find_places", tag = "Incidents", params(PlaceQuery),
    responses((status = 200, description = "What it may mean", body = Places)))]
pub async fn handler(
    _may: Authority<CanReport>,
    State(names): State<NameBook>,
    State(book): State<PhoneBook>,
    Query(query): Query<PlaceQuery>,
) -> Result<Json<Places>, Problem> {
    let near = query.near()?;
    let text = query.q.unwrap_or_default();
    if text.len() > PLACE_TEXT_BYTES_MAX {
        return Err(invalid("q"));
    }
    let names = names.now();
    let reading = place::read(&text, names.areas());
    let found = names.places().search(&place::Question {
        text: &text,
        skip: &reading.spans,
        kilometre: reading.kilometre,
        near,
        limit: query.limit.unwrap_or(HITS).clamp(1, HITS_MAX),
    });
    Ok(Json(Places {
        hits: found.hits.into_iter().map(|hit| PlaceHit::of(hit, &names, &book)).collect(),
        reading: Reading::of(reading, &names, &book),
        here: near.map(|point| Whereabouts::of(point, &names, &book)),
    }))
}

fn invalid(name: &str) -> Problem {
    Problem::new(Code::InvalidQuery)
        .because(format!("Perbaiki parameter {name} lalu muat lagi."), format!("Correct {name} and load again."))
}
