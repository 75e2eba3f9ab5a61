//! Encrypted RTP legs: SRTP (RFC 3711) with AES_CM_128_HMAC_SHA1_80 and keys from the session description
//! (SDES, RFC 4568). Only RTP: encrypted legs have no RTCP.

use aes::Aes128;
use aes::cipher::{KeyIvInit, StreamCipher};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha1::Sha1;

use crate::rtp::HEADER_BYTES;

/// The suite that we speak (RFC 4568 section 6.2).
pub const SUITE: &str = "AES_CM_128_HMAC_SHA1_80";
/// Bytes of the tag behind each packet.
pub const TAG_BYTES: usize = 10;
/// Bytes of a master key with its salt.
const MASTER_BYTES: usize = 30;
/// Rollovers that are tried for a stream that was going on before we came: 23 h of packets of 20 ms.
const ROLLOVERS_TRIED_MAX: u32 = 64;
/// Packets that may come behind the newest one.
const WINDOW: u64 = 64;

type Ctr = ctr::Ctr128BE<Aes128>;

/// A master key and its salt. Never printed; as data it is the base64 of its `inline:` parameter, for what is
/// private anyway.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct MasterKey([u8; MASTER_BYTES]);

/// A text that is no key of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not the base64 of {MASTER_BYTES} bytes")]
pub struct NotAKey;

impl From<MasterKey> for String {
    fn from(key: MasterKey) -> Self {
        key.to_base64()
    }
}

impl TryFrom<String> for MasterKey {
    type Error = NotAKey;

    fn try_from(text: String) -> Result<Self, NotAKey> {
        Self::from_base64(&text).ok_or(NotAKey)
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("‹secret›")
    }
}

impl MasterKey {
    /// A new key; `None` when the system has no random numbers, and then there is no encryption.
    pub fn random() -> Option<Self> {
        let mut bytes = [0; MASTER_BYTES];
        getrandom::fill(&mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// From the base64 of an `inline:` parameter.
    pub fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// For the `inline:` parameter of our description, and for the trunk's own memory.
    pub fn to_base64(self) -> String {
        STANDARD.encode(self.0)
    }
}

/// The keys of both directions of a leg.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SdesKeys {
    /// What we encrypt with: the one in our description.
    pub local: MasterKey,
    /// What the other side encrypts with.
    pub remote: MasterKey,
}

/// Session keys of one direction.
#[derive(Clone)]
struct Session {
    key: [u8; 16],
    salt: [u8; 14],
    auth: Hmac<Sha1>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("‹secret›")
    }
}

impl Session {
    fn new(master: &MasterKey) -> Self {
        let (key, auth, salt) = (derive(master, 0), derive::<20>(master, 1), derive(master, 2));
        // HMAC takes a key of any length.
        let auth = Hmac::new_from_slice(&auth).unwrap_or_else(|_| Hmac::new(&Default::default()));
        Self { key, salt, auth }
    }

    /// Encrypts or decrypts a payload (RFC 3711 section 4.1.1).
    fn crypt(&self, ssrc: [u8; 4], index: u64, payload: &mut [u8]) {
        let mut iv = [0u8; 16];
        iv[..14].copy_from_slice(&self.salt);
        iv[4..8].iter_mut().zip(ssrc).for_each(|(byte, other)| *byte ^= other);
        iv[8..14].iter_mut().zip(&index.to_be_bytes()[2..]).for_each(|(byte, other)| *byte ^= other);
        Ctr::new(&self.key.into(), &iv.into()).apply_keystream(payload);
    }

    fn mac(&self, packet: &[u8], index: u64) -> Hmac<Sha1> {
        let rollover = ((index >> 16) as u32).to_be_bytes();
        self.auth.clone().chain_update(packet).chain_update(rollover)
    }
}

/// Key derivation (RFC 3711 section 4.3.1) with a derivation rate of 0.
fn derive<const N: usize>(master: &MasterKey, label: u8) -> [u8; N] {
    let (key, salt) = master.0.split_at(16);
    let mut iv = [0u8; 16];
    iv[..14].copy_from_slice(salt);
    iv[7] ^= label;
    let mut bytes = [0; N];
    let mut block = [0; 16];
    block.copy_from_slice(key);
    Ctr::new(&block.into(), &iv.into()).apply_keystream(&mut bytes);
    bytes
}

/// The outgoing direction.
#[derive(Clone, Debug)]
pub struct Protector(Session);

