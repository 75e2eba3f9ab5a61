//! One thread gives every stream its 20 ms. It is a thread and not a task, so that a busy runtime never makes a
//! caller's sound stutter, and one for all, so that a thousand queued callers cost one wake-up each 20 ms.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::announcement::Sounds;
use crate::session::Stream;

/// One frame.
const TICK: Duration = Duration::from_millis(20);
/// When the machine slept longer than this the missed frames are left out: nobody wants to hear them in a burst.
const LATE_MAX: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub(crate) struct Pacer {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    work: Mutex<Work>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct Work {
    /// As many as there are RTP ports, at most.
    streams: Vec<Arc<Stream>>,
    stopped: bool,
}

impl Pacer {
    pub(crate) fn start(sounds: Arc<Sounds>) -> io::Result<Self> {
        let shared = Arc::new(Shared { work: Mutex::default(), wake: Condvar::new() });
        let thread = shared.clone();
        std::thread::Builder::new().name("rtp-pacer".to_owned()).spawn(move || run(&thread, &sounds))?;
        Ok(Self { shared })
    }

    pub(crate) fn add(&self, stream: Arc<Stream>) {
        self.shared.lock().streams.push(stream);
        self.shared.wake.notify_one();
    }

    pub(crate) fn open_streams(&self) -> usize {
        self.shared.lock().streams.len()
    }
}

impl Drop for Pacer {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        self.shared.wake.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn run(shared: &Shared, sounds: &Sounds) {
    let mut due = Instant::now();
    let mut streams: Vec<Arc<Stream>> = Vec::new();
    loop {
        {
            let mut work = shared.lock();
            while work.streams.is_empty() && !work.stopped {
                streams.clear();
                work = shared.wake.wait(work).unwrap_or_else(PoisonError::into_inner);
                due = Instant::now();
            }
            if work.stopped {
                return;
            }
            // The streams are worked on outside the lock: opening a call never waits for a round of sending.
            streams.clone_from(&work.streams);
        }
        let over: Vec<bool> = streams.iter().map(|stream| !stream.tick(sounds)).collect();
        if over.contains(&true) {
            // New streams are pushed at the end, so the places of the old ones still fit.
            let mut place = 0;
            shared.lock().streams.retain(|_| {
                let gone = over.get(place).copied().unwrap_or(false);
                place += 1;
                !gone
            });
            streams.clear();
        }
        due += TICK;
        let now = Instant::now();
        if now > due + LATE_MAX {
            due = now;
        }
        std::thread::sleep(due.saturating_duration_since(now));
    }
}
