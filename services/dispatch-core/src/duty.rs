//! Whether a person is on duty, and by what they hear calls.

use serde::{Deserialize, Serialize};

use crate::ids::UserId;
use crate::time::Timestamp;

/// A person's duty.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Duty {
    /// Who.
    pub user: UserId,
    /// Ready, paused or off.
    pub state: DutyState,
    /// By what they hear calls.
    pub audio: Audio,
    /// Since when.
    pub since: Timestamp,
}

/// Whether calls are offered to a person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DutyState {
    /// Takes calls.
    Ready,
    /// On shift, takes none at present.
    Paused,
    /// Not on shift.
    Off,
}

/// By what a person hears calls.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Audio {
    /// The browser.
    #[default]
    Browser,
    /// A telephone.
    Phone {
        /// Its `sip:` URI.
        uri: String,
    },
}

/// Something that happened to a person's duty.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DutyEvent {
    /// It changed.
    DutyChanged {
        /// To what.
        state: DutyState,
        /// By what they hear calls.
        audio: Audio,
    },
}

/// A wish to change one's duty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SetDuty {
    /// The state wished for.
    pub state: DutyState,
    /// The audio; the present one stays when absent.
    pub audio: Option<Audio>,
}

/// What follows from the wish: nothing when it is so already.
pub fn decide(duty: Option<&Duty>, wish: SetDuty) -> Vec<DutyEvent> {
    let present = duty.map(|d| d.audio.clone()).unwrap_or_default();
    let audio = wish.audio.unwrap_or(present);
    let same = duty.is_some_and(|d| d.state == wish.state && d.audio == audio);
    if same { vec![] } else { vec![DutyEvent::DutyChanged { state: wish.state, audio }] }
}

/// The duty after an event.
pub fn apply(user: UserId, event: &DutyEvent, at: Timestamp) -> Duty {
    match event {
        DutyEvent::DutyChanged { state, audio } => {
            Duty { user, state: *state, audio: audio.clone(), since: at }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_wish_twice_changes_nothing() {
        let user = UserId(uuid::Uuid::nil());
        let now = Timestamp::from_micros(1);
        let ready = || SetDuty { state: DutyState::Ready, audio: None };
        let events = decide(None, ready());
        assert_eq!(events.len(), 1);
        let duty = apply(user, &events[0], now);
        assert!(decide(Some(&duty), ready()).is_empty());
        let phone = Audio::Phone { uri: "sip:21@10.0.0.9".into() };
        assert_eq!(decide(Some(&duty), SetDuty { state: DutyState::Ready, audio: Some(phone) }).len(), 1);
    }
}
