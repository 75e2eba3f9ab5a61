//! Places in the window of a map.

use axum::Json;
use axum::extract::State;
use dispatch_core::area::Point;
use dispatch_core::place::Window;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::authority::{Authority, CanReadIncidents};
use crate::input::Query;
use crate::names::NameBook;
use crate::problem::{Code, Problem};
use crate::views::MapPlace;

/// Names that fit on a map.
const PLACES_MAX: usize = 150;

/// A window of a map.
#[derive(Deserialize, IntoParams)]
pub struct WindowQuery {
    /// Degrees of its western edge.
    west: f64,
    /// Degrees of its southern edge.
    south: f64,
    /// Degrees of its eastern edge.
    east: f64,
    /// Degrees of its northern edge.
    north: f64,
}

/// Places in the window of a map, without areas: what callers name most often first, 150 at most.
#[utoipa::path(get, path = "/api/v1/map/places", operation_id = "list_map_places", tag = "Reference", params(WindowQuery),
    responses((status = 200, description = "The places", body = Vec<MapPlace>)))]
pub async fn handler(
    _may: Authority<CanReadIncidents>,
    State(names): State<NameBook>,
    Query(asked): Query<WindowQuery>,
) -> Result<Json<Vec<MapPlace>>, Problem> {
    let from = Point { lat: asked.south, lon: asked.west };
    let to = Point { lat: asked.north, lon: asked.east };
    if !from.is_on_earth() || !to.is_on_earth() || from.lat > to.lat || from.lon > to.lon {
        let (id, en) = ("Perbaiki jendela peta lalu muat lagi.", "Correct the window of the map and load again.");
        return Err(Problem::new(Code::InvalidQuery).because(id.to_owned(), en.to_owned()));
    }
    let names = names.now();
    Ok(Json(names.places().within(&Window { from, to }, PLACES_MAX).into_iter().map(MapPlace::of).collect()))
}
