//! The figures of two hundred shifts, three times: out of the store, out of an export by the program, and out of the same
//! export by a script in another language that shares no code with it (docs/recompute_figures.py).

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it")]

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use console_api::reports;
use console_api::views::ResponseReport;
use dispatch_core::actor::Actor;
use dispatch_core::call::fact::{Arrival, CallFact, Caller, Direction, EndReason, IdentitySource};
use dispatch_core::call::{CallBackOutcome, CallCommand, DispositionKind};
use dispatch_core::category::{Category, Priority};
use dispatch_core::ids::{
    AgencyCode, AgencyId, AreaCode, AssignmentId, CallId, FormBatchId, IncidentId, UserId,
};
use dispatch_core::incident::{
    Change, Edit, IncidentCommand, Location, PaperEnd, PaperReport, PaperTask, Report, ReportSource,
};
use dispatch_core::metrics::By;
use dispatch_core::paper::FormNumber;
use dispatch_core::policy::Rules;
use dispatch_core::private::Private;
use dispatch_core::routing::{Role, Target};
use dispatch_core::time::{Clock, Seconds, Timestamp, zone};
use incident_store::{
    CheckpointSigner, Desk, DeskCommand, DeskConfig, IdempotencyKey, Outcome, SiteCommand, Store,
    StoreConfig, StoreUrl, Submission, SubmitError,
};
use supervision_log::SigningKey;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::harness::{run_python, tool};

const SHIFTS: u64 = 200;
/// 2026-11-22T00:00:00Z, in microseconds.
const START_US: i64 = 1_795_305_600_000_000;
const FUNCTIONS: [&str; 4] = ["damkar", "ambulans", "polres", "bpbd"];

/// A centre with a clock that is moved by hand, and what happens in it.
struct Centre {
    desk: Desk,
    now: Arc<AtomicI64>,
    random: u64,
    /// Answered before the end of a shift, to be reported in the next one.
    carried: Option<CallId>,
    last: Option<IncidentId>,
    forms: u32,
    keys: u64,
}

impl Centre {
    fn at(&self) -> Timestamp {
        Timestamp::from_micros(self.now.load(Ordering::SeqCst))
    }

    /// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
    fn draw(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.draw() % n
    }

