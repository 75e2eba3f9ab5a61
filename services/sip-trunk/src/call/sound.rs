//! What is heard on a call: digits, the first word, silence.

use std::time::Duration;

use call_link::order::{LineEvent, OrderError, OrderReply};
use call_media::room::{LegId, LegOrSeat};
use dispatch_core::call::fact::{CallFact, CallerClass, EndReason, Prompt, Speaker};
use dispatch_core::ids::UserId;
use dispatch_core::limits::DIGITS_PER_CALL_MAX;
use dispatch_core::private::Private;
use tracing::info;

use super::Call;
use super::timers::Timer;

/// So long a suspicious caller may take to say something.
const CHALLENGE_WITHIN: Duration = Duration::from_secs(15);

/// Something that the media plane heard on this call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sound {
    /// A key.
    Digit { from: LegOrSeat, digit: char },
    /// The caller's first word.
    Voice,
    /// Nothing arrives from a leg for [`crate::TrunkConfig::silent_after`].
    Silent { leg: LegId },
}

impl Call {
    pub(super) async fn on_sound(&mut self, sound: Sound) -> Option<EndReason> {
        match sound {
            Sound::Digit { from, digit } => self.on_digit(from, digit).await,
            Sound::Voice => {
                self.record(CallFact::VoiceHeard).await;
                self.gives_a_sign().await;
            }
            Sound::Silent { leg: LegId::Caller } => self.probe_caller(),
            Sound::Silent { leg } => self.probe_outside(leg),
        }
        None
    }

    async fn on_digit(&mut self, from: LegOrSeat, digit: char) {
        let from = match from {
            LegOrSeat::Leg(LegId::Caller) => Speaker::Caller,
            LegOrSeat::Leg(LegId::PhoneSeat(_)) | LegOrSeat::Seat(_) => Speaker::Centre,
            // An agency's menu is no word of the caller, nor of the centre.
            LegOrSeat::Leg(LegId::Party(_)) => return,
        };
        let digit = Private::new(digit);
        self.core.line.tell(LineEvent::Digit { call: self.id, from, digit: digit.clone() });
        // A key that is leant on is shown, and fills no disk.
        if self.digits_heard < 2 * DIGITS_PER_CALL_MAX {
            self.digits_heard += 1;
            self.record(CallFact::Digit { from, digit }).await;
        }
        if from == Speaker::Caller {
            self.gives_a_sign().await;
        }
    }

    /// What is known of the call on its arrival; on record when it moves the call in the queue.
    pub(super) async fn screen(&mut self) {
        if self.class != CallerClass::Unknown {
            // An earlier process found it, and it is on record.
            return;
        }
        let screening = self.signs.screening();
        self.class = screening.class;
        if self.class != CallerClass::Unknown {
            self.record(CallFact::Screened { class: self.class, because: screening.because }).await;
        }
    }

    /// A suspicious call that waits is asked for a sign of life. It keeps its place whatever comes.
    pub(super) async fn challenge(&mut self) {
        if self.class == CallerClass::Suspect && self.prompt(Prompt::Challenge).await.is_ok() {
            self.timers.set(Timer::Challenge, CHALLENGE_WITHIN);
            self.challenged = true;
        }
    }

    /// The caller spoke or pressed a key.
    async fn gives_a_sign(&mut self) {
        self.timers.clear(Timer::Speechless);
        let was_silent = std::mem::take(&mut self.signs.silent);
        if std::mem::take(&mut self.challenged) {
            self.timers.clear(Timer::Challenge);
            info!("The challenge is passed");
            self.rescreen(true).await;
        } else if was_silent {
            self.screen_if_moved().await;
        }
    }

    /// The caller waits and has said nothing although there was time to. Most who wait say nothing: alone it moves nobody,
    /// and only what moves a call in the queue is put on record.
    pub(super) async fn says_nothing(&mut self) {
        if !self.centre.waits() {
            return;
        }
        self.signs.silent = true;
        if self.screen_if_moved().await && !self.challenged {
            self.challenge().await;
        }
    }

    /// Weighs the signs again; `true` when the class is another one now.
    async fn screen_if_moved(&mut self) -> bool {
        let moved = self.signs.screening().class != self.class;
        if moved {
            self.screen_again().await;
        }
        moved
    }

    /// Nothing came: the class says so. A voice that comes later still lifts it.
    pub(super) async fn challenge_is_over(&mut self) {
        self.rescreen(false).await;
    }

    /// A supervisor wants the caller treated like anybody, now and for a day.
    pub(super) async fn lift_restriction(&mut self, by: UserId) -> Result<OrderReply, OrderError> {
        if self.class != CallerClass::Suspect {
            return Err(OrderError::NotPossible);
        }
        self.record(CallFact::RestrictionLifted { by }).await;
        self.signs.restriction_lifted = true;
        if let Some(number) = &self.entry.caller {
            self.core.screen.lifted(number, self.core.clock.now());
        }
        self.timers.clear(Timer::Challenge);
        self.challenged = false;
        self.screen_again().await;
        Ok(OrderReply::Done)
    }

    async fn rescreen(&mut self, passed: bool) {
        self.signs.challenge_passed = Some(passed);
        self.screen_again().await;
    }

    async fn screen_again(&mut self) {
        let screening = self.signs.screening();
        self.class = screening.class;
        self.record(CallFact::Screened { class: self.class, because: screening.because }).await;
        if self.centre.waits() {
            self.wait_in_queue().await;
        }
    }
}
