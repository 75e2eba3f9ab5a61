//! The units of the demo: as many as Bangka Selatan says it has (five fire engines and a tanker), the others invented.
//! PLN has none on purpose: an agency works without.

use dispatch_core::area::{AreaIndex, Point, bangka_selatan};
use dispatch_core::ids::{AgencyId, UnitId};
use dispatch_core::unit::{Base, Profile, Skill, UnitCommand, UnitKind};
use incident_store::DeskCommand;
use uuid::Uuid;

/// Agency, callsign, label, kind, whether it gets over water, skills, crew, latitude, longitude.
type Row = (&'static str, &'static str, &'static str, UnitKind, bool, &'static [Skill], u8, f64, f64);

const TOBOALI: (f64, f64) = (-3.0087, 106.4547);

const UNITS: [Row; 18] = [
    fire("Damkar 1", "Isuzu Giga 4.000 L", &[Skill::Extrication, Skill::Hazmat], 5, TOBOALI),
    fire("Damkar 2", "Hino Ranger 3.000 L", &[Skill::Height, Skill::Animal], 4, TOBOALI),
    fire("Damkar 3", "Mitsubishi Fuso 3.000 L", &[Skill::Animal], 4, (-2.719, 106.374)),
    fire("Damkar 4", "Mitsubishi Fuso 3.000 L", &[Skill::Animal], 4, (-2.624, 106.138)),
    fire("Damkar 5", "Isuzu Elf 2.000 L", &[], 3, (-2.651, 105.983)),
    ("damkar", "Tangki 1", "Hino 8.000 L", UnitKind::Tanker, false, &[], 2, TOBOALI.0, TOBOALI.1),
    ambulance("Ambulans 1", "RSUD, gawat darurat", &[Skill::AdvancedLifeSupport], (-2.9903, 106.4489)),
    ambulance("Ambulans 2", "RSUD, transpor", &[], (-2.9903, 106.4489)),
    ambulance("Ambulans 3", "Puskesmas Airgegas", &[], (-2.719, 106.374)),
    ambulance("Ambulans Lepar", "Puskesmas Tanjung Labu", &[], (-2.958, 106.812)),
    ("polres", "Patroli 1", "Sabhara", UnitKind::Patrol, false, &[Skill::Armed], 3, -2.9951, 106.4522),
    ("polres", "Patroli 2", "Lalu lintas", UnitKind::Patrol, false, &[], 2, -2.9951, 106.4522),
    (
        "polres",
        "Kapal Polairud",
        "Sadai",
        UnitKind::Boat,
        true,
        &[Skill::Armed, Skill::Water],
        4,
        -3.0406,
        106.7437,
    ),
    ("satpolpp", "Pol PP 1", "Patroli", UnitKind::Patrol, false, &[], 4, TOBOALI.0, TOBOALI.1),
    (
        "basarnas",
        "Rescue 1",
        "Rescue car",
        UnitKind::Rescue,
        false,
        &[Skill::Extrication, Skill::Height, Skill::Search, Skill::Water],
        5,
        -3.0143,
        106.4601,
    ),
    (
        "basarnas",
        "RIB 1",
        "Perahu karet 40 PK",
        UnitKind::Boat,
        true,
        &[Skill::Water, Skill::Diving],
        4,
        -3.0143,
        106.4601,
    ),
    ("bpbd", "TRC 1", "Tim reaksi cepat", UnitKind::Team, false, &[Skill::Search], 6, TOBOALI.0, TOBOALI.1),
    ("bpbd", "Perahu BPBD", "Perahu karet", UnitKind::Boat, true, &[Skill::Water], 3, TOBOALI.0, TOBOALI.1),
];

const fn fire(
    callsign: &'static str,
    label: &'static str,
    skills: &'static [Skill],
    crew: u8,
    at: (f64, f64),
) -> Row {
    ("damkar", callsign, label, UnitKind::Engine, false, skills, crew, at.0, at.1)
}

const fn ambulance(
    callsign: &'static str,
    label: &'static str,
    skills: &'static [Skill],
    at: (f64, f64),
) -> Row {
    ("ambulans", callsign, label, UnitKind::Ambulance, false, skills, 3, at.0, at.1)
}

/// The registrations of the units of one agency.
pub fn of(code: &str, agency: AgencyId) -> Vec<DeskCommand> {
    let areas = AreaIndex::new(bangka_selatan::areas());
    let own = UNITS.iter().filter(|row| row.0 == code);
    own.map(|&(_, callsign, label, kind, by_sea, skills, crew, lat, lon)| {
        let base = Base { point: Point { lat, lon }, area: areas.locate(lat, lon).area };
        let profile = Profile {
            callsign: callsign.to_owned(),
            label: label.to_owned(),
            kind,
            by_sea,
            skills: skills.iter().copied().collect(),
            base: Some(base),
            decree: None,
        };
        let profile = Box::new(profile);
        DeskCommand::Unit(UnitId(Uuid::now_v7()), UnitCommand::Register { agency, profile, crew })
    })
    .collect()
}
