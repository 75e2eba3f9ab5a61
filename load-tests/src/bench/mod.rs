//! `load-tests bench`: ratios against peers on the same machine in one interleaved run, and latency beside
//! the disk's own. Absolute figures of a shared machine say little; ratios and shapes do.

mod contender;
mod endurance;
mod floor;
mod latency;
mod media;
mod places;
mod rtpengine;
mod sip;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use simulator::percentile::nearest_rank;
use tokio::process::Command;

use crate::server::{binary, is_installed};
use sip::Offered;

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
    /// Calls a second with every role
    #[arg(long, value_delimiter = ',', default_value = "200")]
    rates: Vec<u32>,
    /// Calls a second without sound, for the trunk role alone
    #[arg(long, value_delimiter = ',', default_value = "1000")]
    signalling_rates: Vec<u32>,
    /// Calls a second of the endurance run
    #[arg(long, default_value_t = 500)]
    endurance_rate: u32,
    /// Seconds of the endurance run
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=60))]
    endurance_seconds: u32,
    /// Bridged calls of the comparison of sound
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=200))]
    media_calls: u32,
    /// What to run; all when absent
    #[arg(long, value_delimiter = ',')]
    only: Vec<Section>,
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

/// A part of the benchmarks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Section {
    /// The trunk role alone against sipp and Kamailio
    Signalling,
    /// The trunk role alone for a minute
    Endurance,
    /// Bridged sound against rtpengine
    Sound,
    /// Every role against sipp and Kamailio
    Calls,
    /// Arrival and dispatch
    Latency,
    /// Finding a place while somebody types
    Places,
}

/// Runs the benchmarks; true when they could be run. Their figures decide nothing here.
pub async fn bench(arguments: &BenchArguments) -> anyhow::Result<bool> {
    let began = Instant::now();
    std::fs::create_dir_all(&arguments.out)?;
    let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(&arguments.out)?;
    let binary = binary(arguments.bin.as_deref());
    let mut report = String::from("# Benchmark\n\n");
    writeln!(report, "{}\n", machine())?;

    let wanted = |section| arguments.only.is_empty() || arguments.only.contains(&section);
    let sipp = is_installed("sipp");
    if !sipp {
        report.push_str("SIP comparison skipped: sipp is not installed (Debian package sip-tester).\n\n");
    }
    let plan = |offered, rates: &[u32]| sip::Plan {
        offered,
        pairs: arguments.pairs,
        rates: rates.to_vec(),
        seconds: arguments.seconds,
    };
    let write = |name: &str, text: String| std::fs::write(arguments.out.join(name), text);
    if sipp && wanted(Section::Signalling) {
        let plan = plan(Offered::Signalling, &arguments.signalling_rates);
        let comparison = sip::compare(&plan, &binary, folder.path()).await?;
        write("bench-signalling.csv", comparison.csv()?)?;
        report.push_str(&comparison.markdown()?);
    }
    if sipp && wanted(Section::Endurance) {
        let BenchArguments { endurance_rate, endurance_seconds, .. } = *arguments;
        let endurance = endurance::measure(endurance_rate, endurance_seconds, &binary, folder.path()).await?;
        report.push_str(&endurance.markdown()?);
    }
    if sipp && wanted(Section::Calls) {
        let plan = plan(Offered::WholeCalls, &arguments.rates);
        let comparison = sip::compare(&plan, &binary, folder.path()).await?;
        write("bench-sip.csv", comparison.csv()?)?;
        report.push_str(&comparison.markdown()?);
    }
    if wanted(Section::Sound) || wanted(Section::Latency) {
        move_to_generator_cpu().await?;
    }
    if wanted(Section::Sound) {
        let BenchArguments { media_calls: calls, pairs, seconds, .. } = *arguments;
        let plan = media::Plan { calls, pairs, seconds };
        let comparison = media::compare(plan, &binary, folder.path()).await?;
        write("bench-sound.csv", comparison.csv()?)?;
        report.push_str(&comparison.markdown()?);
    }
    if wanted(Section::Latency) {
        let latency = latency::measure(arguments.latency_seconds, &binary, folder.path()).await?;
        write("bench-latency.csv", latency.csv()?)?;
        report.push_str(&latency.markdown()?);
    }

    if wanted(Section::Places) {
        report.push_str(&places::measure()?.markdown()?);
    }

    writeln!(report, "\nTaken in {} s.", began.elapsed().as_secs())?;
    print!("{report}");
    std::fs::write(arguments.out.join("bench.md"), report)?;
    Ok(true)
}

/// This program makes the load itself here, so it leaves the server's CPU alone.
async fn move_to_generator_cpu() -> anyhow::Result<()> {
    if is_installed("taskset") {
        let (cpu, own) = (GENERATOR_CPU.to_string(), std::process::id().to_string());
        // On a machine with one CPU this fails, and the report says that nothing is pinned.
        let _moved = Command::new("taskset").args(["-a", "-p", "-c", &cpu, &own]).output().await?;
    }
    Ok(())
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
