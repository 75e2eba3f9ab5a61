//! A detached CAdES signature (ETSI EN 319 122-1, B-B): CMS (RFC 5652) with the signer's certificate named under the
//! signature (RFC 5035).

use cms::cert::CertificateChoices;
use cms::cert::IssuerAndSerialNumber;
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedAttributes, SignedData, SignerIdentifier, SignerInfo,
    SignerInfos,
};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use p256::ecdsa::{DerSignature, SigningKey};
use sha2::{Digest, Sha256};
use x509_cert::attr::{Attribute, AttributeValue};
use x509_cert::der::asn1::{ObjectIdentifier, OctetString, SetOfVec};
use x509_cert::der::{Any, Decode, Encode};
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::SealError;
use crate::certificate::Chain;

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const ECDSA_WITH_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");

/// SigningCertificateV2 with one ESSCertIDv2 (RFC 5035 section 3): three sequences, and SHA-256, the default, unsaid.
const CERTIFICATE_ID: [u8; 8] = [0x30, 0x26, 0x30, 0x24, 0x30, 0x22, 0x04, 0x20];

/// The DER bytes of a signature over something with this SHA-256.
pub(crate) fn sign(
    key: &SigningKey,
    chain: &Chain,
    digest: [u8; 32],
) -> cms::cert::x509::der::Result<Vec<u8>> {
    let own = chain.own();
    let named = [&CERTIFICATE_ID[..], &Sha256::digest(own.to_der()?)].concat();
    let attributes = SetOfVec::try_from(vec![
        attribute(CONTENT_TYPE, Any::encode_from(&DATA)?)?,
        attribute(MESSAGE_DIGEST, Any::encode_from(&OctetString::new(digest)?)?)?,
        attribute(SIGNING_CERTIFICATE_V2, Any::from_der(&named)?)?,
    ])?;
    // What is signed is the set as such, not the implicit field (RFC 5652 section 5.4).
    let signature: DerSignature = key.sign(&attributes.to_der()?);
    let inner = own.tbs_certificate();
    let signer = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: inner.issuer().clone(),
            serial_number: inner.serial_number().clone(),
        }),
        digest_alg: algorithm(SHA_256),
        signed_attrs: Some(attributes),
        signature_algorithm: algorithm(ECDSA_WITH_SHA_256),
        signature: OctetString::new(signature.as_bytes())?,
        unsigned_attrs: None,
    };
    let certificates: Vec<_> = chain.all().cloned().map(CertificateChoices::Certificate).collect();
    let signed = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: SetOfVec::try_from(vec![algorithm(SHA_256)])?,
        encap_content_info: EncapsulatedContentInfo { econtent_type: DATA, econtent: None },
        certificates: Some(CertificateSet(SetOfVec::try_from(certificates)?)),
        crls: None,
        signer_infos: SignerInfos(SetOfVec::try_from(vec![signer])?),
    };
    ContentInfo { content_type: SIGNED_DATA, content: Any::encode_from(&signed)? }.to_der()
}

fn algorithm(oid: ObjectIdentifier) -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid, parameters: None }
}

fn attribute(oid: ObjectIdentifier, value: AttributeValue) -> cms::cert::x509::der::Result<Attribute> {
    Ok(Attribute { oid, values: SetOfVec::try_from(vec![value])? })
}

/// Checks a signature over something with this SHA-256; gives the certificates in it, the signer's first.
pub(crate) fn check(der: &[u8], digest: [u8; 32]) -> Result<Chain, SealError> {
    let form = |what| move |_| SealError::Form(what);
    let outer = ContentInfo::from_der(der).map_err(form("no CMS"))?;
    let signed: SignedData = outer.content.decode_as().map_err(form("no SignedData"))?;
    let [signer] = signed.signer_infos.0.as_slice() else { return Err(SealError::Form("signers")) };
    let chain = chain_of(&signed, signer)?;
    let attributes = signer.signed_attrs.as_ref().ok_or(SealError::Form("attributes"))?;
    let said: OctetString = value(attributes, MESSAGE_DIGEST)?.decode_as().map_err(form("digest"))?;
    let named = value(attributes, SIGNING_CERTIFICATE_V2)?.to_der().map_err(form("certificate"))?;
    let own = chain.own().to_der().map_err(form("certificate"))?;
    if named != [&CERTIFICATE_ID[..], &Sha256::digest(own)].concat() {
        return Err(SealError::Changed);
    }
    let hashed = Sha256::digest(attributes.to_der().map_err(form("attributes"))?);
    let signature = DerSignature::from_bytes(signer.signature.as_bytes()).map_err(|_| SealError::Changed)?;
    chain.key()?.verify_prehash(&hashed, &signature).map_err(|_| SealError::Changed)?;
    if said.as_bytes() == digest { Ok(chain) } else { Err(SealError::Changed) }
}

fn value(attributes: &SignedAttributes, oid: ObjectIdentifier) -> Result<&AttributeValue, SealError> {
    let found = attributes.iter().find(|attribute| attribute.oid == oid);
    match found.map(|attribute| attribute.values.as_slice()) {
        Some([value]) => Ok(value),
        Some(_) | None => Err(SealError::Form("attribute")),
    }
}

/// The certificates of a signature in order: the signer's, its issuer's, and so on. A set has no order of its own.
fn chain_of(signed: &SignedData, signer: &SignerInfo) -> Result<Chain, SealError> {
    let SignerIdentifier::IssuerAndSerialNumber(sid) = &signer.sid else {
        return Err(SealError::Form("signer"));
    };
    let mut left: Vec<_> = signed.certificates.iter().flat_map(|set| set.0.iter()).collect();
    let mut chain = Vec::new();
    let mut at = left.iter().position(|choice| match choice {
        CertificateChoices::Certificate(one) => {
            let inner = one.tbs_certificate();
            *inner.issuer() == sid.issuer && *inner.serial_number() == sid.serial_number
        }
        CertificateChoices::Other(_) => false,
    });
    while let Some(found) = at {
        let CertificateChoices::Certificate(one) = left.swap_remove(found) else { break };
        let issuer = one.tbs_certificate().issuer().clone();
        chain.push(one.clone());
        at = left.iter().position(|choice| match choice {
            CertificateChoices::Certificate(next) => *next.tbs_certificate().subject() == issuer,
            CertificateChoices::Other(_) => false,
        });
    }
    Ok(Chain::of(chain)?)
}
