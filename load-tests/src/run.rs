//! `load-tests run`: the load of a scenario, and what became of every call.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Context;
use simulator::SimulateReport;
use simulator::callers::{self, CallsReport};
use simulator::city::{self, CallPlan};
use simulator::console::{Api, read_calls, read_world};
use simulator::ledger::{Entry, Finding, Ledger, SeenCall, compare};
use simulator::percentile::Spread;
use simulator::sip_agent::SipAgent;
use tokio::time::{Instant, sleep};

use crate::accounting::{CpuReading, peak_memory_kib, udp_drops};
use crate::crew::{Crew, CrewOptions, supervisor};
use crate::scenario::Scenario;
use crate::server::{Addresses, Role, Server, Start, binary};

/// Consoles go on for at most this long after the last caller, to work off what waits.
const WORKED_OFF_WITHIN: Duration = Duration::from_secs(30);
/// The desk has this long to learn of the last call's end.
const SETTLED_WITHIN: Duration = Duration::from_secs(20);

/// Arguments of `run`.
#[derive(clap::Args)]
pub struct RunArguments {
    /// Scenario file
    #[arg(long)]
    scenario: PathBuf,
    /// Run shorter or longer than the scenario says
    #[arg(long)]
    seconds: Option<u64>,
    /// A server that runs already, with demo users: its HTTP address
    #[arg(long, requires = "sip")]
    http: Option<SocketAddr>,
    /// … and its SIP address
    #[arg(long, requires = "http")]
    sip: Option<SocketAddr>,
    /// Binary to start [default: SIGAP_BIN or the release build]
    #[arg(long)]
    bin: Option<PathBuf>,
    /// Folder for the report and the raw figures
    #[arg(long, default_value = "target/bench")]
    out: PathBuf,
}

/// Runs a scenario; true when no call was lost or badly treated.
pub async fn run(arguments: &RunArguments) -> anyhow::Result<bool> {
    let mut scenario = Scenario::read(&arguments.scenario)?;
    scenario.seconds = arguments.seconds.unwrap_or(scenario.seconds);
    std::fs::create_dir_all(&arguments.out)?;
    let folder = tempfile::Builder::new().prefix("run-").tempdir_in(&arguments.out)?;
    let result = match (arguments.http, arguments.sip) {
        (Some(http), Some(sip)) => measure(&scenario, Addresses { http, sip }, None, folder.path()).await?,
        _ => {
            let start = Start {
                role: Role::Serve,
                binary: binary(arguments.bin.as_deref()),
                data_dir: folder.path().join("data"),
                addresses: Addresses::any(),
                cpu: None,
                environment: vec![],
            };
            let server = Server::start(&start).await?;
            let result = measure(&scenario, server.addresses, Some(server.pid), folder.path()).await?;
            server.stop().await?;
            result
        }
    };
    print!("{}", result.text(&scenario));
    result.write_csv(&arguments.out)?;
    if !result.passed() {
        // The evidence of a failed run is worth its disk space.
        println!("kept: {}", folder.keep().display());
    }
    Ok(result.passed())
}

/// Everything that a run found out.
#[derive(Debug)]
pub struct Measured {
    calls: CallsReport,
    sip: SimulateReport,
    /// INVITE to a call-taker's feed, milliseconds.
    pub arrival_ms: Vec<f64>,
    /// Dispatch click to an agency's feed, milliseconds.
    pub dispatch_ms: Vec<f64>,
    peak_memory_kib: Option<u64>,
    cpu_us_per_call: Option<f64>,
    udp_drops: u64,
    books: Books,
    findings: Vec<Finding>,
    feed_faults: u64,
    resyncs: u64,
    console_failures: Vec<String>,
}

/// Calls offered against calls recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Books {
    /// Calls without a record.
    pub without_record: usize,
    /// Calls with more than one record.
    pub with_several: usize,
    /// Calls without a disposition, a call-back duty or somebody who owes a disposition.
    pub without_disposition: usize,
    /// … of the others, those whose disposition somebody owes.
    pub disposition_due: usize,
    /// Records that have not ended though every caller has hung up.
    pub not_ended: usize,
}

impl Measured {
    /// Whether nothing was lost and every call was treated as it must be.
    pub fn passed(&self) -> bool {
        let Books { without_record, with_several, without_disposition, disposition_due: _, not_ended } =
            self.books;
        self.sip.failed_count() + self.calls.not_placed == 0
            && without_record + with_several + without_disposition + not_ended == 0
            && self.findings.is_empty()
            && self.feed_faults == 0
            && self.console_failures.is_empty()
    }

