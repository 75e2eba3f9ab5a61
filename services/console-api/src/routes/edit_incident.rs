//! Correct an incident.

use axum::Json;
use axum::extract::State;
use dispatch_core::ids::IncidentId;
use dispatch_core::incident::{Edit, Incident as IncidentRecord, IncidentCommand};
use dispatch_core::private::Private;
use incident_store::{DeskCommand, Store};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::open_incident::{CASUALTIES_MAX, ReporterRequest};
use crate::authority::{Authority, CanReport};
use crate::input::{Checked, Faults, Id, LocationRequest, Written, kind_of};
use crate::intake::Intake;
use crate::names::Names;
use crate::problem::{Code, Problem};
use crate::show::Show;
use crate::views::Incident;
use crate::wire::{Category, Priority};

/// A correction: only what is present changes.
#[derive(Deserialize, ToSchema)]
pub struct EditRequest {
    /// The version that the person saw.
    version: u32,
    /// A new category; a type of another category is then taken away.
    category: Option<Category>,
    /// A new type; null takes it away.
    #[serde(rename = "type", default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    kind: Option<Option<String>>,
    /// A new priority.
    priority: Option<Priority>,
    /// A new narrative.
    narrative: Option<String>,
    /// A new location, replaced as a whole.
    location: Option<LocationRequest>,
    /// A new count of casualties.
    casualties: Option<u32>,
    /// A new reporter.
    reporter: Option<ReporterRequest>,
}

/// Tells `null` from absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Checked for EditRequest {
    fn check(&self, faults: &mut Faults) {
        faults.narrative("narrative", self.narrative.as_deref().unwrap_or_default());
        faults.range("casualties", self.casualties.map(f64::from), 0.0..=CASUALTIES_MAX);
        if let Some(location) = &self.location {
            location.check(faults);
        }
        if let Some(reporter) = &self.reporter {
            reporter.check(faults);
        }
    }
}

impl EditRequest {
    fn edit(&mut self, present: &IncidentRecord, names: &Names) -> Result<Edit, Problem> {
        let category = self.category.map_or(present.category, |category| category.0);
        let kind = match self.kind.take() {
            Some(code) => Some(kind_of(code, category, names)?),
            None if category != present.category => Some(None),
            None => None,
        };
        Ok(Edit {
            category: self.category.map(|category| category.0),
            kind,
            priority: self.priority.map(|priority| priority.0),
            narrative: self.narrative.take().map(Private::new),
            location: self.location.take().map(|location| location.located(names)).transpose()?,
            casualties: self.casualties,
            reporter: self.reporter.take().map(ReporterRequest::into_reporter),
        })
    }
}

/// Correct an incident. Whoever saw an older version gets 409 with the present state.
#[utoipa::path(patch, path = "/api/v1/incidents/{id}", operation_id = "edit_incident", tag = "Incidents",
    params(("id" = uuid::Uuid, Path, description = "Id of the incident")), request_body = EditRequest,
    responses((status = 200, description = "The incident", body = Incident)))]
pub async fn handler(
    may: Authority<CanReport>,
    State(store): State<Store>,
    State(intake): State<Intake>,
    State(show): State<Show>,
    Id(id): Id<IncidentId>,
    mut written: Written<EditRequest>,
) -> Result<Json<Incident>, Problem> {
    let present = store.incident(id).await?.ok_or(Problem::new(Code::NotFound))?;
    let edit = Box::new(written.body.edit(&present, &show.names())?);
    let command = IncidentCommand::Edit { version: written.body.version, edit };
    match intake.write(&may, &written, vec![DeskCommand::Incident(id, command)]).await {
        Ok(answer) => Ok(Json(show.incident(&answer.incident()?))),
        Err(problem) if problem.code() == Code::VersionConflict => {
            let current = store.incident(id).await?.unwrap_or(present);
            Err(problem.now_being(show.incident(&current)))
        }
        Err(problem) => Err(problem),
    }
}
