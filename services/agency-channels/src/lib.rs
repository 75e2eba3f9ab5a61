//! How an agency hears of an assignment when its console does not: one file a channel.
//!
//! A courier of the desk role takes a notification out of the outbox, calls [`deliver`] and brings what came of
//! it back as a command. Delivery is at least once: [`Notification::id`] is the same on every try, so that the
//! receiver can tell a repetition. What a gateway says later comes in through [`Reports`].
//!
//! Architecture invariant: nothing here connects to an address that [`Networks`] does not let it, and the address
//! that was checked is the one that is connected to.

mod gateway;
mod networks;
mod notification;
mod number;
mod report;
mod signed;
mod smtp;
mod template;
mod text;
mod webhook;

use std::sync::Arc;

use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;

pub use gateway::{BodyForm, HttpGateway, Messenger};
pub use networks::Networks;
pub use notification::{Notification, Task};
pub use number::{NumberForm, international};
pub use report::{Proof, Reported, Reports, Unproven};
pub use reqwest::Method;
pub use signed::{Ends, Seal, SignedDoor};
pub use smtp::{Smtp, SmtpTls};
pub use template::{Escape, fill};
pub use webhook::{Webhook, WebhookForm};

/// A way to reach an agency over HTTP or SMTP.
#[derive(Clone, Debug)]
pub enum Channel {
    /// A signed HTTP POST.
    Webhook(Webhook),
    /// SMS or WhatsApp through somebody's HTTP interface.
    Http(Box<HttpGateway>),
    /// E-mail.
    Smtp(Box<Smtp>),
}

impl Channel {
    /// The channel's name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Webhook(webhook) => webhook.form.name(),
            Self::Http(gateway) => gateway.messenger.name(),
            Self::Smtp(_) => "email",
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
    /// A gateway took it; whether it reaches anybody is told later, or never.
    Accepted {
        /// The answer in a few characters, for the log.
        result: String,
        /// How the gateway calls it; empty when it does not say.
        reference: String,
    },
    /// It did not get through, but may later: no connection, a time-out, a 5xx or 429.
    TryAgain {
        /// Why, in a few characters.
        result: String,
    },
    /// It never will this way: the other side refuses it, or its address is not one that we connect to.
    Refused {
        /// Why, in a few characters.
        result: String,
    },
}

/// The couriers' client: connections are kept and reused.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    networks: Arc<Networks>,
}

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
#[error("could not set up the HTTP client of the couriers")]
pub struct ClientError(#[from] reqwest::Error);

impl Client {
    /// A client without redirects (a redirect could lead the signed text elsewhere), without a proxy (it would connect
    /// for us, unchecked) and with a bound on time, for these networks.
    ///
    /// # Errors
    /// When the platform's certificates cannot be read.
    pub fn new(networks: Networks) -> Result<Self, ClientError> {
        // Installed once for the process; a second call finds it there, which is as good.
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let networks = Arc::new(networks);
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .dns_resolver(Arc::clone(&networks))
            .timeout(webhook::TIME_LIMIT)
            .user_agent(concat!("sigap/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http, networks })
    }

    /// Sends a request to a checked address. A failure is already put into words.
    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Result<reqwest::Response, Outcome> {
        let refused = |result: &str| Outcome::Refused { result: result.into() };
        let request = request.build().map_err(|_| refused("bad url"))?;
        // A name goes through our resolver; an address in the URL itself would pass it by.
        if let Some(address) = networks::literal(request.url())
            && !self.networks.allow(address)
        {
            return Err(refused("internal address"));
        }
        self.http.execute(request).await.map_err(|error| {
            if networks::is_blocked(&error) {
                refused("internal address")
            } else if error.is_timeout() {
                Outcome::TryAgain { result: "timeout".into() }
            } else {
                Outcome::TryAgain { result: "no connection".into() }
            }
        })
    }
}

/// Tries once to deliver a notification. `to` is the address for channels that need one: a number, an e-mail address.
/// `now` is signed with it, so that an old copy can be told.
pub async fn deliver(
    client: &Client,
    channel: &Channel,
    to: &Private<String>,
    notification: &Notification,
    now: Timestamp,
) -> Outcome {
    match channel {
        Channel::Webhook(webhook) => webhook::deliver(client, webhook, notification, now).await,
        Channel::Http(gateway) => gateway::deliver(client, gateway, to, notification).await,
        Channel::Smtp(server) => smtp::deliver(&client.networks, server, to, notification, now).await,
    }
}

/// What an HTTP status says of a try.
pub(crate) fn judge(status: u16) -> Outcome {
    let result = status.to_string();
    match status {
        200..=299 => Outcome::Delivered { result },
        408 | 425 | 429 | 500..=599 => Outcome::TryAgain { result },
        _ => Outcome::Refused { result },
    }
}
