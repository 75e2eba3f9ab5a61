//! The line: orders to the trunk, waiting for its facts to come back as records, and doing without them when
//! the store is away.

mod following;
mod seat;
mod talk;
mod unsafe_call_back;

use axum::extract::FromRef;
use call_link::order::{CallOrders, OrderError, SeatAudio};
use dispatch_core::call::Call;
use dispatch_core::ids::CallId;
use incident_store::{Desk, Store};
use tokio::time::timeout;

use crate::feed::Viewer;
use crate::limits::READ_WAIT;
use crate::problem::{Code, Problem};
use crate::show::Show;
use crate::state::ApiState;
use crate::views::{self, SystemMode, live_call};

use following::Following;
pub use seat::{SeatPages, Seats};

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

/// A call that was given to the person who asked.
pub struct Given {
    /// The call.
    pub call: views::Call,
    /// Whether it comes from the store.
    pub mode: SystemMode,
    /// By what they hear it; `None` when they had it before.
    pub audio: Option<SeatAudio>,
}

impl Line {
    /// Gives the call to a person. The trunk decides who was first; whoever was gets the same answer again.
    ///
    /// # Errors
    /// `already_answered` with the winner, `call_ended`, `trunk_busy`.
    pub async fn answer(&self, call: CallId, who: Viewer) -> Result<Given, Problem> {
        let following = self.follow();
        let theirs = |record: &Call| record.call_taker() == Some(who.user);
        let (record, audio) = match self.orders.answer(call, who.user).await {
            Ok(answered) => (following.until(&self.store, call, theirs).await, Some(answered.audio)),
            Err(OrderError::AlreadyAnswered { by }) if by == who.user => {
                (self.recorded(call).await.ok(), None)
            }
            Err(error) => return Err(self.refused(error, call).await),
        };
        let (call, mode) = match record {
            Some(record) => (self.show.call(&record, who).await, SystemMode::Normal),
            None => (self.live(call).await?, SystemMode::Darurat),
        };
        Ok(Given { call, mode, audio })
    }

    /// Ends a live call.
    ///
    /// # Errors
    /// `call_ended`, `not_found`, `trunk_busy`.
    pub async fn hang_up(&self, call: CallId, who: Viewer) -> Result<views::Call, Problem> {
        let following = self.follow();
        let before = self.live(call).await;
        if let Err(error) = self.orders.hangup(call, who.user).await {
            return Err(self.refused(error, call).await);
        }
        match following.until(&self.store, call, Call::is_ended).await {
            Some(record) => Ok(self.show.call(&record, who).await),
            // The store is away: what was live a moment ago has ended.
            None => before.map(views::Call::just_ended),
        }
    }

    /// Ends the call if it still lives, and waits for the record to say so; `None` when it does not in time.
    pub async fn release(&self, call: CallId, who: Viewer) -> Option<Call> {
        let following = self.follow();
        self.orders.hangup(call, who.user).await.ok()?;
        following.until(&self.store, call, Call::is_ended).await
    }

    /// One call: its record, or what the trunk's memory knows while the store is away.
    ///
    /// # Errors
    /// `not_found`, or `store_away`.
    pub async fn call(&self, call: CallId, who: Viewer) -> Result<views::Call, Problem> {
        match self.recorded(call).await {
            Ok(record) => Ok(self.show.call(&record, who).await),
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
    fn follow(&self) -> Following {
        Following::of(self.desk.feed())
    }
}
