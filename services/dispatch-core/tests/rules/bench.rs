//! A desk in memory: the default rules, six agencies, a clock that is moved by hand.

use dispatch_core::actor::Actor;
use dispatch_core::category::{Category, Priority, TypeCode};
use dispatch_core::ids::{AgencyCode, AgencyId, AssignmentId, IncidentId, UserId};
use dispatch_core::incident::{
    self, Change, Decision, Effect, Incident, IncidentCommand, IncidentEvent, IncidentRefusal, Location,
    Report, ReportSource,
};
use dispatch_core::policy::{AgencyEntry, Directory, Policy, Rules};
use dispatch_core::private::Private;
use dispatch_core::routing::{self, Situation};
use dispatch_core::time::{Seconds, Timestamp};
use uuid::Uuid;

pub const AGENCIES: [&str; 8] =
    ["damkar", "bpbd", "ambulans", "polres", "satpolpp", "basarnas", "pln", "dpupr"];

pub fn agency(code: &str) -> AgencyId {
    let place = AGENCIES.iter().position(|c| *c == code).unwrap_or(99) as u128;
    AgencyId(Uuid::from_u128(0xA000 + place))
}

pub fn person(n: u128) -> UserId {
    UserId(Uuid::from_u128(0x1000 + n))
}

pub fn policy() -> Policy {
    let entry = |code: &str| AgencyEntry {
        id: agency(code),
        code: AgencyCode::new(code),
        name: code.to_uppercase(),
        functions: vec![AgencyCode::new(code)],
        active: true,
    };
    Policy { rules: Rules::default_rules().unwrap(), directory: Directory::new(AGENCIES.map(entry)) }
}

pub fn start() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

/// One incident and its history.
pub struct Bench {
    pub policy: Policy,
    pub id: IncidentId,
    pub incident: Option<Incident>,
    pub now: Timestamp,
    pub history: Vec<(Timestamp, Actor, IncidentEvent)>,
    pub effects: Vec<Effect>,
}

impl Bench {
    pub fn new() -> Self {
        Self {
            policy: policy(),
            id: IncidentId(Uuid::from_u64_pair(0x0193_5A00_0000_7ABC, 0x8123_4567_89AB_CDEF)),
            incident: None,
            now: start(),
            history: Vec::new(),
            effects: Vec::new(),
        }
    }

    /// An open incident of this type and priority.
    pub fn with(kind: &str, category: Category, priority: Priority) -> Self {
        let mut bench = Self::new();
        bench.give(person(1), IncidentCommand::Open(Box::new(report(kind, category, priority)))).unwrap();
        bench
    }

    pub fn incident(&self) -> &Incident {
        self.incident.as_ref().unwrap()
    }

    pub fn give(&mut self, by: UserId, command: IncidentCommand) -> Result<(), IncidentRefusal> {
        self.run(Actor::User(by), command)
    }

    pub fn run(&mut self, actor: Actor, command: IncidentCommand) -> Result<(), IncidentRefusal> {
        let Decision { events, effects } =
            incident::decide(self.incident.as_ref(), self.id, command, actor, &self.policy, self.now)?;
        for event in events {
            self.incident = incident::apply(self.incident.take(), self.id, &event, actor, self.now);
            self.history.push((self.now, actor, event));
        }
        self.effects.extend(effects);
        Ok(())
    }

    pub fn dispatch_by_routing(&mut self) {
        let incident = self.incident();
        let proposal = routing::propose(&self.policy, &Situation::of(incident), &[]);
        self.give(person(1), IncidentCommand::Dispatch { targets: proposal.targets, note: None }).unwrap();
    }

    pub fn assignment_of(&self, code: &str) -> AssignmentId {
        let found = self.incident().assignments.iter().rev().find(|a| a.agency == agency(code));
        found.unwrap_or_else(|| panic!("{code} is not on it")).id
    }

    pub fn report(&mut self, by: u128, code: &str, change: Change) -> Result<(), IncidentRefusal> {
        let id = self.assignment_of(code);
        self.give(person(by), IncidentCommand::Assignment { id, change, source: ReportSource::Console })
    }

    /// Lets time pass and fires every deadline exactly when it is due.
    pub fn wait(&mut self, span: Seconds) {
        let end = self.now.after(span);
        while let Some(due) = incident::next_deadline(self.incident(), &self.policy).filter(|due| *due <= end)
        {
            self.now = self.now.max(due);
            let before = self.history.len();
            self.run(Actor::System, IncidentCommand::DeadlineReached).unwrap();
            assert!(self.history.len() > before, "a due deadline did nothing");
        }
        self.now = end;
    }

    /// What the ladder and the alarms did, as `MM:SS step`, the story a supervisor would tell.
    pub fn story(&self) -> Vec<String> {
        let told = self.history.iter().filter_map(|(at, _, event)| {
            let seconds = at.millis_since(start()) / 1000;
            let clock = format!("{:02}:{:02}", seconds / 60, seconds % 60);
            if let IncidentEvent::Escalated { step, cause, .. } = event {
                let who = cause.assignment().and_then(|id| self.incident().assignment(id));
                let who = who.map_or("-", |a| a.code.0.as_str());
                let step = serde_json::to_value(step).unwrap();
                Some(format!("{clock} {} {who}", step.as_str().unwrap()))
            } else if let IncidentEvent::Assigned { assignment } = event {
                Some(format!("{clock} asked {} ({:?})", assignment.code, assignment.because))
            } else if let IncidentEvent::PlanExhausted { .. } = event {
                Some(format!("{clock} plan exhausted"))
            } else {
                None
            }
        });
        told.collect()
    }
}

pub fn report(kind: &str, category: Category, priority: Priority) -> Report {
    Report {
        number: "2026-000001".into(),
        category,
        kind: Some(TypeCode::new(kind)),
        priority,
        narrative: Private::new("rumah terbakar, ada orang di dalam".into()),
        location: Location {
            landmark: Some(Private::new("dekat pasar Toboali".into())),
            ..Location::default()
        },
        casualties: None,
        reporter: None,
        call: None,
    }
}
