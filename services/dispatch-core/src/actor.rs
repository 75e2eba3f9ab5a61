//! Who did it.

use serde::{Deserialize, Serialize};

use crate::ids::{UnitId, UserId};

/// Who caused an event. Written into every leaf of the supervision log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Actor {
    /// A person.
    User(UserId),
    /// The crew of a unit, on the page that its agency gave it a link to.
    Unit(UnitId),
    /// The program itself: a deadline, a courier.
    System,
    /// The trunk role: something happened on the line.
    Trunk,
}

impl Actor {
    /// The person, if it was one.
    pub const fn user(self) -> Option<UserId> {
        match self {
            Self::User(id) => Some(id),
            Self::Unit(_) | Self::System | Self::Trunk => None,
        }
    }

    /// The unit, if it was its crew.
    pub const fn unit(self) -> Option<UnitId> {
        match self {
            Self::Unit(id) => Some(id),
            Self::User(_) | Self::System | Self::Trunk => None,
        }
    }
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Unit(id) => write!(f, "unit:{id}"),
            Self::System => f.write_str("system"),
            Self::Trunk => f.write_str("trunk"),
        }
    }
}
