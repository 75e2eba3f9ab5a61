//! What everybody may see: figures without anybody in them.

use dispatch_core::time::Seconds;
use serde_json::{Value, json};

use crate::client::Client;
use crate::world::{World, fire, now};

/// Incidents of the day before, each typed in from a paper form.
async fn yesterday(taker: &Client, category: &str, count: usize) {
    let batch = taker.post("paper-forms", json!({ "count": count })).await.expect(201);
    let received = now().before(Seconds::minutes(26 * 60)).to_string();
    for form in batch["items"].as_array().unwrap() {
        let mut report = fire();
        report["category"] = json!(category);
        report["type"] = json!(null);
        report["paper"] =
            json!({ "form": form["number"], "received_at": received, "taken_by": "Sari", "tasks": [] });
        taker.post("incidents", report).await.expect(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_figures_and_nobody_in_them() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    for (category, count) in [("a", 6), ("b", 8), ("g", 2)] {
        yesterday(&taker, category, count).await;
    }
    let anybody = world.stranger();
    let told = anybody.get("public/performance").await.expect(200);
    assert_eq!((&told["format"], &told["suppressed_below"]), (&json!("sigap-public-performance"), &json!(5)));
    assert_eq!(told["incidents"]["opened"], 16);
    let count = |letter: &str| -> Value {
        let all = told["incidents"]["by_category"].as_array().unwrap();
        all.iter().find(|one| one["code"] == letter).unwrap()["count"].clone()
    };
    assert_eq!(count("g"), json!(null), "two incidents are two neighbours");
    assert_eq!(count("a"), json!(null), "with the total and the others, two would follow");
    assert_eq!(count("b"), 8);
    assert_eq!(told["calls"]["offered"], 0);
    assert_eq!(told["calls"]["answered_share"], json!(null), "no share of nothing");
    let standard = told["intervals"][0]["targets"][0].clone();
    assert_eq!((&standard["percent"], &standard["within_s"]), (&json!(90), &json!(15)));

    let page = anybody.get("/publik").await;
    assert_eq!(
        (page.status, page.headers["content-type"].to_str().unwrap()),
        (200, "text/html; charset=utf-8")
    );
    for words in
        ["Pusat 112 Uji", "Gratis", "Maklumat pelayanan", "SP4N-LAPOR!", "Standar pelayanan", "tidak disebut"]
    {
        assert!(page.text.contains(words), "{words} is not in {}", page.text);
    }
    for private in ["Samsudin", "Sari", "Masjid", "<script"] {
        assert!(!page.text.contains(private), "{private} is in {}", page.text);
    }

    // Whoever asks how often: it is counted once in a quarter of an hour.
    yesterday(&taker, "b", 5).await;
    let again = anybody.get("public/performance").await.expect(200);
    assert_eq!(again, told);
}
