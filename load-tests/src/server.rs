//! Starting and ending the programs that are measured. Each ends by its own pid, and with this program.

use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// The server must serve within this time.
const READY_WITHIN: Duration = Duration::from_secs(30);
/// A stopped program must be gone within this time.
const GONE_WITHIN: Duration = Duration::from_secs(10);

/// Where a server listens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Addresses {
    /// API and feed.
    pub http: SocketAddr,
    /// SIP.
    pub sip: SocketAddr,
}

impl Addresses {
    /// Ports that are free now, for a server that is started again on the same ones.
    pub fn free() -> anyhow::Result<Self> {
        let loopback = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Ok(Self { http: loopback(free_port()?), sip: loopback(free_port()?) })
    }

    /// Lets the server choose.
    pub fn any() -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Self { http: any, sip: any }
    }
}

/// A port that is free now for UDP and TCP.
pub fn free_port() -> anyhow::Result<u16> {
    for _ in 0..100 {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        let address = socket.local_addr()?;
        if std::net::TcpListener::bind(address).is_ok() {
            return Ok(address.port());
        }
    }
    bail!("no port is free for both UDP and TCP")
}

/// Which part of the product a process is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Every role.
    Serve,
    /// SIP, media, recording and journal alone.
    Trunk,
    /// Store and API; calls come from a trunk role on the same data.
    Desk,
}

impl Role {
    fn command(self) -> &'static str {
        match self {
            Self::Serve => "serve",
            Self::Trunk => "trunk",
            Self::Desk => "desk",
        }
    }
}

/// The socket between two halves, in the folder for temporary files: a socket's path must be short, and that of a data
/// folder may be long.
pub fn link_variable() -> anyhow::Result<(&'static str, String)> {
    let name = format!("sigap-load-{}-{}.sock", std::process::id(), free_port()?);
    let path = std::env::temp_dir().join(name);
    Ok(("SIGAP_LINK", path.to_str().context("the folder for temporary files is no text")?.to_owned()))
}

/// How to start a server.
#[derive(Clone, Debug)]
pub struct Start {
    /// What of it.
    pub role: Role,
    /// The binary.
    pub binary: PathBuf,
    /// Its data.
    pub data_dir: PathBuf,
    /// Where to listen.
    pub addresses: Addresses,
    /// CPU that it is pinned to.
    pub cpu: Option<u32>,
    /// `SIGAP_…` values.
    pub environment: Vec<(&'static str, String)>,
}

impl Start {
    /// Where its log lines go.
    pub fn log(&self) -> PathBuf {
        match self.role {
            Role::Serve => self.data_dir.with_extension("log"),
            Role::Trunk => self.data_dir.with_extension("trunk.log"),
            Role::Desk => self.data_dir.with_extension("desk.log"),
        }
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Its process id.
    pub pid: u32,
    /// Where it listens.
    pub addresses: Addresses,
    /// From the start of the process to `ready`.
    pub ready_after: Duration,
}

impl Server {
    /// Starts the server and waits until it serves.
    pub async fn start(start: &Start) -> anyhow::Result<Self> {
        ensure!(
            start.binary.is_file(),
            "{} is not there: build it first, or name it with --bin",
            start.binary.display()
        );
        std::fs::create_dir_all(&start.data_dir)?;
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(start.log())
            .context("could not open the server's log")?;
        let began = Instant::now();
        let mut child = pinned(&start.binary, start.cpu)
            .args([start.role.command(), "--demo", "--data-dir"])
            .arg(&start.data_dir)
            .args(["--http", &start.addresses.http.to_string(), "--sip", &start.addresses.sip.to_string()])
            .envs(start.environment.iter().map(|(name, value)| (*name, value.as_str())))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("could not start {}", start.binary.display()))?;
        let pid = child.id().context("the server ended at once")?;
        let output = child.stdout.take().context("no output of the server")?;
        let addresses = timeout(READY_WITHIN, read_ready(output, start.addresses))
            .await
            .with_context(|| format!("not ready within {} s", READY_WITHIN.as_secs()))?
            .with_context(|| format!("see {}", start.log().display()))?;
        Ok(Self { child, pid, addresses, ready_after: began.elapsed() })
    }

    /// SIGKILL: no chance to write anything.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("could not kill the server")
    }

    /// Asks the server to drain and waits for it.
    pub async fn stop(self) -> anyhow::Result<()> {
        terminate(self.child).await
    }
}

/// A command, pinned to a CPU where the machine has the tool for it. `taskset` becomes the program, so the
/// process id is the program's own.
pub fn pinned(program: &Path, cpu: Option<u32>) -> Command {
    match cpu {
        Some(cpu) if is_installed("taskset") => {
            let mut command = Command::new("taskset");
            command.args(["-c", &cpu.to_string()]).arg(program);
            command
        }
        Some(_) | None => Command::new(program),
    }
}

