//! After a restart: recordings of calls that did not go on are ended where they are.

use std::io;
use std::path::Path;

use dispatch_core::call::fact::RecordingSummary;
use dispatch_core::ids::CallId;

use super::file::{RecordingFile, is_ended};
use crate::plane::now_micros;

/// A recording that an earlier process did not end.
#[derive(Clone, PartialEq, Debug)]
pub struct Recovered {
    /// Whose; `None` when the file's name is no call.
    pub call: Option<CallId>,
    /// What there is of it.
    pub summary: RecordingSummary,
    /// Whether the chain fits the sound. If not, one of them was changed by somebody else.
    pub intact: bool,
}

/// Makes every unfinished recording of the folder readable to its last whole sample and ends its chain. Those in
/// `going_on` are left alone: their rooms continue them.
///
/// # Errors
/// When the folder cannot be read. A single file that cannot be is left out, and said.
pub fn recover_recordings(folder: &Path, going_on: &[String]) -> io::Result<Vec<Recovered>> {
    let mut recovered = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let wav = path.extension().is_some_and(|extension| extension == "wav");
        if !wav || going_on.iter().any(|file| file == name) || is_ended(&path) {
            continue;
        }
        match recover_recording(folder, name) {
            Ok(found) => recovered.push(found),
            Err(error) => tracing::error!(%error, file = name, "A recording cannot be recovered"),
        }
    }
    recovered.sort_by(|a, b| a.summary.recording.cmp(&b.summary.recording));
    Ok(recovered)
}

/// The same of one file, by its name in the folder, which must be unfinished.
///
/// # Errors
/// When the disk does not let us.
pub fn recover_recording(folder: &Path, name: &str) -> io::Result<Recovered> {
    let call = name.strip_suffix(".wav").and_then(|stem| stem.parse().ok());
    let (summary, intact) = end_at_last(folder, name)?;
    Ok(Recovered { call, summary, intact })
}

fn end_at_last(folder: &Path, name: &str) -> io::Result<(RecordingSummary, bool)> {
    let mut file = RecordingFile::open(folder, name, now_micros())?;
    let summary = file.end()?;
    let (wav, side) = file.handles()?;
    wav.sync_all()?;
    side.sync_all()?;
    Ok((summary, file.intact))
}
