//! Requests that are wrong: a problem that says what and where, in Indonesian, and nothing stored.

use serde_json::{Value, json};

use super::harness::{Answer, Api, Call, Feed, Kind, Server, fire, open_incident};

#[tokio::test]
async fn a_wrong_request_gets_a_clear_problem_and_leaves_nothing() {
    let server = Server::demo(Kind::Sqlite).await;
    let petugas = server.log_in("petugas1").await;
    let before = head(&server).await;
    the_fields_are_named(&petugas).await;
    what_is_no_json_is_told_so(&petugas).await;
    what_is_not_there_is_told_so(&server, &petugas).await;
    who_may_not_is_told_so(&server, &petugas).await;
    the_socket_is_closed_to_strangers(&server, &petugas).await;
    assert!(petugas.all("/incidents?").await.is_empty(), "nothing was stored");
    let log = head(&server).await;
    // Log-ins leave leaves; what was refused leaves none that concern an incident.
    let new =
        server.log_in("auditor").await.get(&format!("/log?after={before}&limit=1000")).await.expect(200);
    let streams: Vec<&str> = new["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .filter_map(|entry| entry["stream"].as_str())
        .collect();
    assert!(!streams.iter().any(|stream| stream.starts_with("incident")), "{streams:?} up to {log}");
    // A field that this version does not know is passed over: a newer console may talk to an older server.
    let mut newer = fire();
    newer["kategori"] = json!("z");
    let incident = open_incident(&petugas, &newer).await;
    assert!(incident["kategori"].is_null() && incident["category"] == "a", "{incident}");
    server.verify().await;
}

async fn head(server: &Server) -> u64 {
    let page = server.log_in("auditor").await.get("/log?after=0&limit=1").await.expect(200);
    page["head"].as_str().and_then(|head| head.parse().ok()).expect("a head")
}

async fn the_fields_are_named(petugas: &Api) {
    let spoilt = |field: &str, value: Value| {
        let mut report = fire();
        match field.split_once('.') {
            Some((outer, inner)) => report[outer][inner] = value,
            None => report[field] = value,
        }
        report
    };
    let cases = [
        ("category", json!("z")),
        ("category", json!(7)),
        ("narrative", json!(["bukan", "teks"])),
        ("narrative", json!("a".repeat(20_000))),
        ("narrative", json!("api\u{0}besar")),
        ("priority", json!("P9")),
        ("type", json!("naga_terbang")),
        ("location", json!("di sana")),
        ("location.lat", json!(91.0)),
        ("location.lat", json!("utara")),
        ("location.lon", json!(-180.5)),
        ("location.landmark", json!("a".repeat(5_000))),
        ("casualties", json!(-1)),
        ("casualties", json!(1e99)),
    ];
    for (field, value) in cases {
        let shown: String = value.to_string().chars().take(60).collect();
        let answer = petugas.post("/incidents", &spoilt(field, value)).await;
        let code = answer.problem(422);
        assert_eq!(code, "invalid_fields", "{field} = {shown}");
        assert!(answer.fields().contains(&field), "{field} = {shown}: {}", answer.text());
        let told = &answer.body["errors"][0];
        for part in ["code", "message", "message_en"] {
            assert!(told[part].as_str().is_some_and(|text| !text.is_empty()), "{field}: {told}");
        }
    }
    let all_at_once = json!({ "category": "a", "narrative": "", "location": { "lat": 100, "lon": 200 } });
    let answer = petugas.post("/incidents", &all_at_once).await;
    answer.problem(422);
    for field in ["location.lat", "location.lon"] {
        assert!(answer.fields().contains(&field), "{field} among {:?}", answer.fields());
    }
}

async fn what_is_no_json_is_told_so(petugas: &Api) {
    let post = |body: &[u8]| petugas.request("POST", "/incidents").bytes(body.to_vec());
    for body in [&b"{"[..], b"", b"null", b"[]", b"{\"category\":\"a\",}", b"\xff\xfe", b"{\"a\":1}{\"b\":2}"]
    {
        let answer = petugas.must(post(body)).await;
        assert!(matches!(answer.status, 400 | 422), "{body:?}: {}", answer.text());
        answer.problem(answer.status);
    }
    let deep = "[".repeat(100_000);
    let answer = petugas.must(post(deep.as_bytes())).await;
    assert_eq!(answer.problem(400), "malformed_json");
    let mut big = fire();
    big["narrative"] = json!("x".repeat(1 << 20));
    let answer = petugas.post("/incidents", &big).await;
    assert_eq!(answer.problem(413), "body_too_large");
    let form = petugas.request("POST", "/incidents").header("idempotency-key", "spasi tidak boleh");
    assert_eq!(petugas.must(form.json(&fire())).await.problem(400), "invalid_idempotency_key");
}

async fn what_is_not_there_is_told_so(server: &Server, petugas: &Api) {
    let nowhere = "01935a00-0000-7abc-8123-456789abcdef";
    petugas.get("/tidak-ada").await.problem(404);
    petugas.get("/incidents/bukan-id").await.problem(404);
    petugas.get(&format!("/incidents/{nowhere}")).await.problem(404);
    petugas.post(&format!("/calls/{nowhere}/answer"), &json!({})).await.problem(404);
    let damkar = server.log_in("damkar").await;
    damkar.post(&format!("/assignments/{nowhere}/acknowledge"), &json!({})).await.problem(404);
    let wrong = petugas.must(petugas.request("DELETE", "/incidents")).await;
    assert_eq!(wrong.problem(405), "method_not_allowed");
    let wrong = petugas.must(petugas.request("PUT", "/session").json(&json!({}))).await;
    assert_eq!(wrong.problem(405), "method_not_allowed");
    petugas.get("/calls?limit=banyak").await.problem(400);
}

async fn who_may_not_is_told_so(server: &Server, petugas: &Api) {
    let sent = |call: Call| async { call.send(server.http).await.unwrap_or_else(|error| panic!("{error}")) };
    let answer: Answer = sent(Call::new("POST", "/api/v1/incidents").json(&fire())).await;
    assert_eq!(answer.problem(401), "no_session");
    let forged =
        Call::new("GET", "/api/v1/calls").header("authorization", "Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(sent(forged).await.problem(401), "no_session");
    for (username, password) in [("petugas1", "salah"), ("tidak-ada", "sigap-demo"), ("petugas1", "")] {
        let tried = json!({ "username": username, "password": password });
        let answer = sent(Call::new("POST", "/api/v1/session").json(&tried)).await;
        assert!(matches!(answer.status, 401 | 422), "{}", answer.text());
        answer.problem(answer.status);
    }
    assert_eq!(petugas.post("/users", &json!({})).await.problem(403), "forbidden");
    let damkar = server.log_in("damkar").await;
    assert_eq!(damkar.post("/incidents", &fire()).await.problem(403), "forbidden");
    assert_eq!(server.log_in("auditor").await.post("/incidents", &fire()).await.problem(403), "forbidden");
}

async fn the_socket_is_closed_to_strangers(server: &Server, petugas: &Api) {
    let own = format!("http://{}", server.http);
    let refused = |token: Option<&'static str>, origin: String| async move {
        Feed::socket(server.http, token, Some(&origin), None, None).await.err().map(|refused| refused.status)
    };
    assert_eq!(refused(None, own.clone()).await, Some(401));
    assert_eq!(refused(Some("palsu"), own.clone()).await, Some(401));
    for foreign in ["https://contoh.invalid", "null", "http://127.0.0.1:1"] {
        let socket = Feed::socket(server.http, Some(&petugas.token), Some(foreign), None, None).await;
        assert_eq!(socket.err().map(|refused| refused.status), Some(403), "{foreign}");
    }
}
