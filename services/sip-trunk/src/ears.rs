//! What the media plane hears, brought to whom it concerns.

use std::sync::Arc;
use std::time::Duration;

use call_link::order::{LineEvent, LiveState};
use call_media::room::MediaEvent;
use dispatch_core::call::fact::CallFact;
use dispatch_core::ids::{CallId, UserId};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};
use tracing::{debug, info};

use crate::call::sound::Sound;
use crate::queue::QueueInput;
use crate::registry::Signal;
use crate::shared::Core;

/// A level meter moves four times a second.
const LEVELS_EVERY: Duration = Duration::from_millis(250);

/// Brings events until the media plane ends.
pub(crate) async fn listen(core: Arc<Core>, mut events: mpsc::Receiver<MediaEvent>) {
    while let Some(event) = events.recv().await {
        match event {
            MediaEvent::Digit { call, from, digit } => hear(&core, call, Sound::Digit { from, digit }),
            MediaEvent::VoiceHeard { call } => hear(&core, call, Sound::Voice),
            MediaEvent::LegSilent { call, leg, .. } => hear(&core, call, Sound::Silent { leg }),
            MediaEvent::LegBack { call, .. } => info!(call.id = %call, "A silent leg is heard again"),
            MediaEvent::SeatUp { user } => seat(&core, user, true).await,
            MediaEvent::SeatLost { user } => seat(&core, user, false).await,
            MediaEvent::RecordingEnded { call, summary } => {
                record(&core, call, CallFact::RecordingEnded(Box::new(summary)));
            }
            MediaEvent::RecordingFailed { call, why } => {
                record(&core, call, CallFact::RecordingFailed { why });
            }
        }
    }
}

/// What became of a recording goes on record, also after the end of the call. A slow journal holds nobody's audio up.
fn record(core: &Arc<Core>, call: CallId, fact: CallFact) {
    let core = core.clone();
    core.tasks.clone().spawn(async move { core.record(call, fact).await });
}

fn hear(core: &Core, call: CallId, sound: Sound) {
    // A call that ends in this moment needs it no more.
    if let Some(entry) = core.registry.call(call)
        && entry.signals.try_send(Signal::Sound(sound)).is_err()
    {
        debug!(call.id = %call, "A call did not hear its sound");
    }
}

/// A person's audio came up or died: their calls, the queue and the consoles learn of it.
pub(crate) async fn seat(core: &Core, user: UserId, up: bool) {
    info!(user.id = %user, up, "Audio of a seat");
    core.line.tell(LineEvent::SeatState { user, connected: up });
    for call in core.seats.calls_of(user) {
        if let Some(entry) = core.registry.call(call) {
            entry.signals.send(Signal::Seat { user, up }).await.ok();
        }
    }
    core.queue.tell(QueueInput::Audio { user, up }).await;
}

/// Tells how loud the calls are that somebody talks on, while anybody looks.
pub(crate) async fn measure(core: Arc<Core>) {
    let mut tick = interval(LEVELS_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            () = core.stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        if !core.line.is_heard() {
            continue;
        }
        for entry in core.registry.entries() {
            let talks = match entry.view().state {
                LiveState::Connected | LiveState::Held => true,
                LiveState::Ringing | LiveState::Queued | LiveState::Offered => false,
            };
            if let Some(levels) = talks.then(|| entry.levels()).flatten() {
                core.line.tell(LineEvent::Levels {
                    call: entry.call,
                    caller_db: levels.caller_db,
                    centre_db: levels.centre_db,
                    caller_voice: levels.caller_voice,
                });
            }
        }
    }
}
