//! Serving until the process stops.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::state::{ApiConfig, ApiState, StartError};

/// How long requests that were begun may take after the process was asked to stop.
const LAST_REQUESTS_WAIT: Duration = Duration::from_secs(5);

/// Why serving ended before it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// It did not begin.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The listener failed.
    #[error("the HTTP listener failed")]
    Listen(#[source] std::io::Error),
}

/// Serves everything on this listener until `stop`: then no new connections, consoles are told to connect
/// again, and requests that were begun are finished.
///
/// # Errors
/// When the store does not answer at the beginning, or the listener fails.
pub async fn serve(
    listener: TcpListener,
    config: ApiConfig,
    stop: CancellationToken,
) -> Result<(), ServeError> {
    let tasks = TaskTracker::new();
    let state = ApiState::start(config, &tasks, stop.clone()).await?;
    let service = crate::router(state).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
    let overdue = async {
        stop.cancelled().await;
        tokio::time::sleep(LAST_REQUESTS_WAIT).await;
    };
    tokio::select! {
        served = serving.into_future() => served.map_err(ServeError::Listen)?,
        () = overdue => tracing::warn!("Requests were cut off at the end"),
    }
    tasks.close();
    tasks.wait().await;
    Ok(())
}
