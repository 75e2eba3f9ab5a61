//! Questions about incidents and assignments.

use dispatch_core::ids::{AgencyId, AreaCode, AssignmentId, IncidentId};
use dispatch_core::incident::{Incident, IncidentStatus, Point};
use dispatch_core::time::Timestamp;

use super::calls::page;
use super::condition::Conditions;
use super::{Store, at_most};
use crate::engine::{Row, Value, in_list};
use crate::error::StoreError;
use crate::records::{IncidentFilter, Near, Page, PageCursor, StatusFilter};

/// Incidents that a text search looks at, the newest: some months of a kabupaten.
const SEARCH_WINDOW_MAX: u32 = 5_000;
/// Metres in one degree of latitude (mean earth radius 6,371,009 m).
const METRES_PER_DEGREE: f64 = 111_195.08;

impl Store {
    /// One incident.
    pub async fn incident(&self, id: IncidentId) -> Result<Option<Incident>, StoreError> {
        let row = self.readers().row("SELECT state FROM incident WHERE id = $1", vec![Value::of(id)]).await?;
        row.map(|row| row.json(0)).transpose()
    }

    /// These incidents, in no order; those that do not exist are left out.
    pub async fn incidents_by_id(&self, ids: &[IncidentId]) -> Result<Vec<Incident>, StoreError> {
        let (list, values) = in_list(1, ids.iter().map(Value::of));
        let sql = format!("SELECT state FROM incident WHERE id IN {list}");
        self.readers().rows(&sql, values).await?.iter().map(|row| row.json(0)).collect()
    }

    /// Incidents by a filter, newest first.
    pub async fn incidents(&self, filter: &IncidentFilter) -> Result<Page<Incident>, StoreError> {
        let mut conditions = conditions(filter);
        let limit = at_most(filter.limit);
        let last = conditions.place(limit + 1);
        let sql = format!(
            "SELECT state FROM incident{} ORDER BY opened_us DESC, id DESC LIMIT {last}",
            conditions.text()
        );
        let rows = self.readers().rows(&sql, conditions.values).await?;
        let items: Vec<Incident> = rows.iter().map(|row| row.json(0)).collect::<Result<_, _>>()?;
        Ok(page(items, limit, |incident| PageCursor { at: incident.opened_at, id: incident.id.0 }))
    }

    /// Where incidents were, newest first: `None` where nobody knows the point. What was cancelled did not happen,
    /// and what was merged happened once.
    pub async fn incident_points(
        &self,
        from: Timestamp,
        to: Timestamp,
        limit: u32,
    ) -> Result<Vec<Option<Point>>, StoreError> {
        let rows = self.readers().rows(POINTS, vec![from.into(), to.into(), limit.into()]).await?;
        let point =
            |row: &Row| Ok(row.maybe_real(0)?.zip(row.maybe_real(1)?).map(|(lat, lon)| Point { lat, lon }));
        rows.iter().map(point).collect()
    }

    /// Incidents that have not ended, oldest first.
    pub async fn open_incidents(&self, limit: u32) -> Result<Vec<Incident>, StoreError> {
        let rows = self.readers().rows(OPEN_INCIDENTS, vec![at_most(limit).into()]).await?;
        rows.iter().map(|row| row.json(0)).collect()
    }

    /// The incident that an assignment belongs to.
    pub async fn incident_of_assignment(&self, id: AssignmentId) -> Result<Option<Incident>, StoreError> {
        let sql = "SELECT state FROM incident WHERE id = (SELECT incident FROM assignment WHERE id = $1)";
        self.readers().row(sql, vec![Value::of(id)]).await?.map(|row| row.json(0)).transpose()
    }

    /// Incidents with assignments of an agency, newest assignment first; with `open`, only those on which the
    /// agency has not finished.
    pub async fn assignments_of(
        &self,
        agency: AgencyId,
        open: bool,
        limit: u32,
    ) -> Result<Vec<Incident>, StoreError> {
        let only_open = if open { "AND is_open = 1 " } else { "" };
        let sql = format!(
            "SELECT incident.state FROM incident JOIN (SELECT incident, MAX(sent_us) AS sent_us FROM assignment \
             WHERE agency = $1 {only_open}GROUP BY incident ORDER BY 2 DESC LIMIT $2) AS theirs \
             ON theirs.incident = incident.id ORDER BY theirs.sent_us DESC, incident.id"
        );
        let rows = self.readers().rows(&sql, vec![Value::of(agency), at_most(limit).into()]).await?;
        rows.iter().map(|row| row.json(0)).collect()
    }
}

