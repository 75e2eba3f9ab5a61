//! `load-tests survive`: SIGKILL of the trunk role under live calls. Each call is a caller and a call-taker with a
//! telephone, and each of them speaks a tone; after the restart both must hear the other again, the call must still
//! be one that can be changed and hung up, and its recording must be whole.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use serde_json::json;
use simulator::console::Api;
use simulator::phone::{Phone, Tones};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use crate::crew::DEMO_PASSWORD;
use crate::server::{binary, free_port, terminate};
use crate::wav;

/// A half must be there within this time.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// One step of a call: an answer, a BYE.
const STEP: Duration = Duration::from_secs(20);
/// How long everybody speaks before the kill.
const SPEAK_BEFORE: Duration = Duration::from_secs(5);
/// … and after it, beyond the time that is judged.
const SPEAK_AFTER: Duration = Duration::from_secs(4);
/// What a recording may lack: what was not on disk yet when the process died, and a second on either side.
const RECORDING_LACKS_MAX_S: f64 = 3.0;
/// Seconds of a recording that may lack a tone: the restart, and the call's beginning and end.
const SILENT_SECONDS_MAX: usize = 6;

/// Arguments of `survive`.
#[derive(clap::Args)]
pub struct SurviveArguments {
    /// Calls that are live when the trunk is killed
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    calls: u32,
    /// How many of them must go on [default: all but one in 25]
    #[arg(long)]
    at_least: Option<u32>,
    /// Seconds within which both sides must be heard again
    #[arg(long, default_value_t = 3)]
    within_s: u64,
    /// Seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Binary to start [default: SIGAP_BIN or the release build]
    #[arg(long)]
    bin: Option<PathBuf>,
    /// Folder for the data
    #[arg(long, default_value = "target/bench")]
    out: PathBuf,
}

/// One call with both its ends.
struct Pair {
    id: String,
    caller: Phone,
    call_taker: Phone,
    began: Instant,
}

/// What became of one call.
#[derive(Debug)]
struct Outcome {
    /// Until the caller heard the call-taker again, and the other way round.
    heard: [Option<Duration>; 2],
    /// Streams that the caller's phone took for new ones.
    new_streams: u64,
    reinvited: Option<u16>,
    hung_up: Option<u16>,
    recording: Result<(), String>,
}

impl Outcome {
    fn heard_after(&self) -> Option<Duration> {
        Some(self.heard[0]?.max(self.heard[1]?))
    }
}

/// Kills the trunk under live calls; true when enough of them went on and every recording is whole.
pub async fn survive(arguments: &SurviveArguments) -> anyhow::Result<bool> {
    std::fs::create_dir_all(&arguments.out)?;
    let folder = tempfile::Builder::new().prefix("survive-").tempdir_in(&arguments.out)?;
    let halves = Halves::new(binary(arguments.bin.as_deref()), folder.path())?;
    println!("seed {}, {} calls, data in {}", arguments.seed, arguments.calls, folder.path().display());
    let (mut trunk, _) = halves.start("trunk").await?;
    let (desk, _) = halves.start("desk").await?;
    let admin = halves.log_in("admin", arguments.seed).await?;
    let mut pairs = Vec::new();
    for number in 0..arguments.calls {
        let seed = arguments.seed.wrapping_mul(1_000).wrapping_add(u64::from(number));
        pairs.push(connect(&halves, &admin, seed).await.with_context(|| format!("call {number}"))?);
    }
    sleep(SPEAK_BEFORE).await;
    let before = pairs.iter().filter(|pair| speaks_both_ways(pair)).count();
    ensure!(
        before == pairs.len(),
        "only {before} of {} calls are heard on both sides before the kill",
        pairs.len()
    );

    trunk.kill().await?;
    let killed = Instant::now();
    let (again, ready_after) = halves.start("trunk").await?;
    trunk = again;
    sleep((Duration::from_secs(arguments.within_s) + SPEAK_AFTER).saturating_sub(killed.elapsed())).await;

    let supervisor = halves.log_in("pengawas", arguments.seed + 1).await?;
    let mut outcomes = Vec::new();
    for pair in pairs {
        outcomes.push(outcome(&supervisor, &halves, pair, killed).await?);
    }
    terminate(trunk).await?;
    terminate(desk).await?;
    let passed = report(&outcomes, arguments, ready_after);
    if !passed {
        println!("kept: {}", folder.keep().display());
    }
    Ok(passed)
}

