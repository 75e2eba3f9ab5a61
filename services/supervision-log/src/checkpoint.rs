//! Checkpoints: a signed statement of how long the log was and what its last hash was.
//!
//! The text is made of lines, in the manner of C2SP tlog-checkpoint and signed-note: the statement, an empty
//! line, the signature over the statement. It can be printed, kept on paper or with a third party, and
//! compared by eye.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::hash::{Hash, LogId, lower_hex};
use crate::key::key_id;

/// What a checkpoint states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log that is spoken of.
    pub log_id: LogId,
    /// How many entries the log had.
    pub size: u64,
    /// The hash of the last of them; of an empty log, its genesis hash.
    pub head: Hash,
    /// The root of the tree over them; none in checkpoints of the first version, which had no tree.
    pub root: Option<Hash>,
    /// When the checkpoint was made, in microseconds since 1970-01-01T00:00:00Z.
    pub at_us: i64,
    /// The [`SignedCheckpoint::hash`] of the checkpoint before this one; none for the first.
    pub previous: Option<Hash>,
    /// The [`key_id`] of the key that signs.
    pub key_id: String,
}

/// A checkpoint and the Ed25519 signature (RFC 8032) over its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// The statement.
    pub checkpoint: Checkpoint,
    /// The signature over [`Checkpoint::text`].
    pub signature: [u8; 64],
}

/// The title of a checkpoint without a tree, and of one with its root.
const TITLE_1: &str = "sigap-log-checkpoint-v1";
const TITLE_2: &str = "sigap-log-checkpoint-v2";
const NO_PREVIOUS: &str = "none";
const KEY_ID_DIGITS: usize = 16;

/// Signs a checkpoint. The checkpoint must name the key that signs it.
pub fn sign(checkpoint: &Checkpoint, key: &SigningKey) -> Result<SignedCheckpoint, CheckpointError> {
    require_key(checkpoint, &key.verifying_key())?;
    let signature = key.sign(checkpoint.text().as_bytes()).to_bytes();
    Ok(SignedCheckpoint { checkpoint: checkpoint.clone(), signature })
}

/// Says whether this key made this signature over this checkpoint.
pub fn verify(signed: &SignedCheckpoint, key: &VerifyingKey) -> Result<(), CheckpointError> {
    require_key(&signed.checkpoint, key)?;
    // verify_strict: one signature cannot be turned into a second valid one (RFC 8032 section 8.4).
    key.verify_strict(signed.checkpoint.text().as_bytes(), &Signature::from_bytes(&signed.signature))
        .map_err(|_| CheckpointError::Signature)
}

impl Checkpoint {
    /// The text that is signed: one line a field, each with its name, each ended by a line feed.
    pub fn text(&self) -> String {
        let previous = self.previous.map_or(NO_PREVIOUS.to_owned(), |hash| hash.to_string());
        let (title, root) = match self.root {
            None => (TITLE_1, String::new()),
            Some(root) => (TITLE_2, format!("root {root}\n")),
        };
        format!(
            "{title}\nlog_id {}\nsize {}\nhead {}\n{root}at_us {}\nprevious {previous}\nkey_id {}\n",
            hex::encode(self.log_id),
            self.size,
            self.head,
            self.at_us,
            self.key_id,
        )
    }
}

impl SignedCheckpoint {
    /// The whole text: the statement, an empty line, the signature in base64.
    pub fn encode(&self) -> String {
        format!("{}\nsignature {}\n", self.checkpoint.text(), STANDARD.encode(self.signature))
    }

    /// SHA-256 of the whole text; the next checkpoint names it as `previous`.
    pub fn hash(&self) -> Hash {
        Hash::of(self.encode().as_bytes())
    }

    /// Reads the whole text. There is exactly one text for each checkpoint; the signature is not checked.
    pub fn parse(text: &str) -> Result<SignedCheckpoint, CheckpointError> {
        let mut lines = text.split('\n');
        let has_root = match lines.next() {
            Some(TITLE_1) => false,
            Some(TITLE_2) => true,
            Some(_) | None => return Err(CheckpointError::Title),
        };
        let checkpoint = Checkpoint {
            log_id: field(&mut lines, "log_id", lower_hex)?,
            size: field(&mut lines, "size", |text| text.parse().ok())?,
            head: field(&mut lines, "head", |text| text.parse().ok())?,
            root: if has_root { Some(field(&mut lines, "root", |text| text.parse().ok())?) } else { None },
            at_us: field(&mut lines, "at_us", |text| text.parse().ok())?,
            previous: field(&mut lines, "previous", previous)?,
            key_id: field(&mut lines, "key_id", a_key_id)?,
        };
        if lines.next() != Some("") {
            return Err(CheckpointError::Field { name: "empty line" });
        }
        let signature = field(&mut lines, "signature", |text| STANDARD.decode(text).ok()?.try_into().ok())?;
        let signed = SignedCheckpoint { checkpoint, signature };
        // Numbers have many spellings ("+7", "07") and texts can go on: only our own spelling counts.
        if signed.encode() == text { Ok(signed) } else { Err(CheckpointError::Spelling) }
    }
}

