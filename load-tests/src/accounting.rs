//! What processes cost, read from `/proc`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Duration;

/// CPU time of a process with its children, thread by thread.
///
/// `schedstat` counts nanoseconds where `stat` counts ticks of 10 ms: at 50 calls a second a tick is worth
/// more than the call. A thread that ended since the first reading is lost; the pools that end threads do so
/// after many idle seconds, so the loss is nothing.
#[derive(Clone, Debug, Default)]
pub struct CpuReading {
    threads: BTreeMap<u32, u64>,
}

impl CpuReading {
    /// Reads the process and all that descend from it.
    pub fn of(pid: u32) -> Self {
        let mut threads = BTreeMap::new();
        for pid in with_descendants(pid) {
            for thread in numbers_in(&format!("/proc/{pid}/task")) {
                let nanoseconds = fs::read_to_string(format!("/proc/{pid}/task/{thread}/schedstat"))
                    .ok()
                    .and_then(|text| text.split_whitespace().next()?.parse().ok());
                threads.extend(nanoseconds.map(|nanoseconds| (thread, nanoseconds)));
            }
        }
        Self { threads }
    }

    /// CPU time used since an earlier reading.
    pub fn since(&self, earlier: &Self) -> Duration {
        let used = |(thread, nanoseconds): (&u32, &u64)| {
            nanoseconds.saturating_sub(earlier.threads.get(thread).copied().unwrap_or(0))
        };
        Duration::from_nanos(self.threads.iter().map(used).sum())
    }
}

/// CPU time of children of this process that have been waited for, in ticks of 10 ms: the generator's share.
pub fn waited_children_cpu() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Fields after the command's closing bracket begin with the third; cutime is the 16th, cstime the 17th.
    let ticks = stat.rsplit_once(')').map_or(0, |(_, rest)| {
        rest.split_whitespace().skip(13).take(2).filter_map(|field| field.parse::<u64>().ok()).sum()
    });
    Duration::from_millis(ticks * 10)
}

/// Highest resident memory that the process ever had, in KiB.
pub fn peak_memory_kib(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

/// Datagrams that the kernel dropped because this UDP port was not read in time.
pub fn udp_drops(port: u16) -> u64 {
    let table = fs::read_to_string("/proc/net/udp").unwrap_or_default();
    let wanted = format!(":{port:04X}");
    table
        .lines()
        .skip(1)
        .filter(|line| line.split_whitespace().nth(1).is_some_and(|local| local.ends_with(&wanted)))
        .filter_map(|line| line.split_whitespace().last()?.parse::<u64>().ok())
        .sum()
}

fn with_descendants(pid: u32) -> BTreeSet<u32> {
    let parents: Vec<(u32, u32)> = numbers_in("/proc")
        .into_iter()
        .filter_map(|child| {
            let stat = fs::read_to_string(format!("/proc/{child}/stat")).ok()?;
            let (_, rest) = stat.rsplit_once(')')?;
            Some((child, rest.split_whitespace().nth(1)?.parse().ok()?))
        })
        .collect();
    let mut family = BTreeSet::from([pid]);
    loop {
        let before = family.len();
        family.extend(
            parents
                .iter()
                .filter(|(_, parent)| family.contains(parent))
                .map(|(child, _)| *child)
                .collect::<Vec<_>>(),
        );
        if family.len() == before {
            return family;
        }
    }
}

fn numbers_in(folder: &str) -> Vec<u32> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_child_is_seen_in_time_and_memory() {
        // The shell's child burns, not the shell: descendants count.
        let mut shell = std::process::Command::new("sh")
            .args(["-c", "sh -c 'i=0; while [ $i -lt 2000000 ]; do i=$((i+1)); done' & wait"])
            .spawn()
            .expect("sh starts");
        let before = CpuReading::of(shell.id());
        std::thread::sleep(Duration::from_millis(400));
        let used = CpuReading::of(shell.id()).since(&before);
        assert!(used > Duration::from_millis(40), "{used:?}");
        assert!(peak_memory_kib(shell.id()).is_some_and(|kib| kib > 100));
        let waited = waited_children_cpu();
        shell.wait().expect("sh ends");
        assert!(waited_children_cpu() > waited, "the waited-for shell counts");
    }

    #[test]
    fn drops_of_an_unread_socket_are_counted() {
        let unread = std::net::UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let port = unread.local_addr().expect("an address").port();
        assert_eq!(udp_drops(port), 0);
        let sender = std::net::UdpSocket::bind("127.0.0.1:0").expect("a socket");
        for _ in 0..2_000 {
            sender.send_to(&[0; 1_000], ("127.0.0.1", port)).expect("sends");
        }
        assert!(udp_drops(port) > 0);
    }
}
