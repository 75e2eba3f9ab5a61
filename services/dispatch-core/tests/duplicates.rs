//! Second reports: stories of one evening, and what holds for any order and any history.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "duplicates/evening.rs"]
mod evening;
#[path = "duplicates/history.rs"]
mod history;
#[path = "duplicates/stories.rs"]
mod stories;
