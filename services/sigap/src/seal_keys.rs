//! The key of the electronic seal and its certificates: made at first start, beside the store, not in it.
//!
//! Our own certificate is signed by itself: enough to see that a document is unchanged, not who the centre is. For
//! that a certificate authority that the government names (BSrE, or an office's own) answers our request, and its
//! chain takes the place of ours. What was replaced stays in `keys/old`: documents that were sealed with it can be
//! checked for ever.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use console_api::seal::SealFiles;
use electronic_seal::{Chain, Seal};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256};

use crate::keys::write_new;

/// How long our own certificate holds: as long as evidence is kept without anybody asking an authority.
const OWN_YEARS: i32 = 5;

/// Who is named in a certificate or a request.
#[derive(clap::Args, Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Name of the seal, as in "Segel Elektronik 112 Kabupaten Bangka Selatan"
    #[arg(long, default_value = "Segel Elektronik Pusat 112")]
    pub common_name: String,
    /// Government or office, as in "Pemerintah Kabupaten Bangka Selatan"
    #[arg(long)]
    pub organisation: Option<String>,
    /// Part of it, as in "Dinas Komunikasi dan Informatika"
    #[arg(long)]
    pub unit: Option<String>,
}

impl Default for Subject {
    fn default() -> Self {
        Self { common_name: "Segel Elektronik Pusat 112".to_owned(), organisation: None, unit: None }
    }
}

impl Subject {
    fn params(&self) -> anyhow::Result<CertificateParams> {
        let mut params = CertificateParams::new(Vec::<String>::new())?;
        let mut name = DistinguishedName::new();
        name.push(DnType::CountryName, "ID");
        if let Some(organisation) = &self.organisation {
            name.push(DnType::OrganizationName, organisation.as_str());
        }
        if let Some(unit) = &self.unit {
            name.push(DnType::OrganizationalUnitName, unit.as_str());
        }
        name.push(DnType::CommonName, self.common_name.as_str());
        params.distinguished_name = name;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
        Ok(params)
    }
}

/// Where key and chain lie below the data folder.
pub fn files(data_dir: &Path) -> SealFiles {
    let dir = data_dir.join("keys");
    SealFiles { key: dir.join("seal-key.pem"), chain: dir.join("seal-certificate.pem") }
}

/// Makes the seal when there is none, and tries it: a seal that cannot be read is said at start, not on the day when
/// a court asks.
pub fn open(data_dir: &Path) -> anyhow::Result<SealFiles> {
    let files = files(data_dir);
    if !files.key.exists() {
        make(&files, &Subject::default())
            .with_context(|| format!("could not make the seal in {}", files.key.display()))?;
    }
    files.open()?;
    Ok(files)
}

fn make(files: &SealFiles, subject: &Subject) -> anyhow::Result<()> {
    let Some(dir) = files.key.parent() else { bail!("no folder for the keys") };
    std::fs::create_dir_all(dir)?;
    let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = subject.params()?;
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    let month = |at: &jiff::Zoned| u8::try_from(at.month()).unwrap_or(1);
    let day = |at: &jiff::Zoned| u8::try_from(at.day()).unwrap_or(1);
    // From yesterday: clocks of those who check may be behind.
    let begin = today.yesterday()?;
    let end = today.checked_add(jiff::Span::new().years(OWN_YEARS))?;
    params.not_before = rcgen::date_time_ymd(i32::from(begin.year()), month(&begin), day(&begin));
    params.not_after = rcgen::date_time_ymd(i32::from(end.year()), month(&end), day(&end));
    let certificate = params.self_signed(&pair)?;
    write_new(&files.chain, certificate.pem().as_bytes(), 0o644)?;
    // Last, because its presence says that both are there.
    write_new(&files.key, pair.serialize_pem().as_bytes(), 0o600)
}

/// A request for a certificate over our key (PKCS #10, PEM), for an authority to answer.
pub fn request(data_dir: &Path, subject: &Subject) -> anyhow::Result<String> {
    let files = open(data_dir)?;
    let text = std::fs::read_to_string(&files.key)?;
    let pair = KeyPair::from_pem_and_sign_algo(&text, &PKCS_ECDSA_P256_SHA256)?;
    Ok(subject.params()?.serialize_request(&pair)?.pem()?)
}

/// Puts an authority's answer in the place of our chain; the old one is kept. Takes effect with the next document.
pub fn import(data_dir: &Path, chain_pem: &str) -> anyhow::Result<Chain> {
    let files = open(data_dir)?;
    let key = std::fs::read_to_string(&files.key)?;
    let seal = Seal::open(&key, chain_pem)?;
    keep_old(&files, false)?;
    write_new(&files.chain, seal.chain().to_pem().as_bytes(), 0o644)?;
    Ok(seal.chain().clone())
}

/// Makes a new key with a certificate of our own; key and chain of before are kept. The private half of the old key
/// is destroyed: it is used no more.
pub fn renew(data_dir: &Path, subject: &Subject) -> anyhow::Result<Chain> {
    let files = open(data_dir)?;
    keep_old(&files, true)?;
    make(&files, subject)?;
    Ok(files.open()?.chain().clone())
}

fn keep_old(files: &SealFiles, with_key: bool) -> anyhow::Result<()> {
    let chain = Chain::from_pem(&std::fs::read_to_string(&files.chain)?)?;
    let Some(dir) = files.chain.parent() else { bail!("no folder for the keys") };
    let old = dir.join("old");
    std::fs::create_dir_all(&old)?;
    let name = format!("seal-certificate-{}.pem", &chain.fingerprint()[..16]);
    write_new(&old.join(name), chain.to_pem().as_bytes(), 0o644)?;
    if with_key {
        std::fs::remove_file(&files.key)?;
    }
    Ok(())
}

