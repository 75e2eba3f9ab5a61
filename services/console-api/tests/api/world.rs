//! A server with people, agencies and areas in it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use console_api::phone_book::{Contact, PhoneBook};
use console_api::recordings::{RecordingSpace, RecordingsFolder};
use console_api::{ApiConfig, MoreMetrics};
use dispatch_core::acd::AcdPolicy;
use dispatch_core::actor::Actor;
use dispatch_core::area::bangka_selatan;
use dispatch_core::classification::Classifier;
use dispatch_core::ids::{AgencyCode, AgencyId, IncidentId, UserId};
use dispatch_core::incident::IncidentCommand;
use dispatch_core::place;
use dispatch_core::private::Private;
use dispatch_core::site::UserRole;
use dispatch_core::time::{Clock, Seconds, Timestamp};
use incident_store::{
    Desk, DeskCommand, DeskConfig, IdempotencyKey, SiteCommand, Store, StoreConfig, StoreUrl, Submission,
};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::client::Client;
use crate::trunk::FakeTrunk;

pub const PASSWORD: &str = "sigap-demo";
const ORIGIN: &str = "https://konsol.example";

/// Everything that a test needs. Dropped, it stops.
pub struct World {
    pub address: SocketAddr,
    pub trunk: FakeTrunk,
    pub users: BTreeMap<String, UserId>,
    /// The room for recordings, as it is measured.
    pub space: watch::Sender<RecordingSpace>,
    stop: CancellationToken,
    folder: tempfile::TempDir,
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap())
}

/// A new UUIDv7; a counter stands for chance.
pub fn new_id() -> Uuid {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let mut tail = [0; 10];
    tail[2..].copy_from_slice(&COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    let millis = u64::try_from(now().as_micros() / 1000).unwrap();
    uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
}

/// Waits until it is so; a busy machine has ten seconds.
pub async fn wait_for<F: Future<Output = bool>>(reached: impl Fn() -> F) {
    for _ in 0..500 {
        if reached().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not reached within ten seconds");
}

/// One hash for everybody: hashing is slow on purpose.
fn hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| console_api::hash_password(PASSWORD).unwrap()).clone()
}

impl World {
    pub async fn new() -> Self {
        Self::with_sessions_of(Seconds(12 * 3600)).await
    }

    pub async fn with_sessions_of(session_length: Seconds) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::new(now);
        let url = StoreUrl::Sqlite(folder.path().join("sigap.db"));
        let store = Store::open(StoreConfig { url, clock: clock.clone() }).await.unwrap();
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let config =
            DeskConfig { clock: clock.clone(), signer: None, checkpoint_every: Duration::from_secs(60) };
        let desk = Desk::start(store.clone(), config, &tasks, stop.clone()).await.unwrap();
        let users = found(&desk).await;
        let (trunk, orders) = FakeTrunk::start(desk.clone());
        std::fs::create_dir(folder.path().join("rekaman")).unwrap();
        let space = watch::Sender::new(RecordingSpace { free_bytes: Some(9 << 20), low: false });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let public_key = console_api::views::PublicKey {
            public_key: "-----BEGIN PUBLIC KEY-----".into(),
            certificate: "-----BEGIN CERTIFICATE-----".into(),
            key_id: "0123456789abcdef".into(),
        };
        let config = ApiConfig {
            desk: desk.clone(),
            store,
            orders,
            line: trunk.line.clone(),
            phone_book: phone_book(),
            ring_rules: AcdPolicy::default(),
            recordings: RecordingsFolder { dir: folder.path().join("rekaman"), space: space.subscribe() },
            map_dir: folder.path().join("peta"),
            clock,
            classifier: Arc::new(Classifier::default_classifier().unwrap()),
            public_key,
            origins: vec![ORIGIN.into()],
            session_length,
            demo: true,
            centre: console_api::CentreName { name: "Pusat 112 Uji".into(), ..Default::default() },
            seal: console_api::seal::SealFiles {
                key: folder.path().join("segel.pem"),
                chain: folder.path().join("sertifikat.pem"),
            },
            channels: console_api::channels::ChannelDoor::none(),
            more_metrics: MoreMetrics::new(|| "sigap_trunk_invites_total 7\n".into()),
        };
        let stopping = stop.clone();
        tokio::spawn(async move { console_api::serve(listener, config, stopping).await.unwrap() });
        Self { address, trunk, users, space, stop, folder }
    }

    /// Where recordings lie.
    pub fn recordings(&self) -> std::path::PathBuf {
        self.folder.path().join("rekaman")
    }

    /// Where base maps lie. Nobody made the folder yet.
    pub fn maps(&self) -> std::path::PathBuf {
        self.folder.path().join("peta")
    }

    /// Somebody without a session.
    pub fn stranger(&self) -> Client {
        Client { address: self.address, token: None }
    }

    /// Somebody logged in.
    pub async fn log_in(&self, username: &str) -> Client {
        self.log_in_with(username, PASSWORD).await
    }

    pub async fn log_in_with(&self, username: &str, password: &str) -> Client {
        let body = json!({ "username": username, "password": password });
        let session = self.stranger().post("session", body).await.expect(200);
        Client { address: self.address, token: Some(session["token"].as_str().unwrap().to_owned()) }
    }

    /// So many notes on an incident, in one submission; asked again with the same key when the store is late.
    pub async fn write_notes(&self, incident: &str, key: &str, count: usize) {
        let id: IncidentId = incident.parse().unwrap();
        let note = |n| IncidentCommand::AddNote { text: Private::new(format!("{key} {n}")) };
        let submission = Submission {
            key: IdempotencyKey::new(key).unwrap(),
            fingerprint: None,
            actor: Actor::User(self.users["petugas1"]),
            commands: (0..count).map(|n| DeskCommand::Incident(id, note(n))).collect(),
            journal: None,
            completes: None,
            keep_answer: false,
        };
        for _ in 0..20 {
            if self.trunk.desk.submit(submission.clone()).await.is_ok() {
                return;
            }
        }
        panic!("the notes were not taken");
    }

    /// A fire that is reported, sent to damkar.
    pub async fn dispatched_fire(&self, taker: &Client) -> (Value, String) {
        let incident = taker.post("incidents", fire()).await.expect(201);
        let id = incident["id"].as_str().unwrap();
        let sent = taker
            .post(&format!("incidents/{id}/dispatch"), json!({ "agencies": ["damkar"] }))
            .await
            .expect(200);
        let assignment = sent["assignments"][0]["id"].as_str().unwrap().to_owned();
        (sent["incident"].clone(), assignment)
    }
}

