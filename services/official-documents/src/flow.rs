//! From content to pages.

use crate::content::{Block, Document};
use crate::ink::{Child, Content, Drawn, Ink, Part, Tone, Tree};
use crate::type_face::TypeFace;
use crate::{chart, table};

/// A4, in points.
pub(crate) const PAGE_WIDTH: f32 = 595.28;
pub(crate) const PAGE_HEIGHT: f32 = 841.89;
const LEFT: f32 = 56.7;
const TOP: f32 = 51.0;
const BOTTOM: f32 = 62.4;
pub(crate) const WIDTH: f32 = PAGE_WIDTH - 2.0 * LEFT;
const LOWEST: f32 = PAGE_HEIGHT - BOTTOM;

const BODY: f32 = 10.0;
const SMALL: f32 = 8.0;
const LEADING: f32 = 1.4;
/// The name of a fact takes this much of the width.
const FACT_NAME: f32 = 0.3;

/// Pages, and what they are made of.
#[derive(Default)]
pub(crate) struct Pages {
    pub(crate) pages: Vec<Vec<Drawn>>,
    pub(crate) tree: Vec<Tree>,
    pub(crate) headings: Vec<(String, usize, f32)>,
}

/// A document on its way onto pages.
pub(crate) struct Flow {
    done: Pages,
    page: Vec<Drawn>,
    y: f32,
    contents: usize,
}

/// Lays a document out.
pub(crate) fn lay_out(document: &Document) -> Pages {
    let mut flow = Flow { done: Pages::default(), page: Vec::new(), y: TOP, contents: 0 };
    flow.letterhead(document);
    flow.title(document);
    for block in &document.blocks {
        flow.block(block);
    }
    flow.turn();
    flow.foot(document);
    flow.done
}

impl Flow {
    /// Where the text begins, from the left edge.
    pub(crate) const LEFT: f32 = LEFT;

    /// How far down the page is filled.
    pub(crate) const fn y(&self) -> f32 {
        self.y
    }

    /// The room that is left on the page.
    pub(crate) fn room(&self) -> f32 {
        LOWEST - self.y
    }

    /// Leaves so much free.
    pub(crate) fn down(&mut self, height: f32) {
        self.y += height;
    }

    /// Begins a new page unless so much fits on this one. Whether one was begun.
    pub(crate) fn need(&mut self, height: f32) -> bool {
        let full = self.room() < height && self.y > TOP;
        if full {
            self.turn();
        }
        full
    }

    fn turn(&mut self) {
        self.done.pages.push(std::mem::take(&mut self.page));
        self.y = TOP;
    }

    /// Draws something that a reader reads.
    pub(crate) fn draw(&mut self, ink: Vec<Ink>) -> Content {
        let content = Content(self.contents);
        self.contents += 1;
        self.page.push(Drawn { ink, part: Some(content) });
        content
    }

    /// Draws something that says nothing.
    pub(crate) fn decorate(&mut self, ink: Ink) {
        self.page.push(Drawn { ink: vec![ink], part: None });
    }

