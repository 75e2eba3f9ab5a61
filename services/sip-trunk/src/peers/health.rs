//! OPTIONS to each peer: whether the way out is there.

use std::sync::Arc;
use std::time::Duration;

use rsipstack::sip::{Header, Method, SipMessage, StatusCode, StatusCodeKind, Uri, typed};
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transaction::make_tag;
use rsipstack::transaction::transaction::Transaction;
use tokio::time::timeout;

use super::connection::resolve;
use super::{PeerState, Route};
use crate::config::TrunkTransport;
use crate::guard::tcp::sip_address;
use crate::shared::Core;
use crate::stats::count;

/// No answer to six OPTIONS (RFC 3261 section 17.1.2.2: after 0.5, 1.5, 3.5, 7.5 s …) is no answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// A connection takes a moment at the start.
const FIRST_AFTER: Duration = Duration::from_millis(200);

/// Asks until the stop; more often while the peer does not answer.
pub(super) async fn watch(core: Arc<Core>, profile: usize, peer: String) {
    let connected = core.config.trunks.get(profile).is_some_and(|p| p.transport != TrunkTransport::Udp);
    let mut pause = FIRST_AFTER;
    loop {
        tokio::select! {
            () = core.stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        if !connected {
            // A name may have moved. Where it cannot be asked, the address of before stays.
            if let Ok(address) = resolve(&peer).await {
                core.peers.set_address(profile, Some(address));
            }
        }
        let up = match core.peers.route(profile) {
            Some(route) => answers(&core, &route).await,
            None => false,
        };
        if !up {
            count(&core.stats.options_failed);
        }
        core.peers.set_state(profile, if up { PeerState::Up } else { PeerState::Down }, core.clock.now());
        pause = if up { core.config.options_every } else { core.config.options_every / 3 };
    }
}

/// Whether the peer takes calls: any final answer says so but 408 and 503.
async fn answers(core: &Core, route: &Route) -> bool {
    let Ok(Some(code)) = timeout(ANSWER_WITHIN.min(core.config.t1 * 64), ask(core, route)).await else {
        return false;
    };
    !matches!(code, StatusCode::RequestTimeout | StatusCode::ServiceUnavailable)
}

/// One OPTIONS; the status of its final answer.
async fn ask(core: &Core, route: &Route) -> Option<StatusCode> {
    let ours = core.address_towards(route.address.ip());
    let ours = std::net::SocketAddr::new(ours, core.sip_port(route.wire));
    let us = Uri::try_from(format!("sip:sigap@{ours}{}", route.wire.parameter())).ok()?;
    let them = Uri::try_from(format!("sip:{}{}", route.address, route.wire.parameter())).ok()?;
    let from = typed::From { display_name: None, uri: us.clone(), params: Vec::new() }.with_tag(make_tag());
    let to = typed::To { display_name: None, uri: them.clone(), params: Vec::new() };
    let via = core.endpoint.get_via(Some(sip_address(route.wire, ours)), None).ok()?;
    let mut request = core.endpoint.make_request(Method::Options, them, via, from, to, 1, None);
    request.headers.push(Header::Contact(format!("<{us}>").into()));
    request.headers.push(Header::Accept("application/sdp".into()));
    let key = TransactionKey::from_request(&request, TransactionRole::Client).ok()?;
    let mut transaction = Transaction::new_client(key, request, core.endpoint.clone(), None);
    transaction.destination = Some(route.destination());
    transaction.send().await.ok()?;
    while let Some(message) = transaction.receive().await {
        if let SipMessage::Response(response) = message
            && response.status_code.kind() != StatusCodeKind::Provisional
        {
            return Some(response.status_code);
        }
    }
    None
}
