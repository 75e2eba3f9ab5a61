//! Real sipp with the shipped scenarios.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::repository;

/// A sipp that is running.
pub struct Sipp {
    child: Child,
    scenario: String,
    /// Where it writes what went wrong.
    dir: TempDir,
}

impl Sipp {
    /// Starts one call of a scenario of `sip-config/sipp`, with further options.
    pub fn start(scenario: &str, to: SocketAddr, caller: &str, options: &[&str]) -> Self {
        let file: PathBuf = repository().join(format!("sip-config/sipp/{scenario}.xml"));
        assert!(file.is_file(), "{} is missing", file.display());
        let dir = tempfile::Builder::new().prefix("sigap-sipp-").tempdir().expect("a temporary folder");
        let mut command = Command::new("sipp");
        command.arg("-sf").arg(file).args(["-key", "caller", caller, "-m", "1"]);
        if !options.contains(&"-i") {
            command.args(["-i", "127.0.0.1"]);
        }
        command
            .args(["-timeout", "90", "-timeout_error", "-nostdin", "-trace_err"])
            .args(options)
            .arg(to.to_string());
        command.current_dir(dir.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.kill_on_drop(true).spawn();
        let child = child.unwrap_or_else(|error| {
            panic!("sipp cannot be started ({error}): install the Debian package sip-tester")
        });
        Self { child, scenario: scenario.to_owned(), dir }
    }

    /// Waits for the end; the scenario must have gone as it says.
    pub async fn done(mut self, within: Duration) {
        let status = match timeout(within, self.child.wait()).await {
            Ok(status) => status.expect("sipp's end can be seen"),
            Err(_) => panic!("sipp {} did not end within {} s", self.scenario, within.as_secs()),
        };
        assert!(status.success(), "sipp {}: {status}: {}", self.scenario, self.errors());
    }

    fn errors(&self) -> String {
        let files = std::fs::read_dir(self.dir.path()).into_iter().flatten().flatten();
        let texts = files.filter_map(|file| std::fs::read_to_string(file.path()).ok());
        let text: String = texts.collect::<Vec<_>>().join("\n");
        text.chars().take(3000).collect()
    }
}
