//! Whether a silent call is still there.

use std::sync::Arc;
use std::time::Duration;

use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, Method, Response, StatusCode, StatusCodeKind};
use tokio::task::JoinHandle;

use crate::arrival::{message_of, message_of_response};
use crate::guard::reply::{ALLOW, SUPPORTED};
use crate::registry::{LiveEntry, Signal};
use crate::session_timer::SessionTimer;

pub(super) async fn answer_of(probe: &mut Option<JoinHandle<bool>>) -> bool {
    let alive = match probe {
        // A probe that broke off says nothing about the call.
        Some(task) => task.await.unwrap_or(true),
        None => std::future::pending().await,
    };
    *probe = None;
    alive
}

/// The call that is asked.
pub(super) struct Probed {
    pub(super) dialog: InviteDialog,
    pub(super) entry: Arc<LiveEntry>,
    pub(super) timer: Option<SessionTimer>,
    pub(super) interval_min: Duration,
}

/// Asks whether the dialog still exists: a refresh where a session timer wants one (RFC 4028 section 7.4), OPTIONS
/// elsewhere. Only a plain "no such call" or silence ends the call.
pub(super) async fn probe(probed: Probed) -> bool {
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
            response.status_code.kind() == StatusCodeKind::Successful || !gone
        }
        Ok(None) => true,
        Err(_) => false,
    }
}

impl Probed {
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
            self.entry.signals.send(Signal::Refreshed { timer: agreed.or(Some(asked)) }).await.ok();
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
            return self.dialog.request(Method::Update, Some(headers), None).await;
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
