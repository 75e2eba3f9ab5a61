//! From report to close.

use serde_json::{Value, json};

use crate::world::{World, fire};

#[tokio::test(flavor = "multi_thread")]
async fn a_fire_is_reported_dispatched_acknowledged_worked_and_closed() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let answer = taker.post("incidents", fire()).await;
    let address = answer.headers["location"].to_str().unwrap().to_owned();
    let incident = answer.expect(201);
    let id = incident["id"].as_str().unwrap().to_owned();
    assert_eq!(address, format!("/api/v1/incidents/{id}"));
    assert_eq!((&incident["status"], &incident["priority"]), (&json!("new"), &json!("P1")));
    assert_eq!(incident["location"]["area_by"], "nearest");
    assert!(incident["location"]["area_name"].is_string(), "{incident}");
    assert_eq!(incident["proposed_agencies"][0]["code"], "damkar");

    let sent = taker.post_with_key(&format!("incidents/{id}/dispatch"), json!({}), "kirim").await.expect(200);
    let proposed = incident["proposed_agencies"].as_array().unwrap().len();
    assert_eq!(sent["assignments"].as_array().unwrap().len(), proposed);
    let again =
        taker.post_with_key(&format!("incidents/{id}/dispatch"), json!({}), "kirim").await.expect(200);
    assert_eq!(again["assignments"], sent["assignments"]);
    let lead = sent["assignments"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(sent["assignments"][0]["escalation"]["next_step"], "second_channel");

    let early = taker.post(&format!("incidents/{id}/close"), json!({})).await;
    assert_eq!((early.status, early.code()), (409, "agencies_unfinished"));

    let crew = world.log_in("damkar").await;
    let skipped = crew.post(&format!("assignments/{lead}/on-scene"), json!({})).await;
    assert_eq!((skipped.status, skipped.code()), (409, "not_in_this_state"));
    assert_eq!(skipped.body["current"]["state"], "sent");
    for (step, state) in [
        ("delivered", "delivered"),
        ("seen", "delivered"),
        ("acknowledge", "acknowledged"),
        ("en-route", "en_route"),
        ("on-scene", "on_scene"),
        ("working", "working"),
        ("under-control", "under_control"),
        ("complete", "completed"),
    ] {
        let told = crew.post(&format!("assignments/{lead}/{step}"), json!({})).await.expect(200);
        assert_eq!(told["state"], state);
    }
    let supervisor = world.log_in("pengawas").await;
    let silent = supervisor.post(&format!("incidents/{id}/close"), json!({})).await;
    assert!(["reason_missing", ""].contains(&silent.code()), "{}", silent.text);
    if silent.status != 200 {
        let closed = supervisor
            .post(&format!("incidents/{id}/close"), json!({ "reason": "sudah padam" }))
            .await
            .expect(200);
        assert_eq!(closed["status"], "closed");
    }
    let detail = taker.get(&format!("incidents/{id}")).await.expect(200);
    let text = detail["timeline"].to_string();
    assert!(text.contains("Instansi damkar menerima tugas") && !text.contains("$private"), "{text}");
    let edit = json!({ "version": detail["version"], "narrative": "x" });
    assert_eq!(taker.patch(&format!("incidents/{id}"), edit).await.code(), "incident_ended");
    let reopened =
        taker.post(&format!("incidents/{id}/reopen"), json!({ "reason": "menyala lagi" })).await.expect(200);
    assert_ne!(reopened["status"], "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_acknowledge_at_once_one_wins_and_the_other_hears_who() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let (one, two) = (world.log_in("damkar").await, world.log_in("damkar2").await);
    for round in 0..20 {
        let (_, assignment) = world.dispatched_fire(&taker).await;
        let path = format!("assignments/{assignment}/acknowledge");
        let (a, b) =
            tokio::join!(one.post(&path, json!({ "unit": "A1" })), two.post(&path, json!({ "unit": "B2" })));
        let (won, lost, name) = if a.status == 200 { (a, b, "Nama damkar") } else { (b, a, "Nama damkar2") };
        assert_eq!(
            (won.status, lost.status, lost.code()),
            (200, 409, "already_acknowledged"),
            "round {round}"
        );
        assert_eq!(lost.body["winner"]["name"], name);
        assert_eq!(lost.body["current"]["acknowledged_by"]["name"], name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_an_older_version_gets_the_present_state() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let incident = taker.post("incidents", fire()).await.expect(201);
    let path = format!("incidents/{}", incident["id"].as_str().unwrap());
    let edited =
        taker.patch(&path, json!({ "version": 1, "priority": "P2", "type": null })).await.expect(200);
    assert_eq!(
        (&edited["version"], &edited["priority"], &edited["type"]),
        (&json!(2), &json!("P2"), &Value::Null)
    );
    let stale = taker.patch(&path, json!({ "version": 1, "narrative": "lain" })).await;
    assert_eq!((stale.status, stale.code()), (409, "version_conflict"));
    assert_eq!(
        (&stale.body["current"]["version"], &stale.body["current"]["priority"]),
        (&json!(2), &json!("P2"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_reports_of_one_fire_become_one() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let mut ids = Vec::new();
    for number in ["+62811", "+62812"] {
        let call = world.trunk.ring(number).await;
        let mut body = fire();
        body["call_id"] = json!(call);
        ids.push(taker.post("incidents", body).await.expect(201)["id"].as_str().unwrap().to_owned());
    }
    let into =
        taker.post(&format!("incidents/{}/merge", ids[1]), json!({ "into": ids[0] })).await.expect(200);
    assert_eq!((into["id"].as_str(), into["calls"].as_array().unwrap().len()), (Some(ids[0].as_str()), 2));
    let merged = taker.get(&format!("incidents/{}", ids[1])).await.expect(200);
    assert_eq!(
        (&merged["status"], merged["merged_into"].as_str()),
        (&json!("merged"), Some(ids[0].as_str()))
    );
    let itself = taker.post(&format!("incidents/{}/merge", ids[0]), json!({ "into": ids[0] })).await;
    assert_eq!(itself.code(), "into_itself");
    let open = taker.get("incidents?status=open").await.expect(200);
    assert_eq!(open["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn reference_figures_and_the_log_are_there() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    world.dispatched_fire(&taker).await;
    assert_eq!(taker.get("policy").await.expect(200)["categories"].as_array().unwrap().len(), 7);
    assert!(taker.get("areas").await.expect(200).as_array().unwrap().len() >= 9);
    assert_eq!(taker.get("agencies").await.expect(200).as_array().unwrap().len(), 5);
    let suggestion =
        taker.post("classify", json!({ "text": "rumah terbakar ada orang terjebak" })).await.expect(200);
    assert_eq!(
        (&suggestion["emergency"], &suggestion["suggestions"][0]["category"]),
        (&json!(true), &json!("a"))
    );
    assert!(!suggestion["suggestions"][0]["label_id"].as_str().unwrap().is_empty());
    assert_eq!((&suggestion["ask"], &suggestion["covert"]), (&json!(false), &json!(false)));
    assert!(suggestion["version"].as_str().unwrap().contains('+'));
    let covert =
        taker.post("classify", json!({ "text": "pesan nasi goreng… iya, dia di sini" })).await.expect(200);
    assert_eq!(
        (&covert["emergency"], &covert["ask"], &covert["covert"]),
        (&json!(true), &json!(true), &json!(true))
    );
    assert!(!covert["covert_because"].as_array().unwrap().is_empty());
    assert!(covert["questions"][0]["label_id"].as_str().unwrap().ends_with('?'));

    let auditor = world.log_in("auditor").await;
    let figures = auditor.get("wallboard").await.expect(200);
    assert_eq!((&figures["incidents_open"], &figures["unacknowledged"]["p1"]), (&json!(1), &json!(1)));
    let log = auditor.get("log?limit=1000").await.expect(200);
    let entries = log["entries"].as_array().unwrap();
    assert_eq!(log["head"].as_str().unwrap(), entries.len().to_string());
    assert!(!log.to_string().contains("masjid"), "no personal data in the log");
    let after = auditor.get("log?after=3&limit=2").await.expect(200);
    assert_eq!(after["entries"][0]["index"], "4");
    assert_eq!(auditor.get("log/public-key").await.expect(200)["key_id"], "0123456789abcdef");
    assert_eq!(auditor.get("log/checkpoint").await.code(), "not_found", "none is made in this test");

    let metrics = world.stranger().get("/metrics").await;
    assert!(metrics.text.contains("sigap_incidents_open{status=\"dispatched\"} 1\n"), "{}", metrics.text);
    assert!(metrics.text.contains("sigap_trunk_invites_total 7\n"));
    assert_eq!(world.stranger().get("/health/ready").await.expect(200)["demo"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_centre_writes_down_what_an_agency_said_and_says_how_it_was_heard() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let (incident, assignment) = world.dispatched_fire(&taker).await;
    let step = |name: &str| format!("assignments/{assignment}/{name}");
    let unheard = taker.post(&step("acknowledge"), json!({})).await;
    assert_eq!((unheard.status, unheard.body["errors"][0]["field"].as_str()), (422, Some("source")));
    let own_screen = taker.post(&step("acknowledge"), json!({ "source": "console" })).await;
    assert_eq!(own_screen.status, 422, "only the agency itself has its screen");

    let taken = taker
        .post(&step("acknowledge"), json!({ "source": "telephone", "unit": "Fuso 1" }))
        .await
        .expect(200);
    assert_eq!((taken["state"].as_str(), taken["unit"].as_str()), (Some("acknowledged"), Some("Fuso 1")));
    assert_eq!(taken["relayed"][0]["source"], "telephone");
    assert_eq!(taken["relayed"][0]["state"], "acknowledged");
    assert_eq!(taken["acknowledged_by"], taken["relayed"][0]["by"]);
    // The agency goes on by itself; its dispatcher hears the crew over the radio.
    let damkar = world.log_in("damkar").await;
    damkar.post(&step("en-route"), json!({})).await.expect(200);
    let there = damkar.post(&step("on-scene"), json!({ "source": "radio" })).await.expect(200);
    let states: Vec<_> = there["relayed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["state"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(states, ["acknowledged", "on_scene"]);

    let id = incident["id"].as_str().unwrap();
    let whole = taker.get(&format!("incidents/{id}")).await.expect(200);
    let of_ours: Vec<_> = whole["clocks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|clock| clock["assignment_id"] == json!(assignment))
        .map(|clock| (clock["cause"].clone(), clock["step"].clone()))
        .collect();
    assert_eq!(of_ours, [(json!("silent_on_scene"), json!("welfare_check"))]);
    assert_eq!(whole["next_deadline_at"], whole["clocks"][0]["at"]);
    for who in ["admin", "auditor"] {
        let stranger = world.log_in(who).await;
        assert_eq!(stranger.post(&step("complete"), json!({ "source": "radio" })).await.status, 403, "{who}");
    }
}