/// A caller who is in the queue, a call-taker who answers with a telephone.
async fn connect(halves: &Halves, admin: &Api, seed: u64) -> anyhow::Result<Pair> {
    let username = format!("telepon{seed}");
    let person = json!({
        "username": username, "password": DEMO_PASSWORD, "name": format!("Petugas {seed}"), "role": "call_taker"
    });
    admin.post("/users", &person).await?.ok("POST /users")?;
    let call_taker = Phone::open(halves.sip, Tones::CALL_TAKER, seed * 2).await?;
    let console = halves.log_in(&username, seed).await?;
    let duty = json!({ "state": "ready", "audio": { "kind": "phone", "uri": call_taker.uri() } });
    console.post("/duty", &duty).await?.ok("POST /duty")?;

    let caller = Phone::open(halves.sip, Tones::CALLER, seed * 2 + 1).await?;
    let number = format!("+62812{:08}", seed % 100_000_000);
    ensure!(caller.call(&number, STEP).await, "the caller was not answered");
    let began = Instant::now();
    let id = the_call_of(&console, &number).await?;
    console.post(&format!("/calls/{id}/answer"), &json!({})).await?.ok("answer")?;
    ensure!(call_taker.is_called(STEP).await, "the call-taker's telephone did not ring");
    Ok(Pair { id, caller, call_taker, began })
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
        sleep(Duration::from_millis(50)).await;
    }
}

fn speaks_both_ways(pair: &Pair) -> bool {
    let begin = Instant::now() - Duration::from_secs(1);
    [&pair.caller, &pair.call_taker].iter().all(|phone| phone.heard().since(begin).1 > 10)
}

async fn outcome(supervisor: &Api, halves: &Halves, pair: Pair, killed: Instant) -> anyhow::Result<Outcome> {
    let heard = [&pair.caller, &pair.call_taker].map(|phone| phone.heard().tone_after(killed));
    let new_streams = pair.caller.heard().new_streams;
    let reinvited = pair.caller.ask("INVITE", STEP).await;
    let hung_up = pair.caller.ask("BYE", STEP).await;
    let lasted = pair.began.elapsed();
    let recording = recording(supervisor, halves, &pair.id, lasted).await;
    Ok(Outcome {
        heard,
        new_streams,
        reinvited,
        hung_up,
        recording: recording.map_err(|error| format!("{error:#}")),
    })
}

/// Whether the recording is there, as long as the call, with both sides in it.
async fn recording(supervisor: &Api, halves: &Halves, id: &str, lasted: Duration) -> anyhow::Result<()> {
    let until = Instant::now() + STEP;
    let told = loop {
        let call = supervisor.get(&format!("/calls/{id}")).await?.ok("GET /calls/…")?;
        if call["recording"].is_object() {
            break call;
        }
        ensure!(Instant::now() < until, "no recording on the call: {}", call["state"]);
        sleep(Duration::from_millis(100)).await;
    };
    ensure!(told["without_recording"] == false, "flagged as without recording");
    let file = wav::find(&halves.data_dir.join("recordings"), id)?;
    let sound = wav::read(&file)?;
    let lacks = lasted.as_secs_f64() - sound.seconds();
    ensure!(lacks.abs() < RECORDING_LACKS_MAX_S, "{:.1} s of {:.1} s", sound.seconds(), lasted.as_secs_f64());
    for (side, hz) in [("caller", Tones::CALLER.speaks), ("centre", Tones::CALL_TAKER.speaks)] {
        let silent = sound.seconds_without(side == "caller", hz);
        ensure!(
            silent <= SILENT_SECONDS_MAX,
            "the {side} is missing in {silent} seconds of {:.0}",
            sound.seconds()
        );
    }
    Ok(())
}

