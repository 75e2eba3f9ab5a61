//! Whether a ring could endanger the person who called.

use dispatch_core::ids::CallId;
use dispatch_core::time::Timestamp;
use tokio::time::timeout;

use super::Line;
use crate::limits::READ_WAIT;
use crate::problem::{Code, Problem};

/// How long after a report its number is not rung. Whoever lives with the perpetrator still does a month later; after
/// that the number may have another person's life around it.
const COUNTS_FOR_S: i64 = 30 * 86_400;
/// Incidents of one number that are looked at, newest first.
const INCIDENTS_MAX: u32 = 32;

impl Line {
    /// Refuses a call-back to a number that reported, in this call or another one, an incident of a type that the
    /// policy says is never called back (`no_call_back`: violence at home, against children, sexual violence).
    ///
    /// # Errors
    /// `call_back_unsafe`; `store_away` when nobody can tell.
    pub async fn require_safe_call_back(&self, call: CallId, now: Timestamp) -> Result<(), Problem> {
        let names = self.show.names();
        let rules = &names.policy().rules;
        let since = Timestamp::from_micros(now.as_micros() - COUNTS_FOR_S * 1_000_000);
        let looked = async {
            for id in self.store.incidents_of_number(call, since, INCIDENTS_MAX).await? {
                let kind = self.store.incident(id).await?.and_then(|incident| incident.kind);
                if kind.and_then(|kind| rules.kind(&kind)).is_some_and(|rule| rule.no_call_back) {
                    return Err(Problem::new(Code::CallBackUnsafe));
                }
            }
            Ok(())
        };
        timeout(READ_WAIT, looked).await.map_err(|_| Problem::new(Code::StoreAway).retry_after(2))?
    }
}
