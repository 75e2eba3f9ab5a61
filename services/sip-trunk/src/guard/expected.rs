//! Whom we called: what belongs to a dialog that we began may come from any address.
//!
//! An agency or a desk phone is no trunk, so its address alone would keep it out. The Call-ID of our INVITE is known to
//! nobody but us and whom we called.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// After its end a dialog's last answers may still be on their way (64*T1, RFC 3261 section 17.1.2.2).
const KEPT_AFTER: Duration = Duration::from_secs(40);
/// Dialogs of ours at once, the last ones that have ended included. Above it the ones that ended first are forgotten.
const EXPECTED_MAX: usize = 16_384;

/// The Call-IDs of our INVITEs: until when each counts, or for as long as its dialog lives.
#[derive(Debug, Default)]
pub(crate) struct Ours {
    calls: Mutex<BTreeMap<String, Option<Instant>>>,
}

/// A dialog of ours. It is forgotten a while after this is dropped.
#[derive(Debug)]
pub(crate) struct Expected {
    ours: Arc<Ours>,
    call_id: String,
}

impl Ours {
    /// From now on messages with this Call-ID belong to us.
    pub(crate) fn expect(self: &Arc<Self>, call_id: String) -> Expected {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        calls.retain(|_, until| until.is_none_or(|until| until > now));
        if calls.len() >= EXPECTED_MAX {
            let ended = calls.iter().filter_map(|(id, until)| Some(((*until)?, id.clone()))).min();
            ended.map(|(_, id)| calls.remove(&id));
        }
        calls.insert(call_id.clone(), None);
        Expected { ours: self.clone(), call_id }
    }

    pub(super) fn contains(&self, call_id: &str) -> bool {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).contains_key(call_id)
    }
}

impl Drop for Expected {
    fn drop(&mut self) {
        let mut calls = self.ours.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = calls.get_mut(&self.call_id) {
            *until = Some(Instant::now() + KEPT_AFTER);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialog_is_ours_while_it_lives_and_a_little_longer() {
        let ours = Arc::<Ours>::default();
        let dialog = ours.expect("a".to_owned());
        assert!(ours.contains("a") && !ours.contains("b"));
        drop(dialog);
        assert!(ours.contains("a"), "its last answers are on their way");
        ours.calls.lock().unwrap().insert("a".to_owned(), Some(Instant::now()));
        let _other = ours.expect("b".to_owned());
        assert!(!ours.contains("a") && ours.contains("b"));
    }
}
