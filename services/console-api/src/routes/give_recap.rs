//! Give out a recap.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use dispatch_core::call::Call;
use dispatch_core::ids::IncidentId;
use dispatch_core::incident::Incident;
use dispatch_core::site::RecapKind;
use incident_store::{CallFilter, DeskCommand, IncidentFilter, SiteCommand, Store};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanGiveRecaps};
use crate::files::{CSV, PDF, XLSX, accepts, download};
use crate::input::{Checked, Faults, Written};
use crate::intake::Intake;
use crate::limits::{PAGE_ITEMS_MAX, RECAP_DAYS_MAX, RECAP_LINES_MAX};
use crate::problem::Problem;
use crate::random;
use crate::reports::{self, Period, recap};
use crate::sealer::{Sealer, defect};
use crate::show::Show;
use crate::views::NumberHistory;

/// Identifiers in one question to the store.
const ASKED_AT_ONCE: usize = 500;

/// Of what, and when.
#[derive(Deserialize, ToSchema)]
pub struct RecapRequest {
    /// `calls`: number, location, time received. `sent`: what was sent to which agency, and when.
    what: RecapOf,
    /// From this time (RFC 3339), or from the begin of this day (`YYYY-MM-DD`) where the centre is.
    from: String,
    /// Until before this time, or until the end of this day; at most 31 days later.
    to: String,
}

/// Of what a recap is.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RecapOf {
    /// Of calls.
    Calls,
    /// Of information that was sent.
    Sent,
}

impl RecapRequest {
    fn period(&self) -> Option<Period> {
        Some((reports::begin(&self.from)?, reports::end(&self.to)?))
    }
}

impl Checked for RecapRequest {
    fn check(&self, faults: &mut Faults) {
        for (field, is_time) in
            [("from", reports::begin(&self.from).is_some()), ("to", reports::end(&self.to).is_some())]
        {
            if !is_time {
                faults.report(field, "no_time", "Bukan hari atau waktu.", "Neither a day nor a time.");
            }
        }
        let Some((from, to)) = self.period() else { return };
        let days = to.millis_since(from) as f64 / 86_400_000.0;
        if days <= 0.0 {
            faults.report("to", "before_from", "Akhir harus sesudah awal.", "The end must come after the begin.");
        } else {
            faults.range("to", Some(days), 0.0..=f64::from(RECAP_DAYS_MAX));
        }
    }
}

/// Give out the recap of calls or of information that was sent (Permenkominfo 10/2016 Pasal 15(2) d and e), as a sealed
/// document (PDF), as a workbook or as CSV by the header `Accept`. It holds personal data: that it was given out is an
/// entry of the log.
#[utoipa::path(post, path = "/api/v1/reports/recap", operation_id = "give_recap", tag = "Supervision",
    request_body = RecapRequest,
    responses((status = 201, description = "The recap", content(
        (Vec<u8> = "application/pdf"), (String = "text/csv"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
pub async fn handler(
    may: Authority<CanGiveRecaps>,
    State(store): State<Store>,
    State(show): State<Show>,
    State(intake): State<Intake>,
    State(sealer): State<Sealer>,
    headers: HeaderMap,
    written: Written<RecapRequest>,
) -> Result<Response, Problem> {
    // The period was checked.
    let Some(period) = written.body.period() else { return Err(too_long()) };
    let (what, name, table) = match written.body.what {
        RecapOf::Calls => (RecapKind::Calls, "rekap-panggilan", calls(&store, &show, period).await?),
        RecapOf::Sent => (RecapKind::Sent, "rekap-terkirim", sent(&store, &show, period).await?),
    };
    let ((from, to), lines) = (period, u32::try_from(table.rows.len()).unwrap_or(u32::MAX));
    let key = format!("recap:{}", hex::encode(random::bytes::<16>()));
    let command = DeskCommand::Site(SiteCommand::NoteRecap { what, from, to, lines });
    intake.note(key, may.actor(), command).await?;
    if accepts(&headers, CSV) {
        let bytes = reports::csv::write(&table).into_bytes();
        return Ok(download(StatusCode::CREATED, CSV, &format!("{name}.csv"), bytes));
    }
    if accepts(&headers, XLSX) {
        let bytes = reports::xlsx::write_tables([&table]).map_err(|error| defect(&error))?;
        return Ok(download(StatusCode::CREATED, XLSX, &format!("{name}.xlsx"), bytes));
    }
    let bytes = sealer.recap((what, period), table).await?;
    Ok(download(StatusCode::CREATED, PDF, &format!("{name}.pdf"), bytes))
}

fn too_long() -> Problem {
    let (id, en) = (
        format!("Lebih dari {RECAP_LINES_MAX} baris. Pilih periode yang lebih pendek; tidak ada yang dikeluarkan."),
        format!("More than {RECAP_LINES_MAX} lines. Choose a shorter period; nothing was given out."),
    );
    Problem::field("to", "too_long", &id, &en)
}

async fn calls(store: &Store, show: &Show, (from, to): Period) -> Result<reports::Table, Problem> {
    let mut filter = CallFilter { from: Some(from), to: Some(to), limit: PAGE_ITEMS_MAX, ..CallFilter::default() };
    let mut found: Vec<Call> = Vec::new();
    loop {
        let page = store.calls(&filter).await?;
        found.extend(page.items);
        if found.len() > RECAP_LINES_MAX {
            return Err(too_long());
        }
        filter.before = page.next;
        if filter.before.is_none() {
            break;
        }
    }
    let named: BTreeSet<IncidentId> = found.iter().filter_map(|call| call.incident).collect();
    let named: Vec<IncidentId> = named.into_iter().collect();
    let mut incidents = BTreeMap::new();
    for some in named.chunks(ASKED_AT_ONCE) {
        let read = store.incidents_by_id(some).await?;
        incidents.extend(read.iter().map(|incident| (incident.id.0, show.incident(incident))));
    }
    let view = |call: &Call| show.with_history(call, NumberHistory::default(), false);
    Ok(recap::of_calls(&found.iter().map(view).collect::<Vec<_>>(), &incidents))
}

async fn sent(store: &Store, show: &Show, (from, to): Period) -> Result<reports::Table, Problem> {
    let mut filter =
        IncidentFilter { from: Some(from), to: Some(to), limit: PAGE_ITEMS_MAX, ..IncidentFilter::default() };
    let (names, mut found, mut lines) = (show.names(), Vec::new(), 0);
    loop {
        let page = store.incidents(&filter).await?;
        let view = |one: &Incident| (show.incident(one), recap::kind_of(one, &names.policy().rules));
        lines += page.items.iter().map(|one| one.assignments.len()).sum::<usize>();
        found.extend(page.items.iter().map(view));
        if lines > RECAP_LINES_MAX {
            return Err(too_long());
        }
        filter.before = page.next;
        if filter.before.is_none() {
            break;
        }
    }
    Ok(recap::of_sent(&found))
}
