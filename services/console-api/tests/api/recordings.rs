//! Recordings over HTTP: parts, who may hear them, and that each playback is in the log.

use serde_json::json;

use crate::client::{Answer, Client};
use crate::world::World;

/// A call of `petugas1` with a recording of 200 kB on the disk.
async fn recorded(world: &World, taker: &Client, file: &str) -> (String, Vec<u8>) {
    let call = world.trunk.ring("+628117200001").await;
    taker.post(&format!("calls/{call}/answer"), json!({})).await.expect(200);
    taker.post(&format!("calls/{call}/hangup"), json!({})).await.expect(200);
    let bytes: Vec<u8> = (0..200_000u32).map(|n| (n * 7 % 251) as u8).collect();
    std::fs::write(world.recordings().join("a.wav"), &bytes).unwrap();
    world.trunk.recorded(call, file, bytes.len() as u64).await;
    (format!("calls/{call}/recording"), bytes)
}

async fn part(person: &Client, path: &str, range: &str) -> Answer {
    person.send("GET", path, None, &[("range", range)]).await
}

/// How often somebody's listening stands in the log.
async fn playbacks(world: &World) -> usize {
    let log = world.log_in("auditor").await.get("log?limit=1000").await.expect(200);
    log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line.to_string().contains("recording_played"))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_heard_whole_and_in_parts() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let (path, bytes) = recorded(&world, &taker, "a.wav").await;
    let record = taker.get(path.trim_end_matches("/recording")).await.expect(200);
    assert_eq!(record["recording"]["url"], format!("/api/v1/{path}"));
    assert_eq!(
        (&record["recording"]["seconds"], &record["recording"]["silence_s"]),
        (&json!(12.5), &json!(0.25))
    );

    let whole = taker.get(&path).await;
    assert_eq!((whole.status, whole.bytes == bytes), (200, true));
    for (name, value) in
        [("content-type", "audio/wav"), ("accept-ranges", "bytes"), ("content-length", "200000")]
    {
        assert_eq!(whole.headers[name], value);
    }
    let middle = part(&taker, &path, "bytes=70000-140000").await;
    assert_eq!((middle.status, middle.bytes == bytes[70_000..=140_000]), (206, true));
    assert_eq!(middle.headers["content-range"], "bytes 70000-140000/200000");
    assert_eq!(middle.headers["content-length"], "70001");
    let end = part(&taker, &path, "bytes=-100").await;
    assert_eq!((end.status, end.bytes == bytes[199_900..]), (206, true));
    let outside = part(&taker, &path, "bytes=200000-").await;
    assert_eq!((outside.status, outside.code()), (416, "range_not_satisfiable"));
    assert_eq!(outside.headers["content-range"], "bytes */200000");
    assert_eq!(playbacks(&world).await, 1, "one person, one recording, one leaf");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_had_the_call_supervisors_and_auditors_hear_it() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let (path, bytes) = recorded(&world, &taker, "a.wav").await;
    assert_eq!(world.stranger().get(&path).await.status, 401);
    for name in ["petugas2", "damkar", "admin"] {
        let refused = world.log_in(name).await.get(&path).await;
        assert_eq!((refused.status, refused.code()), (403, "forbidden"), "{name}");
    }
    assert_eq!(playbacks(&world).await, 0);
    for name in ["pengawas", "auditor"] {
        assert_eq!(world.log_in(name).await.get(&path).await.bytes, bytes, "{name}");
    }
    assert_eq!(playbacks(&world).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_leads_nowhere_else_and_a_call_without_recording_says_so() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    std::fs::write(world.recordings().parent().unwrap().join("rahasia.wav"), b"x").unwrap();
    for file in ["../rahasia.wav", "/etc/hostname", "tidak-ada.wav"] {
        let (path, _) = recorded(&world, &taker, file).await;
        let missing = taker.get(&path).await;
        assert_eq!((missing.status, missing.code()), (404, "recording_missing"), "{file}");
    }
    let call = world.trunk.ring("+628117200002").await;
    taker.post(&format!("calls/{call}/answer"), json!({})).await.expect(200);
    let none = taker.get(&format!("calls/{call}/recording")).await;
    assert_eq!((none.status, none.code()), (404, "no_recording"));
    assert_eq!(playbacks(&world).await, 0);
}
