//! What a million incidents of history cost: nothing that grows with them. A measurement, run by hand:
//! `cargo test --release -p incident-store --test store million -- --ignored --nocapture`.

use std::sync::Arc;
use std::time::Instant;

use dispatch_core::actor::Actor;
use dispatch_core::area;
use dispatch_core::category::Priority;
use dispatch_core::duplicate::{DuplicateRules, Index, Place as Whereabouts, Sighting};
use dispatch_core::ids::{AreaCode, IncidentId};
use dispatch_core::incident::{Ending, Incident, IncidentCommand, Location, Point};
use dispatch_core::policy::Rules;
use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;
use incident_store::{DeskCommand, IncidentFilter, Near, SnapshotScope, StatusFilter};
use uuid::Uuid;

use crate::support::words::{by, dispatched, incident_opens};
use crate::support::{Engine, Place, RunningDesk, beside, on, on_both};

/// As many as the search looks at, and as many again.
const LITTLE: u32 = 10_000;
const MUCH: u32 = 1_000_000;
const TIMES: usize = 41;
/// Below this a question is as long as it takes to wake the thread that reads, 0.01 or 0.3 ms as it happens.
const WAKE_UP_MS: f64 = 0.5;

/// Ended incidents, one a minute back from now, like the one that is there. They lie where their number says.
async fn history(place: &Place, from: u32, to: u32) {
    let sql = format!(
        "INSERT INTO incident (id, version, number, opened_us, is_open, status, category, priority, area_code, lat, \
         lon, search, state) WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {to}) \
         SELECT '01935a00-0000-7aaa-8aaa-' || substr(CAST(1000000000000 + i AS TEXT), 2), one.version, \
         'lama-' || CAST(i AS TEXT), one.opened_us - 60000000 * CAST(i AS BIGINT), 0, 'closed', one.category, \
         one.priority, '19.03.0' || CAST(1 + i % 8 AS TEXT), one.lat + (i % 997) * 0.0005, one.lon + (i % 991) * 0.0005, one.search, one.state \
         FROM n, (SELECT * FROM incident ORDER BY opened_us LIMIT 1) AS one"
    );
    beside(place, &sql).await.unwrap();
    beside(place, "ANALYZE").await.unwrap();
    // What a million rows at once leave to be written is no part of a desk's day.
    let settled = match place.engine {
        Engine::Sqlite => "PRAGMA wal_checkpoint(TRUNCATE)",
        Engine::Postgres => "VACUUM incident; CHECKPOINT",
    };
    for sql in settled.split("; ") {
        beside(place, sql).await.unwrap();
    }
}

/// The middle one of several, in milliseconds.
async fn median<F: Future>(ask: impl Fn() -> F) -> f64 {
    let mut took = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let begun = Instant::now();
        std::hint::black_box(ask().await);
        took.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    took.sort_by(f64::total_cmp);
    took[TIMES / 2]
}

/// What a desk asks and does in its day, with the time that each takes.
async fn day(desk: &RunningDesk) -> Vec<(&'static str, f64)> {
    let store = desk.store();
    let found = |filter: IncidentFilter| async move { store.incidents(&filter).await.unwrap().items.len() };
    let limited = || IncidentFilter { limit: 50, ..IncidentFilter::default() };
    let here = Near { point: Point { lat: -3.01, lon: 106.45 }, radius_m: 500.0 };
    let lately = Timestamp::from_micros(crate::support::START_US - 86_400_000_000);
    let ended = StatusFilter::Ended;
    let scope = SnapshotScope { calls: true, duties: false, agency: None, limit: 2_000 };
    let shown = incident_opens(desk, Priority::P2).await.id;
    dispatched(desk, shown, 1).await;
    let over = IncidentCommand::Cancel { reason: Private::new("ukuran".to_owned()) };
    desk.submit(by(1, DeskCommand::Incident(shown, over))).await.unwrap();
    let dispatch = || async {
        let incident = incident_opens(desk, Priority::P1).await;
        dispatched(desk, incident.id, 1).await;
        // Nothing stays open: what is open is to be the same with little and with much history.
        let reason = Some(Private::new("selesai".to_owned()));
        let close = IncidentCommand::Close { reason, may_override: true };
        desk.submit(by(1, DeskCommand::Incident(incident.id, close))).await.unwrap();
    };
    vec![
        (
            "search for a word",
            median(|| found(IncidentFilter { q: Some("mawar".into()), ..limited() })).await,
        ),
        ("search near a point", median(|| found(IncidentFilter { near: Some(here), ..limited() })).await),
        (
            "list of an area",
            median(|| found(IncidentFilter { area_code: Some(AreaCode("19.03.01".into())), ..limited() }))
                .await,
        ),
        (
            "list of an area without incidents",
            median(|| found(IncidentFilter { area_code: Some(AreaCode("19.05.01".into())), ..limited() }))
                .await,
        ),
        ("what is open", median(|| async { store.snapshot(&scope).await.unwrap().incidents.len() }).await),
        (
            "ended lately, for second reports",
            median(|| {
                found(IncidentFilter {
                    status: Some(ended),
                    from: Some(lately),
                    limit: 500,
                    ..IncidentFilter::default()
                })
            })
            .await,
        ),
        (
            "an incident with its calls and its timeline",
            median(|| async {
                let incident = store.incident(shown).await.unwrap().unwrap();
                let calls = store.calls_by_id(&incident.calls).await.unwrap().len();
                calls + store.timeline(shown, 500).await.unwrap().len()
            })
            .await,
        ),
        ("open an incident, send an agency, close it", median(dispatch).await),
    ]
}

