//! What a duty phone hears: the site's speech program makes it while the telephone rings, or else it is put together from
//! the recorded pieces.

use std::sync::Arc;

use call_link::order::VoiceNotice;
use call_media::announcement::Frame;
use call_media::spoken;
use call_media::wav::WavError;
use tokio::sync::watch;
use tracing::warn;

use crate::shared::Core;
use crate::stats::count;

/// The words of one call, now or in a moment.
pub(super) struct Words(watch::Receiver<Arc<Vec<Frame>>>);

impl Words {
    /// The recorded pieces, and the speech program begins.
    pub(super) fn of(core: &Arc<Core>, notice: &VoiceNotice) -> Result<Self, WavError> {
        let recorded = match notice {
            VoiceNotice::Task { category, priority, number, .. } => {
                spoken::task(*category, *priority, number)
            }
            VoiceNotice::Test { .. } => spoken::test(),
        }?;
        let (better, words) = watch::channel(Arc::new(recorded));
        if let (true, Some(text)) = (core.config.speech.is_some(), notice.text()) {
            let (core, text) = (core.clone(), text.to_owned());
            core.tasks.clone().spawn(async move {
                if let Some(sound) = said(&core, &text).await {
                    better.send_replace(sound);
                }
            });
        }
        Ok(Self(words))
    }

    /// Waits for the program, which has its time; without one, or when it failed, not at all.
    pub(super) async fn ready(&self) -> Arc<Vec<Frame>> {
        let mut words = self.0.clone();
        // An error is a program that is through and made nothing.
        words.changed().await.ok();
        words.borrow().clone()
    }
}

async fn said(core: &Core, text: &str) -> Option<Arc<Vec<Frame>>> {
    let program = core.config.speech.as_ref()?;
    match core.said.say(program, text).await {
        Ok((sound, new)) => {
            if new {
                count(&core.stats.speech_made);
            }
            Some(sound)
        }
        Err(error) => {
            count(&core.stats.speech_failed);
            warn!(%error, "The speech program made no words; the recorded pieces are said");
            None
        }
    }
}
