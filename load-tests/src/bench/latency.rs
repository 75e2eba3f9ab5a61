//! Arrival and dispatch latency at 2 calls a second, beside what the disk alone takes.

use std::fmt::Write as _;
use std::path::Path;

use simulator::percentile::Spread;

use super::SERVER_CPU;
use super::floor;
use crate::run;
use crate::scenario::Scenario;
use crate::server::{Addresses, Role, Server, Start};

/// Writes of the floor, before and after: the disk of a shared machine changes its mind.
const FLOOR_WRITES: usize = 300;
/// The target of the arrival on a call-taker's feed.
const ARRIVAL_P99_MS_MAX: f64 = 200.0;
/// The target of the dispatch on an agency's feed.
const DISPATCH_P99_MS_MAX: f64 = 300.0;

/// What was measured.
#[derive(Clone, Debug)]
pub struct Latency {
    arrival_ms: Vec<f64>,
    dispatch_ms: Vec<f64>,
    floor_ms: Vec<f64>,
    passed: bool,
}

/// Runs the latency scenario against a server of its own.
pub async fn measure(seconds: u64, binary: &Path, folder: &Path) -> anyhow::Result<Latency> {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut scenario = Scenario::read(&scenarios.join("bench-latency.toml"))?;
    scenario.seconds = seconds;
    let server = Server::start(&Start {
        role: Role::Serve,
        binary: binary.to_owned(),
        data_dir: folder.join("latency-data"),
        addresses: Addresses::any(),
        cpu: Some(SERVER_CPU),
        environment: vec![],
    })
    .await?;
    let mut floor_ms = floor::measure(folder, FLOOR_WRITES)?;
    let measured = run::measure(&scenario, server.addresses, Some(server.pid), folder).await?;
    floor_ms.extend(floor::measure(folder, FLOOR_WRITES)?);
    server.stop().await?;
    let passed = measured.passed();
    Ok(Latency { arrival_ms: measured.arrival_ms, dispatch_ms: measured.dispatch_ms, floor_ms, passed })
}

impl Latency {
    /// The table for people.
    pub fn markdown(&self) -> anyhow::Result<String> {
        let mut text = String::from(
            "## Latency at 2 calls a second, three call-takers, seven agencies\n\n\
             | path | n | p50 ms | p99 ms | target p99 ms | p50 ÷ floor | p99 ÷ floor |\n|---|--:|--:|--:|--:|--:|--:|\n",
        );
        let floor = Spread::of(&self.floor_ms);
        let rows = [
            ("INVITE → call-taker's feed", &self.arrival_ms, Some(ARRIVAL_P99_MS_MAX)),
            ("dispatch → agency's feed", &self.dispatch_ms, Some(DISPATCH_P99_MS_MAX)),
            ("floor: write + fdatasync of 400 B", &self.floor_ms, None),
        ];
        for (name, samples, target) in rows {
            let Some(spread) = Spread::of(samples) else {
                writeln!(text, "| {name} | 0 | — | — | — | — | — |")?;
                continue;
            };
            let target = target.map_or_else(
                || "—".to_owned(),
                |ms| format!("{ms:.0} ({})", if spread.p99 < ms { "met" } else { "MISSED" }),
            );
            let (p50, p99) =
                floor.map_or((0.0, 0.0), |floor| (spread.p50 / floor.p50, spread.p99 / floor.p99));
            let Spread { n, p50: median, p99: high, max: _ } = spread;
            writeln!(text, "| {name} | {n} | {median:.2} | {high:.2} | {target} | {p50:.1} | {p99:.1} |")?;
        }
        if !self.passed {
            text.push_str(
                "\nThe run itself FAILED its checks; `load-tests run` with this scenario says why.\n",
            );
        }
        Ok(text)
    }

    /// Every sample, for other programs.
    pub fn csv(&self) -> anyhow::Result<String> {
        let mut text = String::from("what,ms\n");
        for (what, samples) in
            [("arrival", &self.arrival_ms), ("dispatch", &self.dispatch_ms), ("floor", &self.floor_ms)]
        {
            for sample in samples {
                writeln!(text, "{what},{sample:.3}")?;
            }
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_target_says_so() {
        let latency =
            Latency { arrival_ms: vec![250.0], dispatch_ms: vec![250.0], floor_ms: vec![5.0], passed: true };
        let table = latency.markdown().expect("a table");
        assert!(
            table.contains(
                "| INVITE → call-taker's feed | 1 | 250.00 | 250.00 | 200 (MISSED) | 50.0 | 50.0 |"
            ),
            "{table}"
        );
        assert!(table.contains("300 (met)"), "{table}");
    }
}
