//! Which part of a file is asked for (RFC 9110 section 14).

use axum::http::{HeaderMap, header};

/// The part that is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// All of it: nothing else was asked for, or something that one answer cannot hold.
    Whole,
    /// From the first to the last byte, both included.
    Bytes {
        /// The first.
        first: u64,
        /// The last.
        last: u64,
    },
    /// Nothing that is there.
    Outside,
}

/// What the headers ask of a file of so many bytes that carries this tag. A range that cannot be read counts for
/// nothing, and so do several at once: both are allowed (sections 14.2 and 14.1.1), and a player asks for neither.
pub fn asked(headers: &HeaderMap, bytes: u64, tag: &str) -> Part {
    let text = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
    // The part of another file than the one that the player began with would not fit (section 13.1.5).
    if text(header::IF_RANGE).is_some_and(|wanted| wanted != tag) {
        return Part::Whole;
    }
    match text(header::RANGE).and_then(|range| range.trim().strip_prefix("bytes=")) {
        Some(range) => one_range(range.trim(), bytes),
        None => Part::Whole,
    }
}

fn one_range(range: &str, bytes: u64) -> Part {
    let Some((first, last)) = range.split_once('-') else { return Part::Whole };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(first) || !digits(last) {
        return Part::Whole;
    }
    // More digits than a file has bytes mean "beyond the end", not "unreadable".
    let number = |text: &str| (!text.is_empty()).then(|| text.parse::<u64>().unwrap_or(u64::MAX));
    match (number(first), number(last)) {
        (None, None) => Part::Whole,
        (Some(first), _) if first >= bytes => Part::Outside,
        (Some(first), Some(last)) if last < first => Part::Whole,
        (Some(first), last) => Part::Bytes { first, last: last.unwrap_or(u64::MAX).min(bytes - 1) },
        (None, Some(suffix)) if suffix == 0 || bytes == 0 => Part::Outside,
        (None, Some(suffix)) => Part::Bytes { first: bytes.saturating_sub(suffix), last: bytes - 1 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(range: &str, bytes: u64) -> Part {
        let headers = HeaderMap::from_iter([(header::RANGE, range.parse().unwrap())]);
        asked(&headers, bytes, "\"tag\"")
    }

    #[test]
    fn ranges_are_cut_at_the_end_and_nonsense_is_the_whole() {
        let bytes = |first, last| Part::Bytes { first, last };
        for (range, expected) in [
            ("bytes=0-", bytes(0, 99)),
            ("bytes=10-19", bytes(10, 19)),
            ("bytes=90-1000", bytes(90, 99)),
            ("bytes=-10", bytes(90, 99)),
            ("bytes=-1000", bytes(0, 99)),
            ("bytes=99-99999999999999999999999", bytes(99, 99)),
            ("bytes=100-", Part::Outside),
            ("bytes=99999999999999999999999-", Part::Outside),
            ("bytes=-0", Part::Outside),
            ("bytes=20-10", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=0-1,5-6", Part::Whole),
            ("bytes=+1-2", Part::Whole),
            ("seconds=1-2", Part::Whole),
        ] {
            assert_eq!(part(range, 100), expected, "{range}");
        }
        assert_eq!(part("bytes=0-", 0), Part::Outside);
    }

    #[test]
    fn a_part_of_another_file_is_the_whole_of_this_one() {
        let with = |tag: &str| {
            let pairs = [(header::RANGE, "bytes=1-2"), (header::IF_RANGE, tag)];
            let headers = HeaderMap::from_iter(pairs.map(|(name, value)| (name, value.parse().unwrap())));
            asked(&headers, 100, "\"tag\"")
        };
        assert_eq!(with("\"tag\""), Part::Bytes { first: 1, last: 2 });
        assert_eq!(with("\"other\""), Part::Whole);
    }
}
