//! Every request that passed the guard comes here and gets an answer.
//!
//! Requests inside a dialog are answered here and not by the stack's dialog layer: that one leaves them
//! unanswered in early dialogs and blocks a dialog whose application is slow. It keeps INVITE, CANCEL, ACK and
//! BYE, which it does well.

use std::sync::Arc;

use rsipstack::dialog::DialogId;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Contact, Header, Method, SipMessage, StatusCode};
use rsipstack::transaction::TransactionReceiver;
use rsipstack::transaction::transaction::Transaction;

use crate::arrival::{message_of, origin};
use crate::call;
use crate::guard::reply::ALLOW;
use crate::location::multipart;
use crate::registry::{LiveEntry, Signal};
use crate::session_timer::SessionTimer;
use crate::start::Core;

/// Takes requests until the stop.
pub(crate) async fn serve(core: Arc<Core>, mut incoming: TransactionReceiver) {
    loop {
        let transaction = tokio::select! {
            () = core.stop.cancelled() => return,
            transaction = incoming.recv() => transaction,
        };
        let Some(transaction) = transaction else { return };
        core.tasks.spawn(handle(core.clone(), transaction));
    }
}

async fn handle(core: Arc<Core>, mut transaction: Transaction) {
    let inside = has_to_tag(&transaction);
    match transaction.original.method {
        Method::Invite if !inside => call::incoming(core, transaction).await,
        Method::Invite => reinvite(&core, transaction).await,
        Method::Bye => bye(&core, transaction).await,
        Method::PRack => {
            // We send no reliable provisional response, so there is none to acknowledge.
            transaction.reply(StatusCode::CallTransactionDoesNotExist).await.ok();
        }
        Method::Options if !inside => options(&core, transaction).await,
        Method::Options | Method::Info => {
            let code = match entry_of(&core, &transaction) {
                Some(_) => StatusCode::OK,
                None => StatusCode::CallTransactionDoesNotExist,
            };
            transaction.reply_with(code, vec![Header::Allow(ALLOW.into())], None).await.ok();
        }
        Method::Update => update(&core, transaction).await,
        Method::Message
        | Method::Notify
        | Method::Publish
        | Method::Refer
        | Method::Register
        | Method::Subscribe => {
            transaction
                .reply_with(StatusCode::MethodNotAllowed, vec![Header::Allow(ALLOW.into())], None)
                .await
                .ok();
        }
        // The stack routes these two itself; one that is left over belongs to no call.
        Method::Ack | Method::Cancel => {}
    }
}

fn has_to_tag(transaction: &Transaction) -> bool {
    transaction.original.to_header().ok().and_then(|to| to.tag().ok()).flatten().is_some()
}

fn entry_of(core: &Core, transaction: &Transaction) -> Option<Arc<LiveEntry>> {
    let dialog = DialogId::try_from(transaction).ok()?;
    core.registry.dialog(&dialog.to_string())
}

/// The telco asks whether we are there: 503 while draining sends its calls the other way.
async fn options(core: &Core, mut transaction: Transaction) {
    let code = if core.is_draining() { StatusCode::ServiceUnavailable } else { StatusCode::OK };
    let headers = vec![
        Header::Allow(ALLOW.into()),
        Header::Accept("application/sdp, application/pidf+xml, multipart/mixed".into()),
        Header::Supported("timer".into()),
    ];
    transaction.reply_with(code, headers, None).await.ok();
}

async fn bye(core: &Core, mut transaction: Transaction) {
    let entry = entry_of(core, &transaction);
    match core.dialogs.match_dialog(&transaction) {
        Some(mut dialog) => {
            dialog.handle(&mut transaction).await.ok();
        }
        None => {
            transaction.reply(StatusCode::CallTransactionDoesNotExist).await.ok();
        }
    }
    if transaction.last_response.is_none() {
        // The stack drops a BYE whose CSeq is lower than the last one. The caller has hung up all the same.
        transaction.reply(StatusCode::OK).await.ok();
        if let Some(entry) = entry {
            entry.signals.send(Signal::CallerGone).await.ok();
        }
    }
}

