//! CPU per RTP packet: calls bridged through our rooms, and the same phones through rtpengine.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::json;
use simulator::console::Api;
use simulator::phone::{Phone, Tones};
use tokio::time::{Instant, sleep};

use super::rtpengine::Rtpengine;
use super::{SERVER_CPU, min_median_max};
use crate::accounting::CpuReading;
use crate::crew::DEMO_PASSWORD;
use crate::server::{Addresses, Role, Server, Start, link_variable};

/// One step of a call.
const STEP: Duration = Duration::from_secs(20);
/// Sound runs this long before it is measured, so that both sides have seen where it comes from.
const SETTLE: Duration = Duration::from_secs(4);

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Calls at once.
    pub calls: u32,
    /// Turns of each program.
    pub pairs: u32,
    /// Seconds of one turn.
    pub seconds: u32,
}

/// One program's turn.
#[derive(Clone, Copy, Debug)]
struct Turn {
    ours: bool,
    pair: u32,
    cpu: Duration,
    /// Packets that the phones sent.
    sent: u64,
    heard: u64,
}

/// All turns.
#[derive(Clone, Debug)]
pub struct Comparison {
    plan: Plan,
    turns: Vec<Turn>,
    skipped: Option<&'static str>,
}

/// Lets our trunk role and rtpengine take turns.
pub async fn compare(plan: Plan, binary: &Path, folder: &Path) -> anyhow::Result<Comparison> {
    let centre = Centre::start(plan.calls, binary, folder).await?;
    let (relay, skipped) = match Rtpengine::start(folder).await? {
        Ok(relay) => (Some(relay), None),
        Err(reason) => (None, Some(reason)),
    };
    let mut turns = Vec::new();
    for pair in 1..=plan.pairs {
        turns.push(centre.take_turn(plan, pair).await.context("our turn")?);
        if let Some(relay) = &relay {
            turns.push(relayed_turn(relay, plan, pair).await.context("rtpengine's turn")?);
        }
    }
    centre.stop().await?;
    if let Some(relay) = relay {
        relay.stop().await?;
    }
    Ok(Comparison { plan, turns, skipped })
}

/// Our two halves, with a call-taker for each call.
struct Centre {
    trunk: Server,
    desk: Server,
    call_takers: Vec<Api>,
}

/// One call with both its ends.
struct Pair {
    caller: Phone,
    call_taker: Phone,
}

impl Centre {
    async fn start(calls: u32, binary: &Path, folder: &Path) -> anyhow::Result<Self> {
        let link = link_variable()?;
        let start = |role, cpu| Start {
            role,
            binary: binary.to_owned(),
            data_dir: folder.join("media-data"),
            addresses: Addresses::any(),
            cpu,
            environment: vec![("SIGAP_QUEUE_ANSWER_AFTER_S", "0".into()), link.clone()],
        };
        let trunk = Server::start(&start(Role::Trunk, Some(SERVER_CPU))).await?;
        let desk = Server::start(&start(Role::Desk, None)).await?;
        let http = desk.addresses.http;
        let admin = Api::new(http, "admin", DEMO_PASSWORD, 0);
        admin.log_in().await?;
        let mut call_takers = Vec::new();
        for number in 0..calls {
            let username = format!("telepon{number}");
            let person = json!({
                "username": username, "password": DEMO_PASSWORD, "name": format!("Petugas {number}"),
                "role": "call_taker"
            });
            admin.post("/users", &person).await?.ok("POST /users")?;
            let api = Api::new(http, &username, DEMO_PASSWORD, u64::from(number));
            api.log_in().await?;
            call_takers.push(api);
        }
        Ok(Self { trunk, desk, call_takers })
    }

