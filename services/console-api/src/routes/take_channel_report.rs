//! A gateway reports.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::channels::{ChannelDoor, ReportIn, ReportRefused, ReportTaken};
use crate::problem::{Code, Problem};

/// For gateways that can be given nothing but a URL.
#[derive(Deserialize)]
pub struct InUrl {
    token: Option<String>,
}

/// What followed from a report.
#[derive(Serialize, ToSchema)]
pub struct ReportAnswer {
    /// `noted`, `acknowledged`, `declined`, `confirmed`, `nothing_waits`, `ended`, `ambiguous`, `not_understood` or `ignored`.
    result: &'static str,
}

/// Whether a message reached the telephone, or what its owner answered, as the gateway writes it. Proven by
/// `Authorization: Bearer SECRET`, by `?token=SECRET`, or by `X-Sigap-Timestamp` and `X-Sigap-Signature` (HMAC-SHA-256
/// over time stamp, line feed, body). The same report again changes nothing.
#[utoipa::path(post, path = "/api/v1/channels/reports/{gateway}", operation_id = "take_channel_report",
    tag = "Channels", security(()),
    params(("gateway" = String, Path, description = "Name of the gateway in the configuration")),
    request_body(content = String, description = "JSON or a form, in the gateway's own words"),
    responses((status = 200, description = "It is taken", body = ReportAnswer)))]
pub async fn handler(
    State(door): State<ChannelDoor>,
    Path(gateway): Path<String>,
    Query(in_url): Query<InUrl>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<ReportAnswer>, Problem> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let report = ReportIn {
        gateway: &gateway,
        token: bearer.or(in_url.token.as_deref()),
        signature: header("x-sigap-signature").zip(header("x-sigap-timestamp")),
        body: &body,
    };
    match door.0.report(report).await {
        Ok(taken) => Ok(Json(ReportAnswer { result: word(taken) })),
        Err(ReportRefused::Unproven) => Err(Problem::new(Code::UnprovenReport)),
        Err(ReportRefused::UnknownMessage) => Err(Problem::new(Code::NotFound)),
        Err(ReportRefused::NotNow) => Err(Problem::new(Code::StoreAway)),
    }
}

const fn word(taken: ReportTaken) -> &'static str {
    match taken {
        ReportTaken::Noted => "noted",
        ReportTaken::Acknowledged => "acknowledged",
        ReportTaken::Declined => "declined",
        ReportTaken::Confirmed => "confirmed",
        ReportTaken::NothingWaits => "nothing_waits",
        ReportTaken::Ended => "ended",
        ReportTaken::Ambiguous => "ambiguous",
        ReportTaken::NotUnderstood => "not_understood",
        ReportTaken::Ignored => "ignored",
    }
}
