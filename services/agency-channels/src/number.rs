//! Telephone numbers as gateways want them.

/// How a gateway writes a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum NumberForm {
    /// `+62811…` (E.164).
    #[default]
    Plus,
    /// `62811…`.
    Bare,
    /// `0811…`.
    Local,
}

/// A number in its international form, `+62…` for a local one. What is no number (a group's name, an address) stays as
/// it is.
pub fn international(number: &str) -> String {
    let kept: String = number.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
    let digits = kept.strip_prefix('+').unwrap_or(&kept);
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
        return number.trim().to_owned();
    }
    match digits.strip_prefix('0') {
        Some(rest) if !kept.starts_with('+') => format!("+62{rest}"),
        _ => format!("+{digits}"),
    }
}

impl NumberForm {
    /// A number in this form.
    pub fn of(self, number: &str) -> String {
        let number = international(number);
        let Some(digits) = number.strip_prefix('+') else { return number };
        match self {
            Self::Plus => number,
            Self::Bare => digits.to_owned(),
            Self::Local => {
                digits.strip_prefix("62").map_or_else(|| number.clone(), |rest| format!("0{rest}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for written in ["0811-7170-112", "+62 811 7170 112", "628117170112", "(0811) 7170.112"] {
            assert_eq!(international(written), "+628117170112", "{written}");
        }
        assert_eq!(NumberForm::Plus.of("08117170112"), "+628117170112");
        assert_eq!(NumberForm::Bare.of("08117170112"), "628117170112");
        assert_eq!(NumberForm::Local.of("+628117170112"), "08117170112");
        assert_eq!(NumberForm::Local.of("+6581234567"), "+6581234567", "abroad has no local form");
        assert_eq!(NumberForm::Bare.of("120363041@g.us"), "120363041@g.us", "a group is no number");
    }
}
