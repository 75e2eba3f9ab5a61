//! CPU per call, and whether every call succeeds: the same caller (sipp's) against each program in turn.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::time::{sleep, timeout};

use super::contender::Contender;
use super::{GENERATOR_CPU, min_median_max};
use crate::accounting::{CpuReading, udp_drops, waited_children_cpu};
use crate::server::{free_port, pinned};

/// Work that an answer leaves behind (ours: the desk takes the facts over) still counts for this long.
const AFTERMATH: Duration = Duration::from_millis(700);

/// The longest turn, with the patience of its last callers.
const TURN_WITHIN: Duration = Duration::from_secs(150);

/// What the caller does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Offered {
    /// sipp's own caller, with sound offered, against ours with every role.
    WholeCalls,
    /// `sipp/bench-signalling.xml`: no sound on either side, against our trunk role without a desk.
    Signalling,
}

/// What is compared.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the caller does.
    pub offered: Offered,
    /// How often each program has its turn at each rate.
    pub pairs: u32,
    /// Calls a second.
    pub rates: Vec<u32>,
    /// Seconds of one turn.
    pub seconds: u32,
}

/// One program's turn.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub(super) name: &'static str,
    pub(super) rate: u32,
    pub(super) pair: u32,
    pub(super) calls: u64,
    pub(super) failed: u64,
    pub(super) retransmissions: u64,
    pub(super) cpu_us_per_call: f64,
    pub(super) generator_share: f64,
    pub(super) kernel_drops: u64,
}

/// All turns.
#[derive(Clone, Debug)]
pub struct Comparison {
    offered: Offered,
    turns: Vec<Turn>,
    names: Vec<&'static str>,
    rates: Vec<u32>,
    skipped: Option<&'static str>,
}

/// Lets the programs take turns: A B C, A B C, … at each rate, after one turn each that does not count.
pub async fn compare(plan: &Plan, binary: &Path, folder: &Path) -> anyhow::Result<Comparison> {
    let ours = match plan.offered {
        Offered::WholeCalls => Contender::ours(binary, folder).await?,
        Offered::Signalling => Contender::trunk(binary, folder).await?,
    };
    let mut contenders = vec![ours, Contender::sipp(folder).await?];
    let mut skipped = None;
    match Contender::kamailio(folder).await? {
        Ok(kamailio) => contenders.push(kamailio),
        Err(reason) => skipped = Some(reason),
    }
    for contender in &contenders {
        take_turn(contender, plan.offered, 50, 0, 3, folder).await?;
    }
    let mut turns = Vec::new();
    for rate in &plan.rates {
        for pair in 1..=plan.pairs {
            for contender in &contenders {
                turns.push(take_turn(contender, plan.offered, *rate, pair, plan.seconds, folder).await?);
            }
        }
    }
    let names = contenders.iter().map(|contender| contender.name).collect();
    for contender in contenders {
        contender.stop().await?;
    }
    Ok(Comparison { offered: plan.offered, turns, names, rates: plan.rates.clone(), skipped })
}

