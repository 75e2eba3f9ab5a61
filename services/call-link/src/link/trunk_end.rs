//! The trunk's end: listens, answers, never waits for a desk.

use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{BufReader, BufWriter};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{
    ASKS_OPEN_MAX, Answer, Ask, Figures, FrameError, FromDesk, FromTrunk, GREETING_WITHIN, PAGE_BYTES_MAX,
    PROTOCOL, Refusal, frame,
};
use crate::journal::Journal;
use crate::order::{CallOrders, LineEvents, OrderError, OrderReply};
use crate::random::random_bytes;

/// Desks of one trunk: those that share a store, and one that is being replaced.
const DESKS_MAX: usize = 8;
/// Answers that wait for a desk to read them; more, and the questions behind them wait.
const ANSWERS_WAITING_MAX: usize = 64;
/// The pulse of the line.
const FIGURES_EVERY: Duration = Duration::from_secs(1);
/// Facts of one page.
const PAGE_FACTS_MAX: usize = 512;

/// What desks are served with.
#[derive(Clone)]
pub struct LinkServed {
    /// The facts.
    pub journal: Journal,
    /// The last durable index that was found when the journal was opened.
    pub durable_at_start: u64,
    /// Where orders go.
    pub orders: CallOrders,
    /// Where line events come from.
    pub line: LineEvents,
    /// What the trunk counts, now.
    pub figures: Arc<dyn Fn() -> Figures + Send + Sync>,
}

impl std::fmt::Debug for LinkServed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinkServed").field("journal", &self.journal.id()).finish_non_exhaustive()
    }
}

/// The listening socket. Its file goes with it.
#[derive(Debug)]
pub struct TrunkEnd {
    listener: UnixListener,
    path: PathBuf,
}

