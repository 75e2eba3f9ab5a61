//! Who calls, and finding their calls again.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::{Api, SOON};

/// A number that nobody else in this process calls from. It begins as [`super::server`] forbids it in logs.
pub fn caller() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("+62811000{:05}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Every call of this number.
pub async fn calls_of(api: &Api, number: &str) -> Vec<Value> {
    let calls = api.all("/calls?").await;
    calls.into_iter().filter(|call| call["caller"]["number"] == number).collect()
}

/// The one call of this number, once it is like this.
pub async fn the_call_of(api: &Api, number: &str, what: &str, like: impl Fn(&Value) -> bool) -> Value {
    let until = Instant::now() + SOON;
    loop {
        let mut calls = calls_of(api, number).await;
        assert!(calls.len() < 2, "two calls of {number}: {calls:?}");
        let call = calls.pop().unwrap_or(Value::Null);
        if like(&call) {
            return call;
        }
        assert!(Instant::now() < until, "the call of {number} is not {what}: {call}");
        sleep(Duration::from_millis(50)).await;
    }
}
