//! Figures of a period, as JSON, as a table, as a workbook.

use axum::http::header;
use dispatch_core::call::fact::EndReason;
use serde_json::{Value, json};

use crate::client::Client;
use crate::world::{World, fire};

fn interval<'a>(report: &'a Value, name: &str) -> &'a Value {
    let all = report["intervals"].as_array().unwrap();
    all.iter().find(|one| one["interval"] == name).unwrap()
}

/// One call that was answered and reported, one that was given up.
async fn a_night(world: &World) -> Client {
    let taker = world.log_in("petugas1").await;
    let call = world.trunk.ring("+628117000001").await;
    taker.post(&format!("calls/{call}/answer"), json!({})).await.expect(200);
    let mut report = fire();
    report["call_id"] = json!(call);
    let opened = taker.post("incidents", report).await.expect(201);
    let id = opened["id"].as_str().unwrap();
    taker.post(&format!("incidents/{id}/dispatch"), json!({})).await.expect(200);
    let lost = world.trunk.ring("+628117000002").await;
    world.trunk.caller_hangs_up(lost, EndReason::CallerCancelled).await;
    world.log_in("pengawas").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_counts_calls_incidents_and_what_is_missing() {
    let world = World::new().await;
    let supervisor = a_night(&world).await;
    let path = "reports/response?from=2020-01-01&to=2020-12-31&by=category";
    let nothing = supervisor.get(path).await.expect(200);
    assert_eq!((&nothing["total"]["calls"]["offered"], &nothing["groups"]), (&json!(0), &json!([])));
    assert_eq!(interval(&nothing["total"], "answer")["coverage"], json!(null), "no share of nothing");

    let day = dispatch_core::time::Timestamp::date_here(crate::world::now());
    let path = format!("reports/response?from={day}&to={day}&by=category");
    let report = supervisor.get(&path).await.expect(200);
    let calls = &report["total"]["calls"];
    assert_eq!(
        [&calls["offered"], &calls["answered"], &calls["abandoned"]],
        [&json!(2), &json!(1), &json!(1)]
    );
    let answer = interval(&report["total"], "answer");
    assert_eq!([&answer["of"], &answer["n"], &answer["coverage"]], [&json!(1), &json!(1), &json!(1.0)]);
    assert_eq!(answer["targets"][0]["source"], "NENA-STA-020.1-2020");
    assert_eq!(answer["targets"][0]["met"], true);
    assert_eq!(interval(&report["total"], "processing")["n"], 1);
    let asked = interval(&report["total"], "acknowledge");
    assert_eq!(
        (&asked["n"], asked["of"].as_u64() > Some(0)),
        (&json!(0), true),
        "nobody acknowledged: {asked}"
    );
    assert_eq!(asked["p90_s"], json!(null), "what is missing is not made up");
    let keys: Vec<&Value> = report["groups"].as_array().unwrap().iter().map(|group| &group["key"]).collect();
    assert_eq!(keys, ["a", "none"]);
    assert_eq!(report["groups"][0]["label"], "Kebakaran");
    // The board counts the same.
    let board = supervisor.get("wallboard").await.expect(200);
    assert_eq!(board["answered_within_15s"], json!({ "share": 1.0, "n": 1 }));
    let log = supervisor.get("log?after=0&limit=1").await.expect(200);
    assert_eq!(report["log_entries"], log["head"], "the figures say which part of the log they are of");

    for by in ["agency", "area", "hour", "day", "call_taker"] {
        let report =
            supervisor.get(&format!("reports/response?from={day}&to={day}&by={by}")).await.expect(200);
        assert!(!report["groups"].as_array().unwrap().is_empty(), "{by}");
    }
    for (query, status) in [
        ("from=kemarin&to=2026-01-01", 400),
        ("from=2026-01-01&to=2026-13-01", 400),
        ("from=2026-01-01&to=2026-01-01&by=bulan", 400),
        ("from=2026-01-02&to=2026-01-01", 422),
        ("from=2024-01-01&to=2026-01-01", 422),
    ] {
        assert_eq!(supervisor.get(&format!("reports/response?{query}")).await.status, status, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_a_table_and_a_workbook_too() {
    let world = World::new().await;
    let supervisor = a_night(&world).await;
    let day = dispatch_core::time::Timestamp::date_here(crate::world::now());
    let path = format!("reports/response?from={day}&to={day}");
    let csv = supervisor.get_as(&format!("{path}&table=counts"), "text/csv").await;
    let text = String::from_utf8(csv.bytes.clone()).unwrap();
    assert!(text.starts_with("kunci,bagian,panggilan masuk,dijawab,terputus,"), "{text}");
    assert!(text.contains("\r\ntotal,Semua,2,1,1,"), "{text}");
    assert_eq!(csv.headers[header::CONTENT_DISPOSITION], "attachment; filename=\"laporan-112.csv\"");
    let targets = supervisor.get_as(&format!("{path}&table=targets"), "text/csv").await;
    let text = String::from_utf8(targets.bytes).unwrap();
    assert!(text.contains("waktu jawab,,,90 %,15,1,1,1,"), "{text}");
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let workbook = supervisor.get_as(&path, kind).await;
    assert_eq!(workbook.headers[header::CONTENT_TYPE], kind);
    assert!(workbook.bytes.starts_with(b"PK"), "a workbook is a zip");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recap_of_calls_has_number_place_and_time_of_each_and_nothing_else_is_given_out() {
    let world = World::new().await;
    let supervisor = a_night(&world).await;
    let day = dispatch_core::time::Timestamp::date_here(crate::world::now());
    let asked = json!({ "what": "calls", "from": day, "to": day });
    let answer =
        supervisor.send("POST", "reports/recap", Some(asked.to_string()), &[("accept", "text/csv")]).await;
    assert_eq!(answer.status, 201);
    let text = String::from_utf8(answer.bytes).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "waktu diterima,nomor pemanggil,lokasi,dijawab,oleh,hasil,insiden");
    assert_eq!(lines.len(), 3, "{lines:?}");
    // No formula: a number begins with a plus sign.
    assert!(lines[1].contains("'+628117000001") && lines[2].contains("'+628117000002"), "{lines:?}");
    assert!(lines[2].contains("tidak diketahui") && lines[2].contains("terputus"), "{}", lines[2]);
    let log = supervisor.get("log?limit=1000").await.expect(200);
    let last = log["entries"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["kind"], "site.recap_given");
    assert_eq!(last["body"]["lines"], 2);

    for (from, to, field) in [
        ("2026-01-01", "2026-02-15", "to"),
        ("2026-02-01", "2026-01-01", "to"),
        ("kemarin", "2026-01-01", "from"),
    ] {
        let wrong = json!({ "what": "calls", "from": from, "to": to });
        let answer = supervisor.post("reports/recap", wrong).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["field"]), (422, &json!(field)), "{from} {to}");
    }
    let taker = world.log_in("petugas2").await;
    assert_eq!(taker.post("reports/recap", asked).await.status, 403);
}