/// Whether a program is on the path.
pub fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Debian keeps daemons in sbin, which a user's path may lack.
    std::env::split_paths(&path).chain(["/usr/sbin".into()]).any(|folder| folder.join(program).is_file())
}

/// SIGTERM, then SIGKILL if that is not enough.
pub async fn terminate(mut child: Child) -> anyhow::Result<()> {
    let Some(pid) = child.id() else { return Ok(()) };
    // The standard library has no SIGTERM; `kill` is in every Debian.
    let asked = Command::new("kill").args(["-TERM", &pid.to_string()]).status().await?;
    if !asked.success() || timeout(GONE_WITHIN, child.wait()).await.is_err() {
        child.kill().await?;
    }
    Ok(())
}

/// The binary to measure: named, or `SIGAP_BIN`, or the release build of this project.
pub fn binary(named: Option<&Path>) -> PathBuf {
    if let Some(named) = named {
        return named.to_owned();
    }
    if let Some(binary) = std::env::var_os("SIGAP_BIN") {
        return binary.into();
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    Path::new(&target).join("release/sigap")
}

/// Reads up to the line `ready`; what comes later is drained, so that the server never blocks.
async fn read_ready(
    output: impl AsyncRead + Unpin + Send + 'static,
    asked: Addresses,
) -> anyhow::Result<Addresses> {
    let mut lines = BufReader::new(output).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some(addresses) = parse_ready(&line, asked) {
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(addresses);
        }
    }
    bail!("the server ended before it was ready")
}

/// `ready http=ADDR sip=ADDR`; a half names only its own address, and the other stays as asked for.
fn parse_ready(line: &str, asked: Addresses) -> Option<Addresses> {
    let mut addresses = asked;
    for word in line.strip_prefix("ready ")?.split_ascii_whitespace() {
        match word.split_once('=')? {
            ("http", address) => addresses.http = address.parse().ok()?,
            ("sip", address) => addresses.sip = address.parse().ok()?,
            // The socket between two halves: whoever starts them names it.
            ("link", _) => {}
            _ => return None,
        }
    }
    Some(addresses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ready_line_is_read() {
        let ports = |line| {
            parse_ready(line, Addresses::any()).map(|addresses| (addresses.http.port(), addresses.sip.port()))
        };
        assert_eq!(ports("ready http=127.0.0.1:8112 sip=127.0.0.1:5060"), Some((8112, 5060)));
        assert_eq!(ports("ready sip=127.0.0.1:5060 link=/tmp/a.sock"), Some((0, 5060)));
        assert_eq!(ports("ready http=127.0.0.1:8112 link=/tmp/a.sock"), Some((8112, 0)));
        assert_eq!(ports("starting http=127.0.0.1:1 sip=127.0.0.1:2"), None);
    }

    /// A stand-in for the server that says `ready` and then waits.
    fn stand_in(folder: &Path, script: &str) -> Start {
        let binary = folder.join("stand-in");
        // Written by a process of its own: a file that this one has open for writing while another test
        // forks cannot be executed (ETXTBSY).
        let write = "printf '#!/bin/sh\\n%s\\n' \"$2\" > \"$1\" && chmod +x \"$1\"";
        let written =
            std::process::Command::new("sh").args(["-c", write, "sh"]).arg(&binary).arg(script).status();
        assert!(written.expect("sh starts").success());
        Start {
            role: Role::Serve,
            binary,
            data_dir: folder.join("data"),
            addresses: Addresses::any(),
            cpu: None,
            environment: vec![],
        }
    }

    #[tokio::test]
    async fn a_server_is_started_found_ready_and_killed() {
        let folder = tempfile::tempdir().expect("a folder");
        let start = stand_in(
            folder.path(),
            "echo hello; echo ready http=127.0.0.1:81 sip=127.0.0.1:82; exec sleep 60",
        );
        let server = Server::start(&start).await.expect("starts");
        assert_eq!(server.addresses.sip.port(), 82);
        let pid = server.pid;
        assert!(Path::new(&format!("/proc/{pid}")).exists());
        server.kill().await.expect("dies");
        assert!(!Path::new(&format!("/proc/{pid}")).exists(), "the process is gone");
    }

    #[tokio::test]
    async fn a_server_that_ends_early_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let start = stand_in(folder.path(), "echo sorry; exit 2");
        let error = Server::start(&start).await.expect_err("not ready");
        assert!(format!("{error:#}").contains("ended before it was ready"), "{error:#}");
    }
}
