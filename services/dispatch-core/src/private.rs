//! Values about a person. They never reach a log line or a leaf of the supervision log.

use serde::{Deserialize, Serialize};

/// A personal value: a number, a name, a place, what somebody said.
///
/// * `Debug` and `Display` print `‹private›`, so a span or a panic message cannot leak it.
/// * Serialised it is an object with the one key `$private`. The store looks for that key in every event:
///   it keeps the value apart and puts a salted commitment in its place before the event becomes a leaf of
///   the supervision log (UU 27/2022: a person can be erased and the chain still verifies).
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Private<T> {
    #[serde(rename = "$private")]
    value: T,
}

impl<T> Private<T> {
    /// Marks a value as personal.
    pub const fn new(value: T) -> Self {
        Self { value }
    }

    /// The value itself, for a place that may show it.
    pub const fn reveal(&self) -> &T {
        &self.value
    }

    /// The value itself, taken out.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> std::fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("‹private›")
    }
}

impl<T> std::fmt::Display for Private<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("‹private›")
    }
}

impl<T> From<T> for Private<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_nothing_of_the_value() {
        let number = Private::new("+628117171717".to_owned());
        assert_eq!(format!("{number:?} {number}"), "‹private› ‹private›");
        assert_eq!(serde_json::to_string(&number).unwrap(), r#"{"$private":"+628117171717"}"#);
    }
}
