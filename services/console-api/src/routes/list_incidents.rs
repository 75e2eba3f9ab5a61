//! Incidents.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::{AgencyCode, AgencyId, AreaCode};
use dispatch_core::incident::Point;
use incident_store::{IncidentFilter, Near, PageCursor, StatusFilter, Store};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::authority::{Authority, CanReadIncidents};
use crate::input::{Query, page_items};
use crate::names::Names;
use crate::problem::{Code, Problem};
use crate::show::Show;
use crate::views::IncidentPage;
use crate::wire::{Category, IncidentStatus, Time};

/// Characters of a search text: more finds nothing.
const SEARCH_BYTES_MAX: usize = 200;

/// Which incidents.
#[derive(Deserialize, IntoParams)]
pub struct IncidentQuery {
    /// `open`, `ended` (closed, cancelled or merged), or one status.
    status: Option<String>,
    /// Of this category.
    #[param(value_type = Option<String>)]
    category: Option<Category>,
    /// With an assignment of this agency: id or code.
    agency: Option<String>,
    /// In this area or one within it.
    area_code: Option<String>,
    /// Number, landmark, address or narrative holds this text.
    q: Option<String>,
    /// `lat,lon,radius_m`.
    near: Option<String>,
    /// Opened at this time or later.
    from: Option<Time>,
    /// Opened before this time.
    to: Option<Time>,
    /// At most so many, 1 to 500.
    limit: Option<u32>,
    /// The `next` of the page before.
    before: Option<String>,
}

impl IncidentQuery {
    fn filter(self, names: &Names) -> Result<IncidentFilter, Problem> {
        let before = self.before.map(|text| text.parse::<PageCursor>()).transpose();
        let agency = self.agency.map(|text| agency(&text, names).ok_or_else(|| invalid("agency")));
        if self.q.as_ref().is_some_and(|q| q.len() > SEARCH_BYTES_MAX || q.contains('\0')) {
            return Err(invalid("q"));
        }
        Ok(IncidentFilter {
            status: self.status.map(|text| status(&text).ok_or_else(|| invalid("status"))).transpose()?,
            category: self.category.map(|category| category.0),
            agency: agency.transpose()?,
            area_code: self.area_code.map(AreaCode),
            q: self.q.filter(|q| !q.trim().is_empty()),
            near: self.near.map(|text| near(&text).ok_or_else(|| invalid("near"))).transpose()?,
            from: self.from.map(|time| time.0),
            to: self.to.map(|time| time.0),
            limit: page_items(self.limit),
            before: before.map_err(|_| invalid("before"))?,
        })
    }
}

/// Incidents, newest first. An agency sees those that it is on.
#[utoipa::path(get, path = "/api/v1/incidents", operation_id = "list_incidents", tag = "Incidents",
    params(IncidentQuery), responses((status = 200, description = "The incidents", body = IncidentPage)))]
pub async fn handler(
    may: Authority<CanReadIncidents>,
    State(store): State<Store>,
    State(show): State<Show>,
    Query(query): Query<IncidentQuery>,
) -> Result<Json<IncidentPage>, Problem> {
    let mut filter = query.filter(&show.names())?;
    if let Some(own) = may.agency() {
        if filter.agency.is_some_and(|asked| asked != own) {
            return Ok(Json(IncidentPage { items: Vec::new(), next: None }));
        }
        filter.agency = Some(own);
    }
    let page = store.incidents(&filter).await?;
    let items = page.items.iter().map(|incident| show.incident(incident)).collect();
    Ok(Json(IncidentPage { items, next: page.next.map(|cursor| cursor.to_string()) }))
}

fn invalid(name: &str) -> Problem {
    Problem::new(Code::InvalidQuery)
        .because(format!("Perbaiki parameter {name} lalu muat lagi."), format!("Correct {name} and load again."))
}

fn status(text: &str) -> Option<StatusFilter> {
    match text {
        "open" => Some(StatusFilter::Open),
        "ended" => Some(StatusFilter::Ended),
        one => serde_json::from_value::<IncidentStatus>(one.into()).ok().map(|status| StatusFilter::Is(status.0)),
    }
}

fn agency(text: &str, names: &Names) -> Option<AgencyId> {
    let by_code = || names.policy().directory.by_code(&AgencyCode::new(text)).map(|entry| entry.id);
    text.parse().ok().or_else(by_code)
}

fn near(text: &str) -> Option<Near> {
    let numbers: Option<Vec<f64>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    let [lat, lon, radius_m] = numbers?.try_into().ok()?;
    let on_earth = (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon);
    (on_earth && (0.0..=1_000_000.0).contains(&radius_m)).then_some(Near { point: Point { lat, lon }, radius_m })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_and_status_are_read_or_refused() {
        assert_eq!(near("-2.9, 106.4,500").map(|near| near.radius_m), Some(500.0));
        for wrong in ["", "1,2", "91,0,5", "1,2,NaN", "1,2,-5", "1,2,3,4"] {
            assert!(near(wrong).is_none(), "{wrong}");
        }
        assert_eq!(status("open"), Some(StatusFilter::Open));
        assert!(matches!(status("under_control"), Some(StatusFilter::Is(_))));
        assert_eq!(status("nonsense"), None);
    }
}
