//! The figures of a period.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::Json;
use dispatch_core::metrics::Key;
use dispatch_core::time::zone;
use incident_store::Store;
use serde::Deserialize;
use tokio::sync::Semaphore;
use utoipa::IntoParams;

use crate::authority::{Authority, CanReadReports};
use crate::files::{CSV, PDF, XLSX, accepts, download};
use crate::input::{Faults, Query};
use crate::limits::REPORT_DAYS_MAX;
use crate::names::{NameBook, Names};
use crate::problem::{Code, Problem};
use crate::reports::{self, Period, TableName};
use crate::sealer::Sealer;
use crate::views::ResponseReport;

/// A year of a large centre is a gigabyte while it is counted: the next one waits.
static ONE_AT_A_TIME: Semaphore = Semaphore::const_new(1);


/// Which figures.
#[derive(Clone, Deserialize, IntoParams)]
pub struct ReportQuery {
    /// From this time (RFC 3339), or from the begin of this day (`YYYY-MM-DD`) where the centre is.
    from: String,
    /// Until before this time, or until the end of this day.
    to: String,
    /// By what they are divided: `category`, `agency`, `area` (kecamatan), `hour` (of the day), `day`, `call_taker`. Not at
    /// all when absent.
    by: Option<String>,
    /// Which table, where CSV is asked for.
    #[serde(default)]
    #[param(inline)]
    table: TableName,
}

/// How long people waited: every interval with its cases, coverage, percentiles and targets, over the calls that arrived and
/// the incidents that were reported in a period. As JSON, as CSV, as a workbook or as a sealed
/// document (PDF), by the header `Accept`.
#[utoipa::path(get, path = "/api/v1/reports/response", operation_id = "report_response", tag = "Supervision", params(ReportQuery),
    responses((status = 200, description = "The figures", content(
        (ResponseReport = "application/json"), (String = "text/csv"), (Vec<u8> = "application/pdf"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
pub async fn handler(
    _may: Authority<CanReadReports>,
    State(store): State<Store>,
    State(names): State<NameBook>,
    State(sealer): State<Sealer>,
    headers: HeaderMap,
    Query(query): Query<ReportQuery>,
) -> Result<Response, Problem> {
    let (from, to) = query.period()?;
    let by = query.by.as_deref().map(|text| reports::by(text).ok_or_else(|| invalid("by"))).transpose()?;
    let names = names.now();
    let _turn = ONE_AT_A_TIME.acquire().await.map_err(|_closed| Problem::new(Code::Internal))?;
    let counted = store.ledger(from, to).await?;
    let (zone, rules) = (zone::here(), &names.policy().rules);
    let frame = reports::frame((from, to), by, counted.log_entries, rules);
    // A year is some hundred thousand rows: the figures are not made where others wait for the same thread.
    let objectives = rules.objectives.clone();
    let made = tokio::task::spawn_blocking(move || counted.ledger.report(by, zone, &objectives)).await;
    let made = made.map_err(|_| Problem::new(Code::Internal))?;
    let report = ResponseReport::of(frame, &made, |key| label(key, &names));
    if accepts(&headers, PDF) {
        let bytes = sealer.report(report).await?;
        return Ok(download(StatusCode::OK, PDF, "laporan-112.pdf", bytes));
    }
    render(&report, &headers, query.table)
}

impl ReportQuery {
    fn period(&self) -> Result<Period, Problem> {
        let from = reports::begin(&self.from).ok_or_else(|| invalid("from"))?;
        let to = reports::end(&self.to).ok_or_else(|| invalid("to"))?;
        let mut faults = Faults::default();
        let days = to.millis_since(from) as f64 / 86_400_000.0;
        if days <= 0.0 {
            faults.report("to", "before_from", "Akhir harus sesudah awal.", "The end must come after the begin.");
        } else {
            faults.range("to", Some(days), 0.0..=f64::from(REPORT_DAYS_MAX));
        }
        faults.into_result()?;
        Ok((from, to))
    }
}

fn invalid(name: &str) -> Problem {
    Problem::new(Code::InvalidQuery)
        .because(format!("Perbaiki parameter {name} lalu muat lagi."), format!("Correct {name} and load again."))
}

fn label(key: &Key, names: &Names) -> Option<String> {
    match key {
        Key::Category(category) => {
            names.policy().rules.category(*category).map(|rule| rule.label_local.clone())
        }
        Key::Agency(agency) => names.agency(*agency).map(|entry| entry.name.clone()),
        Key::Area(area) => names.area(area).map(str::to_owned),
        Key::CallTaker(user) => Some(names.person(*user)),
        Key::Hour(_) | Key::Day(_) | Key::Other => None,
    }
}

fn render(report: &ResponseReport, headers: &HeaderMap, table: TableName) -> Result<Response, Problem> {
    if accepts(headers, CSV) {
        let text = reports::csv::write(&reports::table(report, table));
        return Ok(download(StatusCode::OK, CSV, "laporan-112.csv", text.into_bytes()));
    }
    if accepts(headers, XLSX) {
        let bytes = reports::xlsx::write(report).map_err(|_| Problem::new(Code::Internal))?;
        return Ok(download(StatusCode::OK, XLSX, "laporan-112.xlsx", bytes));
    }
    Ok(Json(report).into_response())
}
