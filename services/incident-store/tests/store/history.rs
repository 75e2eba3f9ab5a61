//! Random histories: whatever happens, the records are what the events give, and the log proves itself.

use std::collections::BTreeMap;

use dispatch_core::actor::Actor;
use dispatch_core::call::fact::{CallFact, EndReason, Fix, FixPoint, FixSource};
use dispatch_core::call::{CallBackOutcome, CallCommand, DispositionKind};
use dispatch_core::category::{Category, Priority, TypeCode};
use dispatch_core::duty::{DutyState, SetDuty};
use dispatch_core::ids::{AssignmentId, CallId, IncidentId};
use dispatch_core::incident::{Change, Edit, IncidentCommand, Location, Point, ReportSource, Reporter};
use dispatch_core::metrics::{By, Ledger, MetricsReport};
use dispatch_core::policy::Rules;
use dispatch_core::private::Private;
use dispatch_core::routing::Role;
use dispatch_core::time::{Seconds, Timestamp, Zone};
use incident_store::{
    DeskCommand, Outcome, Receipt, Replay, Store, Submission, SubmitError, rebuild_check, verify_store,
};

use crate::support::words::*;
use crate::support::{Place, RunningDesk, START_US, beside, on_both};

const STEPS: usize = 200;

#[test]
fn a_random_history_replays_to_the_same_records() {
    let seed: u64 = std::env::var("SIGAP_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(112);
    println!("SIGAP_SEED={seed}");
    on_both(move |place| async move {
        let desk = place.desk().await;
        let mut story = Story::new(seed);
        let mut accepted = 0;
        for _ in 0..STEPS {
            place.clock.pass(i64::from(story.below(40)));
            story.fire(&place, &desk).await;
            let submission = story.next(&place);
            match desk.submit(submission).await {
                Ok(receipt) => {
                    accepted += 1;
                    story.learn(&receipt);
                }
                Err(SubmitError::Call(_) | SubmitError::Incident(_)) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert!(accepted > STEPS / 3, "only {accepted} of {STEPS} commands were accepted");
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        let head = desk.store().head().await.unwrap();
        let verified = verify_store(&place.url, None, &[]).await.unwrap().unwrap();
        assert_eq!((verified.entries, verified.head), (head.index, head.hash));
        assert_eq!(desk.feed().head(), head.index);
        let of_store = figures(&place, desk.store()).await;
        assert_eq!(
            of_store,
            figures_of_the_log(&place, desk.store()).await,
            "the rows say what the log says"
        );
        desk.stop().await;

        // As an older program leaves it: the records are there, the rows of figures are not.
        for statement in [
            "DROP TABLE call_times",
            "DROP TABLE incident_times",
            "DELETE FROM schema_version WHERE version >= 23",
        ] {
            beside(&place, statement).await.unwrap();
        }
        let desk = place.desk().await;
        assert_eq!(of_store, figures(&place, desk.store()).await, "rows that were filled in later");
        desk.stop().await;
    });
}

/// The figures of everything that happened.
async fn figures(place: &Place, store: &Store) -> MetricsReport {
    let counted =
        store.ledger(Timestamp::from_micros(START_US), place.clock.now().after(Seconds(1))).await.unwrap();
    assert_eq!(counted.log_entries, store.head().await.unwrap().index);
    report_of(&counted.ledger)
}

async fn figures_of_the_log(place: &Place, store: &Store) -> MetricsReport {
    let (mut replay, head) = (Replay::default(), store.head().await.unwrap().index);
    while replay.entries() < head {
        for entry in store.log_entries(replay.entries(), 500).await.unwrap() {
            replay.take(&entry.leaf).unwrap();
        }
    }
    report_of(&replay.ledger(Timestamp::from_micros(START_US), place.clock.now().after(Seconds(1))))
}

fn report_of(ledger: &Ledger) -> MetricsReport {
    let report = ledger.report(Some(By::Category), Zone::Wib, &Rules::default_rules().unwrap().objectives);
    assert!(report.total.calls.offered > 5 && report.total.incidents.opened > 5, "{:?}", report.total.calls);
    report
}

/// Draws the next thing that happens.
struct Story {
    random: u64,
    calls: Vec<CallId>,
    incidents: Vec<IncidentId>,
    assignments: BTreeMap<IncidentId, Vec<AssignmentId>>,
}

impl Story {
    fn new(seed: u64) -> Self {
        Self { random: seed, calls: vec![], incidents: vec![], assignments: BTreeMap::new() }
    }

    /// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
    fn draw(&mut self) -> u32 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 32) as u32
    }

    fn below(&mut self, n: u32) -> u32 {
        self.draw() % n
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        let n = self.below(u32::try_from(of.len()).unwrap()) as usize;
        of[n].clone()
    }

    fn degrees(&mut self) -> f64 {
        f64::from(self.draw()) / 1e8
    }

    fn learn(&mut self, receipt: &Receipt) {
        for outcome in &receipt.outcomes {
            if let Outcome::Incident(incident) = outcome {
                let ids = incident.assignments.iter().map(|assignment| assignment.id).collect();
                self.assignments.insert(incident.id, ids);
            }
        }
    }

    async fn fire(&mut self, place: &Place, desk: &RunningDesk) {
        for due in desk.due(place.clock.now(), 100).await.unwrap() {
            desk.submit(due.submission().unwrap()).await.unwrap();
        }
    }

    fn next(&mut self, place: &Place) -> Submission {
        let person = u64::from(self.below(5));
        if self.calls.is_empty() || self.below(6) == 0 {
            return self.arrives(place);
        }
        if self.incidents.is_empty() || self.below(6) == 0 {
            return self.opens(person);
        }
        match self.below(7) {
            0 => by(person, self.duty(person)),
            1 | 2 => self.on_call(place, person),
            _ => by(person, self.on_incident()),
        }
    }

    fn arrives(&mut self, place: &Place) -> Submission {
        let id = CallId(uuid());
        self.calls.push(id);
        let CallFact::Arrived(mut arrival) = arrival(NUMBER) else { panic!("no arrival") };
        arrival.test = self.below(10) == 0;
        let point = FixPoint { lat: -self.degrees(), lon: 100.0 + self.degrees(), radius_m: self.degrees() };
        arrival.fixes.push(Fix {
            point: Some(Private::new(point)),
            reference: None,
            civic: Some(Private::new("Jl. Sudirman 1".into())),
            source: FixSource::PidfLo,
            measured_at: Some(place.clock.now()),
        });
        fact(id, place.clock.now(), CallFact::Arrived(arrival))
    }

    fn opens(&mut self, person: u64) -> Submission {
        let id = IncidentId(uuid());
        self.incidents.push(id);
        let priority = self.pick(&Priority::ALL);
        let mut report = report(priority);
        report.location.point =
            Some(Private::new(Point { lat: -self.degrees(), lon: 100.0 + self.degrees() }));
        report.location.accuracy_m = Some(self.degrees());
        let call = self.pick(&self.calls.clone());
        report.call = Some(call);
        let mut submission = by(person, DeskCommand::OpenIncident(id, Box::new(report)));
        let dispose =
            CallCommand::Dispose { kind: DispositionKind::Incident, note: None, incident: Some(id) };
        submission.commands.push(DeskCommand::Call(call, dispose));
        submission
    }

    fn duty(&mut self, person: u64) -> DeskCommand {
        let state = self.pick(&[DutyState::Ready, DutyState::Paused, DutyState::Off]);
        DeskCommand::Duty(user(person), SetDuty { state, audio: None, skills: None })
    }

    fn on_call(&mut self, place: &Place, person: u64) -> Submission {
        let id = self.pick(&self.calls.clone());
        let at = place.clock.now();
        let ended = CallFact::Ended { reason: EndReason::CallerHungUp };
        let facts =
            [CallFact::QueueAnswered, CallFact::Answered { by: user(person) }, CallFact::Confirmed, ended];
        if self.below(2) == 0 {
            return fact(id, at, self.pick(&facts));
        }
        let note = Some(Private::new("suara anak".to_owned()));
        let command = match self.below(3) {
            0 => CallCommand::Dispose { kind: DispositionKind::Prank, note, incident: None },
            1 => CallCommand::CallBackAttempt { outcome: CallBackOutcome::NoAnswer, note },
            _ => CallCommand::CallBackAttempt { outcome: CallBackOutcome::Reached, note },
        };
        Submission::new(new_key(), Actor::User(user(person)), DeskCommand::Call(id, command))
    }

    fn on_incident(&mut self) -> DeskCommand {
        let id = self.pick(&self.incidents.clone());
        let text = Private::new("keterangan".to_owned());
        let command = match self.below(12) {
            0..=2 => IncidentCommand::Dispatch {
                targets: vec![target(
                    u64::from(self.below(4)),
                    self.pick(&[Role::Lead, Role::Support, Role::Notify]),
                )],
                note: Some(text),
            },
            3..=6 => self.step_of_an_agency(id),
            7 => IncidentCommand::Edit { version: self.below(12), edit: Box::new(self.edit()) },
            8 => IncidentCommand::AddNote { text },
            9 => IncidentCommand::AttachCall { call: self.pick(&self.calls.clone()) },
            10 => IncidentCommand::Close { reason: Some(text), may_override: self.below(2) == 0 },
            _ => IncidentCommand::Reopen { reason: text },
        };
        DeskCommand::Incident(id, command)
    }

    fn step_of_an_agency(&mut self, id: IncidentId) -> IncidentCommand {
        let changes = [
            Change::Delivered,
            Change::Seen,
            Change::Acknowledge { unit: Some("PMK-1".into()) },
            Change::Decline { reason: Private::new("mobil rusak".into()) },
            Change::EnRoute,
            Change::OnScene,
            Change::Working,
            Change::UnderControl,
            Change::Complete { note: Some(Private::new("padam".into())) },
        ];
        let all = self.assignments.get(&id).cloned().unwrap_or_default();
        match all.is_empty() {
            true => IncidentCommand::AddNote { text: Private::new("belum dikirim".into()) },
            false => IncidentCommand::Assignment {
                id: self.pick(&all),
                change: self.pick(&changes),
                source: ReportSource::Console,
            },
        }
    }

    fn edit(&mut self) -> Edit {
        Edit {
            category: Some(self.pick(&Category::ALL)),
            kind: self.pick(&[None, Some(None), Some(Some(TypeCode::new("kebakaran_lahan")))]),
            priority: Some(self.pick(&Priority::ALL)),
            narrative: Some(Private::new("api padam".into())),
            location: Some(Location { accuracy_m: Some(self.degrees()), ..Location::default() }),
            casualties: Some(self.below(5)),
            reporter: Some(Reporter { name: Some(Private::new("Budi".into())), number: None }),
        }
    }
}
