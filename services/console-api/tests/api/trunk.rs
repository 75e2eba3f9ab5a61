//! The trunk's end of the orders channel, and the facts that it reports. It keeps the promises of the real one about
//! who may do what with which call; it makes no sound.

mod obey;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use call_link::order::{
    CallOrders, LineEvent, LineEvents, LiveCall, LiveState, TrunkNow, TrunkTestNow, Waiting,
};
use dispatch_core::acd::AcdPolicy;
use dispatch_core::actor::Actor;
use dispatch_core::call::CallCommand;
use dispatch_core::call::fact::{
    Arrival, CallFact, Caller, Direction, EndReason, Fix, FixPoint, FixSource, IdentitySource,
    RecordingSummary, Speaker,
};
use dispatch_core::duty::DutyState;
use dispatch_core::ids::{CallId, PartyId, UserId};
use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;
use dispatch_core::trunk::TrunkSetup;
use incident_store::{Desk, DeskCommand, IdempotencyKey, Submission};

use crate::world::{new_id, now};

/// Live calls in memory; facts go to the desk unless they are held back.
#[derive(Clone)]
pub struct FakeTrunk {
    pub desk: Desk,
    memory: Arc<Mutex<Memory>>,
    pub line: LineEvents,
}

/// What the trunk remembers.
#[derive(Default)]
struct Memory {
    live: BTreeMap<CallId, LiveCall>,
    parties: BTreeMap<CallId, BTreeSet<PartyId>>,
    /// Whose browsers are connected.
    seats: BTreeSet<UserId>,
    /// What was said of whose duty, last.
    duties: BTreeMap<UserId, (DutyState, Vec<String>, bool)>,
    /// Who has a console open, as was said last.
    consoles: BTreeMap<UserId, bool>,
    away: BTreeSet<UserId>,
    phones_ringing: BTreeSet<UserId>,
    /// What was said of numbers, and of mass events.
    pasts: BTreeMap<String, ([u32; 3], Option<Timestamp>)>,
    restricted: BTreeMap<String, Timestamp>,
    mass_event: bool,
    disaster: bool,
    /// The number of this process.
    run: u64,
    waiting: Vec<Waiting>,
    rules: Option<AcdPolicy>,
    holds_facts: bool,
    silent: bool,
}

impl FakeTrunk {
    pub fn start(desk: Desk) -> (Self, CallOrders) {
        let (orders, mut inbox) = CallOrders::channel();
        let trunk = Self { desk, memory: Arc::default(), line: LineEvents::default() };
        let serving = trunk.clone();
        tokio::spawn(async move {
            while let Some(pending) = inbox.next().await {
                let done = obey::obey(&mut serving.memory.lock().unwrap(), &serving.line, &pending.order);
                let (outcome, facts) = match done {
                    Ok((reply, facts)) => (Ok(reply), facts),
                    Err(error) => (Err(error), Vec::new()),
                };
                pending.settle(outcome);
                for (call, fact) in facts {
                    serving.report(call, fact).await;
                }
            }
        });
        (trunk, orders)
    }

    /// From now on no fact reaches the desk, as when the store is away.
    pub fn hold_facts(&self) {
        self.memory.lock().unwrap().holds_facts = true;
    }

    /// A call comes in.
    pub async fn ring(&self, number: &str) -> CallId {
        let call = CallId(new_id());
        let number = Private::new(number.to_owned());
        self.memory.lock().unwrap().live.insert(call, ringing(call, number.clone()));
        self.report(call, arrived(call, number, Direction::In)).await;
        call
    }

    /// A call of a number rings, from a cell of this radius.
    pub async fn ring_from(&self, number: &str, lat: f64, lon: f64, radius_m: f64) -> CallId {
        let call = CallId(new_id());
        let number = Private::new(number.to_owned());
        self.memory.lock().unwrap().live.insert(call, ringing(call, number.clone()));
        let CallFact::Arrived(mut arrival) = arrived(call, number, Direction::In) else { unreachable!() };
        let point = Some(Private::new(FixPoint { lat, lon, radius_m }));
        let source = FixSource::PidfLo;
        arrival.fixes.push(Fix { point, reference: None, civic: None, source, measured_at: None });
        self.report(call, CallFact::Arrived(arrival)).await;
        call
    }

    /// It rings at this seat.
    pub async fn offer(&self, call: CallId, to: UserId) {
        {
            let mut memory = self.memory.lock().unwrap();
            let live = memory.live.get_mut(&call).unwrap();
            (live.offered_to, live.state) = (Some(to), LiveState::Offered);
        }
        self.report(call, CallFact::Offered { to }).await;
    }

    /// The caller goes.
    pub async fn caller_hangs_up(&self, call: CallId, reason: EndReason) {
        self.memory.lock().unwrap().live.remove(&call);
        self.report(call, CallFact::Ended { reason }).await;
    }

    /// Somebody who is being rung picks up.
    pub async fn party_answers(&self, call: CallId, party: PartyId) {
        self.report(call, CallFact::PartyAnswered { party }).await;
    }

    /// The recording of a call is whole, under this name.
    pub async fn recorded(&self, call: CallId, file: &str, bytes: u64) {
        let summary = RecordingSummary {
            recording: file.into(),
            started_at: now(),
            seconds: 12.5,
            bytes,
            sha256: "ab".repeat(32),
            silence_s: 0.25,
        };
        self.report(call, CallFact::RecordingEnded(Box::new(summary))).await;
    }

