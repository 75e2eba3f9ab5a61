//! `a=crypto` (RFC 4568): keys inside the session description.

use std::fmt::Write as _;

use super::{MediaLine, Offer, OfferError, Ours, Voice, head, write_other, write_voice};
use crate::srtp::{MasterKey, SUITE};

/// A key that the other side offers or answers with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Crypto {
    /// The number of its line; an answer repeats it.
    pub tag: u32,
    /// The key.
    pub key: MasterKey,
}

/// An encrypted voice stream that we can speak.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SecureVoice {
    /// The stream.
    pub voice: Voice,
    /// What the other side encrypts it with.
    pub crypto: Crypto,
}

impl Crypto {
    /// Reads the value of one attribute; `None` when it is another suite or asks for something that we do not do.
    pub(super) fn parse(value: &str) -> Option<Self> {
        let mut words = value.split_ascii_whitespace();
        let tag = words.next()?.parse().ok()?;
        if !words.next()?.eq_ignore_ascii_case(SUITE) {
            return None;
        }
        let mut parameters = words.next()?.strip_prefix("inline:")?.split('|');
        let key = MasterKey::from_base64(parameters.next()?)?;
        // `MKI:length` would put bytes between payload and tag; a lifetime has no colon and concerns nobody.
        let plain = parameters.all(|parameter| !parameter.contains(':'));
        // A window is a hint. Everything else changes what is encrypted (RFC 4568 section 6.3).
        (plain && words.all(|word| word.starts_with("WSH="))).then_some(Self { tag, key })
    }
}

impl Offer {
    /// The first encrypted voice stream that we can speak. Whether it is taken, or a plain one, is the trunk's choice.
    ///
    /// # Errors
    /// When there is none.
    pub fn secure_voice(&self) -> Result<SecureVoice, OfferError> {
        let found = self.lines.iter().enumerate().find_map(|(place, line)| line.secure_voice(place));
        found.ok_or(OfferError::NoCommonCodec)
    }
}

impl MediaLine {
    fn secure_voice(&self, place: usize) -> Option<SecureVoice> {
        let secure = matches!(self.protocol.as_str(), "RTP/SAVP" | "RTP/SAVPF");
        let crypto = self.crypto.filter(|_| secure)?;
        Some(SecureVoice { voice: self.stream(place)?, crypto })
    }
}

/// The answer to an offer with its stream encrypted: with our own key, under the tag of the line that was taken.
pub fn write_secure_answer(offer: &Offer, taken: &SecureVoice, ours: Ours, key: MasterKey) -> String {
    let mut sdp = head(ours);
    for (place, line) in offer.lines.iter().enumerate() {
        if place == taken.voice.place {
            write_voice(&mut sdp, &line.protocol, &taken.voice, ours.port);
            write_crypto(&mut sdp, taken.crypto.tag, key);
        } else {
            write_other(&mut sdp, line);
        }
    }
    sdp
}

/// An offer of both laws, encrypted.
pub fn write_secure_offer(ours: Ours, key: MasterKey) -> String {
    let mut sdp = super::write_offer(ours).replacen("RTP/AVP", "RTP/SAVP", 1);
    write_crypto(&mut sdp, 1, key);
    sdp
}

fn write_crypto(sdp: &mut String, tag: u32, key: MasterKey) {
    // Writing into a String cannot fail.
    let _ = write!(sdp, "a=crypto:{tag} {SUITE} inline:{}\r\n", key.to_base64());
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Ours = Ours {
        address: std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
        port: 4_000,
        session: 1,
        version: 1,
    };

    fn offer(crypto: &str) -> String {
        format!(
            "c=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/SAVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n{crypto}"
        )
    }

    #[test]
    fn an_offer_of_ours_is_read_and_answered_and_the_keys_are_those_that_were_sent() {
        let (ours, theirs) = (MasterKey::random().unwrap(), MasterKey::random().unwrap());
        let offer = Offer::parse(write_secure_offer(OURS, theirs).as_bytes()).unwrap();
        let taken = offer.secure_voice().unwrap();
        assert_eq!(taken.crypto, Crypto { tag: 1, key: theirs });
        assert_eq!(offer.voice(), Err(OfferError::NoCommonCodec), "nobody takes it for a plain stream");
        let text = write_secure_answer(&offer, &taken, OURS, ours);
        let answer = Offer::parse(text.as_bytes()).unwrap().secure_voice().unwrap();
        assert_eq!((answer.crypto.key, answer.voice.telephone_event), (ours, Some(101)));
        assert!(text.contains("RTP/SAVP 8 101"), "{text}");
    }

    #[test]
    fn the_first_line_that_we_speak_is_taken_and_what_we_do_not_do_is_not() {
        let key = MasterKey::random().unwrap();
        let inline = key.to_base64();
        let good = format!("a=crypto:7 {SUITE} inline:{inline}|2^31 WSH=64\r\n");
        let bad = [
            format!("a=crypto:1 AES_256_CM_HMAC_SHA1_80 inline:{inline}\r\n"),
            format!("a=crypto:2 {SUITE} inline:{inline}|2^20|1:4\r\n"),
            format!("a=crypto:3 {SUITE} inline:{inline} UNENCRYPTED_SRTP\r\n"),
            format!("a=crypto:4 {SUITE} inline:c2hvcnQ=\r\n"),
            "a=crypto:\r\na=crypto:x\r\n".to_owned(),
        ];
        for one in &bad {
            let read = Offer::parse(offer(one).as_bytes()).unwrap().secure_voice();
            assert_eq!(read, Err(OfferError::NoCommonCodec), "{one}");
        }
        let all = offer(&format!("{}{good}", bad.concat()));
        assert_eq!(
            Offer::parse(all.as_bytes()).unwrap().secure_voice().unwrap().crypto,
            Crypto { tag: 7, key }
        );
        let plain = all.replace("SAVP", "AVP");
        assert!(Offer::parse(plain.as_bytes()).unwrap().secure_voice().is_err(), "a plain stream is plain");
    }
}
