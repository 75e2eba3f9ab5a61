//! What kind of emergency, and how urgent.
//!
//! The seven letters are fixed by Peraturan Bupati Bangka Selatan 22/2021 Pasal 24 ayat (2) and, nationally, by
//! Permenkominfo 10/2016 Pasal 4 ayat (2). Their labels differ and are policy, not code.

use serde::{Deserialize, Serialize};

/// One of the regulation's seven categories.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// Kebakaran: fire.
    A,
    /// Kerusakan in the local regulation, kerusuhan in the national one: damage or unrest.
    B,
    /// Kecelakaan: accident.
    C,
    /// Bencana alam: natural disaster.
    D,
    /// Penanganan masalah kesehatan: health.
    E,
    /// Gangguan keamanan dan ketertiban: security and order.
    F,
    /// Keadaan darurat lainnya: what the Pemda adds by decree.
    G,
}

impl Category {
    /// All seven, in the regulation's order.
    pub const ALL: [Self; 7] = [Self::A, Self::B, Self::C, Self::D, Self::E, Self::F, Self::G];

    /// The letter as stored and sent.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::C => "c",
            Self::D => "d",
            Self::E => "e",
            Self::F => "f",
            Self::G => "g",
        }
    }
}

impl std::fmt::Display for Category {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.letter())
    }
}

/// How urgent. Ordered by urgency: the most urgent is the smallest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Priority {
    /// Merah: life in danger now.
    P1,
    /// Kuning: serious, may worsen.
    P2,
    /// Hijau: not urgent, but an agency must come.
    P3,
    /// Putih: no emergency; information or a complaint.
    P0,
}

impl Priority {
    /// All four, most urgent first.
    pub const ALL: [Self; 4] = [Self::P1, Self::P2, Self::P3, Self::P0];

    /// One level up, for the uncertain case: "bila ragu, naikkan".
    pub const fn raised(self) -> Self {
        match self {
            Self::P1 | Self::P2 => Self::P1,
            Self::P3 => Self::P2,
            Self::P0 => Self::P3,
        }
    }

    /// The code as stored and sent.
    pub const fn code(self) -> &'static str {
        match self {
            Self::P1 => "P1",
            Self::P2 => "P2",
            Self::P3 => "P3",
            Self::P0 => "P0",
        }
    }
}

impl std::fmt::Display for Priority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

/// The code of an incident type within a category, in Indonesian snake case: `kebakaran_bangunan`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TypeCode(pub String);

impl TypeCode {
    /// Makes a code from text that is known to be one.
    pub fn new(code: impl Into<String>) -> Self {
        Self(code.into())
    }
}

impl std::fmt::Display for TypeCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_urgent_comes_first_and_doubt_raises() {
        let mut all = [Priority::P0, Priority::P3, Priority::P1, Priority::P2];
        all.sort();
        assert_eq!(all, Priority::ALL);
        assert_eq!(Priority::ALL.map(Priority::raised).map(Priority::code), ["P1", "P1", "P2", "P3"]);
    }

    #[test]
    fn letters_and_codes_are_what_is_serialised() {
        for category in Category::ALL {
            assert_eq!(serde_json::to_string(&category).unwrap(), format!("\"{category}\""));
        }
        for priority in Priority::ALL {
            assert_eq!(serde_json::to_string(&priority).unwrap(), format!("\"{priority}\""));
        }
    }
}
