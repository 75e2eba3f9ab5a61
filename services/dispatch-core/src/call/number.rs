//! Numbers of telephones as they are kept: one way of writing for one telephone.

/// `+62…` for what is an Indonesian or international number; as sent otherwise.
pub fn normalised(user: &str) -> String {
    let digits: String = user.chars().filter(|c| !matches!(c, '-' | '.' | ' ' | '(' | ')')).collect();
    let (plus, number) = match digits.strip_prefix('+') {
        Some(number) => (true, number),
        None => (false, digits.as_str()),
    };
    let plausible = (5..=15).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    match (plausible, plus, number) {
        (false, _, _) => user.to_owned(),
        (true, true, number) => format!("+{number}"),
        (true, false, number) if number.starts_with("00") => format!("+{}", &number[2..]),
        (true, false, number) if number.starts_with('0') => format!("+62{}", &number[1..]),
        (true, false, number) if number.starts_with("62") && number.len() >= 9 => format!("+{number}"),
        (true, false, _) => user.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_telephone_is_written_in_one_way() {
        for same in ["08117170001", "+62 811-7170-001", "00628117170001", "628117170001", "(0811) 717.0001"] {
            assert_eq!(normalised(same), "+628117170001", "{same}");
        }
        for as_it_is in ["110", "anonymous", "0x811", ""] {
            assert_eq!(normalised(as_it_is), as_it_is);
        }
    }
}
