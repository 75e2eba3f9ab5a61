//! What happened, in words.

use dispatch_core::actor;
use dispatch_core::incident::{self, IncidentEvent, ReportSource};
use dispatch_core::time::Timestamp;
use incident_store::{Change, DeskEvent};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::call_words::call_words;
use super::escalation::{HELP_ASKED, cause_in_words};
use super::{paper, transfer};
use crate::names::Names;
use crate::wire::{Counter, Time};

/// One line of a timeline.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// Its place in the supervision log.
    pub index: Counter,
    /// When.
    pub at: Time,
    /// The kind of event.
    pub kind: String,
    /// Who.
    pub actor: Actor,
    /// In Indonesian.
    pub text_id: String,
    /// In English.
    pub text_en: String,
    /// The event itself.
    #[schema(value_type = Object)]
    pub data: Value,
}

/// Who caused something.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Actor {
    /// `user`, `unit`, `system` or `trunk`.
    pub kind: &'static str,
    /// The id of the person or unit.
    pub id: Option<Uuid>,
    /// The person's name.
    pub name: Option<String>,
}

impl Actor {
    fn of(actor: actor::Actor, names: &Names) -> Self {
        match actor {
            actor::Actor::User(user) => {
                Self { kind: "user", id: Some(user.0), name: Some(names.person(user)) }
            }
            actor::Actor::Unit(unit) => Self { kind: "unit", id: Some(unit.0), name: None },
            actor::Actor::System => Self { kind: "system", id: None, name: None },
            actor::Actor::Trunk => Self { kind: "trunk", id: None, name: None },
        }
    }
}

/// The view of a change. `incident` is the one whose timeline it is.
pub fn timeline_entry(change: &Change, incident: &incident::Incident, names: &Names) -> TimelineEntry {
    let (kind, text_id, text_en) = match &change.event {
        DeskEvent::Incident(event) => incident_words(event, incident, names),
        DeskEvent::Call(event) => call_words(event),
        DeskEvent::Duty(_) => ("duty", "Giliran berubah".to_owned(), "A duty changed".to_owned()),
        DeskEvent::Unit(_) => ("unit", "Unit berubah".to_owned(), "A unit changed".to_owned()),
        DeskEvent::Site(_) => ("site", "Pengaturan berubah".to_owned(), "A setting changed".to_owned()),
    };
    let data = match &change.event {
        DeskEvent::Incident(event) => serde_json::to_value(event),
        DeskEvent::Call(event) => serde_json::to_value(event),
        DeskEvent::Duty(event) => serde_json::to_value(event),
        DeskEvent::Unit(event) => serde_json::to_value(event),
        DeskEvent::Site(event) => serde_json::to_value(event),
    };
    TimelineEntry {
        index: Counter(change.index),
        at: change.at.into(),
        kind: kind.to_owned(),
        actor: Actor::of(change.actor, names),
        text_id,
        text_en,
        data: revealed(data.unwrap_or_default()),
    }
}

/// Events mark personal values with the one key `$private`; a person who may see the incident sees them.
fn revealed(value: Value) -> Value {
    match value {
        Value::Object(mut fields) if fields.len() == 1 && fields.contains_key("$private") => {
            revealed(fields.remove("$private").unwrap_or_default())
        }
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, revealed(value))).collect(),
        Value::Array(items) => items.into_iter().map(revealed).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

