//! The store on both engines. Every test of behaviour runs on SQLite and on a private PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod alarms;
mod cards;
mod channels;
mod deadlines;
mod feed;
mod form_drafts;
mod history;
mod late_offers;
mod million;
mod once;
mod outage;
mod paper;
mod questions;
mod redial;
mod rosters;
mod rules;
mod schedule;
mod site;
mod support;
mod together;
mod trail;
mod trees;
mod units;
mod voice;
mod year;
