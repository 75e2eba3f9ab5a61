//! Calls.

use axum::Json;
use axum::extract::State;
use call_link::order::CallOrders;
use incident_store::{CallFilter, CallPhase, PageCursor, Store};
use serde::Deserialize;
use tokio::time::timeout;
use utoipa::IntoParams;

use crate::authority::{Authority, CanReadCalls};
use crate::feed::Viewer;
use crate::input::{Query, page_items};
use crate::limits::READ_WAIT;
use crate::problem::{Code, Problem};
use crate::show::Show;
use crate::views::{CallPage, SystemMode, live_call};
use crate::wire::Time;

/// Which calls.
#[derive(Deserialize, IntoParams)]
pub struct CallQuery {
    /// `ringing`, `queued`, `offered`, `connected`, `held` or `ended`.
    #[param(value_type = Option<String>)]
    state: Option<Phase>,
    /// Only calls that live or owe a disposition or a call-back.
    open: Option<bool>,
    /// `open`: only callers who must be called back.
    #[param(value_type = Option<String>)]
    call_back: Option<Owed>,
    /// Arrived at this time or later.
    from: Option<Time>,
    /// Arrived before this time.
    to: Option<Time>,
    /// At most so many, 1 to 500.
    limit: Option<u32>,
    /// The `next` of the page before.
    before: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Phase {
    Ringing,
    Queued,
    Offered,
    Connected,
    Held,
    Ended,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Owed {
    Open,
}

impl CallQuery {
    fn filter(&self) -> Result<CallFilter, Problem> {
        let before = self.before.as_ref().map(|text| text.parse::<PageCursor>()).transpose();
        Ok(CallFilter {
            phase: self.state.map(|state| match state {
                Phase::Ringing => CallPhase::Ringing,
                Phase::Queued => CallPhase::Queued,
                Phase::Offered => CallPhase::Offered,
                Phase::Connected => CallPhase::Connected,
                Phase::Held => CallPhase::Held,
                Phase::Ended => CallPhase::Ended,
            }),
            open: self.open,
            call_back_open: self.call_back == Some(Owed::Open),
            incident: None,
            from: self.from.map(|time| time.0),
            to: self.to.map(|time| time.0),
            limit: page_items(self.limit),
            before: before.map_err(|_| Problem::new(Code::InvalidQuery))?,
        })
    }
}

/// Calls, newest first. While the store is away these are the live calls of the trunk's memory.
#[utoipa::path(get, path = "/api/v1/calls", operation_id = "list_calls", tag = "Calls", params(CallQuery),
    responses((status = 200, description = "The calls", body = CallPage)))]
pub async fn handler(
    may: Authority<CanReadCalls>,
    State(store): State<Store>,
    State(orders): State<CallOrders>,
    State(show): State<Show>,
    Query(query): Query<CallQuery>,
) -> Result<Json<CallPage>, Problem> {
    let filter = query.filter()?;
    if let Ok(Ok(page)) = timeout(READ_WAIT, store.calls(&filter)).await {
        let items = show.calls(&page.items, Viewer::of(may.user())).await;
        let next = page.next.map(|cursor| cursor.to_string());
        return Ok(Json(CallPage { items, next, mode: SystemMode::Normal }));
    }
    let live = orders.live().await.map_err(|_| Problem::new(Code::StoreAway).retry_after(2))?;
    let items = live.iter().rev().map(|call| live_call(call, &show.names())).collect();
    Ok(Json(CallPage { items, next: None, mode: SystemMode::Darurat }))
}
