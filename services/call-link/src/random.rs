//! Chance: what two processes must never make alike. Time comes from the clock that the binary hands in.

use dispatch_core::ids::CallId;
use dispatch_core::time::Clock;

/// A new call id: UUIDv7 (RFC 9562 section 5.7), so that ids sort by arrival.
///
/// Without a random source the id is still distinct within this process: a counter fills the bits. A call
/// is never refused because the kernel has no entropy.
pub fn new_call_id(clock: &Clock) -> CallId {
    let millis = u64::try_from(clock.now().as_micros() / 1000).unwrap_or(0);
    CallId(uuid::Builder::from_unix_timestamp_millis(millis, &random_bytes()).into_uuid())
}

/// `N` random bytes from the kernel, or a process-wide counter when it has none.
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    use std::sync::atomic::{AtomicU64, Ordering};
    static FALLBACK: AtomicU64 = AtomicU64::new(1);
    let mut bytes = [0u8; N];
    if getrandom::fill(&mut bytes).is_err() {
        let count = FALLBACK.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        for (place, byte) in bytes.iter_mut().rev().zip(count.iter().rev()) {
            *place = *byte;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use dispatch_core::time::Timestamp;

    use super::*;

    #[test]
    fn call_ids_are_version_7_and_carry_the_time() {
        let clock = Clock::new(|| Timestamp::from_micros(1_790_000_000_123_456));
        let (a, b) = (new_call_id(&clock), new_call_id(&clock));
        assert_ne!(a, b);
        assert_eq!(a.0.get_version_num(), 7);
        let (seconds, nanos) = a.0.get_timestamp().unwrap().to_unix();
        assert_eq!((seconds, nanos), (1_790_000_000, 123_000_000));
    }
}
