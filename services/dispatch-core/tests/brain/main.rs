//! Stories about the parts that judge: policy, routing, classification, areas.

mod areas;
mod callers;
mod policy;
mod routing;
