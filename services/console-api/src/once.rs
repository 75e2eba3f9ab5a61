//! Orders to the trunk, once per idempotency key.
//!
//! What changes the store is repeated safely by the store's own receipts. An order to the trunk leaves none there, so its
//! answer is remembered here for as long as somebody may still repeat it. What rings a telephone is remembered by the
//! trunk as well (`call_link::order::Receipts`): that memory outlives this desk.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use dispatch_core::time::{Clock, Timestamp};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::authority::Authority;
use crate::input::Written;
use crate::limits::{ANSWERS_REMEMBERED_FOR, ANSWERS_REMEMBERED_MAX};
use crate::problem::{Code, Problem};

/// The answers to orders of the last minutes. Cheap to clone.
#[derive(Clone)]
pub struct Once {
    clock: Clock,
    kept: Arc<Mutex<BTreeMap<String, Kept>>>,
}

#[derive(Clone)]
struct Kept {
    fingerprint: [u8; 32],
    since: Timestamp,
    answer: Arc<OnceCell<Value>>,
}

impl Once {
    /// Nothing is remembered yet.
    pub fn new(clock: Clock) -> Self {
        Self { clock, kept: Arc::default() }
    }

    /// Carries out the order unless it was carried out under this key: then the first answer again. A refused
    /// order may be tried again under its key. The order is carried out to its end even when whoever asked has
    /// gone.
    ///
    /// # Errors
    /// What the order is refused with; `idempotency_key_reused` for another order under the same key.
    pub async fn answer<P, T, R: Serialize>(
        &self,
        may: &Authority<P>,
        written: &Written<T>,
        order: impl Future<Output = Result<R, Problem>> + Send + 'static,
    ) -> Result<Json<Value>, Problem> {
        let key = format!("{}:{}", may.user_id(), written.key);
        let kept = self.kept(key, written.fingerprint);
        if kept.fingerprint != written.fingerprint {
            return Err(Problem::new(Code::IdempotencyKeyReused));
        }
        let carried_out = tokio::spawn(async move {
            let answer = kept.answer.get_or_try_init(|| async move {
                serde_json::to_value(order.await?).map_err(|_| Problem::new(Code::Internal))
            });
            answer.await.cloned()
        });
        carried_out.await.map_err(|_| Problem::new(Code::Internal))?.map(Json)
    }

    fn kept(&self, key: String, fingerprint: [u8; 32]) -> Kept {
        let since = self.clock.now();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= ANSWERS_REMEMBERED_MAX {
            kept.retain(|_, answer| answer.since.after(ANSWERS_REMEMBERED_FOR) > since);
        }
        if kept.len() >= ANSWERS_REMEMBERED_MAX {
            let oldest = kept.iter().min_by_key(|(_, answer)| answer.since).map(|(key, _)| key.clone());
            oldest.and_then(|key| kept.remove(&key));
        }
        let fresh = || Kept { fingerprint, since, answer: Arc::default() };
        kept.entry(key).or_insert_with(fresh).clone()
    }
}
