//! An evening in Toboali: incidents, calls and sightings in a line each.

use std::sync::{Arc, LazyLock};

use dispatch_core::actor::Actor;
use dispatch_core::area::Point;
use dispatch_core::call::fact::{Arrival, CallFact, Caller, Direction, IdentitySource};
use dispatch_core::call::{self, Call, CallEvent};
use dispatch_core::category::{Category, Priority, TypeCode};
use dispatch_core::duplicate::{Because, DuplicateRules, Index, Place, Sighting, comparable_number};
use dispatch_core::ids::{AreaCode, CallId, IncidentId, UserId};
use dispatch_core::incident::{self, Incident, IncidentEvent, Location, Report};
use dispatch_core::policy::{Rules, TypeRule};
use dispatch_core::private::Private;
use dispatch_core::time::{Seconds, Timestamp};
use uuid::Uuid;

/// The market of Toboali.
pub const MARKET: Point = Point { lat: -3.0100, lon: 106.4550 };

/// Read once: thousands of incidents ask.
static SITE: LazyLock<Rules> = LazyLock::new(|| Rules::default_rules().unwrap());

pub fn rules() -> &'static DuplicateRules {
    &SITE.duplicates
}

pub fn kind(code: &str) -> &'static TypeRule {
    SITE.kind(&TypeCode::new(code)).unwrap()
}

pub fn evening() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// A point so many metres north and east of the market.
pub fn at(north_m: f64, east_m: f64) -> Point {
    let degree = 111_195.0;
    Point {
        lat: MARKET.lat + north_m / degree,
        lon: MARKET.lon + east_m / (degree * MARKET.lat.to_radians().cos()),
    }
}

pub struct Evening {
    pub rules: DuplicateRules,
    pub now: Timestamp,
    pub index: Index,
    pub incidents: Vec<Incident>,
}

impl Evening {
    pub fn new() -> Self {
        Self { rules: rules().clone(), now: evening(), index: Index::default(), incidents: Vec::new() }
    }

    pub fn wait(&mut self, minutes: u32) {
        self.now = self.now.after(Seconds::minutes(minutes));
    }

    /// An incident of this type, opened now. Its name is its place in the list.
    pub fn opens(&mut self, kind: &str, location: Location) -> usize {
        self.opens_by(kind, location, None)
    }

    pub fn opens_by(&mut self, kind: &str, location: Location, number: Option<&str>) -> usize {
        let place = self.incidents.len();
        let rule = self::kind(kind);
        let reporter = number
            .map(|number| incident::Reporter { name: None, number: Some(Private::new(number.to_owned())) });
        let incident = opened(place, rule.category, Some(rule.code.clone()), location, reporter, self.now);
        self.index.note_incident(&Arc::new(incident.clone()), &self.rules, self.now);
        self.incidents.push(incident);
        place
    }

    /// Something happens to an incident now.
    pub fn happens(&mut self, incident: usize, event: &IncidentEvent) {
        let before = self.incidents[incident].clone();
        let after = incident::apply(Some(before), id(incident), event, Actor::System, self.now).unwrap();
        self.incidents[incident] = after.clone();
        self.index.note_incident(&Arc::new(after), &self.rules, self.now);
    }

    pub fn closes(&mut self, incident: usize) {
        self.happens(incident, &IncidentEvent::Closed { reason: None });
    }

    /// A call from this number is attached to an incident now.
    pub fn calls(&mut self, incident: usize, number: &str) {
        let call = call_from(self.incidents[incident].calls.len() + 1_000 * (incident + 1), number, self.now);
        self.happens(incident, &IncidentEvent::CallAttached { call: call.id });
        self.index.note_call(&call);
    }

    /// What is proposed, as `(incident, reasons)`, best first.
    pub fn proposed(&self, sighting: &Sighting) -> Vec<(usize, Vec<Because>)> {
        let found = self.index.candidates(sighting, &self.rules, self.now);
        found.candidates.into_iter().map(|one| (place_of(one.incident), one.because)).collect()
    }

    pub fn names(&self, sighting: &Sighting) -> Vec<usize> {
        self.proposed(sighting).into_iter().map(|(incident, _)| incident).collect()
    }
}

pub fn id(place: usize) -> IncidentId {
    IncidentId(Uuid::from_u128(1 + place as u128))
}

fn place_of(id: IncidentId) -> usize {
    usize::try_from(id.0.as_u128() - 1).unwrap()
}

pub fn opened(
    place: usize,
    category: Category,
    kind: Option<TypeCode>,
    location: Location,
    reporter: Option<incident::Reporter>,
    now: Timestamp,
) -> Incident {
    let report = Report {
        number: format!("2026-{place:06}"),
        category,
        kind,
        priority: Priority::P1,
        narrative: Private::new(String::new()),
        location,
        casualties: None,
        reporter,
        call: None,
    };
    let by = UserId(Uuid::from_u128(9));
    let event = IncidentEvent::Opened { report: Box::new(report), by: Some(by), dispatch_due_at: now };
    incident::apply(None, id(place), &event, Actor::User(by), now).unwrap()
}

pub fn pin(point: Point, accuracy_m: f64) -> Location {
    let point = incident::Point { lat: point.lat, lon: point.lon };
    Location { point: Some(Private::new(point)), accuracy_m: Some(accuracy_m), ..Location::default() }
}

pub fn named(landmark: &str, area: Option<&str>) -> Location {
    Location {
        landmark: Some(Private::new(landmark.to_owned())),
        area_code: area.map(|code| AreaCode(code.to_owned())),
        ..Location::default()
    }
}

/// A telephone that rings at a point.
pub fn rings(point: Point, radius_m: f64) -> Sighting {
    Sighting { caller: Place::new(Some((point, radius_m)), None, []), ..Sighting::default() }
}

/// A scene that was typed.
pub fn typed(landmark: &str, area: Option<&str>) -> Sighting {
    let area = area.map(|code| AreaCode(code.to_owned()));
    Sighting { scene: Place::new(None, area, [landmark]), ..Sighting::default() }
}

pub fn of_kind(sighting: Sighting, kind: &str) -> Sighting {
    let rule = self::kind(kind);
    Sighting { category: Some(rule.category), kind: Some(rule.code.clone()), ..sighting }
}

pub fn by(sighting: Sighting, number: &str) -> Sighting {
    Sighting { number: comparable_number(number).map(Private::new), ..sighting }
}

fn call_from(n: usize, number: &str, now: Timestamp) -> Call {
    let caller =
        Caller { number: Private::new(number.to_owned()), name: None, source: IdentitySource::Asserted };
    let arrival = Arrival {
        trunk: "telco".into(),
        dialled: "sip:112@sigap".into(),
        sip_call_id: "x".into(),
        caller: Some(caller),
        fixes: vec![],
        access_network: None,
        user_agent: None,
        defects: vec![],
        test: false,
        direction: Direction::In,
    };
    let fact = CallEvent::Fact { at: now, fact: CallFact::Arrived(Box::new(arrival)) };
    call::apply(None, CallId(Uuid::from_u128(n as u128)), &fact).unwrap()
}
