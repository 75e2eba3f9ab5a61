//! What the process runs. Roles wire; crates think.

mod clock_task;
mod couriers;
mod demo;
pub mod desk;
mod facts;
mod process;
pub mod serve;
pub mod trunk;
mod trunk_metrics;
