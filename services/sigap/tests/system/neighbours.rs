//! Two centres hand an incident over to each other: two real servers, signed packets between them.

use std::net::SocketAddr;
use std::time::Duration;

use dispatch_core::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::harness::{Answer, Api, Call, Kind, Server, Setup, eventually, kinds, open_incident};

/// What both sides know.
const SECRET: &str = "kunci-dua-pusat-untuk-uji";
/// The packet is on its way again some seconds after the other side came up.
const TOLD_WITHIN: Duration = Duration::from_secs(60);

/// `[[neighbour]]` of a centre that listens there; `own` is how it knows us.
fn neighbour(code: &str, name: &str, own: &str, http: SocketAddr) -> String {
    format!(
        "[[neighbour]]\ncode = \"{code}\"\nname = \"{name}\"\ntelephone = \"sip:112@127.0.0.1:9\"\n\
         url = \"http://{http}/api/v1/neighbours/{own}/messages\"\nsecret_file = \"DIR/kunci-tetangga\"\n"
    )
}

/// Writes its neighbour into a server that is not running.
fn write_neighbour(server: &Server, table: &str) {
    let data = server.data_dir();
    std::fs::write(data.join("kunci-tetangga"), SECRET).expect("the secret can be written");
    let text = table.replace("DIR", &data.display().to_string());
    std::fs::write(data.join("sigap.toml"), text).expect("sigap.toml can be written");
}

/// South (19.03) and middle (19.04), which know each other; the one in the middle is down.
async fn two_centres() -> (Server, Server) {
    let setup = || Setup::demo(Kind::Sqlite).fixed_ports();
    let (mut south, mut middle) = tokio::join!(Server::start(setup()), Server::start(setup()));
    south.kill().await;
    middle.kill().await;
    write_neighbour(&south, &neighbour("19.04", "112 Bangka Tengah", "19.03", middle.http));
    write_neighbour(&middle, &neighbour("19.03", "112 Bangka Selatan", "19.04", south.http));
    south.start_again().await;
    (south, middle)
}

fn report() -> Value {
    json!({
        "category": "c", "type": "kecelakaan_lalu_lintas", "priority": "P2",
        "narrative": "Dua motor bertabrakan di jembatan, satu orang tidak sadar",
        "location": { "lat": -2.55, "lon": 106.4, "accuracy_m": 120, "landmark": "jembatan perbatasan",
            "source": "caller_fix", "fixed_at": "2026-11-22T03:00:00Z" },
        "casualties": 2,
        "reporter": { "name": "Samsudin", "number": "+62811000777" },
    })
}

async fn transfer(api: &Api, incident: &Value, body: &Value) -> Value {
    let id = incident["id"].as_str().expect("an id");
    api.post(&format!("/incidents/{id}/transfer"), body).await.expect(200)
}

async fn now(api: &Api, incident: &Value) -> Value {
    let id = incident["id"].as_str().expect("an id");
    api.get(&format!("/incidents/{id}")).await.expect(200)
}

/// The incident that came over with this number of the other centre, once it is there.
async fn arrived(api: &Api, theirs: &Value) -> Value {
    eventually("the packet arrives", TOLD_WITHIN, || async {
        let open = api.get("/incidents?status=open").await.expect(200);
        let items = open["items"].as_array().expect("items").clone();
        items.into_iter().find(|one| one["origin"]["reference"] == theirs["number"])
    })
    .await
}

/// The latest offer, once it is in this state.
async fn settled(api: &Api, incident: &Value, state: &str) -> Value {
    eventually(&format!("the offer is {state}"), TOLD_WITHIN, || async {
        let incident = now(api, incident).await;
        let offers = incident["transfers"].as_array().expect("transfers");
        (offers.last().is_some_and(|offer| offer["state"] == state)).then_some(incident)
    })
    .await
}

