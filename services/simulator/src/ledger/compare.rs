//! Comparing what was acknowledged with what is there.

use std::collections::HashMap;

use super::Entry;

/// A call as the API tells it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SeenCall {
    /// Its id.
    pub id: String,
    /// The caller's number.
    pub number: Option<String>,
    /// `ringing`, `ended` …
    pub state: String,
    /// Whether a call-taker answered it.
    pub taken: bool,
    /// Kind of its disposition.
    pub disposition: Option<String>,
    /// Whether it has a call-back duty, open or done.
    pub call_back: bool,
    /// Whether somebody owes a disposition, with a deadline.
    pub disposition_due: bool,
}

/// An incident as the API tells it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SeenIncident {
    /// Its id.
    pub id: String,
    /// Its narrative.
    pub narrative: String,
    /// The texts of its notes.
    pub notes: Vec<String>,
    /// Its assignments.
    pub assignments: Vec<SeenAssignment>,
}

/// An assignment as the API tells it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SeenAssignment {
    /// Its id.
    pub id: String,
    /// Code of its agency.
    pub agency: String,
    /// Its state.
    pub state: String,
}

/// Everything that the server knows, read back through the API.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct World {
    /// Every call.
    pub calls: Vec<SeenCall>,
    /// Every incident.
    pub incidents: Vec<SeenIncident>,
}

/// A difference between what was acknowledged and what is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// Acknowledged, but not there.
    Lost(Entry),
    /// There more than once.
    Repeated(Entry, usize),
    /// There, but not as acknowledged.
    Differs(Entry, String),
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Lost(entry) => write!(f, "lost: {entry:?}"),
            Self::Repeated(entry, times) => write!(f, "there {times} times: {entry:?}"),
            Self::Differs(entry, found) => write!(f, "differs, found {found}: {entry:?}"),
        }
    }
}

/// Compares what was acknowledged with what is there.
pub fn compare(entries: &[Entry], world: &World) -> Vec<Finding> {
    let index = Index::of(world);
    entries.iter().filter_map(|entry| index.check(entry)).collect()
}

/// The world by what the entries name.
struct Index<'a> {
    calls_by_number: HashMap<&'a str, usize>,
    calls: HashMap<&'a str, Vec<&'a SeenCall>>,
    incidents: HashMap<&'a str, Vec<&'a SeenIncident>>,
    by_marker: HashMap<&'a str, usize>,
}

impl<'a> Index<'a> {
    fn of(world: &'a World) -> Self {
        let mut index = Self {
            calls_by_number: HashMap::new(),
            calls: HashMap::new(),
            incidents: HashMap::new(),
            by_marker: HashMap::new(),
        };
        for call in &world.calls {
            index.calls.entry(&call.id).or_default().push(call);
            if let Some(number) = &call.number {
                *index.calls_by_number.entry(number).or_default() += 1;
            }
        }
        for incident in &world.incidents {
            index.incidents.entry(&incident.id).or_default().push(incident);
            if let Some(marker) = marker_in(&incident.narrative) {
                *index.by_marker.entry(marker).or_default() += 1;
            }
        }
        index
    }

    fn check(&self, entry: &Entry) -> Option<Finding> {
        match entry {
            Entry::CallRang { number } | Entry::CallAnswered { number } => {
                once(entry, self.calls_by_number.get(number.as_str()).copied().unwrap_or(0))
            }
            Entry::CallTaken { call } => {
                self.check_call(entry, call, |seen| (!seen.taken).then(|| "no call-taker on it".to_owned()))
            }
            Entry::CallDisposed { call, kind } => self.check_call(entry, call, |seen| {
                (seen.disposition.as_ref() != Some(kind))
                    .then(|| format!("disposition {:?}", seen.disposition))
            }),
            Entry::IncidentCreated { incident, marker } => {
                let ids = self.incidents.get(incident.as_str()).map_or(0, Vec::len);
                once(entry, ids)
                    .or_else(|| once(entry, self.by_marker.get(marker.as_str()).copied().unwrap_or(0)))
            }
            Entry::NoteAdded { incident, marker } => {
                let notes = self.incident(incident).map_or(0, |seen| {
                    seen.notes.iter().filter(|note| marker_in(note) == Some(marker)).count()
                });
                once(entry, notes)
            }
            Entry::Dispatched { incident, assignments } => self.check_dispatch(entry, incident, assignments),
            Entry::AssignmentMoved { incident, assignment, to } => {
                let seen: Vec<&SeenAssignment> = self
                    .incident(incident)
                    .map(|seen| seen.assignments.iter().filter(|known| known.id == *assignment).collect())
                    .unwrap_or_default();
                once(entry, seen.len()).or_else(|| {
                    let state = seen.first().map(|seen| seen.state.as_str()).unwrap_or_default();
                    (rank(state) < rank(to))
                        .then(|| Finding::Differs(entry.clone(), format!("state {state}")))
                })
            }
        }
    }

    fn check_call(
        &self,
        entry: &Entry,
        call: &str,
        differs: impl Fn(&SeenCall) -> Option<String>,
    ) -> Option<Finding> {
        let seen = self.calls.get(call).map(Vec::as_slice).unwrap_or_default();
        once(entry, seen.len()).or_else(|| {
            let found = seen.first().and_then(|seen| differs(seen))?;
            Some(Finding::Differs(entry.clone(), found))
        })
    }

