//! The small grammars of configuration values.

use std::ops::RangeInclusive;

/// `20000-29999`: at least two ports, the first even (RFC 3550 section 11: RTP on even ports).
pub(super) fn port_range(text: &str) -> Result<RangeInclusive<u16>, String> {
    let shape = || format!("\"{text}\" is not a port range such as 20000-29999");
    let (first, last) = text.split_once('-').ok_or_else(shape)?;
    let first: u16 = first.trim().parse().map_err(|_| shape())?;
    let last: u16 = last.trim().parse().map_err(|_| shape())?;
    if first < 1024 || !first.is_multiple_of(2) || last <= first {
        return Err(format!(
            "\"{text}\" must begin with an even port from 1024 on and end with a higher one"
        ));
    }
    Ok(first..=last)
}

/// `true`, `false`, `1`, `0`, `yes`, `no`.
pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(format!("\"{text}\" is neither true nor false")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_range_begins_even_and_has_room() {
        assert_eq!(port_range("20000-29999"), Ok(20000..=29999));
        for wrong in ["", "20000", "x-y", "20001-20010", "30000-20000", "80-90", "70000-70001"] {
            assert!(port_range(wrong).is_err(), "{wrong}");
        }
    }
}
