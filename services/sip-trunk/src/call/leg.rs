//! The caller's media as the signalling needs it: what to write into a 200, what a new offer changes.

use std::net::IpAddr;

use call_media::announcement::Announcement;
use call_media::plane::{MediaError, MediaPlane};
use call_media::room::{Leg as RtpLeg, LegId, LegOptions, Remote, Room, RoomOptions};
use call_media::rtp::Codec;
use call_media::sdp::{self, Offer, Ours, Voice};
use dispatch_core::ids::CallId;

/// The discard port: a description of a call that has no media (RFC 3264 section 5.1 has no better word).
const NO_PORT: u16 = 9;

/// One caller's media.
#[derive(Debug)]
pub(crate) struct Leg {
    open: Option<Open>,
    ours: Ours,
    /// Packets from here may tell where the caller's media is when no description does.
    peer: IpAddr,
}

#[derive(Debug)]
struct Open {
    room: Room,
    caller: RtpLeg,
}

impl Leg {
    /// Nothing is open before the answer.
    pub(crate) const fn new(address: IpAddr, peer: IpAddr, session: u64) -> Self {
        Self { open: None, ours: Ours { address, port: NO_PORT, session, version: 0 }, peer }
    }

    /// Opens the port and begins to play.
    pub(crate) fn open(
        &mut self,
        plane: &MediaPlane,
        call: CallId,
        voice: Option<&Voice>,
        first: Announcement,
    ) -> Result<(), MediaError> {
        let room = plane.open_room(call, RoomOptions::default())?;
        let caller = room.add_leg(LegId::Caller, self.remote(voice), LegOptions::default())?;
        room.play(LegId::Caller, first);
        self.ours.port = caller.local_port();
        self.open = Some(Open { room, caller });
        Ok(())
    }

    /// Plays something else.
    pub(crate) fn play(&self, announcement: Announcement) {
        if let Some(open) = &self.open {
            open.room.play(LegId::Caller, announcement);
        }
    }

    /// The description for a response: the answer to the offer, or an offer of ours.
    pub(crate) fn describe(&mut self, offer: Option<&(Offer, Voice)>) -> String {
        self.ours.version += 1;
        match offer {
            Some((offer, voice)) => sdp::write_answer(offer, voice, self.ours),
            None => sdp::write_offer(self.ours),
        }
    }

    /// A new offer inside the call: the other side holds, moves or changes its codec. `None` when there is
    /// nothing in it that we can speak; the session stays as it was.
    pub(crate) fn renegotiate(&mut self, offer: &[u8]) -> Option<String> {
        let offer = Offer::parse(offer).ok()?;
        let voice = offer.voice().ok()?;
        if let Some(open) = &self.open {
            open.caller.set_remote(self.remote(Some(&voice)));
        }
        Some(self.describe(Some(&(offer, voice))))
    }

    /// The answer to our offer, from an ACK.
    pub(crate) fn take_answer(&self, answer: &[u8]) {
        let voice = Offer::parse(answer).and_then(|answer| answer.voice());
        if let (Some(open), Ok(voice)) = (&self.open, voice) {
            open.caller.set_remote(self.remote(Some(&voice)));
        }
    }

    fn remote(&self, voice: Option<&Voice>) -> Remote {
        match voice {
            Some(voice) => Remote {
                address: voice.address.map(|address| (address, voice.port).into()),
                latch: voice.address.unwrap_or(self.peer),
                codec: voice.codec,
                payload_type: voice.payload_type,
                telephone_event: voice.telephone_event,
                sending: voice.direction.wants_sound(),
            },
            None => Remote {
                address: None,
                latch: self.peer,
                codec: Codec::Pcma,
                payload_type: Codec::Pcma.static_payload_type(),
                telephone_event: None,
                sending: true,
            },
        }
    }
}
