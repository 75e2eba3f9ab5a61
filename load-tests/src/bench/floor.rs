//! What the disk alone takes to make 400 bytes durable: the floor under every acknowledged change.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

/// Bytes of one event of the supervision log, about.
const EVENT_BYTES: usize = 400;

/// Times of `writes` × (write + fdatasync) in milliseconds, in a file beside the server's data.
pub fn measure(folder: &Path, writes: usize) -> std::io::Result<Vec<f64>> {
    let path = folder.join("floor.bin");
    let mut file = File::create(&path)?;
    let mut times = Vec::with_capacity(writes);
    for _ in 0..writes {
        let began = Instant::now();
        file.write_all(&[0x5a; EVENT_BYTES])?;
        file.sync_data()?;
        times.push(began.elapsed().as_secs_f64() * 1e3);
    }
    std::fs::remove_file(path)?;
    Ok(times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_measured_and_cleaned_up() {
        let folder = tempfile::tempdir().expect("a folder");
        let times = measure(folder.path(), 5).expect("writes");
        assert_eq!(times.len(), 5);
        assert!(times.iter().all(|ms| *ms > 0.0));
        assert!(std::fs::read_dir(folder.path()).expect("the folder").next().is_none());
    }
}
