//! JSON bodies with their idempotency key.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::faults::{Checked, Faults};
use crate::limits::{IDEMPOTENCY_KEY_CHARACTERS_MAX, REFUSED_BODY_BYTES_MAX};
use crate::problem::{Code, FieldError, Problem};
use crate::random;

/// A write: its body, the key under which it may be repeated, and what makes it the same request.
#[derive(Debug)]
pub struct Written<T> {
    /// The body, checked.
    pub body: T,
    /// The `Idempotency-Key`, or one that was made up when there was none.
    pub key: String,
    /// SHA-256 of method, path and body.
    pub fingerprint: [u8; 32],
}

impl<T> Written<T> {
    /// For a body with a password: a quick hash of it would be a way to guess it, and this one is stored. The key alone then
    /// says that it is the same request.
    pub fn hide_secret(&mut self) {
        self.fingerprint = [0; 32];
    }
}

/// A body that has nothing to say.
#[derive(Debug, Deserialize, ToSchema)]
pub struct EmptyRequest {}

impl Checked for EmptyRequest {
    fn check(&self, _faults: &mut Faults) {}
}

/// A body of a request that changes nothing.
#[derive(Debug)]
pub struct Asked<T>(pub T);

impl<S, T> FromRequest<S> for Written<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Checked,
{
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let key = idempotency_key(request.headers())?;
        let mut digest = Sha256::new();
        digest.update(request.method().as_str());
        digest.update([0]);
        digest.update(request.uri().path());
        digest.update([0]);
        let bytes = bytes_of(request, T::BYTES_MAX).await?;
        digest.update(&bytes);
        Ok(Self { body: parse(&bytes)?, key, fingerprint: digest.finalize().into() })
    }
}

impl<S, T> FromRequest<S> for Asked<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Checked,
{
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        Ok(Self(parse(&bytes_of(request, T::BYTES_MAX).await?)?))
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<String, Problem> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(URL_SAFE_NO_PAD.encode(random::bytes::<16>()));
    };
    let key = value.to_str().unwrap_or_default();
    let visible = key.bytes().all(|byte| byte.is_ascii_graphic());
    if key.is_empty() || key.len() > IDEMPOTENCY_KEY_CHARACTERS_MAX || !visible {
        return Err(Problem::new(Code::InvalidIdempotencyKey));
    }
    Ok(key.to_owned())
}

async fn bytes_of(request: Request, bytes_max: usize) -> Result<Vec<u8>, Problem> {
    let declared = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let json = declared.map(is_json);
    let bytes = read_bounded(request.into_body(), bytes_max).await?;
    // A page of another origin can send a form without asking first, but not this type (fetch standard,
    // CORS-safelisted request headers).
    if !bytes.is_empty() && json != Some(true) {
        return Err(Problem::new(Code::NotJson));
    }
    Ok(bytes)
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

/// Reads at most the bound; of a longer body the rest is thrown away, so that the sender hears the answer.
async fn read_bounded(body: Body, bytes_max: usize) -> Result<Vec<u8>, Problem> {
    let mut stream = body.into_data_stream();
    let (mut bytes, mut total) = (Vec::new(), 0usize);
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| Problem::new(Code::MalformedJson))?;
        total += piece.len();
        if total <= bytes_max {
            bytes.extend_from_slice(&piece);
        }
        if total > REFUSED_BODY_BYTES_MAX.max(bytes_max) {
            break;
        }
    }
    if total > bytes_max { Err(Problem::new(Code::BodyTooLarge)) } else { Ok(bytes) }
}

/// The value of these bytes; an empty body is an empty object. Used for messages of the feed as well.
pub(crate) fn parse<T: DeserializeOwned + Checked>(bytes: &[u8]) -> Result<T, Problem> {
    let bytes = if bytes.trim_ascii().is_empty() { b"{}" } else { bytes };
    // In two steps, because serde_json calls some wrong types a mistake of syntax.
    let json: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
    let value: T = serde_path_to_error::deserialize(json).map_err(|error| {
        Problem::fields(vec![field_error(&error.path().to_string(), &error.inner().to_string())])
    })?;
    let mut faults = Faults::default();
    value.check(&mut faults);
    faults.into_result()?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    Problem::new(Code::MalformedJson).because(
        format!("Tidak ada yang diubah. Kesalahan pada baris {line}, kolom {column}."),
        format!("Nothing was changed. The mistake is at line {line}, column {column}."),
    )
}

