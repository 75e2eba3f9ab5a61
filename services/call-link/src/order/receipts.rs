//! Which orders were carried out under which key, so that a repeat rings no telephone a second time.
//!
//! A desk that dies between an order and its answer cannot know whether the telephone rang. Whoever asked repeats the
//! order under its key at the next desk, and the trunk, which did ring it, gives the first answer again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dispatch_core::ids::UserId;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::{Order, OrderError, OrderReply, PendingOrder};

/// How long an answer is remembered: longer than any console goes on trying.
pub const RECEIPTS_KEPT_FOR: Duration = Duration::from_secs(600);
/// Answers that are remembered, of under 1 KiB each: seven calls a second that are dialled or given away, for the
/// whole time. Of more, the oldest are forgotten.
pub const RECEIPTS_MAX: usize = 4_096;
/// Repeats of one order that wait for its first answer; a console sends one, and again when it is impatient.
const REPEATS_WAITING_MAX: usize = 8;

/// Names one order of one person. The desk bounds its length with that of the `Idempotency-Key`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderKey(Box<str>);

impl OrderKey {
    /// The key as its person chose it; those of two people never meet.
    pub fn of(by: UserId, key: &str) -> Self {
        Self(format!("{by}:{key}").into())
    }
}

/// The answers of the last ten minutes to orders that ring a telephone. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Receipts {
    kept: Arc<Mutex<BTreeMap<OrderKey, Kept>>>,
}

#[derive(Debug)]
struct Kept {
    order: Order,
    since: Instant,
    answer: KeptAnswer,
}

#[derive(Debug)]
enum KeptAnswer {
    /// It is being carried out; these ask for the same.
    Awaited(Vec<oneshot::Sender<OrderReply>>),
    /// It was carried out.
    Given(OrderReply),
}

/// The promise to note the answer. Dropped without one, the order may be given anew.
#[derive(Debug)]
pub(super) struct Receipt {
    receipts: Receipts,
    key: OrderKey,
}

