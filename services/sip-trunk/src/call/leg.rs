//! One leg's media as the signalling needs it: what to write into a 200 or an INVITE, what a new description changes.

use std::net::{IpAddr, Ipv4Addr};

use call_media::plane::MediaError;
use call_media::room::{Leg as RtpLeg, LegId, LegOptions, Remote, Room};
use call_media::rtp::{Codec, StreamPosition};
use call_media::sdp::{self, Offer, Ours, Voice};
use dispatch_core::ids::CallId;

use crate::restore::KeptSound;

/// The discard port: a description of a call that has no media (RFC 3264 section 5.1 has no better word).
const NO_PORT: u16 = 9;

/// One leg's media.
#[derive(Debug)]
pub(crate) struct Leg {
    rtp: Option<RtpLeg>,
    /// What the other side's last description said.
    remote: Option<Remote>,
    ours: Ours,
    /// Packets from here may tell where the other side's media is when no description does.
    peer: IpAddr,
}

impl Leg {
    /// Nothing is open before the answer.
    pub(crate) const fn new(address: IpAddr, peer: IpAddr, session: u64) -> Self {
        Self { rtp: None, remote: None, ours: Ours { address, port: NO_PORT, session, version: 0 }, peer }
    }

    /// For an INVITE of ours: both addresses are known once its way is.
    pub(crate) const fn unanswered(session: u64) -> Self {
        let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        Self::new(nowhere, nowhere, session)
    }

    /// Our address towards the peer, and the peer's.
    pub(crate) const fn set_address(&mut self, ours: IpAddr, peer: IpAddr) {
        self.ours.address = ours;
        self.peer = peer;
    }

    /// Opens the port in the room.
    pub(crate) fn open(&mut self, room: &Room, id: LegId, voice: Option<&Voice>) -> Result<(), MediaError> {
        let remote = self.remote(voice);
        let rtp = room.add_leg(id, remote, LegOptions::default())?;
        self.ours.port = rtp.local_port();
        self.rtp = Some(rtp);
        self.remote = Some(remote);
        Ok(())
    }

    /// What another process needs to go on with the sound of this leg.
    pub(crate) fn kept(&self) -> Option<KeptSound> {
        let remote = self.rtp.as_ref().and(self.remote)?;
        Some(KeptSound { ours: self.ours, peer: self.peer, remote })
    }

    /// How far our stream has come.
    pub(crate) fn position(&self) -> Option<StreamPosition> {
        self.rtp.as_ref().map(RtpLeg::position)
    }

    /// The leg of an earlier process; silent until [`Self::go_on`].
    pub(crate) const fn held(sound: KeptSound) -> Self {
        Self { rtp: None, remote: Some(sound.remote), ours: sound.ours, peer: sound.peer }
    }

    /// Binds the port that the leg had, and goes on with its stream.
    pub(crate) fn go_on(
        &mut self,
        room: &Room,
        id: LegId,
        position: StreamPosition,
    ) -> Result<(), MediaError> {
        let Some(remote) = self.remote else { return Ok(()) };
        let options =
            LegOptions { port: Some(self.ours.port), resume: Some(position), ..LegOptions::default() };
        self.rtp = Some(room.add_leg(id, remote, options)?);
        Ok(())
    }

    /// Closes the port.
    pub(crate) fn close(&mut self) {
        self.rtp = None;
    }

    /// The description for a message: the answer to the offer, or an offer of ours.
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
        self.set_remote(self.remote(Some(&voice)));
        Some(self.describe(Some(&(offer, voice))))
    }

    /// The answer to our offer, from an ACK, a 200 or early. `false`: nothing in it that we speak.
    pub(crate) fn take_answer(&mut self, answer: &[u8]) -> bool {
        let voice = Offer::parse(answer).and_then(|answer| answer.voice());
        let (Some(_), Ok(voice)) = (&self.rtp, voice) else { return false };
        self.set_remote(self.remote(Some(&voice)));
        true
    }

    fn set_remote(&mut self, remote: Remote) {
        if let Some(rtp) = &self.rtp {
            rtp.set_remote(remote);
            self.remote = Some(remote);
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

/// `sess-id` of our descriptions: the random part of the call's id, so that no two calls share it.
pub(crate) fn session_number(call: CallId) -> u64 {
    call.0.as_u64_pair().1 >> 2
}
