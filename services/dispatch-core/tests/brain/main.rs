//! Stories about the parts that judge: policy, routing, classification, areas.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod areas;
mod callers;
mod metrics;
mod policy;
mod routing;
mod statements;
