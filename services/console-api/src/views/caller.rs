//! Who calls, and from where.

use dispatch_core::call::fact;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::{FixSource, IdentitySource, Time};

/// Who calls.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Caller {
    /// The number, E.164 where it could be normalised.
    pub number: String,
    /// The display name.
    pub name: Option<String>,
    /// Who says so.
    pub source: Option<IdentitySource>,
}

/// One location of the caller.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Fix {
    /// The point with its radius of uncertainty.
    pub point: Option<FixPoint>,
    /// A URI to fetch the location from.
    pub reference: Option<String>,
    /// A civic address.
    pub civic: Option<String>,
    /// Who measured it.
    pub source: FixSource,
    /// When it was measured.
    pub measured_at: Option<Time>,
}

/// A point with its radius of uncertainty.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FixPoint {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Metres.
    pub radius_m: f64,
}

impl Caller {
    /// The view of a record.
    pub fn of(caller: &fact::Caller) -> Self {
        Self {
            number: caller.number.reveal().clone(),
            name: caller.name.as_ref().map(|name| name.reveal().clone()),
            source: Some(caller.source.into()),
        }
    }
}

impl Fix {
    /// The view of a record.
    pub fn of(fix: &fact::Fix) -> Self {
        let point = |p: &fact::FixPoint| FixPoint { lat: p.lat, lon: p.lon, radius_m: p.radius_m };
        Self {
            point: fix.point.as_ref().map(|p| point(p.reveal())),
            reference: fix.reference.as_ref().map(|text| text.reveal().clone()),
            civic: fix.civic.as_ref().map(|text| text.reveal().clone()),
            source: fix.source.into(),
            measured_at: fix.measured_at.map(Time),
        }
    }
}
