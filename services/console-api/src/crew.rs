//! What the crew of a unit reports: the very commands of its agency's console, under its own name.

use axum::extract::FromRef;
use dispatch_core::area::Point;
use dispatch_core::ids::{AssignmentId, IncidentId};
use dispatch_core::incident::{AssignmentState, Change, Incident, IncidentCommand};
use dispatch_core::private::Private;
use dispatch_core::time::{Clock, Timestamp};
use dispatch_core::unit::{Position, PositionSource, UnitCommand};
use incident_store::{DeskCommand, Store};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::input::{Checked, Faults, Written};
use crate::intake::Intake;
use crate::names::NameBook;
use crate::problem::{Code, Problem};
use crate::session::Crew;
use crate::state::ApiState;
use crate::views::CrewPage;
use crate::wire::Time;

/// Metres of uncertainty that anybody sends.
const ACCURACY_M: std::ops::RangeInclusive<f64> = 0.0..=1_000_000.0;

/// A step of a crew.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrewStep {
    /// Menuju lokasi.
    EnRoute,
    /// Di lokasi.
    OnScene,
    /// Dalam penanganan.
    Working,
    /// Terkendali.
    UnderControl,
    /// Selesai.
    Completed,
}

/// What a crew says.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum CrewSaysRequest {
    /// The next step. What the agency has reached already changes nothing.
    Step {
        /// The assignment that the page showed.
        assignment_id: uuid::Uuid,
        /// The step.
        step: CrewStep,
        /// When the button was pressed, by the clock of the telephone.
        pressed_at: Option<Time>,
    },
    /// It cannot. The only unit of its agency that has not arrived declines for the agency, and the next one is asked at
    /// once; otherwise the unit leaves the task, and its words stay as a note.
    Unable {
        /// The assignment that the page showed.
        assignment_id: uuid::Uuid,
        /// Why.
        reason: String,
    },
    /// It needs help, or has something to say: a note.
    Note {
        /// The assignment that the page showed.
        assignment_id: uuid::Uuid,
        /// What.
        text: String,
        /// Raise the alarm by one level as well: the centre is shown whom the plan adds.
        #[serde(default)]
        alarm: bool,
    },
    /// Where it is.
    Position {
        /// Degrees north.
        lat: f64,
        /// Degrees east.
        lon: f64,
        /// Radius of uncertainty in metres.
        accuracy_m: Option<f64>,
        /// When it was measured.
        at: Time,
    },
}

impl Checked for CrewSaysRequest {
    fn check(&self, faults: &mut Faults) {
        match self {
            Self::Step { .. } => {}
            Self::Unable { reason, .. } => {
                faults.required("reason", reason);
                faults.note("reason", Some(reason));
            }
            Self::Note { text, .. } => {
                faults.required("text", text);
                faults.note("text", Some(text));
            }
            Self::Position { lat, lon, accuracy_m, .. } => {
                faults.range("lat", Some(*lat), -90.0..=90.0);
                faults.range("lon", Some(*lon), -180.0..=180.0);
                faults.range("accuracy_m", *accuracy_m, ACCURACY_M);
            }
        }
    }
}

/// The page of a crew.
#[derive(Clone)]
pub struct CrewDesk {
    store: Store,
    intake: Intake,
    names: NameBook,
    clock: Clock,
}

impl FromRef<ApiState> for CrewDesk {
    fn from_ref(state: &ApiState) -> Self {
        Self {
            store: FromRef::from_ref(state),
            intake: FromRef::from_ref(state),
            names: FromRef::from_ref(state),
            clock: FromRef::from_ref(state),
        }
    }
}

impl CrewDesk {
    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What the crew sees now.
    ///
    /// # Errors
    /// `no_session` when the unit is gone meanwhile; when the store does not answer.
    pub async fn page(&self, crew: &Crew) -> Result<CrewPage, Problem> {
        let unit = self.store.unit(crew.unit().id).await?.ok_or(Problem::new(Code::NoSession))?;
        let incident = match &unit.booking {
            Some(booking) => self.store.incident(booking.incident).await?,
            None => None,
        };
        Ok(CrewPage::of(&unit, incident.as_ref(), &self.names.now(), self.clock.now().into()))
    }

