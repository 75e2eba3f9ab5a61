//! Sealed reports of incidents: what happened, who did what, and the proof that the log says so.
//!
//! A report is JSON (docs/report-format.md), signed with the centre's electronic seal. Its timeline is made of the
//! entries of the supervision log themselves: each comes with its way to a signed root, and each personal value with
//! what is needed to see that it is the one which the entry commits to. The PDF is the same for reading; the JSON lies
//! in it. That it was given out, by whom and what for, is an entry of the log before anybody gets it.

mod paper;

use std::collections::BTreeMap;

use axum::extract::FromRef;
use dispatch_core::ids::{IncidentId, ReportId};
use dispatch_core::incident::{Incident, IncidentCommand};
use dispatch_core::private::Private;
use dispatch_core::time::{Clock, zone};
use electronic_seal::Seal;
use incident_store::{Change, Desk, DeskCommand, Store, StreamId};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use supervision_log::{Evidence, EvidenceEntry, SignedCheckpoint, Trust};
use tokio::sync::Semaphore;

use crate::authority::{Authority, CanIssueReports};
use crate::feed::Viewer;
use crate::intake::Intake;
use crate::limits::TIMELINE_EVENTS_MAX;
use crate::names::Names;
use crate::paper::CentreName;
use crate::paper_words::zoned;
use crate::problem::{Code, Problem};
use crate::random;
use crate::seal::SealFiles;
use crate::sealer::defect;
use crate::show::Show;
use crate::state::ApiState;
use crate::views::{self, Note, PublicKey, timeline_entry};
use crate::wire::{Counter, Time};

/// The form of a report, and its version (docs/report-format.md).
const FORMAT: &str = "sigap-incident-report";
const VERSION: u32 = 1;

/// A proof reads some hundred hashes for each entry: reports are made one after the other.
static ONE_AT_A_TIME: Semaphore = Semaphore::const_new(1);

/// A report, as it is signed.
#[derive(Debug, Serialize)]
pub struct IncidentReport {
    format: &'static str,
    version: u32,
    /// Its id.
    report: uuid::Uuid,
    made_at: Time,
    made_by: Maker,
    purpose: String,
    centre: CentreName,
    /// By whose clock the words of the PDF are.
    zone: &'static str,
    incident: views::Incident,
    calls: Vec<views::Call>,
    notes: Vec<Note>,
    timeline: Vec<views::TimelineEntry>,
    /// Events before the first of the timeline that it had no room for.
    earlier_events: bool,
    /// What proves the timeline.
    log: Value,
    log_entries: Counter,
}

#[derive(Debug, Serialize)]
struct Maker {
    id: uuid::Uuid,
    name: String,
}

/// A report that was given out.
pub struct Issued {
    report: IncidentReport,
    /// The signed JSON.
    sealed: String,
    sha256: String,
    /// Which entry of the log says so.
    entry: u64,
    labels: Labels,
    checkpoint: SignedCheckpoint,
    log_key_id: String,
    seal: Seal,
}

/// What to call things on paper.
struct Labels {
    category: String,
    kind: Option<String>,
}

/// Makes reports.
#[derive(Clone)]
pub struct Issuer {
    store: Store,
    desk: Desk,
    show: Show,
    intake: Intake,
    clock: Clock,
    seal: SealFiles,
    centre: CentreName,
    public_key: Arc<PublicKey>,
}

impl FromRef<ApiState> for Issuer {
    fn from_ref(state: &ApiState) -> Self {
        Self {
            store: FromRef::from_ref(state),
            desk: FromRef::from_ref(state),
            show: FromRef::from_ref(state),
            intake: FromRef::from_ref(state),
            clock: FromRef::from_ref(state),
            seal: FromRef::from_ref(state),
            centre: FromRef::from_ref(state),
            public_key: FromRef::from_ref(state),
        }
    }
}

