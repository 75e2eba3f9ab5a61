//! How an agency hears of an assignment when its console does not: one file a channel.
//!
//! A courier of the desk role takes a notification out of the outbox, calls [`deliver`] and brings what came of
//! it back as a command. Delivery is at least once: [`Notification::id`] is the same on every try, so that the
//! receiver can tell a repetition.

mod notification;
mod webhook;

pub use notification::Notification;
pub use webhook::Webhook;

use dispatch_core::time::Timestamp;

/// A way to reach an agency.
#[derive(Clone, Debug)]
pub enum Channel {
    /// A signed HTTP POST.
    Webhook(Webhook),
}

impl Channel {
    /// The channel's name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Webhook(_) => "webhook",
        }
    }
}

/// What came of one try.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The agency's side has it.
    Delivered {
        /// The answer in a few characters, for the log.
        result: String,
    },
    /// It did not get through, but may later: no connection, a time-out, a 5xx or 429.
    TryAgain {
        /// Why, in a few characters.
        result: String,
    },
    /// It never will this way: the other side refuses it.
    Refused {
        /// Why, in a few characters.
        result: String,
    },
}

/// The couriers' client: connections are kept and reused.
#[derive(Clone, Debug)]
pub struct Client(reqwest::Client);

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
#[error("could not set up the HTTP client of the couriers")]
pub struct ClientError(#[from] reqwest::Error);

impl Client {
    /// A client without redirects (a redirect could lead the signed text elsewhere) and with a bound on time.
    pub fn new() -> Result<Self, ClientError> {
        // Installed once for the process; a second call finds it there, which is as good.
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(webhook::TIME_LIMIT)
            .user_agent(concat!("sigap/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self(client))
    }
}

/// Tries once to deliver a notification. `now` is signed with it, so that an old copy can be told.
pub async fn deliver(
    client: &Client,
    channel: &Channel,
    notification: &Notification,
    now: Timestamp,
) -> Outcome {
    match channel {
        Channel::Webhook(webhook) => webhook::deliver(client, webhook, notification, now).await,
    }
}