impl Protector {
    /// From our key.
    pub fn new(local: &MasterKey) -> Self {
        Self(Session::new(local))
    }

    /// Encrypts the packet in the first `length` bytes and puts the tag behind it; gives the new length. `index` is the
    /// sequence number with its rollovers. A buffer without room for the tag gives 0.
    pub fn protect(&self, buffer: &mut [u8], length: usize, index: u32) -> usize {
        let index = u64::from(index);
        if length < HEADER_BYTES || buffer.len() < length + TAG_BYTES {
            return 0;
        }
        let (packet, tag) = buffer.split_at_mut(length);
        let ssrc = [packet[8], packet[9], packet[10], packet[11]];
        self.0.crypt(ssrc, index, &mut packet[HEADER_BYTES..]);
        let mac = self.0.mac(packet, index).finalize().into_bytes();
        tag[..TAG_BYTES].copy_from_slice(&mac[..TAG_BYTES]);
        length + TAG_BYTES
    }
}

/// The incoming direction.
#[derive(Clone, Debug)]
pub struct Unprotector {
    session: Session,
    stream: Option<Stream>,
}

/// The stream that is received now.
#[derive(Clone, Copy, Debug)]
struct Stream {
    ssrc: [u8; 4],
    newest: u64,
    /// Bit n: the packet n before the newest was seen.
    seen: u64,
}

impl Unprotector {
    /// From the other side's key.
    pub fn new(remote: &MasterKey) -> Self {
        Self { session: Session::new(remote), stream: None }
    }

    /// Checks and decrypts a packet in place; gives its length without the tag, `None` when it is not genuine or came
    /// already.
    pub fn unprotect(&mut self, packet: &mut [u8]) -> Option<usize> {
        let length = packet.len().checked_sub(TAG_BYTES)?;
        let payload = payload_begin(&packet[..length])?;
        let ssrc = [packet[8], packet[9], packet[10], packet[11]];
        let sequence = u16::from_be_bytes([packet[2], packet[3]]);
        let index = match self.stream.filter(|stream| stream.ssrc == ssrc) {
            Some(stream) => {
                let index = nearest(stream.newest, sequence);
                (stream.is_new(index) && self.genuine(packet, length, index)).then_some(index)?
            }
            // A stream that began before we came: how often it rolled over nobody tells.
            None => (0..ROLLOVERS_TRIED_MAX)
                .map(|rollovers| u64::from(rollovers) << 16 | u64::from(sequence))
                .find(|index| self.genuine(packet, length, *index))?,
        };
        self.session.crypt(ssrc, index, &mut packet[payload..length]);
        let stream = self.stream.filter(|stream| stream.ssrc == ssrc);
        self.stream = Some(stream.unwrap_or(Stream { ssrc, newest: index, seen: 0 }).with(index));
        Some(length)
    }

    fn genuine(&self, packet: &[u8], length: usize, index: u64) -> bool {
        self.session.mac(&packet[..length], index).verify_truncated_left(&packet[length..]).is_ok()
    }
}

impl Stream {
    const fn is_new(&self, index: u64) -> bool {
        if index > self.newest {
            return true;
        }
        let behind = self.newest - index;
        behind < WINDOW && self.seen >> behind & 1 == 0
    }

    fn with(mut self, index: u64) -> Self {
        if index > self.newest {
            let ahead = index - self.newest;
            self.seen = if ahead < WINDOW { self.seen << ahead } else { 0 };
            self.newest = index;
        }
        self.seen |= 1 << (self.newest - index).min(WINDOW - 1);
        self
    }
}

/// The index of a sequence number that is nearest to the newest one (RFC 3711 section 3.3.1).
fn nearest(newest: u64, sequence: u16) -> u64 {
    let ahead = sequence.wrapping_sub(newest as u16) as i16;
    match newest.checked_add_signed(i64::from(ahead)) {
        Some(index) => index,
        None => u64::from(sequence),
    }
}

