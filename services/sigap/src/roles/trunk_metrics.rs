//! What the trunk role and its journal count, as Prometheus text.

use std::fmt::Write;
use std::sync::Arc;

use call_link::journal::Journal;
use sip_trunk::TrunkStats;

/// Writes the lines as of the moment of each call.
pub fn writer(stats: Arc<TrunkStats>, journal: Journal) -> impl Fn() -> String + Send + Sync + 'static {
    move || {
        let (trunk, journal) = (stats.snapshot(), journal.stats());
        let counters = [
            ("trunk_invites_trusted", "INVITEs from trusted trunks", trunk.invites_trusted),
            ("trunk_invites_refused", "INVITEs from elsewhere, refused with 403", trunk.invites_refused),
            ("trunk_calls_recorded", "Calls whose arrival is in the journal", trunk.recorded),
            ("trunk_calls_resumed", "Calls that went on after a restart", trunk.resumed),
            ("trunk_calls_ended", "Calls whose end is in the journal", trunk.ended),
            ("trunk_invites_unreadable", "INVITEs that could not be read", trunk.unreadable),
            (
                "trunk_invites_overload",
                "INVITEs refused with 503 at the hard cap or while draining",
                trunk.overload,
            ),
            ("trunk_invites_merged", "Second copies of one INVITE, 482", trunk.merged),
            ("trunk_messages_duplicate", "Copies of messages seen before", trunk.duplicates),
            ("trunk_messages_garbage", "Messages that are no SIP", trunk.garbage),
            (
                "trunk_requests_untrusted",
                "Requests from elsewhere other than INVITE",
                trunk.untrusted_requests,
            ),
            ("trunk_requests_unknown_method", "Requests with an unknown method, 405", trunk.unknown_methods),
            ("trunk_journal_failures", "Facts that the journal did not take", trunk.journal_failed),
            ("trunk_udp_kernel_drops", "Datagrams dropped by the kernel", trunk.udp_kernel_drops),
            ("trunk_calls_without_media", "Calls that got no RTP port", trunk.no_media),
            ("trunk_tcp_refused", "TCP connections refused at a limit", trunk.tcp_refused),
            ("journal_facts_appended", "Facts appended by this process", journal.appended),
            ("journal_commits", "Syncs of the journal", journal.commits),
        ];
        let gauges = [
            ("trunk_calls_live", "Calls live now", trunk.live_calls),
            ("trunk_dialogs", "Dialogs that the SIP stack holds", trunk.dialogs),
            ("trunk_tcp_open", "TCP connections open", trunk.tcp_open),
            (
                "journal_lag",
                "Facts that the desk has not taken in",
                journal.last_index.saturating_sub(journal.acknowledged),
            ),
            ("journal_failed", "1 when the journal does not reach the disk", u64::from(journal.failed)),
        ];
        let mut text = String::new();
        for (name, help, value) in counters {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "# HELP sigap_{name}_total {help}\n# TYPE sigap_{name}_total counter\nsigap_{name}_total {value}"
            );
        }
        for (name, help, value) in gauges {
            let _ =
                writeln!(text, "# HELP sigap_{name} {help}\n# TYPE sigap_{name} gauge\nsigap_{name} {value}");
        }
        text
    }
}
