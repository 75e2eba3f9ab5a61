//! `sigap serve`: every role in one process.
//!
//! Order of start: configuration, keys, journal, trunk, store, desk, console. The trunk is up first and takes
//! calls while the store may still be away. Order of stop: no new calls, live calls end, their facts are taken
//! in, consoles close, the log is signed.

use std::process::ExitCode;

use tracing::info;

use super::desk::{DeskHalf, Prepared, TrunkSide};
use super::trunk::TrunkHalf;
use super::{demo, process, trunk_metrics};
use crate::clock;
use crate::config::{Config, Flags, Role};

/// Reads the configuration and serves until SIGTERM or Ctrl+C.
pub fn run(flags: &Flags) -> anyhow::Result<ExitCode> {
    process::run(flags, Role::Serve, serve)
}

async fn serve(config: Config) -> anyhow::Result<ExitCode> {
    process::data_dir(&config)?;
    let stop = process::stop_signal()?;
    let clock = clock::system();
    let prepared = Prepared::new(&config).await?;
    let half = TrunkHalf::start(&config, &clock).await?;
    let figures = half.figures();
    let side = TrunkSide {
        orders: half.orders(),
        line: half.line(),
        facts: half.facts(),
        metrics: Box::new(move || trunk_metrics::text(&figures(), None)),
    };
    let Some(desk) = DeskHalf::start(&config, &clock, prepared, side, &stop).await? else {
        half.stop(config.drain_for).await;
        return Ok(ExitCode::SUCCESS);
    };
    let sip = half.trunk.sip_udp;
    if let Some(centre) = config.demo {
        demo::greet(&config, centre, desk.http, Some(sip));
    }
    println!("ready http={} sip={sip}", desk.http);
    stop.cancelled().await;

    info!("Stopping: no new calls, live calls may end");
    // Consoles stay connected while the last calls drain.
    half.stop(config.drain_for).await;
    desk.stop().await;
    info!("Stopped");
    Ok(ExitCode::SUCCESS)
}