impl Receipts {
    /// The order, when it is to be carried out. `None`: it is a repeat, and gets the first answer, now or when there
    /// is one. A refused order may be tried again under its key; one that has no key is always carried out.
    pub fn first(&self, mut pending: PendingOrder, now: Instant) -> Option<PendingOrder> {
        let Some(key) = pending.order.key().cloned() else { return Some(pending) };
        let mut kept = self.lock();
        make_room(&mut kept, now);
        let outcome = match kept.get_mut(&key) {
            None => {
                let awaited = KeptAnswer::Awaited(Vec::new());
                let order = pending.order.clone();
                kept.insert(key.clone(), Kept { order, since: now, answer: awaited });
                pending.receipt = Some(Box::new(Receipt { receipts: self.clone(), key }));
                return Some(pending);
            }
            Some(known) if known.order != pending.order => Err(OrderError::KeyReused),
            Some(Kept { answer: KeptAnswer::Given(reply), .. }) => Ok(reply.clone()),
            Some(Kept { answer: KeptAnswer::Awaited(waiting), .. }) => {
                waiting.retain(|reply| !reply.is_closed());
                if waiting.len() < REPEATS_WAITING_MAX {
                    waiting.push(pending.reply);
                    return None;
                }
                Err(OrderError::TrunkBusy)
            }
        };
        drop(kept);
        pending.settle(outcome);
        None
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<OrderKey, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What nobody asks for any more goes; while there is too much, the oldest.
fn make_room(kept: &mut BTreeMap<OrderKey, Kept>, now: Instant) {
    kept.retain(|_, one| one.is_awaited() || now.duration_since(one.since) < RECEIPTS_KEPT_FOR);
    while kept.len() >= RECEIPTS_MAX {
        let settled = kept.iter().filter(|(_, one)| !one.is_awaited());
        let Some(oldest) = settled.min_by_key(|(_, one)| one.since).map(|(key, _)| key.clone()) else {
            return;
        };
        kept.remove(&oldest);
    }
}

impl Kept {
    const fn is_awaited(&self) -> bool {
        matches!(self.answer, KeptAnswer::Awaited(_))
    }
}

impl Receipt {
    /// Notes the answer, and gives it to whoever asked meanwhile.
    pub(super) fn settle(self, reply: &OrderReply) {
        let waiting = {
            let mut kept = self.receipts.lock();
            match (reply, kept.get_mut(&self.key)) {
                (OrderReply::Refused { .. }, _) => kept.remove(&self.key).map(|known| known.answer),
                (_, Some(known)) => {
                    Some(std::mem::replace(&mut known.answer, KeptAnswer::Given(reply.clone())))
                }
                (_, None) => None,
            }
        };
        if let Some(KeptAnswer::Awaited(waiting)) = waiting {
            for asked in waiting {
                // Who asked may have gone.
                asked.send(reply.clone()).ok();
            }
        }
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        let mut kept = self.receipts.lock();
        if kept.get(&self.key).is_some_and(Kept::is_awaited) {
            kept.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use dispatch_core::ids::CallId;
    use dispatch_core::private::Private;
    use dispatch_core::time::{Clock, Timestamp};

    use super::super::{CallOrders, OrderInbox};
    use super::*;

    /// A trunk that dials, and counts how often it did.
    struct Dialler {
        receipts: Receipts,
        inbox: OrderInbox,
        clock: Clock,
        now: Instant,
        dialled: usize,
    }

    impl Dialler {
        fn new() -> (CallOrders, Self) {
            let (orders, inbox) = CallOrders::channel();
            let clock = Clock::new(|| Timestamp::from_micros(1_790_000_000_000_000));
            (orders, Self { receipts: Receipts::default(), inbox, clock, now: Instant::now(), dialled: 0 })
        }

        /// The next order that is no repeat, if there is one.
        async fn next(&mut self) -> Option<PendingOrder> {
            let pending = self.inbox.next().await.unwrap();
            self.receipts.first(pending, self.now)
        }

        fn dial(&mut self, pending: PendingOrder) -> CallId {
            self.dialled += 1;
            let call = crate::random::new_call_id(&self.clock);
            pending.reply(OrderReply::Dialled { call });
            call
        }
    }

    fn someone() -> UserId {
        UserId(crate::random::new_call_id(&Clock::new(|| Timestamp::from_micros(1))).0)
    }

    fn order(by: UserId, number: &str, key: Option<&str>) -> Order {
        let key = key.map(|key| OrderKey::of(by, key));
        Order::Dial { by, number: Private::new(number.to_owned()), call_back_of: None, key }
    }

    /// Gives an order without waiting for its answer.
    fn give(orders: &CallOrders, order: &Order) -> tokio::task::JoinHandle<Result<OrderReply, OrderError>> {
        let (orders, order) = (orders.clone(), order.clone());
        tokio::spawn(async move { orders.send(order).await })
    }

    #[tokio::test]
    async fn a_repeat_gets_the_first_answer_for_ten_minutes() {
        let (orders, mut trunk) = Dialler::new();
        let by = someone();
        let wanted = order(by, "0811", Some("balik-1"));
        let first = give(&orders, &wanted);
        let pending = trunk.next().await.unwrap();
        // The answer is not there yet, and whoever asked first is gone.
        let impatient = give(&orders, &wanted);
        assert!(trunk.next().await.is_none());
        first.abort();
        let call = trunk.dial(pending);
        assert_eq!(impatient.await.unwrap(), Ok(OrderReply::Dialled { call }));

        let late = give(&orders, &wanted);
        assert!(trunk.next().await.is_none());
        assert_eq!(late.await.unwrap(), Ok(OrderReply::Dialled { call }));
        let other = give(&orders, &order(by, "0899", Some("balik-1")));
        assert!(trunk.next().await.is_none());
        assert_eq!(other.await.unwrap(), Err(OrderError::KeyReused));

        for fresh in [order(by, "0811", Some("balik-2")), order(someone(), "0811", Some("balik-1"))] {
            let asked = give(&orders, &fresh);
            let pending = trunk.next().await.unwrap();
            trunk.dial(pending);
            assert!(asked.await.unwrap().is_ok());
        }
        for _ in 0..2 {
            let keyless = give(&orders, &order(by, "0811", None));
            let pending = trunk.next().await.unwrap();
            trunk.dial(pending);
            assert!(keyless.await.unwrap().is_ok());
        }
        assert_eq!(trunk.dialled, 5);

        trunk.now += RECEIPTS_KEPT_FOR;
        let forgotten = give(&orders, &wanted);
        let pending = trunk.next().await.unwrap();
        assert_ne!(trunk.dial(pending), call);
        assert!(forgotten.await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn what_was_refused_or_lost_may_be_tried_again() {
        let (orders, mut trunk) = Dialler::new();
        let wanted = order(someone(), "0811", Some("balik-1"));
        let refused = give(&orders, &wanted);
        trunk.next().await.unwrap().settle(Err(OrderError::NoSeat));
        assert_eq!(refused.await.unwrap(), Err(OrderError::NoSeat));
        let lost = give(&orders, &wanted);
        drop(trunk.next().await.unwrap());
        assert_eq!(lost.await.unwrap(), Err(OrderError::TrunkBusy));
        let again = give(&orders, &wanted);
        let pending = trunk.next().await.unwrap();
        trunk.dial(pending);
        assert!(again.await.unwrap().is_ok());
        assert_eq!(trunk.dialled, 1);
    }

    #[tokio::test]
    async fn of_too_many_answers_the_oldest_is_forgotten() {
        let (orders, mut trunk) = Dialler::new();
        let by = someone();
        for number in 0..=RECEIPTS_MAX {
            let asked = give(&orders, &order(by, "0811", Some(&number.to_string())));
            let pending = trunk.next().await.unwrap();
            trunk.dial(pending);
            assert!(asked.await.unwrap().is_ok());
        }
        assert_eq!(trunk.receipts.lock().len(), RECEIPTS_MAX);
        let newest = give(&orders, &order(by, "0811", Some(&RECEIPTS_MAX.to_string())));
        assert!(trunk.next().await.is_none());
        assert!(newest.await.unwrap().is_ok());
        let oldest = give(&orders, &order(by, "0811", Some("0")));
        let pending = trunk.next().await.unwrap();
        trunk.dial(pending);
        assert!(oldest.await.unwrap().is_ok());
    }
}
