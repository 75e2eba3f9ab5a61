//! What comes in: bodies, keys, queries. Parsed and checked once, here, so that a handler only sees values
//! that make sense.

mod body;
mod faults;
mod place;
mod query;

pub(crate) use body::parse;
pub use body::{Asked, EmptyRequest, Written};
pub use faults::{Checked, Faults, check_sdp};
pub use place::{LocationRequest, kind_of};
pub use query::{Id, Ids, Peer, Query, page_items};
