//! From a refusal of the desk, the trunk or the store to a problem.

use call_link::order::OrderError;
use dispatch_core::call::CallRefusal;
use dispatch_core::card::draft::DraftRefusal;
use dispatch_core::card::{CardFault, CardMistake};
use dispatch_core::incident::IncidentRefusal;
use incident_store::{SiteRefusal, StoreError, SubmitError};

use super::{Code, FieldError, Problem, Winner};
use crate::names::Names;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Away { .. } | StoreError::Statement(_) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "The store did not answer a question"
                );
                Self::new(Code::StoreAway).retry_after(2)
            }
            StoreError::Url(_)
            | StoreError::Locked(_)
            | StoreError::SqliteTooOld { .. }
            | StoreError::SchemaTooNew { .. }
            | StoreError::NotAStore
            | StoreError::Unreadable { .. }
            | StoreError::File(_)
            | StoreError::Random => {
                tracing::error!(error = &error as &dyn std::error::Error, "The store failed");
                Self::new(Code::Internal)
            }
        }
    }
}

impl Problem {
    /// Why a submission was refused, with the names of those who were faster.
    pub fn submit(error: SubmitError, names: &Names) -> Self {
        match error {
            SubmitError::Call(refusal) => call(&refusal, names),
            SubmitError::Incident(refusal) => incident(&refusal, names),
            SubmitError::Site(refusal) => site(&refusal),
            SubmitError::KeyReused => Self::new(Code::IdempotencyKeyReused),
            SubmitError::Unstorable => Self::new(Code::InvalidFields),
            SubmitError::StoreAway { .. } => Self::new(Code::StoreAway).retry_after(2),
            SubmitError::Busy => Self::new(Code::Busy).retry_after(1),
            SubmitError::Stopped => Self::new(Code::Stopping).retry_after(2),
        }
    }

    /// Why the trunk did not carry out an order.
    pub fn order(error: OrderError, names: &Names) -> Self {
        match error {
            OrderError::UnknownCall => Self::new(Code::NotFound),
            OrderError::AlreadyAnswered { by } => {
                let name = names.person(by);
                Self::new(Code::AlreadyAnswered)
                    .because(format!("Dijawab oleh {name}."), format!("Answered by {name}."))
                    .won_by(Winner { id: by.0, name, at: None })
            }
            OrderError::Ended => Self::new(Code::CallEnded),
            OrderError::TrunkBusy => Self::new(Code::TrunkBusy).retry_after(1),
            OrderError::Signalling => Self::new(Code::TrunkFailed),
            OrderError::NotYours => Self::new(Code::NotYourCall),
            OrderError::NoSeat => Self::new(Code::NoSeat),
            OrderError::NoTrunk => Self::new(Code::NoTrunk),
            OrderError::NotPossible => Self::new(Code::NotPossible),
            OrderError::UnusableOffer => Self::new(Code::UnusableSdp),
            OrderError::KeyReused => Self::new(Code::IdempotencyKeyReused),
        }
    }
}

fn call(refusal: &CallRefusal, names: &Names) -> Problem {
    match refusal {
        CallRefusal::Unknown => Problem::new(Code::NotFound),
        CallRefusal::IncidentMissing => Problem::new(Code::IncidentMissing),
        CallRefusal::NoCallBackOwed => Problem::new(Code::NoCallBackOwed),
        CallRefusal::NoRecording => Problem::new(Code::NoRecording),
        CallRefusal::CallBackTaken { by } => {
            let name = names.person(*by);
            Problem::new(Code::CallBackTaken)
                .because(format!("Diambil oleh {name}."), format!("Taken by {name}."))
                .won_by(Winner { id: by.0, name, at: None })
        }
    }
}

