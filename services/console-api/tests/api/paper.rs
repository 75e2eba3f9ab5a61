//! Paper forms: numbers that are given out once, and reports that are typed in from them.

use dispatch_core::time::{Seconds, Timestamp};
use serde_json::{Value, json};

use crate::client::Client;
use crate::world::{World, fire};

fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap())
}

fn ago(minutes: u32) -> String {
    now().before(Seconds::minutes(minutes)).to_string()
}

fn on_paper(form: &str) -> Value {
    let mut report = fire();
    report["paper"] = json!({
        "form": form, "received_at": ago(266), "taken_by": "Sari",
        "tasks": [
            { "agency": "damkar", "told_at": ago(264), "told_by": "Sari", "heard_by": "Pak Joko",
              "acknowledged_at": ago(262), "on_scene_at": ago(250) },
            { "agency": "polres", "told_at": ago(263) },
        ],
    });
    report
}

async fn printed(who: &Client, count: u32) -> Vec<String> {
    let batch = who.post("paper-forms", json!({ "count": count })).await.expect(201);
    let items = batch["items"].as_array().unwrap();
    items.iter().map(|one| one["number"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_given_out_once_and_every_one_is_accounted_for() {
    let world = World::new().await;
    let supervisor = world.log_in("pengawas").await;
    let body = json!({ "count": 3 });
    let batch = supervisor.post_with_key("paper-forms", body.clone(), "cetak-1").await.expect(201);
    assert_eq!(batch["centre"], "Pusat 112 Uji");
    let again = supervisor.post_with_key("paper-forms", body, "cetak-1").await.expect(201);
    assert_eq!(again["items"], batch["items"], "a repeat gives out nothing");
    let year = now().year_here();
    let numbers: Vec<_> =
        batch["items"].as_array().unwrap().iter().map(|one| one["number"].as_str().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3].map(|n| format!("F-{year}-{n:06}")));
    for count in [0, 101] {
        let refused = supervisor.post("paper-forms", json!({ "count": count })).await.expect(422);
        assert_eq!(refused["errors"][0]["field"], "count", "{refused}");
    }
    let taker = world.log_in("petugas1").await;
    assert_eq!(printed(&taker, 1).await, [format!("F-{year}-000004")], "refused ones cost no number");

    let entered = taker.post("incidents", on_paper("3")).await.expect(201);
    assert_eq!(entered["paper"]["form"], numbers[2]);
    let spoil = json!({ "step": "spoil", "reason": "kopi tumpah" });
    supervisor.post(&format!("paper-forms/{}", numbers[1]), spoil.clone()).await.expect(200);
    let listed = supervisor.get("paper-forms").await.expect(200);
    assert_eq!(listed["counts"], json!({ "out": 2, "used": 1, "spoiled": 1, "missing": 0 }));
    let of = |number: &str| {
        let items = listed["items"].as_array().unwrap();
        items.iter().find(|one| one["number"] == number).unwrap().clone()
    };
    assert_eq!((&of(numbers[0])["state"], &of(numbers[0])["skipped"]), (&json!("out"), &json!(true)));
    assert_eq!(of(&format!("F-{year}-000004"))["skipped"], false, "another print");
    assert_eq!(of(numbers[1])["reason"], "kopi tumpah");
    assert_eq!(of(numbers[2])["incident_number"], entered["number"]);
    let shown = supervisor.get("paper-forms/1").await.expect(200);
    assert_eq!((&shown["number"], &shown["skipped"]), (&json!(numbers[0]), &json!(true)));

    let used = supervisor.post(&format!("paper-forms/{}", numbers[2]), spoil.clone()).await.expect(409);
    assert_eq!(used["code"], "form_used");
    let nothing = json!({ "step": "miss", "reason": " " });
    assert_eq!(supervisor.post(&format!("paper-forms/{}", numbers[0]), nothing).await.status, 422);
    assert_eq!(supervisor.post("paper-forms/F-2026-999999", spoil.clone()).await.status, 404);
    let miss = json!({ "step": "miss", "reason": "tidak ada di laci" });
    supervisor.post(&format!("paper-forms/{}", numbers[0]), miss).await.expect(200);
    let found = taker.post("incidents", on_paper(numbers[0])).await.expect(201);
    assert_eq!(found["source"], "paper", "one that was missing has turned up");

    let log = supervisor.get("log?after=0&limit=500").await.expect(200);
    let kinds: Vec<&str> =
        log["entries"].as_array().unwrap().iter().filter_map(|one| one["kind"].as_str()).collect();
    let count = |kind: &str| kinds.iter().filter(|one| **one == kind).count();
    assert_eq!(
        ["paper_forms_given_out", "paper_form_used", "paper_form_settled"]
            .map(|k| count(&format!("site.{k}"))),
        [2, 2, 2],
        "{kinds:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_on_paper_keeps_both_times_and_asks_whoever_has_not_answered() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let form = printed(&taker, 1).await.remove(0);
    let body = on_paper(&form);
    let incident = taker.post_with_key("incidents", body.clone(), "kertas-1").await.expect(201);
    let again = taker.post_with_key("incidents", body.clone(), "kertas-1").await.expect(201);
    assert_eq!(again["id"], incident["id"]);
    assert_eq!((&incident["source"], &incident["status"]), (&json!("paper"), &json!("on_scene")));
    let paper = &incident["paper"];
    assert_eq!((&paper["taken_by"], &paper["ended"]), (&json!("Sari"), &json!(false)));
    assert_eq!(paper["received_at"], body["paper"]["received_at"]);
    assert_eq!(paper["entered_at"], incident["opened_at"]);
    assert_eq!(paper["tasks"][0]["heard_by"], "Pak Joko");
    let task = |code: &str| {
        let all = incident["assignments"].as_array().unwrap();
        all.iter().find(|one| one["agency"]["code"] == code).unwrap().clone()
    };
    let (damkar, polres) = (task("damkar"), task("polres"));
    assert_eq!((&damkar["state"], &damkar["role"]), (&json!("on_scene"), &json!("lead")));
    let steps: Vec<_> = damkar["relayed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| (step["state"].clone(), step["source"].clone(), step["pressed_at"].clone()))
        .collect();
    let written =
        |state: &str, key: &str| (json!(state), json!("paper"), body["paper"]["tasks"][0][key].clone());
    assert_eq!(
        steps,
        [
            written("sent", "told_at"),
            written("acknowledged", "acknowledged_at"),
            written("on_scene", "on_scene_at")
        ]
    );
    assert_eq!(polres["state"], "sent");
    let next = polres["escalation"]["next_at"].as_str().unwrap().parse::<Timestamp>().unwrap();
    assert!(next > now().before(Seconds(5)), "its clock began at the entry: {next}");
    let id = incident["id"].as_str().unwrap();
    let detail = taker.get(&format!("incidents/{id}")).await.expect(200);
    let lines: Vec<_> =
        detail["timeline"].as_array().unwrap().iter().map(|one| one["text_id"].as_str().unwrap()).collect();
    let says = |start: &str, key: &str| {
        let at =
            body["paper"]["tasks"][0][key].as_str().unwrap_or(body["paper"]["received_at"].as_str().unwrap());
        let at = at.parse::<Timestamp>().unwrap();
        let minute = at.minute_of_day_here();
        let line = format!("{start} {} {:02}.{:02} WIB", at.date_here(), minute / 60, minute % 60);
        assert!(lines.iter().any(|one| one.starts_with(&line)), "{line} in {lines:?}");
    };
    says(&format!("Dicatat dari formulir kertas {form}: diterima"), "received_at");
    says("Instansi damkar diberi tahu lewat telepon pukul", "told_at");
    says("Instansi damkar menerima tugas pukul", "acknowledged_at");
    says("Instansi damkar di lokasi pukul", "on_scene_at");
    let brigade = world.log_in("damkar").await;
    assert_eq!(brigade.get("assignments?open=true").await.expect(200)["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_so_is_named_beside_its_field_and_uses_no_number() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let form = printed(&taker, 2).await.remove(0);
    let mut wrong = on_paper(&form);
    wrong["paper"]["received_at"] = json!(now().after(Seconds::minutes(30)).to_string());
    wrong["paper"]["tasks"][0]["acknowledged_at"] = json!(ago(265));
    wrong["paper"]["tasks"][1]["agency"] = json!("damkar");
    let refused = taker.post("incidents", wrong).await.expect(422);
    let fields: Vec<_> =
        refused["errors"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect();
    assert_eq!(
        fields,
        ["paper.received_at", "paper.tasks[0].acknowledged_at", "paper.tasks[1].agency"],
        "{refused}"
    );
    let old = |days: u32| {
        let mut report = on_paper(&form);
        report["paper"]["received_at"] = json!(ago(days * 24 * 60 + 1));
        report
    };
    let refused = taker.post("incidents", old(30)).await.expect(422);
    assert_eq!(refused["errors"][0]["message"], "Lebih dari 30 hari yang lalu. Periksa tanggalnya.");
    for (unknown, code) in [("F-2020-000001", "unknown"), ("abc", "unknown"), (" ", "empty")] {
        let refused = taker.post("incidents", on_paper(unknown)).await.expect(422);
        assert_eq!(
            (&refused["errors"][0]["field"], &refused["errors"][0]["code"]),
            (&json!("paper.form"), &json!(code)),
            "{refused}"
        );
    }
    let mut nobody = on_paper(&form);
    nobody["paper"]["tasks"][0]["agency"] = json!("hansip");
    let refused = taker.post("incidents", nobody).await.expect(422);
    assert_eq!(refused["errors"][0]["field"], "paper.tasks[0].agency");
    assert_eq!(taker.get("incidents").await.expect(200)["items"], json!([]), "nothing was opened");
    let first = taker.post("incidents", old(29)).await.expect(201);
    let second = taker.post("incidents", on_paper(&form)).await.expect(409);
    assert_eq!(second["code"], "form_used");
    assert_eq!(second["current"]["incident_id"], first["id"]);
    assert_eq!(second["current"]["incident_number"], first["number"]);
    assert_eq!(second["winner"]["name"], "Nama petugas1");
    assert!(second["detail"].as_str().unwrap().contains(first["number"].as_str().unwrap()), "{second}");
    let spoil = json!({ "step": "spoil", "reason": "robek" });
    taker.post("paper-forms/2", Value::Null).await.expect(404);
    let other = format!("{}2", &form[..form.len() - 1]);
    taker.post(&format!("paper-forms/{other}"), spoil).await.expect(200);
    assert_eq!(taker.post("incidents", on_paper("2")).await.expect(409)["code"], "form_spoiled");
    let restore = json!({ "step": "restore", "reason": "salah catat" });
    taker.post(&format!("paper-forms/{other}"), restore).await.expect(200);
    taker.post("incidents", on_paper("2")).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_over_on_paper_is_closed_at_once() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let mut report = on_paper(&printed(&taker, 1).await.remove(0));
    report["paper"]["tasks"] = json!([]);
    report["paper"]["end"] = json!({});
    let refused = taker.post("incidents", report.clone()).await.expect(422);
    assert_eq!(refused["errors"][0]["field"], "paper.end.note");
    report["paper"]["end"] = json!({ "at": ago(200), "note": "api padam sebelum ada yang berangkat" });
    let incident = taker.post("incidents", report.clone()).await.expect(201);
    assert_eq!((&incident["status"], &incident["next_deadline_at"]), (&json!("closed"), &Value::Null));
    assert_eq!(incident["paper"]["ended_at"], report["paper"]["end"]["at"]);
}
