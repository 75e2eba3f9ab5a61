//! What an agency reports about its own assignments.

use axum::extract::FromRef;
use dispatch_core::ids::AssignmentId;
use dispatch_core::incident::{Change, IncidentCommand};
use incident_store::{DeskCommand, Store};

use crate::authority::{Authority, CanActFor};
use crate::input::Written;
use crate::intake::Intake;
use crate::names::NameBook;
use crate::problem::{Code, Problem};
use crate::state::ApiState;
use crate::views::Assignment;

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
    /// Reports a step on an assignment of the person's own agency.
    ///
    /// # Errors
    /// `not_found` for an assignment of another agency; `already_acknowledged` with the winner;
    /// `not_in_this_state`. Refusals of the present state show what it is now.
    pub async fn report<T>(
        &self,
        may: &Authority<CanActFor>,
        written: &Written<T>,
        id: AssignmentId,
        change: Change,
    ) -> Result<Assignment, Problem> {
        let incident = self.store.incident_of_assignment(id).await?.ok_or(Problem::new(Code::NotFound))?;
        may.own_assignment(&incident, id)?;
        let command = IncidentCommand::Assignment { id, change };
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
