//! What an operator decides about the trunk.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::time::Duration;

use dispatch_core::limits::LIVE_CALLS_MAX;
use ipnet::IpNet;

/// The trunk role's settings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrunkConfig {
    /// Where SIP is spoken, UDP and TCP. Port 0 takes one that is free for both.
    pub bind: SocketAddr,
    /// The address that the telco reaches us at, for Contact and session descriptions; without it the local
    /// address towards each peer.
    pub public_address: Option<IpAddr>,
    /// Who may call in. Nobody else.
    pub trunks: Vec<TrunkProfile>,
    /// A caller whom nobody answers for this long is answered with the queue announcement.
    pub queue_answer_after: Duration,
    /// RTP ports; a call takes an even one.
    pub rtp_ports: RangeInclusive<u16>,
    /// Above this number of live calls an INVITE gets 503 and a call-back duty.
    pub live_calls_max: usize,
    /// The round-trip estimate of RFC 3261 section 17; everything else is counted in it.
    pub t1: Duration,
}

impl TrunkConfig {
    /// The usual settings: queue after 6 s, RTP on 20000 to 39998, T1 of 500 ms.
    pub fn new(bind: SocketAddr, trunks: Vec<TrunkProfile>) -> Self {
        Self {
            bind,
            public_address: None,
            trunks,
            queue_answer_after: Duration::from_secs(6),
            rtp_ports: 20_000..=39_998,
            live_calls_max: LIVE_CALLS_MAX,
            t1: Duration::from_millis(500),
        }
    }
}

/// One telco's trunk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrunkProfile {
    /// Its name in calls and reports.
    pub name: String,
    /// The networks that its signalling comes from.
    pub sources: Vec<IpNet>,
    /// Numbers that test the trunk: their calls stay out of the statistics. Exact, in E.164.
    pub test_callers: Vec<String>,
}
