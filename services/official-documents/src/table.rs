//! Tables.

use crate::content::{Align, Column, Table};
use crate::flow::{Flow, WIDTH};
use crate::ink::{Child, Ink, Part, Tone, Tree};
use crate::type_face::TypeFace;

const SIZE: f32 = 8.0;
const STEP: f32 = SIZE * 1.35;
const PAD: f32 = 3.5;

/// A cell in lines.
struct Laid {
    cells: Vec<Vec<String>>,
    height: f32,
}

/// Places of the columns: where each begins and how wide its text may be.
fn places(columns: &[Column]) -> Vec<(f32, f32)> {
    let shares: f32 = columns.iter().map(|column| column.share).sum();
    let mut x = Flow::LEFT;
    let place = |column: &Column| {
        let width = WIDTH * column.share / shares.max(f32::EPSILON);
        let begin = x;
        x += width;
        (begin, width)
    };
    columns.iter().map(place).collect()
}

fn laid(places: &[(f32, f32)], cells: &[String], face: TypeFace) -> Laid {
    let cells: Vec<_> = places
        .iter()
        .enumerate()
        .map(|(n, (_, width))| face.lines(cells.get(n).map_or("", String::as_str), SIZE, width - 2.0 * PAD))
        .collect();
    let lines = cells.iter().map(Vec::len).max().unwrap_or(1).max(1);
    Laid { cells, height: lines as f32 * STEP + 2.0 * PAD }
}

/// Places a table.
pub(crate) fn place(flow: &mut Flow, table: &Table) {
    let places = places(&table.columns);
    let heads: Vec<String> = table.columns.iter().map(|column| column.head.clone()).collect();
    let head = laid(&places, &heads, TypeFace::Bold);
    let mut tree = Tree::new(Part::Table);
    let mut n = 0;
    let begin = |flow: &mut Flow, tree: &mut Tree, again: bool| {
        ground(flow, head.height, Tone::Rule);
        let row = row(flow, &table.columns, &places, &head, TypeFace::Bold, again);
        if !again {
            tree.children.push(Child::Tree(row));
        }
    };
    flow.need(head.height + 3.0 * STEP);
    begin(flow, &mut tree, false);
    for cells in &table.rows {
        let laid = laid(&places, cells, TypeFace::Regular);
        if flow.need(laid.height) {
            begin(flow, &mut tree, true);
            n = 0;
        }
        if n % 2 == 1 {
            ground(flow, laid.height, Tone::Ground);
        }
        n += 1;
        let row = row(flow, &table.columns, &places, &laid, TypeFace::Regular, false);
        tree.children.push(Child::Tree(row));
    }
    let y = flow.y();
    flow.decorate(Ink::Box { x: Flow::LEFT, y, width: WIDTH, height: 0.5, tone: Tone::Rule });
    flow.close(tree);
    flow.down(10.0);
}

fn ground(flow: &mut Flow, height: f32, tone: Tone) {
    let y = flow.y();
    flow.decorate(Ink::Box { x: Flow::LEFT, y, width: WIDTH, height, tone });
}

/// Draws a row; a head that stands on a page again is decoration.
fn row(
    flow: &mut Flow,
    columns: &[Column],
    places: &[(f32, f32)],
    laid: &Laid,
    face: TypeFace,
    again: bool,
) -> Tree {
    let mut row = Tree::new(Part::Row);
    for ((column, (begin, width)), lines) in columns.iter().zip(places).zip(&laid.cells) {
        let mut cell = Tree::new(if face == TypeFace::Bold { Part::HeadCell } else { Part::Cell });
        for (n, line) in lines.iter().enumerate() {
            let x = match column.align {
                Align::Left => begin + PAD,
                Align::Right => begin + width - PAD - face.width(line, SIZE),
            };
            let baseline = flow.y() + PAD + SIZE + n as f32 * STEP;
            let ink = Ink::Text { x, baseline, size: SIZE, face, text: line.clone(), tone: Tone::Ink };
            if again {
                flow.decorate(ink);
            } else {
                cell.children.push(Child::Content(flow.draw(vec![ink])));
            }
        }
        row.children.push(Child::Tree(cell));
    }
    flow.down(laid.height);
    row
}
