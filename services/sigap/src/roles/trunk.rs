//! The half that holds live calls: SIP, media, recording, journal. `sigap trunk` runs it alone, so that it is
//! restarted rarely and never waits for a database; `sigap serve` runs it beside the desk.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use call_link::journal::Journal;
use call_link::link::{FactSource, Figures, LinkServed, TrunkEnd};
use call_link::order::{CallOrders, LineEvents};
use dispatch_core::time::Clock;
use sip_trunk::{Trunk, TrunkConfig};
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::{process, trunk_metrics};
use crate::clock;
use crate::config::{Config, Flags, Role};

/// How long the last facts may take into the store at the end; they are safe in the journal.
const FACTS_WAIT_MAX: Duration = Duration::from_secs(3);

/// `sigap trunk`: takes calls until SIGTERM or Ctrl+C, with or without a desk.
pub fn run(flags: &Flags) -> anyhow::Result<ExitCode> {
    process::run(flags, Role::Trunk, serve)
}

async fn serve(config: Config) -> anyhow::Result<ExitCode> {
    process::data_dir(&config)?;
    let stop = process::stop_signal()?;
    let half = TrunkHalf::start(&config, &clock::system()).await?;
    let link_stop = CancellationToken::new();
    let link = TrunkEnd::bind(&config.link)
        .with_context(|| format!("could not listen at {}", config.link.display()))?;
    let link = tokio::spawn(link.serve(half.served(), link_stop.clone()));
    println!("ready sip={} link={}", half.trunk.sip_udp, config.link.display());
    stop.cancelled().await;

    info!("Stopping: no new calls, live calls may end");
    half.stop(config.drain_for).await;
    link_stop.cancel();
    link.await?;
    info!("Stopped");
    Ok(ExitCode::SUCCESS)
}

/// The running half.
pub struct TrunkHalf {
    /// The trunk role.
    pub trunk: Trunk,
    journal: Journal,
    durable_at_start: u64,
}

impl TrunkHalf {
    /// Opens the journal, goes on with the calls that it holds, takes new ones.
    pub async fn start(config: &Config, clock: &Clock) -> anyhow::Result<Self> {
        let dir = config.data_dir.join("journal");
        let (journal, recovery) = Journal::open(&dir, clock.clone())
            .with_context(|| format!("could not open the journal in {}", dir.display()))?;
        info!(entries = recovery.entries, torn_bytes = recovery.torn_bytes, "Opened the journal");
        let trunk_config = TrunkConfig {
            public_address: config.public_address,
            queue_answer_after: config.queue_answer_after,
            rtp_ports: config.rtp_ports.clone(),
            seats: config.voice.seats,
            seat_address: Some(config.voice.seat_address),
            recordings: Some(config.voice.recordings_dir.clone()),
            acd: config.voice.ring_rules.clone(),
            live_calls_max: config.live_calls_max,
            tls: config.tls.clone(),
            speech: config.speech.clone(),
            ..TrunkConfig::new(config.sip, config.trunks.clone())
        };
        let trunk = sip_trunk::start(trunk_config, journal.clone(), &recovery, clock.clone())
            .await
            .with_context(|| format!("could not start SIP on {}", config.sip))?;
        Ok(Self { trunk, journal, durable_at_start: recovery.last_index })
    }

    /// What a desk elsewhere is served with.
    fn served(&self) -> LinkServed {
        LinkServed {
            journal: self.journal.clone(),
            durable_at_start: self.durable_at_start,
            orders: self.trunk.orders.clone(),
            line: self.line(),
            figures: self.figures(),
        }
    }

    /// Where a desk in this process reads facts.
    pub fn facts(&self) -> FactSource {
        FactSource::Here { journal: self.journal.clone(), durable_at_start: self.durable_at_start }
    }

    /// The way to live calls.
    pub fn orders(&self) -> CallOrders {
        self.trunk.orders.clone()
    }

    /// What moves on the line.
    pub fn line(&self) -> LineEvents {
        self.trunk.line.clone()
    }

    /// What it counts, as of the moment of each call.
    pub fn figures(&self) -> Arc<dyn Fn() -> Figures + Send + Sync> {
        let (stats, journal) = (self.trunk.stats.clone(), self.journal.clone());
        Arc::new(move || trunk_metrics::figures(&stats.snapshot(), &journal.stats()))
    }

    /// Takes no new calls, lets the live ones end for at most `limit`, and waits a little for the desk to take in
    /// their last facts, so that nobody sees them live after the stop.
    pub async fn stop(self, limit: Duration) {
        self.trunk.shutdown(limit).await;
        let until = tokio::time::Instant::now() + FACTS_WAIT_MAX;
        loop {
            let stats = self.journal.stats();
            if stats.acknowledged >= stats.last_index || tokio::time::Instant::now() >= until {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
