//! How the centre wants its phones to ring.

use std::collections::BTreeMap;

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
    /// Which desk takes calls to which emergency service (RFC 5031, without `urn:service:`), in the skill order: a skill
    /// of seats by service. A service that is not named goes by the one above it.
    pub service_skills: BTreeMap<String, String>,
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
            service_skills: default_service_skills(),
            suspect_every: 5,
            ageing_s: Seconds(60),
        }
    }
}

/// The services that have an agency of their own in every kabupaten.
fn default_service_skills() -> BTreeMap<String, String> {
    let skills = [
        ("sos.police", "polisi"),
        ("sos.fire", "damkar"),
        ("sos.ambulance", "medis"),
        ("sos.marine", "sar"),
        ("sos.mountain", "sar"),
    ];
    skills.into_iter().map(|(service, skill)| (service.to_owned(), skill.to_owned())).collect()
}

/// Whether a text can be a skill: a language code or a category desk.
pub fn is_skill(text: &str) -> bool {
    (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

impl AcdPolicy {
    /// The skill that a call to this Request-URI wants: that of the service that was called, else `language`. Services
    /// go from the particular to the general (RFC 5031 section 4): `sos.police.traffic` is one of `sos.police`.
    pub fn skill_for(&self, request_uri: &str, language: Option<&str>) -> Option<String> {
        let uri = request_uri.to_ascii_lowercase();
        let called = uri.strip_prefix("urn:service:").unwrap_or_default();
        let services = called.match_indices('.').map(|(at, _)| &called[..at]).chain([called]);
        let skill = services.filter_map(|service| self.service_skills.get(service)).next_back();
        skill.cloned().or_else(|| language.map(str::to_owned))
    }

    /// Whether every figure is one that a centre can work with.
    pub fn is_sound(&self) -> bool {
        (5..=120).contains(&self.ring_s.0)
            && self.redial_keep_s.0 <= 600
            && self.overflow_after_s.is_none_or(|after| (5..=3_600).contains(&after.0))
            && self.overflow_after_s.is_some() == self.overflow_target.is_some()
            && (1..=100).contains(&self.suspect_every)
            && (1..=3_600).contains(&self.ageing_s.0)
            && self.service_skills.values().all(|skill| is_skill(skill))
    }
}
