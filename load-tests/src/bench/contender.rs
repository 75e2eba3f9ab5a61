//! The programs that answer calls in the comparison: ours, sipp's answering side, and Kamailio.

use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use tokio::process::{Child, Command};
use tokio::time::sleep;

use super::SERVER_CPU;
use crate::server::{
    Addresses, Role, Server, Start, free_port, is_installed, link_variable, pinned, terminate,
};

/// A program must answer OPTIONS within this time after its start.
const ANSWERS_WITHIN: Duration = Duration::from_secs(15);

/// A running program that answers calls.
#[derive(Debug)]
pub struct Contender {
    /// Its name in the table.
    pub name: &'static str,
    /// Its SIP address.
    pub sip: SocketAddr,
    /// Its process.
    pub pid: u32,
    process: Process,
}

#[derive(Debug)]
enum Process {
    /// With its log.
    Ours(Server, PathBuf),
    Peer(Child),
}

impl Contender {
    /// Ours with every role: journal, embedded store and log as shipped. The queue answers at once, so that the
    /// same caller can be used for all.
    pub async fn ours(binary: &Path, folder: &Path) -> anyhow::Result<Self> {
        Self::start("sigap", Role::Serve, binary, folder).await
    }

    /// Ours without a desk: SIP, media, recording and the journal. The queue answers at once here too.
    pub async fn trunk(binary: &Path, folder: &Path) -> anyhow::Result<Self> {
        Self::start("sigap trunk", Role::Trunk, binary, folder).await
    }

    async fn start(name: &'static str, role: Role, binary: &Path, folder: &Path) -> anyhow::Result<Self> {
        let start = Start {
            role,
            binary: binary.to_owned(),
            data_dir: folder.join("sip-data").join(name.replace(' ', "-")),
            addresses: Addresses::any(),
            cpu: Some(SERVER_CPU),
            environment: vec![("SIGAP_QUEUE_ANSWER_AFTER_S", "0".into()), link_variable()?],
        };
        let server = Server::start(&start).await?;
        let (sip, pid) = (server.addresses.sip, server.pid);
        Ok(Self { name, sip, pid, process: Process::Ours(server, start.log()) })
    }

    /// Lines of its log that hold all of these words; 0 of a program that is not ours.
    pub fn lines_with(&self, words: &[&str]) -> anyhow::Result<u64> {
        let Process::Ours(_, log) = &self.process else { return Ok(0) };
        let text = std::fs::read_to_string(log).context("no log of the server")?;
        Ok(text.lines().filter(|line| words.iter().all(|word| line.contains(word))).count() as u64)
    }

    /// `sipp -sn uas`: answers from a script, keeps nothing.
    pub async fn sipp(folder: &Path) -> anyhow::Result<Self> {
        let port = free_port()?;
        let mut command = pinned(Path::new("sipp"), Some(SERVER_CPU));
        command.args(["-sn", "uas", "-i", "127.0.0.1", "-p", &port.to_string(), "-nostdin"]);
        Self::peer("sipp uas", port, command, folder).await
    }

    /// Kamailio answering without state; keeps nothing. `None` with the reason when it is not installed.
    pub async fn kamailio(folder: &Path) -> anyhow::Result<Result<Self, &'static str>> {
        if !is_installed("kamailio") {
            return Ok(Err("Kamailio is not installed (Debian package kamailio)"));
        }
        let port = free_port()?;
        let config = folder.join("kamailio.cfg");
        std::fs::write(&config, kamailio_config(port)?)?;
        let program =
            if Path::new("/usr/sbin/kamailio").is_file() { "/usr/sbin/kamailio" } else { "kamailio" };
        let mut command = pinned(Path::new(program), Some(SERVER_CPU));
        // -DD: does not leave its parent, so its processes are ours to measure and to end. The run folder
        // holds its control files, 64 MiB of shared memory are enough for a server without state.
        command.args(["-DD", "-E", "-m", "64", "-f"]).arg(&config).arg("-Y").arg(folder);
        Self::peer("Kamailio (stateless)", port, command, folder).await.map(Ok)
    }

    async fn peer(
        name: &'static str,
        port: u16,
        mut command: Command,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let child = command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("could not start {name}"))?;
        let pid = child.id().with_context(|| format!("{name} ended at once"))?;
        let contender =
            Self { name, sip: SocketAddr::from(([127, 0, 0, 1], port)), pid, process: Process::Peer(child) };
        contender.answers().await?;
        Ok(contender)
    }

    /// Waits until the port is taken: whoever listens there is the program that was just started.
    async fn answers(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        while began.elapsed() < ANSWERS_WITHIN {
            if UdpSocket::bind(self.sip).is_err() {
                // Bound; give its workers a moment to begin reading.
                sleep(Duration::from_millis(300)).await;
                return Ok(());
            }
            sleep(Duration::from_millis(100)).await;
        }
        bail!("{} did not listen within {} s", self.name, ANSWERS_WITHIN.as_secs())
    }

    /// Ends it.
    pub async fn stop(self) -> anyhow::Result<()> {
        match self.process {
            Process::Ours(server, _) => server.stop().await,
            Process::Peer(child) => terminate(child).await,
        }
    }
}

/// Two workers that answer everything with 200 at once.
fn kamailio_config(port: u16) -> anyhow::Result<String> {
    let modules = [
        "/usr/lib/x86_64-linux-gnu/kamailio/modules/",
        "/usr/lib/aarch64-linux-gnu/kamailio/modules/",
        "/usr/lib/kamailio/modules/",
    ];
    let modules = modules.iter().find(|folder| Path::new(folder).is_dir());
    ensure!(modules.is_some(), "Kamailio's modules were not found");
    Ok(format!(
        "#!KAMAILIO\ndebug=0\nlog_stderror=no\nchildren=2\nauto_aliases=no\nlisten=udp:127.0.0.1:{port}\n\
         mpath=\"{}\"\nloadmodule \"sl.so\"\n\
         request_route {{\n  if (method == \"ACK\") exit;\n  sl_send_reply(\"200\", \"OK\");\n  exit;\n}}\n",
        modules.copied().unwrap_or_default()
    ))
}
