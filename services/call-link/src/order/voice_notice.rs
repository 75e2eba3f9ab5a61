//! A call of the program itself: a task that is spoken to an agency's duty phone, and the key that is pressed.

use dispatch_core::category::{Category, Priority};
use serde::{Deserialize, Serialize};

/// What is spoken. Nothing about a person is in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum VoiceNotice {
    /// A task.
    Task {
        /// Its category.
        category: Category,
        /// Its priority.
        priority: Priority,
        /// The part of its number that is counted, digits only.
        number: String,
        /// The same in words, for a trunk that has a speech program; none from a desk that knows of none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// A test of the channel: nobody has to go anywhere.
    Test {
        /// As for a task.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
}

impl VoiceNotice {
    /// Its words, if they came with it.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Task { text, .. } | Self::Test { text } => text.as_deref(),
        }
    }
}

/// How far such a call is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoiceState {
    /// It rings, or is being set up.
    Calling,
    /// Somebody listens.
    Talking,
    /// Key 1: taken.
    Accepted,
    /// Key 2: cannot.
    Declined,
    /// Answered, spoken to the end, and no key pressed: a person or a voice mail.
    NoKey,
    /// Nobody picked up.
    NoAnswer,
    /// Busy or refused.
    Refused,
    /// No way there, no audio, or the line broke.
    Failed,
    /// The trunks are needed for callers, or too many such calls are under way.
    NoRoom,
}

impl VoiceState {
    /// Whether it is over.
    pub const fn is_over(self) -> bool {
        match self {
            Self::Calling | Self::Talking => false,
            Self::Accepted
            | Self::Declined
            | Self::NoKey
            | Self::NoAnswer
            | Self::Refused
            | Self::Failed
            | Self::NoRoom => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desk_that_sends_no_words_is_understood() {
        assert_eq!(
            serde_json::from_str::<VoiceNotice>(r#"{"notice":"test"}"#).unwrap(),
            VoiceNotice::Test { text: None }
        );
        let old = r#"{"notice":"task","category":"a","priority":"P1","number":"7"}"#;
        let told = serde_json::from_str::<VoiceNotice>(old).unwrap();
        assert_eq!((told.text(), serde_json::to_string(&told).unwrap().as_str()), (None, old));
    }
}
