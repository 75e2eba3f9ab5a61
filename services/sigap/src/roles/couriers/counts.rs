//! Figures of the couriers: by kind of channel and by what came of it, and when each channel was used last. No address is
//! in them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dispatch_core::ids::AgencyCode;
use dispatch_core::incident::ChannelState;
use dispatch_core::time::Timestamp;

use super::book::Way;

/// What came of tries since the program started.
#[derive(Debug, Default)]
pub(super) struct Counts(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    tries: BTreeMap<(String, &'static str), u64>,
    last: BTreeMap<(AgencyCode, String, u32), (Timestamp, ChannelState)>,
}

impl Counts {
    /// One more try of a channel.
    pub(super) fn add(&self, way: &Way, agency: &AgencyCode, at: Timestamp, state: ChannelState) {
        let outcome = match state {
            ChannelState::Accepted => "accepted",
            ChannelState::Failed => "failed",
            ChannelState::Delivered => "delivered",
        };
        self.count(way.channel(), outcome);
        let key = (agency.clone(), way.gateway.name.clone(), way.place);
        self.lock().last.insert(key, (at, state));
    }

    /// One more outcome over a kind of channel.
    pub(super) fn count(&self, channel: &str, outcome: &'static str) {
        *self.lock().tries.entry((channel.to_owned(), outcome)).or_default() += 1;
    }

    /// When a channel was used last, and what came of it.
    pub(super) fn last(
        &self,
        gateway: &str,
        agency: &AgencyCode,
        place: u32,
    ) -> Option<(Timestamp, ChannelState)> {
        self.lock().last.get(&(agency.clone(), gateway.to_owned(), place)).copied()
    }

    /// As Prometheus text.
    pub(super) fn text(&self) -> String {
        let mut text = String::from(
            "# HELP sigap_channel_tries_total Notifications over second channels by what came of each try\n\
             # TYPE sigap_channel_tries_total counter\n",
        );
        for ((channel, outcome), count) in &self.lock().tries {
            // Writing into a String cannot fail.
            let _ = writeln!(
                text,
                "sigap_channel_tries_total{{channel=\"{channel}\",outcome=\"{outcome}\"}} {count}"
            );
        }
        text
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_counted_by_channel_and_outcome() {
        let counts = Counts::default();
        counts.count("sms", "accepted");
        counts.count("sms", "accepted");
        counts.count("voice", "failed");
        let text = counts.text();
        assert!(
            text.contains("sigap_channel_tries_total{channel=\"sms\",outcome=\"accepted\"} 2\n"),
            "{text}"
        );
        assert!(
            text.contains("sigap_channel_tries_total{channel=\"voice\",outcome=\"failed\"} 1\n"),
            "{text}"
        );
    }
}
