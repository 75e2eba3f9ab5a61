//! Field errors, collected so that a person sees all of them at once.

use dispatch_core::limits::{HTTP_BODY_BYTES_MAX, NARRATIVE_BYTES_MAX, NOTE_BYTES_MAX, SHORT_TEXT_BYTES_MAX};

use crate::limits::SDP_BYTES_MAX;
use crate::problem::{FieldError, Problem};

/// A request that can say what is wrong with it.
pub trait Checked {
    /// Bytes of the body.
    const BYTES_MAX: usize = HTTP_BODY_BYTES_MAX;

    /// Reports every field that cannot be accepted.
    fn check(&self, faults: &mut Faults);
}

/// The faults found so far.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldError>);

impl Faults {
    /// Reports one fault.
    pub fn report(&mut self, field: &str, code: &'static str, message: &str, message_en: &str) {
        let (message, message_en) = (message.to_owned(), message_en.to_owned());
        self.0.push(FieldError { field: field.to_owned(), code, message, message_en });
    }

    /// A narrative or a text of that size.
    pub fn narrative(&mut self, field: &str, text: &str) {
        self.text(field, text, NARRATIVE_BYTES_MAX);
    }

    /// A note, or a reason.
    pub fn note(&mut self, field: &str, text: Option<&str>) {
        self.text(field, text.unwrap_or_default(), NOTE_BYTES_MAX);
    }

    /// A name, a landmark, an address.
    pub fn short(&mut self, field: &str, text: Option<&str>) {
        self.text(field, text.unwrap_or_default(), SHORT_TEXT_BYTES_MAX);
    }

    /// A text that must not be empty.
    pub fn required(&mut self, field: &str, text: &str) {
        if text.trim().is_empty() {
            self.report(field, "empty", "Harus diisi.", "Must not be empty.");
        }
    }

    /// A text of at most `bytes_max` bytes without control characters. NUL and its like are refused here,
    /// because PostgreSQL cannot store them and no caller says them.
    pub fn text(&mut self, field: &str, text: &str, bytes_max: usize) {
        if text.len() > bytes_max {
            let (id, en) =
                (format!("Paling banyak {bytes_max} byte."), format!("At most {bytes_max} bytes."));
            self.report(field, "too_long", &id, &en);
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            let (id, en) =
                ("Mengandung karakter yang tidak boleh.", "Contains a character that is not allowed.");
            self.report(field, "forbidden_character", id, en);
        }
    }

    /// A number within bounds.
    pub fn range(&mut self, field: &str, value: Option<f64>, bounds: std::ops::RangeInclusive<f64>) {
        if value.is_some_and(|value| !bounds.contains(&value)) {
            let (low, high) = (bounds.start(), bounds.end());
            let (id, en) =
                (format!("Harus antara {low} dan {high}."), format!("Must be between {low} and {high}."));
            self.report(field, "out_of_range", &id, &en);
        }
    }

    /// The problem, if there is a fault.
    pub fn into_result(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::fields(self.0)) }
    }
}

/// Reports a text that cannot be a session description (RFC 8866 section 5). Whether it can be used is for the
/// trunk to say.
pub fn check_sdp(field: &str, sdp: &str, faults: &mut Faults) {
    faults.text(field, sdp, SDP_BYTES_MAX);
    if !sdp.starts_with("v=0") {
        faults.report(
            field,
            "unknown_value",
            "Bukan deskripsi sesi (SDP).",
            "Not a session description (SDP).",
        );
    }
}
