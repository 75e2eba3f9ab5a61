//! What callers say. Invented; nobody said it.

use super::Outcome;
use crate::seeded::Seeded;

/// What a caller says and what an attentive call-taker makes of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Statement {
    /// The words.
    pub words: &'static str,
    /// Category letter `a` to `g` of an emergency; `None` else.
    pub category: Option<&'static str>,
    /// Priority `P1` to `P3` of an emergency, `P0` else.
    pub priority: &'static str,
}

const fn emergency(category: &'static str, priority: &'static str, words: &'static str) -> Statement {
    Statement { words, category: Some(category), priority }
}

const fn other(words: &'static str) -> Statement {
    Statement { words, category: None, priority: "P0" }
}

const EMERGENCIES: [Statement; 28] = [
    emergency(
        "a",
        "P1",
        "Pak, dapur tetangga saya terbakar, apinya sudah ke atap, masih ada orang di dalam!",
    ),
    emergency("a", "P2", "Semak di belakang kampung terbakar, anginnya ke arah rumah."),
    emergency("a", "P1", "Warung kopi di pojok pasar kebakaran, ada tabung gas di dalam."),
    emergency("a", "P1", "Mobil bak terbakar di jalan besar, sopirnya sudah keluar."),
    emergency("a", "P2", "Kabel di tiang depan rumah keluar api kecil terus."),
    emergency("b", "P2", "Pohon besar tumbang, jalan tertutup semua, mobil tidak bisa lewat."),
    emergency("b", "P1", "Pohon menimpa kabel listrik, kabelnya putus di jalan."),
    emergency("b", "P2", "Jembatan ke dusun kami ambles, anak sekolah tidak bisa lewat."),
    emergency("c", "P1", "Ada tabrakan motor sama truk di tikungan, satu orang tidak bergerak."),
    emergency("c", "P1", "Dua motor adu kepala, darahnya banyak, tolong ambulans."),
    emergency("c", "P1", "Anak tenggelam di kolong bekas tambang, belum ketemu."),
    emergency("c", "P1", "Perahu kami mesinnya mati, ombak tinggi, kami berenam."),
    emergency("c", "P1", "Tanah longsor di lokasi tambang, ada yang tertimbun."),
    emergency("d", "P1", "Banjir sudah sepinggang, nenek saya tidak bisa keluar rumah."),
    emergency("d", "P2", "Angin kencang, atap lima rumah terbang."),
    emergency("d", "P2", "Air laut naik sampai ke dalam rumah, lebih tinggi dari biasa."),
    emergency("e", "P1", "Bapak saya sesak napas, dadanya sakit, keringat dingin."),
    emergency("e", "P1", "Istri saya mau melahirkan, ketuban sudah pecah."),
    emergency("e", "P1", "Anak saya kejang, badannya panas sekali."),
    emergency("e", "P1", "Orang jatuh di halaman, tidak bangun-bangun, ngorok."),
    emergency("e", "P1", "Habis makan di hajatan, banyak yang muntah-muntah."),
    emergency("e", "P1", "Kakak saya digigit ular di kebun, kakinya bengkak."),
    emergency("f", "P1", "Ada maling di rumah sebelah, orangnya masih di dalam."),
    emergency("f", "P1", "Ada yang berkelahi bawa parang di lapangan."),
    emergency("f", "P3", "Motor saya hilang tadi malam di parkiran."),
    emergency("g", "P2", "Ada ular besar di kamar mandi, kami takut."),
    emergency("g", "P3", "Kucing saya di atas pohon dari pagi tidak bisa turun."),
    emergency("g", "P2", "Kakek pergi ke kebun dari subuh belum pulang, sekarang sudah malam."),
];

const NON_EMERGENCIES: [Statement; 9] = [
    other("Lampu jalan di depan rumah saya mati sudah tiga hari."),
    other("Saya mau tanya jadwal kapal ke Lepar hari ini."),
    other("Token listrik saya tidak bisa masuk, bagaimana ya?"),
    other("Sampah di pasar belum diangkut dari kemarin."),
    other("Mau tanya nomor telepon kantor camat."),
    other("Air PDAM di tempat kami mati dari pagi."),
    other("Bagaimana cara mengurus kartu keluarga yang hilang?"),
    other("Jalan di desa kami berlubang, kapan diperbaiki?"),
    other("Ini benar nomor puskesmas? Saya mau daftar berobat besok."),
];

const PRANKS: [Statement; 5] = [
    other("Halo, pesan martabak dua, hahaha."),
    other("Tolong, hati saya kebakaran, hahaha."),
    other("(anak-anak tertawa) Ada hantu di kelas kami!"),
    other("Nyanyi dulu ya, Pak … (bernyanyi)"),
    other("Cuma mau coba, ternyata diangkat."),
];

const SILENCES: [Statement; 3] =
    [other("(tidak ada suara)"), other("(suara televisi jauh)"), other("(napas, tidak ada kata)")];

/// One statement that fits the outcome. Callers who break off do not get to say it, but they had a reason.
pub fn draw(outcome: Outcome, chance: &mut Seeded) -> &'static Statement {
    let (list, first): (&'static [Statement], &'static Statement) = match outcome {
        Outcome::BreaksOff | Outcome::Incident => (&EMERGENCIES, &EMERGENCIES[0]),
        Outcome::Silent => (&SILENCES, &SILENCES[0]),
        Outcome::Prank => (&PRANKS, &PRANKS[0]),
        Outcome::NonEmergency => (&NON_EMERGENCIES, &NON_EMERGENCIES[0]),
    };
    chance.pick(list).unwrap_or(first)
}
