//! Where something happened and what it is, as consoles write it.

use dispatch_core::area::LocatedBy;
use dispatch_core::category::{Category, TypeCode};
use dispatch_core::ids::AreaCode;
use dispatch_core::incident::{self, AreaBy, Location, Point};
use dispatch_core::place;
use dispatch_core::private::Private;
use serde::Deserialize;
use utoipa::ToSchema;

use super::faults::Faults;
use crate::names::Names;
use crate::problem::Problem;
use crate::wire::{PointSource, Time};

/// Where an incident is. A landmark alone is enough; an unknown address is never refused.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct LocationRequest {
    /// Degrees north.
    #[schema(minimum = -90, maximum = 90)]
    pub lat: Option<f64>,
    /// Degrees east.
    #[schema(minimum = -180, maximum = 180)]
    pub lon: Option<f64>,
    /// Radius of uncertainty in metres.
    pub accuracy_m: Option<f64>,
    /// Patokan.
    pub landmark: Option<String>,
    /// Address.
    pub address: Option<String>,
    /// Kemendagri code; found from the point when absent.
    pub area_code: Option<String>,
    /// Where the point comes from.
    pub source: Option<PointSource>,
    /// When the point was measured or picked.
    pub fixed_at: Option<Time>,
}

impl LocationRequest {
    /// Reports what cannot be.
    pub fn check(&self, faults: &mut Faults) {
        faults.range("location.lat", self.lat, -90.0..=90.0);
        faults.range("location.lon", self.lon, -180.0..=180.0);
        faults.range("location.accuracy_m", self.accuracy_m, 0.0..=1_000_000.0);
        faults.short("location.landmark", self.landmark.as_deref());
        faults.short("location.address", self.address.as_deref());
        faults.short("location.area_code", self.area_code.as_deref());
        let missing = match (self.lat, self.lon) {
            (Some(_), None) => "location.lon",
            (None, Some(_)) => "location.lat",
            (None, None) | (Some(_), Some(_)) => return,
        };
        faults.report(
            missing,
            "missing",
            "Lintang dan bujur harus berpasangan.",
            "Latitude and longitude come together.",
        );
    }

    /// The location with its area: the one that was given, else the one of the point.
    ///
    /// # Errors
    /// When the given area is not known here.
    pub fn located(self, names: &Names) -> Result<Location, Problem> {
        let given = self.area_code.filter(|code| !code.trim().is_empty()).map(AreaCode);
        if given.as_ref().is_some_and(|code| names.areas().get(code).is_none()) {
            let (id, en) = ("Wilayah tidak dikenal.", "There is no such area.");
            return Err(Problem::field("location.area_code", "unknown_value", id, en));
        }
        let mut point = self.lat.zip(self.lon).map(|(lat, lon)| Point { lat, lon });
        let mut accuracy_m = self.accuracy_m;
        let mut source = self.source.map(|source| source.0).filter(|_| point.is_some());
        // Coordinates that were typed as words are a point all the same, unless they need a question.
        if let Some(read) = point.is_none().then(|| written(self.landmark.as_deref(), names)).flatten() {
            point = Some(Point { lat: read.point.lat, lon: read.point.lon });
            accuracy_m = Some(read.accuracy_m);
            source = Some(incident::PointSource::Typed);
        }
        let found = point.map(|point| names.areas().locate(point.lat, point.lon));
        let by = |by| match by {
            LocatedBy::Polygon => AreaBy::Polygon,
            LocatedBy::NearestOutline | LocatedBy::NearestCentre => AreaBy::Nearest,
        };
        let outside = found.as_ref().is_some_and(|found| found.outside);
        let (area_code, area_by) = match (given, found) {
            (Some(code), _) => (Some(code), Some(AreaBy::Given)),
            (None, Some(found)) => (found.area.clone(), found.area.map(|_| by(found.by))),
            (None, None) => (None, None),
        };
        Ok(Location {
            point: point.map(Private::new),
            accuracy_m,
            landmark: self.landmark.map(Private::new),
            address: self.address.map(Private::new),
            area_code,
            outside,
            area_by,
            source,
            fixed_at: self.fixed_at.map(|at| at.0).filter(|_| point.is_some()),
        })
    }
}

/// The point that a landmark says, if nothing about it is in doubt.
fn written(landmark: Option<&str>, names: &Names) -> Option<place::ReadPoint> {
    let reading = place::read(landmark?, names.areas());
    reading.point.filter(|_| reading.doubts.is_empty())
}

/// The type with this code, if it is one of the category.
///
/// # Errors
/// When it is not.
pub fn kind_of(code: Option<String>, category: Category, names: &Names) -> Result<Option<TypeCode>, Problem> {
    let Some(code) = code.map(TypeCode) else { return Ok(None) };
    match names.policy().rules.kind(&code) {
        Some(rule) if rule.category == category => Ok(Some(code)),
        Some(_) => {
            let (id, en) = ("Jenis ini bukan dari kategori itu.", "This type is not of that category.");
            Err(Problem::field("type", "unknown_value", id, en))
        }
        None => {
            Err(Problem::field("type", "unknown_value", "Jenis tidak dikenal.", "There is no such type."))
        }
    }
}