fn incident_words(
    event: &IncidentEvent,
    incident: &incident::Incident,
    names: &Names,
) -> (&'static str, String, String) {
    let agency = |id| {
        let code = incident.assignment(id).map(|a: &incident::Assignment| (a.agency, a.code.to_string()));
        code.map(|(agency, code)| names.agency(agency).map_or(code, |entry| entry.name.clone()))
            .unwrap_or_default()
    };
    let both = |kind, id: &str, en: &str| (kind, id.to_owned(), en.to_owned());
    let told = |kind, who: String, id: &str, en: &str| (kind, format!("{who} {id}"), format!("{who} {en}"));
    match event {
        IncidentEvent::Opened { .. } => both("opened", "Insiden dibuka", "The incident was opened"),
        IncidentEvent::PaperEntered { paper } => paper::entered_words(paper),
        IncidentEvent::Edited { .. } => both("edited", "Data insiden diubah", "The incident was edited"),
        IncidentEvent::Assigned { assignment } => match paper::told_at(assignment) {
            Some(at) => {
                let words = ("diberi tahu lewat telepon", "was told by telephone");
                heard("assigned", agency(assignment.id), words, ReportSource::Paper, Some(at))
            }
            None => told("assigned", agency(assignment.id), "dikirimi tugas", "was sent"),
        },
        IncidentEvent::Delivered { assignment } => {
            told("delivered", agency(*assignment), "sudah menerima di layar", "has it on a screen")
        }
        IncidentEvent::Seen { assignment } => told("seen", agency(*assignment), "membuka tugas", "opened it"),
        IncidentEvent::Acknowledged { assignment, source, pressed_at, .. } => {
            let words = ("menerima tugas", "acknowledged");
            heard("acknowledged", agency(*assignment), words, *source, *pressed_at)
        }
        IncidentEvent::Declined { assignment, source, .. } => {
            heard("declined", agency(*assignment), ("menolak tugas", "declined"), *source, None)
        }
        IncidentEvent::Progressed { assignment, to, source, pressed_at, .. } => {
            heard(to.name(), agency(*assignment), step_words(*to), *source, *pressed_at)
        }
        IncidentEvent::ConsoleOff { assignment } => told(
            "console_off",
            agency(*assignment),
            "tidak membuka konsol: dikirim lewat saluran kedua",
            "has no console open: sent over the second channel",
        ),
        IncidentEvent::StepTakenBack { assignment, .. } => told(
            "step_taken_back",
            agency(*assignment),
            "membatalkan langkah terakhirnya",
            "took its last step back",
        ),
        IncidentEvent::UnitJoined { assignment, unit } => {
            let (who, called) = (agency(*assignment), &unit.callsign);
            ("unit_joined", format!("{who}: {called} ditugaskan"), format!("{who}: {called} is booked"))
        }
        IncidentEvent::UnitLeft { assignment, .. } => {
            told("unit_left", agency(*assignment), "melepas satu unit", "let a unit go")
        }
        IncidentEvent::AlarmRaised { from, to, .. } => (
            "alarm_raised",
            format!("Tingkat alarm naik {from} → {to}"),
            format!("Alarm level raised {from} → {to}"),
        ),
        IncidentEvent::AssignmentCancelled { assignment, reason } => {
            let why = reason.as_ref().map(|reason| format!(": {}", reason.reveal())).unwrap_or_default();
            let (id, en) = (format!("tidak jadi ditugaskan{why}"), format!("was called off{why}"));
            told("assignment_cancelled", agency(*assignment), &id, &en)
        }
        IncidentEvent::Escalated { cause, step, .. } => {
            let (id, en) = cause_in_words(cause);
            ("escalated", format!("{id}: {}", step.label_id()), format!("{en}: {}", step.label_en()))
        }
        IncidentEvent::ChannelTried { assignment, channel, delivered, waits, result, .. } => {
            let (id, en) = tried_words(channel, *delivered, *waits, result);
            let who = agency(*assignment);
            ("channel_tried", format!("{who} {id}"), format!("{who} {en}"))
        }
        IncidentEvent::PlanExhausted { .. } => {
            both("plan_exhausted", "Tidak ada lagi instansi dalam rencana", "Nobody else is left in the plan")
        }
        IncidentEvent::Noted { .. } => both("noted", "Catatan ditambahkan", "A note was added"),
        IncidentEvent::ReportIssued { purpose, .. } => {
            let purpose = purpose.reveal();
            let words = format!("Laporan insiden bersegel dikeluarkan: {purpose}");
            ("report_issued", words, format!("A sealed report was given out: {purpose}"))
        }
        IncidentEvent::HelpAsked { assignment, .. } => {
            told("help_asked", agency(*assignment), HELP_ASKED.0, HELP_ASKED.1)
        }
        IncidentEvent::CardAnswered { answer } => {
            let (id, en) = match &answer.answer {
                Some(chosen) => (chosen.label.id.as_str(), chosen.label.en.as_str()),
                None => ("dibatalkan", "taken back"),
            };
            let (asked_id, asked_en) = (&answer.asked.id, &answer.asked.en);
            ("card_answered", format!("{asked_id} {id}"), format!("{asked_en} {en}"))
        }
        IncidentEvent::PriorityRaised { from, to, asked, answered, .. } => (
            "priority_raised",
            format!("Prioritas naik {from} → {to}: {} {}", asked.id, answered.id),
            format!("Priority raised {from} → {to}: {} {}", asked.en, answered.en),
        ),
        IncidentEvent::CallAttached { .. } => {
            both("call_attached", "Panggilan dikaitkan", "A call was attached")
        }
        IncidentEvent::CallDetached { .. } => {
            both("call_detached", "Panggilan dipisahkan ke insiden lain", "A call was split out")
        }
        IncidentEvent::Absorbed { number, .. } => (
            "absorbed",
            format!("Insiden {} digabungkan ke sini", named(number, "lain")),
            format!("Incident {} was merged into this one", named(number, "other")),
        ),
        IncidentEvent::TakenOver { assignment, .. } => told(
            "taken_over",
            agency(assignment.id),
            "ikut dari insiden yang digabungkan",
            "came with the merged incident",
        ),
        IncidentEvent::Released { number, .. } => (
            "released",
            format!("Insiden {number} dipisahkan lagi"),
            format!("Incident {number} was split out again"),
        ),
        IncidentEvent::Unmerged { number, .. } => (
            "unmerged",
            format!("Dipisahkan lagi dari insiden {number}"),
            format!("Split out of incident {number} again"),
        ),
        IncidentEvent::MassEventDeclared => {
            both("mass_event_declared", "Dijadikan insiden induk", "It became a master incident")
        }
        IncidentEvent::MassEventEnded => {
            both("mass_event_ended", "Bukan lagi insiden induk", "It is a master incident no more")
        }
        IncidentEvent::TransferOffered { transfer } => {
            let words = ("diminta mengambil alih insiden", "is asked to take the incident over");
            transfer::offer_words("transfer_offered", transfer.id, incident, words)
        }
        IncidentEvent::TransferAccepted { transfer, source, .. } => {
            let name = incident.transfer(*transfer).map_or_else(String::new, |t| t.to.name.clone());
            let words = ("mengambil alih insiden", "took the incident over");
            heard("transfer_accepted", name, words, *source, None)
        }
        IncidentEvent::TransferReturned { transfer, why, .. } => {
            let words = transfer::returned_words(why);
            transfer::offer_words("transfer_returned", *transfer, incident, words)
        }
        IncidentEvent::TransferHastened { transfer, .. } => {
            let words = ("mendapat waktu lebih singkat: lebih mendesak", "has less time: it is more urgent");
            transfer::offer_words("transfer_hastened", *transfer, incident, words)
        }
        IncidentEvent::Received { .. } => {
            let words = ("Diserahkan kepada kita oleh", "Handed over to us by");
            transfer::origin_words(event, "received", incident, words)
        }
        IncidentEvent::OriginAnswered { refused_because: None, .. } => {
            let words = ("Kita mengambil alih dari", "We took it over from");
            transfer::origin_words(event, "origin_accepted", incident, words)
        }
        IncidentEvent::OriginAnswered { refused_because: Some(_), .. } => {
            let words = ("Kita kembalikan kepada", "We sent it back to");
            transfer::origin_words(event, "origin_refused", incident, words)
        }
        IncidentEvent::OriginHastened { .. } => {
            let words =
                ("Lebih mendesak, jawaban diminta lebih cepat:", "More urgent, an answer is wanted sooner:");
            transfer::origin_words(event, "origin_hastened", incident, words)
        }
        IncidentEvent::OriginTakenBack { .. } => {
            let words = ("Diambil kembali oleh", "Taken back by");
            transfer::origin_words(event, "origin_taken_back", incident, words)
        }
        IncidentEvent::NeighbourTold { transfer, packet } => {
            let words = transfer::told_words(packet);
            if incident.transfer(*transfer).is_some() {
                transfer::offer_words("neighbour_told", *transfer, incident, words)
            } else {
                transfer::told_origin("neighbour_told", incident, words)
            }
        }
        IncidentEvent::Closed { .. } => both("closed", "Insiden ditutup", "The incident was closed"),
        IncidentEvent::Reopened { .. } => {
            both("reopened", "Insiden dibuka kembali", "The incident was reopened")
        }
        IncidentEvent::Cancelled { .. } => {
            both("cancelled", "Insiden dibatalkan", "The incident was cancelled")
        }
        IncidentEvent::Merged { number, .. } => (
            "merged",
            format!("Digabungkan ke insiden {}", named(number, "lain")),
            format!("Merged into incident {}", named(number, "other")),
        ),
    }
}

