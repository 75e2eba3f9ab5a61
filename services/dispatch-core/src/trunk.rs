//! How a telco's trunk is configured, as people and the log are told. The configuration itself is a file of the trunk role: it has to
//! work when the store is away.

use serde::{Deserialize, Serialize};

/// One trunk as it is configured. Nothing in it is secret.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TrunkSetup {
    /// Its name in calls and reports.
    pub name: String,
    /// The networks that its signalling comes from.
    pub sources: Vec<String>,
    /// How its peer is reached: `udp`, `tcp` or `tls`.
    pub transport: String,
    /// `host:port` of the telco's border, when there is one that can be asked and called through.
    pub peer: Option<String>,
    /// Whether it proves itself by a client certificate.
    pub by_certificate: bool,
    /// Encryption of its media: `off`, `optional` or `required`.
    pub srtp: String,
    /// Calls at once that are always taken; none shares alike.
    pub channels: Option<u64>,
    /// Seconds between test calls; none when it is never tested.
    pub test_every_s: Option<u64>,
    /// How many numbers test it: their calls stay out of the figures.
    pub test_callers: u64,
    /// Whether it transfers calls by REFER (RFC 3515).
    pub refer: bool,
    /// What its callers speak, where that is known.
    pub language: Option<String>,
}
