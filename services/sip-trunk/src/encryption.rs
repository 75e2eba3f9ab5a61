//! Encrypted audio (RFC 4568): what a trunk wants, and what comes of it. No call fails over it: who offers only plain
//! RTP gets plain RTP, who offers only encrypted RTP gets that, and who refuses our encrypted offer gets a plain one,
//! whatever the trunk's profile says.

use call_media::sdp::{self, Crypto, Offer, OfferError, Ours, SecureVoice, Voice};
use call_media::srtp::{MasterKey, SdesKeys};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, Response, StatusCode, StatusCodeKind};

use crate::config::Srtp;
use crate::guard::reply::ALLOW;
use crate::registry::LiveEntry;

/// The voice stream of a description that is taken, and the keys of both directions where it is encrypted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stream {
    pub(crate) voice: Voice,
    keys: Option<(Crypto, MasterKey)>,
}

impl Stream {
    /// Chooses from an offer. Encrypted first where the trunk wants it, plain first elsewhere.
    pub(crate) fn of(offer: &Offer, wanted: Srtp) -> Result<Self, OfferError> {
        let plain = || offer.voice().map(|voice| Self { voice, keys: None });
        let secure = || {
            let SecureVoice { voice, crypto } = offer.secure_voice()?;
            // Without random numbers there is no key, and so no encryption.
            let key = MasterKey::random().ok_or(OfferError::NoCommonCodec)?;
            Ok(Self { voice, keys: Some((crypto, key)) })
        };
        match wanted {
            Srtp::Off => plain().or_else(|_| secure()),
            Srtp::Optional | Srtp::Required => secure().or_else(|_: OfferError| plain()),
        }
    }

    /// What an answer takes of our offer, which had the key `offered` when it was encrypted. An encrypted offer may be
    /// answered with plain audio. `None`: nothing that we speak.
    pub(crate) fn of_answer(answer: &Offer, offered: Option<MasterKey>) -> Option<Self> {
        let secure = offered.zip(answer.secure_voice().ok());
        match secure {
            Some((key, SecureVoice { voice, crypto })) => Some(Self { voice, keys: Some((crypto, key)) }),
            None => Some(Self { voice: answer.voice().ok()?, keys: None }),
        }
    }

    /// Goes on with the key that we had, where the other side did with its own: a new one would begin a new stream.
    pub(crate) fn keeping(mut self, known: Option<SdesKeys>) -> Self {
        if let (Some((crypto, key)), Some(known)) = (&mut self.keys, known)
            && crypto.key == known.remote
        {
            *key = known.local;
        }
        self
    }

    /// The answer to its offer.
    pub(crate) fn answer(&self, offer: &Offer, ours: Ours) -> String {
        let voice = self.voice;
        match self.keys {
            Some((crypto, key)) => sdp::write_secure_answer(offer, &SecureVoice { voice, crypto }, ours, key),
            None => sdp::write_answer(offer, &voice, ours),
        }
    }

    /// What encrypts it.
    pub(crate) fn keys(&self) -> Option<SdesKeys> {
        self.keys.map(|(crypto, local)| SdesKeys { local, remote: crypto.key })
    }
}

/// An offer of ours, encrypted with a key or plain.
pub(crate) fn offer(ours: Ours, key: Option<MasterKey>) -> String {
    match key {
        Some(key) => sdp::write_secure_offer(ours, key),
        None => sdp::write_offer(ours),
    }
}

/// Whether a refusal may mean the encryption of our offer: 488 and 606 speak of the description, 415 of its kind
/// (RFC 3261 section 21.4.26, 21.6.4, 21.4.13).
pub(crate) fn may_be_refused_by(code: &StatusCode) -> bool {
    matches!(code.code(), 415 | 488 | 606)
}

/// Offers plain audio inside a dialog whose other side took the call and not its encrypted audio. Its 2xx.
pub(crate) async fn offer_plain(dialog: &InviteDialog, entry: &LiveEntry) -> Option<Response> {
    let offer = {
        let mut leg = entry.leg();
        leg.go_plain();
        leg.describe(None)
    };
    let headers = vec![Header::ContentType("application/sdp".into()), Header::Allow(ALLOW.into())];
    entry.exchange.offer_sent();
    let answer = dialog.reinvite(Some(headers), Some(offer.into_bytes())).await;
    entry.exchange.offer_settled();
    answer.ok().flatten().filter(|response| response.status_code.kind() == StatusCodeKind::Successful)
}
