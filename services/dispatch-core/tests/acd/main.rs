//! Who rings: stories, random histories, and Erlang's formulas as the judge of a simulated centre.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod centre;
mod random;
mod simulation;
mod stories;
