//! The two engines behind one connection.
//!
//! Every statement is one text for both: `$1` parameters, `RETURNING`, `ON CONFLICT`, partial indexes. What
//! differs is in [`Dialect`] and nowhere else. Values pass as [`Value`] and come back as [`Row`], so that the
//! rest of the crate is not generic over an engine.

mod connect;
mod connection;
mod dialect;
mod failure;
mod fill_times;
mod migrate;
mod readers;
mod value;

pub use connect::StoreUrl;
pub(crate) use connect::{Target, Use};
pub(crate) use connection::Connection;
pub(crate) use dialect::CHANNEL;
pub(crate) use failure::Failure;
pub(crate) use migrate::{SCHEMA, migrate, schema_of};
pub(crate) use readers::{Ask, Readers};
pub(crate) use value::{Row, Value, in_list};

/// Splits rows so that no statement has more parameters than either engine takes (SQLite: 32,766).
pub(crate) const PARAMETERS_MAX: usize = 8_000;
