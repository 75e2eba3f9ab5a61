//! RT and RW, and names that follow the word for what they are.

use super::Reading;
use super::token::{Kind, Token};

/// Rukun tetangga and rukun warga are numbered from 1; three digits are written.
const NEIGHBOURHOOD_MAX: u16 = 999;
/// Words of a name that are taken: "Jalan Jenderal Ahmad Yani".
const NAME_WORDS_MAX: usize = 4;

/// A name after the word for what it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// What it is.
    pub kind: NamedKind,
    /// Its name, as typed but in lower case.
    pub name: String,
}

/// What a name is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NamedKind {
    /// Dusun.
    Dusun,
    /// Desa.
    Desa,
    /// Kelurahan.
    Kelurahan,
    /// Kecamatan.
    Kecamatan,
    /// Jalan: a street.
    Street,
    /// Gang: an alley.
    Alley,
}

impl NamedKind {
    /// A stable name for it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Dusun => "dusun",
            Self::Desa => "desa",
            Self::Kelurahan => "kelurahan",
            Self::Kecamatan => "kecamatan",
            Self::Street => "street",
            Self::Alley => "alley",
        }
    }

    fn of(token: &Token) -> Option<Self> {
        if token.kind != Kind::Word {
            return None;
        }
        match token.text.as_str() {
            "dusun" | "dsn" => Some(Self::Dusun),
            "desa" | "ds" => Some(Self::Desa),
            "kelurahan" | "kel" => Some(Self::Kelurahan),
            "kecamatan" | "kec" => Some(Self::Kecamatan),
            "jalan" | "jl" | "jln" => Some(Self::Street),
            "gang" | "gg" => Some(Self::Alley),
            _ => None,
        }
    }
}

pub(super) fn read(tokens: &[Token], reading: &mut Reading) {
    let mut at = 0;
    while at < tokens.len() {
        if let Some(end) = both(tokens, at, reading).or_else(|| one(tokens, at, reading)) {
            reading.spans.push(tokens[at].span.start..tokens[end - 1].span.end);
            at = end;
        } else if let Some(kind) = NamedKind::of(&tokens[at]) {
            let name = name_after(tokens, at + 1);
            if !name.is_empty() {
                reading.named.push(Named { kind, name });
            }
            at += 1;
        } else {
            at += 1;
        }
    }
}

/// "RT/RW 003/002" and "rt rw 3 2".
fn both(tokens: &[Token], at: usize, reading: &mut Reading) -> Option<usize> {
    let second = past_marks(tokens, at + 1);
    if !(tokens[at].is("rt") && tokens.get(second)?.is("rw") || tokens[at].is("rtrw")) {
        return None;
    }
    let first = past_marks(tokens, if tokens[at].is("rtrw") { at + 1 } else { second + 1 });
    let rt = number(tokens.get(first)?)?;
    let next = past_marks(tokens, first + 1);
    let rw = number(tokens.get(next)?)?;
    (reading.rt, reading.rw) = (Some(rt), Some(rw));
    Some(next + 1)
}

/// "rt 3", "RW.002", and "rt03/02", where the second number is the RW.
fn one(tokens: &[Token], at: usize, reading: &mut Reading) -> Option<usize> {
    let (is_rt, is_rw) = (tokens[at].is("rt"), tokens[at].is("rw"));
    if !is_rt && !is_rw {
        return None;
    }
    let place = past_marks(tokens, at + 1);
    let value = number(tokens.get(place)?)?;
    if is_rw {
        reading.rw = Some(value);
        return Some(place + 1);
    }
    reading.rt = Some(value);
    let slash = tokens.get(place + 1).is_some_and(|token| token.is_mark('/'));
    match tokens.get(place + 2).filter(|_| slash).and_then(number) {
        Some(rw) => {
            reading.rw = Some(rw);
            Some(place + 3)
        }
        None => Some(place + 1),
    }
}

fn past_marks(tokens: &[Token], mut at: usize) -> usize {
    while tokens.get(at).is_some_and(|token| ['.', '/', ':', '-'].into_iter().any(|mark| token.is_mark(mark)))
    {
        at += 1;
    }
    at
}

fn number(token: &Token) -> Option<u16> {
    let is_number = token.kind == Kind::Digits && token.text.len() <= 3;
    token.text.parse().ok().filter(|value| is_number && (1..=NEIGHBOURHOOD_MAX).contains(value))
}

fn name_after(tokens: &[Token], from: usize) -> String {
    // "Jl. Sudirman": the point belongs to the abbreviation.
    let from = past_marks(tokens, from);
    let ends = |token: &Token| {
        NamedKind::of(token).is_some()
            || [
                "rt", "rw", "rtrw", "km", "no", "nomor", "dekat", "depan", "belakang", "samping", "sebelah",
                "arah",
            ]
            .into_iter()
            .any(|word| token.is(word))
    };
    let mut words: Vec<&str> = Vec::new();
    for token in tokens.iter().skip(from).take(NAME_WORDS_MAX * 2) {
        match token.kind {
            Kind::Word if ends(token) || words.len() == NAME_WORDS_MAX => break,
            Kind::Word => words.push(&token.text),
            // A hyphen and an apostrophe stand within names, a comma ends one.
            Kind::Mark('-' | '\'' | '.') if !words.is_empty() => {}
            // "Gang 3", "Jalan 17 Agustus".
            Kind::Digits if words.is_empty() => words.push(&token.text),
            Kind::Digits | Kind::Mark(_) => break,
        }
    }
    words.join(" ")
}
