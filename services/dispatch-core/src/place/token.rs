//! A location text as small pieces: words, digits and marks, with where they stand.

use std::ops::Range;

use crate::limits::PLACE_TEXT_BYTES_MAX;

/// What a piece is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// Letters.
    Word,
    /// ASCII digits.
    Digits,
    /// Anything else that is no white space; marks that look alike are one.
    Mark(char),
}

/// One piece.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Its text in lower case; a mark in its plain form.
    pub(super) text: String,
    /// Where it stands in the text, in bytes.
    pub(super) span: Range<usize>,
    /// White space stands before it.
    pub(super) apart: bool,
}

impl Token {
    /// Whether it is this word.
    pub(super) fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text == word
    }

    /// Whether it is this mark.
    pub(super) fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }
}

/// The start of a text that is read: no more than [`PLACE_TEXT_BYTES_MAX`] bytes.
pub(super) fn bounded(text: &str) -> &str {
    let mut end = text.len().min(PLACE_TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The pieces of a text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let text = bounded(text);
    let mut found: Vec<Token> = Vec::new();
    let mut apart = false;
    for (at, c) in text.char_indices() {
        if c.is_whitespace() {
            apart = true;
            continue;
        }
        let kind = kind_of(c);
        let span = at..at + c.len_utf8();
        match found.last_mut() {
            Some(last) if !apart && last.kind == kind && matches!(kind, Kind::Word | Kind::Digits) => {
                last.text.extend(c.to_lowercase());
                last.span.end = span.end;
            }
            Some(_) | None => {
                let text = match kind {
                    Kind::Mark(mark) => mark.to_string(),
                    Kind::Word | Kind::Digits => c.to_lowercase().collect(),
                };
                found.push(Token { kind, text, span, apart });
            }
        }
        apart = false;
    }
    found
}

fn kind_of(c: char) -> Kind {
    match c {
        '0'..='9' => Kind::Digits,
        '\u{2212}' | '\u{2013}' | '\u{2010}' | '\u{2011}' => Kind::Mark('-'),
        '\u{2032}' | '\u{2019}' | '\u{2018}' | '\u{b4}' | '`' => Kind::Mark('\''),
        '\u{2033}' | '\u{201c}' | '\u{201d}' => Kind::Mark('"'),
        // The masculine ordinal and the ring above stand on keyboards where the degree sign does not.
        '\u{b0}' | '\u{ba}' | '\u{2da}' => Kind::Mark('\u{b0}'),
        other if other.is_alphabetic() => Kind::Word,
        other => Kind::Mark(other),
    }
}

/// The text without the parts at `spans`, with single spaces and no loose punctuation at its ends.
pub(super) fn without(text: &str, spans: &[Range<usize>]) -> String {
    let mut left = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let taken = spans.iter().any(|span| span.contains(&at));
        left.push(if taken { ' ' } else { c });
    }
    let words: Vec<&str> =
        left.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).collect();
    words.join(" ").trim_matches(|c: char| matches!(c, ',' | ';' | '.' | '/' | '-' | ':')).trim().to_owned()
}