fn report(outcomes: &[Outcome], arguments: &SurviveArguments, ready_after: Duration) -> bool {
    let within = Duration::from_secs(arguments.within_s);
    let mut times: Vec<Duration> = outcomes.iter().filter_map(Outcome::heard_after).collect();
    times.sort_unstable();
    let go_on = times.iter().filter(|time| **time <= within).count();
    let at = |share: f64| {
        let place = ((times.len() as f64 * share).ceil() as usize).clamp(1, times.len().max(1)) - 1;
        times.get(place).map_or_else(|| "-".to_owned(), |time| format!("{:.2} s", time.as_secs_f64()))
    };
    println!("the trunk was ready again after {:.2} s", ready_after.as_secs_f64());
    println!(
        "both sides heard again: {go_on} of {} within {} s; p50 {}, p95 {}, last {}",
        outcomes.len(),
        arguments.within_s,
        at(0.5),
        at(0.95),
        at(1.0)
    );
    let count = |what: &str, good: &dyn Fn(&Outcome) -> bool| {
        let good = outcomes.iter().filter(|outcome| good(outcome)).count();
        println!("{what}: {good} of {}", outcomes.len());
        good
    };
    let reinvited = count("re-INVITE answered with 200", &|outcome| outcome.reinvited == Some(200));
    let hung_up = count("BYE answered with 200", &|outcome| outcome.hung_up == Some(200));
    let same = count("one stream for the caller", &|outcome| outcome.new_streams == 0);
    let whole = count("recordings whole", &|outcome| outcome.recording.is_ok());
    let mut faults: BTreeMap<&str, usize> = BTreeMap::new();
    for fault in outcomes.iter().filter_map(|outcome| outcome.recording.as_ref().err()) {
        *faults.entry(fault).or_default() += 1;
    }
    for (fault, times) in faults.iter().take(10) {
        println!("    {times} × {fault}");
    }
    let all = outcomes.len();
    let wanted = arguments.at_least.map_or(all - all / 25, |wanted| wanted as usize);
    let passed =
        go_on >= wanted && whole == all && [reinvited, hung_up, same].iter().all(|good| *good >= wanted);
    println!("{}: {go_on} of {all} calls went on, {wanted} are wanted", if passed { "pass" } else { "FAIL" });
    passed
}

/// `sigap trunk` and `sigap desk` on one data folder.
struct Halves {
    binary: PathBuf,
    data_dir: PathBuf,
    http: std::net::SocketAddr,
    sip: std::net::SocketAddr,
}

impl Halves {
    fn new(binary: PathBuf, folder: &Path) -> anyhow::Result<Self> {
        ensure!(binary.is_file(), "{} is not there: build it first, or name it with --bin", binary.display());
        let loopback = |port| std::net::SocketAddr::from(([127, 0, 0, 1], port));
        Ok(Self {
            binary,
            data_dir: folder.join("data"),
            http: loopback(free_port()?),
            sip: loopback(free_port()?),
        })
    }

    /// Starts a half; how long it took to be ready.
    async fn start(&self, half: &str) -> anyhow::Result<(Child, Duration)> {
        std::fs::create_dir_all(&self.data_dir)?;
        let file = self.data_dir.with_file_name(format!("{half}.log"));
        let log = std::fs::OpenOptions::new().create(true).append(true).open(&file)?;
        let began = Instant::now();
        let mut child = Command::new(&self.binary)
            .args([half, "--demo", "--queue-answer-after-s", "1", "--data-dir"])
            .arg(&self.data_dir)
            .args(["--http", &self.http.to_string(), "--sip", &self.sip.to_string()])
            // Without this two reads of one folder could disagree about its path.
            .arg("--link")
            .arg(self.link())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("could not start {}", self.binary.display()))?;
        let output = child.stdout.take().context("no output")?;
        let mut lines = BufReader::new(output).lines();
        let ready = async {
            while let Some(line) = lines.next_line().await? {
                if line.starts_with("ready ") {
                    return anyhow::Ok(());
                }
            }
            bail!("{half} ended before it was ready, see {}", file.display())
        };
        timeout(READY_WITHIN, ready).await.context("not ready in time")??;
        let ready_after = began.elapsed();
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok((child, ready_after))
    }

    /// A socket's path must be short, and the data folder's may be long.
    fn link(&self) -> PathBuf {
        std::env::temp_dir().join(format!("sigap-survive-{}.sock", self.sip.port()))
    }

    async fn log_in(&self, username: &str, seed: u64) -> anyhow::Result<Api> {
        let api = Api::new(self.http, username, DEMO_PASSWORD, seed);
        api.log_in().await?;
        Ok(api)
    }
}