#[tokio::test]
async fn two_centres_hand_over_accept_refuse_and_take_back() {
    let (mut south, mut middle) = two_centres().await;
    let petugas = south.log_in("petugas1").await;
    let contacts = petugas.get("/contacts").await.expect(200);
    let listed = contacts["contacts"].as_array().expect("contacts");
    assert!(listed.iter().any(|one| one["code"] == "19.04" && one["neighbour"] == true), "{contacts}");

    // Offered while the other centre is down, and kept over a restart of our own.
    let first = open_incident(&petugas, &report()).await;
    let offered = transfer(&petugas, &first, &json!({ "action": "offer", "to": "19.04" })).await;
    assert_eq!(offered["status"], "new", "it is ours until they accept: {offered}");
    assert!(offered["clocks"].as_array().expect("clocks").iter().any(|one| one["cause"] == "not_accepted"));
    let id = first["id"].as_str().expect("an id");
    let twice = json!({ "action": "offer", "to": "19.04" });
    let twice = petugas.post(&format!("/incidents/{id}/transfer"), &twice).await;
    assert_eq!(twice.problem(409), "transfer_stands");
    south.kill().await;
    south.start_again().await;
    middle.start_again().await;
    let (petugas, pengawas) = (south.log_in("petugas1").await, south.log_in("pengawas").await);
    let rina = middle.log_in("petugas1").await;

    let received = arrived(&rina, &first).await;
    let told = ["category", "type", "priority", "narrative", "casualties", "reporter"];
    for field in told {
        assert_eq!(received[field], first[field], "{field}");
    }
    for field in ["lat", "lon", "accuracy_m", "landmark", "source", "fixed_at"] {
        assert_eq!(received["location"][field], first["location"][field], "{field}");
    }
    assert_eq!((&received["origin"]["state"], &received["opened_by"]), (&"asked".into(), &Value::Null));
    let open = now(&petugas, &first).await;
    assert_eq!((&open["closed_at"], &open["transfers"][0]["state"]), (&Value::Null, &"waiting".into()));

    transfer(&rina, &received, &json!({ "action": "accept" })).await;
    let closed = settled(&petugas, &first, "accepted").await;
    // Their answer proves that they have it, whatever our own courier has heard by then.
    assert_eq!(
        (&closed["status"], &closed["transfers"][0]["packet"]),
        (&"closed".into(), &"delivered".into())
    );
    assert_eq!(closed["transfers"][0]["reference"], received["number"], "they told us their number");
    assert_eq!(closed["transfers"][0]["answered_name"], rina.user["name"], "and who accepted");

    // A refusal brings it back with an alarm.
    let second = open_incident(&petugas, &report()).await;
    transfer(&petugas, &second, &json!({ "action": "offer", "to": "19.04" })).await;
    let received = arrived(&rina, &second).await;
    let why = json!({ "action": "refuse", "reason": "jembatan itu wilayah selatan" });
    assert_eq!(transfer(&rina, &received, &why).await["status"], "cancelled");
    let back = settled(&petugas, &second, "refused").await;
    assert_eq!((&back["closed_at"], &back["transfers"][0]["reason"]), (&Value::Null, &why["reason"]));
    let steps = kinds(&petugas, &second).await;
    assert!(steps.ends_with(&["transfer_returned".into(), "escalated".into()]), "{steps:?}");
    let alarms = pengawas.get("/escalations").await.expect(200).to_string();
    assert!(alarms.contains(second["id"].as_str().expect("an id")), "the supervisor is told: {alarms}");

    // What is taken back is theirs no more, and they are told.
    let third = transfer(&petugas, &second, &json!({ "action": "offer", "to": "19.04" })).await;
    let offer = third["transfers"][1]["id"].clone();
    eventually("the second packet arrives", TOLD_WITHIN, || async {
        let open = rina.get("/incidents?status=open").await.expect(200).to_string();
        open.contains(offer.as_str().expect("an id")).then_some(())
    })
    .await;
    transfer(&petugas, &second, &json!({ "action": "withdraw", "transfer_id": offer })).await;
    eventually("they know that it was taken back", TOLD_WITHIN, || async {
        let there = rina.get(&format!("/incidents/{}", offer.as_str().expect("an id"))).await.expect(200);
        (there["origin"]["state"] == "taken_back").then_some(())
    })
    .await;
    south.verify().await;
    middle.verify().await;
}

