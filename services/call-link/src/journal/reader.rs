//! Reads entries that are no longer in memory. It remembers where it stopped, because a desk that was away for
//! an hour reads page after page.

use std::path::Path;

use super::segment::{self, Opened, Scan, Step, file_error};
use super::{Entry, JournalError};

#[derive(Default, Debug)]
pub(super) struct FileReader {
    /// Stands before the entry `scan.next_index()` of the segment `first`.
    at: Option<(u64, Scan)>,
}

impl FileReader {
    /// At most `limit` entries after `index` and not beyond `last`: what is beyond may be half-written.
    pub(super) fn read(
        &mut self,
        dir: &Path,
        index: u64,
        limit: usize,
        last: u64,
    ) -> Result<Vec<Entry>, JournalError> {
        let mut entries = Vec::new();
        let mut wanted = index.saturating_add(1);
        while entries.len() < limit && wanted <= last {
            let (first, mut scan) = match self.at.take() {
                Some((first, scan)) if scan.next_index() <= wanted => (first, scan),
                Some(_) | None => {
                    let Some((first, scan)) = open_for(dir, wanted)? else { break };
                    // Deleted segments were acknowledged: the reader that asks below them starts at the oldest.
                    wanted = wanted.max(first);
                    (first, scan)
                }
            };
            let path = segment::path_of(dir, first);
            let mut ended = false;
            while entries.len() < limit && scan.next_index() <= last {
                match scan.step().map_err(|source| file_error(&path, source))? {
                    Step::Entry(entry) if entry.index >= wanted => {
                        wanted = entry.index + 1;
                        entries.push(*entry);
                    }
                    Step::Entry(_) => {}
                    Step::End => {
                        ended = true;
                        break;
                    }
                    Step::Bad(reason) => {
                        return Err(JournalError::Foreign { path, reason: reason.as_str() });
                    }
                }
            }
            if !ended {
                self.at = Some((first, scan));
                break;
            }
            // The end of a segment: go on in the next one, if there is one.
            if !segment::list(dir)?.contains(&wanted) {
                break;
            }
        }
        Ok(entries)
    }
}

/// Opens the segment that holds `wanted`, or the oldest when `wanted` is deleted.
fn open_for(dir: &Path, wanted: u64) -> Result<Option<(u64, Scan)>, JournalError> {
    let listed = segment::list(dir)?;
    let place = listed.partition_point(|first| *first <= wanted).saturating_sub(1);
    let Some(first) = listed.get(place) else { return Ok(None) };
    match segment::open(dir, *first)? {
        Opened::Segment(_, scan) => Ok(Some((*first, scan))),
        Opened::NoHeader => Ok(None),
    }
}
