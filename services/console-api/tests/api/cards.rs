//! Question cards over HTTP: answers on an incident, and two people to a change.

use serde_json::{Value, json};

use crate::client::Client;
use crate::world::{World, fire, new_id, wait_for};

fn answer(card: &str, question: &str, answer: Option<&str>) -> Value {
    json!({ "card": card, "question": question, "answer": answer })
}

fn sick() -> Value {
    json!({
        "category": "e", "type": "sakit_mendadak", "narrative": "bapak tidak bernapas",
        "location": { "landmark": "belakang pasar" },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_travel_with_the_report_and_come_later() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let mut report = sick();
    report["card"] = json!({ "set_version": 1, "answers": [
        answer("sakit_mendadak", "sadar", Some("tidak")), answer("sakit_mendadak", "napas", Some("skip")),
    ] });
    let incident = taker.post("incidents", report).await.expect(201);
    assert_eq!((&incident["priority"], &incident["flags"]), (&json!("P1"), &json!(["unconscious"])));
    let first = &incident["answers"][0];
    assert_eq!((&first["asked_id"], &first["answer_id"]), (&json!("Sadar?"), &json!("Tidak")));
    assert_eq!(first["by"]["name"], "Nama petugas1");

    let path = format!("incidents/{}/answers", incident["id"].as_str().unwrap());
    let later = json!({ "set_version": 1, "answers": [answer("sakit_mendadak", "napas", Some("tidak"))] });
    let incident = taker.post_with_key(&path, later.clone(), "napas-1").await.expect(200);
    assert_eq!(incident["flags"], json!(["not_breathing", "unconscious"]));
    let again = taker.post_with_key(&path, later, "napas-1").await.expect(200);
    assert_eq!(again["version"], incident["version"], "a repeat changes nothing");

    let id = incident["id"].as_str().unwrap();
    taker.post(&format!("incidents/{id}/dispatch"), json!({ "agencies": ["ambulans"] })).await.expect(200);
    let ambulance = world.log_in("ambulans").await;
    let seen = ambulance.get(&format!("incidents/{id}")).await.expect(200);
    assert_eq!((&seen["flags"], &seen["answers"]), (&incident["flags"], &incident["answers"]));
    let told: Vec<_> = seen["timeline"].as_array().unwrap().iter().map(|entry| &entry["text_id"]).collect();
    assert!(told.contains(&&json!("Prioritas naik P2 → P1: Sadar? Tidak")), "{told:?}");
    let tasks = ambulance.get("assignments?open=true").await.expect(200);
    assert_eq!(tasks["items"][0]["incident"]["flags"], incident["flags"]);

    let back = json!({ "set_version": 1, "answers": [answer("sakit_mendadak", "napas", None)] });
    let incident = taker.post(&path, back).await.expect(200);
    assert_eq!((&incident["flags"], &incident["priority"]), (&json!(["unconscious"]), &json!("P1")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_no_card_is_named_by_its_field() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let incident = taker.post("incidents", fire()).await.expect(201);
    let path = format!("incidents/{}/answers", incident["id"].as_str().unwrap());
    for (version, given, field) in [
        (9, answer("kejang", "masih", Some("ya")), "set_version"),
        (1, answer("terbang", "masih", Some("ya")), "answers[0].card"),
        (1, answer("kejang", "warna", Some("ya")), "answers[0].question"),
        (1, answer("kejang", "masih", Some("mungkin")), "answers[0].answer"),
    ] {
        let body = json!({ "set_version": version, "answers": [given] });
        let problem = taker.post(&path, body.clone()).await.expect(422);
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
        let mut report = fire();
        report["card"] = body;
        let problem = taker.post("incidents", report).await.expect(422);
        assert_eq!(problem["errors"][0]["field"], format!("card.{field}"));
    }
    let none = taker.post(&path, json!({ "set_version": 1, "answers": [] })).await.expect(422);
    assert_eq!(
        (&none["errors"][0]["field"], &none["errors"][0]["code"]),
        (&json!("answers"), &json!("out_of_range"))
    );
    let now = taker.get(&format!("incidents/{}", incident["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(now["version"], incident["version"], "nothing of all that reached the incident");
}

/// A second supervisor, made by the admin.
async fn second_supervisor(world: &World) -> Client {
    let admin = world.log_in("admin").await;
    let user = json!({ "username": "pengawas2", "name": "Bu Sari", "role": "supervisor", "password": crate::world::PASSWORD });
    admin.post("users", user).await.expect(201);
    world.log_in("pengawas2").await
}

fn card_of(set: &Value, code: &str) -> Value {
    set["cards"].as_array().unwrap().iter().find(|card| card["code"] == code).unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_supervisors_change_a_question_and_nobody_alone() {
    let world = World::new().await;
    let (wati, sari) = (world.log_in("pengawas").await, second_supervisor(&world).await);
    let taker = world.log_in("petugas1").await;
    let set = taker.get("cards").await.expect(200);
    assert_eq!(set["version"], 1);
    let mut card = card_of(&set, "kejang");
    card["questions"][0]["text"]["id"] = json!("Masih kejang sekarang?");
    card["decree"] = json!("SK Kepala Dinas Kesehatan 440/12/2026");
    let id = new_id().to_string();
    let body = |card: &Value, revision: Option<u32>| json!({ "id": id, "revision": revision, "card": card, "instructions": [] });

    let mut wrong = card.clone();
    wrong["questions"][0]["answers"][0]["key"] = json!("M");
    let draft = wati.post("cards/drafts", body(&wrong, None)).await.expect(200);
    assert_eq!(draft["mistakes"][0]["field"], "card.questions[0].answers[0].key");
    assert_eq!((&draft["state"], &draft["before"]["since"]), (&json!("open"), &json!(1)));
    let step = format!("cards/drafts/{id}/step");
    let refused = wati.post(&step, json!({ "step": "submit", "revision": 1 })).await.expect(422);
    assert_eq!(refused["errors"][0]["message"], "Satu huruf A sampai Z, bukan M atau P.");
    let stale = wati.post("cards/drafts", body(&card, Some(7))).await;
    assert_eq!((stale.status, stale.code()), (409, "draft_changed"));
    assert_eq!(stale.body["current"]["revision"], 1);
    wati.post("cards/drafts", body(&card, Some(1))).await.expect(200);
    wati.post(&step, json!({ "step": "submit", "revision": 2 })).await.expect(200);

    let own = wati.post(&step, json!({ "step": "approve", "revision": 2 })).await;
    assert_eq!((own.status, own.code()), (403, "own_draft"));
    let wordless = sari.post(&step, json!({ "step": "reject", "revision": 2 })).await;
    assert_eq!((wordless.status, wordless.code()), (422, "reason_missing"));
    assert_eq!(taker.get("cards").await.expect(200)["version"], 1, "nothing holds yet");
    let approve = json!({ "step": "approve", "revision": 2 });
    let draft = sari.post_with_key(&step, approve.clone(), "setuju").await.expect(200);
    assert_eq!((&draft["state"], &draft["version"]), (&json!("approved"), &json!(2)));
    assert_eq!(draft["decided_by"]["name"], "Bu Sari");
    sari.post_with_key(&step, approve, "setuju").await.expect(200);

    let now = taker.get("cards").await.expect(200);
    assert_eq!((&now["version"], &now["decree"]), (&json!(2), &card["decree"]));
    let held = card_of(&now, "kejang");
    assert_eq!((&held["since"], &held["questions"][0]["text"]), (&json!(2), &card["questions"][0]["text"]));
    let old = taker.get("cards?version=1").await.expect(200);
    assert_eq!(old, set, "what held before can be read, and begun from again");
    assert_eq!(taker.get("cards?version=3").await.status, 404);
    let history = world.log_in("auditor").await.get("cards/drafts").await.expect(200);
    let names: Vec<_> =
        history["items"][0]["authors"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, [&json!("Nama pengawas")]);

    // Answers under the old version still count: the console learns of a new one while somebody asks.
    let incident = taker.post("incidents", fire()).await.expect(201);
    let path = format!("incidents/{}/answers", incident["id"].as_str().unwrap());
    let old = json!({ "set_version": 1, "answers": [answer("kejang", "masih", Some("ya"))] });
    let answered = taker.post(&path, old).await.expect(200);
    assert_eq!(answered["answers"][0]["asked_id"], "Masih kejang?");
    wait_for(|| async {
        let log = world.log_in("auditor").await.get("log?limit=500").await.expect(200);
        let kinds: Vec<_> = log["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["kind"].as_str().unwrap().to_owned())
            .collect();
        ["site.card_draft_saved", "site.card_draft_moved", "site.card_set_adopted"]
            .iter()
            .all(|kind| kinds.iter().any(|found| found == kind))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_draft_says_why_and_an_outdated_one_is_begun_anew() {
    let world = World::new().await;
    let (wati, sari) = (world.log_in("pengawas").await, second_supervisor(&world).await);
    let set = wati.get("cards").await.expect(200);
    let begin = async |who: &Client, asks: &str| {
        let mut card = card_of(&set, "banjir");
        card["questions"][0]["text"]["id"] = json!(asks);
        let id = new_id().to_string();
        let body = json!({ "id": id, "revision": null, "card": card, "instructions": [] });
        who.post("cards/drafts", body).await.expect(200);
        let step = format!("cards/drafts/{id}/step");
        who.post(&step, json!({ "step": "submit", "revision": 1 })).await.expect(200);
        step
    };
    let (one, other, third) =
        (begin(&wati, "Satu?").await, begin(&sari, "Dua?").await, begin(&wati, "Tiga?").await);
    sari.post(&one, json!({ "step": "approve", "revision": 1 })).await.expect(200);
    let late = wati.post(&other, json!({ "step": "approve", "revision": 1 })).await;
    assert_eq!((late.status, late.code()), (409, "draft_outdated"));
    let admin = world.log_in("admin").await;
    let reject = json!({ "step": "reject", "revision": 1, "reason": "sudah diganti" });
    let rejected = admin.post(&other, reject).await.expect(200);
    assert_eq!((&rejected["state"], &rejected["reason"]), (&json!("rejected"), &json!("sudah diganti")));
    let again = admin.post(&other, json!({ "step": "approve", "revision": 1 })).await;
    assert_eq!((again.status, again.code()), (409, "not_in_this_state"));
    let withdrawn = wati.post(&third, json!({ "step": "withdraw", "revision": 1 })).await.expect(200);
    assert_eq!(withdrawn["state"], "withdrawn");
    let unknown = format!("cards/drafts/{}/step", new_id());
    assert_eq!(wati.post(&unknown, json!({ "step": "submit", "revision": 1 })).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn that_an_instruction_was_read_out_stands_on_the_incident() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let set = taker.get("cards").await.expect(200);
    let told = &set["instructions"][0];
    let read = format!("read:{}", told["code"].as_str().unwrap());
    let mut report = sick();
    report["card"] = json!({ "set_version": 1, "answers": [answer("sakit_mendadak", &read, Some("read"))] });
    let incident = taker.post("incidents", report).await.expect(201);
    let given = &incident["answers"][0];
    assert_eq!((&given["question"], &given["set_version"]), (&json!(read), &json!(1)));
    assert_eq!(
        (&given["asked_id"], &given["answer_id"]),
        (&json!("Petunjuk dibacakan:"), &told["title"]["id"])
    );
    assert_eq!(given["by"]["name"], "Nama petugas1");
    assert_eq!(incident["flags"], json!([]), "it changes nothing");
    let path = format!("incidents/{}", incident["id"].as_str().unwrap());
    let answers = format!("{path}/answers");
    let again = json!({ "set_version": 1, "answers": [answer("sakit_mendadak", &read, Some("read"))] });
    let same = taker.post(&answers, again).await.expect(200);
    assert_eq!(same["version"], incident["version"], "read twice is written down once");
    for (question, code) in [("read:tidak_ada", "read"), (read.as_str(), "ya")] {
        let wrong = json!({ "set_version": 1, "answers": [answer("sakit_mendadak", question, Some(code))] });
        taker.post(&answers, wrong).await.expect(422);
    }
    let whole = taker.get(&path).await.expect(200);
    let words = format!("Petunjuk dibacakan: {}", told["title"]["id"].as_str().unwrap());
    let line = whole["timeline"].as_array().unwrap().iter().find(|line| line["text_id"] == words.as_str());
    assert_eq!(line.unwrap()["actor"]["name"], "Nama petugas1");
}