    /// A part of the document is whole.
    pub(crate) fn close(&mut self, tree: Tree) {
        self.done.tree.push(tree);
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(text) => self.heading(text, 13.0, 2),
            Block::Subheading(text) => self.heading(text, 10.5, 3),
            Block::Text(text) => self.paragraph(text, BODY, TypeFace::Regular, Tone::Ink, Part::Paragraph),
            Block::Remark(text) => {
                self.paragraph(text, SMALL, TypeFace::Regular, Tone::Soft, Part::Paragraph)
            }
            Block::Code(text) => self.paragraph(text, SMALL, TypeFace::Mono, Tone::Ink, Part::Code),
            Block::Facts(facts) => self.facts(facts),
            Block::Table(rows) => table::place(self, rows),
            Block::Bars(bars) => chart::bars(self, bars),
            Block::Grid(grid) => chart::grid(self, grid),
            Block::PageBreak => {
                if self.y > TOP {
                    self.turn();
                }
            }
        }
    }

    fn letterhead(&mut self, document: &Document) {
        let head = &document.letterhead;
        let mut contents = Vec::new();
        for (text, size, face) in [
            (&head.government, 12.0, TypeFace::Bold),
            (&head.office, 14.0, TypeFace::Bold),
            (&head.address, 8.5, TypeFace::Regular),
        ] {
            for line in face.lines(text, size, WIDTH) {
                let x = LEFT + (WIDTH - face.width(&line, size)) / 2.0;
                contents.push(self.line(x, line, size, face, Tone::Ink));
            }
        }
        self.close(Tree::with(Part::Paragraph, contents));
        // The double line under the head of an official letter.
        self.down(4.0);
        for (below, height) in [(0.0, 2.0), (3.4, 0.6)] {
            let y = self.y + below;
            self.decorate(Ink::Box { x: LEFT, y, width: WIDTH, height, tone: Tone::Ink });
        }
        self.down(20.0);
    }

    fn title(&mut self, document: &Document) {
        let mut contents = Vec::new();
        for line in TypeFace::Bold.lines(&document.title.to_uppercase(), 14.0, WIDTH) {
            let x = LEFT + (WIDTH - TypeFace::Bold.width(&line, 14.0)) / 2.0;
            contents.push(self.line(x, line, 14.0, TypeFace::Bold, Tone::Ink));
        }
        self.close(Tree::with(Part::Heading { rank: 1, says: document.title.clone() }, contents));
        let mut contents = Vec::new();
        for line in TypeFace::Regular.lines(&document.subtitle, BODY, WIDTH) {
            let x = LEFT + (WIDTH - TypeFace::Regular.width(&line, BODY)) / 2.0;
            contents.push(self.line(x, line, BODY, TypeFace::Regular, Tone::Ink));
        }
        self.close(Tree::with(Part::Paragraph, contents));
        self.down(10.0);
    }

    fn heading(&mut self, text: &str, size: f32, rank: u16) {
        self.down(size * 0.7);
        // A heading does not stand alone at the foot of a page.
        self.need(size * LEADING + 4.0 * BODY * LEADING);
        self.done.headings.push((text.to_owned(), self.done.pages.len(), self.y));
        let lines = TypeFace::Bold.lines(text, size, WIDTH);
        let drawn = lines.into_iter().map(|line| self.line(LEFT, line, size, TypeFace::Bold, Tone::Ink));
        let contents: Vec<_> = drawn.collect();
        self.close(Tree::with(Part::Heading { rank, says: text.to_owned() }, contents));
        self.down(size * 0.25);
    }

    fn paragraph(&mut self, text: &str, size: f32, face: TypeFace, tone: Tone, part: Part) {
        let mut contents = Vec::new();
        for line in face.lines(text, size, WIDTH) {
            self.need(size * LEADING);
            contents.push(self.line(LEFT, line, size, face, tone));
        }
        self.close(Tree::with(part, contents));
        self.down(size * 0.5);
    }

    /// One line of text; the page is filled down to below it.
    pub(crate) fn line(&mut self, x: f32, text: String, size: f32, face: TypeFace, tone: Tone) -> Content {
        let content = self.draw(vec![Ink::Text { x, baseline: self.y + size, size, face, text, tone }]);
        self.down(size * LEADING);
        content
    }

    fn facts(&mut self, facts: &[(String, String)]) {
        let mut tree = Tree::new(Part::Table);
        let (name_width, value_x) = (WIDTH * FACT_NAME, LEFT + WIDTH * FACT_NAME + 8.0);
        for (name, value) in facts {
            let names = TypeFace::Bold.lines(name, 9.0, name_width);
            let values = TypeFace::Regular.lines(value, 9.0, LEFT + WIDTH - value_x);
            let step = 9.0 * LEADING;
            // A long story may go over the page; the name stands beside its beginning.
            self.need(step * names.len().min(3) as f32);
            let top = self.y;
            let mut named = Tree::new(Part::HeadCell);
            for (n, line) in names.into_iter().enumerate() {
                let (baseline, size) = (top + 9.0 + n as f32 * step, 9.0);
                let ink =
                    Ink::Text { x: LEFT, baseline, size, face: TypeFace::Bold, text: line, tone: Tone::Soft };
                named.children.push(Child::Content(self.draw(vec![ink])));
            }
            let named_to = top + named.children.len() as f32 * step;
            let mut said = Tree::new(Part::Cell);
            let mut turned = false;
            for line in values {
                turned |= self.need(step);
                let content = self.line(value_x, line, 9.0, TypeFace::Regular, Tone::Ink);
                said.children.push(Child::Content(content));
            }
            if !turned {
                self.y = self.y.max(named_to);
            }
            self.down(2.0);
            tree.children.push(Child::Tree(Tree {
                part: Part::Row,
                children: vec![Child::Tree(named), Child::Tree(said)],
            }));
        }
        self.close(tree);
        self.down(6.0);
    }

    fn foot(&mut self, document: &Document) {
        let count = self.done.pages.len();
        let (y, size) = (PAGE_HEIGHT - 42.0, 7.5);
        for (n, page) in self.done.pages.iter_mut().enumerate() {
            let number = format!("{} / {count}", n + 1);
            let right = LEFT + WIDTH - TypeFace::Regular.width(&number, size);
            let foot = TypeFace::Regular.lines(&document.foot, size, WIDTH - 60.0);
            let line = Ink::Box { x: LEFT, y, width: WIDTH, height: 0.5, tone: Tone::Rule };
            let text = |x, row: usize, text| Ink::Text {
                x,
                baseline: y + 11.0 + row as f32 * 9.5,
                size,
                face: TypeFace::Regular,
                text,
                tone: Tone::Soft,
            };
            let mut ink = vec![line, text(right, 0, number)];
            ink.extend(foot.into_iter().enumerate().map(|(row, line)| text(LEFT, row, line)));
            page.push(Drawn { ink, part: None });
        }
    }
}
