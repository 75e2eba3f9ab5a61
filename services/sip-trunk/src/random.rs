//! Chance for names on the wire: boundaries, content ids. Ids of calls come from `call_link::random`.

/// 64 random bits in hex; `None` when the kernel has none.
pub(crate) fn token() -> Option<String> {
    let mut bytes = [0u8; 8];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
