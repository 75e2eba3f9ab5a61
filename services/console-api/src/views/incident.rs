//! Incidents and their assignments.

use dispatch_core::ids::{AgencyId, IncidentId};
use dispatch_core::private::Private;
use dispatch_core::routing;
use dispatch_core::{area, incident, place};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::assignment::Assignment;
use super::call::Call;
use super::card::GivenAnswer;
use super::paper::PaperEntry;
use super::person::Named;
use super::place::Border;
use super::timeline::TimelineEntry;
use super::transfer::{Origin, Transfer};
use crate::names::Names;
use crate::wire::{
    AgencyRole, AreaBy, Category, EscalationStep, Flag, IncidentStatus, PointSource, Priority, Time,
};

/// One incident.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Incident {
    /// Id.
    pub id: Uuid,
    /// Number: year and count.
    pub number: String,
    /// Grows with every change; an optimistic write names the version it saw.
    pub version: u32,
    /// How far the least advanced lead agency is.
    pub status: IncidentStatus,
    /// Category.
    pub category: Category,
    /// Code of the type within the category.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// How urgent.
    pub priority: Priority,
    /// What holds of it, by what was answered to question cards.
    pub flags: Vec<Flag>,
    /// Its alarm level, 1 to 3.
    pub alarm_level: u8,
    /// What was answered to question cards, one to a question.
    pub answers: Vec<GivenAnswer>,
    /// What the caller said.
    pub narrative: String,
    /// Where.
    pub location: Location,
    /// How many are hurt.
    pub casualties: Option<u32>,
    /// Who reported it.
    pub reporter: Option<Reporter>,
    /// What it came by.
    pub source: IncidentSource,
    /// When it was opened.
    pub opened_at: Time,
    /// What was typed in from a paper form, with the times as they were written.
    pub paper: Option<PaperEntry>,
    /// By whom; null when a neighbouring centre handed it over.
    pub opened_by: Option<Named>,
    /// When it ended.
    pub closed_at: Option<Time>,
    /// The incident it was merged into.
    pub merged_into: Option<Uuid>,
    /// Its number.
    pub merged_into_number: Option<String>,
    /// Since when it is the master incident of a mass event.
    pub mass_event_since: Option<Time>,
    /// The calls that report it.
    pub calls: Vec<Uuid>,
    /// Every agency that was asked.
    pub assignments: Vec<Assignment>,
    /// Who should be sent besides those that are on it.
    pub proposed_agencies: Vec<ProposedAgency>,
    /// Functions of the plan that nobody fills here.
    pub missing_functions: Vec<String>,
    /// When the next thing becomes late.
    pub next_deadline_at: Option<Time>,
    /// Every clock that runs, the next one to ring first.
    pub clocks: Vec<Clock>,
    /// What was offered to neighbouring centres, oldest first.
    pub transfers: Vec<Transfer>,
    /// The neighbouring centre that handed it over to us.
    pub origin: Option<Origin>,
}

/// What an incident came by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IncidentSource {
    /// A call.
    Call,
    /// A paper form, from the time when the system was away.
    Paper,
    /// A neighbouring centre handed it over.
    Neighbour,
    /// Somebody reported it at the centre itself.
    Desk,
}

impl IncidentSource {
    fn of(i: &incident::Incident) -> Self {
        if i.paper.is_some() {
            Self::Paper
        } else if i.origin.is_some() {
            Self::Neighbour
        } else if i.calls.is_empty() {
            Self::Desk
        } else {
            Self::Call
        }
    }
}

/// A clock that runs: what is silent, and what happens when it stays so.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Clock {
    /// When.
    pub at: Time,
    /// What is silent: `not_acknowledged`, `not_en_route`, `silent_on_scene`, `not_dispatched`,
    /// `not_closed`, `not_accepted`.
    pub cause: String,
    /// What happens then.
    pub step: EscalationStep,
    /// The assignment it is about; null when it is about the incident.
    pub assignment_id: Option<Uuid>,
}

/// One incident with its calls, notes and timeline.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IncidentDetail {
    /// The incident.
    #[serde(flatten)]
    pub incident: Incident,
    /// What happened, oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// Notes, oldest first.
    pub notes: Vec<Note>,
    /// The calls that report it.
    pub calls_detail: Vec<Call>,
    /// What the incidents reported that were merged into it, oldest merge first.
    pub absorbed: Vec<AbsorbedIncident>,
}

