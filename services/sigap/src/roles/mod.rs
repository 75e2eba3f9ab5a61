//! What the process runs. Roles wire; crates think.

mod clock_task;
mod couriers;
mod demo;
mod facts;
pub mod serve;
mod trunk_metrics;