    fn text(&self, scenario: &Scenario) -> String {
        let mut text =
            format!("{} — {} s, seed {}\n{}\n", scenario.name, scenario.seconds, scenario.seed, self.sip);
        let spread =
            |samples: &[f64]| Spread::of(samples).map_or_else(|| "—".to_owned(), |spread| spread.to_string());
        let mut line = |name: &str, value: String| {
            // A String takes every write.
            let _written = writeln!(text, "{name:<46} {value}");
        };
        line("INVITE → call-taker's feed", spread(&self.arrival_ms));
        line("dispatch → agency's feed", spread(&self.dispatch_ms));
        line("calls without a record", self.books.without_record.to_string());
        line("calls with several records", self.books.with_several.to_string());
        line("calls that have not ended", self.books.not_ended.to_string());
        line("calls without disposition or duty", self.books.without_disposition.to_string());
        line("… of the rest, disposition still owed", self.books.disposition_due.to_string());
        line("acknowledged but lost, repeated or different", self.findings.len().to_string());
        line("feed: repeated or out of order / resyncs", format!("{} / {}", self.feed_faults, self.resyncs));
        line("UDP datagrams that the kernel dropped", self.udp_drops.to_string());
        if let Some(kib) = self.peak_memory_kib {
            line("server: highest resident memory", format!("{:.1} MiB", kib as f64 / 1_024.0));
        }
        if let Some(cpu) = self.cpu_us_per_call {
            line("server: CPU per call", format!("{cpu:.0} µs"));
        }
        for finding in self.findings.iter().take(20) {
            line("finding", finding.to_string());
        }
        for failure in &self.console_failures {
            line("console failed", failure.clone());
        }
        line("result", if self.passed() { "passed".into() } else { "FAILED".into() });
        text
    }

    fn write_csv(&self, folder: &Path) -> anyhow::Result<()> {
        let mut calls =
            String::from("started_s,trying_ms,ringing_ms,answered_ms,ended_ms,retransmissions,ending\n");
        let first = self.calls.records.iter().map(|record| record.started).min();
        let ms = |time: Option<Duration>| {
            time.map_or_else(String::new, |time| format!("{:.3}", time.as_secs_f64() * 1e3))
        };
        for record in &self.calls.records {
            let started = first.map_or(0.0, |first| record.started.duration_since(first).as_secs_f64());
            let (trying, ringing) = (ms(record.trying), ms(record.ringing));
            let (answered, ended) = (ms(record.answered), ms(Some(record.ended)));
            let (again, ending) = (record.retransmissions, record.ending);
            writeln!(calls, "{started:.3},{trying},{ringing},{answered},{ended},{again},{ending}")?;
        }
        std::fs::write(folder.join("run-calls.csv"), calls)?;
        let mut latencies = String::from("what,ms\n");
        for (what, samples) in [("arrival", &self.arrival_ms), ("dispatch", &self.dispatch_ms)] {
            for sample in samples {
                writeln!(latencies, "{what},{sample:.3}")?;
            }
        }
        std::fs::write(folder.join("run-latencies.csv"), latencies).context("could not write the figures")
    }
}

