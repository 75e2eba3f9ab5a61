//! Scenario files: how much of what.

use std::path::Path;

use anyhow::{Context, ensure};
use serde::Deserialize;
use simulator::city::{CityOptions, Mix, Patience, SecondsRange, Storm};
use simulator::sip_agent::Transport;

/// A scenario lasts at most this long.
const SECONDS_MAX: u64 = 3_600;

/// A scenario.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// One line for the report.
    pub name: String,
    /// The city's seed.
    pub seed: u64,
    /// Mean arrivals a second.
    pub rate_per_s: f64,
    /// How long calls arrive.
    pub seconds: u64,
    /// UDP or TCP.
    #[serde(default)]
    pub transport: Transport,
    /// Share of the calls that bring a location.
    #[serde(default = "default_located_share")]
    pub located_share: f64,
    /// Shares of outcomes.
    #[serde(default)]
    pub mix: Mix,
    /// Waiting and talking.
    #[serde(default)]
    pub patience: Patience,
    /// One event that most call about.
    pub storm: Option<Storm>,
    /// Who works.
    pub consoles: Consoles,
}

/// The consoles of a scenario.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consoles {
    /// Users who answer.
    pub call_takers: Vec<String>,
    /// Seconds of talk with one caller.
    pub handles_s: SecondsRange,
    /// Users of agencies.
    pub agencies: Vec<String>,
    /// Share of the assignments that are acknowledged.
    pub acknowledges: f64,
    /// Seconds before each step of an agency.
    pub step_s: SecondsRange,
}

fn default_located_share() -> f64 {
    0.3
}

impl Scenario {
    /// Reads a scenario file.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))?;
        let scenario: Self = toml::from_str(&text).with_context(|| format!("in {}", path.display()))?;
        ensure!(
            scenario.rate_per_s > 0.0 && scenario.rate_per_s <= simulator::simulate::RATE_PER_S_MAX,
            "rate_per_s of {} must be above 0 and at most {}",
            path.display(),
            simulator::simulate::RATE_PER_S_MAX
        );
        ensure!((1..=SECONDS_MAX).contains(&scenario.seconds), "seconds must be 1 to {SECONDS_MAX}");
        Ok(scenario)
    }

    /// The city of this scenario.
    pub fn city(&self) -> CityOptions {
        CityOptions {
            seed: self.seed,
            calls: ((self.rate_per_s * self.seconds as f64).round() as usize).max(1),
            rate_per_s: self.rate_per_s,
            mix: self.mix,
            patience: self.patience,
            storm: self.storm,
            located_share: self.located_share,
            first_number: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_of_the_folder_can_be_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        let mut names = Vec::new();
        for file in std::fs::read_dir(folder).expect("the folder") {
            let scenario = Scenario::read(&file.expect("a file").path()).expect("a scenario");
            assert!(scenario.city().calls > 0 && !scenario.consoles.call_takers.is_empty());
            names.push(scenario.name);
        }
        assert!(names.len() >= 4, "{names:?}");
    }

    #[test]
    fn a_misspelt_key_is_named() {
        let mistake = toml::from_str::<Scenario>("name = \"x\"\nseeed = 1\n").expect_err("unknown key");
        assert!(mistake.to_string().contains("seeed"), "{mistake}");
    }
}
