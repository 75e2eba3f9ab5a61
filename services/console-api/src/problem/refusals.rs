//! From a refusal of the desk, the trunk or the store to a problem.

use call_link::order::OrderError;
use dispatch_core::call::CallRefusal;
use dispatch_core::draft::DraftRefusal;
use dispatch_core::incident::IncidentRefusal;
use dispatch_core::referral::ReferralRefusal;
use dispatch_core::roster::RosterRefusal;
use dispatch_core::roster::handover::HandoverRefusal;
use dispatch_core::screening::NumberRefusal;
use dispatch_core::unit::UnitRefusal;
use incident_store::{SiteRefusal, StoreError, SubmitError};

use super::{Code, Problem, Winner, alerts, card_mistake, paper, policy_mistake};
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
            | StoreError::SchemaTooOld { .. }
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
            SubmitError::Unit(refusal) => unit(&refusal, names),
            SubmitError::Site(refusal) => site(&refusal, names),
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
            let Some(by) = by else {
                return Problem::new(Code::AlreadyAcknowledged).because(
                    "Sudah diterima lewat saluran kedua instansi. Tidak ada yang hilang; muat keadaan terbaru.",
                    "Acknowledged over the agency's second channel. Nothing is lost; load the present state.",
                );
            };
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
        IncidentRefusal::TransferStands { to } => Problem::new(Code::TransferStands).because(
            format!("Masih di {to}: tunggu jawabannya atau tarik kembali."),
            format!("It stands with {to}: wait for their answer or take it back."),
        ),
        IncidentRefusal::NotHandedOver => Problem::new(Code::NotFound),
        IncidentRefusal::NameMissing => {
            Problem::field("name", "missing", "Siapa yang mengatakannya?", "Who said so?")
        }
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
        IncidentRefusal::PaperFaulty { faults } => paper::faults(faults),
        IncidentRefusal::NotAPerson(_) => Problem::new(Code::Forbidden),
    }
}

fn unit(refusal: &UnitRefusal, names: &Names) -> Problem {
    match refusal {
        UnitRefusal::Unknown => Problem::new(Code::NotFound),
        UnitRefusal::CallsignTaken => Problem::new(Code::CallsignTaken),
        UnitRefusal::Booked { callsign, agency, booking } => {
            let agency = names.agency(*agency).map_or_else(String::new, |entry| entry.name.clone());
            let number = &booking.number;
            let problem = Problem::new(Code::UnitBooked).because(
                format!("{callsign} ({agency}) sedang di insiden {number}. Tidak ada yang diubah; pilih unit lain."),
                format!("{callsign} ({agency}) is on incident {number}. Nothing was changed; choose another unit."),
            );
            match booking.by {
                None => problem,
                Some(by) => {
                    let (name, at) = (names.person(by), Some(booking.since.into()));
                    problem.won_by(Winner { id: by.0, name, at })
                }
            }
        }
        UnitRefusal::OutOfService { callsign } => Problem::new(Code::UnitNotReady)
            .because(format!("{callsign} tidak siap."), format!("{callsign} is out of service.")),
        UnitRefusal::NoCrew { callsign } => Problem::new(Code::UnitNotReady)
            .because(format!("{callsign} tidak berawak."), format!("{callsign} has no crew.")),
        UnitRefusal::OtherAgency => {
            Problem::field("unit_id", "unknown", "Unit tidak dikenal.", "There is no such unit.")
        }
        UnitRefusal::NotNow => Problem::field(
            "at",
            "out_of_range",
            "Posisi harus baru: paling lama satu jam, dan tidak di masa depan. Periksa jam perangkat.",
            "The position must be fresh: an hour at most, and not in the future. Check the device's clock.",
        ),
        UnitRefusal::OutOfReach => Problem::field(
            "lat",
            "out_of_range",
            "Posisi terlalu jauh dari pangkalan, atau ketelitiannya lebih dari 20 km.",
            "The position is too far from the base, or less exact than 20 km.",
        ),
        UnitRefusal::Text { field } => {
            Problem::field(field, "empty", "Kosong atau terlalu panjang.", "Empty or too long.")
        }
        UnitRefusal::TooMany { max } => Problem::new(Code::TooMany).because(
            format!("Paling banyak {max} unit. Tidak ada yang diubah."),
            format!("At most {max} units. Nothing was changed."),
        ),
        UnitRefusal::Exists => {
            tracing::error!(
                error = refusal as &dyn std::error::Error,
                "A unit was registered under an id that another one has"
            );
            Problem::new(Code::Internal)
        }
    }
}

