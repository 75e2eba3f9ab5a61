//! What a desk asks the trunk to do with a live call.
//!
//! The trunk's memory decides who wins: a call-taker has answered only when the trunk says so, and the fact is
//! in the journal before the caller's 200 goes out.

use dispatch_core::ids::{CallId, UserId};
use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

/// Orders that wait for the trunk; a call-taker's click above it gets [`OrderError::TrunkBusy`].
pub const ORDERS_WAITING_MAX: usize = 1_024;

/// One order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub enum Order {
    /// A call-taker takes the call.
    Answer {
        /// Which call.
        call: CallId,
        /// Who takes it.
        by: UserId,
    },
    /// A person ends the call.
    Hangup {
        /// Which call.
        call: CallId,
        /// Who ends it.
        by: UserId,
    },
    /// Which calls are live?
    Live,
    /// Take no new calls; the live ones go on.
    Drain,
}

/// What the trunk answers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub enum OrderReply {
    /// To [`Order::Answer`].
    Answered(Answered),
    /// To [`Order::Hangup`].
    HungUp,
    /// To [`Order::Live`].
    Live {
        /// Every live call.
        calls: Vec<LiveCall>,
    },
    /// To [`Order::Drain`].
    Draining,
    /// The order could not be carried out.
    Refused {
        /// Why.
        error: OrderError,
    },
}

/// A call was given to the call-taker who asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Answered {
    /// When (T1).
    pub at: Timestamp,
    /// The caller already heard the queue announcement; no second 200 was sent.
    pub was_queued: bool,
}

/// Why an order was not carried out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "error", rename_all = "snake_case")]
pub enum OrderError {
    /// The trunk has no such call, or no longer.
    #[error("no such call")]
    UnknownCall,
    /// Somebody was faster.
    #[error("the call is already answered by {by}")]
    AlreadyAnswered {
        /// Who.
        by: UserId,
    },
    /// The caller has gone.
    #[error("the call has ended")]
    Ended,
    /// Too many orders wait, or the trunk role is stopping.
    #[error("the trunk is busy")]
    TrunkBusy,
    /// The call could not be answered towards the caller.
    #[error("the signalling of the call failed")]
    Signalling,
}

/// A live call as the trunk knows it: enough to work on when the store is away (`mode darurat`).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LiveCall {
    /// Which call.
    pub call: CallId,
    /// Where it stands.
    pub state: LiveState,
    /// When the INVITE arrived.
    pub since: Timestamp,
    /// The caller's number, if known.
    pub caller: Option<Private<String>>,
    /// Who answered.
    pub answered_by: Option<UserId>,
}

/// Where a live call stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveState {
    /// The caller hears ringing.
    Ringing,
    /// The caller hears the queue announcement.
    Queued,
    /// A call-taker has it.
    Connected,
}

/// The desk's end. Cheap to clone.
#[derive(Clone, Debug)]
pub struct CallOrders {
    orders: mpsc::Sender<PendingOrder>,
}

/// The trunk's end.
#[derive(Debug)]
pub struct OrderInbox {
    orders: mpsc::Receiver<PendingOrder>,
}

/// An order and the way back to whoever gave it.
#[derive(Debug)]
pub struct PendingOrder {
    /// What is asked.
    pub order: Order,
    reply: oneshot::Sender<OrderReply>,
}

impl PendingOrder {
    /// Answers it.
    pub fn reply(self, reply: OrderReply) {
        // Whoever asked may have gone; the order is carried out all the same.
        self.reply.send(reply).ok();
    }
}

impl OrderInbox {
    /// The next order; `None` when no desk can give one any more.
    pub async fn next(&mut self) -> Option<PendingOrder> {
        self.orders.recv().await
    }
}

impl CallOrders {
    /// Both ends.
    pub fn channel() -> (Self, OrderInbox) {
        let (sender, receiver) = mpsc::channel(ORDERS_WAITING_MAX);
        (Self { orders: sender }, OrderInbox { orders: receiver })
    }

