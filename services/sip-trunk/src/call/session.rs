//! Session timers of a call's dialogs (RFC 4028): the caller's, and those of the legs that we opened.

use std::time::Duration;

use call_media::room::LegId;
use dispatch_core::call::fact::{EndReason, PartyEnd};
use tracing::info;

use super::Call;
use super::timers::Timer;
use crate::session_timer::Refresher;

/// A call without a session timer is asked this often whether it is still there.
const PROBE_EVERY: Duration = Duration::from_secs(300);

impl Call {
    pub(super) fn restart_session_timer(&mut self) {
        let after = self.signalling.timer.map_or(PROBE_EVERY, |timer| timer.act_after());
        self.timers.set(Timer::Session, after);
    }

    /// The caller's side was silent for its whole interval, or it is on us to ask.
    pub(super) fn on_session_timer(&mut self) -> Option<EndReason> {
        if self.signalling.timer.is_some_and(|timer| timer.refresher == Refresher::Caller) {
            info!("The caller's side did not refresh the session");
            return Some(self.send_bye(EndReason::Lost));
        }
        self.restart_session_timer();
        self.probe_caller();
        None
    }

    pub(super) fn restart_leg_timer(&mut self, leg: LegId) {
        match self.outside.timer(leg).filter(|_| leg != LegId::Caller) {
            Some(timer) => self.timers.set(Timer::Leg(leg), timer.act_after()),
            None => self.timers.clear(Timer::Leg(leg)),
        }
    }

    /// As [`Self::on_session_timer`], of a leg that we opened.
    pub(super) async fn on_leg_timer(&mut self, leg: LegId) -> Option<EndReason> {
        let timer = self.outside.timer(leg)?;
        match timer.refresher {
            Refresher::Us => {
                self.restart_leg_timer(leg);
                self.probe_outside(leg);
                None
            }
            Refresher::Caller => {
                info!("A leg of ours did not refresh its session");
                self.outside.drop_leg(&self.core, leg);
                self.on_over(leg, PartyEnd::Failed).await
            }
        }
    }
}
