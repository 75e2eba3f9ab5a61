//! The switch of the disaster mode, and words to agencies: hand in, and show what came of it.

use axum::extract::FromRef;
use dispatch_core::disaster::DisasterStep;
use dispatch_core::ids::{BroadcastId, DisasterId};
use dispatch_core::time::Clock;
use incident_store::{DeskCommand, SiteCommand, Store};

use crate::authority::Authority;
use crate::input::Written;
use crate::intake::Intake;
use crate::names::NameBook;
use crate::problem::{Code, Problem};
use crate::state::ApiState;
use crate::views::{Broadcast, Disaster};

/// The switch of the disaster mode.
#[derive(Clone)]
pub struct DisasterSwitch {
    intake: Intake,
    store: Store,
    names: NameBook,
    clock: Clock,
}

impl FromRef<ApiState> for DisasterSwitch {
    fn from_ref(state: &ApiState) -> Self {
        Self {
            intake: FromRef::from_ref(state),
            store: FromRef::from_ref(state),
            names: FromRef::from_ref(state),
            clock: FromRef::from_ref(state),
        }
    }
}

impl DisasterSwitch {
    /// Does a step, and `more` together with it or not at all.
    ///
    /// # Errors
    /// Why it is refused, in words.
    pub async fn step<P, T>(
        &self,
        may: &Authority<P>,
        written: &Written<T>,
        disaster: DisasterId,
        step: DisasterStep,
        more: Vec<DeskCommand>,
    ) -> Result<Disaster, Problem> {
        let mut commands = vec![DeskCommand::Site(SiteCommand::StepDisaster { disaster, step })];
        commands.extend(more);
        self.intake.write(may, written, commands).await?;
        let kept = self.store.disaster().await?.ok_or(Problem::new(Code::NotFound))?;
        Ok(Disaster::of(&kept, self.clock.now(), true, &self.names.now()))
    }
}

/// Words to agencies.
#[derive(Clone)]
pub struct Broadcasts {
    intake: Intake,
    store: Store,
    names: NameBook,
}

impl FromRef<ApiState> for Broadcasts {
    fn from_ref(state: &ApiState) -> Self {
        Self {
            intake: FromRef::from_ref(state),
            store: FromRef::from_ref(state),
            names: FromRef::from_ref(state),
        }
    }
}

impl Broadcasts {
    /// Hands a command on a word in, and gives the word as it is then.
    ///
    /// # Errors
    /// Why it is refused, in words.
    pub async fn write<P, T>(
        &self,
        may: &Authority<P>,
        written: &Written<T>,
        broadcast: BroadcastId,
        command: DeskCommand,
    ) -> Result<Broadcast, Problem> {
        self.intake.write(may, written, vec![command]).await?;
        let kept = self.store.broadcast(broadcast).await?.ok_or(Problem::new(Code::NotFound))?;
        Ok(Broadcast::of(&kept, may.agency(), &self.names.now()))
    }
}
