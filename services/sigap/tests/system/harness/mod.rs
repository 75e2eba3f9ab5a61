//! What the tests stand on: servers, stores, consoles, callers, tools. Everything is on 127.0.0.1, everything waits
//! with a limit, every child process ends with the value that holds it.

mod callers;
mod desk_phone;
mod feed;
mod halves;
mod http;
mod incidents;
mod postgres;
mod rtp;
mod server;
mod sipp;
mod tool;
mod wire;

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

pub use callers::{caller, calls_of, the_call_of};
pub use desk_phone::DeskPhone;
pub use feed::{Feed, Heard, cursor_of};
pub use halves::{Half, Halves};
pub use http::{Answer, Api, Call, new_key};
pub use incidents::{acknowledge, dispatch, fire, kinds, micros, open_incident};
pub use rtp::RtpEar;
pub use server::{Server, Setup};
pub use sipp::Sipp;
pub use tool::{Ran, run_python, sigap, tool};
pub use wire::{Invite, TcpCaller, UdpCaller};

/// Which store a test runs on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The embedded one.
    Sqlite,
    /// A private PostgreSQL cluster.
    Postgres,
}

/// The password of the demo users and of every user that a test makes.
pub const PASSWORD: &str = "sigap-demo";

/// Longest wait for something that takes milliseconds when nothing is wrong. Generous, because the tests share two
/// cores with each other; no test says how fast a thing must be by this.
pub const SOON: Duration = Duration::from_secs(15);

/// The top of the repository.
pub fn repository() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Stories that load both cores and those that look at the clock take turns.
static MACHINE: RwLock<()> = RwLock::const_new(());

/// The turn of a story that loads the machine; several at once.
pub async fn loads_the_machine() -> RwLockReadGuard<'static, ()> {
    MACHINE.read().await
}

/// The same for a story without a runtime.
pub fn loads_the_machine_blocking() -> RwLockReadGuard<'static, ()> {
    MACHINE.blocking_read()
}

/// The turn of a story that holds the machine to the second.
pub async fn looks_at_the_clock() -> RwLockWriteGuard<'static, ()> {
    MACHINE.write().await
}

/// Asks again and again until there is an answer; fails by name after `within`.
pub async fn eventually<T, F>(what: &str, within: Duration, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let until = tokio::time::Instant::now() + within;
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(tokio::time::Instant::now() < until, "{what}: not within {} s", within.as_secs());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A number that is different in every use in this process and, practically, between processes.
pub fn unique() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    (now.as_nanos() as u64 & !0xffff) | (NEXT.fetch_add(1, Ordering::Relaxed) & 0xffff)
}
