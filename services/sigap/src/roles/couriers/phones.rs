//! Which telephones we are calling now: no other notification rings them meanwhile.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use agency_channels::international;
use dispatch_core::private::Private;

/// Telephones that ring or talk with us. In memory only: a desk that starts anew asks the trunk under the same ids.
#[derive(Clone, Default)]
pub(super) struct Phones(Arc<Mutex<BTreeSet<String>>>);

/// One of them; dropped, it is free again.
pub(super) struct Taken {
    phones: Phones,
    number: String,
}

impl Phones {
    /// Takes a telephone; none when it is in use by us.
    pub(super) fn take(&self, to: &Private<String>) -> Option<Taken> {
        let number = international(to.reveal());
        let is_free = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(number.clone());
        is_free.then(|| Taken { phones: self.clone(), number })
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.phones.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn a_telephone_is_rung_by_one_notification_at_a_time_however_it_is_written() {
        let phones = Phones::default();
        let number = |text: &str| Private::new(text.to_owned());
        let first = phones.take(&number("0811-7170-112"));
        assert!(first.is_some() && phones.take(&number("+62 8117170112")).is_none());
        assert!(phones.take(&number("0811-7170-113")).is_some(), "another one");
        drop(first);
        assert!(phones.take(&number("+628117170112")).is_some());
    }
}
