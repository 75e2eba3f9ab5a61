//! `load-tests crash`: SIGKILL at seeded random moments under load. After every restart each call that got a
//! 200 and each API write that was answered must be there exactly once, and the log must verify.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, ensure};
use simulator::callers::{self, CallsReport};
use simulator::city::{self, CityOptions};
use simulator::console::read_world;
use simulator::ledger::{Entry, Finding, Ledger, World, compare};
use simulator::seeded::Seeded;
use simulator::sip_agent::SipAgent;
use tokio::process::Command;
use tokio::time::{sleep, timeout};

use crate::crew::{Crew, CrewOptions, supervisor};
use crate::scenario::Scenario;
use crate::server::{Addresses, Role, Server, Start, binary};

/// The moment of the kill, in seconds after the load began.
const KILL_BETWEEN_S: (f64, f64) = (0.2, 3.5);
/// Numbers of one round: far more than its calls, so that no number is used twice in a run.
const NUMBERS_PER_ROUND: u64 = 100_000;
/// Rounds of one run.
const ROUNDS_MAX: u32 = 500;
/// The callers of a round must all be done by then: the longest is 32 s of timer B after the last arrival.
const CALLERS_DONE_WITHIN: Duration = Duration::from_secs(120);
/// `sigap verify` must be done by then.
const VERIFIED_WITHIN: Duration = Duration::from_secs(60);

/// Arguments of `crash`.
#[derive(clap::Args)]
pub struct CrashArguments {
    /// How many times the server is killed
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(ROUNDS_MAX)))]
    rounds: u32,
    /// Seed of the load and of the moments
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Load of one round
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/crash.toml"))]
    scenario: PathBuf,
    /// Binary to start [default: SIGAP_BIN or the release build]
    #[arg(long)]
    bin: Option<PathBuf>,
    /// Folder for the data and the ledger
    #[arg(long, default_value = "target/bench")]
    out: PathBuf,
}

/// What one round showed.
#[derive(Debug)]
struct Round {
    killed_after: Duration,
    ready_after: Duration,
    calls: CallsReport,
    /// Calls without a record: the server died before it said more than 100. Reported, not judged here: what
    /// was acknowledged is in the findings.
    unrecorded: Unrecorded,
    acknowledged: usize,
    findings: Vec<Finding>,
    feed_faults: u64,
    console_failures: Vec<String>,
    verified: Result<String, String>,
}

/// Callers of whom the server knows nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Unrecorded {
    /// All of them.
    calls: usize,
    /// Those who heard 100 and so stopped repeating their INVITE (RFC 3261 section 17.1.1.2): nothing but the
    /// caller's own patience would have brought them back.
    silenced: usize,
}

impl Round {
    fn passed(&self) -> bool {
        self.findings.is_empty()
            && self.feed_faults == 0
            && self.console_failures.is_empty()
            && self.verified.is_ok()
    }
}

/// Kills the server round after round; true when nothing was lost.
pub async fn crash(arguments: &CrashArguments) -> anyhow::Result<bool> {
    let scenario = Scenario::read(&arguments.scenario)?;
    ensure!(scenario.city().calls as u64 <= NUMBERS_PER_ROUND, "a round may have {NUMBERS_PER_ROUND} calls");
    std::fs::create_dir_all(&arguments.out)?;
    let folder = tempfile::Builder::new().prefix("crash-").tempdir_in(&arguments.out)?;
    let start = Start {
        role: Role::Serve,
        binary: binary(arguments.bin.as_deref()),
        data_dir: folder.path().join("data"),
        addresses: Addresses::free()?,
        cpu: None,
        // Most calls must get their 200 within the short life of a round.
        environment: vec![("SIGAP_QUEUE_ANSWER_AFTER_S", "1".into())],
    };
    let run = Run { scenario, start, folder: folder.path().to_owned(), seed: arguments.seed };
    println!("seed {}, {} rounds, data in {}", arguments.seed, arguments.rounds, folder.path().display());

    let mut chance = Seeded::new(arguments.seed);
    let mut server = Server::start(&run.start).await?;
    let mut failed = 0;
    for number in 1..=arguments.rounds {
        let kill_after = Duration::from_secs_f64(chance.between(KILL_BETWEEN_S.0, KILL_BETWEEN_S.1));
        let (next, round) =
            run.round(server, number, kill_after).await.with_context(|| format!("in round {number}"))?;
        server = next;
        print_round(number, &round);
        failed += usize::from(!round.passed());
    }
    let whole = run.check_everything(&server, arguments.rounds).await?;
    server.stop().await?;
    let passed = failed == 0 && whole.is_empty();
    for finding in whole.iter().take(20) {
        println!("at the end: {finding}");
    }
    println!("{} rounds, {failed} failed, {} findings at the end", arguments.rounds, whole.len());
    if !passed {
        println!("kept: {}", folder.keep().display());
    }
    Ok(passed)
}

struct Run {
    scenario: Scenario,
    start: Start,
    folder: PathBuf,
    seed: u64,
}

