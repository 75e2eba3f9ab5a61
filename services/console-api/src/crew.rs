//! What the crew of a unit reports: the very commands of its agency's console, under its own name.

use axum::extract::FromRef;
use dispatch_core::area::Point;
use dispatch_core::ids::AssignmentId;
use dispatch_core::incident::{Change, Incident, IncidentCommand};
use dispatch_core::private::Private;
use dispatch_core::time::{Clock, Timestamp};
use dispatch_core::unit::{self, Position, PositionSource, UnitCommand};
use incident_store::{DeskCommand, Store};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::input::{Checked, Faults, Written};
use crate::intake::Intake;
use crate::limits::MERGES_FOLLOWED_MAX;
use crate::names::NameBook;
use crate::problem::{Code, Problem};
use crate::session::{Crew, Pace};
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
    /// once; otherwise the unit leaves the task, its words stay as a note, and its agency and the supervisors hear it.
    Unable {
        /// The assignment that the page showed.
        assignment_id: uuid::Uuid,
        /// Why.
        reason: String,
    },
    /// It needs help: a note that its agency and the supervisors hear.
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
    pace: Pace,
}

impl FromRef<ApiState> for CrewDesk {
    fn from_ref(state: &ApiState) -> Self {
        Self {
            store: FromRef::from_ref(state),
            intake: FromRef::from_ref(state),
            names: FromRef::from_ref(state),
            clock: FromRef::from_ref(state),
            pace: FromRef::from_ref(state),
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
    /// `not_found` for a task that the unit is not on; `not_in_this_state`; `too_many_reports`; what else the desk refuses.
    pub async fn report(&self, crew: &Crew, written: &Written<CrewSaysRequest>) -> Result<(), Problem> {
        let unit = crew.unit().id;
        self.pace.take(unit, self.clock.now())?;
        if let CrewSaysRequest::Position { lat, lon, accuracy_m, at } = &written.body {
            let point = Some(Private::new(Point { lat: *lat, lon: *lon }));
            let (accuracy_m, fixed_at) = (*accuracy_m, at.0);
            let position = Position { point, accuracy_m, fixed_at, source: PositionSource::Browser };
            let key = format!("unit:{unit}:{}", written.key);
            let command = DeskCommand::Unit(unit, UnitCommand::Position(position));
            return self.intake.note(key, crew.actor(), command).await.map(drop);
        }
        let mut answer = self.say(crew, written).await;
        if answer.as_ref().is_err_and(|problem| problem.code() == Code::IncidentMerged) {
            // Merged between the question where the task is and the command.
            answer = self.say(crew, written).await;
        }
        match answer {
            // What it is not on does not exist for it.
            Err(problem) if problem.code() == Code::Forbidden => Err(Problem::new(Code::NotFound)),
            answer => answer,
        }
    }

    async fn say(&self, crew: &Crew, written: &Written<CrewSaysRequest>) -> Result<(), Problem> {
        let Some(named) = written.body.assignment() else { return Ok(()) };
        let (incident, id) = self.task(crew, named).await?;
        let Some(command) = written.body.command(crew, &incident, id) else { return Ok(()) };
        let commands = vec![DeskCommand::Incident(incident.id, command)];
        self.intake.write_for(crew, written, commands).await.map(drop)
    }

    /// Where the task is that the page showed: what was pressed without a network goes along when its incident was merged
    /// into another one meanwhile. A crew that was not taken along hears that it was merged.
    async fn task(&self, crew: &Crew, named: AssignmentId) -> Result<(Incident, AssignmentId), Problem> {
        let found = self.store.incident_of_assignment(named).await?;
        let shown = found.ok_or(Problem::new(Code::NotFound))?;
        let mut now = shown.clone();
        for _ in 0..MERGES_FOLLOWED_MAX {
            let Some(into) = now.merged_into() else { break };
            let Some(other) = self.store.incident(into).await? else { break };
            now = other;
        }
        if now.id == shown.id {
            return Ok((shown, named));
        }
        let taken_along = unit::holders(&now).into_iter().find(|(unit, _)| *unit == crew.unit().id);
        Ok(taken_along.map_or((shown, named), |(_, assignment)| (now, assignment)))
    }
}

impl CrewSaysRequest {
    /// The assignment that the page showed; none for where it is.
    fn assignment(&self) -> Option<AssignmentId> {
        match self {
            Self::Step { assignment_id, .. }
            | Self::Unable { assignment_id, .. }
            | Self::Note { assignment_id, .. } => Some(AssignmentId(*assignment_id)),
            Self::Position { .. } => None,
        }
    }

    /// What it asks of the incident.
    fn command(&self, crew: &Crew, incident: &Incident, id: AssignmentId) -> Option<IncidentCommand> {
        Some(match self {
            Self::Step { step, pressed_at, .. } => {
                let change = step.change();
                IncidentCommand::CrewReport { id, change, pressed_at: pressed_at.map(|at| at.0) }
            }
            Self::Unable { reason, .. } => IncidentCommand::CrewUnable { id, reason: said(crew, reason) },
            Self::Note { text, alarm, .. } => {
                // One level above what held when it was pressed: two who ask at once ask for the same.
                let raise_to = alarm.then_some(incident.alarm.saturating_add(1));
                IncidentCommand::CrewHelp { id, text: said(crew, text), raise_to }
            }
            Self::Position { .. } => return None,
        })
    }
}

impl CrewStep {
    const fn change(self) -> Change {
        match self {
            Self::EnRoute => Change::EnRoute,
            Self::OnScene => Change::OnScene,
            Self::Working => Change::Working,
            Self::UnderControl => Change::UnderControl,
            Self::Completed => Change::Complete { note: None },
        }
    }
}

/// Whoever reads it sees who said it: notes of a unit have no person's name.
fn said(crew: &Crew, text: &str) -> Private<String> {
    Private::new(format!("{}: {}", crew.unit().profile.callsign, text.trim()))
}