fn site(refusal: &SiteRefusal, names: &Names) -> Problem {
    let mismatch = (
        "Dispatcher perlu instansi; peran lain tidak punya.",
        "A dispatcher needs an agency, any other role has none.",
    );
    match refusal {
        SiteRefusal::UsernameTaken => Problem::new(Code::UsernameTaken),
        SiteRefusal::AgencyCodeTaken => Problem::field(
            "code",
            "taken",
            "Kode ini sudah dipakai instansi lain.",
            "Another agency has this code.",
        ),
        SiteRefusal::LastAgency => Problem::field(
            "active",
            "unknown_value",
            "Ini instansi aktif terakhir: tanpa dia tidak ada yang dapat dikirim.",
            "This is the last active agency: without it nobody could be sent.",
        ),
        SiteRefusal::Number(refusal) => number(*refusal),
        SiteRefusal::UnknownUser => Problem::new(Code::NotFound),
        SiteRefusal::UnknownAgency => {
            Problem::field("agency", "unknown", "Instansi tidak dikenal.", "There is no such agency.")
        }
        SiteRefusal::AgencyMismatch => Problem::field("agency", "unknown_value", mismatch.0, mismatch.1),
        SiteRefusal::Inactive => Problem::new(Code::WrongCredentials),
        SiteRefusal::Text { field } => {
            Problem::field(field, "empty", "Kosong atau terlalu panjang.", "Empty or too long.")
        }
        SiteRefusal::Draft(refusal) => draft(refusal),
        SiteRefusal::Roster(refusal) => roster(*refusal),
        SiteRefusal::Handover(refusal) => handover(*refusal),
        SiteRefusal::Referral(refusal) => referral(*refusal),
        SiteRefusal::AlarmWindow => Problem::field(
            "from",
            "unknown_value",
            "Tidak mungkin berbunyi demikian.",
            "They cannot have sounded like that.",
        ),
        SiteRefusal::Disaster(refusal) => alerts::disaster(*refusal),
        SiteRefusal::Broadcast(refusal) => alerts::broadcast(*refusal),
        SiteRefusal::Form(refusal) => paper::form(refusal, names),
        SiteRefusal::Founded | SiteRefusal::TooManyPlaces | SiteRefusal::TooManyAreas => {
            tracing::error!(
                error = refusal as &dyn std::error::Error,
                "A command that no route gives was refused"
            );
            Problem::new(Code::Internal)
        }
    }
}

fn number(refusal: NumberRefusal) -> Problem {
    match refusal {
        NumberRefusal::Number => Problem::field(
            "number",
            "unknown_value",
            "Bukan nomor telepon: 3 sampai 15 angka.",
            "Not a number of a telephone: 3 to 15 digits.",
        ),
        NumberRefusal::Reason => Problem::field("reason", "empty", "Tulis alasannya.", "Write the reason."),
        NumberRefusal::Until => Problem::field(
            "until",
            "out_of_range",
            "Batas waktu harus di depan: menahan paling lama 90 hari, membebaskan paling lama setahun.",
            "The end must lie ahead: a number is held for 90 days at most, and treated alike for a year at most.",
        ),
    }
}