/// Where what is encrypted begins: behind sources and header extension.
fn payload_begin(packet: &[u8]) -> Option<usize> {
    let first = *packet.first()?;
    if first >> 6 != 2 {
        return None;
    }
    let mut begin = HEADER_BYTES + 4 * usize::from(first & 0x0F);
    if first & 0x10 != 0 {
        let words = packet.get(begin + 2..begin + 4)?;
        begin += 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
    }
    (begin <= packet.len()).then_some(begin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        std::array::from_fn(|n| u8::from_str_radix(&text[2 * n..2 * n + 2], 16).unwrap())
    }

    fn master() -> MasterKey {
        MasterKey(hex("E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6"))
    }

    fn packet(sequence: u16, sound: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x80, 8, 0, 0, 0, 0, 0, 160, 0xCA, 0xFE, 0xBA, 0xBE];
        packet[2..4].copy_from_slice(&sequence.to_be_bytes());
        packet.extend_from_slice(sound);
        packet
    }

    fn protected(protector: &Protector, index: u32, sound: &[u8]) -> Vec<u8> {
        let mut buffer = packet(index as u16, sound);
        let length = buffer.len();
        buffer.extend_from_slice(&[0; TAG_BYTES]);
        assert_eq!(protector.protect(&mut buffer, length, index), buffer.len());
        buffer
    }

    #[test]
    fn the_key_derivation_of_rfc_3711_appendix_b_3() {
        let session = Session::new(&master());
        assert_eq!(session.key, hex("C61E7A93744F39EE10734AFE3FF7A087"));
        assert_eq!(session.salt, hex("30CBBC08863D8C85D49DB34A9AE1"));
        assert_eq!(derive::<20>(&master(), 1), hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
    }

    #[test]
    fn the_key_stream_of_rfc_3711_appendix_b_2() {
        let session = Session {
            key: hex("2B7E151628AED2A6ABF7158809CF4F3C"),
            salt: hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"),
            auth: Hmac::new_from_slice(&[]).unwrap(),
        };
        let mut stream = [0u8; 48];
        session.crypt([0; 4], 0, &mut stream);
        let wanted = "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0";
        assert_eq!(stream, hex::<48>(wanted));
    }

    #[test]
    fn what_is_encrypted_is_read_again_over_the_rollover_and_only_once() {
        let protector = Protector::new(&master());
        let mut unprotector = Unprotector::new(&master());
        for index in 65_500..65_600u32 {
            let sound = [index as u8; 160];
            let secret = protected(&protector, index, &sound);
            assert!(!secret.windows(8).any(|window| window == &sound[..8]));
            let mut arrived = secret.clone();
            let length = unprotector.unprotect(&mut arrived).unwrap();
            assert_eq!(arrived[..length], packet(index as u16, &sound));
            assert_eq!(unprotector.unprotect(&mut secret.clone()), None, "a repeat");
        }
        let mut late = protected(&protector, 65_590, b"x");
        assert_eq!(unprotector.unprotect(&mut late), None, "it came already");
    }

    #[test]
    fn reordering_is_taken_and_a_stream_that_rolled_over_before_us_too() {
        let protector = Protector::new(&master());
        let mut unprotector = Unprotector::new(&master());
        for index in [5_000_010u32, 5_000_008, 5_000_009, 5_000_040, 5_000_011] {
            assert!(
                unprotector.unprotect(&mut protected(&protector, index, b"sound")).is_none(),
                "76 rollovers"
            );
        }
        for index in [200_010u32, 200_008, 200_009, 200_040, 200_011] {
            assert!(unprotector.unprotect(&mut protected(&protector, index, b"sound")).is_some(), "{index}");
        }
    }

    #[test]
    fn a_changed_bit_anywhere_and_every_cut_is_refused() {
        let protector = Protector::new(&master());
        let secret = protected(&protector, 9, b"sound");
        for place in 0..secret.len() * 8 {
            let mut changed = secret.clone();
            changed[place / 8] ^= 1 << (place % 8);
            assert_eq!(Unprotector::new(&master()).unprotect(&mut changed), None, "bit {place}");
        }
        for end in 0..secret.len() {
            assert_eq!(Unprotector::new(&master()).unprotect(&mut secret[..end].to_vec()), None);
        }
        let other = MasterKey::random().unwrap();
        assert_eq!(Unprotector::new(&other).unprotect(&mut secret.clone()), None);
        assert_eq!(MasterKey::from_base64(&other.to_base64()), Some(other));
        assert_eq!(MasterKey::from_base64("c2hvcnQ="), None);
        assert_eq!(format!("{other:?}"), "‹secret›");
        assert_eq!(MasterKey::try_from(String::from(other)), Ok(other));
        assert_eq!(MasterKey::try_from("c2hvcnQ=".to_owned()), Err(NotAKey));
    }
}
