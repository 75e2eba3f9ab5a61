//! What is served is what is described.

use std::collections::BTreeSet;

use console_api::problem::Code;
use serde_json::Value;

use crate::world::{World, new_id};

#[test]
fn the_table_of_problem_codes_is_documented_word_for_word() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api-errors.md");
    let text = std::fs::read_to_string(path).unwrap();
    let documented: Vec<&str> = text.lines().filter(|line| line.starts_with("| `")).collect();
    let row = |code: &Code| {
        let e = code.entry();
        format!(
            "| `{}` | {} | {} | {} | {}. {} |",
            e.code, e.status, e.title, e.detail, e.title_en, e.detail_en
        )
    };
    let table: Vec<String> = Code::ALL.iter().map(row).collect();
    assert_eq!(documented, table);
    let codes: BTreeSet<&str> = Code::ALL.iter().map(|code| code.entry().code).collect();
    assert_eq!(codes.len(), Code::ALL.len(), "a code stands twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_described_operation_is_served_and_no_other_method() {
    let world = World::new().await;
    let served = world.stranger().get("openapi.json").await.expect(200);
    let document = serde_json::to_value(console_api::openapi()).unwrap();
    assert_eq!(served, document);
    let supervisor = world.log_in("pengawas").await;
    for (path, item) in document["paths"].as_object().unwrap() {
        let asked = path.replace("{id}", &new_id().to_string());
        for method in ["GET", "POST", "PATCH", "DELETE", "PUT"] {
            let described = item.get(method.to_lowercase()).is_some();
            if described && path == "/api/v1/session" && method == "DELETE" {
                continue;
            }
            let body = (method != "GET").then(|| "{}".to_owned());
            let answer = supervisor.send(method, &asked, body, &[]).await;
            assert_eq!(answer.status == 405, !described, "{method} {path}: {}", answer.status);
            assert_ne!(answer.code(), "unknown_path", "{method} {path}");
        }
    }
}

#[test]
fn the_document_is_whole() {
    let document = serde_json::to_value(console_api::openapi()).unwrap();
    let mut operations = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            assert!(operations.insert(id.clone()), "{id} stands twice");
            let words =
                operation["summary"].as_str().or(operation["description"].as_str()).unwrap_or_default();
            assert!(!words.is_empty(), "{method} {path} is not described");
            assert!(operation["responses"]["default"].is_object(), "{method} {path} names no problem");
        }
    }
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut missing = BTreeSet::new();
    references(&document, &mut missing);
    missing.retain(|name| !schemas.contains_key(name));
    assert_eq!(missing, BTreeSet::new(), "schemas that are named and not there");
    let kinds = schemas["FeedMessage"]["oneOf"].as_array().unwrap().len();
    assert_eq!(kinds, 24);
    let required = schemas["Call"]["required"].as_array().unwrap().len();
    assert_eq!(
        required,
        schemas["Call"]["properties"].as_object().unwrap().len(),
        "a view has all its fields"
    );
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if let Some(target) = value.as_str().filter(|_| name == "$ref") {
                    found.insert(target.trim_start_matches("#/components/schemas/").to_owned());
                } else {
                    references(value, found);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_security_headers() {
    let world = World::new().await;
    for path in ["/", "/instansi", "/api/v1/session", "/api/v1/health/live", "/health/live", "/metrics"] {
        let answer = world.stranger().get(path).await;
        let header = |name: &str| answer.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        let policy = header("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{path}: {policy}");
        assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"), "{path}");
        assert_eq!(header("referrer-policy").as_deref(), Some("no-referrer"), "{path}");
        let api = path.starts_with("/api/");
        assert_eq!(header("cache-control").as_deref() == Some("no-store"), api, "{path}");
    }
    // With the console built this is its first page, without it the page that says how to build it.
    let page = world.stranger().get("/instansi/tugas").await;
    assert_eq!(page.status, 200);
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    if let Some(tag) = page.headers.get("etag") {
        let known = [("if-none-match", tag.to_str().unwrap())];
        assert_eq!(world.stranger().send("GET", "/instansi/tugas", None, &known).await.status, 304);
    }
    assert_eq!(world.stranger().get("/assets/gone-12345678.js").await.status, 404);
}
