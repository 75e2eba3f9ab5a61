//! The line: orders to the trunk, waiting for its facts to come back as records, and doing without them when
//! the store is away.

use std::sync::Arc;

use axum::extract::FromRef;
use call_link::order::{CallOrders, OrderError};
use dispatch_core::call::Call;
use dispatch_core::ids::{CallId, UserId};
use incident_store::{After, Desk, Feed, Record, Store, StreamId};
use tokio::time::timeout;

use crate::limits::{FACT_WAIT, READ_WAIT};
use crate::problem::{Code, Problem};
use crate::show::Show;
use crate::state::ApiState;
use crate::views::{self, SystemMode, live_call};

/// Changes looked at in one go.
const CHANGES_AT_ONCE: usize = 256;

/// Both ways to a call: the trunk that has it, and the store that remembers it.
#[derive(Clone)]
pub struct Line {
    desk: Desk,
    store: Store,
    orders: CallOrders,
    show: Show,
}

impl FromRef<ApiState> for Line {
    fn from_ref(state: &ApiState) -> Self {
        Self {
            desk: FromRef::from_ref(state),
            store: FromRef::from_ref(state),
            orders: FromRef::from_ref(state),
            show: FromRef::from_ref(state),
        }
    }
}

impl Line {
    /// Gives the call to a person. The trunk decides who was first; whoever was gets the same answer again.
    ///
    /// # Errors
    /// `already_answered` with the winner, `call_ended`, `trunk_busy`.
    pub async fn answer(&self, call: CallId, by: UserId) -> Result<(views::Call, SystemMode), Problem> {
        let following = self.follow(call);
        let record = match self.orders.answer(call, by).await {
            Ok(_) => following.until(&self.store, |call| call.answered.is_some()).await,
            Err(OrderError::AlreadyAnswered { by: winner }) if winner == by => self.recorded(call).await.ok(),
            Err(error) => return Err(self.refused(error, call).await),
        };
        match record {
            Some(record) => Ok((self.show.call(&record).await, SystemMode::Normal)),
            None => Ok((self.live(call).await?, SystemMode::Darurat)),
        }
    }

    /// Ends a live call.
    ///
    /// # Errors
    /// `call_ended`, `not_found`, `trunk_busy`.
    pub async fn hang_up(&self, call: CallId, by: UserId) -> Result<views::Call, Problem> {
        let following = self.follow(call);
        let before = self.live(call).await;
        if let Err(error) = self.orders.hangup(call, by).await {
            return Err(self.refused(error, call).await);
        }
        match following.until(&self.store, Call::is_ended).await {
            Some(record) => Ok(self.show.call(&record).await),
            // The store is away: what was live a moment ago has ended.
            None => before.map(views::Call::just_ended),
        }
    }

    /// Ends the call if it still lives, and waits for the record to say so; `None` when it does not in time.
    pub async fn release(&self, call: CallId, by: UserId) -> Option<Call> {
        let following = self.follow(call);
        self.orders.hangup(call, by).await.ok()?;
        following.until(&self.store, Call::is_ended).await
    }

    /// One call: its record, or what the trunk's memory knows while the store is away.
    ///
    /// # Errors
    /// `not_found`, or `store_away`.
    pub async fn call(&self, call: CallId) -> Result<views::Call, Problem> {
        match self.recorded(call).await {
            Ok(record) => Ok(self.show.call(&record).await),
            Err(problem) if problem.code() == Code::StoreAway => self.live(call).await,
            Err(problem) => Err(problem),
        }
    }

    async fn live(&self, call: CallId) -> Result<views::Call, Problem> {
        let names = self.show.names();
        let calls = self.orders.live().await.map_err(|error| Problem::order(error, &names))?;
        let found = calls.iter().find(|live| live.call == call).ok_or(Problem::new(Code::NotFound))?;
        Ok(live_call(found, &names))
    }

    async fn recorded(&self, call: CallId) -> Result<Call, Problem> {
        let asked = timeout(READ_WAIT, self.store.call(call)).await;
        let found = asked.map_err(|_| Problem::new(Code::StoreAway).retry_after(2))??;
        found.ok_or(Problem::new(Code::NotFound))
    }

    /// A call that the trunk has forgotten but the store remembers has ended.
    async fn refused(&self, error: OrderError, call: CallId) -> Problem {
        let known = error == OrderError::UnknownCall && self.recorded(call).await.is_ok();
        Problem::order(if known { OrderError::Ended } else { error }, &self.show.names())
    }

    /// To be called before an order is given, so that its fact cannot be missed.
    fn follow(&self, call: CallId) -> Following {
        let feed = self.desk.feed();
        let from = feed.head();
        Following { feed, from, call }
    }
}

/// Follows one call from the moment before an order was given.
struct Following {
    feed: Arc<Feed>,
    from: u64,
    call: CallId,
}

impl Following {
    /// The call's record once it is as `reached` says; `None` when that takes too long.
    async fn until(self, store: &Store, reached: impl Fn(&Call) -> bool) -> Option<Call> {
        timeout(FACT_WAIT, self.wait(store, reached)).await.ok()
    }

    async fn wait(&self, store: &Store, reached: impl Fn(&Call) -> bool) -> Call {
        let mut seen = self.from;
        loop {
            match self.feed.after(seen, CHANGES_AT_ONCE) {
                After::Changes(changes) => {
                    seen = changes.last().map_or(seen, |change| change.index);
                    let own = changes.iter().filter(|change| change.stream == StreamId::Call(self.call));
                    let mut records = own.filter_map(|change| match &change.record {
                        Some(Record::Call(call)) => Some(call),
                        Some(Record::Incident(_) | Record::Duty(_)) | None => None,
                    });
                    if let Some(call) = records.next_back().filter(|call| reached(call)) {
                        return (**call).clone();
                    }
                }
                After::TooFarBehind => {
                    seen = self.feed.head();
                    let found = store.call(self.call).await.ok().flatten();
                    if let Some(call) = found.filter(&reached) {
                        return call;
                    }
                }
            }
            self.feed.changed(seen).await;
        }
    }
}
