//! Watches the room for recordings. A call without a recording goes on, so the room must be seen to end before it
//! does.

use std::path::{Path, PathBuf};
use std::time::Duration;

use console_api::recordings::RecordingSpace;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// How often the room is measured. 200 calls at once fill 32 MB in that time.
const MEASURED_EVERY: Duration = Duration::from_secs(10);
const MIB: u64 = 1024 * 1024;

/// The room as of now, and the task that keeps it true until `stop`.
pub fn watch(
    dir: PathBuf,
    free_mib_min: u64,
    stop: CancellationToken,
) -> (watch::Receiver<RecordingSpace>, impl Future<Output = ()> + Send) {
    let (sender, receiver) = watch::channel(measured(&dir, free_mib_min));
    let task = async move {
        loop {
            let before = *sender.borrow();
            let dir = dir.clone();
            // A network disk may take its time.
            let asked = tokio::task::spawn_blocking(move || measured(&dir, free_mib_min)).await;
            let now = asked.unwrap_or_default();
            tell(before, now, free_mib_min);
            sender.send_replace(now);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(MEASURED_EVERY) => {}
            }
        }
    };
    (receiver, task)
}

fn measured(dir: &Path, free_mib_min: u64) -> RecordingSpace {
    let free_bytes = rustix::fs::statvfs(dir).ok().map(|room| room.f_bavail.saturating_mul(room.f_frsize));
    // Room that cannot be measured is most likely not there.
    let low = free_bytes.is_none_or(|free| free < free_mib_min.saturating_mul(MIB));
    RecordingSpace { free_bytes, low }
}

fn tell(before: RecordingSpace, now: RecordingSpace, free_mib_min: u64) {
    let free_mib = now.free_bytes.map(|bytes| bytes / MIB);
    match (before.low, now.low) {
        (false, true) => warn!(free_mib, free_mib_min, "Little room is left for recordings"),
        (true, false) => info!(free_mib, "There is room for recordings again"),
        (true, true) | (false, false) => {}
    }
}

/// Prometheus lines.
pub fn metrics(space: RecordingSpace) -> String {
    let low = u64::from(space.low);
    let mut text = format!(
        "# HELP sigap_recordings_low 1 when there is too little room for recordings\n\
         # TYPE sigap_recordings_low gauge\nsigap_recordings_low {low}\n"
    );
    if let Some(free) = space.free_bytes {
        text.push_str(&format!(
            "# HELP sigap_recordings_free_bytes Room for recordings\n\
             # TYPE sigap_recordings_free_bytes gauge\nsigap_recordings_free_bytes {free}\n"
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_measured_and_a_folder_that_is_not_there_is_an_alarm() {
        let dir = tempfile::tempdir().unwrap();
        let enough = measured(dir.path(), 0);
        assert!(enough.free_bytes.is_some_and(|free| free > 0) && !enough.low);
        let wanted = u64::MAX / MIB;
        assert!(measured(dir.path(), wanted).low);
        let gone = measured(&dir.path().join("tidak-ada"), 0);
        assert_eq!((gone.free_bytes, gone.low), (None, true));
        assert!(metrics(gone).contains("sigap_recordings_low 1\n") && !metrics(gone).contains("free_bytes"));
        assert!(metrics(enough).contains("sigap_recordings_free_bytes "));
    }
}
