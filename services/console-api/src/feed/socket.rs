//! One console on the feed.
//!
//! Three things go on at once until the first of them ends: sending what happened, hearing what the console
//! says, and watching whether its person may still be here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::FromRef;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use dispatch_core::limits::CONSOLE_QUEUE_MESSAGES_MAX;
use dispatch_core::time::Clock;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use incident_store::{After, Desk, Feed, Store};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::command::{self, ConsoleMessage};
use super::message::FeedMessage;
use super::mode::ModeNow;
use super::render::Renderer;
use super::snapshot;
use super::visible::{Viewer, sees_calls, trunk_answers, visible};
use crate::agency_consoles::AgencyConsoles;
use crate::duplicates::DuplicateBook;
use crate::floor::{Floor, LiveMessage};
use crate::input::parse;
use crate::intake::Intake;
use crate::limits::{GONE_AFTER, HEARTBEAT_EVERY, SLOW_AFTER};
use crate::metrics::{ConsoleCounted, Metrics};
use crate::presence::Presence;
use crate::problem::{Code, Problem};
use crate::session::{Seat, Sessions, Token};
use crate::show::Show;
use crate::state::{ApiState, Stopping};
use crate::wire::Counter;

/// Answers to a console's messages that wait to be sent; more means that it talks and does not listen.
const ANSWERS_WAITING_MAX: usize = 16;
/// How long a farewell may take.
const FAREWELL_WAIT: Duration = Duration::from_secs(1);
/// The same for a console that is behind: it has some megabytes to read before it comes to the farewell.
const RESYNC_FAREWELL_WAIT: Duration = Duration::from_secs(10);

/// What a console's socket needs of the rest.
#[derive(Clone)]
pub struct Console {
    desk: Desk,
    store: Store,
    clock: Clock,
    intake: Intake,
    sessions: Sessions,
    show: Show,
    floor: Floor,
    duplicates: DuplicateBook,
    renderer: Renderer,
    mode: watch::Receiver<Arc<ModeNow>>,
    metrics: Metrics,
    presence: Presence,
    agency_consoles: AgencyConsoles,
    stopping: Stopping,
}

impl FromRef<ApiState> for Console {
    fn from_ref(state: &ApiState) -> Self {
        Self {
            desk: FromRef::from_ref(state),
            store: FromRef::from_ref(state),
            clock: FromRef::from_ref(state),
            intake: FromRef::from_ref(state),
            sessions: FromRef::from_ref(state),
            show: FromRef::from_ref(state),
            floor: FromRef::from_ref(state),
            duplicates: FromRef::from_ref(state),
            renderer: FromRef::from_ref(state),
            mode: FromRef::from_ref(state),
            metrics: FromRef::from_ref(state),
            presence: FromRef::from_ref(state),
            agency_consoles: FromRef::from_ref(state),
            stopping: FromRef::from_ref(state),
        }
    }
}

/// Why a socket is closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    /// The console went, or takes nothing any more.
    Gone,
    /// It is too far behind and has to start over.
    Resync,
    /// Its person logged out, or became somebody else.
    SessionEnded,
    /// It talks and does not listen.
    TooManyMessages,
    /// This process stops; another one, or the next, goes on.
    Stopping,
}

/// Serves one console until it ends.
pub async fn follow(
    console: Console,
    socket: WebSocket,
    seat: Seat,
    token: Token,
    after: Option<u64>,
    counted: ConsoleCounted,
) {
    let viewer = Viewer::of(&seat.user);
    // Calls ring at whoever has a console open, of those who take calls.
    let open = sees_calls(viewer.role).then(|| console.presence.enter(viewer.user));
    let agency = viewer.agency.map(|agency| console.agency_consoles.enter(agency));
    let (mut sink, mut stream) = socket.split();
    let (answers, waiting) = mpsc::channel(ANSWERS_WAITING_MAX);
    let end = {
        let mut sending =
            Sending { console: &console, viewer, sink: &mut sink, cursor: 0, slowest: Duration::ZERO };
        tokio::select! {
            end = sending.run(after, waiting) => end,
            end = hear(&console, viewer, &mut stream, answers) => end,
            end = watch_session(&console.sessions, &seat, &token) => end,
            () = console.stopping.0.cancelled() => End::Stopping,
        }
    };
    tracing::debug!(user.id = %viewer.user, ?end, "A console left the feed");
    drop(open);
    drop(agency);
    let wait = if end == End::Resync { RESYNC_FAREWELL_WAIT } else { FAREWELL_WAIT };
    timeout(wait, farewell(&console, sink, stream, end)).await.ok();
    drop(counted);
}