const POINTS: &str = "SELECT lat, lon FROM incident WHERE opened_us >= $1 AND opened_us < $2 \
    AND status NOT IN ('cancelled', 'merged') ORDER BY opened_us DESC, id DESC LIMIT $3";
pub(super) const OPEN_INCIDENTS: &str =
    "SELECT state FROM incident WHERE is_open = 1 ORDER BY opened_us, id LIMIT $1";
pub(super) const OPEN_INCIDENTS_OF: &str = "SELECT state FROM incident WHERE is_open = 1 AND id IN \
    (SELECT incident FROM assignment WHERE agency = $2 AND is_open = 1) ORDER BY opened_us, id LIMIT $1";

fn conditions(filter: &IncidentFilter) -> Conditions {
    let mut conditions = Conditions::default();
    match filter.status {
        Some(StatusFilter::Open) => conditions.fixed("is_open = 1"),
        Some(StatusFilter::Ended) => conditions.fixed("is_open = 0"),
        Some(StatusFilter::Is(status)) => conditions.with("status = ?", status_name(status)),
        None => {}
    }
    if let Some(category) = filter.category {
        conditions.with("category = ?", category.letter());
    }
    if let Some(agency) = filter.agency {
        let clause =
            "EXISTS (SELECT 1 FROM assignment WHERE assignment.incident = incident.id AND agency = ?)";
        conditions.with(clause, Value::of(agency));
    }
    if let Some(area) = &filter.area_code {
        conditions.with(in_area(area), area.0.as_str());
    }
    if let Some(q) = filter.q.as_deref().filter(|q| !q.trim().is_empty()) {
        conditions.with(r"search LIKE ? ESCAPE '\'", format!("%{}%", escaped(&folded(q))));
        let window = "opened_us >= COALESCE((SELECT opened_us FROM incident ORDER BY opened_us DESC LIMIT 1 OFFSET ?), 0)";
        conditions.with(window, SEARCH_WINDOW_MAX);
    }
    if let Some(near) = filter.near {
        within(&mut conditions, near);
    }
    if let Some(from) = filter.from {
        conditions.with("opened_us >= ?", from);
    }
    if let Some(to) = filter.to {
        conditions.with("opened_us < ?", to);
    }
    if let Some(before) = filter.before {
        conditions.before("opened_us", before);
    }
    conditions
}

/// An area and what lies in it, each level over its index (migration 0011).
fn in_area(area: &AreaCode) -> &'static str {
    match area.0.len() {
        2 => "substr(area_code, 1, 2) = ?",
        5 => "substr(area_code, 1, 5) = ?",
        8 => "substr(area_code, 1, 8) = ?",
        // A desa or kelurahan; nothing lies in it.
        _ => "area_code = ?",
    }
}

/// A band of latitude, over the index, and in it the circle. The earth is flat enough for that at the size of
/// a kabupaten: within 0.1 % of the great circle below 200 km and outside the polar regions.
fn within(conditions: &mut Conditions, near: Near) {
    let degrees = near.radius_m / METRES_PER_DEGREE;
    conditions.with("lat >= ?", near.point.lat - degrees);
    conditions.with("lat <= ?", near.point.lat + degrees);
    let (lat, lon) = (conditions.place(near.point.lat), conditions.place(near.point.lon));
    let shrink = conditions.place(near.point.lat.to_radians().cos().powi(2));
    let square = conditions.place(degrees * degrees);
    conditions.clause(format!(
        "(lat - {lat}) * (lat - {lat}) + (lon - {lon}) * (lon - {lon}) * {shrink} <= {square}"
    ));
}

fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}

/// How texts are written for the search, on both sides.
pub(crate) fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

pub(crate) fn status_name(status: IncidentStatus) -> &'static str {
    match status {
        IncidentStatus::New => "new",
        IncidentStatus::Dispatched => "dispatched",
        IncidentStatus::Acknowledged => "acknowledged",
        IncidentStatus::EnRoute => "en_route",
        IncidentStatus::OnScene => "on_scene",
        IncidentStatus::Working => "working",
        IncidentStatus::UnderControl => "under_control",
        IncidentStatus::Completed => "completed",
        IncidentStatus::Closed => "closed",
        IncidentStatus::Cancelled => "cancelled",
        IncidentStatus::Merged => "merged",
    }
}
