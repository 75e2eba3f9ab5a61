//! What a report may be a second report of, while it is typed.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use dispatch_core::call::Call;
use dispatch_core::category::{Category, TypeCode};
use dispatch_core::classification::Classifier;
use dispatch_core::duplicate::{Place, Sighting, comparable_number};
use dispatch_core::ids::CallId;
use dispatch_core::incident::Location;
use dispatch_core::place::{self, MatchedBy};
use dispatch_core::private::Private;
use dispatch_core::{area, time::Clock};
use incident_store::Store;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::authority::{Authority, CanReport};
use crate::duplicates::{DuplicateBook, caller_place};
use crate::input::{Asked, Checked, Faults, LocationRequest};
use crate::names::{NameBook, Names};
use crate::problem::Problem;
use crate::views::Duplicates;
use crate::wire;

/// Metres around a place that was found by its name, when its list says none.
const NAMED_PLACE_M: f64 = 250.0;

/// What is known so far; all of it may be missing.
#[derive(Deserialize, ToSchema)]
pub struct DuplicatesRequest {
    /// The call: its number and its position count as long as no place is typed.
    call_id: Option<uuid::Uuid>,
    /// The place as typed so far.
    #[serde(default)]
    location: LocationRequest,
    /// The category, if it is chosen.
    category: Option<wire::Category>,
    /// The type, if it is chosen.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// What the caller says; its type counts while none is chosen.
    text: Option<String>,
    /// The number of the reporter, as typed.
    number: Option<String>,
}

impl Checked for DuplicatesRequest {
    fn check(&self, faults: &mut Faults) {
        self.location.check(faults);
        faults.short("type", self.kind.as_deref());
        faults.narrative("text", self.text.as_deref().unwrap_or_default());
        faults.short("number", self.number.as_deref());
    }
}

/// The incidents, open or ended a moment ago, that a report may be about: by place, time, type and number, best first,
/// with the reasons. Nothing is stored.
#[utoipa::path(post, path = "/api/v1/duplicates", operation_id = "find_duplicates", tag = "Incidents",
    request_body = DuplicatesRequest, responses((status = 200, description = "What it may be", body = Duplicates)))]
pub async fn handler(
    _may: Authority<CanReport>,
    State(store): State<Store>,
    State(names): State<NameBook>,
    State(book): State<DuplicateBook>,
    State(classifier): State<Arc<Classifier>>,
    State(clock): State<Clock>,
    Asked(request): Asked<DuplicatesRequest>,
) -> Result<Json<Duplicates>, Problem> {
    let names = names.now();
    // Without the store the call's number and position are missing; what is typed counts all the same.
    let call = match request.call_id {
        Some(id) => store.call(CallId(id)).await.ok().flatten(),
        None => None,
    };
    let sighting = sighting(request, call.as_ref(), &classifier, &names)?;
    let known = call.and_then(|call| call.incident);
    let items = book.candidates(&sighting, &names, clock.now());
    Ok(Json(Duplicates { items: items.into_iter().filter(|one| known.is_none_or(|id| id.0 != one.incident_id)).collect() }))
}

fn sighting(
    request: DuplicatesRequest,
    call: Option<&Call>,
    classifier: &Classifier,
    names: &Names,
) -> Result<Sighting, Problem> {
    let rules = &names.policy().rules;
    let text = request.text.unwrap_or_default();
    let chosen = (request.category.map(|category| category.0), request.kind.map(TypeCode));
    let (category, kind) = match chosen {
        (None, None) => classified(&text, classifier, names),
        chosen => chosen,
    };
    let caller = call.map(|call| caller_place(call, names)).unwrap_or_default();
    let near = caller.spot.map(|(point, _)| point);
    let number = call.and_then(|call| call.arrival.caller.as_ref()).map(|caller| caller.number.reveal().clone());
    let number = number.or(request.number).and_then(|number| comparable_number(&number));
    Ok(Sighting {
        scene: scene(&request.location.located(names)?, near, names),
        caller,
        number: number.map(Private::new),
        category,
        kind,
        says_known: rules.duplicates.says_known(&text),
    })
}

/// What a text is about, if it leaves no doubt.
fn classified(text: &str, classifier: &Classifier, names: &Names) -> (Option<Category>, Option<TypeCode>) {
    if text.trim().is_empty() {
        return (None, None);
    }
    let found = classifier.classify(text, &names.policy().rules);
    let sure = found.emergency && !found.uncertain && !found.ask;
    let first = found.suggestions.into_iter().next().filter(|_| sure);
    first.map_or((None, None), |first| (Some(first.category), first.kind))
}

/// The scene as typed; a name that is in the list of places stands for its point.
fn scene(location: &Location, near: Option<area::Point>, names: &Names) -> Place {
    let typed = location.landmark.as_ref().map(|text| text.reveal().as_str());
    let texts = || [&location.landmark, &location.address].into_iter().flatten().map(|text| text.reveal().as_str());
    let mut spot = location.point.as_ref().map(|point| {
        let point = area::Point { lat: point.reveal().lat, lon: point.reveal().lon };
        (point, location.accuracy_m.unwrap_or(0.0))
    });
    let mut area = location.area_code.clone();
    if let Some(text) = typed.filter(|text| spot.is_none() && !text.trim().is_empty()) {
        let reading = place::read(text, names.areas());
        let question =
            place::Question { text, skip: &reading.spans, kilometre: reading.kilometre, near, limit: 1 };
        let hit = names.places().search(&question).hits.into_iter().next();
        let is_sure = |by| matches!(by, MatchedBy::Exact | MatchedBy::Prefix | MatchedBy::Spelling);
        if let Some(hit) = hit.filter(|hit| is_sure(hit.matched_by)) {
            // An area is no point: its middle may be kilometres away.
            if matches!(hit.kind, place::HitKind::Place(_)) {
                spot = Some((hit.point, hit.accuracy_m.unwrap_or(NAMED_PLACE_M)));
            }
            area = area.or(hit.area);
        }
    }
    Place::new(spot, area, texts())
}