/// Says why, as far as the console still listens, and waits until it has heard.
async fn farewell(
    console: &Console,
    mut sink: SplitSink<WebSocket, Message>,
    mut stream: SplitStream<WebSocket>,
    end: End,
) {
    let (code, reason) = match end {
        End::Gone => (close_code::NORMAL, "gone"),
        End::Resync => {
            console.metrics.resynced();
            if let Ok(text) = text_of(&FeedMessage::Resync { at: console.clock.now().into() }) {
                sink.send(Message::Text(text)).await.ok();
            }
            (close_code::AGAIN, "resync")
        }
        End::SessionEnded => (close_code::POLICY, "session_ended"),
        End::TooManyMessages => (close_code::POLICY, "too_many_messages"),
        End::Stopping => (close_code::AWAY, "stopping"),
    };
    sink.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await.ok();
    // A socket that is closed while something still comes, the answer to a ping for example, is reset (RFC 1122
    // section 4.2.2.13), and a reset throws away what the console has not read yet: the word to start over. So
    // what it says is read and dropped until it closes.
    while let Some(Ok(_)) = stream.next().await {}
}

fn text_of(message: &FeedMessage) -> Result<Utf8Bytes, serde_json::Error> {
    serde_json::to_string(message).map(Utf8Bytes::from)
}

/// The outgoing half.
struct Sending<'a> {
    console: &'a Console,
    viewer: Viewer,
    sink: &'a mut SplitSink<WebSocket, Message>,
    cursor: u64,
    /// The longest that one message took since the console was last up to date.
    slowest: Duration,
}

