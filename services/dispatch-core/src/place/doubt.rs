//! What a location text leaves open, and the question that settles it.

use super::kilometre::Kilometre;

/// Something that has to be asked back before anybody drives there.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Doubt {
    /// A number could be two different road posts: "760".
    WhichKilometre {
        /// The likelier one.
        one: Kilometre,
        /// The other one.
        other: Kilometre,
    },
    /// More than 999 metres after the plus.
    MetresTooMany,
    /// A kilometre beyond 999.
    KilometreTooFar,
    /// A latitude above 90 or a longitude above 180 degrees.
    OutOfRange,
    /// Minutes or seconds of 60 and more.
    SixtyOrMore,
    /// Two latitudes, or two longitudes.
    SameAxisTwice,
    /// A minus beside a letter that says the opposite ("-2.9 LU").
    SignAgainstLetter,
    /// Without a sign the point is far away; it was read as a southern latitude.
    SouthAssumed,
    /// The longitude stood first; the two were swapped.
    Swapped,
    /// The point is very far from here.
    FarAway {
        /// Whole kilometres from the kabupaten.
        kilometres: u32,
    },
    /// Looks like a Plus code but is none.
    PlusCodeBroken,
    /// A link that holds no coordinates, for example a shortened one.
    LinkWithoutPoint,
}

impl Doubt {
    /// A stable name for it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::WhichKilometre { .. } => "which_kilometre",
            Self::MetresTooMany => "metres_too_many",
            Self::KilometreTooFar => "kilometre_too_far",
            Self::OutOfRange => "out_of_range",
            Self::SixtyOrMore => "sixty_or_more",
            Self::SameAxisTwice => "same_axis_twice",
            Self::SignAgainstLetter => "sign_against_letter",
            Self::SouthAssumed => "south_assumed",
            Self::Swapped => "swapped",
            Self::FarAway { .. } => "far_away",
            Self::PlusCodeBroken => "plus_code_broken",
            Self::LinkWithoutPoint => "link_without_point",
        }
    }

    /// The question, in Indonesian.
    pub fn question_id(&self) -> String {
        match self {
            Self::WhichKilometre { one, other } => {
                format!(
                    "{one} atau {}?",
                    if other.metres == 0 { format!("KM {}", other.km) } else { other.to_string() }
                )
            }
            Self::MetresTooMany => "Meter setelah tanda + paling banyak 999. Tanya ulang KM-nya.".to_owned(),
            Self::KilometreTooFar => "Tidak ada jalan sepanjang itu. Tanya ulang KM-nya.".to_owned(),
            Self::OutOfRange => "Lintang paling besar 90, bujur 180. Tanya ulang koordinatnya.".to_owned(),
            Self::SixtyOrMore => "Menit dan detik harus di bawah 60. Tanya ulang koordinatnya.".to_owned(),
            Self::SameAxisTwice => "Perlu satu lintang dan satu bujur. Tanya ulang.".to_owned(),
            Self::SignAgainstLetter => {
                "Tanda minus dan huruf arahnya berlawanan. Utara atau selatan?".to_owned()
            }
            Self::SouthAssumed => "Tanpa tanda minus: dibaca lintang selatan. Benar?".to_owned(),
            Self::Swapped => "Bujur ditulis lebih dulu: keduanya ditukar. Benar?".to_owned(),
            Self::FarAway { kilometres } => format!("Titik ini {kilometres} km dari sini. Benar?"),
            Self::PlusCodeBroken => "Plus code tidak lengkap atau salah huruf. Tanya ulang.".to_owned(),
            Self::LinkWithoutPoint => {
                "Tautan ini tidak memuat titik. Minta koordinat atau plus code.".to_owned()
            }
        }
    }

    /// The question, in English.
    pub fn question_en(&self) -> String {
        match self {
            Self::WhichKilometre { one, other } => {
                format!(
                    "{one} or {}?",
                    if other.metres == 0 { format!("KM {}", other.km) } else { other.to_string() }
                )
            }
            Self::MetresTooMany => {
                "At most 999 metres after the plus. Ask for the kilometre again.".to_owned()
            }
            Self::KilometreTooFar => "No road is that long. Ask for the kilometre again.".to_owned(),
            Self::OutOfRange => "Latitude is at most 90, longitude 180. Ask again.".to_owned(),
            Self::SixtyOrMore => "Minutes and seconds are below 60. Ask again.".to_owned(),
            Self::SameAxisTwice => "One latitude and one longitude are needed. Ask again.".to_owned(),
            Self::SignAgainstLetter => {
                "The minus and the letter contradict each other. North or south?".to_owned()
            }
            Self::SouthAssumed => "No minus sign: read as south. Right?".to_owned(),
            Self::Swapped => "The longitude came first: the two were swapped. Right?".to_owned(),
            Self::FarAway { kilometres } => format!("This point is {kilometres} km from here. Right?"),
            Self::PlusCodeBroken => {
                "The Plus code is incomplete or has a wrong letter. Ask again.".to_owned()
            }
            Self::LinkWithoutPoint => {
                "This link holds no point. Ask for coordinates or a Plus code.".to_owned()
            }
        }
    }
}
