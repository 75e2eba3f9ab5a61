//! Open an incident.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use dispatch_core::call::{CallCommand, DispositionKind};
use dispatch_core::card::CardAnswer;
use dispatch_core::ids::{CallId, IncidentId};
use dispatch_core::incident::{self, IncidentCommand, PaperReport, Report};
use dispatch_core::private::Private;
use dispatch_core::time::Clock;
use incident_store::{DeskCommand, SiteCommand, Store};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanReport};
use crate::cards::{AnswersRequest, Cards};
use crate::input::{Checked, Faults, LocationRequest, Written, kind_of};
use crate::intake::Intake;
use crate::names::Names;
use crate::paper::PaperRequest;
use crate::problem::{Code, Problem};
use crate::random;
use crate::show::Show;
use crate::views::Incident;
use crate::wire::{Category, Priority};

/// More people than live in the kabupaten are a slip of the finger.
pub(super) const CASUALTIES_MAX: f64 = 1_000_000.0;

/// What a caller reports.
#[derive(Deserialize, ToSchema)]
pub struct IncidentRequest {
    /// The call it came by; the call is disposed of as `incident`.
    call_id: Option<uuid::Uuid>,
    /// One of the seven categories.
    category: Category,
    /// Code of the type within the category.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// How urgent; the type's, or the category's, when absent.
    priority: Option<Priority>,
    /// What the caller says.
    narrative: String,
    /// Where.
    location: LocationRequest,
    /// How many are hurt.
    casualties: Option<u32>,
    /// Who reports.
    reporter: Option<ReporterRequest>,
    /// What was answered to question cards so far.
    card: Option<AnswersRequest>,
    /// The paper form that it is typed in from.
    paper: Option<PaperRequest>,
}

/// Who reports.
#[derive(Deserialize, ToSchema)]
pub struct ReporterRequest {
    /// Name.
    name: Option<String>,
    /// Number to call back.
    number: Option<String>,
}

impl ReporterRequest {
    pub(super) fn check(&self, faults: &mut Faults) {
        faults.short("reporter.name", self.name.as_deref());
        faults.short("reporter.number", self.number.as_deref());
    }

    pub(super) fn into_reporter(self) -> incident::Reporter {
        incident::Reporter { name: self.name.map(Private::new), number: self.number.map(Private::new) }
    }
}

impl Checked for IncidentRequest {
    fn check(&self, faults: &mut Faults) {
        faults.narrative("narrative", &self.narrative);
        faults.range("casualties", self.casualties.map(f64::from), 0.0..=CASUALTIES_MAX);
        self.location.check(faults);
        if let Some(reporter) = &self.reporter {
            reporter.check(faults);
        }
        if let Some(card) = &self.card {
            card.check(faults);
        }
        if let Some(paper) = &self.paper {
            paper.check(faults);
        }
    }
}

impl IncidentRequest {
    fn report(&mut self, names: &Names) -> Result<Report, Problem> {
        let category = self.category.0;
        let kind = kind_of(self.kind.take(), category, names)?;
        let planned = names.policy().rules.plan(kind.as_ref(), category).map(|plan| plan.priority);
        let unknown = dispatch_core::category::Priority::P2;
        Ok(Report {
            number: String::new(),
            category,
            priority: self.priority.map(|priority| priority.0).or(planned).unwrap_or(unknown),
            kind,
            narrative: Private::new(std::mem::take(&mut self.narrative)),
            location: std::mem::take(&mut self.location).located(names)?,
            casualties: self.casualties,
            reporter: self.reporter.take().map(ReporterRequest::into_reporter),
            call: self.call_id.map(CallId),
        })
    }
}

/// Open an incident. With a call, the call is disposed of in the same step. The answer proposes whom to send. With a paper
/// form, whoever was told by telephone is on it as far as the form says; its number can be used once.
#[utoipa::path(post, path = "/api/v1/incidents", operation_id = "open_incident", tag = "Incidents",
    request_body = IncidentRequest, responses((status = 201, description = "The incident", body = Incident,
        headers(("Location" = String, description = "Its address")))))]
pub async fn handler(
    may: Authority<CanReport>,
    State(intake): State<Intake>,
    State(show): State<Show>,
    State(clock): State<Clock>,
    State(cards): State<Cards>,
    State(store): State<Store>,
    mut written: Written<IncidentRequest>,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1], Json<Incident>), Problem> {
    let report = written.body.report(&show.names())?;
    let answers = match &written.body.card {
        Some(card) => cards.answers(card, "card.").await?,
        None => Vec::new(),
    };
    let paper = match &written.body.paper {
        Some(paper) => Some(paper.read(&store, &show.names(), clock.now()).await?),
        None => None,
    };
    let commands = commands(random::incident_id(clock.now()), report, answers, paper);
    let answer = intake.write(&may, &written, commands).await.map_err(|problem| unknown_call(problem, &written.body))?;
    let incident = answer.incident()?;
    let address = HeaderValue::try_from(format!("/api/v1/incidents/{}", incident.id));
    let address = address.unwrap_or(HeaderValue::from_static("/api/v1/incidents"));
    Ok((StatusCode::CREATED, [(header::LOCATION, address)], Json(show.incident(&incident))))
}

fn commands(
    id: IncidentId,
    report: Report,
    answers: Vec<CardAnswer>,
    paper: Option<PaperReport>,
) -> Vec<DeskCommand> {
    let dispose = report.call.map(|call| {
        let kind = DispositionKind::Incident;
        DeskCommand::Call(call, CallCommand::Dispose { kind, note: None, incident: Some(id) })
    });
    let answer = DeskCommand::Incident(id, IncidentCommand::AnswerCard { answers });
    let from_paper = paper.into_iter().flat_map(|paper| {
        let used = SiteCommand::UseForm { form: paper.form, incident: id };
        // Whether the number is free is said before what stands on the form.
        [
            DeskCommand::Site(used),
            DeskCommand::Incident(id, IncidentCommand::EnterPaper(Box::new(paper))),
        ]
    });
    let opened = [DeskCommand::OpenIncident(id, Box::new(report)), answer];
    opened.into_iter().chain(from_paper).chain(dispose).collect()
}

/// The only thing here that can be missing is the call.
fn unknown_call(problem: Problem, request: &IncidentRequest) -> Problem {
    if problem.code() == Code::NotFound && request.call_id.is_some() {
        return Problem::field("call_id", "unknown", "Panggilan tidak dikenal.", "There is no such call.");
    }
    problem
}
