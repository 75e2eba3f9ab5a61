//! An agency's console: tells the server that an assignment is on its screen, acknowledges after a while,
//! mostly, and goes through the chain of states.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until};

use super::api::Api;
use super::call_taker::Shared;
use super::feed::{follow, stopped};
use crate::SimulatorError;
use crate::city::SecondsRange;
use crate::ledger::Entry;
use crate::seeded::Seeded;
use crate::stopwatch::Stopwatch;

/// The chain after `sent`: path of the request, state that it gives.
const CHAIN: [(&str, &str); 6] = [
    ("acknowledge", "acknowledged"),
    ("en-route", "en_route"),
    ("on-scene", "on_scene"),
    ("working", "working"),
    ("under-control", "under_control"),
    ("complete", "completed"),
];

/// How an agency works.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct AgencyHabits {
    /// Share of the assignments that it acknowledges; the others run into the escalation.
    pub acknowledges: f64,
    /// Seconds before each step.
    pub step_s: SecondsRange,
    /// Sends a write again for this long when it is not answered.
    pub retries_for: Duration,
}

/// An agency's console.
#[derive(Debug)]
pub struct Agency {
    api: Arc<Api>,
    habits: AgencyHabits,
    shared: Shared,
    desk: Arc<Desk>,
}

/// What is to be done next, and when.
#[derive(Debug)]
struct Desk {
    due: Mutex<BTreeMap<(Instant, String), Step>>,
    changed: Notify,
    chance: Mutex<Seeded>,
    habits: AgencyHabits,
}

#[derive(Clone, Debug)]
struct Step {
    incident: String,
    chain: usize,
}

impl Agency {
    /// Logs in.
    pub async fn begin_duty(
        api: Api,
        habits: AgencyHabits,
        shared: Shared,
        seed: u64,
    ) -> Result<Self, SimulatorError> {
        api.log_in().await?;
        let desk = Desk {
            due: Mutex::default(),
            changed: Notify::new(),
            chance: Mutex::new(Seeded::new(seed)),
            habits,
        };
        Ok(Self { api: Arc::new(api), habits, shared, desk: Arc::new(desk) })
    }

    /// Works until told to stop.
    pub async fn work(self, mut stop: watch::Receiver<bool>) -> Result<(), SimulatorError> {
        let desk = Arc::clone(&self.desk);
        let stopwatch = Arc::clone(&self.shared.stopwatch);
        let mut shown = HashSet::new();
        let feed = tokio::spawn(follow(
            Arc::clone(&self.api),
            Arc::clone(&self.shared.faults),
            stop.clone(),
            move |message, at| desk.show(message, at, &mut shown, &stopwatch),
        ));
        let worked = loop {
            let next = self.desk.next_due();
            let due = async {
                match next {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = due => {
                    if let Err(error) = self.step().await {
                        break Err(error);
                    }
                }
                () = self.desk.changed.notified() => {}
                () = stopped(&mut stop) => break Ok(()),
            }
        };
        feed.abort();
        worked
    }

    async fn step(&self) -> Result<(), SimulatorError> {
        let Some((assignment, step)) = self.desk.take_due() else { return Ok(()) };
        let Some((verb, state)) = CHAIN.get(step.chain) else { return Ok(()) };
        let path = format!("/assignments/{assignment}/{verb}");
        let until = Instant::now() + self.habits.retries_for;
        let answer = self.api.post_until_answered(&path, &self.api.new_key(), &json!({}), until).await?;
        // Cancelled, or taken over by the next agency while we thought about it.
        if answer.status == 409 {
            return Ok(());
        }
        answer.ok("POST assignment")?;
        self.shared.ledger.note(&Entry::AssignmentMoved {
            incident: step.incident.clone(),
            assignment: assignment.clone(),
            to: (*state).to_owned(),
        })?;
        self.desk.plan(assignment, Step { chain: step.chain + 1, ..step }, Instant::now());
        Ok(())
    }
}

impl Desk {
    fn show(
        &self,
        message: &Value,
        at: Instant,
        shown: &mut HashSet<String>,
        stopwatch: &Stopwatch,
    ) -> Option<Value> {
        if message["type"] != "assignment.updated" {
            return None;
        }
        let assignment = &message["assignment"];
        let id = assignment["id"].as_str()?.to_owned();
        let incident = assignment["incident_id"].as_str().unwrap_or_default().to_owned();
        if !shown.insert(id.clone()) || assignment["state"] != "sent" {
            return None;
        }
        stopwatch.assignment_shown(&incident, at);
        if self.chance().chance(self.habits.acknowledges) {
            self.plan(id.clone(), Step { incident, chain: 0 }, at);
        }
        Some(json!({ "type": "delivered", "assignment_id": id }))
    }

    fn plan(&self, assignment: String, step: Step, after: Instant) {
        if step.chain >= CHAIN.len() {
            return;
        }
        let (from, to) = self.habits.step_s;
        let at = after + Duration::from_secs_f64(self.chance().between(from, to).max(0.0));
        self.due().insert((at, assignment), step);
        self.changed.notify_one();
    }

    fn next_due(&self) -> Option<Instant> {
        self.due().keys().next().map(|(at, _)| *at)
    }

    fn take_due(&self) -> Option<(String, Step)> {
        let mut due = self.due();
        if due.first_key_value().is_none_or(|((at, _), _)| *at > Instant::now()) {
            return None;
        }
        due.pop_first().map(|((_, assignment), step)| (assignment, step))
    }

    fn due(&self) -> MutexGuard<'_, BTreeMap<(Instant, String), Step>> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn chance(&self) -> MutexGuard<'_, Seeded> {
        self.chance.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(acknowledges: f64) -> Desk {
        let habits = AgencyHabits { acknowledges, step_s: (0.0, 0.0), retries_for: Duration::ZERO };
        Desk { due: Mutex::default(), changed: Notify::new(), chance: Mutex::new(Seeded::new(1)), habits }
    }

    fn sent(id: &str) -> Value {
        json!({ "type": "assignment.updated", "cursor": "4",
                "assignment": { "id": id, "incident_id": "i", "state": "sent" } })
    }

    #[test]
    fn what_is_shown_is_delivered_once_and_planned() {
        let (desk, watch, mut shown) = (desk(1.0), Stopwatch::default(), HashSet::new());
        let start = Instant::now();
        watch.dispatched("i", start);
        let at = start + Duration::from_millis(30);
        let reply = desk.show(&sent("a"), at, &mut shown, &watch);
        assert_eq!(reply, Some(json!({ "type": "delivered", "assignment_id": "a" })));
        assert_eq!(desk.show(&sent("a"), at, &mut shown, &watch), None);
        assert_eq!(watch.dispatch_ms(), vec![30.0]);
        assert_eq!(desk.next_due(), Some(at));
    }

    #[test]
    fn a_silent_agency_plans_nothing() {
        let (desk, watch, mut shown) = (desk(0.0), Stopwatch::default(), HashSet::new());
        assert!(
            desk.show(&sent("a"), Instant::now(), &mut shown, &watch).is_some(),
            "delivered all the same"
        );
        assert_eq!(desk.next_due(), None);
    }
}
