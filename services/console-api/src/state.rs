//! What the routes share, in parts: each route takes the parts that it needs (`FromRef`).

use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::FromRef;
use call_link::order::{CallOrders, LineEvents};
use dispatch_core::acd::AcdPolicy;
use dispatch_core::classification::Classifier;
use dispatch_core::time::{Clock, Seconds};
use incident_store::{Desk, Store, StoreError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::agency_consoles::AgencyConsoles;
use crate::base_maps::BaseMaps;
use crate::calls::SeatPages;
use crate::channels::ChannelDoor;
use crate::duplicates::DuplicateBook;
use crate::duty_seats::{DutySeats, SeatsTold};
use crate::feed::{self, ModeNow, Renderer};
use crate::floor::{self, Floor};
use crate::intake::Intake;
use crate::metrics::Metrics;
use crate::names::NameBook;
use crate::once::Once;
use crate::origin::Origins;
use crate::paper::CentreName;
use crate::phone_book::PhoneBook;
use crate::presence::Presence;
use crate::public_page::PublicFigures;
use crate::recordings::{Recordings, RecordingsFolder};
use crate::screening::Screening;
use crate::seal::SealFiles;
use crate::session::password::{HashFailed, Passwords};
use crate::session::{Attempts, Pace, Sessions, keeper};
use crate::show::Show;
use crate::trunk_book;
use crate::views::PublicKey;

/// What the binary hands in.
pub struct ApiConfig {
    /// The one way in.
    pub desk: Desk,
    /// Where questions are answered.
    pub store: Store,
    /// The way to the trunk.
    pub orders: CallOrders,
    /// What the trunk tells while it happens.
    pub line: LineEvents,
    /// Whom the centre may call.
    pub phone_book: PhoneBook,
    /// By which rules waiting calls ring.
    pub ring_rules: AcdPolicy,
    /// Where recordings lie.
    pub recordings: RecordingsFolder,
    /// Where base maps lie; it need not be there.
    pub map_dir: PathBuf,
    /// Whom to ask for the time.
    pub clock: Clock,
    /// What proposes a category.
    pub classifier: Arc<Classifier>,
    /// By what checkpoints are verified.
    pub public_key: PublicKey,
    /// Origins of consoles that are served from another address, `https://…`.
    pub origins: Vec<String>,
    /// How long a session holds.
    pub session_length: Seconds,
    /// Whether this is a demo.
    pub demo: bool,
    /// How the centre calls itself on paper.
    pub centre: CentreName,
    /// By what documents are sealed.
    pub seal: SealFiles,
    /// The couriers.
    pub channels: ChannelDoor,
    /// Prometheus lines of the other parts of the process; figures only.
    pub more_metrics: MoreMetrics,
}

/// Writes Prometheus lines of another part of the process.
#[derive(Clone)]
pub struct MoreMetrics(Arc<dyn Fn() -> String + Send + Sync>);

impl MoreMetrics {
    /// Lines that `write` makes.
    pub fn new(write: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(write))
    }

    /// No lines.
    pub fn none() -> Self {
        Self::new(String::new)
    }

    /// The lines as of now.
    pub fn text(&self) -> String {
        (self.0)()
    }
}

/// What is true of this site as long as it runs.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// Whether this is a demo.
    pub demo: bool,
    /// How long a session holds.
    pub session_length: Seconds,
}

/// The parts.
#[derive(Clone, FromRef)]
pub struct ApiState {
    desk: Desk,
    store: Store,
    orders: CallOrders,
    clock: Clock,
    classifier: Arc<Classifier>,
    public_key: Arc<PublicKey>,
    origins: Origins,
    site: Site,
    centre: CentreName,
    seal: SealFiles,
    public_figures: PublicFigures,
    more_metrics: MoreMetrics,
    names: NameBook,
    show: Show,
    floor: Floor,
    phone_book: PhoneBook,
    presence: Presence,
    agency_consoles: AgencyConsoles,
    seats_told: SeatsTold,
    seat_pages: SeatPages,
    recordings: Recordings,
    base_maps: BaseMaps,
    channels: ChannelDoor,
    duplicates: DuplicateBook,
    once: Once,
    intake: Intake,
    sessions: Sessions,
    passwords: Passwords,
    attempts: Attempts,
    pace: Pace,
    renderer: Renderer,
    mode: watch::Receiver<Arc<ModeNow>>,
    metrics: Metrics,
    stopping: Stopping,
}

