//! Configuration: flags, then `SIGAP_…` environment variables, then `sigap.toml`, then the default.
//!
//! Everything is read and checked before a port is bound, and every mistake is reported at once, by name.

mod channels_table;
mod demo_pair;
mod flags;
mod gateway_table;
mod neighbour_table;
mod read;
mod size;
mod speech_table;
mod tls;
mod toml_file;
mod trunk_table;
mod voice;
mod weekly;

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use agency_channels::Networks;
use dispatch_core::time::Zone;
use sip_trunk::{SpeechProgram, TlsPort, TrunkProfile};

pub use channels_table::{Address, AgencyChannel, Carrier, Gateway};
pub use demo_pair::DemoCentre;
pub use flags::Flags;
pub use neighbour_table::NeighbourCentre;
pub use read::{Mistakes, database_url, read};
pub use voice::Voice;
pub use weekly::WeeklyTime;

/// What the process runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Both halves.
    Serve,
    /// The half that holds live calls.
    Trunk,
    /// The half that holds incidents.
    Desk,
}

/// What the roles need to know. One file may serve both halves: what concerns the other one is checked and left.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where everything that must survive is kept.
    pub data_dir: PathBuf,
    /// Where the console and the API listen. Port 0 picks a free one.
    pub http: SocketAddr,
    /// Where SIP listens, UDP and TCP. Port 0 picks one that is free for both.
    pub sip: SocketAddr,
    /// PostgreSQL, possibly several hosts; the embedded store when absent.
    pub database_url: Option<String>,
    /// Example area, agencies and users of this centre; trusts 127.0.0.0/8 as a trunk. None for real calls.
    pub demo: Option<DemoCentre>,
    /// How the centre calls itself on paper.
    pub centre_name: String,
    /// The government above it, over official documents; may be empty.
    pub centre_government: String,
    /// Where it is and how to reach it, over official documents; may be empty.
    pub centre_address: String,
    /// By which clock the people in the room live.
    pub zone: Zone,
    /// The address that goes into Contact and SDP, when it is not the one the socket has.
    pub public_address: Option<IpAddr>,
    /// Ports for RTP.
    pub rtp_ports: RangeInclusive<u16>,
    /// Browsers' audio and recordings.
    pub voice: Voice,
    /// The socket of the call link, where the halves are two processes.
    pub link: PathBuf,
    /// How long a call rings before the queue announcement answers it.
    pub queue_answer_after: Duration,
    /// Calls held at once; above it an INVITE gets 503.
    pub live_calls_max: usize,
    /// How long a drain waits for live calls at the end.
    pub drain_for: Duration,
    /// How often the head of the supervision log is signed, when it has moved.
    pub checkpoint_every: Duration,
    /// How long a session lasts without a new log-in.
    pub session_hours: u32,
    /// Origins besides our own that a console may be served from.
    pub origins: Vec<String>,
    /// What is logged, in the syntax of `tracing_subscriber::EnvFilter`.
    pub log: String,
    /// Text for people, JSON for machines.
    pub log_format: LogFormat,
    /// Variables that begin like ours and mean nothing to us: a warning at start.
    pub unknown_variables: Vec<String>,
    /// Whom we take calls from.
    pub trunks: Vec<TrunkProfile>,
    /// SIP over TLS; none without it.
    pub tls: Option<TlsPort>,
    /// What notifications go over.
    pub gateways: Vec<Gateway>,
    /// The second channels of agencies, each agency's in the order in which they are tried.
    pub channels: Vec<AgencyChannel>,
    /// The neighbouring centres.
    pub neighbours: Vec<NeighbourCentre>,
    /// Internal networks that they may be sent to.
    pub channel_networks: Networks,
    /// When they are tested each week.
    pub channel_test: Option<WeeklyTime>,
    /// What says tasks to duty phones; recorded pieces without it.
    pub speech: Option<SpeechProgram>,
}

/// How log lines look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}
