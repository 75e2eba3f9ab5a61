//! What happens to a call, in words.

use dispatch_core::call::CallEvent;
use dispatch_core::call::fact::{
    CallFact, CallerClass, OfferEnd, PartyEnd, Prompt, RecordingFault, Speaker, SuperviseMode,
};

type Words = (&'static str, &'static str, &'static str);

/// The kind of an event, and what it says in Indonesian and in English.
pub(super) fn call_words(event: &CallEvent) -> (&'static str, String, String) {
    let (kind, id, en) = match event {
        CallEvent::Fact { fact, .. } => fact_words(fact),
        CallEvent::DispositionWithdrawn => {
            ("disposition_withdrawn", "Hasil panggilan ditarik kembali", "The call's outcome was taken back")
        }
        CallEvent::Disposed { .. } => {
            ("call_disposed", "Hasil panggilan ditetapkan", "The call was disposed of")
        }
        CallEvent::DispositionDue { .. } => {
            ("disposition_due", "Hasil panggilan harus diisi", "A disposition is owed")
        }
        CallEvent::DispositionOverdue { .. } => {
            ("disposition_overdue", "Hasil panggilan terlambat", "The disposition is late")
        }
        CallEvent::CallBackDue { .. } => (
            "call_back_due",
            "Penelepon harus dihubungi kembali (panggilan balik)",
            "The caller must be called back",
        ),
        CallEvent::CallBackTied { .. } => (
            "call_back_tied",
            "Panggilan balik sudah tercatat pada panggilan sebelumnya dari nomor ini",
            "The call-back is on an earlier call of this number",
        ),
        CallEvent::CallBackTaken { .. } => {
            ("call_back_taken", "Panggilan balik diambil petugas", "Somebody took the call-back on")
        }
        CallEvent::CallBackSettled { .. } => (
            "call_back_settled",
            "Penelepon sudah menelepon lagi dan dijawab; panggilan balik tidak perlu",
            "The caller called again and was answered; no call-back is needed",
        ),
        CallEvent::CallBackAttempted { .. } => {
            ("call_back_attempted", "Panggilan balik dicoba", "A call-back was tried")
        }
        CallEvent::RecordingPlayed => {
            ("recording_played", "Rekaman didengarkan", "The recording was listened to")
        }
        CallEvent::CallBackOverdue { .. } => {
            ("call_back_overdue", "Panggilan balik terlambat", "The call-back is late")
        }
    };
    (kind, id.to_owned(), en.to_owned())
}

const fn fact_words(fact: &CallFact) -> Words {
    match fact {
        CallFact::Arrived(arrival) if arrival.direction.is_in() => {
            ("call_arrived", "Panggilan masuk", "The call arrived")
        }
        CallFact::Arrived(_) => ("call_dialled", "Panggilan keluar", "An outbound call was dialled"),
        CallFact::QueueAnswered => (
            "call_queued",
            "Penelepon mendengar pengumuman antrean",
            "The caller hears the queue announcement",
        ),
        CallFact::Answered { .. } => ("call_answered", "Panggilan dijawab", "The call was answered"),
        CallFact::Confirmed => ("call_confirmed", "Sambungan terbentuk", "The connection was confirmed"),
        CallFact::DefectFound { .. } => ("call_defect", "Ada cacat pada panggilan", "The call has a defect"),
        CallFact::Offered { .. } => ("call_offered", "Berdering di petugas", "It rings at a call-taker's"),
        CallFact::OfferEnded { why, .. } => offer_end_words(*why),
        CallFact::SeatLost { .. } => (
            "seat_lost",
            "Audio petugas terputus; penelepon menunggu di urutan pertama",
            "The call-taker's audio died; the caller waits at the head of the queue",
        ),
        CallFact::SeatBack { .. } => ("seat_back", "Audio petugas kembali", "The call-taker's audio is back"),
        CallFact::Held { .. } => ("call_held", "Panggilan ditahan", "The call was put on hold"),
        CallFact::Resumed { .. } => ("call_resumed", "Panggilan dilanjutkan", "The call was taken off hold"),
        CallFact::PartyAdded { .. } => {
            ("party_added", "Pihak lain dihubungi", "Another party is being called")
        }
        CallFact::Overflowed { .. } => (
            "call_overflowed",
            "Tidak ada petugas bebas; panggilan diteruskan ke luar",
            "Nobody was free; the call is being passed on outside",
        ),
        CallFact::PartyAnswered { .. } => {
            ("party_answered", "Pihak lain bergabung", "The other party joined")
        }
        CallFact::PartyLeft { why, .. } => party_end_words(*why),
        CallFact::CallTakerLeft { .. } => (
            "call_taker_left",
            "Petugas keluar; yang lain tetap tersambung",
            "The call-taker left; the others go on",
        ),
        CallFact::SupervisorJoined { mode, .. } => supervise_words(*mode),
        CallFact::SupervisorLeft { .. } => {
            ("supervisor_left", "Pengawas keluar dari panggilan", "The supervisor left the call")
        }
        CallFact::Digit { from: Speaker::Caller, .. } => {
            ("digit", "Penelepon menekan tombol", "The caller pressed a key")
        }
        CallFact::Digit { from: Speaker::Centre, .. } => {
            ("digit_sent", "Petugas menekan tombol", "The centre pressed a key")
        }
        CallFact::VoiceHeard => ("voice_heard", "Suara penelepon terdengar", "The caller was heard"),
        CallFact::Prompted { prompt: Prompt::SilentCall } => (
            "prompted_silent_call",
            "Penelepon diminta menekan 5 bila tidak bisa bicara",
            "The caller was asked to press 5 if they cannot speak",
        ),
        CallFact::Prompted { prompt: Prompt::Challenge } => {
            ("prompted_challenge", "Pertanyaan penyaring diperdengarkan", "The screening question was played")
        }
        CallFact::Screened { class, .. } => class_words(*class),
        CallFact::RestrictionLifted { .. } => (
            "restriction_lifted",
            "Pengawas mencabut pembatasan; nomor ini diperlakukan biasa selama 24 jam",
            "A supervisor lifted the restriction; the number is treated like any other for 24 hours",
        ),
        CallFact::RecordingEnded(_) => ("recording_ended", "Rekaman selesai", "The recording is finished"),
        CallFact::RecordingFailed { why } => recording_fault_words(*why),
        CallFact::Restored => (
            "call_restored",
            "Panggilan tetap tersambung setelah layanan dimulai ulang",
            "The call outlived a restart of the service",
        ),
        // The trunk's own memory; the desk makes no event of it.
        CallFact::DialogHeld(_) => ("dialog_held", "Sambungan diingat", "The connection was kept in memory"),
        CallFact::Ended { .. } => ("call_ended", "Panggilan berakhir", "The call ended"),
    }
}

const fn offer_end_words(why: OfferEnd) -> Words {
    match why {
        OfferEnd::TimedOut => ("offer_timed_out", "Tidak diangkat petugas", "The call-taker did not pick up"),
        OfferEnd::Refused => ("offer_refused", "Ditolak petugas", "The call-taker refused"),
        OfferEnd::SeatLost => {
            ("offer_seat_lost", "Audio petugas terputus saat berdering", "The seat died while it rang")
        }
        OfferEnd::TakenElsewhere => ("offer_taken", "Dijawab petugas lain", "A colleague answered"),
        OfferEnd::CallerGone => {
            ("offer_caller_gone", "Penelepon menutup sebelum dijawab", "The caller hung up before an answer")
        }
    }
}

const fn party_end_words(why: PartyEnd) -> Words {
    match why {
        PartyEnd::HungUp => ("party_hung_up", "Pihak lain menutup telepon", "The other party hung up"),
        PartyEnd::Refused => ("party_refused", "Pihak lain menolak panggilan", "The other party refused"),
        PartyEnd::NoAnswer => {
            ("party_no_answer", "Pihak lain tidak mengangkat", "The other party did not pick up")
        }
        PartyEnd::Dropped => {
            ("party_dropped", "Pihak lain dikeluarkan", "The other party was taken off the call")
        }
        PartyEnd::Failed => {
            ("party_failed", "Pihak lain tidak dapat dihubungi", "The other party could not be reached")
        }
    }
}

const fn supervise_words(mode: SuperviseMode) -> Words {
    match mode {
        SuperviseMode::Listen => ("supervisor_listens", "Pengawas mendengarkan", "A supervisor listens"),
        SuperviseMode::Whisper => {
            ("supervisor_whispers", "Pengawas membisiki petugas", "A supervisor talks to the call-taker only")
        }
        SuperviseMode::Barge => {
            ("supervisor_barged_in", "Pengawas ikut berbicara", "A supervisor talks to everybody")
        }
    }
}

const fn class_words(class: CallerClass) -> Words {
    match class {
        CallerClass::Likely => {
            ("screened_likely", "Panggilan dinilai meyakinkan", "The call was found credible")
        }
        CallerClass::Unknown => {
            ("screened_unknown", "Panggilan dinilai biasa", "The call was found ordinary")
        }
        CallerClass::Suspect => (
            "screened_suspect",
            "Panggilan dinilai meragukan; tetap akan dijawab",
            "The call was found doubtful; it will be answered all the same",
        ),
    }
}

const fn recording_fault_words(why: RecordingFault) -> Words {
    match why {
        RecordingFault::DiskFull => (
            "recording_disk_full",
            "Tanpa rekaman: penyimpanan penuh",
            "Without a recording: the disk is full",
        ),
        RecordingFault::DiskSlow => (
            "recording_disk_slow",
            "Tanpa rekaman: penyimpanan terlalu lambat",
            "Without a recording: the disk is too slow",
        ),
        RecordingFault::Other => (
            "recording_failed",
            "Tanpa rekaman: berkas tidak dapat ditulis",
            "Without a recording: the file cannot be written",
        ),
    }
}
