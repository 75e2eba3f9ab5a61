//! Incidents as tests need them.

use serde_json::{Value, json};

use super::Api;

/// A fire in Toboali, as a call-taker types it.
pub fn fire() -> Value {
    json!({
        "category": "a",
        "type": "kebakaran_bangunan",
        "priority": "P1",
        "narrative": "Rumah Pak Samsudin terbakar, api besar di dapur, ada orang terjebak",
        "location": { "lat": -2.911, "lon": 106.509, "accuracy_m": 50, "landmark": "belakang Masjid Agung" },
    })
}

/// Opens an incident.
pub async fn open_incident(api: &Api, report: &Value) -> Value {
    api.post("/incidents", report).await.expect(201)
}

/// Sends these agencies; answers with the new assignments.
pub async fn dispatch(api: &Api, incident: &Value, agencies: &[&str]) -> Vec<Value> {
    let id = incident["id"].as_str().expect("an id");
    let sent =
        api.post(&format!("/incidents/{id}/dispatch"), &json!({ "agencies": agencies })).await.expect(200);
    sent["assignments"].as_array().expect("assignments").clone()
}

/// Takes an assignment.
pub async fn acknowledge(api: &Api, assignment: &Value) -> Value {
    let id = assignment["id"].as_str().expect("an id");
    api.post(&format!("/assignments/{id}/acknowledge"), &json!({})).await.expect(200)
}

/// The kinds of an incident's timeline, in order.
pub async fn kinds(api: &Api, incident: &Value) -> Vec<String> {
    let id = incident["id"].as_str().expect("an id");
    let whole = api.get(&format!("/incidents/{id}")).await.expect(200);
    let timeline = whole["timeline"].as_array().expect("a timeline");
    timeline.iter().filter_map(|entry| entry["kind"].as_str()).map(str::to_owned).collect()
}

/// Microseconds since 1970 of a time as the API writes it (RFC 3339, UTC).
pub fn micros(time: &Value) -> i64 {
    let text = time.as_str().unwrap_or_else(|| panic!("{time} is no time"));
    let parsed = text.parse::<dispatch_core::time::Timestamp>();
    parsed.unwrap_or_else(|_| panic!("{text} is no time")).as_micros()
}
