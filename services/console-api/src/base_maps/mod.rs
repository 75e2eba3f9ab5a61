//! Base maps that the operator put beside the data: PMTiles files, of which a browser reads the parts that it draws.
//!
//! The folder is looked at anew each time: a map that was put there shows with the next page, without a restart.

mod header;

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use axum::http::HeaderMap;
use axum::response::Response;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use crate::files::{OpenFile, asked, inside};
use crate::limits::BASE_MAPS_MAX;
use crate::problem::{Code, Problem};
use crate::views::{BaseMap, BaseMapFault};

const ENDING: &str = ".pmtiles";
/// No file system takes longer names.
const NAME_BYTES_MAX: usize = 255;

/// The base maps of the site. Cheap to clone.
#[derive(Clone, Debug)]
pub struct BaseMaps {
    dir: PathBuf,
}

impl BaseMaps {
    /// The base maps in this folder.
    pub fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// What lies there, by name. A folder that is not there holds nothing.
    pub async fn list(&self) -> Vec<BaseMap> {
        let mut names = names(&self.dir).await;
        names.sort();
        let mut maps = Vec::new();
        for (place, name) in names.into_iter().take(BASE_MAPS_MAX + 1).enumerate() {
            let found = look(&self.dir, &name).await;
            let (bytes, fault) = match found {
                Ok(_) if place == BASE_MAPS_MAX => (0, Some(BaseMapFault::TooMany)),
                Ok(found) => (found.bytes, None),
                Err(fault) => (0, Some(fault)),
            };
            maps.push(BaseMap { name, bytes, fault });
        }
        maps
    }

    /// The part of a base map that the headers ask for.
    ///
    /// # Errors
    /// `not_found` when there is none of this name that can be used.
    pub async fn read(&self, name: &str, headers: &HeaderMap) -> Result<Response, Problem> {
        let found = look(&self.dir, name).await.map_err(|_| missing())?;
        let opened = OpenFile::open(&found.path).await.map_err(|_| missing())?;
        let part = asked(headers, opened.bytes(), &found.tag);
        opened.answer(part, &found.tag, "application/octet-stream").await.map_err(|_| missing())
    }
}

/// A base map that can be used.
struct Found {
    path: PathBuf,
    bytes: u64,
    tag: String,
}

async fn look(dir: &Path, name: &str) -> Result<Found, BaseMapFault> {
    let path = is_fit(name).then(|| inside(dir, name)).flatten().ok_or(BaseMapFault::Name)?;
    let unreadable = |_| BaseMapFault::Unreadable;
    // A link could lead out of the folder.
    let about = tokio::fs::symlink_metadata(&path).await.map_err(unreadable)?;
    if !about.is_file() {
        return Err(BaseMapFault::Unreadable);
    }
    let file = File::open(&path).await.map_err(unreadable)?;
    let mut first = Vec::new();
    file.take(header::HEADER_BYTES as u64).read_to_end(&mut first).await.map_err(unreadable)?;
    if let Some(fault) = header::fault(&first, about.len()) {
        return Err(fault);
    }
    // The parts of two maps do not fit together; a copy over the old one has another length or another time.
    let changed = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let tag = format!("\"{:x}-{:x}\"", about.len(), changed.as_nanos());
    Ok(Found { path, bytes: about.len(), tag })
}

async fn names(dir: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let Ok(mut entries) = tokio::fs::read_dir(dir).await else { return names };
    while let Ok(Some(entry)) = entries.next_entry().await {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(ENDING) {
            names.push(name);
        }
    }
    names
}

fn is_fit(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let fits = name.len() <= NAME_BYTES_MAX && name.bytes().all(plain);
    fits && name.ends_with(ENDING) && !name.starts_with('.')
}

fn missing() -> Problem {
    Problem::new(Code::NotFound).because(
        "Peta dasar ini tidak ada atau tidak dapat dipakai. Peta tetap jalan tanpanya.",
        "There is no such base map, or it cannot be used. The map goes on without it.",
    )
}
