//! Which agency is reached by which channels.

use std::collections::BTreeMap;
use std::sync::Arc;

use dispatch_core::escalation::Step;
use dispatch_core::ids::AgencyCode;
use tokio::sync::Semaphore;

use crate::config::{Address, AgencyChannel, Carrier, Gateway};

/// One channel of an agency with its gateway.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// Whose.
    pub(super) agency: AgencyCode,
    /// Its place among the agency's, from 0: part of every notification's id.
    pub(super) place: u32,
    /// To whom it goes.
    pub(super) to: Address,
    /// For which rungs; for all when empty.
    steps: Vec<Step>,
    /// Whether tests use it.
    pub(super) tested: bool,
    /// What it goes over.
    pub(super) gateway: Arc<Gateway>,
    /// Places of that gateway.
    pub(super) room: Arc<Semaphore>,
}

impl Way {
    /// The channel's name in the log.
    pub(super) fn channel(&self) -> &'static str {
        self.gateway.carrier.name()
    }

    fn serves(&self, step: Step) -> bool {
        self.steps.is_empty() || self.steps.contains(&step)
    }
}

/// All of them.
#[derive(Debug)]
pub(super) struct ChannelBook {
    gateways: BTreeMap<String, Arc<Gateway>>,
    ways: BTreeMap<AgencyCode, Vec<Way>>,
}

impl ChannelBook {
    pub(super) fn new(gateways: &[Gateway], channels: &[AgencyChannel]) -> Self {
        let gateways: BTreeMap<String, Arc<Gateway>> =
            gateways.iter().map(|gateway| (gateway.name.clone(), Arc::new(gateway.clone()))).collect();
        let room: BTreeMap<&str, Arc<Semaphore>> = gateways
            .iter()
            .map(|(name, gateway)| (name.as_str(), Arc::new(Semaphore::new(gateway.at_once))))
            .collect();
        let mut ways: BTreeMap<AgencyCode, Vec<Way>> = BTreeMap::new();
        for channel in channels {
            let name = channel.gateway.as_str();
            let (Some(gateway), Some(room)) = (gateways.get(name), room.get(name)) else { continue };
            let own = ways.entry(channel.agency.clone()).or_default();
            let is_siren = gateway.carrier.name() == "siren";
            own.push(Way {
                agency: channel.agency.clone(),
                place: u32::try_from(own.len()).unwrap_or(u32::MAX),
                to: channel.to.clone(),
                steps: channel.steps.clone(),
                tested: channel.tested.unwrap_or(!is_siren),
                gateway: Arc::clone(gateway),
                room: Arc::clone(room),
            });
        }
        Self { gateways, ways }
    }

    /// The channels of an agency, in their order.
    pub(super) fn ways(&self, agency: &AgencyCode) -> impl Iterator<Item = &Way> {
        self.ways.get(agency).into_iter().flatten()
    }

    /// Those that serve a rung.
    pub(super) fn ways_for(&self, agency: &AgencyCode, step: Step) -> Vec<&Way> {
        self.ways(agency).filter(|way| way.serves(step)).collect()
    }

    /// Every agency that has channels.
    pub(super) fn agencies(&self) -> impl Iterator<Item = (&AgencyCode, &[Way])> {
        self.ways.iter().map(|(agency, ways)| (agency, ways.as_slice()))
    }

    /// A gateway by its name.
    pub(super) fn gateway(&self, name: &str) -> Option<&Arc<Gateway>> {
        self.gateways.get(name)
    }
}

/// A carrier over HTTP or SMTP; none for a call.
pub(super) const fn net(carrier: &Carrier) -> Option<&agency_channels::Channel> {
    match carrier {
        Carrier::Net(channel) => Some(channel),
        Carrier::Voice => None,
    }
}
