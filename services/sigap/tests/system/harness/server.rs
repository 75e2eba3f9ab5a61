//! One `sigap serve`: started, killed, restarted, drained, and looked over at the end.

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use super::postgres::Cluster;
use super::{Api, Kind, Ran, tool};

/// A cold start makes keys, the store and thirteen password hashes, in a debug build, beside other tests.
pub(super) const READY_WITHIN: Duration = Duration::from_secs(60);
/// Lines of the server's log that a failed test shows.
const LOG_LINES_SHOWN: usize = 60;

/// What no log line may hold. Every test calls from these numbers, tells these stories and names these places.
pub(super) const NEVER_LOGGED: [&str; 7] =
    ["62811000", "0811000", "Samsudin", "Masjid Agung", "api besar di dapur", "-2.911", "106.509"];

/// How a server is started.
#[derive(Clone, Debug)]
pub struct Setup {
    kind: Kind,
    demo: bool,
    fixed_ports: bool,
    toml: String,
    flags: Vec<String>,
    /// The whole command line, in place of all that.
    words: Option<Vec<String>>,
}

impl Setup {
    /// The demo on this store.
    pub fn demo(kind: Kind) -> Self {
        Self { kind, demo: true, fixed_ports: false, toml: String::new(), flags: Vec::new(), words: None }
    }

    /// Not the demo: without users, with the trunks that [`Setup::toml`] names.
    pub fn bare(kind: Kind) -> Self {
        Self { demo: false, ..Self::demo(kind) }
    }

    /// Ports outside of the kernel's own range, so that nobody takes them between a kill and the restart.
    pub fn fixed_ports(self) -> Self {
        Self { fixed_ports: true, ..self }
    }

    /// Word for word what somebody else starts; only the data folder is ours.
    pub fn words(words: Vec<String>) -> Self {
        Self { words: Some(words), ..Self::demo(Kind::Sqlite) }
    }

    /// Text of `sigap.toml`; `DIR` in it stands for the data folder.
    pub fn toml(self, text: &str) -> Self {
        Self { toml: text.to_owned(), ..self }
    }

    /// One more flag.
    pub fn flag(mut self, flag: &str, value: &str) -> Self {
        self.flags.extend([flag.to_owned(), value.to_owned()]);
        self
    }
}

/// A server with its data folder and, if it has one, its PostgreSQL.
pub struct Server {
    /// Where the API is.
    pub http: SocketAddr,
    /// Where SIP is.
    pub sip: SocketAddr,
    /// The store, when it is PostgreSQL.
    pub cluster: Option<Cluster>,
    setup: Setup,
    block: u16,
    running: Option<(Child, Lines<BufReader<ChildStdout>>)>,
    dir: TempDir,
}

