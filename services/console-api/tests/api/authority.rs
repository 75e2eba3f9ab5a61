//! Who may do what: every cell of `tests/authority_matrix` over real HTTP.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::client::Client;
use crate::world::{World, fire, new_id};

/// One user of each role, in the order of the matrix.
const COLUMNS: [&str; 6] = ["petugas1", "damkar", "pengawas", "admin", "auditor", "dinding"];

#[derive(Debug)]
enum Row {
    Public,
    /// A session proves nothing here.
    Signed,
    Roles([bool; 6]),
}

fn matrix() -> BTreeMap<(String, String), Row> {
    let text = include_str!("../authority_matrix");
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let row = match &words[2..] {
            ["public"] => Row::Public,
            ["signed"] => Row::Signed,
            cells => {
                let cells: Vec<bool> = cells
                    .iter()
                    .map(|cell| {
                        assert!(["+", "-"].contains(cell), "{line}");
                        *cell == "+"
                    })
                    .collect();
                Row::Roles(cells.try_into().unwrap_or_else(|_| panic!("{line}")))
            }
        };
        ((words[0].to_owned(), words[1].to_owned()), row)
    };
    let rows: Vec<_> = lines.map(row).collect();
    let count = rows.len();
    let rows: BTreeMap<_, _> = rows.into_iter().collect();
    assert_eq!(rows.len(), count, "a row stands twice");
    rows
}

#[test]
fn every_operation_has_a_row_and_every_row_an_operation() {
    let document = serde_json::to_value(console_api::openapi()).unwrap();
    let operations: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let rows: BTreeSet<_> = matrix().into_keys().collect();
    assert!(operations.len() > 40, "{}", operations.len());
    assert_eq!(
        operations.difference(&rows).collect::<Vec<_>>(),
        Vec::<&(String, String)>::new(),
        "without a row"
    );
    assert_eq!(
        rows.difference(&operations).collect::<Vec<_>>(),
        Vec::<&(String, String)>::new(),
        "without an operation"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_cell_is_so_over_http() {
    let world = World::new().await;
    let mut people = Vec::new();
    for name in COLUMNS {
        people.push(world.log_in(name).await);
    }
    let mut wrong = Vec::new();
    for ((method, path), row) in matrix() {
        let path = path.replace("{id}", &new_id().to_string()).replace("{party}", &new_id().to_string());
        let stranger = ask(&world.stranger(), &method, &path).await;
        match row {
            Row::Public => {
                // The door itself answers an empty body with the fields that it misses.
                let open = if path.ends_with("/session") { 422 } else { 200 };
                if stranger != open {
                    wrong.push(format!("{method} {path} without a session: {stranger}"));
                }
            }
            Row::Signed => {
                let supervisor = ask(&people[2], &method, &path).await;
                if (stranger, supervisor) != (401, 401) {
                    wrong.push(format!("{method} {path} without a proof: {stranger}, {supervisor}"));
                }
            }
            Row::Roles(cells) => {
                if stranger != 401 {
                    wrong.push(format!("{method} {path} without a session: {stranger}"));
                }
                for ((name, person), may) in COLUMNS.iter().zip(&people).zip(cells) {
                    let logs_out = method == "DELETE" && path.ends_with("/session");
                    let person = if logs_out { world.log_in(name).await } else { person.clone() };
                    let status = ask(&person, &method, &path).await;
                    let refused = status == 403;
                    if may == refused || status == 401 || status >= 500 {
                        wrong.push(format!("{method} {path} as {name}: {status}"));
                    }
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

async fn ask(client: &Client, method: &str, path: &str) -> u16 {
    let body = (method != "GET").then(|| "{}".to_owned());
    client.send(method, path, body, &[]).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_agency_is_not_on_does_not_exist_for_it() {
    let world = World::new().await;
    let taker = world.log_in("petugas1").await;
    let (incident, assignment) = world.dispatched_fire(&taker).await;
    let id = incident["id"].as_str().unwrap();
    let (own, other) = (world.log_in("damkar").await, world.log_in("bpbd").await);

    own.get(&format!("incidents/{id}")).await.expect(200);
    assert_eq!(own.get("incidents").await.expect(200)["items"].as_array().unwrap().len(), 1);
    assert_eq!(own.get("assignments?open=true").await.expect(200)["items"].as_array().unwrap().len(), 1);

    for path in ["", "/notes"] {
        let path = format!("incidents/{id}{path}");
        let answer = if path.ends_with("notes") {
            other.post(&path, json!({ "text": "halo" })).await
        } else {
            other.get(&path).await
        };
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{path}");
    }
    for step in
        ["acknowledge", "en-route", "on-scene", "working", "under-control", "complete", "delivered", "seen"]
    {
        let answer = other.post(&format!("assignments/{assignment}/{step}"), json!({})).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"), "{step}");
    }
    let decline =
        other.post(&format!("assignments/{assignment}/decline"), json!({ "reason": "bukan kami" })).await;
    assert_eq!(decline.code(), "not_found");
    assert_eq!(other.get("incidents").await.expect(200)["items"], json!([]));
    assert_eq!(other.get("incidents?agency=damkar").await.expect(200)["items"], json!([]));
    assert_eq!(other.get("assignments?agency=damkar").await.status, 404);
    // Nothing of all that reached the incident.
    let timeline = taker.get(&format!("incidents/{id}")).await.expect(200)["timeline"].clone();
    let kinds: Vec<_> =
        timeline.as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["opened", "assigned"]);
    assert_eq!(taker.post("incidents", fire()).await.status, 201, "the centre goes on");
}