    fn one_of<T: Clone>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()].clone()
    }

    /// So many seconds at the most, to the microsecond.
    fn pass(&mut self, seconds_max: u64) {
        let micros = i64::try_from(self.below(seconds_max * 1_000_000)).unwrap();
        self.now.fetch_add(micros, Ordering::SeqCst);
    }

    fn id(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.draw(), self.draw())
    }

    fn person(&mut self) -> UserId {
        user(self.below(4))
    }

    async fn send(&mut self, actor: Actor, commands: Vec<DeskCommand>) -> Result<Vec<Outcome>, SubmitError> {
        self.keys += 1;
        let submission = Submission {
            key: IdempotencyKey::new(format!("figures:{}", self.keys)).unwrap(),
            fingerprint: None,
            actor,
            commands,
            journal: None,
            completes: None,
            keep_answer: false,
        };
        self.desk.submit(submission).await.map(|receipt| receipt.outcomes)
    }

    async fn fact(&mut self, call: CallId, fact: CallFact) {
        let at = self.at();
        self.send(Actor::Trunk, vec![DeskCommand::Call(call, CallCommand::Fact { at, fact })]).await.unwrap();
    }

    /// By a person; a refusal is one more thing that happens in a night.
    async fn person_says(&mut self, command: DeskCommand) {
        let person = self.person();
        match self.send(Actor::User(person), vec![command]).await {
            Ok(_) | Err(SubmitError::Incident(_) | SubmitError::Call(_)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }

    async fn fire(&mut self) {
        for due in self.desk.due(self.at(), 100).await.unwrap() {
            self.desk.submit(due.submission().unwrap()).await.unwrap();
        }
    }

    /// One shift: when it began, and when it ended.
    async fn shift(&mut self) -> (Timestamp, Timestamp) {
        let begin = self.at();
        if let Some(call) = self.carried.take() {
            self.report(call).await;
        }
        for _ in 0..2 + self.below(3) {
            self.pass(600);
            self.call().await;
            self.fire().await;
        }
        if self.below(4) == 0 {
            self.paper().await;
        }
        self.pass(60);
        (begin, self.at())
    }

    async fn call(&mut self) {
        let call = CallId(self.id());
        let arrival = self.arrival();
        self.fact(call, arrival).await;
        match self.below(10) {
            0..=2 => {
                self.pass(45);
                let reason = self.one_of(&[
                    EndReason::CallerCancelled,
                    EndReason::CallerHungUp,
                    EndReason::Overloaded,
                ]);
                self.fact(call, CallFact::Ended { reason }).await;
                self.call_back(call).await;
            }
            3 => {
                self.answer(call).await;
                let kind = self.one_of(&[
                    DispositionKind::Prank,
                    DispositionKind::Ghost,
                    DispositionKind::Information,
                ]);
                self.person_says(DeskCommand::Call(
                    call,
                    CallCommand::Dispose { kind, note: None, incident: None },
                ))
                .await;
                self.end(call).await;
            }
            4 if self.carried.is_none() => {
                self.answer(call).await;
                self.carried = Some(call);
            }
            5 => {
                self.answer(call).await;
                if let Some(incident) = self.last {
                    self.person_says(DeskCommand::Incident(incident, IncidentCommand::AttachCall { call }))
                        .await;
                    let kind = DispositionKind::Duplicate;
                    let incident = Some(incident);
                    self.person_says(DeskCommand::Call(
                        call,
                        CallCommand::Dispose { kind, note: None, incident },
                    ))
                    .await;
                }
                self.end(call).await;
            }
            _ => {
                self.answer(call).await;
                self.report(call).await;
            }
        }
    }

    fn arrival(&mut self) -> CallFact {
        let number = Private::new(format!("+62811{:07}", self.below(10_000_000)));
        let caller = Caller { number, name: None, source: IdentitySource::Asserted };
        CallFact::Arrived(Box::new(Arrival {
            trunk: "telco".into(),
            dialled: "sip:112@127.0.0.1".into(),
            sip_call_id: self.draw().to_string(),
            caller: Some(caller).filter(|_| self.below(8) > 0),
            fixes: vec![],
            access_network: None,
            user_agent: None,
            defects: vec![],
            test: self.below(12) == 0,
            direction: Direction::In,
        }))
    }

    async fn answer(&mut self, call: CallId) {
        self.pass(25);
        let by = self.person();
        self.fact(call, CallFact::Answered { by }).await;
    }

    async fn end(&mut self, call: CallId) {
        self.pass(90);
        self.fact(call, CallFact::Ended { reason: EndReason::CallerHungUp }).await;
    }

    async fn call_back(&mut self, call: CallId) {
        for _ in 0..self.below(3) {
            self.pass(400);
            let outcome = self.one_of(&[
                CallBackOutcome::NoAnswer,
                CallBackOutcome::Reached,
                CallBackOutcome::NotNeeded,
            ]);
            self.person_says(DeskCommand::Call(call, CallCommand::CallBackAttempt { outcome, note: None }))
                .await;
        }
    }

    fn what(&mut self, call: Option<CallId>) -> Report {
        Report {
            number: String::new(),
            category: self.one_of(&Category::ALL),
            kind: None,
            priority: self.one_of(&Priority::ALL),
            narrative: Private::new("asap tebal".into()),
            location: self.place(),
            casualties: None,
            reporter: None,
            call,
        }
    }

    fn place(&mut self) -> Location {
        let areas = ["19.03.01.1001", "19.03.01.2004", "19.03.06.2001", "19.03"];
        let area_code = Some(AreaCode(self.one_of(&areas).into())).filter(|_| self.below(5) > 0);
        let landmark = Some(Private::new("Masjid Al Ikhlas".to_owned()));
        Location { area_code, landmark, ..Location::default() }
    }

    /// From the report to the end.
    async fn report(&mut self, call: CallId) {
        self.pass(120);
        let id = IncidentId(self.id());
        let report = Box::new(self.what(Some(call)));
        let kind = DispositionKind::Incident;
        let dispose = CallCommand::Dispose { kind, note: None, incident: Some(id) };
        let person = Actor::User(self.person());
        let commands = vec![DeskCommand::OpenIncident(id, report), DeskCommand::Call(call, dispose)];
        self.send(person, commands).await.unwrap();
        self.end(call).await;
        if self.below(4) == 0 {
            let edit = Box::new(Edit { location: Some(self.place()), ..Edit::default() });
            self.person_says(DeskCommand::Incident(id, IncidentCommand::Edit { version: 1, edit })).await;
        }
        for asked in self.dispatch(id).await {
            self.agency(id, asked).await;
            self.fire().await;
        }
        self.finish(id).await;
    }

    /// Who is asked.
    async fn dispatch(&mut self, id: IncidentId) -> Vec<AssignmentId> {
        self.pass(100);
        let how_many = usize::try_from(self.below(4)).unwrap();
        let first = usize::try_from(self.below(4)).unwrap();
        let target = |n: usize| Target {
            agency: AgencyId(Uuid::from_u128(900 + n as u128)),
            code: AgencyCode::new(FUNCTIONS[n]),
            role: [Role::Lead, Role::Support, Role::Notify][n % 3],
            because: "uji".into(),
        };
        let targets: Vec<Target> = (0..how_many).map(|n| target((first + n) % 4)).collect();
        if targets.is_empty() {
            return Vec::new();
        }
        let command = DeskCommand::Incident(id, IncidentCommand::Dispatch { targets, note: None });
        let person = Actor::User(self.person());
        match self.send(person, vec![command]).await.unwrap().into_iter().next() {
            Some(Outcome::Incident(incident)) => incident.assignments.iter().map(|one| one.id).collect(),
            other => panic!("no incident: {other:?}"),
        }
    }

    async fn agency(&mut self, incident: IncidentId, id: AssignmentId) {
        let decline = Change::Decline { reason: Private::new("mobil rusak".into()) };
        let way = [
            Change::Delivered,
            if self.below(8) == 0 { decline } else { Change::Acknowledge { unit: None } },
            Change::EnRoute,
            Change::OnScene,
            Change::Working,
            Change::UnderControl,
            Change::Complete { note: None },
        ];
        for change in way {
            // Some steps nobody reports.
            if self.below(5) == 0 && !matches!(change, Change::Acknowledge { .. }) {
                continue;
            }
            self.pass(240);
            let source = self.one_of(&[ReportSource::Console, ReportSource::Console, ReportSource::Radio]);
            let step = IncidentCommand::Assignment { id, change, source };
            self.person_says(DeskCommand::Incident(incident, step)).await;
        }
    }

    async fn finish(&mut self, id: IncidentId) {
        self.pass(300);
        let reason = Private::new("uji".to_owned());
        let close = IncidentCommand::Close { reason: Some(reason.clone()), may_override: true };
        let command = match (self.below(8), self.last) {
            (0, _) => return self.last = Some(id),
            (1, _) => DeskCommand::Incident(id, IncidentCommand::Cancel { reason }),
            (2 | 3, Some(into)) if into != id => DeskCommand::Merge { from: id, into },
            _ => DeskCommand::Incident(id, close),
        };
        let merged = if let DeskCommand::Merge { into, .. } = command { Some(into) } else { None };
        self.person_says(command).await;
        match merged {
            Some(from) if self.below(2) == 0 => {
                self.pass(60);
                self.person_says(DeskCommand::Unmerge { incident: id, from }).await;
            }
            Some(_) => {}
            None => self.last = Some(id),
        }
    }

    /// A report that was taken on paper and typed in later.
    async fn paper(&mut self) {
        self.forms += 1;
        let form = FormNumber::new(2026, self.forms).unwrap();
        self.now.fetch_add(5_400_000_000, Ordering::SeqCst);
        let (now, id) = (self.at(), IncidentId(self.id()));
        let ago = |seconds: u32| now.before(Seconds(seconds));
        let task = PaperTask {
            agency: AgencyId(Uuid::from_u128(900)),
            code: AgencyCode::new(FUNCTIONS[0]),
            told_at: ago(5_000),
            told_by: None,
            heard_by: None,
            acknowledged_at: Some(ago(4_900)).filter(|_| self.below(3) > 0),
            en_route_at: None,
            on_scene_at: Some(ago(4_000)).filter(|_| self.below(2) > 0),
            completed_at: Some(ago(1_000)),
        };
        let end = PaperEnd { at: Some(ago(500)).filter(|_| self.below(2) > 0), note: None };
        let end = Some(end).filter(|_| self.below(2) > 0);
        let paper = PaperReport { form, received_at: ago(5_300), taken_by: None, tasks: vec![task], end };
        let commands = vec![
            DeskCommand::OpenIncident(id, Box::new(self.what(None))),
            DeskCommand::Site(SiteCommand::UseForm { form, incident: id }),
            DeskCommand::Incident(id, IncidentCommand::EnterPaper(Box::new(paper))),
        ];
        let person = Actor::User(self.person());
        self.send(person, commands).await.unwrap();
    }
}

fn user(n: u64) -> UserId {
    UserId(Uuid::from_u128(500 + u128::from(n)))
}

/// The figures of the store for one period.
async fn counted(
    store: &Store,
    (from, to): (Timestamp, Timestamp),
    by: Option<By>,
    rules: &Rules,
) -> serde_json::Value {
    let counted = store.ledger(from, to).await.unwrap();
    let report = counted.ledger.report(by, zone::here(), &rules.objectives);
    let frame = reports::frame((from, to), by, counted.log_entries, rules);
    serde_json::to_value(ResponseReport::of(frame, &report, |_| None)).unwrap()
}

/// What a `sigap report` prints.
async fn printed(place: [&str; 2], (from, to): (Timestamp, Timestamp), by: By) -> serde_json::Value {
    let (from, to) = (from.to_string(), to.to_string());
    let flags = ["report", place[0], place[1], "--from", &from, "--to", &to, "--by", by.name()];
    let ran = tool(flags).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    serde_json::from_str(&ran.out).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_shifts_give_the_same_figures_in_the_store_in_an_export_and_in_another_language() {
    // Twenty thousand commits in a row: in memory where there is such a folder, what a disk costs is shown elsewhere.
    let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let url = StoreUrl::Sqlite(dir.path().join("sigap.db"));
    let now = Arc::new(AtomicI64::new(START_US));
    let clock = {
        let now = Arc::clone(&now);
        Clock::new(move || Timestamp::from_micros(now.load(Ordering::SeqCst)))
    };
    let store = Store::open(StoreConfig { url, clock: clock.clone() }).await.unwrap();
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let key = SigningKey::from_bytes(&[7; 32]);
    let signer = Some(CheckpointSigner(key.clone()));
    let config = DeskConfig { clock, signer, checkpoint_every: Duration::from_secs(60) };
    let desk = Desk::start(store.clone(), config, &tasks, stop.clone()).await.unwrap();
    let seed = std::env::var("SIGAP_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(112);
    println!("SIGAP_SEED={seed}");
    let mut centre = Centre { desk, now, random: seed, carried: None, last: None, forms: 0, keys: 0 };
    let out_forms = SiteCommand::GiveOutForms { batch: FormBatchId(Uuid::from_u128(1)), count: 100 };
    centre.send(Actor::User(user(1)), vec![DeskCommand::Site(out_forms)]).await.unwrap();
    let mut shifts = Vec::new();
    for _ in 0..SHIFTS {
        shifts.push(centre.shift().await);
    }

    let rules = Rules::default_rules().unwrap();
    let whole = (shifts[0].0, shifts[199].1);
    let mut of_store = Vec::new();
    for shift in shifts.iter().chain([&whole]) {
        let mut report = counted(&store, *shift, None, &rules).await;
        let mut figures = report["total"].take();
        figures["rhythm"] = report["rhythm"].take();
        of_store.push(figures);
    }
    assert!(of_store[200]["calls"]["offered"].as_u64().unwrap() > 500, "{}", of_store[200]["calls"]);
    let intervals = of_store[200]["intervals"].as_array().unwrap();
    let measured = |one: &serde_json::Value| one["n"].as_u64().unwrap() > 20;
    assert!(intervals.iter().all(measured), "every interval was measured: {intervals:#?}");
    assert!(
        intervals.iter().any(|one| one["manual"] != 0) && intervals.iter().any(|one| one["stood_in"] != 0)
    );

    let mut divided = Vec::new();
    for by in By::ALL {
        divided.push((by, counted(&store, whole, Some(by), &rules).await));
    }
    stop.cancel();
    drop(centre);
    tasks.close();
    tasks.wait().await;
    drop(store);

    // The program again, out of the store of a server that is not there, and out of an export.
    let public = dir.path().join("key.pem");
    std::fs::write(&public, supervision_log::public_key_pem(&key.verifying_key())).unwrap();
    let (data, export) = (text(dir.path()), text(&dir.path().join("log.jsonl")));
    let exported =
        tool(["export", "--data-dir", &data, "--out", &export, "--public-key", &text(&public)]).await;
    assert_eq!(exported.code, Some(0), "{exported:?}");
    for (by, of_store) in divided {
        assert_eq!(printed(["--data-dir", &data], whole, by).await, of_store, "{by:?}");
        assert_eq!(printed(["--export", &export], whole, by).await, of_store, "{by:?} out of the export");
    }

    // Another language.
    let mut periods = String::new();
    for (from, to) in shifts.iter().chain([&whole]) {
        writeln!(periods, "{from} {to}").unwrap();
    }
    let (listed, ruled) = (dir.path().join("periods"), dir.path().join("rules.json"));
    std::fs::write(&listed, periods).unwrap();
    std::fs::write(&ruled, serde_json::to_string(&rules).unwrap()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/recompute_figures.py");
    let Some(ran) = run_python(&[script, &export, &text(&ruled), "--periods", &text(&listed)]).await else {
        println!("SKIPPED: no python3");
        return;
    };
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let of_script: Vec<serde_json::Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(of_script.len(), of_store.len());
    for (n, (script, store)) in of_script.iter().zip(&of_store).enumerate() {
        assert_eq!(script, store, "shift {n}");
    }
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_report_out_of_an_altered_export_names_the_entry() {
    let dir = tempfile::tempdir().unwrap();
    let nothing = text(&dir.path().join("nothing"));
    let ran = tool(["report", "--export", &nothing, "--from", "2026-11-22", "--to", "2026-11-22"]).await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("could not open"), "{ran:?}");
    let ran = tool(["report", "--export", &nothing, "--from", "2026-11-31", "--to", "2026-11-22"]).await;
    assert!(ran.err.contains("--from must be a day"), "{ran:?}");
    let ran = tool(["report", "--export", &nothing, "--from", "2026-11-22", "--to", "2026-11-21"]).await;
    assert!(ran.err.contains("--to must come after --from"), "{ran:?}");
}
