//! Whether a person is on duty, and by what they hear calls.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::UserId;
use crate::limits::SKILLS_PER_DUTY_MAX;
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
    /// What they speak and know, for ringing by skill: language codes (`id`, `en`, `mdr`) and category desks.
    #[serde(default)]
    pub skills: BTreeSet<String>,
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
        /// What they speak and know.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        skills: BTreeSet<String>,
    },
}

/// A wish to change one's duty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SetDuty {
    /// The state wished for.
    pub state: DutyState,
    /// The audio; the present one stays when absent.
    pub audio: Option<Audio>,
    /// What they speak and know; the present skills stay when absent. Cut off at [`SKILLS_PER_DUTY_MAX`].
    pub skills: Option<BTreeSet<String>>,
}

/// What follows from the wish: nothing when it is so already.
pub fn decide(duty: Option<&Duty>, wish: SetDuty) -> Vec<DutyEvent> {
    let present = duty.map(|d| d.audio.clone()).unwrap_or_default();
    let audio = wish.audio.unwrap_or(present);
    let known = duty.map(|d| d.skills.clone()).unwrap_or_default();
    let skills: BTreeSet<String> =
        wish.skills.unwrap_or(known).into_iter().take(SKILLS_PER_DUTY_MAX).collect();
    let same = duty.is_some_and(|d| d.state == wish.state && d.audio == audio && d.skills == skills);
    if same { vec![] } else { vec![DutyEvent::DutyChanged { state: wish.state, audio, skills }] }
}

/// The duty after an event.
pub fn apply(user: UserId, event: &DutyEvent, at: Timestamp) -> Duty {
    match event {
        DutyEvent::DutyChanged { state, audio, skills } => {
            Duty { user, state: *state, audio: audio.clone(), skills: skills.clone(), since: at }
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
        let ready = || SetDuty { state: DutyState::Ready, audio: None, skills: None };
        let events = decide(None, ready());
        assert_eq!(events.len(), 1);
        let duty = apply(user, &events[0], now);
        assert!(decide(Some(&duty), ready()).is_empty());
        let phone = Audio::Phone { uri: "sip:21@10.0.0.9".into() };
        let by_phone = SetDuty { state: DutyState::Ready, audio: Some(phone), skills: None };
        assert_eq!(decide(Some(&duty), by_phone).len(), 1);
    }

    #[test]
    fn skills_stay_until_they_are_set_anew_and_are_bounded() {
        let user = UserId(uuid::Uuid::nil());
        let now = Timestamp::from_micros(1);
        let skills: BTreeSet<String> = (0..100).map(|n| format!("s{n:03}")).collect();
        let wish = SetDuty { state: DutyState::Ready, audio: None, skills: Some(skills) };
        let duty = apply(user, &decide(None, wish)[0], now);
        assert_eq!(duty.skills.len(), SKILLS_PER_DUTY_MAX);
        let pause = SetDuty { state: DutyState::Paused, audio: None, skills: None };
        let paused = apply(user, &decide(Some(&duty), pause)[0], now);
        assert_eq!((paused.state, paused.skills), (DutyState::Paused, duty.skills));
        let old: DutyEvent =
            serde_json::from_str(r#"{"kind":"duty_changed","state":"ready","audio":{"kind":"browser"}}"#)
                .unwrap();
        assert!(apply(user, &old, now).skills.is_empty());
    }
}