fn incident(refusal: &IncidentRefusal, names: &Names) -> Problem {
    match refusal {
        IncidentRefusal::Unknown | IncidentRefusal::UnknownAssignment => Problem::new(Code::NotFound),
        IncidentRefusal::Exists => Problem::new(Code::IncidentExists),
        IncidentRefusal::Ended => Problem::new(Code::IncidentEnded),
        IncidentRefusal::Merged { into, number } => Problem::new(Code::IncidentMerged)
            .because(
                format!("Ini bagian dari insiden {number}. Tidak ada yang hilang; lakukan di sana."),
                format!("It is part of incident {number}. Nothing is lost; do it there."),
            )
            .now_being(serde_json::json!({ "merged_into": into, "merged_into_number": number })),
        IncidentRefusal::NotMergedHere => Problem::new(Code::NotMergedHere),
        IncidentRefusal::NotEnded => Problem::new(Code::IncidentNotEnded),
        IncidentRefusal::VersionConflict { .. } => Problem::new(Code::VersionConflict),
        IncidentRefusal::AlreadyAcknowledged { by, at } => {
            let name = names.person(*by);
            Problem::new(Code::AlreadyAcknowledged)
                .because(
                    format!("Diterima oleh {name}. Tidak ada yang hilang; muat keadaan terbaru."),
                    format!("Acknowledged by {name}. Nothing is lost; load the present state."),
                )
                .won_by(Winner { id: by.0, name, at: Some((*at).into()) })
        }
        IncidentRefusal::NotInThisState { from, to } => Problem::new(Code::NotInThisState).because(
            format!("Dari keadaan {from} tidak dapat menjadi {to}. Muat keadaan terbaru."),
            format!("From {from} it cannot become {to}. Load the present state."),
        ),
        IncidentRefusal::ReasonMissing => Problem::new(Code::ReasonMissing),
        IncidentRefusal::AgenciesUnfinished { agencies } => {
            let codes: Vec<_> = agencies.iter().map(ToString::to_string).collect();
            Problem::new(Code::AgenciesUnfinished).now_being(serde_json::json!({ "agencies": codes }))
        }
        IncidentRefusal::NobodyToSend => Problem::new(Code::NobodyToSend),
        IncidentRefusal::AlreadyAssigned { .. } => Problem::new(Code::AlreadyAssigned),
        IncidentRefusal::IntoItself => Problem::new(Code::IntoItself),
        IncidentRefusal::TooMany { what, max } => Problem::new(Code::TooMany).because(
            format!("Paling banyak {max} ({what}). Tidak ada yang diubah."),
            format!("At most {max} {what}. Nothing was changed."),
        ),
        IncidentRefusal::NotAPerson(_) => Problem::new(Code::Forbidden),
    }
}

fn site(refusal: &SiteRefusal) -> Problem {
    let mismatch = (
        "Dispatcher perlu instansi; peran lain tidak punya.",
        "A dispatcher needs an agency, any other role has none.",
    );
    match refusal {
        SiteRefusal::UsernameTaken => Problem::new(Code::UsernameTaken),
        SiteRefusal::UnknownUser => Problem::new(Code::NotFound),
        SiteRefusal::UnknownAgency => {
            Problem::field("agency", "unknown", "Instansi tidak dikenal.", "There is no such agency.")
        }
        SiteRefusal::AgencyMismatch => Problem::field("agency", "unknown_value", mismatch.0, mismatch.1),
        SiteRefusal::Inactive => Problem::new(Code::WrongCredentials),
        SiteRefusal::Text { field } => {
            Problem::field(field, "empty", "Kosong atau terlalu panjang.", "Empty or too long.")
        }
        SiteRefusal::Card(refusal) => card_draft(refusal),
        SiteRefusal::Founded
        | SiteRefusal::AgencyCodeTaken
        | SiteRefusal::PolicyNotNewer { .. }
        | SiteRefusal::PolicyMistaken(_)
        | SiteRefusal::TooManyPlaces
        | SiteRefusal::TooManyAreas => {
            tracing::error!(
                error = refusal as &dyn std::error::Error,
                "A command that no route gives was refused"
            );
            Problem::new(Code::Internal)
        }
    }
}

