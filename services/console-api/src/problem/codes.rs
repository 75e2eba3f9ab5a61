//! The table of problem codes. A code never changes its meaning; a test compares this table with
//! `docs/api-errors.md`.

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The stable code.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// Indonesian title.
    pub title: &'static str,
    /// What is kept and what to do, in Indonesian.
    pub detail: &'static str,
    /// English title.
    pub title_en: &'static str,
    /// What is kept and what to do, in English.
    pub detail_en: &'static str,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal $status:literal
        $title:literal, $detail:literal; $title_en:literal, $detail_en:literal;)*) => {
        /// The stable code of a problem.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its row of the table.
            pub const fn entry(self) -> Entry {
                match self {
                    $(Self::$name => Entry {
                        code: $code,
                        status: $status,
                        title: $title,
                        detail: $detail,
                        title_en: $title_en,
                        detail_en: $detail_en,
                    },)*
                }
            }
        }
    };
}

codes! {
    /// The body is no JSON.
    MalformedJson = "malformed_json" 400
        "Isi permintaan bukan JSON yang sah", "Tidak ada yang diubah. Perbaiki isi permintaan lalu kirim lagi.";
        "The body is not valid JSON", "Nothing was changed. Correct the body and send it again.";
    /// A query parameter cannot be read.
    InvalidQuery = "invalid_query" 400
        "Parameter pencarian tidak dapat dibaca", "Perbaiki parameter yang disebut lalu muat lagi.";
        "A query parameter cannot be read", "Correct the parameter that is named and load again.";
    /// The `Idempotency-Key` is longer than 200 characters or not visible ASCII.
    InvalidIdempotencyKey = "invalid_idempotency_key" 400
        "Idempotency-Key tidak sah", "Tidak ada yang diubah. Pakai 1 sampai 200 karakter ASCII yang terlihat.";
        "The Idempotency-Key is not valid", "Nothing was changed. Use 1 to 200 visible ASCII characters.";
    /// A neighbouring centre's message has no `X-Sigap-Id`.
    MessageIdMissing = "message_id_missing" 400
        "X-Sigap-Id tidak ada", "Tidak ada yang dicatat. Kirim lagi dengan X-Sigap-Id yang sama pada setiap percobaan.";
        "There is no X-Sigap-Id", "Nothing was written down. Send it again with an X-Sigap-Id that is the same on every try.";
    /// No session, or one that has ended.
    NoSession = "no_session" 401
        "Anda belum masuk", "Masuk lagi; isian di layar tetap ada dan dapat dikirim ulang.";
        "You are not logged in", "Log in again; what is on the screen stays and can be sent again.";
    /// A report is not proven to come from the gateway.
    UnprovenReport = "unproven_report" 401
        "Laporan tidak terbukti dari gerbang pesan ini", "Tidak ada yang dicatat. Periksa rahasia atau jam pengirim.";
        "The report is not proven to come from this gateway", "Nothing was written down. Check the sender's secret or clock.";
    /// The user name or the password is wrong.
    WrongCredentials = "wrong_credentials" 401
        "Nama pengguna atau kata sandi salah", "Periksa keduanya lalu coba lagi.";
        "The user name or the password is wrong", "Check both and try again.";
    /// The role may not do this.
    Forbidden = "forbidden" 403
        "Peran Anda tidak boleh melakukan ini", "Tidak ada yang diubah. Minta pengawas bila memang perlu.";
        "Your role may not do this", "Nothing was changed. Ask a supervisor if it is needed.";
    /// The request comes from a page of another origin.
    ForeignOrigin = "foreign_origin" 403
        "Permintaan dari halaman lain ditolak", "Buka konsol dari alamat server ini.";
        "A request from another page was refused", "Open the console from this server's own address.";
    /// There is no such thing, or the person may not know of it.
    NotFound = "not_found" 404
        "Tidak ditemukan", "Mungkin sudah digabung, atau bukan tugas instansi Anda. Muat ulang daftar.";
        "Not found", "It may have been merged, or is not a task of your agency. Load the list again.";
    /// No checkpoint speaks of it yet.
    NotSignedYet = "not_signed_yet" 409
        "Belum ditandatangani", "Entri ini ada di log, tetapi belum ada titik periksa yang mencakupnya. Titik periksa dibuat tiap menit: coba lagi sebentar.";
        "Not signed yet", "The entry stands in the log, but no checkpoint covers it yet. One is signed every minute: try again soon.";
    /// No such path.
    UnknownPath = "unknown_path" 404
        "Alamat API tidak dikenal", "Lihat /api/v1/openapi.json untuk daftar alamat.";
        "No such API path", "See /api/v1/openapi.json for the list of paths.";
    /// The path does not take this method.
    MethodNotAllowed = "method_not_allowed" 405
        "Metode tidak berlaku di alamat ini", "Lihat /api/v1/openapi.json untuk metode yang berlaku.";
        "The path does not take this method", "See /api/v1/openapi.json for the methods it takes.";
    /// A call-taker was faster.
    AlreadyAnswered = "already_answered" 409
        "Panggilan sudah dijawab", "Penelepon sedang dilayani petugas yang disebut.";
        "The call is already answered", "The caller is being helped by the person who is named.";
    /// The caller has gone, or the call is not live any more.
    CallEnded = "call_ended" 409
        "Panggilan sudah berakhir", "Catatan panggilan tetap ada; penelepon masuk daftar panggilan balik bila perlu.";
        "The call has ended", "Its record stays; the caller is on the call-back list if need be.";
    /// Nobody owes this caller a call.
    NoCallBackOwed = "no_call_back_owed" 409
        "Tidak ada tugas panggilan balik", "Petugas lain mungkin sudah melakukannya. Muat ulang daftar.";
        "No call-back is owed", "Somebody else may have called back. Load the list again.";
    /// The number reported something in which a ring could endanger the caller.
    CallBackUnsafe = "call_back_unsafe" 409
        "Jangan menelepon balik", "Dari nomor ini dilaporkan kejadian yang pelakunya mungkin ada di dekat pelapor; dering dapat membahayakannya. Tidak ada yang ditelepon. Minta instansi menghubungi dengan caranya; bila jenis kejadian keliru, perbaiki dahulu.";
        "Do not call back", "This number reported something whose perpetrator may be near the caller; a ring could endanger them. Nobody was called. Let the agency make contact in its way; if the type of the incident is wrong, correct it first.";
    /// A colleague has taken the call-back on.
    CallBackTaken = "call_back_taken" 409
        "Panggilan balik sudah diambil", "Rekan yang disebut akan menelepon. Bila terlambat, siapa pun boleh mengambil alih.";
        "The call-back is taken", "The colleague who is named will call. Once it is late, anybody may take it over.";
    /// Somebody else has the call, or it rings at another seat.
    NotYourCall = "not_your_call" 409
        "Panggilan ini bukan milik Anda", "Tidak ada yang diubah. Petugas yang menangani tetap tersambung; muat ulang daftar.";
        "The call is not yours", "Nothing was changed. Whoever has the call stays connected; load the list again.";
    /// The call cannot do this in its present state.
    NotPossible = "not_possible" 409
        "Tidak dapat dilakukan sekarang", "Panggilan tetap tersambung. Lihat keadaan terbaru: mungkin belum dijawab, sudah dilepas, atau peserta sudah terlalu banyak.";
        "Not possible now", "The call stays connected. Look at its present state: it may not be answered yet, be let go already, or have too many people on it.";
    /// The person's audio is not connected.
    NoSeat = "no_seat" 409
        "Audio Anda belum tersambung", "Tidak ada yang diubah. Tekan Mulai giliran, izinkan mikrofon, lalu coba lagi.";
        "Your audio is not connected", "Nothing was changed. Press Mulai giliran, allow the microphone, then try again.";
    /// No trunk takes the number.
    NoTrunk = "no_trunk" 502
        "Tidak ada jalur keluar", "Panggilan yang ada tetap tersambung. Pakai telepon lain, dan beri tahu pengawas.";
        "No trunk takes the call", "The present call stays connected. Use another telephone, and tell the supervisor.";
    /// The number is neither the caller's nor allowed by the site.
    NumberNotAllowed = "number_not_allowed" 403
        "Nomor ini tidak boleh ditelepon", "Tidak ada yang ditelepon. Hanya nomor yang pernah menelepon 112, buku telepon, dan yang diizinkan aturan.";
        "This number may not be called", "Nobody was called. Only numbers that called 112, the phone book, and what the site allows.";
    /// The call named no number.
    NoNumber = "no_number" 409
        "Nomor penelepon tidak diketahui", "Tidak ada yang ditelepon. Catat hasil panggilan balik sebagai tidak perlu, dengan alasan.";
        "The caller's number is not known", "Nobody was called. Note the call-back as not needed, with the reason.";
    /// The browser's session description cannot be used.
    UnusableSdp = "unusable_sdp" 422
        "Penawaran audio peramban tidak dapat dipakai", "Panggilan tetap hidup. Muat ulang halaman lalu tekan Mulai giliran lagi, atau pakai telepon.";
        "The browser's audio offer cannot be used", "Calls stay alive. Load the page again and press Mulai giliran, or use a telephone.";
    /// Nothing was recorded, or the recording is not finished.
    NoRecording = "no_recording" 404
        "Rekaman belum ada", "Rekaman muncul setelah panggilan selesai. Panggilan bertanda tanpa rekaman tidak punya rekaman.";
        "There is no recording", "It appears once the call is over. A call that is marked without a recording has none.";
    /// The file of a recording is not where it should be.
    RecordingMissing = "recording_missing" 404
        "Berkas rekaman tidak ditemukan", "Catatan dan sidik rekaman tetap ada di log. Beri tahu admin: berkas mungkin dipindahkan.";
        "The file of the recording is not there", "Its record and its hash stay in the log. Tell the admin: the file may have been moved.";
    /// The part that was asked for lies beyond the end.
    RangeNotSatisfiable = "range_not_satisfiable" 416
        "Bagian di luar akhir berkas", "Muat berkas dari awal.";
        "The part lies beyond the end of the file", "Load the file from its beginning.";
    /// The incident exists already.
    IncidentExists = "incident_exists" 409
        "Insiden sudah ada", "Tidak ada yang hilang; muat ulang daftar insiden.";
        "The incident exists already", "Nothing is lost; load the list of incidents again.";
    /// An incident was typed in from this paper form.
    FormUsed = "form_used" 409
        "Nomor formulir sudah dipakai", "Isian Anda tetap ada. Cocokkan nomornya dengan kertas, atau buka insiden yang disebut.";
        "The number of the form is used", "What you typed stays. Compare the number with the paper, or open the incident that is named.";
    /// This paper form was written down as spoiled.
    FormSpoiled = "form_spoiled" 409
        "Formulir ini dicatat rusak", "Isian Anda tetap ada. Cocokkan nomornya dengan kertas, atau pulihkan formulirnya di daftar formulir.";
        "The form was written down as spoiled", "What you typed stays. Compare the number with the paper, or restore the form in the list of forms.";
    /// The incident is closed, cancelled or merged.
    IncidentEnded = "incident_ended" 409
        "Insiden sudah berakhir", "Tidak ada yang hilang. Buka kembali insiden bila masih perlu ditangani, atau buka insiden baru.";
        "The incident has ended", "Nothing is lost. Reopen it if it still needs people, or open a new one.";
    /// The incident is part of another one.
    IncidentMerged = "incident_merged" 409
        "Insiden sudah digabung ke insiden lain", "Tidak ada yang hilang. Lakukan di insiden yang meneruskannya, atau pisahkan lebih dahulu.";
        "The incident was merged into another one", "Nothing is lost. Do it on the incident that goes on, or split it out first.";
    /// That incident was not merged into this one.
    NotMergedHere = "not_merged_here" 409
        "Insiden itu tidak digabung ke sini", "Tidak ada yang diubah. Mungkin sudah dipisahkan, atau penggabungnya sendiri sudah digabung lagi; muat keadaan terbaru.";
        "That incident was not merged into this one", "Nothing was changed. It may be split out already, or what it was merged into was merged itself; load the present state.";
    /// The incident is still open.
    IncidentNotEnded = "incident_not_ended" 409
        "Insiden masih terbuka", "Tidak perlu dibuka kembali.";
        "The incident is still open", "It need not be reopened.";
    /// Somebody changed it in between.
    VersionConflict = "version_conflict" 409
        "Insiden sudah diubah orang lain", "Isian Anda tetap di layar. Bandingkan dengan keadaan terbaru lalu kirim lagi.";
        "Somebody else changed the incident", "Your text stays on the screen. Compare it with the present state and send again.";
    /// The same form was filled in on another screen.
    DraftOvertaken = "draft_overtaken" 409
        "Isian ini juga diketik di layar lain", "Isian Anda tetap di layar. Ambil isian dari layar lain, atau teruskan mengetik: yang terakhir diketik yang tersimpan.";
        "The same form is being filled in on another screen", "Your text stays on the screen. Take over what was typed there, or go on: what is typed last is kept.";
    /// A disaster mode is proposed or on.
    DisasterStands = "disaster_stands" 409
        "Mode bencana sudah diusulkan atau aktif", "Tidak ada yang diubah. Setujui, tarik kembali, atau akhiri yang ada dahulu.";
        "A disaster mode is proposed or on already", "Nothing was changed. Confirm, take back or end that one first.";
    /// The disaster mode is over, or its proposal lapsed.
    DisasterOver = "disaster_over" 409
        "Mode bencana itu tidak menunggu dan tidak aktif", "Tidak ada yang diubah. Usulan berlaku sepuluh menit; usulkan lagi bila masih perlu.";
        "That disaster mode neither waits nor is on", "Nothing was changed. A proposal holds for ten minutes; propose it again if it is still needed.";
    /// The second person is the first one.
    SecondPersonNeeded = "second_person_needed" 409
        "Perlu orang kedua", "Tidak ada yang diubah. Yang mengusulkan tidak dapat menyetujui; minta pengawas, admin, atau penerima panggilan lain.";
        "A second person is needed", "Nothing was changed. Whoever proposed it cannot confirm it; ask another supervisor, administrator or call-taker.";
    /// The password was made by somebody else.
    PasswordIsTemporary = "password_is_temporary" 403
        "Ganti kata sandi sementara dahulu", "Tidak ada yang diubah. Kata sandi ini dibuat admin; pilih kata sandi Anda sendiri, lalu lanjutkan.";
        "Choose a password of your own first", "Nothing was changed. This password was made by the administrator; choose your own and go on.";
    /// A colleague was faster.
    AlreadyAcknowledged = "already_acknowledged" 409
        "Tugas ini sudah diterima", "Tidak ada yang hilang; muat keadaan terbaru.";
        "The task is already acknowledged", "Nothing is lost; load the present state.";
    /// The step does not follow from the present state.
    NotInThisState = "not_in_this_state" 409
        "Langkah ini tidak mungkin dari keadaan sekarang", "Tidak ada yang diubah. Muat keadaan terbaru.";
        "The step does not follow from the present state", "Nothing was changed. Load the present state.";
    /// It waits for a neighbouring centre, or is theirs.
    TransferStands = "transfer_stands" 409
        "Insiden sedang diserahkan ke pusat tetangga", "Tunggu jawabannya, catat jawaban lewat telepon, atau tarik kembali dahulu.";
        "The incident stands with a neighbouring centre", "Wait for their answer, write down what they said on the telephone, or take the offer back first.";
    /// A neighbouring centre offers what it took back before.
    OfferTakenBack = "offer_taken_back" 409
        "Tawaran ini sudah ditarik kembali", "Tidak ada insiden yang dibuka: penarikannya datang lebih dahulu. Tawarkan lagi dengan transfer yang baru bila masih perlu.";
        "This offer was taken back", "No incident was opened: that it was taken back came first. Offer it again under a new transfer if it is still needed.";
    /// Agencies have not reported.
    AgenciesUnfinished = "agencies_unfinished" 409
        "Masih ada instansi yang belum selesai", "Insiden tetap terbuka. Tunggu laporan mereka, atau minta pengawas menutup dengan alasan.";
        "Agencies have not reported yet", "The incident stays open. Wait for them, or ask a supervisor to close it with a reason.";
    /// All named agencies are on it.
    AlreadyAssigned = "already_assigned" 409
        "Instansi ini sudah ditugaskan", "Tidak ada yang dikirim dua kali. Muat keadaan terbaru.";
        "These agencies are on it already", "Nothing was sent twice. Load the present state.";
    /// Who wrote at a draft may not decide on it.
    OwnDraft = "own_draft" 403
        "Usulan sendiri tidak boleh disetujui sendiri", "Tidak ada yang diubah. Minta pengawas atau admin lain yang tidak ikut menulis usulan ini.";
        "Authors do not decide on their own draft", "Nothing was changed. Ask another supervisor or an admin who did not write at it.";
    /// Somebody wrote at the draft in between.
    DraftChanged = "draft_changed" 409
        "Usulan sudah diubah orang lain", "Tulisan Anda tetap di layar. Muat usulan terbaru, bandingkan, lalu ulangi.";
        "Somebody else changed the draft", "Your text stays on the screen. Load the present draft, compare, then try again.";
    /// What the draft replaces has changed since it was begun.
    DraftOutdated = "draft_outdated" 409
        "Yang berlaku sudah berubah", "Usulan tetap tersimpan. Buat usulan baru dari yang berlaku sekarang.";
        "What it replaces has changed", "The draft is kept. Begin a new one from what holds now.";
    /// A unit is on another task.
    UnitBooked = "unit_booked" 409
        "Unit sedang bertugas", "Tidak ada yang diubah. Pilih unit lain, atau lepaskan dahulu dari tugasnya.";
        "The unit is on a task", "Nothing was changed. Choose another unit, or let it go from its task first.";
    /// A unit is out of service or has no crew.
    UnitNotReady = "unit_not_ready" 409
        "Unit tidak siap", "Tidak ada yang diubah. Pilih unit lain, atau nyatakan unit ini siap dahulu.";
        "The unit is not ready", "Nothing was changed. Choose another unit, or say first that this one is ready.";
    /// Another unit of the agency has the callsign.
    CallsignTaken = "callsign_taken" 409
        "Nama panggilan unit sudah dipakai", "Tidak ada yang diubah. Pilih nama lain.";
        "The callsign is taken", "Nothing was changed. Choose another one.";
    /// The user name is taken.
    UsernameTaken = "username_taken" 409
        "Nama pengguna sudah dipakai", "Tidak ada yang diubah. Pilih nama lain.";
        "The user name is taken", "Nothing was changed. Choose another one.";
    /// The body is larger than the server takes.
    BodyTooLarge = "body_too_large" 413
        "Isi permintaan terlalu besar", "Tidak ada yang diubah. Paling banyak 256 KiB; ringkas teks lalu kirim lagi.";
        "The body is too large", "Nothing was changed. At most 256 KiB; shorten the text and send again.";
    /// The body is not declared as JSON.
    NotJson = "not_json" 415
        "Isi permintaan harus JSON", "Kirim dengan Content-Type: application/json.";
        "The body must be JSON", "Send it with Content-Type: application/json.";
    /// Fields cannot be accepted.
    InvalidFields = "invalid_fields" 422
        "Ada isian yang perlu diperbaiki", "Belum ada yang disimpan; isian Anda tetap di layar. Perbaiki yang ditandai lalu kirim lagi.";
        "Some fields need to be corrected", "Nothing was saved yet; your text stays on the screen. Correct what is marked and send again.";
    /// The key was used for another request.
    IdempotencyKeyReused = "idempotency_key_reused" 422
        "Idempotency-Key sudah dipakai untuk permintaan lain", "Tidak ada yang diubah. Pakai kunci baru untuk permintaan baru.";
        "The Idempotency-Key was used for another request", "Nothing was changed. Use a new key for a new request.";
    /// The disposition needs an incident.
    IncidentMissing = "incident_missing" 422
        "Hasil panggilan ini perlu insiden", "Pilih insidennya, lalu kirim lagi.";
        "This disposition needs an incident", "Choose the incident and send again.";
    /// A reason must be given.
    ReasonMissing = "reason_missing" 422
        "Alasan harus diisi", "Tidak ada yang diubah. Tulis alasannya lalu kirim lagi.";
        "A reason is needed", "Nothing was changed. Write the reason and send again.";
    /// Nobody to send.
    NobodyToSend = "nobody_to_send" 422
        "Tidak ada instansi untuk dikirim", "Insiden tetap terbuka. Pilih instansi sendiri.";
        "There is no agency to send", "The incident stays open. Choose an agency yourself.";
    /// An incident cannot be merged into itself.
    IntoItself = "into_itself" 422
        "Insiden tidak dapat digabung dengan dirinya sendiri", "Tidak ada yang diubah. Pilih insiden lain.";
        "An incident cannot be merged into itself", "Nothing was changed. Choose another incident.";
    /// A list has reached its bound.
    TooMany = "too_many" 422
        "Batas jumlah tercapai", "Tidak ada yang diubah.";
        "A limit is reached", "Nothing was changed.";
    /// Too many failed log-ins.
    TooManyAttempts = "too_many_attempts" 429
        "Terlalu banyak percobaan masuk", "Tunggu satu menit lalu coba lagi, atau minta admin menyetel ulang kata sandi.";
        "Too many failed log-ins", "Wait a minute and try again, or ask an admin to reset the password.";
    /// The crew of a unit said more in a minute than a person can.
    TooManyReports = "too_many_reports" 429
        "Terlalu banyak laporan dari unit ini", "Belum tersimpan. Kirim ulang dengan kunci yang sama setelah beberapa saat.";
        "Too many reports of this unit", "Not saved yet. Send it again with the same key in a while.";
    /// Something in the server failed.
    Internal = "internal" 500
        "Kesalahan di server", "Kirim ulang dengan kunci yang sama; yang sudah tersimpan tidak akan ganda.";
        "The server failed", "Send it again with the same key; what is saved will not be doubled.";
    /// The signalling of the call failed.
    TrunkFailed = "trunk_failed" 502
        "Sambungan panggilan gagal", "Panggilan tetap tercatat. Coba jawab lagi atau lakukan panggilan balik.";
        "The call could not be connected", "The call is on record. Try to answer again or call back.";
    /// The trunk has too much to do or is stopping.
    TrunkBusy = "trunk_busy" 503
        "Bagian telepon sedang sibuk", "Panggilan tetap hidup. Coba lagi sekarang juga.";
        "The telephone part is busy", "The call stays alive. Try again at once.";
    /// The store is away.
    StoreAway = "store_away" 503
        "Penyimpanan sedang tidak tersedia (mode darurat)", "Belum tersimpan. Isian tetap di layar dan dikirim ulang dengan kunci yang sama begitu pulih.";
        "The store is away (mode darurat)", "Not saved yet. What is on the screen stays and is sent again with the same key once it is back.";
    /// Too many requests wait.
    Busy = "busy" 503
        "Server sedang sibuk", "Belum tersimpan. Kirim ulang dengan kunci yang sama.";
        "The server is busy", "Not saved yet. Send it again with the same key.";
    /// The server is stopping.
    Stopping = "stopping" 503
        "Server sedang berhenti", "Belum tersimpan. Kirim ulang dengan kunci yang sama; konsol menyambung sendiri.";
        "The server is stopping", "Not saved yet. Send it again with the same key; the console reconnects by itself.";
}