/// What an incident reported that was merged into another one.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AbsorbedIncident {
    /// Id.
    pub id: Uuid,
    /// Number.
    pub number: String,
    /// Whether it was merged into this very incident, and can be split out of it. Otherwise it came with another one.
    pub directly: bool,
    /// What the caller said.
    pub narrative: String,
    /// Where.
    pub location: Location,
    /// Who reported it.
    pub reporter: Option<Reporter>,
    /// Its notes, oldest first.
    pub notes: Vec<Note>,
    /// The calls that report it.
    pub calls: Vec<Uuid>,
}

/// A remark that somebody wrote down.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Note {
    /// When.
    pub at: Time,
    /// By whom; null when the system did.
    pub by: Option<Named>,
    /// What.
    pub text: String,
}

/// Where an incident is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Location {
    /// Degrees north.
    pub lat: Option<f64>,
    /// Degrees east.
    pub lon: Option<f64>,
    /// Radius of uncertainty.
    pub accuracy_m: Option<f64>,
    /// Patokan.
    pub landmark: Option<String>,
    /// Address.
    pub address: Option<String>,
    /// Kemendagri code.
    pub area_code: Option<String>,
    /// Its name.
    pub area_name: Option<String>,
    /// How the area was found.
    pub area_by: Option<AreaBy>,
    /// Whether the point lies outside the kabupaten.
    pub outside: bool,
    /// The neighbour that owns the point, or whose area begins nearby.
    pub border: Option<Border>,
    /// Where the point comes from.
    pub source: Option<PointSource>,
    /// When the point was measured or picked.
    pub fixed_at: Option<Time>,
    /// The road post that landmark or address name, for example `KM 7+600`.
    pub km: Option<String>,
    /// The rukun tetangga that they name.
    pub rt: Option<u16>,
    /// The rukun warga that they name.
    pub rw: Option<u16>,
}

/// Who reported an incident.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Reporter {
    /// Name.
    pub name: Option<String>,
    /// Number to call back.
    pub number: Option<String>,
}

/// An agency that should be sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProposedAgency {
    /// Which.
    pub agency_id: Uuid,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// In which role.
    pub role: AgencyRole,
    /// Why, in Indonesian.
    pub because: String,
}

/// An incident to which agencies were just sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Dispatched {
    /// The incident.
    pub incident: Incident,
    /// The new assignments.
    pub assignments: Vec<Assignment>,
}

/// Some incidents, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IncidentPage {
    /// The incidents.
    pub items: Vec<Incident>,
    /// The `before` of the next page, if there is one.
    pub next: Option<String>,
}

pub(super) fn text(value: Option<&dispatch_core::private::Private<String>>) -> Option<String> {
    value.map(|value| value.reveal().clone())
}

/// Whom no proposal names: whoever was asked, also one that declined or was called off; but when nobody is on it any
/// more, the whole plan is proposed again.
pub fn asked_already(i: &incident::Incident) -> Vec<AgencyId> {
    match i.engaged().next() {
        Some(_) => i.assignments.iter().map(|a| a.agency).collect(),
        None => i.assignments.iter().filter(|a| a.progress.is_engaged()).map(|a| a.agency).collect(),
    }
}

impl Incident {
    /// The view of a record.
    pub fn of(i: &incident::Incident, names: &Names) -> Self {
        let policy = names.policy();
        let already = asked_already(i);
        let proposal = match &i.ending {
            None => routing::propose(policy, &routing::Situation::of(i), &already),
            Some(_) => routing::Proposal::default(),
        };
        let clocks = incident::clocks(i, policy);
        let (closed_at, merged_into, merged_into_number) = match &i.ending {
            None => (None, None, None),
            Some(incident::Ending::Closed { at, .. } | incident::Ending::Cancelled { at, .. }) => {
                (Some(*at), None, None)
            }
            Some(incident::Ending::Merged { at, into, number, .. }) => {
                (Some(*at), Some(into.0), Some(number.clone()).filter(|number| !number.is_empty()))
            }
        };
        Self {
            id: i.id.0,
            number: i.number.clone(),
            version: i.version,
            status: i.status().into(),
            category: i.category.into(),
            kind: i.kind.as_ref().map(ToString::to_string),
            priority: i.priority.into(),
            flags: i.flags().into_iter().map(Flag).collect(),
            alarm_level: i.alarm,
            answers: GivenAnswer::all_of(i, names),
            narrative: i.narrative.reveal().clone(),
            location: Location::of(&i.location, names),
            casualties: i.casualties,
            reporter: i.reporter.as_ref().map(Reporter::of),
            source: IncidentSource::of(i),
            opened_at: i.opened_at.into(),
            paper: PaperEntry::of(i, names),
            opened_by: i.opened_by.map(|by| Named::of(by, names)),
            closed_at: closed_at.map(Time),
            merged_into,
            merged_into_number,
            mass_event_since: i.master.map(|master| master.at.into()),
            calls: i.calls.iter().map(|call| call.0).collect(),
            assignments: i.assignments.iter().map(|a| Assignment::of(a, i, names)).collect(),
            proposed_agencies: proposal.targets.into_iter().map(|target| proposed(target, names)).collect(),
            missing_functions: proposal.missing.into_iter().map(|code| code.0).collect(),
            next_deadline_at: clocks.first().map(|due| due.at.into()),
            clocks: clocks.iter().map(Clock::of).collect(),
            transfers: i.transfers.iter().map(|transfer| Transfer::of(transfer, names)).collect(),
            origin: i.origin.as_deref().map(|origin| Origin::of(origin, names)),
        }
    }
}

