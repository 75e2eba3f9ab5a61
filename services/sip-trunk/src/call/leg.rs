//! The caller's media as the signalling needs it: what to write into a 200, what a new offer changes.

use std::net::IpAddr;

use call_media::announcement::Announcement;
use call_media::rtp::Codec;
use call_media::sdp::{self, Offer, Ours, Voice};
use call_media::session::{MediaError, MediaPlane, MediaSession, Remote};

/// The discard port: a description of a call that has no media (RFC 3264 section 5.1 has no better word).
const NO_PORT: u16 = 9;

/// One caller's media.
#[derive(Debug)]
pub(crate) struct Leg {
    session: Option<MediaSession>,
    ours: Ours,
    /// Packets from here may tell where the caller's media is when no description does.
    peer: IpAddr,
}

impl Leg {
    /// Nothing is open before the answer.
    pub(crate) const fn new(address: IpAddr, peer: IpAddr, session: u64) -> Self {
        Self { session: None, ours: Ours { address, port: NO_PORT, session, version: 0 }, peer }
    }

    /// Opens the port and begins to play.
    pub(crate) fn open(
        &mut self,
        plane: &MediaPlane,
        voice: Option<&Voice>,
        first: Announcement,
    ) -> Result<(), MediaError> {
        let session = plane.open(self.remote(voice), first)?;
        self.ours.port = session.local_port();
        self.session = Some(session);
        Ok(())
    }

    /// Plays something else.
    pub(crate) fn play(&self, announcement: Announcement) {
        if let Some(session) = &self.session {
            session.play(announcement);
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
        if let Some(session) = &self.session {
            session.set_remote(self.remote(Some(&voice)));
        }
        Some(self.describe(Some(&(offer, voice))))
    }

    /// The answer to our offer, from an ACK.
    pub(crate) fn take_answer(&self, answer: &[u8]) {
        let voice = Offer::parse(answer).and_then(|answer| answer.voice());
        if let (Some(session), Ok(voice)) = (&self.session, voice) {
            session.set_remote(self.remote(Some(&voice)));
        }
    }

    fn remote(&self, voice: Option<&Voice>) -> Remote {
        match voice {
            Some(voice) => Remote {
                address: voice.address.map(|address| (address, voice.port).into()),
                latch: voice.address.unwrap_or(self.peer),
                codec: voice.codec,
                payload_type: voice.payload_type,
                sending: voice.direction.wants_sound(),
            },
            None => Remote {
                address: None,
                latch: self.peer,
                codec: Codec::Pcma,
                payload_type: Codec::Pcma.static_payload_type(),
                sending: true,
            },
        }
    }
}
