//! Paper forms (formulir kertas), for the time when the system is away: each has a number that is given out once, and is
//! accounted for: used for an incident, spoiled, missing, or still in the drawer.
//!
//! What is typed in from one is [`crate::incident::PaperReport`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::ids::{FormBatchId, IncidentId, UserId};
use crate::limits::{NOTE_BYTES_MAX, PAPER_FORMS_PER_BATCH_MAX};
use crate::private::Private;
use crate::time::Timestamp;

/// The number on a form, `F-YYYY-NNNNNN`: the year (where the centre is) in which it was given out, and a gap-free count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FormNumber {
    year: i16,
    ordinal: u32,
}

/// A text is not the number of a form.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("not the number of a form")]
pub struct FormNumberError;

impl FormNumber {
    /// The highest count: more than a million forms a year are no forms.
    pub const ORDINAL_MAX: u32 = 999_999;

    /// The `ordinal`-th form of a year, from 1.
    ///
    /// # Errors
    /// When there can be no such form.
    pub fn new(year: i16, ordinal: u32) -> Result<Self, FormNumberError> {
        let fits = (2000..=9999).contains(&year) && (1..=Self::ORDINAL_MAX).contains(&ordinal);
        if fits { Ok(Self { year, ordinal }) } else { Err(FormNumberError) }
    }

    /// The number as a person types it off the paper: without the letter, the dashes, the leading noughts or, within
    /// `year`, the year.
    ///
    /// # Errors
    /// When it cannot be one.
    pub fn typed(text: &str, year: i16) -> Result<Self, FormNumberError> {
        let text = text.trim().trim_start_matches(['f', 'F']);
        let parts: Vec<&str> = text.split(['-', '/', '.', ' ']).filter(|part| !part.is_empty()).collect();
        let count = |text: &str| text.parse::<u32>().map_err(|_| FormNumberError);
        let (year, ordinal) = match parts.as_slice() {
            [count] if count.len() <= 6 => (year, *count),
            [year, count] => (year.parse().map_err(|_| FormNumberError)?, *count),
            _ => return Err(FormNumberError),
        };
        Self::new(year, count(ordinal)?)
    }

    /// Whether `next` is the form after this one.
    pub fn is_followed_by(self, next: Self) -> bool {
        self.year == next.year && self.ordinal + 1 == next.ordinal
    }
}

impl fmt::Display for FormNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "F-{}-{:06}", self.year, self.ordinal)
    }
}

impl FromStr for FormNumber {
    type Err = FormNumberError;

    fn from_str(text: &str) -> Result<Self, FormNumberError> {
        let number = Self::typed(text, 0)?;
        if number.to_string() == text { Ok(number) } else { Err(FormNumberError) }
    }
}

impl Serialize for FormNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FormNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// One form that was given out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PaperForm {
    /// Its number.
    pub number: FormNumber,
    /// With which others it was printed.
    pub batch: FormBatchId,
    /// When it was given out.
    pub given_at: Timestamp,
    /// By whom.
    pub given_by: UserId,
    /// What became of it.
    pub state: FormState,
}

/// What became of a form.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum FormState {
    /// Nothing yet: it must lie in the drawer, or be on somebody's table.
    Out,
    /// What was written on it is an incident.
    Used {
        /// Which.
        incident: IncidentId,
        /// Its number.
        incident_number: String,
        /// When it was typed in.
        at: Timestamp,
        /// By whom.
        by: UserId,
    },
    /// It cannot be used any more.
    Spoiled {
        /// When that was written down.
        at: Timestamp,
        /// By whom.
        by: UserId,
        /// Why.
        reason: Private<String>,
    },
    /// It was looked for and not found.
    Missing {
        /// When that was written down.
        at: Timestamp,
        /// By whom.
        by: UserId,
        /// What is known of it.
        reason: Private<String>,
    },
}

/// What somebody says of a form that is not used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormStep {
    /// It cannot be used any more.
    Spoil,
    /// It was looked for and not found.
    Miss,
    /// It is there and can be used after all.
    Restore,
}

impl FormStep {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Spoil, Self::Miss, Self::Restore];
}

/// Why not.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum FormRefusal {
    /// No form of this number was given out.
    #[error("no form of this number was given out")]
    Unknown,
    /// So many forms cannot be given out at once, or not in this year any more.
    #[error("forms can be given out 1 to {PAPER_FORMS_PER_BATCH_MAX} at a time")]
    Count,
    /// An incident was typed in from it.
    #[error("{number} was used for incident {incident_number}")]
    Used {
        /// The form.
        number: FormNumber,
        /// For which incident.
        incident: IncidentId,
        /// The incident's number.
        incident_number: String,
        /// When.
        at: Timestamp,
        /// By whom.
        by: UserId,
    },
    /// It was written down as spoiled.
    #[error("{number} is spoiled")]
    Spoiled {
        /// The form.
        number: FormNumber,
        /// When that was written down.
        at: Timestamp,
        /// By whom.
        by: UserId,
    },
    /// A reason must be given.
    #[error("a reason is needed")]
    ReasonMissing,
    /// Only a person can do this.
    #[error("only a person can do this")]
    NotAPerson,
}

impl FormState {
    /// Its name, as its serialised form has it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Out => "out",
            Self::Used { .. } => "used",
            Self::Spoiled { .. } => "spoiled",
            Self::Missing { .. } => "missing",
        }
    }
}