/// UPDATE (RFC 3311), in early dialogs too.
async fn update(core: &Core, mut transaction: Transaction) {
    let Some(entry) = entry_of(core, &transaction) else {
        transaction.reply(StatusCode::CallTransactionDoesNotExist).await.ok();
        return;
    };
    let view = entry.view();
    let offer = offer_of(&transaction);
    if offer.is_some() && !view.accepted {
        // The first offer is not answered yet (RFC 3311 section 5.2).
        transaction
            .reply_with(StatusCode::ServerInternalError, vec![Header::RetryAfter("1".into())], None)
            .await
            .ok();
        return;
    }
    answer_session(core, &mut transaction, &entry, offer).await;
}

/// A re-INVITE: hold, resume, another codec, a session refresh.
async fn reinvite(core: &Core, mut transaction: Transaction) {
    let Some(entry) = entry_of(core, &transaction) else {
        transaction.reply(StatusCode::CallTransactionDoesNotExist).await.ok();
        settle(&mut transaction, None).await;
        return;
    };
    let view = entry.view();
    if !view.accepted {
        // RFC 3261 section 14.2: the first INVITE has no final response yet.
        transaction
            .reply_with(StatusCode::ServerInternalError, vec![Header::RetryAfter("1".into())], None)
            .await
            .ok();
        settle(&mut transaction, None).await;
        return;
    }
    if !view.confirmed {
        transaction.reply(StatusCode::RequestPending).await.ok();
        settle(&mut transaction, None).await;
        return;
    }
    let offer = offer_of(&transaction);
    let ours = offer.is_none();
    // An INVITE without an offer wants ours.
    if ours {
        let sdp = entry.leg().describe(None);
        reply_session(core, &mut transaction, &entry, Some(sdp)).await;
    } else {
        answer_session(core, &mut transaction, &entry, offer).await;
    }
    settle(&mut transaction, ours.then_some(&entry)).await;
}

async fn answer_session(
    core: &Core,
    transaction: &mut Transaction,
    entry: &LiveEntry,
    offer: Option<Vec<u8>>,
) {
    let sdp = match offer {
        None => None,
        Some(offer) => {
            let answer = entry.leg().renegotiate(&offer);
            if answer.is_none() {
                // Only the change is refused; the call goes on as it was (RFC 3261 section 14.2).
                transaction.reply(StatusCode::NotAcceptableHere).await.ok();
                return;
            }
            answer
        }
    };
    reply_session(core, transaction, entry, sdp).await;
}

async fn reply_session(core: &Core, transaction: &mut Transaction, entry: &LiveEntry, sdp: Option<String>) {
    let message = message_of(&transaction.original);
    let timer = SessionTimer::read(&message);
    let mut headers = call::timer_headers(timer);
    headers.push(Header::Allow(ALLOW.into()));
    if let Some((_, source, tcp)) = origin(&message)
        && let Some(contact) = call::contact(core.address_towards(source.ip()), core.sip_port(), tcp)
    {
        headers.push(Header::Contact(Contact::new(format!("<{contact}>"))));
    }
    if sdp.is_some() {
        headers.push(Header::ContentType("application/sdp".into()));
    }
    transaction.reply_with(StatusCode::OK, headers, sdp.map(String::into_bytes)).await.ok();
    entry.signals.send(Signal::Refreshed { timer }).await.ok();
}

/// Waits for the ACK of a re-INVITE; it may carry the answer to our offer. Without one the session stays.
async fn settle(transaction: &mut Transaction, takes_answer: Option<&Arc<LiveEntry>>) {
    while let Some(message) = transaction.receive().await {
        let SipMessage::Request(request) = message else { continue };
        if request.method == Method::Ack {
            if let Some(entry) = takes_answer {
                entry.leg().take_answer(&request.body);
            }
            return;
        }
    }
}

fn offer_of(transaction: &Transaction) -> Option<Vec<u8>> {
    let message = message_of(&transaction.original);
    let parts = multipart::parts(&message, &mut Vec::new());
    parts.iter().find(|part| part.is_sdp()).map(|part| part.body.to_vec())
}
