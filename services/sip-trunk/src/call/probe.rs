//! Whether a silent call is still there.

use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, Method, StatusCode, StatusCodeKind};
use tokio::task::JoinHandle;

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

/// Asks whether the dialog still exists: a refresh where a session timer wants one (RFC 4028 section 7.4), OPTIONS
/// elsewhere. Only a plain "no such call" or silence ends the call.
pub(super) async fn probe(dialog: InviteDialog, timer: Option<SessionTimer>) -> bool {
    let answer = match timer {
        Some(timer) => {
            let headers =
                vec![Header::Supported("timer".into()), Header::SessionExpires(timer.header().into())];
            dialog.request(Method::Update, Some(headers), None).await
        }
        None => dialog.options(None).await,
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