impl PaperForm {
    /// The forms after the first `given` ones of a year, printed together.
    ///
    /// # Errors
    /// When there are none, or too many.
    pub fn give_out(
        given: u64,
        count: u32,
        batch: FormBatchId,
        at: Timestamp,
        by: UserId,
    ) -> Result<Vec<Self>, FormRefusal> {
        if count == 0 || count > PAPER_FORMS_PER_BATCH_MAX {
            return Err(FormRefusal::Count);
        }
        let given = u32::try_from(given).map_err(|_| FormRefusal::Count)?;
        let form = |place: u32| {
            let number = given.checked_add(place).ok_or(FormRefusal::Count)?;
            let number = FormNumber::new(at.year_here(), number).map_err(|_| FormRefusal::Count)?;
            Ok(Self { number, batch, given_at: at, given_by: by, state: FormState::Out })
        };
        (1..=count).map(form).collect()
    }

    /// The form after an incident was typed in from it. One that was missing has turned up.
    ///
    /// # Errors
    /// When it is used already, or spoiled.
    pub fn used(
        &self,
        incident: IncidentId,
        incident_number: String,
        by: UserId,
        at: Timestamp,
    ) -> Result<Self, FormRefusal> {
        let number = self.number;
        match &self.state {
            FormState::Out | FormState::Missing { .. } => {
                Ok(self.now(FormState::Used { incident, incident_number, at, by }))
            }
            FormState::Used { incident, incident_number, at, by } => {
                let (incident_number, incident) = (incident_number.clone(), *incident);
                Err(FormRefusal::Used { number, incident, incident_number, at: *at, by: *by })
            }
            FormState::Spoiled { at, by, .. } => Err(FormRefusal::Spoiled { number, at: *at, by: *by }),
        }
    }

    /// The form after somebody said what became of it.
    ///
    /// # Errors
    /// When it is used, or the reason is missing.
    pub fn settled(
        &self,
        step: FormStep,
        reason: Private<String>,
        by: UserId,
        at: Timestamp,
    ) -> Result<Self, FormRefusal> {
        if let FormState::Used { incident, incident_number, at, by } = &self.state {
            let (number, incident_number) = (self.number, incident_number.clone());
            return Err(FormRefusal::Used { number, incident: *incident, incident_number, at: *at, by: *by });
        }
        let said = reason.reveal().trim();
        if said.is_empty() || said.len() > NOTE_BYTES_MAX {
            return Err(FormRefusal::ReasonMissing);
        }
        Ok(self.now(match step {
            FormStep::Spoil => FormState::Spoiled { at, by, reason },
            FormStep::Miss => FormState::Missing { at, by, reason },
            FormStep::Restore => FormState::Out,
        }))
    }

    fn now(&self, state: FormState) -> Self {
        Self { state, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn batch() -> Vec<PaperForm> {
        let at = "2026-12-31T17:30:00Z".parse().unwrap();
        let (batch, by) = (FormBatchId(Uuid::nil()), UserId(Uuid::nil()));
        PaperForm::give_out(122, 2, batch, at, by).unwrap()
    }

    #[test]
    fn a_number_is_read_as_people_type_it_and_stored_in_one_way() {
        let number = FormNumber::new(2026, 123).unwrap();
        for text in ["F-2026-000123", "f-2026-123", "2026-123", "123", " 000123 ", "F 2026 123", "2026/123"] {
            assert_eq!(FormNumber::typed(text, 2026), Ok(number), "{text}");
        }
        for text in ["", "F-", "0", "F-2026-0", "F-2026-1000000", "2026000123", "x", "F-26-1", "1-2-3"] {
            assert_eq!(FormNumber::typed(text, 2026), Err(FormNumberError), "{text}");
        }
        assert_eq!(number.to_string().parse(), Ok(number));
        assert_eq!("F-2026-123".parse::<FormNumber>(), Err(FormNumberError));
    }

    #[test]
    fn numbers_follow_each_other_within_the_year_of_wib() {
        let forms = batch();
        let numbers: Vec<String> = forms.iter().map(|form| form.number.to_string()).collect();
        assert_eq!(numbers, ["F-2027-000123", "F-2027-000124"], "the year is WIB's");
        assert!(forms[0].number.is_followed_by(forms[1].number));
        let (id, by, at) = (forms[0].batch, forms[0].given_by, forms[0].given_at);
        for (given, count) in [(0, 0), (0, PAPER_FORMS_PER_BATCH_MAX + 1), (999_999, 1), (u64::MAX, 1)] {
            assert_eq!(PaperForm::give_out(given, count, id, at, by), Err(FormRefusal::Count), "{given}");
        }
    }

    #[test]
    fn a_form_is_used_once_and_what_is_said_of_it_needs_a_reason() {
        let form = batch().remove(0);
        let (incident, by, at) = (IncidentId(Uuid::from_u128(1)), form.given_by, form.given_at);
        let why = || Private::new("kopi tumpah".to_owned());
        let used = form.used(incident, "2027-000001".into(), by, at).unwrap();
        let twice = used.used(IncidentId(Uuid::from_u128(2)), "2027-000002".into(), by, at);
        assert!(
            matches!(&twice, Err(FormRefusal::Used { incident: first, incident_number, .. })
                if *first == incident && incident_number == "2027-000001"),
            "{twice:?}"
        );
        assert!(matches!(used.settled(FormStep::Spoil, why(), by, at), Err(FormRefusal::Used { .. })));
        let unsaid = form.settled(FormStep::Spoil, Private::new("  ".into()), by, at);
        assert_eq!(unsaid, Err(FormRefusal::ReasonMissing));
        let spoiled = form.settled(FormStep::Spoil, why(), by, at).unwrap();
        assert!(matches!(spoiled.used(incident, String::new(), by, at), Err(FormRefusal::Spoiled { .. })));
        assert_eq!(spoiled.settled(FormStep::Restore, why(), by, at).unwrap(), form);
        let missing = form.settled(FormStep::Miss, why(), by, at).unwrap();
        assert_eq!(missing.used(incident, "2027-000001".into(), by, at).unwrap(), used, "it turned up");
    }
}
