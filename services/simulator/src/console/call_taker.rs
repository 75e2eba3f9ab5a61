//! A call-taker: ready for duty, answers the oldest call, makes emergencies incidents, sends them to their
//! agencies, disposes of the rest.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep};

use super::api::{Answer, Api};
use super::feed::{FeedFaults, follow};
use crate::SimulatorError;
use crate::city::{CallPlan, Outcome, SecondsRange};
use crate::ledger::{Entry, Ledger, with_marker};
use crate::seeded::Seeded;
use crate::stopwatch::Stopwatch;

/// How a call-taker works.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CallTakerHabits {
    /// Seconds of talk with one caller.
    pub handles_s: SecondsRange,
    /// Takes the n-th oldest when there are that many, so that colleagues do not all reach for the same
    /// call. Two still do when few wait: the server must give it to one.
    pub reaches_for: usize,
    /// Sends a write again for this long when it is not answered.
    pub retries_for: Duration,
}

/// What the consoles of a run share.
#[derive(Clone, Debug)]
pub struct Shared {
    /// What each caller says, by number.
    pub city: Arc<HashMap<String, CallPlan>>,
    /// Everything acknowledged goes here.
    pub ledger: Arc<Ledger>,
    /// The clock.
    pub stopwatch: Arc<Stopwatch>,
    /// What went wrong on the feeds.
    pub faults: Arc<FeedFaults>,
}

/// A call-taker's console.
#[derive(Debug)]
pub struct CallTaker {
    api: Arc<Api>,
    habits: CallTakerHabits,
    shared: Shared,
    screen: Arc<Screen>,
    chance: Mutex<Seeded>,
}

/// The part of the screen that matters here: who waits.
#[derive(Debug, Default)]
struct Screen {
    waiting: Mutex<BTreeMap<String, Waiting>>,
    changed: Notify,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Waiting {
    arrived_at: String,
    number: String,
}

impl CallTaker {
    /// Logs in and reports ready.
    pub async fn begin_duty(
        api: Api,
        habits: CallTakerHabits,
        shared: Shared,
        seed: u64,
    ) -> Result<Self, SimulatorError> {
        api.log_in().await?;
        let ready = json!({ "state": "ready", "audio": { "kind": "browser" } });
        api.post("/duty", &ready).await?.ok("POST /duty")?;
        let chance = Mutex::new(Seeded::new(seed));
        Ok(Self { api: Arc::new(api), habits, shared, screen: Arc::default(), chance })
    }

    /// Works until told to stop; the call in hand is finished.
    pub async fn work(self, mut stop: watch::Receiver<bool>) -> Result<(), SimulatorError> {
        let screen = Arc::clone(&self.screen);
        let stopwatch = Arc::clone(&self.shared.stopwatch);
        let mut shown = HashSet::new();
        let feed = tokio::spawn(follow(
            Arc::clone(&self.api),
            Arc::clone(&self.shared.faults),
            stop.clone(),
            move |message, at| {
                screen.show(message, at, &mut shown, &stopwatch);
                None
            },
        ));
        let worked = loop {
            if *stop.borrow() {
                break Ok(());
            }
            let Some((id, number)) = self.screen.nth_oldest(self.habits.reaches_for) else {
                tokio::select! {
                    () = self.screen.changed.notified() => {}
                    _ = stop.changed() => {}
                }
                continue;
            };
            if let Err(error) = self.take(&id, &number).await {
                break Err(error);
            }
        };
        feed.abort();
        worked
    }

    async fn take(&self, call: &str, number: &str) -> Result<(), SimulatorError> {
        let answer = self.write(&format!("/calls/{call}/answer"), &self.api.new_key(), &json!({})).await?;
        // Answered by a colleague, or over: either way it waits no more.
        self.screen.remove(call);
        if matches!(answer.status, 404 | 409) {
            return Ok(());
        }
        answer.ok("POST answer")?;
        self.shared.ledger.note(&Entry::CallTaken { call: call.to_owned() })?;
        sleep(self.talk_time()).await;
        let plan = self.shared.city.get(number);
        let incident = match plan {
            Some(plan) if plan.outcome == Outcome::Incident => Some(self.report(call, plan).await?),
            Some(_) | None => None,
        };
        self.dispose(call, disposition(plan), incident.as_deref()).await?;
        self.hang_up(call).await
    }

    /// Ends the talk. The caller may have done so already (409), or the disposition may have.
    async fn hang_up(&self, call: &str) -> Result<(), SimulatorError> {
        let answer = self.write(&format!("/calls/{call}/hangup"), &self.api.new_key(), &json!({})).await?;
        if matches!(answer.status, 404 | 409) {
            return Ok(());
        }
        answer.ok("POST hangup").map(|_call| ())
    }

    /// Makes the call an incident, sends it to the agencies that the routing proposes, and adds a note.
    async fn report(&self, call: &str, plan: &CallPlan) -> Result<String, SimulatorError> {
        let key = self.api.new_key();
        let place = plan.place;
        let body = json!({
            "call_id": call,
            "category": plan.statement.category.unwrap_or("g"),
            "priority": plan.statement.priority,
            "narrative": with_marker(plan.statement.words, &key),
            "location": { "lat": place.lat, "lon": place.lon, "landmark": place.landmark },
        });
        let created = self.write("/incidents", &key, &body).await?.ok("POST /incidents")?;
        let incident = created["id"].as_str().unwrap_or_default().to_owned();
        self.shared.ledger.note(&Entry::IncidentCreated { incident: incident.clone(), marker: key })?;

        self.shared.stopwatch.dispatched(&incident, Instant::now());
        let path = format!("/incidents/{incident}/dispatch");
        let sent = self.write(&path, &self.api.new_key(), &json!({})).await?.ok("POST dispatch")?;
        let assignments = sent["assignments"].as_array().map(Vec::as_slice).unwrap_or_default();
        let assignments =
            assignments.iter().filter_map(|one| one["id"].as_str()).map(str::to_owned).collect();
        self.shared.ledger.note(&Entry::Dispatched { incident: incident.clone(), assignments })?;

        let key = self.api.new_key();
        let note = json!({ "text": with_marker("Pelapor menunggu di tepi jalan.", &key) });
        self.write(&format!("/incidents/{incident}/notes"), &key, &note).await?.ok("POST notes")?;
        self.shared.ledger.note(&Entry::NoteAdded { incident: incident.clone(), marker: key })?;
        Ok(incident)
    }

