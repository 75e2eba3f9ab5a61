//! The rules of calls, incidents and assignments: stories, and invariants over random histories.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "rules/bench.rs"]
mod bench;
#[path = "rules/calls.rs"]
mod calls;
#[path = "rules/changing.rs"]
mod changing;
#[path = "rules/crews.rs"]
mod crews;
#[path = "rules/disasters.rs"]
mod disasters;
#[path = "rules/invariants.rs"]
mod invariants;
#[path = "rules/merging.rs"]
mod merging;
#[path = "rules/neighbours.rs"]
mod neighbours;
#[path = "rules/paper.rs"]
mod paper;
#[path = "rules/rosters.rs"]
mod rosters;
#[path = "rules/scenarios.rs"]
mod scenarios;
#[path = "rules/stories.rs"]
mod stories;
#[path = "rules/voice.rs"]
mod voice;
