//! What is written about units.

use dispatch_core::area::Point;
use dispatch_core::private::Private;
use dispatch_core::time::Seconds;
use dispatch_core::unit::{self, Base, CREW_LINK_MAX, Position, Profile, UnitCommand};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::input::{Checked, Faults};
use crate::names::Names;
use crate::wire::{PositionSource, Time, UnitKind, UnitSkill};

/// People on one unit: a bus.
const CREW_MAX: u8 = 60;
/// Metres of uncertainty that anybody sends.
const ACCURACY_M: std::ops::RangeInclusive<f64> = 0.0..=1_000_000.0;

/// What a unit is.
#[derive(Clone, Deserialize, ToSchema)]
pub struct ProfileRequest {
    /// What it is called on the radio; one per agency.
    callsign: String,
    /// What it is, in words.
    #[serde(default)]
    label: String,
    /// Its kind.
    kind: UnitKind,
    /// Whether it gets over water.
    #[serde(default)]
    by_sea: bool,
    /// What its crew can do.
    #[serde(default)]
    skills: Vec<UnitSkill>,
    /// Where it stands when nothing happens.
    base: Option<PointRequest>,
    /// By which decree or letter, where there is one.
    decree: Option<String>,
}

/// A point.
#[derive(Clone, Copy, Deserialize, ToSchema)]
pub struct PointRequest {
    /// Degrees north.
    #[schema(minimum = -90, maximum = 90)]
    lat: f64,
    /// Degrees east.
    #[schema(minimum = -180, maximum = 180)]
    lon: f64,
}

/// What is said of a unit.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum UnitRequest {
    /// It can be sent.
    Ready,
    /// It cannot be sent. Refused while it is on a task.
    OutOfService {
        /// Why.
        reason: String,
    },
    /// Another crew is on, and its shift begins now; 0 when nobody is.
    Crew {
        /// How many people.
        size: u8,
    },
    /// Where it is. The browser of a telephone sends this as it moves; what says nothing new is not kept.
    Position {
        /// Degrees north.
        lat: f64,
        /// Degrees east.
        lon: f64,
        /// Radius of uncertainty in metres.
        accuracy_m: Option<f64>,
        /// When it was measured.
        at: Time,
        /// What told it.
        source: PositionSource,
    },
    /// What it is, all of it.
    Edit(ProfileRequest),
    /// Remove it for ever. Refused while it is on a task.
    Retire,
    /// Give its crew a link to its page, `/petugas#ID.SECRET`; the one before ends. Whoever asks makes the secret (32
    /// random bytes) and sends only its hash.
    Link {
        /// SHA-256 of the secret, lower-case hex.
        secret_sha256: String,
        /// For how many hours.
        #[schema(minimum = 1, maximum = 24)]
        hours: u32,
    },
    /// End the link.
    Unlink,
    /// Put it on a task of its agency that was acknowledged.
    Join {
        /// The assignment.
        assignment_id: uuid::Uuid,
    },
    /// Take it off its task; nothing, when it is on none.
    Leave,
}

impl ProfileRequest {
    /// Reports what cannot be.
    pub fn check(&self, path: &str, faults: &mut Faults) {
        faults.required(&format!("{path}callsign"), &self.callsign);
        faults.short(&format!("{path}callsign"), Some(&self.callsign));
        faults.short(&format!("{path}label"), Some(&self.label));
        faults.short(&format!("{path}decree"), self.decree.as_deref());
        if let Some(base) = self.base {
            faults.range(&format!("{path}base.lat"), Some(base.lat), -90.0..=90.0);
            faults.range(&format!("{path}base.lon"), Some(base.lon), -180.0..=180.0);
        }
    }

    /// The profile, with the area of its base.
    pub fn into_profile(self, names: &Names) -> Profile {
        let base = self.base.map(|base| Base {
            point: Point { lat: base.lat, lon: base.lon },
            area: names.areas().locate(base.lat, base.lon).area,
        });
        Profile {
            callsign: self.callsign.trim().to_owned(),
            label: self.label,
            kind: self.kind.0,
            by_sea: self.by_sea || self.kind.0 == unit::UnitKind::Boat,
            skills: self.skills.into_iter().map(|skill| skill.0).collect(),
            base,
            decree: self.decree.map(|decree| decree.trim().to_owned()).filter(|decree| !decree.is_empty()),
        }
    }
}

/// Reports more people than fit.
pub fn check_crew(field: &str, crew: u8, faults: &mut Faults) {
    faults.range(field, Some(f64::from(crew)), 0.0..=f64::from(CREW_MAX));
}

impl Checked for UnitRequest {
    fn check(&self, faults: &mut Faults) {
        match self {
            Self::Ready | Self::Join { .. } | Self::Leave | Self::Retire | Self::Unlink => {}
            Self::Link { secret_sha256, hours } => {
                faults.short("secret_sha256", Some(secret_sha256));
                faults.range("hours", Some(f64::from(*hours)), 1.0..=f64::from(CREW_LINK_MAX.0 / 3600));
            }
            Self::OutOfService { reason } => {
                faults.required("reason", reason);
                faults.short("reason", Some(reason));
            }
            Self::Crew { size } => check_crew("size", *size, faults),
            Self::Position { lat, lon, accuracy_m, .. } => {
                faults.range("lat", Some(*lat), -90.0..=90.0);
                faults.range("lon", Some(*lon), -180.0..=180.0);
                faults.range("accuracy_m", *accuracy_m, ACCURACY_M);
            }
            Self::Edit(profile) => profile.check("", faults),
        }
    }
}

impl UnitRequest {
    /// The command on the unit; none for joining and leaving, which are commands on the incident.
    pub fn on_unit(&self, names: &Names) -> Option<UnitCommand> {
        Some(match self {
            Self::Join { .. } | Self::Leave => return None,
            Self::Ready => UnitCommand::Ready,
            Self::Retire => UnitCommand::Retire,
            Self::Link { secret_sha256, hours } => {
                let holds = Seconds(hours.saturating_mul(3_600));
                UnitCommand::Link { secret_sha256: secret_sha256.clone(), holds }
            }
            Self::Unlink => UnitCommand::Unlink,
            Self::OutOfService { reason } => {
                UnitCommand::OutOfService { reason: Private::new(reason.trim().to_owned()) }
            }
            Self::Crew { size } => UnitCommand::Crew { size: *size },
            Self::Position { lat, lon, accuracy_m, at, source } => {
                let point = Some(Private::new(Point { lat: *lat, lon: *lon }));
                let (accuracy_m, fixed_at, source) = (*accuracy_m, at.0, source.0);
                UnitCommand::Position(Position { point, accuracy_m, fixed_at, source })
            }
            Self::Edit(profile) => {
                UnitCommand::Change { profile: Box::new(profile.clone().into_profile(names)) }
            }
        })
    }
}
