//! The readable copy of a leaf's body and time in an export.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// A body nested deeper is shown as hex; it keeps the line within what JSON readers accept (serde_json stops
/// at 128 levels, others earlier).
const JSON_DEPTH_LEVELS_MAX: usize = 64;

/// Microseconds from 1970 back to 0000-01-01T00:00:00Z, the first time that RFC 3339 can write.
const RFC3339_FIRST_US: i64 = -62_167_219_200_000_000;

/// How a body is shown beside the leaf.
#[derive(Debug, PartialEq)]
pub(crate) enum ReadableBody<'a> {
    /// The body is JSON and is shown as it is.
    Json(&'a str),
    /// Anything else is shown in hex.
    Hex(String),
}

/// How this body is shown.
pub(crate) fn readable_body(body: &[u8]) -> ReadableBody<'_> {
    match std::str::from_utf8(body) {
        Ok(text) if read_json(text).is_ok() => ReadableBody::Json(text),
        Ok(_) | Err(_) => ReadableBody::Hex(hex::encode(body)),
    }
}

/// The time as RFC 3339 in UTC with microseconds, or none where RFC 3339 has no way to write it.
pub fn readable_time(at_us: i64) -> Option<String> {
    let at = jiff::Timestamp::from_microsecond(at_us).ok().filter(|_| at_us >= RFC3339_FIRST_US)?;
    Some(format!("{at:.6}"))
}

/// Reads JSON without a repeated member name and without extreme depth, so that every reader sees the same
/// value (RFC 8259 section 4 leaves repeated names open).
pub(crate) fn read_json(text: &str) -> Result<Value, serde_json::Error> {
    let body: JsonBody = serde_json::from_str(text)?;
    if depth(&body.0) > JSON_DEPTH_LEVELS_MAX {
        return Err(de::Error::custom("the body is nested too deep"));
    }
    Ok(body.0)
}

/// A JSON value in which no member name is repeated.
#[derive(Debug, PartialEq)]
pub(crate) struct JsonBody(pub(crate) Value);

impl<'de> Deserialize<'de> for JsonBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<JsonBody, D::Error> {
        deserializer.deserialize_any(JsonVisitor).map(JsonBody)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(JsonBody(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, JsonBody(value))) = members.next_entry::<String, JsonBody>()? {
            if object.insert(name, value).is_some() {
                return Err(de::Error::custom("a member name is repeated"));
            }
        }
        Ok(Value::Object(object))
    }
}

/// How deep a value is nested. The parser stops at 128 levels, so this recursion is bounded.
fn depth(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_shown_as_it_is_and_all_else_in_hex() {
        for json in ["null", "{\"a\":[1,2.5,\"é\",true,null]}", "-0.1", " [ ]\n"] {
            assert_eq!(readable_body(json.as_bytes()), ReadableBody::Json(json));
            assert_eq!(read_json(json).unwrap(), serde_json::from_str::<Value>(json).unwrap());
        }
        let deepest = "[".repeat(JSON_DEPTH_LEVELS_MAX) + &"]".repeat(JSON_DEPTH_LEVELS_MAX);
        assert_eq!(readable_body(deepest.as_bytes()), ReadableBody::Json(&deepest));
        for other in
            ["", "{", "{\"a\":1,\"a\":1}", "{\"b\":{\"a\":1,\"a\":2}}", "1e999", &format!("[{deepest}]")]
        {
            assert_eq!(readable_body(other.as_bytes()), ReadableBody::Hex(hex::encode(other)), "{other}");
        }
        assert_eq!(readable_body(&[0xff]), ReadableBody::Hex("ff".into()));
    }

    #[test]
    fn times_are_rfc_3339_where_that_can_write_them() {
        // The expected times come from `date -u`.
        let cases = [
            (0, Some("1970-01-01T00:00:00.000000Z")),
            (1_794_365_545_000_001, Some("2026-11-11T02:52:25.000001Z")),
            (-1, Some("1969-12-31T23:59:59.999999Z")),
            (RFC3339_FIRST_US, Some("0000-01-01T00:00:00.000000Z")),
            (RFC3339_FIRST_US - 1, None),
            (i64::MIN, None),
            (i64::MAX, None),
        ];
        for (at_us, text) in cases {
            assert_eq!(readable_time(at_us).as_deref(), text, "{at_us}");
        }
    }
}
