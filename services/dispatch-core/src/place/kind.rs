//! What a place is.

use serde::{Deserialize, Serialize};

/// What a place is. The order is that of the answers when all else is equal: what a caller most likely names first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// Permukiman, kampung, dusun, perumahan.
    Settlement,
    /// Patokan: a crossing, a monument, a well-known tree.
    Landmark,
    /// Jalan, ruas jalan; with its kilometres where they are known.
    Road,
    /// Jembatan.
    Bridge,
    /// Pasar, toko, SPBU, warung.
    Market,
    /// Sekolah.
    School,
    /// Masjid, musala, gereja, vihara, kelenteng, pura.
    Worship,
    /// Rumah sakit, puskesmas, pustu, klinik, apotek.
    Health,
    /// Kantor pemerintah.
    Office,
    /// Kantor polisi, pos, koramil.
    Police,
    /// Pos pemadam.
    FireStation,
    /// Pelabuhan, dermaga, tambatan perahu.
    Harbour,
    /// Pantai, tanjung, teluk.
    Beach,
    /// Pulau, karang.
    Island,
    /// Kolong: a flooded pit of a tin mine.
    Kolong,
    /// Sungai, rawa, bendungan.
    River,
    /// Bukit, gunung, hutan.
    Hill,
    /// Tambang, kebun besar, pabrik, gudang.
    Industry,
    /// Lapangan, taman, tempat wisata, makam.
    Ground,
    /// Anything else.
    Other,
}

/// A kind, its word in a file, other words for it.
type Row = (PlaceKind, &'static str, &'static [&'static str]);

const WORDS: [Row; 20] = [
    (PlaceKind::Settlement, "permukiman", &["kampung", "dusun", "perumahan", "lingkungan"]),
    (PlaceKind::Landmark, "patokan", &["simpang", "tugu", "monumen"]),
    (PlaceKind::Road, "jalan", &["ruas"]),
    (PlaceKind::Bridge, "jembatan", &[]),
    (PlaceKind::Market, "pasar", &["toko", "warung", "spbu"]),
    (PlaceKind::School, "sekolah", &["sd", "smp", "sma", "smk", "madrasah", "pesantren", "tk"]),
    (PlaceKind::Worship, "rumah_ibadah", &["masjid", "musala", "gereja", "vihara", "kelenteng", "pura"]),
    (PlaceKind::Health, "kesehatan", &["rumah_sakit", "puskesmas", "pustu", "klinik", "apotek"]),
    (PlaceKind::Office, "kantor", &["pemerintah"]),
    (PlaceKind::Police, "polisi", &["polsek", "polres", "koramil"]),
    (PlaceKind::FireStation, "pos_pemadam", &["damkar"]),
    (PlaceKind::Harbour, "pelabuhan", &["dermaga"]),
    (PlaceKind::Beach, "pantai", &["tanjung", "teluk"]),
    (PlaceKind::Island, "pulau", &["karang"]),
    (PlaceKind::Kolong, "kolong", &["camui"]),
    (PlaceKind::River, "sungai", &["rawa", "bendungan", "air"]),
    (PlaceKind::Hill, "bukit", &["gunung", "hutan"]),
    (PlaceKind::Industry, "industri", &["tambang", "kebun", "pabrik", "gudang"]),
    (PlaceKind::Ground, "lapangan", &["taman", "wisata", "makam"]),
    (PlaceKind::Other, "lain", &["lainnya"]),
];

impl PlaceKind {
    /// Its word in a file (`jenis`).
    pub fn word(self) -> &'static str {
        WORDS.iter().find(|(kind, _, _)| *kind == self).map_or("lain", |(_, word, _)| word)
    }

    /// The kind that a file names by its word or by another word for it; case, spaces and hyphens do not matter.
    pub fn named(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase().replace([' ', '-'], "_");
        let row = WORDS.iter().find(|(_, own, others)| *own == word || others.contains(&word.as_str()));
        row.map(|(kind, _, _)| *kind)
    }

    /// Every word that a file may use.
    pub fn words() -> impl Iterator<Item = &'static str> {
        WORDS.iter().map(|(_, word, _)| *word)
    }
}