/// What came of a channel, in both languages. `none` is no channel at all.
fn tried_words(channel: &str, delivered: bool, waits: bool, result: &str) -> (String, String) {
    let (by_id, by_en) = match channel {
        "none" => {
            return ("tidak punya saluran kedua".into(), "has no second channel".into());
        }
        "sms" => ("SMS", "SMS"),
        "whatsapp" => ("WhatsApp", "WhatsApp"),
        "email" => ("surel", "e-mail"),
        "voice" => ("panggilan otomatis", "an automatic call"),
        "printer" => ("pencetak", "the printer"),
        "siren" => ("sirene", "the siren"),
        other => (other, other),
    };
    let (id, en) = match (delivered, waits) {
        (true, _) => ("sampai", "delivered"),
        (false, true) => ("dikirim, menunggu laporan", "sent, no report yet"),
        (false, false) => ("tidak sampai", "not delivered"),
    };
    (format!("lewat {by_id}: {id} ({result})"), format!("over {by_en}: {en} ({result})"))
}

/// The number; logs that are older than it have none.
fn named<'n>(number: &'n str, unknown: &'n str) -> &'n str {
    if number.is_empty() { unknown } else { number }
}

/// A step of an agency; one that somebody wrote down for it says so, and on paper also when it was.
fn heard(
    kind: &'static str,
    who: String,
    (id, en): (&str, &str),
    source: ReportSource,
    written: Option<Timestamp>,
) -> (&'static str, String, String) {
    let (by_id, by_en) = match source {
        ReportSource::Console => ("", ""),
        ReportSource::Telephone => (" (dicatat dari telepon)", " (written down from the telephone)"),
        ReportSource::Radio => (" (dicatat dari radio)", " (written down from the radio)"),
        ReportSource::Sms => (" lewat balasan SMS", " by answering the SMS"),
        ReportSource::Whatsapp => (" lewat balasan WhatsApp", " by answering on WhatsApp"),
        ReportSource::Voice => (" lewat tombol di panggilan otomatis", " by a key in the automatic call"),
        ReportSource::Responder => (" dari halaman petugas lapangan", " on the crew's page"),
        ReportSource::Paper => {
            let (when_id, when_en) = paper::written_words(written);
            return (kind, format!("{who} {id} {when_id}"), format!("{who} {en} {when_en}"));
        }
    };
    (kind, format!("{who} {id}{by_id}"), format!("{who} {en}{by_en}"))
}

const fn step_words(to: incident::AssignmentState) -> (&'static str, &'static str) {
    match to {
        incident::AssignmentState::EnRoute => ("menuju lokasi", "is en route"),
        incident::AssignmentState::OnScene => ("di lokasi", "is on scene"),
        incident::AssignmentState::Working => ("menangani", "is at work"),
        incident::AssignmentState::UnderControl => ("melaporkan terkendali", "reports it under control"),
        incident::AssignmentState::Completed => ("selesai", "is done"),
        incident::AssignmentState::Sent => ("dikirimi tugas", "was sent"),
        incident::AssignmentState::Delivered => ("sudah menerima di layar", "has it on a screen"),
        incident::AssignmentState::Acknowledged => ("menerima tugas", "acknowledged"),
        incident::AssignmentState::Declined => ("menolak tugas", "declined"),
        incident::AssignmentState::Cancelled => ("tidak jadi ditugaskan", "was called off"),
    }
}