    /// Carries out what the crew says, once per idempotency key: also when the unit is off the task meanwhile, a repeat gets
    /// the first answer.
    ///
    /// # Errors
    /// `not_found` for a task that the unit is not on; `not_in_this_state`; what else the desk refuses.
    pub async fn report(&self, crew: &Crew, written: &Written<CrewSaysRequest>) -> Result<(), Problem> {
        let commands = match &written.body {
            CrewSaysRequest::Position { lat, lon, accuracy_m, at } => {
                let point = Some(Private::new(Point { lat: *lat, lon: *lon }));
                let (accuracy_m, fixed_at) = (*accuracy_m, at.0);
                let position = Position { point, accuracy_m, fixed_at, source: PositionSource::Browser };
                let key = format!("unit:{}:{}", crew.unit().id, written.key);
                let command = DeskCommand::Unit(crew.unit().id, UnitCommand::Position(position));
                return self.intake.note(key, crew.actor(), command).await.map(drop);
            }
            CrewSaysRequest::Step { assignment_id, step, pressed_at } => {
                let id = AssignmentId(*assignment_id);
                let change = match step {
                    CrewStep::EnRoute => Change::EnRoute,
                    CrewStep::OnScene => Change::OnScene,
                    CrewStep::Working => Change::Working,
                    CrewStep::UnderControl => Change::UnderControl,
                    CrewStep::Completed => Change::Complete { note: None },
                };
                let pressed_at = pressed_at.map(|at| at.0);
                let incident = self.incident(id).await?;
                on(incident.id, [IncidentCommand::CrewReport { id, change, pressed_at }])
            }
            CrewSaysRequest::Unable { assignment_id, reason } => {
                let id = AssignmentId(*assignment_id);
                let incident = self.incident(id).await?;
                on(incident.id, unable(crew, &incident, id, said(crew, reason)))
            }
            CrewSaysRequest::Note { assignment_id, text, alarm } => {
                let incident = self.incident(AssignmentId(*assignment_id)).await?;
                let note = IncidentCommand::AddNote { text: said(crew, text) };
                let to = incident.alarm.saturating_add(1);
                let raise = IncidentCommand::RaiseAlarm { to, reason: Some(said(crew, text)) };
                on(incident.id, [note].into_iter().chain(alarm.then_some(raise)))
            }
        };
        match self.intake.write_for(crew, written, commands).await {
            Ok(_) => Ok(()),
            // What it is not on does not exist for it.
            Err(problem) if problem.code() == Code::Forbidden => Err(Problem::new(Code::NotFound)),
            Err(problem) => Err(problem),
        }
    }

    async fn incident(&self, assignment: AssignmentId) -> Result<Incident, Problem> {
        self.store.incident_of_assignment(assignment).await?.ok_or(Problem::new(Code::NotFound))
    }
}

fn on(incident: IncidentId, commands: impl IntoIterator<Item = IncidentCommand>) -> Vec<DeskCommand> {
    commands.into_iter().map(|command| DeskCommand::Incident(incident, command)).collect()
}

/// Whoever reads it sees who said it: notes of a unit have no person's name.
fn said(crew: &Crew, text: &str) -> Private<String> {
    Private::new(format!("{}: {}", crew.unit().profile.callsign, text.trim()))
}

fn unable(crew: &Crew, incident: &Incident, id: AssignmentId, why: Private<String>) -> Vec<IncidentCommand> {
    let unit = crew.unit().id;
    let alone = incident.assignment(id).is_some_and(|a| {
        let others = a.unit.is_some() || a.units.iter().any(|one| one.id != unit);
        !others && a.progress.state() <= AssignmentState::EnRoute
    });
    if alone {
        let change = Change::Decline { reason: why };
        return vec![IncidentCommand::CrewReport { id, change, pressed_at: None }];
    }
    vec![IncidentCommand::AddNote { text: why }, IncidentCommand::LeaveUnit { assignment: id, unit }]
}
