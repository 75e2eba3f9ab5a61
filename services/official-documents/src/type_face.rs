//! Letters and how wide they are.

use std::sync::LazyLock;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider as _};

/// What stands for a letter that the fonts do not have; the attached data has it.
const UNKNOWN: char = '\u{fffd}';

/// A face.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TypeFace {
    Regular,
    Bold,
    Mono,
}

struct Loaded {
    font: Font,
    letters: Charmap<'static>,
    /// In units of the font: `units_per_em` of them are the size of the type.
    widths: GlyphMetrics<'static>,
    units_per_em: f32,
}

static REGULAR: LazyLock<Option<Loaded>> =
    LazyLock::new(|| load(include_bytes!("../fonts/NotoSans-Regular.ttf")));
static BOLD: LazyLock<Option<Loaded>> = LazyLock::new(|| load(include_bytes!("../fonts/NotoSans-Bold.ttf")));
static MONO: LazyLock<Option<Loaded>> =
    LazyLock::new(|| load(include_bytes!("../fonts/NotoMono-Regular.ttf")));

fn load(bytes: &'static [u8]) -> Option<Loaded> {
    let face = FontRef::new(bytes).ok()?;
    let font = Font::new(bytes.into(), 0)?;
    Some(Loaded {
        letters: face.charmap(),
        widths: face.glyph_metrics(Size::unscaled(), LocationRef::default()),
        units_per_em: font.units_per_em(),
        font,
    })
}

impl Loaded {
    /// A letter's glyph and how wide it is in type of size 1. What the font lacks takes no place.
    fn glyph(&self, letter: char) -> Option<(GlyphId, f32)> {
        let glyph = self.letters.map(letter)?;
        Some((GlyphId::new(glyph.to_u32()), self.widths.advance_width(glyph)? / self.units_per_em))
    }
}

impl TypeFace {
    fn loaded(self) -> Option<&'static Loaded> {
        match self {
            Self::Regular => REGULAR.as_ref(),
            Self::Bold => BOLD.as_ref(),
            Self::Mono => MONO.as_ref(),
        }
    }

    /// The font for the page.
    pub(crate) fn font(self) -> Option<Font> {
        self.loaded().map(|loaded| loaded.font.clone())
    }

    /// How wide a text is. The fonts carry no kerning: it is the sum of its letters.
    pub(crate) fn width(self, text: &str, size: f32) -> f32 {
        let Some(loaded) = self.loaded() else { return 0.0 };
        text.chars().filter_map(|letter| loaded.glyph(letter)).map(|(_, wide)| wide * size).sum()
    }

    /// The glyphs of a text from left to right, one for each letter: Latin script without kerning or ligatures needs
    /// no shaping.
    pub(crate) fn glyphs(self, text: &str) -> Vec<KrillaGlyph> {
        let Some(loaded) = self.loaded() else { return Vec::new() };
        let drawn = |(at, letter): (usize, char)| {
            let (glyph, wide) = loaded.glyph(letter)?;
            Some(KrillaGlyph::new(glyph, wide, 0.0, 0.0, 0.0, at..at + letter.len_utf8(), None))
        };
        text.char_indices().filter_map(drawn).collect()
    }

    fn has(self, letter: char) -> bool {
        self.loaded().is_some_and(|loaded| loaded.letters.map(letter).is_some())
    }

    /// A text with nothing that the font lacks: some signs are spelled out, others are shown as not printable.
    pub(crate) fn printable(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for letter in text.chars() {
            match letter {
                '\n' | '\t' | '\r' => out.push(' '),
                _ if letter.is_control() || letter == '\u{ad}' || letter == '\u{200b}' => {}
                _ if self.has(letter) => out.push(letter),
                '→' => out.push_str("->"),
                '←' => out.push_str("<-"),
                '≤' => out.push_str("<="),
                '≥' => out.push_str(">="),
                '−' => out.push('-'),
                _ => out.push(UNKNOWN),
            }
        }
        out
    }

    /// A text in lines that are at most so wide. Line feeds stay; a word that is too long is torn.
    pub(crate) fn lines(self, text: &str, size: f32, width: f32) -> Vec<String> {
        text.lines().flat_map(|line| self.wrapped(&self.printable(line), size, width)).collect()
    }

    fn wrapped(self, text: &str, size: f32, width: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let Some(line) = lines.last_mut() else { continue };
            let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if self.width(&joined, size) <= width {
                *line = joined;
                continue;
            }
            if line.is_empty() {
                lines.pop();
            }
            lines.extend(self.torn(word, size, width));
        }
        lines
    }

    fn torn(self, word: &str, size: f32, width: f32) -> Vec<String> {
        let mut pieces = vec![String::new()];
        let mut filled = 0.0;
        for letter in word.chars() {
            let wide = self.width(letter.encode_utf8(&mut [0; 4]), size);
            if filled + wide > width && filled > 0.0 {
                pieces.push(String::new());
                filled = 0.0;
            }
            filled += wide;
            if let Some(piece) = pieces.last_mut() {
                piece.push(letter);
            }
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_never_wider_than_asked_and_lose_no_word() {
        let text = "Kebakaran rumah di Jalan Jenderal Sudirman, asap tebal; \
                    837faf8b3c2c24b575d7ddcf4e05dd3657da28ace856b7c85ae160c18e81e6c5";
        for width in [40.0, 90.0, 200.0] {
            let lines = TypeFace::Regular.lines(text, 9.0, width);
            assert!(lines.iter().all(|line| TypeFace::Regular.width(line, 9.0) <= width), "{lines:?}");
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
    }

    #[test]
    fn what_the_font_lacks_is_spelled_out_or_shown_as_missing() {
        assert_eq!(TypeFace::Regular.printable("a → b ≤ 5\u{7}"), "a -> b <= 5");
        assert_eq!(TypeFace::Regular.printable("api 🔥"), "api \u{fffd}");
        assert!(TypeFace::Regular.lines("satu\n\ndua", 9.0, 100.0).contains(&"dua".to_owned()));
    }
}
