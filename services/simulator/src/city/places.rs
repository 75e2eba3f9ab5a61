//! Positions in the example area, Kabupaten Bangka Selatan.

use crate::seeded::Seeded;

/// The eight kecamatan: Kemendagri code, name, centre (latitude, longitude), weight by population.
const KECAMATAN: [(&str, &str, f64, f64, f64); 8] = [
    ("19.03.01", "Toboali", -2.911, 106.509, 0.40),
    ("19.03.02", "Lepar", -2.958, 106.812, 0.06),
    ("19.03.03", "Airgegas", -2.719, 106.374, 0.20),
    ("19.03.04", "Simpang Rimba", -2.651, 105.983, 0.11),
    ("19.03.05", "Payung", -2.624, 106.138, 0.10),
    ("19.03.06", "Tukak Sadai", -3.025, 106.666, 0.06),
    ("19.03.07", "Pulau Besar", -2.801, 106.140, 0.04),
    ("19.03.08", "Kepulauan Pongok", -2.872, 107.060, 0.03),
];

/// What people say they are near to.
const LANDMARKS: [&str; 12] = [
    "dekat pasar lama",
    "depan masjid raya",
    "belakang sekolah dasar",
    "simpang tiga arah pelabuhan",
    "samping kantor desa",
    "tikungan sebelum jembatan",
    "seberang pom bensin",
    "ujung gang dekat sumur",
    "pinggir pantai dekat dermaga",
    "kebun sawit sebelah utara jalan",
    "dekat menara telepon",
    "depan puskesmas",
];

/// Degrees of spread around a kecamatan's centre: about 2 km.
const SPREAD_DEGREES: f64 = 0.018;

/// A place where something happens.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Place {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// How sure a telephone network would be, in metres.
    pub radius_m: f64,
    /// Kemendagri code of the kecamatan whose centre it was drawn around.
    pub area_code: &'static str,
    /// Its name.
    pub area_name: &'static str,
    /// What the caller says it is near to.
    pub landmark: &'static str,
}

impl Place {
    /// A place drawn by population.
    pub fn draw(chance: &mut Seeded) -> Self {
        let mut rest = chance.unit();
        let mut chosen = KECAMATAN[0];
        for kecamatan in KECAMATAN {
            if rest < kecamatan.4 {
                chosen = kecamatan;
                break;
            }
            rest -= kecamatan.4;
        }
        let (area_code, area_name, lat, lon, _) = chosen;
        Self {
            lat: round_to_metre(lat + SPREAD_DEGREES * chance.bell()),
            lon: round_to_metre(lon + SPREAD_DEGREES * chance.bell()),
            radius_m: chance.between(20.0, 1_500.0).round(),
            area_code,
            area_name,
            landmark: chance.pick(&LANDMARKS).copied().unwrap_or_default(),
        }
    }

    /// What another witness of the same event would give: some hundred metres off.
    pub fn near(&self, chance: &mut Seeded) -> Self {
        Self {
            lat: round_to_metre(self.lat + 0.003 * chance.bell()),
            lon: round_to_metre(self.lon + 0.003 * chance.bell()),
            radius_m: chance.between(20.0, 1_500.0).round(),
            ..*self
        }
    }
}

/// Five decimals are about a metre.
fn round_to_metre(degrees: f64) -> f64 {
    (degrees * 100_000.0).round() / 100_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lie_around_their_kecamatan() {
        let mut chance = Seeded::new(5);
        for _ in 0..5_000 {
            let place = Place::draw(&mut chance);
            let (_, _, lat, lon, _) =
                KECAMATAN.into_iter().find(|kecamatan| kecamatan.0 == place.area_code).expect("a known code");
            assert!((place.lat - lat).abs() < 0.11 && (place.lon - lon).abs() < 0.11, "{place:?}");
        }
    }
}