/// Cancelled when the process stops: consoles are then told to connect again.
#[derive(Clone, Debug)]
pub struct Stopping(pub CancellationToken);

/// The API could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store did not answer.
    #[error("the names could not be read from the store")]
    Store(#[from] StoreError),
    /// Argon2 failed.
    #[error("the password hash could not be prepared")]
    Hash(#[from] HashFailed),
}

impl ApiState {
    /// Reads what is kept in memory, and starts the two tasks that keep it true: they end with `stop`.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn start(
        config: ApiConfig,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Result<Self, StartError> {
        let ApiConfig { desk, store, orders, clock, line, .. } = config;
        let metrics = Metrics::default();
        // Before the names are read: a change in between is then read twice, not missed.
        let from = desk.feed().head();
        let names = NameBook::open(desk.clone(), store.clone()).await?;
        let (floor, keep_floor) =
            floor::watch(desk.clone(), orders.clone(), line, clock.clone(), stop.clone());
        tasks.spawn(keep_floor);
        let show = Show::new(names.clone(), store.clone(), floor.watched());
        let sessions = Sessions::new(store.clone(), orders.clone(), clock.clone());
        let passwords = Passwords::new()?;
        let (mode, keep_mode) =
            feed::watch_mode(&desk, orders.clone(), names.clone(), clock.clone(), stop.clone());
        tasks.spawn(keep_mode);
        tasks.spawn(keeper::run(desk.clone(), sessions.clone(), names.clone(), from, stop.clone()));
        let intake = Intake::new(desk.clone(), names.clone(), metrics.clone());
        let (duplicates, watching) =
            DuplicateBook::new(desk.clone(), store.clone(), names.clone(), clock.clone());
        tasks.spawn(watching.run(from, stop.clone()));
        let screening = Screening {
            duplicates: duplicates.clone(),
            names: names.clone(),
            desk: desk.clone(),
            store: store.clone(),
            orders: orders.clone(),
            floor: floor.watched(),
            clock: clock.clone(),
        };
        tasks.spawn(screening.run(from, stop.clone()));
        tasks.spawn(trunk_book::run(floor.watched(), intake.clone(), stop.clone()));
        let agency_consoles = AgencyConsoles::new();
        tasks.spawn(agency_consoles.clone().watch(desk.clone(), intake.clone(), from, stop.clone()));
        let presence = Presence::new();
        let seats = DutySeats {
            desk: desk.clone(),
            store: store.clone(),
            orders: orders.clone(),
            names: names.clone(),
            intake: intake.clone(),
            presence: presence.clone(),
            ring_rules: config.ring_rules,
        };
        let (seats_told, keep_told) = seats.tell(from, stop.clone());
        tasks.spawn(keep_told);
        Ok(Self {
            intake,
            floor,
            phone_book: config.phone_book,
            presence,
            agency_consoles,
            seats_told,
            seat_pages: SeatPages::default(),
            recordings: Recordings::new(config.recordings),
            base_maps: BaseMaps::new(config.map_dir),
            channels: config.channels,
            duplicates,
            once: Once::new(clock.clone()),
            renderer: Renderer::new(show.clone()),
            public_key: Arc::new(config.public_key),
            origins: Origins::new(config.origins),
            centre: config.centre,
            seal: config.seal,
            public_figures: PublicFigures::default(),
            site: Site { demo: config.demo, session_length: config.session_length },
            classifier: config.classifier,
            more_metrics: config.more_metrics,
            attempts: Attempts::default(),
            pace: Pace::default(),
            desk,
            store,
            orders,
            clock,
            names,
            show,
            sessions,
            passwords,
            mode,
            metrics,
            stopping: Stopping(stop),
        })
    }
}
