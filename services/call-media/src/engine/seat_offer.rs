//! From a browser's offer to an answer. Done by whoever opens the seat, so that reading a session description never
//! holds the media thread up.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use str0m::change::SdpOffer;
use str0m::config::{CryptoProvider, DtlsCert};
use str0m::format::{Codec, FormatParams};
use str0m::media::Frequency;
use str0m::{Candidate, Rtc, RtcConfig};

use crate::plane::SeatError;

/// The payload type of telephone-event that stands in for the browser's own until its offer is read.
const TELEPHONE_EVENT: u8 = 126;
/// Bytes of an offer that are read. A browser's with one voice stream has 3 KB.
const OFFER_BYTES_MAX: usize = 64 * 1024;

/// Makes the answering side of browsers' connections, all with one certificate and one address.
pub(crate) struct SeatFactory {
    crypto: Arc<CryptoProvider>,
    certificate: DtlsCert,
    address: SocketAddr,
}

impl std::fmt::Debug for SeatFactory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SeatFactory").field("address", &self.address).finish_non_exhaustive()
    }
}

impl SeatFactory {
    /// `None` when no certificate can be made.
    pub(crate) fn new(address: SocketAddr) -> Option<Self> {
        let crypto = Arc::new(str0m::crypto::from_feature_flags());
        let certificate = crypto.dtls_provider.generate_certificate()?;
        Some(Self { crypto, certificate, address })
    }

    /// The connection and the answer that the browser needs.
    pub(crate) fn answer(&self, offer: &str) -> Result<(Box<Rtc>, String), SeatError> {
        if offer.len() > OFFER_BYTES_MAX {
            return Err(SeatError::Broken("longer than 64 KiB".into()));
        }
        let offer = SdpOffer::from_sdp_string(&readable(offer))
            .map_err(|error| SeatError::Broken(Box::new(error)))?;
        let mut rtc = Box::new(self.config().build(Instant::now()));
        let candidate =
            Candidate::host(self.address, "udp").map_err(|error| SeatError::Broken(Box::new(error)))?;
        rtc.add_local_candidate(candidate);
        let answer = rtc.sdp_api().accept_offer(offer).map_err(|error| SeatError::Broken(Box::new(error)))?;
        let answer = answer.to_sdp_string();
        if has_voice(&answer) { Ok((rtc, answer)) } else { Err(SeatError::NoVoice) }
    }

    fn config(&self) -> RtcConfig {
        let mut config = RtcConfig::new()
            .set_crypto_provider(self.crypto.clone())
            .set_dtls_cert(self.certificate.clone())
            .set_rtp_mode(true)
            .set_ice_lite(true)
            .clear_codecs()
            .enable_pcma(true, false)
            .enable_pcmu(true, false);
        if let Some(rate) = Frequency::new(8_000) {
            config.codec_config().add_config(
                TELEPHONE_EVENT.into(),
                None,
                Codec::Tele,
                rate,
                Some(1),
                FormatParams::default(),
            );
        }
        config
    }
}

/// The offer as str0m reads it. `PCMA/8000/1` says the same as `PCMA/8000` (RFC 8866 section 6.6). A candidate with a
/// name in place of an address (`….local`, RFC 8828) is of no use to us: the browser comes to our address anyway.
fn readable(offer: &str) -> String {
    let mut text = String::with_capacity(offer.len());
    for line in offer.lines().map(str::trim_end) {
        let address = line.strip_prefix("a=candidate:").and_then(|line| line.split_ascii_whitespace().nth(4));
        if address.is_some_and(|address| address.parse::<IpAddr>().is_err()) {
            continue;
        }
        match line.strip_suffix("/8000/1").filter(|_| line.starts_with("a=rtpmap:")) {
            Some(codec) => text.extend([codec, "/8000"]),
            None => text.push_str(line),
        }
        text.push_str("\r\n");
    }
    text
}

/// Whether an audio stream was taken with one of our codecs: a stream that is refused has port 0, and one that is
/// taken for its telephone-events alone carries no voice.
fn has_voice(answer: &str) -> bool {
    let taken = answer.lines().any(|line| line.starts_with("m=audio ") && !line.starts_with("m=audio 0 "));
    taken && answer.lines().any(|line| line.starts_with("a=rtpmap:") && line.contains(" PCM"))
}
