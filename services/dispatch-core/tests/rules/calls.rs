//! Calls: nobody who rang is lost.

use dispatch_core::actor::Actor;
use dispatch_core::call::fact::{
    Arrival, CallFact, Caller, Defect, Direction, EndReason, IdentitySource, OfferEnd, PartyEnd,
};
use dispatch_core::call::{
    self, Call, CallBackOutcome, CallBackState, CallCommand, CallEvent, CallRefusal, CallState,
    DispositionKind, Surroundings,
};
use dispatch_core::ids::{CallId, IncidentId, PartyId};
use dispatch_core::policy::Policy;
use dispatch_core::private::Private;
use dispatch_core::time::{Seconds, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use crate::bench::{person, policy, start};

pub struct Line {
    pub policy: Policy,
    pub id: CallId,
    pub call: Option<Call>,
    pub around: Surroundings,
    pub now: Timestamp,
}

impl Line {
    pub fn empty() -> Self {
        let id = CallId(Uuid::from_u128(7));
        Self { policy: policy(), id, call: None, around: Surroundings::default(), now: start() }
    }

    pub fn rings(defects: Vec<Defect>) -> Self {
        let mut line = Self::empty();
        line.fact(CallFact::Arrived(Box::new(arrival(defects, false))));
        line
    }

    pub fn fact(&mut self, fact: CallFact) {
        assert!(self.events(fact.clone()) > 0, "{fact:?} is no news");
    }

    /// Whether the fact makes no event.
    pub fn silent(&mut self, fact: CallFact) -> bool {
        self.events(fact) == 0
    }

    pub fn events(&mut self, fact: CallFact) -> usize {
        self.now = self.now.after(Seconds(2));
        let at = self.now;
        self.run(Actor::Trunk, CallCommand::Fact { at, fact }).unwrap().len()
    }

    pub fn run(&mut self, actor: Actor, command: CallCommand) -> Result<Vec<CallEvent>, CallRefusal> {
        let events = call::decide(self.call.as_ref(), command, actor, &self.policy, &self.around, self.now)?;
        for event in &events {
            self.call = call::apply(self.call.take(), self.id, event);
        }
        Ok(events)
    }

    pub fn dispose(&mut self, kind: DispositionKind) -> Result<Vec<CallEvent>, CallRefusal> {
        self.run(Actor::User(person(1)), CallCommand::Dispose { kind, note: None, incident: None })
    }

    pub fn call(&self) -> &Call {
        self.call.as_ref().unwrap()
    }
}

pub fn arrival(defects: Vec<Defect>, test: bool) -> Arrival {
    Arrival {
        trunk: "telco".into(),
        dialled: "sip:112@sigap".into(),
        sip_call_id: "x".into(),
        caller: Some(Caller {
            number: Private::new("+628117171717".into()),
            name: None,
            source: IdentitySource::Asserted,
        }),
        fixes: vec![],
        access_network: None,
        user_agent: None,
        defects,
        test,
        direction: Direction::In,
    }
}

#[test]
fn a_caller_who_hangs_up_while_it_rings_is_called_back_within_five_minutes() {
    let mut line = Line::rings(vec![]);
    line.fact(CallFact::Ended { reason: EndReason::CallerCancelled });
    let call = line.call();
    assert_eq!(call.disposition.as_ref().unwrap().kind, DispositionKind::Abandoned);
    assert!(call.owes_call_back());
    assert_eq!(call::next_deadline(call), Some(line.now.after(Seconds(300))));
}

#[test]
fn nobody_picks_up_twice_and_the_duty_is_done() {
    let mut line = Line::rings(vec![]);
    line.fact(CallFact::Ended { reason: EndReason::CallerCancelled });
    let no_answer = || CallCommand::CallBackAttempt { outcome: CallBackOutcome::NoAnswer, note: None };
    line.run(Actor::User(person(1)), no_answer()).unwrap();
    assert!(line.call().owes_call_back());
    line.run(Actor::User(person(1)), no_answer()).unwrap();
    assert_eq!(line.call().call_back.as_ref().unwrap().state, CallBackState::Done);
    assert_eq!(line.run(Actor::User(person(1)), no_answer()), Err(CallRefusal::NoCallBackOwed));
    assert!(!line.call().is_open());
}

#[test]
fn a_late_call_back_is_raised_once_and_stays_owed() {
    let mut line = Line::rings(vec![]);
    line.fact(CallFact::Ended { reason: EndReason::CallerHungUp });
    line.now = line.now.after(Seconds(300));
    let raised = line.run(Actor::System, CallCommand::DeadlineReached).unwrap();
    assert!(matches!(raised[..], [CallEvent::CallBackOverdue { .. }]));
    assert!(line.run(Actor::System, CallCommand::DeadlineReached).unwrap().is_empty());
    assert!(line.call().owes_call_back());
}

#[test]
fn a_call_that_was_answered_owes_a_disposition() {
    let mut line = Line::rings(vec![]);
    line.fact(CallFact::Answered { by: person(1) });
    line.fact(CallFact::Ended { reason: EndReason::CallerHungUp });
    assert!(line.call().disposition.is_none() && call::next_deadline(line.call()).is_some());
    line.dispose(DispositionKind::Prank).unwrap();
    assert!(!line.call().is_open());
    assert_eq!(call::next_deadline(line.call()), None);
}

#[test]
fn an_answered_call_without_audio_is_called_back() {
    for defect in [Defect::BrokenSdp, Defect::NoCommonCodec, Defect::NoMedia] {
        let mut line = Line::rings(vec![defect]);
        line.fact(CallFact::Answered { by: person(1) });
        line.fact(CallFact::Ended { reason: EndReason::CallerHungUp });
        assert!(line.call().owes_call_back(), "{defect:?}");
    }
}

#[test]
fn ghost_on_a_ringing_call_leaves_nothing_to_do() {
    let mut line = Line::rings(vec![]);
    line.dispose(DispositionKind::Ghost).unwrap();
    line.fact(CallFact::Ended { reason: EndReason::CentreHungUp });
    assert!(!line.call().is_open());
}

#[test]
fn an_incident_disposition_names_its_incident() {
    let mut line = Line::rings(vec![]);
    assert_eq!(line.dispose(DispositionKind::Incident), Err(CallRefusal::IncidentMissing));
    let incident = Some(IncidentId(Uuid::from_u128(3)));
    let command = CallCommand::Dispose { kind: DispositionKind::Incident, note: None, incident };
    line.run(Actor::User(person(1)), command).unwrap();
    assert_eq!(line.call().incident, incident);
}

#[test]
fn a_test_call_owes_nothing() {
    let mut line = Line::empty();
    line.fact(CallFact::Arrived(Box::new(arrival(vec![], true))));
    line.fact(CallFact::Ended { reason: EndReason::CallerCancelled });
    assert_eq!(line.call().disposition.as_ref().unwrap().kind, DispositionKind::Test);
    assert!(!line.call().is_open());
}

fn any_fact() -> impl Strategy<Value = CallFact> {
    prop_oneof![
        Just(CallFact::QueueAnswered),
        (0..3u128).prop_map(|n| CallFact::Answered { by: person(n) }),
        Just(CallFact::Confirmed),
        Just(CallFact::DefectFound { defect: Defect::AckLost }),
        prop_oneof![
            Just(EndReason::CallerCancelled),
            Just(EndReason::CallerHungUp),
            Just(EndReason::CentreHungUp),
            Just(EndReason::AckLost),
            Just(EndReason::Restarted),
        ]
        .prop_map(|reason| CallFact::Ended { reason }),
        Just(CallFact::Arrived(Box::new(arrival(vec![], false)))),
        (0..3u128).prop_map(|n| CallFact::Offered { to: person(n) }),
        (0..3u128).prop_map(|n| CallFact::OfferEnded { to: person(n), why: OfferEnd::TimedOut }),
        (0..3u128).prop_map(|n| CallFact::SeatLost { user: person(n) }),
        (0..3u128).prop_map(|n| CallFact::SeatBack { user: person(n) }),
        Just(CallFact::Held { by: person(1) }),
        Just(CallFact::Resumed { by: person(1) }),
        (0..3u128).prop_map(|n| CallFact::PartyAnswered { party: PartyId(Uuid::from_u128(n)) }),
        (0..3u128).prop_map(|n| CallFact::Overflowed {
            party: PartyId(Uuid::from_u128(n)),
            label: "tetangga".into(),
            target: Private::new("sip:112@10.0.0.8".into()),
        }),
        (0..3u128)
            .prop_map(|n| CallFact::PartyLeft { party: PartyId(Uuid::from_u128(n)), why: PartyEnd::HungUp }),
        (0..3u128).prop_map(|n| CallFact::CallTakerLeft { by: person(n) }),
    ]
}

proptest! {
    /// ARCHITECTURE, invariants 1 and 2: whatever the line does, and however often it says so, an ended call has
    /// one disposition or a deadline for one, and a fact is never refused.
    #[test]
    fn every_call_ends_in_one_disposition_or_a_duty(facts in prop::collection::vec(any_fact(), 0..24)) {
        let mut line = Line::rings(vec![]);
        for fact in facts {
            let at = line.now;
            let told = line.run(Actor::Trunk, CallCommand::Fact { at, fact });
            prop_assert!(told.is_ok());
            let call = line.call();
            if let CallState::Ended { .. } = call.state {
                prop_assert!(call.disposition.is_some() || call::next_deadline(call).is_some());
            }
            let has_it = matches!(call.state, CallState::Connected | CallState::Held);
            prop_assert!(call.call_taker().is_none() || has_it);
            prop_assert_eq!(matches!(call.state, CallState::Offered { .. }), !call.offered_to.is_empty());
        }
        line.events(CallFact::Ended { reason: EndReason::Lost });
        let call = line.call();
        prop_assert!(call.disposition.is_some() || call.disposition_due_at.is_some());
    }
}
