//! `sigap trunk` and `sigap desk` as two processes on one data folder.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{Instant, timeout};

use super::Api;
use super::server::{NEVER_LOGGED, PORTS_PER_SERVER, READY_WITHIN, address_in, ports};

/// One of the two.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Half {
    /// Holds live calls.
    Trunk,
    /// Holds incidents.
    Desk,
}

impl Half {
    const fn name(self) -> &'static str {
        match self {
            Self::Trunk => "trunk",
            Self::Desk => "desk",
        }
    }
}

type Running = (Child, Lines<BufReader<ChildStdout>>);

/// Both halves, on ports that nobody else takes between a kill and a restart.
pub struct Halves {
    /// Where the API is.
    pub http: SocketAddr,
    /// Where SIP is.
    pub sip: SocketAddr,
    block: u16,
    flags: Vec<String>,
    trunk: Option<Running>,
    desk: Option<Running>,
    dir: TempDir,
}

impl Halves {
    /// Starts the demo, trunk first, with more flags for both.
    pub async fn start(flags: &[&str]) -> Self {
        let mut halves = Self::nothing(flags);
        halves.run(Half::Trunk).await;
        halves.run(Half::Desk).await;
        halves
    }

    /// A data folder and ports, and nobody there yet.
    pub fn nothing(flags: &[&str]) -> Self {
        let dir = tempfile::Builder::new().prefix("sigap-halves-").tempdir().expect("a temporary folder");
        let block = ports();
        let local = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
        Self { http: local(block), sip: local(block + 1), block, flags, trunk: None, desk: None, dir }
    }

    /// The data folder of both.
    pub fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// A console of this user, logged in.
    pub async fn log_in(&self, username: &str) -> Api {
        Api::log_in(self.http, username).await
    }

    /// `kill -9`.
    pub async fn kill(&mut self, half: Half) {
        let Some((mut child, _)) = self.place(half).take() else { panic!("{half:?} is not running") };
        child.kill().await.expect("it can be killed");
    }

    /// SIGTERM; how it ended.
    pub async fn terminate(&mut self, half: Half, within: Duration) -> ExitStatus {
        let Some((mut child, _)) = self.place(half).take() else { panic!("{half:?} is not running") };
        let id = child.id().expect("it has an id while it runs").to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().await;
        assert!(sent.is_ok_and(|status| status.success()), "SIGTERM could not be sent");
        let Ok(status) = timeout(within, child.wait()).await else {
            panic!("{half:?} did not stop within {} s of SIGTERM\n{}", within.as_secs(), self.log(half));
        };
        status.expect("its end can be seen")
    }

    /// Starts a half, and waits until it says `ready`; how long that took.
    pub async fn run(&mut self, half: Half) -> Duration {
        assert!(self.place(half).is_none(), "{half:?} is running");
        let began = Instant::now();
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.log_file(half));
        let mut child = self
            .command(half)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.expect("a log file"))
            .env("RUST_BACKTRACE", "1")
            .kill_on_drop(true)
            .spawn()
            .expect("the binary can be started");
        let mut lines = BufReader::new(child.stdout.take().expect("standard output is piped")).lines();
        let ready = loop {
            match timeout(READY_WITHIN, lines.next_line()).await {
                Ok(Ok(Some(line))) if line.starts_with("ready ") => break line,
                Ok(Ok(Some(_))) => {}
                Ok(Ok(None) | Err(_)) => {
                    panic!("{half:?} ended before it was ready: {:?}\n{}", child.wait().await, self.log(half))
                }
                Err(_) => panic!("{half:?} was not ready in time\n{}", self.log(half)),
            }
        };
        match half {
            Half::Trunk => assert_eq!(address_in(&ready, "sip="), self.sip),
            Half::Desk => assert_eq!(address_in(&ready, "http="), self.http),
        }
        *self.place(half) = Some((child, lines));
        began.elapsed()
    }

    /// Everything that a half wrote to standard error.
    pub fn log(&self, half: Half) -> String {
        String::from_utf8_lossy(&std::fs::read(self.log_file(half)).unwrap_or_default()).into_owned()
    }

    fn log_file(&self, half: Half) -> PathBuf {
        self.dir.path().join(half.name())
    }

    const fn place(&mut self, half: Half) -> &mut Option<Running> {
        match half {
            Half::Trunk => &mut self.trunk,
            Half::Desk => &mut self.desk,
        }
    }

    fn command(&self, half: Half) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sigap"));
        command.arg(half.name()).arg("--demo").arg("--data-dir").arg(self.data_dir());
        command.arg("--http").arg(self.http.to_string()).arg("--sip").arg(self.sip.to_string());
        command.arg("--rtp-ports").arg(format!("{}-{}", self.block + 10, self.block + PORTS_PER_SERVER - 1));
        command.args(&self.flags);
        for (name, _) in std::env::vars() {
            if name.starts_with("SIGAP_") {
                command.env_remove(name);
            }
        }
        command
    }
}

impl Drop for Halves {
    fn drop(&mut self) {
        for half in [Half::Trunk, Half::Desk] {
            if let Some((mut child, _)) = self.place(half).take() {
                // An error means that it has ended, which is what is wanted.
                let _killed = child.start_kill();
                for _ in 0..100 {
                    if child.try_wait().is_ok_and(|status| status.is_some()) {
                        break;
                    }
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
            let log = self.log(half);
            if std::thread::panicking() {
                let lines: Vec<&str> = log.lines().collect();
                eprintln!(
                    "--- {half:?}, last lines ---\n{}",
                    lines[lines.len().saturating_sub(60)..].join("\n")
                );
                continue;
            }
            for line in log.lines() {
                assert!(!line.contains("panicked at"), "{half:?} panicked: {line}");
                let told = NEVER_LOGGED.iter().find(|told| line.contains(**told));
                assert!(told.is_none(), "{half:?} tells personal data ({told:?}): {line}");
            }
        }
    }
}
