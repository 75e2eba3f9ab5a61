//! The keys of the supervision log: an Ed25519 key and its X.509 certificate, made at first start.
//!
//! They lie beside the store, not in it, readable for their owner alone: whoever administers the database must
//! not have them. A certificate from a government issuer over the same public key may replace ours; old
//! signatures stay valid, because they are made with the key and not with the certificate.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use incident_store::Store;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, KeyUsagePurpose, PKCS_ED25519};
use supervision_log::{
    Certificate, SignedCheckpoint, SigningKey, VerifyingKey, key_id, parse_public_key_pem, public_key_pem,
};

/// The key, its public half and its certificate.
pub struct LogKeys {
    /// Signs checkpoints.
    pub signing: SigningKey,
    /// PEM of the public key.
    pub public_pem: String,
    /// PEM of the certificate.
    pub certificate_pem: String,
}

/// Where they lie below the data folder.
struct Files {
    private: PathBuf,
    public: PathBuf,
    certificate: PathBuf,
}

fn files(data_dir: &Path) -> Files {
    let dir = data_dir.join("keys");
    Files {
        private: dir.join("log-key.pem"),
        public: dir.join("log-public-key.pem"),
        certificate: dir.join("log-certificate.pem"),
    }
}

/// Reads the keys, or makes them when there are none.
///
/// `signed_by` is the id of the key that signed the newest checkpoint of the store. A key that went missing is
/// not silently replaced: whoever verifies with the old public key would find a log that stopped being signed.
pub fn open(data_dir: &Path, signed_by: Option<&str>) -> anyhow::Result<LogKeys> {
    let files = files(data_dir);
    if !files.private.exists() {
        if let Some(id) = signed_by {
            bail!(
                "the log of this store is signed with the key {id}, and {} is missing; nothing was changed: \
                 put the folder keys/ back from its copy",
                files.private.display()
            );
        }
        make(&files)
            .with_context(|| format!("could not make the log's keys in {}", files.private.display()))?;
    }
    let text = std::fs::read_to_string(&files.private)
        .with_context(|| format!("could not read the log's key {}", files.private.display()))?;
    let signing = SigningKey::from_pkcs8_pem(&text)
        .map_err(|error| anyhow::anyhow!("{} is not an Ed25519 key: {error}", files.private.display()))?;
    let certificate_pem = std::fs::read_to_string(&files.certificate)
        .with_context(|| format!("could not read the log's certificate {}", files.certificate.display()))?;
    Certificate::from_pem(&certificate_pem, &signing.verifying_key())
        .with_context(|| format!("{} does not belong to the log's key", files.certificate.display()))?;
    let id = key_id(&signing.verifying_key());
    if let Some(signer) = signed_by.filter(|signer| *signer != id) {
        bail!(
            "the log of this store is signed with the key {signer}, but {} is {id}",
            files.private.display()
        );
    }
    let public_pem = public_key_pem(&signing.verifying_key());
    Ok(LogKeys { signing, public_pem, certificate_pem })
}

/// The id of the key that signed the newest checkpoint of a store, if it has one.
pub async fn signer_of(store: &Store) -> anyhow::Result<Option<String>> {
    let Some(newest) = store.latest_checkpoint().await? else { return Ok(None) };
    let signed = SignedCheckpoint::parse(&newest.text).context("the newest checkpoint cannot be read")?;
    Ok(Some(signed.checkpoint.key_id))
}

/// The public key beside a store, if it is there: `sigap verify --data-dir` needs no more.
pub fn public_key_beside(data_dir: &Path) -> anyhow::Result<Option<VerifyingKey>> {
    let path = files(data_dir).public;
    if path.exists() { public_key_file(&path).map(Some) } else { Ok(None) }
}

/// The certificate beside a store, if it is there and belongs to the key.
pub fn certificate_beside(data_dir: &Path, key: &VerifyingKey) -> Option<Certificate> {
    let text = std::fs::read_to_string(files(data_dir).certificate).ok()?;
    Certificate::from_pem(&text, key).ok()
}

/// A public key from a PEM file.
pub fn public_key_file(path: &Path) -> anyhow::Result<VerifyingKey> {
    let text = std::fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))?;
    parse_public_key_pem(&text)
        .with_context(|| format!("{} is not an Ed25519 public key in PEM", path.display()))
}

/// Reads a checkpoint from a file.
pub fn checkpoint_file(path: &Path) -> anyhow::Result<SignedCheckpoint> {
    let text = std::fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))?;
    SignedCheckpoint::parse(&text).with_context(|| format!("{} is not a checkpoint", path.display()))
}

fn make(files: &Files) -> anyhow::Result<()> {
    let Some(dir) = files.private.parent() else { bail!("no folder for the keys") };
    std::fs::create_dir_all(dir)?;
    let mut seed = [0u8; 32];
    getrandom::fill(&mut seed).map_err(|error| anyhow::anyhow!("no random bytes for the key: {error}"))?;
    let signing = SigningKey::from_bytes(&seed);
    let private_pem = signing.to_pkcs8_pem(LineEnding::LF)?;
    let pair = KeyPair::from_pkcs8_pem_and_sign_algo(&private_pem, &PKCS_ED25519)?;
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, "Sigap 112 supervision log");
    params.distinguished_name = name;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let certificate = params.self_signed(&pair)?;
    write_new(&files.public, public_key_pem(&signing.verifying_key()).as_bytes(), 0o644)?;
    write_new(&files.certificate, certificate.pem().as_bytes(), 0o644)?;
    // Last, because its presence says that all three are there.
    write_new(&files.private, private_pem.as_bytes(), 0o600)
}

/// Writes by way of another name, so that a crash leaves either nothing or the whole file.
pub fn write_new(path: &Path, bytes: &[u8], mode: u32) -> anyhow::Result<()> {
    let part = path.with_extension("part");
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(mode).open(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&part, path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn keys_are_made_once_and_only_the_owner_reads_them() {
        let dir = tempfile::tempdir().unwrap();
        let first = open(dir.path(), None).unwrap();
        let id = key_id(&first.signing.verifying_key());
        let second = open(dir.path(), Some(&id)).unwrap();
        assert_eq!(first.public_pem, second.public_pem);
        assert_eq!(first.certificate_pem, second.certificate_pem);
        let mode = std::fs::metadata(files(dir.path()).private).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(public_key_beside(dir.path()).unwrap(), Some(first.signing.verifying_key()));
        assert!(certificate_beside(dir.path(), &first.signing.verifying_key()).is_some());
    }

    #[test]
    fn a_certificate_of_another_key_is_refused() {
        let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        open(ours.path(), None).unwrap();
        open(theirs.path(), None).unwrap();
        std::fs::copy(files(theirs.path()).certificate, files(ours.path()).certificate).unwrap();
        let error = open(ours.path(), None).err().unwrap();
        assert!(format!("{error:#}").contains("does not belong"), "{error:#}");
    }

    #[test]
    fn a_lost_key_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let error = open(dir.path(), Some("0011223344556677")).err().unwrap();
        assert!(format!("{error:#}").contains("put the folder keys/ back"), "{error:#}");
        assert!(!dir.path().join("keys").exists());
        open(dir.path(), None).unwrap();
        let error = open(dir.path(), Some("0011223344556677")).err().unwrap();
        assert!(format!("{error:#}").contains("is signed with the key 0011223344556677"), "{error:#}");
    }
}
