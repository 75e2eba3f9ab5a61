//! Orders within one process: a bounded channel, each order with its way back.

use dispatch_core::ids::{CallId, PartyId, UserId};
use dispatch_core::private::Private;
use tokio::sync::{mpsc, oneshot};

use super::receipts::Receipt;
use super::{Answered, Floor, LiveCall, Order, OrderError, OrderKey, OrderReply, VoiceNotice, VoiceState};

/// Orders that wait for the trunk; a call-taker's click above it gets [`OrderError::TrunkBusy`].
pub const ORDERS_WAITING_MAX: usize = 1_024;

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
    pub(super) reply: oneshot::Sender<OrderReply>,
    /// Where the answer is noted for repeats.
    pub(super) receipt: Option<Box<Receipt>>,
}

impl PendingOrder {
    /// Answers it.
    pub fn reply(self, reply: OrderReply) {
        if let Some(receipt) = self.receipt {
            receipt.settle(&reply);
        }
        // Whoever asked may have gone; the order is carried out all the same.
        self.reply.send(reply).ok();
    }

    /// Answers it with what came of it.
    pub fn settle(self, outcome: Result<OrderReply, OrderError>) {
        self.reply(outcome.unwrap_or_else(|error| OrderReply::Refused { error }));
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

    /// Sends any order and waits for the trunk's word. This is what a socket carries.
    ///
    /// # Errors
    /// What the trunk refused.
    pub async fn send(&self, order: Order) -> Result<OrderReply, OrderError> {
        let (reply, answer) = oneshot::channel();
        let pending = PendingOrder { order, reply, receipt: None };
        self.orders.try_send(pending).map_err(|_| OrderError::TrunkBusy)?;
        match answer.await.map_err(|_| OrderError::TrunkBusy)? {
            OrderReply::Refused { error } => Err(error),
            done @ (OrderReply::Answered(_)
            | OrderReply::HungUp
            | OrderReply::Live { .. }
            | OrderReply::Floor(_)
            | OrderReply::Draining
            | OrderReply::SeatOpened { .. }
            | OrderReply::PartyAdded { .. }
            | OrderReply::Dialled { .. }
            | OrderReply::Notified { .. }
            | OrderReply::Done) => Ok(done),
        }
    }

    /// Sends an order whose reply says nothing but that it was done.
    ///
    /// # Errors
    /// What the trunk refused.
    pub async fn carry_out(&self, order: Order) -> Result<(), OrderError> {
        self.send(order).await.map(|_| ())
    }

    /// A call-taker takes the call. `Ok` means: this one won, the fact is journalled, the 200 goes out.
    ///
    /// # Errors
    /// When somebody was faster or the caller has gone.
    pub async fn answer(&self, call: CallId, by: UserId) -> Result<Answered, OrderError> {
        self.pick(Order::Answer { call, by }, |reply| {
            if let OrderReply::Answered(answered) = reply { Some(answered) } else { None }
        })
        .await
    }

    /// A person ends the call.
    ///
    /// # Errors
    /// When the call is not live.
    pub async fn hangup(&self, call: CallId, by: UserId) -> Result<(), OrderError> {
        self.carry_out(Order::Hangup { call, by }).await
    }

    /// Every live call, oldest first.
    ///
    /// # Errors
    /// When the trunk does not answer.
    pub async fn live(&self) -> Result<Vec<LiveCall>, OrderError> {
        self.pick(
            Order::Live,
            |reply| if let OrderReply::Live { calls } = reply { Some(calls) } else { None },
        )
        .await
    }

    /// Who sits, who waits, and how the trunks are.
    ///
    /// # Errors
    /// When the trunk does not answer.
    pub async fn floor(&self) -> Result<Floor, OrderError> {
        self.pick(Order::Floor, |reply| if let OrderReply::Floor(floor) = reply { Some(floor) } else { None })
            .await
    }

    /// Takes no new calls from now on: OPTIONS and INVITE get 503, so that the telco takes its other route.
    ///
    /// # Errors
    /// When the trunk does not answer.
    pub async fn drain(&self) -> Result<(), OrderError> {
        self.carry_out(Order::Drain).await
    }

    /// Opens a browser's audio with its offer, or opens it anew; the answer to the offer.
    ///
    /// # Errors
    /// [`OrderError::UnusableOffer`], or no media.
    pub async fn open_seat(&self, user: UserId, sdp: Private<String>) -> Result<String, OrderError> {
        self.pick(Order::OpenSeat { user, sdp }, |reply| {
            if let OrderReply::SeatOpened { sdp } = reply { Some(sdp) } else { None }
        })
        .await
    }

    /// Rings somebody into the call; the party's id, the first one again under a key that was used.
    ///
    /// # Errors
    /// [`OrderError::NotYours`], [`OrderError::NoTrunk`], [`OrderError::NotPossible`] with too many on the call.
    pub async fn add_party(
        &self,
        call: CallId,
        by: UserId,
        target: Private<String>,
        label: String,
        key: Option<OrderKey>,
    ) -> Result<PartyId, OrderError> {
        self.pick(Order::AddParty { call, by, target, label, key }, |reply| {
            if let OrderReply::PartyAdded { party } = reply { Some(party) } else { None }
        })
        .await
    }

    /// Calls a number for somebody whose audio is connected; the new call's id, the first one again under a key that
    /// was used.
    ///
    /// # Errors
    /// [`OrderError::NoSeat`], [`OrderError::NoTrunk`].
    pub async fn dial(
        &self,
        by: UserId,
        number: Private<String>,
        call_back_of: Option<CallId>,
        key: Option<OrderKey>,
    ) -> Result<CallId, OrderError> {
        self.pick(Order::Dial { by, number, call_back_of, key }, |reply| {
            if let OrderReply::Dialled { call } = reply { Some(call) } else { None }
        })
        .await
    }

    /// Calls a duty phone and speaks to it, or asks how far that call is: the id tells which.
    ///
    /// # Errors
    /// When the trunk does not answer.
    pub async fn notify(
        &self,
        id: String,
        target: Private<String>,
        notice: VoiceNotice,
    ) -> Result<VoiceState, OrderError> {
        self.pick(Order::Notify { id, target, notice }, |reply| {
            if let OrderReply::Notified { state } = reply { Some(state) } else { None }
        })
        .await
    }

    /// A reply that does not belong to the order comes from a trunk that speaks another protocol.
    async fn pick<T>(
        &self,
        order: Order,
        wanted: impl FnOnce(OrderReply) -> Option<T>,
    ) -> Result<T, OrderError> {
        wanted(self.send(order).await?).ok_or(OrderError::TrunkBusy)
    }
}
