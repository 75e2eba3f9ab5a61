//! The leaf: one event as the exact bytes that are hashed.

/// One event of the supervision log. It holds ids and salted commitments, never personal data, so that a
/// person can be erased and the chain stays whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Place in the log; the first entry has 1, and there are no gaps.
    pub index: u64,
    /// What the event belongs to, for example one incident or one call.
    pub stream: String,
    /// Place within the stream; the first event of a stream has 1, and there are no gaps.
    pub version: u64,
    /// Idempotency key of the command that caused the event.
    pub key: String,
    /// Name of the kind of event.
    pub kind: String,
    /// Id of the person, agency or program that caused the event.
    pub actor: String,
    /// Version of the policy that the decision used.
    pub policy: u64,
    /// When, in microseconds since 1970-01-01T00:00:00Z.
    pub at_us: i64,
    /// The event itself; JSON by custom, but any bytes are kept and hashed.
    pub body: Vec<u8>,
}

/// Domain and version tag in front of every leaf. Another layout gets another tag.
const TAG: &[u8] = b"sigap-leaf-v1\n";

impl Leaf {
    /// The canonical bytes: the tag, then the fields in the order of the struct. Integers are 8 bytes, big
    /// endian; texts and the body are their length (4 bytes, big endian) and their bytes.
    ///
    /// # Panics
    ///
    /// When a field is longer than 4 GiB; commands are bounded far below that before they reach the log.
    pub fn encode(&self) -> Vec<u8> {
        let texts = self.stream.len() + self.key.len() + self.kind.len() + self.actor.len();
        let mut bytes = Vec::with_capacity(TAG.len() + 4 * 8 + 5 * 4 + texts + self.body.len());
        bytes.extend_from_slice(TAG);
        bytes.extend_from_slice(&self.index.to_be_bytes());
        put_field(&mut bytes, self.stream.as_bytes());
        bytes.extend_from_slice(&self.version.to_be_bytes());
        put_field(&mut bytes, self.key.as_bytes());
        put_field(&mut bytes, self.kind.as_bytes());
        put_field(&mut bytes, self.actor.as_bytes());
        bytes.extend_from_slice(&self.policy.to_be_bytes());
        bytes.extend_from_slice(&self.at_us.to_be_bytes());
        put_field(&mut bytes, &self.body);
        bytes
    }

    /// Reads canonical bytes. There is exactly one encoding of each leaf: what decodes, encodes to the same
    /// bytes again.
    pub fn decode(bytes: &[u8]) -> Result<Leaf, LeafError> {
        let mut rest = bytes.strip_prefix(TAG).ok_or(LeafError::Tag)?;
        let leaf = Leaf {
            index: take_u64(&mut rest, "index")?,
            stream: take_text(&mut rest, "stream")?,
            version: take_u64(&mut rest, "version")?,
            key: take_text(&mut rest, "key")?,
            kind: take_text(&mut rest, "kind")?,
            actor: take_text(&mut rest, "actor")?,
            policy: take_u64(&mut rest, "policy")?,
            at_us: i64::from_be_bytes(take_array(&mut rest, "at_us")?),
            body: take_field(&mut rest, "body")?.to_vec(),
        };
        if !rest.is_empty() {
            return Err(LeafError::Trailing { bytes: rest.len() });
        }
        Ok(leaf)
    }
}

/// Bytes are not a leaf.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// The bytes do not begin with the tag of a known layout.
    #[error("the leaf does not begin with the tag sigap-leaf-v1")]
    Tag,
    /// The bytes end inside a field.
    #[error("the leaf ends inside its field {field}")]
    Short {
        /// The field that is cut off.
        field: &'static str,
    },
    /// A text field is not UTF-8.
    #[error("the field {field} of the leaf is not UTF-8")]
    NotUtf8 {
        /// The field that is not text.
        field: &'static str,
    },
    /// There are bytes after the last field.
    #[error("{bytes} bytes follow after the last field of the leaf")]
    Trailing {
        /// How many bytes there are too many.
        bytes: usize,
    },
}

fn put_field(bytes: &mut Vec<u8>, field: &[u8]) {
    let length = u32::try_from(field.len()).expect("a leaf field must be shorter than 4 GiB");
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(field);
}

