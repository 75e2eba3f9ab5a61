//! One leg's media as the signalling needs it: what to write into a 200 or an INVITE, what a new description changes.

use std::net::{IpAddr, Ipv4Addr};

use call_media::plane::MediaError;
use call_media::room::{Leg as RtpLeg, LegId, LegOptions, Remote, Room};
use call_media::rtp::{Codec, StreamPosition};
use call_media::sdp::{Offer, Ours, Voice};
use call_media::srtp::{MasterKey, SdesKeys};
use dispatch_core::ids::CallId;

use crate::config::Srtp;
use crate::encryption::{self, Stream};
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
    /// What the trunk wants.
    srtp: Srtp,
    /// What encrypts the audio now.
    keys: Option<SdesKeys>,
    /// Our key in the last offer of ours.
    offered: Option<MasterKey>,
    /// The other side has no encryption, or the session was agreed without it.
    plain: bool,
    /// That the trunk's wish was not met is counted.
    told: bool,
}

impl Leg {
    /// Nothing is open before the answer.
    pub(crate) const fn new(address: IpAddr, peer: IpAddr, session: u64, srtp: Srtp) -> Self {
        let ours = Ours { address, port: NO_PORT, session, version: 0 };
        Self {
            rtp: None,
            remote: None,
            ours,
            peer,
            srtp,
            keys: None,
            offered: None,
            plain: false,
            told: false,
        }
    }

    /// For an INVITE of ours: addresses and wishes are known once its way is.
    pub(crate) const fn unanswered(session: u64) -> Self {
        let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        Self::new(nowhere, nowhere, session, Srtp::Off)
    }

    /// Our address towards the peer, the peer's, and what the trunk on the way wants.
    pub(crate) const fn set_way(&mut self, ours: IpAddr, peer: IpAddr, srtp: Srtp) {
        self.ours.address = ours;
        self.peer = peer;
        self.srtp = srtp;
        self.plain = false;
    }

    /// Offers no encryption from here on: the other side has none.
    pub(crate) const fn go_plain(&mut self) {
        self.plain = true;
    }

    /// Opens the port in the room.
    pub(crate) fn open(&mut self, room: &Room, id: LegId, stream: Option<&Stream>) -> Result<(), MediaError> {
        let remote = self.remote(stream.map(|stream| &stream.voice));
        self.keys = stream.and_then(Stream::keys);
        self.plain |= stream.is_some() && self.keys.is_none();
        let options = LegOptions { srtp: self.keys, ..LegOptions::default() };
        let rtp = room.add_leg(id, remote, options)?;
        self.ours.port = rtp.local_port();
        self.rtp = Some(rtp);
        self.remote = Some(remote);
        Ok(())
    }

    /// What another process needs to go on with the sound of this leg.
    pub(crate) fn kept(&self) -> Option<KeptSound> {
        let remote = self.rtp.as_ref().and(self.remote)?;
        Some(KeptSound { ours: self.ours, peer: self.peer, remote, keys: self.keys })
    }

    /// How far our stream has come.
    pub(crate) fn position(&self) -> Option<StreamPosition> {
        self.rtp.as_ref().map(RtpLeg::position)
    }

    /// The leg of an earlier process; silent until [`Self::go_on`]. It stays as encrypted as it was.
    pub(crate) fn held(sound: KeptSound) -> Self {
        let KeptSound { ours, peer, remote, keys } = sound;
        let nothing = Self::new(ours.address, peer, ours.session, Srtp::Off);
        Self { remote: Some(remote), ours, keys, ..nothing }
    }

    /// Binds the port that the leg had, and goes on with its stream.
    pub(crate) fn go_on(
        &mut self,
        room: &Room,
        id: LegId,
        position: StreamPosition,
    ) -> Result<(), MediaError> {
        let Some(remote) = self.remote else { return Ok(()) };
        let options = LegOptions { port: Some(self.ours.port), resume: Some(position), srtp: self.keys };
        self.rtp = Some(room.add_leg(id, remote, options)?);
        Ok(())
    }

    /// Closes the port.
    pub(crate) fn close(&mut self) {
        self.rtp = None;
    }

    /// The description for a message: the answer to the offer, or an offer of ours.
    ///
    /// An offer of ours is encrypted where the audio is already, and where the trunk demands it and nobody has said
    /// that there is no encryption on the other side.
    pub(crate) fn describe(&mut self, offer: Option<&(Offer, Stream)>) -> String {
        self.ours.version += 1;
        if let Some((offer, stream)) = offer {
            self.offered = None;
            return stream.answer(offer, self.ours);
        }
        let ours = self.keys.map(|keys| keys.local);
        let wanted = self.srtp == Srtp::Required && !self.plain;
        self.offered = ours.or_else(|| if wanted { MasterKey::random() } else { None });
        encryption::offer(self.ours, self.offered)
    }

    /// A new offer inside the call: the other side holds, moves or changes its codec. `None` when there is
    /// nothing in it that we can speak; the session stays as it was.
    pub(crate) fn renegotiate(&mut self, offer: &[u8]) -> Option<String> {
        let offer = Offer::parse(offer).ok()?;
        let wanted = if self.keys.is_some() { Srtp::Required } else { self.srtp };
        let stream = Stream::of(&offer, wanted).ok()?.keeping(self.keys);
        self.use_stream(&stream);
        Some(self.describe(Some(&(offer, stream))))
    }

    /// The answer to our offer, from an ACK, a 200 or early. `false`: nothing in it that we speak.
    pub(crate) fn take_answer(&mut self, answer: &[u8]) -> bool {
        match Offer::parse(answer).ok().and_then(|answer| Stream::of_answer(&answer, self.offered)) {
            Some(stream) => self.use_stream(&stream),
            None => false,
        }
    }

    /// Whether the last offer of ours was encrypted.
    pub(crate) const fn offers_encryption(&self) -> bool {
        self.offered.is_some()
    }

    /// Whether an answer takes the call and not its encrypted audio.
    pub(crate) fn refuses_encryption(&self, answer: &[u8]) -> bool {
        self.offered.is_some()
            && Offer::parse(answer).is_ok_and(|answer| Stream::of_answer(&answer, self.offered).is_none())
    }

    /// Whether the audio is plain although the trunk demands encryption; `true` once.
    pub(crate) fn went_without(&mut self) -> bool {
        let without = self.srtp == Srtp::Required && self.plain;
        without && !std::mem::replace(&mut self.told, true)
    }

    fn use_stream(&mut self, stream: &Stream) -> bool {
        let Some(rtp) = &self.rtp else { return false };
        let (remote, keys) = (self.remote(Some(&stream.voice)), stream.keys());
        rtp.set_remote(remote);
        if keys != self.keys {
            rtp.set_srtp(keys);
        }
        (self.remote, self.keys, self.plain) = (Some(remote), keys, keys.is_none());
        true
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