/// Offers calls to one program and counts.
pub(super) async fn take_turn(
    contender: &Contender,
    offered: Offered,
    rate: u32,
    pair: u32,
    seconds: u32,
    folder: &Path,
) -> anyhow::Result<Turn> {
    let statistics = folder.join("uac.csv");
    let calls = rate * seconds;
    let mut command = pinned(Path::new("sipp"), Some(GENERATOR_CPU));
    match offered {
        Offered::WholeCalls => command.args(["-sn", "uac"]),
        Offered::Signalling => command.arg("-sf").arg(signalling_scenario()),
    };
    command.args([
        &contender.sip.to_string(),
        "-i",
        "127.0.0.1",
        "-p",
        &free_port()?.to_string(),
        "-s",
        "112",
    ]);
    command.args(["-r", &rate.to_string(), "-m", &calls.to_string(), "-d", "0", "-nostdin"]);
    // What was not answered by then (RFC 3261 timer B) has failed; without it sipp waits for ever, and a host that stood
    // still for a second would cost the whole run instead of some calls of one turn.
    command.args(["-recv_timeout", "33000"]);
    command
        .args(["-trace_stat", "-fd", "1", "-timeout", "100s", "-stf"])
        .arg(&statistics)
        .current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);

    let drops_before = udp_drops(contender.sip.port());
    let (server_before, generator_before) = (CpuReading::of(contender.pid), waited_children_cpu());
    let began = Instant::now();
    let mut child = command.spawn().context("could not start sipp")?;
    // Its exit code only says whether all calls succeeded, which the statistics say better.
    timeout(TURN_WITHIN, child.wait()).await.context("sipp did not end")??;
    let took = began.elapsed();
    let generator = waited_children_cpu().saturating_sub(generator_before);
    sleep(AFTERMATH).await;
    let cpu = CpuReading::of(contender.pid).since(&server_before);
    ensure!(!cpu.is_zero(), "{} used no CPU at all: it has died", contender.name);

    let text = std::fs::read_to_string(&statistics).context("no statistics of sipp")?;
    let figure = |name: &str| last_figure(&text, name).with_context(|| format!("sipp gave no {name}"));
    let (successful, failed) = (figure("SuccessfulCall(C)")?, figure("FailedCall(C)")?);
    std::fs::remove_file(&statistics)?;
    Ok(Turn {
        name: contender.name,
        rate,
        pair,
        calls: successful + failed,
        failed: u64::from(calls).saturating_sub(successful),
        retransmissions: retransmissions(&text),
        cpu_us_per_call: cpu.as_secs_f64() * 1e6 / f64::from(calls),
        generator_share: generator.as_secs_f64() / took.as_secs_f64(),
        kernel_drops: udp_drops(contender.sip.port()).saturating_sub(drops_before),
    })
}

fn signalling_scenario() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sipp/bench-signalling.xml")
}

/// A column of the last line of sipp's statistics.
fn last_figure(text: &str, name: &str) -> Option<u64> {
    let mut lines = text.lines().filter(|line| !line.is_empty());
    let column = lines.next()?.split(';').position(|known| known == name)?;
    lines.next_back()?.split(';').nth(column)?.parse().ok()
}

fn retransmissions(text: &str) -> u64 {
    last_figure(text, "Retransmissions(C)").unwrap_or(0)
}

impl Comparison {
    /// The table for people.
    pub fn markdown(&self) -> anyhow::Result<String> {
        let mut text = String::from(match self.offered {
            Offered::WholeCalls => {
                "## SIP: a whole call (INVITE, 200, ACK, BYE, 200) over UDP, every role\n\n\
                 The peers keep nothing and send no audio; ours records every call durably in the journal, the store and the\n\
                 supervision log, and opens an audio port. The ratio is the price of that, taken pair by pair.\n\n"
            }
            Offered::Signalling => {
                "## SIP: signalling only (INVITE, 100, 180, 200, ACK, BYE, 200, with a=inactive), the trunk role alone\n\n\
                 The peers keep nothing; ours has every step of every call in the synced journal, and an audio port open\n\
                 from its 200 on, through which nothing is sent.\n\n"
            }
        });
        text.push_str(
            "| calls/s | program | failed | retransmissions | CPU µs/call | ours ÷ it | generator CPU | kernel drops |\n\
             |--:|---|--:|--:|---|---|--:|--:|\n",
        );
        for rate in &self.rates {
            for name in &self.names {
                self.row(&mut text, *rate, name)?;
            }
        }
        if let Some(reason) = self.skipped {
            writeln!(text, "\nSkipped: {reason}.")?;
        }
        text.push('\n');
        Ok(text)
    }

