//! What changes seldom: agencies, areas, places.

use std::sync::Arc;

use dispatch_core::area::Area;
use dispatch_core::ids::{AgencyCode, AgencyId};
use dispatch_core::limits::{AREAS_MAX, PLACES_MAX, SHORT_TEXT_BYTES_MAX};
use dispatch_core::place::Place;
use dispatch_core::policy::{AgencyEntry, Policy};
use dispatch_core::site::SiteEvent;

use super::book::{Book, SiteWrite};
use super::site::{USERNAME_BYTES_MAX, check_decree, check_text};
use crate::error::SiteRefusal;

/// Functions that one agency fills; there are some thirty in all.
const FUNCTIONS_MAX: usize = 64;

/// An event, and what is to be written with it.
type Happens = (SiteEvent, SiteWrite);

/// What changes about an agency; absent means as it is.
pub(super) struct AgencyChange {
    pub(super) name: Option<String>,
    pub(super) functions: Option<Vec<AgencyCode>>,
    pub(super) active: Option<bool>,
    pub(super) decree: Option<String>,
}

pub(super) fn add_agency(
    book: &mut Book,
    id: AgencyId,
    (code, name): (AgencyCode, String),
    functions: Vec<AgencyCode>,
    decree: Option<String>,
) -> Result<Happens, SiteRefusal> {
    check_text("code", &code.0, USERNAME_BYTES_MAX)?;
    check_text("name", &name, SHORT_TEXT_BYTES_MAX)?;
    check_decree(decree.as_deref())?;
    let directory = &book.policy.directory;
    if directory.by_code(&code).is_some() || directory.agencies.contains_key(&id) {
        return Err(SiteRefusal::AgencyCodeTaken);
    }
    let functions = with_own(functions, &code)?;
    let entry = AgencyEntry {
        id,
        code: code.clone(),
        name: name.clone(),
        functions: functions.clone(),
        active: true,
    };
    holds(book, entry.clone());
    let event = SiteEvent::AgencyAdded { agency: id, code, name, functions, decree };
    Ok((event, SiteWrite::Agency { entry }))
}

pub(super) fn change_agency(
    book: &mut Book,
    id: AgencyId,
    change: AgencyChange,
) -> Result<Happens, SiteRefusal> {
    check_decree(change.decree.as_deref())?;
    let mut entry = book.policy.directory.agencies.get(&id).ok_or(SiteRefusal::UnknownAgency)?.clone();
    if let Some(name) = change.name {
        check_text("name", &name, SHORT_TEXT_BYTES_MAX)?;
        entry.name = name;
    }
    if let Some(functions) = change.functions {
        entry.functions = with_own(functions, &entry.code)?;
    }
    entry.active = change.active.unwrap_or(entry.active);
    let others = book.policy.directory.agencies.values().any(|other| other.id != id && other.active);
    // No incident may be without anybody who could be sent.
    if !entry.active && !others {
        return Err(SiteRefusal::LastAgency);
    }
    holds(book, entry.clone());
    let event = SiteEvent::AgencyChanged {
        agency: id,
        name: entry.name.clone(),
        functions: entry.functions.clone(),
        active: entry.active,
        decree: change.decree,
    };
    Ok((event, SiteWrite::Agency { entry }))
}

fn with_own(mut functions: Vec<AgencyCode>, code: &AgencyCode) -> Result<Vec<AgencyCode>, SiteRefusal> {
    if functions.len() > FUNCTIONS_MAX {
        return Err(SiteRefusal::Text { field: "functions" });
    }
    for function in &functions {
        check_text("functions", &function.0, USERNAME_BYTES_MAX)?;
    }
    if !functions.contains(code) {
        functions.insert(0, code.clone());
    }
    Ok(functions)
}

fn holds(book: &mut Book, entry: AgencyEntry) {
    let mut policy = Policy::clone(&book.policy);
    policy.directory.agencies.insert(entry.id, entry);
    book.policy = Arc::new(policy);
    book.directory_changed = true;
}

pub(super) fn import_areas(
    areas: Vec<Area>,
    sha256: String,
    decree: Option<String>,
) -> Result<Happens, SiteRefusal> {
    check_decree(decree.as_deref())?;
    let count = u32::try_from(areas.len()).ok().filter(|_| areas.len() <= AREAS_MAX);
    let count = count.ok_or(SiteRefusal::TooManyAreas)?;
    Ok((SiteEvent::AreasImported { count, sha256, decree }, SiteWrite::Areas { areas }))
}

pub(super) fn import_places(
    (source, places, replace): (String, Vec<Place>, bool),
    sha256: String,
    decree: Option<String>,
) -> Result<Happens, SiteRefusal> {
    check_text("source", &source, USERNAME_BYTES_MAX)?;
    check_decree(decree.as_deref())?;
    if places.iter().any(|place| place.source != source) {
        return Err(SiteRefusal::Text { field: "source" });
    }
    let count = u32::try_from(places.len()).ok().filter(|_| places.len() <= PLACES_MAX);
    let count = count.ok_or(SiteRefusal::TooManyPlaces)?;
    let event =
        SiteEvent::PlacesImported { source: source.clone(), count, replaced: replace, sha256, decree };
    Ok((event, SiteWrite::Places { source, places, replace }))
}