impl Issuer {
    /// Makes a report of an incident and writes down that it was given out.
    ///
    /// # Errors
    /// `not_found`, `not_signed_yet` when the log cannot be signed now, `internal` when the seal is not usable or
    /// the log does not prove what the store says.
    pub async fn issue(
        &self,
        may: &Authority<CanIssueReports>,
        id: IncidentId,
        purpose: String,
    ) -> Result<Issued, Problem> {
        let _turn = ONE_AT_A_TIME.acquire().await.map_err(|_closed| Problem::new(Code::Internal))?;
        let seal = self.seal.open().map_err(|error| defect(&error))?;
        let incident = self.store.incident(id).await?.ok_or(Problem::new(Code::NotFound))?;
        let changes = self.store.timeline(id, TIMELINE_EVENTS_MAX).await?;
        let evidence = self.evidence(&changes).await?;
        let names = self.show.names();
        let timeline = proven(&changes, &evidence, &incident, &names)?;
        let first = |change: &Change| change.stream == StreamId::Incident(id) && change.version == 1;
        let earlier_events = !changes.iter().any(first);
        let calls = self.store.calls_by_id(&incident.calls).await?;
        let (now, report) = (self.clock.now(), ReportId(random::id(self.clock.now())));
        let report_json = IncidentReport {
            format: FORMAT,
            version: VERSION,
            report: report.0,
            made_at: now.into(),
            made_by: Maker { id: may.user_id().0, name: names.person(may.user_id()) },
            purpose: purpose.clone(),
            centre: self.centre.clone(),
            zone: zone::here().name(),
            incident: self.show.incident(&incident),
            calls: self.show.calls(&calls, Viewer::of(may.user())).await,
            notes: Note::all_of(&incident, &names),
            timeline,
            earlier_events,
            log_entries: Counter(evidence.checkpoint.checkpoint.size),
            log: evidence.to_json(),
        };
        let json = serde_json::to_vec(&report_json).map_err(|error| defect(&error))?;
        let sealed = seal.sign_json(&json);
        let sha256 = hex::encode(Sha256::digest(sealed.as_bytes()));
        let command =
            IncidentCommand::IssueReport { report, sha256: sha256.clone(), purpose: Private::new(purpose) };
        let key = format!("report:{report}");
        let written = self.intake.note(key, may.actor(), DeskCommand::Incident(id, command)).await?;
        let labels = labels(&incident, &names);
        Ok(Issued {
            report: report_json,
            sealed,
            sha256,
            entry: written.index(),
            labels,
            checkpoint: evidence.checkpoint,
            log_key_id: self.public_key.key_id.clone(),
            seal,
        })
    }

    /// The entries of these changes with their proofs, under a checkpoint that is signed now.
    async fn evidence(&self, changes: &[Change]) -> Result<Evidence, Problem> {
        let names = self.show.names();
        self.desk.sign_now().await.map_err(|error| Problem::submit(error, &names))?;
        let newest = self.store.latest_checkpoint().await?.ok_or(Problem::new(Code::NotSignedYet))?;
        let checkpoint = SignedCheckpoint::parse(&newest.text).map_err(|error| defect(&error))?;
        let size = checkpoint.checkpoint.size;
        if checkpoint.checkpoint.root.is_none() {
            return Err(Problem::new(Code::NotSignedYet));
        }
        let indexes: Vec<u64> = changes.iter().map(|change| change.index).collect();
        if indexes.iter().any(|index| *index > size) {
            return Err(Problem::new(Code::NotSignedYet));
        }
        let mut entries = Vec::new();
        for (index, leaf) in self.store.leaves(&indexes).await? {
            let hashes = self.store.inclusion_proof(index, size).await?;
            entries.push(EvidenceEntry {
                index,
                leaf,
                hashes: hashes.ok_or(Problem::new(Code::NotSignedYet))?,
            });
        }
        let openings = self.store.openings(&indexes).await?;
        Ok(Evidence { key: self.public_key.verifying_key()?, checkpoint, entries, openings })
    }
}

/// The timeline, each line with what its entry of the log says. What the log does not prove is not told: a report
/// that proves something else than it says would be worse than none.
fn proven(
    changes: &[Change],
    evidence: &Evidence,
    incident: &Incident,
    names: &Names,
) -> Result<Vec<views::TimelineEntry>, Problem> {
    let proven = evidence.verify(&Trust::default()).map_err(|error| defect(&error))?;
    let mut bodies: BTreeMap<u64, Value> =
        proven.into_iter().map(|entry| (entry.leaf.index, entry.body)).collect();
    let line = |change: &Change| {
        let data = bodies.remove(&change.index).ok_or(Problem::new(Code::Internal))?;
        Ok(views::TimelineEntry { data, ..timeline_entry(change, incident, names) })
    };
    changes.iter().map(line).collect()
}

fn labels(incident: &Incident, names: &Names) -> Labels {
    let rules = &names.policy().rules;
    let category = incident.category;
    let kind = incident.kind.as_ref().and_then(|code| rules.kind(code));
    Labels {
        category: rules.category(category).map(|rule| rule.label_local.clone()).unwrap_or_default(),
        kind: kind.map(|rule| rule.label_id.clone()),
    }
}

impl Issued {
    /// The signed JSON.
    pub fn json(&self) -> &str {
        &self.sealed
    }

    /// The name of its file, without an ending.
    pub fn file_name(&self) -> String {
        format!("laporan-insiden-{}", self.report.incident.number)
    }

    /// The PDF, signed; the signed JSON lies in it.
    ///
    /// # Errors
    /// `internal` when it cannot be written.
    pub fn pdf(&self) -> Result<Vec<u8>, Problem> {
        let at = zoned(self.report.made_at.0);
        let printed = official_documents::pdf(&paper::document(self, &at)).map_err(|error| defect(&error))?;
        let reason = format!("Laporan insiden {}: {}", self.report.incident.number, self.report.purpose);
        self.seal.sign_pdf(&printed, &reason, &at).map_err(|error| defect(&error))
    }
}
