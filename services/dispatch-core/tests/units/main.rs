//! Units: what may happen to one, which is recommended, and what is left uncovered.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod cover;
mod life;
mod ranking;
mod site;
