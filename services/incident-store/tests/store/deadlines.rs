//! What ten thousand open deadlines cost. A measurement, run by hand:
//! `cargo test --release -p incident-store --test store deadlines -- --ignored --nocapture`.

use std::time::Instant;

use dispatch_core::category::Priority;

use crate::support::words::{dispatched, incident_opens};
use crate::support::{Place, RunningDesk, on_both};

/// Open incidents, each with its next deadline.
const OPEN: u32 = 10_000;
/// As the clock task takes them up.
const AT_ONCE: u32 = 256;
/// Seconds that are watched one by one.
const SECONDS: usize = 60;

/// Fires what is due, as the clock task does, and says how many and in how many milliseconds.
async fn fire(desk: &RunningDesk, place: &Place) -> (usize, f64) {
    let begun = Instant::now();
    let mut fired = 0;
    loop {
        let due = desk.due(place.clock.now(), AT_ONCE).await.unwrap();
        fired += due.len();
        let full = due.len() == AT_ONCE as usize;
        let all =
            due.into_iter().filter_map(|due| due.submission()).map(|submission| desk.submit(submission));
        for result in futures_util::future::join_all(all).await {
            result.unwrap();
        }
        if !full {
            return (fired, begun.elapsed().as_secs_f64() * 1e3);
        }
    }
}

#[test]
#[ignore = "a measurement: ten thousand open deadlines on both engines"]
fn of_ten_thousand_open_deadlines_those_that_are_due_fire_within_a_second() {
    on_both(|place| async move {
        let desk = place.desk().await;
        for n in 0..OPEN {
            let incident = incident_opens(&desk, Priority::P1).await;
            dispatched(&desk, incident.id, 1).await;
            if n % 100 == 99 {
                place.clock.pass(1);
            }
        }
        // What fell due while they were opened is no part of it.
        fire(&desk, &place).await;
        let mut seconds = Vec::with_capacity(SECONDS);
        for _ in 0..SECONDS {
            place.clock.pass(1);
            seconds.push(fire(&desk, &place).await);
        }
        let (most, slowest) =
            seconds.iter().fold((0, 0.0_f64), |(n, ms), (fired, took)| (n.max(*fired), ms.max(*took)));
        println!("{OPEN} open: at most {most} due in a second, the slowest second took {slowest:.0} ms");
        place.clock.pass(86_400);
        let (fired, took) = fire(&desk, &place).await;
        println!("all at once: {fired} fired in {took:.0} ms");
        assert!(slowest < 1_000.0, "{slowest} ms");
        desk.stop().await;
    });
}