    async fn dispose(&self, call: &str, kind: &str, incident: Option<&str>) -> Result<(), SimulatorError> {
        let mut body = json!({ "kind": kind });
        if let Some(incident) = incident {
            body["incident_id"] = json!(incident);
        }
        let answer = self.write(&format!("/calls/{call}/disposition"), &self.api.new_key(), &body).await?;
        // The incident may have disposed of the call, or the caller broke off and the server did.
        if answer.status == 409 {
            return Ok(());
        }
        answer.ok("POST disposition")?;
        self.shared.ledger.note(&Entry::CallDisposed { call: call.to_owned(), kind: kind.to_owned() })
    }

    async fn write(&self, path: &str, key: &str, body: &Value) -> Result<Answer, SimulatorError> {
        self.api.post_until_answered(path, key, body, Instant::now() + self.habits.retries_for).await
    }

    fn talk_time(&self) -> Duration {
        let (from, to) = self.habits.handles_s;
        let mut chance = self.chance.lock().unwrap_or_else(PoisonError::into_inner);
        Duration::from_secs_f64(chance.between(from, to).max(0.0))
    }
}

/// What a call-taker calls it. A number that the city does not know was not ours; it counts as information.
fn disposition(plan: Option<&CallPlan>) -> &'static str {
    match plan.map(|plan| plan.outcome) {
        Some(Outcome::Incident) => "incident",
        Some(Outcome::BreaksOff | Outcome::Silent) => "ghost",
        Some(Outcome::Prank) => "prank",
        Some(Outcome::NonEmergency) | None => "information",
    }
}

impl Screen {
    fn show(&self, message: &Value, at: Instant, shown: &mut HashSet<String>, stopwatch: &Stopwatch) {
        match message["type"].as_str() {
            Some("snapshot") => {
                self.waiting().clear();
                for call in message["calls"].as_array().map(Vec::as_slice).unwrap_or_default() {
                    self.show_call(call);
                    shown.extend(call["id"].as_str().map(str::to_owned));
                }
            }
            Some("call.updated") => {
                let call = &message["call"];
                if shown.insert(call["id"].as_str().unwrap_or_default().to_owned()) {
                    stopwatch.call_shown(call["caller"]["number"].as_str().unwrap_or_default(), at);
                }
                self.show_call(call);
            }
            Some(_) | None => return,
        }
        self.changed.notify_one();
    }

    fn show_call(&self, call: &Value) {
        let Some(id) = call["id"].as_str() else { return };
        let waits = matches!(call["state"].as_str(), Some("ringing" | "queued" | "offered"));
        if waits && call["answered_at"].is_null() {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let waiting =
                Waiting { arrived_at: text(&call["arrived_at"]), number: text(&call["caller"]["number"]) };
            self.waiting().insert(id.to_owned(), waiting);
        } else {
            self.waiting().remove(id);
        }
    }

    fn remove(&self, call: &str) {
        self.waiting().remove(call);
    }

    fn nth_oldest(&self, n: usize) -> Option<(String, String)> {
        let waiting = self.waiting();
        let mut oldest: Vec<(&Waiting, &String)> =
            waiting.iter().map(|(id, waiting)| (waiting, id)).collect();
        oldest.sort_unstable();
        let (waiting, id) = oldest.get(n.min(oldest.len().checked_sub(1)?))?;
        Some(((*id).clone(), waiting.number.clone()))
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<String, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(id: &str, state: &str, arrived: &str) -> Value {
        json!({ "type": "call.updated", "call": {
            "id": id, "state": state, "arrived_at": arrived, "answered_at": null, "caller": { "number": id } } })
    }

    #[test]
    fn the_screen_shows_who_waits_oldest_first() {
        let (screen, watch, mut shown) = (Screen::default(), Stopwatch::default(), HashSet::new());
        for message in [
            update("b", "queued", "2026-01-01T00:00:02Z"),
            update("a", "ringing", "2026-01-01T00:00:01Z"),
            update("c", "ringing", "2026-01-01T00:00:03Z"),
            update("c", "ended", "2026-01-01T00:00:03Z"),
        ] {
            screen.show(&message, Instant::now(), &mut shown, &watch);
        }
        assert_eq!(screen.nth_oldest(0).map(|call| call.0), Some("a".into()));
        assert_eq!(screen.nth_oldest(5).map(|call| call.0), Some("b".into()));
        screen.remove("a");
        screen.remove("b");
        assert_eq!(screen.nth_oldest(0), None);
    }

    #[test]
    fn a_call_is_timed_at_its_first_showing_only() {
        let (screen, watch, mut shown) = (Screen::default(), Stopwatch::default(), HashSet::new());
        let dialled = Instant::now();
        watch.dialled("a", dialled);
        for after in [20, 900] {
            let at = dialled + Duration::from_millis(after);
            screen.show(&update("a", "ringing", "2026-01-01T00:00:01Z"), at, &mut shown, &watch);
        }
        assert_eq!(watch.arrival_ms(), vec![20.0]);
    }
}
