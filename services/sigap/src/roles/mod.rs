//! What the process runs. Roles wire; crates think.

mod clock_task;
mod couriers;
mod demo;
mod demo_units;
pub mod desk;
mod facts;
mod process;
mod recording_space;
pub mod serve;
pub mod trunk;
mod trunk_metrics;
