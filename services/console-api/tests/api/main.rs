//! The API over real HTTP and WebSocket: a real server on port 0, a real desk on SQLite, a real orders channel
//! whose trunk end is played by the test.

#![allow(clippy::unwrap_used)] // A test says what went wrong by panicking.

mod accounts;
mod alarms;
mod alerts;
mod authority;
mod bad_input;
mod calls;
mod cards;
mod client;
mod crew;
mod documents;
mod duplicates;
mod feed;
mod form_drafts;
mod incidents;
mod maps;
mod paper;
mod places;
mod public_page;
mod recordings;
mod referrals;
mod reports;
mod rosters;
mod rules;
mod screening;
mod sessions;
mod site_lists;
mod trunk;
mod units;
mod voice;
mod wall;
mod world;
