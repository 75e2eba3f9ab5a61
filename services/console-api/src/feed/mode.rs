//! Whether the store works, with the trunk's live calls while it does not.

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use call_link::order::CallOrders;
use dispatch_core::time::{Clock, Timestamp};
use incident_store::{Desk, Mode};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::message::FeedMessage;
use crate::limits::LIVE_CALLS_EVERY;
use crate::names::NameBook;
use crate::views::{Call, live_call};

/// What holds, with the texts that tell it: rendered once for all consoles.
#[derive(Clone, PartialEq, Debug)]
pub struct ModeNow {
    /// What holds.
    pub mode: Mode,
    /// The message for those who see calls.
    pub with_calls: Utf8Bytes,
    /// The message for agencies.
    pub without_calls: Utf8Bytes,
}

/// A receiver of what holds, and the task that keeps it true.
pub fn watch(
    desk: &Desk,
    orders: CallOrders,
    names: NameBook,
    clock: Clock,
    stop: CancellationToken,
) -> (watch::Receiver<Arc<ModeNow>>, impl Future<Output = ()> + Send + use<>) {
    let mut mode = desk.mode();
    let begun = clock.now();
    let now = *mode.borrow_and_update();
    let (sender, receiver) = watch::channel(Arc::new(rendered(now, begun, None, clock.now())));
    let task = async move {
        let mut since = begun;
        loop {
            let now = *mode.borrow_and_update();
            let live = match now {
                Mode::Normal => None,
                Mode::Darurat { .. } => Some(live_calls(&orders, &names).await),
            };
            let told = rendered(now, since, live.as_deref(), clock.now());
            sender.send_if_modified(|before| {
                let differs = !same(before, &told);
                if differs {
                    *before = Arc::new(told);
                }
                differs
            });
            tokio::select! {
                () = stop.cancelled() => return,
                changed = mode.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    since = clock.now();
                }
                () = tokio::time::sleep(LIVE_CALLS_EVERY), if now != Mode::Normal => {}
            }
        }
    };
    (receiver, task)
}

/// Everything but the time of telling.
fn same(before: &ModeNow, after: &ModeNow) -> bool {
    let calls =
        |now: &ModeNow| now.with_calls.split_once("\"live_calls\":").map(|(_, calls)| calls.to_owned());
    before.mode == after.mode && calls(before) == calls(after)
}

async fn live_calls(orders: &CallOrders, names: &NameBook) -> Vec<Call> {
    let names = names.now();
    orders.live().await.unwrap_or_default().iter().map(|call| live_call(call, &names)).collect()
}

fn rendered(mode: Mode, normal_since: Timestamp, live: Option<&[Call]>, now: Timestamp) -> ModeNow {
    let since = match mode {
        Mode::Normal => normal_since,
        Mode::Darurat { since } => since,
    };
    let text = |live_calls: Option<&[Call]>| {
        let live_calls = live_calls.map(<[Call]>::to_vec);
        let message =
            FeedMessage::SystemMode { at: now.into(), mode: mode.into(), since: since.into(), live_calls };
        Utf8Bytes::from(serde_json::to_string(&message).unwrap_or_default())
    };
    ModeNow { mode, with_calls: text(live), without_calls: text(None) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agencies_hear_of_the_mode_but_not_of_calls_and_only_a_change_is_told() {
        let (then, later) = (Timestamp::from_micros(1), Timestamp::from_micros(2));
        let away = Mode::Darurat { since: then };
        let told = rendered(away, then, Some(&[]), then);
        let parsed = |text: &Utf8Bytes| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(parsed(&told.with_calls)["mode"], "darurat");
        assert_eq!(parsed(&told.with_calls)["live_calls"], serde_json::json!([]));
        assert_eq!(parsed(&told.without_calls)["live_calls"], serde_json::Value::Null);
        assert!(same(&told, &rendered(away, then, Some(&[]), later)));
        assert!(!same(&told, &rendered(Mode::Normal, then, None, later)));
    }
}
