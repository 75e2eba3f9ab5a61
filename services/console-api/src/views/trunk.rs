//! Trunks with how they are configured.

use dispatch_core::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::figures::TrunkTest;
use crate::floor::FloorNow;
use crate::wire::Time;

/// All trunks.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TrunkList {
    /// Whether the telephone part answers.
    pub answers: bool,
    /// Since when they are configured as they are; null while that was not noted yet.
    pub configured_at: Option<Time>,
    /// The trunks, the best way out first.
    pub trunks: Vec<Trunk>,
}

/// One trunk.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Trunk {
    /// Its name.
    pub name: String,
    /// Whether its other end answers; null while nobody has asked it.
    pub up: Option<bool>,
    /// Since when.
    pub since: Option<Time>,
    /// The last test call; null when there was none.
    pub last_test: Option<TrunkTest>,
    /// Test calls that passed since the telephone part was started.
    pub tests_passed: u64,
    /// Test calls that did not.
    pub tests_failed: u64,
    /// How it is configured; null from a telephone part that does not tell.
    pub setup: Option<TrunkSetup>,
}

/// How a trunk is configured.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TrunkSetup {
    /// The networks that its signalling comes from.
    pub sources: Vec<String>,
    /// How its peer is reached: `udp`, `tcp` or `tls`.
    pub transport: String,
    /// `host:port` of the telco's border.
    pub peer: Option<String>,
    /// Whether it proves itself by a client certificate.
    pub by_certificate: bool,
    /// Encryption of its media: `off`, `optional` or `required`.
    pub srtp: String,
    /// Calls at once that are always taken; null shares alike.
    pub channels: Option<u64>,
    /// Seconds between test calls; null when it is never tested.
    pub test_every_s: Option<u64>,
    /// How many numbers test it.
    pub test_callers: u64,
    /// Whether it transfers calls by REFER.
    pub refer: bool,
    /// What its callers speak, where that is known.
    pub language: Option<String>,
}

impl TrunkList {
    /// The trunks as of now.
    pub fn of(floor: &FloorNow, configured_at: Option<Timestamp>) -> Self {
        let trunk = |now: &call_link::order::TrunkNow| Trunk {
            name: now.name.clone(),
            up: now.up,
            since: now.since.map(Time),
            last_test: now.last_test.as_ref().map(TrunkTest::of),
            tests_passed: now.tests[0],
            tests_failed: now.tests[1],
            setup: now.setup.clone().map(TrunkSetup::of),
        };
        Self {
            answers: floor.answers(),
            configured_at: configured_at.map(Time),
            trunks: floor.trunks.iter().map(trunk).collect(),
        }
    }
}

impl TrunkSetup {
    fn of(setup: dispatch_core::trunk::TrunkSetup) -> Self {
        Self {
            sources: setup.sources,
            transport: setup.transport,
            peer: setup.peer,
            by_certificate: setup.by_certificate,
            srtp: setup.srtp,
            channels: setup.channels,
            test_every_s: setup.test_every_s,
            test_callers: setup.test_callers,
            refer: setup.refer,
            language: setup.language,
        }
    }
}
