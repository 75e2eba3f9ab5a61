//! What every role does with its process: configuration, log, runtime, data folder, the signal to stop.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::Context;
use dispatch_core::time::zone;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::config::{self, Config, Flags, Role};
use crate::logging;

/// Reads the configuration of this role, and runs it.
pub fn run<F>(flags: &Flags, role: Role, serve: impl FnOnce(Config) -> F) -> anyhow::Result<ExitCode>
where
    F: Future<Output = anyhow::Result<ExitCode>>,
{
    let environment: BTreeMap<String, String> = std::env::vars().collect();
    let config = config::read(flags, &environment, role)?;
    zone::stand_in(config.zone);
    logging::start(&config)?;
    for variable in &config.unknown_variables {
        warn!(variable, "Unknown variable, ignored");
    }
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(config))
}

/// Makes the data folder.
pub fn data_dir(config: &Config) -> anyhow::Result<()> {
    std::fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("could not make the data folder {}", config.data_dir.display()))
}

/// Cancelled at the first SIGTERM or Ctrl+C.
pub fn stop_signal() -> anyhow::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let stopping = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stopping.cancel();
    });
    Ok(stop)
}
