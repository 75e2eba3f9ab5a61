//! Seals, as other programs see them (OpenSSL, poppler), and after somebody changed a byte.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use electronic_seal::{CertificateError, Chain, Seal, SealError, check_json, check_pdf};
use official_documents::{Block, Document, Letterhead, pdf};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_ED25519,
};

fn params(name: &str, ca: bool) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    if ca {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    }
    params
}

/// A seal under a root, and the root as PEM.
fn seal() -> (Seal, String) {
    let root = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let root = CertifiedIssuer::self_signed(params("Balai Contoh", true), root).unwrap();
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let own = params("Segel 112 Kabupaten Contoh", false).signed_by(&key, &root).unwrap();
    let chain = own.pem() + &root.pem();
    (Seal::open(&key.serialize_pem(), &chain).unwrap(), root.pem())
}

fn printed() -> Vec<u8> {
    let document = Document {
        letterhead: Letterhead { office: "DINAS".to_owned(), ..Letterhead::default() },
        title: "Laporan insiden".to_owned(),
        subtitle: "20261124-0007".to_owned(),
        blocks: vec![Block::Heading("Fakta".to_owned()), Block::Text("Rumah terbakar.".to_owned())],
        foot: String::new(),
        language: "id-ID",
        made_at: at(),
        attachments: vec![],
    };
    pdf(&document).unwrap()
}

fn at() -> jiff::Zoned {
    "2026-11-24T08:30:00+07:00[+07:00]".parse().unwrap()
}

/// What a program says, and whether it is content.
fn asked(program: &str, arguments: &[&str], dir: &Path) -> (bool, String) {
    let output = Command::new(program).args(arguments).current_dir(dir).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error} (see .ci/needs.sh)"));
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn json_is_checked_by_another_program_and_no_changed_byte_passes() {
    let (seal, root) = seal();
    let json = br#"{"nomor":"20261124-0007","isi":"Rumah terbakar"}"#;
    let text = seal.sign_json(json);
    assert_eq!(text, seal.sign_json(json), "the same words have the same signature");
    let checked = check_json(&text).unwrap();
    assert_eq!(checked.content, json);
    assert_eq!(checked.chain, *seal.chain());

    // OpenSSL: the certificate out of x5c, the signature as DER, the signing input.
    let dir = tempfile::tempdir().unwrap();
    let parts: serde_json::Value = serde_json::from_str(&text).unwrap();
    let part = |name: &str| parts[name].as_str().unwrap().to_owned();
    let raw = URL_SAFE_NO_PAD.decode(part("signature")).unwrap();
    let der = p256::ecdsa::Signature::from_slice(&raw).unwrap().to_der();
    let own = checked.chain.to_pem();
    for (name, bytes) in [
        ("own.pem", own.as_bytes()),
        ("root.pem", root.as_bytes()),
        ("der", der.as_bytes()),
        ("said", format!("{}.{}", part("protected"), part("payload")).as_bytes()),
    ] {
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    let (good, key) = asked("openssl", &["x509", "-in", "own.pem", "-noout", "-pubkey"], dir.path());
    assert!(good, "{key}");
    std::fs::write(dir.path().join("key.pem"), key).unwrap();
    let verify = ["dgst", "-sha256", "-verify", "key.pem", "-signature", "der", "said"];
    let (good, said) = asked("openssl", &verify, dir.path());
    assert!(good && said.contains("Verified OK"), "{said}");

    let bytes = text.as_bytes();
    for at in (0..bytes.len()).step_by(7) {
        let mut altered = bytes.to_vec();
        altered[at] ^= 1;
        let passes = String::from_utf8(altered).ok().and_then(|text| check_json(&text).ok());
        // A changed sign of white space or of the last, unused bits of base64 is not a change of what was signed.
        assert!(passes.is_none_or(|checked| checked.content == json), "byte {at}");
    }
}

#[test]
fn a_pdf_is_checked_by_other_programs_and_no_changed_byte_passes() {
    let (seal, root) = seal();
    let sealed = seal.sign_pdf(&printed(), "Laporan insiden 112 — bukti", &at()).unwrap();
    assert!(sealed.starts_with(&printed()), "what was printed is not touched");
    let checked = check_pdf(&sealed).unwrap();
    assert_eq!(checked.chain, *seal.chain());

    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("report.pdf"), &sealed).unwrap();
    std::fs::write(dir.path().join("root.pem"), root).unwrap();
    let (_, said) = asked("pdfsig", &["-nocert", "report.pdf"], dir.path());
    for words in
        ["Signature is Valid", "Total document signed", "ETSI.CAdES.detached", "Segel 112 Kabupaten Contoh"]
    {
        assert!(said.contains(words), "{words} is not in {said}");
    }
    let (good, text) = asked("pdftotext", &["report.pdf", "-"], dir.path());
    assert!(good && text.contains("Rumah terbakar."), "{text}");

    // OpenSSL: the bytes that were signed beside the signature, under the root.
    let text = String::from_utf8_lossy(&sealed);
    let range = text.rsplit_once("/ByteRange [").unwrap().1.split_once(']').unwrap().0;
    let numbers: Vec<usize> = range.split(' ').map(|number| number.parse().unwrap()).collect();
    let signature = hex::decode(&sealed[numbers[1] + 1..numbers[2] - 1]).unwrap();
    let said = [&sealed[..numbers[1]], &sealed[numbers[2]..]].concat();
    std::fs::write(dir.path().join("signature.der"), signature).unwrap();
    std::fs::write(dir.path().join("said"), said).unwrap();
    let verify = "cms -verify -binary -inform DER -in signature.der -content said -CAfile root.pem -out out -purpose any";
    let (good, said) = asked("openssl", &verify.split(' ').collect::<Vec<_>>(), dir.path());
    assert!(good && said.contains("successful"), "{said}");

    let signature = numbers[1]..numbers[2];
    for at in (0..sealed.len()).step_by(97).chain(signature.clone().take(1_500)) {
        let mut altered = sealed.clone();
        altered[at] ^= 1;
        let passes = check_pdf(&altered).ok();
        // The other certificates of the chain come along unsigned (RFC 5652 section 5.1); the signer's own is named.
        let harmless =
            |checked: electronic_seal::Checked| checked.chain.fingerprint() == seal.chain().fingerprint();
        assert!(passes.is_none_or(|checked| signature.contains(&at) && harmless(checked)), "byte {at}");
    }
    let longer = [&sealed[..], b"%\n"].concat();
    assert_eq!(check_pdf(&longer).unwrap_err(), SealError::Added);
    assert_eq!(check_pdf(&printed()).unwrap_err(), SealError::Form("no signature"));
}

