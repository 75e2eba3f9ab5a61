//! `load-tests bench`: ratios against peers on the same machine in one interleaved run, and latency beside
//! the disk's own. Absolute figures of a shared machine say little; ratios and shapes do.

mod contender;
mod floor;
mod latency;
mod sip;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use simulator::percentile::nearest_rank;

use crate::server::{binary, is_installed};

/// CPU of whatever is measured.
const SERVER_CPU: u32 = 0;
/// CPU of whatever makes the load.
const GENERATOR_CPU: u32 = 1;

/// Arguments of `bench`.
#[derive(clap::Args)]
pub struct BenchArguments {
    /// Pairs of each comparison
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=20))]
    pairs: u32,
    /// Calls a second
    #[arg(long, value_delimiter = ',', default_value = "50,200")]
    rates: Vec<u32>,
    /// Seconds of one measurement
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=60))]
    seconds: u32,
    /// Seconds of the latency run
    #[arg(long, default_value_t = 90)]
    latency_seconds: u64,
    /// Binary to start [default: SIGAP_BIN or the release build]
    #[arg(long)]
    bin: Option<PathBuf>,
    /// Folder for the table and the raw figures
    #[arg(long, default_value = "target/bench")]
    out: PathBuf,
}

/// Runs the benchmarks; true when they could be run. Their figures decide nothing here.
pub async fn bench(arguments: &BenchArguments) -> anyhow::Result<bool> {
    let began = Instant::now();
    std::fs::create_dir_all(&arguments.out)?;
    let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(&arguments.out)?;
    let binary = binary(arguments.bin.as_deref());
    let mut report = String::from("# Benchmark\n\n");
    writeln!(report, "{}\n", machine())?;

    let plan =
        sip::Plan { pairs: arguments.pairs, rates: arguments.rates.clone(), seconds: arguments.seconds };
    if is_installed("sipp") {
        let comparison = sip::compare(&plan, &binary, folder.path()).await?;
        std::fs::write(arguments.out.join("bench-sip.csv"), comparison.csv()?)?;
        report.push_str(&comparison.markdown()?);
    } else {
        report.push_str("SIP comparison skipped: sipp is not installed (Debian package sip-tester).\n\n");
    }
    let latency = latency::measure(arguments.latency_seconds, &binary, folder.path()).await?;
    std::fs::write(arguments.out.join("bench-latency.csv"), latency.csv()?)?;
    report.push_str(&latency.markdown()?);

    writeln!(report, "\nTaken in {} s.", began.elapsed().as_secs())?;
    print!("{report}");
    std::fs::write(arguments.out.join("bench.md"), report)?;
    Ok(true)
}

/// Minimum, median and maximum of figures that were taken pair by pair.
fn min_median_max(figures: &[f64], decimals: usize) -> String {
    let figure = |percent| nearest_rank(figures, percent).map(|figure| format!("{figure:.decimals$}"));
    match (figure(0.0), figure(50.0), figure(100.0)) {
        (Some(min), Some(median), Some(max)) => format!("{min} – **{median}** – {max}"),
        _ => "—".to_owned(),
    }
}

/// What the figures were taken on.
fn machine() -> String {
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or_default();
    let pinned = if is_installed("taskset") && cpus > 1 {
        format!("server on CPU {SERVER_CPU}, generator on CPU {GENERATOR_CPU}")
    } else {
        "not pinned (no taskset, or one CPU)".to_owned()
    };
    let model = model.trim_start_matches([' ', '\t', ':']);
    format!("{cpus} CPUs ({model}), load {load} at the start; {pinned}. Figures are min – **median** – max.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_shown_with_their_spread() {
        assert_eq!(min_median_max(&[3.0, 1.0, 2.0], 1), "1.0 – **2.0** – 3.0");
        assert_eq!(min_median_max(&[], 1), "—");
    }
}
