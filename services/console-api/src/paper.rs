//! What is typed in from a paper form: the request, and what it means.

use dispatch_core::ids::AgencyId;
use dispatch_core::incident::{PaperEnd, PaperReport, PaperTask};
use dispatch_core::paper::{FormNumber, PaperForm};
use dispatch_core::policy::AgencyEntry;
use dispatch_core::private::Private;
use dispatch_core::time::{Timestamp, zone};
use incident_store::Store;
use official_documents::Letterhead;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::input::Faults;
use crate::limits::AGENCIES_PER_DISPATCH_MAX;
use crate::names::Names;
use crate::problem::Problem;
use crate::wire::Time;

/// How the centre calls itself on paper.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CentreName {
    /// Its name.
    pub name: String,
    /// The government above it; may be empty.
    pub government: String,
    /// Where it is and how to reach it; may be empty.
    pub address: String,
}

impl CentreName {
    /// The head of its official documents.
    pub fn letterhead(&self) -> Letterhead {
        Letterhead {
            government: self.government.clone(),
            office: self.name.clone(),
            address: self.address.clone(),
        }
    }
}

/// What stands on a paper form besides the report. Times are as they were written by hand; when it is typed in, the
/// server knows.
#[derive(Deserialize, ToSchema)]
pub struct PaperRequest {
    /// The number of the form; `123` is this year's.
    form: String,
    /// When the report was taken.
    received_at: Time,
    /// Who took it.
    taken_by: Option<String>,
    /// Who was told by telephone, in the order of the form.
    #[serde(default)]
    tasks: Vec<PaperTaskRequest>,
    /// That it is over.
    end: Option<PaperEndRequest>,
}

/// An agency that was told by telephone.
#[derive(Deserialize, ToSchema)]
pub struct PaperTaskRequest {
    /// Its id or code.
    agency: String,
    /// When it was told.
    told_at: Time,
    /// Who told it.
    told_by: Option<String>,
    /// Who answered there.
    heard_by: Option<String>,
    /// When it took the task.
    acknowledged_at: Option<Time>,
    /// When it left.
    en_route_at: Option<Time>,
    /// When it was there.
    on_scene_at: Option<Time>,
    /// When it was done.
    completed_at: Option<Time>,
}

/// It was over on paper.
#[derive(Deserialize, ToSchema)]
pub struct PaperEndRequest {
    /// When, if it was written.
    at: Option<Time>,
    /// How; needed where no agency was told.
    note: Option<String>,
}

impl PaperRequest {
    /// Reports what no form can hold.
    pub fn check(&self, faults: &mut Faults) {
        faults.required("paper.form", &self.form);
        faults.short("paper.form", Some(&self.form));
        faults.short("paper.taken_by", self.taken_by.as_deref());
        if self.tasks.len() > AGENCIES_PER_DISPATCH_MAX {
            faults.report("paper.tasks", "too_long", "Paling banyak 40 instansi.", "At most 40 agencies.");
        }
        for (place, task) in self.tasks.iter().enumerate() {
            faults.short(&format!("paper.tasks[{place}].told_by"), task.told_by.as_deref());
            faults.short(&format!("paper.tasks[{place}].heard_by"), task.heard_by.as_deref());
        }
        faults.note("paper.end.note", self.end.as_ref().and_then(|end| end.note.as_deref()));
    }

    /// What it means. Whether the times can be so, and whether the form is used already, is for the desk to say.
    ///
    /// # Errors
    /// A form that was never given out, an agency that nobody knows.
    pub async fn read(&self, store: &Store, names: &Names, now: Timestamp) -> Result<PaperReport, Problem> {
        let form = known_form(store, &self.form, now).await?.ok_or_else(unknown_form)?;
        let tasks = self.tasks.iter().enumerate().map(|(place, task)| task.read(place, names));
        Ok(PaperReport {
            form: form.number,
            received_at: self.received_at.0,
            taken_by: said(self.taken_by.as_ref()),
            tasks: tasks.collect::<Result<_, _>>()?,
            end: self
                .end
                .as_ref()
                .map(|end| PaperEnd { at: end.at.map(|at| at.0), note: said(end.note.as_ref()) }),
        })
    }
}

impl PaperTaskRequest {
    fn read(&self, place: usize, names: &Names) -> Result<PaperTask, Problem> {
        let entry = agency(&self.agency, names).ok_or_else(|| {
            let field = format!("paper.tasks[{place}].agency");
            Problem::field(&field, "unknown_value", "Instansi tidak dikenal.", "There is no such agency.")
        })?;
        let time = |at: &Option<Time>| at.map(|at| at.0);
        Ok(PaperTask {
            agency: entry.id,
            code: entry.code.clone(),
            told_at: self.told_at.0,
            told_by: said(self.told_by.as_ref()),
            heard_by: said(self.heard_by.as_ref()),
            acknowledged_at: time(&self.acknowledged_at),
            en_route_at: time(&self.en_route_at),
            on_scene_at: time(&self.on_scene_at),
            completed_at: time(&self.completed_at),
        })
    }
}

/// The form with a number as a person types it off the paper, if it was given out.
///
/// # Errors
/// When the store does not answer.
pub async fn known_form(store: &Store, typed: &str, now: Timestamp) -> Result<Option<PaperForm>, Problem> {
    match FormNumber::typed(typed, now.year_here()) {
        Ok(number) => Ok(store.paper_form(number).await?),
        Err(_) => Ok(None),
    }
}

/// `2026-11-22 02.14 WIB`: by hand nobody writes seconds.
pub fn day_and_minute(at: Timestamp) -> String {
    let (zone, minute) = (zone::here(), at.minute_of_day_here());
    format!("{} {:02}.{:02} {}", at.date_here(), minute / 60, minute % 60, zone.word())
}

fn unknown_form() -> Problem {
    Problem::field(
        "paper.form",
        "unknown",
        "Nomor ini tidak pernah dicetak. Cocokkan dengan kertasnya.",
        "No form of this number was given out. Compare it with the paper.",
    )
}

fn said(text: Option<&String>) -> Option<Private<String>> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    text.map(Private::new)
}

/// One that is not active any more may have been told all the same.
fn agency<'a>(name: &str, names: &'a Names) -> Option<&'a AgencyEntry> {
    let directory = &names.policy().directory;
    let by_id = name.parse::<AgencyId>().ok().and_then(|id| directory.agencies.get(&id));
    by_id.or_else(|| directory.by_code(&dispatch_core::ids::AgencyCode::new(name)))
}
