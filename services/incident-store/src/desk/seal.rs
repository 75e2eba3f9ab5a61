//! Keeping people out of the log.
//!
//! `dispatch_core::private::Private` serialises as `{"$private": value}`. Before an event becomes a leaf, every
//! such object is replaced by
//!
//! ```json
//! {"$commit": "<hex>", "ref": "<index>.<place>", "shape": "text"}
//! ```
//!
//! where the commitment is HMAC-SHA256(key of the stream, salt ‖ canonical JSON of the value). Value and salt go
//! into the table `personal`. Who holds all three can prove that the value was not changed; when value, salt or
//! key are destroyed, the commitment says nothing and the chain still verifies.
//!
//! Reading puts the value back. A value that was destroyed reads as the text [`ERASED`] where a text stood
//! (`"shape": "text"`), and as JSON `null` where anything else stood; a personal value that is not a text is
//! therefore always optional in an event.

use serde_json::{Map, Value, json};
use supervision_log::commit;

use crate::error::StoreError;

pub use supervision_log::ERASED;

const PRIVATE: &str = "$private";
const COMMIT: &str = "$commit";

/// A personal value on its way into its own table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Personal {
    pub(crate) place: u64,
    pub(crate) salt: [u8; 16],
    pub(crate) value: String,
}

/// Takes every personal value out of the event with this index and leaves commitments.
pub(crate) fn seal(event: &mut Value, index: u64, key: &[u8; 32]) -> Result<Vec<Personal>, StoreError> {
    let mut taken = Vec::new();
    seal_in(event, index, key, &mut taken)?;
    Ok(taken)
}

fn seal_in(
    json: &mut Value,
    index: u64,
    key: &[u8; 32],
    taken: &mut Vec<Personal>,
) -> Result<(), StoreError> {
    match json {
        Value::Object(members) => {
            let Some(value) = private_value(members) else {
                return members.values_mut().try_for_each(|member| seal_in(member, index, key, taken));
            };
            let personal = Personal { place: taken.len() as u64, salt: salt()?, value: value.to_string() };
            let shape = if value.is_string() { "text" } else { "other" };
            let reference = format!("{index}.{}", personal.place);
            *json = json!({ COMMIT: commit(key, &personal.salt, &personal.value), "ref": reference, "shape": shape });
            taken.push(personal);
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| seal_in(item, index, key, taken)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

fn private_value(members: &Map<String, Value>) -> Option<&Value> {
    if members.len() == 1 { members.get(PRIVATE) } else { None }
}

fn salt() -> Result<[u8; 16], StoreError> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| StoreError::Random)?;
    Ok(salt)
}

/// Puts personal values back. `find` gives the canonical JSON by index and place.
pub(crate) fn open<'a>(json: &mut Value, find: &dyn Fn(u64, u64) -> Option<&'a str>) {
    match json {
        Value::Object(members) => {
            let Some((index, place, is_text)) = reference(members) else {
                members.values_mut().for_each(|member| open(member, find));
                return;
            };
            *json = match find(index, place).and_then(|text| serde_json::from_str::<Value>(text).ok()) {
                Some(value) => json!({ PRIVATE: value }),
                None if is_text => json!({ PRIVATE: ERASED }),
                None => Value::Null,
            };
        }
        Value::Array(items) => items.iter_mut().for_each(|item| open(item, find)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn reference(members: &Map<String, Value>) -> Option<(u64, u64, bool)> {
    members.get(COMMIT)?;
    let (index, place) = members.get("ref")?.as_str()?.split_once('.')?;
    let is_text = members.get("shape")?.as_str()? == "text";
    Some((index.parse().ok()?, place.parse().ok()?, is_text))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use hmac::{Hmac, KeyInit as _, Mac as _};
    use sha2::Sha256;

    use super::*;

    #[test]
    fn values_leave_and_come_back_or_read_as_erased() {
        let event = json!({ "kind": "x", "a": { "$private": "Siti" }, "b": [{ "$private": { "lat": -2.5 } }], "n": 1 });
        let mut sealed = event.clone();
        let taken = seal(&mut sealed, 7, &[9; 32]).unwrap();
        assert!(!sealed.to_string().contains("Siti") && !sealed.to_string().contains("2.5"), "{sealed}");
        let kept: BTreeMap<_, _> = taken.iter().map(|p| ((7, p.place), p.value.clone())).collect();

        let mut opened = sealed.clone();
        open(&mut opened, &|index, place| kept.get(&(index, place)).map(String::as_str));
        assert_eq!(opened, event);

        let mut erased = sealed;
        open(&mut erased, &|_, _| None);
        assert_eq!(erased, json!({ "kind": "x", "a": { "$private": ERASED }, "b": [null], "n": 1 }));
    }

    #[test]
    fn equal_values_have_unequal_commitments() {
        let mut event = json!([{ "$private": "Siti" }, { "$private": "Siti" }]);
        seal(&mut event, 1, &[9; 32]).unwrap();
        assert_ne!(event[0]["$commit"], event[1]["$commit"]);
    }

    #[test]
    fn the_commitment_can_be_checked_by_who_holds_key_salt_and_value() {
        let mut event = json!({ "$private": "Siti" });
        let taken = seal(&mut event, 1, &[9; 32]).unwrap();
        let mac = Hmac::<Sha256>::new_from_slice(&[9; 32]).unwrap();
        let mac = mac.chain_update(taken[0].salt).chain_update(br#""Siti""#).finalize().into_bytes();
        assert_eq!(event["$commit"], hex::encode(mac));
    }
}
