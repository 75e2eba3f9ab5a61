//! From what a caller says to a category, a type and a priority, as a suggestion with its reasons.

use serde::{Deserialize, Serialize};

use crate::category::{Category, Priority, TypeCode};

/// What a text suggests.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Classification {
    /// Something in it asks for help, or nothing in it says that it does not.
    pub emergency: bool,
    /// The text says too little or contradicts itself; priorities are one level up.
    pub uncertain: bool,
    /// Best first, at most five.
    pub suggestions: Vec<Suggestion>,
}

/// One suggestion.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Suggestion {
    /// The category.
    pub category: Category,
    /// The type, if the text says as much.
    pub kind: Option<TypeCode>,
    /// The priority.
    pub priority: Priority,
    /// How well the text fits, 0 to 1.
    pub score: f32,
    /// Why, in Indonesian, the words of the text quoted.
    pub because: Vec<String>,
}
