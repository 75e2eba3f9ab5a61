//! Question cards: what is in them, what answers come to, and how two people change one.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod assessing;
mod content;
mod drafts;
mod incidents;
