//! The codes by which cards, questions, answers and instructions are known.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// A code from text that is known to be one.
            pub fn new(code: impl Into<String>) -> Self {
                Self(code.into())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

codes! {
    /// Names a card.
    CardCode;
    /// Names a question within its card.
    QuestionCode;
    /// Names an answer within its question.
    AnswerCode;
    /// Names an instruction.
    InstructionCode;
}
