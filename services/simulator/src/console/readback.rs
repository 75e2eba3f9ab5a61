//! Reading back, page by page, everything that the server knows.

use std::collections::BTreeSet;

use serde_json::Value;

use super::api::Api;
use crate::SimulatorError;
use crate::ledger::{Entry, SeenAssignment, SeenCall, SeenIncident, World};

/// Pages of one list: a bound against a server that never ends one.
const PAGES_MAX: usize = 5_000;
/// Items a page.
const PAGE_ITEMS: usize = 200;

/// Every call and incident since `from` (RFC 3339), or all, and every incident that the entries name: an agency
/// may work on one that is older.
pub async fn read_world(api: &Api, from: Option<&str>, entries: &[Entry]) -> Result<World, SimulatorError> {
    let mut incidents = read_incidents(api, from).await?;
    let mut known: BTreeSet<String> = incidents.iter().map(|incident| incident.id.clone()).collect();
    for older in entries.iter().filter_map(Entry::incident) {
        if known.insert(older.to_owned()) {
            incidents.extend(read_incident(api, older).await?);
        }
    }
    Ok(World { calls: read_calls(api, from).await?, incidents })
}

/// Every call since `from`.
pub async fn read_calls(api: &Api, from: Option<&str>) -> Result<Vec<SeenCall>, SimulatorError> {
    Ok(read_list(api, "/calls", from).await?.iter().map(seen_call).collect())
}

/// Every incident since `from`, with its notes.
pub async fn read_incidents(api: &Api, from: Option<&str>) -> Result<Vec<SeenIncident>, SimulatorError> {
    let mut incidents = Vec::new();
    for listed in read_list(api, "/incidents", from).await? {
        // Notes come with the single incident only.
        incidents.extend(read_incident(api, listed["id"].as_str().unwrap_or_default()).await?);
    }
    Ok(incidents)
}

/// One incident; `None` when the server does not know it, which is for the comparison to judge.
async fn read_incident(api: &Api, id: &str) -> Result<Option<SeenIncident>, SimulatorError> {
    let path = format!("/incidents/{id}");
    let answer = api.get(&path).await?;
    if answer.status == 404 {
        return Ok(None);
    }
    Ok(Some(seen_incident(&answer.ok(&path)?)))
}

async fn read_list(api: &Api, list: &str, from: Option<&str>) -> Result<Vec<Value>, SimulatorError> {
    let mut all = Vec::new();
    let from = from.map(|from| format!("&from={from}")).unwrap_or_default();
    let mut before = String::new();
    for _ in 0..PAGES_MAX {
        let path = format!("{list}?limit={PAGE_ITEMS}{from}{before}");
        let page = api.get(&path).await?.ok(&path)?;
        all.extend(page["items"].as_array().cloned().unwrap_or_default());
        let Some(next) = page["next"].as_str() else { return Ok(all) };
        before = format!("&before={}", next.replace('+', "%2B"));
    }
    Err(SimulatorError::NoAnswer {
        what: list.to_owned(),
        cause: format!("the list did not end in {PAGES_MAX} pages"),
    })
}

fn seen_call(call: &Value) -> SeenCall {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    SeenCall {
        id: text(&call["id"]).unwrap_or_default(),
        number: text(&call["caller"]["number"]),
        state: text(&call["state"]).unwrap_or_default(),
        taken: !call["answered_by"].is_null(),
        disposition: text(&call["disposition"]["kind"]),
        call_back: !call["call_back"].is_null(),
        disposition_due: !call["disposition_due_at"].is_null(),
    }
}

fn seen_incident(incident: &Value) -> SeenIncident {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    SeenIncident {
        id: text(&incident["id"]),
        narrative: text(&incident["narrative"]),
        notes: list(&incident["notes"]).iter().map(|note| text(&note["text"])).collect(),
        assignments: list(&incident["assignments"])
            .iter()
            .map(|assignment| SeenAssignment {
                id: text(&assignment["id"]),
                agency: text(&assignment["agency"]["code"]),
                state: text(&assignment["state"]),
            })
            .collect(),
    }
}
