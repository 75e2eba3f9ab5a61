//! Couriers: carry out what was decided and committed, and bring back what came of it as a command.

use std::collections::BTreeMap;
use std::time::Duration;

use agency_channels::{Channel, Client, Notification, Outcome, Webhook, deliver};
use anyhow::Context;
use dispatch_core::actor::Actor;
use dispatch_core::ids::AgencyCode;
use dispatch_core::incident::{ChannelReport, Effect, IncidentCommand};
use dispatch_core::private::Private;
use dispatch_core::time::{Clock, Seconds};
use incident_store::{Desk, DeskCommand, IdempotencyKey, OutboxItem, Submission};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::config::Config;

/// Notifications under way at once; an agency's system that hangs holds one of these for five seconds.
const AT_ONCE: u32 = 16;
/// Tries before a channel is given up; the ladder goes on all the same.
const TRIES_MAX: u32 = 5;
/// A courier that dies leaves its item to another one after this.
const LEASE: Duration = Duration::from_secs(30);
/// How often the outbox is looked at when nothing wakes us.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The second channels, by agency.
pub struct Couriers {
    client: Client,
    channels: BTreeMap<AgencyCode, Channel>,
}

impl Couriers {
    /// Reads the secrets and sets up the channels.
    pub fn new(config: &Config) -> anyhow::Result<Self> {
        let mut channels = BTreeMap::new();
        for webhook in &config.webhooks {
            let secret = std::fs::read(&webhook.secret_file)
                .with_context(|| format!("could not read {}", webhook.secret_file.display()))?;
            let secret = secret.strip_suffix(b"\n").unwrap_or(&secret).to_vec();
            let channel =
                Channel::Webhook(Webhook { url: webhook.url.clone(), secret: Private::new(secret) });
            channels.insert(AgencyCode::new(&webhook.agency), channel);
        }
        Ok(Self { client: Client::new()?, channels })
    }

    /// Runs until `stop`; what is leased then is tried again after the next start.
    pub async fn run(self, desk: Desk, clock: Clock, stop: CancellationToken) {
        loop {
            let items = desk.lease_effects(AT_ONCE, clock.now(), LEASE).await.unwrap_or_default();
            if items.is_empty() {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(LOOK_EVERY) => continue,
                }
            }
            futures_util::future::join_all(items.iter().map(|item| self.carry(&desk, &clock, item))).await;
        }
    }

    async fn carry(&self, desk: &Desk, clock: &Clock, item: &OutboxItem) {
        let Effect::Notify { agency, assignment, step } = &item.effect;
        let entry = desk.policy().directory.agencies.get(agency).map(|entry| entry.code.clone());
        let channel = entry.as_ref().and_then(|code| self.channels.get(code));
        let report = match channel {
            None => {
                ChannelReport { channel: "none".into(), delivered: false, result: "no second channel".into() }
            }
            Some(channel) => {
                let incident = match desk.store().incident(item.incident).await {
                    Ok(Some(incident)) => incident,
                    Ok(None) => {
                        return warn!(incident.id = %item.incident, "A notification names no incident");
                    }
                    Err(error) => return warn!(%error, "A notification waits for the store"),
                };
                let Some(told) = Notification::about(&incident, *assignment, *step, item.id.0.clone()) else {
                    return warn!(incident.id = %item.incident, "A notification names no assignment");
                };
                let name = channel.name().to_owned();
                match deliver(&self.client, channel, &told, clock.now()).await {
                    Outcome::Delivered { result } => ChannelReport { channel: name, delivered: true, result },
                    Outcome::Refused { result } => ChannelReport { channel: name, delivered: false, result },
                    Outcome::TryAgain { result } if item.attempts < TRIES_MAX => {
                        info!(assignment.id = %assignment, attempts = item.attempts, result, "A channel is tried again");
                        let later = clock.now().after(Seconds(2u32.saturating_pow(item.attempts)));
                        if let Err(error) = desk.retry(&item.id, later).await {
                            warn!(%error, "A notification is tried again after its lease");
                        }
                        return;
                    }
                    Outcome::TryAgain { result } => ChannelReport { channel: name, delivered: false, result },
                }
            }
        };
        let command = IncidentCommand::ChannelTried { id: *assignment, report };
        let Ok(key) = IdempotencyKey::new(format!("outbox:{}", item.id.0)) else { return };
        let mut submission =
            Submission::new(key, Actor::System, DeskCommand::Incident(item.incident, command));
        submission.completes = Some(item.id.clone());
        if let Err(error) = desk.submit(submission).await {
            warn!(%error, "What came of a notification is reported after its lease");
        }
    }
}