    /// Sends any order and waits for the trunk's word. This is what a socket would carry.
    ///
    /// # Errors
    /// What the trunk refused.
    pub async fn send(&self, order: Order) -> Result<OrderReply, OrderError> {
        let (reply, answer) = oneshot::channel();
        self.orders.try_send(PendingOrder { order, reply }).map_err(|_| OrderError::TrunkBusy)?;
        match answer.await.map_err(|_| OrderError::TrunkBusy)? {
            OrderReply::Refused { error } => Err(error),
            done @ (OrderReply::Answered(_)
            | OrderReply::HungUp
            | OrderReply::Live { .. }
            | OrderReply::Draining) => Ok(done),
        }
    }

    /// A call-taker takes the call. `Ok` means: this one won, the fact is journalled, the 200 goes out.
    ///
    /// # Errors
    /// When somebody was faster or the caller has gone.
    pub async fn answer(&self, call: CallId, by: UserId) -> Result<Answered, OrderError> {
        match self.send(Order::Answer { call, by }).await? {
            OrderReply::Answered(answered) => Ok(answered),
            OrderReply::HungUp
            | OrderReply::Live { .. }
            | OrderReply::Draining
            | OrderReply::Refused { .. } => Err(OrderError::TrunkBusy),
        }
    }

    /// A person ends the call.
    ///
    /// # Errors
    /// When the call is not live.
    pub async fn hangup(&self, call: CallId, by: UserId) -> Result<(), OrderError> {
        self.send(Order::Hangup { call, by }).await.map(|_| ())
    }

    /// Every live call, oldest first.
    ///
    /// # Errors
    /// When the trunk does not answer.
    pub async fn live(&self) -> Result<Vec<LiveCall>, OrderError> {
        match self.send(Order::Live).await? {
            OrderReply::Live { calls } => Ok(calls),
            OrderReply::HungUp
            | OrderReply::Answered(_)
            | OrderReply::Draining
            | OrderReply::Refused { .. } => Err(OrderError::TrunkBusy),
        }
    }

    /// Takes no new calls from now on: OPTIONS and INVITE get 503, so that the telco takes its other route.
    ///
    /// # Errors
    /// When the trunk does not answer.
    pub async fn drain(&self) -> Result<(), OrderError> {
        self.send(Order::Drain).await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use dispatch_core::time::Clock;

    use super::*;

    fn call_id() -> CallId {
        crate::random::new_call_id(&Clock::new(|| Timestamp::from_micros(1_790_000_000_000_000)))
    }

    #[tokio::test]
    async fn a_refusal_comes_back_as_an_error_and_a_dead_trunk_as_busy() {
        let (orders, mut inbox) = CallOrders::channel();
        let trunk = tokio::spawn(async move {
            let pending = inbox.next().await.unwrap();
            assert!(matches!(pending.order, Order::Answer { .. }));
            pending.reply(OrderReply::Refused { error: OrderError::Ended });
        });
        let call = call_id();
        let by = UserId(call.0);
        assert_eq!(orders.answer(call, by).await, Err(OrderError::Ended));
        trunk.await.unwrap();
        assert_eq!(orders.answer(call, by).await, Err(OrderError::TrunkBusy));
    }

    #[test]
    fn orders_and_replies_can_travel_as_json() {
        let call = call_id();
        let order = Order::Hangup { call, by: UserId(call.0) };
        let reply = OrderReply::Refused { error: OrderError::AlreadyAnswered { by: UserId(call.0) } };
        let order_back: Order = serde_json::from_str(&serde_json::to_string(&order).unwrap()).unwrap();
        let reply_back: OrderReply = serde_json::from_str(&serde_json::to_string(&reply).unwrap()).unwrap();
        assert_eq!((order_back, reply_back), (order, reply));
    }
}
