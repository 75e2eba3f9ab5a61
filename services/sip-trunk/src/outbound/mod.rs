//! INVITEs of ours: to an agency, to a phone seat, to a number that is called back.

mod location;
mod notice;
mod words;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use dispatch_core::call::fact::{Fix, PartyEnd};
use dispatch_core::private::Private;
use rsipstack::dialog::dialog::{DialogStateSender, TerminatedReason};
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::uri::ParamsExt;
use rsipstack::sip::{Header, Host, Response, Scheme, StatusCode, StatusCodeKind, Transport, Uri};
use tokio::net::lookup_host;
use tokio::time::timeout;
use tracing::info;

pub(crate) use notice::{Notices, notify};

use crate::call::contact;
use crate::config::Srtp;
use crate::encryption;
use crate::guard::repair::Wire;
use crate::guard::reply::ALLOW;
use crate::guard::tcp::sip_address;
use crate::registry::LiveEntry;
use crate::shared::Core;

/// A name that takes longer to resolve is not waited for.
const RESOLVE_WITHIN: Duration = Duration::from_secs(3);
/// A number has at most 15 digits (E.164); service codes are shorter, prefixes add some.
const NUMBER_CHARS_MAX: usize = 24;
const SIP_PORT: u16 = 5060;

/// One way to somebody.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    uri: Uri,
    wire: Wire,
    /// Where the INVITE is sent, when that is not what the URI says.
    address: Option<SocketAddr>,
    /// The trunk that it leads over, by its name; empty when it leads over none.
    pub(crate) trunk: String,
}

impl Route {
    /// Where it leads.
    pub(crate) const fn uri(&self) -> &Uri {
        &self.uri
    }
}

/// What an INVITE of ours says beside the offer.
#[derive(Clone, Debug)]
pub(crate) struct Invitation {
    /// Tried one after the other until one is not down.
    pub(crate) routes: Vec<Route>,
    /// On whose behalf (RFC 3325): the caller's number, shown to whoever is rung.
    pub(crate) on_behalf: Option<Private<String>>,
    /// Where the caller is, best first.
    pub(crate) fixes: Vec<Fix>,
    /// Ringing longer than this is no answer.
    pub(crate) ring_for: Duration,
}

/// How an INVITE of ours ended.
pub(crate) enum Rung {
    /// Somebody answered; the dialog is confirmed.
    Answered {
        /// Ours to end.
        dialog: InviteDialog,
        /// The 200.
        response: Box<Response>,
    },
    /// Nobody did.
    Failed(PartyEnd),
}

/// The ways to a target that a person or a policy named: a `sip:` URI leads there itself, a number over the trunks.
/// None: no trunk, or nothing that can be called.
pub(crate) fn routes(core: &Core, target: &str) -> Vec<Route> {
    let target = target.trim();
    let scheme = target.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("sip" | "sips") => direct(target).into_iter().collect(),
        Some("tel") => over_trunks(core, target[4..].split(';').next().unwrap_or_default()),
        Some(_) => Vec::new(),
        None => over_trunks(core, target),
    }
}

fn direct(target: &str) -> Option<Route> {
    let uri = Uri::try_from(target).ok()?;
    let wire = match uri.transport() {
        Some(Transport::Tcp) => Wire::Tcp,
        Some(Transport::Tls) => Wire::Tls,
        _ if uri.scheme == Some(Scheme::Sips) => Wire::Tls,
        _ => Wire::Udp,
    };
    Some(Route { uri, wire, address: None, trunk: String::new() })
}

fn over_trunks(core: &Core, number: &str) -> Vec<Route> {
    let number: String = number.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
    let (digits, length) = (number.strip_prefix('+').unwrap_or(&number), number.len());
    let callable = |c: char| c.is_ascii_digit() || matches!(c, '*' | '#');
    if digits.is_empty() || length > NUMBER_CHARS_MAX || !digits.chars().all(callable) {
        return Vec::new();
    }
    let number = number.replace('#', "%23");
    let route = |profile: usize| {
        let way = core.peers.route(profile)?;
        let uri = Uri::try_from(format!("{};user=phone", way.uri_of(&number))).ok()?;
        let trunk = core.config.trunks.get(profile).map(|profile| profile.name.clone());
        Some(Route { uri, wire: way.wire, address: Some(way.address), trunk: trunk.unwrap_or_default() })
    };
    core.peers.best_first().into_iter().filter_map(route).collect()
}

/// Rings until somebody answers, refuses, or the time is over. Dropped before that, it cancels: a CANCEL goes out,
/// and a 200 that crosses it gets its BYE.
pub(crate) async fn ring(
    core: Arc<Core>,
    entry: Arc<LiveEntry>,
    invitation: Invitation,
    call_id: String,
    states: DialogStateSender,
) -> Rung {
    let mut last = PartyEnd::Failed;
    for route in &invitation.routes {
        match over(&core, &entry, &invitation, route, &call_id, &states).await {
            Tried::Settled(rung) => return rung,
            Tried::Down(why) => {
                last = why;
                info!(trunk = %route.trunk, "A way out is down; the next is tried");
            }
        }
    }
    Rung::Failed(last)
}

/// What came of one way.
enum Tried {
    Settled(Rung),
    /// The next one may work.
    Down(PartyEnd),
}

