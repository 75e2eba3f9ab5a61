//! The INVITE as the rest of the product sees it: facts and defects. It never fails: a broken call is a call.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use call_media::sdp::{Offer, OfferError};
use dispatch_core::call::fact::{Arrival, Defect, Direction, EndReason};
use dispatch_core::limits::DEFECTS_PER_CALL_MAX;
use dispatch_core::private::Private;
use rsipstack::sip::{Headers, Request, Response};

use crate::config::{Srtp, TrunkConfig, TrunkProfile};
use crate::encryption::Stream;
use crate::guard::message::{Header, Message};
use crate::guard::repair::{DIALLED, Wire, noted_defects, origin};
use crate::identity;
use crate::location::{self, multipart, note};
use crate::session_timer::SessionTimer;

/// Extensions that we speak, for `Require`.
const SPOKEN: [&str; 3] = ["timer", "100rel", "geolocation"];
const TEXT_CHARS_MAX: usize = 512;

/// What the call task needs beside the facts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Signalling {
    /// The peer as the packet came.
    pub(crate) source: SocketAddr,
    /// Over what it came.
    pub(crate) wire: Wire,
    /// The offer and the voice stream in it that we take.
    pub(crate) offer: Option<(Offer, Stream)>,
    /// What the trunk wants of its audio.
    pub(crate) srtp: Srtp,
    /// There was no session description at all: the ACK may bring the answer to ours.
    pub(crate) offer_is_ours: bool,
    /// `Require: 100rel`: the 180 is repeated until its PRACK.
    pub(crate) reliable_only: bool,
    /// RFC 4028.
    pub(crate) timer: Option<SessionTimer>,
}

/// The message of the stack as plain names and values.
pub(crate) fn message_of(request: &Request) -> Message {
    let start = format!("{} {} SIP/2.0", request.method, request.uri);
    plain(start, &request.headers, request.body.clone())
}

/// The same of a response.
pub(crate) fn message_of_response(response: &Response) -> Message {
    plain(format!("SIP/2.0 {}", response.status_code), &response.headers, response.body.clone())
}

fn plain(start: String, headers: &Headers, body: Vec<u8>) -> Message {
    let headers = headers.iter().map(|header| Header {
        name: Cow::Owned(header.name().trim().to_owned()),
        value: header.value().trim().to_owned(),
    });
    Message { start, headers: headers.collect(), body, cut: false, mangled: false }
}

/// Everything an INVITE says.
pub(crate) fn read(invite: &Message, config: &TrunkConfig) -> (Arrival, Signalling) {
    let nowhere = (usize::MAX, SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0), Wire::Udp);
    let (profile, source, wire) = origin(invite).unwrap_or(nowhere);
    let mut defects = noted_defects(invite);
    let caller = identity::caller(invite, &mut defects);
    let parts = multipart::parts(invite, &mut defects);
    let fixes = location::fixes(invite, &parts, &mut defects);
    let srtp = config.trunks.get(profile).map_or(Srtp::Off, |profile| profile.srtp);
    let sdp = parts.iter().find(|part| part.is_sdp());
    let offer =
        sdp.map(|part| Offer::parse(part.body).and_then(|offer| Ok((Stream::of(&offer, srtp)?, offer))));
    match &offer {
        None => note(&mut defects, Defect::NoSdp),
        Some(Err(OfferError::Broken)) => note(&mut defects, Defect::BrokenSdp),
        Some(Err(OfferError::NoCommonCodec)) => note(&mut defects, Defect::NoCommonCodec),
        Some(Ok(_)) => {}
    }
    if !unknown_requirements(invite).is_empty() {
        note(&mut defects, Defect::UnknownRequire);
    }
    let signalling = Signalling {
        source,
        wire,
        offer_is_ours: offer.is_none(),
        srtp,
        offer: offer.and_then(Result::ok).map(|(stream, offer)| (offer, stream)),
        reliable_only: requirements(invite).any(|tag| tag.eq_ignore_ascii_case("100rel")),
        timer: SessionTimer::read(invite, config.session_interval_min),
    };
    defects.sort_unstable();
    defects.dedup();
    defects.truncate(DEFECTS_PER_CALL_MAX);
    let profile = config.trunks.get(profile);
    let test = profile
        .zip(caller.as_ref())
        .is_some_and(|(profile, caller)| profile.test_callers.contains(caller.number.reveal()));
    let arrival = Arrival {
        trunk: profile.map_or_else(String::new, |profile| profile.name.clone()),
        dialled: bounded(invite.value(DIALLED).unwrap_or_default()),
        sip_call_id: bounded(invite.value("Call-ID").unwrap_or_default()),
        caller,
        fixes,
        access_network: invite.value("P-Access-Network-Info").map(|value| Private::new(bounded(value))),
        user_agent: invite.value("User-Agent").or_else(|| invite.value("Server")).map(bounded),
        defects,
        test,
        direction: Direction::In,
    };
    (arrival, signalling)
}

/// What a request demands of us.
fn requirements(request: &Message) -> impl Iterator<Item = &str> {
    request.values("Require").flat_map(|value| value.split(',')).map(str::trim).filter(|tag| !tag.is_empty())
}

/// What it demands and we do not speak, for `Unsupported` (RFC 3261 section 8.2.2.3).
pub(crate) fn unknown_requirements(request: &Message) -> Vec<&str> {
    let spoken = |tag: &&str| SPOKEN.iter().any(|known| known.eq_ignore_ascii_case(tag));
    requirements(request).filter(|tag| !spoken(tag)).collect()
}

/// The facts of an INVITE that the stack did not get: whatever fragments there are.
pub(crate) fn read_fragments(
    message: &Message,
    profile: Option<&TrunkProfile>,
    reason: EndReason,
) -> Arrival {
    let mut defects = Vec::new();
    if reason == EndReason::Unreadable {
        defects.push(Defect::Unreadable);
    }
    let caller = identity::caller(message, &mut defects);
    defects.sort_unstable();
    Arrival {
        trunk: profile.map_or_else(String::new, |profile| profile.name.clone()),
        dialled: bounded(message.start.split(' ').nth(1).unwrap_or_default()),
        sip_call_id: bounded(message.value("Call-ID").unwrap_or_default()),
        caller,
        fixes: Vec::new(),
        access_network: message.value("P-Access-Network-Info").map(|value| Private::new(bounded(value))),
        user_agent: message.value("User-Agent").map(bounded),
        defects,
        test: false,
        direction: Direction::In,
    }
}

/// Text of a header as it goes on record.
pub(crate) fn bounded(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(TEXT_CHARS_MAX).collect()
}
