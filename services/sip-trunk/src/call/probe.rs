//! Whether a silent dialog is still there.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use call_media::room::LegId;
use dispatch_core::call::fact::{EndReason, PartyEnd};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, Method, Response, StatusCode, StatusCodeKind};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tracing::info;

use super::Call;
use crate::arrival::{message_of, message_of_response};
use crate::guard::reply::{ALLOW, SUPPORTED};
use crate::registry::LiveEntry;
use crate::session_timer::SessionTimer;
use crate::shared::Core;

/// Between two tries to reach the other side at all.
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// The questions that are out, at most one for each leg.
#[derive(Debug, Default)]
pub(super) struct Probes {
    asked: BTreeSet<LegId>,
    answers: JoinSet<(LegId, bool)>,
}

impl Probes {
    fn ask(&mut self, leg: LegId, probed: Probed) {
        if self.asked.insert(leg) {
            self.answers.spawn(async move { (leg, probe(probed).await) });
        }
    }

    /// The next answer; pending for ever when no question is out.
    pub(super) async fn next(&mut self) -> (LegId, bool) {
        loop {
            match self.answers.join_next().await {
                Some(Ok((leg, alive))) => {
                    self.asked.remove(&leg);
                    return (leg, alive);
                }
                // A probe that broke off says nothing about the call.
                Some(Err(_)) => self.asked.clear(),
                None => std::future::pending().await,
            }
        }
    }
}

impl Call {
    /// Asks the caller's side whether the dialog still exists.
    pub(super) fn probe_caller(&mut self) {
        if let Some(dialog) = self.dialog.clone().filter(|_| self.entry.view().confirmed) {
            let (entry, timer) = (self.entry.clone(), self.signalling.timer);
            self.probes.ask(LegId::Caller, Probed::new(&self.core, dialog, entry, timer));
        }
    }

    /// Asks a party or a telephone.
    pub(super) fn probe_outside(&mut self, leg: LegId) {
        let asked = self.outside.dialog(leg).cloned().zip(self.outside.entry(leg).cloned());
        if let Some((dialog, entry)) = asked {
            let timer = self.outside.timer(leg);
            self.probes.ask(leg, Probed::new(&self.core, dialog, entry, timer));
        }
    }

    pub(super) async fn on_probed(&mut self, leg: LegId, alive: bool) -> Option<EndReason> {
        if alive {
            return None;
        }
        info!("The other side of a dialog is gone");
        match leg {
            // RFC 4028 section 10: a refresh without an answer ends the session with a BYE.
            LegId::Caller => Some(self.send_bye(EndReason::Lost)),
            LegId::Party(_) | LegId::PhoneSeat(_) => {
                self.outside.drop_leg(&self.core, leg);
                self.on_over(leg, PartyEnd::Failed).await
            }
        }
    }
}

/// The call that is asked.
struct Probed {
    dialog: InviteDialog,
    entry: Arc<LiveEntry>,
    timer: Option<SessionTimer>,
    interval_min: Duration,
    /// How long a way to the other side is looked for: 64*T1.
    patience: Duration,
}

/// Asks whether the dialog still exists: a refresh where a session timer wants one (RFC 4028 section 7.4), OPTIONS
/// elsewhere. Only a plain "no such call" or silence ends the call: where no connection can be opened, as to a peer
/// that saw its own one break and is about to come back, we try again.
async fn probe(probed: Probed) -> bool {
    let until = Instant::now() + probed.patience;
    loop {
        let answer = match probed.timer {
            Some(timer) => probed.refresh(timer).await,
            None => probed.dialog.request(Method::Options, None, None).await,
        };
        match answer {
            Ok(Some(response)) => {
                let gone = matches!(
                    response.status_code,
                    StatusCode::CallTransactionDoesNotExist | StatusCode::RequestTimeout
                );
                return response.status_code.kind() == StatusCodeKind::Successful || !gone;
            }
            Ok(None) => return true,
            Err(_) if Instant::now() + TRY_AGAIN_AFTER < until => sleep(TRY_AGAIN_AFTER).await,
            Err(_) => return false,
        }
    }
}

impl Probed {
    fn new(core: &Core, dialog: InviteDialog, entry: Arc<LiveEntry>, timer: Option<SessionTimer>) -> Self {
        let (interval_min, patience) = (core.config.session_interval_min, core.config.t1 * 64);
        Self { dialog, entry, timer, interval_min, patience }
    }

    /// A refresh; one that is refused as too frequent is sent once more with the interval that the refusal names.
    async fn refresh(&self, timer: SessionTimer) -> rsipstack::Result<Option<Response>> {
        let mut asked = timer;
        let mut answer = self.send(asked).await?;
        if let Some(refusal) = &answer
            && refusal.status_code == StatusCode::SessionIntervalTooSmall
            && let Some(raised) = asked.raised(&message_of_response(refusal))
        {
            asked = raised;
            answer = self.send(asked).await?;
        }
        if let Some(response) = &answer
            && response.status_code.kind() == StatusCodeKind::Successful
        {
            let agreed = SessionTimer::agreed(&message_of_response(response), self.interval_min);
            self.entry.tell_refreshed(agreed.or(Some(asked))).await;
        }
        Ok(answer)
    }

    /// UPDATE where the caller's side allows it (it changes no media), else a re-INVITE with our description as it
    /// is (RFC 4028 section 7.4).
    async fn send(&self, timer: SessionTimer) -> rsipstack::Result<Option<Response>> {
        let mut headers = vec![
            Header::Supported(SUPPORTED.into()),
            Header::SessionExpires(timer.request_header().into()),
            Header::Allow(ALLOW.into()),
        ];
        if self.allows_update() {
            let answer = self.dialog.request(Method::Update, Some(headers.clone()), None).await?;
            let unknown = |response: &Response| matches!(response.status_code.code(), 405 | 501);
            if !answer.as_ref().is_some_and(unknown) {
                return Ok(answer);
            }
        }
        headers.push(Header::ContentType("application/sdp".into()));
        let sdp = self.entry.leg().describe(None);
        self.entry.exchange.offer_sent();
        let answer = self.dialog.reinvite(Some(headers), Some(sdp.into_bytes())).await;
        self.entry.exchange.offer_settled();
        if let Ok(Some(response)) = &answer
            && response.status_code.kind() == StatusCodeKind::Successful
        {
            self.entry.leg().take_answer(response.body());
        }
        answer
    }

    /// A caller's side that names what it allows and does not name UPDATE has none.
    fn allows_update(&self) -> bool {
        let invite = message_of(&self.dialog.initial_request());
        let mut allowed = invite.values("Allow").flat_map(|value| value.split(',')).map(str::trim).peekable();
        allowed.peek().is_none() || allowed.any(|method| method.eq_ignore_ascii_case("UPDATE"))
    }
}
