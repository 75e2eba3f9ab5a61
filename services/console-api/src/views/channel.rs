//! Channels of agencies and their tests.

use std::collections::BTreeMap;

use dispatch_core::ids::AgencyCode;
use dispatch_core::incident;
use dispatch_core::site;
use serde::Serialize;
use utoipa::ToSchema;

use super::Named;
use crate::channels::ChannelLine;
use crate::names::Names;
use crate::wire::{ChannelState, Time};

/// The channels of every agency, and the tests of late.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Channels {
    /// Every channel, in the order in which it is tried.
    pub channels: Vec<ChannelNow>,
    /// Agencies that can be sent a task and have no channel besides their console.
    pub without: Vec<String>,
    /// Tests of late, the newest first.
    pub tests: Vec<ChannelTest>,
}

/// One channel of an agency.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChannelNow {
    /// The agency's code.
    pub agency: String,
    /// Its name.
    pub agency_name: String,
    /// Its place among the agency's, from 0.
    pub place: u32,
    /// What kind it is.
    pub channel: String,
    /// The gateway that it goes over.
    pub gateway: String,
    /// Whether tests use it.
    pub tested: bool,
    /// When it was used last since the program started.
    pub last_used_at: Option<Time>,
    /// What came of that.
    pub last_used: Option<ChannelState>,
    /// Its last test.
    pub last_test: Option<ChannelTest>,
    /// Whether that failed: it stays so until one succeeds.
    pub failing: bool,
}

/// A test of a channel.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChannelTest {
    /// Its id.
    pub id: String,
    /// The agency's code.
    pub agency: String,
    /// The agency's name.
    pub agency_name: String,
    /// The channel's place among the agency's.
    pub place: u32,
    /// What kind of channel.
    pub channel: String,
    /// The gateway.
    pub gateway: String,
    /// How far it came.
    pub state: ChannelState,
    /// Whether a person answered it.
    pub confirmed: bool,
    /// The result in one word or status code.
    pub result: String,
    /// Who asked for it; null for the one of the week.
    pub asked_by: Option<Named>,
    /// When it began.
    pub asked_at: Time,
    /// When it came so far.
    pub at: Time,
}

impl Channels {
    /// The channels with the newest test of each; `tests` begin with the newest.
    pub fn of(lines: &[ChannelLine], tests: &[site::ChannelTest], names: &Names) -> Self {
        let agencies = &names.policy().directory.agencies;
        let by_code: BTreeMap<&AgencyCode, &str> =
            agencies.values().map(|entry| (&entry.code, entry.name.as_str())).collect();
        let name =
            |code: &AgencyCode| by_code.get(code).map_or_else(|| code.to_string(), |n| (*n).to_owned());
        let test = |test: &site::ChannelTest| ChannelTest {
            id: test.id.clone(),
            agency: test.agency.to_string(),
            agency_name: name(&test.agency),
            place: test.place,
            channel: test.channel.clone(),
            gateway: test.gateway.clone(),
            state: test.state.into(),
            confirmed: test.confirmed,
            result: test.result.clone(),
            asked_by: test.asked_by.map(|user| Named::of(user, names)),
            asked_at: test.asked_at.into(),
            at: test.at.into(),
        };
        let line = |line: &ChannelLine| {
            let is_own = |test: &&site::ChannelTest| {
                (&test.agency, test.place, test.gateway.as_str())
                    == (&line.agency, line.place, line.gateway.as_str())
            };
            let last = tests.iter().find(is_own);
            ChannelNow {
                agency: line.agency.to_string(),
                agency_name: name(&line.agency),
                place: line.place,
                channel: line.channel.to_owned(),
                gateway: line.gateway.clone(),
                tested: line.tested,
                last_used_at: line.last.map(|(at, _)| at.into()),
                last_used: line.last.map(|(_, state)| state.into()),
                failing: last.is_some_and(|test| test.state == incident::ChannelState::Failed),
                last_test: last.map(test),
            }
        };
        let has_none = |code: &AgencyCode| !lines.iter().any(|line| line.agency == *code);
        let without = agencies.values().filter(|entry| entry.active && has_none(&entry.code));
        Self {
            channels: lines.iter().map(line).collect(),
            without: without.map(|entry| entry.name.clone()).collect(),
            tests: tests.iter().map(test).collect(),
        }
    }
}
