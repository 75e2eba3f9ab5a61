//! What is no emergency goes to another service, under a number that is read to the caller.

use serde_json::json;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_gets_a_number_the_caller_stays_and_it_is_passed_on_once() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let call = world.trunk.ring("+628117000002").await;
    taker.post(&format!("calls/{call}/answer"), json!({})).await.expect(200);
    let path = format!("calls/{call}/refer");
    let body = json!({ "to": "sp4n", "about": "Lampu jalan mati sejak kemarin" });
    let referral = taker.post_with_key(&path, body.clone(), "rujuk-1").await.expect(201);
    let number = referral["number"].as_str().unwrap();
    assert!(number.starts_with("R-") && number.ends_with("-001"), "{number}");
    assert!(referral["say_id"].as_str().unwrap().contains(number), "{referral}");
    let again = taker.post_with_key(&path, body, "rujuk-1").await.expect(201);
    assert_eq!(again, referral, "a repeat hands nothing on twice");
    let shown = taker.get(&format!("calls/{call}")).await.expect(200);
    assert_eq!(
        (&shown["state"], &shown["disposition"]["kind"]),
        (&json!("connected"), &json!("complaint")),
        "the caller is still there to write the number down"
    );

    let unknown = taker.post(&path, json!({ "to": "hantu", "about": "x" })).await.expect(422);
    assert_eq!(unknown["errors"][0]["field"], "to");
    let empty = taker.post(&path, json!({ "to": "sp4n", "about": "  " })).await.expect(422);
    assert_eq!(empty["errors"][0]["field"], "about");
    let asked = json!({ "to": "pln123", "about": "Token tidak bisa masuk", "information": true });
    let second = taker.post(&path, asked).await.expect(201);
    assert!(second["number"].as_str().unwrap().ends_with("-002"), "refused ones cost no number: {second}");

    let supervisor = world.log_in("pengawas").await;
    let listed = supervisor.get("referrals").await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    let passed = format!("referrals/{}/forwarded", referral["id"].as_str().unwrap());
    assert_eq!(supervisor.post(&passed, json!({ "reference": "" })).await.status, 422);
    let done = supervisor.post(&passed, json!({ "reference": "LPR-778" })).await.expect(200);
    assert_eq!(
        (&done["reference"], &done["forwarded_by"]["name"]),
        (&json!("LPR-778"), &json!("Nama pengawas"))
    );
    assert_eq!(
        supervisor.post(&passed, json!({ "reference": "2" })).await.expect(409)["code"],
        "not_in_this_state"
    );
    let listed = supervisor.get("referrals").await.expect(200);
    assert_eq!(listed["items"][0]["id"], second["id"], "what has not arrived stands first");
}