    fn row(&self, text: &mut String, rate: u32, name: &str) -> anyhow::Result<()> {
        let turns = self.of(rate, name);
        let ours = self.of(rate, self.names.first().copied().unwrap_or_default());
        let ratios: Vec<f64> =
            ours.iter().zip(&turns).map(|(ours, its)| ours.cpu_us_per_call / its.cpu_us_per_call).collect();
        let cpu: Vec<f64> = turns.iter().map(|turn| turn.cpu_us_per_call).collect();
        let sum = |of: fn(&Turn) -> u64| turns.iter().map(|turn| of(turn)).sum::<u64>();
        let generator = turns.iter().map(|turn| turn.generator_share).fold(0.0, f64::max);
        writeln!(
            text,
            "| {rate} | {name} | {} of {} | {} | {} | {} | {:.0} % | {} |",
            sum(|turn| turn.failed),
            sum(|turn| turn.calls),
            sum(|turn| turn.retransmissions),
            min_median_max(&cpu, 0),
            if self.names.first() == Some(&name) { "1".to_owned() } else { min_median_max(&ratios, 1) },
            generator * 100.0,
            sum(|turn| turn.kernel_drops),
        )?;
        Ok(())
    }

    /// Every turn, for other programs.
    pub fn csv(&self) -> anyhow::Result<String> {
        let mut text = String::from(
            "rate,pair,program,calls,failed,retransmissions,cpu_us_per_call,generator_share,kernel_drops\n",
        );
        for turn in &self.turns {
            let Turn { name, rate, pair, calls, failed, retransmissions, .. } = turn;
            let (cpu, share, drops) = (turn.cpu_us_per_call, turn.generator_share, turn.kernel_drops);
            writeln!(
                text,
                "{rate},{pair},{name},{calls},{failed},{retransmissions},{cpu:.1},{share:.3},{drops}"
            )?;
        }
        Ok(text)
    }

    fn of(&self, rate: u32, name: &str) -> Vec<&Turn> {
        self.turns.iter().filter(|turn| turn.rate == rate && turn.name == name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::is_installed;

    #[test]
    fn sipps_statistics_are_read_by_column_name() {
        let text = "StartTime;SuccessfulCall(P);SuccessfulCall(C);\nx;1;1;\ny;2;3;\n";
        assert_eq!(last_figure(text, "SuccessfulCall(C)"), Some(3));
        assert_eq!(last_figure(text, "Retransmissions(C)"), None);
    }

    /// The peers themselves, briefly: every call must succeed and cost something.
    #[tokio::test]
    async fn the_peers_answer_every_call() {
        if !is_installed("sipp") {
            println!("skipped: sipp is not installed");
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let mut peers = vec![Contender::sipp(folder.path()).await.expect("sipp answers")];
        match Contender::kamailio(folder.path()).await.expect("no error") {
            Ok(kamailio) => peers.push(kamailio),
            Err(reason) => println!("skipped: {reason}"),
        }
        for peer in peers {
            for offered in [Offered::WholeCalls, Offered::Signalling] {
                let turn = take_turn(&peer, offered, 20, 1, 1, folder.path()).await.expect("a turn");
                assert_eq!((turn.calls, turn.failed), (20, 0), "{turn:?}");
                assert!(turn.cpu_us_per_call > 1.0 && turn.generator_share > 0.0, "{turn:?}");
            }
            peer.stop().await.expect("stops");
        }
    }

    #[test]
    fn ratios_are_taken_pair_by_pair() {
        let turn = |name, pair, cpu| Turn {
            name,
            rate: 50,
            pair,
            calls: 300,
            failed: 0,
            retransmissions: 0,
            cpu_us_per_call: cpu,
            generator_share: 0.1,
            kernel_drops: 0,
        };
        // Both got slower in the second pair: the ratio is 4 in each, though the medians alone say 2 to 8.
        let turns = vec![
            turn("sigap", 1, 400.0),
            turn("peer", 1, 100.0),
            turn("sigap", 2, 800.0),
            turn("peer", 2, 200.0),
        ];
        let comparison = Comparison {
            offered: Offered::WholeCalls,
            turns,
            names: vec!["sigap", "peer"],
            rates: vec![50],
            skipped: None,
        };
        let table = comparison.markdown().expect("a table");
        assert!(
            table.contains("| 50 | peer | 0 of 600 | 0 | 100 – **100** – 200 | 4.0 – **4.0** – 4.0 |"),
            "{table}"
        );
    }
}
