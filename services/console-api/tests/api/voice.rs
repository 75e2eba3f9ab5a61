//! Audio, and what people do with a call while they talk.

use dispatch_core::ids::PartyId;
use serde_json::{Value, json};

use crate::client::Client;
use crate::world::{World, wait_for};

const OFFER: &str =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8 0 126\r\n";

/// A person whose browser is connected.
async fn seated(world: &World, name: &str) -> Client {
    let person = world.log_in(name).await;
    person.post("seat", json!({ "sdp": OFFER })).await.expect(200);
    person
}

/// Somebody's own answered call.
async fn answered(world: &World, taker: &Client, number: &str) -> String {
    let call = world.trunk.ring(number).await;
    taker.post(&format!("calls/{call}/answer"), json!({})).await.expect(200);
    call.to_string()
}

fn party_of(call: &Value, label: &str) -> Value {
    let parties = call["parties"].as_array().unwrap();
    let found: Vec<_> = parties.iter().filter(|party| party["label"] == label).collect();
    assert_eq!(found.len(), 1, "{call}");
    found[0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_opens_its_audio_and_garbage_is_named() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    assert_eq!(taker.get("seat").await.expect(200), json!({ "connected": false, "page": null }));
    let no_sdp = taker.post("seat", json!({ "sdp": "halo" })).await;
    assert_eq!((no_sdp.status, &no_sdp.body["errors"][0]["field"]), (422, &json!("sdp")));
    let unusable = taker.post("seat", json!({ "sdp": "v=0\r\nm=video 9 RTP/AVP 96\r\n" })).await;
    assert_eq!((unusable.status, unusable.code()), (422, "unusable_sdp"));
    let opened = taker.post("seat", json!({ "sdp": OFFER, "page": "jendela-1" })).await.expect(200);
    assert_eq!(opened["sdp"], "v=0\r\ns=jawaban\r\n");
    assert_eq!(taker.get("seat").await.expect(200), json!({ "connected": true, "page": "jendela-1" }));
    assert_eq!(taker.post("seat/echo", json!({ "on": true })).await.status, 204);
    let unseated = world.log_in("petugas2").await.post("seat/echo", json!({ "on": true })).await;
    assert_eq!((unseated.status, unseated.code()), (409, "no_seat"));

    let call = world.trunk.ring("+628117100001").await;
    let given = taker.post(&format!("calls/{call}/answer"), json!({})).await.expect(200);
    assert_eq!((&given["audio"], &given["sdp"]), (&json!("browser"), &json!(null)));
    let again = taker.post(&format!("calls/{call}/answer"), json!({})).await.expect(200);
    assert_eq!(again["audio"], "browser", "who has the call hears it as before");

    let closed = taker.send("DELETE", "seat", None, &[]).await;
    assert_eq!(closed.status, 204);
    assert_eq!(taker.get("seat").await.expect(200)["connected"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_with_an_offer_opens_the_audio_first() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let call = world.trunk.ring("+628117100002").await;
    let path = format!("calls/{call}/answer");
    let refused = taker.post(&path, json!({ "sdp": "v=0\r\n" })).await;
    assert_eq!((refused.status, refused.code()), (422, "unusable_sdp"));
    let record = taker.get(&format!("calls/{call}")).await.expect(200);
    assert_eq!(record["state"], "ringing", "a broken browser takes no call");
    let given = taker.post(&path, json!({ "sdp": OFFER })).await.expect(200);
    assert_eq!((&given["audio"], &given["sdp"]), (&json!("browser"), &json!("v=0\r\ns=jawaban\r\n")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offered_call_shows_where_it_rings_and_is_refused_only_there() {
    let world = World::new().await;
    let (one, two) = (world.log_in("petugas1").await, world.log_in("petugas2").await);
    let call = world.trunk.ring("+628117100003").await;
    world.trunk.offer(call, world.users["petugas1"]).await;
    let offered = two.get(&format!("calls/{call}")).await.expect(200);
    assert_eq!(
        (&offered["state"], &offered["offered_to"][0]["name"]),
        (&json!("offered"), &json!("Nama petugas1"))
    );
    let path = format!("calls/{call}/refuse");
    let not_hers = two.post(&path, json!({})).await;
    assert_eq!((not_hers.status, not_hers.code()), (409, "not_your_call"));
    let refused = one.post(&path, json!({})).await.expect(200);
    assert_eq!((&refused["state"], &refused["offered_to"]), (&json!("ringing"), &json!([])));
    assert!(refused["version"].as_u64() > offered["version"].as_u64());
}

#[tokio::test(flavor = "multi_thread")]
async fn hold_digits_and_prompt_are_for_who_has_the_call() {
    let world = World::new().await;
    let (own, other) = (world.log_in("petugas1").await, world.log_in("petugas2").await);
    let call = answered(&world, &own, "+628117100004").await;
    let held = own.post(&format!("calls/{call}/hold"), json!({})).await.expect(200);
    assert_eq!(held["state"], "held");
    let again = own.post(&format!("calls/{call}/hold"), json!({})).await.expect(200);
    assert_eq!((&again["state"], &again["version"]), (&json!("held"), &held["version"]));
    assert_eq!(other.post(&format!("calls/{call}/resume"), json!({})).await.code(), "not_your_call");
    let resumed = own.post(&format!("calls/{call}/resume"), json!({})).await.expect(200);
    assert_eq!(
        (&resumed["state"], &resumed["call_taker"]["name"]),
        (&json!("connected"), &json!("Nama petugas1"))
    );

    let digits = format!("calls/{call}/digits");
    let wrong = own.post(&digits, json!({ "digits": "12x" })).await;
    assert_eq!((wrong.status, &wrong.body["errors"][0]["field"]), (422, &json!("digits")));
    let (first, second) = (
        own.post_with_key(&digits, json!({ "digits": "112#" }), "tekan-1").await,
        own.post_with_key(&digits, json!({ "digits": "112#" }), "tekan-1").await,
    );
    assert_eq!((first.status, first.body["id"].clone()), (second.status, second.body["id"].clone()));
    wait_for(|| async { own.get(&format!("calls/{call}")).await.body["digits_sent"] == "112#" }).await;
    let reused = own.post_with_key(&digits, json!({ "digits": "9" }), "tekan-1").await;
    assert_eq!((reused.status, reused.code()), (422, "idempotency_key_reused"));

    let asked = own.post(&format!("calls/{call}/prompt"), json!({ "kind": "silent_call" })).await.expect(200);
    assert_eq!(asked["prompted"][0]["kind"], "silent_call");
    let unknown = own.post(&format!("calls/{call}/prompt"), json!({ "kind": "lagu" })).await;
    assert_eq!((unknown.status, unknown.code()), (422, "invalid_fields"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agency_is_asked_in_once_however_often_the_button_is_pressed() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let call = answered(&world, &taker, "+628117100005").await;
    let path = format!("calls/{call}/conference");
    let both = taker.post(&path, json!({ "agency": "damkar", "target": "113" })).await;
    assert_eq!((both.status, &both.body["errors"][0]["field"]), (422, &json!("target")));
    let nobody = taker.post(&path, json!({ "agency": "pln" })).await;
    assert_eq!((nobody.status, &nobody.body["errors"][0]["code"]), (422, &json!("unknown")));
    let outside = taker.post(&path, json!({ "target": "+6221555000" })).await;
    assert_eq!((outside.status, outside.code()), (403, "number_not_allowed"));

    let ask = || taker.post_with_key(&path, json!({ "agency": "damkar" }), "ajak-damkar");
    let (first, second) = tokio::join!(ask(), ask());
    let (first, second) = (first.expect(200), second.expect(200));
    let damkar = party_of(&first, "Damkar Toboali");
    assert_eq!((&damkar["state"], &damkar["target"]), (&json!("calling"), &json!("tel:+62717000113")));
    assert_eq!(first["parties"], second["parties"], "one press, one telephone that rings");
    assert_eq!(taker.get(&format!("calls/{call}")).await.expect(200)["parties"].as_array().unwrap().len(), 1);

    let party = PartyId(damkar["id"].as_str().unwrap().parse().unwrap());
    world.trunk.party_answers(call.parse().unwrap(), party).await;
    let talking = taker.get(&format!("calls/{call}")).await.expect(200);
    assert_eq!(party_of(&talking, "Damkar Toboali")["state"], "talking");
    let free = taker.post(&path, json!({ "target": "sip:21@10.0.0.9" })).await.expect(200);
    assert_eq!(party_of(&free, "sip:21@10.0.0.9")["state"], "calling");

    let dropped = taker.send("DELETE", &format!("calls/{call}/parties/{party}"), None, &[]).await.expect(200);
    let left = party_of(&dropped, "Damkar Toboali");
    assert_eq!((&left["state"], &left["why"]), (&json!("left"), &json!("dropped")));
    let twice = taker.send("DELETE", &format!("calls/{call}/parties/{party}"), None, &[]).await;
    assert_eq!((twice.status, twice.code()), (409, "not_possible"));
    let contacts = taker.get("contacts").await.expect(200);
    assert_eq!((&contacts["contacts"][0]["code"], &contacts["others"]), (&json!("damkar"), &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_given_away_and_the_others_go_on() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let call = answered(&world, &taker, "+628117100006").await;
    let alone = taker.post(&format!("calls/{call}/leave"), json!({})).await;
    assert_eq!((alone.status, alone.code()), (409, "not_possible"), "nobody is left alone");
    let given =
        taker.post(&format!("calls/{call}/transfer"), json!({ "agency": "damkar" })).await.expect(200);
    assert_eq!(party_of(&given, "Damkar Toboali")["state"], "calling");
    assert_eq!(given["call_taker"]["name"], "Nama petugas1", "until somebody answers");
    let left = taker.post(&format!("calls/{call}/leave"), json!({})).await.expect(200);
    assert_eq!((&left["state"], &left["call_taker"]), (&json!("connected"), &json!(null)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_listens_and_only_supervisors_see_who() {
    let world = World::new().await;
    let (taker, pengawas) = (world.log_in("petugas1").await, world.log_in("pengawas").await);
    let call = answered(&world, &taker, "+628117100007").await;
    let listen = format!("calls/{call}/listen");
    assert_eq!(taker.post(&listen, json!({})).await.status, 403);
    assert_eq!(pengawas.post(&listen, json!({})).await.code(), "no_seat");
    pengawas.post("seat", json!({ "sdp": OFFER })).await.expect(200);
    let listening = pengawas.post(&listen, json!({})).await.expect(200);
    let supervisor = &listening["supervisors"][0];
    assert_eq!(
        (&supervisor["mode"], &supervisor["user"]["name"]),
        (&json!("listen"), &json!("Nama pengawas"))
    );
    let path = format!("calls/{call}");
    assert_eq!(
        taker.get(&path).await.expect(200)["supervisors"],
        json!(null),
        "whoever is heard is not told"
    );
    assert_eq!(world.log_in("auditor").await.get(&path).await.expect(200)["supervisors"], json!(null));
    let whisper = pengawas.post(&format!("calls/{call}/whisper"), json!({})).await.expect(200);
    assert_eq!(whisper["supervisors"][0]["mode"], "whisper");
    let barge = pengawas.post(&format!("calls/{call}/barge"), json!({})).await.expect(200);
    assert_eq!(
        (&barge["supervisors"][0]["mode"], barge["supervisors"].as_array().unwrap().len()),
        (&json!("barge"), 1)
    );
    let mut body = crate::world::fire();
    body["call_id"] = json!(call);
    let incident = taker.post("incidents", body).await.expect(201)["id"].as_str().unwrap().to_owned();
    let told = |detail: Value| detail["timeline"].to_string().contains("\"supervisor_");
    assert!(!told(taker.get(&format!("incidents/{incident}")).await.expect(200)));
    assert!(told(pengawas.get(&format!("incidents/{incident}")).await.expect(200)));
    let gone = pengawas.post(&format!("calls/{call}/stop-listening"), json!({})).await.expect(200);
    assert_eq!(gone["supervisors"], json!([]));
    let ringing = world.trunk.ring("+628117100008").await;
    assert_eq!(pengawas.post(&format!("calls/{ringing}/listen"), json!({})).await.code(), "not_possible");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_caller_is_dialled_by_their_own_number_only() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let lost = world.trunk.ring("+628117100009").await;
    world.trunk.caller_hangs_up(lost, dispatch_core::call::fact::EndReason::CallerCancelled).await;
    let path = format!("calls/{lost}/dial");
    assert_eq!(taker.post(&path, json!({})).await.code(), "no_seat");
    taker.post("seat", json!({ "sdp": OFFER })).await.expect(200);
    let other = taker.post(&path, json!({ "number": "+628119999999" })).await;
    assert_eq!((other.status, other.code()), (403, "number_not_allowed"));
    let dialled = taker.post_with_key(&path, json!({}), "balik-1").await.expect(200);
    let call = &dialled["call"];
    assert_eq!(
        (&call["direction"], &call["call_back_of"], &call["caller"]["number"]),
        (&json!("out"), &json!(lost), &json!("+628117100009"))
    );
    let again = taker.post_with_key(&path, json!({}), "balik-1").await.expect(200);
    assert_eq!(again["call"]["id"], call["id"], "a repeat rings nobody twice");
    assert_eq!(world.trunk.live_count(), 1);
    assert_eq!(taker.post(&format!("calls/{}/dial", crate::world::new_id()), json!({})).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_ours_without_a_record_is_nobody_who_waits() {
    let world = World::new().await;
    let taker = seated(&world, "petugas1").await;
    let lost = world.trunk.ring("+628117100019").await;
    world.trunk.caller_hangs_up(lost, dispatch_core::call::fact::EndReason::CallerCancelled).await;
    world.trunk.hold_facts();
    let dialled = taker.post(&format!("calls/{lost}/dial"), json!({})).await.expect(200)["call"].clone();
    assert_eq!(
        (&dialled["state"], &dialled["direction"], &dialled["call_back_of"]),
        (&json!("ringing"), &json!("out"), &json!(lost))
    );
    assert_eq!(
        (&dialled["call_taker"]["name"], &dialled["answered_by"]),
        (&json!("Nama petugas1"), &json!(null))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reported_violence_at_home_is_not_rung() {
    const NUMBER: &str = "+628117100031";
    let world = World::new().await;
    let taker = seated(&world, "petugas1").await;
    let call = answered(&world, &taker, NUMBER).await;
    let report = json!({
        "call_id": call, "category": "f", "type": "kdrt", "narrative": "Suami memukul, pelapor bersembunyi",
        "location": { "landmark": "masjid Toboali" }
    });
    taker.post("incidents", report).await.expect(201);
    taker.post(&format!("calls/{call}/hangup"), json!({})).await.expect(200);
    let live = world.trunk.live_count();
    let lost = world.trunk.ring(NUMBER).await;
    world.trunk.caller_hangs_up(lost, dispatch_core::call::fact::EndReason::CallerCancelled).await;
    for (call, body) in [(call, json!({})), (lost.to_string(), json!({ "number": NUMBER }))] {
        let refused = taker.post(&format!("calls/{call}/dial"), body).await;
        assert_eq!((refused.status, refused.code()), (409, "call_back_unsafe"));
    }
    assert_eq!(world.trunk.live_count(), live, "nobody was rung");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_back_is_taken_on_once() {
    let world = World::new().await;
    let (one, two) = (world.log_in("petugas1").await, world.log_in("petugas2").await);
    let lost = world.trunk.ring("+628117100010").await;
    world.trunk.caller_hangs_up(lost, dispatch_core::call::fact::EndReason::CallerCancelled).await;
    let path = format!("calls/{lost}/call-back/take");
    let taken = one.post(&path, json!({})).await.expect(200);
    assert_eq!(taken["call_back"]["owner"]["name"], "Nama petugas1");
    let late = two.post(&path, json!({})).await;
    assert_eq!((late.status, late.code()), (409, "call_back_taken"));
    assert_eq!(late.body["winner"]["name"], "Nama petugas1");
    let again = one.post(&path, json!({})).await.expect(200);
    assert_eq!(again["call_back"]["owner"]["name"], "Nama petugas1");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trunk_knows_each_duty_and_a_log_out_ends_it() {
    use dispatch_core::duty::DutyState;
    let world = World::new().await;
    let taker = seated(&world, "petugas1").await;
    let user = world.users["petugas1"];
    let body = json!({ "state": "ready", "audio": { "kind": "browser" }, "skills": ["id", "mdr"] });
    let duty = taker.post("duty", body).await.expect(200);
    assert_eq!(duty["skills"], json!(["id", "mdr"]));
    let wrong = taker.post("duty", json!({ "state": "ready", "skills": ["Bahasa Indonesia"] })).await;
    assert_eq!((wrong.status, &wrong.body["errors"][0]["field"]), (422, &json!("skills")));
    wait_for(|| async { world.trunk.duty_of(user).is_some() }).await;
    let expected = (DutyState::Ready, vec!["id".to_owned(), "mdr".to_owned()], false);
    assert_eq!(world.trunk.duty_of(user), Some(expected));
    let pengawas = world.log_in("pengawas").await;
    pengawas.post("duty", json!({ "state": "ready" })).await.expect(200);
    wait_for(|| async { world.trunk.duty_of(world.users["pengawas"]).is_some() }).await;
    assert_eq!(world.trunk.duty_of(world.users["pengawas"]), Some((DutyState::Ready, vec![], true)));

    assert_eq!(world.trunk.ring_rules(), Some(dispatch_core::acd::AcdPolicy::default()));

    assert!(world.trunk.has_seat(user));
    assert_eq!(taker.send("DELETE", "session", None, &[]).await.status, 204);
    wait_for(|| async {
        let off = world.trunk.duty_of(user).is_some_and(|(state, ..)| state == DutyState::Off);
        off && !world.trunk.has_seat(user)
    })
    .await;
    let again = world.log_in("petugas1").await;
    assert_eq!(again.get("duty").await.expect(200)["state"], "off");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wallboard_shows_seats_holds_and_room() {
    let world = World::new().await;
    let taker = seated(&world, "petugas1").await;
    let call = answered(&world, &taker, "+628117100011").await;
    taker.post(&format!("calls/{call}/hold"), json!({})).await.expect(200);
    world
        .trunk
        .report(
            call.parse().unwrap(),
            dispatch_core::call::fact::CallFact::RecordingFailed {
                why: dispatch_core::call::fact::RecordingFault::DiskFull,
            },
        )
        .await;
    wait_for(|| async {
        let voice = taker.get("wallboard").await.expect(200)["voice"].clone();
        let counted = [&voice["seats_connected"], &voice["calls_held"], &voice["without_recording"]];
        counted == [&json!(1), &json!(1), &json!(1)] && voice["trunks"][0]["last_test"]["passed"] == true
    })
    .await;
    let voice = taker.get("wallboard").await.expect(200)["voice"].clone();
    assert_eq!((&voice["recordings_low"], &voice["recordings_free_mib"]), (&json!(false), &json!(9)));
    world.space.send_replace(console_api::recordings::RecordingSpace { free_bytes: Some(1), low: true });
    assert_eq!(taker.get("wallboard").await.expect(200)["voice"]["recordings_low"], true);
    let record = taker.get(&format!("calls/{call}")).await.expect(200);
    assert_eq!(record["without_recording"], true);
}
