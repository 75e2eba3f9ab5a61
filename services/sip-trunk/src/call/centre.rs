//! Who of the centre is on a call, and at whose seats it rings.

use std::collections::{BTreeMap, BTreeSet};

use call_link::order::LiveState;
use dispatch_core::call::fact::SuperviseMode;
use dispatch_core::ids::UserId;
use serde::{Deserialize, Serialize};

/// In whose hands a call is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Hand {
    /// Nobody has answered.
    #[default]
    Nobody,
    /// A call-taker has it.
    With(UserId),
    /// The call-taker left it to the others on it.
    Left(UserId),
    /// It waits again: the call-taker's audio died, or the others have gone too.
    Again,
}

impl Hand {
    /// The call-taker who has it.
    pub(crate) const fn talker(self) -> Option<UserId> {
        match self {
            Self::With(user) => Some(user),
            Self::Nobody | Self::Left(_) | Self::Again => None,
        }
    }
}

/// The centre's side of a call.
#[derive(Debug, Default)]
pub(super) struct Centre {
    pub(super) hand: Hand,
    /// The caller hears music.
    pub(super) held: bool,
    /// Whose audio died a moment ago: when it is back and nobody has the call, it is theirs again.
    pub(super) may_come_back: Option<UserId>,
    /// It rang at a seat.
    pub(super) had_turn: bool,
    /// Where it rings.
    pub(super) offers: BTreeSet<UserId>,
    pub(super) supervisors: BTreeMap<UserId, SuperviseMode>,
}

impl Centre {
    /// The call-taker who has it.
    pub(super) const fn talker(&self) -> Option<UserId> {
        self.hand.talker()
    }

    /// Whether the caller waits for a call-taker.
    pub(super) const fn waits(&self) -> bool {
        match self.hand {
            Hand::Nobody | Hand::Again => true,
            Hand::With(_) | Hand::Left(_) => false,
        }
    }

    /// Who stands in the way of an answer.
    pub(super) const fn holder(&self) -> Option<UserId> {
        match self.hand {
            Hand::With(user) | Hand::Left(user) => Some(user),
            Hand::Nobody | Hand::Again => None,
        }
    }

    /// Where the call stands. `answered`: our 200 is out; `bridged`: a third party talks with the caller.
    pub(super) fn state(&self, answered: bool, bridged: bool) -> LiveState {
        match self.hand {
            Hand::With(_) if self.held => LiveState::Held,
            Hand::With(_) | Hand::Left(_) => LiveState::Connected,
            Hand::Nobody | Hand::Again if bridged => LiveState::Connected,
            Hand::Nobody | Hand::Again if !self.offers.is_empty() => LiveState::Offered,
            Hand::Nobody | Hand::Again if answered => LiveState::Queued,
            Hand::Nobody | Hand::Again => LiveState::Ringing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_follows_from_who_is_there() {
        let user = UserId(uuid::Uuid::from_u64_pair(1, 1));
        let mut centre = Centre::default();
        assert_eq!(
            (centre.state(false, false), centre.state(true, false)),
            (LiveState::Ringing, LiveState::Queued)
        );
        assert_eq!(centre.state(true, true), LiveState::Connected);
        centre.offers.insert(user);
        assert_eq!(centre.state(false, false), LiveState::Offered);
        centre.hand = Hand::With(user);
        assert_eq!(
            (centre.state(true, false), centre.talker(), centre.waits()),
            (LiveState::Connected, Some(user), false)
        );
        centre.held = true;
        assert_eq!(centre.state(true, false), LiveState::Held);
        centre.hand = Hand::Left(user);
        assert_eq!((centre.state(true, true), centre.holder()), (LiveState::Connected, Some(user)));
        centre.hand = Hand::Again;
        centre.offers.clear();
        assert_eq!((centre.state(true, false), centre.waits()), (LiveState::Queued, true));
    }
}