fn take<'a>(rest: &mut &'a [u8], length: usize, field: &'static str) -> Result<&'a [u8], LeafError> {
    let (taken, after) = rest.split_at_checked(length).ok_or(LeafError::Short { field })?;
    *rest = after;
    Ok(taken)
}

fn take_array<const N: usize>(rest: &mut &[u8], field: &'static str) -> Result<[u8; N], LeafError> {
    take(rest, N, field)?.try_into().map_err(|_| LeafError::Short { field })
}

fn take_u64(rest: &mut &[u8], field: &'static str) -> Result<u64, LeafError> {
    take_array(rest, field).map(u64::from_be_bytes)
}

fn take_field<'a>(rest: &mut &'a [u8], field: &'static str) -> Result<&'a [u8], LeafError> {
    let length = u32::from_be_bytes(take_array(rest, field)?);
    // usize has at least 32 bits on every platform that this runs on; a longer one is short anyway.
    take(rest, usize::try_from(length).unwrap_or(usize::MAX), field)
}

fn take_text(rest: &mut &[u8], field: &'static str) -> Result<String, LeafError> {
    let bytes = take_field(rest, field)?;
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| LeafError::NotUtf8 { field })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn any_leaf()(
            (index, version, policy, at_us) in any::<(u64, u64, u64, i64)>(),
            (stream, key, kind, actor) in any::<(String, String, String, String)>(),
            body in any::<Vec<u8>>(),
        ) -> Leaf {
            Leaf { index, stream, version, key, kind, actor, policy, at_us, body }
        }
    }

    prop_compose! {
        // From so few values that two leaves are often nearly, and sometimes quite, the same.
        fn small_leaf()(
            (index, version, policy, at_us) in (0u64..2, 0u64..2, 0u64..2, 0i64..2),
            (stream, key, kind, actor) in ("a{0,2}", "a{0,2}", "a{0,2}", "a{0,2}"),
            body in prop::collection::vec(b'a'..=b'a', 0..2),
        ) -> Leaf {
            Leaf { index, stream, version, key, kind, actor, policy, at_us, body }
        }
    }

    proptest! {
        #[test]
        fn a_leaf_survives_its_bytes(leaf in any_leaf()) {
            prop_assert_eq!(Leaf::decode(&leaf.encode()), Ok(leaf));
        }

        #[test]
        fn two_leaves_never_share_bytes(a in small_leaf(), b in small_leaf()) {
            prop_assert_eq!(a == b, a.encode() == b.encode());
        }

        #[test]
        fn what_decodes_has_one_encoding(leaf in any_leaf(), at in any::<prop::sample::Index>(), flip in 1u8..) {
            let mut bytes = leaf.encode();
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            if let Ok(other) = Leaf::decode(&bytes) {
                prop_assert_eq!(other.encode(), bytes);
            }
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(mut bytes in any::<Vec<u8>>()) {
            prop_assert_eq!(Leaf::decode(&bytes), Err(LeafError::Tag));
            bytes.splice(0..0, TAG.iter().copied());
            if let Ok(leaf) = Leaf::decode(&bytes) {
                prop_assert_eq!(leaf.encode(), bytes);
            }
        }

        #[test]
        fn a_leaf_has_no_shorter_and_no_longer_form(leaf in any_leaf(), extra in any::<u8>()) {
            let bytes = leaf.encode();
            for length in 0..bytes.len() {
                prop_assert!(Leaf::decode(&bytes[..length]).is_err(), "cut to {} bytes", length);
            }
            let longer = [&bytes[..], &[extra]].concat();
            prop_assert_eq!(Leaf::decode(&longer), Err(LeafError::Trailing { bytes: 1 }));
        }
    }

    #[test]
    fn a_text_that_is_not_utf8_is_named() {
        let leaf = Leaf {
            index: 1,
            stream: "s".into(),
            version: 1,
            key: "k".into(),
            kind: "ÿ".into(),
            actor: String::new(),
            policy: 0,
            at_us: -1,
            body: vec![0xff],
        };
        let mut bytes = leaf.encode();
        let at = bytes.windows(2).position(|pair| pair == "ÿ".as_bytes()).unwrap();
        bytes[at] = 0xff;
        assert_eq!(Leaf::decode(&bytes), Err(LeafError::NotUtf8 { field: "kind" }));
    }
}