    async fn take_turn(&self, plan: Plan, pair: u32) -> anyhow::Result<Turn> {
        let mut pairs = Vec::new();
        for (number, console) in (0u32..).zip(&self.call_takers) {
            let seed = u64::from(pair * 1_000 + number);
            pairs.push(self.connect(console, seed).await.with_context(|| format!("call {number}"))?);
        }
        let phones = || pairs.iter().flat_map(|pair| [&pair.caller, &pair.call_taker]);
        let (cpu, sent, heard) = measure(self.trunk.pid, plan.seconds, phones).await;
        for pair in &pairs {
            ensure!(pair.caller.ask("BYE", STEP).await == Some(200), "a BYE was not answered");
        }
        Ok(Turn { ours: true, pair, cpu, sent, heard })
    }

    /// A caller who is in the queue, and a call-taker who answers with a telephone.
    async fn connect(&self, console: &Api, seed: u64) -> anyhow::Result<Pair> {
        let sip = self.trunk.addresses.sip;
        let call_taker = Phone::open(sip, Tones::CALL_TAKER, seed * 2).await?;
        let duty = json!({ "state": "ready", "audio": { "kind": "phone", "uri": call_taker.uri() } });
        console.post("/duty", &duty).await?.ok("POST /duty")?;
        let caller = Phone::open(sip, Tones::CALLER, seed * 2 + 1).await?;
        let number = format!("+62813{seed:08}");
        ensure!(caller.call(&number, STEP).await, "the caller was not answered");
        let id = the_call_of(console, &number).await?;
        console.post(&format!("/calls/{id}/answer"), &json!({})).await?.ok("answer")?;
        ensure!(call_taker.is_called(STEP).await, "the call-taker's telephone did not ring");
        Ok(Pair { caller, call_taker })
    }

    async fn stop(self) -> anyhow::Result<()> {
        self.desk.stop().await?;
        self.trunk.stop().await
    }
}

async fn the_call_of(console: &Api, number: &str) -> anyhow::Result<String> {
    let until = Instant::now() + STEP;
    loop {
        let page = console.get("/calls?open=true&limit=200").await?.ok("GET /calls")?;
        let found = page["items"].as_array().into_iter().flatten().find(|c| c["caller"]["number"] == number);
        if let Some(id) = found.and_then(|call| call["id"].as_str()) {
            return Ok(id.to_owned());
        }
        ensure!(Instant::now() < until, "the call is not on the console");
        sleep(Duration::from_millis(20)).await;
    }
}

async fn relayed_turn(relay: &Rtpengine, plan: Plan, pair: u32) -> anyhow::Result<Turn> {
    let mut pairs = Vec::new();
    for number in 0..plan.calls {
        // They have no signalling of their own here; nobody is asked anything at this address.
        let nowhere = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
        let seed = u64::from(pair * 1_000 + number);
        let caller = Phone::open(nowhere, Tones::CALLER, seed * 2 + 1).await?;
        let call_taker = Phone::open(nowhere, Tones::CALL_TAKER, seed * 2).await?;
        let id = format!("{pair}-{number}");
        let [to_first, to_second] = relay.join(&id, caller.sound_port(), call_taker.sound_port()).await?;
        caller.speak_to(to_first);
        call_taker.speak_to(to_second);
        pairs.push((id, caller, call_taker));
    }
    let phones = || pairs.iter().flat_map(|(_, caller, call_taker)| [caller, call_taker]);
    let (cpu, sent, heard) = measure(relay.pid, plan.seconds, phones).await;
    for (id, ..) in &pairs {
        relay.part(id).await?;
    }
    Ok(Turn { ours: false, pair, cpu, sent, heard })
}

/// CPU of a process while the phones talk, and the packets that they sent and heard in that time.
async fn measure<'a, P>(pid: u32, seconds: u32, phones: impl Fn() -> P) -> (Duration, u64, u64)
where
    P: Iterator<Item = &'a Phone>,
{
    let counts =
        || phones().fold((0, 0), |(sent, heard), phone| (sent + phone.sent(), heard + phone.heard().packets));
    sleep(SETTLE).await;
    let (counts_before, before) = (counts(), CpuReading::of(pid));
    sleep(Duration::from_secs(u64::from(seconds))).await;
    let cpu = CpuReading::of(pid).since(&before);
    let (sent, heard) = counts();
    (cpu, sent.saturating_sub(counts_before.0), heard.saturating_sub(counts_before.1))
}