#[tokio::test]
async fn only_a_signed_message_of_a_known_neighbour_is_taken_and_only_once() {
    let key = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(key.path(), SECRET).expect("the secret can be written");
    let table = neighbour("19.04", "112 Bangka Tengah", "19.03", SocketAddr::from(([127, 0, 0, 1], 9)));
    let table = table.replace("DIR/kunci-tetangga", &key.path().display().to_string());
    let south = Server::start(Setup::demo(Kind::Sqlite).toml(&table)).await;
    let petugas = south.log_in("petugas1").await;
    let id = "01935a00-0000-7abc-8123-456789abcdef";
    let packet = json!({
        "kind": "offer", "transfer": id, "incident": "01935a00-0000-7abc-8123-000000000001",
        "reference": "2026-000042", "offered_at": "2026-11-22T03:00:00Z", "answer_by": "2026-11-22T03:03:00Z",
        "reported_at": "2026-11-22T02:59:00Z", "category": "a", "type": "tidak_dikenal_di_sini", "priority": "P1",
        "story": "Gudang terbakar", "location": { "lat": 999.0, "lon": 106.0, "area": "Desa Seberang" },
        "answers": [{ "asked": "Ada yang terjebak?", "answer": "Ya" }], "sesuatu_yang_baru": true,
    });
    let now = Timestamp::from_micros(wall_clock());
    let send = |secret: &str, stamp: Timestamp, from: &str, id: &str| {
        let (body, stamp, id) = (packet.to_string(), stamp.to_string(), id.to_owned());
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length is a key");
        mac.update(format!("sigap-neighbour-2\n{from}\n19.03\n{stamp}\n{id}\n{body}").as_bytes());
        let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        let call = Call::new("POST", &format!("/api/v1/neighbours/{from}/messages"))
            .header("x-sigap-id", &id)
            .header("x-sigap-timestamp", &stamp)
            .header("x-sigap-signature", &signature)
            .bytes(body.into_bytes());
        let at = south.http;
        async move { call.send(at).await.expect("an answer") as Answer }
    };
    let old = Timestamp::from_micros(now.as_micros() - 301_000_000);
    for (secret, stamp, from) in [("lain", now, "19.04"), (SECRET, old, "19.04"), (SECRET, now, "19.05")] {
        assert_eq!(send(secret, stamp, from, "1").await.problem(401), "unproven_report");
    }
    assert_eq!(send(SECRET, now, "19.04", "").await.problem(400), "message_id_missing");
    let number = send(SECRET, now, "19.04", "1").await.expect(200)["number"].clone();
    for id in ["1", "2"] {
        assert_eq!(
            send(SECRET, now, "19.04", id).await.expect(200)["number"],
            number,
            "the same packet again"
        );
    }
    let open = petugas.get("/incidents?status=open").await.expect(200);
    assert_eq!(open["items"].as_array().map(Vec::len), Some(1), "{open}");
    let one = &open["items"][0];
    // What we do not know, and a point that is none, is left out; nothing is refused for it.
    assert_eq!((&one["type"], &one["location"]["lat"]), (&Value::Null, &Value::Null));
    assert_eq!(one["location"]["address"], "Desa Seberang");
    assert_eq!(one["origin"]["answers"][0]["answer"], "Ya");
    // Whoever sends somebody has taken it.
    let path = format!("/incidents/{id}/dispatch");
    petugas.post(&path, &json!({ "agencies": ["damkar"] })).await.expect(200);
    let taken = petugas.get(&format!("/incidents/{id}")).await.expect(200);
    assert_eq!(taken["origin"]["state"], "accepted");
    let refuse = json!({ "action": "refuse", "reason": "tidak jadi" });
    let late = petugas.post(&format!("/incidents/{id}/transfer"), &refuse).await;
    assert_eq!(late.problem(409), "not_in_this_state");
}

/// The wall clock.
fn wall_clock() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_micros()).expect("before the year 292277")
}
