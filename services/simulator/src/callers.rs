//! All callers of a city, each dialling at its time whether or not the server keeps up (an open loop).

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::city::CallPlan;
use crate::sip_agent::{CallOrder, CallRecord, Location, SipAgent};
use crate::stopwatch::Stopwatch;

/// Calls that the generator holds at once; beyond it the machine is measured, not the server.
const LIVE_CALLS_MAX: usize = 8_192;

/// What became of a city's calls.
#[derive(Clone, Debug, Default)]
pub struct CallsReport {
    /// One for every call that was placed, in order of their end.
    pub records: Vec<CallRecord>,
    /// Calls that were not placed because the generator already held too many.
    pub not_placed: usize,
}

/// Places every call of the plan at its time, and waits for the last to end.
pub async fn place(agent: Arc<SipAgent>, plans: &[CallPlan], stopwatch: &Arc<Stopwatch>) -> CallsReport {
    let start = Instant::now();
    let room = Arc::new(Semaphore::new(LIVE_CALLS_MAX));
    let mut live = JoinSet::new();
    let mut report = CallsReport::default();
    for plan in plans {
        sleep_until(start + plan.at).await;
        while let Some(ended) = live.try_join_next() {
            report.records.extend(ended.ok());
        }
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else {
            report.not_placed += 1;
            continue;
        };
        stopwatch.dialled(&plan.number, start + plan.at);
        let (agent, order) = (Arc::clone(&agent), order(plan));
        live.spawn(async move {
            let record = agent.call(&order).await;
            drop(place);
            record
        });
    }
    while let Some(ended) = live.join_next().await {
        report.records.extend(ended.ok());
    }
    report
}

fn order(plan: &CallPlan) -> CallOrder {
    let place = plan.place;
    CallOrder {
        number: plan.number.clone(),
        location: plan.located.then_some(Location {
            lat: place.lat,
            lon: place.lon,
            radius_m: place.radius_m,
        }),
        unanswered_for: plan.unanswered_for,
        stays: plan.stays,
    }
}
