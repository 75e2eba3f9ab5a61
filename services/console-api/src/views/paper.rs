//! Paper forms, and what was typed in from one.

use std::collections::BTreeMap;

use dispatch_core::incident::{
    self, Assignment, AssignmentState, Incident as IncidentRecord, PaperReport, Relayed, ReportSource,
};
use dispatch_core::paper::{FormState as State, PaperForm as FormRecord};
use dispatch_core::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::assignment::AgencyName;
use super::incident::text;
use super::person::Named;
use crate::names::Names;
use crate::paper::day_and_minute;
use crate::wire::Time;

/// What became of a paper form.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FormState {
    /// Nothing yet.
    Out,
    /// An incident was typed in from it.
    Used,
    /// It cannot be used any more.
    Spoiled,
    /// It was looked for and not found.
    Missing,
}

impl FormState {
    const fn of(state: &State) -> Self {
        match state {
            State::Out => Self::Out,
            State::Used { .. } => Self::Used,
            State::Spoiled { .. } => Self::Spoiled,
            State::Missing { .. } => Self::Missing,
        }
    }
}

/// A paper form that was given out.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PaperForm {
    /// Its number.
    pub number: String,
    /// With which others it was printed.
    pub batch_id: Uuid,
    /// When it was given out.
    pub given_at: Time,
    /// By whom.
    pub given_by: Named,
    /// What became of it.
    pub state: FormState,
    /// A later form of the same print was used, and nobody has said where this one is.
    pub skipped: bool,
    /// The incident that was typed in from it.
    pub incident_id: Option<Uuid>,
    /// Its number.
    pub incident_number: Option<String>,
    /// When it was used, or found to be spoiled or missing.
    pub settled_at: Option<Time>,
    /// Who typed it in or wrote that down.
    pub settled_by: Option<Named>,
    /// Why it is spoiled or missing.
    pub reason: Option<String>,
}

/// How many forms are where.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PaperFormCounts {
    /// Given out and not accounted for: they must lie in the drawer.
    pub out: u64,
    /// Typed in.
    pub used: u64,
    /// Spoiled.
    pub spoiled: u64,
    /// Looked for and not found.
    pub missing: u64,
}

/// Paper forms.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PaperFormPage {
    /// How the centre calls itself on paper.
    pub centre: String,
    /// Of all forms that were ever given out.
    pub counts: PaperFormCounts,
    /// Those that nobody has accounted for first, then the others; the newest first.
    pub items: Vec<PaperForm>,
}

/// Paper forms that were just given out, to be printed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PaperFormBatch {
    /// What they have in common.
    pub batch_id: Uuid,
    /// How the centre calls itself on paper.
    pub centre: String,
    /// In the order of their numbers.
    pub items: Vec<PaperForm>,
}

/// What was typed in from a paper form. The times are as they were written by hand.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PaperEntry {
    /// The form.
    pub form: String,
    /// When the report was taken.
    pub received_at: Time,
    /// When it was typed in.
    pub entered_at: Time,
    /// Who took it.
    pub taken_by: Option<String>,
    /// Who was told by telephone.
    pub tasks: Vec<PaperTask>,
    /// Whether it was over on paper.
    pub ended: bool,
    /// When, as far as it was written.
    pub ended_at: Option<Time>,
}

/// An agency that was told by telephone.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PaperTask {
    /// Which agency.
    pub agency: AgencyName,
    /// When it was told.
    pub told_at: Time,
    /// Who told it.
    pub told_by: Option<String>,
    /// Who answered there.
    pub heard_by: Option<String>,
    /// When it took the task.
    pub acknowledged_at: Option<Time>,
    /// When it left.
    pub en_route_at: Option<Time>,
    /// When it was there.
    pub on_scene_at: Option<Time>,
    /// When it was done.
    pub completed_at: Option<Time>,
}

impl PaperForm {
    /// The view of a record by itself.
    pub fn of(form: &FormRecord, names: &Names) -> Self {
        let (incident_id, incident_number) = match &form.state {
            State::Used { incident, incident_number, .. } => {
                (Some(incident.0), Some(incident_number.clone()))
            }
            State::Out | State::Spoiled { .. } | State::Missing { .. } => (None, None),
        };
        let (settled, reason) = match &form.state {
            State::Out => (None, None),
            State::Used { at, by, .. } => (Some((*at, *by)), None),
            State::Spoiled { at, by, reason } | State::Missing { at, by, reason } => {
                (Some((*at, *by)), Some(reason.reveal().clone()))
            }
        };
        Self {
            number: form.number.to_string(),
            batch_id: form.batch.0,
            given_at: form.given_at.into(),
            given_by: Named::of(form.given_by, names),
            state: FormState::of(&form.state),
            skipped: false,
            incident_id,
            incident_number,
            settled_at: settled.map(|(at, _)| at.into()),
            settled_by: settled.map(|(_, by)| Named::of(by, names)),
            reason,
        }
    }

