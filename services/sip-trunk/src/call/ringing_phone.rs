//! A call-taker's telephone while it rings: the call is theirs already, and nobody is heard before it is picked up.

use std::sync::Arc;

use call_link::order::LineEvent;
use call_media::room::LegId;
use dispatch_core::ids::UserId;

use crate::shared::Core;

/// It rings until this is dropped; consoles are told of both.
pub(super) struct RingingPhone {
    core: Arc<Core>,
    user: UserId,
}

impl RingingPhone {
    /// Says so, when the leg is a call-taker's telephone.
    pub(super) fn of(core: &Arc<Core>, leg: LegId) -> Option<Self> {
        match leg {
            LegId::PhoneSeat(user) => {
                if core.seats.phone_rings(user) {
                    core.line.tell(LineEvent::PhoneRings { user, rings: true });
                }
                Some(Self { core: core.clone(), user })
            }
            LegId::Caller | LegId::Party(_) => None,
        }
    }
}

impl Drop for RingingPhone {
    fn drop(&mut self) {
        if self.core.seats.phone_is_quiet(self.user) {
            self.core.line.tell(LineEvent::PhoneRings { user: self.user, rings: false });
        }
    }
}