/// What serde says about a value of the wrong kind, for a person. Its wording is stable (serde::de::Error);
/// what is not recognised is still a field error.
fn field_error(path: &str, said: &str) -> FieldError {
    let here = if path == "." { String::new() } else { path.to_owned() };
    if let Some(name) = said.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        let field = if here.is_empty() { name.to_owned() } else { format!("{here}.{name}") };
        let (message, message_en) = ("Harus ada.".to_owned(), "Must be present.".to_owned());
        return FieldError { field, code: "missing", message, message_en };
    }
    // The sentence begins with the value itself, which may be personal, and ends with what was expected.
    let expected = said.rsplit_once("expected ").map_or("another value", |(_, expected)| expected);
    let is_number = said.starts_with("invalid value: integer");
    let (code, id, en) = if said.starts_with("unknown variant") {
        ("unknown_value", "Nilai tidak dikenal", "Unknown value")
    } else if is_number {
        ("out_of_range", "Angka di luar batas", "Number out of range")
    } else {
        ("wrong_type", "Jenis nilai salah", "Wrong type of value")
    };
    let (wanted, wanted_en) = whole_number(expected).unwrap_or((expected.to_owned(), expected.to_owned()));
    let (message, message_en) =
        (format!("{id}; seharusnya {wanted}."), format!("{en}; expected {wanted_en}."));
    FieldError { field: here, code, message, message_en }
}

/// What a whole number may be, instead of the name of its type.
fn whole_number(expected: &str) -> Option<(String, String)> {
    let max = match expected {
        "u8" => u64::from(u8::MAX),
        "u16" => u64::from(u16::MAX),
        "u32" => u64::from(u32::MAX),
        "u64" | "usize" => u64::MAX,
        _other => return None,
    };
    Some((format!("bilangan bulat 0 sampai {max}"), format!("a whole number from 0 to {max}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Sample {
        #[serde(rename = "category")]
        _category: dispatch_core::category::Category,
        #[serde(rename = "location")]
        _location: Place,
    }

    #[derive(Debug, serde::Deserialize)]
    struct Place {
        #[serde(rename = "lat")]
        _lat: Option<f64>,
        #[serde(rename = "floors", default)]
        _floors: Option<u16>,
    }

    impl Checked for Sample {
        fn check(&self, _faults: &mut Faults) {}
    }

    fn faulty(text: &str) -> serde_json::Value {
        serde_json::to_value(parse::<Sample>(text.as_bytes()).unwrap_err().body()).unwrap()
    }

    #[test]
    fn a_wrong_value_is_named_by_its_field() {
        let wrong_type = faulty(r#"{"category":"a","location":{"lat":"north"}}"#);
        assert_eq!(wrong_type["errors"][0]["field"], "location.lat");
        assert_eq!(wrong_type["errors"][0]["code"], "wrong_type");
        assert!(!wrong_type.to_string().contains("north"), "the value itself is not repeated: {wrong_type}");
        for number in ["-3", "70000"] {
            let negative = faulty(&format!(r#"{{"category":"a","location":{{"floors":{number}}}}}"#));
            let error = &negative["errors"][0];
            assert_eq!(
                (&error["field"], &error["code"]),
                (&"location.floors".into(), &"out_of_range".into())
            );
            assert!(
                error["message_en"].as_str().unwrap().ends_with("a whole number from 0 to 65535."),
                "{error}"
            );
        }
        let half = faulty(r#"{"category":"a","location":{"floors":1.5}}"#);
        assert_eq!(half["errors"][0]["code"], "wrong_type");
        let unknown = faulty(r#"{"category":"z","location":{}}"#);
        assert_eq!(
            (&unknown["errors"][0]["field"], &unknown["errors"][0]["code"]),
            (&"category".into(), &"unknown_value".into())
        );
        let missing = faulty(r#"{"category":"a"}"#);
        assert_eq!(
            (&missing["errors"][0]["field"], &missing["errors"][0]["code"]),
            (&"location".into(), &"missing".into())
        );
        assert_eq!(faulty("{\"category\":")["code"], "malformed_json");
        assert_eq!(faulty(r#"{"category":"a","location":{}} x"#)["code"], "malformed_json");
    }
}
