//! What an agency reports about its own assignments, and what the centre writes down for it.

use axum::extract::FromRef;
use dispatch_core::ids::{AgencyId, AssignmentId, UnitId};
use dispatch_core::incident::{Change, IncidentCommand, ReportSource as Source};
use dispatch_core::limits::UNITS_PER_ASSIGNMENT_MAX;
use dispatch_core::unit::{self, Unit, UnitTag};
use incident_store::{DeskCommand, Store};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, Permission};
use crate::input::{Checked, Faults, Written};
use crate::intake::Intake;
use crate::names::NameBook;
use crate::problem::{Code, Problem};
use crate::state::ApiState;
use crate::views::Assignment;
use crate::wire::ReportSource;

/// How a report was heard.
#[derive(Clone, Copy, Deserialize, ToSchema)]
pub struct Heard {
    /// `telephone` or `radio` when the person writes down what somebody else said. The centre must say which.
    #[serde(default)]
    pub source: Option<ReportSource>,
}

/// Who goes.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub struct CrewRequest {
    /// The unit that goes: id or callsign of a registered unit, which is then booked; else whatever the agency calls it.
    pub unit: Option<String>,
    /// The same under another name.
    pub unit_id: Option<String>,
    /// Ids or callsigns of registered units that go, all of them or none.
    #[serde(default)]
    pub units: Vec<String>,
}

impl CrewRequest {
    fn check(&self, faults: &mut Faults) {
        faults.short("unit", self.unit.as_deref());
        faults.short("unit_id", self.unit_id.as_deref());
        if self.units.len() > UNITS_PER_ASSIGNMENT_MAX {
            let (id, en) = ("Paling banyak 32 unit.", "At most 32 units.");
            faults.report("units", "too_long", id, en);
        }
    }
}

/// A step of an agency: how it was heard, and who goes.
#[derive(Clone, Deserialize, ToSchema)]
pub struct StepRequest {
    /// How it was heard.
    #[serde(flatten)]
    pub heard: Heard,
    /// Who goes.
    #[serde(flatten)]
    pub crew: CrewRequest,
}

impl Checked for StepRequest {
    fn check(&self, faults: &mut Faults) {
        self.crew.check(faults);
    }
}

/// An agency at its console.
#[derive(Clone)]
pub struct Agency {
    store: Store,
    intake: Intake,
    names: NameBook,
}

impl FromRef<ApiState> for Agency {
    fn from_ref(state: &ApiState) -> Self {
        Self {
            store: FromRef::from_ref(state),
            intake: FromRef::from_ref(state),
            names: FromRef::from_ref(state),
        }
    }
}

impl Agency {
    /// Reports a step on an assignment of the person's own agency, or, for a person of the centre, one that they heard
    /// of by telephone or radio.
    ///
    /// # Errors
    /// `not_found` for an assignment of another agency; `invalid` when the centre does not say how it was heard;
    /// `already_acknowledged` with the winner; `not_in_this_state`. Refusals of the present state show what it is now.
    pub async fn report<P: Permission, T>(
        &self,
        may: &Authority<P>,
        written: &Written<T>,
        id: AssignmentId,
        change: Change,
        heard: Option<ReportSource>,
    ) -> Result<Assignment, Problem> {
        self.submit(may, written, id, heard, |_| Ok((change, Vec::new()))).await
    }