/// When the seal's certificates end, for Prometheus: an ended one seals nothing that anybody believes. The certificate
/// that ends first counts, an issuer's too. Nothing when they cannot be read; that is told where documents are sealed.
pub fn metrics(data_dir: &Path) -> String {
    let Ok(text) = std::fs::read_to_string(files(data_dir).chain) else { return String::new() };
    let Ok(chain) = Chain::from_pem(&text) else { return String::new() };
    let ends = chain.described().iter().map(|one| one.not_after.as_second()).min();
    let Some(ends) = ends else { return String::new() };
    format!(
        "# HELP sigap_seal_certificate_not_after_seconds When the first certificate of the seal's chain ends\n\
         # TYPE sigap_seal_certificate_not_after_seconds gauge\n\
         sigap_seal_certificate_not_after_seconds {ends}\n"
    )
}

/// Every certificate that lies in the folder of the keys: what it is for, and its path.
pub fn inventory(data_dir: &Path) -> anyhow::Result<Vec<(&'static str, PathBuf)>> {
    let dir = data_dir.join("keys");
    let mut found = Vec::new();
    for (purpose, path) in
        [("seal", dir.join("seal-certificate.pem")), ("log", dir.join("log-certificate.pem"))]
    {
        if path.exists() {
            found.push((purpose, path));
        }
    }
    if let Ok(old) = std::fs::read_dir(dir.join("old")) {
        let mut paths = old.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
        paths.sort();
        found.extend(paths.into_iter().map(|path| ("seal, replaced", path)));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    use super::*;

    /// An authority that answers requests: OpenSSL.
    fn answer(request: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("request.pem"), request).unwrap();
        let new = "req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -subj /C=ID/CN=Balai_Uji -days 30";
        let sign =
            "x509 -req -in request.pem -CA root.pem -CAkey root.key -CAcreateserial -out own.pem -days 20";
        for command in [new, sign] {
            let output = Command::new("openssl").args(command.split(' ')).current_dir(dir.path()).output();
            let output = output.expect("openssl is installed (.ci/needs.sh)");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
        read("own.pem") + &read("root.pem")
    }

    #[test]
    fn a_seal_is_made_once_and_only_the_owner_reads_its_key() {
        let dir = tempfile::tempdir().unwrap();
        let first = open(dir.path()).unwrap().open().unwrap();
        let second = open(dir.path()).unwrap().open().unwrap();
        assert_eq!(first.chain(), second.chain());
        let mode = std::fs::metadata(files(dir.path()).key).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let own = first.chain().described().remove(0);
        assert!(own.self_signed && own.subject.contains("Segel Elektronik"), "{own:?}");
        let days = own.not_after.duration_since(own.not_before).as_hours() / 24;
        assert!((365 * OWN_YEARS as i64..366 * OWN_YEARS as i64 + 2).contains(&days), "{days}");
    }

    #[test]
    fn an_authority_answers_our_request_and_its_chain_takes_our_place() {
        let dir = tempfile::tempdir().unwrap();
        let subject = Subject { organisation: Some("Pemerintah Kabupaten Uji".into()), ..Subject::default() };
        let before = open(dir.path()).unwrap().open().unwrap();
        let chain = answer(&request(dir.path(), &subject).unwrap());
        let taken = import(dir.path(), &chain).unwrap();
        assert_eq!(taken.described().len(), 2);
        assert!(taken.subject().contains("Pemerintah Kabupaten Uji"), "{}", taken.subject());
        assert_eq!(*open(dir.path()).unwrap().open().unwrap().chain(), taken);
        let kept = inventory(dir.path()).unwrap();
        assert_eq!(kept.iter().map(|(purpose, _)| *purpose).collect::<Vec<_>>(), ["seal", "seal, replaced"]);
        let old = Chain::from_pem(&std::fs::read_to_string(&kept[1].1).unwrap()).unwrap();
        assert_eq!(old, *before.chain());
    }

    #[test]
    fn an_answer_to_another_request_changes_nothing() {
        let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let before = open(ours.path()).unwrap().open().unwrap();
        let chain = answer(&request(theirs.path(), &Subject::default()).unwrap());
        let error = import(ours.path(), &chain).unwrap_err();
        assert!(format!("{error:#}").contains("answers another request"), "{error:#}");
        assert_eq!(open(ours.path()).unwrap().open().unwrap().chain(), before.chain());
    }

    #[test]
    fn the_end_of_the_chain_that_comes_first_is_told() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(metrics(dir.path()), "");
        let chain = answer(&request(dir.path(), &Subject::default()).unwrap());
        let ends = import(dir.path(), &chain).unwrap().described()[0].not_after.as_second();
        let line = format!("\nsigap_seal_certificate_not_after_seconds {ends}\n");
        assert!(metrics(dir.path()).contains(&line), "{}", metrics(dir.path()));
    }

    #[test]
    fn a_new_key_has_a_new_certificate_and_the_old_one_stays_readable() {
        let dir = tempfile::tempdir().unwrap();
        let before = open(dir.path()).unwrap().open().unwrap();
        let after = renew(dir.path(), &Subject::default()).unwrap();
        assert_ne!(before.chain().fingerprint(), after.fingerprint());
        let old = inventory(dir.path()).unwrap().remove(1).1;
        let old = Chain::from_pem(&std::fs::read_to_string(old).unwrap()).unwrap();
        assert_eq!(old.fingerprint(), before.chain().fingerprint());
    }
}
