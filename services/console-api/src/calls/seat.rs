//! A person's audio in the browser.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::FromRef;
use call_link::order::{CallOrders, Order, SeatAudio};
use dispatch_core::duty::{Audio, Duty};
use dispatch_core::ids::UserId;
use dispatch_core::private::Private;
use incident_store::Store;
use tokio::time::timeout;

use crate::limits::READ_WAIT;
use crate::names::NameBook;
use crate::problem::Problem;
use crate::state::ApiState;

/// The way to the seats.
#[derive(Clone)]
pub struct Seats {
    pages: SeatPages,
    orders: CallOrders,
    names: NameBook,
    store: Store,
}

/// Which page of each person opened the audio last: a person has one, and a second window does not take it unasked.
#[derive(Clone, Debug, Default)]
pub struct SeatPages(Arc<Mutex<BTreeMap<UserId, String>>>);

impl SeatPages {
    fn opened(&self, user: UserId, page: Option<String>) {
        let mut pages = self.lock();
        match page {
            Some(page) => pages.insert(user, page),
            None => pages.remove(&user),
        };
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<UserId, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FromRef<ApiState> for Seats {
    fn from_ref(state: &ApiState) -> Self {
        Self {
            pages: FromRef::from_ref(state),
            orders: FromRef::from_ref(state),
            names: FromRef::from_ref(state),
            store: FromRef::from_ref(state),
        }
    }
}

impl Seats {
    /// Opens a browser's audio with its offer, or opens it anew; the answer to the offer.
    ///
    /// # Errors
    /// `unusable_sdp`, `trunk_busy`.
    pub async fn open(&self, user: UserId, offer: String, page: Option<String>) -> Result<String, Problem> {
        let opened = self.orders.open_seat(user, Private::new(offer)).await;
        let answer = opened.map_err(|error| Problem::order(error, &self.names.now()))?;
        self.pages.opened(user, page);
        Ok(answer)
    }

    /// Which page opened it last, as it named itself. A desk that was restarted does not know.
    pub fn page_of(&self, user: UserId) -> Option<String> {
        self.pages.lock().get(&user).cloned()
    }

    /// Whether the trunk hears the browser.
    ///
    /// # Errors
    /// `trunk_busy`.
    pub async fn is_connected(&self, user: UserId) -> Result<bool, Problem> {
        let floor = self.orders.floor().await.map_err(|error| Problem::order(error, &self.names.now()))?;
        Ok(floor.seats.contains(&user))
    }

    /// By what somebody hears a call that they have had for a while.
    pub async fn audio_of(&self, user: UserId) -> SeatAudio {
        if self.is_connected(user).await.unwrap_or(false) {
            return SeatAudio::Browser;
        }
        match timeout(READ_WAIT, self.store.duty(user)).await {
            Ok(Ok(Some(Duty { audio: Audio::Phone { .. }, .. }))) => SeatAudio::Phone,
            Ok(Ok(_) | Err(_)) | Err(_) => SeatAudio::None,
        }
    }

    /// Whether a person who is on no call hears themselves, half a second later.
    ///
    /// # Errors
    /// `no_seat`, `trunk_busy`.
    pub async fn echo(&self, user: UserId, on: bool) -> Result<(), Problem> {
        let set = self.orders.carry_out(Order::Echo { user, on }).await;
        set.map_err(|error| Problem::order(error, &self.names.now()))
    }

    /// Closes it. Nothing happens when there is none.
    ///
    /// # Errors
    /// `trunk_busy`.
    pub async fn close(&self, user: UserId) -> Result<(), Problem> {
        let closed = self.orders.carry_out(Order::CloseSeat { user }).await;
        closed.map_err(|error| Problem::order(error, &self.names.now()))
    }
}
