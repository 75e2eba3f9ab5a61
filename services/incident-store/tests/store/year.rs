//! What figures of a year with a million incidents take. A measurement, run by hand:
//! `cargo test --release -p incident-store --test store year -- --ignored --nocapture`.

use std::fmt::Write as _;
use std::time::Instant;

use dispatch_core::category::{Category, Priority};
use dispatch_core::ids::{AgencyCode, AgencyId, AreaCode, AssignmentId, CallId, IncidentId, UserId};
use dispatch_core::incident::{AssignmentState, Stamp};
use dispatch_core::metrics::{AssignmentTimes, By, CallOutcome, CallTimes, IncidentEnd, IncidentTimes};
use dispatch_core::policy::Rules;
use dispatch_core::routing::Role;
use dispatch_core::time::{Timestamp, Zone};
use uuid::Uuid;

use crate::support::{Engine, Place, START_US, beside, on_both};

const INCIDENTS: u64 = 1_000_000;
const YEAR_US: i64 = 365 * 86_400 * 1_000_000;
const ROWS_AT_ONCE: u64 = 4_000;

/// SplitMix64 (Steele, Lea, Flood 2014).
fn draw(n: u64) -> u64 {
    let mut z = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Ids that grow with time, as those of version 7 do.
fn id(kind: u64, n: u64) -> Uuid {
    Uuid::from_u64_pair(0x0190_0000_0000_7000 + (n << 16), kind << 56 | draw(n) >> 8)
}

/// The call and the incident with this number, one every half minute up to now.
fn happened(n: u64) -> (CallTimes, IncidentTimes) {
    let t0 = START_US - YEAR_US + i64::try_from(n).unwrap() * (YEAR_US / i64::try_from(INCIDENTS).unwrap());
    let after = |seconds: u64, salt: u64| {
        let micros = seconds * 1_000_000 / 2 + draw(n * 16 + salt) % (seconds * 1_000_000);
        Stamp::measured(Timestamp::from_micros(t0 + i64::try_from(micros).unwrap()))
    };
    let (call, incident) = (CallId(id(1, n)), IncidentId(id(2, n)));
    let asked = |k: u64| AssignmentTimes {
        id: AssignmentId(id(3 + k, n)),
        agency: AgencyId(id(9, draw(n + k) % 12)),
        code: AgencyCode::new(["damkar", "ambulans", "polres"][usize::try_from(draw(n + k) % 3).unwrap()]),
        role: if k == 0 { Role::Lead } else { Role::Support },
        state: AssignmentState::Completed,
        raised: u32::from(draw(n + k).is_multiple_of(9)),
        sent: Some(after(100, 2)),
        delivered: Some(after(101, 2)),
        acknowledged: Some(after(200, 3)),
        en_route: Some(after(400, 4)),
        on_scene: Some(after(900, 5)),
        working: Some(after(1_000, 6)).filter(|_| !draw(n).is_multiple_of(3)),
        under_control: None,
        completed: Some(after(4_000, 7)),
    };
    let priority = Priority::ALL[usize::try_from(draw(n) % 3).unwrap()];
    let taker = UserId(id(8, draw(n) % 20));
    let incident_times = IncidentTimes {
        id: incident,
        received: after(60, 1),
        first_call: Some(call),
        opened_by: Some(taker),
        classified: Some(after(60, 1)),
        located: Some(after(60, 1)),
        category: Category::ALL[usize::try_from(draw(n) % 7).unwrap()],
        priority,
        area: Some(AreaCode(format!("19.03.0{}.100{}", 1 + draw(n) % 8, draw(n) % 5))),
        ended: Some((after(8_000, 8), IncidentEnd::Closed)),
        assignments: (0..2).map(asked).collect(),
    };
    let call_times = CallTimes {
        id: call,
        arrived: Stamp::measured(Timestamp::from_micros(t0)),
        answered: Some((after(10, 0), taker)),
        ended: Some(after(150, 9)),
        outcome: CallOutcome::Answered,
        disposition: Some(dispatch_core::call::DispositionKind::Incident),
        incident: Some(incident),
        has_number: true,
        call_back: None,
    };
    (call_times, incident_times)
}

async fn a_year(place: &Place) {
    for first in (0..INCIDENTS).step_by(usize::try_from(ROWS_AT_ONCE).unwrap()) {
        let mut calls = String::from("INSERT INTO call_times (at_us, id, times) VALUES ");
        let mut incidents = String::from("INSERT INTO incident_times (at_us, id, times) VALUES ");
        for n in first..first + ROWS_AT_ONCE {
            let comma = if n == first { "" } else { "," };
            let (call, incident) = happened(n);
            let (at, json) = (call.at().as_micros(), serde_json::to_string(&call).unwrap());
            write!(calls, "{comma}({at},'{}','{json}')", call.id).unwrap();
            let (at, json) = (incident.at().as_micros(), serde_json::to_string(&incident).unwrap());
            write!(incidents, "{comma}({at},'{}','{json}')", incident.id).unwrap();
        }
        beside(place, &calls).await.unwrap();
        beside(place, &incidents).await.unwrap();
    }
    beside(place, "ANALYZE").await.unwrap();
    if place.engine == Engine::Postgres {
        beside(place, "VACUUM").await.unwrap();
    }
}

#[test]
#[ignore = "a measurement: a million incidents on both engines"]
fn a_month_and_a_year_of_a_million_incidents_are_reported_in_time() {
    on_both(|place| async move {
        let desk = place.desk().await;
        a_year(&place).await;
        let rules = Rules::default_rules().unwrap();
        let now = place.clock.now();
        for (what, days, by) in [
            ("month", 30, By::Category),
            ("month", 30, By::Agency),
            ("year", 365, By::Category),
            ("year", 365, By::Day),
        ] {
            let from = Timestamp::from_micros(START_US - days * 86_400 * 1_000_000);
            let begun = Instant::now();
            let counted = desk.store().ledger(from, now).await.unwrap();
            let read = begun.elapsed();
            let report = counted.ledger.report(Some(by), Zone::Wib, &rules.objectives);
            let (n, all) = (report.total.incidents.opened, begun.elapsed());
            println!(
                "{what} by {by:?}: {n} incidents, read {:.2} s, all {:.2} s",
                read.as_secs_f64(),
                all.as_secs_f64()
            );
        }
        let begun = Instant::now();
        let board = desk.store().wallboard(now).await.unwrap();
        println!(
            "wallboard: {} answered today, {:.1} ms",
            board.answered_today,
            begun.elapsed().as_secs_f64() * 1e3
        );
        desk.stop().await;
    });
}