/// A checkpoint cannot be read, or is not signed as it says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The first line is another one.
    #[error("the first line is neither {TITLE_1} nor {TITLE_2}")]
    Title,
    /// A line is missing, out of order or has a value that cannot be.
    #[error("the line \"{name}\" is missing or malformed")]
    Field {
        /// The line that was looked for.
        name: &'static str,
    },
    /// All lines are there, but the text is not spelled as a checkpoint is.
    #[error("a number has another spelling, or something follows the signature line")]
    Spelling,
    /// The checkpoint names another key than the one in hand.
    #[error("the checkpoint names the key {named}, the key in hand is {in_hand}")]
    Key {
        /// The key id that the checkpoint states.
        named: String,
        /// The id of the key that should sign or verify.
        in_hand: String,
    },
    /// The key did not make this signature over this text.
    #[error("the signature is wrong")]
    Signature,
}

fn require_key(checkpoint: &Checkpoint, key: &VerifyingKey) -> Result<(), CheckpointError> {
    let in_hand = key_id(key);
    if checkpoint.key_id == in_hand {
        return Ok(());
    }
    Err(CheckpointError::Key { named: checkpoint.key_id.clone(), in_hand })
}

fn field<'a, T>(
    lines: &mut impl Iterator<Item = &'a str>,
    name: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, CheckpointError> {
    let value = lines.next().and_then(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.and_then(read).ok_or(CheckpointError::Field { name })
}

fn previous(text: &str) -> Option<Option<Hash>> {
    if text == NO_PREVIOUS { Some(None) } else { text.parse().ok().map(Some) }
}

fn a_key_id(text: &str) -> Option<String> {
    lower_hex::<{ KEY_ID_DIGITS / 2 }>(text).map(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    prop_compose! {
        fn signed_checkpoint()(
            (log_id, size, head, at_us) in any::<(LogId, u64, [u8; 32], i64)>(),
            (root, previous) in any::<(Option<[u8; 32]>, Option<[u8; 32]>)>(),
        ) -> SignedCheckpoint {
            let key_id = key_id(&key().verifying_key());
            let (head, root, previous) = (Hash(head), root.map(Hash), previous.map(Hash));
            sign(&Checkpoint { log_id, size, head, root, at_us, previous, key_id }, &key()).unwrap()
        }
    }

    proptest! {
        #[test]
        fn a_checkpoint_survives_its_text(signed in signed_checkpoint()) {
            prop_assert_eq!(SignedCheckpoint::parse(&signed.encode()), Ok(signed.clone()));
            prop_assert_eq!(verify(&signed, &key().verifying_key()), Ok(()));
        }

        #[test]
        fn no_byte_can_be_changed(signed in signed_checkpoint(), at in any::<prop::sample::Index>(), to in 0u8..128) {
            let text = signed.encode();
            let mut bytes = text.clone().into_bytes();
            let at = at.index(bytes.len());
            prop_assume!(bytes[at] != to);
            bytes[at] = to;
            let changed = SignedCheckpoint::parse(std::str::from_utf8(&bytes).unwrap());
            let verdict = changed.and_then(|changed| verify(&changed, &key().verifying_key()));
            prop_assert!(verdict.is_err());
        }
    }

    fn first() -> Checkpoint {
        let key_id = key_id(&key().verifying_key());
        let (head, root) = (Hash([2; 32]), None);
        Checkpoint { log_id: [1; 16], size: 7, head, root, at_us: 3, previous: None, key_id }
    }

    #[test]
    fn another_key_neither_signs_nor_verifies() {
        let other = SigningKey::from_bytes(&[8; 32]);
        assert!(matches!(sign(&first(), &other), Err(CheckpointError::Key { .. })));
        let mut forged = Checkpoint { key_id: key_id(&other.verifying_key()), ..first() };
        let mut signed = sign(&forged, &other).unwrap();
        assert!(matches!(verify(&signed, &key().verifying_key()), Err(CheckpointError::Key { .. })));
        forged.key_id = first().key_id;
        signed.checkpoint = forged;
        assert_eq!(verify(&signed, &key().verifying_key()), Err(CheckpointError::Signature));
    }

    #[test]
    fn only_the_exact_text_is_read() {
        let text = sign(&first(), &key()).unwrap().encode();
        let with_root = Checkpoint { root: Some(Hash([3; 32])), ..first() };
        let with_root = sign(&with_root, &key()).unwrap().encode();
        let cases = [
            (text.replace("size 7", "size +7"), CheckpointError::Spelling),
            (text.replace("size 7", "size 07"), CheckpointError::Spelling),
            (format!("{text}more\n"), CheckpointError::Spelling),
            (text.trim_end().to_owned(), CheckpointError::Spelling),
            (text.replace("\n\n", "\n"), CheckpointError::Field { name: "empty line" }),
            (text.replace("size 7\n", ""), CheckpointError::Field { name: "size" }),
            (text.replace("none", "null"), CheckpointError::Field { name: "previous" }),
            (text.replace("-v1", "-v2"), CheckpointError::Field { name: "root" }),
            (text.replace("-v1", "-v3"), CheckpointError::Title),
            (with_root.replace("-v2", "-v1"), CheckpointError::Field { name: "at_us" }),
            (String::new(), CheckpointError::Title),
        ];
        for (text, error) in cases {
            assert_eq!(SignedCheckpoint::parse(&text), Err(error), "{text}");
        }
    }
}