#[test]
fn a_certificate_must_be_over_the_key_and_the_chain_in_order() {
    let make = || KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let (key, other) = (make(), make());
    let own = params("satu", false).self_signed(&key).unwrap().pem();
    let foreign = params("dua", false).self_signed(&other).unwrap().pem();
    let open = |key: &KeyPair, chain: &str| Seal::open(&key.serialize_pem(), chain).err();
    assert_eq!(open(&key, &own), None);
    assert_eq!(open(&key, &foreign), Some(CertificateError::ForeignKey));
    assert_eq!(open(&key, &(own.clone() + &foreign)), Some(CertificateError::Order(1)));
    assert_eq!(open(&key, "tidak ada"), Some(CertificateError::Pem));
    let ed25519 = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let edwards = params("tiga", false).self_signed(&ed25519).unwrap().pem();
    assert_eq!(open(&key, &edwards), Some(CertificateError::OtherAlgorithm));
    assert_eq!(open(&ed25519, &own), Some(CertificateError::Key));
}

#[test]
fn a_certificate_says_who_by_whom_and_until_when() {
    let (seal, root) = seal();
    let described = seal.chain().described();
    assert_eq!(described.len(), 2);
    assert!(described[0].subject.contains("Segel 112 Kabupaten Contoh"), "{}", described[0].subject);
    assert!(described[0].issuer.contains("Balai Contoh"));
    assert!(!described[0].self_signed && described[1].self_signed);
    assert!(described[0].not_before < described[0].not_after);
    let root = Chain::from_pem(&root).unwrap();
    assert_eq!(root.fingerprint(), described[1].fingerprint);
    assert_eq!(described[0].fingerprint, seal.chain().fingerprint());
}