    /// Each assignment once, and no second assignment of the same agency from the same click.
    fn check_dispatch(&self, entry: &Entry, incident: &str, assignments: &[String]) -> Option<Finding> {
        let Some(seen) = self.incident(incident) else { return Some(Finding::Lost(entry.clone())) };
        for id in assignments {
            let same = seen.assignments.iter().filter(|known| known.id == *id).count();
            if let Some(finding) = once(entry, same) {
                return Some(finding);
            }
            let agency =
                seen.assignments.iter().find(|known| known.id == *id).map(|known| known.agency.as_str());
            let of_agency =
                seen.assignments.iter().filter(|known| Some(known.agency.as_str()) == agency).count();
            if of_agency > 1 {
                return Some(Finding::Repeated(entry.clone(), of_agency));
            }
        }
        None
    }

    fn incident(&self, id: &str) -> Option<&'a SeenIncident> {
        self.incidents.get(id).and_then(|seen| seen.first()).copied()
    }
}

fn once(entry: &Entry, times: usize) -> Option<Finding> {
    match times {
        0 => Some(Finding::Lost(entry.clone())),
        1 => None,
        more => Some(Finding::Repeated(entry.clone(), more)),
    }
}

/// How far a state is along the chain; a later one includes the earlier ones.
fn rank(state: &str) -> usize {
    ["sent", "delivered", "acknowledged", "en_route", "on_scene", "working", "under_control", "completed"]
        .iter()
        .position(|known| *known == state)
        // Declined and cancelled end an assignment from anywhere.
        .unwrap_or(if matches!(state, "declined" | "cancelled") { usize::MAX } else { 0 })
}

/// Marks a text so that it is found again, and nothing else is.
pub fn with_marker(text: &str, marker: &str) -> String {
    format!("{text} [{marker}]")
}

fn marker_in(text: &str) -> Option<&str> {
    text.strip_suffix(']').and_then(|text| text.rsplit_once('[')).map(|(_, marker)| marker)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Vec<Entry> {
        let text = str::to_owned;
        vec![
            Entry::CallAnswered { number: text("+62812001") },
            Entry::CallTaken { call: text("c1") },
            Entry::CallDisposed { call: text("c1"), kind: text("incident") },
            Entry::IncidentCreated { incident: text("i1"), marker: text("m1") },
            Entry::NoteAdded { incident: text("i1"), marker: text("n1") },
            Entry::Dispatched { incident: text("i1"), assignments: vec![text("a1"), text("a2")] },
            Entry::AssignmentMoved { incident: text("i1"), assignment: text("a1"), to: text("on_scene") },
        ]
    }

    fn world() -> World {
        let call = SeenCall {
            id: "c1".into(),
            number: Some("+62812001".into()),
            state: "ended".into(),
            taken: true,
            disposition: Some("incident".into()),
            ..SeenCall::default()
        };
        let assignment = |id: &str, agency: &str, state: &str| SeenAssignment {
            id: id.into(),
            agency: agency.into(),
            state: state.into(),
        };
        let incident = SeenIncident {
            id: "i1".into(),
            narrative: with_marker("kebakaran", "m1"),
            notes: vec![with_marker("sudah di lokasi", "n1")],
            assignments: vec![assignment("a1", "damkar", "working"), assignment("a2", "polres", "sent")],
        };
        World { calls: vec![call], incidents: vec![incident] }
    }

    #[test]
    fn a_whole_world_has_no_findings() {
        assert_eq!(compare(&entries(), &world()), Vec::new());
    }

    /// Every planted loss, repeat and difference is found, and it is the right entry that is named.
    #[test]
    fn planted_faults_are_found() {
        type Plant = fn(&mut World);
        let faults: [(&str, Plant, usize); 11] = [
            ("call lost", |world| world.calls.clear(), 0),
            (
                "call twice",
                |world| world.calls.push(SeenCall { id: "c2".into(), ..world.calls[0].clone() }),
                0,
            ),
            ("call not taken", |world| world.calls[0].taken = false, 1),
            ("disposition gone", |world| world.calls[0].disposition = None, 2),
            ("other disposition", |world| world.calls[0].disposition = Some("prank".into()), 2),
            ("incident lost", |world| world.incidents.clear(), 3),
            (
                "incident twice",
                |world| world.incidents.push(SeenIncident { id: "i2".into(), ..world.incidents[0].clone() }),
                3,
            ),
            (
                "note twice",
                |world| {
                    let note = world.incidents[0].notes[0].clone();
                    world.incidents[0].notes.push(note)
                },
                4,
            ),
            (
                "assignment lost",
                |world| {
                    world.incidents[0].assignments.pop();
                },
                5,
            ),
            (
                "agency asked twice",
                |world| {
                    let again =
                        SeenAssignment { id: "a3".into(), ..world.incidents[0].assignments[1].clone() };
                    world.incidents[0].assignments.push(again)
                },
                5,
            ),
            ("state went back", |world| world.incidents[0].assignments[0].state = "acknowledged".into(), 6),
        ];
        for (name, plant, expected) in faults {
            let mut broken = world();
            plant(&mut broken);
            let findings = compare(&entries(), &broken);
            let expected = &entries()[expected];
            let named = findings.iter().any(|finding| match finding {
                Finding::Lost(entry) | Finding::Repeated(entry, _) | Finding::Differs(entry, _) => {
                    entry == expected
                }
            });
            assert!(named, "{name}: {findings:?}");
        }
    }
}