fn roster(refusal: RosterRefusal) -> Problem {
    let not_now =
        |id: &str, en: &str| Problem::new(Code::NotInThisState).because(id.to_owned(), en.to_owned());
    match refusal {
        RosterRefusal::NotYours => Problem::new(Code::Forbidden),
        RosterRefusal::UnknownPerson => Problem::field(
            "person_id",
            "unknown",
            "Orang itu tidak ada atau tidak aktif.",
            "No such active person.",
        ),
        RosterRefusal::UnknownShift | RosterRefusal::UnknownSwap => Problem::new(Code::NotFound),
        RosterRefusal::Malformed(field) => Problem::field(
            field,
            "unknown_value",
            "Kosong, terlalu panjang, atau bukan bentuk yang benar.",
            "Empty, too long, or not well formed.",
        ),
        RosterRefusal::PostMismatch => Problem::field(
            "post",
            "unknown_value",
            "Piket dan pimpinan instansi perlu instansi; petugas 112 dan Sekda tidak.",
            "Posts of an agency need one; call-takers and the Sekda have none.",
        ),
        RosterRefusal::ShiftTimes => Problem::field(
            "shifts",
            "out_of_range",
            "Piket harus lebih dari 0 dan paling lama 24 jam, belum lewat, dan dalam 400 hari.",
            "A shift is longer than 0 and at most 24 hours, not over, and within 400 days.",
        ),
        RosterRefusal::Overlap => Problem::field(
            "shifts",
            "twice",
            "Orang ini sudah punya piket pada waktu itu. Tidak ada yang disimpan.",
            "This person has another shift then. Nothing was saved.",
        ),
        RosterRefusal::TooMany => {
            Problem::field("shifts", "out_of_range", "Kosong atau terlalu banyak.", "None or too many.")
        }
        RosterRefusal::Begun => not_now(
            "Piket itu sudah dimulai. Tidak ada yang diubah; serahkan lewat serah terima piket.",
            "The shift has begun. Nothing was changed; hand it over instead.",
        ),
        RosterRefusal::NotAPair => not_now(
            "Keduanya harus orang berbeda dari instansi dan tugas yang sama. Tidak ada yang diubah.",
            "The two must be different people of one office and post. Nothing was changed.",
        ),
        RosterRefusal::SwapTaken => not_now(
            "Piket itu sudah ada di permintaan tukar lain atau sudah berganti orang. Muat jadwal terbaru.",
            "The shift is in another swap or has other hands. Load the present roster.",
        ),
        RosterRefusal::SwapState => not_now(
            "Permintaan tukar sudah melewati langkah itu. Muat jadwal terbaru.",
            "The swap is past that step. Load the present roster.",
        ),
        RosterRefusal::OwnSwap => not_now(
            "Yang meminta atau ikut bertukar tidak boleh menyetujuinya. Minta orang lain yang mengatur jadwal.",
            "Whoever asked or is in it does not approve it. Ask somebody else who plans.",
        ),
    }
}

fn referral(refusal: ReferralRefusal) -> Problem {
    match refusal {
        ReferralRefusal::Unknown => Problem::new(Code::NotFound),
        ReferralRefusal::UnknownTarget => Problem::field(
            "to",
            "unknown",
            "Layanan itu tidak ada dalam aturan.",
            "The rules name no such service.",
        ),
        ReferralRefusal::Text(field) => {
            Problem::field(field, "empty", "Kosong atau terlalu panjang.", "Empty or too long.")
        }
        ReferralRefusal::Forwarded => Problem::new(Code::NotInThisState).because(
            "Rujukan ini sudah diteruskan. Muat keadaan terbaru.".to_owned(),
            "It was passed on already. Load the present state.".to_owned(),
        ),
    }
}

fn handover(refusal: HandoverRefusal) -> Problem {
    match refusal {
        HandoverRefusal::Unknown => Problem::new(Code::NotFound),
        HandoverRefusal::Own => Problem::new(Code::NotInThisState).because(
            "Serah terima diterima oleh orang lain, bukan oleh yang menyerahkan.".to_owned(),
            "Somebody else takes it over, not whoever hands over.".to_owned(),
        ),
        HandoverRefusal::TakenAlready => Problem::new(Code::NotInThisState).because(
            "Serah terima ini sudah diterima. Muat keadaan terbaru.".to_owned(),
            "It is taken over already. Load the present state.".to_owned(),
        ),
        HandoverRefusal::NoteTooLong => Problem::field("note", "too_long", "Terlalu panjang.", "Too long."),
    }
}

fn draft(refusal: &DraftRefusal) -> Problem {
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
        DraftRefusal::RulesMistaken(mistakes) => {
            Problem::fields(mistakes.iter().map(policy_mistake).collect())
        }
        DraftRefusal::NotAPerson => Problem::new(Code::Forbidden),
    }
}