impl Sending<'_> {
    async fn run(&mut self, after: Option<u64>, mut answers: mpsc::Receiver<Utf8Bytes>) -> End {
        let mut live = self.console.floor.messages();
        match self.begin(after).await {
            Ok(()) => {}
            Err(end) => return end,
        }
        let feed = self.console.desk.feed();
        let mut mode = self.console.mode.clone();
        let mut duplicates = self.console.duplicates.told();
        // Who begins is told what holds.
        duplicates.mark_changed();
        let mut heartbeat = tokio::time::interval(HEARTBEAT_EVERY);
        heartbeat.reset();
        loop {
            let done = tokio::select! {
                () = feed.changed(self.cursor) => self.send_changes(&feed).await,
                _ = heartbeat.tick() => self.send_heartbeat().await,
                Ok(()) = mode.changed() => {
                    let now = mode.borrow_and_update().clone();
                    self.send_mode(&now).await
                }
                Ok(()) = duplicates.changed() => {
                    let text = duplicates.borrow_and_update().text.clone();
                    self.send_duplicates(text).await
                }
                message = live.recv() => match message {
                    Ok(message) => self.send_live(message).await,
                    Err(RecvError::Lagged(_)) => Ok(()),
                    Err(RecvError::Closed) => return End::Stopping,
                },
                Some(answer) = answers.recv() => self.send(Message::Text(answer)).await,
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    /// What came after the cursor, or a snapshot.
    async fn begin(&mut self, after: Option<u64>) -> Result<(), End> {
        let console = self.console;
        let mode = console.mode.borrow().clone();
        let feed = console.desk.feed();
        // A cursor of the future is one of another history.
        let known =
            |cursor: &u64| *cursor <= feed.head() && matches!(feed.after(*cursor, 0), After::Changes(_));
        let kept = after.filter(known);
        let now = console.clock.now();
        let first = match kept {
            Some(cursor) => {
                self.cursor = cursor;
                let trunk_answers = trunk_answers(&console.floor.now(), self.viewer.role);
                FeedMessage::Resumed { cursor: Counter(cursor), at: now.into(), trunk_answers }
            }
            None => {
                let floor = console.floor.now();
                let taken =
                    snapshot::take(self.viewer, &console.store, &console.show, &floor, mode.mode, now);
                let (cursor, message) = taken.await.map_err(|error| {
                    tracing::warn!(error = &error as &dyn std::error::Error, "No snapshot for a console");
                    End::Gone
                })?;
                self.cursor = cursor;
                message
            }
        };
        let text = text_of(&first).map_err(|_| End::Gone)?;
        self.send(Message::Text(text)).await?;
        if mode.mode == incident_store::Mode::Normal { Ok(()) } else { self.send_mode(&mode).await }
    }

    async fn send_changes(&mut self, feed: &Feed) -> Result<(), End> {
        let behind = feed.head().saturating_sub(self.cursor);
        if is_too_slow(behind, self.slowest) {
            return Err(End::Resync);
        }
        let After::Changes(changes) = feed.after(self.cursor, CONSOLE_QUEUE_MESSAGES_MAX) else {
            return Err(End::Resync);
        };
        let mut sent = 0;
        for change in &changes {
            if let Some(form) = visible(change, self.viewer)
                && let Some(text) = self.console.renderer.text(change, form).await
            {
                self.send(Message::Text(text)).await?;
                sent += 1;
            }
            self.cursor = change.index;
            if is_too_slow(feed.head().saturating_sub(self.cursor), self.slowest) {
                return Err(End::Resync);
            }
        }
        self.console.metrics.sent(sent);
        if feed.head() == self.cursor {
            self.slowest = Duration::ZERO;
        }
        Ok(())
    }

    async fn send_heartbeat(&mut self) -> Result<(), End> {
        let at = self.console.clock.now().into();
        let text =
            text_of(&FeedMessage::Heartbeat { cursor: Counter(self.cursor), at }).map_err(|_| End::Gone)?;
        self.send(Message::Text(text)).await?;
        // The answer to it tells that somebody is still there.
        self.send(Message::Ping(axum::body::Bytes::new())).await
    }

    /// What is only worth knowing now; a console that was too slow for some of it goes on with the next.
    async fn send_live(&mut self, message: LiveMessage) -> Result<(), End> {
        if message.to.holds(self.viewer) { self.send(Message::Text(message.text)).await } else { Ok(()) }
    }

    async fn send_duplicates(&mut self, text: Utf8Bytes) -> Result<(), End> {
        if text.is_empty() || !sees_calls(self.viewer.role) {
            return Ok(());
        }
        self.send(Message::Text(text)).await
    }

    async fn send_mode(&mut self, now: &ModeNow) -> Result<(), End> {
        let text = if sees_calls(self.viewer.role) { &now.with_calls } else { &now.without_calls };
        self.send(Message::Text(text.clone())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        let begun = Instant::now();
        let sent = timeout(GONE_AFTER, self.sink.send(message)).await;
        self.slowest = self.slowest.max(begun.elapsed());
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }
}

/// A burst makes every console fall behind for a moment; one that also takes long for a message is not being
/// read.
fn is_too_slow(behind: u64, slowest: Duration) -> bool {
    behind > CONSOLE_QUEUE_MESSAGES_MAX as u64 && slowest > SLOW_AFTER
}

/// The incoming half.
async fn hear(
    console: &Console,
    viewer: Viewer,
    stream: &mut SplitStream<WebSocket>,
    answers: mpsc::Sender<Utf8Bytes>,
) -> End {
    loop {
        // A console that is there answers the ping of every heartbeat.
        let Ok(Some(Ok(message))) = timeout(GONE_AFTER, stream.next()).await else { return End::Gone };
        let refused = match message {
            Message::Text(text) => match parse::<ConsoleMessage>(text.as_bytes()) {
                Ok(said) => command::obey(said, viewer, &console.store, &console.intake).await.err(),
                Err(problem) => Some(problem),
            },
            Message::Binary(_) => Some(Problem::new(Code::NotJson)),
            Message::Ping(_) | Message::Pong(_) => None,
            Message::Close(_) => return End::Gone,
        };
        let Some(problem) = refused else { continue };
        let answer = FeedMessage::Error { at: console.clock.now().into(), problem: problem.body() };
        let Ok(text) = text_of(&answer) else { return End::Gone };
        if answers.try_send(text).is_err() {
            return End::TooManyMessages;
        }
    }
}

/// Ends when the session does, or when its person has another role or agency than at the beginning.
async fn watch_session(sessions: &Sessions, seat: &Seat, token: &Token) -> End {
    let mut revision = sessions.revision();
    loop {
        revision.mark_unchanged();
        match sessions.seat(token).await {
            Ok(now) if now.user.role == seat.user.role && now.user.agency == seat.user.agency => {}
            Ok(_) => return End::SessionEnded,
            Err(problem) if problem.code() == Code::NoSession => return End::SessionEnded,
            // The store is away: who was here a moment ago stays.
            Err(_) => {}
        }
        // A session also ends by the clock, which wakes nobody.
        timeout(HEARTBEAT_EVERY, revision.changed()).await.ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_alone_or_one_long_message_alone_is_not_too_slow() {
        assert!(!is_too_slow(5_000, Duration::from_millis(300)));
        assert!(!is_too_slow(10, Duration::from_secs(20)));
        assert!(is_too_slow(257, Duration::from_secs(3)));
    }
}
