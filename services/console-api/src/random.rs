//! Chance: tokens, keys and ids.

use dispatch_core::ids::{IncidentId, UnitId, UserId};
use dispatch_core::time::Timestamp;
use sha2::{Digest as _, Sha256};

/// Random bytes of the kernel.
///
/// # Panics
/// When the kernel has none. A token that can be guessed is worse than a server that does not start, and
/// Linux answers once it has booted (getrandom(2)).
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let filled = getrandom::fill(&mut bytes);
    assert!(filled.is_ok(), "the kernel gives random bytes once it has booted");
    bytes
}

/// A new incident id: UUIDv7 (RFC 9562 section 5.7), so that ids sort by time.
pub fn incident_id(now: Timestamp) -> IncidentId {
    IncidentId(uuid_v7(now))
}

/// A new id of something else.
pub fn id(now: Timestamp) -> uuid::Uuid {
    uuid_v7(now)
}

/// The id of what somebody made under an idempotency key: the same for every repeat (UUIDv8, RFC 9562 section 5.8).
pub fn named(who: uuid::Uuid, key: &str) -> uuid::Uuid {
    let digest = Sha256::new().chain_update(who.as_bytes()).chain_update(key.as_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// A new user id.
pub fn user_id(now: Timestamp) -> UserId {
    UserId(uuid_v7(now))
}

/// A new unit's id.
pub fn unit_id(now: Timestamp) -> UnitId {
    UnitId(uuid_v7(now))
}

fn uuid_v7(now: Timestamp) -> uuid::Uuid {
    let millis = u64::try_from(now.as_micros() / 1000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes::<10>()).into_uuid()
}
