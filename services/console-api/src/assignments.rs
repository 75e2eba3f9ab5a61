//! What an agency reports about its own assignments, and what the centre writes down for it.

use axum::extract::FromRef;
use dispatch_core::ids::AssignmentId;
use dispatch_core::incident::{Change, IncidentCommand};
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

/// A step of an agency, with nothing more to say than how it was heard.
#[derive(Deserialize, ToSchema)]
pub struct StepRequest {
    /// How it was heard.
    #[serde(flatten)]
    pub heard: Heard,
}

impl Checked for StepRequest {
    fn check(&self, _faults: &mut Faults) {}
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
        let source = heard.map(|source| source.0).unwrap_or_default();
        if may.agency().is_none() && source.is_console() {
            return Err(unheard());
        }
        let incident = self.store.incident_of_assignment(id).await?.ok_or(Problem::new(Code::NotFound))?;
        may.own_assignment(&incident, id)?;
        let command = IncidentCommand::Assignment { id, change, source };
        let commands = vec![DeskCommand::Incident(incident.id, command)];
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
        if !matches!(problem.code(), Code::AlreadyAcknowledged | Code::NotInThisState) {
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

/// A step that nobody of the agency reported on a screen.
fn unheard() -> Problem {
    let mut faults = Faults::default();
    let (id, en) = ("Sebutkan dari mana: telephone atau radio.", "Say how it was heard: telephone or radio.");
    faults.report("source", "empty", id, en);
    // There is a fault, so this is an error.
    faults.into_result().err().unwrap_or(Problem::new(Code::Forbidden))
}