/// A day like the one before it: the first questions after a start, or after a million rows went through the caches,
/// pay for what the later ones find.
async fn later_day(desk: &RunningDesk) -> Vec<(&'static str, f64)> {
    day(desk).await;
    day(desk).await
}

#[test]
#[ignore = "a measurement: a million incidents on both engines"]
fn a_million_incidents_change_neither_search_nor_dispatch_by_more_than_twice() {
    on_both(|place| async move {
        let desk = place.desk().await;
        incident_opens(&desk, Priority::P1).await;
        history(&place, 1, LITTLE).await;
        let little = later_day(&desk).await;
        history(&place, LITTLE + 1, MUCH).await;
        let much = later_day(&desk).await;
        for ((what, one), (_, other)) in little.iter().zip(&much) {
            println!(
                "{what}: {one:.2} ms with {LITTLE}, {other:.2} ms with {MUCH}: {:.2} times",
                other / one
            );
        }
        let is_slower = |one: f64, other: f64| other > 2.0 * one && other > WAKE_UP_MS;
        let slower: Vec<_> =
            little.iter().zip(&much).filter(|((_, one), (_, other))| is_slower(*one, *other)).collect();
        assert!(slower.is_empty(), "{slower:?}");
        desk.stop().await;
    });
}

/// What a call is compared with: 400 incidents of the present, and so many of history before them.
fn index_after(history: u32, template: &Incident, rules: &DuplicateRules, now: Timestamp) -> Index {
    let mut index = Index::default();
    let ended = Timestamp::from_micros(now.as_micros() - 3_601_000_000);
    let ending = Ending::Closed { at: ended, by: Actor::System, reason: None };
    let over = Incident { ending: Some(ending), opened_at: ended, ..template.clone() };
    for n in 0..history {
        let id = IncidentId(Uuid::from_u128(u128::from(n)));
        index.note_incident(&Arc::new(Incident { id, ..over.clone() }), rules, now);
    }
    for n in 0..400u32 {
        let point = Point { lat: -3.01 + spread(n, 7_919), lon: 106.45 + spread(n, 104_729) };
        let location = Location { point: Some(Private::new(point)), ..template.location.clone() };
        let id = IncidentId(Uuid::from_u128(1 << 64 | u128::from(n)));
        index.note_incident(&Arc::new(Incident { id, location, ..template.clone() }), rules, now);
    }
    index
}

/// Up to a tenth of a degree to both sides.
fn spread(n: u32, prime: u32) -> f64 {
    f64::from(n.wrapping_mul(prime) % 2_000) / 10_000.0 - 0.1
}

fn microseconds_of_a_question(index: &Index, rules: &DuplicateRules, now: Timestamp) -> f64 {
    const ROUNDS: u32 = 50;
    let ringing = |n: u32| Sighting {
        caller: Whereabouts::new(
            Some((area::Point { lat: -3.01 + spread(n, 97), lon: 106.45 + spread(n, 193) }, 600.0)),
            None,
            [],
        ),
        ..Sighting::default()
    };
    let asked: Vec<Sighting> = (0..200).map(ringing).collect();
    let begun = Instant::now();
    for one in (0..ROUNDS).flat_map(|_| &asked) {
        std::hint::black_box(index.candidates(one, rules, now));
    }
    begun.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS) / 200.0
}

#[test]
#[ignore = "a measurement: a million incidents in memory"]
fn a_million_incidents_do_not_slow_the_look_for_second_reports() {
    on(Engine::Sqlite, |place| async move {
        let desk = place.desk().await;
        let template = incident_opens(&desk, Priority::P1).await;
        desk.stop().await;
        let (rules, now) = (Rules::default_rules().unwrap().duplicates, template.opened_at);
        let (without, with) =
            (index_after(0, &template, &rules, now), index_after(MUCH, &template, &rules, now));
        let one = microseconds_of_a_question(&without, &rules, now);
        let other = microseconds_of_a_question(&with, &rules, now);
        println!(
            "look for second reports: {one:.1} µs without, {other:.1} µs with {MUCH}: {:.2} times",
            other / one
        );
        assert!(other <= 2.0 * one);
    });
}
