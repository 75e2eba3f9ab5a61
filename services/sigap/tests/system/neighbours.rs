//! Two centres hand an incident over to each other: two real servers, signed packets between them.

use std::net::SocketAddr;
use std::time::Duration;

use dispatch_core::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::harness::{
    Answer, Api, Call, Kind, Server, Setup, eventually, kinds, new_key, open_incident, repository,
};

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
        let (call, at) = (signed(secret, stamp, from, id, &packet), south.http);
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

/// A message to 19.03.
fn signed(secret: &str, stamp: Timestamp, from: &str, id: &str, message: &Value) -> Call {
    let (body, stamp) = (message.to_string(), stamp.to_string());
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length is a key");
    mac.update(format!("sigap-neighbour-2\n{from}\n19.03\n{stamp}\n{id}\n{body}").as_bytes());
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    Call::new("POST", &format!("/api/v1/neighbours/{from}/messages"))
        .header("x-sigap-id", id)
        .header("x-sigap-timestamp", &stamp)
        .header("x-sigap-signature", &signature)
        .bytes(body.into_bytes())
}

#[tokio::test]
async fn an_offer_that_comes_after_it_was_taken_back_opens_nothing() {
    let key = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(key.path(), SECRET).expect("the secret can be written");
    let table = neighbour("19.04", "112 Bangka Tengah", "19.03", SocketAddr::from(([127, 0, 0, 1], 9)));
    let table = table.replace("DIR/kunci-tetangga", &key.path().display().to_string());
    let mut south = Server::start(Setup::demo(Kind::Sqlite).fixed_ports().toml(&table)).await;
    let id = "01935a00-0000-7abc-8123-456789abcdef";
    let packet = json!({
        "kind": "offer", "transfer": id, "incident": "01935a00-0000-7abc-8123-000000000001",
        "reference": "2026-000042", "offered_at": "2026-11-22T03:00:00Z", "answer_by": "2026-11-22T03:03:00Z",
        "reported_at": "2026-11-22T02:59:00Z", "category": "a", "priority": "P1", "story": "Gudang terbakar",
    });
    // As long under way as a signature is good for.
    let held_up = Timestamp::from_micros(wall_clock() - 240_000_000);
    let offer = || signed(SECRET, held_up, "19.04", &format!("{id}.offer"), &packet);
    let taken_back = json!({ "kind": "taken_back", "transfer": id });
    let now = Timestamp::from_micros(wall_clock());
    let first = signed(SECRET, now, "19.04", &format!("{id}.taken_back"), &taken_back);
    let told = first.send(south.http).await.expect("an answer").expect(200);
    assert_eq!(told["number"], Value::Null, "written down, and no incident of ours");
    south.kill().await;
    south.start_again().await;
    for _again in 0..2 {
        let late = offer().send(south.http).await.expect("an answer");
        assert_eq!(late.problem(409), "offer_taken_back");
    }
    let petugas = south.log_in("petugas1").await;
    let all = petugas.get("/incidents").await.expect(200);
    assert_eq!(all["items"].as_array().map(Vec::len), Some(0), "{all}");
    assert!(south.log().contains("came after it was taken back"), "somebody who looks finds it");
    south.verify().await;
}

#[tokio::test]
async fn what_becomes_more_urgent_while_they_are_asked_is_seen_there() {
    let (south, mut middle) = two_centres().await;
    middle.start_again().await;
    let (petugas, rina) = (south.log_in("petugas1").await, middle.log_in("petugas1").await);
    let first = open_incident(&petugas, &report()).await;
    let offered = transfer(&petugas, &first, &json!({ "action": "offer", "to": "19.04" })).await;
    let received = arrived(&rina, &first).await;
    assert_eq!(received["origin"]["answer_by"], offered["transfers"][0]["due_at"]);
    let id = first["id"].as_str().expect("an id");
    let version = eventually("our courier is back", TOLD_WITHIN, || async {
        let ours = now(&petugas, &first).await;
        (ours["transfers"][0]["packet"] == "delivered").then_some(ours["version"].clone())
    })
    .await;
    let edit = json!({ "version": version, "priority": "P1" });
    let edit = petugas.request("PATCH", &format!("/incidents/{id}")).json(&edit);
    let edited = petugas.must(edit.header("idempotency-key", &new_key())).await.expect(200);
    let sooner = edited["transfers"][0]["due_at"].clone();
    assert_ne!(sooner, offered["transfers"][0]["due_at"]);
    let there = eventually("they know", TOLD_WITHIN, || async {
        let there = now(&rina, &received).await;
        (there["origin"]["answer_by"] == sooner).then_some(there)
    })
    .await;
    assert_eq!(there["priority"], "P1");
    assert!(kinds(&rina, &received).await.contains(&"origin_hastened".into()));
    let figures = Call::new("GET", "/api/v1/metrics").send(middle.http).await.expect("an answer").text();
    for line in ["{direction=\"in\",state=\"asked\"} 1", "{direction=\"out\",state=\"waiting\"} 0"] {
        assert!(figures.contains(&format!("sigap_transfers{line}\n")), "{line} in {figures}");
    }
}

/// What a recipe of the Makefile starts, word for word.
fn recipe(target: &str) -> Vec<String> {
    let makefile = std::fs::read_to_string(repository().join("Makefile")).expect("the Makefile");
    let lines = makefile.lines().skip_while(|line| !line.starts_with(&format!("{target}:")));
    let command =
        lines.skip(1).find_map(|line| line.split_once("$(binary) ")).expect("it starts the program");
    command.1.split_whitespace().map(str::to_owned).collect()
}

#[tokio::test]
async fn the_two_centres_of_the_demo_hand_over_to_each_other_as_the_makefile_starts_them() {
    // The same words on addresses and in folders of this test's own: somebody may be looking at the demo.
    let own = 1 + std::process::id() % 200;
    let started = async |target: &str| {
        let words =
            recipe(target).into_iter().map(|word| word.replace("127.0.0.", &format!("127.112.{own}.")));
        Server::start(Setup::words(words.collect())).await
    };
    let (south, middle) = tokio::join!(started("run"), started("run-neighbour"));
    let (petugas, rina) = (south.log_in("petugas1").await, middle.log_in("petugas1").await);
    let contacts = petugas.get("/contacts").await.expect(200).to_string();
    assert!(contacts.contains("112 Bangka Tengah"), "{contacts}");

    // Across the border of the one, and at home for the other.
    let mut across = report();
    (across["location"]["lat"], across["location"]["lon"]) = (json!(-2.4990), json!(106.3050));
    let first = open_incident(&petugas, &across).await;
    assert_eq!(first["location"]["border"]["owner"]["code"], "19.04");
    transfer(&petugas, &first, &json!({ "action": "offer", "to": "19.04" })).await;
    let received = arrived(&rina, &first).await;
    assert_eq!(
        (&received["location"]["outside"], &received["location"]["area_name"]),
        (&json!(false), &json!("Koba"))
    );
    transfer(&rina, &received, &json!({ "action": "accept" })).await;
    settled(&petugas, &first, "accepted").await;

    // And back: the other one knows this one as its neighbour.
    let back = open_incident(&rina, &report()).await;
    transfer(&rina, &back, &json!({ "action": "offer", "to": "19.03" })).await;
    let received = arrived(&petugas, &back).await;
    let why = json!({ "action": "refuse", "reason": "jembatan itu wilayah tengah" });
    transfer(&petugas, &received, &why).await;
    settled(&rina, &back, "refused").await;
}

/// The wall clock.
fn wall_clock() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_micros()).expect("before the year 292277")
}
