//! `sigap simulate`: real SIP calls from a seeded city, without consoles.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::SimulatorError;
use crate::callers::{self, CallsReport};
use crate::city::{self, CityOptions};
use crate::percentile::Spread;
use crate::sip_agent::{Ending, SipAgent, Transport};
use crate::stopwatch::Stopwatch;

/// Calls of one run: bounded, so that a slip of the finger does not place a million.
pub const CALLS_MAX: usize = 100_000;
/// Calls a second: above it one process measures itself.
pub const RATE_PER_S_MAX: f64 = 1_000.0;

/// What to simulate.
#[derive(Clone, PartialEq, Debug)]
pub struct SimulateOptions {
    /// The city.
    pub city: CityOptions,
    /// The server's SIP address; it must be a loopback address.
    pub to: SocketAddr,
    /// UDP or TCP.
    pub transport: Transport,
}

impl SimulateOptions {
    /// A city with the default shares, over UDP.
    pub fn new(seed: u64, calls: usize, rate_per_s: f64, to: SocketAddr) -> Self {
        Self { city: CityOptions::new(seed, calls, rate_per_s), to, transport: Transport::Udp }
    }
}

/// What came of it. Every offered call is counted under exactly one ending.
#[derive(Clone, PartialEq, Debug)]
pub struct SimulateReport {
    /// Calls that were placed.
    pub offered: usize,
    /// … of which got a 200.
    pub answered: usize,
    /// … of which the server did not treat as it must, with what happened and how often.
    pub failed: Vec<(Ending, usize)>,
    /// Calls that the generator could not place.
    pub not_placed: usize,
    /// Calls that were cancelled before the answer.
    pub cancelled: usize,
    /// Messages that had to be sent again.
    pub retransmissions: u64,
    /// INVITE to 180 or 183, in milliseconds.
    pub ringing: Option<Spread>,
    /// INVITE to 200, in milliseconds.
    pub answer: Option<Spread>,
}

impl SimulateReport {
    /// Counts what became of the calls.
    pub fn of(calls: &CallsReport) -> Self {
        let records = &calls.records;
        let mut failed: Vec<(Ending, usize)> = Vec::new();
        for ending in records.iter().map(|record| record.ending).filter(|ending| !ending.is_proper()) {
            match failed.iter_mut().find(|(known, _)| *known == ending) {
                Some((_, count)) => *count += 1,
                None => failed.push((ending, 1)),
            }
        }
        failed.sort_by_key(|(ending, _)| *ending);
        let milliseconds = |time: std::time::Duration| time.as_secs_f64() * 1_000.0;
        let ringing: Vec<f64> =
            records.iter().filter_map(|record| record.ringing).map(milliseconds).collect();
        let answer: Vec<f64> =
            records.iter().filter_map(|record| record.answered).map(milliseconds).collect();
        Self {
            offered: records.len(),
            answered: answer.len(),
            failed,
            not_placed: calls.not_placed,
            cancelled: records.iter().filter(|record| record.ending == Ending::Cancelled).count(),
            retransmissions: records.iter().map(|record| u64::from(record.retransmissions)).sum(),
            ringing: Spread::of(&ringing),
            answer: Spread::of(&answer),
        }
    }

    /// How many calls the server did not treat as it must.
    pub fn failed_count(&self) -> usize {
        self.failed.iter().map(|(_, count)| count).sum()
    }
}

impl std::fmt::Display for SimulateReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let none = || "—".to_owned();
        writeln!(f, "panggilan / calls              {}", self.offered)?;
        writeln!(f, "dijawab / answered             {}", self.answered)?;
        writeln!(f, "dibatalkan / cancelled         {}", self.cancelled)?;
        writeln!(f, "gagal / failed                 {}", self.failed_count())?;
        for (ending, count) in &self.failed {
            writeln!(f, "  {ending}: {count}")?;
        }
        if self.not_placed > 0 {
            writeln!(f, "tidak ditempatkan / not placed {}", self.not_placed)?;
        }
        writeln!(f, "kirim ulang / retransmissions  {}", self.retransmissions)?;
        writeln!(
            f,
            "INVITE → 180                   {}",
            self.ringing.map_or_else(none, |spread| spread.to_string())
        )?;
        write!(
            f,
            "INVITE → 200                   {}",
            self.answer.map_or_else(none, |spread| spread.to_string())
        )
    }
}

/// Places the calls of a city and reports. Bounded in count and rate; loopback only.
pub async fn simulate(options: SimulateOptions) -> Result<SimulateReport, SimulatorError> {
    let CityOptions { calls, rate_per_s, .. } = options.city;
    if calls == 0 || calls > CALLS_MAX {
        return Err(SimulatorError::OutOfRange {
            what: "calls",
            given: calls.to_string(),
            max: CALLS_MAX.to_string(),
        });
    }
    if !(rate_per_s > 0.0 && rate_per_s <= RATE_PER_S_MAX) {
        let (given, max) = (rate_per_s.to_string(), RATE_PER_S_MAX.to_string());
        return Err(SimulatorError::OutOfRange { what: "rate", given, max });
    }
    let agent = Arc::new(SipAgent::open(options.to, options.transport, options.city.seed).await?);
    let plans = city::calls(&options.city);
    let report = callers::place(agent, &plans, &Arc::new(Stopwatch::default())).await;
    Ok(SimulateReport::of(&report))
}
