//! Signed JSON: a JWS (RFC 7515) in the flattened JSON serialisation, ES256 (RFC 7518 section 3.4).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{Signature, SigningKey};
use serde::{Deserialize, Serialize};

use crate::certificate::Chain;
use crate::{Checked, SealError};

const ALGORITHM: &str = "ES256";
const TYPE: &str = "JOSE+JSON";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    payload: String,
    protected: String,
    signature: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Protected {
    alg: String,
    typ: String,
    cty: String,
    x5c: Vec<String>,
}

pub(crate) fn sign(key: &SigningKey, chain: &Chain, json: &[u8]) -> String {
    let head = Protected {
        alg: ALGORITHM.to_owned(),
        typ: TYPE.to_owned(),
        cty: "json".to_owned(),
        x5c: chain.ders().map(|der| STANDARD.encode(der)).collect(),
    };
    // Texts only: this cannot fail, and an empty head would be refused by every reader.
    let head = serde_json::to_string(&head).unwrap_or_default();
    let (protected, payload) = (URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(json));
    let signature: Signature = key.sign(format!("{protected}.{payload}").as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
    serde_json::to_string(&Signed { payload, protected, signature }).unwrap_or_default() + "\n"
}

/// Checks a JWS of this form with the certificate in it. Whether that certificate is the centre's is for the caller
/// to say.
///
/// # Errors
/// When it is none, or was changed.
pub fn check_json(text: &str) -> Result<Checked, SealError> {
    let signed: Signed = serde_json::from_str(text).map_err(|_| SealError::Form("no JWS"))?;
    let url = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| SealError::Form("base64url"));
    let head: Protected =
        serde_json::from_slice(&url(&signed.protected)?).map_err(|_| SealError::Form("protected"))?;
    if head.alg != ALGORITHM || head.typ != TYPE {
        return Err(SealError::Form("alg"));
    }
    let ders: Vec<Vec<u8>> = head
        .x5c
        .iter()
        .map(|text| STANDARD.decode(text).map_err(|_| SealError::Form("x5c")))
        .collect::<Result<_, _>>()?;
    let chain = Chain::from_der(ders.iter().map(Vec::as_slice))?;
    let signature = Signature::from_slice(&url(&signed.signature)?).map_err(|_| SealError::Changed)?;
    let said = format!("{}.{}", signed.protected, signed.payload);
    chain.key()?.verify(said.as_bytes(), &signature).map_err(|_| SealError::Changed)?;
    Ok(Checked { content: url(&signed.payload)?, chain })
}