fn phone_book() -> PhoneBook {
    let damkar = Contact {
        code: "damkar".into(),
        label: "Damkar Toboali".into(),
        target: Private::new("tel:+62717000113".into()),
        neighbour: false,
    };
    let neighbour = Contact {
        code: "19.04".into(),
        label: "112 Bangka Tengah".into(),
        target: Private::new("tel:+62718000112".into()),
        neighbour: true,
    };
    PhoneBook::new(vec![damkar, neighbour], vec!["sip:".into()])
}

/// A fire.
pub fn fire() -> Value {
    json!({
        "category": "a", "type": "kebakaran_bangunan", "narrative": "Rumah terbakar di dekat masjid",
        "location": { "lat": -2.9966, "lon": 106.4537, "landmark": "masjid Toboali" }
    })
}

async fn found(desk: &Desk) -> BTreeMap<String, UserId> {
    let mut users = BTreeMap::new();
    let mut commands = vec![SiteCommand::Found { demo: true }];
    commands.push(SiteCommand::ImportAreas {
        areas: bangka_selatan::areas(),
        sha256: "0".repeat(64),
        decree: None,
    });
    commands.push(SiteCommand::ImportPlaces {
        source: place::bangka_selatan::SOURCE.into(),
        places: place::bangka_selatan::places(),
        replace: false,
        sha256: "0".repeat(64),
        decree: None,
    });
    for code in ["damkar", "bpbd", "polres", "ambulans", "pln"] {
        let agency = AgencyId(new_id());
        let (name, code_of) = (format!("Instansi {code}"), AgencyCode::new(code));
        commands.push(SiteCommand::AddAgency {
            agency,
            code: code_of,
            name,
            functions: vec![],
            decree: None,
        });
        commands.push(user(&mut users, code, UserRole::Dispatcher, Some(agency)));
        if code == "damkar" {
            commands.push(user(&mut users, "damkar2", UserRole::Dispatcher, Some(agency)));
        }
    }
    for (name, role) in [
        ("petugas1", UserRole::CallTaker),
        ("petugas2", UserRole::CallTaker),
        ("pengawas", UserRole::Supervisor),
        ("admin", UserRole::Admin),
        ("auditor", UserRole::Auditor),
        ("dinding", UserRole::Wall),
    ] {
        commands.push(user(&mut users, name, role, None));
    }
    let submission = Submission {
        key: IdempotencyKey::new("found").unwrap(),
        fingerprint: None,
        actor: Actor::System,
        commands: commands.into_iter().map(DeskCommand::Site).collect(),
        journal: None,
        completes: None,
        keep_answer: false,
    };
    desk.submit(submission).await.unwrap();
    users
}

fn user(
    users: &mut BTreeMap<String, UserId>,
    name: &str,
    role: UserRole,
    agency: Option<AgencyId>,
) -> SiteCommand {
    let id = UserId(new_id());
    users.insert(name.to_owned(), id);
    SiteCommand::AddUser {
        user: id,
        username: Private::new(name.to_owned()),
        name: Private::new(format!("Nama {name}")),
        role,
        agency,
        password_hash: hash(),
        temporary: false,
        decree: None,
    }
}
