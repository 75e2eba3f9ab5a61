//! What the trunk role and its journal count: by name, so that the figures can cross the call link, and as
//! Prometheus text.

use std::fmt::Write;

use call_link::journal::JournalStats;
use call_link::link::Figures;
use sip_trunk::StatsSnapshot;

/// Name and help of what only grows.
const COUNTERS: &[(&str, &str)] = &[
    ("trunk_invites_trusted", "INVITEs from trusted trunks"),
    ("trunk_invites_refused", "INVITEs from elsewhere, refused with 403"),
    ("trunk_calls_recorded", "Calls whose arrival is in the journal"),
    ("trunk_calls_resumed", "Calls that went on after a restart"),
    ("trunk_calls_ended", "Calls whose end is in the journal"),
    ("trunk_invites_unreadable", "INVITEs that could not be read"),
    ("trunk_invites_overload", "INVITEs refused with 503 at the hard cap or while draining"),
    ("trunk_invites_merged", "Second copies of one INVITE, 482"),
    ("trunk_messages_duplicate", "Copies of messages seen before"),
    ("trunk_messages_garbage", "Messages that are no SIP"),
    ("trunk_requests_untrusted", "Requests from elsewhere other than INVITE"),
    ("trunk_requests_unknown_method", "Requests with an unknown method, 405"),
    ("trunk_journal_failures", "Facts that the journal did not take"),
    ("trunk_udp_kernel_drops", "Datagrams dropped by the kernel"),
    ("trunk_calls_without_media", "Calls that got no RTP port"),
    ("trunk_legs_unencrypted", "Legs that went on without the encryption that their trunk demands"),
    ("trunk_rtcp_sent", "RTCP reports sent"),
    ("trunk_rtcp_received", "RTCP reports of the other sides"),
    ("trunk_rtcp_foreign", "Packets on RTCP ports from elsewhere, or that are no reports; dropped"),
    ("trunk_rtcp_without_port", "Legs without RTCP, because its port was taken"),
    ("trunk_rtp_expected", "RTP packets that the numbers of the streams to us promised"),
    ("trunk_rtp_lost", "RTP packets to us that did not come"),
    ("trunk_rtp_lost_there", "RTP packets of ours that the other sides missed"),
    ("trunk_rtp_jittery", "Reports of a stream that came unevenly by 40 ms or more"),
    ("trunk_tcp_refused", "TCP connections refused at a limit"),
    ("trunk_tls_refused", "TLS connections without a trunk's certificate"),
    ("trunk_options_failed", "OPTIONS to a trunk's peer without a good answer"),
    ("trunk_test_calls_passed", "Test calls answered, heard and hung up"),
    ("trunk_test_calls_failed", "Test calls that were not"),
    ("trunk_speech_made", "Words for a duty phone that the speech program made"),
    ("trunk_speech_failed", "Words for a duty phone that it did not make; the recorded pieces were said"),
    ("journal_facts_appended", "Facts appended by this process"),
    ("journal_commits", "Syncs of the journal"),
];

/// Name and help of what goes up and down.
const GAUGES: &[(&str, &str)] = &[
    ("trunk_calls_live", "Calls live now"),
    ("trunk_dialogs", "Dialogs that the SIP stack holds"),
    ("trunk_tcp_open", "TCP connections open"),
    ("trunk_peers_up", "Trunk peers that answer OPTIONS"),
    ("trunk_peers_down", "Trunk peers that do not"),
    ("journal_lag", "Facts that the desk has not taken in"),
    ("journal_failed", "1 when the journal does not reach the disk"),
];

/// Everything, by the names above.
pub fn figures(trunk: &StatsSnapshot, journal: &JournalStats) -> Figures {
    let values = [
        ("trunk_invites_trusted", trunk.invites_trusted),
        ("trunk_invites_refused", trunk.invites_refused),
        ("trunk_calls_recorded", trunk.recorded),
        ("trunk_calls_resumed", trunk.resumed),
        ("trunk_calls_ended", trunk.ended),
        ("trunk_invites_unreadable", trunk.unreadable),
        ("trunk_invites_overload", trunk.overload),
        ("trunk_invites_merged", trunk.merged),
        ("trunk_messages_duplicate", trunk.duplicates),
        ("trunk_messages_garbage", trunk.garbage),
        ("trunk_requests_untrusted", trunk.untrusted_requests),
        ("trunk_requests_unknown_method", trunk.unknown_methods),
        ("trunk_journal_failures", trunk.journal_failed),
        ("trunk_udp_kernel_drops", trunk.udp_kernel_drops),
        ("trunk_calls_without_media", trunk.no_media),
        ("trunk_legs_unencrypted", trunk.unencrypted),
        ("trunk_rtcp_sent", trunk.rtcp_sent),
        ("trunk_rtcp_received", trunk.rtcp_received),
        ("trunk_rtcp_foreign", trunk.rtcp_foreign),
        ("trunk_rtcp_without_port", trunk.rtcp_without_port),
        ("trunk_rtp_expected", trunk.rtp_expected),
        ("trunk_rtp_lost", trunk.rtp_lost),
        ("trunk_rtp_lost_there", trunk.rtp_lost_there),
        ("trunk_rtp_jittery", trunk.rtp_jittery),
        ("trunk_tcp_refused", trunk.tcp_refused),
        ("trunk_tls_refused", trunk.tls_refused),
        ("trunk_options_failed", trunk.options_failed),
        ("trunk_test_calls_passed", trunk.test_calls_passed),
        ("trunk_test_calls_failed", trunk.test_calls_failed),
        ("trunk_speech_made", trunk.speech_made),
        ("trunk_speech_failed", trunk.speech_failed),
        ("journal_facts_appended", journal.appended),
        ("journal_commits", journal.commits),
        ("trunk_calls_live", trunk.live_calls),
        ("trunk_dialogs", trunk.dialogs),
        ("trunk_tcp_open", trunk.tcp_open),
        ("trunk_peers_up", trunk.peers_up),
        ("trunk_peers_down", trunk.peers_down),
        ("journal_lag", journal.last_index.saturating_sub(journal.acknowledged)),
        ("journal_failed", u64::from(journal.failed)),
    ];
    Figures(values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The lines. `linked` says whether the trunk, as another process, is there; its last figures stand meanwhile.
pub fn text(figures: &Figures, linked: Option<bool>) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    for (name, help) in COUNTERS {
        let Some(value) = figures.0.get(*name) else { continue };
        let _ = writeln!(
            text,
            "# HELP sigap_{name}_total {help}\n# TYPE sigap_{name}_total counter\nsigap_{name}_total {value}"
        );
    }
    let mut gauge = |name: &str, help: &str, value: u64| {
        let _ = writeln!(text, "# HELP sigap_{name} {help}\n# TYPE sigap_{name} gauge\nsigap_{name} {value}");
    };
    for (name, help) in GAUGES {
        if let Some(value) = figures.0.get(*name) {
            gauge(name, help, *value);
        }
    }
    if let Some(up) = linked {
        gauge("link_up", "1 while the trunk, another process, is there", u64::from(up));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_told_once_with_its_help() {
        let journal = JournalStats { last_index: 9, acknowledged: 4, appended: 3, commits: 2, failed: false };
        let figures = figures(&StatsSnapshot { recorded: 7, ..StatsSnapshot::default() }, &journal);
        let text = text(&figures, Some(false));
        for line in ["sigap_trunk_calls_recorded_total 7", "sigap_journal_lag 5", "sigap_link_up 0"] {
            assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
        }
        let told = text.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(told, figures.0.len() + 1, "a figure has no help, or a help no figure");
    }
}