/// Offers the load and reads everything back. `pid` is the server's, where it is ours.
pub async fn measure(
    scenario: &Scenario,
    addresses: Addresses,
    pid: Option<u32>,
    folder: &Path,
) -> anyhow::Result<Measured> {
    let began = jiff::Timestamp::now().to_string();
    let plans = city::calls(&scenario.city());
    let ledger_file = folder.join("ledger.jsonl");
    let crew = Crew::begin(CrewOptions {
        http: addresses.http,
        consoles: &scenario.consoles,
        plans: &plans,
        ledger: &ledger_file,
        seed: scenario.seed,
        retries_for: Duration::from_secs(20),
    })
    .await?;
    let shared = crew.shared.clone();
    let agent = Arc::new(SipAgent::open(addresses.sip, scenario.transport, scenario.seed).await?);
    let cpu_before = pid.map(CpuReading::of);
    let calls = callers::place(agent, &plans, &shared.stopwatch).await;
    let cpu = pid.map(CpuReading::of).zip(cpu_before).map(|(after, before)| after.since(&before));

    let reader = supervisor(addresses.http).await?;
    worked_off(&reader).await?;
    let console_failures = crew.end().await;
    let records = settled_calls(&reader, &began).await?;
    for entry in calls.records.iter().flat_map(Entry::of_call) {
        shared.ledger.note(&entry)?;
    }
    let entries = Ledger::read(&ledger_file)?;
    let world = read_world(&reader, Some(&began), &entries).await?;
    let faults = &shared.faults;
    Ok(Measured {
        sip: SimulateReport::of(&calls),
        arrival_ms: shared.stopwatch.arrival_ms(),
        dispatch_ms: shared.stopwatch.dispatch_ms(),
        peak_memory_kib: pid.and_then(peak_memory_kib),
        cpu_us_per_call: cpu.map(|cpu| cpu.as_secs_f64() * 1e6 / calls.records.len().max(1) as f64),
        udp_drops: udp_drops(addresses.sip.port()),
        books: balance(&plans, &records),
        findings: compare(&entries, &world),
        feed_faults: faults.backwards.load(Ordering::Relaxed) + faults.repeated.load(Ordering::Relaxed),
        resyncs: faults.resyncs.load(Ordering::Relaxed),
        console_failures,
        calls,
    })
}

/// Waits until nobody waits any more, within bounds.
async fn worked_off(reader: &Api) -> anyhow::Result<()> {
    let until = Instant::now() + WORKED_OFF_WITHIN;
    while Instant::now() < until {
        let wallboard = reader.get("/wallboard").await?.ok("GET /wallboard")?;
        if wallboard["calls_waiting"].as_u64() == Some(0) {
            return Ok(());
        }
        sleep(Duration::from_millis(250)).await;
    }
    Ok(())
}

/// Reads the calls until all have ended; those that do not end are the finding.
async fn settled_calls(reader: &Api, from: &str) -> anyhow::Result<Vec<SeenCall>> {
    let until = Instant::now() + SETTLED_WITHIN;
    loop {
        let calls = read_calls(reader, Some(from)).await?;
        if calls.iter().all(|call| call.state == "ended") || Instant::now() >= until {
            return Ok(calls);
        }
        sleep(Duration::from_millis(500)).await;
    }
}

/// Sets the calls that were offered against those that are recorded.
fn balance(plans: &[CallPlan], records: &[SeenCall]) -> Books {
    let mut by_number: HashMap<&str, Vec<&SeenCall>> = HashMap::new();
    for record in records {
        by_number.entry(record.number.as_deref().unwrap_or_default()).or_default().push(record);
    }
    let mut books = Books::default();
    for plan in plans {
        let found = by_number.get(plan.number.as_str()).map(Vec::as_slice).unwrap_or_default();
        books.without_record += usize::from(found.is_empty());
        books.with_several += usize::from(found.len() > 1);
        for record in found {
            let settled = record.disposition.is_some() || record.call_back;
            books.disposition_due += usize::from(!settled && record.disposition_due);
            books.without_disposition += usize::from(!settled && !record.disposition_due);
            books.not_ended += usize::from(record.state != "ended");
        }
    }
    books
}

#[cfg(test)]
mod tests {
    use simulator::city::CityOptions;

    use super::*;

    fn record(plan: &CallPlan) -> SeenCall {
        SeenCall {
            id: plan.index.to_string(),
            number: Some(plan.number.clone()),
            state: "ended".into(),
            disposition: Some("abandoned".into()),
            ..SeenCall::default()
        }
    }

    #[test]
    fn the_books_balance_only_when_every_call_is_there_once_and_disposed_of() {
        let plans = city::calls(&CityOptions::new(1, 50, 10.0));
        let whole: Vec<SeenCall> = plans.iter().map(record).collect();
        assert_eq!(balance(&plans, &whole), Books::default());

        let mut broken = whole.clone();
        broken.pop();
        broken.push(whole[0].clone());
        broken[1].disposition = None;
        broken[2] = SeenCall { disposition: None, disposition_due: true, ..broken[2].clone() };
        broken[3].state = "queued".into();
        broken[4] = SeenCall { disposition: None, call_back: true, ..broken[4].clone() };
        let expected = Books {
            without_record: 1,
            with_several: 1,
            without_disposition: 1,
            disposition_due: 1,
            not_ended: 1,
        };
        assert_eq!(balance(&plans, &broken), expected);
    }
}