impl Server {
    /// Starts a server and waits until it serves.
    pub async fn start(setup: Setup) -> Self {
        let dir = tempfile::Builder::new().prefix("sigap-system-").tempdir().expect("a temporary folder");
        let data = dir.path().join("data");
        std::fs::create_dir(&data).expect("a data folder");
        if !setup.toml.is_empty() {
            let text = setup.toml.replace("DIR", &data.display().to_string());
            std::fs::write(data.join("sigap.toml"), text).expect("sigap.toml can be written");
        }
        let cluster = match setup.kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some(tokio::task::spawn_blocking(Cluster::start).await.expect("a cluster")),
        };
        let block = ports();
        let (http, sip) = if setup.fixed_ports { (block, block + 1) } else { (0, 0) };
        let local = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let mut server =
            Self { http: local(http), sip: local(sip), cluster, setup, block, running: None, dir };
        server.run().await;
        server
    }

    /// Starts the demo.
    pub async fn demo(kind: Kind) -> Self {
        Self::start(Setup::demo(kind)).await
    }

    /// The data folder.
    pub fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// A folder for what a test writes.
    pub fn scratch(&self) -> &Path {
        self.dir.path()
    }

    /// A console of this user, logged in.
    pub async fn log_in(&self, username: &str) -> Api {
        Api::log_in(self.http, username).await
    }

    /// `kill -9`.
    pub async fn kill(&mut self) {
        let Some((mut child, _)) = self.running.take() else { panic!("the server is not running") };
        child.kill().await.expect("the server can be killed");
    }

    /// Starts it again, with the same ports and folders.
    pub async fn start_again(&mut self) {
        assert!(self.running.is_none(), "the server is still running");
        self.run().await;
    }

    /// SIGTERM; how it ended, within a limit.
    pub async fn terminate(&mut self, within: Duration) -> ExitStatus {
        self.ask_to_stop().await;
        self.stopped(within).await
    }

    /// SIGTERM, without waiting.
    pub async fn ask_to_stop(&mut self) {
        let Some((child, _)) = &self.running else { panic!("the server is not running") };
        let id = child.id().expect("the server has an id while it runs").to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().await;
        assert!(sent.is_ok_and(|status| status.success()), "SIGTERM could not be sent");
    }

    /// Waits for the end after [`Server::ask_to_stop`].
    pub async fn stopped(&mut self, within: Duration) -> ExitStatus {
        let Some((mut child, _)) = self.running.take() else { panic!("the server is not running") };
        let Ok(status) = timeout(within, child.wait()).await else {
            self.show_log();
            panic!("the server did not stop within {} s of SIGTERM", within.as_secs());
        };
        status.expect("the server's end can be seen")
    }

    /// How the tools name this store.
    pub fn place(&self) -> Vec<String> {
        match &self.cluster {
            Some(cluster) => vec!["--database-url".into(), cluster.url()],
            None => vec!["--data-dir".into(), self.data_dir().display().to_string()],
        }
    }

    /// `sigap verify` on the store; it must be whole. Answers with the number of entries.
    pub async fn verify(&self) -> u64 {
        let mut arguments = vec!["verify".to_owned()];
        arguments.extend(self.place());
        let ran: Ran = tool(arguments).await;
        assert_eq!(ran.code, Some(0), "sigap verify: {ran:?}");
        ran.number_after("ok entries=")
    }

    /// Everything that the server wrote to standard error, over all its starts.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.log_file()).unwrap_or_default()).into_owned()
    }

    fn log_file(&self) -> PathBuf {
        self.dir.path().join("stderr")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sigap"));
        for (name, _) in std::env::vars() {
            if name.starts_with("SIGAP_") {
                command.env_remove(name);
            }
        }
        if let Some(words) = &self.setup.words {
            let folder = self.data_dir().display().to_string();
            let follows = std::iter::once("").chain(words.iter().map(String::as_str));
            let ours = words.iter().zip(follows);
            command.args(ours.map(|(word, before)| if before == "--data-dir" { &folder } else { word }));
            return command;
        }
        command.arg("serve").arg("--data-dir").arg(self.data_dir());
        command.arg("--http").arg(self.http.to_string()).arg("--sip").arg(self.sip.to_string());
        command.arg("--rtp-ports").arg(format!("{}-{}", self.block + 10, self.block + PORTS_PER_SERVER - 1));
        if self.setup.demo {
            command.arg("--demo");
        }
        if let Some(cluster) = &self.cluster {
            command.arg("--database-url").arg(cluster.url());
        }
        command.args(&self.setup.flags);
        command
    }

    async fn run(&mut self) {
        let log =
            std::fs::OpenOptions::new().create(true).append(true).open(self.log_file()).expect("a log file");
        let mut command = self.command();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .env("RUST_BACKTRACE", "1")
            .kill_on_drop(true);
        let mut child = command.spawn().expect("the binary can be started");
        let stdout = child.stdout.take().expect("standard output is piped");
        let mut lines = BufReader::new(stdout).lines();
        let ready = loop {
            match timeout(READY_WITHIN, lines.next_line()).await {
                Ok(Ok(Some(line))) if line.starts_with("ready ") => break line,
                Ok(Ok(Some(_))) => {}
                Ok(Ok(None) | Err(_)) => {
                    self.show_log();
                    panic!("the server ended before it was ready: {:?}", child.wait().await);
                }
                Err(_) => {
                    self.show_log();
                    panic!("the server was not ready within {} s", READY_WITHIN.as_secs());
                }
            }
        };
        self.http = address_in(&ready, "http=");
        self.sip = address_in(&ready, "sip=");
        self.running = Some((child, lines));
    }

    fn show_log(&self) {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        let from = lines.len().saturating_sub(LOG_LINES_SHOWN);
        eprintln!("--- the server's log, last lines ---\n{}\n---", lines[from..].join("\n"));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some((mut child, _)) = self.running.take() {
            // An error means that it has ended, which is what is wanted.
            let _killed = child.start_kill();
            for _ in 0..100 {
                if child.try_wait().is_ok_and(|status| status.is_some()) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        if std::thread::panicking() {
            self.show_log();
            // What is left of a failure is worth more than the space it takes.
            self.dir.disable_cleanup(true);
            eprintln!("its folder stays: {}", self.dir.path().display());
            return;
        }
        let log = self.log();
        for line in log.lines() {
            assert!(!line.contains("panicked at"), "the server panicked: {line}");
            let told = NEVER_LOGGED.iter().find(|told| line.contains(**told));
            assert!(told.is_none(), "the log tells personal data ({told:?}): {line}");
        }
    }
}

pub(super) fn address_in(ready: &str, name: &str) -> SocketAddr {
    let found = ready.split_whitespace().find_map(|word| word.strip_prefix(name));
    let address = found.unwrap_or_else(|| panic!("no {name} in {ready}"));
    address.parse().unwrap_or_else(|error| panic!("{address}: {error}"))
}

/// Ports that one server may use: HTTP, SIP, the rest for RTP.
pub(super) const PORTS_PER_SERVER: u16 = 400;
/// Blocks between 10000 and the kernel's ephemeral ports, which begin at 32768.
const BLOCKS: u16 = 56;

/// A block of ports for one server, whose first two are free.
pub(super) fn ports() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Test processes that run at once begin at different blocks.
    let offset = (std::process::id() % u32::from(BLOCKS)) as u16;
    for _ in 0..BLOCKS {
        let block = (NEXT.fetch_add(1, Ordering::Relaxed) + offset) % BLOCKS;
        let base = 10_000 + block * PORTS_PER_SERVER;
        let tcp = |port| TcpListener::bind(("127.0.0.1", port)).is_ok();
        if tcp(base) && tcp(base + 1) && UdpSocket::bind(("127.0.0.1", base + 1)).is_ok() {
            return base;
        }
    }
    panic!("no free ports between 10000 and 32400");
}