impl Clock {
    fn of(due: &incident::Due) -> Self {
        Self {
            at: due.at.into(),
            cause: due.cause.name().to_owned(),
            step: due.step.into(),
            assignment_id: due.cause.assignment().map(|id| id.0),
        }
    }
}

impl AbsorbedIncident {
    /// The view of a record that was merged, directly or not, into the incident with this id.
    pub fn of(i: &incident::Incident, into: IncidentId, names: &Names) -> Self {
        let directly = matches!(&i.ending, Some(incident::Ending::Merged { into: to, .. }) if *to == into);
        Self {
            id: i.id.0,
            number: i.number.clone(),
            directly,
            narrative: i.narrative.reveal().clone(),
            location: Location::of(&i.location, names),
            reporter: i.reporter.as_ref().map(Reporter::of),
            notes: Note::all_of(i, names),
            calls: i.calls.iter().map(|call| call.0).collect(),
        }
    }
}

impl Reporter {
    fn of(r: &incident::Reporter) -> Self {
        Self { name: text(r.name.as_ref()), number: text(r.number.as_ref()) }
    }
}

impl Note {
    /// The notes of a record.
    pub fn all_of(i: &incident::Incident, names: &Names) -> Vec<Self> {
        let note = |n: &incident::Note| Self {
            at: n.at.into(),
            by: n.by.user().map(|user| Named::of(user, names)),
            text: n.text.reveal().clone(),
        };
        i.notes.iter().map(note).collect()
    }
}

impl Location {
    pub(super) fn of(l: &incident::Location, names: &Names) -> Self {
        let border = l.point.as_ref().and_then(|point| {
            let point = area::Point { lat: point.reveal().lat, lon: point.reveal().lon };
            let within_m = f64::from(names.policy().rules.border_within_m);
            names.areas().whereabouts(point, within_m).border
        });
        let read = |text: &Option<Private<String>>| {
            text.as_ref().map(|text| place::read(text.reveal(), names.areas())).unwrap_or_default()
        };
        let (landmark, address) = (read(&l.landmark), read(&l.address));
        Self {
            border: border.map(|border| Border::of(&border, names, None)),
            source: l.source.map(Into::into),
            fixed_at: l.fixed_at.map(Time),
            km: landmark.kilometre.or(address.kilometre).map(|at| at.to_string()),
            rt: address.rt.or(landmark.rt),
            rw: address.rw.or(landmark.rw),
            lat: l.point.as_ref().map(|point| point.reveal().lat),
            lon: l.point.as_ref().map(|point| point.reveal().lon),
            accuracy_m: l.accuracy_m,
            landmark: text(l.landmark.as_ref()),
            address: text(l.address.as_ref()),
            area_code: l.area_code.as_ref().map(ToString::to_string),
            area_name: l.area_code.as_ref().and_then(|code| names.area(code)).map(str::to_owned),
            area_by: l.area_by.map(Into::into),
            outside: l.outside,
        }
    }
}

fn proposed(target: routing::Target, names: &Names) -> ProposedAgency {
    let name = names.agency(target.agency).map_or_else(|| target.code.0.clone(), |entry| entry.name.clone());
    ProposedAgency {
        agency_id: target.agency.0,
        code: target.code.0,
        name,
        role: target.role.into(),
        because: target.because,
    }
}
