//! What becomes of an item of the outbox: on a real store, with a trunk that says what the story wants.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use agency_channels::Client;
use call_link::order::{CallOrders, OrderReply, VoiceState};
use dispatch_core::actor::Actor;
use dispatch_core::category::{Category, Priority};
use dispatch_core::ids::{AgencyCode, AgencyId, IncidentId, UserId};
use dispatch_core::incident::{Assignment, AssignmentState, Incident, IncidentCommand, Location, Report};
use dispatch_core::private::Private;
use dispatch_core::routing::{Role, Target};
use dispatch_core::time::{Clock, Seconds, Timestamp};
use incident_store::{
    Desk, DeskCommand, DeskConfig, IdempotencyKey, OutboxItem, SiteCommand, Store, StoreConfig, StoreUrl,
    Submission,
};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::book::ChannelBook;
use super::{Counts, Messages, Phones, Shared, Work, carry};
use crate::config::{Address, AgencyChannel, Carrier, Gateway};

/// A desk, one agency with one telephone, and a trunk that answers from a list; then it says "calling" for ever.
pub(super) struct Centre {
    pub(super) shared: Shared,
    pub(super) work: Work,
    incident: IncidentId,
    rung: Arc<std::sync::Mutex<Vec<String>>>,
    stop: CancellationToken,
    tasks: TaskTracker,
    _dir: tempfile::TempDir,
}

const AGENCY: AgencyId = AgencyId(Uuid::from_u128(0x0193_5A00_0000_7ABC_8123_4567_89AB_0001));

impl Centre {
    pub(super) async fn new(says: impl IntoIterator<Item = VoiceState>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::new(|| "2026-11-22T03:00:00Z".parse().unwrap());
        let url = StoreUrl::Sqlite(dir.path().join("sigap.db"));
        let store = Store::open(StoreConfig { url, clock: clock.clone() }).await.unwrap();
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let config =
            DeskConfig { clock: clock.clone(), signer: None, checkpoint_every: Duration::from_secs(60) };
        let desk = Desk::start(store, config, &tasks, stop.clone()).await.unwrap();
        let (orders, mut inbox) = CallOrders::channel();
        let rung = Arc::new(std::sync::Mutex::new(Vec::new()));
        let (mut says, ids) = (says.into_iter().collect::<VecDeque<_>>(), Arc::clone(&rung));
        tokio::spawn(async move {
            while let Some(pending) = inbox.next().await {
                ids.lock().unwrap().push(format!("{:?}", pending.order));
                let state = says.pop_front().unwrap_or(VoiceState::Calling);
                pending.reply(OrderReply::Notified { state });
            }
        });
        let gateway = Gateway {
            name: "telepon".into(),
            carrier: Carrier::Voice,
            at_once: 1,
            confirm: Duration::from_secs(1),
            reports: None,
        };
        let channel = AgencyChannel {
            agency: AgencyCode::new("damkar"),
            gateway: "telepon".into(),
            to: Address::Fixed(Private::new("08111111111".into())),
            steps: vec![],
            tested: None,
        };
        let shared = Shared {
            client: Client::new(Default::default()).unwrap(),
            book: ChannelBook::new(&[gateway], &[channel]),
            neighbours: vec![],
            weekly: None,
            counts: Counts::default(),
            tries: Default::default(),
            phones: Phones::default(),
            messages: Messages::default(),
            work: OnceCell::new(),
        };
        let work = Work { desk, clock, orders };
        let incident = IncidentId(Uuid::now_v7());
        let centre = Self { shared, work, incident, rung, stop, tasks, _dir: dir };
        centre.asks_the_agency().await;
        centre
    }

    async fn submit(&self, command: DeskCommand) {
        let key = IdempotencyKey::new(Uuid::now_v7().to_string()).unwrap();
        let by = Actor::User(UserId(Uuid::from_u128(1)));
        self.work.desk.submit(Submission::new(key, by, command)).await.unwrap();
    }

    /// An incident, the agency on it, and no console of the agency open: the second channel is to be tried.
    async fn asks_the_agency(&self) {
        let code = AgencyCode::new("damkar");
        let add = SiteCommand::AddAgency {
            agency: AGENCY,
            code: code.clone(),
            name: "Damkar".into(),
            functions: vec![],
            decree: None,
        };
        self.submit(DeskCommand::Site(add)).await;
        let report = Report {
            number: String::new(),
            category: Category::A,
            kind: None,
            priority: Priority::P1,
            narrative: Private::new("api".into()),
            location: Location::default(),
            casualties: None,
            reporter: None,
            call: None,
        };
        self.submit(DeskCommand::OpenIncident(self.incident, Box::new(report))).await;
        let target = Target { agency: AGENCY, code, role: Role::Lead, because: "uji".into() };
        self.incident(IncidentCommand::Dispatch { targets: vec![target], note: None }).await;
        let id = self.assignment().await.id;
        self.incident(IncidentCommand::ConsoleOff { id }).await;
    }

