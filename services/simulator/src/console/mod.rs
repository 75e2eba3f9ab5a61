//! Consoles: programs that log in, follow the feed and do what call-takers and agencies do.

mod agency;
mod api;
mod call_taker;
mod feed;
mod readback;

pub use agency::{Agency, AgencyHabits};
pub use api::{Answer, Api};
pub use call_taker::{CallTaker, CallTakerHabits, Shared};
pub use feed::{Feed, FeedFaults, follow, stopped};
pub use readback::{read_calls, read_incidents, read_world};
