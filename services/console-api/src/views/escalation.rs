//! What somebody has to hear at once: silence that went on too long, and crews that call.

use dispatch_core::call::CallEvent;
use dispatch_core::ids::AssignmentId;
use dispatch_core::incident::{self, EscalationCause, IncidentEvent};
use dispatch_core::time::Timestamp;
use incident_store::{Change, DeskEvent, StreamId};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::wire::{EscalationStep, Time};

/// What a crew did that calls from the field; what it said is a note.
pub(super) const HELP_ASKED: (&str, &str) =
    ("dipanggil petugas di lapangan", "is called by its crew in the field");

/// An escalation that was raised.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Escalation {
    /// The incident it is about.
    pub incident_id: Option<Uuid>,
    /// The call it is about.
    pub call_id: Option<Uuid>,
    /// The assignment it is about.
    pub assignment_id: Option<Uuid>,
    /// The agency that was silent.
    pub agency_code: Option<String>,
    /// Its place in the ladder, from 0; 0 when it is on none.
    pub rung: u32,
    /// Who is told.
    pub step: EscalationStep,
    /// The unit whose crew calls; null when it was silence that raised it.
    pub asked_by: Option<Uuid>,
    /// When it was due.
    pub due_at: Time,
    /// When it was raised.
    pub at: Time,
    /// In Indonesian.
    pub text_id: String,
    /// In English.
    pub text_en: String,
}

/// The escalation that a change raises, if it raises one. `record` is the incident, when it is at hand.
pub fn escalation(change: &Change, record: Option<&incident::Incident>) -> Option<Escalation> {
    let supervisor = dispatch_core::escalation::Step::Supervisor;
    match (&change.event, change.stream) {
        (DeskEvent::Incident(IncidentEvent::Escalated { cause, step, due_at }), StreamId::Incident(id)) => {
            let assignment = cause.assignment();
            let found = assignment.and_then(|a| record?.assignment(a));
            let (text_id, text_en) = cause_in_words(cause);
            Some(Escalation {
                incident_id: Some(id.0),
                call_id: None,
                assignment_id: assignment.map(|a| a.0),
                agency_code: found.map(|a| a.code.to_string()),
                rung: rung_of(cause),
                step: (*step).into(),
                asked_by: None,
                due_at: (*due_at).into(),
                at: change.at.into(),
                text_id: format!("{text_id}: {}", step.label_id()),
                text_en: format!("{text_en}: {}", step.label_en()),
            })
        }
        (DeskEvent::Incident(IncidentEvent::PlanExhausted { assignment }), StreamId::Incident(id)) => {
            let found = record.and_then(|record| record.assignment(*assignment));
            Some(Escalation {
                incident_id: Some(id.0),
                call_id: None,
                assignment_id: Some(assignment.0),
                agency_code: found.map(|a| a.code.to_string()),
                rung: 0,
                step: supervisor.into(),
                asked_by: None,
                due_at: change.at.into(),
                at: change.at.into(),
                text_id: "Tidak ada lagi instansi dalam rencana: pengawas harus mencari".into(),
                text_en: "Nobody else is left in the plan: the supervisor must find somebody".into(),
            })
        }
        (DeskEvent::Incident(IncidentEvent::HelpAsked { assignment, .. }), StreamId::Incident(id)) => {
            Some(help_asked(change, id.0, *assignment, record))
        }
        (DeskEvent::Call(CallEvent::DispositionOverdue { due_at }), StreamId::Call(id)) => {
            let words = ("Hasil panggilan belum diisi", "The call has no disposition yet");
            Some(about_call(id.0, *due_at, change.at, words))
        }
        (DeskEvent::Call(CallEvent::CallBackOverdue { due_at }), StreamId::Call(id)) => {
            let words = ("Panggilan balik terlambat", "The call-back is late");
            Some(about_call(id.0, *due_at, change.at, words))
        }
        (
            DeskEvent::Incident(_)
            | DeskEvent::Call(_)
            | DeskEvent::Duty(_)
            | DeskEvent::Unit(_)
            | DeskEvent::Site(_),
            _,
        ) => None,
    }
}

fn help_asked(
    change: &Change,
    incident: Uuid,
    assignment: AssignmentId,
    record: Option<&incident::Incident>,
) -> Escalation {
    let agency = record.and_then(|record| record.assignment(assignment)).map(|a| a.code.to_string());
    let who = agency.clone().unwrap_or_default();
    Escalation {
        incident_id: Some(incident),
        call_id: None,
        assignment_id: Some(assignment.0),
        agency_code: agency,
        rung: 0,
        step: dispatch_core::escalation::Step::Supervisor.into(),
        asked_by: change.actor.unit().map(|unit| unit.0),
        due_at: change.at.into(),
        at: change.at.into(),
        text_id: format!("{who} {}", HELP_ASKED.0),
        text_en: format!("{who} {}", HELP_ASKED.1),
    }
}

fn about_call(call: Uuid, due_at: Timestamp, at: Timestamp, words: (&str, &str)) -> Escalation {
    Escalation {
        incident_id: None,
        call_id: Some(call),
        assignment_id: None,
        agency_code: None,
        rung: 0,
        step: dispatch_core::escalation::Step::Supervisor.into(),
        asked_by: None,
        due_at: due_at.into(),
        at: at.into(),
        text_id: words.0.to_owned(),
        text_en: words.1.to_owned(),
    }
}

const fn rung_of(cause: &EscalationCause) -> u32 {
    match cause {
        EscalationCause::NotAcknowledged { rung, .. } => *rung,
        EscalationCause::NotEnRoute { .. }
        | EscalationCause::SilentOnScene { .. }
        | EscalationCause::NotDispatched
        | EscalationCause::NotClosed
        | EscalationCause::NotAccepted { .. } => 0,
    }
}

pub(super) const fn cause_in_words(cause: &EscalationCause) -> (&'static str, &'static str) {
    match cause {
        EscalationCause::NotAcknowledged { .. } => {
            ("Belum diterima instansi", "Not acknowledged by the agency")
        }
        EscalationCause::NotEnRoute { .. } => {
            ("Diterima tetapi belum berangkat", "Acknowledged but nobody has left")
        }
        EscalationCause::SilentOnScene { .. } => {
            ("Tidak ada kabar dari lokasi", "Nothing heard from the scene")
        }
        EscalationCause::NotDispatched => ("Belum ada instansi yang dikirim", "No agency was sent"),
        EscalationCause::NotClosed => {
            ("Semua selesai tetapi belum ditutup", "All reported done but nobody closed it")
        }
        EscalationCause::NotAccepted { .. } => (
            "Tidak diterima pusat tetangga: kembali menjadi tugas kita",
            "Not accepted by the neighbouring centre: ours again",
        ),
    }
}
