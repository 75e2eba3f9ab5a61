//! Calls, incidents and people for the stories.

use std::sync::atomic::{AtomicU64, Ordering};

use dispatch_core::actor::Actor;
use dispatch_core::call::CallCommand;
use dispatch_core::call::fact::{Arrival, CallFact, Caller, Direction, EndReason, IdentitySource};
use dispatch_core::category::{Category, Priority, TypeCode};
use dispatch_core::ids::{AgencyCode, AgencyId, CallId, IncidentId, UserId};
use dispatch_core::incident::{Change, Incident, IncidentCommand, Location, Point, Report, ReportSource};
use dispatch_core::private::Private;
use dispatch_core::routing::{Role, Target};
use dispatch_core::site::UserRole;
use dispatch_core::time::Timestamp;
use incident_store::{
    Desk, DeskCommand, IdempotencyKey, Outcome, Receipt, SiteCommand, Submission, SubmitError,
};
use uuid::Uuid;

pub const NUMBER: &str = "+628117171717";
pub const STATEMENT: &str = "Rumah terbakar di Gang Mawar, api besar";

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A number that no other asks for.
pub fn next() -> u64 {
    NEXT.fetch_add(1, Ordering::SeqCst)
}

/// A new version 7 UUID, distinct within this process.
pub fn uuid() -> Uuid {
    Uuid::from_u64_pair(0x0193_5A00_0000_7000, 0x8000_0000_0000_0000 | next())
}

pub fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::new(text).unwrap()
}

pub fn new_key() -> IdempotencyKey {
    key(&format!("test:{}", next()))
}

pub fn user(n: u64) -> UserId {
    UserId(Uuid::from_u64_pair(0x0193_5A00_0000_7111, 0x8000_0000_0000_0000 | n))
}

pub fn agency(n: u64) -> AgencyId {
    AgencyId(Uuid::from_u64_pair(0x0193_5A00_0000_7222, 0x8000_0000_0000_0000 | n))
}

pub fn arrival(number: &str) -> CallFact {
    CallFact::Arrived(Box::new(Arrival {
        trunk: "telkom".into(),
        dialled: "sip:112@127.0.0.1".into(),
        sip_call_id: format!("call-{}", next()),
        caller: Some(Caller {
            number: Private::new(number.to_owned()),
            name: None,
            source: IdentitySource::Asserted,
        }),
        fixes: vec![],
        access_network: None,
        user_agent: None,
        defects: vec![],
        test: false,
        direction: Direction::In,
    }))
}

pub fn fact(id: CallId, at: Timestamp, fact: CallFact) -> Submission {
    Submission::new(new_key(), Actor::Trunk, DeskCommand::Call(id, CallCommand::Fact { at, fact }))
}

/// Lets a call arrive; nobody has answered.
pub async fn call_arrives(desk: &Desk, at: Timestamp, number: &str) -> CallId {
    let id = CallId(uuid());
    desk.submit(fact(id, at, arrival(number))).await.unwrap();
    id
}

pub async fn call_ends(desk: &Desk, id: CallId, at: Timestamp) {
    let end = CallFact::Ended { reason: EndReason::CallerHungUp };
    desk.submit(fact(id, at, end)).await.unwrap();
}

pub fn report(priority: Priority) -> Report {
    Report {
        number: String::new(),
        category: Category::A,
        kind: Some(TypeCode::new("kebakaran_bangunan")),
        priority,
        narrative: Private::new(STATEMENT.to_owned()),
        location: Location {
            point: Some(Private::new(Point { lat: -2.9912345, lon: 106.4567891 })),
            accuracy_m: Some(25.5),
            landmark: Some(Private::new("Masjid Al Ikhlas".to_owned())),
            ..Location::default()
        },
        casualties: Some(2),
        reporter: None,
        call: None,
    }
}

/// Opens an incident as user 1.
pub async fn incident_opens(desk: &Desk, priority: Priority) -> Incident {
    let open = DeskCommand::OpenIncident(IncidentId(uuid()), Box::new(report(priority)));
    incident_of(desk.submit(by(1, open)).await.unwrap())
}

pub fn by(person: u64, command: DeskCommand) -> Submission {
    Submission::new(new_key(), Actor::User(user(person)), command)
}

pub fn target(n: u64, role: Role) -> Target {
    Target { agency: agency(n), code: AgencyCode::new(format!("instansi_{n}")), role, because: "uji".into() }
}

/// Sends agency `n` as the lead.
pub async fn dispatched(desk: &Desk, id: IncidentId, n: u64) -> Incident {
    let dispatch = IncidentCommand::Dispatch { targets: vec![target(n, Role::Lead)], note: None };
    incident_of(desk.submit(by(1, DeskCommand::Incident(id, dispatch))).await.unwrap())
}

pub fn step(incident: &Incident, ordinal: usize, change: Change) -> DeskCommand {
    let id = incident.assignments[ordinal].id;
    DeskCommand::Incident(
        incident.id,
        IncidentCommand::Assignment { id, change, source: ReportSource::Console },
    )
}

pub fn incident_of(receipt: Receipt) -> Incident {
    match receipt.outcomes.into_iter().next() {
        Some(Outcome::Incident(incident)) => *incident,
        other => panic!("no incident: {other:?}"),
    }
}

pub async fn on_site(desk: &Desk, command: SiteCommand) -> Result<Receipt, SubmitError> {
    desk.submit(Submission::new(new_key(), Actor::System, DeskCommand::Site(command))).await
}

pub fn add_agency(n: u64) -> SiteCommand {
    let code = AgencyCode::new(format!("instansi_{n}"));
    SiteCommand::AddAgency {
        agency: agency(n),
        code,
        name: format!("Instansi {n}"),
        functions: vec![],
        decree: None,
    }
}

pub fn add_user(n: u64, username: &str, role: UserRole, of: Option<u64>) -> SiteCommand {
    SiteCommand::AddUser {
        user: user(n),
        username: Private::new(username.to_owned()),
        name: Private::new(format!("Petugas {n}")),
        role,
        agency: of.map(agency),
        password_hash: format!("hash-{n}"),
        temporary: false,
        decree: None,
    }
}
