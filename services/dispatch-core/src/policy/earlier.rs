//! Which times a running clock goes by, when the rules have changed since it began to run.
//!
//! A clock keeps the time that it began with: what a console showed as "14.32.10" stays so, and a shorter ladder that
//! is approved in the middle of an incident does not climb several rungs at once. The clock after it goes by the rules
//! that hold when it begins.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Rules;
use crate::category::Priority;
use crate::escalation::{Ladder, LadderException};
use crate::ids::AgencyCode;
use crate::limits::RULE_TIME_MAX;
use crate::time::{Seconds, Timestamp};

/// Times that held until they were replaced.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlierClocks {
    /// Until when: what began to run up to this moment goes by them.
    pub until: Timestamp,
    /// As in [`Rules`].
    pub ladders: BTreeMap<Priority, Ladder>,
    /// As in [`Rules`].
    pub ladder_exceptions: Vec<LadderException>,
    /// As in [`Rules`].
    pub en_route_within: BTreeMap<Priority, Seconds>,
    /// As in [`Rules`].
    pub welfare_check_after: Seconds,
}

impl Rules {
    /// The ladder of an assignment of this priority and function that was sent at `sent_at`, as far as it concerns a rung
    /// whose clock began at `begun`. Which hours hold is decided by when it was sent: a night that is over does not
    /// shorten it.
    pub fn ladder(
        &self,
        priority: Priority,
        function: &AgencyCode,
        sent_at: Timestamp,
        begun: Timestamp,
    ) -> Option<&Ladder> {
        let (ladders, exceptions) = match self.clocks_at(begun) {
            Some(earlier) => (&earlier.ladders, &earlier.ladder_exceptions),
            None => (&self.ladders, &self.ladder_exceptions),
        };
        let exception = exceptions.iter().find(|rule| rule.holds(priority, function, sent_at));
        exception.map(|rule| &rule.ladder).or_else(|| ladders.get(&priority))
    }

    /// Within how long an agency that acknowledged at `begun` must be on its way, if there is a limit.
    pub fn en_route_limit(&self, priority: Priority, begun: Timestamp) -> Option<Seconds> {
        let limits = self.clocks_at(begun).map_or(&self.en_route_within, |earlier| &earlier.en_route_within);
        limits.get(&priority).copied()
    }

    /// After how long a crew that was last heard of at `begun` is asked how it is.
    pub fn welfare_limit(&self, begun: Timestamp) -> Seconds {
        self.clocks_at(begun).map_or(self.welfare_check_after, |earlier| earlier.welfare_check_after)
    }

    /// Whether a clock that began at `from` and one that began at `to` go by different times.
    pub fn clocks_changed(&self, from: Timestamp, to: Timestamp) -> bool {
        self.earlier.iter().any(|earlier| from <= earlier.until && earlier.until < to)
    }

    /// The times that held at that moment, when they have been replaced since.
    fn clocks_at(&self, moment: Timestamp) -> Option<&EarlierClocks> {
        self.earlier.iter().find(|earlier| moment <= earlier.until)
    }

    /// Keeps the times of `before`, which these rules replace at `at`, as long as a clock can run by them.
    pub(super) fn remember(&mut self, before: &Self, at: Timestamp) {
        let is_same = self.ladders == before.ladders
            && self.ladder_exceptions == before.ladder_exceptions
            && self.en_route_within == before.en_route_within
            && self.welfare_check_after == before.welfare_check_after;
        if !is_same {
            self.earlier.push(EarlierClocks {
                until: at,
                ladders: before.ladders.clone(),
                ladder_exceptions: before.ladder_exceptions.clone(),
                en_route_within: before.en_route_within.clone(),
                welfare_check_after: before.welfare_check_after,
            });
        }
        self.earlier.retain(|earlier| earlier.until.after(RULE_TIME_MAX) >= at);
    }
}
