//! Where people say something is: reading it, finding it, and whose area it is.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod borders;
mod files;
mod many;
mod reading;
mod search;