    /// The same for a step with which units go: the step and their booking happen together or not at all.
    ///
    /// # Errors
    /// As for [`Agency::report`]; `unit_booked` with the incident that a unit is on; `unit_not_ready`; `invalid_fields`
    /// for a unit that the agency does not have.
    pub async fn report_with_units<P: Permission>(
        &self,
        may: &Authority<P>,
        written: &Written<StepRequest>,
        id: AssignmentId,
        change: impl FnOnce(Option<String>) -> Change,
    ) -> Result<Assignment, Problem> {
        let StepRequest { heard, crew } = &written.body;
        let said = |field: &'static str, text: Option<&str>| {
            text.filter(|text| !text.trim().is_empty()).map(|text| (field, text.to_owned()))
        };
        let single = said("unit", crew.unit.as_deref()).or_else(|| said("unit_id", crew.unit_id.as_deref()));
        let units = match (&single, crew.units.is_empty()) {
            (None, true) => Vec::new(),
            (Some(_), _) | (None, false) => self.store.units(None).await?,
        };
        self.submit(may, written, id, heard.source, |agency| {
            let own = |text: &str| named(text, &units, agency);
            let mut booked: Vec<UnitTag> = Vec::new();
            let mut words = None;
            if let Some((field, text)) = single {
                match own(&text) {
                    Some(unit) => booked.push(unit.tag()),
                    None if text.parse::<UnitId>().is_ok() => return Err(unknown_unit(field)),
                    None => words = Some((field, text)),
                }
            }
            for (place, text) in crew.units.iter().enumerate() {
                let unit = own(text).ok_or_else(|| unknown_unit(&format!("units[{place}]")))?;
                booked.push(unit.tag());
            }
            let (field, words) = words.unzip();
            let change = change(words);
            // Only the step that takes a task keeps words: they are not dropped where nobody sees it.
            if let Some(field) = field
                && !matches!(change, Change::Acknowledge { .. })
            {
                return Err(unknown_unit(field));
            }
            Ok((change, booked))
        })
        .await
    }

    /// `wish` is asked for the step and the units that go, once the agency is known.
    async fn submit<P: Permission, T>(
        &self,
        may: &Authority<P>,
        written: &Written<T>,
        id: AssignmentId,
        heard: Option<ReportSource>,
        wish: impl FnOnce(AgencyId) -> Result<(Change, Vec<UnitTag>), Problem>,
    ) -> Result<Assignment, Problem> {
        let source = heard.map(|source| source.0).unwrap_or_default();
        // A crew has its own way in.
        let not_theirs = source.is_channel() || source == Source::Responder;
        if not_theirs || (may.agency().is_none() && source.is_console()) {
            return Err(unheard());
        }
        let incident = self.store.incident_of_assignment(id).await?.ok_or(Problem::new(Code::NotFound))?;
        let agency = may.own_assignment(&incident, id)?.agency;
        let (change, units) = wish(agency)?;
        let step = IncidentCommand::Assignment { id, change, source };
        let joins = units.into_iter().map(|unit| IncidentCommand::JoinUnit { assignment: id, unit });
        let commands = [step]
            .into_iter()
            .chain(joins)
            .map(|command| DeskCommand::Incident(incident.id, command))
            .collect();
        match self.intake.write(may, written, commands).await {
            Ok(answer) => {
                let incident = answer.incident()?;
                let own = may.own_assignment(&incident, id)?;
                Ok(Assignment::of(own, &incident, &self.names.now()))
            }
            Err(problem) => Err(self.with_present(problem, id).await),
        }
    }

    async fn with_present(&self, problem: Problem, id: AssignmentId) -> Problem {
        if !matches!(
            problem.code(),
            Code::AlreadyAcknowledged | Code::NotInThisState | Code::UnitBooked | Code::UnitNotReady
        ) {
            return problem;
        }
        let Ok(Some(incident)) = self.store.incident_of_assignment(id).await else { return problem };
        let names = self.names.now();
        let present = incident.assignment(id).map(|a| Assignment::of(a, &incident, &names));
        match present {
            Some(present) => problem.now_being(present),
            None => problem,
        }
    }
}

/// The unit of the agency with this id or callsign.
fn named<'a>(text: &str, units: &'a [Unit], agency: AgencyId) -> Option<&'a Unit> {
    let id = text.parse::<UnitId>().ok();
    let mut own = units.iter().filter(|unit| unit.agency == agency);
    own.find(|unit| Some(unit.id) == id || unit::is_called(unit, text))
}

fn unknown_unit(field: &str) -> Problem {
    Problem::field(field, "unknown", "Unit tidak dikenal.", "There is no such unit.")
}

/// A step that nobody of the agency reported on a screen.
fn unheard() -> Problem {
    let mut faults = Faults::default();
    let (id, en) = ("Sebutkan dari mana: telephone atau radio.", "Say how it was heard: telephone or radio.");
    faults.report("source", "empty", id, en);
    // There is a fault, so this is an error.
    faults.into_result().err().unwrap_or(Problem::new(Code::Forbidden))
}
