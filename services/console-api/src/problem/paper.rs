//! What cannot be so about a paper form, in words.

use dispatch_core::incident::{PaperFault, TimeFault};
use dispatch_core::limits::{PAPER_AGE_MAX, PAPER_FORMS_PER_BATCH_MAX};
use dispatch_core::paper::FormRefusal;

use super::{Code, FieldError, Problem, Winner};
use crate::names::Names;
use crate::paper::day_and_minute;

/// A refusal of a paper form.
pub fn form(refusal: &FormRefusal, names: &Names) -> Problem {
    match refusal {
        FormRefusal::Unknown => Problem::new(Code::NotFound),
        FormRefusal::Count => {
            let (id, en) = (
                format!("Antara 1 dan {PAPER_FORMS_PER_BATCH_MAX} lembar."),
                format!("1 to {PAPER_FORMS_PER_BATCH_MAX} forms."),
            );
            Problem::field("count", "out_of_range", &id, &en)
        }
        FormRefusal::Used { number, incident, incident_number, at, by } => {
            let (name, when) = (names.person(*by), day_and_minute(*at));
            Problem::new(Code::FormUsed)
                .because(
                    format!(
                        "{number} sudah dicatat sebagai insiden {incident_number} oleh {name}, {when}. Isian Anda tetap \
                         ada: cocokkan nomornya dengan kertas, atau buka insiden itu."
                    ),
                    format!(
                        "{number} was typed in as incident {incident_number} by {name}, {when}. What you typed stays: \
                         compare the number with the paper, or open that incident."
                    ),
                )
                .won_by(Winner { id: by.0, name, at: Some((*at).into()) })
                .now_being(serde_json::json!({
                    "form": number,
                    "incident_id": incident,
                    "incident_number": incident_number,
                }))
        }
        FormRefusal::Spoiled { number, at, by } => {
            let (name, when) = (names.person(*by), day_and_minute(*at));
            Problem::new(Code::FormSpoiled)
                .because(
                    format!(
                        "{number} dicatat rusak oleh {name}, {when}. Isian Anda tetap ada: cocokkan nomornya, atau \
                         pulihkan formulirnya di daftar formulir."
                    ),
                    format!(
                        "{number} was written down as spoiled by {name}, {when}. What you typed stays: compare the \
                         number, or restore the form in the list of forms."
                    ),
                )
                .won_by(Winner { id: by.0, name, at: Some((*at).into()) })
        }
        FormRefusal::ReasonMissing => Problem::new(Code::ReasonMissing),
        FormRefusal::NotAPerson => Problem::new(Code::Forbidden),
    }
}

/// Everything on a form that cannot be so, beside its field.
pub fn faults(faults: &[PaperFault]) -> Problem {
    let error = |fault: &PaperFault| {
        let (code, message, message_en) = words(fault.fault);
        FieldError { field: format!("paper.{}", fault.field), code, message, message_en }
    };
    Problem::fields(faults.iter().map(error).collect())
}

fn words(fault: TimeFault) -> (&'static str, String, String) {
    match fault {
        TimeFault::Future => {
            ("out_of_range", "Waktu ini belum tiba.".to_owned(), "This time has not come yet.".to_owned())
        }
        TimeFault::TooOld => {
            let days = PAPER_AGE_MAX.0 / 86_400;
            (
                "out_of_range",
                format!("Lebih dari {days} hari yang lalu. Periksa tanggalnya."),
                format!("More than {days} days ago. Check the date."),
            )
        }
        TimeFault::BeforePrevious { previous } => {
            let when = day_and_minute(previous);
            (
                "out_of_range",
                format!("Lebih awal daripada langkah sebelumnya ({when})."),
                format!("Earlier than the step before ({when})."),
            )
        }
        TimeFault::Twice => (
            "twice",
            "Instansi ini tertulis dua kali.".to_owned(),
            "This agency stands there twice.".to_owned(),
        ),
        TimeFault::Missing => (
            "missing",
            "Tidak ada instansi yang diberi tahu: tulis bagaimana selesainya.".to_owned(),
            "No agency was told: say how it ended.".to_owned(),
        ),
    }
}
