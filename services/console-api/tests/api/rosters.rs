//! Duty rosters over HTTP: who is rung now, who may plan what, swaps, and shifts that are handed over.

use dispatch_core::time::{Seconds, Timestamp};
use serde_json::{Value, json};

use crate::client::Client;
use crate::world::{World, now};

fn at(hours: u32) -> Value {
    let at: Timestamp = now().after(Seconds(hours * 3600));
    json!(at.to_string())
}

async fn person(client: &Client, name: &str, agency: Option<&str>, user: Option<&Value>) -> Value {
    let post = if agency.is_some() { "duty_officer" } else { "call_taker" };
    let body = json!({
        "action": "set_person", "agency": agency, "post": post, "name": name, "phone": "+628117001",
        "user_id": user,
    });
    let roster = client.post("roster", body).await.expect(200);
    let people = roster["people"].as_array().unwrap();
    people.iter().find(|person| person["name"] == name).unwrap()["id"].clone()
}

fn post_of<'a>(roster: &'a Value, agency: Option<&str>, post: &str) -> &'a Value {
    let posts = roster["posts"].as_array().unwrap();
    posts.iter().find(|one| one["agency_code"].as_str() == agency && one["post"] == post).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_officer_on_duty_is_named_and_each_office_plans_its_own() {
    let world = World::new().await;
    let (supervisor, damkar) = (world.log_in("pengawas").await, world.log_in("damkar").await);
    let ani = person(&damkar, "Ani", Some("damkar"), None).await;
    let plan = |person: &Value, from, to| json!({ "action": "plan", "shifts": [{ "person_id": person, "from": at(from), "to": at(to) }] });
    // A shift may have begun already: it is written down when somebody comes.
    let begun = now().before(Seconds(60)).to_string();
    let running = json!({ "action": "plan", "shifts": [{ "person_id": ani, "from": begun, "to": at(8) }] });
    let roster = damkar.post_with_key("roster", running.clone(), "rencana-1").await.expect(200);
    assert_eq!(post_of(&roster, Some("damkar"), "duty_officer")["now"], json!([ani]));
    let again = damkar.post_with_key("roster", running, "rencana-1").await.expect(200);
    assert_eq!(again["shifts"].as_array().unwrap().len(), 1, "a repeat plans nothing");
    let gaps = &post_of(&roster, Some("damkar"), "duty_officer")["gaps"];
    assert_eq!((gaps.as_array().unwrap().len(), &gaps[0]["from"]), (1, &roster["shifts"][0]["to"]));

    let overlap = damkar.post("roster", plan(&ani, 7, 9)).await.expect(422);
    assert_eq!(
        (&overlap["errors"][0]["field"], &overlap["errors"][0]["code"]),
        (&json!("shifts"), &json!("twice"))
    );
    let bad = json!({ "action": "set_person", "agency": "damkar", "post": "duty_officer", "name": "X", "phone": "nol delapan" });
    assert_eq!(damkar.post("roster", bad).await.expect(422)["errors"][0]["field"], "phone");
    let unknown = json!({ "action": "set_person", "agency": "hantu", "post": "duty_officer", "name": "X" });
    assert_eq!(supervisor.post("roster", unknown).await.expect(422)["errors"][0]["field"], "agency");

    // Another agency neither sees them nor plans them; the centre does both.
    let polres = world.log_in("polres").await;
    let theirs = polres.get("roster").await.expect(200);
    assert_eq!((&theirs["people"], &theirs["shifts"]), (&json!([]), &json!([])));
    assert_eq!(polres.post("roster", plan(&ani, 20, 22)).await.status, 403);
    let taker = world.log_in("petugas1").await;
    let seen = taker.get("roster").await.expect(200);
    assert_eq!(post_of(&seen, Some("damkar"), "duty_officer")["now"], json!([ani]));
    assert_eq!(taker.post("roster", plan(&ani, 20, 22)).await.status, 403);
    assert_eq!(seen["people"][0]["phone"], "+628117001");
    let audited = world.log_in("auditor").await.get("roster").await.expect(200);
    assert_eq!(
        (&audited["people"][0]["name"], &audited["people"][0]["phone"]),
        (&json!("Ani"), &json!(null))
    );
    supervisor.post("roster", plan(&ani, 20, 22)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_call_takers_swap_and_a_supervisor_approves() {
    let world = World::new().await;
    let supervisor = world.log_in("pengawas").await;
    let (one, two) = (world.log_in("petugas1").await, world.log_in("petugas2").await);
    let account = |session: Value| session["user"]["id"].clone();
    let first = person(&supervisor, "Satu", None, Some(&account(one.get("session").await.expect(200)))).await;
    let second = person(&supervisor, "Dua", None, Some(&account(two.get("session").await.expect(200)))).await;
    let body = json!({ "action": "plan", "shifts": [{ "person_id": first, "from": at(10), "to": at(18) }] });
    let shift = supervisor.post("roster", body).await.expect(200)["shifts"][0]["id"].clone();
    let ask = json!({ "action": "ask_swap", "shift_id": shift, "person_id": second, "note": "Anak sakit" });
    assert_eq!(two.post("roster", ask.clone()).await.status, 403);
    let asked = one.post("roster", ask).await.expect(200);
    let swap = asked["swaps"][0]["id"].clone();
    let step = |step: &str| json!({ "action": "step_swap", "swap_id": swap, "step": step });
    assert_eq!(supervisor.post("roster", step("approve")).await.expect(409)["code"], "not_in_this_state");
    two.post("roster", step("agree")).await.expect(200);
    let done = supervisor.post("roster", step("approve")).await.expect(200);
    assert_eq!((&done["swaps"][0]["state"], &done["shifts"][0]["person_id"]), (&json!("approved"), &second));
    assert_eq!(done["swaps"][0]["agreed_by"]["name"], "Nama petugas2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_is_handed_over_with_what_is_open_and_taken_by_another_person() {
    let world = World::new().await;
    let (one, two) = (world.log_in("petugas1").await, world.log_in("petugas2").await);
    let (incident, _) = world.dispatched_fire(&one).await;
    let note = json!({ "note": "Genset mati, PLN datang pukul 7" });
    let handed = one.post_with_key("handovers", note.clone(), "sif-1").await.expect(201);
    let again = one.post_with_key("handovers", note, "sif-1").await.expect(201);
    assert_eq!(again, handed, "a repeat hands nothing over twice");
    assert_eq!(handed["incidents"][0]["number"], incident["number"]);
    let take = format!("handovers/{}/take", handed["id"].as_str().unwrap());
    assert_eq!(one.post(&take, json!({})).await.expect(409)["code"], "not_in_this_state");
    let taken = two.post(&take, json!({ "note": "Sudah dibaca" })).await.expect(200);
    assert_eq!(
        (&taken["taken_by"]["name"], &taken["taken_note"]),
        (&json!("Nama petugas2"), &json!("Sudah dibaca"))
    );
    assert_eq!(
        world.log_in("pengawas").await.post(&take, json!({})).await.expect(409)["code"],
        "not_in_this_state"
    );
    assert_eq!(two.get("handovers").await.expect(200)["items"][0], taken);
    // An agency hands its own over, and sees no other.
    let damkar = world.log_in("damkar").await;
    assert_eq!(damkar.get("handovers").await.expect(200)["items"], json!([]));
    assert_eq!(damkar.post(&take, json!({})).await.status, 404);
    let own = damkar.post("handovers", json!({})).await.expect(201);
    assert_eq!(own["incidents"][0]["number"], incident["number"]);
    let bpbd = world.log_in("bpbd").await.post("handovers", json!({})).await.expect(201);
    assert_eq!(bpbd["incidents"], json!([]));
}
