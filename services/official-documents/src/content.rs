//! What stands in a document.

use jiff::Zoned;

/// A document.
#[derive(Clone, Debug)]
pub struct Document {
    /// Who speaks.
    pub letterhead: Letterhead,
    /// What it is called.
    pub title: String,
    /// What stands below the title: a number, a period.
    pub subtitle: String,
    /// Its content, in reading order.
    pub blocks: Vec<Block>,
    /// What stands at the foot of every page, beside the page's number.
    pub foot: String,
    /// Its language (BCP 47).
    pub language: &'static str,
    /// When it was made.
    pub made_at: Zoned,
    /// Files that lie in it.
    pub attachments: Vec<Attachment>,
}

/// Who speaks: the lines over an official letter.
#[derive(Clone, Debug, Default)]
pub struct Letterhead {
    /// The government, as "PEMERINTAH KABUPATEN BANGKA SELATAN".
    pub government: String,
    /// The office.
    pub office: String,
    /// Where it is and how to reach it; may be empty.
    pub address: String,
}

/// A piece of a document.
#[derive(Clone, Debug)]
pub enum Block {
    /// A heading of the first rank.
    Heading(String),
    /// A heading of the second rank.
    Subheading(String),
    /// A paragraph.
    Text(String),
    /// A paragraph in small letters: where something comes from, how it was counted.
    Remark(String),
    /// Lines that must be copied letter by letter: hashes, keys.
    Code(String),
    /// Names and what is so.
    Facts(Vec<(String, String)>),
    /// A table.
    Table(Table),
    /// Bars, each with its name and number.
    Bars(Bars),
    /// A grid of numbers, the darker the more.
    Grid(Grid),
    /// What follows begins on a page of its own.
    PageBreak,
}

/// A table. A row is never torn between pages; the head stands on every page.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows; a row has as many cells as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// What stands over it.
    pub head: String,
    /// Its share of the width; the shares of a table are added up.
    pub share: f32,
    /// Where its text stands.
    pub align: Align,
}

/// Where the text of a column stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// At the left: words.
    Left,
    /// At the right: numbers.
    Right,
}

/// A chart of bars, one below the other.
#[derive(Clone, Debug)]
pub struct Bars {
    /// What it shows.
    pub title: String,
    /// The bars.
    pub bars: Vec<Bar>,
}

/// A bar.
#[derive(Clone, Debug)]
pub struct Bar {
    /// Its name.
    pub label: String,
    /// How long it is; not below 0.
    pub value: f64,
    /// The number as it is read.
    pub text: String,
}

/// A grid of numbers: rows of days, columns of hours.
#[derive(Clone, Debug)]
pub struct Grid {
    /// What it shows.
    pub title: String,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows: a name, and a number for each column.
    pub rows: Vec<(String, Vec<u64>)>,
}

/// A file that lies in the document.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// What it is, for people.
    pub description: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Column {
    /// A column of words.
    pub fn words(head: impl Into<String>, share: f32) -> Self {
        Self { head: head.into(), share, align: Align::Left }
    }

    /// A column of numbers.
    pub fn numbers(head: impl Into<String>, share: f32) -> Self {
        Self { head: head.into(), share, align: Align::Right }
    }
}
