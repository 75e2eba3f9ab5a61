//! Identifiers: one type per thing, so that an agency's id never stands where a user's is meant.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::time::Timestamp;

macro_rules! make_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

make_id! {
    /// One INVITE that reached us. Made by the trunk role (UUIDv7) before anything that may fail.
    CallId
}
make_id! {
    /// One incident: something that happened somewhere and needs agencies.
    IncidentId
}
make_id! {
    /// One agency on one incident.
    AssignmentId
}
make_id! {
    /// An agency: a Perangkat Daerah or another government body (Polres, Basarnas, PLN …).
    AgencyId
}
make_id! {
    /// A person who logs in.
    UserId
}
make_id! {
    /// A third party on a call: an agency, the neighbouring centre, a phone group.
    PartyId
}
make_id! {
    /// A sealed report of an incident that was given out.
    ReportId
}
make_id! {
    /// A field unit of an agency.
    UnitId
}
make_id! {
    /// A person of a duty roster: whom to ring, with an account or without one.
    RosterPersonId
}
make_id! {
    /// One shift of a duty roster.
    ShiftId
}
make_id! {
    /// A wish to let another person take a shift.
    SwapId
}
make_id! {
    /// Something that is no emergency and was handed on to another service.
    ReferralId
}
make_id! {
    /// One offer of an incident to a neighbouring centre, the same in both.
    TransferId
}
make_id! {
    /// One hand-over of a shift.
    ShiftHandoverId
}
make_id! {
    /// A change of a question card that waits for a second person.
    CardDraftId
}
make_id! {
    /// Paper forms that were printed together.
    FormBatchId
}
make_id! {
    /// One switching of the disaster mode.
    DisasterId
}
make_id! {
    /// One word to agencies.
    BroadcastId
}
make_id! {
    /// A change of the rules that waits for a second person.
    RulesDraftId
}

impl AssignmentId {
    /// The id of the `ordinal`-th assignment of an incident, made at `now`.
    ///
    /// Deciding draws no random numbers (architecture invariant), so the 62 random bits of the incident's
    /// own UUIDv7 are carried over and moved on by the ordinal. The result is a well-formed UUIDv7
    /// (RFC 9562 section 5.7), unique within the incident and, because incident ids are, outside it.
    pub fn nth(incident: IncidentId, ordinal: u32, now: Timestamp) -> Self {
        /// 2^62 divided by the golden ratio, made odd: consecutive ordinals land far apart.
        const STEP: u64 = 0x278D_DE6E_5FD2_9F05;
        let (_, low) = incident.0.as_u64_pair();
        let random = (low & 0x3FFF_FFFF_FFFF_FFFF).wrapping_add(STEP.wrapping_mul(u64::from(ordinal) + 1));
        let millis = u64::try_from(now.as_micros() / 1000).unwrap_or(0) & 0xFFFF_FFFF_FFFF;
        let high = (millis << 16) | 0x7000 | u64::from(ordinal & 0x0FFF);
        Self(Uuid::from_u64_pair(high, (random & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000))
    }
}

impl TransferId {
    /// The id of the `ordinal`-th offer of an incident, made at `now`: as [`AssignmentId::nth`], counted from the other
    /// end, so that no assignment has it. The receiving centre makes it the id of its own incident.
    pub fn nth(incident: IncidentId, ordinal: u32, now: Timestamp) -> Self {
        Self(AssignmentId::nth(incident, u32::MAX - ordinal, now).0)
    }
}

/// The short, stable code of an agency function, for example `damkar` or `polres`.
///
/// Routing names functions, not bodies: which body fills a function is configuration.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AgencyCode(pub String);

impl AgencyCode {
    /// Makes a code from text that is known to be one.
    pub fn new(code: impl Into<String>) -> Self {
        Self(code.into())
    }
}

impl std::fmt::Display for AgencyCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A Kemendagri area code, `PP.KK`, `PP.KK.CC` or `PP.KK.CC.VVVV` (for example `19.03.01`).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AreaCode(pub String);

impl AreaCode {
    /// Whether it names the area `other` or one within it.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.strip_prefix(&other.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

impl std::fmt::Display for AreaCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn assignment_ids_are_distinct_version_7_ids() {
        let incident = IncidentId(Uuid::from_u64_pair(0x0193_5A00_0000_7ABC, 0x8123_4567_89AB_CDEF));
        let now = Timestamp::from_micros(1_790_000_000_000_000);
        let ids: BTreeSet<_> = (0..10_000).map(|n| AssignmentId::nth(incident, n, now)).collect();
        assert_eq!(ids.len(), 10_000);
        for id in ids {
            assert_eq!(id.0.get_version_num(), 7);
            assert_eq!(id.0.get_variant(), uuid::Variant::RFC4122);
        }
    }
}
