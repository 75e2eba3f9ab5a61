//! How the centre wants its phones to ring.

use serde::{Deserialize, Serialize};

use crate::time::Seconds;

/// The rules of ringing, part of the site's policy.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AcdPolicy {
    /// Whose seat rings first.
    pub order: AcdOrder,
    /// How long one seat rings before the next one does.
    pub ring_s: Seconds,
    /// How long the place of a caller who hung up is kept for a redial.
    pub redial_keep_s: Seconds,
    /// How long a caller waits before the call is offered outside; never when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overflow_after_s: Option<Seconds>,
    /// Where it is offered then: a `sip:` or `tel:` URI of a phone group or the neighbouring centre, never a person's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overflow_target: Option<String>,
    /// Every so many picks at least one is a suspect call, while any waits. A class is never a block.
    pub suspect_every: u32,
    /// After each such span a waiting call counts as one class better.
    pub ageing_s: Seconds,
}

/// Whose seat rings first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AcdOrder {
    /// The seat that had nothing to do for the longest time.
    #[default]
    LongestIdle,
    /// Every free seat at once.
    RingAll,
    /// A seat that speaks the caller's language, then the longest idle.
    Skill,
}

impl Default for AcdPolicy {
    fn default() -> Self {
        Self {
            order: AcdOrder::LongestIdle,
            ring_s: Seconds(15),
            redial_keep_s: Seconds(60),
            overflow_after_s: None,
            overflow_target: None,
            suspect_every: 5,
            ageing_s: Seconds(60),
        }
    }
}

impl AcdPolicy {
    /// Whether every figure is one that a centre can work with.
    pub fn is_sound(&self) -> bool {
        (5..=120).contains(&self.ring_s.0)
            && self.redial_keep_s.0 <= 600
            && self.overflow_after_s.is_none_or(|after| (5..=3_600).contains(&after.0))
            && self.overflow_after_s.is_some() == self.overflow_target.is_some()
            && (1..=100).contains(&self.suspect_every)
            && (1..=3_600).contains(&self.ageing_s.0)
    }
}