/// Rings over one way. A refusal that may mean the encryption of our offer makes us offer plain audio.
async fn over(
    core: &Core,
    entry: &LiveEntry,
    invitation: &Invitation,
    route: &Route,
    call_id: &str,
    states: &DialogStateSender,
) -> Tried {
    for plain in [false, true] {
        let Some(option) = option(core, entry, invitation, route, plain).await else { break };
        let option = InviteOption { call_id: Some(call_id.to_owned()), ..option };
        let rung = core.dialogs.do_invite(option, states.clone());
        let (dialog, response) = match timeout(invitation.ring_for, rung).await {
            Err(_) => return Tried::Settled(Rung::Failed(PartyEnd::NoAnswer)),
            Ok(Err(_)) => break,
            Ok(Ok((_, None))) => return Tried::Down(PartyEnd::NoAnswer),
            Ok(Ok((dialog, Some(response)))) => (dialog, response),
        };
        let code = &response.status_code;
        if *code == StatusCode::OK {
            let response = Box::new(with_audio(&dialog, entry, response).await);
            return Tried::Settled(Rung::Answered { dialog, response });
        }
        if is_down(code) {
            return Tried::Down(why(code));
        }
        if !(entry.leg().offers_encryption() && encryption::may_be_refused_by(code)) {
            return Tried::Settled(Rung::Failed(why(code)));
        }
    }
    Tried::Down(PartyEnd::Failed)
}

/// The answer, and that to a plain offer where it took the call and not our encrypted audio.
async fn with_audio(dialog: &InviteDialog, entry: &LiveEntry, response: Response) -> Response {
    let refused = entry.leg().refuses_encryption(response.body());
    if !refused {
        return response;
    }
    encryption::offer_plain(dialog, entry).await.unwrap_or(response)
}

/// Why a dialog of ours that was confirmed is over.
pub(crate) const fn ended(reason: &TerminatedReason) -> PartyEnd {
    match reason {
        TerminatedReason::UasBye | TerminatedReason::UasBusy | TerminatedReason::UasDecline => {
            PartyEnd::HungUp
        }
        TerminatedReason::UacBye | TerminatedReason::UacCancel | TerminatedReason::UacBusy => {
            PartyEnd::Dropped
        }
        TerminatedReason::Timeout
        | TerminatedReason::ProxyError(_)
        | TerminatedReason::ProxyAuthRequired
        | TerminatedReason::UacOther(_)
        | TerminatedReason::UasOther(_) => PartyEnd::Failed,
    }
}

/// A refusal that says nothing of the person who was called: another way may work.
fn is_down(code: &StatusCode) -> bool {
    code.kind() == StatusCodeKind::ServerFailure || *code == StatusCode::RequestTimeout
}

fn why(code: &StatusCode) -> PartyEnd {
    match code.code() {
        403 | 486 | 600 | 603 | 607 => PartyEnd::Refused,
        408 | 480 | 487 => PartyEnd::NoAnswer,
        _ => PartyEnd::Failed,
    }
}

async fn option(
    core: &Core,
    entry: &LiveEntry,
    invitation: &Invitation,
    route: &Route,
    plain: bool,
) -> Option<InviteOption> {
    let to = resolve(route).await?;
    let ours = core.address_towards(to.ip());
    let offer = {
        let mut leg = entry.leg();
        let trunk = core.config.trunks.iter().find(|profile| profile.name == route.trunk);
        leg.set_way(ours, to.ip(), trunk.map_or(Srtp::Off, |profile| profile.srtp));
        if plain {
            leg.go_plain();
        }
        leg.describe(None)
    };
    let body = location::body(offer, &invitation.fixes, &crate::random::token()?);
    let own = |user: &str| format!("sip:{user}@{}", SocketAddr::new(ours, core.sip_port(route.wire)));
    let mut headers: Vec<Header> = body.headers().collect();
    let identity = invitation.on_behalf.as_ref().map_or_else(
        || own("112"),
        |number| format!("sip:{}@{};user=phone", user_part(number.reveal()), host(ours)),
    );
    headers.push(Header::PAssertedIdentity(format!("<{identity}>").into()));
    headers.push(Header::Allow(ALLOW.into()));
    // Who wants a session timer may say so in the 2xx (RFC 4028 section 7.1).
    headers.push(Header::Supported("timer".into()));
    Some(InviteOption {
        caller_display_name: Some("112".to_owned()),
        caller: Uri::try_from(own("112")).ok()?,
        callee: route.uri.clone(),
        destination: Some(sip_address(route.wire, to)),
        content_type: Some(body.content_type.clone()),
        offer: Some(body.bytes),
        contact: contact(core, ours, route.wire)?,
        headers: Some(headers),
        ..InviteOption::default()
    })
}

/// Where the INVITE goes: an address, because our own address towards it stands in the description.
async fn resolve(route: &Route) -> Option<SocketAddr> {
    if route.address.is_some() {
        return route.address;
    }
    let port = route.uri.host_with_port.port.as_ref().map_or(SIP_PORT, |port| port.value());
    match &route.uri.host_with_port.host {
        Host::IpAddr(ip) => Some(SocketAddr::new(*ip, port)),
        Host::Domain(domain) => {
            timeout(RESOLVE_WITHIN, lookup_host(format!("{domain}:{port}"))).await.ok()?.ok()?.next()
        }
    }
}

/// What may stand before the `@` (RFC 3261 section 25.1, the characters that a number can have).
fn user_part(number: &str) -> String {
    let kept: String = number.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '+').collect();
    if kept.is_empty() { "anonymous".to_owned() } else { kept }
}

fn host(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}
