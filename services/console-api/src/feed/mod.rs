//! The feed: everything that a console may see, as it happens.
//!
//! Each console holds one cursor, the index of the last change it has. It connects, gets what came after its
//! cursor or a snapshot, then every change in the order of the log. What a role sees is decided in one pure
//! function ([`visible::visible`]); a change is rendered once per kind of message, not once per console.
//!
//! There is no queue per console: a console that is behind reads from the desk's ring, so that its memory
//! is one batch. One that stays behind is told to start over.

mod command;
mod message;
mod mode;
mod render;
mod snapshot;
mod socket;
mod visible;

pub use command::ConsoleMessage;
pub use message::FeedMessage;
pub use mode::{ModeNow, watch as watch_mode};
pub use render::Renderer;
pub use socket::{Console, follow};
pub use visible::{Viewer, may_be_told, sees_calls, sees_duties, sees_supervisors};
