//! rtpengine as a peer: started in userspace, told of calls over its NG protocol (bencode in a datagram).

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tokio::net::UdpSocket;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use super::SERVER_CPU;
use crate::server::{free_port, is_installed, pinned, terminate};

/// It must answer a ping within this time after its start.
const ANSWERS_WITHIN: Duration = Duration::from_secs(15);
/// One command.
const COMMAND_WITHIN: Duration = Duration::from_secs(3);

/// The running relay.
#[derive(Debug)]
pub struct Rtpengine {
    /// Its process.
    pub pid: u32,
    child: Child,
    control: UdpSocket,
    /// Commands so far: it answers a number that it has seen with what it answered then.
    commands: AtomicU64,
}

impl Rtpengine {
    /// Starts it without its kernel module. `None` with the reason when it is not installed.
    pub async fn start(folder: &Path) -> anyhow::Result<Result<Self, &'static str>> {
        if !is_installed("rtpengine") {
            return Ok(Err("rtpengine is not installed (Debian package rtpengine-daemon)"));
        }
        let port = free_port()?;
        let mut command: Command = pinned(Path::new("rtpengine"), Some(SERVER_CPU));
        command.args(["--config-file=none", "--table=-1", "--interface=127.0.0.1", "--foreground"]);
        command.args(["--log-stderr", "--log-level=3", "--port-min=42000", "--port-max=46000"]);
        command.arg(format!("--listen-ng=127.0.0.1:{port}"));
        let log = std::fs::File::create(folder.join("rtpengine.log"))?;
        let child = command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .context("could not start rtpengine")?;
        let pid = child.id().context("rtpengine ended at once")?;
        let control = UdpSocket::bind("127.0.0.1:0").await?;
        control.connect(("127.0.0.1", port)).await?;
        let relay = Self { pid, child, control, commands: AtomicU64::new(0) };
        let until = Instant::now() + ANSWERS_WITHIN;
        while relay.command(&[("command", "ping")]).await.is_err() {
            ensure!(Instant::now() < until, "rtpengine did not answer; it said: {}", read_log(folder));
            sleep(Duration::from_millis(100)).await;
        }
        Ok(Ok(relay))
    }

    /// Joins two ports of this machine. Gives where the first one and where the second one has to send.
    pub async fn join(&self, call: &str, first: u16, second: u16) -> anyhow::Result<[SocketAddr; 2]> {
        let offer = description(first);
        let dialog = [("call-id", call), ("from-tag", "first"), ("ICE", "remove")];
        let [id, from, ice] = dialog;
        let for_second = self.command(&[("command", "offer"), id, from, ice, ("sdp", &offer)]).await?;
        let (to, answer) = (("to-tag", "second"), description(second));
        let for_first = self.command(&[("command", "answer"), id, from, to, ice, ("sdp", &answer)]).await?;
        let port = |reply: &str| {
            let port = reply.split("m=audio ").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok());
            port.map(|port: u16| SocketAddr::from(([127, 0, 0, 1], port))).context("no port from rtpengine")
        };
        Ok([port(&for_first)?, port(&for_second)?])
    }

    /// Forgets a call.
    pub async fn part(&self, call: &str) -> anyhow::Result<()> {
        // A delay of 0: its ports are free at once.
        let command =
            [("command", "delete"), ("call-id", call), ("from-tag", "first"), ("delete-delay", "0")];
        self.command(&command).await.map(|_| ())
    }

    /// Ends it.
    pub async fn stop(self) -> anyhow::Result<()> {
        terminate(self.child).await
    }

    async fn command(&self, entries: &[(&str, &str)]) -> anyhow::Result<String> {
        let cookie = self.commands.fetch_add(1, Ordering::Relaxed);
        self.control.send(format!("{cookie} {}", dictionary(entries)).as_bytes()).await?;
        let mut buffer = vec![0; 65_535];
        let length = timeout(COMMAND_WITHIN, self.control.recv(&mut buffer)).await.context("no reply")??;
        let reply = String::from_utf8_lossy(&buffer[..length]).into_owned();
        if !["6:result2:ok", "6:result4:pong"].iter().any(|good| reply.contains(good)) {
            bail!("rtpengine refused: {reply}");
        }
        Ok(reply)
    }
}

fn read_log(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("rtpengine.log")).unwrap_or_default()
}

/// A bencoded dictionary of texts. Its keys are sorted, as the format wants them.
fn dictionary(entries: &[(&str, &str)]) -> String {
    let mut entries = entries.to_vec();
    entries.sort_unstable();
    let text = |text: &str| format!("{}:{text}", text.len());
    let body: String = entries.iter().map(|(key, value)| text(key) + &text(value)).collect();
    format!("d{body}e")
}

fn description(port: u16) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 8\r\n\
         a=rtpmap:8 PCMA/8000\r\na=sendrecv\r\n"
    )
}

#[cfg(test)]
mod tests {
    use simulator::phone::{Phone, Tones};

    use super::*;

    #[test]
    fn a_dictionary_is_bencoded_with_sorted_keys() {
        assert_eq!(dictionary(&[("sdp", "v=0\r\n"), ("ICE", "remove")]), "d3:ICE6:remove3:sdp5:v=0\r\ne");
    }

    /// The relay itself, briefly: each side hears the other's tone through it.
    #[tokio::test]
    async fn two_phones_hear_each_other_through_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let relay = match Rtpengine::start(folder.path()).await.expect("no error") {
            Ok(relay) => relay,
            Err(reason) => return println!("skipped: {reason}"),
        };
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
        let first = Phone::open(nowhere, Tones::CALLER, 1).await.expect("a phone");
        let second = Phone::open(nowhere, Tones::CALL_TAKER, 2).await.expect("a phone");
        let to = relay.join("a", first.sound_port(), second.sound_port()).await.expect("joined");
        first.speak_to(to[0]);
        second.speak_to(to[1]);
        let until = Instant::now() + Duration::from_secs(10);
        let tones = |phone: &Phone| phone.heard().last.iter().filter(|packet| packet.tone).count();
        while [&first, &second].iter().any(|phone| tones(phone) < 10) {
            assert!(Instant::now() < until, "{} and {} tones heard", tones(&first), tones(&second));
            sleep(Duration::from_millis(50)).await;
        }
        relay.part("a").await.expect("parted");
        relay.stop().await.expect("stops");
    }
}