    /// Something else that the real trunk would report.
    pub async fn report(&self, call: CallId, fact: CallFact) {
        if self.memory.lock().unwrap().holds_facts {
            return;
        }
        let at: Timestamp = now();
        let key = IdempotencyKey::new(format!("fact:{}", new_id())).unwrap();
        let command = DeskCommand::Call(call, CallCommand::Fact { at, fact });
        self.desk.submit(Submission::new(key, Actor::Trunk, command)).await.unwrap();
    }

    /// A key is pressed, and told as it happens.
    pub fn press(&self, call: CallId, digit: char) {
        self.line.tell(LineEvent::Digit { call, from: Speaker::Caller, digit: Private::new(digit) });
    }

    /// These wait; told to whoever listens.
    pub fn queue(&self, waiting: Vec<Waiting>) {
        self.memory.lock().unwrap().waiting.clone_from(&waiting);
        self.line.tell(LineEvent::Queue { waiting });
    }

    /// A browser's sound stops, without a word.
    pub fn lose_seat(&self, user: UserId) {
        self.memory.lock().unwrap().seats.remove(&user);
        self.line.tell(LineEvent::SeatState { user, connected: false });
    }

    /// What the desk said of somebody's duty: state, skills, supervisor.
    pub fn duty_of(&self, user: UserId) -> Option<(DutyState, Vec<String>, bool)> {
        self.memory.lock().unwrap().duties.get(&user).cloned()
    }

    /// Whether somebody has a console open, as the desk said last.
    pub fn console_of(&self, user: UserId) -> Option<bool> {
        self.memory.lock().unwrap().consoles.get(&user).copied()
    }

    /// Somebody who is ready is away, or back.
    pub fn goes_away(&self, user: UserId, away: bool) {
        let mut memory = self.memory.lock().unwrap();
        if away {
            memory.away.insert(user);
        } else {
            memory.away.remove(&user);
        }
        self.line.tell(LineEvent::SeatAway { user, away });
    }

    /// Somebody's telephone rings, or does no more.
    pub fn phone_rings(&self, user: UserId, rings: bool) {
        let mut memory = self.memory.lock().unwrap();
        if rings {
            memory.phones_ringing.insert(user);
        } else {
            memory.phones_ringing.remove(&user);
        }
        self.line.tell(LineEvent::PhoneRings { user, rings });
    }

    /// Pranks, silent calls and incidents of a number, as the desk said.
    pub fn past_of(&self, number: &str) -> Option<[u32; 3]> {
        self.memory.lock().unwrap().pasts.get(number).map(|(counts, _)| *counts)
    }

    /// Until when a supervisor wants the number treated like any other, as the desk said.
    pub fn lifted_until(&self, number: &str) -> Option<Timestamp> {
        self.memory.lock().unwrap().pasts.get(number)?.1
    }

    /// Until when a supervisor wants the number to wait among the suspects, as the desk said.
    pub fn restricted_until(&self, number: &str) -> Option<Timestamp> {
        self.memory.lock().unwrap().restricted.get(number).copied()
    }

    /// Whether there is a mass event, as the desk said last.
    pub fn disaster(&self) -> bool {
        self.memory.lock().unwrap().disaster
    }

    pub fn mass_event(&self) -> bool {
        self.memory.lock().unwrap().mass_event
    }

    /// It no longer answers, or answers again.
    pub fn falls_silent(&self, silent: bool) {
        self.memory.lock().unwrap().silent = silent;
    }

    /// Another process takes its place, and knows of no number.
    pub fn restarts(&self) {
        let mut memory = self.memory.lock().unwrap();
        memory.run += 1;
        memory.pasts.clear();
    }

    /// By which rules it rings, as the desk said.
    pub fn ring_rules(&self) -> Option<AcdPolicy> {
        self.memory.lock().unwrap().rules.clone()
    }

    /// Whether somebody's browser is connected.
    pub fn has_seat(&self, user: UserId) -> bool {
        self.memory.lock().unwrap().seats.contains(&user)
    }

    /// Calls that live.
    pub fn live_count(&self) -> usize {
        self.memory.lock().unwrap().live.len()
    }
}

fn ringing(call: CallId, number: Private<String>) -> LiveCall {
    LiveCall {
        call,
        state: LiveState::Ringing,
        since: now(),
        caller: Some(number),
        answered_by: None,
        offered_to: None,
        parties: 0,
        direction: Direction::In,
    }
}

fn arrived(call: CallId, number: Private<String>, direction: Direction) -> CallFact {
    CallFact::Arrived(Box::new(Arrival {
        trunk: "uji".into(),
        dialled: "sip:112@test".into(),
        sip_call_id: call.to_string(),
        caller: Some(Caller { number, name: None, source: IdentitySource::Asserted }),
        fixes: Vec::new(),
        access_network: None,
        user_agent: None,
        defects: Vec::new(),
        test: false,
        direction,
    }))
}

fn trunks() -> Vec<TrunkNow> {
    let last_test = Some(TrunkTestNow { at: Timestamp::from_micros(1_790_000_000_000_000), passed: true });
    let setup = TrunkSetup {
        name: "uji".into(),
        sources: vec!["127.0.0.0/8".into()],
        transport: "tls".into(),
        peer: Some("sbc.telco.example:5061".into()),
        by_certificate: true,
        srtp: "optional".into(),
        channels: Some(30),
        test_every_s: Some(60),
        test_callers: 1,
        refer: true,
        language: None,
    };
    let (since, setup) = (Some(Timestamp::from_micros(1_790_000_000_000_000)), Some(setup));
    vec![TrunkNow { name: "uji".into(), up: Some(true), last_test, since, tests: [3, 1], setup }]
}