fn card_draft(refusal: &DraftRefusal) -> Problem {
    match refusal {
        DraftRefusal::Unknown => Problem::new(Code::NotFound),
        DraftRefusal::Changed { .. } => Problem::new(Code::DraftChanged),
        DraftRefusal::NotInThisState { from, to } => Problem::new(Code::NotInThisState).because(
            format!("Dari keadaan {from} tidak dapat menjadi {to}. Muat keadaan terbaru."),
            format!("From {from} it cannot become {to}. Load the present state."),
        ),
        DraftRefusal::Own => Problem::new(Code::OwnDraft),
        DraftRefusal::Outdated => Problem::new(Code::DraftOutdated),
        DraftRefusal::ReasonMissing => Problem::new(Code::ReasonMissing),
        DraftRefusal::Mistaken(mistakes) => Problem::fields(mistakes.iter().map(card_mistake).collect()),
        DraftRefusal::NotAPerson => Problem::new(Code::Forbidden),
    }
}

/// A mistake of a card, in words.
pub fn card_mistake(mistake: &CardMistake) -> FieldError {
    let (code, id, en) = match &mistake.fault {
        CardFault::Empty => ("empty", "Harus diisi.".to_owned(), "Must not be empty.".to_owned()),
        CardFault::TooLong => {
            ("too_long", "Terlalu panjang untuk dibacakan.".into(), "Too long to be read out.".into())
        }
        CardFault::NotACode => (
            "unknown_value",
            "Kode: huruf kecil, angka, dan _ saja.".into(),
            "A code: small letters, digits and _ only.".into(),
        ),
        CardFault::Twice => ("twice", "Sudah dipakai.".into(), "There already.".into()),
        CardFault::UnknownType(of) => {
            ("unknown", format!("Jenis {of} tidak dikenal."), format!("There is no type {of}."))
        }
        CardFault::TypeWithoutCard(of) => {
            ("missing", format!("Jenis {of} menjadi tanpa kartu."), format!("Type {of} would have no card."))
        }
        CardFault::TypeOnTwoCards(of) => (
            "twice",
            format!("Jenis {of} sudah ada di kartu lain."),
            format!("Type {of} is on another card."),
        ),
        CardFault::Count { min, max } => {
            ("out_of_range", format!("Harus {min} sampai {max}."), format!("{min} to {max} are needed."))
        }
        CardFault::NotAKey => (
            "unknown_value",
            "Satu huruf A sampai Z, bukan M atau P.".into(),
            "One letter A to Z, not M or P.".into(),
        ),
        CardFault::UnknownInstruction(of) => {
            ("unknown", format!("Petunjuk {of} tidak dikenal."), format!("There is no instruction {of}."))
        }
        CardFault::NotLater => (
            "unknown_value",
            "Harus pertanyaan yang lebih bawah di kartu ini.".into(),
            "Must be a later question of this card.".into(),
        ),
        CardFault::Range { min, max } => (
            "out_of_range",
            format!("Harus antara {min} dan {max}."),
            format!("Must be between {min} and {max}."),
        ),
        CardFault::NothingRaises(of) => (
            "missing",
            format!("Aturan menyebut kapan {of} lebih mendesak, tetapi tidak ada jawaban yang menaikkannya."),
            format!("The rules say when {of} is more urgent, and no answer makes it so."),
        ),
        CardFault::RaisesAndLowers => (
            "unknown_value",
            "Tidak boleh menaikkan dan menurunkan sekaligus.".into(),
            "It cannot raise and lower at once.".into(),
        ),
        CardFault::NotADate => ("unknown_value", "Tanggal TTTT-BB-HH.".into(), "A date YYYY-MM-DD.".into()),
    };
    FieldError { field: mistake.field.clone(), code, message: id, message_en: en }
}
