//! The trunk's end of the orders channel, and the facts that it reports.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use call_link::order::{Answered, CallOrders, LiveCall, LiveState, Order, OrderError, OrderReply, SeatAudio};
use dispatch_core::actor::Actor;
use dispatch_core::call::CallCommand;
use dispatch_core::call::fact::{Arrival, CallFact, Caller, Direction, EndReason, IdentitySource};
use dispatch_core::ids::CallId;
use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;
use incident_store::{Desk, DeskCommand, IdempotencyKey, Submission};

use crate::world::{new_id, now};

/// Live calls in memory; facts go to the desk unless they are held back.
#[derive(Clone)]
pub struct FakeTrunk {
    desk: Desk,
    live: Arc<Mutex<BTreeMap<CallId, LiveCall>>>,
    holds_facts: Arc<Mutex<bool>>,
}

impl FakeTrunk {
    pub fn start(desk: Desk) -> (Self, CallOrders) {
        let (orders, mut inbox) = CallOrders::channel();
        let trunk = Self { desk, live: Arc::default(), holds_facts: Arc::default() };
        let serving = trunk.clone();
        tokio::spawn(async move {
            while let Some(pending) = inbox.next().await {
                let (reply, fact) = serving.obey(&pending.order);
                pending.reply(reply);
                if let Some((call, fact)) = fact {
                    serving.report(call, fact).await;
                }
            }
        });
        (trunk, orders)
    }

    /// From now on no fact reaches the desk, as when the store is away.
    pub fn hold_facts(&self) {
        *self.holds_facts.lock().unwrap() = true;
    }

    /// A call comes in.
    pub async fn ring(&self, number: &str) -> CallId {
        let call = CallId(new_id());
        let number = Private::new(number.to_owned());
        let since = now();
        let live = LiveCall {
            call,
            state: LiveState::Ringing,
            since,
            caller: Some(number.clone()),
            answered_by: None,
            offered_to: None,
            parties: 0,
        };
        self.live.lock().unwrap().insert(call, live);
        let arrival = Arrival {
            trunk: "uji".into(),
            dialled: "sip:112@test".into(),
            sip_call_id: call.to_string(),
            caller: Some(Caller { number, name: None, source: IdentitySource::Asserted }),
            fixes: Vec::new(),
            access_network: None,
            user_agent: None,
            defects: Vec::new(),
            test: false,
            direction: Direction::In,
        };
        self.report(call, CallFact::Arrived(Box::new(arrival))).await;
        call
    }

    /// The caller goes.
    pub async fn caller_hangs_up(&self, call: CallId, reason: EndReason) {
        self.live.lock().unwrap().remove(&call);
        self.report(call, CallFact::Ended { reason }).await;
    }

    fn obey(&self, order: &Order) -> (OrderReply, Option<(CallId, CallFact)>) {
        let refused = |error| (OrderReply::Refused { error }, None);
        let mut live = self.live.lock().unwrap();
        match order {
            Order::Answer { call, by } => match live.get_mut(call) {
                None => refused(OrderError::UnknownCall),
                Some(LiveCall { answered_by: Some(winner), .. }) => {
                    refused(OrderError::AlreadyAnswered { by: *winner })
                }
                Some(found) => {
                    (found.answered_by, found.state) = (Some(*by), LiveState::Connected);
                    let answered = Answered { at: now(), was_queued: false, audio: SeatAudio::None };
                    (OrderReply::Answered(answered), Some((*call, CallFact::Answered { by: *by })))
                }
            },
            Order::Hangup { call, .. } => match live.remove(call) {
                None => refused(OrderError::UnknownCall),
                Some(_) => {
                    (OrderReply::HungUp, Some((*call, CallFact::Ended { reason: EndReason::CentreHungUp })))
                }
            },
            Order::Live => (OrderReply::Live { calls: live.values().cloned().collect() }, None),
            Order::Drain => (OrderReply::Draining, None),
            Order::OpenSeat { .. }
            | Order::CloseSeat { .. }
            | Order::Echo { .. }
            | Order::SetSeat { .. }
            | Order::SetRingRules { .. }
            | Order::Refuse { .. }
            | Order::Hold { .. }
            | Order::Resume { .. }
            | Order::AddParty { .. }
            | Order::DropParty { .. }
            | Order::Leave { .. }
            | Order::Transfer { .. }
            | Order::Supervise { .. }
            | Order::StopSupervising { .. }
            | Order::Dial { .. }
            | Order::PressDigits { .. }
            | Order::Prompt { .. } => refused(OrderError::NotPossible),
        }
    }

    async fn report(&self, call: CallId, fact: CallFact) {
        if *self.holds_facts.lock().unwrap() {
            return;
        }
        let at: Timestamp = now();
        let key = IdempotencyKey::new(format!("fact:{}", new_id())).unwrap();
        let command = DeskCommand::Call(call, CallCommand::Fact { at, fact });
        self.desk.submit(Submission::new(key, Actor::Trunk, command)).await.unwrap();
    }
}
