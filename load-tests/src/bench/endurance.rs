//! Half the load of the comparison for a minute: does any call fail, by the caller's count and by ours?

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::contender::Contender;
use super::sip::{Offered, Turn, take_turn};
use crate::accounting::peak_memory_kib;

/// The last calls may take this long to be written down as ended.
const ENDED_WITHIN: Duration = Duration::from_secs(15);

/// What was measured.
#[derive(Clone, Debug)]
pub struct Endurance {
    seconds: u32,
    turn: Turn,
    arrived: u64,
    hung_up: u64,
    peak_mib: u64,
}

/// Offers `rate` calls a second without sound to the trunk role alone.
pub async fn measure(rate: u32, seconds: u32, binary: &Path, folder: &Path) -> anyhow::Result<Endurance> {
    let trunk = Contender::trunk(binary, &folder.join("endurance")).await?;
    let turn = take_turn(&trunk, Offered::Signalling, rate, 1, seconds, folder).await?;
    let until = Instant::now() + ENDED_WITHIN;
    let count = || -> anyhow::Result<(u64, u64)> {
        let ended = trunk.lines_with(&["Call ended", "reason=CallerHungUp"])?;
        Ok((trunk.lines_with(&["Call arrived"])?, ended))
    };
    let (mut arrived, mut hung_up) = count()?;
    while hung_up < arrived && Instant::now() < until {
        sleep(Duration::from_millis(500)).await;
        (arrived, hung_up) = count()?;
    }
    let peak_mib = peak_memory_kib(trunk.pid).unwrap_or(0) / 1_024;
    trunk.stop().await?;
    Ok(Endurance { seconds, turn, arrived, hung_up, peak_mib })
}

impl Endurance {
    /// The lines for people.
    pub fn markdown(&self) -> anyhow::Result<String> {
        let Turn { rate, calls, failed, retransmissions, cpu_us_per_call, generator_share, .. } = &self.turn;
        let offered = rate * self.seconds;
        let whole = *failed == 0 && self.arrived == u64::from(offered) && self.hung_up == self.arrived;
        let mut text = format!("## The trunk role alone at {rate} calls a second for {} s\n\n", self.seconds);
        writeln!(text, "| counted by | calls | failed |\n|---|--:|--:|")?;
        writeln!(text, "| sipp | {calls} | {failed} |")?;
        let ours = u64::from(offered).saturating_sub(self.hung_up);
        writeln!(text, "| ours (arrived; ended as hung up by the caller) | {} | {ours} |", self.arrived)?;
        writeln!(
            text,
            "\n{}: {offered} were offered; {retransmissions} retransmissions, {cpu_us_per_call:.0} µs CPU a call, \
             {} MiB at most, generator at {:.0} % of its CPU.\n",
            if whole { "met" } else { "MISSED" },
            self.peak_mib,
            generator_share * 100.0
        )?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_only_one_side_counts_is_a_failure() {
        let turn = Turn {
            name: "sigap trunk",
            rate: 10,
            pair: 1,
            calls: 20,
            failed: 0,
            retransmissions: 3,
            cpu_us_per_call: 412.4,
            generator_share: 0.125,
            kernel_drops: 0,
        };
        let whole = Endurance { seconds: 2, turn, arrived: 20, hung_up: 20, peak_mib: 90 };
        let table = whole.markdown().expect("a table");
        assert!(table.contains("\nmet: 20 were offered; 3 retransmissions, 412 µs CPU a call"), "{table}");
        let lost = Endurance { hung_up: 19, ..whole };
        let table = lost.markdown().expect("a table");
        assert!(table.contains("| 20 | 1 |") && table.contains("\nMISSED: "), "{table}");
    }
}
