//! What is drawn on a page, and what it is for a reader who does not see.

use crate::type_face::TypeFace;

/// How dark something is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Tone {
    /// Text.
    Ink,
    /// Text beside the text.
    Soft,
    /// Lines and the ground of heads.
    Rule,
    /// The ground of every second row.
    Ground,
    /// A bar, or a field of a grid: from 0 to 1 of the darkest.
    Share(f32),
    /// Letters on a dark field.
    Paper,
}

/// Something drawn; places are points from the upper left corner.
#[derive(Clone, Debug)]
pub(crate) enum Ink {
    Text { x: f32, baseline: f32, size: f32, face: TypeFace, text: String, tone: Tone },
    Box { x: f32, y: f32, width: f32, height: f32, tone: Tone },
}

/// Something drawn, and where it belongs: nowhere when it is only decoration.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    pub(crate) ink: Vec<Ink>,
    pub(crate) part: Option<Content>,
}

/// A number of a piece of content, in the order of reading.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Content(pub(crate) usize);

/// What a part of the document is.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// A heading and its rank: 1 is the title of the document.
    Heading {
        rank: u16,
        says: String,
    },
    Paragraph,
    Code,
    Figure {
        says: String,
    },
    Table,
    Row,
    HeadCell,
    Cell,
}

/// A part and what is in it.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub(crate) part: Part,
    pub(crate) children: Vec<Child>,
}

/// Something in a part.
#[derive(Clone, Debug)]
pub(crate) enum Child {
    Content(Content),
    Tree(Tree),
}

impl Tree {
    pub(crate) const fn new(part: Part) -> Self {
        Self { part, children: Vec::new() }
    }

    pub(crate) fn with(part: Part, contents: impl IntoIterator<Item = Content>) -> Self {
        Self { part, children: contents.into_iter().map(Child::Content).collect() }
    }
}