    /// The views of some, each told whether it was passed over: forms are taken off the pile in their order.
    pub fn all_of(forms: &[FormRecord], names: &Names) -> Vec<Self> {
        let mut last_used = BTreeMap::new();
        for form in forms.iter().filter(|form| matches!(form.state, State::Used { .. })) {
            let last = last_used.entry(form.batch).or_insert(form.number);
            *last = (*last).max(form.number);
        }
        let view = |form: &FormRecord| {
            let later = last_used.get(&form.batch).is_some_and(|last| form.number < *last);
            Self { skipped: form.state == State::Out && later, ..Self::of(form, names) }
        };
        forms.iter().map(view).collect()
    }
}

/// What the time line says of the entry of a form. The line itself has the other time: when it was typed in.
pub fn entered_words(paper: &PaperReport) -> (&'static str, String, String) {
    let (form, received) = (paper.form, day_and_minute(paper.received_at));
    let id = format!("Dicatat dari formulir kertas {form}: diterima {received}");
    let en = format!("Typed in from paper form {form}: reported {received}");
    let Some(end) = &paper.end else { return ("paper_entered", id, en) };
    let (when_id, when_en) = match end.at.map(day_and_minute) {
        Some(at) => (format!("pukul {at}"), format!("at {at}")),
        None => ("jamnya tidak tertulis".to_owned(), "the time was not written".to_owned()),
    };
    (
        "paper_entered",
        format!("{id}, selesai di kertas ({when_id})"),
        format!("{en}, over on paper ({when_en})"),
    )
}

/// When a step was that stands on a form, after the words of the step.
pub fn written_words(at: Option<Timestamp>) -> (String, String) {
    match at.map(day_and_minute) {
        Some(at) => (format!("pukul {at} (dari formulir kertas)"), format!("at {at} (from a paper form)")),
        None => (
            "(dari formulir kertas, jamnya tidak tertulis)".to_owned(),
            "(from a paper form, the time was not written)".to_owned(),
        ),
    }
}

/// When an agency was told by telephone, by a form.
pub fn told_at(assignment: &Assignment) -> Option<Timestamp> {
    let told = |one: &&Relayed| one.state == AssignmentState::Sent && one.source == ReportSource::Paper;
    assignment.relayed.iter().find(told).and_then(|one| one.pressed_at)
}

impl PaperFormCounts {
    /// Out of what the store counted.
    pub fn of(counted: &BTreeMap<String, u64>) -> Self {
        let of = |state: &str| counted.get(state).copied().unwrap_or_default();
        Self { out: of("out"), used: of("used"), spoiled: of("spoiled"), missing: of("missing") }
    }
}

impl PaperEntry {
    /// What an incident was typed in from, if it was.
    pub fn of(incident: &IncidentRecord, names: &Names) -> Option<Self> {
        let paper = incident.paper.as_deref()?;
        Some(Self {
            form: paper.form.to_string(),
            received_at: paper.received_at.into(),
            entered_at: incident.opened_at.into(),
            taken_by: text(paper.taken_by.as_ref()),
            tasks: paper.tasks.iter().map(|task| PaperTask::of(task, names)).collect(),
            ended: paper.end.is_some(),
            ended_at: paper.end.as_ref().and_then(|end| end.at).map(Time),
        })
    }
}

impl PaperTask {
    fn of(task: &incident::PaperTask, names: &Names) -> Self {
        let name = names.agency(task.agency).map_or_else(|| task.code.0.clone(), |entry| entry.name.clone());
        Self {
            agency: AgencyName { id: task.agency.0, code: task.code.0.clone(), name },
            told_at: task.told_at.into(),
            told_by: text(task.told_by.as_ref()),
            heard_by: text(task.heard_by.as_ref()),
            acknowledged_at: task.acknowledged_at.map(Time),
            en_route_at: task.en_route_at.map(Time),
            on_scene_at: task.on_scene_at.map(Time),
            completed_at: task.completed_at.map(Time),
        }
    }
}