impl Run {
    async fn round(
        &self,
        server: Server,
        number: u32,
        kill_after: Duration,
    ) -> anyhow::Result<(Server, Round)> {
        let began = jiff::Timestamp::now().to_string();
        let seed = self.seed.wrapping_mul(1_000).wrapping_add(u64::from(number));
        let first_number = u64::from(number) * NUMBERS_PER_ROUND;
        // One seed for the numbers of all rounds: only then are they one sequence without a repeat.
        let plans = city::calls(&CityOptions { seed: self.seed, first_number, ..self.scenario.city() });
        let ledger_file = self.ledger_file(number);
        let crew = Crew::begin(CrewOptions {
            http: server.addresses.http,
            consoles: &self.scenario.consoles,
            plans: &plans,
            ledger: &ledger_file,
            seed,
            retries_for: Duration::from_secs(20),
        })
        .await?;
        let shared = crew.shared.clone();
        let agent = Arc::new(SipAgent::open(server.addresses.sip, self.scenario.transport, seed).await?);
        let stopwatch = Arc::clone(&shared.stopwatch);
        let placing = tokio::spawn(async move { callers::place(agent, &plans, &stopwatch).await });

        sleep(kill_after).await;
        server.kill().await?;
        let server = Server::start(&self.start).await.context("after the kill")?;

        let calls = timeout(CALLERS_DONE_WITHIN, placing).await.context("callers did not end")??;
        let console_failures = crew.end().await;
        for entry in calls.records.iter().flat_map(Entry::of_call) {
            shared.ledger.note(&entry)?;
        }
        let entries = Ledger::read(&ledger_file)?;
        let reader = supervisor(server.addresses.http).await?;
        let world = read_world(&reader, Some(&began), &entries).await?;
        let faults = &shared.faults;
        let round = Round {
            killed_after: kill_after,
            ready_after: server.ready_after,
            unrecorded: unrecorded(&calls, &world),
            calls,
            acknowledged: entries.len(),
            findings: compare(&entries, &world),
            feed_faults: faults.backwards.load(Ordering::Relaxed) + faults.repeated.load(Ordering::Relaxed),
            console_failures,
            verified: verify(&self.start).await?,
        };
        Ok((server, round))
    }

    /// All ledgers against all that is there: a later round must not have undone an earlier one.
    async fn check_everything(&self, server: &Server, rounds: u32) -> anyhow::Result<Vec<Finding>> {
        let reader = supervisor(server.addresses.http).await?;
        let mut entries = Vec::new();
        for number in 1..=rounds {
            entries.extend(Ledger::read(&self.ledger_file(number))?);
        }
        let world = read_world(&reader, None, &entries).await?;
        println!(
            "in all: {} acknowledged, {} calls and {} incidents there",
            entries.len(),
            world.calls.len(),
            world.incidents.len()
        );
        Ok(compare(&entries, &world))
    }

    fn ledger_file(&self, round: u32) -> PathBuf {
        self.folder.join(format!("ledger-{round:03}.jsonl"))
    }
}

fn unrecorded(calls: &CallsReport, world: &World) -> Unrecorded {
    let recorded: BTreeSet<&str> = world.calls.iter().filter_map(|call| call.number.as_deref()).collect();
    let mut unrecorded = Unrecorded::default();
    for record in calls.records.iter().filter(|record| !recorded.contains(record.number.as_str())) {
        unrecorded.calls += 1;
        unrecorded.silenced += usize::from(record.trying.is_some());
    }
    unrecorded
}

/// Runs `sigap verify` beside the running server, as an auditor would.
async fn verify(start: &Start) -> anyhow::Result<Result<String, String>> {
    let mut command = Command::new(&start.binary);
    command.arg("verify").arg("--data-dir").arg(&start.data_dir).kill_on_drop(true);
    let output = timeout(VERIFIED_WITHIN, command.output()).await.context("verify did not end")??;
    let text = String::from_utf8_lossy(&output.stdout).lines().last().unwrap_or_default().to_owned();
    let good = output.status.success() && text.starts_with("ok ");
    let complaint =
        || format!("{}: {text} {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    Ok(if good { Ok(text.clone()) } else { Err(complaint()) })
}

fn print_round(number: u32, round: &Round) {
    let answered = round.calls.records.iter().filter(|record| record.answered.is_some()).count();
    let verified = round.verified.as_ref().map_or_else(Clone::clone, |text| short_head(text));
    println!(
        "round {number:>3} {} killed at {:.2} s, serving again after {:.2} s, calls {} answered {answered} \
         unrecorded {} ({} after a 100), acknowledged {}, findings {}, feed faults {}, verify {verified}",
        if round.passed() { "pass" } else { "FAIL" },
        round.killed_after.as_secs_f64(),
        round.ready_after.as_secs_f64(),
        round.calls.records.len(),
        round.unrecorded.calls,
        round.unrecorded.silenced,
        round.acknowledged,
        round.findings.len(),
        round.feed_faults,
    );
    for finding in round.findings.iter().take(10) {
        println!("    {finding}");
    }
    for failure in &round.console_failures {
        println!("    console failed: {failure}");
    }
}

/// `ok entries=N`, without the head's 64 digits.
fn short_head(verified: &str) -> String {
    verified.split(" head=").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_default_round_fits_its_numbers_and_outlasts_the_kill() {
        let scenario = Scenario::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/crash.toml"))
            .expect("readable");
        assert!(scenario.seconds as f64 > KILL_BETWEEN_S.1, "the load must still run when the server dies");
        assert!((scenario.city().calls as u64) < NUMBERS_PER_ROUND);
        assert!(u64::from(ROUNDS_MAX) * NUMBERS_PER_ROUND < 100_000_000, "numbers repeat after 10^8");
    }
}