impl Turn {
    fn cpu_us_per_packet(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.heard.max(1) as f64
    }
}

impl Comparison {
    /// The table for people.
    pub fn markdown(&self) -> anyhow::Result<String> {
        let Plan { calls, seconds, .. } = self.plan;
        let mut text = format!(
            "## Sound: {calls} bridged calls (A-law, 20 ms, both ways), turns of {seconds} s\n\n\
             Ours puts jitter buffers in order, looks for keys and speech, mixes, and records every call in stereo;\n\
             rtpengine relays in userspace (no kernel module) and records nothing.\n\n\
             | program | packets sent | heard | of those sent | CPU µs/packet | ours ÷ it | % of one core |\n\
             |---|--:|--:|--:|---|---|---|\n"
        );
        let ours = self.of(true);
        for (name, turns) in [("sigap trunk, recording", ours.clone()), ("rtpengine", self.of(false))] {
            if turns.is_empty() {
                continue;
            }
            let per_packet: Vec<f64> = turns.iter().map(Turn::cpu_us_per_packet).collect();
            let ratios: Vec<f64> = ours
                .iter()
                .zip(&turns)
                .map(|(ours, its)| ours.cpu_us_per_packet() / its.cpu_us_per_packet())
                .collect();
            let share: Vec<f64> =
                turns.iter().map(|turn| turn.cpu.as_secs_f64() * 100.0 / f64::from(seconds)).collect();
            let heard: u64 = turns.iter().map(|turn| turn.heard).sum();
            let sent: u64 = turns.iter().map(|turn| turn.sent).sum();
            writeln!(
                text,
                "| {name} | {sent} | {heard} | {:.1} % | {} | {} | {} |",
                heard as f64 * 100.0 / sent.max(1) as f64,
                min_median_max(&per_packet, 2),
                if turns[0].ours { "1".to_owned() } else { min_median_max(&ratios, 2) },
                min_median_max(&share, 1),
            )?;
        }
        if let Some(reason) = self.skipped {
            writeln!(text, "\nSkipped: {reason}.")?;
        }
        text.push('\n');
        Ok(text)
    }

    /// Every turn, for other programs.
    pub fn csv(&self) -> anyhow::Result<String> {
        let mut text = String::from("pair,program,cpu_ms,packets_sent,packets_heard,cpu_us_per_packet\n");
        for turn in &self.turns {
            let name = if turn.ours { "sigap trunk" } else { "rtpengine" };
            let (cpu, each) = (turn.cpu.as_secs_f64() * 1e3, turn.cpu_us_per_packet());
            writeln!(text, "{},{name},{cpu:.1},{},{},{each:.3}", turn.pair, turn.sent, turn.heard)?;
        }
        Ok(text)
    }

    fn of(&self, ours: bool) -> Vec<Turn> {
        self.turns.iter().filter(|turn| turn.ours == ours).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_is_shared_out_among_the_packets_that_arrived() {
        let turn = |ours, pair, millis, heard| Turn {
            ours,
            pair,
            cpu: Duration::from_millis(millis),
            sent: 10_000,
            heard,
        };
        let turns = vec![turn(true, 1, 100, 10_000), turn(false, 1, 50, 10_000), turn(true, 2, 90, 5_000)];
        let plan = Plan { calls: 20, pairs: 2, seconds: 5 };
        let table = Comparison { plan, turns, skipped: None }.markdown().expect("a table");
        assert!(
            table.contains(
                "| sigap trunk, recording | 20000 | 15000 | 75.0 % | 10.00 – **10.00** – 18.00 | 1 |"
            ),
            "{table}"
        );
        assert!(
            table.contains(
                "| rtpengine | 10000 | 10000 | 100.0 % | 5.00 – **5.00** – 5.00 | 2.00 – **2.00** – 2.00 |"
            ),
            "{table}"
        );
        let skipped = Comparison { plan, turns: Vec::new(), skipped: Some("no reason") };
        assert!(skipped.markdown().expect("a table").ends_with("\nSkipped: no reason.\n\n"));
    }
}
