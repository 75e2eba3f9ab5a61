//! The people of a run: call-takers and agencies, each on a console of its own.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use simulator::SimulatorError;
use simulator::city::CallPlan;
use simulator::console::{Agency, AgencyHabits, Api, CallTaker, CallTakerHabits, FeedFaults, Shared};
use simulator::ledger::Ledger;
use simulator::stopwatch::Stopwatch;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::scenario::Consoles;

/// Password of every demo user.
pub const DEMO_PASSWORD: &str = "sigap-demo";
/// Who reads everything back.
pub const SUPERVISOR: &str = "pengawas";
/// A console that does not put down its work within this time is stuck.
const DONE_WITHIN: Duration = Duration::from_secs(30);

/// People at work.
#[derive(Debug)]
pub struct Crew {
    /// What they share.
    pub shared: Shared,
    stop: watch::Sender<bool>,
    consoles: JoinSet<(String, Result<(), SimulatorError>)>,
}

/// What the consoles need to know.
#[derive(Debug)]
pub struct CrewOptions<'a> {
    /// The API.
    pub http: SocketAddr,
    /// Who works, and how.
    pub consoles: &'a Consoles,
    /// What callers will say.
    pub plans: &'a [CallPlan],
    /// File of the ledger.
    pub ledger: &'a Path,
    /// Seed of the people's own chance.
    pub seed: u64,
    /// A write is sent again for this long.
    pub retries_for: Duration,
}

impl Crew {
    /// Everybody logs in and reports ready.
    pub async fn begin(options: CrewOptions<'_>) -> anyhow::Result<Self> {
        let city: HashMap<String, CallPlan> =
            options.plans.iter().map(|plan| (plan.number.clone(), plan.clone())).collect();
        let shared = Shared {
            city: Arc::new(city),
            ledger: Arc::new(Ledger::open(options.ledger)?),
            stopwatch: Arc::new(Stopwatch::default()),
            faults: Arc::new(FeedFaults::default()),
        };
        let (stop, stopped) = watch::channel(false);
        let mut consoles = JoinSet::new();
        let people = options.consoles;
        for (n, user) in people.call_takers.iter().enumerate() {
            let seed = options.seed.wrapping_add(n as u64);
            let api = Api::new(options.http, user, DEMO_PASSWORD, seed);
            let habits = CallTakerHabits {
                handles_s: people.handles_s,
                reaches_for: n,
                retries_for: options.retries_for,
            };
            let console = CallTaker::begin_duty(api, habits, shared.clone(), seed).await;
            let console = console.with_context(|| format!("{user} could not begin duty"))?;
            let (user, stopped) = (user.clone(), stopped.clone());
            consoles.spawn(async move { (user, console.work(stopped).await) });
        }
        for (n, user) in people.agencies.iter().enumerate() {
            let seed = options.seed.wrapping_add(1_000 + n as u64);
            let api = Api::new(options.http, user, DEMO_PASSWORD, seed);
            let habits = AgencyHabits {
                acknowledges: people.acknowledges,
                step_s: people.step_s,
                retries_for: options.retries_for,
            };
            let console = Agency::begin_duty(api, habits, shared.clone(), seed).await;
            let console = console.with_context(|| format!("{user} could not begin duty"))?;
            let (user, stopped) = (user.clone(), stopped.clone());
            consoles.spawn(async move { (user, console.work(stopped).await) });
        }
        Ok(Self { shared, stop, consoles })
    }

    /// Everybody finishes what is in hand. Gives one line for each console that failed.
    pub async fn end(mut self) -> Vec<String> {
        self.stop.send_replace(true);
        let mut failures = Vec::new();
        let all = async {
            while let Some(ended) = self.consoles.join_next().await {
                match ended {
                    Ok((_, Ok(()))) => {}
                    Ok((user, Err(error))) => failures.push(format!("{user}: {error}")),
                    Err(error) => failures.push(format!("a console broke: {error}")),
                }
            }
        };
        if timeout(DONE_WITHIN, all).await.is_err() {
            failures.push(format!("consoles were still busy after {} s", DONE_WITHIN.as_secs()));
        }
        failures
    }
}

/// A supervisor's session, to read everything back.
pub async fn supervisor(http: SocketAddr) -> anyhow::Result<Api> {
    let api = Api::new(http, SUPERVISOR, DEMO_PASSWORD, 0);
    api.log_in().await.context("the supervisor could not log in")?;
    Ok(api)
}
