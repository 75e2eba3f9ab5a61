//! What an operator decides about the trunk.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use call_media::plane::MediaConfig;
use dispatch_core::acd::AcdPolicy;
use dispatch_core::limits::LIVE_CALLS_MAX;
use dispatch_core::trunk::TrunkSetup;
use ipnet::IpNet;

use crate::session_timer::INTERVAL_MIN;
use crate::speech::SpeechProgram;

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
    /// Where browsers send their audio, UDP, one socket for all seats. Port 0 takes a free one.
    pub seats: SocketAddr,
    /// The address that browsers are told (the ICE candidate); that of `seats` when absent.
    pub seat_address: Option<IpAddr>,
    /// The folder of the recordings; nothing is recorded without one.
    pub recordings: Option<PathBuf>,
    /// Whose phone rings, until the desk says otherwise.
    pub acd: AcdPolicy,
    /// Above this number of live calls an INVITE gets 503 and a call-back duty.
    pub live_calls_max: usize,
    /// The round-trip estimate of RFC 3261 section 17; everything else is counted in it.
    pub t1: Duration,
    /// SIP over TLS; without it there is none.
    pub tls: Option<TlsPort>,
    /// Session intervals below this are raised, or refused with 422 inside a call (RFC 4028 section 5: 90 s).
    pub session_interval_min: Duration,
    /// How often each peer is asked by OPTIONS whether it is there.
    pub options_every: Duration,
    /// A leg of which nothing is heard for so long is asked whether it is still there.
    pub silent_after: Duration,
    /// A caller who waits and has neither spoken nor pressed a key for so long counts as silent: a sign among others
    /// (`dispatch_core::screening`), never one that refuses anybody.
    pub speechless_after: Duration,
    /// What makes the words for duty phones; without it they are put together from recorded pieces.
    pub speech: Option<SpeechProgram>,
}

impl TrunkConfig {
    /// The usual settings: queue after 6 s, RTP on 20000 to 39998, browsers' audio on a free port, nothing
    /// recorded, T1 of 500 ms.
    pub fn new(bind: SocketAddr, trunks: Vec<TrunkProfile>) -> Self {
        Self {
            bind,
            public_address: None,
            trunks,
            queue_answer_after: Duration::from_secs(6),
            rtp_ports: 20_000..=39_998,
            seats: SocketAddr::new(bind.ip(), 0),
            seat_address: None,
            recordings: None,
            acd: AcdPolicy::default(),
            live_calls_max: LIVE_CALLS_MAX,
            t1: Duration::from_millis(500),
            tls: None,
            session_interval_min: INTERVAL_MIN,
            options_every: Duration::from_secs(30),
            silent_after: MediaConfig::SILENT_AFTER,
            speechless_after: Duration::from_secs(25),
            speech: None,
        }
    }
}

/// One telco's trunk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrunkProfile {
    /// Its name in calls and reports.
    pub name: String,
    /// The networks that its signalling comes from, over UDP and TCP.
    pub sources: Vec<IpNet>,
    /// Numbers that test the trunk: their calls stay out of the statistics. Exact, in E.164.
    pub test_callers: Vec<String>,
    /// How we reach the peer. What it sends us may come over any transport.
    pub transport: TrunkTransport,
    /// `host:port` of the telco's border: asked by OPTIONS whether it is there, and called through.
    pub peer: Option<String>,
    /// Who may come in over TLS for this trunk, by client certificate.
    pub certificate: Option<ClientCertificate>,
    /// Whether its media is encrypted (RFC 4568).
    pub srtp: Srtp,
    /// Calls of this trunk at once that are always taken, whatever the other trunks bring; `None` shares alike.
    pub channels: Option<usize>,
    /// How often a test call runs over it; `None`: never.
    pub test_every: Option<Duration>,
    /// What the test call dials: a number of ours that comes back over the trunk, or the peer's echo.
    pub test_uri: Option<String>,
    /// Whether it transfers calls by REFER (RFC 3515).
    pub refer: bool,
    /// What its callers speak, where that is known: a skill of seats (`mdr`).
    pub language: Option<String>,
}

/// A transport towards a trunk's peer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TrunkTransport {
    /// Datagrams.
    Udp,
    /// A connection that we open.
    Tcp,
    /// The same, encrypted, with our certificate.
    Tls,
}

/// What a trunk demands of its media. A call never fails over it; a wish that was not met is a log line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Srtp {
    /// Plain RTP, offered and answered.
    Off,
    /// Encrypted where the other side offers it.
    Optional,
    /// Offered encrypted; a caller who offers plain RTP is answered in plain RTP.
    Required,
}

/// How a trunk proves over TLS that it is this trunk. The certificate must come from the configured authority too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ClientCertificate {
    /// A DNS name or address among its subject alternative names.
    Name(String),
    /// The SHA-256 of the certificate itself (DER).
    Sha256([u8; 32]),
}

/// The TLS port.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TlsPort {
    /// Where it listens; port 0 takes a free one.
    pub bind: SocketAddr,
    /// Our certificate and its chain, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
    /// Who signs the certificates of the trunks, PEM: for those that come to us and those that we go to.
    pub client_ca: PathBuf,
}

impl TrunkProfile {
    /// The same for people and the log.
    pub fn setup(&self) -> TrunkSetup {
        let transport = match self.transport {
            TrunkTransport::Udp => "udp",
            TrunkTransport::Tcp => "tcp",
            TrunkTransport::Tls => "tls",
        };
        let srtp = match self.srtp {
            Srtp::Off => "off",
            Srtp::Optional => "optional",
            Srtp::Required => "required",
        };
        TrunkSetup {
            name: self.name.clone(),
            sources: self.sources.iter().map(ToString::to_string).collect(),
            transport: transport.to_owned(),
            peer: self.peer.clone(),
            by_certificate: self.certificate.is_some(),
            srtp: srtp.to_owned(),
            channels: self.channels.map(|channels| channels as u64),
            test_every_s: self.test_every.map(|every| every.as_secs()),
            test_callers: self.test_callers.len() as u64,
            refer: self.refer,
            language: self.language.clone(),
        }
    }

    /// A trunk over UDP that is only listened to: no peer, no test calls, no encryption, no REFER.
    pub fn new(name: impl Into<String>, sources: Vec<IpNet>) -> Self {
        Self {
            name: name.into(),
            sources,
            test_callers: Vec::new(),
            transport: TrunkTransport::Udp,
            peer: None,
            certificate: None,
            srtp: Srtp::Off,
            channels: None,
            test_every: None,
            test_uri: None,
            refer: false,
            language: None,
        }
    }
}
