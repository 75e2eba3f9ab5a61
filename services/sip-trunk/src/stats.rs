//! What the trunk counts. Each figure is read by metrics and by the supervisor's wallboard.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// Counters since the start of the process.
        #[derive(Debug, Default)]
        pub struct TrunkStats {
            $($(#[$doc])* pub(crate) $name: AtomicU64,)+
        }

        /// The counters at one moment.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
        pub struct StatsSnapshot {
            $($(#[$doc])* pub $name: u64,)+
        }

        impl TrunkStats {
            /// All counters now.
            pub fn snapshot(&self) -> StatsSnapshot {
                StatsSnapshot { $($name: self.$name.load(Ordering::Relaxed),)+ }
            }
        }
    };
}

counters! {
    /// New INVITEs from trusted trunks, retransmissions not counted.
    invites_trusted,
    /// INVITEs from elsewhere; each got 403.
    invites_refused,
    /// Calls whose arrival is in the journal.
    recorded,
    /// Calls of an earlier process that went on when their INVITE came again.
    resumed,
    /// Calls whose end is in the journal.
    ended,
    /// INVITEs that could not be read; recorded and answered 400.
    unreadable,
    /// INVITEs refused with 503 at the hard cap or while draining; recorded.
    overload,
    /// Second copies of one INVITE over another path (482).
    merged,
    /// Messages that are a copy of one seen before and were not passed on.
    duplicates,
    /// Bytes on the port that are no SIP at all, in messages.
    garbage,
    /// Requests from untrusted sources other than INVITE.
    untrusted_requests,
    /// Requests with a method that we do not know (405).
    unknown_methods,
    /// Facts that the journal did not take.
    journal_failed,
    /// Datagrams that the kernel dropped because the receive buffer was full.
    udp_kernel_drops,
    /// Calls that could not be given an RTP port.
    no_media,
    /// TCP connections refused because of a limit.
    tcp_refused,
    /// TCP connections open now.
    tcp_open,
    /// TLS connections without a certificate of one of our trunks.
    tls_refused,
    /// Legs over a trunk that demands encrypted audio whose other side has none; they go on.
    unencrypted,
    /// OPTIONS to a trunk's peer that got no answer, or the answer that it takes no calls.
    options_failed,
    /// Test calls over a trunk that were answered, heard and hung up.
    test_calls_passed,
    /// Test calls over a trunk that were not.
    test_calls_failed,
    /// Words for a duty phone that the speech program made.
    speech_made,
    /// Words for a duty phone that it did not make, so that the recorded pieces were said.
    speech_failed,
    /// Trunk peers that answer OPTIONS now.
    peers_up,
    /// Trunk peers that do not.
    peers_down,
    /// Reports (RTCP) sent to the other sides of legs.
    rtcp_sent,
    /// Reports of the other sides.
    rtcp_received,
    /// Packets on report ports from elsewhere, or that are no reports.
    rtcp_foreign,
    /// Legs whose report port was taken.
    rtcp_without_port,
    /// Packets of sound that the numbers of the streams to us promised.
    rtp_expected,
    /// Of them did not come.
    rtp_lost,
    /// Packets of ours that the other sides missed.
    rtp_lost_there,
    /// Reports, ours or the other sides', of a stream that came unevenly by 40 ms or more.
    rtp_jittery,
    /// Calls live now.
    live_calls,
    /// Dialogs that the SIP stack holds now.
    dialogs,
}

pub(crate) fn count(counter: &AtomicU64) -> u64 {
    counter.fetch_add(1, Ordering::Relaxed) + 1
}

/// The kernel's count of datagrams dropped at the IPv4 and IPv6 sockets of `port` (`/proc/net/udp`, last column).
pub(crate) fn kernel_drops(port: u16) -> u64 {
    ["/proc/net/udp", "/proc/net/udp6"]
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .map(|table| drops_in(&table, port))
        .sum()
}

fn drops_in(table: &str, port: u16) -> u64 {
    let suffix = format!(":{port:04X}");
    table
        .lines()
        .skip(1)
        .filter(|line| line.split_ascii_whitespace().nth(1).is_some_and(|local| local.ends_with(&suffix)))
        .filter_map(|line| line.split_ascii_whitespace().last()?.parse::<u64>().ok())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drops_of_our_port_are_found() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n\
            7: 0100007F:13C4 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 123 2 0000000000000000 42\n\
            8: 0100007F:13C5 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 124 2 0000000000000000 7\n";
        assert_eq!((drops_in(table, 5060), drops_in(table, 5061), drops_in(table, 1)), (42, 7, 0));
    }
}
