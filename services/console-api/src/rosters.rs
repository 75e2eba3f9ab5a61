//! Duty rosters and hand-overs of shifts: what is read together, and what a person may change.

use axum::extract::FromRef;
use dispatch_core::ids::{AgencyId, CallId, ShiftHandoverId};
use dispatch_core::limits::HANDOVER_ITEMS_MAX;
use dispatch_core::private::Private;
use dispatch_core::roster::handover::{HandedIncident, ShiftHandover};
use dispatch_core::roster::{Reach, RosterCommand};
use dispatch_core::site::UserRole;
use dispatch_core::time::{Clock, Seconds, Timestamp};
use incident_store::{CallFilter, DeskCommand, IncidentFilter, SiteCommand, StatusFilter, Store};

use crate::authority::Authority;
use crate::input::Written;
use crate::intake::Intake;
use crate::names::{NameBook, Names};
use crate::problem::{Code, Problem};
use crate::random;
use crate::state::ApiState;
use crate::views::{self, HandoverPage};

/// Shifts that ended within this time are still shown: who was on duty last night.
const SHOWN_SINCE: Seconds = Seconds(24 * 3600);

/// The rosters of the site.
#[derive(Clone)]
pub struct Rosters {
    store: Store,
    intake: Intake,
    names: NameBook,
    clock: Clock,
}

impl FromRef<ApiState> for Rosters {
    fn from_ref(state: &ApiState) -> Self {
        Self {
            store: FromRef::from_ref(state),
            intake: FromRef::from_ref(state),
            names: FromRef::from_ref(state),
            clock: FromRef::from_ref(state),
        }
    }
}

impl Rosters {
    /// The present time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The present names.
    pub fn names(&self) -> Names {
        self.names.now()
    }

    /// The rosters as far as a person may see them.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn shown_to<P>(&self, may: &Authority<P>) -> Result<views::Roster, Problem> {
        let now = self.now();
        let roster = self.store.roster(now.before(SHOWN_SINCE)).await?;
        let reaches = may.user().role != UserRole::Auditor;
        Ok(views::Roster::of(&roster, may.agency(), reaches, now, &self.names()))
    }

    /// Changes a roster and shows it.
    ///
    /// # Errors
    /// What the desk refused.
    pub async fn change<P, T>(
        &self,
        may: &Authority<P>,
        written: &Written<T>,
        command: RosterCommand,
    ) -> Result<views::Roster, Problem> {
        let reach = match may.user().role {
            UserRole::Supervisor | UserRole::Admin => Reach::All,
            UserRole::Dispatcher => may.agency().map_or(Reach::Own, Reach::Agency),
            UserRole::CallTaker | UserRole::Auditor | UserRole::Wall => Reach::Own,
        };
        let command = DeskCommand::Site(SiteCommand::ChangeRoster { reach, command });
        self.intake.write(may, written, vec![command]).await?;
        self.shown_to(may).await
    }

    /// The hand-overs of an office.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn handovers(&self, office: Option<AgencyId>) -> Result<HandoverPage, Problem> {
        let names = self.names();
        let found = self.store.shift_handovers(office).await?;
        Ok(HandoverPage { items: found.iter().map(|one| views::ShiftHandover::of(one, &names)).collect() })
    }

    /// Hands a shift over with what is open now.
    ///
    /// # Errors
    /// What the desk refused, and when the store does not answer.
    pub async fn hand_over<P, T>(
        &self,
        may: &Authority<P>,
        written: &Written<T>,
        note: Option<&str>,
    ) -> Result<views::ShiftHandover, Problem> {
        let office = may.agency();
        // The key makes the id, so that a repeat finds what the first one made.
        let id = ShiftHandoverId(random::named(may.user_id().0, &written.key));
        let handover = ShiftHandover {
            id,
            office,
            from: may.user_id(),
            at: self.now(),
            incidents: self.open_incidents(office).await?,
            call_backs: if office.is_none() { self.call_backs().await? } else { Vec::new() },
            note: Private::new(note.unwrap_or_default().trim().to_owned()),
            taken: None,
        };
        let command = SiteCommand::HandShiftOver { handover: Box::new(handover) };
        self.intake.write(may, written, vec![DeskCommand::Site(command)]).await?;
        self.handover(id).await
    }

    /// Takes a shift over.
    ///
    /// # Errors
    /// What the desk refused.
    pub async fn take_over<P, T>(
        &self,
        may: &Authority<P>,
        written: &Written<T>,
        handover: ShiftHandoverId,
        note: Option<&str>,
    ) -> Result<views::ShiftHandover, Problem> {
        let note = Private::new(note.unwrap_or_default().trim().to_owned());
        let command = SiteCommand::TakeShiftOver { handover, office: may.agency(), note };
        self.intake.write(may, written, vec![DeskCommand::Site(command)]).await?;
        self.handover(handover).await
    }

    async fn handover(&self, id: ShiftHandoverId) -> Result<views::ShiftHandover, Problem> {
        let found = self.store.shift_handover(id).await?.ok_or(Problem::new(Code::NotFound))?;
        Ok(views::ShiftHandover::of(&found, &self.names()))
    }

    /// What is open, the most urgent first and the oldest of those first.
    async fn open_incidents(&self, agency: Option<AgencyId>) -> Result<Vec<HandedIncident>, Problem> {
        let limit = u32::try_from(HANDOVER_ITEMS_MAX).unwrap_or(u32::MAX);
        let filter =
            IncidentFilter { status: Some(StatusFilter::Open), agency, limit, ..IncidentFilter::default() };
        let mut open = self.store.incidents(&filter).await?.items;
        open.sort_by_key(|incident| (incident.priority, incident.opened_at));
        let handed = |incident: &dispatch_core::incident::Incident| HandedIncident {
            id: incident.id,
            number: incident.number.clone(),
            priority: incident.priority,
        };
        Ok(open.iter().map(handed).collect())
    }

    /// Who is owed a call-back, the oldest first.
    async fn call_backs(&self) -> Result<Vec<CallId>, Problem> {
        let limit = u32::try_from(HANDOVER_ITEMS_MAX).unwrap_or(u32::MAX);
        let filter = CallFilter { call_back_open: true, limit, ..CallFilter::default() };
        let mut owed: Vec<CallId> =
            self.store.calls(&filter).await?.items.iter().map(|call| call.id).collect();
        owed.sort();
        Ok(owed)
    }
}