impl TrunkEnd {
    /// Listens at `path`, for this user alone. A socket that an earlier process left there is taken away: call this
    /// only when the journal is open, whose lock says that there is no other trunk.
    ///
    /// # Errors
    /// When the file cannot be made, or something that is no socket is in its place.
    pub fn bind(path: &Path) -> std::io::Result<Self> {
        match std::fs::symlink_metadata(path) {
            Ok(found) if found.file_type().is_socket() => std::fs::remove_file(path)?,
            Ok(_) => return Err(std::io::ErrorKind::AlreadyExists.into()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        // Nobody can connect before the mode is right: the socket gets its name only then.
        let unnamed = path.with_extension("new");
        if std::fs::symlink_metadata(&unnamed).is_ok() {
            std::fs::remove_file(&unnamed)?;
        }
        let listener = UnixListener::bind(&unnamed)?;
        std::fs::set_permissions(&unnamed, std::fs::Permissions::from_mode(0o600))?;
        std::fs::rename(&unnamed, path)?;
        Ok(Self { listener, path: path.to_owned() })
    }

    /// Serves desks until `stop`.
    pub async fn serve(self, served: LinkServed, stop: CancellationToken) {
        let places = Arc::new(Semaphore::new(DESKS_MAX));
        let process: [u8; 16] = random_bytes();
        let mut desks = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = self.listener.accept() => accepted,
                Some(_) = desks.join_next(), if !desks.is_empty() => continue,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    warn!(%error, "A desk could not be taken");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            match places.clone().try_acquire_owned() {
                Ok(place) => {
                    let served = served.clone();
                    desks.spawn(async move {
                        let ended = serve_desk(stream, served, process).await;
                        drop(place);
                        info!(%ended, "A desk has left");
                    });
                }
                Err(_) => {
                    warn!(max = DESKS_MAX, "A desk was refused: too many are connected");
                    desks.spawn(refuse(stream, Refusal::TooManyDesks));
                }
            }
        }
        desks.shutdown().await;
    }
}

impl Drop for TrunkEnd {
    fn drop(&mut self) {
        // When it cannot be removed the next trunk does so.
        std::fs::remove_file(&self.path).ok();
    }
}

async fn refuse(mut stream: UnixStream, reason: Refusal) {
    let refusal = FromTrunk::Refused { protocol: PROTOCOL, reason };
    timeout(GREETING_WITHIN, frame::write(&mut stream, &refusal)).await.ok();
}

/// Serves one desk until its line breaks; says why it did.
async fn serve_desk(stream: UnixStream, served: LinkServed, process: [u8; 16]) -> FrameError {
    let (input, output) = stream.into_split();
    let mut input = BufReader::new(input);
    let mut buffer = Vec::new();
    let greeting = timeout(GREETING_WITHIN, frame::read::<FromDesk>(&mut input, &mut buffer)).await;
    match greeting {
        Ok(Ok(FromDesk::Hello { protocol: PROTOCOL })) => {}
        Ok(Ok(FromDesk::Hello { protocol })) => {
            warn!(theirs = protocol, ours = PROTOCOL, "A desk speaks another protocol; it was refused");
            if let Ok(stream) = input.into_inner().reunite(output) {
                refuse(stream, Refusal::OtherProtocol).await;
            }
            return std::io::Error::from(std::io::ErrorKind::InvalidData).into();
        }
        Ok(Ok(FromDesk::Ask { .. } | FromDesk::Acknowledge { .. })) => {
            return std::io::Error::from(std::io::ErrorKind::InvalidData).into();
        }
        Ok(Err(error)) => return error,
        Err(_) => return std::io::Error::from(std::io::ErrorKind::TimedOut).into(),
    }
    info!("A desk is connected");
    let (answers, outbox) = mpsc::channel(ANSWERS_WAITING_MAX);
    let mut writing = JoinSet::new();
    writing.spawn(write_all(output, outbox, served.clone(), process));
    let mut asks = JoinSet::new();
    tokio::select! {
        error = read_all(&mut input, &mut buffer, &served, &answers, &mut asks) => error,
        Some(Ok(error)) = writing.join_next() => error,
    }
    // Orders under way are carried out all the same: their tasks here only carry replies.
}

async fn read_all(
    input: &mut BufReader<OwnedReadHalf>,
    buffer: &mut Vec<u8>,
    served: &LinkServed,
    answers: &mpsc::Sender<FromTrunk>,
    asks: &mut JoinSet<()>,
) -> FrameError {
    loop {
        while asks.try_join_next().is_some() {}
        match frame::read(input, buffer).await {
            Ok(FromDesk::Ask { number, ask }) => {
                if asks.len() >= ASKS_OPEN_MAX {
                    let reply = Box::new(OrderReply::Refused { error: OrderError::TrunkBusy });
                    let answer = FromTrunk::Answer { number, answer: Answer::Order { reply } };
                    answers.send(answer).await.ok();
                    continue;
                }
                let (served, answers) = (served.clone(), answers.clone());
                asks.spawn(async move {
                    let answer = answer(ask, &served).await;
                    // The line broke meanwhile: nobody waits any more.
                    answers.send(FromTrunk::Answer { number, answer }).await.ok();
                });
            }
            Ok(FromDesk::Acknowledge { index }) => served.journal.acknowledge(index),
            Ok(FromDesk::Hello { .. }) => {}
            Err(error) => return error,
        }
    }
}

async fn answer(ask: Ask, served: &LinkServed) -> Answer {
    match ask {
        Ask::Order { order } => {
            let reply = served.orders.send(order).await;
            let reply = reply.unwrap_or_else(|error| OrderReply::Refused { error });
            Answer::Order { reply: Box::new(reply) }
        }
        Ask::Facts { after, limit } => {
            match served.journal.read_after(after, limit.min(PAGE_FACTS_MAX)).await {
                Ok(entries) => Answer::Facts { entries: page_of(entries) },
                Err(error) => {
                    warn!(%error, "The journal cannot be read for a desk");
                    Answer::FactsAway
                }
            }
        }
    }
}

/// As many of them as one frame holds; always one, which fits by itself.
fn page_of(mut entries: Vec<crate::journal::Entry>) -> Vec<crate::journal::Entry> {
    let mut bytes = 0;
    let mut fit = 0;
    for entry in &entries {
        bytes += serde_json::to_vec(entry).map_or(PAGE_BYTES_MAX, |json| json.len());
        if fit > 0 && bytes > PAGE_BYTES_MAX {
            break;
        }
        fit += 1;
    }
    entries.truncate(fit);
    entries
}

/// Writes what there is: answers first, then that there are facts, line events, figures.
async fn write_all(
    output: OwnedWriteHalf,
    mut outbox: mpsc::Receiver<FromTrunk>,
    served: LinkServed,
    process: [u8; 16],
) -> FrameError {
    let mut output = BufWriter::new(output);
    let mut changed = served.journal.changed();
    let mut line = served.line.subscribe();
    let mut pulse = interval(FIGURES_EVERY);
    pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let hello = FromTrunk::Hello {
        protocol: PROTOCOL,
        journal: served.journal.id(),
        process,
        durable_at_start: served.durable_at_start,
        last_index: served.journal.stats().last_index,
    };
    let mut next = Some(hello);
    loop {
        if let Some(message) = next.take() {
            let written = match frame::write(&mut output, &message).await {
                Ok(()) => tokio::io::AsyncWriteExt::flush(&mut output).await.map_err(FrameError::Line),
                Err(error) => Err(error),
            };
            if let Err(error) = written {
                return error;
            }
        }
        next = tokio::select! {
            biased;
            answer = outbox.recv() => match answer {
                Some(answer) => Some(answer),
                None => return std::io::Error::from(std::io::ErrorKind::BrokenPipe).into(),
            },
            Ok(()) = changed.changed() => Some(FromTrunk::Changed),
            _ = pulse.tick() => Some(FromTrunk::Figures { figures: (served.figures)() }),
            // Lagged: what this desk has missed is old news.
            event = line.recv() => event.ok().map(|event| FromTrunk::Line { event }),
        };
    }
}