    pub(super) async fn incident(&self, command: IncidentCommand) {
        self.submit(DeskCommand::Incident(self.incident, command)).await;
    }

    pub(super) async fn now(&self) -> Incident {
        self.work.desk.store().incident(self.incident).await.unwrap().unwrap()
    }

    async fn assignment(&self) -> Assignment {
        self.now().await.assignments[0].clone()
    }

    /// The items that are due at this moment, as a courier takes them.
    pub(super) async fn due(&self, at: Timestamp) -> Vec<OutboxItem> {
        self.work.desk.lease_effects(8, at, Duration::from_secs(30)).await.unwrap()
    }

    pub(super) async fn item(&self) -> OutboxItem {
        self.due(self.work.clock.now()).await.pop().expect("an item")
    }

    pub(super) async fn carries(&self, item: &OutboxItem) {
        tokio::time::timeout(Duration::from_secs(60), carry::carry(&self.shared, &self.work, item))
            .await
            .unwrap();
    }

    fn calls(&self) -> usize {
        self.rung.lock().unwrap().len()
    }

    /// The desk is given time to end: its folder goes with the story.
    pub(super) async fn ends(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Long after everything that a courier puts off for a moment.
    pub(super) fn later(&self) -> Timestamp {
        self.work.clock.now().after(Seconds(120))
    }
}

#[tokio::test]
async fn what_has_ended_is_rung_for_nobody() {
    let centre = Centre::new([]).await;
    let item = centre.item().await;
    centre.incident(IncidentCommand::Cancel { reason: Private::new("laporan palsu".into()) }).await;
    centre.carries(&item).await;
    assert_eq!(
        (centre.calls(), centre.due(centre.later()).await.len()),
        (0, 0),
        "it is done, and no telephone rang"
    );
    centre.ends().await;
}

#[tokio::test]
async fn without_a_free_line_the_last_channel_is_tried_again_and_then_the_key_counts() {
    let centre = Centre::new([VoiceState::NoRoom, VoiceState::Accepted]).await;
    let item = centre.item().await;
    centre.carries(&item).await;
    let a = centre.assignment().await;
    assert!(a.tries.is_empty() && a.progress.awaits_acknowledgement(), "no line is no result: {:?}", a.tries);
    let again = centre.due(centre.later()).await;
    assert_eq!(again.len(), 1, "it is due again");
    centre.carries(&again[0]).await;
    assert_eq!(centre.assignment().await.progress.state(), AssignmentState::Acknowledged);
    assert_eq!(centre.due(centre.later()).await.len(), 0);
    centre.ends().await;
}

#[tokio::test]
async fn a_gateway_without_a_place_and_our_own_call_are_waited_for() {
    let centre = Centre::new([]).await;
    let item = centre.item().await;
    let room = centre.shared.book.ways(&AgencyCode::new("damkar")).next().unwrap().room.clone();
    let taken = room.try_acquire().unwrap();
    centre.carries(&item).await;
    drop(taken);
    let again = centre.due(centre.later()).await;
    assert_eq!((again.len(), centre.calls()), (1, 0), "no place: later");
    let phone = centre.shared.phones.take(&Private::new("+62 811-1111-111".into()));
    assert!(phone.is_some());
    centre.carries(&again[0]).await;
    assert_eq!(centre.calls(), 0, "our own call to this telephone goes on");
    assert!(centre.assignment().await.tries.is_empty(), "which makes it neither busy nor failed");
    drop(phone);
    assert_eq!(centre.due(centre.later()).await.len(), 1);
    centre.ends().await;
}

#[tokio::test]
async fn a_key_that_could_not_be_written_is_asked_for_again_and_written_once() {
    let centre = Centre::new([VoiceState::Accepted, VoiceState::Accepted]).await;
    let item = centre.item().await;
    // A desk that has stopped writes nothing.
    centre.ends().await;
    centre.carries(&item).await;
    let calls = centre.calls();
    assert!(centre.assignment().await.progress.awaits_acknowledgement(), "it is not written");
    let clock = centre.work.clock.clone();
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let config = DeskConfig { clock: clock.clone(), signer: None, checkpoint_every: Duration::from_secs(60) };
    let store = centre.work.desk.store().clone();
    let desk = Desk::start(store, config, &tasks, stop.clone()).await.unwrap();
    let centre =
        Centre { work: Work { desk, clock, orders: centre.work.orders.clone() }, stop, tasks, ..centre };
    centre.carries(&item).await;
    assert_eq!(centre.assignment().await.progress.state(), AssignmentState::Acknowledged);
    let ids = centre.rung.lock().unwrap().clone();
    assert!(calls > 0 && ids.iter().all(|id| *id == ids[0]), "under the same id, so nobody is rung twice");
    let version = centre.now().await.version;
    // The same item once more, as after a lease that ended too early.
    centre.carries(&item).await;
    assert_eq!((centre.now().await.version, centre.rung.lock().unwrap().len()), (version, ids.len()));
    centre.ends().await;
}
