//! The page of a crew over HTTP: a link for one unit, the chain once each, nothing of anybody else.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::client::Client;
use crate::feed;
use crate::world::{World, new_id};

const SECRET: &str = "a-secret-of-thirty-two-random-bytes-in-life";

async fn register(agency: &Client, callsign: &str) -> String {
    let body = json!({ "callsign": callsign, "kind": "engine", "crew": 4 });
    agency.post("units", body).await.expect(201)["id"].as_str().unwrap().to_owned()
}

/// The crew of a unit that was given a link with this secret.
async fn linked(world: &World, agency: &Client, unit: &str, secret: &str) -> Client {
    let hash = hex::encode(Sha256::digest(secret.as_bytes()));
    let link = json!({ "action": "link", "secret_sha256": hash, "hours": 12 });
    let told = agency.post(&format!("units/{unit}"), link).await.expect(200);
    assert!(told["link_until"].is_string() && !told.to_string().contains(&hash), "{told}");
    Client { token: Some(format!("{unit}.{secret}")), ..world.stranger() }
}

fn step(assignment: &str, step: &str) -> Value {
    json!({
        "action": "step", "assignment_id": assignment, "step": step,
        "pressed_at": "2026-11-22T03:14:15Z"
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crew_goes_through_the_chain_and_a_repeat_is_written_once() {
    let world = World::new().await;
    let (taker, damkar) = (world.log_in("petugas1").await, world.log_in("damkar").await);
    let unit = register(&damkar, "Damkar 1").await;
    let crew = linked(&world, &damkar, &unit, SECRET).await;
    assert_eq!(crew.get("crew").await.expect(200)["task"], Value::Null);

    let (incident, assignment) = world.dispatched_fire(&taker).await;
    let path = format!("assignments/{assignment}/acknowledge");
    damkar.post(&path, json!({ "unit_id": unit })).await.expect(200);
    let page = crew.get("crew").await;
    let cookie = page.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-regu=") && cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
    let task = page.expect(200)["task"].clone();
    assert_eq!((&task["number"], &task["state"]), (&incident["number"], &json!("acknowledged")));
    assert_eq!(task["label_id"].as_str().map(str::is_empty), Some(false));
    let text = task.to_string();
    assert!(task.get("reporter").is_none() && !text.contains("0812") && !text.contains("+62"), "{text}");

    // By the cookie that the first answer set, as a browser does it from then on.
    let browser = world.stranger();
    let cookie = cookie.split(';').next().unwrap();
    let headers = [("cookie", cookie), ("idempotency-key", "step-1"), ("content-type", "application/json")];
    for _ in 0..2 {
        let said = Some(step(&assignment, "en_route").to_string());
        let answer = browser.send("POST", "crew", said, &headers).await;
        assert!(answer.headers.get("set-cookie").is_none());
        assert_eq!(answer.expect(200)["task"]["state"], "en_route");
    }
    // A page of another unit, whose cookie this one took the place of.
    let other = new_id().to_string();
    let own = [("cookie", cookie), ("x-unit", unit.as_str())];
    let others = [("cookie", cookie), ("x-unit", other.as_str())];
    assert_eq!(browser.send("GET", "crew", None, &own).await.status, 200);
    let said = Some(step(&assignment, "on_scene").to_string());
    assert_eq!(browser.send("POST", "crew", said, &others).await.code(), "no_session");
    let foreign = [("cookie", cookie), ("origin", "https://elsewhere.example")];
    let foreign = browser.send("POST", "crew", Some("{}".to_owned()), &foreign).await;
    assert_eq!((foreign.status, foreign.code()), (403, "foreign_origin"));

    let help =
        json!({ "action": "note", "assignment_id": assignment, "text": "perlu tangki", "alarm": true });
    crew.post("crew", help).await.expect(200);
    for one in ["on_scene", "working", "under_control", "completed"] {
        // The last one's answer is lost, and it is said again when the unit is off the task.
        for _ in 0..2 {
            crew.post_with_key("crew", step(&assignment, one), one).await.expect(200);
        }
    }
    assert_eq!(crew.get("crew").await.expect(200)["task"], Value::Null, "done");

    let whole = taker.get(&format!("incidents/{}", incident["id"].as_str().unwrap())).await.expect(200);
    let of_unit = |entry: &&Value| entry["actor"]["kind"] == "unit";
    let timeline = whole["timeline"].as_array().unwrap();
    let kinds: Vec<_> =
        timeline.iter().filter(of_unit).map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        ["en_route", "help_asked", "alarm_raised", "on_scene", "working", "under_control", "completed"]
    );
    let first = timeline.iter().find(of_unit).unwrap();
    assert_eq!(
        (first["actor"]["id"].as_str(), &first["data"]["source"]),
        (Some(&*unit), &json!("responder"))
    );
    assert!(first["text_id"].as_str().unwrap().contains("dari halaman petugas lapangan"), "{first}");
    let relayed = &whole["assignments"][0]["relayed"];
    assert_eq!(relayed.as_array().unwrap().len(), 5);
    assert!(relayed[0]["pressed_at"].as_str().unwrap().starts_with("2026-11-22T03:14:15"), "{relayed}");
    assert_eq!(
        (&whole["alarm_level"], &whole["notes"][0]["text"]),
        (&json!(2), &json!("Damkar 1: perlu tangki"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_its_unit_only_until_it_ends() {
    let world = World::new().await;
    let (taker, damkar) = (world.log_in("petugas1").await, world.log_in("damkar").await);
    let (one, two) = (register(&damkar, "Damkar 1").await, register(&damkar, "Damkar 2").await);
    let crew = linked(&world, &damkar, &one, SECRET).await;
    let (_, assignment) = world.dispatched_fire(&taker).await;
    let path = format!("assignments/{assignment}/acknowledge");
    damkar.post(&path, json!({ "unit_id": two })).await.expect(200);
    for what in [
        step(&assignment, "en_route"),
        json!({ "action": "note", "assignment_id": assignment, "text": "x" }),
        json!({ "action": "unable", "assignment_id": assignment, "reason": "x" }),
    ] {
        assert_eq!(crew.post("crew", what).await.status, 404, "another unit's task");
    }
    for path in ["session", "incidents", "units", "assignments", "agencies", "policy", "log", "users"] {
        assert_eq!(crew.get(path).await.status, 401, "{path}");
    }
    assert!(!crew.get("areas").await.expect(200).as_array().unwrap().is_empty());
    let others = Client { token: Some(format!("{two}.{SECRET}")), ..world.stranger() };
    assert_eq!(others.get("crew").await.status, 401, "the secret of another unit");
    let spoofed = json!({ "source": "responder" });
    assert_eq!(damkar.post(&format!("assignments/{assignment}/en-route"), spoofed).await.status, 422);
    let silly = json!({ "action": "link", "secret_sha256": "abc", "hours": 12 });
    assert_eq!(damkar.post(&format!("units/{one}"), silly).await.status, 422);
    let own = world.log_in("bpbd").await;
    assert_eq!(own.post(&format!("units/{one}"), json!({ "action": "unlink" })).await.status, 404);

    // Another link ends the one before; ending it and retiring the unit shut both.
    let newer = linked(&world, &damkar, &one, "another").await;
    assert_eq!((crew.get("crew").await.status, newer.get("crew").await.status), (401, 200));
    damkar.post(&format!("units/{one}"), json!({ "action": "unlink" })).await.expect(200);
    assert_eq!(newer.get("crew").await.status, 401);
    let again = linked(&world, &damkar, &one, SECRET).await;
    let gone = damkar.post(&format!("units/{one}"), json!({ "action": "retire" })).await.expect(200);
    assert_eq!(gone["state"], "retired");
    assert_eq!(again.get("crew").await.status, 401);
    assert_eq!(damkar.post(&format!("units/{one}"), json!({ "action": "ready" })).await.status, 404);
    let busy = damkar.post(&format!("units/{two}"), json!({ "action": "retire" })).await;
    assert_eq!((busy.status, busy.code()), (409, "unit_booked"));
    let left = damkar.get("units").await.expect(200);
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
    register(&damkar, "DAMKAR-1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crew_that_cannot_declines_when_nobody_else_goes_and_leaves_when_somebody_does() {
    let world = World::new().await;
    let (taker, damkar) = (world.log_in("petugas1").await, world.log_in("damkar").await);
    let (one, two) = (register(&damkar, "Damkar 1").await, register(&damkar, "Damkar 2").await);
    let crews = (linked(&world, &damkar, &one, "1").await, linked(&world, &damkar, &two, "2").await);
    let (incident, assignment) = world.dispatched_fire(&taker).await;
    let path = format!("assignments/{assignment}/acknowledge");
    damkar.post(&path, json!({ "units": [one, two] })).await.expect(200);
    let other = crews.0.get("crew").await.expect(200)["task"]["others"].clone();
    assert!(other.to_string().contains("Damkar 2"), "{other}");
    let cannot = json!({ "action": "unable", "assignment_id": assignment, "reason": "ban pecah" });
    for _ in 0..2 {
        crews.0.post_with_key("crew", cannot.clone(), "once").await.expect(200);
    }
    let incident = format!("incidents/{}", incident["id"].as_str().unwrap());
    let whole = taker.get(&incident).await.expect(200);
    let of = &whole["assignments"][0];
    assert_eq!((&of["state"], of["units"].as_array().unwrap().len()), (&json!("acknowledged"), 1));
    assert_eq!(whole["notes"].as_array().unwrap().len(), 1);
    crews.1.post("crew", cannot).await.expect(200);
    let of = taker.get(&incident).await.expect(200)["assignments"][0].clone();
    assert_eq!(
        (&of["state"], &of["declined"]["reason"]),
        (&json!("declined"), &json!("Damkar 2: ban pecah"))
    );
    assert_eq!(damkar.get("units").await.expect(200)["items"][1]["state"], "ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_crews_that_cannot_at_the_same_moment_leave_no_task_that_nobody_does() {
    let world = World::new().await;
    let (taker, damkar) = (world.log_in("petugas1").await, world.log_in("damkar").await);
    let (one, two) = (register(&damkar, "Damkar 1").await, register(&damkar, "Damkar 2").await);
    let crews = (linked(&world, &damkar, &one, "1").await, linked(&world, &damkar, &two, "2").await);
    for _ in 0..5 {
        let (incident, assignment) = world.dispatched_fire(&taker).await;
        let path = format!("assignments/{assignment}/acknowledge");
        damkar.post(&path, json!({ "units": [one, two] })).await.expect(200);
        let cannot = json!({ "action": "unable", "assignment_id": assignment, "reason": "ban pecah" });
        let both = tokio::join!(crews.0.post("crew", cannot.clone()), crews.1.post("crew", cannot.clone()));
        assert_eq!((both.0.status, both.1.status), (200, 200), "{} {}", both.0.text, both.1.text);
        let whole = taker.get(&format!("incidents/{}", incident["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(whole["assignments"][0]["state"], "declined", "{whole}");
        let kinds: Vec<_> =
            whole["timeline"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds.iter().filter(|kind| **kind == "help_asked").count(), 1, "{kinds:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_for_help_is_heard_by_its_agency_and_the_supervisors_and_stays_listed() {
    let world = World::new().await;
    let (taker, damkar) = (world.log_in("petugas1").await, world.log_in("damkar").await);
    let pengawas = world.log_in("pengawas").await;
    let unit = register(&damkar, "Damkar 1").await;
    let crew = linked(&world, &damkar, &unit, SECRET).await;
    let (incident, assignment) = world.dispatched_fire(&taker).await;
    let path = format!("assignments/{assignment}/acknowledge");
    damkar.post(&path, json!({ "unit_id": unit })).await.expect(200);
    let mut consoles = [feed::open(&damkar).await, feed::open(&pengawas).await];
    let help = json!({ "action": "note", "assignment_id": assignment, "text": "PERLU BANTUAN: tangki" });
    crew.post("crew", help.clone()).await.expect(200);
    for console in &mut consoles {
        let told = console.until(|m| m["type"] == "escalation.raised").await;
        let (raised, text) = (&told["escalation"], told.to_string());
        assert_eq!((&raised["asked_by"], &raised["assignment_id"]), (&json!(unit), &json!(assignment)));
        assert!(!raised.to_string().contains("tangki") && text.contains("damkar dipanggil"), "{text}");
    }
    let listed = pengawas.get("escalations").await.expect(200);
    assert_eq!((&listed[0]["asked_by"], &listed[0]["incident_id"]), (&json!(unit), &incident["id"]));

    // Off the task, it has nothing to say there any more.
    damkar.post(&format!("units/{unit}"), json!({ "action": "leave" })).await.expect(200);
    assert_eq!(crew.post("crew", help).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_pressed_without_a_network_goes_along_with_a_merge() {
    let world = World::new().await;
    let (taker, damkar) = (world.log_in("petugas1").await, world.log_in("damkar").await);
    let unit = register(&damkar, "Damkar 1").await;
    let crew = linked(&world, &damkar, &unit, SECRET).await;
    let (first, shown) = world.dispatched_fire(&taker).await;
    let (other, _) = world.dispatched_fire(&taker).await;
    damkar.post(&format!("assignments/{shown}/acknowledge"), json!({ "unit_id": unit })).await.expect(200);
    let id = |one: &Value| one["id"].as_str().unwrap().to_owned();
    let merge = json!({ "into": id(&other) });
    taker.post(&format!("incidents/{}/merge", id(&first)), merge).await.expect(200);
    let stays = crew.get("crew").await.expect(200)["task"].clone();
    assert_eq!(stays["number"], other["number"]);
    assert_ne!(stays["assignment_id"], json!(shown));
    for _ in 0..2 {
        let page = crew.post_with_key("crew", step(&shown, "en_route"), "once").await.expect(200);
        assert_eq!(page["task"]["state"], "en_route", "{page}");
    }
    let help = json!({ "action": "note", "assignment_id": shown, "text": "perlu tangki", "alarm": true });
    crew.post("crew", help).await.expect(200);
    let whole = taker.get(&format!("incidents/{}", id(&other))).await.expect(200);
    assert_eq!((&whole["alarm_level"], &whole["assignments"][0]["state"]), (&json!(2), &json!("en_route")));
    let timeline = whole["timeline"].as_array().unwrap();
    let of_unit = timeline.iter().filter(|entry| entry["actor"]["kind"] == "unit");
    let kinds: Vec<_> = of_unit.map(|entry| entry["kind"].as_str().unwrap()).collect();
    // Nobody had taken the task there; its crew has it.
    assert_eq!(kinds, ["acknowledged", "en_route", "help_asked", "alarm_raised"]);

    // Called away from the incident that goes on, it is told why its step is not taken.
    damkar.post(&format!("units/{unit}"), json!({ "action": "leave" })).await.expect(200);
    let refused = crew.post("crew", step(&shown, "on_scene")).await;
    assert_eq!((refused.status, refused.code()), (409, "incident_merged"));
    assert!(refused.body["detail"].as_str().unwrap().contains(other["number"].as_str().unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_says_too_much_is_told_to_wait_and_others_are_heard() {
    let world = World::new().await;
    let damkar = world.log_in("damkar").await;
    let (one, two) = (register(&damkar, "Damkar 1").await, register(&damkar, "Damkar 2").await);
    let crews = (linked(&world, &damkar, &one, "1").await, linked(&world, &damkar, &two, "2").await);
    let nowhere = step(&new_id().to_string(), "en_route");
    for _ in 0..console_api::limits::CREW_REPORTS_PER_MINUTE_MAX {
        assert_eq!(crews.0.post("crew", nowhere.clone()).await.status, 404);
    }
    let refused = crews.0.post("crew", nowhere.clone()).await;
    assert_eq!((refused.status, refused.code()), (429, "too_many_reports"));
    assert!(refused.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() <= 60);
    assert_eq!(crews.1.post("crew", nowhere).await.status, 404);
    crews.0.get("crew").await.expect(200);
}
